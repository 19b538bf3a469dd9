// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_PKCE_IPP
#define GLOBUS_OAUTH_IMPL_PKCE_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/secret.hpp>
#include <globus/oauth/pkce.hpp>

#include <string>

namespace globus {

GLOBUS_DECL Pkce::Pkce(Secret verifier) : verifier_(std::move(verifier)) {
    std::string const& text = verifier_.reveal();
    bool good = text.size() >= 43 && text.size() <= 128;
    for (char const c : text) good = good && detail::is_unreserved(c);
    if (!good) throw UsageError("a PKCE verifier has 43 to 128 characters of A-Z a-z 0-9 - . _ ~");
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_PKCE_IPP
