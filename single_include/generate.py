#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the single headers and the module of single_include/ from include/; with --check only compares them.

An `#include <globus/...>` becomes the header that it names, the first time, and nothing after that. The bodies of
functions, which headers include where GLOBUS_BODIES or GLOBUS_ASIO_BODIES is defined, come last, with what only they
need. Include guards stay, so a program may include a single header and parts of include/ together. The result depends on the headers alone.
"""
import argparse
import difflib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
SINGLE = {
    "globus/globus.hpp": ["globus/globus.hpp"],
    # There the services' functions that do not block are headers of their own.
    "globus/asio.hpp": ["globus/asio.hpp"] + sorted(f"globus/services/{path.parent.name}/async.hpp" for path in
                                                    INCLUDE.glob("globus/services/*/async.hpp")),
    "globus/sandbox.hpp": ["globus/sandbox.hpp"],
}
# Which single header another one includes in place of what that has.
BUILT_ON = {"globus/asio.hpp": "globus/globus.hpp"}
# Headers that a user includes by their own name: they need a library, or belong into one source file only.
ALONE = {"globus/app/sqlite_token_storage.hpp", "globus/asio_src.hpp", "globus/facade.hpp", "globus/facade/src.hpp",
         "globus/sandbox/src.hpp", "globus/src.hpp"}
# They include a single header by its name.
COPIED = ("globus/src.hpp", "globus/asio_src.hpp")
MODULE = "globus/globus.cppm"
# Headers that not every system has; what includes them does so under a condition.
SOMEWHERE = ("crt_externs.h", "format", "linux/inet_diag.h", "linux/netlink.h", "linux/sock_diag.h", "sys/syscall.h",
             "sys/sysctl.h")

FOREIGN = re.compile(r"\s*#\s*include\s*<(?!globus/)")
OWN = re.compile(r"\s*#\s*include\s*<(globus/[^>]+)>")
QUOTED = re.compile(r'\s*#\s*include\s*"')
OPEN = re.compile(r"\s*#\s*if(def|ndef)?\b(.*)")
CLOSE = re.compile(r"\s*#\s*endif\b")
BODIES = "GLOBUS_BODIES"
ASIO_BODIES = "GLOBUS_ASIO_BODIES"
SANDBOX_BODIES = "GLOBUS_SANDBOX_SEPARATE_COMPILATION"
LICENSE = "// SPDX-License-Identifier: Apache-2.0\n"


def expand(name, seen, bodies):
    """The lines of a header with its own includes replaced; adds what it reaches to `seen`, and to `bodies[condition]`
    the files of function bodies."""
    path = INCLUDE / name
    if not path.is_file():
        sys.exit(f"include/{name}: no such header")
    seen.add(name)
    guard = re.sub("[/.]", "_", name).upper()
    conditions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(True), 1):
        where = f"include/{name}:{number}"
        if QUOTED.match(line):
            sys.exit(f"{where}: own headers are included as <globus/...>")
        if opened := OPEN.match(line):
            conditions.append(opened[2].strip())
        ends_bodies = False
        if CLOSE.match(line):
            if not conditions:
                sys.exit(f"{where}: #endif without #if")
            ends_bodies = conditions.pop() in bodies
        inner = [condition for condition in conditions if condition != guard]
        own = OWN.match(line)
        for_bodies = len(inner) == 1 and inner[0] in bodies
        if for_bodies and not own:
            continue
        if CLOSE.match(line) and ends_bodies:
            continue
        if not own:
            if line != LICENSE:
                yield line
            continue
        if for_bodies:
            bodies[inner[0]].append(own[1])
            continue
        if any(SANDBOX_BODIES not in condition for condition in inner):
            sys.exit(f"{where}: an own header is included under a condition other than {guard}")
        if own[1] not in seen:
            # What is first met under a condition may be missing after it, where the guards decide.
            yield from expand(own[1], set(seen) if inner else seen, bodies)
    if conditions:
        sys.exit(f"include/{name}: #if without #endif")


def reached(names):
    """All headers that the headers `names` include."""
    found, left = set(), list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [own[1] for line in (INCLUDE / name).read_text("utf-8").splitlines() if (own := OWN.match(line))]
    return found


def section(files, seen, bodies):
    """The lines of the files of function bodies, which may add to `files` while they are read."""
    return [line for body in files if body not in seen for line in expand(body, seen, bodies)]


def render(name):
    """The single header that is called as the umbrella `name`."""
    seen, bodies, lines = set(), {ASIO_BODIES: [], BODIES: []}, []
    known = {ASIO_BODIES: set(), BODIES: set()}
    if base := BUILT_ON.get(name):
        lines.append(f"#include <{base}>\n")
        list(expand(base, seen, bodies))
        known[BODIES] = set(seen)
        section(bodies[BODIES], known[BODIES], bodies)
        bodies = {condition: [] for condition in bodies}
    lines += [line for root in SINGLE[name] if root not in seen for line in expand(root, seen, bodies)]
    for condition, files in bodies.items():
        # What is first met under one condition may be missing under the other.
        if made := section(files, seen | known[condition], bodies):
            lines += [f"\n#ifdef {condition}\n", *made, f"#endif  // {condition}\n"]
    text = re.sub(r"\n{3,}", "\n\n", "".join(lines))
    macros = (INCLUDE / "globus/version.hpp").read_text("utf-8")
    version = re.search(r'GLOBUS_VERSION_STRING "([^"]+)"', macros)[1]
    return f"{LICENSE}// globus {version}, made by single_include/generate.py: edit include/, not this file.\n{text}"


def module_include(line):
    """What the headers include only where there is one, the module does, too."""
    header = re.search(r"<([^>]+)>", line)[1]
    return f"#if __has_include(<{header}>)\n{line}#endif\n" if header in SOMEWHERE else line


def module():
    """The C++20 module: what others' headers declare is theirs, what globus.hpp declares is exported."""
    headers = sorted(reached({"globus/globus.hpp"}))
    lines = {line for name in headers for line in (INCLUDE / name).read_text("utf-8").splitlines(True)}
    foreign = "".join(sorted(map(module_include, filter(FOREIGN.match, lines))))
    return f"""{LICENSE}// The module `globus`, made by single_include/generate.py: for compilers that know modules, as clang 19 does.
//
//     import globus;
//
// The definitions are those of <globus/src.hpp>: define GLOBUS_SEPARATE_COMPILATION for the whole program.
module;
{foreign}
export module globus;

#ifdef __clang__
#pragma clang diagnostic ignored "-Winclude-angled-in-module-purview"
#endif
export extern "C++" {{
#include <globus/globus.hpp>
}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is out of date")
    check = parser.parse_args().check

    have = {path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.[hi]pp")}
    if lost := sorted(have - reached({root for roots in SINGLE.values() for root in roots} | (ALONE & have))):
        sys.exit("no umbrella includes " + ", ".join(lost))

    made = {name: render(name) for name in SINGLE}
    made |= {name: (INCLUDE / name).read_text("utf-8") for name in COPIED}
    made[MODULE] = module()
    status = 0
    for name, wanted in made.items():
        output = HERE / name
        found = output.read_text("utf-8") if output.is_file() else ""
        if found == wanted:
            continue
        if not check:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(wanted.encode())
            continue
        files = found.splitlines(), wanted.splitlines()
        lines = difflib.unified_diff(*files, "as committed", "as it should be", n=1, lineterm="")
        print(*list(lines)[:40], sep="\n")
        print(f"single_include/{name} is out of date: run python3 single_include/generate.py", file=sys.stderr)
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
