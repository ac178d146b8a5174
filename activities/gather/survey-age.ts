import type { PlanRequest } from '../../shared/messages/messages.js';
import { nameSegment } from '../../shared/evidence/months.js';
import type { Dependencies } from '../dependencies.js';
import type { SurveyManifest } from '../../shared/evidence/months.js';
import { VISIBLE_WITHIN_MS } from './wait-until-visible.js';

/**
 * A survey of Autotask does not show what was written since. Two runs at once survey before either writes; who planned from the older survey would write
 * the same again. So every organization has a note of when it was last written to, in whatever month.
 */

interface Written {
  at: string;
}

const writtenName = (broker: string, organizationId: string): string =>
  `written/${broker}/${nameSegment(organizationId.toLowerCase())}`;

/** Called before the first write of a plan and after the last one. */
export async function noteWriting(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker, organizationId }: Pick<PlanRequest, 'broker' | 'organizationId'>,
): Promise<void> {
  const written: Written = { at: (await evidence.now()).toISOString() };
  await evidence.point(writtenName(broker, organizationId), await evidence.put(written));
}

async function writtenAt(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker, organizationId }: Pick<PlanRequest, 'broker' | 'organizationId'>,
): Promise<number | null> {
  const ref = await evidence.pointer(writtenName(broker, organizationId));
  return ref === null ? null : Date.parse((await evidence.get<Written>(ref)).at);
}

/** Waits until what was written to the organization last shows: read before, it would be written again. */
export async function untilVisible(dependencies: Dependencies, request: PlanRequest): Promise<void> {
  const { clock, evidence } = dependencies;
  const now = (await evidence.now()).getTime();
  // A refusal comes of a plan that is being carried out: its last write was this very moment.
  const last = request.refused.length > 0 ? now : await writtenAt(dependencies, request);
  const wait = last === null ? 0 : last + VISIBLE_WITHIN_MS - now;
  if (wait > 0) await clock.sleep(Math.min(wait, VISIBLE_WITHIN_MS));
}

/**
 * Whether the organization can be planned from the survey: it is one of its month, recent, nothing was written for the organization since, and the process
 * that took it still holds the broker. Of what another one wrote meanwhile the store may know nothing any more, where it was restored from a backup.
 */
export async function isSurveyFresh(
  { evidence, surveyMaxAgeMs, lease }: Dependencies,
  { broker, month, organizationId, given }: Pick<PlanRequest, 'broker' | 'month' | 'organizationId' | 'given'>,
): Promise<boolean> {
  if (given.surveyedAt === null || given.survey === null) return false;
  const { of, lease: takenUnder, takenAt } = await evidence.get<SurveyManifest>(given.survey);
  // A message may refer to anything that is kept: another month's rows are not this one's.
  if (of === undefined || of.broker !== broker || of.month !== month) return false;
  if (takenUnder !== lease()?.id) return false;
  // A message that names a later time makes no old survey new.
  const surveyedAt = Math.min(Date.parse(given.surveyedAt), Date.parse(takenAt));
  if ((await evidence.now()).getTime() - surveyedAt > surveyMaxAgeMs) return false;
  const written = await writtenAt({ evidence }, { broker, organizationId });
  return written === null || written < surveyedAt;
}
