// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/waiting.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

struct MockTransport::State {
    struct Scripted {
        Handler handler = {};
        std::chrono::duration<double> delay{0};
    };
    /// Gives the handler that is scripted now the delay that was set for it.
    [[nodiscard]] Scripted scripted(Handler handler) {
        return {std::move(handler), std::exchange(delay, std::chrono::duration<double>(0))};
    }

    std::mutex mutex;
    std::deque<Scripted> script;
    std::deque<http::Request> requests;
    Scripted otherwise;
    std::chrono::duration<double> delay{0};  ///< of the answer that is scripted next
    std::size_t piece_size = std::numeric_limits<std::size_t>::max();
};

namespace detail {

/// True if the path of a URL ends in what a path template stands for. A `{name}` is one segment, or none.
GLOBUS_DECL bool path_fits(std::string_view path, std::string_view pattern) {
    std::size_t const at = path.rfind('/'), pattern_at = pattern.rfind('/');
    if (pattern_at == std::string_view::npos) return path.ends_with(pattern);
    std::string_view const left = pattern.substr(0, pattern_at);
    bool const is_name = pattern.substr(pattern_at + 1).starts_with('{');
    if (is_name && path_fits(path, left)) return true;
    if (at == std::string_view::npos || (!is_name && path.substr(at) != pattern.substr(pattern_at))) return false;
    return path_fits(path.substr(0, at), left);
}

/// Reads the source of a request to its end. @throws UsageError  if it does not give as many bytes as it said
GLOBUS_DECL std::string read_source(http::Request const& request) {
    std::string body;
    char buffer[16384];
    while (std::size_t const given = request.source(buffer, sizeof buffer)) {
        if (given > sizeof buffer) throw UsageError("the source of a request gave more bytes than it was asked for");
        body.append(buffer, given);
    }
    if (request.source_size && *request.source_size != body.size())
        throw UsageError("the source of a request gave " + std::to_string(body.size()) + " bytes, and not " +
                         std::to_string(*request.source_size));
    return body;
}

/// Gives the body of an answer to the sink of its request, in pieces.
GLOBUS_DECL void feed_sink(http::Request const& request, std::string_view body, std::size_t piece_size) {
    for (; !body.empty(); body.remove_prefix(std::min(piece_size, body.size()))) {
        if (request.stop.stop_requested())
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the call was cancelled");
        if (!request.sink(body.substr(0, piece_size)))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the sink ended the transfer");
    }
}

}  // namespace detail

GLOBUS_DECL MockTransport::Requests::Requests(std::vector<Request const*> record) : recorded_(std::move(record)) {
    reserve(recorded_.size());
    for (Request const* const request : recorded_) push_back(*request);
}

GLOBUS_DECL MockTransport::MockTransport() : state_(std::in_place) {}

GLOBUS_DECL MockTransport& MockTransport::reply(int status, std::string body, http::Headers headers) {
    if (headers.find("Content-Type") == nullptr && !body.empty()) headers.add("Content-Type", "application/json");
    return reply(
        http::Response{.status = status, .reason = {}, .headers = std::move(headers), .body = std::move(body)});
}

GLOBUS_DECL MockTransport& MockTransport::reply(http::Response response) {
    return reply([response = std::move(response)](http::Request const&) { return response; });
}

GLOBUS_DECL MockTransport& MockTransport::reply(Handler handler) {
    std::lock_guard const lock(state_->mutex);
    state_->script.push_back(state_->scripted(std::move(handler)));
    return *this;
}

GLOBUS_DECL MockTransport& MockTransport::answer(http::Method method, std::string_view path, http::Response response) {
    response.headers.add("Content-Type", "application/json");
    return reply([method, path = std::string(path), response = std::move(response)](http::Request const& request) {
        std::string_view const url = std::string_view(request.url).substr(0, request.url.find('?'));
        if (request.method != method || !detail::path_fits(url, path))
            throw UsageError("MockTransport was to answer " + std::string(to_string(method)) + ' ' + path +
                             " next, but the request is " + http::describe(request));
        return response;
    });
}

GLOBUS_DECL MockTransport& MockTransport::piece_size(std::size_t bytes) {
    if (bytes == 0) throw UsageError("MockTransport: the pieces for a sink need at least one byte");
    std::lock_guard const lock(state_->mutex);
    state_->piece_size = bytes;
    return *this;
}

GLOBUS_DECL MockTransport& MockTransport::fail(NetworkError error) {
    return reply([error = std::move(error)](http::Request const&) -> http::Response { throw error; });
}

GLOBUS_DECL MockTransport& MockTransport::otherwise(Handler handler) {
    std::lock_guard const lock(state_->mutex);
    state_->otherwise = state_->scripted(std::move(handler));
    return *this;
}

GLOBUS_DECL MockTransport::Requests MockTransport::requests() const {
    std::lock_guard const lock(state_->mutex);
    std::vector<http::Request const*> record;
    for (http::Request const& request : state_->requests) record.push_back(&request);
    return Requests(std::move(record));
}

GLOBUS_DECL std::size_t MockTransport::request_count() const {
    std::lock_guard const lock(state_->mutex);
    return state_->requests.size();
}

GLOBUS_DECL std::size_t MockTransport::left() const {
    std::lock_guard const lock(state_->mutex);
    return state_->script.size();
}

GLOBUS_DECL void MockTransport::clear() {
    std::lock_guard const lock(state_->mutex);
    state_->script.clear();
    state_->requests.clear();
}

GLOBUS_DECL MockTransport& MockTransport::after(std::chrono::duration<double> delay) {
    if (!(delay.count() >= 0)) throw UsageError("MockTransport: an answer comes after its request");
    std::lock_guard const lock(state_->mutex);
    state_->delay = delay;
    return *this;
}

GLOBUS_DECL MockTransport::Answer MockTransport::accept(http::Request const& request) const {
    if (request.stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
    if (http::Clock::now() >= request.deadline)
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no, "the deadline of the call passed");
    Answer answer{.received = request};
    if (request.source) {
        answer.received.body = detail::read_source(request);
        answer.received.has_body = true;
        answer.received.source = nullptr;
    }
    std::lock_guard const lock(state_->mutex);
    answer.piece_size = state_->piece_size;
    state_->requests.push_back(answer.received);
    if (!request.authorization.empty())
        state_->requests.back().headers.set("Authorization", request.authorization.reveal());
    State::Scripted next = state_->otherwise;
    if (!state_->script.empty()) {
        next = std::move(state_->script.front());
        state_->script.pop_front();
    }
    if (!next.handler)
        throw UsageError("MockTransport has no answer left for " + std::string(to_string(request.method)) + ' ' +
                         request.url);
    answer.handler = std::move(next.handler);
    if (next.delay.count() > 0) answer.comes = http::later(next.delay);
    return answer;
}

GLOBUS_DECL http::Clock::time_point MockTransport::Answer::wait_ends(http::Request const& request) const {
    return std::min(comes.value_or(request.deadline), request.deadline);
}

GLOBUS_DECL http::Response MockTransport::Answer::give(http::Request const& request) const {
    if (comes && request.stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the call was cancelled");
    if (comes && *comes >= request.deadline)
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::yes, "no answer came before the deadline");
    http::Response response = handler(received);
    if (!request.sink && response.body.size() > request.max_response_bytes)
        throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                           http::describe(request) + ": the answer is larger than " +
                               std::to_string(request.max_response_bytes) + " bytes");
    if (request.on_head && !response.body.empty()) request.on_head(response);
    if (request.sink && response.status >= 200 && response.status < 300) {
        detail::feed_sink(request, response.body, piece_size);
        response.body.clear();
    }
    return response;
}

GLOBUS_DECL http::Response MockTransport::send(http::Request const& request) const {
    Answer const answer = accept(request);
    if (answer.comes) (void)http::wait_until(answer.wait_ends(request), request.stop);
    return answer.give(request);
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
