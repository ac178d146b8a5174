import { Big } from 'big.js';
import { monthAfter, type Month } from './calendar.js';
import type { Charge, Source } from './charge.js';
import { azureClassic, azurePlan, customService, legacySeats, manualDiscount, perpetual, salesOf } from './other-sources.js';
import { Random } from './random.js';
import { otherTerms, quietSeats, someSeats, type Buyer } from './seats.js';

/** One customer of the broker: what Cloudmore knows about it, what it is billed in two months, and the company in Autotask. */
export interface GeneratedOrganization {
  detail: OrganizationDetail;
  /** The company, null where Autotask has none for it. */
  company: { id: number; companyName: string; companyNumber: string; companyType: number; isActive: boolean } | null;
  sources: Source[];
}

export interface OrganizationDetail {
  id: string;
  name: string;
  customerNumber: string;
  primaryDomain: string;
  currencyCode: string;
  isActive: boolean;
  customProperties: { name: string; value: string }[];
}

/** The one property that names the company. */
export const COMPANY_PROPERTY = { id: 'de610733-b115-56c0-bdc2-909c4b736ea8', name: 'AutotaskCompanyID' };

const FIRST_COMPANY = 29_700_000;

export interface OrganizationOptions {
  seed: number;
  index: number;
  month: Month;
  /** Exactly so many lines in the report of the month. */
  lines: number;
}

export function generateOrganization({ seed, index, month, lines }: OrganizationOptions): GeneratedOrganization {
  const random = new Random(seed, index);
  const identity = identityOf(random, index);
  const priceFactor = new Big(random.chance(0.08) ? '0.95' : '1');
  const buyer: Buyer = { random, month, priceFactor, organization: identity.detail };
  return { ...identity, sources: lines === 0 ? [] : buy(buyer, lines) };
}

const WORDS = [
  'Adatum',
  'Alpine',
  'Bellows',
  'Coho',
  'Contoso',
  'Fabrikam',
  'Fourth Coffee',
  'Graphic',
  'Litware',
  'Lucerne',
  'Margie',
  'Munson',
];
const TRADES = [
  'Dental',
  'Logistics',
  'Foods',
  'Law',
  'Motors',
  'Clinics',
  'Schools',
  'Timber',
  'Travel',
  'Textiles',
  'Energy',
  'Homes',
];

/**
 * Most customers name a company of Autotask. Small shares do not, name it wrongly, share it with their neighbour, or name one that is missing or
 * inactive there: what a broker of some size really has (`docs/vendors/cloudmore.md` 9).
 */
function identityOf(random: Random, index: number): Pick<GeneratedOrganization, 'detail' | 'company'> {
  const number = String(index + 1).padStart(5, '0');
  const name = `${random.pick(WORDS)} ${random.pick(TRADES)} ${number}`;
  const id = FIRST_COMPANY + index;
  const [link, company] = random.weighted<[string | null, 'active' | 'inactive' | 'none']>([
    [940, [String(id), 'active']],
    [20, [null, 'active']],
    [10, ['', 'active']],
    [10, [` ${id} `, 'active']],
    [5, [`ACME-${index}`, 'active']],
    [5, [index === 0 ? String(id) : String(id - 1), 'active']],
    [5, [String(id), 'none']],
    [5, [String(id), 'inactive']],
  ]);
  return {
    detail: {
      id: random.guid(),
      name,
      customerNumber: `C-${number}`,
      primaryDomain: `customer-${number}.example`,
      currencyCode: 'EUR',
      isActive: link !== null || random.chance(0.5),
      customProperties: link === null ? [] : [{ ...COMPANY_PROPERTY, value: link }],
    },
    company:
      company === 'none'
        ? null
        : { id, companyName: name, companyNumber: `C-${number}`, companyType: 1, isActive: company === 'active' },
  };
}

type Purchase = (buyer: Buyer) => Source[];

const PURCHASES: [number, Purchase][] = [
  [86, someSeats],
  [6, otherTerms],
  [5, legacySeats],
  [1, perpetual],
  [1, azureClassic],
  [1, (buyer) => customService(buyer, 'EUR')],
];

/** Buys until the report of the month has exactly the lines asked for. */
function buy(buyer: Buyer, lines: number): Source[] {
  const { random, month } = buyer;
  const sources: Source[] = [];
  let left = lines;
  const add = (bought: Source[]): void => {
    sources.push(...bought);
    left -= linesOf(bought, month);
  };
  const addIfFits = (bought: Source[]): void => add(linesOf(bought, month) <= left ? bought : quietSeats(buyer));
  if (left > 4 && random.chance(0.35)) add(azurePlan(buyer, random.int(2, Math.min(6, left - 2))));
  if (left > 2 && random.chance(0.02)) add(customService(buyer, 'USD'));
  const wantsDiscount = left > 1 && random.chance(0.03);
  if (wantsDiscount) left -= 1;
  while (left > 0) addIfFits(random.weighted(PURCHASES)(buyer).map(remembered));
  return wantsDiscount ? [...sources, ...discount(buyer, sources)] : sources;
}

/** Asked for the same month several times, and worked out once. */
function remembered(source: Source): Source {
  const known = new Map<Month, Charge[]>();
  const charges = (month: Month): Charge[] => {
    const found = known.get(month) ?? source.charges(month);
    known.set(month, found);
    return found;
  };
  return { ...source, charges };
}

export const linesOf = (sources: Source[], month: Month): number =>
  sources.reduce((count, source) => count + source.charges(month).length, 0);

/** On the first licence that is billed, or on one bought for it. */
function discount(buyer: Buyer, sources: Source[]): Source[] {
  const billed = sources
    .map((source) => source.charges(buyer.month))
    .find((charges) => isSeat(charges) && salesOf(charges).gt(50));
  const [charge] = billed ?? [];
  return charge ? manualDiscount(buyer, charge) : quietSeats(buyer);
}

const isSeat = (charges: Charge[]): boolean =>
  charges.length > 0 && charges.every(({ recordType }) => recordType === 'Csp365Nce');

/** Months that a world has data of: the one that is billed, and the one it is compared with. */
export const monthsOf = (month: Month): [previous: Month, current: Month] => [monthAfter(month, -1), month];
