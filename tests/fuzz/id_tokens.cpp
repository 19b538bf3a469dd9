// SPDX-License-Identifier: Apache-2.0
// id_tokens and the keys that they are signed with: the input is a JWKS, an empty line, and a token.
#include <globus/oauth/id_token.hpp>

#include <boost/json/parse.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    auto const middle = input.find("\n\n");
    std::string_view const keys = input.substr(0, middle);
    std::string_view const token = middle == std::string_view::npos ? input : input.substr(middle + 2);
    boost::system::error_code error;
    boost::json::value jwks = boost::json::parse(keys, error);
    if (error) jwks = boost::json::object();
    (void)no_error([&] {
        globus::StaticJwks const source("https://auth.globus.org", jwks);
        auto const claims = globus::decode_id_token(globus::Secret(token), "client", source,
                                                    {.now = [] { return std::int64_t{1'700'000'000}; }});
        always(!claims.sub.empty() && claims.iss == "https://auth.globus.org", "claims that pass are the issuer's");
    });
}
