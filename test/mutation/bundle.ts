import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { CollectedTest } from './harness.js';

/** Whose tests hold the rules of money. */
const FOLDER = 'test/billing';
const HARNESS = fileURLToPath(new URL('harness.ts', import.meta.url));

/** Bundles the tests of a checkout. The answer evaluates the bundle, with every module of it again, and gives the tests. */
export async function bundleTests(root: string): Promise<() => CollectedTest[]> {
  const { outputFiles } = await build({
    stdin: { contents: entryOf(path.join(root, FOLDER)), resolveDir: root },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    alias: { '@jest/globals': HARNESS },
    external: ['expect', 'jest-each'],
    // The tests use their address only to find other files of the repository; any file beside them has the same answers.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(path.join(root, FOLDER, 'bundle.js')).href) },
  });
  const script = new Script(`(function (require, module, exports) {${outputFiles[0]!.text}\n})`, {
    filename: 'billing-tests.cjs',
  });
  const evaluate = script.runInThisContext() as (require: NodeJS.Require, module: object, exports: object) => void;
  const require = createRequire(import.meta.url);
  return () => {
    const module = { exports: {} as { collected: CollectedTest[] } };
    evaluate(require, module, module.exports);
    return module.exports.collected;
  };
}

function entryOf(folder: string): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => JSON.stringify(path.join(folder, name)));
  return [
    `const harness = require(${JSON.stringify(HARNESS)});`,
    ...files.map((file) => `harness.beginFile(${file}); require(${file});`),
    'exports.collected = harness.collected;',
  ].join('\n');
}
