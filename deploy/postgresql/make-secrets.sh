#!/bin/sh
# Makes the passwords of the stack's PostgreSQL, each in a file of its own, in the folder that is named (POSTGRES_SECRETS in .env). What is there stays.
#   deploy/postgresql/make-secrets.sh .secrets
set -eu

folder=${1:?name a folder, as in: deploy/postgresql/make-secrets.sh .secrets}
# Only its owner gets into the folder; the files in it are read by the users of the containers that they are handed to.
mkdir -p -m 700 "$folder"
umask 022
password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

for name in postgres_password temporal_password temporal_visibility_password; do
  [ -e "$folder/$name" ] || password >"$folder/$name"
done
[ -e "$folder/evidence_url" ] || printf 'postgres://billing:%s@postgresql:5432/billing' "$(password)" >"$folder/evidence_url"
