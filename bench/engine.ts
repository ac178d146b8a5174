import { findTemporalServer, startDevServer } from '../client/temporal-server/index.js';

/** Runs `work` with a Temporal dev server of its own. */
export async function withTemporalServer<T>(work: (server: { address: string }) => Promise<T>): Promise<T> {
  const found = await findTemporalServer({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (found.kind === 'address') throw new Error('A benchmark needs a Temporal server of its own.');
  const server = await startDevServer({ path: found.path });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}
