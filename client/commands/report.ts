import { writeFile } from 'node:fs/promises';
import type { MonthResult } from '../../shared/billing/results.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit.js';
import { requireMonth } from '../months.js';
import { renderMonth } from '../render/month.js';
import { exitCodeOf } from './run.js';

export const FORMATS = ['text', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const RENDERERS: Record<Format, (month: MonthResult, notes: string[]) => string> = {
  text: renderMonth,
  json: (month) => JSON.stringify(month, null, 2),
};

/** The reconciliation of the latest run, from the evidence alone. */
export async function report(
  context: Context,
  { month, format, out }: { month: Month; format: Format; out?: string | undefined },
): Promise<ExitCode> {
  const { result, record, outcomes } = await requireMonth(loadBaseConfig(context.environment), month);
  const notes = outcomes.flatMap(({ organizationName, notes: all }) =>
    all.map(({ message }) => `${organizationName}: ${message}`),
  );
  const text = RENDERERS[format](result, notes);
  if (out === undefined) context.out(text);
  else {
    await writeFile(out, `${text}\n`);
    context.say(`Report of ${month} written to ${out}.`);
  }
  return exitCodeOf(result, record.heldMonth);
}
