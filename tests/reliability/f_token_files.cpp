// SPDX-License-Identifier: Apache-2.0
// Token files: bars F1, F2, F5, F6, F7, F8.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_errors.hpp"

#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace globus;

namespace {

template <class S>
std::optional<Kind> refuses_to_read(S const& storage) {
    return refusal([&] { (void)storage.get_token_data_by_resource_server(); });
}
template <class S>
std::optional<Kind> refuses_to_write(S const& storage) {
    return refusal([&] { storage.store_token_data_by_resource_server(tokens("new")); });
}

/// Runs `f` in a child process; true if it returned true.
bool in_child(std::function<bool()> const& f) {
    pid_t const child = ::fork();
    if (child == 0) {
        bool good = false;
        try {
            good = f();
        } catch (...) {
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Runs SQL as another program would.
void change_database(std::string const& path, std::string const& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

std::vector<std::string> files_of(TemporaryDirectory const& directory) {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory.path()))
        names.push_back(entry.path().string());
    return names;
}

}  // namespace

TEMPLATE_TEST_CASE("F1: files are private from the first byte whatever the umask is", "[reliability][F1]",
                   JsonTokenStorage, SqliteTokenStorage) {
    for (mode_t const mask : {mode_t{0}, mode_t{077}, mode_t{0777}}) {
        TemporaryDirectory const directory;
        CHECK(in_child([&] {
            ::umask(mask);
            TestType const storage(directory / "new/dir/tokens");
            storage.update([&](TokenDataByResourceServer& stored) {
                for (std::string const& name : files_of(directory))  // those that are there in the middle, too
                    if (!std::filesystem::is_directory(name) && (file_mode(name) & 0177) != 0) return false;
                stored = tokens("t");
                return true;
            });
            bool private_ = storage.get_token_data("a").has_value() && ::umask(0) == mask;
            for (std::string const& name : files_of(directory))
                private_ = private_ && file_mode(name) == (std::filesystem::is_directory(name) ? 0700 : 0600);
            return private_;
        }));
    }
}

TEMPLATE_TEST_CASE("F1: a file that others may read is told of, refused if strict, and closed when written",
                   "[reliability][F1]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType(path).store_token_data_by_resource_server(tokens("t"));
    std::filesystem::permissions(path, std::filesystem::perms(0644));
    std::vector<std::string> warnings;
    TestType const storage(path, {.on_warning = [&](std::string const& words) { warnings.push_back(words); }});
    CHECK(storage.get_token_data("a").has_value());
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("chmod 600") != std::string::npos);
    CHECK(refuses_to_read(TestType(path, {.strict = true})) == Kind::insecure);
    storage.store_token_data_by_resource_server(tokens("u"));
    CHECK(file_mode(path) == 0600);
    CHECK_FALSE(refuses_to_read(TestType(path, {.strict = true})));
}

TEMPLATE_TEST_CASE("F1: a file of another user is refused", "[reliability][F1]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path);
    storage.store_token_data_by_resource_server(tokens("t"));
    if (::chown(path.c_str(), 65534, 65534) != 0) {
        WARN("files can be given away by root only: not tried");
        return;
    }
    CHECK(refuses_to_read(storage) == Kind::insecure);
    CHECK(refuses_to_write(storage) == Kind::insecure);
}

TEMPLATE_TEST_CASE("F2: links, pipes, directories and devices in the place of a file are refused", "[reliability][F2]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens", target = directory / "target";
    TestType const storage(path);
    write_file(target, "precious");
    SECTION("symbolic link") {
        std::filesystem::create_symlink(target, path);
        CHECK(refuses_to_read(storage) == Kind::insecure);
        CHECK(refuses_to_write(storage) == Kind::insecure);
    }
    SECTION("symbolic link to nothing") {
        std::filesystem::create_symlink(directory / "nothing", path);
        CHECK(refuses_to_write(storage) == Kind::insecure);
        CHECK_FALSE(std::filesystem::exists(directory / "nothing"));
    }
    SECTION("hard link") {
        std::filesystem::create_hard_link(target, path);
        CHECK(refuses_to_read(storage) == Kind::insecure);
        CHECK(refuses_to_write(storage) == Kind::insecure);
    }
    SECTION("pipe") {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        CHECK(refuses_to_read(storage) == Kind::insecure);
        CHECK(refuses_to_write(storage) == Kind::insecure);
    }
    SECTION("directory") {
        std::filesystem::create_directory(path);
        CHECK(refuses_to_read(storage) == Kind::insecure);
        CHECK(refuses_to_write(storage) == Kind::insecure);
    }
    SECTION("device") { CHECK(refuses_to_read(TestType("/dev/null")) == Kind::insecure); }
    SECTION("in the place of the lock") {
        std::filesystem::create_symlink(target, path + ".lock");
        CHECK(refuses_to_write(storage) == Kind::insecure);
    }
    SECTION("a pipe, a hard link or a directory in the place of the lock") {
        REQUIRE(::mkfifo((path + ".lock").c_str(), 0600) == 0);
        CHECK(refuses_to_write(storage) == Kind::insecure);
        std::filesystem::remove(path + ".lock");
        std::filesystem::create_hard_link(target, path + ".lock");
        CHECK(refuses_to_write(storage) == Kind::insecure);
        std::filesystem::remove(path + ".lock");
        std::filesystem::create_directory(path + ".lock");
        CHECK(refuses_to_write(storage).has_value());
    }
    SECTION("in the place of a journal") {
        storage.store_token_data_by_resource_server(tokens("t"));
        bool const sqlite = std::is_same_v<TestType, SqliteTokenStorage>;
        bool const pipe = GENERATE(true, false);
        std::string const name = path + GENERATE("-journal", "-wal", "-shm");
        if (pipe)
            REQUIRE(::mkfifo(name.c_str(), 0600) == 0);  // who opens it waits for ever
        else
            std::filesystem::create_symlink(target, name);
        CHECK(refuses_to_read(storage) == (sqlite ? std::optional(Kind::insecure) : std::nullopt));
        CHECK(refuses_to_write(storage) == (sqlite ? std::optional(Kind::insecure) : std::nullopt));
    }
    SECTION("in the place of the file that is being written") {
        std::filesystem::create_symlink(target, path + ".tmp");
        CHECK_FALSE(refuses_to_write(storage));
        CHECK(storage.get_token_data("a").has_value());
    }
    CHECK(file_text(target) == "precious");
}

TEST_CASE("F5: a damaged JSON file is an error and stays", "[reliability][F5]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.json";
    JsonTokenStorage const storage(path);
    storage.store_token_data_by_resource_server(tokens("secret-token"));
    std::string const good = file_text(path);
    auto const stays_damaged = [&](std::string const& text) {
        write_file(path, text);
        // not a moment ago, or it would be read again and again
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
        auto const kind = refuses_to_read(storage);
        bool const same = kind && refuses_to_write(storage) == kind && file_text(path) == text;
        return kind == Kind::corrupt && same;
    };
    for (std::size_t size = 0; size != good.size(); ++size) {
        INFO("cut off at " << size);
        CHECK(stays_damaged(good.substr(0, size)));
    }
    std::mt19937 random(5);
    for (int i = 0; i != 200; ++i) {
        std::string text(random() % 300, '\0');
        for (char& c : text) c = static_cast<char>(random());
        CHECK(stays_damaged(text));
    }
    for (char const* text :
         {"[]", "null", "\"x\"", "{}", R"({"format_version": 2.0, "data": {}})", R"({"format_version": "2.0"})",
          R"({"format_version": "2.0", "data": []})", R"({"format_version": "2.0", "data": {"DEFAULT": []}})",
          R"({"format_version": "2.0", "data": {"DEFAULT": {"a": 1}}})",
          R"({"format_version": "2.0", "data": {"DEFAULT": {"a": {"scope": "x"}}}})",
          R"({"format_version": "2.0", "data": {"DEFAULT": {"a": {"resource_server": "a", "scope": "s",
              "access_token": "t", "expires_at_seconds": 1e400}}}})",
          R"({"format_version": "1.0"})", R"({"format_version": "0.9", "data": {}})"})
        CHECK(stays_damaged(text));
    CHECK(stays_damaged(std::string(100000, '[')));

    std::filesystem::resize_file(path, std::uintmax_t{1} << 30);  // a gigabyte of nothing
    CHECK(refuses_to_read(storage) == Kind::corrupt);
    try {
        (void)storage.get_token_data("a");
    } catch (TokenStorageError const& error) {
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
}

TEST_CASE("F5: a damaged database is an error and stays", "[reliability][F5]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.db";
    SqliteTokenStorage const storage(path);
    storage.store_token_data_by_resource_server(tokens("t"));
    std::string const good = file_text(path);
    std::mt19937 random(5);
    int refused = 0;
    for (int i = 0; i != 100; ++i) {
        std::string text = good;
        for (int j = 0; j != 50; ++j) text[random() % text.size()] = static_cast<char>(random());
        write_file(path, text);
        try {
            auto const stored = storage.get_token_data("a");
            CHECK((!stored || stored->resource_server == "a"));
        } catch (TokenStorageError const&) {
            ++refused;
        }
    }
    CHECK(refused > 50);
    for (std::string const& text : {std::string("\0", 1), std::string("S"),
                                    std::string("not a database, and long enough to be read as a header ............"
                                                "........................................................."),
                                    good.substr(0, 100), good.substr(0, good.size() / 2)}) {
        write_file(path, text);
        CHECK(refuses_to_read(storage) == Kind::corrupt);
        CHECK(refuses_to_write(storage) == Kind::corrupt);
        CHECK(file_text(path) == text);
    }
    for (std::size_t size = 1; size < good.size(); size += size < 600 ? 1 : 97) {
        INFO("cut off at " << size);
        write_file(path, good.substr(0, size));
        CHECK(refuses_to_read(storage) == Kind::corrupt);
    }

    write_file(path, good);
    std::filesystem::resize_file(path, std::uintmax_t{1} << 30);  // a gigabyte
    CHECK(refuses_to_read(storage) == Kind::corrupt);
    CHECK(refuses_to_write(storage) == Kind::corrupt);

    for (char const* const table : {"token_storage", "sdk_storage_adapter_internal"}) {
        write_file(path, good);
        change_database(path, "DROP TABLE " + std::string(table));
        INFO(table);
        CHECK(refuses_to_read(storage) == Kind::corrupt);
        CHECK(refuses_to_write(storage) == Kind::corrupt);
    }
}

TEMPLATE_TEST_CASE("F5: a damaged file is moved away when somebody says so, one that is not stays", "[reliability][F5]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path);
    CHECK(storage.move_corrupt_file().empty());
    storage.store_token_data_by_resource_server(tokens("t"));
    CHECK(storage.move_corrupt_file().empty());
    CHECK(storage.get_token_data("a")->access_token == Secret("t"));
    std::vector<std::string> names;
    for (std::string const number : {"1", "2"}) {
        std::string const text = "{ damaged " + number +
                                 " and long enough to be read as the header of a database ........"
                                 "..................................................................................";
        write_file(path, text);
        CHECK(refuses_to_read(storage) == Kind::corrupt);
        try {
            (void)storage.get_token_data("a");
        } catch (TokenStorageError const& error) {
            CHECK(std::string(error.what()).find("move_corrupt_file") != std::string::npos);
        }
        names.push_back(storage.move_corrupt_file());
        CHECK(names.back().starts_with(path + ".corrupt-"));
        CHECK(file_text(names.back()) == text);
        CHECK_FALSE(std::filesystem::exists(path));
        CHECK(storage.get_token_data_by_resource_server().empty());
        storage.store_token_data_by_resource_server(tokens("u"));
        CHECK(storage.get_token_data("a")->access_token == Secret("u"));
    }
    CHECK(names[0] != names[1]);  // in one second, too
    // what must not be read must not be moved, either
    std::filesystem::remove(path);
    std::filesystem::create_symlink(names[0], path);
    CHECK(refusal([&] { (void)storage.move_corrupt_file(); }) == Kind::insecure);
}

TEST_CASE("F5: a file that the Python SDK is writing in place is read again", "[reliability][F5]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.json";
    JsonTokenStorage const storage(path);
    storage.store_token_data_by_resource_server(tokens("t"));
    std::string const text = file_text(path);
    write_file(path, text.substr(0, 10));
    std::jthread const writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        write_file(path, text);
    });
    CHECK(storage.get_token_data("a")->access_token == Secret("t"));
}

TEST_CASE("F6: newer versions are refused, not a byte of them changed", "[reliability][F6]") {
    TemporaryDirectory const directory;
    for (char const* version : {"3.0", "2.1", "10.0"}) {
        std::string const path = directory / "tokens.json";
        std::string const text = R"({"format_version": ")" + std::string(version) + R"(", "data": {"DEFAULT": {}}})";
        write_file(path, text);
        CHECK(refuses_to_read(JsonTokenStorage(path)) == Kind::too_new);
        CHECK(refuses_to_write(JsonTokenStorage(path)) == Kind::too_new);
        CHECK(file_text(path) == text);
    }
    std::string const path = directory / "tokens.db";
    SqliteTokenStorage(path).store_token_data_by_resource_server(tokens("t"));
    change_database(path,
                    "UPDATE sdk_storage_adapter_internal SET value = '99' WHERE attribute LIKE '%schema_version'");
    std::string const text = file_text(path);
    CHECK(refuses_to_read(SqliteTokenStorage(path)) == Kind::too_new);
    CHECK(refuses_to_write(SqliteTokenStorage(path)) == Kind::too_new);
    CHECK(file_text(path) == text);
}

TEST_CASE("F6: a foreign program's lock on the database is waited for, and the wait ends", "[reliability][F6]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.db";
    SqliteTokenStorage(path).store_token_data_by_resource_server(tokens("t"));
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    auto const start = std::chrono::steady_clock::now();
    SqliteTokenStorage const storage(path, {.lock_timeout = std::chrono::milliseconds(300)});
    CHECK(refuses_to_write(storage) == Kind::locked);
    auto const waited = std::chrono::steady_clock::now() - start;
    CHECK(waited >= std::chrono::milliseconds(250));  // SQLite's sleeps are whole milliseconds
    CHECK(waited < std::chrono::seconds(3));
    CHECK(storage.get_token_data("a").has_value());
    sqlite3_close(database);
    CHECK_FALSE(refuses_to_write(storage));
}

TEMPLATE_TEST_CASE("F7: when nothing more can be written the old content stays", "[reliability][F7]", JsonTokenStorage,
                   SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType(path).store_token_data_by_resource_server(tokens("old"));
    std::string const before = file_text(path);
    TokenDataByResourceServer const large = tokens(std::string(100000, 'x'));
    CHECK(in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        for (rlim_t const limit : {rlim_t{0}, rlim_t{1}, rlim_t{5000}, rlim_t{50000}}) {
            rlimit const full{limit, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &full);  // a disk that is full after so many bytes
            auto const kind = refusal([&] { TestType(path).store_token_data_by_resource_server(large); });
            if (kind != Kind::io) return false;
            rlimit const free{RLIM_INFINITY, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &free);
            if (TestType(path).get_token_data("a")->access_token.reveal() != "old") return false;
        }
        return true;
    }));
    CHECK(file_text(path) == before);
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEMPLATE_TEST_CASE("F7: a directory that was removed is told of, and so is a path that is too long",
                   "[reliability][F7]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "gone/tokens");
    std::filesystem::remove(directory / "gone");
    CHECK(storage.get_token_data_by_resource_server().empty());
    CHECK(refuses_to_write(storage) == Kind::io);
    try {
        storage.store_token_data_by_resource_server(tokens("t"));
    } catch (TokenStorageError const& error) {
        CHECK(std::string(error.what()).find("its directory was removed") != std::string::npos);
    }
    std::string const name(5000, 'x');
    CHECK(refusal([&] { TestType(directory / name).store_token_data_by_resource_server(tokens("t")); }) == Kind::io);
    CHECK(refusal([&] { (void)TestType(directory / (name + "/tokens")); }) == Kind::io);
}

TEMPLATE_TEST_CASE("F2: a directory may be reached by a link, the file may not be one", "[reliability][F2]",
                   JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::filesystem::create_directory(directory / "real");
    std::filesystem::create_directory_symlink(directory / "real", directory / "link");
    TestType const storage(directory / "link/tokens");
    storage.store_token_data_by_resource_server(tokens("t"));
    CHECK(TestType(directory / "real/tokens").get_token_data("a")->access_token == Secret("t"));
    CHECK(file_mode(directory / "real/tokens") == 0600);
    std::filesystem::rename(directory / "real/tokens", directory / "real/other");
    std::filesystem::create_symlink(directory / "real/other", directory / "real/tokens");
    CHECK(refuses_to_read(storage) == Kind::insecure);
    CHECK(refuses_to_write(storage) == Kind::insecure);
}

TEST_CASE("F8: without HOME the password database says where tokens are", "[reliability][F8]") {
    passwd const* const user = ::getpwuid(::getuid());
    if (user == nullptr) {
        WARN("the password database does not know who runs this: not tried");
        return;
    }
    std::string const wanted = std::string(user->pw_dir) + "/.globus/app/id/app/tokens.json";
    CHECK(in_child([&] {
        ::setenv("HOME", "/of/mine", 1);
        bool good = default_token_path("id", "app") == "/of/mine/.globus/app/id/app/tokens.json";
        ::setenv("HOME", "", 1);
        good = good && default_token_path("id", "app") == wanted;
        ::unsetenv("HOME");
        return good && default_token_path("id", "app") == wanted;
    }));
}

TEST_CASE("F8: namespaces and resource servers never become paths", "[reliability][F8]") {
    TemporaryDirectory const directory;
    std::string const odd = std::string("../../x\0y/\n\"'; DROP TABLE token_storage;--", 42) + "\xe2\x80\xae";
    for (bool const json : {true, false}) {
        auto const check = [&](auto const& storage) {
            TokenDataByResourceServer stored = tokens("t");
            stored[odd] = stored["a"];
            storage.store_token_data_by_resource_server(stored);
            CHECK(storage.get_token_data_by_resource_server() == stored);
        };
        TokenFileOptions const options{.namespace_name = odd};
        if (json)
            check(JsonTokenStorage(directory / "in/tokens.json", options));
        else
            check(SqliteTokenStorage(directory / "in/tokens.db", options));
    }
    for (auto const& entry : std::filesystem::directory_iterator(directory.path()))
        CHECK(entry.path().filename() == "in");
}

TEMPLATE_TEST_CASE("F5: a stored token with what no token has in it is damage, and is not stored to begin with",
                   "[reliability][F5]", JsonTokenStorage, SqliteTokenStorage) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens";
    TestType const storage(path);
    for (std::string const odd : {R"(A\r\nX-Evil: 1)", "A B", R"(A\n)", R"(A\t)", R"(\u00e9)", R"(A\u007f)"})
        for (bool const refresh : {false, true}) {
            INFO(odd);
            TokenDataByResourceServer stored = tokens("t");
            (refresh ? stored["a"].refresh_token : stored["a"].access_token) = Secret("PLACE");
            storage.store_token_data_by_resource_server(stored);
            if constexpr (std::is_same_v<TestType, JsonTokenStorage>) {
                std::string const text = file_text(path);
                auto const place = text.find("PLACE");
                REQUIRE(place != std::string::npos);
                write_file(path, text.substr(0, place) + odd + text.substr(place + 5));
            } else {
                change_database(path, "UPDATE token_storage SET token_data_json = replace(token_data_json, 'PLACE', '" +
                                          odd + "')");
            }
            CHECK(refuses_to_read(storage) == Kind::corrupt);
            std::filesystem::remove(path);
        }
    storage.store_token_data_by_resource_server(tokens("t"));
    for (std::string const odd : {"A\r\nX-Evil: 1", "A B", "\xc3\xa9"}) {
        CHECK_THROWS_AS(storage.store_token_data_by_resource_server(tokens(odd)), UsageError);
    }
    CHECK(storage.get_token_data_by_resource_server() == tokens("t"));
    for (char const* const member : {"resource_server", "scope", "token_type", "identity_id"}) {
        boost::json::object object = tokens("t").at("a").to_json();
        object[member] = "a\r\nb";
        CHECK_THROWS_AS(TokenData::from_json(object), DecodeError);
    }
}

TEMPLATE_TEST_CASE("F5: tokens may expire at any time that fits", "[reliability][F5]", JsonTokenStorage,
                   SqliteTokenStorage) {
    TemporaryDirectory const directory;
    TestType const storage(directory / "tokens");
    using Limits = std::numeric_limits<std::int64_t>;
    for (std::int64_t const time : {Limits::min(), Limits::max(), std::int64_t{0}, std::int64_t{-1}}) {
        TokenDataByResourceServer stored = tokens("t");
        stored["a"].expires_at_seconds = time;
        stored["a"].refresh_token = Secret("r");
        storage.store_token_data_by_resource_server(stored);
        CHECK(storage.get_token_data_by_resource_server() == stored);
        CHECK(storage.get_token_data("a")->token().expires_at_seconds == time);
    }
}
