// SPDX-License-Identifier: Apache-2.0
// Tokens that processes share through a storage: bars A2, A4 and A6, and what of B6 and B7 is about its lock.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace globus;

namespace {

std::string const server_name(TransferService::resource_server);
constexpr int process_count = 8, thread_count = 8;

/// Two ends of a pipe that carry bytes between a process and its parent.
struct Pipe {
    Pipe() { REQUIRE(::pipe(ends) == 0); }
    void put(char byte) const { [[maybe_unused]] auto const written = ::write(ends[1], &byte, 1); }
    [[nodiscard]] char get() const {
        char byte = 0;
        return ::read(ends[0], &byte, 1) == 1 ? byte : '\0';
    }
    int ends[2];
};

/// A token in storage that has expired, with its refresh token.
void expire(auto const& storage) {
    storage.update([](TokenDataByResourceServer& tokens) {
        tokens.at(server_name).expires_at_seconds = 1;
        return true;
    });
}

template <class S>
void work(S const& storage, std::string const& url, std::string const& client_id, Pipe const& go, Pipe const& done) {
    while (go.get() == 'g') {
        std::atomic<int> good = 0;
        {
            auto const policy = stored_refresh_policy(Native{client_id}, storage, server_name);
            Client<TransferService, RefreshPolicy<Native>> const transfer{policy, {.base_url = url, .auth_url = url}};
            std::vector<std::jthread> threads;
            for (int t = 0; t != thread_count; ++t)
                threads.emplace_back([&] {
                    auto const answer = transfer.try_send(TaskList{});
                    good += answer.has_value();
                });
        }
        done.put(good == thread_count ? 'y' : 'n');
    }
}

}  // namespace

TEMPLATE_TEST_CASE("A2: 8 processes of 8 threads share one token: one refresh a round, in 100 rounds",
                   "[reliability][A2]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    // the children come before the first thread, and are told where the server is by a file
    std::string const where = directory / "where";
    std::vector<Pipe> go(process_count), done(process_count);
    std::vector<pid_t> children;
    for (int p = 0; p != process_count; ++p) {
        pid_t const child = ::fork();
        if (child == 0) {
            for (int other = 0; other <= p; ++other) ::close(go[static_cast<std::size_t>(other)].ends[1]);
            auto const& my_go = go[static_cast<std::size_t>(p)];
            if (my_go.get() != 's') ::_exit(1);
            std::string const text = file_text(where);
            auto const blank = text.find(' ');
            work(storage, text.substr(0, blank), text.substr(blank + 1), my_go, done[static_cast<std::size_t>(p)]);
            ::_exit(0);
        }
        children.push_back(child);
    }
    {
        sandbox::Server server({.rotate_refresh_tokens = true, .detect_refresh_token_reuse = true});
        write_file(where, server.base_url() + ' ' + server.native_client_id());
        storage.store_token_data_by_resource_server({{server_name,
                                                      {.resource_server = server_name,
                                                       .scope = "all",
                                                       .access_token = "expired",
                                                       .refresh_token = server.issue_refresh_token(server_name),
                                                       .expires_at_seconds = 1}}});
        for (auto const& pipe : go) pipe.put('s');
        int bad_rounds = 0;
        for (int round = 0; round != 100; ++round) {
            auto const before = server.count("oauth2_refresh_token");
            expire(storage);
            for (auto const& pipe : go) pipe.put('g');
            bool good = true;
            for (auto const& pipe : done) good = pipe.get() == 'y' && good;
            bad_rounds += !good || server.count("oauth2_refresh_token") != before + 1;
        }
        CHECK(bad_rounds == 0);
        CHECK(server.count("task_list") == 100 * process_count * thread_count);
        for (auto const& pipe : go) pipe.put('e');
    }
    for (pid_t const child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
    }
}

namespace {

/// An auth host that gives each new token a number, and a new refresh token if it rotates.
struct Issuer {
    bool rotate = false;
    std::vector<std::string> seen = {};  ///< the refresh tokens that were sent
    std::string refused = {};            ///< this one is answered invalid_grant
    http::Response operator()(http::Request const& request) {
        auto const at = request.body.find("refresh_token=");
        std::string const token = request.body.substr(at + 14, request.body.find('&', at) - at - 14);
        seen.push_back(token);
        if (token == refused)
            return {.status = 400,
                    .headers = {{"Content-Type", "application/json"}},
                    .body = R"({"error": "invalid_grant"})"};
        std::string const number = std::to_string(seen.size());
        return {.status = 200,
                .body = R"({"token_type": "Bearer", "scope": "all", "expires_in": 3600, "resource_server": ")" +
                        server_name + R"(", "access_token": "at)" + number + '"' +
                        (rotate ? R"(, "refresh_token": "rt)" + number + '"' : "") + "}"};
    }
};

template <class S>
auto authorize(S const& storage, std::shared_ptr<Issuer> const& issuer, RenewalOptions options = {}) {
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    auto const policy = stored_refresh_policy(Native{"client"}, storage, server_name, std::move(options));
    return policy.authorize(transport, AuthContext{"https://auth.globus.org/"}).header;
}

TokenDataByResourceServer expired() {
    return {{server_name,
             {.resource_server = server_name,
              .identity_id = "somebody",
              .scope = "all",
              .access_token = "at0",
              .refresh_token = "rt0",
              .expires_at_seconds = 1}}};
}

}  // namespace

TEMPLATE_TEST_CASE("A6: a refresh token that is replaced is stored, one that is not is kept", "[reliability][A6]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    auto const issuer = std::make_shared<Issuer>();
    storage.store_token_data_by_resource_server(expired());
    CHECK(authorize(storage, issuer) == Secret("Bearer at1"));
    TokenData kept = *storage.get_token_data(server_name);
    CHECK(kept.access_token == Secret("at1"));
    CHECK(kept.refresh_token == Secret("rt0"));
    CHECK(kept.identity_id == "somebody");

    issuer->rotate = true;
    expire(storage);
    CHECK(authorize(storage, issuer) == Secret("Bearer at2"));
    CHECK(storage.get_token_data(server_name)->refresh_token == Secret("rt2"));
    CHECK(authorize(storage, issuer) == Secret("Bearer at2"));  // it lives: nothing is asked
    CHECK(issuer->seen == std::vector<std::string>{"rt0", "rt0"});
}

TEST_CASE("A6: a refresh token that a program without our lock replaced is read again", "[reliability][A6]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.json";
    JsonTokenStorage const storage(path);
    storage.store_token_data_by_resource_server(expired());
    auto const issuer = std::make_shared<Issuer>();
    issuer->refused = "rt0";
    MockTransport transport;
    transport.otherwise([&](http::Request const& request) {
        std::string text = file_text(path);  // as somebody would who knows nothing of the lock
        if (auto const at = text.find("rt0"); at != std::string::npos) write_file(path, text.replace(at, 3, "rt7"));
        return (*issuer)(request);
    });
    auto const policy = stored_refresh_policy(Native{"client"}, storage, server_name);
    CHECK(policy.authorize(transport, AuthContext{"https://auth.globus.org/"}).header == Secret("Bearer at2"));
    CHECK(issuer->seen == std::vector<std::string>{"rt0", "rt7"});
    CHECK(storage.get_token_data(server_name)->refresh_token == Secret("rt7"));
}

TEST_CASE("A6: a new token that cannot be stored is used, and told of", "[reliability][A6]") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens.json");
    storage.store_token_data_by_resource_server(expired());
    pid_t const child = ::fork();
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit const full{10, 10};
        ::setrlimit(RLIMIT_FSIZE, &full);
        int told = 0;
        bool good = false;
        try {
            good = authorize(storage, std::make_shared<Issuer>(),
                             {.on_error = [&](std::exception_ptr const&) { ++told; }}) == Secret("Bearer at1");
        } catch (...) {
        }
        ::_exit(good && told == 1 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(storage.get_token_data(server_name)->access_token == Secret("at0"));
}

TEMPLATE_TEST_CASE("A6: killed at any system call of a renewal, the old tokens or the new ones are stored",
                   "[reliability][A6]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    int old_ones = 0, new_ones = 0;
    bool ended = false;
    for (int stop = 1; !ended; ++stop) {
        storage.store_token_data_by_resource_server(expired());
        pid_t const child = ::fork();
        if (child == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::raise(SIGSTOP);
            auto const issuer = std::make_shared<Issuer>();
            issuer->rotate = true;
            (void)authorize(storage, issuer);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        for (int i = 0; i != stop && WIFSTOPPED(status); ++i) {
            ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
            ::waitpid(child, &status, 0);
        }
        ended = WIFEXITED(status);
        if (!ended) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
        }
        TokenData const left = *storage.get_token_data(server_name);
        INFO("killed at stop " << stop);
        bool const is_new = left.access_token == Secret("at1") && left.refresh_token == Secret("rt1");
        REQUIRE((is_new || left == expired().at(server_name)));
        ++(is_new ? new_ones : old_ones);
    }
    CHECK(old_ones > 10);
    CHECK(new_ones >= 1);
}

namespace {

/// A storage of one's own, which throws what it likes when it should store; it takes no LockWait.
struct Vault : TokenStorageFunctions<Vault> {
    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const {
        return kept.get_token_data_by_resource_server();
    }
    void update(std::function<bool(TokenDataByResourceServer&)> const& change) const {
        kept.update([&](TokenDataByResourceServer& tokens) {
            if (!change(tokens)) return false;
            if (*broken) throw std::runtime_error("the vault is closed");
            return true;
        });
    }
    MemoryTokenStorage kept = {};
    std::shared_ptr<bool> broken = std::make_shared<bool>(true);
};

}  // namespace

TEST_CASE("A6: what could not be stored is what the next renewal goes on from, whatever the storage threw",
          "[reliability][A6]") {
    Vault const storage;
    storage.kept.store_token_data_by_resource_server(expired());
    auto const issuer = std::make_shared<Issuer>();
    issuer->rotate = true;
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    AuthContext const context{"https://auth.globus.org/"};
    std::int64_t now = detail::unix_now();
    int told = 0;
    auto const policy =
        stored_refresh_policy(Native{"client"}, storage, server_name,
                              {.on_error = [&](std::exception_ptr const&) { ++told; }, .now = [&] { return now; }});
    CHECK(policy.authorize(transport, context).header == Secret("Bearer at1"));
    CHECK(told == 1);
    CHECK(storage.get_token_data(server_name)->refresh_token == Secret("rt0"));

    now += 4000;
    CHECK(policy.authorize(transport, context).header == Secret("Bearer at2"));
    CHECK(told == 2);
    *storage.broken = false;
    now += 4000;
    CHECK(policy.authorize(transport, context).header == Secret("Bearer at3"));
    CHECK(issuer->seen == std::vector<std::string>{"rt0", "rt1", "rt2"});  // none was used twice
    CHECK(storage.get_token_data(server_name)->refresh_token == Secret("rt3"));
    CHECK(storage.get_token_data(server_name)->identity_id == "somebody");

    // once somebody has stored something else, that is what counts
    TokenDataByResourceServer other = expired();
    other.at(server_name).refresh_token = "rt7";
    storage.store_token_data_by_resource_server(other);
    now += 4000;
    CHECK(policy.authorize(transport, context).header == Secret("Bearer at4"));
    CHECK(issuer->seen.back() == "rt7");
}

TEST_CASE("A6: tokens that were removed, or are somebody else's, are not renewed", "[reliability][A6]") {
    MemoryTokenStorage const storage;
    storage.store_token_data_by_resource_server(expired());
    auto const issuer = std::make_shared<Issuer>();
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    AuthContext const context{"https://auth.globus.org/"};
    auto const policy = stored_refresh_policy(Native{"client"}, storage, server_name);
    auto const refusal = [&] {
        try {
            (void)policy.authorize(transport, context);
        } catch (TokenValidationError const& error) {
            return std::optional(error.kind());
        }
        return std::optional<TokenValidationError::Kind>();
    };
    SECTION("removed") {
        storage.remove_token_data(server_name);
        CHECK(refusal() == TokenValidationError::Kind::missing_token);
        CHECK_FALSE(storage.get_token_data(server_name));
    }
    SECTION("somebody else's, and they live") {
        TokenDataByResourceServer theirs = expired();
        theirs.at(server_name).identity_id = "somebody else";
        theirs.at(server_name).access_token = "theirs";
        theirs.at(server_name).expires_at_seconds = detail::unix_now() + 9999;
        storage.store_token_data_by_resource_server(theirs);
        CHECK(refusal() == TokenValidationError::Kind::identity_mismatch);
        CHECK(storage.get_token_data_by_resource_server() == theirs);
    }
    CHECK(issuer->seen.empty());

    // the same user's next login is taken over
    TokenDataByResourceServer again = expired();
    again.at(server_name).access_token = "again";
    again.at(server_name).expires_at_seconds = detail::unix_now() + 9999;
    storage.store_token_data_by_resource_server(again);
    CHECK(policy.authorize(transport, context).header == Secret("Bearer again"));
    CHECK(issuer->seen.empty());
}

TEST_CASE("A6: tokens that were never stored are stored by their first renewal", "[reliability][A6]") {
    MemoryTokenStorage const storage;
    auto const issuer = std::make_shared<Issuer>();
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    AuthContext const context{"https://auth.globus.org/"};
    RefreshPolicy const user{Native{"client"}, "rt0", renewed_through(storage, server_name)};
    CHECK(user.authorize(transport, context).header == Secret("Bearer at1"));
    CHECK(storage.get_token_data(server_name)->refresh_token == Secret("rt0"));

    // a service account needs no login: its tokens may be removed at any time
    std::int64_t now = detail::unix_now();
    MemoryTokenStorage const own;
    ClientCredentialsPolicy const account{
        {"id", "secret"}, "all", Token{}, renewed_through(own, server_name, {.now = [&] { return now; }})};
    CHECK(account.authorize(transport, context).header == Secret("Bearer at2"));
    own.remove_token_data(server_name);
    now += 4000;
    CHECK(account.authorize(transport, context).header == Secret("Bearer at3"));
    CHECK(own.get_token_data(server_name)->access_token == Secret("at3"));
}

TEMPLATE_TEST_CASE("A4: after a refusal nobody is asked again until another program has stored new tokens",
                   "[reliability][A4]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    storage.store_token_data_by_resource_server(expired());
    auto const issuer = std::make_shared<Issuer>();
    issuer->refused = "rt0";
    MockTransport transport;
    transport.otherwise([issuer](http::Request const& request) { return (*issuer)(request); });
    AuthContext const context{"https://auth.globus.org/"};
    auto const policy = stored_refresh_policy(Native{"client"}, storage, server_name);
    auto const begin = http::Clock::now();
    for (int i = 0; i != 100; ++i) CHECK_THROWS_AS(policy.authorize(transport, context), AuthApiError);
    CHECK((http::Clock::now() - begin) / 100 < std::chrono::milliseconds(50));  // a look at a file, no wait
    CHECK(issuer->seen.size() == 1);

    TokenDataByResourceServer again = expired();
    SECTION("that live") {
        again.at(server_name).access_token = "again";
        again.at(server_name).expires_at_seconds = detail::unix_now() + 9999;
        storage.store_token_data_by_resource_server(again);
        CHECK(policy.authorize(transport, context).header == Secret("Bearer again"));
        CHECK(issuer->seen.size() == 1);
    }
    SECTION("that can be renewed") {
        again.at(server_name).refresh_token = "rt7";
        storage.store_token_data_by_resource_server(again);
        CHECK(policy.authorize(transport, context).header == Secret("Bearer at2"));
        CHECK(issuer->seen.back() == "rt7");
    }
}

namespace {

template <class S>
S storage_in(TemporaryDirectory const& directory) {
    if constexpr (std::is_same_v<S, MemoryTokenStorage>)
        return MemoryTokenStorage();
    else
        return S(directory / "tokens");
}

}  // namespace

TEMPLATE_TEST_CASE("A2: waiting for a storage that is locked ends with the call", "[reliability][A2][B6][B7]",
                   JsonTokenStorage, SqliteTokenStorage, MemoryTokenStorage) {
    using namespace std::chrono_literals;
    TemporaryDirectory const directory;
    auto const storage = storage_in<TestType>(directory);
    storage.store_token_data_by_resource_server(expired());
    std::binary_semaphore held(0), enough(0);
    std::jthread const holder([&] {
        storage.update([&](TokenDataByResourceServer&) {
            held.release();
            enough.acquire();
            return false;
        });
    });
    held.acquire();
    MockTransport const transport;  // it would answer nothing
    auto const policy = stored_refresh_policy(Native{"client"}, storage, server_name);
    auto const begin = http::Clock::now();
    auto const ends_by = [&](AuthContext const& context) {
        try {
            (void)policy.authorize(transport, context);
        } catch (NetworkError const& error) {
            return std::optional(error.kind());
        } catch (TokenStorageError const&) {  // too late: what the storage itself does in the end
        }
        return std::optional<NetworkError::Kind>();
    };
    SECTION("by its deadline") {
        CHECK(ends_by({"https://auth.globus.org/", begin + 300ms}) == NetworkError::Kind::timeout);
        CHECK(http::Clock::now() - begin >= 300ms);
        CHECK(http::Clock::now() - begin < 1300ms);
    }
    SECTION("by its stop_token") {
        std::stop_source stop;
        std::jthread const stopper([&] {
            std::this_thread::sleep_for(300ms);
            stop.request_stop();
        });
        CHECK(ends_by({"https://auth.globus.org/", begin + 60s, stop.get_token()}) == NetworkError::Kind::cancelled);
        CHECK(http::Clock::now() - begin < 1300ms);
    }
    SECTION("ahead of time nobody waits") {
        std::int64_t const now = detail::unix_now();
        Token const ageing{
            .access_token = "ageing", .refresh_token = "rt0", .expires_at_seconds = now + 200, .lifetime = 3000};
        RefreshPolicy const living{Native{"client"}, ageing, renewed_through(storage, server_name)};
        CHECK(living.authorize(transport, {"https://auth.globus.org/", begin + 60s}).header == Secret("Bearer ageing"));
        CHECK(http::Clock::now() - begin < 500ms);
    }
    SECTION("while the token lives, not long") {
        Token const due{.access_token = "due", .refresh_token = "rt0", .expires_at_seconds = detail::unix_now() + 50};
        RefreshPolicy const living{Native{"client"}, due, renewed_through(storage, server_name)};
        CHECK(living.authorize(transport, {"https://auth.globus.org/", begin + 60s}).header == Secret("Bearer due"));
        CHECK(http::Clock::now() - begin < 3s);
    }
    CHECK(transport.request_count() == 0);
    enough.release();
}

TEST_CASE("A renewal needs a stored refresh token") {
    MemoryTokenStorage const storage;
    CHECK_THROWS_AS(stored_refresh_policy(Native{"client"}, storage, server_name), UsageError);
}
