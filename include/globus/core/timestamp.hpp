// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_TIMESTAMP_HPP
#define GLOBUS_CORE_TIMESTAMP_HPP

#include <globus/core/config.hpp>
#include <globus/core/text_at.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Where the standard library has std::format, its <chrono> includes <format>.
#ifdef __cpp_lib_format
#include <format>
#endif

namespace globus {

namespace detail {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

/// What a text says about a time.
struct TimeText {
    enum class Kind : unsigned char {
        time,        ///< it is `time`
        impossible,  ///< it has the form of one, as the 30th of February has
        other,       ///< it has not
    };
    Kind kind = Kind::other;
    Microseconds time = {};
};

/// Reads the forms of a time that Timestamp lists. Any text will do.
constexpr TimeText read_time(std::string_view text) noexcept {
    using Kind = TimeText::Kind;
    auto const number = [&](std::size_t digits, int& out) {
        if (text.size() < digits) return false;
        out = 0;
        for (char const c : text.substr(0, digits)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        text.remove_prefix(digits);
        return true;
    };
    auto const one_of = [&](std::string_view characters) {
        if (text.empty() || characters.find(text.front()) == characters.npos) return false;
        text.remove_prefix(1);
        return true;
    };

    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microseconds = 0;
    int zone_sign = 1, zone_hour = 0, zone_minute = 0;
    if (!number(4, year) || !one_of("-") || !number(2, month) || !one_of("-") || !number(2, day)) return {};
    if (!text.empty()) {
        if (!one_of("Tt ") || !number(2, hour) || !one_of(":") || !number(2, minute) || !one_of(":") ||
            !number(2, second))
            return {};
        if (one_of(".")) {
            int digits = 0;
            for (int digit = 0; digits != 9 && number(1, digit); ++digits)
                if (digits < 6) microseconds = microseconds * 10 + digit;
            if (digits == 0) return {};
            for (; digits < 6; ++digits) microseconds *= 10;
        }
        if (!text.empty() && !one_of("Zz")) {
            zone_sign = text.front() == '-' ? -1 : 1;
            if (!one_of("+-") || !number(2, zone_hour)) return {};
            if ((one_of(":") || !text.empty()) && !number(2, zone_minute)) return {};
        }
    }
    if (!text.empty()) return {};

    std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return {Kind::impossible, {}};
    return {Kind::time, std::chrono::sys_days(date) + std::chrono::hours(hour - zone_sign * zone_hour) +
                            std::chrono::minutes(minute - zone_sign * zone_minute) + std::chrono::seconds(second) +
                            std::chrono::microseconds(microseconds)};
}

/// The microsecond that a time is in; the end of the scale for one that is beyond the year 0 or 10000.
template <class Duration>
constexpr Microseconds floor_time(std::chrono::sys_time<Duration> time) {
    std::chrono::duration<double> const since = time.time_since_epoch();
    if (!(since.count() > -62167219200.0)) return Microseconds::min();
    if (since.count() > 253402387200.0) return Microseconds::max();
    return std::chrono::floor<std::chrono::microseconds>(time);
}

/// As in "2026-01-02T03:04:05+00:00", with six digits of a fraction unless that is zero.
/// @throws UsageError  for a time outside of the years 1 to 9999
std::string time_text(Microseconds time);

}  // namespace detail

/**
 * A moment, as the services write it: a text, which is kept as it came, and the time that it names.
 *
 *     if (*file.last_modified < std::chrono::system_clock::now() - 24h) ...
 *     auto const took = *task.completion_time - *task.request_time;      // microseconds
 *     TransferData{..., .deadline = std::chrono::system_clock::now() + 6h}
 *     TransferData{..., .deadline = "2026-12-01T18:00:00+01:00"}
 *
 * It reads ISO 8601 as the services write it (RFC 3339, section 5.6): a date, `T` or a blank, a time of day in seconds
 * with up to nine digits of a fraction, of which six count, and a zone: `Z`, `+00:00`, `-0730`, `+01`; UTC if there is
 * none. A date alone is its midnight in UTC. A leap second counts as the second after it.
 *
 * A text that is no time is no error: it is kept, and sent as it is.
 *
 * @par Order
 * By the time: two texts of the same moment are equal. What is no time comes after all that are, by its text.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Timestamp {
public:
    /// A time of the standard library, to the microsecond.
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    /// An empty text, which is no time.
    Timestamp() = default;
    /// A text, kept as it is.
    Timestamp(std::string text) noexcept : text_(std::move(text)) {}
    Timestamp(std::string_view text) : text_(text) {}
    /// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    Timestamp(char const* text, detail::CodeLine where = detail::CodeLine::here())
        : text_(detail::text_at(text, where)) {}
    /// The microsecond that a time is in; its text is of the form "2026-01-02T03:04:05+00:00".
    /// @throws UsageError  for a time outside of the years 1 to 9999
    template <class Duration>
    Timestamp(std::chrono::sys_time<Duration> time) : text_(detail::time_text(detail::floor_time(time))) {}

    /// As it came, or as it will be sent.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// The time; nothing if the text is none.
    [[nodiscard]] std::optional<Time> time() const noexcept;
    /// The time. @throws DecodeError  if the text is none
    [[nodiscard]] Time sys_time() const;

    /// Compares the times that the texts stand for.
    friend std::weak_ordering operator<=>(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b); }
    friend bool operator==(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b) == 0; }
    /// The same with a time of the standard library.
    template <class Duration>
    friend std::weak_ordering operator<=>(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b));
    }
    template <class Duration>
    friend bool operator==(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b)) == 0;
    }

    /// From `b` to `a`. @throws DecodeError  if one of them is no time
    friend std::chrono::microseconds operator-(Timestamp const& a, Timestamp const& b) {
        return a.sys_time() - b.sys_time();
    }

    /// Writes the text.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Timestamp const& time) {
        return out << time.text_;
    }

private:
    [[nodiscard]] std::weak_ordering compare(Timestamp const& other) const noexcept;
    [[nodiscard]] std::weak_ordering compare(Time other) const noexcept;

    std::string text_;
};

namespace detail {

/// @throws UsageError  for a text that has the form of a time that there is not; `member` says where it was given
void check_time(std::string_view member, Timestamp const& time);

/// What a wrong literal calls, so that a compiler names it.
inline void there_is_no_such_time() {}

}  // namespace detail

inline namespace literals {

/// A time that is read when the program is compiled; one that cannot be read does not compile.
///
///     .deadline = "2026-12-01T18:00:00Z"_time
consteval Timestamp::Time operator""_time(char const* text, std::size_t size) {
    auto const read = detail::read_time({text, size});
    if (read.kind != detail::TimeText::Kind::time) detail::there_is_no_such_time();
    return read.time;
}

}  // namespace literals
}  // namespace globus

#ifdef __cpp_lib_format
/// Writes the text of a Timestamp, by the options that a text takes.
template <>
struct std::formatter<globus::Timestamp> : std::formatter<std::string_view> {
    template <class Context>
    auto format(globus::Timestamp const& time, Context& context) const {
        return std::formatter<std::string_view>::format(time.text(), context);
    }
};
#endif

#ifdef GLOBUS_BODIES
#include <globus/core/impl/timestamp.ipp>
#endif

#endif  // GLOBUS_CORE_TIMESTAMP_HPP
