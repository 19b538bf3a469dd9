// SPDX-License-Identifier: Apache-2.0
#include <globus/app/local_server_login_flow.hpp>
#include <globus/http/mock_transport.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;

namespace {

Login new_login() {
    return {
        LoginClient<Native, MockTransport>(NativeAppAuthService("id"), NullPolicy{}, {.transport = MockTransport()}),
        {.required_scopes = std::vector<std::string>{"openid"}},
        {}};
}

std::optional<LoginError::Kind> failure_of(LocalServerOptions options) {
    try {
        (void)LocalServerLoginFlow(std::move(options)).run_login_flow(new_login());
    } catch (LoginError const& error) {
        return error.kind();
    }
    return std::nullopt;
}

/// The environment of a login, put back as it was at the end.
class Surroundings {
public:
    Surroundings() {
        for (char const* name : {"PATH", "DISPLAY", "WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION"}) {
            char const* const value = std::getenv(name);
            before_.emplace_back(name, value != nullptr ? std::optional<std::string>(value) : std::nullopt);
            if (std::string_view(name) != "PATH") ::unsetenv(name);
        }
    }
    ~Surroundings() {
        for (auto const& [name, value] : before_) {
            if (value)
                ::setenv(name, value->c_str(), 1);
            else
                ::unsetenv(name);
        }
    }
    /// `xdg-open` is this shell script, and there is no other.
    void opener(std::string const& script) {
        write_file(folder_ / "xdg-open", "#!/bin/sh\n" + script + '\n');
        std::filesystem::permissions(folder_ / "xdg-open", std::filesystem::perms::owner_all);
        only_this_folder();
    }
    void only_this_folder() { ::setenv("PATH", folder_.path().c_str(), 1); }
    [[nodiscard]] std::string operator/(std::string const& name) const { return folder_ / name; }

private:
    TemporaryDirectory folder_;
    std::vector<std::pair<char const*, std::optional<std::string>>> before_;
};

/// What a function prints to standard output.
template <class Function>
std::string printed_by(Function const& function) {
    TemporaryDirectory const directory;
    std::fflush(stdout);
    int const before = ::dup(1);
    std::FILE* const file = std::fopen((directory / "out").c_str(), "w");
    ::dup2(::fileno(file), 1);
    function();
    std::fflush(stdout);
    ::dup2(before, 1);
    ::close(before);
    std::fclose(file);
    return file_text(directory / "out");
}

using Kind = LoginError::Kind;

}  // namespace

TEST_CASE("A local login gives its URL to the desktop's opener, as one argument") {
    Surroundings surroundings;
    surroundings.opener("echo \"$#\" \"$1\" > \"$0.arguments\"; echo chatter; echo chatter >&2");
    ::setenv(GENERATE("DISPLAY", "WAYLAND_DISPLAY"), ":0", 1);
    std::string shown;
    std::string const printed = printed_by([&] {
        CHECK(failure_of({.timeout = 1s, .without_browser = WithoutBrowser::print, .show = [&](auto const& url) {
                              shown = url;
                          }}) == Kind::timeout);
    });
    CHECK(printed.empty());
    CHECK(shown.empty());
    std::string const arguments = file_text(surroundings / "xdg-open.arguments");
    CHECK(arguments.starts_with("1 https://auth.globus.org/v2/oauth2/authorize?"));
    CHECK(arguments.find("redirect_uri=http%3A%2F%2F127.0.0.1%3A") != std::string::npos);
}

TEST_CASE("A local login without a browser fails at once, or shows its URL and waits") {
    Surroundings surroundings;
    SECTION("no desktop") { surroundings.opener("exit 0"); }
    SECTION("no opener") {
        surroundings.only_this_folder();
        ::setenv("DISPLAY", ":0", 1);
    }
    SECTION("an opener that finds no browser") {
        surroundings.opener("exit 3");
        ::setenv("DISPLAY", ":0", 1);
    }
    SECTION("an opener that is killed") {
        surroundings.opener("kill -9 $$");
        ::setenv("DISPLAY", ":0", 1);
    }
    auto const start = std::chrono::steady_clock::now();
    CHECK(failure_of({.timeout = 10s}) == Kind::unavailable);
    CHECK(std::chrono::steady_clock::now() - start < 2s);

    std::vector<std::string> shown;
    CHECK(failure_of({.timeout = 1s, .without_browser = WithoutBrowser::print, .show = [&](auto const& url) {
                          shown.push_back(url);
                      }}) == Kind::timeout);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].starts_with("https://auth.globus.org/v2/oauth2/authorize?"));

    std::string const printed = printed_by(
        [&] { CHECK(failure_of({.timeout = 1s, .without_browser = WithoutBrowser::print}) == Kind::timeout); });
    CHECK_THAT(printed, Catch::Matchers::ContainsSubstring("https://auth.globus.org/v2/oauth2/authorize?"));
}

TEST_CASE("A local login over SSH opens no browser, where nobody would see it") {
    Surroundings surroundings;
    surroundings.opener("echo > \"$0.arguments\"");
    ::setenv("DISPLAY", ":0", 1);
    ::setenv(GENERATE("SSH_TTY", "SSH_CONNECTION"), "somewhere", 1);
    bool opened = false;
    LocalServerOptions options{.timeout = 200ms, .open_browser = [&](std::string const&) { return opened = true; }};
    CHECK(failure_of({.timeout = 10s}) == Kind::unavailable);
    CHECK(failure_of(options) == Kind::unavailable);
    std::string shown;
    options.without_browser = WithoutBrowser::print;
    options.show = [&](std::string const& url) { shown = url; };
    CHECK(failure_of(options) == Kind::timeout);
    CHECK_FALSE(shown.empty());
    CHECK_FALSE(opened);
    CHECK_FALSE(std::filesystem::exists(surroundings / "xdg-open.arguments"));
}

TEST_CASE("A local login refuses a redirect URI that is not its own") {
    Login const login(
        LoginClient<Native, MockTransport>(NativeAppAuthService("id"), NullPolicy{}, {.transport = MockTransport()}),
        {.required_scopes = std::vector<std::string>{"openid"}}, {.redirect_uri = "https://e.org/cb"});
    CHECK_THROWS_AS(LocalServerLoginFlow().run_login_flow(login), UsageError);
}
