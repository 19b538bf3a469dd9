// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_HPP
#define GLOBUS_FACADE_HPP

#include <globus/facade.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/**
 * Globus Transfer for programs in C++17, over the C interface of globus/facade.h, whose library is compiled once as
 * C++20. No type of the C++20 SDK is in it, so a program may be compiled with other flags, or another standard, than
 * that library.
 *
 *     globus::facade::Options options;
 *     options.access_token = token;
 *     globus::facade::Client const transfer(options);
 *     for (auto const& file : transfer.ls(collection, "/~/")) std::puts(file.name.c_str());
 */
namespace globus::facade {
inline namespace v1 {

static_assert(GLOBUS_SDK_ABI == 1, "the inline namespace bears the version of the C interface");

/// What a call of the facade throws. Its code is one of errno.h, as globus/facade.h lists them.
class Error : public std::runtime_error {
public:
    /// Takes what is in `error`, which it does not free.
    Error(int code, globus_sdk_error const* error)
        : std::runtime_error(error != nullptr ? globus_sdk_error_message(error) : "a callback ended the call"),
          code_(code),
          http_status_(globus_sdk_error_http_status(error)),
          outcome_unknown_(globus_sdk_error_outcome_unknown(error) != 0),
          texts_(std::make_shared<Texts const>(Texts{globus_sdk_error_word(error), globus_sdk_error_request_id(error),
                                                     globus_sdk_error_submission_id(error),
                                                     globus_sdk_error_required_scopes(error)})) {}

    /// ENOENT, EACCES, ETIMEDOUT, ...
    int code() const noexcept { return code_; }
    /// The status of the answer; 0 if none came.
    int http_status() const noexcept { return http_status_; }
    /// The service's word, such as "ConsentRequired"; empty if it gives none.
    std::string const& word() const noexcept { return texts_->word; }
    /// What to quote to Globus support; empty if there is none.
    std::string const& request_id() const noexcept { return texts_->request_id; }
    /// That of a submission which failed: submitting with it again makes no second task. Empty for other calls.
    std::string const& submission_id() const noexcept { return texts_->submission_id; }
    /// The scopes that the user has to consent to, separated by blanks; empty if no consent is missing.
    std::string const& required_scopes() const noexcept { return texts_->required_scopes; }
    /// True if the request may have been carried out all the same: look before doing it again.
    bool outcome_unknown() const noexcept { return outcome_unknown_; }

private:
    struct Texts {
        std::string word, request_id, submission_id, required_scopes;
    };
    int code_;
    int http_status_;
    bool outcome_unknown_;
    std::shared_ptr<Texts const> texts_;
};

/// An entry of a directory.
struct File {
    std::string name;            ///< without the directory
    std::string type;            ///< "file", "dir", "invalid_symlink", "chr", "blk", "pipe", "other"
    std::string user;            ///< its owner; empty if the collection does not say
    std::string group;           ///< likewise
    std::string link;            ///< the target of a symbolic link; empty: it is none
    std::int64_t bytes = -1;     ///< -1: not known
    std::int64_t modified = -1;  ///< seconds since 1970; -1: not known
    int mode = -1;               ///< its permissions, as in 0644; -1: not known

    /// True for a directory.
    bool is_directory() const { return type == "dir"; }
};

/// What a client is made of. One way to be authorised has to be set, see globus_sdk_options; what is empty is not set.
struct Options {
    std::string access_token;                   ///< used until it expires
    std::string client_id;                      ///< of the app
    std::string client_secret;                  ///< of the app, if it has one
    std::string refresh_token;                  ///< of a user
    std::string scopes;                         ///< of an app that acts for itself, separated by blanks
    std::string token_file;                     ///< holds a token that something else renews
    std::function<std::string()> token_source;  ///< gives a token; what it throws ends the call
    /// Is told of each new token: access token, refresh token, and when it expires in seconds since 1970 (0: never).
    std::function<void(std::string const&, std::string const&, std::int64_t)> on_refresh;
    std::function<void(globus_sdk_log_event const&)> log;  ///< is told of each attempt; it must not throw
    std::string app_name;                                  ///< for the User-Agent
    std::string base_url;                                  ///< of Globus Transfer, for tests
    std::string auth_url;                                  ///< of Globus Auth, likewise
    std::string ca_file;                                   ///< authorities to trust instead of the system's
    std::string proxy;                                     ///< URL of a proxy; empty: that of the environment
    std::chrono::duration<double> timeout{0};              ///< of a call with all its attempts; 0: two minutes
};

/// A transfer to be submitted.
struct Transfer {
    /// One file, or directory if `recursive` is set.
    struct Item {
        std::string source;       ///< its path there
        std::string destination;  ///< its path there
        bool recursive = false;   ///< true: a directory
    };
    std::string source_collection;       ///< id of the collection that is read
    std::string destination_collection;  ///< id of the collection that is written
    std::vector<Item> items;             ///< at least one
    std::string label;                   ///< for people
    std::string submission_id;           ///< that of an Error, to submit it again without making a second task
    int sync_level = 0;                  ///< as of globus_sdk_transfer
    bool verify_checksum = false;        ///< checksums are compared after each file
    bool preserve_timestamp = false;     ///< files get the source's modification times
    bool encrypt_data = false;           ///< the data is sent over TLS
};

namespace detail {

template <auto free>
struct Free {
    template <class T>
    void operator()(T* object) const {
        free(object);
    }
};

inline char const* or_null(std::string const& text) { return text.empty() ? nullptr : text.c_str(); }

/// Calls a function of the C interface. @throws Error  if it fails
template <class F>
void call(F const& function) {
    struct Held {
        globus_sdk_error* error = nullptr;
        ~Held() { globus_sdk_error_free(error); }
    } held;  // also where `function` throws what a callback threw
    int const code = function(&held.error);
    if (code != 0 || held.error != nullptr) throw Error(code, held.error);
}

// What the library calls: no exception may pass through it.

/// A function that says whether to go on, and what it threw.
template <class F>
struct Watching {
    F const& function;
    std::exception_ptr thrown;

    template <class... Args>
    int call(Args const&... args) {
        try {
            return function(args...) ? 0 : ECANCELED;
        } catch (...) {
            thrown = std::current_exception();
            return ECANCELED;
        }
    }
};

/// Calls a function of the C interface with a function that is told of bytes. @throws Error  if it fails
template <class F>
void watched(std::function<bool(std::int64_t, std::int64_t)> const& on_bytes, F const& function) {
    Watching<std::function<bool(std::int64_t, std::int64_t)>> watching{on_bytes, nullptr};
    globus_sdk_on_bytes const told = [](void* user, std::int64_t bytes, std::int64_t total) {
        return static_cast<decltype(watching)*>(user)->call(bytes, total);
    };
    call([&](globus_sdk_error** error) {
        int const code = function(on_bytes ? told : nullptr, &watching, error);
        if (watching.thrown) std::rethrow_exception(watching.thrown);
        return code;
    });
}

/// Options that stay where they are, since the library calls their functions.
class Given {
public:
    explicit Given(Options options) : options_(std::make_unique<Options>(std::move(options))) {
        if (globus_sdk_abi_version() != GLOBUS_SDK_ABI)
            throw std::runtime_error("the library of globus::facade is of another version than its headers");
        Options const& given = *options_;
        raw_.access_token = or_null(given.access_token);
        raw_.client_id = or_null(given.client_id);
        raw_.client_secret = or_null(given.client_secret);
        raw_.refresh_token = or_null(given.refresh_token);
        raw_.scopes = or_null(given.scopes);
        raw_.token_file = or_null(given.token_file);
        raw_.app_name = or_null(given.app_name);
        raw_.base_url = or_null(given.base_url);
        raw_.auth_url = or_null(given.auth_url);
        raw_.ca_file = or_null(given.ca_file);
        raw_.proxy = or_null(given.proxy);
        raw_.timeout = given.timeout.count();
        raw_.token_source_user = raw_.on_refresh_user = raw_.log_user = options_.get();
        if (given.token_source) raw_.token_source = &give_token;
        if (given.on_refresh) raw_.on_refresh = &tell_refresh;
        if (given.log) raw_.log = &tell_log;
    }
    globus_sdk_options const& raw() const { return raw_; }

private:
    static int give_token(void* options, char* token, std::size_t size) {
        try {
            std::string const given = static_cast<Options const*>(options)->token_source();
            if (given.size() >= size) return EMSGSIZE;
            token[given.copy(token, size)] = '\0';
            return 0;
        } catch (...) {
            return ECANCELED;
        }
    }
    static void tell_refresh(void* options, char const* access, char const* refresh, std::int64_t expires_at) {
        try {
            static_cast<Options const*>(options)->on_refresh(access, refresh, expires_at);
        } catch (...) {  // the call goes on with the new token
        }
    }
    static void tell_log(void* options, globus_sdk_log_event const* event) {
        try {
            static_cast<Options const*>(options)->log(*event);
        } catch (...) {  // a log must not break a call
        }
    }

    std::unique_ptr<Options> options_;
    globus_sdk_options raw_ = GLOBUS_SDK_OPTIONS_INIT;
};

}  // namespace detail

/**
 * A client of Globus Transfer.
 *
 * @par Thread safety
 * Any function may be called from any thread. Destroying it ends the calls of other threads and waits for them.
 */
class Client {
public:
    /// @throws Error  with EINVAL for options that cannot be right
    explicit Client(Options options) : given_(std::move(options)) {
        detail::call([&](globus_sdk_error** error) {
            client_.reset(globus_sdk_client_new(&given_.raw(), error));
            return client_ != nullptr ? 0 : globus_sdk_error_code(*error);
        });
    }

    /// Lists a directory.
    std::vector<File> ls(std::string const& collection_id, std::string const& path) const {
        std::vector<File> files;
        detail::call([&](globus_sdk_error** error) {
            return globus_sdk_ls(client_.get(), collection_id.c_str(), path.c_str(), &keep, &files, error);
        });
        return files;
    }
    /// What is known about one file or directory.
    File stat(std::string const& collection_id, std::string const& path) const {
        std::vector<File> files;
        detail::call([&](globus_sdk_error** error) {
            return globus_sdk_stat(client_.get(), collection_id.c_str(), path.c_str(), &keep, &files, error);
        });
        return std::move(files.at(0));
    }
    /// Makes a directory; the one above it has to exist.
    void mkdir(std::string const& collection_id, std::string const& path) const {
        detail::call([&](globus_sdk_error** error) {
            return globus_sdk_mkdir(client_.get(), collection_id.c_str(), path.c_str(), error);
        });
    }
    /// Renames or moves a file or directory within a collection.
    void rename(std::string const& collection_id, std::string const& from, std::string const& to) const {
        detail::call([&](globus_sdk_error** error) {
            return globus_sdk_rename(client_.get(), collection_id.c_str(), from.c_str(), to.c_str(), error);
        });
    }

    /// Submits a transfer, once. @return the id of its task
    std::string submit(Transfer const& transfer) const {
        std::vector<globus_sdk_item> items;
        for (Transfer::Item const& item : transfer.items)
            items.push_back({item.source.c_str(), item.destination.c_str(), item.recursive ? 1 : 0});
        globus_sdk_transfer raw = GLOBUS_SDK_TRANSFER_INIT;
        raw.source_collection = transfer.source_collection.c_str();
        raw.destination_collection = transfer.destination_collection.c_str();
        raw.items = items.data();
        raw.count = items.size();
        raw.label = detail::or_null(transfer.label);
        raw.submission_id = detail::or_null(transfer.submission_id);
        raw.sync_level = transfer.sync_level;
        raw.verify_checksum = transfer.verify_checksum ? 1 : 0;
        raw.preserve_timestamp = transfer.preserve_timestamp ? 1 : 0;
        raw.encrypt_data = transfer.encrypt_data ? 1 : 0;
        char task_id[GLOBUS_SDK_ID_SIZE] = {};
        detail::call([&](globus_sdk_error** error) { return globus_sdk_submit(client_.get(), &raw, task_id, error); });
        return task_id;
    }
    /// Waits for the end of a task. @param on_progress  is told after each look; false ends the wait with ECANCELED, and
    /// the task goes on
    globus_sdk_ending wait(std::string const& task_id, std::chrono::duration<double> longest,
                           std::function<bool(globus_sdk_progress const&)> const& on_progress = {}) const {
        globus_sdk_ending ending = GLOBUS_SDK_TIMED_OUT;
        detail::Watching<std::function<bool(globus_sdk_progress const&)>> watching{on_progress, nullptr};
        globus_sdk_on_progress const told = [](void* user, globus_sdk_progress const* progress) {
            return static_cast<decltype(watching)*>(user)->call(*progress);
        };
        detail::call([&](globus_sdk_error** error) {
            int const code = globus_sdk_wait(client_.get(), task_id.c_str(), longest.count(),
                                             on_progress ? told : nullptr, &watching, &ending, error);
            if (watching.thrown) std::rethrow_exception(watching.thrown);
            return code;
        });
        return ending;
    }
    /// Cancels a task.
    void cancel(std::string const& task_id) const {
        detail::call(
            [&](globus_sdk_error** error) { return globus_sdk_cancel(client_.get(), task_id.c_str(), error); });
    }

    /// Where a collection is reached by HTTPS: an address for Files.
    std::string https_server(std::string const& collection_id) const {
        char address[1024] = {};
        detail::call([&](globus_sdk_error** error) {
            return globus_sdk_https_server(client_.get(), collection_id.c_str(), address, sizeof address, error);
        });
        return address;
    }

private:
    static int keep(void* files, globus_sdk_file const* file) {
        try {
            static_cast<std::vector<File>*>(files)->push_back(
                {file->name, file->type, file->user, file->group, file->link, file->bytes, file->modified, file->mode});
            return 0;
        } catch (...) {
            return ENOMEM;
        }
    }

    detail::Given given_;
    std::unique_ptr<globus_sdk_client, detail::Free<globus_sdk_client_free>> client_;
};

/**
 * The files of one collection, which this program reads and writes itself, by HTTPS.
 *
 *     globus::facade::Files const files(options, id, transfer.https_server(id));
 *     files.download("/data/run.h5", "run.h5");
 *
 * The token has to be for the collection: its scope is "https://auth.globus.org/scopes/COLLECTION/https". Thread safety
 * is that of Client.
 */
class Files {
public:
    /// Is told how many bytes are there, and how many there will be (-1: not known); false ends the call with ECANCELED.
    using OnBytes = std::function<bool(std::int64_t bytes, std::int64_t total)>;

    /// A file that is open for reading at any place, by any number of threads.
    class OpenFile {
    public:
        /// Its size in bytes; -1 if the server does not say.
        std::int64_t size() const { return globus_sdk_size(file_.get()); }
        /// Reads bytes at a place of the file. @return how many: fewer than `size` only at its end
        /// @throws Error  with ESTALE if it has changed since it was opened
        std::size_t read_at(std::uint64_t offset, void* buffer, std::size_t size) const {
            std::size_t got = 0;
            detail::call([&](globus_sdk_error** error) {
                return globus_sdk_read_at(file_.get(), offset, buffer, size, &got, error);
            });
            return got;
        }

    private:
        friend class Files;
        explicit OpenFile(globus_sdk_open_file* file) : file_(file) {}
        std::unique_ptr<globus_sdk_open_file, detail::Free<globus_sdk_close>> file_;
    };

    /// @param https_server  as Client::https_server tells it
    /// @throws Error  with EINVAL for options that cannot be right
    Files(Options options, std::string const& collection_id, std::string const& https_server)
        : given_(std::move(options)) {
        detail::call([&](globus_sdk_error** error) {
            files_.reset(globus_sdk_files_new(&given_.raw(), collection_id.c_str(), https_server.c_str(), error));
            return files_ != nullptr ? 0 : globus_sdk_error_code(*error);
        });
    }

    /// Downloads a file, which replaces that of this machine as a whole when all is there. One that was cut off goes on
    /// where it was.
    void download(std::string const& path, std::string const& local_path, OnBytes const& on_bytes = {}) const {
        detail::watched(on_bytes, [&](globus_sdk_on_bytes told, void* user, globus_sdk_error** error) {
            return globus_sdk_download(files_.get(), path.c_str(), local_path.c_str(), told, user, error);
        });
    }
    /// Uploads a file of this machine. @param overwrite  false: EEXIST if there is such a file already
    void upload(std::string const& local_path, std::string const& path, bool overwrite = true,
                OnBytes const& on_bytes = {}) const {
        detail::watched(on_bytes, [&](globus_sdk_on_bytes told, void* user, globus_sdk_error** error) {
            return globus_sdk_upload(files_.get(), local_path.c_str(), path.c_str(), overwrite ? 1 : 0, told, user,
                                     error);
        });
    }
    /// Opens a file, to read parts of it. It does not outlive this object.
    OpenFile open(std::string const& path) const {
        globus_sdk_open_file* file = nullptr;
        detail::call([&](globus_sdk_error** error) {
            file = globus_sdk_open(files_.get(), path.c_str(), error);
            return file != nullptr ? 0 : globus_sdk_error_code(*error);
        });
        return OpenFile(file);
    }

private:
    detail::Given given_;
    std::unique_ptr<globus_sdk_files, detail::Free<globus_sdk_files_free>> files_;
};

}  // namespace v1
}  // namespace globus::facade

#endif  // GLOBUS_FACADE_HPP
