import { Big } from 'big.js';
import { plain, rounded, roundDown, seatTotal, sumOf, usageTotal } from './amounts.js';
import { addDays, addMonths, billedSpan, daysIn, instantOf, isWithin, monthAfter, type Month, type Span } from './calendar.js';
import { LEGACY, METERS, PERPETUAL, type ServiceName } from './catalogue.js';
import type { Charge, Source } from './charge.js';
import type { Buyer } from './seats.js';

/** Everything that is not a licence with a term of its own: usage, legacy seats, perpetual licences, custom services, manual lines. */

/** Prices of meters are in USD; the rate is that of the end of the billed month (`docs/vendors/cloudmore.md` 5.8). */
const RATE = new Big('0.8571');
/** What Microsoft leaves the broker for managing the customer's Azure. */
const EARNED_CREDIT = new Big('0.85');

/** An Azure plan with some meters; one in ten has a credit too. */
export function azurePlan(buyer: Buyer, meters: number): Source[] {
  const { random, month, organization } = buyer;
  const id = random.guid();
  const referenceId = random.guid();
  const used = Array.from({ length: meters }, () => ({ meter: random.pick(METERS), quantity: random.int(20, 3000) }));
  const isCredited = meters > 2 && random.chance(0.1);
  const charges = (asked: Month): Charge[] => {
    const span = billedSpan(asked);
    return used.map(({ meter, quantity }, index) =>
      isCredited && index === 0
        ? meterCharge({ id, referenceId, span, meter, quantity: -1, type: 'customerCredit', price: new Big('14.00') })
        : meterCharge({
            id,
            referenceId,
            span,
            meter,
            quantity: asked === month ? quantity : Math.ceil(quantity * 0.9),
            type: 'new',
          }),
    );
  };
  return [
    { block: 'nce', charges, listing: { kind: 'azure', record: azureListing(organization, id, 'AzurePlan', '2024-01-15') } },
  ];
}

interface MeterUse {
  id: string;
  referenceId: string;
  span: Span;
  meter: (typeof METERS)[number];
  quantity: number;
  type: string;
  price?: Big;
}

function meterCharge({ id, referenceId, span, meter, quantity, type, price: given }: MeterUse): Charge {
  const [productId, name, listPrice, hasEarnedCredit, unit] = meter;
  const price = given ?? listPrice;
  const effective = hasEarnedCredit && !given ? price.times(EARNED_CREDIT) : price;
  return {
    ...NO_SEAT,
    service: 'azure',
    subscriptionId: id,
    subscriptionName: 'Azure plan',
    recordType: 'AzurePlan',
    chargeType: type,
    productId,
    productName: name,
    quantity,
    unitCost: effective,
    unitSales: price,
    cost: usageTotal(effective, quantity, RATE),
    sales: usageTotal(price, quantity, RATE),
    ...span,
    invoice: {
      orderDate: span.start,
      unitPrice: price,
      effectiveUnitPrice: effective,
      pricingCurrency: 'USD',
      exchangeRate: RATE,
      publisherName: 'Microsoft',
      subscriptionDescription: 'Azure plan',
      termAndBillingCycle: given ? '' : unit,
      referenceId,
    },
  };
}

/** Azure of the generation before NCE: one amount per subscription, with the legacy cycle. */
export function azureClassic({ random, organization, month }: Buyer): Source[] {
  const id = random.guid();
  const cost = new Big(random.int(500, 40_000)).div(100);
  const charges = (asked: Month): Charge[] => {
    const amount = asked === month ? cost : rounded(cost.times('0.95'));
    const sales = rounded(amount.times('1.1'));
    return [
      {
        ...NO_SEAT,
        service: 'azure',
        subscriptionId: id,
        subscriptionName: 'Microsoft Azure (classic)',
        recordType: 'AzureClassic',
        chargeType: 'Assess usage fee for current cycle',
        productName: 'Microsoft Azure',
        quantity: 1,
        unitCost: amount,
        unitSales: sales,
        cost: amount,
        sales,
        ...closedCycle(asked),
        paymentFrequency: 'Monthly',
      },
    ];
  };
  return [
    {
      block: 'legacy',
      charges,
      listing: { kind: 'azure', record: azureListing(organization, id, 'AzureClassic', '2018-06-01') },
    },
  ];
}

/** Legacy seats: the fee of the next cycle, and after a change the last cycle taken back and charged again in two parts (`docs/vendors/cloudmore.md` 5.3). */
export function legacySeats(buyer: Buyer): Source[] {
  const { random, organization, month } = buyer;
  const offer = random.pick(LEGACY);
  const [id, seats] = [random.guid(), random.int(1, 30)];
  const before = random.chance(0.15) ? seats + random.int(1, 5) : seats;
  const changedOn = addDays(closedCycle(month).start, random.int(3, 24));
  const charges = (asked: Month): Charge[] => {
    const closed = closedCycle(asked);
    const next = closedCycle(monthAfter(asked, 1));
    const line = (chargeType: string, quantity: number, span: Span, { cost, sales }: { cost: Big; sales: Big }): Charge => ({
      ...NO_SEAT,
      service: 'microsoft365',
      subscriptionId: id,
      subscriptionName: offer.name,
      recordType: 'Csp365Legacy',
      chargeType,
      productName: offer.name,
      itemCode: offer.itemCode,
      quantity,
      unitCost: cost,
      unitSales: sales,
      cost: cost.times(quantity),
      sales: sales.times(quantity),
      ...span,
      paymentFrequency: 'Monthly',
    });
    if (asked !== month || before === seats)
      return [line('Cycle fee', asked === month ? seats : before, next, { cost: offer.cost, sales: offer.sales })];
    const part = (quantity: number, span: Span): Charge =>
      line('Cycle instance prorate', quantity, span, {
        cost: partOf(offer.cost, span, closed),
        sales: partOf(offer.sales, span, closed),
      });
    return [
      line('Cycle fee', seats, next, { cost: offer.cost, sales: offer.sales }),
      // Legacy refunds show a positive quantity with a negative price.
      line('Cycle instance prorate', before, closed, { cost: offer.cost.times(-1), sales: offer.sales.times(-1) }),
      part(before, { start: closed.start, end: addDays(changedOn, -1) }),
      part(seats, { start: changedOn, end: closed.end }),
    ];
  };
  const record = {
    id,
    organizationId: organization.id,
    organizationName: organization.name,
    name: offer.name,
    offerId: offer.itemCode,
    itemCode: offer.itemCode,
    quantity: seats,
    status: 'Active',
    billingCycle: 'Monthly',
    startDate: instantOf(addMonths(`${month}-16`, -8)),
    commitmentEndDate: instantOf(addMonths(`${month}-15`, 4)),
    autoRenew: true,
    unitCostPrice: plain(offer.cost),
    unitSalesPrice: plain(offer.sales),
    currencyCode: 'EUR',
    purchaseOrderNumber: '',
  };
  return [{ block: 'legacy', charges, listing: { kind: 'legacy', record } }];
}

const partOf = (price: Big, part: Span, whole: Span): Big => roundDown(price.times(daysIn(part)).div(daysIn(whole)));

/** A licence for ever: one line, one day, and no subscription id. */
export function perpetual({ random, month, priceFactor }: Buyer): Source[] {
  const quantity = random.int(1, 4);
  const { start, end } = billedSpan(month);
  const day = addDays(start, random.int(0, daysIn({ start, end }) - 1));
  const sales = rounded(PERPETUAL.sales.times(priceFactor));
  const charge: Charge = {
    ...NO_SEAT,
    service: 'azure',
    subscriptionName: PERPETUAL.name,
    recordType: PERPETUAL.recordType,
    chargeType: 'new',
    productId: PERPETUAL.productId,
    productName: PERPETUAL.name,
    itemCode: PERPETUAL.itemCode,
    quantity,
    unitCost: PERPETUAL.cost,
    unitSales: sales,
    cost: seatTotal(PERPETUAL.cost, quantity),
    sales: seatTotal(sales, quantity),
    start: day,
    end: day,
    paymentFrequency: 'OneTime',
    invoice: {
      orderDate: day,
      unitPrice: PERPETUAL.cost,
      effectiveUnitPrice: PERPETUAL.cost,
      pricingCurrency: 'EUR',
      exchangeRate: 1,
      publisherName: PERPETUAL.publisherName,
      subscriptionDescription: '',
      termAndBillingCycle: '',
      referenceId: random.guid(),
    },
  };
  return [{ block: 'nce', charges: (asked) => (isWithin(billedSpan(asked), day) ? [charge] : []), listing: null }];
}

/** A custom service follows its seller's currency, not the broker's (`docs/vendors/cloudmore.md` 5.8). */
export function customService({ random }: Buyer, currency: 'EUR' | 'USD'): Source[] {
  const [id, devices] = [random.guid(), random.int(1, 40)];
  const [service, name, itemCode, cost, sales]: [ServiceName, string, string, Big, Big] =
    currency === 'EUR'
      ? ['backup', 'Backup per device', 'BKP-DEV', new Big('1.50'), new Big('2.50')]
      : ['signatures', 'Mail signatures per user', 'SIG-USR', new Big('0.80'), new Big('1.25')];
  const charges = (asked: Month): Charge[] => [
    {
      ...NO_SEAT,
      service,
      subscriptionId: id,
      subscriptionName: name,
      recordType: 'CustomService',
      productId: itemCode,
      productName: name,
      itemCode,
      quantity: devices,
      unitCost: cost,
      unitSales: sales,
      cost: cost.times(devices),
      sales: sales.times(devices),
      start: `${asked}-01`,
      end: addDays(`${monthAfter(asked, 1)}-01`, -1),
      paymentFrequency: 'Monthly',
    },
  ];
  return [{ block: currency === 'EUR' ? 'custom' : 'customUsd', charges, listing: null }];
}

/** A discount that a person typed, on a subscription that the month bills. */
export function manualDiscount({ random, month }: Buyer, on: Charge): Source[] {
  const amount = new Big(-random.int(5, 50));
  const line: Charge = {
    ...on,
    recordType: 'ManualBillingLine',
    chargeType: null,
    productId: null,
    productName: 'Goodwill discount',
    itemCode: null,
    quantity: 1,
    unitCost: new Big(0),
    unitSales: amount,
    cost: new Big(0),
    sales: amount,
    start: `${month}-10`,
    end: `${month}-10`,
    paymentFrequency: null,
    invoice: null,
  };
  return [{ block: 'manual', charges: (asked) => (asked === month ? [line] : []), listing: null }];
}

/** What a line has that is not a seat of a subscription. */
const NO_SEAT = {
  subscriptionId: null,
  purchaseOrderNumber: '',
  chargeType: null,
  productId: null,
  itemCode: null,
  paymentFrequency: null,
  invoice: null,
} as const;

/** The legacy cycle that closes in a month: it ends on the 15th, and its report is dated the 16th (`docs/vendors/cloudmore.md` 5.1). */
const closedCycle = (month: Month): Span => ({ start: addMonths(`${month}-16`, -1), end: `${month}-15` });

const azureListing = (
  { id: organizationId, name: organizationName }: Buyer['organization'],
  id: string,
  type: string,
  since: string,
) => ({
  id,
  organizationId,
  organizationName,
  name: type === 'AzurePlan' ? 'Azure plan' : 'Microsoft Azure (classic)',
  type,
  status: 'Active',
  createdDate: instantOf(since),
  entitlements: [],
});

/** Total of what a source reports; for choosing what a discount may apply to. */
export const salesOf = (charges: readonly Charge[]): Big => sumOf(charges, ({ sales }) => sales);
