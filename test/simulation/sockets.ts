import http, { createServer, type ClientRequest, type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Network } from './network.js';
import { running, type WorkerProcess } from './process.js';
import type { VirtualTime } from './time.js';

/** The same network over real sockets: the client's own connections, cut and left hanging for real. Slower, so only some seeds go this way. */

const ORDER_HEADER = 'x-simulation-order';

export class Sockets {
  private readonly server: Server;
  private readonly orders = new Map<string, { process: WorkerProcess | null; arrived: () => void }>();
  private readonly agent = new http.Agent({ keepAlive: true });
  private network: Network | null = null;
  private time: VirtualTime | null = null;
  private sent = 0;
  private port = 0;

  constructor() {
    this.server = createServer((message, response) => void this.serve(message, response));
    this.server.keepAliveTimeout = 600_000;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** Sends the client's requests here; answers how to put things back. */
  install(network: Network, time: VirtualTime): () => void {
    this.network = network;
    this.time = time;
    const before = http.request;
    http.request = ((url: URL, options: RequestOptions) => this.send(before, url, options)) as typeof http.request;
    return () => {
      http.request = before;
    };
  }

  private send(request: typeof http.request, url: URL, options: RequestOptions): ClientRequest {
    const order = String((this.sent += 1));
    this.orders.set(order, { process: running.getStore()?.process ?? null, arrived: this.time!.hold() });
    const headers = { ...(options.headers as Record<string, string>), [ORDER_HEADER]: order };
    const sent = request(url, {
      ...options,
      headers,
      agent: this.agent,
      hostname: '127.0.0.1',
      host: '127.0.0.1',
      port: this.port,
    });
    sent.once('close', () => this.orders.get(order)?.arrived());
    return sent;
  }

  private async serve(message: IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { network, time } = this;
    const sent = await text(message);
    const order = String(message.headers[ORDER_HEADER]);
    const { process, arrived } = this.orders.get(order)!;
    const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    const url = new URL(message.url ?? '/', `http://127.0.0.1:${this.port}`);
    const request = network!.toSandbox(url, message.method ?? 'GET', headers, sent);
    const back = (answer: () => void): void => {
      if (response.destroyed) return;
      // Time stands still until the client has it.
      const held = time!.hold();
      this.orders.set(order, { process, arrived: held });
      response.once('close', held);
      answer();
    };
    const exchanged = network!.exchange(
      request,
      {
        send: (answer) =>
          back(() => {
            const { body } = answer;
            const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
            response.writeHead(answer.status, { 'content-length': Buffer.byteLength(content), ...answer.headers });
            response.end(content);
          }),
        cut: () => back(() => void response.destroy()),
      },
      process,
    );
    arrived();
    await exchanged;
  }
}
