import type { Tables } from './rig.js';

/**
 * The fewest calls a month can take, computed from what Autotask held before and after it, and from nothing that the product says: the bulk pages needed
 * to know what is there, a last check of rows that are adjusted, a write for everything that is different afterwards, and a read-back query per kind of
 * record and company that was written.
 */
export interface Bound {
  reads: number;
  /** Last checks before rows that were there are adjusted. */
  looks: number;
  writes: number;
  readBacks: number;
  total: number;
}

const PAGE = 500;
/** Rows that one check before adjustments may ask for: its answer has later rows of each too, and fits one page. */
const ROWS_A_LOOK = 100;
const pages = (records: number): number => Math.max(1, Math.ceil(records / PAGE));

export interface BoundOptions {
  month: string;
  /** Companies that organizations of the report name. */
  companies: number;
}

export function boundOf(before: Tables, after: Tables, { month, companies }: BoundOptions): Bound {
  const reads = readsOf(before, month, companies);
  const looks = looksOf(before, after);
  const written = changesOf(before, after);
  const writes = written.length;
  const readBacks = new Set(written.filter(({ isReadBack }) => isReadBack).map(({ kind, owner }) => `${kind} ${owner}`)).size;
  return { reads, looks, writes, readBacks, total: reads + looks + writes + readBacks };
}

/**
 * Pages of contracts, rows of the month, charges of the month, services, products and companies. Without contracts there are no rows to ask for. Contracts are
 * asked for twice, by the field and by the number: nobody knows whether Autotask evaluates a user-defined field in a group with anything, and a
 * search that does not see all of them, which only a second one shows, would make them once more (rule E2). Rows of the month are asked for once more by their
 * service: what a copy of a contract bills alongside ours carries no id of ours (rule 8.6), and no query leaves out a list.
 */
function readsOf({ contracts, unitRows, charges, services }: Tables, month: string, companies: number): number {
  const rows = unitRows.filter(({ startDate }) => String(startDate).startsWith(month)).length;
  const ofMonth = charges.filter(({ internalPurchaseOrderNumber }) =>
    String(internalPurchaseOrderNumber).startsWith(`CM-${month}-`),
  );
  const products = 1;
  return (
    pages(contracts.filter(carriesField).length) +
    pages(contracts.filter(carriesNumber).length) +
    (contracts.length === 0 ? 0 : 2 * pages(rows)) +
    pages(ofMonth.length) +
    pages(services.length) +
    products +
    pages(companies)
  );
}

/** What somebody approved or changed at the last moment shows in no survey; the rows of new contracts are nobody's yet. */
function looksOf(before: Tables, after: Tables): number {
  const rowOf = ({ contractID, serviceID, day }: Record<'contractID' | 'serviceID' | 'day', unknown>): string =>
    [contractID, serviceID, String(day).slice(0, 10)].join();
  const there = new Set(before.unitRows.map((row) => rowOf({ ...placeOf(row), day: row['startDate'] })));
  const adjusted = after.adjustments
    .slice(before.adjustments.length)
    .map((one) => rowOf({ ...placeOf(one), day: one['effectiveDate'] }));
  return Math.ceil(new Set(adjusted.filter((row) => there.has(row))).size / ROWS_A_LOOK);
}

const placeOf = ({ contractID, serviceID }: TableRecord): Record<'contractID' | 'serviceID', unknown> => ({
  contractID,
  serviceID,
});

type TableRecord = Tables['contracts'][number];
const carriesField = ({ userDefinedFields }: TableRecord): boolean =>
  Array.isArray(userDefinedFields) && userDefinedFields.some(({ value }: { value?: unknown }) => (value ?? '') !== '');
const carriesNumber = ({ contractNumber }: TableRecord): boolean => (contractNumber ?? '') !== '';

interface Write {
  kind: string;
  /** Company the record belongs to; services and products belong to the one that made them, so to one. */
  owner: string;
  /** The text of a contract service (rule 5.4) is no money and is not read back. */
  isReadBack: boolean;
}

function changesOf(before: Tables, after: Tables): Write[] {
  const companyOf = new Map(after.contracts.map(({ id, companyID }) => [id, String(companyID)]));
  const ofContract = ({ contractID }: Record<string, unknown>): string => companyOf.get(Number(contractID)) ?? '';
  const write = (kind: string, owner: string, isReadBack = true): Write => ({ kind, owner, isReadBack });
  const described = (tables: Tables): Set<number> => {
    const keys = new Map(tables.services.map(({ id, invoiceDescription }) => [id, invoiceDescription]));
    return new Set(
      tables.contractServices
        .filter(({ serviceID, invoiceDescription }) => invoiceDescription !== keys.get(Number(serviceID)))
        .map(({ id }) => id),
    );
  };
  const wasDescribed = described(before);
  const isDescribed = described(after);
  const owners = new Map(after.contractServices.map((service) => [service.id, ofContract(service)]));
  return [
    ...different(before.contracts, after.contracts, ['endDate', 'serviceLevelAgreementID', 'contractNumber']).map(
      ({ companyID }) => write('contracts', String(companyID)),
    ),
    ...after.adjustments.slice(before.adjustments.length).map((adjustment) => write('rows', ofContract(adjustment))),
    ...different(before.charges, after.charges, ['unitPrice', 'unitCost', 'unitQuantity']).map((charge) =>
      write('charges', ofContract(charge)),
    ),
    // Its id is in no answer, so contract services must be looked up to be described.
    ...[...isDescribed].filter((id) => !wasDescribed.has(id)).map((id) => write('contract services', owners.get(id) ?? '')),
    ...catalogue('services', different(before.services, after.services, ['unitPrice', 'unitCost'])),
    ...catalogue('products', different(before.products, after.products, [])),
  ];
}

/** Services and products are read back by the one that made them; at least one organization did. */
const catalogue = (kind: string, records: unknown[]): Write[] => records.map(() => ({ kind, owner: 'one', isReadBack: true }));

type Records = Tables['contracts'];

/** Records that are new, gone, or have another value in one of the fields. */
function different(before: Records, after: Records, fields: string[]): Records {
  const old = new Map(before.map((record) => [record.id, record]));
  const now = new Set(after.map(({ id }) => id));
  const changed = after.filter((record) => {
    const earlier = old.get(record.id);
    return earlier === undefined || fields.some((field) => earlier[field] !== record[field]);
  });
  return [...changed, ...before.filter(({ id }) => !now.has(id))];
}
