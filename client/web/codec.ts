import cors from '@fastify/cors';
import type { Payload } from '@temporalio/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EncryptionCodec } from '../../shared/encryption/codec.js';
import { KeyMissing, Keyring } from '../../shared/encryption/keyring.js';
import type { WebSettings } from '../../shared/web-settings.js';
import { personOfRequest } from './access.js';

/**
 * Temporal's codec server protocol: the Web UI in a person's browser sends what is encrypted, with the person's log-in of this page (Web UI, data encryption:
 * "Include cross-origin credentials"), and shows what comes back. Browsers hand the answer to the named origins alone; without a log-in there is none.
 */
export const CODEC_PATH = '/codec';

/** Temporal's own limit of a message is 4 MB, a third more in base64. */
const BODY_BYTES = 8_000_000;
const PAYLOADS_MAX = 10_000;
/** The Web UI asks once for each event that it shows. */
const REQUESTS = { max: 6_000, timeWindow: '1 minute' };
/** How long a browser may remember that the origin may ask. */
const ALLOWED_FOR_S = 600;

/** A `Payload` as protobuf writes it in JSON: bytes in base64. */
const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), bytes).default({}), data: bytes.default(Buffer.alloc(0)) }))
    .max(PAYLOADS_MAX),
});

/** Adds the two routes; none where no Web UI is named. */
export async function addCodec(app: FastifyInstance, settings: WebSettings): Promise<void> {
  if (settings.codecOrigins.length === 0) return;
  const codec = new EncryptionCodec(new Keyring(settings.keys));
  await app.register(
    async (routes) => {
      await routes.register(cors, {
        origin: settings.codecOrigins,
        credentials: true,
        methods: ['POST'],
        allowedHeaders: ['content-type', 'x-namespace', 'authorization'],
        maxAge: ALLOWED_FOR_S,
      });
      const post = (path: string, work: (payloads: Payload[]) => Promise<Payload[]>): void => {
        routes.post(path, { bodyLimit: BODY_BYTES, config: { rateLimit: REQUESTS } }, (request, reply) =>
          answer(request, reply, settings, work),
        );
      };
      post('/decode', (payloads) => codec.decode(payloads));
      post('/encode', (payloads) => codec.encode(payloads));
    },
    { prefix: CODEC_PATH },
  );
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: WebSettings,
  work: (payloads: Payload[]) => Promise<Payload[]>,
): Promise<FastifyReply> {
  if (!settings.codecOrigins.includes(request.headers.origin ?? ''))
    return reply.code(403).send({ message: 'Only the Web UIs that BILLING_CODEC_ORIGINS names may ask.' });
  if (personOfRequest(request, settings) === null)
    return reply.code(401).send({ message: `Log in at ${settings.url ?? 'the page for finance'} in this browser first.` });
  const body = bodySchema.safeParse(request.body);
  if (!body.success) return reply.code(400).send({ message: 'Expected {"payloads": [...]} with bytes in base64.' });
  try {
    return reply.send({ payloads: (await work(body.data.payloads)).map(shownOf) });
  } catch (error) {
    if (error instanceof KeyMissing) return reply.code(422).send({ message: error.message });
    throw error;
  }
}

const base64 = (data: Uint8Array | null | undefined): string => Buffer.from(data ?? []).toString('base64');

const shownOf = ({ metadata, data }: Payload): { metadata: Record<string, string>; data: string } => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  data: base64(data),
});
