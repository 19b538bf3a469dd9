// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <set>
#include <string>

using namespace globus;

TEST_CASE("certificates: one that is not trusted is refused once, with advice", "[http][curl_transport]") {
    TemporaryDirectory const directory;
    std::string const file = directory / "ca.pem";
    std::set<std::string> reasons;
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
            std::string const what = error.what();
            auto const begin = what.find(": ") + 2;
            reasons.insert(what.substr(begin, what.find(';') - begin));
            if (kind == sandbox::Tls::wrong_host)
                CHECK_THAT(what, Catch::Matchers::ContainsSubstring("does not match") ||
                                     Catch::Matchers::ContainsSubstring("name matches"));
            if (kind == sandbox::Tls::expired) CHECK_THAT(what, Catch::Matchers::ContainsSubstring("expired"));
        }
        CHECK(attempts == 1);
        CHECK(server.count() == 0);
    }
    INFO(*reasons.begin());
    CHECK(reasons.size() == 3);  // each cause reads differently
}

TEST_CASE("certificates: a proxy that is reached by https is trusted as a service is", "[http][curl_transport]") {
    TemporaryDirectory const directory;
    sandbox::Options options;
    options.tls = sandbox::Tls::good;
    sandbox::Server server(options);
    write_file(directory / "ca.pem", server.ca_pem());
    http::Request request;
    request.url = "https://service.invalid/";
    for (bool const trusted : {true, false}) {
        CurlOptions curl{.proxy = server.base_url()};  // the sandbox is no proxy, and says so over TLS
        if (trusted) curl.ca_file = directory / "ca.pem";
        try {
            (void)CurlTransport{curl}.send(request);
            FAIL();
        } catch (NetworkError const& error) {
            INFO(error.what());
            CHECK(error.kind() == (trusted ? NetworkError::Kind::proxy : NetworkError::Kind::tls));
            CHECK(error.sent() == NetworkError::Sent::no);
        }
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
    CHECK(transfer.task_list().http_status() == 200);
}
