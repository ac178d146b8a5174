import { z } from 'zod';
import type { CloudmoreConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { ANSWER_LIMITS } from '../http/limits.js';
import { send } from '../http/request.js';
import { Secret } from '../http/secret.js';

/** The bearer token: asked for once, used until shortly before it ends, as Cloudmore asks (`docs/vendors/cloudmore.md` 2.2). */

const CLIENT_ID = 'ro.customer.client';
/** Renewed this long before its end, so that no request carries one that ends on the way. */
const MARGIN_MS = 120_000;
/** How long a refused log-in stands: every further one may lock the user out. A run is tried again within the hour, and the next day's asks once. */
const REFUSED_FOR_MS = 3_600_000;
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().default(3600) });

export class Token {
  private current: Promise<{ value: string; endsAt: number }> | null = null;
  private lastsS = 0;
  private refused: { error: ApiError; at: number } | null = null;

  constructor(private readonly config: CloudmoreConfig) {}

  /** Throws what the log-in was refused with, without asking again, until some time has gone by: one refused call stands for all. */
  async value(signal?: AbortSignal): Promise<string> {
    if (this.refused !== null && this.refused.at + REFUSED_FOR_MS > Date.now()) throw this.refused.error;
    const asked = this.current ?? this.renew(signal);
    const current = await asked;
    if (current.endsAt - MARGIN_MS > Date.now()) return current.value;
    // Of several that find it at its end, one asks for the next.
    return (await (this.current === asked || this.current === null ? this.renew(signal) : this.current)).value;
  }

  /** Seconds that the latest one was said to last. */
  life(): number {
    return this.lastsS;
  }

  /** The token is no longer valid; one that was renewed in the meantime is kept. */
  async forget(token: string): Promise<void> {
    const asked = this.current;
    if (asked !== null && (await asked).value === token && this.current === asked) this.current = null;
  }

  /** A new token was refused too: later requests are refused as well. */
  refuse(error: ApiError): void {
    this.refused = { error, at: Date.now() };
  }

  /** Lets one request find out whether the log-in is taken by now, where it was not refused within the last milliseconds. */
  askAgain(notWithinMs: number): void {
    if (this.refused !== null && Date.now() - this.refused.at >= notWithinMs) this.refused = null;
  }

  private renew(signal: AbortSignal | undefined): Promise<{ value: string; endsAt: number }> {
    this.current = this.ask(signal).catch((error: unknown) => {
      this.current = null;
      if (error instanceof ApiError && error.kind === 'unauthorized') this.refuse(error);
      throw error;
    });
    return this.current;
  }

  private async ask(signal: AbortSignal | undefined): Promise<{ value: string; endsAt: number }> {
    const { url, username, password, clientSecret } = this.config;
    const basic = Buffer.from(`${CLIENT_ID}:${clientSecret.reveal()}`).toString('base64');
    const form = new URLSearchParams({ grant_type: 'password', username, password: password.reveal(), scope: 'api' });
    const headers = {
      authorization: `Basic ${basic}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const tokenUrl = new URL('connect/token', url.endsWith('/') ? url : `${url}/`);
    const answer = await send({
      method: 'POST',
      url: tokenUrl,
      headers,
      body: form.toString(),
      isRead: true,
      limit: ANSWER_LIMITS.logIn,
      signal,
    });
    const token = tokenSchema.safeParse(answer.json);
    if (answer.status === 200 && token.success) this.lastsS = token.data.expires_in;
    if (answer.status === 200 && token.success)
      return { value: new Secret(token.data.access_token).reveal(), endsAt: Date.now() + token.data.expires_in * 1000 };
    const facts = { status: answer.status, ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }) };
    if (answer.status === 429) throw new ApiError('rate-limited', 'Cloudmore asks to log in later', facts);
    if (answer.status >= 500) throw new ApiError('unavailable', `Cloudmore's log-in answered ${answer.status}`, facts);
    if (answer.status === 200) throw new ApiError('malformed', "Cloudmore's log-in answered without an access_token", facts);
    throw new ApiError(
      'unauthorized',
      'Cloudmore refused the log-in. Check CLOUDMORE_USERNAME, CLOUDMORE_PASSWORD and CLOUDMORE_CLIENT_SECRET.',
      facts,
    );
  }
}
