import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createActivities } from '../activities/index.js';
import { Slices } from '../activities/gather/report-slices.js';
import { organizationsOf } from '../activities/gather/survey-autotask.js';
import type { Dependencies } from '../activities/dependencies.js';
import { digestOf, itemHash, type ItemIdentity } from '../shared/billing/basics/keys.js';
import type { MonthFacts, OrganizationFacts } from '../shared/billing/report/facts.js';
import { buildItems, codeOrProduct, indexPrices, itemContext, productName } from '../shared/billing/report/items.js';
import type { MonthResult } from '../shared/billing/results/results.js';
import type { Settings } from '../shared/billing/types.js';
import { runMonth, type MonthOptions } from './month.js';
import { configFor, dependenciesFor, tablesOf, withSandbox } from './rig.js';
import type { SandboxProcess } from './sandbox-process.js';
import { generatedWorld } from './worlds.js';

/**
 * A tenant whose month is billed, kept as a world: many brokers begin with it, each under its own label, without a call being made. The label is in the keys of
 * charges and of contracts without subscription id, so those are written in each copy as the broker itself would have made them.
 */
export interface BilledWorld {
  path: string;
  lines: number;
  /** What its month came to (`sumsOf`). */
  sums: string;
}

/** What the file holds. */
export interface BilledWorldFile {
  world: object;
  identities: ItemIdentity[];
}

const LABEL = 'default';

/** Bills the month of a generated world call by call, once. */
export async function billedWorld(
  folder: string,
  size: { lines: number; organizations: number; seed: number },
  { month, asOf }: Omit<MonthOptions, 'broker'>,
): Promise<BilledWorld> {
  const worldPath = await generatedWorld(folder, size);
  return withSandbox({ worldPath, now: `${asOf}T03:00:00Z`, latencyMs: 0 }, async (sandbox, evidence) => {
    const dependencies = dependenciesFor(configFor(sandbox, evidence));
    const { result } = await runMonth(dependencies, { broker: LABEL, month, asOf });
    const path = join(folder, `billed-${size.lines}-${size.seed}.json`);
    const world = await worldOf(sandbox, worldPath);
    await writeFile(
      path,
      JSON.stringify({ world, identities: await identitiesOf(dependencies, month, asOf) } satisfies BilledWorldFile),
    );
    return { path, lines: result.report.lines, sums: sumsOf(result) };
  });
}

/** What a month comes to, to the cent. */
export const sumsOf = ({ report, posted, held, excluded, otherCurrencies }: MonthResult): string =>
  JSON.stringify([report, posted, held, excluded, otherCurrencies]);

/** How often the latest run of the month wrote. */
export const writesOf = ({ writes }: MonthResult): number =>
  Object.values<number>({ ...writes }).reduce((sum, count) => sum + count, 0);

/** The world as it is now: what Autotask holds stands in place of what it began with. */
async function worldOf(sandbox: SandboxProcess, worldPath: string): Promise<object> {
  const world = JSON.parse(await readFile(worldPath, 'utf8')) as { autotask: object };
  const { adjustments: _, udfDefinitions: _defined, ...tables } = (await tablesOf(sandbox)) as Record<string, unknown>;
  return { ...world, autotask: { ...world.autotask, ...tables } };
}

async function identitiesOf(dependencies: Dependencies, month: string, asOf: string): Promise<ItemIdentity[]> {
  const { cloudmore } = createActivities(dependencies);
  const { report } = await cloudmore.takeReport({ broker: LABEL, month, asOf, mode: 'shadow' });
  const slices = new Slices(dependencies.evidence);
  const facts = await slices.facts(report);
  const identities: ItemIdentity[] = [];
  for await (const slice of organizationsOf(slices, { report, organizations: null }))
    identities.push(...identitiesIn(slice, facts, dependencies.settings));
  return identities;
}

const identitiesIn = (slice: OrganizationFacts, { prices }: MonthFacts, settings: Settings): ItemIdentity[] =>
  buildItems(slice.lines, itemContext(slice, indexPrices(prices), settings)).map(
    ({ organizationId, subscriptionId, type, itemCode, lines }) => ({
      broker: LABEL,
      organizationId,
      subscriptionId,
      type,
      codeOrProduct: codeOrProduct(type, subscriptionId, itemCode, productName(lines)),
    }),
  );

/** Digits of a charge's key, of a contract's, and ids of customers. */
const OWN = /(?<=CM-\d{4}-\d{2}-)[0-9a-f]{20}|(?<=\bcm-)[0-9a-f]{32}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** The world as the broker's own: no two brokers have a customer in common, which the evidence would take for one tenant under two labels. */
export function worldUnder(broker: string, { world, identities }: BilledWorldFile): object {
  const own = new Map<string, string>();
  for (const identity of identities) {
    const organizationId = ownId(broker, identity.organizationId);
    own.set(identity.organizationId, organizationId);
    const [before, now] = [itemHash(identity), itemHash({ ...identity, broker, organizationId })];
    for (const digits of [20, 32]) own.set(before.slice(0, digits), now.slice(0, digits));
  }
  return JSON.parse(JSON.stringify(world).replace(OWN, (before) => own.get(before) ?? before)) as object;
}

const ownId = (broker: string, id: string): string =>
  digestOf([broker, id]).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
