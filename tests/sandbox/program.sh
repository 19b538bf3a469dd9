#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What globus-sandbox does as a program: options, variables, a start that fails, every end.
#
#   sh program.sh path/to/globus-sandbox
program=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

check() { # check WHAT COMMAND...: the command must succeed
    what=$1
    shift
    if "$@"; then echo "ok: $what"; else
        echo "FAILED: $what"
        failed=1
    fi
}
says() { "$program" $1 2>&1 | grep -q -- "$2"; }
ends_with() { "$program" $2 >/dev/null 2>&1; [ $? -eq "$1" ]; }

check "-h tells of every option" says -h "--any-app"
check "--version" says --version "^globus-sandbox [0-9]"
check "an unknown option is named" says --bogus "there is no option --bogus"
check "and ends with 2" ends_with 2 --bogus
check "a missing value is named" says --port "needs a value: --port N"
check "another address is refused" ends_with 2 "--bind 0.0.0.0"
check "a missing directory is 1" ends_with 1 "--seed $scratch/none"

printf '{"users": [{"username": "ada@example.org"}], "groups": [{"name": "Lab"}], "indices": [{"display_name": "I",
"entries": [{"subject": "s", "visible_to": ["public"], "content": {"a": 1}}]}]}' >"$scratch/config.json"
"$program" --print-env --config "$scratch/config.json" --env-file "$scratch/file" >"$scratch/env" &
for _ in $(seq 100); do
    grep -q GLOBUS_SANDBOX_PID "$scratch/env" && break
    sleep 0.1
done
. "$scratch/env"
check "the configuration is there" [ "$GLOBUS_SANDBOX_USERNAME" = ada@example.org ]
check "the file has the same" grep -q "^GLOBUS_SANDBOX_URL=$GLOBUS_SANDBOX_URL" "$scratch/file"
check "each name of Timers" [ "$GLOBUS_SDK_SERVICE_URL_TIMER" = "$GLOBUS_SDK_SERVICE_URL_TIMERS" ]
port=$(echo "$GLOBUS_SANDBOX_URL" | sed 's/.*://; s,/,,')
if command -v curl >/dev/null; then
    check "HTTPS, by the certificate that is named" curl -sf -o /dev/null "${GLOBUS_SANDBOX_HTTPS_URL}health"
    page=${GLOBUS_SANDBOX_ADMIN_PAGE%%#*}
    check "the page" sh -c "curl -sf '$page' | grep -q '<h1>Globus sandbox</h1>'"
    check "a page of elsewhere calls nothing" sh -c \
        "[ \$(curl -s -o /dev/null -w '%{http_code}' -H 'Origin: https://evil.example' '${GLOBUS_SANDBOX_URL}health') = 403 ]"
fi

# When the port is taken, the eval fails, and nothing leads to the real Globus.
check "an eval of a start that failed fails" sh -c "! eval \"\$('$program' --print-env --port $port 2>/dev/null)\""
check "and leaves no way to the real Globus" sh -c \
    "eval \"\$('$program' --print-env --port $port 2>/dev/null)\"; [ \"\$GLOBUS_SDK_SERVICE_URL_AUTH\" = http://127.0.0.1:1/ ]"

kill -HUP "$GLOBUS_SANDBOX_PID"
wait
check "a closed terminal ends it, and it cleans up" [ ! -e "$GLOBUS_SANDBOX_SOURCE_DIRECTORY" ]
check "its certificate, too" [ ! -e "$SSL_CERT_FILE" ]
exit $failed
