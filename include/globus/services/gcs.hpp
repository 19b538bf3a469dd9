// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_HPP
#define GLOBUS_SERVICES_GCS_HPP

// All that a user of Globus Connect Server needs: the service, every policy that gives it a token, and the transports.

#include <globus/http/any_transport.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>
#include <globus/services/gcs/connector_table.hpp>
#include <globus/services/gcs/service.hpp>

#endif  // GLOBUS_SERVICES_GCS_HPP
