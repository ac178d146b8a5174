import { amountText, big, money, sum, type Big } from '../../shared/billing/basics/decimal.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import { personsMissing } from '../../shared/billing/results/persons.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import type { Decimal } from '../../shared/billing/types.js';
import { byText, fold } from '../../shared/billing/basics/text.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import { movedBack, sumsTakenBack } from '../../shared/billing/plan/undone.js';
import type { MonthRequest } from '../../shared/messages/messages.js';
import type { DecisionsRequest, DecisionTaken } from '../../shared/messages/decisions.js';
import { recordDecision, type Decision } from '../../shared/decisions/decisions.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/index.js';
import { nameSegment, readOutcome } from '../../shared/evidence/months.js';
import { keptUndo, liftUndone } from '../../shared/evidence/undone.js';
import type { MoneySettings } from '../../shared/messages/messages.js';
import type { Dependencies } from '../dependencies.js';
import { readReleased, releasesPrefix } from './releases.js';

/** Who decided what, on record once each; and whether a release has the persons that it needs. */

type Waiting = Pick<DecisionsRequest, 'broker' | 'month' | 'organizationId'>;

/** Records what people decided, with the amounts as they were shown when they decided. */
export async function recordDecisions(dependencies: Dependencies, request: DecisionsRequest): Promise<void> {
  const { evidence } = dependencies;
  const { broker, decisions } = request;
  const outcome = await shownOutcome(evidence, request);
  for (const taken of decisions) {
    const undo = taken.action === 'undo' && taken.digest !== null ? await keptUndo(evidence, broker, taken.digest) : null;
    const decision = decisionOf(request, taken, outcome, undo);
    const person = await personOf(dependencies, request, taken, undo);
    const details = [decision.details, person].filter((text) => text !== null).join('; ') || null;
    const ref = await recordDecision(evidence, broker, nameOfRequest(taken), { ...decision, details });
    if (taken.action === 'rerun') await liftUndone(evidence, broker, request.month, request.organizationId);
    if ((taken.action !== 'approve' && taken.action !== 'undo') || taken.actor === null || taken.digest === null) continue;
    await evidence.point(releasesPrefix(request, taken.digest) + nameSegment(fold(taken.actor)), ref);
  }
}

/** With what was decided: a workflow that is reset without its later signals counts those that come then as the ones left out. */
const nameOfRequest = ({ request, action, actor, reason, digest }: DecisionTaken): string =>
  `${request}/${digestOf([action, actor, reason, digest]).slice(0, CONTENT_DIGITS)}`;

const CONTENT_DIGITS = 16;

/** What is on record of the person who released it first; null where nobody did by name. */
export async function releaseOf(
  { evidence }: Pick<Dependencies, 'evidence'>,
  request: Waiting,
  digest: string,
): Promise<Decision | null> {
  const entries = await Promise.all(
    (await evidence.names(releasesPrefix(request, digest))).map(async (name) => {
      const ref = await evidence.pointer(name);
      return ref === null ? [] : [await evidence.get<Decision>(ref)];
    }),
  );
  return entries.flat().sort((left, right) => byText(left.at, right.at))[0] ?? null;
}

/** What the person was shown; null where nothing was, or it is no longer in the store. */
async function shownOutcome(evidence: Evidence, { broker, month, organizationId }: Waiting): Promise<Outcome | null> {
  try {
    return await readOutcome(evidence, broker, month, organizationId);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

function decisionOf(
  { month, organizationId }: Waiting,
  { request: _, ...taken }: DecisionTaken,
  outcome: Outcome | null,
  undo: UndoPlan | null,
): Decision {
  if (taken.action === 'undo') return undoDecision({ month, organizationId }, taken, undo);
  const isOther = taken.digest !== null && outcome !== null && fold(outcome.planDigest) !== taken.digest;
  const held = isOther ? [] : heldOf(outcome);
  const [first, ...others] = held;
  const parts = [
    ...others.map(({ moved, whole }) => `and ${amountText(moved.sales, moved.currency)}${wholeText(moved, whole)}`),
    ...(first === undefined ? [] : [wholeText(first.moved, first.whole).trim()]),
  ].filter((text) => text !== '');
  return {
    ...taken,
    month,
    organizationId,
    organizationName: outcome?.organizationName ?? null,
    amounts: first?.moved ?? null,
    details: isOther ? 'another plan was waiting then' : parts.join(', ') || null,
  };
}

type Amounts = NonNullable<Decision['amounts']>;

/** What is held besides what it moves: an item of 460.80 that is corrected by -39.20. */
const wholeText = (moved: Amounts, whole: Amounts): string =>
  moved.sales === whole.sales ? '' : ` of ${amountText(whole.sales, whole.currency)} held`;

function undoDecision(
  { month, organizationId }: Pick<Waiting, 'month' | 'organizationId'>,
  taken: Omit<DecisionTaken, 'request'>,
  undo: UndoPlan | null,
): Decision {
  const [first, ...others] = undo === null ? [] : sumsTakenBack([undo]);
  const more = others.map(({ sales, currency }) => amountText(sales, currency));
  return {
    ...taken,
    ...{ month, organizationId, organizationName: undo?.organizationName ?? null, amounts: first ?? null },
    details: undo === null ? 'another undo was shown then' : more.length === 0 ? null : `and ${more.join(', ')}`,
  };
}

/** A cost that stands in another currency than it is reported in is compared with nothing. */
const stoodOf = ({ standing, booked }: PlannedItem, side: 'sales' | 'cost'): Decimal =>
  side === 'cost' && booked !== undefined ? '0' : (standing?.before[side] ?? '0');

/** What is held, by currency: as it is reported, and what of it is not in Autotask yet. The largest first. */
function heldOf(outcome: Outcome | null): { moved: Amounts; whole: Amounts }[] {
  const held = outcome?.items.filter((item) => item.outcome === 'held') ?? [];
  return [...new Set(held.map(({ currency }) => currency))]
    .map((currency) => {
      const own = held.filter((item) => item.currency === currency);
      const total = (of: (item: PlannedItem, side: 'sales' | 'cost') => Big): Amounts => {
        const side = (name: 'sales' | 'cost'): string => money(sum(own.map((item) => of(item, name))), currency);
        return { sales: side('sales'), cost: side('cost'), currency };
      };
      return {
        moved: total((item, side) => big(item[side]).minus(stoodOf(item, side))),
        whole: total((item, side) => big(item[side])),
      };
    })
    .sort((left, right) => big(right.whole.sales).abs().cmp(big(left.whole.sales).abs()));
}

// ---------------------------------------------------------------------------------------------------------------- two persons

const PERSONS = 2;

/**
 * Why a release does not count yet; null where it does. Above the limit two persons with different names must have released the very plan, by whatever way:
 * a signal that names nobody is nobody's.
 */
export async function missingPersons(
  dependencies: Pick<Dependencies, 'evidence' | 'twoPersonsAbove'>,
  request: Waiting,
  digest: string,
): Promise<string | null> {
  return missingFor(dependencies, request, digest, async (limit) => {
    const released = await readReleased(dependencies.evidence, request, digest);
    return released !== null && !released.items.some(({ currency }) => big(movedIn(released, currency)).gt(limit));
  });
}

/** The same of a way back. */
export const missingForUndo = (
  dependencies: Pick<Dependencies, 'evidence' | 'twoPersonsAbove'>,
  request: Waiting,
  digest: string,
  undo: UndoPlan,
): Promise<string | null> =>
  missingFor(dependencies, request, digest, (limit) =>
    undo.lines.every(({ currency }) => big(movedBack(undo, currency)).lte(limit)),
  );

/** `isSmall` says whether it moves no more than a limit. */
async function missingFor(
  { evidence, twoPersonsAbove }: Pick<Dependencies, 'evidence' | 'twoPersonsAbove'>,
  request: Waiting,
  digest: string,
  isSmall: (limit: string) => boolean | Promise<boolean>,
): Promise<string | null> {
  if (twoPersonsAbove === null) return null;
  const prefix = releasesPrefix(request, digest);
  const names = await evidence.names(prefix);
  if (names.length >= PERSONS || (await isSmall(twoPersonsAbove))) return null;
  const [name] = names;
  return personsMissing(twoPersonsAbove, name === undefined ? null : decodeURIComponent(name.slice(prefix.length)));
}

/** Whose release it is where two persons are needed; null where one is enough. */
async function personOf(
  dependencies: Pick<Dependencies, 'evidence' | 'twoPersonsAbove'>,
  request: Waiting,
  { action, actor, digest }: DecisionTaken,
  undo: UndoPlan | null,
): Promise<string | null> {
  if (digest === null) return null;
  const missing =
    action === 'approve'
      ? await missingPersons(dependencies, request, digest)
      : undo && (await missingForUndo(dependencies, request, digest, undo));
  if (missing === null) return null;
  if (actor === null) return 'does not count: two people have to release it by name';
  const prefix = releasesPrefix(request, digest);
  const [first] = await dependencies.evidence.names(prefix);
  if (first === undefined) return 'the first of two people';
  return first === prefix + nameSegment(fold(actor)) ? 'the first of two people, again' : 'the second of two people';
}

/** What a plan moves in a currency: each item's difference to what stands, sales or cost, whichever is more, and none against another. */
function movedIn({ items, steps }: NonNullable<Awaited<ReturnType<typeof readReleased>>>, currency: string): string {
  const written = new Set(steps.flatMap((step) => step.items));
  const moved = items
    .filter((item) => item.currency === currency && written.has(item.id))
    .map(({ standing, sales, cost }) => {
      const sides =
        standing === null
          ? [big(sales), big(cost)]
          : (['sales', 'cost'] as const).map((side) => big(standing.after[side]).minus(standing.before[side]));
      const [one, other] = sides.map((side) => side.abs());
      return one!.gt(other!) ? one! : other!;
    });
  return money(sum(moved), currency);
}

// ---------------------------------------------------------------------------------------------------------------- settings

/** A run under other settings than the one before is somebody's decision too; nobody knows whose. */
export async function recordSettings(
  { evidence, moneySettings, clock, execution }: Pick<Dependencies, 'evidence' | 'moneySettings' | 'clock' | 'execution'>,
  { broker }: Pick<MonthRequest, 'broker'>,
): Promise<void> {
  const name = `settings/${broker}`;
  const [before, now] = [await evidence.pointer(name), await evidence.put(moneySettings)];
  if (before === now) return;
  const changed = before === null ? [] : await changedSince(evidence, before, moneySettings);
  // The same settings under another key are not a decision.
  if (changed.length > 0)
    await recordDecision(evidence, broker, `settings/${execution()}`, {
      at: clock.now().toISOString(),
      action: 'settings',
      actor: null,
      via: 'worker',
      month: null,
      organizationId: null,
      organizationName: null,
      reason: null,
      digest: now,
      amounts: null,
      details: `changed since the last run: ${changed.join(', ')}`,
    });
  await evidence.point(name, now);
}

async function changedSince(evidence: Evidence, before: string, now: MoneySettings): Promise<string[]> {
  try {
    const then = await evidence.get<MoneySettings>(before);
    return [...new Set([...Object.keys(then), ...Object.keys(now)])].filter((name) => then[name] !== now[name]).sort();
  } catch (error) {
    if (error instanceof EvidenceMissing) return ['the settings of that time are no longer kept'];
    throw error;
  }
}
