/** The routes of every entity, made from its description: exactly the paths and verbs of `docs/vendors/autotask.md` 2.6. */
import type { Answer, SandboxRequest } from '../../router.js';
import type { Entity } from '../fields.js';
import { entityInformation, fieldInformation, userDefinedFieldInformation, type Described } from '../metadata.js';
import { viewOf, wireRecord } from '../present.js';
import { Refusal, refuse } from '../refusal.js';
import { isHidden, type Action } from '../rights.js';
import { tableOf } from '../tenant.js';
import { ADJUSTMENT, createAdjustment } from '../write/adjustment.js';
import { readBody, type Body } from '../write/body.js';
import { create, remove, update } from '../write/records.js';
import { BASE, idOf, jsonOf, ok, type AutotaskRoute, type Context } from './context.js';
import { listChildren, queryRoutes } from './query.js';

type Handle = AutotaskRoute['handle'];

export function entityRoutes(context: Context, entity: Entity): AutotaskRoute[] {
  const root = `${BASE}/${entity.path}`;
  const routes = [...metadataRoutes(context, { ...entity, queryable: true }, root), ...queryRoutes(context, entity, root)];
  routes.push(route(entity, 'GET', `${root}/:id`, (_request, params) => readOne(context, entity, idOf(params, 'id'))));
  return entity.child === undefined
    ? [...routes, ...writeRoutes(context, entity, root)]
    : [...routes, ...childRoutes(context, entity, `${BASE}/Contracts/:parentId/${entity.child}`)];
}

const route = (entity: Pick<Entity, 'path'>, method: string, pattern: string, handle: Handle): AutotaskRoute => ({
  method,
  pattern,
  endpoint: entity.path,
  action: ACTIONS[method],
  handle,
});

/** The right that a method takes; reading is querying. */
const ACTIONS: Record<string, Action> = { GET: 'query', POST: 'create', PATCH: 'update', PUT: 'update', DELETE: 'delete' };

/** An entity with a parent is listed and written below it only; its own root only reads. */
function childRoutes(context: Context, entity: Entity, pattern: string): AutotaskRoute[] {
  return [
    ...metadataRoutes(context, { ...entity, queryable: true }, pattern),
    route(entity, 'GET', pattern, (request, params) => listChildren(context, entity, request, idOf(params, 'parentId'))),
    route(entity, 'GET', `${pattern}/:id`, (_request, params) =>
      readOne(context, entity, idOf(params, 'id'), idOf(params, 'parentId')),
    ),
    ...writeRoutes(context, entity, pattern),
  ];
}

function metadataRoutes({ tenant }: Context, described: Described, pattern: string): AutotaskRoute[] {
  const at = `${pattern}/entityInformation`;
  return [
    route(described, 'GET', at, () => ok(entityInformation(tenant, described))),
    route(described, 'GET', `${at}/fields`, () => ok(fieldInformation(tenant, described))),
    route(described, 'GET', `${at}/userDefinedFields`, () => ok(userDefinedFieldInformation(tenant, described))),
    // Anyone who lacks a right reads so here.
  ].map((metadata) => ({ ...metadata, action: undefined }));
}

function writeRoutes(context: Context, entity: Entity, pattern: string): AutotaskRoute[] {
  const { tenant } = context;
  const change =
    (verb: 'PATCH' | 'PUT'): Handle =>
    (request, params) => {
      const id = update(tenant, entity, { body: bodyOf(context, entity, request, params), verb, parentId: parentOf(params) });
      // Real API: the documentation promises no body; both forms are seen (observed).
      return ok({ itemId: tenant.behaviour.patchAnswer === 'itemId' ? id : null });
    };
  const make: Handle = (request, params) => ok({ itemId: create(tenant, entity, bodyOf(context, entity, request, params)) });
  const erase: Handle = (_request, params) => {
    const id = idOf(params, 'id');
    remove(tenant, entity, id, idOf(params, 'parentId'));
    return ok({ itemId: id });
  };
  return [
    ...(entity.can.create ? [route(entity, 'POST', pattern, make)] : []),
    ...(entity.can.update
      ? [route(entity, 'PATCH', pattern, change('PATCH')), route(entity, 'PUT', pattern, change('PUT'))]
      : []),
    ...(entity.can.remove ? [route(entity, 'DELETE', `${pattern}/:id`, erase)] : []),
  ];
}

const parentOf = (params: Record<string, string>): number | undefined =>
  params['parentId'] === undefined ? undefined : idOf(params, 'parentId');

/** The body, with the parent of the path in it. One that names another parent is refused. */
function bodyOf(
  { tenant }: Context,
  entity: Parameters<typeof readBody>[1],
  request: SandboxRequest,
  params: Record<string, string>,
): Body {
  const body = readBody(tenant, entity, jsonOf(request));
  const parentId = parentOf(params);
  if (parentId === undefined) return body;
  const given = body.values['contractID'] ?? parentId;
  if (given !== parentId) throw refuse(`The contractID ${given} of the body is not the ${parentId} of the URL.`);
  return { ...body, values: { ...body.values, contractID: parentId } };
}

function readOne({ tenant }: Context, entity: Entity, id: number, parentId?: number): Answer {
  const record = tableOf(tenant, entity.table).get(id);
  const isBelow = parentId === undefined || record?.['contractID'] === parentId;
  const found = record && isBelow && !isHidden(tenant, entity, record) ? record : undefined;
  if (found) return ok({ item: wireRecord(tenant, entity, viewOf(tenant, entity, found)) });
  // Real API: item null is observed, 404 reported by others (`docs/vendors/autotask.md` 12, no. 16).
  if (tenant.behaviour.missing === '404') throw new Refusal(404, undefined);
  return ok({ item: null });
}

/** Create only, at the root and below the contract; no query, no read (documented). */
export function adjustmentRoutes(context: Context): AutotaskRoute[] {
  const described: Described = { ...ADJUSTMENT, path: 'ContractServiceAdjustments', can: { create: true }, queryable: false };
  const handle: Handle = (request, params) => {
    createAdjustment(context.tenant, bodyOf(context, ADJUSTMENT, request, params));
    // Real API: answers itemId null on success (observed).
    return ok({ itemId: null });
  };
  return [`${BASE}/ContractServiceAdjustments`, `${BASE}/Contracts/:parentId/ServiceAdjustments`].flatMap((pattern) => [
    ...metadataRoutes(context, described, pattern),
    route(described, 'POST', pattern, handle),
  ]);
}
