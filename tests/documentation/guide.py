# SPDX-License-Identifier: Apache-2.0
"""The two pages of the guide that list things list all of them.

    python3 guide.py include/globus examples/guide

errors.md names every class of errors, with its accessors and kinds; from-python.md every function of every client, in
the section of its service, and no function that there is not.
"""

import pathlib
import re
import sys

CLASS = re.compile(r"^class GLOBUS_VISIBLE (\w+) (?:final )?: public ([\w:]+).*?^\};", re.M | re.S)
ENUM = re.compile(r"enum class (\w+) : [\w ]+ \{(.*?)\};", re.S)
ACCESSOR = re.compile(r"^    (?:\[\[nodiscard\]\] )?[\w:<>]+(?: const&)? (\w+)\(\) const", re.M)
CLIENT = re.compile(
    r"^( *)(?:struct|class) (?:\w+::)?(?:\w*Operations\w*|GroupsManager)(?: : [^\n]*)? \{$(.*?)^\1\};", re.M | re.S
)
FUNCTION = r"^{indent}(?:\[\[nodiscard\]\] )?(?!return|using|static|explicit)[\w:][^;={{}}()\n]* (\w+)\("
SECTIONS = {
    "auth": "Auth",
    "compute": "Compute",
    "flows": "Flows",
    "gcs": "Connect Server, and files of collections",
    "groups": "Groups",
    "search": "Search",
    "timers": "Timers",
    "transfer": "Transfer",
    "transfer_v2": "Transfer, second version",
}


def sections(page):
    """The text below each heading of the second level, by the heading."""
    parts = re.split(r"^## (.*)$", page.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def public(body):
    return re.split(r"^ *(?:private|protected):$", body, maxsplit=1, flags=re.M)[0]


def error_classes(root):
    """Pairs of a class of errors and its body, from all headers."""
    found = [one for path in sorted(root.rglob("*.hpp")) for one in CLASS.finditer(path.read_text("utf-8"))]
    known, before = {"Error", "std::runtime_error", "SubmissionError"}, 0
    while len(known) != before:
        before = len(known)
        known |= {one[1] for one in found if one[2].removeprefix("globus::") in known}
    return [(one[1], public(one[0])) for one in found if one[1] in known]


def errors(root, page):
    text, parts = page.read_text("utf-8"), sections(page)
    for name, body in error_classes(root):
        if not re.search(rf"`(?:\w+::)?{name}`", text):
            yield f"{page.name} does not name {name}"
        own = "".join(part for heading, part in parts.items() if f"`{name}`" in heading)
        for enum, values in ENUM.findall(body):
            for value in re.findall(r"^ +(\w+)(?:,| +///|$)", values, re.M) if enum == "Kind" else ():
                if f"| `{value}` |" not in own:
                    yield f"{page.name} has no row for {name}::{enum}::{value} in a section named after {name}"
        for accessor in ACCESSOR.findall(body):
            if f"{accessor}()" not in text:
                yield f"{page.name} does not say what {name}::{accessor}() is good for"


def functions(folder):
    """What the clients of a service and its managers can do."""
    names = set()
    for path in [folder / "service.hpp", folder / "groups_manager.hpp"]:
        for client in CLIENT.finditer(path.read_text("utf-8") if path.exists() else ""):
            body = re.sub(r"^ *void \w+\(.*= delete;.*$", "", public(client[2]), flags=re.M)
            names.update(re.findall(FUNCTION.format(indent=client[1] + "    "), body, re.M))
    return names


def from_python(root, page):
    parts = sections(page)
    for folder in sorted(path for path in (root / "services").iterdir() if path.is_dir()):
        part = parts[SECTIONS[folder.name]]
        there = functions(folder)
        if not there:
            yield f"no function is found in {folder}"
        named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"\|([^|]*)\|$", part, re.M))))
        shown = set(re.findall(r"\.(\w+)\(", "".join(re.findall(r"^\| `[^|]*` \| `([^`]*)`", part, re.M))))
        for name in sorted(there - named - shown):
            yield f"{page.name} does not have {name} in the section {SECTIONS[folder.name]}"
        headers = "".join(path.read_text("utf-8") for path in folder.glob("*.hpp"))
        for name in sorted(name for name in named - there if not re.search(rf" {name}\(", headers)):
            yield f"{page.name}: there is no function {name} in {folder.name}"


def main():
    root, guide = map(pathlib.Path, sys.argv[1:])
    found = [*errors(root, guide / "errors.md"), *from_python(root, guide / "from-python.md")]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
