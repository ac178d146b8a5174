import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A vendor whose every answer begins well and has no end. */
export interface Endless {
  url: string;
  /** How many answers it has begun. */
  begun(): number;
  close(): void;
}

/** As large as what comes over a network at once. */
const PIECE = `${JSON.stringify({ id: 1, name: 'x'.repeat(200) })},`.repeat(300);

export async function startEndless(): Promise<Endless> {
  let begun = 0;
  const server = createServer((_request, response) => {
    begun += 1;
    const more = (): void => {
      while (!response.destroyed && response.write(PIECE));
    };
    response.on('error', () => undefined).on('drain', more);
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":[');
    more();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ATServicesRest/`,
    begun: () => begun,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
