# SPDX-License-Identifier: Apache-2.0
"""The recipes of the package tools ask for the versions that CMake asks for, and name this version.

    python3 recipes.py SOURCE
"""

import pathlib
import re
import sys

DEPENDENCIES = {"Boost": ("boost",), "CURL": ("curl", "libcurl"), "OpenSSL": ("openssl",), "SQLite3": ("sqlite", "sqlite3")}


def main():
    source = pathlib.Path(sys.argv[1])
    version = re.search(r'VERSION_STRING "(.*)"', (source / "include/globus/version.hpp").read_text())[1]
    cmake = (source / "CMakeLists.txt").read_text()
    wrong, recipes = [], sorted(source.glob("examples/packaging/**/*.py"))
    for recipe in recipes:
        text = recipe.read_text()
        compile(text, str(recipe), "exec")
        named = set(re.findall(r"version\(\"([\d.]+)\"\)|globus-cpp-([\d.]+\d)\.tar", text))
        wrong += [f"{recipe}: the version is {version}" for one in named if version not in one]
        for package, names in DEPENDENCIES.items():
            wanted = re.search(rf"{package} ([\d.]+)", cmake)[1]
            asked = [found[1] for found in re.finditer(r"\"(?:[\w-]+)(?:@|/\[>=)([\d.]+)", text) if found[0][1:].startswith(names)]
            if not any(re.fullmatch(rf"{re.escape(one)}(\.0)*", wanted) for one in asked):
                wrong.append(f"{recipe}: {package} is to be {wanted} or newer, not {asked}")
    print(*wrong, sep="\n")
    return 1 if wrong or not recipes else 0


sys.exit(main())
