// SPDX-License-Identifier: Apache-2.0
// What a download decides about the answers that it gets, without I/O.
#include <globus/services/gcs/progress_meter.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <support/catch.hpp>

#include <vector>

using namespace globus;
using namespace globus::detail;

namespace {

using Kind = Verdict::Kind;

struct Case {
    char const* what;
    HeldPart held;
    std::optional<std::uint64_t> asked;
    int status;
    http::Headers headers;
    Kind kind;
    std::uint64_t first = 0;
    std::optional<std::uint64_t> size = {};
};

http::Headers answer(char const* tag, char const* name, char const* value) {
    http::Headers headers;
    if (*tag != '\0') headers.add("ETag", tag);
    headers.add(name, value);
    return headers;
}
http::Headers part(char const* tag, char const* range) { return answer(tag, "Content-Range", range); }
http::Headers whole(char const* tag, char const* length) { return answer(tag, "Content-Length", length); }

}  // namespace

TEST_CASE("resumption: what an answer means for what is there", "[gcs][files]") {
    HeldPart const none, some{40, "\"a\"", 100}, unsized{40, "\"a\"", {}}, all{100, "\"a\"", 100};
    std::vector<Case> const cases{
        {"first answer", none, {}, 200, whole("\"a\"", "100"), Kind::restart, 0, 100},
        {"first answer, of a stream of unknown length", none, {}, 200, part("\"a\"", ""), Kind::restart},
        {"the rest", some, 40, 206, part("\"a\"", "bytes 40-99/100"), Kind::append, 40, 100},
        {"a part of the rest", some, 40, 206, part("\"a\"", "bytes 40-49/100"), Kind::append, 40, 100},
        {"the rest, whose answer has no ETag", some, 40, 206, part("", "bytes 40-99/100"), Kind::append, 40, 100},
        {"the rest, of a size that is told late", unsized, 40, 206, part("\"a\"", "bytes 40-99/100"), Kind::append, 40,
         100},
        {"the rest, of a size that is not told", some, 40, 206, part("\"a\"", "bytes 40-99/*"), Kind::append, 40, 100},
        {"the last byte of what is complete", all, 99, 206, part("\"a\"", "bytes 99-99/100"), Kind::append, 99, 100},
        {"another version", some, 40, 200, whole("\"b\"", "70"), Kind::restart, 0, 70},
        {"another size with the same ETag", some, 40, 200, whole("\"a\"", "70"), Kind::restart, 0, 70},
        {"a server without parts", some, 40, 200, whole("\"a\"", "100"), Kind::repeat, 0, 100},
        {"a weak ETag is no proof", some, 40, 200, whole("W/\"a\"", "100"), Kind::restart, 0, 100},
        {"a part that begins elsewhere", some, 40, 206, part("\"a\"", "bytes 39-99/100"), Kind::ask_whole},
        {"a part of another version", some, 40, 206, part("\"b\"", "bytes 40-99/100"), Kind::ask_whole},
        {"a part of another size", some, 40, 206, part("\"a\"", "bytes 40-99/101"), Kind::ask_whole},
        {"a part beyond the end", some, 40, 206, part("\"a\"", "bytes 40-100/100"), Kind::ask_whole},
        {"several parts", some, 40, 206, answer("\"a\"", "Content-Type", "multipart/byteranges; boundary=x"),
         Kind::ask_whole},
        {"a part that nobody asked for", none, {}, 206, part("\"a\"", "bytes 0-9/100"), Kind::ask_whole},
        {"nothing beyond what is complete",
         {100, "\"a\"", {}},
         100,
         416,
         part("\"a\"", "bytes */100"),
         Kind::complete,
         100,
         100},
        {"nothing beyond, of another version",
         {100, "\"a\"", {}},
         100,
         416,
         part("\"b\"", "bytes */100"),
         Kind::ask_whole},
        {"the file became shorter", some, 40, 416, part("\"a\"", "bytes */30"), Kind::ask_whole},
        {"416 that says nothing", some, 40, 416, {}, Kind::ask_whole},
        {"another success", some, 40, 204, {}, Kind::ask_whole},
    };
    for (Case const& one : cases) {
        INFO(one.what);
        Verdict const verdict = judge(one.held, one.asked, one.status, one.headers);
        CHECK(static_cast<int>(verdict.kind) == static_cast<int>(one.kind));
        if (one.kind == Kind::ask_whole) continue;
        CHECK(verdict.first == one.first);
        CHECK(verdict.size == one.size);
    }
}

TEST_CASE("resumption: what is asked for", "[gcs][files]") {
    CHECK(!first_to_ask({}));
    CHECK(!first_to_ask({40, "", 100}));  // nothing says of which version these are
    CHECK(first_to_ask({40, "\"a\"", 100}) == 40);
    CHECK(first_to_ask({40, "\"a\"", {}}) == 40);
    CHECK(first_to_ask({100, "\"a\"", 100}) == 99);
    CHECK(!first_to_ask({0, "\"a\"", 0}));
    CHECK(!first_to_ask({5, "\"a\"", 0}));
}

TEST_CASE("resumption: what tells versions apart", "[gcs][files]") {
    std::string const changed = "Sun, 06 Nov 1994 08:49:37 GMT";
    CHECK(validator_of({{"ETag", "\"a\""}, {"Last-Modified", changed}}) == "\"a\"");
    CHECK(validator_of({{"ETag", "W/\"a\""}}).empty());
    CHECK(validator_of({{"Last-Modified", changed}}).empty());
    CHECK(validator_of({{"Last-Modified", changed}, {"Date", changed}}).empty());  // it may change within the second
    CHECK(validator_of({{"Last-Modified", changed}, {"Date", "Sun, 06 Nov 1994 08:49:39 GMT"}}) == changed);
    CHECK(validator_of({}).empty());
}

TEST_CASE("resumption: Content-Range", "[gcs][files]") {
    CHECK(read_content_range("bytes 0-0/1")->last == 0);
    CHECK(read_content_range("bytes 5-9/*")->size == std::nullopt);
    CHECK(!read_content_range("bytes */7")->satisfied);
    for (char const* bad :
         {"", "bytes", "bytes */*", "bytes 0-1", "0-1/2", "bytes 1-0/2", "bytes 0-2/2", "bytes -1/2", "bytes 0-/2",
          "bytes 0-1/x", "bytes 0x-1/2", "bytes 0-18446744073709551616/*", "bytes 0-9223372036854775808/*"})
        CHECK(!read_content_range(bad));
}

TEST_CASE("resumption: what headers say about a file", "[gcs][files]") {
    std::string const md5 = "kAFQmDzST7DWlj99KOF/cg==", sha = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    http::Headers const headers{{"Content-Length", "3"},
                                {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                {"Accept-Ranges", "bytes"},
                                {"Content-MD5", md5},
                                {"Digest", "crc32c=AA, SHA-256=" + sha + ",sha-512=short"},
                                {"Repr-Digest", "sha-256=:" + sha + ":"}};
    FileStat const stat = read_file_stat(headers, 200);
    CHECK(stat.size == 3);
    CHECK(stat.modified->time_since_epoch().count() == 784111777);
    CHECK(stat.ranges);
    CHECK(stat.digests == std::vector{Digest::md5(md5), Digest::sha256(sha), Digest::sha256(sha)});
    CHECK(read_file_stat({{"Content-Range", "bytes 1-1/3"}, {"Content-Length", "1"}, {"Content-MD5", md5}}, 206).size ==
          3);
    CHECK(read_file_stat({{"Content-MD5", md5}}, 206).digests.empty());  // of the part alone
    CHECK(!read_file_stat({{"Content-Length", "-3"}}, 200).size);
}

TEST_CASE("progress: at most ten reports a second, and a last one", "[gcs][files]") {
    std::vector<Progress> told;
    std::function<void(Progress const&)> const report = [&](Progress const& one) { told.push_back(one); };
    ProgressMeter meter(report);
    http::Clock::time_point const start{};
    meter.now.total = 1000;
    meter.now.bytes = 100;  // from before
    meter.begin(start);
    for (int ms = 1; ms <= 1000; ++ms) {
        meter.now.bytes = 100 + static_cast<std::uint64_t>(ms) / 2;
        meter.tell(start + std::chrono::milliseconds(ms));
    }
    REQUIRE(told.size() == 10);
    CHECK(told.back().rate == Catch::Approx(500).epsilon(0.02));
    CHECK(told.back().remaining->count() == Catch::Approx(0.8).epsilon(0.05));
    CHECK(!told.back().finished);
    meter.now.bytes = 1000;
    meter.finish();
    CHECK(told.back().finished);
    CHECK(told.back().bytes == 1000);
}
