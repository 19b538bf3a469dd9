// SPDX-License-Identifier: Apache-2.0
// Which request is which operation.
#ifndef GLOBUS_SANDBOX_IMPL_ROUTES_IPP
#define GLOBUS_SANDBOX_IMPL_ROUTES_IPP

#include <globus/sandbox/impl/auth/routes.ipp>
#include <globus/sandbox/impl/data.ipp>
#include <globus/sandbox/impl/services/compute.ipp>
#include <globus/sandbox/impl/services/gcs_endpoint.ipp>
#include <globus/sandbox/impl/services/groups.ipp>
#include <globus/sandbox/impl/services/search.ipp>
#include <globus/sandbox/impl/services/timers.ipp>
#include <globus/sandbox/impl/services/transfer/routes.ipp>
#include <globus/sandbox/impl/state/keep.ipp>

namespace globus::sandbox::detail {

/// For scripts that wait until the sandbox is there.
inline Reply health(World& world, Call&) {
    return Reply::of(200, json::object{{"status", "ok"},
                                       {"service", "globus-sandbox"},
                                       {"session", world.id},
                                       {"time", iso_time(world.now_locked())}});
}

/// What a person sees who opens the address in a browser.
inline Reply front_page(World& world, Call&) {
    Reply reply = page(200, "A local Globus",
                       "This is a sandbox for tests, not the Globus service. Its tokens are worth nothing elsewhere.");
    std::string body = "<p>Log in as:</p><ul id=\"users\">";
    for (auto const& user : world.options.users) body += "<li>" + html_text(user.username) + "</li>";
    body += "</ul><p>Collections:</p><table id=\"collections\">";
    for (auto const& id : world.data.endpoint_order)
        body += "<tr><td>" + html_text(id) + "</td><td>" +
                html_text(text_of(world.data.endpoints.peek(id).document, "display_name")) + "</td></tr>";
    body +=
        "</table><p>Programs find it by the variables GLOBUS_SDK_SERVICE_URL_*, which "
        "<code>globus-sandbox --print-env</code> prints. What happens here is shown on the admin page, whose address "
        "is printed as GLOBUS_SANDBOX_ADMIN_PAGE.</p>";
    reply.body.insert(reply.body.find("</body>"), body);
    return reply;
}

inline std::vector<Route> const& own_routes() {
    static std::vector<Route> const all{{"GET", "/health", "sandbox", "health", &health},
                                        {"GET", "/", "sandbox", "front_page", &front_page}};
    return all;
}

/// The routes of all services but the data of collections, which take any path.
inline std::vector<std::vector<Route> const*> route_tables() {
    return {&auth_routes(),   &transfer_routes(), &groups_routes(), &search_routes(), &flows_routes(),
            &timers_routes(), &compute_routes(),  &gcs_routes(),    &own_routes()};
}

struct CompiledRoute {
    Route const* route;
    std::vector<std::string> parts;
};

/// All routes, by method and number of segments.
inline std::map<std::pair<std::string, std::size_t>, std::vector<CompiledRoute>> const& routes() {
    static auto const all = [] {
        std::map<std::pair<std::string, std::size_t>, std::vector<CompiledRoute>> out;
        for (auto const* table : route_tables())
            for (auto const& route : *table) {
                auto parts = split(std::string_view(route.pattern).substr(1), '/');
                auto const key = std::pair(std::string(route.method), parts.size());
                // The words before the holes: /flows/validate comes before /flows/{}.
                auto& rows = out[key];
                bool const literal = std::string_view(route.pattern).find('{') == std::string_view::npos;
                rows.insert(literal ? rows.begin() : rows.end(), CompiledRoute{&route, std::move(parts)});
            }
        return out;
    }();
    return all;
}

/// The methods that a path has, for who came with another one.
inline std::string methods_of(Call const& call) {
    std::set<std::string> found;
    for (auto const& [key, rows] : routes()) {
        if (key.second != call.segments.size()) continue;
        for (auto const& row : rows) {
            bool fits = true;
            for (std::size_t i = 0; fits && i < row.parts.size(); ++i)
                fits = row.parts[i] == "{}" ? !call.segments[i].empty() : row.parts[i] == call.segments[i];
            if (fits) found.insert(key.first);
        }
    }
    std::string out;
    for (auto const& method : found) out += (out.empty() ? "" : ", ") + method;
    return out;
}

inline bool operation_exists(std::string_view name) {
    static std::set<std::string, std::less<>> const all = [] {
        std::set<std::string, std::less<>> out{"unknown", "unknown.unknown"};
        auto tables = route_tables();
        tables.push_back(&data_routes());
        for (auto const* table : tables)
            for (auto const& route : *table) {
                out.insert(route.operation);
                out.insert(std::string(route.service) + "." + route.operation);
            }
        for (std::string const grant : {"oauth2_refresh_token", "oauth2_client_credentials_tokens",
                                        "oauth2_exchange_code_for_tokens", "oauth2_get_dependent_tokens"}) {
            out.insert(grant);
            out.insert("auth." + grant);
        }
        return out;
    }();
    return all.contains(name);
}

/// Whether a request can change anything at all.
inline bool only_reads(Call const& call) {
    // A login leaves a code behind although it is a GET; these POSTs leave nothing.
    static std::set<std::string, std::less<>> const reading{
        "post_search",           "scroll", "get_task_batch", "validate_flow", "validate_run", "oauth2_token_introspect",
        "oauth2_validate_token",
    };
    if (call.operation == "get_identities") return lower(call.argument("provision")) != "true";
    if (call.method == "GET" || call.method == "HEAD")
        return call.operation != "oauth2_authorize" && call.operation != "web_option";
    return reading.contains(call.operation);
}

/// Says what `call` is: service, operation, and what fills the holes of the route.
inline void find_route(Call& call) {
    if (!call.segments.empty() && call.segments[0] == "data" && call.segments.size() >= 2) {
        for (auto const& route : data_routes())
            if (call.method == route.method) call.route = &route;
    } else {
        // HEAD is answered like GET, without the body.
        auto const found = routes().find({call.method == "HEAD" ? "GET" : call.method, call.segments.size()});
        if (found == routes().end()) return;
        for (auto const& row : found->second) {
            bool fits = true;
            std::vector<std::string> holes;
            for (std::size_t i = 0; fits && i < row.parts.size(); ++i) {
                if (row.parts[i] != "{}")
                    fits = row.parts[i] == call.segments[i];
                else if ((fits = !call.segments[i].empty()))
                    holes.push_back(call.segments[i]);
            }
            if (!fits) continue;
            call.route = row.route;
            call.holes = std::move(holes);
            break;
        }
    }
    if (call.route == nullptr) return;
    call.service = call.route->service;
    call.operation = call.route->operation;
}

inline Reply World::begin(Call& call) {
    std::lock_guard lock(mutex);
    Reply reply = answer_locked(call);
    if (!store) return reply;
    if (only_reads(call) && unsaved.empty())
        for_each_table(data, [](auto& table) { table.forget(); });
    else
        save_locked();
    if (unsaved.empty()) return reply;
    return error_reply(call.service, 500, "StateError", unsaved, "", call.path);
}

inline Reply World::finish(Call const& call, Reply begun) {
    Reply reply = begun.later ? begun.later() : std::move(begun);
    if (only_reads(call)) reply.committed = false;
    return reply;
}

inline bool World::knows_token(std::string const& token) {
    std::lock_guard lock(mutex);
    return data.access_tokens.contains(token);
}

/// Whose path this looks like, for one that nobody has: each service says in its own words that it does not know it.
inline std::string service_of_path(Call const& call) {
    auto const at = [&](std::size_t i) { return i < call.segments.size() ? call.segments[i] : std::string(); };
    std::string const first = at(0);
    if (first == "v0.10" || (first == "v2" && (at(1) == "tunnels" || at(1) == "bookmarks"))) return "transfer";
    if (first == "v2" && (at(1) == "groups" || at(1) == "preferences")) return "groups";
    if (first == "v2" && (at(1) == "api" || at(1) == "oauth2" || at(1) == "web")) return "auth";
    if (first == "v1" || first == "beta") return "search";
    if (first == "flows" || first == "runs" || first == "batch" || first == "registered_apis") return "flows";
    if (first == "jobs" || (first == "v2" && at(1) == "timer")) return "timers";
    if (first == "api") return "gcs";
    return {};
}

inline Reply World::answer_locked(Call& call) {
    if (call.route == nullptr) {
        auto const id_text = random.request_id();
        if (auto const methods = methods_of(call); !methods.empty()) {
            Reply refused =
                error_reply("", 405, "MethodNotAllowed", "This resource has " + methods, id_text, call.path);
            refused.headers.emplace_back("Allow", methods);
            return refused;
        }
        std::string const service = service_of_path(call);
        return error_reply(service, 404, service == "transfer" ? "ClientError.NotFound" : "NotFound",
                           "No such resource: " + call.method + " " + call.path, id_text, call.path);
    }
    if (call.service != "auth" && call.service != "sandbox" && options.rate_limit.requests_per_second > 0) {
        // [guess] one bucket a service, and how long to wait in whole seconds
        Bucket& bucket = buckets[call.service];
        double const rate = options.rate_limit.requests_per_second;
        double const burst = std::max(1.0, options.rate_limit.burst);
        Millis const now = now_locked();
        bucket.tokens = bucket.filled == 0
                            ? burst
                            : std::min(burst, bucket.tokens + rate * static_cast<double>(now - bucket.filled) / 1000);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            Reply refused =
                error_reply(call.service, 429, "TooManyRequests", "Too many requests", random.request_id(), call.path);
            refused.headers.emplace_back("Retry-After",
                                         std::to_string(static_cast<int>((1 - bucket.tokens) / rate) + 1));
            return refused;
        }
        bucket.tokens -= 1;
    }
    return call.route->handler(*this, call);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_ROUTES_IPP
