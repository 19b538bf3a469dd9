// SPDX-License-Identifier: Apache-2.0
// What other users of the machine, and whoever has no token, can do to a sandbox: nothing.
#include <globus/sandbox.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;

namespace {

std::string https_token(sb::Server& server, std::string const& collection) {
    return server.user_token("https://auth.globus.org/scopes/" + collection + "/https");
}

/// What another user is answered at a port of this machine; "" when the connection ends without an answer.
std::string asked_by_another_user(std::uint16_t port) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_t const child = ::fork();
    if (child == 0) {
        if (::setuid(65534) != 0) ::_exit(1);  // a socket belongs to the user who makes it
        std::array<char, 64> answer{};
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
        constexpr std::string_view request = "GET /jwk.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        if (::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
            ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0)
            ::_exit(1);
        ssize_t const got = ::recv(socket, answer.data(), answer.size(), 0);
        if (got > 0 && ::write(ends[1], answer.data(), static_cast<std::size_t>(got)) != got) ::_exit(1);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string answer(64, '\0');
    ssize_t const got = ::read(ends[0], answer.data(), answer.size());
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

}  // namespace

TEST_CASE("sandbox on a shared machine: a seed does not tell secrets and tokens", "[sandbox][shared]") {
    sb::Server one({.seed = 5}), two({.seed = 5});
    CHECK(one.client_id() == two.client_id());
    CHECK(one.client_secret() != two.client_secret());
    CHECK(one.user_token("transfer.api.globus.org") != two.user_token("transfer.api.globus.org"));
    CHECK(one.issue_refresh_token("transfer.api.globus.org") != two.issue_refresh_token("transfer.api.globus.org"));
    Client client(one);
    client.token = two.user_token("transfer.api.globus.org");
    CHECK(client.send("GET", "/v0.10/task_list").status == 401);
    // What everybody is told, as the state of a redirect to the login, is no part of a token.
    auto const told = client.send("GET", "/data/" + one.source_collection() + "/hello.txt");
    std::string const location = told.header("Location");
    auto const token = one.user_token("transfer.api.globus.org");
    constexpr std::size_t prefix = std::string_view("sandbox-access-").size();
    CHECK(location.find(token.substr(prefix, 24)) == std::string::npos);
}

TEST_CASE("sandbox on a shared machine: another user cannot connect unless that is wanted", "[sandbox][shared]") {
    if (::geteuid() != 0) {
        WARN("not run: only root can become another user");
        return;
    }
    sb::Server mine;
    CHECK(asked_by_another_user(mine.port()).empty());
    sb::Server ours({.any_user = true});
    CHECK(asked_by_another_user(ours.port()).starts_with("HTTP/1.1 200"));
}

TEST_CASE("sandbox files: nothing is written through a link that leads out of the collection", "[sandbox][shared]") {
    TemporaryDirectory const place;
    fs::create_directories(place.path() / "collection");
    std::string const escape = GENERATE("../outside", "up/outside", "absolute", "circle");
    fs::path const link = place.path() / "collection" / "link";
    if (escape == "absolute")
        fs::create_symlink(place.path() / "outside", link);
    else if (escape == "circle")
        fs::create_symlink("link", link);
    else if (escape == "../outside")
        fs::create_symlink(escape, link);
    else {
        fs::create_symlink("..", place.path() / "collection" / "up");
        fs::create_symlink(escape, link);
    }
    sb::Collection collection{.id = "", .directory = place.path() / "collection"};
    sb::Server server({.collections = {collection, {.id = "", .directory = "destination"}}});
    auto const id = server.source_collection();
    Client client(server);
    client.token = https_token(server, id);
    CHECK(client.send("PUT", "/data/" + id + "/link", {}, "text").status == 403);
    CHECK(client.send("PUT", "/data/" + id + "/link/below", {}, "text").status == 403);
    CHECK_FALSE(fs::exists(place.path() / "outside"));
}

TEST_CASE("sandbox data: a file is made with the permissions that the process gives", "[sandbox][shared]") {
    mode_t const mask = GENERATE(as<mode_t>(), 022, 077, 002);
    sb::Server server;
    auto const id = server.source_collection();
    Client client(server);
    client.token = https_token(server, id);
    mode_t const before = ::umask(mask);
    auto const status = client.send("PUT", "/data/" + id + "/made.txt", {}, "text").status;
    ::umask(before);
    REQUIRE(status == 201);
    struct ::stat made {};
    REQUIRE(::stat((server.directory(id) / "made.txt").c_str(), &made) == 0);
    CHECK((made.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("sandbox data: whoever may not send a file is told before it is read", "[sandbox][shared]") {
    sb::Server server;
    Client client(server);
    REQUIRE(client.connect());
    // The body is announced and never sent.
    client.write("PUT /data/" + server.source_collection() +
                 "/big HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n");
    CHECK(client.read().status == 302);
}

TEST_CASE("sandbox: a body of somebody without a token is short", "[sandbox][shared]") {
    sb::Server server;
    Client client(server);
    std::string const long_body(std::size_t{2} << 20, 'x');
    CHECK(client.send("POST", "/v2/oauth2/token", {}, long_body).status == 413);
    client.close();
    REQUIRE(client.connect());
    client.write("POST /v0.10/transfer HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" +
                 long_body);
    CHECK(client.read().status == 413);
    client.close();
    client.token = server.user_token("transfer.api.globus.org");
    CHECK(client.send("POST", "/v0.10/transfer", {}, long_body).status == 400);  // read, and no JSON
}

TEST_CASE("sandbox: in a forked child it is refused and goes in peace, and the parent does not notice",
          "[sandbox][fork]") {
    auto server = std::make_unique<sb::Server>();
    auto session = server->open_session();
    auto expecting = std::make_unique<sb::Expecting>(*server, std::vector<sb::Expectation>{{.operation = "task_list"}});
    Client client(*server);
    client.token = server->user_token("transfer.api.globus.org");
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(20);
        int refused = 0;
        for (auto const& use :
             std::vector<std::function<void()>>{[&] { (void)server->journal(); }, [&] { (void)session.base_url(); },
                                                [&] { (void)server->open_session(); }}) {
            try {
                use();
            } catch (globus::UsageError const&) {
                ++refused;
            }
        }
        expecting.reset();
        server.reset();
        ::_exit(refused);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 3);
    CHECK(client.send("GET", "/v0.10/task_list").status == 200);
    CHECK_NOTHROW(expecting->verify());
}
