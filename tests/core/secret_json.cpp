// SPDX-License-Identifier: Apache-2.0
#include <globus/core/json.hpp>
#include <globus/core/secret.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <ostream>
#include <string>
#include <vector>

using namespace globus;

namespace secret_json_test {

struct Account {
    Optional<std::string> user = {};
    Optional<Secret> password = {};
    std::vector<Secret> codes = {};
    Optional<SecretDocument> key = {};
    GLOBUS_MEMBERS(Account, user, password, codes, key);
};

struct Read {
    Required<Secret> password;
    GLOBUS_MEMBERS(Read, password);
};

}  // namespace secret_json_test
using secret_json_test::Account;
using secret_json_test::Read;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

}  // namespace

TEST_CASE("secrets: they are written as texts", "[core][secret]") {
    CHECK(to_json(Account{.user = "ada", .password = "p\"w", .codes = {"1", "2"}}) ==
          R"({"user":"ada","password":"p\"w","codes":["1","2"]})");
    CHECK(to_json(Account{.password = null}) == R"({"password":null,"codes":[]})");
    CHECK(to_json(Read{.password = Secret("x")}) == R"({"password":"x"})");
    CHECK_THROWS_AS(to_json(Secret("\xff")), UsageError);
    CHECK(to_json(std::map<std::string, Secret>{{"a", "b"}}) == R"({"a":"b"})");
}

TEST_CASE("secrets: they are read from texts", "[core][secret]") {
    struct Codes {
        static std::vector<Secret> of(std::string const& text) { return from_json<std::vector<Secret>>(text); }
    };
    CHECK(Codes::of(R"(["a","b\u0041"])") == std::vector<Secret>{"a", "bA"});
    auto const all = from_json<std::map<std::string, Optional<Secret>>>(R"({"a": "x", "b": null})");
    CHECK(all.at("a")->reveal() == "x");
    CHECK(all.at("b").is_null());
    try {
        (void)Codes::of("[7]");
        FAIL("a number was taken for a secret");
    } catch (DecodeError const& error) {
        CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("should be a text"));
    }
}

TEST_CASE("secrets: a document may be one as a whole", "[core][secret]") {
    Account login{.key = {{"type", "service_account"}, {"private_key", "-----BEGIN"}}};
    CHECK(to_json(login) == R"({"codes":[],"key":{"type":"service_account","private_key":"-----BEGIN"}})");
    login.key = boost::json::parse(R"({"private_key": "other"})");
    CHECK(login.key->reveal() == R"({"private_key":"other"})");
    CHECK(login.key == SecretDocument(Json{{"private_key", "other"}}));
    CHECK_FALSE(login.key == SecretDocument());
    CHECK(to_json(SecretDocument()) == "{}");
    static_assert(!Printable<SecretDocument> && !Printable<Secret> && !Printable<Optional<Secret>>);
}
