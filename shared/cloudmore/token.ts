import { z } from 'zod';
import type { CloudmoreConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { send } from '../http/request.js';

/** The bearer token: asked for once, used until shortly before it ends, as Cloudmore asks (`cloudmore.md` 2.2). */

const CLIENT_ID = 'ro.customer.client';
/** Renewed this long before its end, so that no request carries one that ends on the way. */
const MARGIN_MS = 120_000;
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().default(3600) });

export class Token {
  private current: Promise<{ value: string; endsAt: number }> | null = null;

  constructor(private readonly config: CloudmoreConfig) {}

  async value(signal?: AbortSignal): Promise<string> {
    const current = await (this.current ?? this.renew(signal));
    if (current.endsAt - MARGIN_MS > Date.now()) return current.value;
    return (await this.renew(signal)).value;
  }

  forget(): void {
    this.current = null;
  }

  private renew(signal: AbortSignal | undefined): Promise<{ value: string; endsAt: number }> {
    this.current = this.ask(signal).catch((error: unknown) => {
      this.current = null;
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
    const answer = await send({ method: 'POST', url: tokenUrl, headers, body: form.toString(), isRead: true, signal });
    const token = tokenSchema.safeParse(answer.json);
    if (answer.status === 200 && token.success)
      return { value: token.data.access_token, endsAt: Date.now() + token.data.expires_in * 1000 };
    const facts = { status: answer.status, ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }) };
    if (answer.status === 429) throw new ApiError('rate-limited', 'Cloudmore asks to log in later', facts);
    if (answer.status >= 500) throw new ApiError('unavailable', `Cloudmore's log-in answered ${answer.status}`, facts);
    throw new ApiError(
      'unauthorized',
      'Cloudmore refused the log-in. Check CLOUDMORE_USERNAME, CLOUDMORE_PASSWORD and CLOUDMORE_CLIENT_SECRET.',
      facts,
    );
  }
}
