import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'cloudmore-autotask-billing';

/** The product's version: the first line of every request for support. It stands in `package.json` alone. */
export const VERSION: string = versionOf(fileURLToPath(import.meta.url));

/** Sources, `dist` and the compiled sources of a checkout lie at different depths below the same `package.json`. */
function versionOf(path: string): string {
  const folder = dirname(path);
  const found = readPackage(join(folder, 'package.json'));
  if (found?.name === NAME && found.version !== undefined) return found.version;
  if (folder === dirname(folder)) throw new Error(`No package.json of ${NAME} above this file; the installation is incomplete.`);
  return versionOf(folder);
}

function readPackage(path: string): { name?: string; version?: string } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return null;
  }
}
