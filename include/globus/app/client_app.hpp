// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_CLIENT_APP_HPP
#define GLOBUS_APP_CLIENT_APP_HPP

#include <globus/app/globus_app.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/oauth/client_credentials_policy.hpp>

namespace globus {

/// The configuration of a ClientApp.
template <class S, class T>
struct ClientAppConfig {
    std::string app_name = {};      ///< part of the path of the tokens
    Required<Confidential> client;  ///< Confidential{client_id, client_secret}
    std::optional<S> storage = {};  ///< by default where the reference keeps tokens, see default_token_path
    std::string environment = {};   ///< else GLOBUS_SDK_ENVIRONMENT, else production
    std::string auth_url = {};      ///< base URL of Globus Auth; else the environment's
    /// The transport of requests to Globus Auth, and of the clients that the app makes without options of their own.
    T transport = detail::default_transport<T>();
    /// Told what goes wrong during a call that goes on all the same: a TokenStorageError when a new token cannot be
    /// stored. It is called on the thread of the call; what it throws is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    std::function<std::int64_t()> now = {};  ///< seconds since 1970; for tests
};

namespace detail {

template <class S, class T>
consteval bool check_client_app() {
    if constexpr (LoginFlow<S> || LoginFlow<T>)
        static_assert(
            !LoginFlow<S> && !LoginFlow<T>,
            "globus::ClientApp<S, T>: a ClientApp acts for itself and never asks a user, so it takes no login "
            "flow. Use UserApp to act for a user.");
    else if constexpr (!TokenStorage<S>)
        static_assert(TokenStorage<S>,
                      "globus::ClientApp<S, T>: S is not a token storage. Use JsonTokenStorage, SqliteTokenStorage or "
                      "MemoryTokenStorage.");
    else if constexpr (!Complete<T>)
        static_assert(Complete<T>,
                      "globus::ClientApp<S, T>: T is declared only. For CurlTransport, which is the default, include "
                      "<globus/http/curl_transport.hpp>.");
    else if constexpr (!Transport<T>)
        static_assert(Transport<T>,
                      "globus::ClientApp<S, T>: T is not a transport. It needs "
                      "`http::Response send(http::Request const&) const`.");
    return true;
}
template <class S, class T>
struct ClientAppRequirements {
    static_assert(check_client_app<S, T>());
};

}  // namespace detail

/**
 * A program that acts for itself, as a service account: it gets tokens by its id and secret, and keeps and renews them.
 *
 *     ClientApp<> app{{.app_name = "ingest", .client = Confidential{client_id, client_secret}}};
 *     auto search = app.client<SearchService>();
 *     search.ingest({.index_id = id, .data = document});
 *
 * No login is ever needed: a token is requested when a call needs one, once for all threads and processes that share
 * the storage.
 *
 * @tparam S  where tokens are kept: JsonTokenStorage, SqliteTokenStorage, MemoryTokenStorage
 * @tparam T  CurlTransport, MockTransport, AnyTransport
 *
 * @par Errors
 * TokenStorageError, and those of requests to Globus Auth. LoginError (cancelled) during the wait for another thread's
 * login.
 * @par Thread safety
 * Any function may be called from any thread. Copies refer to the same app.
 *
 * https://docs.globus.org/api/auth/reference/#client_credentials_grant
 */
template <class S = JsonTokenStorage, class T = CurlTransport>
class ClientApp : detail::ClientAppRequirements<S, T>,
                  public detail::AppBase<ClientApp<S, T>, ClientCredentialsPolicy, S, T> {
    using Policy = ClientCredentialsPolicy;
    using Base = detail::AppBase<ClientApp, Policy, S, T>;
    friend Base;

public:
    using Config = ClientAppConfig<S, T>;

    /// @throws UsageError  for an unusable app name
    explicit ClientApp(Config config)
        : Base(common_of(config)), config_(std::make_shared<Config const>(std::move(config))) {}

    /// Gets tokens for all that the app needs in one request, if some are missing or `options` say so.
    void login(AppLoginOptions options = {}) const {
        detail::LoginTurn const turn(this->common_->logging_in, options.stop);
        if (!options.force && !detail::asks_for_anything(options.parameters) &&
            !this->login_required({.stop = options.stop}))
            return;
        log_in(options);
    }

    /// Authorizes a request, for AppPolicy.
    template <Transport U>
    [[nodiscard]] Authorization authorize(std::string_view server, U const& transport,
                                          AuthContext const& context) const {
        return this->policy_of(server, context).authorize(transport, this->context_of(context));
    }
    template <Transport U>
    [[nodiscard]] bool unauthorized(std::string_view server, Authorization const& refused, U const& transport,
                                    AuthContext const& context) const {
        return this->has_another(this->policy_of(server, context), refused, transport, context);
    }

private:
    [[nodiscard]] static detail::ProcessBound<typename Base::Common> common_of(Config const& config) {
        detail::AppPlace place(config.environment, config.auth_url);
        S storage = config.storage ? *config.storage
                                   : detail::default_token_storage<S>(config.client->client_id(), config.app_name,
                                                                      place.environment_);
        auto const requirements = std::make_shared<detail::SharedRequirements>();
        std::vector<TokenValidator> validators{has_scopes([requirements] { return requirements->get(); })};
        return detail::ProcessBound<typename Base::Common>(
            std::in_place, config.app_name, std::move(place), config.transport, requirements,
            ValidatingTokenStorage<S>(std::move(storage), std::move(validators)));
    }
    [[nodiscard]] LoginClient<Confidential, T> login_client() const {
        ClientOptions<T> options{.transport = config_->transport};
        options.base_url = this->common_->place.auth_url;
        return LoginClient<Confidential, T>(BasicPolicy{*config_->client}, std::move(options));
    }
    /// Begins with the stored token; one that lacks a scope is forgotten, so that it is not used.
    [[nodiscard]] Policy make_policy(std::string const& server, CallOptions const& call) const {
        Token token;
        try {
            token = this->common_->tokens.get_token_data(server, call).token();
        } catch (TokenValidationError const& error) {
            if (error.kind() == TokenValidationError::Kind::unmet_scopes)
                this->common_->tokens.remove_token_data(server);
        }
        token.resource_server = server;
        StringList scopes;
        for (Scope const& scope : Scope::parse(Scope::join(this->scope_requirements().at(server))))
            scopes.push_back(scope.text());
        return Policy(*config_->client, std::move(scopes), std::move(token),
                      renewed_through(this->token_storage(), server,
                                      RenewalOptions{.on_error = config_->on_error, .now = config_->now}));
    }
    /// Logs in, unless that was done since the app had `logins` logins; it says whether it did.
    bool login_after(std::uint64_t logins, AppLoginOptions const& options) const {
        detail::LoginTurn const turn(this->common_->logging_in, options.stop);
        if (this->login_count() != logins) return false;
        log_in(options);
        return true;
    }
    void log_in(AppLoginOptions const& options) const {
        StringList scopes;
        for (Scope const& scope : this->required_scopes(options.parameters)) scopes.push_back(scope.text());
        auto const answer =
            login_client().oauth2_client_credentials_tokens({.requested_scopes = scopes}, {.stop = options.stop});
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer->by_resource_server()) tokens.emplace(server, TokenData::from(token));
        this->common_->tokens.store_token_data_by_resource_server(tokens);
        this->forget_policies();
    }

    detail::Shared<Config const> config_;
};

}  // namespace globus

#endif  // GLOBUS_APP_CLIENT_APP_HPP
