// SPDX-License-Identifier: Apache-2.0
// The fault rules: reading them, and deciding which one fires.
#ifndef GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP
#define GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP

#include <globus/sandbox/impl/world.ipp>

#include <algorithm>
#include <iterator>

namespace globus::sandbox::detail {

inline std::optional<Phase> phase_named(std::string_view name) {
    static constexpr std::pair<std::string_view, Phase> all[] = {
        {"accept", Phase::accept},
        {"before_request", Phase::before_request},
        {"after_headers", Phase::after_headers},
        {"after_body", Phase::after_body},
        {"before_commit", Phase::before_commit},
        {"after_commit", Phase::after_commit},
        {"in_body", Phase::in_body},
    };
    for (auto const& [text, phase] : all)
        if (text == name) return phase;
    return std::nullopt;
}

/// The phase of a rule that names none.
inline Phase usual_phase(std::string_view action) {
    if (action == "reset" || action == "close") return Phase::after_body;
    for (auto const* other : {"dribble", "truncate", "corrupt", "json", "framing", "headers", "informational", "tls"})
        if (action == other) return Phase::in_body;
    return Phase::before_commit;
}

/// Whether the action changes the answer that is under way, rather than taking its place.
inline bool edits_answer(std::string_view action) { return usual_phase(action) == Phase::in_body; }

inline bool one_of_text(json::value const& wanted, auto const& fits) {
    if (wanted.is_string()) return fits(to_string(wanted.get_string()));
    if (auto const* list = wanted.if_array())
        for (auto const& one : *list)
            if (one.is_string() && fits(to_string(one.get_string()))) return true;
    return false;
}

/// The actions, and the members that each may have.
inline std::map<std::string, std::set<std::string_view>> const& actions() {
    static std::map<std::string, std::set<std::string_view>> const all{
        {"pass", {}},
        {"status", {"code", "body", "problem", "html", "headers", "retry_after", "expire_token"}},
        {"reset", {"after_bytes"}},
        {"close", {"after_bytes"}},
        {"stall", {"ms", "after_bytes"}},
        {"dribble", {"bytes_per_s", "head"}},
        {"truncate", {"after_bytes", "keep_length"}},
        {"corrupt", {"kind"}},
        {"json", {"depth", "size", "duplicate_keys", "big_numbers", "missing", "wrong_type"}},
        {"framing", {"bad_chunk", "length", "no_headers_end"}},
        {"headers", {"flood_bytes", "duplicate", "crlf", "nul", "set"}},
        {"informational", {"count", "code"}},
        {"gzip_bomb", {"size", "ratio"}},
        {"redirect", {"code", "location"}},
        {"refuse", {"ms"}},
        {"drop_idle", {}},
        {"tls", {"handshake_stall", "alert", "close_no_notify"}},
    };
    return all;
}

/// Whether some request may bear this name, with or without its service before it.
bool operation_exists(std::string_view name);

inline void check_action(json::value const& action, bool tls) {
    auto const type = text_of(action, "type");
    if (type == "tls" && !tls) throw SandboxError("fault rule: `tls` needs a session that speaks TLS");
    auto const known = actions().find(type);
    if (known == actions().end()) throw SandboxError("fault rule: unknown action type \"" + type + "\"");
    for (auto const& item : action.as_object())
        if (item.key() != "type" && !known->second.contains(std::string_view(item.key())))
            throw SandboxError("fault rule: `" + type + "` has no member \"" + std::string(item.key()) + "\"");
    if (type == "corrupt") {
        static std::set<std::string> const kinds{"flip", "utf8", "nul", "html", "json_garbage"};
        if (!kinds.contains(text_of(action, "kind", "flip")))
            throw SandboxError("fault rule: `corrupt` has no kind \"" + text_of(action, "kind") + "\"");
    }
    if (type == "status" && number_of(action, "code", 0) < 100)
        throw SandboxError("fault rule: `status` needs a `code`");
    if (type == "redirect" && text_of(action, "location").empty() && member(action, "location") == nullptr)
        throw SandboxError("fault rule: `redirect` needs a `location`");
}

/// The members of `match` must be such that something can fit them.
inline void check_match(json::object const& match) {
    static std::set<std::string> const services{"auth",    "transfer", "groups", "search",  "flows",  "timers",
                                                "compute", "gcs",      "data",   "sandbox", "unknown"};
    auto const each = [&](char const* field, auto const& good) {
        auto const* value = match.if_contains(field);
        if (value == nullptr) return;
        bool const texts = value->is_string() || value->is_array();
        if (!texts) throw SandboxError("fault rule: `" + std::string(field) + "` is a text or a list of texts");
        (void)one_of_text(*value, [&](std::string const& text) {
            if (!good(text)) throw SandboxError("fault rule: unknown " + std::string(field) + " \"" + text + "\"");
            return false;
        });
    };
    each("operation", [](std::string const& text) { return operation_exists(text); });
    each("service", [&](std::string const& text) { return services.contains(text); });
    each("connection", [](std::string const& text) { return text == "reused" || text == "fresh"; });
    auto const number = [](json::value const& value) { return number_of(value).value_or(0) >= 1; };
    for (auto const* field : {"nth", "every"}) {
        auto const* value = match.if_contains(field);
        if (value == nullptr) continue;
        auto const* list = value->if_array();
        bool const good = list != nullptr && std::string_view(field) == "nth"
                              ? std::all_of(list->begin(), list->end(), number)
                              : number(*value);
        if (!good) throw SandboxError("fault rule: `" + std::string(field) + "` counts from 1");
    }
    if (auto const* headers = match.if_contains("header"); headers != nullptr && !headers->is_object())
        throw SandboxError("fault rule: `header` is an object of patterns");
}

inline Rule read_rule(json::value const& source, bool tls) {
    if (!source.is_object()) throw SandboxError("fault rule: an object is expected");
    static constexpr std::string_view known[] = {"match", "phase", "times", "probability", "action"};
    for (auto const& item : source.get_object())
        if (std::find(std::begin(known), std::end(known), std::string_view(item.key())) == std::end(known))
            throw SandboxError("fault rule: unknown member \"" + std::string(item.key()) + "\"");
    Rule rule;
    rule.source = source;
    auto const* action = member(source, "action");
    if (action == nullptr || !action->is_object()) throw SandboxError("fault rule: an `action` object is needed");
    if (text_of(*action, "type") == "sequence") {
        auto const* actions = member(*action, "actions");
        if (actions == nullptr || !actions->is_array() || actions->get_array().empty())
            throw SandboxError("fault rule: `sequence` needs an array of `actions`");
        rule.actions = actions->get_array();
    } else {
        rule.actions.push_back(*action);
    }
    for (auto const& one : rule.actions) {
        if (!one.is_object()) throw SandboxError("fault rule: an action must be an object");
        check_action(one, tls);
    }
    if (auto const* match = member(source, "match")) {
        if (!match->is_object()) throw SandboxError("fault rule: `match` must be an object");
        static constexpr std::string_view fields[] = {"service", "operation",        "method",     "path",  "nth",
                                                      "every",   "token_generation", "connection", "header"};
        for (auto const& item : match->get_object())
            if (std::find(std::begin(fields), std::end(fields), std::string_view(item.key())) == std::end(fields))
                throw SandboxError("fault rule: unknown member \"" + std::string(item.key()) + "\" of `match`");
        rule.match = match->get_object();
        check_match(rule.match);
    }
    rule.phase = usual_phase(text_of(rule.actions.front(), "type"));
    if (text_of(rule.actions.front(), "type") == "tls" && !flag_of(rule.actions.front(), "close_no_notify"))
        rule.phase = Phase::accept;
    if (member(source, "phase") != nullptr) {
        auto const phase = phase_named(text_of(source, "phase"));
        if (!phase) throw SandboxError("fault rule: unknown phase \"" + text_of(source, "phase") + "\"");
        rule.phase = *phase;
    }
    if (rule.phase == Phase::accept || rule.phase == Phase::before_request)
        for (auto const* field : {"service", "operation", "method", "path", "token_generation", "header"})
            if (rule.match.contains(field))
                throw SandboxError("fault rule: nothing is known of a request in this phase; `" + std::string(field) +
                                   "` cannot be matched");
    rule.remaining = rule.actions.size();
    if (auto const* times = member(source, "times")) {
        if (times->is_string() && times->get_string() == "always")
            rule.remaining = UINT64_MAX;
        else if (auto const count = number_of(*times); count && *count >= 0)
            rule.remaining = static_cast<std::uint64_t>(*count);
        else
            throw SandboxError("fault rule: `times` is a number or \"always\"");
    } else if (member(source, "probability") != nullptr || rule.match.contains("every") || rule.match.contains("nth")) {
        rule.remaining = UINT64_MAX;
    }
    rule.probability = number_of(source, "probability", 1);
    if (rule.probability < 0 || rule.probability > 1)
        throw SandboxError("fault rule: `probability` is between 0 and 1");
    return rule;
}

inline std::uint64_t World::add_rules_locked(json::value const& rule) {
    json::value const* source = &rule;
    json::value parsed;
    if (rule.is_string()) {
        boost::system::error_code error;
        parsed = json::parse(rule.get_string(), error);
        if (error) throw SandboxError("fault rule: not JSON: " + error.message());
        source = &parsed;
    }
    std::vector<Rule> added;
    if (auto const* list = source->if_array())
        for (auto const& one : *list) added.push_back(read_rule(one, options.tls != Tls::none));
    else
        added.push_back(read_rule(*source, options.tls != Tls::none));
    if (rules.size() >= 10000) std::erase_if(rules, [](Rule const& old) { return old.remaining == 0; });
    auto const first = next_rule;
    for (auto& one : added) {
        one.id = next_rule++;
        rules.push_back(std::move(one));
    }
    return first;
}

inline bool matches(json::object const& match, Sighting const& seen) {
    for (auto const& item : match) {
        std::string_view const name = item.key();
        json::value const& wanted = item.value();
        bool fits = true;
        if (name == "connection")
            fits = one_of_text(wanted, [&](std::string const& kind) { return (kind == "reused") == seen.reused; });
        else if (name == "nth" || name == "every")
            continue;
        else if (seen.call == nullptr)
            fits = false;
        else if (name == "service")
            fits = one_of_text(wanted, [&](std::string const& text) { return text == seen.call->service; });
        else if (name == "operation")
            fits = one_of_text(wanted, [&](std::string const& text) {
                return text == seen.call->operation || text == seen.call->family ||
                       text == seen.call->service + "." + seen.call->operation;
            });
        else if (name == "method")
            fits = one_of_text(wanted, [&](std::string const& text) { return text == seen.call->method; });
        else if (name == "path")
            fits = one_of_text(wanted, [&](std::string const& text) { return glob(text, seen.call->path); });
        else if (name == "token_generation")
            fits = number_of(wanted) == static_cast<double>(seen.generation);
        else if (name == "header" && wanted.is_object())
            for (auto const& header : wanted.get_object())
                fits = fits && header.value().is_string() &&
                       glob(std::string_view(header.value().get_string()), seen.call->header(header.key()));
        if (!fits) return false;
    }
    return true;
}

inline std::optional<Firing> World::fire_locked(Phase phase, Sighting const& sighting) {
    std::optional<Firing> found;
    for (auto& rule : rules) {
        if (rule.phase != phase || rule.remaining == 0 || !matches(rule.match, sighting)) continue;
        ++rule.seen;
        if (found) continue;
        if (auto const* nth = rule.match.if_contains("nth")) {
            bool listed = false;
            if (auto const* list = nth->if_array())
                for (auto const& one : *list) listed = listed || number_of(one) == static_cast<double>(rule.seen);
            else
                listed = number_of(*nth) == static_cast<double>(rule.seen);
            if (!listed) continue;
        }
        if (auto const every = number_of(rule.match, "every", 0); every >= 1)
            if (rule.seen % static_cast<std::uint64_t>(every) != 0) continue;
        if (rule.probability < 1 && fault_random.fraction() >= rule.probability) continue;
        json::value const& action = rule.actions[static_cast<std::size_t>(rule.fired % rule.actions.size())];
        ++rule.fired;
        if (rule.remaining != UINT64_MAX) --rule.remaining;
        if (text_of(action, "type") == "pass") continue;
        found = Firing{rule.id, action.as_object()};
    }
    return found;
}

inline json::array describe_rules(std::vector<Rule> const& rules) {
    json::array out;
    for (auto const& rule : rules) {
        json::object one{{"rule_id", rule.id}, {"fired", rule.fired}, {"seen", rule.seen}, {"rule", rule.source}};
        if (rule.remaining == UINT64_MAX)
            one["remaining"] = "always";
        else
            one["remaining"] = rule.remaining;
        out.push_back(std::move(one));
    }
    return out;
}

/// Rules that go by a name. "rotate_keys" is no rule but something to do at once.
inline std::map<std::string, std::string> const& scenarios() {
    static std::map<std::string, std::string> const all{
        {"flaky_1pct",
         R"([{"match": {}, "phase": "after_body", "probability": 0.005, "action": {"type": "reset"}},
             {"match": {}, "probability": 0.005, "action": {"type": "status", "code": 503}}])"},
        {"auth_down",
         R"({"match": {"service": "auth"}, "times": "always", "action": {"type": "status", "code": 503}})"},
        {"token_expires_mid_paging",
         R"({"match": {"operation": ["task_list", "endpoint_search", "task_event_list", "task_successful_transfers",
                                     "task_skipped_errors", "get_shared_endpoint_list", "endpoint_manager_task_list",
                                     "search", "post_search", "scroll", "list_flows", "list_runs", "get_run_logs",
                                     "list_registered_apis", "list_web_inputs", "get_collection_list",
                                     "get_storage_gateway_list", "get_role_list", "get_user_credential_list"],
                       "nth": 3},
             "times": 1, "action": {"type": "status", "code": 401, "expire_token": true}})"},
        {"rate_limited",
         R"({"match": {"service": ["transfer", "groups", "search", "flows", "timers", "compute"]}, "times": 3,
             "action": {"type": "status", "code": 429, "retry_after": {"seconds": 1}}})"},
        {"lost_submit_reply",
         R"({"match": {"operation": ["submit_transfer", "submit_delete"]}, "phase": "after_commit", "times": 1,
             "action": {"type": "reset"}})"},
        {"slow_search",
         R"({"match": {"service": "search"}, "times": "always", "action": {"type": "stall", "ms": 2000}})"},
        {"key_rotation", ""},
        {"rolling_restart",
         R"([{"match": {"every": 100}, "action": {"type": "refuse", "ms": 200}},
             {"match": {"connection": "reused", "every": 20}, "phase": "after_body", "action": {"type": "close"}},
             {"match": {"every": 50}, "action": {"type": "status", "code": 503, "retry_after": {"seconds": 1}}}])"},
    };
    return all;
}

inline std::string reason_of(int status) {
    static std::map<int, char const*> const all{{100, "Continue"},
                                                {102, "Processing"},
                                                {103, "Early Hints"},
                                                {200, "OK"},
                                                {201, "Created"},
                                                {202, "Accepted"},
                                                {204, "No Content"},
                                                {206, "Partial Content"},
                                                {301, "Moved Permanently"},
                                                {302, "Found"},
                                                {303, "See Other"},
                                                {304, "Not Modified"},
                                                {307, "Temporary Redirect"},
                                                {308, "Permanent Redirect"},
                                                {400, "Bad Request"},
                                                {401, "Unauthorized"},
                                                {403, "Forbidden"},
                                                {404, "Not Found"},
                                                {405, "Method Not Allowed"},
                                                {408, "Request Timeout"},
                                                {409, "Conflict"},
                                                {413, "Content Too Large"},
                                                {416, "Range Not Satisfiable"},
                                                {417, "Expectation Failed"},
                                                {422, "Unprocessable Content"},
                                                {429, "Too Many Requests"},
                                                {500, "Internal Server Error"},
                                                {501, "Not Supported"},
                                                {502, "Bad Gateway"},
                                                {503, "Service Unavailable"},
                                                {504, "Gateway Timeout"}};
    auto const found = all.find(status);
    return found != all.end() ? found->second : "Status";
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FAULTS_RULES_IPP
