import type { Finding } from '../doctor/check.js';
import { paint, wrap, type Paper } from './paper.js';

/** What was looked at, one paragraph each; what to do stands behind an arrow. */
export const renderFindings = (findings: Finding[], paper: Paper): string =>
  findings.map((finding) => renderFinding(finding, paper)).join('\n');

function renderFinding({ check, isGood, text, fix }: Finding, paper: Paper): string {
  const mark = isGood ? paint(paper, 'green', '✓') : paint(paper, 'red', '✗');
  const [head, ...rest] = fitted(`${isGood ? '✓' : '✗'} ${check}: ${text}`, paper, '', '  ').split('\n');
  const first = mark + head!.slice(1);
  return [first, ...rest, ...(fix === null ? [] : [fitted(fix, paper, '    → ', '      ')])].join('\n');
}

/** A command that is all there is, or the end of a sentence, behind its colon. */
const COMMAND_AT_END = /^(?:(.*:) )?((?:billing|temporal|docker compose) [^:,]+)$/;

/** Lines that fit, each paragraph for itself. A command at the end of one that does not fit gets a line of its own, to be copied in one piece. */
function fitted(text: string, paper: Paper, first: string, rest: string): string {
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
