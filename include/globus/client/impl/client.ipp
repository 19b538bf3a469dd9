// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CLIENT_IPP
#define GLOBUS_CLIENT_IMPL_CLIENT_IPP

#include <globus/client/client.hpp>
#include <globus/client/environment.hpp>
#include <globus/core/config.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::chrono::seconds idle_timeout() {
    using std::chrono::seconds;
    auto const timeout = Environment::http_timeout();
    return timeout ? std::max(seconds(1), std::chrono::ceil<seconds>(*timeout)) : seconds(0);
}

GLOBUS_DECL void find_base_urls(std::string const& environment, std::string_view service, std::string own_url,
                                std::string& base_url, std::string& auth_url) {
    Environment const place = environment.empty() ? Environment::current() : Environment(environment);
    if (base_url.empty()) base_url = own_url.empty() ? place.service_url(service) : std::move(own_url);
    base_url = http::check_base_url(base_url);
    if (auth_url.empty()) auth_url = service == "auth" ? base_url : place.service_url("auth");
    auth_url = http::check_base_url(auth_url);
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CLIENT_IPP
