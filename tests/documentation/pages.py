# SPDX-License-Identifier: Apache-2.0
"""A page of Markdown as Doxygen is to read it: its input filter for *.md.

    python3 pages.py PAGE

Each page but README.md gets a label from its path, and its headings by it. The pages of the guide hang below its table of
contents, in that order. A link to a file that is no page, such as an example, leads to the copy of it that the target docs
puts beside the HTML.
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
from links import anchor  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = pathlib.Path("README.md")
GUIDE = pathlib.Path("examples/guide/README.md")
LINK = re.compile(r"\[([^][]*)\]\(([^()\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.M | re.S)


def label(page):
    """guide_first_steps for examples/guide/first-steps.md; the folder's name for a README.md."""
    words = [*page.parts[:-1], page.stem] if page.stem != "README" else page.parts[:-1]
    return re.sub(r"\W", "_", "_".join(words).removeprefix("examples_").lower()) or "index"


def section(page, name):
    return f"{label(page)}-{name}"


def link(page, found):
    text, target = found.groups()
    if re.match(r"[a-z]+:", target):
        return found[0]
    path, _, name = target.partition("#")
    file = ROOT / (page.parent / path if path else page)
    if (file / "README.md").exists():
        file /= "README.md"
    file = file.resolve().relative_to(ROOT)
    if file.suffix != ".md":
        return f'<a href="{file}">{text}</a>'
    below = page == GUIDE and file.parent == GUIDE.parent
    return f'@{"subpage" if below else "ref"} {section(file, name) if name else label(file)} "{text}"'


def heading(page, found):
    level, words = found.groups()
    words = words.replace("`", "")  # Doxygen would show them as <tt>
    if level == "#":
        return f"# {words} {{#{label(page)}}}" if page != HOME else found[0]
    return f"{level} {words} {{#{section(page, anchor(words))}}}" if level == "##" else f"{level} {words}"


def prose(page, text):
    text = re.sub(r"^(#+) (.*)$", lambda found: heading(page, found), text, flags=re.M)
    return LINK.sub(lambda found: link(page, found), text)


def main():
    page = pathlib.Path(sys.argv[1]).resolve().relative_to(ROOT)
    text = (ROOT / page).read_text("utf-8")
    parts = [prose(page, part) for part in CODE.split(text)]
    sys.stdout.write("".join(part for pair in zip(parts, [*CODE.findall(text), ""]) for part in pair))


main()
