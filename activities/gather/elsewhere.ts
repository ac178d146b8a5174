import { big } from '../../shared/billing/basics/decimal.js';
import type { Elsewhere } from '../../shared/billing/contracts/elsewhere.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { fold, groupBy } from '../../shared/billing/basics/text.js';
import type { Books, Month } from '../../shared/billing/types.js';
import type { ReadOptions } from '../../shared/autotask/index.js';
import { readTakeoverDismissals, type TakeoverDismissal } from '../../shared/evidence/takeover.js';
import { nameScore } from '../../shared/likeness.js';
import type { Dependencies } from '../dependencies.js';

/**
 * What others' contracts bill already (rule 6.7): read for companies for which a contract would be made, and for no others, so that a month in balance costs
 * no call.
 */

/** A plan that would make a contract, and whose company nobody has looked at. */
type Asking = Pick<Plan, 'companyId' | 'items'>;

export async function withElsewhere(
  { autotask, evidence }: Pick<Dependencies, 'autotask' | 'evidence'>,
  { request: { broker, month }, books, asking }: { request: { broker: string; month: Month }; books: Books; asking: Asking[] },
  options: ReadOptions,
): Promise<Books> {
  const companies = [...new Set(asking.flatMap(({ companyId }) => companyId ?? []))].sort((left, right) => left - right);
  if (companies.length === 0) return books;
  const { rows, unread } = await autotask.readForeign({ month, companyIds: companies, ...options });
  const itemsOf = groupBy(
    asking.flatMap(({ companyId, items }) => items.map(({ productName }) => ({ companyId, productName }))),
    ({ companyId }) => companyId,
  );
  const elsewhere: Elsewhere = {
    companies,
    rows: rows.map((row) => ({ ...row, alike: alike(row.serviceName, itemsOf.get(row.contract.companyId) ?? []) })),
    unread,
  };
  return { ...books, elsewhere: setAsideElsewhere(elsewhere, await readTakeoverDismissals(evidence, broker)) };
}

const alike = (serviceName: string, items: { productName: string }[]): Record<string, number> =>
  Object.fromEntries(items.map(({ productName }) => [fold(productName), nameScore(serviceName, productName)]));

/** The rows, with the reason on those that a person dismissed with exactly this amount. */
export function setAsideElsewhere(elsewhere: Elsewhere, dismissals: TakeoverDismissal[]): Elsewhere {
  const rows = elsewhere.rows.map(({ dismissed: _, ...row }) => {
    const found = dismissals.find(
      (one) => one.contractId === row.contract.id && one.serviceId === row.serviceId && big(one.amount).eq(row.amount),
    );
    return found === undefined ? row : { ...row, dismissed: found.reason };
  });
  return { ...elsewhere, rows };
}

/** What was dismissed since the survey counts from now on. */
export async function withLaterDismissals(
  { evidence }: Pick<Dependencies, 'evidence'>,
  broker: string,
  books: Books,
): Promise<Books> {
  const { elsewhere } = books;
  if (elsewhere === undefined || elsewhere.rows.length === 0) return books;
  return { ...books, elsewhere: setAsideElsewhere(elsewhere, await readTakeoverDismissals(evidence, broker)) };
}
