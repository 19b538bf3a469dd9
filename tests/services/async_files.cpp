// SPDX-License-Identifier: Apache-2.0
// Files of a collection, without blocking.
#include <globus/asio.hpp>
#include <globus/core/digest.hpp>
#include <globus/services/gcs/async.hpp>

#include <services/gcs_files.hpp>
#include <support/asio_client.hpp>
#include <support/catch.hpp>
#include <support/sandbox_client.hpp>
#include <support/temporary_directory.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace globus;
using namespace gcs_files;
namespace asio = boost::asio;

namespace {

using AsioFiles = Client<GcsCollectionService, AccessTokenPolicy, AsioTransport>;

Digest sha256_of(std::string_view text) {
    DigestStream stream(Digest::Algorithm::sha256);
    stream.update(text);
    return stream.finish();
}

struct AsyncCollection : SandboxCollection {
    asio::io_context io;
    TemporaryDirectory here;
    std::optional<AsioFiles> client{
        std::in_place, GcsCollectionService{id, address}, server.user_token(scope),
        AsioFiles::Options{.transport = AsioTransport{io}, .retry = quick(), .auth_url = server.base_url()}};

    /// How a download ended, when there is nothing left to do.
    std::pair<std::exception_ptr, Downloaded> download(Download what) {
        std::optional<std::pair<std::exception_ptr, Downloaded>> ended;
        async_download(*client, std::move(what),
                       [&](std::exception_ptr error, Downloaded got) { ended.emplace(error, std::move(got)); });
        io.restart();
        io.run();
        REQUIRE(ended);
        return *std::move(ended);
    }
    /// True if so many bytes of a download are here.
    [[nodiscard]] bool has_arrived(std::string const& name, std::size_t bytes) const {
        std::error_code none;
        auto const size = std::filesystem::file_size(here / ("." + name + ".globus-part"), none);
        return !none && size >= bytes;
    }
    [[nodiscard]] std::size_t left_over() const {
        std::size_t count = 0;
        for (auto const& entry : std::filesystem::directory_iterator(here.path()))
            count += entry.path().string().find(".globus-part") != std::string::npos;
        return count;
    }
};

}  // namespace

TEST_CASE("async_download: many files at once on one thread", "[gcs][files][async]") {
    AsyncCollection c;
    int right = 0;
    for (int i = 0; i != 20; ++i) {
        std::string const name = std::to_string(i), text = pattern(100'000, static_cast<unsigned>(i));
        c.put(name, text);
        async_download(*c.client, {.path = "/" + name, .to = c.here / name},
                       [&, name, text](std::exception_ptr error, Downloaded got) {
                           right += !error && got.bytes == text.size() && file_text(c.here / name) == text;
                       });
    }
    c.io.run();
    CHECK(right == 20);
    CHECK(c.left_over() == 0);
}

TEST_CASE("async_download: it goes on where the connection broke", "[gcs][files][async]") {
    AsyncCollection c;
    std::string const text = pattern(400'000);
    c.put("big", text);
    c.cut(100'000, 2);
    Progress last;
    auto const [error, got] = c.download(
        {.path = "/big", .to = c.here / "big", .digest = sha256_of(text), .progress = [&](Progress const& now) {
             last = now;
         }});
    CHECK(!error);
    CHECK(got.retries == 2);
    CHECK(got.digest);
    CHECK(last.finished);
    CHECK(last.bytes == text.size());
    CHECK((file_text(c.here / "big") == text));
    CHECK(c.ranges() == "- bytes=100000- bytes=200000-");
}

TEST_CASE("async_download: the next one goes on, unless the file changed", "[gcs][files][async]") {
    AsyncCollection c;
    std::string text = pattern(400'000);
    c.put("big", text);
    c.server.add_fault(
        rule("get_file", "in_body", R"({"type": "stall", "after_bytes": 150000, "ms": "forever"})", "1"));
    asio::cancellation_signal signal;
    asio::steady_timer timer(c.io);
    std::optional<NetworkError> cancelled;
    async_download(*c.client, {.path = "/big", .to = c.here / "big"},
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, Downloaded) {
                       cancelled = as<NetworkError>(error);
                   }));
    when(
        timer, [&] { return c.has_arrived("big", 100'000); }, [&] { signal.emit(asio::cancellation_type::terminal); });
    c.io.run();
    REQUIRE(cancelled);
    CHECK(cancelled->kind() == NetworkError::Kind::cancelled);
    CHECK(c.left_over() == 2);
    CHECK(!std::filesystem::exists(c.here / "big"));
    bool const changed = GENERATE(false, true);
    if (changed) c.put("big", text = pattern(300'000, 7));
    auto const [error, got] = c.download({.path = "/big", .to = c.here / "big"});
    CHECK(!error);
    CHECK((got.resumed_at == 0) == changed);
    CHECK((file_text(c.here / "big") == text));
    CHECK(c.left_over() == 0);
}

TEST_CASE("async_download: what is wrong is the handler's, and nothing is left", "[gcs][files][async]") {
    AsyncCollection c;
    c.put("big", pattern(100'000));
    Digest const wrong = sha256_of("another text");
    CHECK(as<FileIntegrityError>(c.download({.path = "/big", .to = c.here / "big", .digest = wrong}).first));
    CHECK(as<UsageError>(c.download({.path = "/big", .to = c.here / "big", .connections = 2}).first));
    CHECK(as<UsageError>(c.download({.path = "/", .to = c.here / "big"}).first));
    CHECK(as<LocalFileError>(c.download({.path = "/big", .to = c.here / "none/big"}).first));
    CHECK(as<ApiError>(c.download({.path = "/none", .to = c.here / "big"}).first));
    auto const to_nowhere = [](std::string_view) -> bool { throw std::runtime_error("no"); };
    CHECK(as<std::runtime_error>(c.download({.path = "/big", .to = to_nowhere}).first));
    CHECK(c.left_over() == 0);
    CHECK(!std::filesystem::exists(c.here / "big"));
}

TEST_CASE("async_download: it ends with the client, and with the execution context", "[gcs][files][async]") {
    AsyncCollection c;
    c.put("big", pattern(400'000));
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "stall", "after_bytes": 150000, "ms": "forever"})"));
    std::optional<std::exception_ptr> ended;
    auto const held = std::make_shared<int>(0);
    auto io = std::make_unique<asio::io_context>();
    AsioFiles const doomed{GcsCollectionService{c.id, c.address}, c.server.user_token(c.scope),
                           AsioFiles::Options{.transport = AsioTransport{*io}, .auth_url = c.server.base_url()}};
    async_download(doomed, {.path = "/big", .to = c.here / "doomed"}, [held](std::exception_ptr, Downloaded) {});
    while (!c.has_arrived("doomed", 100'000)) io->run_one_for(std::chrono::milliseconds(5));
    async_download(*c.client, {.path = "/big", .to = c.here / "big"},
                   [&](std::exception_ptr error, Downloaded) { ended = error; });
    asio::steady_timer timer(c.io);
    when(
        timer, [&] { return c.has_arrived("big", 100'000); }, [&] { c.client.reset(); });
    c.io.run();
    REQUIRE(ended);
    REQUIRE(as<NetworkError>(*ended));
    CHECK(as<NetworkError>(*ended)->kind() == NetworkError::Kind::cancelled);
    CHECK(held.use_count() == 2);
    io.reset();
    CHECK(held.use_count() == 1);
}

TEST_CASE("async_read_at: many parts of one file at once", "[gcs][files][async]") {
    AsyncCollection c;
    std::string const text = pattern(1'000'000);
    c.put("big", text);
    RemoteFile file;
    CHECK_THROWS_AS(file.read_at(0, {}), UsageError);
    std::vector<std::vector<std::byte>> parts(200, std::vector<std::byte>(4096));
    std::size_t right = 0;
    async_open(*c.client, {.path = "/big"}, [&](std::exception_ptr error, RemoteFile opened) {
        REQUIRE(!error);
        file = std::move(opened);
        CHECK(file.size() == text.size());
        for (std::size_t i = 0; i != parts.size(); ++i)
            async_read_at(*c.client, file, i * 5001, parts[i], [&, i](std::exception_ptr failed, std::size_t count) {
                std::size_t const wanted = std::min<std::size_t>(4096, text.size() - std::min(text.size(), i * 5001));
                right += !failed && count == wanted &&
                         (count == 0 || std::memcmp(parts[i].data(), text.data() + i * 5001, count) == 0);
            });
    });
    c.io.run();
    CHECK(right == parts.size());
    c.cut(1000, 1);
    std::vector<std::byte> part(50'000);
    std::size_t came = 0;
    async_read_at(*c.client, file, 10, part, [&](std::exception_ptr, std::size_t count) { came = count; });
    c.io.restart();
    c.io.run();
    CHECK(came == part.size());
    CHECK(std::memcmp(part.data(), text.data() + 10, part.size()) == 0);
    c.put("big", "another text");
    bool changed = false;
    async_read_at(*c.client, file, 10, part,
                  [&](std::exception_ptr error, std::size_t) { changed = as<FileChangedError>(error).has_value(); });
    c.io.restart();
    c.io.run();
    CHECK(changed);
}

TEST_CASE("async_stat_file: in a coroutine, with a read and a download", "[gcs][files][async]") {
    AsyncCollection c;
    std::string const text = pattern(10'000);
    c.put("a b", text);
    std::string all;
    std::exception_ptr ended;
    auto const work = [&]() -> asio::awaitable<void> {
        FileStat const stat = co_await async_stat_file(*c.client, "/a b", asio::use_awaitable);
        OpenFile how{.path = Location{.collection_id = c.id, .path = "/a b"}};
        RemoteFile const file = co_await async_open(*c.client, how, asio::use_awaitable);
        std::vector<std::byte> part(10);
        co_await async_read_at(*c.client, file, 5, part, asio::use_awaitable);
        Download what{.path = "/a b", .to = [&](std::string_view piece) {
                          all += piece;
                          return true;
                      }};
        Downloaded const got = co_await async_download(*c.client, what, asio::use_awaitable);
        CHECK(stat.size == text.size());
        CHECK(std::memcmp(part.data(), text.data() + 5, part.size()) == 0);
        CHECK(got.bytes == text.size());
        std::string const none = "/none";
        co_await async_stat_file(*c.client, none, asio::use_awaitable);
    };
    asio::co_spawn(c.io, work, [&](std::exception_ptr error) { ended = error; });
    c.io.run();
    CHECK((all == text));
    REQUIRE(as<ApiError>(ended));
    CHECK(as<ApiError>(ended)->http_status() == 404);
}

TEST_CASE("async_upload: it is sent, repeated and compared", "[gcs][files][async]") {
    AsyncCollection c;
    std::string const text = pattern(3'000'000);
    write_file(c.here / "big", text);
    std::optional<Uploaded> first, second;
    std::optional<ApiError> refused;
    Progress last;
    async_upload(*c.client,
                 {.from = c.here / "big",
                  .path = "/up/big",
                  .overwrite = false,
                  .ask_digest = true,
                  .progress = [&](Progress const& now) { last = now; }},
                 [&](std::exception_ptr error, Uploaded sent) {
                     CHECK(!error);
                     first = std::move(sent);
                 });
    c.io.run();
    REQUIRE(first);
    CHECK(first->bytes == text.size());
    CHECK(first->created);
    CHECK(first->digest == sha256_of(text));
    CHECK(last.finished);
    CHECK((file_text(c.at("up/big")) == text));
    c.server.add_fault(rule("put_file", "after_commit", R"({"type": "reset"})", "1"));
    async_upload(*c.client, {.from = std::as_bytes(std::span(text)), .path = "/up/again"},
                 [&](std::exception_ptr error, Uploaded sent) {
                     CHECK(!error);
                     second = std::move(sent);
                 });
    async_upload(*c.client, {.from = c.here / "big", .path = "/up/big", .overwrite = false},
                 [&](std::exception_ptr error, Uploaded) { refused = as<ApiError>(error); });
    c.io.restart();
    c.io.run();
    REQUIRE(second);
    REQUIRE(refused);
    CHECK(second->bytes == text.size());
    CHECK(refused->http_status() == 412);
    CHECK((file_text(c.at("up/again")) == text));
    bool missing = false;
    async_upload(*c.client, {.from = c.here / "none", .path = "/up/none"},
                 [&](std::exception_ptr error, Uploaded) { missing = as<LocalFileError>(error).has_value(); });
    c.io.restart();
    c.io.run();
    CHECK(missing);
}
