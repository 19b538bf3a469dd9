// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_COMMAND_LINE_LOGIN_FLOW_IPP
#define GLOBUS_APP_IMPL_COMMAND_LINE_LOGIN_FLOW_IPP

#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/login_flow.hpp>
#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>

#include <cstdio>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL TokenResponse CommandLineLoginFlow::run_login_flow(Login login, std::stop_token stop) const {
    std::string const url = login.start();
    if (options_.show) {
        options_.show(url);
    } else {
        std::string const rule(37, '-');
        std::fprintf(options_.out, "\nPlease authenticate with Globus here:\n%s\n%s\n%s\n\n", rule.c_str(), url.c_str(),
                     rule.c_str());
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
        throw LoginError(LoginError::Kind::refused, detail::refusal_text(error->second, query["error_description"]));
    if (query["code"].empty())
        throw LoginError(LoginError::Kind::no_code, "the address that was entered has no authorization code in it");
    return login.finish(Secret(std::move(query["code"])), query["state"], std::move(stop));
}

GLOBUS_DECL std::optional<std::string> CommandLineLoginFlow::read_line() const {
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

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_COMMAND_LINE_LOGIN_FLOW_IPP
