"""Breaks the library on purpose, once for each bar, and sees that the bar's tests notice.

    python3 tests/reliability/mutations.py            every mutation: about ten minutes
    python3 tests/reliability/mutations.py A1 C3      those of some bars
    python3 tests/reliability/mutations.py --check    only that each can still be made, and has a test

A bar whose test never failed proves nothing. mutations.txt has an entry for each:

    == A1 tests/reliability/a_tokens.cpp include/globus/oauth/renewal.hpp
    - the lines that are taken out, as they stand but for the space at their beginning
    + the lines that take their place

The program of the test is built with the broken header and run for the tests with the bar's tag. It must fail; one that
hangs or crashes has failed, one that does not compile has not. Files are made in the system's temporary directory.
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CXX = os.environ.get("CXX", "c++")
FLAGS = ["-std=c++20", "-O0", "-w", "-DGLOBUS_SANDBOX_SEPARATE_COMPILATION", f'-DGLOBUS_TESTS_DIR="{ROOT / "tests"}"']
LIBS = ["-lcurl", "-lboost_json", "-lssl", "-lcrypto", "-lsqlite3", "-lpthread"]
LONGEST = 300  # seconds that a test may take


class Mutation:
    def __init__(self, heading):
        self.bar, self.test, self.header = heading.split()
        self.old, self.new = [], []

    def __str__(self):
        return f"{self.bar} {self.header}: {' '.join(line.strip() for line in self.old)}"

    def apply(self):
        """The header's text, broken; raises ValueError where the lines do not stand there exactly once."""
        text = (ROOT / self.header).read_text()
        pattern = r"\n[ ]*".join(re.escape(line.strip()) for line in self.old)
        if len(re.findall(pattern, text)) != 1:
            raise ValueError(f"{self}: these lines do not stand there exactly once")
        return re.sub(pattern, lambda _: "\n".join(self.new), text)

    def check(self):
        self.apply()
        if f"[{self.bar}]" not in (ROOT / self.test).read_text():
            raise ValueError(f"{self}: {self.test} has no test with the tag [{self.bar}]")


def read_mutations():
    mutations = []
    for line in (HERE / "mutations.txt").read_text().splitlines():
        if line.startswith("== "):
            mutations.append(Mutation(line[3:]))
        elif line.startswith("- "):
            mutations[-1].old.append(line[2:])
        elif line.startswith("+"):
            mutations[-1].new.append(line[2:])
    return mutations


def compile_object(source, include, target):
    done = subprocess.run([CXX, *FLAGS, f"-I{include}", f"-I{ROOT / 'tests'}", "-c", source, "-o", target],
                          capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{source} does not compile:\n{done.stderr[:2000]}")
    return target


class Workshop:
    """Where programs are built; what the mutations do not touch is built once."""

    def __init__(self, folder):
        self.folder = folder
        self.main = compile_object(ROOT / "tests/main.cpp", ROOT / "include", folder / "main.o")
        self.sandbox = self.build_sandbox(ROOT / "include", folder / "sandbox.o")

    @staticmethod
    def build_sandbox(include, target):
        return compile_object(ROOT / "tests/support/sandbox_impl.cpp", include, target)

    def verdict(self, mutation):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        include = folder / "include"
        shutil.copytree(ROOT / "include", include)
        (folder / mutation.header).write_text(mutation.apply())
        sandbox = self.sandbox
        if "/sandbox/" in mutation.header:
            sandbox = self.build_sandbox(include, folder / "sandbox.o")
        test = compile_object(ROOT / mutation.test, include, folder / "test.o")
        program = folder / "test"
        subprocess.run([CXX, test, self.main, sandbox, *LIBS, "-o", program], check=True)
        try:
            ran = subprocess.run([program, f"[{mutation.bar}]"], capture_output=True, timeout=LONGEST, cwd=folder)
            failed = ran.returncode != 0
        except subprocess.TimeoutExpired:
            failed = True
        shutil.rmtree(folder)
        return failed


def main(words):
    mutations = read_mutations()
    if words == ["--check"]:
        for mutation in mutations:
            mutation.check()
        print(f"{len(mutations)} mutations of {len({m.bar for m in mutations})} bars can be made")
        return 0
    chosen = [m for m in mutations if not words or m.bar in words]
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(pathlib.Path(folder))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = {mutation: pool.submit(workshop.verdict, mutation) for mutation in chosen}
            for mutation, future in futures.items():
                noticed = future.result()
                passed += noticed
                print("noticed  " if noticed else "UNNOTICED", mutation, flush=True)
    print(f"{passed} passed, {len(chosen) - passed} failed")
    return passed != len(chosen)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ValueError as error:
        sys.exit(f"error: {error}")
