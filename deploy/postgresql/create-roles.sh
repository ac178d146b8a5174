#!/bin/sh
# Makes the stack's three roles, none of which may do more than use the one database that it owns: Temporal's, that of its visibility, and that of the evidence.
# Safe to repeat; a password that was changed in its file is changed. Settings: PGHOST, PGPORT, PGUSER (the superuser, used for nothing else), and the files
# PGPASSWORD_FILE, TEMPORAL_PASSWORD_FILE, TEMPORAL_VISIBILITY_PASSWORD_FILE and EVIDENCE_URL_FILE (postgres://billing:PASSWORD@HOST/billing).
set -eu

refuse_known() {
  case $2 in
    '' | change-me | changeme | postgres | password | temporal | billing)
      echo "$1: choose a password of your own; this one is known to everybody. deploy/postgresql/make-secrets.sh makes some." >&2
      exit 78
      ;;
  esac
}

# A role, and the database of its name, which nobody else may enter.
own() {
  refuse_known "$2" "$3"
  ROLE_PASSWORD=$3 psql --no-psqlrc --quiet --dbname postgres --set ON_ERROR_STOP=1 --set role="$1" <<'SQL'
\getenv password ROLE_PASSWORD
select format('create role %I', :'role') where not exists (select from pg_roles where rolname = :'role') \gexec
alter role :"role" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'password';
select format('create database %I owner %I', :'role', :'role') where not exists (select from pg_database where datname = :'role') \gexec
revoke all on database :"role" from public;
SQL
}

PGPASSWORD=$(cat "$PGPASSWORD_FILE")
export PGPASSWORD
refuse_known "$PGPASSWORD_FILE" "$PGPASSWORD"
evidence=$(sed -n 's|^postgres\(ql\)\{0,1\}://billing:\([^@/]*\)@.*/billing$|\2|p' "$EVIDENCE_URL_FILE")

own temporal "$TEMPORAL_PASSWORD_FILE" "$(cat "$TEMPORAL_PASSWORD_FILE")"
own temporal_visibility "$TEMPORAL_VISIBILITY_PASSWORD_FILE" "$(cat "$TEMPORAL_VISIBILITY_PASSWORD_FILE")"
own billing "$EVIDENCE_URL_FILE" "$evidence"
psql --no-psqlrc --quiet --dbname postgres --command 'revoke all on database postgres, template1 from public'
