import { createInterface } from 'node:readline/promises';
import type { Context } from './context.js';
import { CommandError, EXIT } from './exit.js';

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
  const typed = yes ?? (await ask(context, `${question} (${expected}): `));
  if (typed !== null && sameSum(typed, expected)) return;
  throw new CommandError(
    typed === null ? EXIT.usage : EXIT.failed,
    typed === null
      ? `${otherwise}. Where nobody can be asked, confirm the sum: --yes "${expected}"`
      : `${otherwise}: "${typed.trim()}" is not the sum, which is ${expected}.`,
  );
}

/** With or without the currency where there is one only. */
export const sameSum = (typed: string, expected: string): boolean => {
  const bare = (text: string): string => text.replace(/[\s,]/g, '').toUpperCase();
  return bare(typed) === bare(expected) || (!expected.includes('+') && bare(typed) === bare(expected.split(' ')[0]!));
};

async function ask(context: Context, question: string): Promise<string | null> {
  if (context.ask) return context.ask(question);
  if (!context.isTerminal || process.stdin.isTTY !== true) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
