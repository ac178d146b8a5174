import { describe, expect, test } from '@jest/globals';
import { withOnRelease } from '../../shared/billing/plan/on-release.js';
import type { Plan, Step } from '../../shared/billing/plan-types.js';
import { line, plan } from './builders.js';

/** Nobody releases what they cannot see: a plan with something held says what its release would also write. */

const whole = plan({ report: { lines: [line(), line({ subscriptionId: 's-2', itemCode: 'CFQ7OTHER', productName: 'Visio' })] } });
const [held] = whole.items.filter(({ productName }) => productName === 'Visio');
const isOfHeld = ({ items }: Step): boolean => items.includes(held!.id);
/** Without the held item; a step that serves both serves the other alone. */
const rest: Plan = { ...whole, steps: whole.steps.filter((step) => !isOfHeld(step)) };

describe('what a release would write', () => {
  test('is each step that the plan does not have, with its mark', () => {
    expect(withOnRelease(rest, whole).onRelease).toEqual([
      { mark: '+', text: expect.stringMatching(/^Service Visio/) as unknown },
      { mark: '+', text: expect.stringMatching(/^Contract Visio/) as unknown },
      { mark: '+', text: expect.stringMatching(/^Visio: units 10, price 120\.00/) as unknown },
    ]);
  });

  test('is nothing new where the plan has every step', () => {
    expect(withOnRelease(whole, whole)).toBe(whole);
    expect(withOnRelease({ ...whole, steps: [...whole.steps] }, whole)).not.toHaveProperty('onRelease');
  });

  test('a step that only serves other items is nothing new', () => {
    const without = { ...whole, steps: whole.steps.map((step) => ({ ...step, items: step.items.slice(1) })) };
    expect(withOnRelease(without, whole)).toBe(without);
  });

  test('is a step again that differs in anything else', () => {
    const [first, ...others] = whole.steps as [Step, ...Step[]];
    const changed = { ...whole, steps: [{ ...first, summary: 'Another.' }, ...others] };
    expect(withOnRelease(changed, whole).onRelease).toHaveLength(1);
  });
});
