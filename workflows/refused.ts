import { log, patched, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { md } from '../shared/billing/basics/markdown.js';
import { REFUSED_AT_MEMO, REFUSED_MEMO } from '../shared/messages/names.js';
import { scheduledStart } from './attributes.js';
import { misnamedText, refused } from './messages.js';

/** What was sent to a workflow and not understood is seen in three places: on its page, in the log, and by `billing status`. */

/** Above all else on a workflow's page. */
export const notUnderstood = (refusal: string | null): string[] =>
  refusal === null ? [] : [md`**Not understood:** ${refusal}`.text];

/** Of the handler of what came under a name that nobody knows. */
export const MISNAMED = 'Used by the program: reports that a signal came under a name that nobody knows';

/** For `billing status`, which says when it came: a run shows it until it ends. */
export const keepRefusal = (refusal: string | null): void =>
  upsertMemo({ [REFUSED_MEMO]: refusal, [REFUSED_AT_MEMO]: refusal === null ? null : new Date().toISOString() });

/** A signal that came under a name that nobody knows, in words; null in an execution of an earlier release, which took no notice of it. */
export function misnamedRefusal(raw: unknown): string | null {
  const refusal = misnamedText(raw, workflowInfo().workflowType);
  log.warn('a signal is not known', { refusal });
  return patched('misnamed-signals-are-told') ? refusal : null;
}

/**
 * A member that nobody knows may be a misspelt one, and without the one that was meant a run bills more than was asked for: what a person started is refused. What
 * programs hand on, or a schedule keeps, may come from a newer version than this: it continues without the member, and says so. Null where there is nothing to say.
 */
export function refuseOrKeep(unknown: string | null): string | null {
  if (unknown === null) return null;
  // One that a person started under an earlier release continues.
  if (isStartedByPerson() && patched('unknown-members-are-refused')) throw refused(`${unknown} Nothing was done.`);
  log.warn('members of the input are not known', { unknown });
  return `${unknown} They are ignored.`;
}

function isStartedByPerson(): boolean {
  const { parent, continuedFromExecutionRunId, typedSearchAttributes } = workflowInfo();
  return (
    parent === undefined && continuedFromExecutionRunId === undefined && typedSearchAttributes.get(scheduledStart) === undefined
  );
}
