// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_TOKEN_FILE_IPP
#define GLOBUS_APP_IMPL_TOKEN_FILE_IPP

#include <globus/app/token_file.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/home.hpp>
#include <globus/core/utf8.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// The lower case of a Latin, Greek or Cyrillic letter; other characters stay as they are.
GLOBUS_DECL char32_t to_lower(char32_t c) {
    if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    bool const even_first = (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177);
    bool const odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if ((even_first && c % 2 == 0) || (odd_first && c % 2 == 1)) return c + 1;
    return c;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string app_name_slug(std::string_view app_name) {
    std::string slug;
    while (!app_name.empty()) {
        auto const taken = detail::take_code_point(app_name);
        if (!taken) throw UsageError("the app's name is not UTF-8");
        char32_t const c = *taken;
        if (c < 0x80 && std::string_view("<>:\"/\\|?*").find(static_cast<char>(c)) != std::string_view::npos)
            slug += '+';
        else if (c == U'.' || c == U' ')
            slug += '-';
        else if (detail::is_printable(c))
            detail::append_code_point(slug, detail::to_lower(c));
    }
    if (slug.empty()) throw UsageError("the app's name has nothing in it that can be in a file name; choose another");
    bool const numbered =
        slug.size() == 4 && (slug.starts_with("com") || slug.starts_with("lpt")) && slug[3] >= '0' && slug[3] <= '9';
    if (numbered || slug == "con" || slug == "prn" || slug == "aux" || slug == "nul")
        throw UsageError("the app's name makes the reserved file name '" + slug + "'; choose another");
    if (slug.size() > 255) throw UsageError("the app's name is longer than a file name can be; choose another");
    return slug;
}

GLOBUS_DECL std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                           std::string_view environment, std::string_view suffix) {
    for (auto const& [what, text] : {std::pair{"client id", client_id}, std::pair{"environment's name", environment}})
        if (text.empty() || text == "." || text == ".." ||
            text.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
            throw UsageError(std::string("the ") + what + " cannot be part of a file's path");
    std::string path = detail::home_directory();
    if (path.empty())
        throw UsageError("HOME is not set, and the password database has no home directory: give the storage a path");
    path += "/.globus/app/" + std::string(client_id) + '/' + app_name_slug(app_name) + '/';
    if (environment != "production") path += std::string(environment) + '-';
    return path + "tokens" + std::string(suffix);
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_TOKEN_FILE_IPP
