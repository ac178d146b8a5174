import type { OutgoingHttpHeaders } from 'node:http';
import { readFile } from 'node:fs/promises';
import {
  connect,
  constants,
  createSecureServer,
  createServer,
  type SecureServerOptions,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '../project/certificates.js';

/**
 * Temporal as Temporal Cloud shows it: everything is handed on to a real server, but anyone who asks its OperatorService is denied. With a door it speaks TLS,
 * and lets in a certificate of its authority or the key for the API.
 */
export interface DenyingServer {
  address: string;
  /** How many calls were denied. */
  denied(): number;
  close(): Promise<void>;
}

/** What it asks for at the door, as files of certificates. */
export interface Door {
  server: Certificate;
  authority: Certificate;
  apiKey: string;
}

const PERMISSION_DENIED = '7';
const UNAUTHENTICATED = '16';
const HOP = ['connection', 'keep-alive', 'transfer-encoding'];

export async function denyOperator(address: string, door?: Door): Promise<DenyingServer> {
  const upstream = connect(`http://${address}`);
  let denied = 0;
  const server = door === undefined ? createServer() : createSecureServer(await secured(door));
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    if (door !== undefined && !mayEnter(door, stream.session?.socket as TLSSocket, headers.authorization))
      return refuse(stream, UNAUTHENTICATED, 'Request unauthorized.');
    if (String(headers[':path']).startsWith('/temporal.api.operatorservice.')) {
      denied += 1;
      return refuse(stream, PERMISSION_DENIED, 'denied');
    }
    const given = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)));
    const call = upstream.request(given, { endStream: false });
    let trailers: OutgoingHttpHeaders = {};
    // An error without a body is reported in the headers, and nothing follows.
    call.on('response', (answer) => {
      if ('grpc-status' in answer) stream.respond(answer, { endStream: true });
      else stream.respond(answer, { waitForTrailers: true });
    });
    call.on('trailers', (sent) => (trailers = sent as OutgoingHttpHeaders));
    call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('close', () => call.close());
    stream.pipe(call);
    call.pipe(stream);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    address: `${door === undefined ? '127.0.0.1' : 'localhost'}:${(server.address() as AddressInfo).port}`,
    denied: () => denied,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const secured = async ({ server, authority }: Door): Promise<SecureServerOptions> => ({
  cert: await readFile(server.certificate),
  key: await readFile(server.key),
  ca: await readFile(authority.certificate),
  requestCert: true,
  rejectUnauthorized: false,
});

const mayEnter = ({ apiKey }: Door, socket: TLSSocket, authorization: string | undefined): boolean =>
  socket.authorized || authorization === `Bearer ${apiKey}`;

function refuse(stream: ServerHttp2Stream, status: string, message: string): void {
  const answer = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message };
  stream.respond(answer, { endStream: true });
}
