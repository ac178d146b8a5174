import { styleText } from 'node:util';

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

/** A command that is all there is, or the end of a sentence, behind its colon. */
const COMMAND_AT_END = /^(?:(.*:) )?((?:billing|temporal|docker compose) [^:,]+)$/;

/** Lines that fit, each paragraph for itself. A command at the end of one that does not fit gets a line of its own, to be copied in one piece. */
export function advised(text: string, paper: Paper, first = '', rest = ' '.repeat(first.length)): string {
  return text
    .split('\n')
    .map((paragraph, index) => {
      const start = index === 0 ? first : rest;
      const [, sentence, command] = COMMAND_AT_END.exec(paragraph) ?? [];
      if (command === undefined) return wrap(paragraph, paper, start, rest);
      if (sentence === undefined || start.length + paragraph.length <= paper.columns) return start + paragraph;
      return `${wrap(sentence, paper, start, rest)}\n${rest}${command}`;
    })
    .join('\n');
}

/** The text within a width, its end cut off visibly. */
export const cutTo = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
