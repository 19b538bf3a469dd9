// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_WRITE_HPP
#define GLOBUS_CORE_JSON_WRITE_HPP

#include <globus/core/config.hpp>
#include <globus/core/duration.hpp>
#include <globus/core/members.hpp>
#include <globus/core/open_enum.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {
namespace detail {

[[noreturn]] void refuse_number();

/// Refuses what Boost.JSON can hold but JSON cannot, and what is nested too deep. @param level  levels around the value
void check_json(Json const& value, std::size_t level = 0);
void check_json(boost::json::array const& list, std::size_t level = 0);
void check_json(boost::json::object const& object, std::size_t level = 0);

/// Writes `text` as a JSON string (RFC 8259, section 7); throws UsageError if it is not UTF-8.
void write_string(std::string& out, std::string_view text);

template <class T>
void write_json(std::string& out, T const& value);

void write_separator(std::string& out, bool& first);

template <class T>
void write_member(std::string& out, bool& first, std::string_view key, T const& value) {
    write_separator(out, first);
    write_string(out, key);
    out += ':';
    write_json(out, value);
}

/// Writes the members of a described object; absent ones are not written, and AdditionalFields override the others.
template <class T>
void write_object(std::string& out, T const& object) {
    AdditionalFields const* extra = nullptr;
    T::members::for_each(object, [&](auto, auto const& value) {
        using V = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::same_as<V, AdditionalFields>)
            if (!value.empty()) extra = &value;
    });
    bool first = true;
    out += '{';
    T::members::for_each(object, [&](auto member, auto const& value) {
        using V = std::remove_cvref_t<decltype(value)>;
        if constexpr (!std::same_as<V, AdditionalFields>) {
            constexpr std::string_view key = wire_of<T>(decltype(member)::key).name;
            if constexpr (is_optional<V>)
                if (value.is_absent()) return;
            if (extra != nullptr && extra->contains(key)) return;
            write_member(out, first, key, value);
        }
    });
    if (extra != nullptr)
        for (auto const& [key, value] : *extra) write_member(out, first, key, value);
    out += '}';
}

/// A type that writes itself, by `void write_json(std::string& out) const`.
template <class T>
concept WritesJson = requires(T const& value, std::string& out) { value.write_json(out); };

template <class>
inline constexpr bool is_string_map = false;
template <class V>
inline constexpr bool is_string_map<std::map<std::string, V>> = true;
template <class>
inline constexpr bool is_vector = false;
template <class V>
inline constexpr bool is_vector<std::vector<V>> = true;
template <>
inline constexpr bool is_vector<StringList> = true;
template <class>
inline constexpr bool is_constant = false;
template <Name Text>
inline constexpr bool is_constant<Constant<Text>> = true;

template <class T>
void write_json(std::string& out, T const& value) {
    if constexpr (is_optional<T>) {
        if (value.has_value())
            write_json(out, *value);
        else
            out += "null";
    } else if constexpr (is_required<T>) {
        write_json(out, *value);
    } else if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        char digits[24];
        auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out.append(digits, end);
    } else if constexpr (std::floating_point<T>) {
        if (!(value - value == 0)) refuse_number();
        // Beyond this not every integer is a value of T: the exponent says that the number is not meant as an integer.
        constexpr T exact = T(std::uint64_t{1} << std::min(std::numeric_limits<T>::digits, 63));
        char digits[64];
        auto const end = value < exact && value > -exact
                             ? std::to_chars(digits, digits + sizeof digits, value).ptr
                             : std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
        out.append(digits, end);
    } else if constexpr (is_constant<T>) {
        write_string(out, T::value);
    } else if constexpr (std::same_as<T, Secret>) {
        write_string(out, value.reveal());
    } else if constexpr (std::same_as<T, Timestamp> || std::derived_from<T, Word>) {
        write_string(out, value.text());
    } else if constexpr (is_duration<T>) {
        write_json(out, value.count());
    } else if constexpr (WritesJson<T>) {
        value.write_json(out);
    } else if constexpr (std::convertible_to<T const&, std::string_view>) {
        write_string(out, value);
    } else if constexpr (std::same_as<T, Null>) {
        out += "null";
    } else if constexpr (std::same_as<T, Json> || std::same_as<T, boost::json::object> ||
                         std::same_as<T, boost::json::array>) {
        check_json(value);
        out += boost::json::serialize(value);
    } else if constexpr (is_vector<T>) {
        bool first = true;
        out += '[';
        for (auto const& item : value) {
            std::size_t const before = out.size();
            bool const measure = first;
            write_separator(out, first);
            write_json(out, item);
            // The others will be about as long as the first, and a text of megabytes is copied when it grows.
            if (measure) out.reserve(out.size() + (out.size() - before + 8) * (value.size() - 1) + 64);
        }
        out += ']';
    } else if constexpr (is_string_map<T>) {
        bool first = true;
        out += '{';
        for (auto const& [key, item] : value) write_member(out, first, key, item);
        out += '}';
    } else {
        static_assert(Described<T>, "globus: this type cannot be written as JSON. Describe it with GLOBUS_MEMBERS.");
        write_object(out, value);
    }
}

void check_document(Json const& value);

/// The Json of a text that this library, or a type's own write_json, wrote.
Json json_of(std::string_view text);

}  // namespace detail

/**
 * The JSON text of a described object or of a list, map, number or text of such.
 *
 * Absent members are not written, null ones as `null`.
 * @throws UsageError  for text that is not UTF-8, for NaN and infinity, and for a Json of more than 128 levels
 */
template <class T>
[[nodiscard]] std::string to_json(T const& value) {
    std::string out;
    detail::write_json(out, value);
    return out;
}

/**
 * A document that is a secret as a whole, such as the key of a service account. It is kept as a text that no stream or
 * log can print, and that is wiped at the end.
 *
 *     .service_account_key = boost::json::parse(text_of_key_file)
 */
class SecretDocument {
public:
    SecretDocument() = default;
    /// Takes a JSON object, and keeps only its text. @throws UsageError  for any other Json
    template <class T>
        requires std::same_as<std::remove_cvref_t<T>, Json> || std::same_as<std::remove_cvref_t<T>, boost::json::object>
    SecretDocument(T&& document) {
        if constexpr (std::same_as<std::remove_cvref_t<T>, Json>) detail::check_document(document);
        text_ = Secret(boost::json::serialize(document));
    }

    /// The JSON text.
    [[nodiscard]] std::string const& reveal() const noexcept { return text_.reveal(); }
    void write_json(std::string& out) const { out += text_.reveal(); }
    friend bool operator==(SecretDocument const& a, SecretDocument const& b) { return a.text_ == b.text_; }

private:
    Secret text_{"{}"};
};

/// What a Document can be made of: an object of a described type, or a JSON object. A text or a number is not a
/// document.
template <class T>
concept MakesDocument = Described<T> || std::same_as<T, Json> || std::same_as<T, boost::json::object>;

/**
 * A document to be sent: any described object, or a JSON object. Operations take it where the reference takes a helper
 * object or a dictionary. Copies share the object, which is written when the request is made.
 */
class Document {
public:
    /// An empty object.
    Document() = default;
    /// An object of a described type, or a JSON object. @throws UsageError  for any other Json
    template <class T>
        requires MakesDocument<std::remove_cvref_t<T>>
    Document(T&& object) {
        using Held = std::remove_cvref_t<T>;
        if constexpr (std::same_as<Held, Json>) detail::check_document(object);
        held_ = std::make_shared<Model<Held> const>(std::forward<T>(object));
    }

    void write_json(std::string& out) const;
    /// The JSON text that is sent. @throws UsageError  for what to_json refuses
    [[nodiscard]] std::string text() const { return to_json(*this); }
    /// Refuses what cannot be sent, where the object has a `check()` of its own. @throws UsageError
    void check() const;
    friend bool operator==(Document const& a, Document const& b) { return a.text() == b.text(); }

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual void write(std::string& out) const = 0;
        virtual void check() const = 0;
    };
    template <class T>
    struct Model final : Concept {
        explicit Model(T o) : object(std::move(o)) {}
        void write(std::string& out) const override { detail::write_json(out, object); }
        void check() const override {
            if constexpr (requires { object.check(); }) object.check();
        }
        T object;
    };

    std::shared_ptr<Concept const> held_;
};

/**
 * A document of one of the types `Ts`, or a JSON object. Any other described type does not compile.
 *
 *     create_bookmark({.bookmark_data = Bookmark{.name = "data", ...}})   // a DocumentOf<Bookmark>
 */
template <class... Ts>
class DocumentOf : public Document {
public:
    /// An empty object.
    DocumentOf() = default;
    /// An object of one of the types, or a JSON object. @throws UsageError  for any other Json
    template <class T>
        requires MakesDocument<std::remove_cvref_t<T>>
    DocumentOf(T&& object) : Document(std::forward<T>(object)) {
        using Given = std::remove_cvref_t<T>;
        static_assert(
            (std::same_as<Given, Ts> || ...) || !Described<Given>,
            "globus: this document is not one that the operation takes. Give it the one that its member names "
            "(DocumentOf<...>), or a boost::json::object.");
    }
    /// Any document, for programs that describe their own.
    explicit DocumentOf(Document document) : Document(std::move(document)) {}
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/json_write.ipp>
#endif

#endif  // GLOBUS_CORE_JSON_WRITE_HPP
