// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_GLOBUS_HPP
#define GLOBUS_GLOBUS_HPP

// The C++ SDK for Globus: every service, every authorizer policy, CurlTransport and MockTransport.
//
//     #include <globus/globus.hpp>
//
//     globus::Client<globus::TransferService, globus::AccessTokenPolicy> transfer{token};
//     auto const listing = transfer.operation_ls({.endpoint_id = id, .path = "/~/"});
//     for (auto const& file : listing) ...
//
// A single service costs less to compile: <globus/services/transfer.hpp>.

#include <globus/app.hpp>
#include <globus/client/any_client.hpp>
#include <globus/client/client_with.hpp>
#include <globus/client/environment.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/format.hpp>
#include <globus/core/json.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/manual_clock.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/rate_limiter.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/oauth/pkce.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/flows.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/gcs/collection.hpp>
#include <globus/services/gcs/connector_table.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/gcs/location.hpp>
#include <globus/services/gcs/trees.hpp>
#include <globus/services/groups.hpp>
#include <globus/services/search.hpp>
#include <globus/services/timers.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer/local_endpoint.hpp>
#include <globus/services/transfer_v2.hpp>
#include <globus/version.hpp>

#endif  // GLOBUS_GLOBUS_HPP
