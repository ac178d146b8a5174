#!/bin/sh
# Creates, or upgrades, Temporal's two databases. Safe to repeat: every step finds out what is there. Settings: SQL_* of the compose file.
set -eu

for database in temporal temporal_visibility; do
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${database#temporal_}"
done
