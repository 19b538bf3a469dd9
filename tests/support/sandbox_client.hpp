// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_SANDBOX_CLIENT_HPP
#define GLOBUS_TESTS_SUPPORT_SANDBOX_CLIENT_HPP

#include <globus/client/client.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/sandbox/server.hpp>

#include <boost/json/parse.hpp>

#include <chrono>
#include <string>
#include <utility>

/// A client of a sandbox, with a token for the service.
template <class Service, class Retry = globus::DefaultRetry>
globus::Client<Service, globus::AccessTokenPolicy, globus::CurlTransport, Retry> client_of(
    globus::sandbox::Session& server, Retry retry = {}, globus::CurlTransport transport = globus::CurlTransport{}) {
    return globus::Client<Service, globus::AccessTokenPolicy, globus::CurlTransport, Retry>{
        server.user_token(Service::resource_server),
        {.transport = std::move(transport),
         .retry = std::move(retry),
         .base_url = server.base_url(),
         .auth_url = server.base_url(),
         .timeout = std::chrono::seconds(20)}};
}

/// A fault that an operation meets.
inline boost::json::value rule(std::string const& operation, std::string const& phase, std::string const& action,
                               std::string const& times = "\"always\"") {
    return boost::json::parse(R"({"match": {"operation": ")" + operation + R"("}, "phase": ")" + phase +
                              R"(", "times": )" + times + R"(, "action": )" + action + "}");
}

/// Waits that are no more than 10 ms before they double.
inline globus::DefaultRetry quick() {
    return {.base = std::chrono::duration<double>(0.01), .throttled = std::chrono::duration<double>(0.01)};
}

#endif  // GLOBUS_TESTS_SUPPORT_SANDBOX_CLIENT_HPP
