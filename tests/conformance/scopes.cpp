// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"
#include "values.hpp"

#include <globus/app/consents.hpp>
#include <globus/client/response.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/scopes.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

namespace conformance {
namespace {

using globus::Scope;

Json texts_of(std::vector<Scope> const& scopes) {
    Array list;
    for (Scope const& scope : scopes) list.emplace_back(scope.text());
    return list;
}

/// Runs `read`, and compares what it gives or throws with `recorded`.
std::string compare(Json const& recorded, std::string_view name, std::function<Json()> const& read) {
    std::exception_ptr thrown;
    Json got;
    try {
        got = read();
    } catch (globus::ScopeError const&) {
        bool forbidden = false;
        for (char const* input : {"input", "a", "b", "scope_string"})
            forbidden = forbidden || has_forbidden_scope(member(recorded, input));
        if (find(recorded, "error") == nullptr && forbidden) return on_purpose("scopes"), "";
        thrown = std::current_exception();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);
    return difference(member(recorded, name), got, std::string(name));
}

std::string check_parse(Json const& recorded) {
    std::string const input = text(member(recorded, "input"));
    if (auto words = compare(recorded, "canonical", [&] { return texts_of(Scope::parse(input)); }); !words.empty())
        return words;
    Json const* single = find(recorded, "single");
    if (single == nullptr) return {};
    Json one = recorded;
    if (Json const* error = find(*single, "error")) one.as_object()["error"] = *error;
    return compare(one, "single", [&] { return Json(Scope::parse_one(input).text()); });
}

/// A text, a scope, or a list of both, as the library joins them.
std::string check_serialize(Json const& recorded) {
    std::vector<std::string> texts;
    Json const input = plain(member(recorded, "input"));
    if (input.is_string()) texts.push_back(std::string(input.get_string()));
    if (input.is_array())
        for (Json const& item : input.get_array()) {
            if (!item.is_string()) throw Missing("scopes that are no texts");
            texts.push_back(std::string(item.get_string()));
        }
    Json const& wanted = member(recorded, "reject_empty_true");
    std::exception_ptr thrown;
    std::string got;
    try {
        got = globus::join_scopes(texts);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (Json const* error = find(wanted, "error")) return difference_of_error(*error, thrown);
    if (thrown) return difference_of_error(Json(Object()), thrown);
    return difference(wanted, Json(got), "reject_empty_true");
}

std::string check_consents(Json const& recorded) {
    auto const answer = globus::Response<globus::auth::ConsentList>(globus::http::Response{
        .status = 200, .body = boost::json::serialize(Object{{"consents", member(recorded, "consents")}})});
    std::exception_ptr thrown;
    globus::ConsentForest forest;
    try {
        forest = globus::ConsentForest(answer->consents);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);

    Array trees;
    for (std::int64_t const root : forest.roots()) {
        std::vector<std::int64_t> nodes;
        std::vector<std::int64_t> level{root};
        std::int64_t depth = 0;
        while (!level.empty()) {
            ++depth;
            std::vector<std::int64_t> next;
            for (std::int64_t const id : level) {
                nodes.push_back(id);
                auto const& children = forest.nodes().at(id).children;
                next.insert(next.end(), children.begin(), children.end());
            }
            level = std::move(next);
        }
        std::sort(nodes.begin(), nodes.end());
        trees.push_back(Object{{"root", root}, {"max_depth", depth}, {"nodes", Array(nodes.begin(), nodes.end())}});
    }
    if (auto words = difference(member(recorded, "trees"), trees, "trees"); !words.empty()) return words;
    for (auto const& [scopes, met] : member(recorded, "meets").as_object())
        if (forest.meets_scope_requirements(Scope::parse(scopes)) != met.as_bool())
            return "meets " + std::string(scopes) + " differs";
    return {};
}

}  // namespace

void run_scopes(Report& report, Json const& section) {
    auto const each = [&](char const* name, std::string (*check)(Json const&)) {
        for (Json const& recorded : member(section, name).as_array())
            report.check(string_member(recorded, "id"), [&] { return check(recorded); });
    };
    each("parse", check_parse);
    each("merge", [](Json const& recorded) {
        return compare(recorded, "canonical", [&] {
            return texts_of(
                Scope::merge(Scope::parse(text(member(recorded, "a"))), Scope::parse(text(member(recorded, "b")))));
        });
    });
    each("serialize", check_serialize);
    each("consents", check_consents);

    // What has no id in the recording is one case each.
    Scope const all(globus::TransferScopes::all);
    report.check("scopes.objects", [&]() -> std::string {
        for (Json const& recorded : member(section, "objects").as_array()) {
            std::string const id = string_member(recorded, "id");
            Json got;
            if (id == "with_dependency") got = all.with_dependency(Scope("foo")).text();
            if (id == "with_optional") got = all.with_optional().text();
            if (id == "with_optional_false") got = all.with_optional().with_optional(false).text();
            if (id == "dependency_order_kept")
                got = all.with_dependency(Scope("z"))
                          .with_dependency(Scope("a"))
                          .with_dependency(Scope("m").with_optional())
                          .text();
            if (Json const* wanted = find(recorded, "str"))
                if (auto words = difference(*wanted, got, id); !words.empty()) return words;
        }
        return {};
    });
    report.check("scopes.construct", [&]() -> std::string {
        for (Json const& recorded : member(section, "construct").as_array()) {
            std::string const scope = text(member(recorded, "scope_string"));
            auto const words = compare(recorded, "str", [&] { return Json(Scope(scope).text()); });
            if (!words.empty()) return scope + ": " + words;
        }
        return {};
    });
    report.check("scopes.dynamic", [&]() -> std::string {
        for (Json const& recorded : member(section, "dynamic").as_array()) {
            std::string const argument = string_member(recorded, "argument");
            Object got;
            if (std::string const name = string_member(recorded, "class"); name == "SpecificFlowScopes") {
                got["user"] = globus::SpecificFlowScopes(argument).user();
            } else if (name == "GCSEndpointScopes") {
                got["manage_collections"] = globus::GcsEndpointScopes(argument).manage_collections();
            } else if (name == "GCSCollectionScopes") {
                got["data_access"] = globus::GcsCollectionScopes(argument).data_access();
                got["https"] = globus::GcsCollectionScopes(argument).https();
            }
            if (auto words = difference(member(recorded, "scopes"), got, argument); !words.empty()) return words;
        }
        return {};
    });
    report.check("scopes.static", [&]() -> std::string {
        Object got;
        auto const add = [&](char const* name, std::string_view server, Object scopes) {
            got[name] = Object{{"resource_server", server}, {"scopes", std::move(scopes)}};
        };
        using namespace globus;
        add("AuthScopes", AuthScopes::resource_server,
            {{"email", AuthScopes::email},
             {"manage_projects", AuthScopes::manage_projects},
             {"openid", AuthScopes::openid},
             {"profile", AuthScopes::profile},
             {"view_authentications", AuthScopes::view_authentications},
             {"view_clients", AuthScopes::view_clients},
             {"view_clients_and_scopes", AuthScopes::view_clients_and_scopes},
             {"view_consents", AuthScopes::view_consents},
             {"view_identities", AuthScopes::view_identities},
             {"view_identity_set", AuthScopes::view_identity_set}});
        add("ComputeScopes", ComputeScopes::resource_server, {{"all", ComputeScopes::all}});
        add("FlowsScopes", FlowsScopes::resource_server,
            {{"all", FlowsScopes::all},
             {"manage_flows", FlowsScopes::manage_flows},
             {"run", FlowsScopes::run},
             {"run_manage", FlowsScopes::run_manage},
             {"run_status", FlowsScopes::run_status},
             {"view_flows", FlowsScopes::view_flows}});
        add("GroupsScopes", GroupsScopes::resource_server,
            {{"all", GroupsScopes::all},
             {"view_my_groups_and_memberships", GroupsScopes::view_my_groups_and_memberships}});
        add("NexusScopes", NexusScopes::resource_server, {{"groups", NexusScopes::groups}});
        add("SearchScopes", SearchScopes::resource_server,
            {{"all", SearchScopes::all},
             {"globus_connect_server", SearchScopes::globus_connect_server},
             {"ingest", SearchScopes::ingest},
             {"search", SearchScopes::search}});
        add("TimersScopes", TimersScopes::resource_server, {{"timer", TimersScopes::timer}});
        add("TransferScopes", TransferScopes::resource_server,
            {{"all", TransferScopes::all}, {"gcp_install", TransferScopes::gcp_install}});
        for (auto const& [name, recorded] : member(section, "static").as_object()) {
            Json wanted = recorded;
            wanted.as_object().erase("client_id");
            if (auto words = difference(wanted, member(got, name), std::string(name)); !words.empty()) return words;
        }
        return {};
    });
}

}  // namespace conformance
