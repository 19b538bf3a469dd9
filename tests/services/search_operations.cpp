// SPDX-License-Identifier: Apache-2.0
#include <globus/services/search.hpp>
#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <vector>

using namespace globus;

namespace {

using SearchClient = Client<SearchService, AccessTokenPolicy, MockTransport, NoRetry>;

SearchClient make_client(MockTransport const& mock) { return SearchClient{"token", {.transport = mock}}; }

Json body_of(http::Request const& request) { return boost::json::parse(request.body); }

/// Scripts pages of two subjects each: "s0" to "s<2n-1>".
void script_pages(MockTransport& mock, int pages) {
    for (int page = 0; page != pages; ++page) {
        boost::json::array subjects;
        for (int i = 0; i != 2; ++i) subjects.push_back(Json{{"subject", "s" + std::to_string(2 * page + i)}});
        bool const more = page + 1 != pages;
        mock.reply(200, serialize(Json{{"gmeta", subjects},
                                       {"count", 2},
                                       {"has_next_page", more},
                                       {"marker", more ? Json("m" + std::to_string(page)) : Json()}}));
    }
}

template <class O>
std::vector<std::string> subjects_of(SearchClient const& client, O operation) {
    std::vector<std::string> subjects;
    for (search::GMetaResult const& subject : client.paginate(std::move(operation)))
        subjects.push_back(subject.subject);
    return subjects;
}

}  // namespace

TEST_CASE("A query answers with typed subjects", "[search]") {
    MockTransport mock;
    mock.reply(200, R"({"@datatype": "GSearchResult", "count": 1, "total": 10, "offset": 0, "has_next_page": true,
        "gmeta": [{"subject": "https://x/1", "entries": [{"content": {"year": 2024}, "entry_id": null,
                   "matched_principal_sets": ["public"]}]}]})");
    auto const found = make_client(mock).search({.index_id = "i/x", .q = "a b&c", .limit = 1, .advanced = false});
    CHECK(mock.requests().at(0).url ==
          "https://search.api.globus.org/v1/index/i%2Fx/search?q=a+b%26c&limit=1&advanced=False");
    CHECK(found->total == 10);
    auto const& entry = found->gmeta.at(0).entries.at(0);
    CHECK(entry.content->at("year") == 2024);
    CHECK(entry.entry_id.is_null());
    CHECK(entry.matched_principal_sets.at(0) == "public");
}

TEST_CASE("A query document is built piece by piece", "[search]") {
    SearchQueryV1 query{.q = "x"};
    query.add_filter({{"type", "match_any"}, {"field_name", "year"}, {"values", {2023, 2024}}})
        .add_facet(Json{{"name", "f"}, {"type", "terms"}, {"field_name", "author"}})
        .add_boost({{"field_name", "title"}, {"factor", 2}})
        .add_sort(Json{{"field_name", "date"}, {"order", "desc"}})
        .add_sort(Json(boost::json::object{{"field_name", "title"}}))
        .add_post_facet_filter({{"type", "exists"}, {"field_name", "doi"}});
    CHECK(boost::json::parse(to_json(query)) == boost::json::parse(R"({"@version": "query#1.0.0", "q": "x",
        "filters": [{"type": "match_any", "field_name": "year", "values": [2023, 2024]}],
        "facets": [{"name": "f", "type": "terms", "field_name": "author"}],
        "boosts": [{"field_name": "title", "factor": 2}],
        "sort": [{"field_name": "date", "order": "desc"}, {"field_name": "title"}],
        "post_facet_filters": [{"type": "exists", "field_name": "doi"}]})"));

    query.additional_fields = {{"@version", "query#2.0.0"}, {"q_template", "t"}};
    auto const document = boost::json::parse(to_json(query));
    CHECK(document.at("@version") == "query#2.0.0");
    CHECK(document.at("q_template") == "t");
}

TEST_CASE("Facets and orders are documents of their own, and so are the results", "[search]") {
    using namespace search;
    MockTransport mock;
    Client<SearchService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    mock.reply(200, R"({"gmeta": [], "facet_results": [
        {"name": "authors", "buckets": [{"value": "Ada", "count": 3}, {"value": 7, "count": 2},
                                        {"value": {"from": 1, "to": 2}, "count": 1}]},
        {"name": "bytes", "value": 12.5}, {"name": "users", "approximate_value": 9}]})");
    SearchQueryV1 query{.q = "x"};
    query.add_facet({.name = "authors", .type = FacetType::terms, .field_name = "author", .size = 5})
        .add_facet({.name = "years",
                    .type = FacetType::date_histogram,
                    .field_name = "date",
                    .additional_fields = {{"date_interval", "year"}}})
        .add_sort({.field_name = "date", .order = SortOrder::desc})
        .add_sort({.field_name = "title"});
    auto const found = client.post_search({.index_id = "i", .data = query});
    CHECK(boost::json::parse(mock.requests().back().body) == boost::json::parse(R"({"@version": "query#1.0.0", "q": "x",
        "facets": [{"name": "authors", "type": "terms", "field_name": "author", "size": 5},
                   {"name": "years", "type": "date_histogram", "field_name": "date", "date_interval": "year"}],
        "sort": [{"field_name": "date", "order": "desc"}, {"field_name": "title"}]})"));

    REQUIRE(found->facet_results.size() == 3);
    GFacetResult const& authors = found->facet_results[0];
    CHECK(authors.name == "authors");
    REQUIRE(authors.buckets.size() == 3);
    CHECK(authors.buckets[0].text() == "Ada");
    CHECK(authors.buckets[0].count == 3);
    CHECK(authors.buckets[1].text() == "7");
    CHECK(authors.buckets[2].text() == R"({"from":1,"to":2})");
    CHECK(GBucket{}.text().empty());
    CHECK(found->facet_results[1].value == 12.5);
    CHECK(found->facet_results[2].approximate_value == 9.0);
}

TEST_CASE("offset, limit and marker take the place of those in the document", "[search]") {
    MockTransport mock;
    mock.reply(200, "{}").reply(200, "{}").reply(200, "{}");
    auto const client = make_client(mock);
    client.post_search({.index_id = "i", .data = SearchQueryV1{.q = "x", .limit = 1, .offset = 2}, .limit = 50});
    client.scroll({.index_id = "i", .data = {{"q", "*"}, {"marker", "old"}}, .marker = "new"});
    client.post_search({.index_id = "i", .data = {{"q", "x"}, {"nested", {{"deep", nullptr}}}}});
    CHECK(body_of(mock.requests().at(0)) ==
          boost::json::parse(R"({"@version": "query#1.0.0", "q": "x", "limit": 50, "offset": 2})"));
    CHECK(body_of(mock.requests().at(1)) == boost::json::parse(R"({"q": "*", "marker": "new"})"));
    CHECK(body_of(mock.requests().at(2)) == boost::json::parse(R"({"q": "x", "nested": {"deep": null}})"));

    CHECK_THROWS_AS(client.post_search({.index_id = "i", .data = Json(boost::json::array{1}), .limit = 5}), UsageError);
    CHECK(mock.request_count() == 3);
}

TEST_CASE("A walk over a posted query goes on from where it was told to begin", "[search]") {
    MockTransport mock;
    script_pages(mock, 3);
    auto const client = make_client(mock);
    auto const expected = std::vector<std::string>{"s0", "s1", "s2", "s3", "s4", "s5"};
    CHECK(subjects_of(client, search::PostSearch{.index_id = "i", .data = SearchQueryV1{.q = "x", .offset = 9}}) ==
          expected);
    auto requests = mock.requests();
    REQUIRE(requests.size() == 3);
    for (int page = 0; page != 3; ++page) {
        CHECK(body_of(requests[static_cast<std::size_t>(page)]).at("offset") == 9 + 2 * page);
        CHECK(body_of(requests[static_cast<std::size_t>(page)]).at("limit") == 100);
    }

    mock.clear();
    script_pages(mock, 2);
    subjects_of(client, search::PostSearch{.index_id = "i", .data = {{"q", "x"}, {"offset", 9}}, .offset = 4});
    CHECK(body_of(mock.requests().at(1)).at("offset") == 6);
}

TEST_CASE("A walk ends at subject 10,000 and asks for no more than that", "[search]") {
    MockTransport mock;
    std::string subjects = R"({"subject": "s"})";
    for (int i = 1; i != 60; ++i) subjects += R"(, {"subject": "s"})";
    mock.otherwise([&](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"gmeta": [)" + subjects + R"(], "has_next_page": true})"};
    });
    subjects_of(make_client(mock), search::Search{.index_id = "i", .q = "*", .offset = 9900});
    auto const requests = mock.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].url.ends_with("?q=%2A&offset=9960&limit=40"));
}

TEST_CASE("A scroll follows the markers in its body", "[search]") {
    MockTransport mock;
    script_pages(mock, 3);
    CHECK(subjects_of(make_client(mock), search::Scroll{.index_id = "i", .data = SearchScrollQuery{.q = "*"}}).size() ==
          6);
    auto const requests = mock.requests();
    REQUIRE(requests.size() == 3);
    CHECK(body_of(requests[0]) == Json{{"q", "*"}});
    CHECK(body_of(requests[1]) == Json{{"q", "*"}, {"marker", "m0"}});
    CHECK(body_of(requests[2]) == Json{{"q", "*"}, {"marker", "m1"}});
}

TEST_CASE("Queries are repeated as reads are, ingests are not", "[search]") {
    MockTransport mock;
    mock.reply(503, "{}", {{"Retry-After", "0"}}).reply(200, R"({"gmeta": []})").reply(503, R"({"code": "Busy"})");
    Client<SearchService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    CHECK(client.post_search({.index_id = "i", .data = {{"q", "x"}}})->gmeta.empty());
    CHECK(mock.request_count() == 2);
    CHECK_THROWS_AS(client.ingest({.index_id = "i", .data = {{"ingest_type", "GMetaList"}}}), SearchApiError);
    CHECK(mock.request_count() == 3);
}

TEST_CASE("Members of the caller's own keep their names", "[search]") {
    MockTransport mock;
    mock.reply(200, R"({"task_id": "t"})");
    auto const task = make_client(mock).batch_delete_by_subject(
        {.index_id = "i", .subjects = "https://x/1", .additional_params = {{"a/b", 1}, {"0", nullptr}}});
    CHECK(task->task_id == "t");
    CHECK(body_of(mock.requests().at(0)) ==
          boost::json::parse(R"({"subjects": ["https://x/1"], "a/b": 1, "0": null})"));
}

TEST_CASE("A subject is a parameter, whatever is in it", "[search]") {
    MockTransport mock;
    mock.reply(200, R"({"subject": "https://x/?a=1&b", "entries": []})");
    make_client(mock).get_entry({.index_id = "i", .subject = "https://x/?a=1&b", .entry_id = "e"});
    auto const url = mock.requests().at(0).url;
    CHECK(url.substr(url.find('?')) == "?subject=https%3A%2F%2Fx%2F%3Fa%3D1%26b&entry_id=e");
}

TEST_CASE("search: entries are ingested as a GIngest", "[search]") {
    MockTransport mock;
    mock.answer<search::Ingest>({.task_id = "t", .acknowledged = true});
    Client<SearchService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    search::GIngest data;
    CHECK_THROWS_AS(client.ingest({.index_id = "i", .data = data}), UsageError);
    data.add_entry({.subject = "s", .visible_to = {"public"}, .content = {{"year", 2024}}});
    data.add_entry({.subject = "s", .visible_to = "public", .content = {{"a", 1}}, .id = "second"});
    CHECK(client.ingest({.index_id = "i", .data = data})->task_id == "t");
    CHECK(boost::json::parse(mock.requests().at(0).body) == boost::json::parse(R"({
        "ingest_type": "GMetaList",
        "ingest_data": {"gmeta": [
            {"subject": "s", "visible_to": ["public"], "content": {"year": 2024}},
            {"subject": "s", "visible_to": ["public"], "content": {"a": 1}, "id": "second"}]}})"));
    data.add_entry({.subject = "s", .visible_to = {"public"}, .content = Json("text")});
    CHECK_THROWS_AS(client.ingest({.index_id = "i", .data = data}), UsageError);
}

TEST_CASE("search: what facets found is typed", "[search]") {
    MockTransport mock;
    mock.reply(200, R"({"gmeta": [], "facet_results": [
        {"name": "By type", "buckets": [{"value": "star", "count": 3}, {"value": {"from": 1, "to": "*"}, "count": 2}]},
        {"name": "Mean", "value": 2.5}]})");
    mock.reply(200, R"({"gmeta": [], "facet_results": null})");
    Client<SearchService, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};
    auto const found = client.post_search({.index_id = "i", .data = {{"q", "x"}}});
    REQUIRE(found->facet_results.size() == 2);
    search::GFacetResult const& types = found->facet_results[0];
    CHECK(types.name == "By type");
    REQUIRE(types.buckets.size() == 2);
    CHECK(types.buckets[0].value == Json("star"));
    CHECK(types.buckets[0].count == 3);
    CHECK(types.buckets[1].value->at("from") == 1);
    CHECK(found->facet_results[1].value == 2.5);
    CHECK(found.mismatch().empty());
    auto const none = client.post_search({.index_id = "i", .data = {{"q", "x"}}});
    CHECK(none->facet_results.empty());
    CHECK(none.mismatch().empty());
}
