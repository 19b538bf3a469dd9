// SPDX-License-Identifier: Apache-2.0
// Answers that come packed, asked for or not.
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/packed.hpp"
#include "support/sandbox_client.hpp"

#include <cstddef>
#include <string>
#include <vector>

using namespace globus;
using Catch::Matchers::ContainsSubstring;

namespace {

using Kind = NetworkError::Kind;
using Transfer = Client<TransferService, AccessTokenPolicy>;

constexpr std::size_t limit = std::size_t{1} << 20;
std::string const listing = R"({"DATA": [{"name": "a.txt", "type": "file"}]})";

ByteServer::Answer answer(int status, std::string const& coding, std::string const& body, bool length = true) {
    return [=](ByteServer::Writer const& write) {
        write("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" +
              (coding.empty() ? "" : "Content-Encoding: " + coding + "\r\n") +
              (length ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "") + "\r\n" + body);
    };
}

Transfer client_of(ByteServer const& server) {
    return Transfer{"token", {.retry = quick(), .base_url = server.url(), .max_response_bytes = limit}};
}

template <class Call>
void check_error(Kind kind, Call const& call) {
    try {
        call();
        FAIL("it was read");
    } catch (NetworkError const& error) {
        INFO(error.what());
        CHECK(error.kind() == kind);
    }
}

/// How many fields of that name came with the last request.
std::size_t fields(std::string const& received, std::string const& name) {
    std::size_t count = 0;
    for (auto at = received.find("\r\n" + name + ":"); at != std::string::npos;
         at = received.find("\r\n" + name + ":", at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("content codings: a packed answer is read in every way that an answer is read", "[http][curl_transport]") {
    struct Packed {
        char const* coding;
        std::string body;
    };
    for (Packed const& packed : std::vector<Packed>{{"gzip", packed::gzip(listing)},
                                                    {"x-gzip", packed::gzip(listing)},
                                                    {"GZIP", packed::gzip(listing)},
                                                    {"deflate", packed::zlib(listing)},
                                                    {"deflate", packed::stored(listing)},
                                                    {"gzip, gzip", packed::gzip(packed::gzip(listing))},
                                                    {"identity", listing},
                                                    {"", listing}})
        for (bool const length : {true, false}) {
            INFO(packed.coding);
            ByteServer const server(answer(200, packed.coding, packed.body, length));
            auto const transfer = client_of(server);
            auto const kept = transfer.operation_ls({.endpoint_id = "e"});
            CHECK(kept->DATA.size() == 1);
            CHECK(kept.text() == listing);
            CHECK(kept.headers().find("Content-Encoding") == nullptr);
            auto const* const announced = kept.headers().find("Content-Length");
            CHECK((announced == nullptr || *announced == std::to_string(listing.size())));
            CHECK(transfer.operation_ls({.endpoint_id = "e"}, {.keep_text = false})->DATA.size() == 1);
            CHECK(transfer.get("x").json().at("DATA").as_array().size() == 1);
            std::string sunk;
            CHECK(transfer.get("x", {}, {.sink = [&](std::string_view piece) { return sunk += piece, true; }})
                      .http_status() == 200);
            CHECK(sunk == listing);
            CHECK(fields(server.received(), "Accept-Encoding") == 4);
            CHECK_THAT(server.received(), ContainsSubstring("gzip"));
        }
}

TEST_CASE("content codings: a packed error keeps its words", "[http][curl_transport]") {
    std::string const document = R"({"code": "ClientError.NotFound", "message": "gone", "request_id": "r"})";
    for (auto const& [coding, body] : {std::pair<char const*, std::string>{"gzip", packed::gzip(document)},
                                       std::pair<char const*, std::string>{"deflate", packed::zlib(document)}}) {
        ByteServer const server(answer(404, coding, body));
        try {
            (void)client_of(server).operation_ls({.endpoint_id = "e"});
            FAIL("it was read");
        } catch (TransferApiError const& error) {
            CHECK(error.code() == "ClientError.NotFound");
            CHECK(error.message() == "gone");
            CHECK(error.body() == document);
        }
    }
}

TEST_CASE("content codings: limits are for what comes out", "[http][curl_transport]") {
    constexpr std::size_t size = 258 * 60000 + 1;  // 15 MiB
    std::string const bomb = packed::gzip_bomb(size);
    CHECK(bomb.size() < limit / 8);
    for (int const status : {200, 404}) {
        ByteServer const server(answer(status, "gzip", bomb));
        auto const transfer = client_of(server);
        check_error(Kind::too_large, [&] { (void)transfer.task_list(); });
        check_error(Kind::too_large, [&] { (void)transfer.task_list({}, {.keep_text = false}); });
        check_error(Kind::too_large, [&] { (void)transfer.get("x"); });
    }
    std::string const text = '"' + std::string(limit - 2, 'x') + '"';
    ByteServer const just(answer(200, "gzip", packed::gzip(text)));  // longer than the limit as it comes
    CHECK(client_of(just).get("x").text() == text);
    ByteServer const more(answer(200, "gzip", packed::gzip(text + ' ')));
    check_error(Kind::too_large, [&] { (void)client_of(more).get("x"); });
}

TEST_CASE("content codings: packed nothing without end is too large, too", "[http][curl_transport]") {
    ByteServer const server([](ByteServer::Writer const& write) {
        std::string nothing;
        for (int i = 0; i != 10000; ++i) nothing += packed::stored_block("", false);
        bool open = write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed::gzip_head);
        for (std::size_t sent = 0; open && sent < 200 * limit; sent += nothing.size()) open = write(nothing);
    });
    auto const transfer = client_of(server);
    check_error(Kind::too_large, [&] { (void)transfer.task_list(); });
    check_error(Kind::too_large, [&] { (void)transfer.task_list({}, {.keep_text = false}); });
    check_error(Kind::too_large, [&] { (void)transfer.get("x", {}, {.sink = [](std::string_view) { return true; }}); });
}

TEST_CASE("content codings: what cannot be unpacked is a protocol error", "[http][curl_transport]") {
    std::string five = listing;
    for (int i = 0; i != 5; ++i) five = packed::gzip(five);
    std::string broken = packed::gzip(listing);
    broken[12] = static_cast<char>(broken[12] ^ 0x55);  // the length of its block
    struct Packed {
        char const* coding;
        std::string body;
    };
    for (Packed const& packed : std::vector<Packed>{{"snappy", listing},
                                                    {"gzip, snappy", listing},
                                                    {"gzip", listing},
                                                    {"deflate", packed::gzip(listing)},
                                                    {"gzip", broken},
                                                    {"gzip, gzip, gzip, gzip, gzip", five}}) {
        INFO(packed.coding);
        ByteServer const server(answer(200, packed.coding, packed.body));
        auto const transfer = client_of(server);
        check_error(Kind::protocol, [&] { (void)transfer.task_list(); });
        check_error(Kind::protocol, [&] { (void)transfer.task_list({}, {.keep_text = false}); });
        try {
            (void)transfer.post("x");
            FAIL("it was read");
        } catch (NetworkError const& error) {
            CHECK(error.outcome_unknown());
        }
    }
    std::string const cut = packed::gzip(listing).substr(0, 30);
    ByteServer const server(answer(200, "gzip", cut));
    CHECK_THROWS_AS(client_of(server).task_list(), Error);
}

TEST_CASE("content codings: files, parts of files and heads come as they are stored", "[http][curl_transport][gcs]") {
    std::string const file = packed::gzip("what is in the file");
    ByteServer const server(answer(200, "gzip", file));
    Client<GcsCollectionService, AccessTokenPolicy> const files{GcsCollectionService{"id", server.url()}, "token"};
    auto const read = files.read_file("/a.txt.gz");
    CHECK(*read == file);
    CHECK(read.headers().get("Content-Encoding") == "gzip");
    CHECK(read.headers().get("Content-Length") == std::to_string(file.size()));
    CHECK(*client_of(server).get<Bytes>("x") == file);
    CallOptions to_sink;
    std::string sunk;
    to_sink.sink = [&](std::string_view piece) { return sunk += piece, true; };
    (void)files.read_file("/a.txt.gz", to_sink);
    CHECK(sunk == file);
    sunk.clear();
    (void)files.get("a.txt.gz", {}, to_sink);
    CHECK(sunk == file);
    sunk.clear();
    to_sink.headers = {{"range", "bytes=0-100"}};
    (void)client_of(server).get("x", {}, to_sink);
    CHECK(sunk == file);
    CHECK(
        client_of(server).request<Bytes>({.method = http::Method::head, .path = "x"}).headers().get("Content-Length") ==
        std::to_string(file.size()));
    http::Request head;
    head.method = http::Method::head;
    head.url = server.url();
    CHECK(CurlTransport().send(head).headers.get("Content-Length") == std::to_string(file.size()));
    CHECK(fields(server.received(), "Accept-Encoding") == 0);
}

TEST_CASE("content codings: a caller's own Accept-Encoding is the only one", "[http][curl_transport]") {
    ByteServer const server(answer(200, "gzip", packed::gzip(listing)));
    auto const transfer = client_of(server);
    CallOptions options;
    options.headers = {{"accept-encoding", "identity;q=0.5"}};
    CHECK(transfer.operation_ls({.endpoint_id = "e"}, options)->DATA.size() == 1);
    CHECK(fields(server.received(), "accept-encoding") == 1);
    CHECK(fields(server.received(), "Accept-Encoding") == 0);
    CHECK(transfer.get<Bytes>("x", {}, options).text() == packed::gzip(listing));
    CHECK(fields(server.received(), "accept-encoding") == 2);
}

TEST_CASE("content codings: one transport serves packed and stored answers in turn", "[http][curl_transport]") {
    ByteServer const server(answer(200, "gzip", packed::gzip(listing)));
    CurlTransport const transport;
    http::Request request;
    request.url = server.url();
    for (bool const decode : {true, false, true, true, false, false, true}) {
        request.decode = decode;
        CHECK(transport.send(request).body == (decode ? listing : packed::gzip(listing)));
    }
    CHECK(fields(server.received(), "Accept-Encoding") == 4);
}
