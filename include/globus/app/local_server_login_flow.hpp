// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
#define GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP

#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

namespace globus {

/// What a LocalServerLoginFlow does if no browser can be opened.
enum class WithoutBrowser : unsigned char {
    fail,   ///< LoginError (unavailable), before anything else
    print,  ///< print the URL and wait, for a browser that reaches this machine (`ssh -L`, or another user's desktop)
};
/// The name of its enumerator.
constexpr char const* to_string(WithoutBrowser what) noexcept {
    switch (what) {
        case WithoutBrowser::fail:
            return "fail";
        case WithoutBrowser::print:
            return "print";
    }
    return "unknown";
}

/// How a LocalServerLoginFlow works.
struct LocalServerOptions {
    std::chrono::duration<double> timeout{600};             ///< how long to wait for the user, at most a day
    WithoutBrowser without_browser = WithoutBrowser::fail;  ///< over SSH, and where no browser opens
    /// Opens the URL instead of the system's own way, and says whether that worked. The URL is a secret during the
    /// login: whoever sees it, for example in the arguments of a process, can log the program in as somebody else. The
    /// login already listens, but answers nobody before this returns.
    std::function<bool(std::string const& url)> open_browser = {};
    std::function<void(std::string const& url)> show = {};  ///< instead of printing the URL to standard output
    /// HTML that the browser shows when a code came. The exchange of the code follows, and may fail.
    std::string success_page = "<!doctype html><title>Globus</title><p>You are logged in. You may close this window.";
    /// HTML that the browser shows when the redirect brought an error.
    std::string failure_page = "<!doctype html><title>Globus</title><p>The login failed. You may close this window.";
};

/**
 * A login flow that opens the user's browser, and takes the code from the redirect to a listener on 127.0.0.1 (RFC
 * 8252).
 *
 *     UserApp<Native, LocalServerLoginFlow> app{Native{id}, {.app_name = "viewer"}};
 *
 * The listener is open for this login only. Anything else that connects to it (other programs, other pages in the
 * browser) gets an answer that repeats nothing of what it sent, and does not end the login: the `state` of 128 random
 * bits must be right. Only apps without a secret may have such a redirect.
 *
 * The program that opens the browser gets a link to this listener that leads to Globus Auth once, since all users of a
 * machine can read the arguments of its processes. On Linux the link is followed for this user only; on other systems,
 * another local user who is faster than the browser could use it to log the program in as themselves.
 *
 * @par Errors
 * LoginError: refused, timeout, cancelled; unavailable over SSH and if no browser can be opened, unless
 * `without_browser` says otherwise; and the errors of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread.
 */
class LocalServerLoginFlow {
public:
    /// See NeedsNativeApp.
    static constexpr bool native_apps_only = true;

    /// Nothing listens yet: that begins with each login.
    /// @throws UsageError  for a time-out that is negative or not a number
    explicit LocalServerLoginFlow(LocalServerOptions options = {});

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const;

private:
    /// Waits for the redirect; nothing listens any more when it returns.
    Secret wait_for_code(Login& login, std::stop_token const& stop) const;
    void do_without_browser(std::string const& url) const;

    LocalServerOptions options_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/local_server_login_flow.ipp>
#endif

#endif  // GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
