// SPDX-License-Identifier: Apache-2.0
// The sandbox as a witness: bars S1, S2, S4 and S6. Its faults are looked at with a client that is not ours, the curl
// tool.
#include <globus/sandbox/server.hpp>

#include "support/catch.hpp"
#include "support/sandbox_client.hpp"

#include <boost/json/parse.hpp>

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

using namespace globus;

namespace {

constexpr char const* transfer_server = "transfer.api.globus.org";

/// What a run of the curl tool ended with: its exit status (https://everything.curl.dev/cmdline/exitcode.html) and its
/// output, which ends in the HTTP status.
struct Curl {
    int code = -1;
    std::string output = {};
};

Curl curl(std::string const& url, std::string const& token, std::string const& more = {}) {
    std::string const command = "curl --silent --max-time 2 --noproxy '*' --write-out ' %{http_code}' " + more +
                                " --header 'Authorization: Bearer " + token + "' '" + url + "' 2>/dev/null";
    Curl run;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    while (std::size_t const count = std::fread(buffer, 1, sizeof buffer, pipe)) run.output.append(buffer, count);
    int const status = ::pclose(pipe);
    if (WIFEXITED(status)) run.code = WEXITSTATUS(status);
    return run;
}

bool has_curl() {
    if (std::system("curl --version >/dev/null 2>&1") == 0) return true;
    WARN("this machine has no curl tool: not tested");
    return false;
}

/// A few calls, some of which meet a fault by chance, and the journal of them.
std::string journal_of(sandbox::Session session) {
    session.add_fault(boost::json::parse(
        R"({"match": {"operation": "task_list"}, "phase": "after_body", "times": "always", "probability": 0.5,
            "action": {"type": "status", "code": 503}})"));
    std::string const url = session.base_url() + "v0.10/task_list", token = session.user_token(transfer_server);
    for (int i = 0; i != 8; ++i) (void)curl(url, token);
    std::string text;
    for (auto const& entry : session.journal())
        text += entry.operation + ' ' + std::to_string(entry.status) + ' ' + entry.fault + '\n';
    return text;
}

}  // namespace

TEST_CASE("S1: the same seed and calls give the same journal, 20 times", "[reliability][S1]") {
    if (!has_curl()) return;
    sandbox::Server server;
    std::set<std::string> journals;
    for (int i = 0; i != 20; ++i) journals.insert(journal_of(server.open_session({.seed = 77})));
    CHECK(journals.size() == 1);
    CHECK(journals.begin()->find("503") != std::string::npos);
    CHECK(journals.begin()->find("200") != std::string::npos);
}

TEST_CASE("S2: faults are real, as the curl tool sees them", "[reliability][S2]") {
    if (!has_curl()) return;
    sandbox::Server server;
    std::string const url = server.base_url() + "v0.10/task_list", token = server.user_token(transfer_server);
    struct Fault {
        char const* phase;
        char const* action;
        int code;            ///< that curl ends with
        char const* output;  ///< that its output has
    };
    for (Fault const& fault : {
             Fault{"before_commit", R"({"type": "reset"})", 56, "000"},
             Fault{"after_commit", R"({"type": "close"})", 52, "000"},
             Fault{"before_commit", R"({"type": "stall"})", 28, "000"},
             Fault{"after_body", R"({"type": "status", "code": 429, "retry_after": {"seconds": 7}})", 0, "429"},
             Fault{"after_body", R"({"type": "status", "code": 502, "html": true})", 0, "<html"},
             Fault{"after_body", R"({"type": "redirect", "code": 302, "location": "http://127.0.0.1:1/"})", 0, "302"},
             Fault{"in_body", R"({"type": "truncate", "after_bytes": 10})", 18, "200"},
             Fault{"in_body", R"({"type": "reset"})", 56, "200"},
             Fault{"in_body", R"({"type": "dribble", "bytes_per_s": 1})", 28, "200"},
             Fault{"in_body", R"({"type": "framing", "bad_chunk": true})", 56, "200"},
             Fault{"in_body", R"({"type": "framing", "length": "+7"})", 18, "200"},
             Fault{"in_body", R"({"type": "framing", "length": "duplicate"})", 18, ""},
             Fault{"in_body", R"({"type": "headers", "nul": true})", 8, ""},
             Fault{"in_body", R"({"type": "corrupt", "kind": "html"})", 0, "<html"},
         }) {
        INFO(fault.phase << ' ' << fault.action);
        server.clear_faults();
        server.add_fault(rule("task_list", fault.phase, fault.action));
        Curl const run = curl(url, token);
        CHECK(run.code == fault.code);
        CHECK(run.output.find(fault.output) != std::string::npos);
    }
    server.clear_faults();
    CHECK(curl(url, token).code == 0);
}

TEST_CASE("S4: the admin calls need the secret, and are on a port of their own", "[reliability][S4]") {
    if (!has_curl()) return;
    sandbox::Server server;
    std::string const sessions = server.admin_url() + "sessions";
    CHECK(curl(sessions, server.admin_secret()).output.ends_with(" 200"));
    for (std::string const& guess : {std::string(), std::string("guess"), server.user_token(transfer_server)})
        CHECK(curl(sessions, guess).output.ends_with(" 401"));
    CHECK(curl(server.base_url() + "admin/v1/sessions", server.admin_secret()).output.ends_with(" 404"));
}

TEST_CASE("S6: two sessions never see each other's rules, tokens and journals", "[reliability][S6]") {
    if (!has_curl()) return;
    sandbox::Server server;
    sandbox::Session one = server.open_session({.seed = 5}), two = server.open_session({.seed = 5});
    one.add_fault(rule("task_list", "after_body", R"({"type": "status", "code": 503})"));
    std::string const mine = one.user_token(transfer_server), other = two.user_token(transfer_server);
    CHECK(curl(one.base_url() + "v0.10/task_list", mine).output.ends_with(" 503"));
    CHECK(curl(two.base_url() + "v0.10/task_list", other).output.ends_with(" 200"));
    CHECK(curl(two.base_url() + "v0.10/task_list", mine).output.ends_with(" 401"));
    CHECK(one.journal().size() == 1);
    CHECK(two.journal().size() == 2);
}
