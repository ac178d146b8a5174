/** What a person does in Autotask's UI and no API call can. Queries see it at once. */
import { atOnce, type Tenant } from '../tenant.js';
import { checkMembers, edit, editWhere, erase, tableNamed, type Members } from './edit.js';
import { makeInvoice, voidInvoice } from './invoice.js';
import { freeze, unfreeze, type Posted, type Scope } from './post.js';
import { stateRecord } from '../present.js';

export type { Members } from './edit.js';
export type { Posted, Scope } from './post.js';

export interface Hooks {
  freeze(scope: Scope): Posted;
  unfreeze(scope: Scope): Posted;
  invoice(companyID: number, through: string): { invoiceID: number; billingItems: number };
  voidInvoice(invoiceID: number): void;
  /** The record after the change. */
  edit(table: string, id: number, changes: Members): Record<string, unknown>;
  editWhere(table: string, where: Members, set: Members): number;
  checkEdit(table: string, where: Members, set: Members): void;
  erase(table: string, id: number): void;
}

export function createHooks(tenant: Tenant): Hooks {
  return {
    freeze: (scope) => atOnce(tenant, () => freeze(tenant, scope)),
    unfreeze: (scope) => atOnce(tenant, () => unfreeze(tenant, scope)),
    invoice: (companyID, through) => atOnce(tenant, () => makeInvoice(tenant, companyID, through)),
    voidInvoice: (invoiceID) => atOnce(tenant, () => voidInvoice(tenant, invoiceID)),
    edit: (table, id, changes) =>
      stateRecord(
        tenant,
        tableNamed(tenant, table),
        atOnce(tenant, () => edit(tenant, table, id, changes)),
      ),
    editWhere: (table, where, set) => atOnce(tenant, () => editWhere(tenant, table, where, set)),
    checkEdit: (table, where, set) => checkMembers(tenant, table, where, set),
    erase: (table, id) => atOnce(tenant, () => erase(tenant, table, id)),
  };
}
