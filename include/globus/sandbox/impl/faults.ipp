// SPDX-License-Identifier: Apache-2.0
// The fault rules: reading them, deciding which one fires, and what they do to the bytes of an answer.
#ifndef GLOBUS_SANDBOX_IMPL_FAULTS_IPP
#define GLOBUS_SANDBOX_IMPL_FAULTS_IPP

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
    static std::set<std::string> const services{"auth",   "transfer", "groups", "search", "flows",
                                                "timers", "compute",  "gcs",    "data",   "sandbox", "unknown"};
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

// Scenarios -----------------------------------------------------------------------------------------------------------

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

// What an action makes of an answer -----------------------------------------------------------------------------------

inline std::string reason_of(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 102:
            return "Processing";
        case 103:
            return "Early Hints";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Supported";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

/// The error document of a service. [recorded] shapes; the texts are ours.
inline Reply error_reply(std::string_view service, int status, std::string const& code, std::string const& message,
                         std::string const& request_id, std::string const& resource) {
    json::object document;
    if (service == "auth") {
        document = {{"errors", json::array{json::object{{"status", std::to_string(status)},
                                                        {"id", request_id},
                                                        {"code", code},
                                                        {"detail", message},
                                                        {"title", reason_of(status)}}}},
                    {"error_description", reason_of(status)},
                    {"error", lower(code)}};
    } else if (service == "groups") {
        document = {{"data", nullptr}, {"errors", json::array{json::object{{"code", code}, {"detail", message}}}}};
    } else if (service == "search") {
        document = {{"@datatype", "GError"}, {"@version", "2017-09-01"}, {"status", status},
                    {"code", code},          {"message", message},       {"request_id", request_id}};
    } else if (service == "flows") {
        document = {{"error", json::object{{"code", code}, {"detail", message}}}, {"debug_id", request_id}};
    } else if (service == "timers") {
        document = {{"error", json::object{{"status", status}, {"code", code}, {"detail", message}}}};
    } else if (service == "gcs") {
        document = {{"DATA_TYPE", "result#1.0.0"},  {"code", code},       {"detail", nullptr},
                    {"http_response_code", status}, {"message", message}, {"data", json::array{}},
                    {"has_next_page", false},       {"marker", ""}};
    } else if (service == "compute") {
        document = {{"code", status}, {"reason", message}, {"status", "Failed"}};
    } else {
        document = {{"code", code}, {"message", message}, {"request_id", request_id}, {"resource", resource}};
    }
    Reply reply = Reply::of(status, document);
    reply.committed = false;
    return reply;
}

inline Reply status_reply(Firing const& firing, Call const& call, std::string const& request_id) {
    int const code = static_cast<int>(number_of(firing.action, "code", 500));
    static std::map<int, std::string> const names{
        {401, "AuthenticationFailed"}, {403, "PermissionDenied"}, {404, "NotFound"},
        {429, "TooManyRequests"},      {500, "InternalError"},    {503, "ServiceUnavailable"}};
    auto const named = names.find(code);
    Reply reply = error_reply(call.service, code, named == names.end() ? "Error" : named->second,
                              "The sandbox was told to answer this", request_id, call.path);
    if (flag_of(firing.action, "html")) {
        reply.content_type = "text/html";
        reply.body = "<html><head><title>" + std::to_string(code) + " " + reason_of(code) +
                     "</title></head><body><h1>" + reason_of(code) + "</h1></body></html>\n";
    } else if (auto const* body = member(firing.action, "body")) {
        reply.body = body->is_string() ? to_string(body->get_string()) : json::serialize(*body);
    } else if (auto const* problem = member(firing.action, "problem")) {
        reply.content_type = "application/problem+json";
        reply.body = json::serialize(*problem);
    }
    if (auto const* headers = member(firing.action, "headers"); headers != nullptr && headers->is_object())
        for (auto const& header : headers->get_object())
            if (header.value().is_string()) {
                auto const value = to_string(header.value().get_string());
                if (same_name(header.key(), "Content-Type"))
                    reply.content_type = value;
                else
                    reply.headers.emplace_back(header.key(), value);
            }
    if (auto const* after = member(firing.action, "retry_after")) {
        std::string value;
        if (auto const* raw = member(*after, "raw"))
            value = raw->is_string() ? to_string(raw->get_string()) : json::serialize(*raw);
        else if (auto const* date = member(*after, "http_date"))
            value = date->is_string()
                        ? to_string(date->get_string())
                        : http_time(wall_clock() + static_cast<Millis>(number_of(*date).value_or(1) * 1000));
        else
            value =
                std::to_string(static_cast<std::int64_t>(number_of(*after, "seconds", number_of(*after).value_or(1))));
        reply.headers.emplace_back("Retry-After", value);
    }
    return reply;
}

inline void append_bits(std::string& out, std::uint32_t& held, int& count, std::uint32_t bits, int width) {
    held |= bits << count;
    count += width;
    while (count >= 8) {
        out += static_cast<char>(held & 255);
        held >>= 8;
        count -= 8;
    }
}

/// A gzip file of about `size` zero bytes, `ratio` times smaller: at most 1032 times (RFC 1951, RFC 1952).
inline std::string gzip_of_zeros(std::uint64_t size, double ratio) {
    std::uint64_t const runs = size / 258 + 1;
    std::string const begin("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
    std::string out;
    std::uint32_t held = 0;
    int count = 0;
    auto const put = [&](std::uint32_t bits, int width) { append_bits(out, held, count, bits, width); };
    put(1, 1);   // the last block
    put(2, 2);   // with codes of its own
    put(29, 5);  // for 286 literals and lengths
    put(0, 5);   // one distance
    put(14, 4);  // and 18 lengths of codes: 18 takes one bit, 2 and 1 take two
    for (std::uint32_t const width : {0U, 0U, 1U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 2U, 0U, 2U})
        put(width, 3);
    put(3, 2);  // the literal 0 takes two bits
    put(0, 1);
    put(127, 7);  // 138 others none
    put(0, 1);
    put(106, 7);  // 117 others none
    put(3, 2);    // the end of the block two
    put(0, 1);
    put(17, 7);                                          // 28 lengths none
    put(1, 2);                                           // the length 258 one
    put(1, 2);                                           // the distance 1 one
    put(1, 2);                                           // literal 0
    for (std::uint64_t i = 0; i < runs; ++i) put(0, 2);  // 258 bytes like it
    put(3, 2);                                           // the end of the block
    put(0, 7);                                           // fill up
    // Empty stored blocks make it as large as the ratio wants it.
    auto const wanted = static_cast<double>(size) / std::max(1.0, ratio) - static_cast<double>(out.size()) - 18;
    std::string padding;
    for (double left = wanted; left >= 5; left -= 5) padding += std::string("\x00\x00\x00\xff\xff", 5);
    out = begin + padding + out;
    // The checksum of n zero bytes: the operator of one byte, to the power of n.
    std::uint64_t const length = runs * 258 + 1;
    using Matrix = std::array<std::uint32_t, 32>;
    auto const times = [](Matrix const& matrix, std::uint32_t vector) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < 32; ++i)
            if ((vector >> i) & 1) sum ^= matrix[i];
        return sum;
    };
    Matrix power{};
    for (std::uint32_t i = 0; i < 32; ++i) {
        std::uint32_t state = 1U << i;
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0xedb88320U : 0U);
        power[i] = state;
    }
    std::uint32_t checksum = 0xffffffffU;
    for (std::uint64_t left = length; left != 0; left >>= 1) {
        if ((left & 1) != 0) checksum = times(power, checksum);
        Matrix square{};
        for (std::size_t i = 0; i < 32; ++i) square[i] = times(power, power[i]);
        power = square;
    }
    checksum = ~checksum;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((checksum >> (8 * i)) & 255);
    for (int i = 0; i < 4; ++i) out += static_cast<char>((length >> (8 * i)) & 255);
    return out;
}

/// `corrupt`
inline void corrupt_body(Reply& reply, std::string const& kind) {
    if (kind == "utf8") {
        auto const quote = reply.body.find('"');
        reply.body.insert(quote == std::string::npos ? reply.body.size() : quote + 1, "\xc3\x28\xff");
    } else if (kind == "nul") {
        reply.body.insert(reply.body.size() / 2, 1, '\0');
    } else if (kind == "html") {
        reply.body = "<html><body>Service</body></html>";
    } else if (kind == "json_garbage") {
        reply.body = "{\"code\": tru]}," + reply.body;
    } else if (!reply.body.empty()) {
        for (auto const at : {reply.body.size() / 3, reply.body.size() / 2, reply.body.size() - 1})
            reply.body[at] = static_cast<char>(reply.body[at] ^ 0x15);
    }
}

/// What is put into a body when it is written, so that a large one needs no memory.
struct Filler {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// `json`
inline Filler edit_json(Reply& reply, json::object const& action) {
    if (auto const depth = number_of(action, "depth", 0); depth >= 1) {
        auto const levels = static_cast<std::size_t>(depth);
        reply.body = std::string(levels, '[') + std::string(levels, ']');
        return {};
    }
    boost::system::error_code error;
    json::value document = json::parse(reply.body, error);
    if (error) return {};
    auto edit = [&](json::object& object) {
        if (auto const* missing = action.if_contains("missing"); missing != nullptr && missing->is_array())
            for (auto const& key : missing->get_array())
                if (key.is_string()) object.erase(key.get_string());
        if (auto const* wrong = action.if_contains("wrong_type"); wrong != nullptr && wrong->is_object())
            for (auto const& item : wrong->get_object()) object[item.key()] = item.value();
    };
    if (auto* object = document.if_object()) edit(*object);
    if (auto* list = document.if_array())
        for (auto& one : *list)
            if (auto* object = one.if_object()) edit(*object);
    reply.body = json::serialize(document);
    auto const insert = [&](std::string const& members) {
        if (auto const brace = reply.body.find('{'); brace != std::string::npos) {
            bool const empty = document.is_object() && document.get_object().empty();
            reply.body.insert(brace + 1, members + (empty ? "" : ","));
        }
    };
    if (flag_of(action, "duplicate_keys") && document.is_object() && !document.get_object().empty())
        insert(json::serialize(json::value(document.get_object().begin()->key())) + ":\"sandbox duplicate\"");
    if (flag_of(action, "big_numbers")) insert("\"sandbox_big\":18446744073709551616,\"sandbox_huge\":1e400");
    Filler filler;
    if (auto const size = number_of(action, "size", 0); size > static_cast<double>(reply.body.size())) {
        filler.size = static_cast<std::size_t>(size) - reply.body.size();
        insert("\"sandbox_filler\":\"\"");
        if (auto const name = reply.body.find("sandbox_filler"); name != std::string::npos)
            filler.at = name + 17;
        else
            filler.size = 0;
    }
    return filler;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FAULTS_IPP
