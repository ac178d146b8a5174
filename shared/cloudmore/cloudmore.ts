import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { firstDay, lastDay, monthOf, previousMonth } from '../billing/month.js';
import { fold, same } from '../billing/text.js';
import type { Line, Month, Organization, Price, Report, Subscription, UnassignedLine } from '../billing/types.js';
import type { CloudmoreConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { name, send, type ApiAnswer, type ApiRequest } from '../http/request.js';
import type { Taking } from '../http/taking.js';
import { ReportCount } from './report-count.js';
import { awaitTask, taskIdOf, type TaskAnswer } from './task.js';
import { Token } from './token.js';
import {
  isUnassigned,
  ReportLines,
  Texts,
  toCatalogueService,
  toInvoice,
  toInvoiceLine,
  toListedOrganization,
  toOrganization,
  toPrices,
  toSubscription,
  toUnassigned,
  type CatalogueService,
  type InvoiceLine,
  type ListedOrganization,
} from './translate.js';

/** Cloudmore as the billing needs it: the report of a month with everything that explains it (`cloudmore.md` section 3). It is only read from. */

export interface ReadOptions {
  onProgress?: ((what: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** How many organizations' details are asked for at once; no limit is documented, so it is kept modest. */
const DETAILS_AT_ONCE = 4;

export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
const realSleep: Sleep = async (milliseconds, signal) => void (await sleep(milliseconds, undefined, signal ? { signal } : {}));

export class Cloudmore {
  private readonly token: Token;
  private readonly counter = new AsyncLocalStorage<{ calls: number }>();

  constructor(
    private readonly config: CloudmoreConfig,
    private readonly pause: Sleep = realSleep,
  ) {
    this.token = new Token(config);
  }

  /** Runs `work` and tells how many calls it made to Cloudmore. */
  async countCalls<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    const counted = { calls: 0 };
    const result = await this.counter.run(counted, work);
    return { result, calls: counted.calls };
  }

  /** Everything a month is billed from. Report tasks run one after the other: whether several at once are allowed is unknown. */
  async readReport({ month, ...options }: { month: Month } & ReadOptions): Promise<Report> {
    const services = await this.services(options);
    const organizations = await this.organizations(options);
    const isCustom = (id: string): boolean => services.some((service) => same(service.id, id) && service.isCustom);
    const texts = new Texts();
    const count = new ReportCount();
    const lines = await this.lines(month, new ReportLines(isCustom, texts), options, count);
    const previousLines = await this.lines(previousMonth(month), new ReportLines(isCustom, texts), options);
    const subscriptions = await this.subscriptions(options);
    const prices = await this.prices(services, lines, options);
    const unassigned = await this.unassigned(month, organizations, options);
    return { month, lines, previousLines, organizations, subscriptions, prices, unassigned, counted: count.counted };
  }

  async services(options: ReadOptions = {}): Promise<CatalogueService[]> {
    return (await this.list('services', options)).map(toCatalogueService);
  }

  /** Ids and names alone: one call. */
  async listOrganizations(options: ReadOptions = {}): Promise<ListedOrganization[]> {
    return (await this.list('Organizations', options)).map(toListedOrganization);
  }

  /** All organizations with their company id; one that is deleted between list and detail is left out, its lines name it still. */
  async organizations(options: ReadOptions = {}): Promise<Organization[]> {
    const listed = await this.listOrganizations(options);
    const found: Organization[] = [];
    for (let start = 0; start < listed.length; start += DETAILS_AT_ONCE) {
      options.onProgress?.(`organizations: ${start} of ${listed.length}`);
      const details = await Promise.all(
        listed
          .slice(start, start + DETAILS_AT_ONCE)
          .map(async (organization) => ({ organization, detail: await this.organizationDetail(organization.id, options) })),
      );
      found.push(
        ...details
          .filter(({ detail }) => detail !== null)
          .map(({ organization, detail }) => toOrganization(organization, detail, this.config.companyProperty)),
      );
    }
    return found;
  }

  /** The whole detail of an organization as Cloudmore has it, or null when there is none. */
  async organizationDetail(id: string, options: ReadOptions = {}): Promise<unknown> {
    try {
      return (await this.ask({ method: 'GET', path: `Organizations/${encodeURIComponent(id)}` }, options)).json;
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return null;
      throw error;
    }
  }

  /**
   * Sets one custom property of an organization; what it was before is answered. PUT replaces everything (`cloudmore.md` 2.3), so the whole detail is read, changed
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
      await this.ask(put, {});
    } catch (error) {
      if (!(error instanceof ApiError) || !['unavailable', 'timed-out'].includes(error.kind)) throw error;
      if ((await this.propertyOf(id, property.name)) !== property.value) await this.ask(put, {});
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
    return (await this.ask({ method: 'GET', path }, options)).json;
  }

  async subscriptions(options: ReadOptions = {}): Promise<Subscription[]> {
    const lists = [
      ['services/csp/nce/subscriptions', 'nce'],
      ['services/csp/Subscriptions', 'legacy'],
      ['services/azure/Subscriptions', 'azure'],
    ] as const;
    const found: Subscription[] = [];
    for (const [path, kind] of lists) {
      const taking = { paths: ['$.*'], take: (record: unknown) => void found.push(toSubscription(record, kind)) };
      await this.list(path, { ...options, taking });
    }
    return found;
  }

  /** The price lists of the services that are not custom ones, in every currency the report has. */
  private async prices(services: CatalogueService[], lines: Line[], options: ReadOptions): Promise<Price[]> {
    const found: Price[] = [];
    const currencies = [...new Set(lines.map(({ currency }) => currency))].sort();
    for (const service of services.filter(({ isCustom }) => !isCustom)) {
      for (const currency of currencies.length === 0 ? [null] : currencies) {
        const query = currency === null ? '' : `?currencyCode=${encodeURIComponent(currency)}`;
        const list = (await this.list(`services/${encodeURIComponent(service.id)}/pricelist${query}`, options)).flatMap(toPrices);
        found.push(...list.filter((price) => currency === null || same(price.currency, currency)));
      }
    }
    return [
      ...new Map(found.map((price) => [`${fold(price.itemCode)}|${price.currency}|${price.paymentMonths}`, price])).values(),
    ];
  }

  private async lines(month: Month, reported: ReportLines, options: ReadOptions, count?: ReportCount): Promise<Line[]> {
    const path = 'billing/reports/MonthlyBillingPerOrganizationAsync';
    const body = JSON.stringify({ startDate: firstDay(month), endDate: lastDay(month) });
    const taking = {
      paths: ['$.*.organizations.*', '$.report.*.organizations.*'],
      take: count?.before(reported.take) ?? reported.take,
    };
    const report = await this.task(path, { method: 'POST', path, body }, `report of ${month}`, { ...options, taking });
    count?.finish(report);
    return reported.finish(report ?? []).filter((line) => monthOf(line.billingDate) === month);
  }

  private async unassigned(month: Month, organizations: Organization[], options: ReadOptions): Promise<UnassignedLine[]> {
    const known = new Set(organizations.map(({ id }) => fold(id)));
    const isKnown = (id: string): boolean => known.has(fold(id));
    const folder = 'billing/azurereports/AzureOneTimeInvoice';
    const invoices = (await this.list(`${folder}List`, options))
      .map(toInvoice)
      .filter(({ invoiceDate }) => monthOf(invoiceDate) === month);
    const found: UnassignedLine[] = [];
    for (const { invoiceNumber } of invoices) {
      const path = `${folder}/generateReport?invoiceNumber=${encodeURIComponent(invoiceNumber)}&storeToBlob=false`;
      // By the report they stand in: a look at a task that still runs may show some of it already.
      const takenOf = new Map<unknown, InvoiceLine[]>();
      const take = (item: unknown, holder: unknown): void => {
        const line = toInvoiceLine(invoiceNumber, item);
        const lines = takenOf.get(holder) ?? [];
        if (isUnassigned(line, isKnown)) lines.push(line);
        takenOf.set(holder, lines);
      };
      const taking = { paths: ['$.items.*', '$.report.items.*'], take };
      const report = await this.task(folder, { method: 'POST', path }, `invoice ${invoiceNumber}`, { ...options, taking });
      if (report !== null) found.push(...toUnassigned(invoiceNumber, report, takenOf.get(report) ?? [], isKnown));
    }
    return found;
  }

  // ------------------------------------------------------------------------------------------------------------- requests

  /** Starts a report task and waits for its report; null when Cloudmore does not have what was asked for. */
  private async task(
    folder: string,
    start: Ask,
    what: string,
    { taking, ...options }: ReadOptions & { taking: Taking },
  ): Promise<unknown> {
    let started: ApiAnswer;
    try {
      started = await this.ask(start, options);
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return null;
      throw error;
    }
    const taskId = taskIdOf(started, what);
    const look = async (): Promise<TaskAnswer> => this.look(`${folder}/${encodeURIComponent(taskId)}`, { ...options, taking });
    return awaitTask(what, look, (milliseconds) => this.pause(milliseconds, options.signal), options.onProgress);
  }

  private async look(path: string, options: AskOptions): Promise<TaskAnswer> {
    try {
      const { status, json } = await this.ask({ method: 'GET', path }, options);
      return { status, json };
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return { status: 404, json: undefined };
      throw error;
    }
  }

  private async list(path: string, options: AskOptions): Promise<unknown[]> {
    const { json } = await this.ask({ method: 'GET', path }, options);
    const list = z.array(z.unknown()).safeParse(json ?? []);
    if (list.success) return list.data;
    throw new ApiError('malformed', `Cloudmore's ${path.split('?')[0]} is no list.`);
  }

  private async ask(ask: Ask, { signal, taking }: AskOptions): Promise<ApiAnswer> {
    const askOnce = async (): Promise<ApiAnswer> => this.askOnce(ask, await this.token.value(signal), signal, taking);
    const first = await askOnce();
    if (first.status !== 401) return accepted(ask, first, this.url(ask.path));
    // A token may end before its time (`cloudmore.md` section 9): one new one, then it is the credentials.
    this.token.forget();
    return accepted(ask, await askOnce(), this.url(ask.path));
  }

  private async askOnce(
    ask: Ask,
    token: string,
    signal: AbortSignal | undefined,
    taking: Taking | undefined,
  ): Promise<ApiAnswer> {
    const counted = this.counter.getStore();
    if (counted) counted.calls += 1;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(ask.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    };
    const body = ask.body === undefined ? {} : { body: ask.body };
    // Starting a report task changes nothing that matters: a second task does no harm.
    return send({
      method: ask.method,
      url: this.url(ask.path),
      headers,
      ...body,
      isRead: true,
      signal,
      taking,
      timeoutMs: REPORT_TIMEOUT_MS,
    });
  }

  private url(path: string): URL {
    const base = this.config.url.endsWith('/') ? this.config.url : `${this.config.url}/`;
    return new URL(`api/resellers/${encodeURIComponent(this.config.resellerId)}/${path}`, base);
  }
}

/** An organization's detail with everything that is in it, also what this program does not know. */
const detailSchema = z.looseObject({
  customProperties: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish(),
});

/** A month of 100,000 lines takes a while to send. */
const REPORT_TIMEOUT_MS = 300_000;

interface AskOptions extends ReadOptions {
  taking?: Taking;
}

interface Ask {
  method: ApiRequest['method'];
  path: string;
  body?: string;
}

function accepted(ask: Ask, answer: ApiAnswer, url: URL): ApiAnswer {
  const { status, json, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return answer;
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const message = `${name({ method: ask.method, url })}: ${status} ${errorText(json)}`.trim();
  if (status === 401 || status === 403)
    throw new ApiError(
      'unauthorized',
      `${message}. Check the Cloudmore credentials and CLOUDMORE_RESELLER_ID; the user needs the role Global Admin and REST API access.`,
      facts,
    );
  if (status === 404) throw new ApiError('not-found', message, facts);
  if (status === 429) throw new ApiError('rate-limited', message, facts);
  if (status >= 500) throw new ApiError('unavailable', message, facts);
  throw new ApiError('rejected', message, facts);
}

const apiErrorSchema = z.array(z.object({ errorMessage: z.string() })).min(1);
const validationSchema = z.record(z.string(), z.array(z.string()));

/** Both shapes of Cloudmore's errors (`cloudmore.md` 2.4). */
function errorText(json: unknown): string {
  const listed = apiErrorSchema.safeParse(json);
  if (listed.success) return listed.data.map(({ errorMessage }) => errorMessage).join('; ');
  const keyed = validationSchema.safeParse(json);
  return keyed.success
    ? Object.entries(keyed.data)
        .map(([field, messages]) => `${field}: ${messages.join(', ')}`)
        .join('; ')
    : '';
}
