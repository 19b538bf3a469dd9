// SPDX-License-Identifier: Apache-2.0
// C7: no secret is in a log, a message or a stream: not as it is, not encoded, and not eight characters of it.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/local_server_login_flow.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/browser.hpp"
#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// Texts of random letters and digits, one for each kind of secret.
struct Canaries {
    static std::string text(std::size_t size = 48) {
        std::string out;
        while (out.size() < size)
            for (char const c : base64url_encode(random_bytes(64)))
                if (c != '-' && c != '_' && out.size() < size) out += c;
        return out;
    }
    std::string access = text(), refresh = text(), id_token = text() + '.' + text() + '.' + text(), secret = text(),
                code = text(), verifier = text(), state = text(), query = text(), form = text(), location = text();

    /// All in every form in which they travel.
    [[nodiscard]] std::vector<std::string> forms() const {
        std::vector<std::string> all;
        for (std::string const& one : {access, refresh, id_token, secret, code, verifier, state, query, form, location,
                                       "Basic id:" + secret, "code=" + code}) {
            all.push_back(one);
            all.push_back(percent_encode(one));
            for (std::size_t shift = 0; shift != 3; ++shift) all.push_back(base64_encode(one.substr(shift)));
        }
        all.push_back(base64_encode("id:" + secret));
        return all;
    }
};

/// Everything that the library says: the events of logs, the messages of errors, and what a stream prints of them.
class Said {
public:
    void operator()(LogEvent const& event) {
        text_ << event.method << ' ' << event.url << ' ' << event.error << ' ' << event.request_id << '\n';
    }
    template <class F>
    void of(F const& call) {
        try {
            call();
        } catch (std::exception const& error) {
            text_ << error.what() << '\n';
            ++errors_;
        }
    }
    [[nodiscard]] int errors() const { return errors_; }
    [[nodiscard]] std::string text() const { return text_.str(); }
    /// How many of the secrets' parts of eight characters are in it.
    [[nodiscard]] std::size_t hits(Canaries const& canaries) const {
        std::string const text = text_.str();
        std::unordered_set<std::string> parts;
        for (std::size_t i = 0; i + 8 <= text.size(); ++i) parts.insert(text.substr(i, 8));
        std::size_t hits = 0;
        for (std::string const& form : canaries.forms())
            for (std::size_t i = 0; i + 8 <= form.size(); ++i) hits += parts.count(form.substr(i, 8));
        return hits;
    }

private:
    std::ostringstream text_;
    int errors_ = 0;
};

std::string tokens(Canaries const& canaries, std::string const& type = "Bearer") {
    return R"({"access_token": ")" + canaries.access + R"(", "refresh_token": ")" + canaries.refresh +
           R"(", "id_token": ")" + canaries.id_token + R"(", "state": ")" + canaries.state + R"(", "token_type": ")" +
           type + R"(", "expires_in": 60, "scope": "openid", "resource_server": "auth.globus.org"})";
}

/// What a server says, with a secret in it where it can be expected to have one.
std::vector<std::string> answers(Canaries const& canaries) {
    std::string const json = "Content-Type: application/json\r\n";
    return {"",
            "no HTTP at all\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + json + "\r\n" + tokens(canaries),
            "HTTP/1.1 200 OK\r\n" + json + "\r\n" + tokens(canaries, "mac"),
            "HTTP/1.1 200 OK\r\n" + json + "\r\n" + tokens(canaries) + tokens(canaries),
            "HTTP/1.1 200 OK\r\n" + json + "Content-Length: 10000\r\n\r\n" + tokens(canaries),
            "HTTP/1.1 200 OK\r\n" + json + "\r\n" + tokens(canaries).substr(0, 100),
            "HTTP/1.1 200 OK\r\n" + json + "\r\n[\"" + canaries.access + "\"]",
            "HTTP/1.1 200 OK\r\n" + json + "\r\n{\"access_token\": 1, \"" + canaries.access + "\": true}",
            "HTTP/1.1 302 Found\r\nLocation: https://x.org/?code=" + canaries.location + "\r\n\r\n",
            "HTTP/1.1 401 Unauthorized\r\n" + json + "\r\n{\"errors\": [{\"code\": \"X\"}]}",
            "HTTP/1.1 400 Bad Request\r\n" + json + "\r\n{\"error\": \"invalid_grant\"}",
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<p>" + canaries.access,
            "HTTP/1.1 503 Busy\r\n" + json + "\r\n" + tokens(canaries)};
}

/// Makes every kind of request with these secrets to `url`.
template <class Driver>
void call_all(std::string const& url, Canaries const& c, Said& said) {
    auto const hook = [&](LogEvent const& event) { said(event); };
    typename ClientBy<Driver, TransferService, AccessTokenPolicy>::Options const options{
        .retry = {.base = 0.001s}, .base_url = url, .auth_url = url, .timeout = 10s, .log = hook};
    said.of([&] {
        ClientBy<Driver, TransferService, AccessTokenPolicy> const client{AccessTokenPolicy(c.access), options};
        (void)client.get_task({.task_id = "t", .query_params = {{"token", c.query}}}, {.query = {{"more", c.query}}});
    });
    said.of([&] {
        ClientBy<Driver, TransferService, AccessTokenPolicy> const client{AccessTokenPolicy(c.access), options};
        (void)client.post("v0.10/x", Json{{"password", c.form}});
    });
    said.of([&] {
        ClientBy<Driver, TransferService, RefreshPolicy<Confidential>> const client{
            RefreshPolicy{Confidential{"id", Secret(c.secret)}, Secret(c.refresh)}, options};
        (void)client.task_list();
    });
    said.of([&] {
        ClientBy<Driver, TransferService, ClientCredentialsPolicy> const client{
            ClientCredentialsPolicy{Confidential{"id", Secret(c.secret)}, "openid"}, options};
        (void)client.task_list();
    });
    ClientBy<Driver, ConfidentialAppAuthService, BasicPolicy> const auth{BasicPolicy{"id", Secret(c.secret)}, options};
    said.of([&] { (void)auth.oauth2_token_introspect({.token = Secret(c.access)}); });
    said.of([&] { (void)auth.oauth2_revoke_token({.token = Secret(c.refresh)}); });
    said.of([&] { (void)auth.oauth2_refresh_token({.refresh_token = Secret(c.refresh)}); });
    said.of([&] { (void)auth.oauth2_get_dependent_tokens({.token = Secret(c.access)}); });
    said.of([&] { (void)auth.oauth2_token({.form_data = {{"password", c.form}}}); });
    Client<NativeAppAuthService, NullPolicy> const native{
        NativeAppAuthService("id"),
        NullPolicy{},
        {.retry = options.retry, .base_url = url, .auth_url = url, .timeout = 10s, .log = hook}};
    auto const flow =
        native.oauth2_start_flow({.requested_scopes = "openid", .state = c.state, .verifier = Secret(c.verifier)});
    said.of([&] { (void)native.oauth2_exchange_code_for_tokens(flow, Secret(c.code), c.state); });
    said.of([&] { (void)native.oauth2_exchange_code_for_tokens(flow, Secret(c.code), c.query); });
}

template <class T>
constexpr bool is_printed = requires(std::ostream& out, T const& value) { out << value; };

}  // namespace

TEMPLATE_TEST_CASE("C7: no secret is in a log or message of any request", "[reliability][C7]", Blocking, Asynchronous) {
    Canaries const canaries;
    Said said;
    for (std::string const& answer : answers(canaries)) {
        ByteServer const server([&](ByteServer::Writer const& write) { write(answer); });
        call_all<TestType>(server.url(), canaries, said);
    }
    REQUIRE(said.errors() > 100);
    REQUIRE(said.text().size() > 10000);
    INFO(said.text());
    CHECK(said.hits(canaries) == 0);
}

TEST_CASE("C7: no secret is in a message of a login, an app or a token file", "[reliability][C7]") {
    Canaries const canaries;
    Said said;
    TemporaryDirectory const directory;
    for (std::string const& answer : answers(canaries)) {
        ByteServer const server([&](ByteServer::Writer const& write) { write(answer); });
        JsonTokenStorage const storage(directory / "tokens.json");
        app_test::App<JsonTokenStorage> const app{
            Native{"id"},
            {.app_name = "test",
             .login_flow = CommandLineLoginFlow(
                 {.show = [](std::string const&) {}, .read_code = [&] { return std::optional(canaries.code); }}),
             .token_storage = storage,
             .auth_url = server.url()}};
        said.of([&] { app.login(); });
        said.of([&] { app.logout(); });
        using Native = LoginClient<globus::Native, CurlTransport>;
        std::jthread browser;
        LocalServerLoginFlow const flow(
            {.timeout = 10s, .open_browser = [&](std::string const& url) {
                 std::string redirect, state;
                 for (auto const& [name, value] : parse_query(std::string_view(url).substr(url.find('?') + 1))) {
                     if (name == "redirect_uri") redirect = value;
                     if (name == "state") state = value;
                 }
                 browser = std::jthread([=, &canaries] {
                     (void)browser_test::follow(redirect + "/?code=" + canaries.code + "&state=" + state);
                 });
                 return true;
             }});
        said.of([&] {
            (void)flow.run_login_flow({Native(NativeAppAuthService("id"), NullPolicy{}, {.base_url = server.url()}),
                                       {.required_scopes = std::vector<std::string>{"openid"}},
                                       {}},
                                      {});
        });
    }
    std::string const file = R"({"format_version": "2.0", "data": {"x": )" + tokens(canaries) + "}}";
    for (std::size_t i = 0; i < file.size(); i += 7) {
        write_file(directory / "damaged.json", file.substr(0, i));
        said.of([&] { (void)JsonTokenStorage(directory / "damaged.json").get_token_data_by_resource_server(); });
    }
    REQUIRE(said.errors() > 50);
    INFO(said.text());
    CHECK(said.hits(canaries) == 0);
}

TEST_CASE("C7: who refuses a secret does not repeat it", "[reliability][C7]") {
    Canaries const c;
    Said said;
    said.of([&] { AccessTokenPolicy const bad(c.access + "\n"); });
    said.of([&] { Confidential const bad("id", Secret(c.secret + "\r")); });
    said.of([&] { Confidential const bad(c.secret + ":" + c.secret, Secret(c.secret)); });
    said.of([&] {
        (void)TokenSourcePolicy([&] {
            return Secret(c.access + " ");
        }).authorize(0, AuthContext{"https://auth.globus.org/"});
    });
    said.of([&] { Pkce const bad(Secret(c.verifier.substr(0, 40))); });
    said.of([&] { (void)TokenResponse::from_answer(tokens(c, "mac")); });
    said.of([&] {
        (void)decode_id_token(Secret(c.id_token), "id", StaticJwks("x", Json{{"keys", boost::json::array()}}));
    });
    said.of([&] { (void)http::check_base_url("https://user:" + c.secret + "@example.org/"); });
    said.of([&] { (void)http::check_base_url("https://example.org/?token=" + c.access); });
    said.of([&] { http::check_header("X", c.access + "\n"); });
    CHECK(said.errors() == 10);
    INFO(said.text());
    CHECK(said.hits(c) == 0);
}

TEST_CASE("C7: what holds a secret is not printed", "[reliability][C7]") {
    CHECK_FALSE(is_printed<Secret>);
    CHECK_FALSE(is_printed<Token>);
    CHECK_FALSE(is_printed<TokenResponse>);
    CHECK_FALSE(is_printed<BasicCredential>);
    CHECK_FALSE(is_printed<Confidential>);
    CHECK_FALSE(is_printed<Authorization>);
    CHECK_FALSE(is_printed<AccessTokenPolicy>);
    CHECK_FALSE(is_printed<Pkce>);
    CHECK_FALSE(is_printed<AuthorizationCodeFlow>);
    CHECK_FALSE(is_printed<http::Request>);
    CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
    CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
    CHECK_FALSE(std::is_convertible_v<Secret, char const*>);
    CHECK_FALSE(std::is_convertible_v<Secret, bool>);
}
