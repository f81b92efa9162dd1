#!/bin/sh
# The one thing that is done as root, once: the data folder is given to the user that everything runs as, and the
# image that generated code runs in is made, unless it is there.
set -eu
: "${PA_DATA:?}" "${APP_USER:?}"
set -- "$PA_DATA" "$PA_DATA/workspaces" "$PA_DATA/history" "$PA_DATA/chat_history" "$PA_DATA/templates" "$PA_DATA/sandbox"
mkdir -p "$@"
chmod 0700 "$@"
chown "$APP_USER" "$@"
exec node /app/src/main/sandbox-doctor.ts
