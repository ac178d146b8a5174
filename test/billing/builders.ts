import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import { compareWithAccepted, type AcceptedOrganization } from '../../shared/billing/report/comparison.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { joinNames, namesOf, NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import { planBlind, planOrganization, type PlanInput } from '../../shared/billing/plan/plan.js';
import { DEFAULT_BREAKERS } from '../../shared/billing/plan/breaker-limits.js';
import { EXPORT_TYPES } from '../../shared/billing/types.js';
import { planUndo, type UndoInput, type UndoPlan } from '../../shared/billing/plan/undo.js';
import type { Ghost, Plan } from '../../shared/billing/plan-types.js';
import type {
  Books,
  Charge,
  Company,
  Contract,
  Line,
  Organization,
  Price,
  Report,
  Row,
  Service,
  Settings,
  Subscription,
} from '../../shared/billing/types.js';

/** Valid by default: a test changes only what it is about. One organization, one company, one licence of 10 × 12.00 in October 2025. */

export const MONTH = '2025-10';
export const AS_OF = '2025-10-12';
export const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
export const CODE = 'CFQ7TTC0LCHC-0002-P1Y-Monthly';
/** Charge key of an Azure plan of the subscription. */
export const AZURE_KEY = 'CM-2025-10-dbdd6cc021e5f5580b52';

export const line = (changes: Partial<Line> = {}): Line => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  billingDate: '2025-10-08',
  serviceId: 'svc-365',
  serviceName: 'Microsoft 365 CSP Direct',
  isCustomService: false,
  subscriptionId: SUBSCRIPTION,
  subscriptionName: 'Premium for everybody',
  subscriptionQuantity: '10',
  recordType: 'Csp365Nce',
  chargeType: 'cycleCharge',
  productId: 'CFQ7TTC0LCHC',
  productName: 'Business Premium',
  skuName: null,
  subscriptionDescription: null,
  publisherName: 'Microsoft Corporation',
  itemCode: CODE,
  quantity: '10',
  unitCost: '10.00',
  unitSales: '12.00',
  cost: '100.00',
  sales: '120.00',
  startDay: '2025-09-12',
  endDay: '2025-10-11',
  paymentFrequency: 'Monthly',
  currency: 'EUR',
  ...changes,
});

export const manualLine = (changes: Partial<Line> = {}): Line =>
  line({
    recordType: 'ManualBillingLine',
    chargeType: null,
    productId: null,
    itemCode: null,
    quantity: '1',
    billingDate: '2025-10-10',
    ...changes,
  });

export const organization = (changes: Partial<Organization> = {}): Organization => ({
  id: 'org-1',
  name: 'Contoso',
  isActive: true,
  companyIdText: '7',
  ...changes,
});

export const subscription = (changes: Partial<Subscription> = {}): Subscription => ({
  id: SUBSCRIPTION,
  organizationId: 'org-1',
  recordType: 'Csp365Nce',
  name: 'Premium for everybody',
  productName: 'Business Premium',
  itemCode: CODE,
  status: 'Active',
  endDay: '2026-03-11',
  ...changes,
});

export const price = (changes: Partial<Price> = {}): Price => ({
  itemCode: CODE,
  name: 'Business Premium',
  currency: 'EUR',
  termMonths: 12,
  paymentMonths: 1,
  cost: '10.00',
  sales: '12.00',
  ...changes,
});

export const settings = (changes: Partial<Settings> = {}): Settings => ({
  broker: 'default',
  exportRecordTypes: [...EXPORT_TYPES],
  excludeServices: [],
  allowSharedCompanies: [],
  serviceBillingCodeId: 1,
  productBillingCodeId: 2,
  slaId: 3,
  contractInvoiceDescription: '{product}',
  afterFreeze: 'hold',
  ghostAfterDay: 20,
  inactiveServices: 'suffix',
  foreignCost: 'as-reported',
  breakers: DEFAULT_BREAKERS,
  ...changes,
});

export const company = (changes: Partial<Company> = {}): Company => ({
  id: 7,
  name: 'Contoso Ltd',
  isActive: true,
  currency: null,
  ...changes,
});

export const contract = (changes: Partial<Contract> = {}): Contract => ({
  id: 100,
  companyId: 7,
  name: 'Business Premium – Premium for everybody',
  number: SUBSCRIPTION,
  subscriptionId: SUBSCRIPTION,
  isActive: true,
  isRecurringService: true,
  isMonthly: true,
  startDay: '2025-09-01',
  endDay: '2026-03-31',
  slaId: 3,
  ...changes,
});

export const service = (changes: Partial<Service> = {}): Service => ({
  id: 50,
  name: 'Business Premium (1 year, paid monthly)',
  key: CODE,
  isActive: true,
  unitPrice: '12',
  unitCost: '10',
  ...changes,
});

export const row = (changes: Partial<Row> = {}): Row => ({
  id: 1000,
  contractId: 100,
  contractServiceId: 200,
  serviceId: 50,
  startDay: '2025-10-01',
  endDay: '2025-10-31',
  units: 10,
  price: '120',
  cost: '100',
  frozen: false,
  ...changes,
});

export const charge = (changes: Partial<Charge> = {}): Charge => {
  const { price: extended = '5', cost = '0' } = changes;
  return {
    id: 2000,
    contractId: 100,
    key: `CM-${MONTH}-00000000000000000000`,
    productId: null,
    day: '2025-10-01',
    quantity: '1',
    unitPrice: extended,
    unitCost: cost,
    price: extended,
    cost,
    billed: false,
    ...changes,
  };
};

/** What the accepted report of the month had of the licence, all of it posted. */
export const accepted = (changes: Partial<AcceptedItem> = {}): AcceptedItem => ({
  id: 'item-1',
  contractKey: SUBSCRIPTION,
  subscriptionId: SUBSCRIPTION,
  type: 'Csp365Nce',
  itemCode: CODE,
  currency: 'EUR',
  sources: ['svc-365'],
  lines: 1,
  cost: '100',
  sales: '120',
  creditCost: '0',
  creditSales: '0',
  stood: true,
  ...changes,
});

/** A licence's row without a line. */
export const ghost = (changes: Partial<Ghost> = {}): Ghost => ({
  contractId: 100,
  contractKey: 's-1',
  serviceId: 50,
  type: 'Csp365Nce',
  itemCode: 'CFQ7',
  currency: 'EUR',
  quantity: '3',
  cost: '10.00',
  sales: '12.00',
  outcome: 'ghost',
  rule: '8.3',
  message: 'Look.',
  ...changes,
});

/** Everything read, neighbouring rows too. */
export const books = (changes: Partial<Books> = {}): Books => {
  const contracts = changes.contracts ?? [];
  return {
    internalCurrency: 'EUR',
    companies: [company()],
    contracts,
    rows: [],
    detailed: contracts.map(({ id }) => id),
    charges: [],
    services: [],
    products: [],
    ...changes,
  };
};

/** A contract that has carried `units` unchanged since September, to March. */
export const running = (units = 10, price = '120', cost = '100'): Books =>
  books({
    contracts: [contract()],
    services: [service()],
    rows: ['2025-09', '2025-10', '2025-11', '2025-12'].map((month, index) =>
      row({ id: 1000 + index, startDay: `${month}-01`, endDay: `${month}-28`, units, price, cost }),
    ),
  });

export const report = (changes: Partial<Report> = {}): Report => ({
  month: MONTH,
  lines: [line()],
  previousLines: [],
  organizations: [organization()],
  subscriptions: [subscription()],
  prices: [price()],
  unassigned: [],
  ...changes,
});

/** Named by earlier reports: what stands under it is ours, whether the lists still have it or not. */
const EARLIER: Named = {
  ...NOTHING_NAMED,
  subscriptions: [['s-2', 'org-1', []]],
  codes: [
    [CODE.toLowerCase(), 'Csp365Nce'],
    ['cfq7ttc0old', 'Csp365Nce'],
    ['91fd106f-4b2c-4938-95ac-f54f74e9a239', 'Csp365Legacy'],
  ],
};

export interface Situation {
  report?: Partial<Report>;
  /** What earlier reports named, next to what this one does. */
  named?: Partial<Named>;
  books?: Books;
  settings?: Partial<Settings>;
  asOf?: string;
  /** Lines of the report of the month that was accepted last, and its day. */
  accepted?: Partial<Report> | undefined;
  acceptedOn?: string;
  /** Subscriptions that another organization is billed for since. */
  moved?: string[];
  approvedDigest?: string;
  refused?: string[];
  organizationId?: string;
}

/** The plan of one organization in a situation. */
export function plan(situation: Situation = {}): Plan {
  const { moved, approvedDigest, refused } = situation;
  return planOrganization({
    ...factsOf(situation),
    books: situation.books ?? books(),
    ...(moved === undefined ? {} : { moved }),
    ...(approvedDigest === undefined ? {} : { approvedDigest }),
    ...(refused === undefined ? {} : { refused }),
  });
}

/** The way back from what the month was billed, to what stood in `before`. */
export const undo = (situation: Situation, before: UndoInput['before'], laterBilled: number[] = []): UndoPlan =>
  planUndo({
    ...factsOf(situation),
    books: situation.books ?? books(),
    before,
    laterBilled: new Set(laterBilled),
    refused: situation.refused ?? [],
  });

/** The same where Autotask could not be read. */
export const blind = (situation: Situation): Plan => planBlind(factsOf(situation), 'Autotask did not answer.');

/** What Cloudmore says in a situation, and the settings. */
function factsOf({
  report: reported = {},
  settings: chosen = {},
  asOf = AS_OF,
  accepted,
  acceptedOn = asOf,
  organizationId = 'org-1',
  named = {},
}: Situation): Pick<PlanInput, 'facts' | 'slice' | 'settings'> {
  const whole = report(reported);
  const cut = cutReport(
    whole,
    asOf,
    joinNames([EARLIER, { ...NOTHING_NAMED, ...named }, ...(accepted ? [namesOf(report(accepted))] : []), namesOf(whole)]),
  );
  const all = settings(chosen);
  const { facts, organizations } = accepted
    ? compareWithAccepted(cut, acceptedParts(report(accepted), acceptedOn, all), all)
    : cut;
  const slice = organizations.find((candidate) => candidate.organization.id === organizationId)!;
  return { facts, slice, settings: all };
}

/** What runs kept of a report that was accepted, with all of it posted. */
function acceptedParts(before: Report, asOf: string, chosen: Settings): AcceptedOrganization[] {
  const { facts, organizations } = cutReport(before, asOf);
  return organizations.map((slice) => {
    const { accepted } = planOrganization({ facts, slice, books: books(), settings: chosen });
    const items = accepted!.items.map((item) => ({ ...item, stood: true }));
    return { organizationId: slice.organization.id, organizationName: slice.organization.name, part: { asOf, items } };
  });
}

/** What a person would say the plan does: kinds and summaries, without the catalogue. */
export const amountsOf = ({ steps }: Plan): string[] =>
  steps.flatMap((step) => {
    if (step.kind === 'postAdjustment')
      return [`${step.day}: ${step.units} units${step.unitPrice === null ? '' : ` × ${step.unitPrice} / ${step.unitCost}`}`];
    if (step.kind === 'postCharge') return [`${step.action} charge ${step.quantity} × ${step.unitPrice} / ${step.unitCost}`];
    if (step.kind === 'extendContract') return [`extend ${step.fromDay} → ${step.toDay}`];
    return [];
  });

export const outcomesOf = ({ items }: Plan): string[] =>
  items.map(({ outcome, reason }) => (reason === null ? outcome : `${outcome} ${reason}`));
