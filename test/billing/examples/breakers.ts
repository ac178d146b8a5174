import type { Line, Settings } from '../../../shared/billing/types.js';
import { books, line, price, running, subscription, type Situation } from '../builders.js';
import { outcome, planned, table } from './table.js';
import { BREAKERS_OFF } from '../../../shared/billing/plan/breaker-limits.js';

/** Section 9: circuit breakers. */

const moved = (sales: string, before: string, breakers: Partial<Settings['breakers']> = {}): Situation => ({
  asOf: '2025-10-25',
  report: { lines: [line({ sales })], previousLines: [line({ sales: before, billingDate: '2025-09-08' })] },
  settings: {
    breakers: {
      ...BREAKERS_OFF,
      organizationPercent: 100,
      organizationAmount: '500',
      itemFactor: 10,
      newContracts: 50,
      ...breakers,
    },
  },
});
const alone = { organizationPercent: 0 };
const priceOnly = { ...BREAKERS_OFF, priceFactor: 5 };
/** Sold for 120.00; cost last month 100.00, a margin of 16.7 %. */
const margin = (cost: string, marginPoints = 10, changes: Partial<Line> = {}): Situation => ({
  asOf: '2025-10-25',
  report: { lines: [line({ cost, ...changes })], previousLines: [line({ billingDate: '2025-09-08' })] },
  settings: { breakers: { ...BREAKERS_OFF, marginPoints } },
});
const many = (count: number): Situation => ({
  report: { lines: Array.from({ length: count }, (_, index) => line({ subscriptionId: `sub-${index}` })) },
});
const first = (sales: string, changes: Partial<Settings['breakers']>, line_: Partial<Line> = {}): Situation => ({
  report: { lines: [line({ sales, ...line_ })] },
  settings: { breakers: { ...BREAKERS_OFF, ...changes } },
});
const upfront = (sales: string): Situation => {
  const situation = moved(sales, '600.00', { itemAmount: '25000' });
  return { ...situation, report: { ...situation.report, prices: [price({ paymentMonths: 12 })] } };
};
/** A licence of 12.00 a month at another price: the report's total for ten of them, on the list as given. */
const priced = (sales: string, changes: Partial<Line> = {}, paymentMonths: number | null = 1, listed = '12.00'): Situation => ({
  report: { lines: [line({ sales, ...changes })], prices: [price({ paymentMonths, sales: listed })] },
  settings: { breakers: priceOnly },
});
const yen = (situation: Situation): Situation => ({
  ...situation,
  report: { ...situation.report, lines: situation.report!.lines!.map((one) => ({ ...one, currency: 'JPY' })) },
  books: books({ internalCurrency: 'JPY' }),
});
/** The day after the line fell due: the same part of last month, less three days, had nothing yet. */
const sameDay = (situation: Situation): Situation => ({ ...situation, asOf: '2025-10-09' });
/** Last month two subscriptions of 3,000 each; this month as given. */
const fallen = (lines: Partial<Line>[], status = 'Active', percent = 100): Situation => ({
  asOf: '2025-10-25',
  report: {
    lines: lines.map((changes) => line(changes)),
    previousLines: ['s-1', 's-2'].map((subscriptionId) => line({ subscriptionId, sales: '3000.00', billingDate: '2025-09-08' })),
    subscriptions: ['s-1', 's-2'].map((id) => subscription({ id, status: id === 's-2' ? status : 'Active' })),
  },
  settings: { breakers: { ...BREAKERS_OFF, organizationPercent: percent, organizationAmount: '500' } },
});
const left = (sales: string): Partial<Line> => ({ subscriptionId: 's-1', sales });
/** The same where last month's amount of the second cannot be read, or it is unknown whose a line of last month was. */
const unread = (holds: 'item' | 'organization', changes: Partial<Settings['breakers']> = {}): Situation => {
  const { report, settings, ...situation } = fallen([left('2900.00'), { subscriptionId: 's-2', sales: '9000.00' }]);
  const trouble = { message: 'totalSalesPrice is "n/a".', holds };
  const previousLines = report!.previousLines!.map((one) =>
    one.subscriptionId === 's-2' ? { ...one, sales: '0', cost: '0', trouble } : one,
  );
  return {
    ...situation,
    report: { ...report, previousLines },
    settings: { breakers: { ...settings!.breakers!, itemFactor: 10, ...changes } },
  };
};

export const breakers = table(
  '9',
  'Item',
  planned((decided) => [...new Set(outcome(decided).split('; '))].join('; ')),
  [
    ['9.1 from 600 to 1,300: more than doubled, and by more than 500', moved('1300.00', '600.00'), 'held breaker-organization'],
    ['9.1 the same on the day after it fell due', sameDay(moved('1300.00', '600.00')), 'held breaker-organization'],
    ['9.1 from 100 to 300: more than doubled, by less than 500', moved('300.00', '100.00'), 'posted'],
    ['9.1 from 600 to 1,100: by 500, not more', moved('1100.00', '600.00'), 'posted'],
    ['9.1 a limit of 20: from 10,000 to 12,000', moved('12000.00', '10000.00', { organizationPercent: 20 }), 'posted'],
    [
      '9.1 a limit of 20: from 10,000 to 12,000.01',
      moved('12000.01', '10000.00', { organizationPercent: 20 }),
      'held breaker-organization',
    ],
    ['9.1 a limit of 20: from 12,000 to 10,000', moved('10000.00', '12000.00', { organizationPercent: 20 }), 'posted'],
    [
      '9.1 a limit of 20: from 12,000.01 to 10,000',
      moved('10000.00', '12000.01', { organizationPercent: 20 }),
      'held breaker-organization',
    ],
    ['9.1 a limit of 80: from 10,000 to 18,000', moved('18000.00', '10000.00', { organizationPercent: 80 }), 'posted'],
    [
      '9.1 a limit of 80: from 10,000 to 18,000.01',
      moved('18000.01', '10000.00', { organizationPercent: 80 }),
      'held breaker-organization',
    ],
    ['9.1 a limit of 80: from 18,000 to 10,000', moved('10000.00', '18000.00', { organizationPercent: 80 }), 'posted'],
    [
      '9.1 a limit of 80: from 18,000.01 to 10,000',
      moved('10000.00', '18000.01', { organizationPercent: 80 }),
      'held breaker-organization',
    ],
    ['9.1 of two subscriptions one is gone, and the other is less', fallen([left('2900.00')]), 'held breaker-organization'],
    ['9.1 it has ended', fallen([left('2900.00')], 'Deleted'), 'posted'],
    ['9.1 it is credited', fallen([left('2900.00'), { subscriptionId: 's-2', sales: '-3000.00', cost: '-2500.00' }]), 'posted'],
    [
      '9.1 it is converted to another product',
      fallen([left('2900.00'), { subscriptionId: 's-2', itemCode: 'CFQ7TTC0NEW', sales: '100.00' }]),
      'posted',
    ],
    [
      '9.1 its lines are another organization’s now',
      fallen([left('2900.00'), { subscriptionId: 's-2', organizationId: 'org-2', sales: '3000.00' }]),
      'posted',
    ],
    ['9.1 switched off', moved('1300.00', '600.00', { organizationPercent: 0, itemFactor: 0 }), 'posted'],
    ['9.1 a new organization of 100,000', first('100000', { newOrganizationAmount: '100000' }), 'posted'],
    [
      '9.1 a new organization of 100,000.01',
      first('100000.01', { newOrganizationAmount: '100000' }),
      'held breaker-organization',
    ],
    ['9.1 a new one of 10,000,000 yen', yen(first('10000000', { newOrganizationAmount: '100000' })), 'posted'],
    ['9.1 of 10,000,001 yen', yen(first('10000001', { newOrganizationAmount: '100000' })), 'held breaker-organization'],
    ['9.2 from 600 to 7,000: more than ten times', moved('7000.00', '600.00', alone), 'held breaker-item'],
    ['9.2 the same on the day after it fell due', sameDay(moved('7000.00', '600.00', alone)), 'held breaker-item'],
    ['9.2 from 600 to 50: less than a tenth', moved('50.00', '600.00', alone), 'held breaker-item'],
    ['9.2 the same where September had nothing by now either', sameDay(moved('50.00', '600.00', alone)), 'posted'],
    ['9.2 from 600 to 6,000: ten times, not more', moved('6000.00', '600.00', alone), 'posted'],
    ['9.2 a factor of 20: from 1,000 to 20,000', moved('20000.00', '1000.00', { ...alone, itemFactor: 20 }), 'posted'],
    ['9.2 a factor of 20: to 20,000.01', moved('20000.01', '1000.00', { ...alone, itemFactor: 20 }), 'held breaker-item'],
    ['9.2 a factor of 20: from 20,000 to 1,000', moved('1000.00', '20000.00', { ...alone, itemFactor: 20 }), 'posted'],
    ['9.2 a factor of 20: to 999.99', moved('999.99', '20000.00', { ...alone, itemFactor: 20 }), 'held breaker-item'],
    ['9.2 a factor of 80: from 100 to 8,000.01', moved('8000.01', '100.00', { ...alone, itemFactor: 80 }), 'held breaker-item'],
    ['9.2 a factor of 80: from 80,000 to 999.99', moved('999.99', '80000.00', { ...alone, itemFactor: 80 }), 'held breaker-item'],
    ['9.2 the cost of it is more than ten times', costs('7000.00', '600.00'), 'held breaker-item'],
    ['9.2 nothing last month, up to 25,000', first('25000.00', { itemAmount: '25000' }), 'posted'],
    ['9.2 nothing last month, and 25,000.01', first('25000.01', { itemAmount: '25000' }), 'held breaker-item'],
    ['9.2 nothing last month, and 2,500,000 yen', yen(first('2500000', { itemAmount: '25000' })), 'posted'],
    ['9.2 2,500,001 yen', yen(first('2500001', { itemAmount: '25000' })), 'held breaker-item'],
    ['9.2 nothing last month, and no limit', first('1000000.00', { itemAmount: '0' }), 'posted'],
    ['9.2 paid once: not compared with last month, only with 25,000', upfront('25000.00'), 'posted'],
    ['9.2 paid once, and 25,000.01', upfront('25000.01'), 'held breaker-item'],
    ['9.2 already in balance: does not wait', { ...moved('7000.00', '600.00'), books: running(10, '7000') }, 'posted'],
    ['9.2 by 500 more than what somebody has released', { ...moved('7500.00', '600.00'), books: running(10, '7000') }, 'posted'],
    ['9.2 by 500.01 more', { ...moved('7500.01', '600.00', alone), books: running(10, '7000') }, 'held breaker-item'],
    [
      '9.2 last month’s amount cannot be read: the item waits, and the others are compared without it',
      unread('item'),
      'posted; held breaker-item',
    ],
    ['9.2 it is unknown whose a line of last month was', unread('organization'), 'held breaker-item'],
    ['9.2 the same where nothing is compared', unread('item', { itemFactor: 0, organizationPercent: 0 }), 'posted'],
    ['9.3 50 new contracts', many(50), 'posted'],
    ['9.3 51 new contracts', many(51), 'held breaker-contracts'],
    ['9.4 ten at 60.00, five times the list price', priced('600.00'), 'posted'],
    ['9.4 ten at more than 60.00', priced('600.10'), 'held breaker-item'],
    ['9.4 ten at 720.00 that are paid for a year', priced('7200.00', {}, 12), 'posted'],
    ['9.4 ten at more', priced('7200.10', {}, 12), 'held breaker-item'],
    [
      '9.4 the list is silent, the line covers a year',
      priced('7200.00', { startDay: '2025-10-01', endDay: '2026-09-25' }, null),
      'posted',
    ],
    ['9.4 far below the list', priced('0.10'), 'posted'],
    ['9.4 proration', priced('9000.00', { chargeType: 'proRate' }), 'posted'],
    ['9.4 a list price of 0.00', priced('9000.00', {}, 1, '0.00'), 'posted'],
    ['9.4 not on the list', priced('9000.00', { itemCode: 'CFQ7TTC0OTHER' }), 'posted'],
    ['9.5 a cost of 112.00: 10.0 points less', margin('112.00'), 'posted'],
    ['9.5 of 112.01: by more than 10', margin('112.01'), 'held breaker-item'],
    ['9.5 below cost', margin('130.00'), 'held breaker-item'],
    ['9.5 a cost of 87.99: by more than 10 the other way', margin('87.99'), 'held breaker-item'],
    ['9.5 a limit of 20', margin('112.01', 20), 'posted'],
    ['9.5 switched off', margin('130.00', 0), 'posted'],
    ['9.5 a credit has no margin', margin('-110.00', 10, { sales: '-120.00' }), 'posted'],
    ['9.5 what is free has none', margin('130.00', 10, { sales: '0.00' }), 'posted'],
  ],
);

function costs(cost: string, before: string): Situation {
  const { report, ...situation } = moved('600.00', '600.00', alone);
  const [now, last] = [report!.lines![0]!, report!.previousLines![0]!];
  return { ...situation, report: { lines: [{ ...now, cost }], previousLines: [{ ...last, cost: before }] } };
}
