import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook of a chat on a real socket: what came, in order. */
export interface Webhook {
  url: string;
  got: unknown[];
  close(): Promise<void>;
}

export async function openWebhook(status = 200, location?: string): Promise<Webhook> {
  const got: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      got.push(body === '' ? null : JSON.parse(body));
      response.writeHead(status, location === undefined ? {} : { location }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, got, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}
