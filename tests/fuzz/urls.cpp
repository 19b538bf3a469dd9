// SPDX-License-Identifier: Apache-2.0
// Addresses, ids in paths, and values in headers.
#include <globus/client/operation.hpp>
#include <globus/http/url.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    (void)no_error([&] {
        auto const url = globus::http::parse_url(input);
        always(!url.host.empty(), "a URL has a host");
        always(globus::http::same_origin(url, url), "a URL is of its own origin");
    });
    (void)no_error([&] {
        std::string const base = globus::http::check_base_url(std::string(input));
        always(base.ends_with('/'), "a base URL ends in a slash");
        always(globus::http::check_base_url(base) == base, "a base URL that was checked passes again");
        always(base.starts_with("https://") || base.starts_with("http://127.0.0.1") || base.starts_with("http://[::1]"),
               "http goes to a loopback address only");
    });
    (void)no_error([&] {
        std::string const segment = globus::detail::encode_segment("id", input);
        always(segment.find_first_of("/?#\\ \r\n") == std::string::npos, "an id is one segment");
        always(segment != "." && segment != "..", "an id leads nowhere else");
    });
    (void)no_error([&] {
        globus::http::check_header("X-Test", input);
        always(input.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a header is one line");
    });
    std::string form;
    globus::append_form_encoded(form, input);
    auto const back = globus::parse_query("name=" + form);
    always(back.size() == 1 && back[0].second == input, "what is encoded in a form is decoded again");
}
