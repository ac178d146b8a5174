import { z } from 'zod';
import type { Autotask, Currency } from '../../shared/autotask/index.js';
import { companyIdOf } from '../../shared/billing/report/facts.js';
import { advised, command } from '../../shared/billing/basics/command.js';
import { fold, groupBy, present, same } from '../../shared/billing/basics/text.js';
import type { Company, Month, Settings, Subscription } from '../../shared/billing/types.js';
import { unlinkedOf, unlinkedSum, unlinkedText } from '../../shared/billing/report/unlinked.js';
import type { Cloudmore } from '../../shared/cloudmore/index.js';
import type { Config } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { readNames } from '../../shared/evidence/named.js';
import { canaryCustomer, unknownNames } from '../../shared/known-names.js';
import { listed, Problem, type Check } from './check.js';

/** Cloudmore's side, and the link from its organizations to Autotask's companies; without Autotask (null) only Cloudmore's own. */

/** An organization as its detail has it. */
interface Linked {
  id: string;
  name: string;
  isActive: boolean;
  companyIdText: string | null;
  currency: string | null;
}

/** Of `month` it is told which customers have lines and no company. */
export function cloudmoreChecks(
  config: Config,
  { cloudmore, autotask }: { cloudmore: Cloudmore; autotask: Autotask | null },
  month: Month,
): [Check, ...Check[]] {
  const property = config.cloudmore.companyProperty;
  const organizations = once(() => readOrganizations(cloudmore, property));
  const linked: Check[] = [
    { name: 'company property', look: () => companyProperty(cloudmore, property) },
    { name: 'company links', look: async () => links(await organizations(), property) },
    { name: 'customers without company', look: async () => unlinked(cloudmore, await organizations(), month) },
    { name: 'names in settings', look: async () => names(config, cloudmore, await organizations(), month) },
    { name: 'shared companies', look: async () => shared(await organizations(), config.settings.allowSharedCompanies) },
    { name: 'time for a month', look: async () => budget(config, await cloudmore.subscriptions(), await organizations()) },
  ];
  const logIn: Check = { name: 'Cloudmore log-in', look: async () => services(await cloudmore.services()) };
  return [logIn, ...linked, ...(autotask === null ? [] : comparedChecks(autotask, organizations, config.settings))];
}

/** What only both sides together tell. */
function comparedChecks(autotask: Autotask, organizations: () => Promise<Linked[]>, settings: Settings): Check[] {
  const companies = once(async () => readCompanies(autotask, await organizations()));
  return [
    {
      name: 'costs in another currency',
      look: async () => foreignCosts(await organizations(), await companies(), await autotask.readCurrencies(), settings),
    },
    { name: 'companies in Autotask', look: async () => existing(await organizations(), await companies()) },
    {
      name: 'currencies',
      look: async () => currencies(await organizations(), await companies(), await internal(autotask)),
    },
  ];
}

/** Read once, for all checks that need it; a failure is each one's own. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null;
  return () => (known ??= read());
}

const services = (all: { name: string; isCustom: boolean }[]): string | Problem => {
  const sold = all.filter(({ isCustom }) => !isCustom);
  if (sold.length > 0) return `${all.length} services, ${sold.length} of them Microsoft's`;
  return new Problem(
    'there is no Microsoft service, so there is nothing to bill',
    "Check CLOUDMORE_RESELLER_ID, and that the user's role is Global Admin: other roles see only a part.",
  );
};

const definitionsSchema = z.array(
  z.looseObject({ name: z.string(), type: z.string().nullish(), isOrganizationProperty: z.boolean().nullish() }),
);

async function companyProperty(cloudmore: Cloudmore, name: string): Promise<string | Problem> {
  const how = `In Cloudmore: Settings > Custom properties, type text box, name exactly "${name}", with "Organization property" ticked.`;
  const definitions = definitionsSchema.safeParse(await cloudmore.get('settings/CustomProperties'));
  if (!definitions.success) return 'not compared: Cloudmore lists its properties in an unknown form';
  const found = definitions.data.find((definition) => definition.name === name);
  if (!found) {
    const near = definitions.data.find((definition) => same(definition.name, name));
    return new Problem(`there is no organization property "${name}"${near ? `, but "${near.name}"` : ''}`, how);
  }
  if (found.isOrganizationProperty === false) return new Problem(`"${name}" is not a property of organizations`, how);
  if (!same(found.type ?? 'TextBox', 'TextBox')) return new Problem(`"${name}" is of type ${found.type}, not a text box`, how);
  return `"${name}" exists`;
}

// ---------------------------------------------------------------------------------------------------------------- links

const DETAILS_AT_ONCE = 4;
const detailSchema = z.looseObject({
  currencyCode: z.string().nullish(),
  customProperties: z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish(),
});

async function readOrganizations(cloudmore: Cloudmore, property: string): Promise<Linked[]> {
  const all = await cloudmore.listOrganizations();
  const found: Linked[] = [];
  for (let start = 0; start < all.length; start += DETAILS_AT_ONCE)
    found.push(
      ...(await Promise.all(
        all.slice(start, start + DETAILS_AT_ONCE).map(async ({ id, name, isActive }) => {
          const detail = detailSchema.safeParse(await cloudmore.organizationDetail(id));
          const properties = detail.data?.customProperties ?? [];
          const value = properties.find((candidate) => same(candidate.name, property))?.value;
          return {
            id,
            name,
            isActive,
            companyIdText: present(value ?? null),
            currency: present(detail.data?.currencyCode ?? null),
          };
        }),
      )),
    );
  return found;
}

const idOf = ({ companyIdText }: Linked): number | undefined => companyIdOf(companyIdText ?? '');

function links(organizations: Linked[], property: string): string | Problem {
  const linked = organizations.filter(({ companyIdText }) => companyIdText !== null);
  if (linked.length === 0)
    return new Problem(`none of ${organizations.length} organizations has a value in "${property}"`, [
      advised('Fill in the Autotask company ids. Suggestions:', command('companies', 'match')),
      advised('All companies for the bulk import:', command('companies', 'list', '--out', 'FILE')),
    ]);
  const wrong = linked.filter((one) => idOf(one) === undefined);
  if (wrong.length > 0)
    return new Problem(
      `no number: ${listed(wrong.map(({ name, companyIdText }) => `${name} ("${companyIdText}")`))}`,
      'Correct the ids in Cloudmore.',
    );
  return `${linked.length} of ${organizations.length} organizations are linked; the others are not exported`;
}

const UNLINKED_SHOWN = 10;

/** To leave a customer out is the broker's right, so this is not a finding; that a large one was forgotten still shows. */
async function unlinked(cloudmore: Cloudmore, organizations: Linked[], month: Month): Promise<string> {
  const without = new Map(organizations.filter((one) => one.companyIdText === null).map((one) => [fold(one.id), one]));
  if (without.size === 0) return 'none';
  const { lines } = await cloudmore.reportOf(month);
  const found = unlinkedOf(
    lines
      .filter(({ organizationId, isCustomService, trouble }) => without.has(fold(organizationId)) && !isCustomService && !trouble)
      .map(({ organizationId, currency, sales }) => ({
        organizationId,
        organizationName: without.get(fold(organizationId))!.name,
        currency,
        sales,
        lines: 1,
      })),
  );
  if (found.length === 0) return `${without.size}, none of which has lines in ${month}`;
  return `of ${without.size}, these have lines in ${month} that are not exported, ${unlinkedSum(found)} in all: ${unlinkedText(found, UNLINKED_SHOWN)}`;
}

/** A run stops at a name that nobody has; better known before. What Cloudmore has no more may have been billed, and is known from then. */
async function names(config: Config, cloudmore: Cloudmore, organizations: Linked[], month: Month): Promise<string | Problem> {
  const { settings, organizationModes } = config;
  const canary = canaryCustomer(config.canary);
  const isService = settings.excludeServices.length > 0;
  if (!isService && canary === null && organizationModes.length === 0 && settings.allowSharedCompanies.length === 0)
    return 'none';
  const lines = isService ? (await cloudmore.reportOf(month)).lines : [];
  const services = lines.map(({ serviceId, serviceName }) => ({ id: serviceId, name: serviceName }));
  const evidence = openEvidence(config.evidence, config);
  try {
    const named = await readNames(evidence, config.broker);
    const problems = unknownNames({ settings, organizationModes, canary }, { organizations, services }, named);
    return problems.length === 0
      ? 'each of them exists'
      : new Problem(problems.join(' '), 'Correct or remove the unknown names, and restart the worker: they stop every run.');
  } finally {
    await evidence.close();
  }
}

function shared(organizations: Linked[], allowed: number[]): string | Problem {
  const claims = groupBy(
    organizations.filter((one) => one.isActive && idOf(one) !== undefined),
    idOf,
  );
  const twice = [...claims].filter(([id, claimants]) => claimants.length > 1 && !allowed.includes(id!));
  if (twice.length === 0) return 'no company belongs to two organizations';
  return new Problem(
    `${listed(twice.map(([id, claimants]) => `company ${id} belongs to ${claimants.map(({ name }) => name).join(' and ')}`))}`,
    'Correct the ids in Cloudmore, or allow them in ALLOW_SHARED_COMPANIES.',
  );
}

async function readCompanies(autotask: Autotask, organizations: Linked[]): Promise<Map<number, Company>> {
  const ids = [...new Set(organizations.flatMap((one) => idOf(one) ?? []))];
  return new Map((await autotask.readCompanies(ids)).map((company) => [company.id, company]));
}

function existing(organizations: Linked[], companies: Map<number, Company>): string | Problem {
  const active = organizations.filter((one) => one.isActive && idOf(one) !== undefined);
  const missing = active.filter((one) => !companies.has(idOf(one)!));
  if (missing.length > 0)
    return new Problem(
      `Autotask has no company for ${listed(missing.map(({ name, companyIdText }) => `${name} (${companyIdText})`))}`,
      [
        advised(
          'Correct the ids in Cloudmore: the id is the number of the company, not its account number. Suggestions:',
          command('companies', 'match'),
        ),
      ],
    );
  const inactive = active.filter((one) => companies.get(idOf(one)!)?.isActive === false);
  if (inactive.length === 0) return `${active.length} exist and are active`;
  return new Problem(
    `inactive: ${listed(inactive.map(({ name, companyIdText }) => `${name} (${companyIdText})`))}`,
    'Activate them in Autotask, or correct the ids in Cloudmore.',
  );
}

const internal = async (autotask: Autotask): Promise<string> =>
  (await autotask.readCurrencies()).find(({ isInternal }) => isInternal)?.code ?? '';

function currencies(organizations: Linked[], companies: Map<number, Company>, internalCurrency: string): string | Problem {
  const other = organizations.filter((one) => {
    const company = companies.get(idOf(one) ?? -1);
    return one.isActive && company && one.currency !== null && !same(one.currency, company.currency ?? internalCurrency);
  });
  if (other.length === 0) return `as in Cloudmore; the internal one is ${internalCurrency}`;
  const shown = other.map(
    (one) => `${one.name} (${one.currency}, company ${companies.get(idOf(one)!)?.currency ?? internalCurrency})`,
  );
  return new Problem(
    `different on the two sides: ${listed(shown)}`,
    'Change one side: amounts are never converted, their lines would be held.',
  );
}

/** Rule 3.5: what becomes of costs there, and whether Autotask has the rates that it takes. */
function foreignCosts(
  organizations: Linked[],
  companies: Map<number, Company>,
  known: Currency[],
  { foreignCost }: Settings,
): string | Problem {
  const internalCurrency = known.find(({ isInternal }) => isInternal)?.code ?? '';
  const found = organizations.flatMap((one) => {
    const currency = companies.get(idOf(one) ?? -1)?.currency ?? internalCurrency;
    return one.isActive && !same(currency, internalCurrency) ? [{ name: `${one.name} (${currency})`, currency }] : [];
  });
  if (found.length === 0) return 'no customer is billed in a currency other than the internal one';
  const currencies = [...new Set(found.map(({ currency }) => currency.toUpperCase()))].sort();
  const rateOf = (code: string): string | null => known.find((one) => same(one.code, code))?.rate ?? null;
  const without = currencies.filter((code) => rateOf(code) === null);
  if (foreignCost === 'convert' && without.length > 0)
    return new Problem(
      `Autotask's Currencies has no rate of ${without.join(', ')} that can be read: everything with a cost is held`,
      'In Autotask: set the exchange rate of the currency; or choose FOREIGN_COST=as-reported.',
    );
  const rates = currencies.map((code) => `1 ${code} is ${rateOf(code)} ${internalCurrency} now`).join(', ');
  const what = {
    hold: 'are held',
    convert: `are converted at the rate of each month's first run (${rates})`,
    'as-reported': 'are written as reported: margins there are wrong, invoices are right',
  }[foreignCost];
  return `Autotask has costs in ${internalCurrency}; those of ${listed(found.map(({ name }) => name))} ${what} (FOREIGN_COST=${foreignCost})`;
}

// ---------------------------------------------------------------------------------------------------------------- time

/** Calls that a new subscription costs: service or product, contract, amount, and its part of the reading back. */
const CALLS_PER_SUBSCRIPTION = 3;
/** A night, and the morning before anybody asks. */
const FITS_WITHIN_HOURS = 8;

/** A first month of many subscriptions takes as long as the calls allow; that is better known before. */
function budget(
  { autotask: { callsPerHour } }: Config,
  subscriptions: Subscription[],
  organizations: Linked[],
): string | Problem {
  const calls = subscriptions.length * CALLS_PER_SUBSCRIPTION + organizations.length;
  const hours = Math.ceil(calls / callsPerHour);
  const what = `a first month of ${subscriptions.length} subscriptions takes about ${calls} calls`;
  if (hours <= FITS_WITHIN_HOURS) return `${what}, ${hours === 1 ? 'an hour' : `${hours} hours`} at most`;
  return new Problem(`${what}: ${hours} hours at AUTOTASK_CALLS_PER_HOUR=${callsPerHour}`, [
    advised(
      'Raise AUTOTASK_CALLS_PER_HOUR for the first month, or bill it customer by customer:',
      command('run', 'MONTH', '--organization', 'NAME', '--wait'),
    ),
  ]);
}
