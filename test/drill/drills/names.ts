import type { MonthResult } from '../../../shared/billing/results/results.js';
import { plainValuesOf } from '../../encryption/plain-values.js';
import { postgres } from '../database.js';
import { rowOf, runToItsEnd, type Drill } from '../drill.js';
import { BROKER, MONTH, DrillSystem } from '../system.js';
import type { Stack } from '../stack.js';

/**
 * What a stack keeps and says of a billed month, read as somebody reads it who gets hold of a backup, a log or the metrics. Of each place it is shown as well that
 * it was read: what stands there in the clear, such as a customer's id, is found.
 */
interface Place {
  name: string;
  text: string;
  /** Stands there in the clear. */
  holds: string;
}

const SUPERUSER = 'postgres';
const MARKER = 'a marker in the clear';
const NO_CUSTOMER = { organizationId: '' };

export const NAMES: Drill[] = [
  {
    name: 'names',
    what: 'a month billed with a key: dumps of all databases, logs and metrics searched for its names and amounts',
    play: async ({ image, say }) => {
      const system = await DrillSystem.open(image, say, { BILLING_EVIDENCE: '' });
      try {
        await system.stack.billing(['keys', 'add']);
        await system.stack.startWorker('worker');
        const { code, seconds } = await runToItsEnd(system);
        const { message, problems } = await search(system.stack);
        const what = 'dumps of the databases, logs and metrics of a month billed with a key hold none of its names and amounts';
        return [await rowOf(system, 'names', what, { code, message, seconds, problems })];
      } finally {
        await system.close();
      }
    },
  },
];

async function search(stack: Stack): Promise<{ message: string; problems: string[] }> {
  const { stdout } = await stack.billing(['report', MONTH, '--format', 'json']);
  const month = JSON.parse(stdout) as MonthResult;
  const values = plainValuesOf(month);
  const places = await placesOf(stack, month);
  const leaks = places.flatMap(({ name, text }) =>
    values.filter((one) => text.includes(one)).map((one) => `${name} holds "${one}"`),
  );
  const unread = places.filter(({ text, holds }) => !text.includes(holds)).map(({ name }) => `${name} was not read`);
  const message = `${values.length} names and amounts, searched for in ${places.map(({ name }) => name).join(', ')}: ${leaks.length} found`;
  return {
    message,
    problems: [...leaks, ...unread, ...(values.length < 20 ? ['the month has too few names and amounts'] : [])],
  };
}

async function placesOf(stack: Stack, month: MonthResult): Promise<Place[]> {
  const { organizationId } = month.organizations[0] ?? NO_CUSTOMER;
  const marker = ['--type', 'nothing', '--task-queue', 'nobody', '--workflow-id', 'marker', '--input', JSON.stringify(MARKER)];
  await stack.temporal('workflow', 'start', ...marker);
  const server = stack.service('postgresql');
  const names = await postgres(
    server,
    SUPERUSER,
    'psql',
    '--no-psqlrc',
    '--tuples-only',
    '--no-align',
    '--dbname',
    'postgres',
    '--command',
    'select datname from pg_database where not datistemplate and datname <> current_database()',
  );
  const dumps: Place[] = [];
  for (const name of names.split('\n').filter(Boolean))
    dumps.push({
      name,
      text: readable(await postgres(server, SUPERUSER, 'pg_dump', name)),
      holds: name === 'temporal' ? MARKER : organizationId,
    });
  const metrics = await (await fetch(`http://${stack.network.address('worker')}:9464/metrics`)).text();
  return [
    ...dumps,
    ...['worker', 'temporal', 'postgresql'].map((name) => ({
      name: `log of ${name}`,
      text: stack.service(name).said(),
      holds: '',
    })),
    { name: 'metrics', text: withoutSums(metrics), holds: `broker="${BROKER}"` },
  ];
}

/** A dump with its bytes as text, which it has as hexadecimal digits. */
const readable = (dump: string): string =>
  `${dump}\n${Array.from(dump.matchAll(/\\\\x([\da-f]+)/g), ([, digits = '']) => Buffer.from(digits, 'hex').toString('utf8')).join('\n')}`;

/** The sums of a broker's month are what these figures are for; those of customers and lines are not among them. */
const withoutSums = (metrics: string): string => metrics.replaceAll(/^billing_month_(?:sales|cost)\{.*$/gm, '');
