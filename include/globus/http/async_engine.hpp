// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ASYNC_ENGINE_HPP
#define GLOBUS_HTTP_ASYNC_ENGINE_HPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

// What asynchronous calls run on: a strand of an executor, threads for what may block, and whatever sends requests.

// The definitions of all that needs Boost.Asio are in the file that includes <globus/asio_src.hpp>.
#if defined(GLOBUS_BODIES) || defined(GLOBUS_ASIO_SOURCE)
#define GLOBUS_ASIO_BODIES
#endif

namespace globus::detail {

namespace asio = boost::asio;

/// The one that gets the answer to a request, on the strand of the engine.
class AsyncReceiver {
public:
    virtual void received(http::Response answer) = 0;
    virtual void failed(std::exception_ptr error) = 0;

protected:
    ~AsyncReceiver() = default;
};

/// Threads for functions that may block. They are made when they are needed, and end with this object.
class HelperThreads {
public:
    HelperThreads();
    HelperThreads(HelperThreads const&) = delete;
    HelperThreads& operator=(HelperThreads const&) = delete;
    /// Drops what has not begun, and waits for what has, unless that destroys this object.
    ~HelperThreads();

    /// Runs a function, which must not throw, on one of the threads.
    void run(std::function<void()> function);

private:
    struct Queue;
    static constexpr std::size_t most = 8;

    std::shared_ptr<Queue> queue_;
    std::vector<std::thread> threads_;
};

/// An execution context with one thread, which ends when nothing is left to do.
class OwnContext {
public:
    OwnContext();
    OwnContext(OwnContext const&) = delete;
    OwnContext& operator=(OwnContext const&) = delete;
    /// Waits for the thread, unless it is this one.
    ~OwnContext();
    [[nodiscard]] asio::any_io_executor executor() const;

private:
    struct Context;
    std::shared_ptr<Context> context_;
    std::thread thread_;
};

/**
 * What sends requests on behalf of asynchronous calls. Everything of it runs on one strand, so that no call needs a
 * lock.
 *
 * It ends with the execution context of its executor: then it drops all requests, and their receivers with them.
 *
 * @par Thread safety
 * `post` and `run_aside` may be called from any thread, the rest on the strand.
 */
class AsyncEngine : public std::enable_shared_from_this<AsyncEngine> {
public:
    using Strand = asio::strand<asio::any_io_executor>;

    AsyncEngine(AsyncEngine const&) = delete;
    AsyncEngine& operator=(AsyncEngine const&) = delete;
    virtual ~AsyncEngine();

    [[nodiscard]] asio::any_io_executor const& executor() const noexcept { return executor_; }
    /// Calls a function on the strand, but not before this returns. If the execution context has ended, the function is
    /// destroyed instead.
    template <class F>
    void post(F function) {
        std::lock_guard const lock(mutex_);
        if (strand_) asio::post(*strand_, std::move(function));
    }
    /// True once the execution context has ended: then nothing may touch its executor.
    [[nodiscard]] bool has_ended();
    /// Calls a function that may block on a thread of its own.
    void run_aside(std::function<void()> function);
    [[nodiscard]] Strand const& strand() const { return *strand_; }

    /// Sends a request.
    /// @param request  must live as long as the receiver
    virtual void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) = 0;

    /// Called when the execution context ends.
    void end() noexcept;

protected:
    /// Runs on an executor, or on a thread of its own.
    explicit AsyncEngine(std::optional<asio::any_io_executor> executor);
    [[nodiscard]] bool has_own_thread() const noexcept { return own_ != nullptr; }
    /// Has `end` called in time.
    void end_with_context();
    /// Drops all requests, and whatever belongs to the execution context.
    virtual void drop() noexcept = 0;

private:
    std::unique_ptr<OwnContext> own_;  // the first member: all others end before it
    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::optional<Strand> strand_;
    std::optional<HelperThreads> helpers_;
};

}  // namespace globus::detail

#ifdef GLOBUS_ASIO_BODIES
#include <globus/http/impl/async_engine.ipp>
#endif

#endif  // GLOBUS_HTTP_ASYNC_ENGINE_HPP
