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
#include <globus/http/call.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/version.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL ClientInfo::ClientInfo() noexcept = default;
GLOBUS_DECL ClientInfo::ClientInfo(std::initializer_list<value_type> items) : vector(items) {}
GLOBUS_DECL ClientInfo::ClientInfo(std::vector<value_type> items) : vector(std::move(items)) {}
GLOBUS_DECL ClientInfo::ClientInfo(ClientInfo const&) = default;
GLOBUS_DECL ClientInfo::ClientInfo(ClientInfo&&) noexcept = default;
GLOBUS_DECL ClientInfo& ClientInfo::operator=(ClientInfo const&) = default;
GLOBUS_DECL ClientInfo& ClientInfo::operator=(ClientInfo&&) noexcept = default;
GLOBUS_DECL ClientInfo::~ClientInfo() = default;

}  // namespace globus

namespace globus::detail {

/// Names and versions as X-Globus-Client-Info takes them.
GLOBUS_DECL std::string client_info_header(ClientInfo const& more) {
    std::string header = "product=globus-cpp,version=" GLOBUS_VERSION_STRING;
    for (auto const& item : more) {
        char separator = ';';
        for (auto const& [key, value] : item) {
            for (std::string const* text : {&key, &value})
                if (text->empty() || text->find_first_of(";,=") != std::string::npos)
                    throw UsageError("a client_info entry is empty or has one of ; , = in it");
            (header += std::exchange(separator, ',')) += key + '=' + value;
        }
    }
    http::check_header("X-Globus-Client-Info", header);
    return header;
}

GLOBUS_DECL ClientHeaders::ClientHeaders(std::string const& app_name, ClientInfo const& more)
    : user_agent("globus-sdk-cpp-" GLOBUS_VERSION_STRING) {
    if (!app_name.empty()) user_agent += '/' + app_name;
    http::check_header("User-Agent", user_agent);
    client_info = client_info_header(more);
}
GLOBUS_DECL ClientHeaders::ClientHeaders(ClientHeaders const&) = default;
GLOBUS_DECL ClientHeaders::ClientHeaders(ClientHeaders&&) noexcept = default;
GLOBUS_DECL ClientHeaders& ClientHeaders::operator=(ClientHeaders const&) = default;
GLOBUS_DECL ClientHeaders& ClientHeaders::operator=(ClientHeaders&&) noexcept = default;
GLOBUS_DECL ClientHeaders::~ClientHeaders() = default;

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

/// The Content-Length of an answer; empty if it says nothing about this body (RFC 9112, section 6.3), or is no number.
GLOBUS_DECL std::string_view believed_length(http::Response const& head, std::size_t limit) {
    std::string_view const length = head.headers.get("Content-Length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return size <= limit && head.headers.find("Transfer-Encoding") == nullptr ? length : std::string_view();
}

GLOBUS_DECL void rethrow_unknown() {
    rethrow_changed<AuthApiError, NetworkError, DecodeError>([](auto error) {
        error.set_outcome_unknown();
        return error;
    });
}

GLOBUS_DECL ClientExchange::ClientExchange(http::Request& sent, AnyResponse& result, AnswerForm const& form,
                                           CallPlan const& plan, CallOptions const& options, ClientFacts const& facts)
    : Exchange(sent, &facts.log, {facts.service, plan.operation}),
      running_(facts.gate, options.stop, facts.gate_waits),
      result_(result),
      form_(form),
      plan_(plan),
      options_(options),
      max_bytes_(facts.max_response_bytes) {
    complete(facts);
    request.stop = running_.stop();
    context_ = {.auth_url = facts.auth_url,
                .deadline = request.deadline,
                .stop = running_.stop(),
                .resource_server = facts.resource_server,
                .log = &facts.log};
    own_origin_ = is_own_origin(facts.base_url, request.url) && plan.authorized;
    request.sink = nullptr;
    if (options.on_head || is_streamed())
        request.on_head = [this](http::Response const& head) {
            if (options_.on_head && head.status / 100 == 2) options_.on_head(head);
            if (stream_) stream_->expect(believed_length(head, request.max_response_bytes));
        };
    if (options.sink)
        request.sink = [this](std::string_view piece) {
            handed_over = true;
            return options_.sink(piece);
        };
    else if (is_streamed())
        read_as_it_comes();
}

GLOBUS_DECL ClientExchange::~ClientExchange() = default;

GLOBUS_DECL void ClientExchange::run(RetryPolicyRef const& retry) {
    BlockingCall call(*this, terms(), retry);
    while (true) {
        http::Response answer = call.answer();
        try {
            take(answer, call.replayed());
            return call.finished();
        } catch (DecodeError const& error) {
            call.unread(error);
        }
    }
}

GLOBUS_DECL bool ClientExchange::is_streamed() const noexcept {
    return form_.fresh != nullptr && !options_.keep_text && !options_.sink;
}

GLOBUS_DECL CallTerms ClientExchange::terms() const {
    return {.retry_class = plan_.retry_class,
            .retry_as = options_.retry_as,
            .authorized = own_origin_,
            .sent_once = request.source != nullptr,
            // A document comes with a 2xx. A caller who takes the answer as it comes takes a 3xx, too.
            .read_below = form_.has_shape ? 300 : 400,
            .deadline = request.deadline};
}

GLOBUS_DECL void ClientExchange::take(http::Response& answer, bool replayed) {
    AnswerFacts const facts{.replayed = replayed,
                            .wrote = options_.retry_as.value_or(plan_.retry_class) != RetryClass::read,
                            .partial = form_.has_essential && (request.url.find("?fields=") != std::string::npos ||
                                                               request.url.find("&fields=") != std::string::npos),
                            .max_bytes = max_bytes_};
    if (is_streamed()) return result_.receive(answer, facts, form_, *stream_);
    if (form_.has_shape && !options_.sink) require_document(answer);
    result_.receive(answer, facts, form_);
}

GLOBUS_DECL void ClientExchange::use(Authorization credential) {
    authorization_ = std::move(credential);
    request.authorization = authorization_.header;
}

GLOBUS_DECL void ClientExchange::authorize() { use(credential(context_)); }

GLOBUS_DECL bool ClientExchange::renew() { return renew_credential(authorization_, context_); }

GLOBUS_DECL Exchange::Refused ClientExchange::refuse(http::Response const& answer) {
    return error_of(answer, plan_.already_done);
}

GLOBUS_DECL http::Request const& ClientExchange::first_request() {
    redirects_ = 0;
    next_ = nullptr;
    if (is_streamed()) {
        stream_.emplace(form_.fresh(result_));
        stream_->limit_memory(memory_of(max_bytes_));
        room_ = request.max_response_bytes;
    }
    return request;
}

GLOBUS_DECL http::Request const* ClientExchange::next_request(http::Response& answer) {
    if (is_redirect(answer)) read_redirect(answer);
    if (!is_redirect(answer)) return nullptr;
    if (redirects_++ == 5) refuse_redirect(request, "for the sixth time");
    if (next_ == nullptr) next_ = std::make_unique<http::Request>(request);
    next_->url = redirect_target(*next_, answer, own_origin_);
    return next_.get();
}

GLOBUS_DECL http::Response ClientExchange::send() {
    http::Response answer = travel(first_request());
    while (http::Request const* const next = next_request(answer)) answer = travel(*next);
    return answer;
}

GLOBUS_DECL void ClientExchange::complete(ClientFacts const& facts) {
    request.deadline = deadline_of(options_, facts.timeout);
    request.max_response_bytes = std::min(facts.max_response_bytes, facts.max_service_bytes);
    bool const as_stored = facts.as_stored || form_.as_stored;
    request.decode = request.decode && !as_stored;
    request.flows = (as_stored || options_.sink || request.source) && !is_timed(options_, facts.timeout);
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
    add("User-Agent", facts.headers.user_agent);
    add("X-Globus-Client-Info", facts.headers.client_info);
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
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_EXCHANGE_IPP
