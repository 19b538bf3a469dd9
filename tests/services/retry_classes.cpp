// SPDX-License-Identifier: Apache-2.0
// What is true of all operations of all services: which of them may be repeated.
#include <globus/globus.hpp>

#include "support/catch.hpp"

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <set>
#include <string>
#include <string_view>
#include <type_traits>

using namespace globus;

namespace {

template <class F>
void for_each_service(F f) {
    f("AuthService", AuthService::operations());
    f("NativeAppAuthService", NativeAppAuthService::operations());
    f("ConfidentialAppAuthService", ConfidentialAppAuthService::operations());
    f("TransferService", TransferService::operations());
    f("TransferServiceV2", TransferServiceV2::operations());
    f("GroupsService", GroupsService::operations());
    f("SearchService", SearchService::operations());
    f("FlowsService", FlowsService::operations());
    f("SpecificFlowService", SpecificFlowService::operations());
    f("TimersService", TimersService::operations());
    f("ComputeServiceV2", ComputeServiceV2::operations());
    f("ComputeServiceV3", ComputeServiceV3::operations());
    f("GcsService", GcsService::operations());
}

// POST that only reads.
std::set<std::string_view> const reads{"PostSearch",   "Scroll",      "GetTaskBatch",
                                       "ValidateFlow", "ValidateRun", "Oauth2TokenIntrospect"};
// A key that is fixed before the first byte makes the second one a duplicate.
std::set<std::string_view> const keyed{"SubmitTransfer", "SubmitDelete", "CreateTunnel"};
// POST that leaves the same behind, once or twice: states that are set, things that are ended.
std::set<std::string_view> const idempotent_posts{"CancelTask",
                                                  "CancelRun",
                                                  "PauseJob",
                                                  "ResumeJob",
                                                  "Oauth2RevokeToken",
                                                  "LockEndpoint",
                                                  "DeleteByQuery",
                                                  "ReopenIndex",
                                                  "BatchDeleteBySubject",
                                                  "EndpointManagerCancelTasks",
                                                  "EndpointManagerPauseTasks",
                                                  "EndpointManagerResumeTasks",
                                                  "OperationMkdir",
                                                  "OperationRename"};

// Grants that bring new tokens.
std::set<std::string_view> const grants{"Oauth2RefreshToken", "Oauth2ClientCredentialsTokens",
                                        "Oauth2GetDependentTokens"};

RetryClass expected_class(http::Method method, std::string_view name) {
    using Method = http::Method;
    if (reads.contains(name) || method == Method::get || method == Method::head) return RetryClass::read;
    if (keyed.contains(name)) return RetryClass::keyed;
    if (grants.contains(name)) return RetryClass::grant;
    if (idempotent_posts.contains(name) || method == Method::put || method == Method::delete_)
        return RetryClass::idempotent;
    return RetryClass::non_idempotent;
}

}  // namespace

TEST_CASE("B1: each operation has the retry class that its effect asks for", "[reliability][B1]") {
    std::set<std::string_view> seen;
    for_each_service([&](std::string const& service, auto operations) {
        boost::hana::for_each(operations, [&](auto type) {
            using O = typename decltype(type)::type;
            INFO(service << " " << O::struct_name);
            // any document goes into v2's, with a key or without: its member function looks, `send` does not repeat it
            bool const may_lack_key = std::is_same_v<O, transfer_v2::CreateTunnel>;
            CHECK(retry_class_of<O>() ==
                  (may_lack_key ? RetryClass::non_idempotent : expected_class(O::route.method, O::struct_name)));
            seen.insert(O::struct_name);
        });
    });
    for (auto const* list : {&reads, &keyed, &idempotent_posts, &grants})
        for (std::string_view const name : *list) {
            INFO(name);
            CHECK(seen.contains(name));  // a name that no operation has would hide a mistake
        }
}
