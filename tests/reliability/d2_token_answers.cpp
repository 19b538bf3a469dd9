// SPDX-License-Identifier: Apache-2.0
// D2: each answer of the token endpoint is a success, or a DecodeError that says nothing of it and changes nothing: not
// the token in use, not the refresh token, not what is stored.
#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/stored_refresh_policy.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/oauth/token.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

constexpr std::int64_t now = 1700000000;
std::string const server = "transfer.api.globus.org";

using Members = std::map<std::string, std::string>;

/// A good answer, as JSON text, with some members in other words; an empty one is left out.
std::string answer(Members const& changes = {}) {
    Members members{{"access_token", R"("c4n4ry-access")"},
                    {"refresh_token", R"("c4n4ry-refresh")"},
                    {"token_type", R"("Bearer")"},
                    {"resource_server", '"' + server + '"'},
                    {"scope", R"("all")"},
                    {"expires_in", "172800"},
                    {"other_tokens", "[]"},
                    {"state", R"("_default")"}};
    for (auto const& [name, text] : changes) members[name] = text;
    std::string out;
    for (auto const& [name, text] : members)
        if (!text.empty()) out += (out.empty() ? "{\"" : ",\"") + name + "\":" + text;
    return out + '}';
}
std::string other(std::string const& resource_server, Members changes = {}) {
    changes["resource_server"] = '"' + resource_server + '"';
    changes.emplace("other_tokens", "");
    return answer(changes);
}
std::string repeated(std::size_t times, std::string const& text) {
    std::string out;
    for (std::size_t i = 0; i != times; ++i) out += text;
    return out;
}

constexpr std::size_t megabyte_size = 1'000'000;  // with the rest of the answer within its limit of 1 MiB
std::string megabyte() { return '"' + std::string(megabyte_size, 'x') + '"'; }

struct Good {
    std::string name;
    std::string body;
    std::optional<std::int64_t> expires_at_seconds = now + 172800;
    std::size_t servers = 1;
    std::string refresh_token = "c4n4ry-refresh";
    std::string access_token = "c4n4ry-access";
};
std::vector<Good> good_answers() {
    std::string every;  // VSCHAR of RFC 6749 that a header can carry
    for (char c = '!'; c <= '~'; ++c) every += c;
    std::string quoted;
    for (char const c : every) quoted += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
    return {
        {"plain", answer()},
        {"bearer", answer({{"token_type", R"("bearer")"}})},
        {"BEARER", answer({{"token_type", R"("BEARER")"}})},
        {"bEaReR", answer({{"token_type", R"("bEaReR")"}})},
        {"expires_in 0", answer({{"expires_in", "0"}}), now},
        {"expires_in 1", answer({{"expires_in", "1"}}), now + 1},
        {"expires_in 3600.0", answer({{"expires_in", "3600.0"}}), now + 3600},
        {"expires_in 36e2", answer({{"expires_in", "36e2"}}), now + 3600},
        {"expires_in of ten years", answer({{"expires_in", "315532800"}}), now + 315532800},
        {"expires_in missing", answer({{"expires_in", ""}}), std::nullopt},
        {"expires_in null", answer({{"expires_in", "null"}}), std::nullopt},
        {"other_tokens missing", answer({{"other_tokens", ""}})},
        {"other_tokens", answer({{"other_tokens", '[' + other("a") + ',' + other("b") + ']'}}), now + 172800, 3},
        {"refresh_token missing", answer({{"refresh_token", ""}}), now + 172800, 1, ""},
        {"refresh_token null", answer({{"refresh_token", "null"}}), now + 172800, 1, ""},
        {"refresh_token empty", answer({{"refresh_token", R"("")"}}), now + 172800, 1, ""},
        {"scope missing", answer({{"scope", ""}})},
        {"id_token null", answer({{"id_token", "null"}})},
        {"scope beyond ASCII", answer({{"scope", "\"\xC3\xA9 \xE6\x97\xA5\""}})},
        {"state missing", answer({{"state", ""}})},
        {"state beyond ASCII", answer({{"state", "\"\xC3\xA9\\r\\n\\u0000\""}})},
        {"state 5", answer({{"state", "5"}})},
        {"members that nobody knows", answer({{"x", R"({"y": [1, null, {"z": "\u0000"}]})"}})},
        {"blanks around it", "\r\n\t " + answer() + " \n"},
        {"all characters", answer({{"access_token", '"' + quoted + '"'}}), now + 172800, 1, "c4n4ry-refresh", every},
        {"access_token of 1 MB", answer({{"access_token", megabyte()}}), now + 172800, 1, "c4n4ry-refresh",
         std::string(megabyte_size, 'x')},
        {"refresh_token of 1 MB", answer({{"refresh_token", megabyte()}}), now + 172800, 1,
         std::string(megabyte_size, 'x')},
        {"scope of 1 MB", answer({{"scope", megabyte()}})},
        {"scope null", answer({{"scope", "null"}})},
        {"scope empty", answer({{"scope", R"("")"}})},
        {"id_token of 1 MB", answer({{"id_token", megabyte()}})},
    };
}

/// What has to be refused, by name.
std::vector<std::pair<std::string, std::string>> bad_answers() {
    std::vector<std::pair<std::string, std::string>> bad;
    auto const add = [&](std::string const& name, std::string const& body) { bad.emplace_back(name, body); };
    for (char const* member : {"access_token", "token_type", "resource_server"}) {
        add(std::string(member) + " missing", answer({{member, ""}}));
        add(std::string(member) + " null", answer({{member, "null"}}));
        add(std::string(member) + " empty", answer({{member, R"("")"}}));
    }
    for (char const* member : {"access_token", "token_type", "resource_server", "scope", "refresh_token", "id_token"}) {
        for (char const* text : {"5", "true", R"(["c4n4ry"])", R"({"x": "c4n4ry"})"})
            add(std::string(member) + ' ' + text, answer({{member, text}}));
        for (char const* text : {R"("c4n4ry\r\nX: y")", R"("c4n4ry\u0000")", R"("c4n4ry\u007f")"})
            add(std::string(member) + ' ' + text, answer({{member, text}}));
    }
    for (char const* member : {"access_token", "token_type", "refresh_token", "id_token"})
        add(std::string(member) + " beyond ASCII", answer({{member, "\"c4n4ry\xC3\xA9\""}}));
    // a header "Bearer a b" has two words (RFC 6750, section 2.1)
    for (char const* member : {"access_token", "refresh_token"})
        add(std::string(member) + " with a blank", answer({{member, R"("c4n4ry c4n4ry")"}}));
    add("token_type of 1 MB", answer({{"token_type", megabyte()}}));
    add("an error of 1 MB in the place of tokens", R"({"error": )" + megabyte() + '}');
    for (char const* type : {"mac", "Bearer ", " Bearer", "Bearerx", "Beare", "DPoP", "N_A"})
        add("token_type " + std::string(type), answer({{"token_type", '"' + std::string(type) + '"'}}));
    for (char const* seconds : {"-1", "-0.5", "0.5", "\"3600\"", "316224001", "1e308", "1e400", "-1e400", "true", "[]",
                                "{}", "9223372036854775807", "9223372036854775808", "18446744073709551616"})
        add("expires_in " + std::string(seconds), answer({{"expires_in", seconds}}));
    add("expires_in of 400 digits", answer({{"expires_in", '1' + std::string(400, '0')}}));
    for (char const* others : {"null", R"("c4n4ry")", "5", "{}", "[null]", "[5]", "[[]]", "[{}]"})
        add("other_tokens " + std::string(others), answer({{"other_tokens", others}}));
    add("other_tokens with the server of the first", answer({{"other_tokens", '[' + other(server) + ']'}}));
    add("other_tokens with one server twice", answer({{"other_tokens", '[' + other("a") + ',' + other("a") + ']'}}));
    add("other_tokens, the last one bad",
        answer({{"other_tokens", '[' + other("a") + ',' + other("b", {{"token_type", R"("mac")"}}) + ']'}}));
    add("other_tokens, 10,000 null", answer({{"other_tokens", "[null" + repeated(9999, ",null") + ']'}}));
    add("an error with status 200", R"({"error": "invalid_grant", "error_description": "c4n4ry"})");
    add("nothing", "");
    add("a list", '[' + answer() + ']');
    for (char const* text : {"null", "5", "\"c4n4ry\"", "[]", "{}"}) add(text, text);
    add("HTML", "<html><body>c4n4ry</body></html>");
    add("a form", "access_token=c4n4ry&token_type=bearer");
    add("cut off", answer().substr(0, answer().size() - 1));
    add("cut off inside of a token", answer().substr(0, 25));
    add("text behind it", answer() + "x");
    add("two of them", answer() + answer());
    add("a byte order mark", "\xEF\xBB\xBF" + answer());
    add("invalid UTF-8", answer({{"x", "\"\xC3\x28\""}}));
    add("NaN", answer({{"expires_in", "NaN"}}));
    add("deep", answer({{"x", std::string(100000, '[') + std::string(100000, ']')}}));
    return bad;
}

/// True if `f` throws a DecodeError that holds nothing of the answer.
bool is_refused(std::function<void()> const& f) {
    try {
        f();
    } catch (DecodeError const& error) {
        CHECK(std::string(error.what()).find("c4n4ry") == std::string::npos);
        CHECK(error.body().empty());
        return true;
    }
    return false;
}

/// An auth host that answers all requests with one text.
struct AuthHost {
    MockTransport transport;
    std::string body;
    AuthHost() {
        transport.otherwise([this](http::Request const&) { return http::Response{.status = 200, .body = body}; });
    }
};

AuthContext const context{"https://auth.globus.org/"};
RenewalOptions at(std::int64_t time) {
    return {.now = [time] { return time; }};
}

/// A login that needs no browser: the code is there.
struct CodeAtHand {
    TokenResponse run_login_flow(Login login, std::stop_token) const {
        login.start();
        return login.finish(Secret("code"));
    }
};

}  // namespace

TEST_CASE("D2: what a token answer says is taken over", "[reliability][D2]") {
    for (Good const& good : good_answers()) {
        INFO(good.name);
        AuthHost host;
        host.body = good.body;
        TokenResponse const tokens = TokenResponse::from_answer(good.body);
        CHECK(tokens.by_resource_server().size() == good.servers);
        RefreshPolicy<Native> const policy(Native{"client"}, "first", at(now));
        if (good.servers != 1) {  // a renewal is for one: with more it is not known whose the refresh token is
            CHECK(is_refused([&] { (void)policy.authorize(host.transport, context); }));
            CHECK(policy.token().access_token.empty());
            CHECK(policy.token().refresh_token == Secret("first"));
            continue;
        }
        CHECK(policy.authorize(host.transport, context).header == Secret("Bearer " + good.access_token));
        Token const token = policy.token();
        CHECK(token.expires_at_seconds == good.expires_at_seconds);
        CHECK(token.resource_server == server);
        CHECK(token.refresh_token == Secret(good.refresh_token.empty() ? "first" : good.refresh_token));
    }
    DependentTokenResponse const dependent =
        DependentTokenResponse::from_answer('[' + other("a") + ',' + other("b") + ']');
    CHECK(dependent.by_resource_server().size() == 2);
    CHECK(DependentTokenResponse::from_answer("[]").by_resource_server().empty());
}

TEST_CASE("D2: an answer with very many tokens is read in time that grows with it alone", "[reliability][D2]") {
    auto const others = [](int count) {
        std::string out;
        for (int i = 0; i != count; ++i)
            out += (i == 0 ? "" : ",") + other("s" + std::to_string(i), {{"state", ""}, {"scope", ""}});
        return out;
    };
    auto const needed = [](std::string const& body, std::size_t servers) {
        auto const begin = std::clock();
        CHECK(TokenResponse::from_answer(body).by_resource_server().size() == servers);
        return std::max<std::clock_t>(std::clock() - begin, 1);
    };
    std::string const many = others(100000);
    auto const few = needed(answer({{"other_tokens", '[' + others(10000) + ']'}}), 10001);
    CHECK(needed(answer({{"other_tokens", '[' + many + ']'}}), 100001) < 50 * few);  // ten times as many
    CHECK(is_refused([&] {  // the last has the server of the first
        (void)TokenResponse::from_answer(answer({{"other_tokens", '[' + many + ',' + other("s0") + ']'}}));
    }));
}

TEST_CASE("D2: an error answer of any form is an AuthApiError, and changes nothing", "[reliability][D2]") {
    MemoryTokenStorage const storage;
    storage.store_token_data_by_resource_server({{server,
                                                  {.resource_server = server,
                                                   .scope = "all",
                                                   .access_token = "held",
                                                   .refresh_token = "first",
                                                   .expires_at_seconds = 1}}});
    auto const before = storage.get_token_data_by_resource_server();
    for (int const status : {300, 302, 400, 401, 403, 404, 418})
        for (std::string const& body :
             {std::string(), std::string("<html><body>c4n4ry</body></html>"), std::string("[]"), std::string("null"),
              answer(), std::string(R"({"error": 5})"), std::string(R"({"error": null, "errors": "c4n4ry"})"),
              std::string(100000, '['), std::string(R"({"error": "invalid_grant", "error_description": 7})"),
              R"({"error": )" + megabyte() + '}'}) {
            INFO(status << ' ' << body.substr(0, 100));
            MockTransport transport;
            transport.otherwise([&](http::Request const&) { return http::Response{.status = status, .body = body}; });
            auto const policy = stored_refresh_policy(Native{"client"}, storage, server, at(now));
            try {
                (void)policy.authorize(transport, context);
                FAIL_CHECK("it was taken for tokens");
            } catch (AuthApiError const& error) {
                CHECK(error.http_status() == status);
            }
            CHECK(transport.request_count() == 1);
            CHECK(policy.token().access_token == Secret("held"));
            CHECK(policy.token().refresh_token == Secret("first"));
            CHECK(storage.get_token_data_by_resource_server() == before);
        }
}

TEST_CASE("D2: a time of expiry does not overflow", "[reliability][D2]") {
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    AuthHost host;
    host.body = answer();
    RefreshPolicy<Native> const policy(Native{"client"}, "first", at(last - 100));
    CHECK_FALSE(policy.authorize(host.transport, context).header.empty());
    CHECK(policy.token().expires_at_seconds == last);
}

TEST_CASE("D2: a token answer that breaks the rules is an error, and changes nothing", "[reliability][D2]") {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.json";
    JsonTokenStorage const storage(path);
    storage.store_token_data_by_resource_server({{server,
                                                  {.resource_server = server,
                                                   .identity_id = "somebody",
                                                   .scope = "all",
                                                   .access_token = "held",
                                                   .refresh_token = "first",
                                                   .expires_at_seconds = 1}}});
    std::string const file = file_text(path);
    MemoryTokenStorage const memory;
    memory.store_token_data_by_resource_server(storage.get_token_data_by_resource_server());

    auto const bad = bad_answers();
    std::set<std::string> names;
    for (auto const& [name, body] : bad) {
        INFO(name);
        CHECK(names.insert(name).second);
        AuthHost host;
        host.body = body;
        CHECK(is_refused([&, &text = body] { (void)TokenResponse::from_answer(text); }));

        // in memory: the token and its refresh token are those of before
        RefreshPolicy<Native> const policy(Native{"client"},
                                           Token{.resource_server = server,
                                                 .scope = "all",
                                                 .access_token = "held",
                                                 .refresh_token = "first",
                                                 .expires_at_seconds = now - 1},
                                           at(now));
        CHECK(is_refused([&] { (void)policy.authorize(host.transport, context); }));
        CHECK(host.transport.request_count() == 1);  // it is no fault of the network: nothing is asked again
        Token const left = policy.token();
        CHECK(left.access_token == Secret("held"));
        CHECK(left.refresh_token == Secret("first"));
        CHECK(left.expires_at_seconds == now - 1);
        CHECK(left.scope == "all");

        // in a file
        auto const stored = stored_refresh_policy(Native{"client"}, storage, server, at(now));
        CHECK(is_refused([&] { (void)stored.authorize(host.transport, context); }));
        CHECK(file_text(path) == file);

        // at a login
        UserApp<Native, CodeAtHand, MemoryTokenStorage, MockTransport> const app{
            Native{"client"}, {.app_name = "test", .token_storage = memory, .transport = host.transport}};
        CHECK(is_refused([&] { app.login({.force = true}); }));
        CHECK(memory.get_token_data_by_resource_server() == storage.get_token_data_by_resource_server());

        // what is good afterwards is taken, by the refresh token that was there
        host.body = answer();
        CHECK(policy.authorize(host.transport, context).header == Secret("Bearer c4n4ry-access"));
        CHECK(host.transport.requests().back().body.find("refresh_token=first") != std::string::npos);
    }
    for (std::string const& text : std::vector<std::string>{"{}", answer(), "[null]", "[[]]", "[" + answer() + ",5]",
                                                            '[' + other("a") + ',' + other("a") + ']'}) {
        INFO(text);
        CHECK(is_refused([&] { (void)DependentTokenResponse::from_answer(text); }));
    }
    CHECK(good_answers().size() + bad.size() >= 60);
    WARN(good_answers().size() << " answers taken, " << bad.size() << " refused");
}
