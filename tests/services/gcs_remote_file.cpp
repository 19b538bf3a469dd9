// SPDX-License-Identifier: Apache-2.0
// Parts of files of a collection.
#include <globus/http/mock_transport.hpp>
#include <globus/services/gcs.hpp>

#include <services/gcs_files.hpp>
#include <support/catch.hpp>

#include <atomic>
#include <cstring>
#include <optional>
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
    Collection c;
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

TEST_CASE("RemoteFile: many threads read one file", "[gcs][files]") {
    Collection c;
    std::string const text = pattern(1'000'000);
    c.put("big", text);
    RemoteFile const file = c.files.open("/big");
    std::atomic<int> wrong = 0, right = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i != 16; ++i)
            threads.emplace_back([&, i] {
                for (unsigned k = 0; k != 20; ++k) {
                    std::size_t const at = (i * 7919 + k * 104729) * 31 % (text.size() - 4096);
                    (read(file, at, 4096) == text.substr(at, 4096) ? right : wrong)++;
                }
            });
    }
    CHECK(wrong == 0);
    CHECK(right == 320);
}

TEST_CASE("RemoteFile: it goes on where the connection broke", "[gcs][files]") {
    Collection c;
    std::string const text = pattern(100'000);
    c.put("big", text);
    RemoteFile const file = c.files.open("/big");
    c.cut(10'000, 2);
    CHECK((read(file, 1000, 50'000) == text.substr(1000, 50'000)));
    CHECK(c.ranges() == "bytes=1000-50999 bytes=11000-50999 bytes=21000-50999");
}

TEST_CASE("RemoteFile: another version is not read unseen", "[gcs][files]") {
    Collection c;
    c.put("big", pattern(100'000));
    RemoteFile file = c.files.open("/big");
    c.put("big", "another text");
    CHECK_THROWS_AS(read(file, 0, 5), FileChangedError);
    file.refresh();
    CHECK(read(file, 0, 100) == "another text");
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
