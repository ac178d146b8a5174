import { describe, expect, test } from '@jest/globals';
import { acceptedAfter } from '../../shared/billing/plan/accepting.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import type { Ghost, Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import { NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import type { Books, Gone } from '../../shared/billing/types.js';
import { accepted, AS_OF, charge, contract, ghost, plan, report, row, running, settings, SUBSCRIPTION } from './builders.js';
import { edited, KEY, MORE } from './examples/row-and-charge.js';

/** Rule 1.6: what had lines and has none any more is remembered as long as its money stands, also where the plan does not list that. */

interface Left {
  items?: Partial<PlannedItem>[];
  ghosts?: Partial<Ghost>[];
  books?: Books;
  named?: Named;
}

/** Whether the item of the last accepted report is remembered. */
function isRemembered({ items = [], ghosts = [], books = running(), named = NOTHING_NAMED }: Left): boolean {
  const { facts, organizations } = cutReport(report(), AS_OF, named);
  const made = plan({ books: running() });
  const decided: Plan = {
    ...made,
    items: items.map((changes, index) => ({ ...made.items[0]!, id: `now-${index}`, ...changes })),
    ghosts: ghosts.map((changes) => ghost({ contractKey: SUBSCRIPTION.toUpperCase(), ...changes })),
  };
  const slice = { ...organizations[0]!, accepted: { asOf: AS_OF, items: [accepted()] } };
  const part = acceptedAfter(decided, [], { facts, slice, books, settings: settings() }, { isReleased: false, isBlind: false });
  return part.items.length === 1;
}

const BILLED: Named = { ...NOTHING_NAMED, contracts: [[100, SUBSCRIPTION, []]] };
const gone = (key: string): Gone => ({ kind: 'row', id: 1, key, why: 'It is not shown any more.' });
const held = { outcome: 'held' as const };
const posted = { outcome: 'posted' as const };
const zeroed = { outcome: 'zeroed' as const, evidence: 'ended' as const };
const on = (changes: Parameters<typeof contract>[0]): Books => ({ ...running(), contracts: [contract(changes)] });

describe('an item without lines any more', () => {
  test.each<[string, Left, boolean]>([
    ['next to a held item of its contract', { items: [held] }, true],
    ['next to a held and a posted one', { items: [posted, held] }, true],
    ['next to posted ones', { items: [posted, posted] }, false],
    // Its own lines cannot be read, for instance.
    ['next to items of other subscriptions alone', { items: [{ ...held, contractKey: 'other' }] }, true],
    ['the same, while nothing stands on its contract', { books: { ...running(), rows: [] } }, false],
    ['the same, where the plan brings it to nothing', { ghosts: [zeroed] }, false],
    ['on a contract that only its number says', { items: [held], books: on({ subscriptionId: null }) }, true],
    ['on one that only its field says', { items: [held], books: on({ number: null }) }, true],
    ['while money stands on another contract', { items: [held], books: on({ number: 'other', subscriptionId: 'other' }) }, false],
    // Forgotten, it was billed again.
    [
      'while it stands on its contract, under other ids',
      { books: on({ number: 'other', subscriptionId: 'other' }), named: BILLED },
      true,
    ],
    // Forgotten, it was billed again under another id.
    [
      'while Autotask no longer shows its row',
      { books: { ...running(), contracts: [], rows: [], gone: [gone(`${SUBSCRIPTION}|CFQ7TTC0LCHC|2025-10`)] } },
      true,
    ],
    [
      'of which Autotask does not show the row of another',
      { books: { ...running(), contracts: [], rows: [], gone: [gone('other|CFQ7TTC0LCHC|2025-10')] } },
      false,
    ],
    ['while nothing stands on its contract', { items: [held], books: { ...running(), rows: [] } }, false],
    [
      'while something stands there in another month',
      { items: [held], books: { ...running(), rows: [row({ startDay: '2025-09-01' })] } },
      false,
    ],
    ['that the plan brings to nothing', { items: [held], ghosts: [zeroed] }, false],
    ['while the plan brings another to nothing', { items: [held], ghosts: [{ ...zeroed, contractKey: 'other' }] }, true],
    ['that the plan lists', { ghosts: [{}] }, true],
    ['while nothing of its contract is planned', {}, true],
  ])('is remembered? %s', (_, left, expected) => expect(isRemembered(left)).toBe(expected));
});

describe('an item with lines', () => {
  const charged = (held: Books, ...amounts: string[]): Books => ({
    ...held,
    charges: amounts.map((price, index) => charge({ id: 2000 + index, key: index === 0 ? KEY : `${KEY}-${index + 1}`, price })),
  });
  const remembered = (situation: Parameters<typeof plan>[0]): [boolean, boolean | undefined] => {
    const [item] = plan(situation).accepted!.items;
    return [item!.stood, item!.charged];
  };

  test.each<[string, Books, [boolean, boolean | undefined]]>([
    ['on a row alone', running(), [true, false]],
    ['on a row and a charge', charged(running(10, '115'), '5'), [true, true]],
    ['with a charge that the plan deletes', charged(running(), '5'), [true, false]],
    ['with one of two charges being deleted', charged(running(10, '115'), '5', '3'), [true, true]],
  ])('is remembered as standing: %s', (_, books, expected) => {
    expect(remembered({ books })).toEqual(expected);
  });

  test('that is held is not remembered as standing', () => {
    expect(remembered({ report: MORE, books: edited(running(), '2025-10', { frozen: true }) })).toEqual([false, undefined]);
  });
});
