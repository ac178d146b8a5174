import type { Month } from '../shared/billing/types.js';
import { loadConfig, type BaseConfig } from '../shared/config.js';
import type { Context } from './context.js';
import { findMonth, findOrganization } from './months.js';
import { reachable } from './reachable.js';

/** Ids of the organizations that people named: from the month's evidence, else from Cloudmore. */
export async function resolveOrganizations(
  context: Context,
  config: BaseConfig,
  month: Month,
  organizations: string[],
): Promise<string[]> {
  const known = (await findMonth(config, month))?.result.organizations ?? [];
  const isKnown = (text: string): boolean =>
    known.some(({ organizationId, organizationName }) =>
      [organizationId, organizationName].some((value) => value.toLowerCase() === text.trim().toLowerCase()),
    );
  const all = organizations.every(isKnown) ? known : await fromCloudmore(context);
  return organizations.map((text) => findOrganization(all, text, month));
}

async function fromCloudmore(context: Context): Promise<{ organizationId: string; organizationName: string }[]> {
  const { connectVendors } = await import('../shared/vendors.js');
  const { cloudmore } = connectVendors(loadConfig(context.environment));
  return (await reachable(() => cloudmore.listOrganizations())).map(({ id, name }) => ({
    organizationId: id,
    organizationName: name,
  }));
}
