import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeText, whyNoFile } from './files.js';

/** Where settings come from, and what is wrong with them. Apart from the schema (`config.ts`), because every command needs this much and help needs no more. */

export type Environment = Record<string, string | undefined>;

/** The environment with what a `.env` file in the folder adds; real variables win. Throws a `ConfigError` for a `.env` that is not a file (a missing one that Docker mounted). */
export function readEnvironment(folder = process.cwd(), environment: Environment = process.env): Environment {
  const path = `${folder}/.env`;
  if (!existsSync(path)) return environment;
  try {
    return { ...parseEnv(decodeText(readFileSync(path))), ...environment };
  } catch (error) {
    throw new ConfigError([`${path} cannot be read: ${whyNoFile(error) ?? String(error)}. Expected a file, or none.`]);
  }
}

/** All that is wrong with the settings, so that it can be fixed in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(
      `Settings: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
}
