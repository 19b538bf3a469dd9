// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP
#define GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP

#include <globus/client/client.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/services/auth/service.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * Identities by id or user name, looked up in batches when they are first asked for.
 *
 *     IdentityMap people(client, owner_ids);                       // a client of AuthService
 *     for (std::string const& id : owner_ids) print(people[id].username.value_or(id));
 *
 * The second line makes one request for each hundred ids, not one for each. What was found is kept under its id and its
 * user name, in upper or lower case; an identity that does not exist is asked for again each time.
 *
 * @tparam C  a Client of AuthService, of which the map keeps a copy
 *
 * @par Errors
 * Lookups throw what `get_identities` throws. The identities of a batch that failed are tried again with the next.
 * @par Thread safety
 * Distinct objects: safe, unless they share a cache. Shared objects: not safe, since looking up changes the map.
 */
template <class C>
class IdentityMap {
public:
    /// What was found, by id and by user name in lower case.
    using Cache = std::map<std::string, auth::Identity, std::less<>>;

    static constexpr std::size_t default_batch_size = 100;  ///< the most that Globus Auth answers at once

    /**
     * @param identity_ids   ids and user names that will be asked for
     * @param id_batch_size  how many go into one request; 0 means the default
     * @param cache          that of another map, to share what was found
     */
    explicit IdentityMap(C client, std::vector<std::string> const& identity_ids = {}, std::size_t id_batch_size = 0,
                         std::shared_ptr<Cache> cache = nullptr)
        : client_(std::move(client)),
          batch_size_(id_batch_size != 0 ? id_batch_size : default_batch_size),
          cache_(cache ? std::move(cache) : std::make_shared<Cache>()) {
        for (std::string const& id : identity_ids) pending(id).emplace(name_of(id), id);
    }

    /// Notes an id or user name to be looked up with the next batch. It returns false if that is known or noted
    /// already.
    bool add(std::string identity_id) {
        std::string name = name_of(identity_id);
        if (known().contains(name)) return false;
        return pending(identity_id).emplace(std::move(name), std::move(identity_id)).second;
    }

    /// The identity of that id or user name, looked up if it has to be; nullptr if there is none.
    /// The pointer is good until the identity is erased.
    [[nodiscard]] auth::Identity const* get(std::string_view key, CallOptions const& options = {}) {
        std::string const name = name_of(key);
        if (auto const found = known().find(name); found != known().end()) return &found->second;
        look_up(name, key, options);
        auto const found = known().find(name);
        return found != known().end() ? &found->second : nullptr;
    }

    /// As `get`. @throws UsageError  if there is no such identity
    [[nodiscard]] auth::Identity const& operator[](std::string_view key) {
        if (auth::Identity const* identity = get(key)) return *identity;
        throw UsageError("there is no identity '" + std::string(key) + "'");
    }

    /// Forgets what was found under one id or user name, so that it will be looked up again. It returns false if that
    /// is not known.
    bool erase(std::string_view key) { return known().erase(name_of(key)) != 0; }

    /// What was found so far, for another map to share.
    [[nodiscard]] std::shared_ptr<Cache> const& cache() const noexcept { return cache_; }

private:
    using Names = std::map<std::string, std::string>;  ///< as it is kept, and as the caller spells it

    /// True for a UUID in any of its spellings; all else is a user name.
    static bool is_id(std::string_view text) {
        if (text.starts_with("urn:uuid:")) text.remove_prefix(9);
        int digits = 0;
        for (char const c : text) {
            if (globus::detail::hex_digit(c) >= 0)
                ++digits;
            else if (c != '-' && c != '{' && c != '}')
                return false;
        }
        return digits == 32;
    }
    /// What an identity is kept under: the id as the service spells it, or the user name in lower case.
    static std::string name_of(std::string_view text) {
        bool const id = is_id(text);
        if (id && text.starts_with("urn:uuid:")) text.remove_prefix(9);
        std::string name;
        for (char const c : text) {
            if (id && globus::detail::hex_digit(c) < 0) continue;
            if (id && (name.size() == 8 || name.size() == 13 || name.size() == 18 || name.size() == 23)) name += '-';
            name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        return name;
    }
    /// What was found. @throws UsageError  if this map was moved from
    [[nodiscard]] Cache& known() const {
        if (cache_ == nullptr) throw UsageError("this IdentityMap was moved from: use the one that it was moved to");
        return *cache_;
    }
    Names& pending(std::string_view key) { return is_id(key) ? pending_ids_ : pending_usernames_; }

    /// Looks up `key`, kept under `name`, together with as many noted ones of its kind as fit.
    void look_up(std::string const& name, std::string_view key, CallOptions const& options) {
        Names& names = pending(key);
        StringList batch(key);
        for (auto noted = names.begin(); noted != names.end() && batch.size() < batch_size_;) {
            if (noted->first == name || known().contains(noted->first)) {
                noted = names.erase(noted);
            } else {
                batch.push_back(noted->second);
                ++noted;
            }
        }
        auth::GetIdentities op;
        (is_id(key) ? op.ids : op.usernames) = batch;
        auth::IdentityList const found = *client_.send(op, options);
        for (std::string const& sent : batch) names.erase(name_of(sent));
        for (auth::Identity const& identity : found.identities) {
            if (!identity.id.empty()) known()[name_of(identity.id)] = identity;
            if (identity.username) known()[name_of(*identity.username)] = identity;
        }
    }

    C client_;
    std::size_t batch_size_;
    std::shared_ptr<Cache> cache_;
    Names pending_ids_;
    Names pending_usernames_;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP
