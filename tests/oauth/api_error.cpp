// SPDX-License-Identifier: Apache-2.0
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/services/compute/errors.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/gcs/errors.hpp>
#include <globus/services/groups/errors.hpp>
#include <globus/services/search/errors.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/transfer/errors.hpp>

#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

using namespace globus;
namespace json = boost::json;

namespace {

http::Request request() {
    http::Request sent;
    sent.method = http::Method::post;
    sent.url = "https://service.example.org/path?token=secret";
    return sent;
}

http::Response answer(int status, std::string body, std::string type = "application/json") {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    if (!type.empty()) response.headers.add("Content-Type", std::move(type));
    return response;
}

template <class E = ApiError>
E error(std::string body, std::string type = "application/json") {
    return E(request(), answer(400, std::move(body), std::move(type)));
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("errors: the common document", "[oauth][errors]") {
    auto const e = error(R"({"code": "EndpointNotFound", "message": "No such endpoint", "request_id": "abc"})");
    CHECK(e.code() == "EndpointNotFound");
    CHECK(e.message() == "No such endpoint");
    CHECK(e.request_id() == "abc");
    CHECK(e.http_status() == 400);
    CHECK(e.errors().size() == 1);
    CHECK(std::string(e.what()) ==
          "POST https://service.example.org/path was answered 400 EndpointNotFound: No such endpoint (request id abc)");
}

TEST_CASE("errors: JSON:API, lists of other kinds, and no document", "[oauth][errors]") {
    auto const api =
        error(R"({"errors": [{"code": "A", "detail": "d", "message": "no"}, {"code": "A", "title": "t"}]})",
              "application/vnd.api+json; charset=utf-8");
    CHECK(api.code() == "A");
    CHECK(api.messages() == Texts{"d", "t"});
    CHECK(api.message() == "d; t");

    auto const list = error(R"({"errors": [{"code": "A", "message": "m"}, {"code": "B", "title": "t"}]})");
    CHECK(list.code().empty());
    CHECK(list.messages() == Texts{"m", "t"});

    for (char const* body : {"", "<html>", "{\"code\": ", "[1, 2]", "null", "17", "\"text\""}) {
        auto const e = error(body);
        CHECK(e.code().empty());
        CHECK(e.messages().empty());
        CHECK(e.errors().empty());
        CHECK(e.body() == body);
    }
    CHECK(error(R"({"code": "C", "message": "m"})", "text/plain").raw_json().is_null());
    CHECK(error(R"({"code": "C", "message": "m"})", "Application/Problem+JSON").code() == "C");
}

TEST_CASE("errors: what would overflow or mislead does neither", "[oauth][errors]") {
    CHECK(error(std::string(100000, '[')).raw_json().is_null());
    CHECK(error(R"({"errors": ")" + std::string(200000, 'x') + "\"}").body().size() == 65536);
    auto const e = error(R"({"code": 17, "message": {"a": 1}, "detail": ["x"], "title": "t", "request_id": 5})");
    CHECK(e.code().empty());
    CHECK(e.request_id().empty());
    CHECK(e.messages() == Texts{"t"});
    CHECK(std::string(error("{}").what()).find("secret") == std::string::npos);
}

TEST_CASE("errors: the request id is in the header where the document has none", "[oauth][errors]") {
    http::Response response = answer(503, "down", "text/plain");
    response.headers.add("X-Request-ID", "from-header");
    CHECK(ApiError(request(), response).request_id() == "from-header");
    response = answer(400, R"({"code": "C", "message": "m", "request_id": "from-body"})");
    response.headers.add("X-Request-ID", "from-header");
    CHECK(ApiError(request(), response).request_id() == "from-body");
}

TEST_CASE("errors: consents and authorization parameters", "[oauth][errors]") {
    CHECK(error(R"({"code": "ConsentRequired", "message": "m", "required_scopes": ["a", "b"]})").required_scopes() ==
          Texts{"a", "b"});
    CHECK(error(R"({"code": "ConsentRequired", "required_scope": "a"})").consent_required());
    CHECK_FALSE(error(R"({"code": "Other", "message": "m", "required_scopes": ["a"]})").consent_required());
    CHECK_FALSE(error(R"({"code": "ConsentRequired", "message": "m", "required_scopes": [1]})").consent_required());

    auto const parameters = error(R"({"authorization_parameters": {"session_required_policies": "p1,p2",
        "session_required_single_domain": "a.org", "session_required_mfa": false, "session_message": 5}})")
                                .authorization_parameters();
    REQUIRE(parameters);
    CHECK(parameters->session_required_policies == Texts{"p1", "p2"});
    CHECK(parameters->session_required_single_domain == Texts{"a.org"});
    CHECK(parameters->session_required_mfa == false);
    CHECK_FALSE(parameters->session_message);
    CHECK_FALSE(error(R"({"authorization_parameters": ["x"]})").authorization_parameters());
}

TEST_CASE("errors: forms that one service alone has", "[oauth][errors]") {
    auto const auth = error<AuthApiError>(R"({"errors": [{"id": "x", "detail": "a"}, {"detail": "b"}]})");
    CHECK(auth.request_id() == "x");
    CHECK(error<AuthApiError>(R"({"errors": [{"id": "x"}, {"id": "y"}]})").request_id().empty());
    auto const oauth = error<AuthApiError>(R"({"error": "invalid_grant", "error_description": "expired"})");
    CHECK(oauth.oauth_error() == "invalid_grant");
    CHECK(std::string(oauth.what()).find("invalid_grant: expired") != std::string::npos);

    auto const flows = error<FlowsApiError>(R"({"error": {"code": "U", "detail": [{"msg": "a"}, {"msg": 5}, {}]}})");
    CHECK(flows.code() == "U");
    CHECK(flows.messages() == Texts{"a"});

    auto const timers = error<TimersApiError>(R"({"detail": [{"loc": ["body", "start"], "msg": "needed"}]})");
    CHECK(timers.message() == "needed: body.start");

    CHECK(error<SearchApiError>(R"({"code": "C", "message": "m", "error_data": [1]})").error_data().is_array());
    CHECK(error<SearchApiError>("nothing").error_data().is_null());
    auto const gcs = error<GcsApiError>(R"({"code": "C", "message": "m", "detail": {"DATA_TYPE": "reason#1"}})");
    CHECK(gcs.detail_data_type() == "reason#1");
    CHECK(error<GcsApiError>(R"({"detail": "text"})").detail_data_type().empty());
}

// The recorded documents -----------------------------------------------------------------------------------------------

namespace {

/// The recording's way to say what we say by an empty text.
std::string text_or_empty(json::value const& value) { return value.is_null() ? "" : std::string(value.as_string()); }

std::optional<Texts> texts_or_nothing(json::value const& value) {
    if (value.is_null()) return std::nullopt;
    Texts texts;
    for (json::value const& item : value.as_array()) texts.emplace_back(item.as_string());
    return texts;
}

void compare_parameters(ApiError const& e, json::object const& expected) {
    bool const present = expected.at("present").as_bool();
    CHECK(e.authorization_parameters().has_value() == present);
    if (!present || !e.authorization_parameters()) return;
    AuthorizationParameters const& parameters = *e.authorization_parameters();
    CHECK(parameters.session_message.value_or("") == text_or_empty(expected.at("session_message")));
    CHECK(parameters.session_required_identities == texts_or_nothing(expected.at("session_required_identities")));
    CHECK(parameters.session_required_single_domain == texts_or_nothing(expected.at("session_required_single_domain")));
    CHECK(parameters.session_required_policies == texts_or_nothing(expected.at("session_required_policies")));
    json::value const& mfa = expected.at("session_required_mfa");
    CHECK(parameters.session_required_mfa.has_value() == mfa.is_bool());
    if (mfa.is_bool()) CHECK(parameters.session_required_mfa == mfa.as_bool());
}

void compare(ApiError const& e, json::object const& expected) {
    CHECK(e.http_status() == expected.at("http_status").as_int64());
    CHECK(e.code() == text_or_empty(expected.at("code")));
    CHECK(e.message() == text_or_empty(expected.at("message")));
    CHECK(e.messages() == *texts_or_nothing(expected.at("messages")));
    CHECK(e.request_id() == text_or_empty(expected.at("request_id")));
    CHECK(e.raw_json() == expected.at("raw_json"));
    CHECK(e.body() == text_or_empty(expected.at("text")));
    json::array const& errors = expected.at("errors").as_array();
    REQUIRE(e.errors().size() == errors.size());
    for (std::size_t i = 0; i != errors.size(); ++i) {
        CHECK(e.errors()[i].code == text_or_empty(errors[i].at("code")));
        CHECK(e.errors()[i].message == text_or_empty(errors[i].at("message")));
        CHECK(e.errors()[i].raw == errors[i].at("raw"));
    }
    json::object const& info = expected.at("info").as_object();
    if (info.contains("reference_raises")) {
        CHECK_FALSE(e.authorization_parameters());
        CHECK_FALSE(e.consent_required());
        return;
    }
    json::object const& consent = info.at("consent_required").as_object();
    CHECK(e.consent_required() == consent.at("present").as_bool());
    CHECK(e.required_scopes() == *texts_or_nothing(consent.at("required_scopes")));
    compare_parameters(e, info.at("authorization_parameters").as_object());
}

using Check = std::function<void(http::Response const&, json::object const&)>;

template <class E>
Check check() {
    return [](http::Response const& response, json::object const& expected) {
        E const e(request(), response);
        compare(e, expected);
        if constexpr (std::same_as<E, SearchApiError>) CHECK(e.error_data() == expected.at("error_data"));
        if constexpr (std::same_as<E, GcsApiError>) {
            CHECK(e.detail() == expected.at("detail"));
            CHECK(e.detail_data_type() == text_or_empty(expected.at("detail_data_type")));
        }
    };
}

}  // namespace

TEST_CASE("errors: every recorded document", "[oauth][errors][contract]") {
    char const* const folder = std::getenv("GLOBUS_CONTRACT_DIR");
    if (folder == nullptr || *folder == '\0') {
        WARN("GLOBUS_CONTRACT_DIR is not set: there are no recorded error documents to compare with");
        return;
    }
    std::ifstream file(std::string(folder) + "/errors.json");
    REQUIRE(file);
    json::value const recorded = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    std::map<std::string, Check, std::less<>> const checks{{"GlobusAPIError", check<ApiError>()},
                                                           {"AuthAPIError", check<AuthApiError>()},
                                                           {"TransferAPIError", check<TransferApiError>()},
                                                           {"GroupsAPIError", check<GroupsApiError>()},
                                                           {"SearchAPIError", check<SearchApiError>()},
                                                           {"FlowsAPIError", check<FlowsApiError>()},
                                                           {"TimersAPIError", check<TimersApiError>()},
                                                           {"ComputeAPIError", check<ComputeApiError>()},
                                                           {"GCSAPIError", check<GcsApiError>()}};
    std::set<std::string_view> const differs{
        "errors.json_upper_case_type",  // media types are compared without case (RFC 9110, section 8.3.1)
        // one odd element hides none of the others, and what is asked for is read in whatever form it stands
        "errors.jsonapi.mixed", "errors.auth.dependent_consent_required", "errors.gare.params_domain_string",
        "errors.gare.params_domain_string_no_code", "errors.gare.params_required_scopes",
        "errors.gare.params_required_scopes_no_code"};

    for (json::value const& one : recorded.at("cases").as_array()) {
        json::object const& a_case = one.as_object();
        INFO(std::string(a_case.at("id").as_string()));
        if (differs.contains(std::string_view(a_case.at("id").as_string()))) continue;
        json::object const& response = a_case.at("response").as_object();
        http::Response received;
        received.status = static_cast<int>(response.at("status").as_int64());
        for (auto const& [name, value] : response.at("headers").as_object())
            received.headers.add(std::string(name), std::string(value.as_string()));
        received.body = text_or_empty(a_case.at("expect").as_object().at("text"));
        auto const found = checks.find(std::string_view(a_case.at("error_class").as_string()));
        REQUIRE(found != checks.end());
        found->second(received, a_case.at("expect").as_object());
    }
}
