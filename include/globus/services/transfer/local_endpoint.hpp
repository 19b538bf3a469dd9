// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
#define GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP

#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/platform/home.hpp>
#include <globus/core/values.hpp>
#include <globus/services/auth/answers.hpp>

#include <boost/json/object.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the installations of Globus Connect on this machine say of themselves, in their files. Anybody who may write
// those files may write anything: nothing here proves who owns an endpoint.

namespace globus {

namespace detail {

/// The text of a file; nothing if there is none.
/// @throws Error  if it is there and cannot be read, or is larger than a MiB
inline std::optional<std::string> read_small_file(std::string const& path) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rbe"), &std::fclose);
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        throw Error("cannot open " + path + ": " + std::strerror(errno));
    }
    constexpr std::size_t most = std::size_t{1} << 20;
    std::string text(most + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) throw Error("cannot read " + path + ": " + std::strerror(errno));
    if (text.size() > most) throw Error(path + " is larger than a MiB: it is no file of Globus Connect");
    return text;
}

constexpr bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The words of a line as a shell would split it; nothing if a quote is not closed.
inline std::optional<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    bool open = false;  // a word has begun
    char quote = '\0';
    for (std::size_t i = 0; i != line.size(); ++i) {
        char const c = line[i];
        if (quote == '\0' && is_white(c)) {
            open = false;
            continue;
        }
        if (!std::exchange(open, true)) words.emplace_back();
        bool const escapes = c == '\\' && quote != '\'';
        if (escapes && i + 1 == line.size()) return std::nullopt;
        if (escapes && (quote == '\0' || line[i + 1] == '"' || line[i + 1] == '\\'))
            words.back() += line[++i];
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (quote != '\0' && c == quote)
            quote = '\0';
        else
            words.back() += c;
    }
    if (quote != '\0') return std::nullopt;
    return words;
}

/// The UUID that 26 base32 characters of any case are (RFC 4648, section 6); nothing if they are not.
inline std::optional<std::string> uuid_of_base32(std::string_view text) {
    if (text.size() != 26) return std::nullopt;
    std::string bytes;
    unsigned bits = 0;
    unsigned have = 0;
    for (char const c : text) {
        unsigned value = 0;
        if (c >= 'a' && c <= 'z')
            value = static_cast<unsigned>(c - 'a');
        else if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A');
        else if (c >= '2' && c <= '7')
            value = static_cast<unsigned>(c - '2') + 26;
        else
            return std::nullopt;
        bits = (bits << 5U | value) & 0xFFFU;
        have += 5;
        if (have >= 8) {
            have -= 8;
            bytes += static_cast<char>(bits >> have & 0xFFU);
        }
    }
    std::string uuid = hex_encode(bytes);
    for (std::size_t const at : {8U, 13U, 18U, 23U}) uuid.insert(at, 1, '-');
    return uuid;
}

}  // namespace detail

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
 * Its files are read at every call, so that an installation made meanwhile is seen.
 *
 * @par Errors
 * What is not installed is nothing, not an error. globus::Error for a file that is there and cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-personal/
 */
class LocalGlobusConnectPersonal {
public:
    /// @param config_dir  where it keeps its files; `~/.globusonline` if left out
    /// @throws UsageError  if that is left out and nobody knows the user's home directory
    explicit LocalGlobusConnectPersonal(std::string config_dir = {}) : config_dir_(std::move(config_dir)) {
        if (!config_dir_.empty()) return;
        config_dir_ = detail::home_directory();
        if (config_dir_.empty())
            throw UsageError("HOME is not set: give LocalGlobusConnectPersonal the directory of its configuration");
        config_dir_ += "/.globusonline";
    }

    /// The folder that its files are looked for in.
    [[nodiscard]] std::string const& config_dir() const noexcept { return config_dir_; }

    /// The id of the endpoint, as the installation writes it down.
    [[nodiscard]] std::optional<std::string> endpoint_id() const {
        std::optional<std::string> text = detail::read_small_file(config_dir_ + "/lta/client-id.txt");
        if (!text) return std::nullopt;
        std::string_view id = *text;
        while (!id.empty() && detail::is_white(id.front())) id.remove_prefix(1);
        while (!id.empty() && detail::is_white(id.back())) id.remove_suffix(1);
        return std::string(id);
    }

    /// Who owns the endpoint, as the installation writes it down; nothing if it says that in no form that is known.
    [[nodiscard]] std::optional<GlobusConnectPersonalOwnerInfo> get_owner_info() const {
        static constexpr std::string_view start = "\"/C=US/O=Globus Consortium/OU=Globus Connect User/CN=";
        std::optional<std::string> const text = detail::read_small_file(config_dir_ + "/lta/gridmap");
        if (!text) return std::nullopt;
        for (std::string_view rest = *text; !rest.empty();) {
            std::size_t const end = std::min(rest.find_first_of("\r\n"), rest.size());
            std::string_view const line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (!line.starts_with(start)) continue;
            auto const words = detail::split_words(line);
            if (!words || words->size() != 2) return std::nullopt;
            std::string const name = words->front().substr(start.size() - 1);  // less the quote
            if (name.starts_with("u_"))
                if (auto id = detail::uuid_of_base32(std::string_view(name).substr(2)))
                    return GlobusConnectPersonalOwnerInfo{.id = std::move(id)};
            return GlobusConnectPersonalOwnerInfo{.username = name + "@globusid.org"};
        }
        return std::nullopt;
    }

    /// The identity of who owns the endpoint, as Globus Auth knows it; nothing if it does not, or tells nobody.
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
 * What is not installed, or says nothing that can be understood, is nothing. globus::Error for a file that is there and
 * cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-server/v5/
 */
class LocalGlobusConnectServer {
public:
    /// Reads nothing yet. `info_path` is the file that the installation keeps.
    explicit LocalGlobusConnectServer(std::string info_path = "/var/lib/globus-connect-server/info.json")
        : info_path_(std::move(info_path)) {}

    /// All that the installation says of itself.
    [[nodiscard]] std::optional<boost::json::object> info() const {
        std::optional<std::string> const text = detail::read_small_file(info_path_);
        if (!text) return std::nullopt;
        boost::system::error_code error;
        Json document = detail::parse_exact_json(*text, error);
        if (error || !document.is_object()) return std::nullopt;
        return std::move(document.get_object());
    }
    /// The id of the endpoint.
    [[nodiscard]] std::optional<std::string> endpoint_id() const { return text("endpoint_id"); }
    /// The host name of the endpoint's manager.
    [[nodiscard]] std::optional<std::string> domain_name() const { return text("domain_name"); }

private:
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        auto const document = info();
        auto const* const value = document ? document->if_contains(name) : nullptr;
        if (value == nullptr || !value->is_string()) return std::nullopt;
        return std::string(value->get_string());
    }

    std::string info_path_;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
