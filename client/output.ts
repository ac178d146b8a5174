import { writeFile } from 'node:fs/promises';
import { CommandError, EXIT } from './exit.js';

/** Writes a file that a person named; says what is wrong with the name when that does not work. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new CommandError(EXIT.usage, `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
