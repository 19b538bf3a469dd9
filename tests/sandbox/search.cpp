// SPDX-License-Identifier: Apache-2.0
// What a search finds, and in which order.
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <string>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

struct Fixture {
    Fixture() : client(server) {
        client.token = server.user_token("search.api.globus.org");
        base = "/v1/index/" + client.post("/v1/index", R"({"display_name": "I", "description": "D"})").text("id");
    }
    void add(std::string const& subject, std::string const& content, std::string const& visible_to = "public") {
        json::object const entry{{"subject", subject},
                                 {"visible_to", json::array{json::value(visible_to)}},
                                 {"content", json::parse(content)}};
        json::object const body{{"ingest_type", "GMetaEntry"}, {"ingest_data", entry}};
        REQUIRE(client.post(base + "/ingest", json::serialize(body)).status == 200);
    }
    /// The subjects that a query finds, in their order.
    std::string query(json::object const& document) {
        auto const answer = client.post(base + "/search", json::serialize(document)).json();
        std::string out;
        for (auto const& hit : answer.at("gmeta").as_array())
            out += (out.empty() ? "" : " ") + json::value_to<std::string>(hit.at("subject"));
        return out;
    }
    std::string find(std::string const& words) { return query({{"q", words}}); }
    std::string advanced(std::string const& words) { return query({{"q", words}, {"advanced", true}}); }
    sb::Server server;
    Client client;
    std::string base;
};

}  // namespace

TEST_CASE("sandbox search: words are found wherever they are, phrases as they are", "[sandbox][search]") {
    Fixture f;
    f.add("one", R"({"title": "The quick fox", "more": {"text": ["jumps over", "the dog"]}, "n": 7})");
    f.add("two", R"({"title": "A lazy dog", "more": {"text": "fox quick"}})");
    CHECK(f.find("fox dog").size() == 7);
    CHECK(f.find("\"quick fox\"") == "one");
    CHECK(f.find("\"over the\"").empty());  // two texts
    CHECK(f.find("QUICK -lazy") == "one");
    CHECK(f.find("qui").empty());
    CHECK(f.find("jum*") == "one");
    CHECK(f.find("\"the qui*\"") == "one");
    CHECK(f.find("title").empty());
    CHECK(f.find("7") == "one");
    CHECK(f.find("two") == "two");  // a subject is a text, too
}

TEST_CASE("sandbox search: words of every language are words", "[sandbox][search]") {
    Fixture f;
    f.add("swiss", R"({"title": "Zürich am See"})");
    f.add("greek", R"({"title": "ΑΘΗΝΑ", "snake_case": "a_b"})");
    CHECK(f.find("zürich") == "swiss");
    CHECK(f.find("ZÜRICH") == "swiss");
    CHECK(f.find("zurich").empty());
    CHECK(f.find("αθηνα") == "greek");
    CHECK(f.find("a_b") == "greek");
    CHECK(f.find("b").empty());
}

TEST_CASE("sandbox search: the advanced language looks at fields and below them", "[sandbox][search]") {
    Fixture f;
    f.add("one", R"({"title": "alpha", "a": {"b": "deep", "c.d": "dotted"}})");
    f.add("two", R"({"title": "beta alpha", "other": "deep"})");
    CHECK(f.advanced("title:beta") == "two");
    CHECK(f.advanced("a:deep") == "one");
    CHECK(f.advanced("a.b:deep") == "one");
    CHECK(f.advanced("a.c\\.d:dotted") == "one");
    CHECK(f.advanced("b:deep").empty());
    CHECK(f.advanced("title:(alpha beta)").empty());  // the words in this order
    CHECK(f.advanced("title:\"beta alpha\"") == "two");
    CHECK(f.advanced("title:be* AND NOT a:deep") == "two");
    CHECK(f.advanced("subject:one OR subject:two").size() == 7);
}

TEST_CASE("sandbox search: the best comes first, and a boost makes a field count more", "[sandbox][search]") {
    Fixture f;
    f.add("weak", R"({"text": "one star among a great many other words that are of no interest at all", "k": "x"})");
    f.add("strong", R"({"text": "star", "k": "y"})");
    f.add("none", R"({"text": "planet"})");
    CHECK(f.find("star") == "strong weak");
    CHECK(f.query({{"q", "star"}, {"sort", json::parse(R"([{"field_name": "k", "order": "asc"}])")}}) == "weak strong");
    f.add("title", R"({"text": "a few words more than there would have to be", "title": "the name of a star or two"})");
    CHECK(f.find("star").starts_with("strong"));
    CHECK(f.query({{"q", "star"}, {"boosts", json::parse(R"([{"field_name": "title", "factor": 20}])")}})
              .starts_with("title"));
}

TEST_CASE("sandbox search: nobody finds what he may not see", "[sandbox][search]") {
    Fixture f;
    f.add("open", R"({"title": "star"})");
    f.add("closed", R"({"title": "star"})", "urn:globus:auth:identity:" + f.server.user().id);
    CHECK(f.find("star") == "open closed");
    f.client.token.clear();
    CHECK(f.find("star") == "open");
}

TEST_CASE("sandbox search: one entry is made and replaced by itself", "[sandbox][search]") {
    Fixture f;
    std::string const entry = R"({"subject": "s", "visible_to": ["public"], "content": {"title": "first"}})";
    CHECK(f.client.post(f.base + "/entry", entry).status == 200);
    CHECK(f.find("first") == "s");
    CHECK(f.client
              .send("PUT", f.base + "/entry", {}, R"({"subject": "s", "visible_to": ["public"],
        "content": {"title": "second"}})")
              .status == 200);
    CHECK(f.find("first").empty());
    CHECK(f.find("second") == "s");
    CHECK(f.client.post(f.base + "/entry", R"({"subject": "s"})").status == 400);
    CHECK(f.client.post(f.base + "/entry", "no JSON").status == 400);
}
