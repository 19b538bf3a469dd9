#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs stories.py against a sandbox of its own. Ends with 77 where there is no Globus SDK for Python.
#
#   sh stories.sh path/to/globus-sandbox [story ...]
program=$1
shift
python3 -c 'import globus_sdk' 2>/dev/null || {
    echo "skipped: python3 has no globus_sdk"
    exit 77
}
variables=$(mktemp)
trap 'rm -f "$variables"' EXIT
"$program" --print-env >"$variables" &
for _ in $(seq 100); do
    grep -q GLOBUS_SANDBOX_PID "$variables" && break
    sleep 0.1
done
. "$variables"
python3 "$(dirname "$0")/stories.py" "$@"
status=$?
kill "$GLOBUS_SANDBOX_PID"
exit $status
