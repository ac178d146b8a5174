import type { Change } from '../changed.js';
import type { Workload } from './workloads.js';

/** Wrong products that the checker must see: one changed file each, seldom more, put in the product's place by `play.ts`. */
export interface Variant {
  name: string;
  /** What is wrong, in the words of who would meet it. */
  wrong: string;
  file: string;
  changes: Change[];
  /** Where one file is not enough. */
  also?: Pick<Variant, 'file' | 'changes'>[];
  /** A seed that shows it, and the kind of months in which; default `mixed`. */
  seed: number;
  workload?: Workload;
}

export const VARIANTS: Variant[] = [
  {
    name: 'blind-retry',
    seed: 14,
    wrong: 'a write whose answer was lost is sent again without a look for its effect',
    file: 'activities/carry-out/send-once.ts',
    changes: [{ from: '  if (intent) {', to: '  if (intent && intent.tries > 99) {' }],
  },
  {
    name: 'intent-forgotten',
    seed: 14,
    wrong: 'what is about to be written is not noted before it is sent',
    file: 'activities/carry-out/send-once.ts',
    changes: [
      { from: 'if (!(await evidence.claim(name, claimed, nextRef, lease)))', to: 'if (false as boolean)' },
      { from: 'await note({ ...(sent ?? { tries, by, identity, done: null }), at: await now() });', to: '' },
    ],
  },
  {
    name: 'refusal-ignored',
    seed: 1,
    wrong: 'a refused adjustment counts as written',
    file: 'activities/carry-out/amounts.ts',
    changes: [{ from: "return { result: 'refused', id: null };", to: "return { result: 'written', id: null };" }],
  },
  {
    name: 'no-read-back',
    seed: 16,
    wrong: 'what was written is reported as posted without being read back',
    file: 'activities/verify/verify-organization.ts',
    changes: [
      {
        from: 'wasTouched(request) ? await readBack(sources, completed, kept) : null;',
        to: 'null as never;',
      },
    ],
  },
  {
    name: 'look-up-skipped',
    seed: 324,
    wrong: 'a charge whose answer was lost is made again without a look for its key',
    file: 'activities/carry-out/amounts.ts',
    changes: [
      {
        from: 'find: async () => (await autotask.findCharges(contractId, step.chargeKey))[0]?.id ?? null,',
        to: 'find: () => Promise.resolve(null),',
      },
    ],
  },
  {
    name: 'frozen-written',
    seed: 59,
    workload: 'normal',
    wrong: 'a row that a person approved and posted is written to like any other',
    file: 'shared/autotask/translate.ts',
    changes: [{ from: 'frozen: row.approveandpostdate !== null,', to: 'frozen: false,' }],
  },
  {
    name: 'gives-up-early',
    seed: 30,
    wrong: 'twenty seconds after its answer was lost a contract or charge is made again',
    file: 'activities/carry-out/send-once.ts',
    changes: [{ from: 'MADE_WITHIN_MS = 90_000', to: 'MADE_WITHIN_MS = 20_000' }],
  },
  {
    name: 'end-moved-back',
    seed: 7,
    wrong: "a contract's end follows Cloudmore's, also backwards",
    file: 'activities/carry-out/contracts.ts',
    changes: [
      {
        from: 'await autotask.updateContract(step.contractId, step.set);',
        to: 'await autotask.updateContract(step.contractId, { ...step.set, endDay: `${request.month}-31` });',
      },
      { from: "if (contract.endDay >= request.step.toDay) return { result: 'already', id };", to: '' },
      {
        from: 'await autotask.updateContract(id, { endDay: request.step.toDay, ...markedNumber(contract, request.month) });',
        to: "await autotask.updateContract(id, { endDay: request.step.fromDay > '2025-10' ? '2025-10-31' : request.step.toDay });",
      },
    ],
  },
  {
    name: 'gap-kept',
    seed: 18,
    wrong: 'an extension leaves the rows of the months between with their old amounts',
    file: 'shared/billing/contracts/extension.ts',
    changes: [{ from: 'return gap === null ? [extend] : [extend, ...gapSteps(extension, gap)];', to: 'return [extend];' }],
  },
  {
    name: 'paid-twice',
    seed: 8,
    wrong: 'what is paid once for a year stands in the next month too',
    file: 'shared/billing/amounts/adjustment.ts',
    changes: [
      { from: 'if (!billable.isOneOff || carries === null || !reachesNextMonth(place)) return NO_END;', to: 'return NO_END;' },
    ],
  },
  {
    name: 'wrong-month',
    seed: 1,
    wrong: "a charge carries the next month's key",
    file: 'shared/billing/basics/keys.ts',
    changes: [{ from: '`${chargeKeyPrefix(month)}${hash', to: "`${chargeKeyPrefix(month.replace('-10', '-11'))}${hash" }],
  },
  {
    name: 'row-dropped',
    seed: 1,
    wrong: 'credits of the report are left out',
    file: 'shared/cloudmore/report-lines.ts',
    changes: [
      {
        from: "this.heldWith(item, { list: 'products', lines }, whole, ",
        to: "this.heldWith(item, { list: 'products', lines: lines.filter(({ chargeType }) => chargeType !== 'customerCredit') }, whole, ",
      },
    ],
  },
  {
    name: 'day-early',
    seed: 4,
    wrong: "days go out as midnight, which is the day before in the tenant's zone",
    file: 'shared/autotask/days.ts',
    changes: [{ from: "const WRITTEN_AT = '10:15:00Z';", to: "const WRITTEN_AT = '00:00:00Z';" }],
  },
  {
    name: 'order-lost',
    seed: 5,
    wrong: "steps that go together are taken out of their contract's order",
    file: 'workflows/batches.ts',
    changes: [{ from: ' && !contract.some((name) => passedOver.has(name))', to: '' }],
  },
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
    name: 'outdated-plan-continued',
    seed: 16,
    workload: 'restore',
    wrong: 'a plan that was made before a backup was restored goes on',
    file: 'activities/carry-out/lease.ts',
    changes: [
      {
        from: 'if (held === null || planned.lease === held.id) return;',
        to: 'if (held === null || planned.lease !== undefined) return;',
      },
    ],
  },
  {
    name: 'own-clock',
    seed: 3,
    workload: 'skew',
    wrong: "what is sent is noted by the worker's own clock",
    file: 'activities/carry-out/send-once.ts',
    changes: [
      {
        from: 'const now = async (): Promise<string> => (await evidence.now()).toISOString();',
        to: 'const now = (): Promise<string> => Promise.resolve(new Date().toISOString());',
      },
      {
        from: 'const age = (await evidence.now()).getTime() - Date.parse(intent.at);',
        to: 'const age = Date.now() - Date.parse(intent.at);',
      },
    ],
  },
  {
    name: 'common-queue',
    seed: 1,
    workload: 'brokers',
    wrong: "all brokers have one queue in common, and a worker does another one's work",
    file: 'shared/messages/names.ts',
    changes: [{ from: '`billing-${broker}`', to: '`billing${broker.slice(broker.length)}`' }],
    also: [
      {
        file: 'activities/own-broker.ts',
        changes: [{ from: 'if (broker === settings.broker) return;', to: 'if (settings.broker !== null) return;\n' }],
      },
    ],
  },
  {
    name: 'unseen-silent',
    seed: 60,
    workload: 'lying',
    wrong: 'what neither the report nor Autotask shows any more is told to nobody',
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
        from: '  throw new SearchBlind(`${kind} ${id} answers by its id, and the query that looks for ours leaves it out`);',
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
  {
    name: 'moved-charge-again',
    seed: 9,
    workload: 'edited',
    wrong: 'a charge that somebody moved to another contract is made once more where it was',
    file: 'shared/billing/ghosts/moved-charges.ts',
    changes: [
      {
        from: '(charge) => charge.contractId !== contractId);',
        to: '(charge) => charge.contractId !== contractId && charge.id < 0);',
      },
    ],
  },
  {
    name: 'renumbered-again',
    seed: 22,
    workload: 'edited',
    wrong: 'a contract that somebody gave another number or vendor’s id is made once more',
    file: 'shared/billing/plan/gone.ts',
    changes: [{ from: 'return lost.length === 0 ? books', to: 'return lost.length < 99 ? books' }],
    also: [
      {
        file: 'activities/gather/remembered.ts',
        changes: [{ from: "if (kind === 'contract') return hasContractKey(id, key, books);", to: '' }],
      },
    ],
  },
  {
    name: 'renamed-again',
    seed: 1,
    workload: 'edited',
    wrong: 'a subscription that comes under another id is billed on a contract of its own',
    file: 'shared/billing/plan/shrank.ts',
    changes: [
      { from: 'if (nameless === 0) return isRenamed(decided, ghost, accepted);', to: 'if (nameless === 0) return false;' },
    ],
    also: [
      {
        file: 'shared/billing/report/accepted.ts',
        changes: [{ from: 'if (here.type !== gone.type ||', to: 'if (here.type === gone.type ||' }],
      },
    ],
  },
  {
    name: 'unbilled-believed',
    seed: 4,
    workload: 'edited',
    wrong: 'a charge that somebody set not to be billed counts as billed',
    file: 'shared/autotask/translate.ts',
    changes: [{ from: 'isCanceled || charge.isbillabletocompany === false;', to: 'isCanceled;' }],
  },
  {
    name: 'canceled-believed',
    seed: 5,
    workload: 'edited',
    wrong: 'a charge that somebody canceled counts as billed',
    file: 'shared/autotask/translate.ts',
    changes: [{ from: 'const isCanceled = canceled !== null &&', to: 'const isCanceled = canceled === -1 &&' }],
  },
  {
    name: 'copied-service-again',
    seed: 4,
    workload: 'edited',
    wrong: 'what is billed on a service is billed once more on a copy of it that has its identifier',
    file: 'activities/gather/remembered.ts',
    changes: [
      { from: "  if (kind === 'service' && bills(id, books)) return hasKey(id, key, books);\n", to: '' },
      {
        from: "isFollowed(record, books) && !(record.kind === 'service' && bills(record.id, books));",
        to: 'isFollowed(record, books) && !hasKey(-1, record.key, books) && !bills(-1, books);',
      },
    ],
  },
  {
    name: 'copy-unreported',
    seed: 2,
    workload: 'edited',
    wrong: 'a contract that somebody copied by hand bills beside the original, and nobody is told',
    file: 'shared/billing/ghosts/copies.ts',
    changes: [{ from: 'if (copies.length === 0) return null;', to: 'if (copies.length < 99) return null;' }],
  },
  {
    name: 'ended-by-one-entry',
    seed: 30,
    workload: 'edited',
    wrong: 'a subscription that is listed twice has ended where one of the two says so',
    file: 'shared/billing/report/ended.ts',
    changes: [{ from: 'return listed.every(hasEnded) ? listed[0] : undefined;', to: 'return listed.find(hasEnded);' }],
  },
  {
    name: 'nameless-again',
    seed: 26,
    workload: 'edited',
    wrong: 'a line that loses or gets its subscription id is billed once more',
    file: 'shared/billing/plan/shrank.ts',
    changes: [
      { from: '  if (ghost.type !== type) return false;', to: '  if (ghost.type !== type || nameless === 1) return false;' },
    ],
    also: [
      {
        file: 'shared/billing/report/accepted.ts',
        changes: [{ from: 'if (here.type !== gone.type ||', to: 'if (here.type === gone.type ||' }],
      },
    ],
  },
  {
    name: 'codeless-again',
    seed: 67,
    workload: 'edited',
    wrong: 'a licence without subscription id whose line loses its item code is billed once more',
    file: 'shared/billing/plan/shrank.ts',
    changes: [{ from: '  if (nameless === 2) return had !== undefined', to: '  if (nameless === 2) return had === undefined' }],
    also: [
      {
        file: 'shared/billing/report/accepted.ts',
        changes: [{ from: 'if (here.type !== gone.type ||', to: 'if (here.type === gone.type ||' }],
      },
    ],
  },
  {
    name: 'handed-over-again',
    seed: 35,
    workload: 'edited',
    wrong: 'a licence without subscription id that goes to another organization is billed to both',
    file: 'shared/billing/report/accepted.ts',
    changes: [{ from: 'if (here.type !== gone.type ||', to: 'if (here.type === gone.type ||' }],
  },
  {
    name: 'charged-by-both',
    seed: 58,
    workload: 'edited',
    wrong: 'what was charged for a subscription is charged once more when another organization of the company has it',
    file: 'shared/billing/report/keyed-item.ts',
    changes: [
      { from: 'item.subscriptionId === null ? [] : names.ownersOf(contractKey)', to: 'names.ownersOf(contractKey).slice(99)' },
    ],
  },
  {
    name: 'impatient',
    seed: 1,
    workload: 'away',
    wrong: 'a run gives up the day when a vendor is away for some minutes',
    file: 'workflows/activities.ts',
    changes: [{ from: 'maximumAttempts: Number.POSITIVE_INFINITY', to: 'maximumAttempts: 5' }],
  },
];
