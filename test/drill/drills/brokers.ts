import { join } from 'node:path';
import { startSandbox } from '../../../sandbox/index.js';
import { addDays } from '../../../shared/billing/basics/month.js';
import { Random } from '../../simulation/random.js';
import { drawWorld, LAST_DAY, MONTH, type SimulatedWorld } from '../../simulation/world.js';
import { count } from '../count.js';
import { rowOf, type Drill } from '../drill.js';
import { listen, type Heard } from '../heard.js';
import { BROKER, DrillSystem } from '../system.js';
import type { Service } from '../service.js';
import { STORE_URL } from '../network.js';

/** Two brokers in one namespace and over one store, with settings that contradict each other: each is billed by its own worker, and hears of its own customers. */

const OTHER = 'beta';
const EXPORTED = ['Csp365Nce', 'Csp365Legacy'];
const SIZE = { organizations: [4, 4], subscriptions: [5, 6] } satisfies Parameters<typeof drawWorld>[1];
/** A customer with a wrong company id waits for a person, so that both brokers have something to be told. */
const WRONG_LINK = 'ACME-77';

const brokers = (name: string, stores: string, isApart: boolean): Drill => ({
  name,
  what: `two brokers in one namespace and ${stores}, with contradicting settings, billed at the same time`,
  play: async (options) => {
    const heard = await listen();
    const system = await DrillSystem.open(options.image, options.say, {
      BILLING_EVIDENCE: STORE_URL,
      NOTICE_WEBHOOK: `${heard.url}/own`,
    });
    const world = otherWorld();
    const sandbox = await startSandbox({ world });
    try {
      const settings = {
        ...sandbox.env(),
        ...(isApart ? { BILLING_EVIDENCE: `file:${join(system.stack.folder, 'evidence-of-beta')}` } : {}),
        BILLING_BROKER: OTHER,
        EXPORT_RECORD_TYPES: [...EXPORTED, 'ManualBillingLine'].join(','),
        NOTICE_WEBHOOK: `${heard.url}/other`,
      };
      const begin = structuredClone(sandbox.state().autotask);
      const own = await system.stack.startWorker('worker');
      const other = await system.stack.startWorker('worker-2', settings);
      const linkRightly = await linkWrongly(system);
      const { code, seconds } = await billBoth(system, settings, options.runs);
      await linkRightly();
      const end = sandbox.state().autotask;
      const counted = { world: world as never, broker: OTHER, month: MONTH, asOf: LAST_DAY, begin, end, recordTypes: EXPORTED };
      const tasks = [await tasksOf(system, BROKER, other), await tasksOf(system, OTHER, own)];
      const foreign = tasks.flatMap((each) => each.foreign);
      const problems = [
        ...count(counted).problems.map((problem) => `${OTHER}: ${problem}`),
        ...foreign,
        ...foreignNotices(heard),
        ...(heard.of('/other').length > 0 ? [] : [`${OTHER} was told nothing`]),
        ...(heard.of('/own').length > 0 ? [] : [`${BROKER} was told nothing`]),
      ];
      const taken = tasks.reduce((all, each) => all + each.taken, 0);
      const message = `${2 * options.runs} runs, ${taken} tasks: ${foreign.length} foreign; notices ${heard.of('/own').length} and ${heard.of('/other').length}: ${foreignNotices(heard).length} foreign`;
      return [
        await rowOf(system, name, `two brokers in one namespace and ${stores}, with contradicting settings`, {
          code,
          message,
          seconds,
          problems,
        }),
      ];
    } finally {
      await system.close();
      await sandbox.close();
      heard.close();
    }
  },
});

export const BROKERS: Drill[] = [
  brokers('brokers', 'one store', false),
  brokers('brokers-apart', 'a store of its own each', true),
];

/** Both months so often, at the same time, each as of a day later than the time before. */
async function billBoth(
  { stack }: DrillSystem,
  settings: Record<string, string>,
  runs: number,
): Promise<{ code: number; seconds: number }> {
  const startedAt = Date.now();
  let code = 0;
  for (let left = runs - 1; left >= 0; left -= 1) {
    const run = ['run', MONTH, '--as-of', addDays(LAST_DAY, -left), '--wait', '--json'];
    const [, other] = await Promise.all([stack.billing(run), stack.billing(run, settings)]);
    code = other.code;
  }
  return { code, seconds: (Date.now() - startedAt) / 1000 };
}

/** The first broker's first customer that has a company waits for a person, until what is answered is called. */
async function linkWrongly({ stack, world }: DrillSystem): Promise<() => Promise<unknown>> {
  const isLinked = ({ value }: { value: string }): boolean => /^\d+$/.test(value);
  const { id, customProperties } = world.cloudmore.organizations.find((one) => one.customProperties.some(isLinked))!;
  const link = (properties: typeof customProperties): Promise<unknown> =>
    stack.control('PATCH', `cloudmore/organizations/${id}`, { customProperties: properties });
  await link(customProperties.map((property) => ({ ...property, value: WRONG_LINK })));
  return () => link(customProperties);
}

function foreignNotices(heard: Heard): string[] {
  return [
    ...heard
      .of('/own')
      .filter((text) => text.includes('Beta customer'))
      .map(() => 'a notice about the other broker’s customer'),
    ...heard
      .of('/other')
      .filter((text) => /(?<!Beta )Customer/.test(text))
      .map(() => `${OTHER}: a notice about the first broker’s customer`),
  ];
}

function otherWorld(): SimulatedWorld {
  const drawn = drawWorld(new Random(5), SIZE);
  const [first] = drawn.cloudmore.organizations;
  for (const property of first!.customProperties) property.value = WRONG_LINK;
  const behaviour = { ...(drawn.autotask.behaviour as object), periodStart: 'update' };
  const world = { ...drawn, now: `${LAST_DAY}T03:00:00Z`, ticking: true, autotask: { ...drawn.autotask, behaviour } };
  return JSON.parse(JSON.stringify(world).replaceAll('"Customer ', '"Beta customer ')) as SimulatedWorld;
}

/** A broker's tasks by what Temporal has noted of every execution: how many were taken, and those that a process of the other broker took. */
async function tasksOf(
  { stack }: DrillSystem,
  broker: string,
  foreigner: Service,
): Promise<{ taken: number; foreign: string[] }> {
  const query = `BillingBroker = '${broker}'`;
  const listed = await stack.temporal('workflow', 'list', '--query', query, '--output', 'json');
  const executions = (JSON.parse(listed.stdout || '[]') as { execution: { workflowId: string; runId: string } }[]).map(
    ({ execution }) => execution,
  );
  const foreign: string[] = [];
  let taken = 0;
  for (const { workflowId, runId } of executions) {
    const { stdout } = await stack.temporal('workflow', 'show', '-w', workflowId, '-r', runId, '--output', 'json');
    const pids = [...stdout.matchAll(/"identity":\s*"(\d+)@/g)].map(([, pid]) => Number(pid));
    taken += pids.length;
    foreign.push(
      ...pids.filter((pid) => pid === foreigner.pid).map(() => `a task of ${broker} was taken by the other broker's worker`),
    );
  }
  if (executions.length === 0) foreign.push(`Temporal lists no workflow of ${broker}`);
  return { taken, foreign };
}
