import { isDay, isMonth } from '../shared/billing/basics/month.js';
import type { Day, Month } from '../shared/billing/types.js';
import { dayIn } from '../shared/messages/messages.js';
import { readEnvironment, type Environment } from '../shared/environment.js';
import type { Profile } from '../shared/brokers/profiles.js';
import { CommandError, EXIT } from './terminal/exit.js';
import { PLAIN, paperOf, type Paper } from './terminal/paper.js';
import { terminalText } from './terminal/printable.js';

/** What every command gets: the environment, and where its words go. The result goes to standard output, everything else to standard error. */
export interface Context {
  environment: Environment;
  out(text: string): void;
  say(text: string): void;
  /** Whether a person watches: progress is shown then. */
  isTerminal: boolean;
  /** The broker that `--broker` named, and the file of its settings. */
  broker?: Profile | undefined;
  /** What the result is printed on; plain and of any width when not said. */
  paper?: Paper | undefined;
}

/** Shows a person who watches how far it is. */
export const progressOn =
  (context: Context) =>
  (what: string): void => {
    if (context.isTerminal) context.say(what);
  };

/** Where words go, also before the environment is known. */
export const SPEAKING: Pick<Context, 'out' | 'say'> = {
  out: (text) => void process.stdout.write(`${terminalText(text, PLAIN)}\n`),
  say: (text) => void process.stderr.write(`${terminalText(text, PLAIN)}\n`),
};

export function realContext(): Context {
  const paper = paperOf(process.stdout, process.env);
  return {
    environment: readEnvironment(),
    ...SPEAKING,
    out: (text) => void process.stdout.write(`${terminalText(text, paper)}\n`),
    isTerminal: process.stderr.isTTY === true && process.stdout.isTTY === true,
    paper,
  };
}

/** A month as people type it. */
export function parseMonth(text: string): Month {
  if (isMonth(text)) return text;
  throw new CommandError(EXIT.usage, `"${text}" is not a month; expected YYYY-MM, such as 2025-10.`);
}

/** A day as people type it. */
export function parseDay(text: string): Day {
  if (isDay(text)) return text;
  throw new CommandError(EXIT.usage, `"${text}" is not a day; expected YYYY-MM-DD, such as 2025-10-09.`);
}

/** Today in the time zone of the schedule, which counts days the same way. */
export const today = (timeZone: string): Day => dayIn(timeZone, new Date());
