// SPDX-License-Identifier: Apache-2.0
// C6: what is made of an answer takes three times the limit at most, its text among it, whatever it holds.
#include <globus/client/response.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"
#include "support/grace.hpp"
#include "support/streamed.hpp"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace globus;

namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;
constexpr std::size_t limit = 8 * mib;

struct Anything {
    Optional<Json> any = {};
    std::vector<std::string> texts = {};
    std::map<std::string, std::map<std::string, int>> maps = {};
    std::vector<std::vector<int>> rows = {};
    GLOBUS_MEMBERS(Anything, any, texts, maps, rows);
};

std::size_t status_of(std::string const& name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ':')) return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10) * kib;
    return 0;
}

/// A text of that size: `begin`, then `piece` with a number in place of '#' as often as it fits, then `end`.
std::string filled(std::string const& begin, std::string const& piece, std::string const& end,
                   std::size_t size = limit) {
    std::string text = begin;
    for (int i = 0; text.size() + piece.size() + end.size() + 16 < size; ++i) {
        if (i != 0) text += ',';
        for (char const c : piece) c == '#' ? text += std::to_string(i) : text += c;
    }
    return text + end;
}

/// The exit status of a process that reads `text` by `use`: 0 read, 1 refused, 2 more memory than allowed.
int reading(std::string const& text, std::function<void(http::Response)> const& use, std::size_t room = 2 * limit) {
    ::mallopt(M_MMAP_THRESHOLD, 128 * kib);  // large blocks go back to the system, so that the peak is what is held
    pid_t const child = ::fork();
    if (child == 0) {
        auto const answer = [](std::string body) {
            return http::Response{
                .status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
        };
        // the pages of the code count, too, when it runs for the first time
        for (char const* small : {"{}", "{"}) try {
                use(answer(small));
            } catch (DecodeError const&) {
            }
        http::Response raw = answer(text);
        std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
        std::size_t const before = status_of("VmRSS");
        int result = 0;
        try {
            use(std::move(raw));
        } catch (DecodeError const&) {
            result = 1;
        } catch (...) {
            result = 3;
        }
        std::size_t const peak = status_of("VmHWM");
        if (result < 2 && (before == 0 || (!sanitized && peak > before + room + 3 * mib))) result = 2;
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <class T>
void typed(http::Response raw) {
    Response<T> const response(std::move(raw), {.max_bytes = limit});
    (void)*response;
}
void dom(http::Response raw) { (void)Response<Json>(std::move(raw), {.max_bytes = limit}).json(); }
template <class T>
void in_pieces(http::Response raw) {
    (void)streamed<T>({.pieces = pieces_of(raw.body, 16 * kib)}, limit);
}

}  // namespace

TEST_CASE("C6: a document of small parts ends at three times the limit", "[reliability][C6]") {
    using compute_v2::TaskBatch;
    // of a stream the text is not kept, but here it is
    auto const bounded = [](char const* what, std::string const& text, auto use, std::size_t room = 2 * limit) {
        INFO(what);
        CHECK(reading(text, use, room) <= 1);
    };
    std::string const results = filled(R"({"results": {)", "\"#\": {}", "}}");
    bounded("a map of documents", results, typed<TaskBatch>);
    bounded("a map of documents that streams", results, in_pieces<TaskBatch>, 3 * limit);
    std::string const files = filled(R"({"DATA": [)", "{}", "]}");
    bounded("a list of documents", files, typed<FileList>);
    bounded("a list of documents that streams", files, in_pieces<FileList>, 3 * limit);
    bounded("texts", filled(R"({"texts": [)", "\"\"", "]}"), typed<Anything>);
    bounded("longer texts", filled(R"({"texts": [)", "\"1234567890123456\"", "]}"), typed<Anything>);
    bounded("maps in a map", filled(R"({"maps": {)", "\"#\": {\"a\": 1}", "}}"), typed<Anything>);
    bounded("lists in a list", filled(R"({"rows": [)", "[1]", "]}"), typed<Anything>);
    for (char const* piece : {"[]", "{}", "1", "\"\"", "[[1]]", R"({"a": 1})", "\"123456789012345\"", "[[[[]]]]"}) {
        bounded(piece, filled("[", piece, "]"), dom);
        bounded(piece, filled(R"({"any": [)", piece, "]}"), typed<Anything>);
        bounded(piece, filled(R"({"any": [)", piece, "]}"), in_pieces<Anything>, 3 * limit);
    }
    bounded("names", filled("{", "\"#\": 1", "}"), dom);
    bounded("one text", "\"" + std::string(limit - 2, 'x') + "\"", dom);
    bounded("one text with escapes", "\"" + filled("", "\\n", "").substr(0, limit - 3) + "\"", dom);
    bounded("one name", "{\"" + std::string(limit - 6, 'x') + "\":1}", dom);
}

TEST_CASE("C6: an ordinary document is read whole", "[reliability][C6]") {
    std::string const entry =
        R"({"DATA_TYPE": "file", "group": "users", "last_modified": "2024-01-01 00:00:00+00:00", "link_target": null,)"
        R"( "name": "file#.txt", "permissions": "0644", "size": #, "type": "file", "user": "somebody"})";
    std::string const whole = filled(R"({"DATA": [)", entry, "]}", limit / 3);
    CHECK(reading(whole, typed<FileList>) == 0);
    CHECK(reading(whole, in_pieces<FileList>) == 0);
}

TEST_CASE("C6: the error of an answer that is too large for memory says what to do", "[reliability][C6]") {
    http::Response raw{.status = 200, .body = filled("[", "[]", "]")};
    Response<Json> const response(raw, {.max_bytes = limit});
    try {
        (void)response.json();
        FAIL("it was read");
    } catch (DecodeError const& error) {
        CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("max_response_bytes"));
        CHECK(error.body() == response.text());
        CHECK_FALSE(error.cut_off());
    }
}
