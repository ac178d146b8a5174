#!/bin/sh
# Creates the namespace and its search attributes, or brings an existing one in line. Safe to repeat.
# Settings: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RETENTION.
set -eu

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A new namespace is known to all parts of the server only after a while.
tries=60
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name BillingBroker --type Keyword \
  --name BillingMonth --type Keyword \
  --name BillingOrganization --type Keyword \
  --name BillingStatus --type Keyword; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 1
done
