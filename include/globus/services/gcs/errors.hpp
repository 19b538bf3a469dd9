// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_ERRORS_HPP
#define GLOBUS_SERVICES_GCS_ERRORS_HPP

#include <globus/core/config.hpp>
#include <globus/oauth/api_error.hpp>

#include <string_view>

namespace globus {

/// The manager of a Globus Connect Server endpoint answered with an error status.
/// https://docs.globus.org/globus-connect-server/v5/api/
class GLOBUS_VISIBLE GcsApiError : public ApiError {
public:
    using ApiError::ApiError;

    /// The details that the endpoint adds to the message: a text or an object; null if nothing.
    [[nodiscard]] boost::json::value const& detail() const noexcept { return document_member("detail"); }
    /// The DATA_TYPE of `detail()`, such as "reason#1.0.0"; empty if it has none.
    [[nodiscard]] std::string_view detail_data_type() const noexcept;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/errors.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_ERRORS_HPP
