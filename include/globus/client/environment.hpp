// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ENVIRONMENT_HPP
#define GLOBUS_CLIENT_ENVIRONMENT_HPP

#include <globus/core/config.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace globus {

/**
 * One of the places where Globus runs, and the base URLs of its services there.
 *
 *     Environment::current().service_url("transfer")    // https://transfer.api.globus.org/
 *
 * These variables are read, as in Globus' own SDKs:
 *
 *     GLOBUS_SDK_ENVIRONMENT            production (if unset), preview, sandbox, integration, test, staging
 *     GLOBUS_SDK_SERVICE_URL_TRANSFER   base URL of one service: AUTH TRANSFER SEARCH GROUPS TIMER FLOWS COMPUTE APP
 *     GLOBUS_SDK_HTTP_TIMEOUT           seconds without a byte before a request fails; 60 if unset, -1 for none, a year at most
 *
 * @par Thread safety
 * Any function may be called from any thread, as long as no thread calls setenv.
 */
class Environment {
public:
    /// @throws UsageError  for an unknown name; the message lists the known ones
    explicit Environment(std::string name);

    /// The environment that GLOBUS_SDK_ENVIRONMENT names, or production.
    [[nodiscard]] static Environment current();

    /// The name, one of six: "production", "preview", ...
    [[nodiscard]] std::string const& name() const noexcept { return name_; }

    /// The base URL of a service, as GLOBUS_SDK_SERVICE_URL_* overrides it.
    [[nodiscard]] std::string service_url(std::string_view service) const;

    /// The seconds of GLOBUS_SDK_HTTP_TIMEOUT, at most a year; 60 if it is unset or empty, nothing for -1.
    /// @throws UsageError  for anything else that is not a positive number
    [[nodiscard]] static std::optional<std::chrono::duration<double>> http_timeout();

private:
    static constexpr std::array<std::string_view, 6> names{"production",  "preview", "sandbox",
                                                           "integration", "test",    "staging"};

    [[nodiscard]] std::string default_url(std::string_view service) const;

    std::string name_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/environment.ipp>
#endif

#endif  // GLOBUS_CLIENT_ENVIRONMENT_HPP
