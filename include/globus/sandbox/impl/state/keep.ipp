// SPDX-License-Identifier: Apache-2.0
// A session is written to its database, and goes on with what that has.
#ifndef GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP
#define GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP

#include <globus/sandbox/impl/auth/keys.ipp>
#include <globus/sandbox/impl/state/store.ipp>

namespace globus::sandbox::detail {

/// A key that signs id tokens, or did.
struct KeptKey {
    std::string kid;
    std::string pem;
    GLOBUS_MEMBERS(KeptKey, kid, pem);
};

/// What a session is besides its Data.
struct KeptSession {
    std::uint64_t seed = 1;
    std::uint64_t starts = 1;
    bool configured = false;
    std::string secret;
    std::string gcs_id;
    std::filesystem::path root;
    bool has_samples = false;
    bool manual_clock = false;
    Millis started_at = 0;
    Millis clock_offset = 0;
    std::vector<User> users;
    std::vector<App> apps;
    std::vector<Collection> collections;
    std::vector<KeptKey> keys;
    GLOBUS_MEMBERS(KeptSession, seed, starts, configured, secret, gcs_id, root, has_samples, manual_clock, started_at,
                   clock_offset, users, apps, collections, keys);
};

inline KeptSession kept_session(World const& world) {
    KeptSession out{world.options.seed,
                    world.starts,
                    world.configured,
                    world.secret,
                    world.gcs_id,
                    world.options.root,
                    world.has_samples,
                    world.options.clock == ClockMode::manual,
                    world.started_at,
                    world.clock_offset,
                    world.options.users,
                    world.options.apps,
                    world.options.collections,
                    {}};
    for (auto const& key : world.keys) out.keys.push_back({key.kid, key.pem});
    return out;
}

/// The tasks are in the order of their rows.
inline constexpr std::string_view order_of_rows = "task_order";

/// Writes what changed of a member of Data.
struct SaveMember {
    Store& store;

    template <class Record>
    void operator()(std::string_view name, Table<Record> const& table) const {
        for (auto const& id : table.touched()) {
            if (auto const found = table.find(id); found != table.end())
                store.put(name, id, 0, json::serialize(saved(found->second)));
            else
                store.cut(name, id);
        }
    }
    void operator()(std::string_view name, Table<Documents> const& table) const {
        for (auto const& kind : table.touched()) {
            auto const found = table.find(kind);
            if (found == table.end())
                store.cut(name, kind);
            else
                found->second.changes([&] { store.cut(name, kind); },
                                      [&](std::size_t position) { store.cut_one(name, kind, position); },
                                      [&](std::size_t position, Documents::Document const& document) {
                                          store.put(name, kind, position, json::serialize(saved(document)));
                                      });
        }
    }
    template <class T>
    void operator()(std::string_view name, T const& value) const {
        if (name != order_of_rows) store.put_often(name, json::serialize(saved(value)));
    }
};

/// Takes a row to a member of Data.
struct LoadMember {
    std::string const& id;
    std::size_t position;
    json::value const& row;

    template <class Record>
    void operator()(Table<Record>& table) const {
        read_saved(row, table[id]);
    }
    void operator()(Table<Documents>& table) const {
        std::pair<std::string, json::object> document;
        read_saved(row, document);
        table[id].restore(position, document.first, std::move(document.second));
    }
    template <class T>
    void operator()(T& value) const {
        read_saved(row, value);
    }
};

/// Reads a part to where nothing is yet; `otherwise` takes the rows that are none of Data.
template <class F>
void load_data(Store& store, Part part, Data& out, F const& otherwise) {
    store.read(part, [&](std::string const& name, std::string const& id, std::size_t position, json::value const& row) {
        bool known = false;
        Data::members::for_each(out, [&](auto member, auto& value) {
            if (member.key != name) return;
            LoadMember{id, position, row}(value);
            known = true;
        });
        if (name == "tasks") out.task_order.push_back(id);
        if (!known) otherwise(name, row);
    });
}

template <class F>
void for_each_table(Data& data, F const& f) {
    Data::members::for_each(data, [&](auto, auto& value) {
        if constexpr (requires { value.touched(); }) f(value);
    });
}

inline void World::save_locked() {
    if (!store) return;
    try {
        store->commit([&] {
            Data::members::for_each(std::as_const(data),
                                    [&](auto member, auto const& value) { SaveMember{*store}(member.key, value); });
            store->put_often("session", json::serialize(saved(kept_session(*this))));
        });
        for_each_table(data, [](auto& table) { table.forget(); });
        unsaved.clear();
    } catch (std::exception const& error) {
        unsaved = error.what();
    }
}

/// Makes what there is now a snapshot, or what reset() goes back to.
inline void keep_copy(World& world, Part as) {
    world.save_locked();
    if (!world.store) return;
    if (!world.unsaved.empty()) throw StateError(world.unsaved);
    world.store->commit([&] { world.store->copy(Part::now, as); });
}

/// Adds what the options name and the state does not have.
template <class List, class Same>
void add_missing(List& kept, List const& named, Same const& same) {
    for (auto const& one : named)
        if (std::none_of(kept.begin(), kept.end(), [&](auto const& other) { return same(one, other); }))
            kept.push_back(one);
}

/// Collections are made at the first start: those that are named later have to be among them.
inline void check_collections(Options const& named, KeptSession const& kept) {
    if (!named.root.empty() && named.root != kept.root)
        throw StateError("sandbox: the collections of " + named.state.string() + " are in " + kept.root.string() +
                         ", not in " + named.root.string() + "; another directory needs a state of its own");
    for (auto const& one : named.collections) {
        auto const same = [&](Collection const& other) {
            return one.id.empty() ? kept.root / one.directory == other.directory : one.id == other.id;
        };
        if (std::none_of(kept.collections.begin(), kept.collections.end(), same))
            throw StateError("sandbox: " + named.state.string() + " has no collection \"" +
                             (one.id.empty() ? one.directory.string() : one.id) +
                             "\"; one that is new needs a state of its own, or an API call");
    }
}

inline void World::take_up() {
    KeptSession kept;
    load_data(*store, Part::now, data, [&](std::string const&, json::value const& row) { read_saved(row, kept); });
    auto const nothing = [](std::string const&, json::value const&) {};
    seeded = std::make_unique<Data>();
    load_data(*store, Part::seed, *seeded, nothing);
    snapshot = std::make_unique<Data>();
    load_data(*store, Part::snapshot, *snapshot, nothing);
    if (snapshot->endpoints.empty()) snapshot.reset();
    options.seed = kept.seed;
    starts = kept.starts + 1;
    configured = kept.configured;
    random = Random(options.seed + starts * 0x9e3779b97f4a7c15ULL);  // no identifier comes again
    secret = kept.secret;
    gcs_id = kept.gcs_id;
    has_samples = kept.has_samples;
    clock_offset = kept.clock_offset;
    if (kept.manual_clock && options.clock == ClockMode::manual) started_at = kept.started_at;
    for (auto const& key : kept.keys) {
        std::unique_ptr<BIO, decltype(&BIO_free)> const text(BIO_new_mem_buf(key.pem.data(), -1), &BIO_free);
        keys.push_back(
            {key.kid, {PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free}, key.pem});
    }
    add_missing(kept.users, options.users, [](User const& a, User const& b) { return a.username == b.username; });
    add_missing(kept.apps, options.apps, [](App const& a, App const& b) {
        return a.id.empty() ? a.secret == b.secret && a.name == b.name : a.id == b.id;
    });
    options.users = std::move(kept.users);
    options.apps = std::move(kept.apps);
    check_collections(options, kept);
    options.root = kept.root;
    options.collections = std::move(kept.collections);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_STATE_KEEP_IPP
