import { big, divide, isZero, plain, UNIT_PRICE_SCALE } from '../billing/basics/decimal.js';
import type { Decimal, Line, Trouble, Unreadable } from '../billing/types.js';
import type { Members } from '../door/index.js';
import { sentenceOf } from './findings.js';

/** Whose line it is, from the records around it. */
export interface LinePlace {
  organizationId: string;
  organizationName: string;
  serviceId: string;
  serviceName: string;
  isCustomService: boolean;
  subscriptionId: string | null;
  subscriptionName: string | null;
  subscriptionQuantity: Decimal;
}

/** Members that decide which item a line belongs to: without them, no item of the subscription is known to be whole. */
const IDENTIFYING = new Set([
  'itemcode',
  'recordtype',
  'chargetype',
  'productid',
  'publishername',
  'skuname',
  'subscriptiondescription',
]);

/** A line of the report. What of it cannot be read is its trouble, and stands in it as if it were absent; date and currency are still to come. */
export function lineOf(product: Members, place: LinePlace): Line {
  const quantity = product.neededQuantity('quantity');
  const cost = product.neededAmount('totalCostPrice');
  const sales = product.neededAmount('totalSalesPrice');
  const line: Line = {
    ...place,
    billingDate: '',
    recordType: product.text('recordType'),
    chargeType: product.text('chargeType'),
    productId: product.text('productId'),
    productName: product.text('productName'),
    skuName: product.text('skuName'),
    subscriptionDescription: product.text('subscriptionDescription'),
    publisherName: product.text('publisherName'),
    itemCode: product.id('itemCode'),
    quantity,
    unitCost: product.amount('costPrice') ?? perUnit(cost, quantity),
    unitSales: product.amount('salesPrice') ?? perUnit(sales, quantity),
    cost,
    sales,
    startDay: product.day('startDate'),
    endDay: product.day('endDate'),
    paymentFrequency: product.text('paymentFrequency'),
    currency: '',
  };
  if (line.startDay !== null && line.endDay !== null && line.endDay < line.startDay)
    product.contradiction('endDate', `lies before the startDate ${line.startDay}`);
  const trouble = troubleOf(product.findings, place.subscriptionId);
  return trouble === null ? line : { ...line, trouble };
}

/** A unit's price where the line does not say it. */
const perUnit = (total: Decimal, quantity: Decimal): Decimal =>
  isZero(big(quantity)) ? '0' : plain(divide(big(total), big(quantity), UNIT_PRICE_SCALE));

function troubleOf(findings: Unreadable[], subscriptionId: string | null): Trouble | null {
  const worst = findings.find(({ member }) => member === null || IDENTIFYING.has(member.toLowerCase())) ?? findings[0];
  if (worst === undefined) return null;
  const isIdentity = worst.member === null || IDENTIFYING.has(worst.member.toLowerCase());
  const holds = !isIdentity ? 'item' : subscriptionId === null || worst.member === null ? 'organization' : 'subscription';
  return { message: sentenceOf(worst), holds };
}
