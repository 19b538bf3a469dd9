// SPDX-License-Identifier: Apache-2.0
// with-sandbox: runs a program against a local Globus, and is the user at its browser.
//
//   with-sandbox ./my-program argument...
//   with-sandbox --stop-after-visit ./my-web-application
//   with-sandbox --task-seconds 5 ./my-program          # transfers take that long
//
// The program finds the sandbox by its environment: GLOBUS_SDK_SERVICE_URL_* and what the examples read, such as
// GLOBUS_CLIENT_ID. HOME is an empty directory. Every URL of this machine that the program prints is visited as a
// browser would, through all redirects and with cookies; an authorization code on the page that it ends at is typed into
// the program's standard input. The exit status is the program's.
#include <globus/globus.hpp>
#include <globus/sandbox.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace {

/// Follows redirects and keeps cookies.
class Browser {
public:
    /// The page that a visit ends at.
    std::string visit(std::string url) {
        for (int redirects = 0; redirects != 20; ++redirects) {
            std::string const origin = url.substr(0, url.find_first_of("/?", url.find("://") + 3));
            globus::http::Request request{.url = url};
            if (auto const cookie = cookies_.find(origin); cookie != cookies_.end())
                request.headers.add("Cookie", cookie->second);
            globus::http::Response const answer = transport_.send(request);
            if (auto const* cookie = answer.headers.find("Set-Cookie"))
                cookies_[origin] = cookie->substr(0, cookie->find(';'));
            auto const* location = answer.headers.find("Location");
            if (answer.status < 300 || answer.status > 399 || location == nullptr) return answer.body;
            url = location->starts_with("/") ? origin + *location : *location;
        }
        throw globus::Error("the browser was redirected too often");
    }

private:
    globus::CurlTransport transport_;
    std::map<std::string, std::string> cookies_;
};

/// A program with pipes for its input and output; it is killed at the end if it still runs.
class Child {
public:
    explicit Child(char** arguments) {
        int in[2], out[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw globus::Error("no pipe can be made");
        input = in[1];
        output = ::fdopen(out[0], "r");
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        int const failed = ::posix_spawnp(&id_, arguments[0], &actions, nullptr, arguments, environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        if (failed != 0) throw globus::Error(std::string(arguments[0]) + " cannot be run");
    }
    ~Child() {
        if (id_ == 0) return;
        stop(SIGKILL);
        (void)wait();
    }
    void stop(int signal) const { ::kill(id_, signal); }
    /// What waitpid says.
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(id_, 0), &status, 0);
        return status;
    }

    int input = -1;
    std::FILE* output = nullptr;

private:
    pid_t id_ = 0;
};

/// The URL of this machine in a line, if any.
std::string url_in(std::string const& line) {
    auto const begin = line.find("http://127.0.0.1:");
    return begin == line.npos ? "" : line.substr(begin, line.find_first_of(" \t\r\n", begin) - begin);
}

/// The authorization code that the sandbox shows on a page, if any.
std::string code_on(std::string const& page) {
    static constexpr std::string_view before = "<title>Authorization Code</title>", mark = "<p id=\"text\">";
    auto const begin = page.find(before) == page.npos ? page.npos : page.find(mark);
    return begin == page.npos ? "" : page.substr(begin + mark.size(), page.find('<', begin + 1) - begin - mark.size());
}

int run(char** arguments, bool stop_after_visit, std::chrono::seconds task_duration) {
    globus::sandbox::Server sandbox({.task_duration = task_duration});
    for (auto const& [name, value] : sandbox.environment()) ::setenv(name.c_str(), value.c_str(), 1);
    std::filesystem::path const home = sandbox.directory(sandbox.source_collection()).parent_path() / "home";
    std::filesystem::create_directory(home);
    for (auto const& [name, value] :
         std::map<char const*, std::string>{{"GLOBUS_CLIENT_ID", sandbox.client_id()},
                                            {"GLOBUS_CLIENT_SECRET", sandbox.client_secret()},
                                            {"GLOBUS_NATIVE_CLIENT_ID", sandbox.native_client_id()},
                                            {"GLOBUS_SOURCE", sandbox.source_collection()},
                                            {"GLOBUS_DESTINATION", sandbox.destination_collection()},
                                            {"GLOBUS_MAPPED_COLLECTION", sandbox.mapped_collection()},
                                            {"HOME", home.string()}})
        ::setenv(name, value.c_str(), 1);
    // No other browser than ours.
    for (char const* name : {"DISPLAY", "WAYLAND_DISPLAY", "GLOBUS_SDK_ENVIRONMENT"}) ::unsetenv(name);

    Browser browser;
    Child child(arguments);
    std::signal(SIGPIPE, SIG_IGN);  // the child may be gone when the code comes
    bool stopped = false;
    char* line = nullptr;
    for (std::size_t size = 0; ::getline(&line, &size, child.output) > 0;) {
        std::fputs(line, stdout);
        std::string const url = url_in(line);
        if (url.empty()) continue;
        std::string const page = browser.visit(url);
        if (std::string const code = code_on(page); !code.empty())
            (void)!::write(child.input, (code + '\n').data(), code.size() + 1);
        else
            std::printf("[browser] %s\n", page.c_str());
        if (stop_after_visit && !std::exchange(stopped, true)) child.stop(SIGTERM);
    }
    std::free(line);
    int const status = child.wait();
    if (stopped && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) try {
    char** argument = argv + (argc > 0 ? 1 : 0);
    bool stop_after_visit = false;
    std::chrono::seconds task_duration{0};
    for (; *argument != nullptr && std::string_view(*argument).starts_with("--"); ++argument) {
        if (std::string_view(*argument) == "--stop-after-visit")
            stop_after_visit = true;
        else if (std::string_view(*argument) == "--task-seconds" && argument[1] != nullptr)
            task_duration = std::chrono::seconds(std::atoi(*++argument));
        else
            break;
    }
    if (*argument == nullptr || **argument == '-') {
        std::fputs("usage: with-sandbox [--stop-after-visit] [--task-seconds N] program [argument...]\n", stderr);
        return 2;
    }
    return run(argument, stop_after_visit, task_duration);
} catch (std::exception const& error) {
    std::fprintf(stderr, "with-sandbox: %s\n", error.what());
    return 1;
}
