import { isKeyOf, keysOf } from './closed-sets.js';

/**
 * What each record type of Cloudmore means for billing: the one place that knows. A new one is a row here, and its word in the vendor's lists
 * (`shared/close/ours.ts` keeps its own copy on purpose: a check uses nothing that the checked thing made).
 */
interface RecordTypeRules {
  /** As people read it. */
  inWords: string;
  /** What reports call it besides its own name (2.1). */
  alsoCalled: readonly string[];
  /** Rows of contract services, or charges (7.1, 7.3). */
  billedAs: 'row' | 'charge';
  /** The one service or product that all of it is billed on (5.2, 5.3); null: a service for each item code. */
  on: { key: string; name: string } | null;
  /** Whether the item code tells several items of one subscription apart (4.1). */
  isLicence: boolean;
  /** Whether lines are meters of one total per subscription, which is named and counted as a whole (4.2). */
  isUsage: boolean;
  /** Whether it is paid once by its kind, or where neither price list nor days tell (4.4). */
  paidOnce: 'always' | 'where-silent' | 'as-stated';
  /** Whether Microsoft's recurring and one-time invoice carries it (1.10). */
  isInvoiced: boolean;
}

const LICENCE = { alsoCalled: [], billedAs: 'row', on: null, isLicence: true, isUsage: false, paidOnce: 'as-stated' } as const;
const AZURE = { alsoCalled: [], billedAs: 'charge', isLicence: false, isUsage: true, paidOnce: 'as-stated' } as const;

export const RECORD_TYPE_RULES = {
  Csp365Legacy: { ...LICENCE, inWords: 'Microsoft 365 (legacy)', isInvoiced: false },
  Csp365Nce: { ...LICENCE, inWords: 'Microsoft 365 (NCE)', isInvoiced: true },
  AzureClassic: {
    ...AZURE,
    inWords: 'Azure (classic)',
    on: { key: 'cloudmore:azure-classic', name: 'Azure Classic' },
    isInvoiced: false,
  },
  AzurePlan: { ...AZURE, inWords: 'Azure plan', on: { key: 'cloudmore:azure-plan', name: 'Azure Plan' }, isInvoiced: true },
  Marketplace: {
    inWords: 'Marketplace',
    alsoCalled: [],
    billedAs: 'charge',
    on: { key: 'cloudmore:marketplace', name: 'Marketplace' },
    isLicence: false,
    isUsage: false,
    paidOnce: 'as-stated',
    isInvoiced: true,
  },
  ReservedInstance: {
    inWords: 'Reserved instances',
    alsoCalled: [],
    billedAs: 'row',
    on: { key: 'cloudmore:reserved-instance', name: 'Reserved Instances' },
    isLicence: false,
    isUsage: false,
    paidOnce: 'as-stated',
    isInvoiced: true,
  },
  Perpetual: {
    inWords: 'Perpetual licences',
    alsoCalled: ['PerpetualLicense'],
    billedAs: 'row',
    on: { key: 'cloudmore:perpetual', name: 'Perpetual Licenses' },
    isLicence: false,
    isUsage: false,
    paidOnce: 'always',
    isInvoiced: true,
  },
  Subscription: {
    inWords: 'Software subscriptions',
    alsoCalled: ['SoftwareSubscription'],
    billedAs: 'row',
    on: { key: 'cloudmore:subscription', name: 'Software Subscriptions' },
    isLicence: false,
    isUsage: false,
    paidOnce: 'where-silent',
    isInvoiced: true,
  },
} as const satisfies Record<string, RecordTypeRules>;

/** What Cloudmore sells, as Autotask is to bill it (rule 2). */
export type RecordType = keyof typeof RECORD_TYPE_RULES;
export const RECORD_TYPES = keysOf(RECORD_TYPE_RULES);
export const isRecordType = (type: string): type is RecordType => isKeyOf(RECORD_TYPE_RULES, type);
/** What Microsoft's recurring and one-time invoice carries (1.10). */
export const INVOICED: ReadonlySet<string> = new Set(RECORD_TYPES.filter((type) => RECORD_TYPE_RULES[type].isInvoiced));

/** The rules of a record type; null for what does not have one: manual corrections, custom services, and unclassified lines. */
export const rulesOf = (type: string): RecordTypeRules | null => (isRecordType(type) ? RECORD_TYPE_RULES[type] : null);

const OTHERS = new Map([
  ['ManualBillingLine', 'Lines by hand'],
  ['CustomService', 'Custom services'],
]);

/** A record type, or what stands in for one, in words for people; programs read the code. */
export const typeInWords = (type: string): string => rulesOf(type)?.inWords ?? OTHERS.get(type) ?? type;

/** Licences by item code, of which several can be on one contract (4.1). */
export const isLicence = (type: string): boolean => rulesOf(type)?.isLicence ?? false;
export const isUsage = (type: string): boolean => rulesOf(type)?.isUsage ?? false;
/** Billed by charges of a product; everything else by rows of a service (7.1, 7.3). */
export const isChargeType = (type: string): boolean => rulesOf(type)?.billedAs === 'charge';

type Shared = { key: string; name: string };
/** By any type of an item: anything other than a record type shares nothing. */
const sharedBy = (billedAs: RecordTypeRules['billedAs']): Record<string, Shared> =>
  Object.fromEntries(
    RECORD_TYPES.flatMap((type) => {
      const { on, billedAs: how } = RECORD_TYPE_RULES[type];
      return on !== null && how === billedAs ? [[type, on]] : [];
    }),
  );

/** Services shared by every contract of a type, and the products of charge types (rules 5.2, 5.3). */
export const SHARED_SERVICES = sharedBy('row');
export const PRODUCTS = sharedBy('charge');

const SHARED_KEYS = new Map(RECORD_TYPES.flatMap((type) => (SHARED_SERVICES[type] ? [[SHARED_SERVICES[type].key, type]] : [])));

/** The record type billed by the service that all items of it share, by its key, folded; null for any other key. */
export const typeOfSharedKey = (key: string): RecordType | null => SHARED_KEYS.get(key) ?? null;
