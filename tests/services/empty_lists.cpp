// SPDX-License-Identifier: Apache-2.0
// A list without items is no query parameter, whichever operation has it.
#include <globus/globus.hpp>

#include "conformance/values.hpp"
#include "support/catch.hpp"

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <string>
#include <type_traits>

using namespace globus;

namespace {

template <class V>
struct Inner {
    using type = V;
};
template <class V>
    requires(detail::is_optional<V> || detail::is_required<V>)
struct Inner<V> : Inner<typename V::value_type> {};

template <class V>
constexpr bool is_list = std::is_convertible_v<V const&, std::vector<std::string> const&> || detail::SpeltInQuery<V>;

template <class O, class M, class V>
constexpr bool is_query_list() {
    constexpr Place place = detail::wire_of<O>(M::key).place;
    return (place == Place::automatic || place == Place::query) && is_list<typename Inner<V>::type>;
}

/// Gives every member that is a list in the query the empty one, and every required text something.
template <class O>
O with_empty_lists(std::string& names) {
    O operation = conformance::make<O>();
    O::members::for_each(operation, [&]<class M, class V>(M, V& member) {
        if constexpr (is_query_list<O, M, V>()) {
            if constexpr (detail::is_optional<V>) member.emplace();
            names += ' ' + std::string(M::key);
        } else if constexpr (std::is_same_v<V, Required<std::string>>) {
            *member = "x";
        }
    });
    return operation;
}

template <class O>
consteval bool has_query_list() {
    return decltype(std::declval<O&>().with_members(
        []<class... Vs>(Vs&...) { return std::bool_constant<(is_list<typename Inner<Vs>::type> || ...)>{}; }))::value;
}

template <class S, class Operations>
int walk(S const& service, Operations operations) {
    int lists = 0;
    boost::hana::for_each(operations, [&](auto type) {
        using O = typename decltype(type)::type;
        if constexpr (has_query_list<O>()) {
            std::string names;
            O const operation = with_empty_lists<O>(names);
            if (names.empty()) return;
            auto const request = detail::build_request(operation, service, "https://example.org/");
            INFO(O::struct_name << names << ": " << request.url);
            CHECK(request.url.find('?') == std::string::npos);
            ++lists;
        }
    });
    return lists;
}

}  // namespace

TEST_CASE("an empty list is no query parameter, in every operation of every service", "[services][query]") {
    CHECK(walk(AuthService{}, AuthService::operations()) >= 3);
    CHECK(walk(TransferService{}, TransferService::operations()) >= 3);
    CHECK(walk(GroupsService{}, GroupsService::operations()) >= 2);
    CHECK(walk(SearchService{}, SearchService::operations()) >= 1);
    CHECK(walk(FlowsService{}, FlowsService::operations()) >= 4);
    CHECK(walk(GcsService{"https://example.org"}, GcsService::operations()) >= 3);
}

TEST_CASE("an empty list beside other parameters leaves them alone", "[services][query]") {
    auto const url = [](auto const& operation) {
        return detail::to_request(operation, TransferService{}, "https://example.org/").url.substr(20);
    };
    auto const ls = [&](OperationLs operation) {
        operation.endpoint_id = "e";
        std::string const sent = url(operation);
        return sent.substr(sent.find("/ls") + 3);
    };
    CHECK(ls({.endpoint_id = "", .path = "/~/", .orderby = StringList{}, .filter = TransferFilters{}}) ==
          "?path=%2F~%2F");
    CHECK(ls({.endpoint_id = "", .filter = TransferFilter{}}).empty());
    CHECK(ls({.endpoint_id = "", .filter = TransferFilter{""}}).empty());
    CHECK(ls({.endpoint_id = "", .filter = TransferFilters{TransferFilter{}, TransferFilter{"type:dir"}}}) ==
          "?filter=type%3Adir");
    CHECK(ls({.endpoint_id = "", .path = ""}) == "?path=");  // an empty text is one
    CHECK(ls({.endpoint_id = "", .query_params = {{"orderby", std::vector<std::string>{}}}}).empty());
}
