// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_AUTHORIZATION_FLOW_IPP
#define GLOBUS_OAUTH_IMPL_AUTHORIZATION_FLOW_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/form.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL std::string join_scopes(std::vector<std::string> const& scopes) {
    std::string joined;
    for (std::string const& scope : scopes) {
        if (!joined.empty()) joined += ' ';
        joined += scope;
    }
    if (joined.find_first_not_of(' ') == std::string::npos) throw UsageError("at least one scope has to be asked for");
    return joined;
}

GLOBUS_DECL AuthorizationCodeFlow::AuthorizationCodeFlow(Settings settings) : settings_(std::move(settings)) {
    detail::check_client_id(settings_.client_id);
    settings_.auth_url = http::check_base_url(std::move(settings_.auth_url));
    settings_.scope = join_scopes({settings_.scope});
    if (settings_.redirect_uri.empty()) throw UsageError("a login needs a redirect_uri");
    if (settings_.state.empty())
        throw UsageError("the state of a login is empty, so that a forged answer would pass: leave it out");
}

GLOBUS_DECL std::string AuthorizationCodeFlow::authorize_url(
    std::vector<std::pair<std::string, std::string>> const& more) const {
    std::vector<std::pair<std::string, std::string>> query{{"client_id", settings_.client_id},
                                                           {"redirect_uri", settings_.redirect_uri},
                                                           {"scope", settings_.scope},
                                                           {"state", settings_.state},
                                                           {"response_type", "code"}};
    if (settings_.pkce) {
        query.emplace_back("code_challenge", settings_.pkce->challenge());
        query.emplace_back("code_challenge_method", "S256");
    }
    query.emplace_back("access_type", settings_.refresh_tokens ? "offline" : "online");
    if (settings_.prefill_named_grant) query.emplace_back("prefill_named_grant", *settings_.prefill_named_grant);
    for (auto const& [name, value] : more)
        std::erase_if(query, [&taken = name](auto const& own) { return own.first == taken; });
    query.insert(query.end(), more.begin(), more.end());
    std::string url = settings_.auth_url + "v2/oauth2/authorize";
    for (auto const& [name, value] : query) detail::add_to_query(url, name, value);
    return url;
}

GLOBUS_DECL void AuthorizationCodeFlow::check_state(std::string_view returned) const {
    if (!(Secret(returned) == Secret(std::string_view(settings_.state))))
        throw UsageError("the state that came back is not the one of this login: the answer may be forged");
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_AUTHORIZATION_FLOW_IPP
