// SPDX-License-Identifier: Apache-2.0
#include <globus/services/transfer.hpp>

#include <services/directory_trees.hpp>
#include <support/catch.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;

Transfer client(MockTransport const& mock) { return Transfer{AccessTokenPolicy{"token"}, {.transport = mock}}; }

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
