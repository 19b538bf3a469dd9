// SPDX-License-Identifier: Apache-2.0
// A response is a range of its document's own list.

#include <globus/globus.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
using Groups = Client<GroupsService, AccessTokenPolicy, MockTransport>;

char const* const listing =
    R"({"DATA_TYPE": "file_list", "DATA": [{"name": "b", "size": 2}, {"name": "a", "size": 1}]})";

Transfer client(MockTransport mock) { return Transfer{"token", {.transport = std::move(mock)}}; }

/// A document of a user's own, whose members have the names by which documents say what they are.
struct Stock {
    std::vector<int> items = {};
    std::string essential = {};
    GLOBUS_MEMBERS(Stock, items, essential);
};

}  // namespace

TEST_CASE("A document may have members called items and essential", "[response]") {
    MockTransport mock;
    mock.reply(200, R"({"items": [1, 2], "essential": ""})");
    auto const stock = client(mock).get<Stock>("stock");
    CHECK(stock->items.size() == 2);
    CHECK(stock->essential.empty());
    static_assert(!std::ranges::range<Response<Stock>>);
}

TEST_CASE("A loop over a temporary response sees every element", "[response]") {
    MockTransport mock;
    mock.reply(200, listing);
    Transfer const transfer = client(mock);
    std::string names;
    for (transfer::File const& file : transfer.operation_ls({.endpoint_id = "c"})) names += file.name;
    CHECK(names == "ba");
}

TEST_CASE("A response gives the size and the elements of its list", "[response]") {
    MockTransport mock;
    mock.reply(200, listing).reply(200, R"({"DATA": []})").reply(200, R"({"DATA": null})");
    Transfer const transfer = client(mock);

    auto const files = transfer.operation_ls({.endpoint_id = "c"});
    CHECK(files.size() == 2);
    CHECK_FALSE(files.empty());
    CHECK(files[1].size == 1);
    CHECK(files.front().name == "b");
    CHECK(files.end() - files.begin() == 2);
    CHECK(&files.front() == &files->DATA.front());
    CHECK_THROWS_WITH(files[2], "the answer's list has 2 elements: there is none at 2");

    for (int i = 0; i != 2; ++i) {
        auto const none = transfer.operation_ls({.endpoint_id = "c"});
        CHECK(none.empty());
        CHECK(none.begin() == none.end());
        CHECK_THROWS_AS(none.front(), UsageError);
    }
}

TEST_CASE("An element that is taken from a temporary response outlives it", "[response]") {
    MockTransport mock;
    mock.reply(200, listing).reply(200, listing);
    Transfer const transfer = client(mock);
    transfer::File const first = transfer.operation_ls({.endpoint_id = "c"}).front();
    auto&& second = transfer.operation_ls({.endpoint_id = "c"})[1];
    CHECK(first.name == "b");
    CHECK(second.name == "a");
}

TEST_CASE("A response is a range for the standard's algorithms", "[response]") {
    MockTransport mock;
    mock.reply(200, listing);
    Transfer const transfer = client(mock);
    auto const files = transfer.operation_ls({.endpoint_id = "c"});
    static_assert(std::ranges::random_access_range<decltype(files)>);
    static_assert(std::ranges::sized_range<decltype(files)>);
    CHECK(std::ranges::find(files, "a", [](auto const& file) { return file.name; }) == files.begin() + 1);
    std::vector<transfer::File> copy(files.begin(), files.end());
    CHECK(copy.size() == 2);
}

TEST_CASE("A document that is a list is one, and a document without a list is none", "[response]") {
    MockTransport mock;
    mock.reply(200, R"([{"name": "one"}, {"name": "two"}])");
    Groups const client{"token", {.transport = mock}};
    std::string names;
    for (groups::Group const& group : client.get_my_groups()) names += group.name;
    CHECK(names == "onetwo");
    static_assert(!std::ranges::range<Response<transfer::Task>>);
    static_assert(!std::ranges::range<Response<Bytes>>);
}

TEST_CASE("The range of an answer that is another document is refused as the document is", "[response]") {
    MockTransport mock;
    mock.reply(200, "[]");
    Transfer const transfer = client(mock);
    auto const files = transfer.operation_ls({.endpoint_id = "c"});
    CHECK_THROWS_AS(files.begin(), DecodeError);
    CHECK_THROWS_AS(files.size(), DecodeError);
}
