import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { freePort } from '../../client/temporal-server/free-port.js';
import { billingQueue, scheduledBillingId, WORKFLOWS } from '../../shared/messages/names.js';
import { september } from '../api/vendors.js';
import { eventually } from '../eventually.js';
import { launchBrowser } from '../report/browser.js';
import { CONTOSO, openSystem, type TestSystem } from '../system/system.js';
import { openWeb, PASSWORD, type Web } from './open.js';

/**
 * The month of the person who answers for the invoices, as docs/finance.md describes it: from the notice in the mailbox to the proof of what was invoiced. She has
 * a mailbox, a browser and Autotask, and no shell: the program runs by itself, started by her engineer.
 */

const MONTH = '2025-10';

let system: TestSystem;
let web: Web;
let browser: Browser;
let page: Page;
let mailbox: { mails: string[]; server: SMTPServer };

beforeAll(async () => {
  mailbox = await openMailbox();
  const port = await freePort();
  system = await openSystem({
    world: september(),
    env: {
      BILLING_MODE: 'approve',
      BILLING_WEB_URL: `http://127.0.0.1:${port}`,
      BILLING_WEB_PORT: String(port),
      NOTICE_SMTP: `smtp://127.0.0.1:${(mailbox.server.server.address() as AddressInfo).port}`,
      NOTICE_MAIL_TO: 'anna@example.com,bert@example.com',
      NOTICE_MONTHLY_REPORT: 'html',
      BILLING_NAMES_IN_SEARCH: 'true',
    },
  });
  await Promise.all([system.startWorker(), launchBrowser().then((launched) => (browser = launched))]);
  web = await openWeb(system, { anna: 'approve' }, port);
  page = await (await browser.newContext({ acceptDownloads: true })).newPage();
});

afterAll(async () => {
  await browser?.close();
  await web?.close();
  await system?.close();
  await new Promise<void>((resolve) => (mailbox ? mailbox.server.close(() => resolve()) : resolve()));
});

async function openMailbox(): Promise<{ mails: string[]; server: SMTPServer }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (data: Buffer) => (text += data.toString()));
      stream.on('end', () => {
        mails.push(readable(text));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  return { mails, server };
}

/** A mail without its quoted-printable dress. */
const readable = (text: string): string =>
  decodeURIComponent(
    text
      .replaceAll('%', '%25')
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-F]{2})/g, '%$1'),
  ).replaceAll('\r', '');

/** What the schedule starts at night. */
async function night(asOf: string): Promise<void> {
  await system.control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
  await system.client.workflow.execute(WORKFLOWS.daily, {
    taskQueue: billingQueue('default'),
    workflowId: `${scheduledBillingId('default')}-${asOf}T03:00:00Z`,
    args: [{ broker: 'default', month: MONTH, asOf }],
  });
}

/** Gives a reason, presses the button, and answers what the page says came of it. */
async function decide(reason: string, button: string): Promise<string> {
  await page.getByLabel('Reason').first().fill(reason);
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.getByRole('status').innerText();
}

/** What the page says, when it says so. */
const shows = (path: string, what: RegExp): Promise<string> =>
  eventually(
    async () => {
      await page.goto(`${web.address}${path}`);
      return page.locator('main').innerText();
    },
    (text) => what.test(text),
  );

async function releaseAll(reason: string): Promise<string> {
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  const said = await decide(reason, 'Release');
  await shows(TO_DO, /Nobody\./);
  return said;
}

const TO_DO = `/months/${MONTH}/customers`;
const END = `/months/${MONTH}/end`;

// With a mailbox and a browser alone.
test('leads from the notice to proof of invoicing, by browser', async () => {
  await night('2025-10-09');

  // Each approver has a mail of their own, with the list, its sum, and a link that leads to exactly this and holds no secret.
  const [mail] = mailbox.mails;
  expect(mailbox.mails.map((text) => /^To: (.*)$/m.exec(text)![1])).toEqual(['anna@example.com', 'bert@example.com']);
  expect(mail).toContain('540.00 → 5,620.99 EUR (+5,080.99), margin 67.50 → 657.44 (11.7 %)');
  expect(mail).toContain('Together: 540.00 → 7,011.60 EUR (+6,471.60), margin 67.50 → 828.06 (11.8 %)');
  await page.goto(/http\S+\/customers$/m.exec(mail!)![0]);
  await page.getByLabel('Name').fill('anna');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `What waits in ${MONTH}` }).waitFor();
  expect(await releaseAll('as agreed')).toBe('2 of 2 released.');

  // Her engineer finds the customer by name in the Web UI's list, because somebody chose so.
  const found: string[] = [];
  const query = `BillingCustomer = 'Contoso Dental Group' AND BillingAmount = '1,000 to 10,000 EUR'`;
  for await (const { workflowId } of system.client.workflow.list({ query })) found.push(workflowId);
  expect(found).toEqual([`billing/default/${MONTH}/${CONTOSO}`]);

  // Billed wrongly: seen, taken back with the sum typed back, and planned again.
  await page.goto(`${web.address}${TO_DO}/${CONTOSO}`);
  await page.getByRole('link', { name: 'Take this month back' }).click();
  await page.getByRole('button', { name: 'Show what would go back' }).click();
  await page.getByLabel('Type the sum, 1,390.61 EUR').fill('1.00');
  expect(await decide('wrong customer', 'Take it back')).toBe(
    'Nothing was taken back: "1.00" is not the sum, which is 1,390.61 EUR.',
  );
  await page.getByLabel('Type the sum, 1,390.61 EUR').fill('1,390.61');
  expect(await decide('wrong customer', 'Take it back')).toMatch(/taken back|under way/i);
  await shows(`${TO_DO}/${CONTOSO}`, /Skipped[\s\S]*undone|taken back/i);
  await decide('right after all', 'Plan it again');
  await shows(TO_DO, /Contoso/);
  expect(await releaseAll('right after all')).toBe('1 of 1 released.');

  // The month grows until its last source has reported; nothing is closed while something waits.
  await night('2025-11-03');
  await page.goto(`${web.address}${END}`);
  expect(await decide('all is right', 'Close the month')).toBe(`${MONTH} cannot be closed yet:`);
  await page.goto(`${web.address}${TO_DO}`);
  expect(await releaseAll('late lines')).toBe('2 of 2 released.');

  // Done: the report comes by mail, once.
  mailbox.mails.length = 0;
  await night('2025-11-04');
  await night('2025-11-05');
  expect(mailbox.mails.map((text) => /^Subject: (.*)$/m.exec(text)![1])).toEqual(Array(2).fill(`Billing: ${MONTH} is done`));
  expect(mailbox.mails[0]).toContain('Report 7,186.32 EUR = posted 7,120.32 EUR + excluded 66.00 EUR. Nothing waits.');
  expect(mailbox.mails[0]).toMatch(/filename=billing-default-2025-10\.html/);

  // Closed, and pressed twice: the certificate stays.
  await page.goto(`${web.address}${END}`);
  expect(await decide('all is right', 'Close the month')).toMatch(/both sides agree to the cent\. Certificate no\. 1/);
  expect(await decide('all is right', 'Close the month')).toMatch(/closed already.*stays certificate no\. 1/);
  const kept = await page.request.get(`${web.address}/months/${MONTH}/certificates/1`);
  expect(await kept.json()).toMatchObject({ month: MONTH, number: 1, seal: { signature: expect.any(String) } });

  // Approved, posted and invoiced in Autotask; what customers were charged is what the report says.
  await page.getByRole('button', { name: 'Read what was charged' }).click();
  expect(await page.getByRole('status').innerText()).toBe(`Not everything of ${MONTH} was charged as reported yet.`);
  await system.control('POST', 'autotask/freeze', { through: '2025-10-31' });
  for (const { id: companyID } of (await system.state()).autotask.companies)
    await system.control('POST', 'autotask/invoice', { companyID, through: '2025-10-31' }).catch(() => undefined); // nothing of it to invoice
  await page.getByRole('button', { name: 'Read what was charged' }).click();
  expect(await page.getByRole('status').innerText()).toBe(`Everything of ${MONTH} was charged as reported.`);
  const row = await page.getByRole('row', { name: /^All/ }).innerText();
  expect(row.split(/\s+/)).toEqual(['All', 'EUR', '7,186.32', '7,120.32', '0.00', '0.00', '66.00']);

  // Who decided what, under her name.
  await page.goto(`${web.address}/months/${MONTH}/decisions`);
  const decisions = await page.locator('tbody').innerText();
  expect(decisions).toMatch(/anna[^\n]*undo|undo[^\n]*anna/);
  expect(decisions).toMatch(/close[\s\S]*all is right/);
}, 240_000);
