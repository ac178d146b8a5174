import { hint } from '../../terminal/called.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Presets, SingleBar } from 'cli-progress';
import { billingQueue, STATUS_QUERY } from '../../../shared/messages/names.js';
import { type MonthShown } from '../../../shared/messages/messages.js';
import { progressText } from '../../../shared/run-progress.js';
import type { Context } from '../../context.js';
import { isServed, type Temporal } from '../../temporal/connection.js';

/** How far a run is while somebody waits for it: a bar on a terminal, elsewhere a line now and then. */

const LOOK_EVERY_MS = 1_000;
/** A worker that is there answers a query well within this. */
const ANSWER_WITHIN_MS = 5_000;
/** A worker under load may leave a question or two without an answer. */
const UNANSWERED_AT_MOST = 3;

interface WatchRunInput {
  temporal: Temporal;
  broker: string;
  handle: WorkflowHandle;
  end: AbortSignal;
}

/** Shows it until `end`; says once when no worker carries the run out, or none answers. Never rejects. */
export async function watchRun(context: Context, { temporal, broker, handle, end }: WatchRunInput): Promise<void> {
  const progress = context.isTerminal ? bar() : lines(context);
  for (let unanswered = 0; !end.aborted; await sleep(LOOK_EVERY_MS, undefined, { signal: end }).catch(() => undefined)) {
    const shown = await ask(temporal, handle);
    unanswered = shown === null ? unanswered + 1 : 0;
    if (end.aborted) break;
    if (shown !== null) progress.show(shown);
    else if (unanswered === 1) await warnUnserved(context, temporal, broker);
    else if (unanswered === UNANSWERED_AT_MOST) context.say(`The worker does not answer. To find out why: ${hint('doctor')}`);
  }
  progress.end();
}

const ask = ({ client }: Temporal, handle: WorkflowHandle): Promise<MonthShown | null> =>
  client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => handle.query<MonthShown>(STATUS_QUERY)).catch(() => null);

/** Says who is missing where nobody takes the broker's work: the run stays as it is until somebody does. */
export async function warnUnserved(context: Context, temporal: Temporal, broker: string): Promise<void> {
  const served = await isServed(temporal, billingQueue(broker)).catch(() => true);
  if (!served)
    context.say(`No worker takes the work of broker ${broker}, and the run waits for one. Start it with: ${hint('worker')}`);
}

interface Progress {
  show(month: MonthShown): void;
  /** Leaves the terminal as it was. */
  end(): void;
}

function bar(): Progress {
  const shown = new SingleBar(
    { format: '{bar} {text}', stream: process.stderr, clearOnComplete: true, hideCursor: true, barsize: 24 },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    show: (month) => {
      const total = Math.max(month.progress?.of ?? 0, 1);
      if (!isStarted) shown.start(total, 0, { text: '' });
      isStarted = true;
      shown.setTotal(total);
      shown.update(Math.min(month.settled, total), { text: progressText(month) });
    },
    end: () => shown.stop(),
  };
}

/** A log is not a terminal: a line where the run comes to something else, and for every tenth of its customers. */
const LINES_OF_A_RUN = 10;

function lines(context: Context): Progress {
  let last = '';
  return {
    show: (month) => {
      const { doing = '', of = null } = month.progress ?? {};
      const at = of === null ? doing : String(Math.floor((month.settled * LINES_OF_A_RUN) / Math.max(of, 1)));
      if (at === last) return;
      last = at;
      context.say(progressText(month));
    },
    end: () => undefined,
  };
}
