"""Every public type has a doc comment, and that of an operation names its request and a page that describes it.

    python3 check.py include/globus
"""

import pathlib
import re
import sys

TYPE = re.compile(r"(?:struct|class) (\w+)(?: final)?(?: :.*)? ?\{?$")
ROUTE = re.compile(r'auto route = (\w+)\("([^"]*)"')


def comment_before(lines, line):
    """The comment that ends just above `line`, template and requires clauses apart."""
    while lines[line - 1].lstrip().startswith(("template", "requires")):
        line -= 1
    end = line
    while lines[line - 1].startswith(("///", "/**", " *")):
        line -= 1
    return "\n".join(lines[line:end])


def complaints(path):
    lines = path.read_text().split("\n")
    namespace = ""
    for number, line in enumerate(lines):
        if opened := re.match(r"namespace ([\w:]+) \{", line):
            namespace = opened[1]
        found = TYPE.match(line)
        if not found or namespace.endswith("detail"):
            continue
        comment = comment_before(lines, number)
        where = f"{path}:{number + 1}: {found[1]}"
        if not comment:
            yield f"{where} has no doc comment"
        body = "\n".join(lines[number : number + 12]).split("\n};")[0]
        if route := ROUTE.search(body):
            request = route[1].rstrip("_").upper() + " " + re.sub(r"^/v0\.10", "", route[2])
            if request not in comment:
                yield f"{where} does not say that it is {request}"
            if "https://" not in comment:
                yield f"{where} does not say where it is described"


def main():
    headers = sorted(pathlib.Path(sys.argv[1]).rglob("*.hpp"))
    found = [complaint for header in headers for complaint in complaints(header)]
    print("\n".join(found))
    sys.exit(1 if found or not headers else 0)


main()
