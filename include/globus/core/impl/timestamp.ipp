// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_TIMESTAMP_IPP
#define GLOBUS_CORE_IMPL_TIMESTAMP_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/timestamp.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string time_text(Microseconds time) {
    using namespace std::chrono;
    auto const day = floor<days>(time);
    if (time < sys_days(year(1) / 1 / 1) || time >= sys_days(year(9999) / 12 / 31) + days(1))
        throw UsageError("a time outside of the years 1 to 9999 cannot be written");
    year_month_day const date(day);
    hh_mm_ss const clock(time - day);
    std::string text = "0000-00-00T00:00:00";
    auto const put = [&](std::size_t end, long long number) {
        for (; number != 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(4, int(date.year()));
    put(7, unsigned(date.month()));
    put(10, unsigned(date.day()));
    put(13, clock.hours().count());
    put(16, clock.minutes().count());
    put(19, clock.seconds().count());
    if (auto const fraction = clock.subseconds().count(); fraction != 0) {
        text += ".000000";
        put(text.size(), fraction);
    }
    return text + "+00:00";
}

GLOBUS_DECL void check_time(std::string_view member, Timestamp const& time) {
    if (read_time(time.text()).kind == TimeText::Kind::impossible)
        throw UsageError(std::string(member) + " is \"" + time.text() + "\": there is no such time");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<Timestamp::Time> Timestamp::time() const noexcept {
    auto const read = detail::read_time(text_);
    return read.kind == detail::TimeText::Kind::time ? std::optional(read.time) : std::nullopt;
}

GLOBUS_DECL Timestamp::Time Timestamp::sys_time() const {
    if (auto const read = time()) return *read;
    throw DecodeError("\"" + text_ + "\" is no time");
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Timestamp const& other) const noexcept {
    if (auto const theirs = other.time()) return compare(*theirs);
    if (time()) return std::weak_ordering::less;
    return text_ <=> other.text_;
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Time other) const noexcept {
    auto const own = time();
    return own ? own->time_since_epoch().count() <=> other.time_since_epoch().count() : std::weak_ordering::greater;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_TIMESTAMP_IPP
