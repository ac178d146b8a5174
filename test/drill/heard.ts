import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where notices go, and what came. */
export interface Heard {
  url: string;
  of(path: string): string[];
  close(): void;
}

export async function listen(): Promise<Heard> {
  const heard: { path: string; text: string }[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', text });
      response.end();
    });
  });
  // A container calls itself 127.0.0.1, which is another address of this machine here.
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    of: (path) => heard.filter((each) => each.path === path).map(({ text }) => text),
    close: () => server.close(),
  };
}
