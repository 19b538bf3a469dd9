// SPDX-License-Identifier: Apache-2.0
#include <globus/services/flows.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace globus;

namespace {

/// Gives one token to whoever asks, and remembers for whom it was asked.
struct Remembering {
    using credential = BearerCredential;
    std::shared_ptr<std::vector<std::string>> asked = std::make_shared<std::vector<std::string>>();

    template <class T>
    Authorization authorize(T const&, AuthContext const& context) const {
        asked->emplace_back(context.resource_server);
        return {Secret("Bearer mine"), 1};
    }
    template <class T>
    bool unauthorized(Authorization const&, T const&, AuthContext const& context) const {
        asked->emplace_back(context.resource_server);
        return false;
    }
};

}  // namespace

TEST_CASE("client: a policy learns for which resource server its credential is asked", "[client]") {
    MockTransport transport;
    transport.reply(401, "{}");
    transport.reply(200, "{}");
    transport.reply(200, "bytes");
    Remembering const policy;

    Client<TransferService, Remembering, MockTransport> const transfer{policy, {.transport = transport}};
    CHECK_THROWS_AS(transfer.get("x"), ApiError);
    Client<SpecificFlowService, Remembering, MockTransport> const flow{
        SpecificFlowService{"the-flow"}, policy, {.transport = transport}};
    (void)flow.get("x");
    Client<GcsService, Remembering, MockTransport> const endpoint{
        GcsService{"abc.data.globus.org"}, policy, {.transport = transport}};
    (void)endpoint.get<Bytes>("x");

    CHECK(*policy.asked ==
          std::vector<std::string>{"transfer.api.globus.org", "transfer.api.globus.org", "the-flow", ""});
}
