import { condition, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { DoneSoFar, OrganizationBillingInput, OrganizationSummary } from '../shared/messages/messages.js';
import { Asked } from './asked.js';
import { billingStatus, changedInSearch } from './attributes.js';
import { blankSummary } from './empty-month.js';
import { linksOf } from './links.js';
import { keepRefusal, notUnderstood } from './refused.js';

/** What an organization's workflow knows: what was asked of it, how it stands, and what it shows of that to people. */
export interface OrganizationState {
  readonly input: OrganizationBillingInput;
  readonly asked: Asked;
  /** How it stands: shown on its page, told to the runs that wait for it. */
  summary: OrganizationSummary;
  /** The run that started this one hears its end by itself, and is told only where it stays open; null once it was. */
  starter: string | null;
  /** What was done before this execution, of a plan that was too large for one; the first turn takes it. */
  before: DoneSoFar | undefined;
  /** What was done of the plan when there was no room for more of it. */
  cutAt: DoneSoFar | null;
  /** Turns that have come to their end: anyone who waits for what comes of a message counts them. */
  turns: number;
  isInTurn: boolean;
  /** Whether evidence that the turn was given is missing: a store that was restored, or begun again. */
  isForgotten: boolean;
  /** The last message that was not understood, in words; null when the last one was. */
  refused: string | null;
  /** What `billing status` says of the last message that came to nothing: why it was not understood, or that what it released is not what waits. */
  cameToNothing: string | null;
}

/** The state of an organization that has not had a turn yet. */
export const beginOrganization = (input: OrganizationBillingInput): OrganizationState => ({
  input,
  asked: new Asked(input),
  summary: blankSummary(input, 'Running', null),
  starter: input.parentId,
  before: input.before,
  cutAt: null,
  turns: 0,
  isInTurn: false,
  isForgotten: false,
  refused: null,
  cameToNothing: null,
});

/** Whether it was started by the very message that is heard now: it reads everything afresh already. */
export const isFresh = ({ turns, input }: OrganizationState): boolean => turns === 0 && input.given === null;

/** Whether the next execution has to continue with the plan. */
export const isCutShort = ({ cutAt }: OrganizationState): boolean => cutAt !== null;

/** How it stands when so many turns have come to their end, or when the next execution continues. */
export async function afterTurns(organization: OrganizationState, count: number): Promise<OrganizationSummary> {
  const until = organization.turns + count;
  await condition(() => organization.turns >= until || isCutShort(organization));
  return organization.summary;
}

/** What a run needs of an organization. Items and details are shown by the organization itself: `status`, and its page in the Web UI. */
export const brief = (summary: OrganizationSummary): OrganizationSummary => ({
  ...summary,
  details: '',
  result: { ...summary.result, items: [] },
});

// ---------------------------------------------------------------------------------------------------------------- what is shown

/** Takes in how it stands, and shows that on its page and in searches. */
export function show(organization: OrganizationState, summary: OrganizationSummary): void {
  organization.summary = summary;
  const { namespace, typedSearchAttributes } = workflowInfo();
  const links = linksOf(namespace, organization.input);
  setCurrentDetails([...notUnderstood(organization.refused), summary.details, links].join('\n\n'));
  if (typedSearchAttributes.get(billingStatus) !== summary.status)
    upsertSearchAttributes([{ key: billingStatus, value: summary.status }]);
  const changed = changedInSearch(workflowInfo().typedSearchAttributes, summary.inSearch);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

/** Shows in words what was not understood of a message; null: no more. */
export function showRefused(organization: OrganizationState, refused: string | null): void {
  if (refused === null && organization.cameToNothing === null) return;
  noteCameToNothing(organization, refused);
  organization.refused = refused;
  show(organization, organization.summary);
}

/** Shows `billing status`, and not the page, what came to nothing. */
export function noteCameToNothing(organization: OrganizationState, cameToNothing: string | null): void {
  organization.cameToNothing = cameToNothing;
  keepRefusal(cameToNothing);
}
