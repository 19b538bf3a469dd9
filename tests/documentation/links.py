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


def anchors(text):
    """The names that a hosted page gives to its headings."""
    headings = re.findall(r"^#+ +(.*)$", CODE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main():
    broken = []
    for name in sys.argv[1:]:
        page = pathlib.Path(name)
        for target in LINK.findall(re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            if not file.exists():
                broken.append(f"{page}: {target} leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text("utf-8")):
                broken.append(f"{page}: {path or page.name} has no heading #{anchor}")
    print(*broken, sep="\n")
    return 1 if broken else 0


sys.exit(main())
