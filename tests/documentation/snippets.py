# SPDX-License-Identifier: Apache-2.0
"""The C++ of a page, as one source that compiles if all of it does.

    python3 snippets.py OUTPUT PREAMBLE PAGE...

Each ```cpp block of a PAGE (Markdown) becomes a namespace if it has declarations (an #include, a main(), a class, ...),
else the body of a function. What a block does not declare, PREAMBLE does: a header that is included first, in its
namespace `page`. Where a page leaves something out by `...`, nothing is done. A block after the comment
<!-- refused --> is one that must not compile, and is left out. Of a table that begins with the columns Python and C++, the
second cell of each row is such a block, too.
"""

import pathlib
import re
import sys

BLOCK = re.compile(r"^(?P<refused><!-- refused -->\n+)?```cpp\n(?P<code>.*?)^```$", re.M | re.S)
ROW = re.compile(r"^\| `[^|]*` \| `(?P<code>[^`]*)` \|", re.M)
INCLUDE = re.compile(r"^#include .*\n", re.M)
DECLARES = re.compile(r"^(?:int main\(|(?:struct|class|enum|template|TEST_CASE)\b|inline )", re.M)


def filled_in(code):
    """The code with something to do wherever the page leaves it out."""
    code = re.sub(r"(\bcase [\w:]+: )\.\.\.(?=\s*$)", r"\1break;", code, flags=re.M)
    return re.sub(r"(?<=\) )\.\.\.(?=\s*(?://.*)?$)", "{}", code, flags=re.M)


def compiled(page, number, line, code):
    code = filled_in(INCLUDE.sub("\n", code))
    place = f'#line {line} "{page}"\n'
    if DECLARES.search(code):
        return f"namespace block_{number} {{\n{place}{code}}}\n"
    if code.startswith("catch "):
        code = "try { do_something(); } " + code
    return f"[[maybe_unused]] static void block_{number}() {{\n{place}{code}}}\n"


def main():
    output, preamble, *pages = sys.argv[1:]
    includes, blocks = [f'#include "{preamble}"\n'], []
    for page in pages:
        text = pathlib.Path(page).read_text("utf-8")
        for found in BLOCK.finditer(text):
            if found["refused"]:
                continue
            includes += INCLUDE.findall(found["code"])
            line = text.count("\n", 0, found.start("code")) + 1
            blocks.append(compiled(page, len(blocks) + 1, line, found["code"]))
        if "\n| Python | C++ |" in text:
            for found in ROW.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                blocks.append(compiled(page, len(blocks) + 1, line, found["code"] + ";\n"))
    if not blocks:
        sys.exit("there are no ```cpp blocks")
    source = "".join(dict.fromkeys(includes)) + "\nnamespace page {\n" + "\n".join(blocks) + "}\n"
    path = pathlib.Path(output)
    if not path.exists() or path.read_text("utf-8") != source:
        path.write_text(source, "utf-8")


main()
