import { describe, expect, test } from '@jest/globals';
import type { Books } from '../../shared/billing/types.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import {
  books,
  charge,
  contract,
  line,
  organization,
  plan,
  row,
  running,
  service,
  SUBSCRIPTION,
  undo,
  type Situation,
} from './builders.js';
import { KEY } from './examples/row-and-charge.js';
import { AutotaskInMemory } from './memory.js';

/** What a month that was billed is brought back to, and by which steps. */

const COMPANY = 7;

/** Bills October on the books, and answers both sides. */
function billed(before: Books, situation: Situation = {}): { before: Books; now: AutotaskInMemory } {
  const now = new AutotaskInMemory(structuredClone(before));
  expect(now.apply(plan({ ...situation, books: structuredClone(before) }).steps)).toEqual([]);
  return { before, now };
}

const back = (
  { before, now }: { before: Books; now: AutotaskInMemory },
  situation: Situation = {},
  later: number[] = [],
): UndoPlan =>
  undo({ ...situation, books: structuredClone(now.books) }, { books: before, companyId: COMPANY, billed: [SUBSCRIPTION] }, later);

const amounts = ({ lines }: UndoPlan): string[] =>
  lines.map(({ now, before, outcome }) => `${now.sales} → ${before.sales} ${outcome}`);
const steps = (made: UndoPlan): string[] =>
  made.steps.map((step) => {
    if (step.kind === 'postAdjustment')
      return `${step.day}: ${step.units} units${step.unitPrice === null ? '' : ` × ${step.unitPrice}`}`;
    return step.kind === 'postCharge' ? `${step.action} charge ${step.unitPrice}` : step.kind;
  });

const AZURE = { lines: [line({ recordType: 'AzurePlan', itemCode: null })] };

describe('what a month is brought back to', () => {
  // By a charge against its row, and by no units from the next month on.
  test('a new contract goes back to nothing', () => {
    const made = back(billed(books()));
    expect(amounts(made)).toEqual(['120.00 → 0.00 undone']);
    expect(steps(made)).toEqual(['create charge -120.0000', '2025-11-01: 0 units']);
  });

  // One that has carried 8 units since September: this month by a charge, later ones by units.
  test('a changed contract goes back to its units', () => {
    const made = back(billed(running(8, '96', '80')));
    expect(amounts(made)).toEqual(['120.00 → 96.00 undone']);
    expect(steps(made)).toEqual(['create charge -24.0000', '2025-11-01: 8 units × 12.0000']);
  });

  test('what stood as reported stays, for nothing was written', () => {
    const made = back(billed(running()));
    expect({ lines: made.lines, steps: made.steps }).toEqual({ lines: [], steps: [] });
  });

  test('Azure, which is a charge alone, by deleting the charge', () => {
    const made = back(billed(books(), { report: AZURE }), { report: AZURE });
    expect(amounts(made)).toEqual(['120.00 → 0.00 undone']);
    expect(steps(made)).toEqual(['delete charge 0.0000']);
  });

  // Its last row carried on.
  test('a contract the month extended goes back to nothing on it', () => {
    const ended = running(10, '120', '100');
    const before = { ...ended, contracts: [contract({ endDay: '2025-09-30' })], rows: ended.rows.slice(0, 1) };
    const made = back(billed(before));
    expect(amounts(made)).toEqual(['120.00 → 0.00 undone']);
  });

  test('later months stay where one is billed on the contract', () => {
    const { before, now } = billed(running(8, '96', '80'));
    expect(steps(back({ before, now }, {}, [100]))).toEqual(['create charge -24.0000']);
  });
});

describe('what stays', () => {
  test('a row that is approved and posted, with what to do there', () => {
    const { before, now } = billed(books());
    now.freeze('2025-10-31');
    const made = back({ before, now });
    expect(amounts(made)).toEqual(['120.00 → 0.00 held']);
    expect(made.steps).toEqual([]);
    expect(made.lines[0]!.message).toMatch(/Unpost 2025-10 there and undo again/);
  });

  test('a posted charge is not balanced by another one', () => {
    const { before, now } = billed(books(), { report: AZURE });
    now.freeze('2025-10-31');
    expect(back({ before, now }, { report: AZURE }).lines).toMatchObject([{ outcome: 'held' }]);
  });

  test('a row that somebody has taken away', () => {
    const before = running(8, '96', '80');
    const { now } = billed(before);
    now.books.rows = now.books.rows.filter(({ startDay }) => !startDay.startsWith('2025-10'));
    expect(back({ before, now }).lines).toMatchObject([{ outcome: 'held', message: expect.stringMatching(/no longer there/) }]);
  });

  // With both amounts.
  test('later months that somebody adjusted stay and are reported', () => {
    const { before, now } = billed(running(8, '96', '80'));
    const next = now.books.rows.find(({ startDay }) => startDay === '2025-11-01')!;
    Object.assign(next, { units: 3, price: '36', cost: '30' });
    const made = back({ before, now });
    expect(steps(made)).toEqual(['create charge -24.0000']);
    expect(made.lines[0]!.message).toMatch(/From 2025-11-01 on its row shows 36\.00 .* before the month it showed 96\.00/);
  });

  test('later months of a contract somebody ended stay and are reported', () => {
    const { before, now } = billed(running(8, '96', '80'));
    now.shorten(now.books.contracts[0]!, '2025-10-31');
    const made = back({ before, now });
    expect(amounts(made)).toEqual(['120.00 → 96.00 undone']);
    expect(made.lines[0]!.message).toMatch(/From 2025-11-01 on its row shows 0\.00 .* before the month it showed 96\.00/);
  });

  // It was brought back to the middle of its month once.
  test('what was billed before the evidence began stays', () => {
    const first = billed(books(), { report: AZURE }).now.books;
    const more = { lines: [line({ ...AZURE.lines[0], sales: '150.00' })] };
    const made = back(billed(first, { report: more }), { report: more });
    expect(made.steps).toEqual([]);
    expect(made.lines).toMatchObject([
      { outcome: 'held', message: expect.stringMatching(/it is not known what was there before/) },
    ]);
  });

  test('everything, where the organization names another company since', () => {
    const { before, now } = billed(books());
    const made = undo({ books: now.books }, { books: before, companyId: 8, billed: [] });
    expect({ steps: made.steps, held: made.held }).toEqual({ steps: [], held: expect.stringMatching(/billed to company 8/) });
  });

  // What stood there is not known.
  test('everything stays where a record of either time is unreadable', () => {
    const { before, now } = billed(books());
    const unreadable = [
      { vendor: 'autotask', path: '/Contracts', record: '5', member: 'endDate', value: 'x', problem: 'no day' },
    ];
    const record = { ...unreadable[0]!, kind: 'contract' as const, id: 5, contractId: 5, companyId: 7, keys: null };
    const made = back({ before: { ...before, unreadable: [record] }, now });
    expect({ steps: made.steps, held: made.held }).toEqual({ steps: [], held: expect.stringMatching(/cannot be read/) });
  });

  test("anybody else's service on the same contract", () => {
    const { before, now } = billed(running(8, '96', '80'));
    const foreign = row({ id: 77, contractServiceId: 9, serviceId: 99, price: '5', cost: '1' });
    now.books.rows.push(foreign);
    now.books.services.push(service({ id: 99, key: null, name: 'Backup' }));
    expect(back({ before, now }).lines).toHaveLength(1);
  });
});

describe('what another organization has since', () => {
  const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam' })];
  const moved: Situation = {
    report: { organizations, lines: [line({ organizationId: 'org-2', organizationName: 'Fabrikam' })], subscriptions: [] },
    settings: { allowSharedCompanies: [COMPANY] },
  };

  // Nothing was said of it.
  test('what was written before a subscription moved stays, and is reported', () => {
    const made = back(billed(books()), moved);
    expect(made.steps).toEqual([]);
    expect(amounts(made)).toEqual(['120.00 → 0.00 held']);
    expect(made.lines[0]!.message).toMatch(/now belongs to organization Fabrikam, .* brought back by hand/);
  });

  test('and nothing where it stands as it stood', () => {
    expect(back(billed(running()), moved).lines).toEqual([]);
  });

  test('the customer who has it now takes back what both have charged', () => {
    const first = billed(books());
    const since = { ...moved, organizationId: 'org-2' };
    const lines = [line({ organizationId: 'org-2', organizationName: 'Fabrikam', sales: '150.00' })];
    const more = { ...since, report: { ...moved.report, lines } };
    first.now.books.charges.push(charge({ key: KEY, price: '-20' }));
    first.now.apply(plan({ ...more, books: structuredClone(first.now.books) }).steps);
    expect(amounts(back(first, more))).toEqual(['150.00 → 0.00 undone']);
  });
});

describe('a release names exactly what was shown', () => {
  test('the digest changes when Autotask has moved, and only then', () => {
    const { before, now } = billed(running(8, '96', '80'));
    const { digest } = back({ before, now });
    expect(back({ before, now }).digest).toBe(digest);
    Object.assign(
      now.books.rows.find(({ startDay }) => startDay === '2025-10-01')!,
      { units: 11, price: '132', cost: '110' },
    );
    expect(back({ before, now }).digest).not.toBe(digest);
  });

  test('undone twice it is undone once', () => {
    const { before, now } = billed(running(8, '96', '80'));
    now.apply(back({ before, now }).steps);
    expect(back({ before, now })).toMatchObject({ lines: [], steps: [] });
  });
});

test('the subscription of the examples is the one that is undone', () => {
  expect(back(billed(books())).lines.map(({ contractKey }) => contractKey)).toEqual([SUBSCRIPTION]);
});
