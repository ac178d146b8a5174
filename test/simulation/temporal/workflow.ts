import { CancelledFailure } from '@temporalio/common';
import type { Duration } from '@temporalio/common';
import { milliseconds } from './duration.js';
import { ContinueAsNew, current, type ActivityPolicy, type Execution, type TemporalServer, type Workflow } from './server.js';

/** What the product's workflows import from `@temporalio/workflow`, over the simulated server. `play.ts` puts it in that module's place. */

export { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';

export const ParentClosePolicy = { ABANDON: 'ABANDON' };
export const ChildWorkflowCancellationType = { ABANDON: 'ABANDON' };
export const WorkflowIdReusePolicy = { ALLOW_DUPLICATE: 'ALLOW_DUPLICATE' };

interface Definition {
  name: string;
}

function here(): { server: TemporalServer; execution: Execution } {
  const store = current.getStore();
  if (!store) throw new Error('Called outside of a workflow');
  return store;
}

export const defineSignal = (name: string): Definition => ({ name });
export const defineQuery = (name: string): Definition => ({ name });
export const defineUpdate = (name: string): Definition => ({ name });

export function setHandler({ name }: Definition, handler: (...args: unknown[]) => unknown): void {
  const { execution } = here();
  execution.handlers.set(name, handler);
  const early = execution.unheard.filter((signal) => signal.name === name);
  execution.unheard = execution.unheard.filter((signal) => signal.name !== name);
  for (const { args } of early) handler(...args);
}

export function proxyActivities(policy: ActivityPolicy): object {
  return new Proxy(
    {},
    {
      get: (_target, name) => async (input: unknown) => {
        const { server, execution } = here();
        return server.activity(execution, String(name), input, policy);
      },
    },
  );
}

/** True when the condition was met, false when the time was over before. */
export async function condition(isMet: () => boolean, timeout?: Duration): Promise<boolean> {
  const { server, execution } = here();
  if (isMet()) return true;
  return new Promise((resolve) => {
    const waiting = { isMet, go: () => resolve(true) };
    execution.waiting.push(waiting);
    if (timeout !== undefined)
      server.timer(execution, milliseconds(timeout), () => {
        const at = execution.waiting.indexOf(waiting);
        if (at < 0) return false;
        execution.waiting.splice(at, 1);
        resolve(false);
        return true;
      });
  });
}

export async function startChild(
  workflow: Workflow,
  { workflowId, args, taskQueue }: { workflowId: string; args: unknown[]; taskQueue: string },
): Promise<{ result: () => Promise<unknown>; firstExecutionRunId: string }> {
  const { server, execution } = here();
  const start = (): Promise<string> => Promise.resolve(server.start(workflow, workflowId, args[0], taskQueue).runId);
  const firstExecutionRunId = await server.ask(execution, `start of ${workflowId}`, async () => start());
  const result = (): Promise<unknown> => server.ask(execution, `end of ${workflowId}`, () => server.resultOf(workflowId));
  return { result, firstExecutionRunId };
}

export function getExternalWorkflowHandle(workflowId: string): {
  signal: (signal: Definition | string, ...args: unknown[]) => Promise<void>;
} {
  const { server, execution } = here();
  return {
    signal: (signal, ...args) => {
      const name = typeof signal === 'string' ? signal : signal.name;
      return server.ask(execution, `${name} to ${workflowId}`, async () => {
        if (!(await server.signal(workflowId, name, args))) throw new Error(`No open execution of ${workflowId}`);
      });
    },
  };
}

export const continueAsNew = (input: unknown): Promise<never> => Promise.reject(new ContinueAsNew(input));
export const makeContinueAsNewFunc = (): typeof continueAsNew => continueAsNew;

export function workflowInfo(): object {
  const { server, execution } = here();
  return {
    workflowId: execution.workflowId,
    namespace: 'default',
    taskQueue: execution.taskQueue,
    runId: execution.runId,
    originalExecutionRunId: execution.runId,
    startTime: execution.startTime,
    continueAsNewSuggested: server.suggestsContinueAsNew(),
    historyLength: 0,
    historySize: 0,
    typedSearchAttributes: { get: () => undefined },
  };
}

/** People send signals here, no updates. */
export const currentUpdateInfo = (): undefined => undefined;
export const allHandlersFinished = (): boolean => true;
export const isCancellation = (error: unknown): boolean => error instanceof CancelledFailure;
export const patched = (): boolean => true;
/** Workers here have no version. */
export const setWorkflowOptions = (): void => undefined;
export const upsertSearchAttributes = (): void => undefined;
export const upsertMemo = (): void => undefined;
export const setCurrentDetails = (): void => undefined;
const silent = (): void => undefined;
export const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };
