import { codeOrProduct, productName } from './items.js';
import { contractKeyOf, itemHash } from './keys.js';
import type { KeyedItem } from './plan-contract.js';
import type { Item } from './plan-types.js';
import type { Settings } from './types.js';

/** An item with the keys by which its contract and its charge are found (6.1, 7.7). */
export function keyedItem(item: Item, { broker }: Pick<Settings, 'broker'>): KeyedItem {
  const code = codeOrProduct(item.type, item.subscriptionId, item.itemCode, productName(item.lines));
  const hash = itemHash({
    broker,
    organizationId: item.organizationId,
    subscriptionId: item.subscriptionId,
    type: item.type,
    codeOrProduct: code,
  });
  return { item, hash, contractKey: item.subscriptionId ?? contractKeyOf(hash) };
}
