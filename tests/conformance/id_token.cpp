// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/oauth/id_token.hpp>
#include <globus/services/auth/service.hpp>

#include <boost/json/serialize.hpp>

#include <chrono>
#include <exception>
#include <string>

namespace conformance {
namespace {

/// What the issuer of the recorded tokens publishes.
struct Issuer {
    Json configuration;
    Json jwks;

    [[nodiscard]] std::string url() const { return string_member(configuration, "issuer"); }
    void answer(globus::MockTransport const& mock) const {
        globus::MockTransport handle = mock;
        handle.otherwise([*this](globus::http::Request const& request) {
            bool const keys = request.url == string_member(configuration, "jwks_uri");
            return globus::http::Response{.status = 200,
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = boost::json::serialize(keys ? jwks : configuration)};
        });
    }
};

/// The requests for what the issuer publishes, as {"path", "authorization"} or as paths alone.
std::string difference_of_fetched(Json const& recorded, std::vector<globus::http::Request> const& requests) {
    Array got;
    bool const paths_alone = !recorded.as_array().empty() && recorded.at(0).is_string();
    for (globus::http::Request const& request : requests) {
        Json const path(globus::http::parse_url(request.url).path);
        Json const authorization = request.authorization.empty() ? Json() : Json(request.authorization.reveal());
        got.push_back(paths_alone ? path : Json{{"path", path}, {"authorization", authorization}});
    }
    return difference(recorded, got, "fetched");
}

/// `decode` gives the claims or throws; a refused token may have asked for less than the reference does.
template <class Decode>
std::string check_decoding(Json const& recorded, globus::MockTransport const& mock, Decode const& decode) {
    globus::IdTokenClaims claims;
    std::exception_ptr thrown;
    try {
        claims = decode();
    } catch (Misfit const& misfit) {
        return misfit.what();
    } catch (...) {
        thrown = std::current_exception();
    }
    bool const refused = find(recorded, "error") != nullptr;
    if (thrown || refused) {
        if (auto words = difference_of_error(member(recorded, "error"), thrown); !words.empty()) return words;
        if (!string_member(member(recorded, "error"), "class").ends_with("APIError")) return {};
    }
    if (Json const* wanted = find(recorded, "claims"))
        if (auto words = difference(*wanted, Json(claims.raw), "claims"); !words.empty()) return words;
    if (Json const* wanted = find(recorded, "sub"))
        if (auto words = difference(*wanted, Json(claims.sub), "sub"); !words.empty()) return words;
    return difference_of_fetched(member(recorded, "fetched"), mock.requests());
}

std::string check_case(Json const& section, Json const& recorded) {
    auto const own = [&](char const* name) {
        Json const* given = find(recorded, name);
        return given != nullptr ? *given : member(section, name);
    };
    Issuer const issuer{own("openid_configuration"), own("jwks")};
    auto const now = member(section, "clock").to_number<std::int64_t>();
    globus::IdTokenOptions options;
    options.now = [now] { return now; };
    options.leeway = std::chrono::seconds(member(member(section, "facts"), "leeway_seconds").to_number<std::int64_t>());
    Json const params = own("jwt_params");
    if (Json const* leeway = find(params, "leeway")) options.leeway = std::chrono::seconds(leeway->as_int64());

    globus::MockTransport mock;
    issuer.answer(mock);
    globus::JwksCache const keys(mock, issuer.url());
    return check_decoding(recorded, mock, [&] {
        if (params.is_object())
            for (auto const& [name, value] : params.get_object())
                if (value == Json(false)) throw Misfit(std::string(name) + " cannot be turned off");
        return globus::decode_id_token(globus::Secret(string_member(recorded, "id_token")),
                                       string_member(section, "client_id"), keys, options);
    });
}

/// Where the configuration and the keys come from, when the caller has one or both of them already.
std::string check_call(Json const& section, Json const& recorded) {
    Issuer const issuer{member(section, "openid_configuration"), member(section, "jwks")};
    Json const* configuration = find(member(recorded, "kwargs"), "openid_configuration");
    bool const has_key = find(member(recorded, "kwargs"), "jwk") != nullptr;
    std::string const client_id = string_member(section, "client_id");
    auto const now = member(section, "clock").to_number<std::int64_t>();
    globus::IdTokenOptions options;
    options.now = [now] { return now; };
    globus::Secret token;
    for (Json const& one : member(section, "cases").as_array())
        if (string_member(one, "id") == "id_token.good") token = globus::Secret(string_member(one, "id_token"));

    globus::MockTransport mock;
    if (auto const status = member(member(recorded, "error"), "http_status"); status.is_int64())
        mock.otherwise([&, code = static_cast<int>(status.get_int64())](globus::http::Request const&) {
            return globus::http::Response{
                .status = code,
                .headers = {{"Content-Type", "application/json"}},
                .body = boost::json::serialize(Object{{"code", member(member(recorded, "error"), "code")},
                                                      {"message", member(member(recorded, "error"), "message")}})};
        });
    else
        issuer.answer(mock);
    return check_decoding(recorded, mock, [&] {
        if (configuration == nullptr && has_key) throw Misfit("StaticJwks takes the issuer with its keys");
        if (configuration == nullptr)
            return globus::decode_id_token(token, client_id, globus::JwksCache(mock, issuer.url()), options);
        std::string const url = string_member(*configuration, "issuer");
        if (has_key) return globus::decode_id_token(token, client_id, globus::StaticJwks(url, issuer.jwks), options);
        auto const given = *globus::Response<globus::auth::OpenidConfiguration>(
            globus::http::Response{.status = 200, .body = written(*configuration)});
        globus::Client<globus::NativeAppAuthService, globus::NullPolicy, globus::MockTransport> const client(
            globus::NativeAppAuthService(client_id), globus::NullPolicy(), {.transport = mock});
        globus::StaticJwks const keys(url, client.get_jwk(given).json());
        return globus::decode_id_token(token, client_id, keys, options);
    });
}

}  // namespace

void run_id_token(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "cases").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_case(section, recorded); });
    for (Json const& recorded : member(section, "calls").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_call(section, recorded); });
}

}  // namespace conformance
