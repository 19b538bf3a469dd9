// SPDX-License-Identifier: Apache-2.0
// Token files of several processes, and of processes that die: bars F3, F4 and F6.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

using namespace globus;

namespace {

TokenDataByResourceServer tokens(std::string const& access_token) {
    TokenDataByResourceServer all;
    for (char const* server : {"a", "b"})
        all[server] = {.resource_server = server, .scope = "s", .access_token = access_token, .expires_at_seconds = 9};
    return all;
}

}  // namespace

TEMPLATE_TEST_CASE("F3: killed at any system call, a store leaves the old tokens or the new ones", "[reliability][F3]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    // of several pages of a database each, so that half of a store can be told from all of it
    auto const old_tokens = tokens("old" + std::string(6000, 'o')), new_tokens = tokens("new" + std::string(6000, 'n'));
    bool const first = GENERATE(false, true);  // also when nothing was stored before
    auto const before = first ? TokenDataByResourceServer() : old_tokens;
    int old_ones = 0, new_ones = 0;
    bool ended = false;
    for (int stop = 1; !ended; ++stop) {
        if (first)
            for (char const* const name : {"tokens", "tokens.lock", "tokens.tmp", "tokens-journal"})
                std::filesystem::remove(directory / name);
        else
            storage.store_token_data_by_resource_server(old_tokens);
        pid_t const child = ::fork();
        if (child == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::raise(SIGSTOP);
            storage.store_token_data_by_resource_server(new_tokens);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        for (int i = 0; i != stop && WIFSTOPPED(status); ++i) {  // to before or behind the next system call
            ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
            ::waitpid(child, &status, 0);
        }
        ended = WIFEXITED(status);
        if (!ended) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
        }
        auto const left = storage.get_token_data_by_resource_server();
        INFO("killed at stop " << stop);
        REQUIRE((left == before || left == new_tokens));
        ++(left == before ? old_ones : new_ones);
        if (left == before) {  // what died is in nobody's way
            storage.store_token_data_by_resource_server(new_tokens);
            REQUIRE(storage.get_token_data_by_resource_server() == new_tokens);
        }
    }
    CHECK(old_ones > 10);  // the new ones are there only at the end
    CHECK(new_ones >= 1);
    storage.store_token_data_by_resource_server(old_tokens);
    for (auto const& entry : std::filesystem::directory_iterator(directory.path())) {
        std::string const name = entry.path().filename();
        CHECK((name == "tokens" || name == "tokens.lock"));
    }
}

TEMPLATE_TEST_CASE("F4: 8 processes of 8 threads, 200 updates each, of a file that is not there yet",
                   "[reliability][F4]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "new/tokens";
    std::vector<pid_t> children;
    for (int process = 0; process != 8; ++process) {
        pid_t const child = ::fork();
        if (child == 0) {
            std::atomic<bool> good = true;
            {
                std::vector<std::jthread> threads;
                for (int t = 0; t != 8; ++t)
                    threads.emplace_back([&] {
                        try {
                            TestType const storage(path);
                            for (int i = 0; i != 200; ++i)
                                storage.update([](TokenDataByResourceServer& stored) {
                                    TokenData& counter = stored["counter"];
                                    counter.resource_server = "counter";
                                    ++counter.expires_at_seconds;
                                    return true;
                                });
                        } catch (...) {
                            good = false;
                        }
                    });
            }
            ::_exit(good ? 0 : 1);
        }
        children.push_back(child);
    }
    int good = 0;
    for (pid_t const child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    CHECK(good == 8);
    CHECK(TestType(path).get_token_data("counter")->expires_at_seconds == 12800);
}

TEMPLATE_TEST_CASE("F4: threads of one process get the lock in the order in which they come", "[reliability][F4]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    std::vector<int> order;
    {
        std::vector<std::jthread> threads;
        TestType(path).update([&](TokenDataByResourceServer&) {
            for (int t = 0; t != 8; ++t) {
                threads.emplace_back([&, t] {
                    TestType(path).update([&](TokenDataByResourceServer&) {
                        order.push_back(t);
                        return false;
                    });
                });
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
            return false;
        });
    }
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEMPLATE_TEST_CASE("F4: a child process that is made in the middle of a change does not keep the lock",
                   "[reliability][F4]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens", {.lock_timeout = std::chrono::seconds(1)});
    pid_t child = 0;
    storage.update([&](TokenDataByResourceServer& stored) {
        child = ::fork();
        if (child == 0) {
            ::sleep(5);
            ::_exit(0);
        }
        stored = tokens("t");
        return true;
    });
    storage.store_token_data_by_resource_server(tokens("u"));
    CHECK(storage.get_token_data("a")->access_token == Secret("u"));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
}

TEST_CASE("F4: a child process that is made in the middle of a change does not give the lock back, either",
          "[reliability][F4]") {
    TemporaryDirectory const directory;
    JsonTokenStorage const storage(directory / "tokens");
    pid_t const parent = ::getpid();
    storage.update([&](TokenDataByResourceServer&) {
        pid_t const child = ::fork();
        if (child == 0) return false;
        int status = 0;
        ::waitpid(child, &status, 0);
        int const other = ::open((directory / "tokens.lock").c_str(), O_RDWR | O_CLOEXEC);
        CHECK(::flock(other, LOCK_EX | LOCK_NB) != 0);
        ::close(other);
        return false;
    });
    if (::getpid() != parent) ::_exit(0);
    CHECK(storage.get_token_data_by_resource_server().empty());
}

TEST_CASE("F4: a child process does not wait for threads of its parent", "[reliability][F4]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    std::binary_semaphore held(0), enough(0);
    std::jthread holder([&] {
        JsonTokenStorage(path).update([&](TokenDataByResourceServer&) {
            held.release();
            enough.acquire();
            return false;
        });
    });
    held.acquire();
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t const child = ::fork();
    if (child == 0) {
        char byte = 0;
        bool good = ::read(ready[0], &byte, 1) == 1;  // the parent's thread has ended its change
        try {
            JsonTokenStorage(path, {.lock_timeout = std::chrono::seconds(2)})
                .update([](TokenDataByResourceServer& stored) {
                    stored = tokens("child");
                    return true;
                });
        } catch (...) {
            good = false;
        }
        ::_exit(good ? 0 : 1);
    }
    enough.release();
    holder.join();
    CHECK(::write(ready[1], "x", 1) == 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    CHECK(status == 0);
    CHECK(JsonTokenStorage(path).get_token_data("a")->access_token == Secret("child"));
}

TEMPLATE_TEST_CASE("F4: a lock that is held is waited for, the wait ends, and death gives it back", "[reliability][F4]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path, {.lock_timeout = std::chrono::milliseconds(300)});
    storage.store_token_data_by_resource_server(tokens("t"));
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t const holder = ::fork();
    if (holder == 0) {
        TestType(path).update([&](TokenDataByResourceServer&) {
            [[maybe_unused]] auto const written = ::write(ready[1], "x", 1);
            ::pause();
            return false;
        });
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    ::kill(holder, SIGSTOP);
    auto const start = std::chrono::steady_clock::now();
    try {
        storage.store_token_data_by_resource_server(tokens("u"));
        FAIL_CHECK("two held the lock");
    } catch (TokenStorageError const& error) {
        CHECK(error.kind() == TokenStorageError::Kind::locked);
    }
    auto const waited = std::chrono::steady_clock::now() - start;
    CHECK(waited >= std::chrono::milliseconds(300));
    CHECK(waited < std::chrono::seconds(2));
    CHECK(storage.get_token_data("a").has_value());  // reading does not wait
    ::kill(holder, SIGKILL);
    int status = 0;
    ::waitpid(holder, &status, 0);
    storage.store_token_data_by_resource_server(tokens("u"));
    CHECK(storage.get_token_data("a")->access_token == Secret("u"));
}

TEST_CASE("F6: a thread that reads does not take SQLite's lock from one that changes", "[reliability][F6]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    int ask[2], answer[2];
    REQUIRE((::pipe(ask) == 0 && ::pipe(answer) == 0));
    pid_t const other = ::fork();  // a program that knows SQLite's lock only, as the Python SDK does
    if (other == 0) {
        char byte = 0;
        if (::read(ask[0], &byte, 1) != 1) ::_exit(1);
        sqlite3* database = nullptr;
        sqlite3_open(path.c_str(), &database);
        bool const busy = sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_BUSY;
        sqlite3_close(database);
        ::_exit(::write(answer[1], busy ? "b" : "f", 1) == 1 ? 0 : 1);
    }
    SqliteTokenStorage const storage(path);
    storage.store_token_data_by_resource_server(tokens("t"));
    char byte = 0;
    storage.update([&](TokenDataByResourceServer&) {
        std::jthread([&] { (void)storage.get_token_data("a"); }).join();
        CHECK(::write(ask[1], "x", 1) == 1);
        CHECK(::read(answer[0], &byte, 1) == 1);
        return false;
    });
    CHECK(byte == 'b');
    int status = 0;
    ::waitpid(other, &status, 0);
    for (int const end : {ask[0], ask[1], answer[0], answer[1]}) ::close(end);
}
