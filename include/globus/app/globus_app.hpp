// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_GLOBUS_APP_HPP
#define GLOBUS_APP_GLOBUS_APP_HPP

#include <globus/app/app_policy.hpp>
#include <globus/app/gare.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/client/client.hpp>
#include <globus/client/client_with.hpp>
#include <globus/client/service.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/oauth/scopes.hpp>

#include <boost/hana/fwd/bool.hpp>
#include <boost/hana/fwd/filter.hpp>
#include <boost/hana/fwd/map.hpp>
#include <boost/hana/fwd/pair.hpp>
#include <boost/hana/fwd/unpack.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// What UserApp and ClientApp have in common.

namespace globus {

/// The options of an app's login.
struct AppLoginOptions {
    bool force = false;                       ///< even if the stored tokens would do
    AuthorizationParameters parameters = {};  ///< what the login must meet, as in a Gare
    std::stop_token stop = {};                ///< to cancel it, and the wait for another thread's login
};

/// The options of an app's logout.
struct AppLogoutOptions {
    /// Whether to revoke and forget the tokens of resource servers that the app does not use, too: everything in the
    /// namespace of its storage, including what other programs that share the file have there.
    bool sweep = false;
    CallOptions call = {};  ///< for the requests that revoke
};

namespace detail {

/// `T` is defined, not only declared.
template <class T>
concept Complete = requires { sizeof(T); };

/// What a type says about an app that has it in its own.
enum class AppPart : unsigned char { none, login_flow, token_storage, transport, service };

template <class P>
consteval AppPart app_part() {
    if constexpr (!Complete<P>)
        return AppPart::transport;  // CurlTransport, which the file has not included
    else if constexpr (LoginFlow<P>)
        return AppPart::login_flow;
    else if constexpr (TokenStorage<P>)
        return AppPart::token_storage;
    else if constexpr (Transport<P>)
        return AppPart::transport;
    else if constexpr (Service<P>)
        return AppPart::service;
    else
        return AppPart::none;
}
template <AppPart part>
struct AppPartIs {
    template <class P>
    struct Of : std::bool_constant<app_part<P>() == part> {};
};

/// The parts of an app's type, sorted by what they are.
template <class... Ps>
struct AppParts {
    template <AppPart part>
    static constexpr int count = count_of<AppPartIs<part>::template Of, Ps...>;
    /// The part of that kind, or Default.
    template <AppPart part, class Default>
    using part_or = typename FirstOf<AppPartIs<part>::template Of, Default, Ps...>::type;

    static constexpr bool known = count<AppPart::none> == 0;
    static constexpr bool once =
        count<AppPart::login_flow> <= 1 && count<AppPart::token_storage> <= 1 && count<AppPart::transport> <= 1;
    /// True if the app may have clients of S: it names that, or the service that S is cut down from, or none at all.
    template <class S>
    static constexpr bool serves =
        count<AppPart::service> == 0 || ((std::same_as<Ps, S> || std::same_as<Ps, WholeService<S>>) || ...);

    /// Tells `app` what the services need that it names, as far as their types say it.
    template <class App>
    static void require_scopes(App const& app) {
        (require_scopes_of<Ps>(app), ...);
    }
    /// A policy of `app` for each of its services, as a hana::map.
    template <class App>
    static constexpr auto policies(App const& app) {
        auto const services = boost::hana::filter(hana_types<App, Ps...>(), [](auto type) {
            return boost::hana::bool_<needs_no_data<typename decltype(type)::type>>();
        });
        return boost::hana::unpack(services, [&](auto... types) {
            return boost::hana::make_map(
                boost::hana::make_pair(types, AppPolicy<App>(app, typename decltype(types)::type{}))...);
        });
    }

private:
    /// S is a service whose resource server is known without an object of it.
    template <class S>
    static constexpr bool needs_no_data =
        requires { requires Service<S> && !std::string_view(S::resource_server).empty(); };

    template <class S, class App>
    static void require_scopes_of(App const& app) {
        if constexpr (needs_no_data<S>) (void)AppPolicy<App>(app, S{});
    }
};

/// The default storage of an app: a file storage at its default path; any other is default-constructed.
template <class S>
S default_token_storage(std::string const& client_id, std::string const& app_name, std::string const& environment) {
    if constexpr (std::default_initializable<S>) {
        return S();
    } else {
        static_assert(
            std::constructible_from<S, std::string>,
            "globus: this token storage cannot be made from a path. Give the app's configuration a `token_storage`.");
        constexpr bool is_json = std::same_as<S, JsonTokenStorage>;
        return S(default_token_path(client_id, app_name, environment, is_json ? ".json" : ".db"));
    }
}

/// The base URL of Globus Auth that an app uses, and the environment's name.
struct AppPlace {
    AppPlace(std::string environment_name, std::string url);
    std::string environment;
    std::string auth_url;
};

/// The scopes that an app needs so far; clients add to them.
class SharedRequirements {
public:
    [[nodiscard]] ScopeRequirements get() const;
    /// Adds scopes, and says whether the app needs more now than before.
    bool add(std::string const& server, std::vector<Scope> const& scopes);

private:
    mutable std::mutex mutex_;
    ScopeRequirements requirements_{{std::string(AuthScopes::resource_server), {Scope(AuthScopes::openid)}}};
};

/// One login at a time: the others wait for their turn, unless they are cancelled. It ends with this object.
class LoginTurn {
public:
    /// @throws LoginError  if it is cancelled before its turn comes
    /// @throws UsageError  if this thread has it already
    LoginTurn(std::shared_ptr<Turn> turn, std::stop_token const& stop);

private:
    CallbacksWait const callbacks_;
    TurnLock const turn_;
};

/**
 * What apps of both kinds have: their scopes, their tokens, and a policy for each resource server in use. What differs
 * is given to its functions: how to log in, and how to make a policy.
 *
 * Any function may be called from any thread.
 *
 * @tparam Policy  what is kept for a resource server
 */
template <class Policy, class S, class T>
class AppCore {
public:
    /// @param config  a UserAppConfig or ClientAppConfig
    template <class Config>
    AppCore(std::string const& client_id, Config const& config, std::vector<TokenValidator> validators)
        : app_name(config.app_name),
          place(config.environment, config.auth_url),
          transport(config.transport),
          tokens(storage_of(client_id, config, place), std::move(validators)) {}

    std::string const app_name;
    AppPlace const place;
    T const transport;
    ValidatingTokenStorage<S> const tokens;

    [[nodiscard]] ScopeRequirements scope_requirements() const { return requirements_.get(); }
    void add_scope_requirements(std::string const& server, std::vector<Scope> const& scopes) {
        if (server.empty()) throw UsageError("the resource server of a scope is empty");
        if (requirements_.add(server, scopes)) forget_policy(server);
    }
    [[nodiscard]] std::vector<Scope> required_scopes(AuthorizationParameters const& parameters) const {
        std::string text;
        for (auto const& [server, scopes] : scope_requirements()) text += Scope::join(scopes) + ' ';
        if (parameters.required_scopes)
            for (std::string const& scope : *parameters.required_scopes) text += scope + ' ';
        return Scope::parse(text);
    }

    /// The options of a client of the app: those given, completed by the app's transport and environment.
    [[nodiscard]] ClientOptions<T> client_options(std::optional<ClientOptions<T>> given) const {
        ClientOptions<T> options = given ? *std::move(given) : ClientOptions<T>{.transport = transport};
        if (options.environment.empty()) options.environment = place.environment;
        if (options.environment != place.environment)
            throw UsageError("the client is for the environment " + options.environment + ", but its app is for " +
                             place.environment);
        if (options.auth_url.empty()) options.auth_url = place.auth_url;
        return options;
    }

    [[nodiscard]] bool login_required(CallOptions const& call) const {
        for (auto const& [server, scopes] : scope_requirements()) {
            try {
                (void)tokens.get_token_data(server, call);
            } catch (TokenValidationError const&) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] LoginTurn login_turn(std::stop_token const& stop) const { return LoginTurn(logging_in_, stop); }
    /// Calls `log_in(options)`, if tokens are missing or `options` say so.
    template <class LogIn>
    void login(AppLoginOptions const& options, LogIn const& log_in) const {
        LoginTurn const turn = login_turn(options.stop);
        if (options.force || asks_for_anything(options.parameters) || login_required({.stop = options.stop}))
            log_in(options);
    }
    /// Stores the tokens of a login.
    void store(TokenDataByResourceServer const& answer) {
        tokens.store_token_data_by_resource_server(answer);
        forget_policies();
    }
    /// @param client  a LoginClient
    template <class C>
    void logout(C const& client, AppLogoutOptions const& options) {
        ScopeRequirements const mine = scope_requirements();
        for (auto const& [server, data] : tokens.storage().get_token_data_by_resource_server()) {
            if (!options.sweep && !mine.contains(server)) continue;
            (void)client.oauth2_revoke_token({.token = data.access_token}, options.call);
            if (!data.refresh_token.empty())
                (void)client.oauth2_revoke_token({.token = data.refresh_token}, options.call);
            tokens.remove_token_data(server);
        }
        if (options.sweep)
            tokens.clear();
        else
            tokens.forget_identity();
        forget_policies();
    }

    /// Runs `f`, and if only a login helps, calls `log_in(options)` and runs `f` once more.
    template <class F, class LogIn>
    auto run(F& f, std::stop_token const& stop, LogIn const& log_in) const -> decltype(f()) {
        std::optional<ScopeRequirements> had;  // what the login for tokens that were missing or refused asked for
        bool asked = false;                    // for what a service asked of the user
        for (;;) {
            std::uint64_t const logins = login_count();
            std::optional<Gare> gare;
            try {
                return f();
            } catch (TokenValidationError const& error) {
                bool const in_vain = had == scope_requirements();  // and not for what `f` has found out since
                if (in_vain || error.kind() == TokenValidationError::Kind::identity_mismatch) throw;
            } catch (ApiError const& error) {
                if (error.http_status() == 401 || error.http_status() == 403) gare = to_gare(error);
                if (gare ? asked : had || !refuses_token(error)) throw;
            }
            LoginTurn const turn = login_turn(stop);
            if (login_count() != logins) continue;  // another thread's login may do; it is not this one's only try
            AppLoginOptions options{.force = true, .stop = stop};
            if (gare) options.parameters = gare->authorization_parameters;
            log_in(options);
            had = scope_requirements();
            asked = asked || gare;
        }
    }

    /// The policy for a resource server: the one in use, or the result of `make_policy(server, call)`.
    template <class MakePolicy>
    [[nodiscard]] Policy policy_of(std::string_view server, AuthContext const& context, MakePolicy const& make_policy) {
        std::string const name(server);
        Wait const call{"the tokens of the app", context.deadline, context.stop};
        CallbacksWait const callbacks;
        std::unique_lock lock(mutex_);
        for (;;) {
            auto const found = policies_.find(name);
            if (found != policies_.end()) return found->second;
            if (!scope_requirements().contains(name))
                throw UsageError("the app has no scope requirements for the resource server '" + name + "'");
            std::uint64_t const before = forgotten_;
            std::optional<Policy> policy = making_.ask_or_wait(lock, call, [&] {
                return make_policy(name, CallOptions{.deadline = call.deadline, .stop = call.stop});
            });
            if (!policy) continue;
            // This policy may be made of what was forgotten meanwhile: then it is not kept.
            if (forgotten_ == before) policies_.insert_or_assign(name, *policy);
            return *std::move(policy);
        }
    }
    void forget_policy(std::string_view server) {
        std::lock_guard const lock(mutex_);
        policies_.erase(std::string(server));
        ++forgotten_;
    }
    /// Replaces the refused token of a policy: true if it has another one now. Generations belong to one policy, and
    /// `refused` may come from one that was forgotten meanwhile, so the tokens themselves are compared.
    template <class P, class U>
    [[nodiscard]] bool replace_refused(P const& policy, Authorization const& refused, U const& over,
                                       AuthContext const& context) const {
        Authorization const present = policy.authorize(over, context_of(context));
        if (!(present.header == refused.header)) return true;
        return policy.unauthorized(present, over, context_of(context));
    }
    [[nodiscard]] AuthContext context_of(AuthContext const& call) const {
        return {place.auth_url, call.deadline, call.stop};
    }

private:
    template <class Config>
    static S storage_of(std::string const& client_id, Config const& config, AppPlace const& where) {
        if (config.token_storage) return *config.token_storage;
        return default_token_storage<S>(client_id, config.app_name, where.environment);
    }
    /// True for a service's 401; one from the token endpoint is about the client.
    static bool refuses_token(ApiError const& error) {
        auto const* const from_auth = dynamic_cast<AuthApiError const*>(&error);
        return error.http_status() == 401 && (from_auth == nullptr || from_auth->oauth_error().empty());
    }
    void forget_policies() {
        std::lock_guard const lock(mutex_);
        policies_.clear();
        ++forgotten_;
        ++logins_;
    }
    [[nodiscard]] std::uint64_t login_count() const {
        std::lock_guard const lock(mutex_);
        return logins_;
    }

    SharedRequirements requirements_;
    std::shared_ptr<Turn> const logging_in_ = std::make_shared<Turn>(
        "a login was asked for by what logs in, such as the login flow of the same app: it would wait for itself; "
        "finish the Login that the flow was given");
    mutable std::mutex mutex_;  ///< of what follows
    std::map<std::string, Policy> policies_;
    std::uint64_t forgotten_ = 0;  ///< it grows when policies are forgotten
    std::uint64_t logins_ = 0;
    SingleFlight making_;  ///< of a policy; one at a time
};

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/globus_app.ipp>
#endif

#endif  // GLOBUS_APP_GLOBUS_APP_HPP
