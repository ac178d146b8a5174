import { advised, command } from '../../shared/billing/basics/command.js';
import { describe, expect, test } from '@jest/globals';
import { personsMissing } from '../../shared/billing/results/persons.js';
import { organizationResult } from '../../shared/billing/results/reconcile.js';
import {
  NO_CALLS,
  NO_WRITES,
  type ItemResult,
  type MonthResult,
  type OrganizationResult,
  type Outcome,
} from '../../shared/billing/results/results.js';
import { renderStatus, type ShownStatus } from '../../client/commands/status/text.js';
import { PLAIN, type Paper } from '../../client/terminal/paper.js';
import { detailsLink, preparedLists } from '../../shared/web-ui.js';
import { blankMonth, NOTHING } from '../../workflows/empty-month.js';
import { line, plan, settings } from '../billing/builders.js';

/** What `billing status` shows a person who has a minute. */

const NARROW: Paper = { columns: 80, hasColour: false };

const item = (changes: Partial<ItemResult> = {}): ItemResult => ({
  currency: 'EUR',
  subscriptionId: '8f2a6c1e-0000-4000-8000-000000000001',
  recordType: 'Csp365Nce',
  itemCode: 'CFQ7TTC0LH18-0001',
  productName: 'Microsoft 365 E3',
  contractId: 101,
  quantity: 12,
  cost: '403.20',
  sales: '460.80',
  outcome: 'posted',
  reason: null,
  message: null,
  cause: null,
  ...changes,
});

const held = (reason: string, sales = '460.80', cause = `Told by ${reason}.`): ItemResult =>
  item({ outcome: 'held', reason, sales, cause, message: cause });

const organization = (name: string, changes: Partial<OrganizationResult> = {}): OrganizationResult => ({
  organizationId: `id-of-${name}`,
  organizationName: name,
  companyId: 7,
  status: 'Done',
  report: NOTHING,
  posted: NOTHING,
  held: NOTHING,
  excluded: NOTHING,
  otherCurrencies: [],
  items: [item()],
  planDigest: 'd1'.repeat(32),
  workflowId: null,
  waitsSince: null,
  ...changes,
});

const shown = (organizations: OrganizationResult[], changes: Partial<MonthResult> = {}): ShownStatus => ({
  month: { ...blankMonth('default', '2025-10', '2025-10-17', 'approve'), currency: 'EUR', organizations, ...changes },
  heldMonth: null,
  nothingDue: [],
  run: null,
  callsWait: null,
  lostNotice: null,
  closed: [],
  invoicing: null,
  linkOf: ({ organizationId }) =>
    detailsLink('http://ui', 'default', { workflowId: `billing/default/2025-10/${organizationId}`, runId: 'r' }),
  lists: preparedLists('http://ui', 'default', 'default', '2025-10'),
});

describe('billing status', () => {
  test('shows waits first, with amount, reason, age, command and page', () => {
    const text = renderStatus(
      shown([
        organization('Quiet'),
        organization('Contoso', {
          status: 'NeedsAttention',
          waitsSince: '2025-10-09',
          items: [item(), held('company-not-found', '516.00', 'Autotask has no company 1.')],
        }),
        organization('Fabrikam', {
          status: 'Failed',
          items: [
            item({ outcome: 'held', reason: 'outcome-missing', subscriptionId: '', productName: 'lines without an outcome' }),
          ],
        }),
      ]),
      PLAIN,
    );
    expect(text).toContain('    460.80 EUR no outcome: lines without an outcome\n');
    expect(text.split('\n\n').slice(0, 3)).toEqual([
      '2025-10 as of 2025-10-17, broker default, mode approve',
      '2 of 3 organizations wait for a person: 976.80 EUR',
      [
        '! Contoso, since 2025-10-09',
        '    516.00 EUR company not in Autotask: Microsoft 365 E3 (8f2a6c1e-0000-4000-8000-000000000001)',
        '      Autotask has no company 1.',
        '      billing rerun 2025-10 --organization id-of-Contoso --reason "company id corrected"',
        '    http://ui/namespaces/default/workflows/billing%2Fdefault%2F2025-10%2Fid-of-Contoso/r/user-metadata',
      ].join('\n'),
    ]);
    expect(text).toContain('1 done');
  });

  test('orders by amount, and says what several items share only once', () => {
    const text = renderStatus(
      shown([
        organization('Small', { status: 'NeedsAttention', items: [held('api-error', '1.00')] }),
        organization('Large', {
          status: 'NeedsAttention',
          items: [held('unclassified', '500.00'), held('unclassified', '-20.00')],
        }),
      ]),
      PLAIN,
    );
    expect(text.indexOf('! Large')).toBeLessThan(text.indexOf('! Small'));
    expect(text).toContain('    480.00 EUR kind of line not known: 2 items\n      Told by unclassified.');
  });

  test('shows what a release would write next to what is held', () => {
    const onRelease = Array.from({ length: 10 }, (_, at) => ({ mark: '+' as const, text: `Step ${at}` }));
    const waiting: Partial<OrganizationResult> = { status: 'NeedsAttention', items: [held('breaker-organization')], onRelease };
    const shownAs = (changes: Partial<OrganizationResult>, isFull = false): string =>
      renderStatus({ ...shown([organization('Contoso', { ...waiting, ...changes })]), isFull }, PLAIN);
    expect(shownAs({})).toContain('    Once released:\n      + Step 0\n');
    expect(shownAs({})).toMatch(/Step \d\n {6}… and \d more: --full\n/);
    expect(shownAs({}, true)).toMatch(/Step 9\n {4}http/);
    expect(shownAs({ onReleaseMore: 15 }, true)).toContain(
      '      + Step 9\n      … and 15 more: billing plan 2025-10 --full --organization id-of-Contoso\n',
    );
  });

  test('plans that wait for approval stand together with their releases', () => {
    const text = renderStatus(
      shown(
        ['A', 'B'].map((name) =>
          organization(name, { status: 'AwaitingApproval', waitsSince: '2025-10-08', items: [held('awaiting-approval')] }),
        ),
      ),
      PLAIN,
    );
    expect(text).toContain('~ 2 plans wait for approval: 921.60 EUR');
    expect(text).toContain(`billing approve 2025-10 --organization id-of-B --digest ${'d1'.repeat(32)}`);
    expect(text).toContain('billing approve 2025-10 --all');
  });

  test('shows when a plan waits for its second person', () => {
    const items = [{ ...held('awaiting-approval'), cause: '28 steps wait for approval. anna has; another person has to.' }];
    const text = renderStatus(shown([organization('A', { status: 'AwaitingApproval', items })]), PLAIN);
    expect(text).toMatch(/460\.80 EUR {2}A, since \S+: 28 steps wait for approval\. anna has; another person has to\./);
  });

  // One person had released it, and nothing said so.
  test('shows when a held item waits for its second person', () => {
    const missingPersons = personsMissing('5000', 'anna');
    const made = plan({ report: { lines: [line()] }, settings: settings() });
    const outcome: Outcome = {
      ...{ ...made, planDigest: made.digest, calls: NO_CALLS, writes: NO_WRITES, workflowId: null, message: null },
      items: made.items.map((one) => ({ ...one, outcome: 'held' as const, reason: 'breaker-item' as const })),
      status: 'NeedsAttention',
    };
    const text = renderStatus(shown([organizationResult({ ...outcome, missingPersons }, 'EUR')]), PLAIN);
    expect(text).toMatch(/^! .*, since \S+\n {4}It moves more than 5,000 .*: anna has; another person has to\.\n/m);
    expect(renderStatus(shown([organizationResult(outcome, 'EUR')]), PLAIN)).not.toContain('another person has to');
  });

  test('in shadow mode there is nothing to release', () => {
    const waiting = organization('A', { status: 'AwaitingApproval', items: [held('awaiting-approval')] });
    const text = renderStatus(shown([waiting], { mode: 'shadow' }), PLAIN);
    expect(text).toContain('~ 1 would change; shadow mode writes nothing: 460.80 EUR');
    expect(text).not.toContain('billing approve');
  });

  test('money without a line waits like what is held', () => {
    const ghost = item({ outcome: 'ghost', reason: 'ghost', sales: '30.00', cause: '30.00 EUR is on contract 7.' });
    const text = renderStatus(shown([organization('A', { status: 'NeedsAttention', items: [ghost] })]), PLAIN);
    expect(text).toContain('30.00 EUR ghost');
    expect(text).toContain('--reason "ghost settled"');
  });

  test('shows counts when nothing waits; skipped organizations can return', () => {
    const text = renderStatus(
      shown([organization('A'), organization('B', { status: 'Unchanged' }), organization('C', { status: 'Skipped' })]),
      PLAIN,
    );
    expect(text).not.toContain('for a person: ');
    expect(text).toContain('1 done, 1 unchanged, 1 skipped');
    expect(text).toContain('billing rerun 2025-10 --organization id-of-C --reason "skip lifted"');
  });

  test('lists of the Web UI are prepared: waiting, this month, one organization', () => {
    const links = [...renderStatus(shown([]), PLAIN).matchAll(/query=(\S+)/g)].map(([, query]) => decodeURIComponent(query!));
    expect(links).toEqual([
      'BillingBroker="default" AND ExecutionStatus="Running" AND BillingStatus IN ("NeedsAttention", "AwaitingApproval")',
      'BillingBroker="default" AND BillingMonth="2025-10"',
      'BillingBroker="default" AND BillingOrganization="ID"',
    ]);
  });

  // Only status --check did, and those who waited for the notice heard nothing.
  test('says when the latest notice failed', () => {
    const text = renderStatus(
      { ...shown([organization('Quiet')]), lostNotice: 'The notice of 2025-10-17 did not go out (webhook: h answered 500)' },
      PLAIN,
    );
    expect(text.split('\n\n')[1]).toBe('The notice of 2025-10-17 did not go out (webhook: h answered 500)');
  });

  test('says why nothing is due in a month without lines', () => {
    const text = renderStatus(
      { ...shown([]), nothingDue: [advised('Nothing in 2025-10 is due.'), advised('Run it then:', command('run', '2025-10'))] },
      PLAIN,
    );
    expect(text.split('\n\n').slice(1, 3)).toEqual(['Nothing in 2025-10 is due.', 'Run it then: billing run 2025-10']);
  });

  test('fits 80 columns, but for what is copied: commands and links', () => {
    const text = renderStatus(
      shown([
        organization('A company with a name that is longer than most', {
          status: 'NeedsAttention',
          items: [
            held(
              'period-frozen',
              '516.00',
              'A long sentence about a period that somebody approved and posted. '.repeat(4).trim(),
            ),
          ],
        }),
      ]),
      NARROW,
    );
    for (const line of text.split('\n')) if (!/billing |http/.test(line)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('summarizes a thousand waits by reason and shows the largest', () => {
    const broken = Array.from({ length: 960 }, (_, index) =>
      organization(`C${index}`, {
        status: 'NeedsAttention',
        items: [held(index % 8 === 0 ? 'company-not-found' : 'period-frozen', `${index}.00`), held('unclassified', '0.50')],
      }),
    );
    const awaiting = Array.from({ length: 40 }, (_, index) =>
      organization(`W${index}`, { status: 'AwaitingApproval', items: [held('awaiting-approval', `${index}.00`)] }),
    );
    const text = renderStatus(shown([...broken, ...awaiting]), NARROW);
    const [, waiting, reasons, first] = text.split('\n\n');
    expect(waiting).toBe('1000 of 1000 organizations wait for a person: 461,580.00 EUR');
    expect(reasons!.split('\n')).toEqual([
      'reason                       organizations  items           sales',
      '───────────────────────────  ─────────────  ─────  ──────────────',
      'kind of line not known                 960    960      480.00 EUR',
      'already approved and posted            840    840  403,200.00 EUR',
      'company not in Autotask                120    120   57,120.00 EUR',
      'awaiting approval                       40     40      780.00 EUR',
    ]);
    expect(first).toContain('! C959');
    expect(text.match(/^! /gm)).toHaveLength(10);
    expect(text).toContain('\n\n… and 950 more: billing status 2025-10 --full, or the first list below\n\n');
    expect(text).toContain('\n    … and 30 more: billing status 2025-10 --full, or the first list below\n');
    expect(text.split('\n').length).toBeLessThan(160);
  });

  // All of them are shown when asked for.
  test('twenty customers with many causes stay within 200 lines', () => {
    const reasons = ['company-not-found', 'period-frozen', 'unclassified', 'api-error', 'contract-gone'] as const;
    const all = Array.from({ length: 20 }, (_, index) =>
      organization(`C${index}`, {
        status: 'NeedsAttention',
        items: reasons.flatMap((reason) => [held(reason, `${index}.00`), held(reason, '0.50')]),
      }),
    );
    expect(renderStatus(shown(all), NARROW).split('\n').length).toBeLessThanOrEqual(200);
    const full = renderStatus({ ...shown(all), isFull: true }, NARROW);
    expect(full.match(/^! /gm)).toHaveLength(20);
    expect(full.match(/already approved and posted/g)!.length).toBeGreaterThanOrEqual(20);
  });

  test('shows all of a kind up to twenty-five', () => {
    const all = Array.from({ length: 25 }, (_, index) =>
      organization(`C${index}`, { status: 'NeedsAttention', items: [held('api-error', `${index}.00`)] }),
    );
    const text = renderStatus(shown(all), NARROW);
    expect(text.match(/^! /gm)).toHaveLength(25);
    expect(text).not.toMatch(/more:|^reason/m);
  });
});
