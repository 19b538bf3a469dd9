// SPDX-License-Identifier: Apache-2.0
// The credentials of calls that do not block: a renewal, and a policy that blocks, run aside.
#include <globus/asio.hpp>
#include <globus/http/manual_clock.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/gcs/service.hpp>

#include <support/asio_client.hpp>
#include <support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Renewing = Client<TransferService, RefreshPolicy<Native>, AsioTransport>;

Renewing renewing(sandbox::Server& server, AsioTransport transport) {
    Token token{.access_token = "expired",
                .refresh_token = server.issue_refresh_token(TransferService::resource_server),
                .expires_at_seconds = 1};
    return Renewing{RefreshPolicy{Native{server.native_client_id()}, std::move(token)},
                    {.transport = std::move(transport), .base_url = server.base_url(), .auth_url = server.base_url()}};
}

/// A program's own policy, which waits until it is told to go on.
struct Gate {
    std::promise<void> opens;
    std::shared_future<void> open = opens.get_future().share();
    std::atomic<int> asked = 0;
    std::atomic<bool> asked_here = false;
    std::thread::id const executor = std::this_thread::get_id();
};
struct SlowPolicy {
    using credential = BearerCredential;
    std::shared_ptr<Gate> gate;

    template <class T>
    Authorization authorize(T const&, AuthContext const&) const {
        ++gate->asked;
        if (std::this_thread::get_id() == gate->executor) gate->asked_here = true;
        gate->open.wait();
        return {Secret("Bearer slow"), 0};
    }
    template <class T>
    bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }
};
using Slow = Client<TransferService, SlowPolicy, AsioTransport>;

/// Where a program's own policy gets its tokens without blocking: it answers when it is told to.
struct Vault {
    std::deque<std::function<void(std::exception_ptr, Authorization)>> asked = {};
    std::deque<std::function<void(std::exception_ptr, bool)>> refused = {};
    std::uint64_t generation = 1;

    [[nodiscard]] Authorization current() const {
        return {Secret("Bearer token " + std::to_string(generation)), generation};
    }
};
struct VaultPolicy {
    using credential = BearerCredential;
    std::shared_ptr<Vault> vault;

    template <class T>
    Authorization authorize(T const&, AuthContext const&) const {
        throw UsageError("no call is to block");
    }
    template <class T>
    bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        throw UsageError("no call is to block");
    }
    template <class T>
    void async_authorize(T const&, AuthContext const& context, auto done) const {
        if (context.resource_server != "transfer.api.globus.org") throw UsageError("whose token?");
        vault->asked.push_back(done);
    }
    template <class T>
    void async_unauthorized(Authorization const& one, T const&, AuthContext const&, auto done) const {
        if (one.generation != vault->generation) return done(nullptr, true);
        vault->refused.push_back(done);
    }
};
using Vaulted = Client<TransferService, VaultPolicy, AsioTransport>;

/// Answers 401 to all tokens but one.
MockTransport accepting(std::string token) {
    MockTransport mock;
    mock.otherwise([token = std::move(token)](http::Request const& request) -> http::Response {
        bool const good = request.authorization.reveal() == "Bearer " + token;
        return {.status = good ? 200 : 401,
                .headers = {{"Content-Type", "application/json"}},
                .body = R"({"code": "x", "DATA": []})"};
    });
    return mock;
}

/// Calls `f` on the executor once a policy has been asked.
template <class F>
void when_asked(asio::steady_timer& timer, std::shared_ptr<Gate> const& gate, F f) {
    when(
        timer, [gate] { return gate->asked != 0; }, f);
}

}  // namespace

TEST_CASE("A1: a thousand calls need one renewal", "[client][async][A1]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = renewing(server, AsioTransport{io});
    int good = 0;
    for (int i = 0; i != 1000; ++i)
        client.async_send(TaskList{}, [&](std::exception_ptr error, auto) { good += !error; });
    io.run();
    CHECK(good == 1000);
    CHECK(server.count("oauth2_refresh_token") == 1);
    for (auto const& entry : server.journal("task_list")) CHECK(entry.status == 200);
}

TEST_CASE("A5: calls that are answered 401 share one renewal, and are repeated once", "[client][async][A5]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = renewing(server, AsioTransport{io});
    (void)client.task_list();
    server.expire_access_tokens();
    server.clear_journal();
    int good = 0;
    for (int i = 0; i != 100; ++i)
        client.async_send(TaskList{}, [&](std::exception_ptr error, auto) { good += !error; });
    io.run();
    CHECK(good == 100);
    CHECK(server.count("oauth2_refresh_token") == 1);
    CHECK(server.count("task_list") == 200);
}

TEST_CASE("A3: a renewal that fails ends all calls that waited for it, by one request", "[client][async][A3]") {
    sandbox::Server server;
    asio::io_context io;
    auto const client = renewing(server, AsioTransport{io});
    server.revoke_all_tokens();
    int refused = 0;
    for (int i = 0; i != 100; ++i)
        client.async_send(TaskList{}, [&](std::exception_ptr error, auto) {
            auto const why = as<AuthApiError>(error);
            refused += why && why->oauth_error() == "invalid_grant";
        });
    io.run();
    CHECK(refused == 100);
    CHECK(server.count("oauth2_refresh_token") == 1);
}

TEST_CASE("A policy that blocks is asked aside, and holds nobody up", "[client][async]") {
    auto const gate = std::make_shared<Gate>();
    MockTransport mock;
    mock.otherwise([](http::Request const& request) -> http::Response {
        CHECK(request.authorization.reveal() == "Bearer slow");
        return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = R"({"DATA": []})"};
    });
    asio::io_context io;
    Slow const client{SlowPolicy{.gate = gate}, {.transport = AsioTransport{io, mock}}};
    int good = 0;
    for (int i = 0; i != 20; ++i)
        client.async_send(TaskList{}, [&](std::exception_ptr error, auto) { good += !error; });
    asio::steady_timer timer(io);
    when_asked(timer, gate, [&] {
        CHECK(good == 0);
        gate->opens.set_value();
    });
    io.run();
    CHECK(good == 20);
    CHECK(gate->asked == 20);
    CHECK(!gate->asked_here);
}

TEST_CASE("A call does not wait for a policy longer than it may last", "[client][async]") {
    auto const gate = std::make_shared<Gate>();
    asio::io_context io;
    std::optional<Slow> client(std::in_place, SlowPolicy{.gate = gate},
                               Slow::Options{.transport = AsioTransport{io, MockTransport{}}});
    std::stop_source stop;
    std::optional<NetworkError> error;
    NetworkError::Kind expected = NetworkError::Kind::cancelled;
    asio::steady_timer timer(io);
    CallOptions options{.timeout = 20s, .stop = stop.get_token()};
    SECTION("by its deadline") {
        options.timeout = 50ms;
        expected = NetworkError::Kind::timeout;
    }
    SECTION("by its stop_token") {
        when_asked(timer, gate, [&] { stop.request_stop(); });
    }
    SECTION("by the end of its client") {
        when_asked(timer, gate, [&] { client.reset(); });
    }
    client->async_send(TaskList{}, options, [&](std::exception_ptr e, auto) { error = as<NetworkError>(e); });
    auto const begin = http::Clock::now();
    io.run();
    CHECK(http::Clock::now() - begin < 5s);
    REQUIRE(error);
    CHECK(error->kind() == expected);
    CHECK(error->sent() == NetworkError::Sent::no);
    gate->opens.set_value();
}

TEST_CASE("An execution context may end while a policy is asked", "[client][async]") {
    auto const gate = std::make_shared<Gate>();
    auto io = std::make_unique<asio::io_context>();
    Slow const client{SlowPolicy{.gate = gate}, {.transport = AsioTransport{*io, MockTransport{}}}};
    bool called = false;
    client.async_send(TaskList{}, [&](std::exception_ptr, auto) { called = true; });
    while (gate->asked == 0) io->run_for(1ms);
    io.reset();
    gate->opens.set_value();
    CHECK(!called);
}

TEST_CASE("A policy that does not block is asked on the executor, after a 401, too", "[client][async]") {
    auto const vault = std::make_shared<Vault>();
    MockTransport const mock = accepting("token 2");
    asio::io_context io;
    Vaulted const client{VaultPolicy{.vault = vault}, {.transport = AsioTransport{io, mock}}};
    int good = 0;
    for (int i = 0; i != 20; ++i)
        client.async_send(TaskList{}, [&](std::exception_ptr error, auto) { good += !error; });
    io.poll();
    REQUIRE(vault->asked.size() == 20);
    CHECK(mock.request_count() == 0);
    while (!vault->asked.empty()) {
        auto const done = vault->asked.front();
        vault->asked.pop_front();
        done(nullptr, vault->current());
        done(nullptr, {Secret("Bearer another"), 7});  // once is enough
    }
    io.poll();
    REQUIRE(vault->refused.size() == 20);
    CHECK(mock.request_count() == 20);
    vault->generation = 2;
    while (!vault->refused.empty()) {
        vault->refused.front()(nullptr, true);
        vault->refused.pop_front();
    }
    io.poll();
    REQUIRE(vault->asked.size() == 20);
    std::thread other([&] {  // any thread may answer
        for (auto const& done : vault->asked) done(nullptr, vault->current());
        vault->asked.clear();
    });
    other.join();
    io.run();
    CHECK(good == 20);
    CHECK(mock.request_count() == 40);
}

TEST_CASE("What a policy that does not block cannot answer ends the call", "[client][async]") {
    ManualClock clock;
    auto const vault = std::make_shared<Vault>();
    asio::io_context io;
    std::optional<Vaulted> client(std::in_place, VaultPolicy{.vault = vault},
                                  Vaulted::Options{.transport = AsioTransport{io, accepting("token 2")}});
    std::exception_ptr error;
    std::stop_source stop;
    client->async_send(TaskList{}, {.timeout = 1s, .stop = stop.get_token()},
                       [&](std::exception_ptr e, auto) { error = e; });
    io.poll();
    REQUIRE(vault->asked.size() == 1);
    SECTION("it has none") {
        vault->asked[0](std::make_exception_ptr(UsageError("sealed")), {});
        clock.run(io);
        CHECK(as<UsageError>(error)->what() == std::string("sealed"));
    }
    SECTION("it forgets the question") {
        vault->asked.clear();
        clock.run(io);
        CHECK(as<UsageError>(error));
    }
    SECTION("there is no other one after a 401") {
        vault->asked[0](nullptr, vault->current());
        io.poll();
        vault->refused.at(0)(nullptr, false);
        clock.run(io);
        CHECK(as<TransferApiError>(error)->http_status() == 401);
    }
    SECTION("it says nothing, and the time is over") {
        clock.run(io);
        CHECK(as<NetworkError>(error)->kind() == NetworkError::Kind::timeout);
        CHECK(clock.elapsed() == 1s);
    }
    SECTION("it says nothing, and the call is cancelled") {
        stop.request_stop();
        clock.run(io);
        CHECK(as<NetworkError>(error)->kind() == NetworkError::Kind::cancelled);
    }
    SECTION("it says nothing, and the client is destroyed") {
        client.reset();
        clock.run(io);
        CHECK(as<NetworkError>(error)->kind() == NetworkError::Kind::cancelled);
    }
    for (auto const& done : vault->asked) done(nullptr, vault->current());  // nobody listens any more
    CHECK(error);
}

TEST_CASE("async: a redirect to the login of a collection is an error that asks for it", "[asio]") {
    std::string const id = "6c54cade-bde5-45c1-bdea-f4bd71dba2cc";
    asio::io_context io;
    MockTransport mock;
    mock.otherwise([&](http::Request const&) {
        return http::Response{
            .status = 302,
            .headers = {
                {"Location", "https://auth.globus.org/v2/oauth2/authorize?response_type=code&client_id=" + id}}};
    });
    using Files = Client<GcsCollectionService, AccessTokenPolicy, AsioTransport>;
    Files const files{GcsCollectionService{id, "m-1.example.org"}, "token", {.transport = AsioTransport{io, mock}}};
    std::optional<ApiError> error;
    files.async_request<Bytes>(
        Files::RawRequest{.path = "data/run.h5"}, {},
        [&](std::exception_ptr thrown, Response<Bytes> const&) { error = as<ApiError>(thrown); });
    io.run();
    REQUIRE(error);
    CHECK(error->http_status() == 401);
    REQUIRE(error->authorization_parameters());
    CHECK(error->authorization_parameters()->required_scopes ==
          std::vector<std::string>{GcsCollectionScopes(id).https()});
}
