/** What the API user's security level lets it do (`docs/vendors/autotask.md` 1): a right is an entity's collection and an action, such as `Services.create`. */
import * as z from 'zod';
import { ALL_ENTITIES } from './entities/index.js';
import type { AnyRecord, Entity } from './fields.js';
import { refuse, TEXT } from './refusal.js';
import type { Tenant } from './tenant.js';

export type Action = 'create' | 'update' | 'delete' | 'query';

const ACTIONS: readonly string[] = ['create', 'update', 'delete', 'query'] satisfies Action[];
const COLLECTIONS = [...ALL_ENTITIES.map(({ path }) => path), 'ContractServiceAdjustments'];

function isRight(right: string): boolean {
  const [collection = '', action = ''] = right.split('.');
  return COLLECTIONS.includes(collection) && ACTIONS.includes(action);
}

export const deniedSchema = z.array(z.string().refine(isRight, 'not a right such as Services.create'));

export const isDenied = ({ behaviour }: Pick<Tenant, 'behaviour'>, collection: string, action: Action): boolean =>
  behaviour.denied.includes(`${collection}.${action}`);

/** What the user added itself, where its security level does not let it see that. */
export function isHidden(tenant: Pick<Tenant, 'behaviour' | 'added'>, entity: Entity, record: AnyRecord): boolean {
  const { hidesAdded } = tenant.behaviour;
  if (hidesAdded.length === 0 || !hidesAdded.some((collection) => collection === entity.path)) return false;
  if (entity.path === 'ContractServiceUnits') return tenant.added.has(`ContractServices ${Number(record['contractServiceID'])}`);
  return tenant.added.has(`${entity.path} ${record.id}`);
}

export function checkRight(tenant: Tenant, collection: string, action: Action): void {
  if (isDenied(tenant, collection, action)) throw refuse(TEXT.rights(action, collection));
}
