import { BREAKERS_OFF, DEFAULT_BREAKERS, type Breakers } from '../../../shared/billing/plan/breaker-limits.js';
import type { Line, Product } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  company,
  contract,
  line,
  manualLine,
  organization,
  price,
  row,
  service,
  settings,
  subscription,
  type Situation,
} from '../builders.js';

/**
 * Reads the world of a transcript: an entry on each line, first what decides most, then whatever else differs from the ordinary entry of its kind
 * (`README.md` in this folder), as `item code none, not active`. What is not mentioned is as in the ordinary world.
 */
export function readWorld(text: string): Situation {
  const world = new World();
  for (const entry of text.split('\n').filter((one) => one.trim() !== '')) world.add(entry);
  return world.situation;
}

type Fields = Record<string, unknown>;
type Noun = keyof typeof KINDS;

interface Kind {
  /** Which list of the report or the books it belongs to. */
  list: string;
  /** What an entry begins with, the fields in braces. */
  head: string;
  make: (changes: Fields) => Fields;
  /** Fields that are null in the ordinary entry, and numbers where they are not. */
  numbers: string[];
}

const kind = <Of extends object>(
  list: string,
  head: string,
  make: (changes: Partial<Of>) => Of,
  numbers: string[] = [],
): Kind => ({
  list,
  head,
  make: make as unknown as Kind['make'],
  numbers,
});

const LINE = '{subscriptionId} {productName}: {quantity} for {sales} / {cost}';
const ROW = '{units} for {price} / {cost}';
const KINDS = {
  line: kind('lines', LINE, line),
  'manual line': kind('lines', LINE, manualLine),
  'last month': kind('previousLines', LINE, (changes: Partial<Line>) => line({ billingDate: '2025-09-08', ...changes })),
  organization: kind('organizations', '{id} {name}', organization),
  subscription: kind('subscriptions', '{id}, ends {endDay}', subscription),
  price: kind('prices', '{itemCode}: {sales} / {cost}', price),
  company: kind('companies', '{id}', company),
  contract: kind('contracts', '{id} for {subscriptionId}, {startDay} to {endDay}', contract),
  row: kind('rows', `{id} of {startDay}: ${ROW}`, row),
  rows: kind('rows', ROW, row),
  service: kind('services', '{id} {key}: {unitPrice} / {unitCost}', service),
  product: kind('products', '{id} {key}: {name}', (changes: Partial<Product>) => ({ ...PRODUCT, ...changes })),
  charge: kind('charges', '{id} {key}: {price} / {cost}', charge, ['productId']),
} satisfies Record<string, Kind>;
const PRODUCT: Product = { id: 70, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true };
const OF_THE_REPORT = ['lines', 'previousLines', 'organizations', 'subscriptions', 'prices'];

/** "itemCode" as people write it; "isActive" is "active", or "not active". */
const inWords = (field: string): string =>
  field
    .replace(/^is(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

class World {
  private readonly report: Fields = {};
  private readonly books: Fields = {};
  private readonly settings: Fields = {};
  private breakers: Fields = DEFAULT_BREAKERS;
  private readonly refused: string[] = [];

  get situation(): Situation {
    return {
      report: this.report,
      books: books(this.books),
      settings: { ...this.settings, breakers: this.breakers as unknown as Breakers },
      refused: this.refused,
    };
  }

  add(entry: string): void {
    const [, none, setting, breaker, refused, currency] =
      /^(?:no (\w+)|setting (.+)|breaker (.+)|refused (.+)|internal currency (.+))$/.exec(entry) ?? [];
    if (none) this.listOf(none);
    else if (setting) Object.assign(this.settings, readFields([setting], settings() as unknown as Fields));
    else if (breaker) this.breakers = { ...this.breakers, ...readFields([breaker], BREAKERS_OFF) };
    else if (refused) this.refused.push(refused);
    else if (currency) this.books.internalCurrency = currency;
    else if (entry === 'breakers off') this.breakers = BREAKERS_OFF;
    else if (entry === 'neighbouring rows not read') this.books.detailed = [];
    else this.addRecords(entry);
  }

  private addRecords(entry: string): void {
    const noun = (Object.keys(KINDS) as Noun[]).find((one) => entry.startsWith(`${one} `));
    if (noun === undefined) throw new Error(`Nothing of a world begins like this: ${entry}`);
    const { [noun]: read } = KINDS;
    const rest = entry.slice(noun.length + 1);
    const range = /^(\d+) to (\d+), (\d{4})-(\d\d) to \3-(\d\d): (.+)$/.exec(rest);
    if (!range) this.listOf(read.list).push(readRecord(read, rest));
    else this.listOf(read.list).push(...rowsOf(range).map((given) => readRecord(read, range[6]!, given)));
  }

  private listOf(name: string): Fields[] {
    const [owner, list] = [OF_THE_REPORT.includes(name) ? this.report : this.books, name];
    return (owner[list] ??= []) as Fields[];
  }
}

/** "1000 to 1003, 2025-09 to 2025-12": a row for each month. */
function rowsOf([text, ...range]: RegExpExecArray): Fields[] {
  const [first, last, year, from, to] = range.slice(0, 5).map(Number) as [number, number, number, number, number];
  if (last - first !== to - from) throw new Error(`Not as many ids as months: ${text}`);
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    id: first + index,
    startDay: new Date(Date.UTC(year, from - 1 + index, 1)).toISOString().slice(0, 10),
    endDay: new Date(Date.UTC(year, from + index, 0)).toISOString().slice(0, 10),
  }));
}

function readRecord({ head, make, numbers }: Kind, rest: string, given: Fields = {}): Fields {
  const ordinary = { ...make({}), ...Object.fromEntries(numbers.map((field) => [field, 0])) };
  const fields = [...head.matchAll(/\{(\w+)\}/g)].map(([, field]) => field!);
  const pattern = head.replace(/\{\w+\}/g, '("[^"]*"|[^,"]+?)');
  const match = new RegExp(`^${pattern}(?:, (.+))?$`).exec(rest);
  if (!match) throw new Error(`Not like "${head}": ${rest}`);
  const changes = Object.fromEntries(fields.map((field, index) => [field, valueOf(match[index + 1]!, ordinary[field])]));
  return make({ ...given, ...changes, ...readFields(parts(match[fields.length + 1]), ordinary) });
}

/** Split at commas that are in no quotes. */
const parts = (text: string | undefined): string[] => text?.match(/(?:"[^"]*"|[^,"])+/g)?.map((part) => part.trim()) ?? [];

function readFields(texts: string[], ordinary: Fields): Fields {
  return Object.fromEntries(
    texts.map((text) => {
      const field = Object.keys(ordinary).find((one) => new RegExp(`^(?:not )?${inWords(one)}(?: |$)`).test(text));
      if (field === undefined) throw new Error(`No such field: ${text}`);
      const words = inWords(field);
      if (text === words || text === `not ${words}`) return [field, text === words];
      return [field, valueOf(text.slice(words.length + 1), ordinary[field])];
    }),
  );
}

function valueOf(text: string, ordinary: unknown): unknown {
  if (text === 'none') return null;
  const value = text.startsWith('"') ? text.slice(1, -1) : text;
  if (Array.isArray(ordinary)) return value.split(' ');
  return typeof ordinary === 'number' ? Number(value) : value;
}
