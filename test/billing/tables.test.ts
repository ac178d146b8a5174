import { describe, expect, test } from '@jest/globals';
import {
  aboutBreakers,
  BREAKER_LIMITS,
  BREAKERS_OFF,
  DEFAULT_BREAKERS,
  type BreakerName,
} from '../../shared/billing/plan/breaker-limits.js';
import { inCurrency } from '../../shared/billing/basics/magnitudes.js';
import {
  isChargeType,
  isLicence,
  isUsage,
  RECORD_TYPES,
  rulesOf,
  typeInWords,
} from '../../shared/billing/basics/record-types.js';
import { NO_CALLS, NO_WRITES } from '../../shared/billing/results/results.js';
import { salesText } from '../../shared/billing/basics/sales-text.js';
import {
  isBroken,
  isOpenForPerson,
  isParked,
  isStatus,
  STATUS_RULES,
  standsAsIn,
  standsAs,
  statusInWords,
  waitsForPerson,
} from '../../shared/billing/results/status.js';
import { callsOf, changes, STEP_KINDS } from '../../shared/billing/basics/step-kinds.js';
import { addCalls, addWrites } from '../../shared/billing/results/tally.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';
import type { Step } from '../../shared/billing/plan-types.js';

/** The tables of billing, entry by entry: an entry that is changed by mistake is a rule that is changed. */

describe('where an organization’s month can stand', () => {
  /** In words; whether it stays open, waits for a person, is broken, can be released. */
  test.each<[OrganizationStatus, string, string]>([
    ['Done', 'done', 'no no no no'],
    ['Unchanged', 'unchanged', 'no no no no'],
    ['Excluded', 'excluded', 'no no no no'],
    ['Running', 'running', 'no no no no'],
    ['Skipped', 'skipped', 'yes no no no'],
    ['AwaitingApproval', 'awaiting approval', 'yes yes no yes'],
    ['NeedsAttention', 'needs attention', 'yes yes yes yes'],
    ['Failed', 'failed', 'no yes yes no'],
  ])('%s is reported as “%s”: %s', (status, words, answers) => {
    const said = [isParked, waitsForPerson, isBroken, isOpenForPerson].map((is) => (is(status) ? 'yes' : 'no'));
    expect([statusInWords(status), said.join(' ')]).toEqual([words, answers]);
  });

  test('a status begins an answer and is understood from it alone', () => {
    const statuses = Object.keys(STATUS_RULES) as OrganizationStatus[];
    for (const status of statuses) {
      const answer = `${standsAs('Contoso', status)} 28 steps wait.`;
      expect(statuses.filter((other) => standsAsIn(answer, other))).toEqual([status]);
    }
  });

  test('is none of anything else', () => {
    expect(Object.keys(STATUS_RULES).every(isStatus)).toBe(true);
    expect(['done', 'toString', '', 5, null, ['Done']].some(isStatus)).toBe(false);
  });
});

test.each<[Step['kind'], string[]]>([
  ['ensureService', ['services']],
  ['ensureProduct', ['products']],
  ['upsertContract', ['contracts']],
  ['extendContract', ['contracts', 'rows']],
  ['postAdjustment', ['rows']],
  ['postCharge', ['charges']],
])('%s is read back among the %j', (kind, records) => {
  const all = ['contracts', 'rows', 'charges', 'services', 'products'] as const;
  expect([all.filter((one) => changes({ kind }, one)), Object.keys(STEP_KINDS)]).toEqual([
    records,
    expect.arrayContaining([kind]),
  ]);
});

const NEW_ROW = { kind: 'postAdjustment', before: null, invoiceDescription: null, purpose: 'amounts' };
const STANDING = { ...NEW_ROW, before: {} };
test.each([
  ['a service', { kind: 'ensureService' }, 1],
  ['a product', { kind: 'ensureProduct' }, 1],
  ['a contract', { kind: 'upsertContract' }, 1],
  ['an extension, which checks first', { kind: 'extendContract' }, 2],
  ['a row that stands', STANDING, 1],
  ['a new row, which is read back', NEW_ROW, 2],
  ['a row that gets its invoice text', { ...STANDING, invoiceDescription: 'text' }, 2],
  ['ending a one-time amount with its text written', { ...STANDING, invoiceDescription: 'text', purpose: 'one-off' }, 1],
  ['a charge', { kind: 'postCharge' }, 1],
])('%s takes so many calls', (_, step, calls) => expect(callsOf(step as unknown as Step)).toBe(calls));

describe('breakers', () => {
  test.each<[BreakerName, string, string, number | undefined, number | string]>([
    ['monthDropPercent', 'BREAKER_MONTH_DROP_PERCENT', 'a percentage', 100, 50],
    ['organizationPercent', 'BREAKER_ORGANIZATION_PERCENT', 'a percentage', undefined, 100],
    ['organizationAmount', 'BREAKER_ORGANIZATION_AMOUNT', 'an amount', undefined, '500'],
    ['itemFactor', 'BREAKER_ITEM_FACTOR', 'a factor', undefined, 10],
    ['newContracts', 'BREAKER_NEW_CONTRACTS', 'a number of contracts', undefined, 50],
    ['itemAmount', 'BREAKER_ITEM_AMOUNT', 'an amount', undefined, '25000'],
    ['newOrganizationAmount', 'BREAKER_NEW_ORGANIZATION_AMOUNT', 'an amount', undefined, '100000'],
    ['priceFactor', 'BREAKER_PRICE_FACTOR', 'a factor', undefined, 5],
    ['marginPoints', 'BREAKER_MARGIN_POINTS', 'a number of points', 1000, 0],
  ])('%s: %s, %s up to %s, usually %s', (name, ...[setting, expected, most, usual]) => {
    const limit: { setting: string; expected: string; most?: number } = BREAKER_LIMITS[name];
    expect([limit.setting, limit.expected, limit.most, DEFAULT_BREAKERS[name]]).toEqual([setting, expected, most, usual]);
    expect(BREAKERS_OFF[name]).toBe(typeof usual === 'number' ? 0 : '0');
    expect(Object.keys(BREAKER_LIMITS)).toHaveLength(9);
  });

  const CHANGED =
    "BREAKER_MONTH_DROP_PERCENT=30 holds a month whose sales drop by more than 30 %, below 70 % of last month's. Earlier versions held one below 30 %: for the same limit as before, set 70.";
  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ BREAKERS: 'on' }, []],
    [{ BREAKERS: ' off ' }, ['BREAKERS=off: no circuit breaker holds anything, whatever their own settings say.']],
    [{ BREAKERS: 'on', BREAKER_MONTH_DROP_PERCENT: '30' }, [CHANGED]],
    [{ BREAKER_MONTH_DROP_PERCENT: ' ' }, []],
    [{ BREAKER_MONTH_DROP_PERCENT: '50' }, []],
    [{ BREAKER_MONTH_DROP_PERCENT: '0' }, []],
    [{ BREAKER_MONTH_DROP_PERCENT: '30.5' }, []],
    [{ BREAKER_MONTH_DROP_PERCENT: 'half' }, []],
  ])('a broker should know of %j', (environment, said) => expect(aboutBreakers(environment)).toEqual(said));
});

test.each([
  ['EUR', '5'],
  ['nok', '50'],
  ['JPY', '500'],
  ['KRW', '5000'],
  ['VND', '50000'],
  ['XXX', '5'],
])('a limit of 5 euro is in %s one of %s', (currency, limit) => expect(inCurrency('5', currency).toFixed()).toBe(limit));

describe('record types', () => {
  /** In words; billed as, by item code, as usage; on one service or product for all. */
  test.each<[string, string, string]>([
    ['Csp365Legacy', 'Microsoft 365 (legacy)', 'row, by code'],
    ['Csp365Nce', 'Microsoft 365 (NCE)', 'row, by code'],
    ['AzureClassic', 'Azure (classic)', 'charge, usage, cloudmore:azure-classic Azure Classic'],
    ['AzurePlan', 'Azure plan', 'charge, usage, cloudmore:azure-plan Azure Plan'],
    ['Marketplace', 'Marketplace', 'charge, cloudmore:marketplace Marketplace'],
    ['ReservedInstance', 'Reserved instances', 'row, cloudmore:reserved-instance Reserved Instances'],
    ['Perpetual', 'Perpetual licences', 'row, cloudmore:perpetual Perpetual Licenses'],
    ['Subscription', 'Software subscriptions', 'row, cloudmore:subscription Software Subscriptions'],
    ['ManualBillingLine', 'Lines by hand', 'row'],
    ['CustomService', 'Custom services', 'row'],
    ['Unclassified', 'Unclassified', 'row'],
    ['OfTomorrow', 'OfTomorrow', 'row'],
    ['toString', 'toString', 'row'],
  ])('%s is “%s”, billed by %s', (type, words, billed) => {
    const on = rulesOf(type)?.on;
    const said = [
      isChargeType(type) ? 'charge' : 'row',
      ...(isLicence(type) ? ['by code'] : []),
      ...(isUsage(type) ? ['usage'] : []),
      ...(on ? [`${on.key} ${on.name}`] : []),
    ];
    expect([typeInWords(type), said.join(', ')]).toEqual([words, billed]);
    expect(RECORD_TYPES).toHaveLength(8);
  });
});

test('what runs wrote and asked adds up, kind by kind', () => {
  const one = { services: 1, products: 2, contracts: 3, extensions: 4, adjustments: 5, charges: 6 };
  const ten = { services: 10, products: 20, contracts: 30, extensions: 40, adjustments: 50, charges: 60 };
  expect(addWrites(one, ten)).toEqual({
    services: 11,
    products: 22,
    contracts: 33,
    extensions: 44,
    adjustments: 55,
    charges: 66,
  });
  expect(addCalls({ autotask: 1, cloudmore: 2 }, { autotask: 10, cloudmore: 20 })).toEqual({ autotask: 11, cloudmore: 22 });
  expect([addWrites(NO_WRITES, one), addCalls(NO_CALLS, { autotask: 1, cloudmore: 2 })]).toEqual([
    one,
    { autotask: 1, cloudmore: 2 },
  ]);
});

// Nothing stands there where there are none.
test('sales of several currencies stand side by side, each once', () => {
  const sold = [
    { currency: 'eur', sales: '1500' },
    { currency: 'USD', sales: '20' },
    { currency: 'EUR', sales: '16.5' },
  ];
  expect([salesText(sold), salesText([])]).toEqual(['1,516.50 EUR + 20.00 USD', '']);
});
