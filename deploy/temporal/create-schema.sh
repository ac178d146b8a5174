#!/bin/sh
# Creates, or upgrades, Temporal's two databases. Safe to repeat: every step finds out what is there. Settings: SQL_* of the compose file, the password
# from the file SQL_PASSWORD_FILE.
set -eu

SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD
case $SQL_PASSWORD in
  '' | change-me | changeme | postgres | password | temporal)
    echo 'POSTGRES_PASSWORD: choose a password of your own in .env; this one is known to everybody.' >&2
    exit 78
    ;;
esac

for database in temporal temporal_visibility; do
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${database#temporal_}"
done
