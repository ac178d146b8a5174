#!/bin/sh
# Starts Temporal with the passwords of its two roles from the files POSTGRES_PWD_FILE and VISIBILITY_POSTGRES_PWD_FILE: the server itself takes them from its
# environment only.
set -eu

POSTGRES_PWD=$(cat "$POSTGRES_PWD_FILE")
VISIBILITY_POSTGRES_PWD=$(cat "$VISIBILITY_POSTGRES_PWD_FILE")
export POSTGRES_PWD VISIBILITY_POSTGRES_PWD
# Images of earlier versions have a script that prepares the start.
[ ! -x /etc/temporal/entrypoint.sh ] || exec /etc/temporal/entrypoint.sh
exec temporal-server start
