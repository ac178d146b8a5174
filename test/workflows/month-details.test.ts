import { expect, test } from '@jest/globals';
import { blankMonth } from '../../workflows/empty-month.js';
import { monthDetails } from '../../workflows/month-details.js';

const held = { lines: 1, cost: '10.00', sales: '12.00' };
const organization = {
  organizationId: 'org-1',
  organizationName: 'Contoso',
  status: 'NeedsAttention',
  held,
  waitsSince: '2025-10-09',
};
const result = { ...blankMonth('default', '2025-10', '2025-10-09', 'auto'), organizations: [organization] };
const details = (): string =>
  monthDetails({ result, waiting: 1 } as never, {
    heldMonth: null,
    runIds: new Map(),
    namespace: 'default',
    at: new Date('2025-10-09T03:12:44Z'),
  });

test('an ended run’s page shows its hour and links waits', () => {
  expect(details()).toMatch(/As it stood on 2025-10-09 03:12 UTC, when the run ended\. What waits now: \[the live list\]\(\S+\)/);
});

// A blank line in it made rows of pipes.
test('waits are one table', () => {
  const lines = details().split('\n');
  const rule = lines.indexOf('|---|---|--:|---|');
  expect(lines[rule - 1]).toMatch(/^\| organization /);
  expect(lines[rule + 1]).toMatch(/^\| \[Contoso\]/);
});
