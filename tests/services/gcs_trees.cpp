// SPDX-License-Identifier: Apache-2.0
// Whole folders to and from a collection of the sandbox.
#include <globus/services/gcs/trees.hpp>

#include <services/gcs_files.hpp>
#include <support/catch.hpp>

#include <filesystem>
#include <stop_token>
#include <string>

using namespace globus;
using namespace gcs_files;

namespace {

struct Trees : SandboxCollection {
    Client<TransferService, AccessTokenPolicy> transfer = client_of<TransferService>(server, quick());
    TemporaryDirectory here;

    Trees() {
        std::filesystem::create_directories(at("tree/a/b"));
        std::filesystem::create_directories(at("tree/empty"));
        put("tree/one", "1");
        put("tree/a/two words", "22");
        put("tree/a/b/three", "333");
    }
    TreeReport down(CallOptions const& options = {}) const {
        return download_tree(transfer, files, {.path = "/tree", .to = here / "copy"}, options);
    }
    TreeReport up(char const* from = "copy") const {
        return upload_tree(transfer, files, {.from = here / from, .path = "/up/tree"});
    }
};

}  // namespace

TEST_CASE("download_tree: a folder, and what is missing of it", "[gcs][files]") {
    Trees t;
    TreeReport const first = t.down();
    CHECK(first.succeeded());
    CHECK(first.files == 3);
    CHECK(first.bytes == 6);
    CHECK(file_text(t.here / "copy/a/two words") == "22");
    CHECK(file_text(t.here / "copy/a/b/three") == "333");
    CHECK(std::filesystem::is_directory(t.here / "copy/empty"));
    t.server.clear_journal();
    CHECK(t.down().skipped == 3);
    CHECK(t.server.count("get_file") == 0);
    t.put("tree/one", "new");
    std::filesystem::remove(t.here / "copy/a/b/three");
    TreeReport const third = t.down();
    CHECK(third.files == 2);
    CHECK(third.skipped == 1);
    CHECK(file_text(t.here / "copy/one") == "new");
}

TEST_CASE("download_tree: a file that fails does not hold up the others", "[gcs][files]") {
    Trees t;
    t.server.add_fault(boost::json::parse(
        R"({"match": {"operation": "get_file", "path": "*/two*"}, "times": "always", "action": {"type": "status", "code": 403}})"));
    TreeReport const report = t.down();
    CHECK(!report.succeeded());
    CHECK(report.files == 2);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].path == "a/two words");
    CHECK(report.failures[0].why.find("403") != std::string::npos);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(t.down({.stop = stop.get_token()}), NetworkError);
    for (char const* path : {"", "tree", "/~/tree"})
        CHECK_THROWS_AS(download_tree(t.transfer, t.files, {.path = path, .to = t.here / "x"}), UsageError);
    CHECK_THROWS_AS(download_tree(t.transfer, t.files, {.path = "/tree", .to = t.here / "x", .parallel = 0}),
                    UsageError);
}

TEST_CASE("upload_tree: a folder, and what is missing of it", "[gcs][files]") {
    Trees t;
    t.down();
    std::filesystem::create_directory_symlink("a", t.here / "copy/link");
    TreeReport const first = t.up();
    CHECK(first.succeeded());
    CHECK(first.files == 3);
    CHECK(first.left_out == 1);
    CHECK(file_text(t.at("up/tree/a/b/three")) == "333");
    CHECK(std::filesystem::is_directory(t.at("up/tree/empty")));
    CHECK(t.up().skipped == 3);
    write_file(t.here / "copy/one", "longer");
    TreeReport const third = t.up();
    CHECK(third.files == 1);
    CHECK(file_text(t.at("up/tree/one")) == "longer");
    CHECK_THROWS_AS(t.up("none"), LocalFileError);
}
