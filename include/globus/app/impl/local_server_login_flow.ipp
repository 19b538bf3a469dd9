// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP
#define GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP

#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/platform/browser.hpp>
#include <globus/core/platform/peer_user.hpp>
#include <globus/core/platform/socket.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL RedirectListener::RedirectListener() {
    auto listener = LoopbackListener::make();
    if (!listener.socket)
        throw LoginError(LoginError::Kind::unavailable,
                         std::string("the login cannot listen on 127.0.0.1: ") + std::strerror(errno));
    socket_ = std::move(listener.socket);
    host_ = "127.0.0.1:" + std::to_string(listener.port);
    wake_up_ = WakeUp::make();
    if (!wake_up_.reader)
        throw LoginError(LoginError::Kind::unavailable,
                         std::string("the login cannot make a pipe: ") + std::strerror(errno));
}

GLOBUS_DECL std::string RedirectListener::link_to(std::string secret_url) {
    link_ = "/open/" + base64url_encode(random_bytes(16));
    linked_ = std::move(secret_url);
    return url() + link_;
}

GLOBUS_DECL RedirectListener::RequestLine RedirectListener::read_head(std::string_view head) {
    RequestLine request;
    std::string_view const line = head.substr(0, head.find("\r\n"));
    auto const first = line.find(' ');
    auto const second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || !line.substr(second + 1).starts_with("HTTP/1.")) return {};
    std::string_view const target = line.substr(first + 1, second - first - 1);
    request.method = line.substr(0, first);
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    for (std::string_view rest = head.substr(line.size()); rest.starts_with("\r\n");) {
        rest.remove_prefix(2);
        std::string_view const field = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(field.size());
        auto const colon = field.find(':');
        if (!http::detail::equal_ignoring_case(field.substr(0, colon), "Host") || colon == std::string_view::npos)
            continue;
        if (!request.host.empty()) return {};  // twice
        request.host = field.substr(colon + 1);
        while (request.host.starts_with(' ')) request.host.remove_prefix(1);
        while (request.host.ends_with(' ')) request.host.remove_suffix(1);
    }
    return request;
}

GLOBUS_DECL bool RedirectListener::is_full() const {
    return connections_.size() == most_connections || Clock::now() < no_descriptor_until_;
}

GLOBUS_DECL void RedirectListener::poll_once(Clock::time_point deadline) {
    std::vector<pollfd> waiting{{is_full() ? -1 : socket_.get(), POLLIN, 0}, {wake_up_.reader.get(), POLLIN, 0}};
    for (Connection const& connection : connections_)
        waiting.push_back(
            {connection.socket.get(), static_cast<short>(connection.output.empty() ? POLLIN : POLLOUT), 0});
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    ::poll(waiting.data(), static_cast<nfds_t>(waiting.size()),
           static_cast<int>(std::clamp<std::int64_t>(left, 0, patience.count())));
    if ((waiting[0].revents & POLLIN) == 0) return;
    while (!is_full()) {
        Descriptor taken = accept_from(socket_);
        if (taken.get() >= 0)
            connections_.push_back({.socket = std::move(taken), .since = Clock::now()});
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        else if (errno != EINTR && errno != ECONNABORTED)  // no descriptor is left, or no memory
            no_descriptor_until_ = Clock::now() + patience;
    }
}

GLOBUS_DECL void RedirectListener::make_room() {
    if (!is_full()) return;
    auto const now = Clock::now();
    for (int i = 0; i != 32 && !connections_.empty() && now - connections_.front().since >= patience; ++i) {
        connections_.pop_front();
        no_descriptor_until_ = {};
    }
}

GLOBUS_DECL void RedirectListener::follow_link(Connection& connection) {
    if (linked_.empty())
        connection.output = page("410 Gone", "<!doctype html><title>Globus</title><p>This link was used already.");
    else if (!is_of_this_user(connection.socket.get()))
        connection.output = page("403 Forbidden", {});
    else
        connection.output = page("303 See Other", {}, "Location: " + std::exchange(linked_, {}) + "\r\n");
}

GLOBUS_DECL std::string RedirectListener::page(std::string_view status, std::string_view body, std::string_view more) {
    std::string answer = "HTTP/1.1 ";
    answer.append(status).append(
        "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n");
    answer.append(more).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return answer.append(body);
}

/// True if a person at a browser is elsewhere: this is a session over SSH.
GLOBUS_DECL bool is_remote_session() {
    char const* variable = std::getenv("SSH_TTY");
    if (variable == nullptr) variable = std::getenv("SSH_CONNECTION");
    return variable != nullptr && *variable != '\0';
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL LocalServerLoginFlow::LocalServerLoginFlow(LocalServerOptions options) : options_(std::move(options)) {
    if (!(options_.timeout.count() >= 0))
        throw UsageError("the timeout of a login is negative or not a number: say how many seconds to wait");
}

GLOBUS_DECL TokenResponse LocalServerLoginFlow::run_login_flow(Login login, std::stop_token stop) const {
    if (!login.redirect_uri().empty())
        throw UsageError("LocalServerLoginFlow listens at an address of its own: leave login_redirect_uri out");
    if (detail::is_remote_session() && options_.without_browser == WithoutBrowser::fail)
        throw LoginError(LoginError::Kind::unavailable,
                         "a browser cannot be opened in a session over SSH; use CommandLineLoginFlow");
    auto redirect = wait_for_redirect(login, stop);
    if (!redirect.error.empty()) throw LoginError(LoginError::Kind::refused, redirect.error);
    return login.finish(std::move(redirect.code), std::move(stop));
}

GLOBUS_DECL detail::RedirectListener::Redirect LocalServerLoginFlow::wait_for_redirect(
    Login& login, std::stop_token const& stop) const {
    detail::RedirectListener listener;
    detail::BrowserOpener opener;
    std::string const url = login.start(listener.url());
    auto const longest = std::chrono::duration<double>(std::chrono::hours(24));
    auto const deadline =
        http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(std::min(options_.timeout, longest));
    bool const opened = !detail::is_remote_session() &&
                        (options_.open_browser ? options_.open_browser(url) : opener.start(listener.link_to(url)));
    if (!opened) do_without_browser(url);
    return listener.wait([&](std::string_view state) { return login.is_state(state); },
                         [&] {
                             if (opener.has_failed()) do_without_browser(url);
                         },
                         options_, deadline, stop);
}

GLOBUS_DECL void LocalServerLoginFlow::do_without_browser(std::string const& url) const {
    if (options_.without_browser == WithoutBrowser::fail)
        throw LoginError(LoginError::Kind::unavailable, "no browser could be opened here; use CommandLineLoginFlow");
    if (options_.show) return options_.show(url);
    std::printf("\nPlease authenticate with Globus here:\n%s\n\n", url.c_str());
    std::fflush(stdout);
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP
