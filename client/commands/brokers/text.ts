import { us, hint } from '../../terminal/called.js';
import type { CheckedBroker, ListedBroker } from './standing.js';
import { onTerminal } from '../../terminal/printable.js';
import { table, type Column } from '../../terminal/table.js';

/** Many brokers, as people read them on a terminal. */

const LISTED: Column[] = [
  { title: 'broker' },
  { title: 'mode' },
  { title: 'schedule' },
  { title: 'last run' },
  { title: 'waiting', align: 'right' },
  { title: 'settings' },
];

const none = (folder: string): string =>
  `There is no broker in ${folder}, and none in the environment or .env. Make one with: ${us()} brokers add NAME`;

export const renderBrokers = onTerminal(({ brokers, folder }: { brokers: ListedBroker[]; folder: string }, paper) => {
  if (brokers.length === 0) return none(folder);
  const notes = brokers.flatMap(({ name, problems, unknown }) => [
    ...problems.map((problem) => `${name}: ${problem}`),
    ...unknown.map((what) => `${name}: ${what}`),
  ]);
  const rows = brokers.map((broker) => [
    broker.name,
    broker.mode ?? '',
    scheduleText(broker),
    lastRunText(broker),
    broker.waiting === null ? '?' : String(broker.waiting),
    broker.problems.length === 0 ? 'complete' : `${broker.problems.length} wrong`,
  ]);
  return [table(LISTED, rows, paper), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
});

const scheduleText = ({ schedule }: ListedBroker): string =>
  schedule === null
    ? ''
    : `${schedule.cron} ${schedule.timeZone}${schedule.state === 'active' ? '' : ` (${STATES[schedule.state]})`}`;
const STATES = { paused: 'paused', none: 'not applied', unknown: 'not asked' };

const lastRunText = ({ lastRun, problems, unknown }: ListedBroker): string =>
  problems.length > 0
    ? ''
    : (lastRun ?? (unknown.length > 0 ? '?' : 'never')).slice(0, '2025-10-09T03:00'.length).replace('T', ' ');

const SAID = { good: '✓', settings: '✗', vendor: '✗' };

/** One line each. */
export const renderChecks = onTerminal(({ checked, folder }: { checked: CheckedBroker[]; folder: string }) =>
  checked.length === 0
    ? none(folder)
    : checked
        .map(
          ({ name, is, text }) =>
            `${SAID[is]} ${name}: ${text}${is === 'good' ? '' : ` (all of it: ${hint('--broker', name, 'doctor')})`}`,
        )
        .join('\n'),
);
