import { describe, expect, test } from '@jest/globals';
import { chargeAdvice, elsewhereAdvice, rowAdvice, type GhostAdvice } from '../../shared/billing/ghosts/ghost-advice.js';
import { books, charge, contract, SUBSCRIPTION } from './builders.js';
import { KEY } from './examples/row-and-charge.js';
import { context } from './ghost-context.js';

/** What people read of money without a line: where it stands, why nobody answers for it, what ends it, and the command that sets it aside. */

const own = context(books());
const stray = context(books(), { whyStray: (key) => `Nobody answers for ${key ?? 'it'}.` });
const DISMISS = 'billing dismiss 2025-10 --contract 100 --reason "right as it is"';
const PLACE = `is on contract 100`;

describe('a row', () => {
  test.each<[string, GhostAdvice, GhostAdvice]>([
    [
      'of the organization',
      rowAdvice({ contract: contract(), contractKey: SUBSCRIPTION, amount: '120.00 EUR', name: 'Premium' }, own),
      {
        message:
          '120.00 EUR of Premium is on contract 100, but the report has no line for it. Check the subscription in Cloudmore, or set its units to 0 in Autotask. If the amount is right as it is, dismiss it.',
      },
    ],
    [
      'of nobody',
      rowAdvice({ contract: contract({ name: 'Old' }), contractKey: 's-1', amount: '120.00 EUR', name: 'Premium' }, stray),
      {
        message:
          '120.00 EUR of Premium is on contract 100 (Old), subscription s-1. Nobody answers for s-1. Autotask bills it every month until 2026-03-31. Set its units to 0 in Autotask from 2025-10 on, or end the contract. If the amount is right as it is, dismiss it.',
        command: DISMISS as never,
      },
    ],
    [
      'whose line is billed on another contract',
      elsewhereAdvice(contract(), '120.00 EUR', 'Premium'),
      {
        message:
          "120.00 EUR of Premium is on contract 100, but the report's line for it is billed on another contract: both are billed. Set its units to 0 in Autotask, or restore its id and delete the other.",
      },
    ],
  ])('%s', (_, advice, expected) => expect(advice).toEqual(expected));
});

describe('a charge', () => {
  const open = charge({ key: ` ${KEY} ` });
  const billed = charge({ key: ' ', billed: true });
  test.each<[string, GhostAdvice, string, string | undefined]>([
    [
      'that is open',
      chargeAdvice(open, { contractKey: SUBSCRIPTION, amount: '5.00 EUR', isUnknown: false }, own),
      `A charge of 5.00 EUR (${KEY}) ${PLACE}, but the report has no line for it. Delete it in Autotask if it is wrong. If the amount is right as it is, dismiss it.`,
      undefined,
    ],
    [
      'that is billed and has no number',
      chargeAdvice(billed, { contractKey: SUBSCRIPTION, amount: '5.00 EUR', isUnknown: false }, own),
      `A billed charge of 5.00 EUR (id 2000) ${PLACE}, but the report has no line for it. Credit it in Autotask if it is wrong. If the amount is right as it is, dismiss it.`,
      undefined,
    ],
    [
      'of which nobody knows what it is for',
      chargeAdvice(open, { contractKey: SUBSCRIPTION, amount: '5.00 EUR', isUnknown: true }, own),
      `A charge of 5.00 EUR (${KEY}) ${PLACE}, but it is not known what it was made for: its key matches nothing that Cloudmore ever named. Delete it in Autotask if it is wrong. If the amount is right as it is, dismiss it.`,
      undefined,
    ],
    [
      'of nobody',
      chargeAdvice(open, { contractKey: null, amount: '5.00 EUR', isUnknown: false }, stray),
      `A charge of 5.00 EUR (${KEY}) ${PLACE}. Nobody answers for it. Delete it in Autotask if it is wrong. If the amount is right as it is, dismiss it.`,
      DISMISS,
    ],
  ])('%s', (_, advice, message, command) => expect([advice.message, advice.command]).toEqual([message, command]));
});
