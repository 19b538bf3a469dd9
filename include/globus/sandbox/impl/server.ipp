// SPDX-License-Identifier: Apache-2.0
// The member functions of Session and Server.
#ifndef GLOBUS_SANDBOX_IMPL_SERVER_IPP
#define GLOBUS_SANDBOX_IMPL_SERVER_IPP

#include <globus/sandbox/impl/session/seed.ipp>

#include <exception>

namespace globus::sandbox {

GLOBUS_SANDBOX_DECL Session::Session(std::shared_ptr<detail::World> world) : world_(std::move(world)) {}

GLOBUS_SANDBOX_DECL detail::World& Session::world() const {
    auto& world = *::globus::detail::Shared(world_);
    world.made.check();
    return world;
}

GLOBUS_SANDBOX_DECL std::string Session::base_url() const { return world().base_url; }

GLOBUS_SANDBOX_DECL std::string Session::id() const { return world().id; }

GLOBUS_SANDBOX_DECL std::string Session::https_url() const { return world().https_url; }

GLOBUS_SANDBOX_DECL std::string Session::ca_pem() const { return world().ca_pem; }

GLOBUS_SANDBOX_DECL std::uint16_t Session::port() const { return world().listener->port(); }

GLOBUS_SANDBOX_DECL std::vector<std::pair<std::string, std::string>> Session::environment() {
    return detail::environment_of(world());
}

GLOBUS_SANDBOX_DECL std::string Session::client_id() const {
    for (auto const& app : world().options.apps)
        if (!app.secret.empty()) return app.id;
    return {};
}

GLOBUS_SANDBOX_DECL std::string Session::client_secret() const {
    for (auto const& app : world().options.apps)
        if (!app.secret.empty()) return app.secret;
    return {};
}

GLOBUS_SANDBOX_DECL std::string Session::native_client_id() const {
    for (auto const& app : world().options.apps)
        if (app.secret.empty()) return app.id;
    return {};
}

GLOBUS_SANDBOX_DECL User Session::user() const { return world().options.users.front(); }

GLOBUS_SANDBOX_DECL std::string Session::source_collection() const { return world().options.collections.front().id; }

GLOBUS_SANDBOX_DECL std::string Session::destination_collection() const {
    return world().options.collections[world().options.collections.size() > 1 ? 1 : 0].id;
}

GLOBUS_SANDBOX_DECL std::string Session::mapped_collection() const {
    for (auto const& collection : world().options.collections)
        if (collection.requires_data_access) return collection.id;
    return {};
}

GLOBUS_SANDBOX_DECL std::filesystem::path Session::directory(std::string_view collection_id) const {
    std::lock_guard lock(world().mutex);
    auto const found = world().data.endpoints.find(std::string(collection_id));
    if (found == world().data.endpoints.end())
        throw SandboxError("sandbox: no such collection: " + std::string(collection_id));
    return found->second.directory;
}

GLOBUS_SANDBOX_DECL std::string Session::user_token(std::string_view scope) {
    return detail::user_token(world(), scope);
}

GLOBUS_SANDBOX_DECL std::string Session::issue_refresh_token(std::string_view scope, std::string_view client) {
    return detail::refresh_token(world(), scope, client);
}

GLOBUS_SANDBOX_DECL void Session::expire_access_tokens() { detail::expire_all(world()); }

GLOBUS_SANDBOX_DECL void Session::expire_token(std::string_view token) {
    if (!detail::expire(world(), std::string(token))) throw SandboxError("sandbox: no such access token");
}

GLOBUS_SANDBOX_DECL void Session::revoke_token(std::string_view token) { detail::revoke(world(), std::string(token)); }

GLOBUS_SANDBOX_DECL void Session::revoke_all_tokens() { detail::revoke_all(world()); }

GLOBUS_SANDBOX_DECL void Session::rotate_keys() { detail::rotate(world()); }

GLOBUS_SANDBOX_DECL void Session::set_token_lifetime(std::chrono::seconds lifetime) {
    detail::set_lifetime(world(), lifetime);
}

GLOBUS_SANDBOX_DECL void Session::require_consent(std::string_view service, std::vector<std::string> scopes) {
    detail::Change const change(world());
    world().data.requirements.push_back({std::string(service), std::move(scopes), {}});
}

GLOBUS_SANDBOX_DECL void Session::require_session(std::string_view service, boost::json::object parameters) {
    detail::Change const change(world());
    world().data.requirements.push_back({std::string(service), {}, std::move(parameters)});
}

GLOBUS_SANDBOX_DECL void Session::set_collection_state(std::string_view collection_id, std::string_view state) {
    detail::set_state(world(), std::string(collection_id), std::string(state));
}

GLOBUS_SANDBOX_DECL void Session::advance_clock(std::chrono::milliseconds by) { detail::advance(world(), by.count()); }

GLOBUS_SANDBOX_DECL void Session::set_clock(std::chrono::system_clock::time_point to) {
    detail::set_clock(world(), std::chrono::duration_cast<std::chrono::milliseconds>(to.time_since_epoch()).count());
}

GLOBUS_SANDBOX_DECL std::chrono::system_clock::time_point Session::now() const {
    std::lock_guard lock(world().mutex);
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(world().now_locked()));
}

GLOBUS_SANDBOX_DECL bool Session::wait_for_tasks(std::chrono::milliseconds timeout) {
    std::unique_lock lock(world().mutex);
    return world().wake.wait_for(lock, timeout, [&] {
        for (auto const& [id, task] : world().data.tasks.all())
            if (task.active() && !task.paused && !task.held && task.last_fault.empty()) return false;
        return true;
    });
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::add_fault(boost::json::value const& rule) {
    std::lock_guard lock(world().mutex);
    return world().add_rules_locked(rule);
}

GLOBUS_SANDBOX_DECL void Session::clear_faults() {
    std::lock_guard lock(world().mutex);
    world().rules.clear();
}

GLOBUS_SANDBOX_DECL boost::json::array Session::faults() const {
    std::lock_guard lock(world().mutex);
    return detail::describe_rules(world().rules);
}

GLOBUS_SANDBOX_DECL boost::json::array Session::unfired_faults() const { return detail::unfired_rules(world()); }

GLOBUS_SANDBOX_DECL void Session::scenario(std::string_view name) { detail::run_scenario(world(), std::string(name)); }

GLOBUS_SANDBOX_DECL std::vector<std::string> Session::scenario_names() {
    std::vector<std::string> names;
    for (auto const& [name, rules] : detail::scenarios()) names.push_back(name);
    return names;
}

GLOBUS_SANDBOX_DECL std::vector<JournalEntry> Session::journal(std::string_view operation, std::uint64_t after) const {
    std::lock_guard lock(world().mutex);
    std::vector<JournalEntry> out;
    for (auto const& entry : world().journal)
        if (entry.number > after && (operation.empty() || entry.operation == operation)) out.push_back(entry);
    return out;
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::count(std::string_view operation) const {
    std::lock_guard lock(world().mutex);
    auto const found = world().counts.find(std::string(operation));
    return found == world().counts.end() ? 0 : found->second;
}

GLOBUS_SANDBOX_DECL std::uint64_t Session::count() const {
    std::lock_guard lock(world().mutex);
    return world().total;
}

GLOBUS_SANDBOX_DECL void Session::clear_journal() {
    std::lock_guard lock(world().mutex);
    world().journal.clear();
    world().journal_bytes = 0;
    world().counts.clear();
    world().total = 0;
}

GLOBUS_SANDBOX_DECL boost::json::object Session::state() const {
    std::lock_guard lock(world().mutex);
    return detail::describe_state(world());
}

GLOBUS_SANDBOX_DECL void Session::verify(std::vector<Expectation> const& expectations) const {
    std::lock_guard lock(world().mutex);
    auto const wrong = detail::verify_locked(world(), expectations);
    if (!wrong.empty()) throw VerifyError("sandbox: not as expected: " + boost::json::serialize(wrong));
}

GLOBUS_SANDBOX_DECL Expecting::Expecting(Session session, std::vector<Expectation> expectations)
    : session_(std::move(session)), expectations_(std::move(expectations)), unwinding_(std::uncaught_exceptions()) {}

GLOBUS_SANDBOX_DECL Expecting::~Expecting() noexcept(false) {
    bool const here = session_.world_ != nullptr && session_.world_->made.is_this_process();  // not in a forked child
    if (here && !verified_ && std::uncaught_exceptions() == unwinding_) verify();
}

GLOBUS_SANDBOX_DECL void Expecting::verify() {
    verified_ = true;
    session_.verify(expectations_);
    auto const unfired = session_.unfired_faults();
    if (!unfired.empty()) throw VerifyError("sandbox: rules that never fired: " + boost::json::serialize(unfired));
}

GLOBUS_SANDBOX_DECL void Session::snapshot() { detail::take_snapshot(world()); }

GLOBUS_SANDBOX_DECL void read_config(boost::json::object const& config, Options& options) {
    detail::read_config(config, options);
}

GLOBUS_SANDBOX_DECL void Session::seed(boost::json::object const& config) {
    std::lock_guard lock(world().mutex);
    if (world().starts > 1 && world().configured) return;  // the state has it already
    try {
        detail::Seeder(world()).run(config);
    } catch (...) {
        world().data = *world().seeded;
        throw;
    }
    world().configured = true;
    world().remember_begin();
}

GLOBUS_SANDBOX_DECL void Session::reset() { world().reset(); }

GLOBUS_SANDBOX_DECL void Session::restore() { detail::restore_snapshot(world()); }

GLOBUS_SANDBOX_DECL void Session::drop_idle_connections() {
    world().listener->drop_idle(nullptr);
    if (world().secure) world().secure->drop_idle(nullptr);
}

GLOBUS_SANDBOX_DECL Server::Server(Options options) {
    auto const admin_port = options.admin_port;
    auto const secret = options.admin_secret;
    world_ = ::globus::detail::make_process_bound<detail::World>("default", std::move(options));
    world().start();
    host_ = ::globus::detail::make_process_bound<detail::Host>(world_, admin_port, secret);
}

GLOBUS_SANDBOX_DECL Server::~Server() = default;

GLOBUS_SANDBOX_DECL std::string Server::admin_url() const { return host_->url(); }

GLOBUS_SANDBOX_DECL std::string Server::admin_secret() const { return host_->secret(); }

GLOBUS_SANDBOX_DECL Session Server::open_session(Options options) {
    world();
    return detail::Host::session(host_->open(std::move(options), false));
}

GLOBUS_SANDBOX_DECL void Server::close_session(Session const& session) {
    world();
    host_->close(session.id());
}

}  // namespace globus::sandbox

#endif  // GLOBUS_SANDBOX_IMPL_SERVER_IPP
