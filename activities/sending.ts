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
  /** The activity that sent it. */
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

export async function sendOnce<T>(
  dependencies: Pick<Dependencies, 'evidence' | 'clock' | 'execution'>,
  { broker, month }: MonthRequest,
  { identity, find, send }: OnceOnly<T>,
): Promise<T> {
  const { evidence, clock } = dependencies;
  const by = dependencies.execution();
  const name = `intents/${broker}/${month}/${digestOf(identity)}`;
  const ref = await evidence.pointer(name);
  const intent = ref === null ? null : await evidence.get<Intent>(ref);
  if (intent?.done && intent.by === by) return intent.done.value as T;
  const open = intent?.done ? null : intent;
  const note = async (noted: Intent): Promise<void> => evidence.point(name, await evidence.put(noted));
  if (open) {
    const found = await find();
    if (found !== null) {
      await note({ ...open, by, done: { value: found } });
      return found;
    }
    const age = clock.now().getTime() - Date.parse(open.at);
    if (age < EFFECT_VISIBLE_MS)
      throw new OutcomePending(`The answer was lost; looking for its effect again (${identity.join(' ')})`, lookAgainMs(age));
    if (open.tries >= TRIES) {
      await evidence.unpoint(name);
      throw new OutcomeUnknown(`Autotask did not answer ${TRIES} times, and no effect is to be seen (${identity.join(' ')})`);
    }
  }
  const sent: Intent = { at: clock.now().toISOString(), tries: (open?.tries ?? 0) + 1, by, done: null };
  await note(sent);
  const value = await sendNoted(dependencies, name, identity, send);
  await note({ ...sent, done: { value } });
  return value;
}

/** Soon at first, because most lost answers were a yes; at last just after an effect would be visible. */
function lookAgainMs(age: number): number {
  const left = EFFECT_VISIBLE_MS - age;
  return left <= LONGEST_WAIT_MS + 2_000 ? left + 500 : Math.min(age + 1_000, LONGEST_WAIT_MS);
}

/** Sends it. Where nothing can have happened the note is taken back; where nobody knows, it stays for whoever looks next. */
async function sendNoted<T>(
  { evidence }: Pick<Dependencies, 'evidence'>,
  name: string,
  identity: string[],
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.effect === 'unknown') throw new OutcomePending(`${error.message} (${identity.join(' ')})`, lookAgainMs(0));
    await evidence.unpoint(name);
    throw error;
  }
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
