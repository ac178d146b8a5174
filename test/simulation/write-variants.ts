import type { Variant } from './variant.js';

/** Wrong products that write twice, too little or the wrong thing: after lost answers, deaths, restores and among others. */
export const WRITE_VARIANTS: Variant[] = [
  {
    name: 'blind-retry',
    seed: 14,
    wrong: 'a write whose answer was lost is sent again without looking for its effect',
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
    wrong: 'a charge whose answer was lost is made again without looking for its key',
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
    name: 'outdated-plan-continued',
    seed: 16,
    workload: 'restore',
    wrong: 'a plan that was made before a backup was restored continues',
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
    name: 'impatient',
    seed: 1,
    workload: 'away',
    wrong: 'a run gives up the day when a vendor is away for some minutes',
    file: 'workflows/activities.ts',
    changes: [{ from: 'attempts ?? Number.POSITIVE_INFINITY', to: 'attempts ?? 5' }],
  },
];
