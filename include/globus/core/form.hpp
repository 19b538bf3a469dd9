// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_FORM_HPP
#define GLOBUS_CORE_FORM_HPP

#include <globus/core/encoding.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// The pairs of a query or form, in order, before they are encoded.
using Form = std::vector<std::pair<std::string, std::string>>;

inline void append_pair(std::string& out, std::string_view name, std::string_view value) {
    append_form_encoded(out, name);
    out += '=';
    append_form_encoded(out, value);
}
/// Adds a pair to the body of a form, which may be empty.
inline void add_to_form(std::string& body, std::string_view name, std::string_view value) {
    if (!body.empty()) body += '&';
    append_pair(body, name, value);
}
/// Adds a pair to the query of a URL, which may have none, and has no fragment.
inline void add_to_query(std::string& url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    append_pair(url, name, value);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_FORM_HPP
