// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_USER_APP_HPP
#define GLOBUS_APP_USER_APP_HPP

#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/globus_app.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/core/config.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/oauth/refresh_policy.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * Only a login of the user helps: there are no tokens, they have expired, or a scope or a consent is missing.
 *
 *     } catch (LoginRequiredError const& error) {
 *         Login login = error.login();
 *         redirect(login.url());                      // and later: app.finish_login(login, code, state)
 *     }
 */
class GLOBUS_VISIBLE LoginRequiredError : public TokenValidationError {
public:
    /// Has the kind of `why`, which it quotes.
    LoginRequiredError(TokenValidationError const& why, Login login)
        : TokenValidationError(why.kind(), std::string(why.what()) + ": the user has to log in"),
          login_(std::move(login)) {}

    /// The login to send the user to; it begins when its url() is called.
    [[nodiscard]] Login login() const { return login_; }

private:
    Login login_;
};

/**
 * The login flow that says "not now": `login` throws LoginRequiredError with the URL, and the program sends the user
 * there later and calls finish_login. It is for web applications, and for programs that run unattended.
 */
struct NoLoginFlow {
    [[noreturn]] TokenResponse run_login_flow(Login login, std::stop_token) const;
};

/// The configuration of a UserApp.
template <class F, class S, class T>
struct UserAppConfig {
    std::string app_name = {};                  ///< part of the path of the tokens, and of the label of the consent
    F login_flow = F();                         ///< how `login` asks the user
    std::optional<S> token_storage = {};        ///< by default where the reference keeps tokens, see default_token_path
    bool request_refresh_tokens = false;        ///< whether to keep the user logged in
    std::string login_redirect_uri = {};        ///< the application's own; a Confidential client needs one
    std::string environment = {};               ///< else GLOBUS_SDK_ENVIRONMENT, else production
    std::string auth_url = {};                  ///< base URL of Globus Auth; else the environment's
    std::chrono::seconds id_token_leeway{300};  ///< by how much this machine's clock may differ from Globus Auth's
    /// The transport of requests to Globus Auth, and of the clients that the app makes without options of their own.
    T transport = detail::default_transport<T>();
    /// Told what goes wrong during a call that goes on all the same: a TokenStorageError when a renewed token cannot be
    /// stored. It is called on the thread of the call; what it throws is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    std::function<std::int64_t()> now = {};  ///< seconds since 1970; for tests
};

namespace detail {

template <class K, class... Parts>
consteval bool check_user_app() {
    using All = AppParts<Parts...>;
    using T = typename All::template part_or<AppPart::transport, CurlTransport>;
    if constexpr (!ClientKind<K>)
        static_assert(
            ClientKind<K>,
            "globus::UserApp<K, Parts...>: K is not a kind of OAuth2 client. Use Native for an app that users "
            "install, or Confidential for one with a client secret.");
    else if constexpr (!All::known)
        static_assert(All::known,
                      "globus::UserApp<K, Parts...>: one of the parts is none of these: a login flow, such as "
                      "CommandLineLoginFlow, or yours with `TokenResponse run_login_flow(Login, std::stop_token) "
                      "const`; a token storage, such as JsonTokenStorage; a transport, such as MockTransport; a "
                      "service, such as TransferService.");
    else if constexpr (!All::once)
        static_assert(All::once,
                      "globus::UserApp<K, Parts...>: two of the parts are login flows, token storages or transports. "
                      "Name one of each.");
    else if constexpr (NeedsNativeApp<typename All::template part_or<AppPart::login_flow, NoLoginFlow>> &&
                       !std::same_as<K, Native>)
        static_assert(std::same_as<K, Native>,
                      "globus::UserApp<K, Parts...>: only an app without a secret may be redirected to a local server. "
                      "Use Native, or CommandLineLoginFlow with the Confidential client.");
    else if constexpr (!Complete<T>)
        static_assert(Complete<T>,
                      "globus::UserApp<K, Parts...>: its transport is declared only. For CurlTransport, which is the "
                      "default, include <globus/http/curl_transport.hpp>.");
    return true;
}
template <class K, class... Parts>
struct UserAppRequirements {
    static_assert(check_user_app<K, Parts...>());
};

/// What a UserApp keeps for one resource server: a token that is renewed, or one that is not.
template <class K>
struct UserPolicy {
    std::optional<RefreshPolicy<K>> renewing = {};
    Authorization authorization = {};
    std::int64_t expires_at_seconds = 0;
};

/// Refresh tokens that Globus Auth has refused. They count as missing, so that they are not tried in vain again.
class RefusedTokens {
public:
    void add(std::string_view server, Secret token);
    [[nodiscard]] bool contains(std::string const& server, Secret const& token) const;
    static TokenValidationError error(std::string_view server);
    /// It must not be used after the end of this object.
    [[nodiscard]] TokenValidator validator() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, Secret> tokens_;  ///< the last one for each resource server
};

/// The label of the consent, as in "backup on my-host".
std::string grant_label(std::string const& app_name);

}  // namespace detail

/**
 * A program that acts for its user: it asks once for a login, keeps the tokens, renews them, and asks again only if it
 * must.
 *
 *     UserApp app{Native{client_id}, {.app_name = "nightly backup", .request_refresh_tokens = true}};
 *     auto transfer = app.client<TransferService>();
 *     app.login();                                                    // asks only if it has to
 *     auto files = transfer.operation_ls({.endpoint_id = id});
 *
 * Each client that is made adds the scopes of its service to what the login asks for. Calls never prompt on their own:
 * if a login is needed they throw LoginRequiredError, and `app.run([&] { ... })` logs in and calls again.
 *
 * Tokens are stored with the identity that they act for; another user's login is refused until `logout`. The tokens of
 * a login that is refused, or that cannot be verified or stored, are revoked, if Globus Auth can be reached within ten
 * seconds; but not if only the clock is wrong: then the IdTokenError says by how much (see `id_token_leeway`).
 *
 * An app may name its services. Then it asks for the scopes of all of them from the beginning, whatever clients there
 * are, and a client of another service does not compile:
 *
 *     UserApp<Native, TransferService, GroupsService> app{Native{client_id}, {.app_name = "nightly backup"}};
 *     app.client<SearchService>();                                    // does not compile
 *
 * @tparam K      Native, or Confidential with a `login_redirect_uri`
 * @tparam Parts  in any order, or left out: how to ask the user (CommandLineLoginFlow, which is the default,
 *                LocalServerLoginFlow, NoLoginFlow, or your own); where tokens are kept (JsonTokenStorage, which is the
 *                default, SqliteTokenStorage, MemoryTokenStorage); the transport (CurlTransport, which is the default,
 *                MockTransport, AnyTransport); the services that it has clients of (if there are none, all)
 *
 * @par Errors
 * LoginRequiredError and TokenValidationError, LoginError of the flow, IdTokenError, TokenStorageError, and those of
 * requests to Globus Auth. UsageError for a login that a login flow asks of its own app, for an app that was moved
 * from, and in a forked child process, which must make its own app.
 * @par Thread safety
 * Any function may be called from any thread; one login runs at a time. Copies refer to the same app.
 */
template <class K, class... Parts>
class UserApp : detail::UserAppRequirements<K, Parts...> {
    using Sorted = detail::AppParts<Parts...>;
    using F = typename Sorted::template part_or<detail::AppPart::login_flow, CommandLineLoginFlow>;
    using S = typename Sorted::template part_or<detail::AppPart::token_storage, JsonTokenStorage>;
    using T = typename Sorted::template part_or<detail::AppPart::transport, CurlTransport>;

public:
    using Config = UserAppConfig<F, S, T>;
    /// True for each service that the app may have clients of.
    template <class Service>
    static constexpr bool serves = Sorted::template serves<Service>;

    /// @param client  Native{client_id} or Confidential{client_id, client_secret}
    /// @throws UsageError  for a Confidential client without login_redirect_uri, an unusable app name, and a negative
    ///                     leeway
    explicit UserApp(K client, Config config = Config{}) : state_(std::in_place, std::move(client), std::move(config)) {
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

    /**
     * A client of a service that is authorized by this app.
     *
     *     auto transfer = app.client<TransferService>();
     *     auto flow = app.client(SpecificFlowService{flow_id});
     *
     * @throws UsageError  if the options name another environment than the app's
     */
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<UserApp>, T> client(Service service = Service{},
                                                                std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<UserApp> policy(*this, service);
        return client(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, with scopes of your choice.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<UserApp>, T> client(Service service, std::vector<Scope> scopes,
                                                                std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<UserApp> policy(*this, service, std::move(scopes));
        return client(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, for a service that does not name its resource server, such as a Globus Connect Server.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<UserApp>, T> client(Service service, AppPolicy<UserApp> policy,
                                                                std::optional<ClientOptions<T>> options = {}) const {
        static_assert(detail::check_served<UserApp, Service>());
        return {std::move(service), std::move(policy), core().client_options(std::move(options))};
    }
    /// A policy for each service that the app names: a hana::map by their types, as in
    /// `app.policies()[hana::type_c<TransferService>]`, for files that include <boost/hana.hpp>. A service with data of
    /// its own, such as the id of a flow, is not in it.
    template <class Asked = UserApp>
    [[nodiscard]] auto policies() const {
        return Sorted::template policies<Asked>(*this);
    }

    /// True if a resource server has no valid token stored, so that `login` would ask.
    /// @throws what the storage throws, and what asking for consents throws
    [[nodiscard]] bool login_required(CallOptions const& call = {}) const { return core().login_required(call); }
    /// Asks the user to log in, if tokens are missing or `options` say so, and stores the tokens.
    void login(AppLoginOptions options = {}) const {
        core().login(options, [this](AppLoginOptions const& asked) { log_in(asked); });
    }

    /// A login that the program runs itself: send the user to its url(), then call finish_login.
    [[nodiscard]] Login start_login(AuthorizationParameters parameters = {}) const {
        std::vector<std::string> scopes;
        for (Scope const& scope : required_scopes(parameters)) scopes.push_back(scope.text());
        parameters.required_scopes = std::move(scopes);
        AuthorizationCodeFlow::Settings settings;
        settings.redirect_uri = config().login_redirect_uri;
        settings.refresh_tokens = config().request_refresh_tokens;
        if (std::same_as<K, Native>) settings.prefill_named_grant = detail::grant_label(app_name());
        return Login(login_client(), std::move(parameters), std::move(settings));
    }
    /// Ends a login with the code and the state that the redirect brought, and stores the tokens.
    /// @throws UsageError  if the state is not that login's
    void finish_login(Login login, Secret code, std::string_view returned_state, std::stop_token stop = {}) const {
        detail::LoginTurn const turn = core().login_turn(stop);
        store(login.finish(std::move(code), returned_state, stop), stop);
    }

    /**
     * Revokes and forgets the stored tokens of the resource servers that the app uses: those of its clients, and Globus
     * Auth. What other programs have stored for others stays, and stays valid, unless `sweep` is set.
     *
     * @throws AuthApiError, NetworkError  if a token could not be revoked; it and those after it are still stored
     */
    void logout(AppLogoutOptions const& options = {}) const { core().logout(login_client(), options); }

    /**
     * Runs `f`, and if only a login helps, logs in and runs it once more: after LoginRequiredError, after a 401 or 403
     * that says what the user has to do (to_gare), and after a 401 to a token that cannot be renewed. The login runs
     * here and not inside a request, so no deadline ends it and no other call waits for it. If `f` finds out then that it
     * needs more scopes, as a Collection does, there is another login for those.
     *
     *     auto files = app.run([&] { return transfer.operation_ls({.endpoint_id = id}); });
     *
     * When several threads need a login at the same time, one logs in for all.
     *
     * @throws what `f` and `login` throw
     */
    template <class Function>
    auto run(Function&& f, std::stop_token stop = {}) const -> decltype(f()) {
        return core().run(f, stop, [this](AppLoginOptions const& asked) { log_in(asked); });
    }

    /// The authorization of a request to a resource server, for AppPolicy: the current token, or a new one.
    template <Transport U>
    [[nodiscard]] Authorization authorization_for(std::string_view server, U const& transport,
                                                  AuthContext const& context) const {
        return or_login_required(server, [&](Policy& policy) {
            for (bool again = false;; again = true) {
                policy = policy_of(server, context);
                if (policy.renewing) return policy.renewing->authorize(transport, core().context_of(context));
                if (policy.expires_at_seconds >= now()) return policy.authorization;
                core().forget_policy(server);
                if (again)
                    throw TokenValidationError(TokenValidationError::Kind::expired,
                                               "the token for " + std::string(server) + " has expired");
            }
        });
    }
    /// Replaces a token that a service refused, for AppPolicy: true if there is another one now.
    template <Transport U>
    [[nodiscard]] bool replace_refused(std::string_view server, Authorization const& refused, U const& transport,
                                       AuthContext const& context) const {
        return or_login_required(server, [&](Policy& policy) {
            policy = policy_of(server, context);
            if (policy.renewing) return core().replace_refused(*policy.renewing, refused, transport, context);
            core().forget_policy(server);  // another program may have logged in and stored a new token
            return !(policy_of(server, context).authorization.header == refused.header);
        });
    }

private:
    using Policy = detail::UserPolicy<K>;

    struct State {
        State(K id, Config c)
            : client(std::move(id)), config(checked(std::move(c))), core(client.client_id(), config, validators()) {}

        K const client;
        Config const config;
        detail::RefusedTokens refused;
        detail::AppCore<Policy, S, T> core;
        JwksCache<T> const keys{config.transport, core.place.auth_url};

        static Config checked(Config config) {
            if (std::same_as<K, Confidential> && config.login_redirect_uri.empty())
                throw UsageError("a Confidential client needs a login_redirect_uri: the one that is registered for it");
            if (config.id_token_leeway < config.id_token_leeway.zero())
                throw UsageError("id_token_leeway is negative: it says by how much clocks may differ");
            return config;
        }
        /// The rules for the tokens of `core`, which is not yet there when they are made.
        [[nodiscard]] std::vector<TokenValidator> validators() const {
            return {config.request_refresh_tokens ? has_refresh_tokens() : not_expired(config.now), refused.validator(),
                    has_scopes([this] { return core.scope_requirements(); },
                               [this](std::string const& identity_id, CallOptions const& call) {
                                   return consents(identity_id, call);
                               }),
                    unchanging_identity()};
        }
        /// A user's consents, requested with the token of Globus Auth, which is renewed if possible.
        [[nodiscard]] ConsentForest consents(std::string const& identity_id, CallOptions const& call) const {
            using Kind = TokenValidationError::Kind;
            auto const token = core.tokens.storage().get_token_data(AuthScopes::resource_server);
            if (!token)
                throw TokenValidationError(Kind::missing_token,
                                           "there is no token of Globus Auth to ask for consents with");
            ClientOptions<T> options{.transport = config.transport};
            options.base_url = core.place.auth_url;
            auto const ask = [&](auto policy) {
                Client<AuthService, decltype(policy), T> const auth{std::move(policy), std::move(options)};
                return ConsentForest(auth.get_consents({.identity_id = identity_id}, call)->consents);
            };
            try {
                if (token->refresh_token.empty()) return ask(AccessTokenPolicy(token->access_token));
                return ask(renewing_policy(std::string(AuthScopes::resource_server)));
            } catch (AuthApiError const& error) {
                if (error.http_status() != 401 && error.oauth_error() != "invalid_grant") throw;
                throw TokenValidationError(Kind::expired, "Globus Auth refuses the token to ask for consents with");
            }
        }
        [[nodiscard]] RefreshPolicy<K> renewing_policy(std::string const& server) const {
            return stored_refresh_policy(client, core.tokens.storage(), server,
                                         {.on_error = config.on_error, .now = config.now});
        }
    };

    [[nodiscard]] detail::AppCore<Policy, S, T>& core() const { return state_->core; }
    [[nodiscard]] Config const& config() const { return state_->config; }

    /// Runs `f(policy)`, which sets `policy` to what it used; throws LoginRequiredError if only a login can help.
    template <class Function>
    auto or_login_required(std::string_view server, Function const& f) const {
        Policy used;
        try {
            return f(used);
        } catch (TokenValidationError const& error) {
            throw LoginRequiredError(error, start_login());
        } catch (AuthApiError const& error) {
            if (error.oauth_error() != "invalid_grant") throw;
            if (used.renewing) state_->refused.add(server, used.renewing->token().refresh_token);
            core().forget_policy(server);  // another program may log in and store a new token
            throw LoginRequiredError(detail::RefusedTokens::error(server), start_login());
        }
    }

    [[nodiscard]] std::int64_t now() const { return config().now ? config().now() : detail::unix_now(); }

    [[nodiscard]] LoginClient<K, T> login_client() const {
        ClientOptions<T> options{.transport = transport()};
        options.base_url = core().place.auth_url;
        K const& app = state_->client;
        if constexpr (std::same_as<K, Native>)
            return {NativeAppAuthService{app.client_id()}, NullPolicy{}, std::move(options)};
        else
            return LoginClient<K, T>(BasicPolicy{app}, std::move(options));
    }

    /// The policy in use for a resource server, or one made from what is stored.
    [[nodiscard]] Policy policy_of(std::string_view resource_server, AuthContext const& context) const {
        auto const make = [this](std::string const& server, CallOptions const& call) -> Policy {
            TokenData const data = core().tokens.get_token_data(server, call);
            if (config().request_refresh_tokens) return {.renewing = state_->renewing_policy(server)};
            detail::check_token("a stored access token", data.access_token.reveal());
            return {.authorization = {Secret("Bearer " + data.access_token.reveal())},
                    .expires_at_seconds = data.expires_at_seconds};
        };
        return core().policy_of(resource_server, context, make);
    }

    void log_in(AppLoginOptions const& options) const {
        store(config().login_flow.run_login_flow(start_login(options.parameters), options.stop), options.stop);
    }
    void store(TokenResponse const& answer, std::stop_token const& stop) const {
        try {
            check_and_store(answer, stop);
        } catch (IdTokenError const& error) {
            if (!error.clock_difference()) revoke(answer, stop);  // the tokens are good if only the clock is wrong
            throw;
        } catch (...) {
            revoke(answer, stop);
            throw;
        }
    }
    /// Revokes tokens that nobody will use. It ignores errors, since the reason why the login failed is what counts.
    void revoke(TokenResponse const& answer, std::stop_token const& stop) const {
        auto const client = login_client();
        auto const deadline = http::Clock::now() + std::chrono::seconds(10);
        for (auto const& [server, token] : answer.by_resource_server()) {
            for (Secret const& secret : {token.refresh_token, token.access_token}) {
                try {
                    if (!secret.empty() && !is_stored(secret))
                        (void)client.oauth2_revoke_token({.token = secret}, {.deadline = deadline, .stop = stop});
                } catch (std::exception const&) {
                }
            }
        }
    }
    /// False also if the storage cannot be read, since its tokens are of no use then.
    [[nodiscard]] bool is_stored(Secret const& secret) const {
        try {
            for (auto const& [server, data] : token_storage().get_token_data_by_resource_server())
                if (data.access_token == secret || data.refresh_token == secret) return true;
        } catch (std::exception const&) {
        }
        return false;
    }
    void check_and_store(TokenResponse const& answer, std::stop_token const& stop) const {
        std::string identity;
        if (!answer.id_token().empty())
            identity = decode_id_token(answer, state_->client.client_id(), state_->keys,
                                       {.leeway = config().id_token_leeway, .now = config().now, .stop = stop})
                           .sub;
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer.by_resource_server())
            tokens.emplace(server, TokenData::from(token, identity));
        core().store(tokens);
    }

    detail::ProcessBound<State> state_;
};

/// The types follow from the options.
template <class K, class F, class S, class T>
UserApp(K, UserAppConfig<F, S, T>) -> UserApp<K, F, S, T>;

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/user_app.ipp>
#endif

#endif  // GLOBUS_APP_USER_APP_HPP
