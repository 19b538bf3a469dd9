// SPDX-License-Identifier: Apache-2.0
// Sockets: a listener, a thread for each connection, and the life of one request with the faults on its way.
#ifndef GLOBUS_SANDBOX_IMPL_HTTP_IPP
#define GLOBUS_SANDBOX_IMPL_HTTP_IPP

#include <globus/core/platform/peer_user.hpp>
#include <globus/sandbox/impl/faults.ipp>
#include <globus/sandbox/impl/routes.ipp>
#include <globus/sandbox/impl/tls.ipp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/file_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <functional>
#include <list>

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

/// Accepts on 127.0.0.1 and runs `serve` in a thread for each connection.
class Listener {
public:
    /// @param port      of 127.0.0.1; 0 takes a free one
    /// @param any_user  whether other users of this machine may connect
    explicit Listener(std::uint16_t port, bool any_user = false) : any_user_(any_user) {
        if (::pipe(wake_) != 0) throw SandboxError("sandbox: no file descriptors left");
        for (int const end : wake_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
        if (!open(port)) {
            std::string const why = std::strerror(errno);
            ::close(wake_[0]);
            ::close(wake_[1]);
            throw SandboxError("sandbox: cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + why);
        }
        sockaddr_in where{};
        socklen_t size = sizeof where;
        ::getsockname(acceptor_, reinterpret_cast<sockaddr*>(&where), &size);
        port_ = ntohs(where.sin_port);
    }

    ~Listener() { stop(); }

    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    std::uint16_t port() const { return port_; }

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
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
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
        if (!any_user_ && ::globus::detail::is_of_another_user(socket)) {
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
    bool any_user_;
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

// Requests ------------------------------------------------------------------------------------------------------------

inline Call call_of(Parser::value_type const& message) {
    Call call;
    call.method = std::string(message.method_string());
    call.target = std::string(message.target());
    std::string_view target = call.target;
    if (target.substr(0, 7) == "http://") {
        auto const slash = target.find('/', 7);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    auto const question = target.find('?');
    call.path = std::string(target.substr(0, question));
    if (question != std::string_view::npos) call.query = parse_form(target.substr(question + 1));
    // A base address that ends with a slash, and a path that begins with one: "//v2/..." is "/v2/...".
    auto parts = split(call.path, '/');
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (!call.segments.empty() || !parts[i].empty() || i + 1 == parts.size())
            call.segments.push_back(percent_decode(parts[i]));
    for (auto const& field : message) call.headers.emplace_back(field.name_string(), field.value());
    find_route(call);
    return call;
}

/// Only names of this machine: a page on the Web cannot make a browser talk to the sandbox under its own name.
inline bool is_local_host(std::string_view host) {
    if (auto const colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == host.npos)
        host = host.substr(0, colon);
    return host.empty() || host == "127.0.0.1" || host == "[::1]" || same_name(host, "localhost");
}

/// Whether pages of `origin` may call: those of this machine, and those that the options name.
inline bool may_call(Options const& options, std::string_view plain, std::string_view secure,
                     std::string const& origin) {
    auto const& more = options.allowed_origins;
    if (std::find(more.begin(), more.end(), origin) != more.end()) return true;
    if (origin + "/" == plain || origin + "/" == secure) return true;
    auto const scheme = origin.find("://");
    if (scheme == std::string::npos || (!origin.starts_with("http://") && !origin.starts_with("https://")))
        return false;
    std::string const host = origin.substr(scheme + 3);
    return !host.empty() && host[0] != ':' && is_local_host(host);
}

inline std::string one_line_or(std::string text, char const* otherwise) {
    return text.empty() || text.find_first_of("\r\n") != std::string::npos ? otherwise : text;
}

inline std::string write_head(Reply const& reply, bool keep_alive, std::optional<std::string> const& length,
                              std::string_view more = {}) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " +
                       (reply.reason.empty() ? reason_of(reply.status) : reply.reason) + "\r\n";
    head += "Server: globus-sandbox\r\nDate: " + http_time(wall_clock()) + "\r\n";
    if (!reply.content_type.empty()) head += "Content-Type: " + reply.content_type + "\r\n";
    for (auto const& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    if (length) head += "Content-Length: " + *length + "\r\n";
    head += more;
    if (!keep_alive) head += "Connection: close\r\n";
    return head + "\r\n";
}

inline std::optional<std::string> length_of(Reply const& reply) {
    if (reply.status == 204 || reply.status == 304 || reply.status < 200) return std::nullopt;
    return std::to_string(reply.size());
}

inline std::string head_of(Reply const& reply, bool keep_alive) {
    return write_head(reply, keep_alive, length_of(reply));
}

/// Puts the file of an answer into its body, for those who change it.
inline void load_file(Reply& reply) {
    if (reply.file.name.empty()) return;
    std::ifstream file(reply.file.name, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(reply.file.begin));
    reply.body.resize(static_cast<std::size_t>(reply.file.size));
    file.read(reply.body.data(), static_cast<std::streamsize>(reply.body.size()));
    reply.file = {};
}

/// How long a `stall` takes in milliseconds; negative is for ever.
inline std::int64_t stall_time(json::object const& action) {
    auto const* ms = action.if_contains("ms");
    if (ms == nullptr || ms->is_string()) return -1;
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(number_of(*ms).value_or(0)));
}

/// Writes an answer, changed as a fault wants it. Returns how many bytes went out and whether the connection goes on.
inline std::pair<std::uint64_t, bool> write_reply(Connection& connection, Reply reply, bool keep_alive, bool no_body,
                                                  std::optional<Firing> const& edit) {
    std::string const type = edit ? edit->type() : "";
    json::object const action = edit ? edit->action : json::object{};
    if (edit) load_file(reply);
    if (type == "corrupt") corrupt_body(reply, text_of(action, "kind", "flip"));
    Filler const filler = type == "json" ? edit_json(reply, action) : Filler{};
    std::string const body = no_body ? "" : reply.body;
    std::optional<std::string> length = length_of(reply);
    std::uint64_t sent = 0;
    auto const put = [&](std::string_view bytes) {
        if (!connection.send(bytes)) return false;
        sent += bytes.size();
        return true;
    };

    if (type == "informational") {
        auto const count = static_cast<int>(number_of(action, "count", 1));
        auto const code = static_cast<int>(number_of(action, "code", 100));
        for (int i = 0; i < count; ++i)
            if (!put("HTTP/1.1 " + std::to_string(code) + " " + reason_of(code) + "\r\n\r\n")) return {sent, false};
    } else if (type == "reset" || type == "close" || type == "stall") {
        // A part of the answer, and then the fault; of an answer without a body a part of its head.
        std::string const head = write_head(reply, keep_alive, length);
        std::string const whole = head + body;
        auto const half = static_cast<double>(body.size() / 2);
        auto const after = static_cast<std::size_t>(std::max(0.0, number_of(action, "after_bytes", half)));
        auto const cut = body.empty() ? head.size() / 2 : std::min(whole.size(), head.size() + after);
        bool going = put(std::string_view(whole).substr(0, cut));
        if (type == "reset") connection.arm_reset();
        if (type != "stall") return {sent, false};
        going = going && connection.wait(stall_time(action)) && put(std::string_view(whole).substr(cut));
        return {sent, going && keep_alive};
    } else if (type == "truncate") {
        auto const after =
            static_cast<std::size_t>(number_of(action, "after_bytes", static_cast<double>(body.size() / 2)));
        bool const keep_length = flag_of(action, "keep_length", true);
        if (!keep_length) length.reset();
        put(write_head(reply, !keep_length ? false : keep_alive, length) + body.substr(0, after));
        return {sent, false};
    } else if (type == "tls") {
        connection.abrupt = true;
        put(write_head(reply, false, std::nullopt) + body);
        return {sent, false};
    } else if (type == "dribble") {
        double const rate = std::max(0.01, number_of(action, "bytes_per_s", 1));
        std::string const head = write_head(reply, keep_alive, length);
        std::string const whole = head + body;
        std::size_t at = flag_of(action, "head") ? 0 : head.size();
        if (at > 0 && !put(head)) return {sent, false};
        auto const begin = std::chrono::steady_clock::now();
        double given = 0;
        while (at < whole.size()) {
            auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            auto const due = static_cast<std::size_t>(std::max(0.0, spent * rate - given));
            if (due > 0) {
                auto const part = std::min(due, whole.size() - at);
                if (!put(std::string_view(whole).substr(at, part))) return {sent, false};
                at += part;
                given += static_cast<double>(part);
            }
            if (at < whole.size() &&
                !connection.wait(std::max<std::int64_t>(1, static_cast<std::int64_t>(1000 / rate))))
                return {sent, false};
        }
        return {sent, keep_alive};
    } else if (type == "framing") {
        std::string head;
        if (flag_of(action, "bad_chunk")) {
            head = write_head(reply, keep_alive, std::nullopt, "Transfer-Encoding: chunked\r\n");
            put(head + "zz\r\n" + body + "\r\n0\r\n\r\n");
        } else if (flag_of(action, "no_headers_end")) {
            head = write_head(reply, keep_alive, length);
            put(std::string_view(head).substr(0, head.size() - 2));
        } else {
            auto const* wanted = member(action, "length");
            std::string const text = wanted == nullptr     ? "-1"
                                     : wanted->is_string() ? to_string(wanted->get_string())
                                                           : json::serialize(*wanted);
            if (text == "duplicate")
                head = write_head(reply, keep_alive, length,
                                  "Content-Length: " + std::to_string(reply.body.size() + 7) + "\r\n");
            else if (text == "huge")
                head = write_head(reply, keep_alive, "99999999999999999999999");
            else if (!text.empty() && text[0] == '+')
                head = write_head(reply, keep_alive,
                                  std::to_string(static_cast<std::int64_t>(reply.body.size()) +
                                                 to_integer(std::string_view(text).substr(1)).value_or(1)));
            else
                head = write_head(reply, keep_alive, text);
            put(head + body);
        }
        return {sent, false};
    } else if (type == "headers") {
        std::string more;
        if (auto const* extra = member(action, "set"); extra != nullptr && extra->is_object())
            for (auto const& item : extra->get_object())
                if (item.value().is_string())
                    more += std::string(item.key()) + ": " + to_string(item.value().get_string()) + "\r\n";
        auto const flood = static_cast<std::size_t>(number_of(action, "flood_bytes", 0));
        for (std::size_t i = 0; more.size() < flood; ++i)
            more += "X-Flood-" + std::to_string(i) + ": " + std::string(1000, 'f') + "\r\n";
        if (flag_of(action, "duplicate")) more += "Content-Type: text/plain\r\nX-Twice: 1\r\nX-Twice: 2\r\n";
        if (flag_of(action, "crlf")) more += "X-Folded: one\r\n two\r\nX-Bare: a\rb\r\n";
        if (flag_of(action, "nul")) more += std::string("X-Nul: a\0b\r\n", 12);
        bool const going = put(write_head(reply, keep_alive, length, more) + body);
        return {sent, going && keep_alive};
    }
    if (filler.size > 0 && !no_body) {
        length = std::to_string(body.size() + filler.size);
        bool going = put(write_head(reply, keep_alive, length) + body.substr(0, filler.at));
        std::string const part(65536, 'x');
        for (std::size_t left = filler.size; going && left > 0; left -= std::min(left, part.size()))
            going = put(std::string_view(part).substr(0, left));
        going = going && put(std::string_view(body).substr(filler.at));
        return {sent, going && keep_alive};
    }
    if (!reply.file.name.empty()) {
        bool going = put(write_head(reply, keep_alive, length));
        std::ifstream file(reply.file.name, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(reply.file.begin));
        std::string part;
        for (std::uint64_t left = no_body ? 0 : reply.file.size; going && left > 0; left -= part.size()) {
            part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 65536)));
            // A file that became shorter meanwhile cuts the answer.
            going = file.read(part.data(), static_cast<std::streamsize>(part.size())) && put(part);
        }
        return {sent, going && keep_alive};
    }
    bool const going = put(write_head(reply, keep_alive, length) + body);
    return {sent, going && keep_alive};
}

// A connection of a session -------------------------------------------------------------------------------------------

/// What became of a fault.
enum class Outcome { go_on, end };

/// The life of one connection: requests, one after the other, and what the rules do to them.
class Service {
public:
    /// @param tls  null for a connection of plain HTTP
    Service(World& world, Listener& listener, Connection& connection, SSL_CTX* tls)
        : world_(world), listener_(listener), connection_(connection), tls_(tls) {}

    void run() {
        if (meet(Phase::accept) == Outcome::end || !connection_.greet(tls_)) return;
        requests();
        connection_.part();
    }

private:
    /// How many bytes of a body are read: from those who show a token of this session, and from everybody else.
    static constexpr std::uint64_t most_of_known = std::uint64_t{64} << 20;
    static constexpr std::uint64_t most_of_unknown = std::uint64_t{1} << 20;

    void requests() {
        for (bool going = true; going; reused_ = true) {
            replacement_.reset();
            edit_.reset();
            call_ = nullptr;
            number_ = 0;
            generation_ = 0;
            origin_.clear();
            if (meet(Phase::before_request) == Outcome::end) return;
            going = one_request();
        }
    }

    bool one_request() {
        Parser parser;
        parser.header_limit(1U << 20);
        parser.body_limit(boost::none);  // until it is known who asks
        connection_.idle = true;
        if (connection_.leave) return false;
        auto const got = connection_.read(parser, true);
        connection_.idle = false;
        if (got == Connection::Read::malformed)
            connection_.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        if (got != Connection::Read::done) return false;
        Call call = call_of(parser.get());
        call_ = &call;
        record(call);
        if (!is_local_host(call.header("Host")) || (parser.get().version() >= 11 && call.header("Host").empty())) {
            // [doc] RFC 9112, 3.2: a request without Host is a bad one
            Reply refused =
                error_reply("", 400, "BadHost", "The sandbox answers to 127.0.0.1 and localhost only", "", "");
            return answer_early(refused, call);
        }
        if (auto const refused = meet_page(call)) return answer_early(*refused, call);
        if (meet(Phase::after_headers) == Outcome::end) return false;
        if (replacement_ && !parser.is_done()) return answer_early(*replacement_, call);
        // Whoever may not send a file is told before it is read.
        std::optional<Reply> begun;
        if (call.operation == "put_file" && !replacement_) {
            begun = world_.begin(call);
            if (!begun->later) return answer_early(*begun, call);
        }
        bool const keep_alive = parser.get().keep_alive();
        Spool spool;
        if (!read_body(parser, call, spool)) return false;
        see_body(call);
        if (meet(Phase::after_body) == Outcome::end) return false;
        if (meet(Phase::before_commit) == Outcome::end) return false;
        Reply reply;
        if (replacement_) {
            reply = std::move(*replacement_);
            replacement_.reset();
        } else {
            reply = begun ? World::finish(call, std::move(*begun)) : world_.answer(call);
            if (reply.committed) note([](JournalEntry& entry) { entry.committed = true; });
            if (meet(Phase::after_commit) == Outcome::end) return false;
            if (replacement_) reply = std::move(*replacement_);
        }
        if (!edit_ && meet(Phase::in_body) == Outcome::end) return false;
        if (replacement_) reply = std::move(*replacement_);
        return finish(reply, keep_alive, call.method == "HEAD");
    }

    /// A file for a body; it is gone at the end unless somebody took it.
    struct Spool {
        std::string name;
        ~Spool() {
            if (!name.empty()) ::unlink(name.c_str());
        }
    };

    /// Reads the body, into a file where it is one; false when the connection has to end.
    bool read_body(Parser& parser, Call& call, Spool& spool) {
        auto const most = world_.knows_token(call.bearer()) ? most_of_known : most_of_unknown;
        bool const file = call.operation == "put_file";
        auto const refuse = [&] {
            return answer_early(
                error_reply(call.service, 413, "PayloadTooLarge",
                            "The body is longer than " + std::to_string(most) + " bytes", "", call.path),
                call);
        };
        if (!file && parser.content_length().value_or(0) > most) return refuse();
        if (same_name(call.header("Expect"), "100-continue"))
            if (!connection_.send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
        if (file) {
            if (!read_to_file(parser, spool)) return false;
            call.spool = spool.name;
            return true;
        }
        parser.body_limit(most);
        auto const got = connection_.read(parser, false);
        if (got == Connection::Read::too_large) return refuse();
        if (got != Connection::Read::done) return false;
        call.body = std::move(parser.get().body());
        return true;
    }

    /// Reads a body that is a file; false when the connection ended or there is no room.
    bool read_to_file(Parser& parser, Spool& spool) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-put-XXXXXX").string();
        int const made = ::mkstemp(pattern.data());
        if (made < 0) return false;
        ::close(made);
        spool.name = pattern;
        http::request_parser<http::file_body> to_file(std::move(parser));
        to_file.body_limit(boost::none);
        boost::beast::error_code error;
        to_file.get().body().open(pattern.c_str(), boost::beast::file_mode::write, error);
        return !error && connection_.read(to_file, false) == Connection::Read::done;
    }

    /// What a web page gets that may not call, or asks whether it may; sets what each answer to it says. [doc] the
    /// Fetch standard. A login is a navigation, no call: a page never reads what it answers.
    std::optional<Reply> meet_page(Call const& call) {
        origin_ = call.header("Origin");
        if (origin_.empty()) return std::nullopt;
        if (!may_call(world_.options, world_.base_url, world_.https_url, origin_)) {
            origin_.clear();
            return error_reply("", 403, "BadOrigin", "The sandbox does not answer to pages of this origin", "", "");
        }
        if (call.operation == "oauth2_authorize") origin_.clear();
        if (call.method != "OPTIONS") return std::nullopt;
        Reply reply;
        reply.status = 204;
        reply.content_type.clear();
        reply.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        reply.headers.emplace_back("Access-Control-Allow-Headers",
                                   one_line_or(call.header("Access-Control-Request-Headers"), "*"));
        reply.headers.emplace_back("Access-Control-Max-Age", "600");
        return reply;
    }

    /// Answers a request whose body was not read, and ends the connection.
    bool answer_early(Reply const& reply, Call const& call) {
        finish(reply, false, call.method == "HEAD");
        connection_.finish_gently();
        return false;
    }

    bool finish(Reply reply, bool keep_alive, bool no_body) {
        if (!origin_.empty()) {
            reply.headers.emplace_back("Access-Control-Allow-Origin", origin_);
            reply.headers.emplace_back("Access-Control-Expose-Headers", "*");
            reply.headers.emplace_back("Vary", "Origin");
        }
        // Who has the answer finds the entry complete: what goes out is noted first where it is known.
        std::uint64_t const expected = edit_ ? 0 : head_of(reply, keep_alive).size() + (no_body ? 0 : reply.size());
        note([&](JournalEntry& entry) {
            entry.status = reply.status;
            entry.bytes_out = expected;
        });
        auto const [sent, going] = write_reply(connection_, reply, keep_alive, no_body, edit_);
        if (sent != expected) note([total = sent](JournalEntry& entry) { entry.bytes_out = total; });
        return going;
    }

    void record(Call const& call) {
        JournalEntry entry;
        entry.service = call.service;
        entry.operation = call.operation;
        entry.method = call.method;
        entry.target = world_.without_mark(call.target);
        entry.connection = connection_.number;
        entry.reused_connection = reused_;
        for (auto const& [name, value] : call.headers) {
            bool const secret =
                same_name(name, "Authorization") || same_name(name, "Cookie") || same_name(name, "Proxy-Authorization");
            auto const blank = value.find(' ');
            entry.headers.emplace_back(
                name, !secret ? value : (blank == std::string::npos ? "" : value.substr(0, blank + 1)) + "[redacted]");
        }
        std::string const bearer = call.bearer();
        std::lock_guard lock(world_.mutex);
        entry.number = number_ = world_.next_number++;
        entry.time = static_cast<double>(world_.now_locked() - world_.started_at) / 1000;
        if (auto const known = world_.data.access_tokens.find(bearer); known != world_.data.access_tokens.end())
            generation_ = known->second.generation;
        entry.token_generation = generation_;
        ++world_.total;
        ++world_.counts[call.operation];
        ++world_.counts[call.service + "." + call.operation];
        world_.journal.push_back(std::move(entry));
        while (world_.journal.size() > world_.options.journal_limit) world_.journal.pop_front();
    }

    /// What is known once the body is there: its hash, and which grant a token request is.
    void see_body(Call& call) {
        static std::string const of_nothing = to_hex(sha256(""));
        // Tokens differ between sessions in their marks alone; without them the same calls have the same hash.
        std::string const hash = !call.spool.empty() ? to_hex(hash_file(call.spool, EVP_sha256()).value_or(""))
                                 : call.body.empty() ? of_nothing
                                                     : to_hex(sha256(world_.without_mark(call.body)));
        bool const renamed = name_grant(call);
        std::lock_guard lock(world_.mutex);
        if (renamed) {
            ++world_.counts[call.operation];
            ++world_.counts[call.service + "." + call.operation];
        }
        if (auto* entry = world_.entry_locked(number_)) {
            entry->body_sha256 = hash;
            entry->operation = call.operation;
        }
    }

    template <class F>
    void note(F const& change) {
        std::lock_guard lock(world_.mutex);
        if (auto* entry = world_.entry_locked(number_)) change(*entry);
    }

    /// Lets the rules of a phase act.
    Outcome meet(Phase phase) {
        std::optional<Firing> firing;
        std::string request_id;
        {
            std::lock_guard lock(world_.mutex);
            if (world_.rules.empty()) return Outcome::go_on;
            firing = world_.fire_locked(phase, Sighting{call_, reused_, generation_});
            if (!firing) return Outcome::go_on;
            if (auto* entry = world_.entry_locked(number_)) {
                if (!entry->fault.empty()) entry->fault += ", ";
                entry->fault += firing->type() + " by rule " + std::to_string(firing->rule);
            }
            request_id = world_.random.request_id();
            if (call_ != nullptr && flag_of(firing->action, "expire_token"))
                if (auto const token = world_.data.access_tokens.find(call_->bearer());
                    token != world_.data.access_tokens.end())
                    token->second.expires = std::min(token->second.expires, world_.now_locked());
        }
        std::string const type = firing->type();
        if (phase == Phase::in_body && (type == "reset" || type == "close" || type == "stall")) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        if (type == "reset") {
            connection_.arm_reset();
            return Outcome::end;
        }
        if (type == "close") return Outcome::end;
        if (type == "tls" && !flag_of(firing->action, "close_no_notify")) {
            connection_.abrupt = true;
            if (flag_of(firing->action, "alert")) {
                // RFC 8446, 5.1 and 6: a record with the fatal alert handshake_failure
                static constexpr char alert[] = "\x15\x03\x03\x00\x02\x02\x28";
                connection_.send({alert, 7});
                return Outcome::end;
            }
            auto const* time = member(firing->action, "handshake_stall");
            auto const ms = time != nullptr ? number_of(*time) : std::nullopt;
            bool const still_there = connection_.wait(ms ? static_cast<std::int64_t>(*ms) : -1);
            connection_.abrupt = false;
            return still_there ? Outcome::go_on : Outcome::end;
        }
        if (type == "stall") return connection_.wait(stall_time(firing->action)) ? Outcome::go_on : Outcome::end;
        if (type == "refuse") {
            listener_.refuse(
                std::chrono::milliseconds(static_cast<std::int64_t>(number_of(firing->action, "ms", 100))));
            connection_.arm_reset();
            return Outcome::end;
        }
        if (type == "drop_idle") {
            listener_.drop_idle(&connection_);
            return Outcome::go_on;
        }
        if (edits_answer(type)) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        Call const unknown;
        Call const& call = call_ != nullptr ? *call_ : unknown;
        if (type == "redirect") {
            Reply reply;
            reply.status = static_cast<int>(number_of(firing->action, "code", 302));
            reply.headers.emplace_back("Location", text_of(firing->action, "location"));
            replacement_ = std::move(reply);
        } else if (type == "gzip_bomb") {
            Reply reply;
            reply.headers.emplace_back("Content-Encoding", "gzip");
            reply.body = gzip_of_zeros(static_cast<std::uint64_t>(number_of(firing->action, "size", 268435456)),
                                       number_of(firing->action, "ratio", 158));
            replacement_ = std::move(reply);
        } else {
            replacement_ = status_reply(*firing, call, request_id);
        }
        if (call_ == nullptr) {
            finish(*replacement_, false, false);
            return Outcome::end;
        }
        return Outcome::go_on;
    }

    World& world_;
    Listener& listener_;
    Connection& connection_;
    SSL_CTX* tls_;
    bool reused_ = false;
    Call* call_ = nullptr;
    std::uint64_t number_ = 0;
    std::uint64_t generation_ = 0;
    std::string origin_;  ///< of the web page that calls; empty when none does
    std::optional<Reply> replacement_;
    std::optional<Firing> edit_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_HTTP_IPP
