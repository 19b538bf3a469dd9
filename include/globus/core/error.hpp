// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_ERROR_HPP
#define GLOBUS_CORE_ERROR_HPP

#include <globus/core/config.hpp>
#include <globus/core/one_line.hpp>

#include <exception>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>

/// The C++ SDK for Globus. Namespaces called `detail` are not for programs: any version may change them.
namespace globus {

/**
 * The root of everything that this library throws.
 *
 *     Error
 *       UsageError      the call cannot be right; nothing was sent
 *       NetworkError    no complete answer came (time-out, connection, TLS, ...)
 *       ApiError        the service answered with an error status; one subclass a service
 *       DecodeError     the service answered, but not with the document that was expected
 *
 * `what()` is one line for a person, whoever wrote its parts: see one_line. It never holds a token, a client secret or
 * a password.
 */
class GLOBUS_VISIBLE Error : public std::runtime_error {
public:
    /// @param what  becomes one line of at most 4 KiB
    explicit Error(std::string const& what) : std::runtime_error(one_line(what, 4096)) {}

    /// True if the request may have been carried out despite this error: the answer to a write was lost, was cut off,
    /// or did not refuse it (a redirect, 408, a 5xx). Check what the service has before doing it again.
    [[nodiscard]] bool outcome_unknown() const noexcept { return outcome_unknown_; }

    /// Called by the code that rethrows it; never on an object that another thread may have, too.
    void set_outcome_unknown() noexcept { outcome_unknown_ = true; }

private:
    bool outcome_unknown_ = false;
};

/// Prints what().
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Error const& error) {
    return out << std::string_view(error.what());
}

/// The call cannot be right: an empty id, a newline in a header, an unknown environment. It is thrown before any I/O.
class GLOBUS_VISIBLE UsageError : public Error {
public:
    using Error::Error;
};

/**
 * The answer is not the document that was expected: not JSON, cut off, or a member of another type.
 *
 * `body()` is the text as received, so that nothing is lost.
 */
class GLOBUS_VISIBLE DecodeError : public Error {
public:
    /// Whether the text ends before its document does.
    enum class Damage : bool { none, cut_off };

    /// @param body  what was received; it does not go into what()
    explicit DecodeError(std::string const& what, std::string body = {}, Damage damage = Damage::none)
        : Error(what), body_(std::make_shared<std::string const>(std::move(body))), damage_(damage) {}
    DecodeError(DecodeError const&) = default;  // there is no move, which would leave an error without a body
    DecodeError& operator=(DecodeError const&) = default;

    /// The text as received; empty if there was none, if it was read without being kept, or if it holds secrets.
    [[nodiscard]] std::string const& body() const noexcept GLOBUS_LIFETIMEBOUND { return *body_; }
    /// The same error, naming the request that was answered so.
    [[nodiscard]] DecodeError in(std::string const& answer) const;
    /// True if the text ends before its document does, or there is none: asking again may help. False if the service
    /// sent something else, such as a page of HTML: it would do so again.
    [[nodiscard]] bool cut_off() const noexcept { return damage_ == Damage::cut_off; }

private:
    std::shared_ptr<std::string const> body_;  ///< copies of the error share it: it can be long
    Damage damage_;
};

namespace detail {

/// If the exception in flight is an `E`, throws what `change` makes of it.
template <class E, class F>
void rethrow_if_changed(F const& change) {
    try {
        throw;
    } catch (E const& error) {
        if (typeid(error) != typeid(E)) return;  // a copy would lose a part of a derived error
        throw change(error);
    } catch (...) {
    }
}

/// Rethrows the exception in flight; for one of the types `Es` it throws what `change` makes of it instead, which is
/// another object: threads that wait for one renewal share the error that ends it.
template <class... Es, class F>
[[noreturn]] void rethrow_changed(F const& change) {
    (rethrow_if_changed<Es>(change), ...);
    throw;
}

/// An error that took the place of a value.
struct Failure {
    std::exception_ptr thrown;  ///< it keeps the object that `error` points to
    Error const* error;
};

}  // namespace detail

/**
 * A value, or the error that took its place: what the `try_` functions return to programs that do not throw.
 *
 *     auto listing = client.try_send(OperationLs{.endpoint_id = id});
 *     if (!listing) return complain(listing.error().what());
 *     use(**listing);
 *
 *     std::size_t files = client.try_send(op).map([](auto const& listing) { return listing.size(); }).value_or(0);
 *
 * @tparam T  the type of the value
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class T>
class Result {
public:
    /// Converts implicitly: a function that returns a Result may return the value itself.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    /// Calls `f` and keeps what it returns, or the globus::Error that it throws; other exceptions pass through.
    template <class F>
    [[nodiscard]] static Result from(F&& f) {
        try {
            return Result(std::forward<F>(f)());
        } catch (Error const& error) {
            return Result(detail::Failure{std::current_exception(), &error});
        }
    }

    /// Takes an exception. One that is no globus::Error is what value() throws, while error() only says so.
    [[nodiscard]] static Result of_exception(std::exception_ptr thrown) {
        static UsageError const other("a callback of the call, or the system, threw: value() throws the same");
        Error const* error = &other;
        try {
            std::rethrow_exception(thrown);
        } catch (Error const& own) {
            error = &own;
        } catch (...) {
        }
        return Result(detail::Failure{std::move(thrown), error});
    }

    /// False if there is an error() instead.
    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the error itself, with its own type, when there is none.
    [[nodiscard]] T const& value() const& GLOBUS_LIFETIMEBOUND {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(std::move(state_));
    }
    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_value() ? std::get<0>(state_) : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    [[nodiscard]] T value_or(U&& other) && {
        return has_value() ? std::get<0>(std::move(state_)) : static_cast<T>(std::forward<U>(other));
    }
    /// What `function` makes of the value, or this error; a globus::Error that it throws is an error, too.
    template <class F>
    [[nodiscard]] auto map(F&& function) const {
        using Made = std::remove_cvref_t<decltype(std::forward<F>(function)(std::declval<T const&>()))>;
        if (!has_value()) return Result<Made>(std::get<1>(state_));
        return Result<Made>::from([&]() -> Made { return std::forward<F>(function)(std::get<0>(state_)); });
    }
    /// The Result that `function` makes of the value, or this error.
    template <class F>
    [[nodiscard]] auto and_then(F&& function) const {
        using Made = std::remove_cvref_t<decltype(std::forward<F>(function)(std::declval<T const&>()))>;
        if (!has_value()) return Made(std::get<1>(state_));
        return std::forward<F>(function)(std::get<0>(state_));
    }
    /// As value(), which throws the error when there is no value.
    [[nodiscard]] T const& operator*() const& GLOBUS_LIFETIMEBOUND { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T const* operator->() const { return &value(); }

    /// The error; call it only when there is no value. `dynamic_cast` shows which one it is.
    [[nodiscard]] Error const& error() const GLOBUS_LIFETIMEBOUND {
        if (has_value()) throw UsageError("Result::error() was called on a result that holds a value");
        return *std::get<1>(state_).error;
    }

private:
    template <class>
    friend class Result;

    explicit Result(detail::Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    std::variant<T, detail::Failure> state_;
};

/**
 * What `function` returns, or the globus::Error that it throws; other exceptions pass through. It is for functions that
 * have no `try_` form of their own.
 *
 *     auto verdict = try_call([&] { return transfer.task_wait({.task_id = id}); });
 */
template <class F>
[[nodiscard]] auto try_call(F&& function) {
    using Made = std::remove_cvref_t<decltype(std::forward<F>(function)())>;
    if constexpr (std::is_void_v<Made>)
        return Result<std::monostate>::from([&] {
            std::forward<F>(function)();
            return std::monostate();
        });
    else
        return Result<Made>::from(std::forward<F>(function));
}

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/core/impl/error.ipp>
#endif

#endif  // GLOBUS_CORE_ERROR_HPP
