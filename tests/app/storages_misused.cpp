// SPDX-License-Identifier: Apache-2.0
// Token storages that are used in a way that cannot be right: a UsageError at once, and nothing hangs or crashes.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <type_traits>
#include <utility>

using namespace globus;

namespace {

TokenDataByResourceServer const one{
    {"a", {.resource_server = "a", .scope = "s", .access_token = Secret("t"), .expires_at_seconds = 9}}};

template <class S>
S make(TemporaryDirectory const& directory) {
    if constexpr (std::is_same_v<S, MemoryTokenStorage>)
        return S();
    else
        return S(directory / "tokens", {.lock_timeout = std::chrono::hours(1)});
}

/// The words of the UsageError that `f` throws.
template <class F>
std::string words_of(F const& f) {
    try {
        f();
    } catch (UsageError const& error) {
        return error.what();
    }
    return "no UsageError";
}

}  // namespace

TEMPLATE_TEST_CASE("An update within an update of the same storage is refused at once, and the outer one goes on",
                   "[app]", MemoryTokenStorage, JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage = make<TestType>(directory);
    TestType const copy = storage;
    storage.update([&](TokenDataByResourceServer& tokens) {
        CHECK(words_of([&] { copy.store_token_data_by_resource_server(one); }).find("within its own update") !=
              std::string::npos);
        CHECK_THROWS_AS(storage.remove_token_data("a"), UsageError);
        CHECK(storage.get_token_data_by_resource_server().empty());  // reading is allowed
        tokens = one;
        return true;
    });
    CHECK(copy.get_token_data_by_resource_server() == one);
    CHECK_THROWS_AS(storage.update([&](auto&) -> bool { storage.update([](auto&) { return false; }), throw 1; }),
                    UsageError);
    CHECK(storage.remove_token_data("a"));  // the turn was given back
}

TEMPLATE_TEST_CASE("A storage that was moved from says so", "[app]", MemoryTokenStorage, JsonTokenStorage,
                   SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType storage = make<TestType>(directory);
    storage.store_token_data_by_resource_server(one);
    TestType const taken = std::move(storage);
    std::string const wanted = "moved from";
    CHECK(words_of([&] { (void)storage.get_token_data("a"); }).find(wanted) != std::string::npos);
    CHECK(words_of([&] { storage.store_token_data_by_resource_server(one); }).find(wanted) != std::string::npos);
    CHECK(words_of([&] { storage.remove_token_data("a"); }).find(wanted) != std::string::npos);
    if constexpr (!std::is_same_v<TestType, MemoryTokenStorage>) {
        CHECK(words_of([&] { (void)storage.path(); }).find(wanted) != std::string::npos);
        CHECK(words_of([&] { (void)storage.move_corrupt_file(); }).find(wanted) != std::string::npos);
    }
    CHECK(taken.get_token_data_by_resource_server() == one);
    storage = taken;
    CHECK(storage.get_token_data_by_resource_server() == one);
}

TEST_CASE("A storage in memory is refused in a child process, also when the parent was changing it", "[app]") {
    MemoryTokenStorage const storage;
    int status = 0;
    storage.update([&](TokenDataByResourceServer&) {
        pid_t const child = ::fork();
        if (child == 0) {
            ::alarm(10);
            bool const refused =
                words_of([&] { (void)storage.get_token_data("a"); }).find("fork") != std::string::npos &&
                words_of([&] { storage.store_token_data_by_resource_server(one); }).find("fork") != std::string::npos;
            MemoryTokenStorage const fresh;
            fresh.store_token_data_by_resource_server(one);
            ::_exit(refused && fresh.get_token_data_by_resource_server() == one ? 0 : 1);
        }
        ::waitpid(child, &status, 0);
        return false;
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEMPLATE_TEST_CASE("Times to wait for a lock may be anything", "[app]", JsonTokenStorage, SqliteTokenStorage) {
    using std::chrono::milliseconds;
    for (milliseconds const wait : {milliseconds::max(), milliseconds::min(), milliseconds(0), milliseconds(-1)}) {
        TemporaryDirectory const directory;
        TestType const storage(directory / "tokens", {.lock_timeout = wait});
        storage.store_token_data_by_resource_server(one);
        CHECK(storage.get_token_data_by_resource_server() == one);
    }
}
