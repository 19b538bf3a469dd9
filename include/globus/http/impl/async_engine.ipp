// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP

#include <globus/core/config.hpp>
#include <globus/core/platform/sigpipe.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/manual_clock.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace globus::detail {

struct HelperThreads::Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> functions;
    std::size_t idle = 0;  ///< threads that wait
    bool closed = false;

    void work();
};

GLOBUS_DECL void HelperThreads::Queue::work() {
    std::unique_lock lock(mutex);
    while (true) {
        ++idle;
        changed.wait(lock, [this] { return closed || !functions.empty(); });
        --idle;
        if (closed) return;
        std::function<void()> function = std::move(functions.front());
        functions.pop_front();
        lock.unlock();
        function();
        function = nullptr;  // what it holds may destroy these threads
        lock.lock();
    }
}

GLOBUS_DECL HelperThreads::HelperThreads() : queue_(std::make_shared<Queue>()) {}

GLOBUS_DECL HelperThreads::~HelperThreads() {
    std::deque<std::function<void()>> dropped;
    {
        std::lock_guard const lock(queue_->mutex);
        queue_->closed = true;
        dropped.swap(queue_->functions);
    }
    queue_->changed.notify_all();
    dropped.clear();
    for (std::thread& thread : threads_)
        if (thread.get_id() == std::this_thread::get_id())
            thread.detach();
        else
            thread.join();
}

GLOBUS_DECL void HelperThreads::run(std::function<void()> function) {
    std::lock_guard const lock(queue_->mutex);
    queue_->functions.push_back(std::move(function));
    if (queue_->idle < queue_->functions.size() && threads_.size() < most)
        threads_.emplace_back([queue = queue_] { queue->work(); });
    queue_->changed.notify_one();
}

/// Tells the engines of an execution context that it ends.
class EnginesOfContext final : public asio::execution_context::service {
public:
    using key_type = EnginesOfContext;
    static inline asio::execution_context::id id;

    explicit EnginesOfContext(asio::execution_context& context) : service(context) {}

    void add(std::weak_ptr<AsyncEngine> engine) {
        std::lock_guard const lock(mutex_);
        std::erase_if(engines_, [](auto const& one) { return one.expired(); });
        engines_.push_back(std::move(engine));
    }

private:
    void shutdown() noexcept override {
        std::vector<std::weak_ptr<AsyncEngine>> engines;
        {
            std::lock_guard const lock(mutex_);
            engines.swap(engines_);
        }
        for (auto const& one : engines)
            if (auto const engine = one.lock()) engine->end();
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<AsyncEngine>> engines_;
};

GLOBUS_DECL AsyncEngine::AsyncEngine(std::optional<asio::any_io_executor> executor)
    : own_(executor ? nullptr : std::make_unique<OwnContext>()),
      executor_(executor ? *std::move(executor) : own_->executor()),
      strand_(executor_) {}

GLOBUS_DECL AsyncEngine::~AsyncEngine() = default;

GLOBUS_DECL void AsyncEngine::end_with_context() {
    auto& context = asio::query(executor_, asio::execution::context);
    asio::use_service<EnginesOfContext>(context).add(weak_from_this());
}

GLOBUS_DECL void AsyncEngine::run_aside(std::function<void()> function) {
    std::lock_guard const lock(mutex_);
    if (!strand_) return;
    if (!helpers_) helpers_.emplace();
    if (auto hold = manual_hold())
        helpers_->run([function = std::move(function), hold = std::move(hold)] { function(); });
    else
        helpers_->run(std::move(function));
}

GLOBUS_DECL bool AsyncEngine::has_ended() {
    std::lock_guard const lock(mutex_);
    return !strand_;
}

GLOBUS_DECL void AsyncEngine::end() noexcept {
    std::optional<Strand> strand;
    {
        std::lock_guard const lock(mutex_);
        strand.swap(strand_);
    }
    drop();
}

struct OwnContext::Context {
    asio::io_context io{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{std::in_place, io.get_executor()};
};

GLOBUS_DECL OwnContext::OwnContext() : context_(std::make_shared<Context>()) {
    thread_ = std::thread([context = context_] {
        SigpipeGuard const guard(true);
        context->io.run();
    });
}

GLOBUS_DECL OwnContext::~OwnContext() {
    context_->work.reset();
    if (thread_.get_id() == std::this_thread::get_id())
        thread_.detach();
    else
        thread_.join();
}

GLOBUS_DECL asio::any_io_executor OwnContext::executor() const { return context_->io.get_executor(); }

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP
