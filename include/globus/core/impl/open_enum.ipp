// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_OPEN_ENUM_IPP
#define GLOBUS_CORE_IMPL_OPEN_ENUM_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/open_enum.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::size_t place_of_word(std::string_view word, std::span<std::string_view const> words) noexcept {
    auto const found = std::find(words.begin(), words.end(), word);
    return found != words.end() ? static_cast<std::size_t>(found - words.begin()) : 0;
}

GLOBUS_DECL void require_known_word(std::string_view word, std::span<std::string_view const> words) {
    if (word.empty() || place_of_word(word, words) != 0) return;
    std::string known;
    for (std::string_view const one : words.subspan(1)) {
        if (!known.empty()) known += ", ";
        known += one;
    }
    throw UsageError('\'' + one_line(word) + "' is none of the words that are known here (" + known +
                     "): if the service has it, write word(\"...\")");
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_OPEN_ENUM_IPP
