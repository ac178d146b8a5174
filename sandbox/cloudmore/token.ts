import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Answer, Route, SandboxRequest } from '../router.js';
import { empty, jsonText } from './answers.js';
import { TOKEN_LIFETIME_S, type Behaviour } from './behaviour.js';
import { isObject } from './input.js';
import type { CloudmoreWorld } from './world.js';

/**
 * OAuth 2.0 with the resource-owner password grant (`docs/vendors/cloudmore.md` 2.2). A token carries its own end and a seal, so that one from before a reset to a
 * world with the same credentials stays good, as it would after a restart of the vendor's host.
 */
export interface Tokens {
  route: Route;
  /** Undefined when the request carries a bearer of ours that has not ended; else the refusal, which has no body. */
  refuse(request: SandboxRequest): Answer | undefined;
}

const CLIENT_ID = 'ro.customer.client';
type Credentials = Pick<CloudmoreWorld, 'username' | 'password' | 'clientSecret'>;

export function createTokens(credentials: Credentials, { tokenLifetimeS }: Behaviour, clock: Clock): Tokens {
  let issued = 0;
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000);
  const issue = (): Answer => {
    issued += 1;
    const token = seal(
      { sub: credentials.username, scope: 'api', jti: issued, exp: nowS() + tokenLifetimeS },
      credentials.clientSecret,
    );
    return jsonText(200, JSON.stringify({ access_token: token, expires_in: TOKEN_LIFETIME_S, token_type: 'Bearer' }));
  };
  return {
    route: { method: 'POST', pattern: '/connect/token', handle: (request) => grantProblem(request, credentials) ?? issue() },
    refuse: ({ headers }) => {
      const [, token] = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
      const end = token === undefined ? undefined : endOf(token, credentials.clientSecret);
      return end !== undefined && end > nowS() ? undefined : empty(401);
    },
  };
}

/** The client first, then the kind of grant, then the user: the order in which IdentityServer looks. */
function grantProblem(request: SandboxRequest, { username, password, clientSecret }: Credentials): Answer | undefined {
  const form = new URLSearchParams(request.text);
  const client = clientOf(request, form);
  if (client.id !== CLIENT_ID || client.secret !== clientSecret) return refused('invalid_client');
  if (form.get('grant_type') !== 'password') return refused('unsupported_grant_type');
  if (!(form.get('scope') ?? 'api').split(' ').includes('api')) return refused('invalid_scope');
  if (form.get('username') !== username || form.get('password') !== password) return refused('invalid_grant');
  return undefined;
}

/** Officially the secret comes in a Basic header; community clients send form fields instead, which works too. */
function clientOf({ headers }: SandboxRequest, form: URLSearchParams): { id: string | null; secret: string | null } {
  const [, basic] = /^basic\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic === undefined) return { id: form.get('client_id'), secret: form.get('client_secret') };
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { id, secret: secret.join(':') };
}

const refused = (error: string): Answer => jsonText(400, JSON.stringify({ error }));

function seal(claims: object, secret: string): string {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${signature(text, secret)}`;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signature = (text: string, secret: string): string => createHmac('sha256', secret).update(text).digest('base64url');

/** End of a token that we sealed, in seconds; undefined for any other text. */
function endOf(token: string, secret: string): number | undefined {
  const [header = '', claims = '', given = ''] = token.split('.');
  const wanted = Buffer.from(signature(`${header}.${claims}`, secret));
  const got = Buffer.from(given);
  if (wanted.length !== got.length || !timingSafeEqual(wanted, got)) return undefined;
  const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
  return isObject(read) && typeof read.exp === 'number' ? read.exp : undefined;
}
