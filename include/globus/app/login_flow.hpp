// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_LOGIN_FLOW_HPP
#define GLOBUS_APP_LOGIN_FLOW_HPP

#include <globus/client/client.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/secret.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token.hpp>
#include <globus/services/auth/service.hpp>

#include <concepts>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// A login ended without a code: the user said no, nobody came, or there is no way to ask.
class GLOBUS_VISIBLE LoginError : public Error {
public:
    /// Why there is no code.
    enum class Kind : unsigned char {
        refused,      ///< Globus Auth or the user refused; `what()` has its reason
        unavailable,  ///< no browser can be opened from here
        no_code,      ///< the input ended before a code came
        timeout,      ///< nobody came in time
        cancelled,    ///< the stop_token asked
    };

    /// For a program's own login flows.
    LoginError(Kind kind, std::string const& what) : Error(what), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(LoginError::Kind kind) noexcept {
    switch (kind) {
        case LoginError::Kind::refused:
            return "refused";
        case LoginError::Kind::unavailable:
            return "unavailable";
        case LoginError::Kind::no_code:
            return "no_code";
        case LoginError::Kind::timeout:
            return "timeout";
        case LoginError::Kind::cancelled:
            return "cancelled";
    }
    return "unknown";
}

namespace detail {

/// Why a login was refused, as a redirect says it: one line, short enough for a message.
std::string refusal_text(std::string const& error, std::string const& description);

}  // namespace detail

/// The login client of an app: a confidential app authenticates by HTTP Basic, a native one names itself.
template <class K, class T>
using LoginClient = std::conditional_t<std::same_as<K, Native>, Client<NativeAppAuthService, NullPolicy, T>,
                                       Client<ConfidentialAppAuthService, BasicPolicy, T>>;

/**
 * One login of a user, in progress: where to send the browser, and what to do with the code that comes back.
 *
 *     Login login = app.start_login();
 *     redirect(login.url());                             // the page of a web application, for example
 *     ...
 *     app.finish_login(login, query["code"], query["state"]);
 *
 * Each `start` makes a new `state` of 128 random bits and a new PKCE verifier; both are checked when the code comes,
 * and a code is exchanged once. A Login is a handle: copies refer to the same login.
 *
 * @par Thread safety
 * Any function may be called from any thread. In a forked child process, each is a UsageError.
 *
 * RFC 6749, section 4.1; RFC 7636; RFC 9700
 */
class Login {
public:
    /**
     * @param client      asks for the tokens
     * @param parameters  what is requested: `required_scopes` are all scopes of the login
     * @param settings    whether refresh tokens are wanted, the name of the session, and the application's own redirect
     *                    URI
     */
    template <class C>
    Login(C client, AuthorizationParameters parameters, AuthorizationCodeFlow::Settings settings)
        : state_(std::in_place) {
        settings.auth_url = client.base_url();
        if constexpr (requires { client.service().client_id(); })
            settings.client_id = client.service().client_id();
        else
            settings.client_id = client.authorizer().client_id();
        settings.scope = join_scopes(parameters.required_scopes.value_or(std::vector<std::string>{}));
        state_->parameters = std::move(parameters);
        state_->settings = std::move(settings);
        state_->exchange = [client = std::move(client)](AuthorizationCodeFlow const& flow, Secret code,
                                                        std::stop_token stop) {
            return *client.oauth2_exchange_code_for_tokens(flow, std::move(code), CallOptions{.stop = std::move(stop)});
        };
    }

    /// What is requested of the user.
    [[nodiscard]] AuthorizationParameters const& parameters() const { return state_->parameters; }
    /// The application's own redirect URI; empty if the login flow brings one.
    [[nodiscard]] std::string const& redirect_uri() const { return state_->settings.redirect_uri; }

    /// Begins a login, and returns the URL to send the user to; the code comes to `redirect_uri`. An earlier start
    /// becomes void.
    std::string start(std::string redirect_uri);
    /// The same, with the application's redirect URI, or else the page of Globus Auth that shows the code.
    std::string start();
    /// The URL of the last `start`; if there was none, it starts.
    [[nodiscard]] std::string url();

    /// True if `returned` is the `state` that was sent, compared in a time that reveals nothing about it.
    [[nodiscard]] bool is_state(std::string_view returned) const;

    /**
     * Exchanges a code that the user copied from Globus' page.
     *
     * @throws UsageError    if no login has begun, or its code was already exchanged
     * @throws AuthApiError  if Globus Auth refuses the code
     * @throws NetworkError  if no answer came. The request is not repeated once it may have arrived, since a code works
     *                       once: begin a new login. If it certainly was not sent, this may be called again.
     */
    TokenResponse finish(Secret code, std::stop_token stop = {});
    /// Exchanges a code that came by a redirect, which brings the `state`, too.
    /// @throws UsageError  also if that is not the state that was sent: the answer may be forged; the login goes on
    TokenResponse finish(Secret code, std::string_view returned_state, std::stop_token stop = {});

private:
    /// Continues a login whose code was not sent, unless another has begun meanwhile.
    void take_back(AuthorizationCodeFlow flow) const;

    struct State {
        AuthorizationParameters parameters;
        AuthorizationCodeFlow::Settings settings;
        std::function<TokenResponse(AuthorizationCodeFlow const&, Secret, std::stop_token)> exchange;
        std::mutex mutex;
        std::optional<AuthorizationCodeFlow> flow;
        std::string url;
    };
    detail::ProcessBound<State> state_;
};

/**
 * How a program asks its user to log in: it begins the Login, brings the user to its URL, and finishes it with the
 * code.
 *
 *     struct OwnFlow {
 *         TokenResponse run_login_flow(Login login, std::stop_token stop) const {
 *             show_to_user(login.start());
 *             return login.finish(ask_for_code(), stop);
 *         }
 *     };
 *
 * Models: CommandLineLoginFlow, LocalServerLoginFlow.
 */
template <class F>
concept LoginFlow = std::copy_constructible<F> && requires(F const& flow, Login login, std::stop_token stop) {
    { flow.run_login_flow(login, stop) } -> std::same_as<TokenResponse>;
};

/// `F` brings the code to an address that only apps without a secret may use.
template <class F>
concept NeedsNativeApp = requires { requires F::native_apps_only; };

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/login_flow.ipp>
#endif

#endif  // GLOBUS_APP_LOGIN_FLOW_HPP
