// SPDX-License-Identifier: Apache-2.0
// C3: no byte that a caller gives makes a second header, and who refuses it says where it was, not what.
#include <globus/app/user_app.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy>;

/// A place where text of the caller comes in.
struct Entrance {
    std::string field;                            ///< what a refusal calls it
    std::function<bool(unsigned char)> may_be;    ///< which bytes it takes, wherever they stand
    std::function<void(std::string const&)> use;  ///< makes a request with the text in it
};

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }
bool is_visible(unsigned char byte) { return byte > 0x20 && byte < 0x7F; }
bool is_name(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte != 0 && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(byte)) != std::string_view::npos);
}
bool is_text(unsigned char byte) { return !is_control(byte); }
bool is_header_text(unsigned char byte) { return !is_control(byte) || byte == '\t'; }

/// The text with one byte at its beginning, in its middle or at its end, and with a header after it.
std::vector<std::string> texts(unsigned char byte) {
    std::string const one(1, static_cast<char>(byte));
    return {one + "X-Evil:1", "canary" + one + "X-Evil:1", "canary-" + one};
}

void sweep(Entrance const& entrance) {
    for (int value = 0; value != 256; ++value) {
        auto const byte = static_cast<unsigned char>(value);
        for (std::string const& text : texts(byte)) {
            INFO(entrance.field << ", byte " << value);
            bool refused = false;
            std::string said;
            try {
                entrance.use(text);
            } catch (UsageError const& error) {
                refused = true;
                said = error.what();
            } catch (Error const& error) {  // of the server, to which it went
                INFO(error.what());
                CHECK(dynamic_cast<NetworkError const*>(&error) == nullptr);
            }
            CHECK(refused == !entrance.may_be(byte));
            if (!refused) continue;
            CHECK((said.find(entrance.field) != std::string::npos ||
                   (entrance.field == "client_info" && said.find("X-Globus-Client-Info") != std::string::npos)));
            CHECK(said.find("canary") == std::string::npos);
            CHECK(said.find("Evil") == std::string::npos);
        }
    }
}

}  // namespace

TEMPLATE_TEST_CASE("C3: no byte that a caller gives makes a second header", "[reliability][C3]", Blocking,
                   Asynchronous) {
    ByteServer const server(
        [](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"); });
    std::string const url = server.url();
    using Plain = ClientBy<TestType, TransferService, AccessTokenPolicy, NoRetry>;
    typename Plain::Options const options{.base_url = url, .auth_url = url};
    Plain const transfer{"token", options};
    auto const with = [&](auto const& change) {
        auto changed = options;
        change(changed);
        (void)Plain{"token", changed}.task_list();
    };
    std::vector<Entrance> const entrances{
        {"access token", is_visible,
         [&](std::string const& text) {
             (void)Plain{AccessTokenPolicy(text), options}.task_list();
         }},
        {"token source", is_visible,
         [&](std::string const& text) {
             ClientBy<TestType, TransferService, TokenSourcePolicy, NoRetry> const client{
                 TokenSourcePolicy{[&] { return Secret(text); }}, options};
             (void)client.task_list();
         }},
        {"client id", [](unsigned char byte) { return is_text(byte) && byte != ':'; },
         [&](std::string const& text) {
             std::string id = text;
             if (auto const colon = id.find("X-Evil:"); colon != std::string::npos) id.erase(colon + 6, 1);
             ClientBy<TestType, ConfidentialAppAuthService, BasicPolicy, NoRetry> const auth{BasicPolicy{id, "secret"},
                                                                                             options};
             (void)auth.oauth2_token_introspect({.token = "t"});
         }},
        {"client secret", is_text,
         [&](std::string const& text) {
             ClientBy<TestType, ConfidentialAppAuthService, BasicPolicy, NoRetry> const auth{
                 BasicPolicy{"id", Secret(text)}, options};
             (void)auth.oauth2_token_introspect({.token = "t"});
         }},
        {"client id", [](unsigned char byte) { return is_text(byte) && byte != ':'; },
         [&](std::string const& text) {
             std::string id = text;
             if (auto const colon = id.find("X-Evil:"); colon != std::string::npos) id.erase(colon + 6, 1);
             (void)Native(id);
         }},
        {"User-Agent", is_header_text, [&](std::string const& text) { with([&](auto& o) { o.app_name = text; }); }},
        {"client_info",
         [](unsigned char byte) { return byte != ';' && byte != ',' && byte != '=' && is_header_text(byte); },
         [&](std::string const& text) { with([&](auto& o) {
                                            o.client_info = {{{"product", text}}};
                                        }); }},
        {"client_info",
         [](unsigned char byte) { return byte != ';' && byte != ',' && byte != '=' && is_header_text(byte); },
         [&](std::string const& text) { with([&](auto& o) {
                                            o.client_info = {{{text, "1"}}};
                                        }); }},
        {"X-Mine", is_header_text,
         [&](std::string const& text) {
             (void)transfer.task_list({}, {.headers = {{"X-Mine", text}}});
         }},
        {"header's name", is_name,
         [&](std::string const& text) {
             std::string name = text;
             if (auto const colon = name.find("X-Evil:"); colon != std::string::npos) name.erase(colon, 7);
             if (name.find_first_not_of(' ') == std::string::npos && name.size() > 1) name = "a" + name;
             (void)transfer.task_list({}, {.headers = {{name, "1"}}});
         }},
    };
    for (Entrance const& entrance : entrances) sweep(entrance);

    std::string const seen = server.received();
    CHECK(seen.find("\nX-Evil") == std::string::npos);
    CHECK(seen.find("\rX-Evil") == std::string::npos);
    CHECK(seen.find('\0') == std::string::npos);
    CHECK(server.connections() > 3000);
}

TEST_CASE("C3: a base URL has none of these bytes", "[reliability][C3]") {
    for (int value = 0; value != 256; ++value) {
        auto const byte = static_cast<unsigned char>(value);
        if (is_visible(byte)) continue;
        for (std::string const& text : texts(byte))
            for (std::string const& url : {"https://" + text, "https://example.org/" + text, text}) {
                INFO(value);
                try {
                    (void)Transfer{"token", {.base_url = url}};
                    FAIL_CHECK("it was taken");
                } catch (UsageError const& error) {
                    std::string const said = error.what();
                    CHECK(said.find("URL") != std::string::npos);
                    CHECK(said.find("canary") == std::string::npos);
                }
            }
    }
}

TEST_CASE("C3: a token that travels in a form is one field of it, whatever its bytes are", "[reliability][C3]") {
    sandbox::Server server;
    MockTransport transport;
    transport.otherwise(
        [](http::Request const&) { return http::Response{.status = 200, .body = R"({"active": false})"}; });
    Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const auth{BasicPolicy{"id", "secret"},
                                                                              {.transport = transport}};
    for (int value = 0; value != 256; ++value)
        for (std::string const& text : texts(static_cast<unsigned char>(value))) {
            transport.clear();
            (void)auth.oauth2_token_introspect({.token = Secret(text)});
            auto const form = parse_query(transport.requests().at(0).body);
            REQUIRE(form.size() == 1);
            CHECK(form[0].second == text);
        }
}

TEST_CASE("C3: a refresh token is one field of its form, or is refused", "[reliability][C3]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"token_type": "Bearer", "scope": "s", "expires_in": 3600,
                                          "resource_server": "transfer.api.globus.org", "access_token": "new"})"};
    });
    auto const sent_as = [&](std::string const& text, std::size_t requests) {
        REQUIRE(transport.requests().size() == requests);
        auto const form = parse_query(transport.requests().at(0).body);
        auto const field = [&](std::string_view name) {
            return std::count_if(form.begin(), form.end(), [&](auto const& pair) { return pair.first == name; });
        };
        CHECK(form.size() == 2);
        CHECK(field("grant_type") == 1);
        CHECK(std::find(form.begin(), form.end(), std::pair<std::string, std::string>("refresh_token", text)) !=
              form.end());
    };
    Client<ConfidentialAppAuthService, BasicPolicy, MockTransport> const auth{BasicPolicy{"id", "secret"},
                                                                              {.transport = transport}};
    for (int value = 0; value != 256; ++value)
        for (std::string const& text : texts(static_cast<unsigned char>(value))) {
            INFO(value);
            transport.clear();
            (void)auth.oauth2_refresh_token({.refresh_token = Secret(text)});
            sent_as(text, 1);

            transport.clear();
            bool refused = false;
            try {
                Client<TransferService, RefreshPolicy<Confidential>, MockTransport> const transfer{
                    RefreshPolicy{Confidential{"id", "secret"}, Secret(text)}, {.transport = transport}};
                (void)transfer.task_list();
            } catch (UsageError const& error) {
                refused = true;
                std::string const said = error.what();
                CHECK(said.find("refresh token") != std::string::npos);
                CHECK(said.find("canary") == std::string::npos);
            }
            CHECK(refused == is_control(static_cast<unsigned char>(value)));
            if (refused)
                CHECK(transport.request_count() == 0);
            else
                sent_as(text, 2);
        }
}
