import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Browser, Page } from 'playwright-core';
import { dailyBillingId, organizationBillingId } from '../../shared/messages/names.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { grouped, sum } from '../../shared/billing/basics/decimal.js';
import { eventually } from '../eventually.js';
import { openWebhook, type Webhook } from '../notices/webhook.js';
import { launchBrowser } from '../report/browser.js';
import { AS_OF, LINES, MONTH, openLargeMonth, postedSales, UNBILLED, type LargeMonth } from './large-month.js';

/** The operator's month when nothing is wrong: one notice to read, one page to look at, one command to give. */

/** Half a second on a quiet machine; a busy one must not make it fail. */
const PAGE_WITHIN_MS = 90_000;

describe(`a month of ${LINES} lines in which nothing is wrong`, () => {
  let webhook: Webhook;
  let large: LargeMonth;
  let browser: Browser;
  beforeAll(async () => {
    webhook = await openWebhook();
    browser = await launchBrowser();
    large = await openLargeMonth({ env: { NOTICE_WEBHOOK: `${webhook.url}/` }, ui: true });
    await large.system.startWorker();
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await large.close();
    await webhook.close();
  });

  const run = (...codes: number[]): Promise<MonthResult> =>
    large.system.json<MonthResult>(codes, 'run', MONTH, '--as-of', AS_OF, '--wait');

  /** Follows a link in the real browser. */
  const follow = async <T>(link: string, read: (page: Page) => Promise<T>): Promise<T> => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PAGE_WITHIN_MS);
    try {
      await page.goto(link, { waitUntil: 'domcontentloaded' });
      return await read(page);
    } finally {
      await page.close();
    }
  };

  const listed = async (page: Page): Promise<string[]> =>
    (await page.locator('table a[href*="/workflows/"]').allInnerTexts()).map((text) => text.trim());

  /** What the last run's activity for notices did, when it was done with it. */
  const noticeOfLastRun = async (): Promise<unknown> => {
    const { events } = await large.system.client.workflow.getHandle(dailyBillingId('default', MONTH)).fetchHistory();
    const scheduled = events?.find(
      ({ activityTaskScheduledEventAttributes: one }) => one?.activityType?.name === 'sendNotice',
    )?.eventId;
    const completed = events?.find(
      ({ activityTaskCompletedEventAttributes: one }) => one?.scheduledEventId?.equals(scheduled!) === true,
    )?.activityTaskCompletedEventAttributes;
    return defaultPayloadConverter.fromPayload(completed!.result!.payloads![0]!);
  };

  test('needs one notice, one page and one approval', async () => {
    const { system, small, clean } = large;
    const notices = webhook.got as { text: string }[];
    const waiting = small.slice(0, UNBILLED);
    const ids = waiting.map(({ organizationId }) => organizationBillingId('default', MONTH, organizationId));
    const amount = sum(waiting.map(postedSales));
    await run(3);

    expect(notices).toHaveLength(1);
    const notice = notices[0]!.text;
    expect(notice).toContain(`${MONTH}: ${grouped(amount.toFixed(2))} EUR held, ${UNBILLED} customers waiting`);
    for (const { organizationName } of waiting) expect(notice).toContain(organizationName);
    expect(notice).toContain(`billing status ${MONTH}`);

    const link = /Who waits: (\S+)/.exec(notice)![1]!;
    const shown = await follow(link, async (page) => {
      const first = page.getByRole('link', { name: ids[0]! });
      await first.waitFor();
      const all = await listed(page);
      await first.click();
      await page.getByText('User Metadata').first().click();
      // The Web UI puts texts of workflows into frames.
      const details = page.frameLocator('#user-metadata-current-details').locator('body');
      await details.getByText('awaiting approval').first().waitFor();
      return { all, details: await details.innerText() };
    });
    expect(shown.all.filter((text) => text.startsWith('billing/')).sort()).toEqual([...ids].sort());
    expect(shown.details).toContain(waiting[0]!.organizationName);
    expect(shown.details).toContain(grouped(postedSales(waiting[0]!).toFixed(2)));

    const page = (await system.cli('status', MONTH)).stdout;
    for (const { organizationName } of waiting) expect(page).toContain(organizationName);
    expect(page).toContain(`billing approve ${MONTH} --all`);

    expect(await system.cli('approve', MONTH, '--all')).toMatchObject({ code: 0 });
    const done = await eventually(
      async () => JSON.parse((await system.cli('status', MONTH, '--json')).stdout) as MonthResult,
      ({ organizations }) => organizations.every(({ status }) => ['Done', 'Unchanged', 'Excluded'].includes(status)),
    );
    expect(done.posted).toEqual(clean.result.posted);

    await system.forget();
    await run(0);
    expect(await system.writes()).toEqual([]);
    // The run ends after it asked whether there is something to tell: nothing, and so the first notice stays the only one.
    expect(await noticeOfLastRun()).toEqual({ title: null, sent: 0, failed: 0 });
    expect(notices).toHaveLength(1);
    await follow(link, (page) =>
      page
        .getByText(/No Workflows/i)
        .first()
        .waitFor(),
    );
  }, 300_000);
});
