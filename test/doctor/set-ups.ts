/** Mis-setups of both vendors as people make them, each with the check that notices, what it says and what fixes it. */

type Rec = Record<string, unknown>;
export interface SetUp {
  cloudmore: { organizations: Rec[]; services: Rec[]; customPropertyDefinitions: Rec[]; subscriptions: Record<string, Rec[]> };
  autotask: {
    companies: Rec[];
    billingCodes: Rec[];
    services: Rec[];
    currencies?: Rec[];
    unitRows?: Rec[];
    picklists?: Record<string, Rec[]>;
    userDefinedFields?: Record<string, Rec[]>;
    behaviour?: Rec;
  };
}

export interface MisSetUp {
  /** What is wrong, in the words of the person who set it up. */
  what: string;
  world?: (world: SetUp) => void;
  env?: Record<string, string>;
  /** Minutes that this machine's clock is ahead. */
  ahead?: number;
  /** The check that notices, what it says, and what fixes it. */
  check: string;
  says: RegExp;
  fix: RegExp;
}

const organization = ({ cloudmore }: SetUp, name: string): Rec => cloudmore.organizations.find((one) => one.name === name)!;
const link = (world: SetUp, name: string, value: string): void => {
  const one = organization(world, name);
  const others = (one.customProperties as Rec[] | undefined)?.filter((property) => property.name !== 'AutotaskCompanyID') ?? [];
  one.customProperties = [...others, { name: 'AutotaskCompanyID', value }];
};
const behaviour = (changes: Rec) => (world: SetUp) => {
  world.autotask.behaviour = { ...world.autotask.behaviour, ...changes };
};
const denied = (...rights: string[]) => behaviour({ denied: rights });

const FABRIKAM_COMPANY = 29683540;

export const MIS_SETUPS: MisSetUp[] = [
  // ------------------------------------------------------------------------------------------------ log-ins and addresses
  {
    what: "Cloudmore's password is wrong",
    env: { CLOUDMORE_PASSWORD: 'x' },
    check: 'Cloudmore log-in',
    says: /refused the log-in|400|invalid/,
    fix: /./,
  },
  {
    what: "Cloudmore's API secret is wrong",
    env: { CLOUDMORE_CLIENT_SECRET: 'x' },
    check: 'Cloudmore log-in',
    says: /refused|400|invalid/,
    fix: /./,
  },
  {
    what: 'the reseller id is another',
    env: { CLOUDMORE_RESELLER_ID: 'f0000000-0000-4000-8000-000000000000' },
    check: 'Cloudmore log-in',
    says: /403.*CLOUDMORE_RESELLER_ID/,
    fix: /./,
  },
  {
    what: 'Cloudmore is not where CLOUDMORE_URL says',
    env: { CLOUDMORE_URL: 'http://127.0.0.1:1' },
    check: 'Cloudmore log-in',
    says: /127\.0\.0\.1:1.*cannot be reached/,
    fix: /./,
  },
  { what: "the API user's secret is wrong", env: { AUTOTASK_SECRET: 'x' }, check: 'Autotask log-in', says: /401/, fix: /./ },
  {
    what: 'the API user does not exist',
    env: { AUTOTASK_USERNAME: 'nobody' },
    check: 'Autotask log-in',
    says: /500|user/i,
    fix: /./,
  },
  {
    what: 'the tracking identifier is wrong',
    env: { AUTOTASK_INTEGRATION_CODE: 'x' },
    check: 'Autotask log-in',
    says: /500|integration/i,
    fix: /./,
  },
  {
    what: 'sandbox and production are mixed up',
    env: { CLOUDMORE_URL: 'https://api.cloudmore.invalid' },
    check: 'same environment',
    says: /Autotask points to the sandbox, Cloudmore to the real tenant/,
    fix: /CLOUDMORE_URL and AUTOTASK_URL/,
  },
  // ------------------------------------------------------------------------------------------------ this installation
  {
    what: 'evidence cannot be written',
    env: { BILLING_EVIDENCE: 'file:/dev/null/evidence' },
    check: 'evidence',
    says: /cannot be written to file:\/dev\/null\/evidence/,
    fix: /BILLING_EVIDENCE/,
  },
  {
    what: 'a setting is spelt otherwise',
    env: { BILLINGMODE: 'auto' },
    check: 'settings',
    says: /BILLINGMODE is not a setting; did you mean BILLING_MODE\?/,
    fix: /\.env\.example/,
  },
  {
    what: "a secret's file is missing and a value stands next to it",
    env: { AUTOTASK_SECRET_FILE: '/run/secrets/autotask' },
    check: 'secrets',
    says: /AUTOTASK_SECRET_FILE names \/run\/secrets\/autotask, which cannot be read \(.+\); the value of AUTOTASK_SECRET counts/,
    fix: /one of the two/,
  },
  {
    what: "a secret's file is missing",
    env: { AUTOTASK_SECRET: '', AUTOTASK_SECRET_FILE: '/run/secrets/autotask' },
    check: 'settings',
    says: /AUTOTASK_SECRET_FILE names \/run\/secrets\/autotask, which cannot be read/,
    fix: /\.env\.example/,
  },
  {
    what: 'the webhook for notices cannot be reached',
    env: { NOTICE_WEBHOOK: 'http://127.0.0.1:1/key', ALLOW_HTTP_HOSTS: '127.0.0.1' },
    check: 'notices',
    says: /^127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)$/,
    fix: /Correct NOTICE_WEBHOOK/,
  },
  {
    what: 'mails and the sign of life cannot be sent',
    env: {
      NOTICE_SMTP: 'smtp://127.0.0.1:1',
      NOTICE_MAIL_TO: 'anna@example.com',
      NOTICE_HEARTBEAT: 'http://127.0.0.1:1/key',
      ALLOW_HTTP_HOSTS: '127.0.0.1',
    },
    check: 'notices',
    says: /^127\.0\.0\.1:1 cannot be used \(\w+\); 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)$/,
    fix: /Correct NOTICE_SMTP, NOTICE_HEARTBEAT/,
  },
  { what: 'the clock is wrong', ahead: 10, check: 'clock', says: /10 minutes ahead of/, fix: /NTP/ },
  // ------------------------------------------------------------------------------------------------ Cloudmore and the links
  {
    what: 'the custom property was never made',
    world: ({ cloudmore }) => (cloudmore.customPropertyDefinitions = []),
    check: 'company property',
    says: /there is no organization property "AutotaskCompanyID"/,
    fix: /text box, name exactly "AutotaskCompanyID"/,
  },
  {
    what: 'the custom property is spelt otherwise',
    world: ({ cloudmore }) => void (cloudmore.customPropertyDefinitions[0]!.name = 'AutotaskCompanyId'),
    check: 'company property',
    says: /but "AutotaskCompanyId"/,
    fix: /name exactly/,
  },
  {
    what: 'the custom property is one of users',
    world: ({ cloudmore }) => void (cloudmore.customPropertyDefinitions[0]!.isOrganizationProperty = false),
    check: 'company property',
    says: /not a property of organizations/,
    fix: /"Organization property" ticked/,
  },
  {
    what: 'the custom property is a drop-down list',
    world: ({ cloudmore }) => void (cloudmore.customPropertyDefinitions[0]!.type = 'DropDownList'),
    check: 'company property',
    says: /not a text box/,
    fix: /type text box/,
  },
  {
    what: 'no organization is linked',
    world: ({ cloudmore }) => cloudmore.organizations.forEach((one) => (one.customProperties = [])),
    check: 'company links',
    says: /none of 5 organizations has a value/,
    fix: /billing companies match/,
  },
  {
    what: 'a company id is not a number',
    world: (world) => link(world, 'Contoso Dental Group', 'CONTOSO'),
    check: 'company links',
    says: /Contoso Dental Group \("CONTOSO"\)/,
    fix: /Correct the ids/,
  },
  {
    what: 'a customer is given a mode under a name that nobody has',
    env: { BILLING_MODE_ORGANIZATIONS: 'Contoso Dental=shadow' },
    check: 'names in settings',
    says: /BILLING_MODE_ORGANIZATIONS: Cloudmore knows no organization "Contoso Dental"\. Did you mean "Contoso Dental Group"\?/,
    fix: /they stop every run/,
  },
  {
    what: 'a service is excluded under a name that nobody has, and a company is shared that is nobody’s',
    env: { EXCLUDE_SERVICES: 'Microsft 365', ALLOW_SHARED_COMPANIES: '999' },
    check: 'names in settings',
    says: /EXCLUDE_SERVICES: Cloudmore knows no service with a line "Microsft 365".*ALLOW_SHARED_COMPANIES: .*"999"/,
    fix: /they stop every run/,
  },
  {
    what: 'two organizations share a company',
    world: (world) => link(world, 'Adventure Works Cycles', String(FABRIKAM_COMPANY)),
    check: 'shared companies',
    says: /company 29683540 belongs to .*Adventure Works Cycles/,
    fix: /ALLOW_SHARED_COMPANIES/,
  },
  {
    what: 'a company is not in Autotask',
    world: (world) => link(world, 'Adventure Works Cycles', '999'),
    check: 'companies in Autotask',
    says: /no company for Adventure Works Cycles \(999\)/,
    fix: /not its account number/,
  },
  {
    what: 'a company is inactive',
    world: ({ autotask }) => void (autotask.companies.find(({ id }) => id === FABRIKAM_COMPANY)!.isActive = false),
    check: 'companies in Autotask',
    says: /inactive: Fabrikam Logistics/,
    fix: /Activate/,
  },
  {
    what: 'a company is billed in another currency',
    world: (world) => void (organization(world, 'Contoso Dental Group').currencyCode = 'NOK'),
    check: 'currencies',
    says: /Contoso Dental Group \(NOK, company EUR\)/,
    fix: /never converted/,
  },
  {
    what: 'the user sees no Microsoft service',
    world: ({ cloudmore }) =>
      cloudmore.services.forEach((service) => Object.assign(service, { type: 'Custom', isCustomService: true })),
    check: 'Cloudmore log-in',
    says: /no Microsoft service/,
    fix: /Global Admin/,
  },
  {
    what: 'a first month takes longer than a night',
    env: { AUTOTASK_CALLS_PER_HOUR: '250' },
    world: ({ cloudmore }) => {
      const [one] = cloudmore.subscriptions.nce!;
      cloudmore.subscriptions.nce!.push(
        ...Array.from({ length: 900 }, (_, index) => ({
          ...one,
          id: `f8f54385-7297-53b4-9ffd-${String(index).padStart(12, '0')}`,
        })),
      );
    },
    check: 'time for a month',
    says: /912 subscriptions takes about 2741 calls: 11 hours/,
    fix: /--organization NAME/,
  },
  // ------------------------------------------------------------------------------------------------ Autotask
  {
    what: 'our share of calls is more than the tenant has',
    world: behaviour({ callsPerHour: 4000 }),
    check: 'call budget',
    says: /AUTOTASK_CALLS_PER_HOUR is 5000, the tenant has 4000/,
    fix: /at most 2000/,
  },
  {
    what: 'the user-defined field was never made',
    env: { SUBSCRIPTION_UDF: 'Microsoft Id' },
    check: 'SUBSCRIPTION_UDF',
    says: /no user-defined field "Microsoft Id"; they have Subscription ID/,
    fix: /Text \(Single Line\)/,
  },
  {
    what: 'the user-defined field is a date',
    world: ({ autotask }) => (autotask.userDefinedFields = { Contracts: [{ name: 'Subscription ID', type: 'Date' }] }),
    check: 'SUBSCRIPTION_UDF',
    says: /of type Date/,
    fix: /Text \(Single Line\)/,
  },
  {
    what: 'the service billing code is not there',
    env: { AUTOTASK_SERVICE_BILLING_CODE_ID: '1' },
    check: 'AUTOTASK_SERVICE_BILLING_CODE_ID',
    says: /there is no billing code 1/,
    fix: /29682801 \(Cloud subscriptions\)/,
  },
  {
    what: 'service and product billing code are swapped',
    env: { AUTOTASK_SERVICE_BILLING_CODE_ID: '29682802' },
    check: 'AUTOTASK_SERVICE_BILLING_CODE_ID',
    says: /29682802.*another use type/,
    fix: /Recurring Contract Service Code/,
  },
  {
    what: 'the service billing code is inactive',
    env: { AUTOTASK_SERVICE_BILLING_CODE_ID: '29682803' },
    check: 'AUTOTASK_SERVICE_BILLING_CODE_ID',
    says: /29682803 \(Hosted mail.*is inactive/,
    fix: /Activate/,
  },
  {
    what: 'the product billing code bills nobody',
    world: ({ autotask }) => void (autotask.billingCodes.find(({ id }) => id === 29682802)!.billingCodeType = 2),
    check: 'AUTOTASK_PRODUCT_BILLING_CODE_ID',
    says: /29682802 \(Cloud consumption\) is of the type Non-Billable/,
    fix: /Material Cost Code/,
  },
  {
    what: 'the product billing code is of another use type',
    env: { AUTOTASK_PRODUCT_BILLING_CODE_ID: '29682801' },
    check: 'AUTOTASK_PRODUCT_BILLING_CODE_ID',
    says: /another use type/,
    fix: /Material Cost Code/,
  },
  {
    what: 'the SLA is not there',
    env: { AUTOTASK_SLA_ID: '99' },
    check: 'AUTOTASK_SLA_ID',
    says: /99 is not an active service level agreement/,
    fix: /1 \(Standard\)/,
  },
  {
    what: 'a picklist label was renamed',
    world: ({ autotask }) =>
      (autotask.picklists = { ...autotask.picklists, 'ContractCharges.chargeType': [{ value: '1', label: 'Betrieb' }] }),
    check: 'picklists',
    says: /"Operational" in ContractCharges\.chargeType/,
    fix: /English label/,
  },
  {
    what: 'no currency is the internal one',
    world: ({ autotask }) => (autotask.currencies = [{ id: 1, name: 'EUR', isInternalCurrency: false }]),
    check: 'Autotask log-in',
    says: /no currency is marked as internal/,
    fix: /Admin > Currencies/,
  },
  {
    what: 'the API user may not make services',
    world: denied('Services.create', 'Services.update'),
    check: 'rights on Services',
    says: /may not create, update/,
    fix: /Security Levels/,
  },
  {
    what: 'the API user may not change contracts',
    world: denied('Contracts.update'),
    check: 'rights on Contracts',
    says: /may not update/,
    fix: /security level/,
  },
  {
    what: 'the API user may not see units',
    world: denied('ContractServiceUnits.query'),
    check: 'rights on ContractServiceUnits',
    says: /may not query/,
    fix: /security level/,
  },
  {
    what: 'the API user may not adjust',
    world: denied('ContractServiceAdjustments.create'),
    check: 'rights on ContractServiceAdjustments',
    says: /may not create/,
    fix: /security level/,
  },
  {
    what: 'the API user may not delete charges',
    world: denied('ContractCharges.delete'),
    check: 'rights on ContractCharges',
    says: /may not delete/,
    fix: /security level/,
  },
  {
    what: 'the API user may not change contracts, which Autotask says as a number',
    world: behaviour({ denied: ['Contracts.update'], accessValues: 'numbers' }),
    check: 'rights on Contracts',
    says: /may not update/,
    fix: /security level/,
  },
  {
    what: 'the API user sees only some contracts',
    world: behaviour({ hidesAdded: ['Contracts'] }),
    check: 'rights on Contracts',
    says: /may query only some of them: the program would make the others again/,
    fix: /unrestricted view/,
  },
  {
    what: 'the API user sees only some charges, which Autotask says as a number',
    world: behaviour({ hidesAdded: ['ContractCharges'], accessValues: 'numbers' }),
    check: 'rights on ContractCharges',
    says: /may query only some/,
    fix: /unrestricted view/,
  },
  {
    what: 'the API user does not see costs',
    world: behaviour({ costs: 'hidden' }),
    check: 'costs',
    says: /come back empty/,
    fix: /see costs/,
  },
];
