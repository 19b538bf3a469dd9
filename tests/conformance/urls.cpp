// SPDX-License-Identifier: Apache-2.0
#include "plain_client.hpp"

#include <globus/core/encoding.hpp>
#include <globus/http/url.hpp>

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
    std::string const a = string_member(recorded, "a");
    if (!a.starts_with("https://")) throw Missing("joining texts that are no URLs");
    Call call;
    call.client = {{"class", "BaseClient"}, {"kwargs", {{"base_url", a}}}};
    call.mock.reply(200, "{}");
    (void)make_client<PlainService>(call).get(string_member(recorded, "b"));
    std::string const url = call.mock.requests().at(0).url;
    return url == string_member(recorded, "result") ? "" : url + ", recorded is " + string_member(recorded, "result");
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
    for (char const* part : {"gcs_address", "gcs_collection_address"})
        if (Json const* list = find(section, part))
            for (Json const& recorded : list->as_array())
                report.check(string_member(recorded, "id"), [&]() -> std::string {
                    auto const address = runners().find(std::string("urls.") + part);
                    if (address == runners().end()) throw Missing(std::string("urls.") + part);
                    Call call;
                    call.kwargs = recorded;
                    std::string const got = text(address->second.run(call).result);
                    std::string const wanted = string_member(recorded, "base_url");
                    return got == wanted ? "" : got + ", recorded is " + wanted;
                });
}

}  // namespace conformance
