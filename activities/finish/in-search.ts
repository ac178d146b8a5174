import { reasonInWords } from '../../shared/billing/results/advice.js';
import { big, sum } from '../../shared/billing/basics/decimal.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import { byText, groupBy } from '../../shared/billing/basics/text.js';
import type { ShownInSearch } from '../../shared/messages/messages.js';
import { shown } from '../../shared/shown.js';

/** What the Web UI's list shows of a customer besides ids, where somebody chose so: search attributes are never encrypted. */
export function inSearch({ organizationName, items }: Outcome): ShownInSearch {
  const reasons = items.flatMap(({ outcome, reason }) => (outcome === 'held' ? [reasonInWords(reason ?? 'held')] : []));
  return {
    customer: shown(organizationName, LONGEST),
    amount: bandsOf(items.filter(({ outcome }) => outcome !== 'excluded')),
    reason: shown([...new Set(reasons)].sort(byText).join(', '), LONGEST),
  };
}

/** Temporal's stores take 255 characters of a keyword. */
const LONGEST = 200;

/** Limits of the bands, the largest first. */
const LIMITS = [
  ['over 100,000', '100000'],
  ['10,000 to 100,000', '10000'],
  ['1,000 to 10,000', '1000'],
  ['100 to 1,000', '100'],
] as const;

function bandsOf(items: Outcome['items']): string {
  const bands = [...groupBy(items, ({ currency }) => currency.toUpperCase())].map(([currency, group]) => {
    const amount = sum(group.map(({ sales }) => sales)).abs();
    const [name] = LIMITS.find(([, limit]) => amount.gte(big(limit))) ?? ['under 100'];
    return `${name} ${currency}`;
  });
  return bands.sort(byText).join(', ');
}
