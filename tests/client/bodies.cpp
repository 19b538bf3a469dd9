// SPDX-License-Identifier: Apache-2.0
#include <globus/services/flows.hpp>
#include <globus/services/search.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace globus;
using search::PostSearch;

/// A type of a user's own that writes itself, and wrong.
struct WritesNonsense {
    void write_json(std::string& out) const { out += "{nonsense"; }
    GLOBUS_MEMBERS(WritesNonsense);
};

namespace {

Json nested(int depth) {
    Json value = 1;
    for (int i = 0; i != depth; ++i) value = Json{{"a", value}};
    return value;
}

std::vector<Json> unsendable() {
    return {Json{{"x", std::numeric_limits<double>::quiet_NaN()}}, Json{{"x", std::numeric_limits<double>::infinity()}},
            Json{{"x", "\xff"}}, Json{{"\xff", 1}}, nested(129)};
}

template <class S>
using Of = Client<S, AccessTokenPolicy, MockTransport, NoRetry>;

}  // namespace

TEST_CASE("bodies: what cannot be sent is a UsageError before anything is sent", "[client][bodies]") {
    MockTransport transport;
    Of<TransferService> const transfer{"t", {.transport = transport}};
    Of<TimersService> const timers{"t", {.transport = transport}};
    Of<SearchService> const client{"t", {.transport = transport}};
    Of<SpecificFlowService> const flow{SpecificFlowService{"f"}, "t", {.transport = transport}};
    for (Json const& bad : unsendable()) {
        CHECK_THROWS_AS(transfer.create_bookmark({.bookmark_data = bad}), UsageError);
        CHECK_THROWS_AS(transfer.create_tunnel(Json{{"data", {{"attributes", bad}}}}), UsageError);
        CHECK_THROWS_AS(timers.create_timer({.timer = TransferTimer{.schedule = OnceTimerSchedule{}, .body = bad}}),
                        UsageError);
        CHECK_THROWS_AS(
            timers.create_timer({.timer = FlowTimer{.flow_id = "f", .schedule = OnceTimerSchedule{}, .body = bad}}),
            UsageError);
        CHECK_THROWS_AS(client.post_search({.index_id = "i", .data = bad, .offset = 1}), UsageError);
        CHECK_THROWS_AS(client.paginate(PostSearch{.index_id = "i", .data = bad}).begin(), UsageError);
        CHECK_THROWS_AS(flow.run_flow({.body = bad}), UsageError);
        CHECK_THROWS_AS(flow.run_flow({.body = Json{{"a", 1}}, .additional_fields = {{"x", bad}}}), UsageError);
        CHECK_THROWS_AS(transfer.post("/x", bad), UsageError);
        auto const result = client.try_send(PostSearch{.index_id = "i", .data = bad, .offset = 1});
        REQUIRE_FALSE(result.has_value());
        CHECK(dynamic_cast<UsageError const*>(&result.error()) != nullptr);
    }
    CHECK_THROWS_AS(client.post_search(
                        {.index_id = "i", .data = DocumentOf<SearchQueryV1>(Document(WritesNonsense{})), .offset = 1}),
                    UsageError);
    CHECK(transport.request_count() == 0);
}

TEST_CASE("bodies: a document may be as deep as an answer may", "[client][bodies]") {
    MockTransport transport;
    transport.reply(200, "{}").reply(200, "{}").reply(201, "{}");
    Of<SearchService> const client{"t", {.transport = transport}};
    Of<TimersService> const timers{"t", {.transport = transport}};
    (void)client.post_search({.index_id = "i", .data = nested(128), .offset = 1});
    (void)client.post_search({.index_id = "i", .data = nested(128)});
    (void)timers.create_timer({.timer = TransferTimer{.schedule = OnceTimerSchedule{}, .body = nested(126)}});
    CHECK(transport.request_count() == 3);
}
