// SPDX-License-Identifier: Apache-2.0
// The token endpoint, and what is asked about tokens.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP

#include <globus/sandbox/impl/auth/assurance.ipp>
#include <globus/sandbox/impl/auth/tokens.ipp>

namespace globus::sandbox::detail {

/// Which grant a token request is; true when its operation got a name of its own.
inline bool name_grant(Call& call) {
    if (call.operation != "oauth2_token") return false;
    call.family = "oauth2_token";
    auto const grant = pair_or(parse_form(call.body), "grant_type");
    if (grant == "refresh_token")
        call.operation = "oauth2_refresh_token";
    else if (grant == "client_credentials")
        call.operation = "oauth2_client_credentials_tokens";
    else if (grant == "authorization_code")
        call.operation = "oauth2_exchange_code_for_tokens";
    else if (grant == "urn:globus:auth:grant_type:dependent_token")
        call.operation = "oauth2_get_dependent_tokens";
    else
        return false;
    return true;
}

/// Whether a scope can be asked for. The scopes of a client that a developer made are those that were made for it.
inline bool is_scope(World& world, std::string const& text) {
    std::string const server = resource_server_of(text);
    if (server.empty()) return false;
    auto const& clients = world.data.documents["auth.clients"];
    bool const developed =
        std::any_of(clients.begin(), clients.end(), [&](auto const& one) { return one.first == server; });
    if (!developed) return true;
    auto const& made = world.data.documents["auth.scopes"];
    return std::any_of(made.begin(), made.end(),
                       [&](auto const& one) { return text_of(one.second, "scope_string") == bare_scope(text); });
}

/// Reads a scope parameter; an empty answer with `refused` set when it is not one.
inline std::vector<std::string> requested_scopes(World& world, std::string const& text, std::optional<Reply>& refused) {
    auto const scopes = split_scopes(text);
    if (!scopes || scopes->empty()) {
        refused = oauth_error(400, "invalid_scope", "The scope is malformed");
        return {};
    }
    for (auto const& scope : *scopes)
        if (!is_scope(world, scope)) {
            refused = oauth_error(400, "unknown_scope", "Unknown scope: " + scope);  // [guess] the code
            return {};
        }
    return *scopes;
}

inline Reply refresh_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.refresh_tokens.find(pair_or(form, "refresh_token"));
    if (found == world.data.refresh_tokens.end() || found->second.client_id != app.id)
        return oauth_error(400, "invalid_grant");
    RefreshToken& token = found->second;
    if (token.spent && world.options.detect_refresh_token_reuse) revoke_family(world, token.family);
    if (token.spent || token.revoked) return oauth_error(400, "invalid_grant");
    Grant grant;
    grant.client_id = app.id;
    grant.identity = token.identity;
    grant.session = token.session;
    auto const scopes = token.scopes;
    auto const server = token.resource_server;
    auto const family = token.family;
    std::string refresh = token.token;  // [guess] without rotation the answer repeats the refresh token
    if (world.options.rotate_refresh_tokens) {
        token.spent = true;
        refresh = issue_refresh(world, grant, server, scopes, family).token;
    }
    AccessToken const access = issue_access_token(world, grant, server, scopes, family);
    json::object answer = describe_token(world, access, refresh);
    answer["other_tokens"] = json::array{};
    return Reply::of(200, answer);
}

inline Reply code_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.codes.find(pair_or(form, "code"));
    // [recorded] 401 for a bad code
    if (found == world.data.codes.end()) return oauth_error(401, "invalid_grant");
    AuthorizationCode& code = found->second;
    bool const good = code.client_id == app.id && code.redirect_uri == pair_or(form, "redirect_uri") && !code.used &&
                      code.expires > world.now_locked();
    if (!good) return oauth_error(401, "invalid_grant");
    std::string const verifier = pair_or(form, "code_verifier");
    if (code.challenge.empty() ? !verifier.empty() || app.secret.empty()
                               : base64(sha256(verifier), true) != code.challenge)
        return oauth_error(401, "invalid_grant", "The code verifier does not fit");  // [doc] RFC 7636, 4.6
    code.used = true;
    Grant grant{app.id, code.identity, code.scopes, code.offline, code.nonce, code.authenticated, code.session};
    record_consents(world, grant);
    return token_answer(world, grant);
}

inline Reply dependent_grant(World& world, Pairs const& form, App const& app) {
    auto const found = world.data.access_tokens.find(pair_or(form, "token"));
    // [doc] the token must be one that was issued for the caller
    if (found == world.data.access_tokens.end() || found->second.revoked ||
        found->second.expires <= world.now_locked() || found->second.resource_server != app.id)
        return oauth_error(400, "invalid_grant");
    Grant grant;
    grant.client_id = app.id;
    grant.identity = found->second.identity;
    grant.session = found->second.session;  // [doc] what is done for somebody is done in his session
    grant.session["sandbox_login"] = logged_in_at(found->second);
    grant.offline = pair_or(form, "access_type") == "offline";
    std::vector<std::string> wanted;
    if (auto const* scope = find_pair(form, "scope"))
        wanted = split_scopes(*scope).value_or(std::vector<std::string>{});
    for (auto const& text : found->second.scopes)
        for (auto const& dependency : read_scope(text).dependencies)
            if (wanted.empty() || std::find(wanted.begin(), wanted.end(), dependency.name) != wanted.end())
                grant.scopes.push_back(dependency.name);
    json::array answer;
    for (auto& token : issue_tokens(world, grant)) answer.push_back(std::move(token));
    return Reply::of(200, answer);
}

inline Reply token_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    std::string const grant_type = pair_or(form, "grant_type");
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    if (grant_type == "refresh_token") return refresh_grant(world, form, *app);
    if (grant_type == "authorization_code") return code_grant(world, form, *app);
    if (app->secret.empty()) return oauth_error(400, "unauthorized_client");
    if (grant_type == "urn:globus:auth:grant_type:dependent_token") return dependent_grant(world, form, *app);
    if (grant_type != "client_credentials") return oauth_error(400, "unsupported_grant_type");
    std::optional<Reply> refused;
    Grant grant;
    grant.client_id = app->id;
    grant.identity = app->id;
    grant.scopes = requested_scopes(world, pair_or(form, "scope"), refused);
    if (refused) return *refused;
    record_consents(world, grant);
    return token_answer(world, grant);
}

/// [doc] RFC 7009: a token that is unknown is revoked, too. [recorded] the answer
inline Reply revoke_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    std::string const token = pair_or(form, "token");
    Reply reply = Reply::of(200, json::object{{"active", false}});
    reply.committed = false;
    // The CLI revokes as the public application that its own confidential one was made from. [guess] so may each
    // public application: whoever has a token may end it
    auto const may = [&](std::string const& owner) { return owner == app->id || app->secret.empty(); };
    if (auto const access = world.data.access_tokens.find(token);
        access != world.data.access_tokens.end() && may(access->second.client_id))
        reply.committed = !std::exchange(access->second.revoked, true);
    if (auto const refresh = world.data.refresh_tokens.find(token);
        refresh != world.data.refresh_tokens.end() && may(refresh->second.client_id)) {
        reply.committed = !refresh->second.revoked;
        revoke_family(world, refresh->second.family);
    }
    return reply;
}

/// Whether a token is active, for the application it belongs to. [doc] the clients that call it
inline Reply validate_endpoint(World& world, Call& call) {
    Pairs const form = parse_form(call.body);
    App const* const app = form_client(world, call, form);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    std::string const token = pair_or(form, "token");
    auto const access = world.data.access_tokens.find(token);
    auto const refresh = world.data.refresh_tokens.find(token);
    bool active = false;
    if (access != world.data.access_tokens.end())
        active = access->second.client_id == app->id && !access->second.revoked &&
                 access->second.expires > world.now_locked();
    else if (refresh != world.data.refresh_tokens.end())
        active = refresh->second.client_id == app->id && !refresh->second.revoked && !refresh->second.spent;
    return Reply::of(200, json::object{{"active", active}});
}

/// [doc] who logged in, when, and with how many factors
inline json::object describe_session(json::object const& session, std::string const& identity, Millis issued) {
    auto const login = static_cast<Millis>(number_of(session, "sandbox_login", static_cast<double>(issued)));
    json::array methods{"pwd"};
    if (had_second_factor(session)) methods.emplace_back("mfa");
    json::object const authentication{{"auth_time", login / 1000},
                                      {"acr", nullptr},
                                      {"amr", methods},
                                      {"idp", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                                      {"custom_claims", json::object{}}};
    return {{"session_id", identity}, {"authentications", json::object{{identity, authentication}}}};
}

/// [recorded] the members of an active answer
inline Reply introspect_endpoint(World& world, Call& call) {
    App const* app = basic_client(world, call);
    if (app == nullptr) return oauth_error(401, "invalid_client");
    Pairs const form = parse_form(call.body);
    std::string const text = pair_or(form, "token");
    std::string client;
    std::string identity;
    std::string server;
    std::vector<std::string> scopes;
    Millis issued = 0;
    Millis expires = 0;
    json::object session;
    if (auto const access = world.data.access_tokens.find(text); access != world.data.access_tokens.end() &&
                                                                 !access->second.revoked &&
                                                                 access->second.expires > world.now_locked()) {
        client = access->second.client_id;
        identity = access->second.identity;
        server = access->second.resource_server;
        scopes = access->second.scopes;
        issued = access->second.issued;
        expires = access->second.expires;
        session = access->second.session;
    } else if (auto const refresh = world.data.refresh_tokens.find(text);
               refresh != world.data.refresh_tokens.end() && !refresh->second.revoked && !refresh->second.spent) {
        client = refresh->second.client_id;
        identity = refresh->second.identity;
        server = refresh->second.resource_server;
        scopes = refresh->second.scopes;
        session = refresh->second.session;
    } else {
        return Reply::of(200, json::object{{"active", false}});
    }
    for (auto& scope : scopes) scope = bare_scope(scope);
    json::object answer{{"active", true},
                        {"token_type", "Bearer"},
                        {"scope", join_words(scopes)},
                        {"client_id", client},
                        {"username", username_of(world, identity)},
                        {"sub", identity},
                        {"iat", issued / 1000},
                        {"nbf", issued / 1000},
                        {"exp", expires / 1000},
                        {"aud", json::array{json::value(server), json::value(client)}},
                        {"iss", issuer(world)},
                        {"name", nullptr},
                        {"email", nullptr}};
    if (auto const* user = world.user(identity)) {
        answer["name"] = user->name;
        answer["email"] = email_of(*user);
    }
    std::string const include = pair_or(form, "include");
    if (include.find("identity_set") != std::string::npos || include.find("identities_set") != std::string::npos)
        answer["identity_set"] = answer["identities_set"] = json::array{json::value(identity)};
    if (include.find("session_info") != std::string::npos)
        answer["session_info"] = describe_session(session, identity, issued);
    return Reply::of(200, answer);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_GRANTS_IPP
