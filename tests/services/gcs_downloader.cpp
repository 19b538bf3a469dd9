// SPDX-License-Identifier: Apache-2.0
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
using Access = std::function<AccessTokenPolicy(std::string const&, StringList const&)>;

/// The id of the collection of a host, whose name begins with a letter of its own.
std::string id_of(std::string_view host) {
    std::string id = "00000000-0000-4000-8000-000000000000";
    id[0] = "0123456789abcdef"[static_cast<std::size_t>(host[0] - 'a') % 16];
    id[1] = "0123456789abcdef"[static_cast<std::size_t>(host[0] - 'a') / 16];
    return id;
}

/// A world in which each host has a collection, and each file its URL as its bytes.
/// @param login  called with the host when the login of its collection is looked for
MockTransport world(std::function<void(std::string const& host)> login = {}) {
    MockTransport mock;
    auto const hosts = std::make_shared<std::map<std::string, std::string>>();
    auto const mutex = std::make_shared<std::mutex>();
    mock.otherwise([=](http::Request const& request) -> http::Response {
        std::string const host(http::parse_url(request.url).host);
        if (host == "transfer.api.globus.org") {
            std::lock_guard const lock(*mutex);
            std::string const server = hosts->at(request.url.substr(request.url.rfind('/') + 1));
            return {.status = 200, .body = R"({"entity_type": "guest", "https_server": "https://)" + server + "\"}"};
        }
        if (!request.authorization.empty()) return {.status = 200, .body = request.url};
        if (login) login(host);
        std::lock_guard const lock(*mutex);
        (*hosts)[id_of(host)] = host;
        return {.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=" + id_of(host)}}};
    });
    return mock;
}

AccessTokenPolicy token_for(std::string const& id, StringList const&) { return AccessTokenPolicy("token-of-" + id); }

}  // namespace

TEST_CASE("GCS: a file is bytes, whatever its media type says", "[gcs]") {
    MockTransport mock;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport> const files{
        GcsCollectionService{"id", "m.example.org"}, "token", {.transport = mock}};
    GCSDownloader const downloader(Transfer("t", {.transport = mock}), Access(&token_for));
    mock.reply(
        http::Response{.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=" + id_of("m")}}});
    mock.reply(200, R"({"entity_type": "guest", "https_server": "https://m.example.org"})");
    (void)downloader.client("https://m.example.org/");

    std::vector<std::pair<std::string, http::Headers>> const kinds = {
        {"{\"line\": 1}\n{\"line\": 2}\n", {{"Content-Type", "application/jsonl"}}},
        {"{\"broken\": ", {{"Content-Type", "application/json"}}},
        {"\xff\xfe", {{"Content-Type", "application/json; charset=utf-16"}}},
        {"no media type", {}},
        {"", {{"Content-Type", "application/json"}}}};
    for (auto const& [bytes, headers] : kinds) {
        mock.clear();
        for (int i = 0; i != 3; ++i)
            mock.reply(http::Response{.status = 200, .reason = {}, .headers = headers, .body = bytes});
        auto const answer = files.read_file("f");
        CHECK(answer.text() == bytes);
        CHECK(*answer == bytes);
        CHECK(*files.read_file("f") == bytes);
        CHECK(downloader.read_file("https://m.example.org/f") == bytes);
        CHECK(mock.request_count() == 3);
    }
}

TEST_CASE("GCSDownloader: a collection that is slow holds up nobody but its own callers", "[gcs]") {
    std::promise<void> asked;
    std::promise<void> may_answer;
    MockTransport const mock = world([&, gate = may_answer.get_future().share()](std::string const& host) {
        if (host != "slow.example.org") return;
        asked.set_value();
        gate.wait();
    });
    GCSDownloader const downloader(Transfer("t", {.transport = mock}), Access(&token_for));
    auto first = std::async(std::launch::async, [&] { return downloader.read_file("https://slow.example.org/1"); });
    asked.get_future().wait();

    CHECK(downloader.read_file("https://fast.example.org/f") == "https://fast.example.org/f");
    auto const kind_of_failure = [&](CallOptions const& options) {
        try {
            (void)downloader.read_file("https://slow.example.org/2", options);
        } catch (NetworkError const& error) {
            return error.kind();
        }
        throw std::logic_error("nothing was thrown");
    };
    CHECK(kind_of_failure({.timeout = 20ms}) == NetworkError::Kind::timeout);
    CHECK(kind_of_failure({.deadline = http::Clock::now() + 20ms}) == NetworkError::Kind::timeout);
    std::stop_source source;
    std::jthread const stopper([&] {
        std::this_thread::sleep_for(20ms);
        source.request_stop();
    });
    CHECK(kind_of_failure({.stop = source.get_token()}) == NetworkError::Kind::cancelled);

    auto third = std::async(std::launch::async, [&] { return downloader.read_file("https://slow.example.org/3"); });
    may_answer.set_value();
    CHECK(first.get() == "https://slow.example.org/1");
    CHECK(third.get() == "https://slow.example.org/3");
    int logins = 0;
    for (http::Request const& request : mock.requests())
        logins += request.url.starts_with("https://slow.") && request.authorization.empty();
    CHECK(logins == 1);
}

TEST_CASE("GCSDownloader: who gives access may use the downloader, but not for the collection itself", "[gcs]") {
    MockTransport const mock = world();
    std::function<std::string(std::string const&)> read;
    GCSDownloader const downloader(Transfer("t", {.transport = mock}), Access([&](std::string const& id, auto const&) {
                                       if (id == id_of("a"))
                                           return AccessTokenPolicy(read("https://b.example.org/token"));
                                       if (id == id_of("c"))
                                           return AccessTokenPolicy(read("https://c.example.org/token"));
                                       return AccessTokenPolicy("token");
                                   }));
    read = [&](std::string const& uri) { return downloader.read_file(uri); };
    CHECK(downloader.read_file("https://a.example.org/f") == "https://a.example.org/f");
    CHECK(mock.requests().back().authorization.reveal() == "Bearer https://b.example.org/token");
    CHECK_THROWS_AS(downloader.read_file("https://c.example.org/f"), UsageError);
    CHECK_THROWS_AS(downloader.read_file("https://c.example.org/f"), UsageError);  // the first one has let go
}

TEST_CASE("GCSDownloader: when access is refused, the next call asks again", "[gcs]") {
    MockTransport const mock = world();
    int calls = 0;
    GCSDownloader const downloader(Transfer("t", {.transport = mock}), Access([&](std::string const& id, auto const&) {
                                       if (++calls == 1) throw std::runtime_error("not now");
                                       return AccessTokenPolicy("token-of-" + id);
                                   }));
    CHECK_THROWS_AS(downloader.read_file("https://a.example.org/f"), std::runtime_error);
    CHECK(downloader.read_file("https://a.example.org/f") == "https://a.example.org/f");
    CHECK(calls == 2);
}

TEST_CASE("GCSClient: waiting for the endpoint's id ends with the call", "[gcs]") {
    MockTransport mock;
    std::promise<void> asked;
    std::promise<void> may_answer;
    mock.reply([&](http::Request const&) -> http::Response {
        asked.set_value();
        may_answer.get_future().wait();
        return {.status = 200, .body = R"({"data": [{"client_id": "00000000-0000-4000-8000-000000000000"}]})"};
    });
    Client<GcsService, AccessTokenPolicy, MockTransport> const manager(GcsService{"abc.data.globus.org"}, "token",
                                                                       {.transport = mock});
    auto first = std::async(std::launch::async, [&] { return manager.endpoint_client_id(); });
    asked.get_future().wait();
    CHECK_THROWS_AS(manager.endpoint_client_id({.timeout = 20ms}), NetworkError);
    may_answer.set_value();
    CHECK(first.get() == id_of("a"));
    CHECK(manager.endpoint_client_id({.timeout = 20ms}) == id_of("a"));
    CHECK(mock.request_count() == 1);
}
