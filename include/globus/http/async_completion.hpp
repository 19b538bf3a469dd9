// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ASYNC_COMPLETION_HPP
#define GLOBUS_HTTP_ASYNC_COMPLETION_HPP

#include <globus/http/async_engine.hpp>
#include <globus/http/message.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace globus::detail {

/// The stop_token of an asynchronous call, which stops by its caller's stop_token and by a cancellation slot.
class AsyncStop {
public:
    /// Adds a slot to `stop`, if it is connected: terminal cancellation is then a stop request.
    /// @param stop  the caller's; it becomes the one to use
    template <class Slot>
    void connect(Slot slot, std::stop_token& stop) {
        if (!slot.is_connected()) return;
        source_.emplace();
        if (stop.stop_possible()) relay_.emplace(std::move(stop), Ask{*source_});
        stop = source_->get_token();
        slot.assign([source = *source_](asio::cancellation_type_t kind) mutable {
            if ((kind & asio::cancellation_type::terminal) != asio::cancellation_type::none) source.request_stop();
        });
    }

private:
    struct Ask {
        std::stop_source source;
        void operator()() noexcept { source.request_stop(); }
    };
    std::optional<std::stop_source> source_;
    std::optional<std::stop_callback<Ask>> relay_;
};

/// A handler that waits for its call to end. Until then there is work for its executor.
template <class Handler>
class AsyncCompletion {
public:
    AsyncCompletion(Handler handler, asio::any_io_executor const& otherwise)
        : executor_(asio::prefer(asio::get_associated_executor(handler, otherwise),
                                 asio::execution::outstanding_work.tracked)),
          otherwise_(otherwise),
          handler_(std::move(handler)) {}

    [[nodiscard]] auto slot() const noexcept { return asio::get_associated_cancellation_slot(handler_); }
    [[nodiscard]] auto allocator() const noexcept { return asio::get_associated_allocator(handler_); }

    /// Posts a function, which calls `take` and then the handler. It goes to the handler's executor from the other one:
    /// that of use_future then calls it at once, and needs no thread of Asio's system_context, which a forked child has
    /// not.
    template <class F>
    void post(F function) {
        if (auto connected = slot(); connected.is_connected()) connected.clear();
        auto go_there = [executor = *executor_, memory = allocator(), function = std::move(function)]() mutable {
            asio::dispatch(executor, asio::bind_allocator(memory, std::move(function)));
        };
        asio::post(otherwise_, asio::bind_allocator(allocator(), std::move(go_there)));
    }
    /// The handler, which is no longer waited for.
    [[nodiscard]] Handler take() {
        executor_.reset();
        return std::move(handler_);
    }

    /// Posts the handler, with its arguments, which are moved a few times.
    template <class... Args>
    void complete(Args... args) {
        auto self = std::make_unique<AsyncCompletion>(std::move(*this));
        auto& from = *self;
        from.post([self = std::move(self), ... args = std::move(args)]() mutable {
            Handler handler = self->take();
            self.reset();
            std::move(handler)(std::move(args)...);
        });
    }

private:
    using Executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
    using Working = std::decay_t<decltype(asio::prefer(std::declval<Executor const&>(),
                                                       asio::execution::outstanding_work.tracked))>;

    std::optional<Working> executor_;  ///< it has work until the handler is taken
    asio::any_io_executor otherwise_;
    Handler handler_;
};

/// One call of AsioTransport::async_send.
template <class Handler>
class AsyncRequest final : public AsyncReceiver {
public:
    AsyncRequest(AsyncEngine const& engine, Handler handler, http::Request request)
        : completion_(std::move(handler), engine.executor()), request_(std::move(request)) {
        stop_.connect(completion_.slot(), request_.stop);
    }

    static void begin(std::shared_ptr<AsyncEngine> const& engine, Handler handler, http::Request request) {
        if (engine->has_ended()) return;
        auto const memory = asio::get_associated_allocator(handler);
        auto self = std::allocate_shared<AsyncRequest>(memory, *engine, std::move(handler), std::move(request));
        engine->post([engine, self = std::move(self)]() mutable {
            http::Request const& one = self->request_;
            engine->start(std::move(self), one);
        });
    }

    void received(http::Response answer) override { completion_.complete(std::exception_ptr(), std::move(answer)); }
    void failed(std::exception_ptr error) override { completion_.complete(std::move(error), http::Response()); }

private:
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
    http::Request request_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ASYNC_COMPLETION_HPP
