import { expect, test } from '@jest/globals';
import fc from 'fast-check';

// So that a test run says the same tomorrow.
test('every random draw of the tests comes from one seed', () => {
  const seedOf = (): number => fc.check(fc.property(fc.nat(), () => undefined)).seed;
  expect(seedOf()).toBe(Number(process.env['FAST_CHECK_SEED'] ?? 20_251_001));
  expect(seedOf()).toBe(seedOf());
});
