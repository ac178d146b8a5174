import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isAllowedUrl, send, vendorText } from '../../shared/door/index.js';
import { ApiError } from '../../shared/http/errors.js';
import { knock } from '../../shared/http/knock.js';
import { Secret } from '../../shared/http/secret.js';

/** What a server may answer: bounded after unpacking, said once, and nobody is sent elsewhere. */

let server: Server;
let url: URL;
let answer: RequestListener;
let asked: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/list`);
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json = { 'content-type': 'application/json' };
const ask = (limit?: number): ReturnType<typeof send> =>
  send({ method: 'GET', url, headers: {}, isRead: true, ...(limit === undefined ? {} : { limit }) });
const take = (): ReturnType<typeof send> =>
  send({ method: 'GET', url, headers: {}, isRead: true, taking: { paths: ['$.*'], take: () => undefined } });

describe('an answer', () => {
  test('refuses an endless answer at its limit', async () => {
    const blank = Buffer.alloc(64 * 1024, ' ');
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(blank));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await expect(ask(1_000_000)).rejects.toMatchObject({
      kind: 'malformed',
      message: expect.stringMatching(/larger than 1000000 bytes/) as unknown,
    });
  });

  // The limit is of the whole answer, not of its beginning.
  test.each([
    ['a read', true, 'none'],
    ['a write', false, 'unknown'],
  ])('is given up after half a body and silence: %s', async (_, isRead, effect) => {
    answer = (_request, response) => void response.writeHead(200, json).write('[{"id":1},');
    const asked = { method: 'GET', url, headers: {}, isRead, timeoutMs: 200 } as const;
    const givenUp = { kind: 'timed-out', effect };
    await expect(send(asked)).rejects.toMatchObject(givenUp);
    await expect(send({ ...asked, taking: { paths: ['$.*'], take: () => undefined } })).rejects.toMatchObject(givenUp);
  });

  test('is measured after unpacking', async () => {
    answer = (_, response) =>
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(' '.repeat(2_000_000)));
    await expect(ask(1_000_000)).rejects.toMatchObject({ kind: 'malformed' });
  });

  // A page of a proxy is not an answer.
  test('looks at an error of any size, and asks again', async () => {
    answer = (_, response) => response.writeHead(503).end(`<html>${' '.repeat(200_000)}`);
    await expect(ask()).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/an HTML page/) as unknown });
  });

  test.each([
    ['names a member twice', '[{"id":1,"id":2}]', /"id" twice/],
    ['names it twice, once in other letters', '[{"id":1,"\\u0069d":2}]', /"id" twice/],
    ['is nested deeper than anything sensible', '['.repeat(100) + ']'.repeat(100), /nested/],
    ['is nested deeper than the stack', '['.repeat(200_000) + ']'.repeat(200_000), /nested/],
  ])('that %s is refused', async (_, body, why) => {
    answer = (_request, response) => response.writeHead(200, json).end(body);
    await expect(ask()).rejects.toMatchObject({ kind: 'malformed', message: expect.stringMatching(why) as unknown });
    await expect(take()).rejects.toMatchObject({ kind: 'malformed', message: expect.stringMatching(why) as unknown });
  });

  test('accepts repeated members across records and JSON-like texts', async () => {
    answer = (_, response) => response.writeHead(200, json).end('[{"id":1,"a":{"id":"{\\"id\\":"}},{"id":2}]');
    expect((await ask()).json).toEqual([{ id: 1, a: { id: '{"id":' } }, { id: 2 }]);
  });

  test('reads JSON behind a byte order mark, also in pieces', async () => {
    answer = (_, response) => response.writeHead(200, json).end('\ufeff[{"id":1}]');
    expect((await ask()).json).toEqual([{ id: 1 }]);
    const taken: unknown[] = [];
    await send({
      method: 'GET',
      url,
      headers: {},
      isRead: true,
      taking: { paths: ['$.*'], take: (element) => void taken.push(element) },
    });
    expect(taken).toEqual([{ id: 1 }]);
    answer = (_, response) => response.writeHead(400, json).end('\ufeff{"errors":["x"]}');
    expect(await ask()).toMatchObject({ status: 400, json: { errors: ['x'] } });
  });

  test.each([301, 302, 303, 307, 308])('of %d sends nobody elsewhere', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end('{}');
    expect((await ask()).status).toBe(status);
    expect(asked).toEqual(['/list']);
  });
});

describe('a text of a vendor', () => {
  // Without control characters and marks that turn it around.
  test('is one line of 500 visible characters at most', () => {
    const text = vendorText(`\u001b]52;c;aGk=\u0007Refused\r\n\u202ebecause \ud800${'x'.repeat(10_000_000)}`);
    expect(text.length).toBe(500);
    expect(text).toMatch(/^ \]52;c;aGk= Refused {2}\ufffdbecause \ufffdx+…$/);
  });

  test('that repeats what it was sent shows no secret', () => {
    const password = new Secret('pa"ss/word 1');
    for (const said of [password.reveal(), encodeURIComponent(password.reveal()), JSON.stringify(password.reveal())])
      expect(vendorText(`You sent ${said}.`)).not.toMatch(/word/);
    expect(new ApiError('rejected', `invalid: ${password.reveal()}`).message).toBe('invalid: ***');
  });
});

test.each([
  ['https://api.cloudmore.com', [], true],
  ['http://api.cloudmore.com', [], false],
  ['http://127.0.0.1:4010/x', [], true],
  ['http://localhost:4010', [], true],
  ['http://[::1]:4010', [], true],
  ['http://sandbox:4010', ['sandbox'], true],
  ['http://sandbox:4010', ['sandbox:4010'], true],
  ['http://sandbox.evil.com', ['sandbox'], false],
  ['http://127.0.0.1.evil.com', [], false],
  ['ftp://api.cloudmore.com', ['api.cloudmore.com'], false],
  ['no address', [], false],
])('%s may be asked where %p are allowed: %p', (address, hosts, isAllowed) => {
  expect(isAllowedUrl(address, hosts)).toBe(isAllowed);
});

describe('an answer that nobody reads', () => {
  const ask = (): ReturnType<typeof knock> => knock({ method: 'GET', url, headers: {}, timeoutMs: 5_000 });

  test('is over with its headers, however much would follow', async () => {
    answer = (_, response) => void response.writeHead(200, { date: 'Sun, 12 Oct 2025 03:00:00 GMT' }).write(' ');
    expect(await ask()).toMatchObject({ status: 200, headers: { date: 'Sun, 12 Oct 2025 03:00:00 GMT' } });
  });

  test('that leads elsewhere leads nowhere', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    expect((await ask()).status).toBe(302);
    expect(asked).toEqual(['/list']);
  });

  test('which does not come is named by the host alone', async () => {
    const nobody = new URL('http://127.0.0.1:1/hunter2');
    await expect(knock({ method: 'GET', url: nobody, headers: {}, timeoutMs: 5_000 })).rejects.toThrow(
      /^127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)$/,
    );
  });
});
