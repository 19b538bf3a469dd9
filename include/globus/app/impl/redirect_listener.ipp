// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_REDIRECT_LISTENER_IPP
#define GLOBUS_APP_IMPL_REDIRECT_LISTENER_IPP

#include <globus/app/login_flow.hpp>
#include <globus/app/redirect_listener.hpp>
#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/platform/peer_user.hpp>
#include <globus/core/platform/socket.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
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

GLOBUS_DECL RedirectListener::Redirect RedirectListener::wait(IsState const& is_state,
                                                              std::function<void()> const& look, Pages const& pages,
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
        std::erase_if(connections_,
                      [&](Connection& connection) { return !serve(connection, is_state, pages, redirect); });
        make_room();
        // The browser is to arrive at the clean address, but the login does not depend on it.
        if (redirect && !lingering_) {
            lingering_ = true;
            deadline = std::min(deadline, Clock::now() + std::chrono::milliseconds(500));
        }
    }
}

GLOBUS_DECL bool RedirectListener::take(std::string_view query, IsState const& is_state,
                                        std::optional<Redirect>& redirect) {
    std::optional<std::string> code, state, error, description;
    for (auto& [name, value] : parse_query(query)) {
        std::optional<std::string>* const place = name == "code"                ? &code
                                                  : name == "state"             ? &state
                                                  : name == "error"             ? &error
                                                  : name == "error_description" ? &description
                                                                                : nullptr;
        if (place == nullptr) continue;
        if (*place) return false;  // it came twice
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
        if (!request.host.empty()) return {};  // it came twice
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
    std::vector<Polled> polled{{.number = is_full() ? -1 : socket_.get()}, {.number = wake_up_.reader.get()}};
    for (Connection const& connection : connections_)
        polled.push_back({.number = connection.socket.get(), .to_write = !connection.output.empty()});
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    poll(polled, std::clamp(left, std::chrono::milliseconds(0), patience));
    if (!polled.front().ready) return;
    while (!is_full()) {
        Descriptor taken = accept_from(socket_);
        if (taken.get() >= 0)
            connections_.push_back({.socket = std::move(taken), .since = Clock::now()});
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        else if (errno != EINTR && errno != ECONNABORTED)  // there is no descriptor left, or no memory
            no_descriptor_until_ = Clock::now() + patience;
    }
}

GLOBUS_DECL void RedirectListener::make_room() {
    if (!is_full()) return;
    auto const now = Clock::now();
    for (int i = 0; i != 32 && !connections_.empty() && now - connections_.front().since >= patience; ++i) {
        connections_.erase(connections_.begin());
        no_descriptor_until_ = {};
    }
}

GLOBUS_DECL bool RedirectListener::serve(Connection& connection, IsState const& is_state, Pages const& pages,
                                         std::optional<Redirect>& redirect) {
    if (Clock::now() >= connection.until) return false;
    char buffer[4096];
    while (connection.output.empty()) {
        auto const size = receive(connection.socket, buffer, sizeof buffer);
        if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        if (size == 0) return false;
        if (connection.answered) continue;  // this is the rest of a request that was refused
        connection.input.append(buffer, static_cast<std::size_t>(size));
        auto const end = connection.input.find("\r\n\r\n");
        if (end != std::string::npos)
            answer(connection, std::string_view(connection.input).substr(0, end), is_state, pages, redirect);
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

GLOBUS_DECL void RedirectListener::answer(Connection& connection, std::string_view head, IsState const& is_state,
                                          Pages const& pages, std::optional<Redirect>& redirect) {
    RequestLine const request = read_head(head);
    if (request.method.empty() || request.host != host_) {
        connection.output = page("400 Bad Request", {});
    } else if (request.method != "GET") {
        connection.output = page("405 Method Not Allowed", {}, "Allow: GET\r\n");
    } else if (!link_.empty() && request.path == link_ && request.query.empty()) {
        follow_link(connection);
    } else if (request.path == "/done" && redirect && request.query.empty()) {
        connection.output = page("200 OK", redirect->error.empty() ? pages.success : pages.failure);
        connection.last = true;
    } else if (request.path != "/") {
        connection.output = page("404 Not Found", {});
    } else if (redirect || !take(request.query, is_state, redirect)) {
        connection.output = page("400 Bad Request", {});
    } else {
        connection.output = page("303 See Other", {}, "Location: /done\r\n");
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

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_REDIRECT_LISTENER_IPP
