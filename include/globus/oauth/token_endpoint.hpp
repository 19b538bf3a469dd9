// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP
#define GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP

#include <globus/core/encoding.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/transport.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/oauth/token.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

using Form = std::vector<std::pair<std::string, std::string>>;

inline std::string encode_form(Form const& form) {
    std::string body;
    for (auto const& [name, value] : form) {
        if (!body.empty()) body += '&';
        append_form_encoded(body, name);
        body += '=';
        append_form_encoded(body, value);
    }
    return body;
}

/// The token request of `client`, which proves itself as its kind does (RFC 6749, section 2.3).
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
    request.body = encode_form(form);
    request.has_body = true;
    request.deadline = context.deadline;
    request.stop = context.stop;
    request.max_response_bytes = std::size_t{1} << 20;
    request.fresh_connection = true;  // a refresh token that is replaced must not be sent again unseen
    for (auto& [name, value] : form) wipe(value);
    return request;
}

/// What one grant is told by the renewal that it is for, and what it tells it.
struct GrantRun {
    DefaultRetry const& retry;                 ///< shared by all grants of one token, for its budget
    std::function<std::int64_t()> const& now;  ///< seconds since 1970
    bool out_of_time = false;                  ///< it would have been tried again if its caller had had the time
};

/**
 * Sends a grant that may be repeated and reads its answer. AuthApiError for a refusal, which is never repeated.
 *
 * What may be repeated is RetryClass::grant: Globus Auth may have replaced the refresh token by then.
 */
template <ClientKind K, Transport T>
TokenResponse request_token(K const& client, Form form, T const& transport, AuthContext const& context, GrantRun& run) {
    http::Request request = token_request(client, std::move(form), context);
    bool in_doubt = false;
    int previous_status = 0;
    for (int number = 1;; ++number) {
        Attempt attempt{.number = number,
                        .retry_class = RetryClass::grant,
                        .previous_status = std::exchange(previous_status, 0),
                        .in_doubt = in_doubt};
        http::Response response;
        std::optional<std::chrono::duration<double>> wait;
        auto const before_retry = [&] {
            attempt.time_left = http::time_left(request.deadline);
            wait = run.retry.before_retry(attempt);
            in_doubt = in_doubt || may_be_processed(attempt);
            run.out_of_time = !wait && number < run.retry.max_attempts && may_retry(attempt) &&
                              run.retry.budget->left() >= DefaultRetry::cost;
            return wait.has_value();
        };
        try {
            response = transport.send(request);
            attempt.response = &response;
            previous_status = response.status;
            if (response.status >= 200 && response.status < 300) {
                TokenResponse tokens = read_token_response(response.body, run.now());
                run.retry.succeeded(attempt);
                wipe(request.body);
                wipe(response.body);
                return tokens;
            }
            if (!before_retry()) throw AuthApiError(request, std::move(response));
        } catch (NetworkError const& error) {
            attempt.error = &error;
            if (!before_retry()) throw;
        }
        if (!http::wait_until(http::later(*wait), request.stop))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                               "the token request was cancelled");
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP
