// SPDX-License-Identifier: Apache-2.0
#include <globus/oauth/authorization_requirements.hpp>

#include "support/catch.hpp"

#include <globus/app/gare.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/services/transfer/errors.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;
using Texts = std::vector<std::string>;

namespace {

TransferApiError error(std::string body) {
    http::Request request;
    request.url = "https://service.example.org/path";
    return TransferApiError(
        request, {.status = 403, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)});
}
std::optional<Gare> read(std::string_view document) { return to_gare(boost::json::parse(document)); }

std::map<std::string, std::string> query_of(AuthorizationParameters const& parameters) {
    std::map<std::string, std::string> query;
    for (auto const& [name, value] : session_query(parameters)) query[name] = value;
    return query;
}

}  // namespace

TEST_CASE("requirements: the same consent is read from each of the forms", "[oauth][requirements]") {
    char const* const forms[] = {
        R"({"code": "ConsentRequired", "authorization_parameters": {"required_scopes": ["s[d]"]}})",
        R"({"code": "ConsentRequired", "message": "m", "request_id": "r", "required_scopes": ["s[d]"]})",
        R"({"code": "ConsentRequired", "description": "m", "required_scope": "s[d]"})",
        R"({"code": "ConsentRequired", "required_scope": "s[d]", "authorization_parameters": {"session_message": "m"}})",
        R"({"code": "ConsentRequired", "required_scopes": ["s[d]"], "authorization_parameters": {"required_scopes": []}})",
        R"({"authorization_parameters": {"required_scopes": ["s[d]"]}})",
        R"({"code": "AuthorizationRequired", "authorization_parameters": {"required_scopes": ["s[d]"]}})",
        R"({"error": "dependent_consent_required", "errors": [{"unapproved_scopes": ["s[d]"]}]})",
        R"({"error": {"code": "ConsentRequired", "detail": "m", "authorization_parameters": {"required_scopes": ["s[d]"]}}})",
        R"({"detail": {"code": "ConsentRequired", "required_scopes": ["s[d]"]}})",
        R"({"errors": [{"code": "X"}, {"code": "ConsentRequired", "required_scopes": ["s[d]"]}]})"};
    for (char const* const form : forms) {
        INFO(form);
        auto const e = error(form);
        CHECK(e.consent_required());
        CHECK(e.required_scopes() == Texts{"s[d]"});
        auto const gare = to_gare(e);
        REQUIRE(gare);
        CHECK(gare->authorization_parameters.required_scopes == Texts{"s[d]"});
        CHECK(to_gares(e).size() == 1);
        // what is read is written so that it is read as the same
        auto const again = to_gare(Json(gare->to_json()));
        REQUIRE(again);
        CHECK(again->authorization_parameters.required_scopes == Texts{"s[d]"});
        CHECK(again->code == gare->code);
    }
}

TEST_CASE("requirements: who names scopes for another reason asks for no consent", "[oauth][requirements]") {
    for (char const* const document :
         {R"({"code": "Other", "required_scopes": ["a"]})", R"({"code": "ConsentRequired"})",
          R"({"code": "ConsentRequired", "required_scopes": "a"})", R"({"error": "invalid_scope", "errors": []})",
          R"({"error": "dependent_consent_required", "errors": [{"unapproved_scopes": "a"}]})",
          R"({"authorization_parameters": ["required_scopes"]})", R"({"authorization_parameters": null})", "[]", "7"}) {
        INFO(document);
        CHECK_FALSE(read(document));
        CHECK_FALSE(error(document).consent_required());
        CHECK(error(document).requirements().empty());
    }
}

TEST_CASE("requirements: one odd value does not hide the others", "[oauth][requirements]") {
    char const* const odd[] = {R"("session_message": 7)",
                               R"("session_required_identities": "i")",
                               R"("session_required_mfa": "yes")",
                               R"("prompt": ["login"])",
                               R"("session_required_single_domain": {"a": "b"})",
                               R"("session_message": null)",
                               R"("session_required_policies": [1, 2])"};
    for (std::string const one : odd) {
        INFO(one);
        std::string const name = one.substr(1, one.find(':') - 2);
        auto const gare = read(R"({"code": 5, "authorization_parameters": {)" + one +
                               R"(, "required_scopes": ["a", null, "no\nscope", "b"], "new": 1}, "request_id": 9})");
        REQUIRE(gare);
        CHECK(gare->code == "AuthorizationRequired");
        CHECK(gare->authorization_parameters.required_scopes == Texts{"a", "b"});
        CHECK(gare->extra_parameters.contains("new"));
        CHECK(query_of(gare->authorization_parameters).empty());
        // and nothing is lost
        CHECK(gare->extra_parameters.contains(name) == (one.find("null") == one.npos));
        CHECK(gare->to_json(true).at("authorization_parameters").as_object().contains("new"));
    }
    auto const e = error(R"({"code": "ConsentRequired", "message": "\ud800 m", "request_id": "r",
                             "required_scopes": ["a", 17]})");
    CHECK(e.code() == "ConsentRequired");
    CHECK(e.request_id() == "r");
    CHECK(e.required_scopes() == Texts{"a"});
}

TEST_CASE("requirements: policies and domains may be one text with commas", "[oauth][requirements]") {
    auto const e = error(R"({"code": "X", "authorization_parameters":
        {"session_required_policies": "p1,p2", "session_required_single_domain": "a.org,b.org"}})");
    auto const gare = to_gare(e);
    REQUIRE(gare);
    CHECK(gare->authorization_parameters.session_required_policies == Texts{"p1", "p2"});
    CHECK(gare->authorization_parameters.session_required_single_domain == Texts{"a.org", "b.org"});
    REQUIRE(e.authorization_parameters());
    CHECK(e.authorization_parameters()->session_required_single_domain == Texts{"a.org", "b.org"});
}

TEST_CASE("requirements: a URL has no empty parameter", "[oauth][requirements]") {
    AuthorizationParameters const empty{.session_message = "",
                                        .session_required_identities = Texts{},
                                        .session_required_single_domain = Texts{""},
                                        .session_required_policies = Texts{"", ""},
                                        .required_scopes = Texts{},
                                        .prompt = ""};
    CHECK(session_query(empty).empty());
    CHECK_FALSE(detail::asks_for_anything(empty));
    CHECK_FALSE(detail::asks_for_anything({}));
    CHECK(detail::asks_for_anything({.required_scopes = Texts{"s"}}));
    CHECK(detail::asks_for_anything({.session_required_mfa = true}));
    CHECK(detail::asks_for_anything({.prompt = "login"}));

    std::map<std::string, std::string> const wanted{{"session_required_identities", "i,j"},
                                                    {"session_required_mfa", "False"},
                                                    {"session_message", "m"},
                                                    {"prompt", "login"}};
    CHECK(query_of({.session_message = "m",
                    .session_required_identities = Texts{"i", "", "j"},
                    .session_required_single_domain = Texts{},
                    .session_required_mfa = false,
                    .required_scopes = Texts{"s"},
                    .prompt = "login"}) == wanted);
}

TEST_CASE("requirements: what a service asks for cannot leave its place in a URL", "[oauth][requirements]") {
    auto const gare = read(R"({"code": "X", "authorization_parameters": {
        "session_message": "m&redirect_uri=https://evil.example\r\n#\u0000", "prompt": "login&scope=all",
        "session_required_identities": ["i&client_id=evil", "j#\n"], "state": "mine", "client_id": "evil"}})");
    REQUIRE(gare);
    AuthorizationCodeFlow const flow({.client_id = "app",
                                      .auth_url = "https://auth.globus.org/",
                                      .scope = "openid",
                                      .redirect_uri = "https://app.example/",
                                      .state = "state-of-the-login"});
    std::string const url = flow.authorize_url(session_query(gare->authorization_parameters));
    for (char const c : url) CHECK((c > ' ' && c < '\x7f' && c != '#'));
    std::map<std::string, Texts> query;
    for (auto& [name, value] : parse_query(std::string_view(url).substr(url.find('?') + 1)))
        query[name].push_back(value);
    CHECK(query["client_id"] == Texts{"app"});
    CHECK(query["redirect_uri"] == Texts{"https://app.example/"});
    CHECK(query["scope"] == Texts{"openid"});
    CHECK(query["state"] == Texts{"state-of-the-login"});
    CHECK(query["prompt"] == Texts{"login&scope=all"});
}

TEST_CASE("requirements: scopes that would grow are not taken from an error", "[oauth][requirements]") {
    std::string const wide(900, 'n');
    std::string one, several;  // each layer comes out twice as often as the one above it
    for (int layer = 0; layer != 11; ++layer)
        for (char const* const from : {"a", "b"}) {
            std::string const next = std::to_string(layer + 1) + wide;
            std::string const scope = from + std::to_string(layer) + wide + "[a" + next + " b" + next + ']';
            one += scope + ' ';
            several += (several.empty() ? "\"" : ", \"") + scope + '"';
        }
    REQUIRE(several.size() < 65000);
    auto const e = error(R"({"code": "ConsentRequired", "required_scopes": ["ok", ")" + one + "\"]}");
    CHECK(e.required_scopes() == Texts{"ok"});
    auto const together = error(R"({"code": "ConsentRequired", "required_scopes": [)" + several + "]}");
    CHECK_FALSE(together.consent_required());
    CHECK(together.code() == "ConsentRequired");
}
