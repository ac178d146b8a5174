import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.js';
import { CommandError, EXIT } from './exit.js';

/** What a person is asked before something is written. */

/** A sum that is typed back by the person who read it; `--yes` where nobody can be asked. */
export interface Confirmation {
  /** "15,319.93 EUR + 12.00 USD". */
  expected: string;
  /** What `--yes` said. */
  yes: string | undefined;
  /** "Type the sum to release them". */
  question: string;
  /** "Nothing was released". */
  otherwise: string;
}

/** Throws unless the sum is typed back. */
export async function confirmSum(context: Context, { expected, yes, question, otherwise }: Confirmation): Promise<void> {
  const typed = yes ?? (await ask(context, `${question} (${expected}): `, `${otherwise}: no sum was typed.`));
  if (typed !== null && sameSum(typed, expected)) return;
  throw new CommandError(
    typed === null ? EXIT.usage : EXIT.failed,
    typed === null
      ? `${otherwise}. Without a terminal, confirm the sum with --yes "${expected}"`
      : `${otherwise}: "${typed.trim()}" is not the sum, which is ${expected}.`,
  );
}

/** Throws unless a person says yes. Without a terminal it continues: a schedule or a script has already decided. */
export async function confirmYes(context: Context, question: string, otherwise: string): Promise<void> {
  const typed = await ask(context, `${question} (yes or no): `, `${otherwise}: nothing was answered.`);
  if (typed === null || /^y(es)?$/i.test(typed.trim())) return;
  throw new CommandError(EXIT.failed, `${otherwise}.`);
}

/** With or without the currency where there is one only. */
export const sameSum = (typed: string, expected: string): boolean => {
  const bare = (text: string): string => text.replace(/[\s,]/g, '').toUpperCase();
  return bare(typed) === bare(expected) || (!expected.includes('+') && bare(typed) === bare(expected.split(' ')[0]!));
};

/** What is typed; null where nobody can be asked. Anyone who leaves the question by Ctrl-C or Ctrl-D has not answered it. */
async function ask(context: Context, question: string, unanswered: string): Promise<string | null> {
  if (!context.isTerminal || process.stdin.isTTY !== true) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    context.say(''); // The question has no end of line.
    throw new CommandError(EXIT.failed, unanswered);
  } finally {
    lines.close();
  }
}
