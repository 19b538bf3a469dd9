// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>

#include <boost/json/parse.hpp>

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
