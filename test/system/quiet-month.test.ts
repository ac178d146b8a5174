import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MonthResult } from '../../shared/billing/results.js';
import { sum } from '../../shared/billing/decimal.js';
import { eventually } from '../eventually.js';
import { openWebhook, type Webhook } from '../notices/webhook.js';
import { AS_OF, MONTH, openLargeMonth, postedSales, UNBILLED, type LargeMonth } from './large-month.js';

/** The operator's month when nothing is wrong: one notice to read, one page to look at, one command to give. */

describe('a month of a thousand lines in which nothing is wrong', () => {
  let webhook: Webhook;
  let large: LargeMonth;
  beforeAll(async () => {
    webhook = await openWebhook();
    large = await openLargeMonth({ NOTICE_WEBHOOK: `${webhook.url}/` });
    await large.stage.startWorker();
  }, 300_000);
  afterAll(async () => {
    await large.close();
    await webhook.close();
  }, 60_000);

  const run = (...codes: number[]): Promise<MonthResult> =>
    large.stage.json<MonthResult>(codes, 'run', MONTH, '--as-of', AS_OF, '--wait');

  test('needs one notice, one page and one approval', async () => {
    const { stage, small, clean } = large;
    const notices = webhook.got;
    const waiting = small.slice(0, UNBILLED);
    const amount = sum(waiting.map(postedSales));
    await run(3);

    await eventually(
      () => Promise.resolve(notices),
      ({ length }) => length > 0,
    );
    expect(notices).toHaveLength(1);
    const notice = JSON.stringify(notices[0]);
    expect(notice).toContain(`${MONTH}: ${amount.toFixed(2)} EUR held, ${UNBILLED} customers waiting`);
    for (const { organizationName } of waiting) expect(notice).toContain(organizationName);
    expect(notice).toContain(`billing status ${MONTH}`);

    const page = (await stage.cli('status', MONTH)).stdout;
    for (const { organizationName } of waiting) expect(page).toContain(organizationName);
    expect(page).toContain(`billing approve ${MONTH} --all`);

    expect(await stage.cli('approve', MONTH, '--all')).toMatchObject({ code: 0 });
    const done = await eventually(
      async () => JSON.parse((await stage.cli('status', MONTH, '--json')).stdout) as MonthResult,
      ({ organizations }) => organizations.every(({ status }) => ['Done', 'Unchanged', 'Excluded'].includes(status)),
    );
    expect(done.posted).toEqual(clean.result.posted);

    await stage.forget();
    await run(0);
    expect(await stage.writes()).toEqual([]);
    expect(notices).toHaveLength(1);
  }, 300_000);
});
