import type { Variant } from './variant.js';

/** Wrong products that believe a vendor who says what is not so. */
export const VENDOR_VARIANTS: Variant[] = [
  {
    name: 'unknown-state-done',
    seed: 24,
    workload: 'lying',
    wrong: 'a task in a state that nobody knows counts as done',
    file: 'shared/cloudmore/task.ts',
    changes: [{ from: "  throw unfinished(what, 'is in no known state', json);", to: "  return { kind: 'done', report };" }],
  },
  {
    name: 'shrunk-accepted',
    seed: 1,
    workload: 'lying',
    wrong: 'what a smaller report does not name is taken away',
    file: 'shared/billing/plan/shrank.ts',
    changes: [
      {
        from: 'if (shrunk.size === 0 && !plan.ghosts.some((ghost) => isUnexplained(ghost) || isUnknown(ghost))) return plan;',
        to: 'if (shrunk.size === 0) return released(plan);',
      },
    ],
  },
  {
    name: 'outcome-missing-dropped',
    seed: 9,
    workload: 'lying',
    wrong: 'a customer whose workflow was ended in mid-run is not part of the month',
    file: 'shared/billing/results/answers.ts',
    changes: [
      {
        from: 'return { outcome: missing(outcome, expected, closed), amounts: expected.amounts };',
        to: 'return { outcome: { ...missing(outcome, expected, closed), items: [] }, amounts: [] };',
      },
    ],
  },
  {
    name: 'search-believed',
    seed: 4,
    workload: 'lying',
    wrong: 'what a search does not find is made again',
    file: 'activities/gather/remembered.ts',
    changes: [
      {
        from: 'async function goneOf(dependencies: Dependencies, missing: Remembered[]): Promise<Missed[]> {',
        to: 'async function goneOf(dependencies: Dependencies, all: Remembered[]): Promise<Missed[]> {\n  const missing = all.slice(all.length);',
      },
    ],
  },
  {
    name: 'bad-record-dropped',
    seed: 55,
    workload: 'lying',
    wrong: 'a line that cannot be read is left out',
    file: 'shared/cloudmore/report-lines.ts',
    changes: [
      {
        from: "this.heldWith(item, { list: 'products', lines }, whole, ",
        to: "this.heldWith(item, { list: 'products', lines: lines.filter(({ trouble }) => trouble === undefined) }, whole, ",
      },
    ],
  },
  {
    name: 'unseen-silent',
    seed: 60,
    workload: 'lying',
    wrong: 'what neither the report nor Autotask shows any more is reported to nobody',
    file: 'shared/billing/ghosts/unseen.ts',
    changes: [
      { from: '.filter((item) => !isExplained(item, context, explaining)', to: '.filter((item) => item.id === context.month' },
    ],
  },
  {
    name: 'blind-search-goes-on',
    seed: 4,
    workload: 'lying',
    wrong: 'what answers by its id and to no search is made once more',
    file: 'activities/gather/remembered.ts',
    changes: [
      {
        from: '  throw new SearchBlind(`${kind} ${id} answers by its id, but the query that looks for our records leaves it out`);',
        to: '',
      },
    ],
  },
  {
    name: 'unlisted-left-out',
    seed: 31,
    workload: 'lying',
    wrong:
      'a customer whom the list does not name counts as one that is not to be exported, and its money is looked at by nobody',
    file: 'shared/billing/contracts/company.ts',
    changes: [
      {
        from: "refuse(null, 'held', unlisted ? 'organization-unknown' : 'unreadable', unreadable);",
        to: "unlisted ? refuse(null, 'excluded', 'company-id-missing', unreadable) : refuse(null, 'held', 'unreadable', unreadable);",
      },
    ],
    also: [
      {
        file: 'activities/decide/strays.ts',
        changes: [
          {
            from: 'return planStrays({ facts, organizations, stopped, books, settings, gone, unlinked, mentioned });',
            to: 'return planStrays({ facts, organizations, stopped, books: { ...books, contracts: [] }, settings, gone: [], unlinked: [], told });',
          },
        ],
      },
    ],
  },
];
