/** What the API user's security level lets it do (reference 1): a right is an entity's collection and an action, such as `Services.create`. */
import * as z from 'zod';
import { ALL_ENTITIES } from './entities/index.js';
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

export function checkRight(tenant: Tenant, collection: string, action: Action): void {
  if (isDenied(tenant, collection, action)) throw refuse(TEXT.rights(action, collection));
}
