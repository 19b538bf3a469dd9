// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ERRORS_HPP
#define GLOBUS_HTTP_ERRORS_HPP

#include <globus/core/error.hpp>

#include <iosfwd>
#include <string>

namespace globus {

/**
 * No complete answer came.
 *
 * `kind()` says what went wrong, `sent()` how far the request got: an operation that must not be done twice may be
 * repeated after `Sent::no`, and has an unknown outcome after `Sent::yes`.
 */
class GLOBUS_VISIBLE NetworkError : public Error {
public:
    /// What went wrong.
    enum class Kind : unsigned char {
        timeout,      ///< a limit or the deadline of the call passed
        cancelled,    ///< the stop_token asked, or the client was destroyed
        resolve,      ///< the host name is not known
        connect,      ///< nobody listens, or there is no route, from here or from a proxy
        proxy,        ///< the proxy refuses to connect to the service, or asks for other credentials
        tls,          ///< the certificate or the handshake was refused
        interrupted,  ///< the connection broke after it was made
        too_large,    ///< the answer is larger than the limit
        redirect,     ///< a redirect that must not be followed
        protocol,     ///< not HTTP, or compressed in a way that cannot be decoded
        local,        ///< a fault of this process: memory, file descriptors, libcurl itself
    };
    /// How far the request got.
    enum class Sent : unsigned char {
        no,   ///< no byte of the request was sent, whatever was said to a proxy before; repeating it is safe
        yes,  ///< some or all of it may have been read by the service
    };

    /// For transports, including a program's own. @param what  goes into messages and logs: nothing secret
    NetworkError(Kind kind, Sent sent, std::string const& what) : Error(what), kind_(kind), sent_(sent) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// How far the request got. Only Sent::no is certain: a request that may have arrived counts as Sent::yes.
    [[nodiscard]] Sent sent() const noexcept { return sent_; }

private:
    Kind kind_;
    Sent sent_;
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(NetworkError::Kind kind) noexcept {
    switch (kind) {
        case NetworkError::Kind::timeout:
            return "timeout";
        case NetworkError::Kind::cancelled:
            return "cancelled";
        case NetworkError::Kind::resolve:
            return "resolve";
        case NetworkError::Kind::connect:
            return "connect";
        case NetworkError::Kind::proxy:
            return "proxy";
        case NetworkError::Kind::tls:
            return "tls";
        case NetworkError::Kind::interrupted:
            return "interrupted";
        case NetworkError::Kind::too_large:
            return "too_large";
        case NetworkError::Kind::redirect:
            return "redirect";
        case NetworkError::Kind::protocol:
            return "protocol";
        case NetworkError::Kind::local:
            return "local";
    }
    return "unknown";
}
/// Writes that name.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, NetworkError::Kind kind) {
    return out << to_string(kind);
}

/// The name of a value of Sent, as in its enumerator.
constexpr char const* to_string(NetworkError::Sent sent) noexcept {
    switch (sent) {
        case NetworkError::Sent::no:
            return "no";
        case NetworkError::Sent::yes:
            return "yes";
    }
    return "unknown";
}
/// Writes that name.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, NetworkError::Sent sent) {
    return out << to_string(sent);
}

}  // namespace globus

#endif  // GLOBUS_HTTP_ERRORS_HPP
