// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_TEXT_AT_IPP
#define GLOBUS_CORE_IMPL_TEXT_AT_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/text_at.hpp>

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string text_at(char const* text, CodeLine where) {
    if (text != nullptr) return text;
    std::string_view file = where.file;
    file.remove_prefix(file.find_last_of('/') + 1);  // 0 if there is none
    throw UsageError("a null pointer was given where a text belongs, in line " + std::to_string(where.line) + " of " +
                     std::string(file) + ": is an environment variable not set?");
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_TEXT_AT_IPP
