// SPDX-License-Identifier: Apache-2.0
// The files of a collection: paths that cannot leave its directory, listings, filters.
#ifndef GLOBUS_SANDBOX_IMPL_FILES_IPP
#define GLOBUS_SANDBOX_IMPL_FILES_IPP

#include <globus/sandbox/impl/world.ipp>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

namespace globus::sandbox::detail {

namespace fs = std::filesystem;

/// A path of a collection, and the file of this machine behind it.
struct Place {
    std::string path;     ///< absolute in the collection, without a slash at the end
    fs::path file;        ///< where it is
    bool allowed = true;  ///< false when a symbolic link leads out of the collection
};

/// Where a path leads when all symbolic links are followed, also those whose target is not there: what is written there
/// would be made where they lead. Nothing for links in a circle.
inline std::optional<fs::path> real_path(fs::path const& path) {
    std::vector<fs::path> left(path.begin(), path.end());
    std::reverse(left.begin(), left.end());
    fs::path real;
    for (int links = 0; !left.empty();) {
        fs::path const part = left.back();
        left.pop_back();
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            real = real.parent_path();
            continue;
        }
        std::error_code error;
        fs::path const next = real / part;
        if (!fs::is_symlink(fs::symlink_status(next, error))) {
            real = next;
            continue;
        }
        fs::path const target = fs::read_symlink(next, error);
        if (error || ++links > 40) return std::nullopt;  // 40: the kernel's own limit
        if (target.is_absolute()) real.clear();
        left.insert(left.end(), std::make_reverse_iterator(target.end()), std::make_reverse_iterator(target.begin()));
    }
    return real;
}

inline bool lies_within(fs::path const& root, fs::path const& file) {
    auto const end = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    return end.first == root.end();
}

/// The names of a path. [guess] `/~/` is the collection's top directory, and `..` stops there.
inline std::vector<std::string> path_parts(std::string_view path) {
    std::vector<std::string> parts;
    bool first = true;
    for (auto const& part : split(path, '/')) {
        if (part.empty() || part == "." || (first && part == "~")) {
            if (!part.empty()) first = false;
            continue;
        }
        first = false;
        if (part != "..")
            parts.push_back(part);
        else if (!parts.empty())
            parts.pop_back();
    }
    return parts;
}

/// A path as it is compared with others: without `.`, `..` and a slash at the end.
inline std::string normal_path(std::string_view path) {
    std::string out;
    for (auto const& part : path_parts(path)) out += "/" + part;
    return out;
}

inline Place find_place(fs::path const& directory, std::string_view path) {
    auto const parts = path_parts(path);
    Place place;
    std::error_code error;
    fs::path const root = fs::canonical(directory, error);
    place.file = root;
    for (auto const& part : parts) {
        place.path += "/" + part;
        place.file /= part;
    }
    if (place.path.empty()) place.path = "/";
    if (error || path.find('\0') != std::string_view::npos) {
        place.allowed = false;
        return place;
    }
    auto const real = real_path(place.file);
    place.allowed = real && lies_within(root, *real);
    return place;
}

/// [recorded] the members of a file in listings and in stat
inline std::optional<json::object> describe_file(fs::path const& file, std::string const& name, fs::path const& root) {
    struct ::stat link {};
    if (::lstat(file.c_str(), &link) != 0) return std::nullopt;
    struct ::stat info = link;
    bool const is_link = S_ISLNK(link.st_mode);
    std::string type;
    if (is_link) {
        auto const real = real_path(file);
        if (!real || !lies_within(root, *real) || ::stat(file.c_str(), &info) != 0) type = "invalid_symlink";
    }
    if (type.empty()) type = S_ISDIR(info.st_mode) ? "dir" : S_ISREG(info.st_mode) ? "file" : "other";
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
    json::object out{{"DATA_TYPE", "file"},
                     {"name", name},
                     {"type", type},
                     {"size", static_cast<std::int64_t>(info.st_size)},
                     {"last_modified", file_time(static_cast<Millis>(info.st_mtime) * 1000)},
                     {"permissions", mode},
                     {"user", "sandbox"},
                     {"group", "sandbox"},
                     {"link_target", nullptr},
                     {"link_last_modified", nullptr},
                     {"link_size", nullptr},
                     {"link_user", nullptr},
                     {"link_group", nullptr}};
    if (is_link) {
        std::error_code error;
        out["link_target"] = fs::read_symlink(file, error).string();
        out["link_last_modified"] = file_time(static_cast<Millis>(link.st_mtime) * 1000);
        out["link_size"] = static_cast<std::int64_t>(link.st_size);
        out["link_user"] = "sandbox";
        out["link_group"] = "sandbox";
    }
    return out;
}

// Filters and orders --------------------------------------------------------------------------------------------------

inline std::string field_text(json::object const& item, std::string_view field) {
    auto const* value = item.if_contains(field);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? to_string(value->get_string()) : json::serialize(*value);
}

inline bool is_time_field(std::string_view field) { return field == "last_modified" || field.ends_with("_time"); }

/// Negative, zero or positive, as numbers where both are.
inline int compare_field(std::string const& a, std::string const& b) {
    auto const left = to_integer(a);
    auto const right = to_integer(b);
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
    return a.compare(b);
}

/// One clause, `field:value,value`. [doc] the filters of listings and of the task list
inline bool clause_fits(json::object const& item, std::string const& clause) {
    auto const colon = clause.find(':');
    if (colon == std::string::npos) return glob(clause, field_text(item, "name"));
    std::string const field = clause.substr(0, colon);
    std::string const values = clause.substr(colon + 1);
    std::string const have = field_text(item, field);
    auto const list = split(values, ',');
    if (is_time_field(field) && list.size() == 2) {
        auto const at = parse_time(have);
        auto const from = parse_time(list[0]);
        auto const to = parse_time(list[1]);
        return at && (!from || *at >= *from) && (!to || *at <= *to);
    }
    bool wanted_any = false;
    bool found = false;
    for (std::string value : list) {
        bool negative = false;
        if (!value.empty() && value[0] == '!') {
            negative = true;
            value.erase(0, 1);
        }
        bool fits = false;
        if (!value.empty() && value[0] == '~') {
            fits = glob(lower(value.substr(1)), lower(have));
        } else if (!value.empty() && (value[0] == '<' || value[0] == '>')) {
            bool const or_equal = value.size() > 1 && value[1] == '=';
            int const order = compare_field(have, value.substr(or_equal ? 2 : 1));
            fits = (value[0] == '<' ? order < 0 : order > 0) || (or_equal && order == 0);
        } else {
            if (!value.empty() && value[0] == '=') value.erase(0, 1);
            // [doc] a flag is asked for by 1 or 0, as in is_error:1
            fits = value == have || (value == "1" && have == "true") || (value == "0" && have == "false");
        }
        if (negative) {
            if (fits) return false;
        } else {
            wanted_any = true;
            found = found || fits;
        }
    }
    return !wanted_any || found;
}

/// All `filter` arguments, and all clauses of each (between slashes), must fit.
inline bool filters_fit(json::object const& item, Call const& call) {
    for (auto const& [name, value] : call.query) {
        if (name != "filter" || value.empty()) continue;
        for (auto const& clause : split(value, '/'))
            if (!clause.empty() && !clause_fits(item, clause)) return false;
    }
    return true;
}

inline json::object const& document_of(json::object const& item) { return item; }
inline json::object const& document_of(json::object const* item) { return *item; }

/// `orderby=name ASC,size DESC`; what is equal keeps the order in which it stands, or with DESC the contrary one.
template <class Item>
void sort_items(std::vector<Item>& items, std::string const& orderby) {
    if (orderby.empty()) return;
    std::vector<std::pair<std::string, bool>> keys;
    for (auto const& part : split(orderby, ',')) {
        auto const words = split(trim(part), ' ');
        keys.emplace_back(words[0], words.size() > 1 && same_name(words.back(), "DESC"));
    }
    if (keys.front().second) std::reverse(items.begin(), items.end());
    sort_stably(items, [&](Item const& a, Item const& b) {
        for (auto const& [field, down] : keys) {
            int const order = compare_field(field_text(document_of(a), field), field_text(document_of(b), field));
            if (order != 0) return down ? order > 0 : order < 0;
        }
        return false;
    });
}

/// The part of a list that `offset` and `limit` ask for.
template <class Item>
json::array cut(std::vector<Item> const& items, std::int64_t offset, std::int64_t limit) {
    json::array out;
    for (auto i = std::max<std::int64_t>(0, offset); i < static_cast<std::int64_t>(items.size()) && i - offset < limit;
         ++i)
        out.push_back(document_of(items[static_cast<std::size_t>(i)]));
    return out;
}

inline std::optional<std::string> hash_file(fs::path const& file, EVP_MD const* kind) {
    std::FILE* const opened = std::fopen(file.c_str(), "rbe");
    if (opened == nullptr) return std::nullopt;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), kind, nullptr);
    std::vector<char> buffer(1U << 16);
    while (auto const got = std::fread(buffer.data(), 1, buffer.size(), opened))
        EVP_DigestUpdate(context.get(), buffer.data(), got);
    std::fclose(opened);
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), out.data(), &size);
    return std::string(reinterpret_cast<char const*>(out.data()), size);
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FILES_IPP
