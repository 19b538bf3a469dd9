// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_SERVICE_HPP
#define GLOBUS_SERVICES_GCS_SERVICE_HPP

#include <globus/client/client.hpp>
#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/once.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/gcs/errors.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/location.hpp>
#include <globus/services/gcs/operations.hpp>
#include <globus/services/gcs/remote_file.hpp>

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

using gcs::ActiveScaleStoragePolicies;
using gcs::AzureBlobStoragePolicies;
using gcs::BlackPearlStoragePolicies;
using gcs::BoxStoragePolicies;
using gcs::CephStoragePolicies;
using gcs::EndpointDocument;
using gcs::GCSRoleDocument;
using gcs::GoogleCloudStorageCollectionPolicies;
using gcs::GoogleCloudStoragePolicies;
using gcs::GoogleDriveStoragePolicies;
using gcs::GuestCollectionDocument;
using gcs::HPSSStoragePolicies;
using gcs::IrodsStoragePolicies;
using gcs::MappedCollectionDocument;
using gcs::OneDriveStoragePolicies;
using gcs::POSIXCollectionPolicies;
using gcs::POSIXStagingCollectionPolicies;
using gcs::POSIXStagingStoragePolicies;
using gcs::POSIXStoragePolicies;
using gcs::S3StoragePolicies;
using gcs::StorageGatewayDocument;
using gcs::UserCredentialDocument;

/**
 * The manager of one Globus Connect Server endpoint.
 *
 *     Client<GcsService, AccessTokenPolicy> manager{GcsService{"abc.xyz.data.globus.org"}, token};
 *     for (gcs::Collection const& collection : manager.paginate(gcs::GetCollectionList{})) ...
 *
 * The token must be for the endpoint's own resource server, which is its id.
 * https://docs.globus.org/globus-connect-server/v5/api/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; GcsApiError for an error status; DecodeError for an answer that is not
 * what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct GcsService {
    static constexpr std::string_view name = "gcs";
    using error = GcsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<
            Asked, gcs::GetGcsInfo, gcs::GetEndpoint, gcs::UpdateEndpoint, gcs::GetCollectionList, gcs::GetCollection,
            gcs::CreateCollection, gcs::UpdateCollection, gcs::DeleteCollection, gcs::GetStorageGatewayList,
            gcs::CreateStorageGateway, gcs::GetStorageGateway, gcs::UpdateStorageGateway, gcs::DeleteStorageGateway,
            gcs::GetRoleList, gcs::CreateRole, gcs::GetRole, gcs::DeleteRole, gcs::GetUserCredentialList,
            gcs::CreateUserCredential, gcs::GetUserCredential, gcs::UpdateUserCredential, gcs::DeleteUserCredential>();
    }

    template <class Client>
    struct Operations;

    std::string gcs_address;                   ///< a host name, or an https URL with or without /api
    detail::Once<std::string> client_id = {};  ///< what endpoint_client_id() learned

    /// @throws UsageError  for an empty address
    [[nodiscard]] std::string base_url() const;
};

/// The operations as member functions of a Client.
template <class Client>
struct GcsService::Operations {
    /// @copydoc gcs::GetGcsInfo
    Response<gcs::Answer<gcs::Info>> get_gcs_info(gcs::GetGcsInfo op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetEndpoint
    Response<gcs::Answer<gcs::Endpoint>> get_endpoint(gcs::GetEndpoint op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateEndpoint
    Response<gcs::Answer<gcs::Endpoint>> update_endpoint(gcs::UpdateEndpoint op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetCollectionList
    Response<gcs::Answer<gcs::Collection>> get_collection_list(gcs::GetCollectionList op = {},
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetCollection
    Response<gcs::Answer<gcs::Collection>> get_collection(gcs::GetCollection op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateCollection
    Response<gcs::Answer<gcs::Collection>> create_collection(gcs::CreateCollection op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateCollection
    Response<gcs::Answer<gcs::Collection>> update_collection(gcs::UpdateCollection op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteCollection
    Response<gcs::Answer<Json>> delete_collection(gcs::DeleteCollection op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetStorageGatewayList
    Response<gcs::Answer<gcs::StorageGateway>> get_storage_gateway_list(gcs::GetStorageGatewayList op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> create_storage_gateway(gcs::CreateStorageGateway op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> get_storage_gateway(gcs::GetStorageGateway op,
                                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> update_storage_gateway(gcs::UpdateStorageGateway op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteStorageGateway
    Response<gcs::Answer<Json>> delete_storage_gateway(gcs::DeleteStorageGateway op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetRoleList
    Response<gcs::Answer<gcs::Role>> get_role_list(gcs::GetRoleList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateRole
    Response<gcs::Answer<gcs::Role>> create_role(gcs::CreateRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetRole
    Response<gcs::Answer<gcs::Role>> get_role(gcs::GetRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteRole
    Response<gcs::Answer<Json>> delete_role(gcs::DeleteRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetUserCredentialList
    Response<gcs::Answer<gcs::UserCredential>> get_user_credential_list(gcs::GetUserCredentialList op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateUserCredential
    Response<gcs::Answer<gcs::UserCredential>> create_user_credential(gcs::CreateUserCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetUserCredential
    Response<gcs::Answer<gcs::UserCredential>> get_user_credential(gcs::GetUserCredential op,
                                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateUserCredential
    Response<gcs::Answer<gcs::UserCredential>> update_user_credential(gcs::UpdateUserCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteUserCredential
    Response<gcs::Answer<Json>> delete_user_credential(gcs::DeleteUserCredential op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * The id of the endpoint, which is also the resource server of its tokens. It is asked for once, without a
     * credential; a call from another thread waits meanwhile, as long as its own options allow.
     *
     * It is what the host says of itself: before sending a token there, make sure that the address is the endpoint's
     * own, which is `gcs_manager_url` in its document at Transfer.
     *
     * @throws DecodeError  if the endpoint does not give it
     */
    [[nodiscard]] std::string endpoint_client_id(CallOptions const& options = {}) const {
        auto const call = self().begin_call(options);
        auto const ask = [&] {
            auto const info = get_gcs_info({}, call.options());
            for (gcs::Info const& document : info->data)
                if (is_uuid(document.client_id.value_or(""))) return *document.client_id;
            throw DecodeError("the information on this endpoint has no client_id, or one that is no UUID", info.text());
        };
        return self().service().client_id.get(ask, *call.options().deadline, call.options().stop);
    }
    /// The scopes of an endpoint's manager. It sends nothing.
    [[nodiscard]] static GcsEndpointScopes get_gcs_endpoint_scopes(std::string endpoint_id) {
        return GcsEndpointScopes(std::move(endpoint_id));
    }
    /// The scopes of a collection. It sends nothing.
    [[nodiscard]] static GcsCollectionScopes get_gcs_collection_scopes(std::string collection_id) {
        return GcsCollectionScopes(std::move(collection_id));
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * The files of one collection, over HTTPS.
 *
 *     Client<GcsCollectionService, AccessTokenPolicy> files{GcsCollectionService{id, "m-abc.xyz.data.globus.org"}, token};
 *     files.read_file("/data/readme.txt").text()
 *
 * The token must be for the collection's own resource server, which is its id, with the scope `https`. The host at the
 * address gets it, whoever that is: take address and id from one source, the collection's document at Transfer.
 *
 *     auto const collection = transfer.get_endpoint({.endpoint_id = id});
 *     auto const files = app.client(GcsCollectionService::of(*collection));
 *
 * https://docs.globus.org/globus-connect-server/v5/https-access-collections/
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; ApiError for an error status; DecodeError for an answer that is not what
 * it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct GcsCollectionService {
    static constexpr std::string_view name = "gcs";
    using error = ApiError;  // the files come from a plain HTTPS server
    using credential = BearerCredential;
    static constexpr bool as_stored = true;  ///< files come as they are, without unpacking

    std::string collection_id;
    std::string collection_address;  ///< a host name or an https URL

    /// The collection that a document of Transfer is about.
    /// @param collection  an Endpoint of globus/services/transfer.hpp
    /// @throws UsageError  if it has no id, or its files cannot be read by HTTPS
    template <class Endpoint>
        requires requires(Endpoint const& e) { std::string(e.id + e.https_server.value_or("")); }
    [[nodiscard]] static GcsCollectionService of(Endpoint const& collection) {
        GcsCollectionService service{collection.id, collection.https_server.value_or("")};
        if (service.collection_id.empty() || service.collection_address.empty())
            throw UsageError("the document has no id or no https_server: it is of no collection with files by HTTPS");
        return service;
    }

    /// The resource server of its tokens: the collection itself.
    [[nodiscard]] std::string_view resource_server() const noexcept { return collection_id; }
    /// The scopes of the collection.
    [[nodiscard]] GcsCollectionScopes scopes() const { return GcsCollectionScopes(collection_id); }
    /// The scopes that a client of an app asks for: the one for reading and writing files.
    [[nodiscard]] std::array<std::string, 1> default_scopes() const { return {scopes().https()}; }
    /// @throws UsageError  for an empty address
    [[nodiscard]] std::string base_url() const;

    /// Makes a redirect to the login of this collection, which is for browsers, the 401 that it means to a program: the
    /// token is renewed once, and if that does not help, the error says which login is required (see to_gare).
    void read_login(http::Response& answer) const;

    /// What a Client of the collection can do.
    template <class Client>
    struct Operations {
        /// Reads a file as it is stored, whatever is in it. With CallOptions::sink it goes to the sink piece by piece,
        /// whatever its size. The call may last as long as data flows: unless the call or the client was given a
        /// time-out or deadline, only the transport's idle time-out ends it.
        /// GET {path}
        /// @param path  from the top of the collection
        Response<Bytes> read_file(std::string path, CallOptions const& options = {}) const {
            return static_cast<Client const&>(*this).template get<Bytes>(std::move(path), {}, options);
        }

        /// Asks for the size, ETag and time of a file.
        /// HEAD {path}
        /// @param path  from the top of the collection
        [[nodiscard]] FileStat stat_file(std::string_view path, CallOptions const& options = {}) const {
            return detail::stat_file(access(), path, options);
        }
        /// The same, by a place in this collection.
        [[nodiscard]] FileStat stat_file(Location const& place, CallOptions const& options = {}) const {
            return stat_file(place.uri(), options);
        }

        /**
         * Downloads a file, in constant memory, and checks its size, and its digest if there is one.
         *
         *     files.download({.path = "/data/run.h5", .to = "run.h5"});
         *
         * If the connection breaks, it goes on where that was, as long as the client's retry policy lets it; an attempt
         * that brought 64 KiB, or a hundredth of the file, counts as a first one. The parts are of one version of the file (If-Range); if
         * it changed, the download begins anew, or, if it went to a stream or function, ends with FileChangedError.
         *
         * A file is written beside its place and put there as a whole when all is there and checked. What has arrived
         * of a download that failed, or was killed, lies beside it (`.NAME.globus-part`), and the next call for the
         * same file goes on there, also in another process.
         *
         * The call may last as long as data flows: unless the call or the client was given a time-out or deadline, only
         * the transport's idle time-out ends an attempt. `what.on_begin`, `what.progress` and the target are called
         * within a request: they must not destroy the client.
         *
         * Many files, or large ones between two collections, are for a transfer: TransferService moves them without
         * this machine, and tries for days.
         *
         * @throws UsageError          before anything is sent, for a path that cannot be right; and for a buffer that
         *                             is too small
         * @throws LocalFileError      if the file cannot be written
         * @throws FileChangedError    if the file changed, and the target cannot begin anew, or for the fourth time
         * @throws FileIntegrityError  if another size or digest arrived
         */
        Downloaded download(Download const& what, CallOptions const& options = {}) const {
            return detail::download_file(access(), what, options);
        }

        /**
         * Opens a file, to read parts of it.
         *
         *     RemoteFile const file = files.open("/data/run.h5");
         *     file.read_at(offset, buffer);
         *
         * HEAD {path}
         * @param path  from the top of the collection, or a place in it
         */
        template <class Path>
            requires std::convertible_to<Path const&, Required<std::string>>
        [[nodiscard]] RemoteFile open(Path const& path, CallOptions const& options = {}) const {
            return open(OpenFile{.path = path}, options);
        }
        /// The same, with a choice of what is read at once, and kept.
        /// @throws UsageError  before anything is sent, for sizes that do not go together
        [[nodiscard]] RemoteFile open(OpenFile how, CallOptions const& options = {}) const {
            return {std::make_shared<detail::FileAccessOf<Client>>(static_cast<Client const&>(*this)), std::move(how),
                    options};
        }

        /**
         * Uploads a file, in constant memory, and compares the size of what is there then.
         *
         *     files.upload({.from = "run.h5", .path = "/data/run.h5"});
         *
         * It is sent by one PUT; after a failure that may pass it is sent again from the beginning, as long as the
         * client's retry policy lets it and the source can be read again. A server is asked whether it wants a large
         * body before it is sent (Expect: 100-continue). If another attempt finds that an earlier one has made the file
         * that was not to be overwritten, the call succeeds.
         *
         * What a server does with a part of a file is its own affair. An error after which there may be such a part, or
         * the whole file, says so: `outcome_unknown()`.
         *
         * The call may last as long as data flows, as for `download`.
         * PUT {path}
         *
         * @throws UsageError          before anything is sent, for what cannot be right
         * @throws LocalFileError      if the file cannot be read
         * @throws FileChangedError    if it changed while it was sent
         * @throws FileIntegrityError  if the collection has a file of another size or digest afterwards
         */
        Uploaded upload(Upload const& what, CallOptions const& options = {}) const {
            static_assert(detail::check_raw<typename Client::service_type, false>());
            return detail::upload_file(access(), what, options);
        }

    private:
        [[nodiscard]] auto access() const {
            return detail::FileAccessOf<Client const&>(static_cast<Client const&>(*this));
        }
    };
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/service.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_SERVICE_HPP
