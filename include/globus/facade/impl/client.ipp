// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_IMPL_CLIENT_IPP
#define GLOBUS_FACADE_IMPL_CLIENT_IPP

#include <globus/facade.h>
#include <globus/client/any_client.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/facade/impl/errors.ipp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/log.hpp>
#include <globus/oauth/any_policy.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token_source_policy.hpp>
#include <globus/services/transfer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

struct globus_sdk_client {
    globus::AnyClient<globus::TransferService> transfer;
};

namespace globus::facade::detail {

/// The longest token that a source may give.
inline constexpr std::size_t most_token_bytes = std::size_t{16} << 10;

/// A structure of a caller who may have been compiled with fewer members: the missing ones are zero.
template <class T>
T read_structure(T const* given, char const* what) {
    require(given, what);
    if (given->size < sizeof(std::size_t) || given->size > sizeof(T) * 4)
        throw UsageError(std::string(what) + " has no size: begin with its _INIT");
    T whole{};
    std::memcpy(static_cast<void*>(&whole), given, std::min(given->size, sizeof(T)));
    return whole;
}

inline AnyPolicy source_policy(globus_sdk_options const& options) {
    return TokenSourcePolicy([source = options.token_source, user = options.token_source_user] {
        std::string token(most_token_bytes, '\0');
        int const code = source(user, token.data(), token.size());
        token.resize(::strnlen(token.data(), token.size()));
        Secret made(std::move(token));
        if (code != 0) throw Returned{code};
        return made;
    });
}

inline RenewalOptions renewal_options(globus_sdk_options const& options) {
    RenewalOptions made;
    if (options.on_refresh != nullptr)
        made.on_refresh = [told = options.on_refresh, user = options.on_refresh_user](Token const& token) {
            told(user, token.access_token.reveal().c_str(), token.refresh_token.reveal().c_str(),
                 token.expires_at_seconds.value_or(0));
        };
    return made;
}

/// The policy that the options ask for. @throws UsageError  if it is not clear which
inline AnyPolicy policy_of(globus_sdk_options const& options) {
    int const ways = (options.access_token != nullptr) + (options.refresh_token != nullptr) +
                     (options.scopes != nullptr) + (options.token_file != nullptr) + (options.token_source != nullptr);
    if (ways != 1)
        throw UsageError(
            "set one way to be authorised: access_token, refresh_token, scopes, token_file or token_source");
    if (options.access_token != nullptr) return AccessTokenPolicy(Secret(options.access_token));
    if (options.token_file != nullptr) return TokenSourcePolicy::file(options.token_file);
    if (options.token_source != nullptr) return source_policy(options);
    require(options.client_id, "client_id");
    RenewalOptions renewal = renewal_options(options);
    if (options.scopes != nullptr) {
        require(options.client_secret, "client_secret");
        return ClientCredentialsPolicy({options.client_id, options.client_secret}, StringList{options.scopes},
                                       std::move(renewal));
    }
    Secret refresh(options.refresh_token);
    if (options.client_secret == nullptr)
        return RefreshPolicy<Native>(Native(options.client_id), std::move(refresh), std::move(renewal));
    return RefreshPolicy<Confidential>({options.client_id, options.client_secret}, std::move(refresh),
                                       std::move(renewal));
}

inline LogHook log_of(globus_sdk_options const& options) {
    if (options.log == nullptr) return {};
    return [told = options.log, user = options.log_user](LogEvent const& event) {
        std::string const service(event.service), operation(event.operation), method(event.method), url(event.url),
            request_id(event.request_id), error(event.error);
        globus_sdk_log_event const given{sizeof(globus_sdk_log_event),
                                         service.c_str(),
                                         operation.c_str(),
                                         method.c_str(),
                                         url.c_str(),
                                         request_id.c_str(),
                                         error.c_str(),
                                         event.attempt,
                                         event.status,
                                         std::chrono::duration<double>(event.elapsed).count()};
        told(user, &given);
    };
}

inline ClientOptions<AnyTransport, AnyRetry> client_options(globus_sdk_options const& options) {
    CurlOptions curl;
    curl.ca_file = text_of(options.ca_file);
    if (options.proxy != nullptr) curl.proxy = Secret(options.proxy);
    ClientOptions<AnyTransport, AnyRetry> made{.transport = CurlTransport(std::move(curl)),
                                               .retry = DefaultRetry(),
                                               .base_url = text_of(options.base_url),
                                               .auth_url = text_of(options.auth_url),
                                               .app_name = text_of(options.app_name),
                                               .log = log_of(options)};
    if (options.timeout != 0) made.timeout = std::chrono::duration<double>(options.timeout);
    return made;
}

}  // namespace globus::facade::detail

extern "C" {

GLOBUS_SDK_API globus_sdk_client* globus_sdk_client_new(globus_sdk_options const* options, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    globus_sdk_client* made = nullptr;
    guarded(error, [&] {
        auto const given = read_structure(options, "globus_sdk_options");
        made =
            new globus_sdk_client{globus::AnyClient<globus::TransferService>(policy_of(given), client_options(given))};
    });
    return made;
}

GLOBUS_SDK_API void globus_sdk_client_free(globus_sdk_client* client) { delete client; }

}  // extern "C"

#endif  // GLOBUS_FACADE_IMPL_CLIENT_IPP
