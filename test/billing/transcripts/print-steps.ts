import { ghostId } from '../../../shared/billing/basics/keys.js';
import type {
  Plan,
  PlannedItem,
  PostAdjustmentStep,
  PostChargeStep,
  RowFigures,
  Step,
} from '../../../shared/billing/plan-types.js';
import { firstOf, grouped, isAmount, unlike } from './words.js';

/** A step by what it writes, with every detail that does not follow from what is said of its item. */
export function printStep(step: Step, plan: Plan, whom: string): string {
  const usual = usualOf(step, plan);
  const { summary, ...details } = step;
  const which = step.kind === 'postCharge' && step.chargeId !== null ? ` ${step.chargeId}` : '';
  return `writes ${NOUNS[step.kind]}${which}${whom}${usual.summary === summary ? '' : `: ${summary}`}${unlike(details, { ...usual, kind: step.kind, items: step.items })}`;
}

const NOUNS: Record<Step['kind'], string> = {
  ensureService: 'service',
  ensureProduct: 'product',
  upsertContract: 'contract',
  extendContract: 'end of contract',
  postAdjustment: 'row',
  postCharge: 'charge',
};

type Details = Partial<Record<string, unknown>>;

/** The details of a step that does what the lines of its item or ghost say. */
function usualOf(step: Step, plan: Plan): Details {
  const item = plan.items.find(({ id }) => id === step.items[0]);
  if (!item) return usualOfGhost(step, plan);
  const said = (rule: string): string => item.because.find((one) => one.rule === rule)?.text ?? '';
  const { contractKey, contractId } = item;
  switch (step.kind) {
    case 'ensureService': {
      const [, name, unitPrice, unitCost] = /^new service (.+), (\S+) \/ (\S+) /.exec(said('5.2')) ?? [];
      const serviceKey = item.standing?.row?.serviceKey;
      return {
        summary: `Service ${name}: new, ${unitPrice}`,
        name,
        unitPrice,
        unitCost,
        serviceKey,
        serviceId: null,
        description: item.productName,
      };
    }
    case 'ensureProduct': {
      const [, name, productKey] = /^product ([^()]+) \(([^()]+)\)$/.exec(said('5.3')) ?? [];
      return { summary: `Product ${name}: new`, name, productKey };
    }
    case 'upsertContract': {
      const name = /^Contract (.+): /.exec(step.summary)?.[1];
      const [startDay, endDay] = [said('6.2').replace('new contract from ', ''), said('6.3').replace('until ', '')];
      const summary = `Contract ${item.productName} – Premium for everybody: new, ${startDay} to ${endDay}`;
      return { summary, name, startDay, endDay, contractKey, contractId, companyId: 7, set: {} };
    }
    case 'extendContract':
      return {
        summary: `Contract Business Premium – Premium for everybody: end ${step.fromDay} → ${step.toDay}`,
        contractKey,
        contractId,
      };
    case 'postAdjustment':
      return usualRow(step, plan, item);
    case 'postCharge':
      return usualCharge(step, plan, item, said('5.3'));
  }
}

/** Rows are brought to what they are to be; those that only end (7.3, 7.6, 6.4) to 0 units, from the day their summary names. */
function usualRow(step: PostAdjustmentStep, plan: Plan, item: PlannedItem): Details {
  const { contractKey, contractId, productName, currency, standing } = item;
  const row = standing?.row;
  if (!row) return {};
  const { before, after, unit, serviceKey, serviceId } = row;
  const isNew = serviceId === null;
  const place = { contractKey, contractId, serviceKey, serviceId, contractServiceId: isNew ? null : 200, expectsUnits: null };
  const invoiceDescription = isNew ? productName : null;
  if (step.purpose === 'amounts' || step.purpose === 'zero')
    return {
      ...{ ...place, invoiceDescription, purpose: 'amounts', day: firstOf(plan), units: after.units },
      ...{ unitPrice: unit?.rounded.sales ?? null, unitCost: unit?.rounded.cost ?? null },
      summary: `${productName}: units ${before.units} → ${after.units}${unit ? `, ${grouped(after.sales)} / ${grouped(after.cost)} ${currency}` : ''}`,
      before: isSame(step.before, before) ? step.before : before,
    };
  return { ...place, ...usualEnd(step), invoiceDescription };
}

/** What brings a row to 0 units, as its summary has it. */
const usualEnd = ({ day, summary, purpose }: PostAdjustmentStep): Details => ({
  ...{ units: 0, unitPrice: null, unitCost: null },
  day: summary.includes(`0 units from ${day}, `) ? day : undefined,
  purpose: summary.endsWith(', paid once') ? 'one-off' : summary.endsWith(', the contract had ended') ? 'gap' : purpose,
});

const isSame = (one: PostAdjustmentStep['before'], { units, sales, cost }: RowFigures): boolean =>
  one !== null && one.units === units && isAmount(one.price, sales) && isAmount(one.cost, cost);

function usualCharge(
  step: PostChargeStep,
  plan: Plan,
  { contractKey, contractId, productName, currency, standing }: PlannedItem,
  product: string,
): Details {
  const charge = standing?.charges.find(({ chargeId, key }) => chargeId === step.chargeId && key === step.chargeKey);
  if (!charge) return {};
  const { chargeId, key: chargeKey, day, before, after } = charge;
  const amounts = after ? `${grouped(after.sales)} / ${grouped(after.cost)} ${currency}` : 'deleted';
  const [action, from] =
    before === null
      ? ['create', '']
      : [after === null ? 'delete' : 'update', after === null ? '' : `${grouped(String(Number(before.sales)))} → `];
  const productKey = /\(([^()]+)\)$/.exec(product)?.[1] ?? null;
  const isCatchUp = day.slice(0, 7) !== plan.month;
  const kind = isCatchUp ? ' catch-up' : productKey === null ? ' correction' : '';
  return {
    ...{ contractKey, contractId, chargeId, chargeKey, action, day, productKey, productId: null, quantity: '1' },
    ...{ summary: `Charge ${productName}${isCatchUp ? `, catch-up for ${plan.month}` : ''}: ${from}${amounts}` },
    ...{
      name: `${productName}${kind} ${plan.month}`,
      description: `${productName}, ${isCatchUp ? 'catch-up for ' : ''}${plan.month}`,
    },
    ...{ unitPrice: `${after?.sales ?? '0.00'}00`, unitCost: `${after?.cost ?? '0.00'}00` },
  };
}

function usualOfGhost(step: Step, plan: Plan): Details {
  const ghost = plan.ghosts.find((one) => ghostId(one) === step.items[0]);
  if (!ghost) return {};
  const { contractKey, contractId, serviceId, itemCode: serviceKey } = ghost;
  if (step.kind !== 'postAdjustment') return { contractKey, contractId };
  const place = {
    contractKey,
    contractId,
    serviceId,
    serviceKey,
    contractServiceId: 200,
    invoiceDescription: null,
    expectsUnits: null,
  };
  return { ...place, ...usualEnd(step), day: firstOf(plan), purpose: 'zero' };
}
