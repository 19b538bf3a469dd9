// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_REDIRECT_LISTENER_HPP
#define GLOBUS_APP_REDIRECT_LISTENER_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/socket.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/clock.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace globus::detail {

/**
 * The listener of a login: it takes one redirect from the browser, and is not disturbed by anything else that connects.
 *
 * It listens on 127.0.0.1 at a port of the system's choice, from its construction to its destruction. Only `GET /` with
 * the right `state`, addressed to this very host and port, ends the wait; nothing in a request is ever repeated in an
 * answer. It also leads the browser to the beginning of the login; see link_to.
 */
class RedirectListener {
public:
    using Clock = http::Clock;

    /// What the redirect brought.
    struct Redirect {
        Secret code = {};
        std::string error = {};  ///< empty: there is a code
    };

    /// HTML that the browser shows at the end.
    struct Pages {
        std::string_view success = {};
        std::string_view failure = {};
    };
    using IsState = std::function<bool(std::string_view)>;

    RedirectListener();

    [[nodiscard]] std::string url() const { return "http://" + host_; }

    /// A URL that leads a browser of this user to `secret_url`, once. All users of the machine may see it, as they see
    /// the arguments of processes.
    [[nodiscard]] std::string link_to(std::string secret_url);

    /**
     * Waits for the redirect.
     *
     * @param is_state  says whether a `state` is the right one
     * @param look      called at least ten times a second until the redirect is there; what it throws ends the wait
     * @throws LoginError  timeout or cancelled
     */
    Redirect wait(IsState const& is_state, std::function<void()> const& look, Pages const& pages,
                  Clock::time_point deadline, std::stop_token const& stop);

    /// The parts of a request that matter here.
    struct RequestLine {
        std::string_view method, path, query, host;
    };

    /// Takes the code or error of a query with the right state; false if there is none.
    static bool take(std::string_view query, IsState const& is_state, std::optional<Redirect>& redirect);

    /// The request line and host of a request, without its last empty line; nothing for any other request.
    static RequestLine read_head(std::string_view head);

private:
    struct Connection {
        Descriptor socket;
        Clock::time_point since;
        Clock::time_point until = since + std::chrono::seconds(10);
        std::string input = {};
        std::string output = {};
        bool answered = false;
        bool last = false;  ///< the answer shows the page at the clean address
    };

    static constexpr std::size_t most_connections = 256;
    static constexpr std::size_t longest_request = std::size_t{16} << 10;
    /// How long a connection that sends nothing is kept when there are too many.
    static constexpr std::chrono::milliseconds patience{100};

    [[nodiscard]] bool is_full() const;

    /// Waits for something to happen, and accepts the connections that there is room for. The system keeps the others
    /// waiting.
    void poll_once(Clock::time_point deadline);
    /// If no more fit, closes the oldest that have had their chance: all have been read from since they came.
    void make_room();

    /// Reads, answers, or waits for the other side to close; false: the connection is done.
    bool serve(Connection& connection, IsState const& is_state, Pages const& pages, std::optional<Redirect>& redirect);
    void answer(Connection& connection, std::string_view head, IsState const& is_state, Pages const& pages,
                std::optional<Redirect>& redirect);
    void follow_link(Connection& connection);

    static std::string page(std::string_view status, std::string_view body, std::string_view more = {});

    Descriptor socket_;
    WakeUp wake_up_;
    std::string host_;
    std::string link_;                     ///< the path of the link; empty: there is none
    std::string linked_;                   ///< where it leads; empty: it was used
    std::vector<Connection> connections_;  ///< the oldest first
    Clock::time_point no_descriptor_until_{};
    bool lingering_ = false;
    bool shown_ = false;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/app/impl/redirect_listener.ipp>
#endif

#endif  // GLOBUS_APP_REDIRECT_LISTENER_HPP
