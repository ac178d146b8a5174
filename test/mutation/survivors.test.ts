import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, explained, shown } from './survivors.js';

/** The reasons of `docs/survivors.md`: of mutants that there are, and none without. */

const DOCUMENT = [
  '# Survivors',
  '## `rows.ts`',
  '| Line | Mutant | Why |',
  '| ---- | ------ | --- |',
  '| `if (a \\|\\| b) return;` | `a \\|\\| b` → `a && b` | both come together |',
  '| `if (a \\|\\| b) return;` | `a` → `true` | |',
  '| `gone();` | `gone()` → `` | it was there |',
].join('\n');

const SOURCE = 'const x = 1;\n  if (a || b) return;\n';
const mutant = (status: 'Survived' | 'Killed', columns: [number, number], replacement: string) => ({
  id: replacement,
  mutatorName: 'any',
  replacement,
  status,
  location: { start: { line: 2, column: columns[0] }, end: { line: 2, column: columns[1] } },
});
const fileOf = (...mutants: ReturnType<typeof mutant>[]) => ({
  'shared/billing/amounts/rows.ts': { language: 'ts', source: SOURCE, mutants },
});

describe('mutants that no test distinguishes from the code', () => {
  test('have their reason in a row; a row without reason is none', () => {
    expect(explained(DOCUMENT)).toEqual([
      { file: 'rows.ts', line: '`if (a || b) return;`', mutant: '`a || b` → `a && b`' },
      { file: 'rows.ts', line: '`gone();`', mutant: '`gone()` → ``' },
    ]);
  });

  test('names mutants without a row, and rows without a mutant', () => {
    const found = fileOf(
      mutant('Survived', [7, 13], 'a && b'),
      mutant('Survived', [7, 8], 'false'),
      mutant('Killed', [7, 8], 'true'),
    );
    expect(compare(found, explained(DOCUMENT))).toEqual({
      unexplained: ['rows.ts: | `if (a \\|\\| b) return;` | `a` → `false` | |'],
      outdated: ['rows.ts: | `gone();` | `gone()` → `` | |'],
    });
  });

  test('of files that were not looked at are not asked for', () => {
    expect(compare({}, explained(DOCUMENT))).toEqual({ unexplained: [], outdated: [] });
  });

  test('are shown on one line, and not at any length', () => {
    expect(shown(' a\n   `b` ')).toBe("a 'b'");
    expect(shown('x'.repeat(200))).toBe(`${'x'.repeat(100)}…`);
  });

  const billing = fileURLToPath(new URL('../../shared/billing', import.meta.url));
  const files = readdirSync(billing, { recursive: true, encoding: 'utf8' }).map((path) => join(billing, path));

  test.each([...new Set(explained().map(({ file }) => file))])('of %s stand on lines that there are', (file) => {
    const source = readFileSync(
      files.find((path) => basename(path) === file)!,
      'utf8',
    );
    const lines = new Set(source.split('\n').map((line) => `\`${shown(line)}\``));
    expect(explained().filter((row) => row.file === file && !lines.has(row.line))).toEqual([]);
  });
});
