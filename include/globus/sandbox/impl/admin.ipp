// SPDX-License-Identifier: Apache-2.0
// The sessions of a server, and the admin calls over HTTP.
#ifndef GLOBUS_SANDBOX_IMPL_ADMIN_IPP
#define GLOBUS_SANDBOX_IMPL_ADMIN_IPP

#include <globus/sandbox/impl/http.ipp>

#include <fstream>

namespace globus::sandbox::detail {

// Making a session ----------------------------------------------------------------------------------------------------

inline void write_file(fs::path const& file, std::string const& text) { std::ofstream(file, std::ios::binary) << text; }

/// What is in the collections when nobody brings a directory.
inline void write_samples(fs::path const& root) {
    fs::path const source = root / "source";
    fs::create_directories(source / "data/nested/deep");
    fs::create_directories(source / "empty");
    fs::create_directories(root / "destination");
    write_file(source / "hello.txt", "Hello from the sandbox.\n");
    write_file(source / "file1.txt", "one\n");
    write_file(source / "file2.txt", "two\n");
    write_file(source / ".hidden", "A file whose name begins with a dot.\n");
    write_file(source / "data/numbers.csv", "n,square\n1,1\n2,4\n3,9\n");
    write_file(source / "data/.settings", "color=blue\n");
    write_file(source / "data/nested/notes.md", "# Notes\n\nFiles lie at several depths.\n");
    write_file(source / "data/nested/deep/blob.bin", std::string(65536, '\x5a'));
    fs::create_directories(root / "mapped");
    write_file(root / "mapped/results.csv", "sample,value\na,1\nb,2\n");
}

inline World::World(std::string name, Options given)
    : options(std::move(given)),
      id(std::move(name)),
      random(options.seed),
      token_lifetime(options.token_lifetime),
      fault_random(options.seed * 0x9e3779b97f4a7c15ULL + 1) {
    started_at = wall_clock();
    if (options.clock == ClockMode::manual) started_at -= started_at % 1000;
    if (options.users.empty())
        options.users.push_back({random.uuid(), "sandbox@example.org", "Sandy Box", "sandbox@example.org"});
    for (auto& user : options.users)
        if (user.id.empty()) user.id = random.uuid();
    gcs_id = random.uuid();
    bool native = false;
    bool confidential = false;
    for (auto& app : options.apps) {
        if (app.id.empty()) app.id = random.uuid();
        (app.secret.empty() ? native : confidential) = true;
    }
    if (!confidential) options.apps.push_back({random.uuid(), token("secret"), "Sandbox confidential app"});
    if (!native) options.apps.push_back({random.uuid(), "", "Sandbox native app"});

    std::error_code error;
    bool const samples = options.root.empty() && options.collections.empty();
    if (options.root.empty()) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw SandboxError("sandbox: no temporary directory can be made");
        options.root = pattern;
        owns_root = true;
        if (samples) write_samples(options.root);
    } else if (!fs::is_directory(options.root, error)) {
        throw SandboxError("sandbox: no such directory: " + options.root.string());
    }
    if (options.collections.empty()) {
        // Each directory is a collection: `source` and `destination` come first, and exist.
        std::set<std::string> names;
        for (auto const& entry : fs::directory_iterator(options.root, error))
            if (entry.is_directory()) names.insert(entry.path().filename().string());
        std::vector<std::string> order{"source", "destination"};
        for (auto const& one : names)
            if (one != "source" && one != "destination") order.push_back(one);
        for (auto const& one : order) {
            Collection collection;
            collection.directory = one;
            collection.display_name = "Sandbox " + one;
            if (samples && one == "mapped") {
                collection.kind = CollectionKind::mapped;
                collection.requires_data_access = true;
            }
            options.collections.push_back(collection);
        }
    }
    std::string const gateway = random.uuid();
    data.documents["gcs.storage_gateways"].emplace_back(
        gateway, json::object{{"DATA_TYPE", "storage_gateway#1.0.0"},
                              {"id", gateway},
                              {"display_name", "Sandbox storage"},
                              {"connector_id", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
                              {"high_assurance", false},
                              {"allowed_domains", json::array{"example.org"}}});
    for (auto& collection : options.collections) {
        if (collection.id.empty()) collection.id = random.uuid();
        if (collection.directory.empty()) collection.directory = collection.id;
        if (collection.directory.is_relative()) collection.directory = options.root / collection.directory;
        fs::create_directories(collection.directory, error);
        if (error) throw SandboxError("sandbox: cannot use the directory " + collection.directory.string());
        Endpoint endpoint;
        endpoint.id = collection.id;
        endpoint.directory = collection.directory;
        endpoint.owner = options.users.front().id;
        endpoint.kind =
            collection.kind == CollectionKind::mapped ? "GCSv5_mapped_collection" : "GCSv5_guest_collection";
        endpoint.requires_data_access = collection.requires_data_access;
        endpoint.open = collection.open;
        endpoint.document = {{"display_name", collection.display_name},
                             {"description", "A directory of this machine, shown by the sandbox"},
                             {"organization", "Globus Sandbox"},
                             {"public", false},
                             {"keywords", nullptr},
                             {"subscription_id", nullptr},
                             {"high_assurance", collection.high_assurance},
                             {"force_encryption", false},
                             {"force_verify", false},
                             {"disable_verify", false},
                             {"host_endpoint_id", nullptr},
                             {"host_path", nullptr}};
        if (collection.kind == CollectionKind::mapped)
            data.documents["gcs.collections"].emplace_back(collection.id,
                                                           json::object{{"DATA_TYPE", "collection#1.0.0"},
                                                                        {"id", collection.id},
                                                                        {"display_name", collection.display_name},
                                                                        {"collection_type", "mapped"},
                                                                        {"identity_id", endpoint.owner},
                                                                        {"storage_gateway_id", gateway},
                                                                        {"public", false},
                                                                        {"high_assurance", collection.high_assurance}});
        add_endpoint(std::move(endpoint));
    }
    seed_services();
}

/// What a session has besides collections: the endpoint of the GCS manager, stream access points, a group with a
/// subscription, an API that flows can call.
inline void World::seed_services() {
    Endpoint server;
    server.id = gcs_id;
    server.owner = options.users.front().id;
    server.kind = "GCSv5_endpoint";
    server.open = true;
    server.document = {{"display_name", "Sandbox endpoint"}, {"organization", "Globus Sandbox"}, {"public", false}};
    add_endpoint(std::move(server));
    data.documents["gcs.endpoint"].emplace_back(gcs_id, json::object{{"DATA_TYPE", "endpoint#1.2.0"},
                                                                     {"id", gcs_id},
                                                                     {"display_name", "Sandbox endpoint"},
                                                                     {"organization", "Globus Sandbox"},
                                                                     {"contact_email", nullptr},
                                                                     {"allow_udt", false},
                                                                     {"gridftp_control_channel_port", 443},
                                                                     {"network_use", "normal"},
                                                                     {"public", false},
                                                                     {"subscription_id", nullptr}});
    for (auto const* name : {"Sandbox stream one", "Sandbox stream two"}) {
        std::string const point = random.uuid();
        data.documents["transfer.stream_access_points"].emplace_back(
            point,
            json::object{
                {"id", point},
                {"type", "StreamAccessPoint"},
                {"attributes", json::object{{"display_name", name},
                                            {"advertised_owner", options.users.front().username},
                                            {"contact_email", nullptr},
                                            {"contact_info", nullptr},
                                            {"department", nullptr},
                                            {"description", nullptr},
                                            {"info_link", nullptr},
                                            {"keywords", nullptr},
                                            {"organization", "Globus Sandbox"},
                                            {"tlsftp_server", "tlsftp://127.0.0.1:443"}}},
                {"relationships",
                 json::object{{"host_endpoint",
                               json::object{{"data", json::object{{"type", "Endpoint"}, {"id", gcs_id}}}}}}}});
    }
    seed_subscription(*this);
    seed_registered_api(*this);
    seeded = std::make_unique<Data>(data);
}

/// Back to how the session began: documents, tokens, tasks, faults and journal; files are left as they are, but that the
/// samples are written again.
inline void World::reset() {
    std::lock_guard executor(engine);
    std::lock_guard lock(mutex);
    data = *seeded;
    rules.clear();
    journal.clear();
    counts.clear();
    total = 0;
    clock_offset = 0;
    if (owns_root && fs::is_directory(options.root / "source")) write_samples(options.root);
}

inline World::~World() { stop(); }

inline void World::start() {
    bool const only_tls = options.tls != Tls::none;
    listener = std::make_shared<Listener>(options.port, options.any_user);
    make_certificates();
    base_url = (only_tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(listener->port()) + "/";
    https_url = base_url;
    if (!only_tls) {
        secure = std::make_shared<Listener>(options.https_port, options.any_user);
        https_url = "https://127.0.0.1:" + std::to_string(secure->port()) + "/";
    }
    SSL_CTX* const context = tls.get();
    listener->start([this, context = only_tls ? context : nullptr](Connection& connection) {
        Service(*this, *listener, connection, context).run();
    });
    if (secure)
        secure->start([this, context](Connection& connection) { Service(*this, *secure, connection, context).run(); });
    if (options.clock == ClockMode::real) engine_thread = std::thread([this] { engine_loop(); });
}

inline void World::stop() {
    {
        std::lock_guard lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    if (listener) listener->stop();
    if (secure) secure->stop();
    if (engine_thread.joinable()) engine_thread.join();
    if (std::exchange(owns_root, false)) {
        std::error_code ignored;
        fs::remove_all(options.root, ignored);
    }
}

// Reports -------------------------------------------------------------------------------------------------------------

inline json::object describe_entry(JournalEntry const& entry) {
    json::object headers;
    for (auto const& [name, value] : entry.headers) headers[name] = value;
    json::object out{{"n", entry.number},
                     {"t", entry.time},
                     {"service", entry.service},
                     {"operation", entry.operation},
                     {"method", entry.method},
                     {"path", entry.target},
                     {"headers", std::move(headers)},
                     {"body_sha256", entry.body_sha256},
                     {"token_generation", nullptr},
                     {"connection_id", entry.connection},
                     {"reused_connection", entry.reused_connection},
                     {"fault", nullptr},
                     {"committed", entry.committed},
                     {"status", nullptr},
                     {"bytes_out", entry.bytes_out}};
    if (entry.token_generation != 0) out["token_generation"] = entry.token_generation;
    if (!entry.fault.empty()) out["fault"] = entry.fault;
    if (entry.status != 0) out["status"] = entry.status;
    return out;
}

inline json::object describe_state(World& world) {
    json::object out;
    json::array tasks;
    for (auto const& name : world.data.task_order) {
        Task const& task = world.data.tasks.at(name);
        json::object one = task.document;
        one["submission_id"] = task.submission_id;
        json::array items;
        for (auto const& item : task.items)
            items.push_back(json::object{
                {"source_path", item.source},
                                           {"destination_path", item.destination},
                                           {"recursive", item.recursive ? json::value(*item.recursive) : json::value(nullptr)}});
        one["items"] = std::move(items);
        tasks.push_back(std::move(one));
    }
    out["tasks"] = std::move(tasks);
    for (auto const* kind : {"groups", "flows", "runs", "timers", "indices"}) out[kind] = json::array{};
    for (auto const& [kind, documents] : world.data.documents) {
        json::array list;
        for (auto const& [id, document] : documents) list.push_back(document);
        out[kind] = std::move(list);
    }
    json::array tokens;
    std::uint64_t refresh_active = 0;
    for (auto const& [text, token] : world.data.access_tokens)
        tokens.push_back(json::object{{"client_id", token.client_id},
                                      {"sub", token.identity},
                                      {"resource_server", token.resource_server},
                                      {"generation", token.generation},
                                      {"active", !token.revoked && token.expires > world.now_locked()}});
    for (auto const& [text, token] : world.data.refresh_tokens)
        refresh_active += !token.revoked && !token.spent ? 1 : 0;
    out["tokens"] = json::object{{"access", std::move(tokens)}, {"active_refresh_tokens", refresh_active}};
    json::array collections;
    for (auto const& name : world.data.endpoint_order) {
        Endpoint const& endpoint = world.data.endpoints.at(name);
        collections.push_back(json::object{{"id", endpoint.id},
                                           {"directory", endpoint.directory.string()},
                                           {"display_name", text_of(endpoint.document, "display_name")},
                                           {"state", endpoint.state}});
    }
    out["collections"] = std::move(collections);
    return out;
}

/// What is not as expected; empty when all is.
inline json::array verify_locked(World& world, std::vector<Expectation> const& expectations) {
    json::array wrong;
    for (auto const& wanted : expectations) {
        std::uint64_t count = 0;
        if (!wanted.operation.empty() && !operation_exists(wanted.operation))
            throw SandboxError("sandbox: no request can be an operation \"" + wanted.operation + "\"");
        if (wanted.path.empty()) {
            auto const found = world.counts.find(wanted.operation);
            count = found == world.counts.end() ? 0 : found->second;
        } else {
            for (auto const& entry : world.journal) {
                bool const named = entry.operation == wanted.operation || wanted.operation.empty() ||
                                   entry.service + "." + entry.operation == wanted.operation;
                if (named && glob(wanted.path, std::string_view(entry.target).substr(0, entry.target.find('?'))))
                    ++count;
            }
        }
        if (count < wanted.at_least || count > wanted.at_most) {
            json::object one{{"operation", wanted.operation}, {"min", wanted.at_least}, {"count", count}};
            if (wanted.at_most != UINT64_MAX) one["max"] = wanted.at_most;
            if (!wanted.path.empty()) one["path"] = wanted.path;
            wrong.push_back(std::move(one));
        }
    }
    return wrong;
}

// Changes from outside ------------------------------------------------------------------------------------------------

inline std::string user_token(World& world, std::string_view scope) {
    std::lock_guard lock(world.mutex);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    return issue_access_token(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

inline std::string refresh_token(World& world, std::string_view scope, std::string_view client) {
    std::lock_guard lock(world.mutex);
    auto const scopes = split_scopes(scope_for(scope));
    if (!scopes || scopes->empty() || resource_server_of(scopes->front()).empty())
        throw SandboxError("sandbox: not a scope: " + std::string(scope));
    Grant grant;
    grant.client_id = std::string(client);
    for (auto const& app : world.options.apps)
        if (app.secret.empty() && grant.client_id.empty()) grant.client_id = app.id;
    if (world.app(grant.client_id) == nullptr) throw SandboxError("sandbox: no such application: " + grant.client_id);
    grant.identity = world.options.users.front().id;
    grant.scopes = *scopes;
    grant.offline = true;
    return issue_refresh(world, grant, resource_server_of(scopes->front()), *scopes, "").token;
}

/// False when there is no such token.
inline bool revoke(World& world, std::string const& token) {
    std::lock_guard lock(world.mutex);
    auto const access = world.data.access_tokens.find(token);
    auto const refresh = world.data.refresh_tokens.find(token);
    if (access != world.data.access_tokens.end()) access->second.revoked = true;
    if (refresh != world.data.refresh_tokens.end()) revoke_family(world, refresh->second.family);
    return access != world.data.access_tokens.end() || refresh != world.data.refresh_tokens.end();
}

/// False when there is no such access token.
inline bool expire(World& world, std::string const& token) {
    std::lock_guard lock(world.mutex);
    auto const found = world.data.access_tokens.find(token);
    if (found == world.data.access_tokens.end()) return false;
    found->second.expires = std::min(found->second.expires, world.now_locked());
    return true;
}

inline void revoke_all(World& world) {
    std::lock_guard lock(world.mutex);
    for (auto& [text, token] : world.data.access_tokens) token.revoked = true;
    for (auto& [text, token] : world.data.refresh_tokens) token.revoked = true;
}

inline void expire_all(World& world) {
    std::lock_guard lock(world.mutex);
    for (auto& [text, token] : world.data.access_tokens) token.expires = std::min(token.expires, world.now_locked());
}

inline void rotate(World& world) {
    std::lock_guard lock(world.mutex);
    world.key_locked();
    World::Key made{"sandbox-key-" + std::to_string(world.random.number() % 1000000),
                    std::shared_ptr<EVP_PKEY>(EVP_RSA_gen(2048), &EVP_PKEY_free)};
    world.keys.insert(world.keys.begin(), std::move(made));
}

inline void set_lifetime(World& world, std::chrono::seconds lifetime) {
    if (lifetime.count() < 0) throw SandboxError("sandbox: the lifetime of tokens cannot be negative");
    std::lock_guard lock(world.mutex);
    world.token_lifetime = lifetime;
}

inline void advance(World& world, Millis by) {
    if (by < 0) throw SandboxError("sandbox: time does not go backwards; set the clock instead");
    {
        std::lock_guard lock(world.mutex);
        world.clock_offset += by;
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_clock(World& world, Millis to) {
    {
        std::lock_guard lock(world.mutex);
        world.clock_offset += to - world.now_locked();
    }
    world.wake.notify_all();
    world.run_due_tasks();
}

inline void set_state(World& world, std::string const& collection, std::string const& state) {
    static std::set<std::string> const known{"ok", "disconnected", "login_failed", "permission_denied", "size_limit"};
    if (!known.contains(state)) throw SandboxError("sandbox: unknown state of a collection: " + state);
    std::lock_guard lock(world.mutex);
    auto const found = world.data.endpoints.find(collection);
    if (found == world.data.endpoints.end()) throw SandboxError("sandbox: no such collection: " + collection);
    found->second.state = state;
}

inline void run_scenario(World& world, std::string const& name) {
    auto const found = scenarios().find(name);
    if (found == scenarios().end()) throw SandboxError("sandbox: no such scenario: " + name);
    if (name == "key_rotation") return rotate(world);
    std::lock_guard lock(world.mutex);
    world.add_rules_locked(json::value(found->second));
}

inline void restore_snapshot(World& world) {
    std::lock_guard lock(world.mutex);
    if (!world.saved) throw SandboxError("sandbox: there is no snapshot");
    world.data = *world.saved;
}

/// What a rule of the session that never fired says.
inline json::array unfired_rules(World& world) {
    std::lock_guard lock(world.mutex);
    json::array out;
    for (auto const& rule : world.rules)
        if (rule.fired == 0) out.push_back(json::object{{"rule_id", rule.id}, {"rule", rule.source}});
    return out;
}

/// The same each time: tokens are issued at the first one.
inline Pairs environment_of(World& world) {
    Pairs out;
    {
        std::lock_guard lock(world.mutex);
        if (!world.data.environment.empty()) return world.data.environment;
    }
    // All names that the SDKs know: a service that one of them misses would be the real one.
    for (auto const* service :
         {"AUTH", "TRANSFER", "GROUPS", "SEARCH", "FLOWS", "TIMER", "TIMERS", "COMPUTE", "NEXUS", "APP", "ACTIONS"})
        out.emplace_back("GLOBUS_SDK_SERVICE_URL_" + std::string(service), world.base_url);
    out.emplace_back("GLOBUS_SANDBOX_URL", world.base_url);
    std::string client;
    std::string secret;
    std::string native;
    for (auto const& app : world.options.apps) {
        if (app.secret.empty() && native.empty()) native = app.id;
        if (!app.secret.empty() && client.empty()) {
            client = app.id;
            secret = app.secret;
        }
    }
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_ID", client);
    out.emplace_back("GLOBUS_SANDBOX_CLIENT_SECRET", secret);
    out.emplace_back("GLOBUS_SANDBOX_NATIVE_CLIENT_ID", native);
    out.emplace_back("GLOBUS_SANDBOX_USER_ID", world.options.users.front().id);
    out.emplace_back("GLOBUS_SANDBOX_USERNAME", world.options.users.front().username);
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_COLLECTION", world.options.collections.front().id);
    auto const& source = world.options.collections.front();
    auto const& destination = world.options.collections[world.options.collections.size() > 1 ? 1 : 0];
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_COLLECTION", destination.id);
    out.emplace_back("GLOBUS_SANDBOX_SOURCE_DIRECTORY", source.directory.string());
    out.emplace_back("GLOBUS_SANDBOX_DESTINATION_DIRECTORY", destination.directory.string());
    for (auto const& collection : world.options.collections) {
        if (!collection.requires_data_access) continue;
        out.emplace_back("GLOBUS_SANDBOX_MAPPED_COLLECTION", collection.id);
        break;
    }
    for (auto const* service : {"auth", "transfer", "groups", "search", "flows", "timers", "compute"}) {
        std::string name = service;
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        std::string const server = resource_server_of_service(service);
        out.emplace_back("GLOBUS_SANDBOX_" + name + "_REFRESH_TOKEN", refresh_token(world, server, client));
        out.emplace_back("GLOBUS_SANDBOX_NATIVE_" + name + "_REFRESH_TOKEN", refresh_token(world, server, native));
    }
    out.emplace_back("GLOBUS_SANDBOX_HTTPS_URL", world.https_url);
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_ID", own_subscription(world));
    out.emplace_back("GLOBUS_SANDBOX_SUBSCRIPTION_GROUP", subscription_group(world));
    out.emplace_back("GLOBUS_SANDBOX_GCS_URL", world.base_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_HTTPS_URL", world.https_url + "api/");
    out.emplace_back("GLOBUS_SANDBOX_GCS_ENDPOINT", world.gcs_id);
    out.emplace_back("GLOBUS_SANDBOX_TRANSFER_TOKEN", user_token(world, "transfer.api.globus.org"));
    std::lock_guard lock(world.mutex);
    if (world.data.environment.empty()) world.data.environment = out;
    return world.data.environment;
}

// The server ----------------------------------------------------------------------------------------------------------

/// The sessions of a server and the port of its admin calls.
class Host {
public:
    Host(std::shared_ptr<World> first, std::uint16_t port, std::string secret)
        : secret_(secret.empty() ? random_secret() : std::move(secret)) {
        if (secret_.size() < 16) throw SandboxError("sandbox: the admin secret needs at least 16 characters");
        worlds_[first->id] = {first, first};
        listener_ = std::make_unique<Listener>(port);
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

    std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_->port()) + "/admin/v1/"; }
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

    static Reply bad(int status, std::string const& text) { return Reply::of(status, json::object{{"error", text}}); }

    Reply answer(Call const& call) {
        if (!is_local_host(call.header("Host"))) return bad(400, "wrong Host");
        // A web page may call only when it is our own: see page().
        if (auto const origin = call.header("Origin"); !origin.empty() && !url().starts_with(origin + "/"))
            return bad(403, "wrong Origin");
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
        bool const get = call.method == "GET";
        if (!get && call.method != "POST" && call.method != "DELETE") return bad(405, "GET, POST or DELETE");
        if (name == "faults") {
            std::lock_guard lock(world.mutex);
            if (get) return Reply::of(200, json::object{{"faults", describe_rules(world.rules)}});
            if (call.method == "DELETE") {
                world.rules.clear();
                return Reply::of(200, json::object{});
            }
            return Reply::of(201, json::object{{"rule_id", world.add_rules_locked(body)}});
        }
        if (name == "journal") {
            std::lock_guard lock(world.mutex);
            auto const after = static_cast<std::uint64_t>(to_integer(call.argument("after")).value_or(0));
            auto const operation = call.argument("operation");
            auto const limit =
                static_cast<std::size_t>(std::max<std::int64_t>(0, to_integer(call.argument("limit")).value_or(1000)));
            std::vector<JournalEntry const*> found;
            for (auto const& entry : world.journal)
                if (entry.number > after && (operation.empty() || entry.operation == operation))
                    found.push_back(&entry);
            // Who reads on from a number wants the next ones, who does not the newest.
            if (found.size() > limit) {
                if (call.has_argument("after"))
                    found.resize(limit);
                else
                    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
            }
            json::array entries;
            for (auto const* entry : found) entries.push_back(describe_entry(*entry));
            return Reply::of(200, json::object{{"journal", std::move(entries)}, {"total", world.total}});
        }
        if (name == "state") {
            std::lock_guard lock(world.mutex);
            return Reply::of(200, describe_state(world));
        }
        if (get) return bad(404, "no such resource");
        if (name == "clock") {
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
        if (name == "tokens") return tokens(world, body);
        if (name == "snapshot") {
            std::lock_guard lock(world.mutex);
            world.saved = std::make_unique<Data>(world.data);
            return Reply::of(200, json::object{});
        }
        if (name == "reset") {
            world.reset();
            return Reply::of(200, json::object{});
        }
        if (name == "restore") {
            restore_snapshot(world);
            return Reply::of(200, json::object{});
        }
        if (name == "scenario") {
            check_members(body, {"name"});
            run_scenario(world, text_of(body, "name"));
            return Reply::of(201, json::object{});
        }
        if (name == "compute_tasks" && call.segments.size() == 6) {
            check_members(body, {"result", "exception"});
            bool const good = member(body, "exception") == nullptr;
            std::lock_guard lock(world.mutex);
            if (!complete_compute_task(world, call.segments[5], good, text_of(body, good ? "result" : "exception")))
                return bad(404, "no such task");
            return Reply::of(200, json::object{});
        }
        if (name == "compute_endpoints" && call.segments.size() == 6) {
            check_members(body, {"status"});
            std::lock_guard lock(world.mutex);
            auto* const endpoint = find_document(world.data.documents["compute.endpoints"], call.segments[5]);
            if (endpoint == nullptr) return bad(404, "no such endpoint");
            (*endpoint)["status"] = text_of(body, "status", "online");
            return Reply::of(200, json::object{});
        }
        if (name == "collections" && call.segments.size() == 6) {
            check_members(body, {"state"});
            set_state(world, call.segments[5], text_of(body, "state"));
            return Reply::of(200, json::object{});
        }
        if (name == "verify") {
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
        return bad(404, "no such resource");
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
                std::lock_guard lock(world.mutex);
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
    std::mutex mutex_;
    std::map<std::string, Entry> worlds_;
    std::uint64_t made_ = 0;
    std::unique_ptr<Listener> listener_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_ADMIN_IPP
