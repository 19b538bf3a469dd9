// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_FORM_HPP
#define GLOBUS_CORE_FORM_HPP

#include <globus/core/config.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// The pairs of a query or form, in order, before they are encoded.
using Form = std::vector<std::pair<std::string, std::string>>;

/// Adds a pair to the body of a form, which may be empty.
void add_to_form(std::string& body, std::string_view name, std::string_view value);
/// Adds a pair to the query of a URL, which may have no query, and has no fragment.
void add_to_query(std::string& url, std::string_view name, std::string_view value);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/form.ipp>
#endif

#endif  // GLOBUS_CORE_FORM_HPP
