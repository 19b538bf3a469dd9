// SPDX-License-Identifier: Apache-2.0
// Token files on file systems that cannot do all that a disk of one's own can: network file systems without locks or
// permissions, directories that cannot be brought to the disk. What can be done is done, and what cannot is said once.
// Bars F1, F2, F4 and F7.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>

#include "support/catch.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_errors.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace globus;

#ifdef __x86_64__  // to make a call fail is different for every processor

namespace {

/// What a file system does not have: which calls fail, and how.
struct Lack {
    char const* what;
    std::function<bool(Call const&)> calls;
    std::vector<int> codes;
    char const* word;  ///< that a warning about it has; null: nothing is lost
    bool only_databases = false;
};

bool is_directory(Call const& call) { return std::filesystem::is_directory(call.file()); }

std::vector<Lack> lacks() {
    return {
        {"flock",
         [](Call const& call) { return call.number == SYS_flock; },
         {ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL},
         "without locks"},
        {"fsync of a directory",
         [](Call const& call) { return call.syncs() && is_directory(call); },
         {EINVAL, ENOTSUP, EIO, EBADF, EACCES},
         "power fails"},
        {"fsync of a file",
         [](Call const& call) { return call.syncs() && !is_directory(call); },
         {EINVAL, ENOSYS},
         "power fails"},
        {"chmod",
         [](Call const& call) {
             return call.number == SYS_fchmod || call.number == SYS_chmod || call.number == SYS_fchmodat;
         },
         {EPERM, ENOTSUP, ENOSYS},
         "permissions"},
        {"mknod",
         [](Call const& call) { return call.number == SYS_mknod || call.number == SYS_mknodat; },
         {EPERM, ENOSYS, EOPNOTSUPP},
         nullptr,
         true},
        {"fcntl locks",
         [](Call const& call) {
             return call.number == SYS_fcntl && (call.second == F_SETLK || call.second == F_SETLKW);
         },
         {ENOSYS, ENOLCK, EOPNOTSUPP},
         "databases cannot be locked",
         true},
    };
}

}  // namespace

TEMPLATE_TEST_CASE("F4: what a file system cannot do does not keep tokens from being stored, and is said once",
                   "[reliability][F4]", JsonTokenStorage, SqliteTokenStorage) {
    bool const json = std::is_same_v<TestType, JsonTokenStorage>;
    for (Lack const& lack : lacks())
        for (int const code : lack.codes) {
            // SQLite does these by itself, and has its own answer to each
            if (!json && std::string(lack.what).starts_with("fsync")) continue;
            INFO(lack.what << " answers " << std::strerror(code));
            TemporaryDirectory const directory;
            std::string const path = directory / "new/tokens";
            bool failed = false;
            int const result = with_failures(
                [&] {
                    std::vector<std::string> warnings;
                    TestType const storage(
                        path, {.on_warning = [&](std::string const& words) { warnings.push_back(words); }});
                    for (char const* const token : {"first", "second", "third"}) {
                        storage.store_token_data_by_resource_server(tokens(token));
                        if (TestType(storage).get_token_data("a")->access_token != Secret(token)) return 1;
                    }
                    if (std::filesystem::exists(path + ".tmp")) return 2;
                    if (lack.word == nullptr || (json && lack.only_databases)) return warnings.empty() ? 0 : 3;
                    if (warnings.size() != 1) return 4;
                    return warnings[0].find(lack.word) != std::string::npos ? 0 : 5;
                },
                [&](Call const& call) {
                    bool const fails = lack.calls(call);
                    failed = failed || fails;
                    return fails ? code : 0;
                });
            CHECK(result == 0);
            CHECK((failed || (json && lack.only_databases)));
            CHECK(TestType(path).get_token_data_by_resource_server() == tokens("third"));
            CHECK((file_mode(path) & 0077U) == 0);
        }
}

#endif

namespace {

/// Makes flock fail in this process and all of its threads. False if that is not allowed.
bool without_flock() {
    sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_flock, 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    sock_fprog const program{sizeof rules / sizeof *rules, rules};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace

TEMPLATE_TEST_CASE("F4: without locks the threads of a program still take turns, whatever they call the directory",
                   "[reliability][F4]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::filesystem::create_directory(directory / "real");
    std::filesystem::create_directory_symlink(directory / "real", directory / "link");
    TestType(directory / "real/tokens").store_token_data_by_resource_server(tokens("t"));
    constexpr int not_allowed = 77;
    pid_t const child = ::fork();
    if (child == 0) {
        if (!without_flock()) ::_exit(not_allowed);
        std::vector<std::jthread> threads;
        for (char const* const name : {"real/tokens", "link/tokens", "real/../real/tokens", "link/tokens"})
            threads.emplace_back([&directory, name] {
                TestType const storage(directory / name);
                for (int i = 0; i != 25; ++i)
                    storage.update([](TokenDataByResourceServer& stored) {
                        ++stored.at("a").expires_at_seconds;
                        std::this_thread::yield();
                        return true;
                    });
            });
        threads.clear();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == not_allowed) {
        WARN("system calls may not be filtered here: not tried");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(TestType(directory / "real/tokens").get_token_data("a")->expires_at_seconds == 9 + 100);
}

TEMPLATE_TEST_CASE("F1: a directory in which others may replace the tokens is told of, and refused if strict",
                   "[reliability][F1]", JsonTokenStorage, SqliteTokenStorage) {
    for (unsigned const mode : {0777U, 0770U, 0720U, 0702U, 01777U, 0755U, 0700U}) {
        INFO("mode " << std::oct << mode);
        TemporaryDirectory const directory;
        std::string const path = directory / "shared/tokens";
        std::vector<std::string> warnings;
        TestType const storage(path, {.on_warning = [&](std::string const& words) { warnings.push_back(words); }});
        storage.store_token_data_by_resource_server(tokens("t"));
        CHECK(warnings.empty());
        std::filesystem::permissions(directory / "shared", std::filesystem::perms(mode));
        bool const open = (mode & 0022U) != 0 && (mode & 01000U) == 0;
        for (int i = 0; i != 3; ++i) {
            CHECK(storage.get_token_data("a").has_value());
            storage.store_token_data_by_resource_server(tokens("t"));
        }
        CHECK(warnings.size() == (open ? 1U : 0U));
        if (open) CHECK(warnings[0].find("chmod 700") != std::string::npos);
        TestType const strict(path, {.strict = true});
        auto const wanted = open ? std::optional(Kind::insecure) : std::nullopt;
        CHECK(refusal([&] { (void)strict.get_token_data("a"); }) == wanted);
        CHECK(refusal([&] { strict.store_token_data_by_resource_server(tokens("u")); }) == wanted);
        CHECK(storage.get_token_data("a")->access_token == Secret(open ? "t" : "u"));
    }
}

TEMPLATE_TEST_CASE("F1: a lock file that others may open is told of, closed, and refused if strict",
                   "[reliability][F1]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    std::vector<std::string> warnings;
    TestType const storage(path, {.on_warning = [&](std::string const& words) { warnings.push_back(words); }});
    storage.store_token_data_by_resource_server(tokens("t"));
    std::filesystem::permissions(path + ".lock", std::filesystem::perms(0666));
    CHECK(refusal([&] { TestType(path, {.strict = true}).store_token_data_by_resource_server(tokens("u")); }) ==
          Kind::insecure);
    storage.store_token_data_by_resource_server(tokens("u"));
    CHECK(file_mode(path + ".lock") == 0600);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find(path + ".lock") != std::string::npos);
    CHECK_FALSE(refusal([&] { TestType(path, {.strict = true}).store_token_data_by_resource_server(tokens("v")); }));
}

TEMPLATE_TEST_CASE("F4: what is told of a storage is told without its lock", "[reliability][F4]", JsonTokenStorage,
                   SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType(path).store_token_data_by_resource_server(tokens("t"));
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0777));
    std::filesystem::permissions(path + ".lock", std::filesystem::perms(0666));
    int told = 0;
    bool inside = false, told_inside = false;
    TestType const storage(path, {.lock_timeout = std::chrono::seconds(2), .on_warning = [&](std::string const&) {
                                      ++told;
                                      told_inside = told_inside || inside;
                                      TestType(path).store_token_data_by_resource_server(tokens("by-the-observer"));
                                      throw 1;  // breaks nothing
                                  }});
    storage.update([&](TokenDataByResourceServer& stored) {
        inside = true;
        (void)storage.get_token_data("a");
        stored = tokens("u");
        inside = false;
        return true;
    });
    CHECK(told == 2);
    CHECK_FALSE(told_inside);
    CHECK(storage.get_token_data("a")->access_token == Secret("by-the-observer"));
}
