// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
#define GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP

#include <globus/core/config.hpp>
#include <globus/services/auth/answers.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What the installations of Globus Connect on this machine say about themselves in their files. Anybody who may write
// those files may write anything: nothing here proves who owns an endpoint.

namespace globus {

/// Who owns an installation of Globus Connect Personal, by the id of an identity or by its user name.
struct GlobusConnectPersonalOwnerInfo {
    std::optional<std::string> id = {};        ///< of the identity; nothing if only the user name is known
    std::optional<std::string> username = {};  ///< as in "ada@globusid.org"; nothing if only the id is known
};

/**
 * The installation of Globus Connect Personal of this user on this machine.
 *
 *     LocalGlobusConnectPersonal const here;
 *     if (auto const id = here.endpoint_id()) transfer.operation_ls({.endpoint_id = *id, .path = "/~/"});
 *
 * Its files are read at every call, so that a new installation is seen.
 *
 * @par Errors
 * What is not installed gives an empty result, not an error. globus::Error for a file that is there but cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-personal/
 */
class LocalGlobusConnectPersonal {
public:
    /// @param config_dir  where it keeps its files; `~/.globusonline` if left out
    /// @throws UsageError  if that is left out and the user's home directory is not known
    explicit LocalGlobusConnectPersonal(std::string config_dir = {});

    /// The directory in which its files are looked for.
    [[nodiscard]] std::string const& config_dir() const noexcept { return config_dir_; }

    /// The id of the endpoint, as the installation recorded it.
    [[nodiscard]] std::optional<std::string> endpoint_id() const;

    /// The owner of the endpoint, as the installation recorded it; nothing if its form is not known.
    [[nodiscard]] std::optional<GlobusConnectPersonalOwnerInfo> get_owner_info() const;

    /// The identity of the owner of the endpoint, from Globus Auth; nothing if Globus Auth does not know or show it.
    /// @param auth  a Client<AuthService, ...>
    /// @throws  what `auth.get_identities` throws
    template <class Auth>
    [[nodiscard]] std::optional<auth::Identity> get_owner_info(Auth const& auth) const {
        auto const owner = get_owner_info();
        if (!owner) return std::nullopt;
        auto const answer =
            owner->id ? auth.get_identities({.ids = *owner->id}) : auth.get_identities({.usernames = *owner->username});
        if (answer->identities.empty()) return std::nullopt;
        return answer->identities.front();
    }

private:
    std::string config_dir_;
};

/**
 * The installation of Globus Connect Server on this machine.
 *
 *     if (auto const address = LocalGlobusConnectServer().domain_name())
 *         Client<GcsService, AccessTokenPolicy> manager{GcsService{*address}, token};
 *
 * Its file is read at every call.
 *
 * @par Errors
 * What is not installed, or cannot be understood, gives an empty result. globus::Error for a file that is there but
 * cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-server/v5/
 */
class LocalGlobusConnectServer {
public:
    /// It reads nothing yet. `info_path` is the file that the installation keeps.
    explicit LocalGlobusConnectServer(std::string info_path = "/var/lib/globus-connect-server/info.json")
        : info_path_(std::move(info_path)) {}

    /// All that the installation says about itself.
    [[nodiscard]] std::optional<boost::json::object> info() const;
    /// The id of the endpoint.
    [[nodiscard]] std::optional<std::string> endpoint_id() const { return text("endpoint_id"); }
    /// The host name of the endpoint's manager.
    [[nodiscard]] std::optional<std::string> domain_name() const { return text("domain_name"); }

private:
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

    std::string info_path_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/local_endpoint.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
