// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ASIO_TRANSPORT_HPP
#define GLOBUS_HTTP_ASIO_TRANSPORT_HPP

#include <globus/core/config.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/async_completion.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/message.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/http/transport.hpp>

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

#ifdef GLOBUS_ASIO_BODIES
#include <globus/http/impl/asio_transport.ipp>
#endif

#endif  // GLOBUS_HTTP_ASIO_TRANSPORT_HPP
