import { expect, test } from '@jest/globals';
import { findOrganization } from '../../client/months.js';

/** Money at a company that no organization is billed at is listed under the company, which nobody can steer. */

const KNOWN = [
  { organizationId: 'contoso', organizationName: 'Contoso' },
  { organizationId: 'company~501', organizationName: 'Fabrikam (Autotask company 501)' },
];

test.each(['company~501', 'Fabrikam (Autotask company 501)', 'company~777'])('%s is refused with what helps', (text) => {
  expect(() => findOrganization(KNOWN, text, '2025-10')).toThrow(
    /is a company in Autotask where no organization is billed[\s\S]*billing dismiss 2025-10 --contract/,
  );
});

test('an organization is found next to it', () => {
  expect(findOrganization(KNOWN, 'contoso', '2025-10')).toBe('contoso');
});
