// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP
#define GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/http/curl_transport.hpp>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::vector<std::string> directories_of(std::string_view list) {
    std::vector<std::string> all;
    for (std::string_view rest = list; !rest.empty();) {
        auto const colon = rest.find(':');
        if (colon != 0) all.emplace_back(rest.substr(0, colon));
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
    return all;
}

/// A variable of the environment; empty if it is unset.
GLOBUS_DECL std::string variable_or_empty(char const* name) {
    char const* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

[[noreturn]] GLOBUS_DECL void refuse_variable(std::string const& name, std::string const& value, char const* why) {
    throw UsageError(name + " of the environment names " + value + ", which cannot be read: " + why);
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL CurlOptions CurlOptions::from_environment() {
    CurlOptions options;
    char const* const own = "CURL_CA_BUNDLE";
    options.ca_file = detail::variable_or_empty(own);
    bool const is_own = !options.ca_file.empty();
    if (!is_own) options.ca_file = detail::variable_or_empty("SSL_CERT_FILE");
    if (!options.ca_file.empty())
        if (char const* const why = detail::why_unreadable(options.ca_file, false))
            detail::refuse_variable(is_own ? own : "SSL_CERT_FILE", options.ca_file, why);
    if (is_own) return options;
    std::string const list = detail::variable_or_empty("SSL_CERT_DIR");
    char const* why = nullptr;
    for (std::string const& directory : detail::directories_of(list)) {
        char const* const wrong = detail::why_unreadable(directory, true);
        if (wrong != nullptr)
            why = wrong;
        else
            options.ca_path.append(options.ca_path.empty() ? "" : ":").append(directory);
    }
    if (options.ca_path.empty() && why != nullptr) detail::refuse_variable("SSL_CERT_DIR", list, why);
    return options;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP
