// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <string>

using namespace globus;

TEST_CASE("certificates: one that is not trusted is refused once, with advice", "[http][curl_transport]") {
    TemporaryDirectory const directory;
    std::string const file = directory / "ca.pem";
    for (auto const kind : {sandbox::Tls::good, sandbox::Tls::wrong_host, sandbox::Tls::expired}) {
        sandbox::Options options;
        options.tls = kind;
        sandbox::Server server(options);
        write_file(file, server.ca_pem());
        bool const trusted =
            kind != sandbox::Tls::good;  // a good one is refused by whoever does not know its authority
        int attempts = 0;
        Client<TransferService, AccessTokenPolicy> const transfer{
            server.user_token("transfer.api.globus.org"),
            {.transport = trusted ? CurlTransport{{.ca_file = file}} : CurlTransport(),
             .base_url = server.base_url(),
             .auth_url = server.base_url(),
             .log = [&](LogEvent const&) { ++attempts; }}};
        try {
            (void)transfer.task_list();
            FAIL();
        } catch (NetworkError const& error) {
            CHECK(error.kind() == NetworkError::Kind::tls);
            CHECK(error.sent() == NetworkError::Sent::no);
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("CurlOptions::ca_file"));
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("the host"));
        }
        CHECK(attempts == 1);
        CHECK(server.count() == 0);
    }
}

TEST_CASE("certificates: the authority of ca_file is trusted, a handshake that fails is a TLS error",
          "[http][curl_transport]") {
    TemporaryDirectory const directory;
    sandbox::Options options;
    options.tls = sandbox::Tls::good;
    sandbox::Server server(options);
    write_file(directory / "ca.pem", server.ca_pem());
    int attempts = 0;
    Client<TransferService, AccessTokenPolicy> const transfer{
        server.user_token("transfer.api.globus.org"),
        {.transport = CurlTransport{{.ca_file = directory / "ca.pem"}},
         .base_url = server.base_url(),
         .auth_url = server.base_url(),
         .log = [&](LogEvent const&) { ++attempts; }}};
    server.add_fault(boost::json::parse(R"({"action": {"type": "tls", "alert": true}})"));
    try {
        (void)transfer.task_list();
        FAIL();
    } catch (NetworkError const& error) {
        CHECK(error.kind() == NetworkError::Kind::tls);
    }
    CHECK(attempts == 1);
    CHECK(transfer.task_list().status() == 200);
}
