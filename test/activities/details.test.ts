import { expect, test } from '@jest/globals';
import { detailsOf } from '../../activities/finish/web-ui-details.js';
import { outcomeOfPlan } from '../../activities/verify/outcomes.js';
import { organizationResult } from '../../shared/billing/results/reconcile.js';
import { books, plan } from '../billing/builders.js';

/** What the Web UI shows of a customer. */

// A line break stood before that, so the count was read as the next block.
test('a cut list ends with how much more there is', () => {
  const decided = plan({ books: books() });
  const note = { code: 'contract-recreated' as const, itemId: null, message: 'A note.' };
  const notes = Array.from({ length: 23 }, () => note);
  const outcome = outcomeOfPlan({ ...decided, notes }, 'Done');
  expect(detailsOf(outcome, organizationResult(outcome, 'EUR'), 'EUR')).toMatch(/\n\* … and 3 more, see the report$/);
});
