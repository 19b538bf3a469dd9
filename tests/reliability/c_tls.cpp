// SPDX-License-Identifier: Apache-2.0
// C2: credentials travel by TLS to the server they are for, and nothing in the environment makes that weaker.
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/byte_server.hpp"
#include "support/catch.hpp"
#include "support/drivers.hpp"
#include "support/temporary_directory.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using sandbox::Tls;

namespace {

using Transfer = Client<TransferService, AccessTokenPolicy>;

/// A sandbox with a certificate of some kind, and whoever trusts its authority.
struct Site {
    explicit Site(Tls kind)
        : server([&] {
              sandbox::Options options;
              options.tls = kind;
              return options;
          }()) {
        write_file(ca_file, server.ca_pem());
    }
    template <class Driver>
    [[nodiscard]] ClientBy<Driver, TransferService, AccessTokenPolicy> client(bool trusting, LogHook log = {}) {
        return ClientBy<Driver, TransferService, AccessTokenPolicy>{
            server.user_token("transfer.api.globus.org"),
            {.transport = Driver::transport({.ca_file = trusting ? ca_file : std::string()}),
             .base_url = server.base_url(),
             .auth_url = server.base_url(),
             .timeout = 10s,
             .log = std::move(log)}};
    }
    TemporaryDirectory directory;
    std::string ca_file = directory / "ca.pem";
    sandbox::Server server;
};

template <class Driver>
void check_refused(Site& place, bool trusting) {
    int attempts = 0;
    auto const client = place.client<Driver>(trusting, [&](LogEvent const&) { ++attempts; });
    try {
        (void)client.task_list();
        FAIL("the certificate was accepted");
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::tls);
        CHECK(error.sent() == NetworkError::Sent::no);
        CHECK_FALSE(error.outcome_unknown());
    }
    CHECK(attempts == 1);
    CHECK(place.server.count() == 0);
}

/// Variables that programs obey which verify less, with what would make them do so.
std::vector<std::pair<std::string, std::string>> tempting(std::string const& ca_file) {
    return {{"GLOBUS_SDK_VERIFY_SSL", "false"},  {"GLOBUS_SDK_VERIFY_SSL", ca_file},
            {"CURL_CA_BUNDLE", ca_file},         {"CURL_CA_BUNDLE", ""},
            {"REQUESTS_CA_BUNDLE", ca_file},     {"SSL_CERT_FILE", ca_file},
            {"SSL_CERT_FILE", "/nothing/there"}, {"SSL_CERT_DIR", "/nothing/there"},
            {"PYTHONHTTPSVERIFY", "0"},          {"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
            {"CURL_HOME", ca_file + "/../"},     {"HOME", ca_file + "/../"}};
}

class Variable {
public:
    Variable(std::string name, std::string const& value) : name_(std::move(name)) {
        if (char const* old = std::getenv(name_.c_str())) old_ = old;
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    Variable(Variable const&) = delete;
    Variable& operator=(Variable const&) = delete;
    ~Variable() { old_ ? ::setenv(name_.c_str(), old_->c_str(), 1) : ::unsetenv(name_.c_str()); }

private:
    std::string name_;
    std::optional<std::string> old_;
};

}  // namespace

TEMPLATE_TEST_CASE("C2: a good certificate of a trusted authority is accepted, every other one is refused",
                   "[reliability][C2]", Blocking, Asynchronous) {
    Site good(Tls::good);
    CHECK(good.client<TestType>(true).task_list().http_status() == 200);
    good.server.clear_journal();
    check_refused<TestType>(good, false);  // an authority that nobody knows
    for (Tls const kind : {Tls::wrong_host, Tls::expired, Tls::self_signed, Tls::weak}) {
        INFO(static_cast<int>(kind));
        Site place(kind);
        check_refused<TestType>(place, true);
    }
}

TEMPLATE_TEST_CASE("C2: no variable of the environment makes a certificate good", "[reliability][C2]", Blocking,
                   Asynchronous) {
    Site unknown(Tls::good), wrong(Tls::wrong_host);
    write_file(unknown.directory / ".curlrc", "insecure\n");
    for (auto const& [name, value] : tempting(unknown.ca_file)) {
        INFO(name << '=' << value);
        Variable const variable(name, value);
        check_refused<TestType>(unknown, false);
        check_refused<TestType>(wrong, true);
        CHECK(unknown.client<TestType>(true).task_list().http_status() == 200);
        unknown.server.clear_journal();
    }
}

TEST_CASE("C2: TLS 1.1 is refused even where OpenSSL is configured to take it", "[reliability][C2]") {
    Site weak(Tls::weak);
    check_refused<Blocking>(weak, true);
    if (std::getenv("OPENSSL_CONF") != nullptr) return;
    // OpenSSL reads its configuration once: this test again, in a program that begins with another one
    write_file(weak.directory / "openssl.cnf",
               "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = weak\n"
               "[weak]\nMinProtocol = TLSv1\nCipherString = DEFAULT:@SECLEVEL=0\n");
    std::string const program = "/proc/" + std::to_string(::getpid()) + "/exe";  // the shell is another process
    std::string const command =
        "OPENSSL_CONF='" + (weak.directory / "openssl.cnf") + "' " + program + " 'C2: TLS 1.1 is refused*' >/dev/null";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("C2: credentials go over http to a literal loopback address only", "[reliability][C2]") {
    for (char const* url :
         {"http://example.org/", "http://localhost:1/", "http://127.0.0.1.example.org/", "http://127.0.0.2/",
          "http://10.0.0.1/", "http://[::2]/", "HTTPS://example.org/", "https//example.org", "//example.org/"}) {
        CHECK_THROWS_AS((Transfer{"token", {.base_url = url}}), UsageError);
        CHECK_THROWS_AS((Transfer{"token", {.auth_url = url}}), UsageError);
        Variable const variable("GLOBUS_SDK_SERVICE_URL_TRANSFER", url);
        CHECK_THROWS_AS(Transfer{"token"}, UsageError);
    }
    for (char const* address : {"127.0.0.1", "::1"}) {  // that is named, and so may be spoken to
        ByteServer const server([](ByteServer::Writer const& write) { write("HTTP/1.1 204 \r\n\r\n"); }, address);
        Variable const variable("GLOBUS_SDK_SERVICE_URL_TRANSFER", server.url());
        (void)Transfer{"token"}.try_send(TaskList{});
        CHECK(server.received().find("Authorization: Bearer token\r\n") != std::string::npos);
    }
}

TEMPLATE_TEST_CASE("C2: nothing is said to a server that does not speak TLS", "[reliability][C2]", Blocking,
                   Asynchronous) {
    ByteServer const server;
    std::string const url = "https" + server.url().substr(4);
    ClientBy<TestType, TransferService, AccessTokenPolicy> const transfer{"canary-token",
                                                                          {.base_url = url, .auth_url = url}};
    CHECK_THROWS_AS(transfer.task_list({}, {.timeout = 1s}), NetworkError);
    CHECK(server.received().find("canary") == std::string::npos);
    CHECK(server.received().find("HTTP/1") == std::string::npos);
}
