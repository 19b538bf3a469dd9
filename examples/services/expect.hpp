// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_SERVICES_EXPECT_HPP
#define GLOBUS_EXAMPLES_SERVICES_EXPECT_HPP

#include <globus/http/mock_transport.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

/// Throws if the n-th request that `mock` saw, counted from 0, is not this one.
inline void expect(globus::MockTransport const& mock, std::size_t n, std::string const& method, std::string const& url,
                   std::string const& body = {}) {
    globus::http::Request const request = mock.requests().at(n);
    std::string const seen = std::string(to_string(request.method)) + ' ' + request.url + ' ' + request.body;
    if (seen != method + ' ' + url + ' ' + body) throw std::runtime_error("sent: " + seen);
}

#endif  // GLOBUS_EXAMPLES_SERVICES_EXPECT_HPP
