// SPDX-License-Identifier: Apache-2.0
// What cannot heal is tried once, and at once: bar B8.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/grace.hpp"
#include "support/sandbox_client.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <chrono>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr auto at_once = sanitized ? 1000ms : 50ms;

/// The shortest of three times that a call takes: a machine that does something else proves nothing.
template <class Call>
http::Clock::duration quickest(Call const& call) {
    auto best = http::Clock::duration::max();
    for (int i = 0; i != 3; ++i) {
        auto const begin = http::Clock::now();
        call();
        best = std::min(best, http::Clock::now() - begin);
    }
    return best;
}

/// A client that counts its attempts.
template <class Driver>
ClientBy<Driver, TransferService, AccessTokenPolicy> counting(sandbox::Session& server, int& attempts,
                                                              CurlOptions options = {}) {
    return ClientBy<Driver, TransferService, AccessTokenPolicy>{server.user_token("transfer.api.globus.org"),
                                                                {.transport = Driver::transport(std::move(options)),
                                                                 .base_url = server.base_url(),
                                                                 .auth_url = server.base_url(),
                                                                 .timeout = 20s,
                                                                 .max_response_bytes = std::size_t{1} << 20,
                                                                 .log = [&](LogEvent const&) { ++attempts; }}};
}

}  // namespace

TEMPLATE_TEST_CASE("B8: a status that is no passing failure", "[reliability][B8]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server);
    (void)transfer.task_list();
    for (int const status :
         {400, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422, 426, 431, 451, 501, 505}) {
        INFO(status);
        server.clear_faults();
        server.clear_journal();
        server.add_fault(
            rule("task_list", "after_body", R"({"type": "status", "code": )" + std::to_string(status) + "}"));
        CHECK(quickest([&] { CHECK_THROWS_AS(transfer.task_list(), TransferApiError); }) < at_once);
        CHECK(server.count("task_list") == 3);
    }
}

TEMPLATE_TEST_CASE("B8: a call that cannot be right", "[reliability][B8]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server);
    CHECK(quickest([&] { CHECK_THROWS_AS(transfer.get_task({.task_id = ""}), UsageError); }) < at_once);
    CHECK(quickest([&] { CHECK_THROWS_AS(transfer.get_task({.task_id = ".."}), UsageError); }) < at_once);
    CHECK(quickest([&] {
              CHECK_THROWS_AS(transfer.task_list({}, {.headers = {{"X-A", "a\r\nX-B: b"}}}), UsageError);
          }) < at_once);
    CHECK(server.count() == 0);
}

TEMPLATE_TEST_CASE("B8: a certificate that is not good, or of another host", "[reliability][B8]", Blocking,
                   Asynchronous) {
    for (auto const kind : {sandbox::Tls::wrong_host, sandbox::Tls::expired, sandbox::Tls::self_signed}) {
        INFO(static_cast<int>(kind));
        sandbox::Server server({.tls = kind});
        TemporaryDirectory const directory;
        write_file(directory / "ca.pem", server.ca_pem());
        int attempts = 0;
        auto const transfer = counting<TestType>(server, attempts, {.ca_file = directory / "ca.pem"});
        CHECK(quickest([&] {
                  try {
                      (void)transfer.task_list();
                      FAIL("the certificate was accepted");
                  } catch (NetworkError const& error) {
                      CHECK(error.kind() == NetworkError::Kind::tls);
                      CHECK(error.sent() == NetworkError::Sent::no);
                  }
              }) < at_once);
        CHECK(attempts == 3);
        CHECK(server.count("task_list") == 0);
    }
}

TEMPLATE_TEST_CASE("B8: an answer that is too large, in its body, its headers or what comes before it",
                   "[reliability][B8]", Blocking, Asynchronous) {
    sandbox::Server server;
    int attempts = 0;
    auto const transfer = counting<TestType>(server, attempts);
    (void)transfer.task_list();
    for (char const* action :
         {R"({"type": "json", "size": 2000000})", R"({"type": "json", "size": 1073741824})",
          R"({"type": "headers", "flood_bytes": 300000})", R"({"type": "informational", "count": 200})"}) {
        INFO(action);
        server.clear_faults();
        server.add_fault(rule("task_list", "in_body", action));
        attempts = 0;
        CHECK(quickest([&] {
                  try {
                      (void)transfer.task_list();
                      FAIL("it was taken");
                  } catch (NetworkError const& error) {
                      CHECK(error.kind() == NetworkError::Kind::too_large);
                  }
              }) < at_once);
        CHECK(attempts == 3);
    }
}

TEMPLATE_TEST_CASE("B8: an answer that is whole and not what it should be", "[reliability][B8]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    int attempts = 0;
    auto const transfer = counting<TestType>(server, attempts);
    (void)transfer.task_list();
    for (bool const keep_text : {true, false})
        for (char const* kind : {"nul", "html", "json_garbage"}) {
            INFO(kind << keep_text);
            server.clear_faults();
            server.add_fault(
                rule("task_list", "in_body", std::string(R"({"type": "corrupt", "kind": ")") + kind + "\"}"));
            attempts = 0;
            CHECK(quickest([&] { CHECK_THROWS_AS(transfer.task_list({}, {.keep_text = keep_text}), DecodeError); }) <
                  at_once);
            CHECK(attempts == 3);
        }
}

TEMPLATE_TEST_CASE("B8: an answer that is cut off is asked for again", "[reliability][B8]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server, quick());
    server.add_fault(
        rule("task_list", "in_body", R"({"type": "truncate", "after_bytes": 20, "keep_length": false})", "2"));
    CHECK(transfer.task_list().http_status() == 200);
    CHECK(server.count("task_list") == 3);
}
