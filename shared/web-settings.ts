import { z } from 'zod';
import { commaList as list } from './comma-list.js';
import { keysFolderOf } from './encryption/keyring.js';
import { ConfigError, type Environment } from './environment.js';

/** Settings of the page for finance, besides those of every command. */
export interface WebSettings {
  host: string;
  port: number;
  /** File of the page's own users; written by `billing web user add`. */
  users: string;
  /** The company's own log-in before this page: the header that names the person, believed from these addresses alone. Null: the page's own log-in. */
  proxy: { header: string; addresses: string[]; approvers: string[] } | null;
  /** Address under which people reach it, for links in notices and for secure cookies; null where nobody said. */
  url: string | null;
  /** Autotask as people reach it, for links to companies and contracts; null where nobody said. */
  autotaskUrl: string | null;
  /** Origins of the Web UIs for whose readers the page decrypts (Temporal's codec server); none: for nobody. */
  codecOrigins: string[];
  /** Folder of the keys that it decrypts with. */
  keys: string;
}

const address = (example: string): z.ZodString =>
  z.string().refine((text) => URL.canParse(text) && /^https?:/.test(text), `expected a URL such as ${example}`);

const schema = z.object({
  BILLING_WEB_HOST: z.string().default('127.0.0.1'),
  BILLING_WEB_PORT: z.coerce.number({ error: 'expected a port' }).int().min(0).max(65_535).default(4020),
  BILLING_WEB_USERS: z.string().default('.billing/web-users.json'),
  BILLING_WEB_URL: address('https://billing.example.com').optional(),
  BILLING_WEB_AUTOTASK_URL: address('https://ww3.autotask.net').optional(),
  BILLING_WEB_PROXY_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'expected the name of a header, such as X-Forwarded-User')
    .optional(),
  BILLING_WEB_PROXY_ADDRESSES: list,
  BILLING_WEB_APPROVERS: list,
  BILLING_CODEC_ORIGINS: list.refine(
    (origins) => origins.every((text) => URL.canParse(text) && new URL(text).origin === text),
    'expected origins such as https://ui.example.com, without a path',
  ),
});

/** Every variable of the page, for `.env.example` and the check for misspelt ones. */
export const WEB_VARIABLES = Object.keys(schema.shape);

/** Throws a `ConfigError` that names every problem at once. */
export function webSettings(environment: Environment): WebSettings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => (value ?? '').trim() !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`));
  const { data } = parsed;
  const header = data.BILLING_WEB_PROXY_HEADER;
  if (header !== undefined && data.BILLING_WEB_PROXY_ADDRESSES.length === 0)
    throw new ConfigError([
      'BILLING_WEB_PROXY_ADDRESSES: is not set; expected the addresses of the proxy, because anybody else could send BILLING_WEB_PROXY_HEADER too',
    ]);
  return {
    host: data.BILLING_WEB_HOST,
    port: data.BILLING_WEB_PORT,
    users: data.BILLING_WEB_USERS,
    proxy:
      header === undefined
        ? null
        : { header: header.toLowerCase(), addresses: data.BILLING_WEB_PROXY_ADDRESSES, approvers: data.BILLING_WEB_APPROVERS },
    url: data.BILLING_WEB_URL?.replace(/\/$/, '') ?? null,
    autotaskUrl: data.BILLING_WEB_AUTOTASK_URL?.replace(/\/$/, '') ?? null,
    codecOrigins: data.BILLING_CODEC_ORIGINS.length > 0 ? data.BILLING_CODEC_ORIGINS : originsOf(environment.TEMPORAL_UI_URL),
    keys: keysFolderOf(environment),
  };
}

const originsOf = (url: string | undefined): string[] => (url !== undefined && URL.canParse(url) ? [new URL(url).origin] : []);
