import { describe, expect, test } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command.js';
import { COMPLETE_SETTINGS } from '../settings.js';

/** A namespace that nobody has made is a mistake in the settings, whichever way a command meets it. */

const CUSTOMER = ['--organization', '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2'];
const environment = {
  ...COMPLETE_SETTINGS,
  TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
  TEMPORAL_NAMESPACE: 'nowhere',
  BILLING_EVIDENCE: `file:${join(await mkdtemp(join(tmpdir(), 'billing-namespace-')), 'evidence')}`,
  BILLING_MODE: 'approve',
};

describe('a namespace that is not there', () => {
  // Some showed a stack and called it a bug.
  test.each([
    ['status', '2025-10'],
    ['run', '2025-10'],
    ['approve', '2025-10', '--all'],
    ['skip', '2025-10', ...CUSTOMER, '--reason', 'disputed'],
    ['rerun', '2025-10', ...CUSTOMER, '--reason', 'settled'],
    ['schedule', 'apply'],
    ['schedule', 'show'],
    ['deploy', 'status'],
    ['restore'],
    ['worker'],
  ])('billing %s names what makes it', async (...argv) => {
    const { code, said } = await runCommand(environment, argv);
    expect({ code, said: said.trim() }).toEqual({
      code: 78,
      said: `Temporal at ${environment.TEMPORAL_ADDRESS} has no namespace "nowhere". Name yours in TEMPORAL_NAMESPACE, or create it:
temporal operator namespace create -n nowhere --retention 90d`,
    });
  });
});
