// SPDX-License-Identifier: Apache-2.0
#include <globus/http/rate_limiter.hpp>
#include <globus/sandbox.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer_v2.hpp>

#include <support/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

// What the client does beyond one request, against a Transfer that really copies files.

using namespace globus;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Kind = TaskVerdict::Kind;

namespace {

constexpr char scope[] = "transfer.api.globus.org";

template <class Service = TransferService>
auto client(sandbox::Server& server) {
    return Client<Service, AccessTokenPolicy>{AccessTokenPolicy{server.user_token(scope)},
                                              {.base_url = server.base_url(), .auth_url = server.base_url()}};
}

void write(fs::path const& file, std::string const& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a transfer is prepared, submitted, waited for and listed", "[transfer][sandbox]") {
    sandbox::Server server;
    auto const transfer = client(server);
    std::string const from = server.source_collection(), to = server.destination_collection();
    write(server.directory(from) / "in/a.txt", "a");
    write(server.directory(from) / "in/sub/b.txt", "bb");

    CHECK(transfer.ensure_directory({.endpoint_id = to, .path = "/out/of/three"}));
    CHECK_FALSE(transfer.ensure_directory({.endpoint_id = to, .path = "/out/of/three/"}));
    CHECK(fs::is_directory(server.directory(to) / "out/of/three"));

    TransferData data{.source_endpoint = from, .destination_endpoint = to};
    data.add_item({.source_path = "/in/", .destination_path = "/out/of/three/", .recursive = true});
    server.scenario("lost_submit_reply");
    auto const accepted = transfer.submit_transfer(data);
    CHECK(transfer.submit_transfer(data)->task_id == accepted->task_id);

    auto const verdict = transfer.task_wait({.task_id = accepted->task_id, .timeout = 20s, .polling_interval = 1s});
    CHECK(verdict.kind == Kind::succeeded);
    CHECK(verdict.faults.empty());

    std::set<std::string> paths;
    for (FileEntry const& entry : transfer.recursive_ls({.endpoint_id = to, .path = "/out"})) paths.insert(entry.path);
    CHECK(paths == std::set<std::string>{"of", "of/three", "of/three/a.txt", "of/three/sub", "of/three/sub/b.txt"});

    int files = 0;
    for (SuccessfulTransfer const& file : transfer.paginate(TaskSuccessfulTransfers{.task_id = accepted->task_id})) {
        CHECK(file.destination_path);
        ++files;
    }
    CHECK(files == 2);
}

TEST_CASE("a file that is not there is seen", "[transfer][sandbox]") {
    sandbox::Server server;
    auto const transfer = client(server);
    TransferData data{.source_endpoint = server.source_collection(),
                      .destination_endpoint = server.destination_collection()};
    data.add_item({.source_path = "/no/such/file", .destination_path = "/x"});
    std::string const id = transfer.submit_transfer(data)->task_id;

    auto verdict =
        transfer.task_wait({.task_id = id, .timeout = 20s, .polling_interval = 1s, .on_fault = OnFault::fail_fast});
    CHECK(verdict.kind == Kind::faulting);
    REQUIRE_FALSE(verdict.faults.empty());
    CHECK(*verdict.faults.front().code == "FILE_NOT_FOUND");
    CHECK_FALSE(verdict.ended());

    verdict = transfer.task_wait({.task_id = id, .timeout = 20s, .polling_interval = 1s, .on_fault = OnFault::cancel});
    CHECK(verdict.kind == Kind::cancelled);
    CHECK(verdict.ended());
    CHECK(transfer.get_task({.task_id = id})->status == "FAILED");
}

TEST_CASE("bookmarks, rules and roles are made and read back", "[transfer][sandbox]") {
    sandbox::Server server;
    auto const transfer = client(server);
    std::string const collection = server.source_collection();

    auto const bookmark = transfer.create_bookmark(
        {.bookmark_data = Bookmark{.name = "ü \"1\"", .endpoint_id = collection, .path = "/~/"}});
    REQUIRE(bookmark->id);
    CHECK(*transfer.get_bookmark({.bookmark_id = *bookmark->id})->name == "ü \"1\"");
    (void)transfer.update_bookmark({.bookmark_id = *bookmark->id, .bookmark_data = Bookmark{.name = "two"}});
    CHECK(*transfer.bookmark_list()->DATA.at(0).name == "two");
    (void)transfer.delete_bookmark({.bookmark_id = *bookmark->id});
    CHECK(transfer.bookmark_list()->DATA.empty());

    auto const rule = transfer.add_endpoint_acl_rule(
        {.endpoint_id = collection,
         .rule_data = AccessRule{
             .principal_type = "all_authenticated_users", .principal = "", .path = "/", .permissions = "r"}});
    REQUIRE(rule->access_id);
    auto const read = transfer.get_endpoint_acl_rule({.endpoint_id = collection, .rule_id = *rule->access_id});
    CHECK(*read->permissions == "r");
    CHECK(transfer.endpoint_acl_list({.endpoint_id = collection})->DATA.size() == 1);
}

TEST_CASE("a tunnel whose answer is lost is made once", "[transfer][sandbox]") {
    sandbox::Server server;
    server.add_fault(R"({"match": {"operation": "create_tunnel"}, "phase": "after_commit", "times": 1,
                         "action": {"type": "reset"}})");
    auto const transfer = client<TransferServiceV2>(server);
    auto const points = transfer.list_stream_access_points();
    TunnelCreateDocument document{.initiator_stream_access_point = points->data.at(0).id,
                                  .listener_stream_access_point = points->data.at(1).id};
    auto const tunnel = transfer.create_tunnel({.data = document});
    REQUIRE(tunnel->data);
    CHECK(server.count("create_tunnel") == 2);
    auto const list = transfer.list_tunnels();
    REQUIRE(list->data.size() == 1);
    CHECK(list->data[0].id == tunnel->data->id);
    CHECK(*list->data[0].attributes.submission_id == *document.submission_id);
}

TEST_CASE("a rate limiter keeps a client within the service's limit", "[transfer][sandbox]") {
    sandbox::Options options;
    options.rate_limit = {.requests_per_second = 100, .burst = 50};
    sandbox::Server server(options);
    using Limited = Client<TransferService, AccessTokenPolicy, RateLimited<CurlTransport>, NoRetry>;
    Limited const transfer{AccessTokenPolicy{server.user_token(scope)},
                           {.transport = {CurlTransport{}, RateLimiter(80, 40)},
                            .base_url = server.base_url(),
                            .auth_url = server.base_url()}};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t != 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i != 30; ++i) (void)transfer.try_send(GetSubmissionId{});
            });
    }
    CHECK(server.count("get_submission_id") == 120);
    for (auto const& entry : server.journal("get_submission_id")) CHECK(entry.status == 200);
}
