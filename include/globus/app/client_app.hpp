// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_CLIENT_APP_HPP
#define GLOBUS_APP_CLIENT_APP_HPP

#include <globus/app/globus_app.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/core/handle.hpp>
#include <globus/oauth/client_credentials_policy.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// The configuration of a ClientApp.
template <class S, class T>
struct ClientAppConfig {
    std::string app_name = {};            ///< part of the path of the tokens
    std::optional<S> token_storage = {};  ///< by default where the reference keeps tokens, see default_token_path
    std::string environment = {};         ///< else GLOBUS_SDK_ENVIRONMENT, else production
    std::string auth_url = {};            ///< base URL of Globus Auth; else the environment's
    /// The transport of requests to Globus Auth, and of the clients that the app makes without options of their own.
    T transport = detail::default_transport<T>();
    /// Told what goes wrong during a call that goes on all the same: a TokenStorageError when a new token cannot be
    /// stored. It is called on the thread of the call; what it throws is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    std::function<std::int64_t()> now = {};  ///< seconds since 1970; for tests
};

namespace detail {

template <class... Parts>
consteval bool check_client_app() {
    using All = AppParts<Parts...>;
    using T = typename All::template part_or<AppPart::transport, CurlTransport>;
    if constexpr (All::template count<AppPart::login_flow> != 0)
        static_assert(All::template count<AppPart::login_flow> == 0,
                      "globus::ClientApp<Parts...>: a ClientApp acts for itself and never asks a user, so it takes no "
                      "login flow. Use UserApp to act for a user.");
    else if constexpr (!All::known)
        static_assert(All::known,
                      "globus::ClientApp<Parts...>: one of the parts is none of these: a token storage, such as "
                      "JsonTokenStorage; a transport, such as MockTransport; a service, such as SearchService.");
    else if constexpr (!All::once)
        static_assert(All::once,
                      "globus::ClientApp<Parts...>: two of the parts are token storages or transports. Name one of "
                      "each.");
    else if constexpr (!Complete<T>)
        static_assert(Complete<T>,
                      "globus::ClientApp<Parts...>: its transport is declared only. For CurlTransport, which is the "
                      "default, include <globus/http/curl_transport.hpp>.");
    return true;
}
template <class... Parts>
struct ClientAppRequirements {
    static_assert(check_client_app<Parts...>());
};

}  // namespace detail

/**
 * A program that acts for itself, as a service account: it gets tokens by its id and secret, and keeps and renews them.
 *
 *     ClientApp app{Confidential{client_id, client_secret}, {.app_name = "ingest"}};
 *     auto search = app.client<SearchService>();
 *     search.ingest({.index_id = id, .data = document});
 *
 * No login is ever needed: a token is requested when a call needs one, once for all threads and processes that share
 * the storage.
 *
 * An app may name its services, as in ClientApp<SearchService, GroupsService>: see UserApp.
 *
 * @tparam Parts  in any order, or left out: where tokens are kept (JsonTokenStorage, which is the default,
 *                SqliteTokenStorage, MemoryTokenStorage); the transport (CurlTransport, which is the default,
 *                MockTransport, AnyTransport); the services that it has clients of (if there are none, all)
 *
 * @par Errors
 * TokenStorageError, and those of requests to Globus Auth. LoginError (cancelled) during the wait for another thread's
 * login.
 * @par Thread safety
 * Any function may be called from any thread. Copies refer to the same app.
 *
 * https://docs.globus.org/api/auth/reference/#client_credentials_grant
 */
template <class... Parts>
class ClientApp : detail::ClientAppRequirements<Parts...> {
    using Sorted = detail::AppParts<Parts...>;
    using S = typename Sorted::template part_or<detail::AppPart::token_storage, JsonTokenStorage>;
    using T = typename Sorted::template part_or<detail::AppPart::transport, CurlTransport>;

public:
    using Config = ClientAppConfig<S, T>;
    /// True for each service that the app may have clients of.
    template <class Service>
    static constexpr bool serves = Sorted::template serves<Service>;

    /// @throws UsageError  for an unusable app name
    explicit ClientApp(Confidential client, Config config = Config{})
        : state_(std::in_place, std::move(client), std::move(config)) {
        Sorted::require_scopes(*this);
    }

    /// The app's name from the configuration: part of the path of its tokens.
    [[nodiscard]] std::string const& app_name() const { return core().app_name; }
    /// "production", unless the configuration or GLOBUS_SDK_ENVIRONMENT says otherwise.
    [[nodiscard]] std::string const& environment() const { return core().place.environment; }
    /// The transport; a copy of it shares its connections.
    [[nodiscard]] T const& transport() const { return core().transport; }
    /// The storage of the tokens, without validation.
    [[nodiscard]] S const& token_storage() const { return core().tokens.storage(); }

    /// The scopes that the app needs so far, by resource server. `openid` of Globus Auth is always among them.
    [[nodiscard]] ScopeRequirements scope_requirements() const { return core().scope_requirements(); }
    /// Adds scopes that the app needs. Tokens that lack them count as missing from now on.
    void add_scope_requirements(std::string const& resource_server, std::vector<Scope> const& scopes) const {
        core().add_scope_requirements(resource_server, scopes);
    }
    /// All scopes that a login asks for: those needed, and those that `parameters` name.
    [[nodiscard]] std::vector<Scope> required_scopes(AuthorizationParameters const& parameters = {}) const {
        return core().required_scopes(parameters);
    }

    /// A client of a service that is authorized by this app.
    /// @throws UsageError  if the options name another environment than the app's
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<ClientApp>, T> client(Service service = Service{},
                                                                  std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<ClientApp> policy(*this, service);
        return client(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, with scopes of your choice.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<ClientApp>, T> client(Service service, std::vector<Scope> scopes,
                                                                  std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<ClientApp> policy(*this, service, std::move(scopes));
        return client(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, for a service that does not name its resource server, such as a Globus Connect Server.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<ClientApp>, T> client(Service service, AppPolicy<ClientApp> policy,
                                                                  std::optional<ClientOptions<T>> options = {}) const {
        static_assert(detail::check_served<ClientApp, Service>());
        return {std::move(service), std::move(policy), core().client_options(std::move(options))};
    }
    /// A policy for each service that the app names, as a hana::map: see UserApp::policies.
    template <class Asked = ClientApp>
    [[nodiscard]] auto policies() const {
        return Sorted::template policies<Asked>(*this);
    }

    /// True if a resource server has no valid token stored, so that `login` would request one.
    /// @throws what the storage throws
    [[nodiscard]] bool login_required(CallOptions const& call = {}) const { return core().login_required(call); }
    /// Gets tokens for all that the app needs in one request, if some are missing or `options` say so.
    void login(AppLoginOptions options = {}) const {
        core().login(options, [this](AppLoginOptions const& asked) { log_in(asked); });
    }
    /**
     * Revokes and forgets the stored tokens of the resource servers that the app uses: those of its clients, and Globus
     * Auth. What other programs have stored for others stays, and stays valid, unless `sweep` is set.
     *
     * @throws AuthApiError, NetworkError  if a token could not be revoked; it and those after it are still stored
     */
    void logout(AppLogoutOptions const& options = {}) const { core().logout(login_client(), options); }

    /// Runs `f`, and if a service refuses the token or asks for more scopes, gets new tokens and runs it once more: see
    /// UserApp::run.
    /// @throws what `f` and `login` throw
    template <class Function>
    auto run(Function&& f, std::stop_token stop = {}) const -> decltype(f()) {
        return core().run(f, stop, [this](AppLoginOptions const& asked) { log_in(asked); });
    }

    /// The authorization of a request to a resource server, for AppPolicy: the current token, or a new one.
    template <Transport U>
    [[nodiscard]] Authorization authorization_for(std::string_view server, U const& transport,
                                                  AuthContext const& context) const {
        return policy_of(server, context).authorize(transport, core().context_of(context));
    }
    /// Replaces a token that a service refused, for AppPolicy: true if there is another one now.
    template <Transport U>
    [[nodiscard]] bool replace_refused(std::string_view server, Authorization const& refused, U const& transport,
                                       AuthContext const& context) const {
        return core().replace_refused(policy_of(server, context), refused, transport, context);
    }

private:
    using Policy = ClientCredentialsPolicy;

    struct State {
        State(Confidential id, Config c)
            : client(std::move(id)),
              config(std::move(c)),
              core(client.client_id(), config, {has_scopes([this] { return core.scope_requirements(); })}) {}

        Confidential const client;
        Config const config;
        detail::AppCore<Policy, S, T> core;
    };

    [[nodiscard]] detail::AppCore<Policy, S, T>& core() const { return state_->core; }
    [[nodiscard]] Config const& config() const { return state_->config; }

    [[nodiscard]] LoginClient<Confidential, T> login_client() const {
        ClientOptions<T> options{.transport = transport()};
        options.base_url = core().place.auth_url;
        return LoginClient<Confidential, T>(BasicPolicy{state_->client}, std::move(options));
    }
    /// The policy in use for a resource server, or one that begins with the stored token. A token that lacks a scope is
    /// forgotten, so that it is not used.
    [[nodiscard]] Policy policy_of(std::string_view resource_server, AuthContext const& context) const {
        auto const make = [this](std::string const& server, CallOptions const& call) {
            Token token;
            try {
                token = core().tokens.get_token_data(server, call).token();
            } catch (TokenValidationError const& error) {
                if (error.kind() == TokenValidationError::Kind::unmet_scopes) core().tokens.remove_token_data(server);
            }
            token.resource_server = server;
            StringList scopes;
            for (Scope const& scope : Scope::parse(Scope::join(scope_requirements().at(server))))
                scopes.push_back(scope.text());
            return Policy(state_->client, std::move(scopes), std::move(token),
                          renewed_through(token_storage(), server,
                                          RenewalOptions{.on_error = config().on_error, .now = config().now}));
        };
        return core().policy_of(resource_server, context, make);
    }
    void log_in(AppLoginOptions const& options) const {
        StringList scopes;
        for (Scope const& scope : required_scopes(options.parameters)) scopes.push_back(scope.text());
        auto const answer =
            login_client().oauth2_client_credentials_tokens({.requested_scopes = scopes}, {.stop = options.stop});
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer->by_resource_server()) tokens.emplace(server, TokenData::from(token));
        core().store(tokens);
    }

    detail::ProcessBound<State> state_;
};

/// The types follow from the options.
template <class S, class T>
ClientApp(Confidential, ClientAppConfig<S, T>) -> ClientApp<S, T>;

}  // namespace globus

#endif  // GLOBUS_APP_CLIENT_APP_HPP
