import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openEvidence } from '../../shared/evidence/index.js';
import type { Lease, Renewal } from '../../shared/evidence/hold.js';
import { joinDatabase } from '../../shared/evidence/postgres-database.js';
import { findPostgres } from '../../bench/postgres-server.js';
import { eventually } from '../eventually.js';
import { inPostgres, inSql, useStores } from './places.js';

/** Leases of many brokers that one process serves: renewed together, and each held or lost for itself. */

const programs = await findPostgres();
const waiting = { signal: new AbortController().signal, onWait: () => undefined };

(programs === null ? describe.skip : describe)('leases in PostgreSQL', () => {
  const stores = useStores(programs, 'leases');

  const TAKEN_OVER = "update billing_evidence_lease set holder = 'another', fence = fence + 1 where name = $1";
  /** However long the test takes. */
  const ENDLESS = "update billing_evidence_lease set ends_at = clock_timestamp() + interval '1 hour'";

  test('a renewal answers each holder for itself', async () => {
    const { location } = await inPostgres(stores.server!);
    const { pulse, leave } = joinDatabase(location);
    const { leases } = pulse;
    const names = ['held', 'taken', 'busy', 'ended', 'set-back'];
    const renewals = await Promise.all(
      names.map(async (name): Promise<Renewal> => {
        const lease: Lease = { name, id: `holder of ${name}`, fence: 1 };
        await leases.take(name, lease.id, `first of ${name}`);
        const nonces = [name === 'set-back' ? 'what came after the backup' : `first of ${name}`];
        return { lease, nonces, nonce: `next of ${name}`, note: `calls of ${name}` };
      }),
    );
    const claim = new pg.Client({ connectionString: location });
    await claim.connect();
    await claim.query(ENDLESS);
    await claim.query(TAKEN_OVER, ['taken']);
    await leases.giveBack(renewals[3]!.lease);
    await claim.query('begin');
    await claim.query("select 1 from billing_evidence_lease where name = 'busy' for share");
    expect(await leases.renew(renewals)).toEqual(['renewed', 'lost', 'busy', 'lost', 'lost']);
    await claim.query('commit');
    const { rows } = await claim.query<{ name: string }>("select name from billing_evidence_lease where note like '%calls of%'");
    expect(rows).toEqual([{ name: 'held' }]);
    expect(await leases.renew([renewals[2]!])).toEqual(['renewed']);
    await claim.end();
    await leave();
  });

  // Each by a statement of its own: with 110 brokers under load they came so late that 140 leases were lost.
  test('a process renews all its leases at once, and loses one alone', async () => {
    const { location } = await inPostgres(stores.server!);
    const brokers = Array.from({ length: 20 }, () => openEvidence(location));
    const holds = await Promise.all(brokers.map((store, at) => store.hold(`gates/${at}`, waiting)));
    /** Statements that wrote the rows of leases as they are. */
    const statements = async (): Promise<string[]> => {
      let all: string[] = [];
      await inSql(location, async (sql) => {
        const { rows } = await sql.query<{ xmin: string }>('select distinct xmin::text from billing_evidence_lease');
        all = rows.map(({ xmin }) => xmin);
      });
      return all;
    };
    const [first] = await eventually(statements, (all) => all.length === 1);
    await inSql(location, async (sql) => void (await sql.query(TAKEN_OVER, ['gates/7'])));
    await holds[7]!.lost;
    expect(holds.filter((hold) => !hold.isHeld())).toEqual([holds[7]]);
    await eventually(statements, (all) => all.length === 2 && !all.includes(first!));
    await Promise.all(holds.map((hold) => hold.release()));
    await Promise.all(brokers.map((store) => store.close()));
  });
});
