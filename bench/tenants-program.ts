import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { startSandbox } from '../sandbox/index.js';
import { groupBy } from '../shared/billing/basics/text.js';
import { worldUnder, type BilledWorldFile } from './billed-world.js';
import { peakMb } from './processes.js';
import { UNLIMITED } from './rig.js';
import type { Tenant, TenantStarted, TenantsSeen } from './tenants.js';

interface World {
  cloudmore: { organizations: { name: string }[] };
  autotask: { behaviour?: object };
}

/** What `withTenants` runs: a sandbox for each broker, all in this process. */

const [tenants] = (await once(process, 'message')) as [Tenant[]];
const calls = new Map<string, number>();
const started: TenantStarted[] = [];
for (const [path, brokers] of groupBy(tenants, ({ path: from }) => from)) {
  const file = JSON.parse(await readFile(path, 'utf8')) as BilledWorldFile;
  for (const tenant of brokers) started.push(await open(tenant, file));
}
process.send!(started);
process.on('message', () => {
  process.send!({ calls: Object.fromEntries(calls), peak: peakMb() } satisfies TenantsSeen);
  calls.clear();
});
process.on('disconnect', () => process.exit());

async function open({ broker, customerName }: Tenant, file: BilledWorldFile): Promise<TenantStarted> {
  const own = worldUnder(broker, file) as World;
  const world = customerName === undefined ? own : renamed(own, customerName);
  const sandbox = await startSandbox({
    world: { ...world, autotask: { ...world.autotask, behaviour: { ...world.autotask.behaviour, ...UNLIMITED } } },
    onRequest: ({ path }) => {
      if (/^\/atservicesrest\//i.test(path)) calls.set(broker, (calls.get(broker) ?? 0) + 1);
    },
  });
  return { broker, url: sandbox.url, env: sandbox.env() };
}

/** The first customer's name, wherever Cloudmore has it. */
function renamed(world: World, name: string): World {
  const before = JSON.stringify(world.cloudmore.organizations[0]!.name);
  const text = JSON.stringify(world.cloudmore).replaceAll(before, () => JSON.stringify(name));
  return { ...world, cloudmore: JSON.parse(text) as World['cloudmore'] };
}
