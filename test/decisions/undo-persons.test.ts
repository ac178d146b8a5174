import { expect, test } from '@jest/globals';
import { recordDecisions } from '../../activities/decide/decisions.js';
import type { Dependencies } from '../../activities/dependencies.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import { readDecisions } from '../../shared/decisions/decisions.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { keepUndo } from '../../shared/evidence/undone.js';

/** A month that is taken back by two persons. */

const AT = { broker: 'default', month: '2025-10', organizationId: 'org-1' };
const WAY_BACK: UndoPlan = {
  ...{ organizationId: 'org-1', organizationName: 'Contoso', companyId: 7, month: '2025-10', asOf: '2025-11-02' },
  lines: [
    {
      ...{ id: 'row 1', contractKey: 's', contractId: 1, serviceId: 2, name: 'Business Premium', currency: 'EUR' },
      ...{ now: { sales: '491.00', cost: '400.00' }, before: { sales: '0.00', cost: '0.00' } },
      ...{ outcome: 'undone', message: null },
    },
  ],
  steps: [],
  held: null,
  digest: 'd'.repeat(64),
};

async function detailsWith(twoPersonsAbove: string, ...actors: (string | null)[]): Promise<(string | null)[]> {
  const evidence = memoryEvidence();
  await keepUndo(evidence, 'default', WAY_BACK);
  for (const [index, actor] of actors.entries())
    await recordDecisions({ evidence, twoPersonsAbove } as Dependencies, {
      ...AT,
      decisions: [
        {
          ...{
            request: `message ${index}`,
            at: `2025-11-02T08:0${index}:00Z`,
            action: 'undo',
            actor,
            reason: 'billed too early',
          },
          ...{ via: actor === null ? 'signal' : 'command', digest: WAY_BACK.digest },
        },
      ],
    });
  return (await readDecisions(evidence, 'default')).entries.map(({ details }) => details);
}

// It did so for plans alone.
test('the log distinguishes an undo’s first release from its second', async () => {
  expect(await detailsWith('100', null, 'anna', ' Anna ', 'bert', 'carl')).toEqual([
    'does not count: two people have to release it by name',
    'the first of two people',
    'the first of two people, again',
    'the second of two people',
    null,
  ]);
});

test('an undo within the limit needs one person', async () => {
  expect(await detailsWith('491', 'anna', 'bert')).toEqual([null, null]);
});
