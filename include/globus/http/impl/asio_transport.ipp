// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/asio_transport.hpp>
#include <globus/http/async_engine.hpp>
#include <globus/http/async_pause.hpp>
#include <globus/http/impl/multi_engine.ipp>
#include <globus/http/message.hpp>
#include <globus/http/mock_transport.hpp>

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
