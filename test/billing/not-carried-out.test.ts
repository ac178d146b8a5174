import { describe, expect, test } from '@jest/globals';
import { planBlind } from '../../shared/billing/plan/plan.js';
import { command } from '../../shared/billing/basics/command.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { applyStops } from '../../shared/billing/results/results.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { line, organization, plan, report, running, settings } from './builders.js';
import { lines } from './examples/row-and-charge.js';
import { isParked } from '../../shared/billing/results/status.js';

/** What becomes of a plan that could not be carried out, or not be made. */

describe('what stopped an item while it was carried out (2.5)', () => {
  const stops = [{ itemId: '435d6b8a4ec490d3', outcome: 'held' as const, reason: 'api-error' as const, message: 'Refused.' }];

  test('becomes its outcome, reason, message and last sentence', () => {
    const made = plan();
    const [stopped] = applyStops(made, stops);
    expect(stopped).toEqual({
      ...made.items[0],
      outcome: 'held',
      reason: 'api-error',
      message: 'Refused.',
      because: [...made.items[0]!.because, { rule: '2.5', text: 'Refused.' }],
      standing: stopped!.standing,
    });
  });

  test('has its own command, or none, instead of the reason’s', () => {
    const shown = (own: Partial<(typeof stops)[number] & { command: ReturnType<typeof command> | null }>): unknown =>
      applyStops(plan(), [{ ...stops[0]!, ...own }])[0]!.command;
    expect([shown({}), shown({ command: null }), shown({ command: command('doctor') })]).toEqual([
      undefined,
      null,
      'billing doctor',
    ]);
  });

  test('items not posted and other items stay unchanged', () => {
    const frozen = plan({
      books: { ...running(), rows: running().rows.map((row) => ({ ...row, frozen: true })) },
      report: lines({ sales: '1' }),
    });
    expect(applyStops(frozen, stops)).toEqual(frozen.items);
    expect(applyStops(plan(), [{ ...stops[0]!, itemId: 'other' }])).toEqual(plan().items);
  });

  test.each([
    ['NeedsAttention', true],
    ['AwaitingApproval', true],
    ['Skipped', true],
    ['Done', false],
    ['Excluded', false],
  ] as const)('%s stays open for a person: %s', (status, parked) => expect(isParked(status)).toBe(parked));
});

describe('books that could not be read', () => {
  const blind = (companyIdText: string | null): Plan => {
    const { facts, organizations } = cutReport(
      report({ organizations: [organization({ companyIdText })], lines: [line(), line({ recordType: 'CustomService' })] }),
      '2025-10-12',
    );
    return planBlind({ facts, slice: organizations[0]!, settings: settings() }, 'Autotask did not answer.');
  };

  test('hold every item that is not excluded by itself, and write nothing', () => {
    const made = blind('7');
    expect(made.items.map(({ outcome: what, reason, message }) => [what, reason, message]).sort()).toEqual([
      ['excluded', 'custom-service', 'Custom services are billed outside this export.'],
      ['held', 'api-error', 'Autotask did not answer.'],
    ]);
    expect([made.companyId, made.steps, made.ghosts, made.needs]).toEqual([7, [], [], []]);
  });

  test('are not needed for an organization without company id', () => {
    expect(new Set(blind(' ').items.map(({ reason }) => reason))).toEqual(new Set(['company-id-missing', 'custom-service']));
    expect(blind('x').companyId).toBeNull();
  });
});
