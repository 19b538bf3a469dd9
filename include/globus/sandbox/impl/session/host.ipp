// SPDX-License-Identifier: Apache-2.0
// The sessions of a server, and the admin calls over HTTP.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP

#include <globus/sandbox/impl/session/changes.ipp>
#include <globus/sandbox/impl/session/page.ipp>

namespace globus::sandbox::detail {

/// The sessions of a server and the port of its admin calls.
class Host {
public:
    Host(std::shared_ptr<World> first, std::uint16_t port, std::string secret)
        : secret_(secret.empty() ? random_secret() : secret), host_(secret.empty() ? "" : first->options.network_host) {
        if (secret_.size() < 16) throw SandboxError("sandbox: the admin secret needs at least 16 characters");
        worlds_[first->id] = {first, first};
        listener_ = std::make_unique<Listener>(port, Interface{host_});
        listener_->start([this](Connection& connection) { serve(connection); });
    }

    ~Host() {
        listener_->stop();
        std::map<std::string, Entry> worlds;
        {
            std::lock_guard lock(mutex_);
            worlds.swap(worlds_);
        }
        for (auto& [id, entry] : worlds)
            if (auto const world = entry.seen.lock()) world->stop();
    }

    Host(Host const&) = delete;
    Host& operator=(Host const&) = delete;

    std::string url() const { return listener_->url("http") + "admin/v1/"; }
    std::string const& secret() const { return secret_; }

    /// Makes a session; it lives as long as somebody holds it, or as the host does when that is to `keep` it.
    std::shared_ptr<World> open(Options options, bool keep) {
        std::string name;
        {
            std::lock_guard lock(mutex_);
            name = "session-" + std::to_string(++made_);
        }
        auto world = ::globus::detail::make_process_bound<World>(name, std::move(options));
        world->start();
        std::lock_guard lock(mutex_);
        std::erase_if(worlds_, [](auto const& one) { return one.second.seen.expired(); });
        worlds_[name] = {world, keep ? world : nullptr};
        return world;
    }

    void close(std::string const& id) {
        std::shared_ptr<World> world;
        {
            std::lock_guard lock(mutex_);
            auto const found = worlds_.find(id);
            if (found != worlds_.end()) world = found->second.seen.lock();
            if (!world) throw SandboxError("sandbox: no such session: " + id);
            if (id == "default") throw SandboxError("sandbox: the first session lives as long as the server");
            worlds_.erase(found);
        }
        world->stop();
    }

    static Session session(std::shared_ptr<World> world) { return Session(std::move(world)); }

private:
    void serve(Connection& connection) {
        while (true) {
            Parser parser;
            parser.body_limit(std::uint64_t{1} << 26);
            if (connection.read(parser, false) != Connection::Read::done) return;
            Call call = call_of(parser.get());
            call.body = parser.get().body();
            Reply reply;
            try {
                reply = answer(call);
            } catch (SandboxError const& wrong) {
                reply = Reply::of(400, json::object{{"error", wrong.what()}});
            }
            auto const [sent, going] =
                write_reply(connection, reply, parser.get().keep_alive(), call.method == "HEAD", std::nullopt);
            if (!going) return;
        }
    }

    /// The page, which may load nothing from elsewhere and be in no other page.
    static Reply page_reply() {
        Reply reply;
        reply.content_type = "text/html; charset=utf-8";
        reply.headers.emplace_back("Content-Security-Policy",
                                   "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                                   "connect-src 'self'; frame-ancestors 'none'");
        reply.headers.emplace_back("Referrer-Policy", "no-referrer");
        reply.body = admin_page;
        return reply;
    }

    static Reply bad(int status, std::string const& text) { return Reply::of(status, json::object{{"error", text}}); }

    Reply answer(Call const& call) {
        if (!is_local_host(call.header("Host"), host_)) return bad(400, "wrong Host");
        // A web page may call only when it is our own: see page().
        if (auto const origin = call.header("Origin"); !origin.empty() && !url().starts_with(origin + "/"))
            return bad(403, "wrong Origin");
        if (call.path == "/" && call.method == "GET") return page_reply();
        if (!equal_secret(call.bearer(), secret_)) return bad(401, "the admin secret is needed as a bearer token");
        auto const& path = call.segments;
        if (path.size() < 3 || path[0] != "admin" || path[1] != "v1" || path[2] != "sessions")
            return bad(404, "no such resource");
        json::value body = json::object{};
        if (!call.body.empty()) {
            boost::system::error_code error;
            body = json::parse(call.body, error);
            if (error) return bad(400, "the body is not JSON: " + error.message());
        }
        if (path.size() == 3) {
            if (call.method == "GET") {
                std::lock_guard lock(mutex_);
                json::array ids;
                for (auto const& [id, entry] : worlds_)
                    if (!entry.seen.expired()) ids.emplace_back(id);
                return Reply::of(200, json::object{{"sessions", std::move(ids)}});
            }
            return call.method == "POST" ? make_session(body) : bad(405, "GET or POST");
        }
        std::shared_ptr<World> world;
        {
            std::lock_guard lock(mutex_);
            if (auto const found = worlds_.find(path[3]); found != worlds_.end()) world = found->second.seen.lock();
        }
        if (!world) return bad(404, "no such session");
        if (path.size() == 4) {
            if (call.method == "GET") return describe(*world);
            return call.method == "DELETE" ? remove(*world, call.argument("strict") == "1") : bad(405, "GET or DELETE");
        }
        return part(*world, call, path[4], body);
    }

    /// What a member that is a number of at least zero says; an error when it is something else.
    static double amount(json::value const& body, char const* name, double otherwise) {
        auto const* value = member(body, name);
        if (value == nullptr) return otherwise;
        auto const number = number_of(*value);
        if (!number || !(*number >= 0)) throw SandboxError(std::string(name) + " is a number, and not negative");
        return *number;
    }

    /// An error when a document has a member that means nothing.
    static void check_members(json::value const& body, std::set<std::string_view> const& known) {
        if (!body.is_object()) throw SandboxError("an object is needed");
        for (auto const& item : body.get_object())
            if (!known.contains(std::string_view(item.key())))
                throw SandboxError("unknown member: " + std::string(item.key()));
    }

    Reply make_session(json::value const& body) {
        check_members(body, {"tls", "seed", "clock", "rotation", "reuse_detection", "token_lifetime_s",
                             "task_duration_ms", "rate_limit"});
        Options options;
        static std::map<std::string, Tls> const kinds{{"none", Tls::none},
                                                      {"good", Tls::good},
                                                      {"wrong_host", Tls::wrong_host},
                                                      {"expired", Tls::expired},
                                                      {"self_signed", Tls::self_signed},
                                                      {"weak", Tls::weak}};
        auto const kind = kinds.find(text_of(body, "tls", "none"));
        if (kind == kinds.end()) return bad(400, "tls is none, good, wrong_host, expired, self_signed or weak");
        options.tls = kind->second;
        options.seed = static_cast<std::uint64_t>(amount(body, "seed", 1));
        auto const clock = text_of(body, "clock", "real");
        if (clock != "real" && clock != "manual") return bad(400, "clock is \"real\" or \"manual\"");
        options.clock = clock == "manual" ? ClockMode::manual : ClockMode::real;
        options.rotate_refresh_tokens = flag_of(body, "rotation");
        options.detect_refresh_token_reuse = flag_of(body, "reuse_detection");
        options.token_lifetime =
            std::chrono::seconds(static_cast<std::int64_t>(amount(body, "token_lifetime_s", 172800)));
        options.task_duration =
            std::chrono::milliseconds(static_cast<std::int64_t>(amount(body, "task_duration_ms", 0)));
        if (auto const* limit = member(body, "rate_limit")) {
            check_members(*limit, {"rps", "burst"});
            options.rate_limit.requests_per_second = amount(*limit, "rps", 0);
            options.rate_limit.burst = amount(*limit, "burst", 1);
        }
        return describe(*open(std::move(options), true), 201);
    }

    static Reply describe(World& world, int status = 200) {
        json::object urls;
        for (auto const* service : {"auth", "transfer", "groups", "search", "flows", "timers", "compute"})
            urls[service] = world.base_url;
        urls["gcs"] = world.base_url + "api/";
        json::object variables;
        for (auto const& [name, value] : environment_of(world)) variables[name] = value;
        json::object out{{"session", world.id},
                         {"seed", world.options.seed},
                         {"base_urls", std::move(urls)},
                         {"client_id", variables["GLOBUS_SANDBOX_CLIENT_ID"]},
                         {"client_secret", variables["GLOBUS_SANDBOX_CLIENT_SECRET"]},
                         {"native_client_id", variables["GLOBUS_SANDBOX_NATIVE_CLIENT_ID"]},
                         {"user_token", variables["GLOBUS_SANDBOX_TRANSFER_TOKEN"]},
                         {"ca_pem", world.ca_pem}};
        out["environment"] = std::move(variables);
        return Reply::of(status, out);
    }

    Reply remove(World& world, bool strict) {
        json::array unfired = unfired_rules(world);
        if (strict && !unfired.empty()) return Reply::of(409, json::object{{"unfired", std::move(unfired)}});
        close(world.id);
        return Reply::of(200, json::object{{"unfired", std::move(unfired)}});
    }

    Reply part(World& world, Call const& call, std::string const& name, json::value const& body) {
        if (call.method == "GET") return read_part(world, call, name);
        if (call.method != "POST" && call.method != "DELETE") return bad(405, "GET, POST or DELETE");
        if (name == "faults") {
            std::lock_guard lock(world.mutex);
            if (call.method == "POST") return Reply::of(201, json::object{{"rule_id", world.add_rules_locked(body)}});
            world.rules.clear();
            return Reply::of(200, json::object{});
        }
        if (name == "clock") return change_clock(world, body);
        if (name == "tokens") return tokens(world, body);
        if (name == "verify") return verify(world, body);
        if (name == "snapshot") {
            take_snapshot(world);
            return Reply::of(200, json::object{});
        }
        if (name == "restore" || name == "reset") {
            name == "reset" ? world.reset() : restore_snapshot(world);
            return Reply::of(200, json::object{});
        }
        if (name == "scenario") {
            check_members(body, {"name"});
            run_scenario(world, text_of(body, "name"));
            return Reply::of(201, json::object{});
        }
        return call.segments.size() == 6 ? change_one(world, name, call.segments[5], body)
                                         : bad(404, "no such resource");
    }

    static Reply read_part(World& world, Call const& call, std::string const& name) {
        std::lock_guard lock(world.mutex);
        if (name == "faults") return Reply::of(200, json::object{{"faults", describe_rules(world.rules)}});
        if (name == "journal") return journal(world, call);
        if (name == "state") return Reply::of(200, describe_state(world));
        if (name != "scenarios") return bad(404, "no such resource");
        json::array names;
        for (auto const& [scenario, rules] : scenarios()) names.emplace_back(scenario);
        return Reply::of(200, json::object{{"scenarios", std::move(names)}});
    }

    /// The entries of the journal that are asked for; under the lock.
    static Reply journal(World& world, Call const& call) {
        auto const after = static_cast<std::uint64_t>(to_integer(call.argument("after")).value_or(0));
        auto const operation = call.argument("operation");
        auto const limit =
            static_cast<std::size_t>(std::max<std::int64_t>(0, to_integer(call.argument("limit")).value_or(1000)));
        std::vector<JournalEntry const*> found;
        for (auto const& entry : world.journal)
            if (entry.number > after && (operation.empty() || entry.operation == operation)) found.push_back(&entry);
        // Who reads on from a number wants the next ones, who does not the newest.
        if (found.size() > limit) {
            if (call.has_argument("after"))
                found.resize(limit);
            else
                found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
        }
        json::array entries;
        for (auto const* entry : found) entries.push_back(describe_entry(*entry));
        return Reply::of(
            200, json::object{
                     {"journal", std::move(entries)}, {"total", world.total}, {"now", iso_time(world.now_locked())}});
    }

    static Reply change_clock(World& world, json::value const& body) {
        check_members(body, {"advance_s", "set"});
        if (member(body, "advance_s") != nullptr) {
            advance(world, static_cast<Millis>(amount(body, "advance_s", 0) * 1000));
        } else if (auto const at = parse_time(text_of(body, "set"))) {
            set_clock(world, *at);
        } else {
            return bad(400, "advance_s or set is needed");
        }
        std::lock_guard lock(world.mutex);
        return Reply::of(200, json::object{{"now", iso_time(world.now_locked())}});
    }

    /// A collection, a task or an endpoint of Compute, by its id.
    static Reply change_one(World& world, std::string const& name, std::string const& id, json::value const& body) {
        if (name == "compute_tasks") {
            check_members(body, {"result", "exception"});
            bool const good = member(body, "exception") == nullptr;
            Change const change(world);
            if (!complete_compute_task(world, id, good, text_of(body, good ? "result" : "exception")))
                return bad(404, "no such task");
            return Reply::of(200, json::object{});
        }
        if (name == "web_inputs") {
            check_members(body, {"option"});
            std::lock_guard lock(world.mutex);
            auto* const input = find_document(world.data.documents["web_inputs"], id);
            if (input == nullptr) return bad(404, "no such web input");
            if (text_of(*input, "status") == "closed" || !choose_option(world, *input, text_of(body, "option")))
                return bad(400, "the web input is closed, or has no such option");
            return Reply::of(200, json::object{});
        }
        if (name == "compute_endpoints") {
            check_members(body, {"status"});
            Change const change(world);
            auto* const endpoint = find_document(world.data.documents["compute.endpoints"], id);
            if (endpoint == nullptr) return bad(404, "no such endpoint");
            (*endpoint)["status"] = text_of(body, "status", "online");
            return Reply::of(200, json::object{});
        }
        if (name == "collections") {
            check_members(body, {"state"});
            set_state(world, id, text_of(body, "state"));
            return Reply::of(200, json::object{});
        }
        return bad(404, "no such resource");
    }

    static Reply verify(World& world, json::value const& body) {
        std::vector<Expectation> expectations;
        auto const read = [&](json::value const& one) {
            check_members(one, {"operation", "path", "count"});
            Expectation wanted;
            wanted.operation = text_of(one, "operation");
            wanted.path = text_of(one, "path");
            if (wanted.operation.empty() && wanted.path.empty()) throw SandboxError("operation or path is needed");
            if (auto const* count = member(one, "count"); count != nullptr && number_of(*count)) {
                wanted.at_least = wanted.at_most = static_cast<std::uint64_t>(amount(one, "count", 0));
            } else if (count != nullptr) {
                check_members(*count, {"min", "max"});
                wanted.at_least = static_cast<std::uint64_t>(amount(*count, "min", 0));
                if (member(*count, "max") != nullptr)
                    wanted.at_most = static_cast<std::uint64_t>(amount(*count, "max", 0));
            }
            expectations.push_back(wanted);
        };
        if (auto const* list = body.if_array())
            for (auto const& one : *list) read(one);
        else
            read(body);
        std::lock_guard lock(world.mutex);
        auto wrong = verify_locked(world, expectations);
        int const status = wrong.empty() ? 200 : 417;
        return Reply::of(status, json::object{{"differences", std::move(wrong)}});
    }

    static Reply tokens(World& world, json::value const& body) {
        if (!body.is_object()) return bad(400, "an object is needed");
        json::object out;
        for (auto const& item : body.get_object()) {
            std::string_view const what = item.key();
            json::value const& value = item.value();
            if (what == "expire" || what == "revoke") {
                bool const every = value == json::value(true) || value == json::value("all");
                if (!every && !value.is_string()) return bad(400, std::string(what) + " takes a token, or \"all\"");
                bool const gone = what == "expire";
                if (every)
                    gone ? expire_all(world) : revoke_all(world);
                else if (auto const token = to_string(value.get_string());
                         gone ? !expire(world, token) : !revoke(world, token))
                    return bad(400, "no such token");
            } else if (what == "rotate_keys") {
                rotate(world);
            } else if (what == "lifetime_s") {
                set_lifetime(world, std::chrono::seconds(static_cast<std::int64_t>(amount(body, "lifetime_s", 0))));
            } else if (what == "issue") {
                check_members(value, {"scope", "client_id"});
                out["access_token"] = user_token(world, text_of(value, "scope", "transfer.api.globus.org"));
                out["refresh_token"] = refresh_token(world, text_of(value, "scope", "transfer.api.globus.org"),
                                                     text_of(value, "client_id"));
            } else if (what == "require_consent" || what == "require_session") {
                check_members(value, {"service", "scopes", "authorization_parameters"});
                Requirement made;
                made.service = text_of(value, "service", "transfer");
                if (auto const* scopes = member(value, "scopes"); scopes != nullptr && scopes->is_array())
                    for (auto const& scope : scopes->get_array())
                        if (scope.is_string()) made.scopes.push_back(to_string(scope.get_string()));
                if (auto const* parameters = member(value, "authorization_parameters");
                    parameters != nullptr && parameters->is_object())
                    made.authorization_parameters = parameters->get_object();
                Change const change(world);
                world.data.requirements.push_back(std::move(made));
            } else {
                return bad(400, "unknown member: " + std::string(what));
            }
        }
        return Reply::of(200, out);
    }

    struct Entry {
        std::weak_ptr<World> seen;
        std::shared_ptr<World> kept;  ///< null for a session that its handles keep alive
    };

    std::string secret_;
    std::string host_;  ///< Options::network_host, when whoever started us has chosen the secret
    std::mutex mutex_;
    std::map<std::string, Entry> worlds_;
    std::uint64_t made_ = 0;
    std::unique_ptr<Listener> listener_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_HOST_IPP
