// SPDX-License-Identifier: Apache-2.0
// Names of their own for the endpoint and for collections, and the check of how collections are set up.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP

#include <globus/sandbox/impl/services/gcs.ipp>

namespace globus::sandbox::detail {

/// Names the collections that have no domain of their own: they are in that of their host, or else of the endpoint, when
/// it is a wildcard. [doc]; [guess] their names there are their identifiers
inline void name_collections(GcsCall const& in) {
    Documents const& domains = in.all("domains");
    auto const wildcard = [&](std::string const& of) {
        auto const* domain = domains.find(of);
        return domain != nullptr && flag_of(*domain, "wildcard") ? domain : nullptr;
    };
    auto& collections = in.all("collections");
    for (auto const& [id, document] : collections) {
        if (domains.find(id) != nullptr) continue;
        auto const* domain = wildcard(text_of(document, "mapped_collection_id"));
        if (domain == nullptr) domain = wildcard(in.world.gcs_id);
        std::string const name = domain != nullptr ? id + "." + text_of(*domain, "domain_name") : "";
        if (name == text_of(document, "domain_name")) continue;
        json::object& named = *collections.find(id);
        if (name.empty())
            named.erase("domain_name");
        else
            named["domain_name"] = name;
    }
}

/// Whether a domain can be one; what is wrong otherwise. [doc] its name, and a certificate or the path of one
inline std::string wrong_domain(json::object const& domain) {
    std::string const name = text_of(domain, "domain_name");
    if (!is_host_name(name) || name.find('.') == std::string::npos) return "Data Validation Error: domain_name";
    auto const* wildcard = domain.if_contains("wildcard");
    if (wildcard == nullptr || !wildcard->is_bool()) return "Data Validation Error: wildcard";
    for (std::string const part : {"certificate", "private_key"})
        if (text_of(domain, part).empty() && text_of(domain, part + "_path").empty())
            return "Data Validation Error: " + part + " is missing";
    return {};
}

/// GET, PUT and DELETE of the domain of the endpoint or of a collection; for administrators of the endpoint. [doc]
/// [guess] the private key is not told again, and nothing is served by that name
inline Reply gcs_domain(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    std::string const of = call.holes.empty() ? world.gcs_id : call.holes[0];
    bool const known = call.holes.empty() || find_document(in.all("collections"), of) != nullptr;
    if (!known) return in.error(404, "not_found", "No Collection " + of);
    if (!in.administers()) return in.refused;
    auto& domains = in.all("domains");
    auto const* const kept = std::as_const(domains).find(of);
    if (call.method != "PUT" && kept == nullptr) return in.error(404, "not_found", "There is no custom domain");
    if (call.method == "GET")
        return Reply::of(200, gcs_result(200, "success", "Operation successful", json::array{*kept}));
    auto& shown = *find_document(in.all(call.holes.empty() ? "endpoint" : "collections"), of);
    if (call.method == "DELETE") {
        domains.erase(of);
        shown.erase("domain_name");
        name_collections(in);
        return Reply::of(200, gcs_result(200, "success", "Deleted the domain of " + of, {}));
    }
    auto domain = in.body();
    if (!domain) return in.refused;
    if (auto const wrong = wrong_domain(*domain); !wrong.empty()) return in.error(422, "unprocessable_entity", wrong);
    (*domain)["DATA_TYPE"] = "domain#1.0.0";
    domain->erase("private_key");
    shown["domain_name"] = domain->at("domain_name");
    domains.emplace_back(of, std::move(*domain));
    name_collections(in);
    return Reply::of(200, gcs_result(200, "success", "Set the domain of " + of, {}));
}

/// What is wrong with a collection: a row for each thing, and one without an error when there is nothing. [doc] the
/// members. [guess] a directory that is gone, or a mapped collection whose storage gateway is, is what can be wrong
inline json::object check_collection(GcsCall const& in, std::string const& id, json::object const& document) {
    json::object row{{"DATA_TYPE", "check_result#1.0.0"}, {"id", id}, {"error", nullptr}, {"message", ""}};
    auto const wrong = [&](char const* code, std::string const& message) {
        row["error"] = json::object{{"code", code}};
        row["message"] = message;
    };
    std::error_code error;
    auto const endpoint = std::as_const(in.world.data.endpoints).find(id);
    std::string const gateway = text_of(document, "storage_gateway_id");
    if (find_document(in.all("storage_gateways"), gateway) == nullptr)
        wrong("storage_gateway_missing", "There is no storage gateway " + gateway);
    else if (endpoint == in.world.data.endpoints.all().end() || !fs::is_directory(endpoint->second.directory, error))
        wrong("base_path_missing", "The base path of the collection is no directory");
    return row;
}

/// Checks a collection, or all: those that the list of collections would have.
inline Reply gcs_check(World& world, Call& call) {
    GcsCall in(world, call);
    if (!in) return in.refused;
    json::array rows;
    Documents const& collections = in.all("collections");
    if (!call.holes.empty()) {
        auto const* document = collections.find(call.holes[0]);
        if (document == nullptr) return in.error(404, "not_found", "No Collection " + call.holes[0]);
        if (!in.administers(call.holes[0])) return in.refused;
        rows.push_back(check_collection(in, call.holes[0], *document));
    } else {
        if (!in.administers()) return in.refused;
        std::string const gateway = call.argument("storage_gateway_id");
        for (auto const& [id, document] : collections)
            if (GcsCollectionKind::fits(call, document) &&
                (gateway.empty() || gateway == text_of(document, "storage_gateway_id")))
                rows.push_back(check_collection(in, id, document));
    }
    return Reply::of(200, gcs_result(200, "success", "Operation successful", std::move(rows)));
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_GCS_DOMAINS_IPP
