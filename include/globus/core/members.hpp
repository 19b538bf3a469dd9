// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <boost/hana/accessors.hpp>
#include <boost/hana/core/when.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace globus {

/// Where a member of an operation goes in the request. `automatic`: into the route if it is named there, else the query.
enum class Place : unsigned char { automatic, query, json, form };

/// How a member is spelt in a query or form.
enum class Spelling : unsigned char {
    automatic,  ///< True or False; the items of a list joined by commas
    number,     ///< a bool as 1 or 0
    lower,      ///< a bool as true or false
    repeat,     ///< a list as one parameter an item
    space,      ///< the items of a list joined by spaces
};

/**
 * One member whose wire form is not the ordinary one: another name, another place or another spelling.
 *
 * Made by rename(), in_query(), in_json() and in_form(), listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};
    std::string_view name = {};  ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;
    Spelling spelling = Spelling::automatic;
};

/// The member is called `name` on the wire.
constexpr Wire rename(std::string_view member, std::string_view name) { return {member, name}; }
/// The member is a query parameter, spelt as `spelling` says.
constexpr Wire in_query(std::string_view member, Spelling spelling) { return {member, member, Place::query, spelling}; }
constexpr Wire in_query(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::query, spelling};
}
/// The member stands in the JSON body under its own name, or at `path` (levels separated by slashes).
constexpr Wire in_json(std::string_view member) { return {member, member, Place::json}; }
constexpr Wire in_json(std::string_view member, std::string_view path) { return {member, path, Place::json}; }
/// The member is a field of the form body.
constexpr Wire in_form(std::string_view member) { return {member, member, Place::form}; }
constexpr Wire in_form(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::form, spelling};
}
/// The list that a struct's `wire` is.
template <class... Ws>
constexpr std::array<Wire, sizeof...(Ws)> wires(Ws... ws) {
    return {ws...};
}

namespace detail {

template <std::size_t N>
struct Name {
    char text[N];
    constexpr Name(char const (&t)[N]) {
        for (std::size_t i = 0; i != N; ++i) text[i] = t[i];
    }
};

/// One described member: its name and a pointer to it.
template <Name K, auto P>
struct Member {
    static constexpr std::string_view key{K.text, sizeof K.text - 1};
    static constexpr auto pointer = P;

    template <std::size_t... I>
    static constexpr auto hana_name(std::index_sequence<I...>) {
        return boost::hana::string_c<K.text[I]...>;
    }
    static constexpr auto hana_pair() {
        return boost::hana::make_pair(
            hana_name(std::make_index_sequence<sizeof K.text - 1>{}),
            [](auto&& object) -> decltype(auto) { return std::forward<decltype(object)>(object).*P; });
    }
};

/// The members of a described type, in the order of their declaration.
template <class... Ms>
struct Members {
    static constexpr std::size_t size = sizeof...(Ms);

    /// Calls `f(member, object.*pointer)` for each; `member` is a Member<...>, whose `key` is a constant.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        (f(Ms{}, object.*Ms::pointer), ...);
    }
    static constexpr bool has(std::string_view name) { return ((Ms::key == name) || ...); }

    template <class = void>
    static constexpr auto hana_accessors() {
        return boost::hana::make_tuple(Ms::hana_pair()...);
    }
};

template <class T>
constexpr Wire wire_of(std::string_view member) {
    if constexpr (requires { T::wire; })
        for (Wire const& wire : T::wire)
            if (wire.member == member) return wire;
    return {member, member};
}

}  // namespace detail

/**
 * `T` lists its members with GLOBUS_MEMBERS.
 *
 * An error that names this concept means that a struct was passed as an operation or document whose last line is not
 * `GLOBUS_MEMBERS(Struct, first, second, ...)`.
 */
template <class T>
concept Described = requires { typename T::members; };

}  // namespace globus

namespace boost::hana {

/// Makes every described type a model of Hana's Struct; nothing of it is instantiated before it is asked for.
template <typename T>
struct accessors_impl<T, when<globus::Described<T>>> {
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

#define GLOBUS_DETAIL_PARENS ()
#define GLOBUS_DETAIL_EXPAND(...) GLOBUS_DETAIL_EXPAND3(GLOBUS_DETAIL_EXPAND3(GLOBUS_DETAIL_EXPAND3(__VA_ARGS__)))
#define GLOBUS_DETAIL_EXPAND3(...) GLOBUS_DETAIL_EXPAND2(GLOBUS_DETAIL_EXPAND2(GLOBUS_DETAIL_EXPAND2(__VA_ARGS__)))
#define GLOBUS_DETAIL_EXPAND2(...) GLOBUS_DETAIL_EXPAND1(GLOBUS_DETAIL_EXPAND1(GLOBUS_DETAIL_EXPAND1(__VA_ARGS__)))
#define GLOBUS_DETAIL_EXPAND1(...) GLOBUS_DETAIL_EXPAND0(GLOBUS_DETAIL_EXPAND0(GLOBUS_DETAIL_EXPAND0(__VA_ARGS__)))
#define GLOBUS_DETAIL_EXPAND0(...) __VA_ARGS__
#define GLOBUS_DETAIL_LIST(O, m, ...) \
    ::globus::detail::Member<#m, &O::m> __VA_OPT__(, GLOBUS_DETAIL_AGAIN GLOBUS_DETAIL_PARENS(O, __VA_ARGS__))
#define GLOBUS_DETAIL_AGAIN() GLOBUS_DETAIL_LIST

/**
 * The last line of an operation or document: its own name, then its members in the order of their declaration (at most
 * 80). The struct stays an aggregate, and becomes a model of boost::hana's Struct.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
#define GLOBUS_MEMBERS(O, ...)                          \
    static constexpr std::string_view struct_name = #O; \
    using members = ::globus::detail::Members<__VA_OPT__(GLOBUS_DETAIL_EXPAND(GLOBUS_DETAIL_LIST(O, __VA_ARGS__)))>

#endif  // GLOBUS_CORE_MEMBERS_HPP
