import { expect, test } from '@jest/globals';
import { NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import { evidenceOver } from '../../shared/evidence/index.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { rememberNames } from '../../shared/evidence/named.js';

/** `billing plan` reads what runs have kept, and leaves nothing behind. */

const named = (code: string): Named => ({ ...NOTHING_NAMED, codes: [[code, 'Csp365Nce']] });

test('a plan that names something new leaves the kept names alone', async () => {
  const kept = memoryEvidence();
  const before = await rememberNames(kept, 'default', named('OLD'));
  const plan = evidenceOver(kept);
  const { named: all, ref } = await rememberNames(plan, 'default', named('NEW'));
  expect(all.codes.map(([code]) => code).sort()).toEqual(['NEW', 'OLD']);
  expect((await rememberNames(plan, 'default', named('NEW'))).ref).toBe(ref);
  expect((await rememberNames(kept, 'default', named('OLD'))).ref).toBe(before.ref);
});
