-- Being the only one, by this server's clock.
create table billing_evidence_lease (
  name text primary key,
  holder text not null,
  fence bigint not null,
  nonce text not null,
  ends_at timestamptz not null,
  note text
);

-- Every change of a name, each with the digest of the one before. Its salted digest stands for the name, so that the text can be forgotten.
create table billing_evidence_chain (
  chain text not null,
  seq bigint not null,
  at text not null,
  name text,
  salt text,
  name_digest text not null,
  ref text,
  previous text not null,
  hash text not null,
  primary key (chain, seq)
);
create table billing_evidence_head (chain text primary key, seq bigint not null, hash text not null);
create table billing_evidence_signature (
  chain text not null,
  seq bigint not null,
  hash text not null,
  at text not null,
  key_id text not null,
  signature text not null
);
create index billing_evidence_signature_chain on billing_evidence_signature (chain, seq);
alter table billing_evidence_name add column seq bigint;

-- Points a name to a value, or nowhere, and adds that to the chain. Answers 'set'; 'other' where the name does not point to what was expected; 'lost'
-- where the lease is not held. The lease's row stays locked until the end, so that nobody takes it over in between.
create function billing_evidence_name_set(
  p_name text, p_ref text, p_is_checked boolean, p_expected text, p_lease text, p_holder text, p_fence bigint
) returns text language plpgsql as $$
declare
  v_chain text := split_part(p_name, '/', 2);
  v_seq bigint;
  v_previous text;
  v_current text;
  v_at text;
  v_salt text := replace(gen_random_uuid()::text, '-', '');
  v_digest text := encode(sha256(convert_to(v_salt || E'\n' || p_name, 'UTF8')), 'hex');
  v_hash text;
begin
  if p_lease is not null then
    perform 1 from billing_evidence_lease
      where name = p_lease and holder = p_holder and fence = p_fence and ends_at > clock_timestamp() for share;
    if not found then return 'lost'; end if;
  end if;
  insert into billing_evidence_head (chain, seq, hash) values (v_chain, 0, '') on conflict do nothing;
  select seq, hash into v_seq, v_previous from billing_evidence_head where chain = v_chain for update;
  select ref into v_current from billing_evidence_name where name = p_name;
  if p_is_checked and v_current is distinct from p_expected then return 'other'; end if;
  if p_ref is null and v_current is null then return 'set'; end if;

  v_seq := v_seq + 1;
  v_at := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  v_hash := encode(sha256(convert_to(
    v_previous || E'\n' || v_seq || E'\n' || v_at || E'\n' || v_digest || E'\n' || coalesce(p_ref, ''), 'UTF8')), 'hex');
  insert into billing_evidence_chain (chain, seq, at, name, salt, name_digest, ref, previous, hash)
    values (v_chain, v_seq, v_at, p_name, v_salt, v_digest, p_ref, v_previous, v_hash);
  update billing_evidence_head set seq = v_seq, hash = v_hash where chain = v_chain;
  if p_ref is null then
    delete from billing_evidence_name where name = p_name;
  else
    insert into billing_evidence_name (name, ref, seq) values (p_name, p_ref, v_seq)
      on conflict (name) do update set ref = excluded.ref, seq = excluded.seq;
  end if;
  return 'set';
end $$;

-- Names that are there already begin the chain.
select billing_evidence_name_set(name, ref, false, null, null, null, null) from (select name, ref from billing_evidence_name order by name) as present;
