// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ASYNC_STEPS_HPP
#define GLOBUS_CLIENT_ASYNC_STEPS_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/polling.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_completion.hpp>
#include <globus/http/async_pause.hpp>
#include <globus/http/errors.hpp>

#include <boost/asio/bind_executor.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

// What the functions of a service are made of that take several requests, without blocking.

namespace globus::detail {

/// A call of several requests that does not block: one at a time, each begun when the one before has ended.
template <class C, class Value, class Handler>
class AsyncSteps : public AsyncPause {
protected:
    AsyncSteps(AsyncClient<C> client, Handler handler, CallOptions& options)
        : AsyncPause(client.engine()),
          client_(std::move(client)),
          completion_(std::move(handler), client_.engine()->executor()) {
        stop_.connect(completion_.slot(), options.stop);
    }

    [[nodiscard]] C const& client() const noexcept { return client_.client(); }
    [[nodiscard]] CallGate::Pass const& gate() const noexcept { return client_.gate(); }
    /// Sends an operation; `then` gets how it ended, on the strand. What that throws ends the call.
    template <class O, class Then>
    void send(O operation, CallOptions const& options, Then then) {
        client_.template start<true>(
            AsyncOperation<O>{std::move(operation)}, options,
            asio::bind_executor(client_.engine()->strand(),
                                [self = shared_from_this(), this, then](Result<Response<typename O::result>> result) {
                                    guard([&] { then(std::move(result)); });
                                }));
    }
    /// Calls `f`; what it throws ends the call.
    template <class F>
    void guard(F const& f) {
        try {
            try {
                f();
            } catch (NetworkError const& error) {
                if (error.kind() != NetworkError::Kind::cancelled) throw;
                finish(value_despite(error));
            }
        } catch (...) {
            completion_.complete(std::current_exception(), Value());
        }
    }
    void finish(Value value) { completion_.complete(std::exception_ptr(), std::move(value)); }
    /// What the call gives although it was cancelled, by the error in flight, which this throws if there is nothing.
    virtual Value value_despite(NetworkError const&) { throw; }
    void pause_ended(bool) override {}

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
};

/// A wait that does not block: it looks again and again, as Looks plans.
template <class C, class Verdict, class Handler>
class AsyncLooking : public AsyncSteps<C, Verdict, Handler> {
protected:
    AsyncLooking(AsyncClient<C> client, Handler handler, CallOptions options)
        : AsyncSteps<C, Verdict, Handler>(std::move(client), std::move(handler), options),
          options_(std::move(options)) {}

    /// Makes the first look.
    void begin_looking(std::string_view name, Polling polling) {
        looks_.emplace(name, this->gate(), std::move(polling), std::move(options_), CallGate::Wait::no);
        look();
    }
    [[nodiscard]] std::optional<Looks> const& looks() const noexcept { return looks_; }
    /// Takes what a look saw by `take`. It returns false, and looks again, if that throws an error that may pass.
    template <class F>
    [[nodiscard]] bool took(F const& take) {
        try {
            take();
        } catch (Error const& error) {
            looks_->failed(error);
            look_again();
            return false;
        }
        looks_->looked();
        return true;
    }
    /// Looks when it is time for it, or ends the wait.
    void look_again() {
        if (auto const at = looks_->next_look())
            this->pause(*at, looks_->options().stop);
        else
            this->finish(verdict_by_now());
    }
    virtual void look() = 0;
    /// The verdict when the time is up.
    virtual Verdict verdict_by_now() = 0;

private:
    void pause_ended(bool in_full) final {
        this->guard([&] {
            if (!in_full) looks_->end_cancelled();
            look();
        });
    }

    CallOptions options_;
    std::optional<Looks> looks_;
};

/// One call of a wait for what a watch looks at. @tparam W  the watch, see Watch
template <class C, class W, class Handler>
class AsyncWaiting final : public AsyncLooking<C, typename W::verdict_type, Handler> {
public:
    template <class Wait>
    AsyncWaiting(AsyncClient<C> client, Handler handler, Wait wait, CallOptions options)
        : AsyncLooking<C, typename W::verdict_type, Handler>(std::move(client), std::move(handler), std::move(options)),
          watch_(std::move(wait)) {}

    void begin() {
        this->guard([this] { this->begin_looking(W::name, watch_.polling()); });
    }

private:
    void look() override {
        this->send(watch_.look(), this->looks()->options(), [this](auto answer) {
            if (!this->took([&] { watch_.saw(std::move(answer)); })) return;
            if (watch_.is_over([&](auto const& callback) { this->looks()->run_callback(callback); }))
                this->finish(verdict_by_now());
            else
                this->look_again();
        });
    }
    typename W::verdict_type verdict_by_now() override { return std::move(watch_).verdict(); }

    W watch_;
};

/// Initiates a call of several requests.
template <template <class...> class Steps, class Value, class C, class What, class Token, class... Kinds>
auto initiate_steps(C const& client, What what, CallOptions options, Token&& token) {
    return initiate<void(std::exception_ptr, Value)>(
        [begins = AsyncClient<C>(client)]<class Handler>(Handler&& handler, What one, CallOptions how) {
            using Call = Steps<C, Kinds..., std::decay_t<Handler>>;
            if (begins.engine()->has_ended()) return;
            auto const memory = asio::get_associated_allocator(handler);
            auto const call = std::allocate_shared<Call>(memory, begins, std::forward<Handler>(handler), std::move(one),
                                                         std::move(how));
            begins.engine()->post([call] { call->begin(); });
        },
        std::forward<Token>(token), std::move(what), std::move(options));
}

/// Initiates a wait. @tparam W  the watch
template <class W, class C, class Wait, class Token>
auto initiate_wait(C const& client, Wait wait, CallOptions options, Token&& token) {
    return initiate_steps<AsyncWaiting, typename W::verdict_type, C, Wait, Token, W>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_ASYNC_STEPS_HPP
