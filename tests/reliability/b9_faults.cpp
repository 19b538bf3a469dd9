// SPDX-License-Identifier: Apache-2.0
// Bar B9: 10,000 seeded faults over random operations from 64 threads, over TCP and over TLS.
#include <globus/sandbox/server.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "support/catch.hpp"
#include "support/entries.hpp"
#include "support/grace.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr int thread_count = 64;
constexpr std::uint64_t fault_count = 10'000;

/// Rules that go wrong in every way that a network and a service can, each now and then.
boost::json::array all_faults(bool tls) {
    struct Fault {
        char const* phase;
        char const* action;
    };
    constexpr Fault faults[] = {
        {"accept", R"({"type": "reset"})"},
        {"before_request", R"({"type": "reset"})"},
        {"before_request", R"({"type": "close"})"},
        {"after_headers", R"({"type": "reset"})"},
        {"before_commit", R"({"type": "reset"})"},
        {"before_commit", R"({"type": "close"})"},
        {"after_commit", R"({"type": "reset"})"},
        {"after_commit", R"({"type": "close"})"},
        {"in_body", R"({"type": "truncate", "after_bytes": 10})"},
        {"in_body", R"({"type": "truncate", "after_bytes": 10, "keep_length": false})"},
        {"in_body", R"({"type": "framing", "bad_chunk": true})"},
        {"in_body", R"({"type": "framing", "length": -1})"},
        {"in_body", R"({"type": "framing", "length": "+7"})"},
        {"in_body", R"({"type": "framing", "length": "duplicate"})"},
        {"in_body", R"({"type": "framing", "length": "huge"})"},
        {"in_body", R"({"type": "framing", "no_headers_end": true})"},
        {"in_body", R"({"type": "dribble", "bytes_per_s": 20})"},
        {"before_commit", R"({"type": "stall", "ms": 300})"},
        {"before_commit", R"({"type": "stall"})"},
        {"after_body", R"({"type": "status", "code": 429, "retry_after": {"seconds": 0}})"},
        {"after_body", R"({"type": "status", "code": 503, "retry_after": {"http_date": 1}})"},
        {"after_body", R"({"type": "status", "code": 500})"},
        {"after_body", R"({"type": "status", "code": 502, "html": true})"},
        {"after_body", R"({"type": "status", "code": 504})"},
        {"after_body", R"({"type": "status", "code": 999})"},
        {"in_body", R"({"type": "corrupt", "kind": "flip"})"},
        {"in_body", R"({"type": "corrupt", "kind": "utf8"})"},
        {"in_body", R"({"type": "corrupt", "kind": "nul"})"},
        {"in_body", R"({"type": "corrupt", "kind": "html"})"},
        {"in_body", R"({"type": "corrupt", "kind": "json_garbage"})"},
        {"in_body", R"({"type": "json", "depth": 64})"},
        {"in_body", R"({"type": "json", "depth": 129})"},
        {"in_body", R"({"type": "json", "duplicate_keys": true})"},
        {"in_body", R"({"type": "json", "big_numbers": true})"},
        {"in_body", R"({"type": "headers", "flood_bytes": 300000})"},
        {"in_body", R"({"type": "headers", "duplicate": true})"},
        {"in_body", R"({"type": "headers", "nul": true})"},
        {"in_body", R"({"type": "informational", "count": 200})"},
        {"after_body", R"({"type": "gzip_bomb", "size": 100000000})"},
        {"after_body", R"({"type": "redirect", "code": 302, "location": "http://127.0.0.1:1/"})"},
        {"in_body", R"({"type": "json", "size": 1073741824})"},
    };
    constexpr Fault tls_faults[] = {
        {"accept", R"({"type": "tls", "handshake_stall": 50})"},
        {"accept", R"({"type": "tls", "handshake_stall": true})"},
        {"accept", R"({"type": "tls", "alert": true})"},
        {"in_body", R"({"type": "tls", "close_no_notify": true})"},
    };
    boost::json::array rules;
    auto const add = [&](Fault const& fault) {
        boost::json::object rule{
            {"probability", 0.03}, {"times", "always"}, {"action", boost::json::parse(fault.action)}};
        if (fault.phase != std::string("accept") || !tls) rule["phase"] = fault.phase;
        rules.push_back(std::move(rule));
    };
    if (tls)
        for (Fault const& fault : tls_faults) add(fault);
    for (Fault const& fault : faults) add(fault);
    return rules;
}

}  // namespace

namespace {

/// Faults that fired, in sum.
std::uint64_t fired(sandbox::Server const& server) {
    std::uint64_t sum = 0;
    for (auto const& rule : server.faults()) sum += rule.at("fired").as_uint64();
    return sum;
}

struct Counts {
    std::atomic<int> calls = 0, good = 0, typed = 0, late = 0, strange = 0, created = 0, unknown = 0;
};

/// Calls from all threads, until so many faults have fired.
void calls_through_faults(sandbox::Server& server, CurlTransport const& transport, std::uint64_t faults, bool tls,
                          Counts& counts) {
    std::string const url = server.base_url();
    DefaultRetry const quick{.base = std::chrono::duration<double>(0.005),
                             .throttled = std::chrono::duration<double>(0.005)};
    Client<TransferService, AccessTokenPolicy> const transfer{server.user_token("transfer.api.globus.org"),
                                                              {.transport = transport,
                                                               .retry = quick,
                                                               .base_url = url,
                                                               .auth_url = url,
                                                               .max_response_bytes = std::size_t{1} << 20}};
    Client<GroupsService, AccessTokenPolicy> const groups{server.user_token("groups.api.globus.org"),
                                                          {.transport = transport,
                                                           .retry = quick,
                                                           .base_url = url,
                                                           .auth_url = url,
                                                           .max_response_bytes = std::size_t{1} << 20}};
    auto const before = server.state().at("groups").as_array().size();
    server.add_fault(all_faults(tls));
    std::atomic<bool> enough = false;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != thread_count; ++t)
            threads.emplace_back([&, t] {
                std::mt19937 random(static_cast<unsigned>(t) + 1);
                while (!enough) {
                    auto const limit = random() % 8 == 0 ? 100ms : 1000ms;
                    CallOptions const options{.timeout = limit};
                    std::string const collection = server.source_collection();
                    auto const what = random() % 6;
                    auto const begin = http::Clock::now();
                    try {
                        switch (what) {
                            case 0:
                                (void)transfer.task_list({}, options);
                                break;
                            case 1:
                                (void)transfer.operation_ls({.endpoint_id = collection}, options);
                                break;
                            case 2:
                                (void)transfer.get_endpoint({.endpoint_id = collection}, options);
                                break;
                            case 3:
                                (void)transfer.cancel_task({.task_id = "01234567-0123-0123-0123-0123456789ab"},
                                                           options);
                                break;
                            case 4:
                                (void)groups.get_my_groups({}, options);
                                break;
                            default:
                                (void)groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}}, options);
                                ++counts.created;
                        }
                        ++counts.good;
                    } catch (Error const& error) {
                        ++counts.typed;
                        if (what == 5 && error.outcome_unknown()) ++counts.unknown;
                    } catch (...) {
                        ++counts.strange;
                    }
                    counts.late += http::Clock::now() - begin > limit + grace;
                    if (++counts.calls % 200 == 0 && fired(server) >= faults) enough = true;
                }
            });
    }
    for (auto const& rule : server.faults()) {
        INFO(boost::json::serialize(rule));
        CHECK(rule.at("fired").as_uint64() > 0);
    }
    CHECK(fired(server) >= faults);
    server.clear_faults();
    auto const groups_made = static_cast<int>(server.state().at("groups").as_array().size() - before);
    CHECK(groups_made >= counts.created);
    CHECK(groups_made <= counts.created + counts.unknown);
    CHECK(transfer.task_list().http_status() == 200);
}

void check(Counts const& counts) {
    CHECK(counts.strange == 0);
    CHECK(counts.late == 0);
    CHECK(counts.good + counts.typed == counts.calls);
    CHECK(counts.good > counts.calls / 10);
    CHECK(counts.typed > counts.calls / 100);
}

/// Threads and files are as many as before; a thread that looked up a name may end a little later.
void check_nothing_left(long threads_before, long files_before) {
    for (int i = 0; i != 100; ++i) {
        if (entries_of("/proc/self/task") == threads_before && entries_of("/proc/self/fd") == files_before) break;
        std::this_thread::sleep_for(20ms);
    }
    CHECK(entries_of("/proc/self/task") == threads_before);
    CHECK(entries_of("/proc/self/fd") == files_before);
}

}  // namespace

TEST_CASE("B9: 10,000 faults end in time, in success or a typed error", "[reliability][B9]") {
    { sandbox::Server const first; }  // what a process opens once
    (void)CurlTransport();
    long const threads_before = entries_of("/proc/self/task"), files_before = entries_of("/proc/self/fd");
    Counts counts;
    {
        sandbox::Server server;
        calls_through_faults(server, CurlTransport(), fault_count, false, counts);
    }
    check(counts);
    check_nothing_left(threads_before, files_before);
}

TEST_CASE("B9: the same over TLS, with its own faults", "[reliability][B9]") {
    { sandbox::Server const first({.tls = sandbox::Tls::good}); }
    (void)CurlTransport();
    TemporaryDirectory const directory;
    long const threads_before = entries_of("/proc/self/task"), files_before = entries_of("/proc/self/fd");
    Counts counts;
    {
        sandbox::Server server({.tls = sandbox::Tls::good});
        write_file(directory / "ca.pem", server.ca_pem());
        calls_through_faults(server, CurlTransport({.ca_file = directory / "ca.pem"}), fault_count / 10, true, counts);
    }
    check(counts);
    check_nothing_left(threads_before, files_before);
}
