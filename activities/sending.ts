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

/** A write that took effect is visible by now, also when the server finished it after the connection was cut. */
const EFFECT_VISIBLE_MS = 20_000;
/** Longest wait between two looks. Six attempts (`workflows/activities.ts`) reach from the lost answer to the one more try. */
const LONGEST_WAIT_MS = 6_000;
/** One more try, as `autotask.md` section 9 advises; then a person or a later run decides. */
const TRIES = 2;

/**
 * Sends it unless it was sent before, by whomever: an earlier attempt, a run of another month, a worker that is no more. Those who mean the same write at
 * the same time take turns, and of two processes one claims the intent.
 */
export function sendOnce<T>(dependencies: Sender, { broker }: MonthRequest, write: OnceOnly<T>): Promise<T> {
  const name = `intents/${broker}/${digestOf(write.identity)}`;
  return turnsOf(dependencies.evidence).take(name, () => sendInTurn(dependencies, name, write));
}

type Sender = Pick<Dependencies, 'evidence' | 'clock' | 'execution'>;

async function sendInTurn<T>(dependencies: Sender, name: string, { identity, find, send }: OnceOnly<T>): Promise<T> {
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
    if (age < EFFECT_VISIBLE_MS)
      throw new OutcomePending(
        `It was sent, and its effect does not show yet; looking again (${identity.join(' ')})`,
        lookAgainMs(age),
      );
    if (!intent.done && intent.tries >= TRIES) {
      await evidence.unpoint(name);
      throw new OutcomeUnknown(`Autotask did not answer ${TRIES} times, and no effect is to be seen (${identity.join(' ')})`);
    }
  }
  const sent: Intent = { at: now(), tries: intent && !intent.done ? intent.tries + 1 : 1, by, done: null };
  if (!(await evidence.claim(name, ref, await evidence.put(sent))))
    throw new OutcomePending(`Another worker sends it at this moment (${identity.join(' ')})`, lookAgainMs(0));
  try {
    const value = await send();
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
    throw new OutcomePending(`${error.message} (${identity.join(' ')})`, lookAgainMs(0));
  }
}

/** Soon at first, because most lost answers were a yes; at last just after an effect would be visible. */
function lookAgainMs(age: number): number {
  const left = EFFECT_VISIBLE_MS - age;
  return left <= LONGEST_WAIT_MS + 2_000 ? left + 500 : Math.min(age + 1_000, LONGEST_WAIT_MS);
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
