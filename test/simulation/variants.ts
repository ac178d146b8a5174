/** Wrong products that the checker must see: one changed file each, put in the product's place by `loader.js`. */
export interface Variant {
  name: string;
  /** What is wrong, in the words of who would meet it. */
  wrong: string;
  file: string;
  changes: { from: string; to: string }[];
}

export const VARIANTS: Variant[] = [
  {
    name: 'blind-retry',
    wrong: 'a write whose answer was lost is sent again without a look for its effect',
    file: 'activities/sending.ts',
    changes: [{ from: '  if (intent) {', to: '  if (intent && intent.tries > 99) {' }],
  },
  {
    name: 'intent-forgotten',
    wrong: 'what is about to be written is not noted before it is sent',
    file: 'activities/sending.ts',
    changes: [
      { from: 'if (!(await evidence.claim(name, ref, await evidence.put(sent))))', to: 'if (false as boolean)' },
      { from: 'await note({ ...sent, at: now() });', to: '' },
    ],
  },
  {
    name: 'answer-forgotten',
    wrong: 'a worker that died after the answer has its next attempt send the write again',
    file: 'activities/sending.ts',
    changes: [
      { from: 'if (intent?.done && intent.by === by) return intent.done.value as T;', to: '' },
      { from: '  if (intent) {', to: '  if (intent && !intent.done) {' },
    ],
  },
  {
    name: 'no-look-up',
    wrong: 'a charge is made again without a look for its key',
    file: 'activities/amounts.ts',
    changes: [
      {
        from: 'find: async () => (await autotask.findCharges(contractId, step.chargeKey))[0]?.id ?? null,',
        to: 'find: () => Promise.resolve(null),',
      },
    ],
  },
  {
    name: 'refusal-ignored',
    wrong: 'a refused adjustment counts as written',
    file: 'activities/amounts.ts',
    changes: [{ from: "return { result: 'refused', id: null };", to: "return { result: 'written', id: null };" }],
  },
  {
    name: 'impatient',
    wrong: 'a row that is not to be seen yet counts as one of nothing',
    file: 'activities/amounts.ts',
    changes: [
      {
        from: 'await soon(dependencies, () => findRow(dependencies, contractId, serviceId, step.day))',
        to: 'await findRow(dependencies, contractId, serviceId, step.day)',
      },
    ],
  },
  {
    name: 'no-read-back',
    wrong: 'what was written is reported as posted without being read back',
    file: 'activities/verify.ts',
    changes: [
      { from: 'wasTouched(request) ? await readBack(dependencies, slices, request, kept) : null;', to: 'null as never;' },
    ],
  },
  {
    name: 'stale-survey',
    wrong: 'an organization is planned from a survey that is older than what was written for it',
    file: 'activities/freshness.ts',
    changes: [{ from: 'return written === null || written < surveyedAt;', to: 'return true;' }],
  },
  {
    name: 'extension-forgotten',
    wrong: 'rows of an extension that was interrupted keep their old amounts',
    file: 'activities/contracts.ts',
    changes: [{ from: '  await noteExtension(dependencies, request, contract);', to: '' }],
  },
  {
    name: 'end-moved-back',
    wrong: "a contract's end follows Cloudmore's, also backwards",
    file: 'activities/contracts.ts',
    changes: [
      {
        from: 'await autotask.updateContract(step.contractId, step.set);',
        to: 'await autotask.updateContract(step.contractId, { ...step.set, endDay: `${request.month}-31` });',
      },
      { from: "if (contract.endDay >= request.step.toDay) return { result: 'already', id };", to: '' },
      {
        from: 'await autotask.updateContract(id, { endDay: request.step.toDay });',
        to: "await autotask.updateContract(id, { endDay: request.step.fromDay > '2025-10' ? '2025-10-31' : request.step.toDay });",
      },
    ],
  },
  {
    name: 'gap-kept',
    wrong: 'an extension leaves the rows of the months between with their old amounts',
    file: 'shared/billing/extension.ts',
    changes: [{ from: 'return gap === null ? [extend] : [extend, ...gapSteps(extension, gap)];', to: 'return [extend];' }],
  },
  {
    name: 'paid-twice',
    wrong: 'what is paid once for a year stands in the next month too',
    file: 'shared/billing/adjustment.ts',
    changes: [{ from: 'if (!billable.isOneOff || carries === null || place.endDay < day) return [];', to: 'return [];' }],
  },
  {
    name: 'frozen-written',
    wrong: 'a month that a person approved and posted is written to',
    file: 'shared/billing/standing.ts',
    changes: [{ from: 'if (row?.frozen) return true;', to: '' }],
  },
  {
    name: 'caught-up-twice',
    wrong: 'every run charges the difference of a frozen month again',
    file: 'shared/billing/amounts.ts',
    changes: [{ from: '{ ...state, openCharges: movable }', to: '{ ...state, openCharges: [] }' }],
  },
  {
    name: 'wrong-month',
    wrong: "a charge carries the next month's key",
    file: 'shared/billing/keys.ts',
    changes: [{ from: '`${chargeKeyPrefix(month)}${hash', to: "`${chargeKeyPrefix(month.replace('-10', '-11'))}${hash" }],
  },
  {
    name: 'rounded-twice',
    wrong: 'an amount is rounded to a tenth of a cent before it is rounded to a cent',
    file: 'shared/billing/decimal.ts',
    changes: [
      { from: 'text(value, minorUnits(currency));', to: 'text(round(value, minorUnits(currency) + 1), minorUnits(currency));' },
    ],
  },
  {
    name: 'row-dropped',
    wrong: 'credits of the report are left out',
    file: 'shared/cloudmore/translate.ts',
    changes: [{ from: '      into.push({', to: "      if (product.chargeType !== 'customerCredit') into.push({" }],
  },
  {
    name: 'line-order',
    wrong: 'the quantity is that of the last line, not the highest',
    file: 'shared/billing/items.ts',
    changes: [{ from: '(quantity.gt(highest) ? quantity : highest)', to: '(quantity.gt(highest) ? quantity : quantity)' }],
  },
];
