import type { Answers } from '../../shared/billing/results/answers.js';
import type { GoneOrganization } from '../../shared/billing/report/comparison.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import type { MonthFacts, OrganizationFacts } from '../../shared/billing/report/facts.js';
import type { Named } from '../../shared/billing/report/named.js';
import { byText, IndexBy, same } from '../../shared/billing/basics/text.js';
import type { Books, Day } from '../../shared/billing/types.js';
import type { GivenReport, Mode, MoneySettings, MonthRequest, Ref } from '../../shared/messages/messages.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/index.js';
import { didYouMean } from '../../shared/nearest.js';
import type { OwnBooks, ReportManifest, SharedBooks, SurveyManifest } from '../../shared/evidence/months.js';

/** Reading back what `takeReport` and `surveyAutotask` kept. What all organizations share is read once and remembered by digest. */

const REMEMBERED = 12;

/** Remembers the last few shared values; a digest never changes its value, so a remembered one is never stale. */
export class Slices {
  private readonly remembered = new Map<Ref, unknown>();

  constructor(private readonly evidence: Evidence) {}

  manifest(report: Ref): Promise<ReportManifest> {
    return this.remember<ReportManifest>(report);
  }

  async facts(report: Ref): Promise<MonthFacts> {
    const { facts, named } = await this.manifest(report);
    const month = await this.remember<MonthFacts>(facts);
    return named === undefined ? month : { ...month, named: await this.remember<Named>(named) };
  }

  /** What was accepted of organizations that nobody names any more. */
  async gone(report: Ref): Promise<GoneOrganization[]> {
    const { gone } = await this.manifest(report);
    return gone === undefined ? [] : this.evidence.get<GoneOrganization[]>(gone);
  }

  /** The organization's slice of the report. One that neither has lines nor is listed has an empty slice. */
  async organization(report: Ref, organizationId: string): Promise<OrganizationFacts> {
    const entry = byOrganization.find((await this.manifest(report)).slices, organizationId)[0];
    if (entry) return this.evidence.get<OrganizationFacts>(entry.slice);
    const organization = { id: organizationId, name: organizationId, isActive: false, companyIdText: null };
    return { organization, lines: [], previousLines: [], subscriptions: [] };
  }

  /** What an outcome of the organization answers for, where it is made from the report (rule 1.7); null for reports of earlier releases. */
  async answers(report: Ref, organizationId: string): Promise<Answers | null> {
    const { takenAt, slices, counted } = await this.manifest(report);
    if (counted === undefined) return null;
    const digest = byOrganization.find(slices, organizationId)[0]?.digest ?? digestOf([]);
    const amounts = counted.find((one) => same(one.organizationId, organizationId))?.amounts ?? [];
    return { report, takenAt, digest, amounts };
  }

  /**
   * What a run may take from a reference that it was sent, which may lead to anything that is kept: a report of its own broker and month. Answers the mode that
   * the report was asked for in (null: the worker's own), and the day that it stands for.
   */
  async asked(
    { report }: Pick<GivenReport, 'report'>,
    { broker, month }: Pick<MonthRequest, 'broker' | 'month'>,
  ): Promise<{ mode: Mode | null; asOf: Day }> {
    const manifest: Partial<ReportManifest> = await this.manifest(report);
    if (typeof manifest.facts !== 'string') throw new EvidenceMissing(report, 'is not a report');
    const facts = await this.facts(report);
    if (manifest.broker !== undefined && !same(manifest.broker, broker))
      throw new EvidenceMissing(report, `is a report of the broker ${manifest.broker}, not of ${broker}`);
    if (facts.month !== month) throw new EvidenceMissing(report, `is a report of ${facts.month}, not of ${month}`);
    return { mode: manifest.mode ?? null, asOf: facts.asOf };
  }

  /** The settings of the worker that took the report; null for reports of earlier releases. */
  async settings(report: Ref): Promise<MoneySettings | null> {
    return (await this.manifest(report)).settings ?? null;
  }

  survey(survey: Ref): Promise<SurveyManifest> {
    return this.remember<SurveyManifest>(survey);
  }

  kept<T>(ref: Ref): Promise<T> {
    return this.evidence.get<T>(ref);
  }

  async sharedOf(survey: Ref): Promise<SharedBooks> {
    return this.remember<SharedBooks>((await this.survey(survey)).shared);
  }

  /** What Autotask held for the organization when it was surveyed; null when the survey did not cover it. */
  async books(survey: Ref, organizationId: string): Promise<Books | null> {
    const { slices } = await this.survey(survey);
    const entry = byOrganization.find(slices, organizationId)[0];
    if (!entry) return null;
    return { ...(await this.sharedOf(survey)), ...(await this.evidence.get<OwnBooks>(entry.slice)) };
  }

  private async remember<T>(ref: Ref): Promise<T> {
    if (this.remembered.has(ref)) return this.remembered.get(ref) as T;
    const value = await this.evidence.get<T>(ref);
    this.remembered.set(ref, value);
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
    return value;
  }
}

/** A filter names somebody unknown to Cloudmore: a run for nobody would look like a run without work. */
export class UnknownOrganization extends Error {
  override readonly name = 'UnknownOrganization';
  constructor(
    message: string,
    /** The names that exist instead: customers' names, which a failure in Temporal does not carry. */
    readonly hint: string,
  ) {
    super(message);
  }
}

const NAMES_SHOWN = 20;

/** Throws an `UnknownOrganization`, with those there are, where an id or name of the filter fits none. */
export function requireNamed(filter: string[] | null, known: ReportManifest['slices']): void {
  const unknown = (filter ?? []).filter((text) => !known.some((entry) => isNamed([text], entry)));
  if (unknown.length === 0) return;
  const names = known.map(({ organizationName }) => organizationName).sort(byText);
  const guesses = unknown.map((text) => didYouMean(text, names)).join('');
  const all = `There are: ${names.slice(0, NAMES_SHOWN).join(', ')}${names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''}.`;
  throw new UnknownOrganization(
    `No organization ${unknown.map((text) => `"${text}"`).join(', ')} in Cloudmore; expected an id or exact name.`,
    guesses || ` ${all}`,
  );
}

interface Entry {
  organizationId: string;
  slice: Ref;
  digest?: string;
}

/** Every one of some thousand organizations asks. */
const byOrganization = new IndexBy<Entry>(({ organizationId }) => organizationId);

/** Whether a filter of ids and exact names names the organization. */
export const isNamed = (
  filter: string[] | null,
  { organizationId, organizationName }: { organizationId: string; organizationName: string },
): boolean => filter === null || filter.some((text) => same(text, organizationId) || same(text, organizationName));
