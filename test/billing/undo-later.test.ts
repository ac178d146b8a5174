import { describe, expect, test } from '@jest/globals';
import type { PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import type { Books, Row } from '../../shared/billing/types.js';
import { charge, contract, row, running, SUBSCRIPTION, undo, type Situation } from './builders.js';
import { KEY } from './examples/row-and-charge.js';

/** The way back of a month, in the months after it. */

const back = (before: Books, now: Books, situation: Situation = {}, later: number[] = []): UndoPlan =>
  undo({ ...situation, books: now }, { books: before, companyId: 7, billed: [SUBSCRIPTION] }, later);

const listed = ({ lines }: UndoPlan): string[] =>
  lines.map(({ now, before, outcome }) => `${now.sales} → ${before.sales} ${outcome}`);
const messages = ({ lines }: UndoPlan): (string | null)[] => lines.map(({ message }) => message);
const writes = (made: UndoPlan): string[] =>
  made.steps.map((step) => {
    const { day, units, unitPrice } = step as PostAdjustmentStep;
    return `${day}: ${units} units${unitPrice === null ? '' : ` × ${unitPrice}`}`;
  });

const eight = running(8, '96', '80');
const ten = running();

describe('the months after', () => {
  const withNovember = (held: Books, changes: Partial<Row>): Books => ({
    ...held,
    rows: held.rows.map((one) => (one.startDay === '2025-11-01' ? { ...one, ...changes } : one)),
  });
  /** October as it was adjusted already; later months as they were carried on. */
  const adjusted = (changes: Partial<Row> = {}): Books =>
    withNovember({ ...ten, charges: [charge({ key: KEY, price: '-24', cost: '-20' })] }, changes);

  // It has what they show and what they showed.
  test('later months go back by an adjustment of their first day', () => {
    const made = back(eight, adjusted());
    expect(listed(made)).toEqual(['96.00 → 96.00 undone']);
    expect(made.steps).toMatchObject([
      {
        kind: 'postAdjustment',
        day: '2025-11-01',
        units: 8,
        unitPrice: '12.0000',
        unitCost: '10.0000',
        purpose: 'one-off',
        before: { units: 10, price: '120', cost: '100' },
        summary: 'Undo: Business Premium (1 year, paid monthly): units 10 → 8 from 2025-11-01 on, 96.00 / 80.00 EUR',
      },
    ]);
  });

  const LEFT = (now: string, before: string): string =>
    `From 2025-11-01 on its row shows ${now} EUR, but before the month it showed ${before} EUR. This program cannot adjust it back; check it there.`;
  const rest = (held: Books): Books => ({ ...held, rows: held.rows.filter(({ startDay }) => startDay < '2025-11') });

  test.each<[string, Books, Books, string | null, Situation]>([
    ['its adjustment was refused', eight, adjusted(), LEFT('120.00 / 100.00', '96.00 / 80.00'), { refused: ['undo-100-50'] }],
    ['another line was refused', eight, adjusted(), null, { refused: ['undo-100-51'] }],
    [
      'somebody split next month’s row',
      eight,
      { ...adjusted(), rows: [...adjusted().rows, row({ id: 5, startDay: '2025-11-15', units: 0, price: '0', cost: '0' })] },
      LEFT('120.00 / 100.00', '96.00 / 80.00'),
      {},
    ],
    ['next month is approved', eight, adjusted({ frozen: true }), LEFT('120.00 / 100.00', '96.00 / 80.00'), {}],
    [
      'next month was changed by hand',
      eight,
      adjusted({ units: 3, price: '36', cost: '30' }),
      LEFT('36.00 / 30.00', '96.00 / 80.00'),
      {},
    ],
    [
      'a later month would fall below nothing',
      eight,
      { ...adjusted(), rows: adjusted().rows.map((one) => (one.startDay === '2025-12-01' ? { ...one, units: 1 } : one)) },
      LEFT('120.00 / 100.00', '96.00 / 80.00'),
      {},
    ],
    [
      'a later month falls to nothing',
      eight,
      { ...adjusted(), rows: adjusted().rows.map((one) => (one.startDay === '2025-12-01' ? { ...one, units: 2 } : one)) },
      null,
      {},
    ],
    ['there is no next month any more', eight, rest(adjusted()), LEFT('0.00 / 0.00', '96.00 / 80.00'), {}],
  ])('stay or go back where %s', (_, ...[before, now, message, situation]) => {
    const made = back(before, now, situation);
    expect(messages(made)).toEqual([message]);
    expect(made.lines.map(({ outcome }) => outcome)).toEqual([message === null ? 'undone' : 'held']);
    expect(made.steps).toHaveLength(message === null ? 1 : 0);
  });

  test('are nothing where there was none before, and is none now', () => {
    const ending = { contracts: [contract({ endDay: '2025-10-31' })] };
    expect(back(rest({ ...ten, ...ending }), rest({ ...ten, ...ending })).lines).toStrictEqual([]);
    expect(listed(back(rest({ ...eight, ...ending }), rest({ ...ten, ...ending })))).toEqual(['120.00 → 96.00 undone']);
  });

  // They show what an extension carried on.
  test("months after the contract's end had nothing", () => {
    const before = {
      ...eight,
      contracts: [contract({ id: 1, subscriptionId: 'other', number: null }), contract({ endDay: '2025-10-31' })],
    };
    expect(writes(back(before, adjusted()))).toEqual(['2025-11-01: 0 units']);
    const toTheFirst = { ...eight, contracts: [contract({ endDay: '2025-11-01' })] };
    expect(writes(back(toTheFirst, adjusted()))).toEqual(['2025-11-01: 8 units × 12.0000']);
  });

  test('unread later months had what the month carried on', () => {
    expect(writes(back({ ...withNovember(eight, { units: 99 }), detailed: [] }, adjusted()))).toEqual([
      '2025-11-01: 8 units × 12.0000',
    ]);
  });

  test('follow the month’s own adjustment, which carries on into them', () => {
    const made = back(withNovember(eight, { units: 9, price: '108', cost: '90' }), ten);
    expect(writes(made)[0]).toBe('2025-10-01: 8 units × 12.0000');
    expect(writes(made)).toEqual(['2025-10-01: 8 units × 12.0000', '2025-11-01: 9 units × 12.0000']);
    expect(made.steps[1]).toMatchObject({ before: { units: 8, price: '96', cost: '80' } });
  });

  test('follow it at its new prices, not at those that they had', () => {
    const before = withNovember(running(8, '104', '88'), { units: 9, price: '126', cost: '108' });
    const made = back(before, ten);
    expect(writes(made)).toEqual(['2025-10-01: 8 units × 13.0000', '2025-11-01: 9 units × 14.0000']);
    expect(made.steps[1]).toMatchObject({ before: { units: 8, price: '104', cost: '88' } });
  });

  // It was not there in the month, then or now.
  test('later months of a row that never was stay', () => {
    const later = (held: Books): Books => ({ ...held, rows: held.rows.filter(({ startDay }) => startDay >= '2025-11') });
    expect(back(later(eight), later(ten))).toMatchObject({ lines: [], steps: [] });
  });

  // In balance or not.
  test('later months stay where one of them is billed', () => {
    expect(back(eight, adjusted(), {}, [100])).toMatchObject({ lines: [], steps: [] });
    expect(back(eight, adjusted(), {}, [101]).steps).toHaveLength(1);
  });
});
