// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_OPTIONAL_HPP
#define GLOBUS_CORE_OPTIONAL_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/text_at.hpp>

#include <boost/json/value.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus {
namespace detail {

/// What a member of type `T` can be given: what converts to it; if it is a bool, only a bool; if it is a text, also a
/// view of one, but not nullptr.
template <class U, class T>
concept GivenAs =
    ((std::convertible_to<U&&, T> && (!std::same_as<T, bool> || std::same_as<std::remove_cvref_t<U>, bool>)) ||
     (std::same_as<T, std::string> && std::convertible_to<U&&, std::string_view>)) &&
    !(std::same_as<T, std::string> && std::is_null_pointer_v<std::remove_cvref_t<U>>);

/// The value that a member was given.
template <class T, class U>
constexpr T given(U&& value) {
    if constexpr (!std::convertible_to<U&&, T>)
        return T(std::string_view(std::forward<U>(value)));
    else
        return std::forward<U>(value);
}

}  // namespace detail

/**
 * A member that must be given. It has no default constructor, so leaving it out of the braces does not compile.
 *
 *     OperationLs{.endpoint_id = id}   // right
 *     OperationLs{.path = "/~/"}       // error: use of deleted function ... this member is required
 */
template <class T>
class Required {
public:
    using value_type = T;

    Required() = delete;  // this member is required: give it in the braces, as in {.endpoint_id = id}

    /// Takes what converts to `T`; if that is bool, only a bool.
    template <class U = T>
        requires(detail::GivenAs<U, T> && !detail::PointsToText<std::remove_cvref_t<U>, T> &&
                 !std::same_as<std::remove_cvref_t<U>, Required>)
    constexpr Required(U&& value) : value_(detail::given<T>(std::forward<U>(value))) {}
    /// Takes the text at a pointer. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    template <class U>
        requires detail::PointsToText<U, T>
    Required(U const& text, detail::CodeLine where = detail::CodeLine::here()) : value_(detail::text_at(text, where)) {}

    template <class U>
        requires(std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool> &&
                 !std::same_as<std::remove_cvref_t<U>, Required>)
    constexpr Required(U&&) = delete;  // this member is a bool: write true or false

    /// For a list: `.ids = {"first", "second"}`.
    template <class U = T>
        requires(!std::same_as<U, std::string>) &&
                requires(std::initializer_list<typename U::value_type> items) { U(items); }
    constexpr Required(std::initializer_list<typename U::value_type> items) : value_(items) {}

    /// For a JSON object: `.data = {{"name", "a"}, {"size", 5}}`.
    template <class U = T>
        requires std::convertible_to<boost::json::object, U>
    Required(std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>> members)
        : value_(boost::json::object(members)) {}

    /// The value. There is always one.
    [[nodiscard]] constexpr T const& operator*() const& noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept GLOBUS_LIFETIMEBOUND { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept GLOBUS_LIFETIMEBOUND { return &value_; }

    friend constexpr bool operator==(Required const& a, Required const& b) { return a.value_ == b.value_; }

private:
    T value_;
};

/// JSON null, where that means something other than leaving a member out.
struct Null {
    friend constexpr bool operator==(Null, Null) = default;
};
/// What to write for it: `.label = globus::null`.
inline constexpr Null null{};

/**
 * A member that may be left out, be JSON null, or hold a value.
 *
 * It differs from std::optional in two ways: it distinguishes *absent* (nothing is sent) from *null* (`null` is sent;
 * some services clear a field by it), and an `Optional<bool>` takes only a `bool`, where std::optional<bool> would read
 * the text "false" as true.
 *
 *     Optional<std::string> label;             // absent
 *     label = "nightly";                       // a value
 *     label = globus::null;                    // null
 *     if (label) use(*label);
 */
template <class T>
class Optional {
public:
    using value_type = T;

    /// Absent.
    constexpr Optional() noexcept(std::is_nothrow_default_constructible_v<T>) : value_() {}
    /// JSON null.
    constexpr Optional(Null) : value_(), state_(State::nothing) {}

    /// Takes what converts to `T`; if that is bool, only a bool.
    template <class U = T>
        requires(detail::GivenAs<U, T> && !detail::PointsToText<std::remove_cvref_t<U>, T> &&
                 !std::same_as<std::remove_cvref_t<U>, Optional> && !std::same_as<std::remove_cvref_t<U>, Null>)
    constexpr Optional(U&& value) : value_(detail::given<T>(std::forward<U>(value))), state_(State::something) {}
    /// Takes the text at a pointer. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    template <class U>
        requires detail::PointsToText<U, T>
    Optional(U const& text, detail::CodeLine where = detail::CodeLine::here())
        : value_(detail::text_at(text, where)), state_(State::something) {}

    /// Absent if there is no value.
    template <class U>
        requires(detail::GivenAs<U const&, T> && !std::convertible_to<std::optional<U> const&, T>)
    constexpr Optional(std::optional<U> const& value) : Optional() {
        if (value) *this = Optional(*value);
    }
    /// No value if it is absent or null.
    template <class U>
        requires std::convertible_to<T const&, U>
    [[nodiscard]] constexpr operator std::optional<U>() const {
        return has_value() ? std::optional<U>(value_) : std::nullopt;
    }

    template <class U>
        requires(std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool> &&
                 !std::same_as<std::remove_cvref_t<U>, Optional> && !std::same_as<std::remove_cvref_t<U>, Null> &&
                 !std::same_as<std::remove_cvref_t<U>, std::optional<bool>>)
    constexpr Optional(U&&) = delete;  // this member is a bool: write true or false

    /// For a list: `.orderby = {"name ASC", "size DESC"}`.
    template <class U = T>
        requires(!std::same_as<U, std::string>) &&
                    requires(std::initializer_list<typename U::value_type> items) { U(items); }
    constexpr Optional(std::initializer_list<typename U::value_type> items) : value_(items), state_(State::something) {}

    /// For a JSON object: `.data = {{"name", "a"}, {"size", 5}}`.
    template <class U = T>
        requires std::convertible_to<boost::json::object, U>
    Optional(std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>> members)
        : value_(boost::json::object(members)), state_(State::something) {}

    /// False if it is absent or null.
    [[nodiscard]] constexpr bool has_value() const noexcept { return state_ == State::something; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
    /// True if it is JSON null, which is sent as such.
    [[nodiscard]] constexpr bool is_null() const noexcept { return state_ == State::nothing; }
    /// True if nothing was set. In an answer, this can also be a member of another type than described.
    [[nodiscard]] constexpr bool is_absent() const noexcept { return state_ == State::missing; }

    /// The value; throws UsageError when there is none.
    [[nodiscard]] constexpr T const& value() const& GLOBUS_LIFETIMEBOUND {
        if (!has_value()) throw UsageError("an Optional that holds no value was read");
        return value_;
    }
    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& other) const {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
    }
    /// The value; call it only when there is one.
    [[nodiscard]] constexpr T const& operator*() const& noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept GLOBUS_LIFETIMEBOUND { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept GLOBUS_LIFETIMEBOUND { return &value_; }

    /// What `function` makes of the value; nothing when there is none.
    template <class F>
    [[nodiscard]] constexpr auto transform(F&& function) const {
        using Result = std::remove_cvref_t<std::invoke_result_t<F, T const&>>;
        return has_value() ? std::optional<Result>(std::forward<F>(function)(value_)) : std::nullopt;
    }

    /// Makes it hold a fresh value, and returns that.
    constexpr T& emplace() {
        become(State::something);
        return value_;
    }
    /// Makes it JSON null.
    constexpr void set_null() { become(State::nothing); }
    /// Makes it absent.
    constexpr void reset() { become(State::missing); }

    friend constexpr bool operator==(Optional const& a, Optional const& b) {
        return a.state_ == b.state_ && (a.state_ != State::something || a.value_ == b.value_);
    }
    /// Absent comes before null, and null before all values.
    friend constexpr auto operator<=>(Optional const& a, Optional const& b)
        requires std::three_way_comparable<T>
    {
        using Order = std::compare_three_way_result_t<T>;
        return a.has_value() && b.has_value() ? a.value_ <=> b.value_ : Order(a.state_ <=> b.state_);
    }
    /// Prints the value; `null` for null, and nothing if it is absent.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Optional const& optional)
        requires requires(T const& value) { out << value; }
    {
        if (optional.has_value()) return out << optional.value_;
        return optional.is_null() ? out << std::string_view("null") : out;
    }

private:
    enum class State : unsigned char { missing, nothing, something };

    /// Changes the state; `value_` is fresh whenever the state is not `something`.
    constexpr void become(State state) {
        if (state_ == State::something) value_ = T();
        state_ = state;
    }

    T value_;
    State state_ = State::missing;
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<Optional<T>> = true;
template <class T>
inline constexpr bool is_required = false;
template <class T>
inline constexpr bool is_required<Required<T>> = true;

}  // namespace detail
}  // namespace globus

/// @cond
// Equal Optionals have equal hashes.
template <class T>
    requires requires(T const& value) { std::hash<T>{}(value); }
struct std::hash<globus::Optional<T>> {
    [[nodiscard]] std::size_t operator()(globus::Optional<T> const& optional) const {
        return optional.has_value() ? std::hash<T>{}(*optional) : std::size_t{optional.is_null()};
    }
};
/// @endcond

#endif  // GLOBUS_CORE_OPTIONAL_HPP
