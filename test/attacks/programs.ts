import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM } from '../../scripts/chromium.js';
import { HOSTILE, KINDS } from '../hostile/texts.js';
import { csv, pages, xlsx } from '../hostile/outputs.js';

/** The table of hostile texts in the programs that people open the outputs with. */
export interface Played {
  name: string;
  texts: number;
  /** What did something, or became more than text. */
  alive: string[];
}

/** Pages in a browser with scripts on: nothing is asked for, nothing runs, and the page has the parts it has for Contoso. */
export async function inBrowser(): Promise<Played> {
  const browser = await chromium.launch(CHROMIUM);
  try {
    const plain = new Map<string, string>();
    for (const [name, page] of Object.entries(pages('Contoso'))) plain.set(name, (await opened(browser, page)).shape);
    const alive: string[] = [];
    for (const kind of KINDS)
      for (const [name, page] of Object.entries(pages(HOSTILE[kind]!))) {
        const { shape, did } = await opened(browser, page);
        if (did.length > 0 || shape !== plain.get(name)) alive.push(`${name}, ${kind}: ${did.join(', ') || 'other parts'}`);
      }
    return { name: 'pages in Chromium', texts: KINDS.length, alive };
  } finally {
    await browser.close();
  }
}

async function opened(browser: Browser, content: string): Promise<{ shape: string; did: string[] }> {
  const page = await browser.newPage();
  const did: string[] = [];
  page.on('dialog', (dialog) => {
    did.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => void (request.url().startsWith('about:') || did.push(`request ${request.url()}`)));
  await page.setContent(content);
  const shape = await page.evaluate<string>(
    '[...document.querySelectorAll("*")].map((node) => node.tagName + node.getAttributeNames().join()).join(" ")',
  );
  await page.close();
  return { shape, did };
}

/** Separators that LibreOffice is told a CSV has, by their code. */
const SEPARATORS = { comma: 44, semicolon: 59, tab: 9 };

/** CSV, read with each separator, and workbook in LibreOffice: no cell is a formula, and none is a link. */
export async function inSpreadsheets(): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'attacks-'));
  try {
    const alive: string[] = [];
    const files = KINDS.map((kind, index) => ({ kind, file: join(folder, `t${index}`) }));
    await Promise.all(files.map(async ({ kind, file }) => writeFile(`${file}.xlsx`, await xlsx(HOSTILE[kind]!))));
    await convert(
      folder,
      null,
      files.map(({ file }) => `${file}.xlsx`),
    );
    alive.push(...(await formulasIn(files, 'workbook')));
    await Promise.all(files.map(({ kind, file }) => writeFile(`${file}.csv`, `\ufeff${csv(HOSTILE[kind]!)}\n`)));
    for (const [name, code] of Object.entries(SEPARATORS)) {
      await convert(
        folder,
        `CSV:${code},34,76,1`,
        files.map(({ file }) => `${file}.csv`),
      );
      alive.push(...(await formulasIn(files, `CSV with ${name}`)));
    }
    return { name: 'files in LibreOffice', texts: KINDS.length, alive };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const WITHIN_MS = 20 * 60_000;

/** One start for all files: the program takes seconds to come up. */
async function convert(folder: string, filter: string | null, files: string[]): Promise<void> {
  const args = [
    `-env:UserInstallation=file://${folder}/profile`,
    '--headless',
    ...(filter === null ? [] : [`--infilter=${filter}`]),
    '--convert-to',
    'fods',
    '--outdir',
    folder,
    ...files,
  ];
  await promisify(execFile)('soffice', args, { timeout: WITHIN_MS, env: { PATH: process.env.PATH, HOME: folder } });
}

async function formulasIn(files: { kind: string; file: string }[], what: string): Promise<string[]> {
  const found: string[] = [];
  for (const { kind, file } of files) {
    const text = await readFile(`${file}.fods`, 'utf8');
    const cells = text.slice(text.indexOf('<office:spreadsheet'));
    if (cells.includes('table:formula=') || cells.includes('<text:a ')) found.push(`${what}, ${kind}`);
    await rm(`${file}.fods`);
  }
  return found;
}
