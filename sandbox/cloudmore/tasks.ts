import type { Clock } from '../clock.js';
import type { Answer, SandboxRequest } from '../router.js';
import { empty, jsonText, type Encode } from './answers.js';
import type { Behaviour } from './behaviour.js';
import { sameId } from './store.js';

/** Which report a task makes; a task id is good only where its report is asked for. */
export type TaskKind = 'monthlyBilling' | 'oneTimeInvoice';

interface Task {
  kind: TaskKind;
  polls: number;
  startedAt: Date;
  /** Reads the report; called once, when the task gets ready. */
  take: () => unknown;
  report?: unknown;
}

/**
 * Asynchronous reports (`docs/vendors/cloudmore.md` 3.1): a start that answers 202 with a `Location`, then polls. A task shows what there was when it became ready,
 * however often it is read later.
 */
export class Tasks {
  private readonly tasks: (Task & { id: string })[] = [];

  constructor(
    private readonly behaviour: Behaviour,
    private readonly encode: Encode,
    private readonly clock: Clock,
  ) {}

  /** `path` is where the report is read, without the task id. */
  start(kind: TaskKind, { origin }: SandboxRequest, path: string, take: () => unknown): Answer {
    const id = `00000000-0000-4000-8000-${String(this.tasks.length + 1).padStart(12, '0')}`;
    this.tasks.push({ id, kind, polls: 0, startedAt: this.clock.now(), take });
    const headers = { location: `${origin}${path}/${id}` };
    if (this.behaviour.bodylessAccepted) return { status: 202, headers };
    const answer = jsonText(202, this.encode({ taskId: id }));
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }

  /** Unknown and expired tasks answer 404 without a body. */
  poll(kind: TaskKind, id: string): Answer {
    const task = this.tasks.find((task) => task.kind === kind && sameId(task.id, id));
    if (!task || this.isForgotten(task)) return empty(404);
    task.polls += 1;
    if (task.polls <= this.behaviour.pollsBeforeReady || this.behaviour.taskOutcome === 'never') {
      return this.running(task.id);
    }
    if (this.behaviour.taskOutcome === 'failed') {
      return this.answer({ taskId: task.id, status: this.word('failed'), report: null, errors: [GENERATION_FAILED] });
    }
    task.report ??= task.take();
    return this.answer({ taskId: task.id, status: this.word('done'), [this.behaviour.reportMember]: task.report });
  }

  state(): object[] {
    return this.tasks.map(({ id, kind, polls }) => ({ id, kind, polls }));
  }

  private isForgotten({ startedAt }: Task): boolean {
    const { taskLifetimeS } = this.behaviour;
    return taskLifetimeS > 0 && this.clock.now().getTime() >= startedAt.getTime() + taskLifetimeS * 1000;
  }

  /** What the GET of a running task answers is unknown (`docs/vendors/cloudmore.md` 10, no. 4); these are what others do. */
  private running(taskId: string): Answer {
    switch (this.behaviour.whileRunning) {
      case 'processing':
        return this.answer({ taskId, status: this.word('running'), [this.behaviour.reportMember]: null });
      case 'accepted':
        return empty(202);
      case 'empty':
        return empty(200);
      case 'notFound':
        return empty(404);
    }
  }

  private word(state: State): string | number {
    return WORDS[this.behaviour.taskWords][state];
  }

  private answer(body: object): Answer {
    return jsonText(200, this.encode(body));
  }
}

type State = 'running' | 'done' | 'failed';

/** None of them is documented (`docs/vendors/cloudmore.md` 10, no. 4). */
const WORDS: Record<Behaviour['taskWords'], Record<State, string | number>> = {
  reference: { running: 'Processing', done: 'Successful', failed: 'Failed' },
  others: { running: 'In progress', done: 'Completed', failed: 'Error' },
  numbers: { running: 1, done: 2, failed: 3 },
};

const GENERATION_FAILED = {
  errorCode: 0,
  errorName: 'ReportGenerationFailed',
  errorMessage: 'The report could not be generated.',
};
