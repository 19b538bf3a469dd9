// SPDX-License-Identifier: Apache-2.0
// The browser's pages: logging in and consenting.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP

#include <globus/sandbox/impl/auth/grants.ipp>

namespace globus::sandbox::detail {

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

/// The policies that a login is to satisfy, as far as somebody made them. [guess] others are satisfied by every login
inline std::vector<json::object const*> wanted_policies(World const& world, Call const& call) {
    std::vector<json::object const*> out;
    for (auto const& id : split(call.argument("session_required_policies"), ','))
        if (auto const* policy = find_document(documents_of(world, "auth.policies"), trim(id))) out.push_back(policy);
    return out;
}

/// Whether a login may be this user's. [doc] one domain of several, and the domains of policies
inline bool may_log_in(World const& world, Call const& call, User const& user) {
    json::array domains;
    for (auto const& one : split(call.argument("session_required_single_domain"), ','))
        if (!trim(one).empty()) domains.emplace_back(trim(one));
    if (!domains.empty() && !in_domains(user.username, domains)) return false;
    auto const policies = wanted_policies(world, call);
    return std::all_of(policies.begin(), policies.end(),
                       [&](auto const* policy) { return fits_domains(user.username, *policy); });
}

/// Who the browser says it is: by the page's choice, by what the login asks for, or the first user that it may be. Null
/// when nobody is
inline User const* user_who_logs_in(World const& world, Call const& call) {
    auto const find = [&](std::string const& names) -> User const* {
        for (auto const& name : split(names, ','))
            for (auto const& one : world.options.users)
                if ((same_name(one.id, trim(name)) || same_name(one.username, trim(name))) &&
                    may_log_in(world, call, one))
                    return &one;
        return nullptr;
    };
    for (auto const* name : {"sandbox_user", "session_required_identities"})
        if (auto const* wanted = find_pair(call.query, name)) return find(*wanted);
    if (auto const* hint = find_pair(call.query, "login_hint"))
        if (auto const* hinted = find(*hint)) return hinted;
    for (auto const& one : world.options.users)
        if (may_log_in(world, call, one)) return &one;
    return nullptr;
}

/// What is remembered of a login: what it was asked for, when it was, and whether a second factor was asked for, which
/// is taken as shown.
inline json::object new_session(World const& world, Call const& call) {
    json::object session;
    for (auto const& [name, value] : call.query)
        if (name.starts_with("session_") || name == "prompt") session[name] = value;
    session["sandbox_login"] = world.now_locked();
    std::string const asked = lower(call.argument("session_required_mfa"));
    auto const policies = wanted_policies(world, call);
    session["sandbox_mfa"] =
        asked == "true" || asked == "1" ||
        std::any_of(policies.begin(), policies.end(), [](auto const* one) { return flag_of(*one, "required_mfa"); });
    return session;
}

/// The page of Options::ask: who may log in, what the application asks for, and two buttons. A script gets the same by
/// adding `sandbox_user` and `sandbox_decision` (allow or deny) to the address.
inline Reply consent_page(World const& world, Call const& call, App const& app, std::vector<std::string> const& scopes,
                          User const& chosen) {
    std::string body =
        "<p>" + html_text(app.name) + " (" + html_text(app.id) + ") would like to:</p><ul id=\"scopes\">";
    for (auto const& scope : scopes) body += "<li>" + html_text(scope) + "</li>";
    body += "</ul>";
    if (auto const* message = find_pair(call.query, "session_message"))
        body += "<p id=\"message\">" + html_text(*message) + "</p>";
    body += "<form method=\"get\" action=\"/v2/oauth2/authorize\">";
    for (auto const& [name, value] : call.query)
        if (!name.starts_with("sandbox_"))
            body += "<input type=\"hidden\" name=\"" + html_text(name) + "\" value=\"" + html_text(value) + "\">";
    for (auto const& user : world.options.users) {
        if (!may_log_in(world, call, user)) continue;
        body += "<p><label><input type=\"radio\" name=\"sandbox_user\" value=\"" + html_text(user.id) + "\"" +
                (user.id == chosen.id ? " checked" : "") + "> " + html_text(user.username) + "</label></p>";
    }
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
        if (!is_scope(world, scope))
            return refuse(resource_server_of(scope).empty() ? "invalid_scope" : "unknown_scope",
                          "Unknown scope " + scope);
    if (call.argument("prompt") == "none") return refuse("login_required", "Nobody is logged in");
    User const* const user = user_who_logs_in(world, call);
    if (user == nullptr) return refuse("access_denied", "Nobody here may log in so");
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
    code.session = new_session(world, call);
    if (world.data.codes.size() >= world.data.code_sweep) sweep_grants(world);
    world.data.codes[code.code] = code;
    return back({{"code", code.code}});
}

inline Reply code_page(World&, Call& call) {
    if (call.has_argument("error"))
        return page(200, "Login failed", call.argument("error") + ": " + call.argument("error_description"));
    return page(200, "Authorization Code", call.argument("code"));
}

inline Reply logout_page(World&, Call&) { return page(200, "Logged out", "You are logged out of the sandbox."); }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_PAGES_IPP
