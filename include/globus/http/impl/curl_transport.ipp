// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/core/platform/sigpipe.hpp>
#include <globus/core/platform/socket.hpp>
#include <globus/core/platform/wake_up_files.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/proxy.hpp>
#include <globus/http/url.hpp>

#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x074400
#error "globus needs libcurl 7.68 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus {

/// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
struct CurlTransport::Handle {
    Handle() : easy(curl_easy_init()), multi(curl_multi_init()) {}
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;
    ~Handle();

    CURL* easy;
    CURLM* multi;
    curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
    http::Headers headers;              ///< that it was made of
    Secret authorization;               ///< likewise
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    std::thread::id thread;             ///< that used it last
    bool prepared = false;
    bool usable = true;      ///< false: its options are half set, it must not be used again
    bool plain_get = false;  ///< the last request was a GET without a body
    bool fresh_connection = false;
    bool decode = false;
    bool bulk = false;  ///< it has large buffers
};

struct CurlTransport::Pool {
    explicit Pool(CurlOptions o);

    static void check_readable(std::string const& option, std::string const& path, bool directory);

    /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
    static std::string hashed_directory();

    /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
    [[nodiscard]] char const* proxy_for(std::string_view host) const;

    /// The codings that libcurl can unpack, as a request names them.
    static std::string known_codings();

    CurlOptions const options;
    std::string const codings = known_codings();
    http::Proxy proxy;  ///< of the options
    std::string default_ca_path;
    std::mutex mutex;
    std::vector<std::unique_ptr<Handle>> idle;
};

/// A handle of the pool for the time of one exchange.
struct CurlTransport::Lease {
    explicit Lease(Pool& p);
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease();
    Pool& pool;
    std::unique_ptr<Handle> handle;
};

/// One request and its answer.
class CurlTransport::Exchange {
public:
    Exchange(Pool& pool, Handle& handle, http::Request const& request)
        : pool_(pool), handle_(handle), easy_(handle.easy), request_(request) {}

    http::Response run();

private:
    enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers, codings };
    /// Where in the head of an answer the next line is.
    enum class Part : unsigned char { status_line, fields, body };

    template <class V>
    void set(CURLoption option, V value) {
        if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
    }

    /// Sets what is the same for every request of the pool; it is called once for each handle.
    void prepare_once();

    /// Sets whose certificates are trusted: those of the service, and those of a proxy that is reached by https.
    void prepare_trust();

    void prepare();

    void prepare_body();

    void prepare_headers();

    /// Runs the transfer until it ends, the deadline passes or a stop is asked for.
    CURLcode drive();

    /// True if far more bytes come than are unpacked from them: such a body could go on without end.
    [[nodiscard]] bool is_padded() const;

    struct Wake {
        CURLM* multi;
        void operator()() const noexcept { curl_multi_wakeup(multi); }
    };

    [[nodiscard]] std::string about(std::string_view what) const;

    [[noreturn]] void fail(CURLcode code) const;

    /// Throws if a proxy did not let the request through. The codes of libcurl do not tell: a CONNECT that is refused
    /// is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
    void fail_at_proxy() const;

    static NetworkError::Kind kind_of(CURLcode code);

    /// What libcurl says about this failure, or else about its code. It quotes the URL of a proxy that it cannot use,
    /// with a password if there is one: such a quotation is left out, as are words that may have a URL in them.
    [[nodiscard]] std::string words(CURLcode code) const;

    // What libcurl calls. No exception may pass through it: they are kept, and thrown by run().

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    static int on_request(void* self, char*, char*, int, int) noexcept {
        static_cast<Exchange*>(self)->sent_ = NetworkError::Sent::yes;
        return CURL_PREREQFUNC_OK;
    }
#endif
    static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
    static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept;

    std::size_t take_body(std::string_view piece) noexcept;

    /// Heeds the length that an answer says it has. It is a claim: it ends the transfer if it is too large, and gets
    /// memory in advance up to what most answers need.
    void make_room();

    std::size_t take_header(std::string_view line) noexcept;
    void read_status_line(std::string_view line);
    void read_field(std::string_view line);
    /// Called when the fields are complete: it forgets those of a 1xx, and of an answer that is unpacked those that
    /// describe the packed one.
    void end_head();

    Pool& pool_;
    Handle& handle_;
    CURL* easy_;
    http::Request const& request_;
    http::Response response_;
    std::size_t header_bytes_ = 0;
    int informational_ = 0;
    Part part_ = Part::status_line;
    std::uint64_t unpacked_ = 0;  ///< bytes of the body that came out so far
    bool decode_ = false;         ///< the answer is unpacked
    bool packed_ = false;         ///< it came with a coding
    bool body_began_ = false;
    bool flowing_ = false;  ///< the body of a success came, or a source has given something
    Stopped stopped_ = Stopped::no;
    NetworkError::Sent sent_ = NetworkError::Sent::no;
    std::exception_ptr thrown_;
};

GLOBUS_DECL CurlTransport::CurlTransport() : CurlTransport(CurlOptions{}) {}

GLOBUS_DECL CurlTransport::CurlTransport(CurlOptions options) : pool_(std::in_place, std::move(options)) {}

GLOBUS_DECL http::Response CurlTransport::send(http::Request const& request) const {
    Pool& pool = *pool_;
    Lease lease(pool);
    return Exchange(pool, *lease.handle, request).run();
}

GLOBUS_DECL CurlTransport::Handle::~Handle() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_slist_free_all(header_list);
}

GLOBUS_DECL CurlTransport::Pool::Pool(CurlOptions o) : options(std::move(o)) {
    static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl cannot be initialised");
    if (options.ca_file.empty() && options.ca_path.empty()) default_ca_path = hashed_directory();
    check_readable("ca_file", options.ca_file, false);
    check_readable("ca_path", options.ca_path, true);
    if (options.proxy && !options.proxy->empty()) {
        proxy = http::parse_proxy(*options.proxy);
        curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
        if (proxy.over_tls && (info == nullptr || (info->features & CURL_VERSION_HTTPS_PROXY) == 0))
            throw UsageError("the proxy is to be reached by https, which this libcurl cannot do");
    }
}

GLOBUS_DECL void CurlTransport::Pool::check_readable(std::string const& option, std::string const& path,
                                                     bool directory) {
    if (path.empty()) return;
    for (std::string const& one : directory ? detail::directories_of(path) : std::vector{path})
        if (char const* const why = detail::why_unreadable(one, directory))
            throw UsageError("CurlOptions::" + option + " names " + one + ", which cannot be read: " + why);
}

GLOBUS_DECL std::string CurlTransport::Pool::hashed_directory() {
#if LIBCURL_VERSION_NUM >= 0x074600
    curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
    if (info == nullptr || info->age < CURLVERSION_SEVENTH || info->capath == nullptr) return {};
    bool const hashed = detail::directory_has(
        info->capath, [](std::string_view name) { return name.size() == 10 && name.ends_with(".0"); });
    return hashed ? std::string(info->capath) : std::string();
#else
    return {};
#endif
}

GLOBUS_DECL char const* CurlTransport::Pool::proxy_for(std::string_view host) const {
    if (http::is_loopback(host) && !(options.proxy && proxy.loopback)) return "";
    return options.proxy ? options.proxy->reveal().c_str() : nullptr;
}

GLOBUS_DECL std::string CurlTransport::Pool::known_codings() {
    curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
    std::string names;
    auto const add = [&](int feature, char const* name) {
        if (info == nullptr || (info->features & feature) == 0) return;
        if (!names.empty()) names += ", ";
        names += name;
    };
    add(CURL_VERSION_LIBZ, "gzip, deflate");
    add(CURL_VERSION_BROTLI, "br");
#ifdef CURL_VERSION_ZSTD
    add(CURL_VERSION_ZSTD, "zstd");
#endif
    return names;
}

GLOBUS_DECL CurlTransport::Lease::Lease(Pool& p) : pool(p) {
    {
        std::lock_guard const lock(pool.mutex);
        if (!pool.idle.empty()) {
            // The handle that this thread used last is preferred, since the memory of its connection is near.
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
    detail::WakeUpFiles files;
    handle = std::make_unique<Handle>();
    if (handle->easy == nullptr || handle->multi == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
    files.keep_from_children([&] { curl_multi_wakeup(handle->multi); });
}

GLOBUS_DECL CurlTransport::Lease::~Lease() {
    handle->thread = std::this_thread::get_id();
    std::lock_guard const lock(pool.mutex);
    if (!handle->usable || pool.idle.size() >= pool.options.max_idle_handles) return;
    try {
        pool.idle.push_back(std::move(handle));
    } catch (...) {  // there is no memory for the list, so the handle is destroyed
        handle.reset();
    }
}

GLOBUS_DECL http::Response CurlTransport::Exchange::run() {
    using Kind = NetworkError::Kind;
    if (request_.stop.stop_requested()) throw NetworkError(Kind::cancelled, NetworkError::Sent::no, about("cancelled"));
    if (http::Clock::now() >= request_.deadline)
        throw NetworkError(Kind::timeout, NetworkError::Sent::no, about("the deadline has passed"));
    prepare();
    detail::SigpipeGuard const guard(request_.url.starts_with("https:") || pool_.proxy.over_tls);
    CURLcode const code = drive();
    if (thrown_) std::rethrow_exception(thrown_);
    if (code != CURLE_OK || stopped_ != Stopped::no) fail(code);
    return std::move(response_);
}

GLOBUS_DECL void CurlTransport::Exchange::prepare_once() {
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
    prepare_trust();
    // What the program says holds, whatever the environment says.
    if (options.proxy || options.no_proxy) set(CURLOPT_NOPROXY, options.no_proxy.value_or("").c_str());
    set(CURLOPT_ERRORBUFFER, handle_.words);
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
    set(CURLOPT_SEEKFUNCTION, &Exchange::refuse_seek);
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    set(CURLOPT_PREREQFUNCTION, &Exchange::on_request);
#endif
    handle_.prepared = true;
}

GLOBUS_DECL void CurlTransport::Exchange::prepare_trust() {
    CurlOptions const& options = pool_.options;
    bool const own = !options.ca_file.empty() || !options.ca_path.empty();
    std::string const& path = own ? options.ca_path : pool_.default_ca_path;
    if (!own && path.empty()) return;
    char const* const file = options.ca_file.empty() ? nullptr : options.ca_file.c_str();
    char const* const directory = path.empty() ? nullptr : path.c_str();
    set(CURLOPT_CAINFO, file);
    set(CURLOPT_CAPATH, directory);
    if (!pool_.proxy.over_tls) return;
    set(CURLOPT_PROXY_CAINFO, file);
    set(CURLOPT_PROXY_CAPATH, directory);
    set(CURLOPT_PROXY_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
}

GLOBUS_DECL void CurlTransport::Exchange::prepare() {
    handle_.usable = false;
    if (!handle_.prepared) prepare_once();
    handle_.words[0] = '\0';
    set(CURLOPT_WRITEDATA, this);
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    set(CURLOPT_PREREQDATA, this);
#endif
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_URL, request_.url.c_str());
    if (request_.fresh_connection != handle_.fresh_connection) {
        set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
        handle_.fresh_connection = request_.fresh_connection;
    }
    if (request_.bulk != handle_.bulk) {
        set(CURLOPT_BUFFERSIZE, request_.bulk ? 512L << 10 : long{CURL_MAX_WRITE_SIZE});
        set(CURLOPT_UPLOAD_BUFFERSIZE, request_.bulk ? 512L << 10 : 64L << 10);  // the latter is its default
        handle_.bulk = request_.bulk;
    }
    if (handle_.origin.empty() || !request_.url.starts_with(handle_.origin) ||
        http::detail::has_blank_or_control(request_.url)) {
        http::Url const url = http::parse_url(request_.url);
        set(CURLOPT_PROXY, pool_.proxy_for(url.host));
        auto const path = request_.url.find('/', url.scheme.size() + 3);
        handle_.origin = path == std::string::npos ? std::string() : request_.url.substr(0, path + 1);
    }
    // The answer to HEAD is about the file as it is, and a part of a packed body cannot be unpacked.
    decode_ = request_.decode && request_.method != http::Method::head && request_.headers.find("Range") == nullptr;
    prepare_body();
    prepare_headers();
    handle_.usable = true;
}

GLOBUS_DECL void CurlTransport::Exchange::prepare_body() {
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

GLOBUS_DECL void CurlTransport::Exchange::prepare_headers() {
    http::Headers const& headers = request_.headers;
    if (handle_.header_list != nullptr && decode_ == handle_.decode &&
        request_.authorization == handle_.authorization &&
        std::equal(headers.begin(), headers.end(), handle_.headers.begin(), handle_.headers.end()))
        return;
    for (auto const& [name, value] : headers) http::check_header(name, value);
    http::check_header("Authorization", request_.authorization.reveal());
    auto const free_all = [](curl_slist* list) { curl_slist_free_all(list); };
    std::unique_ptr<curl_slist, decltype(free_all)> list(nullptr, free_all);
    std::string line;
    auto const add = [&](std::string_view name, std::string_view separator, std::string_view value) {
        line.assign(name).append(separator).append(value);
        curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    };
    auto const field = [&](std::string_view name, std::string_view value) {
        add(name, value.empty() ? ";" : ": ", value);
    };
    for (auto const& [name, value] : headers) field(name, value);
    if (headers.find("Content-Type") == nullptr) add("Content-Type", ":", "");  // libcurl would add one
    if (headers.find("Expect") == nullptr) add("Expect", ":", "");
    // libcurl would say itself what it can unpack, but it would compose the field anew for each request.
    set(CURLOPT_ACCEPT_ENCODING, decode_ ? "" : static_cast<char const*>(nullptr));
    if (decode_ && headers.find("Accept-Encoding") == nullptr && !pool_.codings.empty())
        add("Accept-Encoding", ": ", pool_.codings);
    if (!request_.authorization.empty()) {
        line.reserve(request_.authorization.reveal().size() + 32);  // so that no copy of the credential stays elsewhere
        field("Authorization", request_.authorization.reveal());
    }
    detail::wipe(line);
    set(CURLOPT_HTTPHEADER, list.get());
    curl_slist_free_all(std::exchange(handle_.header_list, list.release()));
    handle_.decode = decode_;
    handle_.headers = headers;
    handle_.authorization = request_.authorization;
}

GLOBUS_DECL CURLcode CurlTransport::Exchange::drive() {
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
        if (decode_ && is_padded()) {
            stopped_ = Stopped::too_large;
            break;
        }
        if (request_.deadline != http::Clock::time_point::max() && !(request_.flows && flowing_)) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(request_.deadline - http::Clock::now());
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
#ifndef GLOBUS_DETAIL_CURL_PREREQ
    curl_off_t before = 0;  // it is set when the request has been written; CURLINFO_REQUEST_SIZE counts a CONNECT, too
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &before);
    if (before > 0) sent_ = NetworkError::Sent::yes;
#endif
    curl_multi_remove_handle(multi, easy_);
    return code;
}

GLOBUS_DECL bool CurlTransport::Exchange::is_padded() const {
    if (!packed_) return false;
    curl_off_t came = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &came);
    auto const size = static_cast<std::uint64_t>(std::max<curl_off_t>(came, 0));
    return size > unpacked_ && size - unpacked_ > request_.max_response_bytes;
}

GLOBUS_DECL std::string CurlTransport::Exchange::about(std::string_view what) const {
    return http::describe(request_) + ": " + std::string(what);
}

GLOBUS_DECL void CurlTransport::Exchange::fail(CURLcode code) const {
    using Kind = NetworkError::Kind;
    auto const end = [this](Kind kind, std::string const& what) { throw NetworkError(kind, sent_, about(what)); };
    switch (stopped_) {
        case Stopped::cancelled:
            end(Kind::cancelled, "the call was cancelled");
            break;
        case Stopped::deadline:
            end(Kind::timeout, "the deadline of the call passed");
            break;
        case Stopped::too_large:
            end(Kind::too_large, "the answer is larger than " + std::to_string(request_.max_response_bytes) + " bytes");
            break;
        case Stopped::sink:
            end(Kind::cancelled, "the sink ended the transfer");
            break;
        case Stopped::headers:
            end(Kind::too_large, "the answer has too many headers");
            break;
        case Stopped::codings:
            end(Kind::protocol, "the answer is packed too many times");
            break;
        case Stopped::no:
            break;
    }
    if (sent_ == NetworkError::Sent::no) fail_at_proxy();
    std::string what = words(code);
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        what +=
            "; check the host in the URL, or name the certificate of the server's authority in "
            "CurlOptions::ca_file or ca_path";
    if (code == CURLE_SSL_CACERT_BADFILE)
        what += "; name a readable certificate bundle in CurlOptions::ca_file or ca_path";
    throw NetworkError(kind_of(code), sent_, about(what));
}

GLOBUS_DECL void CurlTransport::Exchange::fail_at_proxy() const {
    using Kind = NetworkError::Kind;
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status != 0 && status / 100 != 2) {
        bool const passes = status == 408 || status == 429 || status >= 500;
        throw NetworkError(passes ? Kind::connect : Kind::proxy, sent_,
                           about("the proxy answered " + std::to_string(status) + " to CONNECT" +
                                 (status == 407 ? ": give its user and password in CurlOptions::proxy" : "")));
    }
#if LIBCURL_VERSION_NUM >= 0x074900
    long reply = CURLPX_OK;
    curl_easy_getinfo(easy_, CURLINFO_PROXY_ERROR, &reply);
    switch (reply) {
        case CURLPX_OK:
            return;
        case CURLPX_IDENTD:
        case CURLPX_IDENTD_DIFFER:
        case CURLPX_NO_AUTH:
        case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
        case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
        case CURLPX_REPLY_NOT_ALLOWED:
        case CURLPX_USER_REJECTED:
            throw NetworkError(Kind::proxy, sent_, about("the proxy refused: " + words(CURLE_PROXY)));
        default:
            throw NetworkError(Kind::connect, sent_, about("the proxy failed: " + words(CURLE_PROXY)));
    }
#endif
}

GLOBUS_DECL NetworkError::Kind CurlTransport::Exchange::kind_of(CURLcode code) {
    using Kind = NetworkError::Kind;
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return Kind::timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Kind::resolve;
        case CURLE_COULDNT_CONNECT:
            return Kind::connect;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return Kind::tls;
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return Kind::protocol;
        case CURLE_OUT_OF_MEMORY:
        case CURLE_FAILED_INIT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_URL_MALFORMAT:
            return Kind::local;
        default:
            return Kind::interrupted;
    }
}

GLOBUS_DECL std::string CurlTransport::Exchange::words(CURLcode code) const {
    std::string_view own = handle_.words;
    if (auto const proxy = own.find("roxy"); proxy != std::string_view::npos)
        own = own.substr(0, own.find('\'', proxy));
    if (own.find_first_of("@?") != std::string_view::npos) own = {};
    std::string text(own.empty() ? std::string_view(curl_easy_strerror(code)) : own);
    long error = 0;
    if (code == CURLE_COULDNT_CONNECT && curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error) == CURLE_OK)
        if (error != 0) text += " (" + std::generic_category().message(static_cast<int>(error)) + ')';
    return text;
}

GLOBUS_DECL std::size_t CurlTransport::Exchange::on_body(char* data, std::size_t size, std::size_t count,
                                                         void* self) noexcept {
    return static_cast<Exchange*>(self)->take_body(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlTransport::Exchange::on_header(char* data, std::size_t size, std::size_t count,
                                                           void* self) noexcept {
    return static_cast<Exchange*>(self)->take_header(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlTransport::Exchange::on_read(char* buffer, std::size_t size, std::size_t count,
                                                         void* self) noexcept {
    auto& exchange = *static_cast<Exchange*>(self);
    try {
        std::size_t const given = exchange.request_.source(buffer, size * count);
        if (given != 0) exchange.flowing_ = true;
        return given;
    } catch (...) {
        exchange.thrown_ = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

GLOBUS_DECL curl_socket_t CurlTransport::Exchange::open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
    return detail::new_socket(address->family, address->socktype, address->protocol).release();
}

GLOBUS_DECL std::size_t CurlTransport::Exchange::take_body(std::string_view piece) noexcept {
    try {
        if (!std::exchange(body_began_, true) && request_.on_head) request_.on_head(response_);
        unpacked_ += piece.size();
        bool const success = response_.status >= 200 && response_.status < 300;
        if (success) flowing_ = true;
        if (request_.sink && success) {
            if (request_.sink(piece)) return piece.size();
            stopped_ = Stopped::sink;
            return 0;
        }
        std::string& body = response_.body;
        if (body.empty()) make_room();
        if (stopped_ != Stopped::no) return 0;
        if (piece.size() > request_.max_response_bytes - body.size()) {
            stopped_ = Stopped::too_large;
            return 0;
        }
        body.append(piece);
        return piece.size();
    } catch (...) {
        thrown_ = std::current_exception();
        return 0;
    }
}

GLOBUS_DECL void CurlTransport::Exchange::make_room() {
    constexpr std::size_t most = std::size_t{4} << 20;
    curl_off_t length = -1;
    if (!packed_) curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length <= 0) return;
    if (static_cast<std::uint64_t>(length) > request_.max_response_bytes)
        stopped_ = Stopped::too_large;
    else
        response_.body.reserve(std::min(static_cast<std::size_t>(length), most));
}

GLOBUS_DECL std::size_t CurlTransport::Exchange::take_header(std::string_view line) noexcept {
    try {
        std::size_t const size = line.size();
        header_bytes_ += size;
        if (header_bytes_ > pool_.options.max_header_bytes) stopped_ = Stopped::headers;
        while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
        // What comes after the body are trailers, which are not headers (RFC 9110, section 6.5).
        if (part_ == Part::status_line && line.starts_with("HTTP/"))
            read_status_line(line);
        else if (part_ == Part::fields && line.empty())
            end_head();
        else if (part_ == Part::fields)
            read_field(line);
        return stopped_ == Stopped::no ? size : 0;
    } catch (...) {
        thrown_ = std::current_exception();
        return 0;
    }
}

GLOBUS_DECL void CurlTransport::Exchange::read_status_line(std::string_view line) {
    part_ = Part::fields;
    if (++informational_ > pool_.options.max_informational + 1) stopped_ = Stopped::headers;
    response_.headers.clear();
    response_.reason.clear();
    response_.status = 0;
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos) return;
    for (char const c : line.substr(blank + 1, 3))
        if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
    if (line.size() > blank + 5) response_.reason = line.substr(blank + 5);
}

GLOBUS_DECL void CurlTransport::Exchange::read_field(std::string_view line) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
}

GLOBUS_DECL void CurlTransport::Exchange::end_head() {
    constexpr std::ptrdiff_t most = 4;  // codings, each of which unpacks what comes from the one before
    part_ = response_.status >= 200 ? Part::body : Part::status_line;
    if (part_ != Part::body || !decode_) return;
    std::ptrdiff_t codings = 0;
    for (auto const& [name, value] : response_.headers)
        if (http::detail::equal_ignoring_case(name, "Content-Encoding"))
            codings += 1 + std::count(value.begin(), value.end(), ',');
    if (codings == 0) return;
    if (codings > most) stopped_ = Stopped::codings;
    packed_ = true;
    response_.headers.erase("Content-Encoding");
    response_.headers.erase("Content-Length");
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout) {
    CurlOptions options;
    options.idle_timeout = idle_timeout;
    return CurlTransport(std::move(options));
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
