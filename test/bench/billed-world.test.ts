import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { billedWorld, sumsOf, worldUnder, writesOf, type BilledWorldFile } from '../../bench/billed-world.js';
import { runMonth } from '../../bench/month.js';
import { configFor, dependenciesFor } from '../../bench/rig.js';
import { withFolder } from '../../bench/worlds.js';
import { startSandbox } from '../../sandbox/index.js';

/** Hundreds of brokers begin with copies of one billed world: each is what the broker itself would have written, or an unchanged day would measure writes. */

const MONTH = '2025-10';
const BILLED_ON = '2025-10-18';
const NEXT_DAY = '2025-10-19';

test(
  'a copy of a billed month has nothing left to write',
  () =>
    withFolder(async (folder) => {
      const billed = await billedWorld(folder, { lines: 60, organizations: 6, seed: 1 }, { month: MONTH, asOf: BILLED_ON });
      const file = JSON.parse(await readFile(billed.path, 'utf8')) as BilledWorldFile;
      for (const broker of ['b001', 'b002']) {
        const sandbox = await startSandbox({ world: { ...worldUnder(broker, file), now: `${NEXT_DAY}T03:00:00Z` } });
        try {
          const env = { ...sandbox.env(), BILLING_BROKER: broker };
          const { result } = await runMonth(dependenciesFor(configFor({ env }, folder)), {
            broker,
            month: MONTH,
            asOf: NEXT_DAY,
          });
          expect([broker, sumsOf(result)]).toEqual([broker, billed.sums]);
          expect(writesOf(result)).toBe(0);
        } finally {
          await sandbox.close();
        }
      }
    }),
  180_000,
);
