// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_OPERATION_IPP
#define GLOBUS_CLIENT_IMPL_OPERATION_IPP

#include <globus/client/operation.hpp>
#include <globus/client/query_params.hpp>
#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/form.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/members.hpp>
#include <globus/core/secret.hpp>
#include <globus/core/values.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/api_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL bool is_gone(ApiError const& error) { return error.http_status() == 404 && error.raw_json().is_object(); }

GLOBUS_DECL std::string encode_segment(std::string_view name, std::string_view value) {
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos || value == "." || value == ".." ||
        value.find('\0') != std::string_view::npos)
        throw UsageError(std::string(name) + " cannot be part of a path: it is " +
                         (value.empty() ? "empty" : "blank, '.', '..' or has a NUL in it") + "; give the id itself");
    return percent_encode(value);
}

GLOBUS_DECL RequestBuilder::RequestBuilder(std::string_view base_url, Route route)
    : base_url_(base_url), route_(route), path_(route.path) {}
GLOBUS_DECL RequestBuilder::~RequestBuilder() = default;

GLOBUS_DECL void RequestBuilder::members(MemberWriter const* writers, void const* const* at, std::size_t count) {
    query_.reserve(count);
    for (bool const last : {false, true})
        for (std::size_t i = 0; i != count; ++i) {
            MemberWriter const& writer = writers[i];
            if (at[i] == nullptr || last != (writer.kind == MemberWriter::Kind::addition)) continue;
            if (!last && writer.wire.place == Place::form) is_form_ = true;  // even if the member is absent
            writer.put(*this, writer.wire, at[i]);
        }
}

GLOBUS_DECL void RequestBuilder::objects(Wires wires) {
    for (std::size_t i = 0; i != wires.count; ++i) {
        if (!wires.first[i].member.empty()) continue;
        Json* const place = at(wires.first[i].name);
        if (!place->is_object()) place->emplace_object();
    }
}

GLOBUS_DECL void RequestBuilder::path(std::string_view name, std::string const* value) {
    std::string const slot = '{' + std::string(name) + '}';
    auto const at = path_.find(slot);
    if (value != nullptr)
        path_.replace(at, slot.size(), encode_segment(name, *value));
    else if (at != 0 && path_[at - 1] == '/')
        path_.erase(at - 1, slot.size() + 1);
    else
        path_.erase(at, slot.size());
}

GLOBUS_DECL void RequestBuilder::path_number(std::string_view name, std::int64_t value) {
    std::string const text = std::to_string(value);
    path(name, &text);
}
GLOBUS_DECL void RequestBuilder::path_number(std::string_view name, std::uint64_t value) {
    std::string const text = std::to_string(value);
    path(name, &text);
}

GLOBUS_DECL void RequestBuilder::text(Wire const& wire, std::string_view value) {
    parameters_of(wire).emplace_back(wire.name, value);
}
GLOBUS_DECL void RequestBuilder::number(Wire const& wire, std::int64_t value) {
    parameters_of(wire).emplace_back(wire.name, std::to_string(value));
}
GLOBUS_DECL void RequestBuilder::number(Wire const& wire, std::uint64_t value) {
    parameters_of(wire).emplace_back(wire.name, std::to_string(value));
}

GLOBUS_DECL Form& RequestBuilder::parameters_of(Wire const& wire) noexcept {
    return wire.place == Place::form ? form_ : query_;
}

GLOBUS_DECL void RequestBuilder::flag(Wire const& wire, bool value) {
    switch (wire.spelling) {
        case Spelling::number:
            return text(wire, value ? "1" : "0");
        case Spelling::lower:
            return text(wire, value ? "true" : "false");
        default:
            return text(wire, value ? "True" : "False");
    }
}

GLOBUS_DECL void RequestBuilder::list(Wire const& wire, std::vector<std::string> const& values) {
    if (values.empty() && wire.place != Place::form) return;
    if (wire.spelling == Spelling::repeat) {
        for (std::string const& value : values) text(wire, value);
        return;
    }
    std::string joined;
    for (std::string const& value : values) {
        if (&value != values.data()) joined += wire.spelling == Spelling::space ? ' ' : ',';
        joined += value;
    }
    parameters_of(wire).emplace_back(wire.name, std::move(joined));
}

GLOBUS_DECL void RequestBuilder::parameters(Place place, QueryParams const& parameters) {
    Form& pairs = place == Place::form ? form_ : query_;
    for (auto const& parameter : parameters) {
        std::string const& name = parameter.first;
        auto const same = [&](auto const& pair) { return pair.first == name; };
        auto at = std::find_if(pairs.begin(), pairs.end(), same);
        auto const offset = at - pairs.begin();
        std::erase_if(pairs, same);
        at = offset <= static_cast<std::ptrdiff_t>(pairs.size()) ? pairs.begin() + offset : pairs.end();
        for (std::string const& text : parameter.second.texts()) at = pairs.insert(at, {name, text}) + 1;
    }
}

GLOBUS_DECL void RequestBuilder::document(std::string text) {
    body_ = std::move(text);
    kind_ = Body::document;
}

GLOBUS_DECL void RequestBuilder::json(std::string_view path, std::string const& text) { *at(path) = json_of(text); }

GLOBUS_DECL void RequestBuilder::object() {
    if (kind_ == Body::none) kind_ = Body::object;
    if (!object_.is_object()) object_.emplace_object();
}

GLOBUS_DECL void RequestBuilder::fields(std::string_view path, AdditionalFields const& fields) {
    if (fields.empty()) return;
    boost::json::value* const parent = at(path);
    if (!parent->is_object()) parent->emplace_object();
    for (auto const& [name, value] : fields) parent->get_object()[name] = value;
}

GLOBUS_DECL http::Request RequestBuilder::take() {
    http::Request request;
    request.method = route_.method;
    request.url.reserve(base_url_.size() + path_.size() + 16);
    request.url = base_url_;
    request.url.append(std::string_view(path_).substr(path_.starts_with('/') ? 1 : 0));
    for (auto const& [name, value] : query_) add_to_query(request.url, name, value);
    if (is_form_ || !form_.empty()) {
        request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        for (auto& [name, value] : form_) {
            add_to_form(request.body, name, value);
            wipe(value);
        }
        request.has_body = true;
    } else if (kind_ != Body::none) {
        request.headers.add("Content-Type", "application/json");
        request.body = kind_ == Body::object ? to_json(object_) : std::move(body_);
        request.has_body = true;
    }
    return request;
}

GLOBUS_DECL boost::json::value* RequestBuilder::at(std::string_view path) {
    if (kind_ == Body::document) {
        object_ = json_of(body_);
        if (!object_.is_object())
            throw UsageError("this document has to be a JSON object: other members of the operation go into it");
    }
    kind_ = Body::object;
    boost::json::value* place = &object_;
    if (!place->is_object()) place->emplace_object();
    while (!path.empty()) {
        auto const slash = path.find('/');
        std::string_view const level = path.substr(0, slash);
        if (level.find_first_not_of("0123456789") == std::string_view::npos) {
            if (!place->is_array()) place->emplace_array();
            auto& array = place->get_array();
            std::size_t index = 0;
            for (char const c : level) index = index * 10 + static_cast<std::size_t>(c - '0');
            if (array.size() <= index) array.resize(index + 1);
            place = &array[index];
        } else {
            if (!place->is_object()) place->emplace_object();
            place = &place->get_object()[level];
        }
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return place;
}

GLOBUS_DECL void put_query_params(RequestBuilder& builder, Wire const& wire, void const* at) {
    builder.parameters(wire.place, *static_cast<QueryParams const*>(at));
}

GLOBUS_DECL void put_fields(RequestBuilder& builder, Wire const& wire, void const* at) {
    builder.fields(wire.name == wire.member ? std::string_view{} : wire.name,
                   *static_cast<AdditionalFields const*>(at));
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_OPERATION_IPP
