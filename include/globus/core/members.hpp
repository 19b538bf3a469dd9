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
    static constexpr bool has([[maybe_unused]] std::string_view name) { return ((Ms::key == name) || ...); }

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

// One macro a length: the recursion of a single macro costs the preprocessor a hundred rescans a member.
// clang-format off
#define GLOBUS_DETAIL_MEMBER(O, m) ::globus::detail::Member<#m, &O::m>
#define GLOBUS_DETAIL_LIST1(O, m) GLOBUS_DETAIL_MEMBER(O, m)
#define GLOBUS_DETAIL_LIST2(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST1(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST3(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST2(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST4(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST3(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST5(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST4(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST6(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST5(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST7(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST6(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST8(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST7(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST9(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST8(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST10(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST9(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST11(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST10(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST12(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST11(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST13(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST12(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST14(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST13(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST15(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST14(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST16(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST15(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST17(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST16(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST18(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST17(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST19(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST18(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST20(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST19(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST21(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST20(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST22(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST21(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST23(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST22(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST24(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST23(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST25(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST24(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST26(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST25(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST27(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST26(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST28(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST27(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST29(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST28(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST30(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST29(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST31(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST30(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST32(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST31(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST33(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST32(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST34(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST33(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST35(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST34(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST36(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST35(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST37(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST36(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST38(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST37(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST39(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST38(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST40(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST39(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST41(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST40(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST42(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST41(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST43(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST42(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST44(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST43(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST45(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST44(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST46(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST45(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST47(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST46(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST48(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST47(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST49(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST48(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST50(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST49(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST51(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST50(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST52(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST51(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST53(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST52(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST54(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST53(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST55(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST54(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST56(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST55(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST57(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST56(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST58(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST57(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST59(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST58(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST60(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST59(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST61(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST60(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST62(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST61(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST63(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST62(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST64(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST63(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST65(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST64(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST66(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST65(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST67(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST66(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST68(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST67(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST69(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST68(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST70(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST69(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST71(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST70(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST72(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST71(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST73(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST72(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST74(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST73(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST75(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST74(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST76(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST75(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST77(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST76(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST78(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST77(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST79(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST78(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST80(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST79(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST81(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST80(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST82(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST81(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST83(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST82(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST84(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST83(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST85(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST84(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST86(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST85(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST87(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST86(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST88(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST87(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST89(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST88(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST90(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST89(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST91(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST90(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST92(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST91(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST93(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST92(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST94(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST93(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST95(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST94(O, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST96(O, m, ...) GLOBUS_DETAIL_MEMBER(O, m), GLOBUS_DETAIL_LIST95(O, __VA_ARGS__)
#define GLOBUS_DETAIL_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40, _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53, _54, _55, _56, _57, _58, _59, _60, _61, _62, _63, _64, _65, _66, _67, _68, _69, _70, _71, _72, _73, _74, _75, _76, _77, _78, _79, _80, _81, _82, _83, _84, _85, _86, _87, _88, _89, _90, _91, _92, _93, _94, _95, _96, NAME, ...) NAME
#define GLOBUS_DETAIL_LIST(O, ...) GLOBUS_DETAIL_PICK(__VA_ARGS__, GLOBUS_DETAIL_LIST96, GLOBUS_DETAIL_LIST95, GLOBUS_DETAIL_LIST94, GLOBUS_DETAIL_LIST93, GLOBUS_DETAIL_LIST92, GLOBUS_DETAIL_LIST91, GLOBUS_DETAIL_LIST90, GLOBUS_DETAIL_LIST89, GLOBUS_DETAIL_LIST88, GLOBUS_DETAIL_LIST87, GLOBUS_DETAIL_LIST86, GLOBUS_DETAIL_LIST85, GLOBUS_DETAIL_LIST84, GLOBUS_DETAIL_LIST83, GLOBUS_DETAIL_LIST82, GLOBUS_DETAIL_LIST81, GLOBUS_DETAIL_LIST80, GLOBUS_DETAIL_LIST79, GLOBUS_DETAIL_LIST78, GLOBUS_DETAIL_LIST77, GLOBUS_DETAIL_LIST76, GLOBUS_DETAIL_LIST75, GLOBUS_DETAIL_LIST74, GLOBUS_DETAIL_LIST73, GLOBUS_DETAIL_LIST72, GLOBUS_DETAIL_LIST71, GLOBUS_DETAIL_LIST70, GLOBUS_DETAIL_LIST69, GLOBUS_DETAIL_LIST68, GLOBUS_DETAIL_LIST67, GLOBUS_DETAIL_LIST66, GLOBUS_DETAIL_LIST65, GLOBUS_DETAIL_LIST64, GLOBUS_DETAIL_LIST63, GLOBUS_DETAIL_LIST62, GLOBUS_DETAIL_LIST61, GLOBUS_DETAIL_LIST60, GLOBUS_DETAIL_LIST59, GLOBUS_DETAIL_LIST58, GLOBUS_DETAIL_LIST57, GLOBUS_DETAIL_LIST56, GLOBUS_DETAIL_LIST55, GLOBUS_DETAIL_LIST54, GLOBUS_DETAIL_LIST53, GLOBUS_DETAIL_LIST52, GLOBUS_DETAIL_LIST51, GLOBUS_DETAIL_LIST50, GLOBUS_DETAIL_LIST49, GLOBUS_DETAIL_LIST48, GLOBUS_DETAIL_LIST47, GLOBUS_DETAIL_LIST46, GLOBUS_DETAIL_LIST45, GLOBUS_DETAIL_LIST44, GLOBUS_DETAIL_LIST43, GLOBUS_DETAIL_LIST42, GLOBUS_DETAIL_LIST41, GLOBUS_DETAIL_LIST40, GLOBUS_DETAIL_LIST39, GLOBUS_DETAIL_LIST38, GLOBUS_DETAIL_LIST37, GLOBUS_DETAIL_LIST36, GLOBUS_DETAIL_LIST35, GLOBUS_DETAIL_LIST34, GLOBUS_DETAIL_LIST33, GLOBUS_DETAIL_LIST32, GLOBUS_DETAIL_LIST31, GLOBUS_DETAIL_LIST30, GLOBUS_DETAIL_LIST29, GLOBUS_DETAIL_LIST28, GLOBUS_DETAIL_LIST27, GLOBUS_DETAIL_LIST26, GLOBUS_DETAIL_LIST25, GLOBUS_DETAIL_LIST24, GLOBUS_DETAIL_LIST23, GLOBUS_DETAIL_LIST22, GLOBUS_DETAIL_LIST21, GLOBUS_DETAIL_LIST20, GLOBUS_DETAIL_LIST19, GLOBUS_DETAIL_LIST18, GLOBUS_DETAIL_LIST17, GLOBUS_DETAIL_LIST16, GLOBUS_DETAIL_LIST15, GLOBUS_DETAIL_LIST14, GLOBUS_DETAIL_LIST13, GLOBUS_DETAIL_LIST12, GLOBUS_DETAIL_LIST11, GLOBUS_DETAIL_LIST10, GLOBUS_DETAIL_LIST9, GLOBUS_DETAIL_LIST8, GLOBUS_DETAIL_LIST7, GLOBUS_DETAIL_LIST6, GLOBUS_DETAIL_LIST5, GLOBUS_DETAIL_LIST4, GLOBUS_DETAIL_LIST3, GLOBUS_DETAIL_LIST2, GLOBUS_DETAIL_LIST1, 0)(O, __VA_ARGS__)
// clang-format on

/**
 * The last line of an operation or document: its own name, then its members in the order of their declaration (at most
 * 96). The struct stays an aggregate, and becomes a model of boost::hana's Struct.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
#define GLOBUS_MEMBERS(O, ...)                          \
    static constexpr std::string_view struct_name = #O; \
    using members = ::globus::detail::Members<__VA_OPT__(GLOBUS_DETAIL_LIST(O, __VA_ARGS__))>

#endif  // GLOBUS_CORE_MEMBERS_HPP
