// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_FLOWS_WORDS_HPP
#define GLOBUS_SERVICES_FLOWS_WORDS_HPP

#include <globus/core/open_enum.hpp>

#include <string_view>

// The words of Globus Flows that come from a set. The service may add others.

namespace globus::flows {

/// The words of a RunStatus.
struct RunStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, active, inactive, succeeded, failed, ended };
    static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED", "ENDED"};
};
/// How far a run is. An inactive one waits to be resumed.
/// https://flows.globus.org/redoc#tag/Runs
using RunStatus = OpenEnum<RunStatusWords>;

/// The words of a ApiStatus.
struct ApiStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, active, inactive };
    static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE"};
};
/// Whether flows can call a registered API.
/// https://flows.globus.org/redoc#tag/Registered-APIs
using ApiStatus = OpenEnum<ApiStatusWords>;

/// The words of a WebInputStatus.
struct WebInputStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, open, closed };
    static constexpr std::string_view words[] = {"", "open", "closed"};
};
/// Whether a web input still takes an answer.
/// https://flows.globus.org/redoc
using WebInputStatus = OpenEnum<WebInputStatusWords>;

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_WORDS_HPP
