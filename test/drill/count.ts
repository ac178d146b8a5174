import type { AutotaskState } from '../../sandbox/index.js';
import { companyOf, expectedItems, type ReportedWorld } from '../simulation/expected.js';
import { shown } from '../simulation/money.js';
import { checkDuplicates, keyOf, moneyOf } from '../simulation/tables.js';

/** What a drill has done to the money: from the vendors' own tables and the world alone, with nothing that the product says. */
export interface Figures {
  /** Effects that are there twice, and contracts that belong to nothing of the report. */
  duplicates: number;
  /** Items of the report of which nothing stands in Autotask. */
  lost: number;
  /** Difference between what stands for a contract and what the report has for it, summed over contracts, cost and sales, without signs. */
  centsOff: number;
  /** Each of them in words. */
  problems: string[];
}

export interface Counted {
  world: ReportedWorld;
  broker: string;
  month: string;
  asOf: string;
  begin: AutotaskState;
  end: AutotaskState;
  /** Record types that are billed; none: all. */
  recordTypes?: string[];
}

export function count({ world, broker, month, asOf, begin, end, recordTypes }: Counted): Figures {
  const expected = expectedItems(world, broker, month, asOf).filter(
    ({ organizationId, recordType }) =>
      recordType !== 'CustomService' &&
      recordTypes?.includes(recordType) !== false &&
      companyOf(world, organizationId).id !== null,
  );
  const twice = checkDuplicates(end).map(({ message }) => message);
  const keys = new Set(expected.map(({ contractKey }) => contractKey.toLowerCase()));
  const before = new Set(begin.contracts.map(({ id }) => id));
  const strays = end.contracts
    .filter((contract) => !before.has(contract.id) && !keys.has(keyOf(contract)))
    .map(({ id }) => `contract ${id} belongs to nothing of the report`);
  const lost: string[] = [];
  const off: string[] = [];
  let centsOff = 0n;
  for (const key of keys) {
    const own = expected.filter(({ contractKey }) => contractKey.toLowerCase() === key);
    const standing = moneyOf(end, key, month);
    for (const side of ['cost', 'sales'] as const) {
      const wanted = own.reduce((sum, item) => sum + item[side], 0n);
      if (standing[side] === wanted) continue;
      centsOff += standing[side] > wanted ? standing[side] - wanted : wanted - standing[side];
      off.push(`${key}: ${side} ${shown(standing[side])} in Autotask, ${shown(wanted)} in the report`);
      if (side === 'sales' && standing.sales === 0n && standing.cost === 0n) lost.push(`nothing stands for ${key}`);
    }
  }
  return {
    duplicates: twice.length + strays.length,
    lost: lost.length,
    centsOff: Number(centsOff),
    problems: [...twice, ...strays, ...lost, ...off],
  };
}
