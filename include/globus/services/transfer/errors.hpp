// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#define GLOBUS_SERVICES_TRANSFER_ERRORS_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/oauth/api_error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// Globus Transfer answered with an error status. https://docs.globus.org/api/transfer/overview/#errors
class GLOBUS_VISIBLE TransferApiError : public ApiError {
public:
    using ApiError::ApiError;
};

/**
 * The second base of every error of submit_transfer, submit_delete and create_tunnel:
 *
 *     catch (NetworkError const& error) {
 *         store(submission_id(error));
 *     }
 */
class GLOBUS_VISIBLE SubmissionError {
public:
    /// @param id  of the submission
    explicit SubmissionError(std::string id) : id_(std::move(id)) {}

    /// The submission id that was sent. Submitting with it again makes no second task.
    [[nodiscard]] std::string const& submission_id() const noexcept { return id_; }

protected:
    ~SubmissionError() = default;

private:
    std::string id_;
};

/// The submission id of the submit_transfer, submit_delete or create_tunnel that an error ended; empty for other calls.
[[nodiscard]] std::string submission_id(Error const& error);

namespace detail {

/// An error that ended a submission.
template <class E>
class GLOBUS_VISIBLE SubmissionEndedBy final : public E, public SubmissionError {
public:
    SubmissionEndedBy(E const& error, std::string id) : E(error), SubmissionError(std::move(id)) {}
};

/// True if a code of Transfer says that an endpoint failed, not Transfer itself, so that asking again would not help.
constexpr bool is_endpoint_code(std::string_view code) {
    std::string_view const first = code.substr(0, code.find('.'));
    return first == "ExternalError" || first == "EndpointError";
}
bool is_endpoint_error(ApiError const& error);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/errors.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
