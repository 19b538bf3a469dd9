"""Members that mean the same in every struct, which a header need not say again, and what they mean.

As Doxygen's input filter, `names.py FILE`, it prints the file with these comments put in: those of the services into a
header of the services, those of the library's concepts into any other. There the comment of a function goes for its
overloads, too, as far as they stand right below it.
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

CONCEPTS = {
    # what makes a type a model of one of the library's concepts
    "authorize": "See Authorizer.",
    "unauthorized": "See Authorizer.",
    "credential": "The kind of credential that it presents, see Authorizer.",
    "client_kind": "The kind of OAuth2 client that it is made of.",
    "send": "See Transport.",
    "before_retry": "See DefaultRetry.",
    "succeeded": "See DefaultRetry.",
    "get_token_data_by_resource_server": "See TokenStorage.",
    "run_login_flow": "See LoginFlow.",
    "write_json": "Appends the JSON document that is sent.",
    # what a class template or an error tells of itself
    "service_type": "An argument of Client.",
    "authorizer_type": "An argument of Client.",
    "transport_type": "An argument of Client.",
    "streams": "Whether the answer can be read as it comes.",
    "has_shape": "Whether the answer is a described document.",
    "Config": "What it is made of.",
    "kind": "See Kind.",
    # what makes a range or a value of a class
    "value_type": "What it goes over or holds.",
    "difference_type": "As of any range.",
    "begin": "As of any range.",
    "end": "As of any range.",
    "empty": "As of any range.",
    "clear": "As of any container.",
    "operator bool": "As has_value().",
    "operator*": "As of any iterator.",
    "operator->": "As operator*.",
    "operator++": "As of any iterator.",
    "operator=": "As of any value.",
    "operator==": "Equal in every part.",
}
SCOPES = {"resource_server": "Whose tokens carry these scopes."}

MEMBER = re.compile(
    r" {4,8}(?!return|throw)(?:\[\[nodiscard\]\] |static |constexpr |friend |using )*"
    r"(?:[\w:]+(?:<.*>)?(?: const)?[&*]? )?(?P<name>operator[*=+>-]+|\w+)(?: = .*| =|\(.*|\{.*|;)$"
)
FUNCTION = re.compile(
    r" *(?!return|throw|requires)(?:\[\[\w+\]\] |explicit |static |constexpr |inline |friend )*"
    r"(?:(?!operator)[\w:]+(?:<.*>)?(?: const)?[&*]* )?(?P<name>operator \w+|operator[^\w\s(]+|\w+)\("
)
COMMENT = re.compile(r" *(///(?!<)|/\*\*| \*)")
DOCUMENT = re.compile(r"(?:Optional|std::vector)<(?:std::vector<)?([A-Z]\w+)>|    ([A-Z]\w+) \w+ = \{\};")


def meaning(name):
    """What a member of this name means anywhere; None if that depends on the struct."""
    if name.endswith("display_name"):
        return NAMES["display_name"]
    return NAMES.get(name) or ("A UUID." if re.fullmatch(r"(?:\w+_)?(?:id|uuid)", name) else None)


def comment_for(line):
    """The words for a member of a header of the services."""
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


def concept_comment_for(line, path):
    """The words for a member of any other header."""
    found = FUNCTION.match(line) or MEMBER.match(line)
    if not found or "///<" in line or line.endswith(" = delete;"):
        return None
    if path.name == "scopes.hpp" and "static constexpr std::string_view" in line:
        return SCOPES.get(found["name"], "As it is spelled.")
    if "constexpr Route " in line:
        return "The route of a request by this method."
    if found["name"] == "operator==" and "sentinel" in line:
        return "True at the end of the walk."
    return CONCEPTS.get(found["name"])


def services(lines):
    above = ""
    for line in lines:
        own = re.match(r" *(///(?!<)|\*/)", above)
        words = None if own else comment_for(line)
        yield re.sub(r"^( +)", rf"\1/** {words} */ ", line) if words else line
        above = line


def others(lines, path):
    own = False  # a comment stands above
    function = None  # the last one, if it is documented: its indentation and name
    for line in lines:
        words = None
        indentation = len(line) - len(line.lstrip())
        if COMMENT.match(line):
            own = True
        elif not re.match(r" *(template|requires|//|#|$)", line):
            inside = function and (indentation > function[0] or line[indentation] in "})")
            if not inside:
                found = FUNCTION.match(line)
                this = (indentation, found["name"]) if found else None
                if not own:
                    words = "@overload" if this and this == function else concept_comment_for(line, path)
                function = this if own or words or "///<" in line else None
            own = False
        yield re.sub(r"^( *)", rf"\1/** {words} */ ", line) if words else line


# What serves the library's own reading, and means the same in each struct.
COMMON = {
    r"static constexpr std::string_view words\[\]": "The words, in the order of the constants.",
    r"static constexpr std::tuple essential": "The members without which it cannot be read.",
}


def common(lines):
    for line in lines:
        for pattern, words in COMMON.items():
            line = re.sub(rf"^( *)({pattern})", rf"\1/** {words} */ \2", line)
        yield line


def main():
    path = pathlib.Path(sys.argv[1])
    lines = path.read_text().split("\n")
    lines = list(common(lines))
    print("\n".join(services(lines) if "services" in path.parts else others(lines, path)))


if __name__ == "__main__":
    main()
