// SPDX-License-Identifier: Apache-2.0
// Sessions: how and when somebody logged in, and whether that is enough for a policy.
#ifndef GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP
#define GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP

#include <globus/sandbox/impl/access.ipp>
#include <globus/sandbox/impl/auth/callers.ipp>

namespace globus::sandbox::detail {

/// Whether a name ends in one of these domains; `*.example.org` is every domain below it. [doc] of a policy
inline bool in_domains(std::string_view username, json::array const& domains) {
    std::string const domain = lower(username.substr(std::min(username.size(), username.find('@') + 1)));
    return std::any_of(domains.begin(), domains.end(), [&](json::value const& one) {
        if (!one.is_string()) return false;
        std::string const wanted = lower(to_string(one.get_string()));
        return wanted.starts_with("*.") ? domain.ends_with(wanted.substr(1)) : domain == wanted;
    });
}

/// Whether the domain of a name is one that a policy lets in. [doc] domain_constraints_include and _exclude
inline bool fits_domains(std::string_view username, json::object const& policy) {
    auto const list = [&](char const* name) {
        auto const* const found = policy.if_contains(name);
        return found != nullptr ? found->if_array() : nullptr;
    };
    auto const* const include = list("domain_constraints_include");
    auto const* const exclude = list("domain_constraints_exclude");
    return (include == nullptr || in_domains(username, *include)) &&
           (exclude == nullptr || !in_domains(username, *exclude));
}

/// When the person behind a token logged in: the login of the session, or, for an application, when it got the token.
inline Millis logged_in_at(AccessToken const& token) {
    return static_cast<Millis>(number_of(token.session, "sandbox_login", static_cast<double>(token.issued)));
}

/// When an identity last logged in, to whatever application.
inline Millis last_login(World const& world, AccessToken const& token) {
    Millis last = logged_in_at(token);
    for (auto const& [text, other] : world.data.access_tokens)
        if (other.identity == token.identity) last = std::max(last, logged_in_at(other));
    return last;
}

/// Whether the login had a second factor: the sandbox asks for none, and takes it as shown where one was asked for.
inline bool had_second_factor(json::object const& session) { return flag_of(session, "sandbox_mfa"); }

/// Whether the login of a token is younger than so many milliseconds. [doc] with high assurance it is the session of
/// the token that counts, without it any login of the identity
inline bool is_recent(World const& world, AccessToken const& token, Millis limit, bool high_assurance) {
    Millis const now = world.now_locked();
    return now - logged_in_at(token) < limit || (!high_assurance && now - last_login(world, token) < limit);
}

/// Whether the session of a token satisfies a policy of Globus Auth. [doc] its domains, second factor and timeout (in
/// seconds). [guess] a policy that nobody made is satisfied
inline bool satisfies_policy(World const& world, AccessToken const& token, std::string const& id) {
    auto const* const policy = find_document(documents_of(world, "auth.policies"), id);
    if (policy == nullptr) return true;
    if (!fits_domains(username_of(world, token.identity), *policy)) return false;
    if (flag_of(*policy, "required_mfa") && !had_second_factor(token.session)) return false;
    double const timeout = number_of(*policy, "authentication_assurance_timeout", 0);
    return timeout <= 0 ||
           is_recent(world, token, static_cast<Millis>(timeout * 1000), flag_of(*policy, "high_assurance"));
}

/// What a storage gateway wants of a session.
struct Assurance {
    bool high = false;
    Millis timeout = 0;  ///< 0: none
    bool second_factor = false;
    json::array domains = {};  ///< none: all. [guess] of a gateway that names none
};

/// What a collection wants: by its own document, and by the storage gateway of its files. [doc]
inline Assurance assurance_of(World const& world, Endpoint const& endpoint) {
    Assurance out;
    auto const read = [&](json::object const& document, char const* second_factor) {
        out.high = out.high || flag_of(document, "high_assurance");
        double const minutes = number_of(document, "authentication_timeout_mins", 0);
        if (minutes > 0) out.timeout = static_cast<Millis>(minutes * 60000);
        out.second_factor = out.second_factor || (out.high && flag_of(document, second_factor));
        if (auto const* list = document.if_contains("allowed_domains"); list != nullptr && list->is_array())
            out.domains = list->get_array();
    };
    std::string const host = text_of(endpoint.document, "host_endpoint_id");
    if (auto const* mapped = find_document(documents_of(world, "gcs.collections"), host.empty() ? endpoint.id : host))
        if (auto const* gateway =
                find_document(documents_of(world, "gcs.storage_gateways"), text_of(*mapped, "storage_gateway_id")))
            read(*gateway, "require_mfa");
    read(endpoint.document, "mfa_required");
    return out;
}

/// What keeps a session from the files of a collection.
struct Shortcoming {
    bool of_policy;           ///< of Globus Auth, not of the storage gateway
    json::object parameters;  ///< of a login that would do
    json::object result;      ///< what the manager of the endpoint says
};

/// [doc] the document of the manager: its detail is one of two types
inline json::object manager_refusal(json::object detail, std::string const& message) {
    return {{"DATA_TYPE", "result#1.0.0"}, {"code", "permission_denied"}, {"detail", std::move(detail)},
            {"http_response_code", 403},   {"has_next_page", false},      {"message", message}};
}

/// [recorded] the parameters and the sentences; [guess] which identities are named: the caller's own
inline std::optional<Shortcoming> falls_short(World const& world, AccessToken const& token, Endpoint const& endpoint) {
    std::string const policy = text_of(endpoint.document, "authentication_policy_id");
    if (!policy.empty() && !satisfies_policy(world, token, policy)) {
        std::string const message = "Failing collection authentication policy";
        return Shortcoming{true,
                           {{"session_message", message}, {"session_required_policies", policy}},
                           manager_refusal({{"DATA_TYPE", "authentication_policy#1.0.0"}}, message)};
    }
    Assurance const wanted = assurance_of(world, endpoint);
    bool const foreign = !wanted.domains.empty() && !in_domains(username_of(world, token.identity), wanted.domains);
    bool const late = wanted.timeout > 0 && !is_recent(world, token, wanted.timeout, wanted.high);
    bool const weak = wanted.second_factor && !had_second_factor(token.session);
    if (!foreign && !late && !weak) return std::nullopt;
    json::array const identities{json::value(token.identity)};
    json::object parameters{{"session_message", "Session reauthentication required (Globus Transfer)"},
                            {"session_required_identities", foreign ? json::array{} : identities},
                            {"session_required_mfa", wanted.second_factor},
                            {"session_required_single_domain", foreign ? wanted.domains : json::array{}}};
    if (foreign)
        return Shortcoming{
            false, std::move(parameters),
            manager_refusal({{"DATA_TYPE", "not_from_allowed_domain#1.0.0"}, {"allowed_domains", wanted.domains}},
                            "None of your identities are from domains allowed by resource policies")};
    return Shortcoming{false, std::move(parameters),
                       manager_refusal({{"DATA_TYPE", "authentication_timeout#1.1.0"},
                                        {"high_assurance", wanted.high},
                                        {"identities", identities},
                                        {"require_mfa", wanted.second_factor}},
                                       "You must reauthenticate one of your identities to perform this operation")};
}

/// A document that says which login would do.
inline Reply login_needed(World& world, Call const& call, int status, std::string const& code,
                          std::string const& message, json::object parameters) {
    return Reply::of(status, json::object{{"code", code},
                                          {"message", message},
                                          {"request_id", world.random.request_id()},
                                          {"resource", call.path},
                                          {"authorization_parameters", std::move(parameters)}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_AUTH_ASSURANCE_IPP
