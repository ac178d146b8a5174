import { us } from '../../terminal/called.js';
import { amountText } from '../../../shared/billing/basics/decimal.js';
import { addDays, firstDay } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import type { BilledElsewhere } from './billed-elsewhere.js';
import { wrap, type Paper } from '../../terminal/paper.js';
import { onTerminal } from '../../terminal/printable.js';

/** What others' contracts bill that the report has too: the largest first, with what to do in Autotask. */
export const renderTakeover = onTerminal(({ month, found }: { month: Month; found: BilledElsewhere[] }, paper) => {
  const [held, weaker] = [
    found.filter(({ strength }) => strength === 'held'),
    found.filter(({ strength }) => strength === 'listed'),
  ];
  if (found.length === 0) return `No contract of others bills what the report of ${month} has.`;
  return [
    ...(held.length === 0 ? [] : ['Would be billed twice:', ...held.map((one) => findingText(one, month, paper)), '']),
    ...(weaker.length === 0 ? [] : ['Only similar, check them:', ...weaker.map((one) => findingText(one, month, paper)), '']),
    'If a contract is right alongside the report, write a reason into its row, and return the file.',
    `  ${us()} takeover ${month} --out FILE`,
    `  ${us()} takeover ${month} --dismiss FILE`,
  ].join('\n');
});

function findingText(one: BilledElsewhere, month: Month, paper: Paper): string {
  const { organizationName, amount, currency, contractId, contractName, serviceName, product, why, strength } = one;
  const head = `${amountText(amount, currency)}  ${organizationName}: contract ${contractId} (${contractName}) bills ${serviceName}; the report has ${product} (${why}).`;
  if (strength === 'listed') return wrap(head, paper, '  ', '    ');
  const end = addDays(firstDay(month), -1);
  if (one.covers !== undefined) {
    const { from, to } = one.covers;
    const text = `It bills ${from} to ${to} at once; the amount is the share of ${month}. In Autotask: end the contract on ${to} at the latest, and bill this product from then on.`;
    return `${wrap(head, paper, '  ', '    ')}\n${wrap(text, paper, '    → ', '      ')}`;
  }
  const advice = `In Autotask: end the contract on ${end}, or set the units of this service to 0 from ${firstDay(month)}; an earlier end there removes what follows.`;
  return `${wrap(head, paper, '  ', '    ')}\n${wrap(advice, paper, '    → ', '      ')}`;
}
