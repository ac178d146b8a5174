import { companyIdOf } from '../../shared/billing/facts.js';
import { present } from '../../shared/billing/text.js';
import { ConfigError, loadBaseConfig, loadConfig, type Config } from '../../shared/config.js';
import { SEARCH_ATTRIBUTES } from '../../shared/contract.js';
import type { Connection } from '@temporalio/client';
import { Autotask } from '../../shared/autotask/index.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { withTemporal } from '../temporal.js';

/** One thing that was looked at. A finding says what to do; nothing is written anywhere. */
export interface Finding {
  check: string;
  isGood: boolean;
  /** What is there, or what is wrong. */
  text: string;
  fix: string | null;
}

type Check = [name: string, look: () => Promise<string | Problem>];

/** A wrong answer of a check, with its fix. */
class Problem {
  constructor(
    readonly text: string,
    readonly fix: string,
  ) {}
}

const RETENTION_DAYS = 45;
const DAY_SECONDS = 86_400;

/** Checks the set-up from settings to rights. Every check stands alone, so that one failure does not hide the others. */
export async function doctor(context: Context, { json }: { json: boolean }): Promise<ExitCode> {
  const findings: Finding[] = [];
  const config = checkSettings(context, findings);
  for (const check of [...temporalChecks(context), ...(config ? [...cloudmoreChecks(config), ...autotaskChecks(config)] : [])])
    findings.push(await perform(check));
  context.out(json ? JSON.stringify(findings, null, 2) : findings.map(render).join('\n'));
  if (!config) return EXIT.configuration;
  return findings.every(({ isGood }) => isGood) ? EXIT.done : EXIT.waits;
}

const render = ({ check, isGood, text, fix }: Finding): string =>
  `${isGood ? '✓' : '✗'} ${check}: ${text}${fix === null ? '' : `\n    → ${fix}`}`;

function checkSettings(context: Context, findings: Finding[]): Config | null {
  try {
    const config = loadConfig(context.environment);
    findings.push({ check: 'settings', isGood: true, text: `complete; broker ${config.broker}, mode ${config.mode}`, fix: null });
    for (const warning of config.warnings)
      findings.push({ check: 'settings', isGood: false, text: warning, fix: 'Rename or remove the variable.' });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems)
      findings.push({
        check: 'settings',
        isGood: false,
        text: problem,
        fix: 'Set it in the environment or in .env; .env.example explains each.',
      });
    return null;
  }
}

async function perform([check, look]: Check): Promise<Finding> {
  try {
    const seen = await look();
    if (seen instanceof Problem) return { check, isGood: false, text: seen.text, fix: seen.fix };
    return { check, isGood: true, text: seen, fix: null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { check, isGood: false, text, fix: 'Mend this first; other checks may depend on it.' };
  }
}

// ---------------------------------------------------------------------------------------------------------------- Temporal

const temporalChecks = (context: Context): Check[] => [
  [
    'Temporal',
    () =>
      withTemporal(context.environment, async ({ address, namespace }) =>
        Promise.resolve(`reached at ${address}, namespace ${namespace}`),
      ),
  ],
  [
    'retention',
    () =>
      withTemporal(context.environment, async ({ client, namespace }) => {
        const { config } = await client.workflowService.describeNamespace({ namespace });
        const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_SECONDS;
        if (days >= RETENTION_DAYS) return `${days} days`;
        return new Problem(
          `closed workflows are forgotten after ${days} days`,
          `temporal operator namespace update -n ${namespace} --retention 90d`,
        );
      }),
  ],
  [
    'search attributes',
    () =>
      withTemporal(context.environment, async ({ client, namespace }) => {
        const { customAttributes } = await (client.connection as Connection).operatorService.listSearchAttributes({ namespace });
        const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in customAttributes));
        if (missing.length === 0) return SEARCH_ATTRIBUTES.join(', ');
        return new Problem(
          `missing: ${missing.join(', ')}`,
          `temporal operator search-attribute create -n ${namespace} ${missing.map((name) => `--name ${name} --type Keyword`).join(' ')}`,
        );
      }),
  ],
  [
    'schedule',
    () =>
      withTemporal(context.environment, async ({ client }) => {
        const { broker } = loadBaseConfig(context.environment);
        const { state, info } = await client.schedule.getHandle(`daily-billing/${broker}`).describe();
        if (state.paused) return new Problem('paused', 'billing schedule resume');
        return `next run ${info.nextActionTimes[0]?.toISOString() ?? 'never'}`;
      }).catch(() => new Problem('there is none yet', 'billing schedule apply, once a first month was run by hand')),
  ],
];

// ---------------------------------------------------------------------------------------------------------------- Cloudmore

function cloudmoreChecks({ cloudmore: settings, settings: billing }: Config): Check[] {
  const cloudmore = new Cloudmore(settings);
  return [
    ['Cloudmore log-in', async () => `${(await cloudmore.services()).length} services`],
    [
      'company links',
      async () => {
        const organizations = await cloudmore.organizations();
        const linked = organizations.filter(({ companyIdText }) => present(companyIdText) !== null);
        const wrong = linked.filter(({ companyIdText }) => companyIdOf(companyIdText!) === undefined);
        const shared = linked.filter(
          (one) =>
            one.isActive &&
            linked.some(
              (other) =>
                other.id !== one.id && other.isActive && companyIdOf(other.companyIdText!) === companyIdOf(one.companyIdText!),
            ),
        );
        const unwanted = shared.filter(
          ({ companyIdText }) => !billing.allowSharedCompanies.includes(companyIdOf(companyIdText!) ?? -1),
        );
        if (linked.length === 0)
          return new Problem(
            `none of ${organizations.length} organizations has a value in "${settings.companyProperty}"`,
            `Create the organization property ${settings.companyProperty} in Cloudmore and fill in the Autotask company ids.`,
          );
        if (wrong.length > 0)
          return new Problem(
            `no number: ${wrong.map(({ name, companyIdText }) => `${name} ("${companyIdText}")`).join(', ')}`,
            'Correct the ids in Cloudmore.',
          );
        if (unwanted.length > 0)
          return new Problem(
            `shared: ${unwanted.map(({ name, companyIdText }) => `${name} (${companyIdText})`).join(', ')}`,
            'Correct the ids in Cloudmore, or allow them in ALLOW_SHARED_COMPANIES.',
          );
        return `${linked.length} of ${organizations.length} organizations are linked; the others are not exported`;
      },
    ],
  ];
}

// ---------------------------------------------------------------------------------------------------------------- Autotask

type Row = Record<string, unknown>;

function autotaskChecks({ autotask: settings, settings: billing }: Config): Check[] {
  const autotask = new Autotask(settings);
  const query = async (entity: string, id: number): Promise<Row | undefined> =>
    lower((await autotask.query(entity, [{ op: 'eq', field: 'id', value: id }]))[0]);
  const useType = (label: string): Promise<number> => autotask.picklists.value('BillingCodes', 'useType', label);
  const billingCode = (name: string, id: number, label: string): Check => [
    name,
    async () => {
      const code = await query('BillingCodes', id);
      if (!code)
        return new Problem(
          `there is no billing code ${id}`,
          `Set ${name} to the id of an active ${label}; the number shown in Autotask's UI is not the id.`,
        );
      if (code.isactive !== true)
        return new Problem(`billing code ${id} (${String(code.name)}) is inactive`, 'Activate it, or name another.');
      if (Number(code.usetype) !== (await useType(label)))
        return new Problem(`billing code ${id} (${String(code.name)}) has another use type`, `Name an active ${label}.`);
      return `${id} (${String(code.name)})`;
    },
  ];
  return [
    [
      'Autotask log-in',
      async () =>
        `${(await autotask.readCurrencies()).find(({ isInternal }) => isInternal)?.code ?? 'no'} is the internal currency`,
    ],
    ['call budget', () => callBudget(autotask, settings.callsPerHour)],
    ['SUBSCRIPTION_UDF', () => subscriptionUdf(autotask, settings.subscriptionUdf)],
    billingCode('AUTOTASK_SERVICE_BILLING_CODE_ID', billing.serviceBillingCodeId, 'Recurring Contract Service Code'),
    billingCode('AUTOTASK_PRODUCT_BILLING_CODE_ID', billing.productBillingCodeId, 'Material Cost Code'),
    ['AUTOTASK_SLA_ID', () => sla(autotask, billing.slaId)],
    ['picklists', () => picklists(autotask)],
    ...['Services', 'Products', 'Contracts', 'ContractCharges'].map((entity): Check => [
      `rights on ${entity}`,
      () => rights(autotask, entity),
    ]),
    ['costs', () => costs(autotask)],
  ];
}

const lower = (record: unknown): Row | undefined =>
  typeof record === 'object' && record !== null
    ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]))
    : undefined;

async function callBudget(autotask: Autotask, ours: number): Promise<string | Problem> {
  const answer = lower(await autotask.get('ThresholdInformation')) ?? {};
  const limit = Number(answer.externalrequestthreshold);
  const used = Number(answer.currenttimeframerequestcount);
  if (ours > limit)
    return new Problem(
      `AUTOTASK_CALLS_PER_HOUR is ${ours}, the tenant has ${limit} for all its tools`,
      `Set it to at most ${Math.floor(limit / 2)}.`,
    );
  return `${used} of ${limit} calls used in the last hour by all tools; our share is ${ours}`;
}

async function subscriptionUdf(autotask: Autotask, name: string): Promise<string | Problem> {
  const { fields } = (await autotask.get('Contracts/entityInformation/userDefinedFields')) as { fields?: Row[] };
  const field = (fields ?? []).find((candidate) => String(candidate.name).toLowerCase() === name.toLowerCase());
  if (field) return `contracts have the user-defined field "${name}"`;
  return new Problem(
    `contracts have no user-defined field "${name}"`,
    'Create it in Autotask: Admin > User-Defined Fields > Contracts, type Text (Single Line).',
  );
}

async function sla(autotask: Autotask, id: number): Promise<string | Problem> {
  const field = (await autotask.picklists.fields('Contracts')).find(
    ({ name }) => name.toLowerCase() === 'servicelevelagreementid',
  );
  const values = field?.picklistvalues ?? [];
  const found = values.find(({ value, isactive }) => Number(value) === id && isactive !== false);
  if (found) return `${id} (${found.label ?? ''})`;
  return new Problem(
    `${id} is no active service level agreement`,
    `Expected one of: ${values.map(({ value, label }) => `${value} (${label ?? ''})`).join(', ') || 'none is defined in Autotask'}`,
  );
}

async function picklists(autotask: Autotask): Promise<string> {
  const wanted = [
    ['Contracts', 'contractType', 'Recurring Service'],
    ['Contracts', 'contractPeriodType', 'Monthly'],
    ['Contracts', 'status', 'Active'],
    ['Services', 'periodType', 'Monthly'],
    ['ContractCharges', 'chargeType', 'Operational'],
  ] as const;
  for (const [entity, field, label] of wanted) await autotask.picklists.value(entity, field, label);
  return 'all labels we need are there';
}

async function rights(autotask: Autotask, entity: string): Promise<string | Problem> {
  const { info } = (await autotask.get(`${entity}/entityInformation`)) as { info?: Row };
  const denied = ['useraccessforquery', 'useraccessforcreate', 'useraccessforupdate'].filter((right) => saysNone(info?.[right]));
  if (denied.length === 0) return 'query, create and update';
  return new Problem(
    `the API user may not ${denied.map((right) => right.replace('useraccessfor', '')).join(', ')}`,
    "Give the API user's security level these rights.",
  );
}

/** Without the permission costs come back empty; then nothing is billed, because an empty cost would be posted again and again. */
async function costs(autotask: Autotask): Promise<string | Problem> {
  const services = await autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }], {
    includeFields: ['id', 'unitCost'],
  });
  if (services.length === 0) return 'no service yet to see the cost of';
  const shown = services.filter((service) => (lower(service)?.unitcost ?? null) !== null).length;
  if (shown > 0) return `the cost of ${shown} of ${services.length} services is shown`;
  return new Problem(
    `no cost is shown of any of ${services.length} services: the API user may not see costs`,
    "Give the API user's security level the permission to view cost.",
  );
}

const saysNone = (access: unknown): boolean => typeof access === 'string' && access.toLowerCase() === 'none';
