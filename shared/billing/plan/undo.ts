import { planCharge, planRowAndCharge, type AmountsPlan } from '../amounts/amounts.js';
import { decideCompany } from '../contracts/company.js';
import { plain, postedText, ZERO } from '../basics/decimal.js';
import { subscriptionsOf, type MonthFacts, type OrganizationFacts } from '../report/facts.js';
import { indexPrices } from '../report/items.js';
import { originOf } from '../ghosts/loose-charges.js';
import { digestOf, parseChargeKey } from '../basics/keys.js';
import { isOver, monthOf } from '../basics/month.js';
import { indexNames } from '../report/named.js';
import { chargeKeysOn, isSwitchedOff, standsFor, typeOnContract, type Ownership } from '../contracts/ours.js';
import { hasMoney, NO_ROWS, rowsOfContract, viewRows, type MonthRow, type RowView } from '../amounts/rows.js';
import {
  add,
  chargesOf,
  chargesOfContract,
  isNothing,
  inUseFirst,
  subtract,
  totalOf,
  type Billable,
  type Money,
  type Place,
} from '../amounts/standing.js';
import { byText, fold, same } from '../basics/text.js';
import type { Sides, Step } from '../plan-types.js';
import { laterMonths } from './undo-later.js';
import type { Books, Contract, Day, Month, Service, Settings } from '../types.js';

/**
 * The inverse of a month's plan: what brings an organization's contracts back to what they billed for the month before its first write. The rules are those of
 * billing (7: row + charge; 7.0: one adjustment of a date; 7.5: nothing posted is touched), asked for another amount: what stood then. What stood is read from
 * books that were kept before the first write, never guessed from what is missing today.
 */
export interface UndoInput {
  facts: MonthFacts;
  slice: OrganizationFacts;
  settings: Settings;
  /** Autotask before the first write of the month for this organization, and the company that it was billed to. */
  before: {
    books: Books;
    companyId: number | null;
    /** Contract keys of what its first plan of the month billed: it may be named for another organization since. */
    billed: string[];
  };
  /** Autotask as it is, with neighbouring rows. */
  books: Books;
  /** Contracts on which something of a later month is billed: their later rows belong to that. */
  laterBilled: ReadonlySet<number>;
  /** Lines whose adjustment was refused as duplicate (rule 7.0). */
  refused?: string[];
}

/** One service of one contract, or charges without a row. */
export interface UndoLine {
  id: string;
  contractId: number;
  contractKey: string;
  /** Null for charges without a row. */
  serviceId: number | null;
  name: string;
  currency: string;
  /** What posting would bill for the month: now, and before its first write. */
  now: Sides;
  before: Sides;
  outcome: 'undone' | 'held';
  /** Why it stays as it is and what to do there, or what of later months stays; null where all of it is undone. */
  message: string | null;
}

export interface UndoPlan {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  month: Month;
  asOf: Day;
  /** Lines that are not as they were before the month; those that are, are not listed. */
  lines: UndoLine[];
  steps: Step[];
  /** Why nothing of the organization can be undone; null where it can. */
  held: string | null;
  /** SHA-256 over lines and steps: what a release names. */
  digest: string;
}

/** Plans the way back. Reads nothing, writes nothing; what was undone already comes to no line and no step. */
export function planUndo(input: UndoInput): UndoPlan {
  const { facts, slice, books, settings, before } = input;
  const decision = decideCompany(slice.organization, facts, books, settings);
  const { id: organizationId, name: organizationName } = slice.organization;
  const planned = (companyId: number | null, held: string | null, parts: Part[]): UndoPlan => {
    const lines = parts.map(({ line }) => line);
    const steps = parts.flatMap((part) => part.steps);
    return {
      ...{ organizationId, organizationName, companyId, month: facts.month, asOf: facts.asOf, lines, steps, held },
      digest: digestOf(['undo', facts.month, organizationId, companyId, before.companyId, held, lines, steps]),
    };
  };
  if (decision.company === null) return planned(decision.companyId, decision.message, []);
  const { id } = decision.company;
  const held = whyHeld(input, id);
  return planned(id, held, held === null ? partsOf(input, id, decision.currency) : []);
}

/** What was not understood, or is not where it was, is no nothing: it may be what has to go back. */
function whyHeld({ before, books }: UndoInput, companyId: number): string | null {
  if (before.companyId !== companyId)
    return `The month was billed to company ${before.companyId ?? 'unknown'}, but the organization now names company ${companyId}. Enter the old id again in Cloudmore, undo, and change it afterwards.`;
  const unreadable = [...(before.books.unreadable ?? []), ...(books.unreadable ?? [])].length;
  return unreadable === 0
    ? null
    : `${unreadable} of its records in Autotask cannot be read, now or before the month was billed: it is not known what was there. Correct them there.`;
}

// ---------------------------------------------------------------------------------------------------------------- contract by contract

interface Part {
  line: UndoLine;
  steps: Step[];
}

export interface UndoContext extends Ownership {
  input: UndoInput;
  companyId: number;
  currency: string;
  facts: MonthFacts;
}

/** Of the books as they are now, and as they were before the month was billed. */
const ofBoth = <Seen>({ books, before }: UndoInput, look: (held: Books) => Seen): [now: Seen, then: Seen] => [
  look(books),
  look(before.books),
];

function partsOf(input: UndoInput, companyId: number, currency: string): Part[] {
  const { facts, slice, settings, books, before } = input;
  const context: UndoContext = {
    ...{ input, companyId, currency, facts, settings },
    month: facts.month,
    prices: indexPrices(facts.prices),
    names: indexNames(facts.named, settings.broker),
    knownSubscriptions: subscriptionsOf(slice),
    organizationId: slice.organization.id,
  };
  const billed = new Set(before.billed.map(fold));
  const there = new Set(books.contracts.map(({ id }) => id));
  const gone = before.books.contracts.filter(({ id }) => !there.has(id));
  return [
    ...[...books.contracts]
      .sort((left, right) => left.id - right.id)
      .flatMap((contract) => ofContract(contract, billed, context)),
    ...gone.flatMap((contract) => goneContract(contract, context)),
  ];
}

/** The subscription that a contract of this organization stands for; null for anybody else's. What moved is of the one that was named for it last. */
function ownKey(contract: Contract, context: UndoContext): string | null {
  const key = standsFor(contract, context);
  if (key === null) return null;
  const owner = context.names.ownerOf(key);
  const isOurs = owner === null ? context.knownSubscriptions.has(fold(key)) : same(owner, context.organizationId);
  return isOurs ? key : null;
}

function ofContract(contract: Contract, billed: Set<string>, context: UndoContext): Part[] {
  const contractKey = ownKey(contract, context);
  if (contractKey === null) return movedOn(contract, billed, context);
  const services = servicesOn(contract, contractKey, context);
  const rows = services.map((own) => rowPart(contract, contractKey, own, context));
  const rowCharges = new Set(services.flatMap(({ chargeKeys }) => chargeKeys));
  return [...rows, ...looseParts(contract, contractKey, rowCharges, context)].flatMap((part) => part ?? []);
}

/** What the organization was billed, and is another's since: that one's plan of the month stands on it now, so that it is told, and stays. */
function movedOn(contract: Contract, billed: Set<string>, context: UndoContext): Part[] {
  const contractKey = standsFor(contract, context);
  if (contractKey === null || !billed.has(fold(contractKey))) return [];
  const { input, month, names } = context;
  const [stands, stood] = ofBoth(input, (held) => monthOn(contract, month, held));
  if (isBack(stands, stood)) return [];
  const owner = names.ownerOf(contractKey)!;
  const why = `Subscription ${contractKey} now belongs to organization ${names.organizationName(owner) ?? owner}, which is billed for it on contract ${contract.id}. What was there before ${month} was billed has to be brought back by hand.`;
  const head = lineOf({ contract, contractKey, serviceId: null, name: contract.name }, stands, stood, context);
  return [{ line: heldLine(head, why), steps: [] }];
}

/** All that a contract bills for the month. */
const monthOn = ({ id }: Contract, month: Month, books: Books): Money =>
  totalOf([
    ...rowsOfContract(books, id).filter(({ startDay }) => monthOf(startDay) === month),
    ...chargesOfContract(books, id).filter(({ key }) => parseChargeKey(key)?.month === month),
  ]);

interface OwnService {
  service: Service;
  /** Of the charges next to its row. */
  chargeKeys: string[];
  /** Switched off since: what it stands for may not be changed (2.2). */
  isOff: boolean;
}

/** Our services on the contract, now or before. */
function servicesOn(contract: Contract, contractKey: string, context: UndoContext): OwnService[] {
  const { books, before } = context.input;
  const ids = new Set(
    [books, before.books].flatMap((held) => rowsOfContract(held, contract.id)).map(({ serviceId }) => serviceId),
  );
  const known = [...books.services, ...before.books.services.filter(({ id }) => !books.services.some((now) => now.id === id))];
  return known
    .filter(({ id }) => ids.has(id))
    .sort((left, right) => left.id - right.id)
    .flatMap((service) => {
      const type = typeOnContract(contract, service, context);
      if (type === null) return [];
      const chargeKeys = inUseFirst(books, contract.id, chargeKeysOn(contractKey, service.key, type, context));
      return [{ service, chargeKeys, isOff: isSwitchedOff(type, contractKey, context) }];
    });
}

/** A contract that somebody took away, or moved: what stood there cannot be brought back. */
function goneContract(contract: Contract, context: UndoContext): Part[] {
  const contractKey = ownKey(contract, context);
  if (contractKey === null) return [];
  return servicesOn(contract, contractKey, context).flatMap(({ service, chargeKeys }) => {
    const { row } = viewRows(context.input.before.books, {
      contract,
      serviceId: service.id,
      month: context.month,
      extendsFrom: null,
    });
    const stood = moneyOf(row, context.input.before.books, contract, chargeKeys);
    const head = lineOf(
      { contract, contractKey, serviceId: service.id, name: service.name },
      { sales: ZERO, cost: ZERO },
      stood,
      context,
    );
    return isNothing(stood) ? [] : [{ line: heldLine(head, `Contract ${contract.id} is no longer there.`), steps: [] }];
  });
}

const moneyOf = (row: MonthRow | null, books: Books, contract: Contract, chargeKeys: string[]): Money => {
  const charges = totalOf(chargesOf(books, contract.id, chargeKeys));
  return row === null ? charges : add({ sales: row.posted.price, cost: row.posted.cost }, charges);
};

// ---------------------------------------------------------------------------------------------------------------- a row, and the charges next to it

function rowPart(
  contract: Contract,
  contractKey: string,
  { service, chargeKeys, isOff }: OwnService,
  context: UndoContext,
): Part | null {
  const { input, month } = context;
  const { books, before } = input;
  const [now, then] = ofBoth(input, (held) => viewRows(held, { contract, serviceId: service.id, month, extendsFrom: null }));
  const stands = moneyOf(now.row, books, contract, chargeKeys);
  const stood = moneyOf(then.row, before.books, contract, chargeKeys);
  const head = lineOf({ contract, contractKey, serviceId: service.id, name: service.name }, stands, stood, context);
  const billable = billableOf(head, stood, then.row, chargeKeys);
  const place = placeOf(head, { contract, service, rows: now }, context);
  if (isOff) return isBack(stands, stood) ? null : { line: heldLine(head, SWITCHED_OFF), steps: [] };
  const why = isBack(stands, stood) ? null : whyNot(contract, { now, then, chargeKeys }, context);
  if (why !== null) return { line: heldLine(head, why), steps: [] };
  const { steps: own, held }: Pick<AmountsPlan, 'steps' | 'held'> = isBack(stands, stood)
    ? { steps: [], held: null }
    : planRowAndCharge(billable, place, books, { ...input.settings, afterFreeze: 'hold' });
  if (held !== null) return { line: heldLine(head, unpost(month)), steps: [] };
  const later = laterMonths(billable, { place, then, steps: own }, context);
  const steps = [...own, ...later.steps];
  if (steps.length === 0 && later.message === null) return null;
  return { line: { ...head, outcome: steps.length === 0 ? 'held' : 'undone', message: later.message }, steps: worded(steps) };
}

const SWITCHED_OFF =
  'Its record type or Cloudmore service has been switched off since (EXPORT_RECORD_TYPES, EXCLUDE_SERVICES), so nothing of it is changed and it is still billed. Switch it on again and then undo, or bring it back there by hand.';

const isBack = (stands: Money, stood: Money): boolean => isNothing(subtract(stands, stood));

/** Why what is not as it was has to stay. What is posted is posted, also where the rest could be balanced around it. */
function whyNot(
  contract: Contract,
  { now, then, chargeKeys }: { now: RowView; then: RowView; chargeKeys: string[] },
  context: UndoContext,
): string | null {
  const { input, companyId, month } = context;
  if (contract.companyId !== companyId) return `Contract ${contract.id} belongs to company ${contract.companyId} now.`;
  if (isBegunBefore(contract, context)) return begunBefore(month);
  if (now.row === null && hasMoney(then.row)) return `Its row on contract ${contract.id} is no longer there.`;
  if (isChargeBilled(contract, chargeKeys, context)) return unpost(month);
  return input.books.detailed.includes(contract.id) ? null : `The rows of later months on contract ${contract.id} were not read.`;
}

/** Nobody but this program makes charges with its keys: where one stood before the first write that is known of, the evidence does not reach back to the first. */
const isBegunBefore = ({ id }: Contract, { input, month }: UndoContext): boolean =>
  chargesOfContract(input.before.books, id).some(({ key }) => parseChargeKey(key)?.month === month);

const begunBefore = (month: Month): string =>
  `Part of ${month} was billed on it before the first write in the evidence: it is not known what was there before. Bring it back there by hand.`;

/** A charge of the month that is billed: it was not there before, or the month had begun before (`isBegunBefore`). */
const isChargeBilled = ({ id }: Contract, chargeKeys: string[], { input }: UndoContext): boolean =>
  chargesOf(input.books, id, chargeKeys).some(({ billed }) => billed);

const unpost = (month: Month): string =>
  `It is approved and posted in Autotask and stays as it is. Unpost ${month} there and undo again, or credit the amount.`;

// ---------------------------------------------------------------------------------------------------------------- charges without a row

function looseParts(contract: Contract, contractKey: string, rowCharges: Set<string>, context: UndoContext): (Part | null)[] {
  const { books, before } = context.input;
  const keyed = [books, before.books].flatMap((held) => chargesOfContract(held, contract.id));
  const bases = new Map(
    keyed.flatMap((charge) => {
      const key = parseChargeKey(charge.key);
      return key?.month === context.month && !rowCharges.has(key.base) ? [[key.base, charge] as const] : [];
    }),
  );
  return [...bases]
    .sort(([left], [right]) => byText(left, right))
    .map(([base]) => chargePart(contract, contractKey, base, context));
}

const ANOTHERS =
  'Its key matches nothing that was billed on this contract: somebody may have put it here, and it may belong to another customer. Move it back or delete it there by hand.';

function chargePart(contract: Contract, contractKey: string, base: string, context: UndoContext): Part | null {
  const { books } = context.input;
  const [stands, stood] = ofBoth(context.input, (held) => totalOf(chargesOf(held, contract.id, [base])));
  if (isBack(stands, stood)) return null;
  const key = `charge ${base.replace(/^cm/, 'CM')}`;
  const head = lineOf({ contract, contractKey, serviceId: null, key, name: `${contract.name}, ${key}` }, stands, stood, context);
  if (contract.companyId !== context.companyId)
    return { line: heldLine(head, `Contract ${contract.id} belongs to company ${contract.companyId} now.`), steps: [] };
  if (isBegunBefore(contract, context)) return { line: heldLine(head, begunBefore(context.month)), steps: [] };
  if (originOf({ key: base }, contractKey, { ...context, books, accepted: null }) === null)
    return { line: heldLine(head, ANOTHERS), steps: [] };
  const place = placeOf(head, { contract, service: null, rows: NO_ROWS }, context);
  const amounts = planCharge(billableOf(head, stood, null, [base]), place, books, {
    ...context.input.settings,
    afterFreeze: 'hold',
  });
  if (amounts.held !== null) return { line: heldLine(head, unpost(context.month)), steps: [] };
  return { line: head, steps: worded(amounts.steps) };
}

// ---------------------------------------------------------------------------------------------------------------- the parts of a line

function lineOf(
  what: { contract: Contract; contractKey: string; serviceId: number | null; key?: string; name: string },
  now: Money,
  before: Money,
  { currency }: UndoContext,
): UndoLine {
  const { contract, contractKey, serviceId, name, key = name } = what;
  const sides = ({ sales, cost }: Money): Sides => ({ sales: postedText(sales, currency), cost: postedText(cost, currency) });
  const id = `undo-${contract.id}-${serviceId ?? key}`;
  return {
    ...{ id, contractId: contract.id, contractKey, serviceId, name, currency },
    ...{ now: sides(now), before: sides(before), outcome: 'undone', message: null },
  };
}

const heldLine = (line: UndoLine, message: string): UndoLine => ({ ...line, outcome: 'held', message });

const billableOf = ({ id, name, currency }: UndoLine, stood: Money, row: MonthRow | null, chargeKeys: string[]): Billable => ({
  ...{ id, name, currency, costCurrency: currency, chargeKeys, isOneOff: false },
  cost: plain(stood.cost),
  sales: plain(stood.sales),
  // Asked of what is charged alone, and such a charge is deleted.
  quantity: '1',
  onRow: { sales: plain(row?.price ?? ZERO), cost: plain(row?.cost ?? ZERO), quantity: String(row?.units ?? 0) },
});

function placeOf(
  { id, contractKey }: UndoLine,
  { contract, service, rows }: { contract: Contract; service: Service | null; rows: RowView },
  { month, facts, input }: UndoContext,
): Place {
  return {
    ...{
      month,
      isOver: isOver(facts, facts.asOf),
      contractKey,
      contract,
      startsLater: false,
      endDay: contract.endDay,
      extendsFrom: null,
    },
    ...{ serviceKey: service?.key ?? null, serviceId: service?.id ?? null, productKey: null, productId: null, rows },
    isRefused: input.refused?.includes(id) ?? false,
    invoiceDescription: null,
  };
}

/** What people read in front of each step. */
const worded = (steps: Step[]): Step[] => steps.map((step) => ({ ...step, summary: `Undo: ${step.summary}` }));
