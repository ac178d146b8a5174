import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.js';
import { createActivities } from '../../activities/index.js';
import { demandProbe } from '../../activities/gather/probe.js';
import { sendNotice } from '../../activities/finish/send-notice.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { readProbe } from '../../shared/probe/kept.js';
import { createDependencies } from '../../worker/dependencies.js';
import { september } from '../api/vendors.js';
import { FABRIKAM } from '../system/system.js';

/** Mode `auto` on a tenant that nobody has probed: the run takes the probe itself, and does not begin where amounts depend on what it found. */

const REQUEST = { broker: 'default', month: '2025-10', mode: null } as const;

describe('a run in mode auto', () => {
  let good: Sandbox;
  let restricted: Sandbox;
  beforeAll(async () => {
    good = await startSandbox({ world: september() });
    const world = september();
    world.autotask!.behaviour = { hidesAdded: ['Contracts'] };
    restricted = await startSandbox({ world });
  });
  afterAll(async () => {
    await good.close();
    await restricted.close();
  });

  /** As on a vendor's own address: on this machine nobody asks for a probe. */
  const on = (
    sandbox: Sandbox,
    evidence: Evidence,
    settings: Record<string, string> = { BILLING_MODE: 'auto' },
  ): Dependencies => {
    const dependencies = createDependencies(loadConfig({ ...sandbox.env(), ...settings }), { evidence });
    return { ...dependencies, probing: { ...dependencies.probing, isDemanded: true } };
  };

  test('takes the probe that it lacks once, and begins', async () => {
    const evidence = memoryEvidence();
    const dependencies = on(good, evidence);
    await demandProbe(dependencies, REQUEST);
    const kept = await readProbe(evidence, 'default');
    expect(kept).toMatchObject({ month: '2025-09', isWhole: true });
    const again = await dependencies.autotask.countCalls(() => demandProbe(dependencies, REQUEST));
    expect(again.calls).toBe(0);
  });

  test('does not begin when the user sees only some contracts', async () => {
    const dependencies = on(restricted, memoryEvidence());
    await expect(demandProbe(dependencies, REQUEST)).rejects.toThrow(/A2\.access.*only some records.*Nothing was written/s);
  });

  // A rerun wrote on a tenant whose probe contradicts what moves money.
  test('plans no customer again without it', async () => {
    const asked = { ...REQUEST, asOf: '2025-10-17' };
    const planned = async (sandbox: Sandbox): Promise<number> => {
      const { cloudmore, autotask } = createActivities(on(sandbox, memoryEvidence()));
      const { report } = await cloudmore.takeReport(asked);
      const { steps } = await autotask.planOrganization({
        ...asked,
        organizationId: FABRIKAM,
        given: { asOf: asked.asOf, report, survey: null, surveyedAt: null },
        approvedDigest: null,
        refused: [],
      });
      return steps.length;
    };
    expect(await planned(good)).toBeGreaterThan(0);
    await expect(planned(restricted)).rejects.toThrow(/A2\.access.*Nothing was written/s);
  });

  test('continues where this tenant was billed before, and tells people', async () => {
    const evidence = memoryEvidence();
    await evidence.point('intents/default/x', await evidence.put({}));
    const dependencies = on(restricted, evidence);
    await demandProbe(dependencies, REQUEST);
    const notice = await sendNotice(dependencies, { broker: 'default', asOf: '2025-10-17', run: 'r', months: [] });
    expect(notice.title).toContain('the vendors are not as this program believes');
  });

  test('takes it again for another API user, and for other beliefs', async () => {
    const evidence = memoryEvidence();
    const dependencies = on(good, evidence);
    await demandProbe(dependencies, REQUEST);
    const other = { ...dependencies, probing: { ...dependencies.probing, user: 'another' } };
    expect((await dependencies.autotask.countCalls(() => demandProbe(other, REQUEST))).calls).toBeGreaterThan(0);
    const kept = (await readProbe(evidence, 'default'))!;
    await evidence.point('probes/default/latest', await evidence.put({ ...kept, beliefs: 0 }));
    expect((await dependencies.autotask.countCalls(() => demandProbe(other, REQUEST))).calls).toBeGreaterThan(0);
  });

  test.each([
    ['shadow by its settings', { BILLING_MODE: 'shadow' }, null],
    ['approve by its settings', { BILLING_MODE: 'approve' }, null],
    ['shadow as asked for', { BILLING_MODE: 'auto' }, 'shadow'],
  ] as const)('in mode %s nothing is asked', async (_what, settings, mode) => {
    const dependencies = on(restricted, memoryEvidence(), settings);
    const asked = await dependencies.autotask.countCalls(() => demandProbe(dependencies, { ...REQUEST, mode }));
    expect(asked.calls).toBe(0);
  });

  test('on this machine nothing is asked', async () => {
    const dependencies = createDependencies(loadConfig({ ...restricted.env(), BILLING_MODE: 'auto' }), {
      evidence: memoryEvidence(),
    });
    await demandProbe(dependencies, REQUEST);
    expect(dependencies.probing.isDemanded).toBe(false);
  });
});
