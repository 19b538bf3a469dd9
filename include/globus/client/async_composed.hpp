// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ASYNC_COMPOSED_HPP
#define GLOBUS_CLIENT_ASYNC_COMPOSED_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_completion.hpp>

#include <boost/asio/bind_executor.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

// What takes several calls that do not block.

namespace globus {

/**
 * The pages of an operation, one after the other, without blocking: the asynchronous namesake of Paginated.
 *
 *     auto tasks = client.async_paginate(TaskList{.filter = "status:ACTIVE"});
 *     while (std::optional<Task> const task = co_await tasks.async_next(use_awaitable)) ...
 *
 * One function of it may be on its way at a time. After an error the walk stays where it was: the next call asks for the
 * same page again, so that no item is lost or comes twice. It is a handle: copies share the walk, and it may be
 * destroyed while a page is on its way.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next page with NetworkError (cancelled)
 * @tparam O  the operation
 *
 * @par Errors
 * Those of Paginated, as std::exception_ptr.
 * @par Thread safety
 * Distinct walks: safe. Shared walks: unsafe.
 */
template <class C, class O>
class AsyncPaginated {
    using Walk = Paginated<C, O>;

public:
    /// As of Paginated.
    using page_type = typename Walk::page_type;
    /// As of Paginated.
    using item_type = typename Walk::item_type;

    /// It sends nothing. @throws UsageError  as Paginated does
    AsyncPaginated(C const& client, O operation, CallOptions options)
        : state_(std::make_shared<State>(client, std::move(operation), std::move(options))) {}

    /// Asks for the next page. @param token  for `void(std::exception_ptr, std::optional<page_type>)`; there is none
    ///                                       after the last
    template <class Token = detail::DefaultToken>
    auto async_next_page(Token&& token = Token()) {
        return detail::initiate<void(std::exception_ptr, std::optional<page_type>)>(
            [state = state_]<class Handler>(Handler&& handler) {
                state->ask(std::forward<Handler>(handler), [](State& here) {
                    std::optional<page_type> page = std::move(here.walk.page_);
                    here.walk.page_.reset();
                    return page;
                });
            },
            std::forward<Token>(token));
    }
    /// Gives the next item, and asks for its page if that is not there. @param token  for `void(std::exception_ptr,
    ///                                       std::optional<item_type>)`; there is none after the last
    template <class Token = detail::DefaultToken>
    auto async_next(Token&& token = Token()) {
        return detail::initiate<void(std::exception_ptr, std::optional<item_type>)>(
            [state = state_]<class Handler>(Handler&& handler) {
                state->ask(std::forward<Handler>(handler), [](State& here) { return here.next_item(); });
            },
            std::forward<Token>(token));
    }

private:
    struct State : std::enable_shared_from_this<State> {
        State(C const& c, O operation, CallOptions options)
            : client(c), walk(client.client(), std::move(operation), std::move(options)) {}

        /// The next item of the page that is there; nothing if it has no more.
        std::optional<item_type> next_item() {
            if (!walk.page_) return std::nullopt;
            auto const& items = detail::page_items<O>(*walk.page_);
            if (walk.item_ < items.size()) return items[walk.item_++];
            walk.page_.reset();
            return std::nullopt;
        }

        /// Gives what `take` finds, and asks for pages until it finds something, or there are no more.
        template <class Handler, class Take>
        void ask(Handler&& handler, Take take) {
            if (client.engine()->has_ended()) return;
            using Asking = Ask<std::decay_t<Handler>, Take>;
            auto const memory = detail::asio::get_associated_allocator(handler);
            auto const asking = std::allocate_shared<Asking>(memory, this->shared_from_this(),
                                                             std::forward<Handler>(handler), std::move(take));
            client.engine()->post([asking] { asking->go_on(); });
        }

        detail::AsyncClient<C> client;
        Walk walk;
    };

    template <class Handler, class Take>
    struct Ask : std::enable_shared_from_this<Ask<Handler, Take>> {
        using Found = std::invoke_result_t<Take&, State&>;

        Ask(std::shared_ptr<State> s, Handler handler, Take t)
            : state(std::move(s)),
              completion(std::move(handler), state->client.engine()->executor()),
              take(std::move(t)),
              options(state->walk.options_) {
            if (std::same_as<Found, std::optional<page_type>>) options.keep_text = state->walk.keep_text_;
            stop.connect(completion.slot(), options.stop);
        }
        void go_on() {
            Found found;
            try {
                found = take(*state);
            } catch (...) {
                return completion.complete(std::current_exception(), Found());
            }
            if (found || state->walk.ended_) return completion.complete(std::exception_ptr(), std::move(found));
            state->client.send(state->walk.operation_, options,
                               detail::asio::bind_executor(
                                   state->client.engine()->strand(),
                                   [self = this->shared_from_this()](std::exception_ptr error, page_type page) {
                                       self->came(std::move(error), std::move(page));
                                   }));
        }
        void came(std::exception_ptr error, page_type page) {
            if (!error) try {
                    state->walk.take(std::move(page));
                } catch (...) {
                    error = std::current_exception();
                }
            if (error) return completion.complete(std::move(error), Found());
            go_on();
        }

        std::shared_ptr<State> state;
        detail::AsyncCompletion<Handler> completion;
        Take take;
        CallOptions options;
        detail::AsyncStop stop;
    };

    std::shared_ptr<State> state_;
};

/**
 * Sends many operations, some of them at the same time, and reports how each ended.
 *
 *     std::vector<OperationLs> const directories = ...;
 *     async_gather(client, directories, 50, {}, [](std::vector<Result<Response<FileList>>> listings) { ... });
 *
 * The results are in the order of the operations, and each is a value or an error: that one fails does not end the
 * others. Cancellation ends those that are on their way and those that have not begun.
 *
 * @param at_once  how many may be on their way; 0 counts as 1
 * @param options  for each of them
 * @param token    for `void(std::vector<Result<Response<O::result>>>)`
 *
 * @throws UsageError  for a client that was moved from
 */
template <class C, Operation O, class Token = detail::DefaultToken>
auto async_gather(C const& client, std::vector<O> operations, std::size_t at_once, CallOptions options = {},
                  Token&& token = Token());

namespace detail {

template <class C, class O, class Handler>
class Gathering : public std::enable_shared_from_this<Gathering<C, O, Handler>> {
    using Answer = Response<typename O::result>;

public:
    Gathering(AsyncClient<C> client, Handler handler, std::vector<O> operations, std::size_t at_once,
              CallOptions options)
        : client_(std::move(client)),
          completion_(std::move(handler), client_.engine()->executor()),
          operations_(std::move(operations)),
          results_(operations_.size()),
          at_once_(at_once == 0 ? 1 : at_once),
          options_(std::move(options)) {
        stop_.connect(completion_.slot(), options_.stop);
    }

    void go_on() {
        while (running_ < at_once_ && begun_ < operations_.size()) {
            std::size_t const index = begun_++;
            ++running_;
            client_.template start<true>(
                AsyncOperation<O>{std::move(operations_[index])}, options_,
                asio::bind_executor(client_.engine()->strand(),
                                    [self = this->shared_from_this(), index](Result<Answer> result) {
                                        self->results_[index].emplace(std::move(result));
                                        --self->running_;
                                        self->go_on();
                                    }));
        }
        if (running_ != 0) return;
        std::vector<Result<Answer>> all;
        all.reserve(results_.size());
        for (auto& result : results_) all.push_back(*std::move(result));
        completion_.complete(std::move(all));
    }

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
    std::vector<O> operations_;
    std::vector<std::optional<Result<Answer>>> results_;
    std::size_t const at_once_;
    CallOptions options_;
    std::size_t begun_ = 0;
    std::size_t running_ = 0;
};

template <class C>
struct AsyncWalk {
    template <class O>
    static AsyncPaginated<C, O> begin(C const& client, O operation, CallOptions options) {
        static_assert(HasPages<O>, "globus: this operation is not paginated: call it by async_send.");
        static_assert(check_permitted<typename C::service_type, O>());
        return AsyncPaginated<C, O>(client, std::move(operation), std::move(options));
    }
};

}  // namespace detail

template <class C, Operation O, class Token>
auto async_gather(C const& client, std::vector<O> operations, std::size_t at_once, CallOptions options, Token&& token) {
    return detail::initiate<void(std::vector<Result<Response<typename O::result>>>)>(
        [begins = detail::AsyncClient<C>(client), at_once]<class Handler>(Handler&& handler, std::vector<O> all,
                                                                          CallOptions how) {
            if (begins.engine()->has_ended()) return;
            auto const memory = detail::asio::get_associated_allocator(handler);
            auto const gathering = std::allocate_shared<detail::Gathering<C, O, std::decay_t<Handler>>>(
                memory, begins, std::forward<Handler>(handler), std::move(all), at_once, std::move(how));
            begins.engine()->post([gathering] { gathering->go_on(); });
        },
        std::forward<Token>(token), std::move(operations), std::move(options));
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_ASYNC_COMPOSED_HPP
