import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../shared/billing/plan-types.js';
import { ruleOf, stopped } from '../../shared/billing/derivation/rule-of-reason.js';
import { tables } from './examples/index.js';

/** The rule that the derivation of a stopped item names is one of those whose examples end so. */

const byReason = new Map<string, Set<string>>();
for (const { says, expected } of tables.flatMap(({ rows }) => rows))
  for (const [, reason] of String(expected).matchAll(/\b(?:held|excluded) ([a-z]+(?:-[a-z]+)*)/g))
    byReason.set(reason!, (byReason.get(reason!) ?? new Set()).add(says.split(' ')[0]!));

/** Reasons that no example of a rule ends with: the planner does not give them. */
const OF_A_RUN: [reason: Reason, rule: string][] = [
  ['outcome-missing', '1.7'],
  ['skipped', '2.5'],
  ['undone', '2.5'],
  ['awaiting-approval', '2.5'],
  ['canary-waits', '2.5'],
  ['month-closed', '2.5'],
  ['api-error', '2.5'],
  ['verify-mismatch', '7.9'],
  ['contract-disagrees', '7.9'],
  ['outcome-unknown', '7.9'],
];

describe('why an item is not billed is reported with its rule', () => {
  const reasons = [...byReason.keys()].filter((reason) => ruleOf(reason as Reason) !== undefined);

  test('by an example for most reasons', () => expect(reasons.length).toBeGreaterThan(20));

  test.each(reasons)('%s', (reason) => expect([...byReason.get(reason)!]).toContain(ruleOf(reason as Reason)));

  test.each(OF_A_RUN)('%s by rule %s', (reason, rule) => expect(stopped(reason, 'Look.')).toEqual({ rule, text: 'Look.' }));
});
