import { InvalidArgumentError, Option } from 'commander';
import { parseDay, parseMonth } from '../context.js';

/** Arguments and options that several commands take. */

const argument =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
export const month = argument(parseMonth);
export const asOf = (): Option =>
  new Option('--as-of <day>', 'run as if on this day, YYYY-MM-DD (default: today in BILLING_TIMEZONE)').argParser(
    argument(parseDay),
  );
/** Who is meant where nobody is named: all of them, or nobody, where what is done is done to single ones. */
export const organization = (unnamed: 'all' | 'nobody' = 'all'): Option =>
  new Option('--organization <id or name>', 'only this organization; may be repeated')
    .default([] as string[], unnamed)
    .argParser((text: string, all: string[]) => [...all, text]);
export const actor = (): Option => new Option('--actor <name>', 'who decides, for the log (default: this machine’s user)');
export const json = (): Option => new Option('--json', 'print JSON instead of text').default(false);
export const full = (): Option => new Option('--full', 'as text: every customer and line, not only the largest').default(false);
export const whole = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected a whole number');
};

/** A digest as it is pasted: blanks and capitals name no other one. */
export const digest = (text: string): string => text.trim().toLowerCase();
