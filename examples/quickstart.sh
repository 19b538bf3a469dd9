#!/usr/bin/env bash
# Builds and runs examples/quickstart.cpp, on Debian 12 or 13, or Ubuntu 24.04.
#
# Without an account it talks to a local Globus, which is started for it and stopped after it. Where GLOBUS_CLIENT_ID and
# the other variables that examples/quickstart.cpp names are set, it talks to the real one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash examples/install.sh
build=build/quickstart
launcher=()
if command -v ccache >/dev/null; then launcher=(-D CMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
log=$(mktemp)
sandbox=
finish() {
    if [ -n "$sandbox" ]; then
        kill "$sandbox" 2>/dev/null || true
        wait "$sandbox" 2>/dev/null || true
    fi
    rm -f "$log"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "Building quickstart and globus-sandbox ..."
{
    # Header-only, as a first program has it; the tests build all examples with globus::compiled.
    cmake --preset header-only -B "$build" -D GLOBUS_BUILD_TESTS=OFF -D GLOBUS_BUILD_BENCHMARKS=OFF "${launcher[@]}" &&
        cmake --build "$build" --target quickstart globus-sandbox
} >"$log" 2>&1 || { cat "$log" >&2; exit 1; }

if [ -z "${GLOBUS_CLIENT_ID:-}" ]; then
    # tokens that live for 5 seconds, so that one expires while the program runs
    "$build/examples/globus-sandbox" --port 0 --print-env --token-lifetime 5 >"$log" &
    sandbox=$!
    # Once it serves it prints lines of `export NAME=value`, the last of them its process id.
    for _ in $(seq 100); do
        grep -q GLOBUS_SANDBOX_PID "$log" && break
        kill -0 "$sandbox" 2>/dev/null || break
        sleep 0.1
    done
    grep -q GLOBUS_SANDBOX_PID "$log" || { echo "globus-sandbox did not start" >&2; exit 1; }
    eval "$(cat "$log")"
    export GLOBUS_CLIENT_ID=$GLOBUS_SANDBOX_CLIENT_ID GLOBUS_CLIENT_SECRET=$GLOBUS_SANDBOX_CLIENT_SECRET
    export GLOBUS_AUTH_REFRESH_TOKEN=$GLOBUS_SANDBOX_AUTH_REFRESH_TOKEN
    export GLOBUS_TRANSFER_REFRESH_TOKEN=$GLOBUS_SANDBOX_TRANSFER_REFRESH_TOKEN
    export GLOBUS_SOURCE=$GLOBUS_SANDBOX_SOURCE_COLLECTION GLOBUS_DESTINATION=$GLOBUS_SANDBOX_DESTINATION_COLLECTION
    export GLOBUS_SOURCE_DIRECTORY=$GLOBUS_SANDBOX_SOURCE_DIRECTORY
    export GLOBUS_DESTINATION_DIRECTORY=$GLOBUS_SANDBOX_DESTINATION_DIRECTORY
fi

"$build/examples/quickstart"
