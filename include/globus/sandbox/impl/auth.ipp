// SPDX-License-Identifier: Apache-2.0
// Globus Auth: applications, tokens, consents, identities, keys.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_IPP

#include <globus/sandbox/impl/faults.ipp>

#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace globus::sandbox::detail {

// Scopes --------------------------------------------------------------------------------------------------------------

/// Splits at the blanks outside of brackets; nothing when the brackets do not match.
inline std::optional<std::vector<std::string>> split_scopes(std::string_view text) {
    std::vector<std::string> out;
    std::string current;
    int depth = 0;
    for (char const c : text) {
        if (c == '[') ++depth;
        if (c == ']' && --depth < 0) return std::nullopt;
        if (c == ' ' && depth == 0) {
            if (!current.empty()) out.push_back(std::exchange(current, {}));
        } else {
            current += c;
        }
    }
    if (depth != 0) return std::nullopt;
    if (!current.empty()) out.push_back(current);
    return out;
}

/// Reads one scope with its dependencies: `a[*b c[d]]`.
inline Scope read_scope(std::string_view text, int depth = 0) {
    Scope scope;
    if (!text.empty() && text[0] == '*') {
        scope.optional = true;
        text.remove_prefix(1);
    }
    auto const bracket = text.find('[');
    scope.name = std::string(text.substr(0, bracket));
    if (bracket != std::string_view::npos && text.back() == ']' && depth < 64)
        if (auto const inner = split_scopes(text.substr(bracket + 1, text.size() - bracket - 2)))
            for (auto const& one : *inner) scope.dependencies.push_back(read_scope(one, depth + 1));
    return scope;
}

inline std::string bare_scope(std::string_view scope) { return std::string(scope.substr(0, scope.find('['))); }

/// Who a scope's token is for. [recorded] names; empty when Globus Auth would not know the scope.
inline std::string resource_server_of(std::string_view full) {
    std::string const scope = bare_scope(full);
    if (scope == "openid" || scope == "email" || scope == "profile") return "auth.globus.org";
    static constexpr std::string_view urn = "urn:globus:auth:scope:";
    if (scope.starts_with(urn)) {
        auto const rest = std::string_view(scope).substr(urn.size());
        auto const colon = rest.find(':');
        return colon == std::string_view::npos || colon + 1 == rest.size() ? "" : std::string(rest.substr(0, colon));
    }
    static constexpr std::string_view url = "https://auth.globus.org/scopes/";
    if (scope.starts_with(url)) {
        auto const rest = std::string_view(scope).substr(url.size());
        auto const slash = rest.find('/');
        if (slash == std::string_view::npos || slash + 1 == rest.size()) return {};
        auto const owner = rest.substr(0, slash);
        if (owner == "eec9b274-0c81-4334-bdc2-54e90e689b9a") return "flows.globus.org";
        if (owner == "facd7ccc-c5f4-42aa-916b-a0e270e2c2a9") return "funcx_service";
        return std::string(owner);
    }
    return {};
}

/// The resource server whose tokens a service takes.
inline std::string resource_server_of_service(std::string_view service) {
    if (service == "auth") return "auth.globus.org";
    if (service == "transfer") return "transfer.api.globus.org";
    if (service == "groups") return "groups.api.globus.org";
    if (service == "search") return "search.api.globus.org";
    if (service == "flows") return "flows.globus.org";
    if (service == "timers") return "524230d7-ea86-4a52-8312-86065a9e0417";
    if (service == "compute") return "funcx_service";
    return {};
}

/// A scope for whoever names a resource server instead.
inline std::string scope_for(std::string_view scope_or_server) {
    if (!resource_server_of(scope_or_server).empty()) return std::string(scope_or_server);
    std::string const server(scope_or_server);
    if (server == "auth.globus.org")
        return "openid profile email urn:globus:auth:scope:auth.globus.org:view_identities "
               "urn:globus:auth:scope:auth.globus.org:view_identity_set "
               "urn:globus:auth:scope:auth.globus.org:manage_projects "
               "urn:globus:auth:scope:auth.globus.org:view_consents";
    if (server == "flows.globus.org") return "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";
    if (server == "funcx_service") return "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all";
    if (server == "524230d7-ea86-4a52-8312-86065a9e0417")
        return "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer";
    if (is_uuid(server)) return "https://auth.globus.org/scopes/" + server + "/https";
    return "urn:globus:auth:scope:" + server + ":all";
}

inline std::string join_words(std::vector<std::string> const& words) {
    std::string out;
    for (auto const& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

// Keys ----------------------------------------------------------------------------------------------------------------

inline World::Key const& World::key_locked() {
    if (keys.empty())
        keys.push_back({"sandbox-key-" + std::to_string(random.number() % 1000000),
                        std::shared_ptr<EVP_PKEY>(EVP_RSA_gen(2048), &EVP_PKEY_free)});
    return keys.front();
}

inline std::string number_base64(EVP_PKEY const* key, char const* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return base64(bytes, true);
}

/// [doc] JSON Web Key Set, RFC 7517
inline json::object key_set(World& world) {
    world.key_locked();
    json::array out;
    for (auto const& one : world.keys)
        out.push_back(json::object{{"alg", "RS512"},
                                   {"e", number_base64(one.key.get(), "e")},
                                   {"kid", one.kid},
                                   {"kty", "RSA"},
                                   {"n", number_base64(one.key.get(), "n")},
                                   {"use", "sig"}});
    return {{"keys", std::move(out)}};
}

inline std::string sign_rs512(EVP_PKEY* key, std::string const& text) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    auto const* bytes = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t size = 0;
    std::string out;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1) {
        out.resize(size);
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
        out.resize(size);
    }
    return out;
}

/// `iss` of our tokens: the discovery document and the id tokens agree on it. [guess] that a client compares them.
inline std::string issuer(World const& world) { return world.base_url.substr(0, world.base_url.size() - 1); }

inline std::string email_of(User const& user) { return user.email.empty() ? user.username : user.email; }

/// [doc] the claims of Globus id tokens; OpenID Connect Core, section 2
inline std::string make_id_token(World& world, std::string const& client_id, User const& user, std::string const& nonce,
                                 std::string const& access_token, Millis authenticated) {
    World::Key const& key = world.key_locked();
    Millis const now = world.now_locked();
    std::string const hash = digest(EVP_sha512(), access_token);
    json::object claims{
        {"iss", issuer(world)},
        {"sub", user.id},
        {"aud", client_id},
        {"iat", now / 1000},
        {"exp", now / 1000 + world.token_lifetime.count()},
        {"auth_time", authenticated / 1000},
        {"at_hash", base64(std::string_view(hash).substr(0, hash.size() / 2), true)},
        {"name", user.name},
        {"email", email_of(user)},
        {"preferred_username", user.username},
        {"organization", user.organization},
        {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
        {"identity_provider_display_name", "Globus Sandbox"},
        {"last_authentication", authenticated / 1000},
        {"identity_set",
         json::array{json::object{
             {"sub", user.id}, {"username", user.username}, {"name", user.name}, {"email", email_of(user)}}}}};
    if (!nonce.empty()) claims["nonce"] = nonce;
    std::string const head = json::serialize(json::object{{"alg", "RS512"}, {"kid", key.kid}, {"typ", "JWT"}});
    std::string const signed_part = base64(head, true) + "." + base64(json::serialize(claims), true);
    return signed_part + "." + base64(sign_rs512(key.key.get(), signed_part), true);
}

// Who is asking -------------------------------------------------------------------------------------------------------

inline Reply problem(World& world, Call const& call, int status, std::string const& code, std::string const& message) {
    return error_reply(call.service, status, code, message, world.random.request_id(), call.path);
}

/// Who a bearer token stands for: a user or an application.
inline std::string username_of(World const& world, std::string const& identity) {
    if (auto const* user = world.user(identity)) return user->username;
    return identity + "@clients.auth.globus.org";  // [doc] the identity of an application
}

/// Whether a login was asked for what is required: each of the wanted values must be among those it was asked for.
inline bool session_has(json::object const& session, std::string_view name, json::value const& wanted) {
    auto const* given = session.if_contains(name);
    if (given == nullptr || !given->is_string()) return false;
    auto const values = split(std::string_view(given->get_string()), ',');
    auto const has = [&](std::string_view value) {
        for (auto const& one : values)
            if (trim(one) == value) return true;
        return false;
    };
    if (wanted.is_bool()) return lower(values.front()) == "true" || values.front() == "1";
    if (wanted.is_string()) {
        for (auto const& one : split(std::string_view(wanted.get_string()), ','))
            if (!has(trim(one))) return false;
        return true;
    }
    if (auto const* list = wanted.if_array())
        for (auto const& one : *list)
            if (!one.is_string() || !has(std::string_view(one.get_string()))) return false;
    return true;
}

inline bool has_scope(AccessToken const& token, std::string_view scope) {
    return std::any_of(token.scopes.begin(), token.scopes.end(),
                       [&](std::string const& one) { return bare_scope(one) == scope; });
}

/// The token of a call to `service`; when it is not good enough, `refused` says why. [recorded] codes
inline AccessToken const* authenticate(World& world, Call const& call, std::string const& resource_server,
                                       Reply& refused) {
    std::string const code = call.service == "auth" ? "UNAUTHORIZED" : "AuthenticationFailed";
    std::string const bearer = call.bearer();
    if (bearer.empty()) {
        refused = problem(world, call, 401, call.service == "auth" ? code : "ClientError.AuthenticationFailed",
                          "Call must be authenticated");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        return nullptr;
    }
    auto const found = world.data.access_tokens.find(bearer);
    char const* why = nullptr;
    if (found == world.data.access_tokens.end())
        why = "Token is not valid";
    else if (found->second.revoked)
        why = "Token is not active";
    else if (found->second.expires <= world.now_locked())
        why = "Token has expired";
    else if (found->second.resource_server != resource_server)
        why = "Token is for another resource server";
    if (why != nullptr) {
        refused = problem(world, call, 401, code, why);
        refused.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        return nullptr;
    }
    AccessToken const& token = found->second;
    auto const demand = [&](json::object parameters, std::vector<std::string> const& scopes) {
        json::object document{
            {"code", scopes.empty() ? "AuthorizationRequired" : "ConsentRequired"},
            {"message", scopes.empty() ? "The session does not satisfy a policy" : "Missing required consent"},
            {"request_id", world.random.request_id()},
            {"resource", call.path}};
        if (!scopes.empty()) {
            json::array list;
            for (auto const& scope : scopes) list.emplace_back(scope);
            document["required_scopes"] = list;
            parameters["required_scopes"] = std::move(list);
        }
        if (!parameters.contains("session_message")) parameters["session_message"] = document["message"];
        document["authorization_parameters"] = std::move(parameters);
        refused = Reply::of(403, document);
    };
    for (auto const& requirement : world.data.requirements) {
        if (requirement.service != call.service) continue;
        for (auto const& item : requirement.authorization_parameters) {
            std::string_view const name = item.key();
            if (!name.starts_with("session_required") && name != "prompt") continue;
            if (item.value().is_bool() && !item.value().get_bool()) continue;
            if (!session_has(token.session, name, item.value())) {
                demand(requirement.authorization_parameters, {});
                return nullptr;
            }
        }
        if (requirement.scopes.empty()) continue;
        for (auto const& wanted : requirement.scopes) {
            bool given = false;
            for (auto const& consent : world.data.consents)
                given = given || (consent.identity == token.identity && consent.scope == wanted);
            if (!given) {
                demand({}, requirement.scopes);
                return nullptr;
            }
        }
    }
    return &token;
}

/// Whether this is the secret of the application, or that of one of its credentials.
inline bool knows_secret(World const& world, App const& app, std::string_view secret) {
    if (app.secret.empty()) return false;
    if (equal_secret(app.secret, secret)) return true;
    for (auto const& [client, credential, known] : world.data.credentials)
        if (client == app.id && equal_secret(known, secret)) return true;
    return false;
}

/// The application that presents id and secret by Basic; null when it does not, or wrongly.
inline App const* basic_client(World const& world, Call const& call) {
    std::string const value = call.header("Authorization");
    if (value.size() < 6 || !same_name(std::string_view(value).substr(0, 6), "Basic ")) return nullptr;
    auto const decoded = base64_decode(trim(value.substr(6)));
    auto const colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return nullptr;
    auto const* app = world.app(decoded->substr(0, colon));
    if (app == nullptr || !knows_secret(world, *app, decoded->substr(colon + 1))) return nullptr;
    return app;
}

/// The application that a form comes from: by Basic, or by its members. [doc] RFC 6749, 2.3.1: an application with a
/// secret must show it; in the form it may, too
inline App const* form_client(World& world, Call const& call, Pairs const& form) {
    if (same_name(call.header("Authorization").substr(0, 6), "Basic ")) return basic_client(world, call);
    App const* const app = world.app_or_any(pair_or(form, "client_id"));
    if (app != nullptr && !app->secret.empty() && !knows_secret(world, *app, pair_or(form, "client_secret")))
        return nullptr;
    return app;
}

// Tokens --------------------------------------------------------------------------------------------------------------

/// What the tokens of one grant have in common.
struct Grant {
    std::string client_id;
    std::string identity;
    std::vector<std::string> scopes;
    bool offline = false;
    std::string nonce;
    Millis authenticated = 0;
    json::object session;
};

inline AccessToken const& issue_access_token(World& world, Grant const& grant, std::string const& server,
                                             std::vector<std::string> scopes, std::string const& family) {
    AccessToken token;
    token.token = world.token("access");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.issued = world.now_locked();
    token.expires = token.issued + world.token_lifetime.count() * 1000;
    token.family = family;
    token.session = grant.session;
    token.generation =
        ++world.data.generations[family.empty() ? grant.client_id + "/" + grant.identity + "/" + server : family];
    // Who presents a token that expired long ago need not be told so; a long run must not remember them all.
    auto& all = world.data.access_tokens;
    if (all.size() >= world.data.token_sweep) {
        std::erase_if(all, [&](auto const& one) { return one.second.expires + 3600000 < token.issued; });
        world.data.token_sweep = std::max<std::size_t>(1000, 2 * all.size());
    }
    return all[token.token] = token;
}

inline RefreshToken const& issue_refresh(World& world, Grant const& grant, std::string const& server,
                                         std::vector<std::string> scopes, std::string family) {
    RefreshToken token;
    token.token = world.token("refresh");
    token.client_id = grant.client_id;
    token.identity = grant.identity;
    token.resource_server = server;
    token.scopes = std::move(scopes);
    token.family = family.empty() ? token.token : std::move(family);
    token.session = grant.session;
    return world.data.refresh_tokens[token.token] = token;
}

inline json::object describe_token(World& world, AccessToken const& token, std::string const& refresh) {
    std::vector<std::string> names;
    for (auto const& scope : token.scopes) names.push_back(bare_scope(scope));
    json::object out{{"access_token", token.token},
                     {"scope", join_words(names)},
                     {"expires_in", world.token_lifetime.count()},
                     {"resource_server", token.resource_server},
                     {"token_type", "Bearer"}};
    if (!refresh.empty()) out["refresh_token"] = refresh;
    return out;
}

/// One token for each resource server, in the order in which the scopes name them.
inline std::vector<json::object> issue_tokens(World& world, Grant const& grant) {
    std::vector<std::pair<std::string, std::vector<std::string>>> by_server;
    for (auto const& scope : grant.scopes) {
        auto const server = resource_server_of(scope);
        auto const same = [&](auto const& entry) { return entry.first == server; };
        auto const found = std::find_if(by_server.begin(), by_server.end(), same);
        if (found == by_server.end())
            by_server.push_back({server, {scope}});
        else
            found->second.push_back(scope);
    }
    std::vector<json::object> out;
    for (auto const& [server, scopes] : by_server) {
        std::string refresh;
        if (grant.offline) refresh = issue_refresh(world, grant, server, scopes, "").token;
        AccessToken const token = issue_access_token(world, grant, server, scopes, refresh);
        out.push_back(describe_token(world, token, refresh));
    }
    return out;
}

/// [recorded] the first token is the answer, the others are its `other_tokens`.
inline Reply token_answer(World& world, Grant const& grant) {
    auto tokens = issue_tokens(world, grant);
    json::object answer = tokens.empty() ? json::object{} : std::move(tokens.front());
    json::array others;
    for (std::size_t i = 1; i < tokens.size(); ++i) others.push_back(std::move(tokens[i]));
    bool const openid = std::find(grant.scopes.begin(), grant.scopes.end(), "openid") != grant.scopes.end();
    if (auto const* user = world.user(grant.identity); openid && user != nullptr)
        answer["id_token"] = make_id_token(world, grant.client_id, *user, grant.nonce, text_of(answer, "access_token"),
                                           grant.authenticated);
    answer["other_tokens"] = std::move(others);
    return Reply::of(200, answer);
}

/// [recorded] the short shape of the token endpoint: {"error": "invalid_grant"}
inline Reply oauth_error(int status, std::string const& error, std::string const& description = {}) {
    json::object document{{"error", error}};
    if (!description.empty()) document["error_description"] = description;
    Reply reply = Reply::of(status, document);
    if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Basic");
    return reply;
}

inline void revoke_family(World& world, std::string const& family) {
    for (auto& [text, token] : world.data.refresh_tokens)
        if (token.family == family) token.revoked = true;
    for (auto& [text, token] : world.data.access_tokens)
        if (token.family == family) token.revoked = true;
}

inline void record_consents(World& world, Grant const& grant, Scope const& scope, std::vector<std::int64_t> path) {
    auto& consents = world.data.consents;
    auto const same = [&](Consent const& one) {
        return one.client_id == grant.client_id && one.identity == grant.identity && one.scope == scope.name &&
               one.path.size() == path.size() + 1 && std::equal(path.begin(), path.end(), one.path.begin());
    };
    auto found = std::find_if(consents.begin(), consents.end(), same);
    if (found == consents.end()) {
        Consent made;
        made.id = 1000 + static_cast<std::int64_t>(consents.size());
        made.client_id = grant.client_id;
        made.identity = grant.identity;
        made.scope = scope.name;
        made.path = path;
        made.path.push_back(made.id);
        made.created = world.now_locked();
        made.atomically_revocable = scope.optional;
        consents.push_back(made);
        found = std::prev(consents.end());
    }
    found->allows_refresh = found->allows_refresh || grant.offline;
    auto const next = found->path;
    for (auto const& dependency : scope.dependencies) record_consents(world, grant, dependency, next);
}

/// The whole text of a consent with its dependencies is what a ConsentRequired answer may ask for.
inline void record_consents(World& world, Grant const& grant) {
    for (auto const& text : grant.scopes) {
        record_consents(world, grant, read_scope(text), {});
        if (text.find('[') != std::string::npos) {
            Scope whole;
            whole.name = text;
            record_consents(world, grant, whole, {});
        }
    }
}

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
    return std::any_of(made.begin(), made.end(), [&](auto const& one) {
        return text_of(one.second, "scope_string") == bare_scope(text);
    });
}

/// Reads a scope parameter; an empty answer with `refused` set when it is not one.
inline std::vector<std::string> requested_scopes(World& world, std::string const& text,
                                                 std::optional<Reply>& refused) {
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
    if (auto const access = world.data.access_tokens.find(text); access != world.data.access_tokens.end() &&
                                                                 !access->second.revoked &&
                                                                 access->second.expires > world.now_locked()) {
        client = access->second.client_id;
        identity = access->second.identity;
        server = access->second.resource_server;
        scopes = access->second.scopes;
        issued = access->second.issued;
        expires = access->second.expires;
    } else if (auto const refresh = world.data.refresh_tokens.find(text);
               refresh != world.data.refresh_tokens.end() && !refresh->second.revoked && !refresh->second.spent) {
        client = refresh->second.client_id;
        identity = refresh->second.identity;
        server = refresh->second.resource_server;
        scopes = refresh->second.scopes;
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
        answer["session_info"] =
            json::object{{"session_id", identity},
                         {"authentications", json::object{{identity, json::object{{"auth_time", issued / 1000}}}}}};
    return Reply::of(200, answer);
}

inline Reply userinfo_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    auto const has = [&](char const* scope) {
        return std::find(token->scopes.begin(), token->scopes.end(), scope) != token->scopes.end();
    };
    if (!has("openid")) return problem(world, call, 403, "FORBIDDEN", "The token has no openid scope");
    json::object answer{{"sub", token->identity}, {"preferred_username", username_of(world, token->identity)}};
    if (auto const* user = world.user(token->identity)) {
        if (has("profile")) {
            answer["name"] = user->name;
            answer["organization"] = user->organization;
            answer["identity_provider"] = "41143743-f3c8-4d60-bbdb-eeecaba85bd9";
            answer["identity_provider_display_name"] = "Globus Sandbox";
        }
        if (has("email")) answer["email"] = email_of(*user);
        // [doc] the linked identities need a scope of their own
        if (has("urn:globus:auth:scope:auth.globus.org:view_identity_set"))
            answer["identity_set"] = json::array{json::object{
                {"sub", user->id}, {"username", user->username}, {"name", user->name}, {"email", email_of(*user)}}};
    }
    return Reply::of(200, answer);
}

/// [recorded] the members of a person's identity
inline json::object describe_identity(World const& world, User const& user) {
    bool const used = std::any_of(world.options.users.begin(), world.options.users.end(),
                                  [&](User const& one) { return one.id == user.id; });
    json::object out{{"email", email_of(user)},
                     {"id", user.id},
                     {"identity_provider", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                     {"identity_type", "login"},
                     {"name", user.name},
                     {"organization", user.organization},
                     {"status", used ? "used" : "unused"},
                     {"username", user.username}};
    if (!used)  // [doc] nobody knows more of a provisioned identity than its name
        for (auto const* name : {"email", "name", "organization"}) out[name] = nullptr;
    return out;
}

/// [doc] an application has an identity of the domain clients.auth.globus.org
inline json::object describe_identity(World const& world, App const& app) {
    return {{"email", nullptr},
            {"id", app.id},
            {"identity_provider", "3ee9ce7f-5d6f-4d1b-9bd6-4d0a6d4f0a1c"},
            {"identity_type", "service"},
            {"name", app.name},
            {"organization", nullptr},
            {"status", "used"},
            {"username", username_of(world, app.id)}};
}

/// The identities of an id or a username.
inline json::array find_identities(World const& world, std::string const& wanted, bool by_name) {
    json::array found;
    for (auto const* list : {&world.options.users, &world.data.users})
        for (auto const& user : *list)
            if (same_name(by_name ? user.username : user.id, wanted)) found.push_back(describe_identity(world, user));
    for (auto const* list : {&world.options.apps, &world.data.apps})
        for (auto const& app : *list)
            if (same_name(by_name ? username_of(world, app.id) : app.id, wanted))
                found.push_back(describe_identity(world, app));
    return found;
}

/// One identity, by its id. [guess] the shape: that of one in the list
inline Reply identity_endpoint(World& world, Call& call) {
    Reply refused;
    if (basic_client(world, call) == nullptr && authenticate(world, call, "auth.globus.org", refused) == nullptr)
        return refused;
    auto found = find_identities(world, call.holes[0], false);
    if (found.empty()) return problem(world, call, 404, "NOT_FOUND", "No identity with this id");
    return Reply::of(200, json::object{{"identity", std::move(found.front())}});
}

/// Identities by name or id. Who is not known is left out, or made with `provision`. [doc]
inline Reply identities_endpoint(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    bool const by_name = call.has_argument("usernames");
    bool const by_id = call.has_argument("ids");
    if (by_name == by_id)
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of usernames and ids is needed");
    for (auto const& wanted : split(call.argument(by_name ? "usernames" : "ids"), ',')) {
        auto known = find_identities(world, wanted, by_name);
        bool const provision = by_name && known.empty() && lower(call.argument("provision")) == "true";
        if (provision && wanted.find('@') != std::string::npos) {
            world.data.users.push_back({world.random.uuid(), wanted, "", "", ""});
            known.push_back(describe_identity(world, world.data.users.back()));
        }
        for (auto& one : known) found.push_back(std::move(one));
    }
    json::object answer{{"identities", std::move(found)}};
    if (call.argument("include").find("identity_provider") != std::string::npos)
        answer["included"] = json::object{
            {"identity_providers",
             json::array{json::object{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"}, {"name", "Globus Sandbox"}}}}};
    return Reply::of(200, answer);
}

/// [recorded] the members of a consent
inline Reply consents_endpoint(World& world, Call& call) {
    Reply refused;
    AccessToken const* token = authenticate(world, call, "auth.globus.org", refused);
    if (token == nullptr) return refused;
    if (token->identity != call.holes[0]) return problem(world, call, 403, "FORBIDDEN", "Not one's own identity");
    bool const all = lower(call.argument("all")) == "true";
    json::array list;
    for (auto const& one : world.data.consents) {
        if (one.identity != call.holes[0] || one.scope.find('[') != std::string::npos) continue;
        if (!all && one.client_id != token->client_id) continue;
        json::array path;
        for (auto const id : one.path) path.emplace_back(id);
        list.push_back(json::object{{"created", iso_time(one.created)},
                                    {"id", one.id},
                                    {"status", "approved"},
                                    {"updated", iso_time(one.created)},
                                    {"allows_refresh", one.allows_refresh},
                                    {"dependency_path", std::move(path)},
                                    {"scope_name", one.scope},
                                    {"atomically_revocable", one.atomically_revocable},
                                    {"effective_identity", one.identity},
                                    {"auto_approved", false},
                                    {"last_used", iso_time(one.created)},
                                    {"scope", Random(std::hash<std::string>{}(one.scope)).uuid()},
                                    {"client", one.client_id}});
    }
    return Reply::of(200, json::object{{"consents", std::move(list)}});
}

/// [doc] OpenID Connect Discovery, section 3
inline Reply discovery_endpoint(World& world, Call&) {
    std::string const base = issuer(world);
    return Reply::of(200,
                     json::object{{"issuer", base},
                                  {"authorization_endpoint", base + "/v2/oauth2/authorize"},
                                  {"userinfo_endpoint", base + "/v2/oauth2/userinfo"},
                                  {"token_endpoint", base + "/v2/oauth2/token"},
                                  {"revocation_endpoint", base + "/v2/oauth2/token/revoke"},
                                  {"introspection_endpoint", base + "/v2/oauth2/token/introspect"},
                                  {"jwks_uri", base + "/jwk.json"},
                                  {"response_types_supported", json::array{"code"}},
                                  {"id_token_signing_alg_values_supported", json::array{"RS512"}},
                                  {"scopes_supported", json::array{"openid", "email", "profile"}},
                                  {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic"}},
                                  {"claims_supported", json::array{"at_hash", "aud", "email", "exp", "name", "nonce",
                                                                   "preferred_username", "iat", "iss", "sub"}},
                                  {"subject_types_supported", json::array{"public"}}});
}

inline Reply keys_endpoint(World& world, Call&) { return Reply::of(200, key_set(world)); }

// The browser's pages -------------------------------------------------------------------------------------------------

inline std::string html_text(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

inline Reply page(int status, std::string const& title, std::string const& text) {
    Reply reply;
    reply.status = status;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.emplace_back("Cache-Control", "no-store");
    reply.body = "<!doctype html><html><head><title>" + html_text(title) + "</title></head><body><h1>" +
                 html_text(title) + "</h1><p id=\"text\">" + html_text(text) + "</p></body></html>\n";
    return reply;
}

inline Reply redirect_to(std::string const& where) {
    Reply reply;
    reply.status = 302;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.emplace_back("Location", where);
    reply.headers.emplace_back("Cache-Control", "no-store");
    reply.committed = true;
    return reply;
}

inline constexpr char const* code_page_path = "/v2/web/auth-code";

inline bool redirect_allowed(World const& world, App const& app, std::string const& uri) {
    if (uri == std::string("https://auth.globus.org") + code_page_path || uri == issuer(world) + code_page_path)
        return true;
    if (std::find(app.redirect_uris.begin(), app.redirect_uris.end(), uri) != app.redirect_uris.end()) return true;
    // [doc] RFC 8252, 7.3: any port of the loopback interface
    for (std::string const host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (uri.starts_with(host) && (uri.size() == host.size() || uri[host.size()] == ':' || uri[host.size()] == '/'))
            return uri.find_first_of("#@\r\n") == std::string::npos;
    return false;
}

/// Who the browser says it is: by the page's choice, by what the login asks for, or the first user. Null when nobody
/// here is who is asked for.
inline User const* user_who_logs_in(World const& world, Call const& call) {
    auto const find = [&](std::string const& names) -> User const* {
        for (auto const& name : split(names, ','))
            for (auto const& one : world.options.users)
                if (same_name(one.id, trim(name)) || same_name(one.username, trim(name))) return &one;
        return nullptr;
    };
    for (auto const* name : {"sandbox_user", "session_required_identities"})
        if (auto const* wanted = find_pair(call.query, name)) return find(*wanted);
    if (auto const* hint = find_pair(call.query, "login_hint"))
        if (auto const* hinted = find(*hint)) return hinted;
    if (auto const* domain = find_pair(call.query, "session_required_single_domain"))
        for (auto const& one : world.options.users)
            for (auto const& wanted : split(*domain, ','))
                if (lower(one.username).ends_with("@" + lower(trim(wanted)))) return &one;
    return &world.options.users.front();
}

/// The page of Options::ask: who logs in, what the application asks for, and two buttons. A script gets the same by
/// adding `sandbox_user` and `sandbox_decision` (allow or deny) to the address.
inline Reply consent_page(World const& world, Call const& call, App const& app, std::vector<std::string> const& scopes,
                          User const& chosen) {
    std::string body = "<p>" + html_text(app.name) + " (" + html_text(app.id) + ") would like to:</p><ul id=\"scopes\">";
    for (auto const& scope : scopes) body += "<li>" + html_text(scope) + "</li>";
    body += "</ul><form method=\"get\" action=\"/v2/oauth2/authorize\">";
    for (auto const& [name, value] : call.query)
        if (!name.starts_with("sandbox_"))
            body += "<input type=\"hidden\" name=\"" + html_text(name) + "\" value=\"" + html_text(value) + "\">";
    for (auto const& user : world.options.users)
        body += "<p><label><input type=\"radio\" name=\"sandbox_user\" value=\"" + html_text(user.id) + "\"" +
                (user.id == chosen.id ? " checked" : "") + "> " + html_text(user.username) + "</label></p>";
    body +=
        "<button id=\"allow\" name=\"sandbox_decision\" value=\"allow\">Allow</button> "
        "<button id=\"deny\" name=\"sandbox_decision\" value=\"deny\">Deny</button></form>";
    Reply reply = page(200, "Log in to the sandbox", "");
    auto const at = reply.body.find("</body>");
    reply.body.insert(at, body);
    return reply;
}

/// Logs a user in and approves everything at once, or asks. [doc] RFC 6749, 4.1.1; RFC 7636, 4.4.1
inline Reply authorize_endpoint(World& world, Call& call) {
    App const* app = world.app_or_any(call.argument("client_id"));
    if (app == nullptr) return page(400, "Error", "Unknown client_id");
    std::string const uri = call.argument("redirect_uri");
    if (!redirect_allowed(world, *app, uri)) return page(400, "Error", "Mismatching redirect URI");
    // [guess] the page that shows the code is served by the sandbox, whoever named it
    bool const shown = uri.ends_with(code_page_path) && !uri.starts_with("http://localhost");
    std::string const target = shown ? issuer(world) + code_page_path : uri;
    auto const back = [&](Pairs const& answer) {
        std::string where = target + (target.find('?') == std::string::npos ? "?" : "&");
        bool first = true;
        for (auto const& [name, value] : answer) {
            where += (first ? "" : "&") + name + "=" + percent_encode(value);
            first = false;
        }
        if (auto const* state = find_pair(call.query, "state")) where += "&state=" + percent_encode(*state);
        return redirect_to(where);
    };
    auto const refuse = [&](std::string const& error, std::string const& why) {
        Reply reply = back({{"error", error}, {"error_description", why}});
        reply.committed = false;
        return reply;
    };
    if (call.argument("response_type") != "code") return refuse("unsupported_response_type", "Use code");
    std::string const challenge = call.argument("code_challenge");
    if (challenge.empty() && app->secret.empty()) return refuse("invalid_request", "code_challenge is missing");
    if (!challenge.empty() && (call.argument("code_challenge_method", "plain") != "S256" || challenge.size() != 43))
        return refuse("invalid_request", "code_challenge_method must be S256");
    auto const scopes = split_scopes(call.argument("scope"));
    if (!scopes || scopes->empty()) return refuse("invalid_scope", "The scope is missing or malformed");
    for (auto const& scope : *scopes)
        if (!is_scope(world, scope)) return refuse("unknown_scope", "Unknown scope " + scope);
    if (call.argument("prompt") == "none") return refuse("login_required", "Nobody is logged in");
    User const* const user = user_who_logs_in(world, call);
    if (user == nullptr) return refuse("access_denied", "Nobody here has such an identity");
    if (call.argument("sandbox_decision") == "deny") return refuse("access_denied", "The user denied access");
    if (world.options.ask && !call.has_argument("sandbox_decision"))
        return consent_page(world, call, *app, *scopes, *user);
    AuthorizationCode code;
    code.code = world.token("code");
    code.client_id = app->id;
    code.identity = user->id;
    code.redirect_uri = uri;
    code.challenge = challenge;
    code.scopes = *scopes;
    code.nonce = call.argument("nonce");
    code.offline = call.argument("access_type") == "offline";
    code.authenticated = world.now_locked();
    code.expires = code.authenticated + 30000;  // [guess] the service's lifetime of a code is longer than this
    for (auto const& [name, value] : call.query)
        if (name.starts_with("session_") || name == "prompt") code.session[name] = value;
    world.data.codes[code.code] = code;
    return back({{"code", code.code}});
}

inline Reply code_page(World&, Call& call) {
    if (call.has_argument("error"))
        return page(200, "Login failed", call.argument("error") + ": " + call.argument("error_description"));
    return page(200, "Authorization Code", call.argument("code"));
}

inline Reply logout_page(World&, Call&) { return page(200, "Logged out", "You are logged out of the sandbox."); }

// Projects, policies, clients, scopes: documents that are kept --------------------------------------------------------

/// Creates, reads, lists, updates and deletes documents of one kind, e.g. {"project": {...}} and {"projects": [...]}.
template <class Kind>
struct AuthDocuments {
    /// [doc] what a developer keeps at Globus Auth needs a scope of its own
    static AccessToken const* caller(World& world, Call const& call, Reply& refused) {
        auto const* token = authenticate(world, call, "auth.globus.org", refused);
        if (token == nullptr || has_scope(*token, "urn:globus:auth:scope:auth.globus.org:manage_projects")) return token;
        refused = problem(world, call, 403, "FORBIDDEN", "The token has no manage_projects scope");
        return nullptr;
    }
    static auto& all(World& world) { return world.data.documents[std::string("auth.") + Kind::many]; }
    static auto find(World& world, std::string const& id) {
        auto& list = all(world);
        return std::find_if(list.begin(), list.end(), [&](auto const& one) { return one.first == id; });
    }
    static Reply missing(World& world, Call const& call) {
        return problem(world, call, 404, "NOT_FOUND", std::string("No ") + Kind::one + " with this id");
    }
    static Reply list(World& world, Call& call) {
        Reply refused;
        if (caller(world, call, refused) == nullptr) return refused;
        json::array out;
        for (auto const& [id, document] : all(world))
            if (call.holes.empty() || text_of(document, "client") == call.holes[0]) out.push_back(document);
        return Reply::of(200, json::object{{Kind::many, std::move(out)}});
    }
    static Reply create(World& world, Call& call) {
        Reply refused;
        AccessToken const* token = caller(world, call, refused);
        if (token == nullptr) return refused;
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        json::object document = given->get_object();
        std::string const id = world.random.uuid();
        document["id"] = id;
        Kind::complete(world, call, *token, document);
        all(world).emplace_back(id, document);
        return Reply::of(201, json::object{{Kind::one, Kind::once(world, document)}});
    }
    static Reply get(World& world, Call& call) {
        Reply refused;
        if (caller(world, call, refused) == nullptr) return refused;
        auto const found = find(world, call.holes.back());
        if (found == all(world).end()) return missing(world, call);
        return Reply::of(200, json::object{{Kind::one, found->second}});
    }
    static Reply update(World& world, Call& call) {
        Reply refused;
        if (caller(world, call, refused) == nullptr) return refused;
        auto const found = find(world, call.holes.back());
        if (found == all(world).end()) return missing(world, call);
        boost::system::error_code error;
        json::value const body = json::parse(call.body, error);
        auto const* given = error ? nullptr : member(body, Kind::one);
        if (given == nullptr || !given->is_object())
            return problem(world, call, 422, "UNPROCESSABLE_ENTITY", std::string("A ") + Kind::one + " is needed");
        for (auto const& item : given->get_object())
            if (item.key() != "id") found->second[item.key()] = item.value();
        return Reply::of(200, json::object{{Kind::one, found->second}});
    }
    static Reply remove(World& world, Call& call) {
        Reply refused;
        if (caller(world, call, refused) == nullptr) return refused;
        auto const found = find(world, call.holes.back());
        if (found == all(world).end()) return missing(world, call);
        json::object const document = found->second;
        all(world).erase(found);
        return Reply::of(200, json::object{{Kind::one, document}});
    }
};

struct PlainKind {
    static void complete(World&, Call const&, AccessToken const&, json::object&) {}
    static json::object once(World&, json::object const& document) { return document; }
};

struct ProjectKind : PlainKind {
    static constexpr char const* one = "project";
    static constexpr char const* many = "projects";
    static void complete(World&, Call const&, AccessToken const& token, json::object& document) {
        document["project_name"] = text_of(document, "display_name");
        if (!document.contains("admin_ids")) document["admin_ids"] = json::array{json::value(token.identity)};
    }
};

struct PolicyKind : PlainKind {
    static constexpr char const* one = "policy";
    static constexpr char const* many = "policies";
};

struct ClientKind : PlainKind {
    static constexpr char const* one = "client";
    static constexpr char const* many = "clients";
    static void complete(World&, Call const&, AccessToken const&, json::object& document) {
        bool const open =
            flag_of(document, "public_client") || text_of(document, "client_type") == "public_installed_client";
        document["public_client"] = open;
        json::array grants{"authorization_code", "refresh_token"};
        if (!open) grants.emplace_back("client_credentials");
        document["grant_types"] = std::move(grants);
        for (auto const* list : {"scopes", "fqdns", "redirect_uris"})
            if (!document.contains(list)) document[list] = json::array{};
    }
};

struct CredentialKind : PlainKind {
    static constexpr char const* one = "credential";
    static constexpr char const* many = "credentials";
    static void complete(World& world, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["created"] = iso_time(world.now_locked());
        document["secret"] = nullptr;
    }
    /// [recorded] the secret is told when it is made, and never again.
    static json::object once(World& world, json::object document) {
        std::string const secret = world.token("secret");
        document["secret"] = secret;
        world.data.credentials.push_back({text_of(document, "client"), text_of(document, "id"), secret});
        return document;
    }
};

/// A credential that is gone opens nothing any more.
inline Reply delete_credential(World& world, Call& call) {
    Reply reply = AuthDocuments<CredentialKind>::remove(world, call);
    if (reply.status == 200)
        std::erase_if(world.data.credentials, [&](auto const& one) { return one[1] == call.holes.back(); });
    return reply;
}

/// [guess] the code of a project that still has clients
inline Reply delete_project(World& world, Call& call) {
    using Projects = AuthDocuments<ProjectKind>;
    Reply refused;
    if (Projects::caller(world, call, refused) == nullptr) return refused;
    for (auto const& [id, client] : world.data.documents["auth.clients"])
        if (text_of(client, "project") == call.holes[0])
            return problem(world, call, 409, "CONFLICT", "The project has clients; delete them first");
    return Projects::remove(world, call);
}

/// A client that is gone takes its credentials and its tokens along. A client may delete itself.
inline Reply delete_client(World& world, Call& call) {
    auto const* self = basic_client(world, call);
    Reply reply;
    if (self != nullptr && self->id == call.holes[0]) {
        auto& all = world.data.documents["auth.clients"];
        std::erase_if(all, [&](auto const& one) { return one.first == call.holes[0]; });
        reply = Reply::of(200, json::object{{"client", json::object{{"id", call.holes[0]}}}});
    } else {
        reply = AuthDocuments<ClientKind>::remove(world, call);
    }
    if (reply.status != 200) return reply;
    std::string const& id = call.holes[0];
    std::erase_if(world.data.apps, [&](App const& app) { return app.id == id; });
    std::erase_if(world.data.credentials, [&](auto const& one) { return one[0] == id; });
    std::erase_if(world.data.documents["auth.credentials"],
                  [&](auto const& one) { return text_of(one.second, "client") == id; });
    for (auto& [text, token] : world.data.access_tokens) token.revoked = token.revoked || token.client_id == id;
    for (auto& [text, token] : world.data.refresh_tokens) token.revoked = token.revoked || token.client_id == id;
    return reply;
}

/// All clients, or with `fqdn` the one that has this name. [doc]
inline Reply get_clients(World& world, Call& call) {
    if (!call.has_argument("fqdn")) return AuthDocuments<ClientKind>::list(world, call);
    Reply refused;
    if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    std::string const wanted = call.argument("fqdn");
    for (auto const& [id, document] : world.data.documents["auth.clients"])
        if (auto const* names = document.if_contains("fqdns"); names != nullptr && names->is_array())
            for (auto const& name : names->get_array())
                if (name.is_string() && same_name(std::string_view(name.get_string()), wanted))
                    return Reply::of(200, json::object{{"client", document}});
    return AuthDocuments<ClientKind>::missing(world, call);
}

/// A client that was made can be used like one of the options.
inline void register_client(World& world, json::object const& document, std::string const& secret) {
    App app;
    app.id = text_of(document, "id");
    app.name = text_of(document, "name");
    app.secret = flag_of(document, "public_client") ? "" : secret;
    if (auto const* uris = document.if_contains("redirect_uris"); uris != nullptr && uris->is_array())
        for (auto const& uri : uris->get_array())
            if (uri.is_string()) app.redirect_uris.push_back(to_string(uri.get_string()));
    world.data.apps.push_back(std::move(app));
}

/// A client, or with `template_id` an instance of a native application. [recorded] the answer of the latter
inline Reply create_client(World& world, Call& call) {
    boost::system::error_code error;
    json::value const body = json::parse(call.body, error);
    auto const* given = error ? nullptr : member(body, "client");
    std::string const parent = given != nullptr ? text_of(*given, "template_id") : "";
    if (App const* const maker = basic_client(world, call); maker != nullptr && given != nullptr) {
        // [doc] an application makes a child of itself; [guess] the child says so in `parent_client`
        json::object document = given->get_object();
        document["id"] = world.random.uuid();
        document["parent_client"] = maker->id;
        if (!document.contains("project")) document["project"] = nullptr;
        AccessToken nobody;
        ClientKind::complete(world, call, nobody, document);
        register_client(world, document, world.token("secret"));
        world.data.documents["auth.clients"].emplace_back(text_of(document, "id"), document);
        return Reply::of(201, json::object{{"client", document}});
    }
    if (parent.empty()) {
        Reply reply = AuthDocuments<ClientKind>::create(world, call);
        // Its secret is unknown to all until a credential is made.
        if (reply.status == 201)
            register_client(world, world.data.documents["auth.clients"].back().second, world.token("secret"));
        return reply;
    }
    App const* const app = world.app(parent);
    if (app == nullptr || !app->secret.empty())
        return problem(world, call, 422, "UNPROCESSABLE_ENTITY", "template_id is no native application");
    std::string const id = world.random.uuid();
    std::string const secret = world.token("secret");
    json::object document{{"id", id},
                          {"name", text_of(*given, "name")},
                          {"public_client", false},
                          {"client_type", "confidential_client"},
                          {"parent_client", parent},
                          {"project", nullptr},
                          {"visibility", "private"},
                          {"scopes", json::array{}},
                          {"fqdns", json::array{}},
                          {"redirect_uris", json::array{}},
                          {"grant_types", json::array{"authorization_code", "client_credentials", "refresh_token"}}};
    register_client(world, document, world.token("secret"));
    world.data.documents["auth.clients"].emplace_back(id, document);
    json::object credential{{"id", world.random.uuid()},
                            {"name", "Auto-created at client creation"},
                            {"client", id},
                            {"created", iso_time(world.now_locked())},
                            {"secret", nullptr}};
    world.data.documents["auth.credentials"].emplace_back(text_of(credential, "id"), credential);
    world.data.credentials.push_back({id, text_of(credential, "id"), secret});
    credential["secret"] = secret;
    return Reply::of(201,
                     json::object{{"client", document}, {"included", json::object{{"client_credential", credential}}}});
}

struct ScopeKind : PlainKind {
    static constexpr char const* one = "scope";
    static constexpr char const* many = "scopes";
    static void complete(World&, Call const& call, AccessToken const&, json::object& document) {
        document["client"] = call.holes[0];
        document["scope_string"] =
            "https://auth.globus.org/scopes/" + call.holes[0] + "/" + text_of(document, "scope_suffix", "all");
    }
};

/// [recorded] the members of an identity provider, all of which the sandbox has but one
inline Reply identity_providers(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    bool const by_domain = call.has_argument("domains");
    if (by_domain == call.has_argument("ids"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "Exactly one of domains and ids is needed");
    json::object const own{{"id", "41143743-f3c8-4d60-bbdb-eeecaba85bd9"},
                           {"name", "Globus Sandbox"},
                           {"short_name", "sandbox"},
                           {"domains", json::array{"example.org"}},
                           {"alternative_names", json::array{}}};
    json::array found;
    for (auto const& wanted : split(call.argument(by_domain ? "domains" : "ids"), ','))
        if (wanted == (by_domain ? "example.org" : text_of(own, "id"))) found.push_back(own);
    return Reply::of(200, json::object{{"identity_providers", std::move(found)}});
}

/// The scopes that were made, and those of the services: by `ids`, by `scope_strings`, or one's own.
inline Reply get_scopes(World& world, Call& call) {
    if (basic_client(world, call) == nullptr) {
        Reply refused;
        if (authenticate(world, call, "auth.globus.org", refused) == nullptr) return refused;
    }
    json::array found;
    auto const& made = world.data.documents["auth.scopes"];
    auto const wanted = [&](char const* name) { return split(call.argument(name), ','); };
    if (call.has_argument("ids") && call.has_argument("scope_strings"))
        return problem(world, call, 400, "INVALID_PARAMETERS", "At most one of ids and scope_strings may be given");
    if (call.has_argument("scope_strings")) {
        for (auto const& text : wanted("scope_strings")) {
            bool known = false;
            for (auto const& [id, document] : made)
                if (text_of(document, "scope_string") == text) {
                    found.push_back(document);
                    known = true;
                }
            // [guess] the identifier of a scope that nobody made: the same for the same text
            if (!known && !resource_server_of(text).empty())
                found.push_back(json::object{{"id", Random(std::hash<std::string>{}(text)).uuid()},
                                             {"scope_string", text},
                                             {"client", resource_server_of(text)},
                                             {"name", text},
                                             {"description", "A scope of the sandbox"},
                                             {"dependent_scopes", json::array{}},
                                             {"advertised", true},
                                             {"allows_refresh_token", true},
                                             {"required_domains", json::array{}}});
        }
    } else {
        auto const ids = wanted("ids");
        for (auto const& [id, document] : made)
            if (!call.has_argument("ids") || std::find(ids.begin(), ids.end(), id) != ids.end())
                found.push_back(document);
    }
    return Reply::of(200, json::object{{"scopes", std::move(found)}});
}

inline std::vector<Route> const& auth_routes() {
    using Projects = AuthDocuments<ProjectKind>;
    using Policies = AuthDocuments<PolicyKind>;
    using Clients = AuthDocuments<ClientKind>;
    using Credentials = AuthDocuments<CredentialKind>;
    using Scopes = AuthDocuments<ScopeKind>;
    static std::vector<Route> const all{
        {"GET", "/.well-known/openid-configuration", "auth", "get_openid_configuration", &discovery_endpoint},
        {"GET", "/jwk.json", "auth", "get_jwk", &keys_endpoint},
        {"GET", "/v2/oauth2/authorize", "auth", "oauth2_authorize", &authorize_endpoint},
        {"GET", "/v2/web/auth-code", "auth", "auth_code_page", &code_page},
        {"GET", "/v2/web/logout", "auth", "logout_page", &logout_page},
        {"POST", "/v2/oauth2/token", "auth", "oauth2_token", &token_endpoint},
        {"POST", "/v2/oauth2/token/revoke", "auth", "oauth2_revoke_token", &revoke_endpoint},
        {"POST", "/v2/oauth2/token/validate", "auth", "oauth2_validate_token", &validate_endpoint},
        {"POST", "/v2/oauth2/token/introspect", "auth", "oauth2_token_introspect", &introspect_endpoint},
        {"GET", "/v2/oauth2/userinfo", "auth", "userinfo", &userinfo_endpoint},
        {"GET", "/v2/api/identities", "auth", "get_identities", &identities_endpoint},
        {"GET", "/v2/api/identities/{}", "auth", "get_identity", &identity_endpoint},
        {"GET", "/v2/api/identities/{}/consents", "auth", "get_consents", &consents_endpoint},
        {"GET", "/v2/api/identity_providers", "auth", "get_identity_providers", &identity_providers},
        {"GET", "/v2/api/projects", "auth", "get_projects", &Projects::list},
        {"POST", "/v2/api/projects", "auth", "create_project", &Projects::create},
        {"GET", "/v2/api/projects/{}", "auth", "get_project", &Projects::get},
        {"PUT", "/v2/api/projects/{}", "auth", "update_project", &Projects::update},
        {"DELETE", "/v2/api/projects/{}", "auth", "delete_project", &delete_project},
        {"GET", "/v2/api/policies", "auth", "get_policies", &Policies::list},
        {"POST", "/v2/api/policies", "auth", "create_policy", &Policies::create},
        {"GET", "/v2/api/policies/{}", "auth", "get_policy", &Policies::get},
        {"PUT", "/v2/api/policies/{}", "auth", "update_policy", &Policies::update},
        {"DELETE", "/v2/api/policies/{}", "auth", "delete_policy", &Policies::remove},
        {"GET", "/v2/api/clients", "auth", "get_clients", &get_clients},
        {"POST", "/v2/api/clients", "auth", "create_client", &create_client},
        {"GET", "/v2/api/clients/{}", "auth", "get_client", &Clients::get},
        {"PUT", "/v2/api/clients/{}", "auth", "update_client", &Clients::update},
        {"DELETE", "/v2/api/clients/{}", "auth", "delete_client", &delete_client},
        {"GET", "/v2/api/clients/{}/credentials", "auth", "get_client_credentials", &Credentials::list},
        {"POST", "/v2/api/clients/{}/credentials", "auth", "create_client_credential", &Credentials::create},
        {"DELETE", "/v2/api/clients/{}/credentials/{}", "auth", "delete_client_credential", &delete_credential},
        {"GET", "/v2/api/scopes", "auth", "get_scopes", &get_scopes},
        {"POST", "/v2/api/clients/{}/scopes", "auth", "create_scope", &Scopes::create},
        {"GET", "/v2/api/scopes/{}", "auth", "get_scope", &Scopes::get},
        {"PUT", "/v2/api/scopes/{}", "auth", "update_scope", &Scopes::update},
        {"DELETE", "/v2/api/scopes/{}", "auth", "delete_scope", &Scopes::remove},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_IPP
