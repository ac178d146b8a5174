import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const [production = '', development = ''] = read('docs/dependencies.md').split('## What building and testing needs');

test.each([
  ['production', 'dependencies', production],
  ['development', 'devDependencies', development],
] as const)('the page gives a reason for each %s dependency, no others', (_, kind, page) => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  expect(rows.map(([name]) => name)).toEqual(Object.keys(manifest[kind]).map((name) => `\`${name}\``));
  expect(rows.filter(([, purpose, reason]) => !purpose || !reason)).toEqual([]);
});
