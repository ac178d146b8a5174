import { digestOf } from '../billing/basics/keys.js';
import { fold, same } from '../billing/basics/text.js';
import type { Config } from '../config.js';
import { earlierWrites } from './earlier-writes.js';
import type { Evidence } from './evidence.js';
import { monthName, nameSegment, outcomesPrefix } from './months.js';
import { namedName } from './named.js';

/**
 * `BILLING_BROKER` is part of the keys by which charges and contracts are found again (rule 7.7). So an Autotask tenant belongs to the label it was first billed
 * as: under another one the same money would be made again.
 */

/** Whose money a worker moves: its label, and by what the tenant is known again. */
export interface Tenant {
  label: string;
  /** Digests, for a user's name is a secret: of the API user, and of the Cloudmore reseller together with the domain of the API user. */
  keys: string[];
}

interface Binding {
  label: string;
  /** ISO time of the first write. */
  at: string;
}

const bindingName = (key: string): string => `labels/${key}`;

export function tenantOf({ broker, autotask, cloudmore }: Pick<Config, 'broker' | 'autotask' | 'cloudmore'>): Tenant {
  const user = fold(autotask.username);
  const domain = user.includes('@') ? user.slice(user.lastIndexOf('@') + 1) : '';
  const place = rehearsal(autotask.url);
  return { label: broker, keys: [digestOf([place, user]), digestOf([place, domain, fold(cloudmore.resellerId)])] };
}

/** A sandbox is a tenant of its own; Autotask's zones are all one, for a tenant may be moved between them. */
function rehearsal(url: string | null): string | null {
  const host = url === null ? null : new URL(url).host;
  return host === null || /(^|\.)autotask\.net$/i.test(host) ? null : host;
}

/** The settings name another label than the tenant was billed as. */
export class LabelRefused extends Error {
  override readonly name = 'LabelRefused';
}

const refused = (label: string, before: string): LabelRefused =>
  new LabelRefused(
    `BILLING_BROKER is ${label}, but this Autotask tenant was billed as ${before} before. The label is part of the keys by which charges are found again: under another one the same money would be billed twice. Nothing was written. Set BILLING_BROKER=${before} for the worker and for every command, restart the worker, and run again.`,
  );

/** Whether the store knows which label the tenant was billed as, or that this one has billed. */
export async function isLabelKnown(evidence: Evidence, tenant: Tenant, today: string): Promise<boolean> {
  return (await labelOf(evidence, tenant)) !== null || (await earlierWrites(evidence, tenant.label, today)) !== null;
}

/** Throws `LabelRefused` where the tenant was first billed as another label. */
export async function demandLabel(evidence: Evidence, tenant: Tenant): Promise<void> {
  const bound = await labelOf(evidence, tenant);
  if (bound !== null && !same(bound, tenant.label)) throw refused(tenant.label, bound);
}

/** Binds the tenant to the label, at the first write. Throws `LabelRefused` where another one was faster. */
export async function bindLabel(evidence: Evidence, tenant: Tenant): Promise<void> {
  for (const key of tenant.keys) {
    if ((await evidence.pointer(bindingName(key))) !== null) continue;
    const binding: Binding = { label: tenant.label, at: (await evidence.now()).toISOString() };
    await evidence.claim(bindingName(key), null, await evidence.put(binding));
  }
  await demandLabel(evidence, tenant);
}

/**
 * The same for evidence of releases that bound nothing: who billed before keeps the label, and a label that never billed is refused where another one has
 * billed these very organizations.
 */
export async function demandLearnedLabel(
  evidence: Evidence,
  tenant: Tenant,
  organizations: string[],
  today: string,
): Promise<void> {
  await demandLabel(evidence, tenant);
  if ((await labelOf(evidence, tenant)) !== null) return;
  if ((await earlierWrites(evidence, tenant.label, today)) !== null) return bindLabel(evidence, tenant);
  const ids = new Set(organizations.map(nameSegment));
  for (const other of await otherLabels(evidence, tenant.label))
    if ((await hasBilled(evidence, other, ids)) && (await earlierWrites(evidence, other, today)) !== null)
      throw refused(tenant.label, other);
}

/** The label that the tenant was first billed as; null where the store knows of none. */
export async function labelOf(evidence: Evidence, { keys }: Pick<Tenant, 'keys'>): Promise<string | null> {
  for (const key of keys) {
    const ref = await evidence.pointer(bindingName(key));
    if (ref !== null) return (await evidence.get<Binding>(ref)).label;
  }
  return null;
}

/** Labels that have names of their own in the store, and the one that nobody has to set. */
async function otherLabels(evidence: Evidence, label: string): Promise<string[]> {
  const prefix = namedName('');
  const labels = (await evidence.names(prefix)).map((name) => name.slice(prefix.length));
  return [...new Set([DEFAULT_LABEL, ...labels])].filter((other) => !same(other, label));
}

const DEFAULT_LABEL = 'default';

/** Whether one of the organizations has an outcome under the label, in any month. */
async function hasBilled(evidence: Evidence, label: string, ids: Set<string>): Promise<boolean> {
  const prefix = monthName(label, '');
  for (const name of await evidence.names(prefix)) {
    const outcomes = outcomesPrefix(label, name.slice(prefix.length));
    if ((await evidence.names(outcomes)).some((outcome) => ids.has(outcome.slice(outcomes.length)))) return true;
  }
  return false;
}
