import { dailyBillingId, organizationBillingId } from '../../../shared/messages/names.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { disturbed, lastWords, rowOf, runToItsEnd, type Drill, type Outcome } from '../drill.js';
import { BROKER, MONTH, DrillSystem } from '../system.js';

/** What a person does: in Temporal's Web UI, and with settings. */

/** The customer that is being billed now, by its open workflow. */
async function someOpen(system: DrillSystem): Promise<string> {
  for (const { id } of system.world.cloudmore.organizations) {
    const workflowId = organizationBillingId(BROKER, MONTH, id);
    const described = await system.stack.temporal('workflow', 'describe', '--workflow-id', workflowId, '--output', 'json');
    if (described.code === 0 && /"WORKFLOW_EXECUTION_STATUS_RUNNING"|"Running"/.test(described.stdout)) return workflowId;
  }
  throw new Error('No customer is being billed any more: the disturbance came too late.');
}

const TERMINATED = disturbed({
  name: 'terminate',
  what: "a customer's workflow terminated in mid-run",
  disturb: async (system, run): Promise<Outcome> => {
    const workflowId = await someOpen(system);
    const startedAt = Date.now();
    await system.stack.temporal('workflow', 'terminate', '--workflow-id', workflowId, '--reason', 'a drill');
    const { code } = await run;
    const seconds = (Date.now() - startedAt) / 1000;
    const status = await system.stack.billing(['status', MONTH]);
    const name = system.world.cloudmore.organizations.find(({ id }) => workflowId.endsWith(id)) as { name?: string } | undefined;
    const problems = [
      ...(code === 3 ? [] : [`the run ended with ${code}, as if nobody were missing`]),
      ...(status.code === 3 ? [] : [`status ended with ${status.code}`]),
      ...(status.stdout.includes(name?.name ?? '?') ? [] : ['status does not name the customer']),
      ...(status.stdout.includes('no outcome') ? [] : ['status does not say that there is no outcome']),
    ];
    const line = status.stdout.split('\n').find((each) => each.includes('no outcome')) ?? lastWords(status.stdout);
    return { code, message: line.trim(), seconds, problems };
  },
});

const RESET = disturbed({
  name: 'reset',
  what: "a customer's workflow and the run reset to their beginnings in mid-run",
  disturb: async (system, run) => {
    for (const workflowId of [await someOpen(system), dailyBillingId(BROKER, MONTH)])
      await system.stack.temporal(
        'workflow',
        'reset',
        '--workflow-id',
        workflowId,
        '--type',
        'FirstWorkflowTask',
        '--reason',
        'a drill',
      );
    const startedAt = Date.now();
    // The command that waited ends with the execution that was reset; the one that continues in its place is waited for by joining it.
    await run;
    const { code } = await runToItsEnd(system);
    return { code, message: 'restarts from the beginning automatically', seconds: (Date.now() - startedAt) / 1000 };
  },
});

/** Each harmed a workflow for ever once, or would have to. */
const MESSAGES: [signal: string, input: string | null][] = [
  ['approve', null],
  ['approve', '{"digest":"yes"}'],
  ['skip', '[1,2]'],
  ['rerun', '{}'],
  ['newReport', '{"given":{"asOf":"2025-10-28","report":"0000","survey":null,"surveyedAt":null},"parentId":"x","mode":"auto"}'],
  ['newReport', '7'],
  ['settled', '"done"'],
];

const POISONED = disturbed({
  name: 'poison',
  what: 'signals without argument, with objects, forged ones, to a customer and to the run',
  disturb: async (system, run) => {
    const { stack } = system;
    const customer = await someOpen(system);
    const send = (id: string, [name, input]: (typeof MESSAGES)[number]): Promise<unknown> =>
      stack.temporal(
        ...['workflow', 'signal', '--workflow-id', id, '--name', name],
        ...(input === null ? [] : ['--input', input]),
      );
    const startedAt = Date.now();
    await send(customer, MESSAGES[0]!);
    const status = await stack.billing(['status', MONTH]);
    const seconds = (Date.now() - startedAt) / 1000;
    for (const message of MESSAGES) for (const id of [customer, dailyBillingId(BROKER, MONTH)]) await send(id, message);
    const { code } = await run;
    const line = status.stdout.split('\n').find((line) => line.includes('The signal approve'));
    const problems = [
      ...(line === undefined ? [`status does not say what was not understood: ${lastWords(status.stdout + status.stderr)}`] : []),
      ...(stack.service('worker').said().includes('was not understood') ? [] : ['no message was refused in the log']),
    ];
    return { code, message: line?.trim() ?? '', seconds, problems };
  },
});

const WITHIN_MS = 60_000;

const WRONG_SECRET: Drill = {
  name: 'wrong-vendor-secret',
  what: 'a worker with a wrong secret of Autotask; then the right one',
  play: async ({ image, say }) => {
    const system = await DrillSystem.open(image, say);
    try {
      const { stack } = system;
      const worker = await stack.startWorker('worker', { AUTOTASK_SECRET: 'wrong' });
      await worker.says(/serving autotask-/, WITHIN_MS);
      const { code, stderr, seconds } = await system.runMonth();
      const problems = [
        ...(code === 0 || code === 3 ? [`the run ended with ${code}`] : []),
        ...((await system.writes()) > 0 ? ['something was written'] : []),
      ];
      const message = stderr.split('\n').find((line) => /log-in|refused|AUTOTASK|401|secret/i.test(line)) ?? lastWords(stderr);
      await worker.stop();
      await stack.startWorker('worker');
      return [await rowOf(system, WRONG_SECRET.name, WRONG_SECRET.what, { code, message, seconds, problems })];
    } finally {
      await system.close();
    }
  },
};

const renamed = (isFrozen: boolean): Drill => {
  const name = isFrozen ? 'rename-frozen' : 'rename';
  const what = `BILLING_BROKER renamed ${isFrozen ? 'after the month was approved and posted' : 'in an open month'}`;
  return {
    name,
    what,
    play: async ({ image, say }) => {
      const system = await DrillSystem.open(image, say);
      try {
        const { stack } = system;
        const worker = await stack.startWorker();
        await system.runMonth();
        if (isFrozen) await stack.control('POST', 'autotask/freeze', { through: `${MONTH}-31` });
        await worker.stop();
        await system.forget();
        const startedAt = Date.now();
        // By the same way to the vendors: an address that differs is another rehearsal's tenant.
        let from = worker.said().length;
        const other = await stack.startWorker('worker', { BILLING_BROKER: 'acme' });
        const { line } = await other.says(/label/, WITHIN_MS, from);
        const seconds = (Date.now() - startedAt) / 1000;
        for (let looks = 0; other.exits.length === 0 && looks < 100; looks += 1) await sleep(100);
        const [code = -1] = other.exits;
        await other.stop();
        const problems = [
          ...(code === 78 ? [] : [`the worker ended with ${code}, not 78`]),
          ...((await system.writes()) > 0 ? ['something was written'] : []),
        ];
        from = other.said().length;
        await (await stack.startWorker()).says(/serving autotask-/, WITHIN_MS, from);
        return [await rowOf(system, name, what, { code: Number(code), message: line, seconds, problems })];
      } finally {
        await system.close();
      }
    },
  };
};

export const PEOPLE: Drill[] = [TERMINATED, RESET, POISONED, WRONG_SECRET, renamed(false), renamed(true)];
