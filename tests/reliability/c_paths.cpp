// SPDX-License-Identifier: Apache-2.0
// C4: an id is one segment of the path, the one that was given. C5: a URL that a service gives gets no credential.
#include <globus/oauth/id_token.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/search.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"

#include <chrono>
#include <random>
#include <string>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// Ids of one to twelve bytes, every third one of those that mean something in a URL.
class Ids {
public:
    std::string next() {
        while (true) {
            std::string id(1 + random_() % 12, '\0');
            for (char& c : id)
                c = random_() % 3 == 0 ? "./%\\;?#&=+ "[random_() % 11] : static_cast<char>(1 + random_() % 255);
            if (id != "." && id != ".." && id.find_first_not_of(" \t\r\n") != std::string::npos) return id;
        }
    }

private:
    std::mt19937 random_{1};
};

}  // namespace

TEST_CASE("C4: whatever an id is, it is one segment, and the one that was given", "[reliability][C4]") {
    MockTransport transport;
    transport.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = "{}"}; });
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"t", {.transport = transport}};
    std::string const prefix = "https://transfer.api.globus.org/v0.10/task/";
    Ids ids;
    int bad = 0;
    for (int i = 0; i != 100000; ++i) {
        std::string const id = ids.next();
        (void)transfer.get_task({.task_id = id});
        auto const url = transport.requests().back().url;
        if (i % 64 == 0) transport.clear();
        std::string const segment = url.substr(prefix.size());
        bad += !url.starts_with(prefix) || segment.find_first_of("/?#") != std::string::npos ||
               percent_decode(segment) != id;
    }
    CHECK(bad == 0);
}

TEMPLATE_TEST_CASE("C4: the server reads the id that was given, and no other segment", "[reliability][C4]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    ClientBy<TestType, TransferService, AccessTokenPolicy> const transfer{
        server.user_token("transfer.api.globus.org"), {.base_url = server.base_url(), .auth_url = server.base_url()}};
    Ids ids;
    std::vector<std::string> given;
    for (int i = 0; i != 3000; ++i) {
        given.push_back(ids.next());
        (void)transfer.try_send(GetTask{.task_id = given.back()});
    }
    auto const journal = server.journal();
    REQUIRE(journal.size() == given.size());
    int bad = 0;
    for (std::size_t i = 0; i != given.size(); ++i) {
        std::string const prefix = "/v0.10/task/", &target = journal[i].target;
        bad += journal[i].operation != "get_task" || !target.starts_with(prefix) ||
               target.find_first_of("/?#", prefix.size()) != std::string::npos ||
               percent_decode(std::string_view(target).substr(prefix.size())) != given[i];
    }
    CHECK(bad == 0);
}

TEST_CASE("C4: what is no id is refused before anything is sent, by its name", "[reliability][C4]") {
    MockTransport const transport;
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"t", {.transport = transport}};
    using Catch::Matchers::ContainsSubstring;
    for (std::string const& id : {std::string(), std::string("."), std::string(".."), std::string(" "),
                                  std::string(1, '\0'), std::string("a\0b", 3), std::string("a\0/../../evil", 13)}) {
        INFO(id);
        CHECK_THROWS_WITH(transfer.get_task({.task_id = id}), ContainsSubstring("task_id"));
        CHECK_THROWS_AS(transfer.get_task({.task_id = id}), UsageError);
        CHECK_THROWS_AS(transfer.operation_ls({.endpoint_id = id}), UsageError);
        CHECK_THROWS_AS(transfer.cancel_task({.task_id = id}), UsageError);
        if (!id.empty()) CHECK_THROWS_AS(transfer.get("v0.10/task/" + id), UsageError);
    }
    CHECK_THROWS_AS(transfer.get("v0.10/task/../../evil"), UsageError);
    CHECK(transport.request_count() == 0);
}

TEMPLATE_TEST_CASE("C5: a URL that a service gives gets no credential unless it is the client's own",
                   "[reliability][C5]", Blocking, Asynchronous) {
    sandbox::Server own;
    ByteServer const other([](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\n\r\n{}"); });
    ByteServer const six([](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\n\r\n{}"); }, "::1");
    ClientBy<TestType, TransferService, AccessTokenPolicy> const transfer{
        own.user_token("transfer.api.globus.org"), {.base_url = own.base_url(), .auth_url = own.base_url()}};
    (void)transfer.get(other.url() + "v0.10/task_list");
    (void)transfer.get(six.url() + "v0.10/task_list");
    (void)transfer.post(other.url() + "v0.10/transfer", Json{{"a", 1}});
    CHECK(other.connections() == 2);
    CHECK(six.connections() == 1);
    CHECK((other.received() + six.received()).find("uthorization") == std::string::npos);
    CHECK((other.received() + six.received()).find("earer") == std::string::npos);
    CHECK(transfer.get(own.base_url() + "v0.10/task_list").http_status() == 200);

    std::string const port = std::to_string(own.port());
    for (std::string const& url : {"http://localhost:" + port + "/x", "http://127.0.0.1.:" + port + "/x",
                                   "http://u:p@127.0.0.1:" + port + "/x", std::string("http://example.org/")})
        CHECK_THROWS_AS(transfer.get(url), UsageError);
}

TEST_CASE("C5: pages are asked for where the first one was, whatever an answer says", "[reliability][C5]") {
    ByteServer const other([](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\n\r\n{}"); });
    MockTransport transport;
    std::string const there = other.url();
    transport.otherwise([&](http::Request const& request) {
        bool const first = request.url.find("last_key=") == std::string::npos;
        return http::Response{.status = 200,
                              .headers = {{"Link", "<" + there + ">; rel=next"}, {"Location", there}},
                              .body = R"({"DATA": [{"task_id": "a"}], "next_page": ")" + there + R"(", "last_key": ")" +
                                      there + R"(", "has_next_page": )" + (first ? "true}" : "false}")};
    });
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"canary-token", {.transport = transport}};
    int items = 0;
    for (Task const& task : transfer.paginate(EndpointManagerTaskList{})) items += task.task_id == "a";
    CHECK(items == 2);
    for (auto const& request : transport.requests()) CHECK(request.url.starts_with("https://transfer.api.globus.org/"));
    CHECK(other.connections() == 0);
}

TEST_CASE("C5: keys are asked for on the issuer's host, and without a credential", "[reliability][C5]") {
    std::string const issuer = "https://auth.globus.org";
    for (char const* keys :
         {"https://evil.example/jwk.json", "http://auth.globus.org/jwk.json", "https://auth.globus.org.evil.example/",
          "https://auth.globus.org@evil.example/", "file:///etc/passwd", "//evil.example/jwk.json", "",
          "https://u:p@auth.globus.org/jwk.json"}) {
        INFO(keys);
        MockTransport transport;
        transport.reply(200, R"({"issuer": ")" + issuer + R"(", "jwks_uri": ")" + keys + "\"}");
        JwksCache<MockTransport> const cache{transport, issuer};
        CHECK_THROWS_AS(cache.key("kid", {}), DecodeError);
        CHECK(transport.request_count() == 1);
    }
    MockTransport transport;
    transport.reply(200, R"({"issuer": ")" + issuer + R"(", "jwks_uri": ")" + issuer + R"(/jwk.json"})");
    transport.reply(200, R"({"keys": []})");
    transport.otherwise([](http::Request const&) { return http::Response{.status = 200, .body = R"({"keys": []})"}; });
    JwksCache<MockTransport> const cache{transport, issuer};
    CHECK_FALSE(cache.key("kid", {}));
    for (auto const& request : transport.requests()) {
        CHECK(request.authorization.empty());
        CHECK(request.url.starts_with(issuer + '/'));
    }
}

TEST_CASE("C5: a GCS manager's token goes to that manager alone", "[reliability][C5]") {
    for (char const* address : {"http://evil.example", "ftp://evil.example", "https://u:p@evil.example",
                                "evil.example#x", "evil.example?x", "evil.example\r\nX: y"})
        CHECK_THROWS_AS((Client<GcsService, AccessTokenPolicy>{GcsService{address}, "canary-token"}), UsageError);
    ByteServer const other([](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\n\r\n{}"); });
    ByteServer const manager([](ByteServer::Writer const& write) { write("HTTP/1.1 200 OK\r\n\r\n{}"); });
    Client<GcsService, AccessTokenPolicy> const gcs{GcsService{manager.url()}, "canary-token"};
    (void)gcs.get(other.url() + "api/info");
    (void)gcs.get("info");
    CHECK(manager.received().find("canary-token") != std::string::npos);
    CHECK(other.connections() == 1);
    CHECK(other.received().find("canary") == std::string::npos);
}
