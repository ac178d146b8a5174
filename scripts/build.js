/**
 * `npm run build`: compiles to dist, puts the data files beside the code that reads them, and bundles the workflows.
 * With a folder as argument everything goes there instead.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = resolve(ROOT, 'dist');
const OUTPUT = process.argv[2] ?? DIST;
/** Folders with files that are read at run time. */
const WITH_DATA = ['sandbox', 'client', 'shared'];
const NOT_DATA = ['.ts', '.js', '.md'];

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

if (OUTPUT === DIST) rmSync(DIST, { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', OUTPUT);
for (const folder of WITH_DATA) {
  cpSync(`${ROOT}${folder}`, `${OUTPUT}/${folder}`, { recursive: true, filter: (path) => !NOT_DATA.includes(extname(path)) });
}
run(`${OUTPUT}/worker/bundle.js`);
