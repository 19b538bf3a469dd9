"""Everything public has a doc comment.

    python3 check.py include/globus

That of an operation, payload or answer links to a page that describes it; that of an operation names its request, too;
each member of an operation or payload says what it means, unless names.py knows its name. Constructors, operators and
the members of answers are left to Doxygen, which goes by the same names: see the target docs_check.
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
from names import DESCRIPTION, meaning  # noqa: E402

WORDS = r"(?:\[\[nodiscard\]\] |constexpr |inline |static |virtual |friend )*"
TYPED = r"(?!return|throw|using|static_assert|explicit|operator)" + WORDS + r"(?:[\w:]+(?:<.*>)?(?: const)?[&*]* )"
TYPE = re.compile(r"(?:struct|class|enum class|enum) (?:GLOBUS_VISIBLE )?(\w+)(?: final)?(?: : .*)? ?\{?$")
ENUM = re.compile(r"    enum (?:class )?(\w+)")
FUNCTION = re.compile(TYPED + r"(\w+)\(")
METHOD = re.compile("    " + TYPED + r"(\w+)\(")
MEMBER = re.compile(r"    (?!static|using|return|friend)[\w:]+(?:<.*>)? (\w+)(?: = .*|\{.*\})?;")
ROUTE = re.compile(r'auto route = (\w+)\("([^"]*)"')


def comment_before(lines, line):
    """The comment that ends just above `line`, template and requires clauses apart."""
    while lines[line - 1].lstrip().startswith(("template", "requires")):
        line -= 1
    end = line
    while re.match(r" *(///(?!<)|/\*\*| \*)", lines[line - 1]):
        line -= 1
    return "\n".join(lines[line:end])


def body_of(lines, line):
    """What the struct or class that begins at `line` makes public: pairs of a line's number and text."""
    public = not lines[line].startswith("class")
    for number in range(line + 1, len(lines)):
        if lines[number].startswith("}"):
            return
        if access := re.match(r"(public|protected|private):", lines[number]):
            public = access[1] == "public"
        elif public:
            yield number, lines[number]


def complaints(path):
    lines = path.read_text().split("\n")
    service = "services" in path.parts
    namespace = ""
    for number, line in enumerate(lines):
        if opened := re.match(r"namespace ([\w:]+) \{", line):
            namespace = opened[1]
        if namespace.endswith("detail") or not (found := TYPE.match(line) or (service and FUNCTION.match(line))):
            continue
        comment = comment_before(lines, number)
        where = f"{path}:{number + 1}: {found[1]}"
        if not comment:
            yield f"{where} has no doc comment"
        if not TYPE.match(line) or "enum" in line:
            continue
        body = list(body_of(lines, number))
        route = ROUTE.search("\n".join(text for _, text in body))
        if route:
            request = route[1].rstrip("_").upper() + " " + re.sub(r"^/v0\.10", "", route[2])
            if request not in comment:
                yield f"{where} does not say that it is {request}"
        payload = service and path.name == "payloads.hpp"
        if (route or payload or service and path.name == "answers.hpp") and "https://" not in comment:
            yield f"{where} does not say where it is described"
        for at, text in body if service else ():
            named = METHOD.match(text) or ENUM.match(text) or ((route or payload) and MEMBER.match(text))
            if not named or "///<" in text or comment_before(lines, at):
                continue
            if not meaning(named[1]) and named[1] not in DESCRIPTION:
                yield f"{path}:{at + 1}: {found[1]}::{named[1]} has no doc comment"


def main():
    headers = sorted(pathlib.Path(sys.argv[1]).rglob("*.hpp"))
    found = [complaint for header in headers for complaint in complaints(header)]
    print("\n".join(found))
    sys.exit(1 if found or not headers else 0)


main()
