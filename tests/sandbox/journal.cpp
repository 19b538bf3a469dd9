// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

/// One client against a session: logins, listings, a task, faults by chance. What the journal has of it, with the
/// address taken out.
std::string use(sb::Session session) {
    session.add_fault(R"([{"match": {"service": "transfer"}, "phase": "after_body", "probability": 0.15,
                           "action": {"type": "reset"}},
                          {"match": {}, "probability": 0.15, "action": {"type": "status", "code": 503}}])");
    auto const environment = session.environment();
    std::string refresh;
    Client client(session);
    for (auto const& [name, value] : environment) {
        if (name == "GLOBUS_SANDBOX_TRANSFER_REFRESH_TOKEN") refresh = value;
        if (name == "GLOBUS_SANDBOX_TRANSFER_TOKEN") client.token = value;
    }
    for (int i = 0; i < 6; ++i) {
        Client login(session);
        login.form("/v2/oauth2/token", "grant_type=refresh_token&refresh_token=" + refresh, basic(session));
        log_in(login, session, "openid " + transfer_scope);
        client.get("/v0.10/operation/endpoint/" + session.source_collection() + "/ls");
        json::object const item{{"source_path", "/hello.txt"}, {"destination_path", "/" + std::to_string(i)}};
        std::string const body =
            json::serialize(json::object{{"submission_id", "00000000-0000-4000-8000-00000000000" + std::to_string(i)},
                                         {"source_endpoint", session.source_collection()},
                                         {"destination_endpoint", session.destination_collection()},
                                         {"DATA", json::array{item}}});
        client.post("/v0.10/transfer", body);
        client.post("/v0.10/transfer", body);
        session.advance_clock(std::chrono::seconds(1));
        client.get("/v0.10/task_list");
    }
    std::string out;
    std::string const address = session.base_url().substr(7, session.base_url().size() - 8);
    for (auto const& entry : session.journal()) {
        out += std::to_string(entry.number) + " " + std::to_string(entry.time) + " " + entry.service + "." +
               entry.operation + " " + entry.target + " " + entry.body_sha256 + " " +
               std::to_string(entry.token_generation) + " " + std::to_string(entry.connection) + " " + entry.fault +
               " " + std::to_string(entry.committed) + " " + std::to_string(entry.status) + " " +
               std::to_string(entry.bytes_out);
        for (auto const& [name, value] : entry.headers) out += " " + name + ": " + value;
        out += "\n";
    }
    for (auto at = out.find(address); at != std::string::npos; at = out.find(address)) out.erase(at, address.size());
    return out;
}

sb::Options seeded(std::uint64_t seed) {
    sb::Options options;
    options.seed = seed;
    options.clock = sb::ClockMode::manual;
    return options;
}

}  // namespace

TEST_CASE("sandbox journal: twenty sessions of one seed have one journal, and tokens of their own",
          "[sandbox][journal]") {
    sb::Server server;
    std::set<std::string> journals;
    std::set<std::string> tokens;
    std::vector<sb::Session> sessions;
    for (int i = 0; i < 20; ++i) {
        auto session = server.open_session(seeded(77));
        journals.insert(use(session));
        tokens.insert(session.user_token(transfer_scope));
        sessions.push_back(session);
    }
    CHECK(journals.size() == 1);
    CHECK(journals.begin()->find(" by rule 2") != std::string::npos);
    CHECK(journals.begin()->find("reset by rule 1") != std::string::npos);
    CHECK(tokens.size() == 20);
    CHECK(use(server.open_session(seeded(78))) != *journals.begin());
    // S6: none takes the token of another.
    Client client(sessions[0]);
    client.token = sessions[1].user_token(transfer_scope);
    sessions[0].clear_faults();
    CHECK(client.get("/v0.10/task_list").status == 401);
}

TEST_CASE("sandbox journal: another server of the same seed has the same journal", "[sandbox][journal]") {
    std::set<std::string> journals;
    for (int i = 0; i < 3; ++i) {
        sb::Server server(seeded(5));
        journals.insert(use(server));
    }
    CHECK(journals.size() == 1);
}

TEST_CASE("sandbox journal: the environment is the same at each look", "[sandbox][journal]") {
    sb::Server server;
    auto const first = server.environment();
    CHECK(server.environment() == first);
    server.snapshot();
    server.restore();
    CHECK(server.environment() == first);
    Client client(server);
    for (auto const& [name, value] : first)
        if (name == "GLOBUS_SANDBOX_TRANSFER_TOKEN") client.token = value;
    CHECK(client.get("/v0.10/task_list").status == 200);
}

TEST_CASE("sandbox journal: committed says that something changed", "[sandbox][journal]") {
    sb::Server server(seeded(1));
    Client client(server);
    client.token = server.user_token(transfer_scope);
    auto const last = [&] { return server.journal().back().committed; };
    std::string const id = client.get("/v0.10/submission_id").text("value");
    CHECK(!last());
    std::string const body = json::serialize(
        json::object{{"submission_id", id},
                     {"source_endpoint", server.source_collection()},
                     {"destination_endpoint", server.destination_collection()},
                     {"DATA", json::array{json::object{{"source_path", "/hello.txt"}, {"destination_path", "/h"}}}}});
    auto const task = client.post("/v0.10/transfer", body).text("task_id");
    CHECK(last());
    CHECK(client.post("/v0.10/transfer", body).code() == "Duplicate");
    CHECK(!last());
    client.get("/v0.10/task/" + task);
    CHECK(!last());
    client.post("/v0.10/task/" + task + "/cancel", "");
    CHECK(last());
    CHECK(client.post("/v0.10/task/" + task + "/cancel", "").code() == "TaskComplete");
    CHECK(!last());
    client.form("/v2/oauth2/token/introspect", "token=x", basic(server));
    CHECK(!last());
    client.token = "";
    client.get(authorize_target(server, "openid"));
    CHECK(last());  // a code was issued
    client.form("/v2/oauth2/token/revoke", "token=unknown&client_id=" + server.native_client_id());
    CHECK(!last());
    client.form("/v2/oauth2/token/revoke",
                "token=" + server.user_token(transfer_scope) + "&client_id=" + server.native_client_id());
    CHECK(last());
}

TEST_CASE("sandbox journal: it forgets the oldest, and goes on counting", "[sandbox][journal]") {
    sb::Options options;
    options.journal_limit = 10;
    sb::Server server(options);
    Client client(server);
    for (int i = 0; i < 25; ++i) client.get("/jwk.json");
    CHECK(server.journal().size() == 10);
    CHECK(server.journal().front().number == 16);
    CHECK(server.count("get_jwk") == 25);
}

TEST_CASE("sandbox journal: a call asks for the newest entries, or for those after a number", "[sandbox][journal]") {
    sb::Server server;
    Client client(server);
    for (int i = 0; i < 30; ++i) client.get("/jwk.json");
    auto const colon = server.admin_url().rfind(':');
    Client admin(static_cast<std::uint16_t>(std::stoi(server.admin_url().substr(colon + 1))));
    admin.token = server.admin_secret();
    auto const numbers = [&](std::string const& query) {
        std::vector<std::int64_t> out;
        auto const answer = admin.get("/admin/v1/sessions/default/journal" + query).json();
        for (auto const& entry : answer.at("journal").as_array()) out.push_back(entry.at("n").as_int64());
        return out;
    };
    using Numbers = std::vector<std::int64_t>;
    CHECK(numbers("").size() == 30);
    CHECK(numbers("?limit=3") == Numbers{28, 29, 30});
    CHECK(numbers("?after=10&limit=3") == Numbers{11, 12, 13});
    CHECK(numbers("?after=28") == Numbers{29, 30});
}

TEST_CASE("sandbox journal: tokens that expired long ago are forgotten", "[sandbox]") {
    sb::Server server(seeded(1));
    std::string const first = server.user_token(transfer_scope);
    server.advance_clock(std::chrono::hours(72));
    for (int i = 0; i < 1500; ++i) (void)server.user_token(transfer_scope);
    CHECK(server.state().at("tokens").at("access").as_array().size() == 1500);
    Client client(server);
    client.token = first;
    CHECK(client.get("/v0.10/task_list").status == 401);
}
