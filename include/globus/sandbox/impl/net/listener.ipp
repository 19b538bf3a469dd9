// SPDX-License-Identifier: Apache-2.0
// A listener, with a thread for each connection.
#ifndef GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP
#define GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP

#include <globus/core/platform/peer_user.hpp>
#include <globus/sandbox/impl/net/connection.ipp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>

#include <functional>
#include <list>

namespace globus::sandbox::detail {

/// Where a listener accepts: on 127.0.0.1, or everywhere under a name that others know; see Options.
struct Interface {
    std::string host = {};  ///< empty: 127.0.0.1 alone
    bool any_user = false;  ///< whether other users of this machine may connect

    [[nodiscard]] std::string name() const { return host.empty() ? "127.0.0.1" : host; }
};

/// Accepts on an interface and runs `serve` in a thread for each connection.
class Listener {
public:
    /// @param port  0 takes a free one
    explicit Listener(std::uint16_t port, Interface where = {}) : interface_(std::move(where)) {
        if (::pipe(wake_) != 0) throw SandboxError("sandbox: no file descriptors left");
        for (int const end : wake_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
        if (!open(port)) {
            std::string const why = std::strerror(errno);
            ::close(wake_[0]);
            ::close(wake_[1]);
            throw SandboxError("sandbox: cannot listen on " + interface_.name() + ":" + std::to_string(port) + ": " +
                               why);
        }
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        ::getsockname(acceptor_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin_port);
    }

    ~Listener() { stop(); }

    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    std::uint16_t port() const { return port_; }
    /// "http://127.0.0.1:40123/"
    std::string url(char const* scheme) const {
        return std::string(scheme) + "://" + interface_.name() + ":" + std::to_string(port_) + "/";
    }

    /// Begins to accept; connections that came before have waited.
    void start(std::function<void(Connection&)> serve) {
        serve_ = std::move(serve);
        thread_ = std::thread([this] { run(); });
    }

    /// Ends all connections and joins all threads.
    void stop() {
        {
            std::lock_guard lock(mutex_);
            if (stopping_) return;
            stopping_ = true;
            for (auto& one : connections_) shut(*one);
        }
        ping();
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
        for (auto& one : connections_)
            if (one->thread.joinable()) one->thread.join();
        connections_.clear();
        shut_port();
        ::close(wake_[0]);
        ::close(wake_[1]);
    }

    /// Accepts nothing for a while; returns when the port is closed.
    void refuse(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        if (stopping_) return;
        refuse_until_ = std::chrono::steady_clock::now() + time;
        closed_ = false;
        ping();
        changed_.wait(lock, [&] { return closed_ || stopping_; });
    }

    /// Ends the connections that wait for a request, and the busy ones after their answer.
    void drop_idle(Connection const* except) {
        std::lock_guard lock(mutex_);
        for (auto& one : connections_) {
            if (one.get() == except) continue;
            one->leave = true;
            if (one->idle) shut(*one);
        }
    }

private:
    bool open(std::uint16_t port) {
        acceptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
        if (acceptor_ < 0) return false;
        ::fcntl(acceptor_, F_SETFD, FD_CLOEXEC);
        ::fcntl(acceptor_, F_SETFL, O_NONBLOCK);
        int const on = 1;
        ::setsockopt(acceptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(interface_.host.empty() ? INADDR_LOOPBACK : INADDR_ANY);
        if (::bind(acceptor_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0 && ::listen(acceptor_, 1024) == 0)
            return true;
        int const why = errno;
        shut_port();
        errno = why;
        return false;
    }

    void shut_port() {
        if (acceptor_ >= 0) ::close(acceptor_);
        acceptor_ = -1;
    }

    void ping() { [[maybe_unused]] auto const written = ::write(wake_[1], "x", 1); }

    /// Ends a connection from another thread; its own thread closes the socket. Under the lock.
    static void shut(Connection& connection) {
        if (!connection.finished) ::shutdown(connection.socket, SHUT_RDWR);
    }

    void run() {
        while (true) {
            std::chrono::steady_clock::time_point refuse_until;
            {
                std::lock_guard lock(mutex_);
                if (stopping_) break;
                refuse_until = refuse_until_;
            }
            auto const now = std::chrono::steady_clock::now();
            int timeout = -1;
            if (refuse_until > now) {
                shut_port();
                std::lock_guard lock(mutex_);
                closed_ = true;
                changed_.notify_all();
                timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(refuse_until - now).count());
            } else if (acceptor_ < 0 && !open(port_)) {
                timeout = 5;
            }
            pollfd watched[2] = {{wake_[0], POLLIN, 0}, {acceptor_, POLLIN, 0}};
            ::poll(watched, 2, timeout);
            if ((watched[0].revents & POLLIN) != 0) {
                char drained[16];
                [[maybe_unused]] auto const got = ::read(wake_[0], drained, sizeof drained);
            }
            if ((watched[1].revents & POLLIN) != 0) take();
        }
    }

    void take() {
        int const socket = ::accept(acceptor_, nullptr, nullptr);
        reap();
        if (socket < 0) return;
        if (!interface_.any_user && ::globus::detail::is_of_another_user(socket)) {
            ::close(socket);
            return;
        }
        ::fcntl(socket, F_SETFD, FD_CLOEXEC);
        int const on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        std::lock_guard lock(mutex_);
        if (stopping_) {
            ::close(socket);
            return;
        }
        auto& made = *connections_.emplace_back(std::make_unique<Connection>(socket, ++accepted_));
        try {
            made.thread = std::thread([this, &made] {
                // OpenSSL writes without MSG_NOSIGNAL; in this thread of ours SIGPIPE says nothing new.
                sigset_t pipe_signal;
                sigemptyset(&pipe_signal);
                sigaddset(&pipe_signal, SIGPIPE);
                pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
                try {
                    serve_(made);
                } catch (std::exception const&) {
                    // The connection ends; a request that cannot be served must not end the sandbox.
                }
                std::lock_guard inner(mutex_);
                made.finished = true;
                ::close(made.socket);
            });
        } catch (std::system_error const&) {
            ::close(socket);
            connections_.pop_back();
        }
    }

    void reap() {
        std::list<std::unique_ptr<Connection>> over;
        {
            std::lock_guard lock(mutex_);
            for (auto it = connections_.begin(); it != connections_.end();) {
                auto const next = std::next(it);
                if ((*it)->finished) over.splice(over.end(), connections_, it);
                it = next;
            }
        }
        for (auto& one : over) one->thread.join();
    }

    std::function<void(Connection&)> serve_;
    Interface interface_;
    int acceptor_ = -1;  ///< -1 while connections are refused
    std::uint16_t port_ = 0;
    int wake_[2] = {-1, -1};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::unique_ptr<Connection>> connections_;
    std::uint64_t accepted_ = 0;
    bool stopping_ = false;
    bool closed_ = false;
    std::chrono::steady_clock::time_point refuse_until_{};
    std::thread thread_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_LISTENER_IPP
