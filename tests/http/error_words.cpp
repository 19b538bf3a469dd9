// SPDX-License-Identifier: Apache-2.0
#include <globus/http/error_words.hpp>

#include "support/catch.hpp"
#include "support/clean_line.hpp"

#include <globus/oauth/errors.hpp>
#include <globus/services/compute/errors.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/gcs/errors.hpp>
#include <globus/services/groups/errors.hpp>
#include <globus/services/search/errors.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/transfer/errors.hpp>

#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace globus;

namespace {

http::Request request() {
    http::Request sent;
    sent.method = http::Method::post;
    sent.url = "https://service.example.org/path";
    return sent;
}

template <class E>
std::string what(std::string const& body, std::string const& type, http::Request const& sent = request()) {
    http::Response answer{.status = 422, .reason = "Unprocessable Entity", .headers = {}, .body = body};
    if (!type.empty()) answer.headers.add("Content-Type", type);
    return E(sent, std::move(answer)).what();
}

/// What the error of each service says of one answer.
std::vector<std::string> all(std::string const& body, std::string const& type = "application/json") {
    return {what<ApiError>(body, type),       what<AuthApiError>(body, type),    what<TransferApiError>(body, type),
            what<GroupsApiError>(body, type), what<SearchApiError>(body, type),  what<FlowsApiError>(body, type),
            what<TimersApiError>(body, type), what<ComputeApiError>(body, type), what<GcsApiError>(body, type)};
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("error words: every service's error has them, in whatever shape they come", "[http][errors]") {
    struct Shape {
        char const* body;
        std::vector<std::string> words;
        char const* type = "application/json";
    };
    std::vector<Shape> const shapes{
        {R"({"detail": [{"loc": ["body", 0, "interval"], "msg": "must be positive", "type": "value_error"},
                        {"loc": ["query", "limit"], "msg": "too large", "type": "value_error", "input": "x"}]})",
         {"must be positive: body.0.interval", "too large: query.limit"}},
        {R"({"detail": ["no such flow", "nor such a run"]})", {"no such flow", "nor such a run"}},
        {R"({"detail": "Not authenticated"})", {"Not authenticated"}},
        {R"({"detail": {"reason": "quota", "limit": 5}})", {"quota"}},
        {R"({"error": {"code": "DENIED", "message": "not for you"}})", {"DENIED", "not for you"}},
        {R"({"error": {"status": 403, "errors": [{"message": "the API is off", "domain": "d"}]}})", {"the API is off"}},
        {R"({"error": "forbidden", "error_description": "by policy"})", {"forbidden", "by policy"}},
        {R"({"code": "C", "error": "nothing but this"})", {"C", "nothing but this"}},
        {R"({"errors": ["first", "second"]})", {"first", "second"}},
        {R"({"errors": {"name": ["is missing"], "address": {"zip": ["too short", "no digits"]}}})",
         {"is missing: name", "too short: address.zip", "no digits: address.zip"}},
        {R"({"errors": {"password": ["too common"]}})", {"too common: password"}},
        {R"({"errors": [{"message": "one"}, null, {"reason": "two"}, "three", 4]})", {"one", "two", "three"}},
        {R"({"reason": "no endpoint is online", "code": 7, "status": "Failed"})", {"no endpoint is online"}},
        {R"({"type": "about:blank", "title": "Out of credit", "status": 403})",
         {"Out of credit"},
         "application/problem+json"},
        {R"({"Message": "User is not authorized", "Type": "User"})", {"User is not authorized"}},
        {R"({"name": ["This field is required."]})", {"This field is required.: name"}},
        {R"("just a text")", {"just a text"}},
        {R"(["one", {"two": "three"}])", {"one", "three: two"}},
        {R"({"message": "in a text", "code": "C"})", {"in a text"}, "text/plain"},
        {"<!DOCTYPE html>\n<html><head><TITLE lang=en>\n 502 Bad &amp; ugly\n</TITLE></head><body>x",
         {"502 Bad & ugly"},
         "text/html"},
        {"<html><title></title><body><h1 class='x'>Not here</h1>", {"Not here"}, "text/html; charset=utf-8"},
        {"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
         {"Access Denied"},
         "application/xml"},
        {"upstream connect error\nor disconnect", {"upstream connect error or disconnect"}, "text/plain"},
        {"no healthy upstream", {"no healthy upstream"}, "application/json"},
        {"plainly said", {"plainly said"}, ""}};
    for (Shape const& shape : shapes) {
        INFO(shape.body);
        for (std::string const& said : all(shape.body, shape.type)) {
            INFO(said);
            CHECK(is_clean_line(said));
            for (std::string const& words : shape.words) CHECK(count(said, words) == 1);
            CHECK(said.find("Unprocessable") == said.npos);  // the reason phrase is for those who say nothing
        }
    }
}

TEST_CASE("error words: the known forms say what they always said", "[http][errors]") {
    CHECK(what<TransferApiError>(R"({"code": "C", "message": "m", "request_id": "r", "resource": "/x", "detail": "d"})",
                                 "application/json") ==
          "POST https://service.example.org/path was answered 422 C: m (request id r)");
    CHECK(what<AuthApiError>(R"({"errors": [{"status": "401", "id": "i", "code": "U", "detail": "d", "title": "t"}]})",
                             "application/json") ==
          "POST https://service.example.org/path was answered 422 U: d (request id i)");
    CHECK(what<TimersApiError>(R"({"detail": [{"loc": ["a"], "msg": "m"}, {"loc": ["b", 3], "msg": "n"}]})",
                               "application/json") ==
          "POST https://service.example.org/path was answered 422: m: a; n: b.3");
}

TEST_CASE("error words: the one word of OAuth2 stands where a code does", "[http][errors]") {
    for (std::string const& said : all(R"({"error": "invalid_grant"})")) CHECK(count(said, "invalid_grant") == 1);
    for (std::string const& said : all(R"({"error": "invalid_grant", "error_description": "it expired"})"))
        CHECK(count(said, "422 invalid_grant: it expired") == 1);
}

TEST_CASE("error words: who says nothing is quoted with the reason phrase", "[http][errors]") {
    for (char const* const body : {"", "{}", "[]", "null", "17", "[1, 2]", "{\"x\": 1}", "{\"code\": ", "   \n",
                                   "<html><p>text", "{\"request_id\": \"r\", \"DATA_TYPE\": \"t\"}", "\"\""})
        for (std::string const& said : all(body)) {
            INFO(body << ": " << said);
            CHECK(said.find(": Unprocessable Entity") != said.npos);
        }
    for (std::string const& said : all(std::string("\x89PNG\r\n\x1a\n", 8), "image/png"))
        CHECK(said.find(": Unprocessable Entity") != said.npos);
}

TEST_CASE("error words: a foreign text is one line of a bounded length, and the request id stays", "[http][errors]") {
    std::string const hostile = "one\\n2025-01-01 root logged in\\u001b]0;title\\u0007\\u202e\\u0085";
    std::string const raw = "one\n2025-01-01 root logged in\x1b]0;title\x07\xe2\x80\xae\xc2\x85\xff";
    std::string const much(60000, 'x');
    std::vector<std::pair<std::string, std::string>> const answers{
        {R"({"code": ")" + hostile + R"(", "message": ")" + hostile + R"(", "request_id": ")" + hostile + "\"}",
         "application/json"},
        {R"({"code": ")" + much + R"(", "message": "m", "request_id": "the id"})", "application/json"},
        {R"({"code": "c", "message": ")" + much + R"(", "request_id": "the id"})", "application/json"},
        {R"({"code": "c", "message": "m", "request_id": ")" + much + "\"}", "application/json"},
        {R"({"detail": [{"loc": [")" + hostile + R"("], "msg": ")" + much + "\"}]}", "application/json"},
        {R"({")" + hostile + "\": \"" + hostile + "\"}", "application/json"},
        {R"({")" + much + "\": \"a\"}", "application/json"},
        {"<title>" + raw + "</title>", "text/html"},
        {"<title>" + much, "text/html"},
        {raw, "text/plain"},
        {much, "text/plain"}};
    for (auto const& [body, type] : answers)
        for (std::string const& said : all(body, type)) {
            INFO(said);
            CHECK(is_clean_line(said));
            CHECK(said.size() < 2000);
            if (body.find("the id") != body.npos) CHECK(said.find("the id") != said.npos);
        }
    ApiError const error(request(), {.status = 400,
                                     .reason = raw,
                                     .headers = {{"X-Request-ID", raw}, {"Content-Type", "application/json"}},
                                     .body = R"({"code": "c", "message": ")" + hostile + "\"}"});
    CHECK(is_clean_line(error.what()));
    CHECK(error.message().find('\x1b') != std::string::npos);  // as the service wrote it
    CHECK(error.request_id() == raw);
}

TEST_CASE("error words: no document takes long, or more than its own depth", "[http][errors]") {
    std::string const kib64(std::size_t{64} << 10, ' ');
    auto const repeated = [&](std::string const& unit) {
        std::string text;
        while (text.size() + unit.size() < 65000) text += unit;
        return text;
    };
    std::clock_t const begin = std::clock();
    int rounds = 0;
    for (std::string const& body :
         {R"({"errors": [)" + repeated("{},") + "{}]}", R"({"errors": [)" + repeated(R"({"message":"m"},)") + "{}]}",
          repeated(R"({"error":)") + "1", repeated("["), R"({"detail":)" + repeated("[[],") + "1",
          [] {
              std::string deep;
              for (int i = 0; i != 120; ++i) deep += R"({"errors":[{"detail":{"x":)";
              return deep;
          }(),
          [] {
              std::string text = "\"deep\"";
              for (int i = 0; i != 60; ++i) text = R"({"error":[)" + text + "]}";
              return text;
          }(),
          repeated("<title "), repeated("<h1></h1>"), repeated("&amp;"),
          R"({"errors": [)" + repeated(R"({"authorization_parameters":{}},)") + "{}]}"})
        for (char const* const type : {"application/json", "text/html"}) {
            CHECK(all(body, type).size() == 9);
            rounds += 9;
        }
    CHECK((std::clock() - begin) / rounds < CLOCKS_PER_SEC / 5);
}

TEST_CASE("error words: what a service repeats of a credential is not said", "[http][errors]") {
    std::string const secret = "Aa0~canary-canary-canary";
    http::Request bearer = request();
    bearer.authorization = Secret("Bearer " + secret);
    http::Request form = request();
    form.headers.add("Content-Type", "application/x-www-form-urlencoded");
    form.has_body = true;
    form.body = "grant_type=refresh_token&token_type_hint=refresh_token&refresh_token=" + percent_encode(secret);
    http::Request basic = request();
    basic.authorization = Secret("Basic " + base64_encode("an-app:" + secret));
    http::Request own = request();
    own.authorization = Secret(secret);
    for (http::Request const& sent : {bearer, form, basic, own})
        for (auto const& [body, type] : std::vector<std::pair<std::string, std::string>>{
                 {R"({"code": ")" + secret + R"(", "message": "bad token )" + secret + "\"}", "application/json"},
                 {R"({"error": "invalid_grant", "error_description": "refresh_token )" + secret + "\"}",
                  "application/json"},
                 {R"({"detail": [{"loc": ["body", ")" + secret + R"("], "msg": "wrong: )" + secret + "\"}]}",
                  "application/json"},
                 {R"({"received": ")" + secret + "\"}", "application/json"},
                 {std::string(990, '.') + secret, "text/plain"},
                 {"<title>" + secret + "</title>", "text/html"}}) {
            auto const said = what<ApiError>(body, type, sent);
            INFO(said);
            CHECK(said.find("canary") == said.npos);
            if (body.find("invalid_grant") != body.npos)
                CHECK(said.find("invalid_grant: refresh_token ***") != said.npos);
        }
    // nor are other people's: a service that gives tokens with an error, or lists what it was sent
    auto const given = what<ApiError>(R"({"access_token": "canary", "id_token": "canary", "state": "canary",
        "Set-Cookie": "canary", "apiKey": "canary", "input": {"client_secret": "canary"}})",
                                      "application/json");
    CHECK(given.find("canary") == given.npos);
    auto const fastapi =
        what<ApiError>(R"({"detail": [{"loc": ["body"], "msg": "m", "input": "canary"}]})", "application/json");
    CHECK(fastapi.find("canary") == fastapi.npos);
    for (char const* const page : {"<p>canary", "{\"access_token\": \"canary", "[\"canary"}) {
        CHECK(what<ApiError>(page, "text/html").find("canary") == std::string::npos);
        CHECK(what<ApiError>(page, "application/json").find("canary") == std::string::npos);
    }
}
