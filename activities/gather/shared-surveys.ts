import { digestOf } from '../../shared/billing/basics/keys.js';
import type { Books, Month } from '../../shared/billing/types.js';
import { ORGANIZATIONS_AT_ONCE } from '../../shared/messages/payload.js';
import type { PlanRequest, Ref } from '../../shared/messages/messages.js';
import type { Dependencies } from '../dependencies.js';
import type { Slices } from './report-slices.js';
import { isSurveyFresh } from './survey-age.js';
import { takeSurvey } from './survey-autotask.js';
import { VISIBLE_WITHIN_MS } from './wait-until-visible.js';

/**
 * Many releases at once each want Autotask as it is now. Read one by one, 300 customers cost 4,800 calls, half of what a tenant has in an hour, before the first
 * of them is billed. So they share a survey that began after they asked: what a person changed before the release is in it.
 */

/** A survey costs a call for some 190 lines of the month, an organization's own reads cost sixteen. */
const LINES_FOR_ONE_READ = 3000;
const FEWEST_ALONE = 3;
/** No more than these are under way alongside the one that asks. */
const MOST_ALONE = ORGANIZATIONS_AT_ONCE - 1;

/** What one organization's plan is made of, and how many lines the month has. */
export type BooksRequest = Pick<PlanRequest, 'broker' | 'month' | 'mode' | 'organizationId' | 'given' | 'refused'> & {
  lines: number;
};

/** The newest survey that was taken for many, and when it began. */
interface Taken {
  given: PlanRequest['given'] & { survey: string };
  beganAt: number;
}

export class SharedSurveys {
  private readonly newest = new Map<Month, Taken>();
  /** Ends with whether there is a survey. */
  private readonly underWay = new Map<Month, Promise<boolean>>();
  private asking = 0;

  constructor(
    private readonly dependencies: Dependencies,
    private readonly slices: Slices,
  ) {}

  /** The organization's books: from a survey that began after it asked, or from its own reads (`alone`) where they cost less. Throws what they throw. */
  async books(request: BooksRequest, alone: () => Promise<Books>): Promise<{ books: Books; isSurveyed: boolean }> {
    const isWorthIt = this.asking >= readAlone(request.lines);
    this.asking += 1;
    try {
      const surveyed = await this.surveyed(request, isWorthIt);
      return surveyed === null ? { books: await alone(), isSurveyed: false } : { books: surveyed, isSurveyed: true };
    } finally {
      this.asking -= 1;
    }
  }

  /** Null where its own reads are the better way. */
  private async surveyed(request: BooksRequest, isWorthIt: boolean): Promise<Books | null> {
    const askedAt = this.dependencies.askedAt();
    // What was refused belongs to a plan that is being carried out: its last write was this very moment.
    if (askedAt === null || request.refused.length > 0) return null;
    const from = askedAt.getTime() + VISIBLE_WITHIN_MS;
    for (;;) {
      const books = await this.ofNewest(request, from);
      if (books !== null || !isWorthIt) return books;
      if (!(await this.isReached(from))) return null;
      const underWay = this.underWay.get(request.month);
      if (underWay === undefined) break;
      if (!(await underWay)) return null;
    }
    await this.take(request);
    return this.ofNewest(request, from);
  }

  /** Waits until the moment; not longer than what was written takes to show, for Temporal's clock may be ahead of the store's. */
  private async isReached(moment: number): Promise<boolean> {
    const { clock, evidence } = this.dependencies;
    const wait = moment - (await evidence.now()).getTime();
    if (wait > VISIBLE_WITHIN_MS) return false;
    if (wait > 0) await clock.sleep(wait);
    return true;
  }

  private async ofNewest(request: BooksRequest, from: number): Promise<Books | null> {
    const taken = this.newest.get(request.month);
    if (taken === undefined || taken.beganAt < from) return null;
    const { given } = taken;
    const isUsable =
      (await this.hasLookedFor(given.report, request)) && (await isSurveyFresh(this.dependencies, { ...request, given }));
    return isUsable ? this.slices.books(given.survey, request.organizationId) : null;
  }

  /** A survey looks for what its report names: whether the organization's own report names the same. */
  private async hasLookedFor(report: Ref, { given, organizationId }: BooksRequest): Promise<boolean> {
    if (report === given.report) return true;
    const [theirs, own] = await Promise.all([this.namedFor(report, organizationId), this.namedFor(given.report, organizationId)]);
    return theirs === own;
  }

  /** A digest of all by which an organization's contracts, rows and charges are found. */
  private async namedFor(report: Ref, organizationId: string): Promise<string> {
    const { named } = await this.slices.manifest(report);
    const { prices } = await this.slices.facts(report);
    const { organization, lines, subscriptions } = await this.slices.organization(report, organizationId);
    return digestOf({ named, prices, organization, lines, subscriptions });
  }

  private async take(request: BooksRequest): Promise<void> {
    const taking = this.survey(request);
    this.underWay.set(
      request.month,
      taking.then(
        () => true,
        () => false,
      ),
    );
    try {
      await taking;
    } finally {
      this.underWay.delete(request.month);
    }
  }

  /** Stored before anyone who waits for it continues. */
  private async survey({ broker, month, mode, given: { asOf, report } }: BooksRequest): Promise<void> {
    const { dependencies, slices } = this;
    const request = { broker, month, asOf, mode, report, organizations: null };
    const { survey, surveyedAt } = await takeSurvey(dependencies, slices, request);
    this.newest.set(month, { given: { asOf, report, survey, surveyedAt }, beganAt: Date.parse(surveyedAt) });
  }
}

/** How many read alone in parallel before a survey costs less than what they would read. */
const readAlone = (lines: number): number => Math.min(Math.max(FEWEST_ALONE, Math.ceil(lines / LINES_FOR_ONE_READ)), MOST_ALONE);
