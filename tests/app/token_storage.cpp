// SPDX-License-Identifier: Apache-2.0
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/app/token_storage.hpp>

#include <boost/json/parse.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <stdexcept>
#include <string>

using namespace globus;

namespace {

struct NoUpdate {
    TokenDataByResourceServer get_token_data_by_resource_server() const { return {}; }
};
static_assert(!TokenStorage<NoUpdate>);

TokenData data(std::string server, std::string access_token = "at") {
    return {.resource_server = std::move(server),
            .identity_id = "4a89aa61-9a28-5c8f-9495-aea9522b155b",
            .scope = "one two",
            .access_token = std::move(access_token),
            .refresh_token = "rt",
            .expires_at_seconds = 1700003600,
            .token_type = "Bearer"};
}

/// What every storage has to do; `other` is the same storage under another namespace.
template <class S>
void check_storage(S const& storage, S const& other) {
    CHECK(storage.get_token_data_by_resource_server().empty());
    CHECK_FALSE(storage.get_token_data("a"));
    CHECK_FALSE(storage.remove_token_data("a"));

    storage.store_token_data_by_resource_server({{"a", data("a")}, {"b", data("b")}});
    CHECK(storage.get_token_data("a") == data("a"));
    storage.store_token_data_by_resource_server({{"c", data("c")}, {"a", data("a", "second")}});
    CHECK(storage.get_token_data("a") == data("a", "second"));
    CHECK(storage.get_token_data("b") == data("b"));
    CHECK(storage.get_token_data_by_resource_server().size() == 3);
    storage.store_token_data_by_resource_server({});
    CHECK(storage.get_token_data_by_resource_server().size() == 3);

    CHECK(other.get_token_data_by_resource_server().empty());
    other.store_token_data_by_resource_server({{"b", data("b", "other")}});
    CHECK(other.get_token_data("b") == data("b", "other"));
    CHECK(storage.get_token_data("b") == data("b"));
    CHECK(storage.remove_token_data("b"));
    CHECK_FALSE(storage.remove_token_data("b"));
    CHECK(other.get_token_data("b"));

    // a change that fails or says no is none
    auto const before = storage.get_token_data_by_resource_server();
    CHECK_THROWS_AS(storage.update([](TokenDataByResourceServer& tokens) -> bool {
        tokens.clear();
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    storage.update([](TokenDataByResourceServer& tokens) {
        tokens.clear();
        return false;
    });
    CHECK(storage.get_token_data_by_resource_server() == before);

    // what a newer version has put beside the tokens stays
    TokenData with_extra = data("a");
    with_extra.extra["issued_at"] = 5;
    storage.store_token_data_by_resource_server({{"a", with_extra}});
    CHECK(storage.get_token_data("a") == with_extra);
}

}  // namespace

TEST_CASE("Tokens are stored, replaced, removed and kept apart by namespace") {
    TemporaryDirectory const directory;
    SECTION("in memory") {
        MemoryTokenStorage const storage;
        check_storage(storage, storage.in_namespace("other"));
    }
    SECTION("in a JSON file") {
        std::string const path = directory / "a/b/tokens.json";
        check_storage(JsonTokenStorage(path), JsonTokenStorage(path, {.namespace_name = "other"}));
    }
    SECTION("in an SQLite database") {
        std::string const path = directory / "a/b/tokens.db";
        check_storage(SqliteTokenStorage(path), SqliteTokenStorage(path, {.namespace_name = "other"}));
        CHECK(SqliteTokenStorage(path).namespaces() == std::vector<std::string>{"DEFAULT", "other"});
    }
}

TEST_CASE("All tokens of an answer are stored, with who logged in") {
    auto const answer = TokenResponse::from_answer(R"({
        "access_token": "at1", "refresh_token": "rt1", "token_type": "Bearer", "expires_in": 172800, "scope": "openid",
        "resource_server": "auth.globus.org", "other_tokens": [
            {"access_token": "at2", "token_type": "Bearer", "expires_in": 100, "scope": "all",
             "resource_server": "transfer.api.globus.org"}]})");
    MemoryTokenStorage const storage;
    storage.store_token_response(answer, "the-user");
    auto const tokens = storage.get_token_data_by_resource_server();
    REQUIRE(tokens.size() == 2);
    TokenData const& transfer = tokens.at("transfer.api.globus.org");
    CHECK(transfer.identity_id == "the-user");
    CHECK(transfer.access_token == Secret("at2"));
    CHECK(transfer.refresh_token.empty());
    CHECK(transfer.expires_at_seconds == answer.by_resource_server("transfer.api.globus.org").expires_at_seconds);
    CHECK(tokens.at("auth.globus.org").refresh_token == Secret("rt1"));
    Token const token = transfer.token();
    CHECK(token.access_token == Secret("at2"));
    CHECK(token.expires_at_seconds == transfer.expires_at_seconds);
}

TEST_CASE("Storages keep formats of the Python SDK") {
    TemporaryDirectory const directory;
    SECTION("JSON 1.0 becomes 2.0; unknown members stay") {
        std::string const path = directory / "tokens.json";
        write_file(path, R"({"by_rs": {"a": {"resource_server": "a", "scope": "s", "access_token": "t",
            "expires_at_seconds": 7, "refresh_token": null, "note": [1]}}, "format_version": "1.0", "zz": {"keep": true},
            "globus-sdk.version": "3.20.0"})");
        JsonTokenStorage const storage(path);
        CHECK(storage.get_token_data("a")->access_token == Secret("t"));
        storage.store_token_data_by_resource_server({{"b", data("b")}});
        Json const document = boost::json::parse(file_text(path));
        CHECK(document.at("format_version") == "2.0");
        CHECK(document.at("zz").at("keep") == true);
        CHECK(document.at("data").at("DEFAULT").at("a").at("note").at(0) == 1);
        CHECK(document.at("data").at("DEFAULT").at("b").at("scope") == "one two");
        CHECK_FALSE(document.as_object().contains("by_rs"));
        CHECK(document.at("globus-sdk.version").is_string());
    }
    SECTION("paths that are none") {
        CHECK_THROWS_AS(JsonTokenStorage(""), UsageError);
        CHECK_THROWS_AS(JsonTokenStorage(directory.path().string() + "/"), UsageError);
        CHECK_THROWS_AS(SqliteTokenStorage(":memory:"), UsageError);
    }
}

TEST_CASE("App names become directory names, and cannot leave their place") {
    CHECK(app_name_slug("My App") == "my-app");
    CHECK(app_name_slug(R"(A/B\C:D*E?F"G<H>I|J)") == "a+b+c+d+e+f+g+h+i+j");
    CHECK(app_name_slug("..") == "--");
    CHECK(app_name_slug("../../etc/passwd") == "--+--+etc+passwd");
    CHECK(app_name_slug("tab\there\x7f") == "tabhere");
    CHECK(app_name_slug("\xc3\x89t\xc3\xa9 \xd0\x96\xce\xa9") == "\xc3\xa9t\xc3\xa9-\xd0\xb6\xcf\x89");
    CHECK(app_name_slug("a\xe2\x80\xae"
                        "b\xef\xbb\xbf") == "ab");  // direction marks and byte order marks
    CHECK(app_name_slug("con.x") == "con-x");
    CHECK(app_name_slug(std::string("a\0b", 3)) == "ab");
    for (char const* name : {"", "\t", "CON", "com1", "LPT9", "nul", "\xff"})
        CHECK_THROWS_AS(app_name_slug(name), UsageError);
    CHECK_THROWS_AS(app_name_slug(std::string(1 << 20, 'x')), UsageError);
    for (char const* id : {"", ".", "..", "a/b", "../x"}) CHECK_THROWS_AS(default_token_path(id, "app"), UsageError);
    CHECK(default_token_path("id", "My App").ends_with("/.globus/app/id/my-app/tokens.json"));
    CHECK(default_token_path("id", "My App", "preview", ".db").ends_with("/.globus/app/id/my-app/preview-tokens.db"));
}
