/**
 * TypeScript to JavaScript without checking the types: half a second for everything. `npm run build` puts it into `dist`; a checkout keeps it under what its
 * sources are, so that it always runs them and yet starts as fast as the image.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['workflows', 'activities', 'worker', 'client', 'shared', 'sandbox'];
/** What the compiled program depends on besides its sources: libraries are bundled into the workflows. */
const OTHERS = ['package-lock.json', 'client/compile.js'];
const NOT_DATA = ['.ts', '.js', '.md'];
const KEPT = join(ROOT, 'node_modules/.cache/billing');
/** Of earlier sources; a process that still runs them has loaded all it needs. */
const KEPT_MAX = 5;

/** Writes the program into a folder, data files next to the code that reads them. */
export async function compile(output) {
  const { build } = await import('esbuild');
  const files = sourceFiles();
  await build({
    absWorkingDir: ROOT,
    entryPoints: files.filter((path) => extname(path) === '.ts'),
    outdir: output,
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  for (const path of files.filter((file) => !NOT_DATA.includes(extname(file)))) cpSync(join(ROOT, path), join(output, path));
}

/** The folder of this checkout's sources as they are now, compiled unless they were before. */
export async function compiledSources() {
  const folder = join(KEPT, digestOfSources());
  if (existsSync(folder)) {
    touch(folder);
    return folder;
  }
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    writeFileSync(join(making, 'package.json'), '{ "type": "module" }');
    await compile(making);
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another process was faster
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  forgetOld();
  return folder;
}

/** Paths from the root on, in one order. */
const sourceFiles = () =>
  FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.path, entry.name).slice(ROOT.length))
      .sort(),
  );

/** By size and time of change, as `make` does: reading every file would cost more than starting. */
function digestOfSources() {
  const hash = createHash('sha256');
  for (const path of [...sourceFiles(), ...OTHERS]) {
    const { mtimeMs, size } = statSync(join(ROOT, path), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 };
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function touch(folder) {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // Another user's: it is no older for that.
  }
}

function forgetOld() {
  const byAge = readdirSync(KEPT)
    .filter((name) => !name.includes('.'))
    .map((name) => ({ path: join(KEPT, name), at: statSync(join(KEPT, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.at - left.at);
  for (const { path } of byAge.slice(KEPT_MAX)) rmSync(path, { recursive: true, force: true });
}
