# SPDX-License-Identifier: Apache-2.0
"""A header includes only headers of its own floor and those below; the system's own are for core/platform and the sandbox.

    python3 includes.py include/globus
"""

import pathlib
import re
import sys

FLOORS = ("core", "http", "oauth", "client", "services", "app", "facade", "sandbox")
SYSTEM = re.compile(r"#include <((?:sys|netinet|arpa)/\w+\.h|(?:fcntl|unistd|signal|spawn|dirent|pwd|poll|pthread)\.h)>")
OWN = re.compile(r"#include <globus/(\w+)/")


def complaints(root, path):
    folders = path.relative_to(root).parts
    floor = FLOORS.index(folders[0])
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if (own := OWN.match(line)) and FLOORS.index(own[1]) > floor:
            yield f"{path}:{number}: {folders[0]} includes {own[1]}, which stands on it"
        system = SYSTEM.match(line)
        if system and folders[:2] != ("core", "platform") and folders[0] != "sandbox":
            yield f"{path}:{number}: <{system[1]}> is for core/platform/ alone"


def main():
    root = pathlib.Path(sys.argv[1])
    found = [one for path in sorted(root.glob("*/**/*.?pp")) for one in complaints(root, path)]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
