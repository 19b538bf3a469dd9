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

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
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

/// A number from 0 to `most`.
template <class T>
T number(std::string const& text, T most = std::numeric_limits<T>::max()) {
    T out{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || !(out >= T{} && out <= most))
        throw WrongUsage{"\"" + text + "\" is no number from 0 to " + std::to_string(most)};
    return out;
}

constexpr std::int64_t ten_years = 315360000;  // in seconds

/// A secret that fits into a header.
std::string secret_of(std::string const& text) {
    bool const printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (text.size() < 16 || !printable)
        throw WrongUsage{"a secret has at least 16 letters, digits and signs, and no blanks"};
    return text;
}

/// An origin as browsers send it.
std::string origin_of(std::string const& text) {
    auto const host = text.find("://");
    if ((!text.starts_with("http://") && !text.starts_with("https://")) || host + 3 == text.size() ||
        text.find('/', host + 3) != std::string::npos)
        throw WrongUsage{"\"" + text + "\" is no origin, as https://app.example.org is"};
    return text;
}

std::string scenario_named(std::string const& text) {
    std::string all;
    for (auto const& name : globus::sandbox::Session::scenario_names()) {
        if (name == text) return text;
        all += " " + name;
    }
    throw WrongUsage{"there is no scenario \"" + text + "\"; these are:" + all};
}

std::string not_empty(std::string const& text) {
    if (text.empty()) throw WrongUsage{"its value is empty"};
    return text;
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

/// The name of a host, or an IPv4 address.
std::string host_named(std::string const& text) {
    bool const good = std::all_of(text.begin(), text.end(),
                                  [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
    if (text.empty() || !good) throw WrongUsage{"\"" + text + "\" is no name of a host"};
    return text;
}

/// ID or ID:SECRET
globus::sandbox::App app_named(std::string const& text) {
    auto const colon = text.find(':');
    globus::sandbox::App app{text.substr(0, colon)};
    if (app.id.empty()) throw WrongUsage{"the id of an application is missing, as in --app ID or --app ID:SECRET"};
    if (colon != std::string::npos) app.secret = text.substr(colon + 1);
    app.name = "Application " + app.id;
    return app;
}

using A = Arguments;
using S = std::string const;

/// Where it serves, and what there is.
std::vector<Option> options_of_sandbox() {
    return {
        {"--port", "N", "port of the services (default: a free one)",
         [](A& a, S& v) { a.options.port = number<std::uint16_t>(v); }},
        {"--https-port", "N", "port of the same services over HTTPS (default: a free one)",
         [](A& a, S& v) { a.options.https_port = number<std::uint16_t>(v); }},
        {"--admin-port", "N", "port of the admin calls (default: a free one)",
         [](A& a, S& v) { a.options.admin_port = number<std::uint16_t>(v); }},
        {"--admin-secret", "TEXT", "the secret of the admin calls (default: a new one)",
         [](A& a, S& v) { a.options.admin_secret = secret_of(v); }},
        {"--bind", "ADDRESS", "127.0.0.1 only; anything else is refused",
         [](A&, S& v) {
             if (v != "127.0.0.1" && v != "localhost")
                 throw WrongUsage{"the sandbox serves this machine only; it cannot bind to " + v +
                                  " (for containers there is --unsafe-network)"};
         }},
        {"--unsafe-network", "HOST", "serve every interface, as HOST: whoever reaches it logs in and has the files",
         [](A& a, S& v) { a.options.network_host = host_named(v); }},
        {"--seed", "DIR", "each directory in it is a collection; source and destination come first",
         [](A& a, S& v) { a.options.root = std::filesystem::absolute(not_empty(v)); }},
        {"--state", "DIR", "keep all there, and go on with it at the next start: see below",
         [](A& a, S& v) { a.options.state = std::filesystem::absolute(not_empty(v)); }},
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
             a.options.users.push_back({"", not_empty(v), v.substr(0, v.find('@')), v});
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
         [](A& a, S& v) { a.options.allowed_origins.push_back(origin_of(v)); }},
    };
}

/// How it behaves, and what it prints.
std::vector<Option> options_of_behaviour() {
    return {
        {"--random-seed", "N", "of identifiers and probabilities (default 1)",
         [](A& a, S& v) { a.options.seed = number<std::uint64_t>(v); }},
        {"--token-lifetime", "S", "seconds (default 172800)",
         [](A& a, S& v) { a.options.token_lifetime = std::chrono::seconds(number(v, ten_years)); }},
        {"--task-duration", "MS", "how long a task stays ACTIVE at least (default 0)",
         [](A& a, S& v) { a.options.task_duration = std::chrono::milliseconds(number(v, ten_years * 1000)); }},
        {"--manual-clock", nullptr, "time passes by admin calls only",
         [](A& a, S&) { a.options.clock = globus::sandbox::ClockMode::manual; }},
        {"--rotate", nullptr, "each refresh gives a new refresh token",
         [](A& a, S&) { a.options.rotate_refresh_tokens = true; }},
        {"--detect-reuse", nullptr, "a spent refresh token revokes its family",
         [](A& a, S&) { a.options.detect_refresh_token_reuse = true; }},
        {"--rate-limit", "RPS", "more requests are answered 429",
         [](A& a, S& v) {
             a.options.rate_limit.requests_per_second = static_cast<double>(number<std::uint32_t>(v));
             a.options.rate_limit.burst = a.options.rate_limit.requests_per_second * 10;
         }},
        {"--tls", "KIND", "HTTPS on both ports: good, wrong_host, expired, self_signed or weak",
         [](A& a, S& v) { a.options.tls = tls_named(v); }},
        {"--ca-file", "FILE", "where the certificate to trust is written",
         [](A& a, S& v) { a.ca_file = std::filesystem::absolute(not_empty(v)).string(); }},
        {"--scenario", "NAME", "start with the rules of a scenario: see below",
         [](A& a, S& v) { a.scenario = scenario_named(v); }},
        {"--print-env", nullptr, "print `export NAME=value` lines for a shell's eval: --format sh",
         [](A& a, S&) { a.format = Format::sh; }},
        {"--format", "FORMAT", "how the variables are printed: plain (NAME=value), sh, dotenv or json",
         [](A& a, S& v) { a.format = format_named(v); }},
        {"--env-file", "FILE", "the variables in a file (mode 0600), too: --format dotenv",
         [](A& a, S& v) { a.env_file = not_empty(v); }},
        {"--quiet", nullptr, "print nothing", [](A& a, S&) { a.quiet = true; }},
    };
}

/// The options, in the order of the help.
std::vector<Option> const& all_options() {
    static std::vector<Option> const all = [] {
        auto out = options_of_sandbox();
        for (auto& option : options_of_behaviour()) out.push_back(std::move(option));
        return out;
    }();
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
    std::fputs(
        "It serves until SIGTERM, SIGINT or SIGHUP.\n"
        "With --state, what a client was answered is there at the next start, even after SIGKILL. Collections and "
        "--config\n"
        "are made at the first start; --port and --admin-port keep the addresses, and certificates are new each time.\n"
        "Scenarios:",
        out);
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
        try {
            found->read(out, found->value != nullptr ? argv[++i] : "");
        } catch (WrongUsage const& wrong) {
            throw WrongUsage{name + ": " + wrong.what};
        }
    }
    return out;
}

/// A text that a shell reads back as it is, and what reads a .env file; there, most texts need no quotes.
std::string quoted(std::string const& text, Format format) {
    static constexpr char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/@+,";
    if (format == Format::plain || (format == Format::dotenv && text.find_first_not_of(plain) == std::string::npos))
        return text;
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
        out += (format == Format::sh ? "export " : "") + name + "=" + quoted(value, format) + "\n";
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

/// Says why there is no sandbox. @return `status`
int failed(Format format, std::string_view what, int status) {
    print_failure(format);
    if (what.starts_with("sandbox: ")) what.remove_prefix(9);
    std::fprintf(stderr, "globus-sandbox: %.*s\n", static_cast<int>(what.size()), what.data());
    return status;
}

/// Writes a file, or throws a SandboxError that says which.
void write_file(std::string const& name, std::string const& text, mode_t mode = 0644) {
    int const file = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    auto const size = static_cast<ssize_t>(text.size());
    bool const good = file >= 0 && write(file, text.data(), text.size()) == size;
    int const why = errno;
    if (file >= 0) close(file);
    if (!good)
        throw globus::sandbox::SandboxError("cannot write " + name + ": " + std::generic_category().message(why));
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
    if (arguments.ca_file.empty() && !arguments.options.state.empty())
        arguments.ca_file = (arguments.options.state / "ca.pem").string();
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
    if (!arguments.options.state.empty())
        variables.emplace_back("GLOBUS_SANDBOX_STATE", arguments.options.state.string());
    variables.emplace_back("GLOBUS_SANDBOX_RANDOM_SEED", std::to_string(arguments.options.seed));
    variables.emplace_back("GLOBUS_SANDBOX_PID", std::to_string(getpid()));
    if (!arguments.env_file.empty()) write_file(arguments.env_file, written(variables, Format::dotenv), 0600);
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
        if (std::string_view const name = argv[i]; name == "--print-env" || (name == "sh" && i > 1))
            format = Format::sh;
    // The signals that end the program are waited for, in this thread alone.
    sigset_t ending;
    sigemptyset(&ending);
    for (int const one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, one);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    signal(SIGPIPE, SIG_IGN);
    try {
        serve(read_arguments(argc, argv), ending);
    } catch (WrongUsage const& wrong) {
        return failed(format, wrong.what + ". See globus-sandbox --help.", 2);
    } catch (globus::sandbox::StateError const& error) {
        return failed(format, error.what(), 2);
    } catch (std::exception const& error) {
        return failed(format, error.what(), 1);
    }
    return 0;
}
