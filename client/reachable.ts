import { ApiError } from '../shared/http/errors.js';
import { CommandError, EXIT } from './terminal/exit.js';

/** Says which vendor cannot be reached, or what could not be read, with the code for it. */
export async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // By its name: the activities are loaded only when they are used.
    if (error instanceof Error && error.name === 'UnknownOrganization')
      throw new CommandError(EXIT.usage, `${error.message}${(error as Error & { hint?: string }).hint ?? ''}`);
    if (!(error instanceof ApiError)) throw error;
    const code =
      error.kind === 'unavailable' || error.kind === 'timed-out'
        ? EXIT.unreachable
        : error.kind === 'unauthorized'
          ? EXIT.configuration
          : EXIT.failed;
    throw new CommandError(code, error.message);
  }
}
