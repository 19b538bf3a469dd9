// SPDX-License-Identifier: Apache-2.0
// A submission makes one task, whatever is lost: bar B3.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/sandbox_client.hpp"
#include "support/temporary_directory.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

using namespace globus;
using namespace std::chrono_literals;

namespace {

TransferData some_files(sandbox::Session const& server, std::string const& to = "/copy-of-file1.txt") {
    TransferData data{.source_endpoint = server.source_collection(),
                      .destination_endpoint = server.destination_collection()};
    data.add_item({.source_path = "/file1.txt", .destination_path = to});
    return data;
}
DeleteData a_deletion(std::string const& collection, std::string const& path) {
    DeleteData data{.endpoint = collection};
    data.add_item({.path = path});
    return data;
}
template <class C>
CreateTunnelData a_tunnel(C const& transfer) {
    Json const points = transfer.get("v2/stream_access_points").json();
    auto const id = [&](std::size_t i) { return std::string(points.at("data").at(i).at("id").as_string()); };
    return {.initiator_stream_access_point = id(0), .listener_stream_access_point = id(1)};
}

std::size_t tasks(sandbox::Session const& server) { return server.state().at("tasks").as_array().size(); }
template <class C>
std::size_t tunnels(C const& transfer) {
    return transfer.get("v2/tunnels").json().at("data").as_array().size();
}

constexpr char const* losses[] = {R"({"type": "reset"})", R"({"type": "close"})",
                                  R"({"type": "truncate", "after_bytes": 20})"};

/// Loses the answers to `operation` three times.
void lose(sandbox::Session& server, char const* operation, std::string const& action) {
    server.clear_faults();
    server.add_fault(
        rule(operation, action.find("truncate") == std::string::npos ? "after_commit" : "in_body", action, "3"));
}

/// `submit` in a process that is killed between two attempts, then again here with the id that is kept in a file.
template <class Data, class Submit, class Count>
void killed_and_resumed(char const* operation, Submit submit, Data (*make)(std::string const& collection),
                        Count count) {
    TemporaryDirectory const directory;
    std::string const file = directory / "submission-id";
    int to_child[2];
    REQUIRE(::pipe(to_child) == 0);
    pid_t const child = ::fork();  // before there is any thread of the sandbox
    if (child == 0) {
        // a base URL, a token and a collection, each with a newline
        char buffer[4096] = {};
        ::close(to_child[1]);
        if (::read(to_child[0], buffer, sizeof buffer - 1) <= 0) ::_exit(1);
        std::string const all = buffer;
        auto const line = all.find('\n'), second = all.find('\n', line + 1);
        std::string const url = all.substr(0, line), token = all.substr(line + 1, second - line - 1);
        try {
            DefaultRetry const slow{.max_attempts = 100, .base = 30s};
            Client<TransferService, AccessTokenPolicy> const transfer{
                token, {.retry = slow, .base_url = url, .auth_url = url, .timeout = 3600s}};
            submit(transfer, file, make(all.substr(second + 1)));
        } catch (...) {
        }
        ::_exit(2);
    }
    ::close(to_child[0]);
    sandbox::Server server;
    auto const data = make(server.source_collection());
    auto const transfer = client_of<TransferService>(server, quick());
    auto const before = count(server, transfer);
    server.add_fault(rule(operation, "after_commit", R"({"type": "reset"})"));
    std::string const told =
        server.base_url() + '\n' + server.user_token("transfer.api.globus.org") + '\n' + server.source_collection();
    REQUIRE(::write(to_child[1], told.data(), told.size()) == static_cast<ssize_t>(told.size()));
    ::close(to_child[1]);
    auto const end = http::Clock::now() + 20s;
    while (server.count(operation) == 0 && http::Clock::now() < end) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(100ms);  // libcurl may have repeated it at once; now it waits for its next attempt
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(server.count(operation) >= 1);
    server.clear_faults();
    submit(transfer, file, data);
    CHECK(count(server, transfer) == before + 1);
}

}  // namespace

TEMPLATE_TEST_CASE("B3: a transfer whose answers are lost makes exactly one task", "[reliability][B3]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server, quick());
    for (char const* action : losses) {
        auto const before = tasks(server);
        lose(server, "submit_transfer", action);
        auto data = some_files(server, "/copy-" + std::to_string(before));
        auto const accepted = transfer.submit_transfer(data);
        CHECK(accepted->code == "Duplicate");
        CHECK(accepted->submission_id == data.submission_id);
        CHECK(tasks(server) == before + 1);
        CHECK(transfer.get_task({.task_id = accepted->task_id})->task_id == accepted->task_id);
    }
}

TEMPLATE_TEST_CASE("B3: a deletion whose answers are lost makes exactly one task", "[reliability][B3]", Blocking,
                   Asynchronous) {
    sandbox::Server server;
    auto const transfer = client_by<TestType, TransferService>(server, quick());
    for (char const* action : losses) {
        auto const before = tasks(server);
        lose(server, "submit_delete", action);
        auto data = a_deletion(server.source_collection(), "/file" + std::to_string(before + 1) + ".txt");
        auto const accepted = transfer.submit_delete(data);
        CHECK(accepted->code == "Duplicate");
        CHECK(accepted->submission_id == data.submission_id);
        CHECK(tasks(server) == before + 1);
    }
}

TEST_CASE("B3: a tunnel whose answers are lost is made once", "[reliability][B3]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server, quick());
    for (char const* action : losses) {
        auto const before = tunnels(transfer);
        lose(server, "create_tunnel", action);
        auto data = a_tunnel(transfer);
        CHECK_FALSE(transfer.create_tunnel(data)->data->id.empty());
        CHECK(data.submission_id.has_value());
        CHECK(tunnels(transfer) == before + 1);
    }
}

TEST_CASE("B3: every error of a submission has its id", "[reliability][B3]") {
    sandbox::Server server;
    auto const transfer = client_of<TransferService>(server, quick());
    auto const id_of_error = [&](auto const& call) {
        try {
            (void)call();
        } catch (Error const& error) {
            return submission_id(error);
        }
        return std::string("no error");
    };
    for (auto const& [phase, action] : {std::pair("after_commit", R"({"type": "reset"})"),
                                        std::pair("after_commit", R"({"type": "status", "code": 503})"),
                                        std::pair("after_body", R"({"type": "status", "code": 400})"),
                                        std::pair("after_body", R"({"type": "status", "code": 409})"),
                                        std::pair("in_body", R"({"type": "corrupt", "kind": "html"})")}) {
        INFO(phase << action);
        server.clear_faults();
        for (char const* operation : {"submit_transfer", "submit_delete", "create_tunnel"})
            server.add_fault(rule(operation, phase, action));
        auto copy = some_files(server, "/other.txt");
        CHECK(id_of_error([&] { return transfer.submit_transfer(copy); }) == *copy.submission_id);
        auto deletion = a_deletion(server.source_collection(), "/file9.txt");
        CHECK(id_of_error([&] { return transfer.submit_delete(deletion); }) == *deletion.submission_id);
        auto tunnel = a_tunnel(transfer);
        CHECK(id_of_error([&] { return transfer.create_tunnel(tunnel); }) == *tunnel.submission_id);
    }
}

TEST_CASE("B3: a process that is killed between two attempts of a transfer, and the next one", "[reliability][B3]") {
    killed_and_resumed<TransferData>(
        "submit_transfer",
        [](auto const& transfer, std::string const& file, TransferData const& data) {
            CHECK_FALSE(transfer.submit_or_resume(data, SubmissionFile{file}).empty());
        },
        [](std::string const& collection) {
            TransferData data{.source_endpoint = collection, .destination_endpoint = collection};
            data.add_item({.source_path = "/file1.txt", .destination_path = "/copy-of-file1.txt"});
            return data;
        },
        [](sandbox::Session const& server, auto const&) { return tasks(server); });
}

TEST_CASE("B3: a process that is killed between two attempts of a deletion, and the next one", "[reliability][B3]") {
    killed_and_resumed<DeleteData>(
        "submit_delete",
        [](auto const& transfer, std::string const& file, DeleteData const& data) {
            CHECK_FALSE(transfer.submit_or_resume(data, SubmissionFile{file}).empty());
        },
        [](std::string const& collection) { return a_deletion(collection, "/file1.txt"); },
        [](sandbox::Session const& server, auto const&) { return tasks(server); });
}

TEST_CASE("B3: a process that is killed between two attempts of a tunnel, and the next one", "[reliability][B3]") {
    killed_and_resumed<CreateTunnelData>(
        "create_tunnel",
        [](auto const& transfer, std::string const& file, CreateTunnelData const&) {
            CreateTunnelData data = a_tunnel(transfer);
            std::string id = file_text(file);
            if (id.empty()) write_file(file, id = transfer.get_submission_id()->value);
            data.submission_id = id;
            CHECK_FALSE(transfer.create_tunnel(data)->data->id.empty());
        },
        [](std::string const&) {  // the ends are found when it is made
            return CreateTunnelData{.initiator_stream_access_point = "", .listener_stream_access_point = ""};
        },
        [](sandbox::Session const&, auto const& transfer) { return tunnels(transfer); });
}
