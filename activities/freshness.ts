import type { PlanRequest } from '../shared/contract.js';
import type { Dependencies } from './dependencies.js';

/**
 * A survey of Autotask tells nothing of what was written since. Two runs at once survey before either writes; who planned from the older survey would write
 * the same again. So every organization has a note of when it was last written to, in whatever month.
 */

interface Written {
  at: string;
}

const writtenName = (broker: string, organizationId: string): string =>
  `written/${broker}/${encodeURIComponent(organizationId.toLowerCase())}`;

/** Called before the first write of a plan and after the last one. */
export async function noteWriting(
  { evidence, clock }: Pick<Dependencies, 'evidence' | 'clock'>,
  { broker, organizationId }: Pick<PlanRequest, 'broker' | 'organizationId'>,
): Promise<void> {
  const written: Written = { at: clock.now().toISOString() };
  await evidence.point(writtenName(broker, organizationId), await evidence.put(written));
}

/** Whether the organization can be planned from the survey: it is recent, and nothing was written for the organization since. */
export async function isSurveyFresh(
  { evidence, clock, surveyMaxAgeMs }: Dependencies,
  { broker, organizationId, given }: PlanRequest,
): Promise<boolean> {
  if (given.surveyedAt === null) return false;
  const surveyedAt = Date.parse(given.surveyedAt);
  if (clock.now().getTime() - surveyedAt > surveyMaxAgeMs) return false;
  const ref = await evidence.pointer(writtenName(broker, organizationId));
  return ref === null || Date.parse((await evidence.get<Written>(ref)).at) < surveyedAt;
}
