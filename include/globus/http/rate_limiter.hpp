// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_RATE_LIMITER_HPP
#define GLOBUS_HTTP_RATE_LIMITER_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/transport.hpp>

#include <concepts>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace globus {

/**
 * A limiter that keeps a program within a service's limit on requests: never more than `burst` of them in any `burst /
 * per_second` seconds.
 *
 * The defaults are for Globus Transfer, which allows a user 20 requests a second, counted over 10 seconds: 150 requests
 * in any 10 seconds leave room for the user's other programs.
 *
 * @par Thread safety
 * Any function may be called from any thread. Copies share the count: give one limiter to all clients of a user.
 */
class RateLimiter {
public:
    /// @throws UsageError  for a rate that is not positive, and a burst that is not 1 to 1,000,000
    explicit RateLimiter(double per_second = 15, std::size_t burst = 150);

    /**
     * Waits until the next request may be sent.
     *
     * @throws NetworkError  timeout, at once, if that would be after the deadline; cancelled if `stop` asks
     */
    void acquire(http::Clock::time_point deadline = http::Clock::time_point::max(),
                 std::stop_token const& stop = {}) const;
    /// Takes the next turn, without waiting for it.
    /// @return when the request may be sent
    /// @throws NetworkError  timeout, if that would be after the deadline
    [[nodiscard]] http::Clock::time_point reserve(
        http::Clock::time_point deadline = http::Clock::time_point::max()) const;

private:
    struct State {
        std::mutex mutex;
        std::vector<http::Clock::time_point> turns;  ///< of the last `burst` requests, a ring
        std::size_t next = 0;                        ///< the oldest of them
        http::Clock::duration window{};
    };

    detail::ProcessBound<State> state_;
};

/**
 * A transport that waits for its turn at a RateLimiter before each request, including those for tokens.
 *
 *     using Transfer = Client<TransferService, AccessTokenPolicy, RateLimited<CurlTransport>>;
 *     Transfer transfer{token};
 *
 *     RateLimiter limiter{10, 100};  // one for two clients
 *     Transfer first{token, {.transport = {CurlTransport{}, limiter}}};
 *     Transfer second{token, {.transport = {CurlTransport{}, limiter}}};
 *
 * A request whose turn would come after its deadline fails at once with NetworkError (timeout, not sent). Over an
 * AsioTransport, the calls of a client that do not block wait for their turn without a thread.
 *
 * @tparam T  the transport inside
 *
 * @par Thread safety
 * That of the transport inside. Copies share transport and limiter.
 */
template <Transport T>
class RateLimited {
public:
    RateLimited()
        requires std::default_initializable<T>
    = default;
    /// @param limiter  shared with all copies of it; if left out, a new one with the default rate
    RateLimited(T transport, RateLimiter limiter = RateLimiter())
        : transport_(std::move(transport)), limiter_(std::move(limiter)) {}

    [[nodiscard]] http::Response send(http::Request const& request) const {
        limiter_.acquire(request.deadline, request.stop);
        return transport_.send(request);
    }

    /// What calls that do not block are sent by, if the transport inside has such.
    [[nodiscard]] auto engine() const
        requires requires(T const& inside) { inside.engine(); }
    {
        return transport_.engine();
    }

    /// The transport inside. Requests sent by it do not wait for a turn.
    [[nodiscard]] T const& inner() const noexcept { return transport_; }
    /// The limiter; a copy of it makes another transport share its turns.
    [[nodiscard]] RateLimiter const& limiter() const noexcept { return limiter_; }

private:
    T transport_;
    RateLimiter limiter_{};
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/http/impl/rate_limiter.ipp>
#endif

#endif  // GLOBUS_HTTP_RATE_LIMITER_HPP
