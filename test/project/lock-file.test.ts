import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Entry {
  version?: string;
  integrity?: string;
  resolved?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Entry> };
const manifest = read('package.json') as Entry & { overrides: Record<string, string> };
const entries = Object.entries(packages).filter(([path]) => path !== '');

test('the lock file has every platform’s optional packages', () => {
  const locked = new Set(entries.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)));
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
});

test('every locked package can be checked against its digest', () => {
  expect(entries.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
});

test('the lock file names no registry, so that everybody uses their own', () => {
  expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('every dependency is pinned to one version', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides });
  expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
});

test('all Temporal packages share one version and one protobufjs 8', () => {
  const versions = (pattern: RegExp): unknown[] => [
    ...new Set(entries.filter(([path]) => pattern.test(path)).map(([, entry]) => entry.version)),
  ];
  expect(versions(/node_modules\/@temporalio\//)).toEqual([manifest.dependencies?.['@temporalio/worker']]);
  expect(versions(/node_modules\/protobufjs$/).filter((version) => String(version).startsWith('8.'))).toHaveLength(1);
  expect(packages['node_modules/protobufjs']?.version).toBe(manifest.dependencies?.protobufjs);
});
