import assert from 'node:assert/strict';
import { firstDay, lastDay, nextMonth } from '../../shared/billing/basics/month.js';
import { organizationResult } from '../../shared/billing/results/reconcile.js';
import { NO_CALLS, NO_WRITES, type Amounts } from '../../shared/billing/results/results.js';
import type { ExtendContractStep, Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { plan } from '../billing/builders.js';
import type { AutotaskInMemory } from '../billing/memory.js';
import { decimalsOf, exact, modelItems, POSTED, rounded, standing, type ModelItem, type Money } from './model.js';
import { ofItems, type Day, type Ran } from './month.js';

/** What must hold after every daily run (billing rules, section 0). Throws with the contract and month where it does not. */
export function checkDay(day: Day): void {
  for (const ran of day.ran) {
    everyLineIsInOneItem(ran);
    reportIsPostedHeldAndExcluded(ran, day);
    whatIsHeldHasItsReason(ran, day);
    nothingIsWrittenTwice(ran);
    orderDoesNotMatter(ran);
    interruptionDoesNotMatter(ran);
  }
  everyAmountStandsToTheCent(day);
  whatCarriesOnStandsThere(day);
  whatIsPaidOnceEnds(day);
  nothingIsLeftToDo(day);
  frozenThingsAreUntouched(day);
  nobodyElsesThingsAreTouched(day);
  noEndMovesBack(day);
}

const reported = ({ report, organizationId, asOf }: Ran): ModelItem[] => {
  const lines = report.lines!.filter((line) => line.organizationId === organizationId && line.billingDate < asOf);
  return modelItems(lines, { subscriptions: report.subscriptions! });
};

/** The plan as it was carried out: where adjustments were refused, the second plan decides about their items. */
const outcomes = ({ plan: first, second, refused }: Ran): PlannedItem[] =>
  first.items.map((item) => (refused.includes(item.id) ? second!.items.find(({ id }) => id === item.id)! : item));

/** What stands in the month without a line. What carries on into the next one (7.6) stands there, and is listed by that month's plan. */
const ghostsOf = ({ plan: first, second }: Ran): Plan['ghosts'] =>
  (second ?? first).ghosts.filter(({ outcome, rule }) => outcome !== 'zeroed' && rule !== CARRIED_ON);

const CARRIED_ON = '7.6';

// ---------------------------------------------------------------------------------------------------------------- 1 and 7: conservation

function everyLineIsInOneItem(ran: Ran): void {
  const shown = (item: {
    contractKey: string;
    type: string;
    currency: string;
    lines: number;
    sales: string;
    cost: string;
  }): string => `${item.contractKey} ${item.type}: ${item.lines} lines, ${item.sales} / ${item.cost} ${item.currency}`;
  const expected = reported(ran).map((item) =>
    shown({
      ...item,
      type: item.type.replace('Software', ''),
      sales: shownAs(item.sales, item.currency),
      cost: shownAs(item.cost, item.currency),
    }),
  );
  assert.deepEqual(ran.plan.items.map(shown).sort(), expected.sort(), `items of ${ran.organizationId} in ${ran.month}`);
}

/** Hundredths as the product writes them, in minor units: "-48.30". */
function shownAs(hundredths: bigint, currency: string): string {
  const decimals = decimalsOf(currency);
  const minor = decimals < POSTED ? hundredths / 100n : hundredths * 10n ** BigInt(decimals - POSTED);
  const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${minor < 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`;
}

function reportIsPostedHeldAndExcluded(ran: Ran, { internalCurrency }: Day): void {
  const items = outcomes(ran);
  const { organizationId, organizationName, companyId, month, asOf, ghosts, notes, steps, digest } = ran.plan;
  const result = organizationResult(
    {
      ...{ organizationId, organizationName, companyId, month, asOf, ghosts, notes, steps, items },
      ...{ status: 'Done', planDigest: digest, workflowId: null, writes: NO_WRITES, calls: NO_CALLS, message: null },
    },
    internalCurrency,
  );
  for (const sums of [{ ...result, currency: internalCurrency }, ...result.otherCurrencies]) {
    const own = reported(ran).filter(({ currency }) => currency === sums.currency);
    const decimals = Math.max(POSTED, decimalsOf(sums.currency));
    for (const side of ['sales', 'cost'] as const) {
      const total = own.reduce((sum, item) => sum + amountOf(item, side, decimals), 0n);
      const minor = (amounts: Amounts): bigint => rounded(exact(amounts[side]), decimals);
      assert.equal(minor(sums.report), total, `${side} of the report in ${sums.currency}`);
      assert.equal(minor(sums.posted) + minor(sums.held) + minor(sums.excluded), total, `${side} posted + held + excluded`);
    }
  }
}

/** An item's amount as people are told it: of a currency with more decimals than posting keeps, what the report says. */
const amountOf = (item: ModelItem, side: 'sales' | 'cost', decimals: number): bigint =>
  decimals === POSTED ? item[side] : rounded(side === 'sales' ? item.exactSales : item.exactCost, decimals);

/** Nothing is held but for a reason that shows in the books or the report. */
function whatIsHeldHasItsReason(ran: Ran, { internalCurrency, after }: Day): void {
  for (const item of outcomes(ran)) {
    assert.equal(item.outcome === 'posted', item.reason === null, `${item.id} has an outcome and its reason`);
    if (item.reason !== null) assert.ok(isTrue(item, ran, after, internalCurrency), `${item.contractKey} is ${item.reason}`);
  }
}

function isTrue(item: PlannedItem, { month, plan: made }: Ran, { contracts, rows, charges }: Books, currency: string): boolean {
  const contract = contracts.find(({ subscriptionId }) => subscriptionId === item.contractKey);
  const inMonth = rows.filter((row) => row.contractId === contract?.id && row.startDay.startsWith(month));
  switch (item.reason) {
    case 'currency-mismatch':
      return item.currency !== currency;
    case 'unclassified':
      return item.type === 'Unclassified' || item.itemCode === null;
    case 'contract-duplicate':
      return made.items.filter(({ contractKey }) => contractKey === item.contractKey).length > 1;
    case 'period-frozen':
      return (
        contract !== undefined &&
        (contract.startDay > `${month}-01` ||
          inMonth.some(({ frozen }) => frozen) ||
          charges.some(({ billed, contractId, key }) => billed && contractId === contract.id && key.startsWith(`CM-${month}`)))
      );
    default:
      return false;
  }
}

// ---------------------------------------------------------------------------------------------------------------- the money

/**
 * Row + charge of every contract of ours are what the report says of it, plus what the plan names as standing without a line; in every month the run treated,
 * after all of them. What is held stands as it stood.
 */
function everyAmountStandsToTheCent({ ran, after }: Day): void {
  for (const month of new Set(ran.map((one) => one.month))) {
    const ofMonth = ran.filter((one) => one.month === month);
    const items = ofMonth.flatMap(outcomes);
    const ghosts = ofMonth.flatMap(ghostsOf);
    const keys = [
      ...after.contracts.filter(({ id }) => id !== 1).map(({ subscriptionId }) => subscriptionId!),
      ...items.map((item) => item.contractKey),
    ];
    for (const key of new Set(keys)) {
      const own = items.filter(({ contractKey }) => contractKey === key);
      const stands = standing(after, key, month);
      if (own.some(({ outcome }) => outcome !== 'posted')) {
        if (own.every(({ outcome }) => outcome !== 'posted'))
          assert.deepEqual(stands, standing(startOf(ofMonth, key), key, month), `held: ${key} ${month}`);
        continue;
      }
      const wanted = total([...own, ...ghosts.filter(({ contractKey }) => contractKey === key)]);
      assert.deepEqual(stands, wanted, `${key} in ${month}`);
    }
  }
}

/** What a plan lists as carrying on is what the next month bills, where that was not billed on the same day. */
function whatCarriesOnStandsThere({ ran, after }: Day): void {
  for (const { plan: first, second, month } of ran) {
    const following = nextMonth(month);
    if (ran.some((one) => one.month === following)) continue;
    for (const { rule, contractId, contractKey, serviceId, sales, cost } of (second ?? first).ghosts) {
      if (rule !== CARRIED_ON) continue;
      const rows = after.rows.filter(
        (row) => row.contractId === contractId && row.serviceId === serviceId && row.startDay.startsWith(following),
      );
      const stands = total(rows.map(({ price, cost: rowCost }) => ({ sales: price, cost: rowCost })));
      assert.deepEqual(stands, total([{ sales, cost }]), `${contractKey} carries on into ${following}`);
    }
  }
}

/** Autotask before the month of the organization whose contract it is: an earlier month of the same day may have carried units into it. */
const startOf = (ofMonth: Ran[], key: string): Books =>
  ofMonth.find(({ plan: made }) => made.items.some(({ contractKey }) => contractKey === key))!.start.books;

/** Rule 7.6: units paid for once are not billed again in the month after, but where that is approved or somebody made something else of it. */
function whatIsPaidOnceEnds({ ran, after }: Day): void {
  const posted = ran.flatMap((one) => outcomes(one).flatMap((item) => (item.outcome === 'posted' ? [{ ...one, item }] : [])));
  for (const { item, month, report, refused } of posted) {
    const following = nextMonth(month);
    const isPaidOnce =
      item.type === 'Perpetual' ||
      report.prices!.some(({ itemCode, paymentMonths }) => itemCode === item.itemCode && (paymentMonths ?? 0) > 1);
    const isBilledAgain = posted.some((other) => other.month === following && other.item.contractKey === item.contractKey);
    if (!isPaidOnce || isBilledAgain || refused.includes(item.id)) continue;
    const contract = after.contracts.find(({ subscriptionId }) => subscriptionId === item.contractKey);
    const key = item.type === 'Perpetual' ? 'cloudmore:perpetual' : item.itemCode;
    const service = after.services.find((one) => one.key === key);
    const rows = after.rows.filter((row) => row.contractId === contract?.id && row.serviceId === service?.id);
    for (const row of rows.filter(({ startDay }) => startDay.startsWith(month))) {
      const later = rows.filter(({ startDay }) => startDay >= firstDay(following));
      const goesOn = later.find(({ startDay }) => startDay === firstDay(following));
      const isOpen = later.every(({ frozen, units }) => !frozen && units >= row.units);
      const isSame = goesOn?.units === row.units && goesOn.price === row.price && goesOn.cost === row.cost;
      assert.ok(!(isOpen && isSame && row.units > 0), `${item.contractKey} is billed again in ${following}`);
    }
  }
}

const total = (parts: { sales: string; cost: string }[]): Money => ({
  sales: parts.reduce((sum, { sales }) => sum + rounded(exact(sales), POSTED), 0n),
  cost: parts.reduce((sum, { cost }) => sum + rounded(exact(cost), POSTED), 0n),
});

// ---------------------------------------------------------------------------------------------------------------- 2 to 5: once, and whatever comes between

function nothingIsWrittenTwice({ plan: first, second, refused }: Ran): void {
  const steps = [...first.steps, ...(second ? ofItems(second, refused) : [])];
  const writes = steps.flatMap((step) => {
    if (step.kind === 'postAdjustment' && !step.items.every((id) => refused.includes(id)))
      return [`adjustment ${step.contractKey} ${step.serviceKey} ${step.contractServiceId} ${step.day}`];
    if (step.kind === 'postCharge' && step.action !== 'delete' && !step.items.every((id) => refused.includes(id)))
      return [`charge ${step.items.join()}`];
    return [];
  });
  assert.deepEqual(
    writes.filter((write, index) => writes.indexOf(write) !== index),
    [],
    'one write for each month, item and kind',
  );
}

/** Invariant 3. */
function nothingIsLeftToDo({ ran, after }: Day): void {
  for (const { situation, refused, month } of ran)
    assert.deepEqual(
      plan({ ...situation, books: structuredClone(after), refused }).steps.map(({ summary }) => summary),
      [],
      `a second run of ${month} plans nothing`,
    );
}

/** Invariant 4. */
function orderDoesNotMatter({ situation, start, plan: made }: Ran): void {
  const { report } = situation;
  const reversed = Object.fromEntries(
    Object.entries(report!).map(([name, value]) => [name, Array.isArray(value) ? [...(value as unknown[])].reverse() : value]),
  );
  const { contracts, rows, charges, services, products, ...rest } = start.books;
  const turned = {
    ...rest,
    rows: [...rows].reverse(),
    charges: [...charges].reverse(),
    services: [...services].reverse(),
    products: [...products].reverse(),
    contracts: [...contracts].reverse(),
  };
  const other = plan({ ...situation, report: reversed, books: structuredClone(turned) });
  assert.deepEqual(sorted(other), sorted(made), 'the same plan, in whatever order things are read');
}

/** Contracts are looked at one by one; that they come in another order changes no amount. */
const sorted = ({ items, ghosts, steps, notes }: Plan): unknown =>
  [items, ghosts, steps, notes].map((things: object[]) => things.map((thing) => JSON.stringify(thing)).sort());

/**
 * Invariant 5: anyone who is interrupted after any step, and planned again, ends with the same amounts. Where an extension made rows up to
 * the month or after it, the new plan sees the contract's old end, which is noted until everything after it has been read back (6.4); months before are
 * emptied first.
 */
function interruptionDoesNotMatter({ month, plan: made, situation, start, refused }: Ran): void {
  if (made.steps.length < 2 || refused.length > 0) return;
  const cut = 1 + (made.items.reduce((sum, { lines, sales }) => sum + lines + sales.length, 0) % (made.steps.length - 1));
  const through = start.copy();
  through.apply(made.steps);
  const resumed = start.copy();
  resumed.apply(made.steps.slice(0, cut));
  const extended = made.steps.slice(0, cut).filter((step) => step.kind === 'extendContract');
  const again = (): Step[] => plan({ ...situation, books: withNotedEnds(resumed.books, extended, month) }).steps;
  resumed.apply(again().filter((step) => isGapOf(step, extended)));
  resumed.apply(again());
  assert.deepEqual(amountsIn(resumed), amountsIn(through), `interrupted after step ${cut} of ${made.steps.length}`);
}

const isGapOf = (step: Step, extended: ExtendContractStep[]): boolean =>
  step.kind === 'postAdjustment' && step.purpose === 'gap' && extended.some(({ contractId }) => contractId === step.contractId);

/** What `activities/carry-out/extensions.ts` shows to the planner of contracts whose extension is not finished. */
function withNotedEnds(books: Books, extended: ExtendContractStep[], month: string): Books {
  const shown = structuredClone(books);
  for (const { contractId, fromDay } of extended)
    if (fromDay <= lastDay(month))
      Object.assign(
        shown.contracts.find(({ id }) => id === contractId)!,
        { endDay: fromDay, extendedFrom: fromDay },
      );
  return shown;
}

/** Everything that bills, by names instead of ids. */
function amountsIn({ books }: AutotaskInMemory): unknown {
  const contractOf = (id: number): string => books.contracts.find((contract) => contract.id === id)!.subscriptionId ?? 'none';
  const serviceOf = (id: number): string => books.services.find((service) => service.id === id)!.key!;
  const amount = (text: string): string => String(exact(text));
  return {
    contracts: books.contracts.map(({ subscriptionId, startDay, endDay }) => `${subscriptionId} ${startDay} ${endDay}`).sort(),
    rows: books.rows
      .map(
        (row) =>
          `${contractOf(row.contractId)} ${serviceOf(row.serviceId)} ${row.startDay}: ${row.units} ${amount(row.price)} ${amount(row.cost)}`,
      )
      .sort(),
    charges: books.charges
      .map(
        (charge) =>
          `${contractOf(charge.contractId)} ${charge.key} ${charge.day}: ${amount(charge.price)} ${amount(charge.cost)}`,
      )
      .sort(),
  };
}

// ---------------------------------------------------------------------------------------------------------------- 6: what is never touched

function frozenThingsAreUntouched({ before, after }: Day): void {
  const frozen = ({ rows, charges }: Books, since: Books): unknown => [
    rows.filter(({ id }) => since.rows.some((row) => row.id === id && row.frozen)),
    charges.filter(({ id }) => since.charges.some((charge) => charge.id === id && charge.billed)),
  ];
  assert.deepEqual(frozen(after, before), frozen(before, before), 'what is approved and posted stays');
}

function nobodyElsesThingsAreTouched({ before, after }: Day): void {
  const theirs = ({ contracts, rows, charges, services }: Books): unknown => [
    contracts.filter(({ id }) => id === 1),
    rows
      .filter(({ contractId, serviceId }) => contractId === 1 || serviceId === 1)
      .filter(({ id }) => before.rows.some((row) => row.id === id)),
    charges.filter(({ contractId }) => contractId === 1),
    services.filter(({ id }) => id === 1),
  ];
  assert.deepEqual(theirs(after), theirs(before), "somebody else's contract and service stay");
}

function noEndMovesBack({ before, after }: Day): void {
  for (const contract of before.contracts) {
    const now = after.contracts.find(({ id }) => id === contract.id)!;
    assert.ok(now.endDay >= contract.endDay, `contract ${contract.id} ends ${now.endDay}, before ${contract.endDay}`);
    assert.ok(
      now.endDay === lastDay(now.endDay.slice(0, 7)) || now.endDay === contract.endDay,
      `contract ${contract.id} ends within a month`,
    );
    assert.equal(now.startDay, contract.startDay, `contract ${contract.id} begins as it did`);
  }
}
