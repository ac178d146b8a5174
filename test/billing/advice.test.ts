import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import {
  adviceFor,
  commandFor,
  explainItem,
  whyOf,
  REASON_CODES,
  type NotPosted,
  type ReasonCode,
} from '../../shared/billing/advice.js';

/** What people are told about an amount that is not simply posted. */

const CONTOSO = { month: '2025-10', organizationId: '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2', planDigest: 'd1'.repeat(32) };
const EXCLUDED: ReasonCode[] = ['custom-service', 'record-type-off', 'service-off', 'company-id-missing', 'skipped'];

const outcomeOf = (reason: ReasonCode): NotPosted['outcome'] =>
  reason === 'ghost' ? 'ghost' : reason === 'awaiting-report' ? 'awaiting' : EXCLUDED.includes(reason) ? 'excluded' : 'held';

const item = (reason: ReasonCode, message: string | null = 'Something is wrong.'): NotPosted => ({
  productName: 'Microsoft 365 E3',
  subscriptionId: '8f2a6c1e-0000-4000-8000-000000000001',
  currency: 'EUR',
  sales: '516.00',
  outcome: outcomeOf(reason),
  reason,
  message,
});

describe.each(REASON_CODES)('an amount that is not posted because of %s', (reason) => {
  const sentence = (): string => explainItem(item(reason), 'Contoso Dental Group', CONTOSO)!;

  test('is explained with organization, product, subscription, amount and reason', () => {
    for (const part of [
      'Contoso Dental Group',
      'Microsoft 365 E3',
      '8f2a6c1e-0000',
      '516.00 EUR',
      `(${reason})`,
      'Something is wrong.',
    ])
      expect(sentence()).toContain(part);
  });

  test('is told what to do, in words that end', () => {
    expect(adviceFor(reason)?.meaning).toMatch(/^\S.*[^.]$/);
    expect(adviceFor(reason)?.remedy).toMatch(/^\S.*[.:]$/);
    expect(explainItem(item(reason, null), 'Contoso Dental Group', CONTOSO)).toContain(adviceFor(reason)!.remedy);
  });

  test('names the next command, unless nothing is to be done', () => {
    const command = commandFor(reason, CONTOSO);
    if (command === null) expect(adviceFor(reason)?.remedy).toBe('Nothing to do.');
    else expect(sentence().endsWith(`Then: ${command}`)).toBe(true);
  });

  test('stands in the operations guide', async () => {
    const guide = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    expect(guide).toContain(`\`${reason}\``);
  });
});

test('a message that names its command already gets no second one', () => {
  const sentence = explainItem(
    item('awaiting-approval', 'Shadow mode writes nothing. Release it with: billing run 2025-10 --mode approve'),
    'Contoso',
    CONTOSO,
  );
  expect(sentence).not.toContain('Then:');
});

test.each([
  [
    '28 steps wait for approval. Release them with: billing approve 2025-10 --organization a --digest d',
    '28 steps wait for approval.',
  ],
  [
    'Timed out. It is tried again by itself; or: billing rerun 2025-10 --organization a --reason …',
    'Timed out. It is tried again by itself',
  ],
  ['Autotask has no company 1.', 'Autotask has no company 1.'],
])('"%s" is shown beside its command as "%s"', (cause, why) => {
  expect(whyOf(cause)).toBe(why);
});

test('what is posted keeps its silence', () => {
  expect(explainItem({ ...item('ghost'), outcome: 'posted', reason: null, message: null }, 'Contoso', CONTOSO)).toBeNull();
});

test('a reason of a later version is shown without advice', () => {
  expect(commandFor('of-tomorrow', CONTOSO)).toBeNull();
  expect(adviceFor('toString')).toBeNull();
});
