import { ensureProductStep, ensureServiceStep, isPriced } from './catalogue.js';
import { requiredEnd, upsertContractStep } from './find-or-make.js';
import { big } from '../basics/decimal.js';
import { extensionSteps } from './extension.js';
import { listedSubscription } from '../report/items.js';
import { byText } from '../basics/text.js';
import type { AmountsPlan } from '../amounts/amounts.js';
import type { ContractContext, Draft } from './plan-contract.js';
import type { EnsureServiceStep, Item, Note, Step } from '../plan-types.js';
import type { Place } from '../amounts/standing.js';
import type { Contract, Day, Service } from '../types.js';

/** What stands around the amounts of a contract's items: the steps that make their place, and what is worth knowing. */

/** What a contract's items need before their amounts: catalogue, contract, extension. */
export function contractStepsOf(
  drafts: Draft[],
  { contract, endDay, extendsFrom }: { contract: Contract | null; endDay: Day; extendsFrom: Day | null },
  context: ContractContext,
  contractKey: string,
): Step[] {
  const billed = drafts.filter(({ amounts }) => amounts.held === null);
  const writing = billed.filter(({ amounts }) => amounts.steps.length > 0);
  if (billed.length === 0 || (contract === null && writing.length === 0)) return [];
  const items = billed.map(({ entry }) => entry.item.id);
  const naming = [...billed].sort(
    (left, right) => big(right.entry.item.sales).cmp(left.entry.item.sales) || byText(left.entry.item.id, right.entry.item.id),
  )[0]!;
  const upsert = upsertContractStep(naming.entry.item, {
    contractKey,
    companyId: context.companyId,
    contract,
    endDay,
    month: context.month,
    settings: context.settings,
    isWritten: writing.length > 0 || extendsFrom !== null,
  });
  return [
    ...catalogueSteps(billed),
    ...(upsert ? [{ ...upsert, items }] : []),
    ...(extendsFrom !== null && contract ? extensionSteps({ ...context, contract, contractKey, endDay, items }) : []),
  ];
}

function catalogueSteps(billed: Draft[]): Step[] {
  return billed.flatMap((draft): Step[] => {
    const { place, amounts, serviceStep: step } = draft;
    if (place.productKey !== null)
      return place.productId === null && amounts.steps.length > 0 ? [ensureProductStep(draft.entry.item)] : [];
    return step ? [step] : [];
  });
}

interface ServiceStepInput {
  service: Service | null;
  place: Place;
  amounts: AmountsPlan;
  context: ContractContext;
  isDormant: boolean;
}

/** Makes or changes the service of an item's row; null where nothing needs it. */
export function serviceStep(
  item: Item,
  { service, place, amounts, context: { prices, books }, isDormant }: ServiceStepInput,
): EnsureServiceStep | null {
  const isNeeded =
    service !== null && !isDormant ? big(item.quantity).gte(1) : amounts.steps.some((step) => step.kind === 'postAdjustment');
  return place.serviceKey !== null && amounts.held === null && isNeeded
    ? ensureServiceStep(item, { key: place.serviceKey, found: service, prices, books, reactivates: isDormant })
    : null;
}

function endNotes(item: Item, contract: Contract, { subscriptions, month }: ContractContext): Note[] {
  const { from, day } = requiredEnd(item, listedSubscription(subscriptions, item.subscriptionId), contract, month);
  if (from === null || day >= contract.endDay) return [];
  const message = `${item.productName} ends ${from} in Cloudmore; contract ${contract.id} runs until ${contract.endDay}.`;
  return [{ code: 'end-date-earlier', itemId: item.id, message }];
}

/** What is worth knowing of an item, and nothing to do. */
export function notesOf(
  { entry: { item }, service, amounts }: Draft,
  contract: Contract | null,
  context: ContractContext,
): Note[] {
  const notes: Note[] = [];
  if (contract) notes.push(...endNotes(item, contract, context));
  const isNewService = service === null && amounts.steps.some((step) => step.kind === 'postAdjustment');
  if (isNewService && !isPriced(item, context.prices))
    notes.push({
      code: 'price-from-line',
      itemId: item.id,
      message: `${item.itemCode} is not on the price list; the new service takes the unit prices of its latest line.`,
    });
  return notes;
}
