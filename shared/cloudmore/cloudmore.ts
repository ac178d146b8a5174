import { z } from 'zod';
import { addMonths, billedFrom, firstDay, lastDay, previousMonth } from '../billing/basics/month.js';
import { classify } from '../billing/report/record-type.js';
import { fold, same } from '../billing/basics/text.js';
import type { Day, Line, Month, Organization, Price, Report, Subscription, UnassignedLine } from '../billing/types.js';
import type { CloudmoreConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { saysThereIsNone } from './absence.js';
import { Findings, VENDOR } from './findings.js';
import { readInvoice, readInvoices } from './invoice-reads.js';
import { InvoiceSource, type RawInvoice } from './invoice-source.js';
import { INVOICE_PATH, InvoiceLines, unassignedOf, type InvoiceLine } from './invoices.js';
import { readPrices } from './price-lists.js';
import { Presence } from './presence.js';
import {
  holdWithoutEnd,
  toCatalogueService,
  toListedOrganization,
  toOrganization,
  toPrices,
  toSubscription,
  type CatalogueService,
  type ListedOrganization,
  type PropertySeen,
} from './records.js';
import { ReportCount } from './report-count.js';
import { ReportLines, type ReportRead } from './report-lines.js';
import type { TaskAnswer } from './task.js';
import { Texts } from './texts.js';
import { realSleep, Transport, type Ask, type ReadOptions, type Sleep } from './transport.js';

/** Cloudmore as the billing needs it: the report of a month with everything that explains it (`docs/vendors/cloudmore.md` 3). It is only read from. */

export type { ReadOptions, Sleep };
export type WatchOptions = ReadOptions & { onLook?: (seen: TaskAnswer) => void };

/** How many organizations' details are asked for at once; no limit is documented, so it is kept modest. */
const DETAILS_AT_ONCE = 4;
/** Last month's task is started again before its report counts as unavailable, because a task may fail once. */
const PREVIOUS_TASKS = 2;

export class Cloudmore {
  private readonly transport: Transport;

  constructor(
    private readonly config: CloudmoreConfig,
    pause: Sleep = realSleep,
  ) {
    this.transport = new Transport(config, pause);
  }

  /** A run begins, or a person asks: a log-in that was refused may be tried once more, where that was not within the last milliseconds. */
  askAgain(notWithinMs = 0): void {
    this.transport.askAgain(notWithinMs);
  }

  /** Runs `work` and returns how many calls it made to Cloudmore. */
  countCalls<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    return this.transport.countCalls(work);
  }

  /** Everything a month is billed from, which may be the report of another month (rule 1.9). Report tasks run one after the other: whether several at once are allowed is unknown. */
  async readReport({ month: billed, ...options }: { month: Month } & ReadOptions): Promise<Report> {
    const month = addMonths(billed, this.config.reportMonthOffset);
    const findings = new Findings();
    const services = await this.catalogue(options, findings);
    const { organizations, seen } = await this.listedWithCompany(options, findings);
    this.requireCompanies(organizations, seen);
    const texts = new Texts();
    const isCustom = (id: string): boolean => services.some((service) => same(service.id, id) && service.isCustom);
    const count = new ReportCount();
    const source = await this.source(month, isCustom, options, findings);
    const reported = await this.lines(month, new ReportLines(month, isCustom, texts, findings), { ...options, source }, count);
    source?.holdNotInvoiced(reported.lines, month);
    const previous = await this.previousLines(month, isCustom, texts, options);
    holdUnknownServices(reported.lines, services);
    const subscriptions = await this.readSubscriptions(options, findings);
    const prices = await readPrices(this.transport, services, reported.lines, { ...options, findings });
    const invoices = new InvoiceLines(findings);
    const unassigned = source
      ? source.nobodys(invoices)
      : await this.unassigned(month, { organizations, invoices }, options, findings);
    const absent = reported.absent.filter((member) => !this.config.absentMembers.some((known) => same(known, member)));
    invoices.fill(reported.lines, absent);
    return {
      month: billed,
      ...billedFrom(billed, month),
      lines: reported.lines,
      ...previous,
      organizations,
      subscriptions,
      prices,
      unassigned: [...reported.unassigned, ...unassigned],
      counted: count.counted,
      findings: findings.kept,
    };
  }

  async services(options: ReadOptions = {}): Promise<CatalogueService[]> {
    return refusingFindings(await this.catalogue(options, new Findings()));
  }

  private async catalogue(options: ReadOptions, findings: Findings): Promise<CatalogueService[]> {
    return (await this.transport.list('services', options)).map((record, index) => toCatalogueService(record, index, findings));
  }

  /** Ids and names alone: one call. */
  async listOrganizations(options: ReadOptions = {}, findings = new Findings()): Promise<ListedOrganization[]> {
    const presence = new Presence('organizations', ['id', 'name']);
    const records = await this.transport.list('Organizations', options);
    const listed = records.flatMap((record, index) => toListedOrganization(record, index, findings, presence) ?? []);
    presence.require(['id']);
    // A list can name one twice when others are added while its pages are read; it is the same customer, and shares its company with nobody.
    return [...new Map(listed.map((one) => [fold(one.id), one])).values()];
  }

  /** All organizations with their company id, or why it is not known. */
  async organizations(options: ReadOptions = {}): Promise<Organization[]> {
    return (await this.listedWithCompany(options, new Findings())).organizations;
  }

  private async listedWithCompany(
    options: ReadOptions,
    findings: Findings,
  ): Promise<{ organizations: Organization[]; seen: PropertySeen }> {
    const listed = await this.listOrganizations(options, findings);
    const seen: PropertySeen = { organizations: 0, values: 0, names: new Set(), members: new Set() };
    const found: Organization[] = [];
    for (let start = 0; start < listed.length; start += DETAILS_AT_ONCE) {
      options.onProgress?.(`organizations: ${start} of ${listed.length}`);
      const details = await Promise.all(
        listed
          .slice(start, start + DETAILS_AT_ONCE)
          .map(async (organization) => ({ organization, detail: await this.organizationDetail(organization.id, options) })),
      );
      found.push(
        ...details.map(({ organization, detail }) =>
          toOrganization(organization, { detail, companyProperty: this.config.companyProperty }, findings, seen),
        ),
      );
    }
    return { organizations: found, seen };
  }

  /** Where no organization at all has the property, it has another name, or the user may not see it: nobody is left out for that. */
  private requireCompanies(organizations: Organization[], { values, names, members }: PropertySeen): void {
    const isAccepted = this.config.absentMembers.some((known) => same(known, this.config.companyProperty));
    if (organizations.length === 0 || values > 0 || isAccepted || organizations.some(({ unreadable }) => unreadable)) return;
    const came =
      names.size > 0
        ? `The properties that came: ${shownNames(names)}`
        : `No properties came; the members that did: ${shownNames(members)}`;
    throw new ApiError(
      'malformed',
      `None of ${organizations.length} organizations in Cloudmore has a value of the property ${this.config.companyProperty} (COMPANY_PROPERTY). ${came}. Nothing is billed. Link customers to companies with: billing companies; or name the property in CLOUDMORE_ABSENT if that is intended.`,
    );
  }

  /** The whole detail of an organization as Cloudmore has it, or null when there is none. */
  async organizationDetail(id: string, options: ReadOptions = {}): Promise<unknown> {
    try {
      return (await this.transport.ask({ method: 'GET', path: `Organizations/${encodeURIComponent(id)}` }, options)).json;
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return null;
      throw error;
    }
  }

  /**
   * Sets one custom property of an organization; what it was before is answered. PUT replaces everything (`docs/vendors/cloudmore.md` 2.3), so the whole detail is read, changed
   * and sent back. The value is absolute: sent again it does no harm, and after a missing answer it is read again first.
   */
  async setOrganizationProperty(
    id: string,
    property: { id: string | null; name: string; value: string },
  ): Promise<string | null> {
    const detail = detailSchema.parse(await this.organizationDetail(id));
    const others = (detail.customProperties ?? []).filter(({ name: other }) => !same(other, property.name));
    const before = (detail.customProperties ?? []).find(({ name: other }) => same(other, property.name))?.value ?? null;
    if (before === property.value) return before;
    const own = { ...(property.id === null ? {} : { id: property.id }), name: property.name, value: property.value };
    const body = JSON.stringify({ ...detail, customProperties: [...others, own] });
    const put: Ask = { method: 'PUT', path: `Organizations/${encodeURIComponent(id)}`, body };
    try {
      await this.transport.ask(put, {});
    } catch (error) {
      if (!(error instanceof ApiError) || !['unavailable', 'timed-out'].includes(error.kind)) throw error;
      if ((await this.propertyOf(id, property.name)) !== property.value) await this.transport.ask(put, {});
    }
    return before;
  }

  /** The value of an organization's custom property as it is now. */
  async propertyOf(id: string, propertyName: string): Promise<string | null> {
    const { customProperties } = detailSchema.parse(await this.organizationDetail(id));
    return customProperties?.find(({ name: other }) => same(other, propertyName))?.value ?? null;
  }

  /** GET of anything below the reseller, for checks of the set-up. */
  async get(path: string, options: ReadOptions = {}): Promise<unknown> {
    return (await this.transport.ask({ method: 'GET', path }, options)).json;
  }

  async subscriptions(options: ReadOptions = {}): Promise<Subscription[]> {
    return this.readSubscriptions(options, new Findings());
  }

  private async readSubscriptions(options: ReadOptions, findings: Findings): Promise<Subscription[]> {
    const lists = [
      ['services/csp/nce/subscriptions', 'nce'],
      ['services/csp/Subscriptions', 'legacy'],
      ['services/azure/Subscriptions', 'azure'],
    ] as const;
    const found: Subscription[] = [];
    for (const [path, kind] of lists) {
      let index = 0;
      const first = found.length;
      const take = (record: unknown): void => {
        const subscription = toSubscription(record, { kind, path, index }, findings);
        if (subscription !== null) found.push(subscription);
        index += 1;
      };
      await this.transport.list(path, { ...options, taking: { paths: ['$.*'], take } });
      if (kind === 'nce' && !this.config.absentMembers.some((known) => same(known, 'commitmentEndDate')))
        holdWithoutEnd(found.slice(first));
    }
    return found;
  }

  private async lines(
    month: Month,
    reported: ReportLines,
    { endDay = lastDay(month), source = null, ...options }: WatchOptions & { endDay?: Day; source?: InvoiceSource | null },
    count?: Pick<ReportCount, 'before' | 'finish'>,
  ): Promise<ReportRead> {
    const path = 'billing/reports/MonthlyBillingPerOrganizationAsync';
    const body = JSON.stringify({ startDate: firstDay(month), endDate: endDay });
    const paths = ['$.*.organizations.*', ...['report', 'result', 'data'].map((name) => `$.${name}.*.organizations.*`)];
    const counted = count?.before(reported.take) ?? reported.take;
    const take = source === null ? counted : (raw: unknown, block: unknown): void => counted(source.without(raw), block);
    const taking = { paths, take };
    const answer = await this.transport.task(path, { method: 'POST', path, body }, `report of ${month}`, { ...options, taking });
    const report = source === null ? answer : source.into(answer);
    count?.finish(report);
    return reported.finish(report);
  }

  /** The month's invoices, where what they carry is billed from them (rule 1.10); null where everything is billed from the report. */
  private async source(
    month: Month,
    isCustom: (serviceId: string) => boolean,
    options: ReadOptions,
    findings: Findings,
  ): Promise<InvoiceSource | null> {
    if (this.config.reportSource !== 'invoice') return null;
    return new InvoiceSource(await this.invoicesOf(month, options, findings), isCustom);
  }

  /** The month's invoices, whole. */
  invoicesOf(month: Month, options: ReadOptions = {}, findings = new Findings()): Promise<RawInvoice[]> {
    return readInvoices(this.transport, month, { options, findings, take: (_, raw) => raw ?? NO_RECORD });
  }

  /** The report of a month up to a day, read as a run reads it, with what of its values cannot be read; `see` gets every customer's part as it came. */
  async watchReport(
    month: Month,
    endDay: Day,
    { see, ...options }: WatchOptions & { see: (organization: unknown, block: unknown) => void },
  ): Promise<ReportRead & { unreadable: number }> {
    const isCustom = await this.customServices(options);
    const findings = new Findings();
    const counting: Pick<ReportCount, 'before' | 'finish'> = {
      before: (take) => (organization, block) => {
        see(organization, block);
        take(organization, block);
      },
      finish: () => undefined,
    };
    const reported = new ReportLines(month, isCustom, new Texts(), findings);
    const read = await this.lines(month, reported, { ...options, endDay }, counting);
    return { ...read, unreadable: findings.count };
  }

  /** The lines of the report that a month is billed from (rule 1.9), to look at. */
  async reportOf(billed: Month): Promise<ReportRead> {
    const month = addMonths(billed, this.config.reportMonthOffset);
    const isCustom = await this.customServices({});
    const source = await this.source(month, isCustom, {}, new Findings());
    const read = await this.lines(month, new ReportLines(month, isCustom, new Texts(), new Findings()), { source });
    source?.holdNotInvoiced(read.lines, month);
    return read;
  }

  private async customServices(options: ReadOptions): Promise<(id: string) => boolean> {
    const services = await this.services(options);
    return (id) => services.some((service) => same(service.id, id) && service.isCustom);
  }

  /** Lines of a vendor's invoice as they came, the first of them. */
  async invoiceRecords(number: string, most: number, options: ReadOptions = {}): Promise<unknown[]> {
    const found: unknown[] = [];
    await readInvoice(this.transport, number, options, (item) => void (found.length < most && found.push(item)));
    return found;
  }

  /** A service's price list, in all currencies. */
  async priceList(serviceId: string): Promise<Price[]> {
    const path = `services/${encodeURIComponent(serviceId)}/pricelist`;
    const findings = new Findings();
    return (await this.transport.list(path, {})).flatMap((record, index) => toPrices(record, path, index, findings));
  }

  tokenLife(): Promise<number> {
    return this.transport.tokenLife();
  }

  description(): Promise<unknown> {
    return this.transport.description();
  }

  /** Rule 1.4: last month is there to be compared with. That Cloudmore has no report of it (any more) is reported, and stops nothing; an outage does. */
  private async previousLines(
    month: Month,
    isCustom: (serviceId: string) => boolean,
    texts: Texts,
    options: ReadOptions,
  ): Promise<Pick<Report, 'previousLines' | 'previousUnavailable'>> {
    const before = previousMonth(month);
    let why = '';
    for (let task = 0; task < PREVIOUS_TASKS; task += 1)
      try {
        const findings = new Findings();
        const source = await this.source(before, isCustom, options, findings);
        const reported = new ReportLines(before, isCustom, texts, findings);
        return { previousLines: (await this.lines(before, reported, { ...options, source })).lines };
      } catch (error) {
        if (!(error instanceof ApiError) || !(error.kind === 'rejected' || error.facts.saysNoReport === true)) throw error;
        why = error.message;
      }
    return { previousLines: [], previousUnavailable: why };
  }

  /** Rule 1.5. Where Cloudmore says that it has no invoices, that is reported, and the month is not certified; what is billed from the report waits for none. */
  private async unassigned(
    month: Month,
    { organizations, invoices }: { organizations: Organization[]; invoices: InvoiceLines },
    options: ReadOptions,
    findings: Findings,
  ): Promise<UnassignedLine[]> {
    const known = new Set(organizations.map(({ id }) => fold(id)));
    const take = (number: string, raw: unknown): InvoiceLine | null => {
      const line = invoices.take(number, raw);
      return line.organizationId === null || !known.has(fold(line.organizationId)) ? line : null;
    };
    try {
      const read = await readInvoices(this.transport, month, { options, findings, take });
      return read.flatMap(({ number, currency, lines }) => unassignedOf(number, currency, lines));
    } catch (error) {
      if (!saysThereIsNone(error)) throw error;
      const where = { vendor: VENDOR, path: `${INVOICE_PATH}List`, record: `invoices of ${month}`, member: null, value: null };
      findings.add([{ ...where, problem: `they cannot be had (${error.message})` }]);
      return [];
    }
  }
}

/** Stands for a line that is null: no record, and not nothing. */
const NO_RECORD = 'null';

/** Lines of a service of which it is not known whether it is a custom one: it cannot be read, or the list lacks it and the line does not say what it is. */
function holdUnknownServices(lines: Line[], services: CatalogueService[]): void {
  const nameless = services.find(({ id, unreadable }) => id === '' && unreadable !== undefined);
  const known = new Map(services.map((service) => [fold(service.id), service]));
  for (const line of lines) {
    const own = known.get(fold(line.serviceId)) ?? nameless;
    if (own?.unreadable !== undefined) line.trouble ??= { message: own.unreadable, holds: 'item' };
    else if (own === undefined && classify({ ...line, isCustomService: true }) === 'CustomService')
      line.trouble ??= {
        message: `Cloudmore's list of services does not name ${line.serviceName} (${line.serviceId}), which has lines in the report: whether it is a custom service, which is not billed here, is not known.`,
        holds: 'item',
      };
  }
}

/** For checks of the set-up, where a record that cannot be read is what is looked for. */
function refusingFindings(services: CatalogueService[]): CatalogueService[] {
  const bad = services.find(({ unreadable }) => unreadable !== undefined);
  if (bad?.unreadable !== undefined) throw new ApiError('malformed', bad.unreadable);
  return services;
}

const NAMES_SHOWN = 20;
const shownNames = (names: Set<string>): string => [...names].slice(0, NAMES_SHOWN).join(', ') || 'none';

/** An organization's detail with everything that is in it, also what this program does not know. */
const detailSchema = z.looseObject({
  customProperties: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish(),
});
