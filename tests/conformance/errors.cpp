// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include <globus/app/gare.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/services/compute/errors.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/gcs/errors.hpp>
#include <globus/services/groups/errors.hpp>
#include <globus/services/search/errors.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/transfer/errors.hpp>

#include <boost/json/serialize.hpp>

#include <map>
#include <string>
#include <utility>

namespace conformance {
namespace {

Json text_or_null(std::string const& text) { return text.empty() ? Json() : Json(text); }
template <class List>
Json list_of(List const& texts) {
    Array list;
    for (std::string const& text : texts) list.emplace_back(text);
    return list;
}
template <class T>
Json optional_of(std::optional<T> const& value) {
    if (!value) return nullptr;
    if constexpr (requires { value->begin()->size(); })
        return list_of(*value);
    else
        return Json(*value);
}

template <class E>
globus::ApiError made(globus::http::Request const& request, globus::http::Response response) {
    return E(request, std::move(response));
}

/// Makes the error of the recorded class: each service reads its own form.
globus::ApiError error_of(Json const& recorded) {
    static std::map<std::string, globus::ApiError (*)(globus::http::Request const&, globus::http::Response)> const
        kinds{{"GlobusAPIError", made<globus::ApiError>},
              {"AuthAPIError", made<globus::AuthApiError>},
              {"TransferAPIError", made<globus::TransferApiError>},
              {"GroupsAPIError", made<globus::GroupsApiError>},
              {"SearchAPIError", made<globus::SearchApiError>},
              {"FlowsAPIError", made<globus::FlowsApiError>},
              {"TimersAPIError", made<globus::TimersApiError>},
              {"ComputeAPIError", made<globus::ComputeApiError>},
              {"GCSAPIError", made<globus::GcsApiError>}};
    globus::http::Request request;
    request.method = globus::http::Method::post;
    request.url = "https://service.example.org/path?x=1";
    Json const& answer = member(recorded, "response");
    auto response = response_of(answer);
    if (Json const* body = find(answer, "body"); body != nullptr && body->is_string()) response.body = text(*body);
    response.reason = string_member(member(recorded, "expect"), "http_reason");
    return kinds.at(string_member(recorded, "error_class"))(request, std::move(response));
}

std::string check(Json const& recorded) {
    globus::ApiError const error = error_of(recorded);
    Json const& expected = member(recorded, "expect");
    Object got;
    got["http_status"] = error.http_status();
    got["code"] = text_or_null(error.code());
    got["message"] = text_or_null(error.message());
    got["messages"] = list_of(error.messages());
    got["request_id"] = text_or_null(error.request_id());
    got["raw_json"] = error.raw_json();
    Array errors;
    for (globus::SubError const& sub : error.errors())
        errors.push_back(
            Object{{"code", text_or_null(sub.code)}, {"message", text_or_null(sub.message)}, {"raw", sub.raw}});
    got["errors"] = errors;
    for (auto const& [name, value] : got)
        if (Json const* wanted = find(expected, name))
            if (auto words = difference(*wanted, value, std::string(name)); !words.empty()) return words;

    Json const& info = member(expected, "info");
    if (Json const* consent = find(info, "consent_required")) {
        if (error.consent_required() != member(*consent, "present").as_bool())
            return error.consent_required() ? "consent_required is said" : "consent_required is not said";
        if (auto words =
                difference(member(*consent, "required_scopes"), list_of(error.required_scopes()), "required_scopes");
            !words.empty() && error.consent_required())
            return words;
    }
    if (Json const* wanted = find(info, "authorization_parameters")) {
        auto const& parameters = error.authorization_parameters();
        if (parameters.has_value() != member(*wanted, "present").as_bool())
            return parameters ? "authorization_parameters are read" : "authorization_parameters are not read";
        if (parameters) {
            Object read;
            read["session_message"] = optional_of(parameters->session_message);
            read["session_required_identities"] = optional_of(parameters->session_required_identities);
            read["session_required_single_domain"] = optional_of(parameters->session_required_single_domain);
            read["session_required_policies"] = optional_of(parameters->session_required_policies);
            read["session_required_mfa"] = optional_of(parameters->session_required_mfa);
            for (auto const& [name, value] : read)
                if (Json const* one = find(*wanted, name))
                    if (auto words = difference(*one, value, std::string(name)); !words.empty()) return words;
        }
    }
    return {};
}

}  // namespace

void run_errors(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "cases").as_array())
        report.check(string_member(recorded, "id"), [&] { return check(recorded); });
    for (Json const& recorded : member(section, "network").as_array())
        report.check(string_member(recorded, "id"), [&]() -> std::string {
            std::string const got = class_of(network_error_of(string_member(recorded, "cause")));
            std::string const wanted = string_member(recorded, "class");
            return got == wanted ? "" : got + ", recorded is " + wanted;
        });
    for (Json const& recorded : member(section, "to_gare").as_array())
        report.check(string_member(recorded, "id"), [&] {
            Json got;
            if (auto const gare = globus::to_gare(member(recorded, "document")))
                got = Object{{"to_dict", gare->to_json()}, {"to_dict_with_extra", gare->to_json(true)}};
            return difference(member(recorded, "gare"), got);
        });
}

}  // namespace conformance
