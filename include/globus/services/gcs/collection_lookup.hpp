// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_COLLECTION_LOOKUP_HPP
#define GLOBUS_SERVICES_GCS_COLLECTION_LOOKUP_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/scopes.hpp>

#include <string>
#include <utility>

// Which collection answers at an address, and what its document at Transfer says about the tokens for it.

namespace globus::detail {

/// The collection whose login an answer leads to. That is only what a host says of itself.
/// @throws UsageError  if it leads to none
std::string collection_of_login(http::Response const& answer);
/// @param https_server  where the files of the collection are, according to Transfer
/// @throws UsageError  if `url` is not there: it may not get a token of the collection
void check_collection_address(std::string const& url, std::string const& id, std::string const& https_server);

/// The options of a request for what a call needs to know: the body is for nobody else.
CallOptions options_to_look_up(CallOptions const& call);

/// The id of the collection that says that a file is its own.
/// @param transfer  a client, whose transport is used without its credential
template <class Client>
std::string collection_at(std::string const& url, Client const& transfer, CallOptions const& options) {
    http::Request request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.deadline = *options.deadline;
    request.stop = options.stop;
    request.max_response_bytes = transfer.options().max_response_bytes;
    http::Response response = http::send_repeatable(transfer.transport(), request);
    if (response.status >= 400) throw ApiError(request, std::move(response));
    return collection_of_login(response);
}

/// True if a user has to consent to what happens to the data of a collection.
/// @param document  an Endpoint of Transfer
template <class Endpoint>
bool needs_data_access(Endpoint const& document) {
    return document.entity_type.value_or("") == "GCSv5_mapped_collection" && !document.high_assurance.value_or(false);
}
/// The scopes for the files of a collection.
template <class Endpoint>
StringList file_scopes(std::string const& id, Endpoint const& document) {
    GcsCollectionScopes const scopes(id);
    StringList needed{scopes.https()};
    if (needs_data_access(document)) needed.push_back(scopes.data_access());
    return needed;
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/collection_lookup.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_COLLECTION_LOOKUP_HPP
