import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AutotaskConfig } from './autotask/config.js';
import { fold } from './billing/basics/text.js';
import type { ExportType, Settings } from './billing/types.js';
import { REPORT_SOURCES, type CloudmoreConfig, type ReportSource } from './cloudmore/config.js';
import type { Mode } from './messages/messages.js';
import { commaList as list } from './comma-list.js';
import { MAY_BE_ABSENT } from './cloudmore/derivable.js';
import { ConfigError, type Environment } from './environment.js';
import { decodeText, whyNoFile } from './files.js';
import { isAllowedUrl } from './http/hosts.js';
import { Secret } from './http/secret.js';
import { misspelt } from './misspelt.js';
import { LEVELS, type LogLevel } from './log-levels.js';
import { MODES, type OrganizationMode } from './modes.js';
import { MAILED_FORMATS, type NoticeSettings } from './notices/settings.js';
import { WEB_VARIABLES, webSettings } from './web-settings.js';
import { publicWebUiUrl } from './web-ui.js';
import {
  companyIds,
  decimal,
  evidencePlace,
  httpAddress,
  idRequired,
  organizationModes,
  recordTypes,
  required,
  shownValue,
  timeZone,
  url,
  whole,
  type HttpAddress,
} from './setting-values.js';
import {
  aboutBreakers,
  BREAKER_LIMITS,
  BREAKERS_OFF,
  breakersBy,
  type BreakerLimit,
  type BreakerSetting,
} from './billing/plan/breaker-limits.js';

/**
 * Settings from environment variables (`.env.example` lists them), checked at once: anyone who sets the product up fixes everything in one go. Secrets are
 * wrapped, so that no message and no log can show them.
 */

const CSV_SEPARATORS = [',', ';'] as const;
export type CsvSeparator = (typeof CSV_SEPARATORS)[number];

export interface Config {
  broker: string;
  cloudmore: CloudmoreConfig;
  autotask: AutotaskConfig;
  settings: Settings;
  /** `BILLING_MODE`: the most a run may do. */
  mode: Mode;
  /** Whether `BILLING_MODE` has a value, or `shadow` is only its default. */
  isModeSet: boolean;
  organizationModes: OrganizationMode[];
  /** `on`, `off`, or the organization that is billed alone first; null where nothing is said. */
  canary: string | null;
  /** Ids or names of Cloudmore services that are left out, as in `settings`. */
  excludeServices: string[];
  /** Record types that are billed, as in `settings`. */
  exportRecordTypes: ExportType[];
  /** Sales or cost that a release may move by the word of one person; null: any. */
  twoPersonsAbove: string | null;
  /** Whether customers' names and sizes of amounts may stand in Temporal's index, in the clear. */
  namesInSearch: boolean;
  recheckDays: number;
  /** `REPORT_MONTH_OFFSET`: so many months later than the billed month is that of its report (rule 1.9). */
  reportMonthOffset: number;
  /** `REPORT_SOURCE`: what lines that Microsoft's invoice carries are billed from (rule 1.10). */
  reportSource: ReportSource;
  /** Day of the next month by which a month is approved, posted and invoiced; `status` says where it is not. */
  invoiceByDay: number;
  /** What separates the cells of a CSV. */
  csvSeparator: CsvSeparator;
  surveyMaxAgeMs: number;
  /** Hosts that may be asked over http although they are not on this machine. */
  allowHttpHosts: string[];
  schedule: { cron: string; timeZone: string };
  evidence: string;
  /** Folder of the keys that sign evidence. */
  keys: string;
  /** Folder with a file of settings for each of many brokers. */
  brokers: string;
  /** Where a worker's health and metrics can be asked for; null: nowhere. */
  http: HttpAddress | null;
  /** Where traces are sent, by OTLP over HTTP; null: nowhere. */
  traces: string | null;
  /** What a worker's log shows at least. */
  logLevel: LogLevel;
  /** Whether a new version of the worker makes itself the current one, or waits for `billing deploy promote`. */
  promotion: Promotion;
  notices: NoticeSettings;
  /** Our share of the tenant's calls to Autotask. */
  callsPerHour: number;
  /** Variables that look like our settings but are not, with the nearest name: likely misspelt. */
  warnings: string[];
  /** Files of secrets that cannot be read, where the value next to them counts instead. */
  unreadFiles: string[];
  /** Settings that are right and that everybody should know of: breakers that are off, or mean something else than they did. */
  remarks: string[];
}

export const PROMOTIONS = ['itself', 'by-hand'] as const;
export type Promotion = (typeof PROMOTIONS)[number];

/** What every command needs. */
export type BaseConfig = Omit<Config, 'cloudmore' | 'autotask' | 'settings'>;

// ---------------------------------------------------------------------------------------------------------------- the schema

const BASE = {
  BILLING_BROKER: z
    .string()
    .regex(
      /^(?=.{1,60}$)[a-z\d]([\w.-]*[a-z\d])?$/i,
      'expected letters, digits, dots and dashes, a letter or digit first and last',
    )
    .default('default'),
  BILLING_MODE: z.enum(MODES, { error: 'expected shadow, approve or auto' }).optional(),
  BILLING_MODE_ORGANIZATIONS: organizationModes,
  BILLING_CANARY: z
    .string()
    .transform((text) => (/^(on|off)$/i.test(text) ? text.toLowerCase() : text))
    .optional(),
  EXPORT_RECORD_TYPES: recordTypes,
  EXCLUDE_SERVICES: list,
  BILLING_TWO_PERSONS_ABOVE: decimal.optional(),
  BILLING_NAMES_IN_SEARCH: z.enum(['true', 'false'], { error: 'expected true or false' }).default('false'),
  BILLING_RECHECK_DAYS: whole('a number of days', 0).max(28, 'expected at most 28 days').default(10),
  REPORT_SOURCE: z.enum(REPORT_SOURCES, { error: 'expected billing-report or invoice' }).default('billing-report'),
  REPORT_MONTH_OFFSET: whole('-1, 0 or 1', -1).max(1, 'expected -1, 0 or 1').default(0),
  INVOICE_BY_DAY: whole('a day of the month', 1).max(28, 'expected a day from 1 to 28').default(10),
  CSV_SEPARATOR: z.enum(CSV_SEPARATORS, { error: 'expected , or ;' }).default(','),
  BILLING_SCHEDULE: z
    .string()
    .regex(/^\S+(\s+\S+){4}$/, 'expected a cron expression of five fields, such as 0 3 * * *')
    .default('0 3 * * *'),
  BILLING_TIMEZONE: timeZone.default('UTC'),
  BILLING_EVIDENCE: evidencePlace.default('file:.billing/evidence'),
  BILLING_KEYS: z.string().min(1).default('.billing/keys'),
  BILLING_BROKERS: z.string().min(1).default('brokers'),
  BILLING_HTTP: httpAddress,
  LOG_LEVEL: z
    .string()
    .toUpperCase()
    .pipe(z.enum(LEVELS, { error: 'expected trace, debug, info, warn or error' }))
    .default('INFO'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  BILLING_PROMOTION: z.enum(PROMOTIONS, { error: 'expected itself or by-hand' }).default('itself'),
  SURVEY_MAX_AGE: whole('minutes', 0).default(10),
  ALLOW_HTTP_HOSTS: list,
  AUTOTASK_CALLS_PER_HOUR: whole('calls per hour', 1).max(10_000, 'Autotask allows 10000 calls an hour').default(5000),
  NOTICE_WEBHOOK: url.optional(),
  NOTICE_HEARTBEAT: url.optional(),
  NOTICE_SMTP: z
    .string()
    .refine((text) => URL.canParse(text) && /^smtps?:/.test(text), 'expected smtp://USER:PASSWORD@HOST:PORT, or smtps://…')
    .optional(),
  NOTICE_MAIL_FROM: z.string().default('billing@localhost'),
  NOTICE_MAIL_TO: list,
  NOTICE_MONTHLY_REPORT: z.enum(['off', ...MAILED_FORMATS], { error: 'expected off, html, xlsx or csv' }).default('off'),
  NOTICE_REPORT_DAY: whole('a day of the month', 1).max(28, 'expected a day from 1 to 28').default(12),
};

const CLOUDMORE = {
  CLOUDMORE_URL: url.default('https://api.cloudmore.com'),
  CLOUDMORE_RESELLER_ID: required('the reseller id that Cloudmore gave you'),
  CLOUDMORE_USERNAME: required('the name of a Cloudmore administrator with REST API access'),
  CLOUDMORE_PASSWORD: required("that administrator's password"),
  CLOUDMORE_CLIENT_SECRET: required('the API secret that Cloudmore gave you'),
  COMPANY_PROPERTY: z.string().default('AutotaskCompanyID'),
  CLOUDMORE_ABSENT: list,
};

const AUTOTASK = {
  AUTOTASK_URL: url.optional(),
  AUTOTASK_USERNAME: required("the API user's username (key)"),
  AUTOTASK_SECRET: required("the API user's password (secret)"),
  AUTOTASK_INTEGRATION_CODE: required('the API tracking identifier'),
  AUTOTASK_THREADS: whole('requests in flight per endpoint', 1)
    .max(3, 'Autotask allows 3 requests in flight per endpoint')
    .default(2),
  SUBSCRIPTION_UDF: z.string().default('Subscription ID'),
};

const BREAKER_SETTINGS = Object.fromEntries(
  Object.values<BreakerLimit>(BREAKER_LIMITS).map((limit) => [limit.setting, breakerLimit(limit)]),
) as Record<BreakerSetting, z.ZodType<number | string>>;

function breakerLimit({ expected, default: usual, most }: BreakerLimit): z.ZodType<number | string> {
  if (typeof usual === 'string') return decimal.default(usual);
  const number = whole(`${expected}, 0 turns it off`, 0);
  return (most === undefined ? number : number.max(most, `expected at most ${most}`)).default(usual);
}

const SETTINGS = {
  AUTOTASK_SERVICE_BILLING_CODE_ID: idRequired('the id of an active Recurring Contract Service Code'),
  AUTOTASK_PRODUCT_BILLING_CODE_ID: idRequired('the id of an active Material Cost Code'),
  AUTOTASK_SLA_ID: idRequired('a value of the picklist Contracts.serviceLevelAgreementID'),
  ALLOW_SHARED_COMPANIES: companyIds,
  CONTRACT_INVOICE_DESCRIPTION: z.string().default('{product}'),
  AFTER_FREEZE: z.enum(['hold', 'charge'], { error: 'expected hold or charge' }).default('hold'),
  INACTIVE_SERVICES: z.enum(['suffix', 'reactivate'], { error: 'expected suffix or reactivate' }).default('suffix'),
  FOREIGN_COST: z
    .enum(['as-reported', 'convert', 'hold'], { error: 'expected as-reported, convert or hold' })
    .default('as-reported'),
  GHOST_AFTER_DAY: whole('a day of the month', 1).max(28, 'expected a day from 1 to 28').default(20),
  BREAKERS: z.enum(['on', 'off'], { error: 'expected on or off' }).default('on'),
  ...BREAKER_SETTINGS,
};

const SECRETS = [
  'NOTICE_WEBHOOK',
  'NOTICE_SMTP',
  'NOTICE_HEARTBEAT',
  'BILLING_EVIDENCE',
  'CLOUDMORE_PASSWORD',
  'CLOUDMORE_CLIENT_SECRET',
  'CLOUDMORE_USERNAME',
  'CLOUDMORE_RESELLER_ID',
  'AUTOTASK_SECRET',
  'AUTOTASK_INTEGRATION_CODE',
  'AUTOTASK_USERNAME',
];

/** Every variable there is, for `.env.example`, documentation and the check for misspelt ones. */
export const VARIABLES = [
  ...Object.keys({ ...BASE, ...CLOUDMORE, ...AUTOTASK, ...SETTINGS }),
  ...SECRETS.map((name) => `${name}_FILE`),
];

// ---------------------------------------------------------------------------------------------------------------- loading

/** What a command needs that talks to neither vendor. */
export function loadBaseConfig(environment: Environment): BaseConfig {
  const problems: string[] = [];
  const base = check(z.object(BASE), values(environment, problems), problems);
  if (!base || problems.length > 0) throw new ConfigError(problems);
  return baseConfig(base, environment);
}

/** Everything. Throws a `ConfigError` that names every problem at once. */
export function loadConfig(environment: Environment): Config {
  const problems: string[] = [];
  const found = values(environment, problems);
  const parsed = check(z.object({ ...BASE, ...CLOUDMORE, ...AUTOTASK, ...SETTINGS }), found, problems);
  problems.push(...misspelt(environment, VARIABLES, WEB_VARIABLES));
  if (parsed) problems.push(...unknownMembers(parsed));
  if (!parsed || problems.length > 0) throw new ConfigError(problems);
  return {
    ...baseConfig(parsed, environment),
    cloudmore: {
      url: parsed.CLOUDMORE_URL,
      resellerId: parsed.CLOUDMORE_RESELLER_ID,
      username: parsed.CLOUDMORE_USERNAME,
      password: new Secret(parsed.CLOUDMORE_PASSWORD),
      clientSecret: new Secret(parsed.CLOUDMORE_CLIENT_SECRET),
      companyProperty: parsed.COMPANY_PROPERTY,
      absentMembers: parsed.CLOUDMORE_ABSENT,
      reportMonthOffset: parsed.REPORT_MONTH_OFFSET,
      reportSource: parsed.REPORT_SOURCE,
    },
    autotask: {
      url: parsed.AUTOTASK_URL ?? null,
      username: parsed.AUTOTASK_USERNAME,
      secret: new Secret(parsed.AUTOTASK_SECRET),
      integrationCode: new Secret(parsed.AUTOTASK_INTEGRATION_CODE),
      callsPerHour: parsed.AUTOTASK_CALLS_PER_HOUR,
      threads: parsed.AUTOTASK_THREADS,
      subscriptionUdf: parsed.SUBSCRIPTION_UDF,
    },
    settings: settingsOf(parsed),
  };
}

type Parsed = z.infer<z.ZodObject<typeof BASE & typeof CLOUDMORE & typeof AUTOTASK & typeof SETTINGS>>;

const baseConfig = (parsed: z.infer<z.ZodObject<typeof BASE>>, environment: Environment): BaseConfig => ({
  broker: parsed.BILLING_BROKER,
  mode: parsed.BILLING_MODE ?? 'shadow',
  isModeSet: parsed.BILLING_MODE !== undefined,
  organizationModes: parsed.BILLING_MODE_ORGANIZATIONS,
  canary: parsed.BILLING_CANARY ?? null,
  excludeServices: parsed.EXCLUDE_SERVICES,
  exportRecordTypes: parsed.EXPORT_RECORD_TYPES,
  twoPersonsAbove: parsed.BILLING_TWO_PERSONS_ABOVE ?? null,
  namesInSearch: parsed.BILLING_NAMES_IN_SEARCH === 'true',
  recheckDays: parsed.BILLING_RECHECK_DAYS,
  reportMonthOffset: parsed.REPORT_MONTH_OFFSET,
  reportSource: parsed.REPORT_SOURCE,
  invoiceByDay: parsed.INVOICE_BY_DAY,
  csvSeparator: parsed.CSV_SEPARATOR,
  surveyMaxAgeMs: parsed.SURVEY_MAX_AGE * 60_000,
  allowHttpHosts: parsed.ALLOW_HTTP_HOSTS,
  schedule: { cron: parsed.BILLING_SCHEDULE, timeZone: parsed.BILLING_TIMEZONE },
  notices: {
    webhook: parsed.NOTICE_WEBHOOK === undefined ? null : new Secret(parsed.NOTICE_WEBHOOK),
    mail:
      parsed.NOTICE_SMTP === undefined
        ? null
        : { smtp: new Secret(parsed.NOTICE_SMTP), from: parsed.NOTICE_MAIL_FROM, to: parsed.NOTICE_MAIL_TO },
    heartbeat: parsed.NOTICE_HEARTBEAT === undefined ? null : new Secret(parsed.NOTICE_HEARTBEAT),
    monthlyReport: parsed.NOTICE_MONTHLY_REPORT === 'off' ? null : parsed.NOTICE_MONTHLY_REPORT,
    reportDay: parsed.NOTICE_REPORT_DAY,
    webUi: publicWebUiUrl(environment),
    page: webSettings(environment).url,
  },
  evidence: parsed.BILLING_EVIDENCE,
  keys: parsed.BILLING_KEYS,
  brokers: parsed.BILLING_BROKERS,
  http: parsed.BILLING_HTTP,
  traces: parsed.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
  logLevel: parsed.LOG_LEVEL,
  promotion: parsed.BILLING_PROMOTION,
  callsPerHour: parsed.AUTOTASK_CALLS_PER_HOUR,
  warnings: misspelt(environment, VARIABLES, WEB_VARIABLES),
  unreadFiles: unreadFiles(environment),
  remarks: aboutBreakers(environment),
});

const settingsOf = (parsed: Parsed): Settings => ({
  broker: parsed.BILLING_BROKER,
  exportRecordTypes: parsed.EXPORT_RECORD_TYPES,
  excludeServices: parsed.EXCLUDE_SERVICES,
  allowSharedCompanies: parsed.ALLOW_SHARED_COMPANIES,
  serviceBillingCodeId: parsed.AUTOTASK_SERVICE_BILLING_CODE_ID,
  productBillingCodeId: parsed.AUTOTASK_PRODUCT_BILLING_CODE_ID,
  slaId: parsed.AUTOTASK_SLA_ID,
  contractInvoiceDescription: parsed.CONTRACT_INVOICE_DESCRIPTION,
  afterFreeze: parsed.AFTER_FREEZE,
  ghostAfterDay: parsed.GHOST_AFTER_DAY,
  inactiveServices: parsed.INACTIVE_SERVICES,
  foreignCost: parsed.FOREIGN_COST,
  breakers: breakersOf(parsed),
});

const breakersOf = (parsed: Parsed): Settings['breakers'] =>
  parsed.BREAKERS === 'off' ? BREAKERS_OFF : breakersBy(({ setting }) => parsed[setting]);

/** Variables with blank ones left out, and secrets taken from files where `…_FILE` names one. */
function values(environment: Environment, problems: string[]): Environment {
  const found: Environment = Object.fromEntries(Object.entries(environment).filter(([, value]) => (value ?? '').trim() !== ''));
  for (const name of SECRETS) {
    const path = found[`${name}_FILE`];
    if (path === undefined || found[name] !== undefined) continue;
    const read = readSecret(path);
    if ('secret' in read) found[name] = read.secret;
    else {
      problems.push(
        `${name}_FILE names ${shownPath(path)}, which cannot be read: ${read.why}. Expected a file that contains only the secret.`,
      );
      found[name] = path; // One problem is enough: that it is not set as well helps nobody.
    }
  }
  if (found.NOTICE_SMTP !== undefined && found.NOTICE_MAIL_TO === undefined)
    problems.push('NOTICE_MAIL_TO: is not set; expected the addresses that NOTICE_SMTP sends to, comma-separated');
  problems.push(...unsafeAddresses(found));
  return found;
}

/** A sentence for each file of a secret that nobody misses, because the value stands next to it: what somebody writes into it later would be read by nobody. */
const unreadFiles = (environment: Environment): string[] =>
  SECRETS.flatMap((name) => {
    const path = environment[`${name}_FILE`]?.trim() ?? '';
    if (path === '' || (environment[name] ?? '').trim() === '') return [];
    const read = readSecret(path);
    return 'why' in read
      ? [`${name}_FILE names ${shownPath(path)}, which cannot be read (${read.why}); the value of ${name} counts`]
      : [];
  });

/** `CLOUDMORE_ABSENT` takes away a question that the report could not answer; an unknown name would remove nothing, without a word. */
function unknownMembers({
  CLOUDMORE_ABSENT: absent,
  COMPANY_PROPERTY: property,
}: Pick<Parsed, 'CLOUDMORE_ABSENT' | 'COMPANY_PROPERTY'>): string[] {
  const known = [...MAY_BE_ABSENT, property];
  return absent
    .filter((name) => !known.some((one) => fold(one) === fold(name)))
    .map((name) => `CLOUDMORE_ABSENT: ${shownValue(name)} is not one of ${known.join(', ')}`);
}

/** A path as it may be shown: what looks like the secret itself, put there by mistake, is not. */
const shownPath = (path: string): string =>
  path.includes('@') || path.includes('://') || !/[/\\.]/.test(path) || path.length > LONGEST_PATH ? 'what is not a path' : path;
const LONGEST_PATH = 260;

/** Addresses that credentials and customers' data are sent to. */
const ADDRESSES = ['CLOUDMORE_URL', 'AUTOTASK_URL', 'NOTICE_WEBHOOK', 'NOTICE_HEARTBEAT'];

/** The value is not shown: an address may carry a password or be one. */
function unsafeAddresses(found: Environment): string[] {
  const allowed = (found.ALLOW_HTTP_HOSTS ?? '').split(',').map((host) => host.trim());
  return ADDRESSES.filter((name) => {
    const address = found[name];
    return address !== undefined && /^http:/i.test(address) && URL.canParse(address) && !isAllowedUrl(address, allowed);
  }).map(
    (name) =>
      `${name}: expected https://, because others could read what is sent there; to allow it anyway, name its host in ALLOW_HTTP_HOSTS`,
  );
}

function readSecret(path: string): { secret: string } | { why: string } {
  try {
    const secret = decodeText(readFileSync(path)).trim();
    return secret === '' ? { why: 'it is empty' } : { secret };
  } catch (error) {
    return { why: whyNoFile(error) ?? String(error) };
  }
}

function check<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  found: Environment,
  problems: string[],
): z.infer<z.ZodObject<Shape>> | null {
  const result = schema.safeParse(found);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    const variable = String(path[0]);
    const value = found[variable];
    const seen = value === undefined || SECRETS.includes(variable) ? '' : ` (found ${shownValue(value)})`;
    problems.push(`${variable}: ${message}${seen}`);
  }
  return null;
}
