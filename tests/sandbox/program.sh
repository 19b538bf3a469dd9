#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What globus-sandbox does as a program: options, variables, a start that fails, every end.
#
#   sh program.sh path/to/globus-sandbox
set -f
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
says() { timeout 20 "$program" $1 2>&1 | grep -q -e "$2"; }
ends_with() { timeout 20 "$program" $2 >/dev/null 2>&1; [ $? -eq "$1" ]; }

check "-h tells of every option" says -h "--any-app"
check "--version" says --version "^globus-sandbox [0-9]"
check "an unknown option is named" says --bogus "there is no option --bogus"
check "and ends with 2" ends_with 2 --bogus
check "a missing value is named" says --port "needs a value: --port N"
check "another address is refused" ends_with 2 "--bind 0.0.0.0"
check "a missing directory is 1" ends_with 1 "--seed $scratch/none"

# A value that means nothing is 2, and a sentence that begins with its option.
for wrong in "--port 65536" "--port -1" "--port http" "--https-port 1.5" "--admin-port x" "--admin-secret short" \
    "--unsafe-network a/b" "--random-seed -1" "--token-lifetime 1e3" "--token-lifetime 99999999999999" \
    "--task-duration x" "--rate-limit nan" "--rate-limit -1" "--tls best" "--scenario none" "--format xml" "--app :secret" \
    "--allow-origin *" "--allow-origin https://app.example/path"; do
    check "$wrong is 2" ends_with 2 "$wrong"
    check "and says which option" says "$wrong" "^globus-sandbox: ${wrong%% *}: .*[.] See globus-sandbox --help[.]$"
    check "in one line" sh -c "[ \$('$program' $wrong 2>&1 | wc -l) = 1 ]"
done
check "an empty value is 2" sh -c "'$program' --state '' 2>/dev/null; [ \$? = 2 ]"
for wrong in 'no json' '[]' '{"user": []}' '{"users": [{}]}' '{"users": [{"username": 5}]}' '{"apps": [{"id": "x", "color": 1}]}' \
    '{"collections": [{"kind": "round"}]}' '{"collections": [{"open": "yes"}]}' '{"flows": [{"title": "F"}]}'; do
    printf '%s' "$wrong" >"$scratch/wrong.json"
    check "the configuration $wrong is 1" ends_with 1 "--config $scratch/wrong.json"
done
check "a configuration that is not there is named" says "--config $scratch/none.json" "$scratch/none.json"
check "what cannot be written is named" says "--env-file $scratch/none/env" "$scratch/none/env"

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

for format in plain sh dotenv json; do
    "$program" --format $format >"$scratch/$format" &
    pid=$!
    for _ in $(seq 100); do
        grep -q GLOBUS_SANDBOX_PID "$scratch/$format" && break
        sleep 0.1
    done
    kill $pid
    wait $pid
done
check "plain is NAME=value" grep -q '^GLOBUS_SANDBOX_ADMIN_PAGE=http://127.0.0.1:[0-9]*/#' "$scratch/plain"
check "sh is for eval" grep -q "^export GLOBUS_SANDBOX_URL='http://127.0.0.1:[0-9]*/'$" "$scratch/sh"
check "dotenv quotes what has to be" grep -q "^GLOBUS_SANDBOX_ADMIN_PAGE='http://.*#.*'$" "$scratch/dotenv"
check "json is one object" grep -q '^{"GLOBUS_SDK_SERVICE_URL_AUTH":"http://.*}$' "$scratch/json"
check "the file of variables is its owner's" [ "$(stat -c %a "$scratch/file")" = 600 ]

kill -HUP "$GLOBUS_SANDBOX_PID"
wait
check "a closed terminal ends it, and it cleans up" [ ! -e "$GLOBUS_SANDBOX_SOURCE_DIRECTORY" ]
check "its certificate, too" [ ! -e "$SSL_CERT_FILE" ]

# Whatever ends it, nothing stays behind.
mkdir "$scratch/tmp"
for signal in HUP INT TERM; do
    TMPDIR=$scratch/tmp "$program" --env-file "$scratch/ended" --quiet &
    pid=$!
    for _ in $(seq 100); do
        grep -qs GLOBUS_SANDBOX_PID "$scratch/ended" && break
        sleep 0.1
    done
    check "it has directories" [ -n "$(ls "$scratch/tmp")" ]
    kill -$signal $pid
    wait $pid
    check "SIG$signal ends it with 0" [ $? = 0 ]
    check "and nothing stays behind" [ -z "$(ls "$scratch/tmp")" ]
    rm "$scratch/ended"
done
TMPDIR=$scratch/tmp "$program" --env-file "$scratch/none/env" 2>/dev/null
check "nor after a start that failed" [ -z "$(ls "$scratch/tmp")" ]

# What was answered outlives a kill.
begin() { # begin NAME OPTIONS...: starts it, and reads its variables
    file=$scratch/$1
    shift
    "$program" --format sh "$@" >"$file" &
    for _ in $(seq 100); do
        grep -q GLOBUS_SANDBOX_PID "$file" && break
        sleep 0.1
    done
    . "$file"
}
begin first --state "$scratch/state" --config "$scratch/config.json"
token=$GLOBUS_SANDBOX_TRANSFER_TOKEN
if command -v curl >/dev/null; then
    echo "{\"name\": \"kept\", \"endpoint_id\": \"$GLOBUS_SANDBOX_SOURCE_COLLECTION\", \"path\": \"/\"}" >"$scratch/bookmark"
    curl -sf -o /dev/null -H "Authorization: Bearer $token" -d "@$scratch/bookmark" "${GLOBUS_SANDBOX_URL}v0.10/bookmark"
    kill -KILL "$GLOBUS_SANDBOX_PID"
    wait
    begin second --state "$scratch/state" --config "$scratch/config.json"
    check "a token is the same after a kill" [ "$token" = "$GLOBUS_SANDBOX_TRANSFER_TOKEN" ]
    check "and what it made is there" sh -c "curl -sf -H 'Authorization: Bearer $token' \
        '${GLOBUS_SANDBOX_URL}v0.10/bookmark_list' | grep -q '\"kept\"'"
    check "the certificate to trust has its place" [ "$SSL_CERT_FILE" = "$scratch/state/ca.pem" ]
fi
check "a second sandbox is told so" says "--state $scratch/state" "is used by another sandbox"
check "and ends with 2" ends_with 2 "--state $scratch/state"
kill "$GLOBUS_SANDBOX_PID"
wait
mkdir "$scratch/foreign"
echo "no database, but long enough to be looked at as one ..............................." >"$scratch/foreign/sandbox.db"
check "a foreign file is 2" ends_with 2 "--state $scratch/foreign"
check "and one sentence" says "--state $scratch/foreign" "is not the state of a sandbox"
check "a file is no directory" ends_with 2 "--state $scratch/config.json"
exit $failed
