#!/usr/bin/env bash
# make test: the calls on the real Asterisk, which mostly wait, beside all other tests, which mostly compute.
# Both are shown whole, one after the other; leaves with 1 if either fails. Further arguments go to both (make test-full).
set -uo pipefail
cd "$(dirname "$0")/.."
python=$1
shift

calls=$(mktemp)
set -m  # a job of its own: what a shell runs beside itself would be deaf to SIGINT, and tests send that
"$python" -m pytest "$@" tests/e2e >"$calls" 2>&1 &
beside=$!
set +m
trap 'kill "$beside" 2>/dev/null; wait "$beside"; rm -f "$calls"' EXIT
trap 'exit 130' INT TERM

"$python" -m pytest "$@" --ignore=tests/e2e
others=$?
echo "· calls on the real Asterisk"
wait "$beside"
on_asterisk=$?
cat "$calls"
[ "$others" -eq 0 ] && [ "$on_asterisk" -eq 0 ]
