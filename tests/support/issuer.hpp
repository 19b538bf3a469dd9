// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_ISSUER_HPP
#define GLOBUS_TESTS_SUPPORT_ISSUER_HPP

#include <globus/http/mock_transport.hpp>
#include <globus/oauth/token.hpp>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// A token endpoint and a service that takes its latest token only, behind a MockTransport.
class Issuer {
public:
    globus::http::Response operator()(globus::http::Request const& request) {
        if (request.url.find("oauth2/token") != std::string::npos) {
            ++grants;
            std::this_thread::sleep_for(stall.load());
            if (down)
                throw globus::NetworkError(globus::NetworkError::Kind::connect, globus::NetworkError::Sent::no,
                                           "the auth host is down");
            if (refuse)
                return {.status = 400,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = R"({"error": "invalid_grant"})"};
            if (status != 200) return {.status = status, .body = "<html>not now</html>"};
            return {.status = 200, .body = grant(++generation)};
        }
        ++calls;
        if (!reject && request.authorization == globus::Secret("Bearer token-" + std::to_string(generation)))
            return {.status = 200, .body = "{}"};
        ++rejected;
        return {.status = 401, .body = "{}"};
    }
    [[nodiscard]] std::string grant(int number) const {
        return R"({"access_token": "token-)" + std::to_string(number) + R"(", "token_type": "Bearer", "expires_in": )" +
               std::to_string(lifetime) + R"(, "resource_server": "transfer.api.globus.org", "scope": "all"})";
    }

    std::atomic<int> generation = 0, grants = 0, calls = 0, rejected = 0;
    std::atomic<std::chrono::milliseconds> stall{std::chrono::milliseconds(0)};
    std::atomic<bool> down = false, refuse = false, reject = false;
    std::atomic<int> status = 200;  ///< of the token endpoint
    int lifetime = 3600;
};

inline globus::MockTransport transport_to(std::shared_ptr<Issuer> issuer) {
    globus::MockTransport transport;
    transport.otherwise([issuer](globus::http::Request const& request) { return (*issuer)(request); });
    return transport;
}

inline globus::Token token(std::string text, std::optional<std::int64_t> expires_at_seconds,
                           std::int64_t lifetime = 0) {
    return {.access_token = std::move(text),
            .refresh_token = "rt",
            .expires_at_seconds = expires_at_seconds,
            .lifetime = lifetime};
}

inline constexpr int thread_count = 64;

/// Runs `work(thread)` in all threads at once.
template <class F>
void in_all_threads(F work) {
    std::barrier start(thread_count);
    std::vector<std::jthread> threads;
    for (int t = 0; t != thread_count; ++t)
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            work(t);
        });
}

#endif  // GLOBUS_TESTS_SUPPORT_ISSUER_HPP
