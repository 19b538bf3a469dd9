// SPDX-License-Identifier: Apache-2.0
#include "plain_client.hpp"

#include <globus/core/encoding.hpp>
#include <globus/core/json.hpp>

namespace conformance {
namespace {

using globus::http::Method;

Method method_of(std::string name) {
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    for (Method const method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_})
        if (name == globus::http::to_string(method)) return method;
    throw Misfit("method " + name + " is not one of http::Method");
}

/// get, post, ... of a client: a request that the library has no operation for.
template <class Client>
Answer call_method(Client const& client, Call const& call, std::string const& method) {
    Json const& kwargs = call.kwargs;
    typename Client::RawRequest request;
    request.method = method_of(method == "request" ? string_member(kwargs, "method") : method);
    request.path = string_member(kwargs, "path");
    for (char const* name : {"query_params", "data"})
        if (Json const* pairs = find(kwargs, name);
            pairs != nullptr && pairs->is_object() &&
            (name != std::string_view("data") || string_member(kwargs, "encoding") == "form"))
            for (auto const& [key, value] : pairs->get_object())
                if (value.is_object() && type_of(value).empty())
                    throw OnPurpose("types", std::string(key) + " is an object, which no parameter can be");
    if (Json const* query = find(kwargs, "query_params")) fill(request.query, *query);

    std::string const encoding = string_member(kwargs, "encoding");
    Json const* data = find(kwargs, "data");
    if (data != nullptr && !data->is_null()) {
        bool const is_text = data->is_string() || type_of(*data) == "bytes";
        if (encoding == "form") {
            if (!data->is_object()) throw globus::UsageError("a form is made of names and values");
            globus::QueryParams fields;
            fill(fields, *data);
            std::string form;
            for (auto const& [name, value] : fields)
                for (std::string const& one : value.texts()) {
                    if (!form.empty()) form += '&';
                    globus::append_form_encoded(form, name);
                    form += '=';
                    globus::append_form_encoded(form, one);
                }
            if (!form.empty()) request.body = form;
            request.content_type = "application/x-www-form-urlencoded";
        } else if (is_text && encoding != "json") {
            request.body = text(*data);
            request.content_type.clear();
        } else if (encoding.empty() || encoding == "json") {
            request.body = globus::to_json(plain(*data));
        } else {
            throw Misfit("there is no encoding " + encoding + ": a body is a text and its media type");
        }
    }
    globus::CallOptions options;
    if (Json const* headers = find(kwargs, "headers"))
        for (auto const& [name, value] : headers->as_object())
            if (type_of(value) != "missing") options.headers.add(std::string(name), text(value));
    return describe(client.request(std::move(request), options));
}

std::string check(Json const& recorded) {
    Call call;
    call.client = {{"class", "BaseClient"}, {"kwargs", member(recorded, "client_kwargs")}};
    call.kwargs = member(recorded, "kwargs");
    Json const ok = {{"status", 200}, {"json", Object()}, {"headers", {{"Content-Type", "application/json"}}}};
    script(call.mock, find(recorded, "responses"), &ok);
    std::string const method = string_member(recorded, "call");
    Json const& authorizer = member(member(recorded, "client_kwargs"), "authorizer");
    return check_call(recorded, call.mock, [&] {
        if (string_member(authorizer, "$authorizer") == "BasicAuthorizer") {
            globus::BasicPolicy const basic(string_member(authorizer, "username"),
                                            globus::Secret(string_member(authorizer, "password")));
            return call_method(make_client<PlainAppService>(call, basic), call, method);
        }
        if (member(call.kwargs, "automatic_authorization") == Json(false))  // a client of its own has no credential
            return call_method(make_client<PlainService>(call, globus::NullPolicy()), call, method);
        return call_method(make_client<PlainService>(call), call, method);
    });
}

/// What is read from an answer.
std::string check_response(Json const& recorded) {
    globus::Response<Json> const response(response_of(member(recorded, "response")));
    if (response.http_status() != member(recorded, "http_status").as_int64()) return "the status differs";
    if (Json const* data = find(recorded, "data"); data != nullptr && !data->is_null())
        if (auto words = difference(*data, response.json(), "data"); !words.empty()) return words;
    if (Json const* body = find(recorded, "text"))
        if (find(member(recorded, "response"), "json") == nullptr && response.text() != text(*body))
            return "the text is " + response.text();
    return {};
}

}  // namespace

void run_base(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "cases").as_array())
        report.check(string_member(recorded, "id"), [&] { return check(recorded); });
    for (Json const& recorded : member(section, "responses").as_array())
        report.check("base." + string_member(recorded, "id"), [&] { return check_response(recorded); });
}

}  // namespace conformance
