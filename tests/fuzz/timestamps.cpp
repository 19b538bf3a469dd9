// SPDX-License-Identifier: Apache-2.0
// The times of answers (ISO 8601, RFC 3339).
#include <globus/core/timestamp.hpp>

#include "fuzz.hpp"

#include <string_view>

using namespace globus::literals;

void fuzz(std::string_view input) {
    globus::Timestamp const read = input;
    always(read.text() == input, "the text is kept");
    always(read == read && !(read < read), "a time is equal to itself");
    auto const half = input.substr(0, input.size() / 2);
    globus::Timestamp const other = half;
    always((read < other) == (other > read), "the order is the same from both sides");
    auto const time = read.time();
    always(time.has_value() == no_error([&] { (void)read.sys_time(); }), "one reader");
    if (!time) return;
    always(read == *time, "it is equal to its time");
    bool const written = no_error([&] {
        globus::Timestamp const again = *time;
        always(again.time() == time, "what is written is read again");
    });
    always(written || *time < "0001-01-01"_time || *time > "9999-12-31T23:59:59.999999Z"_time,
           "the years 1 to 9999 are written");
}
