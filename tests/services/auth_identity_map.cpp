// SPDX-License-Identifier: Apache-2.0
#include <globus/services/auth.hpp>

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace globus;

namespace {

using AuthClient = Client<AuthService, AccessTokenPolicy, MockTransport>;
using Map = IdentityMap<AuthClient>;

constexpr int people = 1000;  ///< those who exist

std::string uuid(int n) {
    std::string const digits = std::to_string(n);
    return "46bd0f56-e24f-11e5-a510-" + std::string(12 - digits.size(), '0') + digits;
}
std::string username(int n) { return "user" + std::to_string(n) + "@e.org"; }

/// What was asked for, as the service would find it.
std::vector<std::string> asked(http::Request const& request) {
    std::vector<std::string> names;
    for (auto const& [name, value] : parse_query(request.url.substr(request.url.find('?') + 1)))
        if (name != "provision")
            for (std::string_view rest = value; !rest.empty();) {
                std::string_view const one = rest.substr(0, rest.find(','));
                names.emplace_back(one);
                rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
            }
    return names;
}

/// Globus Auth with a thousand people.
MockTransport service() {
    MockTransport mock;
    mock.otherwise([](http::Request const& request) {
        std::string list;
        for (std::string const& name : asked(request))
            for (int n = 0; n != people; ++n)
                if (name == uuid(n) || name == username(n))
                    list += (list.empty() ? "" : ",") + std::string(R"({"id":")") + uuid(n) + R"(","username":")" +
                            username(n) + R"("})";
        http::Response response;
        response.status = 200;
        response.headers.add("Content-Type", "application/json");
        response.body = R"({"identities":[)" + list + "]}";
        return response;
    });
    return mock;
}

AuthClient make(MockTransport mock) { return AuthClient{"token", {.transport = std::move(mock)}}; }

}  // namespace

TEST_CASE("identity map: identities are fetched in batches and kept under id and name", "[auth][identity_map]") {
    MockTransport const mock = service();
    std::vector<std::string> ids;
    for (int n = 0; n != 250; ++n) ids.push_back(uuid(n));
    Map map(make(mock), ids);
    for (std::string const& id : ids) CHECK(map[id].id == id);
    CHECK(mock.request_count() == 3);
    for (http::Request const& request : mock.requests()) CHECK(asked(request).size() <= 100);
    CHECK(map[username(7)].id == uuid(7));
    CHECK(mock.request_count() == 3);
}

TEST_CASE("identity map: ids and names go in requests of their own", "[auth][identity_map]") {
    MockTransport const mock = service();
    Map map(make(mock), {uuid(1), username(2), uuid(3)});
    CHECK(map[username(2)].id == uuid(2));
    CHECK(map[uuid(4)].username == username(4));
    auto const sent = mock.requests();
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].url.ends_with("identities?usernames=user2%40e.org&provision=false"));
    CHECK(asked(sent[1]) == std::vector{uuid(4), uuid(1), uuid(3)});
    CHECK(map[uuid(3)].id == uuid(3));
    CHECK(mock.request_count() == 2);
}

TEST_CASE("identity map: who does not exist is not kept", "[auth][identity_map]") {
    MockTransport const mock = service();
    Map map(make(mock));
    CHECK(map.get(uuid(people)) == nullptr);
    CHECK_THROWS_AS(map[uuid(people)], UsageError);
    CHECK(map.get("") == nullptr);
    CHECK(mock.request_count() == 3);
}

TEST_CASE("identity map: names are noted once, and forgotten when told", "[auth][identity_map]") {
    MockTransport const mock = service();
    Map map(make(mock), {}, 1);
    CHECK(map.add(uuid(1)));
    CHECK_FALSE(map.add(uuid(1)));
    CHECK(map.add(username(2)));
    CHECK(map[uuid(1)].username == username(1));
    CHECK_FALSE(map.add(username(1)));
    CHECK(map.erase(uuid(1)));
    CHECK_FALSE(map.erase(uuid(1)));
    CHECK(map[uuid(1)].username == username(1));
    CHECK(mock.request_count() == 2);
}

TEST_CASE("identity map: case and spelling do not matter", "[auth][identity_map]") {
    MockTransport mock;
    mock.reply(200,
               R"({"identities": [{"id": "ae341a98-d274-11e5-b888-dbae3a8ba545", "username": "ada@example.org"}]})");
    Map map(make(mock));
    CHECK(map["AE341A98-D274-11E5-B888-DBAE3A8BA545"].username == "ada@example.org");
    CHECK(asked(mock.requests().at(0)) == std::vector<std::string>{"AE341A98-D274-11E5-B888-DBAE3A8BA545"});
    CHECK(map["ae341a98-d274-11e5-b888-dbae3a8ba545"].username == "ada@example.org");
    CHECK(map["urn:uuid:{ae341a98d27411e5b888dbae3a8ba545}"].username == "ada@example.org");
    CHECK(map["Ada@Example.org"].username == "ada@example.org");
    CHECK_FALSE(map.add("ADA@EXAMPLE.ORG"));
    CHECK(map.add("Bob@Example.org"));
    CHECK_FALSE(map.add("bob@example.org"));
    CHECK(mock.request_count() == 1);
    CHECK(map.erase("ADA@example.org"));
    CHECK_FALSE(map.erase("ada@example.org"));

    mock.reply(200, R"({"identities": [{"id": "b", "username": "Carol@Example.org"}]})");
    CHECK(map["carol@example.org"].id == "b");
    CHECK(map["CAROL@example.org"].id == "b");
    CHECK(mock.request_count() == 2);
}

TEST_CASE("identity map: maps may share what was found", "[auth][identity_map]") {
    MockTransport const mock = service();
    Map first(make(mock));
    (void)first[uuid(1)];
    Map second(make(mock), {uuid(1), uuid(2)}, 0, first.cache());
    CHECK(second[uuid(1)].id == uuid(1));
    CHECK(mock.request_count() == 1);
    (void)second[uuid(2)];
    CHECK(asked(mock.requests().at(1)) == std::vector{uuid(2)});
}

TEST_CASE("identity map: a batch that failed is not lost", "[auth][identity_map]") {
    MockTransport mock = service();
    mock.reply(403, R"({"errors": [{"code": "FORBIDDEN", "detail": "no", "id": "e"}]})");
    Map map(make(mock), {uuid(1), uuid(2)});
    CHECK_THROWS_AS(map[uuid(1)], AuthApiError);
    CHECK(map[uuid(1)].id == uuid(1));
    CHECK(asked(mock.requests().at(1)).size() == 2);
}
