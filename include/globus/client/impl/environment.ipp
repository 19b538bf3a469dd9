// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP
#define GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP

#include <globus/client/environment.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/http/url.hpp>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL Environment::Environment(std::string name) : name_(std::move(name)) {
    for (std::string_view known : names)
        if (name_ == known) return;
    std::string list;
    for (std::string_view known : names) list.append(list.empty() ? "" : ", ").append(known);
    throw UsageError("there is no Globus environment '" + name_ + "'; there are " + list);
}

GLOBUS_DECL Environment Environment::current() {
    char const* name = std::getenv("GLOBUS_SDK_ENVIRONMENT");
    return Environment(name != nullptr ? name : "production");
}

GLOBUS_DECL std::string Environment::service_url(std::string_view service) const {
    std::string variable = "GLOBUS_SDK_SERVICE_URL_";
    for (char const c : service) variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (char const* url = std::getenv(variable.c_str()); url != nullptr && *url != '\0') {
        try {
            return http::check_base_url(url);
        } catch (UsageError const& error) {
            throw UsageError(variable + ": " + error.what());
        }
    }
    return default_url(service);
}

GLOBUS_DECL std::optional<std::chrono::duration<double>> Environment::http_timeout() {
    char const* text = std::getenv("GLOBUS_SDK_HTTP_TIMEOUT");
    if (text == nullptr || *text == '\0') return std::chrono::duration<double>(60);
    boost::system::error_code error;  // std::from_chars of libc++ knows no double
    auto const number = detail::parse_exact_json(text, error);
    double const seconds = number.is_number() ? number.to_number<double>() : 0;
    if (!std::isfinite(seconds) || (seconds <= 0 && seconds != -1))
        throw UsageError("GLOBUS_SDK_HTTP_TIMEOUT is not a positive number of seconds, nor -1 for none");
    if (seconds == -1) return std::nullopt;
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    return std::min(std::chrono::duration<double>(seconds), longest);
}

GLOBUS_DECL std::string Environment::default_url(std::string_view service) const {
    bool const production = name_ == "production";
    std::string const domain = production           ? "globus.org"
                               : name_ == "preview" ? "preview.globus.org"
                                                    : name_ + ".globuscs.info";
    if (service == "auth" || service == "app") return "https://" + std::string(service) + '.' + domain + '/';
    if (service == "actions" || service == "flows" || service == "timer")
        return "https://" + (production ? "" : name_ + '.') + std::string(service) + ".automate.globus.org/";
    if (service == "nexus" && production) return "https://nexus.api.globusonline.org/";
    return "https://" + std::string(service) + ".api." + domain + '/';
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP
