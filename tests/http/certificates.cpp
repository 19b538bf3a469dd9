// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/parse.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <cstddef>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

namespace {

/// What the environment says about certificates, for the time of a test.
class Authorities {
public:
    explicit Authorities(std::map<std::string, std::string> const& wanted) {
        for (char const* const name : names) {
            char const* const value = std::getenv(name);
            before_.emplace_back(value != nullptr ? std::optional<std::string>(value) : std::nullopt);
            if (auto const found = wanted.find(name); found != wanted.end())
                ::setenv(name, found->second.c_str(), 1);
            else
                ::unsetenv(name);
        }
    }
    Authorities(Authorities const&) = delete;
    Authorities& operator=(Authorities const&) = delete;
    ~Authorities() {
        for (std::size_t i = 0; i != before_.size(); ++i)
            if (before_[i])
                ::setenv(names[i], before_[i]->c_str(), 1);
            else
                ::unsetenv(names[i]);
    }

private:
    static constexpr char const* names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"};
    std::vector<std::optional<std::string>> before_;
};

}  // namespace

TEST_CASE("certificates: those of the environment are trusted if from_environment asks for them",
          "[http][curl_transport]") {
    TemporaryDirectory const directory;
    sandbox::Options options;
    options.tls = sandbox::Tls::good;
    sandbox::Server server(options);
    std::string const good = directory / "ca.pem", other = directory / "other.pem";
    write_file(good, server.ca_pem());
    write_file(other, sandbox::Server(options).ca_pem());
    http::Request request;
    request.url = server.base_url();
    auto const is_trusted = [&](CurlOptions const& curl) {
        try {
            (void)CurlTransport{curl}.send(request);
            return true;
        } catch (NetworkError const& error) {
            CHECK(error.kind() == NetworkError::Kind::tls);
            return false;
        }
    };
    {
        Authorities const none({});
        CHECK_FALSE(is_trusted(CurlOptions::from_environment()));
    }
    for (char const* const name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        Authorities const one({{name, good}});
        CHECK(is_trusted(CurlOptions::from_environment()));
        CHECK_FALSE(is_trusted({}));  // nothing else reads the variables
    }
    {
        Authorities const both({{"CURL_CA_BUNDLE", good}, {"SSL_CERT_FILE", other}});
        CHECK(is_trusted(CurlOptions::from_environment()));
    }
    {
        Authorities const both({{"CURL_CA_BUNDLE", other}, {"SSL_CERT_FILE", good}});
        CHECK_FALSE(is_trusted(CurlOptions::from_environment()));
    }
}

TEST_CASE("certificates: directories of the environment", "[http][curl_transport]") {
    TemporaryDirectory const directory;
    std::string const there = directory.path().string(), missing = directory / "missing";
    {
        Authorities const several({{"SSL_CERT_DIR", missing + "::" + there}, {"SSL_CERT_FILE", ""}});
        CHECK(CurlOptions::from_environment().ca_path == there);
    }
    {
        Authorities const first({{"SSL_CERT_DIR", there}, {"CURL_CA_BUNDLE", directory / "ca.pem"}});
        write_file(directory / "ca.pem", "");
        CHECK(CurlOptions::from_environment().ca_path.empty());
    }
    CHECK_NOTHROW(CurlTransport{{.ca_path = there + ':' + there}});
    CHECK_THROWS_AS((CurlTransport{{.ca_path = there + ':' + missing}}), UsageError);
    for (char const* const name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
        Authorities const wrong({{name, missing}});
        CHECK_THROWS_WITH(CurlOptions::from_environment(), Catch::Matchers::StartsWith(name));
        CHECK_THROWS_AS(CurlOptions::from_environment(), UsageError);
    }
}
