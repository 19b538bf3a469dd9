// SPDX-License-Identifier: Apache-2.0
// Web inputs: what runs ask people, by the API of Flows and by pages.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP

#include <globus/sandbox/impl/services/flow_actions.ipp>
#include <globus/sandbox/impl/services/flows_call.ipp>

namespace globus::sandbox::detail {

/// Errors of web inputs. [recorded] codes and sentences
inline Reply web_input_error(int status, char const* code, std::string const& detail) {
    return Reply::of(status, json::object{{"error", json::object{{"code", code}, {"detail", detail}}}});
}

/// What somebody is to a web input. [doc] a viewer, a respondent, or both
inline json::array web_input_roles(World const& world, std::string const& identity, json::object const& input) {
    json::object const& roles = input.at("roles").as_object();
    json::array out;
    if (is_among(world, identity, roles, "viewer_urns")) out.emplace_back("viewer");
    if (is_among(world, identity, roles, "respondent_urns")) out.emplace_back("respondent");
    return out;
}

/// A web input as somebody sees it, or its summary. [recorded] the members
inline json::object show_web_input(json::object const& input, json::array roles, bool summary) {
    json::object out;
    for (auto const& item : input) {
        std::string_view const name = item.key();
        bool const whole = name == "context" || name == "options" || name == "roles" || name == "input_schema" ||
                           name == "creator_urn";
        if (!name.starts_with("sandbox_") && !(summary && whole)) out[name] = item.value();
    }
    if (summary) out["title"] = input.at("context").at("title");
    out["user_roles"] = std::move(roles);
    return out;
}

/// [doc] those for which the caller has a role; the open ones, if nothing else is said
inline Reply list_web_inputs(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto const wanted = [&](char const* name, std::string const& value, char const* otherwise) {
        std::string const text = call.argument(name, otherwise);
        auto const list = split(text, ',');
        return text.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<json::object> items;
    for (auto const& [id, input] : in.all("web_inputs")) {
        auto roles = web_input_roles(world, in.identity(), input);
        bool const fits = std::any_of(roles.begin(), roles.end(), [&](json::value const& role) {
            return wanted("filter_roles", to_string(role.as_string()), "");
        });
        if (fits && wanted("filter_states", text_of(input, "status"), "open") &&
            wanted("filter_flow_ids", text_of(input.at("flow"), "id"), "") &&
            wanted("filter_run_ids", text_of(input.at("run"), "id"), ""))
            items.push_back(show_web_input(input, std::move(roles), true));
    }
    return marked_page(call, "web_input_summaries", std::move(items));
}

/// One web input, and the answer to it. [recorded] the errors
inline Reply web_input(World& world, Call& call) {
    FlowsCall in(world, call);
    if (!in) return in.refused;
    auto* const input = in.find("web_inputs");
    std::string const& id = call.holes[0];
    if (input == nullptr) return web_input_error(404, "NOT_FOUND", "No Web Input exists with id value " + id);
    auto roles = web_input_roles(world, in.identity(), *input);
    bool const responds = call.method == "POST";
    json::value const respondent("respondent");
    if (roles.empty() || (responds && std::find(roles.begin(), roles.end(), respondent) == roles.end()))
        return web_input_error(
            403, "FORBIDDEN",
            "User does not have " + std::string(responds ? "respondent" : "viewer") + " role on web input " + id);
    auto const* flow = find_document(in.all("flows"), text_of(input->at("flow"), "id"));
    if (flow != nullptr && !in.session_fits(*flow)) return in.refused;
    if (!responds) return Reply::of(200, show_web_input(*input, std::move(roles), false));
    if (text_of(*input, "status") == "closed")
        return web_input_error(409, "STATE_CONFLICT", "Web Input " + id + " is already closed.");
    auto const body = in.body();
    if (!body) return in.refused;
    auto const* response = body->if_contains("response");
    std::string const value = response != nullptr ? text_of(*response, "value") : "";
    if (!choose_option(world, *input, value))
        return web_input_error(422, "UNPROCESSABLE_ENTITY",
                               "'" + value + "' is not a registered option id for this input.");
    return Reply::of(200, json::object{{"status", "ok"}});
}

/// The open web input that has an option, or a page, with this end of its address.
inline json::object* web_input_at(World& world, std::string const& suffix, bool page) {
    auto& all = world.data.documents["web_inputs"];
    for (auto const& [id, input] : all) {
        if (text_of(input, "status") != "open") continue;
        if (page && text_of(input, "sandbox_page") == suffix) return all.find(id);
        for (auto const& option : input.at("sandbox_options").as_array())
            if (!page && text_of(option, "url_suffix") == suffix) return all.find(id);
    }
    return nullptr;
}

/// [doc] whoever comes to the address of an option chooses it, and whoever comes later finds nothing. [guess] an option
/// for some people only is chosen by the API
inline Reply web_option(World& world, Call& call) {
    auto* const input = web_input_at(world, call.holes[0], false);
    if (input == nullptr) return page(404, "Not found", "There is no such option, or a choice was made.");
    for (auto const& option : input->at("sandbox_options").as_array()) {
        if (text_of(option, "url_suffix") != call.holes[0]) continue;
        if (!is_among(world, "", option.as_object(), "selectable_by"))
            return page(403, "Not for everybody", "Answer the web input " + text_of(*input, "id") + " of Flows.");
        std::string const message = text_of(option, "message");
        choose_option(world, *input, call.holes[0]);
        return page(200, "Thank you", message);
    }
    return page(404, "Not found", "There is no such option.");
}

/// [doc] a page that shows the options
inline Reply web_landing_page(World& world, Call& call) {
    auto const* const input = web_input_at(world, call.holes[0], true);
    if (input == nullptr) return page(404, "Not found", "There is no such page, or a choice was made.");
    Reply reply = page(200, text_of(input->at("context"), "title"), text_of(input->at("context"), "text"));
    std::string links = "<ul id=\"options\">";
    for (auto const& option : input->at("sandbox_options").as_array())
        links += "<li><a href=\"/weboption/option/" + html_text(percent_encode(text_of(option, "url_suffix"))) + "\">" +
                 html_text(text_of(option, "name")) + "</a></li>";
    reply.body.insert(reply.body.find("</body>"), links + "</ul>");
    return reply;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_WEB_INPUTS_IPP
