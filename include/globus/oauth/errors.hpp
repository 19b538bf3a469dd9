// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_ERRORS_HPP
#define GLOBUS_OAUTH_ERRORS_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>

#include <string_view>
#include <utility>

namespace globus {

/**
 * Globus Auth answered with an error status. https://docs.globus.org/api/auth/reference/#errors
 *
 *     catch (globus::AuthApiError const& error) {
 *         if (error.oauth_error() == "invalid_grant") log_in_again();
 *     }
 */
class GLOBUS_VISIBLE AuthApiError : public ApiError {
public:
    /// Like ApiError, but if the document's errors have a single `id` among them, request_id() is that.
    AuthApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, take_error_id) {}

    /// OAuth2's code for the error, such as "invalid_grant"; empty if there is none (RFC 6749, section 5.2).
    [[nodiscard]] std::string_view oauth_error() const noexcept { return document_text("error"); }
    /// OAuth2's description of the error for developers; empty if there is none (RFC 6749, section 5.2).
    [[nodiscard]] std::string_view oauth_error_description() const noexcept;

private:
    /// Takes the `id` of an error as the request_id, which Auth does not give: it is what to quote if there is only
    /// one.
    static void take_error_id(Reading& reading);
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/errors.ipp>
#endif

#endif  // GLOBUS_OAUTH_ERRORS_HPP
