// SPDX-License-Identifier: Apache-2.0
// D1: hostile JSON is a typed error or a document, soon, in bounded memory; and a number is never another one.
#include <globus/core/json_text.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/streamed.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

struct Numbers {
    Optional<std::int64_t> whole = {};
    Optional<std::int32_t> small = {};
    Optional<std::uint64_t> natural = {};
    Optional<double> real = {};
    std::vector<std::int64_t> list = {};
    GLOBUS_MEMBERS(Numbers, whole, small, natural, real, list);
};

std::string nested(std::size_t depth, char const* open, char const* inside, char const* close) {
    std::string text;
    for (std::size_t i = 0; i != depth; ++i) text += open;
    text += inside;
    for (std::size_t i = 0; i != depth; ++i) text += close;
    return text;
}

/// Reads it in every way that there is; true if all of them take it, false if none does.
bool is_read(std::string const& text) {
    auto const takes = [](auto const& read) {
        try {
            read();
            return true;
        } catch (DecodeError const&) {
            return false;
        }
    };
    http::Response const answer{.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = text};
    bool const document = takes([&] { (void)Response<FileList>(answer); });
    CHECK(takes([&] { (void)Response<Json>(answer); }) == document);
    CHECK(takes([&] { (void)Response<FileList>(answer).json(); }) == document);
    CHECK(takes([&] { (void)from_json<Json>(text); }) == document);
    CHECK(takes([&] {
              for (std::size_t const size : {1U, 7U, 4096U}) {
                  (void)streamed<FileList>({.pieces = pieces_of(text, size)});
                  if (text.size() > 10000) return;
              }
          }) == document);
    return document;
}

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::string repeated(std::string const& piece, std::size_t size = mebibyte) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
}

double seconds_to_read(std::string const& text) {
    auto const begin = std::chrono::steady_clock::now();
    try {
        (void)from_json<TaskList::result>(text);
    } catch (DecodeError const&) {
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::size_t memory_peak() {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
    return 0;
}

}  // namespace

TEST_CASE("D1: 128 levels are read, 129 are an error, however the document is read", "[reliability][D1]") {
    for (auto const& [open, inside, close] : {std::tuple{"[", "1", "]"}, std::tuple{"{\"a\":", "1", "}"},
                                              std::tuple{"{\"DATA\":", "[]", "}"}, std::tuple{"[{\"a\":", "1", "}]"}}) {
        std::size_t const step = std::string(open).find("[{") == 0 ? 2 : 1;
        std::size_t const more = std::string(inside) == "[]" ? 1 : 0;
        INFO(open);
        CHECK(is_read("{\"x\": " + nested(63 / step - more, open, inside, close) + "}"));
        CHECK(is_read(nested(128 / step - more, open, inside, close)));
        CHECK_FALSE(is_read(nested(128 / step - more + 1, open, inside, close)));
        CHECK_FALSE(is_read(nested(100000, open, inside, close)));
        CHECK_FALSE(is_read(nested(100000, open, "", "")));
    }
}

TEST_CASE("D1: a number is what it says, or an error where it is read", "[reliability][D1]") {
    for (char const* text :
         {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e400", "-1e400", "1e19", "1.5",
          "9007199254740993.0", "9007199254740991.0", "0.1", "123456789012345678901234567890"}) {
        INFO(text);
        std::string const number = text;
        CHECK_THROWS_AS(from_json<Numbers>("{\"whole\": " + number + "}"), DecodeError);
        CHECK_THROWS_AS(from_json<Numbers>("{\"small\": " + number + "}"), DecodeError);
        CHECK_THROWS_AS(from_json<Numbers>("{\"list\": [1, " + number + "]}"), DecodeError);
        CHECK_THROWS_AS(from_json<std::vector<std::int64_t>>("[" + number + "]"), DecodeError);
        Response<Numbers> const answer(http::Response{.status = 200, .body = "{\"whole\": " + number + "}"});
        CHECK_FALSE(answer.mismatch().empty());  // an optional member is absent then
        CHECK_THROWS_AS(answer->whole.value(), UsageError);
    }
    for (char const* text : {"2147483648", "-2147483649", "4294967296", "1e10"})
        CHECK_THROWS_AS(from_json<Numbers>("{\"small\": " + std::string(text) + "}"), DecodeError);
    for (char const* text : {"-1", "-0.5", "18446744073709551616", "-9223372036854775808"})
        CHECK_THROWS_AS(from_json<Numbers>("{\"natural\": " + std::string(text) + "}"), DecodeError);
    for (char const* text : {"1e400", "-1e400", "1e99999"})
        CHECK_THROWS_AS(from_json<Numbers>("{\"real\": " + std::string(text) + "}"), DecodeError);
    CHECK(*from_json<Numbers>(R"({"whole": 9223372036854775807})").whole == std::numeric_limits<std::int64_t>::max());
    CHECK(*from_json<Numbers>(R"({"whole": -9223372036854775808})").whole == std::numeric_limits<std::int64_t>::min());
    CHECK(*from_json<Numbers>(R"({"natural": 18446744073709551615})").natural == 18446744073709551615U);
    CHECK(*from_json<Numbers>(R"({"whole": 1125899906842623.0})").whole == 1125899906842623);
    CHECK(*from_json<Numbers>(R"({"whole": 12e3})").whole == 12000);
    CHECK(*from_json<Numbers>(R"({"small": -2147483648})").small == std::numeric_limits<std::int32_t>::min());
    for (char const* text : {"NaN", "Infinity", "-Infinity", "nan", "+1", "01", ".5", "1.", "0x10", "1e", "--1"})
        CHECK_FALSE(is_read("{\"size\": " + std::string(text) + "}"));
}

TEST_CASE("D1: of a name that stands twice the last one counts", "[reliability][D1]") {
    std::string const text = R"({"whole": 1, "list": [1, 2], "whole": 2, "list": [3]})";
    Response<Numbers> const answer(http::Response{.status = 200, .body = text});
    CHECK(*answer->whole == 2);
    CHECK(answer->list == std::vector<std::int64_t>{3});
    CHECK(answer.json().at("whole").as_int64() == 2);  // the document and its type say the same
    CHECK(answer.json().at("list").as_array().size() == 1);
}

TEST_CASE("D1: what is no Unicode is read as U+FFFD, whole and in pieces", "[reliability][D1]") {
    for (char const* bytes : {"\xff", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                              "\xf8\x88\x80\x80\x80", "\x80", "\\ud800", "\\udfff", "\\ud83d\\ud83d"}) {
        INFO(hex_encode(bytes));
        CHECK(is_read(std::string("{\"path\": \"") + bytes + "\"}"));
        CHECK(is_read(std::string("{\"unknown\": \"") + bytes + "\"}"));
        CHECK(is_read(std::string("{\"") + bytes + "\": 1}"));
        CHECK_FALSE(is_read(std::string("{\"path\": ") + bytes + "}"));
        std::string const text = std::string("{\"path\": \"a") + bytes + "z\"}";
        std::string const path = *from_json<FileList>(text).path;
        CHECK(path.starts_with("a\xEF\xBF\xBD"));
        CHECK(path.ends_with("\xEF\xBF\xBDz"));
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            Response<FileList> const answer = streamed<FileList>({.pieces = halves_of(text, cut)});
            CHECK(*answer->path == path);
            CHECK(answer.mismatch() == "the answer's member 'path' is not Unicode");
        }
    }
}

TEST_CASE("D1: what is no JSON is an error", "[reliability][D1]") {
    for (std::string const& bytes :
         {std::string(1, '\0'), std::string("\n"), std::string("\\x"), std::string("\\u12")}) {
        INFO(hex_encode(bytes));
        CHECK_FALSE(is_read("{\"path\": \"" + bytes + "\"}"));
        CHECK_FALSE(is_read("{\"unknown\": \"" + bytes + "\"}"));
        CHECK_FALSE(is_read("{\"" + bytes + "\": 1}"));
    }
    for (char const* text : {"{", "[1,]", "{\"a\" 1}", "{\"a\": 1,}", "{a: 1}", "{} {}", "{}x", "\xef\xbb\xbf{}",
                             "// c\n{}", "{\"a\": 1 /* c */}", "tru", "'a'", "<html>", "\"a", "]", "nullnull"}) {
        INFO(text);
        CHECK_FALSE(is_read(text));
    }
    CHECK(is_read("{\"path\": \"\\ud83d\\ude00 \xf0\x9f\x98\x80\"}"));
}

TEST_CASE("D1: a mebibyte is read or refused in 50 ms and 64 MiB, whatever it is", "[reliability][D1]") {
    std::vector<std::string> hostile;
    for (char const* piece : {"[", "{\"a\":", "\"", "\\u0000", "9", "-", "1e", "[1,", "{\"DATA\":[{},", "\xff", " ",
                              "null,", "{\"a\":1,", "[],", "{},", "\"\",", "1e400,", "\\ud83d\\ude00", "0.1,"}) {
        std::string const text = repeated(piece);
        for (char const* begin :
             {"", "[", "{\"DATA\": ", "{\"DATA\": [", "{\"unknown\": \"", "{\"unknown\": [", "{\"path\": \""})
            hostile.push_back(begin + text);
    }
    std::string many = "{", same = "{";
    for (int i = 0; many.size() < mebibyte; ++i) many += "\"k" + std::to_string(i) + "\": 1, ";
    while (same.size() < mebibyte) same += "\"DATA\": [{\"name\": \"x\"}], ";
    hostile.push_back(many + "\"k\": 1}");
    hostile.push_back(same + "\"total\": 1}");
    std::string const entry = R"({"name": "file.txt", "size": 12, "type": "file", "user": "somebody"}, )";
    std::string const harmless = "{\"DATA\": [" + repeated(entry) + "{}]}";
    double fair = 1;
    for (int i = 0; i != 5; ++i) fair = std::min(fair, seconds_to_read(harmless));
#ifdef __OPTIMIZE__
    double const bound = 0.05;
#else
    double const bound = std::max(0.05, 5 * fair);  // what is not optimised is as slow for a good document
#endif
    std::size_t const before = memory_peak();
    double slowest = 0;
    for (std::string const& text : hostile) {
        double least = 10;  // of three: the machine may have something else to do
        for (int i = 0; i != 3 && least > bound; ++i) least = std::min(least, seconds_to_read(text));
        INFO(text.substr(0, 40));
        CHECK(least < bound);
        slowest = std::max(slowest, least);
    }
    CHECK(memory_peak() - before <= 64 * mebibyte);
    UNSCOPED_INFO("harmless " << fair << " s, slowest hostile " << slowest << " s, peak grew by "
                              << (memory_peak() - before) / mebibyte << " MiB");
    CHECK(slowest > 0);
}

TEST_CASE("D1: documents with a few bytes changed are an error or a document", "[reliability][D1]") {
    std::mt19937 random(7);
    for (int i = 0; i != 20000; ++i) {
        std::string text = R"({"DATA": [{"name": "x", "size": 12, "type": "file"}, {"name": null}], "total": 2})";
        for (int k = 0; k != 5; ++k) text[random() % text.size()] = static_cast<char>(random());
        boost::system::error_code error;
        (void)detail::parse_json(text, error);
        CHECK(is_read(text) == !error);
    }
}
