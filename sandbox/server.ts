/** The socket: reads requests, finds whose they are, and lets faults and the journal have their part. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { answerWith } from './failure.js';
import { describeFault, type Edit, type Picked, type Target } from './faults.js';
import { journalBody, readRequest, writeAnswer } from './http.js';
import type { Journal, JournalEntry } from './journal.js';
import type { Answer, SandboxRequest } from './router.js';
import type { Visit } from './visit.js';

/** What the server asks about each request. */
export interface Served {
  journal(): Journal;
  now(): string;
  control(request: SandboxRequest): Answer | Promise<Answer>;
  pick(target: Target): Picked;
  /** Answers how many records were changed. */
  edit(edit: Edit): number;
  visit(vendor: Target['vendor'], request: SandboxRequest): Visit;
  /** A request to a vendor is over. */
  over?: ((entry: JournalEntry, ms: number) => void) | undefined;
}

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Where the answer to a request goes: to a socket, or to anyone who runs the sandbox in its own process. */
export interface Reply {
  send(answer: Answer): void;
  /** Ends the connection without an answer. */
  cut(): void;
}

/** Longer than any client keeps an idle connection, so that none is cut while a request is on its way. */
const KEEP_ALIVE_MS = 120_000;

/** Listens on 127.0.0.1; port 0 takes any free one. */
export async function listen(served: Served, port: number, host: string): Promise<Listening> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // as many as requests that a fault lets hang
  const server = createServer((message, response) => void serve(served, message, response, closing.signal));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { port: portOf(server.address()), close: () => close(server, closing) };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('Internal: the server does not listen on a port');
  return address.port;
}

/** Ends at once: hanging requests are released, and later effects do not happen. */
async function close(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(served: Served, message: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const reply: Reply = { send: (answer) => writeAnswer(response, answer), cut: () => void response.destroy() };
  try {
    await serveRequest(served, readRequest(message, await readText(message)), reply, signal);
  } catch (error) {
    if (signal.aborted) return;
    process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    if (!response.headersSent) writeAnswer(response, { status: 500, body: { errors: [`Sandbox failure: ${String(error)}`] } });
  }
}

/** One request to whichever it is for: the control interface, or a vendor. */
export async function serveRequest(served: Served, request: SandboxRequest, reply: Reply, signal: AbortSignal): Promise<void> {
  if (/^\/_sandbox(\/|$)/.test(request.path)) reply.send(await served.control(request));
  else await serveVendor(served, request, reply, signal);
}

async function serveVendor(served: Served, request: SandboxRequest, reply: Reply, signal: AbortSignal): Promise<void> {
  const entry = served.journal().add(newEntry(served, request), request.text.length);
  const startedAt = performance.now();
  try {
    await answerVendor(served, request, { entry, reply, signal });
  } finally {
    served.over?.(entry, performance.now() - startedAt);
  }
}

async function answerVendor(
  served: Served,
  request: SandboxRequest,
  { entry, reply, signal }: { entry: JournalEntry; reply: Reply; signal: AbortSignal },
): Promise<void> {
  const vendor = vendorOf(request.path);
  if (vendor === undefined) {
    process.stderr.write(`sandbox: unknown path: ${request.method} ${request.path}\n`);
    entry.status = 404;
    return reply.send({ status: 404 });
  }
  const picked = served.pick({ vendor, method: request.method, path: request.path });
  entry.fault = applyEdits(served, picked);
  const visit = served.visit(vendor, request);
  try {
    await answerWith(picked.failure, {
      effect: () => visit.answer(),
      send: (answer) => {
        entry.status = answer.status;
        entry.slowedMs = visit.slowedMs;
        reply.send(answer);
      },
      cut: () => reply.cut(),
      signal,
    });
  } finally {
    visit.leave();
  }
}

function newEntry(served: Served, { method, path, query, text }: SandboxRequest): JournalEntry {
  return {
    at: served.now(),
    method,
    path,
    query: Object.fromEntries(query),
    body: journalBody(text),
    status: 0,
    fault: null,
    slowedMs: 0,
  };
}

function vendorOf(path: string): Target['vendor'] | undefined {
  if (/^\/atservicesrest(\/|$)/i.test(path)) return 'autotask';
  return /^\/(api|connect|swagger)(\/|$)/i.test(path) ? 'cloudmore' : undefined;
}

/** Carries out the edits that are due, and names everything that befalls the request. */
function applyEdits(served: Served, { edits, failure }: Picked): string | null {
  const names = edits.map((edit) => `${describeFault(edit)} (${served.edit(edit)} records)`);
  if (failure) names.push(describeFault(failure));
  return names.length === 0 ? null : names.join(', ');
}
