import Fastify, { type FastifyInstance } from 'fastify';
import type { HttpAddress } from '../../shared/setting-values.js';
import type { Readiness } from './readiness.js';

/** The worker's one HTTP port: /livez, /readyz and /metrics, for monitoring. It is read-only and names no customer. */
export interface Watched {
  readiness(): Promise<Readiness>;
  /** Brings the figures up to date; the text is the SDK's exporter's, which has ours next to its own. */
  metrics(): Promise<string>;
}

/** Several who ask at once, or every second, get one answer. */
const GOOD_FOR_MS = 2_000;
/** The text format's own. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function createWatch(watched: Watched): FastifyInstance {
  const app = Fastify({ logger: false });
  const readiness = shared(() => watched.readiness());
  const metrics = shared(() => watched.metrics());
  app.addHook('onSend', (_request, reply, _payload, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
  app.get('/livez', () => ({ live: true }));
  app.get('/readyz', async (_request, reply) => {
    const { isReady, ...rest } = await readiness();
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, ...rest });
  });
  app.get('/metrics', async (_request, reply) => reply.type(METRICS_TYPE).send(await metrics()));
  return app;
}

export const listen = (app: FastifyInstance, { host, port }: HttpAddress): Promise<string> => app.listen({ host, port });

function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (asked === null || Date.now() - asked.at > GOOD_FOR_MS) asked = { at: Date.now(), answer: ask() };
    return asked.answer;
  };
}
