// SPDX-License-Identifier: Apache-2.0
// Tokens that processes share through a storage: bars A2 and A6.
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
#include <barrier>
#include <memory>
#include <string>
#include <thread>
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

TEST_CASE("A renewal needs a stored refresh token") {
    MemoryTokenStorage const storage;
    CHECK_THROWS_AS(stored_refresh_policy(Native{"client"}, storage, server_name), UsageError);
}
