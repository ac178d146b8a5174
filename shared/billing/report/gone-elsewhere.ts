import { isReported, SIDES, type AcceptedItem, type Compared } from './accepted.js';
import { big, plain, signOf } from '../basics/decimal.js';
import { endedIds } from './ended.js';
import { fold, same } from '../basics/text.js';
import type { Decimal, Subscription } from '../types.js';
import { isChargeType } from '../basics/record-types.js';

/** Rule 1.6: what stood without a line, for whichever organization, and items that may be the very same. */

/** What stood for an organization with an amount, and has no line of it any more. */
export interface GoneElsewhere {
  /** The item that may be the very same. */
  itemId: string;
  organizationName: string;
  contractKey: string;
  sales: Decimal;
  currency: string;
}

/**
 * By organization: of each of its items the first that it may be, or have been joined by, and the first of those that have no subscription id. Nothing but what
 * it is shows that a licence without subscription id went from one to the other, or that a subscription did and got another id. What stood itself can only
 * have been joined.
 */
export function goneElsewhere(all: Compared[], subscriptions: Subscription[]): Map<string, GoneElsewhere[]> {
  const ended = endedIds(subscriptions);
  const found = new GoneItems();
  for (const one of all) for (const item of withoutLine(one, ended)) found.add(item, one);
  return new Map(
    all.map(({ organizationId, accepted, now }) => {
      const stood = new Set((accepted?.items ?? []).flatMap((item) => (item.stood ? [item.id] : [])));
      return [organizationId, now.flatMap((here) => found.for(here, organizationId, stood.has(here.id)))];
    }),
  );
}

function withoutLine({ accepted, now }: Compared, ended: Set<string>): AcceptedItem[] {
  const there = new Set(now.filter(isReported).map(({ id }) => id));
  return (accepted?.items ?? []).filter(
    (item) =>
      item.stood && !there.has(item.id) && !ended.has(fold(item.contractKey)) && SIDES.some((side) => signOf(item[side]) !== 0),
  );
}

interface Gone {
  item: AcceptedItem;
  organizationName: string;
  /** Its place among all. */
  at: number;
}

/** With a code of any kind or none; with none. */
const ANY_CODE = '*';
const NO_CODE = '';

/**
 * What is gone, by what an item has to have in common with it: its organization, its amounts, or nothing. Of a report of which half is missing there are as many
 * as items, and to compare each with each took hours for a customer of 20,000 lines.
 */
class GoneItems {
  private readonly lists = new Map<string, Gone[]>();
  private count = 0;

  add(item: AcceptedItem, { organizationId, organizationName }: Pick<Compared, 'organizationId' | 'organizationName'>): void {
    const gone = { item, organizationName, at: (this.count += 1) };
    for (const scope of [ofOrganization(organizationId), ofAmounts(item), ''])
      for (const code of [codeOf(item), ANY_CODE])
        for (const isNameless of hasNoId(item) ? [true, false] : [false]) {
          const key = keyOf(item, { scope, code, isNameless });
          const list = this.lists.get(key);
          if (list) list.push(gone);
          else this.lists.set(key, [gone]);
        }
  }

  for(here: AcceptedItem, organizationId: string, isStanding: boolean): GoneElsewhere[] {
    if (this.count === 0) return [];
    const first = this.first(here, organizationId, isStanding && !hasNoId(here));
    const nameless = this.first(here, organizationId, true);
    return [...new Set([first, nameless])].flatMap((one) => (one === undefined ? [] : [ofItem(here, one)]));
  }

  /**
   * Of one type, and of no other item code. Of two organizations nothing else but the same amounts shows it, where one has no code or both have a subscription
   * id; usage without subscription id is one item, whatever it was before.
   */
  private first(here: AcceptedItem, organizationId: string, isNameless: boolean): Gone | undefined {
    const code = codeOf(here);
    const codes = code === NO_CODE ? [ANY_CODE] : [code, NO_CODE];
    const known = isChargeType(here.type) ? codes : codes.filter((one) => one === code);
    const ways = [
      { scope: ofOrganization(organizationId), codes, isNameless },
      { scope: ofAmounts(here), codes, isNameless },
      { scope: '', codes: known, isNameless: isNameless || !hasNoId(here) },
    ];
    const firsts = ways.flatMap(({ codes: any, ...way }) =>
      any.flatMap((one) => this.lists.get(keyOf(here, { ...way, code: one }))?.find(isElsewhere(here)) ?? []),
    );
    return firsts.sort((left, right) => left.at - right.at)[0];
  }
}

/** On one contract it is that contract's business. */
const isElsewhere =
  (here: AcceptedItem) =>
  ({ item }: Gone): boolean =>
    !same(here.contractKey, item.contractKey);

const ofOrganization = (id: string): string => `of ${id}`;
const ofAmounts = (item: AcceptedItem): string => SIDES.map((side) => plain(big(item[side]))).join('/');
const codeOf = ({ itemCode }: AcceptedItem): string => (itemCode === null ? NO_CODE : `=${fold(itemCode)}`);

/** Lines without subscription id, or with the id of another, join what is there. */
const hasNoId = ({ subscriptionId }: AcceptedItem): boolean => subscriptionId === null;

const keyOf = (
  { type }: AcceptedItem,
  { scope, code, isNameless }: { scope: string; code: string; isNameless: boolean },
): string => [type, scope, code, isNameless].join('\n');

const ofItem = (here: AcceptedItem, { item, organizationName }: Gone): GoneElsewhere => ({
  itemId: here.id,
  organizationName,
  contractKey: item.contractKey,
  sales: item.sales,
  currency: item.currency,
});
