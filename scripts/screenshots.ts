import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { approve } from '../client/commands/approve.js';
import { AS_OF, MONTH, withDemo } from '../client/commands/demo.js';
import { run } from '../client/commands/run/index.js';
import { realContext, type Context } from '../client/context.js';
import { openOrganizations } from '../client/months.js';
import { withTemporal, type Temporal } from '../client/temporal/connection.js';
import { evidenceSource } from '../client/web/evidence-source.js';
import { createWeb } from '../client/web/server.js';
import { loadBaseConfig } from '../shared/config.js';
import { openEvidence } from '../shared/evidence/index.js';
import { webSettings } from '../shared/web-settings.js';
import { detailsLink, preparedLists, webUiUrl } from '../shared/web-ui.js';
import { dailyBillingId, organizationBillingId } from '../shared/messages/names.js';
import { CHROMIUM } from './chromium.js';

/** `npm run screenshots`: what an operator sees in the Temporal Web UI, and finance on its page, against the demo's system, kept in docs/screenshots. */

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const BROKER = 'demo';
const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';
/** The Web UI polls for ever, so a page counts as drawn after this. */
const DRAWN_AFTER_MS = 4_000;
const WIDTH = 1400;
/** What stands left of and above the page: the same in all pictures. */
const FRAME = { x: 205, y: 50 };
/** Tall enough for what the picture is about. */
const HEIGHTS = { list: 480, details: 1080, timeline: 1150, page: 900 };
const VIEWS: [name: string, path: string][] = [
  ['page-month', `/months/${MONTH}`],
  ['page-to-do', `/months/${MONTH}/customers`],
  ['page-customer', `/months/${MONTH}/customers/${FABRIKAM}`],
  ['page-year', `/months/${MONTH}/year`],
];
/** What is there once somebody has decided. */
const DECIDED: typeof VIEWS = [
  ['page-decisions', `/months/${MONTH}/decisions`],
  ['page-close', `/months/${MONTH}/end`],
];

await mkdir(FOLDER, { recursive: true });
const quiet: Context = { ...realContext(), out: () => undefined, isTerminal: false };
await withDemo(quiet, { BILLING_MODE: 'approve' }, async (context, sandboxUrl) => {
  await mapWrongly(sandboxUrl);
  await run(context, { month: MONTH, organizations: [], asOf: AS_OF, wait: true, json: false });
  await withTemporal(context.environment, async (temporal) => {
    await photographPage(context, temporal, VIEWS);
    await photograph(context, temporal);
    await photographPage(context, temporal, DECIDED);
  });
});

/** One organization names a company that Autotask does not have: something waits for a person. */
async function mapWrongly(sandboxUrl: string): Promise<void> {
  const body = JSON.stringify({ customProperties: [{ name: 'AutotaskCompanyID', value: '29683599' }] });
  await fetch(`${sandboxUrl}/_sandbox/cloudmore/organizations/${CONTOSO}`, { method: 'PATCH', body });
}

/** The page's views, as somebody sees them whom the company's own log-in names. */
async function photographPage(context: Context, temporal: Temporal, views: typeof VIEWS): Promise<void> {
  const environment = {
    ...context.environment,
    BILLING_WEB_PROXY_HEADER: 'X-Forwarded-User',
    BILLING_WEB_PROXY_ADDRESSES: '127.0.0.1',
    BILLING_WEB_APPROVERS: 'anna',
  };
  const config = loadBaseConfig(environment);
  const evidence = openEvidence(config.evidence, config);
  const app = await createWeb(evidenceSource(config, evidence, temporal, environment), webSettings(environment));
  const browser = await chromium.launch(CHROMIUM);
  try {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const page = await browser.newPage({ extraHTTPHeaders: { 'X-Forwarded-User': 'anna' } });
    await page.setViewportSize({ width: WIDTH, height: HEIGHTS.page });
    for (const [name, path] of views) {
      await page.goto(address + path);
      await page.screenshot({ path: `${FOLDER}${name}.png` });
      console.log(`docs/screenshots/${name}.png  ${path}`);
    }
  } finally {
    await browser.close();
    await app.close();
    await evidence.close();
  }
}

async function photograph(context: Context, temporal: Temporal): Promise<void> {
  const ui = webUiUrl(context.environment, temporal.address);
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage();
    const [waiting] = preparedLists(ui, temporal.namespace, BROKER, MONTH);
    await shoot(page, 'waiting-for-a-person', waiting!.link, HEIGHTS.list);
    await shoot(page, 'run', detailsLink(ui, temporal.namespace, await executionOf(temporal, dailyBillingId(BROKER, MONTH))));
    const open = await openOrganizations(temporal, BROKER, MONTH, [CONTOSO, FABRIKAM]);
    await shoot(page, 'needs-attention', detailsLink(ui, temporal.namespace, open.get(CONTOSO)!));
    await shoot(page, 'awaiting-approval', detailsLink(ui, temporal.namespace, open.get(FABRIKAM)!));
    await approve(context, {
      month: MONTH,
      organizations: [FABRIKAM],
      all: false,
      breakers: false,
      actor: 'anna',
      reason: 'as agreed',
    });
    const done = temporal.client.workflow.getHandle(organizationBillingId(BROKER, MONTH, FABRIKAM));
    await done.result();
    const { runId, workflowId } = await done.describe();
    const details = detailsLink(ui, temporal.namespace, { workflowId, runId });
    await shoot(page, 'timeline', details.replace('/user-metadata', '/timeline'), HEIGHTS.timeline);
  } finally {
    await browser.close();
  }
}

async function executionOf({ client }: Temporal, id: string): Promise<{ workflowId: string; runId: string }> {
  const { workflowId, runId } = await client.workflow.getHandle(id).describe();
  return { workflowId, runId };
}

async function shoot(page: Page, name: string, url: string, height = HEIGHTS.details): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForTimeout(DRAWN_AFTER_MS);
  await page.screenshot({ path: `${FOLDER}${name}.png`, clip: { ...FRAME, width: WIDTH - FRAME.x, height: height - FRAME.y } });
  console.log(`docs/screenshots/${name}.png  ${url}`);
}
