/** A world: both vendors' data and the clock, in one JSON file. */
import * as z from 'zod';
import { autotaskWorldSchema } from './autotask/index.js';
import { cloudmoreWorldSchema } from './cloudmore/index.js';
import { InvalidWorld } from './invalid-world.js';

const worldSchema = z.strictObject({
  now: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not an instant such as 2025-10-17T03:00:00Z'),
  ticking: z.boolean().default(false),
  cloudmore: cloudmoreWorldSchema,
  autotask: autotaskWorldSchema,
  /** Where a world was recorded from a broker's vendors: how, and what was found. Nothing here reads it. */
  recording: z.unknown().optional(),
});

/** A world with its defaults filled in. */
export type World = z.output<typeof worldSchema>;
/** A world as a file may give it. */
export type WorldInput = z.input<typeof worldSchema>;

/** Checks a world; every problem is named at once. */
export function parseWorld(json: unknown): World {
  const result = worldSchema.safeParse(json);
  if (result.success) return result.data;
  throw new InvalidWorld(`The world cannot be used:\n${result.error.issues.map(describeIssue).join('\n')}`);
}

/** One problem found by a schema, with the place where it is. */
export function describeIssue({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `  ${place.replace(/^\./, '') || '(all of it)'}: ${message}`;
}
