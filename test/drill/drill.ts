import type { Image } from '../project/image.js';
import { alertOf } from './alerts.js';
import type { Figures } from './count.js';
import { DrillSystem, SERVES_WITHIN_MS } from './system.js';

/** One thing that happens in operation, played on a stack of its own. */
export interface Drill {
  name: string;
  /** What is done, in a few words for the table. */
  what: string;
  /** Why it cannot be played on this machine; null where it can. */
  cannot?: () => Promise<string | null>;
  play(options: DrillOptions): Promise<Row[]>;
}

export interface DrillOptions {
  image: Image;
  say: (line: string) => void;
  /** How many random moments a restore is played at, and the numbers they are drawn from. */
  moments: number;
  seed: number;
  /** How often two brokers are billed at the same time. */
  runs: number;
}

/** A line of the table. */
export interface Row {
  drill: string;
  what: string;
  /** Exit code of the command that told of it, or of the run that continued automatically. */
  code: number;
  /** What was said. */
  message: string;
  /** Seconds from the disturbance until it was said, or until the run had come to its end by itself. */
  seconds: number;
  figures: Pick<Figures, 'duplicates' | 'lost' | 'centsOff'>;
  /** Alerts that its figures raise if they last; null where Prometheus's program is not there. */
  alerts: string[] | null;
  /** Everything that is not as it must be. */
  problems: string[];
}

/** What a disturbance came to. */
export interface Outcome {
  code: number;
  message: string;
  seconds: number;
  problems?: string[];
}

export interface Disturbance {
  name: string;
  what: string;
  cannot?: Drill['cannot'];
  settings?: Record<string, string>;
  /** How many workers serve the broker. Default 1. */
  workers?: number;
  /** Writes that are seen before it happens. */
  after?: number;
  /** What is prepared between the stack and its workers. */
  prepare?(system: DrillSystem): Promise<void>;
  /** Settings of the workers alone. */
  workerSettings?(system: DrillSystem): Record<string, string>;
  cleanUp?(system: DrillSystem): Promise<void>;
  temporalVersion?: string;
  /** Done in mid-month. `run` comes to its end when the month's run does. */
  disturb(system: DrillSystem, run: Promise<Outcome>): Promise<Outcome>;
}

const MID_MONTH = 15;

/** A drill in which a month is disturbed half-way, and counted when it has come to its end. */
export const disturbed = ({
  name,
  what,
  cannot,
  settings = {},
  workers = 1,
  after = MID_MONTH,
  ...rest
}: Disturbance): Drill => ({
  name,
  what,
  ...(cannot === undefined ? {} : { cannot }),
  play: async ({ image, say }) => {
    const system = await DrillSystem.open(image, say, settings, rest.temporalVersion);
    try {
      await rest.prepare?.(system);
      for (let number = 1; number <= workers; number += 1) {
        const worker = await system.stack.startWorker(
          number === 1 ? 'worker' : `worker-${number}`,
          rest.workerSettings?.(system),
        );
        // The first has the port that alerts are read from: the others stand by.
        if (number === 1 && workers > 1) await worker.says(/serving autotask-/, SERVES_WITHIN_MS);
      }
      const run = runToItsEnd(system);
      await system.hasWritten(after);
      const outcome = await rest.disturb(system, run);
      await run;
      return [await rowOf(system, name, what, outcome)];
    } finally {
      await rest.cleanUp?.(system);
      await system.close();
    }
  },
});

/** The month's run; where the command that waits for it is cut off, or reaches nobody in time, it is given once more. */
export async function runToItsEnd(system: DrillSystem): Promise<Outcome> {
  const startedAt = Date.now();
  let ended = await system.runMonth();
  for (let again = 0; again < 5 && ended.code === 69; again += 1) ended = await system.runMonth();
  return { code: ended.code, message: lastWords(ended.stderr), seconds: (Date.now() - startedAt) / 1000 };
}

export async function rowOf(
  system: DrillSystem,
  drill: string,
  what: string,
  { code, message, seconds, problems = [] }: Outcome,
): Promise<Row> {
  const wanted = alertOf(drill);
  const alerts = await system.raised(wanted);
  const { figures, code: last, said, writesAfterwards } = await system.end();
  const more = [
    ...problems,
    ...(wanted === undefined || alerts === null || alerts.includes(wanted) ? [] : [`the alert ${wanted} is not raised`]),
    ...figures.problems,
    ...(writesAfterwards > 0 ? [`one more run wrote ${writesAfterwards} times, with nothing changed`] : []),
    ...(last === 0 || last === 3 ? [] : [`the run afterwards ended with ${last}: ${said}`]),
  ];
  return { drill, what, code, message, seconds, figures, alerts, problems: more };
}

/** A drill that did not come to its end has shown nothing. */
export const notPlayed = ({ name, what }: Pick<Drill, 'name' | 'what'>, { message }: Error): Row => ({
  drill: name,
  what,
  code: -1,
  message: 'not played to its end',
  seconds: 0,
  figures: { duplicates: 0, lost: 0, centsOff: 0 },
  alerts: null,
  problems: [message],
});

/** The last sentence of what a command said. */
export const lastWords = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1) ?? '';

/** The run continued and came to its end by itself: how long that took from now on. */
export async function byItself(run: Promise<Outcome>): Promise<Outcome> {
  const startedAt = Date.now();
  const { code } = await run;
  return { code, message: 'continues automatically', seconds: (Date.now() - startedAt) / 1000 };
}
