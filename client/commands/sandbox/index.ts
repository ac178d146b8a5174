import { us } from '../../terminal/called.js';
import type { Context } from '../../context.js';
import { ended } from '../../ended.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { DEFAULT_WORLD } from '../../default-world.js';
import { readNamedJson } from '../../files.js';

const aWorld = (): string => `a world; ${us()} sandbox generate writes one, and the README of sandbox says what is in it`;
const FAULTS = 'a list of fault rules, as in the README of sandbox';

export interface SandboxCommand {
  world?: string | undefined;
  port: number;
  faults?: string | undefined;
  seed: number;
  host: string;
  quiet: boolean;
}

/** Both vendors on this machine, until Ctrl-C. */
export async function sandbox(
  context: Context,
  { world = DEFAULT_WORLD, port, faults, seed, host, quiet }: SandboxCommand,
): Promise<ExitCode> {
  const { describeRequest, InvalidFaults, InvalidWorld, parseFaults, startSandbox } = await import('../../../sandbox/index.js');
  const log = quiet ? {} : { onRequest: (...over: Parameters<typeof describeRequest>) => context.say(describeRequest(...over)) };
  try {
    const rules = faults === undefined ? [] : parseFaults(await readNamedJson(faults, FAULTS));
    const started = await startSandbox({ world: await readNamedJson(world, aWorld()), port, faults: rules, seed, host, ...log });
    context.out(
      Object.entries(started.env())
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    );
    context.say(greeting({ url: started.url, world, now: started.state().now, faults, quiet }));
    await ended();
    await started.close();
    return EXIT.done;
  } catch (error) {
    if (error instanceof InvalidWorld) throw new CommandError(EXIT.usage, `${world}: ${error.message}`);
    if (error instanceof InvalidFaults) throw new CommandError(EXIT.usage, `${faults}: ${error.message}`);
    if (isInUse(error))
      throw new CommandError(EXIT.usage, `Port ${port} of ${host} is taken. Choose another: --port 0 takes a free one.`);
    throw error;
  }
}

interface Started {
  url: string;
  world: string;
  now: string;
  faults: string | undefined;
  quiet: boolean;
}

function greeting({ url, world, now, faults, quiet }: Started): string {
  return `
Sandbox of Cloudmore and Autotask. Its clock stands at ${now}.
  world      ${world}${faults === undefined ? '' : `\n  faults     ${faults}`}
  Cloudmore  ${url}/connect/token and ${url}/api/…
  Autotask   ${url}/ATServicesRest/V1.0/…
  controls   ${url}/_sandbox names them: state, requests, clock, faults, freeze …
The lines on standard output point the product here; in another terminal: export $(curl -s ${url}/_sandbox/env)
${quiet ? '' : 'Requests are logged below (--quiet to hide). '}Press Ctrl-C to stop.`;
}

const isInUse = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
