// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CLIENT_HPP
#define GLOBUS_CLIENT_CLIENT_HPP

#include <globus/client/async_functions.hpp>
#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/check_client.hpp>
#include <globus/client/exchange.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/client/response.hpp>
#include <globus/client/subset.hpp>
#include <globus/core/config.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/log.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

class CurlTransport;

namespace detail {

/// The idle time-out of a transport according to the environment; 0: none.
std::chrono::seconds idle_timeout();

/// A default-constructed transport; CurlTransport takes its idle time-out from the environment.
template <class T>
T default_transport() {
    if constexpr (std::same_as<T, CurlTransport>) {
        return default_transport(TransportType<T>(), idle_timeout());  // it is defined where T is complete
    } else {
        return T();
    }
}

/// Finds the base URLs that a client was not given. @param own_url  the service's own; empty: it has none
/// @throws UsageError  for an unusable base URL or environment
void find_base_urls(std::string const& environment, std::string_view service, std::string own_url,
                    std::string& base_url, std::string& auth_url);

}  // namespace detail

/**
 * The options of a client, given at its construction.
 *
 *     Client<TransferService, AccessTokenPolicy> client{token, {.app_name = "nightly-backup", .timeout = 30s}};
 */
template <class T, class R = DefaultRetry>
struct ClientOptions {
    T transport = detail::default_transport<T>();  ///< by default, a CurlTransport that heeds GLOBUS_SDK_HTTP_TIMEOUT
    R retry = R();                                 ///< when a failed request is repeated
    std::string base_url = {};     ///< of the service; else GLOBUS_SDK_SERVICE_URL_*, else the environment's
    std::string environment = {};  ///< "production", "preview", ...; else GLOBUS_SDK_ENVIRONMENT
    std::string auth_url = {};     ///< base URL of Globus Auth, for renewing tokens; found like base_url
    std::string app_name = {};     ///< added to the User-Agent
    ClientInfo client_info = {};   ///< added to X-Globus-Client-Info
    /// For a call as a whole, unless CallOptions differ. Unset: 120 s, but a file and the body of a sink or source may
    /// take as long as data flows.
    std::optional<std::chrono::duration<double>> timeout = {};
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer answer is a NetworkError (too_large)
    LogHook log = {};                                        ///< called after each attempt
};

/**
 * A client of one Globus service. Its type names the service, its authorisation and its transport.
 *
 *     Client const transfer{TransferService{}, RefreshPolicy{app, "refresh token"}};
 *     auto const listing = transfer.operation_ls({.endpoint_id = id, .path = "/~/"});
 *     for (File const& file : listing) ...
 *
 * Each operation of the service is a member function with the name that the Python SDK uses, which takes the
 * operation's struct: `operation_ls({...})`. `send(OperationLs{...})` is the same for any operation, `try_send` returns
 * the error instead of throwing it, and `paginate(TaskList{})` is a range over all pages.
 *
 * The type follows from a service and a policy, as here, or is named, as in Client<TransferService,
 * RefreshPolicy<Confidential>>; ClientWith takes the policies in any order. With `ReadOnly<S>` or `Only<S, ...>`
 * in place of a service, the functions that are left out do not compile.
 *
 * @tparam S  the service: TransferService, AuthService, ReadOnly<SearchService>, ...
 * @tparam A  the authorizer policy: AccessTokenPolicy, RefreshPolicy<Confidential>, ...
 * @tparam T  the transport: CurlTransport, MockTransport, AnyTransport
 * @tparam R  when a failed request is repeated: DefaultRetry, NoRetry
 *
 * Code that is no template takes an `AnyClient<S>`, to which any client of S converts.
 *
 * A combination that cannot work does not compile, and the message says what to use instead.
 *
 * @par Errors
 * UsageError before anything is sent, NetworkError when no answer came, the service's ApiError for an error status,
 * DecodeError for an answer that is not what it should be; and what the authorizer throws.
 * @par Thread safety
 * A client does not change after its construction: any const member function may be called from any thread. Copies
 * share connections, tokens and the retry budget. Destroying a client while other threads are in a call of it ends
 * these calls with NetworkError (cancelled) and waits for them, whether a call is one request or a function of several,
 * such as task_wait. A walk over a range (`paginate`, `recursive_ls`, `submit_all`) is not a call, but each of its
 * requests is: the walk then ends with NetworkError (cancelled) at the next request, and keeps what it has read. The
 * callbacks of functions of several requests may destroy the client; what runs within a request (a log hook, sink,
 * source or a policy's callback) must not.
 */
template <class S, class A, class T = CurlTransport, class R = DefaultRetry>
class Client : detail::ClientRequirements<S, A, T, R>,
               public detail::OperationsOf<S, Client<S, A, T, R>>::type,
               public AsyncFunctions<Client<S, A, T, R>, S> {
public:
    using service_type = S;
    using authorizer_type = A;
    using transport_type = T;
    /// The options at its construction.
    using Options = ClientOptions<T, R>;

    /// @throws UsageError  for an unusable base URL or environment, and for a name that cannot be in a header
    explicit Client(A authorizer, Options options = Options{})
        requires std::default_initializable<S>
        : Client(S{}, std::move(authorizer), std::move(options)) {}

    /// For services with data of their own: an address, a flow id, a client id.
    Client(S service, A authorizer, Options options = Options{})
        : service_(std::move(service)),
          authorizer_(std::move(authorizer)),
          options_(std::move(options)),
          headers_(options_.app_name, options_.client_info) {
        if constexpr (PresentsAnyCredential<A>)
            authorizer_.check_credential(NeedsBasicCredential<S>, NeedsNoCredential<S>);
        std::string own_url;
        if constexpr (requires { service_.base_url(); }) own_url = service_.base_url();
        detail::find_base_urls(options_.environment, S::name, std::move(own_url), options_.base_url, options_.auth_url);
    }

    /**
     * Converts from a client of the same service, or of the service that S is cut down from, if its policies convert to
     * these: to `AnyClient<S>` from any. The result is a copy as any copy of a client is: it shares tokens, connections
     * and the retry budget, and has calls of its own.
     *
     * @throws UsageError  if `other` was moved from
     */
    template <class S2, class A2, class T2, class R2>
        requires(!std::same_as<Client, Client<S2, A2, T2, R2>> && detail::SameOrCutDown<S, S2> &&
                 std::convertible_to<A2, A> && std::convertible_to<T2, T> && std::convertible_to<R2, R>)
    Client(Client<S2, A2, T2, R2> const& other) : Client(S{other.service()}, other.authorizer(), options_of(other)) {}

    /**
     * Sends an operation and reads its answer.
     *
     * @throws UsageError, NetworkError, S::error, DecodeError and what the authorizer throws
     */
    template <Operation O>
        requires OperationOf<O, S>
    Response<typename O::result> send(O const& operation, CallOptions const& options = {}) const {
        static_assert(detail::check_permitted<S, O>());
        Response<typename O::result> result;
        http::Request request = detail::to_request(operation, service_, options_.base_url);
        carry_out(request, result, result.form, plan_of_operation<O>(), options);
        return result;
    }
    template <Operation O>
        requires(!OperationOf<O, S>)
    // clang-format off
    void send(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on

    /// Like `send`, but a globus::Error is returned, not thrown.
    template <Operation O>
        requires OperationOf<O, S>
    Result<Response<typename O::result>> try_send(O const& operation, CallOptions const& options = {}) const {
        return Result<Response<typename O::result>>::from([&] { return send(operation, options); });
    }
    template <Operation O>
        requires(!OperationOf<O, S>)
    // clang-format off
    void try_send(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on

    /**
     * A range over the items of all pages of an operation; `.pages()` is one over the pages.
     *
     *     for (Task const& task : client.paginate(TaskList{})) ...
     *
     * Each page is one call, made when the loop comes to it. A `limit` of the operation is the size of a page, though
     * the service may send less; the walk goes on to the end. See Paginated.
     */
    template <Operation O>
        requires(OperationOf<O, S> && HasPages<O>)
    Paginated<Client, O> paginate(O operation, CallOptions options = {}) const& {
        static_assert(detail::check_permitted<S, O>());
        return Paginated<Client, O>(*this, std::move(operation), std::move(options));
    }
    template <Operation O>
        requires(OperationOf<O, S> && HasPages<O>)
    // clang-format off
    void paginate(O operation, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on
    template <Operation O>
        requires(!OperationOf<O, S>)
    // clang-format off
    void paginate(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on
    template <Operation O>
        requires(OperationOf<O, S> && !HasPages<O>)
    // clang-format off
    void paginate(O const&, CallOptions const& = {}) const = delete;  // this operation is not paginated: call it by its name or by `send`
    // clang-format on

    /// A request that this library has no operation for.
    struct RawRequest {
        http::Method method = http::Method::get;  ///< also decides what may be repeated, see `retry`
        /// Relative to the base URL; it is encoded, except slashes; or a whole URL, used as it is.
        std::string path = {};
        QueryParams query = {};                         ///< added to the query that `path` has
        std::optional<std::string> body = {};           ///< absent: no body is sent, which differs from an empty one
        std::string content_type = "application/json";  ///< of the body; empty: none is sent
        /// Whether it may be repeated. Absent: GET and HEAD read, PUT and DELETE are idempotent, POST and PATCH are
        /// not.
        std::optional<RetryClass> retry = {};
    };

    /**
     * Sends a request that this library has no operation for. A whole URL gets the client's credential only if it is on
     * the client's own origin.
     *
     * @tparam D  the type of the answer: Json, a described document, or Bytes for what need not be JSON
     */
    template <class D = Json>
    Response<D> request(RawRequest raw, CallOptions const& options = {}) const {
        detail::check_raw<S>(raw.method);
        detail::CallPlan const plan = plan_of(raw);
        http::Request request = request_of(std::move(raw));
        Response<D> result;
        carry_out(request, result, Response<D>::form, plan, options);
        return result;
    }
    /// Sends GET `path`, with a query. @tparam D  as for `request`
    template <class D = Json>
    Response<D> get(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        return request<D>({.method = http::Method::get, .path = std::move(path), .query = std::move(query)}, options);
    }
    /// Sends POST `path`, with a JSON document or without a body. It is repeated only if it certainly has not been
    /// processed.
    Response<Json> post(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::post, std::move(path), body, options);
    }
    /// Sends PUT `path`, with a JSON document or without a body. It counts as idempotent, so it may be repeated.
    Response<Json> put(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::put, std::move(path), body, options);
    }
    /// Sends PATCH `path`, with a JSON document or without a body. It is repeated only if it certainly has not been
    /// processed.
    Response<Json> patch(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::patch, std::move(path), body, options);
    }
    /// Sends DELETE `path`.
    Response<Json> delete_(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        static_assert(detail::check_raw<S, false>());
        return request({.method = http::Method::delete_, .path = std::move(path), .query = std::move(query)}, options);
    }

    /**
     * Begins a call of several requests, which ends when the object is destroyed: they have one deadline, and the
     * client lives until then. When another thread destroys the client, the current request ends as cancelled, and no
     * other begins.
     *
     *     auto const call = client.begin_call(options);
     *     auto const id = client.get_submission_id({}, call.options());
     *     ...                                           // and the next, with call.options() too
     *
     * @throws UsageError  for a time-out that is negative or not a number
     */
    [[nodiscard]] detail::JointCall begin_call(CallOptions options) const {
        options.deadline = detail::deadline_of(options, options_.timeout);
        return {gate_, std::move(options)};
    }

    /// Tells the app of this client that it needs one more scope; the next call asks for a login if that is missing.
    /// @param scope  a Scope
    template <class AppScope>
    Client const& add_app_scope(AppScope scope) const {
        constexpr bool grows = requires(A const& authorizer) { authorizer.add_app_scope(std::move(scope)); };
        static_assert(
            grows,
            "globus: this client belongs to no app, whose scopes could grow. Make it by app.client<Service>(), "
            "or ask for the scope when the token is made.");
        if constexpr (grows) authorizer_.add_app_scope(std::move(scope));
        return *this;
    }

    /// The service with its own data, such as a flow id.
    [[nodiscard]] S const& service() const noexcept GLOBUS_LIFETIMEBOUND { return service_; }
    /// The policy; a copy of it shares its tokens.
    [[nodiscard]] A const& authorizer() const noexcept GLOBUS_LIFETIMEBOUND { return authorizer_; }
    /// The transport; a copy of it shares its connections.
    [[nodiscard]] T const& transport() const noexcept GLOBUS_LIFETIMEBOUND { return options_.transport; }
    /// The options, with the base URLs that were found.
    [[nodiscard]] Options const& options() const noexcept GLOBUS_LIFETIMEBOUND { return options_; }
    /// The base URL of the service, with a slash at its end.
    [[nodiscard]] std::string const& base_url() const noexcept GLOBUS_LIFETIMEBOUND { return options_.base_url; }
    /// The gate that knows the running calls.
    [[nodiscard]] detail::CallGate const& gate() const noexcept { return gate_; }

    /**
     * Sends a finished request, with the client's credential, retries and log; `request` is built on it.
     *
     * @tparam Result  a Response, which is made from the answer
     * @param authorized    false: without the client's credential
     * @param already_done  which error of a second attempt makes a Response that is `replayed()`; null: none
     */
    template <class Result>
    Result exchange(http::Request request, RetryClass retry_class, CallOptions const& options = {},
                    bool authorized = true, AlreadyDone already_done = nullptr) const {
        detail::check_raw<S>(request.method);
        Result result;
        carry_out(request, result, Result::form, {retry_class, authorized, already_done}, options);
        return result;
    }

private:
    friend struct detail::AsyncAccess;

    /// What only this type knows about a call.
    class Sending final : public detail::ClientExchange {
    public:
        Sending(Client const& client, http::Request& sent, detail::AnyResponse& result, detail::AnswerForm const& form,
                detail::CallPlan const& plan, CallOptions const& options, detail::ClientFacts const& facts)
            : ClientExchange(sent, result, form, plan, options, facts), client_(client) {}

        Authorization credential(AuthContext const& context) override {
            return client_.authorizer_.authorize(client_.transport(), context);
        }
        bool renew_credential(Authorization const& refused, AuthContext const& context) override {
            return client_.authorizer_.unauthorized(refused, client_.transport(), context);
        }
        http::Response travel(http::Request const& one) override { return client_.transport().send(one); }
        void read_redirect([[maybe_unused]] http::Response& answer) override {
            if constexpr (requires { client_.service_.read_login(answer); }) client_.service_.read_login(answer);
        }
        detail::Exchange::Refused error_of(http::Response const& answer, AlreadyDone already_done) override {
            return detail::ServiceErrors<S>::refuse(this->request, answer, already_done);
        }
        [[noreturn]] void throw_unknown() override { detail::ServiceErrors<S>::throw_unknown(); }

    private:
        Client const& client_;
    };

    void carry_out(http::Request& request, detail::AnyResponse& result, detail::AnswerForm const& form,
                   detail::CallPlan const& plan, CallOptions const& options) const {
        Sending(*this, request, result, form, plan, options,
                facts(detail::CallGate::Pass(gate_), detail::CallGate::Wait::yes))
            .run(options_.retry);
    }
    template <class O>
    static constexpr detail::CallPlan plan_of_operation() {
        constexpr bool anonymous = requires { O::anonymous; };
        return {retry_class_of<O>(), !anonymous, detail::already_done_of<O>(), O::struct_name};
    }
    static detail::CallPlan plan_of(RawRequest const& raw) {
        bool const reads = raw.method == http::Method::get || raw.method == http::Method::head;
        bool const repeatable = raw.method == http::Method::put || raw.method == http::Method::delete_;
        RetryClass const natural = reads        ? RetryClass::read
                                   : repeatable ? RetryClass::idempotent
                                                : RetryClass::non_idempotent;
        return {raw.retry.value_or(natural), true, raw.method == http::Method::delete_ ? &detail::is_gone : nullptr};
    }
    [[nodiscard]] http::Request request_of(RawRequest raw) const {
        http::Request request;
        request.method = raw.method;
        bool const absolute = raw.path.starts_with("https://") || raw.path.starts_with("http://");
        if (absolute) {
            http::Url const url = http::parse_url(raw.path);
            if (url.has_userinfo) throw UsageError("the URL has a user name in it: pass credentials by the authorizer");
            if (url.has_fragment) throw UsageError("the URL has a fragment, which is never sent: leave it out");
        }
        request.url = absolute ? raw.path : options_.base_url + detail::encode_path(raw.path);
        if (!raw.query.empty()) detail::add_query(request.url, raw.query);
        if (raw.body) {
            request.body = std::move(*raw.body);
            request.has_body = true;
            if (!raw.content_type.empty()) request.headers.add("Content-Type", std::move(raw.content_type));
        }
        return request;
    }
    template <class Answer>
    static constexpr detail::AnswerForm const& form_of() {
        return Answer::form;
    }
    [[nodiscard]] detail::ClientFacts facts(detail::CallGate::Pass gate, detail::CallGate::Wait gate_waits) const {
        constexpr bool as_stored = requires { requires S::as_stored; };
        std::size_t max_service_bytes = std::numeric_limits<std::size_t>::max();
        if constexpr (requires { S::max_response_bytes; }) max_service_bytes = S::max_response_bytes;
        return {.gate = std::move(gate),
                .gate_waits = gate_waits,
                .base_url = options_.base_url,
                .auth_url = options_.auth_url,
                .resource_server = detail::resource_server_of(service_),
                .headers = headers_,
                .timeout = options_.timeout,
                .max_response_bytes = options_.max_response_bytes,
                .max_service_bytes = max_service_bytes,
                .as_stored = as_stored,
                .log = options_.log,
                .service = S::name};
    }
    /// The options of another client, for this type.
    template <class Other>
    static Options options_of(Other const& other) {
        detail::CallGate::Pass(other.gate()).check();
        auto const& options = other.options();
        return {.transport = options.transport,
                .retry = options.retry,
                .base_url = options.base_url,
                .environment = options.environment,
                .auth_url = options.auth_url,
                .app_name = options.app_name,
                .client_info = options.client_info,
                .timeout = options.timeout,
                .max_response_bytes = options.max_response_bytes,
                .log = options.log};
    }
    Response<Json> write(http::Method method, std::string path, std::optional<Json> const& body,
                         CallOptions const& options) const {
        static_assert(detail::check_raw<S, false>());
        RawRequest raw{.method = method, .path = std::move(path)};
        if (body) raw.body = to_json(*body);
        return request(std::move(raw), options);
    }

    [[no_unique_address]] S service_;
    A authorizer_;
    Options options_;
    detail::ClientHeaders headers_;
    detail::CallGate gate_;  // the last member: all calls end before anything of the client is destroyed
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/client.ipp>
#endif

#endif  // GLOBUS_CLIENT_CLIENT_HPP
