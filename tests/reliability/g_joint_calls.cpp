// SPDX-License-Identifier: Apache-2.0
// G3: a client may go while one of its functions of several requests is at work, or a range is walked.
#include <globus/services/auth.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using Kind = NetworkError::Kind;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

std::unique_ptr<Transfer> client_of(MockTransport const& mock) {
    return std::make_unique<Transfer>(AccessTokenPolicy{"token"}, Transfer::Options{.transport = mock});
}

http::Response json(std::string body) {
    return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

/// An answer that comes when the client is being destroyed, and not before.
MockTransport::Handler late(http::Response answer, std::atomic<bool>& asked) {
    return [answer = std::move(answer), &asked](http::Request const& request) {
        asked = true;
        auto const patience = http::Clock::now() + 20s;
        while (!request.stop.stop_requested() && http::Clock::now() < patience) std::this_thread::sleep_for(1ms);
        return answer;
    };
}

/// Destroys the client of a function between its first and its second request.
template <class C, class F>
void destroy_between(std::unique_ptr<C> client, MockTransport mock, http::Response first, F const& function) {
    std::atomic<bool> asked = false;
    mock.reply(late(std::move(first), asked));
    std::optional<Kind> ended;
    std::jthread other([&, mine = client.get()] {
        try {
            function(*mine);
        } catch (NetworkError const& error) {
            ended = error.kind();
        }
    });
    while (!asked) std::this_thread::sleep_for(1ms);
    auto const begun = http::Clock::now();
    client.reset();
    CHECK(http::Clock::now() - begun < 1s);
    other.join();
    CHECK(ended == Kind::cancelled);
    CHECK(mock.request_count() == 1);  // the second was not made any more
}

constexpr char active[] = R"({"task_id": "t", "status": "ACTIVE", "bytes_transferred": 7, "faults": 1})";

}  // namespace

TEST_CASE("G3: a client that goes between two requests of one function ends it as cancelled", "[reliability][G3]") {
    MockTransport const mock;
    TransferData transfer{.source_endpoint = "a", .destination_endpoint = "b"};
    transfer.add_item({.source_path = "/x", .destination_path = "/y"});
    SECTION("submit_transfer") {
        destroy_between(client_of(mock), mock, json(R"({"value": "id"})"),
                        [&](Transfer const& client) { (void)client.submit_transfer(transfer); });
        CHECK(transfer.submission_id == std::string("id"));  // what was known stays known
    }
    SECTION("submit_transfer, with a stop_token of the caller's own") {
        std::stop_source mine;
        destroy_between(client_of(mock), mock, json(R"({"value": "id"})"), [&](Transfer const& client) {
            (void)client.submit_transfer(transfer, {.stop = mine.get_token()});
        });
        CHECK_FALSE(mine.stop_requested());
    }
    SECTION("submit_delete") {
        destroy_between(client_of(mock), mock, json(R"({"value": "id"})"), [&](Transfer const& client) {
            (void)client.submit_delete(Json{{"endpoint", "e"}, {"DATA", boost::json::array{}}});
        });
    }
    SECTION("split_transfer_data") {
        transfer.add_item({.source_path = "/v", .destination_path = "/w"});
        destroy_between(client_of(mock), mock, json(R"({"value": "id"})"),
                        [&](Transfer const& client) { (void)client.split_transfer_data(transfer, 1); });
    }
    SECTION("submit_all") {
        destroy_between(client_of(mock), mock, json(R"({"value": "id"})"), [&](Transfer const& client) {
            for (auto const& accepted : client.submit_all(transfer, 1)) (void)accepted;
        });
    }
    SECTION("ensure_directory") {
        http::Response missing = json(R"({"code": "ClientError.NotFound", "message": "m", "request_id": "r"})");
        missing.status = 404;
        destroy_between(client_of(mock), mock, missing, [&](Transfer const& client) {
            (void)client.ensure_directory({.endpoint_id = "e", .path = "/a/b/"});
        });
    }
    SECTION("task_wait, before it reads the faults") {
        destroy_between(client_of(mock), mock, json(active),
                        [&](Transfer const& client) { (void)client.task_wait({.task_id = "t"}); });
    }
    SECTION("paginate") {
        destroy_between(client_of(mock), mock, json(R"({"DATA": [{}], "total": 9, "limit": 1, "offset": 0})"),
                        [&](Transfer const& client) {
                            for (auto const& task : client.paginate(TaskList{})) (void)task;
                        });
    }
    SECTION("recursive_ls") {
        destroy_between(client_of(mock), mock, json(R"({"DATA": [{"name": "d", "type": "dir"}]})"),
                        [&](Transfer const& client) {
                            for (auto const& entry : client.recursive_ls({.endpoint_id = "e", .path = "/"}))
                                (void)entry;
                        });
    }
    SECTION("get_jwk") {
        using Auth = Client<NativeAppAuthService, NullPolicy, MockTransport>;
        destroy_between(
            std::make_unique<Auth>(NativeAppAuthService{"id"}, NullPolicy{}, Auth::Options{.transport = mock}), mock,
            json(R"({"jwks_uri": "https://auth.globus.org/jwk.json"})"),
            [](Auth const& client) { (void)client.get_jwk(); });
    }
}

TEST_CASE("G3: a client that goes while calls wait for the answer of one of them ends them all", "[reliability][G3]") {
    using Gcs = Client<GcsService, NullPolicy, MockTransport>;
    MockTransport mock;
    std::atomic<bool> asked = false;
    mock.otherwise(
        late(json(R"({"data": [{"client_id": "01234567-89ab-cdef-0123-456789abcdef"}], "DATA_TYPE": "result#1.0.0"})"),
             asked));
    auto client = std::make_unique<Gcs>(GcsService{"abc.example.org"}, NullPolicy{}, Gcs::Options{.transport = mock});
    std::atomic<int> begun = 0, ended = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&, mine = client.get()] {
            ++begun;
            try {
                ended += mine->endpoint_client_id().size() == 36;  // the answer that came while the client went
            } catch (NetworkError const& error) {
                ended += error.kind() == Kind::cancelled;
            }
        });
    while (!asked || begun != 4) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);  // the others come to wait; any order is right
    client.reset();
    threads.clear();
    CHECK(ended == 4);
}

TEST_CASE("G3: a GCSDownloader may go while it is called", "[reliability][G3]") {
    std::string const id = "01234567-89ab-cdef-0123-456789abcdef";
    using Access = std::function<AccessTokenPolicy(std::string const&, StringList const&)>;
    using Downloader = GCSDownloader<Transfer, Access>;
    MockTransport mock;
    std::unique_ptr<Downloader> downloader;
    http::Response const login{.status = 302, .headers = {{"Location", "https://auth.globus.org/?client_id=" + id}}};
    SECTION("between two of its requests") {
        downloader = std::make_unique<Downloader>(
            *client_of(mock), [](std::string const&, StringList const&) { return AccessTokenPolicy{"token"}; });
        destroy_between(std::move(downloader), mock, login,
                        [](Downloader const& mine) { (void)mine.read_file("https://m.example.org/f"); });
    }
    SECTION("by its own callback") {
        mock.reply(login).reply(json(R"({"entity_type": "guest", "https_server": "https://m.example.org"})"));
        downloader = std::make_unique<Downloader>(*client_of(mock), [&](std::string const&, StringList const&) {
            downloader.reset();
            return AccessTokenPolicy{"token"};
        });
        CHECK_THROWS_AS(downloader->read_file("https://m.example.org/f"), NetworkError);
        CHECK(mock.request_count() == 2);
    }
}

TEST_CASE("G3: task_wait ends when its client goes, and keeps what it saw", "[reliability][G3]") {
    MockTransport mock;
    mock.reply(json(R"({"task_id": "t", "status": "ACTIVE", "bytes_transferred": 7})"));
    auto client = client_of(mock);
    std::atomic<bool> looked = false, in_callback = false;
    TaskWait wait{.task_id = "t", .timeout = 20s, .polling_interval = 20s, .first_interval = 20s};
    wait.on_progress = [&](TaskProgress const&) {
        in_callback = looked = true;
        std::this_thread::sleep_for(100ms);
        in_callback = false;
    };
    std::optional<TaskVerdict> seen;
    std::jthread other([&, mine = client.get()] {
        try {
            (void)mine->task_wait(wait);
        } catch (TaskWaitCancelled const& stopped) {
            seen = stopped.seen();
        }
    });
    SECTION("in its sleep") {
        while (!looked || in_callback) std::this_thread::sleep_for(1ms);
    }
    SECTION("in a callback, which is waited for") {
        while (!looked) std::this_thread::sleep_for(1ms);
    }
    auto const begun = http::Clock::now();
    client.reset();
    CHECK_FALSE(in_callback);
    CHECK(http::Clock::now() - begun < 1s);
    other.join();
    REQUIRE(seen);
    CHECK(seen->task.bytes_transferred == 7);
    CHECK(seen->kind == TaskVerdict::Kind::timed_out);
    CHECK_FALSE(seen->ended());
}

TEST_CASE("G3: a range whose client is gone ends as cancelled, and what it has read stays", "[reliability][G3]") {
    MockTransport mock;
    auto client = client_of(mock);
    auto const ends_at = [&](auto& iterator) {
        client.reset();
        for (int again = 0; again != 2; ++again) {
            try {
                ++iterator;
                FAIL("the walk went on without its client");
            } catch (NetworkError const& error) {
                CHECK(error.kind() == Kind::cancelled);
            }
        }
    };
    SECTION("paginate") {
        mock.reply(json(R"({"DATA": [{"task_id": "one"}], "total": 9, "limit": 1, "offset": 0})"));
        auto tasks = client->paginate(TaskList{});
        auto pages = client->paginate(TaskList{}).pages();
        auto task = tasks.begin();
        ends_at(task);
        CHECK_THROWS_AS(pages.begin(), NetworkError);
        CHECK(mock.request_count() == 1);
    }
    SECTION("recursive_ls") {
        mock.reply(json(R"({"DATA": [{"name": "d", "type": "dir"}]})"));
        auto entries = client->recursive_ls({.endpoint_id = "e", .path = "/"});
        auto entry = entries.begin();
        FileEntry const& kept = *entry;
        CHECK(kept.path == "d");
        ends_at(entry);
        CHECK(mock.request_count() == 1);
    }
    SECTION("submit_all") {
        TransferData data{.source_endpoint = "a", .destination_endpoint = "b"};
        data.add_item({.source_path = "/1", .destination_path = "/1"});
        data.add_item({.source_path = "/2", .destination_path = "/2"});
        mock.reply(json(R"({"value": "id"})")).reply(json(R"({"code": "Accepted", "task_id": "t"})"));
        auto submissions = client->submit_all(data, 1);
        auto accepted = submissions.begin();
        client.reset();
        CHECK_THROWS_AS(++accepted, NetworkError);
        CHECK(submissions.parts().at(0).submission_id == std::string("id"));
        CHECK(mock.request_count() == 2);
    }
    SECTION("a new client in the same place is another one") {
        std::optional<Transfer> place;
        place.emplace(AccessTokenPolicy{"token"}, Transfer::Options{.transport = mock});
        auto tasks = place->paginate(TaskList{});
        place.emplace(AccessTokenPolicy{"token"}, Transfer::Options{.transport = mock});
        CHECK_THROWS_AS(tasks.begin(), NetworkError);
        CHECK(mock.request_count() == 0);
    }
}

TEST_CASE("G3: a callback may destroy its client", "[reliability][G3]") {
    MockTransport mock;
    auto client = client_of(mock);
    TaskWait wait{.task_id = "t", .timeout = 20s, .polling_interval = 20s, .first_interval = 20s};
    SECTION("on_progress, and the wait is cancelled") {
        mock.reply(json(R"({"task_id": "t", "status": "ACTIVE"})"));
        wait.on_progress = [&](TaskProgress const& now) {
            client.reset();
            CHECK(now.task.task_id == std::string("t"));
        };
        CHECK_THROWS_AS(client->task_wait(wait), TaskWaitCancelled);
    }
    SECTION("on_progress, of a task that has ended") {
        mock.reply(json(R"({"task_id": "t", "status": "SUCCEEDED"})"));
        wait.on_progress = [&](TaskProgress const&) { client.reset(); };
        CHECK(client->task_wait(wait).succeeded());
    }
    SECTION("on_progress, within a wait within a wait") {
        mock.otherwise([](http::Request const&) { return json(R"({"task_id": "t", "status": "ACTIVE"})"); });
        TaskWait inner = wait;
        inner.on_progress = [&](TaskProgress const&) { client.reset(); };
        wait.on_progress = [&](TaskProgress const&) { CHECK_THROWS_AS(client->task_wait(inner), TaskWaitCancelled); };
        CHECK_THROWS_AS(client->task_wait(wait), TaskWaitCancelled);
    }
    SECTION("the sleep of task_wait") {
        mock.reply(json(R"({"task_id": "t", "status": "ACTIVE"})"));
        wait.sleep = [&](std::chrono::duration<double>) {
            client.reset();
            return true;
        };
        CHECK_THROWS_AS(client->task_wait(wait), TaskWaitCancelled);
    }
    SECTION("on_error of recursive_ls, and the walk is cancelled at the next listing") {
        http::Response refused = json(R"({"code": "PermissionDenied", "message": "m", "request_id": "r"})");
        refused.status = 403;
        mock.reply(json(R"({"DATA": [{"name": "a", "type": "dir"}, {"name": "b", "type": "dir"}]})")).reply(refused);
        auto entries = client->recursive_ls(
            {.endpoint_id = "e", .path = "/", .on_error = [&](std::string const&, ApiError const&) {
                 client.reset();
                 return true;
             }});
        auto entry = entries.begin();
        ++entry;
        CHECK_THROWS_AS(++entry, NetworkError);
        CHECK(mock.request_count() == 2);
    }
    CHECK(client == nullptr);
}

TEST_CASE("G3: what a callback throws ends the function, and harms nobody", "[reliability][G3]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) { return json(R"({"task_id": "t", "status": "ACTIVE"})"); });
    auto client = client_of(mock);
    TaskWait wait{.task_id = "t"};
    wait.on_progress = [](TaskProgress const&) { throw std::runtime_error("mine"); };
    CHECK_THROWS_AS(client->task_wait(wait), std::runtime_error);
    wait.on_progress = nullptr;
    wait.sleep = [](std::chrono::duration<double>) -> bool { throw 5; };
    CHECK_THROWS_AS(client->task_wait(wait), int);
    CHECK(client->get_task({.task_id = "t"})->status == "ACTIVE");
    client.reset();  // which waits for nobody
}
