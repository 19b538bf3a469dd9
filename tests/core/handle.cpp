// SPDX-License-Identifier: Apache-2.0
// Handles that are moved from, and those that a forked child inherits.
#include <globus/core/handle.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/once.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/auth/identity_map.hpp>
#include <globus/services/gcs/downloader.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/transfer/service.hpp>

#include "support/catch.hpp"
#include "support/jwt.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace globus;
using namespace std::chrono_literals;

namespace {

constexpr int good = 33;

/// True if `f` says so in a child process, which is killed after 10 s.
bool in_child(std::function<bool()> const& f) {
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(10);
        try {
            ::_exit(f() ? good : 1);
        } catch (...) {
            ::_exit(2);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == good;
}

template <class F>
bool refused(F&& f, char const* word) {
    try {
        f();
        return false;
    } catch (UsageError const& error) {
        return std::string(error.what()).find(word) != std::string::npos;
    }
}

using Keys = JwksCache<MockTransport>;
using Transfer = Client<TransferService, AccessTokenPolicy, MockTransport>;
using Access = std::function<AccessTokenPolicy(std::string const&, StringList const&)>;

http::Clock::time_point soon() { return http::Clock::now() + 5s; }

}  // namespace

TEST_CASE("handle: what a child process inherits is refused, whatever other threads are doing with it",
          "[core][handle][reliability][A9]") {
    std::promise<void> asked, answer;
    MockTransport slow;
    slow.otherwise([&, gate = answer.get_future().share(), first = true](http::Request const&) mutable {
        if (std::exchange(first, false)) asked.set_value();
        gate.wait();
        return http::Response{.status = 404};
    });
    Keys const keys(slow, "https://auth.globus.org/");
    bool failed = false;
    std::jthread fetching([&] {
        try {
            (void)keys.issuer({});
        } catch (Error const&) {
            failed = true;
        }
    });
    asked.get_future().wait();

    std::promise<void> making, made;
    detail::Once<int> const once;
    std::jthread maker([&, gate = made.get_future().share()] {
        (void)once.get(
            [&] {
                making.set_value();
                gate.wait();
                return 1;
            },
            http::Clock::now() + 60s, {});
    });
    making.get_future().wait();

    MockTransport const mock;
    GCSDownloader const files(Transfer("t", {.transport = MockTransport()}), Access());
    CHECK(in_child([&] { return refused([&] { (void)keys.issuer({}); }, "fork"); }));
    CHECK(in_child([&] { return refused([&] { (void)once.get([] { return 2; }, soon(), {}); }, "fork"); }));
    CHECK(in_child([&] { return refused([&] { (void)mock.request_count(); }, "fork"); }));
    CHECK(in_child([&] { return refused([&] { (void)files.client("https://a.example.org/"); }, "fork"); }));
    answer.set_value();
    fetching.join();
    CHECK(failed);
    made.set_value();
    maker.join();
    CHECK(once.get([] { return 3; }, soon(), {}) == 1);
    CHECK(in_child([&] {  // what is made anew is the child's own, and a child of it is another process still
        detail::Once<int> const own;
        return own.get([] { return 4; }, soon(), {}) == 4 &&
               in_child([&] { return refused([&] { (void)own.get([] { return 5; }, soon(), {}); }, "fork"); });
    }));
}

TEST_CASE("handle: a child process that has the number of its parent is another process all the same",
          "[core][handle][reliability][A9]") {
    auto const own_namespace = [] {
        return ::unshare(CLONE_NEWPID) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0;
    };
    if (!in_child(own_namespace)) {
        WARN("this system gives no pid namespaces");
        return;
    }
    CHECK(in_child([&] {
        return own_namespace() && in_child([&] {  // number 1
                   detail::Maker const maker;
                   return ::getpid() == 1 && maker.is_this_process() && own_namespace() && in_child([&] {
                              return ::getpid() == 1 && !maker.is_this_process() && detail::Maker().is_this_process();
                          });
               });
    }));
}

TEST_CASE("handle: an object that was moved from says so", "[core][handle]") {
    auto const moved_from = [](auto object, auto const& use) {
        auto const other = std::move(object);
        return refused([&] { use(object); }, "moved from");
    };
    CHECK(moved_from(MockTransport(), [](auto const& o) { (void)o.request_count(); }));
    CHECK(moved_from(MockTransport(), [](auto const& o) { (void)o.send({.url = "https://a.example.org/"}); }));
    CHECK(moved_from(detail::Once<int>(), [](auto const& o) { (void)o.get([] { return 1; }, soon(), {}); }));
    CHECK(moved_from(Keys(MockTransport(), "https://auth.globus.org/"), [](auto const& o) { (void)o.issuer({}); }));
    CHECK(moved_from(Keys(MockTransport(), "https://auth.globus.org/"), [](auto const& o) { (void)o.key("k", {}); }));
    auto const key = IdTokenKey::read(jwt_test::Key::rsa().jwk("k"));
    REQUIRE(key);
    CHECK(moved_from(*key, [](auto const& o) { (void)o.pem(); }));
    CHECK(moved_from(*key, [](auto const& o) { (void)o.verify("RS512", "text", "signature"); }));
    CHECK(moved_from(GCSDownloader(Transfer("t", {.transport = MockTransport()}), Access()),
                     [](auto const& o) { (void)o.client("https://a.example.org/"); }));

    using Auth = Client<AuthService, AccessTokenPolicy, MockTransport>;
    IdentityMap people(Auth("t", {.transport = MockTransport()}));
    auto const other = std::move(people);
    CHECK(refused([&] { (void)people.get("somebody"); }, "moved from"));
    CHECK(refused([&] { (void)people.add("somebody"); }, "moved from"));
    CHECK(refused([&] { (void)people.erase("somebody"); }, "moved from"));
}
