import { us } from '../../terminal/called.js';
import { toExistingService, type ExistingService } from '../../../shared/autotask/existing-service.js';
import type { Autotask } from '../../../shared/autotask/index.js';
import { plain, sum } from '../../../shared/billing/basics/decimal.js';
import { indexPrices, priceOf } from '../../../shared/billing/report/items.js';
import { classify } from '../../../shared/billing/report/record-type.js';
import { fold, groupBy, present } from '../../../shared/billing/basics/text.js';
import type { Month, Report } from '../../../shared/billing/types.js';
import { loadConfig } from '../../../shared/config.js';
import { connectVendors } from '../../../shared/vendors.js';
import type { Context } from '../../context.js';
import { csvOf, deliver, hasHeadsAlone, parseRows, type DeliverOptions } from '../../csv.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, readNamed } from '../../files.js';
import { PLAIN } from '../../terminal/paper.js';
import { line } from '../../terminal/printable.js';
import { renderServiceList, renderServiceSuggestions, type ListedService } from './text.js';
import { original } from '../../documents/spreadsheet.js';
import { suggestServices, type SoldProduct } from './suggest.js';
import { reachable } from '../../reachable.js';
import { SHARED_SERVICES, isChargeType } from '../../../shared/billing/basics/record-types.js';

/** Existing services of Autotask, by which what is sold already is billed: suggested, listed, and with `--write` given the key they are found by. */

async function readServices(autotask: Autotask): Promise<ExistingService[]> {
  const records = await autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }]);
  return records.flatMap((record) => toExistingService(record) ?? []);
}

/** The month's products that have their own service. */
export function soldProducts({ lines, prices }: Pick<Report, 'lines' | 'prices'>): SoldProduct[] {
  const index = indexPrices(prices);
  const coded = lines.filter((one) => {
    const type = classify(one);
    const hasOwn = type !== 'ManualBillingLine' && type !== 'CustomService' && type !== 'Unclassified';
    return hasOwn && present(one.itemCode) !== null && !isChargeType(type) && SHARED_SERVICES[type] === undefined;
  });
  return [...groupBy(coded, (one) => fold(one.itemCode)).values()].map((own) => {
    const [first] = own;
    const price = priceOf(index, first.itemCode, first.currency);
    return {
      itemCode: first.itemCode!,
      name: price?.name ?? first.productName ?? first.itemCode!,
      unitPrice: price?.sales ?? first.unitSales,
      sales: plain(sum(own.map(({ sales }) => sales))),
      currency: first.currency,
    };
  });
}

const COLUMNS = [
  'item_code',
  'product',
  'price',
  'service_id',
  'service',
  'service_price',
  'invoice_description_now',
  'certainty',
  'verdict',
];

/** For each product of the month the existing service that is meant; as CSV it is what `services import` takes, once a person has looked through it. */
export async function matchServices(context: Context, options: DeliverOptions & { month: Month }): Promise<ExitCode> {
  await checkOutput(options.out);
  const config = loadConfig(context.environment);
  return reachable(async () => {
    const { autotask, cloudmore } = connectVendors(config);
    const report = await cloudmore.readReport({ month: options.month });
    const suggestions = suggestServices(soldProducts(report), await readServices(autotask));
    const rows = suggestions.map(({ itemCode, name, unitPrice, service, certainty, verdict }) => ({
      item_code: itemCode,
      product: name,
      price: unitPrice ?? '',
      service_id: service === null ? '' : String(service.id),
      service: service?.name ?? '',
      service_price: service?.unitPrice ?? '',
      invoice_description_now: service?.key ?? '',
      certainty: String(certainty),
      verdict,
    }));
    const text =
      options.out === undefined ? renderServiceSuggestions(suggestions, context.paper ?? PLAIN) : csvOf(COLUMNS, rows, config);
    await deliver(context, suggestions, options, text);
    return EXIT.done;
  });
}

/** What is ours, what is others', and what nobody uses. */
export async function listServices(context: Context, options: DeliverOptions & { month: Month }): Promise<ExitCode> {
  await checkOutput(options.out);
  const config = loadConfig(context.environment);
  return reachable(async () => {
    const { autotask, cloudmore } = connectVendors(config);
    const report = await cloudmore.readReport({ month: options.month });
    const shared = Object.values(SHARED_SERVICES).map(({ key }) => key);
    const ours = new Set(
      [...report.lines.map(({ itemCode }) => itemCode), ...report.prices.map(({ itemCode }) => itemCode), ...shared].map(fold),
    );
    const used = groupBy(await autotask.query('ContractServices', [{ op: 'gte', field: 'id', value: 0 }]), serviceOf);
    const listed = (await readServices(autotask)).map(({ references: _, ...service }): ListedService => {
      const contracts = used.get(service.id)?.length ?? 0;
      const whose = service.key !== null && ours.has(fold(service.key)) ? 'ours' : contracts > 0 ? "others'" : 'unused';
      return { ...service, contracts, whose };
    });
    const rows = listed.map(({ id, name, key, isActive, contracts, whose }) => ({
      service_id: String(id),
      service: name,
      invoice_description: key ?? '',
      active: isActive ? 'yes' : 'no',
      contracts: String(contracts),
      whose,
    }));
    const columns = ['service_id', 'service', 'invoice_description', 'active', 'contracts', 'whose'];
    await deliver(
      context,
      listed,
      options,
      options.out === undefined ? renderServiceList(listed, context.paper ?? PLAIN) : csvOf(columns, rows, config),
    );
    return EXIT.done;
  });
}

const serviceOf = (record: unknown): number =>
  Number(Object.entries(record as object).find(([name]) => name.toLowerCase() === 'serviceid')?.[1]);

// ---------------------------------------------------------------------------------------------------------------- import

interface Asked {
  line: number;
  itemCode: string;
  serviceId: string;
}

interface Wanted {
  line: number;
  itemCode: string;
  service: ExistingService;
}

/** Stores the code of each row as the service's invoice description. Every row is checked before the first one is written; a value is absolute, so that a repeated import changes nothing. */
export async function importServices(context: Context, { file, write }: { file: string; write: boolean }): Promise<ExitCode> {
  const asked = await readAsked(file);
  const config = loadConfig(context.environment);
  return reachable(async () => {
    const { autotask } = connectVendors(config);
    const services = new Map((await readServices(autotask)).map((service) => [service.id, service]));
    const { wanted, problems } = checked(asked, services);
    if (problems.length > 0)
      throw new CommandError(EXIT.failed, ['Nothing was written:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    const changes = wanted.filter(({ itemCode, service }) => fold(service.key) !== fold(itemCode));
    for (const { itemCode, service } of changes) {
      if (write) await storeKey(autotask, service, itemCode);
      context.out(line`${write ? '✓' : '~'} ${service.name} (${service.id}): ${service.key ?? 'nothing'} → ${itemCode}`);
    }
    context.out(summaryOf(changes.length, asked.length, write));
    return EXIT.done;
  });
}

async function readAsked(file: string): Promise<Asked[]> {
  const text = await readNamed(file, `what ${us()} services match MONTH --out FILE writes`);
  if (hasHeadsAlone(text, ['item_code', 'service_id'])) return [];
  const rows = parseRows(file, text);
  const [first] = rows;
  if (!first || !('item_code' in first.record) || !('service_id' in first.record))
    throw new CommandError(
      EXIT.usage,
      `${file} needs the columns item_code and service_id; ${us()} services match MONTH --out FILE writes them.`,
    );
  return rows
    .map(({ line: at, record }) => ({
      line: at,
      itemCode: original(record.item_code ?? ''),
      serviceId: (record.service_id ?? '').trim(),
    }))
    .filter(({ serviceId }) => serviceId !== '');
}

function checked(asked: Asked[], services: Map<number, ExistingService>): { wanted: Wanted[]; problems: string[] } {
  const problems: string[] = [];
  const wanted = asked.flatMap(({ line: at, itemCode, serviceId }) => {
    const service = /^\d{1,12}$/.test(serviceId) ? services.get(Number(serviceId)) : undefined;
    const problem =
      itemCode === ''
        ? 'item_code is empty.'
        : service === undefined
          ? `Autotask has no service ${serviceId}.`
          : service.isActive
            ? null
            : `service ${serviceId} (${service.name}) is inactive.`;
    if (problem === null) return [{ line: at, itemCode, service: service! }];
    problems.push(`line ${at}: ${problem}`);
    return [];
  });
  for (const [what, of] of [
    ['service', (one: Wanted) => String(one.service.id)],
    ['item code', (one: Wanted) => fold(one.itemCode)],
  ] as const)
    for (const [value, same] of groupBy(wanted, of))
      if (same.length > 1)
        problems.push(
          `lines ${same.map((one) => one.line).join(' and ')}: the ${what} ${value} occurs ${same.length} times. Keep one.`,
        );
  for (const { line: at, itemCode, service } of wanted) {
    const other = [...services.values()].find((one) => one.isActive && one.id !== service.id && fold(one.key) === fold(itemCode));
    if (other)
      problems.push(
        `line ${at}: service ${other.id} (${other.name}) has ${itemCode} already; two with one code would be ambiguous.`,
      );
  }
  return { wanted, problems };
}

/** What the answer does not tell is read afterwards. */
async function storeKey(autotask: Autotask, { id, name }: ExistingService, itemCode: string): Promise<void> {
  await autotask.updateServiceKey(id, itemCode);
  const [after] = await autotask.findServices(itemCode);
  if (after?.id !== id)
    throw new CommandError(
      EXIT.failed,
      `Autotask accepted ${itemCode} for service ${id} (${name}), but does not show it. Check it there, and import again.`,
    );
}

function summaryOf(changes: number, asked: number, write: boolean): string {
  if (changes === 0)
    return `Nothing to do: ${asked} ${asked === 1 ? 'service already has its code' : 'services already have their codes'}.`;
  return write
    ? `${changes} stored. On invoices for contracts of other tools, customers read the invoice description of those contracts' services: check one.`
    : `${changes} would be stored; nothing was written. Do it with --write.`;
}
