import type { Finding } from '../doctor/check.js';
import { advised, paint, type Paper } from './paper.js';

/** What was looked at, one paragraph each; what to do stands behind an arrow. */
export const renderFindings = (findings: Finding[], paper: Paper): string =>
  findings.map((finding) => renderFinding(finding, paper)).join('\n');

function renderFinding({ check, isGood, text, fix }: Finding, paper: Paper): string {
  const mark = isGood ? paint(paper, 'green', '✓') : paint(paper, 'red', '✗');
  const [head, ...rest] = advised(`${isGood ? '✓' : '✗'} ${check}: ${text}`, paper, '', '  ').split('\n');
  const first = mark + head!.slice(1);
  return [first, ...rest, ...(fix === null ? [] : [advised(fix, paper, '    → ', '      ')])].join('\n');
}
