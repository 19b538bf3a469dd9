// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP
#define GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP

#include <globus/core/config.hpp>
#include <globus/core/form.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/transport.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/token.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace globus::detail {

/// The token request of `client`, which authenticates as its kind does (RFC 6749, section 2.3).
template <ClientKind K>
http::Request token_request(K const& client, Form form, AuthContext const& context) {
    http::Request request;
    request.method = http::Method::post;
    request.url = std::string(context.auth_url) + "v2/oauth2/token";
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    if constexpr (std::same_as<K, Confidential>)
        request.authorization = client.credential().header();
    else
        form.emplace_back("client_id", client.client_id());
    for (auto const& [name, value] : form) add_to_form(request.body, name, value);
    request.has_body = true;
    request.deadline = context.deadline;
    request.stop = context.stop;
    request.max_response_bytes = std::size_t{1} << 20;
    for (auto& [name, value] : form) wipe(value);
    return request;
}

/// What a grant and the renewal that it is for tell each other, such as the retry policy.
struct GrantRun {
    DefaultRetry const& retry;                 ///< shared by all grants of one token, for its budget
    std::function<std::int64_t()> const& now;  ///< seconds since 1970
    mutable bool out_of_time = false;          ///< it would have been tried again if its caller had had time

    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const;
    void succeeded(Attempt const& attempt) const noexcept { retry.succeeded(attempt); }
};

/**
 * Sends a grant that may be repeated and reads its answer.
 *
 * The grant is RetryClass::grant: Globus Auth may have replaced the refresh token after the first attempt. It is
 * repeated as the token's own policy says, whatever the retry policy of the client whose call needs it: a client with
 * NoRetry sends the operation once, with the token that results.
 *
 * @throws AuthApiError for a refusal, which is never repeated; NetworkError, DecodeError
 */
template <ClientKind K, Transport T>
TokenResponse request_token(K const& client, Form form, T const& transport, AuthContext const& context, GrantRun& run) {
    struct Grant final : Exchange {
        Grant(T const& over, http::Request& sent, LogHook const* hook)
            : Exchange(sent, hook, {"auth", "token"}), transport(over) {}
        ~Grant() { wipe(this->request.body); }
        Grant(Grant const&) = delete;
        Grant& operator=(Grant const&) = delete;
        http::Response send() override { return transport.send(this->request); }
        Refused refuse(http::Response const& answer) override {
            return {{}, std::make_exception_ptr(AuthApiError(this->request, answer))};
        }
        T const& transport;
    };
    http::Request request = token_request(client, std::move(form), context);
    Grant grant(transport, request, context.log);
    BlockingCall call(grant, {.retry_class = RetryClass::grant, .deadline = request.deadline}, run);
    http::Response answer = call.answer();
    TokenResponse tokens = read_token_response(answer.body, run.now());
    wipe(answer.body);
    call.finished();
    return tokens;
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/token_endpoint.ipp>
#endif

#endif  // GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP
