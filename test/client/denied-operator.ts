import type { OutgoingHttpHeaders } from 'node:http';
import { connect, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** Temporal as Temporal Cloud shows it: everything is handed on to a real server, but anyone who asks its OperatorService is denied. */
export interface DenyingServer {
  address: string;
  /** How many calls were denied. */
  denied(): number;
  close(): Promise<void>;
}

const PERMISSION_DENIED = '7';
const HOP = ['connection', 'keep-alive', 'transfer-encoding'];

export async function denyOperator(address: string): Promise<DenyingServer> {
  const upstream = connect(`http://${address}`);
  let denied = 0;
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    if (String(headers[':path']).startsWith('/temporal.api.operatorservice.')) {
      denied += 1;
      const answer = {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': PERMISSION_DENIED,
        'grpc-message': 'denied',
      };
      stream.respond(answer, { endStream: true });
      return;
    }
    const given = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)));
    const call = upstream.request(given, { endStream: false });
    let trailers: OutgoingHttpHeaders = {};
    // An error without a body is told in the headers, and nothing follows.
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    denied: () => denied,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
