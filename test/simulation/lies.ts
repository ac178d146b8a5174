import type { Answer, SandboxRequest } from '../../sandbox/index.js';
import { CHANGES, changed, MEMBERS, type Change, type Member } from '../renames/changes.js';
import { isQuery } from './faults.js';
import type { Random } from './random.js';

/**
 * A vendor that lies: every request is answered, quickly and well-formed, and what the answer says is not so. Something is missing, hidden, called by another
 * word or name, or cannot be read. Which record it concerns depends on the record, so that the same one is missing for as long as the lie is told.
 */

export const LIES = [
  'report-empty', // the task is finished, and its report is an empty list
  'organization-missing', // a customer is not in the report
  'source-missing', // a service is not in the report
  'record-missing', // a subscription is not in the report
  'customer-unlisted', // a customer is not in the list of customers
  'subscription-unlisted', // a subscription is not in the list of its kind
  'prices-missing', // the price list is empty
  'page-missing', // the answer of a query ends before its end
  'hidden', // a record is there, answers by its id, and no search shows it
  'gone', // a record is there, and nothing shows it, by id neither
  'task-state', // a task says something nobody knows, and shows what it has so far
  'code-word', // a state, kind or frequency in another word
  'renamed', // a member everywhere by another name, in another case, or wrapped
  'nulled', // a member null everywhere
  'bad-record', // one record cannot be read
] as const;

/** What Cloudmore names otherwise between two reports, of what was billed already; the money is the same, or missing. */
export const MOVES = [
  'subscription-renamed', // one of licences comes under another id, and so do the lists: of usage nothing but its amounts shows what it is
  'id-lost', // its lines have no subscription id
  'id-got', // lines without one have one
  'code-lost', // its lines have no item code
  'ended-twice', // its lines are missing, and the lists have it twice, ended and active
  'other-organization', // its lines, or a licence's without id, are another organization's
] as const;
export type LieKind = (typeof LIES)[number] | (typeof MOVES)[number];

export interface Lie {
  kind: LieKind;
  from: number;
  until: number;
  /** Share of the answers in which it is told: always, or now and then. */
  share: number;
  /** Chooses among what there is. */
  choice: number;
}

/** Lies that make the report smaller than it is: what a run then says of it is not what Cloudmore would have said. */
export const THINS_REPORT = new Set<LieKind>([
  'report-empty',
  'organization-missing',
  'source-missing',
  'record-missing',
  'ended-twice',
]);

type Rec = Record<string, unknown>;

const DAY_MS = 86_400_000;
const BEFORE_A_RUN_MS = 3_600_000;

/** Lies between a month's first run, which is told the truth, and its last. */
export const drawLies = (random: Random, runsAt: number[], kinds: readonly LieKind[] = LIES): Lie[] =>
  Array.from({ length: random.whole(1, 3) }, () => drawLie(random, runsAt, kinds));

function drawLie(random: Random, runsAt: number[], kinds: readonly LieKind[]): Lie {
  const from = random.pick(runsAt.slice(1)) - BEFORE_A_RUN_MS;
  const lie = {
    kind: random.pick(kinds),
    from,
    until: from + (random.chance(0.5) ? 1 : random.whole(2, 12)) * DAY_MS,
    share: random.pick([1, 1, 1, 0.5]),
    choice: random.whole(0, 1_000_000),
  };
  // A run that gets no report asks on for eight hours, two thousand requests: seldom is enough.
  return lie.kind === 'task-state' && lie.choice % 8 !== 0 ? { ...lie, until: from + BEFORE_A_RUN_MS + ASKED_ON_MS } : lie;
}

const ASKED_ON_MS = 900_000;

export class Liar {
  /** What was answered otherwise, by call and kind, and how often. */
  readonly hits = new Map<string, number>();
  private lies: Lie[] = [];

  constructor(private readonly random: Random) {}

  plan(lies: Lie[]): void {
    this.lies = lies;
  }

  stop(): void {
    this.lies = [];
  }

  /** Kinds of lies that are told at an instant. */
  usedLies(now: number): LieKind[] {
    return this.lies.filter(({ from, until }) => now >= from && now < until).map(({ kind }) => kind);
  }

  /** The answer as the vendor gives it. */
  answer(site: string, request: SandboxRequest, answer: Answer, now: number): Answer {
    const lies = this.lies.filter(({ from, until }) => now >= from && now < until);
    if (lies.length === 0 || answer.status !== 200 || !isRead(site)) return answer;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? null);
    let body = JSON.parse(text) as unknown;
    for (const lie of lies) {
      const said = this.random.chance(lie.share) ? distort(lie, site, request, body) : body;
      if (JSON.stringify(said) === JSON.stringify(body)) continue;
      body = said;
      const hit = `${site} × ${lie.kind}`;
      this.hits.set(hit, (this.hits.get(hit) ?? 0) + 1);
    }
    return { ...answer, body };
  }
}

const isRead = (site: string): boolean => isQuery(site) || (/ GET /.test(site) && !/zoneInformation|connect/i.test(site));

function distort(lie: Lie, site: string, request: SandboxRequest, body: unknown): unknown {
  if (lie.kind === 'renamed' || lie.kind === 'nulled') return misnamed(lie, request.path, body);
  if (lie.kind === 'bad-record') return spoilt(lie, site, body);
  if (site.startsWith('autotask')) return ofAutotask(lie, site, request, body);
  if (/MonthlyBillingPerOrganizationAsync/i.test(site)) return ofReport(lie, body);
  return ofLists(lie, site, body);
}

// ---------------------------------------------------------------------------------------------------------------- the report

function ofReport({ kind, choice }: Lie, body: unknown): unknown {
  const task = body as { status?: string; report?: Rec[] | null };
  if (!Array.isArray(task.report)) return body;
  const without = (isMissing: (names: Names) => boolean): Rec => ({ ...task, report: thinned(task.report!, isMissing) });
  switch (kind) {
    case 'report-empty':
      return { ...task, report: [] };
    case 'organization-missing':
      return without(({ organization }) => isChosen(organization, choice));
    case 'source-missing':
      return without(({ service }) => isChosen(service, choice));
    case 'record-missing':
      return without(({ subscription }) => isChosen(subscription, choice));
    case 'task-state':
      return { ...task, status: oneOf(['Fertig', 'Streaming', '7', 'Partially'], choice), report: firstLines(task.report) };
    case 'code-word':
      return changedWords(body, choice);
    default:
      return { ...task, report: ofMoved({ kind, choice }, task.report) };
  }
}

interface Names {
  organization: string;
  service: string;
  /** Of a line without a subscription: its product. */
  subscription: string;
}

/** The report without some of its parts, wherever they stand in it; what is empty then is not there either. */
function thinned(blocks: Rec[], isMissing: (names: Names) => boolean): Rec[] {
  return blocks.map((block) => ({
    ...block,
    organizations: list(block.organizations).flatMap((organization) => {
      const services = list(organization.services).flatMap((service) => {
        const items = list(service.items).filter((item) => {
          const subscription = text(item.subscriptionId) || text(list(item.products)[0]?.productName);
          return !isMissing({
            organization: text(organization.organizationId),
            service: text(service.serviceId),
            subscription,
          });
        });
        return items.length === 0 ? [] : [{ ...service, items }];
      });
      return services.length === 0 ? [] : [{ ...organization, services }];
    }),
  }));
}

/** What a task that still runs may show: of each subscription the first line. */
const firstLines = (blocks: Rec[]): unknown =>
  deep(blocks, (record) => (Array.isArray(record.products) ? { ...record, products: record.products.slice(0, 1) } : record));

// ---------------------------------------------------------------------------------------------------------------- what was billed, named otherwise

/** Reported before the first run, and so billed: what comes later for the first time is nobody's to recognize. */
const BILLED_DAY = '-08';

function ofMoved({ kind, choice }: Pick<Lie, 'kind' | 'choice'>, blocks: Rec[]): Rec[] {
  if (!(MOVES as readonly string[]).includes(kind)) return blocks;
  const billed = blocks.filter(({ billingDate }) => text(billingDate).slice(0, 10).endsWith(BILLED_DAY));
  const known = new Set(billed.flatMap(itemsOf).map(nameOf));
  const isMeant = (item: Rec): boolean => known.has(nameOf(item)) && isChosen(nameOf(item), choice);
  if (kind === 'ended-twice')
    return thinned(blocks, ({ subscription }) => known.has(subscription) && isChosen(subscription, choice));
  if (kind === 'other-organization') return handedOver(blocks, isMeant, choice);
  return deep(blocks, (record) =>
    Array.isArray(record.products) && isMeant(record) ? namedOtherwise(kind, record) : record,
  ) as Rec[];
}

const itemsOf = (block: Rec): Rec[] =>
  list(block.organizations).flatMap(({ services }) => list(services).flatMap(({ items }) => list(items)));
/** Of a line without a subscription: its product. */
const nameOf = (item: Rec): string => text(item.subscriptionId) || text(list(item.products)[0]?.productName);

function namedOtherwise(kind: LieKind, item: Rec): Rec {
  const id = text(item.subscriptionId);
  switch (kind) {
    case 'subscription-renamed':
      return id === '' || !hasCode(item) ? item : { ...item, subscriptionId: renamed(id) };
    case 'id-lost':
      return { ...item, subscriptionId: '' };
    case 'id-got':
      return id === '' ? { ...item, subscriptionId: `got-${nameOf(item)}` } : item;
    default:
      return { ...item, products: list(item.products).map((line) => ({ ...line, itemCode: '' })) };
  }
}

const hasCode = (item: Rec): boolean => list(item.products).some(({ itemCode }) => text(itemCode) !== '');
const renamed = (id: string): string => [...id].reverse().join('');

/** The items as another organization's of the report. */
function handedOver(blocks: Rec[], isMeant: (item: Rec) => boolean, choice: number): Rec[] {
  const all = blocks.flatMap((block) => list(block.organizations));
  return blocks.map((block) => ({
    ...block,
    organizations: list(block.organizations).flatMap((organization) => {
      const id = text(organization.organizationId);
      const others = all.filter(({ organizationId }) => text(organizationId) !== id);
      if (others.length === 0) return [organization];
      const { organizationId, organizationName } = oneOf(others, choice);
      const part = (whose: (item: Rec) => boolean): Rec[] =>
        list(organization.services).flatMap((service) => {
          const items = list(service.items).filter(whose);
          return items.length === 0 ? [] : [{ ...service, items }];
        });
      const [kept, moved] = [part((item) => !isMeant(item)), part(isMeant)];
      return [
        ...(kept.length === 0 ? [] : [{ ...organization, services: kept }]),
        ...(moved.length === 0 ? [] : [{ ...organization, organizationId, organizationName, services: moved }]),
      ];
    }),
  }));
}

// ---------------------------------------------------------------------------------------------------------------- lists

function ofLists({ kind, choice }: Lie, site: string, body: unknown): unknown {
  if (!Array.isArray(body)) return kind === 'code-word' ? changedWords(body, choice) : body;
  const without = (): unknown => body.filter((record: Rec) => !isChosen(text(record.id), choice));
  if (kind === 'customer-unlisted' && /GET Organizations$/i.test(site)) return without();
  if (kind === 'subscription-unlisted' && /subscriptions$/i.test(site)) return without();
  if (kind === 'ended-twice' && /subscriptions$/i.test(site)) return body.flatMap((record: Rec) => twice(record, choice));
  if (kind === 'subscription-renamed' && /subscriptions$/i.test(site))
    return body.map((record: Rec) =>
      text(record.itemCode) !== '' && isChosen(text(record.id), choice) ? { ...record, id: renamed(text(record.id)) } : record,
    );
  if (kind === 'prices-missing' && /pricelist/i.test(site)) return [];
  return kind === 'code-word' ? changedWords(body, choice) : body;
}

/** Only where it continues: what has ended is over, however often it is listed. */
const twice = (record: Rec, choice: number): Rec[] =>
  record.status === 'Active' && isChosen(text(record.id), choice) ? [{ ...record, status: 'Deleted' }, record] : [record];

// ---------------------------------------------------------------------------------------------------------------- Autotask

/** A charge that is gone was deleted by a person (rule 7.7): nobody can tell it from one that only seems so. */
const CAN_BE_GONE = /(Contracts|Services|Products)\/query/;

function ofAutotask({ kind, choice }: Lie, site: string, { text: asked }: SandboxRequest, body: unknown): unknown {
  const page = body as { items?: Rec[]; item?: Rec | null };
  if (kind === 'gone' && page.item && !Array.isArray(page.items))
    return /GET (Contracts|Services|Products)\//.test(site) && isChosen(`${page.item.id as number}`, choice)
      ? { ...page, item: null }
      : body;
  if (!isQuery(site) || !Array.isArray(page.items)) return body;
  const byId = /"op":"(?:eq|in)","field":"id"/i.test(asked);
  if (kind === 'page-missing' && !byId && page.items.length > 1)
    return withItems(page, page.items.slice(0, Math.ceil(page.items.length / 2)));
  const isHidden = (kind === 'hidden' && !byId && entityOf(choice).test(site)) || (kind === 'gone' && CAN_BE_GONE.test(site));
  return isHidden
    ? withItems(
        page,
        page.items.filter(({ id }) => !isChosen(`${id as number}`, choice)),
      )
    : body;
}

/** The page counts what it has: one that counts more says itself that something is missing. */
const withItems = (page: Rec, items: Rec[]): Rec => ({
  ...page,
  items,
  pageDetails: { ...(page.pageDetails as Rec | undefined), count: items.length },
});

const entityOf = (choice: number): RegExp =>
  oneOf([/Contracts\/query/, /Services\/query/, /Products\/query/, /Charges\/query/], choice);

// ---------------------------------------------------------------------------------------------------------------- words and names

/** States, kinds and frequencies that are closed lists to us. */
const WORDS = ['recordType', 'chargeType', 'paymentFrequency', 'status', 'currencyCode'];

function changedWords(body: unknown, choice: number): unknown {
  const name = oneOf(WORDS, choice);
  return deep(body, (record) => (typeof record[name] === 'string' ? { ...record, [name]: `Neu-${record[name]}` } : record));
}

function misnamed({ kind, choice }: Lie, path: string, body: unknown): unknown {
  const member = oneOf<Member>(MEMBERS, choice);
  const ways = CHANGES.filter((change) => (change === 'null') === (kind === 'nulled'));
  return isOf(member, path) ? changed(body, member.name, oneOf<Change>(ways, choice)) : body;
}

/** A member's path ends with what it says, or has it within. */
const isOf = ({ path: part }: Member, path: string): boolean =>
  part.endsWith('$') ? path.endsWith(part.slice(0, -1)) : path.includes(part);

/** Members by which a record can be made unreadable, by call. */
const SPOILABLE: [site: RegExp, members: string[]][] = [
  [/MonthlyBillingPerOrganizationAsync/i, ['totalSalesPrice', 'totalCostPrice', 'quantity', 'startDate']],
  [/subscriptions$/i, ['commitmentEndDate', 'status']],
  [/pricelist/i, ['salesPrice', 'paymentFrequency']],
  [/Contracts\/query/, ['startDate', 'endDate', 'contractNumber']],
  [/ContractServiceUnits\/query/, ['units', 'price', 'cost', 'startDate']],
  [/Charges\/query/, ['unitPrice', 'unitQuantity']],
  [/Services\/query/, ['invoiceDescription']],
];

/** One record in which a member holds what nobody can read. */
function spoilt({ choice }: Lie, site: string, body: unknown): unknown {
  const [, members = []] = SPOILABLE.find(([of]) => of.test(site)) ?? [];
  const name = oneOf([...members, ''], choice);
  if (name === '') return body;
  const known = records(body).filter((record) => record[name] !== undefined && record[name] !== null);
  const victim = known.length === 0 ? null : JSON.stringify(oneOf(known, choice));
  return deep(body, (record) => (JSON.stringify(record) === victim ? { ...record, [name]: { amount: record[name] } } : record));
}

// ---------------------------------------------------------------------------------------------------------------- helpers

const list = (value: unknown): Rec[] => (Array.isArray(value) ? (value as Rec[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const oneOf = <T>(values: readonly T[], choice: number): T => values[choice % values.length]!;

/** One in three, the same for as long as the lie is told. */
function isChosen(name: string, choice: number): boolean {
  let hash = choice | 1;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return (hash >>> 8) % 3 === 0;
}

/** Every record of an answer, innermost first, replaced by what is made of it. */
function deep(value: unknown, make: (record: Rec) => Rec): unknown {
  if (Array.isArray(value)) return value.map((element) => deep(element, make));
  if (typeof value !== 'object' || value === null) return value;
  return make(Object.fromEntries(Object.entries(value).map(([name, member]) => [name, deep(member, make)])));
}

function records(value: unknown): Rec[] {
  const found: Rec[] = [];
  deep(value, (record) => {
    found.push(record);
    return record;
  });
  return found;
}
