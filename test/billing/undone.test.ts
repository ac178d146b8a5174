import { describe, expect, test } from '@jest/globals';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import { isContinued, movedBack, neverStood, openIn, sumsTakenBack, takenBackPlan } from '../../shared/billing/plan/undone.js';
import type { UndoLine, UndoPlan } from '../../shared/billing/plan/undo.js';
import { accepted, plan } from './builders.js';

/** What follows of a month that was taken back. */

const line = (changes: Partial<UndoLine> = {}): UndoLine => ({
  id: 'undo-100-50',
  contractId: 100,
  contractKey: 's-1',
  serviceId: 50,
  name: 'Business Premium',
  currency: 'EUR',
  now: { sales: '120.00', cost: '100.00' },
  before: { sales: '96.00', cost: '80.00' },
  outcome: 'undone',
  message: null,
  ...changes,
});
const step = (...items: string[]): Plan['steps'][number] => ({ ...plan().steps[0]!, items });
const undoPlan = (lines: UndoLine[], moved: string[] = lines.map(({ id }) => id)): UndoPlan =>
  ({ lines, steps: moved.map((id) => step(id)) }) as UndoPlan;

describe('a way back continues where another one ended', () => {
  const released = undoPlan([line(), line({ id: 'undo-100-51', serviceId: 51 })]);

  test.each<[string, UndoPlan, boolean]>([
    ['the same lines', released, true],
    ['one of them, from another amount', undoPlan([line({ now: { sales: '99.00', cost: '81.00' } })]), true],
    ['none', undoPlan([]), true],
    ['one more', undoPlan([line(), line({ id: 'undo-101-50', contractId: 101 })]), false],
    ['one more of which nothing is written', undoPlan([line(), line({ id: 'undo-101-50' })], ['undo-100-50']), true],
    ['to other sales', undoPlan([line({ before: { sales: '95.00', cost: '80.00' } })]), false],
    ['to another cost', undoPlan([line({ before: { sales: '96.00', cost: '79.00' } })]), false],
    ['in another currency', undoPlan([line({ currency: 'USD' })]), false],
  ])('where what is left is %s', (_, left, is) => {
    expect(isContinued(left, released)).toBe(is);
  });
});

describe('what is taken back', () => {
  const held = line({ outcome: 'held', now: { sales: '999.00', cost: '0.00' } });
  const cheaper = line({ now: { sales: '10.00', cost: '5.00' }, before: { sales: '12.00', cost: '15.00' } });
  const dollars = line({ currency: 'USD', now: { sales: '7.00', cost: '1.00' }, before: { sales: '0.00', cost: '0.00' } });

  // The difference of sales or of cost.
  test('a line moves by its larger side, against no other', () => {
    expect(movedBack(undoPlan([line(), cheaper, held, dollars]), 'EUR')).toBe('34.00');
    expect(movedBack(undoPlan([line(), dollars]), 'USD')).toBe('7.00');
    expect(movedBack(undoPlan([held]), 'EUR')).toBe('0.00');
  });

  test('comes to what stands less what stood, by currency', () => {
    expect(sumsTakenBack([undoPlan([line(), held, dollars]), undoPlan([cheaper])])).toEqual([
      { sales: '22.00', cost: '10.00', currency: 'EUR' },
      { sales: '7.00', cost: '1.00', currency: 'USD' },
    ]);
    expect(sumsTakenBack([undoPlan([held])])).toEqual([]);
  });
});

describe('the plan of a month that was taken back', () => {
  const item = (id: string, changes: Partial<PlannedItem> = {}): PlannedItem => ({ ...plan().items[0]!, id, ...changes });
  const written = item('written');
  const open = item('open');
  const waiting = item('waiting', { outcome: 'held', reason: 'breaker-item' });
  const excluded = item('excluded', { outcome: 'excluded', reason: 'service-off' });
  const ghost = { contractKey: 's-1', outcome: 'zeroed', sales: '5.00' } as Plan['ghosts'][number];
  const full: Plan = {
    ...plan(),
    items: [written, open, waiting, excluded],
    steps: [step('open', 'excluded')],
    ghosts: [ghost, { ...ghost, outcome: 'awaiting' }],
  };

  test('is open in what is held, and in what has steps', () => {
    expect(full.items.map(openIn(full))).toEqual([false, true, true, false]);
  });

  // By a person’s word; what stands is posted.
  test('nothing is written; what does not stand is left out', () => {
    const message = 'Taken back by Kim.';
    expect(takenBackPlan(full, { isWhole: true, message })).toEqual({
      ...full,
      items: [
        written,
        { ...open, outcome: 'excluded', reason: 'undone', message },
        { ...waiting, outcome: 'excluded', reason: 'undone', message },
        excluded,
      ],
      ghosts: [
        { ...ghost, outcome: 'ghost' },
        { ...ghost, outcome: 'awaiting' },
      ],
      steps: [],
    });
  });

  test('holds that while the way back is not at its end', () => {
    const { items } = takenBackPlan(full, { isWhole: false, message: 'Not at its end.' });
    expect(items.map(({ outcome, reason, message }) => [outcome, reason, message]).slice(1, 3)).toEqual([
      ['held', 'api-error', 'Not at its end.'],
      ['held', 'api-error', 'Not at its end.'],
    ]);
  });

  // On charges or otherwise.
  test('an accepted item of which nothing stands never stood', () => {
    expect(neverStood(accepted({ charged: true }))).toEqual(accepted({ stood: false }));
  });
});
