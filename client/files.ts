import { access, constants, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { decodeText, isMissing, whyNoFile } from '../shared/files.js';
import { CommandError, EXIT } from './terminal/exit.js';

/** Files that a person named on the command line. Each error says which, what is wrong with it, and what was expected. */

/** The text of a file. `expected` says what it should be, and which command makes it. */
export async function readNamed(path: string, expected: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    throw usage(`${shown(path)} cannot be read: ${why(error)}. Expected ${expected}.`);
  }
}

/** The JSON of a file. */
export async function readNamedJson(path: string, expected: string): Promise<unknown> {
  const text = await readNamed(path, expected);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw usage(`${shown(path)} is not JSON (${why(error)}). Expected ${expected}.`);
  }
}

/** Before the work whose result goes there, if a file was named: nobody waits for minutes to hear that the folder is missing. */
export async function checkOutput(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const folder = dirname(path);
  const problem = (await problemOf(folder)) ?? ((await isFolder(path)) ? 'it is a folder. Name a file in it.' : null);
  if (problem !== null) throw usage(`${shown(path)} cannot be written: ${problem}`);
}

/** Why nothing can be written into the folder; null when it can. */
async function problemOf(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK);
    return (await isFolder(folder)) ? null : `${folder} is a file, not a folder. Name another file.`;
  } catch (error) {
    return isMissing(error)
      ? `there is no folder ${folder}. Create it, or name another file.`
      : `${folder}: ${why(error)}. Name another file.`;
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    // It names customers and amounts: for the person who asked, and nobody else on this machine. A file that is there keeps its rights.
    await writeFile(path, content, { mode: 0o600 });
  } catch (error) {
    throw usage(`${shown(path)} cannot be written: ${why(error)}. Name another file.`);
  }
}

/** A relative path with the folder it was looked for in: that is often what is wrong with it. */
const shown = (path: string): string => (isAbsolute(path) ? path : `${path} (in ${process.cwd()})`);
const why = (error: unknown): string => whyNoFile(error) ?? (error instanceof Error ? error.message : String(error));
const usage = (message: string): CommandError => new CommandError(EXIT.usage, message);
