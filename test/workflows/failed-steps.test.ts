import { describe, expect, test } from '@jest/globals';
import type { PostChargeStep } from '../../shared/billing/plan-types.js';
import type { StepStop } from '../../shared/messages/messages.js';
import { Stops } from '../../workflows/failed-steps.js';
import { chargeStep } from './stand-ins.js';

/** Why steps came to nothing is reported for every item, and fits a payload however many there are. */

const step = (item: string): PostChargeStep =>
  chargeStep(item, { summary: `Charge ${item} of a product with quite a long name` });

const NOBODY = new Set<string>();
const MANY = 20_000;
const PAYLOAD = 256 * 1024;

/** Items that are stopped, in the order of the plan, with the reason that is reported first. */
function stopped(stops: StepStop[], plan: PostChargeStep[]): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const { items, steps, reason } of stops) {
    const numbered = (steps?.ranges ?? []).flatMap(([first, last]) => plan.slice(first, last === null ? undefined : last + 1));
    for (const id of [...items, ...numbered.flatMap((each) => each.items)]) if (!reasons.has(id)) reasons.set(id, reason);
  }
  return reasons;
}

describe('what stopped a customer of 20,000 items', () => {
  test('fits a payload when every contract is refused, and names every item', () => {
    const plan = Array.from({ length: MANY }, (_, index) => [step(`item-${index}`), step(`item-${index}`)]).flat();
    const stops = new Stops();
    stops.number(plan, 0);
    for (const each of plan)
      if (!stops.covers(each, NOBODY))
        stops.add('plan', each, 'api-error', 'serviceLevelAgreementID is not an active value. '.repeat(4));
    const reported = stops.toReport();
    expect(Buffer.byteLength(JSON.stringify(reported))).toBeLessThan(PAYLOAD / 4);
    expect(stopped(reported, plan).size).toBe(MANY);
    expect(reported[0]!.message).toMatch(/^Charge item-0 .* is not an active value/);
    expect(reported.at(-1)!.message).toMatch(/^One of many steps that failed; .* is not an active value/);
  });

  test('fits a payload after Autotask goes away, naming every item', () => {
    const plan = Array.from({ length: MANY }, (_, index) => step(`item-${index}`));
    const turn = plan.slice(0, 200);
    const stops = new Stops();
    stops.number(turn, 0);
    stops.add('plan', turn[1]!, 'outcome-unknown', 'postCharge did not end in time');
    stops.rest('plan', turn.slice(2), turn.length, 'postCharge did not end in time');
    const reported = stops.toReport();
    expect(Buffer.byteLength(JSON.stringify(reported))).toBeLessThan(1_000);
    const reasons = stopped(reported, plan);
    expect(reasons.size).toBe(MANY - 1);
    expect([reasons.get('item-0'), reasons.get('item-1'), reasons.get(`item-${MANY - 1}`)]).toEqual([
      undefined,
      'outcome-unknown',
      'api-error',
    ]);
  });

  test('separates possible effects from none, however many', () => {
    const plan = Array.from({ length: MANY }, (_, index) => step(`item-${index}`));
    const stops = new Stops();
    stops.number(plan, 0);
    plan.forEach((each, index) => stops.add('plan', each, index % 1000 < 500 ? 'outcome-unknown' : 'api-error', 'no answer'));
    const reasons = stopped(stops.toReport(), plan);
    expect(
      plan.filter(({ items: [id] }, index) => reasons.get(id!) !== (index % 1000 < 500 ? 'outcome-unknown' : 'api-error')),
    ).toEqual([]);
  });
});

describe('a step is not tried', () => {
  const [first, second] = [step('a'), { ...step('b'), items: ['a', 'b'] }];
  test('when all of its items are stopped, or refused', () => {
    const stops = new Stops();
    stops.number([first, second], 0);
    stops.add('plan', first, 'api-error', 'no');
    expect([stops.covers(first, NOBODY), stops.covers(second, NOBODY), stops.covers(second, new Set(['b']))]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('but one without items is, whatever stopped', () => {
    const stops = new Stops();
    stops.all('no plan');
    expect(stops.covers({ ...first, items: [] }, NOBODY)).toBe(false);
  });
});
