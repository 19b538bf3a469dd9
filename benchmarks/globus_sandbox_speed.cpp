// SPDX-License-Identifier: Apache-2.0
// What globus-sandbox costs: globus_sandbox_speed path/to/globus-sandbox [options of it]. Processor time of the server for
// each request, from which follows how many a core serves a second; its start; its memory when idle, with 100,000 tokens,
// and through a day in fast time. Prints a table, and ends with 1 when a limit is missed.
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// A keep-alive connection to a port of this machine.
class Connection {
public:
    explicit Connection(std::string const& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("nobody listens at " + url);
    }
    ~Connection() { ::close(socket_); }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    /// Sends a request and reads its answer; the body.
    std::string ask(std::string const& method, std::string const& path, std::string const& token,
                    std::string const& body = {}, std::string_view more = {}) {
        std::string request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        if (!token.empty()) request += "Authorization: " + token + "\r\n";
        request += more;
        if (method != "GET") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        request += "\r\n" + body;
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            throw std::runtime_error("the connection ended");
        return read();
    }

private:
    std::string read() {
        std::string got;
        std::size_t head = std::string::npos;
        std::size_t length = 0;
        while (head == std::string::npos || got.size() < head + 4 + length) {
            char buffer[65536];
            ssize_t const count = ::recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0) throw std::runtime_error("the connection ended");
            got.append(buffer, static_cast<std::size_t>(count));
            if (head != std::string::npos || (head = got.find("\r\n\r\n")) == std::string::npos) continue;
            auto const at = got.find("Content-Length: ");
            if (at < head) length = std::stoul(got.substr(at + 16));
        }
        if (got[9] != '2') throw std::runtime_error(got);
        return got.substr(head + 4);
    }

    int socket_;
};

/// The program, with its variables.
class Program {
public:
    Program(char const* path, std::vector<std::string> arguments) {
        char file[] = "/tmp/globus-sandbox-speed-XXXXXX";
        ::close(::mkstemp(file));
        arguments.insert(arguments.end(), {"--quiet", "--env-file", file});
        std::vector<char*> argv{const_cast<char*>(path)};
        for (auto& one : arguments) argv.push_back(one.data());
        argv.push_back(nullptr);
        auto const begin = Clock::now();
        if (::posix_spawn(&pid_, path, nullptr, nullptr, argv.data(), environ) != 0)
            throw std::runtime_error(std::string(path) + " cannot be started");
        while (!variables_.contains("GLOBUS_SANDBOX_PID")) {
            if (::waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error("the sandbox ended");
            ::usleep(500);
            std::ifstream in(file);
            for (std::string line; std::getline(in, line);)
                variables_[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        }
        started_ = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
        ::unlink(file);
    }
    ~Program() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    Program(Program const&) = delete;
    Program& operator=(Program const&) = delete;

    std::string operator[](char const* name) const { return variables_.at(std::string("GLOBUS_SANDBOX_") + name); }
    double milliseconds_to_start() const { return started_; }

    /// Seconds of processor time so far.
    double cpu() const {
        clockid_t clock{};
        timespec time{};
        ::clock_getcpuclockid(pid_, &clock);
        ::clock_gettime(clock, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }
    /// MiB of memory that it has now.
    double memory() const {
        std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
        return 0;
    }

private:
    pid_t pid_ = 0;
    std::map<std::string, std::string> variables_;
    double started_ = 0;
};

bool missed = false;

/// A line of the table.
void report(char const* what, double value, char const* unit, double limit, bool at_least = false) {
    bool const good = limit == 0 || (at_least ? value >= limit : value <= limit);
    missed = missed || !good;
    std::printf("| %s | %.1f %s | ", what, value, unit);
    if (limit != 0) std::printf("%s %.0f%s", at_least ? "at least" : "at most", limit, good ? "" : ", MISSED");
    std::printf(" |\n");
    std::fflush(stdout);
}

/// How many requests a core serves a second: by the processor time of the server alone.
template <class F>
double for_each_core(Program const& program, int count, F const& request) {
    for (int i = 0; i < count / 10; ++i) request();
    double const before = program.cpu();
    for (int i = 0; i < count; ++i) request();
    return count / (program.cpu() - before);
}

std::string token_form(Program const& program) {
    return "grant_type=client_credentials&scope=urn%3Aglobus%3Aauth%3Ascope%3Atransfer.api.globus.org%3Aall&client_"
           "id=" +
           program["CLIENT_ID"] + "&client_secret=" + program["CLIENT_SECRET"];
}
constexpr std::string_view form = "Content-Type: application/x-www-form-urlencoded\r\n";

std::string transfer_of(Program const& program, int number) {
    char id[64];
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", number);
    return R"({"DATA_TYPE": "transfer", "submission_id": ")" + std::string(id) + R"(", "source_endpoint": ")" +
           program["SOURCE_COLLECTION"] + R"(", "destination_endpoint": ")" + program["DESTINATION_COLLECTION"] +
           R"(", "DATA": [{"DATA_TYPE": "transfer_item", "source_path": "/file1.txt", "destination_path": "/f)" +
           std::to_string(number) + R"("}]})";
}

void measure_requests(char const* path, std::vector<std::string> const& arguments) {
    Program const program(path, arguments);
    report("processor time to start", program.cpu() * 1000, "ms", 50);
    report("ready after", program.milliseconds_to_start(), "ms", 0);
    report("memory, idle", program.memory(), "MiB", 32);
    Connection connection(program["URL"].substr(0, program["URL"].size() - 1));
    std::string const token = "Bearer " + program["TRANSFER_TOKEN"];
    for (int i = 0; i < 10; ++i) connection.ask("POST", "/v0.10/transfer", token, transfer_of(program, i));
    std::string const listing = "/v0.10/operation/endpoint/" + program["SOURCE_COLLECTION"] + "/ls?path=/";
    auto const per_second = [&](char const* what, int count, auto const& request) {
        report(what, for_each_core(program, count, request), "/s of a core", 5000, true);
    };
    per_second("ls", 20000, [&] { connection.ask("GET", listing, token); });
    per_second("task_list", 20000, [&] { connection.ask("GET", "/v0.10/task_list", token); });
    std::string const body = token_form(program);
    report("tokens", for_each_core(program, 20000, [&] { connection.ask("POST", "/v2/oauth2/token", "", body, form); }),
           "/s of a core", 0);
    report("memory with 22,000 tokens", program.memory(), "MiB", 0);
    for (int i = 22000; i < 100000; ++i) connection.ask("POST", "/v2/oauth2/token", "", body, form);
    report("memory with 100,000 tokens", program.memory(), "MiB", 64);
}

/// Days in fast time, in which all that is made passes: once it has its size, the memory grows no more.
void soak(char const* path, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--manual-clock", "--task-duration", "1000"});
    Program const program(path, arguments);
    Connection connection(program["URL"].substr(0, program["URL"].size() - 1));
    std::string const admin_url = program["ADMIN_URL"];
    Connection admin(admin_url.substr(0, admin_url.find("/admin")));
    std::string const secret = "Bearer " + program["ADMIN_SECRET"];
    std::string const body = token_form(program);
    int made = 0;
    double before = 0;
    for (int day = 0; day < 8; ++day) {
        for (int hour = 0; hour < 24; ++hour) {
            std::string token;
            for (int i = 0; i < 100; ++i) {
                auto const answer = boost::json::parse(connection.ask("POST", "/v2/oauth2/token", "", body, form));
                token = "Bearer " + boost::json::value_to<std::string>(answer.at("access_token"));
            }
            for (int i = 0; i < 20; ++i) connection.ask("POST", "/v0.10/transfer", token, transfer_of(program, made++));
            admin.ask("POST", "/admin/v1/sessions/default/faults", secret,
                      R"({"match": {"operation": "task_list"}, "action": {"type": "pass"}})");
            for (int i = 0; i < 50; ++i) connection.ask("GET", "/v0.10/task_list", token);
            admin.ask("POST", "/admin/v1/sessions/default/clock", secret, R"({"advance_s": 3600})");
        }
        if (day == 3) before = program.memory();
    }
    report("memory after 4 days in fast time", before, "MiB", 0);
    report("growth in the 4 days after", program.memory() - before, "MiB", 4);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: globus_sandbox_speed path/to/globus-sandbox [options of it]\n");
        return 2;
    }
    std::vector<std::string> const arguments(argv + 2, argv + argc);
    try {
        std::printf("| | | limit |\n|---|---|---|\n");
        measure_requests(argv[1], arguments);
        soak(argv[1], arguments);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
    return missed ? 1 : 0;
}
