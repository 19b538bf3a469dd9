// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_RECURSIVE_LS_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/async_send.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/error.hpp>
#include <globus/http/async_completion.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer/recursive_ls.hpp>
#include <globus/services/transfer/service.hpp>

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

// Listing a directory with everything below it, without blocking.

namespace globus {
namespace detail {

/// One call of AsyncRecursiveListing::async_next.
class EntryRequest {
public:
    EntryRequest() = default;
    EntryRequest(EntryRequest const&) = delete;
    EntryRequest& operator=(EntryRequest const&) = delete;
    virtual ~EntryRequest() = default;
    virtual void complete(std::exception_ptr error, std::optional<transfer::FileEntry> entry) = 0;
};

/// The walk of an AsyncRecursiveListing, which its listings keep while they are on their way. It is for the strand of
/// the engine.
template <class C>
class AsyncRecursiveWalk : public std::enable_shared_from_this<AsyncRecursiveWalk<C>> {
    using Walk = RecursiveWalk;

public:
    AsyncRecursiveWalk(C const& client, transfer::RecursiveLs what, std::size_t at_once, CallOptions options)
        : client_(client),
          walk_(std::move(what)),
          at_once_(std::max(at_once, std::size_t{1})),
          options_(std::move(options)) {
        caller_stop_ = std::move(options_.stop);
        begin_anew();
    }

    [[nodiscard]] std::shared_ptr<AsyncEngine> const& engine() const noexcept { return client_.engine(); }

    /// Gives the next entry to a request, now or when its directory is listed.
    void ask(std::shared_ptr<EntryRequest> request) {
        if (request_)
            return request->complete(
                std::make_exception_ptr(UsageError("async_next: another call of the same listing is on its way")), {});
        request_ = std::move(request);
        go_on();
    }
    /// Ends a request, if it still waits, and the listings that are on their way.
    void cancel(EntryRequest const* request) {
        if (request_.get() != request) return;
        end_listings();
        begin_anew();
        complete(std::make_exception_ptr(
                     NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "recursive_ls was cancelled")),
                 {});
    }
    /// Reports that nobody will ask any more.
    void leave() {
        left_ = true;
        if (!request_) end_listings();
    }

private:
    struct Relay {
        std::stop_source source;
        void operator()() noexcept { source.request_stop(); }
    };

    /// Ends the listings that are on their way; they are to be asked for again.
    void end_listings() {
        ++turn_;
        relay_.reset();
        source_.request_stop();
    }
    void begin_anew() {
        source_ = std::stop_source();
        if (caller_stop_.stop_possible()) relay_.emplace(caller_stop_, Relay{source_});
        options_.stop = source_.get_token();
    }
    void complete(std::exception_ptr error, std::optional<transfer::FileEntry> entry) {
        std::exchange(request_, nullptr)->complete(std::move(error), std::move(entry));
        if (left_) end_listings();
    }
    void go_on() {
        if (!request_) return;
        try {
            list();
            Walk::Next const next = walk_.next();
            list();  // an entry that is a directory may be listed already, and one that was passed makes room
            if (next == Walk::Next::listing) return;
            std::optional<transfer::FileEntry> entry;
            if (next == Walk::Next::entry) entry = std::move(walk_.entry());
            walk_.pass();
            complete(nullptr, std::move(entry));
        } catch (...) {
            complete(std::current_exception(), {});
        }
    }
    /// Asks for the listings whose turn is next, as many as may be on their way.
    void list() {
        while (on_their_way_ < at_once_) {
            Walk::Listing* const here = walk_.to_list(walk_.kept() < Walk::most_at_once ? 4 * at_once_ : 0);
            if (here == nullptr) return;
            send(*here);
        }
    }
    void send(Walk::Listing& here) {
        ++on_their_way_;
        client_.template start<true>(
            AsyncOperation<transfer::OperationLs>{walk_.request(here)}, options_,
            asio::bind_executor(engine()->strand(), [self = this->shared_from_this(), &here,
                                                     turn = turn_](Result<Response<transfer::FileList>> result) {
                self->came(here, turn, std::move(result));
            }));
    }
    void came(Walk::Listing& here, std::size_t turn, Result<Response<transfer::FileList>> result) {
        --on_their_way_;
        try {
            if (!result && turn != turn_)
                walk_.dropped(here);
            else
                walk_.came(here, *std::move(result).value());
        } catch (...) {
            walk_.failed(here, std::current_exception());
        }
        go_on();
    }

    AsyncClient<C> client_;
    Walk walk_;
    std::size_t const at_once_;
    CallOptions options_;
    std::stop_token caller_stop_;
    std::stop_source source_{std::nostopstate};            ///< ends the listings that are on their way
    std::optional<std::stop_callback<Relay>> relay_ = {};  ///< from the caller's stop_token to that
    std::size_t turn_ = 0;                                 ///< it changes when they are ended
    std::size_t on_their_way_ = 0;
    std::shared_ptr<EntryRequest> request_;
    bool left_ = false;
};

/// One call of async_next, with its handler.
template <class C, class Handler>
class EntryRequestOf final : public EntryRequest, public std::enable_shared_from_this<EntryRequestOf<C, Handler>> {
    using Walk = AsyncRecursiveWalk<C>;

public:
    EntryRequestOf(Handler handler, std::shared_ptr<Walk> const& walk)
        : completion_(std::move(handler), walk->engine()->executor()), walk_(walk), engine_(walk->engine()) {}

    static void begin(std::shared_ptr<Walk> const& walk, Handler handler) {
        if (walk->engine()->has_ended()) return;
        auto const memory = asio::get_associated_allocator(handler);
        auto const self = std::allocate_shared<EntryRequestOf>(memory, std::move(handler), walk);
        self->stop_.connect(self->completion_.slot(), self->stop_token_);
        walk->engine()->post([walk, self] { walk->ask(self); });
        if (self->stop_token_.stop_possible()) self->cancel_.emplace(self->stop_token_, Cancel{self->weak_from_this()});
    }
    void complete(std::exception_ptr error, std::optional<transfer::FileEntry> entry) override {
        completion_.complete(std::move(error), std::move(entry));
    }

private:
    struct Cancel {
        std::weak_ptr<EntryRequestOf> of;
        void operator()() const noexcept {
            try {
                auto const self = of.lock();
                if (!self) return;
                self->engine_->post([self] {
                    if (auto const walk = self->walk_.lock()) walk->cancel(self.get());
                });
            } catch (...) {  // there is no memory; the call ends by its deadline
            }
        }
    };

    AsyncCompletion<Handler> completion_;
    std::weak_ptr<Walk> walk_;
    std::shared_ptr<AsyncEngine> engine_;
    AsyncStop stop_;
    std::stop_token stop_token_;
    std::optional<std::stop_callback<Cancel>> cancel_;
};

}  // namespace detail

/**
 * All entries below a path, one after the other, without blocking: the asynchronous namesake of RecursiveListing.
 *
 *     auto entries = async_recursive_ls(client, {.endpoint_id = id, .path = "/~/"}, 20);
 *     while (std::optional<FileEntry> const entry = co_await entries.async_next(use_awaitable))
 *         std::puts(entry->path.c_str());
 *
 * The entries, their order, what is left out and what is an error are those of RecursiveListing. Nothing is sent before
 * the first async_next; then directories are listed ahead of their turn. A walk keeps what it listed until it is asked
 * for, and lists no further directory while that is 100,000 entries or more.
 *
 * One async_next may be on its way at a time. After an error the walk stays where it was: the next call goes on with
 * the listing that failed. Terminal cancellation ends the call and all listings that are on their way; the next call
 * asks for those again. It is a handle: copies share the walk, and it may be destroyed at any time, which ends the
 * listings that nobody waits for.
 *
 * `on_error` is called on the transport's executor, for the directory whose turn has come, and may destroy the client.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next listing with NetworkError (cancelled)
 *
 * @par Errors
 * Those of RecursiveListing, as std::exception_ptr; UsageError for an async_next while there is another.
 * @par Thread safety
 * Distinct walks: safe. Shared walks: unsafe.
 */
template <class C>
class AsyncRecursiveListing {
    using Walk = detail::AsyncRecursiveWalk<C>;

public:
    /// It sends nothing. @param at_once  how many listings may be on their way; 0 counts as 1
    AsyncRecursiveListing(C const& client, RecursiveLs what, std::size_t at_once, CallOptions options)
        : handle_(
              std::make_shared<Handle>(std::make_shared<Walk>(client, std::move(what), at_once, std::move(options)))) {}

    /// Gives the next entry. @param token  for `void(std::exception_ptr, std::optional<FileEntry>)`; there is none after
    ///                                     the last
    template <class Token = detail::DefaultToken>
    auto async_next(Token&& token = Token()) {
        return detail::initiate<void(std::exception_ptr, std::optional<FileEntry>)>(
            [handle = handle_]<class Handler>(Handler&& handler) {
                using Request = detail::EntryRequestOf<C, std::decay_t<Handler>>;
                Request::begin(handle->walk, std::forward<Handler>(handler));
            },
            std::forward<Token>(token));
    }

private:
    struct Handle {
        explicit Handle(std::shared_ptr<Walk> one) : walk(std::move(one)) {}
        Handle(Handle const&) = delete;
        Handle& operator=(Handle const&) = delete;
        ~Handle() {
            try {
                walk->engine()->post([walk = walk] { walk->leave(); });
            } catch (...) {  // there is no memory; the listings end as they would have
            }
        }
        std::shared_ptr<Walk> const walk;
    };

    std::shared_ptr<Handle> handle_;
};

/**
 * Lists all entries below a path without blocking, with a few listings on their way at once: see AsyncRecursiveListing.
 *
 * A client that is to keep to the service's limit on requests has a `RateLimited<AsioTransport>`.
 *
 * @param client   with an AsioTransport
 * @param at_once  how many listings may be on their way; 0 counts as 1
 * @param options  for each of them
 *
 * @throws UsageError  for a client that was moved from
 */
template <class C>
AsyncRecursiveListing<C> async_recursive_ls(C const& client, RecursiveLs what, std::size_t at_once = 8,
                                            CallOptions options = {}) {
    static_assert(detail::check_permitted<typename C::service_type, transfer::OperationLs>());
    return AsyncRecursiveListing<C>(client, std::move(what), at_once, std::move(options));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ASYNC_RECURSIVE_LS_HPP
