import { build, type Metafile } from 'esbuild';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { TestFile } from './harness.js';

/** Whose tests hold the rules of money. */
const FOLDER = 'test/billing';
const HARNESS = fileURLToPath(new URL('harness.ts', import.meta.url));

/** Bundles the tests of a checkout. The answer evaluates the bundle, with every module of it again, and gives its files, of which none is loaded yet. */
export async function bundleTests(root: string): Promise<() => TestFile[]> {
  const files = readdirSync(path.join(root, FOLDER))
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${FOLDER}/${name}`);
  const { metafile } = await bundle(root, [], files);
  const { outputFiles } = await bundle(root, sharedBy(files, metafile!), files);
  const script = new Script(`(function (require, module, exports) {${outputFiles![0]!.text}\n})`, {
    filename: 'billing-tests.cjs',
  });
  const evaluate = script.runInThisContext() as (require: NodeJS.Require, module: object, exports: object) => void;
  const require = createRequire(import.meta.url);
  return () => {
    const module = { exports: {} as { files: TestFile[] } };
    evaluate(require, module, module.exports);
    return module.exports.files;
  };
}

const bundle = (root: string, shared: string[], files: string[]): ReturnType<typeof build> =>
  build({
    stdin: { contents: entryOf(shared, files), resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    alias: { '@jest/globals': HARNESS },
    external: ['expect', 'jest-each'],
    // The tests use their address only to find other files of the repository; any file next to them has the same answers.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(path.join(root, FOLDER, 'bundle.js')).href) },
  });

/**
 * What more than one file of tests imports of the product is loaded before any of them: what it does then belongs to none. Tables that several share belong
 * to the first that loads them: of a change that only loading shows, that file alone is asked.
 */
function sharedBy(files: string[], { inputs }: Metafile): string[] {
  const reached = new Map<string, number>();
  for (const file of files) {
    const seen = new Set<string>([file]);
    for (const one of seen) for (const { path: next } of inputs[one]?.imports ?? []) if (inputs[next]) seen.add(next);
    for (const one of seen) reached.set(one, (reached.get(one) ?? 0) + 1);
  }
  return [...reached].flatMap(([file, times]) => (times > 1 && file.startsWith('shared/') ? [file] : []));
}

function entryOf(shared: string[], files: string[]): string {
  const text = (file: string): string => JSON.stringify(`./${file}`);
  return [
    `const harness = require(${JSON.stringify(HARNESS)});`,
    ...shared.map((file) => `require(${text(file)});`),
    'exports.files = [',
    ...files.map((file) => `harness.fileOf(${text(file)}, () => require(${text(file)})),`),
    '];',
  ].join('\n');
}
