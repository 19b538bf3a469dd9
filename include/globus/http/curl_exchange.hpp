// SPDX-License-Identifier: Apache-2.0
// Before the guard: header-only, what this header includes ends with the bodies that need what is declared here.
#include <globus/http/curl_transport.hpp>

#ifndef GLOBUS_HTTP_CURL_EXCHANGE_HPP
#define GLOBUS_HTTP_CURL_EXCHANGE_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/proxy.hpp>

#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x074400
#error "globus needs libcurl 7.68 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

// One exchange over libcurl, whoever drives it: how a request is set, and how its answer is read. For the bodies of
// transports only.

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus::detail {

/// The options of a transport, and what follows from them.
struct CurlSettings {
    /// @throws UsageError  for options that cannot be used
    explicit CurlSettings(CurlOptions o);

    static void check_readable(std::string const& option, std::string const& path, bool directory);

    /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
    static std::string hashed_directory();

    /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
    [[nodiscard]] char const* proxy_for(std::string_view host) const;

    /// True if OpenSSL may write to the socket of a request, which it does without MSG_NOSIGNAL.
    [[nodiscard]] bool uses_tls(http::Request const& request) const;

    /// The codings that libcurl can unpack, as a request names them.
    static std::string known_codings();

    CurlOptions const options;
    std::string const codings = known_codings();
    http::Proxy proxy;  ///< of the options
    std::string default_ca_path;
};

/// An easy handle, and what is set in it.
struct CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    CurlHandle();
    CurlHandle(CurlHandle const&) = delete;
    CurlHandle& operator=(CurlHandle const&) = delete;
    ~CurlHandle();

    CURL* const easy;
    curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
    http::Headers headers;              ///< that it was made of
    Secret authorization;               ///< likewise
    std::string range;                  ///< of the last request, if libcurl wrote it; empty: it had none
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    bool prepared = false;
    bool usable = true;          ///< false: it must not be used again
    bool plain_get = false;      ///< the last request was a GET without a body
    bool list_is_plain = false;  ///< the list of headers is for such a one
    bool fresh_connection = false;
    bool decode = false;
    bool bulk = false;  ///< it has large buffers
};

/**
 * One request and its answer. Whoever drives it prepares the handle, runs it, and asks for the result:
 *
 *     CurlExchange::check(request);
 *     exchange.prepare();
 *     ...                        // the easy handle is run to its end, or removed after `stop`
 *     return exchange.result(code);
 */
class CurlExchange {
public:
    /// Why a driver, or the exchange itself, ended the transfer.
    enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers, codings };

    /// All of them must live as long as this.
    CurlExchange(CurlSettings const& settings, CurlHandle& handle, http::Request const& request)
        : settings_(settings), handle_(handle), easy_(handle.easy), request_(request) {}
    CurlExchange(CurlExchange const&) = delete;
    CurlExchange& operator=(CurlExchange const&) = delete;

    /// @throws NetworkError  if a request was cancelled or its deadline has passed, before anything of it was sent
    static void check(http::Request const& request);
    /// Sets the easy handle for the request. @throws NetworkError, UsageError  for what cannot be sent
    void prepare();
    /// Has libcurl ask, whenever something comes, whether `is_padded`; a driver that asks itself need not.
    void watch_padding();

    /// True if the deadline of the request applies now.
    [[nodiscard]] bool is_timed() const noexcept {
        return request_.deadline != http::Clock::time_point::max() && !(request_.flows && flowing_);
    }
    /// True if far more bytes come than are unpacked from them: such a body could go on without end.
    [[nodiscard]] bool is_padded() const;

    /// Says why the driver ends the transfer before libcurl does.
    void stop(Stopped why) noexcept { stopped_ = why; }
    /// The answer, once libcurl has ended with `code` or the driver has stopped; before the easy handle is used again.
    /// @throws NetworkError, what a callback of the request threw
    http::Response result(CURLcode code);

private:
    /// Where in the head of an answer the next line is.
    enum class Part : unsigned char { status_line, fields, body };

    template <class V>
    void set(CURLoption option, V value) {
        if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
    }

    /// Sets what is the same for every request of the transport; it is called once for each handle.
    void prepare_once();

    /// Sets whose certificates are trusted: those of the service, and those of a proxy that is reached by https.
    void prepare_trust();

    void prepare_body();

    void prepare_headers();
    void prepare_range();
    /// True if the handle has the list of the headers that the request needs.
    [[nodiscard]] bool has_list() const;
    /// True if a header is sent as it is, and not written by libcurl.
    [[nodiscard]] bool is_in_list(http::Headers::Field const& field) const;

    [[nodiscard]] std::string about(std::string_view what) const;

    [[noreturn]] void fail(CURLcode code) const;

    /// Throws if a proxy did not let the request through. The codes of libcurl do not tell: a CONNECT that is refused
    /// is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
    void fail_at_proxy() const;

    static NetworkError::Kind kind_of(CURLcode code);

    /// What libcurl says about this failure, or else about its code. It quotes the URL of a proxy that it cannot use,
    /// with a password if there is one: such a quotation is left out, as are words that may have a URL in them.
    [[nodiscard]] std::string words(CURLcode code) const;

    // What libcurl calls. No exception may pass through it: they are kept, and thrown by result().

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    static int on_request(void* self, char*, char*, int, int) noexcept {
        static_cast<CurlExchange*>(self)->sent_ = NetworkError::Sent::yes;
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

    CurlSettings const& settings_;
    CurlHandle& handle_;
    CURL* const easy_;
    http::Request const& request_;
    http::Response response_;
    std::size_t header_bytes_ = 0;
    int informational_ = 0;
    Part part_ = Part::status_line;
    std::uint64_t unpacked_ = 0;  ///< bytes of the body that came out so far
    bool decode_ = false;         ///< the answer is unpacked
    bool range_ = false;          ///< libcurl writes the range
    bool packed_ = false;         ///< it came with a coding
    bool body_began_ = false;
    bool flowing_ = false;  ///< the body of a success came, or a source has given something
    Stopped stopped_ = Stopped::no;
    NetworkError::Sent sent_ = NetworkError::Sent::no;
    std::exception_ptr thrown_;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/http/impl/curl_exchange.ipp>
#endif

#endif  // GLOBUS_HTTP_CURL_EXCHANGE_HPP
