/**
 * `npm run build`: checks the types, compiles to dist with the data files next to the code that reads them, and bundles the workflows.
 * With a folder as argument everything goes there instead. `--unchecked` leaves the types to `npm run typecheck`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from '../client/compile.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = resolve(ROOT, 'dist');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unchecked: { type: 'boolean', default: false } },
});
const OUTPUT = resolve(positionals[0] ?? DIST);

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

if (!values.unchecked) run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
if (OUTPUT === DIST) rmSync(DIST, { recursive: true, force: true });
await compile(OUTPUT);
run(`${OUTPUT}/worker/bundle.js`);
