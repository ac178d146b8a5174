import { vendorText } from './vendor-text.js';

/**
 * What can come of a request, as a closed list. The kind says whether the same request may be repeated; `effect` says whether a write may have taken
 * effect, which the status alone does not tell (`docs/vendors/autotask.md` 3).
 */
export const API_ERROR_KINDS = {
  /** Key or rights are wrong: waiting does not help, a person must. */
  unauthorized: { repeat: 'never' },
  /** Refused before any work: repeat when asked to. */
  'rate-limited': { repeat: 'always' },
  /** The same request gets the same answer. */
  rejected: { repeat: 'never' },
  'not-found': { repeat: 'never' },
  /** It is there already. */
  duplicate: { repeat: 'never' },
  /** No sensible answer: reads may be repeated, a write must be looked for first. */
  unavailable: { repeat: 'reads' },
  'timed-out': { repeat: 'reads' },
  /** An answer nobody can read: guessing bills people wrongly. */
  malformed: { repeat: 'never' },
} as const satisfies Record<string, { repeat: 'never' | 'always' | 'reads' }>;

export type ApiErrorKind = keyof typeof API_ERROR_KINDS;

export interface ApiErrorFacts {
  status?: number;
  /** How long the server asked to wait. */
  retryAfterMs?: number;
  /** The vendor was reached, and what it says is that it has no such report: waiting may change that, but need not. */
  saysNoReport?: boolean;
}

/** A vendor's words (`vendorText`) and ours around them; Temporal keeps it in every failure it is the cause of. */
const MESSAGE_LENGTH = 2_000;

/** The message is bounded, on one line, and without the secrets that this process knows: vendors' words are in it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Whether a write may have taken effect although this is the answer. */
  readonly effect: 'none' | 'unknown';
  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    readonly facts: ApiErrorFacts = {},
    { effect = 'none', ...options }: ErrorOptions & { effect?: 'none' | 'unknown' } = {},
  ) {
    super(vendorText(message, MESSAGE_LENGTH), options);
    this.effect = effect;
  }
}
