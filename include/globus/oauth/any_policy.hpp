// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_ANY_POLICY_HPP
#define GLOBUS_OAUTH_ANY_POLICY_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/handle.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace globus {

/**
 * Any authorizer policy behind one type, for code that does not want a template parameter.
 *
 *     AnyPolicy policy = NullPolicy{};
 *     if (token) policy = AccessTokenPolicy{*token};
 *     Client<TransferService, AnyPolicy> transfer{policy};
 *
 * Which services a policy fits is checked when the program runs: making a client throws UsageError where the policy
 * inside would not have compiled, as BasicPolicy does not for Transfer. AnyClient<Service> is a client whose transport
 * and retry policy are hidden, too, and any client of the service converts to it.
 *
 * Copies share the policy inside, with its token and its renewals. Errors and thread safety are those of the policy
 * inside. UsageError if this was moved from.
 */
class AnyPolicy {
public:
    using credential = AnyCredential;

    /// Converts implicitly: any policy may be given where this one is expected, if it takes any transport.
    template <class P>
        requires(!std::same_as<std::remove_cvref_t<P>, AnyPolicy>) && NamesCredential<P> && Authorizer<P, AnyTransport>
    AnyPolicy(P policy) : inside_(std::make_shared<Model<P> const>(std::move(policy))) {}

    template <Transport T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        return inside_->authorize(transport, context);
    }
    template <Transport T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        return inside_->unauthorized(refused, transport, context);
    }

    /// The credential, if the policy inside has it at once: for calls that do not block.
    [[nodiscard]] std::optional<Authorization> authorize_at_once(AuthContext const& context) const {
        return inside_->authorize_at_once(context);
    }

    /// Checks that a service takes the credential of the policy inside.
    /// @param takes_basic    the service is reached by the id and secret of an app
    /// @param takes_nothing  the service takes no credential
    /// @throws UsageError  that says which policy to use
    void check_credential(bool takes_basic, bool takes_nothing) const;

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual Authorization authorize(AnyTransport const& transport, AuthContext const& context) const = 0;
        virtual bool unauthorized(Authorization const& refused, AnyTransport const& transport,
                                  AuthContext const& context) const = 0;
        virtual std::optional<Authorization> authorize_at_once(AuthContext const& context) const = 0;
        bool is_basic = false;
        bool is_nothing = false;
    };
    template <class P>
    struct Model final : Concept {
        explicit Model(P p) : policy(std::move(p)) {
            this->is_basic = std::same_as<typename P::credential, BasicCredential>;
            this->is_nothing = std::same_as<typename P::credential, NoCredential>;
        }
        Authorization authorize(AnyTransport const& transport, AuthContext const& context) const override {
            return policy.authorize(transport, context);
        }
        bool unauthorized(Authorization const& refused, AnyTransport const& transport,
                          AuthContext const& context) const override {
            return policy.unauthorized(refused, transport, context);
        }
        std::optional<Authorization> authorize_at_once(AuthContext const& context) const override {
            if constexpr (requires { policy.authorize_at_once(context); })
                return policy.authorize_at_once(context);
            else if constexpr (requires { requires P::never_blocks; })
                return policy.authorize(AnyTransport(NoTransport{}), context);
            else
                return std::nullopt;
        }
        P policy;
    };
    /// For policies that never ask for a token.
    struct NoTransport {
        [[noreturn]] http::Response send(http::Request const&) const {
            throw UsageError("a policy that never blocks has sent a request");
        }
    };

    detail::Shared<Concept const> inside_;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/any_policy.ipp>
#endif

#endif  // GLOBUS_OAUTH_ANY_POLICY_HPP
