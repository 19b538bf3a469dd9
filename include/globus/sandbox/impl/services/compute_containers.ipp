// SPDX-License-Identifier: Apache-2.0
// Compute: containers, whether a token is good, and what only few ask of endpoints.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP

#include <globus/sandbox/impl/services/plain.ipp>

namespace globus::sandbox::detail {

/// Whether somebody is known to Compute. [doc] a text; [guess] which one
inline Reply compute_authenticate(World& world, Call& call) {
    PlainCall in(world, call);
    return in ? Reply::of(200, json::value("OK")) : in.refused;
}

/// Registers a container, or has one built. [doc] the members, and the states of a build. [guess] what is registered
/// was "provided", and a build is "ready" at once: nothing is built
inline Reply compute_add_container(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    bool const build = call.operation == "build_container";
    std::string const type = text_of(*body, "type", build ? "docker" : "");
    if (text_of(*body, "name").empty()) return in.error(422, "422", "name: field required");
    if (type != "docker" && type != "singularity") return in.error(422, "422", "type: docker or singularity");
    if (!build && text_of(*body, "location").empty()) return in.error(422, "422", "location: field required");
    for (auto const* list : {"apt", "pip", "conda"})
        if (build && (!body->contains(list) || !body->at(list).is_array()))
            return in.error(422, "422", std::string(list) + ": field required");
    std::string const id = world.random.uuid();
    json::object container{{"container_uuid", id},
                           {"name", text_of(*body, "name")},
                           {"build_status", build ? "ready" : "provided"},
                           {"type", type},
                           {"location", build ? "docker://127.0.0.1/" + id : text_of(*body, "location")}};
    in.add("compute.containers", id, std::move(container));
    return Reply::of(200, json::object{{"container_id", id}});
}

/// A container, for one of the two runtimes, or how its building goes. [guess] 404 for the other runtime
inline Reply compute_container(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto const* container = in.find("compute.containers");
    if (container == nullptr) return in.error(404, "404", "Container " + call.holes[0] + " could not be found");
    if (call.holes.size() == 1) return Reply::of(200, json::object{{"status", text_of(*container, "build_status")}});
    if (lower(call.holes[1]) != text_of(*container, "type"))
        return in.error(404, "404", "Container " + call.holes[0] + " is none of " + call.holes[1]);
    return Reply::of(200, json::object{{"container", *container}});
}

/// Whether an administrator of the subscription vouches for an endpoint. [doc]; [guess] those whom the sandbox was
/// started with administer its subscription
inline Reply compute_verify_endpoint(World& world, Call& call) {
    PlainCall in(world, call);
    if (!in) return in.refused;
    auto* const endpoint = in.find("compute.endpoints");
    if (endpoint == nullptr) return in.missing();
    if (!is_configured(world, in.token->identity))
        return in.error(403, "403", "You do not administer the subscription of the endpoint");
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* verified = body->if_contains("subscription_admin_verified");
    if (verified == nullptr || !verified->is_bool())
        return in.error(422, "422", "subscription_admin_verified: field required");
    (*endpoint)["subscription_admin_verified"] = *verified;
    return Reply::of(200, json::object{{"subscription_admin_verified", *verified}});
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_COMPUTE_CONTAINERS_IPP
