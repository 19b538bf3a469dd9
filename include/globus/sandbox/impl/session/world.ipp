// SPDX-License-Identifier: Apache-2.0
// Making a session, starting and ending it.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP

#include <globus/sandbox/impl/net/service.ipp>
#include <globus/sandbox/impl/state/keep.ipp>

#include <fstream>

namespace globus::sandbox::detail {

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
    if (!options.state.empty()) store = std::make_unique<Store>(options.state);
    bool const goes_on = store && !store->is_new();
    if (goes_on) take_up();
    make_people();
    if (!goes_on) make_collections();
    if (!goes_on) seed_services();
    if (store) for_each_table(data, [](auto& table) { table.watch(); });
    if (goes_on)
        save_locked();
    else
        remember_begin();
    if (!unsaved.empty()) throw StateError(unsaved);
}

/// Everybody gets an identifier; there is a user, and an application of each kind.
inline void World::make_people() {
    if (options.users.empty())
        options.users.push_back({random.uuid(), "sandbox@example.org", "Sandy Box", "sandbox@example.org"});
    for (auto& user : options.users)
        if (user.id.empty()) user.id = random.uuid();
    if (gcs_id.empty()) gcs_id = random.uuid();
    bool native = false;
    bool confidential = false;
    for (auto& app : options.apps) {
        if (app.id.empty()) app.id = random.uuid();
        (app.secret.empty() ? native : confidential) = true;
    }
    if (!confidential) options.apps.push_back({random.uuid(), token("secret"), "Sandbox confidential app"});
    if (!native) options.apps.push_back({random.uuid(), "", "Sandbox native app"});
}

/// Where the collections are, and which, when nobody said it.
inline void World::make_directories() {
    std::error_code error;
    bool const nowhere = options.root.empty();
    has_samples = nowhere && options.collections.empty();
    if (nowhere && store) {
        options.root = fs::absolute(options.state) / "collections";
        fs::create_directories(options.root, error);
    } else if (nowhere) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw SandboxError("sandbox: no temporary directory can be made");
        options.root = pattern;
        owns_root = true;
    }
    if (!fs::is_directory(options.root, error))
        throw SandboxError("sandbox: no such directory: " + options.root.string());
    if (has_samples) write_samples(options.root);
    if (!options.collections.empty()) return;
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
        if (has_samples && one == "mapped") {
            collection.kind = CollectionKind::mapped;
            collection.requires_data_access = true;
        }
        options.collections.push_back(collection);
    }
}

inline void World::make_collections() {
    make_directories();
    std::string const gateway = random.uuid();
    data.documents["gcs.storage_gateways"].emplace_back(
        gateway, json::object{{"DATA_TYPE", "storage_gateway#1.0.0"},
                              {"id", gateway},
                              {"display_name", "Sandbox storage"},
                              {"connector_id", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
                              {"high_assurance", false},
                              {"allowed_domains", json::array{}},
                              {"authentication_timeout_mins", 15840},
                              {"authentication_assurance_timeout", 15840},
                              {"mapping", nullptr},
                              {"policies", json::object{}},
                              {"require_high_assurance", false},
                              {"restrict_paths", nullptr},
                              {"users_allow", json::array{}},
                              {"users_deny", json::array{}}});
    for (auto& collection : options.collections) add_collection(collection, gateway);
}

/// Makes the directory of a collection, and what the services say of it.
inline void World::add_collection(Collection& collection, std::string const& gateway) {
    if (collection.id.empty()) collection.id = random.uuid();
    if (collection.directory.empty()) collection.directory = collection.id;
    if (collection.directory.is_relative()) collection.directory = options.root / collection.directory;
    std::error_code error;
    fs::create_directories(collection.directory, error);
    if (error) throw SandboxError("sandbox: cannot use the directory " + collection.directory.string());
    Endpoint endpoint;
    endpoint.id = collection.id;
    endpoint.directory = collection.directory;
    endpoint.owner = options.users.front().id;
    endpoint.kind = collection.kind == CollectionKind::mapped ? "GCSv5_mapped_collection" : "GCSv5_guest_collection";
    endpoint.requires_data_access = collection.requires_data_access;
    endpoint.open = collection.open;
    endpoint.document = {{"display_name", collection.display_name},
                         {"description", "A directory of this machine, shown by the sandbox"},
                         {"organization", "Globus Sandbox"},
                         {"public", false},
                         {"keywords", nullptr},
                         {"subscription_id", nullptr},
                         {"high_assurance", collection.high_assurance},
                         // [recorded] of a storage gateway
                         {"authentication_timeout_mins", collection.high_assurance ? json::value(15840) : nullptr},
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
        json::object gateway{{"DATA_TYPE", "stream_gateway#1.1.0"}, {"id", point}, {"display_name", name}};
        complete_stream_gateway(gateway);
        show_access_point(*this, gateway);
        data.documents["gcs.stream_gateways"].emplace_back(point, std::move(gateway));
    }
    seed_subscription(*this);
    seed_registered_api(*this);
}

/// What there is now is what reset() goes back to.
inline void World::remember_begin() {
    seeded = std::make_unique<Data>(data);
    keep_copy(*this, Part::seed);
}

/// Back to how the session began: documents, tokens, tasks, faults and journal; files are left as they are, but that the
/// samples are written again.
inline void World::reset() {
    std::lock_guard executor(engine);
    Change const change(*this);
    data = *seeded;
    rules.clear();
    journal.clear();
    journal_bytes = 0;
    counts.clear();
    total = 0;
    clock_offset = 0;
    if (has_samples && fs::is_directory(options.root / "source")) write_samples(options.root);
}

inline World::~World() { stop(); }

inline void World::start() {
    bool const only_tls = options.tls != Tls::none;
    if (!is_host_name(options.network_host))
        throw SandboxError("sandbox: \"" + options.network_host + "\" is no name of a host, nor an IPv4 address");
    Interface const where{options.network_host, options.any_user};
    listener = std::make_shared<Listener>(options.port, where);
    make_certificates();
    base_url = listener->url(only_tls ? "https" : "http");
    https_url = base_url;
    if (!only_tls) {
        secure = std::make_shared<Listener>(options.https_port, where);
        https_url = secure->url("https");
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
    { Change const change(*this); }
    if (std::exchange(owns_root, false)) {
        std::error_code ignored;
        fs::remove_all(options.root, ignored);
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_WORLD_IPP
