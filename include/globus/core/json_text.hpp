// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_JSON_TEXT_HPP
#define GLOBUS_CORE_JSON_TEXT_HPP

#include <globus/core/config.hpp>

#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// JSON text that others wrote. Real services send text that is not quite Unicode, such as a file name cut in the middle
// of a character, and one such text must not make the rest of the document unreadable. It is mended before a parser
// sees it: what is not a character becomes U+FFFD, and nothing else changes.

namespace globus::detail {

/// How deep lists and objects may be nested, in what is sent and in what is read.
inline constexpr std::size_t max_json_depth = 128;

/// A place in JSON text that is not a character: bytes that are not UTF-8, or the escape of half a surrogate pair.
struct OddText {
    std::size_t at;      ///< where it begins; the size of the text if there is none
    std::size_t length;  ///< its bytes
    bool cut;            ///< the text ends in the middle of it: with what follows it may be a character
};

/// The first place in `text` at or after `from` that is not a character. `from` must not be inside one.
OddText find_odd_text(std::string_view text, std::size_t from = 0) noexcept;

/// Appends `text` to `out`, mended. It returns how many bytes were taken: a character cut at the end is not, if there
/// is `more` to come.
std::size_t append_mended(std::string& out, std::string_view text, bool more = false);

/// The parser's options for every text.
boost::json::parse_options json_options() noexcept;

/// The document of a JSON text, in which nothing is mended. @param error  as for parse_json
boost::json::value parse_exact_json(std::string_view text, boost::system::error_code& error);

/**
 * The document of a JSON text that a service wrote. What is not a character in it reads as U+FFFD; everything else must
 * be right. It is for texts of bounded size: a document takes many times the memory of its text.
 *
 * @param error  set if the text is not JSON, or nested deeper than 128 levels; the value is null then
 */
boost::json::value parse_json(std::string_view text, boost::system::error_code& error);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/impl/json_text.ipp>
#endif

#endif  // GLOBUS_CORE_JSON_TEXT_HPP
