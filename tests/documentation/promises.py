"""What README.md promises has tests: every bar of its table is a tag in tests/reliability, and every tag is in the table.

    python3 promises.py README.md tests/reliability
"""

import pathlib
import re
import sys


def main():
    readme, tests = map(pathlib.Path, sys.argv[1:])
    rows = [row for row in readme.read_text().splitlines() if row.startswith("|") and "`reliability." in row]
    promised = {bar for row in rows for bar in re.findall(r"`(?:reliability\.)?([A-GS][0-9])`", row)}
    tested = set()
    for source in tests.glob("*.cpp"):
        tested.update(re.findall(r"\[([A-GS][0-9])\]", source.read_text()))
    complaints = [f"README.md promises {bar}, which no test bears" for bar in sorted(promised - tested)]
    complaints += [f"{bar} is tested, but README.md does not name it" for bar in sorted(tested - promised)]
    print("\n".join(complaints))
    sys.exit(1 if complaints or not promised else 0)


main()
