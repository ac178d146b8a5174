/** Carries a failure out: around a request's effect, or in place of its answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from './faults.js';
import { bodyText } from './http.js';
import type { Answer } from './router.js';

/** What the server can do with one request. */
export interface Outlet {
  /** The effect, and the answer that the real server would give. */
  effect: () => Promise<Answer>;
  send: (answer: Answer) => void;
  /** Cuts the connection without an answer. */
  cut: () => void;
  /** Ends waiting when the sandbox closes. */
  signal: AbortSignal;
}

const HTML = '<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>';

/** Answers a request as the failure says; without one, as the real server would. */
export async function answerWith(failure: Failure | undefined, outlet: Outlet): Promise<void> {
  const { effect, send, cut, signal } = outlet;
  const wait = (ms: number): Promise<void> => sleep(ms, undefined, { signal });
  switch (failure?.kind) {
    case undefined:
      return send(await effect());
    case 'status': {
      if (failure.when === 'after') await effect();
      const { status, body, headers = {} } = failure;
      return send({ status, body, headers });
    }
    case 'reset':
      if (failure.when === 'after') await effect();
      return cut();
    case 'hang': {
      if (failure.when === 'before') await wait(failure.ms);
      const answer = await effect();
      if (failure.when === 'after') await wait(failure.ms);
      return send(answer);
    }
    case 'late':
      cut();
      await wait(failure.ms);
      await effect();
      return;
    case 'html':
      await effect();
      return send({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: HTML });
    case 'truncated':
      return send(truncated(await effect()));
    case 'empty':
      return send({ status: (await effect()).status });
  }
}

/** The first half of an answer: a proxy that gave up in the middle. */
function truncated(answer: Answer): Answer {
  const text = bodyText(answer) ?? '';
  return {
    status: answer.status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: text.slice(0, text.length / 2),
  };
}
