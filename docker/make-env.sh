#!/bin/sh
# Writes .env for docker-compose.yml, with secrets that nobody else has. Leaves one that exists alone.
set -eu
cd "$(dirname "$0")/.."
[ -e .env ] && { echo '.env exists already: nothing was changed'; exit 0; }
secret() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
umask 077
cat >.env <<ENV
# For docker-compose.yml. Keep it: with another ENCRYPTION_KEY saved model keys are lost, and Postgres keeps the
# passwords that it was made with.
COMPOSE_PROJECT_NAME=paperagent
POSTGRES_PASSWORD=$(secret)
DATABASE_PASSWORD=$(secret)
TEMPORAL_DATABASE_PASSWORD=$(secret)
JWT_SECRET=$(secret)
ENCRYPTION_KEY=$(secret)

# The data folder. The engine mounts workspaces by their paths on this machine: it must be an absolute path.
PA_DATA=$(pwd)/pa_data/compose

# Where the app is reached. A reverse proxy with TLS in front of it makes TRUST_PROXY 2.
#HOST=127.0.0.1
#PORT=3000
#TEMPORAL_UI_PORT=8233
#TRUST_PROXY=1

# A model; without one the demo model answers, and says so.
#OPENAI_BASE_URL=https://api.openai.com/v1
#OPENAI_API_KEY=
#PAPERAGENT_MODEL=gpt-4.1-mini
ENV
echo 'wrote .env'
