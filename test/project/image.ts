import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What the image holds, as the Dockerfile puts it together: `client/bin.js`, `dist`, libraries, and no sources. */
export interface Image {
  folder: string;
  /** The built command. */
  bin: string;
  /** Runs Node in it. */
  node(...args: string[]): Promise<{ stdout: string }>;
  remove(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of a run of tests there is one build, from which every file that needs it has a copy: building takes twenty seconds. */
export async function buildImage(): Promise<Image> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'image-')));
  const run = process.env.TEST_IMAGE_FOLDER;
  if (run === undefined) await buildInto(folder);
  else await cp(await builtOnce(run), folder, { recursive: true, verbatimSymlinks: true });
  return {
    folder,
    bin: join(folder, 'client/bin.js'),
    node: nodeIn(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The first that asks builds, the others wait for it. */
async function builtOnce(run: string): Promise<string> {
  const [built, making] = [join(run, 'built'), join(run, 'making')];
  for (; !existsSync(built); await sleep(LOOK_EVERY_MS)) {
    try {
      await mkdir(making);
    } catch {
      continue; // another file's tests build
    }
    try {
      await buildInto(making);
      await rename(making, built);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  }
  return built;
}
const LOOK_EVERY_MS = 250;

async function buildInto(folder: string): Promise<void> {
  await mkdir(join(folder, 'client'));
  await Promise.all(['package.json', 'client/bin.js'].map((file) => copyFile(join(root, file), join(folder, file))));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await nodeIn(folder)(join(root, 'scripts/build.js'), join(folder, 'dist'));
}

/** With the output in the message: the compiler writes its errors to standard output. */
const nodeIn =
  (folder: string): Image['node'] =>
  (...args) =>
    promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error: Error & { stdout: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`);
    });
