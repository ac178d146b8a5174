import { Agent, request } from 'node:http';

/** Many requests over few kept connections, with as little work on this side as can be. */
export interface Shot {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** Sends what `shotOf` gives, `connections` at a time, for `milliseconds`; answers requests per second. Throws at the first that is not a 200. */
export async function requestsPerSecond(
  base: string,
  shotOf: (index: number) => Shot,
  { connections, milliseconds }: { connections: number; milliseconds: number },
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const started = performance.now();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - started < milliseconds) await shoot(base, shotOf(sent++), agent);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return (sent / (performance.now() - started)) * 1000;
}

/** Sends one request and answers its body. */
export function shoot(base: string, { method, path, headers, body }: Shot, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { method, headers: { ...headers, ...lengthOf(body) }, ...(agent ? { agent } : {}) });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`));
      });
    });
    sent.end(body);
  });
}

const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
