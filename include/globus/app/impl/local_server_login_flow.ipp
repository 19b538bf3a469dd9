// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP
#define GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP

#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/app/redirect_listener.hpp>
#include <globus/core/config.hpp>
#include <globus/core/platform/browser.hpp>
#include <globus/core/secret.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// True if a person at a browser is elsewhere: this is a session over SSH.
GLOBUS_DECL bool is_remote_session() {
    char const* variable = std::getenv("SSH_TTY");
    if (variable == nullptr) variable = std::getenv("SSH_CONNECTION");
    return variable != nullptr && *variable != '\0';
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL LocalServerLoginFlow::LocalServerLoginFlow(LocalServerOptions options) : options_(std::move(options)) {
    if (!(options_.timeout.count() >= 0))
        throw UsageError("the timeout of a login is negative or not a number: say how many seconds to wait");
}

GLOBUS_DECL TokenResponse LocalServerLoginFlow::run_login_flow(Login login, std::stop_token stop) const {
    if (!login.redirect_uri().empty())
        throw UsageError("LocalServerLoginFlow listens at an address of its own: leave login_redirect_uri out");
    if (detail::is_remote_session() && options_.without_browser == WithoutBrowser::fail)
        throw LoginError(LoginError::Kind::unavailable,
                         "a browser cannot be opened in a session over SSH; use CommandLineLoginFlow");
    Secret code = wait_for_code(login, stop);
    return login.finish(std::move(code), std::move(stop));
}

GLOBUS_DECL Secret LocalServerLoginFlow::wait_for_code(Login& login, std::stop_token const& stop) const {
    detail::RedirectListener listener;
    detail::BrowserOpener opener;
    std::string const url = login.start(listener.url());
    auto const longest = std::chrono::duration<double>(std::chrono::hours(24));
    auto const deadline =
        http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(std::min(options_.timeout, longest));
    bool const opened = !detail::is_remote_session() &&
                        (options_.open_browser ? options_.open_browser(url) : opener.start(listener.link_to(url)));
    if (!opened) do_without_browser(url);
    auto redirect = listener.wait([&](std::string_view state) { return login.is_state(state); },
                                  [&] {
                                      if (opener.has_failed()) do_without_browser(url);
                                  },
                                  {options_.success_page, options_.failure_page}, deadline, stop);
    if (!redirect.error.empty()) throw LoginError(LoginError::Kind::refused, redirect.error);
    return std::move(redirect.code);
}

GLOBUS_DECL void LocalServerLoginFlow::do_without_browser(std::string const& url) const {
    if (options_.without_browser == WithoutBrowser::fail)
        throw LoginError(LoginError::Kind::unavailable, "no browser could be opened here; use CommandLineLoginFlow");
    if (options_.show) return options_.show(url);
    std::printf("\nPlease authenticate with Globus here:\n%s\n\n", url.c_str());
    std::fflush(stdout);
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_LOCAL_SERVER_LOGIN_FLOW_IPP
