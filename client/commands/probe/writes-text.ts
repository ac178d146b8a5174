import { WRITE_QUESTIONS, type WriteAnswer } from '../../../shared/probe/writes/questions.js';
import type { WriteProbeResult } from '../../../shared/probe/writes/probe.js';
import { onTerminal } from '../../terminal/printable.js';

/** What only a write could tell, as people read it: the behaviour, what showed it, and what the product does about it. */
export const renderWriteProbe = onTerminal(({ companyId, answers, left }: WriteProbeResult) =>
  [
    ...answers.map(answerText),
    '',
    left.length === 0
      ? `Everything that was made on company ${companyId} is taken back. An inactive contract without rows and inactive services called "Billing probe …" stay.`
      : `Not taken back on company ${companyId}. Check there:\n${left.map((what) => `  ${what}`).join('\n')}\nThe same command tries again.`,
  ].join('\n'),
);

const answerText = ({ id, is, text }: WriteAnswer): string =>
  `${is === null ? '?' : '•'} ${WRITE_QUESTIONS[id].what}: ${is ?? 'could not be checked'}\n    ${text}\n    This program ${WRITE_QUESTIONS[id].copes}.`;
