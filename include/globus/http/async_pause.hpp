// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ASYNC_PAUSE_HPP
#define GLOBUS_HTTP_ASYNC_PAUSE_HPP

#include <globus/core/config.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/clock.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>

namespace globus::detail {

/// Something that pauses on the strand of an engine, without a thread. The pause keeps it.
class AsyncPause : public std::enable_shared_from_this<AsyncPause> {
public:
    AsyncPause(AsyncPause const&) = delete;
    AsyncPause& operator=(AsyncPause const&) = delete;

protected:
    explicit AsyncPause(std::shared_ptr<AsyncEngine> engine);
    virtual ~AsyncPause();

    [[nodiscard]] std::shared_ptr<AsyncEngine> const& engine() const noexcept { return engine_; }
    /// Begins a pause, which ends at a time or when `stop` asks; then `pause_ended` is called.
    void pause(http::Clock::time_point until, std::stop_token const& stop);
    /// Ends a pause before; `pause_ended` is not called.
    void end_pause() noexcept;
    /// Called on the strand. @param in_full  false: `stop` asked
    virtual void pause_ended(bool in_full) = 0;

private:
    struct Pause;
    struct Wake;
    void ended(std::uint64_t number, bool in_full);

    std::shared_ptr<AsyncEngine> const engine_;
    std::unique_ptr<Pause> pause_;
    std::uint64_t number_ = 0;  ///< of the pause
};

}  // namespace globus::detail

#ifdef GLOBUS_ASIO_BODIES
#include <globus/http/impl/async_pause.ipp>
#endif

#endif  // GLOBUS_HTTP_ASYNC_PAUSE_HPP
