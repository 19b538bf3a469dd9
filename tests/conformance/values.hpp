// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_VALUES_HPP
#define GLOBUS_TESTS_CONFORMANCE_VALUES_HPP

// Recorded arguments into operations and documents: by the described members and their types, never by name.

#include "recording.hpp"
#include "registry.hpp"

#include <globus/client/operation.hpp>
#include <globus/client/query_params.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace conformance {

template <class T>
T make();

template <class V>
V initial() {
    if constexpr (globus::detail::is_required<V>)
        return V(make<typename V::value_type>());
    else
        return V{};
}
/// An object of a described type. The members up to the last that is required are made, the others have initialisers.
template <class O, class... Vs>
O make_object(std::type_identity<std::tuple<Vs...>>) {
    constexpr std::size_t last = [] {
        std::size_t found = 0, position = 0;
        ((++position, found = globus::detail::is_required<Vs> ? position : found), ...);
        return found;
    }();
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return O{initial<std::tuple_element_t<I, std::tuple<Vs...>>>()...};
    }(std::make_index_sequence<last>{});
}

/// A value of a type that need not be default-constructible: the required members of a described type are empty.
template <class T>
T make() {
    if constexpr (globus::Described<T>)
        return make_object<T>(decltype(std::declval<T&>().with_members(
            []<class... Vs>(Vs&...) { return std::type_identity<std::tuple<Vs...>>{}; })){});
    else if constexpr (std::derived_from<T, globus::Document>)
        return T(globus::Document(Json(Object())));
    else
        return T{};
}

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;

template <class T>
void fill(T& out, Json const& value);
template <class T>
void fill_members(T& object, Json const& kwargs, Json const& params = Array());
template <class T>
void apply_calls(T& object, Json const& calls);

/// Puts a tagged value into a `T`; a service's file specialises it for types of its own.
template <class T>
struct Fill {
    static void from(T& out, Json const& value) {
        using namespace globus;
        if constexpr (std::same_as<T, bool>) {
            out = plain(value).as_bool();
        } else if constexpr (std::integral<T>) {
            integer(out, value);
        } else if constexpr (std::floating_point<T>) {
            out = plain(value).to_number<T>();
        } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Secret>) {
            out = texts_only(value);
        } else if constexpr (std::derived_from<T, detail::Word>) {
            out = T::word(texts_only(value));
        } else if constexpr (std::same_as<T, Json> || std::same_as<T, SecretDocument>) {
            out = plain(value);
        } else if constexpr (std::same_as<T, Object>) {
            Json object = plain(value);
            out = object.is_null() ? Object() : object.as_object();
        } else if constexpr (std::same_as<T, Array>) {
            out = plain(value).as_array();
        } else if constexpr (std::derived_from<T, Document>) {
            out = T(is_payload(value) ? payload_document(value) : Document(plain(value)));
        } else if constexpr (std::same_as<T, QueryParams>) {
            query(out, value);
        } else if constexpr (std::derived_from<T, std::vector<std::string>>) {
            list(out, value);
        } else if constexpr (detail::is_vector<T>) {
            out.clear();
            for (Json const& item : items(value)) {
                out.push_back(make<typename T::value_type>());
                fill(out.back(), item);
            }
        } else if constexpr (detail::is_string_map<T>) {
            Json const object = plain(value);
            for (auto const& [name, item] : object.as_object()) fill(out[std::string(name)], item);
        } else if constexpr (is_variant<T>) {
            variant(out, value, std::make_index_sequence<std::variant_size_v<T>>{});
        } else if constexpr (detail::is_duration<T>) {
            std::int64_t count = 0;
            fill(count, value);
            out = count;
        } else if constexpr (is_duration<T>) {
            out = std::chrono::duration_cast<T>(std::chrono::duration<double>(plain(value).to_number<double>()));
        } else if constexpr (Described<T>) {
            described(out, value);
        } else if constexpr (detail::is_constant<T> || std::same_as<T, FromService>) {
            throw Misfit("a member that cannot be set was given");
        } else {
            other(out, value);
        }
    }

private:
    static void integer(T& out, Json const& value) {
        Json const one = plain(value);
        if (!one.is_double()) {
            out = one.to_number<T>();
            return;
        }
        double const number = one.get_double();
        out = number >= -9e15 && number <= 9e15 ? static_cast<T>(number) : T{};
        if (static_cast<double>(out) != number) throw OnPurpose("types", text(value) + " is no integer of this type");
        comparing().of_case.integers[text(value)] = std::to_string(out);
    }
    static std::string texts_only(Json const& value) {
        Json const one = plain(value);
        if (one.is_array() || one.is_object() || one.is_null()) throw Misfit("this is no text");
        return text(value);
    }
    static std::vector<Json> items(Json const& value) {
        Json const* list = &value;
        if (auto const type = type_of(value); type == "tuple" || type == "set") list = &member(value, "value");
        if (!list->is_array()) return {value};
        return {list->get_array().begin(), list->get_array().end()};
    }
    static void list(std::vector<std::string>& out, Json const& value) {
        out.clear();
        for (Json const& item : items(value)) out.push_back(texts_only(item));
        if (out.empty()) comparing().of_case.empty_list = true;
    }
    static void query(globus::QueryParams& out, Json const& value) {
        if (value.is_null()) return;
        for (auto const& [name, item] : value.as_object()) {
            std::string const key(name);
            if (item.is_null() || type_of(item) == "missing") {  // not sent, and no parameter of this name either
                out.emplace_back(key, globus::removed);
            } else if (item.is_array() || type_of(item) == "tuple" || type_of(item) == "set") {
                std::vector<std::string> texts;
                for (Json const& one : items(item))
                    if (!one.is_null()) texts.push_back(text(one));
                out.emplace_back(key, globus::QueryValue(std::move(texts)));
            } else if (item.is_bool()) {
                out.emplace_back(key, globus::QueryValue(item.get_bool()));
            } else if (item.is_int64()) {
                out.emplace_back(key, globus::QueryValue(item.get_int64()));
            } else {
                out.emplace_back(key, globus::QueryValue(text(item)));
            }
        }
    }
    template <std::size_t... I>
    static void variant(T& out, Json const& value, std::index_sequence<I...>) {
        bool done = false;
        auto const attempt = [&]<class V>(V made) {
            if (done) return;
            if constexpr (globus::Described<V>)
                if (is_payload(value) && string_member(value, "$payload") != V::struct_name) return;
            try {
                fill(made, value);
                out = std::move(made);
                done = true;
            } catch (std::exception const&) {  // it is another one
            }
        };
        (attempt(make<std::variant_alternative_t<I, T>>()), ...);
        if (!done) throw Misfit("no alternative takes this value");
    }
    static void described(T& out, Json const& value) {
        if (is_payload(value)) {
            fill_members(out, member(value, "kwargs"));
            apply_calls(out, member(value, "calls"));
            return;
        }
        Object by_member;
        Json const object = plain(value);
        for (auto const& [name, item] : object.as_object()) {
            std::string_view const sent = name;
            std::string_view own = sent;
            T::members::for_each(out, [&]<class M, class V>(M, V const&) {
                if (globus::detail::wire_of<T>(M::key).name == sent) own = M::key;
            });
            by_member.emplace(own, item);
        }
        fill_members(out, by_member);
    }
    static void other(T& out, Json const& value) {
        Json const one = plain(value);
        if constexpr (std::constructible_from<T, std::int64_t> && !std::same_as<T, std::string>)
            if (one.is_int64()) {
                out = T(one.get_int64());
                return;
            }
        if constexpr (std::constructible_from<T, globus::StringList>) {
            globus::StringList several;
            fill(several, value);
            out = T(several);
        } else {
            static_assert(std::constructible_from<T, std::string>, "conformance: no way to fill a value of this type");
            out = T(texts_only(value));
        }
    }
};

template <class T>
void fill(T& out, Json const& value) {
    if constexpr (globus::detail::is_optional<T>) {
        if (value.is_null())
            out.set_null();
        else
            fill(out.emplace(), value);
    } else if constexpr (globus::detail::is_required<T>) {
        fill(*out, value);
    } else {
        Fill<T>::from(out, value);
    }
}

/// Keyword arguments into the members of their names. An argument whose default is None may be None: it is not given.
template <class T>
void fill_members(T& object, Json const& kwargs, Json const& params) {
    auto const default_is_none = [&](std::string_view name) {
        for (Json const& param : params.as_array())
            if (string_member(param, "name") == name) {
                Json const* value = find(param, "default");
                return value != nullptr && value->is_null();
            }
        return false;
    };
    for (auto const& [name, value] : kwargs.as_object()) {
        if (type_of(value) == "missing") continue;
        std::string_view const wanted = name;
        if (value.is_null() && default_is_none(wanted)) continue;
        bool found = false;
        Json const& given = value;
        T::members::for_each(object, [&]<class M, class V>(M, V& slot) {
            if (found || (M::key != wanted && globus::detail::wire_of<T>(M::key).name != wanted)) return;
            found = true;
            try {
                fill(slot, given);
            } catch (Missing const&) {
                throw;
            } catch (OnPurpose const&) {
                throw;
            } catch (globus::Error const&) {
                throw;
            } catch (std::exception const& error) {
                throw Misfit(std::string(T::struct_name) + " does not take " + std::string(wanted) + ": " +
                             error.what());
            }
        });
        if (!found) throw Misfit(std::string(T::struct_name) + " has no member " + std::string(wanted));
    }
}

/// The helper functions of a builder: specialised by the service's file as a list of helper().
template <class T>
struct Helpers {
    static void call(T&, std::string_view name, Json const&) {
        throw Misfit(std::string(T::struct_name) + " has no helper " + std::string(name));
    }
};

template <class T>
void apply_calls(T& object, Json const& calls) {
    if (calls.is_null()) return;
    for (Json const& call : calls.as_array())
        Helpers<T>::call(object, std::string_view(call.at(0).as_string()), call.at(1));
}

/// A described value made of keyword arguments.
template <class T>
T built(Json const& kwargs) {
    T object = make<T>();
    fill_members(object, kwargs);
    return object;
}

/// Registers how a payload class is built.
template <class T>
void add_builder(std::string name = std::string(T::struct_name)) {
    builders().emplace(std::move(name), [](Json const& kwargs, Json const& calls) {
        T object = make<T>();
        fill_members(object, kwargs);
        apply_calls(object, calls);
        return globus::Document(std::move(object));
    });
}

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_VALUES_HPP
