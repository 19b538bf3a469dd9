// SPDX-License-Identifier: Apache-2.0
// Uploads to a collection of the sandbox.
#include <globus/core/crypto.hpp>
#include <globus/services/gcs.hpp>

#include <services/gcs_files.hpp>
#include <support/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <stop_token>
#include <vector>

using namespace globus;
using namespace gcs_files;

namespace {

std::string header(sandbox::JournalEntry const& entry, std::string const& wanted) {
    for (auto const& [name, value] : entry.headers)
        if (name == wanted) return value;
    return {};
}

std::span<std::byte const> bytes_of(std::string const& text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("upload: from a file, a buffer, a stream and a function", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(3'000'000);
    write_file(here / "file", text);
    Uploaded const done = c.files.upload({.from = here / "file", .path = "/new/file"});
    CHECK((file_text(c.at("new/file")) == text));
    CHECK(done.bytes == text.size());
    CHECK(done.created);
    REQUIRE(done.file);
    CHECK(done.file->size == text.size());
    CHECK(header(c.server.journal("put_file")[0], "Content-Length") == std::to_string(text.size()));
    CHECK(header(c.server.journal("put_file")[0], "Expect") == "100-continue");
    CHECK(!c.files.upload({.from = std::filesystem::path(here / "file"), .path = "/new/file"}).created);

    c.files.upload({.from = bytes_of(text), .path = "/buffer"});
    CHECK((file_text(c.at("buffer")) == text));
    std::istringstream in(text);
    in.seekg(100);
    CHECK(c.files.upload({.from = in, .path = "/stream"}).bytes == text.size() - 100);
    CHECK((file_text(c.at("stream")) == text.substr(100)));
    CHECK(header(c.server.journal("put_file").back(), "Content-Length") == std::to_string(text.size() - 100));

    std::size_t given = 0;
    auto const give = [&](char* buffer, std::size_t size) {
        auto const count = std::min(size, text.size() - given);
        text.copy(buffer, count, given);
        given += count;
        return count;
    };
    CHECK(c.files.upload({.from = give, .path = "/function"}).bytes == text.size());  // nobody knows how many come
    CHECK((file_text(c.at("function")) == text));
    given = 0;
    c.files.upload({.from = give, .path = "/function", .size = text.size()});
    CHECK((file_text(c.at("function")) == text));

    CHECK(c.files.upload({.from = bytes_of(""), .path = "/nothing", .verify = false}).bytes == 0);
    CHECK(std::filesystem::file_size(c.at("nothing")) == 0);
    CHECK(header(c.server.journal("put_file").back(), "Expect").empty());
}

TEST_CASE("upload: after a failure it begins anew", "[gcs][files]") {
    SandboxCollection c;
    std::string const text = pattern(2'000'000);
    char const* phase = GENERATE("after_headers", "after_body", "after_commit");
    c.server.add_fault(rule("put_file", phase, R"({"type": "reset"})", "2"));
    c.server.add_fault(rule("put_file", "before_commit", R"({"type": "status", "code": 503})", "1"));
    Uploaded const done = c.files.upload({.from = bytes_of(text), .path = "/file", .ask_digest = true});
    CHECK(done.retries == 3);
    CHECK((file_text(c.at("file")) == text));
    REQUIRE(done.digest);
    CHECK(done.digest->bytes() == sha256(text));
}

TEST_CASE("upload: a source that cannot be read again is sent once, and its fate is told", "[gcs][files]") {
    SandboxCollection c;
    int calls = 0;
    auto const give = [&](char* buffer, std::size_t) -> std::size_t {
        if (++calls > 1) return 0;
        *buffer = 'x';
        return 1;
    };
    auto const outcome = [&](char const* phase, char const* action) {
        calls = 0;
        c.server.clear_faults();
        c.server.add_fault(rule("put_file", phase, action));
        try {
            c.files.upload({.from = give, .path = "/file", .size = 1});
            FAIL("it cannot succeed");
        } catch (Error const& error) {
            return error.outcome_unknown();
        }
        return false;
    };
    CHECK(outcome("after_commit", R"({"type": "reset"})"));
    CHECK(file_text(c.at("file")) == "x");
    CHECK(outcome("before_commit", R"({"type": "status", "code": 500})"));
    CHECK(!outcome("before_commit", R"({"type": "status", "code": 403})"));
    CHECK(c.server.count("put_file") == 3);
}

TEST_CASE("upload: what is there is not overwritten if that is not wanted", "[gcs][files]") {
    SandboxCollection c;
    c.put("there", "before");
    auto const upload = [&](std::string const& path) {
        return c.files.upload({.from = bytes_of("after!"), .path = path, .overwrite = false, .ask_digest = true});
    };
    try {
        upload("/there");
        FAIL("there is such a file");
    } catch (ApiError const& error) {
        CHECK(error.http_status() == 412);
        CHECK(!error.outcome_unknown());
    }
    CHECK(file_text(c.at("there")) == "before");
    CHECK(upload("/new").created);
    // The answer to the first attempt is lost, and the second one finds the file.
    c.server.add_fault(rule("put_file", "after_commit", R"({"type": "reset"})", "1"));
    Uploaded const done = upload("/lost");
    CHECK(done.created);
    CHECK(done.retries == 1);
    CHECK(done.bytes == 6);
    // It finds another file, which somebody else has made.
    c.put("other", "other!");
    c.server.add_fault(rule("put_file", "before_commit", R"({"type": "status", "code": 500})", "1"));
    c.server.add_fault(rule("put_file", "after_headers", R"({"type": "status", "code": 500})", "1"));
    try {
        upload("/other");
        FAIL("there is such a file");
    } catch (ApiError const& error) {
        CHECK(error.http_status() == 412);
        CHECK(error.outcome_unknown());
    }
    CHECK(file_text(c.at("other")) == "other!");
}

TEST_CASE("upload: what is there is compared with what was sent", "[gcs][files]") {
    SandboxCollection c;
    auto const upload = [&](bool ask) {
        return c.files.upload({.from = bytes_of("abc"), .path = "/file", .ask_digest = ask});
    };
    auto const say = [&](std::string const& name, std::string const& value) {
        c.server.clear_faults();
        c.server.add_fault(
            boost::json::parse(R"({"match": {"operation": "head_file"}, "action": {"type": "headers", "set": {")" +
                               name + R"(": ")" + value + R"("}}})"));
    };
    say("Repr-Digest", "sha-256=:AAgWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    CHECK_THROWS_AS(upload(true), FileIntegrityError);
    c.server.clear_faults();
    c.server.add_fault(rule("head_file", "before_commit", R"({"type": "status", "code": 405})"));
    CHECK(!upload(true).file);
    c.server.clear_faults();
    auto const wrong = Digest::sha256(hex_encode(sha256("other")));
    CHECK_THROWS_AS(c.files.upload({.from = bytes_of("abc"), .path = "/file", .digest = wrong}), Error);
    auto const right = Digest::sha256(hex_encode(sha256("abc")));
    CHECK(c.files.upload({.from = bytes_of("abc"), .path = "/file", .digest = right}).digest == right);
}

TEST_CASE("upload: what cannot be is refused before anything is sent", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    write_file(here / "file", "abc");
    CHECK_THROWS_AS(c.files.upload({.from = here / "none", .path = "/x"}), LocalFileError);
    CHECK_THROWS_AS(c.files.upload({.from = here.path(), .path = "/x"}), UsageError);
    CHECK_THROWS_AS(c.files.upload({.from = "/dev/null", .path = "/x"}), UsageError);
    CHECK_THROWS_AS(c.files.upload({.from = here / "file", .path = "/x", .size = 5}), UsageError);
    CHECK_THROWS_AS(c.files.upload({.from = UploadSource(http::Source()), .path = "/x"}), UsageError);
    for (char const* path : {"", "/", "/x/", "/../x"})
        CHECK_THROWS_AS(c.files.upload({.from = here / "file", .path = path}), UsageError);
    CHECK(c.server.count() == 0);
}

TEST_CASE("upload: a file that changes meanwhile is told", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    write_file(here / "file", pattern(3'000'000));
    bool shorter = GENERATE(true, false);
    bool changed = false;
    c.server.add_fault(rule("put_file", "after_headers", R"({"type": "stall", "ms": 300})", "1"));
    auto const meanwhile = [&](Progress const&) {
        if (std::exchange(changed, true)) return;
        if (shorter)
            std::filesystem::resize_file(here / "file", 10);
        else
            std::ofstream(here / "file", std::ios::app) << "more";
    };
    try {
        c.files.upload({.from = here / "file", .path = "/file", .progress = meanwhile});
        FAIL("it changed");
    } catch (FileChangedError const& error) {
        CHECK(error.outcome_unknown());
    }
    CHECK(changed);
}

TEST_CASE("upload: a token that has expired is renewed", "[gcs][files]") {
    SandboxCollection c;
    std::string const first = c.server.user_token(c.scope);
    std::string token = first;
    auto const source = [&] { return Secret(token); };
    Client<GcsCollectionService, TokenSourcePolicy> const files(GcsCollectionService{c.id, c.address},
                                                                TokenSourcePolicy(source),
                                                                {.retry = quick(), .auth_url = c.server.base_url()});
    c.files.upload({.from = bytes_of("abc"), .path = "/file"});
    (void)files.stat_file("/file");
    token = c.server.user_token(c.scope);
    c.server.expire_token(first);
    c.server.clear_journal();
    CHECK(files.upload({.from = bytes_of("abcd"), .path = "/file"}).retries == 0);
    CHECK(file_text(c.at("file")) == "abcd");
    CHECK(c.server.count("put_file") == 2);
}
