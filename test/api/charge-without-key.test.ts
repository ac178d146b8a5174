import { expect, test } from '@jest/globals';
import { toCharge } from '../../shared/autotask/translate.js';
import { Unreadable } from '../../shared/autotask/unreadable.js';

/** A charge is found by its product or by a key of ours: what one that shows neither says of whose it is. */

const keysOf = (changes: object): string[] | null | undefined => {
  const record = {
    ...{ id: 2, contractID: 101, productID: null, datePurchased: '2025-10-01T00:00:00Z', internalPurchaseOrderNumber: null },
    ...{ unitQuantity: 1, unitPrice: 169.67, unitCost: 146.88, isBilled: false, ...changes },
  };
  try {
    return [toCharge(record, 7).key];
  } catch (error) {
    if (error instanceof Unreadable) return error.finding.keys;
    throw error;
  }
};

test.each<[string, object, string[] | null]>([
  // It was taken for nobody’s, and its month billed once more.
  ['one with neither may be ours', {}, null],
  ['one with an empty key likewise', { internalPurchaseOrderNumber: '' }, null],
  ['one with a number of somebody else’s is theirs', { internalPurchaseOrderNumber: 'PO-77' }, ['PO-77']],
  ['one with a product and no key is theirs', { productID: 5 }, ['']],
  ['one with a key of ours is read', { internalPurchaseOrderNumber: 'CM-2025-10-1' }, ['CM-2025-10-1']],
])('%s', (_what, changes, keys) => expect(keysOf(changes)).toEqual(keys));
