import assert from 'node:assert/strict';
import { firstDay } from '../../shared/billing/basics/month.js';
import { fold, groupBy } from '../../shared/billing/basics/text.js';
import type { Line } from '../../shared/billing/types.js';
import type { LyingRan } from './lies.js';
import { MONTH } from './lies-story.js';
import { keyOf, type Sold } from './lies-vendor.js';
import { exact, modelItems, POSTED, rounded, standing, type Money } from './model.js';

/**
 * What must hold after every run that may have been told what is not so: the money is right, or it stands as it stood and somebody is told. Nothing is reduced
 * because something is missing, nothing is there twice. What is right is worked out here, from what Cloudmore knows and what the report says.
 */
export function checkLies(ran: LyingRan, earlier: LyingRan[]): void {
  nothingIsThereTwice(ran);
  for (const key of keysOf([...earlier, ran])) moneyIsRightOrAsItStood(key, ran, earlier);
  if (isHonest(ran, earlier)) everythingIsBilled(ran);
}

const NOTHING: Money = { sales: 0n, cost: 0n };
const isSame = (left: Money, right: Money): boolean => left.sales === right.sales && left.cost === right.cost;
const isLower = (left: Money, right: Money): boolean => left.sales < right.sales || left.cost < right.cost;

// ---------------------------------------------------------------------------------------------------------------- what the report says

const dueLines = ({ report, asOf }: LyingRan): Line[] => report.lines.filter(({ billingDate }) => billingDate < asOf);

/** What each contract's lines come to, by its key. */
function saidOf(ran: LyingRan): Map<string, Money> {
  const items = [...groupBy(dueLines(ran), (line) => line.organizationId).values()].flatMap((lines) =>
    modelItems(lines, { subscriptions: ran.report.subscriptions }),
  );
  return new Map([...groupBy(items, ({ contractKey }) => contractKey)].map(([key, own]) => [key, totalOf(own)]));
}

const totalOf = (all: Money[]): Money => ({
  sales: all.reduce((sum, { sales }) => sum + sales, 0n),
  cost: all.reduce((sum, { cost }) => sum + cost, 0n),
});

const keysOf = (all: LyingRan[]): Set<string> => new Set(all.flatMap((ran) => [...saidOf(ran).keys()]));

/** Whether every customer, record type and service that an earlier run had lines of is there, but for what is known to have ended, and no run was of a later day. */
function isWhole(ran: LyingRan, earlier: LyingRan[]): boolean {
  // A run that no customer was in has billed nothing that an earlier day could take back.
  const heard = earlier.filter(({ stopped, plans }) => stopped === null && plans.some(({ accepted }) => accepted !== undefined));
  if (heard.some(({ asOf }) => asOf > ran.asOf)) return false;
  const has = (line: Line): string[] => [
    `customer ${line.organizationId}`,
    `type ${line.recordType}`,
    `service ${line.serviceId}`,
  ];
  const now = new Set(dueLines(ran).flatMap(has));
  const isExplained = ({ subscriptionId, organizationId }: Line): boolean =>
    subscriptionId !== null &&
    ([...heard, ran].some((one) => isOver(subscriptionId, one)) || isElsewhere(subscriptionId, organizationId, ran));
  const known = heard.flatMap(dueLines).filter((line) => !isExplained(line));
  return known.every((line) => has(line).every((part) => now.has(part)));
}

// ---------------------------------------------------------------------------------------------------------------- the money

function moneyIsRightOrAsItStood(key: string, ran: LyingRan, earlier: LyingRan[]): void {
  const [was, is] = [standing(ran.before, key, MONTH), standing(ran.after, key, MONTH)];
  const said = saidOf(ran).get(key);
  const what = `${key} on ${ran.asOf}: ${shown(is)} stands, ${shown(was)} stood, the report says ${said ? shown(said) : 'nothing'}`;
  if (ran.stopped !== null) return assert.ok(isSame(is, was), `${what}, and the run stopped`);
  if (isSame(is, was)) {
    // What stands otherwise than the report says is held or listed, with what stands; but nobody can list what no report and no answer names.
    const isUnseen = said === undefined && ran.day.hidden.some(({ answersById }) => !answersById);
    if (!isSame(is, said ?? NOTHING) && !isUnseen)
      assert.ok(isReported(key, is, said === undefined, ran), `${what}, and nobody is told`);
    return;
  }
  if (said === undefined) return assert.ok(isSame(is, NOTHING) && isOver(key, ran), `${what}, and no evidence does`);
  assert.ok(isSame(is, said), what);
  assert.ok(is.sales < was.sales || !isCreditLost(key, ran, earlier), `${what}, and a credit is gone`);
  if (isLower(is, was) && !isWhole(ran, earlier))
    assert.ok(isExplained(key, ran, earlier), `${what}, and the report is not whole`);
}

const shown = ({ sales, cost }: Money): string => `${sales} / ${cost}`;

/** Whether the subscription list names it as ended. */
const isOver = (key: string, { report }: LyingRan): boolean =>
  report.subscriptions.some(({ id, status }) => id === key && status === 'Cancelled');

/** Whether another customer has its lines now. */
const isElsewhere = (key: string, organizationId: string, ran: LyingRan): boolean => {
  const own = dueLines(ran).filter(({ subscriptionId }) => subscriptionId === key);
  return own.length > 0 && own.every((line) => line.organizationId !== organizationId);
};

/** A credit that is there explains a lower amount; so does an item code that took another's place, and a customer who has it now. */
function isExplained(key: string, ran: LyingRan, earlier: LyingRan[]): boolean {
  const own = (one: LyingRan): Line[] => dueLines(one).filter(({ subscriptionId }) => subscriptionId === key);
  const codes = new Set(earlier.flatMap(own).flatMap(({ itemCode }) => itemCode ?? []));
  return (
    own(ran).some(({ sales }) => sales.startsWith('-')) ||
    own(ran).some(({ itemCode }) => itemCode !== null && !codes.has(itemCode)) ||
    codes.size > 1 ||
    new Set([...earlier, ran].flatMap(own).map(({ organizationId }) => organizationId)).size > 1
  );
}

/** Whether the report has less of a credit than an earlier one: as little proof of a rise as lines that are gone are of a fall. */
function isCreditLost(key: string, ran: LyingRan, earlier: LyingRan[]): boolean {
  // With another customer it is another item, compared with nothing.
  const owners = new Set(dueLines(ran).flatMap((line) => (line.subscriptionId === key ? line.organizationId : [])));
  const creditOf = (one: LyingRan): bigint =>
    dueLines(one)
      .filter(({ organizationId }) => owners.has(organizationId))
      .filter(({ subscriptionId, sales }) => subscriptionId === key && sales.startsWith('-'))
      .reduce((sum, { sales }) => sum + exact(sales), 0n);
  const now = creditOf(ran);
  return earlier.some((one) => one.stopped === null && creditOf(one) < now);
}

/** Held with a reason, or listed next to the sum: where no line is left, with the amount that stands. */
function isReported(key: string, stands: Money, isWithoutLine: boolean, { plans }: LyingRan): boolean {
  const held = plans.flatMap(({ items }) => items.filter((item) => item.contractKey === key && item.outcome === 'held'));
  if (held.some(({ message }) => message)) return true;
  const ghosts = plans.flatMap((plan) => plan.ghosts.filter((ghost) => ghost.contractKey === key && ghost.outcome !== 'zeroed'));
  if (!isWithoutLine) return ghosts.length > 0;
  const listed = totalOf(
    ghosts.map(({ sales, cost }) => ({ sales: rounded(exact(sales), POSTED), cost: rounded(exact(cost), POSTED) })),
  );
  return isSame(listed, stands);
}

// ---------------------------------------------------------------------------------------------------------------- once

function nothingIsThereTwice({ after: { contracts, services, charges, rows }, asOf }: LyingRan): void {
  const twice = (what: string, keys: string[]): void =>
    assert.equal(keys.filter((key, index) => keys.indexOf(key) !== index).join(), '', `${what} that are there twice on ${asOf}`);
  twice(
    'contracts',
    contracts.map(({ subscriptionId }) => fold(subscriptionId)),
  );
  twice(
    'services',
    services.map(({ key }) => fold(key)),
  );
  twice(
    'charges',
    charges.map(({ key }) => fold(key)),
  );
  twice(
    'rows',
    rows.filter(({ startDay }) => startDay === firstDay(MONTH)).map(({ contractId, serviceId }) => `${contractId} ${serviceId}`),
  );
}

// ---------------------------------------------------------------------------------------------------------------- honest days

/** A day on which nothing is left out, everything shows, and nothing that was billed has become less. */
function isHonest(ran: LyingRan, earlier: LyingRan[]): boolean {
  const isQuiet = [...earlier, ran].every(({ day, sold }) => day.hidden.length === 0 && !sold.some(({ isMoved }) => isMoved));
  if (!isQuiet || ran.day.lost.length > 0 || !isWhole(ran, earlier)) return false;
  const said = saidOf(ran);
  const before = new Map(earlier.at(-1)?.sold.map((one) => [keyOf(one), one]));
  return (
    [...keysOf(earlier)].every((key) => said.has(key) && !isLower(said.get(key)!, standing(ran.before, key, MONTH))) &&
    ran.sold.every((one) => isMoreOf(one, before.get(keyOf(one))))
  );
}

const isMoreOf = (now: Sold, before: Sold | undefined): boolean =>
  before === undefined || (now.sales >= before.sales && now.cost >= before.cost && now.credit >= before.credit);

function everythingIsBilled(ran: LyingRan): void {
  for (const [key, said] of saidOf(ran))
    assert.ok(isSame(standing(ran.after, key, MONTH), said), `${key} is not billed on ${ran.asOf}, an honest day`);
  const held = ran.plans.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'held'));
  assert.equal(
    held.map(({ contractKey, message }) => `${contractKey}: ${message}`).join(),
    '',
    `held on ${ran.asOf}, an honest day`,
  );
}
