// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ONE_LINE_HPP
#define GLOBUS_CORE_ONE_LINE_HPP

#include <globus/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/**
 * Somebody else's text as one clean line, for messages and logs: its author cannot add lines, control a terminal, turn
 * the direction of what follows or fill a disk.
 *
 * Line breaks, tabs and rare blanks become one blank, other invisible characters are given by their number (`\x1B`),
 * bytes that are not UTF-8 become U+FFFD. A text longer than `most` ends in "...". A clean line stays as it is.
 *
 * @param most  bytes that the line may have; 3 or more
 */
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most = 1000);

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/one_line.ipp>
#endif

#endif  // GLOBUS_CORE_ONE_LINE_HPP
