import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { HEAP_FLAGS } from '../../worker/heap.js';

/** V8 says nothing worth hearing about a flag it does not know, and the worker would take twice the memory. */
test.each(HEAP_FLAGS)('this Node knows %s', (flag) => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  expect(known).toContain(`${flag.split('=')[0]!} (`);
});
