// SPDX-License-Identifier: Apache-2.0
// Globus Search: a query with filters, facets and an order, walked page by page; what its facets count; and all that
// matches, by scrolling. The client can only read: what would change the index does not compile.
#include <globus/services/search.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using search::GBucket, search::GFacetResult, search::FacetType, search::GMetaResult, search::SearchQueryV1,
    search::SearchScrollQuery, search::SortOrder;

SearchQueryV1 perovskites() {
    SearchQueryV1 query{.q = "perovskite"};
    query.add_filter({{"type", "match_any"}, {"field_name", "year"}, {"values", {2025, 2026}}})
        .add_facet({.name = "By author", .type = FacetType::terms, .field_name = "author", .size = 5})
        .add_sort({.field_name = "date", .order = SortOrder::desc});
    return query;
}

template <class Client>
void newest_first(Client const& client, std::string const& index, SearchQueryV1 const& query) {
    for (GMetaResult const& found : client.paginate(search::PostSearch{.index_id = index, .data = query}))
        std::printf("%s\n", found.subject.c_str());
}

template <class Client>
void counts(Client const& client, std::string const& index, SearchQueryV1 query) {
    query.limit = 0;  // the counts alone
    auto const found = client.post_search({.index_id = index, .data = query});
    for (GFacetResult const& facet : found->facet_results) {
        std::printf("%s:\n", facet.name.c_str());
        for (GBucket const& bucket : facet.buckets)
            std::printf("%6lld  %s\n", static_cast<long long>(bucket.count), bucket.text().c_str());
    }
}

template <class Client>
int count_all(Client const& client, std::string const& index) {
    int count = 0;
    for (GMetaResult const& found :
         client.paginate(search::Scroll{.index_id = index, .data = SearchScrollQuery{.q = "*", .limit = 1000}}))
        count += !found.subject.empty();
    return count;
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"gmeta": [{"subject": "s3"}, {"subject": "s2"}], "count": 2, "has_next_page": true})")
        .reply(200, R"({"gmeta": [{"subject": "s1"}], "count": 1, "has_next_page": false})")
        .reply(200, R"({"gmeta": [], "total": 3, "facet_results": [{"name": "By author", "buckets": [
                        {"value": "Ada", "count": 2}, {"value": "Bob", "count": 1}]}]})")
        .reply(200, R"({"gmeta": [{"subject": "s1"}, {"subject": "s2"}], "marker": "m", "has_next_page": true})")
        .reply(200, R"({"gmeta": [{"subject": "s3"}], "has_next_page": false})");
    Client<ReadOnly<SearchService>, AccessTokenPolicy, MockTransport> const client{"token", {.transport = mock}};

    newest_first(client, "i1", perovskites());
    counts(client, "i1", perovskites());
    std::printf("%d subjects\n", count_all(client, "i1"));

    std::string const query = R"("filters":[{"type":"match_any","field_name":"year","values":[2025,2026]}],)"
                              R"("facets":[{"name":"By author","type":"terms","field_name":"author","size":5}],)"
                              R"("sort":[{"field_name":"date","order":"desc"}])";
    std::string const base = "https://search.api.globus.org/v1/index/i1/";
    std::string const begin = R"({"@version":"query#1.0.0","q":"perovskite",)";
    expect(mock, 0, "POST", base + "search", begin + query + R"(,"limit":100})");
    expect(mock, 1, "POST", base + "search", begin + query + R"(,"offset":2,"limit":100})");
    expect(mock, 2, "POST", base + "search", begin + R"("limit":0,)" + query + "}");
    expect(mock, 3, "POST", base + "scroll", R"({"q":"*","limit":1000})");
    expect(mock, 4, "POST", base + "scroll", R"({"q":"*","limit":1000,"marker":"m"})");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
