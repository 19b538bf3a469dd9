// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ERROR_WORDS_HPP
#define GLOBUS_HTTP_ERROR_WORDS_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/message.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

// What an error answer says to people if its form is not known: the texts of gateways, of frameworks, and of forms that
// a service may use in the future.

namespace globus::detail {

/// The media type of a Content-Type header, lower-case and without parameters (RFC 9110, section 8.3).
std::string media_type(std::string_view content_type);

bool is_json_media_type(std::string_view type);

/// The place of the invalid value, as FastAPI gives it: `["body", 0, "start"]` is "body.0.start".
std::string place_of(boost::json::value const& loc);

/// What an answer says about an error.
struct Sentence {
    std::string text;
    std::string about;  ///< the invalid value, such as "body.start"; empty if not given
};

/// The credentials of a request, which must not get into a message even if a service repeats them.
std::vector<Secret> credentials_of(http::Request const& request);

/// `text` as one line, with "***" for each of the credentials.
std::string one_line_without(std::vector<Secret> const& credentials, std::string_view text);

/// What an answer says to people in any form, beyond what `said` already has; empty if nothing.
std::vector<Sentence> further_words(http::Response const& response, boost::json::value const& json,
                                    std::string_view said);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/http/impl/error_words.ipp>
#endif

#endif  // GLOBUS_HTTP_ERROR_WORDS_HPP
