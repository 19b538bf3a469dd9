// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_ASYNC_SEND_HPP
#define GLOBUS_CLIENT_ASYNC_SEND_HPP

#include <globus/client/async_call.hpp>
#include <globus/client/async_functions.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/client.hpp>
#include <globus/client/exchange.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/response.hpp>
#include <globus/http/asio_transport.hpp>
#include <globus/http/async_completion.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/message.hpp>
#include <globus/http/rate_limiter.hpp>
#include <globus/http/retry.hpp>
#include <globus/oauth/authorizer.hpp>

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
