import type { AutotaskState } from '../../sandbox/index.js';
import type { Moment, Problem, Watched } from './checker.js';
import { companyOf, type ExpectedItem } from './expected.js';
import { cents, exact, shown } from './money.js';

/** What must hold of Autotask's final tables, whatever the result says. */

type Row = AutotaskState['unitRows'][number];
type Charge = AutotaskState['charges'][number];
type Contract = AutotaskState['contracts'][number];

export interface Money {
  cost: bigint;
  sales: bigint;
}

export const keyOf = (contract: Contract): string =>
  (
    contract.userDefinedFields.find(({ name }) => name === 'Subscription ID')?.value ??
    contract.contractNumber ??
    ''
  ).toLowerCase();

/** Set not to be billed, or canceled: no customer is asked for it. */
export const isAsked = ({ isBillableToCompany, status }: Charge): boolean => isBillableToCompany !== false && status !== CANCELED;

/** The number of the status in the sandbox, as in the tenants that were seen. */
export const CANCELED = 7;

const contractsOf = (state: AutotaskState, contractKey: string): Contract[] =>
  state.contracts.filter((contract) => keyOf(contract) === contractKey.toLowerCase());

export function rowsOfMonth(state: AutotaskState, contractKey: string, month: string): Row[] {
  const ids = new Set(contractsOf(state, contractKey).map(({ id }) => id));
  return state.unitRows.filter(({ contractID, startDate }) => ids.has(contractID ?? -1) && (startDate ?? '').startsWith(month));
}

/** Everything that a month comes to for a contract: its rows, and the charges of the month. What no customer is asked for costs the MSP all the same. */
export function moneyOf(state: AutotaskState, contractKey: string, month: string): Money {
  const ids = new Set(contractsOf(state, contractKey).map(({ id }) => id));
  const charges = state.charges.filter(
    (charge) =>
      ids.has(charge.contractID ?? -1) &&
      (charge.internalPurchaseOrderNumber ?? '').startsWith(`CM-${month}-`) &&
      charge.status !== CANCELED,
  );
  const rows = rowsOfMonth(state, contractKey, month);
  return {
    sales: total(rows.map(({ price }) => price)) + total(charges.filter(isAsked).map(chargeSales)),
    cost: total(rows.map(({ cost }) => cost)) + total(charges.map(chargeCost)),
  };
}

export const total = (amounts: (number | null)[]): bigint => amounts.reduce((sum, amount) => sum + cents(exact(amount)), 0n);
const times = (quantity: number | null, unit: number | null): number =>
  Number((exact(quantity) * exact(unit)) / 10n ** 10n) / 10 ** 10;
export const chargeSales = ({ unitQuantity, unitPrice }: Pick<Charge, 'unitQuantity' | 'unitPrice'>): number =>
  times(unitQuantity, unitPrice);
export const chargeCost = ({ unitQuantity, unitCost }: Charge): number => times(unitQuantity, unitCost);

export function checkTables(watched: Watched, expected: ExpectedItem[]): Problem[] {
  const keys = new Set(expected.map(({ contractKey }) => contractKey.toLowerCase()));
  return [
    ...checkDuplicates(watched.end),
    ...checkScope(watched, keys),
    ...checkFrozen(watched),
    ...checkAdjustments(watched),
    ...checkEndDates(watched),
    ...checkPast(watched),
    ...checkGhosts(watched, keys),
    ...checkCharges(watched),
  ];
}

// ---------------------------------------------------------------------------------------------------------------- at most once

/** At most one effect per month, item and kind. */
export function checkDuplicates(end: AutotaskState): Problem[] {
  const active = end.services.filter(({ isActive }) => isActive);
  return [
    ...twice('contracts of', end.contracts.map(keyOf)),
    ...twice(
      'services with the key',
      active.map(({ invoiceDescription }) => invoiceDescription ?? ''),
    ),
    ...twice(
      'products with the key',
      end.products.map(({ externalProductID }) => externalProductID ?? ''),
    ),
    ...twice(
      'charges with the key',
      end.charges.filter(isAsked).map(({ internalPurchaseOrderNumber }) => internalPurchaseOrderNumber ?? ''),
    ),
    ...twice(
      'adjustments of',
      end.adjustments.map(({ contractServiceID, effectiveDate }) => `contract service ${contractServiceID} on ${effectiveDate}`),
    ),
    ...twice(
      'contract services for',
      end.contractServices.map(({ contractID, serviceID }) => `service ${serviceID} on contract ${contractID}`),
    ),
  ];
}

function twice(what: string, keys: string[]): Problem[] {
  const counts = new Map<string, number>();
  for (const key of keys.filter((text) => text !== '')) counts.set(key.toLowerCase(), (counts.get(key.toLowerCase()) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([key, count]) => ({ kind: 'duplicate', message: `${count} ${what} ${key}` }));
}

// ---------------------------------------------------------------------------------------------------------------- nothing outside its scope

/** Contracts without a subscription's id are nobody's business, and so are those of organizations that are not exported. */
function checkScope({ begin, end, world, moments }: Watched, keys: Set<string>): Problem[] {
  const linked = new Set(world.cloudmore.organizations.map(({ id }) => companyOf(world, id).id));
  const edited = new Set(moments.flatMap(({ act }) => (act.kind === 'freeze' ? [] : [act.contractId])));
  const foreign = begin.contracts.filter(
    (contract) => !edited.has(contract.id) && (keyOf(contract) === '' || !linked.has(contract.companyID)),
  );
  const before = new Set(begin.contracts.map(({ id }) => id));
  const stray = end.contracts.filter(
    (contract) => !before.has(contract.id) && !edited.has(contract.id) && !keys.has(keyOf(contract)),
  );
  return [
    ...foreign
      .filter(({ id }) => everythingOf(begin, id) !== everythingOf(end, id))
      .map(({ id }): Problem => ({ kind: 'scope', message: `contract ${id} is somebody else's, and was changed` })),
    ...stray.map(({ id }): Problem => ({ kind: 'scope', message: `contract ${id} was made for no line of the report` })),
  ];
}

function everythingOf(state: AutotaskState, contractId: number): string {
  const { lastModifiedDateTime: _when, ...contract } = state.contracts.find(({ id }) => id === contractId)!;
  const own = <T extends { contractID: number | null }>(records: T[]): T[] =>
    records.filter(({ contractID }) => contractID === contractId);
  // Frozen or billed meanwhile by a person: that is not a change of the product's.
  const rows = own(state.unitRows).map(({ approveAndPostDate: _frozen, ...row }) => row);
  const charges = own(state.charges).map(({ isBilled: _billed, ...charge }) => charge);
  return JSON.stringify([contract, own(state.contractServices), rows, charges]);
}

/** What the product charges in a month's run carries that month's key. */
function checkCharges({ begin, end, month }: Watched): Problem[] {
  const before = new Set(begin.charges.map(({ id }) => id));
  return end.charges
    .filter((charge) => !before.has(charge.id) && !charge.internalPurchaseOrderNumber?.startsWith(`CM-${month}-`))
    .map(({ id, internalPurchaseOrderNumber: key }) => ({ kind: 'scope', message: `charge ${id} carries the key ${key}` }));
}

// ---------------------------------------------------------------------------------------------------------------- what a person approved, and the past

/** A plan made before the approval may still be on its way; this long after it none is. */
const ON_ITS_WAY_MS = 3_600_000;

/** No adjustment of a row that was approved and posted: it would make a billing item of its own. */
function checkAdjustments({ end, moments }: Watched): Problem[] {
  return moments.flatMap(({ at, autotask }) => {
    const frozen = new Set(
      autotask.unitRows
        .filter(({ approveAndPostDate }) => approveAndPostDate !== null)
        .map(({ contractServiceID, startDate }) => `${contractServiceID} ${startDate?.slice(0, 10)}`),
    );
    return end.adjustments
      .filter((made) => Date.parse(made.at) > Date.parse(at) + ON_ITS_WAY_MS)
      .filter(({ contractServiceID, effectiveDate }) => frozen.has(`${contractServiceID} ${effectiveDate.slice(0, 10)}`))
      .map(({ contractServiceID, effectiveDate }): Problem => {
        const message = `contract service ${contractServiceID} was adjusted on ${effectiveDate}, which was approved and posted`;
        return { kind: 'frozen', message };
      });
  });
}

/** What was frozen at any moment is the same at the end. */
function checkFrozen({ begin, end, moments }: Watched): Problem[] {
  return [begin, ...moments.map(({ autotask }) => autotask)].flatMap((state) => [
    ...state.unitRows
      .filter(({ approveAndPostDate }) => approveAndPostDate !== null)
      .filter(
        (row) =>
          !isSameRow(
            row,
            end.unitRows.find(({ id }) => id === row.id),
          ),
      )
      .map(({ id }): Problem => ({ kind: 'frozen', message: `row ${id} was approved and posted, and was written to` })),
    ...state.charges
      .filter(({ isBilled }) => isBilled)
      .filter(
        (charge) =>
          !isSameCharge(
            charge,
            end.charges.find(({ id }) => id === charge.id),
          ),
      )
      .map(({ id }): Problem => ({ kind: 'frozen', message: `charge ${id} was billed, and was changed` })),
  ]);
}

const isSameRow = (left: Row, right: Row | undefined): boolean =>
  right !== undefined && left.units === right.units && left.price === right.price && left.cost === right.cost;
const isSameCharge = (left: Charge, right: Charge | undefined): boolean =>
  right !== undefined &&
  left.unitPrice === right.unitPrice &&
  left.unitCost === right.unitCost &&
  left.unitQuantity === right.unitQuantity;

/** Rows of earlier months stay as they were; those that an extension made carry nothing. */
function checkPast({ begin, end, month, moments }: Watched): Problem[] {
  const known = new Map(begin.unitRows.map((row) => [row.id, row]));
  const edited = new Set(moments.flatMap(({ act }) => (act.kind === 'freeze' ? [] : [act.contractId])));
  return end.unitRows
    .filter(({ startDate, contractID }) => (startDate ?? '') < `${month}-01` && !edited.has(contractID ?? 0))
    .flatMap((row): Problem[] => {
      const before = known.get(row.id);
      if (before)
        return isSameRow(before, row) ? [] : [{ kind: 'scope', message: `row ${row.id} of ${row.startDate} was changed` }];
      const carried = cents(exact(row.price));
      // One that a person approved in the meantime cannot be changed any more; the item is held for it.
      return carried === 0n || row.approveAndPostDate !== null
        ? []
        : [{ kind: 'gap-row', message: `row ${row.id} of ${row.startDate}, before the month, carries ${shown(carried)}` }];
    });
}

/** No end date moves backwards, but by a person's hand. */
function checkEndDates({ begin, end, moments }: Watched): Problem[] {
  const states: { autotask: AutotaskState; index: number }[] = [
    { autotask: begin, index: -1 },
    ...moments.map(({ autotask }, index) => ({ autotask, index })),
  ];
  return states.flatMap(({ autotask, index }) =>
    autotask.contracts.flatMap((contract): Problem[] => {
      const now = end.contracts.find(({ id }) => id === contract.id);
      if (movedByHand(moments, index, contract.id)) return [];
      if (!now) return [{ kind: 'scope', message: `contract ${contract.id} is gone` }];
      if ((now.endDate ?? '') >= (contract.endDate ?? '')) return [];
      return [{ kind: 'end-date', message: `contract ${contract.id} ended ${contract.endDate}, now ${now.endDate}` }];
    }),
  );
}

const movedByHand = (moments: Moment[], since: number, contractId: number): boolean =>
  moments.some(({ act }, index) => index > since && act.kind === 'end-earlier' && act.contractId === contractId);

// ---------------------------------------------------------------------------------------------------------------- money without a line

/** A contract of ours without a line: either as it was, or brought to nothing because its subscription has ended. */
function checkGhosts({ begin, end, month, world, moments }: Watched, keys: Set<string>): Problem[] {
  const edited = new Set(moments.flatMap(({ act }) => (act.kind === 'freeze' ? [] : [act.contractId])));
  const listed = Object.values(world.cloudmore.subscriptions ?? {}).flat();
  return begin.contracts
    .filter((contract) => keyOf(contract) !== '' && !keys.has(keyOf(contract)) && !edited.has(contract.id))
    .flatMap((contract): Problem[] => {
      const before = moneyOf(begin, keyOf(contract), month).sales;
      const now = moneyOf(end, keyOf(contract), month).sales;
      const isOver = listed.some(({ id, status }) => id.toLowerCase() === keyOf(contract) && status !== 'Active');
      if (now === before || now === 0n) {
        if (now === before || isOver || isOneOffContract(begin, contract, world)) return [];
      }
      return [{ kind: 'ghost', message: `contract ${contract.id} has no line: ${shown(before)} before, ${shown(now)} now` }];
    });
}

function isOneOffContract(state: AutotaskState, { id }: Contract, { cloudmore }: Watched['world']): boolean {
  const upfront = Object.values(cloudmore.priceLists ?? {})
    .flat()
    .filter(({ paymentFrequency = 1 }) => paymentFrequency > 1);
  const services = state.contractServices.filter(({ contractID }) => contractID === id).map(({ serviceID }) => serviceID);
  return state.services.some(
    (service) => services.includes(service.id) && upfront.some(({ itemCode }) => itemCode === service.invoiceDescription),
  );
}
