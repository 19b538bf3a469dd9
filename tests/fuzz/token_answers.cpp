// SPDX-License-Identifier: Apache-2.0
// Answers of the token endpoint (RFC 6749, section 5.1).
#include <globus/app/token_storage.hpp>
#include <globus/oauth/token.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    for (bool const list : {false, true})
        (void)no_error([&] {
            auto const answer = globus::detail::read_token_response(input, 1'700'000'000, list);
            for (auto const& [server, token] : answer.by_resource_server()) {
                always(!server.empty() && token.resource_server == server, "a token is of a resource server");
                always(!token.access_token.empty(), "a token is not empty");
                for (char const c : token.access_token.reveal())
                    always(static_cast<unsigned char>(c) > 0x20 && c != 0x7F, "a token can stand in a header");
                always(token.lifetime >= 0 && token.lifetime <= 10LL * 366 * 86400, "a token lives up to ten years");
                auto const data = globus::TokenData::from(token, "somebody");
                always(globus::TokenData::from_json(data.to_json()) == data, "a token is stored as it is");
            }
        });
}
