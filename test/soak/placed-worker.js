/**
 * The product's worker, which dies at one point of its life: `node placed-worker.js worker` with `DIES_AT`, "ACTIVITY × POINT", and `DIED`, a file that is
 * written when it has come to pass, so that the worker started in its place lives. Nothing of the product is changed: an activity interceptor stands before
 * and after its work, and a listener before anyone who waits for Autotask's answer to a write.
 */
import { Worker } from '@temporalio/worker';
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';

const { DIES_AT, DIED } = process.env;
const activity = new AsyncLocalStorage();

function passes(point) {
  if (existsSync(DIED) || `${activity.getStore()} × ${point}` !== DIES_AT) return;
  writeFileSync(DIED, DIES_AT);
  process.kill(process.pid, 'SIGKILL');
}

const interceptor = ({ info }) => ({
  inbound: {
    execute: (input, next) =>
      activity.run(info.activityType, async () => {
        passes('before');
        try {
          return await next(input);
        } finally {
          passes('after');
        }
      }),
  },
});

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, interceptors: { activity: [interceptor] } });

const send = http.request;
http.request = (...given) => {
  const request = send(...given);
  const isWrite = request.method !== 'GET' && /atservicesrest/i.test(request.path) && !/\/query(\/|$)/i.test(request.path);
  if (isWrite) request.prependOnceListener('response', () => passes('answer'));
  return request;
};

await import('../../client/bin.js');
