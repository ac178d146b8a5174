import type { Preview } from '../../activities/decide/preview-month.js';
import { CHANGES, MEMBERS, type Change, type Member } from './changes.js';
import { judge, type Verdict } from './judge.js';
import type { Tenant } from './tenant.js';

/** Each member that we read, changed in one way, against the plan of the unchanged answers. */
export interface Played {
  member: Member;
  change: Change;
  verdict: Verdict;
}

export async function play(tenant: Tenant, expected: Preview, member: Member, change: Change): Promise<Played> {
  const came = await tenant.plan(member, change).catch((error: unknown) => error as Error);
  return { member, change, verdict: judge(expected, came) };
}

export const allOf = (changes: readonly Change[] = CHANGES, members: Member[] = MEMBERS): { member: Member; change: Change }[] =>
  members.flatMap((member) => changes.map((change) => ({ member, change })));

export const said = ({ member, change, verdict }: Played): string =>
  `${member.vendor} ${member.path} ${member.name} ${change}: ${typeof verdict === 'string' ? verdict : `WRONG ${verdict.wrong}`}`;

export const isWrong = ({ verdict }: Played): boolean => typeof verdict !== 'string';
