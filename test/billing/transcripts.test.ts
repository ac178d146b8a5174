import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plan } from './builders.js';
import { withIds, withNames } from './transcripts/names.js';
import { printPlan } from './transcripts/print.js';
import { readWorld } from './transcripts/world.js';

/**
 * Rules of money as transcripts (`transcripts/README.md`): each has a claim, a world, the command and its exact output. Where a plan changes on purpose, or
 * for a new transcript, `RECORD=1 npm test -- test/billing/transcripts` writes the outputs again; the difference is read before it is committed.
 */
const FOLDER = fileURLToPath(new URL('./transcripts/', import.meta.url));
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.txt'))
  .sort();

interface Transcript {
  claim: string;
  world: string;
  command: string;
  month: string;
  day: string;
  output: string;
}

function transcriptsOf(text: string): Transcript[] {
  return text.split(/\n(?=# )/).map((one) => {
    const [head = '', tail = ''] = one.split('\n\n$ ');
    const [claim = '', ...world] = head.split('\n');
    const [command = '', ...output] = tail.split('\n');
    const [, month = '', day = ''] = /^plan (\S+) on (\S+)$/.exec(command) ?? [];
    if (!claim.startsWith('# ') || day === '')
      throw new Error(`A transcript is "# <claim>", its world, a blank line, "$ plan <month> on <day>", and the output: ${one}`);
    return { claim: claim.slice(2), world: world.join('\n'), command, month, day, output: output.join('\n').trim() };
  });
}

/** The output that the product gives in the world of a transcript. */
function play({ world, month, day }: Transcript): string {
  const decided = plan({ ...readWorld(withIds(world)), asOf: day });
  expect([decided.month, decided.asOf]).toEqual([month, day]);
  return withNames(printPlan(decided).join('\n')) || 'nothing';
}

function record(file: string): void {
  const texts = transcriptsOf(readFileSync(FOLDER + file, 'utf8')).map((one) => {
    const { claim, world, command } = one;
    return `# ${claim}\n${world}\n\n$ ${command}\n${play(one)}\n`;
  });
  writeFileSync(FOLDER + file, texts.join('\n'));
}

const ALL = FILES.map((file) => {
  if (process.env.RECORD) record(file);
  return { file, transcripts: transcriptsOf(readFileSync(FOLDER + file, 'utf8')) };
});

describe.each(ALL)('$file', ({ transcripts }) => {
  test.each(transcripts)('$claim', (transcript) => {
    expect(play(transcript)).toBe(transcript.output);
  });
});

/** Made-up ones, as `0a0a…` and `9999…`, can be read. */
const isHash = (digits: string): boolean => new Set(digits.toLowerCase()).size > 2;

describe('transcripts', () => {
  const claims = ALL.flatMap(({ transcripts }) => transcripts.map(({ claim }) => claim));

  test('claim something of their own in twelve words or less', () => {
    expect(claims.filter((claim, index) => claim.split(' ').length > 12 || claims.indexOf(claim) !== index)).toEqual([]);
  });

  test('name ids that nobody can read', () => {
    const unread = (output: string): boolean =>
      /\b[0-9a-f]{8}-[0-9a-f]{4}-/i.test(output) || output.match(/\b[0-9a-f]{20,}\b/gi)?.some(isHash) === true;
    expect(
      ALL.flatMap(({ transcripts }) => transcripts.filter(({ output }) => unread(output)).map(({ claim }) => claim)),
    ).toEqual([]);
  });

  test('stay short: half of them are below 1,000 characters', () => {
    const lengths = ALL.flatMap(({ transcripts }) => transcripts.map(({ world, output }) => world.length + output.length));
    expect(lengths.sort((left, right) => left - right)[Math.floor(lengths.length / 2)]).toBeLessThan(1000);
  });

  /** Blocks of the page: an example, and the ordinary entries with what they leave unsaid below. */
  const ordinary = (): string[][] => {
    const [, , , world = ''] = readFileSync(`${FOLDER}README.md`, 'utf8').split(/^```\n/m);
    return world
      .trim()
      .split(/\n(?! )/)
      .map((entry) => entry.split('\n  '));
  };

  test('leave unsaid of an entry what the page lists', () => {
    expect(ordinary()).toHaveLength(12);
    for (const [entry, unsaid] of ordinary())
      expect(readWorld(withIds(`${entry}, ${unsaid}`))).toEqual(readWorld(withIds(entry!)));
  });

  test('leave unsaid the customer that the page lists', () => {
    const listed = ordinary()
      .map(([entry]) => entry!)
      .filter((entry) => /^(line|organization|subscription|price|company) /.test(entry));
    expect(listed).toHaveLength(5);
    expect(plan(readWorld(withIds(listed.join('\n'))))).toEqual(plan());
  });
});

describe('a world is refused where', () => {
  test.each([
    ['an entry is of no kind', 'invoice 1: 5 / 0', 'Nothing of a world begins like this: invoice 1: 5 / 0'],
    ['an entry does not begin like its kind', 'line sub-1: 10', 'Not like "{subscriptionId} {productName}'],
    ['a field is misspelt', 'company 7, curency USD', 'No such field: curency USD'],
    ['rows have not an id for each month', 'rows 1 to 2, 2025-09 to 2025-11: 1 for 2 / 1', 'Not as many ids as months: 1 to 2'],
  ])('%s', (_, entry, message) => {
    expect(() => readWorld(entry)).toThrow(message);
  });
});
