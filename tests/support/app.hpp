// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_APP_HPP
#define GLOBUS_TESTS_SUPPORT_APP_HPP

// A user at a terminal and a browser, and apps that ask this user to log in to a sandbox.

#include <globus/app/command_line_login_flow.hpp>
#include <globus/app/user_app.hpp>
#include <globus/core/encoding.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/sandbox/server.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace app_test {

using namespace globus;

/// What a browser does that is sent to a URL: the code and the state that Globus Auth sends back.
inline std::pair<std::string, std::string> browse(std::string const& url) {
    http::Request request;
    request.url = url;
    auto const answer = CurlTransport().send(request);
    std::string const location(answer.headers.get("Location"));
    std::pair<std::string, std::string> result;
    for (auto& [name, value] : parse_query(std::string_view(location).substr(location.find('?') + 1))) {
        if (name == "code") result.first = value;
        if (name == "state") result.second = value;
    }
    return result;
}

/// A user at a terminal, who does what the program says.
struct Terminal {
    int asked = 0;
    std::string url = {};
    CommandLineLoginFlow flow() {
        return CommandLineLoginFlow({.show =
                                         [this](std::string const& shown) {
                                             url = shown;
                                             ++asked;
                                         },
                                     .read_code = [this] { return std::optional(browse(url).first); }});
    }
};

template <class S>
using App = UserApp<Native, CommandLineLoginFlow, S>;

template <class S>
App<S> make_app(sandbox::Session& server, Terminal& terminal, S storage, bool refresh = true) {
    return App<S>{Native{server.native_client_id()},
                  {.app_name = "test",
                   .login_flow = terminal.flow(),
                   .token_storage = storage,
                   .request_refresh_tokens = refresh,
                   .auth_url = server.base_url()}};
}

template <class Service, class A>
auto client_of(A const& app, sandbox::Session& server) {
    return app.client(Service{}, ClientOptions<CurlTransport>{.base_url = server.base_url()});
}

}  // namespace app_test

#endif  // GLOBUS_TESTS_SUPPORT_APP_HPP
