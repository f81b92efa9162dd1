#!/bin/sh
# The one thing that is done as root, once: the data folder is given to the user that everything runs as, and the
# image that generated code runs in is made, unless it is there.
set -eu
: "${PA_DATA:?}" "${APP_USER:?}"
mkdir -p "$PA_DATA/workspaces" "$PA_DATA/chat_history" "$PA_DATA/sandbox"
chmod 0755 "$PA_DATA"
chown "$APP_USER" "$PA_DATA" "$PA_DATA/workspaces" "$PA_DATA/chat_history" "$PA_DATA/sandbox"
exec node /app/src/main/sandbox-doctor.ts
