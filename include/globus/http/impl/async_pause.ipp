// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP

#include <globus/core/config.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/async_pause.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/manual_clock.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

struct AsyncPause::Wake {
    std::weak_ptr<AsyncPause> of;
    std::weak_ptr<AsyncEngine> engine;
    std::uint64_t number;
    bool in_full = false;

    void operator()() const noexcept {
        try {
            if (auto const on = engine.lock())
                on->post([of = of, number = number, in_full = in_full] {
                    if (auto const here = of.lock()) here->ended(number, in_full);
                });
        } catch (...) {  // there is no memory; the pause ends by its time
        }
    }
};

struct AsyncPause::Pause {
    explicit Pause(AsyncEngine::Strand const& strand) : timer(strand) {}
    asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, AsyncEngine::Strand> timer;
    std::shared_ptr<void> alarm;  ///< of a ManualClock; the timer only keeps the pause then
    std::optional<std::stop_callback<Wake>> stop;
};

GLOBUS_DECL AsyncPause::AsyncPause(std::shared_ptr<AsyncEngine> engine) : engine_(std::move(engine)) {}
GLOBUS_DECL AsyncPause::~AsyncPause() = default;

GLOBUS_DECL void AsyncPause::pause(http::Clock::time_point until, std::stop_token const& stop) {
    std::uint64_t const number = ++number_;
    pause_ = std::make_unique<Pause>(engine_->strand());
    pause_->alarm = manual_alarm(until, Wake{weak_from_this(), engine_, number, true});
    auto const longest = http::Clock::now() + std::chrono::hours(24 * 366);
    pause_->timer.expires_at(pause_->alarm ? longest : std::min(until, longest));
    pause_->timer.async_wait([self = shared_from_this(), number](boost::system::error_code const& error) {
        if (!error) self->ended(number, true);
    });
    if (stop.stop_possible()) pause_->stop.emplace(stop, Wake{weak_from_this(), engine_, number});
}

GLOBUS_DECL void AsyncPause::end_pause() noexcept {
    ++number_;
    pause_ = nullptr;
}

GLOBUS_DECL void AsyncPause::ended(std::uint64_t number, bool in_full) {
    if (number != number_ || pause_ == nullptr) return;
    pause_ = nullptr;
    pause_ended(in_full);
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP
