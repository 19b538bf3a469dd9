// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_DRIVERS_HPP
#define GLOBUS_TESTS_SUPPORT_DRIVERS_HPP

#include <globus/asio.hpp>
#include <globus/client/check_client.hpp>
#include <globus/client/client.hpp>
#include <globus/http/curl_transport.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/sandbox/server.hpp>
#include <globus/services/transfer/async.hpp>

#include <boost/asio/use_future.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

// The ways to make a call, so that what is promised of all of them is tested of all of them:
//
//     TEMPLATE_TEST_CASE("B8: a status that is no passing failure", "[reliability][B8]", Blocking, Asynchronous) {
//         auto const transfer = client_by<TestType, TransferService>(server);
//         CHECK_THROWS_AS(transfer.task_list(), TransferApiError);
//     }

/// A client whose functions wait for calls that do not block, on the thread of an AsioTransport. What holds for it holds
/// for them.
template <class S, class P, class R = globus::DefaultRetry>
class AwaitingClient : public globus::detail::OperationsOf<S, AwaitingClient<S, P, R>>::type {
    using Inner = globus::Client<S, P, globus::AsioTransport, R>;
    using CallOptions = globus::CallOptions;

public:
    using service_type = S;
    using Options = typename Inner::Options;
    using RawRequest = typename Inner::RawRequest;

    AwaitingClient(P policy, Options options = {}) : inner_(std::move(policy), std::move(options)) {}
    AwaitingClient(S service, P policy, Options options = {})
        : inner_(std::move(service), std::move(policy), std::move(options)) {}

    template <class O>
    auto send(O operation, CallOptions options = {}) const {
        return inner_.async_send(std::move(operation), std::move(options), boost::asio::use_future).get();
    }
    template <class O>
    auto try_send(O operation, CallOptions options = {}) const {
        return inner_.async_try_send(std::move(operation), std::move(options), boost::asio::use_future).get();
    }
    template <class D = globus::Json>
    globus::Response<D> request(RawRequest raw, CallOptions options = {}) const {
        return inner_.template async_request<D>(std::move(raw), std::move(options), boost::asio::use_future).get();
    }
    template <class D = globus::Json>
    globus::Response<D> get(std::string path, globus::QueryParams query = {}, CallOptions options = {}) const {
        return request<D>({.path = std::move(path), .query = std::move(query)}, std::move(options));
    }
    globus::Response<globus::Json> post(std::string path, std::optional<globus::Json> body = {},
                                        CallOptions options = {}) const {
        RawRequest raw{.method = globus::http::Method::post, .path = std::move(path)};
        if (body) raw.body = boost::json::serialize(*body);
        return request(std::move(raw), std::move(options));
    }

    globus::Response<globus::SubmissionResult> submit_transfer(globus::TransferData& data,
                                                               CallOptions options = {}) const {
        auto accepted = async_submit_transfer(inner_, data, std::move(options), boost::asio::use_future).get();
        data.submission_id = accepted->submission_id;
        return accepted;
    }
    globus::Response<globus::SubmissionResult> submit_delete(globus::DeleteData& data, CallOptions options = {}) const {
        auto accepted = async_submit_delete(inner_, data, std::move(options), boost::asio::use_future).get();
        data.submission_id = accepted->submission_id;
        return accepted;
    }

    [[nodiscard]] std::string const& base_url() const { return inner_.base_url(); }
    [[nodiscard]] globus::AsioTransport const& transport() const { return inner_.transport(); }
    /// The client whose calls they are.
    [[nodiscard]] Inner const& inner() const { return inner_; }

private:
    Inner inner_;
};

/// Calls that block.
struct Blocking {
    template <class S, class P, class R>
    using Client = globus::Client<S, P, globus::CurlTransport, R>;
    template <class S, class P, class R>
    using Mocked = globus::Client<S, P, globus::MockTransport, R>;

    static globus::CurlTransport transport(globus::CurlOptions options = {}) {
        return globus::CurlTransport(std::move(options));
    }
    static globus::MockTransport over(globus::MockTransport mock) { return mock; }
};

/// Calls that do not.
struct Asynchronous {
    template <class S, class P, class R>
    using Client = AwaitingClient<S, P, R>;
    template <class S, class P, class R>
    using Mocked = AwaitingClient<S, P, R>;

    static globus::AsioTransport transport(globus::CurlOptions options = {}) {
        return globus::AsioTransport(globus::AsioOptions{.curl = std::move(options)});
    }
    static globus::AsioTransport over(globus::MockTransport mock) { return globus::AsioTransport(std::move(mock)); }
};

/// A client that calls by a driver.
template <class Driver, class S, class P, class R = globus::DefaultRetry>
using ClientBy = typename Driver::template Client<S, P, R>;
/// The same over a mock: its transport is `Driver::over(mock)`.
template <class Driver, class S, class P, class R = globus::DefaultRetry>
using MockedBy = typename Driver::template Mocked<S, P, R>;

/// A client of a sandbox, with a token for the service.
template <class Driver, class S, class R = globus::DefaultRetry>
ClientBy<Driver, S, globus::AccessTokenPolicy, R> client_by(globus::sandbox::Session& server, R retry = {},
                                                            globus::CurlOptions options = {}) {
    return ClientBy<Driver, S, globus::AccessTokenPolicy, R>{server.user_token(S::resource_server),
                                                             {.transport = Driver::transport(std::move(options)),
                                                              .retry = std::move(retry),
                                                              .base_url = server.base_url(),
                                                              .auth_url = server.base_url(),
                                                              .timeout = std::chrono::seconds(20)}};
}

#endif  // GLOBUS_TESTS_SUPPORT_DRIVERS_HPP
