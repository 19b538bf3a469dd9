// SPDX-License-Identifier: Apache-2.0
// What a service asks of the user becomes a login that asks for it.
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace app_test;
using namespace globus;
using Texts = std::vector<std::string>;

namespace {

constexpr auto wanted = "urn:globus:auth:scope:transfer.api.globus.org:all[*urn:example:extra]";

/// Task lists are refused with this body, so often.
void refuse(sandbox::Session& server, std::string const& body, int times = 1) {
    server.add_fault(boost::json::parse(R"({"match": {"operation": "task_list"}, "times": )" + std::to_string(times) +
                                        R"(, "action": {"type": "status", "code": 403, "body": )" + body + "}}"));
}
std::map<std::string, Texts> query_of(std::string const& url) {
    std::map<std::string, Texts> query;
    for (auto& [name, value] : parse_query(std::string_view(url).substr(url.find('?') + 1)))
        query[name].push_back(value);
    return query;
}

}  // namespace

TEST_CASE("A consent that is asked for in any form is one that the next login asks for") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    std::string const scopes = std::string("[\"") + wanted + "\"]";
    std::string const body =
        GENERATE_COPY(R"({"code": "ConsentRequired", "message": "m", "required_scopes": )" + scopes + "}",
                      R"({"code": "ConsentRequired", "authorization_parameters": {"required_scopes": )" + scopes + "}}",
                      R"({"authorization_parameters": {"required_scopes": )" + scopes + "}}");
    INFO(body);
    SECTION("by run") {
        refuse(server, body);
        CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
    }
    SECTION("by hand") {
        refuse(server, body);
        try {
            (void)transfer.task_list();
            FAIL_CHECK("nothing was asked for");
        } catch (ApiError const& error) {
            CHECK(error.consent_required());
            app.login({.parameters = {.required_scopes = error.required_scopes()}});
        }
        CHECK(transfer.task_list().http_status() == 200);
    }
    CHECK(terminal.asked == 2);
    auto const query = query_of(terminal.url);
    REQUIRE(query.contains("scope"));
    CHECK(query.at("scope").front().find("urn:example:extra") != std::string::npos);
}

TEST_CASE("A login's URL has nothing empty in it, and what asks for nothing is no reason for a login") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    app.login({.parameters = {.session_message = "",
                              .session_required_identities = Texts{},
                              .session_required_single_domain = Texts{},
                              .session_required_policies = Texts{""},
                              .required_scopes = Texts{},
                              .prompt = ""}});
    CHECK(terminal.asked == 1);

    refuse(server, R"({"code": "PermissionDenied", "message": "m", "authorization_parameters": {
        "session_message": "again, please", "session_required_identities": [], "session_required_mfa": false,
        "session_required_single_domain": [], "session_required_policies": "", "prompt": ""}})");
    CHECK(app.run([&] { return transfer.task_list().http_status(); }) == 200);
    CHECK(terminal.asked == 2);
    auto const query = query_of(terminal.url);
    for (auto const& [name, values] : query) {
        INFO(name);
        CHECK(values.size() == 1);
        CHECK_FALSE(values.front().empty());
    }
    CHECK(query.at("session_message") == Texts{"again, please"});
}

TEST_CASE("Scopes that nobody can ask for do not hide what the service said") {
    sandbox::Server server;
    Terminal terminal;
    auto const app = make_app(server, terminal, MemoryTokenStorage{});
    auto const transfer = client_of<TransferService>(app, server);
    app.login();
    refuse(server,
           R"({"code": "ConsentRequired", "message": "m", "required_scopes": ["a[b", "no\nscope", "[", "\ufffd"]})", 9);
    CHECK_THROWS_AS(app.run([&] { return transfer.task_list(); }), TransferApiError);
}
