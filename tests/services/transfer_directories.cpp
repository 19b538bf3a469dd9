// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

http::Response answer(int status, std::string const& code, std::string const& message = "m") {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"code": ")" + code + R"(", "message": ")" + message + R"(", "request_id": "r"})"};
}

/// Makes directories as Transfer does: one at a time, below those that are there.
MockTransport file_system(std::set<std::string> existing) {
    MockTransport mock;
    mock.otherwise(
        [shared = std::make_shared<std::set<std::string>>(std::move(existing))](http::Request const& request) {
            std::set<std::string>& there = *shared;
            std::string path(boost::json::parse(request.body).at("path").as_string());
            while (path.size() > 1 && path.ends_with('/')) path.pop_back();
            if (there.contains(path)) return answer(502, "ExternalError.MkdirFailed.Exists");
            if (!there.contains(path.substr(0, path.rfind('/')))) return answer(404, "ClientError.NotFound");
            there.insert(path);
            return answer(202, "DirectoryCreated");
        });
    return mock;
}

std::vector<std::string> asked(MockTransport const& mock) {
    std::vector<std::string> paths;
    for (auto const& request : mock.requests())
        paths.emplace_back(boost::json::parse(request.body).at("path").as_string());
    return paths;
}

/// Lists directories of a tree that is written down: path to entries.
MockTransport tree(std::map<std::string, std::string> const& directories) {
    MockTransport mock;
    mock.otherwise([directories](http::Request const& request) {
        std::string path = "/~/";
        if (auto const at = request.url.find("path="); at != std::string::npos) {
            path = request.url.substr(at + 5, request.url.find('&', at) - at - 5);
            for (auto slash = path.find("%2F"); slash != std::string::npos; slash = path.find("%2F"))
                path.replace(slash, 3, "/");
        }
        auto const found = directories.find(path);
        if (found == directories.end()) return answer(403, "EndpointPermissionDenied");
        return http::Response{.status = 200, .body = R"({"path": "/~/", "DATA": [)" + found->second + "]}"};
    });
    return mock;
}

std::string directory(std::string const& name) { return R"({"type": "dir", "name": ")" + name + R"("})"; }
std::string file(std::string const& name) { return R"({"type": "file", "name": ")" + name + R"("})"; }

}  // namespace

TEST_CASE("ensure_directory makes what is missing", "[transfer][files]") {
    SECTION("nothing") {
        auto const mock = file_system({"", "/a"});
        CHECK_FALSE(client(mock).ensure_directory({.endpoint_id = "e", .path = "/a/"}));
        CHECK(mock.request_count() == 1);
    }
    SECTION("the last") {
        auto const mock = file_system({"", "/a"});
        CHECK(client(mock).ensure_directory({.endpoint_id = "e", .path = "/a/b"}));
        CHECK(mock.request_count() == 1);
    }
    SECTION("several") {
        auto const mock = file_system({"", "/a"});
        CHECK(client(mock).ensure_directory({.endpoint_id = "e", .path = "/a/b/c/d"}));
        CHECK(asked(mock) == std::vector<std::string>{"/a/b/c/d", "/a/b/c/", "/a/b/", "/a/b/c/", "/a/b/c/d"});
    }
    SECTION("not the home directory") {
        MockTransport mock;
        mock.otherwise([](http::Request const&) { return answer(404, "ClientError.NotFound"); });
        CHECK_THROWS_AS(client(mock).ensure_directory({.endpoint_id = "e", .path = "/~/a/b"}), TransferApiError);
        CHECK(asked(mock) == std::vector<std::string>{"/~/a/b", "/~/a/"});
    }
    SECTION("or says why it cannot") {
        MockTransport mock;
        mock.reply(answer(403, "EndpointPermissionDenied"));
        CHECK_THROWS_AS(client(mock).ensure_directory({.endpoint_id = "e", .path = "/a/b"}), TransferApiError);
        CHECK(mock.request_count() == 1);
    }
    SECTION("even if somebody else is faster") {
        MockTransport mock;
        mock.reply(answer(502, "ExternalError.MkdirFailed", "mkdir: No such file or directory"));
        mock.reply(answer(202, "DirectoryCreated")).reply(answer(502, "ExternalError.MkdirFailed.Exists"));
        CHECK_FALSE(client(mock).ensure_directory({.endpoint_id = "e", .path = "/a/b"}));
    }
}

TEST_CASE("ensure_directory ends where climbing does not help", "[transfer][files]") {
    // a link that leads nowhere is there, but nothing can be made below it; a service may hide a directory so, too
    for (std::string const child : {"/a/link/b", "/a/link/b/c/d"}) {
        MockTransport mock;
        mock.otherwise([&](http::Request const& request) {
            std::string path(boost::json::parse(request.body).at("path").as_string());
            while (path.ends_with('/')) path.pop_back();
            return path == "/a/link" ? answer(502, "ExternalError.MkdirFailed.Exists")
                                     : answer(404, "ClientError.NotFound");
        });
        try {
            (void)client(mock).ensure_directory({.endpoint_id = "e", .path = child});
            FAIL("the directory cannot be there");
        } catch (TransferApiError const& error) {
            CHECK(error.code() == "ClientError.NotFound");
        }
        // up to the link, and one below it
        CHECK(mock.request_count() <= 2 + static_cast<std::size_t>(std::ranges::count(child, '/')) - 2);
    }
}

TEST_CASE("ensure_directory ends whatever the service says", "[transfer][files]") {
    auto const say = [](int number) {
        switch (number) {
            case 0:
                return answer(404, "ClientError.NotFound");
            case 1:
                return answer(502, "ExternalError.MkdirFailed.Exists");
            default:
                return answer(202, "DirectoryCreated");
        }
    };
    constexpr int depth = 4;
    for (int script = 0; script != 27 * 27; ++script) {  // six answers, over and over
        MockTransport mock;
        int next = script;
        mock.otherwise([&](http::Request const&) {
            int const now = next % 3;
            next = next / 3 + now * 243;
            return say(now);
        });
        try {
            (void)client(mock).ensure_directory({.endpoint_id = "e", .path = "/1/2/3/4/"});
        } catch (TransferApiError const&) {
        }
        CHECK(mock.request_count() < 2 * depth);
    }
}

TEST_CASE("recursive_ls lists a tree", "[transfer][files]") {
    auto const mock = tree({{"/d", file("f") + ',' + directory("x") + ',' + directory("y")},
                            {"/d/x/", file("g") + ',' + directory("z")},
                            {"/d/y/", R"({"type": "dir", "name": "back", "link_target": "/d"})"},
                            {"/d/x/z/", file("h")}});
    auto const transfer = client(mock);
    auto const list = [&](RecursiveLs what) {
        std::vector<std::string> paths;
        for (FileEntry const& entry : transfer.recursive_ls(std::move(what))) paths.push_back(entry.path);
        return paths;
    };
    CHECK(list({.endpoint_id = "e", .path = "/d"}) ==
          std::vector<std::string>{"f", "x", "y", "x/g", "x/z", "y/back", "x/z/h"});
    CHECK(mock.request_count() == 4);
    CHECK(list({.endpoint_id = "e", .path = "/d", .max_depth = 0}) == std::vector<std::string>{"f", "x", "y"});
    CHECK(list({.endpoint_id = "e", .path = "/d", .max_depth = 1}) ==
          std::vector<std::string>{"f", "x", "y", "x/g", "x/z", "y/back"});
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

namespace {

/// Lists one directory of files as Transfer does: from an offset on, so many at once.
MockTransport large_directory(std::size_t entries, std::size_t most, bool says_total) {
    MockTransport mock;
    mock.otherwise([=](http::Request const& request) {
        std::size_t offset = 0;
        if (auto const at = request.url.find("offset="); at != std::string::npos)
            offset = std::stoul(request.url.substr(at + 7));
        std::string body = R"({"DATA": [)";
        for (std::size_t i = offset; i < std::min(entries, offset + most); ++i)
            body += (i == offset ? "" : ",") + file("f" + std::to_string(i));
        body += ']';
        if (says_total) body += R"(, "total": )" + std::to_string(entries);
        return http::Response{.status = 200, .body = body + '}'};
    });
    return mock;
}

}  // namespace

TEST_CASE("recursive_ls lists all entries of a directory, however many there are at once", "[transfer][files]") {
    struct Case {
        std::size_t entries, most;
        bool says_total;
    };
    for (Case const& it : {Case{100500, 100000, true}, Case{200000, 100000, false}, Case{0, 3, true}, Case{1, 3, true},
                           Case{3, 3, true}, Case{4, 3, true}, Case{7, 3, true}, Case{7, 1, true}}) {
        auto const mock = large_directory(it.entries, it.most, it.says_total);
        auto const transfer = client(mock);
        std::size_t next = 0;
        for (FileEntry const& entry : transfer.recursive_ls({.endpoint_id = "e", .path = "/d"})) {
            if (entry.path != "f" + std::to_string(next)) FAIL("entry " << next << " is " << entry.path);
            ++next;
        }
        CHECK(next == it.entries);
        CHECK(mock.request_count() <= it.entries / it.most + 1);
    }
}

TEST_CASE("recursive_ls goes on in a directory of several listings after a failure", "[transfer][files]") {
    MockTransport mock;
    mock.reply(200, R"({"total": 3, "DATA": [)" + file("a") + ',' + directory("b") + "]}");
    mock.reply(answer(400, "Odd")).reply(200, R"({"total": 3, "DATA": [)" + file("c") + "]}");
    mock.reply(200, R"({"total": 1, "DATA": [)" + file("d") + "]}");
    auto const transfer = client(mock);
    auto listing = transfer.recursive_ls({.endpoint_id = "e", .path = "/"});
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

TEST_CASE("recursive_ls says so when a listing is not complete", "[transfer][files]") {
    auto const walk = [](MockTransport const& mock) {
        auto const transfer = client(mock);
        std::size_t entries = 0;
        for (FileEntry const& entry : transfer.recursive_ls({.endpoint_id = "e", .path = "/"})) {
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

TEST_CASE("recursive_ls makes no path that leads out of its directory", "[transfer][files]") {
    for (std::string const name : {"../../../../home/u/.ssh/authorized_keys", "/etc/cron.d/x", "a\\u0000b", "..", ".",
                                   "", "d/", "x/../../y", "\\u0000", "/", "sub/file"}) {
        INFO(name);
        MockTransport mock;
        for (char const* type : {"file", "dir"})
            mock.reply(200, R"({"DATA": [)" + file("before") + R"(,{"name": ")" + name + R"(", "type": ")" + type +
                                R"("},)" + file("behind") + "]}");
        auto const transfer = client(mock);
        for (int type = 0; type != 2; ++type) {
            auto listing = transfer.recursive_ls({.endpoint_id = "e", .path = "/"});
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

TEST_CASE("recursive_ls ends in directories without end", "[transfer][files]") {
    MockTransport mock;
    mock.otherwise([](http::Request const&) {
        return http::Response{.status = 200, .body = R"({"DATA": [)" + directory("d") + "]}"};
    });
    auto const transfer = client(mock);
    auto const count = [&](RecursiveLs what) {
        std::size_t entries = 0;
        auto listing = transfer.recursive_ls(std::move(what));
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
