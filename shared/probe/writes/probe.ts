import { setTimeout as realSleep } from 'node:timers/promises';
import type { ProbingAutotask } from '../../autotask/probing.js';
import { addDays, addMonths, firstDay, lastDay, monthOf } from '../../billing/basics/month.js';
import type { Day, Settings } from '../../billing/types.js';
import { ApiError } from '../../http/errors.js';
import { askCharges } from './ask-charges.js';
import { askRows } from './ask-rows.js';
import { messageOf, namesOf, nothingMade, takeBack, type Made, type Names } from './made.js';
import { WRITE_QUESTION_IDS, type WriteAnswer, type WriteQuestion } from './questions.js';

/**
 * Asks what only a write can tell, on a company that nobody bills: everything is of a cent or so, and is taken back, also what an earlier probe left that was
 * broken off. Nothing is sent twice without looking: what was answered by nobody is looked for by its name, and left to `takeBack` where it is not found.
 */
export interface WriteProbeOptions {
  autotask: ProbingAutotask;
  companyId: number;
  subscriptionUdf: string;
  settings: Pick<Settings, 'slaId' | 'serviceBillingCodeId' | 'productBillingCodeId'>;
  today: Day;
  now: () => Date;
  sleep?: (milliseconds: number) => Promise<unknown>;
  onAnswer?: (answer: WriteAnswer, done: number, all: number) => void;
  signal?: AbortSignal | undefined;
}

export interface WriteProbeResult {
  companyId: number;
  /** API user that asked. */
  takenAt: string;
  endedAt: string;
  answers: WriteAnswer[];
  /** What could not be taken back, in words. */
  left: string[];
}

/** What the questions share. */
export interface Asking extends WriteProbeOptions {
  names: Names;
  contractId: number;
  made: Made;
  /** First days of this month and of the four that follow. */
  months: [Day, Day, Day, Day, Day];
  answer: (id: WriteQuestion, is: string | null, text: string) => void;
  pause: (milliseconds: number) => Promise<unknown>;
}

export async function probeWrites(options: WriteProbeOptions): Promise<WriteProbeResult> {
  const { autotask, companyId, now, today } = options;
  const takenAt = now().toISOString();
  const made = nothingMade();
  const taking = {
    autotask,
    companyId,
    lastDayOfMonth: lastDay(monthOf(today)),
    made,
    subscriptionUdf: options.subscriptionUdf,
    sleep: options.sleep ?? realSleep,
  };
  const before = await takeBack(taking);
  const answers = new Map<WriteQuestion, WriteAnswer>();
  const answer: Asking['answer'] = (id, is, text) => {
    const given = { id, is, text };
    answers.set(id, given);
    options.onAnswer?.(given, answers.size, WRITE_QUESTION_IDS.length);
  };
  // What an earlier probe left and nobody can take back must not grow.
  const why = before.length > 0 ? before.join('; ') : await ask(options, made, answer);
  for (const id of WRITE_QUESTION_IDS) if (!answers.has(id)) answer(id, null, `not asked: ${why ?? 'the probe was broken off'}`);
  const left = await takeBack(taking);
  return { companyId, takenAt, endedAt: now().toISOString(), answers: WRITE_QUESTION_IDS.map((id) => answers.get(id)!), left };
}

/** Asks until something stops it; answers what did. */
async function ask(options: WriteProbeOptions, made: Made, answer: Asking['answer']): Promise<string | null> {
  try {
    const asking = await begin(options, made, answer);
    for (const part of [askRows, askCharges]) {
      if (options.signal?.aborted) return 'the probe was broken off';
      await part(asking);
    }
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Makes the contract, and measures how soon each of the product's searches finds it. */
async function begin(options: WriteProbeOptions, made: Made, answer: Asking['answer']): Promise<Asking> {
  const { autotask, companyId, settings, today, now, sleep = realSleep } = options;
  const names = namesOf(now());
  const month = monthOf(today);
  const months = [0, 1, 2, 3, 4].map((ahead) => firstDay(addMonths(month, ahead))) as Asking['months'];
  const creating = autotask.createContract({
    companyId,
    name: names.contract,
    number: names.number,
    subscriptionId: names.key,
    startDay: months[0],
    endDay: addDays(months[3], -1),
    slaId: settings.slaId,
  });
  const contractId = await creating.catch(async (error: unknown) => {
    if (!(error instanceof ApiError) || error.effect === 'none') throw error;
    const found = await findLater(options, names, sleep);
    if (found === null) made.doubts.push(`whether a contract ${names.number} was made is not known: ${error.message}`);
    return found ?? raise(error);
  });
  made.contracts.add(contractId);
  const asking: Asking = { ...options, names, contractId, made, months, answer, pause: sleep };
  await askVisible(asking);
  await askGroup(asking);
  return asking;
}

const raise = (error: unknown): never => {
  throw error;
};

const LOOKS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];
const AT_ONCE_MS = 2_000;

/** A contract whose answer was lost. */
async function findLater({ autotask }: WriteProbeOptions, { number }: Names, sleep: Asking['pause']): Promise<number | null> {
  for (const pause of LOOKS) {
    await sleep(pause);
    const [found] = await autotask.read('Contracts', [{ op: 'eq', field: 'contractNumber', value: number }]);
    if (found) return found.id;
  }
  return null;
}

async function askVisible({ autotask, names, subscriptionUdf, contractId, answer, pause, now }: Asking): Promise<void> {
  const begun = now().getTime();
  const missing = new Set(['number', 'user-defined field']);
  for (const wait of LOOKS) {
    await pause(wait);
    const byNumber = await autotask.read('Contracts', [{ op: 'eq', field: 'contractNumber', value: names.number }]);
    const byField = await autotask.read('Contracts', [{ op: 'eq', field: subscriptionUdf, value: names.key, udf: true }]);
    if (byNumber.some(({ id }) => id === contractId)) missing.delete('number');
    if (byField.some(({ id }) => id === contractId)) missing.delete('user-defined field');
    const took = now().getTime() - begun;
    if (missing.size === 0)
      return answer(
        'visible',
        took <= AT_ONCE_MS ? 'at once' : 'later',
        `a new contract was found by both searches after ${Math.round(took / 100) / 10} s`,
      );
  }
  answer(
    'visible',
    'never',
    `a new contract is not found by ${[...missing].join(' and ')}; what the API user adds it may not be allowed to see`,
  );
}

const NOBODY = 'BILLING-PROBE-NOBODY';

async function askGroup({ autotask, names, subscriptionUdf, contractId, answer }: Asking): Promise<void> {
  const finds = async (number: string): Promise<boolean> => {
    const items = [
      { op: 'eq', field: subscriptionUdf, value: names.key, udf: true as const },
      { op: 'eq', field: 'contractNumber', value: number },
    ];
    return (await autotask.read('Contracts', [{ op: 'or', items }])).some(({ id }) => id === contractId);
  };
  try {
    if (await finds(NOBODY)) answer('group', 'works', 'either condition finds the contract');
    else if (await finds(names.number))
      answer('group', 'acts as and', 'the contract is found by both conditions together, not by one of them');
    else answer('group', 'finds nothing', 'the contract is found by neither, though each search alone finds it');
  } catch (error) {
    answer('group', 'refused', messageOf(error));
  }
}
