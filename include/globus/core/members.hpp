// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <globus/core/config.hpp>

#include <boost/hana/core/when.hpp>
#include <boost/hana/fwd/accessors.hpp>
#include <boost/hana/fwd/pair.hpp>
#include <boost/hana/fwd/string.hpp>
#include <boost/hana/fwd/tuple.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace globus {

/// Where a member of an operation goes in the request. `automatic`: into the route if that names it, else into the
/// query.
enum class Place : unsigned char { automatic, query, json, form };

/// How a member is spelt in a query or form.
enum class Spelling : unsigned char {
    automatic,  ///< True or False; the items of a list joined by commas
    number,     ///< a bool as 1 or 0
    lower,      ///< a bool as true or false
    repeat,     ///< a list as one parameter per item
    space,      ///< the items of a list joined by spaces
};

/**
 * One member whose wire form is not the ordinary one: another name, another place or another spelling.
 *
 * It is made by rename(), in_query(), in_json(), json_object() and in_form(), and listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};  ///< empty: no member, as json_object() makes it
    std::string_view name = {};    ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;           ///< in the request
    Spelling spelling = Spelling::automatic;  ///< in a query or form; JSON has its own types
};

/// The member is called `name` on the wire.
constexpr Wire rename(std::string_view member, std::string_view name) { return {member, name}; }
/// The member is a query parameter, spelt as `spelling` says.
constexpr Wire in_query(std::string_view member, Spelling spelling) { return {member, member, Place::query, spelling}; }
constexpr Wire in_query(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::query, spelling};
}
/// The member goes into the JSON body under its own name, or at `path` (levels separated by slashes).
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

/// A hana::tuple of hana::types, made on use, which needs <boost/hana.hpp>.
template <class Asked, class... Ts>
constexpr auto hana_types() {
    return boost::hana::tuple_t<Ts...>;
}

/// One member of a described type: the name is a constant, so that code for it is chosen when it is compiled.
template <class T, std::size_t I>
struct Member {
    static constexpr std::string_view key = T::members::keys[I];

    /// Reads the member from an object; Hana calls this an accessor.
    template <class O>
    constexpr decltype(auto) operator()(O&& object) const {
        auto& member = object.with_members([](auto&... all) -> auto& { return std::get<I>(std::tie(all...)); });
        if constexpr (std::is_lvalue_reference_v<O>)
            return (member);
        else
            return std::move(member);
    }
};

/// The names in "first, second,third": the preprocessor leaves one blank where there were any, and none where there
/// were none.
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
constexpr std::size_t count_names(std::string_view text) {
    std::size_t count = text.empty() ? 0 : 1;
    for (char const c : text) count += c == ',';
    return count;
}

/// The types of a described object's members.
template <class... Vs>
struct MemberTypes {};
struct TypesOfMembers {
    template <class... Vs>
    constexpr MemberTypes<Vs...> operator()(Vs const&...) const {
        return {};
    }
};

/// Notes where the members of an object are, so that handling them needs no code for each.
struct AddressesOfMembers {
    void const** at;
    template <class... Vs>
    void operator()(Vs const&... all) const {
        [[maybe_unused]] void const** next = at;
        ((*next++ = &all), ...);
    }
};

/// The name of the member that is at an address in a described object.
template <class T>
constexpr std::string_view name_of(T const& object, void const* member) {
    void const* at[T::members::keys.size()];
    object.with_members(AddressesOfMembers{at});
    std::size_t i = 0;
    while (at[i] != member) ++i;
    return T::members::keys[i];
}

/// The members of a described type, in the order of their list. Nothing in it is instantiated before it is used.
template <class T>
struct Members {
    static constexpr std::size_t size = count_names(T::member_names);
    static constexpr std::array<std::string_view, size> keys = split_names<size>(T::member_names);
    static_assert(size != 0 || std::is_empty_v<T>,
                  "globus: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them.");
    /// If a list lacks a member, this does not compile.
    using all_listed = decltype(T::has_all_members_listed(std::declval<T&>()));

    /// The MemberTypes of the type. @tparam U  T, which must be complete
    template <class U = T>
    using types_of = decltype(std::declval<U const&>().with_members(TypesOfMembers()));

    /// Calls `f(Member<T, I>{}, member)` for each.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        object.with_members([&f](auto&... all) { each(std::make_index_sequence<size>{}, f, all...); });
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

/// The entries of a struct's `wire`.
struct Wires {
    Wire const* first;
    std::size_t count;
};
template <class T>
constexpr Wires wires_of() {
    if constexpr (requires { T::wire; })
        return {T::wire.data(), T::wire.size()};
    else
        return {nullptr, 0};
}
constexpr Wire wire_of(Wires wires, std::string_view member) {
    for (std::size_t i = 0; i != wires.count; ++i)
        if (wires.first[i].member == member) return wires.first[i];
    return {member, member};
}

template <class T>
constexpr Wire wire_of(std::string_view member) {
    return wire_of(wires_of<T>(), member);
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

/// Makes every described type a model of Hana's Struct; nothing in it is instantiated before it is used.
template <typename T>
struct accessors_impl<T, when<globus::Described<T>>> {
    /// Hana calls it to get the members.
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

/**
 * The last line of an operation or document: its own name, then the names of all its members, in any order. The struct
 * stays an aggregate, and becomes a model of boost::hana's Struct. A member that is not listed is a compile error where
 * the struct is sent or read. The struct must not be local to a function, and its base classes must not have data
 * members.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
// The functions' bodies see the struct's members by their names, so their own names are unlike any member's. The
// binding counts: compilers show its line, with the comment in it, where too few or other names are listed.
// clang-format off
#define GLOBUS_MEMBERS(O, ...)                                                                                         \
    [[maybe_unused]] static constexpr char const* struct_name = #O;                                                    \
    [[maybe_unused]] static constexpr char const* member_names = #__VA_ARGS__;                                         \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) {                                       \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) const {                                 \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusObject>                                                                                      \
    static auto has_all_members_listed([[maybe_unused]] GlobusObject& globus_object) {                                 \
        __VA_OPT__([[maybe_unused]] auto& [__VA_ARGS__] = globus_object; /* GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them. */) \
    }                                                                                                                  \
    using members = ::globus::detail::Members<O>
// clang-format on

#endif  // GLOBUS_CORE_MEMBERS_HPP
