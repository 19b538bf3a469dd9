"""Members that mean the same in every struct, which a header need not say again, and what they mean.

As Doxygen's input filter, `names.py FILE`, it prints the file; a header of the services with these comments put in.
"""

import pathlib
import re
import sys

NAMES = {
    # members that a caller fills in, or reads
    "query_params": "Further parameters, of the caller's own.",
    "additional_fields": "Further members of the document, over those of the struct.",
    "DATA_TYPE": "The kind of document, as the service calls it.",
    "name": "For people.",
    "display_name": "For people.",
    "description": "For people.",
    "message": "For people.",
    "grant_type": "The OAuth2 grant.",
    "timer_type": "The kind of timer.",
    "collection_type": "The kind of collection.",
    "type": "The kind.",
}

DESCRIPTION = {
    # what an operation, a document or a service tells the client of itself
    "service": "Whose operation it is.",
    "result": "What the answer is read as.",
    "route": "Method and path.",
    "retry": "What may be repeated after a lost answer.",
    "paging": "How its pages follow each other.",
    "items": "What a walk over all pages goes over.",
    "wire": "How members are sent and read whose names do not say it.",
    "anonymous": "Sends no credential.",
    "already_done": "True for an error that means that an earlier attempt has done it.",
    "normalized": "The operation as it is sent.",
    "check": "What a call does before it sends anything. @throws UsageError  for members that do not go together",
    "write_json": "Appends the JSON document that is sent.",
    "query_texts": "The values of the query parameter.",
    "resource_type": "`type` of the JSON:API resource.",
    "resource_links": "Members that are relationships of the JSON:API resource.",
    "kind": "How the DATA_TYPE of the document begins.",
    "resource_server": "Whose tokens it takes.",
    "error": "What an error status throws.",
    "credential": "What it is authorised by.",
    # what makes a range or a value of a class
    "value_type": "As of any range.",
    "difference_type": "As of any range.",
    "begin": "As of any range.",
    "end": "As of any range.",
    "operator*": "As of any iterator.",
    "operator->": "As of any iterator.",
    "operator++": "As of any iterator.",
    "operator==": "Equal in every part.",
}

MEMBER = re.compile(
    r" {4,8}(?!return|throw)(?:\[\[nodiscard\]\] |static |constexpr |friend |using )*"
    r"(?:[\w:]+(?:<.*>)?(?: const)?[&*]? )?(?P<name>operator[*=+>-]+|\w+)(?: = .*| =|\(.*|\{.*|;)$"
)
DOCUMENT = re.compile(r"(?:Optional|std::vector)<(?:std::vector<)?([A-Z]\w+)>|    ([A-Z]\w+) \w+ = \{\};")


def meaning(name):
    """What a member of this name means anywhere; None if that depends on the struct."""
    if name.endswith("display_name"):
        return NAMES["display_name"]
    return NAMES.get(name) or ("A UUID." if re.fullmatch(r"(?:\w+_)?(?:id|uuid)", name) else None)


def comment_for(line):
    found = MEMBER.match(line)
    if not found or "///<" in line:
        return None
    if "std::string_view name = " in line:
        return "What an Environment calls the service."
    if f'{found["name"]} = "{found["name"]}";' in line:
        return "As it is spelled."
    document = DOCUMENT.search(line)
    return (
        meaning(found["name"])
        or DESCRIPTION.get(found["name"])
        or (document and not line.endswith("{") and f"See {document[1] or document[2]}.")
    )


def main():
    path = pathlib.Path(sys.argv[1])
    above = ""
    for line in path.read_text().split("\n"):
        own = "services" not in path.parts or re.match(r" *(///(?!<)|\*/)", above)
        words = None if own else comment_for(line)
        print(re.sub(r"^( +)", rf"\1/** {words} */ ", line) if words else line)
        above = line


if __name__ == "__main__":
    main()
