import { advised, type Advised } from '../../../shared/billing/basics/command.js';
import type { Finding } from '../../checks/check.js';
import { onTerminal } from '../../terminal/printable.js';
import { advice, paint, type Paper } from '../../terminal/paper.js';

/** What was looked at, one paragraph each; what to do stands behind an arrow. */
export const renderFindings = onTerminal((findings: Finding[], paper) =>
  findings.map((finding) => renderFinding(finding, paper)).join('\n'),
);

function renderFinding({ check, isGood, text, fix, parts }: Finding, paper: Paper): string {
  const mark = isGood ? paint(paper, 'green', '✓') : paint(paper, 'red', '✗');
  const found = fix === null && parts !== undefined ? parts : [advised(text)];
  const named = found.map((part, index) =>
    index === 0 ? { ...part, text: `${isGood ? '✓' : '✗'} ${check}: ${part.text}` } : part,
  );
  const toDo = fix === null ? [] : (parts ?? [advised(fix)]);
  const [head, ...rest] = paragraphs(named, paper, '', '  ');
  const first = mark + head!.slice(1);
  return [first, ...rest, ...paragraphs(toDo, paper, '    → ', '      ')].join('\n');
}

/** The lines of paragraphs, the first of them behind `first`. */
const paragraphs = (parts: Advised[], paper: Paper, first: string, rest: string): string[] =>
  parts.flatMap((part, index) => advice(part, paper, index === 0 ? first : rest, rest).split('\n'));
