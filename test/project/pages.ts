import { readFileSync, writeFileSync } from 'node:fs';
import { RIGHTS } from '../../shared/autotask/needs.js';
import { BREAKER_LIMITS, type BreakerLimit } from '../../shared/billing/plan/breaker-limits.js';
import { ADVICE } from '../../shared/billing/results/advice.js';
import { VARIABLES } from '../../shared/config.js';
import { FAILURES, RETRIES, type FailureRule, type RetryRule } from '../../shared/messages/retries.js';
import { beliefRows } from '../../shared/probe/table.js';
import { WRITE_QUESTIONS } from '../../shared/probe/writes/questions.js';
import { days } from '../api/days-table.js';
import { tables as examples } from '../billing/examples/index.js';

/** Parts of pages that are made of the product's tables and the rules' examples: nobody types them a second time. */
export interface GeneratedPart {
  page: string;
  /** What it is, for people. */
  what: string;
  /** The part as the page has it; null where the page has none. */
  read: (text: string) => Shown | null;
  made: Shown;
  /** The page with the part as it is made. */
  write: (text: string) => string;
}

/** Cells of a table, or lines of a list. */
type Shown = string[][];

// ---------------------------------------------------------------------------------------------------------------- tables

const TABLE = /(?:^\|.*\n)+/gm;
const cellsOf = (row: string): string[] =>
  row
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
const isRule = (cells: string[]): boolean => cells.every((cell) => /^:?-+:?$/.test(cell));
const rowsOf = (table: string): Shown =>
  table
    .trim()
    .split('\n')
    .map(cellsOf)
    .filter((cells) => !isRule(cells));

/** As Prettier writes it. */
function tableText([head = [], ...rows]: Shown): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => [...row[column]!].length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

/** The tables of a page whose first column is called so, in the order in which the page has them. */
const tablesIn = (text: string, first: string): string[] =>
  (text.match(TABLE) ?? []).filter((table) => rowsOf(table)[0]![0] === first);

function generatedTable(page: string, what: string, made: Shown, place = 0): GeneratedPart {
  const [[first = ''] = []] = made;
  return {
    ...{ page, what, made },
    read: (text) => {
      const found = tablesIn(text, first)[place];
      return found === undefined ? null : rowsOf(found);
    },
    write: (text) => {
      const found = tablesIn(text, first)[place];
      if (found === undefined) throw new Error(`${page} has no table of ${what}: write its first line, | ${first} |`);
      return text.replace(found, () => tableText(made));
    },
  };
}

// ---------------------------------------------------------------------------------------------------------------- the parts

const RULES = 'shared/billing/README.md';
const GUIDE = 'docs/operations.md';

/** Days are the wire's; their table closes section 7. */
const inOrder = [...examples.filter(({ section }) => section <= '7'), days, ...examples.filter(({ section }) => section > '7')];
const ofRules = inOrder.map(({ section, columns, rows }, place) =>
  generatedTable(
    RULES,
    `section ${section}, no. ${place + 1}: ${rows[0]!.says}`,
    [['Case', ...columns], ...rows.map(({ says, expected }) => [says, ...expected])],
    place,
  ),
);

/** Settings and their values, as people type them. */
const asCode = (text: string): string => text.replace(/\b[A-Z]+(?:_[A-Z]+)+(?:=[a-z-]+)?/g, (setting) => `\`${setting}\``);
const thenRun = (remedy: string, next: string | null): string => {
  const command = next === 'approve-all' ? 'approve MONTH --breakers' : next;
  if (command === null) return remedy;
  return remedy.endsWith(':') ? `${remedy} \`${command}\`` : `${remedy} Then: \`${command}\``;
};
const reasons = Object.entries(ADVICE).map(([code, { inWords, meaning, remedy, next }]) => [
  `${inWords} (\`${code}\`)`,
  asCode(meaning),
  thenRun(asCode(remedy), next),
]);

const AGAIN: Record<FailureRule['again'], string> = {
  later: 'as soon as the failure says, such as by `Retry-After`; else after the pauses below',
  'if-said': 'only where the failure says when',
  never: 'no',
};
const failures = Object.entries<FailureRule>(FAILURES).map(([type, { means, again, then }]) => [
  `\`${type}\``,
  means,
  AGAIN[again],
  then,
]);

/** Pauses between attempts, in seconds, as Temporal makes them. */
function pausesOf({ attempts, longestPauseSeconds }: RetryRule): string {
  const pauses = [];
  for (let pause = 1; pause < longestPauseSeconds && pauses.length + 1 < (attempts ?? Infinity); pause *= 2) pauses.push(pause);
  return `${pauses.join(', ')}${attempts === null ? `, then every ${longestPauseSeconds}` : ''} s`;
}
const retries = Object.values<RetryRule>(RETRIES).map((rule) => [
  rule.what,
  rule.attempts === null ? `for ${rule.hours} hours` : `${rule.attempts} times`,
  pausesOf(rule),
]);

const byName = ([left]: string[], [right]: string[]): number => left!.localeCompare(right!);

/** The settings that the worker of `docker-compose.yml` is handed as they stand in `.env`: all but those that have a line of their own above. */
const COMPOSE_LIST = /( # The rest comes from \.env as it stands there[^\n]*\n)((?: {6}[A-Z_]+:\n)+)/;
const composeList = (): GeneratedPart => {
  const page = 'docker-compose.yml';
  const text = readPage(page);
  const above = text.slice(text.indexOf('\n  worker:'), COMPOSE_LIST.exec(text)?.index);
  const below = /\n {6}([A-Z_]+):/g;
  const own = new Set([...above.matchAll(below)].map(([, name]) => name!));
  const made = VARIABLES.filter((name) => !own.has(name)).map((name) => [name]);
  return {
    ...{ page, what: 'the settings of the worker', made },
    read: (now) =>
      COMPOSE_LIST.exec(now)?.[2]
        ?.trim()
        .split('\n')
        .map((line) => [line.trim().replace(':', '')]) ?? null,
    write: (now) => now.replace(COMPOSE_LIST, (_, head: string) => head + made.map(([name]) => `      ${name}:\n`).join('')),
  };
};

/** The limits of the breakers as `.env.example` shows them: commented out, at their defaults. */
const BREAKER_LINE = /^#(BREAKER_[A-Z_]+)=(.*)$/gm;
const breakers: GeneratedPart = {
  ...{ page: '.env.example', what: 'the limits of the breakers' },
  made: Object.values<BreakerLimit>(BREAKER_LIMITS)
    .map((limit) => [limit.setting, String(limit.default)])
    .sort(byName),
  read: (text) => [...text.matchAll(BREAKER_LINE)].map(([, setting, value]) => [setting!, value!]).sort(byName),
  write: (text) =>
    text.replace(BREAKER_LINE, (line, setting: string) => {
      const limit = Object.values<BreakerLimit>(BREAKER_LIMITS).find((one) => one.setting === setting);
      return limit ? `#${setting}=${limit.default}` : line;
    }),
};

const address = (page: string): URL => new URL(`../../${page}`, import.meta.url);
export const readPage = (page: string): string => readFileSync(address(page), 'utf8');

export const GENERATED: GeneratedPart[] = [
  ...ofRules,
  generatedTable(GUIDE, 'reasons', [['Reason', 'What it means', 'What to do'], ...reasons]),
  generatedTable(GUIDE, 'failures', [['Failure', 'What has happened', 'Tried again', 'Then'], ...failures]),
  generatedTable(GUIDE, 'retries', [['Work', 'Tried', 'Pauses between'], ...retries]),
  generatedTable(GUIDE, 'rights in Autotask', [
    ['Entity', 'Rights'],
    ...Object.entries(RIGHTS).map(([entity, rights]) => [`\`${entity}\``, rights.join(', ')]),
  ]),
  generatedTable(GUIDE, 'beliefs', [['No.', 'Believed', 'If it is wrong', 'Moves money'], ...beliefRows()]),
  generatedTable(GUIDE, 'what only a write can tell', [
    ['Asked', 'What', 'Under any answer this program'],
    ...Object.entries(WRITE_QUESTIONS).map(([id, { what, copes }]) => [id, what, copes]),
  ]),
  composeList(),
  breakers,
];

/** Tables that begin like generated ones, and are none: a page that has more of them has one that nothing makes. */
export const surplus = (): string[] =>
  [...new Set(GENERATED.map(({ page, made }) => `${page}\n${made[0]![0]}`))].flatMap((key) => {
    const [page = '', first = ''] = key.split('\n');
    const known = GENERATED.filter((part) => part.page === page && part.made[0]![0] === first).length;
    return tablesIn(readPage(page), first)
      .slice(known)
      .map((table) => `${page}: ${rowsOf(table)[1]?.join(' | ')}`);
  });

export const record = ({ page, write }: GeneratedPart): void => writeFileSync(address(page), write(readPage(page)));
