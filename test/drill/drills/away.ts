import { setTimeout as sleep } from 'node:timers/promises';
import { lastWords, rowOf, type Drill, type Row, type DrillOptions } from '../drill.js';
import { listen, type Heard } from '../heard.js';
import { MONTH, DrillSystem } from '../system.js';

/** Vendors that answer 503 for more than five minutes, before the month's first read and amidst its writes. No day is lost: nobody runs the month again. */

/** A customer who met it is tried again after six minutes, and after half an hour at most in this time. */
const HEALED_WITHIN_MS = 20 * 60_000;
const LOOK_EVERY_MS = 5_000;
const GONE = { match: { probability: 1 }, fault: { kind: 'status', status: 503, when: 'before' } };

interface Absence {
  name: string;
  when: string;
  /** At the start so long that people have to be told while it lasts; in mid-month the run itself says so. */
  minutes: number;
  writesBefore: number;
}

const vendorsAway = ({ name, when, minutes, writesBefore }: Absence): Drill => {
  const what = `both vendors answer 503 for ${minutes} minutes ${when}`;
  return {
    name,
    what,
    play: async (options) => {
      const heard = await listen();
      try {
        return [await playAway(options, { name, what, awayMs: minutes * 60_000, writesBefore }, heard)];
      } finally {
        heard.close();
      }
    },
  };
};

async function playAway(
  { image, say }: DrillOptions,
  { name, what, awayMs, writesBefore }: { name: string; what: string; awayMs: number; writesBefore: number },
  heard: Heard,
): Promise<Row> {
  const system = await DrillSystem.open(image, say, { NOTICE_WEBHOOK: `${heard.url}/own` });
  try {
    await system.stack.startWorker();
    const goAway = (): Promise<unknown> => system.stack.control('POST', 'faults', [GONE]);
    if (writesBefore === 0) await goAway();
    const run = system.runMonth();
    if (writesBefore > 0) {
      await system.hasWritten(writesBefore);
      await goAway();
    }
    const goneAt = Date.now();
    const notice = await firstNotice(heard, goneAt, awayMs);
    await sleep(awayMs - (Date.now() - goneAt));
    await system.slowly();
    const { code } = await run;
    const problems = [
      ...(notice.message === null ? [`nobody was told of it; heard: ${heard.of('/own').join(' | ') || 'nothing'}`] : []),
      ...(await untilHealed(system)),
    ];
    return await rowOf(system, name, what, { code, message: notice.message ?? '', seconds: notice.seconds, problems });
  } finally {
    await system.close();
  }
}

/** What people were told of it while it lasted, and after how long. */
async function firstNotice(heard: Heard, since: number, withinMs: number): Promise<{ message: string | null; seconds: number }> {
  for (;;) {
    const seconds = (Date.now() - since) / 1000;
    const notice = heard.of('/own').find((text) => text.includes('503'));
    if (notice !== undefined) return { message: sentenceOf(notice), seconds };
    if (seconds * 1000 > withinMs) return { message: null, seconds };
    await sleep(1_000);
  }
}

/** The sentence with the cause. */
const sentenceOf = (notice: string): string =>
  notice
    .split(/\\n|\n|(?<=\.) /)
    .find((line) => line.includes('503'))
    ?.replace(/^[^\w]*/, '') ?? notice;

/** Waits until everything that met the outage is billed, by itself. */
async function untilHealed(system: DrillSystem): Promise<string[]> {
  const deadline = Date.now() + HEALED_WITHIN_MS;
  for (;;) {
    const { code, stdout, stderr } = await system.stack.billing(['status', MONTH]);
    if (code === 0) return [];
    if (Date.now() > deadline) return [`it did not continue automatically: ${lastWords(stdout + stderr)}`];
    await sleep(LOOK_EVERY_MS);
  }
}

export const AWAY: Drill[] = [
  vendorsAway({ name: 'away-at-start', when: 'when the run begins', minutes: 10, writesBefore: 0 }),
  vendorsAway({ name: 'away', when: 'in mid-month', minutes: 7, writesBefore: 15 }),
];
