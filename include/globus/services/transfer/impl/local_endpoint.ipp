// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_LOCAL_ENDPOINT_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_LOCAL_ENDPOINT_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/platform/home.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/local_endpoint.hpp>

#include <boost/json/object.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// The text of a file; nothing if there is none.
/// @throws Error  if it is there and cannot be read, or is larger than a MiB
GLOBUS_DECL std::optional<std::string> read_small_file(std::string const& path) {
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
GLOBUS_DECL std::optional<std::vector<std::string>> split_words(std::string_view line) {
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
GLOBUS_DECL std::optional<std::string> uuid_of_base32(std::string_view text) {
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

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL LocalGlobusConnectPersonal::LocalGlobusConnectPersonal(std::string config_dir)
    : config_dir_(std::move(config_dir)) {
    if (!config_dir_.empty()) return;
    config_dir_ = detail::home_directory();
    if (config_dir_.empty())
        throw UsageError("HOME is not set: give LocalGlobusConnectPersonal the directory of its configuration");
    config_dir_ += "/.globusonline";
}

GLOBUS_DECL std::optional<std::string> LocalGlobusConnectPersonal::endpoint_id() const {
    std::optional<std::string> text = detail::read_small_file(config_dir_ + "/lta/client-id.txt");
    if (!text) return std::nullopt;
    std::string_view id = *text;
    while (!id.empty() && detail::is_white(id.front())) id.remove_prefix(1);
    while (!id.empty() && detail::is_white(id.back())) id.remove_suffix(1);
    return std::string(id);
}

GLOBUS_DECL std::optional<GlobusConnectPersonalOwnerInfo> LocalGlobusConnectPersonal::get_owner_info() const {
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
        std::string const name = words->front().substr(start.size() - 1);  // without the quote
        if (name.starts_with("u_"))
            if (auto id = detail::uuid_of_base32(std::string_view(name).substr(2)))
                return GlobusConnectPersonalOwnerInfo{.id = std::move(id)};
        return GlobusConnectPersonalOwnerInfo{.username = name + "@globusid.org"};
    }
    return std::nullopt;
}

GLOBUS_DECL std::optional<boost::json::object> LocalGlobusConnectServer::info() const {
    std::optional<std::string> const text = detail::read_small_file(info_path_);
    if (!text) return std::nullopt;
    boost::system::error_code error;
    Json document = detail::parse_exact_json(*text, error);
    if (error || !document.is_object()) return std::nullopt;
    return std::move(document.get_object());
}

GLOBUS_DECL std::optional<std::string> LocalGlobusConnectServer::text(std::string_view name) const {
    auto const document = info();
    auto const* const value = document ? document->if_contains(name) : nullptr;
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_LOCAL_ENDPOINT_IPP
