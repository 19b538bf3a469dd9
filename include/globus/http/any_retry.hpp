// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ANY_RETRY_HPP
#define GLOBUS_HTTP_ANY_RETRY_HPP

#include <globus/http/retry.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace globus {

/**
 * Any retry policy behind one type, for code that does not want a template parameter.
 *
 * Copies share the policy inside. Thread safety is that of the policy inside. One that was moved from repeats nothing.
 */
class AnyRetry {
public:
    /// A DefaultRetry.
    AnyRetry() : AnyRetry(DefaultRetry()) {}
    /// Converts implicitly: any retry policy may be given where this one is expected.
    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, AnyRetry>) && RetryPolicy<R>
    AnyRetry(R policy) : inside_(std::make_shared<Model<R> const>(std::move(policy))) {}

    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        return inside_ != nullptr ? inside_->before_retry(attempt) : std::nullopt;
    }
    void succeeded(Attempt const& attempt) const noexcept {
        if (inside_ != nullptr) inside_->succeeded(attempt);
    }

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const = 0;
        virtual void succeeded(Attempt const& attempt) const noexcept = 0;
    };
    template <class R>
    struct Model final : Concept {
        explicit Model(R r) : policy(std::move(r)) {}
        std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const override {
            return policy.before_retry(attempt);
        }
        void succeeded(Attempt const& attempt) const noexcept override { policy.succeeded(attempt); }
        R policy;
    };

    std::shared_ptr<Concept const> inside_;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_ANY_RETRY_HPP
