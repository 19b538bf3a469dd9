// SPDX-License-Identifier: Apache-2.0
// Calls that the services make to each other for somebody: a timer submits a transfer, a flow starts an action.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP

#include <globus/sandbox/impl/services/json_schema.ipp>
#include <globus/sandbox/impl/services/transfer/routes.ipp>

namespace globus::sandbox::detail {

/// For whom a service acts.
struct Behalf {
    std::string identity;
    std::string client;
};

/// Calls a handler with a token that lives as long as the call. The journal does not show it: no client made it.
inline Reply call_for(World& world, Behalf const& whom, std::string const& scope, Reply (*handler)(World&, Call&),
                      Call call) {
    Grant grant;
    grant.identity = whom.identity;
    grant.client_id = whom.client;
    std::string const token = issue_access_token(world, grant, resource_server_of(scope), {scope}, "").token;
    call.method = "POST";
    call.headers = {{"Authorization", "Bearer " + token}};
    Reply reply = handler(world, call);
    world.data.access_tokens.erase(token);
    return reply;
}

/// What came of a submission: a task, or the document of an error.
struct Submitted {
    std::string task;
    json::value answer;
    int status = 0;
};

inline Submitted submit_for(World& world, Behalf const& whom, json::object document, bool is_delete = false) {
    document["submission_id"] = world.random.uuid();
    if (!document.contains("DATA_TYPE")) document["DATA_TYPE"] = is_delete ? "delete" : "transfer";
    Call call;
    call.service = "transfer";
    call.operation = is_delete ? "submit_delete" : "submit_transfer";
    call.path = is_delete ? "/v0.10/delete" : "/v0.10/transfer";
    call.body = json::serialize(document);
    Reply const reply = call_for(world, whom, "urn:globus:auth:scope:transfer.api.globus.org:all",
                                 is_delete ? &submit_delete : &submit_transfer, call);
    boost::system::error_code failed;
    Submitted out{"", json::parse(reply.body, failed), reply.status};
    if (reply.status < 400) out.task = text_of(out.answer, "task_id");
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_INTERNAL_IPP
