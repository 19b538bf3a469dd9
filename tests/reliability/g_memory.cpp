// SPDX-License-Identifier: Apache-2.0
// G4, and A4 where memory runs out: an allocation may fail anywhere, and what a program's own functions throw may come at
// any time: the call ends by that, by a typed error or well; nothing leaks, nothing terminates, and the next call works.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/issuer.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>

namespace {

thread_local long fail_in = 0;        ///< the allocation, from 1, that fails on this thread; 0: none
thread_local bool failed = false;     ///< one did
thread_local long blocks_in_use = 0;  ///< allocated on this thread and not freed on it

}  // namespace

// of the whole program; without a number in `fail_in` they are the usual ones
void* operator new(std::size_t size) {
    if (fail_in > 0 && --fail_in == 0) {
        failed = true;
        throw std::bad_alloc();
    }
    void* const block = std::malloc(size != 0 ? size : 1);
    if (block == nullptr) throw std::bad_alloc();
    ++blocks_in_use;
    return block;
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    void* const block = std::malloc(size != 0 ? size : 1);
    if (block != nullptr) ++blocks_in_use;
    return block;
}
void operator delete(void* block) noexcept {
    if (block != nullptr) --blocks_in_use;
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// Makes the call with each of its allocations failing once, and after each failure once without.
template <class F>
void sweep(char const* name, F const& call) {
    INFO(name);
    call();  // what is made once
    call();
    long const before = blocks_in_use;
    int points = 0, refused = 0, typed = 0, strange = 0, broken = 0, leaks = 0;
    for (bool more = true; more && points < 20000; ++points) {
        failed = false;
        fail_in = points + 1;
        try {
            call();
        } catch (std::bad_alloc const&) {
            ++refused;
        } catch (Error const&) {
            ++typed;
        } catch (...) {
            ++strange;
        }
        fail_in = 0;
        more = failed;
        try {
            call();
        } catch (...) {
            ++broken;
        }
        leaks += blocks_in_use != before;
    }
    INFO(points << " points: " << refused << " bad_alloc, " << typed << " typed, " << strange << " others, " << broken
                << " broken afterwards, " << leaks << " leaks");
    CHECK(points > 1);
    CHECK(points < 20000);
    CHECK(refused + typed > 0);
    CHECK(strange == 0);
    CHECK(broken == 0);
    CHECK(leaks == 0);
}

constexpr char const* long_token = "a-token-that-is-too-long-for-the-small-string-0123456789";

std::string token_answer(int lifetime) {
    return R"({"access_token": ")" + std::string(long_token) + R"(", "refresh_token": ")" + long_token +
           R"(", "token_type": "Bearer", "expires_in": )" + std::to_string(lifetime) +
           R"(, "resource_server": "transfer.api.globus.org", "scope": "urn:globus:auth:scope:transfer"})";
}

/// A transport that answers every request in one way, and keeps none.
struct Always {
    int status = 200;
    std::string body = "{}";
    http::Headers headers = {};
    http::Response send(http::Request const& request) const {
        http::Response answer{.status = status, .headers = headers, .body = body};
        if (request.url.ends_with("/oauth2/token")) answer = {.status = 200, .body = token_answer(3600)};
        if (request.on_head) request.on_head(answer);
        if (request.sink && answer.status == 200) {
            (void)request.sink(answer.body);
            answer.body.clear();
        }
        return answer;
    }
};
using Transfer = Client<TransferService, AccessTokenPolicy, Always>;

std::string const listing =
    R"({"DATA": [{"name": "a-file-with-a-long-name-that-is-allocated.txt", "size": 12, "type": "file"}], "total": 1})";

TransferData documents() {
    TransferData data{.source_endpoint = "01234567-0123-0123-0123-0123456789ab",
                      .destination_endpoint = "01234567-0123-0123-0123-0123456789ac",
                      .submission_id = "01234567-0123-0123-0123-0123456789ad"};
    data.add_item({.source_path = "/a/long/path/to/a/file.txt", .destination_path = "/another/long/path/to/it.txt"});
    return data;
}

/// What must be a typed error, and be it also when memory is there.
template <class E, class F>
void expect(F const& call) {
    try {
        call();
    } catch (E const&) {
        return;
    }
    throw 0;  // nothing else that is caught
}

}  // namespace

TEST_CASE("G4: any allocation of a call may fail", "[reliability][G4]") {
    std::string const id = "01234567-0123-0123-0123-0123456789ab";
    Transfer const good{long_token, {.transport = {.body = listing}}};
    sweep("task_list", [&] { (void)good.task_list(); });
    sweep("ls", [&] { (void)good.operation_ls({.endpoint_id = id, .path = "/a/path/that/is/long/enough/"}); });
    sweep("without its text", [&] { (void)good.operation_ls({.endpoint_id = id}, {.keep_text = false}); });
    sweep("json", [&] { (void)good.get("v0.10/task_list").json().at("DATA"); });
    sweep("paginate", [&] {
        for (Task const& task : good.paginate(TaskList{})) (void)task;
    });
    sweep("a sink", [&] {
        std::string all;
        (void)good.get<Bytes>("x", {}, {.sink = [&](std::string_view piece) { return all += piece, true; }});
    });
    sweep("submit", [&] { (void)good.submit_transfer(documents()); });
    sweep("post", [&] { (void)good.post("v0.10/x", Json{{"a-long-name-of-a-member-of-it", long_token}}); });
    sweep("a copy", [&] { (void)Transfer(good).task_list(); });
    sweep("a new client", [&] {
        Transfer::Options options;  // not in braces: g++ 12 frees twice what it has made when a part of them throws
        options.transport.body = listing;
        options.app_name = "an-app-with-a-long-name-that-is-allocated";
        options.client_info.emplace_back().emplace_back("product", "a-library-with-a-long-name");
        Transfer const client{long_token, options};
        (void)client.task_list();
    });
    sweep("a log", [&] {
        std::string text;
        Transfer::Options options;
        options.transport.body = listing;
        options.log = [&](LogEvent const& event) {
            text += event.url;
            text += event.url;
        };
        Transfer const client{long_token, options};
        (void)client.task_list();
    });
    Transfer const missing{
        long_token,
        {.transport = {.status = 404,
                       .body = R"({"code": "NotFound.A.Long.Code.Of.It", "message": "no such task"})",
                       .headers = {{"Content-Type", "application/json"}}}}};
    sweep("404", [&] { expect<TransferApiError>([&] { (void)missing.get_task({.task_id = id}); }); });
    sweep("404 returned", [&] {
        if (missing.try_send(GetTask{.task_id = id}).has_value()) throw 0;
    });
    Transfer const busy{long_token, {.transport = {.status = 503, .body = "busy"}, .retry = {.base = 0s}}};
    sweep("503", [&] { expect<TransferApiError>([&] { (void)busy.get_task({.task_id = id}); }); });
    Transfer const lost{long_token, {.transport = {.body = "{\"DATA\": ["}, .retry = {.base = 0s}}};
    sweep("cut off", [&] { expect<DecodeError>([&] { (void)lost.task_list(); }); });
    Transfer const moved{long_token,
                         {.transport = {.status = 302, .headers = {{"Location", "https://evil.example/somewhere"}}}}};
    sweep("302", [&] { expect<NetworkError>([&] { (void)moved.task_list(); }); });
    sweep("usage", [&] { expect<UsageError>([&] { (void)good.get_task({.task_id = ".."}); }); });
}

TEST_CASE("G4: any allocation of a renewal may fail", "[reliability][G4]") {
    Always const transport;
    auto const soon = [] { return AuthContext{"https://auth.globus.org/", http::Clock::now() + 500ms}; };
    int broken = 0;
    auto const count = [&](auto const& call) {  // a renewal that hangs would take its time at each point
        if (broken > 3) throw 0;
        try {
            call();
        } catch (NetworkError const&) {
            ++broken;
            throw;
        }
    };
    sweep("a refresh", [&] {
        RefreshPolicy const policy{Native{"an-id-that-is-not-short-at-all"},
                                   Token{.access_token = "old", .refresh_token = long_token, .expires_at_seconds = 1}};
        count([&] { (void)policy.authorize(transport, soon()); });
    });
    RefreshPolicy const shared{Confidential{"an-id-that-is-not-short-at-all", long_token},
                               Token{.access_token = "old", .refresh_token = long_token, .expires_at_seconds = 1}};
    sweep("a refresh after a 401", [&] {
        count([&] {
            Authorization const present = shared.authorize(transport, soon());
            (void)shared.unauthorized(present, transport, soon());
        });
    });
    CHECK(broken == 0);
}

TEST_CASE("G4: any allocation of a credential may fail", "[reliability][G4]") {
    Always const transport;
    AuthContext const context{"https://auth.globus.org/"};
    sweep("client credentials", [&] {
        ClientCredentialsPolicy const policy{Confidential{"id", long_token}, "a-scope-that-is-not-short-at-all"};
        (void)policy.authorize(transport, context);
    });
    TokenSourcePolicy const source{[] { return Secret(long_token); }};
    sweep("a token source", [&] {
        Authorization const present = source.authorize(transport, context);
        (void)source.unauthorized(present, transport, context);
    });
    Client<ConfidentialAppAuthService, BasicPolicy, Always> const auth{BasicPolicy{"id", long_token},
                                                                       {.transport = {.body = "{\"active\": true}"}}};
    sweep("introspect", [&] { (void)auth.oauth2_token_introspect({.token = long_token}); });
    sweep("a grant", [&] { (void)auth.oauth2_refresh_token({.refresh_token = long_token}); });
    Client<NativeAppAuthService, NullPolicy, Always> const native{NativeAppAuthService("id"), NullPolicy{}};
    sweep("a login's URL", [&] { (void)native.oauth2_start_flow({.requested_scopes = "openid"}).authorize_url(); });
}

TEST_CASE("G4: any allocation of a document or a token file may fail", "[reliability][G4]") {
    sweep("from_json", [&] { (void)from_json<FileList>(listing); });
    sweep("to_json", [&] { (void)to_json(documents()); });
    sweep("Json", [&] { (void)from_json<Json>(listing); });
    TemporaryDirectory const directory;
    auto const both = [](auto const& storage) {
        storage.store_token_response(TokenResponse::from_answer(token_answer(3600)), "an-identity-that-is-long-enough");
        if (storage.get_token_data_by_resource_server().size() != 1) throw 0;
    };
    JsonTokenStorage const json(directory / "tokens.json");
    sweep("a JSON file", [&] { both(json); });
    SqliteTokenStorage const sqlite(directory / "tokens.db");
    sweep("a database", [&] { both(sqlite); });
}

TEST_CASE("G4: any allocation of a call by libcurl may fail", "[reliability][G4]") {
    sandbox::Server server;
    std::string const source = server.source_collection();
    Client<TransferService, AccessTokenPolicy> const transfer{
        server.user_token("transfer.api.globus.org"),
        {.retry = {.base = 0s}, .base_url = server.base_url(), .auth_url = server.base_url(), .timeout = 10s}};
    sweep("task_list", [&] { (void)transfer.task_list(); });
    sweep("ls", [&] { (void)transfer.operation_ls({.endpoint_id = source}); });
    sweep("Json", [&] { (void)transfer.get("v0.10/task_list").json(); });
    sweep("pages", [&] {
        for (Task const& task : transfer.paginate(TaskList{})) (void)task;
    });
    sweep("404", [&] {
        expect<TransferApiError>([&] { (void)transfer.get_task({.task_id = "01234567-0123-0123-0123-0123456789ab"}); });
    });
    sweep("a sink", [&] {
        std::string all;
        (void)transfer.get<Bytes>("v0.10/task_list", {}, {.sink = [&](std::string_view piece) {
                                      return all += std::string(100, 'x') + std::string(piece), true;
                                  }});
    });
    sweep("a new transport", [&] {
        ClientOptions<CurlTransport> options;
        options.base_url = options.auth_url = server.base_url();
        Client<TransferService, AccessTokenPolicy> const client{"a-token-that-is-not-known-to-anybody-at-all", options};
        expect<TransferApiError>([&] { (void)client.task_list(); });
    });
}

TEST_CASE("G4: an exception of a sink, a log hook or a policy passes through or is kept, and harms nothing",
          "[reliability][G4]") {
    sandbox::Server server;
    struct Mine {};
    Client<TransferService, AccessTokenPolicy> const transfer{
        server.user_token("transfer.api.globus.org"),
        {.base_url = server.base_url(), .auth_url = server.base_url(), .log = [](LogEvent const&) { throw Mine(); }}};
    CHECK_THROWS_AS(transfer.task_list({}, {.sink = [](std::string_view) -> bool { throw Mine(); }}), Mine);
    CHECK_THROWS_AS(transfer.task_list({}, {.sink = [](std::string_view) { return false; }}), NetworkError);
    CHECK(transfer.task_list().http_status() == 200);
    Client<TransferService, TokenSourcePolicy> const other{
        TokenSourcePolicy{[]() -> Secret { throw Mine(); }},
        {.base_url = server.base_url(), .auth_url = server.base_url()}};
    CHECK_THROWS_AS(other.task_list(), Mine);
    CHECK_THROWS_AS(other.task_list(), Mine);
}

TEST_CASE("A4: a renewal lands whichever allocation fails in it", "[reliability][A4]") {
    struct Shared {  // lives on where a thread hangs
        std::shared_ptr<Issuer> issuer = std::make_shared<Issuer>();
        MockTransport transport = transport_to(issuer);
        RefreshPolicy<Native> policy{Native{"client"}, token("old", 1), {.on_refresh = [](Token const&) {}}};
        AuthContext context{"https://auth.globus.org/"};
        std::promise<Secret> second;
    };
    int renewals_failed = 0;
    for (int n = 1; n != 1000; ++n) {
        INFO(n);
        auto const shared = std::make_shared<Shared>();
        bool out_of_memory = false;
        fail_in = n;
        try {
            (void)shared->policy.authorize(shared->transport, shared->context);
        } catch (std::bad_alloc const&) {
            out_of_memory = true;
        }
        bool const reached = fail_in == 0;
        fail_in = 0;
        if (!reached) break;  // no allocation is left to fail
        renewals_failed += out_of_memory;
        auto second = shared->second.get_future();
        std::thread([shared] {
            shared->second.set_value(shared->policy.authorize(shared->transport, shared->context).header);
        }).detach();
        REQUIRE(second.wait_for(10s) == std::future_status::ready);
        REQUIRE(second.get().reveal().starts_with("Bearer token-"));
    }
    CHECK(renewals_failed > 20);
}
