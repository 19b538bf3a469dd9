// SPDX-License-Identifier: Apache-2.0
// Downloads from a collection of the sandbox.
#include <globus/core/crypto.hpp>
#include <globus/services/gcs.hpp>

#include <services/gcs_files.hpp>
#include <support/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <sstream>
#include <stop_token>
#include <vector>

using namespace globus;
using namespace gcs_files;

namespace {

/// The names in a directory, joined by blanks.
std::string names_in(TemporaryDirectory const& directory) {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(directory.path()))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    std::string all;
    for (auto const& name : names) all += (all.empty() ? "" : " ") + name;
    return all;
}

}  // namespace

TEST_CASE("stat_file: size, time and ETag of a file", "[gcs][files]") {
    SandboxCollection c;
    c.put("a b.txt", "12345");
    FileStat const stat = c.files.stat_file("/a b.txt");
    CHECK(stat.size == 5);
    CHECK(stat.etag.size() > 2);
    CHECK(stat.ranges);
    CHECK(stat.modified > std::chrono::sys_seconds(std::chrono::seconds(1'000'000'000)));
    CHECK_THROWS_AS(c.files.stat_file("/nothing"), ApiError);
    for (char const* path : {"", "/", "/data/", "/../x"}) CHECK_THROWS_AS(c.files.stat_file(path), UsageError);
    CHECK(c.server.count("head_file") == 2);
}

TEST_CASE("download: to a file, a stream, a buffer and a function", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(3'000'000);
    c.put("big", text);
    Downloaded const done = c.files.download({.path = "/big", .to = here / "copy"});
    CHECK((file_text(here / "copy") == text));
    CHECK(done.bytes == text.size());
    CHECK(done.file.size == text.size());
    CHECK(done.file.etag == c.files.stat_file("big").etag);
    CHECK(names_in(here) == "copy");
    c.files.download({.path = "/big", .to = std::filesystem::path(here / "copy")});

    std::ostringstream out;
    c.files.download({.path = "/big", .to = out});
    CHECK((out.str() == text));

    std::vector<std::byte> buffer(text.size());
    c.files.download({.path = "/big", .to = std::span(buffer)});
    CHECK((std::string(reinterpret_cast<char const*>(buffer.data()), buffer.size()) == text));
    CHECK_THROWS_AS(c.files.download({.path = "/big", .to = std::span(buffer).first(5)}), UsageError);

    std::string got;
    FileStat told;
    auto const take = [&](std::string_view piece) {
        CHECK(told.size == text.size());  // before the first byte
        got += piece;
        return true;
    };
    c.files.download({.path = "/big", .to = take, .on_begin = [&](FileStat const& stat) { told = stat; }});
    CHECK((got == text));
    CHECK_THROWS_AS(c.files.download({.path = "/big", .to = [](std::string_view) { return false; }}), NetworkError);

    c.put("nothing", "");
    CHECK(c.files.download({.path = "/nothing", .to = here / "empty"}).bytes == 0);
    CHECK(std::filesystem::file_size(here / "empty") == 0);
}

TEST_CASE("download: it goes on where the connection broke", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(1'000'000);
    c.put("big", text);
    c.cut(300'000, 3);
    Downloaded done;
    SECTION("a file") {
        done = c.files.download({.path = "/big", .to = here / "copy"});
        CHECK((file_text(here / "copy") == text));
    }
    SECTION("a stream") {
        std::ostringstream out;
        done = c.files.download({.path = "/big", .to = out});
        CHECK((out.str() == text));
    }
    SECTION("a buffer, with a digest") {
        std::vector<std::byte> buffer(text.size());
        done = c.files.download({.path = "/big", .to = std::span(buffer), .ask_digest = true});
        REQUIRE(done.digest);
        CHECK(done.digest->bytes() == sha256(text));
    }
    CHECK(done.retries == 3);
    CHECK(done.bytes == text.size());
    CHECK(c.ranges() == "- bytes=300000- bytes=600000- bytes=900000-");
}

TEST_CASE("download: a call that failed is gone on with by the next", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(500'000);
    c.put("big", text);
    DefaultRetry once = quick();
    once.max_attempts = 1;
    auto const impatient = c.client(once);
    auto const fail = [&] { CHECK_THROWS_AS(impatient.download({.path = "/big", .to = here / "copy"}), NetworkError); };
    c.cut(200'000);
    fail();
    CHECK(names_in(here) == ".copy.globus-part .copy.globus-part.note");
    SECTION("the same file") {
        Downloaded const done = c.files.download({.path = "/big", .to = here / "copy", .ask_digest = true});
        CHECK(done.resumed_at == 200'000);
        CHECK(done.digest.has_value());
        CHECK(c.ranges() == "- bytes=200000-");
    }
    SECTION("a file that has changed") {
        c.put("big", text + "!");
        Downloaded const done = c.files.download({.path = "/big", .to = here / "copy"});
        CHECK(done.resumed_at == 0);
        CHECK(file_text(here / "copy").back() == '!');
        c.put("big", text);
        c.files.download({.path = "/big", .to = here / "copy"});
    }
    SECTION("a file that is complete") {
        c.cut(100'000);
        fail();
        write_file(here / ".copy.globus-part", text);
        Downloaded const done = c.files.download({.path = "/big", .to = here / "copy"});
        CHECK(done.bytes == text.size());
        CHECK(done.resumed_at == text.size());
        CHECK(c.ranges() == "- bytes=200000- bytes=499999-");
    }
    SECTION("another file of the collection to the same place") {
        c.put("other", text);
        c.files.download({.path = "/other", .to = here / "copy"});
        CHECK(c.ranges() == "- -");
    }
    SECTION("without going on") {
        c.files.download({.path = "/big", .to = here / "copy", .resume = false});
        CHECK(c.ranges() == "- -");
        CHECK(names_in(here) == ".copy.globus-part .copy.globus-part.note copy");
        c.files.download({.path = "/big", .to = here / "copy"});
    }
    SECTION("a partial file that was spoilt is found by its digest, and left") {
        write_file(here / ".copy.globus-part", std::string(200'000, 'x'));
        c.files.download({.path = "/big", .to = here / "copy", .ask_digest = true});
        CHECK(c.ranges() == "- bytes=200000- -");
    }
    SECTION("notes that mean nothing") {
        for (char const* note : {"", "{", "[]", "{\"url\": 5}", "{\"validator\": \"x\"}"}) {
            write_file(here / ".copy.globus-part.note", note);
            write_file(here / ".copy.globus-part", "something");
            c.files.download({.path = "/big", .to = here / "copy"});
            CHECK((file_text(here / "copy") == text));
        }
    }
    SECTION("a partial file that is a link is not written through") {
        write_file(here / "precious", "precious");
        std::filesystem::remove(here / ".copy.globus-part");
        std::filesystem::create_symlink(here / "precious", here / ".copy.globus-part");
        c.files.download({.path = "/big", .to = here / "copy"});
        CHECK(file_text(here / "precious") == "precious");
        return;
    }
    CHECK((file_text(here / "copy").substr(0, text.size()) == text));
    CHECK(names_in(here) == "copy");
}

TEST_CASE("download: a file that changes meanwhile", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(300'000), other = pattern(400'000, 2);
    c.put("big", text);
    c.cut(100'000);
    int versions = 0;
    auto const change = [&](FileStat const&) {
        if (++versions == 1) c.put("big", other);
    };
    SECTION("a file begins anew") {
        c.files.download({.path = "/big", .to = here / "copy", .on_begin = change});
        CHECK((file_text(here / "copy") == other));
        CHECK(versions == 2);
    }
    SECTION("a stream cannot") {
        std::ostringstream out;
        CHECK_THROWS_AS(c.files.download({.path = "/big", .to = out, .on_begin = change}), FileChangedError);
    }
}

TEST_CASE("download: what arrives has to be what was announced", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    c.put("abc", "abc");
    std::string const right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    auto const to_copy = [&](Digest const& digest) {
        return c.files.download({.path = "/abc", .to = here / "copy", .digest = digest});
    };
    CHECK(to_copy(Digest::sha256(right)).digest->hex() == right);
    CHECK(to_copy(Digest::md5("kAFQmDzST7DWlj99KOF/cg==")).bytes == 3);
    write_file(here / "copy", "before");
    CHECK_THROWS_AS(to_copy(Digest::md5("00000000000000000000000000000000")), FileIntegrityError);
    CHECK_THROWS_AS(Digest::sha256("abc"), UsageError);
    auto const said = [&](std::string const& name, std::string const& value) {
        c.server.add_fault(
            rule("get_file", "in_body", R"({"type": "headers", "set": {")" + name + R"(": ")" + value + R"("}})", "1"));
        CHECK_THROWS_AS(c.files.download({.path = "/abc", .to = here / "copy"}), FileIntegrityError);
    };
    said("Content-MD5", "AAFQmDzST7DWlj99KOF/cg==");
    said("Digest", "SHA-256=ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa8=");
    said("Repr-Digest", "md5=:AAFQmDzST7DWlj99KOF/cg==:");
    CHECK(file_text(here / "copy") == "before");
    CHECK(names_in(here) == "copy");
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "corrupt", "kind": "flip"})", "1"));
    CHECK_THROWS_AS(to_copy(Digest::sha256(right)), FileIntegrityError);
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "truncate", "after_bytes": 1})", "1"));
    CHECK(c.files.download({.path = "/abc", .to = here / "copy", .ask_digest = true}).retries == 1);
    CHECK(file_text(here / "copy") == "abc");
}

TEST_CASE("download: permissions, times and links of the file", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    c.put("abc", "abc");
    std::filesystem::permissions(c.at("abc"), std::filesystem::perms(0640));
    write_file(here / "usual", "");
    c.files.download({.path = "/abc", .to = here / "new"});
    CHECK(file_mode(here / "new") == file_mode(here / "usual"));
    c.files.download({.path = "/abc", .to = here / "new", .permissions = 0600});
    CHECK(file_mode(here / "new") == 0600);
    c.files.download({.path = "/abc", .to = here / "new"});  // it replaces a private file
    CHECK(file_mode(here / "new") == 0600);
    using std::chrono::floor, std::chrono::seconds;
    auto const old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(50);
    std::filesystem::last_write_time(c.at("abc"), old);
    c.files.download({.path = "/abc", .to = here / "new", .keep_time = true});
    CHECK(floor<seconds>(std::filesystem::last_write_time(here / "new")) == floor<seconds>(old));
    std::filesystem::create_symlink("new", here / "link");
    c.put("abc", "abcd");
    c.files.download({.path = "/abc", .to = here / "link"});
    CHECK(std::filesystem::is_symlink(here / "link"));
    CHECK(file_text(here / "new") == "abcd");
}

TEST_CASE("download: what cannot be is refused before anything is sent", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    auto const to = [&](std::string const& path) { return c.files.download({.path = "/hello.txt", .to = path}); };
    for (std::string const& path : {std::string(), here / "", here.path().string(), std::string("/dev/null")})
        CHECK_THROWS_AS(to(path), UsageError);
    try {
        to(here / "no/such/folder");
        FAIL("there is no such folder");
    } catch (LocalFileError const& error) {
        CHECK(error.code() == std::errc::no_such_file_or_directory);
    }
    CHECK_THROWS_AS(c.files.download({.path = "/x", .to = here / "x"}, {.headers = {{"Range", "bytes=0-1"}}}),
                    UsageError);
    CHECK_THROWS_AS(c.files.download({.path = "/x", .to = DownloadTarget(http::Sink())}), UsageError);
    CHECK(c.server.count() == 0);
    CHECK_THROWS_AS(c.files.download({.path = "/x", .to = here / "x"}), ApiError);
    CHECK(names_in(here).empty());
    // Here no process is refused anything, so the disk that is full stands for all that fails later.
    std::filesystem::create_symlink("/dev/full", here / "full");
    CHECK_THROWS_AS(to(here / "full"), UsageError);
}

TEST_CASE("download: progress, and its end by a stop token", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    c.put("big", pattern(400'000));
    std::vector<Progress> told;
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "dribble", "bytes_per_s": 1000000})", "1"));
    c.files.download(
        {.path = "/big", .to = here / "copy", .progress = [&](Progress const& one) { told.push_back(one); }});
    REQUIRE(told.size() >= 2);
    CHECK(told.size() <= 8);
    CHECK(told.front().bytes < 400'000);
    CHECK(told.front().total == 400'000);
    CHECK(told.front().rate > 0);
    CHECK(told.back().finished);
    CHECK(told.back().bytes == 400'000);

    std::stop_source stop;
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "dribble", "bytes_per_s": 1000000})", "1"));
    try {
        c.files.download(
            {.path = "/big", .to = here / "stopped", .progress = [&](Progress const&) { stop.request_stop(); }},
            {.stop = stop.get_token()});
        FAIL("it was stopped");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::cancelled);
    }
    CHECK(c.files.download({.path = "/big", .to = here / "stopped"}).resumed_at > 0);
}

TEST_CASE("download: two at once to one place do not mix", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const first = pattern(300'000), second = pattern(300'000, 2);
    c.put("first", first);
    c.put("second", second);
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "dribble", "bytes_per_s": 1000000})", "1"));
    int reports = 0;
    // While the first one is under way, the second one begins and ends.
    c.files.download({.path = "/first", .to = here / "copy", .progress = [&](Progress const&) {
                          if (reports++ != 0) return;
                          c.files.download({.path = "/second", .to = here / "copy"});
                          CHECK((file_text(here / "copy") == second));
                      }});
    CHECK((file_text(here / "copy") == first));
    CHECK(names_in(here) == "copy");
}

TEST_CASE("download: several parts at the same time", "[gcs][files]") {
    SandboxCollection c;
    TemporaryDirectory here;
    std::string const text = pattern(9'000'000);
    c.put("big", text);
    auto const to_copy = [&](Files const& files, DownloadTarget const& to,
                             std::function<void(FileStat const&)> told = {}) {
        return files.download(
            {.path = "/big", .to = to, .ask_digest = true, .connections = 4, .on_begin = std::move(told)});
    };
    SECTION("to a file and a buffer") {
        CHECK(to_copy(c.files, here / "copy").digest->bytes() == sha256(text));
        CHECK((file_text(here / "copy") == text));
        CHECK(c.server.count("get_file") == 9);
        std::vector<std::byte> buffer(text.size());
        to_copy(c.files, std::span(buffer));
        CHECK((std::string(reinterpret_cast<char const*>(buffer.data()), buffer.size()) == text));
    }
    SECTION("with cuts") {
        c.cut(200'000, 6);
        to_copy(c.files, here / "copy");
        CHECK((file_text(here / "copy") == text));
    }
    SECTION("it goes on where all was there, by parts or in order") {
        int const connections = GENERATE(1, 4);
        // The fifth part never comes.
        c.server.add_fault(boost::json::parse(
            R"({"match": {"operation": "get_file", "header": {"Range": "bytes=4194304-*"}}, "times": "always",
                "phase": "before_commit", "action": {"type": "status", "code": 403}})"));
        CHECK_THROWS_AS(to_copy(c.files, here / "copy"), ApiError);
        c.server.clear_faults();
        Downloaded const done = c.files.download({.path = "/big", .to = here / "copy", .connections = connections});
        CHECK(done.resumed_at % (std::uint64_t{1} << 20) == 0);
        CHECK(done.resumed_at <= std::uint64_t{4} << 20);
        CHECK((file_text(here / "copy") == text));
    }
    SECTION("the file changes meanwhile") {
        std::string const other = pattern(8'000'000, 2);
        int versions = 0;
        to_copy(c.files, here / "copy", [&](FileStat const&) {
            if (++versions == 1) c.put("big", other);
        });
        CHECK(versions == 2);
        CHECK((file_text(here / "copy") == other));
    }
    CHECK_THROWS_AS(c.files.download({.path = "/big", .to = here / "copy", .connections = 0}), UsageError);
    CHECK((names_in(here).empty() || names_in(here) == "copy"));
}
