import { ghostId } from '../../shared/billing/basics/keys.js';
import { describe, expect, test } from '@jest/globals';
import { isUnexplained, released, withoutShrunk } from '../../shared/billing/plan/shrank.js';
import type { Ghost, Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import type { Work } from '../../shared/billing/plan/plan.js';
import { ghost as ghostOf, plan } from './builders.js';

/** Rule 1.6: what stays with that which has become less. */

const decided = plan();
const ghost = (changes: Partial<Ghost> = {}): Ghost =>
  ghostOf({ itemCode: 'OLD', outcome: 'zeroed', rule: '1.6', evidence: null, ...changes });
const explained = ghost({ serviceId: 51, evidence: 'replaced' });
const item = (id: string, changes: Partial<PlannedItem> = {}): PlannedItem => ({ ...decided.items[0]!, id, ...changes });
const step = (...items: string[]): Step => ({ ...decided.steps.at(-1)!, items });
const whole = (changes: Partial<Plan>): Plan => ({ ...decided, items: [], steps: [], ghosts: [], ...changes });
const workOf = (...contracts: [contractKey: string, ...items: string[]][]): Work => ({
  contracts: contracts.map(
    ([contractKey, ...ids]) => ({ contractKey, decisions: ids.map((id) => ({ item: { id } })) }) as Work['contracts'][number],
  ),
  ghosts: [],
});
const TRIPPED = { reason: 'report-shrank' as const, message: 'Less.' };
const without = (full: Plan, ids: string[], work = workOf()): Plan =>
  withoutShrunk(full, new Map(ids.map((id) => [id, TRIPPED])), work);

describe('what is held with it', () => {
  test('a ghost needs an explanation only where it would be emptied', () => {
    expect([ghost(), explained, ghost({ outcome: 'ghost' })].map(isUnexplained)).toEqual([true, false, false]);
  });

  test('nothing, where nothing is less and all ghosts are explained', () => {
    const full = whole({ items: [item('a')], steps: [step('a'), step()], ghosts: [explained] });
    expect(without(full, [])).toBe(full);
  });

  test('the item, with the steps that are its alone', () => {
    const full = whole({ items: [item('a'), item('b')], steps: [step('a'), step('a', 'b'), step('b'), step()] });
    const { items, steps, digest } = without(full, ['a']);
    expect(items).toEqual([
      expect.objectContaining({ id: 'a', outcome: 'held', reason: 'report-shrank', message: 'Less.' }),
      item('b'),
    ]);
    expect(steps.map((one) => one.items)).toEqual([['b'], ['b'], []]);
    expect(digest).toBe(full.digest);
  });

  test('an item that is not posted stays as it is', () => {
    const held = item('a', { outcome: 'held', reason: 'unclassified', standing: null });
    expect(without(whole({ items: [held] }), ['a']).items).toEqual([held]);
    const bare = item('a', { standing: null });
    expect(without(whole({ items: [bare] }), ['a']).items).toMatchObject([{ outcome: 'held', standing: null }]);
  });

  test('a ghost that nothing explains, with its step, and what says so', () => {
    const full = whole({ steps: [step(ghostId(ghost())), step(ghostId(explained))], ghosts: [ghost(), explained] });
    const { ghosts, steps } = without(full, []);
    expect(ghosts).toEqual([{ ...ghost(), outcome: 'ghost', reason: 'report-shrank' }, explained]);
    expect(steps.map((one) => one.items)).toEqual([[ghostId(explained)]]);
  });

  // Though that is explained; nothing of other contracts is.
  test('what a held item replaced on its contract is held too', () => {
    const others = ghost({ contractKey: 's-2', evidence: 'ended' });
    const standing = ghost({ serviceId: 52, outcome: 'awaiting', evidence: 'ended' });
    const full = whole({
      items: [item('a'), item('b')],
      ghosts: [explained, others, standing],
      steps: [step(ghostId(explained))],
    });
    const { ghosts, steps } = without(full, ['a'], workOf(['S-1', 'b', 'a'], ['s-2', 'c']));
    expect(ghosts).toEqual([{ ...explained, outcome: 'ghost' }, others, standing]);
    expect(steps).toEqual([]);
  });

  // That charge may balance it.
  test('what stands next to an unexplained charge is held', () => {
    const loose = ghost({ contractKey: 'S-1', serviceId: null, chargeId: 9 });
    const explainedRow = ghost({ serviceId: 51, evidence: 'ended' });
    expect(without(whole({ ghosts: [loose, explainedRow] }), []).ghosts.map(({ outcome }) => outcome)).toEqual([
      'ghost',
      'ghost',
    ]);
    const rows = [ghost(), explainedRow];
    expect(without(whole({ ghosts: rows }), []).ghosts.map(({ outcome }) => outcome)).toEqual(['ghost', 'zeroed']);
  });
});

test("a person's release is the evidence where nothing else is", () => {
  expect(released(whole({ ghosts: [ghost(), explained] })).ghosts).toEqual([ghost({ evidence: 'released' }), explained]);
});

test('the steps of a ghost name its row, or its charge', () => {
  expect(ghostId({ contractKey: 's-1', serviceId: 50 })).toBe('ghost-s-1-50');
  expect(ghostId({ contractKey: 's-1', serviceId: null, chargeId: 9 })).toBe('ghost-charge-9');
});
