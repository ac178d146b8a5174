import { RequestError } from 'got';
import { beginning, open, type OpenRequest } from './open.js';

/** What an answer says before its first word. */
export interface Knocked {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

/** Nobody answered. The message holds host and the network's own code, and never the address: that can be a key. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** A request whose answer nobody reads: a notice, a sign of life, a request for somebody's clock. Answers any status; throws `Unanswered` for none. */
export async function knock(request: OpenRequest): Promise<Knocked> {
  const stream = open(request);
  try {
    const { statusCode: status, headers } = await beginning(stream);
    return { status, headers };
  } catch (error) {
    const code = error instanceof RequestError ? error.code : 'no reason given';
    throw new Unanswered(`${request.url.host} cannot be reached (${code})`, { cause: error });
  } finally {
    stream.destroy();
  }
}
