import { describe, expect, test } from '@jest/globals';
import type { CustomerRow } from '../../shared/report/customers.js';
import { personsMissing } from '../../shared/billing/results/persons.js';
import type { MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import { CUSTOMERS_MAILED, lineText, noticeOf, type RunSeen } from '../../shared/notices/notice.js';
import { loadBaseConfig } from '../../shared/config.js';
import { payloadFor } from '../../shared/notices/send.js';
import { blankMonth, NOTHING } from '../../workflows/empty-month.js';

/** When a run has something to say, and what. */

const organization = (changes: Partial<OrganizationResult> = {}): OrganizationResult => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  companyId: 7,
  status: 'Done',
  report: NOTHING,
  posted: NOTHING,
  held: NOTHING,
  excluded: NOTHING,
  otherCurrencies: [],
  items: [item()],
  planDigest: null,
  workflowId: null,
  waitsSince: null,
  ...changes,
});

type Item = OrganizationResult['items'][number];
const item = (changes: Partial<Item> = {}): Item => ({
  currency: 'EUR',
  subscriptionId: 's',
  recordType: 'Csp365Nce',
  itemCode: null,
  productName: 'Business Premium',
  contractId: 1,
  quantity: 1,
  cost: '10.00',
  sales: '12.00',
  outcome: 'posted',
  reason: null,
  message: null,
  cause: null,
  ...changes,
});

const ONE = { lines: 1, cost: '10.00', sales: '12.00' };
const held = (name: string, sales: string): OrganizationResult =>
  organization({
    organizationId: name,
    organizationName: name,
    status: 'NeedsAttention',
    held: { lines: 1, cost: '1.00', sales },
    items: [item({ outcome: 'held', reason: 'company-inactive' })],
  });

const month = (changes: Partial<MonthResult> = {}): MonthResult => ({
  ...blankMonth('default', '2025-10', '2025-10-12', 'auto'),
  currency: 'EUR',
  report: ONE,
  organizations: [organization()],
  ...changes,
});

const run = (result: MonthResult, changes: Partial<RunSeen> = {}): RunSeen => ({
  asOf: '2025-10-12',
  months: [{ result, heldMonth: null }],
  endedAt: '2025-10-12T03:10:00.000Z',
  previousEndedAt: '2025-10-11T03:10:00.000Z',
  reportDay: 12,
  pageOf: null,
  ...changes,
});

describe('a run that failed', () => {
  test('gives the cause at once and skips unseen months', () => {
    expect(noticeOf(run(month({ held: ONE }), { failure: '2025-10: Cloudmore refused the log-in' }))).toEqual({
      title: 'Billing: the run failed',
      lines: ['2025-10: Cloudmore refused the log-in', 'Fix the cause and run the month again. Nothing is written twice.'],
    });
  });
});

describe('a run is silent', () => {
  const silent: [why: string, run: RunSeen][] = [
    ['when everything is posted', run(month())],
    [
      'when something is excluded',
      run(
        month({ excluded: ONE, organizations: [organization({ status: 'Excluded', items: [item({ outcome: 'excluded' })] })] }),
      ),
    ],
    ['when a person skipped a customer', run(month({ organizations: [organization({ status: 'Skipped' })] }))],
    ['when it is the first', run(month(), { previousEndedAt: null })],
    ['when the run before was 26 hours ago', run(month(), { previousEndedAt: '2025-10-11T01:10:00.000Z' })],
    ['before the day by which the report is due', run(month({ organizations: [] }), { asOf: '2025-10-11' })],
  ];
  test.each(silent)('%s', (_, given) => expect(noticeOf(given)).toBeNull());
});

describe('a run speaks', () => {
  const spoken: [when: string, run: RunSeen, title: RegExp][] = [
    [
      'when an amount is held',
      run(month({ held: ONE, organizations: [held('Contoso', '12.00')] })),
      /^Billing: 2025-10: 12\.00 EUR held, 1 customer waiting$/,
    ],
    ['when a ghost stands', run(month({ ghosts: ONE })), /12\.00 EUR without a line in the report/],
    [
      'when the month is held',
      run(month(), { months: [{ result: month(), heldMonth: 'Much smaller.' }] }),
      /the whole month is held/,
    ],
    ['when the report is late', run(month({ organizations: [] })), /2025-10 has no Microsoft lines on day 12/],
    [
      'when only custom services came by then',
      run(month({ organizations: [organization({ items: [item({ recordType: 'CustomService', outcome: 'excluded' })] })] })),
      /2025-10 has no Microsoft lines/,
    ],
    [
      'when it had not a single line to audit',
      run(month({ report: NOTHING, organizations: [] }), { asOf: '2025-10-09' }),
      /nothing was audited/,
    ],
    ['when a day was left out', run(month(), { previousEndedAt: '2025-10-11T01:09:00.000Z' }), /no run in 26 hours/],
    [
      'in another currency, too',
      run(month({ otherCurrencies: [{ currency: 'USD', report: ONE, posted: NOTHING, held: ONE, excluded: NOTHING }] })),
      /12\.00 USD held/,
    ],
  ];
  test.each(spoken)('%s', (_, given, title) => expect(noticeOf(given)?.title).toMatch(title));

  test('names the largest amounts with reason and command, counts the rest', () => {
    const organizations = Array.from({ length: 13 }, (_, index) => held(`Customer ${index}`, `${index}.00`));
    const notice = noticeOf(run(month({ held: { lines: 13, cost: '13.00', sales: '78.00' }, organizations })));
    expect(notice?.title).toBe('Billing: 2025-10: 78.00 EUR held, 13 customers waiting');
    expect(notice?.lines[0]).toBe('Customer 12: 12.00 EUR, company inactive');
    expect(notice?.lines.slice(-2)).toEqual(['… and 3 more.', 'What to do: billing status 2025-10']);
    expect(notice?.lines).toHaveLength(12);
  });

  // Of an outage in mid-month nobody was told what it was.
  test('names one vendor’s failure in its own words', () => {
    const failed = item({
      outcome: 'held',
      reason: 'api-error',
      message: 'Look.',
      cause: 'Autotask answers 503 to POST /Contracts',
    });
    const result = month({
      held: ONE,
      organizations: [held('Adatum', '5.00'), { ...held('Contoso', '12.00'), items: [failed, failed] }],
    });
    const lines = noticeOf(run(result))!
      .lines.map(lineText)
      .filter((line) => line.includes('for example'));
    expect(lines).toEqual(['Autotask error, for example: Autotask answers 503 to POST /Contracts']);
    const unexplained = { ...held('Contoso', '12.00'), items: [{ ...failed, cause: null }] };
    expect(noticeOf(run(month({ held: ONE, organizations: [unexplained] })))!.lines).toContain(
      'Autotask error, for example: Look.',
    );
  });

  // Each of them took it for done.
  test('says when a second person must release', () => {
    const missingPersons = personsMissing('5000', 'anna');
    const half = { ...held('Contoso', '12.00'), missingPersons };
    expect(noticeOf(run(month({ held: ONE, organizations: [half] })))?.lines[0]).toBe(
      'Contoso: 12.00 EUR, company inactive. It moves more than 5,000 (BILLING_TWO_PERSONS_ABOVE), so two people have to release it, each by name: anna has; another person has to.',
    );
  });

  test('links the page of waits when somebody waits', () => {
    const pageOf = (of: string): string => `http://ui/${of}`;
    const waiting = run(month({ held: ONE, organizations: [held('Contoso', '12.00')] }), { pageOf });
    expect(noticeOf(waiting)?.lines.slice(-2)).toEqual([
      { text: 'Who waits:', url: 'http://ui/2025-10' },
      'On the command line: billing status 2025-10',
    ]);
    expect(noticeOf(run(month({ ghosts: ONE }), { pageOf }))?.lines).toEqual(['What to do: billing status 2025-10']);
  });

  test('shows each plan’s changes and margins, and links the decision', () => {
    const customer = held('Contoso', '12.00');
    const row: CustomerRow = {
      ...{ organizationId: 'Contoso', name: 'Contoso', status: 'AwaitingApproval', waits: true, reasons: [], currency: 'EUR' },
      ...{ before: { sales: '540.00', cost: '472.50' }, after: { sales: '520.00', cost: '480.00' }, difference: '-20.00' },
      marginBefore: { amount: '67.50', share: '12.5' },
      marginAfter: { amount: '40.00', share: '7.7' },
      ...{ ghosts: '0.00', since: null, planDigest: '', isReleasable: true },
    };
    const waiting = run(month({ held: ONE, organizations: [customer] }), {
      customerPageOf: (of, id) => `https://page/months/${of}/customers/${id}`,
    });
    const [seen] = waiting.months;
    expect(noticeOf({ ...waiting, months: [{ ...seen!, rows: new Map([['Contoso', [row]]]) }] })?.lines[0]).toEqual({
      text: 'Contoso: 12.00 EUR, company inactive, 540.00 → 520.00 EUR (-20.00), margin 67.50 → 40.00 (7.7 %)',
      url: 'https://page/months/2025-10/customers/Contoso',
    });
  });

  test('a mailbox gets every customer and each currency’s sum', () => {
    const organizations = Array.from({ length: 12 }, (_, index) => held(`C${index}`, String(index)));
    const sides = { sales: '12.00', cost: '10.00' };
    const row = (currency: string): CustomerRow =>
      ({
        currency,
        before: { sales: '2.00', cost: '1.00' },
        after: sides,
        difference: '10.00',
        marginBefore: { amount: '1.00', share: '50.0' },
        marginAfter: { amount: '2.00', share: '16.7' },
      }) as CustomerRow;
    const rows = new Map(organizations.map(({ organizationId }, index) => [organizationId, [row(index === 0 ? 'USD' : 'EUR')]]));
    const given = run(month({ held: { lines: 12, cost: '12.00', sales: '66.00' }, organizations }));
    const seen = { ...given, months: [{ ...given.months[0]!, rows }] };
    expect(noticeOf(seen)?.lines).toContain('… and 2 more.');
    const letter = noticeOf(seen, CUSTOMERS_MAILED)!.lines.map(String);
    expect(letter.filter((text) => text.startsWith('C'))).toHaveLength(12);
    expect(letter.filter((text) => text.startsWith('Together'))).toEqual([
      'Together: 22.00 → 132.00 EUR (+110.00), margin 11.00 → 22.00 (16.7 %)',
      'Together: 2.00 → 12.00 USD (+10.00), margin 1.00 → 2.00 (16.7 %)',
    ]);
  });

  test('once for all its months', () => {
    const late = month({ month: '2025-11', organizations: [] });
    const both = run(month(), {
      asOf: '2025-11-12',
      months: [
        { result: month({ held: ONE }), heldMonth: null },
        { result: late, heldMonth: null },
      ],
    });
    expect(noticeOf(both)?.title).toBe(
      'Billing: 2025-10: 12.00 EUR held; 2025-11 has no Microsoft lines on day 12 of the month or later',
    );
  });
});

describe('a webhook gets', () => {
  const notice = { title: 'Billing: 2025-10', lines: ['Contoso: 12.00 EUR'] };
  test.each([
    'https://hooks.slack.com/services/T/B/x',
    'https://contoso.webhook.office.com/webhookb2/x',
    'https://chat.example/hook',
  ])('a text: %s', (address) =>
    expect(payloadFor(new URL(address), notice)).toEqual({ text: 'Billing: 2025-10\n• Contoso: 12.00 EUR' }),
  );

  test("an adaptive card where Teams' Workflows take nothing else", () => {
    const url = new URL('https://prod-01.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke');
    expect(payloadFor(url, notice)).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } }],
    });
  });

  test('no more text than chat programs take', () => {
    const long = payloadFor(new URL('https://x.example'), { title: 'x', lines: ['y'.repeat(9000)] }) as { text: string };
    expect(long.text.length).toBeLessThan(4000);
  });
});

describe('a notice leads', () => {
  const places: [where: string, environment: Record<string, string>, webUi: string | null][] = [
    [
      'to the Web UI that TEMPORAL_UI_URL names',
      { TEMPORAL_UI_URL: 'https://temporal.example/', TEMPORAL_ADDRESS: 'temporal:7233' },
      'https://temporal.example',
    ],
    ["to the dev server's own, on a laptop", { TEMPORAL_ADDRESS: '127.0.0.1:7333' }, 'http://127.0.0.1:8333'],
    ['nowhere, where only the name of a server is known', { TEMPORAL_ADDRESS: 'temporal:7233' }, null],
  ];
  test.each(places)('%s', (_, environment, webUi) => expect(loadBaseConfig(environment).notices.webUi).toBe(webUi));
});
