// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/transfer/errors.hpp>

#include <string>

namespace globus {

GLOBUS_DECL std::string submission_id(Error const& error) {
    auto const* submission = dynamic_cast<SubmissionError const*>(&error);
    return submission != nullptr ? submission->submission_id() : std::string();
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL bool is_endpoint_error(ApiError const& error) { return is_endpoint_code(error.code()); }

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP
