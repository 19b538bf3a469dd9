#!/usr/bin/env bash
# Installs what it takes to build globus-cpp; does nothing when all of it is there.
#
#   bash examples/install.sh          for the library and the examples
#   bash examples/install.sh tests    for the tests too
#
# Debian 12 and 13, Ubuntu 24.04: by apt-get, with sudo when not root. Elsewhere: says what is missing and exits with status 2.
set -euo pipefail

compiler=${CXX:-c++}

# at_least HEADER CONDITION FLAG: the compiler finds the header and the library of FLAG, and the condition holds there.
at_least() {
    printf '#include <%s>\n#if !(%s)\n#error\n#endif\nint main() {}\n' "$1" "$2" |
        "$compiler" -std=c++20 -x c++ - -o /dev/null "$3" >/dev/null 2>&1
}

# Prints what is not there, a line each.
missing() {
    local tool
    for tool in "$compiler" cmake ninja; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    command -v "$compiler" >/dev/null || return 0
    at_least boost/version.hpp 'BOOST_VERSION >= 107900' -lboost_json || echo "Boost 1.79 or later, with Boost.JSON"
    at_least curl/curl.h 'LIBCURL_VERSION_NUM >= 0x074400' -lcurl || echo "libcurl 7.68 or later"
    at_least openssl/opensslv.h 'OPENSSL_VERSION_NUMBER >= 0x30000000L' -lssl || echo "OpenSSL 3.0 or later"
    at_least sqlite3.h 'SQLITE_VERSION_NUMBER >= 3031000' -lsqlite3 || echo "SQLite 3.31 or later"
    if [ "${1:-}" = tests ]; then
        for tool in python3 curl; do command -v "$tool" >/dev/null || echo "$tool"; done
        at_least stddef.h '__has_include(<catch2/catch.hpp>) || __has_include(<catch2/catch_all.hpp>)' -lm || echo "Catch2"
    fi
}

lacking=$(missing "$@")
[ -n "$lacking" ] || exit 0
if ! command -v apt-get >/dev/null; then
    printf 'Please install, and run this again:\n%s\n' "$lacking" >&2
    exit 2
fi

apt() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { printf 'Neither root nor sudo; to be installed:\n%s\n' "$lacking" >&2; exit 2; }
        as_root=(sudo)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# apt-get update does not wait for another one to end.
for attempt in 1 2 3 4 5; do
    if apt update; then break; fi
    [ "$attempt" -lt 5 ] || exit 1
    sleep 10
done

# Debian 12 has Boost 1.81 beside its older default. apt-cache also succeeds for a name that only other packages mention.
boost=
if apt-cache show libboost-json1.81-dev 2>/dev/null | grep -qFx "Package: libboost-json1.81-dev"; then boost=1.81; fi
packages=(g++ cmake ninja-build python3 libcurl4-openssl-dev libssl-dev libsqlite3-dev
          "libboost$boost-dev" "libboost-json$boost-dev")
if [ "${1:-}" = tests ]; then packages+=(catch2 curl); fi
echo "Installing ${packages[*]} ..."
apt install -y --no-install-recommends "${packages[@]}" >/dev/null

lacking=$(missing "$@")
if [ -n "$lacking" ]; then
    printf 'The packages of this system do not bring:\n%s\n' "$lacking" >&2
    exit 2
fi
