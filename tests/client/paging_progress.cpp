// SPDX-License-Identifier: Apache-2.0
// A walk over pages comes on or ends, whatever the service says of the pages that follow.
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

/// An operation of each style whose pages are as the test makes them.
template <PagingStyle style>
struct Walked {
    using service = TransferService;
    using result = Json;
    static constexpr auto route = globus::get("/v0.10/walked");
    static constexpr Paging paging{style, "DATA", "mark", 100};
    Optional<std::string> marker = {};
    Optional<std::string> last_key = {};
    Optional<std::string> next_token = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(Walked, marker, last_key, next_token, limit, offset, query_params);
};

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

/// A service whose pages are made by their number, from 0.
MockTransport serving(std::function<std::string(int)> page) {
    MockTransport mock;
    mock.otherwise([page = std::move(page), number = std::make_shared<int>(0)](http::Request const&) {
        return http::Response{.status = 200, .body = page((*number)++)};
    });
    return mock;
}

/// How a walk over items ended: what the error says; "" for the end of the list.
template <class O>
std::string end_of(MockTransport const& mock, O const& operation) {
    Transfer const transfer{"t", {.transport = mock}};
    try {
        for (auto const& item : transfer.paginate(operation)) (void)item;
        return {};
    } catch (DecodeError const& error) {
        return error.what();
    }
}

std::string marked(std::string const& mark, char const* items = "[1]") {
    return std::string(R"({"has_next_page": true, "DATA": )") + items + R"(, "mark": ")" + mark +
           R"(", "links": {"next": ")" + mark + R"("}})";
}

}  // namespace

TEST_CASE("paging: marks that come in a circle of any length end the walk at the first that comes again",
          "[client][paging]") {
    auto const ends = [](auto operation, std::string const& prefix) {
        for (int const before : {0, 1, 7})
            for (int const circle : {1, 2, 3, 64}) {
                INFO(before << " + " << circle);
                auto const mock = serving([=](int number) {
                    int const mark = number < before ? number : before + (number - before) % circle;
                    return marked(prefix + std::to_string(mark));
                });
                CHECK_THAT(end_of(mock, operation), ContainsSubstring("mark that came already"));
                CHECK(mock.request_count() == static_cast<std::size_t>(before + circle + 1));
            }
    };
    ends(Walked<PagingStyle::marker>{}, "m");
    ends(Walked<PagingStyle::nullable_marker>{}, "m");
    ends(Walked<PagingStyle::last_key>{}, "m");
    ends(Walked<PagingStyle::next_token>{}, "m");
    ends(Walked<PagingStyle::next_link>{}, "https://transfer.api.globus.org/x?page=");
}

TEST_CASE("paging: the mark with which the caller began comes again, too", "[client][paging]") {
    CHECK_THAT(end_of(serving([](int) { return marked("first"); }), Walked<PagingStyle::marker>{.marker = "first"}),
               ContainsSubstring("page 1 of "));
    CHECK_THAT(end_of(serving([](int) { return marked("k"); }), Walked<PagingStyle::last_key>{.last_key = "k"}),
               ContainsSubstring("page 1 of "));
}

TEST_CASE("paging: pages without items for ever are an error, and the walk can go on after it", "[client][paging]") {
    auto const check = [](auto operation) {
        auto const mock = serving([](int number) {
            return number == 1500 ? std::string(R"({"DATA": [1], "has_next_page": false, "mark": "", "links": {}})")
                                  : marked("m" + std::to_string(number), "[]");
        });
        Transfer const transfer{"t", {.transport = mock}};
        auto walk = transfer.paginate(operation);
        CHECK_THROWS_WITH(walk.begin(), ContainsSubstring("1,000 in a row"));
        CHECK(mock.request_count() == 1000);
        int items = 0;
        for (auto const& item : walk) items += item == 1;
        CHECK(items == 1);
        CHECK(mock.request_count() == 1501);
    };
    check(Walked<PagingStyle::marker>{});
    check(Walked<PagingStyle::next_token>{});
    check(Walked<PagingStyle::next_link>{});
}

TEST_CASE("paging: many pages without items are no error while others have some", "[client][paging]") {
    auto const mock = serving([](int number) {
        return number == 5000 ? std::string(R"({"DATA": [], "has_next_page": false})")
                              : marked("m" + std::to_string(number), number % 999 == 0 ? "[1]" : "[]");
    });
    CHECK(end_of(mock, Walked<PagingStyle::marker>{}).empty());
    CHECK(mock.request_count() == 5001);
}

TEST_CASE("paging: a page is counted, whatever the service says of its size", "[client][paging]") {
    using Search = Client<SearchService, AccessTokenPolicy, MockTransport, NoRetry>;
    for (std::int64_t const count :
         {most, least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, std::int64_t{3}}) {
        INFO(count);
        MockTransport mock;
        std::string const said = std::to_string(count);
        mock.reply(200, R"({"gmeta": [{}, {}], "has_next_page": true, "total": 4, "offset": )" + said +
                            R"(, "count": )" + said + "}");
        mock.reply(200, R"({"gmeta": [{}, {}], "has_next_page": false, "count": 2})");
        Search const search{"t", {.transport = mock}};
        int items = 0;
        for (auto const& item : search.paginate(search::Search{.index_id = "i", .q = "*"})) items += sizeof item != 0;
        CHECK(items == 4);
        REQUIRE(mock.request_count() == 2);
        CHECK(mock.requests().at(1).url.find("offset=2&") != std::string::npos);
    }
}

TEST_CASE("paging: totals at the ends of their type", "[client][paging]") {
    auto const page = [](std::int64_t total) {
        return R"({"DATA": [{}], "has_next_page": true, "total": )" + std::to_string(total) + "}";
    };
    for (std::int64_t const total : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}}) {
        auto const mock = serving([&](int) { return page(total); });
        CHECK(end_of(mock, Walked<PagingStyle::total>{}).empty());
        CHECK(mock.request_count() == 1);
    }
    for (std::int64_t const offset : {most, most - 1}) {
        auto const total = serving([&](int) { return page(most); });
        CHECK(end_of(total, Walked<PagingStyle::total>{.offset = offset}).empty());
        CHECK(total.request_count() == 1);
        auto const more = serving([&](int) { return page(most); });
        CHECK_THAT(end_of(more, Walked<PagingStyle::has_next_page>{.offset = offset}), ContainsSubstring("no items"));
        for (http::Request const& request : more.requests()) CHECK(request.url.find("=-") == std::string::npos);
    }
    CHECK(end_of(serving([&](int) { return page(most); }), TaskList{.offset = most}).empty());
}

TEST_CASE("paging: an offset or limit that no walk can have is refused before anything is sent", "[client][paging]") {
    MockTransport const mock;
    Transfer const transfer{"t", {.transport = mock}};
    for (std::int64_t const offset : {std::int64_t{-1}, least})
        CHECK_THROWS_AS(transfer.paginate(TaskList{.offset = offset}), UsageError);
    for (std::int64_t const limit : {std::int64_t{0}, std::int64_t{-1}, least})
        CHECK_THROWS_AS(transfer.paginate(EndpointSearch{.limit = limit}), UsageError);
    CHECK(mock.request_count() == 0);
}

TEST_CASE("paging: of a link only the query is used, so that no token goes where it leads", "[client][paging]") {
    using V2 = Client<TransferServiceV2, AccessTokenPolicy, MockTransport, NoRetry>;
    struct Row {
        char const* link;
        char const* query;
    };
    for (Row const& row :
         {Row{"https://evil.example.org/v2/stream_access_points?page=2", "?page=2"}, Row{"?page=2", "?page=2"},
          Row{"//evil.example.org?page=2#f", "?page=2"}, Row{"../x?page=2", "?page=2"}, Row{"#f?page=2", ""},
          Row{"https://u:p@evil.example.org/?a=1&b=2&a=3", "?a=1&a=3&b=2"}, Row{"file:///etc/passwd", ""},
          Row{"?a=%0d%0aX-Evil:%201", "?a=%0D%0AX-Evil%3A+1"}}) {
        INFO(row.link);
        MockTransport mock;
        mock.reply(200, std::string(R"({"data": [{"id": "1"}], "links": {"next": ")") + row.link + R"("}})");
        mock.reply(200, R"({"data": [{"id": "2"}], "links": {"next": null}})");
        V2 const client{"t", {.transport = mock}};
        int items = 0;
        for (auto const& item : client.paginate(transfer_v2::ListStreamAccessPoints{})) items += sizeof item != 0;
        CHECK(items == 2);
        CHECK(mock.requests().at(1).url ==
              std::string("https://transfer.api.globus.org/v2/stream_access_points") + row.query);
    }
}

TEST_CASE("paging: a mark or link that no request has room for is an error at once", "[client][paging]") {
    std::string query = "?";
    while (query.size() < (std::size_t{4} << 20)) query += "a" + std::to_string(query.size()) + "&";
    CHECK_THAT(end_of(serving([&](int) { return marked(query); }), Walked<PagingStyle::next_link>{}),
               ContainsSubstring("64 KiB"));
    CHECK_THAT(end_of(serving([&](int) { return marked(query); }), Walked<PagingStyle::marker>{}),
               ContainsSubstring("64 KiB"));
}

TEST_CASE("paging: a range, its pages and a client that were moved from say so", "[client][paging]") {
    auto const mock = serving([](int number) { return marked("m" + std::to_string(number)); });
    Transfer transfer{"t", {.transport = mock}};
    auto walk = transfer.paginate(Walked<PagingStyle::marker>{});
    auto at = walk.begin();
    auto moved = std::move(walk);
    CHECK_THROWS_AS(*at, UsageError);
    CHECK_THROWS_AS(++at, UsageError);
    CHECK_THROWS_AS(walk.begin(), UsageError);
    auto pages = moved.pages();
    auto page = pages.begin();
    auto more_pages = std::move(pages);
    CHECK_THROWS_AS(*page, UsageError);
    CHECK_THROWS_AS(pages.begin(), UsageError);
    CHECK((*more_pages.begin())->at("mark") == "m0");
    CHECK(*moved.begin() == 1);
    walk = std::move(moved);  // it can be used again when it is given a value
    CHECK(*walk.begin() == 1);

    Transfer other = std::move(transfer);
    CHECK_THROWS_AS(transfer.get("x"), UsageError);
    CHECK_THROWS_AS(transfer.task_list(), UsageError);
    CHECK_THROWS_AS(transfer.paginate(TaskList{}), UsageError);
    CHECK_THROWS_AS(transfer.task_wait({.task_id = "t"}), UsageError);
    CHECK_THROWS_AS(Transfer(transfer).get("x"), UsageError);  // nor is a copy of nothing something
    CHECK_THROWS_WITH(transfer.try_send(GetTask{.task_id = "t"}).value(), ContainsSubstring("moved from"));
    CHECK(other.get("x").http_status() == 200);
    transfer = std::move(other);
    CHECK(transfer.get("x").http_status() == 200);
    CHECK_THROWS_AS(other.get("x"), UsageError);
}

TEST_CASE("paging: there is nothing to read behind the last item, and the end stays the end", "[client][paging]") {
    auto const mock = serving([](int) { return R"({"DATA": [1], "has_next_page": false})"; });
    Transfer const transfer{"t", {.transport = mock}};
    auto walk = transfer.paginate(Walked<PagingStyle::marker>{});
    auto at = walk.begin();
    ++at;
    CHECK(at == walk.end());
    CHECK_THROWS_AS(*at, UsageError);
    ++at;
    CHECK(at == walk.end());
    CHECK(mock.request_count() == 1);
}
