import { refuse } from '../../refusal.js';
import { useType, type Tenant } from '../../tenant.js';

/** Refuses a billing code that is inactive or meant for something else; its use type is known by its label, never by a number. */
export function checkBillingCode(tenant: Tenant, field: string, id: number | null, label: string): void {
  const code = tenant.tables.billingCodes.get(id);
  if (!code) return;
  if (code.isActive === false) throw refuse(`The billing code ${code.id} of ${field} is not active.`);
  if (code.useType !== useType(tenant, label)) throw refuse(`The billing code ${code.id} of ${field} is not a ${label}.`);
}
