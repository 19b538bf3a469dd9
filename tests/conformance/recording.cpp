// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include "registry.hpp"

#include <globus/core/encoding.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/scope.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace conformance {
namespace {

Json const null_value;

std::string_view text_of(boost::json::string const& text) { return {text.data(), text.size()}; }

double number(Json const& value) {
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    return value.get_double();
}
bool is_number(Json const& value) { return value.is_int64() || value.is_uint64() || value.is_double(); }

std::vector<std::string> split(std::string_view joined) {
    std::vector<std::string> parts;
    while (true) {
        auto const comma = joined.find(',');
        parts.emplace_back(joined.substr(0, comma));
        if (comma == std::string_view::npos) break;
        joined.remove_prefix(comma + 1);
    }
    std::sort(parts.begin(), parts.end());
    return parts;
}

/// A scope that has dependencies: the reference keeps them in a set, so that their order says nothing.
bool same_scopes(std::string const& expected, std::string const& got) {
    if (expected.find('[') == std::string::npos || expected.size() != got.size()) return false;
    try {
        return globus::Scope::parse(expected) == globus::Scope::parse(got);
    } catch (globus::ScopeError const&) {
        return false;
    }
}

/// Texts, joined by commas, that are the same but for times: those are sent as the case gives them.
bool same_times(std::string_view expected, std::string_view got) {
    auto const next = [](std::string_view& rest) {
        std::string_view const part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        return part;
    };
    while (!expected.empty() && !got.empty()) {
        std::string_view const one = next(expected), own = next(got);
        bool const time =
            comparing().of_case.times.contains(std::string(own)) && one.substr(0, 10) == own.substr(0, 10);
        if (one != own && !time) return false;
    }
    return expected.empty() && got.empty();
}

bool same_text(std::string const& expected, std::string const& got, std::string const& where) {
    if (expected == got) return true;
    auto const& of_case = comparing().of_case;
    if (!of_case.times.empty() && same_times(expected, got)) return on_purpose("times"), true;
    if (auto const integer = of_case.integers.find(expected); integer != of_case.integers.end())
        if (integer->second == got) return on_purpose("types"), true;
    if (comparing().made_uuids.contains(expected)) return globus::is_uuid(got);
    if (where.ends_with(".scope") && same_scopes(expected, got)) return true;
    return comparing().unordered.contains(where) && split(expected) == split(got);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// An id of the caller's is one segment of the path, and slashes are joined; the reference lets both through.
bool same_path(std::string const& expected, std::string const& got) {
    if (expected == got) return true;
    if (replaced(got, "%2F", "/") == expected) return on_purpose("segments"), true;
    if (replaced(replaced(expected, "///", "/"), "//", "/") == got) return on_purpose("slashes"), true;
    return false;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

constexpr std::string_view integer_tag = R"({"$type":"integer","value":")";

/// The text with integers tagged that 64 bits cannot hold, which Boost.JSON would round.
std::string with_tagged_integers(std::string const& text) {
    constexpr std::string_view of_numbers = "0123456789+-.eE";
    std::string out;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string || of_numbers.substr(0, 10).find(text[i]) == std::string_view::npos) {
            if (text[i] == '"') in_string = !in_string;
            out += text[i];
            if (in_string && text[i] == '\\') out += text[++i];
            continue;
        }
        bool const minus = out.ends_with('-');
        std::size_t const end = std::min(text.find_first_not_of(of_numbers, i), text.size());
        std::string number = text.substr(i, end - i);
        i = end - 1;
        std::uint64_t value = 0;
        bool const whole = number.find_first_not_of(of_numbers.substr(0, 10)) == std::string::npos;
        bool const fits = std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc();
        if (whole && (!fits || (minus && value > std::uint64_t{1} << 63))) {
            if (minus) out.pop_back();
            number = std::string(integer_tag) + (minus ? "-" : "") + number + "\"}";
        }
        out += number;
    }
    return out;
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

Json parse(std::string const& text) {
    boost::json::parse_options options;
    options.max_depth = 200;
    return boost::json::parse(with_tagged_integers(text), {}, options);
}

std::string written(Json const& value) {
    std::string out = boost::json::serialize(value);
    for (auto at = out.find(integer_tag); at != std::string::npos; at = out.find(integer_tag, at)) {
        auto const from = at + integer_tag.size(), end = out.find('"', from);
        out.replace(at, end + 2 - at, out.substr(from, end - from));
    }
    return out;
}

Json load(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    return parse(std::string(std::istreambuf_iterator<char>(stream), {}));
}

Json const* find(Json const& object, std::string_view name) {
    return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

Json const& member(Json const& object, std::string_view name) {
    Json const* found = find(object, name);
    return found != nullptr ? *found : null_value;
}

std::string string_member(Json const& object, std::string_view name, std::string_view otherwise) {
    Json const* found = find(object, name);
    return std::string(found != nullptr && found->is_string() ? text_of(found->get_string()) : otherwise);
}

std::string_view type_of(Json const& tagged) {
    Json const* type = find(tagged, "$type");
    return type != nullptr && type->is_string() ? text_of(type->get_string()) : std::string_view{};
}

bool is_payload(Json const& tagged) { return find(tagged, "$payload") != nullptr; }

std::string base64_decode(std::string_view text) {
    std::string url(text);
    std::replace(url.begin(), url.end(), '+', '-');
    std::replace(url.begin(), url.end(), '/', '_');
    while (url.ends_with('=')) url.pop_back();
    auto decoded = globus::base64url_decode(url);
    if (!decoded) throw Misfit("not base64: " + std::string(text));
    return *decoded;
}

Json plain(Json const& tagged) {
    if (tagged.is_array()) {
        Array list;
        for (Json const& item : tagged.get_array())
            if (type_of(item) != "missing") list.push_back(plain(item));
        return list;
    }
    if (!tagged.is_object()) return tagged;
    if (is_payload(tagged)) return parse(payload_document(tagged).text());
    std::string_view const type = type_of(tagged);
    if (type == "bytes") return Json(base64_decode(string_member(tagged, "base64")));
    if (type == "integer") return std::strtod(member(tagged, "value").as_string().c_str(), nullptr);
    if (type == "datetime") comparing().of_case.times.insert(string_member(tagged, "value"));
    if (type == "timedelta") return member(tagged, "seconds");
    if (type == "missing") throw Misfit("a missing value stands alone");
    if (!type.empty()) return plain(member(tagged, "value"));
    Object object;
    for (auto const& [name, value] : tagged.get_object())
        if (type_of(value) != "missing") object.emplace(name, plain(value));
    return object;
}

std::string text(Json const& tagged) {
    if (type_of(tagged) == "integer") return string_member(tagged, "value");
    Json const value = plain(tagged);
    if (value.is_string()) return std::string(text_of(value.get_string()));
    if (value.is_bool()) return value.get_bool() ? "True" : "False";
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    if (value.is_null()) return "None";
    if (value.is_double()) {  // as the recording writes a number with a fraction: "2.0"
        char digits[64];
        auto const in = [&](std::chars_format format) {
            return std::string(digits, std::to_chars(digits, digits + sizeof digits, value.get_double(), format).ptr);
        };
        std::string const scientific = in(std::chars_format::scientific);
        int const exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
        if (exponent < -4 || exponent >= 16) return scientific;
        std::string const fixed = in(std::chars_format::fixed);
        return fixed.find('.') == std::string::npos ? fixed + ".0" : fixed;
    }
    return boost::json::serialize(value);
}

std::string text_member(Json const& object, std::string_view name) {
    Json const& value = member(object, name);
    return value.is_null() || type_of(value) == "missing" ? std::string() : text(value);
}

std::string access_token_of(Json const& recorded) {
    constexpr std::string_view scheme = "Bearer ";
    if (std::string const header = string_member(recorded, "Authorization"); header.starts_with(scheme))
        return header.substr(scheme.size());
    std::string token;
    if (recorded.is_object())
        for (auto const& member : recorded.get_object())
            if (token.empty()) token = access_token_of(member.value());
    if (recorded.is_array())
        for (Json const& item : recorded.get_array())
            if (token.empty()) token = access_token_of(item);
    return token;
}

std::string snake_case(std::string_view name) {
    std::string snake;
    for (char const c : name) {
        bool const capital = c >= 'A' && c <= 'Z';
        if (capital && !snake.empty()) snake += '_';
        snake += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return snake;
}

bool matches(std::string_view pattern, std::string_view text) {
    auto const star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (text.substr(0, star) != pattern.substr(0, star)) return false;
    std::string_view const rest = pattern.substr(star + 1);
    for (std::size_t from = star; from <= text.size(); ++from)
        if (matches(rest, text.substr(from))) return true;
    return false;
}

globus::http::Response response_of(Json const& recorded) {
    globus::http::Response response;
    response.status = static_cast<int>(member(recorded, "status").to_number<std::int64_t>());
    if (Json const* json = find(recorded, "json")) response.body = written(*json);
    if (Json const* body = find(recorded, "text")) response.body = std::string(body->as_string());
    if (Json const* body = find(recorded, "bytes_base64")) response.body = base64_decode(body->as_string());
    response.reason = string_member(recorded, "reason");
    if (Json const* headers = find(recorded, "headers"); headers != nullptr && headers->is_object())
        for (auto const& [name, value] : headers->get_object())
            response.headers.add(std::string(name), std::string(value.as_string()));
    return response;
}

void script(globus::MockTransport const& mock, Json const* responses, Json const* otherwise) {
    globus::MockTransport handle = mock;  // copies share the script
    if (responses != nullptr && responses->is_array()) {
        for (Json const& recorded : responses->get_array()) handle.reply(response_of(recorded));
    } else if (otherwise != nullptr && otherwise->is_object()) {
        auto const response = response_of(*otherwise);
        handle.otherwise([response](globus::http::Request const&) { return response; });
    }
}

Comparing& comparing() {
    static Comparing settings;
    return settings;
}

void on_purpose(std::string_view rule) { comparing().of_case.rules.emplace(rule); }

bool has_forbidden_scope(Json const& value) {
    if (value.is_string())
        return std::any_of(value.get_string().begin(), value.get_string().end(),
                           [](char const c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
    if (value.is_array()) return std::any_of(value.get_array().begin(), value.get_array().end(), has_forbidden_scope);
    if (value.is_object())
        for (auto const& member : value.get_object())
            if (has_forbidden_scope(member.value())) return true;
    return false;
}

std::string difference(Json const& expected, Json const& got, std::string const& where) {
    if (type_of(expected) == "integer" || type_of(got) == "integer")
        return difference(plain(expected), plain(got), where);
    std::string const here = where.empty() ? std::string("the value") : where;
    auto const differs = [&] {
        return here + " is " + boost::json::serialize(got) + ", recorded is " + boost::json::serialize(expected);
    };
    if (is_number(expected) && is_number(got)) {
        if (expected.is_double() || got.is_double()) return number(expected) == number(got) ? "" : differs();
        return expected == got ? "" : differs();
    }
    if (expected.kind() != got.kind()) return differs();
    if (expected.is_string())
        return same_text(std::string(expected.get_string()), std::string(got.get_string()), where) ? "" : differs();
    if (expected.is_array()) {
        if (expected.get_array().size() != got.get_array().size()) return differs();
        for (std::size_t i = 0; i != expected.get_array().size(); ++i)
            if (auto const words =
                    difference(expected.get_array()[i], got.get_array()[i], where + '/' + std::to_string(i));
                !words.empty())
                return words;
        return {};
    }
    if (expected.is_object()) {
        for (auto const& [name, value] : expected.get_object()) {
            Json const* found = find(got, name);
            if (found == nullptr) return where + '/' + std::string(name) + " is absent";
            if (auto const words = difference(value, *found, where + '/' + std::string(name)); !words.empty())
                return words;
        }
        for (auto const& [name, value] : got.get_object())
            if (find(expected, name) == nullptr)
                return where + '/' + std::string(name) + " is " + boost::json::serialize(value) + ", recorded is none";
        return {};
    }
    return expected == got ? "" : differs();
}

std::string difference_of_pairs(Json const& expected, Pairs got, std::string const& where) {
    Pairs wanted;
    for (Json const& pair : expected.as_array())
        wanted.emplace_back(std::string(pair.at(0).as_string()), text(pair.at(1)));
    auto const by_name = [](auto const& a, auto const& b) { return a.first < b.first; };
    std::stable_sort(wanted.begin(), wanted.end(), by_name);
    std::stable_sort(got.begin(), got.end(), by_name);
    for (std::size_t i = 0; i != std::max(wanted.size(), got.size()); ++i) {
        if (i == got.size() || (i < wanted.size() && wanted[i].first < got[i].first)) {
            if (where == "query" && wanted[i].second.empty() && comparing().of_case.empty_list) {
                on_purpose("empty lists");
                wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(i--));
                continue;
            }
            return where + '.' + wanted[i].first + '=' + in_quotes(wanted[i].second) + " is not sent";
        }
        if (i == wanted.size() || got[i].first < wanted[i].first)
            return where + '.' + got[i].first + '=' + in_quotes(got[i].second) + " is sent, but was not recorded";
        if (!same_text(wanted[i].second, got[i].second, where + '.' + got[i].first))
            return where + '.' + got[i].first + " is " + in_quotes(got[i].second) + ", recorded is " +
                   in_quotes(wanted[i].second);
    }
    return {};
}

namespace {

std::string difference_of_headers(Json const& expected, globus::http::Request const& request) {
    using globus::http::Method;
    std::vector<std::pair<std::string, std::string>> got(request.headers.begin(), request.headers.end());
    bool const has_body = request.has_body || request.source;
    bool const writes =
        request.method == Method::post || request.method == Method::put || request.method == Method::patch;
    if (writes && (!has_body || (request.has_body && request.body.empty()))) got.emplace_back("Content-Length", "0");
    auto const ignored = [&](std::string_view name) {
        // Both carry versions, and RFC 9110, section 8.6 asks for no length of a DELETE without content.
        return name == "User-Agent" || name == "X-Globus-Client-Info" || (name == "Content-Length" && !writes);
    };
    for (auto const& [name, value] : expected.as_object()) {
        if (ignored(name)) continue;
        std::string_view const wanted = name;
        auto const found = std::find_if(got.begin(), got.end(), [&](auto const& field) {
            return globus::http::detail::equal_ignoring_case(field.first, wanted);
        });
        if (found == got.end()) return "header " + std::string(name) + " is not sent";
        if (found->second != text_of(value.as_string()))
            return "header " + std::string(name) + " is " + in_quotes(found->second) + ", recorded is " + text(value);
        got.erase(found);
    }
    for (auto const& [name, value] : got)
        if (!ignored(name)) return "header " + name + ": " + value + " is sent, but was not recorded";
    return {};
}

std::string difference_of_bodies(Json const& expected, globus::http::Request const& request) {
    std::string body = request.body;
    if (request.source) {
        char buffer[4096];
        while (std::size_t const size = request.source(buffer, sizeof buffer)) body.append(buffer, size);
    }
    bool const has_body = request.has_body || request.source;
    if (expected.is_null()) return !body.empty() ? "body is " + body + ", recorded is none" : "";
    if (!has_body) return "there is no body, recorded is " + boost::json::serialize(expected);
    if (Json const* json = find(expected, "json")) {
        boost::system::error_code error;
        boost::json::parse_options options;
        options.max_depth = 200;
        Json const got = boost::json::parse(body, error, {}, options);
        return error ? "body is not JSON: " + body : difference(*json, got, "body");
    }
    if (Json const* form = find(expected, "form")) return difference_of_pairs(*form, globus::parse_query(body), "form");
    if (Json const* text = find(expected, "text"))
        return text->as_string() == body ? ""
                                         : "body is " + in_quotes(body) + ", recorded is " + text->as_string().c_str();
    return base64_decode(string_member(expected, "bytes_base64")) == body ? "" : "body differs: " + in_quotes(body);
}

}  // namespace

std::string difference(Json const& expected, globus::http::Request const& got) {
    if (std::string const method = globus::http::to_string(got.method); method != string_member(expected, "verb"))
        return "method is " + method + ", recorded is " + string_member(expected, "verb");
    auto const url = globus::http::parse_url(got.url);
    std::string const origin = got.url.substr(0, got.url.find('/', got.url.find("://") + 3));
    if (Json const* recorded = find(expected, "origin"); recorded != nullptr && text(*recorded) != lower(origin))
        return "origin is " + origin + ", recorded is " + text(*recorded);
    if (!same_path(string_member(expected, "path"), std::string(url.path)))
        return "path is " + std::string(url.path) + ", recorded is " + string_member(expected, "path");
    if (auto words = difference_of_pairs(member(expected, "query"), globus::parse_query(url.query), "query");
        !words.empty())
        return words;
    if (Json const* headers = find(expected, "headers"))
        if (auto words = difference_of_headers(*headers, got); !words.empty()) return words;
    return difference_of_bodies(member(expected, "body"), got);
}

std::string difference_of_requests(Json const& expected, std::vector<globus::http::Request> const& got) {
    auto const& wanted = expected.as_array();
    for (std::size_t i = 0; i != std::min(wanted.size(), got.size()); ++i)
        if (auto const words = difference(wanted[i], got[i]); !words.empty())
            return (wanted.size() > 1 ? "request " + std::to_string(i + 1) + ": " : std::string()) + words;
    if (wanted.size() != got.size()) {
        std::string words = std::to_string(got.size()) + " requests, recorded are " + std::to_string(wanted.size());
        for (auto const& request : got)
            words += "; " + std::string(globus::http::to_string(request.method)) + ' ' + request.url;
        return words;
    }
    return {};
}

}  // namespace conformance
