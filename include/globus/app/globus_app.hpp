// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_GLOBUS_APP_HPP
#define GLOBUS_APP_GLOBUS_APP_HPP

#include <globus/app/app_policy.hpp>
#include <globus/app/gare.hpp>
#include <globus/app/json_token_storage.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/client/client.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/scope.hpp>
#include <globus/oauth/scopes.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
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

/// The default storage of an app: a file storage at its default path; any other is default-constructed.
template <class S>
S default_token_storage(std::string const& client_id, std::string const& app_name, std::string const& environment) {
    if constexpr (std::default_initializable<S>) {
        return S();
    } else {
        static_assert(
            std::constructible_from<S, std::string>,
            "globus: this token storage cannot be made from a path. Give the app's configuration a `storage`.");
        constexpr bool is_json = std::same_as<S, JsonTokenStorage>;
        return S(default_token_path(client_id, app_name, environment, is_json ? ".json" : ".db"));
    }
}

/// The base URL of Globus Auth that an app uses, and the environment's name.
struct AppPlace {
    AppPlace(std::string environment_name, std::string url);
    std::string environment_;
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
 * The state and functions of an app of either kind.
 *
 * @tparam App     the kind: it has `login_client()`, `make_policy(server)`, `login_after(logins, options)`
 * @tparam Policy  what it keeps for a resource server
 */
template <class App, class Policy, class S, class T>
class AppBase {
public:
    /// The app's name from the configuration: part of the path of its tokens.
    [[nodiscard]] std::string const& app_name() const { return common_->app_name; }
    /// "production", unless the configuration or GLOBUS_SDK_ENVIRONMENT says otherwise.
    [[nodiscard]] std::string const& environment() const { return common_->place.environment_; }
    /// The transport; a copy of it shares its connections.
    [[nodiscard]] T const& transport() const { return common_->transport; }
    /// The storage of the tokens, without validation.
    [[nodiscard]] S const& token_storage() const { return common_->tokens.storage(); }

    /// The scopes that the app needs so far, by resource server. `openid` of Globus Auth is always among them.
    [[nodiscard]] ScopeRequirements scope_requirements() const { return common_->requirements->get(); }
    /// Adds scopes that the app needs. Tokens that lack them count as missing from now on.
    void add_scope_requirements(std::string const& resource_server, std::vector<Scope> const& scopes) const {
        if (resource_server.empty()) throw UsageError("the resource server of a scope is empty");
        if (common_->requirements->add(resource_server, scopes)) forget_policy(resource_server);
    }
    /// All scopes that a login asks for: those needed, and those that `parameters` name.
    [[nodiscard]] std::vector<Scope> required_scopes(AuthorizationParameters const& parameters = {}) const {
        std::string text;
        for (auto const& [server, scopes] : scope_requirements()) text += Scope::join(scopes) + ' ';
        if (parameters.required_scopes)
            for (std::string const& scope : *parameters.required_scopes) text += scope + ' ';
        return Scope::parse(text);
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
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service = Service{},
                                                            std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<App> policy(self(), service);
        return client_with(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, with scopes of your choice.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service, std::vector<Scope> scopes,
                                                            std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<App> policy(self(), service, std::move(scopes));
        return client_with(std::move(service), std::move(policy), std::move(options));
    }
    /// The same, for a service that does not name its resource server, such as a Globus Connect Server.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service, AppPolicy<App> policy,
                                                            std::optional<ClientOptions<T>> options = {}) const {
        return client_with(std::move(service), std::move(policy), std::move(options));
    }

    /// True if a resource server has no valid token stored, so that `login` would ask.
    /// @throws what the storage throws, and what asking for consents throws
    [[nodiscard]] bool login_required(CallOptions const& call = {}) const {
        for (auto const& [server, scopes] : scope_requirements()) {
            try {
                (void)common_->tokens.get_token_data(server, call);
            } catch (TokenValidationError const&) {
                return true;
            }
        }
        return false;
    }

    /**
     * Revokes and forgets the stored tokens of the resource servers that the app uses: those of its clients, and Globus
     * Auth. What other programs have stored for others stays, and stays valid, unless `sweep` is set.
     *
     * @throws AuthApiError, NetworkError  if a token could not be revoked; it and those after it are still stored
     */
    void logout(AppLogoutOptions const& options = {}) const {
        auto const client = self().login_client();
        ScopeRequirements const mine = scope_requirements();
        for (auto const& [server, data] : token_storage().get_token_data_by_resource_server()) {
            if (!options.sweep && !mine.contains(server)) continue;
            (void)client.oauth2_revoke_token({.token = data.access_token}, options.call);
            if (!data.refresh_token.empty())
                (void)client.oauth2_revoke_token({.token = data.refresh_token}, options.call);
            common_->tokens.remove_token_data(server);
        }
        if (options.sweep)
            common_->tokens.clear();
        else
            common_->tokens.forget_identity();
        forget_policies();
    }

    /**
     * Runs `f`, and if only a login helps, logs in and runs it once more: after LoginRequiredError, after a 401 or 403
     * that says what the user has to do (to_gare), and after a 401 to a token that cannot be renewed. The login runs
     * here and not inside a request, so no deadline ends it and no other call waits for it.
     *
     *     auto files = app.run([&] { return transfer.operation_ls({.endpoint_id = id}); });
     *
     * When several threads need a login at the same time, one logs in for all.
     *
     * @throws what `f` and `login` throw
     */
    template <class F>
    auto run(F&& f, std::stop_token stop = {}) const -> decltype(f()) {
        bool logged_in = false;  // for tokens that were missing or refused
        bool asked = false;      // for what a service asked of the user
        for (;;) {
            std::uint64_t const logins = login_count();
            std::optional<Gare> gare;
            try {
                return f();
            } catch (TokenValidationError const& error) {
                if (logged_in || error.kind() == TokenValidationError::Kind::identity_mismatch) throw;
            } catch (ApiError const& error) {
                if (error.http_status() == 401 || error.http_status() == 403) gare = to_gare(error);
                if (gare ? asked : logged_in || !refuses_token(error)) throw;
            }
            AuthorizationParameters parameters;
            if (gare) parameters = gare->authorization_parameters;
            // What another thread's login has brought may do; it is not this one's only try.
            if (!self().login_after(logins, {.force = true, .parameters = std::move(parameters), .stop = stop}))
                continue;
            logged_in = true;
            asked = asked || gare;
        }
    }

protected:
    struct Common;
    explicit AppBase(detail::ProcessBound<Common> common) : common_(std::move(common)) {}

    struct Common {
        Common(std::string name, AppPlace where, T t, std::shared_ptr<SharedRequirements> needs,
               ValidatingTokenStorage<S> storage)
            : app_name(std::move(name)),
              place(std::move(where)),
              transport(std::move(t)),
              requirements(std::move(needs)),
              tokens(std::move(storage)) {}
        std::string const app_name;
        AppPlace const place;
        T const transport;
        std::shared_ptr<SharedRequirements> const requirements;
        ValidatingTokenStorage<S> const tokens;

        std::shared_ptr<Turn> const logging_in = std::make_shared<Turn>(
            "a login was asked for by what logs in, such as the login flow of the same app: it would wait for itself; "
            "finish the Login that the flow was given");
        std::mutex mutex;  ///< of what follows
        std::map<std::string, Policy> policies;
        std::uint64_t forgotten = 0;  ///< it grows when policies are forgotten
        std::uint64_t logins = 0;
        SingleFlight making;  ///< of a policy; one at a time
    };

    /// The policy for a resource server: the one in use, or a new one from what is stored.
    [[nodiscard]] Policy policy_of(std::string_view server, AuthContext const& context) const {
        std::string const name(server);
        Wait const call{"the tokens of the app", context.deadline, context.stop};
        CallbacksWait const callbacks;
        std::unique_lock lock(common_->mutex);
        for (;;) {
            auto const found = common_->policies.find(name);
            if (found != common_->policies.end()) return found->second;
            if (!scope_requirements().contains(name))
                throw UsageError("the app has no scope requirements for the resource server '" + name + "'");
            std::uint64_t const before = common_->forgotten;
            std::optional<Policy> policy = common_->making.ask_or_wait(
                lock, call, [&] { return self().make_policy(name, {.deadline = call.deadline, .stop = call.stop}); });
            if (!policy) continue;
            // what was forgotten meanwhile may be what this one is made of
            if (common_->forgotten == before) common_->policies.insert_or_assign(name, *policy);
            return *std::move(policy);
        }
    }
    void forget_policy(std::string_view server) const {
        std::lock_guard const lock(common_->mutex);
        common_->policies.erase(std::string(server));
        ++common_->forgotten;
    }
    void forget_policies() const {
        std::lock_guard const lock(common_->mutex);
        common_->policies.clear();
        ++common_->forgotten;
        ++common_->logins;
    }
    [[nodiscard]] std::uint64_t login_count() const {
        std::lock_guard const lock(common_->mutex);
        return common_->logins;
    }
    /// After a 401 for `refused`: true when a policy has another token now. Generations belong to one policy, and
    /// `refused` may come from one that was forgotten meanwhile, so the tokens themselves are compared.
    template <class P, class U>
    [[nodiscard]] bool has_another(P const& policy, Authorization const& refused, U const& transport,
                                   AuthContext const& context) const {
        Authorization const present = policy.authorize(transport, context_of(context));
        if (!(present.header == refused.header)) return true;
        return policy.unauthorized(present, transport, context_of(context));
    }
    [[nodiscard]] AuthContext context_of(AuthContext const& call) const {
        return {common_->place.auth_url, call.deadline, call.stop};
    }

    ProcessBound<Common> common_;

private:
    /// True for a service's 401; one from the token endpoint is about the client.
    static bool refuses_token(ApiError const& error) {
        auto const* const from_auth = dynamic_cast<AuthApiError const*>(&error);
        return error.http_status() == 401 && (from_auth == nullptr || from_auth->oauth_error().empty());
    }
    [[nodiscard]] App const& self() const { return static_cast<App const&>(*this); }

    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client_with(Service service, AppPolicy<App> policy,
                                                                 std::optional<ClientOptions<T>> options) const {
        if (!options) options.emplace(ClientOptions<T>{.transport = transport()});
        if (options->environment.empty()) options->environment = environment();
        if (options->environment != environment())
            throw UsageError("the client is for the environment " + options->environment + ", but its app is for " +
                             environment());
        if (options->auth_url.empty()) options->auth_url = common_->place.auth_url;
        return {std::move(service), std::move(policy), std::move(*options)};
    }
};

}  // namespace detail
}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/globus_app.ipp>
#endif

#endif  // GLOBUS_APP_GLOBUS_APP_HPP
