import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MonthResult } from '../../shared/billing/results.js';
import { sum } from '../../shared/billing/decimal.js';
import { eventually } from '../eventually.js';
import { AS_OF, MONTH, openLargeMonth, UNBILLED, type LargeMonth } from './large-month.js';

/** The operator's month when nothing is wrong: one notice to read, one page to look at, one command to give. */

describe('a month of a thousand lines in which nothing is wrong', () => {
  const notices: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      notices.push(body);
      response.end('ok');
    });
  });
  let large: LargeMonth;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    large = await openLargeMonth({ NOTICE_WEBHOOK: `http://127.0.0.1:${port}/` });
    await large.stage.startWorker();
  }, 300_000);
  afterAll(async () => {
    await large.close();
    server.close();
  }, 60_000);

  const run = (...codes: number[]): Promise<MonthResult> =>
    large.stage.json<MonthResult>(codes, 'run', MONTH, '--as-of', AS_OF, '--wait');

  test('needs one notice, one page and one approval', async () => {
    const { stage, small, clean } = large;
    const waiting = small.slice(0, UNBILLED);
    const amount = sum(
      waiting.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'posted').map(({ sales }) => sales)),
    );
    await run(3);

    await eventually(
      () => Promise.resolve(notices),
      ({ length }) => length > 0,
    );
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`${MONTH}: ${amount.toFixed(2)} EUR held, ${UNBILLED} customers waiting`);
    for (const { organizationName } of waiting) expect(notices[0]).toContain(organizationName);
    expect(notices[0]).toContain(`billing status ${MONTH}`);

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
