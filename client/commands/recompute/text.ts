import type { Recomputed, RecomputedOrganization } from '../../../activities/decide/recompute.js';
import { groupBy } from '../../../shared/billing/basics/text.js';
import { onTerminal } from '../../terminal/printable.js';

/** What became of a month's plans when they were made once more, as people read it. */
export const renderRecomputed = onTerminal(recomputedText);

function recomputedText({ month, organizations }: Recomputed): string {
  const of = (verdict: RecomputedOrganization['verdict']): RecomputedOrganization[] =>
    organizations.filter((one) => one.verdict === verdict);
  const [same, differs, unknown] = [of('same'), of('differs'), of('unknown')];
  return [
    `${month}: ${same.length} of ${organizations.length} organizations have the same plan to the byte.`,
    ...differs.map(differing),
    ...(unknown.length === 0
      ? []
      : [
          [
            'The evidence no longer keeps what these plans were made from:',
            ...unknown.map(({ organizationName }) => `  ${organizationName}`),
          ].join('\n'),
        ]),
  ].join('\n\n');
}

/** By rule, so that one change of a rule is read once. */
function differing({ organizationName, differences }: RecomputedOrganization): string {
  const groups = [...groupBy(differences, ({ rule }) => rule ?? '').entries()];
  return [
    `${organizationName}:`,
    ...groups.flatMap(([rule, all]) => [
      `  ${rule === '' ? 'amounts and steps' : `rule ${rule}`}`,
      ...all.map(({ what, then, now }) => `    ${what}: ${then} → ${now}`),
    ]),
    ...(differences.length === 0 ? ['  the same amounts and steps, with different words or figures next to them'] : []),
  ].join('\n');
}
