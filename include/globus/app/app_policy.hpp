// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_APP_POLICY_HPP
#define GLOBUS_APP_APP_POLICY_HPP

#include <globus/client/service.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/scope.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// An app gives authorizations for resource servers, and replaces those that a service refuses. Models: UserApp,
/// ClientApp.
template <class A, class T>
concept AuthorizingApp =
    std::copy_constructible<A> && requires(A const& app, std::string_view server, T const& transport,
                                           AuthContext const& context, Authorization const& refused) {
        { app.authorization_for(server, transport, context) } -> std::same_as<Authorization>;
        { app.replace_refused(server, refused, transport, context) } -> std::same_as<bool>;
    };

namespace detail {

/// Says in one sentence that an app names its services, and S is none of them.
template <class App, class S>
consteval bool check_served() {
    if constexpr (requires { App::template serves<S>; })
        static_assert(App::template serves<S>,
                      "globus: this app names its services, and this one is not among them, or not with all its "
                      "operations. Add it to the app's type, as in UserApp<Native, TransferService, GroupsService>.");
    return true;
}

}  // namespace detail

/**
 * A policy that authorizes the clients of one service by an app: by its tokens, renewals and logins.
 *
 *     UserApp app{Native{client_id}, {.app_name = "backup"}};
 *     Client<TransferService, AppPolicy<UserApp<Native>>> transfer{AppPolicy{app, TransferService{}}};
 *     auto same = app.client<TransferService>();
 *
 * Making a policy tells the app that it needs the service's scopes.
 *
 * @par Errors
 * LoginRequiredError if only a login can help; what a renewal throws.
 * @par Thread safety
 * Any function may be called from any thread.
 */
template <class App>
class AppPolicy {
public:
    using credential = BearerCredential;

    /// For a resource server and scopes of your choice: a collection, or a Globus Connect Server endpoint.
    AppPolicy(App app, std::string resource_server, std::vector<Scope> scopes)
        : app_(std::move(app)), resource_server_(std::move(resource_server)) {
        app_.add_scope_requirements(resource_server_, std::move(scopes));
    }
    /// For a service, with the scopes that it names: its `default_scopes`.
    template <class Service>
        requires(!std::convertible_to<Service, std::string>)
    AppPolicy(App app, Service const& service) : AppPolicy(std::move(app), server_of(service), scopes_of(service)) {}
    /// For a service, with scopes of your choice instead.
    template <class Service>
        requires(!std::convertible_to<Service, std::string>)
    AppPolicy(App app, Service const& service, std::vector<Scope> scopes)
        : AppPolicy(std::move(app), server_of(service), std::move(scopes)) {}

    template <class T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        detail::check_audience(resource_server_, context);
        return app_.authorization_for(resource_server_, transport, context);
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        return app_.replace_refused(resource_server_, refused, transport, context);
    }

    /// Tells the app that this service needs one more scope. The next call asks for a login if that is missing.
    void add_app_scope(Scope scope) const { app_.add_scope_requirements(resource_server_, {std::move(scope)}); }
    /// The app whose tokens these are: a handle, like the app itself.
    [[nodiscard]] App const& app() const noexcept { return app_; }
    /// The resource server for which the app is asked for tokens.
    [[nodiscard]] std::string const& resource_server() const noexcept { return resource_server_; }

private:
    template <class Service>
    static std::string server_of(Service const& service) {
        static_assert(detail::check_served<App, Service>());
        static_assert(
            requires { service.resource_server; } || requires { service.resource_server(); },
            "globus::AppPolicy: this service has no resource server of its own. Give the policy the resource server "
            "and its scopes: AppPolicy(app, endpoint_id, "
            "{Scope(GcsEndpointScopes(endpoint_id).manage_collections())}).");
        return std::string(detail::resource_server_of(service));
    }
    template <class Service>
    static std::vector<Scope> scopes_of(Service const& service) {
        std::vector<Scope> scopes;
        auto const add = [&](auto const& names) {
            for (std::string_view const scope : names) scopes.emplace_back(scope);
        };
        if constexpr (requires { service.default_scopes(); })
            add(service.default_scopes());
        else if constexpr (requires { service.default_scopes; })
            add(service.default_scopes);
        return scopes;
    }

    App app_;
    std::string resource_server_;
};

}  // namespace globus

#endif  // GLOBUS_APP_APP_POLICY_HPP
