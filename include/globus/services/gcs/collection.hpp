// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_COLLECTION_HPP
#define GLOBUS_SERVICES_GCS_COLLECTION_HPP

#include <globus/client/any_client.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/client.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/once.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/services/gcs/collection_lookup.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/location.hpp>
#include <globus/services/gcs/remote_file.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/gcs/trees.hpp>
#include <globus/services/transfer/service.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

/// What Collection::remove removes.
struct RemovePath {
    Required<std::string> path;   ///< of a file or folder
    bool recursive = false;       ///< a folder goes with all that is in it
    bool ignore_missing = false;  ///< it is no error if there is no such thing
    /// How long to wait for the end of the task that removes it.
    std::chrono::duration<double> timeout = std::chrono::hours(1);
    OnFault on_fault = OnFault::fail_fast;  ///< what to do about errors that cannot heal
};

namespace detail {

/// What was found out about a collection.
struct FoundCollection {
    std::string id;
    Response<transfer::Endpoint> document;
};

/// A collection as a text: its id, or what Location reads. The path is empty for an id alone.
Location collection_place(std::string const& text);
/// A path that may be relative to a place; empty if neither says one.
std::string path_from(std::string const& top, std::string_view path);
/// @throws UsageError  for an empty path
std::string some_path(std::string path);
/// @throws UsageError  if the files of a collection are not to be had by HTTPS
GcsCollectionService file_service(FoundCollection const& found);

/// The scopes for the files of a collection, for an app.
std::vector<Scope> file_scope_list(FoundCollection const& found);

/// Makes clients of services: UserApp, ClientApp.
template <class App>
concept MakesClients = requires(App const& app) { app.client(TransferService{}); };
template <class App, class S>
using AppClientOf = decltype(std::declval<App const&>().client(std::declval<S>()));
/// Gives the policy for a collection, by its id and the scopes that are needed.
template <class Access>
concept CollectionAccess = std::invocable<Access const&, std::string const&, StringList const&>;
template <class Transfer>
using RetryOf = std::remove_cvref_t<decltype(std::declval<Transfer const&>().options().retry)>;
/// The client for the files, with what `Access` gives.
template <class Transfer, class Access>
using FilesOf = Client<GcsCollectionService, std::invoke_result_t<Access const&, std::string const&, StringList const&>,
                       typename Transfer::transport_type, RetryOf<Transfer>>;

}  // namespace detail

/**
 * A collection, with all that a program wants of one place: folders over Transfer, and files over HTTPS.
 *
 *     UserApp app{Native{client_id}, {.app_name = "analysis"}};
 *     Collection const data{app, "globus://6c54cade-bde5-45c1-bdea-f4bd71dba2cc/home/share/"};
 *     app.run([&] {
 *         for (File const& file : data.ls()) std::puts(file.name.c_str());
 *         data.download({.path = "run1/result.h5", .to = "result.h5"});
 *     });
 *
 * Which collection it is, is said by its id or by anything that Location reads, also the address of one of its files.
 * Making a Collection sends nothing: what has to be known (the id, if only an address was given, the address of the
 * files, and whether the collection wants a consent for its data) is asked for once, by the first function that needs
 * it, and the tokens are those for just that. A collection without an HTTPS server has folders only: the functions for
 * files throw a UsageError.
 *
 * Paths are from the top of the collection if they begin with a slash, and below the path of the place if they do not.
 * A Location in this collection is a path, too. No path is that of the place: `ls()` lists it; if it was only an id, the
 * collection's default folder.
 *
 * What else Transfer can do, `transfer()` does; files are those of `files()`.
 *
 * @tparam Transfer  a Client<TransferService, ...>
 * @tparam Files     a Client<GcsCollectionService, ...>. Both types follow from the arguments of the constructor;
 *                   AnyCollection, to which each converts, is for functions that are no templates
 *
 * @par Errors
 * Those of the clients: TransferApiError and ApiError, which says what the user has to do if a login or consent is
 * missing (to_gare), NetworkError, and what the authorizer throws, such as LoginRequiredError; so `app.run` logs in and
 * goes on. UsageError for a place in another collection, for a host that says that its files are those of a collection
 * that is elsewhere, and for files of a collection that has none by HTTPS.
 * @par Thread safety
 * Any function may be called from any thread. Destroying a collection ends the calls that other threads have on it with
 * NetworkError (cancelled), and waits for them. Copies have calls of their own, and share what was found out.
 */
template <class Transfer, class Files>
class Collection {
public:
    using transfer_type = Transfer;
    using files_type = Files;

    /**
     * A collection as the user of an app sees it, or the app itself. The app is told that it needs the scope of
     * Transfer, and, when it is known, those of the collection: the next call then asks for a login if they are
     * missing.
     *
     * @param app      a UserApp or ClientApp
     * @param place    the collection's id, or what Location reads
     * @param options  of the clients, in place of the app's own: ClientOptions of its transport; a base URL is that of
     *                 Transfer
     * @throws UsageError  for what is no place
     */
    template <detail::MakesClients App>
    Collection(App const& app, std::string const& place,
               std::optional<typename Transfer::Options> options = std::nullopt)
        : Collection(app.client(TransferService{}, std::move(options)), place) {
        asks_first_ = true;
        // What a login asks for then is all that the collection may need, so that the user is asked once.
        learned_ = [app, transfer = transfer_](Found const& found) {
            if (detail::needs_data_access(*found.document)) transfer.add_app_data_access_scope({found.id});
            if (!found.document->https_server.value_or("").empty())
                app.add_scope_requirements(found.id, detail::file_scope_list(found));
        };
        make_files_ = [app, transfer = transfer_](Found const& found, CallOptions const&) {
            return app.client(detail::file_service(found), detail::file_scope_list(found),
                              std::optional(file_options(transfer.options())));
        };
    }

    /**
     * A collection whose tokens come from a function.
     *
     *     Collection const data{transfer, id, [&](std::string const& collection_id, StringList const& scopes) {
     *         return ClientCredentialsPolicy{app, scopes};
     *     }};
     *
     * @param transfer  its token needs the consent for the data of the collection, if that wants one
     * @param place     the collection's id, or what Location reads
     * @param access    gives the policy for its files, by its id and the scopes that are needed; called once, unless it
     *                  throws
     * @throws UsageError  for what is no place
     */
    template <detail::CollectionAccess Access>
    Collection(Transfer transfer, std::string const& place, Access access) : Collection(std::move(transfer), place) {
        make_files_ = [access = std::move(access), mine = transfer_](Found const& found, CallOptions const&) {
            GcsCollectionService service = detail::file_service(found);
            return Files(std::move(service), access(found.id, detail::file_scopes(found.id, *found.document)),
                         file_options(mine.options()));
        };
    }

    /// The collection of a client for files, with a Transfer client for the rest. It is its place; nothing is asked for.
    Collection(std::type_identity_t<Transfer> transfer, std::type_identity_t<Files> files)
        : Collection(std::move(transfer), files.service().collection_id) {
        (void)files_.get([&] { return std::move(files); }, http::Clock::time_point::max(), {});
    }

    /// Converts from one of other clients, if those convert to these: to AnyCollection from any.
    template <class T2, class F2>
        requires(!std::same_as<Collection, Collection<T2, F2>> && std::convertible_to<T2, Transfer> &&
                 std::convertible_to<F2, Files>)
    Collection(Collection<T2, F2> const& other)
        : transfer_(other.transfer()),
          place_(other.place_),
          asks_first_(other.asks_first_),
          look_up_([other](CallOptions const& options) { return other.find(detail::JointCall(other.gate_, options)); }),
          make_files_([other](Found const&, CallOptions const& options) { return Files(other.files(options)); }) {}

    /// Its id. It asks only if the place was given by an address.
    [[nodiscard]] std::string id(CallOptions const& options = {}) const {
        return place_.collection_id.empty() ? find(begin(options)).id : place_.collection_id;
    }
    /// Its document at Transfer, as it was when it was first needed.
    [[nodiscard]] Response<transfer::Endpoint> document(CallOptions const& options = {}) const {
        return find(begin(options)).document;
    }
    /// What a path means, as a place that has names: `uri()` and `web_url()`.
    [[nodiscard]] Location location(std::string_view path = {}, CallOptions const& options = {}) const {
        return folder_call(options, path, [&](std::string const& there, std::string const& id, CallOptions const&) {
            return Location{.collection_id = id, .path = there.empty() ? "/" : there};
        });
    }
    /// The client for its folders.
    [[nodiscard]] Transfer const& transfer() const noexcept GLOBUS_LIFETIMEBOUND { return transfer_; }
    /// A client for its files. @throws UsageError  if the collection has no HTTPS server
    [[nodiscard]] Files files(CallOptions const& options = {}) const { return files_for(begin(options)); }

    /// Lists a folder: see transfer::OperationLs.
    Response<FileList> ls(std::string_view path = {}, CallOptions const& options = {}) const {
        return folder_call(options, path, [&](std::string const& there, std::string const& id, CallOptions const& all) {
            return transfer_.operation_ls({.endpoint_id = id, .path = said(there)}, all);
        });
    }
    /// What is known about a file or folder: see transfer::OperationStat.
    Response<File> stat(std::string_view path = {}, CallOptions const& options = {}) const {
        return folder_call(options, path, [&](std::string const& there, std::string const& id, CallOptions const& all) {
            return transfer_.operation_stat({.endpoint_id = id, .path = said(there)}, all);
        });
    }
    /// Makes a folder: see transfer::OperationMkdir.
    Response<OperationResult> mkdir(std::string_view path, CallOptions const& options = {}) const {
        return folder_call(options, path, [&](std::string const& there, std::string const& id, CallOptions const& all) {
            return transfer_.operation_mkdir({.endpoint_id = id, .path = detail::some_path(there)}, all);
        });
    }
    /// Makes a folder and those above it that are missing. @return true if it made the folder, false if it was there
    bool ensure_directory(std::string_view path, CallOptions const& options = {}) const {
        return folder_call(options, path, [&](std::string const& there, std::string const& id, CallOptions const& all) {
            return transfer_.ensure_directory({.endpoint_id = id, .path = detail::some_path(there)}, all);
        });
    }
    /// Renames or moves a file or folder within the collection: see transfer::OperationRename.
    /// @param to  its new path, not that of the folder above it
    Response<OperationResult> rename(std::string_view from, std::string_view to,
                                     CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        ask_first(call);
        return transfer_.operation_rename({.endpoint_id = id_of(call),
                                           .oldpath = detail::some_path(path_of(from, call)),
                                           .newpath = detail::some_path(path_of(to, call))},
                                          call.options());
    }

    /**
     * Removes a file or folder by a task of Transfer, and waits for that.
     *
     *     TaskVerdict const verdict = data.remove({.path = "run1/", .recursive = true});
     *     if (!verdict.succeeded()) explain(verdict.kind, verdict.faults);
     *
     * The task is submitted exactly once, and sends no e-mail. Many paths are for one task of your own: see
     * `transfer().submit_delete`.
     *
     * @param options  a deadline ends the wait, too
     * @return how the wait ended; the task itself may go on
     */
    [[nodiscard]] TaskVerdict remove(RemovePath const& what, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        ask_first(call);
        DeleteData data{.endpoint = id_of(call),
                        .recursive = what.recursive,
                        .ignore_missing = what.ignore_missing,
                        .notify_on_succeeded = false,
                        .notify_on_failed = false,
                        .notify_on_inactive = false};
        data.add_item({.path = detail::some_path(path_of(*what.path, call))});
        auto const accepted = transfer_.submit_delete(data, call.options());
        return transfer_.task_wait({.task_id = accepted->task_id, .timeout = what.timeout, .on_fault = what.on_fault},
                                   lasting(call, options));
    }

    /// Reads a file as it is stored: see GcsCollectionService::Operations::read_file.
    [[nodiscard]] std::string read(std::string_view path = {}, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        return *files_for(call).read_file(path_of(path, call), lasting(call, options));
    }
    /// Writes a file of these bytes, in place of the one that is there: see `upload`, which can do more.
    Uploaded write(std::string_view path, std::string_view bytes, CallOptions const& options = {}) const {
        return upload({.from = std::as_bytes(std::span(bytes)), .path = path}, options);
    }
    /// The size, ETag and time of a file: see GcsCollectionService::Operations::stat_file.
    [[nodiscard]] FileStat stat_file(std::string_view path = {}, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        return files_for(call).stat_file(path_of(path, call), call.options());
    }
    /// Downloads a file: see GcsCollectionService::Operations::download.
    Downloaded download(Download what, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        what.path = path_of(*what.path, call);
        return files_for(call).download(what, lasting(call, options));
    }
    /// Uploads a file: see GcsCollectionService::Operations::upload.
    Uploaded upload(Upload what, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        what.path = path_of(*what.path, call);
        return files_for(call).upload(what, lasting(call, options));
    }
    /// Opens a file, to read parts of it, which may outlive this: see GcsCollectionService::Operations::open.
    [[nodiscard]] RemoteFile open(OpenFile how, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        how.path = path_of(*how.path, call);
        return files_for(call).open(std::move(how), call.options());
    }
    /// The same, each read being a request of its own.
    template <class Path>
        requires std::convertible_to<Path const&, Required<std::string>>
    [[nodiscard]] RemoteFile open(Path const& path, CallOptions const& options = {}) const {
        return open(OpenFile{.path = path}, options);
    }
    /// Downloads a folder: see globus::download_tree.
    TreeReport download_tree(DownloadTree what, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        what.path = path_of(*what.path, call);
        return globus::download_tree(transfer_, files_for(call), what, lasting(call, options));
    }
    /// Uploads a folder: see globus::upload_tree.
    TreeReport upload_tree(UploadTree what, CallOptions const& options = {}) const {
        detail::JointCall const call = begin(options);
        what.path = path_of(*what.path, call);
        return globus::upload_tree(transfer_, files_for(call), what, lasting(call, options));
    }

private:
    template <class T2, class F2>
    friend class Collection;
    using Found = detail::FoundCollection;

    Collection(Transfer transfer, std::string const& place)
        : transfer_(std::move(transfer)),
          place_(detail::collection_place(place)),
          look_up_([mine = transfer_, at = place_](CallOptions const& options) {
              bool const by_address = at.collection_id.empty();
              std::string id = by_address ? detail::collection_at(at.uri(), mine, options) : at.collection_id;
              auto document = mine.get_endpoint({.endpoint_id = id}, options);
              if (by_address) detail::check_collection_address(at.uri(), id, document->https_server.value_or(""));
              return Found{std::move(id), std::move(document)};
          }) {}

    /// Begins a call of several requests.
    [[nodiscard]] detail::JointCall begin(CallOptions options) const {
        options.deadline = detail::deadline_of(options, transfer_.options().timeout);
        return {gate_, std::move(options)};
    }
    /// The options of what may last as long as data flows, unless a limit was set.
    [[nodiscard]] CallOptions lasting(detail::JointCall const& call, CallOptions const& given) const {
        CallOptions options = call.options();
        if (!detail::is_timed(given, transfer_.options().timeout)) options.deadline.reset();
        return options;
    }
    /// The same options for the client of the files, which is elsewhere.
    template <class Options>
    static Options file_options(Options options) {
        options.base_url.clear();
        return options;
    }

    [[nodiscard]] Found const& find(detail::JointCall const& call) const {
        CallOptions const mine = detail::options_to_look_up(call.options());
        auto const make = [&] {
            Found found = look_up_(mine);
            if (learned_) learned_(found);
            return found;
        };
        return found_.get(make, *mine.deadline, mine.stop);
    }
    [[nodiscard]] Files const& files_for(detail::JointCall const& call) const {
        auto const make = [&] {
            Found const& found = find(call);
            std::optional<Files> made;
            call.run_callback([&] { made.emplace(make_files_(found, call.options())); });
            return *std::move(made);
        };
        return files_.get(make, *call.options().deadline, call.options().stop);
    }
    void ask_first(detail::JointCall const& call) const {
        if (asks_first_) (void)find(call);
    }
    [[nodiscard]] std::string id_of(detail::JointCall const& call) const {
        return place_.collection_id.empty() ? find(call).id : place_.collection_id;
    }
    /// The path of a place in this collection.
    [[nodiscard]] std::string path_in(std::string_view place, detail::JointCall const& call) const {
        if (!place_.collection_id.empty() && !Location::parse(place).collection_id.empty())
            return detail::path_in_collection(place, place_.collection_id, {});
        Found const& found = find(call);
        return detail::path_in_collection(place, found.id, found.document->https_server.value_or("") + '/');
    }
    [[nodiscard]] std::string path_of(std::string_view path, detail::JointCall const& call) const {
        if (detail::names_place(path)) return path_in(path, call);
        return detail::path_from(place_.collection_id.empty() ? path_in(place_.uri(), call) : place_.path, path);
    }
    static Optional<std::string> said(std::string const& path) {
        return path.empty() ? Optional<std::string>() : Optional<std::string>(path);
    }
    /// Calls `f(path, id, options)` when it is known how to ask Transfer.
    template <class F>
    auto folder_call(CallOptions const& options, std::string_view path, F const& f) const {
        detail::JointCall const call = begin(options);
        ask_first(call);
        return f(path_of(path, call), id_of(call), call.options());
    }

    Transfer transfer_;
    Location place_;           ///< the id or the address, and the folder that paths are below
    bool asks_first_ = false;  ///< Transfer's token depends on what is found out
    std::function<Found(CallOptions const&)> look_up_;
    std::function<void(Found const&)> learned_;
    std::function<Files(Found const&, CallOptions const&)> make_files_;
    detail::Once<Found> found_;
    detail::Once<Files> files_;
    detail::CallGate gate_;  // the last member: all calls end before anything that they use is destroyed
};

template <class Transfer, class Files>
    requires std::same_as<typename Files::service_type, GcsCollectionService>
Collection(Transfer, Files) -> Collection<Transfer, Files>;
template <class Transfer, detail::CollectionAccess Access>
Collection(Transfer, std::string, Access) -> Collection<Transfer, detail::FilesOf<Transfer, Access>>;
template <detail::MakesClients App>
Collection(App, std::string)
    -> Collection<detail::AppClientOf<App, TransferService>, detail::AppClientOf<App, GcsCollectionService>>;
template <detail::MakesClients App>
Collection(App, std::string, typename detail::AppClientOf<App, TransferService>::Options)
    -> Collection<detail::AppClientOf<App, TransferService>, detail::AppClientOf<App, GcsCollectionService>>;

/// A collection, whatever its clients: for functions that are no templates, and for members of classes. Any Collection
/// converts to it.
using AnyCollection = Collection<AnyClient<TransferService>, AnyClient<GcsCollectionService>>;

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/collection.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_COLLECTION_HPP
