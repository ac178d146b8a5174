import type { Invoice, Item } from './billing-items.js';
import { isRounding, type Claim, type Customer } from './compare.js';
import { amountInWords, asPosted, exact, inWords, largestFirst, textOf, type Exact } from './exact.js';
import { fold, isMadeUp } from './ours.js';
import { NO_SUBSCRIPTION, placeInWords, total, type Dismissed, type Part, type Parts, type Reported } from './sides.js';

/**
 * What customers were really charged (`docs/vendors/autotask.md` 7): billing items, which exist from the moment somebody approves and posts, against the report, per company,
 * subscription and currency. Only sales: that is what an invoice carries. Per place, report = invoiced + posted + open + held + excluded − dismissed + rounding −
 * the differences, and every difference has a name.
 */

/** Why a customer was charged something else than the report says, and how people read that. */
const KINDS = {
  'posted-twice': 'posted twice',
  'changed-by-hand': 'changed by hand while posting',
  'item-missing': 'posted, without a billing item',
  voided: 'invoice voided',
  prorated: 'prorated by Autotask itself',
  'without-source': 'posted, and gone from the contract',
  'contract-differs': 'contract is not as reported',
  'other-month': 'posted in another month',
} as const;
export type DifferenceKind = keyof typeof KINDS;

/** The kind as people read it; one that this version does not know stays as it is. */
export const kindInWords = (kind: string): string => (Object.hasOwn(KINDS, kind) ? KINDS[kind as DifferenceKind] : kind);

export interface ChargeDifference {
  kind: DifferenceKind;
  organizationName: string;
  subscriptionId: string;
  currency: string;
  /** Charged beyond what it should be, "-48.30" for less; of `other-month` the amount, which is not part of the sum. */
  amount: string;
  message: string;
}

/** Sales, decimal text. */
export interface Charges {
  report: string;
  /** On an invoice that is not void. */
  invoiced: string;
  /** Approved and posted, and on no invoice yet. */
  posted: string;
  /** In the contract, and not approved yet. */
  open: string;
  held: string;
  excluded: string;
  /** Money without a line that a person set aside. */
  dismissed: string;
  rounding: string;
  differences: string;
}

export interface CustomerCharges extends Charges {
  organizationName: string;
  currency: string;
}

export interface Invoiced {
  month: string;
  customers: CustomerCharges[];
  totals: (Charges & { currency: string })[];
  /** The largest first. */
  differences: ChargeDifference[];
}

export interface InvoicedGiven extends Omit<Parts, 'off'> {
  month: string;
  reported: Reported[];
  /** What the run left out, and what it holds. */
  excluded: Claim[];
  held: Claim[];
  dismissed: Dismissed[];
  customers: Customer[];
  currencyOf: (companyId: number) => string;
  companyNames: Map<number, string>;
  items: Item[];
  invoices: Invoice[];
  /** Ids of all rows that were read, ours or not: an item of another one is not ours. */
  otherRows: Set<number>;
}

// ---------------------------------------------------------------------------------------------------------------- which item is whose

/** A row or charge of the month with its items: one, when it was posted once. */
interface Charged {
  part: Part;
  items: Item[];
}

interface Assigned {
  charged: Charged[];
  /** Autotask's own items of the month for what changed after posting. */
  prorated: Item[];
  /** Items of rows that are gone. */
  withoutSource: Item[];
}

/** By its link to the row or charge; where a tenant gives none, by contract and service, as long as that names one row. */
function assign({ parts, items, month, placeOf, otherRows }: InvoicedGiven): Assigned {
  const charged = parts.map((part): Charged => ({ part, items: [] }));
  const rows = new Map(charged.filter(({ part }) => part.kind === 'row').map((one) => [one.part.id, one]));
  const charges = new Map(charged.filter(({ part }) => part.kind === 'charge').map((one) => [one.part.id, one]));
  const isMonths = ({ day }: Item): boolean => day.startsWith(`${month}-`);
  const isOurs = ({ contractId }: Item): boolean => contractId !== null && placeOf(contractId).companyId > 0;
  const prorated: Item[] = [];
  const withoutSource: Item[] = [];
  for (const item of items) {
    const source = item.chargeId !== null ? charges.get(item.chargeId) : rows.get(item.rowId ?? 0);
    if (item.adjustmentId !== null) {
      if (isMonths(item) && isOurs(item) && (source !== undefined || isServiceOf(item, charged))) prorated.push(item);
    } else if (source !== undefined) source.items.push(item);
    else if (item.chargeId === null && isMonths(item) && isOurs(item)) {
      const only = item.rowId === null ? onlyRowOf(item, charged) : undefined;
      if (only !== undefined) only.items.push(item);
      else if (item.rowId !== null && !otherRows.has(item.rowId) && isServiceOf(item, charged)) withoutSource.push(item);
    }
  }
  return { charged, prorated, withoutSource };
}

const isServiceOf = ({ contractId, serviceId }: Item, charged: Charged[]): boolean =>
  charged.some(({ part }) => part.contractId === contractId && part.serviceId === serviceId);

function onlyRowOf({ contractId, serviceId }: Item, charged: Charged[]): Charged | undefined {
  const found = charged.filter(({ part }) => part.contractId === contractId && part.serviceId === serviceId);
  return found.length === 1 ? found[0] : undefined;
}

// ---------------------------------------------------------------------------------------------------------------- places

interface Place {
  companyId: number | null;
  subscriptionId: string;
  currency: string;
  reported: Reported[];
  excluded: Claim[];
  held: Claim[];
  dismissed: Dismissed[];
  charged: Charged[];
  prorated: Item[];
  withoutSource: Item[];
}

export function compareInvoiced(given: InvoicedGiven): Invoiced {
  const judged = placesOf(given).map((place) => judge(place, given));
  const customers = grouped(judged, ({ organizationName, currency }) => `${organizationName}|${currency}`);
  const totals = grouped(judged, ({ currency }) => currency);
  return {
    month: given.month,
    customers: customers.map(({ first, sums }) => ({
      organizationName: first.organizationName,
      currency: first.currency,
      ...sums,
    })),
    totals: totals.map(({ first, sums }) => ({ currency: first.currency, ...sums })),
    differences: judged.flatMap(({ differences }) => differences).sort((left, right) => largestFirst(left.amount, right.amount)),
  };
}

const companyIdOf = ({ companyIdText }: Customer): number | null =>
  /^\d+$/.test(companyIdText?.trim() ?? '') ? Number(companyIdText) : null;

const keyOf = (contractKey: string): string => (isMadeUp(fold(contractKey)) ? NO_SUBSCRIPTION : fold(contractKey));

function placesOf(given: InvoicedGiven): Place[] {
  const { reported, excluded, held, dismissed, customers, currencyOf, placeOf } = given;
  const companies = new Map(customers.map((customer) => [fold(customer.organizationId), companyIdOf(customer)]));
  const places = new Map<string, Place>();
  const at = (companyId: number | null, owner: string, subscriptionId: string, currency: string): Place => {
    const key = [companyId ?? owner, subscriptionId, currency].join('|');
    const found = places.get(key) ?? emptyPlace(companyId, subscriptionId, currency);
    places.set(key, found);
    return found;
  };
  const ofOrganization = (organizationId: string, subscriptionId: string, currency: string): Place =>
    at(companies.get(fold(organizationId)) ?? null, fold(organizationId), subscriptionId, currency.toUpperCase());
  const ofContract = (contractId: number): Place => {
    const { companyId, subscriptionId } = placeOf(contractId);
    return at(companyId, '', subscriptionId, currencyOf(companyId));
  };
  for (const one of reported) ofOrganization(one.organizationId, one.subscriptionId, one.currency).reported.push(one);
  for (const one of excluded) ofOrganization(one.organizationId, keyOf(one.contractKey), one.currency).excluded.push(one);
  for (const one of held) ofOrganization(one.organizationId, keyOf(one.contractKey), one.currency).held.push(one);
  for (const one of dismissed) ofContract(one.contractId).dismissed.push(one);
  const { charged, prorated, withoutSource } = assign(given);
  for (const one of charged) ofContract(one.part.contractId).charged.push(one);
  for (const item of prorated) ofContract(item.contractId!).prorated.push(item);
  for (const item of withoutSource) ofContract(item.contractId!).withoutSource.push(item);
  return [...places.values()];
}

const emptyPlace = (companyId: number | null, subscriptionId: string, currency: string): Place => ({
  ...{ companyId, subscriptionId, currency },
  ...{ reported: [], excluded: [], held: [], dismissed: [], charged: [], prorated: [], withoutSource: [] },
});

// ---------------------------------------------------------------------------------------------------------------- judging a place

type Sums = Record<keyof Charges, Exact>;

interface Judged {
  organizationName: string;
  currency: string;
  sums: Sums;
  differences: ChargeDifference[];
}

function judge(place: Place, given: InvoicedGiven): Judged {
  const organizationName = nameOf(place, given.companyNames);
  const findings = [...place.charged.flatMap((one) => partFindings(one, given)), ...itemFindings(place)];
  const contracts = total(place.charged.map(({ part }) => asPosted(part.sales)));
  const report = total(place.reported.map(({ sales }) => sales));
  const excluded = total(place.excluded.map(({ sales }) => exact(sales)));
  const dismissed = total(place.dismissed.map(({ sales }) => exact(sales)));
  const rest = contracts - (report - excluded + dismissed);
  const isRounded = rest !== 0n && isRounding(rest, place.reported, place.currency);
  const isHeld = place.held.length > 0;
  if (rest !== 0n && !isRounded && !isHeld) findings.push(contractFinding(place, rest));
  const inForce = [...place.charged.flatMap(({ items }) => items), ...place.prorated, ...place.withoutSource];
  const billed = inForce.filter((item) => voidOf(item, given) === null);
  const sums: Sums = {
    report,
    invoiced: total(billed.filter(({ invoiceId }) => invoiceId !== null).map(({ sales }) => sales)),
    posted: total(billed.filter(({ invoiceId }) => invoiceId === null).map(({ sales }) => sales)),
    open: total(place.charged.filter(isOpen).map(({ part }) => asPosted(part.sales))),
    held: isHeld ? -rest : 0n,
    ...{ excluded, dismissed },
    rounding: isRounded && !isHeld ? -rest : 0n,
    differences: total(findings.filter(({ isInSum }) => isInSum).map(({ amount: sales }) => sales)),
  };
  const { subscriptionId, currency } = place;
  const differences = findings.map(({ kind, amount: sales, message }) => ({
    ...{ kind, organizationName, subscriptionId, currency, amount: textOf(sales, currency) },
    message: `${organizationName}: ${placeInWords(subscriptionId, place.reported)}, ${message(currency)}`,
  }));
  return { organizationName, currency, sums, differences };
}

const nameOf = ({ reported, companyId }: Place, companyNames: Map<number, string>): string =>
  [...new Set(reported.map((one) => one.organizationName))].sort().join(', ') ||
  (companyNames.get(companyId ?? 0) ?? `company ${companyId}`);

const isOpen = ({ part, items }: Charged): boolean => !part.isPosted && items.length === 0;

interface Finding {
  kind: DifferenceKind;
  amount: Exact;
  /** Whether the amount was charged too much (or too little), rather than at another time. */
  isInSum: boolean;
  message: (currency: string) => string;
}

const finding = (kind: DifferenceKind, sales: Exact, message: Finding['message']): Finding => ({
  ...{ kind, message },
  amount: sales,
  isInSum: kind !== 'other-month',
});

/**
 * The invoice that was voided with the item on it: by its link, or, where voiding set the item free, by company and day. What was posted after the invoice was
 * made never was on it.
 */
const voidOf = (item: Item, { invoices }: InvoicedGiven): Invoice | null =>
  invoices.find(
    (invoice) => invoice.isVoid && (item.invoiceId === null ? mayHaveHeld(invoice, item) : invoice.id === item.invoiceId),
  ) ?? null;

const mayHaveHeld = ({ companyId, from, to, madeAt }: Invoice, item: Item): boolean =>
  companyId === item.companyId &&
  from !== null &&
  to !== null &&
  from <= item.day &&
  item.day <= to &&
  (item.postedAt === null || madeAt === null || item.postedAt <= madeAt);

/** What became of one row or charge, other than being billed once as it stands. */
function partFindings({ part, items }: Charged, given: InvoicedGiven): Finding[] {
  const stands = asPosted(part.sales);
  if (items.length === 0) {
    if (!part.isPosted || stands === 0n) return [];
    const message = (currency: string): string =>
      `${part.label}: Autotask shows ${amountInWords(stands, currency)} of it as approved and posted, and no billing item`;
    return [finding('item-missing', -stands, message)];
  }
  const findings: Finding[] = [];
  const sum = total(items.map(({ sales }) => sales));
  if (sum !== stands) findings.push(otherSum(part, items, sum, stands));
  for (const item of items) {
    const invoice = voidOf(item, given);
    if (invoice !== null)
      findings.push(
        finding(
          'voided',
          -item.sales,
          (currency) =>
            `${part.label}: ${amountInWords(item.sales, currency)} was on invoice ${invoice.number}, which was voided`,
        ),
      );
    if (!item.day.startsWith(`${given.month}-`))
      findings.push(
        finding(
          'other-month',
          item.sales,
          (currency) => `${part.label}: ${amountInWords(item.sales, currency)} was posted with the date ${item.day}`,
        ),
      );
  }
  return findings;
}

function otherSum(part: Part, items: Item[], sum: Exact, stands: Exact): Finding {
  if (items.length > 1)
    return finding(
      'posted-twice',
      sum - stands,
      (currency) =>
        `${part.label}: ${items.length} billing items of ${items.map(({ sales }) => inWords(textOf(sales, currency))).join(' + ')} ${currency} for ${inWords(textOf(stands, currency))}`,
    );
  return finding(
    'changed-by-hand',
    sum - stands,
    (currency) =>
      `${part.label}: ${amountInWords(sum, currency)} was posted, in the contract stand ${inWords(textOf(stands, currency))}`,
  );
}

const itemFindings = ({ prorated, withoutSource }: Place): Finding[] => [
  ...prorated.map(({ id, sales }) =>
    finding('prorated', sales, (currency) => `billing item ${id}: Autotask itself prorated ${amountInWords(sales, currency)}`),
  ),
  ...withoutSource.map(({ id, sales, rowId }) =>
    finding(
      'without-source',
      sales,
      (currency) => `billing item ${id}: ${amountInWords(sales, currency)} of row ${rowId}, which is gone`,
    ),
  ),
];

function contractFinding({ charged, reported, excluded, dismissed }: Place, rest: Exact): Finding {
  const should =
    total(reported.map(({ sales }) => sales)) -
    total(excluded.map(({ sales }) => exact(sales))) +
    total(dismissed.map(({ sales }) => exact(sales)));
  const isPosted = charged.some((one) => !isOpen(one));
  return finding(
    'contract-differs',
    rest,
    (currency) =>
      `the report says ${amountInWords(should, currency)}, in the contract stand ${inWords(textOf(should + rest, currency))} (${charged.map(({ part }) => part.label).join(', ') || 'nothing'}): ` +
      (isPosted ? 'changed by hand before it was posted, or restated since' : 'changed by hand, or restated since the last run'),
  );
}

// ---------------------------------------------------------------------------------------------------------------- adding up

function grouped(judged: Judged[], keyOfGroup: (one: Judged) => string): { first: Judged; sums: Charges }[] {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) groups.set(keyOfGroup(one), [...(groups.get(keyOfGroup(one)) ?? []), one]);
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, [first, ...others]]) => ({ first: first!, sums: inText([first!, ...others], first!.currency) }));
}

function inText(judged: Judged[], currency: string): Charges {
  const sum = (of: keyof Sums): string => textOf(total(judged.map(({ sums }) => sums[of])), currency);
  return {
    report: sum('report'),
    invoiced: sum('invoiced'),
    posted: sum('posted'),
    open: sum('open'),
    held: sum('held'),
    excluded: sum('excluded'),
    dismissed: sum('dismissed'),
    rounding: sum('rounding'),
    differences: sum('differences'),
  };
}
