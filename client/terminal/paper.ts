import { styleText } from 'node:util';
import type { Advised } from '../../shared/billing/basics/command.js';
import { asCalled } from './called.js';

/** What text is printed on: how wide it is, and whether it takes colours. */
export interface Paper {
  /** Infinite where nobody reads along: a pipe or a file gets whole lines. */
  columns: number;
  hasColour: boolean;
}

export const PLAIN: Paper = { columns: Infinity, hasColour: false };

/** Whether a person reads along: then it is laid out for the eye, not for a program. */
export const isOnScreen = ({ columns }: Paper): boolean => columns !== Infinity;

/** A terminal narrower than this is written to as if it had this many columns. */
const NARROWEST = 60;

/** Standard output as it is: colours only on a terminal that wants them (https://no-color.org). */
export function paperOf(stream: { isTTY?: boolean; columns?: number }, environment: Record<string, string | undefined>): Paper {
  if (stream.isTTY !== true) return PLAIN;
  const isMuted = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return { columns: Math.max(stream.columns ?? 80, NARROWEST), hasColour: !isMuted };
}

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

export const paint = (paper: Paper, style: Style, text: string): string =>
  paper.hasColour && text !== '' ? styleText(style, text, { validateStream: false }) : text;

/** The text in lines that fit, behind `first`, and behind `rest` from the second line on. A word longer than a line (an id, a link) stays whole. */
export function wrap(text: string, paper: Paper, first = '', rest = ' '.repeat(first.length)): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || Math.max(first.length, rest.length) + longer.length <= paper.columns) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((content, index) => `${index === 0 ? first : rest}${content}`).join('\n');
}

/** A sentence with the command that ends it. Where the two do not fit on a line the command gets one of its own, to be copied in one piece. */
export function advice({ text, command }: Advised, paper: Paper, first = '', rest = ' '.repeat(first.length)): string {
  if (command === null) return wrap(text, paper, first, rest);
  const called = asCalled(command);
  if (text === '') return first + called;
  const isFitting = first.length + text.length + 1 + called.length <= paper.columns;
  return isFitting ? `${first}${text} ${called}` : `${wrap(text, paper, first, rest)}\n${rest}${called}`;
}

/** The text within a width, its end cut off visibly. */
export const cutTo = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
