// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
#define GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP

#include <globus/app/login_flow.hpp>
#include <globus/core/encoding.hpp>

#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// How a CommandLineLoginFlow talks to its user.
struct CommandLineOptions {
    std::FILE* out = stdout;                                ///< must stay open as long as the flow
    std::FILE* in = stdin;                                  ///< must stay open as long as the flow
    std::function<void(std::string const& url)> show = {};  ///< in place of printing to `out`
    /// In place of reading a line of `in`; nothing: there will be no code.
    std::function<std::optional<std::string>()> read_code = {};
};

/**
 * Prints a URL, and reads the code that the user brings back from it. It works everywhere, also over SSH.
 *
 *     UserApp<Native, CommandLineLoginFlow> app{{.app_name = "backup", .client = Native{id}}};
 *
 * Where the application has a redirect URI of its own, the user may paste the whole address that the browser ended at:
 * the `state` in it is checked then.
 *
 * @par Errors
 * LoginError: no_code when the input ends or is an address without a code, refused for an address with an `error`. And
 * those of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread; two at a time would both ask.
 */
class CommandLineLoginFlow {
public:
    /// Uses standard input and output, if `options` say nothing else. Nothing is printed yet.
    explicit CommandLineLoginFlow(CommandLineOptions options = {}) : options_(std::move(options)) {}

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const {
        std::string const url = login.start();
        if (options_.show) {
            options_.show(url);
        } else {
            std::string const rule(37, '-');
            std::fprintf(options_.out, "\nPlease authenticate with Globus here:\n%s\n%s\n%s\n\n", rule.c_str(),
                         url.c_str(), rule.c_str());
            if (!options_.read_code) std::fputs("Enter the resulting Authorization Code here: ", options_.out);
            std::fflush(options_.out);
        }
        std::optional<std::string> line = options_.read_code ? options_.read_code() : read_line();
        if (!line)
            throw LoginError(LoginError::Kind::no_code,
                             "the input ended where an authorization code was to come; is this an interactive "
                             "terminal?");
        std::string_view code = *line;
        auto const is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
        while (!code.empty() && is_blank(code.back())) code.remove_suffix(1);
        while (!code.empty() && is_blank(code.front())) code.remove_prefix(1);
        if (code.empty()) throw LoginError(LoginError::Kind::no_code, "no authorization code was entered");

        if (!code.starts_with("http://") && !code.starts_with("https://")) {
            Secret const secret(code);
            detail::wipe(*line);
            return login.finish(secret, std::move(stop));
        }
        std::map<std::string, std::string> query;
        if (auto const mark = code.find('?'); mark != std::string_view::npos)
            for (auto& [name, value] : parse_query(code.substr(mark + 1))) query[name] = std::move(value);
        detail::wipe(*line);
        if (auto const error = query.find("error"); error != query.end())
            throw LoginError(LoginError::Kind::refused,
                             detail::refusal_text(error->second, query["error_description"]));
        if (query["code"].empty())
            throw LoginError(LoginError::Kind::no_code, "the address that was entered has no authorization code in it");
        return login.finish(Secret(std::move(query["code"])), query["state"], std::move(stop));
    }

private:
    [[nodiscard]] std::optional<std::string> read_line() const {
        std::string line;
        for (int c = std::fgetc(options_.in); c != '\n'; c = std::fgetc(options_.in)) {
            if (c == EOF) {
                if (line.empty()) return std::nullopt;
                break;
            }
            if (line.size() == 4096) break;  // no code is that long
            line += static_cast<char>(c);
        }
        return line;
    }

    CommandLineOptions options_;
};

}  // namespace globus

#endif  // GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
