#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whoever compiles with what the library cannot work with reads one sentence that says what to do, and little else.

    python3 first_contact.py <include directory> <compiler> [flag...]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ANY_STANDARD = ("version.hpp", "facade.hpp")
OLD = {
    "boost/version.hpp": "#define BOOST_VERSION 107800\n",
    "curl/curl.h": "#define LIBCURL_VERSION_NUM 0x074300\n",
    "openssl/opensslv.h": "#define OPENSSL_VERSION_NUMBER 0x1010008fL\n",
}
MOST_LINES = 30  # the way to the header that was included, twice, is most of it


def cases(include):
    """What is compiled: a header, flags, the file of OLD that is found first, and what the first error says."""
    root = include / "globus"
    for path in sorted([*root.glob("*.hpp"), *root.glob("services/*.hpp"), *root.glob("*/src.hpp")]):
        if path.name not in ANY_STANDARD:
            yield path.relative_to(root), ["-std=c++17"], None, "needs C++20: compile with -std=c++20"
    yield "globus.hpp", ["-std=c++20", "-fno-exceptions"], None, "compile without -fno-exceptions"
    yield "globus.hpp", ["-std=c++20", "-fno-rtti"], None, "compile without -fno-rtti"
    yield "globus.hpp", ["-std=c++20"], "boost/version.hpp", "needs Boost 1.79 or newer"
    yield "http/curl_transport.hpp", ["-std=c++20"], "curl/curl.h", "needs libcurl 7.68 or newer"
    yield "core/crypto.hpp", ["-std=c++20"], "openssl/opensslv.h", "needs OpenSSL 1.1.1 or newer"


def complaint(command, entry, words, folder):
    """What is wrong with the compiler's words about a file that includes `entry`, or nothing."""
    source = folder / "user.cpp"
    source.write_text(f"#include <globus/{entry}>\nint main() {{}}\n")
    done = subprocess.run([*command, "-fsyntax-only", source], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
    lines = done.stderr.split("\n")
    errors = [line for line in lines if "error:" in line]
    if done.returncode == 0:
        return "it compiles"
    if words not in errors[0]:
        return f"the first error is {errors[0]}"
    if len(lines) > MOST_LINES:
        return f"it gets {len(lines)} lines"
    return None


def main():
    include, compiler, flags = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    failed = False
    for entry, standard, old, words in cases(include):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            command = [compiler, *standard]
            if old:
                (folder / old).parent.mkdir()
                (folder / old).write_text(OLD[old])
                command.append(f"-I{folder}")
            if wrong := complaint([*command, f"-I{include}", *flags], entry, words, folder):
                print(f"<globus/{entry}> {' '.join(standard)} {old or ''}: {wrong}")
                failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
