-- Where older entries of a chain end, signed.
create table billing_evidence_checkpoint (
  chain text primary key,
  seq bigint not null,
  hash text not null,
  at text not null,
  entries bigint not null,
  digest text not null,
  key_id text not null,
  signature text not null
);
