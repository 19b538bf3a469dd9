// SPDX-License-Identifier: Apache-2.0
// What connects to the listener of a login: the input is the head of a request.
#include <globus/app/redirect_listener.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    using Listener = globus::detail::RedirectListener;
    auto const request = Listener::read_head(input);
    std::optional<Listener::Redirect> redirect;
    bool const taken = Listener::take(
        request.query, [](std::string_view state) { return state == "right"; }, redirect);
    always(taken == redirect.has_value(), "what is taken is kept");
    if (!taken) return;
    always(input.find("right") != std::string_view::npos || input.find('%') != std::string_view::npos,
           "the state has to be right");
    always(redirect->code.empty() != redirect->error.empty(), "there is a code or an error");
    always(redirect->error.size() <= 500, "an error is short");
    for (char const c : redirect->error)
        always(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "an error is printable");
}
