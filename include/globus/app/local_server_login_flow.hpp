// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
#define GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP

#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/platform/socket.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <functional>
#include <list>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// What a LocalServerLoginFlow does where no browser can be opened.
enum class WithoutBrowser : unsigned char {
    fail,   ///< LoginError (unavailable), before anything else
    print,  ///< print the URL and wait, for a browser that reaches this machine (`ssh -L`, or a desktop of another user)
};

/// How a LocalServerLoginFlow works.
struct LocalServerOptions {
    std::chrono::duration<double> timeout{600};             ///< how long to wait for the user, a day at most
    WithoutBrowser without_browser = WithoutBrowser::fail;  ///< over SSH, and where no browser opens
    /// Opens the URL and says whether that worked, in place of the system's own way. The URL is a secret as long as the
    /// login: who sees it, in the arguments of a process for example, can log the program in as somebody else.
    /// The login listens, but answers nobody before this returns.
    std::function<bool(std::string const& url)> open_browser = {};
    std::function<void(std::string const& url)> show = {};  ///< in place of printing the URL to standard output
    /// HTML that the browser shows when a code came. Its exchange is still to come, and may fail.
    std::string success_page = "<!doctype html><title>Globus</title><p>You are logged in. You may close this window.";
    /// HTML that the browser shows when the redirect brought an error.
    std::string failure_page = "<!doctype html><title>Globus</title><p>The login failed. You may close this window.";
};

namespace detail {

/**
 * The listener of a login: takes one redirect from the browser, and is not disturbed by whatever else connects.
 *
 * It listens on 127.0.0.1 at a port of the system's choice, from its construction to its destruction. Only `GET /` with
 * the right `state`, addressed to this very host and port, ends the waiting; nothing of a request is ever repeated in
 * an answer. It also leads the browser to where the login begins, see link_to.
 */
class RedirectListener {
public:
    using Clock = http::Clock;

    /// What the redirect brought.
    struct Redirect {
        Secret code = {};
        std::string error = {};  ///< empty: there is a code
    };

    RedirectListener();

    [[nodiscard]] std::string url() const { return "http://" + host_; }

    /// A URL that leads a browser of this user to `secret_url`, once: it may be seen by all users of the machine, as the
    /// arguments of processes are.
    [[nodiscard]] std::string link_to(std::string secret_url);

    /**
     * Waits for the redirect.
     *
     * @param is_state  says whether a `state` is the right one
     * @param look      called ten times a second and more, until the redirect is there; what it throws ends the waiting
     * @throws LoginError  timeout or cancelled
     */
    template <class IsState, class Look>
    Redirect wait(IsState const& is_state, Look const& look, LocalServerOptions const& options,
                  Clock::time_point deadline, std::stop_token const& stop) {
        std::stop_callback const wake(stop, [this] { wake_up_.wake(); });
        std::optional<Redirect> redirect;
        while (true) {
            if (stop.stop_requested()) throw LoginError(LoginError::Kind::cancelled, "the login was cancelled");
            auto const now = Clock::now();
            if (redirect && (shown_ || now >= deadline)) return std::move(*redirect);
            if (now >= deadline)
                throw LoginError(LoginError::Kind::timeout, "nobody finished the login in the browser in time");
            if (!redirect) look();
            poll_once(deadline);
            connections_.remove_if(
                [&](Connection& connection) { return !serve(connection, is_state, options, redirect); });
            make_room();
            // The browser is to arrive at the clean address, but the login does not depend on it.
            if (redirect && !lingering_) {
                lingering_ = true;
                deadline = std::min(deadline, Clock::now() + std::chrono::milliseconds(500));
            }
        }
    }

    /// The parts of a request that count here.
    struct RequestLine {
        std::string_view method, path, query, host;
    };

    /// Takes the code or error of a query with the right state; false if it is none.
    template <class IsState>
    static bool take(std::string_view query, IsState const& is_state, std::optional<Redirect>& redirect) {
        std::optional<std::string> code, state, error, description;
        for (auto& [name, value] : parse_query(query)) {
            std::optional<std::string>* const place = name == "code"                ? &code
                                                      : name == "state"             ? &state
                                                      : name == "error"             ? &error
                                                      : name == "error_description" ? &description
                                                                                    : nullptr;
            if (place == nullptr) continue;
            if (*place) return false;  // twice
            *place = std::move(value);
        }
        if (!state || !is_state(*state)) return false;
        if (error) {
            redirect.emplace(Redirect{.error = refusal_text(*error, description.value_or(""))});
            return true;
        }
        if (!code || code->empty()) return false;
        redirect.emplace(Redirect{.code = Secret(std::move(*code))});
        return true;
    }

    /// The request line and host of a request, without its last empty line; nothing for what is no such request.
    static RequestLine read_head(std::string_view head);

private:
    struct Connection {
        Descriptor socket;
        Clock::time_point since;
        Clock::time_point until = since + std::chrono::seconds(10);
        std::string input = {};
        std::string output = {};
        bool answered = false;
        bool last = false;  ///< shows the page at the clean address
    };

    static constexpr std::size_t most_connections = 256;
    static constexpr std::size_t longest_request = std::size_t{16} << 10;
    static constexpr std::chrono::milliseconds patience{100};  ///< with one that sends nothing, when there are too many

    [[nodiscard]] bool is_full() const;

    /// Waits for something to happen, and takes the connections that there is room for. The others wait in the system.
    void poll_once(Clock::time_point deadline);
    /// Where no more fit, the oldest go that have had their chance: all have been read from since they came.
    void make_room();

    /// Reads, answers, or waits for the other side to close; false: the connection is done.
    template <class IsState>
    bool serve(Connection& connection, IsState const& is_state, LocalServerOptions const& options,
               std::optional<Redirect>& redirect) {
        if (Clock::now() >= connection.until) return false;
        char buffer[4096];
        while (connection.output.empty()) {
            auto const size = receive(connection.socket, buffer, sizeof buffer);
            if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
            if (size == 0) return false;
            if (connection.answered) continue;  // what is left of a request that was refused
            connection.input.append(buffer, static_cast<std::size_t>(size));
            auto const end = connection.input.find("\r\n\r\n");
            if (end != std::string::npos)
                answer(connection, std::string_view(connection.input).substr(0, end), is_state, options, redirect);
            else if (connection.input.size() > longest_request)
                connection.output = page("431 Request Header Fields Too Large", {});
        }
        auto const sent = send_some(connection.socket, connection.output);
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        connection.output.erase(0, static_cast<std::size_t>(sent));
        if (!connection.output.empty()) return true;
        // Closing at once would reset a connection that is still being written to, and the answer with it.
        connection.answered = true;
        wipe(connection.input);
        end_writing(connection.socket);
        connection.until = std::min(connection.until, Clock::now() + std::chrono::seconds(1));
        if (connection.last) shown_ = true;
        return true;
    }

    template <class IsState>
    void answer(Connection& connection, std::string_view head, IsState const& is_state,
                LocalServerOptions const& options, std::optional<Redirect>& redirect) {
        RequestLine const request = read_head(head);
        if (request.method.empty() || request.host != host_) {
            connection.output = page("400 Bad Request", {});
        } else if (request.method != "GET") {
            connection.output = page("405 Method Not Allowed", {}, "Allow: GET\r\n");
        } else if (!link_.empty() && request.path == link_ && request.query.empty()) {
            follow_link(connection);
        } else if (request.path == "/done" && redirect && request.query.empty()) {
            connection.output = page("200 OK", redirect->error.empty() ? options.success_page : options.failure_page);
            connection.last = true;
        } else if (request.path != "/") {
            connection.output = page("404 Not Found", {});
        } else if (redirect || !take(request.query, is_state, redirect)) {
            connection.output = page("400 Bad Request", {});
        } else {
            connection.output = page("303 See Other", {}, "Location: /done\r\n");
        }
    }

    void follow_link(Connection& connection);

    static std::string page(std::string_view status, std::string_view body, std::string_view more = {});

    Descriptor socket_;
    WakeUp wake_up_;
    std::string host_;
    std::string link_;                   ///< the path of the link; empty: there is none
    std::string linked_;                 ///< where it leads; empty: it was used
    std::list<Connection> connections_;  ///< the oldest first
    Clock::time_point no_descriptor_until_{};
    bool lingering_ = false;
    bool shown_ = false;
};

}  // namespace detail

/**
 * Opens the user's browser, and takes the code from the redirect to a listener on 127.0.0.1 (RFC 8252).
 *
 *     UserApp<Native, LocalServerLoginFlow> app{{.app_name = "viewer", .client = Native{id}}};
 *
 * The listener is open for this login only. Whatever else connects to it - other programs, other pages in the browser -
 * is answered without a word of what it sent, and does not end the login: the `state` of 128 random bits must be right.
 * Only apps without a secret may have such a redirect.
 *
 * What opens the browser is given a link to this listener that leads to Globus Auth once, since all users of a machine can
 * read the arguments of its processes. On Linux the link is followed for this user only; on other systems, another local
 * user who is faster than the browser could use it to log the program in as himself.
 *
 * @par Errors
 * LoginError: refused, timeout, cancelled; unavailable over SSH and where no browser can be opened, unless
 * `without_browser` says otherwise. And those of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread.
 */
class LocalServerLoginFlow {
public:
    /// See NeedsNativeApp.
    static constexpr bool native_apps_only = true;

    /// Listens to nothing yet: that begins with each login.
    /// @throws UsageError  for a time-out that is negative or not a number
    explicit LocalServerLoginFlow(LocalServerOptions options = {});

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const;

private:
    /// Nobody listens any more when it returns.
    detail::RedirectListener::Redirect wait_for_redirect(Login& login, std::stop_token const& stop) const;
    void do_without_browser(std::string const& url) const;

    LocalServerOptions options_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/local_server_login_flow.ipp>
#endif

#endif  // GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
