import { createHash } from 'node:crypto';
import type { Line } from '../billing/types.js';
import { amountInWords, exact, inWords, minorOf, product, quotient, textOf, toMinor, type Exact } from './exact.js';
import { fold, isMadeUp } from './ours.js';
import { NO_SUBSCRIPTION, placeInWords, total, type Reported, type Standing, type Sum } from './sides.js';

/** Whether report = posted + excluded, per customer and currency and in every single subscription, so that two mistakes cannot cancel out. */

/** An amount the run left out, with its reason: a claim until it is confirmed here. */
export interface Claim {
  organizationId: string;
  organizationName: string;
  /** Subscription id, or the `cm-…` value of a contract without one. */
  contractKey: string;
  productName: string;
  currency: string;
  cost: string;
  sales: string;
  reason: string;
}

export interface Customer {
  organizationId: string;
  organizationName: string;
  /** What the organization's property in Cloudmore says now; null when it is empty. */
  companyIdText: string | null;
}

export interface Given {
  reported: Reported[];
  standing: Standing[];
  claims: Claim[];
  customers: Customer[];
  currencyOf: (companyId: number) => string;
  /** The month's rate of a currency and the one that costs stand in; null where costs stand as they are reported (rule 3.5). */
  costRateOf: (currency: string) => { rate: string; currency: string } | null;
  companyNames: Map<number, string>;
  settings: { exportRecordTypes: string[]; excludeServices: string[] };
}

export interface Difference {
  organizationName: string;
  subscriptionId: string;
  currency: string;
  side: 'cost' | 'sales';
  report: string;
  excluded: string;
  autotask: string;
  /** Autotask less what it should be. */
  difference: string;
  message: string;
}

export interface Money {
  cost: string;
  sales: string;
}

export interface CustomerClose {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  currency: string;
  lines: number;
  report: Money;
  posted: Money;
  excluded: Money;
  /** Report less posted and excluded: nothing, but where Cloudmore's lines have more digits than the currency. */
  rounding: Money;
  /** SHA-256 of the customer's lines, and of what stands for it in Autotask. */
  digests: { cloudmore: string; autotask: string };
}

export interface Exclusion extends Claim {
  /** Whether the reason was seen again while closing, or rests on what a person or the run recorded. */
  confirmed: 'seen again' | 'by a person' | 'as the run recorded';
}

export interface Comparison {
  customers: CustomerClose[];
  exclusions: Exclusion[];
  differences: Difference[];
}

export function compare(given: Given): Comparison {
  const { exclusions, unfounded } = confirm(given);
  const { places, differences } = checkPlaces(given);
  return { customers: customersOf(given, places), exclusions, differences: [...unfounded, ...differences] };
}

// ---------------------------------------------------------------------------------------------------------------- exclusions

const companyIdOf = ({ companyIdText }: Customer): number | null =>
  /^\d+$/.test(companyIdText?.trim() ?? '') ? Number(companyIdText) : null;

const keyOf = (contractKey: string): string => (isMadeUp(fold(contractKey)) ? NO_SUBSCRIPTION : fold(contractKey));

function confirm(given: Given): { exclusions: Exclusion[]; unfounded: Difference[] } {
  const exclusions: Exclusion[] = [];
  const unfounded: Difference[] = [];
  for (const claim of given.claims) {
    const seen = isSeenAgain(claim, given);
    exclusions.push({
      ...claim,
      confirmed: seen
        ? 'seen again'
        : claim.reason === 'skipped' || claim.reason === 'undone'
          ? 'by a person'
          : 'as the run recorded',
    });
    if (seen === false)
      unfounded.push({
        organizationName: claim.organizationName,
        subscriptionId: claim.contractKey,
        currency: claim.currency,
        side: 'sales',
        report: claim.sales,
        excluded: claim.sales,
        autotask: claim.sales,
        difference: claim.sales,
        message: `${claim.organizationName}: ${claim.productName}, ${inWords(claim.sales)} ${claim.currency}, was excluded (${claim.reason.replaceAll('-', ' ')}), but the reason is gone.`,
      });
  }
  return { exclusions, unfounded };
}

/** False when the reason is plainly not there any more; null when it is not known without the planner. */
function isSeenAgain(claim: Claim, { customers, reported, settings }: Given): boolean | null {
  const lines = linesOf(claim, reported);
  switch (claim.reason) {
    case 'company-id-missing': {
      const customer = customers.find(({ organizationId }) => fold(organizationId) === fold(claim.organizationId));
      return fold(customer?.companyIdText) === '';
    }
    case 'custom-service':
      return lines.some(({ isCustomService }) => isCustomService);
    case 'service-off': {
      const off = settings.excludeServices.map(fold);
      return lines.some(({ serviceId, serviceName }) => off.includes(fold(serviceId)) || off.includes(fold(serviceName)));
    }
    case 'record-type-off': {
      const types = lines.flatMap(({ recordType }) => (recordType === null ? [] : [fold(recordType)]));
      const exported = settings.exportRecordTypes.map(fold);
      return types.some((type) => !exported.includes(type)) ? true : null;
    }
    default:
      return null;
  }
}

const linesOf = ({ organizationId, contractKey }: Claim, reported: Reported[]): Line[] =>
  reported
    .filter((one) => fold(one.organizationId) === fold(organizationId) && one.subscriptionId === keyOf(contractKey))
    .flatMap(({ lines }) => lines);

// ---------------------------------------------------------------------------------------------------------------- places

/** One subscription at one company (or at none) in one currency: what the report says, what was excluded, what stands in Autotask. */
interface Place {
  companyId: number | null;
  subscriptionId: string;
  currency: string;
  reported: Reported[];
  claims: Claim[];
  standing: Standing | null;
  /** What stands, in the report's currency. */
  stands: Sum;
}

function checkPlaces(given: Given): { places: Place[]; differences: Difference[] } {
  const places = placesOf(given);
  return {
    places,
    differences: places.flatMap((place) => (['sales', 'cost'] as const).flatMap((side) => check(place, side, given))),
  };
}

function placesOf({ reported, standing, claims, customers, currencyOf, costRateOf }: Given): Place[] {
  const companyOf = new Map(customers.map((customer) => [fold(customer.organizationId), companyIdOf(customer)]));
  const places = new Map<string, Place>();
  const place = (companyId: number | null, owner: string, subscriptionId: string, currency: string): Place => {
    // Without a company nothing can stand anywhere: each customer is a separate place.
    const key = [companyId ?? owner, subscriptionId, currency].join('|');
    const found = places.get(key) ?? {
      ...{ companyId, subscriptionId, currency },
      ...{ reported: [], claims: [], standing: null, stands: NOTHING },
    };
    places.set(key, found);
    return found;
  };
  for (const one of reported) {
    const owner = fold(one.organizationId);
    place(companyOf.get(owner) ?? null, owner, one.subscriptionId, one.currency).reported.push(one);
  }
  for (const claim of claims) {
    const owner = fold(claim.organizationId);
    place(companyOf.get(owner) ?? null, owner, keyOf(claim.contractKey), claim.currency.toUpperCase()).claims.push(claim);
  }
  for (const one of standing) place(one.companyId, '', one.subscriptionId, currencyOf(one.companyId)).standing = one;
  for (const one of places.values()) one.stands = asReported(one, costRateOf(one.currency));
  return [...places.values()];
}

const NOTHING: Sum = { cost: 0n, sales: 0n };

/**
 * What stands in the report's currency. A cost that was converted is the report's own where it is that at the month's rate, each item rounded separately; otherwise it is converted
 * back, and differs.
 */
function asReported({ standing, reported, claims, currency }: Place, rate: ReturnType<Given['costRateOf']>): Sum {
  if (standing === null || rate === null) return standing ?? NOTHING;
  const cost = reportedSum(reported, 'cost') - excludedOf(claims, 'cost');
  const difference = standing.cost - product(cost, exact(rate.rate));
  const items = BigInt(new Set(reported.flatMap(({ lines }) => lines.map(itemOf))).size);
  const isIt = (difference < 0n ? -difference : difference) * 2n <= items * minorOf(rate.currency);
  return {
    sales: standing.sales,
    cost: isIt ? toMinor(cost, currency) : toMinor(quotient(standing.cost, exact(rate.rate)), currency),
  };
}

const itemOf = ({ organizationId, itemCode, productName }: Line): string =>
  JSON.stringify([fold(organizationId), fold(itemCode) || fold(productName)]);

const excludedOf = (claims: Claim[], side: keyof Sum): Exact => total(claims.map((claim) => exact(claim[side])));
const reportedSum = (reported: Reported[], side: keyof Sum): Exact => total(reported.map((one) => one[side]));

function check(place: Place, side: keyof Sum, { companyNames }: Given): Difference[] {
  const { currency, reported, claims, standing, stands: sums, subscriptionId, companyId } = place;
  const report = reportedSum(reported, side);
  const excluded = excludedOf(claims, side);
  const stands = sums[side];
  const difference = stands - (report - excluded);
  if (isRounding(difference, reported, currency)) return [];
  const whose =
    [...new Set(reported.map(({ organizationName }) => organizationName))].join(', ') ||
    (companyNames.get(companyId ?? 0) ?? `company ${companyId}`);
  const text = (value: Exact): string => textOf(value, currency);
  const what = placeInWords(subscriptionId, reported);
  return [
    {
      organizationName: whose,
      subscriptionId,
      currency,
      side,
      report: text(report),
      excluded: text(excluded),
      autotask: text(stands),
      difference: text(difference),
      message: `${whose}: ${what}, ${side}: the report says ${amountInWords(report, currency)}${excluded === 0n ? '' : `, ${inWords(text(excluded))} of it excluded`}; in Autotask stand ${inWords(text(stands))} (${standing?.parts.join(', ') ?? 'nothing'}), ${inWords(text(difference))} off.`,
    },
  ];
}

/** Sums with more digits than the currency are rounded per item: half a minor unit each is not a difference. */
export function isRounding(difference: Exact, reported: Reported[], currency: string): boolean {
  const size = difference < 0n ? -difference : difference;
  const roundings = BigInt(reported.reduce((count, one) => count + one.roundings, 0));
  return size * 2n <= roundings * minorOf(currency);
}

// ---------------------------------------------------------------------------------------------------------------- customers

function customersOf({ customers, reported, currencyOf }: Given, places: Place[]): CustomerClose[] {
  const closes = customers.flatMap((customer) => {
    const own = reported.filter(({ organizationId }) => fold(organizationId) === fold(customer.organizationId));
    const currencies = [...new Set(own.map(({ currency }) => currency))].sort();
    return currencies.map((currency) =>
      customerClose(customer, {
        currency,
        own: own.filter((one) => one.currency === currency),
        places: places.filter((place) => place.currency === currency),
        currencyOf,
      }),
    );
  });
  return closes.sort((left, right) => (left.organizationName < right.organizationName ? -1 : 1));
}

interface CustomerCloseInput {
  currency: string;
  own: Reported[];
  places: Place[];
  currencyOf: Given['currencyOf'];
}

function customerClose(customer: Customer, { currency, own, places, currencyOf }: CustomerCloseInput): CustomerClose {
  const companyId = companyIdOf(customer);
  const mine = places.filter(({ reported }) => reported.some((one) => own.includes(one)));
  const claims = mine.flatMap((place) =>
    place.claims.filter((claim) => fold(claim.organizationId) === fold(customer.organizationId)),
  );
  const posted = (side: keyof Sum): Exact => total(mine.map((place) => postedShare(place, own, customer, side)));
  const money = (of: (side: keyof Sum) => Exact): Money => ({
    cost: textOf(of('cost'), currency),
    sales: textOf(of('sales'), currency),
  });
  const excluded = (side: keyof Sum): Exact => excludedOf(claims, side);
  const isBilled = companyId !== null && currencyOf(companyId) === currency;
  return {
    organizationId: customer.organizationId,
    organizationName: customer.organizationName,
    companyId,
    currency,
    lines: own.reduce((count, { lines }) => count + lines.length, 0),
    report: money((side) => reportedSum(own, side)),
    posted: money(posted),
    excluded: money(excluded),
    rounding: money((side) => reportedSum(own, side) - posted(side) - excluded(side)),
    digests: {
      cloudmore: digestOf(own.flatMap(({ lines }) => lines.map(lineKey)).sort()),
      autotask: digestOf(
        isBilled ? mine.flatMap(({ standing }) => (standing ? [standingKey(standing, currency)] : [])).sort() : [],
      ),
    },
  };
}

/** What stands for the customer at a place. Where two customers of one company meet, each has its own part of the report. */
function postedShare(place: Place, own: Reported[], { organizationId }: Customer, side: keyof Sum): Exact {
  if (place.reported.every((one) => own.includes(one))) return place.stands[side];
  const claims = place.claims.filter((claim) => fold(claim.organizationId) === fold(organizationId));
  const mine = place.reported.filter((one) => own.includes(one));
  return toMinor(reportedSum(mine, side), place.currency) - excludedOf(claims, side);
}

const lineKey = (line: Line): string =>
  JSON.stringify([
    line.subscriptionId,
    line.itemCode,
    line.productName,
    line.billingDate,
    line.quantity,
    line.cost,
    line.sales,
    line.currency,
  ]);

const standingKey = ({ subscriptionId, cost, sales }: Standing, currency: string): string =>
  JSON.stringify([subscriptionId, textOf(cost, currency), textOf(sales, currency)]);

/** SHA-256 of a JSON value, in hex. */
export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value), 'utf8').digest('hex');
