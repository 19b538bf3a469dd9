// SPDX-License-Identifier: Apache-2.0
// A connection: what is read from its socket and written to it, with TLS or without.
#ifndef GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP
#define GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP

#include <globus/sandbox/impl/tls.ipp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace globus::sandbox::detail {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

/// A connection, and the thread that serves it.
struct Connection {
    Connection(int accepted, std::uint64_t ordinal) : socket(accepted), number(ordinal) {}

    int socket;
    std::uint64_t number;
    boost::beast::flat_buffer buffer;
    std::atomic<bool> idle{false};   ///< waits for a request
    std::atomic<bool> leave{false};  ///< is to end instead of waiting for another one
    std::atomic<bool> finished{false};
    std::thread thread;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
    bool abrupt = false;  ///< ends without the TLS close_notify

    /// The TLS handshake, when there is to be one.
    bool greet(SSL_CTX* context) {
        if (context == nullptr) return true;
        ssl.reset(SSL_new(context));
        SSL_set_fd(ssl.get(), socket);
        if (SSL_accept(ssl.get()) == 1) return true;
        abrupt = true;
        return false;
    }

    /// What TLS says at the end.
    void part() const {
        if (ssl && !abrupt) SSL_shutdown(ssl.get());
    }

    /// Sends bytes; false when the other side is gone.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            ssize_t sent = 0;
            if (ssl)
                sent =
                    SSL_write(ssl.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20)));
            else
                sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (!ssl && sent < 0 && errno == EINTR) continue;
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// What came of reading.
    enum class Read { done, ended, malformed, too_large };

    /// Reads until the headers, or all of the request, are there.
    template <class P>
    Read read(P& parser, bool headers_only) {
        parser.eager(!headers_only);
        while (headers_only ? !parser.is_header_done() : !parser.is_done()) {
            if (buffer.size() > 0) {
                boost::beast::error_code error;
                auto const used = parser.put(buffer.data(), error);
                buffer.consume(used);
                if (error == http::error::body_limit) return Read::too_large;
                if (error && error != http::error::need_more) return Read::malformed;
                if (!error && used > 0) continue;
            }
            auto const room = buffer.prepare(16384);
            ssize_t const got = ssl ? SSL_read(ssl.get(), room.data(), static_cast<int>(room.size()))
                                    : ::recv(socket, room.data(), room.size(), 0);
            if (!ssl && got < 0 && errno == EINTR) continue;
            if (got <= 0) return Read::ended;
            buffer.commit(static_cast<std::size_t>(got));
        }
        return Read::done;
    }

    /// Waits; false when the connection ended meanwhile. A negative time is for ever.
    bool wait(std::int64_t ms) {
        auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        while (true) {
            int left = -1;
            if (ms >= 0) {
                auto const rest = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
                if (rest.count() <= 0) return true;
                left = static_cast<int>(std::min<std::int64_t>(rest.count(), 1000000));
            }
#ifdef POLLRDHUP
            pollfd watched{socket, POLLRDHUP, 0};
#else
            pollfd watched{socket, 0, 0};  // POLLHUP comes unasked
#endif
            int const ready = ::poll(&watched, 1, left);
            if (ready > 0) return false;
            if (ready < 0 && errno != EINTR) return false;
        }
    }

    /// Says that no more comes, and waits for the end of what the other side still sends: a close at once would reset
    /// the connection, and with it lose the answer.
    void finish_gently() {
        part();
        ::shutdown(socket, SHUT_WR);
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        char rest[16384];
        while (true) {
            auto const left =
                std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
            pollfd watched{socket, POLLIN, 0};
            if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) <= 0) break;
            if (::recv(socket, rest, sizeof rest, 0) <= 0) break;
        }
        abrupt = true;
    }

    /// Makes the close that follows a reset (RST) instead of an end (FIN).
    void arm_reset() {
        abrupt = true;
        ::linger const hard{1, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_CONNECTION_IPP
