import fc from 'fast-check';
import { cutReport } from '../../shared/billing/report/facts.js';
import { planOrganization } from '../../shared/billing/plan/plan.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import type { Charge, Contract, Report, Row } from '../../shared/billing/types.js';
import { Findings } from '../../shared/cloudmore/findings.js';
import {
  toCatalogueService,
  toListedOrganization,
  toOrganization,
  toPrices,
  toSubscription,
} from '../../shared/cloudmore/records.js';
import { ReportLines } from '../../shared/cloudmore/report-lines.js';
import { Texts } from '../../shared/cloudmore/texts.js';
import { invoiceOf, InvoiceLines } from '../../shared/cloudmore/invoices.js';
import {
  toCharge,
  toCompany,
  toContract,
  toContractService,
  toCurrency,
  toProduct,
  toRow,
  toService,
} from '../../shared/autotask/translate.js';
import { pageOf } from '../../shared/autotask/pages.js';
import { Decoded } from '../../shared/autotask/unreadable.js';
import { ApiError } from '../../shared/http/errors.js';
import { takeFrom } from '../../shared/http/taking.js';
import { parseJson } from '../../shared/http/json.js';
import { books, settings } from '../billing/builders.js';
import * as answers from './answers.js';
import { mutations, spoil, type Spoilt } from './mutations.js';

/**
 * Mutated answers at the door of both vendors, without a network: the text is parsed as every answer is, and decoded and planned as a run does it. What may
 * come of it: a clear error of ours, what depends on it is held, or the money is the same.
 */
export type Verdict = 'error' | 'holds' | 'same money';

export interface Fuzzed {
  runs: number;
  counts: Record<Verdict, number>;
  slowestMs: number;
  /** By how much the process grew at most with a single answer. */
  grownMb: number;
}

/** No answer may keep a process busy for longer. */
export const WITHIN_MS = 5_000;
/** Nor may it fill the container's memory; that nothing stays behind shows where the process may have no more than that (`npm run attacks`). */
export const GROWN_MB = 300;
const BYTES_PER_MB = 1024 * 1024;
const LONGEST_MESSAGE = 2_001;

/** Plays so many mutated answers, half of each vendor; throws at the first that is none of the three. */
export async function fuzz(runs: number, seed: number): Promise<Fuzzed> {
  const fuzzed: Fuzzed = { runs: 0, counts: { error: 0, holds: 0, 'same money': 0 }, slowestMs: 0, grownMb: 0 };
  const play = (judge: (spoilt: Spoilt) => Promise<Verdict>, answer: unknown) => async (all: Parameters<typeof spoil>[1]) => {
    const spoilt = spoil(answer, all);
    const startedWith = process.memoryUsage.rss();
    const startedAt = performance.now();
    const verdict = await Promise.resolve(spoilt)
      .then(judge)
      .catch((error: unknown) => clearError(error, spoilt));
    const tookMs = performance.now() - startedAt;
    if (tookMs > WITHIN_MS) throw new Error(`${Math.round(tookMs)} ms for ${spoilt.done.join('; ')}`);
    const grownMb = (process.memoryUsage.rss() - startedWith) / BYTES_PER_MB;
    if (grownMb > GROWN_MB) throw new Error(`${Math.round(grownMb)} MB more with ${spoilt.done.join('; ')}`);
    fuzzed.grownMb = Math.max(fuzzed.grownMb, grownMb);
    fuzzed.slowestMs = Math.max(fuzzed.slowestMs, tookMs);
    fuzzed.counts[verdict] += 1;
    fuzzed.runs += 1;
  };
  const kinds: [judge: (spoilt: Spoilt) => Promise<Verdict>, answer: unknown][] = [
    [ofReport, answers.REPORT],
    ...CLOUDMORE_LISTS.map(({ answer, read }): [(spoilt: Spoilt) => Promise<Verdict>, unknown] => [ofList(read), answer]),
    ...AUTOTASK_PAGES.map(({ entity, answer, decode, money }): [(spoilt: Spoilt) => Promise<Verdict>, unknown] => [
      ofPage(entity, decode, money, answer),
      answer,
    ]),
  ];
  const weights = [6, ...CLOUDMORE_LISTS.map(() => 1), ...AUTOTASK_PAGES.map(() => 1.5)];
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, [judge, answer]] of kinds.entries())
    await fc.assert(fc.asyncProperty(mutations, play(judge, answer)), {
      numRuns: Math.max(1, Math.ceil((runs * weights[index]!) / all)),
      seed: seed + index,
    });
  return fuzzed;
}

/** An error of ours, in one line of bounded length; everything else is a mistake of the program. */
function clearError(error: unknown, { done }: Spoilt): Verdict {
  const isClear =
    error instanceof ApiError &&
    error.message.length <= LONGEST_MESSAGE &&
    !error.message.includes('\n') &&
    !/ at .*:\d+:\d+/.test(error.message);
  if (isClear) return 'error';
  throw new Error(`no clear error for ${done.join('; ')}: ${error instanceof Error ? error.stack : String(error)}`, {
    cause: error,
  });
}

/** The JSON of an answer, refused as the transport refuses it. */
function jsonOf({ text }: Spoilt): unknown {
  const parsed = parseJson(text);
  if (parsed.kind === 'json') return parsed.json;
  throw new ApiError('malformed', parsed.kind === 'refused' ? `the answer ${parsed.why}` : 'no JSON');
}

// ---------------------------------------------------------------------------------------------------------------- Cloudmore

/** Read while it comes in, in two pieces, cut and planned: each item as before, or held. */
async function ofReport(spoilt: Spoilt): Promise<Verdict> {
  const before = await (asItWas ??= reported(JSON.stringify(answers.REPORT)).then(postedOf));
  const after = await reported(spoilt.text);
  const now = postedOf(after);
  for (const [key, count] of now)
    if ((before.get(key) ?? 0) < count) throw new Error(`posts ${key}, after ${spoilt.done.join('; ')}`);
  const isSame = [...before].every(([key, count]) => now.get(key) === count);
  if (
    !isSame &&
    after.unassigned.length === 0 &&
    !after.items.some(({ outcome, message }) => outcome === 'held' && message !== null)
  )
    throw new Error(`bills less without a word, after ${spoilt.done.join('; ')}`);
  return isSame ? 'same money' : 'holds';
}

let asItWas: Promise<Map<string, number>> | undefined;

interface Planned {
  items: PlannedItem[];
  unassigned: unknown[];
}

async function reported(text: string): Promise<Planned> {
  const lines = new ReportLines(answers.MONTH, () => false, new Texts(), new Findings());
  const bytes = Buffer.from(text);
  const half = Math.floor(bytes.length / 2);
  const chunks = (async function* () {
    yield await Promise.resolve(bytes.subarray(0, half));
    yield bytes.subarray(half);
  })();
  const taken = await takeFrom(chunks, { paths: ['$.*.organizations.*'], take: lines.take }, 64 * 1024 * 1024);
  if (taken.refused !== null || !taken.isJson) throw new ApiError('malformed', taken.refused ?? 'no JSON');
  const read = lines.finish(taken.json);
  const report: Report = {
    month: answers.MONTH,
    lines: read.lines,
    previousLines: [],
    organizations: answers.ORGANIZATIONS,
    subscriptions: answers.SUBSCRIPTIONS_READ,
    prices: [],
    unassigned: read.unassigned,
  };
  const { facts, organizations } = cutReport(report, '2025-10-31');
  const plans = organizations.map((slice) => planOrganization({ facts, slice, books: books(), settings: settings() }));
  return { items: plans.flatMap(({ items }) => items), unassigned: facts.unassigned };
}

/** What is posted, by what a customer would be billed. */
function postedOf({ items }: Planned): Map<string, number> {
  const found = new Map<string, number>();
  for (const { outcome, sales, cost, currency } of items) {
    if (outcome !== 'posted') continue;
    const key = `${sales} / ${cost} ${currency}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

/** Lists of records, of which a bad one is kept with what is wrong: none throws, and each of them is bounded. */
const CLOUDMORE_LISTS: { answer: unknown[]; read: (record: unknown, index: number, findings: Findings) => unknown }[] = [
  { answer: answers.SERVICES, read: toCatalogueService },
  { answer: answers.LISTED, read: (record, index, findings) => toListedOrganization(record, index, findings) },
  {
    answer: answers.DETAILS,
    read: (record, _index, findings) =>
      toOrganization(
        { id: 'contoso', name: 'Contoso', isActive: true },
        { detail: record, companyProperty: 'AutotaskCompanyID' },
        findings,
        {
          organizations: 0,
          values: 0,
          names: new Set(),
          members: new Set(),
        },
      ),
  },
  {
    answer: answers.SUBSCRIPTIONS,
    read: (record, index, findings) => toSubscription(record, { kind: 'nce', path: 'subscriptions', index }, findings),
  },
  { answer: answers.PRICE_LIST, read: (record, index, findings) => toPrices(record, 'pricelist', index, findings) },
  { answer: answers.INVOICES, read: (record, index, findings) => invoiceOf(record, index, answers.MONTH, findings) },
  { answer: answers.INVOICE_LINES, read: (record, _index, findings) => new InvoiceLines(findings).take('I-1', record) },
];

const ofList =
  (read: (record: unknown, index: number, findings: Findings) => unknown) =>
  (spoilt: Spoilt): Promise<Verdict> => {
    const json = jsonOf(spoilt);
    if (!Array.isArray(json)) throw new ApiError('malformed', 'no list');
    const findings = new Findings();
    json.forEach((record, index) => read(record, index, findings));
    const kept = JSON.stringify(findings.kept);
    if (kept.length > findings.kept.length * LONGEST_MESSAGE + 2) throw new Error(`findings of ${kept.length} characters`);
    return Promise.resolve(findings.count > 0 ? 'holds' : 'same money');
  };

// ---------------------------------------------------------------------------------------------------------------- Autotask

const VALUES = { recurringService: 7, monthly: 1, active: 1 };
const EUR = [{ id: 1, code: 'EUR', isInternal: true, rate: '1' }];

interface Page<T> {
  entity: string;
  answer: { items: unknown[] };
  decode: (record: unknown) => T;
  /** What of the record is money, or says whose it is: read so, or not at all. */
  money: (value: T) => string;
}
const page = <T>(made: Page<T>): Page<unknown> => made as Page<unknown>;

const AUTOTASK_PAGES: Page<unknown>[] = [
  page<Row>({
    entity: 'ContractServiceUnits',
    answer: answers.ROWS,
    decode: toRow,
    money: (row) => [row.id, row.contractId, row.units, row.price, row.cost].join(),
  }),
  page<Charge>({
    entity: 'ContractCharges',
    answer: answers.CHARGES,
    decode: (record) => toCharge(record, 7),
    money: (charge) => [charge.id, charge.contractId, charge.price, charge.cost].join(),
  }),
  page<Contract>({
    entity: 'Contracts',
    answer: answers.CONTRACTS,
    decode: (record) => toContract(record, VALUES, 'Subscription ID'),
    money: (contract) => [contract.id, contract.companyId, contract.startDay, contract.endDay].join(),
  }),
  page({
    entity: 'Companies',
    answer: answers.COMPANIES,
    decode: (record) => toCompany(record, EUR),
    money: ({ id, currency }) => `${id} ${currency}`,
  }),
  page({ entity: 'Services', answer: answers.SERVICES_OF_AUTOTASK, decode: toService, money: ({ id }) => String(id) }),
  page({ entity: 'Products', answer: answers.PRODUCTS, decode: toProduct, money: ({ id }) => String(id) }),
  page({
    entity: 'ContractServices',
    answer: answers.CONTRACT_SERVICES,
    decode: toContractService,
    money: ({ id, contractId }) => `${id} ${contractId}`,
  }),
  page({ entity: 'Currencies', answer: answers.CURRENCIES, decode: toCurrency, money: ({ id, code }) => `${id} ${code}` }),
];

const ofPage = (entity: string, decode: (record: unknown) => unknown, money: (value: unknown) => string, answer: unknown) => {
  const known = new Set((answer as { items: unknown[] }).items.map((record) => money(decode(record))));
  return (spoilt: Spoilt): Promise<Verdict> => {
    const { records } = pageOf(entity, jsonOf(spoilt));
    const decoded = new Decoded(entity, decode);
    records.forEach((record, index) => decoded.add(String(index), record));
    let unreadable = 0;
    const values = decoded.end(() => void (unreadable += 1));
    for (const value of values)
      if (!known.has(money(value))) throw new Error(`${entity} ${money(value)}, after ${spoilt.done.join('; ')}`);
    return Promise.resolve(unreadable > 0 ? 'holds' : 'same money');
  };
};
