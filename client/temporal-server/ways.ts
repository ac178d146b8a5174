/** Takes one line for the person who waits. */
export type Say = (line: string) => void;

/** Standard error: standard output carries results only. */
export const toStandardError: Say = (line) => {
  process.stderr.write(`${line}\n`);
};

/** One way to get something. */
export interface Way<T> {
  /** As it stands in messages: `TEMPORAL_CLI_PATH`, `download`. */
  name: string;
  /** The thing; undefined where this way was not open to begin with (a variable not set); an error where it was tried and did not work. */
  attempt: () => Promise<T | undefined>;
}

export interface Wanted {
  /** `Temporal dev server` */
  what: string;
  /** What a person can do when nothing worked. */
  advice: string;
}

/** Tries one way after the other. When none works, the error has the outcome of each and what to install. */
export async function firstThatWorks<T>(wanted: Wanted, ways: readonly Way<T>[], say: Say): Promise<T> {
  const outcomes: string[] = [];
  for (const { name, attempt } of ways) {
    try {
      const found = await attempt();
      if (found !== undefined) return found;
      outcomes.push(`  ${name}: nothing there`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`${wanted.what}: ${name}: ${reason}`);
      outcomes.push(`  ${name}: ${reason}`);
    }
  }
  throw new Error([`Could not find or build the ${wanted.what}:`, ...outcomes, wanted.advice].join('\n'));
}
