import type { OrganizationFacts } from '../billing/report/facts.js';
import { joinNames, mergeNames, namesOf, namesOfItems, type Named } from '../billing/report/named.js';
import type { Evidence } from './evidence.js';
import { ifKept, keptUnder } from './kept.js';
import { monthName, outcomesPrefix, type MonthRecord, type ReportManifest } from './months.js';
import type { Outcome } from '../billing/results/results.js';

/** What was ever named and billed (`named.ts`), kept per broker: it outlives the customers of today's list. */

export const namedName = (broker: string): string => `named/${broker}`;

/** Two runs may add at once; the one that comes second reads again. */
const CLAIM_TRIES = 20;

export interface KeptNames {
  ref: string;
  named: Named;
}

/** Adds to what is known and keeps it; answers all of it. */
export async function rememberNames(evidence: Evidence, broker: string, more: Named): Promise<KeptNames> {
  for (let attempt = 1; attempt <= CLAIM_TRIES; attempt += 1) {
    const pointer = await evidence.pointer(namedName(broker));
    const known = await namesAt(evidence, broker, pointer);
    const named = mergeNames(known, more);
    const ref = await evidence.put(named);
    if (ref === pointer || (await evidence.claim(namedName(broker), pointer, ref))) return { ref, named };
  }
  throw new Error(`${namedName(broker)} in BILLING_EVIDENCE changes faster than it can be kept. Run the month again.`);
}

/** What is known; of an installation that kept reports before it kept names, what those name. */
export async function readNames(evidence: Evidence, broker: string): Promise<Named> {
  return namesAt(evidence, broker, await evidence.pointer(namedName(broker)));
}

async function namesAt(evidence: Evidence, broker: string, pointer: string | null): Promise<Named> {
  const kept = pointer === null ? null : await ifKept<Named>(evidence, pointer);
  return kept ?? namesOfKeptMonths(evidence, broker);
}

async function namesOfKeptMonths(evidence: Evidence, broker: string): Promise<Named> {
  const prefix = monthName(broker, '');
  const all: Named[] = [];
  for (const name of await evidence.names(prefix)) all.push(...(await namesOfMonth(evidence, broker, name.slice(prefix.length))));
  return joinNames(all);
}

async function namesOfMonth(evidence: Evidence, broker: string, month: string): Promise<Named[]> {
  const all: Named[] = [];
  const record = await keptUnder<MonthRecord>(evidence, monthName(broker, month));
  const manifest = record?.report === undefined ? null : await ifKept<ReportManifest>(evidence, record.report);
  for (const { slice } of manifest?.slices ?? []) {
    const facts = await ifKept<OrganizationFacts>(evidence, slice);
    if (facts) all.push(namesOf({ ...facts, organizations: [facts.organization] }));
  }
  for (const name of await evidence.names(outcomesPrefix(broker, month))) {
    const outcome = await keptUnder<Outcome>(evidence, name);
    if (outcome) all.push(namesOfItems(outcome.items));
  }
  return all;
}
