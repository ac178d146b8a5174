#!/bin/sh
# Starts Temporal with the database's password from the file POSTGRES_PWD_FILE: the server itself takes it from its environment only.
set -eu

POSTGRES_PWD=$(cat "$POSTGRES_PWD_FILE")
export POSTGRES_PWD
# Images of earlier versions have a script that prepares the start.
[ ! -x /etc/temporal/entrypoint.sh ] || exec /etc/temporal/entrypoint.sh
exec temporal-server start
