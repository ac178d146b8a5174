import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { placeOf, unheardAt } from '../../shared/http/listens.js';

/** Whether somebody listens at an address: asked before Temporal, a server of its own, or the host of notices is called. */

describe('an address', () => {
  test.each([
    ['host:port', 'temporal.example:7000', { host: 'temporal.example', port: 7000 }],
    ['a host alone, which has the usual port', 'temporal.example', { host: 'temporal.example', port: 7233 }],
    ['an IPv6 address in brackets', '[::1]:7000', { host: '::1', port: 7000 }],
    ['an IPv6 address in brackets alone', '[::1]', { host: '::1', port: 7233 }],
    ['an IPv6 address without brackets', '::1', { host: '::1', port: 7233 }],
  ])('may be %s', (_kind, address, place) => expect(placeOf(address, 7233)).toEqual(place));
});

describe('a check of it', () => {
  let server: Server;
  const heard: Buffer[] = [];
  beforeAll(async () => {
    server = createServer((socket) => socket.on('data', (data) => heard.push(data))).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  test('finds somebody who listens, and tells them nothing', async () => {
    const connected = once(server, 'connection');
    expect(await unheardAt({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 2_000)).toBeNull();
    const [socket] = (await connected) as [Socket];
    if (!socket.closed) await once(socket, 'close');
    expect(heard).toEqual([]);
  });

  test.each([
    ['nothing listens on the port', { host: '127.0.0.1', port: 1 }, /^ECONNREFUSED$/],
    ['there is no such host', { host: 'nowhere.invalid', port: 80 }, /^(ENOTFOUND|EAI_AGAIN)$/],
  ])('says that %s, by the network’s own code', async (_why, place, code) => {
    const unheard = await unheardAt(place, 5_000);
    expect(unheard).toEqual({ code: expect.stringMatching(code) as unknown, why: unheard?.code });
  });
});
