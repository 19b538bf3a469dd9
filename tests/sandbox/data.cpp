// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;

namespace {

struct Fixture {
    Fixture() : client(server), base("/data/" + server.source_collection()) {
        client.token = server.user_token("https://auth.globus.org/scopes/" + server.source_collection() + "/https");
        from = server.directory(server.source_collection());
    }
    Answer get(std::string const& path, Headers headers = {}) {
        return client.send("GET", base + path, std::move(headers));
    }
    sb::Server server;
    Client client;
    std::string base;
    fs::path from;
};

}  // namespace

TEST_CASE("sandbox data: ranges, and those that are none", "[sandbox][data]") {
    Fixture f;
    auto const part = [&](std::string const& range) {
        auto const answer = f.get("/hello.txt", {{"Range", range}});
        return std::to_string(answer.status) + " " + answer.body;
    };
    std::string const whole = "200 Hello from the sandbox.\n";
    CHECK(part("bytes=0-4") == "206 Hello");
    CHECK(part("bytes=15-") == "206 sandbox.\n");
    CHECK(part("bytes=-9") == "206 sandbox.\n");
    CHECK(part("bytes=5-2") == whole);  // RFC 9110, 14.1.1: ends before it begins, so it is no range
    CHECK(part("bytes=-") == whole);
    CHECK(part("bytes=a-3") == whole);
    CHECK(part("bytes=3-b") == whole);
    CHECK(part("lines=1-2") == whole);
    CHECK(part("bytes=0-1,x") == whole);
    CHECK(part("bytes=0-1,90-95") == "206 He");  // RFC 9110, 14.1.2: what can be had of the ranges
    CHECK(part("bytes=-0").starts_with("416 "));
    CHECK(f.get("/hello.txt", {{"Range", "bytes=24-"}}).status == 416);
    CHECK(f.get("/hello.txt", {{"Range", "bytes=24-"}}).header("Content-Range") == "bytes */24");
}

TEST_CASE("sandbox data: a range is of the file that the caller knows", "[sandbox][data]") {
    Fixture f;
    auto const first = f.get("/hello.txt");
    auto const tag = first.header("ETag");
    CHECK(tag.size() > 4);
    CHECK(first.header("Last-Modified").ends_with(" GMT"));
    auto const status = [&](std::string const& known) {
        return f.get("/hello.txt", {{"Range", "bytes=0-4"}, {"If-Range", known}}).status;
    };
    CHECK(status(tag) == 206);
    CHECK(status(first.header("Last-Modified")) == 206);
    CHECK(status("\"other\"") == 200);
    std::ofstream(f.from / "hello.txt") << "Another text, and longer";
    CHECK(f.get("/hello.txt").header("ETag") != tag);
    CHECK(status(tag) == 200);
}

TEST_CASE("sandbox data: several ranges come in one answer", "[sandbox][data]") {
    Fixture f;
    auto const answer = f.get("/hello.txt", {{"Range", "bytes=0-4, 15-"}});
    REQUIRE(answer.status == 206);
    std::string const kind = answer.header("Content-Type"), mark = "boundary=";
    REQUIRE(kind.starts_with("multipart/byteranges; "));
    std::string const line = "--" + kind.substr(kind.find(mark) + mark.size());
    std::string const type = "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
    CHECK(answer.body ==
          line + type + "0-4/24\r\n\r\nHello\r\n" + line + type + "15-23/24\r\n\r\nsandbox.\n\r\n" + line + "--\r\n");
}

TEST_CASE("sandbox data: conditions of reads and writes", "[sandbox][data]") {
    Fixture f;
    std::string const tag = f.get("/hello.txt").header("ETag");
    CHECK(f.get("/hello.txt", {{"If-None-Match", tag}}).status == 304);
    CHECK(f.get("/hello.txt", {{"If-None-Match", "W/" + tag}}).status == 304);
    CHECK(f.get("/hello.txt", {{"If-None-Match", "\"other\""}}).status == 200);
    CHECK(f.get("/hello.txt", {{"If-Match", "\"other\", " + tag}}).status == 200);
    CHECK(f.get("/hello.txt", {{"If-Match", "\"other\""}}).status == 412);
    CHECK(f.get("/nothing", {{"If-Match", "*"}}).status == 412);
    auto const put = [&](std::string const& name, Headers headers) {
        return f.client.send("PUT", f.base + name, std::move(headers), "new").status;
    };
    CHECK(put("/hello.txt", {{"If-None-Match", "*"}}) == 412);
    CHECK(put("/fresh.txt", {{"If-None-Match", "*"}}) == 201);
    CHECK(put("/hello.txt", {{"If-Match", "\"other\""}}) == 412);
    CHECK(put("/hello.txt", {{"Content-Range", "bytes 0-2/9"}}) == 400);
    CHECK(f.get("/hello.txt").body == "Hello from the sandbox.\n");
    CHECK(put("/hello.txt", {{"If-Match", tag}}) == 200);
    CHECK(f.get("/hello.txt").header("ETag") != tag);
}

TEST_CASE("sandbox data: digests are given, and those that come are compared", "[sandbox][data]") {
    Fixture f;
    std::ofstream(f.from / "abc") << "abc";
    std::string const sha = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", md5 = "kAFQmDzST7DWlj99KOF/cg==";
    CHECK(f.get("/abc").header("Repr-Digest").empty());
    CHECK(f.get("/abc", {{"Want-Repr-Digest", "md4=1, sha-256=9"}, {"Range", "bytes=1-1"}}).header("Repr-Digest") ==
          "sha-256=:" + sha + ":");
    CHECK(f.client.send("HEAD", f.base + "/abc", {{"Want-Digest", "MD5"}}).header("Digest") == "MD5=" + md5);
    auto const put = [&](std::string const& name, std::string const& value) {
        return f.client.send("PUT", f.base + "/put", {{name, value}}, "abc").status;
    };
    CHECK(put("Content-MD5", "AAFQmDzST7DWlj99KOF/cg==") == 400);
    CHECK(put("Repr-Digest", "sha-256=:AAAA:") == 400);
    CHECK(!fs::exists(f.from / "put"));
    CHECK(put("Content-MD5", md5) == 201);
    CHECK(put("Digest", "SHA-256=" + sha) == 200);
    CHECK(put("Repr-Digest", "unknown=1, sha-256=:" + sha + ":") == 200);
}

TEST_CASE("sandbox data: who has no token is sent to a page that works", "[sandbox][data]") {
    Fixture f;
    f.client.token = "";
    auto const redirect = f.get("/hello.txt");
    REQUIRE(redirect.status == 302);
    std::string const where = redirect.header("Location");
    REQUIRE(where.starts_with(f.server.base_url()));
    auto const login = f.client.get(where.substr(f.server.base_url().size() - 1));
    REQUIRE(login.status == 302);
    std::string const page = login.header("Location");
    CHECK(!parameter(page, "code").empty());
    CHECK(parameter(page, "state") == parameter(where, "state"));
    CHECK(!parameter(where, "state").empty());
    CHECK(f.client.get(page.substr(f.server.base_url().size() - 1)).status == 200);
}

TEST_CASE("sandbox data: a large file goes both ways while others are answered", "[sandbox][data]") {
    Fixture f;
    std::string large(40'000'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761U >> 13);
    CHECK(f.client.send("PUT", f.base + "/new/large", {}, large).status == 201);
    CHECK(f.client.send("PUT", f.base + "/new/large", {}, large).status == 200);
    CHECK(fs::file_size(f.from / "new/large") == large.size());
    auto const entry = f.server.journal("put_file").back();
    CHECK(entry.committed);
    CHECK(entry.body_sha256.size() == 64);
    int files = 0;
    for (auto const& one : fs::directory_iterator(f.from / "new")) files += one.exists() ? 1 : 0;
    CHECK(files == 1);

    // A client that takes a part only and then waits: the answer is under way, and nobody else waits for it.
    Client slow(f.server);
    REQUIRE(slow.connect());
    slow.write("GET " + f.base + "/new/large HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + f.client.token +
               "\r\n\r\n");
    while (f.server.journal("get_file").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    auto const begin = std::chrono::steady_clock::now();
    CHECK(f.get("/hello.txt").status == 200);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    auto const answer = slow.read();
    CHECK(answer.complete);
    CHECK((answer.body == large));
    CHECK(f.get("/new/large", {{"Range", "bytes=39999990-"}}).body == large.substr(39999990));
    CHECK(f.client.send("HEAD", f.base + "/new/large").header("Content-Length") == "40000000");
    CHECK(f.client.send("PUT", f.base + "/empty-file", {}, "").status == 201);
    CHECK(f.get("/empty-file").body.empty());
    CHECK(f.client.send("PUT", f.base + "/data", {}, "x").status == 409);
}

TEST_CASE("sandbox data: an upload without permission leaves nothing", "[sandbox][data]") {
    Fixture f;
    f.client.token = f.server.user_token(transfer_scope);
    CHECK(f.client.send("PUT", f.base + "/stranger", {}, "x").status == 401);
    CHECK(!fs::exists(f.from / "stranger"));
    CHECK(!f.server.journal("put_file").back().committed);
}

TEST_CASE("sandbox data: faults change a file as they change other answers", "[sandbox][data][faults]") {
    Fixture f;
    f.server.add_fault(R"({"match": {"operation": "get_file"}, "action": {"type": "truncate", "after_bytes": 5}})");
    auto const cut = f.get("/hello.txt");
    CHECK(cut.body == "Hello");
    CHECK(cut.header("Content-Length") == "24");
    CHECK(f.get("/hello.txt").complete);
}
