// SPDX-License-Identifier: Apache-2.0
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/redirect_listener.hpp>
#include <globus/http/mock_transport.hpp>

#include "support/browser.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <unistd.h>

#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
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

TEST_CASE("A local login gives the desktop's opener a link that leads to it once, as one argument") {
    Surroundings surroundings;
    surroundings.opener(
        "echo \"$#\" \"$1\" > \"$0.part\"; echo chatter; echo chatter >&2; "
        "/bin/mv \"$0.part\" \"$0.arguments\"");
    ::setenv(GENERATE("DISPLAY", "WAYLAND_DISPLAY"), ":0", 1);
    std::string shown, first, second;
    std::string const file = surroundings / "xdg-open.arguments";
    std::jthread browser([&](std::stop_token const& stop) {
        while (!std::filesystem::exists(file))
            if (stop.stop_requested()) return;
        std::string const link = file_text(file).substr(2, file_text(file).find('\n') - 2);
        first = browser_test::get(browser_test::port_of(link), browser_test::target_of(link));
        second = browser_test::get(browser_test::port_of(link), browser_test::target_of(link));
    });
    std::string const printed = printed_by([&] {
        CHECK(failure_of({.timeout = 1s, .without_browser = WithoutBrowser::print, .show = [&](auto const& url) {
                              shown = url;
                          }}) == Kind::timeout);
    });
    browser.request_stop();
    browser.join();
    CHECK(printed.empty());
    CHECK(shown.empty());
    // All users of the machine can read the arguments of a process.
    std::string const arguments = file_text(file);
    CHECK(arguments.starts_with("1 http://127.0.0.1:"));
    CHECK(arguments.find("state") == std::string::npos);
    CHECK(arguments.find("challenge") == std::string::npos);
    std::string const leads_to = browser_test::header(first, "Location");
    CHECK(leads_to.starts_with("https://auth.globus.org/v2/oauth2/authorize?"));
    CHECK(leads_to.find("redirect_uri=http%3A%2F%2F127.0.0.1%3A") != std::string::npos);
    CHECK(second.starts_with("HTTP/1.1 410 "));
    CHECK(second.find("state") == std::string::npos);
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

TEST_CASE("How long a local login waits is checked") {
    for (double const seconds : {std::nan(""), -1.0, -std::numeric_limits<double>::infinity()})
        CHECK_THROWS_AS(LocalServerLoginFlow({.timeout = std::chrono::duration<double>(seconds)}), UsageError);
    Surroundings surroundings;
    ::setenv("DISPLAY", ":0", 1);
    surroundings.opener("exit 0");
    CHECK(failure_of({.timeout = 0s}) == Kind::timeout);
    for (double const seconds : {std::numeric_limits<double>::infinity(), 1e308}) {
        std::stop_source source;
        source.request_stop();
        try {
            (void)LocalServerLoginFlow({.timeout = std::chrono::duration<double>(seconds)})
                .run_login_flow(new_login(), source.get_token());
            FAIL("the login succeeded");
        } catch (LoginError const& error) {
            CHECK(error.kind() == Kind::cancelled);
        }
    }
}

#ifdef __linux__
TEST_CASE("The link to a login is followed for its own user only") {
    if (::geteuid() != 0) {
        WARN("only root can be another user: not tried");
        return;
    }
    detail::RedirectListener listener;
    std::string const link = listener.link_to("https://auth.example.org/?state=s");
    std::stop_source done;
    std::jthread const waiting([&] {
        try {
            (void)listener.wait([](std::string_view) { return false; }, [] {}, {},
                                http::Clock::now() + std::chrono::minutes(1), done.get_token());
        } catch (LoginError const&) {
        }
    });
    auto const status = [&] {
        return std::atoi(browser_test::get(browser_test::port_of(link), browser_test::target_of(link)).c_str() + 9);
    };
    pid_t const child = ::fork();
    if (child == 0) ::_exit(::setuid(65534) == 0 && status() == 403 ? 0 : 1);
    int ended = 1;
    ::waitpid(child, &ended, 0);
    CHECK(ended == 0);
    CHECK(status() == 303);
    CHECK(status() == 410);
    done.request_stop();
}
#endif
