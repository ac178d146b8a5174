/** What lies behind an error that another program wraps. */

/** gRPC's states, as Temporal's services answer with them. */
export const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The gRPC state of a refused call; not a number of an error that has none. */
export const grpcStateOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : Number.NaN;

/** Whether Temporal refused a call because it has no such namespace: its services, and its clients, each say so in a way of their own. */
export const isNoNamespace = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'NamespaceNotFoundError' || /^(5 NOT_FOUND: )?Namespace .* not found/i.test(error.message));

/** Temporal wraps a failure in others; people need the message of the one that happened. */
export const rootCauseOf = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? rootCauseOf(error.cause) : error.message) : String(error);
