import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { schema } from '@stryker-mutator/api/core';
import type { Reporter } from '@stryker-mutator/api/report';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Every mutant that no test distinguishes from the code has its reason in `docs/survivors.md`: one that has none ends `npm run mutation` with an error, and so does
 * a reason whose mutant is killed by now.
 */

const DOCUMENT = new URL('../../docs/survivors.md', import.meta.url);
/** The beginning identifies longer code. */
const CODE_LENGTH = 100;

/** A mutant as the document shows it: its file, the line that it begins on, and what becomes of what. */
export interface Survivor {
  file: string;
  line: string;
  mutant: string;
}

/** Code as it stands in a cell: on one line, not too long, without what would end the cell or its code. */
export function shown(code: string): string {
  const text = code.replace(/\s+/g, ' ').trim().replaceAll('`', "'");
  return text.length > CODE_LENGTH ? `${text.slice(0, CODE_LENGTH).trim()}…` : text;
}

/** The rows of the document that have a reason. */
export function explained(text = readFileSync(DOCUMENT, 'utf8')): Survivor[] {
  let file = '';
  return text.split('\n').flatMap((row) => {
    file = /^## `(.+)`$/.exec(row)?.[1] ?? file;
    const [line, mutant, why] = row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    return line?.startsWith('`') && mutant && why ? [{ file, line, mutant }] : [];
  });
}

const survived = ({ status }: schema.MutantResult): boolean => status === 'Survived' || status === 'NoCoverage';

function survivorsOf(name: string, { source, mutants }: schema.FileResult): Survivor[] {
  const lines = source.split('\n');
  return mutants.filter(survived).map(({ location: { start, end }, replacement }) => {
    const code = lines.slice(start.line - 1, end.line);
    code[code.length - 1] = code.at(-1)!.slice(0, end.column - 1);
    code[0] = code[0]!.slice(start.column - 1);
    return {
      file: path.basename(name),
      line: `\`${shown(lines[start.line - 1]!)}\``,
      mutant: `\`${shown(code.join(' '))}\` → \`${shown(replacement ?? '')}\``,
    };
  });
}

const keyOf = ({ file, line, mutant }: Survivor): string => [file, line, mutant].join('\n');
const rowOf = ({ file, line, mutant }: Survivor): string =>
  `${file}: | ${[line, mutant].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} | |`;

/** Survivors without a reason, and reasons without a survivor, of the files that were looked at. */
export function compare(
  files: Record<string, schema.FileResult>,
  document: Survivor[],
): { unexplained: string[]; outdated: string[] } {
  const names = new Set(Object.keys(files).map((name) => path.basename(name)));
  const found = Object.entries(files).flatMap(([name, file]) => survivorsOf(name, file));
  const without = (some: Survivor[], others: Survivor[]): string[] => {
    const keys = new Set(others.map(keyOf));
    return [...new Set(some.filter((survivor) => !keys.has(keyOf(survivor))).map(rowOf))];
  };
  return {
    unexplained: without(found, document),
    outdated: without(
      document.filter(({ file }) => names.has(file)),
      found,
    ),
  };
}

class ExplainedReporter implements Reporter {
  onMutationTestReportReady({ files }: schema.MutationTestResult): void {
    const { unexplained, outdated } = compare(files, explained());
    if (unexplained.length > 0)
      console.error(
        `Survivors without a reason in docs/survivors.md; kill them, or say why no test can:\n${unexplained.join('\n')}`,
      );
    if (outdated.length > 0)
      console.error(
        `Reasons in docs/survivors.md whose mutant is killed, or is none any more; take them out:\n${outdated.join('\n')}`,
      );
    if (unexplained.length + outdated.length > 0) process.exitCode = 1;
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'explained', ExplainedReporter)];
