import { COVERAGE, type Fact } from '../../../sandbox/coverage/index.js';
import { beliefFacts } from '../../../shared/probe/observed.js';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { table } from '../../terminal/table.js';
import { jsonText } from '../../terminal/printable.js';

const COLUMNS = ['side', 'what', 'support', 'known', 'reference', 'shown by'].map((title) => ({ title }));
/** Beyond this a cell is cut; `--json` has everything. */
const CELL_MAX = 74;

/** What the sandbox knows of the vendors, as a table for people or as JSON. */
export function coverage(context: Context, { json }: { json: boolean }): Promise<ExitCode> {
  context.out(json ? jsonText(all().map(withFiles)) : text());
  return Promise.resolve(EXIT.done);
}

/** What it knows, and what this program believes of the vendors next to it. */
const all = (): Fact[] => [...COVERAGE, ...beliefFacts()];

function text(): string {
  const facts = all();
  const count = (support: Fact['support']): number => facts.filter((fact) => fact.support === support).length;
  const sum = `${facts.length} facts: ${count('supported')} supported, ${count('partly')} partly, ${count('not')} not (answered 501).`;
  return `${table(COLUMNS, facts.map(rowOf))}\n\n${sum}`;
}

function rowOf({ side, what, support, mark, members, section, tests, note }: Fact): string[] {
  const [first = '', ...more] = tests;
  const shown = more.length === 0 ? first : `${first} (+${more.length})`;
  const text = note === null ? what : `${what} (${note})`;
  return [side, cut(text), support, members === null ? mark : `${mark}, members ${members}`, section ?? '', cut(shown)];
}

const cut = (cell: string): string => (cell.length > CELL_MAX ? `${cell.slice(0, CELL_MAX - 1)}…` : cell);

/** With the tests' files spelt out. */
const withFiles = (fact: Fact): object => ({
  ...fact,
  tests: fact.tests.map((test) => {
    const [file = '', ...title] = test.split(': ');
    return {
      file: file.startsWith('../') ? `test/${file.slice(3)}.test.ts` : `test/sandbox/${file}.test.ts`,
      title: title.join(': '),
    };
  }),
});
