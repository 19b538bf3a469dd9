// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_LOCATION_IPP
#define GLOBUS_SERVICES_GCS_IMPL_LOCATION_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/url.hpp>
#include <globus/services/gcs/location.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

[[noreturn]] GLOBUS_DECL void refuse_location() {
    throw UsageError(
        "this is no place in a collection: write globus://COLLECTION_ID/path, COLLECTION_ID:/path, the https address "
        "of a collection's file, or that of the web app's file manager");
}

GLOBUS_DECL std::string collection_of(std::string_view text) {
    if (!is_uuid(text)) refuse_location();
    std::string id;
    for (char const c : text) id += http::detail::lower(c);
    return id;
}

GLOBUS_DECL std::string location_path(std::string_view encoded) {
    auto path = percent_decode(encoded);
    if (!path || path->find('\0') != std::string::npos) refuse_location();
    return path->starts_with('/') ? *path : '/' + *path;
}

/// A path as it stands in a URL.
GLOBUS_DECL std::string url_path(std::string_view path) {
    std::string encoded;
    for (char const c : path)
        if (is_unreserved(c) || c == '/')
            encoded += c;
        else
            append_escaped(encoded, c);
    return encoded.starts_with('/') ? encoded : '/' + encoded;
}

GLOBUS_DECL bool begins_with(std::string_view text, std::string_view prefix) {
    return http::detail::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

GLOBUS_DECL bool names_place(std::string_view text) {
    return begins_with(text, "globus://") || begins_with(text, "https://") || begins_with(text, "http://") ||
           (text.size() > 36 && text[36] == ':' && is_uuid(text.substr(0, 36)));
}

GLOBUS_DECL std::string path_in_collection(std::string_view text, std::string_view collection_id,
                                           std::string_view base_url) {
    if (!names_place(text)) return std::string(text);
    Location place = Location::parse(text);
    if (!place.collection_id.empty() && http::detail::equal_ignoring_case(place.collection_id, collection_id))
        return std::move(place.path);
    if (place.collection_id.empty() && begins_with(base_url, place.address + '/')) {
        // The files may be below a path of their host.
        std::string_view const top = base_url.substr(place.address.size());
        if (place.path.starts_with(top)) return place.path.substr(top.size() - 1);
    }
    throw UsageError(place.uri() + " is in another collection: this one is " + std::string(collection_id) +
                     ", and a token for it does not open others");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Location Location::parse(std::string_view text) {
    if (text.size() > 36 && text[36] == ':' && is_uuid(text.substr(0, 36))) {
        std::string_view const path = text.substr(37);
        if (path.find('\0') != std::string_view::npos) detail::refuse_location();
        return {.collection_id = detail::collection_of(text.substr(0, 36)),
                .path = (path.starts_with('/') ? "" : "/") + std::string(path)};
    }
    std::string const address = http::encode_iri(text);
    auto const parts = http::split_reference(address);
    if (!parts.scheme || !parts.authority) detail::refuse_location();
    std::string scheme;
    for (char const c : *parts.scheme) scheme += http::detail::lower(c);
    if (scheme == "globus") {
        if (parts.query || parts.fragment) detail::refuse_location();  // such signs of a path are written as %3F, %23
        return {.collection_id = detail::collection_of(*parts.authority), .path = detail::location_path(parts.path)};
    }
    if (scheme != "https" && scheme != "http") detail::refuse_location();
    if (parts.path == "/file-manager" && parts.query) {
        Location place;
        for (auto const& [name, value] : parse_query(*parts.query)) {
            if (name == "origin_id") place.collection_id = detail::collection_of(value);
            if (name == "origin_path") place.path = (value.starts_with('/') ? "" : "/") + value;
        }
        if (place.collection_id.empty() || place.path.find('\0') != std::string::npos) detail::refuse_location();
        return place;
    }
    if (parts.query || parts.fragment) detail::refuse_location();
    std::string base = http::check_base_url(scheme + "://" + std::string(*parts.authority));
    base.pop_back();  // the slash
    return {.address = base, .path = detail::location_path(parts.path)};
}

GLOBUS_DECL std::string Location::uri() const {
    return (collection_id.empty() ? address : "globus://" + collection_id) + detail::url_path(path);
}

GLOBUS_DECL std::string Location::web_url() const {
    if (collection_id.empty()) throw UsageError("which collection this place is in is not known: only its address is");
    return "https://app.globus.org/file-manager?origin_id=" + collection_id + "&origin_path=" + percent_encode(path);
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_LOCATION_IPP
