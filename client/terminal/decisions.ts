import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { amountText, grouped } from '../../shared/billing/basics/decimal.js';
import { onTerminal } from './printable.js';
import { table, type Column } from './table.js';

/** The decisions log as people read it: one row a decision, the oldest first. */

const COLUMNS: Column[] = [
  { title: 'When (UTC)' },
  { title: 'Who' },
  { title: 'What' },
  { title: 'Month' },
  { title: 'Customer' },
  { title: 'Sales', align: 'right' },
  { title: 'Cost', align: 'right' },
  { title: 'Digest' },
  { title: 'Reason' },
];

export const renderDecisions = onTerminal((entries: LoggedDecision[], paper) =>
  entries.length === 0 ? 'No decision is on record.' : table(COLUMNS, entries.map(cells), paper),
);

const cells = (entry: LoggedDecision): string[] => [
  momentOf(entry),
  whoOf(entry),
  entry.action,
  entry.month ?? '',
  whoseOf(entry),
  entry.amounts === null ? '' : amountText(entry.amounts.sales, entry.amounts.currency),
  entry.amounts === null ? '' : grouped(entry.amounts.cost),
  digestOf(entry),
  whyOf(entry),
];

/** To the minute, UTC. */
export const momentOf = ({ at }: Pick<LoggedDecision, 'at'>): string => at.replace('T', ' ').replace(/:\d{2}(\.\d+)?Z$/, '');

/** The beginning of the plan's or the certificate's digest, enough to find it by. */
export const digestOf = ({ digest }: Pick<LoggedDecision, 'digest'>): string => digest?.slice(0, DIGITS_SHOWN) ?? '';

const DIGITS_SHOWN = 12;

/** The customer; null if the decision is about the month or a setting. */
export const whoseOf = ({
  organizationName,
  organizationId,
}: Pick<LoggedDecision, 'organizationName' | 'organizationId'>): string => organizationName ?? organizationId ?? '';

export const whyOf = ({ reason, details }: Pick<LoggedDecision, 'reason' | 'details'>): string =>
  [reason, details].filter((text) => text).join('; ');

type Line = Pick<LoggedDecision, 'at' | 'actor' | 'organizationName' | 'organizationId' | 'amounts' | 'reason' | 'details'> & {
  action: string;
  via: string;
};

/** A decision as one line of a report. */
export const decisionLine = (entry: Line): string => {
  const about = [entry.action, whoseOf(entry)].filter((text) => text).join(' ');
  const amount = entry.amounts === null ? '' : `, ${amountText(entry.amounts.sales, entry.amounts.currency)}`;
  const why = whyOf(entry);
  return `${momentOf(entry)}  ${whoOf(entry)}: ${about}${amount}${why === '' ? '' : ` (${why})`}`;
};

/** Who it was, in words; a signal from the Web UI names nobody. */
export const whoOf = ({ actor, via }: { actor: string | null; via: string }): string =>
  actor ?? (via === 'worker' ? 'the worker' : `by ${via}, not named`);
