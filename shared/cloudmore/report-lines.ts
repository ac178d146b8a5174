import { firstDay } from '../billing/basics/month.js';
import type { Line, Month, Trouble, UnassignedLine } from '../billing/types.js';
import type { Members } from '../door/index.js';
import { ApiError } from '../http/errors.js';
import { DERIVABLE, type Derivable } from './derivable.js';
import { membersOf, type Findings } from './findings.js';
import { lineOf, type LinePlace } from './line.js';
import { Presence } from './presence.js';
import { contentOf, Cycles, Repeated, repeatedText, type Part } from './repeated.js';
import type { Texts } from './texts.js';
import { whoseId } from './whose.js';

/**
 * The rows of the monthly billing report: billing date > organization > service > subscription > line. Organizations are taken one by one, as they come; what
 * their block says of date and currency may come after them. What cannot be read stays with the line it concerns, which the planner then holds (rule 2.7).
 */

const REPORT_PATH = 'MonthlyBillingPerOrganizationAsync';
/** From so many lines on, a member that none has is one that this report does not have, and not one that is empty for once. */
const FEWEST_LINES = 10;
/** ISO 4217 for "no currency": amounts whose currency cannot be read are listed under it. */
const NO_CURRENCY = 'XXX';

export interface ReportRead {
  lines: Line[];
  /** Lines that name no organization (rule 1.5). */
  unassigned: UnassignedLine[];
  /** Derivable members that no line has. */
  absent: Derivable[];
}

/** What was taken out of one block. */
interface Block {
  lines: Line[];
  unassigned: Line[];
  /** What the customers' own parts say of their lines' currency: it must be the block's. */
  currencies: Map<Line, string>;
  /** The customers' parts, as far as they are compared with each other. */
  parts: Part[];
}

/** The owner of an organization's part of a block. */
interface Owner {
  place: Pick<LinePlace, 'organizationId' | 'organizationName'>;
  isNamed: boolean;
}

interface DatedInput {
  date: string;
  blockCurrency: string | null;
  ownCurrency: string | null;
  trouble: string | null;
}

export class ReportLines {
  private readonly byBlock = new Map<unknown, Block>();
  private readonly blocks = new Presence('monthly billing report (blocks)', ['billingDate', 'organizations', 'currencyCode']);
  private readonly owners = new Presence('monthly billing report (organizations)', [
    'organizationId',
    'services',
    'currencyCode',
  ]);
  private readonly services = new Presence('monthly billing report (services)', ['serviceId', 'items']);
  private readonly items = new Presence('monthly billing report (subscriptions)', ['subscriptionId', 'quantity', 'products']);
  private readonly products = new Presence<
    'totalCostPrice' | 'totalSalesPrice' | 'quantity' | 'productName' | 'itemCode' | Derivable
  >('monthly billing report (lines)', ['totalCostPrice', 'totalSalesPrice', 'quantity', 'productName', 'itemCode', ...DERIVABLE]);
  private readonly perpetual = { lines: 0, all: 0 };
  private licences = 0;
  private readonly repeated = new Repeated();

  constructor(
    private readonly month: Month,
    private readonly isCustomService: (serviceId: string) => boolean,
    private readonly texts: Texts,
    private readonly findings: Findings,
  ) {}

  /** Takes an organization out of a block. */
  readonly take = (rawOrganization: unknown, rawBlock: unknown): void => {
    const block: Block = this.byBlock.get(rawBlock) ?? { lines: [], unassigned: [], currencies: new Map(), parts: [] };
    this.byBlock.set(rawBlock, block);
    const date = membersOf(rawBlock, REPORT_PATH, 'block').day('billingDate') ?? 'a block';
    const organization = membersOf(rawOrganization, REPORT_PATH, `organization of ${date}`);
    this.owners.see(organization);
    const owner = ownerOf(organization, rawOrganization);
    const currency = organization.text('currencyCode');
    const lines = this.heldWith(organization, { list: 'services', lines: this.linesOf(organization, owner, date) }, owner.place);
    for (const line of lines) {
      if (currency !== null) block.currencies.set(line, currency);
      this.texts.shared(line);
    }
    block.parts.push({ content: contentOf(rawOrganization), lines });
    (owner.isNamed ? block.lines : block.unassigned).push(...lines);
  };

  /** All lines of a report, once it is whole: of what was taken, and of what is still in it. */
  finish(report: unknown): ReportRead {
    if (!Array.isArray(report)) throw new ApiError('malformed', "Cloudmore's monthly billing report is not a list.");
    const read: ReportRead = { lines: [], unassigned: [], absent: [] };
    for (const [index, rawBlock] of report.entries()) {
      const block = membersOf(rawBlock, REPORT_PATH, `block ${index + 1}`);
      this.blocks.see(block);
      for (const rawOrganization of block.neededList('organizations')) this.take(rawOrganization, rawBlock);
      const date = block.neededDay('billingDate');
      const currency = block.text('currencyCode');
      const trouble = this.findings.of(block);
      const { lines, unassigned, currencies, parts } = this.byBlock.get(rawBlock) ?? NO_LINES;
      this.repeated.hold(date, parts);
      // A block whose lines cannot be reached counts as one line, or it would be missing from what is held.
      if (trouble !== null && lines.length + unassigned.length === 0) throw unreachable(trouble);
      for (const line of [...lines, ...unassigned])
        this.dated(line, { date, blockCurrency: currency, ownCurrency: currencies.get(line) ?? null, trouble });
      read.lines.push(...lines);
      read.unassigned.push(...unassigned.map(unassignedOf));
    }
    this.requireMembers();
    return { ...read, absent: this.products.absent(DERIVABLE, FEWEST_LINES) };
  }

  /** Date and currency, which stand on the block; a line whose part of the block says something else is held. */
  private dated(line: Line, { date, blockCurrency, ownCurrency, trouble }: DatedInput): void {
    line.billingDate = date === '' ? firstDay(this.month) : date;
    const currency = (blockCurrency ?? ownCurrency ?? '').trim().toUpperCase();
    line.currency = CURRENCY.test(currency) && currency !== NO_CURRENCY ? currency : NO_CURRENCY;
    if (trouble !== null) line.trouble ??= { message: trouble, holds: 'subscription' };
    const where = `the monthly billing report, ${line.organizationName}, ${line.billingDate}`;
    if (line.currency === NO_CURRENCY)
      line.trouble ??= {
        message: `Cloudmore, ${where}: currencyCode ${currency === '' ? 'is missing' : `is "${currency}"`}; expected a currency of three letters.`,
        holds: 'subscription',
      };
    if (blockCurrency !== null && ownCurrency !== null && ownCurrency.trim().toUpperCase() !== currency)
      line.trouble ??= {
        message: `Cloudmore, ${where}: the block's currencyCode is "${blockCurrency}", the customer's part says "${ownCurrency}".`,
        holds: 'item',
      };
  }

  private linesOf(organization: Members, owner: Owner, date: string): Line[] {
    const name = owner.place.organizationName;
    return organization.neededList('services').flatMap((raw, index) => {
      const service = membersOf(raw, REPORT_PATH, `service ${index + 1} of ${name}, ${date}`);
      this.services.see(service);
      const serviceId = service.neededId('serviceId');
      const place = {
        ...owner.place,
        serviceId,
        serviceName: service.text('serviceName') ?? serviceId,
        isCustomService: this.isCustomService(serviceId),
      };
      const lines = service.neededList('items').flatMap((item, at) => this.linesOfItem(item, at, place, date));
      return this.heldWith(service, { list: 'items', lines }, place);
    });
  }

  private linesOfItem(
    raw: unknown,
    index: number,
    place: Omit<LinePlace, 'subscriptionId' | 'subscriptionName' | 'subscriptionQuantity'>,
    date: string,
  ): Line[] {
    const item = membersOf(
      raw,
      REPORT_PATH,
      `subscription ${index + 1} of ${place.serviceName}, ${place.organizationName}, ${date}`,
    );
    this.items.see(item);
    const subscriptionId = item.id('subscriptionId');
    const subscriptionName = item.text('subscriptionName');
    const whole = { ...place, subscriptionId, subscriptionName, subscriptionQuantity: item.quantity('quantity') ?? '0' };
    const cycles = new Cycles();
    const lines = item.neededList('products').map((product, at) => {
      const record = `line ${at + 1} of ${subscriptionName ?? subscriptionId ?? 'a subscription'}, ${place.organizationName}, ${date}`;
      const members = membersOf(product, REPORT_PATH, record);
      this.products.see(members);
      const line = lineOf(members, whole);
      if (cycles.isRepeated(line, product)) line.trouble ??= { message: repeatedText(record), holds: 'item' };
      this.findings.of(members);
      this.perpetual.all += 1;
      if (LICENCE.test(line.recordType ?? '') || LICENCE.test(line.productId ?? '')) this.licences += 1;
      if (/^perpetual/i.test(line.recordType ?? '')) this.perpetual.lines += 1;
      return line;
    });
    return this.heldWith(item, { list: 'products', lines }, whole, subscriptionId === null ? 'organization' : 'subscription');
  }

  /** Lines of a record that cannot be read as a whole. Where they cannot be reached at all, one stands for them, so that they are listed and held. */
  private heldWith(
    record: Members,
    { list, lines }: { list: string; lines: Line[] },
    place: Partial<LinePlace> & Owner['place'],
    holds: Trouble['holds'] = 'organization',
  ): Line[] {
    const isReached = Array.isArray(record.raw(list));
    const message = this.findings.of(record);
    if (message === null) return lines;
    const blank = { quantity: 0, totalCostPrice: 0, totalSalesPrice: 0 };
    const all = isReached ? lines : [lineOf(membersOf(blank, REPORT_PATH, ''), { ...NOWHERE, ...place })];
    return all.map((line) => ({ ...line, trouble: { message, holds } }));
  }

  private requireMembers(): void {
    this.blocks.require(['billingDate', 'organizations']);
    this.owners.require(['organizationId', 'services']);
    this.services.require(['serviceId', 'items']);
    this.items.require(['products', 'quantity']);
    this.products.require(['totalCostPrice', 'totalSalesPrice', 'quantity', 'productName']);
    // Perpetual licences have no subscription; that nothing has one is not for a report to say.
    if (this.perpetual.lines < this.perpetual.all) this.items.require(['subscriptionId']);
    // Usage has no item code; a licence without one would be known by its name, and get another contract.
    if (this.licences > 0) this.products.require(['itemCode']);
    if (this.owners.absent(['currencyCode']).length > 0) this.blocks.require(['currencyCode']);
  }
}

const NO_LINES: Block = { lines: [], unassigned: [], currencies: new Map(), parts: [] };

/** Record types of licences, and beginnings of their product ids. */
const LICENCE = /^(csp365|perpetual|subscription|software|cfq7ttc0|dg7gmgf0)/i;
const CURRENCY = /^[A-Z]{3}$/;

const NOWHERE: LinePlace = {
  organizationId: '',
  organizationName: '',
  serviceId: '',
  serviceName: '',
  isCustomService: false,
  subscriptionId: null,
  subscriptionName: null,
  subscriptionQuantity: '0',
};

/** An id that cannot be read gets one made of it, so that its lines are listed as somebody's and held. */
function ownerOf(organization: Members, raw: unknown): Owner {
  const id = organization.organizationId('organizationId');
  const name = organization.text('organizationName');
  if (id !== null) return { place: { organizationId: id, organizationName: name ?? id }, isNamed: true };
  const made = whoseId(raw);
  const place = { organizationId: made ?? '', organizationName: name ?? 'an organization without a readable id' };
  return { place, isNamed: made !== null };
}

const unassignedOf = (line: Line): UnassignedLine => ({
  invoiceNumber: 'monthly billing report',
  customerName: line.organizationName,
  productName: line.productName,
  currency: line.currency,
  cost: line.cost,
  sales: line.sales,
});

/** A part of the report that does not say whose it is cannot be held for anybody: the report is not whole. */
const unreachable = (trouble: string): ApiError =>
  new ApiError(
    'malformed',
    `${trouble} It is not known whose lines these are, so the report is incomplete and nothing is billed from it.`,
  );
