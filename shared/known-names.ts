import { companyIdOf } from './billing/report/facts.js';
import type { Named } from './billing/report/named.js';
import { fold } from './billing/basics/text.js';
import type { Settings } from './billing/types.js';
import type { OrganizationMode } from './modes.js';
import { didYouMean } from './nearest.js';

/** Settings that name customers, services and companies. */
export interface Naming {
  settings: Pick<Settings, 'excludeServices' | 'allowSharedCompanies'>;
  organizationModes: OrganizationMode[];
  /** The customer that `BILLING_CANARY` names (`canaryCustomer`). */
  canary: string | null;
}

/** Whom a canary's setting or flag names; null where it says on or off, or nothing. */
export const canaryCustomer = (canary: string | null | undefined): string | null =>
  canary == null || ['on', 'off'].includes(canary) ? null : canary;

/** What there is to name: Cloudmore's customers, and its services as they are found where the caller looks. */
export interface ThereIs {
  organizations: { id: string; name: string; companyIdText: string | null }[];
  services: { id: string; name: string }[];
}

/** A sentence for each name in settings that nobody has, now or before, with the nearest that there is: it would leave its setting without effect, in silence. */
export function unknownNames({ settings, organizationModes, canary }: Naming, thereIs: ThereIs, named: Named): string[] {
  const { organizations, services } = thereIs;
  const customers = [
    ...organizations.map(({ name }) => name),
    ...organizations.map(({ id }) => id),
    ...named.organizations.flat(),
  ];
  const servicesEver = [...named.subscriptions, ...named.unsubscribed].flatMap((entry) => entry.at(-1) as string[]);
  const companies = organizations.map(({ companyIdText }) => String(companyIdOf(companyIdText ?? '') ?? ''));
  const { excludeServices, allowSharedCompanies } = settings;
  return [
    ...unknownOf(
      'BILLING_MODE_ORGANIZATIONS',
      'organization',
      organizationModes.map(({ organization }) => organization),
      customers,
    ),
    ...unknownOf('BILLING_CANARY', 'organization', canary === null ? [] : [canary], customers),
    ...unknownOf('EXCLUDE_SERVICES', 'service with a line', excludeServices, [
      ...services.flatMap(({ id, name }) => [id, name]),
      ...servicesEver,
    ]),
    ...unknownOf('ALLOW_SHARED_COMPANIES', 'company id of an organization', allowSharedCompanies.map(String), companies),
  ];
}

function unknownOf(setting: string, what: string, names: string[], known: string[]): string[] {
  const all = new Set(known.map(fold));
  return names
    .filter((name) => !all.has(fold(name)))
    .map((name) => `${setting}: Cloudmore knows no ${what} "${name}".${didYouMean(name, known)}`);
}
