// SPDX-License-Identifier: Apache-2.0
// How a program that uses Globus is tested, with Catch2: on a script, which says what the service answers, and in a
// sandbox, which is a Globus on this machine. Neither needs an account or a network.
#include <globus/sandbox.hpp>
#include <globus/services/transfer.hpp>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

#include <boost/json/parse.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

using namespace globus;
using namespace std::chrono_literals;

namespace {

// The program: functions that are templates over their client, so that a test can give them one of its own.

/// The bytes of the files in a directory.
template <class Client>
std::int64_t size_of(Client const& transfer, std::string const& collection, std::string const& path) {
    std::int64_t sum = 0;
    for (File const& file : transfer.operation_ls({.endpoint_id = collection, .path = path}))
        if (file.type == FileType::file) sum += file.size.value_or(0);
    return sum;
}

/// Copies a file, and says whether that has succeeded.
template <class Client>
bool copy(Client const& transfer, std::string const& from, std::string const& to, std::string const& path) {
    TransferData data{.source_endpoint = from, .destination_endpoint = to};
    data.add_item({.source_path = path, .destination_path = path});
    return transfer.task_wait({.task_id = transfer.submit_transfer(data)->task_id, .timeout = 30s}).succeeded();
}

}  // namespace

TEST_CASE("size_of counts files only") {
    MockTransport mock;
    mock.reply(200, R"({"DATA": [{"name": "a", "type": "file", "size": 3},
                                 {"name": "b", "type": "dir", "size": 4096},
                                 {"name": "c", "type": "file", "size": 4}]})");
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};

    CHECK(size_of(transfer, "my-collection", "/data/") == 7);
    CHECK(mock.requests().at(0).url.ends_with("/operation/endpoint/my-collection/ls?path=%2Fdata%2F"));
}

TEST_CASE("size_of tells of a directory that is not there") {
    MockTransport mock;
    mock.reply(404, R"({"code": "ClientError.NotFound", "message": "no such directory"})");
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};

    CHECK_THROWS_AS(size_of(transfer, "my-collection", "/nowhere/"), TransferApiError);
}

TEST_CASE("copy copies, even if the answer to its submission is lost") {
    sandbox::Server sandbox;
    Client<TransferService, AccessTokenPolicy> const transfer{sandbox.user_token(TransferService::resource_server),
                                                              {.base_url = sandbox.base_url()}};
    std::ofstream(sandbox.directory(sandbox.source_collection()) / "new.txt") << "hello";
    sandbox.add_fault(boost::json::parse(R"({"match": {"operation": "submit_transfer"}, "phase": "after_commit",
                                             "times": 1, "action": {"type": "reset"}})"));

    CHECK(copy(transfer, sandbox.source_collection(), sandbox.destination_collection(), "/new.txt"));
    CHECK(std::filesystem::file_size(sandbox.directory(sandbox.destination_collection()) / "new.txt") == 5);
    CHECK(transfer.task_list().size() == 1);
}
