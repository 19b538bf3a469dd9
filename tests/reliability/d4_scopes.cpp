// SPDX-License-Identifier: Apache-2.0
// D4: scope texts keep their grammar there and back, and hostile ones are an error at once, on a small stack.
#include <globus/oauth/scope.hpp>

#include "support/catch.hpp"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace globus;

namespace {

// A program as it is shipped is held to the 10 ms and a small stack; one with checks or without optimisation to a stack
// that no recursion with its input fits into either, and to the time that good texts of the same length need.
#if defined(__has_feature)  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GLOBUS_TEST_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GLOBUS_TEST_SANITIZED
#endif
#ifdef GLOBUS_TEST_SANITIZED
constexpr bool shipped = false;
constexpr std::size_t stack_size = std::size_t{1} << 20;
#elif !defined(__OPTIMIZE__)
constexpr bool shipped = false;
constexpr std::size_t stack_size = std::size_t{256} << 10;
#else
constexpr bool shipped = true;
constexpr std::size_t stack_size = std::size_t{128} << 10;
#endif

/// Runs `f` on a stack of `stack_size`, where one that recurses with its input ends the program.
void on_small_stack(std::function<void()> f) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, stack_size) == 0);
    pthread_t thread;
    auto const call = [](void* function) -> void* {
        (*static_cast<std::function<void()>*>(function))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, call, &f) == 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, nullptr);
}

/// The time that this thread has worked, whatever else the machine does.
std::chrono::nanoseconds worked() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string nested(int levels) {
    std::string text;
    for (int i = 0; i != levels; ++i) text += "a" + std::to_string(i) + '[';
    return text + 'x' + std::string(static_cast<std::size_t>(levels), ']');
}

/// As many levels, of which no two stand in brackets together.
std::string linked(int levels) {
    std::string text;
    for (int i = 0; i != levels; ++i) text += "a" + std::to_string(i) + "[a" + std::to_string(i + 1) + "] ";
    return text;
}

/// What the largest good texts need: 10,000 scopes in a row, and one of half a megabyte.
std::chrono::nanoseconds time_of_good_texts() {
    std::string row, one;
    for (int i = 0; i != 10000; ++i) row += "a" + std::to_string(i) + ' ';
    one.assign((std::size_t{1} << 19) - 2, 'a');
    auto const begin = worked();
    CHECK(Scope::parse(row).size() == 10000);
    CHECK(Scope::parse(one).size() == 1);
    return worked() - begin;
}

std::vector<std::pair<std::string, std::string>> hostile_texts() {
    constexpr std::size_t megabyte = std::size_t{1} << 20;
    std::string wide, many, comb, shared, cycle;
    for (int i = 0; i != 40; ++i)  // 2^40 scopes if it is written out
        wide += "a" + std::to_string(i) + "[a" + std::to_string(i + 1) + " b" + std::to_string(i) + "[a" +
                std::to_string(i + 1) + "]] ";
    for (int i = 0; many.size() < megabyte; ++i) many += "a" + std::to_string(i) + ' ';
    for (int i = 0; i != 63; ++i) {
        comb += "a" + std::to_string(i) + '[';
        for (int j = 0; j != 100; ++j) comb += "b" + std::to_string(100 * i + j) + ' ';
    }
    comb += 'x' + std::string(63, ']') + " z[z]";
    for (int i = 0; i != 100; ++i) shared += "r" + std::to_string(i) + "[x] ";
    shared += "x[y";
    for (int i = 0; i != 100; ++i) shared += " y" + std::to_string(i);
    shared += ']';
    for (int i = 0; i != 60; ++i) cycle += "a" + std::to_string(i) + '[';
    cycle += "a0" + std::string(60, ']');
    std::string const half(megabyte / 2 - 2, 'a');
    return {{"nested", nested(10000)},
            {"nested, not closed", nested(10000).substr(0, 60000)},
            {"65 levels", nested(65)},
            {"levels by names, more than there may be scopes", linked(10000)},
            {"levels by names", linked(4900)},
            {"65 levels by names", linked(65)},
            {"2^40 by names", wide},
            {"1 MB of scopes", many},
            {"512 KB of scopes", many.substr(0, megabyte / 2)},
            {"a comb with a cycle at its end", comb},
            {"10,000 by names", shared},
            {"a cycle", cycle},
            {"one of 1 MB", std::string(megabyte, 'a')},
            {"one of 512 KB, not closed", half + '['},
            {"1 MB of [", std::string(megabyte, '[')},
            {"1 MB of ]", std::string(megabyte, ']')},
            {"1 MB of *", std::string(megabyte, '*')},
            {"1 MB of a[", "a" + std::string(megabyte, '[')},
            {"512 KB of blanks", std::string(megabyte / 2 - 2, ' ') + '['},
            {"512 KB of [", std::string(megabyte / 2, '[')},
            {"unbalanced", nested(60) + ']'},
            {"unbalanced the other way", "b[" + nested(60)}};
}

/// Scopes at random, with all that the grammar has, as they are written in no order.
std::string random_scopes(std::mt19937& random, int levels, int number) {
    // names stand below others in one order only, so that nothing depends on itself
    std::string out;
    int const count = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i != count; ++i) {
        if (!out.empty()) out += ' ';
        if (random() % 3 == 0) out += '*';
        out += std::string("abcdefgh").substr(random() % 8, 1) + std::to_string(number);
        if (random() % 4 == 0) out += "!#$%&'()+,-./:;<=>?@^_`{|}~";
        if (levels != 0 && random() % 2 == 0) out += '[' + random_scopes(random, levels - 1, number + 1) + ']';
    }
    return out;
}

}  // namespace

TEST_CASE("D4: hostile scopes are an error soon, and no stack overflows", "[reliability][D4]") {
    std::chrono::nanoseconds longest{};
    std::string slowest;
    auto const good = time_of_good_texts();
    for (auto const& [name, text] : hostile_texts()) {
        bool refused = false;
        std::chrono::nanoseconds needed{};
        on_small_stack([&, &input = text] {
            auto const begin = worked();
            try {
                (void)Scope::parse(input);
            } catch (ScopeError const&) {
                refused = true;
            }
            needed = worked() - begin;
        });
        INFO(name);
        CHECK(refused);
        CHECK(needed < 3 * good);
        if (shipped) CHECK(needed < std::chrono::milliseconds(10));
        if (needed > longest) {
            longest = needed;
            slowest = name;
        }
    }
    WARN("the slowest needed " << longest.count() / 1000 << " us: " << slowest << "; good ones " << good.count() / 1000
                               << " us");
}

TEST_CASE("D4: the grammar of scopes there and back", "[reliability][D4]") {
    std::mt19937 random(4);
    for (int i = 0; i != 2000; ++i) {
        std::string const text = random_scopes(random, static_cast<int>(random() % 6), 0);
        INFO(text);
        auto const scopes = Scope::parse(text);
        std::string const written = Scope::join(scopes);
        REQUIRE(Scope::parse(written) == scopes);
        REQUIRE(Scope::join(Scope::parse(written)) == written);  // one text for one meaning
        REQUIRE(Scope::merge(scopes, scopes) == scopes);
        // nothing is lost or made up: the names and the needs are those of the text
        for (std::string_view rest = text; !rest.empty();) {
            auto const begin = std::min(rest.find_first_not_of(" []*"), rest.size());
            auto const end = std::min(rest.find_first_of(" []*", begin), rest.size());
            std::string const name(rest.substr(begin, end - begin));
            REQUIRE(written.find(name) != std::string::npos);
            rest.remove_prefix(end);
        }
        bool const needed = std::count(text.begin(), text.end(), '*') == 0;
        if (needed) REQUIRE(written.find('*') == std::string::npos);
    }
    for (char const* text : {"a", "*a", "a[b]", "a[*b c[d]]", "*a[b[c]]", "*a a", "a[*b[*c[*d]]]"})
        CHECK(Scope::join(Scope::parse(text)) == text);
    std::string as_nested;
    std::size_t as_linked = 0;
    on_small_stack([&] {
        as_nested = Scope::join(Scope::parse(nested(64)));
        as_linked = Scope::parse(linked(64)).size();
    });
    CHECK(as_nested == nested(64));
    CHECK(as_linked == 64);
    CHECK(Scope::join(Scope::parse("  b   a  ")) == "a b");
    CHECK(Scope::join(Scope::parse("a[*b] a[b]")) == "a[b]");
    CHECK(Scope::join(Scope::parse("")).empty());
}

TEST_CASE("D4: the characters of scopes are those of RFC 6749, section 3.3", "[reliability][D4]") {
    for (int byte = 0; byte != 256; ++byte) {
        char const c = static_cast<char>(byte);
        INFO("byte " << byte);
        bool const fits = byte >= 0x21 && byte <= 0x7E && c != '"' && c != '\\';
        bool const means_something = c == '[' || c == ']' || c == '*';
        for (std::string const& text : {std::string(1, c), "a" + std::string(1, c), "a" + std::string(1, c) + "b"}) {
            if (fits && !means_something) {
                CHECK(Scope(text).text() == text);
                CHECK(Scope::parse_one(text).scope_string() == text);
            } else {
                CHECK_THROWS_AS(Scope(text), ScopeError);
                if (!means_something && c != ' ') CHECK_THROWS_AS(Scope::parse(text), ScopeError);
            }
        }
    }
}
