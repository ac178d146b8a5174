import { StoreUnavailable } from './evidence.js';
import { Pulse } from './hold.js';
import { migrate } from './migrate.js';
import { postgresLeases } from './postgres-leases.js';
import { codeOf, connectPostgres, TABLES_GONE, type PostgresServer, type Query } from './postgres-server.js';

/** A database as all stores of this process have it that name it alike: two sessions, and one pulse for the leases that any of them holds. */
export interface Database {
  server: PostgresServer;
  /** A query that finds the tables there. */
  query: Query;
  pulse: Pulse;
}

/** Databases that this process is connected to, with how many stores use them. */
// eslint-disable-next-line no-restricted-syntax -- two sessions are the process's share of the server, however many stores it opens
const joined = new Map<string, { database: Database; users: number }>();

/** One who has joined calls `leave` once; the last one ends the sessions. */
export function joinDatabase(connectionString: string): Database & { leave: () => Promise<void> } {
  const known = joined.get(connectionString) ?? { database: open(connectionString), users: 0 };
  known.users += 1;
  joined.set(connectionString, known);
  return { ...known.database, leave: () => leave(connectionString) };
}

async function leave(connectionString: string): Promise<void> {
  const known = joined.get(connectionString)!;
  known.users -= 1;
  if (known.users > 0) return;
  joined.delete(connectionString);
  await known.database.server.end();
}

function open(connectionString: string): Database {
  const server = connectPostgres(connectionString);
  const ready = onceReady(server);
  return { server, query: ready(server.query), pulse: new Pulse(postgresLeases(ready(server.queryLease))) };
}

/** Tables are brought up to date before the first query, and again when they are gone: a database may be restored at any time. */
function onceReady(server: PostgresServer): (query: Query) => Query {
  let ready: Promise<void> | null = null;
  const forget = (): void => void (ready = null);
  return (query) => async (text, values) => {
    ready ??= migrate(server);
    await ready.catch((error: unknown) => {
      forget();
      throw error;
    });
    try {
      return await query(text, values);
    } catch (error) {
      if (error instanceof StoreUnavailable && TABLES_GONE.includes(codeOf(error.cause))) forget();
      throw error;
    }
  };
}
