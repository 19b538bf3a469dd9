// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_JSON_WRITE_IPP
#define GLOBUS_CORE_IMPL_JSON_WRITE_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/utf8.hpp>
#include <globus/core/values.hpp>

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <string>
#include <string_view>

namespace globus::detail {

/// True for the ASCII characters that stand for themselves in a JSON string.
inline constexpr std::array<bool, 256> is_plain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c != 0x80; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

GLOBUS_DECL void refuse_text() { throw UsageError("a text that is to be sent as JSON is not UTF-8: convert it first"); }

GLOBUS_DECL void refuse_number() {
    throw UsageError("NaN and infinity cannot be sent: JSON has no such numbers; leave the member out or send null");
}

GLOBUS_DECL void check_utf8(std::string_view text) {
    for (std::size_t i = 0; i != text.size();) {
        std::size_t const length = static_cast<unsigned char>(text[i]) < 0x80U ? 1 : utf8_sequence(text.substr(i));
        if (length == 0) refuse_text();
        i += length;
    }
}

GLOBUS_DECL void refuse_depth() {
    throw UsageError("this JSON document is nested deeper than 128 levels: send a flatter one");
}

GLOBUS_DECL void check_json(boost::json::array const& list, std::size_t level) {
    if (level == max_json_depth) refuse_depth();
    for (Json const& item : list) check_json(item, level + 1);
}

GLOBUS_DECL void check_json(boost::json::object const& object, std::size_t level) {
    if (level == max_json_depth) refuse_depth();
    for (auto const& [key, member] : object) {
        check_utf8(key);
        check_json(member, level + 1);
    }
}

GLOBUS_DECL void check_json(Json const& value, std::size_t level) {
    if (auto const* object = value.if_object())
        check_json(*object, level);
    else if (auto const* list = value.if_array())
        check_json(*list, level);
    else if (auto const* text = value.if_string())
        check_utf8(*text);
    else if (auto const* number = value.if_double(); number != nullptr && !(*number - *number == 0))
        refuse_number();
}

GLOBUS_DECL void write_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;  // where the run of characters begins that need no escape
    std::size_t i = 0;
    while (i != text.size()) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (is_plain[c]) {
            ++i;
            continue;
        }
        if (c >= 0x80U) {
            std::size_t const length = utf8_sequence(text.substr(i));
            if (length == 0) refuse_text();
            i += length;
            continue;
        }
        out.append(text, plain, i - plain);
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += digits[c >> 4];
                out += digits[c & 15];
        }
        plain = ++i;
    }
    out.append(text, plain, i - plain);
    out += '"';
}

GLOBUS_DECL void write_separator(std::string& out, bool& first) {
    if (!first) out += ',';
    first = false;
}

GLOBUS_DECL void check_document(Json const& value) {
    if (!value.is_object())
        throw UsageError(
            "a document to be sent is a JSON object: this Json is a list, a text, a number, a flag or null");
}

GLOBUS_DECL Json json_of(std::string_view text) {
    boost::system::error_code error;
    Json value = parse_exact_json(text, error);
    if (error == boost::json::error::too_deep) refuse_depth();
    if (error) throw UsageError("a document that is to be sent is not JSON: " + error.message());
    return value;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL void Document::write_json(std::string& out) const {
    if (held_)
        held_->write(out);
    else
        out += "{}";
}

GLOBUS_DECL void Document::check() const {
    if (held_) held_->check();
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_JSON_WRITE_IPP
