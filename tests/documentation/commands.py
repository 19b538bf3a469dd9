# SPDX-License-Identifier: Apache-2.0
"""Every command of the pages works, or at least what it names exists.

    python3 commands.py BUILD COMPILER PAGE...

A command is a line of a block that is neither C++ nor ```text, and a text in backticks that begins with a program's name.
CHECKS says of each what is done about it: a new one without a check fails, as does a check whose command is on no page.
What takes seconds is run; for what takes minutes, or is the whole of another test, the files, targets, presets and tests
that it names are looked up.
"""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INLINE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(
    r"(?:bash|sh|python3|cmake|ctest|cpack|pkg-config|g\+\+|clang\S*|eval|curl|apt-get|spack|conan|globus-sandbox"
    r"|build[\w-]*/\S+|[A-Z]+=\S+) .+|(?:find_package|target_link_libraries)\(.+"
)


def commands(page):
    text = page.read_text("utf-8")
    for language, block in BLOCK.findall(text):
        if language not in ("cpp", "text"):
            yield from filter(None, (re.sub(r"\s+# .*|^# .*", "", line).strip() for line in block.split("\n")))
    spans = (re.sub(r"\s+", " ", found) for found in INLINE.findall(BLOCK.sub("", text)))
    yield from filter(COMMAND.fullmatch, spans)


class Here:
    """What the checks look at."""

    def __init__(self, build, compiler):
        self.build, self.compiler = pathlib.Path(build).resolve(), compiler

    def run(self, *words, **more):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
        return done.returncode, done.stdout

    @functools.cached_property
    def targets(self):
        listing = self.run("cmake", "--build", str(self.build), "--target", "help")[1]
        return set(re.findall(r"^(?:\.\.\. )?([\w-]+)(?::|$)", listing, re.M))

    @functools.cached_property
    def presets(self):
        return {one["name"] for one in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}


def script(path, *words):
    """A script of this project, with the words that it must know."""

    def check(here):
        text = (ROOT / path).read_text("utf-8")
        if path.endswith(".py"):
            compile(text, path, "exec")
        elif here.run("bash", "-n", str(ROOT / path))[0] != 0:
            return f"{path} is no shell script"
        return next((f"{path} does not know {word}" for word in words if word not in text), None)

    return check


def by_ci(path):
    """A script that takes long, and that the hosted tests run."""

    def check(here):
        if f'"bash {path}"' not in (ROOT / ".ci/run").read_text("utf-8"):
            return f".ci/run does not run {path}"
        return script(path)(here)

    return check


def preset(name):
    return lambda here: None if name in here.presets else f"there is no preset {name}"


def target(name, needs=None):
    def check(here):
        if name not in here.targets and not (needs and shutil.which(needs) is None):
            return f"there is no target {name}"

    return check


def some_tests(pattern):
    def check(here):
        tests = here.run("ctest", "--test-dir", str(here.build), "-N", "-R", pattern)[1]
        if "Total Tests: 0" in tests or "Total Tests" not in tests:
            return f"no test is named like {pattern}"

    return check


def exists(*paths):
    return lambda here: next((f"there is no {path}" for path in paths if not (ROOT / path).exists()), None)


def done_by(path, *texts):
    """A test, or what defines one, does just this."""

    def check(here):
        test = re.sub(r"\s+", " ", (ROOT / path).read_text("utf-8"))
        return next((f"{path} does not have {text}" for text in texts if text not in test), None)

    return check


def all_of(*checks):
    return lambda here: next(filter(None, (check(here) for check in checks)), None)


def compiles(command):
    """The first program of the guide, made by `command` in a folder with the single headers, and run."""

    def check(here):
        page = (ROOT / "examples/guide/first-steps.md").read_text("utf-8")
        program = next(code for language, code in BLOCK.findall(page) if language == "cpp" and "int main(" in code)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "single_include").symlink_to(ROOT / "single_include")
            (folder / "app.cpp").write_text(program)
            (folder / "boost_json.cpp").write_text("#include <boost/json/src.hpp>\n")
            (folder / "globus.cpp").write_text("#include <globus/src.hpp>\n")
            status, words = here.run(here.compiler, *command.split()[1:], cwd=folder)
            if status != 0:
                return words
            unset = {name: value for name, value in os.environ.items() if name != "GLOBUS_TOKEN"}
            status, words = here.run("./a.out", cwd=folder, env=unset)
            if status != 1 or "the access token is empty" not in words:
                return f"the program ends with {status}: {words}"

    return check


def sandbox(words, expected):
    """A shell that has globus-sandbox on its path."""

    def check(here):
        program = here.build / "examples/globus-sandbox"
        if not program.exists():
            without = "GLOBUS_BUILD_EXAMPLES:BOOL=OFF" in (here.build / "CMakeCache.txt").read_text("utf-8")
            return None if without else f"there is no {program}"
        path = f"{program.parent}:{os.environ['PATH']}"
        status, said = here.run("sh", "-c", words, env={**os.environ, "PATH": path}, timeout=60)
        return None if status == 0 and re.search(expected, said) else f"{words}: {said}"

    return check


def browser_of_curl(here):
    """The Globus CLI is not here: what it starts as its browser is."""
    status, words = here.run("curl", "-sLo", "/dev/null", (ROOT / "README.md").as_uri())
    return None if status == 0 else words


def version_is(text):
    def check(here):
        version = re.search(r'VERSION_STRING "(.*)"', (ROOT / "include/globus/version.hpp").read_text())[1]
        return None if text.format(version) in (ROOT / "README.md").read_text() else f"the version is {version}"

    return check


GXX = "g++ -std=c++20 -I single_include"
ONE_FILE = f"{GXX} app.cpp -lcurl -lboost_json -lcrypto"
TWO_FILES = f"{GXX} app.cpp boost_json.cpp -lcurl -lcrypto"
SEPARATE = f"{GXX} -DGLOBUS_SEPARATE_COMPILATION app.cpp globus.cpp -lcurl -lboost_json -lcrypto"
EVAL = 'eval "$(globus-sandbox --print-env &)"'
KEPT_EVAL = 'eval "$(globus-sandbox --print-env --state ~/.local/state/globus-sandbox --port 8080 --admin-port 8081 &)"'
CONTAINERFILE = "examples/sandbox/Containerfile"
CONSUMER = "tests/install/consumer/CMakeLists.txt"
EMBEDDING = "tests/install/embedding/CMakeLists.txt"
EXAMPLES = "examples/CMakeLists.txt"

CHECKS = {
    # scripts
    "bash examples/quickstart.sh": by_ci("examples/quickstart.sh"),
    "bash tests/run.sh": by_ci("tests/run.sh"),
    "bash tests/run.sh asan": all_of(script("tests/run.sh", "${1:-default}"), preset("asan")),
    "python3 single_include/generate.py": done_by(
        "tests/single_header/CMakeLists.txt", "single_include/generate.py --check"
    ),
    "python3 benchmarks/compile_time.py": script("benchmarks/compile_time.py", "--check"),
    "python3 tests/reliability/mutations.py B2": all_of(
        script("tests/reliability/mutations.py"), done_by("tests/reliability/mutations.txt", "B2")
    ),
    "clang-tidy-19 --header-filter=include/globus/ examples/listing.cpp -- -std=c++20 -Iinclude": exists(
        ".clang-tidy", "examples/listing.cpp"
    ),
    # compilers
    ONE_FILE: compiles(ONE_FILE),
    TWO_FILES: compiles(TWO_FILES),
    SEPARATE: compiles(SEPARATE),
    # CMake in the project of a user
    "find_package(globus REQUIRED)": done_by(CONSUMER, "find_package(globus", "REQUIRED"),
    "find_package(globus 0.1)": done_by(CONSUMER, "find_package(globus ${WANTED_VERSION}"),
    "target_link_libraries(app PRIVATE globus::globus)": done_by(CONSUMER, "PRIVATE globus::globus)"),
    "target_link_libraries(app PRIVATE globus::pch)": done_by(CONSUMER, "globus::pch)"),
    "FetchContent_Declare(globus GIT_REPOSITORY ... GIT_TAG v0.1.0)": all_of(
        done_by(EMBEDDING, "FetchContent_Declare(globus"), version_is("GIT_TAG v{}")
    ),
    "FetchContent_MakeAvailable(globus)": done_by(EMBEDDING, "FetchContent_MakeAvailable(globus)"),
    "add_library(globus_api OBJECT globus_api.cpp)": done_by(EXAMPLES, "OBJECT adopters/datafed/globus_api.cpp)"),
    "target_link_libraries(globus_api PRIVATE globus::globus)": done_by(EXAMPLES, "(adopter-datafed-api PRIVATE"),
    # packages
    "cmake --install": done_by("tests/install/installed.cmake", "${CMAKE_COMMAND} --install"),
    "pkg-config --cflags --libs globus": done_by("tests/install/run.cmake", "--cflags --libs globus)"),
    "cpack -G DEB": done_by("tests/install/packed.cmake", "-G DEB"),
    "cpack --config CPackSourceConfig.cmake": done_by("tests/install/packed.cmake", "CPackSourceConfig.cmake"),
    "spack repo add examples/packaging/spack": exists("examples/packaging/spack/repo.yaml"),
    "spack install --no-checksum globus-cpp": exists("examples/packaging/spack/packages/globus-cpp/package.py"),
    "conan create examples/packaging/conan -s compiler.cppstd=20": exists("examples/packaging/conan/conanfile.py"),
    # this project's own build
    "cmake --preset default": preset("default"),
    "cmake --build build --target globus_client_tests": target("globus_client_tests"),
    "cmake --build build --target docs": target("docs", needs="doxygen"),
    "cmake --preset fuzz": preset("fuzz"),
    "cmake --build --preset fuzz": preset("fuzz"),
    "build-fuzz/tests/globus_fuzz_scopes tests/fuzz/corpus/scopes": exists(
        "tests/fuzz/scopes.cpp", "tests/fuzz/corpus/scopes"
    ),
    "build/examples/operations --counts": done_by(EXAMPLES, '"$0" --counts'),
    "ctest -R reliability.B2": some_tests("reliability.B2"),
    "ctest --test-dir build -R client.": some_tests("client."),
    "ctest --test-dir build -R '^client[.]' --output-on-failure": some_tests("^client[.]"),
    # the sandbox
    EVAL: sandbox(
        EVAL + ' && echo "$GLOBUS_SDK_SERVICE_URL_TRANSFER" && kill "$GLOBUS_SANDBOX_PID"', r"^http://127\.0\.0\.1:\d+/"
    ),
    KEPT_EVAL: sandbox(  # in a directory and at ports of its own
        KEPT_EVAL.replace("~/.local/state/globus-sandbox", '"$(mktemp -d)/state"').replace("8080", "0").replace("8081", "0")
        + ' && echo "$GLOBUS_SDK_SERVICE_URL_TRANSFER" && kill "$GLOBUS_SANDBOX_PID"',
        r"^http://127\.0\.0\.1:\d+/",
    ),
    "podman build -t globus-sandbox -f examples/sandbox/Containerfile .": exists(CONTAINERFILE),
    "podman run --rm -d --name globus-sandbox -v globus-state:/state -p 127.0.0.1:8080:8080 -p 127.0.0.1:8443:8443"
    " globus-sandbox": done_by(CONTAINERFILE, "VOLUME /state", "EXPOSE 8080 8443"),
    "podman exec globus-sandbox cat /state/env": done_by(CONTAINERFILE, '"--env-file", "/state/env"'),
    "globus-sandbox --help": sandbox("globus-sandbox --help", r"--config"),
    "BROWSER='curl -sLo /dev/null %s' globus login": browser_of_curl,
}


def main():
    build, compiler, *pages = sys.argv[1:]
    here = Here(build, compiler)
    found = {}
    for page in map(pathlib.Path, pages):
        for command in commands(page):
            found.setdefault(command, page.name)
    wrong = [f"{page}: no check is known for: {command}" for command, page in found.items() if command not in CHECKS]
    wrong += [f"this is on no page: {command}" for command in CHECKS if command not in found]
    for command in found:
        complaint = CHECKS[command](here) if command in CHECKS else None
        if complaint:
            wrong.append(f"{found[command]}: {command}: {complaint}")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
