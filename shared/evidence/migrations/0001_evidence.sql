-- What releases before migrations made; nothing where it is there.
create table if not exists billing_evidence (ref text primary key, value text not null, kept_at timestamptz not null default now());
create table if not exists billing_evidence_name (name text primary key, ref text not null);
