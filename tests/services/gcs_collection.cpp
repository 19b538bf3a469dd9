// SPDX-License-Identifier: Apache-2.0
// One collection over Transfer and HTTPS: what it asks for, with which tokens, and what it takes as a place.
#include <globus/app/client_app.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs/collection.hpp>

#include <services/gcs_files.hpp>
#include <support/app.hpp>
#include <support/catch.hpp>
#include <support/sandbox_client.hpp>
#include <support/temporary_directory.hpp>

#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace globus;

namespace {

std::string const id = "6c54cade-bde5-45c1-bdea-f4bd71dba2cc";
std::string const other = "31ce9ba0-176d-45a5-add3-f37d233ba47d";
using MockTransfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

/// A Transfer and a collection of which all is made up.
struct World {
    MockTransport mock;
    std::string https_server = "https://m-abc.data.globus.org";
    std::string type = "GCSv5_mapped_collection";
    StringList asked_for = {};
    int asked = 0;
    std::size_t seen = 0;

    World() {
        mock.otherwise([this](http::Request const& request) -> http::Response {
            http::Url const url = http::parse_url(request.url);
            if (url.host != "transfer.api.globus.org") {
                if (request.authorization.empty())
                    return {.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=" + id}}};
                return {.status = 200, .headers = {{"ETag", "\"a\""}, {"Content-Length", "4"}}, .body = "text"};
            }
            if (request.url.ends_with("/endpoint/" + id))
                return {.status = 200,
                        .body = R"({"id": ")" + id + R"(", "entity_type": ")" + type + R"(", "https_server": ")" +
                                https_server + "\"}"};
            if (request.url.find("/ls") != std::string::npos) return {.status = 200, .body = R"({"DATA": []})"};
            return {.status = 200, .body = R"({"code": "DirectoryCreated", "message": "done"})"};
        });
    }
    [[nodiscard]] MockTransfer transfer() const { return MockTransfer("transfer-token", {.transport = mock}); }
    auto at(std::string const& place) {
        return Collection{transfer(), place, [this](std::string const& collection, StringList const& scopes) {
                              CHECK(collection == id);
                              asked_for = scopes;
                              ++asked;
                              return AccessTokenPolicy("collection-token");
                          }};
    }
    /// The URLs of all requests since the last look, one a line, each with the token that it had.
    std::string sent() {
        std::string all;
        auto const requests = mock.requests();
        for (; seen != requests.size(); ++seen)
            all += requests[seen].url + ' ' + requests[seen].authorization.reveal() + '\n';
        return all;
    }
};

std::string const ls = "https://transfer.api.globus.org/v0.10/operation/endpoint/" + id + "/ls";
std::string const document = "https://transfer.api.globus.org/v0.10/endpoint/" + id + " Bearer transfer-token\n";

}  // namespace

TEST_CASE("Collection: each request has the token that it is for, and is made when it is needed", "[gcs][files]") {
    World world;
    auto const data = world.at(id);
    CHECK(world.sent().empty());
    (void)data.ls();
    CHECK(world.sent() == ls + " Bearer transfer-token\n");
    (void)data.ls("run1");
    CHECK(world.sent() == ls + "?path=%2Frun1 Bearer transfer-token\n");
    CHECK(data.read("run1/a b") == "text");
    CHECK(world.sent() == document + "https://m-abc.data.globus.org/run1/a%20b Bearer collection-token\n");
    CHECK(data.stat_file("/x").size == 4);
    CHECK(world.sent() == "https://m-abc.data.globus.org/x Bearer collection-token\n");
    CHECK(world.asked == 1);
    CHECK(world.asked_for == StringList{GcsCollectionScopes(id).https(), GcsCollectionScopes(id).data_access()});
    CHECK(data.id() == id);
    CHECK(data.document()->https_server == "https://m-abc.data.globus.org");
    auto const copy = data;
    CHECK(copy.read("/x") == "text");
    CHECK(world.sent() == "https://m-abc.data.globus.org/x Bearer collection-token\n");
}

TEST_CASE("Collection: places and paths", "[gcs][files]") {
    World world;
    auto const data = world.at("globus://" + id + "/home/share");
    (void)data.ls();
    (void)data.ls("/top");
    (void)data.ls("~/mine");
    (void)data.ls(id + ":/cli");
    (void)data.ls("https://app.globus.org/file-manager?origin_id=" + id + "&origin_path=%2Fweb");
    (void)data.mkdir("new");
    (void)data.rename("a", Location{.collection_id = id, .path = "/b"}.uri());
    std::string paths;
    for (http::Request const& request : world.mock.requests())
        paths += request.url.substr(ls.size() - 2) + request.body + ' ';
    CHECK(paths.find("?path=%2Fhome%2Fshare ls?path=%2Ftop ls?path=%2F~%2Fmine ls?path=%2Fcli ls?path=%2Fweb") !=
          std::string::npos);
    CHECK(paths.find(R"("path":"/home/share/new")") != std::string::npos);
    CHECK(paths.find(R"("old_path":"/home/share/a")") != std::string::npos);
    CHECK(paths.find(R"("new_path":"/b")") != std::string::npos);
    CHECK(data.location("c d").uri() == "globus://" + id + "/home/share/c%20d");
    (void)world.sent();
    (void)data.read("https://m-abc.data.globus.org/x");
    CHECK(world.sent() == document + "https://m-abc.data.globus.org/x Bearer collection-token\n");
    for (std::string const& place : {"globus://" + other + "/x", std::string("https://m-other.data.globus.org/x")}) {
        CHECK_THROWS_AS(data.ls(place), UsageError);
        CHECK_THROWS_AS(data.read(place), UsageError);
        CHECK_THROWS_AS(data.download({.path = place, .to = "/nowhere/x"}), UsageError);
    }
    CHECK_THROWS_AS(world.at("no place"), UsageError);
    CHECK_THROWS_AS(world.at(id).mkdir(""), UsageError);
    CHECK(world.sent().empty());
}

TEST_CASE("Collection: it is found by the address of a file, and a host that lies gets no token", "[gcs][files]") {
    World world;
    auto const data = world.at("https://m-abc.data.globus.org/home/share/");
    (void)data.ls("run1");
    CHECK(world.sent() == "https://m-abc.data.globus.org/home/share/ \n" + document + ls +
                              "?path=%2Fhome%2Fshare%2Frun1 Bearer transfer-token\n");
    CHECK(data.id() == id);
    CHECK(data.read("x") == "text");
    CHECK(world.sent() == "https://m-abc.data.globus.org/home/share/x Bearer collection-token\n");
    world.asked = 0;
    auto const evil = world.at("https://evil.example/home/");
    CHECK_THROWS_AS(evil.ls(), UsageError);
    CHECK_THROWS_AS(evil.read("x"), UsageError);
    CHECK(world.asked == 0);
    CHECK(world.sent().find("evil.example/home/x") == std::string::npos);
}

TEST_CASE("Collection: one without an HTTPS server has folders only", "[gcs][files]") {
    World world;
    world.https_server = "";
    world.type = "GCSv5_guest_collection";
    auto const data = world.at(id);
    CHECK_NOTHROW(data.ls());
    CHECK_THROWS_AS(data.read("/x"), UsageError);
    CHECK_THROWS_AS(data.files(), UsageError);
    CHECK(world.asked == 0);
    world.https_server = "https://m-abc.data.globus.org";
    CHECK_THROWS_AS(data.read("/x"), UsageError);  // what was found out stays
    auto const again = world.at(id);
    CHECK(again.read("/x") == "text");
    CHECK(world.asked_for == StringList{GcsCollectionScopes(id).https()});
}

TEST_CASE("Collection: of two clients, and of any", "[gcs][files]") {
    World world;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport> const files{
        GcsCollectionService{id, "m-abc.data.globus.org"}, "own-token", {.transport = world.mock}};
    Collection const data{world.transfer(), files};
    CHECK(data.read("x") == "text");
    CHECK(world.sent() == "https://m-abc.data.globus.org/x Bearer own-token\n");
    AnyCollection const any = world.at(id);
    auto const functions = [&](AnyCollection const& one) {
        (void)one.ls();
        return one.read("x");
    };
    CHECK(functions(any) == "text");
    CHECK(functions(data) == "text");
    CHECK(world.asked == 1);
}

TEST_CASE("Collection: a place stands for a path in a client's own functions", "[gcs][files]") {
    World world;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport> const files{
        GcsCollectionService{id, "https://m-abc.data.globus.org"}, "own-token", {.transport = world.mock}};
    Location const place{.collection_id = id, .path = "/a b"};
    std::string buffer(4, ' ');
    (void)files.stat_file(place);
    (void)files.stat_file(id + ":/a b");
    (void)files.open(place);
    (void)files.open(place.web_url());
    (void)files.download({.path = place, .to = std::as_writable_bytes(std::span(buffer))});
    (void)files.upload({.from = std::as_bytes(std::span(buffer)), .path = place, .verify = false});
    CHECK(buffer == "text");
    CHECK(world.mock.request_count() == 6);
    for (http::Request const& request : world.mock.requests())
        CHECK(request.url == "https://m-abc.data.globus.org/a%20b");
    Location const elsewhere{.collection_id = other, .path = "/a b"};
    CHECK_THROWS_AS(files.stat_file(elsewhere), UsageError);
    CHECK_THROWS_AS(files.upload({.from = std::as_bytes(std::span(buffer)), .path = elsewhere}), UsageError);
}

TEST_CASE("Collection: many threads ask for what is needed once", "[gcs][files]") {
    World world;
    auto const data = world.at(id);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 16; ++i) threads.emplace_back([&] { right += data.read("/x") == "text"; });
    }
    CHECK(right == 16);
    CHECK(world.asked == 1);
    CHECK(world.mock.request_count() == 17);
}

TEST_CASE("Collection: a user's app asks for what is missing, and goes on", "[gcs][files]") {
    sandbox::Server server{{.collections = {{.id = "",
                                             .directory = "mapped",
                                             .kind = sandbox::CollectionKind::mapped,
                                             .requires_data_access = true}}}};
    std::string const mapped = server.source_collection();
    app_test::Terminal terminal;
    auto const app = app_test::make_app(server, terminal, MemoryTokenStorage{});
    Collection const data{app, mapped, ClientOptions<CurlTransport>{.base_url = server.base_url()}};
    CHECK_THROWS_AS(data.ls(), LoginRequiredError);
    auto const entries = app.run([&] { return data.ls().size(); });  // Transfer, then all that the collection needs
    CHECK(entries == 0);
    CHECK(terminal.asked == 2);
    CHECK(data.write("run1/x.txt", "hello").bytes == 5);
    CHECK(data.read("run1/x.txt") == "hello");
    CHECK(terminal.asked == 2);
    CHECK(server.count("operation_ls") == 1);
}

TEST_CASE("Collection: an app of its own does everything with one place", "[gcs][files]") {
    sandbox::Server server;
    std::string const source = server.source_collection();
    ClientApp<MemoryTokenStorage> const app{Confidential{server.client_id(), server.client_secret()},
                                            {.app_name = "test", .auth_url = server.base_url()}};
    Collection const data{app, "globus://" + source + "/data",
                          ClientOptions<CurlTransport>{.base_url = server.base_url()}};
    CHECK(data.ensure_directory("run1/deep"));
    CHECK(!data.ensure_directory("run1/deep"));
    (void)data.mkdir("run1/more");
    CHECK(data.write("run1/a.txt", "one").created);
    CHECK(data.upload({.from = std::as_bytes(std::span("two", 3)), .path = "run1/b.txt", .overwrite = false}).bytes ==
          3);
    (void)data.rename("run1/b.txt", "run1/c.txt");
    CHECK(data.stat("run1/c.txt")->size == 3);
    CHECK(data.stat_file("run1/c.txt").size == 3);
    CHECK(data.ls("run1").size() == 4);
    std::vector<std::byte> part(2);
    CHECK(data.open("run1/c.txt").read_at(1, part) == 2);
    CHECK(static_cast<char>(part[0]) == 'w');
    TemporaryDirectory const here;
    CHECK(data.download({.path = "run1/a.txt", .to = here / "a.txt"}).bytes == 3);
    CHECK(data.download_tree({.path = "run1", .to = here / "tree"}).files == 2);
    CHECK(data.upload_tree({.from = here / "tree", .path = "run2"}).files == 2);
    CHECK(data.read("run2/c.txt") == "two");
    CHECK(data.remove({.path = "run2", .recursive = true}).succeeded());
    CHECK(data.remove({.path = "none", .ignore_missing = true}).succeeded());
    CHECK(!data.remove({.path = "none"}).succeeded());
    CHECK_THROWS_AS(data.ls("run2"), TransferApiError);
    std::string const address = server.base_url() + "data/" + source + "/data/run1/a.txt";
    CHECK(data.read(address) == "one");
    Collection const found{app, address, ClientOptions<CurlTransport>{.base_url = server.base_url()}};
    CHECK(found.id() == source);
    CHECK(found.read() == "one");
}
