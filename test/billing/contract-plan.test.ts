import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Contract, UnreadableRecord } from '../../shared/billing/types.js';
import {
  books,
  company,
  contract,
  line,
  outcomesOf,
  plan,
  price,
  row,
  running,
  service,
  subscription,
  type Situation,
} from './builders.js';
import { edited, MORE } from './examples/row-and-charge.js';

/** Rules 5 and 6 of one contract's month as a whole: what holds all of it, and what comes before what. */

const VISIO = 'CFQ7TTC0VISIO';
const visio = line({ itemCode: VISIO, productName: 'Visio' });
const held = (changes: Partial<Contract>, books = running()): Books => ({ ...books, contracts: [contract(changes)] });
const kinds = ({ steps }: Plan): string[] => steps.map((step) => step.kind);

describe('6.1 on a contract that has ended and is inactive', () => {
  const renewed: Situation = { asOf: '2025-11-05' };
  const ended = { isActive: false, endDay: '2025-10-31' };

  // Its subscription continues, and its service has another price.
  test('nothing is written, though end and price have changed', () => {
    const decided = plan({ ...renewed, books: { ...held(ended), services: [service({ unitPrice: '11' })] } });
    expect([outcomesOf(decided), decided.steps]).toStrictEqual([['posted'], []]);
  });

  test('an item in balance is held with the one next to it', () => {
    const decided = plan({
      ...renewed,
      report: { lines: [line(), visio], prices: [price(), price({ itemCode: VISIO })] },
      books: held(ended),
    });
    expect([outcomesOf(decided), decided.steps]).toStrictEqual([['held contract-inactive', 'held contract-inactive'], []]);
  });

  // The contract ended before the month.
  test('nothing is posted where only an extension would make rows', () => {
    const before = held({ ...ended, endDay: '2025-09-30' }, { ...running(), rows: [row({ startDay: '2025-09-01' })] });
    const halfway = held({ ...ended, endDay: '2025-09-30' });
    for (const books of [before, halfway]) expect(outcomesOf(plan({ ...renewed, books }))).toEqual(['held contract-inactive']);
  });

  test("a month in balance is posted on the contract's last day", () => {
    expect(outcomesOf(plan({ ...renewed, books: held({ ...ended, endDay: '2025-10-01' }) }))).toEqual(['posted']);
  });
});

test("6.4 a contract's needs, its amounts and its extension come in order", () => {
  const decided = plan({
    report: { ...MORE, subscriptions: [subscription({ endDay: '2026-09-11' })] },
    books: { ...held({ slaId: 9 }), services: [service({ unitPrice: '11' })] },
  });
  expect(kinds(decided)).toEqual(['ensureService', 'upsertContract', 'postAdjustment', 'extendContract']);
});

// It would be refused before.
test('7.5 a catch-up comes after the extension that makes its month', () => {
  const frozen = edited(held({ endDay: '2025-10-31' }), '2025-10', { frozen: true });
  const decided = plan({ report: MORE, books: frozen, settings: { afterFreeze: 'charge' } });
  expect(kinds(decided)).toEqual(['extendContract', 'postCharge']);
  expect(decided.steps.at(-1)).toMatchObject({ day: '2025-11-01' });
});

describe('5.3 a product that cannot be read', () => {
  const unreadable = (keys: string[] | null): UnreadableRecord => ({
    ...{ vendor: 'Autotask', path: 'Products', record: '9', member: 'name', value: null, problem: 'is missing' },
    ...{ kind: 'product', id: 9, contractId: null, companyId: null, keys },
  });
  const azure = { lines: [line({ recordType: 'AzurePlan', itemCode: null })] };
  const product = { id: 8, key: 'cloudmore:azure-plan', name: 'Azure Plan', isActive: true };
  const outcome = (keys: string[] | null, products = [product]): string[] =>
    outcomesOf(plan({ report: azure, books: books({ products, unreadable: [unreadable(keys)] }) }));

  test.each<[string, string[], string]>([
    ['holds what it may be for, where no other was found', outcome(null, []), 'held unreadable'],
    ['holds nothing that another was found for', outcome(null), 'posted'],
    ['holds what it is for by its key, though another was found', outcome(['Cloudmore:Azure-Plan']), 'held unreadable'],
    ['holds what it is for by its name, though another was found', outcome(['azure plan']), 'held unreadable'],
    ['holds nothing where it is for something else', outcome(['Marketplace'], []), 'posted'],
  ])('%s', (_, found, expected) => expect(found).toEqual([expected]));
});

describe('what people read of why an item is not billed', () => {
  const message = (situation: Situation): string | null => plan(situation).items[0]!.message;
  const mystery = (...recordTypes: (string | null)[]): Situation => ({
    report: {
      lines: recordTypes.map((recordType, index) =>
        line({ recordType, itemCode: 'X', productId: null, publisherName: null, billingDate: `2025-10-0${index + 1}` }),
      ),
    },
  });
  const azure = { lines: [line({ recordType: 'AzurePlan', itemCode: null })] };
  const product = { id: 8, key: null, name: 'Azure Plan', isActive: true };

  test.each<[Situation, string]>([
    [
      mystery('Mystery', null, 'Riddle', 'Mystery'),
      'No rule says what kind of line this is (record type "Mystery", "Riddle"). Correct it in Cloudmore, or exclude its service.',
    ],
    [mystery(' ', null), 'No rule says what kind of line this is. Correct it in Cloudmore, or exclude its service.'],
    [
      { report: azure, books: books({ products: [{ ...product, needsOrder: true }] }) },
      'Product 8 (Azure Plan) was found by its name and requires procurement: its charges may wait for an order and would not be billed.',
    ],
    [
      { report: azure, books: books({ products: [product, { ...product, id: 9 }] }) },
      'Products 8 and 9 are both for AzurePlan. Deactivate one.',
    ],
    [
      { books: books({ services: [service(), service({ id: 51 })] }) },
      'Services 50 and 51 both carry CFQ7TTC0LCHC-0002-P1Y-Monthly as invoice description. Keep one active, and only one with units on a contract.',
    ],
    [
      { books: { ...running(), rows: [row(), row({ id: 1, contractServiceId: 201 })] } },
      'Contract 100 carries service 50 twice.',
    ],
    [
      {
        books: books({ internalCurrency: 'eur', companies: [company({ currency: 'usd' })] }),
        report: { lines: [line({ currency: 'USD' })] },
        settings: { foreignCost: 'hold' },
      },
      'The cost of 100.00 is in USD, but Autotask keeps costs in EUR, whatever currency the company is billed in. It is not converted: FOREIGN_COST holds lines whose cost would be wrong.',
    ],
    [
      { books: edited(running(), '2025-10', { frozen: true }), report: MORE },
      '2025-10 is approved and posted in Autotask; Business Premium differs by 396.00 / 351.76 EUR. Unpost the period, correct it there, or set AFTER_FREEZE=charge.',
    ],
    [
      { books: { ...held({ startDay: '2025-11-01' }), rows: [] } },
      "2025-10 is before the contract's first day in Autotask; Business Premium differs by 120.00 / 100.00 EUR. Unpost the period, correct it there, or set AFTER_FREEZE=charge.",
    ],
  ])('%#', (situation, expected) => expect(message(situation)).toBe(expected));
});
