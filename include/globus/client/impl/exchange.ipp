// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_EXCHANGE_IPP
#define GLOBUS_CLIENT_IMPL_EXCHANGE_IPP

#include <globus/client/call_options.hpp>
#include <globus/client/exchange.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/query_params.hpp>
#include <globus/client/redirects.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/form.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL void add_query(std::string& url, QueryParams const& query) {
    for (auto const& [name, value] : query)
        for (std::string const& text : value.texts()) add_to_query(url, name, text);
}

GLOBUS_DECL std::string encode_path(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    std::string encoded;
    for (std::string_view rest = path;;) {
        auto const slash = rest.find('/');
        std::string_view const segment = rest.substr(0, slash);
        if (!segment.empty()) encoded += encode_segment("the path's segment", segment);
        if (slash == std::string_view::npos) return encoded;
        encoded += '/';
        rest.remove_prefix(slash + 1);
    }
}

/// True if a URL is on the origin of a client, which gets the client's credential.
/// @throws UsageError  for http to another machine
GLOBUS_DECL bool is_own_origin(std::string_view base_url, std::string const& url) {
    if (url.starts_with(base_url)) return true;
    http::Url const target = http::parse_url(url);
    if (target.scheme == "http" && !http::is_loopback(target.host))
        throw UsageError("the URL is http; use https (http is allowed to 127.0.0.1 and [::1] only)");
    return http::same_origin(target, http::parse_url(base_url));
}

/// The Content-Length of an answer; empty where it says nothing of the body's (RFC 9112, section 6.3), or cannot be.
GLOBUS_DECL std::string_view believed_length(http::Response const& head, std::size_t limit) {
    std::string_view const length = head.headers.get("Content-Length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return size <= limit && head.headers.find("Transfer-Encoding") == nullptr ? length : std::string_view();
}

GLOBUS_DECL ClientExchange::ClientExchange(http::Request& sent, CallPlan const& plan, CallOptions const& options,
                                           std::stop_token const& stop, ClientFacts const& facts)
    : Exchange(sent, &facts.log), plan_(plan), options_(options), max_bytes_(facts.max_response_bytes) {
    complete(facts);
    request.stop = stop;
    own_origin_ = is_own_origin(facts.base_url, request.url) && plan.authorized;
    request.sink = nullptr;
    if (options.sink)
        request.sink = [this](std::string_view piece) {
            handed_over = true;
            return options_.sink(piece);
        };
    else if (is_streamed())
        read_as_it_comes();
}

GLOBUS_DECL CallTerms ClientExchange::terms() const {
    return {.retry_class = plan_.retry_class,
            .retry_as = options_.retry_as,
            .authorized = own_origin_,
            .sent_once = request.source != nullptr,
            // a document is in a 2xx; whoever takes an answer as it comes, takes a 3xx, too
            .read_below = plan_.has_document ? 300 : 400,
            .deadline = request.deadline};
}

GLOBUS_DECL AnswerFacts ClientExchange::facts(bool replayed) const noexcept {
    return {.replayed = replayed,
            .wrote = options_.retry_as.value_or(plan_.retry_class) != RetryClass::read,
            .max_bytes = max_bytes_};
}

GLOBUS_DECL void ClientExchange::check(http::Response const& answer) const {
    if (plan_.has_document && !is_streamed() && !options_.sink) require_document(answer);
}

GLOBUS_DECL http::Response ClientExchange::send() {
    if (is_streamed()) {
        stream_ = &plan_.restart(plan_.stream);
        stream_->limit_memory(memory_of(max_bytes_));
        room_ = request.max_response_bytes;
    }
    http::Response response = travel(request);
    if (!is_redirect(response)) return response;
    http::Request next = request;
    for (int hops = 0; is_redirect(response); ++hops) {
        if (hops == 5) refuse_redirect(request, "for the sixth time");
        next.url = redirect_target(next, response, own_origin_);
        response = travel(next);
    }
    return response;
}

GLOBUS_DECL bool ClientExchange::already_done(ApiError const& error) const {
    return plan_.already_done != nullptr && plan_.already_done(error);
}

GLOBUS_DECL void ClientExchange::complete(ClientFacts const& facts) {
    request.deadline = deadline_of(options_, facts.timeout);
    request.max_response_bytes = std::min(facts.max_response_bytes, plan_.max_response_bytes);
    request.decode = request.decode && !plan_.as_stored;
    request.flows = (plan_.as_stored || options_.sink || request.source) && !is_timed(options_, facts.timeout);
    if (!options_.query.empty()) add_query(request.url, options_.query);
    for (auto const& [name, value] : options_.headers) {
        http::check_header(name, value);
        if (http::detail::equal_ignoring_case(name, "Authorization"))
            throw UsageError("a call cannot replace the Authorization header: make a client with another authorizer");
        request.headers.set(name, value);
    }
    auto const add = [&](char const* name, std::string_view value) {
        if (request.headers.find(name) == nullptr) request.headers.add(name, std::string(value));
    };
    add("Accept", "application/json");
    add("User-Agent", facts.user_agent);
    add("X-Globus-Client-Info", facts.client_info);
}

GLOBUS_DECL void ClientExchange::read_as_it_comes() {
    request.sink = [this](std::string_view piece) {
        if (piece.size() > room_)
            throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                               http::describe(request) + ": the answer is larger than " +
                                   std::to_string(request.max_response_bytes) + " bytes");
        room_ -= piece.size();
        stream_->write(piece);
        return true;
    };
    request.on_head = [this](http::Response const& head) {
        stream_->expect(believed_length(head, request.max_response_bytes));
    };
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_EXCHANGE_IPP
