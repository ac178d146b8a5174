import { same } from '../../billing/basics/text.js';
import { addDays } from '../../billing/basics/month.js';
import type { Day } from '../../billing/types.js';
import { fromWire } from '../../autotask/days.js';
import type { ProbingAutotask, Raw } from '../../autotask/probing.js';

/** What a probe made is known by its names, so that a later one, or this one at its end, finds all of it again, anyone who was interrupted. */

const NAME = 'Billing probe';
const NUMBER = 'BILLING-PROBE-';

export interface Names {
  contract: string;
  number: string;
  /** Value of the user-defined field. */
  key: string;
  service: string;
  charge: string;
}

/** Names of one probe; no two probes share one. */
export const namesOf = (now: Date): Names => {
  const at = now.toISOString().replace(/[-:.]/g, '');
  return {
    contract: `${NAME} ${at}`,
    number: `${NUMBER}${at}`,
    key: `probe-${at}`,
    service: `${NAME} ${at}`,
    charge: `${NUMBER}${at}`,
  };
};

/** Whether a contract's number is one that a probe gave. */
export const isOfProbe = (number: unknown): boolean => typeof number === 'string' && number.startsWith(NUMBER);

/** Contracts of any probe on the company. */
export const probeContracts = (autotask: ProbingAutotask, companyId: number): Promise<Raw[]> =>
  autotask.read('Contracts', [
    { op: 'eq', field: 'companyID', value: companyId },
    { op: 'beginsWith', field: 'contractNumber', value: NUMBER },
  ]);

const probeServices = (autotask: ProbingAutotask): Promise<Raw[]> =>
  autotask.read('Services', [
    { op: 'beginsWith', field: 'name', value: NAME },
    { op: 'eq', field: 'isActive', value: true },
  ]);

const onContracts = (ids: number[]) => [{ op: 'in', field: 'contractID', value: ids }];
export const rowsOf = async (autotask: ProbingAutotask, ...contractIds: number[]): Promise<Raw[]> => {
  if (contractIds.length === 0) return [];
  const rows = await autotask.read('ContractServiceUnits', onContracts(contractIds));
  return rows.sort((left, right) => String(left.startdate).localeCompare(String(right.startdate)) || left.id - right.id);
};
export const chargesOf = async (autotask: ProbingAutotask, ...contractIds: number[]): Promise<Raw[]> =>
  contractIds.length === 0 ? [] : autotask.read('ContractCharges', onContracts(contractIds));

/** What this probe knows to have made, and what it may have made without being told so. */
export interface Made {
  contracts: Set<number>;
  doubts: string[];
}
export const nothingMade = (): Made => ({ contracts: new Set(), doubts: [] });

/** A search may find late what was made, and show for a while what is gone. */
const LOOKS = [0, 100, 500, 2_000, 6_000, 15_000];

export interface TakingBack {
  autotask: ProbingAutotask;
  companyId: number;
  lastDayOfMonth: Day;
  subscriptionUdf: string;
  made: Made;
  sleep: (milliseconds: number) => Promise<unknown>;
}

/**
 * Takes back whatever probes made on the company: charges are deleted, contracts end with this month, which leaves them no row, and go out of use, and so do the
 * services. Looks again until nothing of it is left. Safe to repeat. Answers in words what could not be taken back, or is not known to be.
 */
export async function takeBack(taking: TakingBack): Promise<string[]> {
  let left: string[] = [];
  for (const wait of LOOKS) {
    await taking.sleep(wait);
    left = await takeBackOnce(taking);
    if (left.length === 0) break;
  }
  return [...left, ...taking.made.doubts];
}

/** Answers what was there to be taken back, with why it could not be; nothing: it is all gone. */
async function takeBackOnce(taking: TakingBack): Promise<string[]> {
  const { autotask, made } = taking;
  const left: string[] = [];
  const noted = (what: string, doing: Promise<void>): Promise<void> =>
    doing.then(
      () => void left.push(what),
      (error: unknown) => void left.push(`${what}: ${messageOf(error)}`),
    );
  const contracts = await probeContracts(autotask, taking.companyId);
  const ids = contracts.map(({ id }) => id);
  for (const charge of await chargesOf(autotask, ...ids))
    await noted(
      `charge ${charge.id} of contract ${String(charge.contractid)}`,
      autotask.deleteCharge(Number(charge.contractid), charge.id),
    );
  const billing = (await rowsOf(autotask, ...ids)).filter(({ units }) => Number(units) !== 0);
  for (const contract of contracts) {
    const rows = billing.filter(({ contractid }) => contractid === contract.id);
    if (rows.length === 0 && (await isRetired(taking, contract))) continue;
    const what = rows
      .map(({ startdate, units, price }) => `${String(units)} units from ${dayOf(startdate)} on, ${String(price)}`)
      .join(', ');
    await noted(
      `contract ${contract.id}${what === '' ? '' : ` (${what})`}`,
      autotask.retireContract(contract.id, endOf(contract, taking.lastDayOfMonth)),
    );
  }
  for (const id of made.contracts) {
    if (ids.includes(id)) continue;
    await noted(
      `contract ${id}, which no search finds, so nobody can tell what it has`,
      autotask.retireContract(id, taking.lastDayOfMonth),
    );
  }
  for (const { id } of await probeServices(autotask))
    await noted(`service ${id}`, autotask.patch('Services', { id, isActive: false }));
  return left;
}

/** Out of use, ended, and without a subscription's id. */
async function isRetired({ autotask, lastDayOfMonth, subscriptionUdf }: TakingBack, contract: Raw): Promise<boolean> {
  const inactive = await autotask.inactiveStatus();
  const fields = (Array.isArray(contract.userdefinedfields) ? contract.userdefinedfields : []) as {
    name?: unknown;
    value?: unknown;
  }[];
  const key = fields.find(({ name }) => same(String(name), subscriptionUdf))?.value ?? null;
  const isInUse = inactive !== undefined && Number(contract.status) !== Number(inactive);
  return !isInUse && key === null && dayOf(contract.enddate) <= endOf(contract, lastDayOfMonth);
}

/** With this month, so that no row is left; a contract of an earlier probe keeps its end, and none ends before it began. */
function endOf({ startdate, enddate }: Raw, lastDayOfMonth: Day): Day {
  const [start, end] = [dayOf(startdate), dayOf(enddate)];
  const wanted = end < lastDayOfMonth ? end : lastDayOfMonth;
  return start < wanted ? wanted : addDays(start, 1);
}

export const dayOf = (value: unknown): Day => fromWire(String(value));
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
