import { expect, test } from '@jest/globals';
import { customerPage } from '../../client/web/pages/customer.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import { webSettings } from '../../shared/web-settings.js';
import { line, plan, running, settings } from '../billing/builders.js';

/** A customer's page: why each amount is what it is, and where the company and the contracts are in Autotask. */

const AUTOTASK = 'https://ww3.autotask.net';

const pageWith = (autotaskUrl: string | null, more: (outcome: Outcome) => Partial<Outcome> = () => ({})): string => {
  const made = plan({ report: { lines: [line()] }, books: running(), settings: settings() });
  const outcome: Outcome = {
    ...{ ...made, planDigest: made.digest, calls: NO_CALLS, writes: NO_WRITES, workflowId: null, message: null },
    status: 'AwaitingApproval',
  };
  const shown = { outcome: { ...outcome, ...more(outcome) }, currency: 'EUR', workflow: null, history: [], autotaskUrl };
  return customerPage(shown, { csrf: null, mayApprove: false }).text;
};

const linksOf = (page: string): string[] => [...page.matchAll(/href="(https:[^"]*)"/g)].map(([, link]) => link!);

test('each is a link that Autotask opens', () => {
  const { autotaskUrl } = webSettings({ BILLING_WEB_AUTOTASK_URL: `${AUTOTASK}/` });
  expect(linksOf(pageWith(autotaskUrl))).toEqual([
    expect.stringMatching(
      /^https:\/\/ww3\.autotask\.net\/Autotask\/AutotaskExtend\/ExecuteCommand\.aspx\?Code=OpenAccount&#38;AccountID=\d+$/,
    ),
    expect.stringMatching(/\?Code=OpenContract&#38;ContractID=\d+$/),
  ]);
});

test('none leads anywhere while nobody has said where', () => {
  expect(linksOf(pageWith(webSettings({}).autotaskUrl))).toEqual([]);
  expect(pageWith(null)).toMatch(/Autotask company \d+/);
});

test('an address that is none is refused', () => {
  expect(() => webSettings({ BILLING_WEB_AUTOTASK_URL: 'ww3' })).toThrow(
    /BILLING_WEB_AUTOTASK_URL: expected a URL such as https/,
  );
});

test('a closed month’s common cause appears once, differences each', () => {
  const closed = '2025-10 is closed (certificate no. 1 of 2025-11-03), and nothing is written for it without a release.';
  const held = (item: Outcome['items'][number], id: string, difference: string): Outcome['items'][number] => ({
    ...item,
    ...{
      id,
      outcome: 'held',
      reason: 'month-closed',
      message: `Autotask holds 5.00, the report says otherwise: ${difference}. ${closed}`,
    },
  });
  const page = pageWith(null, ({ items: [item] }) => ({ items: [held(item!, 'a', '+1.00'), held(item!, 'b', '-2.50')] }));
  expect(page.split(closed)).toHaveLength(2);
  expect(page).toContain(`<p>${closed}</p>`);
  for (const difference of ['+1.00', '-2.50'])
    expect(page).toContain(`Autotask holds 5.00, the report says otherwise: ${difference}. <a`);
});
