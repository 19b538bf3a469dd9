// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_WAITING_HPP
#define GLOBUS_HTTP_WAITING_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/process.hpp>
#include <globus/http/clock.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus::detail {

/// Which thread, if any, does something that others wait for.
class Doer {
public:
    [[nodiscard]] bool busy() const noexcept { return thread() != std::thread::id(); }
    [[nodiscard]] bool is_this_thread() const noexcept { return thread() == std::this_thread::get_id(); }
    [[nodiscard]] std::thread::id thread() const noexcept { return thread_.load(); }
    /// Called by the thread that begins, which does not wait for anything.
    void begin() noexcept { thread_.store(std::this_thread::get_id()); }
    void end() noexcept { thread_.store(std::thread::id()); }

private:
    std::atomic<std::thread::id> thread_{std::thread::id()};
};

/**
 * An object that marks this thread as waiting for a Doer, from construction to destruction. A wait that could never end
 * is refused: the doer is this thread, or waits, directly or through others, for something that this thread does.
 *
 * Who waits for whom is known for all threads of the process, so that a cycle over any objects is found. In a forked
 * child nobody waits.
 */
class WaitFor {
public:
    /// @param what  what is waited for, for the message
    /// @throws UsageError  if the wait would never end
    WaitFor(Doer const& doer, std::string const& what);
    WaitFor(WaitFor const&) = delete;
    WaitFor& operator=(WaitFor const&) = delete;
    ~WaitFor();
};

/// Waits until `ready`, which is checked under `lock`; false if the time came first, or the stop_token asked.
template <class Ready>
bool wait_until(std::condition_variable_any& changed, std::unique_lock<std::mutex>& lock, http::Clock::time_point until,
                std::stop_token const& stop, Ready const& ready) {
    // The clock of the wait may count from another moment, and the last time that there is may have passed by it.
    return until == http::Clock::time_point::max() ? changed.wait(lock, stop, ready)
                                                   : changed.wait_until(lock, stop, until, ready);
}

/**
 * How long a call waits for what another thread does, and how its error reads if it has to end before.
 *
 *     Wait const call{"the lock of the door", context.deadline, context.stop};
 *     if (!call.until([&] { return open; }, opener, changed, lock)) call.end();
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
struct Wait {
    std::string for_what;  ///< as in "the access token"
    http::Clock::time_point deadline = http::Clock::time_point::max();
    std::stop_token stop = {};

    /**
     * Waits until `ready`, which is checked under `lock`.
     *
     * @param doer     what makes it ready
     * @param changed  is notified when it may be ready
     * @return false if the call has to end before
     * @throws UsageError  if the wait would never end, see WaitFor
     */
    template <class Ready>
    [[nodiscard]] bool until(Ready const& ready, Doer const& doer, std::condition_variable_any& changed,
                             std::unique_lock<std::mutex>& lock) const {
        if (ready()) return true;
        WaitFor const waiting(doer, for_what);
        return wait_until(changed, lock, deadline, stop, ready);
    }
    /// True if the call has to end now.
    [[nodiscard]] bool is_over() const { return stop.stop_requested() || http::Clock::now() >= deadline; }
    /// Ends a call whose wait has ended. @throws NetworkError  cancelled, or timeout
    [[noreturn]] void end() const;
};

/**
 * One thread asks for something, while the others wait and get what it got. It belongs beside the mutex of what the
 * answers fill, and all of its functions are called with that mutex locked.
 *
 *     std::unique_lock lock(mutex);
 *     while (!value)
 *         if (std::optional<int> answer = asking.ask_or_wait(lock, {"the value", deadline, stop}, ask)) value = answer;
 *
 * If `ask` throws, the next thread asks again. To share a failure, a thread that waited looks at the Landing, which
 * also says whether it was a failure at all: the thread that asked may just have had less time.
 *
 * A wait that could never end is a UsageError: `ask` needs what it is to give, directly or through what others wait
 * for. In a child process that `ask` forked, its answer is a UsageError, too, and the mutex, which is the parent's, is
 * left alone.
 */
class SingleFlight {
public:
    /// What a thread that waited is told.
    struct Landing {
        std::exception_ptr error;  ///< what `ask` threw; null: there is an answer
        bool again = false;  ///< it gave up because its own call had to end, and the call that waited has more time
    };

    [[nodiscard]] bool busy() const noexcept { return flight_ != nullptr; }
    [[nodiscard]] bool is_this_thread() const noexcept { return busy() && flight_->asking.is_this_thread(); }

    /// The answer of `ask`, which is called without the lock. Others see all that is done with it before the lock is
    /// released as one step. Nobody else asks at that time.
    /// @param call  the call on whose behalf it asks
    /// @throws what `ask` throws; the lock is held then, too
    template <class Ask>
    [[nodiscard]] auto ask(std::unique_lock<std::mutex>& lock, Wait const& call, Ask const& ask) {
        return fly(lock, [&] {
            try {
                return ask();
            } catch (...) {
                flight_->error = std::current_exception();
                flight_->gave_up = flight_->gave_up || call.is_over();
                if (!call.stop.stop_requested()) flight_->deadline = call.deadline;
                throw;
            }
        });
    }
    /// Waits for the thread that is asking.
    /// @throws NetworkError  if the call has to end before
    [[nodiscard]] Landing wait(std::unique_lock<std::mutex>& lock, Wait const& call);
    /// The answer if this thread asked; nothing if it waited for one that did, with an answer or without. Only this
    /// thread gets what `ask` throws.
    template <class Ask>
    [[nodiscard]] std::optional<std::invoke_result_t<Ask const&>> ask_or_wait(std::unique_lock<std::mutex>& lock,
                                                                              Wait const& call, Ask const& ask) {
        if (!busy()) return fly(lock, ask);
        (void)wait(lock, call);
        return std::nullopt;
    }
    /// Called in `ask` when it is about to throw for lack of time, although its call is not over yet.
    void out_of_time() const noexcept { flight_->gave_up = true; }

private:
    struct Flight {
        Doer asking;
        std::exception_ptr error;
        bool gave_up = false;                   ///< it ended because the call of the thread that asked had to
        http::Clock::time_point deadline = {};  ///< of that call; in the past if it was cancelled
    };
    /// Releases the lock for the thread that asks, and takes it again.
    class Asking {
    public:
        Asking(SingleFlight& all, std::unique_lock<std::mutex>& lock);
        Asking(Asking const&) = delete;
        Asking& operator=(Asking const&) = delete;
        ~Asking();
        void check() const { made_.check(); }

    private:
        SingleFlight& all_;
        std::unique_lock<std::mutex>& lock_;
        Maker const made_;
    };

    template <class Ask>
    [[nodiscard]] auto fly(std::unique_lock<std::mutex>& lock, Ask const& ask) {
        Asking const asking(*this, lock);
        auto answer = ask();
        asking.check();
        return answer;
    }

    /// How much later a call's deadline must be than that of the call that gave up, for it to ask itself.
    static constexpr std::chrono::milliseconds more_time{250};

    std::condition_variable_any landed_;
    std::shared_ptr<Flight> flight_;
};

/**
 * A turn that one thread has at a time, in the order in which they come.
 *
 *     auto const turn = std::make_shared<Turn>("the door is open already: go through");
 *     TurnLock const mine(turn, {"the door", deadline});
 *     if (!mine) ...  // others went through it all the time
 *
 * @par Thread safety
 * Any function may be called from any thread, `end` by the one that has the turn.
 */
class Turn {
public:
    /// @param own  what a thread that has the turn and wants it again is told
    explicit Turn(char const* own) : own_(own) {}

    /// Waits for the turn of this thread. It returns false if the call has to end before; then there is no turn to end.
    /// @throws UsageError  if this thread has it already, or the wait would never end
    [[nodiscard]] bool begin(Wait const& call);
    void end();
    /// True for the thread that has the turn.
    [[nodiscard]] bool is_mine() const noexcept { return first_.is_this_thread(); }

private:
    char const* const own_;
    std::mutex mutex_;
    std::condition_variable_any moved_;
    std::vector<std::thread::id> queue_;  ///< the threads that wait; the first one has the turn
    Doer first_;
};

/// A turn, from its beginning to the end of this object; false if the call had to end before the turn came.
class TurnLock {
public:
    TurnLock(std::shared_ptr<Turn> turn, Wait const& call) : turn_(std::move(turn)), ours_(turn_->begin(call)) {}
    TurnLock(TurnLock const&) = delete;
    TurnLock& operator=(TurnLock const&) = delete;
    ~TurnLock();
    [[nodiscard]] explicit operator bool() const noexcept { return ours_; }

private:
    Maker const made_;
    std::shared_ptr<Turn> const turn_;
    bool const ours_;
};

}  // namespace globus::detail

namespace globus::http {

/// Waits until `until`, or less if the stop_token asks; it says whether the full time was waited.
bool wait_until(Clock::time_point until, std::stop_token const& stop);

}  // namespace globus::http

#ifdef GLOBUS_BODIES
#include <globus/http/impl/waiting.ipp>
#endif

#endif  // GLOBUS_HTTP_WAITING_HPP
