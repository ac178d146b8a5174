import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';

export const DEFAULT_WORLD = fileURLToPath(new URL('../../sandbox/worlds/september-2025.json', import.meta.url));

export interface SandboxCommand {
  world?: string | undefined;
  port: number;
  faults?: string | undefined;
  seed: number;
  host: string;
}

/** Both vendors on this machine, until Ctrl-C. */
export async function sandbox(
  context: Context,
  { world = DEFAULT_WORLD, port, faults, seed, host }: SandboxCommand,
): Promise<ExitCode> {
  const { faultRulesSchema, InvalidWorld, startSandbox } = await import('../../sandbox/index.js');
  const rules = faults === undefined ? [] : faultRulesSchema.parse(await readJson(faults));
  try {
    const started = await startSandbox({ world: await readJson(world), port, faults: rules, seed, host });
    context.out(
      Object.entries(started.env())
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    );
    context.say(`Sandbox at ${started.url}, world ${world}. The lines above point the product at it. Ctrl-C ends it.`);
    await ended();
    await started.close();
    return EXIT.done;
  } catch (error) {
    if (error instanceof InvalidWorld) throw new CommandError(EXIT.usage, `${world}: ${error.message}`);
    throw error;
  }
}

/** The JSON of a file; says which file when it is none. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandError(
      EXIT.usage,
      `${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Resolves when somebody wants this process to end. */
export const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
