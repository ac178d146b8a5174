import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Step } from '../../shared/billing/plan-types.js';
import { batchesOf } from '../../workflows/batches.js';

/** Which steps one activity carries out. A step is written here as its kind and contract: `adjust A`. */

const KINDS = {
  service: 'ensureService',
  product: 'ensureProduct',
  upsert: 'upsertContract',
  extend: 'extendContract',
  adjust: 'postAdjustment',
  charge: 'postCharge',
} as const;
type Word = keyof typeof KINDS;

function step(name: string): Step {
  const [kind, contract, id] = name.split(' ') as [Word, string, string?];
  const ofContract = { contractKey: contract, contractId: id === undefined ? null : Number(id) };
  const isCatalogue = kind === 'service' || kind === 'product';
  return { kind: KINDS[kind], summary: name, ...(isCatalogue ? {} : ofContract) } as Step;
}

const namesOf = (batches: Step[][]): string[] => batches.map((batch) => batch.map(({ summary }) => summary).join(', '));

describe('steps that one activity carries out', () => {
  test.each<[what: string, plan: string, most: number, batches: string[]]>([
    [
      'are of one kind, whichever contract they are of',
      'upsert A, adjust A, upsert B, charge B, upsert C, adjust C',
      9,
      ['upsert A, upsert B, upsert C', 'adjust A, adjust C', 'charge B'],
    ],
    [
      'are no more than an activity may have',
      'upsert A, adjust A, upsert B, adjust B, upsert C, adjust C',
      2,
      ['upsert A, upsert B', 'adjust A, adjust B', 'upsert C', 'adjust C'],
    ],
    [
      'come before everything of contracts where they are services and products',
      'product P, service R, service S, upsert A, adjust A',
      9,
      ['product P', 'service R, service S', 'upsert A', 'adjust A'],
    ],
    [
      'keep the order in which their contract needs them',
      'extend A, adjust A, extend A, extend B, adjust B',
      9,
      ['extend A, extend B', 'adjust A, adjust B', 'extend A'],
    ],
    [
      'know a contract by its id, whatever key a step names',
      'adjust A 7, extend A 7, adjust other 7',
      9,
      ['adjust A 7', 'extend A 7', 'adjust other 7'],
    ],
    [
      'know a contract whose key is written in other letters',
      'adjust a, charge a, adjust A',
      9,
      ['adjust a', 'charge a', 'adjust A'],
    ],
    [
      'go one by one, as planned, where no two may combine',
      'upsert A, adjust A, upsert B',
      1,
      ['upsert A', 'adjust A', 'upsert B'],
    ],
  ])('%s', (_what, plan, most, batches) => {
    expect(namesOf(batchesOf(plan.split(', ').map(step), most))).toEqual(batches);
  });

  test('carry out each step once, in each contract’s order', () => {
    const name = fc.tuple(fc.constantFrom<Word>('upsert', 'extend', 'adjust', 'charge'), fc.constantFrom('A', 'B', 'C', 'D'));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), (names, most) => {
        const steps = names.map(([kind, contract]) => step(`${kind} ${contract}`));
        const batches = batchesOf(steps, most);
        const order = batches.flat();
        expect(new Set(order)).toEqual(new Set(steps));
        expect(order).toHaveLength(steps.length);
        for (const contract of ['A', 'B', 'C', 'D']) {
          const isOf = ({ summary }: Step): boolean => summary.endsWith(contract);
          expect(order.filter(isOf)).toEqual(steps.filter(isOf));
        }
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(most);
          expect(new Set(batch.map(({ kind }) => kind)).size).toBe(1);
        }
      }),
    );
  });
});
