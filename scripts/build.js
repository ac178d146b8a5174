/** `npm run build`: compiles to dist, puts the data files beside the code that reads them, and bundles the workflows. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Folders with files that are read at run time. */
const WITH_DATA = ['sandbox', 'client', 'shared'];
const NOT_DATA = ['.ts', '.js', '.md'];

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

rmSync(`${ROOT}dist`, { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
for (const folder of WITH_DATA) {
  cpSync(`${ROOT}${folder}`, `${ROOT}dist/${folder}`, { recursive: true, filter: (path) => !NOT_DATA.includes(extname(path)) });
}
run('dist/worker/bundle.js');
