import { z } from 'zod';
import type { CloudmoreWorldInput } from './cloudmore/index.js';
import { blocksOf } from './generate/blocks.js';
import { frameOf } from './generate/frame.js';
import { generateOptionsSchema, type GenerateOptions, type Wanted } from './generate/options.js';
import { produce, type Sink } from './generate/produce.js';
import { NO_TOTALS, type Totals } from './generate/report.js';
import { openSpools } from './generate/write.js';

export { generateOptionsSchema, type GenerateOptions } from './generate/options.js';

/**
 * Worlds as big as wanted: licence timelines billed by Microsoft's formulas, from which the reports of two months, the invoice, the subscription
 * lists and the price list all follow. The same options give the same bytes.
 */
export interface GeneratedWorld {
  now: string;
  cloudmore: CloudmoreWorldInput;
  autotask: Record<string, unknown> & { companies: object[] };
}

/** A generated world in memory, for tests. */
export function generateWorld(options: GenerateOptions): GeneratedWorld {
  const wanted = wantedFrom(options);
  const lists = new Map<string, object[]>();
  const listOf = (key: string): object[] => {
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    return list;
  };
  const totals = produce(wanted, (key, value) => void listOf(key).push(value));
  return frameOf(wanted, blocksOf(wanted), totals, listOf) as GeneratedWorld;
}

/** What was written. */
export interface Written {
  /** In the report of the month, corrections not counted twice. */
  lines: number;
  organizations: number;
  bytes: number;
}

/** Writes a generated world to a file, holding one organization at a time. */
export async function writeGeneratedWorld(options: GenerateOptions, outPath: string): Promise<Written> {
  const wanted = wantedFrom(options);
  const spools = await openSpools(outPath);
  try {
    const sink: Sink = (key, value) => spools.add(key, value);
    const totals = produce(wanted, sink);
    const bytes = await spools.assemble(
      outPath,
      frameOf(wanted, blocksOf(wanted), totals, (key) => spools.markOf(key)),
    );
    return { lines: reportedLines(wanted, totals), organizations: wanted.organizations, bytes };
  } finally {
    await spools.remove();
  }
}

/** Thrown with every problem of the options at once, each with its name. */
function wantedFrom(options: GenerateOptions): Wanted {
  const parsed = generateOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new Error(`A world cannot be generated:\n${z.prettifyError(parsed.error)}`);
}

const reportedLines = (wanted: Wanted, totals: Map<string, Totals>): number =>
  blocksOf(wanted)
    .filter(({ month, isCorrection }) => month === wanted.month && !isCorrection)
    .reduce((lines, { key }) => lines + (totals.get(key) ?? NO_TOTALS).lines, 0);
