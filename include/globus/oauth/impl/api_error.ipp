// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_API_ERROR_IPP
#define GLOBUS_OAUTH_IMPL_API_ERROR_IPP

#include <globus/core/config.hpp>
#include <globus/core/json_members.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/one_line.hpp>
#include <globus/http/error_words.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/oauth/authorization_requirements.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL std::optional<AuthorizationParameters> const& ApiError::authorization_parameters() const noexcept {
    return data_->parameters;
}

GLOBUS_DECL SubError ApiError::sub_error(boost::json::object const& object,
                                         std::initializer_list<std::string_view> message) {
    SubError sub;
    sub.raw = object;
    if (auto const code = detail::text_member(object, "code")) sub.code = *code;
    for (std::string_view const name : message)
        if (auto const text = detail::text_member(object, name)) {
            sub.message = *text;
            sub.has_message = true;
            break;
        }
    return sub;
}

GLOBUS_DECL std::string ApiError::common_code(std::vector<SubError> const& errors) {
    std::string code;
    for (SubError const& sub : errors) {
        if (sub.code.empty()) continue;
        if (!code.empty() && code != sub.code) return {};
        code = sub.code;
    }
    return code;
}

GLOBUS_DECL boost::json::value const& ApiError::document_member(std::string_view name) const noexcept {
    static boost::json::value const nothing;
    auto const* document = data_->json.if_object();
    auto const* value = document != nullptr ? document->if_contains(name) : nullptr;
    return value != nullptr ? *value : nothing;
}

GLOBUS_DECL std::string_view ApiError::document_text(std::string_view name) const noexcept {
    boost::json::value const& value = document_member(name);
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

GLOBUS_DECL std::string ApiError::describe(http::Request const& request, Data const& data) {
    std::vector<Secret> const credentials = detail::credentials_of(request);
    auto const clean = [&](std::string_view text) { return detail::one_line_without(credentials, text); };
    std::string_view code = data.reading.code;
    if (auto const* document = data.json.if_object(); document != nullptr && code.empty()) {
        // The code is the `error` of OAuth2 (RFC 6749, section 5.2), or stands in the object where others put it.
        code = detail::text_member(*document, "error").value_or("");
        if (auto const* error = detail::object_member(*document, "error"))
            code = detail::text_member(*error, "code").value_or("");
    }
    std::string words = clean(data.message);
    for (detail::Sentence const& more : detail::further_words(data.response, data.json, data.message)) {
        if (words.size() > 1000) break;  // the rest would be cut off anyway
        if (more.text == code) continue;
        if (!words.empty()) words += "; ";
        words += clean(more.text);
        if (!more.about.empty()) words += ": " + clean(more.about);
    }
    if (words.empty()) words = clean(data.response.reason);

    std::string what = one_line(http::describe(request)) + " was answered " + std::to_string(data.response.status);
    if (!code.empty()) what += ' ' + one_line(clean(code), 200);
    if (!words.empty()) what += ": " + one_line(words);
    if (!data.reading.request_id.empty()) what += " (request id " + one_line(data.reading.request_id, 200) + ')';
    return what;
}

GLOBUS_DECL std::shared_ptr<ApiError::Data const> ApiError::read(http::Response response, OwnForm own_form,
                                                                 Completion complete) {
    auto data = std::make_shared<Data>();
    constexpr std::size_t kept = std::size_t{64} << 10;  // enough for any message; an error page can be anything
    std::string const type = detail::media_type(response.headers.get("Content-Type"));
    if (detail::is_json_media_type(type) && response.body.size() <= kept) {
        boost::system::error_code error;
        data->json = detail::parse_json(response.body, error);
    }
    if (response.body.size() > kept) response.body.resize(kept);
    data->response = std::move(response);

    Reading& reading = data->reading;
    if (auto const* document = data->json.if_object(); document != nullptr) {
        read_common_forms(*document, type == "application/vnd.api+json", own_form, reading);
        if (complete != nullptr) complete(reading);
        read_requirements(*document, *data);
    }
    if (reading.request_id.empty()) reading.request_id = data->response.headers.get("X-Request-ID");
    for (std::string const& one : reading.messages) {
        if (&one != reading.messages.data()) data->message += "; ";
        data->message += one;
    }
    return data;
}

GLOBUS_DECL void ApiError::read_common_forms(boost::json::object const& document, bool json_api, OwnForm own_form,
                                             Reading& reading) {
    auto const with_message = [](boost::json::object const& object) {
        return sub_error(object, {"message", "detail", "title"});
    };
    auto const add_messages = [&](std::vector<SubError> const& errors) {
        for (SubError const& sub : errors)
            if (sub.has_message) reading.messages.push_back(sub.message);
    };
    boost::json::array const* const list = detail::object_list(document.if_contains("errors"));

    if (json_api && list != nullptr && !list->empty()) {
        for (boost::json::value const& item : *list)
            if (item.is_object()) reading.errors.push_back(sub_error(item.get_object(), {"detail", "title"}));
        reading.code = common_code(reading.errors);
        add_messages(reading.errors);
        return;
    }

    auto const code = detail::text_member(document, "code");
    auto const message = detail::text_member(document, "message");
    auto const request_id = detail::text_member(document, "request_id");
    bool const common = !json_api && code && message && (request_id || !document.contains("request_id"));
    if (!common && own_form != nullptr && own_form(document, reading)) return;

    if (list != nullptr)
        for (boost::json::value const& item : *list) {
            if (item.is_object()) reading.errors.push_back(with_message(item.get_object()));
        }
    else
        reading.errors.push_back(with_message(document));
    if (common) {
        reading.code = *code;
        reading.messages.emplace_back(*message);
        reading.request_id = request_id.value_or("");
    } else {
        reading.code = code ? std::string(*code) : common_code(reading.errors);
        if (!json_api && document.contains("code") && document.contains("message"))
            reading.request_id = request_id.value_or("");  // it is the common document, with an odd value in it
        std::vector<SubError> itself;
        if (reading.errors.empty()) itself.push_back(with_message(document));
        add_messages(reading.errors.empty() ? itself : reading.errors);
    }
}

GLOBUS_DECL void ApiError::read_requirements(boost::json::object const& document, Data& data) {
    boost::json::object other;
    if (auto const* parameters = detail::object_member(document, "authorization_parameters"))
        data.parameters = detail::read_parameters(*parameters, other);
    auto const add = [&](std::optional<Gare> gare) {
        if (gare) data.requirements.push_back(*std::move(gare));
    };
    if (auto const* errors = detail::object_list(document.if_contains("errors")))
        for (Json const& error : *errors) add(to_gare(error));
    for (char const* name : {"error", "detail"})  // those of Flows, and of common web frameworks
        if (auto const* part = document.if_contains(name)) add(to_gare(*part));
    auto whole = to_gare(data.json);
    auto const take_scopes = [&](Gare const& gare) {
        if (data.required_scopes.empty())
            data.required_scopes = gare.authorization_parameters.required_scopes.value_or(std::vector<std::string>{});
    };
    if (whole) take_scopes(*whole);
    std::for_each(data.requirements.begin(), data.requirements.end(), take_scopes);
    add(std::move(whole));
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_API_ERROR_IPP
