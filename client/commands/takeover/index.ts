import { us } from '../../terminal/called.js';
import { companyIdOf } from '../../../shared/billing/report/facts.js';
import { classify } from '../../../shared/billing/report/record-type.js';
import { fold, groupBy } from '../../../shared/billing/basics/text.js';
import type { Month, Report } from '../../../shared/billing/types.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { keepTakeoverDismissals, readTakeoverDismissals, type TakeoverDismissal } from '../../../shared/evidence/takeover.js';
import { connectVendors } from '../../../shared/vendors.js';
import type { Context } from '../../context.js';
import { csvOf, deliver, parseRows, type DeliverOptions } from '../../csv.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, readNamed } from '../../files.js';
import { PLAIN } from '../../terminal/paper.js';
import { line } from '../../terminal/printable.js';
import { renderTakeover } from './text.js';
import { original } from '../../documents/spreadsheet.js';
import { billedElsewhere, isSameFinding, type BilledElsewhere, type TakenOver } from './billed-elsewhere.js';
import { reachable } from '../../reachable.js';

/** Before the first month on a tenant with a past: what others' contracts bill that the report has too. Nothing is written to Autotask. */

export interface TakeoverOptions extends DeliverOptions {
  month: Month;
  /** CSV of what was looked at, with a reason each. */
  dismiss?: string | undefined;
  /** One contract that is right, by its id; with a reason. */
  contract?: number | undefined;
  reason?: string | undefined;
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
  const { month, dismiss, contract, reason } = options;
  if ((contract === undefined) !== (reason === undefined))
    throw new CommandError(EXIT.usage, '--contract and --reason belong together: which contract is right, and why.');
  await checkOutput(options.out);
  const config = loadConfig(context.environment);
  const evidence = openEvidence(config.evidence, config);
  try {
    if (dismiss !== undefined) {
      const rows = await readDismissals(dismiss);
      await keepTakeoverDismissals(evidence, config.broker, rows);
      context.say(line`${rows.length} dismissed, with their reasons.`);
    }
    const { found: all, unread } = await reachable(() => look(config, month));
    if (contract !== undefined)
      await keepTakeoverDismissals(evidence, config.broker, dismissalsOf(all, contract, reason ?? '', month));
    const dismissed = await readTakeoverDismissals(evidence, config.broker);
    const found = all.filter((one) => !dismissed.some((other) => isSameFinding(other, one)));
    const text =
      options.out === undefined
        ? renderTakeover({ month, found }, context.paper ?? PLAIN)
        : csvOf(COLUMNS, found.map(rowOf), config);
    for (const message of unread) context.say(line`${message}`);
    await deliver(context, found, options, text);
    return unread.length > 0 || found.some(({ strength }) => strength === 'held') ? EXIT.waits : EXIT.done;
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

/** What a contract bills in the month that the report has too, each with the reason. */
function dismissalsOf(found: BilledElsewhere[], contractId: number, reason: string, month: Month): TakeoverDismissal[] {
  const own = found.filter((one) => one.contractId === contractId);
  if (own.length === 0)
    throw new CommandError(EXIT.usage, `Contract ${contractId} bills nothing that the report of ${month} has.`);
  const at = new Date().toISOString();
  return own.map(({ serviceId, amount }) => ({ contractId, serviceId, amount, reason, at }));
}

async function readDismissals(file: string): Promise<Parameters<typeof keepTakeoverDismissals>[2]> {
  const rows = parseRows(
    file,
    await readNamed(file, `what ${us()} takeover MONTH --out FILE writes, with a reason in the rows that are right`),
  );
  const [first] = rows;
  const needed = ['contract_id', 'service_id', 'amount', 'reason'];
  if (!first || needed.some((column) => !(column in first.record)))
    throw new CommandError(
      EXIT.usage,
      `${file} needs the columns ${needed.join(', ')}; ${us()} takeover MONTH --out FILE writes them.`,
    );
  const at = new Date().toISOString();
  return rows
    .filter(({ record }) => (record.reason ?? '').trim() !== '')
    .map(({ line: number, record }) => {
      const [contractId, serviceId] = [Number(record.contract_id), Number(record.service_id)];
      const amount = original(record.amount ?? '').replace(',', '.');
      if (!Number.isSafeInteger(contractId) || !Number.isSafeInteger(serviceId) || !/^-?\d+(\.\d+)?$/.test(amount))
        throw new CommandError(EXIT.usage, `${file}, line ${number}: contract_id, service_id or amount is not a number.`);
      return { contractId, serviceId, amount, reason: original(record.reason ?? ''), at };
    });
}

// ---------------------------------------------------------------------------------------------------------------- reading both sides

async function look(config: Config, month: Month): Promise<{ found: BilledElsewhere[]; unread: string[] }> {
  const { autotask, cloudmore } = connectVendors(config);
  const report = await cloudmore.readReport({ month });
  const customers = customersOf(report);
  const companyIds = [...new Set(customers.map(({ companyId }) => companyId))];
  const keys = new Set(
    [...report.lines.map(({ subscriptionId }) => subscriptionId), ...report.subscriptions.map(({ id }) => id)].map(fold),
  );
  const { rows, unread } = await autotask.readForeign({ month, companyIds });
  const foreign = rows.filter(({ contract }) => !isOurs(contract.number, keys));
  return { found: billedElsewhere(customers, foreign), unread: unread.map(({ message }) => message) };
}

/** The subscription's own contract is found by its id, and is taken over, not billed separately. */
const isOurs = (key: string | null, keys: Set<string>): boolean =>
  key !== null && (keys.has(fold(key)) || fold(key).startsWith('cm-'));

function customersOf({ organizations, lines }: Report): TakenOver[] {
  const sold = lines.filter((one) => !['CustomService', 'ManualBillingLine'].includes(classify(one)));
  const byOrganization = groupBy(sold, ({ organizationId }) => fold(organizationId));
  return organizations.flatMap(({ id, name, companyIdText }) => {
    const [own, companyId] = [byOrganization.get(fold(id)), companyIdOf(companyIdText ?? '')];
    return own === undefined || companyId === undefined
      ? []
      : [{ organizationId: id, organizationName: name, companyId, lines: own }];
  });
}
