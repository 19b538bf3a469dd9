// SPDX-License-Identifier: Apache-2.0
#include <globus/core/error.hpp>
#include <globus/core/one_line.hpp>

#include "support/catch.hpp"
#include "support/clean_line.hpp"

#include <random>
#include <string>
#include <string_view>

using namespace globus;

TEST_CASE("one_line: a line stays as it is", "[core][one_line]") {
    for (std::string_view const line : {"", "plain", "two  blanks ", "/~/dir/file (1).txt", "back\\slash", "\"quoted\"",
                                        "Gr\u00fc\u00dfe \u65e5\u672c\u8a9e \U0001F600"})
        CHECK(one_line(line) == line);
}

TEST_CASE("one_line: what would make a line, steer a terminal or turn the text does not", "[core][one_line]") {
    CHECK(one_line("one\n2025-01-01 root logged in") == "one 2025-01-01 root logged in");
    CHECK(one_line("a\r\n\tb") == "a b");
    CHECK(one_line("\n a \n") == " a ");
    CHECK(one_line("a\u2028b\u0085c\u00a0d") == "a b c d");
    CHECK(one_line("\x1b[31mred\x07") == "\\x1B[31mred\\x07");
    CHECK(one_line(std::string_view("a\0b", 3)) == "a\\x00b");
    CHECK(one_line("\u009b2J") == "\\x9B2J");
    CHECK(one_line("user\u202egpj.exe\u2066") == "user\\u202Egpj.exe\\u2066");
    CHECK(one_line("\U000E0041") == "\\U000E0041");
    CHECK(one_line("\xff\xc0\xaf") == "\ufffd\ufffd\ufffd");
}

TEST_CASE("one_line: it ends where it must, between two characters", "[core][one_line]") {
    CHECK(one_line("abcdef", 6) == "abcdef");
    CHECK(one_line("abcdefg", 6) == "abc...");
    CHECK(one_line("a\u00fc\u00fc\u00fc", 6) == "a\u00fc...");
    CHECK(one_line("ab\x1b", 6) == "ab\\x1B");
    CHECK(one_line("ab\x1b\x1b", 6) == "ab...");
    CHECK(one_line(std::string(60000, 'x')).size() == 1000);
}

TEST_CASE("one_line: whatever comes, one clean line of that length goes out, and stays", "[core][one_line]") {
    std::mt19937 random(1);
    std::string const alphabet(
        "\0\n\r\t \x1b\x07\x7f\x80\x9b\xc2\xe2\xed\xa0\xf0\xf4\xff"
        "abc\"\\",
        22);
    for (int round = 0; round != 20000; ++round) {
        std::string text(random() % 40, ' ');
        for (char& c : text) c = alphabet[random() % alphabet.size()];
        std::size_t const most = 3 + random() % 40;
        std::string const line = one_line(text, most);
        REQUIRE(line.size() <= most);
        REQUIRE(is_clean_line(line));
        REQUIRE(one_line(line, most) == line);
    }
}

TEST_CASE("errors: what() of every error is one clean line", "[core][one_line]") {
    std::string const hostile = "x\n\x1b]0;title\x07\u202e\xff" + std::string(100000, 'y');
    for (std::string const& what :
         {std::string(Error(hostile).what()), std::string(UsageError(hostile).what()),
          std::string(DecodeError(hostile).what()), std::string(DecodeError("no").in(hostile).what())}) {
        CHECK(is_clean_line(what));
        CHECK(what.size() <= 4096);
    }
}
