// SPDX-License-Identifier: Apache-2.0
// C1: a redirect carries nothing to another place: no credential, no body, no cookie, not even a connection.
#include <globus/sandbox/server.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

template <class Driver>
using Transfer = ClientBy<Driver, TransferService, AccessTokenPolicy>;

constexpr int codes[] = {300, 301, 302, 303, 304, 305, 306, 307, 308};
constexpr http::Method methods[] = {http::Method::get, http::Method::head,    http::Method::post,
                                    http::Method::put, http::Method::delete_, http::Method::patch};

bool is_followed(int code) { return code == 301 || code == 302 || code == 303 || code == 307 || code == 308; }
bool reads(http::Method method) { return method == http::Method::get || method == http::Method::head; }

/// Lets the first server answer with a redirect and a cookie whatever `path` fits, and nothing else.
void redirect(sandbox::Session& server, std::string const& path, int code, std::string const& location) {
    server.clear_faults();
    boost::json::object const headers{{"Location", location}, {"Set-Cookie", "canary=cookie; Path=/"}};
    server.add_fault(boost::json::object{
        {"match", boost::json::object{{"path", path}}},
        {"phase", "after_body"},
        {"times", "always"},
        {"action", boost::json::object{{"type", "status"}, {"code", code}, {"headers", headers}, {"body", ""}}}});
}

/// The second servers, and the places by which a redirect can lead there, or to no server at all.
struct Elsewhere {
    ByteServer four, six{[](ByteServer::Writer const&) {}, "::1"};

    [[nodiscard]] std::vector<std::string> locations(sandbox::Session const& first) const {
        std::string const port = four.port(), own = std::to_string(first.port());
        return {"http://localhost:" + port + "/x",      // another host
                "http://localhost:" + own + "/x",       // the same port of it
                four.url() + "x",                       // another port
                "http://u:p@127.0.0.1:" + port + "/x",  // with a user
                "http://u:p@127.0.0.1:" + own + "/x",   // the own origin, with a user
                "http://127.0.0.1:" + own + "@127.0.0.1:" + port + "/x",
                six.url() + "x",
                "//127.0.0.1:" + port + "/x",
                "file:///etc/passwd",
                "data:text/plain,x",
                "",
                four.url() + std::string(10000, 'x')};
    }
    void check_untouched() const {
        CHECK(four.connections() == 0);
        CHECK(six.connections() == 0);
        CHECK((four.received() + six.received()).empty());
    }
};

/// What a request ended with: the status of the answer, or 0 for the typed error of a redirect.
template <class C>
int outcome(C const& transfer, http::Method method) {
    typename C::RawRequest request{.method = method, .path = "from"};
    if (!reads(method)) request.body = "canary-body";
    try {
        return transfer.template request<Bytes>(std::move(request)).http_status();
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::redirect);
        return 0;
    }
}

}  // namespace

TEMPLATE_TEST_CASE("C1: nothing goes to a second server by a redirect", "[reliability][C1]", Blocking, Asynchronous) {
    sandbox::Server first;
    Elsewhere const elsewhere;
    Transfer<TestType> const transfer{first.user_token("transfer.api.globus.org"),
                                      {.base_url = first.base_url(), .auth_url = first.base_url(), .timeout = 10s}};
    for (int const code : codes)
        for (std::string const& location : elsewhere.locations(first)) {
            redirect(first, "/from", code, location);
            for (http::Method const method : methods) {
                INFO(code << ' ' << to_string(method) << ' ' << location.substr(0, 60));
                CHECK(outcome(transfer, method) == (is_followed(code) ? 0 : code));
            }
        }
    CHECK(first.count() == std::size(codes) * std::size(methods) * elsewhere.locations(first).size());
    elsewhere.check_untouched();
}

TEMPLATE_TEST_CASE("C1: a read is followed on its own origin, a write is not, and no cookie is kept",
                   "[reliability][C1]", Blocking, Asynchronous) {
    sandbox::Server server;
    Transfer<TestType> const transfer{server.user_token("transfer.api.globus.org"),
                                      {.base_url = server.base_url(), .auth_url = server.base_url(), .timeout = 10s}};
    for (int const code : codes)
        for (std::string const& location :
             {std::string("/v0.10/task_list"), server.base_url() + "v0.10/task_list", std::string("v0.10/task_list"),
              std::string("./x/../v0.10/./task_list#f"), server.base_url().substr(5) + "v0.10/task_list"}) {
            redirect(server, "/from", code, location);
            for (http::Method const method : methods) {
                INFO(code << ' ' << to_string(method));
                server.clear_journal();
                int const expected = !is_followed(code) ? code : reads(method) ? 200 : 0;
                if (method != http::Method::head) CHECK(outcome(transfer, method) == expected);
                if (method == http::Method::head) (void)outcome(transfer, method);
                CHECK(server.count() == (is_followed(code) && reads(method) ? 2 : 1));
                for (auto const& entry : server.journal())
                    for (auto const& [name, value] : entry.headers) CHECK(name != "Cookie");
            }
        }
}

TEMPLATE_TEST_CASE("C1: https is not followed to http", "[reliability][C1]", Blocking, Asynchronous) {
    sandbox::Options options;
    options.tls = sandbox::Tls::good;
    sandbox::Server first(options);
    TemporaryDirectory const directory;
    write_file(directory / "ca.pem", first.ca_pem());
    Elsewhere const elsewhere;
    Transfer<TestType> const transfer{first.user_token("transfer.api.globus.org"),
                                      {.transport = TestType::transport({.ca_file = directory / "ca.pem"}),
                                       .base_url = first.base_url(),
                                       .auth_url = first.base_url(),
                                       .timeout = 10s}};
    for (int const code : codes)
        for (std::string const& location :
             {elsewhere.four.url() + "x", "http" + first.base_url().substr(5) + "v0.10/task_list"}) {
            redirect(first, "/from", code, location);
            for (http::Method const method : methods)
                CHECK(outcome(transfer, method) == (is_followed(code) ? 0 : code));
        }
    elsewhere.check_untouched();
}

TEMPLATE_TEST_CASE("C1: requests with a token or secret in their body are never sent on", "[reliability][C1]", Blocking,
                   Asynchronous) {
    sandbox::Server first;
    Elsewhere const elsewhere;
    std::string const url = first.base_url();
    ClientBy<TestType, ConfidentialAppAuthService, BasicPolicy> const auth{
        BasicPolicy{first.client_id(), first.client_secret()}, {.base_url = url, .timeout = 10s}};
    std::vector<std::string> locations = elsewhere.locations(first);
    locations.push_back("/v2/oauth2/token/again");  // the own origin
    locations.push_back(url + "v2/oauth2/token/again");
    for (int const code : codes)
        for (std::string const& location : locations) {
            redirect(first, "/v2/oauth2/*", code, location);
            first.clear_journal();
            ClientBy<TestType, TransferService, RefreshPolicy<Native>> const renewing{
                RefreshPolicy{Native{first.native_client_id()}, "canary-refresh-token"},
                {.base_url = url, .auth_url = url, .timeout = 10s}};
            ClientBy<TestType, TransferService, ClientCredentialsPolicy> const own{
                ClientCredentialsPolicy{Confidential{first.client_id(), first.client_secret()}, "all"},
                {.base_url = url, .auth_url = url, .timeout = 10s}};
            INFO(code << ' ' << location.substr(0, 60));
            CHECK_THROWS_AS(renewing.task_list(), Error);
            CHECK_THROWS_AS(own.task_list(), Error);
            CHECK_THROWS_AS(auth.oauth2_refresh_token({.refresh_token = "canary-refresh-token"}), Error);
            CHECK_THROWS_AS(auth.oauth2_revoke_token({.token = "canary-token"}), Error);
            CHECK_THROWS_AS(auth.oauth2_token_introspect({.token = "canary-token"}), Error);
            CHECK(first.count() == 5);
        }
    elsewhere.check_untouched();
}

TEMPLATE_TEST_CASE("C1: a redirect that leads in a circle ends", "[reliability][C1]", Blocking, Asynchronous) {
    sandbox::Server server;
    Transfer<TestType> const transfer{server.user_token("transfer.api.globus.org"),
                                      {.base_url = server.base_url(), .auth_url = server.base_url()}};
    redirect(server, "/from", 302, "/from?again");
    CHECK_THROWS_AS(transfer.get("from"), NetworkError);
    CHECK(server.count() <= 6);
    server.clear_journal();
    server.clear_faults();
    for (char const* step : {"/1 /2", "/2 /1"})
        server.add_fault(boost::json::object{
            {"match", boost::json::object{{"path", std::string(step, 2)}}},
            {"phase", "after_body"},
            {"times", "always"},
            {"action", boost::json::object{{"type", "redirect"}, {"code", 307}, {"location", std::string(step + 3)}}}});
    CHECK_THROWS_AS(transfer.get("1"), NetworkError);
    CHECK(server.count() == 6);  // five hops
}
