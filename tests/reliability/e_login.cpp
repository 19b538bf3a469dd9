// SPDX-License-Identifier: Apache-2.0
// E1 to E3: a login by a redirect to this machine takes the right answer and no other, and spends its code once.
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/redirect_listener.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/sandbox/server.hpp>

#include <support/browser.hpp>
#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <atomic>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace browser_test;
using namespace std::chrono_literals;
namespace sb = globus::sandbox;
using globus::LoginError;

namespace {

globus::Login login_at(sb::Session const& server) {
    using Client = globus::LoginClient<globus::Native, globus::CurlTransport>;
    return {Client(globus::NativeAppAuthService(server.native_client_id()), globus::NullPolicy{},
                   {.base_url = server.base_url()}),
            {.required_scopes = std::vector<std::string>{"openid"}},
            {}};
}

std::string parameter(std::string const& url, std::string_view name) {
    for (auto const& [key, value] : globus::parse_query(std::string_view(url).substr(url.find('?') + 1)))
        if (key == name) return value;
    return {};
}

/// Runs a login whose browser is a thread; the environment of the machine that the test runs on does not count.
class Running {
public:
    template <class Browser>
    Running(sb::Session const& server, Browser browser, globus::LocalServerOptions options = {}) {
        ::unsetenv("SSH_TTY");
        ::unsetenv("SSH_CONNECTION");
        options.open_browser = [this, browser](std::string const& url) {
            thread_ = std::jthread([browser, url] { browser(url); });
            return true;
        };
        flow_.emplace(std::move(options));
        login_.emplace(login_at(server));
    }
    globus::TokenResponse run(std::stop_token stop = {}) { return flow_->run_login_flow(*login_, stop); }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

private:
    std::optional<globus::LocalServerLoginFlow> flow_;
    std::optional<globus::Login> login_;
    std::jthread thread_;
};

/// Time that all threads of this program have worked.
std::chrono::nanoseconds worked() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The descriptors that a program started now would have. A child of a process with threads may call it: it needs no
/// memory, whose lock one of those threads may have held.
std::bitset<1024> inherited() {
    std::bitset<1024> found;
    for (std::size_t number = 0; number != found.size(); ++number) {
        int const flags = ::fcntl(static_cast<int>(number), F_GETFD);
        found[number] = flags != -1 && (flags & FD_CLOEXEC) == 0;
    }
    return found;
}

/// A desktop whose `xdg-open` is a shell script, with the URL as its first argument.
class Desktop {
public:
    explicit Desktop(std::string const& script) : path_(std::getenv("PATH")) {
        ::unsetenv("SSH_TTY");
        ::unsetenv("SSH_CONNECTION");
        write_file(folder / "xdg-open", "#!/bin/sh\n" + script + '\n');
        std::filesystem::permissions(folder / "xdg-open", std::filesystem::perms::owner_all);
        ::setenv("PATH", (folder.path().string() + ':' + path_).c_str(), 1);
        ::setenv("DISPLAY", ":0", 1);
    }
    ~Desktop() {
        ::setenv("PATH", path_.c_str(), 1);
        ::unsetenv("DISPLAY");
    }
    TemporaryDirectory folder;

private:
    std::string path_;
};

/// True if this program has a child, which may have ended without anybody asking.
bool has_child() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

int status_of(std::string const& answer) { return answer.size() < 12 ? 0 : std::atoi(answer.c_str() + 9); }

}  // namespace

TEST_CASE("C9: each login has a state of 128 bits and a verifier of 256, and spends them once", "[reliability][C9]") {
    globus::MockTransport mock;
    mock.otherwise([](globus::http::Request const&) {
        return globus::http::Response{.status = 200, .body = R"({"token_type": "Bearer", "resource_server": "a",
            "scope": "openid", "access_token": "t", "expires_in": 3600})"};
    });
    globus::AuthorizationParameters const parameters{.required_scopes = std::vector<std::string>{"openid"}};
    globus::Login const native(globus::LoginClient<globus::Native, globus::MockTransport>(
                                   globus::NativeAppAuthService("id"), globus::NullPolicy{}, {.transport = mock}),
                               parameters, {});
    globus::Login const confidential(
        globus::LoginClient<globus::Confidential, globus::MockTransport>(
            globus::BasicPolicy{globus::Confidential{"id", "secret"}}, {.transport = mock}),
        parameters, {.redirect_uri = "https://e.org/cb"});
    std::set<std::string> seen;
    for (int i = 0; i != 100; ++i) {
        globus::Login login = i % 2 == 0 ? native : confidential;
        std::string const before = parameter(login.start(), "state");
        std::string const url = login.start();
        std::string const state = parameter(url, "state");
        CHECK(globus::base64url_decode(state).value_or("").size() >= 16);
        CHECK(parameter(url, "code_challenge_method") == "S256");
        CHECK_THROWS_AS(login.finish(globus::Secret("code"), before), globus::UsageError);  // begun anew since
        (void)login.finish(globus::Secret("code"), state);
        CHECK_THROWS_AS(login.finish(globus::Secret("code"), state), globus::UsageError);
        std::string const verifier = parameter('?' + mock.requests().back().body, "code_verifier");
        CHECK(verifier.size() >= 43);
        CHECK(verifier.size() <= 128);
        CHECK(globus::base64url_decode(verifier).value_or("").size() >= 32);
        CHECK(parameter(url, "code_challenge") == globus::base64url_encode(globus::sha256(verifier)));
        for (std::string const& one : {before, state, verifier}) CHECK(seen.insert(one).second);
    }
    CHECK(mock.request_count() == 100);
}

TEST_CASE("E1: only the exact redirect with the right state ends the login", "[reliability][E1]") {
    sb::Server server;
    std::vector<std::string> states;
    std::atomic<int> refused = 0, taken = 0;
    int wrong_requests = 0;
    Running running(server, [&](std::string const& url) {
        std::string const good = redirect_of(url);
        int const port = port_of(good);
        std::string const state = parameter(good, "state");
        std::string const code = parameter(good, "code");
        states.push_back(state);
        std::string const host = "\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
        std::string almost = state;
        almost.back() = almost.back() == 'A' ? 'Q' : 'A';
        std::vector<std::string> requests;
        for (std::string const& target : std::vector<std::string>{"/?code=forged",
                                                                  "/?code=forged&state=",
                                                                  "/?code=forged&state=_default",
                                                                  "/?code=forged&state=x" + state,
                                                                  "/?code=forged&state=" + almost,
                                                                  "/?code=forged&state=" + state.substr(1),
                                                                  "/?code=forged&state=" + state + "&state=" + state,
                                                                  "/?code=forged&state=" + almost + "&state=" + state,
                                                                  "/?code=a&code=b&state=" + state,
                                                                  "/?code=&state=" + state,
                                                                  "/?state=" + state,
                                                                  "/?error=access_denied",
                                                                  "/?error=access_denied&state=" + almost,
                                                                  "/",
                                                                  "/?",
                                                                  "//?code=forged&state=" + state,
                                                                  "/anything?code=forged&state=" + state,
                                                                  "/callback?code=forged&state=" + state,
                                                                  "/./?code=forged&state=" + state,
                                                                  "/done",
                                                                  "/done?code=forged&state=" + state,
                                                                  "/%2F?code=forged&state=" + state,
                                                                  "http://127.0.0.1/?code=forged&state=" + state,
                                                                  "/#?code=forged&state=" + state})
            requests.push_back("GET " + target + " HTTP/1.1" + host);
        std::string const full = "/?code=forged&state=" + state;
        for (char const* method : {"POST", "HEAD", "PUT", "OPTIONS", "get", "GETX"})
            requests.push_back(std::string(method) + " " + full + " HTTP/1.1\r\nContent-Length: 0" + host);
        for (char const* other : {"localhost:1", "evil.example.org", "127.0.0.1", ""})
            requests.push_back("GET " + full + " HTTP/1.1\r\nHost: " + other + "\r\n\r\n");
        requests.push_back("GET " + full + " HTTP/1.1\r\n\r\n");
        requests.push_back("GET " + full + " HTTP/1.1\r\nHost: evil.example.org" + host);
        requests.push_back("GET " + full + "\r\n\r\n");
        requests.push_back("GET " + full + " SPDY/9" + host);
        requests.push_back("\r\n\r\n");
        // one request inside of another, and one behind another
        std::string const forged = "GET " + full + " HTTP/1.1" + host;
        requests.push_back("GET /other HTTP/1.1" + host + forged);
        requests.push_back("POST / HTTP/1.1\r\nContent-Length: " + std::to_string(forged.size()) + host + forged);
        requests.push_back("POST / HTTP/1.1\r\nTransfer-Encoding: chunked" + host + "0\r\n\r\n" + forged);
        requests.push_back("GET " + full + std::string(1, '\0') + " HTTP/1.1" + host);
        requests.push_back("GET " + full + "%00 HTTP/1.1" + host);
        requests.push_back("GET /open/ HTTP/1.1" + host);
        wrong_requests = static_cast<int>(requests.size());
        for (std::string const& request : requests) {
            int const status = status_of(ask(port, request));
            if (status >= 400 && status < 500) ++refused;
        }
        if (status_of(follow(good)) == 200) ++taken;
    });
    auto const tokens = running.run();
    running.join();
    CHECK(refused == wrong_requests);
    CHECK(taken == 1);
    CHECK(tokens.by_resource_server("auth.globus.org").scope == "openid");
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);

    // 128 bits are 22 characters of base64url; each login has its own.
    for (int i = 0; i != 50; ++i) states.push_back(parameter(login_at(server).start(), "state"));
    CHECK(std::set<std::string>(states.begin(), states.end()).size() == states.size());
    for (std::string const& state : states) CHECK(globus::base64url_decode(state).value_or("").size() >= 16);
}

TEST_CASE("E2: a hundred connections of others do not disturb the login", "[reliability][E2]") {
    sb::Server server;
    std::string const marker = "m4rk3r";
    std::string const script = "%3Cscript%3Em4rk3r%3C/script%3E";
    std::vector<std::string> answers;
    std::string last, clean;
    int listening = 0;
    bool other_address = true;
    std::chrono::steady_clock::time_point sent;
    std::vector<Connection> junk;
    Running running(server, [&](std::string const& url) {
        std::string const good = redirect_of(url);
        int const port = listening = port_of(good);
        other_address = Connection(port, "127.0.0.2").connected();
        std::string const host = "\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
        std::vector<std::size_t> answered;
        for (int i = 0; i != 100; ++i) {
            Connection const& one = junk.emplace_back(port);
            switch (i % 10) {
                case 0:  // idle
                case 1:
                    break;
                case 2:  // slow
                    one.send("GET /?code=" + marker);
                    break;
                case 3:
                    one.send("GET /favicon.ico?" + marker + " HTTP/1.1" + host + "\r\n");
                    answered.push_back(junk.size() - 1);
                    break;
                case 4:
                    one.send("GET /" + script + "?code=x HTTP/1.1\r\nHost: " + marker + "\r\n\r\n");
                    answered.push_back(junk.size() - 1);
                    break;
                case 5:
                    one.send("POST /?" + marker + " HTTP/1.1" + host + "Content-Length: 6\r\n\r\n" + marker);
                    answered.push_back(junk.size() - 1);
                    break;
                case 6:  // 1 MB of a header
                    std::thread([&one, &host, &marker] {
                        one.send("GET / HTTP/1.1" + host + "X: " + std::string(1 << 20, 'x') + marker);
                    }).join();
                    answered.push_back(junk.size() - 1);
                    break;
                case 7:  // TLS
                    one.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, '\0'));
                    break;
                case 8:
                    one.send("GET /?error=" + script + "&error_description=" + script + "&state=" + marker +
                             " HTTP/1.1" + host + "\r\n");
                    answered.push_back(junk.size() - 1);
                    break;
                default:  // gone at once
                    junk.pop_back();
            }
        }
        for (std::size_t const i : answered) answers.push_back(junk[i].read());
        sent = std::chrono::steady_clock::now();
        last = get(port, target_of(good));
        clean = get(port, header(last, "Location"));
    });
    auto const tokens = running.run();
    auto const needed = std::chrono::steady_clock::now() - sent;
    running.join();
    CHECK(needed <= 1s);
    CHECK_FALSE(tokens.by_resource_server().empty());
    CHECK_FALSE(other_address);
    CHECK_FALSE(Connection(listening).connected());

    CHECK(answers.size() == 50);
    CHECK(status_of(last) == 303);
    CHECK(header(last, "Location") == "/done");
    CHECK(status_of(clean) == 200);
    answers.push_back(last);
    answers.push_back(clean);
    for (std::string const& answer : answers) {
        INFO(answer);
        CHECK(status_of(answer) != 0);
        CHECK(answer.find(marker) == std::string::npos);
        CHECK(answer.find("script") == std::string::npos);
        CHECK(answer.find("code=") == std::string::npos);
        CHECK(header(answer, "Cache-Control") == "no-store");
        CHECK(header(answer, "Referrer-Policy") == "no-referrer");
    }
}

TEST_CASE("E2: more connections than there is room for push nobody out unheard", "[reliability][E2]") {
    sb::Server server;
    std::vector<Connection> idle;
    std::chrono::steady_clock::time_point sent;
    bool const first = GENERATE(true, false);  // the right one comes before the others, or after them
    globus::LocalServerLoginFlow const flow(
        {.timeout = 5s, .open_browser = [&](std::string const& url) {
             std::string const good = redirect_of(url);
             int const port = port_of(good);
             auto const right = [&] {
                 idle.emplace_back(port).send("GET " + target_of(good) +
                                              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n");
             };
             if (first) right();
             for (int i = 0; i != 300; ++i) idle.emplace_back(port);
             if (!first) right();
             sent = std::chrono::steady_clock::now();
             return true;
         }});
    ::unsetenv("SSH_TTY");
    ::unsetenv("SSH_CONNECTION");
    CHECK_FALSE(flow.run_login_flow(login_at(server)).by_resource_server().empty());
    // half a second of it is for a browser that never comes back
    CHECK(std::chrono::steady_clock::now() - sent <= 3s);
}

TEST_CASE("E2: a login without descriptors left waits for one, and does not spin", "[reliability][E2]") {
    sb::Server server;
    std::chrono::nanoseconds spent{};
    bool connected = false;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    Running running(server, [&](std::string const& url) {
        std::string const good = redirect_of(url);
        int const early = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        // the lowest number that is free is the limit: nothing more can be opened
        int const next = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
        ::close(next);
        rlimit const full{static_cast<rlim_t>(next), before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &full);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port_of(good)));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = ::connect(early, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
        auto const start = worked();
        std::this_thread::sleep_for(500ms);
        spent = worked() - start;
        ::setrlimit(RLIMIT_NOFILE, &before);
        ::close(early);
        (void)follow(good);
    });
    CHECK_FALSE(running.run().by_resource_server().empty());
    running.join();
    CHECK(connected);
    CHECK(spent < 40ms);
}

TEST_CASE("E2: a browser that stays in the foreground holds nothing up", "[reliability][E2]") {
    sb::Server server;
    globus::LocalServerLoginFlow const flow({.timeout = 300ms});
    auto const since = [start = std::chrono::steady_clock::now()] { return std::chrono::steady_clock::now() - start; };
    auto const kind = [&](globus::LocalServerLoginFlow const& of, std::stop_token stop = {}) {
        try {
            (void)of.run_login_flow(login_at(server), stop);
        } catch (LoginError const& error) {
            return std::optional(error.kind());
        }
        return std::optional<LoginError::Kind>();
    };
    {
        Desktop const desktop("exec sleep 3");
        CHECK(kind(flow) == LoginError::Kind::timeout);
        CHECK(since() <= 1500ms);
    }
    {
        Desktop const desktop("exec sleep 3");
        std::stop_source source;
        source.request_stop();
        auto const start = since();
        CHECK(kind(flow, source.get_token()) == LoginError::Kind::cancelled);
        CHECK(since() - start <= 500ms);
    }
    {
        Desktop const desktop("echo \"$1\" > \"$0.part\" && mv \"$0.part\" \"$0.url\" && exec sleep 3");
        std::jthread const browser([&] {
            std::string const file = desktop.folder / "xdg-open.url";
            while (!std::filesystem::exists(file)) std::this_thread::sleep_for(5ms);
            std::string const text = file_text(file);
            (void)follow(redirect_of(text.substr(0, text.find('\n'))));
        });
        auto const start = since();
        CHECK_FALSE(globus::LocalServerLoginFlow({.timeout = 5s})
                        .run_login_flow(login_at(server))
                        .by_resource_server()
                        .empty());
        CHECK(since() - start <= 1500ms);
    }
    // Those browsers are closed meanwhile, and so is the last one: the system keeps nothing of them.
    std::this_thread::sleep_for(3200ms);
    Desktop const desktop("exit 0");
    CHECK(kind(flow) == LoginError::Kind::timeout);
    CHECK_FALSE(has_child());
}

TEST_CASE("E2: nobody listens any more when the code is exchanged", "[reliability][E2]") {
    int port = 0;
    std::optional<bool> listening;
    globus::MockTransport mock;
    mock.otherwise([&](globus::http::Request const&) {
        listening = Connection(port).connected();
        return globus::http::Response{.status = 200, .body = R"({"token_type": "Bearer", "resource_server": "a",
            "scope": "openid", "access_token": "t", "expires_in": 3600})"};
    });
    std::jthread browser;
    globus::LocalServerLoginFlow const flow({.timeout = 5s, .open_browser = [&](std::string const& url) {
                                                 std::string const back = parameter(url, "redirect_uri") +
                                                                          "/?code=c&state=" + parameter(url, "state");
                                                 port = port_of(back);
                                                 browser = std::jthread([back] { (void)follow(back); });
                                                 return true;
                                             }});
    ::unsetenv("SSH_TTY");
    ::unsetenv("SSH_CONNECTION");
    using Client = globus::LoginClient<globus::Native, globus::MockTransport>;
    globus::Login const login(Client(globus::NativeAppAuthService("id"), globus::NullPolicy{}, {.transport = mock}),
                              {.required_scopes = std::vector<std::string>{"openid"}}, {});
    CHECK_FALSE(flow.run_login_flow(login).by_resource_server().empty());
    CHECK(listening == false);
}

TEST_CASE("G5: a program that is started during a login inherits nothing of it", "[reliability][G5]") {
    std::bitset<1024> const before = inherited();
    std::atomic<bool> done = false;
    std::atomic<int> looked = 0, leaked = 0;
    std::jthread const other([&] {
        while (!done) {
            ::pid_t const child = ::fork();
            if (child == 0) ::_exit(inherited() == before ? 0 : 1);
            int status = 0;
            ::waitpid(child, &status, 0);
            ++looked;
            leaked += status != 0;
        }
    });
    auto const nobody = [](std::string_view) { return false; };
    // a sanitizer makes a fork slow
    auto const begin = std::chrono::steady_clock::now(), enough = begin + 2s, patience = begin + 60s;
    for (auto now = begin; now < enough || (looked < 50 && now < patience); now = std::chrono::steady_clock::now()) {
        globus::detail::RedirectListener listener;
        Connection const one(port_of(listener.url())), two(port_of(listener.url()));
        CHECK_THROWS_AS(listener.wait(nobody, [] {}, {}, globus::http::Clock::now() + 1ms, {}), LoginError);
    }
    done = true;
    CHECK(leaked == 0);
    CHECK(looked >= 50);
}

TEST_CASE("E2: the login ends at its time-out, when it is cancelled, and when the user refuses", "[reliability][E2]") {
    sb::Server server;
    auto const kind_of = [](Running& running, std::stop_token stop = {}) {
        try {
            (void)running.run(stop);
        } catch (LoginError const& error) {
            CHECK(std::string(error.what()).find('\n') == std::string::npos);
            return error.kind();
        }
        throw std::runtime_error("the login succeeded");
    };
    auto const start = std::chrono::steady_clock::now();
    Running late(server, [](std::string const&) {}, {.timeout = 300ms});
    CHECK(kind_of(late) == LoginError::Kind::timeout);
    auto const waited = std::chrono::steady_clock::now() - start;
    CHECK(waited >= 300ms);
    CHECK(waited <= 800ms);

    std::stop_source source;
    std::chrono::steady_clock::time_point asked;
    Running cancelled(server, [&](std::string const&) {
        std::this_thread::sleep_for(100ms);
        asked = std::chrono::steady_clock::now();
        source.request_stop();
    });
    CHECK(kind_of(cancelled, source.get_token()) == LoginError::Kind::cancelled);
    cancelled.join();
    CHECK(std::chrono::steady_clock::now() - asked <= 100ms);

    std::string shown;
    Running refused(server, [&](std::string const& url) {
        std::string const redirect = parameter(url, "redirect_uri");
        shown =
            follow(redirect + "/?error=access_denied&error_description=%3Cb%3Eno%0A&state=" + parameter(url, "state"));
    });
    CHECK(kind_of(refused) == LoginError::Kind::refused);
    refused.join();
    CHECK(shown.find("<b>") == std::string::npos);
    CHECK(shown.find("The login failed") != std::string::npos);
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 0);
}

TEST_CASE("E3: the code is sent once, whatever becomes of it", "[reliability][E3]") {
    for (char const* fault : {
             R"({"match": {"operation": "oauth2_exchange_code_for_tokens"}, "phase": "after_commit", "times": "always",
                 "action": {"type": "reset"}})",
             R"({"match": {"operation": "oauth2_exchange_code_for_tokens"}, "phase": "after_commit", "times": "always",
                 "action": {"type": "close"}})",
             R"({"match": {"operation": "oauth2_exchange_code_for_tokens"}, "phase": "after_commit", "times": "always",
                 "action": {"type": "status", "code": 503}})",
         }) {
        INFO(fault);
        sb::Server server;
        (void)server.add_fault(fault);
        Running running(server, [](std::string const& url) { (void)follow(redirect_of(url)); });
        try {
            (void)running.run();
            FAIL("the login succeeded");
        } catch (globus::NetworkError const& error) {
            CHECK(error.sent() == globus::NetworkError::Sent::yes);
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("begin a new login"));
        } catch (globus::AuthApiError const& error) {
            CHECK(error.http_status() == 503);
        }
        running.join();
        CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
    }

    // A login object does not send a second code either.
    sb::Server server;
    globus::Login login = login_at(server);
    std::string const code = parameter(redirect_of(login.start()), "code");
    CHECK_FALSE(login.finish(globus::Secret(code)).by_resource_server().empty());
    CHECK_THROWS_AS(login.finish(globus::Secret(code)), globus::UsageError);
    CHECK(server.count("oauth2_exchange_code_for_tokens") == 1);
}

TEST_CASE("E3: a code that surely was not sent can be sent again, by the same login", "[reliability][E3]") {
    using globus::NetworkError;
    int calls = 0, failures = 100;
    NetworkError::Sent sent = NetworkError::Sent::no;
    std::string body;
    globus::MockTransport mock;
    mock.otherwise([&](globus::http::Request const& request) -> globus::http::Response {
        ++calls;
        body = request.body;
        if (failures-- > 0) throw NetworkError(NetworkError::Kind::connect, sent, "there is no way to it");
        return {.status = 200, .body = R"({"token_type": "Bearer", "resource_server": "a", "scope": "openid",
                                           "access_token": "t", "expires_in": 3600})"};
    });
    using Client = globus::LoginClient<globus::Native, globus::MockTransport>;
    globus::Login login(Client(globus::NativeAppAuthService("id"), globus::NullPolicy{}, {.transport = mock}),
                        {.required_scopes = std::vector<std::string>{"openid"}}, {});
    std::string const state = parameter(login.start(), "state");

    CHECK_THROWS_AS(login.finish(globus::Secret("code"), state), NetworkError);
    CHECK(calls >= 1);
    CHECK_THROWS_AS(login.finish(globus::Secret(""), state), globus::UsageError);  // what is refused before, too
    std::stop_source cancelled;
    cancelled.request_stop();
    CHECK_THROWS_AS(login.finish(globus::Secret("code"), state, cancelled.get_token()), NetworkError);
    failures = 0;
    CHECK_FALSE(login.finish(globus::Secret("code"), state).by_resource_server().empty());
    CHECK(body.find("code=code") != std::string::npos);
    CHECK(body.find("code_verifier=") != std::string::npos);
    CHECK_THROWS_AS(login.finish(globus::Secret("code"), state), globus::UsageError);  // now it was

    // once it may have arrived the login is over, and what began meanwhile is not disturbed
    std::string const lost = parameter(login.start(), "state");
    failures = 100;
    sent = NetworkError::Sent::yes;
    CHECK_THROWS_AS(login.finish(globus::Secret("code"), lost), NetworkError);
    CHECK_THROWS_AS(login.finish(globus::Secret("code"), lost), globus::UsageError);
}
