// SPDX-License-Identifier: Apache-2.0
#include <globus/app/command_line_login_flow.hpp>
#include <globus/core/encoding.hpp>
#include <globus/http/mock_transport.hpp>

#include "support/catch.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;

namespace {

/// A login whose user types `line`, in which STATE stands for the right state; the code that is exchanged.
std::string exchanged(MockTransport mock, std::optional<std::string> line) {
    mock.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"token_type": "Bearer", "resource_server": "a",
            "scope": "openid", "access_token": "t", "expires_in": 3600})"};
    });
    std::string state;
    CommandLineLoginFlow const flow({.show =
                                         [&](std::string const& url) {
                                             for (auto const& [name, value] :
                                                  parse_query(std::string_view(url).substr(url.find('?') + 1)))
                                                 if (name == "state") state = value;
                                         },
                                     .read_code =
                                         [&] {
                                             if (line)
                                                 if (auto const at = line->find("STATE"); at != std::string::npos)
                                                     line->replace(at, 5, state);
                                             return line;
                                         }});
    (void)flow.run_login_flow(
        {LoginClient<Native, MockTransport>(NativeAppAuthService("id"), NullPolicy{}, {.transport = mock}),
         {.required_scopes = std::vector<std::string>{"openid"}},
         {.redirect_uri = "https://e.org/cb"}});
    for (auto const& [name, value] : parse_query(mock.requests().back().body))
        if (name == "code") return value;
    return {};
}

}  // namespace

TEST_CASE("A code is typed in, or comes with the address that the browser ended at") {
    for (char const* line : {"c-0+/=d", "  c-0+/=d \r", "https://e.org/cb?code=c-0%2B%2F%3Dd&state=STATE",
                             "http://127.0.0.1/?state=STATE&x=y&code=c-0%2B%2F%3Dd "}) {
        INFO(line);
        CHECK(exchanged(MockTransport(), line) == "c-0+/=d");
    }
}

TEST_CASE("What is no code is not sent as one") {
    using Kind = LoginError::Kind;
    std::vector<std::pair<std::optional<std::string>, Kind>> const lines{
        {std::nullopt, Kind::no_code},
        {"", Kind::no_code},
        {" \t", Kind::no_code},
        {"https://e.org/cb", Kind::no_code},
        {"https://e.org/cb?", Kind::no_code},
        {"https://e.org/cb?state=STATE", Kind::no_code},
        {"https://e.org/cb?code=&state=STATE", Kind::no_code},
        {"https://e.org/cb?error=access_denied&state=STATE", Kind::refused},
        {"https://e.org/cb?error=access_denied&error_description=no%0Ano&state=STATE", Kind::refused},
        {"https://e.org/cb?error=&state=STATE", Kind::refused},
        {"https://e.org/cb?error=access_denied&code=c&state=STATE", Kind::refused},
    };
    for (auto const& [line, kind] : lines) {
        INFO(line.value_or("the end of the input"));
        MockTransport mock;
        try {
            (void)exchanged(mock, line);
            FAIL_CHECK("it was sent");
        } catch (LoginError const& error) {
            CHECK(error.kind() == kind);
            CHECK(std::string(error.what()).find('\n') == std::string::npos);
            if (line && line->find("access_denied&error_description") != std::string::npos)
                CHECK(std::string(error.what()) == "the login was refused: access_denied: no no");
        }
        CHECK(mock.request_count() == 0);
    }
    for (char const* forged : {"https://e.org/cb?code=c&state=other", "https://e.org/cb?code=c"}) {
        INFO(forged);
        MockTransport mock;
        CHECK_THROWS_AS(exchanged(mock, forged), UsageError);
        CHECK(mock.request_count() == 0);
    }
}
