import { expect, test } from '@jest/globals';
import type { Duration } from '@temporalio/common';

test('a misspelt duration does not compile', () => {
  // @ts-expect-error Without the mapping of `ms` in tsconfig.json, Duration is `any` and this line is an error of its own.
  const misspelt: Duration = '5 minuets';
  expect(misspelt).toBeDefined();
});
