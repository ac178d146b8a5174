import { mkdir } from 'node:fs/promises';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../terminal/exit.js';
import { findTemporalServer, startDevServer } from '../temporal-server/index.js';
import { ended } from '../ended.js';

const PORT = 7233;
const UI_PORT = 8233;
const FOLDER = '.billing';

/** The dev server of the demo and of laptops, kept in a file between starts; or print the path of its program. */
export async function temporal(context: Context, action: 'start' | 'path'): Promise<ExitCode> {
  const found = await findTemporalServer();
  if (found.kind === 'address') {
    context.out(found.address);
    context.say('TEMPORAL_ADDRESS names a server; that one is used.');
    return EXIT.done;
  }
  if (action === 'path') {
    context.out(found.path);
    return EXIT.done;
  }
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  const server = await startDevServer({ path: found.path, dbFilename: `${FOLDER}/temporal.db`, port: PORT, uiPort: UI_PORT });
  context.out(`TEMPORAL_ADDRESS=${server.address}`);
  context.say(
    `Temporal dev server at ${server.address}, Web UI at ${server.uiUrl}. Ctrl-C ends it; workflows are kept in ${FOLDER}/temporal.db.`,
  );
  await Promise.race([ended(), server.ended]);
  await server.stop();
  return EXIT.done;
}
