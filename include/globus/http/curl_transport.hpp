// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CURL_TRANSPORT_HPP
#define GLOBUS_HTTP_CURL_TRANSPORT_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>
#include <globus/http/proxy.hpp>
#include <globus/http/transport.hpp>

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus {

/// How a CurlTransport connects. The defaults are the safe ones; certificates are always verified.
struct CurlOptions {
    std::chrono::milliseconds connect_timeout{10'000};  ///< name, connection and TLS handshake together
    std::chrono::seconds idle_timeout{60};  ///< no byte in either direction for so long ends the call; 0: never
    std::string ca_file = {};               ///< PEM file of the authorities to trust in place of the system's
    std::string ca_path = {};               ///< directory of such, hashed by `openssl rehash`
    /// URL of the proxy to go through, as in "http://user:password@proxy.example.org:3128" (also https, socks4, socks4a,
    /// socks5 and socks5h); "": none. Unset: the variables of the environment say (https_proxy, ALL_PROXY, NO_PROXY),
    /// as for the curl tool. A loopback address is reached by no proxy, unless one that is named here is on loopback, too.
    std::optional<Secret> proxy = {};
    /// Hosts that are reached without the proxy: names, with all that is below them, and addresses, joined by commas;
    /// "*": all. Unset: NO_PROXY of the environment, or none if `proxy` is set.
    std::optional<std::string> no_proxy = {};
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
 * follows no redirect, keeps no cookie and reads no .netrc. It asks for packed answers in all codings that libcurl knows
 * and unpacks what comes, asked for or not, unless http::Request::decode says otherwise; all limits are for what comes
 * out.
 *
 * Two things of the environment reach libcurl and OpenSSL: the proxy's variables, unless CurlOptions::proxy is set, and
 * SSLKEYLOGFILE. Who can set that one has the keys of the TLS sessions written to a file, which is for debugging: unset it
 * where the environment is not yours.
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
    /// @throws UsageError  for a ca_file or ca_path that is not there or cannot be read, and for a proxy that is no URL of
    /// one or that this libcurl cannot reach; what it says has nothing of that URL
    explicit CurlTransport(CurlOptions options) : pool_(std::in_place, std::move(options)) {}

    [[nodiscard]] http::Response send(http::Request const& request) const;

private:
    /// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
    struct Handle {
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
    };

    struct Pool {
        explicit Pool(CurlOptions o);

        static void check_readable(std::string const& option, std::string const& path, bool directory);

        /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
        static std::string hashed_directory();

        /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
        [[nodiscard]] char const* proxy_for(std::string_view host) const;

        CurlOptions const options;
        /// The codings that libcurl can unpack, as a request names them.
        static std::string known_codings();

        std::string const codings = known_codings();
        http::Proxy proxy;  ///< of the options
        std::string default_ca_path;
        std::mutex mutex;
        std::vector<std::unique_ptr<Handle>> idle;
    };

    /// A handle of the pool for the time of one exchange.
    struct Lease {
        explicit Lease(Pool& p);
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;
        ~Lease();
        Pool& pool;
        std::unique_ptr<Handle> handle;
    };

    /// One request and its answer.
    class Exchange {
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

        /// What is the same for every request of the pool; once a handle.
        void prepare_once();

        /// Whose certificates are good, those of the service and those of a proxy that is reached by https.
        void prepare_trust();

        void prepare();

        void prepare_body();

        void prepare_headers();

        /// Runs the transfer until it ends, the deadline passes or a stop is asked for.
        CURLcode drive();

        /// True if what comes is ever longer than what comes out: packed nothing, without end.
        [[nodiscard]] bool is_padded() const;

        struct Wake {
            CURLM* multi;
            void operator()() const noexcept { curl_multi_wakeup(multi); }
        };

        [[nodiscard]] std::string about(std::string_view what) const;

        [[noreturn]] void fail(CURLcode code) const;

        /// Throws if a proxy did not let the request through. By libcurl's codes that cannot be told: a CONNECT that is
        /// refused is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
        void fail_at_proxy() const;

        static NetworkError::Kind kind_of(CURLcode code);

        /// What libcurl says of this failure, or else of its code. It quotes the URL of a proxy that it cannot use, which may
        /// have a password in it: such a quotation is left out, and words are not used where a URL may be in them.
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
        /// The fields are complete: what a 1xx says is forgotten, and of an answer that is unpacked goes what was said of
        /// the packed one.
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

    detail::ProcessBound<Pool> pool_;
};

namespace detail {

/// That of a client that was given none.
CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/curl_transport.ipp>
#endif

#endif  // GLOBUS_HTTP_CURL_TRANSPORT_HPP
