#!/bin/sh
# Makes, or brings up to date, the tables of Temporal's two databases, each as the role that owns it. Safe to repeat: every step finds out what is there.
# Settings: SQL_PLUGIN, SQL_HOST, SQL_PORT, and the passwords in the files TEMPORAL_PASSWORD_FILE and TEMPORAL_VISIBILITY_PASSWORD_FILE.
set -eu

schema() {
  SQL_USER=$1
  SQL_PASSWORD=$(cat "$2")
  export SQL_USER SQL_PASSWORD
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/${1#temporal_}"
}

schema temporal "$TEMPORAL_PASSWORD_FILE"
schema temporal_visibility "$TEMPORAL_VISIBILITY_PASSWORD_FILE"
