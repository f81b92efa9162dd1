#!/bin/sh
# One role and its databases for each of the two: neither can read the other's, and neither is a superuser.
set -eu
: "${DATABASE_PASSWORD:?}" "${TEMPORAL_DATABASE_PASSWORD:?}"
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
  --set ON_ERROR_STOP=1 --set app="$DATABASE_PASSWORD" --set temporal="$TEMPORAL_DATABASE_PASSWORD" <<'SQL'
create role paperagent login password :'app';
create role temporal login password :'temporal';
create database paperagent owner paperagent;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database paperagent, temporal, temporal_visibility from public;
SQL
