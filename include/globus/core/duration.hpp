// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_DURATION_HPP
#define GLOBUS_CORE_DURATION_HPP

#include <globus/core/config.hpp>

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

namespace globus {

/**
 * A span of time that a service counts in whole `Unit`s, and sends as such a number.
 *
 *     .interval_seconds = 24h
 *     .interval_seconds = 86400        // the same
 *     if (*endpoint.expires_in < 1h) ...
 *
 * A span that `Unit` may not be able to count, as 1500ms in seconds, does not compile: std::chrono::ceil or floor says
 * what becomes of the rest.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class Unit>
class Duration {
public:
    /// None.
    constexpr Duration() = default;
    /// A number of units.
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    constexpr Duration(Number count) noexcept : count_(static_cast<std::int64_t>(count)) {}
    /// A span that is a whole number of units.
    template <class Rep, class Period>
        requires std::convertible_to<std::chrono::duration<Rep, Period>, Unit>
    constexpr Duration(std::chrono::duration<Rep, Period> span) : count_(Unit(span).count()) {}

    /// The number that is sent.
    [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }
    /// The same as the standard library counts it.
    constexpr operator Unit() const noexcept { return Unit(static_cast<typename Unit::rep>(count_)); }

    /// Compares the spans.
    friend constexpr std::strong_ordering operator<=>(Duration, Duration) noexcept = default;
    friend constexpr bool operator==(Duration, Duration) noexcept = default;

    /// Writes the number.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Duration span) {
        return out << span.count_;
    }

private:
    std::int64_t count_ = 0;
};

/// Seconds, as services count them.
using WholeSeconds = Duration<std::chrono::seconds>;
/// The same of minutes.
using WholeMinutes = Duration<std::chrono::minutes>;
/// The same of days.
using WholeDays = Duration<std::chrono::days>;

namespace detail {

template <class>
inline constexpr bool is_duration = false;
template <class Unit>
inline constexpr bool is_duration<Duration<Unit>> = true;

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CORE_DURATION_HPP
