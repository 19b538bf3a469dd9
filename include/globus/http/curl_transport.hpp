// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CURL_TRANSPORT_HPP
#define GLOBUS_HTTP_CURL_TRANSPORT_HPP

#include <globus/core/handle.hpp>
#include <globus/http/transport.hpp>
#include <globus/http/url.hpp>

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace globus {

/// How a CurlTransport connects. The defaults are the safe ones; certificates are always verified.
struct CurlOptions {
    std::chrono::milliseconds connect_timeout{10'000};  ///< name, connection and TLS handshake together
    std::chrono::seconds idle_timeout{60};  ///< no byte in either direction for so long ends the call; 0: never
    std::string ca_file = {};               ///< PEM file of the authorities to trust in place of the system's
    std::string ca_path = {};               ///< directory of such, hashed by `openssl rehash`
    std::size_t max_header_bytes = std::size_t{256} << 10;  ///< of one answer, in sum
    int max_informational = 16;                             ///< 1xx answers before the real one
    std::size_t max_idle_handles = 64;                      ///< kept for reuse, each with its connections
};

/**
 * A transport over libcurl.
 *
 *     CurlTransport transport;                                    // the system's certificates, sensible limits
 *     CurlTransport internal{{.ca_file = "/etc/lab/ca.pem"}};     // an authority of your own
 *
 * It keeps easy handles in a pool, so that connections and TLS sessions are used again; a request that must not be sent
 * twice gets a connection of its own (http::Request::fresh_connection). It verifies TLS (1.2 or newer) and host names,
 * follows no redirect, keeps no cookie, reads no .netrc, and never sends to a proxy what goes to a loopback address.
 *
 * Where the system has a hashed directory of certificates, that is used: reading it takes a tenth of the time that
 * reading the bundle takes.
 *
 * @par Errors
 * `send` throws NetworkError, never anything else but std::bad_alloc, what a sink or source threw, and UsageError for a
 * URL or header that cannot be sent. A deadline, a stop request and the limits hold in every state, name resolution
 * included.
 * @par Thread safety
 * `send` may be called from any thread. Copies share the pool. No signal handler is installed; SIGPIPE is kept from
 * the calling thread while TLS writes. Programs that this one starts get no connection; libcurl lets them have the two
 * sockets by which a thread of its own looks up a name, if they are started at that moment.
 *
 * https://curl.se/libcurl/c/threadsafe.html
 */
class CurlTransport {
public:
    CurlTransport() : CurlTransport(CurlOptions{}) {}
    /// @throws UsageError  for a ca_file or ca_path that is not there or cannot be read
    explicit CurlTransport(CurlOptions options) : pool_(std::in_place, std::move(options)) {}

    [[nodiscard]] http::Response send(http::Request const& request) const {
        Pool& pool = *pool_;
        Lease lease(pool);
        return Exchange(pool, *lease.handle, request).run();
    }

private:
    /**
     * What wakes a multi handle, a pair of sockets or a pipe. Many versions of libcurl leave it to child processes, and
     * none tells its numbers (https://github.com/curl/curl/issues/13618). So a byte is sent through, and the ends are
     * those where it is, of all that were not there before the handle: other threads open and close files meanwhile.
     *
     * The kernel is asked by plain system calls: a number whose file another thread may just close is no data race.
     */
    class WakeUpFiles {
    public:
        /// To be made before the handle.
        WakeUpFiles() : others_(looked_at()) {
            for (std::size_t i = 0; i != others_.size(); ++i) others_[i] = is_inherited(i);
        }
        void keep_from_children(CURLM* multi) {
            others_.resize(std::max(others_.size(), looked_at()));
            std::vector<bool> quiet(others_.size());
            for (std::size_t i = 0; i != quiet.size(); ++i) quiet[i] = !others_[i] && is_inherited(i) && !waits(i);
            curl_multi_wakeup(multi);
            for (std::size_t i = 0; i != quiet.size(); ++i)
                if (quiet[i] && waits(i)) syscall(SYS_fcntl, i, F_SETFD, FD_CLOEXEC);
        }

    private:
        /// How many numbers are looked at: those below the first that is free, and some that other threads may take.
        static std::size_t looked_at() {
            int const file = open("/", O_RDONLY | O_CLOEXEC);
            if (file < 0) return 0;
            close(file);
            return static_cast<std::size_t>(file) + 64;
        }
        /// A local socket or a pipe that child processes get.
        static bool is_inherited(std::size_t file) {
            if (syscall(SYS_fcntl, file, F_GETFD) != 0) return false;
            int domain = 0;
            socklen_t size = sizeof domain;
            if (getsockopt(static_cast<int>(file), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0)
                return domain == AF_UNIX;
            return syscall(SYS_fcntl, file, F_GETPIPE_SZ) > 0;
        }
        static bool waits(std::size_t file) {
            int to_read = 0, to_write = 0;
            syscall(SYS_ioctl, file, FIONREAD, &to_read);
            syscall(SYS_ioctl, file, TIOCOUTQ, &to_write);
            return to_read != 0 || to_write != 0;
        }

        std::vector<bool> others_;  ///< what child processes get and was there before
    };

    /// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
    struct Handle {
        Handle() : easy(curl_easy_init()), multi(curl_multi_init()) {}
        Handle(Handle const&) = delete;
        Handle& operator=(Handle const&) = delete;
        ~Handle() {
            curl_easy_cleanup(easy);
            curl_multi_cleanup(multi);
            curl_slist_free_all(header_list);
            detail::wipe(header_key);
        }

        CURL* easy;
        CURLM* multi;
        curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
        std::string header_key;
        std::string origin;      ///< of the last request, whose proxy setting still holds
        std::thread::id thread;  ///< that used it last
        bool prepared = false;
        bool usable = true;      ///< false: its options are half set, it must not be used again
        bool plain_get = false;  ///< the last request was a GET without a body
        bool fresh_connection = false;
    };

    struct Pool {
        explicit Pool(CurlOptions o) : options(std::move(o)) {
            static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
            if (ready != CURLE_OK)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl cannot be initialised");
            if (options.ca_file.empty() && options.ca_path.empty()) default_ca_path = hashed_directory();
            check_readable("ca_file", options.ca_file, false);
            check_readable("ca_path", options.ca_path, true);
        }

        static void check_readable(std::string const& option, std::string const& path, bool directory) {
            if (path.empty()) return;
            struct stat status {};
            char const* why = nullptr;
            if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0)
                why = std::strerror(errno);
            else if (S_ISDIR(status.st_mode) != directory)
                why = directory ? "it is no directory" : "it is a directory";
            if (why != nullptr)
                throw UsageError("CurlOptions::" + option + " names " + path + ", which cannot be read: " + why);
        }

        /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
        static std::string hashed_directory() {
#if LIBCURL_VERSION_NUM >= 0x074600
            curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
            if (info == nullptr || info->age < CURLVERSION_SEVENTH || info->capath == nullptr) return {};
            DIR* const directory = opendir(info->capath);
            if (directory == nullptr) return {};
            bool hashed = false;
            while (dirent const* entry = readdir(directory)) {
                std::string_view const name = entry->d_name;
                if (name.size() == 10 && name.ends_with(".0")) {
                    hashed = true;
                    break;
                }
            }
            closedir(directory);
            return hashed ? std::string(info->capath) : std::string();
#else
            return {};
#endif
        }

        CurlOptions const options;
        std::string default_ca_path;
        std::mutex mutex;
        std::vector<std::unique_ptr<Handle>> idle;
    };

    /// A handle of the pool for the time of one exchange.
    struct Lease {
        explicit Lease(Pool& p) : pool(p) {
            {
                std::lock_guard const lock(pool.mutex);
                if (!pool.idle.empty()) {
                    // the one that this thread used last: its connection's memory is near
                    auto const self = std::this_thread::get_id();
                    auto found = std::find_if(pool.idle.rbegin(), pool.idle.rend(),
                                              [&](auto const& idle) { return idle->thread == self; });
                    if (found == pool.idle.rend()) found = pool.idle.rbegin();
                    handle = std::move(*found);
                    *found = std::move(pool.idle.back());
                    pool.idle.pop_back();
                }
            }
            if (handle) return;
            WakeUpFiles files;
            handle = std::make_unique<Handle>();
            if (handle->easy == nullptr || handle->multi == nullptr)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
            files.keep_from_children(handle->multi);
        }
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;
        ~Lease() {
            handle->thread = std::this_thread::get_id();
            std::lock_guard const lock(pool.mutex);
            if (!handle->usable || pool.idle.size() >= pool.options.max_idle_handles) return;
            try {
                pool.idle.push_back(std::move(handle));
            } catch (...) {  // no memory for the list: the handle goes
                handle.reset();
            }
        }
        Pool& pool;
        std::unique_ptr<Handle> handle;
    };

    /// Keeps SIGPIPE from the calling thread; OpenSSL writes without MSG_NOSIGNAL.
    class SigpipeGuard {
    public:
        explicit SigpipeGuard(bool needed) : needed_(needed) {
            if (!needed_) return;
            sigset_t pending;
            sigemptyset(&pipe_);
            sigaddset(&pipe_, SIGPIPE);
            sigpending(&pending);
            was_pending_ = sigismember(&pending, SIGPIPE) == 1;
            pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
        }
        SigpipeGuard(SigpipeGuard const&) = delete;
        SigpipeGuard& operator=(SigpipeGuard const&) = delete;
        ~SigpipeGuard() {
            if (!needed_) return;
            timespec const now{};
            if (!was_pending_)
                while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
                }
            pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        }

    private:
        bool needed_;
        bool was_pending_ = false;
        sigset_t pipe_{};
        sigset_t before_{};
    };

    /// One request and its answer.
    class Exchange {
    public:
        Exchange(Pool& pool, Handle& handle, http::Request const& request)
            : pool_(pool), handle_(handle), easy_(handle.easy), request_(request) {}

        http::Response run() {
            using Kind = NetworkError::Kind;
            if (request_.stop.stop_requested())
                throw NetworkError(Kind::cancelled, NetworkError::Sent::no, about("cancelled"));
            if (http::Clock::now() >= request_.deadline)
                throw NetworkError(Kind::timeout, NetworkError::Sent::no, about("the deadline has passed"));
            prepare();
            SigpipeGuard const guard(request_.url.starts_with("https:"));
            CURLcode const code = drive();
            if (thrown_) std::rethrow_exception(thrown_);
            if (code != CURLE_OK || stopped_ != Stopped::no) fail(code);
            return std::move(response_);
        }

    private:
        enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers };

        template <class V>
        void set(CURLoption option, V value) {
            if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
        }

        /// What is the same for every request of the pool; once a handle.
        void prepare_once() {
            CurlOptions const& options = pool_.options;
            set(CURLOPT_NOSIGNAL, 1L);
            set(CURLOPT_NOPROGRESS, 1L);
            set(CURLOPT_FOLLOWLOCATION, 0L);
            set(CURLOPT_PATH_AS_IS, 1L);
            set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
            set(CURLOPT_SSL_VERIFYPEER, 1L);
            set(CURLOPT_SSL_VERIFYHOST, 2L);
            set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
            set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
            if (options.idle_timeout.count() > 0) {
                set(CURLOPT_LOW_SPEED_LIMIT, 1L);
                set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.idle_timeout.count()));
            }
#if LIBCURL_VERSION_NUM >= 0x075500
            set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
            set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
            set(CURLOPT_QUICK_EXIT, 1L);  // without it a silent name server holds a call beyond its deadline
#endif
            if (!options.ca_file.empty() || !options.ca_path.empty()) {
                set(CURLOPT_CAINFO, options.ca_file.empty() ? nullptr : options.ca_file.c_str());
                set(CURLOPT_CAPATH, options.ca_path.empty() ? nullptr : options.ca_path.c_str());
            } else if (!pool_.default_ca_path.empty()) {
                set(CURLOPT_CAINFO, static_cast<char const*>(nullptr));
                set(CURLOPT_CAPATH, pool_.default_ca_path.c_str());
            }
            set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
            set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
            set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
            set(CURLOPT_SEEKFUNCTION, &Exchange::refuse_seek);
            handle_.prepared = true;
        }

        void prepare() {
            handle_.usable = false;
            if (!handle_.prepared) prepare_once();
            set(CURLOPT_WRITEDATA, this);
            set(CURLOPT_HEADERDATA, this);
            set(CURLOPT_URL, request_.url.c_str());
            if (request_.fresh_connection != handle_.fresh_connection) {
                set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
                handle_.fresh_connection = request_.fresh_connection;
            }
            if (handle_.origin.empty() || !request_.url.starts_with(handle_.origin)) {
                http::Url const url = http::parse_url(request_.url);
                set(CURLOPT_PROXY, http::is_loopback(url.host) ? "" : static_cast<char const*>(nullptr));
                auto const path = request_.url.find('/', url.scheme.size() + 3);
                handle_.origin = path == std::string::npos ? std::string() : request_.url.substr(0, path + 1);
            }
            prepare_body();
            prepare_headers();
            handle_.usable = true;
        }

        void prepare_body() {
            using http::Method;
            Method const method = request_.method;
            bool const plain_get = method == Method::get && !request_.has_body && !request_.source;
            if (plain_get && handle_.plain_get) return;
            handle_.plain_get = plain_get;
            set(CURLOPT_CUSTOMREQUEST, static_cast<char const*>(nullptr));
            set(CURLOPT_NOBODY, 0L);
            if (request_.source) {
                set(CURLOPT_UPLOAD, 1L);
                set(CURLOPT_READFUNCTION, &Exchange::on_read);
                set(CURLOPT_READDATA, this);
                set(CURLOPT_INFILESIZE_LARGE,
                    request_.source_size ? static_cast<curl_off_t>(*request_.source_size) : curl_off_t{-1});
                if (method != Method::put) set(CURLOPT_CUSTOMREQUEST, to_string(method));
                return;
            }
            set(CURLOPT_UPLOAD, 0L);
            set(CURLOPT_HTTPGET, 1L);
            bool const writes = method == Method::post || method == Method::put || method == Method::patch;
            if (request_.has_body || writes) {
                set(CURLOPT_POST, 1L);
                set(CURLOPT_POSTFIELDS, request_.body.data());
                set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
                if (method != Method::post) set(CURLOPT_CUSTOMREQUEST, to_string(method));
            } else if (method == Method::head) {
                set(CURLOPT_NOBODY, 1L);
            } else if (method != Method::get) {
                set(CURLOPT_CUSTOMREQUEST, to_string(method));
            }
        }

        void prepare_headers() {
            std::string key;
            key.reserve(handle_.header_key.size());
            auto const line = [&](std::string_view name, std::string_view value) {
                key.append(name).append(value.empty() ? ";" : ": ").append(value) += '\n';
            };
            for (auto const& [name, value] : request_.headers) line(name, value);
            if (!request_.authorization.empty()) line("Authorization", request_.authorization.reveal());
            if (request_.headers.find("Content-Type") == nullptr) key += "Content-Type:\n";  // libcurl would add one
            key += "Expect:\n";
            if (key != handle_.header_key) {
                for (auto const& [name, value] : request_.headers) http::check_header(name, value);
                http::check_header("Authorization", request_.authorization.reveal());
                curl_slist* list = nullptr;
                for (std::size_t begin = 0; begin != key.size();) {
                    auto const end = key.find('\n', begin);
                    key[end] = '\0';
                    curl_slist* const longer = curl_slist_append(list, key.data() + begin);
                    key[end] = '\n';
                    if (longer == nullptr) {
                        curl_slist_free_all(list);
                        throw std::bad_alloc();
                    }
                    list = longer;
                    begin = end + 1;
                }
                set(CURLOPT_HTTPHEADER, list);
                curl_slist_free_all(std::exchange(handle_.header_list, list));
                std::swap(handle_.header_key, key);
            }
            detail::wipe(key);
        }

        /// Runs the transfer until it ends, the deadline passes or a stop is asked for.
        CURLcode drive() {
            CURLM* const multi = handle_.multi;
            if (curl_multi_add_handle(multi, easy_) != CURLM_OK) return CURLE_FAILED_INIT;
            std::optional<std::stop_callback<Wake>> wake;
            if (request_.stop.stop_possible()) wake.emplace(request_.stop, Wake{multi});
            CURLcode code = CURLE_OK;
            int running = 1;
            while (true) {
                if (curl_multi_perform(multi, &running) != CURLM_OK) {
                    code = CURLE_FAILED_INIT;
                    break;
                }
                if (running == 0) {
                    int left = 0;
                    while (CURLMsg const* message = curl_multi_info_read(multi, &left))
                        if (message->msg == CURLMSG_DONE) code = message->data.result;
                    break;
                }
                if (request_.stop.stop_requested()) {
                    stopped_ = Stopped::cancelled;
                    break;
                }
                int wait = 1000;
                if (request_.deadline != http::Clock::time_point::max()) {
                    auto const left =
                        std::chrono::ceil<std::chrono::milliseconds>(request_.deadline - http::Clock::now());
                    if (left.count() <= 0) {
                        stopped_ = Stopped::deadline;
                        break;
                    }
                    wait = static_cast<int>(std::min<std::chrono::milliseconds::rep>(wait, left.count()));
                }
                if (curl_multi_poll(multi, nullptr, 0, wait, nullptr) != CURLM_OK) {
                    code = CURLE_FAILED_INIT;
                    break;
                }
            }
            wake.reset();
            long sent = 0;
            curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
            sent_ = sent > 0 ? NetworkError::Sent::yes : NetworkError::Sent::no;
            curl_multi_remove_handle(multi, easy_);
            return code;
        }

        struct Wake {
            CURLM* multi;
            void operator()() const noexcept { curl_multi_wakeup(multi); }
        };

        [[nodiscard]] std::string about(std::string_view what) const {
            return http::describe(request_) + ": " + std::string(what);
        }

        [[noreturn]] void fail(CURLcode code) const {
            using Kind = NetworkError::Kind;
            switch (stopped_) {
                case Stopped::cancelled:
                    throw NetworkError(Kind::cancelled, sent_, about("the call was cancelled"));
                case Stopped::deadline:
                    throw NetworkError(Kind::timeout, sent_, about("the deadline of the call passed"));
                case Stopped::too_large:
                    throw NetworkError(
                        Kind::too_large, sent_,
                        about("the answer is larger than " + std::to_string(request_.max_response_bytes) + " bytes"));
                case Stopped::sink:
                    throw NetworkError(Kind::cancelled, sent_, about("the sink ended the transfer"));
                case Stopped::headers:
                    throw NetworkError(Kind::too_large, sent_, about("the answer has too many headers"));
                case Stopped::no:
                    break;
            }
            Kind kind = Kind::interrupted;
            switch (code) {
                case CURLE_OPERATION_TIMEDOUT:
                    kind = Kind::timeout;
                    break;
                case CURLE_COULDNT_RESOLVE_HOST:
                case CURLE_COULDNT_RESOLVE_PROXY:
                    kind = Kind::resolve;
                    break;
                case CURLE_COULDNT_CONNECT:
                    kind = Kind::connect;
                    break;
                case CURLE_SSL_CONNECT_ERROR:
                case CURLE_PEER_FAILED_VERIFICATION:
                case CURLE_SSL_CERTPROBLEM:
                case CURLE_SSL_CIPHER:
                case CURLE_SSL_CACERT_BADFILE:
                case CURLE_SSL_ISSUER_ERROR:
                case CURLE_SSL_INVALIDCERTSTATUS:
                    kind = Kind::tls;
                    break;
                case CURLE_UNSUPPORTED_PROTOCOL:
                case CURLE_WEIRD_SERVER_REPLY:
                case CURLE_BAD_CONTENT_ENCODING:
                case CURLE_HTTP2:
                case CURLE_HTTP2_STREAM:
                    kind = Kind::protocol;
                    break;
                case CURLE_OUT_OF_MEMORY:
                case CURLE_FAILED_INIT:
                case CURLE_BAD_FUNCTION_ARGUMENT:
                case CURLE_URL_MALFORMAT:
                    kind = Kind::local;
                    break;
                default:
                    break;
            }
            std::string what = curl_easy_strerror(code);
            if (code == CURLE_PEER_FAILED_VERIFICATION)
                what +=
                    "; check the host in the URL, or name the certificate of the server's authority in "
                    "CurlOptions::ca_file or ca_path";
            if (code == CURLE_SSL_CACERT_BADFILE)
                what += "; name a readable certificate bundle in CurlOptions::ca_file or ca_path";
            throw NetworkError(kind, sent_, about(what));
        }

        // What libcurl calls. No exception may pass through it: they are kept, and thrown by run().

        static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
            return static_cast<Exchange*>(self)->take_body(std::string_view(data, size * count));
        }
        static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
            return static_cast<Exchange*>(self)->take_header(std::string_view(data, size * count));
        }
        static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
            auto& exchange = *static_cast<Exchange*>(self);
            try {
                return exchange.request_.source(buffer, size * count);
            } catch (...) {
                exchange.thrown_ = std::current_exception();
                return CURL_READFUNC_ABORT;
            }
        }
        static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
        static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
            return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        }

        std::size_t take_body(std::string_view piece) noexcept {
            try {
                if (!std::exchange(body_began_, true) && request_.on_head) request_.on_head(response_);
                if (request_.sink && response_.status >= 200 && response_.status < 300) {
                    if (request_.sink(piece)) return piece.size();
                    stopped_ = Stopped::sink;
                    return 0;
                }
                if (piece.size() > request_.max_response_bytes - response_.body.size()) {
                    stopped_ = Stopped::too_large;
                    return 0;
                }
                if (response_.body.empty()) {
                    curl_off_t length = -1;
                    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
                    if (length > 0) {
                        if (static_cast<std::uint64_t>(length) > request_.max_response_bytes) {
                            stopped_ = Stopped::too_large;
                            return 0;
                        }
                        response_.body.reserve(static_cast<std::size_t>(length));
                    }
                }
                response_.body.append(piece);
                return piece.size();
            } catch (...) {
                thrown_ = std::current_exception();
                return 0;
            }
        }

        std::size_t take_header(std::string_view line) noexcept {
            try {
                std::size_t const size = line.size();
                header_bytes_ += size;
                if (header_bytes_ > pool_.options.max_header_bytes) {
                    stopped_ = Stopped::headers;
                    return 0;
                }
                while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
                if (line.starts_with("HTTP/")) {
                    if (++informational_ > pool_.options.max_informational + 1) {
                        stopped_ = Stopped::headers;
                        return 0;
                    }
                    response_.headers.clear();
                    response_.reason.clear();
                    response_.status = 0;
                    auto const blank = line.find(' ');
                    if (blank != std::string_view::npos) {
                        for (char const c : line.substr(blank + 1, 3))
                            if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
                        if (line.size() > blank + 5) response_.reason = line.substr(blank + 5);
                    }
                } else if (auto const colon = line.find(':'); colon != std::string_view::npos && colon != 0) {
                    std::string_view value = line.substr(colon + 1);
                    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
                    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
                    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
                }
                return size;
            } catch (...) {
                thrown_ = std::current_exception();
                return 0;
            }
        }

        Pool& pool_;
        Handle& handle_;
        CURL* easy_;
        http::Request const& request_;
        http::Response response_;
        std::size_t header_bytes_ = 0;
        int informational_ = 0;
        bool body_began_ = false;
        Stopped stopped_ = Stopped::no;
        NetworkError::Sent sent_ = NetworkError::Sent::no;
        std::exception_ptr thrown_;
    };

    detail::SharedByThreads<Pool> pool_;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_CURL_TRANSPORT_HPP
