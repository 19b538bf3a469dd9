// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

struct Marked {
    using service = TransferService;
    using result = Json;
    static constexpr auto route = globus::get("/v0.10/marked");
    static constexpr Paging paging{PagingStyle::marker, "DATA", "marker"};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(Marked, marker);
};

std::string page(char const* first, char const* second, int total) {
    return std::string(R"({"DATA": [{"task_id": ")") + first + R"("}, {"task_id": ")" + second + R"("}], "total": )" +
           std::to_string(total) + "}";
}

}  // namespace

TEST_CASE("paging: items of all pages, each page asked for when it is needed", "[client][paging]") {
    MockTransport transport;
    transport.reply(200, page("a", "b", 4)).reply(200, page("c", "d", 4));
    Transfer const transfer{"t", {.transport = transport}};
    auto walk = transfer.paginate(TaskList{.filter = "status:ACTIVE"});
    CHECK(transport.request_count() == 0);
    std::string ids;
    for (Task const& task : walk) {
        ids += *task.task_id;
        if (ids == "ab") CHECK(transport.request_count() == 1);
    }
    CHECK(ids == "abcd");
    auto const requests = transport.requests();
    CHECK(requests[0].url.ends_with("/v0.10/task_list?limit=1000&filter=status%3AACTIVE"));
    CHECK(requests[1].url.find("offset=2") != std::string::npos);
}

TEST_CASE("paging: pages keep their text", "[client][paging]") {
    MockTransport transport;
    transport.reply(200, page("a", "b", 4)).reply(200, page("c", "d", 4));
    Transfer const transfer{"t", {.transport = transport}};
    int pages = 0;
    for (Response<TaskPage> const& one : transfer.paginate(TaskList{}).pages()) {
        CHECK(one->DATA.size() == 2);
        CHECK(one.json().at("total") == 4);
        ++pages;
    }
    CHECK(pages == 2);
}

TEST_CASE("paging: an error leaves the walk where it was", "[client][paging]") {
    MockTransport transport;
    transport.reply(200, page("a", "b", 4)).reply(500).reply(200, page("c", "d", 4));
    Transfer const transfer{"t", {.transport = transport}};
    auto walk = transfer.paginate(TaskList{});
    std::string ids;
    int errors = 0;
    for (bool done = false; !done;) {
        try {
            for (Task const& task : walk) ids += *task.task_id;
            done = true;
        } catch (TransferApiError const&) {
            ++errors;
        }
    }
    CHECK(ids == "abcd");
    CHECK(errors == 1);
    CHECK(transport.request_count() == 3);
}

TEST_CASE("paging: a mark that comes twice ends the walk", "[client][paging]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"DATA": [1], "has_next_page": true, "marker": "same"})"};
    });
    Transfer const transfer{"t", {.transport = transport}};
    int items = 0;
    for (auto const& item : transfer.paginate(Marked{})) items += item == 1;
    CHECK(items == 2);
}

TEST_CASE("paging: an empty page that says there is more ends a walk by offset", "[client][paging]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"DATA": [], "total": 1000000})"};
    });
    Transfer const transfer{"t", {.transport = transport}};
    auto walk = transfer.paginate(TaskList{});
    CHECK(walk.begin() == walk.end());
    CHECK(transport.request_count() == 1);
}
