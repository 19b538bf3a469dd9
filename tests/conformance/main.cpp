// SPDX-License-Identifier: Apache-2.0

// Compares what this library sends, reads and refuses with a recording of the reference: globus_conformance --cases DIR.
// Every case of the recording is counted: as passed or failed, as different on purpose, or as missing where the library
// has no part for it. differences.json gives the reasons of what differs on purpose: of single cases, and of rules that
// hold by the values of a case, whichever it is (see on_purpose). The recording that the differences were found in, which
// names itself "public", has a part for each: there a missing case is a failure, and so is a difference that is none.

#include "clock.hpp"
#include "registry.hpp"
#include "report.hpp"

#include <boost/json/serialize.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace conformance;

struct Section {
    std::string_view name;
    void (*run)(Report&, Json const&);
};

constexpr Section sections[] = {
    {"auth", run_operations},
    {"transfer", run_operations},
    {"groups", run_operations},
    {"search", run_operations},
    {"flows", run_operations},
    {"timers", run_operations},
    {"compute", run_operations},
    {"gcs", run_operations},
    {"payloads", run_payloads},
    {"paging", run_paging},
    {"errors", run_errors},
    {"urls", run_urls},
    {"environments", run_environments},
    {"base", run_base},
    {"retry", run_retry},
    {"scopes", run_scopes},
    {"tokenstorage", run_tokenstorage},
    {"id_token", run_id_token},
    {"local_endpoint", run_local_endpoint},
    {"app", run_app},
};

int usage() {
    std::fputs(
        "usage: globus_conformance [--cases] DIR [--service NAME] [--verbose] [--only ID-GLOB]\n"
        "                          [--differences FILE]\n",
        stderr);
    return 2;
}

int run(int argc, char** argv) {
    Report::Options options;
    std::string service;
    std::filesystem::path differences = std::filesystem::path(GLOBUS_TESTS_DIR) / "conformance/differences.json";
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        if (word == "--verbose") {
            options.verbose = true;
        } else if (!word.starts_with("--")) {
            options.cases = word;
        } else if (i + 1 == argc) {
            return usage();
        } else if (word == "--cases") {
            options.cases = argv[++i];
        } else if (word == "--service") {
            service = argv[++i];
        } else if (word == "--only") {
            options.only = argv[++i];
        } else if (word == "--differences") {
            differences = argv[++i];
        } else {
            return usage();
        }
    }
    if (options.cases.empty()) return usage();
    for (char const* variable : {"GLOBUS_SDK_ENVIRONMENT", "GLOBUS_SDK_HTTP_TIMEOUT"}) unsetenv(variable);

    bool whole = service.empty() && options.only == "*";
    if (auto const index = options.cases / "index.json"; std::filesystem::exists(index)) {
        Json const facts = load(index);
        if (Json const* clock = find(facts, "clock")) set_recorded_time(clock->to_number<std::int64_t>());
        // Which cases differ depends on their values: only of the recording that the differences were found in is it known
        // that each of them is one.
        whole = whole && string_member(facts, "value_set") == "public";
        comparing().real_answers = string_member(facts, "value_set") == "public";
        comparing().made_uuids.insert(string_member(member(facts, "randomness"), "uuid.uuid1()", "-"));
    } else {
        whole = false;
    }

    for (auto const add :
         {add_auth, add_transfer, add_groups, add_search, add_flows, add_timers, add_compute, add_gcs, add_app_scopes})
        add();
    Report report(options, load(differences));
    bool found = false;
    for (Section const& section : sections) {
        if (!service.empty() && service != section.name) continue;
        std::filesystem::path const file = options.cases / (std::string(section.name) + ".json");
        if (!std::filesystem::exists(file)) {
            if (whole)
                report.check(std::string(section.name),
                             [&]() -> std::string { throw Missing(file.filename().string()); });
            continue;
        }
        found = true;
        section.run(report, load(file));
    }
    if (!found) throw std::runtime_error("there is nothing to compare with in " + options.cases.string());
    return report.finish(whole) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "globus_conformance: %s\n", error.what());
        return 2;
    }
}
