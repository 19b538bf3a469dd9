// SPDX-License-Identifier: Apache-2.0
// What creates something is sent once: bars B1 and B2.
#include <globus/globus.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/sandbox_client.hpp"

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <chrono>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class F>
void for_each_operation(F f) {
    auto const each = [&](auto operations) { boost::hana::for_each(operations, f); };
    each(AuthService::operations());
    each(NativeAppAuthService::operations());
    each(ConfidentialAppAuthService::operations());
    each(TransferService::operations());
    each(TransferServiceV2::operations());
    each(GroupsService::operations());
    each(SearchService::operations());
    each(FlowsService::operations());
    each(SpecificFlowService::operations());
    each(TimersService::operations());
    each(ComputeServiceV2::operations());
    each(ComputeServiceV3::operations());
    each(GcsService::operations());
}

struct Lost {
    char const* how;
    MockTransport::Handler handler;
};

Lost lose(char const* how, NetworkError::Kind kind) {
    return {how,
            [=](http::Request const&) -> http::Response { throw NetworkError(kind, NetworkError::Sent::yes, how); }};
}
Lost answer(char const* how, int status, char const* body) {
    return {
        how, [=](http::Request const&) {
            return http::Response{.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body};
        }};
}

}  // namespace

TEST_CASE("B1: each operation of class D is sent once, and its outcome is unknown", "[reliability][B1]") {
    std::vector<Lost> const ways{lose("reset", NetworkError::Kind::interrupted),
                                 lose("time-out", NetworkError::Kind::timeout),
                                 lose("bad framing", NetworkError::Kind::protocol),
                                 answer("500", 500, "{}"),
                                 answer("502", 502, "<html>"),
                                 answer("503", 503, "{}"),
                                 answer("504", 504, "{}"),
                                 answer("cut off", 200, R"({"id": "a)"),
                                 answer("a page", 200, "<html>")};
    int once = 0, repeated = 0;
    for_each_operation([&](auto type) {
        using O = typename decltype(type)::type;
        constexpr RetryClass retry_class = retry_class_of<O>();
        INFO(O::struct_name);
        for (Lost const& way : ways) {
            INFO(way.how);
            MockTransport mock;
            mock.otherwise(way.handler);
            Client<TransferService, AccessTokenPolicy, MockTransport> const client{
                "token", {.transport = mock, .retry = {.base = 0s, .throttled = 0s}}};
            http::Request request;
            request.method = O::route.method;
            request.url = client.base_url() + "x";
            try {
                (void)client.exchange<Response<Json>>(request, retry_class);
                FAIL("the answer was lost");
            } catch (Error const& error) {
                CHECK(error.outcome_unknown() == (retry_class != RetryClass::read));
            }
            bool const page = way.how == std::string("a page");  // what is whole is not asked for again
            bool const cut = way.how == std::string("cut off");
            if (retry_class == RetryClass::non_idempotent) {
                CHECK(mock.request_count() == 1);
                CHECK(mock.requests()[0].fresh_connection);
            } else if (retry_class == RetryClass::grant) {  // 503: it had no time for it
                CHECK(mock.request_count() == (page || cut ? 1 : way.how == std::string("503") ? 4 : 2));
                CHECK(mock.requests()[0].fresh_connection);
            } else {
                CHECK(mock.request_count() == (page ? 1 : 4));
            }
        }
        ++(retry_class == RetryClass::non_idempotent ? once : repeated);
    });
    CHECK(once > 45);
    CHECK(repeated > 100);
}

TEMPLATE_TEST_CASE("B1: a create whose answer is lost is done once, and says that its outcome is unknown",
                   "[reliability][B1]", Blocking, Asynchronous) {
    sandbox::Server server;
    auto const groups = client_by<TestType, GroupsService>(server);
    auto const count = [&] { return server.state().at("groups").as_array().size(); };
    for (char const* action :
         {R"({"type": "reset"})", R"({"type": "close"})", R"({"type": "status", "code": 500})",
          R"({"type": "status", "code": 503})", R"({"type": "status", "code": 502, "html": true})"}) {
        server.clear_journal();
        server.clear_faults();
        server.add_fault(rule("create_group", "after_commit", action));
        auto const before = count();
        try {
            (void)groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}});
            FAIL("the answer was lost");
        } catch (Error const& error) {
            CHECK(error.outcome_unknown());
        }
        CHECK(server.count("create_group") == 1);
        CHECK(count() == before + 1);
    }
}

TEMPLATE_TEST_CASE("B2: a kept connection that dies does not make libcurl send a create again", "[reliability][B2]",
                   Blocking, Asynchronous) {
    sandbox::Server server;
    auto const once = [&](auto const& client, char const* path, char const* operation) {
        INFO(operation);
        for (char const* phase : {"after_body", "after_commit"})
            for (char const* action : {R"({"type": "reset"})", R"({"type": "close"})"}) {
                server.clear_faults();
                auto const warm = [&] { CHECK_THROWS_AS(client.get("x"), ApiError); };
                warm();
                server.clear_journal();
                warm();
                REQUIRE(server.journal().back().reused_connection);  // it is warm
                server.add_fault(rule(operation, phase, action));
                CHECK_THROWS_AS(client.post(path, Json{{"name", "n"}, {"description", "d"}}), NetworkError);
                CHECK(server.count(operation) == 1);
            }
    };
    auto const groups = client_by<TestType, GroupsService>(server);
    once(groups, "v2/groups", "create_group");
    once(groups, "v2/groups/01234567-0123-0123-0123-0123456789ab", "batch_membership_action");
    auto const transfer = client_by<TestType, TransferService>(server);
    once(transfer, "v0.10/bookmark", "create_bookmark");
    once(transfer, "v0.10/endpoint/e/access", "add_endpoint_acl_rule");
    once(client_by<TestType, SearchService>(server), "v1/index/i/ingest", "ingest");
    auto const flows = client_by<TestType, FlowsService>(server);
    once(flows, "flows", "create_flow");
    once(flows, "runs/r/resume", "resume_run");
    once(client_by<TestType, TimersService>(server), "v2/timer", "create_timer");
    once(client_by<TestType, ComputeServiceV2>(server), "v2/submit", "submit");
}

TEST_CASE("B2: an authorization code is sent once over a kept connection that dies", "[reliability][B2]") {
    sandbox::Server server;
    Client<NativeAppAuthService, NullPolicy> const auth{
        NativeAppAuthService{server.native_client_id()}, {}, {.base_url = server.base_url()}};
    auto const flow = auth.oauth2_start_flow({.requested_scopes = "openid"});
    for (char const* action : {R"({"type": "reset"})", R"({"type": "close"})"}) {
        server.clear_faults();
        for (int i = 0; i != 3; ++i) (void)auth.get("jwk.json");
        server.clear_journal();
        server.add_fault(rule("oauth2_exchange_code_for_tokens", "after_body", action));
        CHECK_THROWS_AS(auth.oauth2_exchange_code_for_tokens(flow, "code"), NetworkError);
        CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
    }
}

TEMPLATE_TEST_CASE("B2: a refresh token whose answers are lost is sent twice, not more", "[reliability][B2]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    for (char const* action : {R"({"type": "reset"})", R"({"type": "close"})"}) {
        server.clear_faults();
        ClientBy<TestType, TransferService, RefreshPolicy<Native>> const transfer{
            RefreshPolicy{Native{server.native_client_id()}, server.issue_refresh_token("transfer.api.globus.org")},
            {.base_url = server.base_url(), .auth_url = server.base_url()}};
        CHECK(transfer.task_list().http_status() == 200);  // a connection is kept
        server.expire_access_tokens();
        server.clear_journal();
        server.add_fault(rule("oauth2_refresh_token", "after_body", action));
        CHECK_THROWS_AS(transfer.task_list(), NetworkError);
        CHECK(server.count("oauth2_refresh_token") == 2);
    }
}
