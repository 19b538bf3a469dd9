// SPDX-License-Identifier: Apache-2.0
// What the services have in common that keep documents.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP

#include <globus/sandbox/impl/access.ipp>
#include <globus/sandbox/impl/auth/routes.ipp>
#include <globus/sandbox/impl/files.ipp>

namespace globus::sandbox::detail {

/// A call to one of the services that keep documents.
struct PlainCall {
    PlainCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, resource_server_of_service(call.service), refused);
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    explicit operator bool() const { return token != nullptr; }

    Documents& all(std::string const& kind) const { return world.data.documents[kind]; }

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }
    Reply missing() const {
        return error(404, call.service == "search" ? "NotFound.Generic" : "NOT_FOUND", "Not found");
    }

    /// Whether the token has one of these scopes; if not, `refused` says so. [guess] the code
    bool has_one_of(std::initializer_list<std::string_view> scopes) {
        for (auto const scope : scopes)
            if (has_scope(*token, scope)) return true;
        refused = error(403, call.service == "search" ? "Forbidden.Generic" : "FORBIDDEN",
                        "The scopes of the token are not enough for this call");
        token = nullptr;
        return false;
    }

    std::string urn() const { return identity_urn(token->identity); }

    /// The body as an object; an empty body is an empty object.
    std::optional<json::object> body() {
        if (call.body.empty()) return json::object{};
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(422, "UNPROCESSABLE_ENTITY", "The body must be a JSON object");
        return std::nullopt;
    }

    json::object* find(std::string const& kind) const { return find_document(all(kind), call.holes[0]); }

    json::array list(std::string const& kind) const {
        json::array out;
        for (auto const& [id, document] : all(kind)) out.push_back(document);
        return out;
    }

    json::object& add(std::string const& kind, std::string const& id, json::object document) const {
        auto& documents = all(kind);
        documents.emplace_back(id, std::move(document));
        return documents.back().second;
    }

    void remove(std::string const& kind) const { all(kind).erase(call.holes[0]); }

    std::string now() const { return iso_time(world.now_locked()); }
};

inline void merge(json::object& into, json::object const& changes) {
    for (auto const& item : changes) into[item.key()] = item.value();
}

/// Answers a document of `kind` as it is.
template <char const* (*Kind)()>
Reply read_document(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* found = in.find(Kind());
    return found != nullptr ? Reply::of(200, *found) : in.missing();
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_PLAIN_IPP
