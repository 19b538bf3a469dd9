// SPDX-License-Identifier: Apache-2.0
// globus 0.1.0, made by single_include/generate.py: edit include/, not this file.
#include <globus/globus.hpp>
#ifndef GLOBUS_ASIO_HPP
#define GLOBUS_ASIO_HPP

/**
 * @file
 * The asynchronous face of the SDK, on Boost.Asio (1.81 or newer): AsioTransport, and the functions of a Client that do
 * not block, see AsyncFunctions.
 *
 * It needs `globus/globus.hpp`, or the header of a service, beside it. Header-only there is nothing else to do. In a
 * compiled build one file of the program includes `globus/asio_src.hpp`.
 */

#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error "globus/asio.hpp needs Boost 1.81 or newer: name the directory of a newer one with -I"
#endif

#ifndef GLOBUS_CLIENT_ASYNC_COMPOSED_HPP
#define GLOBUS_CLIENT_ASYNC_COMPOSED_HPP

#ifndef GLOBUS_CLIENT_ASYNC_SEND_HPP
#define GLOBUS_CLIENT_ASYNC_SEND_HPP

#ifndef GLOBUS_CLIENT_ASYNC_CALL_HPP
#define GLOBUS_CLIENT_ASYNC_CALL_HPP

#ifndef GLOBUS_HTTP_ASYNC_ENGINE_HPP
#define GLOBUS_HTTP_ASYNC_ENGINE_HPP

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

#endif  // GLOBUS_HTTP_ASYNC_ENGINE_HPP
#ifndef GLOBUS_HTTP_ASYNC_PAUSE_HPP
#define GLOBUS_HTTP_ASYNC_PAUSE_HPP

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

#endif  // GLOBUS_HTTP_ASYNC_PAUSE_HPP

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace globus::detail {

class AsyncCall;

/// A question to a policy that may block: what is the credential, or, if one was refused, is there another one?
class CredentialJob {
public:
    explicit CredentialJob(AuthContext const& call, std::optional<Authorization> refused_one)
        : context(call), refused(std::move(refused_one)) {}
    CredentialJob(CredentialJob const&) = delete;
    CredentialJob& operator=(CredentialJob const&) = delete;
    virtual ~CredentialJob() = default;
    /// Asks for the answer, on a thread of the engine if that may block, and calls `landed` once it is noted.
    /// @param landed  keeps this
    virtual void begin(AsyncEngine& engine, std::function<void()> landed);

    AuthContext const context;
    std::optional<Authorization> const refused;
    Authorization given = {};  ///< the credential, if none was refused
    bool renewed = false;      ///< there is another one
    std::exception_ptr error = {};

protected:
    /// Asks, and notes the answer. It may block.
    virtual void ask() = 0;
    /// What a policy is to call with its answer, which `note` takes.
    template <class Answer>
    std::function<void(std::exception_ptr, Answer)> done(std::function<void()> landed, Answer& note) {
        auto const once = std::make_shared<Once>(*this, std::move(landed));
        return [once, &note](std::exception_ptr why, Answer answer) {
            once->land(std::move(why), [&] { note = std::move(answer); });
        };
    }
    /// Calls `ask` with what a policy is to call. What it throws is the answer.
    template <class Answer, class F>
    static void pass(std::function<void(std::exception_ptr, Answer)> const& done, F const& ask) {
        try {
            ask(done);
        } catch (...) {
            done(std::current_exception(), Answer());
        }
    }

private:
    /// An answer that is given once. If it is not, it is an error.
    class Once {
    public:
        Once(CredentialJob& job, std::function<void()> landed) : job_(job), landed_(std::move(landed)) {}
        Once(Once const&) = delete;
        Once& operator=(Once const&) = delete;
        ~Once();
        template <class F>
        void land(std::exception_ptr why, F const& note) {
            if (given_.exchange(true)) return;
            if (!why) note();
            job_.error = std::move(why);
            std::exchange(landed_, nullptr)();
        }

    private:
        CredentialJob& job_;
        std::function<void()> landed_;
        std::atomic<bool> given_ = false;
    };
};

/// The calls of one client that wait for the same renewal. It is for the strand of their engine.
class CredentialDesk {
public:
    /// True if the caller is to ask; otherwise it is told by `credential_landed` when the one that asks has an answer.
    bool ask_or_wait(std::shared_ptr<AsyncCall> const& call);
    /// Reports that the answer is there.
    void landed(CredentialJob const& job);

private:
    bool busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting_;
};

/**
 * The asynchronous driver: it begins each step of a call on the strand of an engine, and goes on when that has ended.
 *
 * Whatever it waits for keeps it: the engine its request, a timer its pause. If the execution context ends meanwhile,
 * it is destroyed, and its handler with it.
 */
class AsyncCall : public AsyncReceiver, public AsyncPause {
public:
    /// Begins the first step, after this function.
    void begin();
    void received(http::Response answer) override;
    void failed(std::exception_ptr error) override;
    /// Tells a call that waited for the desk how that ended.
    void credential_landed(CredentialJob const& job);

protected:
    explicit AsyncCall(std::shared_ptr<AsyncEngine> engine);
    ~AsyncCall() override;

    /// Sets what is driven. Both must live as long as this.
    void drive(ClientExchange& exchange, RetryPolicyRef const& retry);

    /// The credential, if the policy gives it without blocking.
    virtual std::optional<Authorization> credential_at_once() = 0;
    /// Whether there is another credential than the one that was refused, if the policy says so without blocking.
    virtual std::optional<bool> renewed_at_once() = 0;
    /// A question for a thread that may block.
    virtual std::shared_ptr<CredentialJob> job(AuthContext const& context, std::optional<Authorization> refused) = 0;
    /// Where calls wait for a renewal by one of them; null if each asks for itself.
    virtual std::shared_ptr<CredentialDesk> desk() = 0;
    /// When a request may be sent, if the transport has a rate limiter. @throws NetworkError  timeout
    virtual std::optional<http::Clock::time_point> turn_of(http::Request const& request) = 0;
    /// Called once: the result is there, or the error.
    virtual void ended(std::exception_ptr error) = 0;

private:
    struct Run final : CallRun {
        using CallRun::CallRun;
    };

    /// Calls `step`, and goes on; what is thrown ends the call.
    template <class F>
    void go_on(F const& step);
    /// Makes steps until one takes time, or the call ends.
    void make_steps();
    /// Makes the result of the answer.
    void read();
    void send(http::Request const& request);
    void turn_came(http::Request const& request, bool in_full);
    void ask(bool renews);
    void asked(CredentialJob const& job);
    /// Ends the call with the exception in flight.
    void end_by_error();
    void end(std::exception_ptr error);

    void pause_ended(bool in_full) override;
    [[nodiscard]] std::shared_ptr<AsyncCall> self() { return std::static_pointer_cast<AsyncCall>(shared_from_this()); }

    ClientExchange* exchange_ = nullptr;
    std::optional<Run> run_;
    std::shared_ptr<CredentialJob> job_;             ///< that this call asked, and waits for
    http::Request const* redirected_ = nullptr;      ///< what follows a redirect
    http::Request const* waits_for_turn_ = nullptr;  ///< of the rate limiter
    bool ended_ = false;
    bool waits_for_credential_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_ASYNC_CALL_HPP
#ifndef GLOBUS_HTTP_ASIO_TRANSPORT_HPP
#define GLOBUS_HTTP_ASIO_TRANSPORT_HPP

#ifndef GLOBUS_HTTP_ASYNC_COMPLETION_HPP
#define GLOBUS_HTTP_ASYNC_COMPLETION_HPP

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

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace globus {

/// How an AsioTransport connects.
struct AsioOptions {
    CurlOptions curl = {};  ///< as for a CurlTransport
    /// Requests to one host that are on their way at once, each on a connection of its own unless the host has HTTP/2.
    /// Others wait for their turn, in the order in which they came, and no longer than their deadlines.
    std::size_t max_requests_per_host = 100;
    std::size_t max_requests = 1000;  ///< the same for all hosts together; hosts take turns
};

/**
 * A transport whose requests need no thread each: libcurl's sockets are watched by a Boost.Asio executor.
 *
 *     boost::asio::io_context io;
 *     Client<TransferService, AccessTokenPolicy, AsioTransport> const transfer{token, {.transport = AsioTransport{io}}};
 *
 *     transfer.async_send(OperationLs{.endpoint_id = id},
 *                         [](std::exception_ptr error, Response<FileList> files) { ... });
 *     io.run();
 *
 * The executor may be that of an io_context, a thread_pool, or a strand of one; without one, the transport has a thread
 * of its own. Everything that CurlTransport says of itself holds here too: certificates, redirects, limits, proxies,
 * compression, SIGPIPE and inherited files. Names are looked up by libcurl on threads of its own if it was built with
 * its threaded resolver (the feature AsynchDNS of `curl --version`; Debian's and Ubuntu's have it), so that a silent
 * name server holds nobody up.
 *
 * `send`, which blocks, is that of a CurlTransport with the same options: it does not use the executor, and may be
 * called on it.
 *
 * For tests there may be a MockTransport inside; its answers are posted:
 *
 *     AsioTransport{io, mock}
 *
 * @par Errors
 * Those of CurlTransport.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the connections. What belongs to a request (its sink, source
 * and on_head) is called on the executor, by one thread at a time for all requests of a transport, and must not block.
 * @par Lifetime
 * The transport may be destroyed while requests are on their way; they end as they would have. If the execution context
 * is destroyed first, the handlers of what is still on its way are destroyed, and not called, as with any other
 * operation of Asio.
 *
 * https://curl.se/libcurl/c/libcurl-multi.html
 */
class AsioTransport {
public:
    /// Of Boost.Asio.
    using executor_type = boost::asio::any_io_executor;

    /// Runs on a thread of its own, on which handlers are called that have no other executor.
    AsioTransport() : AsioTransport(AsioOptions()) {}
    /// The same, with options. @throws UsageError  as CurlTransport; for limits of 0
    explicit AsioTransport(AsioOptions options);
    /// Runs on an executor. @throws UsageError  as above
    explicit AsioTransport(executor_type executor, AsioOptions options = {});
    /// Runs on the executor of an execution context, such as an io_context. @throws UsageError  as above
    template <class Context>
        requires std::convertible_to<Context&, boost::asio::execution_context&>
    explicit AsioTransport(Context& context, AsioOptions options = {})
        : AsioTransport(executor_type(context.get_executor()), std::move(options)) {}
    /// Posts what a mock answers, on a thread of its own.
    explicit AsioTransport(MockTransport mock);
    /// Posts what a mock answers.
    AsioTransport(executor_type executor, MockTransport mock);
    /// Posts what a mock answers.
    template <class Context>
        requires std::convertible_to<Context&, boost::asio::execution_context&>
    AsioTransport(Context& context, MockTransport mock)
        : AsioTransport(executor_type(context.get_executor()), std::move(mock)) {}

    /// Sends a request, and waits for the answer on the calling thread.
    [[nodiscard]] http::Response send(http::Request const& request) const;

    /**
     * Sends a request without blocking.
     *
     * @param token  a completion token for `void(std::exception_ptr, http::Response)`: a callback, use_future,
     *               use_awaitable, deferred, detached. Terminal cancellation ends the request as its stop_token does.
     */
    template <class Token = boost::asio::deferred_t>
    auto async_send(http::Request request, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(std::exception_ptr, http::Response)>(
            [engine = engine()]<class Handler>(Handler&& handler, http::Request one) {
                using Sending = detail::AsyncRequest<std::decay_t<Handler>>;
                Sending::begin(engine, std::forward<Handler>(handler), std::move(one));
            },
            token, std::move(request));
    }

    /// The executor that it runs on.
    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
    /// What it sends by. @throws UsageError  in a child process, and for a transport that was moved from
    [[nodiscard]] std::shared_ptr<detail::AsyncEngine> engine() const;

private:
    struct State;

    AsioTransport(std::optional<executor_type> executor, AsioOptions options, std::optional<MockTransport> mock);

    detail::ProcessBound<State> state_;
    executor_type executor_;
};

/// A transport that can send without blocking.
template <class T>
concept AsyncTransport = Transport<T> && requires(T const& transport) {
    { transport.engine() } -> std::same_as<std::shared_ptr<detail::AsyncEngine>>;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_ASIO_TRANSPORT_HPP

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace globus::detail {

/// A policy that never blocks says so.
template <class P>
concept NeverBlocks = requires { requires P::never_blocks; };
/// A policy that gives its credential, or throws, if it need not block for that.
template <class P>
concept AuthorizesAtOnce = requires(P const& policy, AuthContext const& context) {
    { policy.authorize_at_once(context) } -> std::same_as<std::optional<Authorization>>;
};

/// A transport with a limiter, as RateLimited has.
template <class T>
concept HasLimiter = requires(T const& transport) {
    { transport.limiter() } -> std::same_as<RateLimiter const&>;
};

/// What the asynchronous calls of a client share: they outlive it.
template <class C>
struct AsyncCore {
    explicit AsyncCore(C const& original) : client(original), engine(client.transport().engine()) {}
    C const client;
    std::shared_ptr<AsyncEngine> const engine;
    CredentialDesk desk = {};
};

/// A finished request, as `exchange` of a Client takes it.
struct AsyncFinished {
    http::Request request;
    RetryClass retry_class;
};

/// The parts of a Client that its asynchronous calls need.
struct AsyncAccess {
    template <class C>
    struct SendingOf {
        using type = typename C::Sending;
    };

    template <class C>
    static std::shared_ptr<AsyncCore<C>> core(C const& client) {
        auto const shared = client.gate().shared(
            [&]() -> std::shared_ptr<void const> { return std::make_shared<AsyncCore<C> const>(client); });
        return std::const_pointer_cast<AsyncCore<C>>(std::static_pointer_cast<AsyncCore<C> const>(shared));
    }
    template <class C>
    static ClientFacts facts(C const& core, CallGate::Pass const& gate) {
        return core.facts(gate, CallGate::Wait::no);
    }
    template <class Answer, class C>
    static AnswerForm const& form() {
        return C::template form_of<Answer>();
    }

    template <class C, class O>
    static http::Request request(C const& client, AsyncOperation<O>& what) {
        return to_request(what.operation, client.service(), client.base_url());
    }
    template <class C, class O>
    static CallPlan plan(AsyncOperation<O> const&) {
        return C::template plan_of_operation<O>();
    }
    template <class C, class D, class Raw>
    static http::Request request(C const& client, AsyncRaw<D, Raw>& what) {
        check_raw<typename C::service_type>(what.raw.method);
        return client.request_of(std::move(what.raw));
    }
    template <class C, class D, class Raw>
    static CallPlan plan(AsyncRaw<D, Raw> const& what) {
        return C::plan_of(what.raw);
    }
    template <class C>
    static http::Request request(C const&, AsyncFinished& what) {
        check_raw<typename C::service_type>(what.request.method);
        return std::move(what.request);
    }
    template <class C>
    static CallPlan plan(AsyncFinished const& what) {
        return {.retry_class = what.retry_class};
    }
};

template <class What>
struct AsyncAnswer;
template <class O>
struct AsyncAnswer<AsyncOperation<O>> {
    using type = Response<typename O::result>;
};
template <class D, class Raw>
struct AsyncAnswer<AsyncRaw<D, Raw>> {
    using type = Response<D>;
};
template <>
struct AsyncAnswer<AsyncFinished> {
    using type = Response<Bytes>;
};

/// Initiates an operation; the default token is deferred.
template <class Signature, class Initiation, class Token, class... Args>
auto initiate(Initiation initiation, Token&& token, Args... args) {
    if constexpr (std::same_as<std::decay_t<Token>, DefaultToken>)
        return asio::async_initiate<asio::deferred_t const&, Signature>(std::move(initiation), asio::deferred,
                                                                        std::move(args)...);
    else
        return asio::async_initiate<Token, Signature>(std::move(initiation), token, std::move(args)...);
}

/// The part of an asynchronous call that knows the client, but not what it answers.
template <class C>
class AsyncCallOf : public AsyncCall {
    using Policy = typename C::authorizer_type;

protected:
    explicit AsyncCallOf(std::shared_ptr<AsyncCore<C>> core) : AsyncCall(core->engine), core_(std::move(core)) {}

    [[nodiscard]] C const& client() const noexcept { return core_->client; }
    void prepare(http::Request& request, AnyResponse& result, AnswerForm const& form, CallPlan const& plan,
                 CallOptions const& options, CallGate::Pass const& gate) {
        exchange_.emplace(client(), request, result, form, plan, options, AsyncAccess::facts(client(), gate));
        drive(*exchange_, client().options().retry);
    }

    std::optional<Authorization> credential_at_once() final {
        if constexpr (NeverBlocks<Policy>)
            return client().authorizer().authorize(client().transport(), exchange_->context());
        else if constexpr (AuthorizesAtOnce<Policy>)
            return client().authorizer().authorize_at_once(exchange_->context());
        else
            return std::nullopt;
    }
    std::optional<bool> renewed_at_once() final {
        Authorization const& refused = exchange_->credential_used();
        if constexpr (NeverBlocks<Policy>) {
            return client().authorizer().unauthorized(refused, client().transport(), exchange_->context());
        } else if constexpr (AuthorizesAtOnce<Policy>) {
            auto const now = client().authorizer().authorize_at_once(exchange_->context());
            if (now && now->generation != refused.generation) return true;
        }
        return std::nullopt;
    }
    std::shared_ptr<CredentialJob> job(AuthContext const& context, std::optional<Authorization> refused) final {
        struct Asking final : CredentialJob {
            Asking(std::shared_ptr<AsyncCore<C>> c, AuthContext const& call, std::optional<Authorization> one)
                : CredentialJob(call, std::move(one)), core(std::move(c)) {}
            void ask() override {
                Policy const& policy = core->client.authorizer();
                if (this->refused)
                    this->renewed = policy.unauthorized(*this->refused, core->client.transport(), this->context);
                else
                    this->given = policy.authorize(core->client.transport(), this->context);
            }
            void begin(AsyncEngine& engine, std::function<void()> landed) override {
                using Transport = typename C::transport_type;
                [[maybe_unused]] Policy const& policy = core->client.authorizer();
                [[maybe_unused]] Transport const& transport = core->client.transport();
                if constexpr (AnswersUnauthorizedAsynchronously<Policy, Transport>)
                    if (this->refused)
                        return this->pass(this->done(std::move(landed), this->renewed), [&](auto const& answer) {
                            policy.async_unauthorized(*this->refused, transport, this->context, answer);
                        });
                if constexpr (AuthorizesAsynchronously<Policy, Transport>)
                    if (!this->refused)
                        return this->pass(this->done(std::move(landed), this->given), [&](auto const& answer) {
                            policy.async_authorize(transport, this->context, answer);
                        });
                CredentialJob::begin(engine, std::move(landed));
            }
            std::shared_ptr<AsyncCore<C>> core;
        };
        return std::make_shared<Asking>(core_, context, std::move(refused));
    }
    std::optional<http::Clock::time_point> turn_of(http::Request const& request) final {
        if constexpr (HasLimiter<typename C::transport_type>)
            return client().transport().limiter().reserve(request.deadline);
        else
            return std::nullopt;
    }
    std::shared_ptr<CredentialDesk> desk() final {
        if constexpr (AuthorizesAtOnce<Policy>)
            return {core_, &core_->desk};
        else
            return nullptr;
    }

private:
    std::shared_ptr<AsyncCore<C>> core_;
    std::optional<typename AsyncAccess::SendingOf<C>::type> exchange_;
};

/// One asynchronous call. @tparam tries  its handler takes a Result
template <class C, class Answer, bool tries, class Handler>
class AsyncSending final : public AsyncCallOf<C> {
public:
    AsyncSending(std::shared_ptr<AsyncCore<C>> core, Handler handler, CallOptions options)
        : AsyncCallOf<C>(std::move(core)),
          completion_(std::move(handler), this->engine()->executor()),
          options_(std::move(options)) {
        stop_.connect(completion_.slot(), options_.stop);
    }

    template <class What>
    static void begin(std::shared_ptr<AsyncCore<C>> const& core, CallGate::Pass const& gate, What what,
                      CallOptions options, Handler handler) {
        if (core->engine->has_ended()) return;
        auto const memory = asio::get_associated_allocator(handler);
        auto const call = std::allocate_shared<AsyncSending>(memory, core, std::move(handler), std::move(options));
        try {
            CallPlan const plan = AsyncAccess::plan<C>(what);
            call->request_ = AsyncAccess::request(call->client(), what);
            call->prepare(call->request_, call->answer_, AsyncAccess::form<Answer, C>(), plan, call->options_, gate);
        } catch (...) {
            return call->ended(std::current_exception());
        }
        call->AsyncCall::begin();
    }

private:
    void ended(std::exception_ptr error) override {
        error_ = std::move(error);
        completion_.post([self = std::static_pointer_cast<AsyncSending>(this->shared_from_this())]() mutable {
            call_handler(std::move(self));
        });
    }
    /// Calls the handler; what belongs to the call is gone before, so that the handler may begin another in its place.
    static void call_handler(std::shared_ptr<AsyncSending> self) {
        Handler handler = self->completion_.take();
        std::exception_ptr error = std::move(self->error_);
        if constexpr (tries) {
            auto result =
                error ? Result<Answer>::of_exception(std::move(error)) : Result<Answer>(std::move(self->answer_));
            self.reset();
            std::move(handler)(std::move(result));
        } else {
            Answer answer = error ? Answer() : std::move(self->answer_);
            self.reset();
            std::move(handler)(std::move(error), std::move(answer));
        }
    }

    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
    CallOptions options_;
    http::Request request_;
    Answer answer_;
    std::exception_ptr error_;
};

/// What begins the asynchronous calls of a client, which it outlives: they end as cancelled once the client is
/// destroyed.
template <class C>
class AsyncClient {
    using Service = typename C::service_type;

    static_assert(AsyncTransport<typename C::transport_type>,
                  "globus: the functions that do not block need a client with an AsioTransport, for tests "
                  "AsioTransport{io, mock}.");

public:
    /// @throws UsageError  for a client that was moved from, and in a child process
    explicit AsyncClient(C const& client) : core_(AsyncAccess::core(client)), gate_(client.gate()) {}

    /// A copy of the client, with the same tokens and connections.
    [[nodiscard]] C const& client() const noexcept { return core_->client; }
    [[nodiscard]] CallGate::Pass const& gate() const noexcept { return gate_; }
    [[nodiscard]] std::shared_ptr<AsyncEngine> const& engine() const noexcept { return core_->engine; }

    /// Begins a call. @tparam tries  for `void(Result<Answer>)` instead of `void(std::exception_ptr, Answer)`
    template <bool tries, class What, class Token>
    auto start(What what, CallOptions options, Token&& token) const {
        check(what);
        using Answer = typename AsyncAnswer<What>::type;
        using Signature = std::conditional_t<tries, void(Result<Answer>), void(std::exception_ptr, Answer)>;
        return initiate<Signature>(
            [core = core_, gate = gate_]<class Handler>(Handler&& handler, What one, CallOptions how) {
                using Call = AsyncSending<C, Answer, tries, std::decay_t<Handler>>;
                Call::begin(core, gate, std::move(one), std::move(how), std::forward<Handler>(handler));
            },
            std::forward<Token>(token), std::move(what), std::move(options));
    }
    template <class O, class Token>
    auto send(O operation, CallOptions options, Token&& token) const {
        return start<false>(AsyncOperation<O>{std::move(operation)}, std::move(options), std::forward<Token>(token));
    }

private:
    template <class O>
    static void check(AsyncOperation<O> const&) {
        static_assert(OperationOf<O, Service>,
                      "globus: this operation belongs to another service: use a Client of that service.");
        static_assert(check_permitted<Service, O>());
    }
    template <class D, class Raw>
    static void check(AsyncRaw<D, Raw> const&) {}
    static void check(AsyncFinished const&) {}

    std::shared_ptr<AsyncCore<C>> core_;
    CallGate::Pass gate_;
};

template <class C>
struct AsyncStart {
    template <bool tries, class What, class Token>
    static auto begin(C const& client, What what, CallOptions options, Token&& token) {
        return AsyncClient<C>(client).template start<tries>(std::move(what), std::move(options),
                                                            std::forward<Token>(token));
    }
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_ASYNC_SEND_HPP

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

#endif  // GLOBUS_ASIO_HPP
#ifndef GLOBUS_SERVICES_FLOWS_ASYNC_HPP
#define GLOBUS_SERVICES_FLOWS_ASYNC_HPP

#ifndef GLOBUS_CLIENT_ASYNC_STEPS_HPP
#define GLOBUS_CLIENT_ASYNC_STEPS_HPP

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

#include <utility>

// The waits of Flows, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a run has ended or needs its user, or time runs out, without blocking: see `run_wait` of a Client.
 *
 *     flows::RunWait const wait{.run_id = run->run_id};
 *     flows::RunVerdict const verdict = co_await async_run_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, flows::RunVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<flows::GetRun, typename C::service_type>
auto async_run_wait(C const& client, flows::RunWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::RunWatch>(client, std::move(wait), std::move(options),
                                                   std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<flows::GetRun, typename C::service_type>
auto async_run_wait(C const& client, flows::RunWait wait, Token&& token = Token()) {
    return async_run_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_ASYNC_HPP
#ifndef GLOBUS_SERVICES_GCS_ASYNC_HPP
#define GLOBUS_SERVICES_GCS_ASYNC_HPP

#ifndef GLOBUS_SERVICES_GCS_ATTEMPTS_HPP
#define GLOBUS_SERVICES_GCS_ATTEMPTS_HPP

#include <exception>
#include <optional>

namespace globus::detail {

/// What follows when an attempt to read or write a file has ended.
struct AttemptEnd {
    bool complete = false;                                   ///< there is nothing more to do
    std::optional<http::Clock::time_point> wait_until = {};  ///< before the next attempt
};

/// Sends the requests of a run, a DownloadRun, UploadRun or PartRead, until it is complete.
/// @param access  a FileAccess
template <class Access, class Run>
void make_attempts(Access const& access, Run& run) {
    for (AttemptEnd end; !end.complete;) {
        if (end.wait_until && !http::wait_until(*end.wait_until, run.options().stop)) throw run.cancelled();
        std::exception_ptr error;
        Response<Bytes> answer;
        try {
            answer = access.send(run.next_request(), run.retry_class(), run.options());
        } catch (...) {
            error = std::current_exception();
        }
        end = run.took(error, answer);
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_ATTEMPTS_HPP
#ifndef GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP
#define GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP

#ifndef GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP
#define GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP

#include <cstdint>
#include <functional>

namespace globus::detail {

/// What reports the progress of a call, at most ten times a second. It reads a clock only if somebody wants to know.
class ProgressMeter {
public:
    /// @param report  may be empty; it must live as long as this
    explicit ProgressMeter(std::function<void(Progress const&)> const& report) : report_(report) {}

    Progress now;  ///< what is reported

    /// Says that `now.bytes` has changed.
    void moved() {
        if (report_) tell(http::Clock::now());
    }
    /// The same, at a time.
    void tell(http::Clock::time_point time);
    /// Says that the call begins, or goes on, at `now.bytes`: what was there before is no speed.
    void begin(http::Clock::time_point time = http::Clock::now());
    /// Makes the last report.
    void finish();

private:
    std::function<void(Progress const&)> const& report_;
    http::Clock::time_point told_ = {};
    std::uint64_t told_bytes_ = 0;
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_PROGRESS_METER_HPP
#ifndef GLOBUS_SERVICES_GCS_RECEIVERS_HPP
#define GLOBUS_SERVICES_GCS_RECEIVERS_HPP

#ifndef GLOBUS_CORE_PLATFORM_DATA_FILE_HPP
#define GLOBUS_CORE_PLATFORM_DATA_FILE_HPP

#ifndef GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP
#define GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <utility>

namespace globus::detail {

/// A file descriptor that is closed at its end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// The number, which the caller closes.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Files of data: large, written in parts, and with the permissions that the user's files have. A function that fails
// says why in errno.

namespace globus::detail {

/// Opens a file for reading and writing. A link in its place is refused, a pipe is not waited for.
/// @param make  makes the file if it does not exist, with the permissions that this process gives to new files
/// @param fresh  with `make`: it must not exist yet
Descriptor open_data_file(std::string const& path, bool make, bool fresh = false);
/// Opens a file for reading, following links.
Descriptor open_to_read(std::string const& path);

/// Writes all bytes at a place of the file.
bool write_at(Descriptor const& file, std::string_view bytes, std::uint64_t offset);
/// Reads bytes from a place of the file; fewer only at its end. It returns how many, or -1.
std::ptrdiff_t read_at(Descriptor const& file, char* buffer, std::size_t size, std::uint64_t offset);
/// Cuts the file off, or makes it longer with zeros.
bool resize_file(Descriptor const& file, std::uint64_t size);
/// Flushes the file's data to the disk.
bool sync_data(Descriptor const& file);
/// Tells the system to begin to bring a part of the file to the disk. It does not wait, and may do nothing.
void begin_sync(Descriptor const& file, std::uint64_t offset, std::uint64_t size);

bool set_permissions(Descriptor const& file, unsigned mode);
/// Sets the time of the last change, in seconds since 1970.
bool set_modified(Descriptor const& file, std::int64_t seconds);

/// True if the path names this open file, and not another one or a link.
bool names_file(std::string const& path, Descriptor const& file);
/// True if this process may make files in a directory.
bool may_make_files(std::string const& directory);

/// What tells this start of the system from all others: what was written before another start may not have reached the
/// disk. Empty if the system does not say.
std::string boot_identity();

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_DATA_FILE_HPP
#ifndef GLOBUS_SERVICES_GCS_RESUMPTION_HPP
#define GLOBUS_SERVICES_GCS_RESUMPTION_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The decisions about a download that goes on where an earlier attempt ended. They do no I/O.

namespace globus::detail {

/// What the headers of an answer say about a file.
FileStat read_file_stat(http::Headers const& headers, int status);

/**
 * What tells a version of a file from all others, for If-Range (RFC 9110, section 13.1.5): a strong ETag, or else a
 * Last-Modified that is more than a second older than the answer. Empty: there is nothing of the kind, and no part can
 * be joined to another.
 */
std::string validator_of(http::Headers const& headers);

/// A Content-Range (RFC 9110, section 14.4).
struct ContentRange {
    std::uint64_t first = 0;                 ///< of the first byte
    std::uint64_t last = 0;                  ///< of the last byte; both are 0 if the range cannot be satisfied
    std::optional<std::uint64_t> size = {};  ///< of the whole file
    bool satisfied = true;                   ///< false: "bytes */size"
};
/// Nothing for what is malformed.
std::optional<ContentRange> read_content_range(std::string_view text);

/// What there is of a file.
struct HeldPart {
    std::uint64_t bytes = 0;                 ///< from the beginning
    std::string validator = {};              ///< of the version that they belong to
    std::optional<std::uint64_t> size = {};  ///< of that version
};

/// From which byte on to ask for a file; nothing: for the whole file.
std::optional<std::uint64_t> first_to_ask(HeldPart const& held);

/// What to make of an answer's head.
struct Verdict {
    enum class Kind : unsigned char {
        append,     ///< the body goes on at `first`
        restart,    ///< the body is the file from its beginning, and a version that is not known to be the same
        repeat,     ///< the body is the file from its beginning, in the same version: the server sends no parts
        complete,   ///< there is nothing more to come
        ask_whole,  ///< the answer is of no use: ask for the whole file
    };
    Kind kind = Kind::restart;
    std::uint64_t first = 0;                 ///< the place of the first byte of the body
    std::optional<std::uint64_t> size = {};  ///< of the file
};

/**
 * Judges an answer to a request for a file.
 *
 * @param held    what there was when it was asked for
 * @param asked   from which byte on; nothing: for the whole file
 * @param status  2xx or 416
 */
Verdict judge(HeldPart const& held, std::optional<std::uint64_t> asked, int status, http::Headers const& headers);

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_RESUMPTION_HPP

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace globus::detail {

/// What takes the bytes of a download, in order.
class Receiver {
public:
    virtual ~Receiver() = default;
    /// What is there of an earlier process. It is called once, before anything is sent.
    virtual HeldPart held() { return {}; }
    /// True if what was written can be written again.
    [[nodiscard]] virtual bool can_restart() const noexcept = 0;
    /// Called before the first byte of a version of the file; all that was written of another version is forgotten.
    virtual void begin(HeldPart const& version) = 0;
    /// Takes bytes at a place: after those before, or at one that was written already. False ends the download.
    virtual bool write(std::uint64_t offset, std::string_view piece) = 0;
    /// Called before `write_apart`: up to `prefix` all is there.
    virtual void go_apart(std::uint64_t prefix) { (void)prefix; }
    /// Like `write`, at any place, from any thread.
    virtual bool write_apart(std::uint64_t offset, std::string_view piece) { return write(offset, piece); }
    /// Says that all is there up to `prefix`; by one thread at a time.
    virtual void advance(std::uint64_t prefix) { (void)prefix; }
    /// Adds the first bytes that are there to a digest.
    virtual void digest(DigestStream&, std::uint64_t) const {}
    /// Called at the end of a success.
    virtual void finish(FileStat const& file, std::uint64_t size) = 0;
    /// Called if what arrived is of no use.
    virtual void discard() noexcept {}

protected:
    Receiver() = default;
    Receiver(Receiver const&) = default;
    Receiver& operator=(Receiver const&) = default;
};

/**
 * The partial file of a download, which becomes the file.
 *
 * It lies beside the file, under a name that begins with a dot and ends with ".globus-part", with a note of the version
 * that it belongs to, ".globus-part.note". Whoever has its lock writes it; another process that downloads to the same
 * file at the same time has a partial file of its own, which nobody goes on with.
 */
class PartialFile final : public Receiver {
public:
    /// @param url  of the file that is downloaded
    /// @throws UsageError      for a path that is no file's
    /// @throws LocalFileError  if there is no such folder, or it cannot be written
    PartialFile(Download const& what, std::string const& path, std::string url);
    GLOBUS_DECL ~PartialFile() override;
    PartialFile(PartialFile const&) = delete;
    PartialFile& operator=(PartialFile const&) = delete;

    GLOBUS_DECL HeldPart held() override;
    [[nodiscard]] bool can_restart() const noexcept override { return true; }
    GLOBUS_DECL void begin(HeldPart const& version) override;
    GLOBUS_DECL bool write(std::uint64_t offset, std::string_view piece) override;
    GLOBUS_DECL void go_apart(std::uint64_t prefix) override;
    GLOBUS_DECL bool write_apart(std::uint64_t offset, std::string_view piece) override;
    GLOBUS_DECL void advance(std::uint64_t prefix) override;
    GLOBUS_DECL void digest(DigestStream& stream, std::uint64_t size) const override;
    GLOBUS_DECL void finish(FileStat const& file, std::uint64_t size) override;
    GLOBUS_DECL void discard() noexcept override;

private:
    /// How many bytes are brought to the disk before the note says so.
    static constexpr std::uint64_t checkpoint = std::uint64_t{256} << 20;
    /// How many bytes the system is told to bring to the disk at once.
    static constexpr std::uint64_t flush = std::uint64_t{8} << 20;

    [[nodiscard]] std::string note_path() const { return part_ + ".note"; }
    /// Opens the common partial file if it can be used. @param make  makes it if there is none
    bool open_common(bool make);
    /// Opens a partial file of this call's own.
    void open_own();
    [[nodiscard]] HeldPart read_note();
    void write_note();
    /// The permissions that the file is to have; nothing: those of any new file.
    [[nodiscard]] std::optional<unsigned> final_mode() const;
    void remove() noexcept;
    [[noreturn]] void fail(std::string const& path, char const* what) const;

    Download const& what_;
    std::string path_;  ///< of the file, without links
    std::string url_;
    std::string part_;  ///< the path of the partial file
    Descriptor file_;
    HeldPart version_;
    std::uint64_t durable_ = 0;            ///< bytes that are on the disk, whatever happens
    std::optional<std::uint64_t> prefix_;  ///< of a file with gaps: up to here there are none
    std::uint64_t flushed_ = 0;            ///< bytes that are on their way there
    bool common_ = false;                  ///< another process may go on with it
    bool done_ = false;                    ///< there is none any more
};

/// What takes the bytes for a target. @param url  of the file
std::unique_ptr<Receiver> receiver_for(Download const& what, std::string url);

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_RECEIVERS_HPP

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// The comparison of what arrives with the digest that it should have.
class DigestCheck {
public:
    /// Chooses the digest to compare with, if there is one: the caller's, or else the best of the server's.
    void choose(std::optional<Digest> const& given, FileStat const& file);
    /// Says that the next bytes come at a place: those before are read again unless they were just added.
    void go_on_at(std::uint64_t first, Receiver const& receiver);
    void update(std::string_view piece);
    /// The digest of all, if it was computed. @throws FileIntegrityError  if it is another one
    std::optional<Digest> finish(std::string const& name);

private:
    std::optional<Digest> wanted_;
    std::optional<DigestStream> stream_;
    std::uint64_t at_ = 0;
};

/**
 * One download, over as many requests as it takes. It sends nothing itself: a driver sends the requests, one after the
 * other, with its options, and tells how they ended.
 */
class DownloadRun {
public:
    /// @param access, what  must live as long as this
    /// @param given  what the caller gave
    /// @param call   the same, with the deadline and the stop_token of the whole call
    /// @throws UsageError, LocalFileError  for what cannot be right
    DownloadRun(FileAccess const& access, Download const& what, CallOptions const& given, CallOptions call);
    DownloadRun(DownloadRun const&) = delete;
    DownloadRun& operator=(DownloadRun const&) = delete;

    /// Takes what there is of an earlier process. It is called once, first.
    void begin();
    /// Reads the file over several connections at once, if that is wanted, possible and worth it; it blocks. False: it
    /// was not, and the requests are to be sent.
    bool read_apart();
    /// The request of the next attempt.
    [[nodiscard]] http::Request next_request();
    /// The options of each request.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    [[nodiscard]] static constexpr RetryClass retry_class() noexcept { return RetryClass::read; }
    /// Takes how an attempt ended. @throws what ends the download
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Checks what arrived, and puts it in place. It may take a while. False: the download begins anew.
    bool complete();
    /// Reports that all is there.
    Downloaded finish();
    /// What ends a download that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;

private:
    /// Thrown through a request whose answer is of no use.
    struct Useless {};

    AttemptEnd ended(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Rethrows the error in flight, unless what an earlier process left may be to blame.
    void begin_anew();
    void start_again();
    /// When there is another attempt. One that brought nothing was repeated by the client already.
    std::optional<http::Clock::time_point> next_attempt(NetworkError const& error);
    void take_head(int status, http::Headers const& headers);
    /// The body is the file from its beginning.
    void restart(FileStat const& stat, http::Headers const& headers);
    void learn(FileStat const& stat);
    bool take(std::string_view piece);
    [[nodiscard]] std::string name() const { return "GET " + url_; }

    FileAccess const& access_;
    Download const& what_;
    CallOptions options_;  ///< of each request
    std::string const url_;
    std::unique_ptr<Receiver> const receiver_;
    ProgressMeter meter_;
    DigestCheck digest_;
    std::optional<Digest> digest_found_;
    FileStat file_;
    HeldPart held_;                      ///< what the receiver has
    std::optional<std::uint64_t> size_;  ///< of the version that is read
    std::uint64_t at_ = 0;               ///< the place of the next byte that comes
    std::uint64_t discard_ = 0;          ///< bytes to come that the receiver has already
    std::uint64_t before_ = 0;           ///< bytes that the receiver had when the current request began
    std::uint64_t moved_ = 0;            ///< bytes that the current request brought
    std::uint64_t resumed_at_ = 0;
    std::optional<std::uint64_t> asked_;  ///< the first byte that was asked for; nothing: all
    int attempt_ = 1;
    int restarts_ = 0;
    bool ask_whole_ = false;
    bool headed_ = false;    ///< the current request was answered
    bool complete_ = false;  ///< that answer says that there is no more
    bool known_ = false;     ///< the caller was told what comes
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP
#ifndef GLOBUS_SERVICES_GCS_PART_READ_HPP
#define GLOBUS_SERVICES_GCS_PART_READ_HPP

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// A part of a version of a file.
struct FilePart {
    std::string const& url;
    HeldPart const& version;
    std::uint64_t offset;
    std::uint64_t size;
};

/// The reading of one part of a file, over as many requests as it takes. As for a DownloadRun, a driver sends them.
class PartRead {
public:
    /// Takes bytes at a place of the file; false ends it.
    using Keep = std::function<bool(std::uint64_t, std::string_view)>;

    /// @param access, part  and what that refers to must live as long as this
    PartRead(FileAccess const& access, FilePart const& part, Keep keep, CallOptions options);
    PartRead(PartRead const&) = delete;
    PartRead& operator=(PartRead const&) = delete;

    /// The request of the next attempt.
    [[nodiscard]] http::Request next_request();
    /// The options of each request.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    [[nodiscard]] static constexpr RetryClass retry_class() noexcept { return RetryClass::read; }
    /// Takes how an attempt ended. @throws what ends the reading
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// What ends a reading that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;
    /// How many bytes were read.
    [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

private:
    std::optional<http::Clock::time_point> next_attempt(NetworkError const& error);
    void take_head(int status, http::Headers const& headers);
    bool take(std::string_view piece);
    [[noreturn]] void changed() const;

    FileAccess const& access_;
    FilePart const part_;
    Keep const keep_;
    CallOptions options_;
    std::uint64_t done_ = 0;    ///< bytes that were read
    std::uint64_t before_ = 0;  ///< those when the current request began
    std::uint64_t skip_ = 0;    ///< bytes to come that are not wanted
    int attempt_ = 1;
    bool headed_ = false;
};

/// Reads a part of a file. @return how many bytes there were
std::uint64_t read_part(FileAccess const& access, FilePart const& part, PartRead::Keep keep, CallOptions options);

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_PART_READ_HPP
#ifndef GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP
#define GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP

#ifndef GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP
#define GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace globus::detail {

/// What the bytes of an upload come from.
class UploadBody {
public:
    virtual ~UploadBody() = default;
    /// How many bytes there are; nothing if that is not known.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
    /// Goes back to the first byte; false if that cannot be.
    virtual bool rewind() = 0;
    /// Fills at most `size` bytes and says how many; 0 is the end.
    virtual std::size_t read(char* buffer, std::size_t size) = 0;
    /// @throws FileChangedError  if the bytes are not those of one version
    virtual void check_unchanged() const {}

protected:
    UploadBody() = default;
    UploadBody(UploadBody const&) = default;
    UploadBody& operator=(UploadBody const&) = default;
};

/// What reads a source. @throws LocalFileError, UsageError  if it cannot be read
std::unique_ptr<UploadBody> body_of(Upload const& what);

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// One upload, over as many requests as it takes, and the question what there is then. As for a DownloadRun, a driver
/// sends the requests.
class UploadRun {
public:
    /// @param access, what  must live as long as this
    /// @param given  what the caller gave
    /// @param call   the same, with the deadline and the stop_token of the whole call
    /// @throws UsageError, LocalFileError  for what cannot be right
    UploadRun(FileAccess const& access, Upload const& what, CallOptions const& given, CallOptions call);
    UploadRun(UploadRun const&) = delete;
    UploadRun& operator=(UploadRun const&) = delete;

    /// The request that is to be sent now.
    [[nodiscard]] http::Request next_request();
    [[nodiscard]] CallOptions const& options() const noexcept { return state_ == State::sending ? options_ : asking_; }
    [[nodiscard]] RetryClass retry_class() const noexcept {
        return state_ == State::sending ? RetryClass::idempotent : RetryClass::read;
    }
    /// Takes how it ended. @throws what ends the upload
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Reports that the file is there.
    Uploaded finish();
    /// What ends an upload that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;

private:
    enum class State : unsigned char {
        sending,    ///< the file goes
        looking,    ///< whether the file that is there is the one that an earlier attempt has sent
        comparing,  ///< what is there with what was sent
    };

    [[nodiscard]] http::Request put_request();
    std::size_t give(char* buffer, std::size_t size);
    /// An attempt ended with an error.
    AttemptEnd failed(std::exception_ptr const& error);
    /// Plans another attempt, or rethrows the error in flight.
    AttemptEnd repeat(Attempt const& attempt);
    /// Rethrows the error in flight.
    [[noreturn]] void end() const;
    /// The server has taken the file.
    AttemptEnd sent(int status);
    AttemptEnd looked(std::exception_ptr const& error, Response<Bytes> const& answer);
    AttemptEnd compared(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Computes the digest of the body anew.
    void digest_again();
    [[nodiscard]] bool differs(FileStat const& stat) const;
    [[noreturn]] void fail(std::string const& what) const;

    FileAccess const& access_;
    Upload const& what_;
    CallOptions options_;  ///< of each PUT
    CallOptions asking_;   ///< of each HEAD
    std::string const url_;
    std::unique_ptr<UploadBody> const body_;
    ProgressMeter meter_;
    std::optional<DigestStream> digest_;
    Uploaded done_;
    State state_ = State::sending;
    std::exception_ptr refused_;  ///< what the server said to the latest attempt, while it is looked for
    std::uint64_t sent_ = 0;      ///< bytes of the current attempt
    int attempt_ = 1;
    bool in_doubt_ = false;  ///< an attempt may have written something
    bool renewed_ = false;   ///< after a 401
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP

#include <boost/asio/bind_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

// The files of a collection, without blocking. They are free functions, of clients with an AsioTransport:
//
//     Downloaded const got = co_await async_download(files, what, use_awaitable);
//     async_read_at(files, file, offset, buffer, [](std::exception_ptr error, std::size_t count) { ... });
//
// Each is its blocking namesake of a Client in everything but the waiting: the same decisions about what goes on where.
// Terminal cancellation ends it as CallOptions::stop does.

namespace globus {
namespace detail {

/// What RemoteFile has for its asynchronous functions.
struct RemoteFileParts {
    static RemoteFile unread(std::shared_ptr<FileAccess const> access, OpenFile how) {
        return RemoteFile(std::move(access), std::move(how));
    }
    static std::string const& path(RemoteFile const& file) { return *file.how_.path; }
    static void take(RemoteFile& file, FileHead head) { file.take(std::move(head)); }
    static std::span<std::byte> within(RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer) {
        return file.within(offset, buffer);
    }
    static std::string const& url(RemoteFile const& file) { return file.url_; }
    static HeldPart version(RemoteFile const& file) { return file.version(); }
};

/// A call for a file that does not block.
template <class C, class Value, class Handler>
class AsyncFileCall : public AsyncSteps<C, Value, Handler> {
protected:
    AsyncFileCall(AsyncClient<C> client, Handler handler, CallOptions options)
        : AsyncSteps<C, Value, Handler>(client, std::move(handler), options),
          sends_(std::move(client)),
          given_(std::move(options)) {}

    /// What the caller gave.
    [[nodiscard]] CallOptions const& given() const noexcept { return given_; }
    /// Begins the call, which ends when the client does. @return the options of all of it
    CallOptions begin_call() {
        CallOptions options = given_;
        options.deadline = deadline_of(given_, this->client().options().timeout);
        call_.emplace(this->gate(), given_.stop, CallGate::Wait::no);
        options.stop = call_->stop();
        return options;
    }
    /// Sends a request; `then` gets how it ended, on the strand. What that throws ends the call.
    template <class Then>
    void send_request(http::Request request, RetryClass retry_class, CallOptions const& options, Then then) {
        auto const self = std::static_pointer_cast<AsyncFileCall>(this->shared_from_this());
        sends_.template start<false>(
            AsyncFinished{std::move(request), retry_class}, options,
            asio::bind_executor(this->engine()->strand(),
                                [self, then](std::exception_ptr error, Response<Bytes> answer) {
                                    self->guard([&] { then(std::move(error), std::move(answer)); });
                                }));
    }

private:
    AsyncClient<C> sends_;
    CallOptions given_;
    std::optional<CallGate::Call> call_;
};

/// A call that makes the attempts of a run: a DownloadRun, UploadRun or PartRead.
template <class C, class Run, class Value, class Handler>
class AsyncAttempts : public AsyncFileCall<C, Value, Handler> {
protected:
    using AsyncFileCall<C, Value, Handler>::AsyncFileCall;

    virtual Run& run() = 0;
    /// Called when there is nothing more to do.
    virtual void complete() = 0;
    void attempt() {
        Run& one = run();
        this->send_request(one.next_request(), one.retry_class(), one.options(),
                           [this](std::exception_ptr error, auto answer) {
                               AttemptEnd const end = run().took(error, answer);
                               if (end.complete) return complete();
                               if (end.wait_until) return this->pause(*end.wait_until, run().options().stop);
                               attempt();
                           });
    }
    void pause_ended(bool in_full) override {
        this->guard([&] {
            if (!in_full) throw run().cancelled();
            attempt();
        });
    }
};

/// One call of async_stat_file.
template <class C, class Handler>
class AsyncFileStat final : public AsyncFileCall<C, FileStat, Handler> {
public:
    AsyncFileStat(AsyncClient<C> client, Handler handler, std::string path, CallOptions options)
        : AsyncFileCall<C, FileStat, Handler>(std::move(client), std::move(handler), std::move(options)),
          path_(std::move(path)) {}

    void begin() {
        this->guard([this] {
            FileAccessOf<C const&> const access(this->client());
            this->send_request(head_request(access, path_), RetryClass::read, this->given(),
                               [this](auto error, auto answer) {
                                   if (error) std::rethrow_exception(error);
                                   this->finish(read_head(answer).stat);
                               });
        });
    }

private:
    std::string path_;
};

/// One call of async_open.
template <class C, class Handler>
class AsyncOpening final : public AsyncFileCall<C, RemoteFile, Handler> {
public:
    AsyncOpening(AsyncClient<C> client, Handler handler, OpenFile how, CallOptions options)
        : AsyncFileCall<C, RemoteFile, Handler>(std::move(client), std::move(handler), std::move(options)),
          how_(std::move(how)) {}

    void begin() {
        this->guard([this] {
            auto const access = std::make_shared<FileAccessOf<C>>(this->client());
            file_ = RemoteFileParts::unread(access, std::move(how_));
            http::Request request = head_request(*access, RemoteFileParts::path(file_));
            this->send_request(std::move(request), RetryClass::read, this->given(), [this](auto error, auto answer) {
                if (error) std::rethrow_exception(error);
                RemoteFileParts::take(file_, read_head(answer));
                this->finish(std::move(file_));
            });
        });
    }

private:
    OpenFile how_;
    RemoteFile file_;
};

/// What async_read_at reads.
struct ReadAt {
    RemoteFile const* file;
    std::uint64_t offset;
    std::span<std::byte> buffer;
};

/// One call of async_read_at.
template <class C, class Handler>
class AsyncReadAt final : public AsyncAttempts<C, PartRead, std::size_t, Handler> {
public:
    AsyncReadAt(AsyncClient<C> client, Handler handler, ReadAt what, CallOptions options)
        : AsyncAttempts<C, PartRead, std::size_t, Handler>(std::move(client), std::move(handler), std::move(options)),
          what_(what),
          access_(this->client()) {}

    void begin() {
        this->guard([this] {
            auto const buffer = RemoteFileParts::within(*what_.file, what_.offset, what_.buffer);
            if (buffer.empty()) return this->finish(0);
            version_ = RemoteFileParts::version(*what_.file);
            CallOptions options = this->begin_call();
            if (!access_.has_limit(this->given())) options.deadline.reset();
            auto const keep = [buffer, offset = what_.offset](std::uint64_t at, std::string_view piece) {
                std::memcpy(buffer.data() + (at - offset), piece.data(), piece.size());
                return true;
            };
            FilePart const part{RemoteFileParts::url(*what_.file), version_, what_.offset, buffer.size()};
            reading_.emplace(access_, part, keep, std::move(options));
            this->attempt();
        });
    }

private:
    PartRead& run() override { return *reading_; }
    void complete() override { this->finish(static_cast<std::size_t>(reading_->done())); }

    ReadAt what_;
    FileAccessOf<C const&> access_;
    HeldPart version_;
    std::optional<PartRead> reading_;
};

/// One call of async_download.
template <class C, class Handler>
class AsyncDownload final : public AsyncAttempts<C, DownloadRun, Downloaded, Handler> {
    /// What a thread of the library needs that brings the file to the disk, while this may end.
    struct Work {
        Work(C const& client, Download one) : access(client), what(std::move(one)) {}
        FileAccessOf<C> access;
        Download what;
        std::optional<DownloadRun> run;
        bool complete = false;
        std::exception_ptr error;
    };

public:
    AsyncDownload(AsyncClient<C> client, Handler handler, Download what, CallOptions options)
        : AsyncAttempts<C, DownloadRun, Downloaded, Handler>(std::move(client), std::move(handler), std::move(options)),
          work_(std::make_shared<Work>(this->client(), std::move(what))) {}

    void begin() {
        this->guard([this] {
            if (work_->what.connections != 1)
                throw UsageError("async_download takes one connection: several are for the download that blocks");
            work_->run.emplace(work_->access, work_->what, this->given(), this->begin_call());
            work_->run->begin();
            this->attempt();
        });
    }

private:
    DownloadRun& run() override { return *work_->run; }
    /// All has arrived. What brings it to the disk may block, and cannot be cancelled.
    void complete() override {
        completing_ = true;
        this->pause(http::Clock::time_point::max(), {});  // which keeps this
        auto const self = std::static_pointer_cast<AsyncDownload>(this->shared_from_this());
        this->engine()->run_aside([work = work_, call = std::weak_ptr<AsyncDownload>(self), engine = this->engine()] {
            try {
                work->complete = work->run->complete();
            } catch (...) {
                work->error = std::current_exception();
            }
            engine->post([work, call] {
                if (auto const here = call.lock()) here->completed();
            });
        });
    }
    void completed() {
        completing_ = false;
        auto const self = this->shared_from_this();
        this->end_pause();
        this->guard([this] {
            if (work_->error) std::rethrow_exception(work_->error);
            if (work_->complete) return this->finish(work_->run->finish());
            this->attempt();
        });
    }
    void pause_ended(bool in_full) override {
        if (completing_) return this->pause(http::Clock::time_point::max(), {});
        AsyncAttempts<C, DownloadRun, Downloaded, Handler>::pause_ended(in_full);
    }

    std::shared_ptr<Work> work_;
    bool completing_ = false;
};

/// One call of async_upload.
template <class C, class Handler>
class AsyncUpload final : public AsyncAttempts<C, UploadRun, Uploaded, Handler> {
public:
    AsyncUpload(AsyncClient<C> client, Handler handler, Upload what, CallOptions options)
        : AsyncAttempts<C, UploadRun, Uploaded, Handler>(std::move(client), std::move(handler), std::move(options)),
          access_(this->client()),
          what_(std::move(what)) {}

    void begin() {
        this->guard([this] {
            run_.emplace(access_, what_, this->given(), this->begin_call());
            this->attempt();
        });
    }

private:
    UploadRun& run() override { return *run_; }
    void complete() override { this->finish(run_->finish()); }

    FileAccessOf<C const&> access_;
    Upload what_;
    std::optional<UploadRun> run_;
};

}  // namespace detail

/**
 * Asks for the size, ETag and time of a file, without blocking: see `stat_file` of a Client.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, FileStat)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_stat_file(C const& files, std::string path, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncFileStat, FileStat, C, std::string, Token>(
        files, std::move(path), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_stat_file(C const& files, std::string path, Token&& token = Token()) {
    return async_stat_file(files, std::move(path), CallOptions(), std::forward<Token>(token));
}

/**
 * Downloads a file without blocking: see `download` of a Client.
 *
 *     async_download(files, {.path = "/data/run.h5", .to = "run.h5"}, [](std::exception_ptr error, Downloaded got) {
 *         if (!error) std::printf("%llu bytes\n", static_cast<unsigned long long>(got.bytes));
 *     });
 *
 * It goes on after an interruption, and where an earlier process ended, checks and replaces as that does. What arrives
 * is written on the transport's executor, where `to`, `on_begin` and `progress` are called, too; the end, which waits
 * for the disk, is on a thread of the library, and cannot be cancelled. What there is of an earlier process is read on
 * the executor if there is a digest to compare with.
 *
 * It takes one connection: `what.connections` of more is a UsageError. A stream or buffer must live until the handler
 * is called.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, Downloaded)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_download(C const& files, Download what, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncDownload, Downloaded, C, Download, Token>(
        files, std::move(what), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_download(C const& files, Download what, Token&& token = Token()) {
    return async_download(files, std::move(what), CallOptions(), std::forward<Token>(token));
}

/**
 * Uploads a file without blocking: see `upload` of a Client.
 *
 *     async_upload(files, {.from = "run.h5", .path = "/data/run.h5"}, [](std::exception_ptr error, Uploaded sent) { ... });
 *
 * It is repeated and compared as that is. The file is read on the transport's executor, where a function that gives the
 * bytes and `progress` are called, too. A stream or buffer must live until the handler is called.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, Uploaded)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_upload(C const& files, Upload what, CallOptions options, Token&& token = Token()) {
    static_assert(detail::check_raw<typename C::service_type, false>());
    return detail::initiate_steps<detail::AsyncUpload, Uploaded, C, Upload, Token>(
        files, std::move(what), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_upload(C const& files, Upload what, Token&& token = Token()) {
    return async_upload(files, std::move(what), CallOptions(), std::forward<Token>(token));
}

/**
 * Opens a file without blocking, to read parts of it: see `open` of a Client.
 *
 * @param files  a Client<GcsCollectionService, ..., AsioTransport>
 * @param token  for `void(std::exception_ptr, RemoteFile)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_open(C const& files, OpenFile how, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncOpening, RemoteFile, C, OpenFile, Token>(
        files, std::move(how), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_open(C const& files, OpenFile how, Token&& token = Token()) {
    return async_open(files, std::move(how), CallOptions(), std::forward<Token>(token));
}

/**
 * Reads bytes from a place of a file without blocking: see `read_at` of a RemoteFile.
 *
 *     async_read_at(files, file, offset, buffer, [](std::exception_ptr error, std::size_t count) { ... });
 *
 * Each is a request of its own: blocks that the file keeps are for the reads that block.
 *
 * @param files   a Client<GcsCollectionService, ..., AsioTransport> of the file's collection
 * @param file    must live, and stay as it is, until the handler is called
 * @param buffer  the same
 * @param token   for `void(std::exception_ptr, std::size_t)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_read_at(C const& files, RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer,
                   CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncReadAt, std::size_t, C, detail::ReadAt, Token>(
        files, detail::ReadAt{&file, offset, buffer}, std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_read_at(C const& files, RemoteFile const& file, std::uint64_t offset, std::span<std::byte> buffer,
                   Token&& token = Token()) {
    return async_read_at(files, file, offset, buffer, CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_ASYNC_HPP
#ifndef GLOBUS_SERVICES_SEARCH_ASYNC_HPP
#define GLOBUS_SERVICES_SEARCH_ASYNC_HPP

#include <utility>

// The waits of Search, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a task of an index has ended, or time runs out, without blocking: see `task_wait` of a Client.
 *
 *     search::TaskWait const wait{.task_id = accepted->task_id};
 *     search::TaskVerdict const verdict = co_await async_task_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, search::TaskVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<search::GetTask, typename C::service_type>
auto async_task_wait(C const& client, search::TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::SearchTaskWatch>(client, std::move(wait), std::move(options),
                                                          std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<search::GetTask, typename C::service_type>
auto async_task_wait(C const& client, search::TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

/**
 * Waits until an index that was deleted is gone, or time runs out, without blocking: see `index_delete_wait` of a Client.
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, search::IndexDeleteVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<search::GetIndex, typename C::service_type>
auto async_index_delete_wait(C const& client, search::IndexDeleteWait wait, CallOptions options,
                             Token&& token = Token()) {
    return detail::initiate_wait<detail::IndexDeleteWatch>(client, std::move(wait), std::move(options),
                                                           std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<search::GetIndex, typename C::service_type>
auto async_index_delete_wait(C const& client, search::IndexDeleteWait wait, Token&& token = Token()) {
    return async_index_delete_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_ASYNC_HPP
#ifndef GLOBUS_SERVICES_TIMERS_ASYNC_HPP
#define GLOBUS_SERVICES_TIMERS_ASYNC_HPP

#include <utility>

// The waits of Timers, without blocking. They are free functions, of clients with an AsioTransport; each is its blocking
// namesake of a Client in everything but the waiting. Terminal cancellation ends it as CallOptions::stop does.

namespace globus {

/**
 * Waits until a timer has run once more, has ended or is paused, or time runs out, without blocking: see `timer_wait` of
 * a Client.
 *
 *     timers::TimerWait const wait{.job_id = id, .timeout = 25h};
 *     timers::TimerVerdict const verdict = co_await async_timer_wait(client, wait, use_awaitable);
 *
 * `on_progress` is called on the transport's executor, and may destroy the client.
 *
 * @param token  for `void(std::exception_ptr, timers::TimerVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<timers::GetJob, typename C::service_type>
auto async_timer_wait(C const& client, timers::TimerWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_wait<detail::TimerWatch>(client, std::move(wait), std::move(options),
                                                     std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<timers::GetJob, typename C::service_type>
auto async_timer_wait(C const& client, timers::TimerWait wait, Token&& token = Token()) {
    return async_timer_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_ASYNC_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_RECURSIVE_LS_HPP

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

#include <optional>
#include <string>
#include <utility>

// Functions of Transfer that take several requests, without blocking. They are free functions, of clients with an
// AsioTransport:
//
//     async_submit_transfer(client, data, [](std::exception_ptr error, Response<SubmissionResult> accepted) { ... });
//     TaskVerdict const verdict = co_await async_task_wait(client, wait, use_awaitable);
//
// Each is its blocking namesake of a Client in everything but the waiting. Terminal cancellation ends it as
// CallOptions::stop does.

namespace globus {
namespace detail {

/// One call of async_submit_transfer or async_submit_delete.
template <class C, class Submit, class Data, class Handler>
class AsyncSubmission final : public AsyncSteps<C, Response<typename Submit::result>, Handler> {
public:
    using Value = Response<typename Submit::result>;

    AsyncSubmission(AsyncClient<C> client, Handler handler, Data data, CallOptions options)
        : AsyncSteps<C, Value, Handler>(std::move(client), std::move(handler), options),
          data_(std::move(data)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            data_.check();
            options_.deadline = deadline_of(options_, this->client().options().timeout);
            if (data_.additional_fields.contains("submission_id"))
                throw UsageError("the submission id is to be a member, no additional field");
            if (data_.submission_id.has_value()) return submit();
            this->send(transfer::GetSubmissionId{}, options_, [this](auto answer) {
                if ((*answer)->value.empty()) throw DecodeError("Transfer gave no submission id", answer->text());
                data_.submission_id = (*answer)->value;
                submit();
            });
        });
    }

private:
    void submit() {
        std::string const id = *data_.submission_id;
        if (id.empty()) throw UsageError("the submission id is empty: leave it out, and a new one is used");
        this->send(Submit{.data = DocumentOf<Data>(data_)}, options_, [this, id](auto answer) {
            try {
                this->finish(std::move(answer).value());
            } catch (Error const&) {
                rethrow_changed<TransferApiError, AuthApiError, NetworkError, DecodeError>(
                    [&](auto const& error) { return SubmissionEndedBy(error, id); });
            }
        });
    }

    Data data_;
    CallOptions options_;
};

/// One call of async_task_wait.
template <class C, class Handler>
class AsyncTaskWaiting final : public AsyncLooking<C, transfer::TaskVerdict, Handler> {
    static constexpr bool may_cancel = Permits<typename C::service_type, transfer::CancelTask>;

public:
    AsyncTaskWaiting(AsyncClient<C> client, Handler handler, transfer::TaskWait wait, CallOptions options)
        : AsyncLooking<C, transfer::TaskVerdict, Handler>(std::move(client), std::move(handler), std::move(options)),
          given_(std::move(wait)) {}

    void begin() {
        this->guard([this] {
            if (given_.sleep) throw UsageError("async_task_wait: it has no use for TaskWait::sleep");
            watch_.emplace(std::move(given_), may_cancel);
            this->begin_looking("task_wait", watch_->polling());
        });
    }

private:
    void look() override {
        this->send(watch_->task(), options(), [this](auto answer) {
            if (!this->took([&] { watch_->saw(taken_as_is(std::move(answer).value())); })) return;
            if (!watch_->has_new_faults()) return seen();
            this->send(watch_->fault_list(), options(), [this](auto faults) {
                if (came(faults)) watch_->saw(**faults);
                seen();
            });
        });
    }
    /// Everything that is asked for is there.
    void seen() {
        watch_->report(this->looks()->elapsed(), [&](auto const& callback) { this->looks()->run_callback(callback); });
        TaskWatch::Next const next = watch_->next();
        if (next == TaskWatch::Next::end) return this->finish(std::move(*watch_).verdict());
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel) {
                this->send(watch_->cancellation(), options(), [this](auto answer) {
                    if (came(answer)) watch_->cancelled();
                    this->look_again();
                });
                return;
            }
        this->look_again();
    }
    /// True for an answer, false for an error that may pass. @throws any other error
    template <class T>
    static bool came(Result<T> const& answer) {
        if (!answer && !may_pass(answer.error())) (void)answer.value();
        return answer.has_value();
    }
    [[nodiscard]] CallOptions const& options() const { return this->looks()->options(); }
    transfer::TaskVerdict verdict_by_now() override { return std::move(*watch_).verdict_by_now(); }
    transfer::TaskVerdict value_despite(NetworkError const& error) override {
        if (!this->looks()) throw;
        return std::move(*watch_).verdict_despite(error);
    }

    transfer::TaskWait given_;
    std::optional<TaskWatch> watch_;
};

template <class C, class Data, class Handler>
using AsyncTransferSubmission = AsyncSubmission<C, transfer::SubmitTransfer, Data, Handler>;
template <class C, class Data, class Handler>
using AsyncDeleteSubmission = AsyncSubmission<C, transfer::SubmitDelete, Data, Handler>;

}  // namespace detail

/**
 * Submits a transfer, exactly once, without blocking: see `submit_transfer` of a Client.
 *
 * The submission id is in every error (`submission_id(error)`). A program that is to outlive a crash sets
 * `data.submission_id` itself, and stores it before.
 *
 * @param token  for `void(std::exception_ptr, Response<SubmissionResult>)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTransferSubmission, Response<SubmissionResult>, C, TransferData, Token,
                                  TransferData>(client, std::move(data), std::move(options),
                                                std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, Token&& token = Token()) {
    return async_submit_transfer(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/// Submits a deletion, exactly once, without blocking; see async_submit_transfer.
template <class C, class Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncDeleteSubmission, Response<SubmissionResult>, C, DeleteData, Token,
                                  DeleteData>(client, std::move(data), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, Token&& token = Token()) {
    return async_submit_delete(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/**
 * Waits until a task has ended, or time runs out, without blocking: see `task_wait` of a Client.
 *
 * `on_progress` is called on the transport's executor, and may destroy the client. `sleep` is a UsageError.
 *
 * @param token  for `void(std::exception_ptr, TaskVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
    requires OperationOf<transfer::GetTask, typename C::service_type>
auto async_task_wait(C const& client, TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTaskWaiting, TaskVerdict, C, TaskWait, Token>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
    requires OperationOf<transfer::GetTask, typename C::service_type>
auto async_task_wait(C const& client, TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#ifdef GLOBUS_ASIO_BODIES
#ifndef GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP

#ifndef GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#define GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <signal.h>

namespace globus::detail {

/// A guard that keeps SIGPIPE from the calling thread, since OpenSSL writes without MSG_NOSIGNAL.
class SigpipeGuard {
public:
    explicit SigpipeGuard(bool needed);
    SigpipeGuard(SigpipeGuard const&) = delete;
    SigpipeGuard& operator=(SigpipeGuard const&) = delete;
    ~SigpipeGuard();

private:
    bool needed_;
    bool was_pending_ = false;
    sigset_t pipe_{};
    sigset_t before_{};
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

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
#ifndef GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP

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
#ifndef GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
#define GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void CredentialJob::begin(AsyncEngine& engine, std::function<void()> landed) {
    engine.run_aside([this, landed = std::move(landed)] {
        try {
            ask();
        } catch (...) {
            error = std::current_exception();
        }
        landed();
    });
}

GLOBUS_DECL CredentialJob::Once::~Once() {
    try {
        land(std::make_exception_ptr(UsageError("the policy dropped what it was to call with its answer")), [] {});
    } catch (...) {  // there is no memory; the call ends by its deadline
    }
}

GLOBUS_DECL bool CredentialDesk::ask_or_wait(std::shared_ptr<AsyncCall> const& call) {
    if (!std::exchange(busy_, true)) return true;
    waiting_.push_back(call);
    return false;
}

GLOBUS_DECL void CredentialDesk::landed(CredentialJob const& job) {
    busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting;
    waiting.swap(waiting_);
    for (auto const& one : waiting)
        if (auto const call = one.lock()) call->credential_landed(job);
}

GLOBUS_DECL AsyncCall::AsyncCall(std::shared_ptr<AsyncEngine> engine) : AsyncPause(std::move(engine)) {}
GLOBUS_DECL AsyncCall::~AsyncCall() = default;

GLOBUS_DECL void AsyncCall::drive(ClientExchange& exchange, RetryPolicyRef const& retry) {
    exchange_ = &exchange;
    run_.emplace(exchange, exchange.terms(), retry);
}

GLOBUS_DECL void AsyncCall::begin() {
    engine()->post([self = self()] { self->make_steps(); });
}

template <class F>
void AsyncCall::go_on(F const& step) {
    if (ended_) return;
    try {
        step();
    } catch (...) {
        return end_by_error();
    }
    make_steps();
}

GLOBUS_DECL void AsyncCall::make_steps() {
    try {
        while (!ended_) {
            Step const step = run_->next();
            switch (step.kind) {
                case Step::Kind::authorize:
                    if (auto credential = credential_at_once()) {
                        exchange_->use(*std::move(credential));
                        run_->authorized();
                        break;
                    }
                    return ask(false);
                case Step::Kind::renew:
                    if (auto const renewed = renewed_at_once()) {
                        run_->renewed(*renewed);
                        break;
                    }
                    return ask(true);
                case Step::Kind::send:
                    if (http::Request const* const next = std::exchange(redirected_, nullptr)) return send(*next);
                    run_->sending();
                    return send(exchange_->first_request());
                case Step::Kind::wait:
                    return pause(step.until, exchange_->request.stop);
                default:
                    read();
            }
        }
    } catch (...) {
        end_by_error();
    }
}

GLOBUS_DECL void AsyncCall::read() {
    http::Response answer = run_->hand_out();
    try {
        exchange_->take(answer, run_->replayed());
    } catch (DecodeError const& error) {
        return run_->unread(error);
    }
    run_->finished();
    end(nullptr);
}

GLOBUS_DECL void AsyncCall::send(http::Request const& request) {
    std::optional<http::Clock::time_point> turn;
    try {
        turn = turn_of(request);
    } catch (NetworkError const&) {
        return failed(std::current_exception());
    }
    if (!turn || *turn <= http::Clock::now()) return engine()->start(self(), request);
    waits_for_turn_ = &request;
    pause(*turn, request.stop);
}

GLOBUS_DECL void AsyncCall::turn_came(http::Request const& request, bool in_full) {
    try {
        if (in_full) return engine()->start(self(), request);
    } catch (...) {
        return end_by_error();
    }
    try {
        Wait{"the rate limiter", request.deadline, request.stop}.end();
    } catch (NetworkError const&) {
        failed(std::current_exception());
    }
}

GLOBUS_DECL void AsyncCall::received(http::Response answer) {
    go_on([&] {
        try {
            redirected_ = exchange_->next_request(answer);
        } catch (NetworkError const& error) {
            return run_->failed(error);
        }
        if (redirected_ == nullptr) run_->answered(std::move(answer));
    });
}

GLOBUS_DECL void AsyncCall::failed(std::exception_ptr error) {
    go_on([&] {
        try {
            std::rethrow_exception(std::move(error));
        } catch (NetworkError const& network) {
            run_->failed(network);
        }
    });
}

GLOBUS_DECL void AsyncCall::ask(bool renews) {
    waits_for_credential_ = true;
    pause(exchange_->context().deadline, exchange_->context().stop);
    std::shared_ptr<CredentialDesk> const shared = desk();
    if (shared && !shared->ask_or_wait(self())) return;
    job_ = job(exchange_->context(), renews ? std::optional(exchange_->credential_used()) : std::nullopt);
    job_->begin(*engine(), [job = job_, call = std::weak_ptr<AsyncCall>(self()), shared, engine = engine()] {
        engine->post([job, call, shared] {
            if (auto const here = call.lock(); here && here->job_ == job) here->asked(*job);
            if (shared) shared->landed(*job);
        });
    });
}

GLOBUS_DECL void AsyncCall::asked(CredentialJob const& job) {
    end_pause();
    waits_for_credential_ = false;
    go_on([&] {
        if (job.error) std::rethrow_exception(job.error);
        if (job.refused) return run_->renewed(job.renewed);
        exchange_->use(job.given);
        run_->authorized();
    });
}

GLOBUS_DECL void AsyncCall::credential_landed(CredentialJob const& job) {
    if (ended_ || !waits_for_credential_ || job_) return;
    end_pause();
    waits_for_credential_ = false;
    // One that only ran out of its own time, or was cancelled, is no answer for others.
    bool const gave_up = Wait{{}, job.context.deadline, job.context.stop}.is_over();
    go_on([&] {
        if (job.error && !gave_up) std::rethrow_exception(job.error);
    });
}

GLOBUS_DECL void AsyncCall::end_by_error() {
    if (ended_) return;
    try {
        try {
            throw;
        } catch (Error const&) {
            run_->rethrow();
        }
    } catch (...) {
        end(std::current_exception());
    }
}

GLOBUS_DECL void AsyncCall::end(std::exception_ptr error) {
    ended_ = true;
    end_pause();
    ended(std::move(error));
}

GLOBUS_DECL void AsyncCall::pause_ended(bool in_full) {
    if (http::Request const* const request = std::exchange(waits_for_turn_, nullptr))
        return turn_came(*request, in_full);
    go_on([&] {
        if (!waits_for_credential_) return run_->waited(in_full);
        job_ = nullptr;
        Wait{"the credential", exchange_->context().deadline, exchange_->context().stop}.end();
    });
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
#ifndef GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP

#ifndef GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP

#ifndef GLOBUS_CORE_PLATFORM_SOCKET_HPP
#define GLOBUS_CORE_PLATFORM_SOCKET_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace globus::detail {

// Descriptors that do not survive an exec, from their first moment on if the system supports that, since another
// thread may start a program at any time. Those that listen do not block, either. A function that fails says why in
// errno.

/// Makes a socket, as socket(2) does.
Descriptor new_socket(int family, int type, int protocol);
/// Accepts a connection, as accept(2) does.
Descriptor accept_from(Descriptor const& listener);

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Makes a pair; both ends are empty, and errno says why, if that fails.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept;

    Descriptor reader = Descriptor();
    Descriptor writer = Descriptor();
};

/// Listens on 127.0.0.1.
struct LoopbackListener {
    /// Listens at a port of the system's choice; the socket is empty, and errno says why, if that fails.
    [[nodiscard]] static LoopbackListener make();

    Descriptor socket = Descriptor();
    std::uint16_t port = 0;
};

/// A descriptor to wait for.
struct Polled {
    int number = -1;        ///< less than 0: none
    bool to_write = false;  ///< whether to wait until it can be written to, or else read from
    bool ready = false;     ///< it is ready; set by `poll`
};
/// Waits until one of them is ready or has failed, or time runs out.
void poll(std::vector<Polled>& all, std::chrono::milliseconds longest);

/// Receives as recv(2) does: it returns how many bytes came, 0 at the end, or -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// Sends as send(2) does, without a signal if the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
void end_writing(Descriptor const& socket);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP
#ifndef GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
#define GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace globus::detail {

/**
 * What wakes a handle of a library from its wait, a pair of sockets or a pipe. Many versions of libcurl leave it to
 * child processes, and none tells its numbers (https://github.com/curl/curl/issues/13618). So a random number of bytes
 * is sent through, and the ends are those that hold exactly that many, among all that were not there before the handle:
 * other threads open, write and close files meanwhile, which must not be changed.
 *
 * Linux is asked by plain system calls: a number whose file another thread may be closing is not a data race.
 */
class WakeUpFiles {
public:
    /// It must be made before the handle.
    WakeUpFiles();
    /// @param wake  sends one byte through, as curl_multi_wakeup does
    template <class Wake>
    void keep_from_children(Wake const& wake) {
        std::size_t const end = std::max(first_ + others_.size(), first_free() + around);
        others_.resize(end - first_);
        struct Candidate {
            std::size_t file;
            int of_one;  ///< how much waits after one byte: a socket counts the memory that it takes
        };
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i != others_.size(); ++i)
            if (!others_[i] && is_inherited(first_ + i) && waiting(first_ + i) == 0)
                candidates.push_back({first_ + i, 0});
        wake();
        for (Candidate& one : candidates) one.of_one = waiting(one.file);
        int sent = 1;
        std::random_device random;
        for (int turn = 0; turn != 2; ++turn) {
            for (auto more = random() % 16 + 1; more != 0; --more, ++sent) wake();
            std::erase_if(candidates, [&](Candidate const& one) {
                return one.of_one == 0 || waiting(one.file) != sent * one.of_one;
            });
        }
        for (Candidate const& one : candidates) keep(one.file);
    }

private:
    static constexpr std::size_t around = 64;  ///< how many numbers other threads may take or close meanwhile

    static std::size_t first_free();
    /// True for a local socket or a pipe that child processes inherit.
    static bool is_inherited(std::size_t file);
    /// How much waits to be read, here or, as only Linux tells, at the other end.
    static int waiting(std::size_t file);
    /// Child processes do not inherit it from now on.
    static void keep(std::size_t file);

    std::size_t first_ = 0;
    std::vector<bool> others_;  ///< from that number on: what child processes inherit and was there before
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
// Before the guard: header-only, what this header includes ends with the bodies that need what is declared here.

#ifndef GLOBUS_HTTP_CURL_EXCHANGE_HPP
#define GLOBUS_HTTP_CURL_EXCHANGE_HPP

#ifndef GLOBUS_HTTP_PROXY_HPP
#define GLOBUS_HTTP_PROXY_HPP

namespace globus::http {

/// What the URL of a proxy says, except its credentials.
struct Proxy {
    bool over_tls = false;  ///< https: the connection to the proxy is encrypted, too
    bool loopback = false;  ///< it is on this machine
};

/**
 * Reads the URL of a proxy: [http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT].
 *
 * @throws UsageError  for anything else. Its message has nothing of the text, which may contain a password.
 */
Proxy parse_proxy(Secret const& text);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_PROXY_HPP

#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x074400
#error "globus needs libcurl 7.68 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

// One exchange over libcurl, whoever drives it: how a request is set, and how its answer is read. For the bodies of
// transports only.

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus::detail {

/// The options of a transport, and what follows from them.
struct CurlSettings {
    /// @throws UsageError  for options that cannot be used
    explicit CurlSettings(CurlOptions o);

    static void check_readable(std::string const& option, std::string const& path, bool directory);

    /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
    static std::string hashed_directory();

    /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
    [[nodiscard]] char const* proxy_for(std::string_view host) const;

    /// True if OpenSSL may write to the socket of a request, which it does without MSG_NOSIGNAL.
    [[nodiscard]] bool uses_tls(http::Request const& request) const;

    /// The codings that libcurl can unpack, as a request names them.
    static std::string known_codings();

    CurlOptions const options;
    std::string const codings = known_codings();
    http::Proxy proxy;  ///< of the options
    std::string default_ca_path;
};

/// An easy handle, and what is set in it.
struct CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    CurlHandle();
    CurlHandle(CurlHandle const&) = delete;
    CurlHandle& operator=(CurlHandle const&) = delete;
    ~CurlHandle();

    CURL* const easy;
    curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
    http::Headers headers;              ///< that it was made of
    Secret authorization;               ///< likewise
    std::string range;                  ///< of the last request, if libcurl wrote it; empty: it had none
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    bool prepared = false;
    bool usable = true;          ///< false: it must not be used again
    bool plain_get = false;      ///< the last request was a GET without a body
    bool list_is_plain = false;  ///< the list of headers is for such a one
    bool fresh_connection = false;
    bool decode = false;
    bool bulk = false;  ///< it has large buffers
};

/**
 * One request and its answer. Whoever drives it prepares the handle, runs it, and asks for the result:
 *
 *     CurlExchange::check(request);
 *     exchange.prepare();
 *     ...                        // the easy handle is run to its end, or removed after `stop`
 *     return exchange.result(code);
 */
class CurlExchange {
public:
    /// Why a driver, or the exchange itself, ended the transfer.
    enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers, codings };

    /// All of them must live as long as this.
    CurlExchange(CurlSettings const& settings, CurlHandle& handle, http::Request const& request)
        : settings_(settings), handle_(handle), easy_(handle.easy), request_(request) {}
    CurlExchange(CurlExchange const&) = delete;
    CurlExchange& operator=(CurlExchange const&) = delete;

    /// @throws NetworkError  if a request was cancelled or its deadline has passed, before anything of it was sent
    static void check(http::Request const& request);
    /// Sets the easy handle for the request. @throws NetworkError, UsageError  for what cannot be sent
    void prepare();
    /// Has libcurl ask, whenever something comes, whether `is_padded`; a driver that asks itself need not.
    void watch_padding();

    /// True if the deadline of the request applies now.
    [[nodiscard]] bool is_timed() const noexcept {
        return request_.deadline != http::Clock::time_point::max() && !(request_.flows && flowing_);
    }
    /// True if far more bytes come than are unpacked from them: such a body could go on without end.
    [[nodiscard]] bool is_padded() const;

    /// Says why the driver ends the transfer before libcurl does.
    void stop(Stopped why) noexcept { stopped_ = why; }
    /// The answer, once libcurl has ended with `code` or the driver has stopped; before the easy handle is used again.
    /// @throws NetworkError, what a callback of the request threw
    http::Response result(CURLcode code);

private:
    /// Where in the head of an answer the next line is.
    enum class Part : unsigned char { status_line, fields, body };

    template <class V>
    void set(CURLoption option, V value) {
        if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
    }

    /// Sets what is the same for every request of the transport; it is called once for each handle.
    void prepare_once();

    /// Sets whose certificates are trusted: those of the service, and those of a proxy that is reached by https.
    void prepare_trust();

    void prepare_body();

    void prepare_headers();
    void prepare_range();
    /// True if the handle has the list of the headers that the request needs.
    [[nodiscard]] bool has_list() const;
    /// True if a header is sent as it is, and not written by libcurl.
    [[nodiscard]] bool is_in_list(http::Headers::Field const& field) const;

    [[nodiscard]] std::string about(std::string_view what) const;

    [[noreturn]] void fail(CURLcode code) const;

    /// Throws if a proxy did not let the request through. The codes of libcurl do not tell: a CONNECT that is refused
    /// is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
    void fail_at_proxy() const;

    static NetworkError::Kind kind_of(CURLcode code);

    /// What libcurl says about this failure, or else about its code. It quotes the URL of a proxy that it cannot use,
    /// with a password if there is one: such a quotation is left out, as are words that may have a URL in them.
    [[nodiscard]] std::string words(CURLcode code) const;

    // What libcurl calls. No exception may pass through it: they are kept, and thrown by result().

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    static int on_request(void* self, char*, char*, int, int) noexcept {
        static_cast<CurlExchange*>(self)->sent_ = NetworkError::Sent::yes;
        return CURL_PREREQFUNC_OK;
    }
#endif
    static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
    static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept;

    std::size_t take_body(std::string_view piece) noexcept;

    /// Heeds the length that an answer says it has. It is a claim: it ends the transfer if it is too large, and gets
    /// memory in advance up to what most answers need.
    void make_room();

    std::size_t take_header(std::string_view line) noexcept;
    void read_status_line(std::string_view line);
    void read_field(std::string_view line);
    /// Called when the fields are complete: it forgets those of a 1xx, and of an answer that is unpacked those that
    /// describe the packed one.
    void end_head();

    CurlSettings const& settings_;
    CurlHandle& handle_;
    CURL* const easy_;
    http::Request const& request_;
    http::Response response_;
    std::size_t header_bytes_ = 0;
    int informational_ = 0;
    Part part_ = Part::status_line;
    std::uint64_t unpacked_ = 0;  ///< bytes of the body that came out so far
    bool decode_ = false;         ///< the answer is unpacked
    bool range_ = false;          ///< libcurl writes the range
    bool packed_ = false;         ///< it came with a coding
    bool body_began_ = false;
    bool flowing_ = false;  ///< the body of a success came, or a source has given something
    Stopped stopped_ = Stopped::no;
    NetworkError::Sent sent_ = NetworkError::Sent::no;
    std::exception_ptr thrown_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_CURL_EXCHANGE_HPP

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// libcurl's multi handle on an executor (https://curl.se/libcurl/c/curl_multi_socket_action.html):
//
// - libcurl says which sockets it waits for and when it wants to be called, in callbacks, which only take notes here;
// - whatever happens, a request, a socket or a time, is one turn on the strand, which ends with all that follows of it:
//   other requests are started, those that ended are handed over, and the waits are set anew;
// - a socket stays registered with Asio for as long as it is open, since it is libcurl's for many requests. A wait for
//   one that libcurl no longer waits for is left alone, and its end ignored, until no request is on its way any more.
//   One that is not connected yet is let go instead: some versions of libcurl close it without a word (7.88), and its
//   number is soon another's.

namespace globus::detail {

/// What sends requests by libcurl.
class MultiEngine final : public AsyncEngine {
public:
    MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options);
    ~MultiEngine() override { close(); }
    static std::shared_ptr<AsyncEngine> make(std::optional<asio::any_io_executor> executor, AsioOptions options);

    void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) override;

private:
    using Timer = asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, Strand>;
    using Stream = asio::posix::basic_stream_descriptor<Strand>;
    using Time = http::Clock::time_point;
    using Stopped = CurlExchange::Stopped;
    struct Host;
    struct Transfer;

    struct Stop {
        std::weak_ptr<AsyncEngine> engine;
        std::weak_ptr<Transfer> transfer;
        void operator()() const noexcept;
    };

    /// A request, from its start to its end.
    struct Transfer {
        Transfer(std::shared_ptr<AsyncReceiver> r, http::Request const& what) : receiver(std::move(r)), request(what) {}

        std::shared_ptr<AsyncReceiver> receiver;
        http::Request const& request;
        Host* host = nullptr;
        std::unique_ptr<CurlHandle> handle;                         ///< null while it waits for its turn
        std::optional<CurlExchange> exchange;                       ///< likewise
        std::list<std::shared_ptr<Transfer>>::iterator place = {};  ///< in `waiting` of the host, or in running_
        std::optional<std::multimap<Time, Transfer*>::iterator> deadline = {};
        std::optional<std::stop_callback<Stop>> stop = {};
        http::Response answer = {};
        std::exception_ptr error = {};
    };
    using Transfers = std::list<std::shared_ptr<Transfer>>;

    /// The requests to one host.
    struct Host {
        std::size_t running = 0;
        Transfers waiting;
        bool in_line = false;  ///< it is in hosts_in_line_
    };

    /// A socket of libcurl.
    struct Socket {
        Socket(Strand const& strand, curl_socket_t number, bool is_ours) : stream(strand, number), ours(is_ours) {}
        ~Socket() { leave(); }
        /// Ends the registration; closing it is not our part.
        void leave() noexcept;

        Stream stream;
        bool const ours;  ///< opened by open_socket, and so closed by close_socket
        bool open = true;
        bool connected = false;  ///< certainly; libcurl waits to read from no other
        int wanted = 0;          ///< CURL_POLL_IN and CURL_POLL_OUT
        bool waits_to_read = false;
        bool waits_to_write = false;
    };

    /// Runs `act`, and all that follows of it.
    template <class F>
    void turn(F const& act);
    void settle();
    void begin_waiting();
    void begin(std::shared_ptr<Transfer> transfer);
    void collect_ended();
    void run_due();
    /// Ends a transfer. @param code  what libcurl says, if the driver has not stopped it
    void finish(Transfer& transfer, CURLcode code);
    /// Ends a transfer that waits for its turn.
    void give_up(Transfer& transfer);
    void forget(Transfer& transfer);
    void hand_over();
    void stop(Transfer& transfer, Stopped why);

    void set_waits();
    void set_timer();
    void watch(std::shared_ptr<Socket> const& socket);
    void wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind);
    void ready(std::shared_ptr<Socket> const& socket, int events, bool failed);
    /// Forgets a socket, if there is one of that number.
    void let_go(curl_socket_t number) noexcept;

    void drop() noexcept override { close(); }
    void close() noexcept;
    [[nodiscard]] std::shared_ptr<MultiEngine> self() {
        return std::static_pointer_cast<MultiEngine>(shared_from_this());
    }

    // What libcurl calls.
    static int on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept;
    static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept;
    static int close_socket(void* self, curl_socket_t number) noexcept;

    AsioOptions const options_;
    CurlSettings const settings_;
    CURLM* multi_;
    std::optional<Timer> timer_;
    Time timer_set_ = Time::max();  ///< when the timer ends; max: it is not set
    Time curl_due_ = Time::max();   ///< when libcurl wants to be called
    std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
    std::unordered_map<std::string, Host> hosts_;
    std::list<Host*> hosts_in_line_;  ///< that have requests waiting, and room for one
    std::multimap<Time, Transfer*> deadlines_;
    Transfers running_;
    Transfers ended_;  ///< to be handed over
    std::vector<std::unique_ptr<CurlHandle>> idle_;
    std::size_t waiting_ = 0;
    bool in_turn_ = false;
    bool uses_tls_ = false;
};

GLOBUS_DECL MultiEngine::MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options)
    : AsyncEngine(std::move(executor)), options_(std::move(options)), settings_(options_.curl), timer_(strand()) {
    WakeUpFiles files;
    multi_ = curl_multi_init();
    if (multi_ == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
    files.keep_from_children([this] { curl_multi_wakeup(multi_); });
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &MultiEngine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &MultiEngine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(std::min(options_.max_requests, std::size_t{10'000})));
}

GLOBUS_DECL std::shared_ptr<AsyncEngine> MultiEngine::make(std::optional<asio::any_io_executor> executor,
                                                           AsioOptions options) {
    auto engine = make_process_bound<MultiEngine>(std::move(executor), std::move(options));
    engine->end_with_context();
    return engine;
}

GLOBUS_DECL void MultiEngine::start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) {
    auto const transfer = std::make_shared<Transfer>(std::move(receiver), request);
    uses_tls_ = uses_tls_ || settings_.uses_tls(request);
    turn([&] {
        try {
            CurlExchange::check(request);
            auto const scheme = request.url.find("://");
            auto const path = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
            transfer->host = &hosts_[request.url.substr(0, path)];
            if (request.deadline != Time::max())
                transfer->deadline = deadlines_.emplace(request.deadline, transfer.get());
            if (request.stop.stop_possible()) transfer->stop.emplace(request.stop, Stop{weak_from_this(), transfer});
        } catch (...) {
            forget(*transfer);
            transfer->error = std::current_exception();
            ended_.push_back(transfer);
            return;
        }
        Host& host = *transfer->host;
        transfer->place = host.waiting.insert(host.waiting.end(), transfer);
        ++waiting_;
        if (!std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
    });
}

GLOBUS_DECL void MultiEngine::Stop::operator()() const noexcept {
    auto const multi = std::static_pointer_cast<MultiEngine>(engine.lock());
    if (!multi) return;
    try {
        multi->post([multi = multi.get(), engine = engine, transfer = transfer] {
            auto const here = engine.lock();
            auto const one = transfer.lock();
            if (here && one) multi->turn([&] { multi->stop(*one, Stopped::cancelled); });
        });
    } catch (...) {  // there is no memory; the call ends by its deadline
    }
}

template <class F>
void MultiEngine::turn(F const& act) {
    if (multi_ == nullptr) return;
    if (in_turn_) return act();
    {
        struct Mark {
            bool& set;
            ~Mark() { set = false; }
        };
        in_turn_ = true;
        Mark const mark{in_turn_};
        SigpipeGuard const guard(uses_tls_ && !has_own_thread());
        act();
        settle();
    }
    if (multi_ != nullptr) set_waits();
}

GLOBUS_DECL void MultiEngine::settle() {
    do {
        begin_waiting();
        run_due();
        collect_ended();
        hand_over();
    } while (multi_ != nullptr && (!ended_.empty() || !hosts_in_line_.empty()) &&
             (!ended_.empty() || running_.size() < options_.max_requests));
}

GLOBUS_DECL void MultiEngine::begin_waiting() {
    while (running_.size() < options_.max_requests && !hosts_in_line_.empty()) {
        Host& host = *hosts_in_line_.front();
        hosts_in_line_.pop_front();
        host.in_line = false;
        if (host.waiting.empty() || host.running >= options_.max_requests_per_host) continue;
        std::shared_ptr<Transfer> const transfer = host.waiting.front();
        running_.splice(running_.end(), host.waiting, host.waiting.begin());
        --waiting_;
        ++host.running;
        if (!host.waiting.empty() && host.running < options_.max_requests_per_host) {
            host.in_line = true;
            hosts_in_line_.push_back(&host);
        }
        begin(transfer);
    }
}

GLOBUS_DECL void MultiEngine::begin(std::shared_ptr<Transfer> transfer) {
    try {
        if (!idle_.empty()) {
            transfer->handle = std::move(idle_.back());
            idle_.pop_back();
        } else {
            transfer->handle = std::make_unique<CurlHandle>();
            CURL* const easy = transfer->handle->easy;
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &MultiEngine::close_socket);
        }
        transfer->exchange.emplace(settings_, *transfer->handle, transfer->request);
        transfer->exchange->prepare();
        transfer->exchange->watch_padding();
        CURL* const easy = transfer->handle->easy;
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &MultiEngine::open_socket);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
        // A second request waits for the first one's connection, which may turn out to be one for all (HTTP/2).
        bool const may_share = settings_.uses_tls(transfer->request) && !transfer->request.fresh_connection;
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl did not take the request");
    } catch (...) {
        transfer->error = std::current_exception();
        finish(*transfer, CURLE_OK);
    }
}

GLOBUS_DECL void MultiEngine::run_due() {
    constexpr int most = 100;  // calls in one turn, so that others have theirs
    Time now = http::Clock::now();
    for (int calls = 0; curl_due_ <= now && calls != most; ++calls) {
        curl_due_ = Time::max();
        int running = 0;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        Transfer& transfer = *deadlines_.begin()->second;
        deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
        if (!transfer.exchange || transfer.exchange->is_timed()) stop(transfer, Stopped::deadline);
    }
}

GLOBUS_DECL void MultiEngine::stop(Transfer& transfer, Stopped why) {
    if (!transfer.host) return;  // it has ended
    if (!transfer.exchange) return give_up(transfer);
    transfer.exchange->stop(why);
    finish(transfer, CURLE_OK);
}

GLOBUS_DECL void MultiEngine::collect_ended() {
    int left = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode const code = message->data.result;
        char* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(*reinterpret_cast<Transfer*>(transfer), code);
    }
}

GLOBUS_DECL void MultiEngine::forget(Transfer& transfer) {
    if (transfer.deadline) deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
    transfer.stop.reset();
    transfer.host = nullptr;
}

GLOBUS_DECL void MultiEngine::give_up(Transfer& transfer) {
    ended_.splice(ended_.end(), transfer.host->waiting, transfer.place);
    --waiting_;
    forget(transfer);
    try {
        CurlExchange::check(transfer.request);
    } catch (...) {
        transfer.error = std::current_exception();
    }
}

GLOBUS_DECL void MultiEngine::finish(Transfer& transfer, CURLcode code) {
    Host& host = *transfer.host;
    if (transfer.handle) curl_multi_remove_handle(multi_, transfer.handle->easy);
    try {
        if (!transfer.error) transfer.answer = transfer.exchange->result(code);
    } catch (...) {
        transfer.error = std::current_exception();
    }
    transfer.exchange.reset();
    if (transfer.handle && transfer.handle->usable) idle_.push_back(std::move(transfer.handle));
    transfer.handle.reset();
    ended_.splice(ended_.end(), running_, transfer.place);
    forget(transfer);
    --host.running;
    if (!host.waiting.empty() && !std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
}

GLOBUS_DECL void MultiEngine::hand_over() {
    while (!ended_.empty()) {
        std::shared_ptr<Transfer> const transfer = std::move(ended_.front());
        ended_.pop_front();
        std::shared_ptr<AsyncReceiver> const receiver = std::move(transfer->receiver);
        if (transfer->error)
            receiver->failed(std::move(transfer->error));
        else
            receiver->received(std::move(transfer->answer));
    }
}

GLOBUS_DECL void MultiEngine::set_waits() {
    if (running_.empty() && waiting_ == 0) {
        if (std::exchange(timer_set_, Time::max()) != Time::max()) timer_->cancel();
        for (auto const& [number, socket] : sockets_)
            if (socket->waits_to_read || socket->waits_to_write) socket->stream.cancel();
        if (idle_.size() > settings_.options.max_idle_handles) idle_.resize(settings_.options.max_idle_handles);
        hosts_in_line_.clear();
        if (hosts_.size() > 100) hosts_.clear();
        return;
    }
    set_timer();
}

GLOBUS_DECL void MultiEngine::set_timer() {
    // It is always set while a request is on its way: what it waits with keeps this object. One that ends too early
    // sets itself again, which costs less than to set it each time.
    Time due = std::min(curl_due_, http::Clock::now() + std::chrono::hours(1));
    if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
    if (timer_set_ <= due) return;
    timer_set_ = due;
    timer_->expires_at(due);
    timer_->async_wait([self = self()](boost::system::error_code const& error) {
        if (error) return;
        self->timer_set_ = Time::max();
        self->turn([] {});
    });
}

GLOBUS_DECL void MultiEngine::watch(std::shared_ptr<Socket> const& socket) {
    if (!socket->open) return;
    if ((socket->wanted & CURL_POLL_IN) != 0 && !std::exchange(socket->waits_to_read, true))
        wait(socket, Stream::wait_read);
    if ((socket->wanted & CURL_POLL_OUT) != 0 && !std::exchange(socket->waits_to_write, true))
        wait(socket, Stream::wait_write);
}

GLOBUS_DECL void MultiEngine::wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind) {
    bool const reads = kind == Stream::wait_read;
    socket->stream.async_wait(kind, [self = self(), socket, reads](boost::system::error_code const& error) {
        (reads ? socket->waits_to_read : socket->waits_to_write) = false;
        bool const wanted = (socket->wanted & (reads ? CURL_POLL_IN : CURL_POLL_OUT)) != 0;
        if (!socket->open || !wanted) return;
        if (error == asio::error::operation_aborted) return self->watch(socket);
        self->ready(socket, reads ? CURL_CSELECT_IN : CURL_CSELECT_OUT, static_cast<bool>(error));
    });
}

GLOBUS_DECL void MultiEngine::ready(std::shared_ptr<Socket> const& socket, int events, bool failed) {
    turn([&] {
        int running = 0;
        curl_multi_socket_action(multi_, socket->stream.native_handle(), failed ? CURL_CSELECT_ERR : events, &running);
    });
    watch(socket);
}

GLOBUS_DECL void MultiEngine::close() noexcept {
    if (multi_ == nullptr) return;
    CURLM* const multi = multi_;
    for (auto const& transfer : running_) {
        curl_multi_remove_handle(multi, transfer->handle->easy);
        transfer->exchange.reset();
    }
    Transfers dropped;
    dropped.splice(dropped.end(), running_);
    dropped.splice(dropped.end(), ended_);
    for (auto& [name, host] : hosts_) dropped.splice(dropped.end(), host.waiting);
    for (auto const& transfer : dropped) forget(*transfer);
    hosts_in_line_.clear();
    hosts_.clear();
    idle_.clear();
    curl_multi_cleanup(multi);
    multi_ = nullptr;
    sockets_.clear();
    timer_.reset();
    dropped.clear();  // the last thing: what a receiver holds may hold this
}

GLOBUS_DECL void MultiEngine::Socket::leave() noexcept {
    if (!std::exchange(open, false)) return;
    try {
        stream.release();
    } catch (...) {  // it is closed all the same
    }
}

GLOBUS_DECL void MultiEngine::let_go(curl_socket_t number) noexcept {
    auto const found = sockets_.find(number);
    if (found == sockets_.end()) return;
    found->second->leave();
    sockets_.erase(found);
}

GLOBUS_DECL int MultiEngine::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    try {
        auto found = engine.sockets_.find(number);
        if (what == CURL_POLL_REMOVE) {
            if (found == engine.sockets_.end()) return 0;
            found->second->wanted = 0;
            if (!found->second->ours || !found->second->connected) engine.let_go(number);
            return 0;
        }
        if (found == engine.sockets_.end())
            found = engine.sockets_.emplace(number, std::make_shared<Socket>(engine.strand(), number, false)).first;
        found->second->wanted = what;
        if ((what & CURL_POLL_IN) != 0) found->second->connected = true;
        engine.watch(found->second);
        return 0;
    } catch (...) {
        return -1;
    }
}

GLOBUS_DECL int MultiEngine::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    engine.curl_due_ = milliseconds < 0 ? Time::max() : http::Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

GLOBUS_DECL curl_socket_t MultiEngine::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    Descriptor opened = new_socket(address->family, address->socktype, address->protocol);
    if (!opened) return CURL_SOCKET_BAD;
    engine.let_go(opened.get());  // a socket of this number that was closed without a word
    try {
        engine.sockets_[opened.get()] = std::make_shared<Socket>(engine.strand(), opened.get(), true);
    } catch (...) {
        return CURL_SOCKET_BAD;
    }
    return opened.release();
}

GLOBUS_DECL int MultiEngine::close_socket(void* self, curl_socket_t number) noexcept {
    Descriptor const closed(number);
    static_cast<MultiEngine*>(self)->let_go(number);
    return 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace globus {

namespace detail {

/// What posts the answers of a mock.
class MockEngine final : public AsyncEngine {
public:
    MockEngine(std::optional<asio::any_io_executor> executor, MockTransport mock)
        : AsyncEngine(std::move(executor)), mock_(std::move(mock)) {}
    static std::shared_ptr<AsyncEngine> make(std::optional<asio::any_io_executor> executor, MockTransport mock) {
        auto engine = make_process_bound<MockEngine>(std::move(executor), std::move(mock));
        engine->end_with_context();
        return engine;
    }

    void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) override {
        post([self = shared_from_this(), mock = mock_, receiver = std::move(receiver), &request] {
            auto const answering = std::make_shared<Answering>(self, receiver, request);
            answering->begin(mock);
        });
    }

private:
    /// A request, from its arrival to its answer.
    class Answering final : public AsyncPause {
    public:
        Answering(std::shared_ptr<AsyncEngine> engine, std::shared_ptr<AsyncReceiver> receiver,
                  http::Request const& request)
            : AsyncPause(std::move(engine)), receiver_(std::move(receiver)), request_(request) {}

        void begin(MockTransport const& mock) {
            try {
                answer_ = mock.accept(request_);
            } catch (...) {
                return receiver_->failed(std::current_exception());
            }
            if (!answer_->comes) return give();
            pause(answer_->wait_ends(request_), request_.stop);
        }

    private:
        void give() {
            http::Response answer;
            try {
                answer = answer_->give(request_);
            } catch (...) {
                return receiver_->failed(std::current_exception());
            }
            receiver_->received(std::move(answer));
        }
        void pause_ended(bool) override { give(); }

        std::shared_ptr<AsyncReceiver> const receiver_;
        http::Request const& request_;  // which lives as long as its receiver
        std::optional<MockTransport::Answer> answer_;
    };

    void drop() noexcept override {}

    MockTransport const mock_;
};

}  // namespace detail

/// What the copies of a transport share.
struct AsioTransport::State {
    State(std::optional<executor_type> executor, AsioOptions options, std::optional<MockTransport> mock)
        : blocking(options.curl), inside(std::move(mock)) {
        if (options.max_requests_per_host == 0 || options.max_requests == 0)
            throw UsageError("AsioOptions: a transport that may have no request on its way could send none");
        engine = inside ? detail::MockEngine::make(std::move(executor), *inside)
                        : detail::MultiEngine::make(std::move(executor), std::move(options));
    }

    CurlTransport const blocking;
    std::optional<MockTransport> const inside;
    std::shared_ptr<detail::AsyncEngine> engine;
};

GLOBUS_DECL AsioTransport::AsioTransport(AsioOptions options)
    : AsioTransport(std::nullopt, std::move(options), std::nullopt) {}

GLOBUS_DECL AsioTransport::AsioTransport(executor_type executor, AsioOptions options)
    : AsioTransport(std::optional<executor_type>(std::move(executor)), std::move(options), std::nullopt) {}

GLOBUS_DECL AsioTransport::AsioTransport(MockTransport mock)
    : AsioTransport(std::nullopt, AsioOptions(), std::move(mock)) {}

GLOBUS_DECL AsioTransport::AsioTransport(executor_type executor, MockTransport mock)
    : AsioTransport(std::optional<executor_type>(std::move(executor)), AsioOptions(), std::move(mock)) {}

GLOBUS_DECL AsioTransport::AsioTransport(std::optional<executor_type> executor, AsioOptions options,
                                         std::optional<MockTransport> mock)
    : state_(std::in_place, std::move(executor), std::move(options), std::move(mock)),
      executor_(state_->engine->executor()) {}

GLOBUS_DECL http::Response AsioTransport::send(http::Request const& request) const {
    State const& state = *state_;
    return state.inside ? state.inside->send(request) : state.blocking.send(request);
}

GLOBUS_DECL std::shared_ptr<detail::AsyncEngine> AsioTransport::engine() const { return state_->engine; }

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP
#endif  // GLOBUS_ASIO_BODIES
