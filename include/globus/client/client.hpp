// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_CLIENT_HPP
#define GLOBUS_CLIENT_CLIENT_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/check_client.hpp>
#include <globus/client/environment.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/client/redirects.hpp>
#include <globus/client/response.hpp>
#include <globus/http/log.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/version.hpp>

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

class CurlTransport;
struct CurlOptions;

namespace detail {

/// A transport of the type's own making; CurlTransport takes its idle time-out from the environment.
template <class T>
T default_transport() {
    if constexpr (std::same_as<T, CurlTransport>) {
        // dependent, so that this header does not need libcurl's
        std::conditional_t<std::same_as<T, CurlTransport>, CurlOptions, T> options;
        auto const timeout = Environment::http_timeout();
        options.idle_timeout = std::chrono::seconds(
            timeout ? std::max<std::chrono::seconds::rep>(1, std::chrono::ceil<std::chrono::seconds>(*timeout).count())
                    : 0);
        return T(std::move(options));
    } else {
        return T();
    }
}

/// A program's or library's name and version as X-Globus-Client-Info takes it: "product=x,version=1".
inline std::string client_info_header(std::vector<std::vector<std::pair<std::string, std::string>>> const& more) {
    std::string header = "product=globus-cpp,version=" GLOBUS_VERSION_STRING;
    for (auto const& item : more) {
        char separator = ';';
        for (auto const& [key, value] : item) {
            for (std::string const* text : {&key, &value})
                if (text->empty() || text->find_first_of(";,=") != std::string::npos)
                    throw UsageError("a client_info entry is empty or has one of ; , = in it");
            (header += std::exchange(separator, ',')) += key + '=' + value;
        }
    }
    http::check_header("X-Globus-Client-Info", header);
    return header;
}

/// What was answered, for the error of an answer that cannot be used.
inline std::string describe_answer(http::Request const& request, http::Response const& head) {
    std::string text = http::describe(request) + " was answered " + std::to_string(head.status);
    if (auto const id = head.headers.get("X-Request-ID"); !id.empty()) text.append(" (request id ").append(id) += ')';
    return text;
}

/// The Content-Length of an answer; empty where it says nothing of the body's (RFC 9112, section 6.3), or cannot be.
inline std::string_view believed_length(http::Response const& head, std::size_t limit) {
    std::string_view const length = head.headers.get("Content-Length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return size <= limit && head.headers.find("Transfer-Encoding") == nullptr ? length : std::string_view();
}

}  // namespace detail

/**
 * What a client may be told at its construction.
 *
 *     Client<TransferService, AccessTokenPolicy> client{token, {.app_name = "nightly-backup", .timeout = 30s}};
 */
template <class T, class R = DefaultRetry>
struct ClientOptions {
    T transport = detail::default_transport<T>();  ///< left out, a CurlTransport heeds GLOBUS_SDK_HTTP_TIMEOUT
    R retry = R();                                 ///< when a failed request is made again
    std::string base_url = {};     ///< of the service; else GLOBUS_SDK_SERVICE_URL_*, else the environment's
    std::string environment = {};  ///< "production", "preview", ...; else GLOBUS_SDK_ENVIRONMENT
    std::string auth_url = {};     ///< base URL of Globus Auth, for renewing tokens; found like base_url
    std::string app_name = {};     ///< added to the User-Agent
    std::vector<std::vector<std::pair<std::string, std::string>>> client_info = {};  ///< added to X-Globus-Client-Info
    /// Of a call as a whole; CallOptions can differ. Unset: 120 s, but a file and the body of a sink or source may take as
    /// long as they flow.
    std::optional<std::chrono::duration<double>> timeout = {};
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer answer is a NetworkError (too_large)
    LogHook log = {};                                        ///< called after each attempt
};

/**
 * A client of one Globus service: the service, how it is authorised and how its bytes travel are its type.
 *
 *     using Transfer = Client<TransferService, RefreshPolicy<Confidential>>;
 *
 *     Transfer transfer{RefreshPolicy{app, "refresh token"}};
 *     auto const listing = transfer.operation_ls({.endpoint_id = id, .path = "/~/"});
 *     for (File const& file : listing->DATA) ...
 *
 * Each operation of the service is a member function with the name that the Python SDK uses, which takes its struct:
 * `operation_ls({...})`. `send(OperationLs{...})` is the same for any operation, `try_send` returns the error in place
 * of throwing it, and `paginate(TaskList{})` is a range over all pages.
 *
 * @tparam S  the service: TransferService, AuthService, ...
 * @tparam A  the authorizer policy: AccessTokenPolicy, RefreshPolicy<Confidential>, ...
 * @tparam T  the transport: CurlTransport, MockTransport, AnyTransport
 * @tparam R  when a failed request is made again: DefaultRetry, NoRetry
 *
 * A combination that cannot work does not compile, and the message says what to use in its place.
 *
 * @par Errors
 * UsageError before anything is sent, NetworkError when no answer came, the service's ApiError for an error status,
 * DecodeError for an answer that is not what it should be; and what the authorizer throws.
 * @par Thread safety
 * A client does not change after its construction: any const member function may be called from any thread.
 * Copies share connections, tokens and the retry budget. Destroying a client while other threads are in a call of it
 * ends these calls with NetworkError (cancelled) and waits for them, be a call one request or a function of several,
 * such as task_wait. A walk over a range (`paginate`, `recursive_ls`, `submit_all`) is no call, but each of its requests
 * is: the walk then ends with NetworkError (cancelled) at the next, and what it has read stays. The callbacks of the
 * functions of several requests may destroy the client; what runs within a request, a log hook, sink, source or a policy's
 * callback, must not.
 */
template <class S, class A, class T = CurlTransport, class R = DefaultRetry>
class Client : detail::ClientRequirements<S, A, T, R>, public detail::OperationsOf<S, Client<S, A, T, R>>::type {
public:
    using service_type = S;
    using authorizer_type = A;
    using transport_type = T;
    /// What it may be told at its construction.
    using Options = ClientOptions<T, R>;

    /// @throws UsageError  for an unusable base URL or environment, and for a name that cannot be in a header
    explicit Client(A authorizer, Options options = Options{})
        requires std::default_initializable<S>
        : Client(S{}, std::move(authorizer), std::move(options)) {}

    /// For the services that have something of their own: an address, a flow id, a client id.
    Client(S service, A authorizer, Options options = Options{})
        : service_(std::move(service)), authorizer_(std::move(authorizer)), options_(std::move(options)) {
        Environment const environment =
            options_.environment.empty() ? Environment::current() : Environment(options_.environment);
        if constexpr (requires { service_.base_url(); }) {
            if (options_.base_url.empty()) options_.base_url = service_.base_url();
        }
        if (options_.base_url.empty()) options_.base_url = environment.service_url(S::name);
        options_.base_url = http::check_base_url(options_.base_url);
        options_.auth_url =
            http::check_base_url(!options_.auth_url.empty()            ? options_.auth_url
                                 : S::name == std::string_view("auth") ? options_.base_url
                                                                       : environment.service_url("auth"));
        user_agent_ = "globus-sdk-cpp-" GLOBUS_VERSION_STRING;
        if (!options_.app_name.empty()) user_agent_ += '/' + options_.app_name;
        http::check_header("User-Agent", user_agent_);
        client_info_ = detail::client_info_header(options_.client_info);
    }

    /**
     * Sends an operation and reads its answer.
     *
     * @throws UsageError, NetworkError, S::error, DecodeError and what the authorizer throws
     */
    template <Operation O>
        requires std::same_as<typename O::service, S>
    Response<typename O::result> send(O const& operation, CallOptions const& options = {}) const {
        http::Request request = detail::to_request(operation, service_, options_.base_url);
        constexpr bool anonymous = requires { O::anonymous; };
        return exchange<Response<typename O::result>>(std::move(request), detail::retry_class_of<O>(), options,
                                                      !anonymous, detail::already_done_of<O>());
    }
    template <Operation O>
        requires(!std::same_as<typename O::service, S>)
    // clang-format off
    void send(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on

    /// As `send`, but a globus::Error is returned, not thrown.
    template <Operation O>
        requires std::same_as<typename O::service, S>
    Result<Response<typename O::result>> try_send(O const& operation, CallOptions const& options = {}) const {
        return Result<Response<typename O::result>>::from([&] { return send(operation, options); });
    }
    template <Operation O>
        requires(!std::same_as<typename O::service, S>)
    // clang-format off
    void try_send(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on

    /**
     * A range over the items of all pages of an operation; `.pages()` is one over the pages.
     *
     *     for (Task const& task : client.paginate(TaskList{})) ...
     *
     * Each page is one call, made when the loop comes to it. A `limit` of the operation is the size of a page, of which
     * the service may send less; the walk goes on to the end. See Paginated.
     */
    template <Operation O>
        requires(std::same_as<typename O::service, S> && HasPages<O>)
    Paginated<Client, O> paginate(O operation, CallOptions options = {}) const& {
        return Paginated<Client, O>(*this, std::move(operation), std::move(options));
    }
    template <Operation O>
        requires(std::same_as<typename O::service, S> && HasPages<O>)
    // clang-format off
    void paginate(O operation, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on
    template <Operation O>
        requires(!std::same_as<typename O::service, S>)
    // clang-format off
    void paginate(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on
    template <Operation O>
        requires(std::same_as<typename O::service, S> && !HasPages<O>)
    // clang-format off
    void paginate(O const&, CallOptions const& = {}) const = delete;  // this operation is not paginated: call it by its name or by `send`
    // clang-format on

    /// A request that this library has no operation for.
    struct RawRequest {
        http::Method method = http::Method::get;  ///< also decides what may be repeated, see `retry`
        std::string path = {};   ///< below the base URL; it is encoded, slashes stay; or a whole URL, used as it is
        QueryParams query = {};  ///< added to the query that `path` has
        std::optional<std::string> body = {};           ///< absent: none is sent, which differs from an empty one
        std::string content_type = "application/json";  ///< of the body; empty: not said
        /// What may be repeated. Absent: GET and HEAD read, PUT and DELETE are idempotent, POST and PATCH are not.
        std::optional<RetryClass> retry = {};
    };

    /**
     * Sends a request that this library has no operation for. A whole URL gets the client's credential only if it is on
     * the client's own origin.
     *
     * @tparam D  what the answer is: Json, a described document, or Bytes for what need not be JSON
     */
    template <class D = Json>
    Response<D> request(RawRequest raw, CallOptions const& options = {}) const {
        http::Request request;
        request.method = raw.method;
        bool const absolute = raw.path.starts_with("https://") || raw.path.starts_with("http://");
        if (absolute) {
            http::Url const url = http::parse_url(raw.path);
            if (url.has_userinfo) throw UsageError("the URL has a user name in it: pass credentials by the authorizer");
            if (url.has_fragment) throw UsageError("the URL has a fragment, which is never sent: leave it out");
        }
        request.url = absolute ? raw.path : options_.base_url + encode_path(raw.path);
        if (!raw.query.empty()) add_query(request.url, raw.query);
        if (raw.body) {
            request.body = std::move(*raw.body);
            request.has_body = true;
            if (!raw.content_type.empty()) request.headers.add("Content-Type", std::move(raw.content_type));
        }
        bool const reads = raw.method == http::Method::get || raw.method == http::Method::head;
        bool const repeatable = raw.method == http::Method::put || raw.method == http::Method::delete_;
        RetryClass const natural = reads        ? RetryClass::read
                                   : repeatable ? RetryClass::idempotent
                                                : RetryClass::non_idempotent;
        return exchange<Response<D>>(std::move(request), raw.retry.value_or(natural), options, true,
                                     raw.method == http::Method::delete_ ? &detail::is_gone : nullptr);
    }
    /// GET `path`, with a query. @tparam D  as of `request`
    template <class D = Json>
    Response<D> get(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        return request<D>({.method = http::Method::get, .path = std::move(path), .query = std::move(query)}, options);
    }
    /// POST a JSON document, or nothing, to `path`. It is repeated only if it surely has not been processed.
    Response<Json> post(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::post, std::move(path), body, options);
    }
    /// PUT a JSON document, or nothing, to `path`. It counts as idempotent, so it may be repeated.
    Response<Json> put(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::put, std::move(path), body, options);
    }
    /// PATCH a JSON document, or nothing, to `path`. It is repeated only if it surely has not been processed.
    Response<Json> patch(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::patch, std::move(path), body, options);
    }
    /// DELETE `path`.
    Response<Json> delete_(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        return request({.method = http::Method::delete_, .path = std::move(path), .query = std::move(query)}, options);
    }

    /**
     * Begins a call of several requests, which ends when the object goes: they have one deadline, and the client stays.
     * When another thread destroys the client, the request that is under way ends as cancelled, and no other begins.
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

    /// Tells the app of this client that it needs one more scope; the next call asks for a login if it is not there.
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

    /// The service with what is its own, such as a flow id.
    [[nodiscard]] S const& service() const noexcept { return service_; }
    /// The policy; a copy of it is of the same tokens.
    [[nodiscard]] A const& authorizer() const noexcept { return authorizer_; }
    /// The transport; a copy of it shares its connections.
    [[nodiscard]] T const& transport() const noexcept { return options_.transport; }
    /// The options, with the base URLs that were found.
    [[nodiscard]] Options const& options() const noexcept { return options_; }
    /// The base URL of the service, with a slash at its end.
    [[nodiscard]] std::string const& base_url() const noexcept { return options_.base_url; }
    /// What knows the calls that are running.
    [[nodiscard]] detail::CallGate const& gate() const noexcept { return gate_; }

    /**
     * Sends a request as it stands, with the client's credential, retries and log: the floor that `send` stands on.
     *
     * @tparam Result  what is made of the answer, by a constructor from http::Response that may throw DecodeError
     * @param authorized    false: without the client's credential
     * @param already_done  which error of a second attempt makes a Response that is `replayed()`; null: none
     */
    template <class Result>
    Result exchange(http::Request request, RetryClass retry_class, CallOptions const& options = {},
                    bool authorized = true, AlreadyDone already_done = nullptr) const {
        detail::CallGate::Call const call(gate_, options.stop);
        complete(request, options);
        request.stop = call.stop();
        constexpr bool file = requires { requires S::as_stored; } || requires { requires Result::as_stored; };
        request.decode = request.decode && !file;
        request.flows = (file || options.sink || request.source) && !detail::is_timed(options, options_.timeout);
        auto stream = streaming<Result>();
        bool const streams = !options.keep_text && !options.sink && stream.possible;
        // a document is in a 2xx; whoever takes an answer as it comes, takes a 3xx, too
        constexpr int successes = requires { requires Result::has_shape; } ? 300 : 400;
        bool sink_began = false;
        if (options.sink)
            request.sink = [&](std::string_view piece) {
                sink_began = true;
                return options.sink(piece);
            };
        RetryClass const asked = options.retry_as.value_or(retry_class);
        // `never` says how often, not what the operation does
        bool const reads = (asked == RetryClass::never ? retry_class : asked) == RetryClass::read;
        retry_class = asked;
        request.fresh_connection = retry_class == RetryClass::non_idempotent || retry_class == RetryClass::grant ||
                                   retry_class == RetryClass::never;
        // a stream cannot be read again
        bool const once = request.source || retry_class == RetryClass::never;
        bool const own_origin = is_own_origin(request.url) && authorized;
        AuthContext const context{options_.auth_url, request.deadline, request.stop,
                                  detail::resource_server_of(service_)};

        bool renewed = false, unknown = false;  // an attempt may have done what was asked for
        bool in_doubt = false;                  // it may have been processed, as far as a grant is concerned
        int previous_status = 0;
        try {
            for (int number = 1;; ++number) {
                Authorization authorization;
                if (own_origin) {
                    authorization = authorizer_.authorize(options_.transport, context);
                    request.authorization = authorization.header;
                }
                Attempt attempt{.number = number,
                                .retry_class = retry_class,
                                .previous_status = std::exchange(previous_status, 0),
                                .in_doubt = in_doubt};
                auto const started = http::Clock::now();
                // what a sink has taken cannot be taken back
                auto const before_retry = [&] {
                    in_doubt = in_doubt || detail::may_be_processed(attempt);
                    return once || sink_began ? std::nullopt : wait_before(attempt, request);
                };
                http::Response response;
                std::optional<std::chrono::duration<double>> wait;
                try {
                    if (streams) stream.restart(request, options_.max_response_bytes);
                    response = follow(request, own_origin);
                    response.wrote = retry_class != RetryClass::read;
                    response.max_bytes = options_.max_response_bytes;
                } catch (NetworkError const& error) {
                    unknown = unknown || error.sent() == NetworkError::Sent::yes;
                    attempt.error = &error;
                    wait = before_retry();
                    log(request, attempt, started, wait);
                    if (!wait) throw;
                }
                if (!wait) {  // an answer came
                    attempt.response = &response;
                    previous_status = response.status;
                    if (response.status == 401 && own_origin && !renewed) {
                        renewed = true;
                        if (authorizer_.unauthorized(authorization, options_.transport, context) && !once) {
                            log(request, attempt, started, std::chrono::duration<double>(0));
                            --number;  // an expired token is no failed attempt
                            continue;
                        }
                    }
                    if (response.status >= 200 && response.status < successes) {
                        http::Response head{.status = response.status};  // of what becomes the result
                        if (std::string const* id = response.headers.find("X-Request-ID"); id != nullptr)
                            head.headers.add("X-Request-ID", *id);
                        attempt.response = &head;
                        try {
                            if constexpr (successes == 300)
                                if (!streams && !options.sink) detail::require_document(response);
                            Result result = streams ? stream.finish(std::move(response)) : Result(std::move(response));
                            log(request, attempt, started, std::nullopt);
                            options_.retry.succeeded(attempt);
                            return result;
                        } catch (DecodeError const& error) {
                            unknown = true;
                            attempt.undecodable = error.cut_off();
                            if (attempt.undecodable) wait = before_retry();
                            log(request, attempt, started, wait);
                            if (!wait) throw error.in(detail::describe_answer(request, head));
                        }
                    } else {
                        typename S::error const error(request, response);
                        if constexpr (requires { S::endpoint_trouble(error); })
                            attempt.endpoint_trouble = response.status >= 500 && S::endpoint_trouble(error);
                        if (unknown && already_done != nullptr && already_done(error)) {
                            response.replayed = true;
                            log(request, attempt, started, std::nullopt);
                            return Result(std::move(response));
                        }
                        unknown =
                            unknown || !(detail::promises_nothing_done(response.status) || attempt.endpoint_trouble);
                        wait = before_retry();
                        log(request, attempt, started, wait);
                        if (!wait) throw error;
                    }
                }
                if (!http::wait_until(http::later(*wait), request.stop))
                    throw NetworkError(NetworkError::Kind::cancelled,
                                       unknown ? NetworkError::Sent::yes : NetworkError::Sent::no,
                                       "the call was cancelled between two attempts");
            }
        } catch (Error const&) {
            if (!unknown || reads) throw;
            detail::rethrow_marked<typename S::error, AuthApiError, NetworkError, DecodeError>(
                [](Error& error) { error.set_outcome_unknown(); });
        }
    }

private:
    /// Reads an answer as it comes, for the results that can.
    template <class Result>
    struct Streaming {
        static constexpr bool possible = false;
        void restart(http::Request&, std::size_t) {}
        Result finish(http::Response response) { return Result(std::move(response)); }
    };
    template <class Result>
        requires Result::streams
    struct Streaming<Result> {
        static constexpr bool possible = true;
        void restart(http::Request& request, std::size_t limit) {
            reading.emplace();
            reading->limit(limit);
            request.sink = [this, &request, room = request.max_response_bytes](std::string_view piece) mutable {
                if (piece.size() > room)
                    throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                                       http::describe(request) + ": the answer is larger than " +
                                           std::to_string(request.max_response_bytes) + " bytes");
                room -= piece.size();
                return reading->write(piece);
            };
            request.on_head = [this, &request](http::Response const& head) {
                reading->expect(detail::believed_length(head, request.max_response_bytes));
            };
        }
        Result finish(http::Response response) { return reading->finish(std::move(response)); }
        std::optional<typename Result::Stream> reading;
    };
    template <class Result>
    static Streaming<Result> streaming() {
        return {};
    }

    /// Adds what every request of this client has.
    void complete(http::Request& request, CallOptions const& options) const {
        request.deadline = detail::deadline_of(options, options_.timeout);
        request.max_response_bytes = options_.max_response_bytes;
        if constexpr (requires { S::max_response_bytes; })
            request.max_response_bytes = std::min(request.max_response_bytes, S::max_response_bytes);
        request.sink = options.sink;
        if (!options.query.empty()) add_query(request.url, options.query);
        auto const add = [&](char const* name, std::string_view value) {
            if (request.headers.find(name) == nullptr) request.headers.add(name, std::string(value));
        };
        for (auto const& [name, value] : options.headers) {
            http::check_header(name, value);
            if (http::detail::equal_ignoring_case(name, "Authorization"))
                throw UsageError(
                    "a call cannot replace the Authorization header: make a client with another authorizer");
            request.headers.set(name, value);
        }
        add("Accept", "application/json");
        add("User-Agent", user_agent_);
        add("X-Globus-Client-Info", client_info_);
    }

    static void add_query(std::string& url, QueryParams const& query) {
        char separator = url.find('?') == std::string::npos ? '?' : '&';
        for (auto const& [name, value] : query)
            for (std::string const& text : value.texts()) {
                url += std::exchange(separator, '&');
                append_form_encoded(url, name);
                url += '=';
                append_form_encoded(url, text);
            }
    }
    /// A path of several segments: each is encoded, and none may be a dot segment.
    static std::string encode_path(std::string_view path) {
        while (path.starts_with('/')) path.remove_prefix(1);
        std::string encoded;
        for (std::string_view rest = path;;) {
            auto const slash = rest.find('/');
            std::string_view const segment = rest.substr(0, slash);
            if (!segment.empty()) encoded += detail::encode_segment("the path's segment", segment);
            if (slash == std::string_view::npos) return encoded;
            encoded += '/';
            rest.remove_prefix(slash + 1);
        }
    }
    [[nodiscard]] bool is_own_origin(std::string const& url) const {
        if (url.starts_with(options_.base_url)) return true;
        http::Url const target = http::parse_url(url);
        if (target.scheme == "http" && !http::is_loopback(target.host))
            throw UsageError("the URL is http; use https (http is allowed to 127.0.0.1 and [::1] only)");
        return http::same_origin(target, http::parse_url(options_.base_url));
    }
    Response<Json> write(http::Method method, std::string path, std::optional<Json> const& body,
                         CallOptions const& options) const {
        RawRequest raw{.method = method, .path = std::move(path)};
        if (body) raw.body = to_json(*body);
        return request(std::move(raw), options);
    }

    /// Sends, and follows a redirect of a read to the same origin; any other redirect is an error.
    http::Response follow(http::Request const& request, bool own_origin) const {
        http::Response response = options_.transport.send(request);
        if (!detail::is_redirect(response)) return response;
        http::Request next = request;
        for (int hops = 0; detail::is_redirect(response); ++hops) {
            if (hops == 5) detail::refuse_redirect(request, "for the sixth time");
            next.url = detail::redirect_target(next, response, own_origin);
            response = options_.transport.send(next);
        }
        return response;
    }

    /// The wait before another attempt; nothing if there must be none, or no time is left for it.
    [[nodiscard]] std::optional<std::chrono::duration<double>> wait_before(Attempt& attempt,
                                                                           http::Request const& request) const {
        constexpr std::chrono::milliseconds least(10);  // an attempt that has less can only run out of it
        attempt.time_left = http::time_left(request.deadline) - least;
        auto const wait = options_.retry.before_retry(attempt);
        if (!wait || !(*wait < attempt.time_left)) return std::nullopt;
        return std::max(*wait, std::chrono::duration<double>(0));
    }

    void log(http::Request const& request, Attempt const& attempt, http::Clock::time_point started,
             std::optional<std::chrono::duration<double>> wait) const noexcept {
        if (!options_.log) return;
        try {
            std::string const url = one_line(std::string_view(request.url).substr(0, request.url.find_first_of("?#")));
            std::string request_id;
            LogEvent event{.method = to_string(request.method), .url = url};
            event.attempt = attempt.number;
            event.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(http::Clock::now() - started);
            if (attempt.response != nullptr) {
                event.status = attempt.response->status;
                event.request_id = request_id = one_line(attempt.response->headers.get("X-Request-ID"), 200);
            }
            if (attempt.error != nullptr) event.error = attempt.error->what();
            if (wait) event.retry_in = std::chrono::duration_cast<std::chrono::milliseconds>(*wait);
            options_.log(event);
        } catch (...) {  // a log hook must not break a call
        }
    }

    [[no_unique_address]] S service_;
    A authorizer_;
    Options options_;
    std::string user_agent_;
    std::string client_info_;
    detail::CallGate gate_;  // the last member: calls end before anything of the client goes
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_CLIENT_HPP
