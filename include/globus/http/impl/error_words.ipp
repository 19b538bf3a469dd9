// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP
#define GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP

#include <globus/core/config.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/json_members.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/error_words.hpp>
#include <globus/http/message.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::string media_type(std::string_view content_type) {
    std::string type(content_type.substr(0, content_type.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
    while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.erase(0, 1);
    for (char& c : type) c = http::detail::lower(c);
    return type;
}

GLOBUS_DECL bool is_json_media_type(std::string_view type) {
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

/// True for the names under which a service may repeat a secret that it was sent, or give one.
GLOBUS_DECL bool may_be_secret(std::string_view name) {
    constexpr std::array<std::string_view, 14> words = {
        "token",     "secret",   "password", "passwd", "credential", "authorization", "cookie",
        "assertion", "verifier", "state",    "nonce",  "key",        "input",         "jwt"};
    std::string lower(name);
    for (char& c : lower) c = http::detail::lower(c);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

GLOBUS_DECL std::string place_of(boost::json::value const& loc) {
    if (loc.is_string()) return std::string(loc.get_string());
    std::string path;
    if (auto const* levels = loc.if_array())
        for (boost::json::value const& level : *levels) {
            if (path.size() > 200 || !(level.is_string() || level.is_number())) break;
            if (!path.empty()) path += '.';
            path += level.is_string() ? std::string(level.get_string()) : boost::json::serialize(level);
        }
    return path;
}

/**
 * Collects the sentences of a JSON document.
 *
 * It takes the object's own sentence, such as `message` or `detail`; else the sentences of the members that hold errors
 * (`errors`, `error`, `detail`); and where there are none of these, all its texts, each with the names that lead to it.
 * Among these texts it leaves out those that are not sentences, and those that may be a secret that a service repeats.
 */
class SentenceCollector {
public:
    [[nodiscard]] static std::vector<Sentence> all_of(boost::json::value const& document) {
        SentenceCollector collector;
        collector.collect(document, {}, 0, false);
        return std::move(collector.sentences_);
    }

private:
    static constexpr std::size_t most = 50;     ///< sentences: nobody reads more
    static constexpr std::size_t deepest = 10;  ///< levels: what is deeper is not a message
    static constexpr std::array<std::string_view, 8> own = {
        "message", "detail", "msg", "error_description", "description", "error_message", "reason", "title"};
    static constexpr std::array<std::string_view, 5> holders = {"errors", "error", "detail", "details", "message"};

    /// @param worded  whether the value is inside a member that holds errors
    void collect(boost::json::value const& value, std::string const& about, std::size_t depth, bool worded) {
        if (depth > deepest || sentences_.size() >= most) return;
        if (value.is_string()) {
            if (!value.get_string().empty()) sentences_.push_back({std::string(value.get_string()), about});
        } else if (auto const* list = value.if_array()) {
            for (boost::json::value const& item : *list) collect(item, about, depth + 1, worded);
        } else if (auto const* object = value.if_object()) {
            collect_object(*object, about, depth, worded);
        }
    }

    void collect_object(boost::json::object const& object, std::string const& about, std::size_t depth, bool worded) {
        std::size_t const before = sentences_.size();
        auto const done = [&] { return sentences_.size() != before; };
        for (std::string_view const name : own) {
            if (auto const text = text_member(object, name); text && !done())
                collect(*object.if_contains(name), object.contains("loc") ? place_of(object.at("loc")) : about, depth,
                        true);
        }
        for (std::string_view const name : holders)
            if (auto const* value = object.if_contains(name); value != nullptr && !value->is_string() && !done())
                collect(*value, about, depth + 1, true);
        if (auto const error = text_member(object, "error"); error && !done())
            collect(*object.if_contains("error"), about, depth, true);
        if (done()) return;
        for (auto const& member : object) {
            std::string_view const name = member.key();
            bool const seen = std::find(holders.begin(), holders.end(), name) != holders.end();
            if (seen || is_no_sentence(name) || (!worded && may_be_secret(name))) continue;
            std::string const path = about.empty() ? std::string(name) : about + '.' + std::string(name);
            collect(member.value(), path.substr(0, 200), depth + 1, worded);
        }
    }

    /// True for the names of members that are for programs, not for people.
    static bool is_no_sentence(std::string_view name) {
        return name == "code" || name == "request_id" || name == "id" || name == "type" || name == "loc" ||
               name == "url" || name == "DATA_TYPE" || name.starts_with('@');
    }
    std::vector<Sentence> sentences_;
};

/// `text` with the five entities of XML and the blank of HTML as characters.
GLOBUS_DECL std::string without_entities(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {{"&lt;", '<'},    {"&gt;", '>'},   {"&quot;", '"'},
                                                              {"&apos;", '\''}, {"&#39;", '\''}, {"&nbsp;", ' '},
                                                              {"&amp;", '&'}};
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto const* const found =
            text[i] != '&' ? std::end(entities)
                           : std::find_if(std::begin(entities), std::end(entities),
                                          [&](auto const& entity) { return text.substr(i).starts_with(entity.first); });
        bool const is_entity = found != std::end(entities);
        out += is_entity ? found->second : text[i];
        i += is_entity ? found->first.size() : 1;
    }
    return out;
}

/// What a page of HTML or a document of XML is about: its title, first heading or message.
GLOBUS_DECL std::string page_title(std::string_view page) {
    std::string lower(page);
    for (char& c : lower) c = http::detail::lower(c);
    for (std::string_view const element : {"<title", "<h1", "<message"}) {
        auto const start = lower.find(element);
        if (start == lower.npos) continue;
        auto const begin = lower.find('>', start);
        if (begin == lower.npos) continue;
        std::string text = without_entities(page.substr(begin + 1, lower.find('<', begin) - begin - 1));
        if (!one_line(text).empty()) return text;
    }
    return {};
}

GLOBUS_DECL std::vector<Secret> credentials_of(http::Request const& request) {
    std::vector<Secret> credentials;
    auto const add = [&](std::string_view text) {
        if (text.size() >= 8) credentials.emplace_back(text);  // a shorter text would be found where it is not meant
    };
    std::string_view const header = request.authorization.reveal();
    auto const blank = header.find(' ');
    std::string_view const scheme = header.substr(0, blank == header.npos ? 0 : blank);
    std::string credential(header.substr(blank == header.npos ? 0 : blank + 1));
    add(credential);
    if (http::detail::equal_ignoring_case(scheme, "Basic")) {
        for (char& c : credential) c = c == '+' ? '-' : c == '/' ? '_' : c;
        std::string_view const encoded = std::string_view(credential).substr(0, credential.find('='));
        if (auto pair = base64url_decode(encoded)) {
            add(std::string_view(*pair).substr(std::min(pair->find(':'), pair->size() - 1) + 1));
            wipe(*pair);
        }
    }
    wipe(credential);
    if (media_type(request.headers.get("Content-Type")) == "application/x-www-form-urlencoded")
        for (auto& [name, value] : parse_query(request.body)) {
            if (name == "code" || (may_be_secret(name) && name != "token_type_hint")) add(value);
            wipe(value);
        }
    return credentials;
}

GLOBUS_DECL std::string one_line_without(std::vector<Secret> const& credentials, std::string_view text) {
    std::string clean(text);
    for (Secret const& credential : credentials)
        for (auto at = clean.find(credential.reveal()); at != clean.npos; at = clean.find(credential.reveal(), at + 3))
            clean.replace(at, credential.reveal().size(), "***");
    return one_line(clean);
}

GLOBUS_DECL std::vector<Sentence> further_words(http::Response const& response, boost::json::value const& json,
                                                std::string_view said) {
    std::vector<Sentence> words;
    std::string_view body = response.body;
    body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
    std::string const type = media_type(response.headers.get("Content-Type"));
    bool const is_text = type.empty() || type.starts_with("text/") || type.ends_with("xml") || is_json_media_type(type);
    if (!json.is_null()) {
        words = SentenceCollector::all_of(json);
    } else if (body.starts_with('{') || body.starts_with('[') || body.starts_with('"')) {
        boost::system::error_code error;  // It may be JSON of another media type. A part of a document says nothing.
        words = SentenceCollector::all_of(parse_json(body, error));
    } else if (is_text && body != "null") {
        words.push_back({body.starts_with('<') ? page_title(body) : std::string(body), {}});
    }
    std::erase_if(words, [&](Sentence const& one) { return said.find(one.text) != said.npos; });
    return words;
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP
