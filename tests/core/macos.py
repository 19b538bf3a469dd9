#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is written for macOS compiles, and nothing that only Linux has is used outside its branch.

    python3 macos.py <include directory> <compiler> [flag...]

There is no macOS here: this system's headers come first, then what macOS has beside them, then a poison for the names
that it lacks, and then all of globus, as if on macOS.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

FOREIGN = re.compile(r"#\s*include\s*(<(?!globus/)[^>]+>)")
STUBS = """\
#define F_FULLFSYNC 51
#define SO_NOSIGPIPE 0x1022
#define st_mtimespec st_mtim
extern "C" char*** _NSGetEnviron(void);
extern "C" int sysctlbyname(char const*, void*, __SIZE_TYPE__*, void*, __SIZE_TYPE__);
"""
MACROS = ("__linux__", "SOCK_CLOEXEC", "SOCK_NONBLOCK", "MSG_NOSIGNAL", "POLLRDHUP", "SO_DOMAIN", "F_GETPIPE_SZ",
          "CLOCK_BOOTTIME")
LACKING = ("accept4", "pipe2", "sigtimedwait", "syscall", "mknod", "epoll_create1", "eventfd", "environ", "st_mtim",
           "explicit_bzero", "renameat2", "statx", "memfd_create", "copy_file_range", "sendfile", "posix_fallocate")


def program(include):
    """The text of a program that includes all of globus as if on macOS."""
    lines = {}
    for path in sorted(include.glob("globus/**/*.?pp")):
        for header in FOREIGN.findall(path.read_text("utf-8")):
            lines[header] = f"#if __has_include({header})\n#include {header}\n#endif\n"
    headers = sorted(include.glob("globus/**/*.hpp"))
    own = [path.relative_to(include) for path in headers if not path.name.endswith("src.hpp")]
    return "".join([
        *lines.values(), STUBS, *(f"#undef {name}\n" for name in MACROS), "#define __APPLE__ 1\n",
        *(f"#pragma GCC poison {name}\n" for name in LACKING),
        *(f"#include <{name}>\n" for name in own), "int main() {}\n"])


def main():
    include, compiler, flags = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "sys").mkdir()
        for header in ("crt_externs.h", "sys/sysctl.h"):
            (folder / header).touch()
        source = folder / "macos.cpp"
        source.write_text(program(include))
        command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{folder}", f"-I{include}"]
        sys.exit(subprocess.run([*command, *flags, source]).returncode)


if __name__ == "__main__":
    main()
