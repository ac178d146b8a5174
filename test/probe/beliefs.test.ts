import { describe, expect, test } from '@jest/globals';
import { AUTOTASK_BELIEFS, BELIEFS, CLOUDMORE_BELIEFS, type BeliefId } from '../../shared/probe/beliefs.js';
import { CALLS_MOST, type ProbeResult } from '../../shared/probe/probe.js';
import { DIFFERENCES } from './differences.js';
import { probeTenant } from './tenant.js';

/** A probe says of each belief whether the vendors are so: all of them where they are, and exactly the one that differs. */

const having = ({ verdicts }: ProbeResult, is: string): BeliefId[] => verdicts.filter((one) => one.is === is).map(({ id }) => id);

describe('a probe', () => {
  test('confirms every belief of believed vendors, within its calls', async () => {
    const result = await probeTenant();
    expect(having(result, 'confirmed')).toEqual([...AUTOTASK_BELIEFS, ...CLOUDMORE_BELIEFS]);
    expect(result).toMatchObject({ isWhole: true, month: '2025-10' });
    expect(result.calls.autotask).toBeLessThan(CALLS_MOST);
  });

  test.each(DIFFERENCES.map((one) => [one.what, one.turns, one] as const))(
    '%s: %s is contradicted, and nothing else',
    async (_what, turns, one) => {
      const result = await probeTenant(one);
      expect(result.verdicts.filter(({ is }) => is === 'contradicted')).toEqual([expect.objectContaining({ id: turns })]);
    },
  );

  test('a broken-off probe keeps its answers and counts as partial', async () => {
    const stop = new AbortController();
    const result = await probeTenant({
      options: { signal: stop.signal, onVerdict: (_judged, done) => void (done === 5 && stop.abort()) },
    });
    expect(having(result, 'confirmed')).toHaveLength(5);
    expect(having(result, 'could not ask')).toHaveLength(Object.keys(BELIEFS).length - 5);
    expect(result.isWhole).toBe(false);
  });

  test('with a wrong secret asks for nothing twice', async () => {
    const result = await probeTenant({ settings: { AUTOTASK_SECRET: 'x' } });
    expect(having(result, 'could not ask')).toEqual(expect.arrayContaining(AUTOTASK_BELIEFS));
    expect(result.calls.autotask).toBeLessThan(5);
    expect(result.isWhole).toBe(false);
  });
});

test('a difference turns every belief, or none is said to', () => {
  const turned = new Set(DIFFERENCES.map(({ turns }) => turns));
  // Where the address or the log-in is another, nothing is answered; the others only tell what there is.
  const unanswered: BeliefId[] = ['A1.zone', 'A8.url', 'C2.token', 'C8.payment'];
  expect(Object.keys(BELIEFS).filter((id) => !turned.has(id as BeliefId))).toEqual(unanswered);
});
