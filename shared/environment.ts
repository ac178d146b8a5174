import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeText, LINE_END, whyNoFile } from './files.js';

/** Where settings come from, and what is wrong with them. Apart from the schema (`config.ts`), because every command needs this much and help needs no more. */

export type Environment = Record<string, string | undefined>;

/** The environment with what a `.env` file in the folder adds; real variables win. Throws a `ConfigError` for a `.env` that is not a file (a missing one that Docker mounted). */
export function readEnvironment(folder = process.cwd(), environment: Environment = process.env): Environment {
  const path = `${folder}/.env`;
  if (!existsSync(path)) return environment;
  try {
    return { ...settingsIn(decodeText(readFileSync(path)), path), ...environment };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${path} cannot be read: ${whyNoFile(error) ?? String(error)}. Expected a file, or none.`]);
  }
}

const EXPORT = /^export\s+(?=[A-Za-z_])/;
/** A name such as those of settings, and no "=" behind it. */
const WITHOUT_VALUE = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:$|:|\s+[^=\s])/;

/** The settings of a file's text. Throws a `ConfigError` for a line that names a setting and sets nothing: it would be lost without a word. */
export function settingsIn(text: string, path: string): Environment {
  const lines = text
    .replaceAll('\u{FEFF}', '')
    .split(LINE_END)
    .map((line) => line.trimStart().replace(EXPORT, ''));
  const problems = lines.flatMap((line, index) => {
    const name = WITHOUT_VALUE.exec(line.trimEnd())?.[1];
    return name === undefined ? [] : [`${path}, line ${index + 1}: ${name} is not set. Expected ${name}=VALUE.`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return parseEnv(lines.join('\n'));
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
