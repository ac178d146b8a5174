import { z } from 'zod';

/** A token lasts a day; Cloudmore asks to use it until shortly before (`docs/vendors/cloudmore.md` 2.2). */
export const TOKEN_LIFETIME_S = 86_400;

/** What is unknown about the real API (`docs/vendors/cloudmore.md` 9 and 10). The defaults are the best guess; whatever runs here must be right under every setting. */
export const behaviourSchema = z.strictObject({
  /** Polls that find a report task still running. */
  pollsBeforeReady: z.int().min(0).default(1),
  /** What a poll of a running task answers: 200 with the status Processing, 202, 200 without a body, or 404. */
  whileRunning: z.enum(['processing', 'accepted', 'empty', 'notFound']).default('processing'),
  taskOutcome: z.enum(['ok', 'failed', 'never']).default('ok'),
  /** After how many seconds of the sandbox's clock a task is forgotten; 0 is never. */
  taskLifetimeS: z.int().min(0).default(0),
  /** The start of a task answers a body with its id, or the `Location` alone. */
  bodylessAccepted: z.boolean().default(false),
  /** What the synchronous reports do with more than they can hold. */
  largeReport: z.enum(['refuse', 'truncate']).default('refuse'),
  /** Everybody can read the API's description, only with a log-in, or not at all. */
  description: z.enum(['public', 'behindLogIn', 'none']).default('public'),
  /** Which words a report task uses for its state: those documented for another task, others that are as likely, or a number. */
  taskWords: z.enum(['reference', 'others', 'numbers']).default('reference'),
  /** Under which name a finished task has its report. */
  reportMember: z.enum(['report', 'result', 'data', 'payload']).default('report'),
  /** Whether the last day that a report is asked for is part of it. */
  lastDay: z.enum(['included', 'excluded']).default('included'),
  /** Members that have another name in every answer: nobody outside knows most of them. */
  renames: z.record(z.string(), z.string()).default({}),
  decimalsAsStrings: z.boolean().default(false),
  /** When a token really ends; it is said to last a day. */
  tokenLifetimeS: z.int().min(0).default(TOKEN_LIFETIME_S),
});

export type Behaviour = z.output<typeof behaviourSchema>;
