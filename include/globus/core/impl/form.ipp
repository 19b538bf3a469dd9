// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_FORM_IPP
#define GLOBUS_CORE_IMPL_FORM_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/form.hpp>

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL void append_pair(std::string& out, std::string_view name, std::string_view value) {
    append_form_encoded(out, name);
    out += '=';
    append_form_encoded(out, value);
}

GLOBUS_DECL void add_to_form(std::string& body, std::string_view name, std::string_view value) {
    if (!body.empty()) body += '&';
    append_pair(body, name, value);
}

GLOBUS_DECL void add_to_query(std::string& url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    append_pair(url, name, value);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_FORM_IPP
