import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../report/browser.js';
import { FABRIKAM, useSystem, type TestSystem } from '../system/system.js';
import { openWeb, PASSWORD, type Web } from '../web/open.js';

/** The real Web UI of Temporal in a real browser, over histories that are encrypted: the page for finance decrypts for those who are logged in there. */

const MONTH = '2025-10';
const keys = await mkdtemp(join(tmpdir(), 'billing-keys-'));

describe('what is encrypted, in the Web UI', () => {
  let system: TestSystem;
  let web: Web;
  let browser: Browser;
  let payload: unknown;
  useSystem({ world: 'september-2025', ui: true, env: { BILLING_KEYS: keys } }, (opened) => (system = opened));

  beforeAll(async () => {
    await system.cli('keys', 'add');
    await system.json([3, 0], 'run', MONTH, '--as-of', '2025-10-09', '--organization', FABRIKAM, '--wait');
    web = await openWeb(system, { anna: 'see' });
    browser = await launchBrowser();
    payload = await firstPayload();
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
    await rm(keys, { recursive: true, force: true });
  });

  /** What the customer's execution began with, as Temporal hands it to anyone who reads. */
  async function firstPayload(): Promise<unknown> {
    const { namespace } = system.client.options;
    const { history } = await system.client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId: `billing/default/${MONTH}/${FABRIKAM}` },
    });
    const [given] = history!.events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
    const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
    const metadata = Object.entries(given!.metadata!).map(([name, value]) => [name, base64(value)] as const);
    return { metadata: Object.fromEntries(metadata), data: base64(given!.data!) };
  }

  async function logIn(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    await page.goto(web.address);
    await page.getByLabel('Name').fill('anna');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Months' }).waitFor();
  }

  /** What the browser lets a page of this origin read of the answer. */
  const ask = (page: Page, given = payload): Promise<{ status: number; body: string } | 'kept from it'> =>
    page.evaluate(
      ([url, payloads]) =>
        fetch(url as string, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json', 'x-namespace': 'default' },
          body: JSON.stringify({ payloads }),
        }).then(
          async (answer) => ({ status: answer.status, body: await answer.text() }),
          () => 'kept from it' as const,
        ),
      [`${web.address}/codec/decode`, [given]] as const,
    );

  test('shows a payload only to those logged in to finance’s page', async () => {
    const context = await browser.newContext();
    // What the Web UI's own dialog for a codec server keeps; in the stack its settings do (TEMPORAL_CODEC_ENDPOINT).
    const settings = { endpoint: `${web.address}/codec`, includeCredentials: true, overrideRemoteCodecConfiguration: true };
    const keep = Object.entries(settings).map(([name, value]) => `localStorage.setItem('${name}', '${JSON.stringify(value)}');`);
    await context.addInitScript(keep.join('\n'));
    const show = async (): Promise<{ page: Page; status: number }> => {
      const page = await context.newPage();
      const answered = page.waitForResponse(
        (answer) => answer.url().startsWith(`${web.address}/codec/decode`) && answer.request().method() === 'POST',
      );
      await page.goto(
        `${system.server.uiUrl}/namespaces/default/workflows/${encodeURIComponent(`billing/default/${MONTH}/${FABRIKAM}`)}`,
      );
      return { page, status: (await answered).status() };
    };
    const before = await show();
    expect(before.status).toBe(401);
    expect(await before.page.getByText('Fabrikam Logistics').count()).toBe(0);
    await logIn(context);
    const after = await show();
    await after.page.getByText('"Fabrikam Logistics"').first().waitFor();
    await context.close();
  });

  test('stays closed without a log-in, and says where to log in', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(system.server.uiUrl!);
    expect(await ask(page)).toEqual({ status: 401, body: expect.stringContaining('Log in at') as unknown });
    await context.close();
  });

  test('refuses pages of other origins, with or without a log-in', async () => {
    const context = await browser.newContext();
    await logIn(context);
    const page = await context.newPage();
    await page.goto(system.server.uiUrl!.replace('127.0.0.1', 'localhost'));
    expect(await ask(page)).toBe('kept from it');
    await context.close();
  });

  test('names the missing key of a payload', async () => {
    const context = await browser.newContext();
    await logIn(context);
    const page = await context.newPage();
    await page.goto(system.server.uiUrl!);
    const { metadata, data } = payload as { metadata: Record<string, string>; data: string };
    const lost = { metadata: { ...metadata, 'encryption-key-id': Buffer.from('2020-01-01-abcdef').toString('base64') }, data };
    const answer = await ask(page, lost);
    expect(answer).toEqual({ status: 422, body: expect.stringContaining('encrypted with key 2020-01-01-abcdef') as unknown });
    await context.close();
  });

  test('anything else that is sent there is refused in a sentence', async () => {
    const context = await browser.newContext();
    await logIn(context);
    const page = await context.newPage();
    await page.goto(system.server.uiUrl!);
    expect(await ask(page, { data: '***' })).toMatchObject({
      status: 400,
      body: expect.stringContaining('bytes in base64') as unknown,
    });
    await context.close();
  });
});
