import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

export async function buildImage(): Promise<Image> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'image-')));
  /** With the output in the message: the compiler writes its errors to standard output. */
  const node = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error: Error & { stdout: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`);
    });
  await mkdir(join(folder, 'client'));
  await Promise.all(['package.json', 'client/bin.js'].map((file) => copyFile(join(root, file), join(folder, file))));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await node(join(root, 'scripts/build.js'), join(folder, 'dist'));
  return { folder, bin: join(folder, 'client/bin.js'), node, remove: () => rm(folder, { recursive: true, force: true }) };
}
