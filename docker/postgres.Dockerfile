# Postgres with the roles and databases that PaperAgent and Temporal use. They are made when the volume is new.
ARG BASE_IMAGE=postgres:18
FROM ${BASE_IMAGE}
COPY postgres/10-databases.sh /docker-entrypoint-initdb.d/
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=12 \
  CMD pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER" -d paperagent || exit 1
