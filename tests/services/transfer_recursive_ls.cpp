// SPDX-License-Identifier: Apache-2.0
// Listing everything below a directory, by calls that block and by calls that do not.
#include <globus/asio.hpp>
#include <globus/services/transfer.hpp>
#include <globus/services/transfer/async_recursive_ls.hpp>

#include <services/directory_trees.hpp>
#include <support/asio_client.hpp>
#include <support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <ranges>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

/// The entries of an asynchronous listing, as a range like that of recursive_ls.
class AsyncRange {
public:
    AsyncRange(AsyncRecursiveListing<AsioTransferClient> listing, asio::io_context& io)
        : listing_(std::move(listing)), io_(io) {}

    class Iterator {
    public:
        explicit Iterator(AsyncRange& range) : range_(range) {}
        FileEntry const& operator*() const { return *range_.entry_; }
        void operator++() {
            range_.entry_.reset();
            range_.ensure_entry();
        }
        bool operator==(std::default_sentinel_t) const { return !range_.entry_; }

    private:
        AsyncRange& range_;
    };
    Iterator begin() {
        ensure_entry();
        return Iterator(*this);
    }
    std::default_sentinel_t end() const { return {}; }

private:
    void ensure_entry() {
        if (entry_) return;
        bool called = false;
        std::exception_ptr error;
        listing_.async_next([&](std::exception_ptr e, std::optional<FileEntry> entry) {
            called = true;
            error = std::move(e);
            entry_ = std::move(entry);
        });
        io_.restart();
        while (!called && io_.run_one() != 0) {
        }
        REQUIRE(called);
        if (error) std::rethrow_exception(error);
    }

    AsyncRecursiveListing<AsioTransferClient> listing_;
    asio::io_context& io_;
    std::optional<FileEntry> entry_;
};

struct Blocking {
    explicit Blocking(MockTransport const& mock) : transfer(client(mock)) {}
    auto list(RecursiveLs what) const { return transfer.recursive_ls(std::move(what)); }

    Transfer transfer;
};
template <std::size_t at_once>
struct Async {
    explicit Async(MockTransport const& mock) : transfer{"token", {.transport = AsioTransport{io, mock}}} {}
    AsyncRange list(RecursiveLs what) { return {async_recursive_ls(transfer, std::move(what), at_once), io}; }

    asio::io_context io;
    AsioTransferClient transfer;
};

}  // namespace

#define DRIVERS Blocking, Async<1>, Async<5>

TEMPLATE_TEST_CASE("recursive_ls lists a tree", "[transfer][files]", DRIVERS) {
    auto const mock = tree({{"/d", file("f") + ',' + directory("x") + ',' + directory("y")},
                            {"/d/x/", file("g") + ',' + directory("z")},
                            {"/d/y/", R"({"type": "dir", "name": "back", "link_target": "/d"})"},
                            {"/d/x/z/", file("h")}});
    TestType transfer{mock};
    auto const list = [&](RecursiveLs what) {
        std::vector<std::string> paths;
        for (FileEntry const& entry : transfer.list(std::move(what))) paths.push_back(entry.path);
        return paths;
    };
    CHECK(list({.endpoint_id = "e", .path = "/d"}) ==
          std::vector<std::string>{"f", "x", "y", "x/g", "x/z", "y/back", "x/z/h"});
    CHECK(mock.request_count() == 4);
    CHECK(list({.endpoint_id = "e", .path = "/d", .max_depth = 0}) == std::vector<std::string>{"f", "x", "y"});
    CHECK(list({.endpoint_id = "e", .path = "/d", .max_depth = 1}) ==
          std::vector<std::string>{"f", "x", "y", "x/g", "x/z", "y/back"});
}

TEMPLATE_TEST_CASE("recursive_ls lists all entries of a directory, however many there are at once", "[transfer][files]",
                   DRIVERS) {
    struct Case {
        std::size_t entries, most;
        bool says_total;
    };
    for (Case const& it : {Case{100500, 100000, true}, Case{200000, 100000, false}, Case{0, 3, true}, Case{1, 3, true},
                           Case{3, 3, true}, Case{4, 3, true}, Case{7, 3, true}, Case{7, 1, true}}) {
        auto const mock = large_directory(it.entries, it.most, it.says_total);
        TestType transfer{mock};
        std::size_t next = 0;
        for (FileEntry const& entry : transfer.list({.endpoint_id = "e", .path = "/d"})) {
            if (entry.path != "f" + std::to_string(next)) FAIL("entry " << next << " is " << entry.path);
            ++next;
        }
        CHECK(next == it.entries);
        CHECK(mock.request_count() <= it.entries / it.most + 1);
    }
}

TEMPLATE_TEST_CASE("recursive_ls goes on in a directory of several listings after a failure", "[transfer][files]",
                   DRIVERS) {
    MockTransport mock;
    int failed = 0;
    mock.otherwise([&](http::Request const& request) {
        bool const below = request.url.find("path=%2Fb%2F") != std::string::npos;
        bool const rest = request.url.ends_with("&offset=2");
        if (rest && failed++ == 0) return answer(400, "Odd");
        std::string const entries = below ? file("d") : rest ? file("c") : file("a") + ',' + directory("b");
        return http::Response{
            .status = 200,
            .body = R"({"total": )" + std::string(below ? "1" : "3") + R"(, "DATA": [)" + entries + "]}"};
    });
    TestType transfer{mock};
    auto listing = transfer.list({.endpoint_id = "e", .path = "/"});
    std::vector<std::string> paths;
    for (int failures = 0;;) try {
            for (FileEntry const& entry : listing)
                if (paths.empty() || paths.back() != entry.path) paths.push_back(entry.path);
            CHECK(failures == 1);
            break;
        } catch (TransferApiError const&) {
            REQUIRE(++failures == 1);
        }
    CHECK(paths == std::vector<std::string>{"a", "b", "c", "b/d"});
}

TEMPLATE_TEST_CASE("recursive_ls says so when a listing is not complete", "[transfer][files]", DRIVERS) {
    auto const walk = [](MockTransport const& mock) {
        TestType transfer{mock};
        std::size_t entries = 0;
        for (FileEntry const& entry : transfer.list({.endpoint_id = "e", .path = "/"})) {
            (void)entry;
            REQUIRE(++entries < 100);
        }
    };
    MockTransport mock;
    SECTION("because the service has no more than it says") {
        mock.reply(200, R"({"total": 9223372036854775807, "DATA": [)" + file("a") + "]}").reply(200, R"({"total": 9})");
    }
    SECTION("because it does not heed the offset") {
        mock.otherwise([](http::Request const&) {
            return http::Response{.status = 200, .body = R"({"total": 1000000, "DATA": [)" + file("a") + "]}"};
        });
    }
    SECTION("because its parts go in a circle") {
        mock.otherwise([&](http::Request const&) {
            std::string const name(1, static_cast<char>('a' + mock.request_count() % 3));
            return http::Response{.status = 200, .body = R"({"total": 1000000, "DATA": [)" + file(name) + "]}"};
        });
    }
    CHECK_THROWS_AS(walk(mock), DecodeError);
}

TEMPLATE_TEST_CASE("recursive_ls makes no path that leads out of its directory", "[transfer][files]", DRIVERS) {
    for (std::string const name : {"../../../../home/u/.ssh/authorized_keys", "/etc/cron.d/x", "a\\u0000b", "..", ".",
                                   "", "d/", "x/../../y", "\\u0000", "/", "sub/file"}) {
        INFO(name);
        MockTransport mock;
        for (char const* type : {"file", "dir"})
            mock.reply(200, R"({"DATA": [)" + file("before") + R"(,{"name": ")" + name + R"(", "type": ")" + type +
                                R"("},)" + file("behind") + "]}");
        TestType transfer{mock};
        for (int type = 0; type != 2; ++type) {
            auto listing = transfer.list({.endpoint_id = "e", .path = "/"});
            std::vector<std::string> paths;
            for (int failures = 0; failures != 3; ++failures) try {
                    for (FileEntry const& entry : listing)
                        if (paths.empty() || paths.back() != entry.path) paths.push_back(entry.path);
                    break;
                } catch (DecodeError const& error) {
                    CHECK(failures == 0);
                    CHECK(std::string(error.what()).find("authorized_keys") == std::string::npos);
                }
            CHECK(paths == std::vector<std::string>{"before", "behind"});
        }
        CHECK(mock.request_count() == 2);  // and nothing was asked for outside of it
    }
}

TEMPLATE_TEST_CASE("recursive_ls ends in directories without end", "[transfer][files]", DRIVERS) {
    MockTransport mock;
    mock.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"DATA": [)" + directory("d") + "]}"};
    });
    TestType transfer{mock};
    auto const count = [&](RecursiveLs what) {
        std::size_t entries = 0;
        auto listing = transfer.list(std::move(what));
        try {
            for (FileEntry const& entry : listing) {
                CHECK(entry.depth == entries);
                REQUIRE(++entries < 5000);
            }
        } catch (DecodeError const&) {
            for (FileEntry const& entry : listing) {  // the entry below which nothing was asked for
                CHECK(entry.depth == entries);
                REQUIRE(++entries < 5000);
            }
            return entries;
        }
        return entries;
    };
    CHECK(count({.endpoint_id = "e", .path = "/", .max_depth = 3}) == 4);
    std::size_t const before = mock.request_count();
    std::size_t const entries = count({.endpoint_id = "e", .path = "/"});
    CHECK(mock.request_count() - before == entries);
    CHECK(count({.endpoint_id = "e", .path = "/", .max_depth = 1500}) == 1501);  // if one wants it
}

TEST_CASE("recursive_ls is lazy, and can leave out what it may not read", "[transfer][files]") {
    auto const mock = tree({{"/~/", directory("closed") + ',' + file("f")}});
    auto const transfer = client(mock);

    auto listing = transfer.recursive_ls({.endpoint_id = "e"});
    static_assert(std::ranges::input_range<decltype(listing)>);
    CHECK(mock.request_count() == 0);
    auto entry = listing.begin();
    CHECK(mock.request_count() == 1);
    CHECK(entry->depth == 0);
    ++entry;
    CHECK_THROWS_AS(++entry, TransferApiError);
    CHECK(mock.requests().back().url.ends_with("path=%2F~%2Fclosed%2F"));
    CHECK_THROWS_AS(listing.begin(), TransferApiError);  // it goes on with the directory that failed

    std::vector<std::string> left_out;
    auto tolerant =
        transfer.recursive_ls({.endpoint_id = "e", .on_error = [&](std::string const& path, ApiError const&) {
                                   left_out.push_back(path);
                                   return true;
                               }});
    CHECK(std::ranges::distance(tolerant.begin(), tolerant.end()) == 2);
    CHECK(left_out == std::vector<std::string>{"/~/closed/"});
}

TEST_CASE("async_recursive_ls sends nothing before it is asked, and lists so many directories at once",
          "[transfer][async]") {
    std::size_t at_first = 0;
    std::string root;
    for (char c = 'a'; c <= 'z'; ++c) root += (root.empty() ? "" : ",") + directory(std::string(1, c));
    asio::io_context io;
    MockTransport mock;
    mock.otherwise([&](http::Request const& request) {
        bool const is_root = request.url.ends_with("path=%2Fd");
        return http::Response{.status = 200, .body = R"({"DATA": [)" + (is_root ? root : file("f")) + "]}"};
    });
    AsioTransferClient const transfer{"token", {.transport = AsioTransport{io, mock}}};
    std::size_t const at_once = GENERATE(std::size_t(0), std::size_t(1), std::size_t(7));
    auto listing = async_recursive_ls(transfer, {.endpoint_id = "e", .path = "/d"}, at_once);
    io.run();
    CHECK(mock.request_count() == 0);
    int entries = 0;
    auto const next = [&](auto const& again) -> void {
        listing.async_next([&, again](std::exception_ptr error, std::optional<FileEntry> entry) {
            REQUIRE(!error);
            if (!entry) return;
            if (entries++ == 0) at_first = mock.request_count();
            again(again);
        });
    };
    next(next);
    io.restart();
    io.run();
    CHECK(entries == 52);
    CHECK(mock.request_count() == 27);
    CHECK(at_first <= 1 + std::max<std::size_t>(at_once, 1));
}

TEST_CASE("An async_next that is cancelled ends the listings, and the next one goes on", "[transfer][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const transfer = asio_client_of(server, AsioTransport{io});
    auto listing = async_recursive_ls(transfer, {.endpoint_id = server.source_collection(), .path = "/"});
    std::vector<std::string> before;
    for (FileEntry const& entry : AsyncRange(listing, io)) before.push_back(entry.path);
    REQUIRE(before.size() > 3);

    auto again = async_recursive_ls(transfer, {.endpoint_id = server.source_collection(), .path = "/"});
    server.add_fault(boost::json::parse(
        R"({"match": {"operation": "operation_ls"}, "phase": "after_commit", "times": 1, "action": {"type": "stall"}})"));
    server.clear_journal();
    asio::cancellation_signal signal;
    asio::steady_timer timer(io);
    std::optional<NetworkError> error;
    again.async_next(
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, auto) { error = as<NetworkError>(e); }));
    when(
        timer, [&] { return server.count("operation_ls") == 1; },
        [&] { signal.emit(asio::cancellation_type::terminal); });
    io.restart();
    io.run();
    REQUIRE(error);
    CHECK(error->kind() == NetworkError::Kind::cancelled);
    std::vector<std::string> after;
    for (FileEntry const& entry : AsyncRange(again, io)) after.push_back(entry.path);
    CHECK(after == before);
}

TEST_CASE("A listing that nobody holds any more ends what is on its way", "[transfer][async]") {
    sandbox::Server server;
    asio::io_context io;
    auto const transfer = asio_client_of(server, AsioTransport{io});
    server.add_fault(boost::json::parse(
        R"([{"match": {"operation": "operation_ls"}, "times": 1, "action": {"type": "stall", "ms": 1}},
            {"match": {"operation": "operation_ls"}, "times": "always", "action": {"type": "stall"}}])"));
    bool came = false;
    async_recursive_ls(transfer, {.endpoint_id = server.source_collection(), .path = "/"})
        .async_next([&](std::exception_ptr error, auto entry) { came = !error && entry; });
    auto const begin = http::Clock::now();
    io.run();
    CHECK(came);
    CHECK(http::Clock::now() - begin < 10s);
}

TEST_CASE("Two calls of async_next at a time are refused", "[transfer][async]") {
    auto const mock = tree({{"/d", file("f")}});
    asio::io_context io;
    AsioTransferClient const transfer{"token", {.transport = AsioTransport{io, mock}}};
    auto listing = async_recursive_ls(transfer, {.endpoint_id = "e", .path = "/d"});
    int refused = 0, given = 0;
    for (int i = 0; i != 2; ++i)
        listing.async_next([&](std::exception_ptr error, auto entry) {
            refused += as<UsageError>(error).has_value();
            given += entry && entry->path == "f";
        });
    io.run();
    CHECK(refused == 1);
    CHECK(given == 1);
}

TEST_CASE("Asynchronous calls wait for the turns of a rate limiter, without a thread",
          "[transfer][async][rate_limiter]") {
    std::map<std::string, std::string> directories{{"/d", ""}};
    for (char c = 'a'; c != 'u'; ++c) {
        directories["/d"] += (c == 'a' ? "" : ",") + directory(std::string(1, c));
        directories["/d/" + std::string(1, c) + '/'] = file("f");
    }
    auto const mock = tree(directories);
    asio::io_context io;
    using Limited = Client<TransferService, AccessTokenPolicy, RateLimited<AsioTransport>>;
    static_assert(AsyncTransport<RateLimited<AsioTransport>>);
    static_assert(!AsyncTransport<RateLimited<CurlTransport>>);
    RateLimiter const limiter(100, 10);  // 10 in any 100 ms
    Limited const transfer{"token", {.transport = {AsioTransport{io, mock}, limiter}}};
    auto listing = async_recursive_ls(transfer, {.endpoint_id = "e", .path = "/d"}, 50);
    std::size_t entries = 0;
    auto const next = [&](auto const& again) -> void {
        listing.async_next([&, again](std::exception_ptr error, std::optional<FileEntry> entry) {
            REQUIRE(!error);
            if (!entry) return;
            ++entries;
            again(again);
        });
    };
    next(next);
    auto const begin = http::Clock::now();
    io.run();
    CHECK(entries == 40);
    CHECK(mock.request_count() == 21);
    CHECK(http::Clock::now() - begin >= 200ms);

    std::optional<NetworkError> late;
    int passed = 0;
    for (int i = 0; i != 20; ++i)
        transfer.async_send(OperationLs{.endpoint_id = "e", .path = "/d"}, {.timeout = 1ms},
                            [&](std::exception_ptr e, auto) {
                                if (e) late = as<NetworkError>(e);
                                passed += !e;
                            });
    std::stop_source stop;
    std::optional<NetworkError> cancelled;
    for (int i = 0; i != 20; ++i)
        transfer.async_send(OperationLs{.endpoint_id = "e", .path = "/d"}, {.stop = stop.get_token()},
                            [&](std::exception_ptr e, auto) {
                                if (e) cancelled = as<NetworkError>(e);
                                stop.request_stop();
                            });
    io.restart();
    io.run();
    REQUIRE(late);
    CHECK(late->kind() == NetworkError::Kind::timeout);
    CHECK(late->sent() == NetworkError::Sent::no);
    CHECK(passed <= 10);
    REQUIRE(cancelled);
    CHECK(cancelled->kind() == NetworkError::Kind::cancelled);
}
