#!/usr/bin/env bash
# Builds everything and runs all tests; exits with a failure if one fails. Installs what is missing first.
#
#   bash tests/run.sh           the quickest build
#   bash tests/run.sh asan      another preset of CMakePresets.json: header-only, release, asan, tsan, clang
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-default}
bash examples/install.sh tests
jobs=$(getconf _NPROCESSORS_ONLN)
if [ -n "${CI:-}" ]; then # from nothing, and once: test files in batches, and no cache that only costs
    options=(-D GLOBUS_TEST_BATCH=8)
elif command -v ccache >/dev/null; then
    export CCACHE_SLOPPINESS=pch_defines,time_macros
    options=(-D CMAKE_CXX_COMPILER_LAUNCHER=ccache)
else
    options=()
fi

cmake --preset "$preset" "${options[@]}"
cmake --build --preset "$preset" --parallel "$jobs"
if [ -n "${CI:-}" ]; then # every header compiles alone
    cmake --build --preset "$preset" --parallel "$jobs" --target globus_verify_interface_header_sets
fi
ctest --preset "$preset" --parallel "$jobs"

table=build-$preset/compile_time.md
if [ "$preset" = default ]; then table=build/compile_time.md; fi
if [ -n "${CI:-}" ] && [ -f "$table" ]; then # what a user's file costs to compile
    cat "$table"
fi
