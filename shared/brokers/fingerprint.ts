import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Environment } from '../environment.js';

/** The same for as long as a broker's settings are: names, values, and what is in the files that hold its secrets. A digest, for it is kept in memory and shown nowhere. */
export function fingerprintOf(environment: Environment): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name] ?? '';
    hash.update(`${name}\0${value}\0`);
    if (name.endsWith('_FILE') && value !== '') hash.update(contentOf(value)).update('\0');
  }
  return hash.digest('hex');
}

function contentOf(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch (error) {
    return String(error);
  }
}
