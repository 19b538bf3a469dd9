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

#include <exception>
#include <memory>
#include <optional>
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
    /// Asks, and notes the answer.
    void run() noexcept;

    AuthContext const context;
    std::optional<Authorization> const refused;
    Authorization given = {};  ///< the credential, if none was refused
    bool renewed = false;      ///< there is another one
    std::exception_ptr error = {};

protected:
    virtual void ask() = 0;
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
    void ask(bool renews);
    void asked(CredentialJob const& job);
    /// Ends the call with the exception in flight.
    void end_by_error();
    void end(std::exception_ptr error);

    void pause_ended(bool in_full) override;
    [[nodiscard]] std::shared_ptr<AsyncCall> self() { return std::static_pointer_cast<AsyncCall>(shared_from_this()); }

    ClientExchange* exchange_ = nullptr;
    std::optional<Run> run_;
    std::shared_ptr<CredentialJob> job_;  ///< that this call asked, and waits for
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
          handler_(std::move(handler)) {}

    [[nodiscard]] auto slot() const noexcept { return asio::get_associated_cancellation_slot(handler_); }
    [[nodiscard]] auto allocator() const noexcept { return asio::get_associated_allocator(handler_); }

    /// Posts a function, which calls `take` and then the handler.
    template <class F>
    void post(F function) {
        if (auto connected = slot(); connected.is_connected()) connected.clear();
        asio::post(*executor_, asio::bind_allocator(allocator(), std::move(function)));
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
    /// Others wait for their turn, in the order in which they came.
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

/// What the asynchronous calls of a client share: they outlive it.
template <class C>
struct AsyncCore {
    explicit AsyncCore(C const& original) : client(original), engine(client.transport().engine()) {}
    C const client;
    std::shared_ptr<AsyncEngine> const engine;
    CredentialDesk desk = {};
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
            std::shared_ptr<AsyncCore<C>> core;
        };
        return std::make_shared<Asking>(core_, context, std::move(refused));
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
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#include <boost/asio/bind_executor.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
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
            f();
        } catch (...) {
            completion_.complete(std::current_exception(), Value());
        }
    }
    void finish(Value value) { completion_.complete(std::exception_ptr(), std::move(value)); }
    void pause_ended(bool) override {}

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
};

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
class AsyncTaskWaiting final : public AsyncSteps<C, transfer::TaskVerdict, Handler> {
    static constexpr bool may_cancel = Permits<typename C::service_type, transfer::CancelTask>;

public:
    AsyncTaskWaiting(AsyncClient<C> client, Handler handler, transfer::TaskWait wait, CallOptions options)
        : AsyncSteps<C, transfer::TaskVerdict, Handler>(std::move(client), std::move(handler), options),
          given_(std::move(wait)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            if (given_.sleep) throw UsageError("async_task_wait: it has no use for TaskWait::sleep");
            watch_.emplace(std::move(given_), may_cancel);
            looks_.emplace("task_wait", this->gate(), watch_->polling(), std::move(options_), CallGate::Wait::no);
            look();
        });
    }

private:
    void look() {
        this->send(watch_->task(), looks_->options(), [this](auto answer) {
            unless_cancelled([&] {
                try {
                    watch_->saw(taken_as_is(std::move(answer).value()));
                } catch (Error const& error) {
                    looks_->failed(error);
                    return wait();
                }
                looks_->looked();
                if (!watch_->has_new_faults()) return seen();
                this->send(watch_->fault_list(), looks_->options(), [this](auto faults) {
                    unless_cancelled([&] {
                        if (faults)
                            watch_->saw(**faults);
                        else if (!may_pass(faults.error()))
                            (void)faults.value();  // which throws the error
                        seen();
                    });
                });
            });
        });
    }
    /// Everything that is asked for is there.
    void seen() {
        watch_->report(looks_->elapsed(), [&](auto const& callback) { looks_->run_callback(callback); });
        TaskWatch::Next const next = watch_->next();
        if (next == TaskWatch::Next::end) return this->finish(std::move(*watch_).verdict());
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel) {
                this->send(watch_->cancellation(), looks_->options(), [this](auto answer) {
                    unless_cancelled([&] {
                        if (answer)
                            watch_->cancelled();
                        else if (!may_pass(answer.error()))
                            (void)answer.value();
                        wait();
                    });
                });
                return;
            }
        wait();
    }
    void wait() {
        if (auto const at = looks_->next_look())
            this->pause(*at, looks_->options().stop);
        else
            this->finish(std::move(*watch_).verdict_by_now());
    }
    void pause_ended(bool in_full) override {
        this->guard([&] {
            unless_cancelled([&] {
                if (!in_full) looks_->end_cancelled();
                look();
            });
        });
    }
    /// Calls `f`; if that ends because it was cancelled, the verdict is what was seen so far.
    template <class F>
    void unless_cancelled(F const& f) {
        try {
            f();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            this->finish(std::move(*watch_).verdict_despite(error));
        }
    }

    transfer::TaskWait given_;
    CallOptions options_;
    std::optional<TaskWatch> watch_;
    std::optional<Looks> looks_;
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
auto async_task_wait(C const& client, TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTaskWaiting, TaskVerdict, C, TaskWait, Token>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
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

    void operator()() const noexcept {
        try {
            if (auto const on = engine.lock())
                on->post([of = of, number = number] {
                    if (auto const here = of.lock()) here->ended(number, false);
                });
        } catch (...) {  // there is no memory; the pause ends by its time
        }
    }
};

struct AsyncPause::Pause {
    explicit Pause(AsyncEngine::Strand const& strand) : timer(strand) {}
    asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, AsyncEngine::Strand> timer;
    std::optional<std::stop_callback<Wake>> stop;
};

GLOBUS_DECL AsyncPause::AsyncPause(std::shared_ptr<AsyncEngine> engine) : engine_(std::move(engine)) {}
GLOBUS_DECL AsyncPause::~AsyncPause() = default;

GLOBUS_DECL void AsyncPause::pause(http::Clock::time_point until, std::stop_token const& stop) {
    std::uint64_t const number = ++number_;
    pause_ = std::make_unique<Pause>(engine_->strand());
    pause_->timer.expires_at(std::min(until, http::Clock::now() + std::chrono::hours(24 * 366)));
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
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void CredentialJob::run() noexcept {
    try {
        ask();
    } catch (...) {
        error = std::current_exception();
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

GLOBUS_DECL void AsyncCall::send(http::Request const& request) { engine()->start(self(), request); }

GLOBUS_DECL void AsyncCall::received(http::Response answer) {
    http::Request const* next = nullptr;
    go_on([&] {
        try {
            next = exchange_->next_request(answer);
        } catch (NetworkError const& error) {
            return run_->failed(error);
        }
        if (next == nullptr) run_->answered(std::move(answer));
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
    engine()->run_aside([job = job_, call = std::weak_ptr<AsyncCall>(self()), shared, engine = engine()] {
        job->run();
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
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    bool prepared = false;
    bool usable = true;      ///< false: its options are half set, it must not be used again
    bool plain_get = false;  ///< the last request was a GET without a body
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
        int wanted = 0;  ///< CURL_POLL_IN and CURL_POLL_OUT
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

GLOBUS_DECL int MultiEngine::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    try {
        auto found = engine.sockets_.find(number);
        if (what == CURL_POLL_REMOVE) {
            if (found == engine.sockets_.end()) return 0;
            Socket& socket = *found->second;
            socket.wanted = 0;
            if (socket.ours) return 0;
            socket.leave();
            engine.sockets_.erase(found);
            return 0;
        }
        if (found == engine.sockets_.end())
            found = engine.sockets_.emplace(number, std::make_shared<Socket>(engine.strand(), number, false)).first;
        found->second->wanted = what;
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
    try {
        engine.sockets_[opened.get()] = std::make_shared<Socket>(engine.strand(), opened.get(), true);
    } catch (...) {
        return CURL_SOCKET_BAD;
    }
    return opened.release();
}

GLOBUS_DECL int MultiEngine::close_socket(void* self, curl_socket_t number) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    Descriptor const closed(number);
    auto const found = engine.sockets_.find(number);
    if (found == engine.sockets_.end()) return 0;
    found->second->leave();
    engine.sockets_.erase(found);
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
        post([mock = mock_, receiver = std::move(receiver), &request] {
            http::Response answer;
            try {
                answer = mock.send(request);
            } catch (...) {
                return receiver->failed(std::current_exception());
            }
            receiver->received(std::move(answer));
        });
    }

private:
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
