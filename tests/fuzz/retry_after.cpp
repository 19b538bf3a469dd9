// SPDX-License-Identifier: Apache-2.0
// The Retry-After header (RFC 9110, section 10.2.3).
#include <globus/http/retry.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    globus::http::Response response{.status = 503};
    response.headers.add("Retry-After", std::string(input));
    auto const wait = globus::retry_after(response.headers, 1'700'000'000);
    if (!wait) return;
    always(wait->count() >= 0, "nobody waits a negative time");
    always(wait->count() <= 10LL * 366 * 86400, "nobody waits longer than ten years");
}
