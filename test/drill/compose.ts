import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dockerCompose, findDockerCompose } from '../project/docker-compose-program.js';

/** What the drill takes from `docker-compose.yml`, as Compose itself reads it, so that file and drill cannot part. */

export interface ComposeService {
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | null>;
  depends_on?: Record<string, { condition: 'service_healthy' | 'service_started' | 'service_completed_successfully' }>;
  healthcheck?: { test: string[]; interval?: string };
  restart?: string;
  stop_grace_period?: string;
  volumes?: { type: 'bind' | 'volume'; source: string; target: string }[];
  secrets?: { source: string; target?: string }[];
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  secrets: Record<string, { file: string }>;
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The file with the settings of an env file, all profiles included. */
export async function readCompose(envFile: string): Promise<ComposeFile> {
  const program = await findDockerCompose();
  const { stdout } = await dockerCompose(program, ['--env-file', envFile, '--profile', '*', 'config', '--format', 'json'], ROOT);
  // What it prints is meant to be read by Compose once more: a dollar sign stands there twice.
  return JSON.parse(stdout, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('$$', '$') : value,
  ) as ComposeFile;
}

/** What the product's own image runs: the Dockerfile's last ENTRYPOINT. */
export async function imageEntrypoint(): Promise<string[]> {
  const text = await readFile(`${ROOT}Dockerfile`, 'utf8');
  const found = [...text.matchAll(/^ENTRYPOINT (\[.*\])$/gm)].at(-1)?.[1];
  if (found === undefined) throw new Error('The Dockerfile has no ENTRYPOINT as a list.');
  return JSON.parse(found) as string[];
}

/** The tag of an image without its digest: "1.32.0". */
export const tagOf = (image: string): string => image.split('@')[0]!.split(':').at(-1)!;

/** Compose's durations, "1m15s" or "75s", in milliseconds. */
export function milliseconds(duration: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
  return duration.split(/(?<=[hms])/).reduce((sum, part) => sum + Number.parseInt(part, 10) * (units[part.at(-1) ?? ''] ?? 0), 0);
}
