import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROWS, testsOf } from './rows.js';
import { inBrowser, inSpreadsheets, type Played } from './programs.js';

/**
 * `npm run attacks`: what was harmful once, played again. Each row of the list names the tests that play it; the table of hostile texts is shown to a real
 * browser and to a real spreadsheet program besides. Everything runs on this machine. Ends with 0 when all of it is refused or harmless, and with one line.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const TESTS_WITHIN_MS = 30 * 60_000;

const startedAt = Date.now();
const played: Played[] = [await inBrowser(), await inSpreadsheets()];
for (const { name, texts, alive } of played) {
  console.log(`${alive.length === 0 ? '✓' : '✗'} ${name}: ${texts} texts, ${alive.length} alive`);
  for (const one of alive) console.log(`  ${one}`);
}
const jest = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...testsOf(ROWS)],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], timeout: TESTS_WITHIN_MS },
);
const alive = played.reduce((count, part) => count + part.alive.length, 0);
const isGood = alive === 0 && jest.status === 0;
console.log(
  `${ROWS.length} attacks in ${Math.round((Date.now() - startedAt) / 1000)} s: ${isGood ? 'all refused or harmless' : `${alive} texts alive, tests ${jest.status === 0 ? 'passed' : 'failed'}`}`,
);
process.exitCode = isGood ? 0 : 1;
