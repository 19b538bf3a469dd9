// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_DOWNLOADER_HPP
#define GLOBUS_SERVICES_GCS_DOWNLOADER_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/client.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/once.hpp>
#include <globus/http/url.hpp>
#include <globus/services/gcs/collection_lookup.hpp>
#include <globus/services/gcs/service.hpp>

#include <concepts>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace globus {

/**
 * A downloader that reads files of collections by their addresses alone.
 *
 *     GCSDownloader downloader{transfer, [&](std::string const& collection_id, StringList const& scopes) {
 *         return RefreshPolicy{app, tokens_for(collection_id, scopes)};
 *     }};
 *     std::string const text = downloader.read_file("https://m-abc.xyz.data.globus.org/home/file.txt");
 *
 * The first file of a collection costs two more requests: one without a credential, whose answer is a redirect to a
 * login and so names the collection, and one to Transfer, which knows the scopes that the collection asks for, and its
 * address: a host that names a collection that is not its own gets no token. Meanwhile calls for other files of the
 * collection wait; those for other collections do not.
 *
 * Addresses may be as a browser shows them, with blanks and letters of any script: see http::encode_iri.
 *
 * @tparam Transfer  a Client<TransferService, ...>; its transport and time-outs are used for the files, too
 * @tparam Access    gives the policy for a collection, by its id and the scopes that are needed. It is called by one
 *                   thread at a time for each collection, outside all locks, and may read files of other collections,
 *                   but not of one whose token is just being asked for by reading a file of this one
 *
 * @par Errors
 * UsageError for a malformed address, one at which no collection answers, or one that is not that of the collection
 * that answers; ApiError, TransferApiError and NetworkError as from the clients; and what `access` throws.
 * @par Thread safety
 * Any function may be called from any thread. Destroying a downloader ends the calls that other threads have on it with
 * NetworkError (cancelled), and waits for them.
 *
 * https://docs.globus.org/globus-connect-server/v5/https-access-collections/
 */
template <class Transfer, class Access>
    requires std::invocable<Access const&, std::string const&, StringList const&>
class GCSDownloader {
public:
    /// The authorizer that `Access` makes for a collection.
    using policy_type = std::invoke_result_t<Access const&, std::string const&, StringList const&>;
    /// The Transfer client's transport; the files come over it, too.
    using transport_type = typename Transfer::transport_type;
    /// The client of one collection.
    using client_type = Client<GcsCollectionService, policy_type, transport_type>;

    /// It sends nothing. `access` gives the authorizer for a collection, by its id and the scopes that it needs.
    GCSDownloader(Transfer transfer, Access access) : transfer_(std::move(transfer)), access_(std::move(access)) {}

    /// Reads the bytes of a file as it is stored, whatever they are. With CallOptions::sink they go to the sink piece
    /// by piece, and the result is empty. The call may last as long as data flows: unless the call or the Transfer
    /// client was given a time-out or deadline, only the transport's idle time-out ends it.
    /// @param file_uri  https://HOST/PATH
    /// @param options   its time-out, deadline and stop_token cover all that the call needs
    [[nodiscard]] std::string read_file(std::string const& file_uri, CallOptions const& options = {}) const {
        detail::JointCall const call(gate_, ending(options));
        std::string const url = http::encode_iri(file_uri);
        client_type const files = client_of(url, call);
        CallOptions reading = call.options();
        if (!detail::is_timed(options, transfer_.options().timeout)) reading.deadline.reset();  // as long as it flows
        return *files.template get<Bytes>(url, {}, reading);
    }

    /// The client of the collection that a file is in.
    [[nodiscard]] client_type client(std::string const& file_uri, CallOptions const& options = {}) const {
        return client_of(http::encode_iri(file_uri), detail::JointCall(gate_, ending(options)));
    }

private:
    /// The options of a call that begins now, with the time at which it ends.
    [[nodiscard]] CallOptions ending(CallOptions options) const {
        options.deadline = detail::deadline_of(options, transfer_.options().timeout);
        return options;
    }
    [[nodiscard]] client_type client_of(std::string const& url, detail::JointCall const& call) const {
        http::Url const parts = http::parse_url(url);
        std::string const address = url.substr(0, url.find_first_of("/?#", parts.scheme.size() + 3));
        (void)http::check_base_url(address);
        detail::Once<client_type> const entry = [&] {
            State& state = *state_;
            std::lock_guard const lock(state.mutex);
            return state.clients[address];
        }();
        CallOptions const& options = call.options();
        return entry.get([&] { return make_client(url, call); }, *options.deadline, options.stop);
    }
    [[nodiscard]] client_type make_client(std::string const& url, detail::JointCall const& call) const {
        CallOptions const mine = detail::options_to_look_up(call.options());
        std::string const id = detail::collection_at(url, transfer_, mine);
        auto const collection = transfer_.get_endpoint({.endpoint_id = id}, mine);
        detail::check_collection_address(url, id, collection->https_server.value_or(""));
        typename client_type::Options settings;
        settings.transport = transfer_.transport();
        settings.auth_url = transfer_.options().auth_url;
        settings.timeout = transfer_.options().timeout;
        settings.max_response_bytes = transfer_.options().max_response_bytes;
        std::optional<policy_type> policy;
        call.run_callback([&] { policy.emplace(access_(id, detail::file_scopes(id, *collection))); });
        return client_type(GcsCollectionService{id, *collection->https_server}, *std::move(policy), settings);
    }

    struct State {
        std::mutex mutex;
        std::map<std::string, detail::Once<client_type>> clients;  ///< by the addresses of their collections
    };

    Transfer transfer_;
    Access access_;
    detail::ProcessBound<State> state_{std::in_place};
    detail::CallGate gate_;  // the last member: all calls end before anything that they use is destroyed
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_DOWNLOADER_HPP
