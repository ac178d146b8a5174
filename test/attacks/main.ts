import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz } from '../fuzz/door.js';
import { missing, ROWS, testsOf } from './rows.js';
import { inBrowser, inSpreadsheets, type Played } from './programs.js';

/**
 * `npm run attacks`: repeats what was once harmful. Each row of the list names the tests that play it; the table of hostile texts is shown to a real
 * browser and to a real spreadsheet program besides, and a hundred thousand mutated answers go to the parsers. Everything runs on this machine. Ends with 0 when
 * all of it is refused or harmless, and with one line of figures. `-- --fuzz N` for another number of answers; `-- --without programs,tests` leaves parts out.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const TESTS_WITHIN_MS = 90 * 60_000;
const ANSWERS = 100_000;
/** A busy machine is not an attack. */
const PATIENCE_MS = 300_000;

const { values } = parseArgs({
  options: {
    fuzz: { type: 'string', default: String(ANSWERS) },
    seed: { type: 'string', default: '1' },
    without: { type: 'string', default: '' },
  },
});
const isOn = (part: string): boolean => !values.without.split(',').includes(part);
const startedAt = Date.now();

const unshown = missing(ROWS);
for (const one of unshown) console.log(`✗ ${one}`);

const answers = await fuzz(Number(values.fuzz), Number(values.seed)).catch((error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : '';
  console.log(`✗ mutated answers: ${error instanceof Error ? error.message : String(error)}${cause}`);
  return null;
});
if (answers) {
  const { runs, counts, slowestMs, grownMb } = answers;
  console.log(
    `✓ mutated answers: ${runs}, of which ${counts.error} clear errors, ${counts.holds} hold, ${counts['same money']} same money; the slowest took ${Math.round(slowestMs)} ms, and none made the process grow by more than ${Math.round(grownMb)} MB`,
  );
}

const played: Played[] = isOn('programs') ? [await inBrowser(), await inSpreadsheets()] : [];
for (const { name, texts, alive } of played) {
  console.log(`${alive.length === 0 ? '✓' : '✗'} ${name}: ${texts} texts, ${alive.length} alive`);
  for (const one of alive) console.log(`  ${one}`);
}
const alive = played.reduce((count, part) => count + part.alive.length, 0);
const isTested = isOn('tests') ? playTests() : null;

function playTests(): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      `--testTimeout=${PATIENCE_MS}`,
      ...testsOf(ROWS),
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], timeout: TESTS_WITHIN_MS },
  );
  return status === 0;
}

const isGood = unshown.length === 0 && answers !== null && alive === 0 && isTested !== false;
const tests = isTested === null ? 'not played' : isTested ? 'passed' : 'failed';
console.log(
  `${ROWS.length} attacks, ${unshown.length} without a test; tests ${tests}; ${answers?.runs ?? 0} mutated answers${answers ? '' : ', one of them harmful'}; ${played.length === 0 ? 'programs not played' : `${alive} texts alive`}; ${Math.round((Date.now() - startedAt) / 1000)} s: ${isGood ? 'all refused or harmless' : 'not all refused or harmless'}`,
);
process.exitCode = isGood ? 0 : 1;
