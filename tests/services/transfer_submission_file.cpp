// SPDX-License-Identifier: Apache-2.0
// A submission that outlives its program: what a file has at each moment at which the program may be killed.
#include <globus/services/transfer.hpp>

#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <boost/json/parse.hpp>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>

using namespace globus;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport, NoRetry>;

TransferData nightly() {
    TransferData data{.source_endpoint = "a", .destination_endpoint = "b", .label = "nightly"};
    data.add_item({.source_path = "/x", .destination_path = "/y"});
    return data;
}

std::string submission_of(http::Request const& request) {
    return std::string(boost::json::parse(request.body).at("submission_id").as_string());
}

NetworkError lost() { return {NetworkError::Kind::interrupted, NetworkError::Sent::yes, "lost"}; }

/// Ends the program, as far as the client can see.
struct Killed : std::runtime_error {
    Killed() : std::runtime_error("killed") {}
};
http::Response killed(http::Request const&) { throw Killed(); }

constexpr char new_id[] = R"({"value": "s1"})";
constexpr char accepted[] = R"({"code": "Accepted", "task_id": "t1", "submission_id": "s1"})";
constexpr char duplicate[] = R"({"code": "Duplicate", "task_id": "t1", "submission_id": "s1"})";

/// One start of the program after the other, with the same file.
struct Starts {
    TemporaryDirectory directory = {};
    SubmissionFile file{directory / "nightly.submission"};
    MockTransport mock = {};

    std::string start(TransferData const& data = nightly()) const {
        return Transfer{"token", {.transport = mock}}.submit_or_resume(data, file);
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path()),
                                                      std::filesystem::directory_iterator()));
    }
};

}  // namespace

TEST_CASE("submission file: a start after another finds its task, until the file is removed", "[transfer][submit]") {
    Starts starts;
    starts.mock.reply(200, new_id).reply(200, accepted);
    CHECK(starts.start() == "t1");
    CHECK(file_mode(starts.file.path()) == 0600);
    REQUIRE(starts.file.read());
    CHECK(starts.file.read()->task_id == "t1");
    CHECK(starts.file.read()->submission_id == "s1");
    CHECK(starts.start() == "t1");
    CHECK(starts.mock.request_count() == 2);

    starts.file.remove();
    starts.file.remove();
    CHECK_FALSE(starts.file.read());
    starts.mock.reply(200, R"({"value": "s2"})").reply(200, R"({"code": "Accepted", "task_id": "t2"})");
    CHECK(starts.start() == "t2");
    CHECK(submission_of(starts.mock.requests().back()) == "s2");
    CHECK(starts.files() == 1);  // nothing else is left there
}

TEST_CASE("submission file: a program is killed and started again", "[transfer][submit]") {
    Starts starts;
    SECTION("before it has a submission id") {
        starts.mock.reply(&killed);
        CHECK_THROWS_AS(starts.start(), Killed);
        CHECK_FALSE(starts.file.read());
        starts.mock.reply(200, new_id).reply(200, accepted);
    }
    SECTION("after that, before it submits") {
        starts.mock.reply(200, new_id).reply(&killed);
        CHECK_THROWS_AS(starts.start(), Killed);
        CHECK(starts.file.read()->submission_id == "s1");
        starts.mock.reply(200, accepted);
    }
    SECTION("after it submitted, before the answer") {
        starts.mock.reply(200, new_id).fail(lost());
        CHECK_THROWS_AS(starts.start(), NetworkError);
        CHECK(starts.file.read()->task_id.empty());
        starts.mock.reply(200, duplicate);
    }
    SECTION("after the answer, before it was noted") {
        starts.mock.reply(200, new_id).reply([&](http::Request const&) {
            std::filesystem::permissions(starts.directory.path(),
                                         std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
            return http::Response{.status = 200, .body = accepted};
        });
        CHECK(starts.start() == "t1");
        std::filesystem::permissions(starts.directory.path(), std::filesystem::perms::owner_all);
        if (starts.file.read()->task_id.empty()) starts.mock.reply(200, duplicate);  // not for root
    }
    CHECK(starts.start() == "t1");
    CHECK(submission_of(starts.mock.requests().back()) == "s1");
    CHECK(starts.start() == "t1");
    CHECK(starts.mock.left() == 0);
    CHECK(starts.files() == 1);
}

TEST_CASE("submission file: it is not taken for another transfer", "[transfer][submit]") {
    Starts starts;
    starts.mock.reply(200, new_id).fail(lost());
    CHECK_THROWS_AS(starts.start(), NetworkError);
    auto const before = starts.mock.request_count();

    TransferData other = nightly();
    other.add_item({.source_path = "/more", .destination_path = "/more"});
    CHECK_THROWS_WITH(starts.start(other), Catch::Matchers::ContainsSubstring("belongs to another submission"));
    other = nightly();
    other.destination_endpoint = "c";
    CHECK_THROWS_AS(starts.start(other), UsageError);
    other = nightly();
    other.submission_id = "s2";
    CHECK_THROWS_AS(starts.start(other), UsageError);
    other = nightly();
    other.additional_fields["submission_id"] = "s1";
    CHECK_THROWS_AS(starts.start(other), UsageError);
    Transfer const client{"token", {.transport = starts.mock}};
    CHECK_THROWS_AS(client.submit_or_resume(DeleteData{.endpoint = "b", .DATA = {{.path = "/y"}}}, starts.file),
                    UsageError);
    CHECK(starts.mock.request_count() == before);

    TransferData later = nightly();  // the same, one day later
    later.label = "nightly, Tuesday";
    later.deadline = "2027-01-31T18:00:00Z"_time;
    starts.mock.reply(200, duplicate);
    CHECK(starts.start(later) == "t1");
    CHECK_THROWS_WITH(
        starts.start(other = TransferData{.source_endpoint = "q", .destination_endpoint = "b", .DATA = later.DATA}),
        Catch::Matchers::ContainsSubstring("task t1"));
}

TEST_CASE("submission file: what is refused for good leaves none, unless an earlier start may have been heard",
          "[transfer][submit]") {
    Starts starts;
    starts.mock.reply(200, new_id).reply(403, R"({"code": "PermissionDenied", "message": "no"})");
    CHECK_THROWS_AS(starts.start(), TransferApiError);
    CHECK(starts.files() == 0);

    starts.mock.reply(200, new_id).fail(lost());
    CHECK_THROWS_AS(starts.start(), NetworkError);
    starts.mock.reply(403, R"({"code": "PermissionDenied", "message": "no"})");
    CHECK_THROWS_AS(starts.start(), TransferApiError);
    CHECK(starts.file.read());
}

TEST_CASE("submission file: a deletion has one, too", "[transfer][submit]") {
    Starts starts;
    Transfer const client{"token", {.transport = starts.mock}};
    DeleteData const data{.endpoint = "b", .DATA = {{.path = "/y"}}};
    starts.mock.reply(200, new_id).reply(200, accepted);
    CHECK(client.submit_or_resume(data, starts.file) == "t1");
    CHECK(starts.mock.requests().back().url.ends_with("/delete"));
    CHECK(client.submit_or_resume(data, starts.file) == "t1");
    CHECK_THROWS_AS(starts.start(), UsageError);
}

TEST_CASE("submission file: two programs at once get one task", "[transfer][submit]") {
    Starts starts;
    // The second comes between the first one's two requests.
    starts.mock.reply([&](http::Request const&) {
        MockTransport second;
        second.reply(200, R"({"value": "s2"})").reply(200, R"({"code": "Accepted", "task_id": "t1"})");
        CHECK(Transfer{"token", {.transport = second}}.submit_or_resume(nightly(), starts.file) == "t1");
        return http::Response{.status = 200, .body = new_id};
    });
    CHECK(starts.start() == "t1");
    CHECK(starts.mock.request_count() == 1);
    CHECK(starts.file.read()->submission_id == "s2");
    CHECK(starts.files() == 1);
}

TEST_CASE("submission file: what is no such file is an error, and nothing is sent", "[transfer][submit]") {
    Starts starts;
    for (char const* text : {"", "{", "[]", R"({"submission_id": "s1"})", R"({"submission_id": 3, "digest": "d"})"}) {
        write_file(starts.file.path(), text);
        CHECK_THROWS_WITH(starts.start(), Catch::Matchers::ContainsSubstring("look at your tasks"));
    }
    starts.file.remove();
    write_file(starts.directory / "target", "{}");
    std::filesystem::create_symlink(starts.directory / "target", starts.file.path());
    CHECK_THROWS_WITH(starts.start(), Catch::Matchers::ContainsSubstring("symbolic link"));
    for (std::string const& path : {std::string(), starts.directory / "", std::string("a\0b", 3)})
        CHECK_THROWS_AS(SubmissionFile(path), UsageError);
    CHECK(starts.mock.request_count() == 0);

    starts.mock.reply(200, new_id);
    Transfer const client{"token", {.transport = starts.mock}};
    CHECK_THROWS_AS(client.submit_or_resume(nightly(), SubmissionFile{starts.directory / "missing/file"}), Error);
    CHECK(starts.mock.request_count() == 1);  // it is not submitted without a file
}
