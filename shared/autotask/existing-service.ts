import { propertiesOf } from '../http/properties.js';
import { present } from '../billing/basics/text.js';
import type { Decimal } from '../billing/types.js';
import { lowerKeys } from './lower-keys.js';

/** A service as Autotask has it, with all members that could hold the vendor's id: to tell which product people meant by it. */
export interface ExistingService {
  id: number;
  name: string;
  isActive: boolean;
  /** `invoiceDescription`, by which services are found. */
  key: string | null;
  unitPrice: Decimal | null;
  /** Part numbers, external ids and the like, whichever are filled. */
  references: string[];
}

const REFERENCES = ['sku', 'catalognumberpartnumber', 'externalid', 'internalid', 'manufacturerserviceproviderproductnumber'];

/** A service out of Autotask's record; null where it cannot be told which one it is. */
export function toExistingService(record: unknown): ExistingService | null {
  const fields = propertiesOf(lowerKeys(record));
  if (typeof fields['id'] !== 'number') return null;
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? present(String(value)) : null;
  };
  return {
    id: fields['id'],
    name: text('name') ?? '',
    isActive: fields['isactive'] !== false,
    key: text('invoicedescription'),
    unitPrice: text('unitprice'),
    references: REFERENCES.flatMap((name) => text(name) ?? []),
  };
}
