import { digestOf } from '../../shared/billing/basics/keys.js';
import type { MonthRequest } from '../../shared/messages/messages.js';
import { EvidenceMissing } from '../../shared/evidence/index.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Dependencies } from '../dependencies.js';
import { OutcomePending, OutcomeUnknown } from '../failures.js';

/**
 * Writes that must not be repeated. Autotask has no idempotency keys, and an answer can be lost after the write took effect. So the intent is noted before
 * a write is sent; the one that finds an intent looks for its effect first. Only when it stays absent well after the write was sent, it is sent again.
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
  /** By the store's clock, which all workers share. */
  at: string;
  tries: number;
  /** The activity that claimed it. */
  by: string;
  /** What came of it, once it is known. Kept, because a worker can die between the answer and its report to Temporal. */
  done: { value: unknown } | null;
  /** What it means, and so to which name it belongs; these are absent in intents of earlier releases. */
  identity?: string[];
  organizationId?: string;
  comesWithinMs?: number;
  /** The lease it was sent by. */
  lease?: string;
}

/**
 * For what Autotask makes a second time when it is asked a second time: contracts, charges, services, products. Half again as long as the longest wait for
 * an answer (`shared/http/request.ts`), so that a request which was given up, or whose connection was cut, has come to its end.
 */
export const MADE_WITHIN_MS = 90_000;
/** For what Autotask itself refuses a second time: adjustments (`docs/vendors/autotask.md` 3.1). One that comes after all, when a second was sent, does no harm. */
export const REFUSED_WITHIN_MS = 20_000;
/** What Autotask has answered shows by then; absent later it was taken away by somebody. */
const SHOWN_WITHIN_MS = 20_000;
/** One more try where the first was looked for and is not there (`docs/vendors/autotask.md` 9); then a person or a later run decides. */
const TRIES = 2;

/**
 * Sends it unless it was sent before, by anybody: an earlier attempt, a run of another month, a worker that is no more. Those who mean the same write at
 * the same time take turns, and of two processes one claims the intent: the one that holds the broker's lease, at the moment of the request.
 */
export function sendOnce<T>(
  dependencies: Sender,
  request: Pick<MonthRequest, 'broker'> & { organizationId?: string },
  write: OnceOnly<T>,
): Promise<T> {
  const name = `${intentsPrefix(request.broker)}${digestOf(write.identity)}`;
  return dependencies.sending.run(name, () => sendInTurn(dependencies, name, request.organizationId, write));
}

const intentsPrefix = (broker: string): string => `intents/${broker}/`;

/** The same for a record: its id, and whether it was sent just now or found. */
export async function sendNew(
  dependencies: Sender,
  request: Parameters<typeof sendOnce>[1],
  write: OnceOnly<number>,
): Promise<{ id: number; isNew: boolean }> {
  let isNew = false;
  const send = (): Promise<number> => {
    isNew = true;
    return write.send();
  };
  const id = await sendOnce(dependencies, request, { ...write, send });
  return { id, isNew };
}

type Sender = Pick<Dependencies, 'evidence' | 'execution' | 'lease' | 'sending'> & {
  autotask: Pick<Dependencies['autotask'], 'sendingWhile'>;
};

/** Nothing shows of what was sent before. Throws while it may still come, and where it was tried too often; else it may be sent once more. */
async function requireAnotherTry(
  evidence: Sender['evidence'],
  { name, intent, claimed }: { name: string; intent: Intent; claimed: string | null },
  { identity, comesWithinMs }: Pick<OnceOnly<unknown>, 'identity' | 'comesWithinMs'>,
): Promise<void> {
  const age = (await evidence.now()).getTime() - Date.parse(intent.at);
  const comesWithin = intent.done ? SHOWN_WITHIN_MS : comesWithinMs;
  if (age < comesWithin)
    throw new OutcomePending(
      `It was sent, but its effect does not show yet; checking again (${identity.join(' ')})`,
      lookAgainMs(age, comesWithin),
    );
  if (!intent.done && intent.tries >= TRIES) {
    await evidence.unpoint(name, claimed ?? undefined);
    throw new OutcomeUnknown(`Autotask did not answer ${TRIES} times, and no effect shows (${identity.join(' ')})`);
  }
}

async function sendInTurn<T>(
  dependencies: Sender,
  name: string,
  organizationId: string | undefined,
  write: OnceOnly<T>,
): Promise<T> {
  const { identity, comesWithinMs, find, send } = write;
  const { evidence } = dependencies;
  const by = dependencies.execution();
  const now = async (): Promise<string> => (await evidence.now()).toISOString();
  const { ref, intent } = await readIntent(evidence, name, identity);
  let claimed = ref;
  /** One that has taken it over in the meantime keeps it. */
  const note = async (noted: Intent): Promise<void> => {
    const next = await evidence.put(noted, organizationId);
    if (await evidence.claim(name, claimed, next)) claimed = next;
  };
  if (intent?.done && intent.by === by) return intent.done.value as T;
  if (intent) {
    const found = await find();
    if (found !== null) {
      await note({ ...intent, by, done: { value: found } });
      return found;
    }
    await requireAnotherTry(evidence, { name, intent, claimed }, write);
  }
  const tries = intent && !intent.done ? intent.tries + 1 : 1;
  let sent: Intent | null = null;
  // Claimed at the last moment, and again before every repetition: it may have waited for quota, and one that finds an old claim and no effect sends it.
  const mayStill = async (): Promise<void> => {
    const lease = dependencies.lease();
    const next: Intent = {
      at: await now(),
      tries,
      by,
      done: null,
      identity,
      comesWithinMs,
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(lease === null ? {} : { lease: lease.id }),
    };
    const nextRef = await evidence.put(next, organizationId);
    if (!(await evidence.claim(name, claimed, nextRef, lease)))
      throw new OutcomePending(`Another worker is sending it now (${identity.join(' ')})`, lookAgainMs(0, comesWithinMs));
    claimed = nextRef;
    sent = next;
  };
  try {
    const value = await dependencies.autotask.sendingWhile(mayStill, send);
    await note({ ...(sent ?? { at: await now(), tries, by, identity }), done: { value } });
    return value;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.effect === 'none') {
      if (claimed !== null) await evidence.unpoint(name, claimed);
      throw error;
    }
    // It may have waited for quota before it went out: the time to look counts from now.
    await note({ ...(sent ?? { tries, by, identity, done: null }), at: await now() });
    throw new OutcomePending(`${error.message} (${identity.join(' ')})`, lookAgainMs(0, comesWithinMs));
  }
}

/** The intent of a name. One that was lost or altered may have been sent this moment: its effect is looked for as long as that of any other. */
async function readIntent(
  evidence: Dependencies['evidence'],
  name: string,
  identity: string[],
): Promise<{ ref: string | null; intent: Intent | null }> {
  try {
    const ref = await evidence.pointer(name);
    if (ref === null) return { ref, intent: null };
    const intent = await evidence.get<Intent>(ref);
    if (intent.identity === undefined || digestOf(intent.identity) === digestOf(identity)) return { ref, intent };
  } catch (error) {
    if (!(error instanceof EvidenceMissing)) throw error;
  }
  const intent: Intent = { at: (await evidence.now()).toISOString(), tries: 1, by: 'lost', done: null, identity };
  const ref = await evidence.put(intent);
  await evidence.point(name, ref);
  return { ref, intent };
}

/**
 * Waits until nothing that another process sent for the organization can still take effect unseen: each of its intents is done, or its time is over. Anyone who
 * has just taken over a broker plans from what Autotask shows, and must not plan past a write that is on its way.
 */
export async function settleIntents(
  { evidence, clock, heartbeat, lease }: Pick<Dependencies, 'evidence' | 'clock' | 'heartbeat' | 'lease'>,
  { broker, organizationId }: { broker: string; organizationId: string },
): Promise<void> {
  const own = lease()?.id;
  if (own === undefined) return;
  for (let looks = 0; looks < SETTLING_LOOKS; looks += 1) {
    const wait = await longestOpen(evidence, broker, organizationId, own);
    if (wait <= 0) return;
    heartbeat('waiting for what was sent before this process took over');
    await clock.sleep(Math.min(wait, SETTLING_LOOK_MS));
  }
}

const SETTLING_LOOK_MS = 10_000;
/** Together longer than anything may take to show. */
const SETTLING_LOOKS = 20;

async function longestOpen(
  evidence: Dependencies['evidence'],
  broker: string,
  organizationId: string,
  ownLease: string,
): Promise<number> {
  const now = (await evidence.now()).getTime();
  const recent = await evidence.chain.recent(broker, new Date(now - MADE_WITHIN_MS));
  const latest = new Map(
    recent.filter(({ name }) => name?.startsWith(intentsPrefix(broker))).map(({ name, ref }) => [name, ref]),
  );
  let longest = 0;
  for (const ref of latest.values()) {
    if (ref === null) continue;
    const intent = await evidence.get<Intent>(ref).catch((error: unknown) => {
      if (error instanceof EvidenceMissing) return null;
      throw error;
    });
    if (intent === null || intent.done !== null || intent.lease === ownLease) continue;
    if ((intent.organizationId ?? organizationId) !== organizationId) continue;
    longest = Math.max(longest, Date.parse(intent.at) + (intent.comesWithinMs ?? MADE_WITHIN_MS) - now);
  }
  return longest;
}

/** Soon at first, because most lost answers were a yes; at last when no effect comes any more. Six attempts (`workflows/activities.ts`) reach that far. */
function lookAgainMs(age: number, comesWithinMs: number): number {
  const left = comesWithinMs - age;
  const wait = Math.max(1_000, age * 3);
  return wait < left ? wait : left + 500;
}
