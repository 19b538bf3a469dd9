#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to compile a program that uses globus-cpp, beside what libcurl and Boost.JSON cost alone.

Every round compiles every program once, in turn, so that a busy machine slows all of them alike. The table gives the
median processor time, its ratio to the baseline of the same round, and the most memory that the compiler took. The last rows are
costs over the foundation, which is all that a client needs but a service: a service's header, of the service that costs
most, and an operation that is used. The goals are 0.15 s a service and 0.015 s a used operation by `g++ -O0`.
"""
import argparse
import os
import pathlib
import shlex
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = f"-I{ROOT / 'include'}"
SINGLE = f"-I{ROOT / 'single_include'}"

BASELINE = "libcurl and boost/json.hpp"
BASELINE_CODE = """
#include <curl/curl.h>
#include <boost/json.hpp>
#include <cstdio>
#include <string>
static std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
    static_cast<std::string*>(to)->append(data, size * count);
    return size * count;
}
int main(int, char** arguments) {
    std::string body;
    CURL* const easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    CURLcode const code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    if (code != CURLE_OK) return 1;
    std::puts(boost::json::parse(body).at("display_name").as_string().c_str());
}
"""

FOUNDATION = "foundation, without a service"
FOUNDATION_CODE = """
#include <globus/client/client.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>
int main() {}
"""

# A program that uses operations of Transfer: the first of these is its hello-world.
CALLS = (
    "std::puts(client.get_endpoint({.endpoint_id = arguments[2]})->display_name->c_str());",
    "(void)client.operation_ls({.endpoint_id = arguments[2]});",
    "(void)client.get_task({.task_id = arguments[2]});",
    "(void)client.operation_mkdir({.endpoint_id = arguments[2], .path = arguments[3]});",
    "(void)client.cancel_task({.task_id = arguments[2]});",
)


def hello(header, calls=1):
    body = "\n    ".join(CALLS[:calls])
    return f"""
#include <{header}>
#include <cstdio>
int main(int, char** arguments) {{
    globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::CurlTransport> const client{{
        globus::AccessTokenPolicy{{arguments[1]}}}};
    {body}
}}
"""


def programs():
    """(name, code, flags) of what is compiled; the baseline first."""
    yield BASELINE, BASELINE_CODE, []
    yield "hello-world, single header", hello("globus/globus.hpp"), [SINGLE]
    yield "hello-world, globus/globus.hpp", hello("globus/globus.hpp"), [INCLUDE]
    yield FOUNDATION, FOUNDATION_CODE, [INCLUDE]
    for header in sorted((ROOT / "include/globus/services").glob("*.hpp")):
        name = f"globus/services/{header.name}"
        yield f"{name} alone", f"#include <{name}>\nint main() {{}}\n", [INCLUDE]
    yield f"{len(CALLS)} operations, globus/globus.hpp", hello("globus/globus.hpp", len(CALLS)), [INCLUDE]


def compiled(command):
    """Runs the compiler; its processor time in seconds and peak memory in MiB."""
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"does not compile: {shlex.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cxx", default="g++", help="the compiler and its flags (default: %(default)s)")
    parser.add_argument("--opt", default="-O0", help="the level of optimisation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is compiled (default: %(default)s)")
    parser.add_argument("--only", default="", help="measure the baseline, the foundation and what has this text in its name")
    options = parser.parse_args()
    compiler = [*shlex.split(options.cxx), "-std=c++20", options.opt, "-c"]

    measured = [p for p in programs() if p[0] in (BASELINE, FOUNDATION) or options.only in p[0]]
    runs = {name: [] for name, _, _ in measured}
    with tempfile.TemporaryDirectory() as folder:
        source, output = f"{folder}/program.cpp", f"{folder}/program.o"
        for round_ in range(options.rounds):
            for name, code, flags in measured:
                pathlib.Path(source).write_text(code, "utf-8")
                runs[name].append(compiled([*compiler, *flags, source, "-o", output]))
            print(f"round {round_ + 1} of {options.rounds}", file=sys.stderr)

    print(f"`{options.cxx} {options.opt}`, median of {options.rounds} rounds\n")
    print("| program | seconds | of the baseline | MiB |\n|---|---:|---:|---:|")
    for name, results in runs.items():
        seconds = statistics.median(time_ for time_, _ in results)
        ratio = statistics.median(one[0] / base[0] for one, base in zip(results, runs[BASELINE]))
        print(f"| {name} | {seconds:.2f} | {ratio:.2f} | {max(memory for _, memory in results):.0f} |")
    over = {name: statistics.median(one[0] - base[0] for one, base in zip(results, runs[FOUNDATION]))
            for name, results in runs.items() if name.endswith(" alone")}
    if over:
        costliest = max(over, key=over.get)
        print(f"| one more service, at most ({costliest.removesuffix(' alone')}) | {over[costliest]:.2f} | | |")
        print(f"| one more service, median of {len(over)} | {statistics.median(over.values()):.2f} | | |")
    some, one = f"{len(CALLS)} operations, globus/globus.hpp", "hello-world, globus/globus.hpp"
    if some in runs and one in runs:
        more = len(CALLS) - 1
        seconds = statistics.median((b[0] - a[0]) / more for a, b in zip(runs[one], runs[some]))
        print(f"| one more used operation | {seconds:.3f} | | |")


if __name__ == "__main__":
    main()
