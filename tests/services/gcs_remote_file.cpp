// SPDX-License-Identifier: Apache-2.0
// Parts of files of a collection.
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>

#include <services/gcs_files.hpp>
#include <support/catch.hpp>

#include <atomic>
#include <cstring>
#include <optional>
#include <random>
#include <span>
#include <thread>
#include <vector>

using namespace globus;
using namespace gcs_files;

namespace {

/// What is read, as a text.
std::string read(RemoteFile const& file, std::uint64_t offset, std::size_t size) {
    std::vector<std::byte> buffer(size);
    std::size_t const count = file.read_at(offset, buffer);
    return {reinterpret_cast<char const*>(buffer.data()), count};
}

}  // namespace

TEST_CASE("RemoteFile: parts at any place, and the end of the file", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(100'000);
    c.put("big", text);
    std::optional<RemoteFile> opened;
    {
        auto const gone = c.client();
        opened.emplace(gone.open("/big"));
    }
    RemoteFile const file = *std::move(opened);  // it outlives its client
    CHECK(file.size() == text.size());
    CHECK(file.stat().ranges);
    CHECK((read(file, 0, 10) == text.substr(0, 10)));
    CHECK((read(file, 50'000, 4096) == text.substr(50'000, 4096)));
    CHECK((read(file, 99'990, 100) == text.substr(99'990)));
    c.server.clear_journal();
    CHECK(read(file, 100'000, 5).empty());
    CHECK(read(file, 1'000'000, 5).empty());
    CHECK(read(file, 0, 0).empty());
    CHECK_THROWS_AS(read(file, UINT64_MAX, 5), UsageError);
    CHECK(c.server.count() == 0);
    CHECK_THROWS_AS(c.files.open("/none"), ApiError);
    CHECK_THROWS_AS(opened->read_at(0, {}), UsageError);
}

TEST_CASE("RemoteFile: many threads read many parts of one file, with blocks and without", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(4'000'000);
    c.put("big", text);
    for (std::size_t const block : {std::size_t{0}, std::size_t{1} << 16}) {
        RemoteFile const file = c.files.open({.path = "/big", .block = block, .memory = 1 << 20});
        c.server.clear_journal();
        std::atomic<int> wrong = 0, right = 0;
        {
            std::vector<std::jthread> threads;
            for (unsigned i = 0; i != 16; ++i)
                threads.emplace_back([&, i] {
                    std::minstd_rand random(i + 1);
                    for (unsigned k = 0; k != 625; ++k) {
                        std::size_t const at = random() % (text.size() - 1);
                        (read(file, at, 4096) == text.substr(at, 4096) ? right : wrong)++;
                    }
                });
        }
        CHECK(wrong == 0);
        CHECK(right == 10'000);
        if (block == 0)
            CHECK(c.server.count("get_file") == 10'000);
        else
            CHECK(c.server.count("get_file") < 10'000);  // some of them were in memory
    }
}

TEST_CASE("RemoteFile: blocks that are kept are not asked for again, as long as there is memory", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(100'000);
    c.put("big", text);
    RemoteFile const file = c.files.open({.path = "/big", .block = 4096, .memory = 4 * 4096});
    auto const check = [&](std::size_t offset, std::size_t size, std::string const& ranges) {
        INFO(offset << ' ' << size);
        c.server.clear_journal();
        CHECK((read(file, offset, size) == text.substr(offset, size)));
        CHECK(c.ranges() == ranges);
    };
    check(10, 20, "bytes=0-4095");
    check(4000, 96, "");
    check(4000, 200, "bytes=4096-8191");
    check(0, 8192, "");
    check(99'990, 100, "bytes=98304-99999");  // the last block is a short one
    check(40'960, 4096, "bytes=40960-45055");
    check(0, 1, "");  // and so it was wanted later than the one after it
    check(50'000, 1, "bytes=49152-53247");
    check(4096, 1, "bytes=4096-8191");
    check(0, 1, "");
    check(20'000, 30'000, "bytes=20000-49999");  // too much to be kept
    check(0, 1, "");
}

TEST_CASE("RemoteFile: reading ahead, where one read begins at the end of another", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(1'000'000);
    c.put("big", text);
    RemoteFile const file = c.files.open({.path = "/big", .read_ahead = 300'000, .memory = 1 << 20});
    c.server.clear_journal();
    std::string all;
    while (all.size() != text.size()) all += read(file, all.size(), 1000);
    CHECK((all == text));
    CHECK(c.server.count("get_file") == 4);  // the first one was not known to go on
    RemoteFile const other = c.files.open({.path = "/big", .read_ahead = 300'000, .memory = 1 << 20});
    c.server.clear_journal();
    (void)read(other, 500'000, 10);
    (void)read(other, 100'000, 10);
    CHECK(c.ranges() == "bytes=458752-524287 bytes=65536-131071");
}

TEST_CASE("RemoteFile: a block that many want is asked for once, and a failure is nobody else's", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(200'000);
    c.put("big", text);
    RemoteFile const file = c.client({.max_attempts = 1}).open({.path = "/big", .block = 1 << 16});
    c.server.clear_journal();
    c.server.add_fault(rule("get_file", "after_headers", R"({"type": "stall", "ms": 300})", "1"));
    std::atomic<int> right = 0, failed = 0;
    auto const read_by_many = [&](std::size_t at) {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 8; ++i)
            threads.emplace_back([&] {
                try {
                    right += read(file, at, 100) == text.substr(at, 100);
                } catch (Error const&) {
                    ++failed;
                }
            });
    };
    read_by_many(1000);
    CHECK(right == 8);
    CHECK(c.server.count("get_file") == 1);
    c.server.add_fault(rule("get_file", "before_commit", R"({"type": "status", "code": 500})", "1"));
    read_by_many(100'000);
    CHECK(failed == 1);
    CHECK(right == 15);
    CHECK(c.server.count("get_file") == 3);
}

TEST_CASE("RemoteFile: it goes on where the connection broke", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(100'000);
    c.put("big", text);
    RemoteFile const file = c.files.open("/big");
    c.cut(10'000, 2);
    CHECK((read(file, 1000, 50'000) == text.substr(1000, 50'000)));
    CHECK(c.ranges() == "bytes=1000-50999 bytes=11000-50999 bytes=21000-50999");
}

TEST_CASE("RemoteFile: another version is not read unseen", "[gcs][files]") {
    SandboxCollection c;
    c.put("big", pattern(100'000));
    RemoteFile file = c.files.open("/big");
    c.put("big", "another text");
    CHECK_THROWS_AS(read(file, 0, 5), FileChangedError);
    file.refresh();
    CHECK(read(file, 0, 100) == "another text");
}

TEST_CASE("RemoteFile: once a change was noticed, nothing is read from what was kept", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(100'000);
    c.put("big", text);
    RemoteFile file = c.files.open({.path = "/big", .block = 4096});
    CHECK((read(file, 0, 5) == text.substr(0, 5)));
    c.put("big", "another text");
    CHECK((read(file, 5, 5) == text.substr(5, 5)));  // of the version that was opened
    CHECK_THROWS_AS(read(file, 50'000, 5), FileChangedError);
    CHECK_THROWS_AS(read(file, 0, 5), FileChangedError);
    file.refresh();
    CHECK(read(file, 0, 100) == "another text");
}

TEST_CASE("RemoteFile: what is kept needs sizes that go together, and a version", "[gcs][files]") {
    MockTransport mock;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport, NoRetry> const files(
        GcsCollectionService{"id", "m.example.org"}, "token", {.transport = mock});
    CHECK_THROWS_AS(files.open({.path = "/f", .block = 100}), UsageError);
    CHECK_THROWS_AS(files.open({.path = "/f", .block = 4096, .memory = 8000}), UsageError);
    CHECK_THROWS_AS(files.open({.path = "/f", .read_ahead = 10, .memory = 8000}), UsageError);
    CHECK(mock.request_count() == 0);
    mock.reply(200, "", {{"Content-Length", "10"}});
    RemoteFile const file = files.open({.path = "/f", .block = 4096});
    for (int i = 0; i != 2; ++i) {
        mock.reply(206, "3456", {{"Content-Range", "bytes 3-6/10"}});
        CHECK(read(file, 3, 4) == "3456");
    }
}

TEST_CASE("RemoteFile: servers that do not know parts, or send others", "[gcs][files]") {
    MockTransport mock;
    Client<GcsCollectionService, AccessTokenPolicy, MockTransport, NoRetry> const files(
        GcsCollectionService{"id", "m.example.org"}, "token", {.transport = mock});
    http::Headers const head{{"ETag", "\"a\""}, {"Content-Length", "10"}};
    mock.reply(200, "", head);
    RemoteFile const file = files.open("/f");
    mock.reply(200, "0123456789", head);
    CHECK(read(file, 3, 4) == "3456");
    CHECK(mock.requests().back().headers.get("Range") == "bytes=3-6");
    CHECK(mock.requests().back().headers.get("If-Match") == "\"a\"");
    mock.reply(206, "3456", {{"ETag", "\"a\""}, {"Content-Range", "bytes 4-7/10"}});
    CHECK_THROWS_AS(read(file, 3, 4), FileIntegrityError);
    mock.reply(206, "3456", {{"ETag", "\"b\""}, {"Content-Range", "bytes 3-6/10"}});
    CHECK_THROWS_AS(read(file, 3, 4), FileChangedError);
    mock.reply(200, "0123456789", {{"ETag", "\"b\""}, {"Content-Length", "10"}});
    CHECK_THROWS_AS(read(file, 3, 4), FileChangedError);
    mock.reply(412, "");
    CHECK_THROWS_AS(read(file, 3, 4), FileChangedError);
    mock.reply(206, "34", {{"ETag", "\"a\""}, {"Content-Range", "bytes 3-4/10"}});
    mock.reply(206, "56", {{"ETag", "\"a\""}, {"Content-Range", "bytes 5-6/10"}});
    CHECK(read(file, 3, 4) == "3456");
}
