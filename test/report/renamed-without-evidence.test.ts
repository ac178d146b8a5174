import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEvidence } from '../../shared/evidence/index.js';
import { openHarness, type Harness } from './harness.js';

/** The label (`BILLING_BROKER`) is changed, and the evidence that knew the one before is gone: Autotask itself says which it was. */

const MONTH = '2025-10';
const AS_OF = '2025-11-02';
let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
  await harness.bill(MONTH, AS_OF);
});
afterEach(() => harness.close());

const books = async (): Promise<unknown> => ((await harness.control('GET', 'state')) as { autotask: unknown }).autotask;

/** From now on with an empty store. */
function loseEvidence(): void {
  harness.env.BILLING_EVIDENCE = `file:${harness.file('empty')}`;
}

const REFUSED = {
  type: 'SettingsRefused',
  nonRetryable: true,
  message: expect.stringMatching(
    /^BILLING_BROKER is acme, but none of the keys in Autotask \([^)]*CM-2025-10-[^)]* and \d+ more\) was made by this label, and the evidence that knew which one was \(BILLING_EVIDENCE\) is not there: under another label the same money would be billed twice\. Nothing was written\. Set BILLING_BROKER to the label that the tenant was billed as, or restore the evidence; restart the worker, and run again\.$/i,
  ) as unknown,
};

describe('a tenant whose evidence is gone', () => {
  // 34 charges and 5 contracts were made twice.
  test('is not billed again under another label', async () => {
    const before = await books();
    loseEvidence();
    harness.env.BILLING_BROKER = 'acme';
    await expect(harness.bill(MONTH, AS_OF)).rejects.toMatchObject(REFUSED);
    expect(await books()).toEqual(before);
  });

  test('nor in a month that is approved and posted', async () => {
    await harness.control('POST', 'autotask/freeze', { through: '2025-10-31' });
    const before = await books();
    loseEvidence();
    harness.env.BILLING_BROKER = 'acme';
    await expect(harness.bill(MONTH, AS_OF)).rejects.toMatchObject(REFUSED);
    expect(await books()).toEqual(before);
  });

  test('continues under its own, which is known again from then on', async () => {
    const before = await books();
    loseEvidence();
    await harness.bill(MONTH, AS_OF);
    expect(await books()).toEqual(before);
    expect(await openEvidence(harness.env.BILLING_EVIDENCE!).names('labels/')).toHaveLength(2);
    harness.env.BILLING_BROKER = 'acme';
    await expect(harness.bill(MONTH, AS_OF)).rejects.toMatchObject({
      type: 'SettingsRefused',
      message: expect.stringMatching(/billed as default before/) as unknown,
    });
  });
});
