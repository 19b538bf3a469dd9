// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_OPTIONAL_IPP
#define GLOBUS_CORE_IMPL_OPTIONAL_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>

#include <string>

namespace globus::detail {

GLOBUS_DECL std::string text_at(char const* text) {
    if (text == nullptr)
        throw UsageError("a null pointer was given where a text belongs: is an environment variable not set?");
    return text;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_OPTIONAL_IPP
