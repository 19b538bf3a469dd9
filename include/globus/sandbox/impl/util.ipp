// SPDX-License-Identifier: Apache-2.0
// Small things that all parts of the sandbox use: text, encodings, hashes, identifiers, times.
#ifndef GLOBUS_SANDBOX_IMPL_UTIL_IPP
#define GLOBUS_SANDBOX_IMPL_UTIL_IPP

#include <globus/core/timestamp.hpp>

#include <boost/json.hpp>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

namespace json = boost::json;

/// Milliseconds since 1970: the sandbox's time.
using Millis = std::int64_t;

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

inline bool same_name(std::string_view a, std::string_view b) { return a.size() == b.size() && lower(a) == lower(b); }

inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        auto const end = text.find(separator, begin);
        parts.emplace_back(text.substr(begin, end - begin));
        if (end == std::string_view::npos) return parts;
        begin = end + 1;
    }
}

inline std::string trim(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

inline int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Undoes percent-encoding; in a form or query (`plus`) a `+` is a blank.
inline std::string percent_decode(std::string_view text, bool plus = false) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

inline std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

/// Name and value pairs of a query or of a form.
inline Pairs parse_form(std::string_view text) {
    Pairs out;
    if (text.empty()) return out;
    for (auto const& part : split(text, '&')) {
        if (part.empty()) continue;
        auto const equals = part.find('=');
        out.emplace_back(
            percent_decode(std::string_view(part).substr(0, equals), true),
            equals == std::string::npos ? "" : percent_decode(std::string_view(part).substr(equals + 1), true));
    }
    return out;
}

inline std::string const* find_pair(Pairs const& pairs, std::string_view name) {
    for (auto const& [key, value] : pairs)
        if (key == name) return &value;
    return nullptr;
}

inline std::string pair_or(Pairs const& pairs, std::string_view name, std::string_view otherwise = {}) {
    auto const* found = find_pair(pairs, name);
    return found != nullptr ? *found : std::string(otherwise);
}

inline std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Shell-like pattern over the whole text: `*` any run, `?` one character.
inline bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == text[t] && pattern[p] != '*'))) {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

inline std::string base64(std::string_view bytes, bool url) {
    static constexpr char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static constexpr char for_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char const* const digits = url ? for_url : standard;
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (char const c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        held += 8;
        while (held >= 6) {
            held -= 6;
            out += digits[(bits >> held) & 63];
        }
    }
    if (held > 0) out += digits[(bits << (6 - held)) & 63];
    while (!url && out.size() % 4 != 0) out += '=';
    return out;
}

inline std::optional<std::string> base64_decode(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (char const c : text) {
        if (c == '=') break;
        std::uint32_t digit = 0;
        if (c >= 'A' && c <= 'Z')
            digit = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            digit = static_cast<std::uint32_t>(c - 'a' + 26);
        else if (c >= '0' && c <= '9')
            digit = static_cast<std::uint32_t>(c - '0' + 52);
        else if (c == '+' || c == '-')
            digit = 62;
        else if (c == '/' || c == '_')
            digit = 63;
        else
            return std::nullopt;
        bits = (bits << 6) | digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 255);
        }
    }
    return out;
}

inline std::string digest(EVP_MD const* kind, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
    return {reinterpret_cast<char const*>(out.data()), size};
}

inline std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

inline std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (char const c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

/// Compares in a time that does not tell where the difference is.
inline bool equal_secret(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

/// Real randomness, for what nobody may guess.
inline std::string random_secret() {
    std::array<unsigned char, 24> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    return base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, true);
}

/// How many characters of a token are its session's own and come from real randomness: 96 bits.
inline constexpr std::size_t mark_size = 24;

/// Identifiers that repeat with the seed, and the part of tokens that does.
class Random {
public:
    explicit Random(std::uint64_t seed = 1) : engine_(seed) {}

    std::uint64_t number() { return engine_(); }

    double fraction() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

    std::string next_uuid{};  ///< what the next call of uuid() answers, when it is not empty

    std::string uuid() {
        if (!next_uuid.empty()) return std::exchange(next_uuid, {});
        std::uint64_t const a = engine_();
        std::uint64_t const b = engine_();
        char text[37];
        std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                      static_cast<unsigned>((a >> 16) & 0xffff), static_cast<unsigned>(a & 0xfff),
                      static_cast<unsigned>(((b >> 48) & 0x3fff) | 0x8000),
                      static_cast<unsigned long long>(b & 0xffffffffffffULL));
        return text;
    }

    /// `sandbox-<kind>-<40 characters>`, which begin with `mark`: nothing that looks like this is valid anywhere else.
    std::string token(std::string_view kind, std::string_view mark) {
        static constexpr char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        std::string out = "sandbox-" + std::string(kind) + "-" + std::string(mark);
        for (auto i = mark.size(); i < 40; ++i) out += digits[engine_() % 36];
        return out;
    }

    std::string request_id() {
        static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        std::string out;
        for (int i = 0; i < 9; ++i) out += digits[engine_() % 62];
        return out;
    }

private:
    std::mt19937_64 engine_;
};

inline bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : hex_value(text[i]) < 0) return false;
    }
    return true;
}

/// Whether a text may stand in an address as a host, and in a certificate; an empty one may.
inline bool is_host_name(std::string_view text) {
    return text.size() <= 253 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
               std::string_view::npos;
}

/// Whether the name of a host is an IPv4 address.
inline bool is_address(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

inline std::tm utc(Millis at) {
    auto const seconds = static_cast<std::time_t>(at >= 0 ? at / 1000 : (at - 999) / 1000);
    std::tm out{};
    gmtime_r(&seconds, &out);
    return out;
}

/// "2021-09-02T18:04:49+00:00"; for a clock that was set beyond the year 9999, the end of that
inline std::string iso_time(Millis at) {
    using namespace std::chrono;
    constexpr sys_seconds last = sys_days(year(9999) / 12 / 31) + 86399s;
    return Timestamp(std::clamp<sys_seconds>(floor<seconds>(sys_time<milliseconds>(milliseconds(at))),
                                             sys_days(year(1) / 1 / 1), last))
        .text();
}

/// "2023-12-18 16:52:50+00:00", as file listings have it
inline std::string file_time(Millis at) {
    std::string text = iso_time(at);
    text[10] = ' ';
    return text;
}

/// "Tue, 24 Nov 2026 02:01:50 GMT" (RFC 9110, 5.6.7)
inline std::string http_time(Millis at) {
    static constexpr char const* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm const t = utc(at);
    char text[48];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday % 7], t.tm_mday,
                  months[t.tm_mon % 12], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    return text;
}

/// The milliseconds of a time that Timestamp reads.
inline std::optional<Millis> parse_time(std::string const& text) {
    auto const time = Timestamp(text).time();
    return time ? std::optional(std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count())
                : std::nullopt;
}

// Reading JSON without exceptions -------------------------------------------------------------------------------------

inline json::value const* member(json::object const& object, std::string_view name) { return object.if_contains(name); }

inline json::value const* member(json::value const& value, std::string_view name) {
    auto const* object = value.if_object();
    return object != nullptr ? object->if_contains(name) : nullptr;
}

template <class Json>
std::string text_of(Json const& value, std::string_view name, std::string_view otherwise = {}) {
    auto const* found = member(value, name);
    if (found == nullptr || !found->is_string()) return std::string(otherwise);
    return std::string(found->get_string());
}

inline std::optional<double> number_of(json::value const& value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double()) return value.get_double();
    return std::nullopt;
}

template <class Json>
double number_of(Json const& value, std::string_view name, double otherwise) {
    auto const* found = member(value, name);
    return found == nullptr ? otherwise : number_of(*found).value_or(otherwise);
}

template <class Json>
bool flag_of(Json const& value, std::string_view name, bool otherwise = false) {
    auto const* found = member(value, name);
    return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

/// Adds the members that the service always sends, where the caller gave none.
inline void add_defaults(json::object& document, std::initializer_list<std::pair<char const*, json::value>> members) {
    for (auto const& [name, value] : members)
        if (!document.contains(name)) document[name] = value;
}

/// As std::stable_sort, of which clang 19 says with an older libstdc++ that it uses something deprecated.
template <class T, class Less>
void sort_stably(std::vector<T>& items, Less less) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (less(items[a], items[b])) return true;
        return !less(items[b], items[a]) && a < b;
    });
    std::vector<T> sorted;
    sorted.reserve(items.size());
    for (std::size_t const index : order) sorted.push_back(std::move(items[index]));
    items = std::move(sorted);
}

inline std::string to_string(json::string const& text) { return {text.data(), text.size()}; }

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_UTIL_IPP
