import type { Variant } from './variant.js';

/** Wrong products that miss what people change in the two vendors while a month is billed. */
export const EDIT_VARIANTS: Variant[] = [
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
        file: 'shared/billing/report/gone-elsewhere.ts',
        changes: [{ from: 'if (this.count === 0) return [];', to: 'if (this.count >= 0) return [];' }],
      },
    ],
  },
  {
    name: 'unbilled-believed',
    seed: 4,
    workload: 'edited',
    wrong: 'a charge that somebody set not to be billed counts as billed',
    file: 'shared/autotask/translate.ts',
    changes: [
      {
        from: 'isCanceled(charge.status, canceled) || charge.isbillabletocompany === false;',
        to: 'isCanceled(charge.status, canceled);',
      },
    ],
  },
  {
    name: 'canceled-believed',
    seed: 5,
    workload: 'edited',
    wrong: 'a charge that somebody canceled counts as billed',
    file: 'shared/autotask/charge-status.ts',
    changes: [{ from: "return CANCELED.test(text) || (text !== '' &&", to: "return CANCELED.test(text) && (text !== '' &&" }],
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
    wrong: 'a contract that somebody copied by hand bills alongside the original, unreported',
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
        file: 'shared/billing/report/gone-elsewhere.ts',
        changes: [{ from: 'if (this.count === 0) return [];', to: 'if (this.count >= 0) return [];' }],
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
        file: 'shared/billing/report/gone-elsewhere.ts',
        changes: [{ from: 'if (this.count === 0) return [];', to: 'if (this.count >= 0) return [];' }],
      },
    ],
  },
  {
    name: 'handed-over-again',
    seed: 35,
    workload: 'edited',
    wrong: 'a licence without subscription id that goes to another organization is billed to both',
    file: 'shared/billing/report/gone-elsewhere.ts',
    changes: [{ from: 'if (this.count === 0) return [];', to: 'if (this.count >= 0) return [];' }],
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
];
