import { us } from '../../terminal/called.js';
import { z } from 'zod';
import { companyIdOf } from '../../../shared/billing/report/facts.js';
import { fold, groupBy, same } from '../../../shared/billing/basics/text.js';
import type { Company, Organization } from '../../../shared/billing/types.js';
import type { Cloudmore } from '../../../shared/cloudmore/index.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { connectVendors } from '../../../shared/vendors.js';
import { suggest } from './suggest.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { csvOf, deliver, hasHeadsAlone, parseRows, type DeliverOptions } from '../../csv.js';
import { checkOutput, readNamed } from '../../files.js';
import { renderCompanies, renderSuggestions } from './text.js';
import { isOnScreen, PLAIN } from '../../terminal/paper.js';
import { original } from '../../documents/spreadsheet.js';
import { reachable } from '../../reachable.js';

/** The link from Cloudmore's organizations to Autotask's companies: listed, suggested, and with `--write` set. */

interface Sides {
  config: Config;
  cloudmore: Cloudmore;
  organizations: Organization[];
  companies: Company[];
}

async function withSides(context: Context, use: (sides: Sides) => Promise<ExitCode>): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  return reachable(async () => {
    const { autotask, cloudmore } = connectVendors(config);
    const organizations = await cloudmore.organizations();
    const companies = await autotask.activeCompanies();
    return use({ config, cloudmore, organizations, companies });
  });
}

// ---------------------------------------------------------------------------------------------------------------- list and match

/** Autotask's active companies as CSV for Cloudmore's bulk import: the name, and the id in a column named as the property. On a terminal a table. */
export async function listCompanies(context: Context, options: DeliverOptions): Promise<ExitCode> {
  await checkOutput(options.out);
  return withSides(context, async ({ config, organizations, companies }) => {
    const property = config.cloudmore.companyProperty;
    const linksOf = groupBy(organizations, ({ companyIdText }) => companyIdOf(companyIdText ?? ''));
    const linked = companies.map(({ id, name }) => ({ id, name, linkedTo: (linksOf.get(id) ?? []).map((one) => one.name) }));
    const rows = linked.map(({ id, name, linkedTo }) => ({ name, [property]: String(id), linked_to: linkedTo.join('; ') }));
    const { paper = PLAIN } = context;
    const isRead = options.out === undefined && isOnScreen(paper);
    const text = isRead ? renderCompanies(linked, paper) : csvOf(['name', property, 'linked_to'], rows, config);
    await deliver(context, rows, options, text);
    return EXIT.done;
  });
}

/** Suggestions by name; as CSV they are what `companies import` takes, once a person has looked through them. */
export async function matchCompanies(context: Context, options: DeliverOptions): Promise<ExitCode> {
  await checkOutput(options.out);
  return withSides(context, async ({ config, organizations, companies }) => {
    const property = config.cloudmore.companyProperty;
    const suggestions = suggest(organizations, companies);
    const rows = suggestions.map((one) => ({
      organization_id: one.organizationId,
      organization: one.organizationName,
      [property]: one.companyId === null ? '' : String(one.companyId),
      company: one.companyName,
      certainty: String(one.certainty),
      verdict: one.verdict,
    }));
    const columns = ['organization_id', 'organization', property, 'company', 'certainty', 'verdict'];
    await deliver(
      context,
      suggestions,
      options,
      options.out === undefined ? renderSuggestions(suggestions, context.paper ?? PLAIN) : csvOf(columns, rows, config),
    );
    return EXIT.done;
  });
}

// ---------------------------------------------------------------------------------------------------------------- link and import

interface Wanted {
  /** Line of the file; null for a single link. */
  line: number | null;
  organization: Organization;
  company: Company;
}

export const linkCompany = (
  context: Context,
  options: { organization: string; company: string; write: boolean },
): Promise<ExitCode> => withSides(context, (sides) => apply(context, sides, [{ line: null, ...options }], options.write));

/** Every row is checked before the first one is written. Rows without an id are left as they are. */
export const importCompanies = async (context: Context, options: { file: string; write: boolean }): Promise<ExitCode> => {
  const rows = await readRows(options.file, loadConfig(context.environment).cloudmore.companyProperty);
  return withSides(context, (sides) => apply(context, sides, rows, options.write));
};

interface Asked {
  /** Line of the file; null for a single link. */
  line: number | null;
  organization: string;
  company: string;
}

async function readRows(file: string, property: string): Promise<Asked[]> {
  const text = await readNamed(file, `what ${us()} companies match --out FILE writes`);
  if (hasHeadsAlone(text, ['organization_id', property])) return [];
  const rows = parseRows(file, text);
  const column = fold(property);
  const [first] = rows;
  if (!first || !(column in first.record) || !('organization_id' in first.record || 'organization' in first.record))
    throw new CommandError(
      EXIT.usage,
      `${file} needs the columns organization_id (or organization) and ${property}; ${us()} companies match --out FILE writes them.${first ? ` It has: ${Object.keys(first.record).join(', ')}.` : ' It has no rows.'}`,
    );
  return rows
    .map(({ line, record }) => ({
      line,
      organization: original(record.organization_id ?? '') || original(record.organization ?? ''),
      company: record[column] ?? '',
    }))
    .filter(({ company }) => company !== '');
}

async function apply(context: Context, sides: Sides, asked: Asked[], write: boolean): Promise<ExitCode> {
  const problems: string[] = [];
  const wanted = asked.flatMap((one) => {
    const checked = checkOne(one, sides);
    if (typeof checked !== 'string') return [checked];
    problems.push(`${one.line === null ? '' : `line ${one.line}: `}${checked}`);
    return [];
  });
  problems.push(...repeated(wanted), ...sharedProblems(wanted, sides));
  if (problems.length > 0)
    throw new CommandError(EXIT.failed, ['Nothing was written:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  const changes = wanted.filter(({ organization, company }) => companyIdOf(organization.companyIdText ?? '') !== company.id);
  for (const change of changes) context.out(await linkOne(sides, change, write));
  context.out(summaryOf(changes.length, asked.length, write));
  return EXIT.done;
}

function checkOne({ line, organization: text, company: id }: Asked, { organizations, companies }: Sides): Wanted | string {
  const hits = organizations.filter((one) => same(one.id, text) || same(one.name, text));
  if (hits.length !== 1)
    return hits.length === 0
      ? `Cloudmore has no organization "${text}".`
      : `Several organizations are called "${text}"; use the id.`;
  const number = companyIdOf(id);
  const company = companies.find((one) => one.id === number);
  if (number === undefined) return `"${id}" of ${text} is not a company id.`;
  return company ? { line, organization: hits[0]!, company } : `Autotask has no active company ${id} (for ${text}).`;
}

/** Of two rows for one organization nobody knows which is meant, also where both say the same: one of them is a slip of the hand. */
function repeated(wanted: Wanted[]): string[] {
  const rows = [...groupBy(wanted, ({ organization }) => organization.id).values()].filter(({ length }) => length > 1);
  return rows.map(
    (same) =>
      `lines ${same.map(({ line }) => line).join(' and ')}: ${same[0].organization.name} occurs ${same.length} times (${same.map(({ company }) => company.id).join(', ')}). Keep one.`,
  );
}

function sharedProblems(wanted: Wanted[], { organizations, config }: Sides): string[] {
  const after = new Map(organizations.map(({ id, companyIdText }) => [id, companyIdOf(companyIdText ?? '')]));
  for (const { organization, company } of wanted) after.set(organization.id, company.id);
  return wanted.flatMap(({ organization, company }) => {
    const others = organizations.filter((one) => one.isActive && one.id !== organization.id && after.get(one.id) === company.id);
    if (others.length === 0 || config.settings.allowSharedCompanies.includes(company.id)) return [];
    return [
      `Company ${company.id} (${company.name}) of ${organization.name} already belongs to ${others.map(({ name }) => name).join(', ')}; allow it in ALLOW_SHARED_COMPANIES if that is intended.`,
    ];
  });
}

const definitionsSchema = z.array(z.looseObject({ id: z.string(), name: z.string() }));

/** Sets the property; what the answer does not tell is read afterwards. */
async function linkOne({ cloudmore, config }: Sides, { organization, company }: Wanted, write: boolean): Promise<string> {
  const name = config.cloudmore.companyProperty;
  const before = organization.companyIdText ?? 'nothing';
  const line = `${organization.name}: ${before} → ${company.id} (${company.name})`;
  if (!write) return `~ ${line}`;
  const definitions = definitionsSchema.safeParse(await cloudmore.get('settings/CustomProperties'));
  const id = definitions.data?.find((definition) => definition.name === name)?.id ?? null;
  await cloudmore.setOrganizationProperty(organization.id, { id, name, value: String(company.id) });
  const after = await cloudmore.propertyOf(organization.id, name);
  if (after === String(company.id)) return `✓ ${line}`;
  throw new CommandError(
    EXIT.failed,
    `${line}: Cloudmore accepted it, but shows ${after ?? 'nothing'}. Check the organization in Cloudmore; ${us()} doctor checks whether the property "${name}" is set up.`,
  );
}

function summaryOf(changes: number, asked: number, write: boolean): string {
  if (changes === 0) return `Nothing to do: ${asked} ${asked === 1 ? 'is' : 'are'} already linked this way.`;
  return write
    ? `${changes} linked. See the next plan with: ${us()} plan MONTH`
    : `${changes} would be linked; nothing was written. Do it with --write.`;
}
