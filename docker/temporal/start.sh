#!/bin/sh
# Several of these find each other by their own addresses: each process announces its container's.
set -eu
TEMPORAL_BROADCAST_ADDRESS=${TEMPORAL_BROADCAST_ADDRESS:-$(hostname -i | cut -d' ' -f1)}
export TEMPORAL_BROADCAST_ADDRESS
exec temporal-server --root /etc/paperagent --config config --env paperagent --allow-no-auth start
