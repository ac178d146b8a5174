import { propertiesOf } from '../http/properties.js';
import pg from 'pg';
import { StoreRefused, StoreUnavailable } from './evidence.js';

/** The connection to PostgreSQL, and what its errors mean: most are outages that heal, some need a person. */

/** A server that is reached answers within this, whatever is asked. */
const QUERY_MS = 60_000;
const CONNECT_MS = 10_000;
/** A lease must know in time whether it was renewed. */
const LEASE_QUERY_MS = 3_000;

export type Row = Record<string, unknown>;
export type Query = (text: string, values?: unknown[]) => Promise<Row[]>;

export interface PostgresServer {
  query: Query;
  /** Over a connection of its own: what is asked never waits behind large values. */
  queryLease: Query;
  /** Runs work on the connection that queries use, in whatever transactions it likes; they wait meanwhile. */
  withClient<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  /** The same on a connection made for it: for what takes long. */
  withOwnClient<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Two sessions, which are opened when they are needed. */
export function connectPostgres(connectionString: string): PostgresServer {
  const store = placeOf(connectionString);
  const sessions = [
    session(connectionString, QUERY_MS, CONNECT_MS),
    session(connectionString, LEASE_QUERY_MS, LEASE_QUERY_MS),
  ] as const;
  const queryOver =
    (pool: pg.Pool): Query =>
    (text, values = []) =>
      translated(store, async () => (await pool.query<Row>(text, values)).rows);
  return {
    query: queryOver(sessions[0]),
    queryLease: queryOver(sessions[1]),
    withClient: (work) => translated(store, () => onPooled(sessions[0], work)),
    withOwnClient: (work) => translated(store, () => onOwn(connectionString, work)),
    end: async () => void (await Promise.all(sessions.map((each) => each.end()))),
  };
}

/** A connection that is made when it is needed, again where it was cut, and used by one query after the other. */
function session(connectionString: string, queryMs: number, connectMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    query_timeout: queryMs,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  });
  // An idle connection that the server, or a pooler, cuts is not a failure of anybody: the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}

async function onPooled<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const done = await work(client);
    client.release();
    return done;
  } catch (error) {
    client.release(true); // a transaction may be open on it
    throw error;
  }
}

async function onOwn<T>(connectionString: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** "PostgreSQL on host:port, database x", without user and password. */
function placeOf(connectionString: string): string {
  try {
    const { hostname, port, pathname } = new URL(connectionString);
    return `PostgreSQL on ${hostname}:${port || '5432'}, database ${decodeURIComponent(pathname.slice(1)) || 'of the user'}`;
  } catch {
    return 'PostgreSQL';
  }
}

/** SQLSTATE, or the beginning of it, of what a person has to set right. */
const REFUSALS: [code: string, fix: string][] = [
  ['28', 'Check user and password in BILLING_EVIDENCE'],
  ['3D000', 'Create the database, or name another in BILLING_EVIDENCE'],
  ['42501', 'Give the role of BILLING_EVIDENCE rights on the schema: grant create, usage on schema public to ROLE'],
  ['3F000', 'Create the schema, or let the search path of the role of BILLING_EVIDENCE name another'],
];
/** Classes of SQLSTATE that are mistakes of this program. */
const MISTAKES = ['22', '23', '42', '26', '0A'];
/** Tables that are gone: somebody restored the database, and they are made or found at the next try. */
export const TABLES_GONE = ['42P01', '42883', '42703'];

async function translated<T>(store: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreRefused) throw error;
    const code = codeOf(error);
    const message = messageOf(error);
    const refusal = REFUSALS.find(([begin]) => code.startsWith(begin));
    if (refusal) throw new StoreRefused(`The evidence store (${store}) refuses: ${message}. ${refusal[1]}, then: billing doctor`);
    if (/^[0-9A-Z]{5}$/.test(code) && MISTAKES.some((begin) => code.startsWith(begin)) && !TABLES_GONE.includes(code))
      throw error;
    throw new StoreUnavailable(
      `The evidence store (${store}) cannot be used: ${message || code}. It resumes automatically when that is over; to look: billing doctor`,
      { cause: error },
    );
  }
}

/** Errors of sockets come from Node itself, whatever realm asks. */
const messageOf = (error: unknown): string => {
  const { message } = propertiesOf(error);
  return typeof message === 'string' ? message : '';
};

export const codeOf = (error: unknown): string => {
  const { code } = propertiesOf(error);
  return typeof code === 'string' ? code : '';
};
