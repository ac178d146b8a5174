import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { previewMonth, type Preview } from '../../activities/decide/preview-month.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { createDependencies } from '../../worker/dependencies.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import { evidenceOver, type Evidence } from '../../shared/evidence/index.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { changed, type Change, type Member } from './changes.js';

/**
 * Both vendors as they answered once, with one member changed. What was answered is kept, so that a hundred plans cost the sandbox one.
 */
export interface Tenant {
  plan(member: Member | null, change: Change): Promise<Preview>;
  /** With any answer replaced. */
  planOf(differ: Differ): Promise<Preview>;
  close(): Promise<void>;
}

/** Makes another answer of the one to a request; undefined leaves it. */
export type Differ = (pathname: string, json: unknown) => unknown;

interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const MONTH = { month: '2025-10', asOf: '2025-10-17' };

export async function openTenant(world: object): Promise<Tenant> {
  const sandbox = await startSandbox({ world });
  const answers = new Map<string, Promise<Answered>>();
  let differ: Differ = () => undefined;
  const server = createServer((request, response) => {
    void answerTo(request, sandbox, answers).then(({ status, headers, text }) => {
      response.writeHead(status, headers).end(differing(differ, request.url ?? '', text));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server);
  // The unchanged answers were seen before: what changes is distinguished from what was there.
  const before = memoryEvidence();
  const env = Object.fromEntries(
    Object.entries(sandbox.env()).map(([name, value]) => [name, value.replace(sandbox.url, origin)]),
  );
  const planOf = async (way: Differ, evidence: Evidence): Promise<Preview> => {
    differ = way;
    const config = loadConfig({ ...env, BILLING_MODE: 'auto' });
    const dependencies = {
      ...createDependencies(config, { evidence }),
      // A task that never ends is polled often.
      cloudmore: new Cloudmore(config.cloudmore, async () => undefined),
    };
    return previewMonth(dependencies, { broker: config.broker, ...MONTH, organizations: null, mode: null });
  };
  return {
    planOf: async (way) => planOf(way, memoryEvidence()),
    plan: async (member, change) =>
      planOf(
        (pathname, json) => (member && isOf(member, pathname) ? changed(json, member.name, change) : undefined),
        member === null ? before : evidenceOver(before),
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await sandbox.close();
    },
  };
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** What a request is known by: each start of a report task is the same task. */
async function answerTo(request: IncomingMessage, sandbox: Sandbox, answers: Map<string, Promise<Answered>>): Promise<Answered> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const key = `${request.method} ${request.url} ${body}`;
  const known = answers.get(key) ?? ask(request, body, sandbox);
  answers.set(key, known);
  return known;
}

async function ask({ method, url, headers }: IncomingMessage, body: string, sandbox: Sandbox): Promise<Answered> {
  const sent = Object.entries(headers).filter(
    ([name]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(name),
  );
  for (;;) {
    const answer = await fetch(`${sandbox.url}${url}`, {
      method: method ?? 'GET',
      headers: sent.map(([name, value]): [string, string] => [name, String(value)]),
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    // A task is kept as it ends.
    if (/Async\/|AzureOneTimeInvoice\//.test(url ?? '') && /"processing"/i.test(text)) continue;
    const location = answer.headers.get('location');
    return {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...(location === null ? {} : { location: new URL(location).pathname }) },
      text,
    };
  }
}

const isOf = ({ path }: Member, pathname: string): boolean =>
  path.endsWith('$') ? pathname.endsWith(path.slice(0, -1)) : pathname.includes(path);

function differing(differ: Differ, url: string, text: string): string {
  if (text.trim() === '') return text;
  const other = differ(new URL(url, 'http://localhost').pathname, JSON.parse(text));
  return other === undefined ? text : JSON.stringify(other);
}
