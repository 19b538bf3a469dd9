#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What examples/sandbox/Containerfile runs, without a container: its command serves other machines and keeps its state.
#
#   sh container.sh path/to/globus-sandbox
program=$1
here=$(dirname "$0")/../..
file=$here/examples/sandbox/Containerfile
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
command -v curl >/dev/null || {
    echo "skipped: there is no curl"
    exit 77
}

# Its arguments, with ports and directories of our own.
set -- $(sed -n 's/^ENTRYPOINT \["globus-sandbox", \(.*\)\]/\1/p' "$file" | tr -d '",' |
    sed "s: /state: $scratch/state:g; s:--port 8080:--port 0:; s:--https-port 8443:--https-port 0:")
check "the command is found" [ $# -gt 4 ]
begin() { # begin OPTIONS...: starts it, and reads its variables
    rm -f "$scratch/state/env"
    "$program" "$@" >/dev/null &
    pid=$!
    for _ in $(seq 100); do
        grep -qs GLOBUS_SANDBOX_PID "$scratch/state/env" && break
        sleep 0.1
    done
    . "$scratch/state/env"
}
begin "$@"
port=$(echo "$GLOBUS_SANDBOX_URL" | sed 's/.*://; s,/,,')
check "it says the name under which it is reached" [ "$GLOBUS_SANDBOX_URL" = "http://localhost:$port/" ]
check "its address serves" curl -sf -o /dev/null "${GLOBUS_SANDBOX_URL}health"
check "and HTTPS does" curl -sf -o /dev/null --cacert "$SSL_CERT_FILE" "${GLOBUS_SANDBOX_HTTPS_URL}health"
address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)
if [ -n "$address" ]; then
    check "so does the address of this machine, by its name" \
        curl -sf -o /dev/null -H "Host: localhost:$port" "http://$address:$port/health"
fi
check "another name is refused" sh -c \
    "[ \$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' http://127.0.0.1:$port/health) = 400 ]"
kill "$pid"
wait

# For other containers: the last --unsafe-network counts.
begin "$@" --unsafe-network globus-sandbox
port=$(echo "$GLOBUS_SANDBOX_URL" | sed 's/.*://; s,/,,')
check "the name that other containers know" [ "$GLOBUS_SANDBOX_URL" = "http://globus-sandbox:$port/" ]
check "it serves under it" \
    curl -sf -o /dev/null --resolve "globus-sandbox:$port:127.0.0.1" "http://globus-sandbox:$port/health"
port=$(echo "$GLOBUS_SANDBOX_HTTPS_URL" | sed 's/.*://; s,/,,')
check "over HTTPS, too" curl -sf -o /dev/null --cacert "$SSL_CERT_FILE" \
    --resolve "globus-sandbox:$port:127.0.0.1" "https://globus-sandbox:$port/health"
kill "$pid"
wait

# It installs what install.sh does, and the guide has its commands.
for package in $(sed -n 's/^ *packages=(//; s/^ *\(.*libssl-dev.*\)$/\1/p' "$here/examples/install.sh" | tr ' ' '\n' | grep '^lib.*-dev$'); do
    check "the file installs $package" grep -q "$package" "$file"
done
sed -n 's/^#   podman/podman/p' "$file" >"$scratch/commands"
check "it has commands" [ "$(wc -l <"$scratch/commands")" = 3 ]
while read -r command; do
    check "the guide says: $command" grep -qxF "$command" "$here/examples/guide/testing.md"
done <"$scratch/commands"
exit $failed
