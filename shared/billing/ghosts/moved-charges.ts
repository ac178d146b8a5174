import { isMoved } from '../derivation/derivation.js';
import type { Tripped } from '../plan-types.js';
import { big, isZero, moneyText } from '../basics/decimal.js';
import type { MonthFacts } from '../report/facts.js';
import { chargeKeysOf, type KeyedItem } from '../report/keyed-item.js';
import { parseChargeKey } from '../basics/keys.js';
import { indexNames } from '../report/named.js';
import type { GhostContext } from './ghost-plan.js';
import type { ContractContext, ContractPlan } from '../contracts/plan-contract.js';
import { fold, groupBy } from '../basics/text.js';
import type { Plan } from '../plan-types.js';
import type { Books, Charge, Settings } from '../types.js';

/**
 * Rule 7.7: a charge under an item's own key is the item's money on whichever contract it stands. Where somebody moved it to another contract, what the plan
 * would write instead comes on top; where it is a credit, the customer gets it twice.
 */

/** Items whose money the plan would change next to such a charge. */
export function movedNeighbours(
  plan: Plan,
  keyed: KeyedItem[],
  { facts, books, settings }: { facts: MonthFacts; books: Books; settings: Pick<Settings, 'broker'> },
): Map<string, Tripped> {
  const planned = new Map(plan.items.map((item) => [item.id, item]));
  const byBase = groupBy(books.charges.filter(hasMoney), ({ key }) => fold(parseChargeKey(key)?.base));
  const context = { month: facts.month, settings, names: indexNames(facts.named, settings.broker) };
  return new Map(
    keyed.flatMap((entry) => {
      const { id, outcome, contractId, currency, standing } = planned.get(entry.item.id)!;
      if (outcome !== 'posted' || !isMoved({ standing })) return [];
      const charges = chargeKeysOf(entry, context).flatMap((key) => byBase.get(key) ?? []);
      const other = charges.find((charge) => charge.contractId !== contractId);
      return other === undefined
        ? []
        : [[id, { reason: 'contract-gone', message: movedText(other, contractId, currency) }] as const];
    }),
  );
}

const hasMoney = ({ price, cost }: Charge): boolean => !isZero(big(price)) || !isZero(big(cost));

function movedText({ id, key, price, contractId, billed }: Charge, home: number | null, currency: string): string {
  const remedies = [...(home === null ? [] : [`move it back to contract ${home}`]), billed ? 'credit it' : 'delete it'];
  return `Charge ${id} (${key}) of ${moneyText(big(price), currency)} was made for it, but is on contract ${contractId}: what the plan writes would be billed in addition. In Autotask, ${remedies.join(', or ')}. Release the plan if both are right.`;
}

/** Stands for a contract that this plan makes. */
const NEW_CONTRACT = -1;

/** Where each item's charges belong: the contract it is billed on; null where it is not billed, and its charges are left alone. */
export function itemCharges(all: KeyedItem[], contracts: ContractPlan[], context: ContractContext): GhostContext['itemCharges'] {
  const homes = new Map(
    contracts.flatMap(({ decisions }) =>
      decisions.flatMap(({ item, outcome, contractId }) =>
        outcome === 'posted' ? [[item.id, contractId ?? NEW_CONTRACT] as const] : [],
      ),
    ),
  );
  return new Map(
    all.flatMap(({ item, ...keys }) => {
      const charged = { home: homes.get(item.id) ?? null, type: item.type, itemCode: item.itemCode };
      return chargeKeysOf({ item, ...keys }, context).map((key) => [key, charged] as const);
    }),
  );
}
