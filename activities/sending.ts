import { digestOf } from '../shared/billing/keys.js';
import type { MonthRequest } from '../shared/contract.js';
import { ApiError } from '../shared/http/errors.js';
import type { Dependencies } from './dependencies.js';
import { OutcomePending, OutcomeUnknown } from './failures.js';

/**
 * Writes that must not be repeated. Autotask has no idempotency keys, and an answer can be lost after the write took effect. So the intent is noted before
 * a write is sent; whoever finds an intent looks for its effect first. Only when it stays absent well after the write was sent, it is sent once more.
 */
export interface OnceOnly<T> {
  /** What is written, by business data: equal in every run that means the same write. */
  identity: string[];
  /** How long after it was sent its effect may still come, in milliseconds. */
  comesWithinMs: number;
  /** The effect, if it is there. */
  find: () => Promise<T | null>;
  send: () => Promise<T>;
}

interface Intent {
  at: string;
  tries: number;
  /** The activity that claimed it. */
  by: string;
  /** What came of it, once it is known. Kept, because a worker can die between the answer and its report to Temporal. */
  done: { value: unknown } | null;
}

/**
 * For what Autotask makes a second time when it is asked a second time: contracts, charges, services, products. Half again as long as the longest wait for
 * an answer (`shared/http/request.ts`), so that a request which was given up, or whose connection was cut, has come to its end.
 */
export const MADE_WITHIN_MS = 90_000;
/** For what Autotask itself refuses a second time: adjustments (`autotask.md` 3.1). One that comes after all, when a second was sent, does no harm. */
export const REFUSED_WITHIN_MS = 20_000;
/** What Autotask has answered shows by then; absent later it was taken away by somebody. */
const SHOWN_WITHIN_MS = 20_000;
/** A claim this old is made anew right before a request goes out: it may have waited for quota, or was refused and is sent again. */
const CLAIM_HOLDS_MS = 5_000;
/** One more try, as `autotask.md` section 9 advises; then a person or a later run decides. */
const TRIES = 2;

/**
 * Sends it unless it was sent before, by whomever: an earlier attempt, a run of another month, a worker that is no more. Those who mean the same write at
 * the same time take turns, and of two processes one claims the intent.
 */
export function sendOnce<T>(dependencies: Sender, { broker }: Pick<MonthRequest, 'broker'>, write: OnceOnly<T>): Promise<T> {
  const name = `intents/${broker}/${digestOf(write.identity)}`;
  return turnsOf(dependencies.evidence).take(name, () => sendInTurn(dependencies, name, write));
}

type Sender = Pick<Dependencies, 'evidence' | 'clock' | 'execution'> & {
  autotask: Pick<Dependencies['autotask'], 'sendingWhile'>;
};

async function sendInTurn<T>(dependencies: Sender, name: string, write: OnceOnly<T>): Promise<T> {
  const { identity, comesWithinMs, find, send } = write;
  const { evidence, clock } = dependencies;
  const by = dependencies.execution();
  const now = (): string => clock.now().toISOString();
  const note = async (noted: Intent): Promise<void> => evidence.point(name, await evidence.put(noted));
  const ref = await evidence.pointer(name);
  const intent = ref === null ? null : await evidence.get<Intent>(ref);
  if (intent?.done && intent.by === by) return intent.done.value as T;
  if (intent) {
    const found = await find();
    if (found !== null) {
      await note({ ...intent, by, done: { value: found } });
      return found;
    }
    const age = clock.now().getTime() - Date.parse(intent.at);
    const comesWithin = intent.done ? SHOWN_WITHIN_MS : comesWithinMs;
    if (age < comesWithin)
      throw new OutcomePending(
        `It was sent, and its effect does not show yet; looking again (${identity.join(' ')})`,
        lookAgainMs(age, comesWithin),
      );
    if (!intent.done && intent.tries >= TRIES) {
      await evidence.unpoint(name);
      throw new OutcomeUnknown(`Autotask did not answer ${TRIES} times, and no effect is to be seen (${identity.join(' ')})`);
    }
  }
  const tries = intent && !intent.done ? intent.tries + 1 : 1;
  let sent: Intent = { at: now(), tries, by, done: null };
  let claimed = ref;
  const claim = async (): Promise<void> => {
    const next = await evidence.put(sent);
    if (!(await evidence.claim(name, claimed, next)))
      throw new OutcomePending(`Another worker sends it at this moment (${identity.join(' ')})`, lookAgainMs(0, comesWithinMs));
    claimed = next;
  };
  await claim();
  // Whoever found the claim old and no effect has sent it meanwhile; whoever comes now counts the time from this request.
  const mayStill = async (): Promise<void> => {
    if (clock.now().getTime() - Date.parse(sent.at) < CLAIM_HOLDS_MS) return;
    sent = { ...sent, at: now() };
    await claim();
  };
  try {
    const value = await dependencies.autotask.sendingWhile(mayStill, send);
    await note({ ...sent, at: now(), done: { value } });
    return value;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.effect === 'none') {
      await evidence.unpoint(name);
      throw error;
    }
    // It may have waited for quota before it went out: the time to look counts from now.
    await note({ ...sent, at: now() });
    throw new OutcomePending(`${error.message} (${identity.join(' ')})`, lookAgainMs(0, comesWithinMs));
  }
}

/** Soon at first, because most lost answers were a yes; at last when no effect comes any more. Six attempts (`workflows/activities.ts`) reach that far. */
function lookAgainMs(age: number, comesWithinMs: number): number {
  const left = comesWithinMs - age;
  const wait = Math.max(1_000, age * 3);
  return wait < left ? wait : left + 500;
}

/** Lets callers with one key wait for each other: two organizations that need the same new service must not both create it. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === settled) this.last.delete(key);
    }
  }
}

const turnsByStore = new WeakMap<Dependencies['evidence'], Turns>();

function turnsOf(evidence: Dependencies['evidence']): Turns {
  const known = turnsByStore.get(evidence) ?? new Turns();
  turnsByStore.set(evidence, known);
  return known;
}
