// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ANY_CLIENT_HPP
#define GLOBUS_CLIENT_ANY_CLIENT_HPP

#include <globus/client/client.hpp>
#include <globus/http/any_retry.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/oauth/any_policy.hpp>

namespace globus {

/**
 * A client of a service, whatever its policies: for functions that are no templates. Any client of the service converts
 * to it.
 *
 *     std::size_t count_files(AnyClient<TransferService> const& transfer, std::string const& endpoint_id);
 *
 *     count_files(app.client<TransferService>(), id);
 *     count_files(Client<TransferService, AccessTokenPolicy, MockTransport>{"token", {.transport = mock}}, id);
 *
 * A client converts to AnyClient<ReadOnly<Service>>, too, for functions that only read.
 *
 * The result is a copy, as any copy of a client is: it shares the tokens, connections and retry budget of the original,
 * and has calls of its own, which end when it is destroyed. A range (`paginate`, `recursive_ls`) refers to the client
 * that it was made from: of a parameter that was converted, it ends with the function.
 */
template <class S>
using AnyClient = Client<S, AnyPolicy, AnyTransport, AnyRetry>;

}  // namespace globus

#endif  // GLOBUS_CLIENT_ANY_CLIENT_HPP
