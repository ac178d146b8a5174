import { isHashKey } from '../contracts/find-or-make.js';
import { big, isZero, postedText, postedWords, soughtText, sum } from '../basics/decimal.js';
import { chargeAdvice, movedAdvice } from './ghost-advice.js';
import { mergeGhosts, NO_GHOSTS, type GhostContext, type GhostPlan } from './ghost-plan.js';
import { mayZero, shrinksBecause, withReason } from './why.js';
import { parseChargeKey, ghostId } from '../basics/keys.js';
import { chargeKeysOn, isSwitchedOff, type Ownership } from '../contracts/ours.js';
import type { ContractPlan } from '../contracts/plan-contract.js';
import { chargesOfContract, madeByOthers } from '../amounts/standing.js';
import { acceptedUnder } from '../report/accepted.js';
import { groupBy, present } from '../basics/text.js';
import type { Ghost, Step } from '../plan-types.js';
import type { Charge, Contract, RecordType } from '../types.js';
import { PRODUCTS, RECORD_TYPES, isLicence, isRecordType } from '../basics/record-types.js';

interface LooseChargesInput {
  contract: Contract;
  contractKey: string | null;
  standsWithRow: (key: string) => boolean;
  plan: ContractPlan | undefined;
}

/**
 * Rule 8.4: charges without an item. One with a key of ours is ours wherever it stands; of others', those on a product of rule 5.3 on a contract of ours. They
 * go where rows would go, on the same evidence; the absence of a line takes nothing away.
 */
export function looseCharges(
  { contract, contractKey, standsWithRow, plan }: LooseChargesInput,
  context: GhostContext,
): GhostPlan {
  const all = chargesOfContract(context.books, contract.id);
  const keyed = all.filter((charge) => {
    const key = parseChargeKey(charge.key);
    return key?.month === context.month && !isOnItem(key.base, contract, context) && !standsWithRow(key.base);
  });
  // Charges that cancel each other out are in balance already, and no ghost any more (8.2): one of them may be billed.
  const standing = [...groupBy(keyed, (charge) => parseChargeKey(charge.key)!.base).values()].filter(
    (group) => !isCancelled(group),
  );
  const others = contractKey === null ? [] : chargesOfOthers(all, plan, context);
  return mergeGhosts([
    ...standing.flat().map((charge) => looseCharge(charge, { contract, contractKey, plan }, context)),
    ...others.flatMap(({ charge, type }) =>
      isSwitchedOff(type, contractKey, context)
        ? []
        : [standingCharge(charge, { contract, contractKey, origin: { type, itemCode: null } }, context)],
    ),
  ]);
}

/** An item billed on another contract does not explain a charge on this one; one that is billed nowhere leaves all of them alone (8.1). */
function isOnItem(base: string, contract: Contract, { itemCharges }: GhostContext): boolean {
  const charged = itemCharges.get(base);
  return charged !== undefined && (charged.home === null || charged.home === contract.id);
}

const isCancelled = (charges: Charge[]): boolean =>
  charges.length > 1 && isZero(sum(charges.map(({ price }) => price))) && isZero(sum(charges.map(({ cost }) => cost)));

/** What Cloudmore's own connector charged for a type of which the contract has no item in the month (7.8). */
function chargesOfOthers(
  charges: Charge[],
  plan: ContractPlan | undefined,
  { books, month }: GhostContext,
): { charge: Charge; type: RecordType }[] {
  return RECORD_TYPES.flatMap((type) => {
    const product = PRODUCTS[type];
    const hasItem = plan?.decisions.some(({ item }) => item.type === type) ?? false;
    return hasItem || product === undefined
      ? []
      : madeByOthers(charges, product.key, month, books).map((charge) => ({ charge, type }));
  });
}

function looseCharge(
  charge: Charge,
  { contract, contractKey, plan }: { contract: Contract; contractKey: string | null; plan: ContractPlan | undefined },
  context: GhostContext,
): GhostPlan {
  const origin = contractKey === null ? null : originOf(charge, contractKey, context);
  if (contractKey === null || origin === null)
    return standingCharge(charge, { contract, contractKey, origin: movedFrom(charge, context) ?? UNKNOWN }, context);
  if (isSwitchedOff(origin.type, contractKey, context)) return NO_GHOSTS;
  if (charge.billed || !mayZero(contract, contractKey, context))
    return standingCharge(charge, { contract, contractKey, origin }, context);
  const step: Step = {
    kind: 'postCharge',
    items: [ghostId({ contractKey, serviceId: null, chargeId: charge.id })],
    summary: `Charge ${charge.key}: deleted, ${postedWords(big(charge.price), context.currency)} no longer in the report`,
    contractKey,
    contractId: contract.id,
    action: 'delete',
    chargeId: charge.id,
    chargeKey: charge.key,
    productKey: null,
    productId: null,
    name: charge.key,
    description: '',
    day: charge.day,
    quantity: '1',
    unitPrice: '0',
    unitCost: '0',
  };
  // Its key names the month: a report of this very month had a line for it.
  const why = shrinksBecause({ contractKey, itemCode: origin.itemCode, type: origin.type, plan }, context);
  const found: Ghost = { ...chargeGhost(charge, { contract, contractKey, origin }, context), outcome: 'zeroed' };
  const explained = withReason(found, why, contract);
  return { ...NO_GHOSTS, ghosts: [why === null ? explained : { ...explained, rule: '8.4' }], steps: [step] };
}

const standingCharge = (
  charge: Charge,
  { contract, contractKey, origin }: { contract: Contract; contractKey: string | null; origin: Origin | typeof UNKNOWN },
  context: GhostContext,
): GhostPlan => ({ ...NO_GHOSTS, ghosts: [chargeGhost(charge, { contract, contractKey, origin }, context)] });

/** What a charge was made for. */
interface Origin {
  type: RecordType;
  itemCode: string | null;
  /** The contract that what it was made for is billed on, where that is another one. */
  home?: number;
}

/** A charge with a key of ours that no organization, record type and item code known of it makes: it may be anything of the contract. */
const UNKNOWN = { type: 'Unclassified', itemCode: null } as const;

/** The item of the month that the charge was made for, which is billed on another contract: somebody moved the charge. */
function movedFrom({ key }: Charge, { itemCharges }: GhostContext): Origin | null {
  const charged = itemCharges.get(parseChargeKey(key)!.base);
  return charged === undefined || charged.home === null
    ? null
    : { type: charged.type as RecordType, itemCode: charged.itemCode, home: charged.home };
}

/** Where what a charge was made for is looked up. */
type Known = Ownership & Pick<GhostContext, 'books' | 'accepted'>;

/** What makes the key that the charge carries, under any organization that ever had the subscription; null where nothing known does. */
export function originOf(charge: Pick<Charge, 'key'>, contractKey: string, context: Known): Origin | null {
  const base = parseChargeKey(charge.key)!.base;
  const isMadeOf = (type: RecordType, code: string | null): boolean =>
    chargeKeysOn(contractKey, code, type, context).includes(base);
  if (isHashKey(contractKey)) {
    const origin = unsubscribedOrigin(contractKey, context);
    return origin !== null && isMadeOf(origin.type, origin.itemCode) ? origin : null;
  }
  const among = (codes: string[]): Origin | null => {
    for (const type of RECORD_TYPES) {
      const itemCode = (isLicence(type) ? codes : [null]).find((code) => isMadeOf(type, code));
      if (itemCode !== undefined) return { type, itemCode };
    }
    return null;
  };
  // The second: one under a code that the subscription has no more, and that no service was made for, which is a credit alone.
  return among(codesFor(contractKey, context)) ?? among(context.names.licenceCodes());
}

/** Item codes that a licence's charge on the contract may be for: of all services there are, of what was accepted of it, and of what it was ever billed on. */
const codesFor = (contractKey: string, { books, accepted, names }: Known): string[] => [
  ...new Set(
    [
      ...books.services.map(({ key }) => key),
      ...(accepted === null ? [] : acceptedUnder(accepted, contractKey)).map(({ itemCode }) => itemCode),
      ...names.codesBilled(contractKey),
    ].flatMap((code) => present(code) ?? []),
  ),
];

/** A contract without subscription id carries the hash itself: what that was made of is known by name, or from the accepted report. */
function unsubscribedOrigin(contractKey: string, { names, accepted }: Known): Origin | null {
  const named = names.unsubscribed(contractKey);
  if (named !== null && isRecordType(named.type)) return { type: named.type, itemCode: named.codeOrProduct };
  const [item] = accepted === null ? [] : acceptedUnder(accepted, contractKey);
  return item !== undefined && isRecordType(item.type) ? { type: item.type, itemCode: item.itemCode } : null;
}

function chargeGhost(
  charge: Charge,
  { contract, contractKey, origin }: { contract: Contract; contractKey: string | null; origin: Origin | typeof UNKNOWN },
  context: GhostContext,
): Ghost {
  const { type, itemCode } = origin;
  const home = 'home' in origin ? origin.home : undefined;
  const { currency, whyStray } = context;
  const sales = postedText(big(charge.price), currency);
  return {
    contractId: charge.contractId,
    contractKey: contractKey ?? contract.subscriptionId ?? contract.number ?? `contract ${contract.id}`,
    serviceId: null,
    type,
    itemCode,
    chargeId: charge.id,
    currency,
    quantity: charge.quantity,
    cost: postedText(big(charge.cost), currency),
    sales,
    outcome: 'ghost',
    rule: whyStray === null ? '8.4' : '8.7',
    ...(home === undefined
      ? chargeAdvice(charge, { contractKey, amount: soughtText(sales, currency), isUnknown: type === UNKNOWN.type }, context)
      : movedAdvice(charge, soughtText(sales, currency), home)),
  };
}
