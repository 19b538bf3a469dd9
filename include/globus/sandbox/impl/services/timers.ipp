// SPDX-License-Identifier: Apache-2.0
// Timers: they run on the sandbox's clock, and submit transfers and start flows for those who made them.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP

#include <globus/sandbox/impl/services/flows.ipp>

#include <tuple>

namespace globus::sandbox::detail {

/// [recorded] the shape of what is wrong with a timer: what, and where
inline Reply wrong_timer(std::vector<std::pair<json::array, std::string>> const& faults, char const* type) {
    json::array detail;
    for (auto const& [where, what] : faults)
        detail.push_back(json::object{{"loc", where}, {"msg", what}, {"type", type}});
    return Reply::of(422, json::object{{"detail", std::move(detail)}});
}

/// A timer as its owner sees it: what is kept of it, and where it stands. [recorded] the members of both versions
inline json::object show_timer(World const& world, TimerState const& timer, json::object const& document) {
    json::object out = document;
    auto const time = [](std::optional<Millis> at) { return at ? json::value(iso_time(*at)) : json::value(nullptr); };
    std::optional<Millis> const next = timer.paused ? std::nullopt : timer.next;
    out["next_run"] = time(next);
    out["last_ran_at"] = time(timer.last);
    out["n_runs"] = timer.runs;
    out["n_errors"] = timer.errors;
    out["number_of_runs"] = timer.runs;
    out["number_of_errors"] = timer.errors;
    json::array results;
    for (auto const& one : timer.results) results.push_back(one);
    out["results"] = json::object{{"data", std::move(results)}, {"page_next", nullptr}};
    out["start"] = iso_time(timer.start);
    out["interval"] =
        timer.interval > 0 ? json::value(static_cast<double>(timer.interval) / 1000) : json::value(nullptr);
    out["stop_after"] = nullptr;
    if (timer.most || timer.end)
        out["stop_after"] = json::object{{"n_runs", timer.most ? json::value(*timer.most) : json::value(nullptr)},
                                         {"date", time(timer.end)}};
    char const* status = timer.runs == 0 && timer.second_version ? "new" : "loaded";
    if (timer.paused) status = "inactive";
    if (!timer.next) status = "completed";  // [guess] the word
    out["status"] = status;
    if (timer.next && !timer.paused)
        out["activity"] = json::object{{"code", "awaiting_next_run"}, {"start_timestamp", nullptr}};
    (void)world;
    return out;
}

/// A call to Timers, and the caller's timer that the route names.
struct TimersCall : PlainCall {
    TimersCall(World& in, Call& of) : PlainCall(in, of) {
        if (token != nullptr)
            (void)has_one_of({"https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer"});
    }
    /// [doc] a timer is its owner's alone
    TimerState* timer() {
        auto const found = world.data.timers.find(call.holes[0]);
        if (found != world.data.timers.end() && found->second.owner == token->identity) return &found->second;
        refused = error(404, "NOT_FOUND", "No timer with this id");
        return nullptr;
    }
};

// Schedules -----------------------------------------------------------------------------------------------------------

/// Reads a time, or what is wrong with it.
inline std::optional<Millis> timer_time(json::value const* value, Millis otherwise, bool& good) {
    if (value == nullptr || value->is_null()) return otherwise;
    auto const time = value->is_string() ? parse_time(to_string(value->get_string())) : std::nullopt;
    good = good && time.has_value();
    return time;
}

/// The schedule of the second version. [doc] once at a time, or every so many seconds until an end
inline std::optional<Reply> read_schedule(World const& world, json::object& given, TimerState& timer) {
    auto* const schedule = given.if_contains("schedule");
    std::string const type = schedule != nullptr ? text_of(*schedule, "type") : "";
    json::array const place{"body", "timer", "schedule"};
    if (type != "once" && type != "recurring")
        return wrong_timer({{place, "type must be once or recurring"}}, "value_error");
    auto& object = schedule->get_object();
    Millis const now = world.now_locked();
    bool good = true;
    char const* const name = type == "once" ? "datetime" : "start";
    timer.start = timer_time(object.if_contains(name), now, good).value_or(now);
    object[name] = iso_time(timer.start);  // [recorded] what was left out is filled in
    if (type == "once") {
        timer.most = 1;
    } else {
        double const seconds = number_of(object, "interval_seconds", 0);
        if (seconds < 60)  // [doc] a minute at least
            return wrong_timer({{place, "interval_seconds must be at least 60"}}, "value_error");
        timer.interval = static_cast<Millis>(seconds * 1000);
        if (auto const* end = object.if_contains("end"); end != nullptr && end->is_object()) {
            for (auto const* count : {"iterations", "count"})
                if (member(*end, count) != nullptr) timer.most = static_cast<std::int64_t>(number_of(*end, count, 0));
            if (auto const* date = member(*end, "datetime")) timer.end = timer_time(date, now, good);
        }
    }
    if (!good) return wrong_timer({{place, "A time is malformed"}}, "value_error");
    return std::nullopt;
}

/// What the timers of the first version say: start, interval, stop_after, stop_after_n.
inline std::optional<Reply> read_job(World const& world, json::object const& body, TimerState& timer) {
    std::vector<std::pair<json::array, std::string>> missing;
    for (auto const* needed : {"start", "callback_url"})
        if (!body.contains(needed)) missing.emplace_back(json::array{"body", needed}, "field required");
    if (!missing.empty()) return wrong_timer(missing, "value_error.missing");
    bool good = true;
    Millis const now = world.now_locked();
    timer.start = timer_time(body.if_contains("start"), now, good).value_or(now);
    timer.interval = static_cast<Millis>(number_of(body, "interval", 0) * 1000);
    if (auto const most = number_of(body, "stop_after_n", 0); most > 0) timer.most = static_cast<std::int64_t>(most);
    if (auto const* stop = body.if_contains("stop_after"); stop != nullptr && !stop->is_null()) {
        if (auto const most = number_of(*stop, "n_runs", 0); most > 0) timer.most = static_cast<std::int64_t>(most);
        auto const* date = stop->is_string() ? stop : member(*stop, "date");
        if (date != nullptr && !date->is_null()) timer.end = timer_time(date, now, good);
    }
    if (timer.interval == 0) timer.most = 1;
    if (!good) return wrong_timer({{json::array{"body", "start"}, "A time is malformed"}}, "value_error");
    return std::nullopt;
}

/// The document of a timer of the second version: for a transfer or for a flow.
inline std::optional<Reply> complete_timer(World const& world, json::object& timer) {
    std::string const type = text_of(timer, "timer_type");
    if (type == "transfer") {
        timer["callback_url"] = "https://transfer.actions.globus.org/transfer/run";
        timer["callback_body"] =
            json::object{{"body", timer.contains("body") ? timer["body"] : json::value(json::object{})}};
        timer["scope"] = nullptr;
        return std::nullopt;
    }
    std::string const flow = text_of(timer, "flow_id");
    if (type != "flow" || flow.empty())
        return wrong_timer({{json::array{"body", "timer", "timer_type"}, "timer_type must be transfer or flow"}},
                           "value_error");
    std::string name = flow;
    std::replace(name.begin(), name.end(), '-', '_');
    timer["callback_url"] = "https://flows.automate.globus.org/flows/" + flow + "/run";
    timer["callback_body"] = timer.contains("body") ? timer["body"] : json::value(json::object{});
    timer["scope"] = "https://auth.globus.org/scopes/" + flow + "/flow_" + name + "_user";
    (void)world;
    return std::nullopt;
}

inline Reply create_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto const body = in.body();
    if (!body) return in.refused;
    TimerState timer;
    timer.second_version = call.operation == "create_timer";
    json::object document = *body;
    if (timer.second_version) {
        auto const* given = body->if_contains("timer");
        if (given == nullptr || !given->is_object())
            return wrong_timer({{json::array{"body", "timer"}, "field required"}}, "missing");
        document = given->get_object();
        if (auto wrong = read_schedule(world, document, timer)) return *wrong;
        if (auto wrong = complete_timer(world, document)) return *wrong;
    } else if (auto wrong = read_job(world, *body, timer)) {
        return *wrong;
    }
    std::string const id = world.random.uuid();
    timer.owner = in.token->identity;
    timer.client = in.token->client_id;
    timer.next = timer.start;
    merge(document, {{"job_id", id}, {"inactive_reason", nullptr}, {"submitted_at", in.now()}});
    if (!document.contains("name")) document["name"] = nullptr;
    auto const& kept = in.add("timers", id, std::move(document));
    json::object const shown = show_timer(world, world.data.timers[id] = timer, kept);
    world.wake.notify_all();
    return Reply::of(201, timer.second_version ? json::object{{"timer", shown}} : shown);
}

inline Reply list_timers(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    json::array out;
    for (auto const& [id, document] : in.all("timers"))
        if (auto const& timer = world.data.timers[id]; timer.owner == in.token->identity)
            out.push_back(show_timer(world, timer, document));
    return Reply::of(200, json::object{{"jobs", std::move(out)}});
}

inline Reply get_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto const* timer = in.timer();
    return timer != nullptr ? Reply::of(200, show_timer(world, *timer, *in.find("timers"))) : in.refused;
}

inline Reply change_timer(World& world, Call& call) {
    TimersCall in(world, call);
    if (!in) return in.refused;
    auto* const timer = in.timer();
    if (timer == nullptr) return in.refused;
    json::object& document = *in.find("timers");
    if (call.operation == "delete_job") {
        Reply const reply = Reply::of(200, show_timer(world, *timer, document));
        in.remove("timers");
        world.data.timers.erase(call.holes[0]);
        return reply;
    }
    if (call.operation == "pause_job" || call.operation == "resume_job") {
        bool const pause = call.operation == "pause_job";
        timer->paused = pause;
        // [guess] what was missed meanwhile is not made up for
        while (!pause && timer->next && timer->interval > 0 && *timer->next < world.now_locked())
            *timer->next += timer->interval;
        document["inactive_reason"] =
            pause ? json::value(json::object{{"cause", "user"}, {"detail", nullptr}}) : json::value(nullptr);
        world.wake.notify_all();
        return Reply::of(200, json::object{{"message", std::string("Successfully ") + (pause ? "paused" : "resumed") +
                                                           " job " + call.holes[0] + "."}});
    }
    auto const body = in.body();
    if (!body) return in.refused;
    merge(document, *body);
    document["job_id"] = call.holes[0];
    return Reply::of(200, show_timer(world, *timer, document));
}

// Running -------------------------------------------------------------------------------------------------------------

/// Starts the flow of a timer; its answer and its status.
inline std::pair<int, json::value> start_flow_for(World& world, TimerState const& timer, std::string const& flow,
                                                  json::value const& body) {
    Call call;
    call.service = "flows";
    call.operation = "run_flow";
    call.path = "/flows/" + flow + "/run";
    call.holes = {flow};
    call.body = json::serialize(body);
    Reply const reply = call_for(world, {timer.owner, timer.client}, "https://auth.globus.org/scopes/" + flow + "/user",
                                 &run_flow, call);
    boost::system::error_code failed;
    return {reply.status, json::parse(reply.body, failed)};
}

/// One run of a timer. Nothing leaves the sandbox: a callback that is no transfer and no flow of it is an error.
inline void run_timer(World& world, std::string const& id, TimerState& timer) {
    Millis const at = *timer.next;
    json::object const& document = *find_document(world.data.documents["timers"], id);
    std::string const url = text_of(document, "callback_url");
    json::value const body =
        document.contains("callback_body") ? document.at("callback_body") : json::value(json::object{});
    int status = 0;
    json::value answer;
    auto const flow = url.find("/flows/");
    if (url.find("transfer") != std::string::npos) {
        auto const* inner = member(body, "body");
        auto made =
            submit_for(world, {timer.owner, timer.client}, transfer_of_action(inner != nullptr ? *inner : body));
        status = made.status;
        answer = std::move(made.answer);
    } else if (flow != std::string::npos) {
        std::string const rest = url.substr(flow + 7);
        std::tie(status, answer) = start_flow_for(world, timer, rest.substr(0, rest.find('/')), body);
    } else {
        status = 404;
        answer = json::object{{"error", "The sandbox calls nobody outside of it"}};
    }
    ++timer.runs;
    if (status >= 400) ++timer.errors;
    timer.last = at;
    timer.results.push_back(json::object{{"data", status < 400 ? answer : json::value(nullptr)},
                                         {"errors", status < 400 ? json::value(nullptr) : answer},
                                         {"status", status},
                                         {"ran_at", iso_time(at)}});
    if (timer.results.size() > 50) timer.results.erase(timer.results.begin());
    *timer.next += timer.interval;
    if (timer.interval <= 0 || (timer.most && timer.runs >= *timer.most) || (timer.end && *timer.next > *timer.end))
        timer.next.reset();
}

// The clock -----------------------------------------------------------------------------------------------------------

/// When the next thing happens that is no step of a task: a timer runs, or a run of a flow goes on.
inline std::optional<Millis> next_event(World const& world) {
    std::optional<Millis> out;
    auto const consider = [&](std::optional<Millis> at) {
        if (at && (!out || *at < *out)) out = at;
    };
    for (auto const& [id, timer] : world.data.timers)
        if (!timer.paused) consider(timer.next);
    for (auto const& [id, run] : world.data.flow_runs) consider(next_step(world, run));
    return out;
}

/// Does what next_event says.
inline void run_event(World& world) {
    auto const due = next_event(world);
    for (auto const& [id, timer] : world.data.timers.all())
        if (!timer.paused && timer.next == due) return run_timer(world, id, world.data.timers.at(id));
    for (auto const& [id, run] : world.data.flow_runs.all())
        if (next_step(world, run) == due) return step_run(world, world.data.flow_runs.at(id));
}

inline std::vector<Route> const& timers_routes() {
    static constexpr char const* s = "timers";
    static std::vector<Route> const all{
        {"POST", "/v2/timer", s, "create_timer", &create_timer},
        {"POST", "/jobs/", s, "create_job", &create_timer},
        {"POST", "/jobs", s, "create_job", &create_timer},
        {"GET", "/jobs/", s, "list_jobs", &list_timers},
        {"GET", "/jobs", s, "list_jobs", &list_timers},
        {"GET", "/jobs/{}", s, "get_job", &get_timer},
        {"PATCH", "/jobs/{}", s, "update_job", &change_timer},
        {"DELETE", "/jobs/{}", s, "delete_job", &change_timer},
        {"POST", "/jobs/{}/pause", s, "pause_job", &change_timer},
        {"POST", "/jobs/{}/resume", s, "resume_job", &change_timer},
    };
    return all;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_TIMERS_IPP
