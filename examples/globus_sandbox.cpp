// SPDX-License-Identifier: Apache-2.0
// globus-sandbox: a local Globus as a program, for SDKs and tools of any language.
//
//   eval "$(globus-sandbox --print-env --seed ./collections &)"
//   python3 my_program.py              # finds the sandbox by GLOBUS_SDK_SERVICE_URL_*
//   kill "$GLOBUS_SANDBOX_PID"
#include <globus/sandbox.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

constexpr char const* usage =
    "usage: globus-sandbox [options]\n"
    "  --port N             port of the services (default: a free one)\n"
    "  --admin-port N       port of the admin calls (default: a free one)\n"
    "  --bind ADDRESS       127.0.0.1 only; anything else is refused\n"
    "  --seed DIR           each directory in it is a collection; source and destination come first\n"
    "                       (default: a temporary directory with samples)\n"
    "  --any-user           other users of this machine may connect, too\n"
    "  --random-seed N      of identifiers and probabilities (default 1)\n"
    "  --token-lifetime S   seconds (default 172800)\n"
    "  --task-duration MS   how long a task stays ACTIVE at least (default 0)\n"
    "  --manual-clock       time passes by admin calls only\n"
    "  --rotate             each refresh gives a new refresh token\n"
    "  --detect-reuse       a spent refresh token revokes its family\n"
    "  --rate-limit RPS     more requests are answered 429\n"
    "  --tls KIND           HTTPS: good, wrong_host, expired, self_signed or weak\n"
    "  --ca-file FILE       where the certificate to trust is written\n"
    "  --scenario NAME      start with the rules of a scenario: see below\n"
    "  --print-env          print `export NAME=value` lines for a shell's eval\n"
    "It serves until SIGTERM or SIGINT.\n"
    "Scenarios:";

void print_usage(std::FILE* out) {
    std::fputs(usage, out);
    for (auto const& name : globus::sandbox::Session::scenario_names()) std::fprintf(out, " %s", name.c_str());
    std::fputs("\n", out);
}

int wrong(std::string const& text) {
    std::fprintf(stderr, "globus-sandbox: %s\n", text.c_str());
    print_usage(stderr);
    return 2;
}

template <class T>
bool read_number(std::string_view text, T& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

std::string quoted(std::string const& text) {
    std::string out = "'";
    for (char const c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

}  // namespace

int main(int argc, char** argv) {
    globus::sandbox::Options options;
    std::string scenario;
    std::string ca_file;
    bool print_env = false;
    for (int i = 1; i < argc; ++i) {
        std::string_view const name = argv[i];
        if (name == "--help") {
            print_usage(stdout);
            return 0;
        }
        if (name == "--print-env") {
            print_env = true;
        } else if (name == "--manual-clock") {
            options.clock = globus::sandbox::ClockMode::manual;
        } else if (name == "--any-user") {
            options.any_user = true;
        } else if (name == "--rotate") {
            options.rotate_refresh_tokens = true;
        } else if (name == "--detect-reuse") {
            options.detect_refresh_token_reuse = true;
        } else {
            if (i + 1 == argc) return wrong("unknown option, or its value is missing: " + std::string(name));
            std::string const value = argv[++i];
            bool good = true;
            std::int64_t number = 0;
            if (name == "--port") {
                good = read_number(value, options.port);
            } else if (name == "--admin-port") {
                good = read_number(value, options.admin_port);
            } else if (name == "--bind") {
                if (value != "127.0.0.1" && value != "localhost")
                    return wrong("the sandbox serves this machine only; it cannot bind to " + value);
            } else if (name == "--seed") {
                options.root = value;
            } else if (name == "--random-seed") {
                good = read_number(value, options.seed);
            } else if (name == "--token-lifetime") {
                good = read_number(value, number);
                options.token_lifetime = std::chrono::seconds(number);
            } else if (name == "--task-duration") {
                good = read_number(value, number);
                options.task_duration = std::chrono::milliseconds(number);
            } else if (name == "--rate-limit") {
                good = read_number(value, options.rate_limit.requests_per_second);
                options.rate_limit.burst = options.rate_limit.requests_per_second * 10;
            } else if (name == "--tls") {
                using globus::sandbox::Tls;
                if (value == "good")
                    options.tls = Tls::good;
                else if (value == "wrong_host")
                    options.tls = Tls::wrong_host;
                else if (value == "expired")
                    options.tls = Tls::expired;
                else if (value == "self_signed")
                    options.tls = Tls::self_signed;
                else if (value == "weak")
                    options.tls = Tls::weak;
                else
                    return wrong("unknown kind of TLS: " + value);
            } else if (name == "--ca-file") {
                ca_file = value;
            } else if (name == "--scenario") {
                scenario = value;
            } else {
                return wrong("unknown option: " + std::string(name));
            }
            if (!good || number < 0 || options.rate_limit.requests_per_second < 0)
                return wrong("not a number that makes sense: " + value);
        }
    }

    // The signals that end the program are waited for, in this thread alone.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    signal(SIGPIPE, SIG_IGN);
    try {
        globus::sandbox::Server server(options);
        if (!scenario.empty()) server.scenario(scenario);
        if (!ca_file.empty() && !(std::ofstream(ca_file) << server.ca_pem()).flush()) {
            std::fprintf(stderr, "globus-sandbox: cannot write %s\n", ca_file.c_str());
            return 1;
        }
        char const* const begin = print_env ? "export " : "";
        for (auto const& [name, value] : server.environment())
            std::printf("%s%s=%s\n", begin, name.c_str(), print_env ? quoted(value).c_str() : value.c_str());
        // The SDK for Python trusts whom this file names.
        if (!ca_file.empty() && !server.ca_pem().empty()) {
            std::string const trusted = std::filesystem::absolute(ca_file).string();
            std::printf("%sGLOBUS_SDK_VERIFY_SSL=%s\n", begin, print_env ? quoted(trusted).c_str() : trusted.c_str());
        }
        std::printf("%sGLOBUS_SANDBOX_ADMIN_URL=%s\n", begin, server.admin_url().c_str());
        std::printf("%sGLOBUS_SANDBOX_ADMIN_SECRET=%s\n", begin, server.admin_secret().c_str());
        std::printf("%sGLOBUS_SANDBOX_RANDOM_SEED=%llu\n", begin, static_cast<unsigned long long>(options.seed));
        std::printf("%sGLOBUS_SANDBOX_PID=%ld\n", begin, static_cast<long>(getpid()));
        std::fflush(stdout);
        // A shell that reads our output to its end goes on now.
        if (int const nothing = open("/dev/null", O_WRONLY | O_CLOEXEC); nothing >= 0) {
            dup2(nothing, STDOUT_FILENO);
            close(nothing);
        }
        int received = 0;
        sigwait(&ending, &received);
    } catch (globus::sandbox::SandboxError const& error) {
        std::fprintf(stderr, "globus-sandbox: %s\n", error.what());
        return 1;
    }
    return 0;
}
