// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ANY_TRANSPORT_HPP
#define GLOBUS_HTTP_ANY_TRANSPORT_HPP

#include <globus/core/handle.hpp>
#include <globus/http/transport.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace globus {

/**
 * Any transport behind one type, for code that does not want a template parameter.
 *
 *     using TransferClient = Client<TransferService, AccessTokenPolicy, AnyTransport>;
 *     TransferClient real{token, {.transport = CurlTransport{}}};
 *     TransferClient mock{token, {.transport = MockTransport{}}};
 *
 * Copies share the transport inside. Thread safety is that of the transport inside.
 */
class AnyTransport {
public:
    /// Converts implicitly: any transport may be given where this one is expected.
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, AnyTransport>) && Transport<T>
    AnyTransport(T transport) : inside_(std::make_shared<Model<T> const>(std::move(transport))) {}

    [[nodiscard]] http::Response send(http::Request const& request) const { return inside_->send(request); }

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual http::Response send(http::Request const& request) const = 0;
    };
    template <class T>
    struct Model final : Concept {
        explicit Model(T t) : transport(std::move(t)) {}
        http::Response send(http::Request const& request) const override { return transport.send(request); }
        T transport;
    };

    detail::Shared<Concept const> inside_;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_ANY_TRANSPORT_HPP
