// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP
#define GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/core/platform/socket.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/curl_exchange.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/proxy.hpp>
#include <globus/http/url.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL CurlSettings::CurlSettings(CurlOptions o) : options(std::move(o)) {
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

GLOBUS_DECL void CurlSettings::check_readable(std::string const& option, std::string const& path, bool directory) {
    if (path.empty()) return;
    for (std::string const& one : directory ? directories_of(path) : std::vector{path})
        if (char const* const why = why_unreadable(one, directory))
            throw UsageError("CurlOptions::" + option + " names " + one + ", which cannot be read: " + why);
}

GLOBUS_DECL std::string CurlSettings::hashed_directory() {
#if LIBCURL_VERSION_NUM >= 0x074600
    curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
    if (info == nullptr || info->age < CURLVERSION_SEVENTH || info->capath == nullptr) return {};
    bool const hashed =
        directory_has(info->capath, [](std::string_view name) { return name.size() == 10 && name.ends_with(".0"); });
    return hashed ? std::string(info->capath) : std::string();
#else
    return {};
#endif
}

GLOBUS_DECL char const* CurlSettings::proxy_for(std::string_view host) const {
    if (http::is_loopback(host) && !(options.proxy && proxy.loopback)) return "";
    return options.proxy ? options.proxy->reveal().c_str() : nullptr;
}

GLOBUS_DECL std::string CurlSettings::known_codings() {
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

GLOBUS_DECL CurlHandle::CurlHandle() : easy(curl_easy_init()) {
    if (easy == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
}

GLOBUS_DECL CurlHandle::~CurlHandle() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(header_list);
}

GLOBUS_DECL void CurlExchange::check(http::Request const& request) {
    using Kind = NetworkError::Kind;
    if (request.stop.stop_requested())
        throw NetworkError(Kind::cancelled, NetworkError::Sent::no, http::describe(request) + ": cancelled");
    if (http::Clock::now() >= request.deadline)
        throw NetworkError(Kind::timeout, NetworkError::Sent::no,
                           http::describe(request) + ": the deadline has passed");
}

GLOBUS_DECL bool CurlSettings::uses_tls(http::Request const& request) const {
    return request.url.starts_with("https:") || proxy.over_tls;
}

GLOBUS_DECL http::Response CurlExchange::result(CURLcode code) {
#ifndef GLOBUS_DETAIL_CURL_PREREQ
    curl_off_t before = 0;  // it is set when the request has been written; CURLINFO_REQUEST_SIZE counts a CONNECT, too
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &before);
    if (before > 0) sent_ = NetworkError::Sent::yes;
#endif
    if (thrown_) std::rethrow_exception(thrown_);
    if (code != CURLE_OK || stopped_ != Stopped::no) {
        // libcurl 8 keeps in mind that a body has to be read again, and would send none with this handle any more.
        if (request_.source) handle_.usable = false;
        fail(code);
    }
    return std::move(response_);
}

GLOBUS_DECL void CurlExchange::watch_padding() {
    set(CURLOPT_NOPROGRESS, decode_ ? 0L : 1L);
    if (!decode_) return;
    set(CURLOPT_XFERINFOFUNCTION, &CurlExchange::on_progress);
    set(CURLOPT_XFERINFODATA, this);
}

GLOBUS_DECL int CurlExchange::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    if (!exchange.is_padded()) return 0;
    exchange.stopped_ = Stopped::too_large;
    return 1;
}

GLOBUS_DECL void CurlExchange::prepare_once() {
    CurlOptions const& options = settings_.options;
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
    set(CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
    set(CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
    set(CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::open_socket);
    set(CURLOPT_SEEKFUNCTION, &CurlExchange::refuse_seek);
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    set(CURLOPT_PREREQFUNCTION, &CurlExchange::on_request);
#endif
    handle_.prepared = true;
}

GLOBUS_DECL void CurlExchange::prepare_trust() {
    CurlOptions const& options = settings_.options;
    bool const own = !options.ca_file.empty() || !options.ca_path.empty();
    std::string const& path = own ? options.ca_path : settings_.default_ca_path;
    if (!own && path.empty()) return;
    char const* const file = options.ca_file.empty() ? nullptr : options.ca_file.c_str();
    char const* const directory = path.empty() ? nullptr : path.c_str();
    set(CURLOPT_CAINFO, file);
    set(CURLOPT_CAPATH, directory);
    if (!settings_.proxy.over_tls) return;
    set(CURLOPT_PROXY_CAINFO, file);
    set(CURLOPT_PROXY_CAPATH, directory);
    set(CURLOPT_PROXY_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
}

GLOBUS_DECL void CurlExchange::prepare() {
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
        set(CURLOPT_UPLOAD_BUFFERSIZE, request_.bulk ? 1L << 20 : 64L << 10);
        handle_.bulk = request_.bulk;
    }
    if (handle_.origin.empty() || !request_.url.starts_with(handle_.origin) ||
        http::detail::has_blank_or_control(request_.url)) {
        http::Url const url = http::parse_url(request_.url);
        set(CURLOPT_PROXY, settings_.proxy_for(url.host));
        auto const path = request_.url.find('/', url.scheme.size() + 3);
        handle_.origin = path == std::string::npos ? std::string() : request_.url.substr(0, path + 1);
    }
    // The answer to HEAD is about the file as it is, and a part of a packed body cannot be unpacked.
    decode_ = request_.decode && request_.method != http::Method::head && request_.headers.find("Range") == nullptr;
    prepare_body();
    prepare_headers();
    handle_.usable = true;
}

GLOBUS_DECL void CurlExchange::prepare_body() {
    using http::Method;
    Method const method = request_.method;
    bool const plain_get = method == Method::get && !request_.has_body && !request_.source;
    if (plain_get && handle_.plain_get) return;
    handle_.plain_get = plain_get;
    set(CURLOPT_CUSTOMREQUEST, static_cast<char const*>(nullptr));
    set(CURLOPT_NOBODY, 0L);
    if (request_.source) {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, &CurlExchange::on_read);
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

GLOBUS_DECL void CurlExchange::prepare_range() {
    // Written by libcurl, the range is no part of the list of headers, which stays as it is from part to part of a file.
    std::string const* const field = handle_.plain_get ? request_.headers.find("Range") : nullptr;
    std::string_view range = field != nullptr ? std::string_view(*field) : std::string_view();
    constexpr std::string_view unit = "bytes=";
    range_ = range.size() > unit.size() && range.starts_with(unit) &&
             range.find_first_not_of("0123456789-", unit.size()) == std::string_view::npos;
    range = range_ ? range.substr(unit.size()) : std::string_view();
    if (range == handle_.range) return;
    handle_.range = range;
    set(CURLOPT_RANGE, range_ ? handle_.range.c_str() : nullptr);
}

GLOBUS_DECL bool CurlExchange::is_in_list(http::Headers::Field const& field) const {
    if (http::detail::equal_ignoring_case(field.first, "Accept") && field.second == "*/*") return false;
    return !range_ || !http::detail::equal_ignoring_case(field.first, "Range");
}

GLOBUS_DECL bool CurlExchange::has_list() const {
    if (handle_.header_list == nullptr || decode_ != handle_.decode || handle_.plain_get != handle_.list_is_plain ||
        !(request_.authorization == handle_.authorization))
        return false;
    auto listed = handle_.headers.begin();
    for (auto const& field : request_.headers) {
        if (!is_in_list(field)) continue;
        if (listed == handle_.headers.end() || field != *listed) return false;
        ++listed;
    }
    return listed == handle_.headers.end();
}

GLOBUS_DECL void CurlExchange::prepare_headers() {
    prepare_range();
    if (has_list()) return;
    http::Headers const& headers = request_.headers;
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
    handle_.headers.clear();
    for (auto const& one : headers) {
        if (!is_in_list(one)) continue;
        field(one.first, one.second);
        handle_.headers.add(one.first, one.second);
    }
    if (!handle_.plain_get) {  // libcurl would add its own
        if (headers.find("Content-Type") == nullptr) add("Content-Type", ":", "");
        if (headers.find("Expect") == nullptr) add("Expect", ":", "");
    }
    // libcurl would say itself what it can unpack, but it would compose the field anew for each request.
    set(CURLOPT_ACCEPT_ENCODING, decode_ ? "" : static_cast<char const*>(nullptr));
    if (decode_ && headers.find("Accept-Encoding") == nullptr && !settings_.codings.empty())
        add("Accept-Encoding", ": ", settings_.codings);
    if (!request_.authorization.empty()) {
        line.reserve(request_.authorization.reveal().size() + 32);  // so that no copy of the credential stays elsewhere
        field("Authorization", request_.authorization.reveal());
    }
    wipe(line);
    set(CURLOPT_HTTPHEADER, list.get());
    curl_slist_free_all(std::exchange(handle_.header_list, list.release()));
    handle_.decode = decode_;
    handle_.list_is_plain = handle_.plain_get;
    handle_.authorization = request_.authorization;
}

GLOBUS_DECL bool CurlExchange::is_padded() const {
    if (!packed_) return false;
    curl_off_t came = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &came);
    auto const size = static_cast<std::uint64_t>(std::max<curl_off_t>(came, 0));
    return size > unpacked_ && size - unpacked_ > request_.max_response_bytes;
}

GLOBUS_DECL std::string CurlExchange::about(std::string_view what) const {
    return http::describe(request_) + ": " + std::string(what);
}

GLOBUS_DECL void CurlExchange::fail(CURLcode code) const {
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

GLOBUS_DECL void CurlExchange::fail_at_proxy() const {
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

GLOBUS_DECL NetworkError::Kind CurlExchange::kind_of(CURLcode code) {
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

GLOBUS_DECL std::string CurlExchange::words(CURLcode code) const {
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

GLOBUS_DECL std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_body(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_header(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlExchange::on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    try {
        std::size_t const given = exchange.request_.source(buffer, size * count);
        if (given != 0) exchange.flowing_ = true;
        return given;
    } catch (...) {
        exchange.thrown_ = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

GLOBUS_DECL curl_socket_t CurlExchange::open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
    return new_socket(address->family, address->socktype, address->protocol).release();
}

GLOBUS_DECL std::size_t CurlExchange::take_body(std::string_view piece) noexcept {
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

GLOBUS_DECL void CurlExchange::make_room() {
    constexpr std::size_t most = std::size_t{4} << 20;
    curl_off_t length = -1;
    if (!packed_) curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length <= 0) return;
    if (static_cast<std::uint64_t>(length) > request_.max_response_bytes)
        stopped_ = Stopped::too_large;
    else
        response_.body.reserve(std::min(static_cast<std::size_t>(length), most));
}

GLOBUS_DECL std::size_t CurlExchange::take_header(std::string_view line) noexcept {
    try {
        std::size_t const size = line.size();
        header_bytes_ += size;
        if (header_bytes_ > settings_.options.max_header_bytes) stopped_ = Stopped::headers;
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

GLOBUS_DECL void CurlExchange::read_status_line(std::string_view line) {
    part_ = Part::fields;
    if (++informational_ > settings_.options.max_informational + 1) stopped_ = Stopped::headers;
    response_.headers.clear();
    response_.reason.clear();
    response_.status = 0;
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos) return;
    for (char const c : line.substr(blank + 1, 3))
        if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
    if (line.size() > blank + 5) response_.reason = line.substr(blank + 5);
}

GLOBUS_DECL void CurlExchange::read_field(std::string_view line) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
}

GLOBUS_DECL void CurlExchange::end_head() {
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

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP
