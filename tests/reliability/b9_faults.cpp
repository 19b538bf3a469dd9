// SPDX-License-Identifier: Apache-2.0
// Bar B9: 10,000 seeded faults over random operations from 64 threads.
#include <globus/sandbox/server.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <dirent.h>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr int thread_count = 64;
constexpr int call_count = 10000;
constexpr auto limit = 2s;

long entries_of(char const* directory) {
    long count = 0;
    DIR* const open = opendir(directory);
    REQUIRE(open != nullptr);
    while (readdir(open) != nullptr) ++count;
    closedir(open);
    return count;
}

/// Rules that go wrong in every way that a network and a service can, each now and then.
boost::json::array all_faults() {
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
    };
    boost::json::array rules;
    for (Fault const& fault : faults)
        rules.push_back(boost::json::object{{"phase", fault.phase},
                                            {"probability", 0.02},
                                            {"times", "always"},
                                            {"action", boost::json::parse(fault.action)}});
    return rules;
}

}  // namespace

TEST_CASE("B9: 10,000 calls through every fault end in time, in success or a typed error", "[reliability][B9]") {
    long const threads_before = entries_of("/proc/self/task"), files_before = entries_of("/proc/self/fd");
    std::atomic<int> next = 0, good = 0, typed = 0, late = 0, strange = 0, created = 0, unknown = 0;
    {
        sandbox::Server server;
        std::string const url = server.base_url();
        DefaultRetry const quick{.base = std::chrono::duration<double>(0.005),
                                 .throttled = std::chrono::duration<double>(0.005)};
        Client<TransferService, AccessTokenPolicy> const transfer{
            server.user_token("transfer.api.globus.org"),
            {.retry = quick, .base_url = url, .auth_url = url, .max_response_bytes = std::size_t{1} << 20}};
        Client<GroupsService, AccessTokenPolicy> const groups{
            server.user_token("groups.api.globus.org"),
            {.retry = quick, .base_url = url, .auth_url = url, .max_response_bytes = std::size_t{1} << 20}};
        auto const before = server.state().at("groups").as_array().size();
        server.add_fault(all_faults());
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t != thread_count; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(static_cast<unsigned>(t) + 1);
                    while (next++ < call_count) {
                        CallOptions const options{.timeout =
                                                      random() % 8 == 0 ? 100ms : std::chrono::milliseconds(limit)};
                        auto const begin = http::Clock::now();
                        int const what = static_cast<int>(random() % 6);
                        try {
                            switch (what) {
                                case 0:
                                    (void)transfer.task_list({}, options);
                                    break;
                                case 1:
                                    (void)transfer.operation_ls({.endpoint_id = server.source_collection()}, options);
                                    break;
                                case 2:
                                    (void)transfer.get_endpoint({.endpoint_id = server.source_collection()}, options);
                                    break;
                                case 3:
                                    (void)transfer.cancel_task({.task_id = "01234567-0123-0123-0123-0123456789ab"},
                                                               options);
                                    break;
                                case 4:
                                    (void)groups.get_my_groups({}, options);
                                    break;
                                default:
                                    (void)groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}},
                                                              options);
                                    ++created;
                            }
                            ++good;
                        } catch (Error const&) {
                            ++typed;
                            if (what == 5) ++unknown;
                        } catch (...) {
                            ++strange;
                        }
                        late += http::Clock::now() - begin > limit + 1s;
                    }
                });
        }
        server.clear_faults();
        auto const groups_made = static_cast<int>(server.state().at("groups").as_array().size() - before);
        CHECK(groups_made >= created);
        CHECK(groups_made <= created + unknown);
        CHECK(transfer.task_list().status() == 200);
    }
    CHECK(strange == 0);
    CHECK(late == 0);
    CHECK(good + typed == call_count);
    CHECK(good > call_count / 10);
    CHECK(typed > call_count / 100);
    std::this_thread::sleep_for(100ms);
    CHECK(entries_of("/proc/self/task") <= threads_before + 1);
    CHECK(entries_of("/proc/self/fd") <= files_before + 2);
}
