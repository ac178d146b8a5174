import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What the images hold, made by the program that the Dockerfile runs: `client/bin.js`, `dist`, libraries, and no sources. */
export interface Image {
  /** Of the image that runs in production. */
  folder: string;
  /** Of the one that has the sandbox as well. */
  rehearsal: string;
  /** The built command. */
  bin: string;
  /** Runs Node in it. */
  node(...args: string[]): Promise<{ stdout: string }>;
  remove(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of a run of tests there is one build, from which every file that needs it has a copy: building takes twenty seconds. */
export async function buildImage(): Promise<Image> {
  const both = await realpath(await mkdtemp(join(tmpdir(), 'image-')));
  const run = process.env.TEST_IMAGE_FOLDER;
  if (run === undefined) await buildInto(both);
  else await cp(await builtOnce(run), both, { recursive: true });
  const folder = join(both, 'production');
  return {
    folder,
    rehearsal: join(both, 'rehearsal'),
    bin: join(folder, 'client/bin.js'),
    node: nodeIn(folder),
    remove: () => rm(both, { recursive: true, force: true }),
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

/** Checking the types would be two thirds of it, and the check of everything does that (`npm run check`). */
async function buildInto(folder: string): Promise<void> {
  await nodeIn(folder)(join(root, 'scripts/image.js'), '--unchecked', join(folder, 'production'), join(folder, 'rehearsal'));
}

/** With the output in the message: the compiler writes its errors to standard output. */
const nodeIn =
  (folder: string): Image['node'] =>
  (...args) =>
    promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error: Error & { stdout: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`);
    });
