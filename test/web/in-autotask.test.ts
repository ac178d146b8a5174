import { expect, test } from '@jest/globals';
import { customerPage } from '../../client/web/pages/customer.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results.js';
import { webSettings } from '../../shared/web-settings.js';
import { line, plan, running, settings } from '../billing/builders.js';

/** A customer's page leads to the company and the contracts in Autotask, where somebody said how people reach it. */

const AUTOTASK = 'https://ww3.autotask.net';

const pageWith = (autotaskUrl: string | null): string => {
  const made = plan({ report: { lines: [line()] }, books: running(), settings: settings() });
  const outcome: Outcome = {
    ...{ ...made, planDigest: made.digest, calls: NO_CALLS, writes: NO_WRITES, workflowId: null, message: null },
    status: 'AwaitingApproval',
  };
  const shown = { outcome, currency: 'EUR', workflow: null, history: [], autotaskUrl };
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
