import { ghostId } from '../../shared/billing/basics/keys.js';
import { describe, expect, test } from '@jest/globals';
import type { Ghost, Plan, Step } from '../../shared/billing/plan-types.js';
import type { Work } from '../../shared/billing/plan/plan.js';
import type { Held } from '../../shared/billing/plan/trip.js';
import { withheld } from '../../shared/billing/plan/apply-breakers.js';
import { ghost, plan } from './builders.js';

/** What is left of a plan when breakers and doubts hold a part of it. */

const WHY = { reason: 'contract-gone' as const, message: 'Nobody knows what it is.' };
const zeroed = ghost({ outcome: 'zeroed', evidence: 'ended' });
const other = ghost({ outcome: 'zeroed', evidence: 'ended', serviceId: 51, contractKey: 's-2' });
const stepOf = (one: Ghost): Step => ({ kind: 'postAdjustment', contractKey: one.contractKey, items: [ghostId(one)] }) as Step;
const NO_WORK: Work = { contracts: [], ghosts: [] };

const rest = (ghosts: Ghost[], held: Partial<Held>, work = NO_WORK): Pick<Plan, 'ghosts' | 'steps'> => {
  const whole = { ...plan(), items: [], ghosts, steps: ghosts.filter(({ outcome }) => outcome === 'zeroed').map(stepOf) };
  return withheld(whole, { organization: null, items: new Map(), ...held }, work);
};
const holding = (...ghosts: Ghost[]): Partial<Held> => ({ items: new Map(ghosts.map((one) => [ghostId(one), WHY])) });

describe('money without a line that would be brought to nothing', () => {
  // Nothing of the held one is written.
  test('a held ghost stays with its reason; another goes', () => {
    expect(rest([zeroed, other], holding(zeroed))).toMatchObject({
      ghosts: [
        { outcome: 'ghost', message: WHY.message },
        { outcome: 'zeroed', message: 'Look.' },
      ],
      steps: [stepOf(other)],
    });
  });

  test('stays where the whole organization is held, and goes where nothing is', () => {
    expect(rest([zeroed], { organization: WHY })).toMatchObject({ ghosts: [{ outcome: 'ghost', message: 'Look.' }], steps: [] });
    expect(rest([zeroed], {})).toMatchObject({ ghosts: [zeroed], steps: [stepOf(zeroed)] });
  });

  test('does not mention what would not be brought to nothing anyway', () => {
    const awaiting = ghost({ outcome: 'awaiting' });
    expect(rest([awaiting], holding(awaiting)).ghosts).toEqual([awaiting]);
  });

  // One of another contract goes.
  test("a ghost next to its contract's held item is not reported", () => {
    const held = { ...plan().items[0]!, id: 'a', outcome: 'posted' as const };
    const contracts = [{ contractKey: 'S-1', decisions: [{ item: { id: 'a' } }] }] as unknown as Work['contracts'];
    const whole: Plan = { ...plan(), items: [held], ghosts: [zeroed, other], steps: [zeroed, other].map(stepOf) };
    const found = withheld(whole, { organization: null, items: new Map([['a', WHY]]) }, { contracts, ghosts: [] });
    expect(found.items).toMatchObject([{ outcome: 'held', reason: 'contract-gone', message: WHY.message }]);
    expect([found.ghosts, found.steps]).toEqual([[other], [stepOf(other)]]);
  });
});

test('a step of two items is made for the billed one', () => {
  const both = { kind: 'ensureService', items: ['a', 'b'] } as Step;
  const item = plan().items[0]!;
  const whole: Plan = { ...plan(), items: ['a', 'b'].map((id) => ({ ...item, id })), steps: [both] };
  const found = withheld(whole, { organization: null, items: new Map([['a', WHY]]) }, NO_WORK);
  expect([found.steps, found.items.map(({ outcome }) => outcome)]).toEqual([[{ ...both, items: ['b'] }], ['held', 'posted']]);
});
