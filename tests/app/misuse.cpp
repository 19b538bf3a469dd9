// SPDX-License-Identifier: Apache-2.0
// Apps and logins that are used in a way that cannot be right: a UsageError at once, and nothing hangs or crashes.
#include <globus/app/client_app.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/services/transfer.hpp>

#include "support/app.hpp"
#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>

using namespace app_test;

namespace {

/// The words of the UsageError that `f` throws.
std::string words_of(std::function<void()> const& f) {
    try {
        f();
    } catch (UsageError const& error) {
        return error.what();
    }
    return "no UsageError";
}

/// A login flow that does `before` and then what a user at a terminal does.
struct Meddling {
    std::function<void()> before;
    TokenResponse run_login_flow(Login login, std::stop_token stop) const {
        before();
        return login.finish(Secret(browse(login.start()).first), stop);
    }
};

using MeddlingApp = UserApp<Native, Meddling, MemoryTokenStorage>;

/// True if `f`, in a child process, ends in UsageErrors that say why within 10 s.
bool refused_in_child(std::vector<std::function<void()>> const& all) {
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(10);
        for (auto const& f : all)
            if (words_of(f).find("fork") == std::string::npos) ::_exit(1);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("A login flow that asks its own app for a login is refused at once, and may go on") {
    sandbox::Server server;
    std::optional<MeddlingApp> app;
    std::vector<std::string> words;
    auto const meddle = [&] {
        words.push_back(words_of([&] { app->login(); }));
        words.push_back(words_of([&] { app->login({.force = true}); }));
        words.push_back(words_of([&] {
            app->run([]() -> int { throw TokenValidationError(TokenValidationError::Kind::expired, "it is old"); });
        }));
        Login login = app->start_login();
        auto const [code, state] = browse(login.url());
        words.push_back(words_of([&] { app->finish_login(login, Secret(code), state); }));
        CHECK(app->run([] { return 7; }) == 7);  // what needs no login is none of its business
    };
    app.emplace(Native{server.native_client_id()},
                MeddlingApp::Config{
                    .login_flow = {meddle}, .token_storage = MemoryTokenStorage(), .auth_url = server.base_url()});
    app->login();
    CHECK(words.size() == 4);
    for (std::string const& one : words) CHECK(one.find("login flow") != std::string::npos);
    CHECK_FALSE(app->login_required());
    app->login({.force = true});
    CHECK(words.size() == 8);
}

TEST_CASE("Apps, logins and policies that were moved from say so") {
    sandbox::Server server;
    Terminal terminal;
    auto app = make_app(server, terminal, MemoryTokenStorage());
    ClientApp<MemoryTokenStorage> service(Confidential{server.client_id(), server.client_secret()},
                                          {.auth_url = server.base_url()});
    auto client = app.client<TransferService>();
    Login login = app.start_login();
    auto const other = std::move(app);
    auto const other_service = std::move(service);
    auto const other_client = std::move(client);
    Login const other_login = std::move(login);
    for (std::function<void()> const& f :
         std::vector<std::function<void()>>{[&] { app.login(); },
                                            [&] { app.logout(); },
                                            [&] { (void)app.login_required(); },
                                            [&] { (void)app.start_login(); },
                                            [&] { (void)app.app_name(); },
                                            [&] { (void)app.environment(); },
                                            [&] { (void)app.transport(); },
                                            [&] { (void)app.token_storage(); },
                                            [&] { (void)app.client<TransferService>(); },
                                            [&] { (void)app.required_scopes(); },
                                            [&] { app.run([] {}); },
                                            [&] { app.finish_login(other_login, Secret("c"), "s"); },
                                            [&] { app.add_scope_requirements("a", {}); },
                                            [&] { service.login(); },
                                            [&] { service.logout(); },
                                            [&] { (void)service.client<TransferService>(); },
                                            [&] { (void)client.task_list(); },
                                            [&] { (void)login.url(); },
                                            [&] { (void)login.start(); },
                                            [&] { (void)login.finish(Secret("c")); },
                                            [&] { (void)login.is_state("s"); },
                                            [&] { (void)login.parameters(); },
                                            [&] { (void)login.redirect_uri(); }})
        CHECK(words_of(f).find("moved from") != std::string::npos);
    CHECK(other.login_required());
    CHECK(other_service.login_required());
}

TEST_CASE("A child process is refused at once what it inherits of an app, also while a thread of its parent logs in") {
    sandbox::Server server;
    std::binary_semaphore inside(0), go_on(0);
    MeddlingApp const app(Native{server.native_client_id()}, {.login_flow = {[&] {
                                                                  inside.release();
                                                                  go_on.acquire();
                                                              }},
                                                              .token_storage = MemoryTokenStorage(),
                                                              .auth_url = server.base_url()});
    ClientApp<MemoryTokenStorage> const service(Confidential{server.client_id(), server.client_secret()},
                                                {.auth_url = server.base_url()});
    auto const client = app.client<TransferService>();
    Login login = app.start_login();
    std::jthread const thread([&] { app.login(); });
    inside.acquire();
    CHECK(refused_in_child({[&] { app.login(); }, [&] { (void)app.login_required(); }, [&] { app.logout(); },
                            [&] { app.run([] {}); }, [&] { (void)app.client<TransferService>(); },
                            [&] { (void)client.task_list(); }, [&] { (void)app.start_login(); },
                            [&] { (void)login.url(); }, [&] { (void)login.finish(Secret("c")); },
                            [&] { service.login(); }, [&] { (void)service.login_required(); }}));
    go_on.release();
}
