import { expect, test } from '@jest/globals';
import type { CanceledStatus } from '../../shared/autotask/charge-status.js';
import { toCharge } from '../../shared/autotask/translate.js';

/** A charge of ours that somebody canceled was called posted where its status was not understood, and no customer was asked for it. */

const read = (status: unknown, canceled: CanceledStatus, key = 'CM-2025-10-f99cfc28c80ae0f38226'): string => {
  const record = {
    ...{ id: 2, contractID: 101, productID: 5, datePurchased: '2025-10-01T00:00:00Z', internalPurchaseOrderNumber: key },
    ...{ unitQuantity: 1, unitPrice: 169.67, unitCost: 146.88, isBilled: false, status },
  };
  try {
    return toCharge(record, canceled).price;
  } catch (error) {
    return (error as Error).message;
  }
};

test.each<[string, unknown, CanceledStatus, string]>([
  ['delivered', 6, 7, '169.67'],
  ['delivered, as text', '6', 7, '169.67'],
  ['without a status', null, undefined, '169.67'],
  ['in a tenant without that status', 6, null, '169.67'],
  ['canceled', 7, 7, 'status (7) is the one of charges that were canceled'],
  ['canceled, in a word', 'Canceled', 7, 'status ("Canceled") is the one of charges that were canceled'],
  ['in a word that nobody knows', 'Storniert', 7, 'status ("Storniert") is not understood'],
  ['of a status where none can be read', 7, undefined, 'no value of its picklist can be read'],
])('a charge %s', (_what, status, canceled, expected) => expect(read(status, canceled)).toContain(expected));

test('a charge of somebody else is read whatever its status says', () =>
  expect([read('Storniert', 7, 'PO-77'), read(7, undefined, 'PO-77'), read('canceled', 7, 'PO-77')]).toEqual([
    '169.67',
    '169.67',
    '0',
  ]));
