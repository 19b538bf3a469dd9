// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_PLAIN_CLIENT_HPP
#define GLOBUS_TESTS_CONFORMANCE_PLAIN_CLIENT_HPP

// A service without operations, for what every client does.

#include "service.hpp"

#include <globus/oauth/api_error.hpp>

namespace conformance {

struct PlainService {
    static constexpr std::string_view name = "plain";
    using error = globus::ApiError;
    using credential = globus::BearerCredential;
};

/// The same for an app that proves itself by its id and secret.
struct PlainAppService {
    static constexpr std::string_view name = "plain";
    using error = globus::ApiError;
    using credential = globus::BasicCredential;
};

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_PLAIN_CLIENT_HPP
