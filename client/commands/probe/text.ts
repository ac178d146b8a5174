import { BELIEFS } from '../../../shared/probe/beliefs.js';
import { movingMoney } from '../../../shared/probe/kept.js';
import type { Judged, ProbeResult } from '../../../shared/probe/probe.js';
import { VERDICTS, type Verdict } from '../../../shared/probe/verdict.js';
import type { Html } from '../../documents/html.js';
import { html, linesOf } from '../../documents/html.js';
import { htmlFile } from '../../documents/html-file.js';
import { paint, wrap, type Paper } from '../../terminal/paper.js';
import { onTerminal } from '../../terminal/printable.js';

/** What a probe said of each belief: what is otherwise than believed first, with what comes of it. */

const MARK = { confirmed: '✓', contradicted: '✗', 'not seen': '·', 'could not ask': '?' } as const;
const COLOUR = { confirmed: 'green', contradicted: 'red', 'not seen': 'dim', 'could not ask': 'yellow' } as const;

export const renderProbe = onTerminal((result: ProbeResult, paper) =>
  [
    ...VERDICTS.flatMap((is) => result.verdicts.filter((one) => one.is === is)).map((one) => judgedText(one, paper)),
    '',
    ending(result),
  ].join('\n'),
);

function judgedText({ id, is, text }: Judged, paper: Paper): string {
  const { what, breaks, movesMoney } = BELIEFS[id];
  const rest = '      ';
  const head = wrap(`${MARK[is]} ${id} ${what}: ${text}`, paper, '', rest);
  const marked = paint(paper, COLOUR[is], MARK[is]) + head.slice(1);
  if (is !== 'contradicted') return marked;
  return `${marked}\n${wrap(`${movesMoney ? 'Moves money: ' : ''}${breaks}.`, paper, '    → ', rest)}`;
}

function ending(result: ProbeResult): string {
  const { calls, month, isWhole } = result;
  const counted = VERDICTS.map((is) => `${countOf(result, is)} ${is}`).join(', ');
  const asked = `Read for ${month} with ${calls.autotask} calls to Autotask and ${calls.cloudmore} to Cloudmore; nothing was written.`;
  const moving = movingMoney(result).length;
  const none = isWhole ? 'No contradiction moves money.' : 'Nothing that could be checked contradicts a belief that moves money.';
  const verdict = moving === 0 ? none : `${moving} of the contradictions can move money: mode auto does not start.`;
  return [`${counted}.`, asked, verdict, ...(isWhole ? [] : ['Not everything could be checked: run the probe again.'])].join(
    '\n',
  );
}

const countOf = ({ verdicts }: ProbeResult, is: Verdict['is']): number => verdicts.filter((one) => one.is === is).length;

/** The same as one file that needs nothing else. */
export function renderProbeHtml(result: ProbeResult): string {
  return htmlFile(
    'Probe of both vendors',
    html`<h1>Are the vendors as this program believes?</h1>
      ${ending(result)
        .split('\n')
        .map((sentence) => html`<p>${sentence}</p>`)}
      ${linesOf(VERDICTS.map((is) => section(result, is)))}`,
  );
}

function section({ verdicts }: ProbeResult, is: Verdict['is']): Html {
  const own = verdicts.filter((one) => one.is === is);
  if (own.length === 0) return html``;
  return html`<h2>${is} (${own.length})</h2>
    <table>
      <thead>
        <tr>
          <th>No.</th>
          <th>Belief</th>
          <th>What was seen</th>
          <th>How it was checked</th>
          <th>If it is wrong</th>
        </tr>
      </thead>
      <tbody>
        ${linesOf(own.map(row))}
      </tbody>
    </table>`;
}

function row({ id, text }: Judged): Html {
  const { what, how, breaks, movesMoney } = BELIEFS[id];
  return html`<tr>
    <td>${id}</td>
    <td>${what}</td>
    <td>${text}</td>
    <td>${how}</td>
    <td>${breaks}${movesMoney ? ' (moves money)' : ''}</td>
  </tr>`;
}
