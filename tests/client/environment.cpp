// SPDX-License-Identifier: Apache-2.0
#include <globus/client/environment.hpp>
#include <globus/core/error.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <string>

using namespace globus;

namespace {

/// An environment variable for the time of a scope.
class Variable {
public:
    Variable(char const* name, char const* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(Variable const&) = delete;
    Variable& operator=(Variable const&) = delete;

private:
    char const* name_;
};

}  // namespace

TEST_CASE("environment: names, URLs and what overrides them", "[client][environment]") {
    CHECK(Environment::current().service_url("transfer") == "https://transfer.api.globus.org/");
    CHECK(Environment("preview").service_url("timer") == "https://preview.timer.automate.globus.org/");
    CHECK(Environment("staging").service_url("auth") == "https://auth.staging.globuscs.info/");
    for (char const* bad : {"", "nope", "PRODUCTION", " preview"}) CHECK_THROWS_AS(Environment(bad), UsageError);
    {
        Variable const name("GLOBUS_SDK_ENVIRONMENT", "sandbox");
        CHECK(Environment::current().service_url("search") == "https://search.api.sandbox.globuscs.info/");
    }
    {
        Variable const name("GLOBUS_SDK_ENVIRONMENT", "");
        CHECK_THROWS_AS(Environment::current(), UsageError);
    }
    {
        Variable const url("GLOBUS_SDK_SERVICE_URL_TRANSFER", "http://127.0.0.1:8080");
        CHECK(Environment("preview").service_url("transfer") == "http://127.0.0.1:8080/");
        CHECK(Environment("preview").service_url("groups") == "https://groups.api.preview.globus.org/");
    }
    {
        Variable const url("GLOBUS_SDK_SERVICE_URL_TRANSFER", "http://example.org/");
        CHECK_THROWS_WITH(Environment::current().service_url("transfer"),
                          Catch::Matchers::ContainsSubstring("GLOBUS_SDK_SERVICE_URL_TRANSFER"));
    }
    CHECK(Environment::http_timeout()->count() == 60);
    for (auto const& [text, seconds] : {std::pair{"5", 5.0}, {"0.5", 0.5}, {"", 60.0}}) {
        Variable const timeout("GLOBUS_SDK_HTTP_TIMEOUT", text);
        CHECK(Environment::http_timeout()->count() == seconds);
    }
    {
        Variable const timeout("GLOBUS_SDK_HTTP_TIMEOUT", "-1");
        CHECK(Environment::http_timeout() == std::nullopt);
    }
    for (char const* huge : {"1e300", "1e18", "31536001"}) {
        Variable const timeout("GLOBUS_SDK_HTTP_TIMEOUT", huge);
        CHECK(Environment::http_timeout()->count() == 365 * 86400);
    }
    for (char const* bad : {"soon", "-2", "0", "1s", "nan", "inf"}) {
        Variable const timeout("GLOBUS_SDK_HTTP_TIMEOUT", bad);
        CHECK_THROWS_AS(Environment::http_timeout(), UsageError);
    }
}
