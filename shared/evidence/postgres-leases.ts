import { LEASE_MS, type LeaseStore, type Renewed } from './hold.js';
import { textOrNull } from './postgres-chain.js';
import type { Query } from './postgres-server.js';

/** Leases as rows, one for each name, by the server's clock. */
export const postgresLeases = (query: Query): LeaseStore => ({
  now: () => clockOf(query),
  take: async (name, id, nonce) => {
    const [row] = await query(TAKE, [name, id, nonce, LEASE_MS]);
    return row ? { fence: Number(row.fence), left: JSON.parse(textOrNull(row.note) ?? 'null') as unknown } : null;
  },
  renew: async (renewals) => {
    const asked = renewals.map(({ lease: { name, id, fence }, nonces, nonce, note }) => ({
      ...{ name, holder: id, fence, nonces, nonce },
      note: JSON.stringify(note ?? null),
    }));
    const rows = await query(RENEW, [JSON.stringify(asked), LEASE_MS]);
    const held = new Map(rows.map((row) => [row.holder, row.is_renewed === true ? 'renewed' : 'busy'] as const));
    return renewals.map(({ lease: { id } }): Renewed => held.get(id) ?? 'lost');
  },
  giveBack: async ({ name, id, fence }) => {
    await query('update billing_evidence_lease set ends_at = clock_timestamp() where name = $1 and holder = $2 and fence = $3', [
      name,
      id,
      fence,
    ]);
  },
});

export async function clockOf(query: Query): Promise<Date> {
  const [row] = await query('select extract(epoch from clock_timestamp()) * 1000 as now');
  return new Date(Number(row!.now));
}

const ENDS = (parameter: string): string => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`;
const TAKE = `
  insert into billing_evidence_lease as lease (name, holder, fence, nonce, ends_at) values ($1, $2, 1, $3, ${ENDS('$4')})
  on conflict (name) do update set holder = $2, fence = lease.fence + 1, nonce = $3, ends_at = ${ENDS('$4')}
    where lease.ends_at <= clock_timestamp()
  returning fence, note`;

const IS_HELD = `lease.name = asked.name and lease.holder = asked.holder and lease.fence = asked.fence
    and asked.nonces ? lease.nonce and lease.ends_at > clock_timestamp()`;
/** A row that a claim, or one who looks whether the name is free, has locked is left out: all others would wait for it, and their claims for them. */
const RENEW = `
  with asked as (
    select * from jsonb_to_recordset($1::jsonb)
      as one (name text, holder text, fence bigint, nonces jsonb, nonce text, note text)
  ), free as (
    select asked.name, asked.holder, asked.nonce, asked.note
    from billing_evidence_lease as lease join asked on ${IS_HELD}
    for no key update of lease skip locked
  ), renewed as (
    update billing_evidence_lease as lease set nonce = free.nonce, note = free.note, ends_at = ${ENDS('$2')}
    from free where lease.name = free.name
    returning lease.holder
  )
  select asked.holder, renewed.holder is not null as is_renewed
  from billing_evidence_lease as lease join asked on ${IS_HELD} left join renewed on renewed.holder = asked.holder`;
