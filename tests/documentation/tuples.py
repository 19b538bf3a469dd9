# SPDX-License-Identifier: Apache-2.0
"""An operation is a struct and a named function; the tuple of its service has it.

    python3 tuples.py include/globus/services

C++ cannot make a tuple from the structs, so this compares them: no operation is missing in a tuple or lacks a function,
and a tuple names each once.
"""

import pathlib
import re
import sys

SERVICE = re.compile(r"^    using service = (\w+);\n(?=(?:    .*\n)*?    using result = )", re.M)
TUPLE = re.compile(r"hana_types<\s*Asked,([^;]*)>\(\)")
FUNCTION = re.compile(r"[( ]([\w:]+)(?:<\w+>)? op\b|\bsubmit<(\w+)")


def unqualified(name):
    """Oauth2Token of `auth::Oauth2Token<S>`."""
    return name.strip().partition("<")[0].rpartition("::")[2]


def around(text, position):
    """The namespaces and types that a position is in, the innermost one first; None for a function."""
    names = []
    for line in re.finditer(r"^(?:\S.*\{|\S.*,\n(?: .*,\n)* .*\{|\}.*)$", text[:position], re.M):
        if line[0].startswith("}"):
            names.pop()
        else:
            opened = re.match(r"(?:namespace|struct|class) ([\w:]+)", line[0])
            names.append(opened and opened[1])
    return names[::-1]


def complaints(folder):
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.hpp")))
    tuples = {}
    for found in TUPLE.finditer(text):
        owner = next(one for one in around(text, found.start()) if one)
        tuples[owner] = [unqualified(name) for name in found[1].split(",")]
    functions = {unqualified(found[1] or found[2]) for found in FUNCTION.finditer(text)}

    operations = set()  # pairs of a tuple's owner and a struct
    for found in SERVICE.finditer(text):
        name, namespace, *_ = around(text, found.start())
        if namespace in tuples:
            owners = [namespace]
        elif found[1] == "S":  # of several services: those that name it
            owners = [owner for owner in tuples if name in tuples[owner]]
        else:
            owners = [found[1]]
        if not any(name in tuples.get(owner, []) for owner in owners):
            yield f"{folder.name}: {name} is in no tuple of operations of its service {found[1]}"
        if name not in functions:
            yield f"{folder.name}: {name} has no function that takes it"
        operations.update((owner, name) for owner in owners)

    for owner, names in tuples.items():
        for name in sorted(set(names)):
            if names.count(name) > 1:
                yield f"{folder.name}: the tuple of {owner} has {name} twice"
            if (owner, name) not in operations:
                yield f"{folder.name}: the tuple of {owner} has {name}, which is no operation of it"


def main():
    folders = [path for path in sorted(pathlib.Path(sys.argv[1]).iterdir()) if path.is_dir()]
    found = [complaint for folder in folders for complaint in complaints(folder)]
    print("\n".join(found))
    sys.exit(1 if found or not folders else 0)


main()
