// SPDX-License-Identifier: Apache-2.0
// A call to the Transfer service: who asks, and what of.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP

#include <globus/sandbox/impl/access.ipp>
#include <globus/sandbox/impl/auth/routes.ipp>
#include <globus/sandbox/impl/tasks/engine.ipp>

namespace globus::sandbox::detail {

/// A call to the Transfer service whose token is good.
struct TransferCall {
    TransferCall(World& in, Call& of) : world(in), call(of) {
        token = authenticate(world, call, "transfer.api.globus.org", refused);
        if (token != nullptr && !scope_fits()) {
            refused = error(403, "PermissionDenied", "The scopes of the token are not enough for this call");
            token = nullptr;
        }
    }

    /// [doc] `all` is for everything, `gcp_install` for making personal endpoints, `monitor_ongoing` for looking at tasks
    bool scope_fits() const {
        std::string const prefix = "urn:globus:auth:scope:transfer.api.globus.org:";
        if (has_scope(*token, prefix + "all")) return true;
        if (has_scope(*token, prefix + "gcp_install") && call.operation == "create_endpoint") return true;
        return has_scope(*token, prefix + "monitor_ongoing") && call.method == "GET" &&
               call.path.find("/task") != std::string::npos;
    }

    World& world;
    Call& call;
    Reply refused{};
    AccessToken const* token = nullptr;

    Reply error(int status, std::string const& code, std::string const& message) const {
        return problem(world, call, status, code, message);
    }

    /// [recorded] the shape of a result
    Reply result(int status, std::string const& code, std::string const& message, json::object more = {},
                 std::string const& type = "result") const {
        more["DATA_TYPE"] = type;
        more["code"] = code;
        more["message"] = message;
        more["request_id"] = world.random.request_id();
        more["resource"] = call.path;
        return Reply::of(status, more);
    }

    Endpoint* endpoint(std::string const& id) {
        auto const found = world.data.endpoints.find(id);
        if (found != world.data.endpoints.end()) return &found->second;
        refused = error(404, "EndpointNotFound", "No such endpoint or collection: " + id);
        return nullptr;
    }

    /// The body as an object.
    std::optional<json::object> body() {
        boost::system::error_code failed;
        json::value parsed = json::parse(call.body, failed);
        if (!failed && parsed.is_object()) return std::move(parsed.get_object());
        refused = error(400, "ClientError.BadRequest", "The body must be a JSON object");
        return std::nullopt;
    }

    /// Whether the caller has one of these roles at an endpoint.
    bool manages(Endpoint const& endpoint, std::initializer_list<std::string_view> roles = {"administrator"}) const {
        return has_role_at(world, endpoint, token->identity, roles);
    }

    /// What the access rules give the caller for a path.
    Access access(Endpoint const& endpoint, std::string_view path) const {
        return access_to(world, endpoint, token->identity, path);
    }

    /// The same as may_read, and whether the path may be read, or written. [recorded] the code
    bool may_use(Endpoint const& endpoint, char const* operation, std::string_view path, bool write) {
        if (endpoint.kind == "GCSv5_endpoint") {
            refused = error(409, "NotSupported", "An endpoint has no files: use one of its collections");  // [guess]
            return false;
        }
        if (!may_read(endpoint, operation)) return false;
        if (access(endpoint, path) >= (write ? Access::write : Access::read)) return true;
        refused = error(403, "EndpointPermissionDenied",
                        "Denied by endpoint, " + std::string(write ? "writing" : "reading") +
                            " is not allowed: " + (path.empty() ? "/" : std::string(path)));
        return false;
    }

    std::int64_t number(char const* name, std::int64_t otherwise) const {
        return to_integer(call.argument(name)).value_or(otherwise);
    }

    /// Whether the session is good enough for the files of a collection. [recorded] the answers; [guess] that to a
    /// submission
    bool session_fits(Endpoint const& endpoint, std::string const& operation) {
        auto const lacks = falls_short(world, *token, endpoint);
        if (!lacks) return true;
        if (lacks->of_policy) {
            refused = login_needed(world, call, 403, "AuthPolicyFailed", text_of(lacks->result, "message"),
                                   lacks->parameters);
        } else if (operation == "Submit") {
            refused = login_needed(world, call, 403, "AuthorizationRequired", text_of(lacks->result, "message"),
                                   lacks->parameters);
        } else {
            std::string const message =
                "Command Failed: Error (login)\nEndpoint: " + text_of(endpoint.document, "display_name") + " (" +
                endpoint.id + ")\nServer: 127.0.0.1:443\nMessage: Login Failed\n---\nDetails: 530-Login incorrect. : " +
                "GlobusError: v=1 c=LOGIN_DENIED\\r\\n530-GridFTP-Message: " + text_of(lacks->result, "message") +
                "\\r\\n530-GridFTP-JSON-Result: " + json::serialize(lacks->result) + "\\r\\n530 End.\\r\\n\n";
            refused = login_needed(world, call, 502, "ExternalError." + operation + "Failed.LoginFailed", message,
                                   lacks->parameters);
        }
        return false;
    }

    /// Whether files of the collection may be seen. [recorded] ConsentRequired; [doc] the codes of each state
    bool may_read(Endpoint const& endpoint, char const* operation) {
        if (!session_fits(endpoint, operation)) return false;
        if (endpoint.requires_data_access) {
            std::string const wanted = "https://auth.globus.org/scopes/" + endpoint.id + "/data_access";
            // [doc] what counts is the user's consent for the application, given at this login or an earlier one
            bool given = false;
            for (auto const& scope : token->scopes)
                for (auto const& dependency : read_scope(scope).dependencies)
                    given = given || dependency.name == wanted;
            for (auto const& consent : world.data.consents)
                given = given || (consent.client_id == token->client_id && consent.identity == token->identity &&
                                  consent.scope == wanted);
            if (!given) {
                json::array const scopes{
                    json::value("urn:globus:auth:scope:transfer.api.globus.org:all[*" + wanted + "]")};
                refused = Reply::of(
                    403, json::object{{"code", "ConsentRequired"},
                                      {"message", "Missing required data_access consent"},
                                      {"request_id", world.random.request_id()},
                                      {"resource", call.path},
                                      {"required_scopes", scopes},
                                      {"authorization_parameters",
                                       json::object{{"session_message", "Missing required data_access consent"},
                                                    {"required_scopes", scopes}}}});
                return false;
            }
        }
        std::string const failed = "ExternalError." + std::string(operation) + "Failed.";
        if (endpoint.state == "disconnected")
            refused = error(502, failed + "GCDisconnected", "Globus Connect is not connected");
        else if (endpoint.state == "login_failed")
            refused = error(502, failed + "LoginFailed", "Login to the collection failed");
        else if (endpoint.state == "size_limit" && std::string(operation) == "DirListing")
            refused = error(502, failed + "SizeLimit", "The directory has too many entries");
        else if (endpoint.state == "permission_denied")
            refused = error(403, "EndpointPermissionDenied", "Permission denied on " + endpoint.id);
        else
            return true;
        return false;
    }
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TRANSFER_CALL_IPP
