// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP

#include <globus/core/config.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/mock_transport.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace globus {

struct MockTransport::State {
    std::mutex mutex;
    std::deque<Handler> script;
    std::deque<http::Request> requests;
    Handler otherwise;
};

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
    state_->script.push_back(std::move(handler));
    return *this;
}

GLOBUS_DECL MockTransport& MockTransport::fail(NetworkError error) {
    return reply([error = std::move(error)](http::Request const&) -> http::Response { throw error; });
}

GLOBUS_DECL MockTransport& MockTransport::otherwise(Handler handler) {
    std::lock_guard const lock(state_->mutex);
    state_->otherwise = std::move(handler);
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

GLOBUS_DECL http::Response MockTransport::send(http::Request const& request) const {
    Handler handler;
    if (request.stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
    if (http::Clock::now() >= request.deadline)
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no, "the deadline of the call passed");
    {
        std::lock_guard const lock(state_->mutex);
        state_->requests.push_back(request);
        if (!state_->script.empty()) {
            handler = std::move(state_->script.front());
            state_->script.pop_front();
        } else {
            handler = state_->otherwise;
        }
    }
    if (!handler)
        throw UsageError("MockTransport has no answer left for " + std::string(to_string(request.method)) + ' ' +
                         request.url);
    http::Response response = handler(request);
    if (!request.sink && response.body.size() > request.max_response_bytes)
        throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                           http::describe(request) + ": the answer is larger than " +
                               std::to_string(request.max_response_bytes) + " bytes");
    if (request.on_head && !response.body.empty()) request.on_head(response);
    if (request.sink && response.status >= 200 && response.status < 300) {
        if (!request.sink(response.body))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the sink ended the transfer");
        response.body.clear();
    }
    return response;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
