// SPDX-License-Identifier: Apache-2.0
// Behind a proxy: what it refuses never left, is told, and is tried again only where that may help. Bars B1, B2, B8.
#include <globus/globus.hpp>
#include <globus/sandbox/server.hpp>

#include "support/catch.hpp"
#include "support/proxy.hpp"
#include "support/sandbox_client.hpp"
#include "support/temporary_directory.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using Kind = NetworkError::Kind;
using Sent = NetworkError::Sent;

constexpr char service[] = "https://service.invalid/";

/// A way in which a proxy keeps a request from a service, before a byte of it has left.
struct Obstacle {
    char const* what;
    TestProxy::Decide decide;
    Kind kind;
    std::string says;
    bool passes;  ///< trying again may help
};

std::vector<Obstacle> obstacles(int tls_port) {
    std::string const alert("\x15\x03\x03\x00\x02\x02\x28", 7);  // handshake_failure
    std::vector<Obstacle> all;
    for (int const status : {400, 401, 403, 404, 405, 407, 451, 302, 408, 429, 500, 502, 503, 504}) {
        bool const passes = status == 408 || status == 429 || status >= 500;
        all.push_back({"CONNECT is refused", TestProxy::refusing(status), passes ? Kind::connect : Kind::proxy,
                       std::to_string(status), passes});
    }
    all.push_back(
        {"a certificate that is not trusted", TestProxy::granting(tls_port), Kind::tls, "certificate", false});
    all.push_back({"TLS is refused",
                   [=](std::string const&) { return TestProxy::Decision{"HTTP/1.1 200 Granted\r\n\r\n" + alert}; },
                   Kind::tls, "", false});
    return all;
}

CurlTransport behind(TestProxy const& proxy) {
    return CurlTransport{{.proxy = "http://someone:pass%20word@" + proxy.address()}};
}

template <class Service>
auto client_behind(TestProxy const& proxy, int& attempts) {
    return Client<Service, AccessTokenPolicy>{"token",
                                              {.transport = behind(proxy),
                                               .retry = quick(),
                                               .base_url = service,
                                               .auth_url = service,
                                               .timeout = 20s,
                                               .log = [&](LogEvent const&) { ++attempts; }}};
}

void check_error(NetworkError const& error, Obstacle const& obstacle) {
    INFO(error.what());
    CHECK(error.sent() == Sent::no);
    CHECK(error.kind() == obstacle.kind);
    CHECK_FALSE(error.outcome_unknown());
    CHECK_THAT(error.what(), ContainsSubstring(obstacle.says));
    CHECK_THAT(error.what(), !ContainsSubstring("pass word") && !ContainsSubstring("pass%20word"));
}

/// Calls, and checks how it ends and how often it was tried.
template <class Call>
void check_call(Obstacle const& obstacle, int& attempts, Call const& call) {
    attempts = 0;
    try {
        call();
        FAIL("it succeeded");
    } catch (NetworkError const& error) {
        check_error(error, obstacle);
    }
    CHECK(attempts == (obstacle.passes ? 4 : 1));
}

/// A sandbox over TLS whose authority nobody trusts, and its port.
struct Distrusted {
    sandbox::Server server{[] {
        sandbox::Options options;
        options.tls = sandbox::Tls::good;
        return options;
    }()};
    int port = std::stoi(std::string(http::parse_url(server.base_url()).port));
};

}  // namespace

TEST_CASE("B1 B8: what a proxy keeps back was not sent, and is tried again only if that may help",
          "[reliability][B1][B8]") {
    Distrusted const distrusted;
    for (Obstacle const& obstacle : obstacles(distrusted.port)) {
        INFO(obstacle.what << ' ' << obstacle.says);
        TestProxy const proxy(obstacle.decide);
        int attempts = 0;
        auto const groups = client_behind<GroupsService>(proxy, attempts);
        auto const transfer = client_behind<TransferService>(proxy, attempts);
        check_call(obstacle, attempts, [&] { (void)transfer.task_list(); });
        check_call(obstacle, attempts, [&] { (void)transfer.cancel_task({.task_id = "t"}); });
        check_call(obstacle, attempts, [&] { (void)groups.create_group({.data = Json{{"name", "n"}}}); });
        check_call(obstacle, attempts, [&] { (void)groups.patch("x", Json{{"a", 1}}); });
        check_call(obstacle, attempts, [&] {
            TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
            data.submission_id = "id";
            data.add_item({.source_path = "/a", .destination_path = "/b"});
            (void)transfer.submit_transfer(data);
        });
        for (std::string const& head : proxy.heads()) {
            CHECK_THAT(head, ContainsSubstring("CONNECT service.invalid:443"));
            CHECK_THAT(head, ContainsSubstring("Proxy-Authorization: Basic c29tZW9uZTpwYXNzIHdvcmQ="));
            CHECK_THAT(head, !ContainsSubstring("token"));
        }
    }
}

TEST_CASE("B1: a proxy that breaks off is no answer, and a create is tried again", "[reliability][B1]") {
    for (std::string const answer : {"", "HTTP/1.1 20", "HTTP/1.1 200 Granted\r\n\r\n"}) {
        INFO(answer);
        TestProxy const proxy([&](std::string const&) { return TestProxy::Decision{answer}; });
        int attempts = 0;
        auto const groups = client_behind<GroupsService>(proxy, attempts);
        auto const done = Result<Response<Json>>::from([&] { return groups.post("v2/groups"); });
        REQUIRE_FALSE(done.has_value());
        INFO(done.error().what());
        auto const& error = dynamic_cast<NetworkError const&>(done.error());
        CHECK(error.sent() == Sent::no);
        CHECK_FALSE(error.outcome_unknown());
        CHECK(attempts == (error.kind() == Kind::tls ? 1 : 4));
    }
}

TEST_CASE("B1: behind a proxy what was sent is still told from what was not", "[reliability][B1]") {
    TemporaryDirectory const directory;
    sandbox::Options options;
    options.tls = sandbox::Tls::good;
    sandbox::Server server(options);
    write_file(directory / "ca.pem", server.ca_pem());
    int const port = std::stoi(std::string(http::parse_url(server.base_url()).port));
    TestProxy const proxy(TestProxy::granting(port));
    CurlTransport const transport{{.ca_file = directory / "ca.pem", .proxy = proxy.url()}};
    auto const groups = client_of<GroupsService>(server, quick(), transport);
    CHECK(groups.get_my_groups().http_status() == 200);
    CHECK(proxy.heads().size() == 1);
    server.add_fault(rule("create_group", "after_commit", R"({"type": "reset"})"));
    try {
        (void)groups.create_group({.data = Json{{"name", "n"}, {"description", "d"}}});
        FAIL("it succeeded");
    } catch (NetworkError const& error) {
        CHECK(error.sent() == Sent::yes);
        CHECK(error.outcome_unknown());
    }
    CHECK(server.count("create_group") == 1);
}

TEST_CASE("B1: a login whose code was not sent does not say that it was", "[reliability][B1]") {
    Distrusted const distrusted;
    for (Obstacle const& obstacle : obstacles(distrusted.port)) {
        INFO(obstacle.what << ' ' << obstacle.says);
        TestProxy const proxy(obstacle.decide);
        LoginClient<Native, CurlTransport> const client{
            NativeAppAuthService{"client"},
            NullPolicy{},
            {.transport = behind(proxy), .retry = quick(), .base_url = service}};
        Login login{client, {.required_scopes = std::vector<std::string>{"openid"}}, {}};
        (void)login.start();
        try {
            (void)login.finish("code");
            FAIL("it succeeded");
        } catch (NetworkError const& error) {
            check_error(error, obstacle);
            CHECK_THAT(error.what(), !ContainsSubstring("was sent") && !ContainsSubstring("begin a new login"));
        }
    }
}

TEST_CASE("B1 B8: a renewal behind a proxy that refuses is tried once, and again where that may help",
          "[reliability][B1][B8]") {
    Distrusted const distrusted;
    for (Obstacle const& obstacle : obstacles(distrusted.port)) {
        if (obstacle.passes && obstacle.says != "503") continue;  // these take a second each
        INFO(obstacle.what << ' ' << obstacle.says);
        TestProxy const proxy(obstacle.decide);
        RefreshPolicy const policy{Native{"client"}, "refresh-token"};
        try {
            (void)policy.authorize(behind(proxy), AuthContext{service});
            FAIL("it succeeded");
        } catch (NetworkError const& error) {
            check_error(error, obstacle);
        }
        CHECK(proxy.heads().size() == (obstacle.passes ? 3 : 1));
    }
}

TEST_CASE("B1: a SOCKS proxy that refuses has sent nothing on", "[reliability][B1]") {
    struct Reply {
        char code;
        Kind kind;
    };
    // why a SOCKS proxy refuses is told by libcurl 7.73 and newer
    Kind const refused = LIBCURL_VERSION_NUM >= 0x074900 ? Kind::proxy : Kind::connect;
    for (auto const [code, kind] : {Reply{2, refused}, Reply{5, Kind::connect}, Reply{4, Kind::connect}}) {
        // greeting and request have no line ends: two short answers are sent at once, whatever comes
        std::string const reply{'\x05', '\x00', '\x05', code, '\x00', '\x01', 0, 0, 0, 0, 0, 0};
        int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener, 8) == 0);
        REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        std::jthread const proxy([&] {
            for (int client; (client = ::accept(listener, nullptr, nullptr)) >= 0; ::close(client)) {
                char buffer[512];
                for (std::size_t part = 0; part != 2; ++part) {
                    if (::recv(client, buffer, sizeof buffer, 0) <= 0) break;
                    (void)::send(client, reply.data() + 2 * part, part == 0 ? 2 : reply.size() - 2, MSG_NOSIGNAL);
                }
            }
        });
        http::Request request;
        request.url = service;
        CurlTransport const transport{
            {.proxy = "socks5h://someone@127.0.0.1:" + std::to_string(ntohs(address.sin_port))}};
        try {
            (void)transport.send(request);
            FAIL("it succeeded");
        } catch (NetworkError const& error) {
            INFO(error.what());
            CHECK(error.sent() == Sent::no);
            CHECK(error.kind() == kind);
            CHECK_THAT(error.what(), !ContainsSubstring("someone"));
        }
        ::shutdown(listener, SHUT_RDWR);
        ::close(listener);
    }
}
