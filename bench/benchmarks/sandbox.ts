import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { figure, type Figure, type Measured } from '../figure.js';
import { requestsPerSecond, shoot, type Shot } from '../http-load.js';
import { startSandboxProcess, type SandboxProcess } from '../sandbox-process.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/** The sandbox with a world of 100,000 lines: small requests and full pages a second, time to load, memory. */

const LINES = 100_000;
const ORGANIZATIONS = 2_000;
/** Contracts that the full pages are read from; each has twelve rows. */
const CONTRACTS = 1_000;
const ROUNDS = 5;
const ROUND_MS = 2_000;
const CONNECTIONS = 8;
/** No quota and no thread limit: this is about speed. */
const BEHAVIOUR = { callsPerHour: 1_000_000_000, threads: 1_000 };

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const size = { lines: sized(LINES, scale), organizations: sized(ORGANIZATIONS, scale), seed };
  return withFolder(async (folder) => {
    const worldPath = await generatedWorld(folder, size);
    const sandbox = await startSandboxProcess({ worldPath, behaviour: BEHAVIOUR });
    try {
      return await measure(sandbox, size);
    } finally {
      await sandbox.close();
    }
  });
}

async function measure(sandbox: SandboxProcess, size: object): Promise<Measured> {
  const headers = headersOf(sandbox.env);
  const writes = await fill(sandbox, headers);
  const rounds = await withBareServer((url) => alternating(url, sandbox.url, headers));
  const memory = await sandbox.memory();
  return {
    figures: [
      ...ofRequests('small requests', rounds, ({ small }) => small, 1500),
      ...ofRequests('queries of 500 rows', rounds, ({ pages }) => pages, 100),
      figure('writes', writes, { unit: '/s', better: 'more' }),
      figure('load the world', sandbox.loadSeconds, { unit: 's', better: 'less', limit: 15 }),
      figure('memory, serving', memory.resident, { unit: 'MB', better: 'less' }),
      figure('memory, peak', memory.peak, { unit: 'MB', better: 'less', limit: 2048 }),
    ],
    notes: { ...size, contracts: CONTRACTS, connections: CONNECTIONS },
  };
}

const PAGE = JSON.stringify({
  MaxRecords: 500,
  Filter: [{ op: 'gte', field: 'startDate', value: '2025-09-30T00:00:00Z' }],
});

/** Requests a second: of a server that does nothing, and of the sandbox. */
interface Round {
  bare: number;
  small: number;
  pages: number;
}

/** In turn, so that whatever else the machine does falls on all of them. */
async function alternating(bareUrl: string, url: string, headers: Record<string, string>): Promise<Round[]> {
  const api = '/ATServicesRest/V1.0';
  const contract = (index: number): Shot => ({ method: 'GET', path: `${api}/Contracts/${1 + (index % CONTRACTS)}`, headers });
  const query: Shot = { method: 'POST', path: `${api}/ContractServiceUnits/query`, headers, body: PAGE };
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      bare: await rate(bareUrl, () => ({ method: 'GET', path: '/', headers })),
      small: await rate(url, contract),
      pages: await rate(url, () => query),
    });
  return rounds;
}

const rate = (base: string, shotOf: (index: number) => Shot): Promise<number> =>
  requestsPerSecond(base, shotOf, { connections: CONNECTIONS, milliseconds: ROUND_MS });

function ofRequests(name: string, rounds: Round[], of: (round: Round) => number, limit: number): Figure[] {
  return [
    figure(name, rounds.map(of), { unit: '/s', better: 'more', limit }),
    figure(
      `${name} over a bare server`,
      rounds.map((round) => of(round) / round.bare),
      { unit: '×', better: 'more' },
    ),
  ];
}

/** A server that does nothing, in a thread of its own: what HTTP itself costs on this machine. */
async function withBareServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const thread = new Worker(BARE_SERVER, { eval: true });
  try {
    const [port] = (await once(thread, 'message')) as [number];
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    await thread.terminate();
  }
}

const BARE_SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('{"item":null}'));
  server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));
`;

const headersOf = (env: Record<string, string>): Record<string, string> => ({
  'content-type': 'application/json',
  username: env['AUTOTASK_USERNAME'] ?? '',
  secret: env['AUTOTASK_SECRET'] ?? '',
  apiintegrationcode: env['AUTOTASK_INTEGRATION_CODE'] ?? '',
});

/** A service, contracts with it, and an adjustment on each; answers writes per second. */
async function fill({ url, env }: SandboxProcess, headers: Record<string, string>): Promise<number> {
  const post = (path: string, body: object): Promise<string> =>
    shoot(url, { method: 'POST', path: `/ATServicesRest/V1.0/${path}`, headers, body: JSON.stringify(body) });
  const company = JSON.parse(
    await post('Companies/query', { MaxRecords: 1, Filter: [{ op: 'eq', field: 'isActive', value: true }] }),
  ) as {
    items: { id: number }[];
  };
  const billingCodeID = Number(env['AUTOTASK_SERVICE_BILLING_CODE_ID']);
  await post('Services', { name: 'Seat', billingCodeID, periodType: 2, unitPrice: 1, unitCost: 1, isActive: true });
  const started = performance.now();
  for (let id = 1; id <= CONTRACTS; id += 1) {
    await post('Contracts', { ...CONTRACT, companyID: company.items[0]!.id, contractNumber: `bench-${id}` });
    const unitChange = 1 + (id % 9);
    await post(`Contracts/${id}/ServiceAdjustments`, {
      contractID: id,
      serviceID: 1,
      effectiveDate: '2025-10-01T10:15:00Z',
      unitChange,
    });
  }
  return (CONTRACTS * 2 * 1000) / (performance.now() - started);
}

const CONTRACT = {
  contractName: 'Bench',
  contractType: 7,
  contractPeriodType: 2,
  status: 1,
  startDate: '2025-10-01T10:15:00Z',
  endDate: '2026-09-30T10:15:00Z',
  timeReportingRequiresStartAndStopTimes: 0,
};
