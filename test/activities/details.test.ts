import { expect, test } from '@jest/globals';
import { detailsOf } from '../../activities/finish/web-ui-details.js';
import { outcomeOfPlan } from '../../activities/verify/outcomes.js';
import { organizationResult } from '../../shared/billing/results/reconcile.js';
import { books, plan } from '../billing/builders.js';

/** What the Web UI shows of a customer. */

test('a list that is cut says on its last line how much more there is, and where: a line break stood before that', () => {
  const decided = plan({ books: books() });
  const note = { code: 'contract-recreated' as const, itemId: null, message: 'A note.' };
  const notes = Array.from({ length: 23 }, () => note);
  const outcome = outcomeOfPlan({ ...decided, notes }, 'Done');
  expect(detailsOf(outcome, organizationResult(outcome, 'EUR'), 'EUR')).toMatch(/\n\* … and 3 more, see the report$/);
});
