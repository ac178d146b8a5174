import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSandbox } from '../../../sandbox/index.js';
import { Random } from '../../simulation/random.js';
import { drawWorld, LAST_DAY, MONTH, type SimulatedWorld } from '../../simulation/world.js';
import { count } from '../count.js';
import { rowOf, type Drill } from '../drill.js';
import { BROKER, Stage } from '../stage.js';
import type { Service } from '../service.js';
import { STORE_URL } from '../stack.js';

/** Two brokers in one namespace and over one store, with settings that contradict each other: each is billed by its own worker, and hears of its own customers. */

const OTHER = 'beta';
const EXPORTED = ['Csp365Nce', 'Csp365Legacy'];
const SIZE = { organizations: [4, 4], subscriptions: [5, 6] } satisfies Parameters<typeof drawWorld>[1];
/** A customer with a wrong company id waits for a person, so that both brokers have something to be told. */
const WRONG_LINK = 'ACME-77';

export const BROKERS: Drill = {
  name: 'brokers',
  what: 'two brokers in one namespace and one store, with contradicting settings, billed at the same time',
  play: async ({ image, say }) => {
    const heard = await listen();
    const stage = await Stage.open(image, say, { BILLING_EVIDENCE: STORE_URL, NOTICE_WEBHOOK: `${heard.url}/own` });
    const world = otherWorld();
    const sandbox = await startSandbox({ world });
    try {
      const { stack } = stage;
      const settings = {
        ...sandbox.env(),
        BILLING_BROKER: OTHER,
        EXPORT_RECORD_TYPES: [...EXPORTED, 'ManualBillingLine'].join(','),
        NOTICE_WEBHOOK: `${heard.url}/other`,
      };
      const begin = structuredClone(sandbox.state().autotask);
      const own = await stack.startWorker('worker');
      const other = await stack.startWorker('worker-2', settings);
      const startedAt = Date.now();
      const [, run] = await Promise.all([
        stage.runMonth(),
        stack.billing(['run', MONTH, '--as-of', LAST_DAY, '--wait', '--json'], settings),
      ]);
      const seconds = (Date.now() - startedAt) / 1000;
      const end = sandbox.state().autotask;
      const counted = { world: world as never, broker: OTHER, month: MONTH, asOf: LAST_DAY, begin, end, recordTypes: EXPORTED };
      const foreign = [...(await foreignTasks(stage, BROKER, other)), ...(await foreignTasks(stage, OTHER, own))];
      const problems = [
        ...count(counted).problems.map((problem) => `${OTHER}: ${problem}`),
        ...foreign,
        ...heard
          .of('/own')
          .filter((text) => text.includes('Beta customer'))
          .map(() => 'a notice about the other broker’s customer'),
        ...heard
          .of('/other')
          .filter((text) => /(?<!Beta )Customer/.test(text))
          .map(() => `${OTHER}: a notice about the first broker’s customer`),
        ...(heard.of('/other').length > 0 ? [] : [`${OTHER} was told nothing`]),
      ];
      const message = `${foreign.length} foreign tasks; notices: ${heard.of('/own').length} and ${heard.of('/other').length}`;
      return [await rowOf(stage, BROKERS.name, BROKERS.what, { code: run.code, message, seconds, problems })];
    } finally {
      await stage.close();
      await sandbox.close();
      heard.close();
    }
  },
};

function otherWorld(): SimulatedWorld {
  const drawn = drawWorld(new Random(5), SIZE);
  const [first] = drawn.cloudmore.organizations;
  for (const property of first!.customProperties) property.value = WRONG_LINK;
  const behaviour = { ...(drawn.autotask.behaviour as object), periodStart: 'update' };
  const world = { ...drawn, now: `${LAST_DAY}T03:00:00Z`, ticking: true, autotask: { ...drawn.autotask, behaviour } };
  return JSON.parse(JSON.stringify(world).replaceAll('"Customer ', '"Beta customer ')) as SimulatedWorld;
}

/** Tasks of a broker that a process of the other one took, by what Temporal has noted. */
async function foreignTasks({ stack }: Stage, broker: string, foreigner: Service): Promise<string[]> {
  const query = `BillingBroker = '${broker}'`;
  const listed = await stack.temporal('workflow', 'list', '--query', query, '--output', 'json');
  const ids = [...listed.stdout.matchAll(/"workflowId":\s*"([^"]+)"/g)].map(([, id]) => id!);
  const found: string[] = [];
  for (const id of new Set(ids)) {
    const { stdout } = await stack.temporal('workflow', 'show', '--workflow-id', id, '--output', 'json');
    const taken = [...stdout.matchAll(/"identity":\s*"(\d+)@/g)].filter(([, pid]) => Number(pid) === foreigner.pid);
    found.push(...taken.map(() => `a task of ${broker} was taken by the other broker's worker`));
  }
  if (ids.length === 0) found.push(`Temporal lists no workflow of ${broker}`);
  return found;
}

interface Heard {
  url: string;
  of(path: string): string[];
  close(): void;
}

async function listen(): Promise<Heard> {
  const heard: { path: string; text: string }[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', text });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    of: (path) => heard.filter((each) => each.path === path).map(({ text }) => text),
    close: () => server.close(),
  };
}
