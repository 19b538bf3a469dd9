// SPDX-License-Identifier: Apache-2.0
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

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
        ids += task.task_id;
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
            for (Task const& task : walk) ids += task.task_id;
            done = true;
        } catch (TransferApiError const&) {
            ++errors;
        }
    }
    CHECK(ids == "abcd");
    CHECK(errors == 1);
    CHECK(transport.request_count() == 3);
}

TEST_CASE("paging: a mark that comes twice is an error, since the walk would not end", "[client][paging]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"DATA": [1], "has_next_page": true, "marker": "same"})"};
    });
    Transfer const transfer{"t", {.transport = transport}};
    int items = 0;
    CHECK_THROWS_AS(
        [&] {
            for (auto const& item : transfer.paginate(Marked{})) items += item == 1;
        }(),
        DecodeError);
    CHECK(items == 1);
    CHECK(transport.request_count() == 2);
}

TEST_CASE("paging: a page from which the walk cannot go on is an error that says what is missing", "[client][paging]") {
    auto const walk = [](auto operation, char const* body, char const* words) {
        MockTransport transport;
        transport.reply(200, body);
        Transfer const transfer{"t", {.transport = transport}};
        auto items = transfer.paginate(operation);
        CHECK_THROWS_AS(items.begin(), DecodeError);
        transport.reply(200, body);
        auto pages = transfer.paginate(operation).pages();
        CHECK_THROWS_WITH(pages.begin(), ContainsSubstring("page 1 of ") && ContainsSubstring(words));
        transport.reply(200, body);
        try {
            (void)pages.begin();
            FAIL("nothing was thrown");
        } catch (DecodeError const& error) {
            CHECK(error.body() == body);
        }
        CHECK(transport.request_count() == 3);
    };
    walk(Marked{}, R"({"DATA": [1], "has_next_page": true})", "no 'marker'");
    walk(Marked{}, R"({"DATA": [1], "has_next_page": true, "marker": null})", "no 'marker'");
    walk(Marked{}, R"({"DATA": [1], "has_next_page": true, "marker": ""})", "no 'marker'");
    walk(Marked{}, R"({"has_next_page": false})", "no list 'DATA'");
    walk(Marked{}, R"({"DATA": null, "has_next_page": false})", "no list 'DATA'");
    walk(Marked{}, "[]", "no list 'DATA'");
    walk(TaskList{}, R"({"message": "maintenance"})", "no list 'DATA'");
    walk(TaskList{}, R"({"x": {"DATA": []}, "total": 0})", "no list 'DATA'");
    walk(TaskList{}, R"({"DATA": [{"task_id": "a"}]})", "no 'total'");
    walk(TaskList{}, R"({"DATA": [], "total": 5})", "no items");
    walk(EndpointSearch{}, R"({"DATA": []})", "no 'has_next_page'");
    walk(EndpointSearch{}, R"({"DATA": [], "has_next_page": true})", "no items");
    walk(EndpointManagerTaskList{}, R"({"DATA": [], "last_key": "k"})", "no 'has_next_page'");
    walk(EndpointManagerTaskList{}, R"({"DATA": [{}], "has_next_page": true, "last_key": ""})", "no 'last_key'");
    walk(TaskSuccessfulTransfers{.task_id = "t"}, R"({"next_marker": null})", "no list 'DATA'");
}

TEST_CASE("paging: a page that says nothing of another one is the last", "[client][paging]") {
    auto const items_of = [](auto operation, char const* body) {
        MockTransport transport;
        transport.reply(200, body);
        Transfer const transfer{"t", {.transport = transport}};
        int items = 0;
        for (auto const& item : transfer.paginate(operation)) items += sizeof item != 0;
        return items;
    };
    CHECK(items_of(Marked{}, R"({"DATA": [1, 2]})") == 2);
    CHECK(items_of(Marked{}, R"({"DATA": [1, 2], "has_next_page": false, "marker": "m"})") == 2);
    CHECK(items_of(TaskSuccessfulTransfers{.task_id = "t"}, R"({"DATA": [{}]})") == 1);
    CHECK(items_of(TaskSuccessfulTransfers{.task_id = "t"}, R"({"DATA": [{}], "next_marker": null})") == 1);
    CHECK(items_of(TaskList{}, R"({"DATA": [], "total": 0})") == 0);
    CHECK(items_of(EndpointManagerTaskList{}, R"({"DATA": [{}], "has_next_page": false})") == 1);
}

TEST_CASE("paging: a walk goes on after a page that was none", "[client][paging]") {
    MockTransport transport;
    transport.reply(200, page("a", "b", 4)).reply(200, R"({"message": "maintenance"})").reply(200, page("c", "d", 4));
    Transfer const transfer{"t", {.transport = transport}};
    auto walk = transfer.paginate(TaskList{});
    std::string ids;
    auto const go_on = [&] {
        for (Task const& task : walk) ids += task.task_id;
    };
    CHECK_THROWS_WITH(go_on(), ContainsSubstring("page 2 of TaskList has no list 'DATA'"));
    CHECK(ids == "ab");
    go_on();
    CHECK(ids == "abcd");
    CHECK(transport.requests()[1].url == transport.requests()[2].url);
}

TEST_CASE("paging: a link to the next page that is no text, or the same again, is an error", "[client][paging]") {
    using V2 = Client<TransferServiceV2, AccessTokenPolicy, MockTransport, NoRetry>;
    MockTransport transport;
    V2 const client{"t", {.transport = transport}};
    transport.reply(200, R"({"data": [], "links": {"next": {"href": "https://x.example.org/?page=2"}}})");
    CHECK_THROWS_WITH(client.paginate(transfer_v2::ListStreamAccessPoints{}).begin(), ContainsSubstring("not a text"));
    transport.reply(200, R"({"message": "maintenance"})");
    CHECK_THROWS_WITH(client.paginate(transfer_v2::ListStreamAccessPoints{}).begin(),
                      ContainsSubstring("no list 'data'"));
    std::string const same = R"({"data": [{"id": "1"}], "links": {"next": "https://x.example.org/?page=2"}})";
    transport.reply(200, same).reply(200, same);
    auto walk = client.paginate(transfer_v2::ListStreamAccessPoints{});
    auto item = walk.begin();
    CHECK_THROWS_AS(++item, DecodeError);
}

TEST_CASE("paging: the caller's limit is the size of a page, and the service's end cuts it", "[client][paging]") {
    auto const limits = [](auto operation, std::vector<std::string> const& pages) {
        using Operation = decltype(operation);
        MockTransport transport;
        for (std::string const& one : pages) transport.reply(200, one);
        Client<typename Operation::service, AccessTokenPolicy, MockTransport, NoRetry> const client{
            "t", {.transport = transport}};
        for (auto const& item : client.paginate(operation)) (void)item;
        std::vector<std::string> sent;
        for (http::Request const& request : transport.requests()) {
            std::string one;
            for (auto const& [name, value] : parse_query(request.url.substr(request.url.find('?') + 1)))
                if (name == "limit" || name == "offset") one += (one.empty() ? "" : " ") + name + '=' + value;
            if (request.has_body) {
                Json const body = boost::json::parse(request.body);
                one = std::to_string(body.at("limit").as_int64()) + " from " +
                      (body.as_object().contains("offset") ? std::to_string(body.at("offset").as_int64()) : "-");
            }
            sent.push_back(one);
        }
        return sent;
    };
    using Sent = std::vector<std::string>;
    CHECK(limits(TaskList{.limit = 10, .offset = 5}, {page("a", "b", 9), page("c", "d", 9)}) ==
          Sent{"limit=10 offset=5", "limit=10 offset=7"});
    CHECK(limits(TaskList{.limit = 10, .offset = 995}, {page("a", "b", 2000), page("c", "d", 999)}) ==
          Sent{"limit=5 offset=995", "limit=3 offset=997"});
    CHECK(limits(TaskList{.limit = 5000}, {page("a", "b", 2)}) == Sent{"limit=1000"});
    CHECK(limits(EndpointSearch{.limit = 10, .offset = 30},
                 {R"({"DATA": [{}, {}], "has_next_page": true})", R"({"DATA": [], "has_next_page": false})"}) ==
          Sent{"limit=10 offset=30", "limit=10 offset=32"});
    CHECK(limits(search::Search{.index_id = "i", .q = "*", .limit = 7},
                 {R"({"gmeta": [{}], "count": 1, "has_next_page": true})",
                  R"({"gmeta": [], "count": 0, "has_next_page": false})"}) == Sent{"limit=7", "offset=1 limit=7"});
    CHECK(limits(search::PostSearch{.index_id = "i", .data = Json{{"q", "*"}, {"limit", 7}, {"offset", 9}}},
                 {R"({"gmeta": [{}], "count": 1, "has_next_page": true})",
                  R"({"gmeta": [], "count": 0, "has_next_page": false})"}) == Sent{"7 from 9", "7 from 10"});
    CHECK(limits(search::PostSearch{.index_id = "i", .data = Json{{"q", "*"}, {"limit", 7}}, .limit = 8},
                 {R"({"gmeta": [], "count": 0, "has_next_page": false})"}) == Sent{"8 from -"});
}
