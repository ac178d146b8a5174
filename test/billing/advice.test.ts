import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import {
  adviceFor,
  commandFor,
  commandOf,
  differenceText,
  heldMonthAdvice,
  isReleasable,
  REASON_CODES,
  reasonInWords,
  type ReasonCode,
} from '../../shared/billing/results/advice.js';
import { command, type Command } from '../../shared/billing/basics/command.js';
import { explainItem, type NotPosted } from '../../shared/billing/results/not-posted.js';
import { charge, contract, line, plan, running, SUBSCRIPTION, type Situation } from './builders.js';
import { edited, KEY } from './examples/row-and-charge.js';

/** What people are told about an amount that is not simply posted. */

const CONTOSO = { month: '2025-10', organizationId: '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2', planDigest: 'd1'.repeat(32) };
const EXCLUDED: ReasonCode[] = ['custom-service', 'record-type-off', 'service-off', 'company-id-missing', 'skipped'];

const outcomeOf = (reason: ReasonCode): NotPosted['outcome'] =>
  reason === 'ghost' ? 'ghost' : reason === 'awaiting-report' ? 'awaiting' : EXCLUDED.includes(reason) ? 'excluded' : 'held';

const item = (reason: ReasonCode, message: string | null = 'Something is wrong.'): NotPosted => ({
  productName: 'Microsoft 365 E3',
  subscriptionId: '8f2a6c1e-0000-4000-8000-000000000001',
  currency: 'EUR',
  sales: '516.00',
  outcome: outcomeOf(reason),
  reason,
  message,
  command: commandFor(reason, CONTOSO),
});

describe.each(REASON_CODES)('an amount that is not posted because of %s', (reason) => {
  const sentence = (): string => explainItem(item(reason), 'Contoso Dental Group')!;

  test('is explained with organization, product, subscription, amount and reason', () => {
    for (const part of [
      'Contoso Dental Group',
      'Microsoft 365 E3',
      '8f2a6c1e-0000',
      '516.00 EUR',
      `(${reason})`,
      'Something is wrong.',
    ])
      expect(sentence()).toContain(part);
  });

  test('is told what to do, in words that end', () => {
    expect(adviceFor(reason)?.meaning).toMatch(/^\S.*[^.]$/);
    expect(adviceFor(reason)?.remedy).toMatch(/^\S.*[.:]$/);
    expect(explainItem(item(reason, null), 'Contoso Dental Group')).toContain(adviceFor(reason)!.remedy);
  });

  test('names the next command, unless nothing is to be done', () => {
    const command = commandFor(reason, CONTOSO);
    if (command === null) expect(adviceFor(reason)?.remedy).toBe('Nothing to do.');
    else expect(sentence().endsWith(`Then: ${command}`)).toBe(true);
  });

  test('each reason has words of its own in the operations guide', async () => {
    const guide = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    // Reasons that are alike share a row.
    expect(guide).toMatch(new RegExp(`(?:[|] |, )${reasonInWords(reason)} [(]\`${reason}\`[)]`));
  });
});

// Evidence of a later release can have one.
test('an unknown reason is identified by its code', () => {
  expect(reasonInWords('of-a-later-version')).toBe('of-a-later-version');
});

const AGAIN = `billing rerun 2025-10 --organization ${CONTOSO.organizationId} --reason`;
const RELEASE = `billing approve 2025-10 --organization ${CONTOSO.organizationId} --digest ${CONTOSO.planDigest}`;

test.each<[ReasonCode, string | null]>([
  ['custom-service', null],
  ['record-type-off', `${AGAIN} "record type switched on"`],
  ['service-off', `${AGAIN} "service switched on"`],
  ['organization-unknown', `${AGAIN} "organization listed"`],
  ['company-id-missing', `${AGAIN} "company id filled in"`],
  ['company-id-invalid', `${AGAIN} "company id corrected"`],
  ['company-id-shared', `${AGAIN} "shared company settled"`],
  ['company-not-found', `${AGAIN} "company id corrected"`],
  ['company-inactive', `${AGAIN} "company activated"`],
  ['currency-mismatch', `${AGAIN} "currency corrected"`],
  ['unclassified', `${AGAIN} "line corrected"`],
  ['contract-duplicate', `${AGAIN} "duplicate contract cleared"`],
  ['contract-other-company', `${AGAIN} "contract of the other company cleared"`],
  ['contract-inactive', `${AGAIN} "contract activated"`],
  ['contract-unsuitable', `${AGAIN} "contract replaced"`],
  ['contract-gone', RELEASE],
  ['product-needs-order', `${AGAIN} "product settled"`],
  ['cost-in-other-currency', `${AGAIN} "cost accepted"`],
  ['billed-elsewhere', `${AGAIN} "other contract settled"`],
  ['unreadable', `${AGAIN} "record corrected"`],
  ['service-ambiguous', `${AGAIN} "service deactivated"`],
  ['period-frozen', `${AGAIN} "period unposted"`],
  ['breaker-month', 'billing approve 2025-10 --breakers'],
  ['breaker-organization', RELEASE],
  ['breaker-item', RELEASE],
  ['breaker-contracts', RELEASE],
  ['skipped', `${AGAIN} "skip lifted"`],
  ['awaiting-approval', RELEASE],
  ['canary-waits', RELEASE],
  ['api-error', `${AGAIN} "cause fixed"`],
  ['verify-mismatch', `${AGAIN} "balance it again"`],
  ['outcome-unknown', `${AGAIN} "look again"`],
  ['report-shrank', RELEASE],
  ['outcome-missing', `${AGAIN} "outcome missing"`],
  ['contract-disagrees', `${AGAIN} "contract looked at"`],
  ['undone', `${AGAIN} "to be billed again"`],
  ['month-closed', RELEASE],
  ['ghost', `${AGAIN} "ghost settled"`],
  ['dismissed', null],
  ['awaiting-report', null],
])('%s has its command to continue, or none', (reason, command) => {
  expect(commandFor(reason, CONTOSO)).toBe(command);
});

test.each<[string | null, boolean]>([
  ['breaker-month', true],
  ['breaker-item', true],
  ['period-frozen', false],
  ['custom-service', false],
  ['of-tomorrow', false],
  [null, false],
])('a person continues from %s by a release: %s', (reason, is) => expect(isReleasable(reason)).toBe(is));

test('a month held as a whole is reported with the releasing command', () => {
  expect(heldMonthAdvice('October is small.', '2025-10')).toEqual({
    text: 'October is small. Release all of it:',
    command: 'billing approve 2025-10 --breakers',
  });
});

test('a release names its plan where one waits', () => {
  expect(commandFor('breaker-item', { ...CONTOSO, organizationId: 'org-1', planDigest: null })).toBe(
    'billing approve 2025-10 --organization org-1',
  );
});

const ORG = { ...CONTOSO, organizationId: 'org-1' };
const HEAD = 'Contoso: Microsoft 365 E3, subscription 8f2a6c1e-0000-4000-8000-000000000001, 516.00 EUR';

test.each<[string, Partial<NotPosted>, string]>([
  [
    'held',
    { reason: 'company-inactive', message: 'Company 7 is inactive.' },
    'held (company-inactive). Company 7 is inactive. Then: billing rerun 2025-10 --organization org-1 --reason "company activated"',
  ],
  [
    'held without a message of its own',
    { reason: 'contract-unsuitable', message: null },
    'held (contract-unsuitable). Bring it to zero in Autotask first, then clear its subscription id and release the plan, which makes a new contract. Then: billing rerun 2025-10 --organization org-1 --reason "contract replaced"',
  ],
  [
    'excluded',
    { reason: 'custom-service', message: 'A custom service.', outcome: 'excluded' },
    'excluded (custom-service). A custom service. Nothing to do.',
  ],
  [
    'a ghost',
    { reason: 'ghost', message: 'Look.', outcome: 'ghost' },
    'without a line in the report (ghost). Look. Then: billing rerun 2025-10 --organization org-1 --reason "ghost settled"',
  ],
  [
    'not due yet',
    { reason: 'awaiting-report', message: 'It stands.', outcome: 'awaiting' },
    'of last month (awaiting-report). It stands.',
  ],
  [
    'posted, and waiting for its release',
    { reason: 'awaiting-approval', message: 'Shadow mode.', outcome: 'posted', command: command('run', '2025-10') },
    'posted (awaiting-approval). Shadow mode. Then: billing run 2025-10',
  ],
  ['held for a later version’s reason', { reason: 'of-tomorrow', message: null }, 'held (of-tomorrow).'],
])('the sentence about an amount %s', (_, changes, sentence) => {
  const changed = { ...item('api-error'), ...changes };
  const shown = 'command' in changes ? changed : { ...changed, command: commandFor(changed.reason, ORG) };
  expect(explainItem(shown, 'Contoso')).toBe(`${HEAD} ${sentence}`);
});

test.each<[what: string, item: { reason: string | null; command?: Command | null }, shown: string | null]>([
  ['the command of its own', { reason: 'breaker-month', command: command('run', '2025-10') }, 'billing run 2025-10'],
  ['no command, where it says so itself', { reason: 'breaker-month', command: null }, null],
  ["its reason's", { reason: 'breaker-month' }, 'billing approve 2025-10 --breakers'],
  ['none without a reason', { reason: null }, null],
])('an item shows people %s', (_, one, shown) => {
  expect(commandOf(one, CONTOSO)).toBe(shown);
});

const differs = (situation: Situation): string => {
  const { items, steps } = plan(situation);
  return differenceText(
    items.find(({ subscriptionId }) => subscriptionId === SUBSCRIPTION)!,
    steps,
  );
};

test.each<[string, Situation, string]>([
  ['nothing of the item', {}, 'Autotask holds 0.00 / 0.00 EUR, the report says 120.00 / 100.00 EUR: +120.00 / +100.00.'],
  [
    'more sales than the report, and as much cost',
    { books: { ...running(), charges: [charge({ key: KEY, price: '5' })] } },
    'Autotask holds 125.00 / 100.00 EUR, the report says 120.00 / 100.00 EUR: -5.00 / 0.00.',
  ],
  [
    'less cost than the report, and as much sales',
    { books: edited(running(), '2025-10', { cost: '99' }) },
    'Autotask holds 120.00 / 99.00 EUR, the report says 120.00 / 100.00 EUR: 0.00 / +1.00.',
  ],
  [
    'other units, no SLA and an item missing',
    {
      report: { lines: [line({ quantity: '12' }), line({ subscriptionId: 's-2' })] },
      books: { ...running(), contracts: [contract({ slaId: null })] },
    },
    'Autotask holds the 120.00 / 100.00 EUR of the report; what differs: Contract Business Premium – Premium for everybody: set slaId; Business Premium: units 10 → 12, 120.00 / 100.00 EUR.',
  ],
  ['just what the report says', { books: running() }, 'Autotask holds the 120.00 / 100.00 EUR of the report.'],
  [
    'nothing of an item not exported',
    { settings: { exportRecordTypes: [] } },
    'Autotask holds 0 / 0 EUR, the report says 120.00 / 100.00 EUR: +120.00 / +100.00.',
  ],
])('says: Autotask has %s', (_, situation, text) => {
  expect(differs(situation)).toBe(text);
});

// A product can be called like a command.
test("no product's name becomes the command that people are told", () => {
  const shown = {
    ...item('breaker-item', 'Sales of x billing approve 2025-10 --all # moved.'),
    productName: 'x billing approve 2025-10 --all #',
  };
  expect(commandOf(shown, CONTOSO)).toBe(RELEASE);
  expect(explainItem(shown, 'Contoso')!.endsWith(`Then: ${RELEASE}`)).toBe(true);
});

// "subscription" stood there once with nothing behind it.
test('lines without a subscription are identified by their name alone', () => {
  const shown = { ...item('outcome-missing', 'Nobody answered.'), productName: 'lines without an outcome', subscriptionId: '' };
  expect(explainItem({ ...shown, command: null }, 'Contoso')).toBe(
    'Contoso: lines without an outcome, 516.00 EUR held (outcome-missing). Nobody answered.',
  );
});

test('what is posted keeps its silence', () => {
  expect(explainItem({ ...item('ghost'), outcome: 'posted', reason: null, message: null }, 'Contoso')).toBeNull();
});

test('a reason of a later version is shown without advice', () => {
  expect(commandFor('of-tomorrow', CONTOSO)).toBeNull();
  expect(adviceFor('toString')).toBeNull();
});
