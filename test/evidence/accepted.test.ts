import { expect, test } from '@jest/globals';
import { outcomeName, plannedName, unfinishedName } from '../../shared/evidence/months.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { readAccepted } from '../../shared/evidence/accepted.js';
import { organization, plan, settings, MONTH } from '../billing/builders.js';

/** What is known of the last accepted report of a month, where a run did not come to its end. */

const BROKER = 'default';
const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];

// Once an empty report was taken for a month that had not come yet.
test('counts what a terminated run had planned', async () => {
  const evidence = memoryEvidence();
  const made = plan({ report: { organizations } });
  await evidence.point(plannedName(BROKER, MONTH, 'org-1'), await evidence.put({ plan: made, books: {} }));
  const [known, ...others] = await readAccepted(evidence, BROKER, MONTH, settings());
  expect(known).toMatchObject({ organizationId: 'org-1', part: { items: [{ sales: '120', stood: true }] } });
  expect(others).toEqual([]);
});

test('an outcome says more than the plan that it came of', async () => {
  const evidence = memoryEvidence();
  const made = plan({ report: { organizations } });
  await evidence.point(plannedName(BROKER, MONTH, 'org-1'), await evidence.put({ plan: made, books: {} }));
  const accepted = { asOf: '2025-10-20', items: [] };
  const outcome = { organizationId: 'org-1', organizationName: 'Contoso', accepted, items: [] };
  await evidence.point(outcomeName(BROKER, MONTH, 'org-1'), await evidence.put(outcome));
  expect(await readAccepted(evidence, BROKER, MONTH, settings())).toEqual([
    { organizationId: 'org-1', organizationName: 'Contoso', part: accepted },
  ]);
});

// What it wrote was taken for a line that is yet to come.
test('counts a terminated later run next to an earlier outcome', async () => {
  const evidence = memoryEvidence();
  const made = plan({ report: { organizations } });
  const outcome = {
    organizationId: 'org-1',
    organizationName: 'Contoso',
    accepted: { asOf: made.accepted!.asOf, items: [] },
    items: [],
  };
  await evidence.point(outcomeName(BROKER, MONTH, 'org-1'), await evidence.put(outcome));
  await evidence.point(unfinishedName(BROKER, MONTH, 'org-1'), await evidence.put({ plan: made, books: {} }));
  expect(await readAccepted(evidence, BROKER, MONTH, settings())).toMatchObject([{ part: { items: [{ sales: '120' }] } }]);
  const later = { ...outcome, accepted: { asOf: '2025-10-31', items: [] } };
  await evidence.point(outcomeName(BROKER, MONTH, 'org-1'), await evidence.put(later));
  expect(await readAccepted(evidence, BROKER, MONTH, settings())).toMatchObject([{ part: { items: [] } }]);
});
