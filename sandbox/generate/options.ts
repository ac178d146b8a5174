import { z } from 'zod';

/** A world is read in one piece, and V8 holds texts of up to 512 MB; a line and what belongs to it take less than 3 kB. */
const LINES_MAX = 150_000;

/** What a generated world is asked for. */
export const generateOptionsSchema = z
  .strictObject({
    /** Lines in the report of the month, to the line. */
    lines: z.int().min(1).max(LINES_MAX),
    organizations: z.int().min(1),
    seed: z.int().min(0).default(1),
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month is YYYY-MM')
      .default('2025-10'),
    /** Share of the Microsoft lines that a correction on the 20th restates; 0 makes no correction. */
    changed: z.number().min(0).max(1).default(0),
  })
  .refine(({ lines, organizations }) => lines >= organizations, {
    error: 'lines: every organization has at least one, so there must be as many lines as organizations',
  });

export type GenerateOptions = z.input<typeof generateOptionsSchema>;
export type Wanted = z.output<typeof generateOptionsSchema>;
