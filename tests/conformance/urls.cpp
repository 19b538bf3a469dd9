// SPDX-License-Identifier: Apache-2.0
#include "plain_client.hpp"

#include <globus/core/encoding.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/scopes.hpp>
#include <globus/services/gcs/service.hpp>

namespace conformance {
namespace {

std::string check_request(Json const& recorded) {
    Call call;
    call.client = {{"class", "BaseClient"},
                   {"kwargs",
                    {{"base_url", member(recorded, "base_url")},
                     {"authorizer", {{"$authorizer", "AccessTokenAuthorizer"}, {"access_token", "recorded"}}}}}};
    call.mock.reply(200, "{}");
    (void)make_client<PlainService>(call).get(string_member(recorded, "path"));
    auto const requests = call.mock.requests();
    Object expected;
    expected["verb"] = "GET";
    expected["origin"] = member(recorded, "origin");
    expected["path"] = member(recorded, "request_path");
    expected["query"] = member(recorded, "query");
    expected["body"] = nullptr;
    if (auto words = difference(expected, requests.at(0)); !words.empty()) return words;
    bool const authorized = !requests.at(0).authorization.empty();
    return authorized == member(recorded, "authorized").as_bool() ? "" : "the credential is not sent";
}

/// A base URL and the path of an operation.
std::string check_join(Json const& recorded) {
    std::string a = string_member(recorded, "a");
    std::string wanted = string_member(recorded, "result");
    if (!a.starts_with("https://"))  // a part of a path
        for (std::string* text : {&a, &wanted})
            if (!text->empty()) text->insert(0, text->starts_with('/') ? "https://x.org" : "https://x.org/");
    if (a.empty()) a = "https://x.org";
    Call call;
    call.client = {{"class", "BaseClient"}, {"kwargs", {{"base_url", a}}}};
    call.mock.reply(200, "{}");
    (void)make_client<PlainService>(call).get(string_member(recorded, "b"));
    std::string const url = call.mock.requests().at(0).url;
    return url == wanted ? "" : url + ", recorded is " + wanted;
}

/// Where requests to a Globus Connect Server go, by the address that the caller gives.
std::string check_gcs_address(Json const& recorded) {
    globus::MockTransport mock;
    mock.reply(200, "{}");
    globus::Client<globus::GcsService, globus::NullPolicy, globus::MockTransport> const client(
        globus::GcsService{string_member(recorded, "gcs_address")}, globus::NullPolicy(), {.transport = mock});
    (void)client.get_gcs_info();
    auto words = difference(member(recorded, "base_url"), Json(client.base_url()), "base_url");
    if (words.empty())
        words = difference(member(recorded, "get_info_url"), Json(mock.requests().at(0).url), "get_info_url");
    return words;
}

std::string check_collection_address(Json const& recorded) {
    globus::GcsCollectionService const service{string_member(recorded, "resource_server"),
                                               string_member(recorded, "collection_address")};
    globus::Client<globus::GcsCollectionService, globus::NullPolicy, globus::MockTransport> const client(
        service, globus::NullPolicy());
    Object got;
    got["base_url"] = client.base_url();
    got["default_scopes"] = Array{Json(service.default_scopes().at(0))};
    for (auto const& [name, value] : got)
        if (auto words = difference(member(recorded, name), value, std::string(name)); !words.empty()) return words;
    return {};
}

}  // namespace

void run_urls(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "slash_join").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_join(recorded); });
    for (Json const& recorded : member(section, "requests").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_request(recorded); });
    if (Json const* quoted = find(section, "quote_of_code_points_1_to_255"))
        report.check("urls.quote_of_code_points", [&]() -> std::string {
            for (unsigned point = 1; point != 256; ++point) {
                if (point == '/') continue;  // a separator there, part of a segment here
                std::string const character = point < 0x80 ? std::string(1, static_cast<char>(point))
                                                           : std::string{static_cast<char>(0xC0U | point >> 6),
                                                                         static_cast<char>(0x80U | (point & 0x3FU))};
                if (globus::percent_encode(character) != text(quoted->at(point - 1)))
                    return "code point " + std::to_string(point) + " is " + globus::percent_encode(character);
            }
            return {};
        });
    for (Json const& recorded : member(section, "gcs_address").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_gcs_address(recorded); });
    for (Json const& recorded : member(section, "gcs_collection_address").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_collection_address(recorded); });
}

}  // namespace conformance
