import { describe, expect, test } from '@jest/globals';
import { openEvidence } from '../../shared/evidence/index.js';
import { inPostgres, inSql, useStores } from './places.js';
import { findPostgres } from '../../bench/postgres-server.js';

/** What a process takes of PostgreSQL's sessions, of which a server has a hundred unless it is told otherwise. */

const programs = await findPostgres();

(programs === null ? describe.skip : describe)('sessions in PostgreSQL', () => {
  const stores = useStores(programs, 'sessions');

  async function sessionsAt(location: string): Promise<number> {
    let count = -1;
    await inSql(location, async (sql) => {
      const { rows } = await sql.query<{ count: number }>(
        'select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      count = rows[0]!.count;
    });
    return count;
  }

  test('a process takes two connections, however many brokers it serves', async () => {
    const { location } = await inPostgres(stores.server!);
    const brokers = Array.from({ length: 30 }, () => openEvidence(location));
    const held = await Promise.all(
      brokers.map((store, at) => store.hold(`broker-${at}`, { signal: new AbortController().signal, onWait: () => undefined })),
    );
    const kept = await Promise.all(brokers.flatMap((store, at) => Array.from({ length: 20 }, (_, no) => store.put({ at, no }))));
    expect(await sessionsAt(location)).toBe(2);
    expect(await brokers[0]!.get(kept.at(-1)!)).toEqual({ at: 29, no: 19 });
    await Promise.all(held.map((lease) => lease.release()));
    await Promise.all(brokers.slice(1).map((store) => store.close()));
    // Twice closed by one is not closed by another.
    await brokers[1]!.close();
    expect(await brokers[0]!.get(kept[0]!)).toEqual({ at: 0, no: 0 });
    await brokers[0]!.close();
    expect(await sessionsAt(location)).toBe(0);
  });
});
