// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_SEARCH_PAYLOADS_HPP
#define GLOBUS_SERVICES_SEARCH_PAYLOADS_HPP

#include <globus/core/config.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/values.hpp>
#include <globus/services/search/words.hpp>

#include <boost/json/object.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value_ref.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

// The documents that a Search program makes.

namespace globus::search {

/// What an index is to hold about a subject. https://docs.globus.org/api/search/reference/ingest/
struct GMetaEntry {
    Required<std::string> subject;    ///< its name in the index, mostly a URL
    Required<StringList> visible_to;  ///< who finds it: {"public"}, or URNs of identities and groups
    Required<Json> content;           ///< what is found: an object
    Optional<std::string> id = {};    ///< of the entry, if the subject has several
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GMetaEntry, subject, visible_to, content, id, additional_fields);
};

/// A list of entries. https://docs.globus.org/api/search/reference/ingest/
struct GMetaList {
    std::vector<GMetaEntry> gmeta;  ///< the entries, each of any subject
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GMetaList, gmeta, additional_fields);
};

/**
 * Entries to be put into an index. They replace those of the same subject and id.
 *
 *     GIngest data;
 *     data.add_entry({.subject = url, .visible_to = {"public"}, .content = {{"title", "A star"}, {"year", 2024}}});
 *     auto accepted = client.ingest({.index_id = id, .data = data});
 *
 * A single entry is a list of one.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 * https://docs.globus.org/api/search/reference/ingest/
 */
struct GIngest {
    Constant<"GMetaList"> ingest_type = {};  ///< what `ingest_data` is
    GMetaList ingest_data = {};              ///< by add_entry
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GIngest, ingest_type, ingest_data, additional_fields);

    /// Adds an entry.
    GIngest& add_entry(GMetaEntry entry);
    /// @throws UsageError  if there are no entries, or the content of one is no object
    void check() const;
};

/// The members of a JSON object, in braces.
using JsonMembers = std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>>;

/**
 * What a query counts or computes over a field of the subjects that match, next to finding them.
 *
 *     query.add_facet({.name = "By author", .type = FacetType::terms, .field_name = "author", .size = 5});
 *
 * Members for ranges and dates, such as `histogram_range`, go into `additional_fields`.
 * https://docs.globus.org/api/search/reference/post_query/
 */
struct Facet {
    Required<std::string> name;        ///< the caller's, by which the result is found
    Required<FacetType> type;          ///< what is counted or computed
    Required<std::string> field_name;  ///< with dots between its parts, where it is nested
    Optional<std::int64_t> size = {};  ///< at most so many counts, of the most frequent values
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(Facet, name, type, field_name, size, additional_fields);
};

/// A field that subjects are sorted by. https://docs.globus.org/api/search/reference/post_query/
struct Sort {
    Required<std::string> field_name;  ///< with dots between its parts, where it is nested
    Optional<SortOrder> order = {};    ///< ascending if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(Sort, field_name, order, additional_fields);
};

/**
 * A query with filters, facets, boosts and an order.
 *
 *     SearchQueryV1 query{.q = "perovskite", .limit = 10};
 *     query.add_filter({{"type", "match_any"}, {"field_name", "year"}, {"values", {2023, 2024}}})
 *         .add_facet({.name = "By author", .type = FacetType::terms, .field_name = "author", .size = 5})
 *         .add_sort({.field_name = "date", .order = SortOrder::desc});
 *     auto found = client.post_search({.index_id = id, .data = query});
 *
 * Filters, facets, boosts and sorts are the service's documents, and may be given as JSON.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 * https://docs.globus.org/api/search/reference/post_query/
 */
struct SearchQueryV1 {
    Constant<"query#1.0.0"> version = {};  ///< `@version` on the wire
    /// https://docs.globus.org/api/search/query#query_syntax; needed unless there are filters.
    Optional<std::string> q = {};
    Optional<std::int64_t> limit = {};         ///< subjects per page, 0 to 100; the service's default is 10
    Optional<std::int64_t> offset = {};        ///< of the first subject, from 0; offset + limit is at most 10,000
    Optional<bool> advanced = {};              ///< q is in the advanced syntax
    Optional<std::vector<Json>> filters = {};  ///< by add_filter
    Optional<std::vector<Json>> facets = {};   ///< by add_facet
    Optional<std::vector<Json>> post_facet_filters = {};  ///< filters that do not change what facets count
    Optional<std::vector<Json>> boosts = {};              ///< by add_boost
    Optional<std::vector<Json>> sort = {};                ///< by add_sort; by relevance if left out
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(rename("version", "@version"));
    GLOBUS_MEMBERS(SearchQueryV1, version, q, limit, offset, advanced, filters, facets, post_facet_filters, boosts,
                   sort, additional_fields);

    /// Adds a condition that a subject must meet. https://docs.globus.org/api/search/reference/post_query/#gfilter
    SearchQueryV1& add_filter(Json filter) { return add(filters, std::move(filter)); }
    /// Adds a condition that does not change what facets count.
    SearchQueryV1& add_post_facet_filter(Json filter) { return add(post_facet_filters, std::move(filter)); }
    /// Adds counts, sums or averages over a field. https://docs.globus.org/api/search/reference/post_query/#gfacet
    SearchQueryV1& add_facet(Facet const& facet) { return add(facets, globus::detail::json_of(to_json(facet))); }
    /// The same as a JSON object.
    template <class J>
        requires std::convertible_to<J const&, Json>
    SearchQueryV1& add_facet(J const& facet) {
        return add(facets, Json(facet));
    }
    /// The same as a JSON object in braces: `{{"field_name", "date"}, ...}`.
    SearchQueryV1& add_facet(JsonMembers pairs) { return add(facets, boost::json::object(pairs)); }
    /// Makes matches in a field count for more. https://docs.globus.org/api/search/reference/post_query/#gboost
    SearchQueryV1& add_boost(Json boost) { return add(boosts, std::move(boost)); }
    /// Adds a field to sort by, after those before it. https://docs.globus.org/api/search/reference/post_query/#gsort
    SearchQueryV1& add_sort(Sort const& by) { return add(sort, globus::detail::json_of(to_json(by))); }
    /// The same as a JSON object.
    template <class J>
        requires std::convertible_to<J const&, Json>
    SearchQueryV1& add_sort(J const& by) {
        return add(sort, Json(by));
    }
    /// The same as a JSON object in braces: `{{"field_name", "date"}, ...}`.
    SearchQueryV1& add_sort(JsonMembers pairs) { return add(sort, boost::json::object(pairs)); }

private:
    SearchQueryV1& add(Optional<std::vector<Json>>& list, Json document);
};

/**
 * A query for everything that matches, however much that is, in the service's order.
 *
 *     for (search::GMetaResult const& subject :
 *          client.paginate(search::Scroll{.index_id = id, .data = SearchScrollQuery{.q = "*"}})) ...
 *
 * https://docs.globus.org/api/search/reference/scroll_query/
 */
struct SearchScrollQuery {
    Optional<std::string> q = {};       ///< https://docs.globus.org/api/search/query#query_syntax; "*" finds all
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> advanced = {};       ///< q is in the advanced syntax
    Optional<std::string> marker = {};  ///< the previous page's
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(SearchScrollQuery, q, limit, advanced, marker, additional_fields);
};

}  // namespace globus::search

#ifdef GLOBUS_BODIES
#include <globus/services/search/impl/payloads.ipp>
#endif

#endif  // GLOBUS_SERVICES_SEARCH_PAYLOADS_HPP
