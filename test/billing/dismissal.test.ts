import { withDismissals } from '../../shared/billing/results/dismissed.js';
import { describe, expect, test } from '@jest/globals';
import {
  dismissed,
  ghostReason,
  ghostText,
  isOpen,
  setAside,
  withEarlier,
  type Dismissal,
} from '../../shared/billing/ghosts/dismissal.js';
import { NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import type { Ghost } from '../../shared/billing/plan-types.js';
import { ghost, plan } from './builders.js';

/** Rule 8.8: money without a line that a person has looked at. */

const loose = ghost({ serviceId: null, chargeId: 9, sales: '5.00' });
/** An amount that neither a row nor a charge shows, and of which nobody knows the contract (rule 8.9). */
const unseen = (changes: Partial<Ghost> = {}): Ghost => ghost({ contractId: 0, serviceId: null, ...changes });
const dismissal = (...ghosts: Ghost[]): Dismissal => ({
  contractId: 100,
  reason: 'agreed',
  actor: 'kim',
  at: '2025-10-20T08:00:00Z',
  ghosts: ghosts.map(dismissed),
});
const reasons = (found: Ghost[]): (string | undefined)[] => found.map((one) => one.dismissed);

test('a dismissal keeps where the money stands and how much', () => {
  expect(dismissed(ghost())).toEqual({ serviceId: 50, currency: 'EUR', cost: '10.00', sales: '12.00' });
  expect(dismissed(loose)).toEqual({ serviceId: null, chargeId: 9, currency: 'EUR', cost: '10.00', sales: '5.00' });
  expect(dismissed(ghost())).not.toHaveProperty('chargeId');
  expect(dismissed(unseen())).toMatchObject({ serviceId: null, item: { contractKey: 's-1', itemCode: 'CFQ7' } });
  expect(dismissed(loose)).not.toHaveProperty('item');
});

test.each<[Partial<Ghost>, string, string, boolean]>([
  [{}, 'Look.', 'ghost', true],
  [{ reason: 'report-shrank' }, 'Look.', 'report-shrank', true],
  [{ dismissed: 'agreed', reason: 'report-shrank' }, 'Look. Dismissed: agreed', 'dismissed', false],
  [{ outcome: 'awaiting' }, 'Look.', 'awaiting-report', false],
  [{ outcome: 'zeroed' }, 'Look.', 'ghost', false],
])('%j is reported with its reason, and waits or not', (changes, words, reason, waits) => {
  expect([ghostText(ghost(changes)), ghostReason(ghost(changes)), isOpen(ghost(changes))]).toEqual([words, reason, waits]);
});

describe('money is set aside', () => {
  test.each<[string, Ghost, string | undefined]>([
    ['as it was looked at', ghost(), 'agreed'],
    ['written otherwise', ghost({ sales: '12', cost: '10.000', currency: 'eur' }), 'agreed'],
    ['not with other sales', ghost({ sales: '12.01' }), undefined],
    ['not with another cost', ghost({ cost: '10.01' }), undefined],
    ['not in another currency', ghost({ currency: 'USD' }), undefined],
    ['not of another service', ghost({ serviceId: 51 }), undefined],
    ['not of a charge', ghost({ chargeId: 9 }), undefined],
    ['not on another contract', ghost({ contractId: 101 }), undefined],
    ['not while its report is awaited', ghost({ outcome: 'awaiting' }), undefined],
  ])('%s', (_, found, reason) => {
    expect(reasons(setAside([found], [dismissal(loose, ghost())]))).toEqual([reason]);
  });

  // What an earlier run had set aside is looked at again.
  test('a dismissal ends when the amount changes', () => {
    expect(setAside([ghost({ dismissed: 'agreed', sales: '13.00' })], [dismissal(ghost())])[0]).not.toHaveProperty('dismissed');
  });

  // Each keeps its own reason.
  test('a dismissal outlives another of the same contract', () => {
    const later = { ...dismissal(loose), reason: 'a gift' };
    const both = withEarlier(later, dismissal(ghost()));
    expect(both).toMatchObject({ reason: 'a gift', ghosts: [{ serviceId: 50, reason: 'agreed' }, { chargeId: 9 }] });
    expect(reasons(setAside([ghost(), loose], [both]))).toEqual(['agreed', 'a gift']);
    const third = withEarlier({ ...dismissal(ghost({ serviceId: 51 })), reason: 'third' }, both);
    expect(reasons(setAside([ghost(), loose, ghost({ serviceId: 51 })], [third]))).toEqual(['agreed', 'a gift', 'third']);
  });

  test('with the amount that was looked at last', () => {
    const grown = ghost({ sales: '20.00' });
    const both = withEarlier(dismissal(grown), dismissal(ghost(), loose));
    expect(reasons(setAside([ghost(), grown, loose], [both]))).toEqual([undefined, 'agreed', 'agreed']);
    const wider = withEarlier(dismissal(grown, loose), dismissal(ghost()));
    expect(reasons(setAside([ghost(), grown, loose], [wider]))).toEqual([undefined, 'agreed', 'agreed']);
    expect(withEarlier(dismissal(ghost()), null)).toEqual(dismissal(ghost()));
  });
});

describe('an outcome as it counts now', () => {
  const outcome = (changes: Partial<Outcome> = {}): Outcome =>
    ({
      status: 'NeedsAttention',
      items: plan().items,
      ghosts: [ghost()],
      writes: NO_WRITES,
      waitsSince: '2025-10-12',
      ...changes,
    }) as Outcome;
  const held = { ...plan().items[0]!, outcome: 'held' as const };
  const shownAfter = (changes: Partial<Outcome>, ...dismissals: Dismissal[]): unknown => {
    const { status, waitsSince } = withDismissals(outcome(changes), dismissals);
    return [status, waitsSince];
  };
  const waits = ['NeedsAttention', '2025-10-12'];

  test.each<[string, unknown, unknown]>([
    ['needs nothing where all was dismissed', shownAfter({}, dismissal(ghost())), ['Unchanged', null]],
    [
      'is done where something was written',
      shownAfter({ writes: { ...NO_WRITES, charges: 1 } }, dismissal(ghost())),
      ['Done', null],
    ],
    ['waits for what was not', shownAfter({}), waits],
    ['waits for one of two', shownAfter({ ghosts: [ghost(), loose] }, dismissal(ghost())), waits],
    ['waits for what is held', shownAfter({ items: [...plan().items, held] }, dismissal(ghost())), waits],
    ['waits for its release', shownAfter({ status: 'AwaitingApproval' }, dismissal(ghost())), ['AwaitingApproval', '2025-10-12']],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  // It is as it was without any.
  test('an outcome shows the reasons of its dismissed ghosts', () => {
    expect(reasons(withDismissals(outcome(), [dismissal(ghost())]).ghosts)).toEqual(['agreed']);
    expect(reasons(withDismissals(outcome({ status: 'AwaitingApproval' }), [dismissal(ghost())]).ghosts)).toEqual(['agreed']);
    const without = outcome({ ghosts: [] });
    expect(withDismissals(without, [dismissal(ghost())])).toBe(without);
  });
});

// It took the equal one of another customer with it.
test('an amount on no contract is dismissed for its own subscription', () => {
  const given = { ...dismissal(unseen()), contractId: 0 };
  const found = setAside([unseen(), unseen({ contractKey: 's-2' }), unseen({ itemCode: 'CFQ8' })], [given]);
  expect(reasons(found)).toEqual(['agreed', undefined, undefined]);
  const both = withEarlier({ ...dismissal(unseen({ contractKey: 's-2' })), contractId: 0 }, given);
  expect(reasons(setAside([unseen(), unseen({ contractKey: 's-2' })], [both]))).toEqual(['agreed', 'agreed']);
});
