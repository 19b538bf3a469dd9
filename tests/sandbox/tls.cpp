// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <chrono>
#include <memory>
#include <string>

namespace sb = globus::sandbox;

namespace {

/// What a careful TLS client sees.
struct Seen {
    bool connected = false;
    long verdict = -1;  ///< X509_V_OK or what is wrong with the certificate
    std::string answer;
    bool notified = false;  ///< the end was announced
};

Seen visit(sb::Session const& session, std::string const& target, int seconds = 10) {
    Seen seen;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> const context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    std::string const pem = session.ca_pem();
    std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         &BIO_free);
    std::unique_ptr<X509, decltype(&X509_free)> const authority(
        PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
    REQUIRE(authority);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    std::unique_ptr<SSL, decltype(&SSL_free)> const ssl(SSL_new(context.get()), &SSL_free);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), "127.0.0.1");
    int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
    timeval const limit{seconds, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(session.port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    SSL_set_fd(ssl.get(), fd);
    ERR_clear_error();
    seen.connected = SSL_connect(ssl.get()) == 1;
    seen.verdict = SSL_get_verify_result(ssl.get());
    if (seen.connected) {
        std::string const request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
        char buffer[4096];
        int got = 0;
        while ((got = SSL_read(ssl.get(), buffer, sizeof buffer)) > 0)
            seen.answer.append(buffer, static_cast<std::size_t>(got));
        seen.notified = SSL_get_error(ssl.get(), got) == SSL_ERROR_ZERO_RETURN;
    }
    ::close(fd);
    return seen;
}

sb::Options with(sb::Tls kind) {
    sb::Options options;
    options.tls = kind;
    return options;
}

}  // namespace

TEST_CASE("sandbox tls: a good certificate is accepted by whoever trusts the authority", "[sandbox][tls]") {
    sb::Server server(with(sb::Tls::good));
    CHECK(server.base_url().starts_with("https://127.0.0.1:"));
    auto const seen = visit(server, "/.well-known/openid-configuration");
    CHECK(seen.connected);
    CHECK(seen.verdict == X509_V_OK);
    CHECK(seen.answer.starts_with("HTTP/1.1 200 OK"));
    CHECK(seen.answer.find(server.base_url() + "jwk.json") != std::string::npos);
    CHECK(seen.notified);
}

TEST_CASE("sandbox tls: the other certificates have what is wrong with them", "[sandbox][tls]") {
    CHECK(visit(sb::Server(with(sb::Tls::wrong_host)), "/").verdict == X509_V_ERR_IP_ADDRESS_MISMATCH);
    CHECK(visit(sb::Server(with(sb::Tls::expired)), "/").verdict == X509_V_ERR_CERT_HAS_EXPIRED);
    CHECK(visit(sb::Server(with(sb::Tls::self_signed)), "/").verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    CHECK(!visit(sb::Server(with(sb::Tls::weak)), "/").connected);
}

TEST_CASE("sandbox tls: faults of the handshake and of the end", "[sandbox][tls][faults]") {
    sb::Server server(with(sb::Tls::good));
    server.add_fault(R"({"action": {"type": "tls", "alert": true}})");
    CHECK(!visit(server, "/jwk.json").connected);
    server.add_fault(R"({"action": {"type": "tls", "handshake_stall": true}})");
    auto const begin = std::chrono::steady_clock::now();
    CHECK(!visit(server, "/jwk.json", 1).connected);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(900));
    server.add_fault(R"({"action": {"type": "tls", "handshake_stall": 100}})");
    CHECK(visit(server, "/jwk.json").notified);
    server.add_fault(R"({"match": {"operation": "get_jwk"}, "action": {"type": "tls", "close_no_notify": true}})");
    auto const cut = visit(server, "/jwk.json");
    CHECK(cut.answer.find("Content-Length") == std::string::npos);
    CHECK(cut.answer.find("RS512") != std::string::npos);
    CHECK(!cut.notified);
    CHECK(server.faults().size() == 4);
    for (auto const& rule : server.faults()) CHECK(rule.at("fired").as_uint64() == 1);
}
