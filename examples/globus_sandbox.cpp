// SPDX-License-Identifier: Apache-2.0
// globus-sandbox: a local Globus as a program, for SDKs and tools of any language.
//
//   eval "$(globus-sandbox --print-env --seed ./collections &)"
//   python3 my_program.py              # finds the sandbox by GLOBUS_SDK_SERVICE_URL_*
//   kill "$GLOBUS_SANDBOX_PID"
#include <globus/sandbox.hpp>
#include <globus/version.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

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
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using globus::sandbox::Tls;
using Variables = std::vector<std::pair<std::string, std::string>>;

/// How the variables are written.
enum class Format { plain, sh, dotenv, json };

/// What the command line says.
struct Arguments {
    globus::sandbox::Options options;
    std::string scenario;
    std::string ca_file;
    std::string env_file;
    boost::json::object config;
    Format format = Format::plain;
    bool quiet = false;
};

/// Thrown for a command line that means nothing; the message is one sentence.
struct WrongUsage {
    std::string what;
};

/// An option of the command line; `value` names what follows it, and is null when nothing does.
struct Option {
    char const* name;
    char const* value;
    char const* help;
    std::function<void(Arguments&, std::string const&)> read;
};

template <class T>
T number(std::string const& text) {
    T out{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out < T{})
        throw WrongUsage{"\"" + text + "\" is not a number that makes sense here"};
    return out;
}

Tls tls_named(std::string const& text) {
    for (auto const& [name, kind] :
         {std::pair("good", Tls::good), std::pair("wrong_host", Tls::wrong_host), std::pair("expired", Tls::expired),
          std::pair("self_signed", Tls::self_signed), std::pair("weak", Tls::weak)})
        if (text == name) return kind;
    throw WrongUsage{"there is no kind of TLS \"" + text + "\": good, wrong_host, expired, self_signed and weak are"};
}

Format format_named(std::string const& text) {
    for (auto const& [name, format] : {std::pair("plain", Format::plain), std::pair("sh", Format::sh),
                                       std::pair("dotenv", Format::dotenv), std::pair("json", Format::json)})
        if (text == name) return format;
    throw WrongUsage{"there is no format \"" + text + "\": plain, sh, dotenv and json are"};
}

/// ID or ID:SECRET
globus::sandbox::App app_named(std::string const& text) {
    auto const colon = text.find(':');
    globus::sandbox::App app{text.substr(0, colon)};
    if (app.id.empty()) throw WrongUsage{"--app needs the id of an application, as in --app ID or --app ID:SECRET"};
    if (colon != std::string::npos) app.secret = text.substr(colon + 1);
    app.name = "Application " + app.id;
    return app;
}

/// The options, in the order of the help.
std::vector<Option> const& all_options() {
    using A = Arguments;
    using S = std::string const;
    static std::vector<Option> const all{
        {"--port", "N", "port of the services (default: a free one)",
         [](A& a, S& v) { a.options.port = number<std::uint16_t>(v); }},
        {"--https-port", "N", "port of the same services over HTTPS (default: a free one)",
         [](A& a, S& v) { a.options.https_port = number<std::uint16_t>(v); }},
        {"--admin-port", "N", "port of the admin calls (default: a free one)",
         [](A& a, S& v) { a.options.admin_port = number<std::uint16_t>(v); }},
        {"--admin-secret", "TEXT", "the secret of the admin calls (default: a new one)",
         [](A& a, S& v) { a.options.admin_secret = v; }},
        {"--bind", "ADDRESS", "127.0.0.1 only; anything else is refused",
         [](A&, S& v) {
             if (v != "127.0.0.1" && v != "localhost")
                 throw WrongUsage{"the sandbox serves this machine only; it cannot bind to " + v};
         }},
        {"--seed", "DIR", "each directory in it is a collection; source and destination come first",
         [](A& a, S& v) { a.options.root = std::filesystem::absolute(v); }},
        {"--config", "FILE", "users, applications, collections, groups, indices, flows, timers: see read_config()",
         [](A& a, S& v) {
             std::ifstream file(v);
             std::string const text{std::istreambuf_iterator<char>(file), {}};
             if (!file) throw globus::sandbox::SandboxError("cannot read " + v);
             boost::system::error_code failed;
             boost::json::value const parsed = boost::json::parse(text, failed);
             if (failed || !parsed.is_object())
                 throw globus::sandbox::SandboxError(v + " is no JSON object: " + failed.message());
             a.config = parsed.get_object();
             globus::sandbox::read_config(a.config, a.options);
         }},
        {"--user", "NAME", "somebody who can log in, as in ada@example.org; may be repeated",
         [](A& a, S& v) {
             a.options.users.push_back({"", v, v.substr(0, v.find('@')), v});
         }},
        {"--app", "ID[:SECRET]", "an application; without a secret a native one; may be repeated",
         [](A& a, S& v) { a.options.apps.push_back(app_named(v)); }},
        {"--any-app", nullptr, "every client id is known, as a native application",
         [](A& a, S&) { a.options.any_app = true; }},
        {"--ask", nullptr, "the login page asks who logs in and for consent, instead of approving at once",
         [](A& a, S&) { a.options.ask = true; }},
        {"--any-user", nullptr, "other users of this machine may connect, too",
         [](A& a, S&) { a.options.any_user = true; }},
        {"--allow-origin", "ORIGIN", "web pages from there may call, as those of this machine may; may be repeated",
         [](A& a, S& v) { a.options.allowed_origins.push_back(v); }},
        {"--random-seed", "N", "of identifiers and probabilities (default 1)",
         [](A& a, S& v) { a.options.seed = number<std::uint64_t>(v); }},
        {"--token-lifetime", "S", "seconds (default 172800)",
         [](A& a, S& v) { a.options.token_lifetime = std::chrono::seconds(number<std::int64_t>(v)); }},
        {"--task-duration", "MS", "how long a task stays ACTIVE at least (default 0)",
         [](A& a, S& v) { a.options.task_duration = std::chrono::milliseconds(number<std::int64_t>(v)); }},
        {"--manual-clock", nullptr, "time passes by admin calls only",
         [](A& a, S&) { a.options.clock = globus::sandbox::ClockMode::manual; }},
        {"--rotate", nullptr, "each refresh gives a new refresh token",
         [](A& a, S&) { a.options.rotate_refresh_tokens = true; }},
        {"--detect-reuse", nullptr, "a spent refresh token revokes its family",
         [](A& a, S&) { a.options.detect_refresh_token_reuse = true; }},
        {"--rate-limit", "RPS", "more requests are answered 429",
         [](A& a, S& v) {
             a.options.rate_limit.requests_per_second = number<double>(v);
             a.options.rate_limit.burst = a.options.rate_limit.requests_per_second * 10;
         }},
        {"--tls", "KIND", "HTTPS on both ports: good, wrong_host, expired, self_signed or weak",
         [](A& a, S& v) { a.options.tls = tls_named(v); }},
        {"--ca-file", "FILE", "where the certificate to trust is written",
         [](A& a, S& v) { a.ca_file = std::filesystem::absolute(v).string(); }},
        {"--scenario", "NAME", "start with the rules of a scenario: see below", [](A& a, S& v) { a.scenario = v; }},
        {"--print-env", nullptr, "print `export NAME=value` lines for a shell's eval: --format sh",
         [](A& a, S&) { a.format = Format::sh; }},
        {"--format", "FORMAT", "how the variables are printed: plain, sh, dotenv or json",
         [](A& a, S& v) { a.format = format_named(v); }},
        {"--env-file", "FILE", "the variables as NAME=value lines in a file, too", [](A& a, S& v) { a.env_file = v; }},
        {"--quiet", nullptr, "print nothing", [](A& a, S&) { a.quiet = true; }},
    };
    return all;
}

void print_usage(std::FILE* out) {
    std::fputs("usage: globus-sandbox [options]\n", out);
    auto const row = [&](std::string const& name, char const* help) {
        std::fprintf(out, "  %-22s %s\n", name.c_str(), help);
    };
    for (auto const& option : all_options())
        row(option.value != nullptr ? std::string(option.name) + " " + option.value : option.name, option.help);
    row("-h, --help", "print this");
    row("--version", "print the version");
    std::fputs("It serves until SIGTERM, SIGINT or SIGHUP.\nScenarios:", out);
    for (auto const& name : globus::sandbox::Session::scenario_names()) std::fprintf(out, " %s", name.c_str());
    std::fputs("\n", out);
}

Arguments read_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        std::string const name = argv[i];
        Option const* found = nullptr;
        for (auto const& option : all_options())
            if (name == option.name) found = &option;
        if (found == nullptr) throw WrongUsage{"there is no option " + name};
        if (found->value != nullptr && i + 1 == argc)
            throw WrongUsage{"the option " + name + " needs a value: " + name + " " + found->value};
        found->read(out, found->value != nullptr ? argv[++i] : "");
    }
    return out;
}

/// A text that a shell, or a file of NAME=value lines, reads back as it is.
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

std::string written(Variables const& variables, Format format) {
    if (format == Format::json) {
        boost::json::object all;
        for (auto const& [name, value] : variables) all[name] = value;
        return boost::json::serialize(all) + "\n";
    }
    std::string out;
    for (auto const& [name, value] : variables)
        out += (format == Format::sh ? "export " : "") + name + "=" +
               (format == Format::plain || format == Format::dotenv ? value : quoted(value)) + "\n";
    return out;
}

void print(std::string const& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

/// What a shell is told that evaluates our output although there is no sandbox: no program reaches the real Globus, and
/// the eval fails.
void print_failure(Format format) {
    if (format != Format::sh) return;
    Variables nowhere;
    for (std::string const name :
         {"AUTH", "TRANSFER", "GROUPS", "SEARCH", "FLOWS", "TIMER", "TIMERS", "COMPUTE", "NEXUS", "APP", "ACTIONS"})
        nowhere.emplace_back("GLOBUS_SDK_SERVICE_URL_" + name, "http://127.0.0.1:1/");
    print(written(nowhere, Format::sh) + "false\n");
}

/// Writes a file, or throws a SandboxError that says which.
void write_file(std::string const& name, std::string const& text) {
    if (!(std::ofstream(name) << text).flush()) throw globus::sandbox::SandboxError("cannot write " + name);
}

/// A directory that is gone at the end.
struct TemporaryDirectory {
    std::filesystem::path path;
    ~TemporaryDirectory() {
        std::error_code ignored;
        if (!path.empty()) std::filesystem::remove_all(path, ignored);
    }
};

/// Starts the sandbox, says where it is, and serves until one of `ending` comes.
void serve(Arguments arguments, sigset_t const& ending) {
    globus::sandbox::Server server(arguments.options);
    server.seed(arguments.config);
    if (!arguments.scenario.empty()) server.scenario(arguments.scenario);
    TemporaryDirectory temporary;
    if (arguments.ca_file.empty()) {
        std::string pattern = (std::filesystem::temp_directory_path() / "globus-sandbox-ca-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw globus::sandbox::SandboxError("no temporary directory");
        temporary.path = pattern;
        arguments.ca_file = pattern + "/ca.pem";
    }
    write_file(arguments.ca_file, server.ca_pem());
    Variables variables = server.environment();
    // Whom OpenSSL, the SDK for Python, its library, curl and node trust: the sandbox alone.
    for (auto const* name :
         {"GLOBUS_SDK_VERIFY_SSL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"})
        variables.emplace_back(name, arguments.ca_file);
    variables.emplace_back("GLOBUS_SANDBOX_CA_FILE", arguments.ca_file);
    variables.emplace_back("GLOBUS_SANDBOX_ADMIN_URL", server.admin_url());
    variables.emplace_back("GLOBUS_SANDBOX_ADMIN_SECRET", server.admin_secret());
    // What is behind the # stays in the browser.
    std::string const admin = server.admin_url();
    variables.emplace_back("GLOBUS_SANDBOX_ADMIN_PAGE",
                           admin.substr(0, admin.find("admin/")) + "#" + server.admin_secret());
    variables.emplace_back("GLOBUS_SANDBOX_RANDOM_SEED", std::to_string(arguments.options.seed));
    variables.emplace_back("GLOBUS_SANDBOX_PID", std::to_string(getpid()));
    if (!arguments.env_file.empty()) write_file(arguments.env_file, written(variables, Format::dotenv));
    if (!arguments.quiet) print(written(variables, arguments.format));
    // A shell that reads our output to its end goes on now.
    if (int const nothing = open("/dev/null", O_WRONLY | O_CLOEXEC); nothing >= 0) {
        dup2(nothing, STDOUT_FILENO);
        close(nothing);
    }
    int received = 0;
    sigwait(&ending, &received);
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::string_view const name = argv[i];
        if (name == "-h" || name == "--help") {
            print_usage(stdout);
            return 0;
        }
        if (name == "--version") {
            std::printf("globus-sandbox %s\n", GLOBUS_VERSION_STRING);
            return 0;
        }
    }
    Format format = Format::plain;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--print-env") format = Format::sh;
    // The signals that end the program are waited for, in this thread alone.
    sigset_t ending;
    sigemptyset(&ending);
    for (int const one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, one);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    signal(SIGPIPE, SIG_IGN);
    try {
        serve(read_arguments(argc, argv), ending);
    } catch (WrongUsage const& wrong) {
        print_failure(format);
        std::fprintf(stderr, "globus-sandbox: %s. See globus-sandbox --help.\n", wrong.what.c_str());
        return 2;
    } catch (std::exception const& error) {
        print_failure(format);
        std::string_view what = error.what();
        if (what.starts_with("sandbox: ")) what.remove_prefix(9);
        std::fprintf(stderr, "globus-sandbox: %.*s\n", static_cast<int>(what.size()), what.data());
        return 1;
    }
    return 0;
}
