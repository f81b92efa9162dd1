#!/bin/sh
# Brings Temporal's two databases to the schema of this server's version. Run again, it changes nothing.
set -eu
: "${SQL_HOST:?}" "${SQL_USER:?}" "${SQL_PASSWORD:?}"
export SQL_PLUGIN=postgres12 SQL_PORT="${SQL_PORT:-5432}"
schemas=${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}

bring_up() { # database, which schema
  temporal-sql-tool --database "$1" setup-schema --version 0.0 2>/dev/null || true # fails where it has been set up
  temporal-sql-tool --database "$1" update-schema --schema-dir "$schemas/$2/versioned"
}
bring_up "${SQL_DATABASE:-temporal}" temporal
bring_up "${SQL_VISIBILITY_DATABASE:-temporal_visibility}" visibility
