import { Autotask, fromWire, type Condition } from '../../shared/autotask/index.js';
import { LIST_LENGTH_BESIDE_OTHERS, rowsFrom } from '../../shared/autotask/conditions.js';
import { companyIdOf } from '../../shared/billing/facts.js';
import { firstDay, monthOf } from '../../shared/billing/month.js';
import { classify } from '../../shared/billing/record-type.js';
import { fold, groupBy } from '../../shared/billing/text.js';
import type { Month, Report } from '../../shared/billing/types.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import { loadConfig, type Config } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { keepTakeoverDismissals, readTakeoverDismissals } from '../../shared/evidence/takeover.js';
import type { Context } from '../context.js';
import { csvOf, deliver, parseRows, type DeliverOptions } from '../csv.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { checkOutput, readNamed } from '../files.js';
import { PLAIN } from '../render/paper.js';
import { line } from '../render/printable.js';
import { renderTakeover } from '../render/takeover.js';
import { original } from '../render/spreadsheet.js';
import { toExistingService, type ExistingService } from '../services.js';
import { billedElsewhere, isSameFinding, type BilledElsewhere, type TakenOver } from '../takeover.js';
import { reachable } from './plan.js';

/** Before the first month on a tenant with a past: what others' contracts bill that the report has too. Nothing is written to Autotask. */

export interface TakeoverOptions extends DeliverOptions {
  month: Month;
  /** CSV of what was looked at, with a reason each. */
  dismiss?: string | undefined;
}

const COLUMNS = [
  'organization',
  'company_id',
  'contract_id',
  'contract',
  'service_id',
  'service',
  'product',
  'item_code',
  'amount',
  'currency',
  'strength',
  'why',
  'reason',
];

export async function takeover(context: Context, options: TakeoverOptions): Promise<ExitCode> {
  const { month, dismiss } = options;
  await checkOutput(options.out);
  const config = loadConfig(context.environment);
  const evidence = openEvidence(config.evidence);
  try {
    if (dismiss !== undefined) {
      const rows = await readDismissals(dismiss);
      await keepTakeoverDismissals(evidence, config.broker, rows);
      context.say(line`${rows.length} dismissed, with their reasons.`);
    }
    const dismissed = await readTakeoverDismissals(evidence, config.broker);
    const found = await reachable(() => look(config, month, (one) => dismissed.some((other) => isSameFinding(other, one))));
    const text =
      options.out === undefined ? renderTakeover({ month, found }, context.paper ?? PLAIN) : csvOf(COLUMNS, found.map(rowOf));
    await deliver(context, found, options, text);
    return found.some(({ strength }) => strength === 'held') ? EXIT.waits : EXIT.done;
  } finally {
    await evidence.close();
  }
}

const rowOf = (found: BilledElsewhere): Record<string, string> => ({
  organization: found.organizationName,
  company_id: String(found.companyId),
  contract_id: String(found.contractId),
  contract: found.contractName,
  service_id: String(found.serviceId),
  service: found.serviceName,
  product: found.product,
  item_code: found.itemCode ?? '',
  amount: found.amount,
  currency: found.currency,
  strength: found.strength,
  why: found.why,
  reason: '',
});

async function readDismissals(file: string): Promise<Parameters<typeof keepTakeoverDismissals>[2]> {
  const rows = parseRows(
    file,
    await readNamed(file, 'what billing takeover MONTH --out FILE writes, with a reason in the rows that are right'),
  );
  const [first] = rows;
  const needed = ['contract_id', 'service_id', 'amount', 'reason'];
  if (!first || needed.some((column) => !(column in first.record)))
    throw new CommandError(
      EXIT.usage,
      `${file} needs the columns ${needed.join(', ')}; billing takeover MONTH --out FILE writes them.`,
    );
  const at = new Date().toISOString();
  return rows
    .filter(({ record }) => (record.reason ?? '').trim() !== '')
    .map(({ line: number, record }) => {
      const [contractId, serviceId] = [Number(record.contract_id), Number(record.service_id)];
      const amount = original(record.amount ?? '').replace(',', '.');
      if (!Number.isSafeInteger(contractId) || !Number.isSafeInteger(serviceId) || !/^-?\d+(\.\d+)?$/.test(amount))
        throw new CommandError(EXIT.usage, `${file}, line ${number}: contract_id, service_id or amount is no number.`);
      return { contractId, serviceId, amount, reason: original(record.reason ?? ''), at };
    });
}

// ---------------------------------------------------------------------------------------------------------------- reading both sides

async function look(config: Config, month: Month, isDismissed: (found: BilledElsewhere) => boolean): Promise<BilledElsewhere[]> {
  const report = await new Cloudmore(config.cloudmore).readReport({ month });
  const customers = customersOf(report);
  const autotask = new Autotask(config.autotask);
  const companies = [...new Set(customers.map(({ companyId }) => companyId))];
  const keys = new Set(
    [...report.lines.map(({ subscriptionId }) => subscriptionId), ...report.subscriptions.map(({ id }) => id)].map(fold),
  );
  const contracts = (await contractsOf(autotask, config.autotask.subscriptionUdf, companies)).filter(
    ({ key, number, endDay }) => !isOurs(key, keys) && !isOurs(number, keys) && endDay >= firstDay(month),
  );
  const rows = await rowsOf(
    autotask,
    month,
    contracts.map(({ id }) => id),
  );
  const [contractsBy, rowsBy] = [groupBy(contracts, ({ companyId }) => companyId), groupBy(rows, ({ contractId }) => contractId)];
  const services = new Map<number, ExistingService>();
  for (const record of await autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }])) {
    const service = toExistingService(record);
    if (service !== null) services.set(service.id, service);
  }
  const all = customers.map((customer): TakenOver => {
    const own = contractsBy.get(customer.companyId) ?? [];
    return { ...customer, contracts: own, rows: own.flatMap(({ id }) => rowsBy.get(id) ?? []) };
  });
  return billedElsewhere(all, services, isDismissed);
}

/** The subscription's own contract is found by its id, and is taken over, not billed beside. */
const isOurs = (key: string | null, keys: Set<string>): boolean =>
  key !== null && (keys.has(fold(key)) || fold(key).startsWith('cm-'));

function customersOf({ organizations, lines }: Report): Omit<TakenOver, 'contracts' | 'rows'>[] {
  const sold = lines.filter((one) => !['CustomService', 'ManualBillingLine'].includes(classify(one)));
  const byOrganization = groupBy(sold, ({ organizationId }) => fold(organizationId));
  return organizations.flatMap(({ id, name, companyIdText }) => {
    const [own, companyId] = [byOrganization.get(fold(id)), companyIdOf(companyIdText ?? '')];
    return own === undefined || companyId === undefined
      ? []
      : [{ organizationId: id, organizationName: name, companyId, lines: own }];
  });
}

type Rec = Record<string, unknown>;
const lower = (record: unknown): Rec =>
  Object.fromEntries(Object.entries((record ?? {}) as Rec).map(([name, value]) => [name.toLowerCase(), value]));
const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);

async function listed(autotask: Autotask, entity: string, field: string, values: number[], rest: Condition[]): Promise<Rec[]> {
  const found: Rec[] = [];
  for (let start = 0; start < values.length; start += LIST_LENGTH_BESIDE_OTHERS) {
    const some: Condition = { op: 'in', field, value: values.slice(start, start + LIST_LENGTH_BESIDE_OTHERS) };
    found.push(...(await autotask.query(entity, [some, ...rest])).map(lower));
  }
  return found;
}

async function contractsOf(autotask: Autotask, subscriptionUdf: string, companies: number[]) {
  const type = await autotask.picklists.value('Contracts', 'contractType', 'Recurring Service');
  const active = await autotask.picklists.value('Contracts', 'status', 'Active');
  const rest: Condition[] = [
    { op: 'eq', field: 'contractType', value: type },
    { op: 'eq', field: 'status', value: active },
  ];
  return (await listed(autotask, 'Contracts', 'companyID', companies, rest)).map((one) => ({
    id: Number(one.id),
    companyId: Number(one.companyid),
    name: text(one.contractname) ?? '',
    number: text(one.contractnumber),
    key: udfOf(one, subscriptionUdf),
    endDay: fromWire(String(one.enddate)),
  }));
}

function udfOf(contract: Rec, name: string): string | null {
  const fields: unknown[] = Array.isArray(contract.userdefinedfields) ? contract.userdefinedfields : [];
  return text(fields.map(lower).find((field) => fold(String(field.name)) === fold(name))?.value);
}

async function rowsOf(autotask: Autotask, month: Month, contractIds: number[]): Promise<TakenOver['rows']> {
  return (await listed(autotask, 'ContractServiceUnits', 'contractID', contractIds, rowsFrom(month, month)))
    .map((row) => ({
      id: Number(row.id),
      contractId: Number(row.contractid),
      serviceId: Number(row.serviceid),
      units: Number(row.units),
      startDay: fromWire(String(row.startdate)),
      price: typeof row.price === 'number' || typeof row.price === 'string' ? String(row.price) : '0',
    }))
    .filter(({ startDay }) => monthOf(startDay) === month);
}
