# SPDX-License-Identifier: Apache-2.0
"""Every link of a page to a file of this project leads somewhere.

    python3 links.py PAGE...

Links to other hosts are not followed: a test does not depend on the network.
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^][]*\]\(([^()\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.M | re.S)


def anchor(heading):
    """The name that a hosted page gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(text):
    return {anchor(heading) for heading in re.findall(r"^#+ +(.*)$", CODE.sub("", text), re.M)}


def main():
    broken = []
    for name in sys.argv[1:]:
        page = pathlib.Path(name)
        for target in LINK.findall(re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, name = target.partition("#")
            file = page.parent / path if path else page
            if not file.exists():
                broken.append(f"{page}: {target} leads nowhere")
            elif name and file.suffix == ".md" and name not in anchors(file.read_text("utf-8")):
                broken.append(f"{page}: {path or page.name} has no heading #{name}")
    print(*broken, sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
