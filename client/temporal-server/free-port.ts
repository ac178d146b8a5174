import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports that no system hands out by itself (Linux begins at 32768, macOS and Windows at 49152): what is found free here is not taken
 * by somebody's outgoing connection before the program that it is for listens.
 */
const FIRST_PORT = 20_000;
const END_OF_PORTS = 32_768;

/** How many ports are tried before something else must be wrong. */
const MOST_TRIES = 100;

/** What this process was given already: programs that are still starting do not listen yet. */
const given = new Set<number>();

/** A port on 127.0.0.1 that nobody listens on at the moment; fails when none of many can be listened on. */
export async function freePort(): Promise<number> {
  let cause: unknown;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = randomInt(FIRST_PORT, END_OF_PORTS);
    if (given.has(port)) continue;
    try {
      await listenOnce(port);
      given.add(port);
      return port;
    } catch (error) {
      cause = error;
    }
  }
  throw new Error(`No free port on 127.0.0.1 between ${FIRST_PORT} and ${END_OF_PORTS - 1}.`, { cause });
}

/** Listens on the port and stops at once. */
function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
