import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A network cable between a program and a server, to be cut: connections stay open and nothing comes through, or they are closed. */
export interface Cable {
  url: string;
  /** Nothing passes in either direction; nobody is told. */
  cut(): void;
  fix(): void;
  /** Closes what is open, as a pooler's idle limit does. */
  drop(): void;
  /** How many connections are open through it. */
  connections(): number;
  close(): void;
}

/** Listens on a free port of this machine, or where it is told. */
export async function cableTo(target: string, { host, port: own } = { host: '127.0.0.1', port: 0 }): Promise<Cable> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (data: Buffer) => void (isCut || to.write(data)));
      from
        .on('error', () => undefined)
        .on('close', () => {
          pairs.delete(pair);
          to.destroy();
        });
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(own, host, resolve));
  const url = new URL(target);
  url.hostname = host;
  url.port = String((server.address() as AddressInfo).port);
  const drop = (): void => pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
  return {
    url: url.href,
    cut: () => void (isCut = true),
    fix: () => {
      isCut = false;
      drop();
    },
    drop,
    connections: () => pairs.size,
    close: () => {
      drop();
      server.close();
    },
  };
}
