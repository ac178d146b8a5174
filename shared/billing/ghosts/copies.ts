import { recordTypeOfKey } from '../contracts/catalogue.js';
import { amountText, big, isZero, postedText, sum } from '../basics/decimal.js';
import type { MonthFacts } from '../report/facts.js';
import { indexPrices } from '../report/items.js';
import { indexNames } from '../report/named.js';
import { standsFor } from '../contracts/ours.js';
import { byText, groupBy } from '../basics/text.js';
import type { Books, Contract, Row, Settings } from '../types.js';

/**
 * Rule 8.6: a contract without our id that was never billed on is ignored, with one exception: it bills a service of ours at a company where a
 * contract of ours has the same, even at 0 by now. That is what a copy made by hand looks like, and the customer pays it.
 */
export interface Copy {
  contractId: number;
  contractName: string;
  companyName: string;
  serviceName: string;
  sales: string;
  currency: string;
  /** The contract of ours that has the same service. */
  originalId: number;
}

/** Services that stand for item codes, and that a contract of ours has in the month. */
export function servicesInUse(books: Books, facts: MonthFacts, { broker }: Pick<Settings, 'broker'>): number[] {
  const [prices, names] = [indexPrices(facts.prices), indexNames(facts.named, broker)];
  const had = new Set(books.rows.map(({ serviceId }) => serviceId));
  // One that has lost its key is the same service still (6.6).
  const lost = new Set((books.gone ?? []).flatMap(({ kind, id }) => (kind === 'service' ? [id] : [])));
  return books.services
    .filter(({ id, key }) => had.has(id) && (recordTypeOfKey(key, prices, names) !== null || lost.has(id)))
    .map(({ id }) => id);
}

/** What other contracts than those of the books bill on services of ours, where it stands next to the same. */
export function copiesOf(
  books: Books,
  others: { contracts: Contract[]; rows: Row[] },
  facts: MonthFacts,
  { broker }: Pick<Settings, 'broker'>,
): Copy[] {
  const ownership = { names: indexNames(facts.named, broker), knownSubscriptions: new Set<string>() };
  const isOurs = (contract: Contract): boolean => standsFor(contract, ownership) !== null;
  const all = new Map([...books.contracts, ...others.contracts].map((contract) => [contract.id, contract]));
  const placeOf = ({ contractId, serviceId }: Row): string => `${all.get(contractId)?.companyId} ${serviceId}`;
  const rows = [...books.rows, ...others.rows].filter(({ contractId }) => all.has(contractId));
  const ours = new Map(
    rows.filter(({ contractId }) => isOurs(all.get(contractId)!)).map((row) => [placeOf(row), row.contractId] as const),
  );
  const copied = groupBy(
    rows.filter((row) => row.units !== 0 && !isOurs(all.get(row.contractId)!) && ours.has(placeOf(row))),
    ({ contractId, serviceId }) => `${contractId} ${serviceId}`,
  );
  return [...copied.values()]
    .map((billed) => copyOf(billed, all.get(billed[0].contractId)!, ours.get(placeOf(billed[0]))!, books))
    .filter(({ sales }) => !isZero(big(sales)))
    .sort((left, right) => left.contractId - right.contractId || byText(left.serviceName, right.serviceName));
}

function copyOf(rows: Row[], { id, name, companyId }: Contract, originalId: number, books: Books): Copy {
  const company = books.companies.find((one) => one.id === companyId);
  const currency = (company?.currency ?? books.internalCurrency).toUpperCase();
  return {
    contractId: id,
    contractName: name,
    companyName: company?.name ?? `company ${companyId}`,
    serviceName: books.services.find((one) => one.id === rows[0]!.serviceId)?.name ?? `service ${rows[0]!.serviceId}`,
    sales: postedText(sum(rows.map(({ price }) => price)), currency),
    currency,
    originalId,
  };
}

const SHOWN = 5;

/** The sentence that people read about them; null where there are none. */
export function copiesText(copies: Copy[]): string | null {
  if (copies.length === 0) return null;
  const parts = copies
    .slice(0, SHOWN)
    .map(
      ({ contractId, contractName, companyName, serviceName, sales, currency, originalId }) =>
        `contract ${contractId} (${contractName}) of ${companyName} bills ${amountText(sales, currency)} of ${serviceName}, which is also on contract ${originalId}`,
    );
  const more = copies.length > SHOWN ? `; and ${copies.length - SHOWN} more` : '';
  return `Billed in addition to what is billed here, on contracts without one of our ids, as copies made by hand are: ${parts.join('; ')}${more}. If it is the same, set its units to 0 in Autotask or end the contract; billing does not touch it.`;
}
