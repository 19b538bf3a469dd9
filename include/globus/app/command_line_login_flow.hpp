// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
#define GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP

#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>

#include <cstdio>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace globus {

/// How a CommandLineLoginFlow talks to its user.
struct CommandLineOptions {
    std::FILE* out = stdout;                                ///< it must stay open as long as the flow lives
    std::FILE* in = stdin;                                  ///< it must stay open as long as the flow lives
    std::function<void(std::string const& url)> show = {};  ///< instead of printing to `out`
    /// Called instead of reading a line of `in`; nothing: there will be no code.
    std::function<std::optional<std::string>()> read_code = {};
};

/**
 * A login flow that prints a URL, and reads the code that the user brings back from it. It works everywhere, even over
 * SSH.
 *
 *     UserApp app{Native{id}, {.app_name = "backup"}};
 *
 * If the application has a redirect URI of its own, the user may paste the whole address that the browser ended at:
 * then the `state` in it is checked.
 *
 * @par Errors
 * LoginError: no_code if the input ends or is an address without a code, refused for an address with an `error`; and
 * the errors of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread; two at a time would both ask.
 */
class CommandLineLoginFlow {
public:
    /// Uses standard input and output, unless `options` say otherwise. Nothing is printed yet.
    explicit CommandLineLoginFlow(CommandLineOptions options = {}) : options_(std::move(options)) {}

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const;

private:
    [[nodiscard]] std::optional<std::string> read_line() const;

    CommandLineOptions options_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/command_line_login_flow.ipp>
#endif

#endif  // GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
