import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { onTerminal } from './printable.js';
import { table, type Column } from './table.js';

/** The decisions log as people read it: one row a decision, the oldest first. */

const COLUMNS: Column[] = [
  { title: 'When' },
  { title: 'Who' },
  { title: 'What' },
  { title: 'Month' },
  { title: 'Customer' },
  { title: 'Sales', align: 'right' },
  { title: 'Cost', align: 'right' },
  { title: 'Reason' },
];

export const renderDecisions = onTerminal((entries: LoggedDecision[], paper) =>
  entries.length === 0 ? 'No decision is on record.' : table(COLUMNS, entries.map(cells), paper),
);

const cells = (entry: LoggedDecision): string[] => [
  entry.at.replace('T', ' ').replace(/:\d{2}(\.\d+)?Z$/, ''),
  whoOf(entry),
  entry.action,
  entry.month ?? '',
  entry.organizationName ?? entry.organizationId ?? '',
  entry.amounts === null ? '' : `${entry.amounts.sales} ${entry.amounts.currency}`,
  entry.amounts?.cost ?? '',
  [entry.reason, entry.details].filter((text) => text).join('; '),
];

/** Who it was, in words; a signal from the Web UI names nobody. */
export const whoOf = ({ actor, via }: Pick<LoggedDecision, 'actor' | 'via'>): string =>
  actor ?? (via === 'worker' ? 'the worker' : `by ${via}, not named`);
