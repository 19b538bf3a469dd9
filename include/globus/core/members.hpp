// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <boost/hana/accessors.hpp>
#include <boost/hana/core/when.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
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
 * Made by rename(), in_query(), in_json(), json_object() and in_form(), listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};  ///< empty: of no member, as json_object() makes it
    std::string_view name = {};    ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;           ///< in the request
    Spelling spelling = Spelling::automatic;  ///< in a query or form; JSON has types of its own
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
/// The JSON body has an object at `path`, even if no member goes into it.
constexpr Wire json_object(std::string_view path) { return {{}, path, Place::json}; }
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

/// One member of a described type: the name is a constant, so that code for it is chosen when it is compiled.
template <class T, std::size_t I>
struct Member {
    static constexpr std::string_view key = T::members::keys[I];

    /// Reads it from an object; what Hana calls an accessor.
    template <class O>
    constexpr decltype(auto) operator()(O&& object) const {
        auto& member = T::with_members(object, [](auto&... all) -> auto& { return std::get<I>(std::tie(all...)); });
        if constexpr (std::is_lvalue_reference_v<O>)
            return (member);
        else
            return std::move(member);
    }
};

/// The names in "first, second,third": the preprocessor leaves a blank where any stood, and none where none did.
template <std::size_t N>
constexpr std::array<std::string_view, N> split_names(std::string_view text) {
    std::array<std::string_view, N> names;
    for (std::string_view& name : names) {
        name = text.substr(0, text.find(','));
        text.remove_prefix(name.size() < text.size() ? name.size() + 1 : name.size());
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
    }
    return names;
}
/// True for the name of a member, which may have letters beyond ASCII; false for "a.b" or "list[0]".
constexpr bool is_identifier(std::string_view name) {
    for (char const c : name) {
        bool const digit = c >= '0' && c <= '9';
        if (!digit && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0 || c > '~')) return false;
    }
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9');
}
constexpr std::size_t count_names(std::string_view text) {
    std::size_t count = text.empty() ? 0 : 1;
    for (char const c : text) count += c == ',';
    return count;
}

/// The members of a described type, in the order of their declaration. Nothing of it is made before it is used.
template <class T>
struct Members {
    static constexpr std::size_t size = count_names(T::member_names);
    static constexpr std::array<std::string_view, size> keys = split_names<size>(T::member_names);
    static_assert(std::all_of(keys.begin(), keys.end(), is_identifier),
                  "globus: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else.");

    /// Calls `f(Member<T, I>{}, member)` for each.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        T::with_members(object, [&f](auto&... all) { each(std::make_index_sequence<size>{}, f, all...); });
    }
    static constexpr bool has(std::string_view name) {
        for (std::string_view const key : keys)
            if (key == name) return true;
        return false;
    }

    template <class = void>
    static constexpr auto hana_accessors() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return boost::hana::make_tuple(
                boost::hana::make_pair(hana_name<I>(std::make_index_sequence<keys[I].size()>{}), Member<T, I>{})...);
        }(std::make_index_sequence<size>{});
    }

private:
    template <std::size_t... I, class F, class... Vs>
    static constexpr void each(std::index_sequence<I...>, F& f, Vs&... all) {
        static_assert(sizeof...(Vs) == size);
        (f(Member<T, I>{}, all), ...);
    }
    template <std::size_t I, std::size_t... C>
    static constexpr auto hana_name(std::index_sequence<C...>) {
        return boost::hana::string_c<keys[I][C]...>;
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
    /// For Hana, which calls it when somebody asks for the members.
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

// One macro a length: the recursion of a single macro costs the preprocessor a hundred rescans a member.
// clang-format off
#define GLOBUS_DETAIL_LIST1(o, m) o.m
#define GLOBUS_DETAIL_LIST2(o, m, ...) o.m, GLOBUS_DETAIL_LIST1(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST3(o, m, ...) o.m, GLOBUS_DETAIL_LIST2(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST4(o, m, ...) o.m, GLOBUS_DETAIL_LIST3(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST5(o, m, ...) o.m, GLOBUS_DETAIL_LIST4(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST6(o, m, ...) o.m, GLOBUS_DETAIL_LIST5(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST7(o, m, ...) o.m, GLOBUS_DETAIL_LIST6(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST8(o, m, ...) o.m, GLOBUS_DETAIL_LIST7(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST9(o, m, ...) o.m, GLOBUS_DETAIL_LIST8(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST10(o, m, ...) o.m, GLOBUS_DETAIL_LIST9(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST11(o, m, ...) o.m, GLOBUS_DETAIL_LIST10(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST12(o, m, ...) o.m, GLOBUS_DETAIL_LIST11(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST13(o, m, ...) o.m, GLOBUS_DETAIL_LIST12(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST14(o, m, ...) o.m, GLOBUS_DETAIL_LIST13(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST15(o, m, ...) o.m, GLOBUS_DETAIL_LIST14(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST16(o, m, ...) o.m, GLOBUS_DETAIL_LIST15(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST17(o, m, ...) o.m, GLOBUS_DETAIL_LIST16(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST18(o, m, ...) o.m, GLOBUS_DETAIL_LIST17(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST19(o, m, ...) o.m, GLOBUS_DETAIL_LIST18(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST20(o, m, ...) o.m, GLOBUS_DETAIL_LIST19(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST21(o, m, ...) o.m, GLOBUS_DETAIL_LIST20(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST22(o, m, ...) o.m, GLOBUS_DETAIL_LIST21(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST23(o, m, ...) o.m, GLOBUS_DETAIL_LIST22(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST24(o, m, ...) o.m, GLOBUS_DETAIL_LIST23(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST25(o, m, ...) o.m, GLOBUS_DETAIL_LIST24(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST26(o, m, ...) o.m, GLOBUS_DETAIL_LIST25(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST27(o, m, ...) o.m, GLOBUS_DETAIL_LIST26(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST28(o, m, ...) o.m, GLOBUS_DETAIL_LIST27(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST29(o, m, ...) o.m, GLOBUS_DETAIL_LIST28(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST30(o, m, ...) o.m, GLOBUS_DETAIL_LIST29(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST31(o, m, ...) o.m, GLOBUS_DETAIL_LIST30(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST32(o, m, ...) o.m, GLOBUS_DETAIL_LIST31(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST33(o, m, ...) o.m, GLOBUS_DETAIL_LIST32(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST34(o, m, ...) o.m, GLOBUS_DETAIL_LIST33(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST35(o, m, ...) o.m, GLOBUS_DETAIL_LIST34(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST36(o, m, ...) o.m, GLOBUS_DETAIL_LIST35(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST37(o, m, ...) o.m, GLOBUS_DETAIL_LIST36(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST38(o, m, ...) o.m, GLOBUS_DETAIL_LIST37(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST39(o, m, ...) o.m, GLOBUS_DETAIL_LIST38(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST40(o, m, ...) o.m, GLOBUS_DETAIL_LIST39(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST41(o, m, ...) o.m, GLOBUS_DETAIL_LIST40(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST42(o, m, ...) o.m, GLOBUS_DETAIL_LIST41(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST43(o, m, ...) o.m, GLOBUS_DETAIL_LIST42(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST44(o, m, ...) o.m, GLOBUS_DETAIL_LIST43(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST45(o, m, ...) o.m, GLOBUS_DETAIL_LIST44(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST46(o, m, ...) o.m, GLOBUS_DETAIL_LIST45(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST47(o, m, ...) o.m, GLOBUS_DETAIL_LIST46(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST48(o, m, ...) o.m, GLOBUS_DETAIL_LIST47(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST49(o, m, ...) o.m, GLOBUS_DETAIL_LIST48(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST50(o, m, ...) o.m, GLOBUS_DETAIL_LIST49(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST51(o, m, ...) o.m, GLOBUS_DETAIL_LIST50(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST52(o, m, ...) o.m, GLOBUS_DETAIL_LIST51(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST53(o, m, ...) o.m, GLOBUS_DETAIL_LIST52(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST54(o, m, ...) o.m, GLOBUS_DETAIL_LIST53(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST55(o, m, ...) o.m, GLOBUS_DETAIL_LIST54(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST56(o, m, ...) o.m, GLOBUS_DETAIL_LIST55(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST57(o, m, ...) o.m, GLOBUS_DETAIL_LIST56(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST58(o, m, ...) o.m, GLOBUS_DETAIL_LIST57(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST59(o, m, ...) o.m, GLOBUS_DETAIL_LIST58(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST60(o, m, ...) o.m, GLOBUS_DETAIL_LIST59(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST61(o, m, ...) o.m, GLOBUS_DETAIL_LIST60(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST62(o, m, ...) o.m, GLOBUS_DETAIL_LIST61(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST63(o, m, ...) o.m, GLOBUS_DETAIL_LIST62(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST64(o, m, ...) o.m, GLOBUS_DETAIL_LIST63(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST65(o, m, ...) o.m, GLOBUS_DETAIL_LIST64(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST66(o, m, ...) o.m, GLOBUS_DETAIL_LIST65(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST67(o, m, ...) o.m, GLOBUS_DETAIL_LIST66(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST68(o, m, ...) o.m, GLOBUS_DETAIL_LIST67(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST69(o, m, ...) o.m, GLOBUS_DETAIL_LIST68(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST70(o, m, ...) o.m, GLOBUS_DETAIL_LIST69(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST71(o, m, ...) o.m, GLOBUS_DETAIL_LIST70(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST72(o, m, ...) o.m, GLOBUS_DETAIL_LIST71(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST73(o, m, ...) o.m, GLOBUS_DETAIL_LIST72(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST74(o, m, ...) o.m, GLOBUS_DETAIL_LIST73(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST75(o, m, ...) o.m, GLOBUS_DETAIL_LIST74(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST76(o, m, ...) o.m, GLOBUS_DETAIL_LIST75(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST77(o, m, ...) o.m, GLOBUS_DETAIL_LIST76(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST78(o, m, ...) o.m, GLOBUS_DETAIL_LIST77(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST79(o, m, ...) o.m, GLOBUS_DETAIL_LIST78(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST80(o, m, ...) o.m, GLOBUS_DETAIL_LIST79(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST81(o, m, ...) o.m, GLOBUS_DETAIL_LIST80(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST82(o, m, ...) o.m, GLOBUS_DETAIL_LIST81(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST83(o, m, ...) o.m, GLOBUS_DETAIL_LIST82(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST84(o, m, ...) o.m, GLOBUS_DETAIL_LIST83(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST85(o, m, ...) o.m, GLOBUS_DETAIL_LIST84(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST86(o, m, ...) o.m, GLOBUS_DETAIL_LIST85(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST87(o, m, ...) o.m, GLOBUS_DETAIL_LIST86(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST88(o, m, ...) o.m, GLOBUS_DETAIL_LIST87(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST89(o, m, ...) o.m, GLOBUS_DETAIL_LIST88(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST90(o, m, ...) o.m, GLOBUS_DETAIL_LIST89(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST91(o, m, ...) o.m, GLOBUS_DETAIL_LIST90(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST92(o, m, ...) o.m, GLOBUS_DETAIL_LIST91(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST93(o, m, ...) o.m, GLOBUS_DETAIL_LIST92(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST94(o, m, ...) o.m, GLOBUS_DETAIL_LIST93(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST95(o, m, ...) o.m, GLOBUS_DETAIL_LIST94(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST96(o, m, ...) o.m, GLOBUS_DETAIL_LIST95(o, __VA_ARGS__)
#define GLOBUS_DETAIL_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40, _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53, _54, _55, _56, _57, _58, _59, _60, _61, _62, _63, _64, _65, _66, _67, _68, _69, _70, _71, _72, _73, _74, _75, _76, _77, _78, _79, _80, _81, _82, _83, _84, _85, _86, _87, _88, _89, _90, _91, _92, _93, _94, _95, _96, NAME, ...) NAME
#define GLOBUS_DETAIL_LIST(o, ...) GLOBUS_DETAIL_PICK(__VA_ARGS__, GLOBUS_DETAIL_LIST96, GLOBUS_DETAIL_LIST95, GLOBUS_DETAIL_LIST94, GLOBUS_DETAIL_LIST93, GLOBUS_DETAIL_LIST92, GLOBUS_DETAIL_LIST91, GLOBUS_DETAIL_LIST90, GLOBUS_DETAIL_LIST89, GLOBUS_DETAIL_LIST88, GLOBUS_DETAIL_LIST87, GLOBUS_DETAIL_LIST86, GLOBUS_DETAIL_LIST85, GLOBUS_DETAIL_LIST84, GLOBUS_DETAIL_LIST83, GLOBUS_DETAIL_LIST82, GLOBUS_DETAIL_LIST81, GLOBUS_DETAIL_LIST80, GLOBUS_DETAIL_LIST79, GLOBUS_DETAIL_LIST78, GLOBUS_DETAIL_LIST77, GLOBUS_DETAIL_LIST76, GLOBUS_DETAIL_LIST75, GLOBUS_DETAIL_LIST74, GLOBUS_DETAIL_LIST73, GLOBUS_DETAIL_LIST72, GLOBUS_DETAIL_LIST71, GLOBUS_DETAIL_LIST70, GLOBUS_DETAIL_LIST69, GLOBUS_DETAIL_LIST68, GLOBUS_DETAIL_LIST67, GLOBUS_DETAIL_LIST66, GLOBUS_DETAIL_LIST65, GLOBUS_DETAIL_LIST64, GLOBUS_DETAIL_LIST63, GLOBUS_DETAIL_LIST62, GLOBUS_DETAIL_LIST61, GLOBUS_DETAIL_LIST60, GLOBUS_DETAIL_LIST59, GLOBUS_DETAIL_LIST58, GLOBUS_DETAIL_LIST57, GLOBUS_DETAIL_LIST56, GLOBUS_DETAIL_LIST55, GLOBUS_DETAIL_LIST54, GLOBUS_DETAIL_LIST53, GLOBUS_DETAIL_LIST52, GLOBUS_DETAIL_LIST51, GLOBUS_DETAIL_LIST50, GLOBUS_DETAIL_LIST49, GLOBUS_DETAIL_LIST48, GLOBUS_DETAIL_LIST47, GLOBUS_DETAIL_LIST46, GLOBUS_DETAIL_LIST45, GLOBUS_DETAIL_LIST44, GLOBUS_DETAIL_LIST43, GLOBUS_DETAIL_LIST42, GLOBUS_DETAIL_LIST41, GLOBUS_DETAIL_LIST40, GLOBUS_DETAIL_LIST39, GLOBUS_DETAIL_LIST38, GLOBUS_DETAIL_LIST37, GLOBUS_DETAIL_LIST36, GLOBUS_DETAIL_LIST35, GLOBUS_DETAIL_LIST34, GLOBUS_DETAIL_LIST33, GLOBUS_DETAIL_LIST32, GLOBUS_DETAIL_LIST31, GLOBUS_DETAIL_LIST30, GLOBUS_DETAIL_LIST29, GLOBUS_DETAIL_LIST28, GLOBUS_DETAIL_LIST27, GLOBUS_DETAIL_LIST26, GLOBUS_DETAIL_LIST25, GLOBUS_DETAIL_LIST24, GLOBUS_DETAIL_LIST23, GLOBUS_DETAIL_LIST22, GLOBUS_DETAIL_LIST21, GLOBUS_DETAIL_LIST20, GLOBUS_DETAIL_LIST19, GLOBUS_DETAIL_LIST18, GLOBUS_DETAIL_LIST17, GLOBUS_DETAIL_LIST16, GLOBUS_DETAIL_LIST15, GLOBUS_DETAIL_LIST14, GLOBUS_DETAIL_LIST13, GLOBUS_DETAIL_LIST12, GLOBUS_DETAIL_LIST11, GLOBUS_DETAIL_LIST10, GLOBUS_DETAIL_LIST9, GLOBUS_DETAIL_LIST8, GLOBUS_DETAIL_LIST7, GLOBUS_DETAIL_LIST6, GLOBUS_DETAIL_LIST5, GLOBUS_DETAIL_LIST4, GLOBUS_DETAIL_LIST3, GLOBUS_DETAIL_LIST2, GLOBUS_DETAIL_LIST1, 0)(o, __VA_ARGS__)
// clang-format on

/**
 * The last line of an operation or document: its own name, then its members in the order of their declaration (at most
 * 96). The struct stays an aggregate, and becomes a model of boost::hana's Struct. It must not be local to a function.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
#define GLOBUS_MEMBERS(O, ...)                                                                  \
    static constexpr char const* struct_name = #O;                                              \
    static constexpr char const* member_names = #__VA_ARGS__;                                   \
    template <class Object, class F>                                                            \
    static constexpr decltype(auto) with_members([[maybe_unused]] Object& object, F const& f) { \
        return f(__VA_OPT__(GLOBUS_DETAIL_LIST(object, __VA_ARGS__)));                          \
    }                                                                                           \
    using members = ::globus::detail::Members<O>

#endif  // GLOBUS_CORE_MEMBERS_HPP
