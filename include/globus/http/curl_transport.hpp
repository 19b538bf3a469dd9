// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_CURL_TRANSPORT_HPP
#define GLOBUS_HTTP_CURL_TRANSPORT_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>
#include <globus/http/transport.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace globus {

namespace detail {
class CurlExchange;
}  // namespace detail

/// How a CurlTransport connects. The defaults are the safe ones; certificates are always verified.
struct CurlOptions {
    /**
     * The options with the authorities that the environment names, as the curl tool reads it: the file of
     * CURL_CA_BUNDLE, or else the file of SSL_CERT_FILE and the directories of SSL_CERT_DIR. No other CurlOptions read
     * these variables, and none makes a certificate pass unverified.
     *
     *     Client transfer{TransferService{}, policy, {.transport = CurlTransport{CurlOptions::from_environment()}}};
     *
     * @throws UsageError  if what a variable names cannot be read; of the directories, one has to be there
     *
     * https://curl.se/docs/manpage.html, section "ENVIRONMENT"
     */
    [[nodiscard]] static CurlOptions from_environment();

    std::chrono::milliseconds connect_timeout{10'000};  ///< name lookup, connection and TLS handshake together
    std::chrono::seconds idle_timeout{60};  ///< this long without a byte in either direction ends the call; 0: never
    std::string ca_file = {};               ///< PEM file of the authorities to trust instead of the system's
    std::string ca_path = {};               ///< directories of such, separated by ':', hashed by `openssl rehash`
    /// URL of the proxy to go through, as in "http://user:password@proxy.example.org:3128" (also https, socks4,
    /// socks4a, socks5 and socks5h); "": none. Unset: the environment's variables decide (https_proxy, ALL_PROXY,
    /// NO_PROXY), as for the curl tool. Loopback addresses are reached without a proxy, unless the one named here is on
    /// loopback, too.
    std::optional<Secret> proxy = {};
    /// Hosts that are reached without the proxy: names, which include their subdomains, and addresses, separated by
    /// commas; "*": all. Unset: NO_PROXY of the environment, or none if `proxy` is set.
    std::optional<std::string> no_proxy = {};
    std::size_t max_header_bytes = std::size_t{256} << 10;  ///< of one answer, in total
    int max_informational = 16;                             ///< 1xx answers before the real one
    std::size_t max_idle_handles = 64;                      ///< kept for reuse, each with its connections
};

/**
 * A transport over libcurl.
 *
 *     CurlTransport transport;                                    // the system's certificates, sensible limits
 *     CurlTransport internal{{.ca_file = "/etc/lab/ca.pem"}};     // an authority of your own
 *
 * It keeps easy handles in a pool, so that connections and TLS sessions are reused; a request that must not be sent
 * twice gets a connection of its own (http::Request::fresh_connection). It verifies TLS (1.2 or newer) and host names,
 * follows no redirect, keeps no cookie and reads no .netrc. It asks for compressed answers in all codings that libcurl
 * knows and decompresses what comes, asked for or not, unless http::Request::decode says otherwise; all limits are for
 * the decompressed data.
 *
 * Two settings of the environment reach libcurl and OpenSSL: the proxy's variables, unless CurlOptions::proxy is set,
 * and SSLKEYLOGFILE. Whoever can set the latter gets the keys of the TLS sessions in a file, which is for debugging:
 * unset it where the environment is not yours.
 *
 * If the system has a hashed directory of certificates, that is used: reading it takes a tenth of the time that reading
 * the bundle takes.
 *
 * @par Errors
 * `send` throws NetworkError, never anything else but std::bad_alloc, what a sink or source threw, and UsageError for a
 * URL or header that cannot be sent. A deadline, a stop request and the limits apply in every state, including name
 * resolution.
 * @par Thread safety
 * `send` may be called from any thread. Copies share the pool. No signal handler is installed; SIGPIPE is kept from the
 * calling thread while TLS writes. Programs that this one starts inherit no connection; only the two sockets with which
 * a thread of libcurl looks up a name reach a program that is started at that moment.
 *
 * https://curl.se/libcurl/c/threadsafe.html
 */
class CurlTransport {
public:
    CurlTransport();
    /// @throws UsageError  for a ca_file or ca_path that is missing or cannot be read, and for a proxy that is not a
    ///                     proxy's URL or that this libcurl cannot use; the message has nothing of that URL
    explicit CurlTransport(CurlOptions options);

    [[nodiscard]] http::Response send(http::Request const& request) const;

private:
    struct Handle;
    struct Pool;
    struct Lease;
    struct Wake;

    /// Runs the transfer until it ends, the deadline passes or a stop is asked for. @return a CURLcode
    static int drive(Handle& handle, detail::CurlExchange& exchange, http::Request const& request);

    detail::ProcessBound<Pool> pool_;
};

namespace detail {

/// The directories of a list that is separated by ':'.
std::vector<std::string> directories_of(std::string_view list);

/// The transport of a client that was given none.
CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout);

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/curl_options.ipp>
#include <globus/http/impl/curl_transport.ipp>
#endif

#endif  // GLOBUS_HTTP_CURL_TRANSPORT_HPP
