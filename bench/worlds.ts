import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeGeneratedWorld, type GenerateOptions } from '../sandbox/generate.js';

/** A folder that is gone when `work` is done. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A generated world as a file; answers its path. */
export async function generatedWorld(folder: string, options: GenerateOptions): Promise<string> {
  const path = join(folder, `world-${options.lines}-${options.organizations}-${options.changed ?? 0}.json`);
  await writeGeneratedWorld(options, path);
  return path;
}

/** A size at a scale, at least one. */
export const sized = (count: number, scale: number): number => Math.max(1, Math.round(count * scale));
