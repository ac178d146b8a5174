import { main } from '../client/cli.js';
import type { Paper } from '../client/terminal/paper.js';

/** How a command ended: its exit code, its result, and everything else that it said. */
export interface Ended {
  code: number;
  out: string;
  said: string;
}

/** Runs a command in this process, as a program whose output nobody watches, or on a terminal of that paper. */
export async function runCommand(environment: Record<string, string>, argv: string[], paper?: Paper): Promise<Ended> {
  const ended: Ended = { code: -1, out: '', said: '' };
  ended.code = await main(argv, {
    environment,
    out: (text) => (ended.out += `${text}\n`),
    say: (text) => (ended.said += `${text}\n`),
    isTerminal: paper !== undefined,
    paper,
  });
  return ended;
}
