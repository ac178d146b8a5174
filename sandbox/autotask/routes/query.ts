/** Query, count, their further pages, and the lists of children (`docs/vendors/autotask.md` 2.1 to 2.3). */
import type { Answer, SandboxRequest } from '../../router.js';
import type { Entity } from '../fields.js';
import { PAGE_MAX, parseQuery, type Query } from '../query/condition.js';
import type { PageSet } from '../query/pages.js';
import { countQuery, runQuery } from '../query/run.js';
import { Refusal, refuse, TEXT } from '../refusal.js';
import { jsonOf, ok, parse, type AutotaskRoute, type Context } from './context.js';

export function queryRoutes(context: Context, entity: Entity, pattern: string): AutotaskRoute[] {
  const endpoint = entity.path;
  const first = (request: SandboxRequest): Answer => firstPage(context, entity, request, queryOf(context, request));
  const next = (request: SandboxRequest): Answer => nextPage(context, entity, request);
  const count = (request: SandboxRequest): Answer =>
    ok({ queryCount: countQuery(context.tenant, entity, queryOf(context, request)) });
  return Object.entries({ query: first, 'query/count': count, 'query/next': next }).flatMap(([path, handle]) =>
    ['GET', 'POST'].map((method) => ({ method, pattern: `${pattern}/${path}`, endpoint, action: 'query' as const, handle })),
  );
}

const DEADLOCK_EVERY = 10;

function queryOf({ tenant }: Context, request: SandboxRequest): Query {
  const { emptyFilter } = tenant.behaviour;
  if (request.method === 'POST') return parseQuery(jsonOf(request), emptyFilter);
  const search = request.query.get('search');
  if (search === null) throw refuse("Invalid query syntax. The parameter 'search' is missing.");
  return parseQuery(parse(search), emptyFilter);
}

function firstPage(context: Context, entity: Entity, request: SandboxRequest, query: Query): Answer {
  const verb = request.method === 'POST' ? 'POST' : 'GET';
  context.queries += 1;
  if (context.tenant.behaviour.sqlTexts && context.queries % DEADLOCK_EVERY === 0) throw refuse(TEXT.deadlock);
  return page(context, entity, {
    request,
    set: { path: entity.path, verb, query, search: request.query.get('search') ?? undefined, starts: [-1] },
    start: -1,
  });
}

/** The children of one parent: a query that takes no filter of its own. Its further pages are those of the entity, by GET. */
export function listChildren(context: Context, entity: Entity, request: SandboxRequest, parentId: number): Answer {
  const query = parseQuery({ filter: [{ op: 'eq', field: 'contractID', value: parentId }] }, 'all');
  return page(context, entity, {
    request,
    set: { path: entity.path, verb: 'GET', query, search: undefined, starts: [-1] },
    start: -1,
  });
}

function nextPage(context: Context, entity: Entity, request: SandboxRequest): Answer {
  const { set, start } = readPaging(request.query.get('paging'));
  const kept = context.pages.get(set);
  if (!kept || kept.path !== entity.path || !kept.starts.includes(start)) {
    throw refuse('The page is no longer available. Send the query again.');
  }
  // Real API: begun by POST is continued by POST, by GET with GET (observed).
  if (kept.verb !== request.method) throw new Refusal(405, { Message: TEXT.method(request.method) });
  // Real API: the same body is sent again; some clients send none (third party). It does not matter, the page set knows its query.
  if (request.text !== '') parse(request.text);
  return page(context, entity, { request, set: kept, start, id: set });
}

interface PageInput {
  request: SandboxRequest;
  set: PageSet;
  start: number;
  id?: number | undefined;
}

function page(context: Context, entity: Entity, { request: { origin }, set, start, id }: PageInput): Answer {
  const { items, next } = runQuery(context.tenant, entity, set.query, start);
  const index = set.starts.indexOf(start);
  if (next !== undefined && set.starts[index + 1] === undefined) set.starts.push(next);
  const kept = id ?? (next === undefined ? 0 : context.pages.keep(set));
  const link = (to: number | undefined): string | null =>
    to === undefined ? null : pageUrl(origin, set, { set: kept, from: start, to });
  return ok({
    items,
    pageDetails: {
      count: items.length,
      requestCount: set.query.maxRecords ?? PAGE_MAX,
      prevPageUrl: link(set.starts[index - 1]),
      nextPageUrl: next === undefined ? null : link(next),
    },
  });
}

/** Real API: a link to its own origin, with the ids around the page and the text of a GET query, so a long GET has a long link. */
function pageUrl(
  origin: string,
  { path, query, search }: PageSet,
  { set, from, to }: { set: number; from: number; to: number },
): string {
  const paging = JSON.stringify({ pageSize: query.maxRecords, previousIds: [from], nextIds: [to], pageSet: set });
  const parameters = new URLSearchParams({ paging, ...(search === undefined ? {} : { search }) });
  return `${origin}/atservicesrest/V1.0/${path}/query/next?${parameters.toString()}`;
}

function readPaging(text: string | null): { set: number; start: number } {
  const paging = parse(text ?? '');
  if (typeof paging === 'object' && paging !== null && 'pageSet' in paging && 'nextIds' in paging) {
    const { pageSet, nextIds } = paging;
    const start: unknown = Array.isArray(nextIds) ? nextIds[0] : undefined;
    if (typeof pageSet === 'number' && typeof start === 'number') return { set: pageSet, start };
  }
  throw refuse("Invalid query syntax. The parameter 'paging' is not one that this server made.");
}
