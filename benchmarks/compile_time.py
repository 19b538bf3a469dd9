#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to compile a program that uses globus-cpp, beside what libcurl and Boost.JSON cost alone.

Every round compiles every program once, in turn, so that a busy machine slows all of them alike. The table gives the
median processor time, its ratio to the baseline of the same round, the most memory that the compiler took, and the size
of the object. Rows of the compiled build are there where the headers have one (GLOBUS_SEPARATE_COMPILATION): they are
what each file of such a program costs. The last rows say what a further used operation costs, and a further service.

With --check it measures what has a budget, and fails where a ratio or an object is above its limit, so that what makes
every user's compilation slower is seen when it comes.
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
COMPILED_BUILD = ROOT / "include/globus/src.hpp"

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

# A listing, which is the first, and 19 more operations, of 5 services.
CALLS = {
    "Transfer": (
        """auto const listing = transfer.operation_ls({.endpoint_id = arguments[2], .path = "/~/"});
    for (auto const& file : listing) std::puts(file.name.c_str());""",
        "(void)transfer.get_endpoint({.endpoint_id = arguments[2]});",
        "(void)transfer.endpoint_search({.filter_fulltext = arguments[3]});",
        "(void)transfer.operation_mkdir({.endpoint_id = arguments[2], .path = arguments[3]});",
        "(void)transfer.task_list();",
        "(void)transfer.get_task({.task_id = arguments[2]});",
        "(void)transfer.cancel_task({.task_id = arguments[2]});",
        "(void)transfer.bookmark_list();",
    ),
    "Groups": (
        "(void)groups.get_my_groups();",
        "(void)groups.get_group({.group_id = arguments[2]});",
        "(void)groups.get_group_policies({.group_id = arguments[2]});",
    ),
    "Search": (
        "(void)search.get_index({.index_id = arguments[2]});",
        "(void)search.search({.index_id = arguments[2], .q = arguments[3]});",
        "(void)search.index_list();",
    ),
    "Flows": (
        "(void)flows.get_flow({.flow_id = arguments[2]});",
        "(void)flows.list_flows();",
        "(void)flows.get_run({.run_id = arguments[2]});",
    ),
    "Timers": (
        "(void)timers.list_jobs();",
        "(void)timers.get_job({.job_id = arguments[2]});",
        "(void)timers.pause_job({.job_id = arguments[2]});",
    ),
}
OPERATIONS = sum(map(len, CALLS.values()))

# The header is precompiled before the rounds, as globus::pch does.
PRECOMPILED = "globus.hpp.gch"

INCLUDED, LISTING, OPERATIONS_USED = "include only", "a listing", f"{OPERATIONS} operations of {len(CALLS)} services"

# The ratios to the baseline that `g++ -O0` is to have and at most may have, and the same of the object's size in KiB.
# A limit is far above what is measured, whatever the machine; it comes down as the cost does.
BUDGET = {
    f"single header: {INCLUDED}": ((4.5, 11), None),
    f"single header: {LISTING}": ((5.5, 15), (2500, 5000)),
    f"single header: {OPERATIONS_USED}": ((7, 18), None),
    f"single header, precompiled: {LISTING}": ((1.8, 11), None),  # g++ instantiates again what the header does
    f"services/transfer.hpp: {LISTING}": ((4, 10), (2500, 5000)),
    f"single header, compiled: {INCLUDED}": ((2.7, 5.4), None),
    f"single header, compiled: {LISTING}": ((3.2, 6.4), (400, 800)),
    f"single header, compiled: {OPERATIONS_USED}": ((4, 8), None),
    f"single header, compiled, precompiled: {LISTING}": ((1.8, 3.6), None),
    f"services/transfer.hpp, compiled: {LISTING}": ((2.4, 4.8), (400, 800)),
}


def includes(*headers):
    return "".join(f"#include <globus/{header}>\n" for header in headers)


def program(headers, calls):
    """A program with a client of each service of `calls`, whose operations it uses."""
    lines = []
    for service, operations in calls.items():
        client = f"globus::Client<globus::{service}Service, globus::AccessTokenPolicy, globus::CurlTransport>"
        lines += [f"{client} const {service.lower()}{{globus::AccessTokenPolicy{{arguments[1]}}}};", *operations]
    body = "\n    ".join(lines)
    return f"{headers}#include <cstdio>\nint main(int, char** arguments) {{\n    (void)arguments;\n    {body}\n}}\n"


def uses(mode, flags):
    """(name, code, flags) of what a user's file costs in a mode: by the single header, and by the services' own."""
    listing = {"Transfer": CALLS["Transfer"][:1]}
    single, transfer = includes("globus.hpp"), includes("services/transfer.hpp")
    five = includes(*(f"services/{service.lower()}.hpp" for service in CALLS))
    for name, headers, calls, where in (
            (f"single header{mode}: {INCLUDED}", single, {}, SINGLE),
            (f"single header{mode}: {LISTING}", single, listing, SINGLE),
            (f"single header{mode}: {OPERATIONS_USED}", single, CALLS, SINGLE),
            (f"single header{mode}, precompiled: {LISTING}", "", listing, PRECOMPILED),
            (f"services/transfer.hpp{mode}: {INCLUDED}", transfer, {}, INCLUDE),
            (f"services/transfer.hpp{mode}: {LISTING}", transfer, listing, INCLUDE),
            (f"five services' headers{mode}: {OPERATIONS_USED}", five, CALLS, INCLUDE)):
        yield name, program(headers, calls), [where, *flags]


def programs():
    """(name, code, flags) of what is compiled; the baseline first."""
    yield BASELINE, BASELINE_CODE, []
    yield from uses("", [])
    if COMPILED_BUILD.exists():
        yield from uses(", compiled", ["-DGLOBUS_SEPARATE_COMPILATION"])
    yield FOUNDATION, FOUNDATION_CODE, [INCLUDE]
    for header in sorted((ROOT / "include/globus/services").glob("*.hpp")):
        name = f"services/{header.name}"
        yield f"{name} alone", includes(name) + "int main() {}\n", [INCLUDE]


def compiled(command, output):
    """Runs the compiler; its processor time in seconds, its peak memory in MiB, and the size of the object in KiB."""
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"does not compile: {shlex.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.path.getsize(output) / 1024


def measure(compiler, measured, rounds):
    """What compiled() says of each program in each round, by the program's name."""
    runs = {name: [] for name, _, _ in measured}
    with tempfile.TemporaryDirectory() as folder:
        source, output = f"{folder}/program.cpp", f"{folder}/program.o"
        for number, (name, code, flags) in enumerate(measured):
            if PRECOMPILED in flags:
                flags = [flag for flag in flags if flag != PRECOMPILED]
                header = f"{folder}/{number}.hpp"
                pathlib.Path(header).write_text(includes("globus.hpp"), "utf-8")
                compiled([*compiler[:-1], SINGLE, *flags, "-x", "c++-header", header, "-o", f"{header}.gch"], f"{header}.gch")
                measured[number] = name, code, [*flags, "-include", header]
        for round_ in range(rounds):
            for name, code, flags in measured:
                pathlib.Path(source).write_text(code, "utf-8")
                runs[name].append(compiled([*compiler, *flags, source, "-o", output], output))
            print(f"round {round_ + 1} of {rounds}", file=sys.stderr)
    return runs


def ratio(runs, name):
    """How many times the baseline a program costs, by rounds."""
    return statistics.median(one[0] / base[0] for one, base in zip(runs[name], runs[BASELINE]))


def median_over(runs, name, other):
    """How many seconds a program costs over another, by rounds."""
    return statistics.median(one[0] - base[0] for one, base in zip(runs[name], runs[other]))


def table(runs):
    """The lines of the report."""
    yield "| program | seconds | of the baseline | goal, limit | MiB | object KiB | goal, limit |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, results in runs.items():
        budget = ["" if one is None else "{}, {}".format(*one) for one in BUDGET.get(name, (None, None))]
        seconds, memory = statistics.median(one[0] for one in results), max(one[1] for one in results)
        yield (f"| {name} | {seconds:.2f} | {ratio(runs, name):.2f} | {budget[0]} | {memory:.0f} | {results[-1][2]:.0f} "
               f"| {budget[1]} |")
    for mode in ("", ", compiled"):
        one, all_ = f"single header{mode}: {LISTING}", f"single header{mode}: {OPERATIONS_USED}"
        if one in runs and all_ in runs:
            yield f"| one more used operation{mode} | {median_over(runs, all_, one) / (OPERATIONS - 1):.3f} | | | | | |"
    over = {name: median_over(runs, name, FOUNDATION) for name in runs if name.endswith(" alone")}
    if over:
        costliest = max(over, key=over.get)
        yield f"| one more service, at most ({costliest.removesuffix(' alone')}) | {over[costliest]:.2f} | | | | | |"
        yield f"| one more service, median of {len(over)} | {statistics.median(over.values()):.2f} | | | | | |"


def above_limit(runs):
    """A line for each program that costs more than it may."""
    for name in filter(BUDGET.get, runs):
        (_, limit), size_budget = BUDGET[name]
        size = runs[name][-1][2]
        if ratio(runs, name) > limit:
            yield f"{name}: {ratio(runs, name):.2f} times the baseline; the limit is {limit}"
        if size_budget and size > size_budget[1]:
            yield f"{name}: an object of {size:.0f} KiB; the limit is {size_budget[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cxx", default="g++", help="the compiler and its flags (default: %(default)s)")
    parser.add_argument("--opt", default="-O0", help="the level of optimisation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is compiled (default: %(default)s)")
    parser.add_argument("--only", default="", help="measure the baseline, and what has this text in its name")
    parser.add_argument("--check", action="store_true", help="measure what has a budget; fail above a limit")
    parser.add_argument("--out", type=pathlib.Path, help="a file for the table, besides the output")
    options = parser.parse_args()
    compiler = [*shlex.split(options.cxx), "-std=c++20", options.opt, "-c"]

    needed = {BASELINE} if options.check else {BASELINE, FOUNDATION}
    measured = [p for p in programs()
                if p[0] in needed or (options.only in p[0] and (p[0] in BUDGET or not options.check))]
    runs = measure(compiler, measured, options.rounds)
    text = "\n".join([f"`{options.cxx} {options.opt}`, median of {options.rounds} rounds", "", *table(runs), ""])
    print(text)
    if options.out:
        options.out.write_text(text, "utf-8")
    above = list(above_limit(runs))
    if options.check and above:
        sys.exit("\n".join(["Above the limit:", *above]))


if __name__ == "__main__":
    main()
