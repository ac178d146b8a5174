/** Exit codes of `billing` (as the README lists them). They have one home: commands throw, `cli.ts` answers the number, only the bin ends the process. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** `plan --detailed-exitcode` alone. */
  changesPending: 2,
  /** Done, but something is held or waits for a person. */
  waits: 3,
  usage: 64,
  unreachable: 69,
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error a person can do something about: what is wrong, what was expected, what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly code: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
