// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_PROXY_HPP
#define GLOBUS_HTTP_PROXY_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>

namespace globus::http {

/// What the URL of a proxy says, except its credentials.
struct Proxy {
    bool over_tls = false;  ///< https: the connection to the proxy is encrypted, too
    bool loopback = false;  ///< it is on this machine
};

/**
 * Reads the URL of a proxy: [http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT].
 *
 * @throws UsageError  for anything else. Its message has nothing of the text, which may contain a password.
 */
Proxy parse_proxy(Secret const& text);

}  // namespace globus::http

#ifdef GLOBUS_BODIES
#include <globus/http/impl/proxy.ipp>
#endif

#endif  // GLOBUS_HTTP_PROXY_HPP
