#!/bin/sh
# What a newcomer does: `npm start`, and when it is ready the question, from another terminal. `newcomer.sh start`
# only starts and stops. Ends with the question's exit code; 90: the start ended by itself, 91: it took too long.
cd /srv/paperagent || exit 92
npm start >start.log 2>&1 &
start=$!
waited=0
until grep -qs '^ready (' start.log; do
  kill -0 $start 2>/dev/null || exit 90
  waited=$((waited + 1))
  [ $waited -lt 1800 ] || exit 91
  sleep 1
done
code=0
if [ "$1" = ask ]; then npm run ask -- "$2" >ask.log 2>&1 || code=$?; fi
kill -TERM $start
wait $start
exit $code
