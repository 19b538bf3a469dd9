// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_COMPUTE_SERVICE_HPP
#define GLOBUS_SERVICES_COMPUTE_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/compute/errors.hpp>
#include <globus/services/compute/operations.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace globus {

/**
 * Globus Compute, version 2 of its API: functions that run on remote endpoints.
 *
 *     Client<ComputeServiceV2, AccessTokenPolicy> compute{token};
 *
 * https://compute.api.globus.org/redoc
 *
 * Ids are UUIDs as text. What is sent is a Json of the form that the operation's page describes.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; ComputeApiError for an error status; DecodeError for an answer that is
 * not what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its
 * own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct ComputeServiceV2 {
    static constexpr std::string_view name = "compute";
    static constexpr std::string_view resource_server = "funcx_service";
    using scopes = ComputeScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = ComputeApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, compute_v2::GetVersion, compute_v2::GetResultAmqpUrl,
                                  compute_v2::RegisterEndpoint, compute_v2::GetEndpoint, compute_v2::GetEndpointStatus,
                                  compute_v2::GetEndpoints, compute_v2::DeleteEndpoint, compute_v2::LockEndpoint,
                                  compute_v2::RegisterFunction, compute_v2::GetFunction, compute_v2::DeleteFunction,
                                  compute_v2::GetTask, compute_v2::GetTaskBatch, compute_v2::GetTaskGroup,
                                  compute_v2::Submit>();
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct ComputeServiceV2::Operations {
    /// @copydoc compute_v2::GetVersion
    Response<Json> get_version(compute_v2::GetVersion op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetResultAmqpUrl
    Response<compute_v2::ResultQueue> get_result_amqp_url(compute_v2::GetResultAmqpUrl op = {},
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::RegisterEndpoint
    Response<compute_v2::EndpointRegistration> register_endpoint(compute_v2::RegisterEndpoint op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpoint
    Response<compute_v2::Endpoint> get_endpoint(compute_v2::GetEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpointStatus
    Response<compute_v2::EndpointStatus> get_endpoint_status(compute_v2::GetEndpointStatus op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpoints
    Response<std::vector<compute_v2::Endpoint>> get_endpoints(compute_v2::GetEndpoints op = {},
                                                              CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::DeleteEndpoint
    Response<compute_v2::Deletion> delete_endpoint(compute_v2::DeleteEndpoint op,
                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::LockEndpoint
    Response<compute_v2::EndpointLock> lock_endpoint(compute_v2::LockEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::RegisterFunction
    Response<compute_v2::FunctionRegistration> register_function(compute_v2::RegisterFunction op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetFunction
    Response<compute_v2::Function> get_function(compute_v2::GetFunction op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::DeleteFunction
    Response<compute_v2::Deletion> delete_function(compute_v2::DeleteFunction op,
                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTask
    Response<compute_v2::Task> get_task(compute_v2::GetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTaskBatch
    Response<compute_v2::TaskBatch> get_task_batch(compute_v2::GetTaskBatch op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTaskGroup
    Response<compute_v2::TaskGroup> get_task_group(compute_v2::GetTaskGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::Submit
    Response<compute_v2::Submission> submit(compute_v2::Submit op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * Globus Compute, version 3 of its API.
 *
 *     Client<ComputeServiceV3, AccessTokenPolicy> compute{token};
 *
 * https://compute.api.globus.org/redoc
 *
 * Ids are UUIDs as text. What is sent is a Json of the form that the operation's page describes.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; ComputeApiError for an error status; DecodeError for an answer that is
 * not what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its
 * own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct ComputeServiceV3 {
    static constexpr std::string_view name = "compute";
    static constexpr std::string_view resource_server = "funcx_service";
    using scopes = ComputeScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = ComputeApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, compute_v3::RegisterEndpoint, compute_v3::UpdateEndpoint,
                                  compute_v3::LockEndpoint, compute_v3::GetEndpointAllowlist,
                                  compute_v3::RegisterFunction, compute_v3::Submit>();
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct ComputeServiceV3::Operations {
    /// @copydoc compute_v3::RegisterEndpoint
    Response<compute_v3::EndpointRegistration> register_endpoint(compute_v3::RegisterEndpoint op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::UpdateEndpoint
    Response<compute_v3::EndpointRegistration> update_endpoint(compute_v3::UpdateEndpoint op,
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::LockEndpoint
    Response<compute_v3::EndpointLock> lock_endpoint(compute_v3::LockEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::GetEndpointAllowlist
    Response<compute_v3::Allowlist> get_endpoint_allowlist(compute_v3::GetEndpointAllowlist op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::RegisterFunction
    Response<compute_v3::FunctionRegistration> register_function(compute_v3::RegisterFunction op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::Submit
    Response<compute_v3::Submission> submit(compute_v3::Submit op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_COMPUTE_SERVICE_HPP
