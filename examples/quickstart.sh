#!/usr/bin/env bash
# Builds and runs examples/quickstart.cpp.
#
# Without an account it talks to a local Globus, which is started for it and stopped after it. With a GLOBUS_ variable
# that names an account or a service (see examples/quickstart.cpp) it talks to that one.
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
    cmake --preset default -B "$build" -D GLOBUS_BUILD_TESTS=OFF -D GLOBUS_BUILD_BENCHMARKS=OFF "${launcher[@]}" &&
        cmake --build "$build" --target quickstart globus-sandbox
} >"$log" 2>&1 || { cat "$log" >&2; exit 1; }

if ! compgen -A export GLOBUS_ | grep -qvx GLOBUS_CONTRACT_DIR; then
    "$build/examples/globus-sandbox" --port 0 --print-env >"$log" &
    sandbox=$!
    # Once it serves it prints lines of `export NAME=value`: all are there when the file has stopped growing.
    size=0
    for _ in $(seq 100); do
        kill -0 "$sandbox" 2>/dev/null || break
        before=$size
        size=$(wc -c <"$log")
        if [ "$size" -gt 0 ] && [ "$size" -eq "$before" ]; then break; fi
        sleep 0.1
    done
    [ "$size" -gt 0 ] || { echo "globus-sandbox did not start" >&2; exit 1; }
    eval "$(cat "$log")"
fi

"$build/examples/quickstart"
