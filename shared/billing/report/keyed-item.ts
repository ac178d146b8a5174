import type { MonthFacts, OrganizationFacts } from './facts.js';
import { buildItems, codeOrProduct, indexPrices, itemContext, productName } from './items.js';
import { chargeKeyOf, contractKeyOf, itemHash } from '../basics/keys.js';
import { indexNames, type Names } from './named.js';
import { fold, same } from '../basics/text.js';
import type { Item } from '../plan-types.js';
import type { Month, Settings } from '../types.js';

/** An item with the keys it is found by. */
export interface KeyedItem {
  item: Item;
  hash: string;
  contractKey: string;
}

/** An item with the keys by which its contract and its charge are found (6.1, 7.7). */
export function keyedItem(item: Item, settings: Pick<Settings, 'broker'>): KeyedItem {
  const hash = hashUnder(item.organizationId, item, settings);
  return { item, hash, contractKey: item.subscriptionId ?? contractKeyOf(hash) };
}

function hashUnder(organizationId: string, item: Item, { broker }: Pick<Settings, 'broker'>): string {
  const { subscriptionId, type, itemCode, lines } = item;
  return itemHash({
    broker,
    organizationId,
    subscriptionId,
    type,
    codeOrProduct: codeOrProduct(type, subscriptionId, itemCode, productName(lines)),
  });
}

/** Folded charge keys of the item: its own first, then those under the other organizations that its subscription was ever named for (7.7). */
export function chargeKeysOf(
  { item, hash, contractKey }: KeyedItem,
  { month, settings, names }: { month: Month; settings: Pick<Settings, 'broker'>; names: Names },
): string[] {
  const others = item.subscriptionId === null ? [] : names.ownersOf(contractKey).filter((id) => !same(id, item.organizationId));
  return [hash, ...others.map((id) => hashUnder(id, item, settings))].map((one) => fold(chargeKeyOf(month, one)));
}

/** The charge keys of all items of an organization: wherever a charge stands that has one of them, it is for that item. */
export function chargeKeysOfItems({ facts, slice, settings }: ItemsOf): string[] {
  const names = indexNames(facts.named, settings.broker);
  return buildItems(slice.lines, itemContext(slice, indexPrices(facts.prices), settings)).flatMap((item) =>
    chargeKeysOf(keyedItem(item, settings), { month: facts.month, settings, names }),
  );
}

interface ItemsOf {
  facts: MonthFacts;
  slice: OrganizationFacts;
  settings: Settings;
}
