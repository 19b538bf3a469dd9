// SPDX-License-Identifier: Apache-2.0
// globus 0.1.0, made by single_include/generate.py: edit include/, not this file.
#ifndef GLOBUS_ASIO_HPP
#define GLOBUS_ASIO_HPP

/**
 * @file
 * The asynchronous face of the SDK, on Boost.Asio (1.81 or newer): AsioTransport, and the functions of a Client that do
 * not block, see AsyncFunctions.
 *
 * It needs `globus/globus.hpp`, or the header of a service, beside it. Header-only there is nothing else to do. In a
 * compiled build one file of the program includes `globus/asio_src.hpp`.
 */

#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error "globus/asio.hpp needs Boost 1.81 or newer: name the directory of a newer one with -I"
#endif

#ifndef GLOBUS_CLIENT_ASYNC_COMPOSED_HPP
#define GLOBUS_CLIENT_ASYNC_COMPOSED_HPP

#ifndef GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP
#define GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP

#ifndef GLOBUS_CLIENT_CALL_OPTIONS_HPP
#define GLOBUS_CLIENT_CALL_OPTIONS_HPP

#ifndef GLOBUS_CLIENT_QUERY_PARAMS_HPP
#define GLOBUS_CLIENT_QUERY_PARAMS_HPP

#ifndef GLOBUS_CORE_CONFIG_HPP
#define GLOBUS_CORE_CONFIG_HPP

#ifndef GLOBUS_CORE_REQUIREMENTS_HPP
#define GLOBUS_CORE_REQUIREMENTS_HPP

// What this library needs of the compiler and of Boost. Every header of globus comes here before anything else of its
// own, so that whoever forgot -std=c++20 reads one sentence. libcurl and OpenSSL are looked at where they are used.

// There is no such file: a compiler goes on after #error, but not after a file that is missing.
#define GLOBUS_DETAIL_STOP <globus-stops-at-the-error-above>

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "globus needs C++20: compile with -std=c++20 or newer (g++ 11, clang 14 or newer)"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_exceptions)
#error "globus reports errors by exceptions: compile without -fno-exceptions"
#include GLOBUS_DETAIL_STOP
#elif !defined(__cpp_rtti)
#error "globus tells errors apart by their types: compile without -fno-rtti"
#include GLOBUS_DETAIL_STOP
#elif defined(_WIN32)
#error "globus needs a POSIX system: on Windows, build in the Windows Subsystem for Linux"
#include GLOBUS_DETAIL_STOP
#elif !__has_include(<boost/version.hpp>)
#error "globus needs the headers of Boost 1.79 or newer: install them, or name their directory with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <boost/version.hpp>
#if BOOST_VERSION < 107900
#error "globus needs Boost 1.79 or newer: name the directory of a newer one with -I"
#include GLOBUS_DETAIL_STOP
#endif

#include <version>
#if defined(_LIBCPP_VERSION) && !defined(__cpp_lib_jthread)
#error "globus needs std::stop_token: with libc++ 18 or newer, compile and link with -fexperimental-library"
#include GLOBUS_DETAIL_STOP
#endif

#endif  // GLOBUS_CORE_REQUIREMENTS_HPP

// Header-only or compiled. What is not a template is declared in a header and defined in its `impl/*.ipp`, which the
// header includes at its end if GLOBUS_BODIES is defined:
//
// - header-only, which is the default: in every file, and the definitions are inline;
// - with GLOBUS_SEPARATE_COMPILATION, defined for all files of a program: in the one file that includes
//   <globus/src.hpp>.

#ifdef GLOBUS_SEPARATE_COMPILATION
#define GLOBUS_DECL
#ifdef GLOBUS_SOURCE
#define GLOBUS_BODIES
#endif
#else
#define GLOBUS_DECL inline
#define GLOBUS_BODIES
#endif

/// For a class that shared objects throw to each other: with hidden visibility each would have a type of its own, and a
/// handler in one would not catch what another throws.
#if defined(__GNUC__) && !defined(_WIN32)
#define GLOBUS_VISIBLE __attribute__((visibility("default")))
#else
#define GLOBUS_VISIBLE
#endif

/// For a member function, after its qualifiers: what it returns must not outlive the object. Clang warns of code that
/// keeps a part of a temporary.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define GLOBUS_LIFETIMEBOUND [[clang::lifetimebound]]
#endif
#endif
#ifndef GLOBUS_LIFETIMEBOUND
#define GLOBUS_LIFETIMEBOUND
#endif

#endif  // GLOBUS_CORE_CONFIG_HPP

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// As the value of a QueryParams entry, removes that parameter from a request.
struct Removed {};
/// What to write for it: `.query_params = {{"limit", globus::removed}}`.
inline constexpr Removed removed{};

/// The value of one query or form parameter: texts to be sent, one parameter each.
class QueryValue {
public:
    /// One parameter, encoded when it is sent.
    QueryValue(std::string text);
    QueryValue(std::string_view text);
    QueryValue(char const* text);
    /// The parameter once for each text. No text at all is Removed.
    QueryValue(std::vector<std::string> texts);
    /// "True" or "False".
    template <std::same_as<bool> B>
    QueryValue(B flag) : QueryValue(flag ? "True" : "False") {}
    /// The number in decimal digits.
    template <std::integral I>
        requires(!std::same_as<I, bool>)
    QueryValue(I number) : QueryValue(std::to_string(number)) {}
    /// No parameter of that name, not even the operation's own.
    QueryValue(Removed) noexcept;
    QueryValue(QueryValue const&);
    QueryValue(QueryValue&&) noexcept;
    QueryValue& operator=(QueryValue const&);
    QueryValue& operator=(QueryValue&&) noexcept;
    ~QueryValue();

    /// The values, before they are encoded; empty: the parameter is removed.
    [[nodiscard]] std::vector<std::string> const& texts() const noexcept { return texts_; }
    friend bool operator==(QueryValue const&, QueryValue const&) = default;

private:
    std::vector<std::string> texts_;
};

/**
 * Parameters that an operation has no member for, in order. An entry replaces the operation's own of the same name.
 *
 *     client.get_task({.task_id = id, .query_params = {{"fields", "status,label"}}});
 */
class QueryParams : public std::vector<std::pair<std::string, QueryValue>> {
public:
    using std::vector<std::pair<std::string, QueryValue>>::vector;
    QueryParams() noexcept;
    /// In this order.
    QueryParams(std::initializer_list<std::pair<std::string, QueryValue>> parameters);
    QueryParams(QueryParams const&);
    QueryParams(QueryParams&&) noexcept;
    QueryParams& operator=(QueryParams const&);
    QueryParams& operator=(QueryParams&&) noexcept;
    ~QueryParams();
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_QUERY_PARAMS_HPP
#ifndef GLOBUS_HTTP_MESSAGE_HPP
#define GLOBUS_HTTP_MESSAGE_HPP

#ifndef GLOBUS_CORE_SECRET_HPP
#define GLOBUS_CORE_SECRET_HPP

#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Overwrites `text` with zeros in a way that the optimiser must not drop.
void wipe(std::string& text) noexcept;

}  // namespace detail

/**
 * A token, client secret, password or code verifier.
 *
 * No stream or formatter takes it, it does not convert to anything on its own, and its memory is wiped when it is
 * destroyed or replaced. `reveal()` is the only way to read it, and is easy to search for in a review.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Secret {
public:
    Secret() = default;
    /// Takes the text over and wipes where it was. Copies of the caller's are not wiped.
    Secret(std::string text) : text_(std::move(text)) { detail::wipe(text); }
    /// A null pointer, as std::getenv gives for a variable that is not set, is an empty secret.
    Secret(char const* text) : text_(text != nullptr ? text : "") {}
    /// A copy of the text, which stays where it is.
    Secret(std::string_view text) : text_(text) {}

    /// Each copy wipes itself. A secret that was moved from is empty, and wiped at once.
    Secret(Secret const&) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { detail::wipe(other.text_); }
    /// Wipes the text that it replaces.
    Secret& operator=(Secret const& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { detail::wipe(text_); }

    /// The text itself, as long as this object lives. Nothing wipes what is copied from it.
    [[nodiscard]] std::string const& reveal() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// True if none was given, and after a move.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Compares every byte whatever comes first, so that the time taken reveals only the length.
    friend bool operator==(Secret const& a, Secret const& b) noexcept {
        if (a.text_.size() != b.text_.size()) return false;
        unsigned char difference = 0;
        for (std::size_t i = 0; i != a.text_.size(); ++i)
            difference = static_cast<unsigned char>(difference | (a.text_[i] ^ b.text_[i]));
        return difference == 0;
    }

    template <class Char, class Traits>
    friend void operator<<(std::basic_ostream<Char, Traits>&, Secret const&) = delete;  // a secret is not printed

private:
    std::string text_;
};

}  // namespace globus

#endif  // GLOBUS_CORE_SECRET_HPP
#ifndef GLOBUS_HTTP_CLOCK_HPP
#define GLOBUS_HTTP_CLOCK_HPP

#include <chrono>

namespace globus::http {

using Clock = std::chrono::steady_clock;  ///< of deadlines: it never jumps

/**
 * The time `wait` after `from`, whatever their values: arithmetic on times that a caller or a service may have chosen.
 *
 * @param wait  seconds; a negative time and NaN count as none, and more than a century as a century
 * @return never beyond Clock::time_point::max()
 */
Clock::time_point later(std::chrono::duration<double> wait, Clock::time_point from = Clock::now());

/// The seconds until a deadline, which may have any value, including Clock::time_point::min() and max(); negative once
/// it has passed.
std::chrono::duration<double> time_left(Clock::time_point deadline, Clock::time_point now = Clock::now());

}  // namespace globus::http

#endif  // GLOBUS_HTTP_CLOCK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests, answers and URLs, independent of the services.
namespace globus::http {

/// The request methods that Globus services know (RFC 9110, section 9).
enum class Method : unsigned char { get, head, post, put, patch, delete_ };

/// The method as it is written in a request line.
constexpr char const* to_string(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
    }
    return "GET";
}

namespace detail {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i != a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

}  // namespace detail

/**
 * Header fields in the order they were added; names compare without case (RFC 9110, section 5).
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Headers {
public:
    /// Name and value.
    using Field = std::pair<std::string, std::string>;

    Headers() noexcept;
    /// The fields in this order; a name may come more than once.
    Headers(std::initializer_list<Field> fields);
    Headers(Headers const&);
    Headers(Headers&&) noexcept;
    Headers& operator=(Headers const&);
    Headers& operator=(Headers&&) noexcept;
    ~Headers();

    /// Adds a field, even if there is one of that name.
    void add(std::string name, std::string value);
    /// Replaces all fields of that name by one.
    void set(std::string name, std::string value);
    /// Removes all fields of that name.
    void erase(std::string_view name);
    /// The value of the first field of that name, or nullptr.
    [[nodiscard]] std::string const* find(std::string_view name) const noexcept GLOBUS_LIFETIMEBOUND;
    /// The value of the first field of that name, or an empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept GLOBUS_LIFETIMEBOUND;
    /// The number of fields; a name that comes twice counts twice.
    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] auto begin() const noexcept GLOBUS_LIFETIMEBOUND { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept GLOBUS_LIFETIMEBOUND { return fields_.end(); }
    void clear() noexcept { fields_.clear(); }

private:
    std::vector<Field> fields_;
};

/// A function that takes a piece of a streamed response body; false ends the transfer with NetworkError (cancelled).
using Sink = std::function<bool(std::string_view)>;
/// A function that fills at most `size` bytes of a streamed request body and says how many; 0 is the end.
using Source = std::function<std::size_t(char* buffer, std::size_t size)>;

/// Any complete answer, whatever its status.
struct Response {
    int status = 0;           ///< three digits; 0: there is no answer yet
    std::string reason = {};  ///< the reason phrase; HTTP/2 has none
    /// The header fields, without those of a 1xx before the answer, and without trailers. If the transport has
    /// decompressed the body, the fields about the compressed one are removed: Content-Encoding and Content-Length.
    Headers headers = {};
    std::string body = {};  ///< empty if a Sink took it
};

/**
 * What a Transport sends.
 *
 * The credential is apart from the headers, in a Secret, so that whoever prints or logs a request cannot print it.
 */
struct Request {
    Method method = Method::get;                    ///< in the request line
    std::string url = {};                           ///< absolute, already encoded
    Headers headers = {};                           ///< without Authorization
    Secret authorization = {};                      ///< the value of the Authorization header; empty: none
    std::string body = {};                          ///< sent if `has_body` says so
    bool has_body = false;                          ///< an empty body that is sent differs from none
    Source source = {};                             ///< where the body comes from instead of `body`
    std::optional<std::uint64_t> source_size = {};  ///< bytes that `source` will give, if known
    Sink sink = {};                                 ///< where the body of a 2xx answer goes instead of Response::body
    /// Called with status and headers before the first byte of the body.
    std::function<void(Response const&)> on_head = {};
    Clock::time_point deadline = Clock::time_point::max();  ///< of the whole exchange
    /// True: the deadline applies only until the body. Once bytes of a 2xx come or `source` gives some, the exchange
    /// lasts as long as they flow, and only the transport's idle time-out ends one that stalls.
    bool flows = false;
    /// Whether to ask for a compressed answer, and to decompress what comes, asked for or not, by its Content-Encoding
    /// (RFC 9110, section 8.4); an Accept-Encoding in `headers` replaces the transport's own. False: the body as it
    /// comes, for files that must stay as they are stored. Answers to HEAD, and to requests with a Range, are never
    /// decompressed.
    bool decode = true;
    std::stop_token stop = {};      ///< to cancel it, from any thread
    bool fresh_connection = false;  ///< never on a reused connection, so that nothing can repeat it unseen
    bool bulk = false;              ///< it carries a file: a transport may take large buffers for it
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer body is a NetworkError (too_large)
};

/// The method and the URL without its query and user, for messages: nothing in it is secret.
std::string describe(Request const& request);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_MESSAGE_HPP
#ifndef GLOBUS_HTTP_RETRY_HPP
#define GLOBUS_HTTP_RETRY_HPP

#ifndef GLOBUS_HTTP_ERRORS_HPP
#define GLOBUS_HTTP_ERRORS_HPP

#ifndef GLOBUS_CORE_ERROR_HPP
#define GLOBUS_CORE_ERROR_HPP

#ifndef GLOBUS_CORE_ONE_LINE_HPP
#define GLOBUS_CORE_ONE_LINE_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/**
 * Somebody else's text as one clean line, for messages and logs: its author cannot add lines, control a terminal, turn
 * the direction of what follows or fill a disk.
 *
 * Line breaks, tabs and rare blanks become one blank, other invisible characters are given by their number (`\x1B`),
 * bytes that are not UTF-8 become U+FFFD. A text longer than `most` ends in "...". A clean line stays as it is.
 *
 * @param most  bytes that the line may have; 3 or more
 */
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most = 1000);

}  // namespace globus

#endif  // GLOBUS_CORE_ONE_LINE_HPP

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

#endif  // GLOBUS_CORE_ERROR_HPP

#include <iosfwd>
#include <string>

namespace globus {

/**
 * No complete answer came.
 *
 * `kind()` says what went wrong, `sent()` how far the request got: an operation that must not be done twice may be
 * repeated after `Sent::no`, and has an unknown outcome after `Sent::yes`.
 */
class GLOBUS_VISIBLE NetworkError : public Error {
public:
    /// What went wrong.
    enum class Kind : unsigned char {
        timeout,      ///< a limit or the deadline of the call passed
        cancelled,    ///< the stop_token asked, or the client was destroyed
        resolve,      ///< the host name is not known
        connect,      ///< nobody listens, or there is no route, from here or from a proxy
        proxy,        ///< the proxy refuses to connect to the service, or asks for other credentials
        tls,          ///< the certificate or the handshake was refused
        interrupted,  ///< the connection broke after it was made
        too_large,    ///< the answer is larger than the limit
        redirect,     ///< a redirect that must not be followed
        protocol,     ///< not HTTP, or compressed in a way that cannot be decoded
        local,        ///< a fault of this process: memory, file descriptors, libcurl itself
    };
    /// How far the request got.
    enum class Sent : unsigned char {
        no,   ///< no byte of the request was sent, whatever was said to a proxy before; repeating it is safe
        yes,  ///< some or all of it may have been read by the service
    };

    /// For transports, including a program's own. @param what  goes into messages and logs: nothing secret
    NetworkError(Kind kind, Sent sent, std::string const& what) : Error(what), kind_(kind), sent_(sent) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// How far the request got. Only Sent::no is certain: a request that may have arrived counts as Sent::yes.
    [[nodiscard]] Sent sent() const noexcept { return sent_; }

private:
    Kind kind_;
    Sent sent_;
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(NetworkError::Kind kind) noexcept {
    switch (kind) {
        case NetworkError::Kind::timeout:
            return "timeout";
        case NetworkError::Kind::cancelled:
            return "cancelled";
        case NetworkError::Kind::resolve:
            return "resolve";
        case NetworkError::Kind::connect:
            return "connect";
        case NetworkError::Kind::proxy:
            return "proxy";
        case NetworkError::Kind::tls:
            return "tls";
        case NetworkError::Kind::interrupted:
            return "interrupted";
        case NetworkError::Kind::too_large:
            return "too_large";
        case NetworkError::Kind::redirect:
            return "redirect";
        case NetworkError::Kind::protocol:
            return "protocol";
        case NetworkError::Kind::local:
            return "local";
    }
    return "unknown";
}
/// Writes that name.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, NetworkError::Kind kind) {
    return out << to_string(kind);
}

/// The name of a value of Sent, as in its enumerator.
constexpr char const* to_string(NetworkError::Sent sent) noexcept {
    switch (sent) {
        case NetworkError::Sent::no:
            return "no";
        case NetworkError::Sent::yes:
            return "yes";
    }
    return "unknown";
}
/// Writes that name.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, NetworkError::Sent sent) {
    return out << to_string(sent);
}

}  // namespace globus

#endif  // GLOBUS_HTTP_ERRORS_HPP

#include <atomic>
#include <chrono>
#include <concepts>
#include <memory>
#include <optional>

namespace globus {

/**
 * What may happen when an operation's request is sent a second time. Every operation carries one.
 *
 * | class          | for                                                   | repeated after                            |
 * |----------------|-------------------------------------------------------|-------------------------------------------|
 * | read           | GET, and POST that only looks things up               | any passing failure                       |
 * | keyed          | a write with a key made by the caller: submit_transfer| any passing failure, with the same bytes  |
 * | idempotent     | PUT, DELETE, cancel                                   | any passing failure                       |
 * | non_idempotent | POST that creates, PATCH                              | 429, and what never left this machine     |
 * | grant          | a grant that Globus Auth may take once only           | as idempotent, see below                  |
 * | never          | a call that says so: `retry_as`                       | nothing, not even a 401                   |
 *
 * Passing failures are the statuses 408, 429, 500, 502, 503, 504, a lost connection, a time-out of one attempt, and an
 * answer that is cut off; a complete answer that is not JSON, such as a page of HTML, is final. Never left this
 * machine: a name that was not found, a connection that was not made, or broke before the request was written. Besides,
 * every class but `never` is sent once more after a 401 if the authorizer has a new token then.
 *
 * A grant, such as a refresh token that its answer replaces, is sent at most once more after an attempt that Globus
 * Auth may have answered: seeing a revoked token twice may make it end the whole login. After an answer, even a partial
 * one, it is not sent again.
 *
 * A 429 or a 401 counts as a promise that nothing was done; if that is not enough, say `never`. Requests of the last
 * three classes go over a fresh connection, because libcurl repeats a request on its own when a reused connection turns
 * out to be dead.
 */
enum class RetryClass : unsigned char { read, keyed, idempotent, non_idempotent, grant, never };
/// The name of its enumerator.
constexpr char const* to_string(RetryClass retry_class) noexcept {
    switch (retry_class) {
        case RetryClass::read:
            return "read";
        case RetryClass::keyed:
            return "keyed";
        case RetryClass::idempotent:
            return "idempotent";
        case RetryClass::non_idempotent:
            return "non_idempotent";
        case RetryClass::grant:
            return "grant";
        case RetryClass::never:
            return "never";
    }
    return "unknown";
}

/// How one attempt ended, for a retry policy.
struct Attempt {
    int number = 1;                             ///< the first is 1
    RetryClass retry_class = RetryClass::read;  ///< of the operation, unless CallOptions::retry_as says otherwise
    http::Response const* response = nullptr;   ///< the answer, if there is one
    NetworkError const* error = nullptr;        ///< why there is none
    bool undecodable = false;                   ///< the answer is a 2xx whose document is cut off
    std::chrono::duration<double> time_left = std::chrono::hours(1);  ///< until the deadline of the call
    int previous_status = 0;  ///< of the answer to the previous attempt; 0: none came, or this is the first
    bool settled = false;     ///< the answer says that nothing was done, and that another attempt would get the same
    bool in_doubt = false;    ///< an earlier attempt of the call may have been processed
};

/**
 * Tokens that retries cost and successes earn, so that a service in trouble does not get a storm of retries.
 *
 * It starts full with 500; a retry takes 10, one after a 429 takes 5; each success gives 1 back, and a success after a
 * retry gives back what that retry took. With an empty budget there is no retry.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class RetryBudget {
public:
    static constexpr int capacity = 500;  ///< what it starts with, and the most that it holds

    /// Takes `cost` tokens; if there are fewer, it takes none and returns false.
    [[nodiscard]] bool take(int cost) noexcept;
    /// Puts tokens back, as far as there is room.
    void give(int amount) noexcept;
    /// The current number of tokens, which other threads change, too.
    [[nodiscard]] int left() const noexcept { return tokens_.load(std::memory_order_relaxed); }

private:
    std::atomic<int> tokens_{capacity};
};

namespace detail {

/// A random number from 0 up to but not including 1. The system is asked each time: the state of an engine would be the
/// same in all forked processes, and their attempts would come together.
double random_unit();

/// Makes a full budget.
std::shared_ptr<RetryBudget> make_budget();

/// True if a status promises that nothing was done: a client error, except 408, by which a proxy can mean that a
/// service that has the request takes too long. A redirect is not a promise: a 303 answers a POST that was carried out.
constexpr bool promises_nothing_done(int status) { return status >= 400 && status < 500 && status != 408; }

/// True if the service may have done what an attempt asked for, so that another one would be a replay. A 503 comes from
/// a service that did not get to it.
bool may_be_processed(Attempt const& attempt);

/// True if a second attempt can do no harm and may help.
bool may_retry(Attempt const& attempt);

}  // namespace detail

/**
 * The default retry policy of a Client: at most `max_attempts`, full jitter, Retry-After honoured and never shortened,
 * and a budget that all calls of the client share.
 *
 * Any copyable type with the member functions `before_retry` and `succeeded` can replace it.
 *
 * @par Thread safety
 * Its const functions may be called from any thread. Copies share the budget.
 */
struct DefaultRetry {
    int max_attempts = 4;                          ///< of a call, the first one included
    std::chrono::duration<double> base{0.5};       ///< the first wait is at most this; it doubles each time
    std::chrono::duration<double> throttled{1.0};  ///< the same after a 429
    std::chrono::duration<double> cap{20.0};       ///< no wait is longer, except for a Retry-After

    /// How long to wait before the next attempt; nothing: there is none.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const;
    /// Notes that a call succeeded with `attempt`.
    void succeeded(Attempt const& attempt) const noexcept;

    static constexpr int cost = 10;           ///< of a retry, in tokens of the budget
    static constexpr int throttled_cost = 5;  ///< of one after a 429

    /// Shared by all copies; clients that are given one object share it, too. It must not be null.
    std::shared_ptr<RetryBudget> budget = detail::make_budget();
};

/// The retry policy that never repeats anything. (After a 401 the token is still renewed once: the authorizer does
/// that, and repeats its token requests as for any client.)
struct NoRetry {
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const&) const;
    void succeeded(Attempt const&) const noexcept {}
};

/// `R` decides about retries: see DefaultRetry for what the two functions mean.
template <class R>
concept RetryPolicy = std::copy_constructible<R> && requires(R const& retry, Attempt const& attempt) {
    { retry.before_retry(attempt) } -> std::same_as<std::optional<std::chrono::duration<double>>>;
    { retry.succeeded(attempt) } noexcept;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_RETRY_HPP

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace globus {

/**
 * What may differ for one call. Every operation takes it as its second argument.
 *
 *     client.operation_ls({.endpoint_id = id}, {.timeout = 5s, .stop = source.get_token()});
 */
struct CallOptions {
    /// For the whole call: token renewal, all attempts, the waits between them and the body. Unset: the client's; if
    /// that has none either, 120 s, which no longer apply once the body of a file or of a sink or source flows (see
    /// `sink`).
    std::optional<std::chrono::duration<double>> timeout = {};
    /// The same as a point in time; the earlier of the two applies. One that has passed ends the call with NetworkError
    /// (timeout) before anything is sent.
    std::optional<http::Clock::time_point> deadline = {};
    std::stop_token stop = {};   ///< to cancel the call from another thread; the call ends within 100 ms
    http::Headers headers = {};  ///< added to the request; they replace the client's own of the same name
    QueryParams query = {};      ///< added to the request's query
    /// It replaces the operation's own, if you know better. RetryClass::never: one attempt, whatever happens.
    std::optional<RetryClass> retry_as = {};
    /// False: a typed answer is read as it comes and its text is not kept, which saves 30 MB for a listing of 30 MB.
    /// Then `text()` is empty, and `json()` null.
    bool keep_text = true;
    /// Takes the body of a success in pieces, as it comes. The call may last as long as data flows: unless it or its
    /// client was given a time-out or deadline, only the transport's idle time-out ends a body that stalls.
    http::Sink sink = {};
    /// Takes status and headers of a success before the first byte of its body, such as the Content-Length of a file
    /// for a progress bar. What it throws ends the call.
    std::function<void(http::Response const&)> on_head = {};
};

namespace detail {

/// True if a time limit was set for a call. @param timeout  the client's
bool is_timed(CallOptions const& options, std::optional<std::chrono::duration<double>> const& timeout);

/// When a call that begins now has to end: between now and in a year, so that later code does not meet the extremes of
/// a clock.
/// @param timeout  the client's, which the call may override
http::Clock::time_point deadline_of(CallOptions const& options,
                                    std::optional<std::chrono::duration<double>> const& timeout);

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_CALL_OPTIONS_HPP
#ifndef GLOBUS_CLIENT_OPERATION_HPP
#define GLOBUS_CLIENT_OPERATION_HPP

#ifndef GLOBUS_CORE_DURATION_HPP
#define GLOBUS_CORE_DURATION_HPP

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

namespace globus {

/**
 * A span of time that a service counts in whole `Unit`s, and sends as such a number.
 *
 *     .interval_seconds = 24h
 *     .interval_seconds = 86400        // the same
 *     if (*endpoint.expires_in < 1h) ...
 *
 * A span that `Unit` may not be able to count, as 1500ms in seconds, does not compile: std::chrono::ceil or floor says
 * what becomes of the rest.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class Unit>
class Duration {
public:
    /// None.
    constexpr Duration() = default;
    /// A number of units.
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    constexpr Duration(Number count) noexcept : count_(static_cast<std::int64_t>(count)) {}
    /// A span that is a whole number of units.
    template <class Rep, class Period>
        requires std::convertible_to<std::chrono::duration<Rep, Period>, Unit>
    constexpr Duration(std::chrono::duration<Rep, Period> span) : count_(Unit(span).count()) {}

    /// The number that is sent.
    [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }
    /// The same as the standard library counts it.
    constexpr operator Unit() const noexcept { return Unit(static_cast<typename Unit::rep>(count_)); }

    /// Compares the spans.
    friend constexpr std::strong_ordering operator<=>(Duration, Duration) noexcept = default;
    friend constexpr bool operator==(Duration, Duration) noexcept = default;

    /// Writes the number.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Duration span) {
        return out << span.count_;
    }

private:
    std::int64_t count_ = 0;
};

/// Seconds, as services count them.
using WholeSeconds = Duration<std::chrono::seconds>;
/// The same of minutes.
using WholeMinutes = Duration<std::chrono::minutes>;
/// The same of days.
using WholeDays = Duration<std::chrono::days>;

namespace detail {

template <class>
inline constexpr bool is_duration = false;
template <class Unit>
inline constexpr bool is_duration<Duration<Unit>> = true;

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CORE_DURATION_HPP
#ifndef GLOBUS_CORE_FORM_HPP
#define GLOBUS_CORE_FORM_HPP

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// The pairs of a query or form, in order, before they are encoded.
using Form = std::vector<std::pair<std::string, std::string>>;

/// Adds a pair to the body of a form, which may be empty.
void add_to_form(std::string& body, std::string_view name, std::string_view value);
/// Adds a pair to the query of a URL, which may have no query, and has no fragment.
void add_to_query(std::string& url, std::string_view name, std::string_view value);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_FORM_HPP
#ifndef GLOBUS_CORE_JSON_WRITE_HPP
#define GLOBUS_CORE_JSON_WRITE_HPP

#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <boost/hana/core/when.hpp>
#include <boost/hana/fwd/accessors.hpp>
#include <boost/hana/fwd/pair.hpp>
#include <boost/hana/fwd/string.hpp>
#include <boost/hana/fwd/tuple.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace globus {

/// Where a member of an operation goes in the request. `automatic`: into the route if that names it, else into the
/// query.
enum class Place : unsigned char { automatic, query, json, form };

/// How a member is spelt in a query or form.
enum class Spelling : unsigned char {
    automatic,  ///< True or False; the items of a list joined by commas
    number,     ///< a bool as 1 or 0
    lower,      ///< a bool as true or false
    repeat,     ///< a list as one parameter per item
    space,      ///< the items of a list joined by spaces
};

/**
 * One member whose wire form is not the ordinary one: another name, another place or another spelling.
 *
 * It is made by rename(), in_query(), in_json(), json_object() and in_form(), and listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};  ///< empty: no member, as json_object() makes it
    std::string_view name = {};    ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;           ///< in the request
    Spelling spelling = Spelling::automatic;  ///< in a query or form; JSON has its own types
};

/// The member is called `name` on the wire.
constexpr Wire rename(std::string_view member, std::string_view name) { return {member, name}; }
/// The member is a query parameter, spelt as `spelling` says.
constexpr Wire in_query(std::string_view member, Spelling spelling) { return {member, member, Place::query, spelling}; }
constexpr Wire in_query(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::query, spelling};
}
/// The member goes into the JSON body under its own name, or at `path` (levels separated by slashes).
constexpr Wire in_json(std::string_view member) { return {member, member, Place::json}; }
constexpr Wire in_json(std::string_view member, std::string_view path) { return {member, path, Place::json}; }
/// The JSON body has an object at `path`, even if no member goes into it.
constexpr Wire json_object(std::string_view path) { return {{}, path, Place::json}; }
/// The member is a field of the form body.
constexpr Wire in_form(std::string_view member) { return {member, member, Place::form}; }
constexpr Wire in_form(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::form, spelling};
}
/// The list that a struct's `wire` is.
template <class... Ws>
constexpr std::array<Wire, sizeof...(Ws)> wires(Ws... ws) {
    return {ws...};
}

namespace detail {

template <std::size_t N>
struct Name {
    char text[N];
    constexpr Name(char const (&t)[N]) {
        for (std::size_t i = 0; i != N; ++i) text[i] = t[i];
    }
};

/// A hana::tuple of hana::types, made on use, which needs <boost/hana.hpp>.
template <class Asked, class... Ts>
constexpr auto hana_types() {
    return boost::hana::tuple_t<Ts...>;
}

/// One member of a described type: the name is a constant, so that code for it is chosen when it is compiled.
template <class T, std::size_t I>
struct Member {
    static constexpr std::string_view key = T::members::keys[I];

    /// Reads the member from an object; Hana calls this an accessor.
    template <class O>
    constexpr decltype(auto) operator()(O&& object) const {
        auto& member = object.with_members([](auto&... all) -> auto& { return std::get<I>(std::tie(all...)); });
        if constexpr (std::is_lvalue_reference_v<O>)
            return (member);
        else
            return std::move(member);
    }
};

/// The names in "first, second,third": the preprocessor leaves one blank where there were any, and none where there
/// were none.
template <std::size_t N>
constexpr std::array<std::string_view, N> split_names(std::string_view text) {
    std::array<std::string_view, N> names;
    for (std::string_view& name : names) {
        name = text.substr(0, text.find(','));
        text.remove_prefix(name.size() < text.size() ? name.size() + 1 : name.size());
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
    }
    return names;
}
constexpr std::size_t count_names(std::string_view text) {
    std::size_t count = text.empty() ? 0 : 1;
    for (char const c : text) count += c == ',';
    return count;
}

/// The types of a described object's members.
template <class... Vs>
struct MemberTypes {};
struct TypesOfMembers {
    template <class... Vs>
    constexpr MemberTypes<Vs...> operator()(Vs const&...) const {
        return {};
    }
};

/// Notes where the members of an object are, so that handling them needs no code for each.
struct AddressesOfMembers {
    void const** at;
    template <class... Vs>
    void operator()(Vs const&... all) const {
        [[maybe_unused]] void const** next = at;
        ((*next++ = &all), ...);
    }
};

/// The name of the member that is at an address in a described object.
template <class T>
constexpr std::string_view name_of(T const& object, void const* member) {
    void const* at[T::members::keys.size()];
    object.with_members(AddressesOfMembers{at});
    std::size_t i = 0;
    while (at[i] != member) ++i;
    return T::members::keys[i];
}

/// The members of a described type, in the order of their list. Nothing in it is instantiated before it is used.
template <class T>
struct Members {
    static constexpr std::size_t size = count_names(T::member_names);
    static constexpr std::array<std::string_view, size> keys = split_names<size>(T::member_names);
    static_assert(size != 0 || std::is_empty_v<T>,
                  "globus: GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them.");
    /// If a list lacks a member, this does not compile.
    using all_listed = decltype(T::has_all_members_listed(std::declval<T&>()));

    /// The MemberTypes of the type. @tparam U  T, which must be complete
    template <class U = T>
    using types_of = decltype(std::declval<U const&>().with_members(TypesOfMembers()));

    /// Calls `f(Member<T, I>{}, member)` for each.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        object.with_members([&f](auto&... all) { each(std::make_index_sequence<size>{}, f, all...); });
    }
    static constexpr bool has(std::string_view name) {
        for (std::string_view const key : keys)
            if (key == name) return true;
        return false;
    }

    template <class = void>
    static constexpr auto hana_accessors() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return boost::hana::make_tuple(
                boost::hana::make_pair(hana_name<I>(std::make_index_sequence<keys[I].size()>{}), Member<T, I>{})...);
        }(std::make_index_sequence<size>{});
    }

private:
    template <std::size_t... I, class F, class... Vs>
    static constexpr void each(std::index_sequence<I...>, F& f, Vs&... all) {
        static_assert(sizeof...(Vs) == size);
        (f(Member<T, I>{}, all), ...);
    }
    template <std::size_t I, std::size_t... C>
    static constexpr auto hana_name(std::index_sequence<C...>) {
        return boost::hana::string_c<keys[I][C]...>;
    }
};

/// The entries of a struct's `wire`.
struct Wires {
    Wire const* first;
    std::size_t count;
};
template <class T>
constexpr Wires wires_of() {
    if constexpr (requires { T::wire; })
        return {T::wire.data(), T::wire.size()};
    else
        return {nullptr, 0};
}
constexpr Wire wire_of(Wires wires, std::string_view member) {
    for (std::size_t i = 0; i != wires.count; ++i)
        if (wires.first[i].member == member) return wires.first[i];
    return {member, member};
}

template <class T>
constexpr Wire wire_of(std::string_view member) {
    return wire_of(wires_of<T>(), member);
}

}  // namespace detail

/**
 * `T` lists its members with GLOBUS_MEMBERS.
 *
 * An error that names this concept means that a struct was passed as an operation or document whose last line is not
 * `GLOBUS_MEMBERS(Struct, first, second, ...)`.
 */
template <class T>
concept Described = requires { typename T::members; };

}  // namespace globus

namespace boost::hana {

/// Makes every described type a model of Hana's Struct; nothing in it is instantiated before it is used.
template <typename T>
struct accessors_impl<T, when<globus::Described<T>>> {
    /// Hana calls it to get the members.
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

/**
 * The last line of an operation or document: its own name, then the names of all its members, in any order. The struct
 * stays an aggregate, and becomes a model of boost::hana's Struct. A member that is not listed is a compile error where
 * the struct is sent or read. The struct must not be local to a function, and its base classes must not have data
 * members.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
// The functions' bodies see the struct's members by their names, so their own names are unlike any member's. The
// binding counts: compilers show its line, with the comment in it, where too few or other names are listed.
// clang-format off
#define GLOBUS_MEMBERS(O, ...)                                                                                         \
    [[maybe_unused]] static constexpr char const* struct_name = #O;                                                    \
    [[maybe_unused]] static constexpr char const* member_names = #__VA_ARGS__;                                         \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) {                                       \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusVisitor>                                                                                     \
    constexpr decltype(auto) with_members(GlobusVisitor const& globus_visitor) const {                                 \
        return globus_visitor(__VA_ARGS__);                                                                            \
    }                                                                                                                  \
    template <class GlobusObject>                                                                                      \
    static auto has_all_members_listed([[maybe_unused]] GlobusObject& globus_object) {                                 \
        __VA_OPT__([[maybe_unused]] auto& [__VA_ARGS__] = globus_object; /* GLOBUS_MEMBERS lists the names of the struct's own members, and nothing else: all of them. */) \
    }                                                                                                                  \
    using members = ::globus::detail::Members<O>
// clang-format on

#endif  // GLOBUS_CORE_MEMBERS_HPP
#ifndef GLOBUS_CORE_OPEN_ENUM_HPP
#define GLOBUS_CORE_OPEN_ENUM_HPP

#ifndef GLOBUS_CORE_TEXT_AT_HPP
#define GLOBUS_CORE_TEXT_AT_HPP

#include <concepts>
#include <string>
#include <type_traits>

namespace globus::detail {

/// A line of a program. As a default argument, `CodeLine::here()` is the line of the call.
struct CodeLine {
    char const* file = "";
    int line = 0;
    static constexpr CodeLine here(char const* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// The text at a pointer.
/// @param where  the line that gives it
/// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
std::string text_at(char const* text, CodeLine where);

/// A pointer to a text that is given to a `T`, which is made from a text.
template <class U, class T>
concept PointsToText =
    std::is_pointer_v<U> && std::convertible_to<U, char const*> && std::convertible_to<std::string, T>;

}  // namespace globus::detail

#endif  // GLOBUS_CORE_TEXT_AT_HPP

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus {

namespace detail {

/// A word of an OpenEnum. It is one class, so that reading and printing are compiled once.
class Word {
public:
    /// The word as the service writes it; empty if there is none.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// True if there is no word.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    operator std::string const&() const noexcept { return text_; }

    friend std::string const& to_string(Word const& word) noexcept { return word.text_; }
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Word const& word) {
        return out << std::string_view(word.text_);
    }

protected:
    Word() = default;
    explicit Word(std::string text) noexcept : text_(std::move(text)) {}

    std::string text_;

private:
    friend bool store_word(void* object, std::string_view text);
};

/// The place of a word in a list; 0, where the list has an empty word, if it is not there.
[[nodiscard]] std::size_t place_of_word(std::string_view word, std::span<std::string_view const> words) noexcept;
/// @throws UsageError  for a word that is not in a list, which it names
void require_known_word(std::string_view word, std::span<std::string_view const> words);

}  // namespace detail

/**
 * A word of a set that the service may enlarge: the words that we know are constants, and any other word is kept.
 *
 *     if (task->status == TaskStatus::succeeded) ...
 *     switch (task->status.known()) {
 *         case TaskStatus::active: ...
 *         case TaskStatus::unknown: std::cout << "a new status: " << task->status;
 *     }
 *     .role = GroupRole::manager                 // what is sent
 *     .role = GroupRole::word("observer")        // a word that this library does not know
 *
 * A set is described by a struct with the constants and, at the same places, the words:
 *
 *     struct TaskStatusWords {
 *         enum Known : unsigned char { unknown, active, inactive, succeeded, failed };
 *         static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"};
 *     };
 *     using TaskStatus = OpenEnum<TaskStatusWords>;
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class Words>
class OpenEnum : public detail::Word, public Words {
public:
    /// The constants; `unknown` stands for every other word, and for none.
    using Known = typename Words::Known;

    /// No word.
    OpenEnum() = default;
    /// A word that we know; no word for `unknown`.
    OpenEnum(Known known) : Word(std::string(Words::words[static_cast<std::size_t>(known)])) {}
    /// A word that we know, by its text. @throws UsageError  for any other: word() takes those; for a null pointer
    template <class Text>
        requires(std::convertible_to<Text const&, std::string_view> && !std::derived_from<Text, Word>)
    OpenEnum(Text const& text, detail::CodeLine where = detail::CodeLine::here()) {
        if constexpr (std::is_pointer_v<Text>)
            text_ = detail::text_at(text, where);
        else
            text_ = std::string_view(text);
        detail::require_known_word(text_, Words::words);
    }
    /// Any word, whether we know it or not.
    [[nodiscard]] static OpenEnum word(std::string text) {
        OpenEnum made;
        made.text_ = std::move(text);
        return made;
    }

    /// The constant of this word, for a switch; `unknown` if there is none.
    [[nodiscard]] Known known() const noexcept {
        return static_cast<Known>(detail::place_of_word(text_, Words::words));
    }

    friend bool operator==(OpenEnum const& a, OpenEnum const& b) noexcept { return a.text_ == b.text_; }
    friend bool operator==(OpenEnum const& a, Known b) noexcept { return a.known() == b; }
    /// True if the word has this text.
    template <class Text>
        requires(std::convertible_to<Text const&, std::string_view> && !std::derived_from<Text, Word>)
    friend bool operator==(OpenEnum const& a, Text const& b) noexcept {
        return a.text_ == std::string_view(b);
    }
    /// By the texts.
    friend std::strong_ordering operator<=>(OpenEnum const& a, OpenEnum const& b) noexcept {
        return a.text_ <=> b.text_;
    }
};

}  // namespace globus

#endif  // GLOBUS_CORE_OPEN_ENUM_HPP
#ifndef GLOBUS_CORE_OPTIONAL_HPP
#define GLOBUS_CORE_OPTIONAL_HPP

#include <boost/json/value.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus {
namespace detail {

/// What a member of type `T` can be given: what converts to it; if it is a bool, only a bool; if it is a text, also a
/// view of one, but not nullptr.
template <class U, class T>
concept GivenAs =
    ((std::convertible_to<U&&, T> && (!std::same_as<T, bool> || std::same_as<std::remove_cvref_t<U>, bool>)) ||
     (std::same_as<T, std::string> && std::convertible_to<U&&, std::string_view>)) &&
    !(std::same_as<T, std::string> && std::is_null_pointer_v<std::remove_cvref_t<U>>);

/// The value that a member was given.
template <class T, class U>
constexpr T given(U&& value) {
    if constexpr (!std::convertible_to<U&&, T>)
        return T(std::string_view(std::forward<U>(value)));
    else
        return std::forward<U>(value);
}

}  // namespace detail

/**
 * A member that must be given. It has no default constructor, so leaving it out of the braces does not compile.
 *
 *     OperationLs{.endpoint_id = id}   // right
 *     OperationLs{.path = "/~/"}       // error: use of deleted function ... this member is required
 */
template <class T>
class Required {
public:
    using value_type = T;

    Required() = delete;  // this member is required: give it in the braces, as in {.endpoint_id = id}

    /// Takes what converts to `T`; if that is bool, only a bool.
    template <class U = T>
        requires(detail::GivenAs<U, T> && !detail::PointsToText<std::remove_cvref_t<U>, T> &&
                 !std::same_as<std::remove_cvref_t<U>, Required>)
    constexpr Required(U&& value) : value_(detail::given<T>(std::forward<U>(value))) {}
    /// Takes the text at a pointer. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    template <class U>
        requires detail::PointsToText<U, T>
    Required(U const& text, detail::CodeLine where = detail::CodeLine::here()) : value_(detail::text_at(text, where)) {}

    template <class U>
        requires(std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool> &&
                 !std::same_as<std::remove_cvref_t<U>, Required>)
    constexpr Required(U&&) = delete;  // this member is a bool: write true or false

    /// For a list: `.ids = {"first", "second"}`.
    template <class U = T>
        requires(!std::same_as<U, std::string>) &&
                requires(std::initializer_list<typename U::value_type> items) { U(items); }
    constexpr Required(std::initializer_list<typename U::value_type> items) : value_(items) {}

    /// For a JSON object: `.data = {{"name", "a"}, {"size", 5}}`.
    template <class U = T>
        requires std::convertible_to<boost::json::object, U>
    Required(std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>> members)
        : value_(boost::json::object(members)) {}

    /// The value. There is always one.
    [[nodiscard]] constexpr T const& operator*() const& noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept GLOBUS_LIFETIMEBOUND { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept GLOBUS_LIFETIMEBOUND { return &value_; }

    friend constexpr bool operator==(Required const& a, Required const& b) { return a.value_ == b.value_; }

private:
    T value_;
};

/// JSON null, where that means something other than leaving a member out.
struct Null {
    friend constexpr bool operator==(Null, Null) = default;
};
/// What to write for it: `.label = globus::null`.
inline constexpr Null null{};

/**
 * A member that may be left out, be JSON null, or hold a value.
 *
 * It differs from std::optional in two ways: it distinguishes *absent* (nothing is sent) from *null* (`null` is sent;
 * some services clear a field by it), and an `Optional<bool>` takes only a `bool`, where std::optional<bool> would read
 * the text "false" as true.
 *
 *     Optional<std::string> label;             // absent
 *     label = "nightly";                       // a value
 *     label = globus::null;                    // null
 *     if (label) use(*label);
 */
template <class T>
class Optional {
public:
    using value_type = T;

    /// Absent.
    constexpr Optional() noexcept(std::is_nothrow_default_constructible_v<T>) : value_() {}
    /// JSON null.
    constexpr Optional(Null) : value_(), state_(State::nothing) {}

    /// Takes what converts to `T`; if that is bool, only a bool.
    template <class U = T>
        requires(detail::GivenAs<U, T> && !detail::PointsToText<std::remove_cvref_t<U>, T> &&
                 !std::same_as<std::remove_cvref_t<U>, Optional> && !std::same_as<std::remove_cvref_t<U>, Null>)
    constexpr Optional(U&& value) : value_(detail::given<T>(std::forward<U>(value))), state_(State::something) {}
    /// Takes the text at a pointer. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    template <class U>
        requires detail::PointsToText<U, T>
    Optional(U const& text, detail::CodeLine where = detail::CodeLine::here())
        : value_(detail::text_at(text, where)), state_(State::something) {}

    /// Absent if there is no value.
    template <class U>
        requires(detail::GivenAs<U const&, T> && !std::convertible_to<std::optional<U> const&, T>)
    constexpr Optional(std::optional<U> const& value) : Optional() {
        if (value) *this = Optional(*value);
    }
    /// No value if it is absent or null.
    template <class U>
        requires std::convertible_to<T const&, U>
    [[nodiscard]] constexpr operator std::optional<U>() const {
        return has_value() ? std::optional<U>(value_) : std::nullopt;
    }

    template <class U>
        requires(std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool> &&
                 !std::same_as<std::remove_cvref_t<U>, Optional> && !std::same_as<std::remove_cvref_t<U>, Null> &&
                 !std::same_as<std::remove_cvref_t<U>, std::optional<bool>>)
    constexpr Optional(U&&) = delete;  // this member is a bool: write true or false

    /// For a list: `.orderby = {"name ASC", "size DESC"}`.
    template <class U = T>
        requires(!std::same_as<U, std::string>) &&
                    requires(std::initializer_list<typename U::value_type> items) { U(items); }
    constexpr Optional(std::initializer_list<typename U::value_type> items) : value_(items), state_(State::something) {}

    /// For a JSON object: `.data = {{"name", "a"}, {"size", 5}}`.
    template <class U = T>
        requires std::convertible_to<boost::json::object, U>
    Optional(std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>> members)
        : value_(boost::json::object(members)), state_(State::something) {}

    /// False if it is absent or null.
    [[nodiscard]] constexpr bool has_value() const noexcept { return state_ == State::something; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
    /// True if it is JSON null, which is sent as such.
    [[nodiscard]] constexpr bool is_null() const noexcept { return state_ == State::nothing; }
    /// True if nothing was set. In an answer, this can also be a member of another type than described.
    [[nodiscard]] constexpr bool is_absent() const noexcept { return state_ == State::missing; }

    /// The value; throws UsageError when there is none.
    [[nodiscard]] constexpr T const& value() const& GLOBUS_LIFETIMEBOUND {
        if (!has_value()) throw UsageError("an Optional that holds no value was read");
        return value_;
    }
    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& other) const {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
    }
    /// The value; call it only when there is one.
    [[nodiscard]] constexpr T const& operator*() const& noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept GLOBUS_LIFETIMEBOUND { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept GLOBUS_LIFETIMEBOUND { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept GLOBUS_LIFETIMEBOUND { return &value_; }

    /// What `function` makes of the value; nothing when there is none.
    template <class F>
    [[nodiscard]] constexpr auto transform(F&& function) const {
        using Result = std::remove_cvref_t<std::invoke_result_t<F, T const&>>;
        return has_value() ? std::optional<Result>(std::forward<F>(function)(value_)) : std::nullopt;
    }

    /// Makes it hold a fresh value, and returns that.
    constexpr T& emplace() {
        become(State::something);
        return value_;
    }
    /// Makes it JSON null.
    constexpr void set_null() { become(State::nothing); }
    /// Makes it absent.
    constexpr void reset() { become(State::missing); }

    friend constexpr bool operator==(Optional const& a, Optional const& b) {
        return a.state_ == b.state_ && (a.state_ != State::something || a.value_ == b.value_);
    }
    /// Absent comes before null, and null before all values.
    friend constexpr auto operator<=>(Optional const& a, Optional const& b)
        requires std::three_way_comparable<T>
    {
        using Order = std::compare_three_way_result_t<T>;
        return a.has_value() && b.has_value() ? a.value_ <=> b.value_ : Order(a.state_ <=> b.state_);
    }
    /// Prints the value; `null` for null, and nothing if it is absent.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Optional const& optional)
        requires requires(T const& value) { out << value; }
    {
        if (optional.has_value()) return out << optional.value_;
        return optional.is_null() ? out << std::string_view("null") : out;
    }

private:
    enum class State : unsigned char { missing, nothing, something };

    /// Changes the state; `value_` is fresh whenever the state is not `something`.
    constexpr void become(State state) {
        if (state_ == State::something) value_ = T();
        state_ = state;
    }

    T value_;
    State state_ = State::missing;
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<Optional<T>> = true;
template <class T>
inline constexpr bool is_required = false;
template <class T>
inline constexpr bool is_required<Required<T>> = true;

}  // namespace detail
}  // namespace globus

/// @cond
// Equal Optionals have equal hashes.
template <class T>
    requires requires(T const& value) { std::hash<T>{}(value); }
struct std::hash<globus::Optional<T>> {
    [[nodiscard]] std::size_t operator()(globus::Optional<T> const& optional) const {
        return optional.has_value() ? std::hash<T>{}(*optional) : std::size_t{optional.is_null()};
    }
};
/// @endcond

#endif  // GLOBUS_CORE_OPTIONAL_HPP
#ifndef GLOBUS_CORE_TIMESTAMP_HPP
#define GLOBUS_CORE_TIMESTAMP_HPP

#include <chrono>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Where the standard library has std::format, its <chrono> includes <format>.
#ifdef __cpp_lib_format
#include <format>
#endif

namespace globus {

namespace detail {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

/// What a text says about a time.
struct TimeText {
    enum class Kind : unsigned char {
        time,        ///< it is `time`
        impossible,  ///< it has the form of one, as the 30th of February has
        other,       ///< it has not
    };
    Kind kind = Kind::other;
    Microseconds time = {};
};

/// Reads the forms of a time that Timestamp lists. Any text will do.
constexpr TimeText read_time(std::string_view text) noexcept {
    using Kind = TimeText::Kind;
    auto const number = [&](std::size_t digits, int& out) {
        if (text.size() < digits) return false;
        out = 0;
        for (char const c : text.substr(0, digits)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        text.remove_prefix(digits);
        return true;
    };
    auto const one_of = [&](std::string_view characters) {
        if (text.empty() || characters.find(text.front()) == characters.npos) return false;
        text.remove_prefix(1);
        return true;
    };

    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microseconds = 0;
    int zone_sign = 1, zone_hour = 0, zone_minute = 0;
    if (!number(4, year) || !one_of("-") || !number(2, month) || !one_of("-") || !number(2, day)) return {};
    if (!text.empty()) {
        if (!one_of("Tt ") || !number(2, hour) || !one_of(":") || !number(2, minute) || !one_of(":") ||
            !number(2, second))
            return {};
        if (one_of(".")) {
            int digits = 0;
            for (int digit = 0; digits != 9 && number(1, digit); ++digits)
                if (digits < 6) microseconds = microseconds * 10 + digit;
            if (digits == 0) return {};
            for (; digits < 6; ++digits) microseconds *= 10;
        }
        if (!text.empty() && !one_of("Zz")) {
            zone_sign = text.front() == '-' ? -1 : 1;
            if (!one_of("+-") || !number(2, zone_hour)) return {};
            if ((one_of(":") || !text.empty()) && !number(2, zone_minute)) return {};
        }
    }
    if (!text.empty()) return {};

    std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return {Kind::impossible, {}};
    return {Kind::time, std::chrono::sys_days(date) + std::chrono::hours(hour - zone_sign * zone_hour) +
                            std::chrono::minutes(minute - zone_sign * zone_minute) + std::chrono::seconds(second) +
                            std::chrono::microseconds(microseconds)};
}

/// The microsecond that a time is in; the end of the scale for one that is beyond the year 0 or 10000.
template <class Duration>
constexpr Microseconds floor_time(std::chrono::sys_time<Duration> time) {
    std::chrono::duration<double> const since = time.time_since_epoch();
    if (!(since.count() > -62167219200.0)) return Microseconds::min();
    if (since.count() > 253402387200.0) return Microseconds::max();
    return std::chrono::floor<std::chrono::microseconds>(time);
}

/// As in "2026-01-02T03:04:05+00:00", with six digits of a fraction unless that is zero.
/// @throws UsageError  for a time outside of the years 1 to 9999
std::string time_text(Microseconds time);

}  // namespace detail

/**
 * A moment, as the services write it: a text, which is kept as it came, and the time that it names.
 *
 *     if (*file.last_modified < std::chrono::system_clock::now() - 24h) ...
 *     auto const took = *task.completion_time - *task.request_time;      // microseconds
 *     TransferData{..., .deadline = std::chrono::system_clock::now() + 6h}
 *     TransferData{..., .deadline = "2026-12-01T18:00:00+01:00"}
 *
 * It reads ISO 8601 as the services write it (RFC 3339, section 5.6): a date, `T` or a blank, a time of day in seconds
 * with up to nine digits of a fraction, of which six count, and a zone: `Z`, `+00:00`, `-0730`, `+01`; UTC if there is
 * none. A date alone is its midnight in UTC. A leap second counts as the second after it.
 *
 * A text that is no time is no error: it is kept, and sent as it is.
 *
 * @par Order
 * By the time: two texts of the same moment are equal. What is no time comes after all that are, by its text.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Timestamp {
public:
    /// A time of the standard library, to the microsecond.
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    /// An empty text, which is no time.
    Timestamp() = default;
    /// A text, kept as it is.
    Timestamp(std::string text) noexcept : text_(std::move(text)) {}
    Timestamp(std::string_view text) : text_(text) {}
    /// @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    Timestamp(char const* text, detail::CodeLine where = detail::CodeLine::here())
        : text_(detail::text_at(text, where)) {}
    /// The microsecond that a time is in; its text is of the form "2026-01-02T03:04:05+00:00".
    /// @throws UsageError  for a time outside of the years 1 to 9999
    template <class Duration>
    Timestamp(std::chrono::sys_time<Duration> time) : text_(detail::time_text(detail::floor_time(time))) {}

    /// As it came, or as it will be sent.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return text_; }
    /// The time; nothing if the text is none.
    [[nodiscard]] std::optional<Time> time() const noexcept;
    /// The time. @throws DecodeError  if the text is none
    [[nodiscard]] Time sys_time() const;

    /// Compares the times that the texts stand for.
    friend std::weak_ordering operator<=>(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b); }
    friend bool operator==(Timestamp const& a, Timestamp const& b) noexcept { return a.compare(b) == 0; }
    /// The same with a time of the standard library.
    template <class Duration>
    friend std::weak_ordering operator<=>(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b));
    }
    template <class Duration>
    friend bool operator==(Timestamp const& a, std::chrono::sys_time<Duration> const& b) {
        return a.compare(detail::floor_time(b)) == 0;
    }

    /// From `b` to `a`. @throws DecodeError  if one of them is no time
    friend std::chrono::microseconds operator-(Timestamp const& a, Timestamp const& b) {
        return a.sys_time() - b.sys_time();
    }

    /// Writes the text.
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, Timestamp const& time) {
        return out << time.text_;
    }

private:
    [[nodiscard]] std::weak_ordering compare(Timestamp const& other) const noexcept;
    [[nodiscard]] std::weak_ordering compare(Time other) const noexcept;

    std::string text_;
};

namespace detail {

/// @throws UsageError  for a text that has the form of a time that there is not; `member` says where it was given
void check_time(std::string_view member, Timestamp const& time);

/// What a wrong literal calls, so that a compiler names it.
inline void there_is_no_such_time() {}

}  // namespace detail

inline namespace literals {

/// A time that is read when the program is compiled; one that cannot be read does not compile.
///
///     .deadline = "2026-12-01T18:00:00Z"_time
consteval Timestamp::Time operator""_time(char const* text, std::size_t size) {
    auto const read = detail::read_time({text, size});
    if (read.kind != detail::TimeText::Kind::time) detail::there_is_no_such_time();
    return read.time;
}

}  // namespace literals
}  // namespace globus

#ifdef __cpp_lib_format
/// Writes the text of a Timestamp, by the options that a text takes.
template <>
struct std::formatter<globus::Timestamp> : std::formatter<std::string_view> {
    template <class Context>
    auto format(globus::Timestamp const& time, Context& context) const {
        return std::formatter<std::string_view>::format(time.text(), context);
    }
};
#endif

#endif  // GLOBUS_CORE_TIMESTAMP_HPP
#ifndef GLOBUS_CORE_VALUES_HPP
#define GLOBUS_CORE_VALUES_HPP

#include <boost/json/value.hpp>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Any JSON document, as Boost.JSON holds it.
using Json = boost::json::value;

/// Members that a service may add in the future: they are merged into the document that holds them, and override
/// members of the same name.
using AdditionalFields = boost::json::object;

/**
 * One text or several, where the service takes either: `.orderby = "name ASC"` and `.orderby = {"name ASC", "size"}`.
 */
class StringList : public std::vector<std::string> {
public:
    StringList() = default;
    /// One text. @throws UsageError  for a null pointer, as getenv() gives it; it names the line
    StringList(char const* one, detail::CodeLine where = detail::CodeLine::here())
        : std::vector<std::string>{detail::text_at(one, where)} {}
    StringList(std::string one) : std::vector<std::string>{std::move(one)} {}
    StringList(std::string_view one) : std::vector<std::string>{std::string(one)} {}
    /// Any number of texts, in this order.
    StringList(std::initializer_list<std::string> several) : std::vector<std::string>(several) {}
    StringList(std::vector<std::string> several) : std::vector<std::string>(std::move(several)) {}
};

/// A text that the service also writes as a number, which is then read as its digits.
struct TextOrNumber : std::string {
    using std::string::string;
    TextOrNumber() = default;
    /// Takes a text as it is.
    TextOrNumber(std::string text) : std::string(std::move(text)) {}
};

/**
 * A member whose value is always `Text`, such as a document's DATA_TYPE. It takes no room and cannot be changed.
 *
 *     Constant<"transfer_item"> DATA_TYPE = {};
 */
template <detail::Name Text>
struct Constant {
    static constexpr std::string_view value{Text.text, sizeof Text.text - 1};  ///< as it is sent
    friend constexpr bool operator==(Constant, Constant) = default;
};

}  // namespace globus

#endif  // GLOBUS_CORE_VALUES_HPP

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {
namespace detail {

[[noreturn]] void refuse_number();

/// Refuses what Boost.JSON can hold but JSON cannot, and what is nested too deep. @param level  levels around the value
void check_json(Json const& value, std::size_t level = 0);
void check_json(boost::json::array const& list, std::size_t level = 0);
void check_json(boost::json::object const& object, std::size_t level = 0);
void check_json(Json const& value, std::size_t level);

/// Writes `text` as a JSON string (RFC 8259, section 7); throws UsageError if it is not UTF-8.
void write_string(std::string& out, std::string_view text);

template <class T>
void write_json(std::string& out, T const& value);

void write_separator(std::string& out, bool& first);

template <class T>
void write_member(std::string& out, bool& first, std::string_view key, T const& value) {
    write_separator(out, first);
    write_string(out, key);
    out += ':';
    write_json(out, value);
}

/// Writes the members of a described object; absent ones are not written, and AdditionalFields override the others.
template <class T>
void write_object(std::string& out, T const& object) {
    AdditionalFields const* extra = nullptr;
    T::members::for_each(object, [&](auto, auto const& value) {
        using V = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::same_as<V, AdditionalFields>)
            if (!value.empty()) extra = &value;
    });
    bool first = true;
    out += '{';
    T::members::for_each(object, [&](auto member, auto const& value) {
        using V = std::remove_cvref_t<decltype(value)>;
        if constexpr (!std::same_as<V, AdditionalFields>) {
            constexpr std::string_view key = wire_of<T>(decltype(member)::key).name;
            if constexpr (is_optional<V>)
                if (value.is_absent()) return;
            if (extra != nullptr && extra->contains(key)) return;
            write_member(out, first, key, value);
        }
    });
    if (extra != nullptr)
        for (auto const& [key, value] : *extra) write_member(out, first, key, value);
    out += '}';
}

/// A type that writes itself, by `void write_json(std::string& out) const`.
template <class T>
concept WritesJson = requires(T const& value, std::string& out) { value.write_json(out); };

template <class>
inline constexpr bool is_string_map = false;
template <class V>
inline constexpr bool is_string_map<std::map<std::string, V>> = true;
template <class>
inline constexpr bool is_vector = false;
template <class V>
inline constexpr bool is_vector<std::vector<V>> = true;
template <>
inline constexpr bool is_vector<StringList> = true;
template <class>
inline constexpr bool is_constant = false;
template <Name Text>
inline constexpr bool is_constant<Constant<Text>> = true;

template <class T>
void write_json(std::string& out, T const& value) {
    if constexpr (is_optional<T>) {
        if (value.has_value())
            write_json(out, *value);
        else
            out += "null";
    } else if constexpr (is_required<T>) {
        write_json(out, *value);
    } else if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        char digits[24];
        auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out.append(digits, end);
    } else if constexpr (std::floating_point<T>) {
        if (!(value - value == 0)) refuse_number();
        // Beyond this not every integer is a value of T: the exponent says that the number is not meant as an integer.
        constexpr T exact = T(std::uint64_t{1} << std::min(std::numeric_limits<T>::digits, 63));
        char digits[64];
        auto const end = value < exact && value > -exact
                             ? std::to_chars(digits, digits + sizeof digits, value).ptr
                             : std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
        out.append(digits, end);
    } else if constexpr (is_constant<T>) {
        write_string(out, T::value);
    } else if constexpr (std::same_as<T, Secret>) {
        write_string(out, value.reveal());
    } else if constexpr (std::same_as<T, Timestamp> || std::derived_from<T, Word>) {
        write_string(out, value.text());
    } else if constexpr (is_duration<T>) {
        write_json(out, value.count());
    } else if constexpr (WritesJson<T>) {
        value.write_json(out);
    } else if constexpr (std::convertible_to<T const&, std::string_view>) {
        write_string(out, value);
    } else if constexpr (std::same_as<T, Null>) {
        out += "null";
    } else if constexpr (std::same_as<T, Json> || std::same_as<T, boost::json::object> ||
                         std::same_as<T, boost::json::array>) {
        check_json(value);
        out += boost::json::serialize(value);
    } else if constexpr (is_vector<T>) {
        bool first = true;
        out += '[';
        for (auto const& item : value) {
            std::size_t const before = out.size();
            bool const measure = first;
            write_separator(out, first);
            write_json(out, item);
            // The others will be about as long as the first, and a text of megabytes is copied when it grows.
            if (measure) out.reserve(out.size() + (out.size() - before + 8) * (value.size() - 1) + 64);
        }
        out += ']';
    } else if constexpr (is_string_map<T>) {
        bool first = true;
        out += '{';
        for (auto const& [key, item] : value) write_member(out, first, key, item);
        out += '}';
    } else {
        static_assert(Described<T>, "globus: this type cannot be written as JSON. Describe it with GLOBUS_MEMBERS.");
        write_object(out, value);
    }
}

void check_document(Json const& value);

/// The Json of a text that this library, or a type's own write_json, wrote.
Json json_of(std::string_view text);

}  // namespace detail

/**
 * The JSON text of a described object or of a list, map, number or text of such.
 *
 * Absent members are not written, null ones as `null`.
 * @throws UsageError  for text that is not UTF-8, for NaN and infinity, and for a Json of more than 128 levels
 */
template <class T>
[[nodiscard]] std::string to_json(T const& value) {
    std::string out;
    detail::write_json(out, value);
    return out;
}

/**
 * A document that is a secret as a whole, such as the key of a service account. It is kept as a text that no stream or
 * log can print, and that is wiped at the end.
 *
 *     .service_account_key = boost::json::parse(text_of_key_file)
 */
class SecretDocument {
public:
    SecretDocument() = default;
    /// Takes a JSON object, and keeps only its text. @throws UsageError  for any other Json
    template <class T>
        requires std::same_as<std::remove_cvref_t<T>, Json> || std::same_as<std::remove_cvref_t<T>, boost::json::object>
    SecretDocument(T&& document) {
        if constexpr (std::same_as<std::remove_cvref_t<T>, Json>) detail::check_document(document);
        text_ = Secret(boost::json::serialize(document));
    }

    /// The JSON text.
    [[nodiscard]] std::string const& reveal() const noexcept { return text_.reveal(); }
    void write_json(std::string& out) const { out += text_.reveal(); }
    friend bool operator==(SecretDocument const& a, SecretDocument const& b) { return a.text_ == b.text_; }

private:
    Secret text_{"{}"};
};

/// What a Document can be made of: an object of a described type, or a JSON object. A text or a number is not a
/// document.
template <class T>
concept MakesDocument = Described<T> || std::same_as<T, Json> || std::same_as<T, boost::json::object>;

/**
 * A document to be sent: any described object, or a JSON object. Operations take it where the reference takes a helper
 * object or a dictionary. Copies share the object, which is written when the request is made.
 */
class Document {
public:
    /// An empty object.
    Document() = default;
    /// An object of a described type, or a JSON object. @throws UsageError  for any other Json
    template <class T>
        requires MakesDocument<std::remove_cvref_t<T>>
    Document(T&& object) {
        using Held = std::remove_cvref_t<T>;
        if constexpr (std::same_as<Held, Json>) detail::check_document(object);
        held_ = std::make_shared<Model<Held> const>(std::forward<T>(object));
    }

    void write_json(std::string& out) const;
    /// The JSON text that is sent. @throws UsageError  for what to_json refuses
    [[nodiscard]] std::string text() const { return to_json(*this); }
    /// Refuses what cannot be sent, where the object has a `check()` of its own. @throws UsageError
    void check() const;
    friend bool operator==(Document const& a, Document const& b) { return a.text() == b.text(); }

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual void write(std::string& out) const = 0;
        virtual void check() const = 0;
    };
    template <class T>
    struct Model final : Concept {
        explicit Model(T o) : object(std::move(o)) {}
        void write(std::string& out) const override { detail::write_json(out, object); }
        void check() const override {
            if constexpr (requires { object.check(); }) object.check();
        }
        T object;
    };

    std::shared_ptr<Concept const> held_;
};

/**
 * A document of one of the types `Ts`, or a JSON object. Any other described type does not compile.
 *
 *     create_bookmark({.bookmark_data = Bookmark{.name = "data", ...}})   // a DocumentOf<Bookmark>
 */
template <class... Ts>
class DocumentOf : public Document {
public:
    /// An empty object.
    DocumentOf() = default;
    /// An object of one of the types, or a JSON object. @throws UsageError  for any other Json
    template <class T>
        requires MakesDocument<std::remove_cvref_t<T>>
    DocumentOf(T&& object) : Document(std::forward<T>(object)) {
        using Given = std::remove_cvref_t<T>;
        static_assert(
            (std::same_as<Given, Ts> || ...) || !Described<Given>,
            "globus: this document is not one that the operation takes. Give it the one that its member names "
            "(DocumentOf<...>), or a boost::json::object.");
    }
    /// Any document, for programs that describe their own.
    explicit DocumentOf(Document document) : Document(std::move(document)) {}
};

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_WRITE_HPP
#ifndef GLOBUS_OAUTH_API_ERROR_HPP
#define GLOBUS_OAUTH_API_ERROR_HPP

#ifndef GLOBUS_HTTP_RETRY_AFTER_HPP
#define GLOBUS_HTTP_RETRY_AFTER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace globus {

namespace detail {

/// Days since 1970-01-01 of a Gregorian date.
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2 ? 1 : 0;
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    auto const year_of_era = static_cast<unsigned>(year - era * 400);
    unsigned const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

/// Reads `width` digits of `text` at `at`; -1 if they are not digits.
constexpr int digits_at(std::string_view text, std::size_t at, std::size_t width) {
    if (at + width > text.size()) return -1;
    int number = 0;
    for (std::size_t i = at; i != at + width; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

constexpr int month_number(std::string_view name) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (name.size() != 3) return 0;
    for (std::size_t i = 0; i != 12; ++i)
        if (names.substr(i * 3, 3) == name) return static_cast<int>(i) + 1;
    return 0;
}

/// The seconds since 1970 of any of the three date forms of RFC 9110, section 5.6.7.
constexpr std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
    int year = -1, month = 0, day = -1;
    std::string_view clock;
    if (text.size() == 29 && text.substr(3, 2) == ", " && text.substr(25) == " GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
        day = digits_at(text, 5, 2), month = month_number(text.substr(8, 3)), year = digits_at(text, 12, 4);
        clock = text.substr(17, 8);
    } else if (text.size() == 24) {  // Sun Nov  6 08:49:37 1994
        day = text[8] == ' ' ? digits_at(text, 9, 1) : digits_at(text, 8, 2);
        month = month_number(text.substr(4, 3)), year = digits_at(text, 20, 4);
        clock = text.substr(11, 8);
    } else if (auto const comma = text.find(", "); comma != std::string_view::npos && text.size() == comma + 24 &&
                                                   text.ends_with(" GMT")) {  // Sunday, 06-Nov-94 08:49:37 GMT
        std::string_view const date = text.substr(comma + 2);
        day = digits_at(date, 0, 2), month = month_number(date.substr(3, 3)), year = digits_at(date, 7, 2);
        if (year >= 0) {
            year += 1900;  // the year of that ending which is at most 50 years ahead
            std::int64_t const this_year = 1970 + now / 31556952;
            while (year + 100 <= this_year + 50) year += 100;
        }
        clock = date.substr(10, 8);
    }
    int const hour = digits_at(clock, 0, 2), minute = digits_at(clock, 3, 2), second = digits_at(clock, 6, 2);
    if (year < 0 || month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    return days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 + hour * 3600 +
           minute * 60 + second;
}

std::int64_t unix_now();

}  // namespace detail

/**
 * How long an answer's Retry-After asks to wait: seconds, or until a date in any form of RFC 9110, section 5.6.7. With
 * several such headers the longest wait counts.
 *
 * @param now  seconds since 1970, for a date
 * @return nothing for a header that is missing, negative or malformed; at most 10 years
 */
std::optional<std::chrono::seconds> retry_after(http::Headers const& headers, std::int64_t now = detail::unix_now());

}  // namespace globus

#endif  // GLOBUS_HTTP_RETRY_AFTER_HPP
#ifndef GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP
#define GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/// What a service requires before it carries out a request: consents, a fresh login, another identity. What is absent
/// or empty is not required.
/// https://docs.globus.org/api/auth/sessions/
struct AuthorizationParameters {
    std::optional<std::string> session_message = {};  ///< for the user: the reason for the request
    std::optional<std::vector<std::string>> session_required_identities =
        {};  ///< ids or names; one of them must be used
    std::optional<std::vector<std::string>> session_required_single_domain = {};  ///< domains; one of them is enough
    std::optional<std::vector<std::string>> session_required_policies = {};       ///< ids of what the login has to meet
    std::optional<bool> session_required_mfa = {};                 ///< whether multi-factor authentication is required
    std::optional<std::vector<std::string>> required_scopes = {};  ///< that the user has to consent to
    std::optional<std::string> prompt = {};  ///< "login": a fresh login, even if there is a session
};

namespace detail {

/// True if any of the parameters asks for something.
[[nodiscard]] bool asks_for_anything(AuthorizationParameters const& parameters);

/// Reads `authorization_parameters`, in current and older forms. What it cannot read goes to `other`.
AuthorizationParameters read_parameters(boost::json::object const& object, boost::json::object& other);

}  // namespace detail

/**
 * A Globus Auth Requirements Error: a service says what the user has to do before it carries out a request.
 *
 *     try {
 *         client.operation_ls({.endpoint_id = id});
 *     } catch (ApiError const& error) {
 *         if (auto const gare = to_gare(error))
 *             app.login({.parameters = gare->authorization_parameters});
 *     }
 *
 * Services say it in several ways, old and new; `to_gare` reads them all into this one.
 * https://docs.globus.org/api/flows/reference/globus-auth-requirements-errors/ (the current form)
 */
struct Gare {
    std::string code = {};  ///< "ConsentRequired", "AuthorizationRequired" or the service's own
    AuthorizationParameters authorization_parameters = {};  ///< what to ask of the user
    boost::json::object extra_parameters =
        {};                          ///< members of authorization_parameters whose name or value has no place above
    boost::json::object extra = {};  ///< other members of the document

    /// The document in the current form, on request with its other members.
    [[nodiscard]] boost::json::object to_json(bool with_extra = false) const;
};

/**
 * What a document asks for, in any of the five forms that services use; nothing if it asks for nothing.
 *
 * One value that is not what it should be does not hide the others: it counts as missing.
 */
std::optional<Gare> to_gare(Json const& document);

/**
 * What the authorize URL says about a login besides scopes, as query parameters. Empty ones are left out, since Globus
 * Auth refuses them.
 *
 *     std::string const url = flow.authorize_url(session_query(gare.authorization_parameters));
 *
 * https://docs.globus.org/api/auth/sessions/
 */
std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters);

}  // namespace globus

#endif  // GLOBUS_OAUTH_AUTHORIZATION_REQUIREMENTS_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// One of the errors that an answer lists.
struct SubError {
    std::string code = {};         ///< empty if the service gives none
    std::string message = {};      ///< empty if the service gives none
    boost::json::object raw = {};  ///< the error as it came
    bool has_message = false;      ///< distinguishes an empty message from none
};

/**
 * The service answered with an error status.
 *
 *     try {
 *         client.operation_ls({.endpoint_id = id});
 *     } catch (globus::ApiError const& error) {
 *         if (error.http_status() == 404) ...
 *         if (error.consent_required()) log_in_again(error.required_scopes());
 *     }
 *
 * It reads every form in which Globus services describe errors: the common `code`/`message`/`request_id` document, the
 * `errors` of JSON:API (https://jsonapi.org/format/#error-objects), lists of `errors` of other kinds, forms of single
 * services, and no document at all. What an answer does not say is empty, and `raw_json()` has the rest. Texts in no
 * such form (a gateway's, a framework's list of invalid members, a page's title) are only in `what()`.
 *
 * `what()` is one clean line, without the credentials of the request even if the service repeats them; `message()`,
 * `body()` and the like are as the service wrote them: use one_line to print them.
 *
 * Each service has a class of its own, such as TransferApiError.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share what was read.
 */
class GLOBUS_VISIBLE ApiError : public Error {
public:
    /// @param request  the request that was answered; its method and URL (without the query) go into `what()`
    ApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, nullptr) {}

    /// The status: 400 or more, or a 3xx instead of a document.
    [[nodiscard]] int http_status() const noexcept { return data_->response.status; }
    /// The reason phrase, such as "Not Found"; empty over HTTP/2, which has none.
    [[nodiscard]] std::string const& http_reason() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->response.reason;
    }
    /// All header fields of the answer.
    [[nodiscard]] http::Headers const& headers() const noexcept GLOBUS_LIFETIMEBOUND { return data_->response.headers; }
    /// How long the service asks to wait before the next request; nothing if it does not say. See globus::retry_after.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return globus::retry_after(headers()); }
    /// The service's word for this error, such as "EndpointNotFound" or "ConsentRequired"; empty if it gives none. For
    /// several errors it is the word that all have in common.
    [[nodiscard]] std::string const& code() const noexcept GLOBUS_LIFETIMEBOUND { return data_->reading.code; }
    /// `messages()` joined by "; "; empty if there are none.
    [[nodiscard]] std::string const& message() const noexcept GLOBUS_LIFETIMEBOUND { return data_->message; }
    /// What the service says to people, one text for each error that has one.
    [[nodiscard]] std::vector<std::string> const& messages() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->reading.messages;
    }
    /// What to quote to Globus support, from the document or else the X-Request-ID header; empty if there is none.
    [[nodiscard]] std::string const& request_id() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->reading.request_id;
    }
    /// The errors that the document lists, or the document itself as the only one.
    [[nodiscard]] std::vector<SubError> const& errors() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->reading.errors;
    }
    /// The body as received, up to 64 KiB.
    [[nodiscard]] std::string const& body() const noexcept GLOBUS_LIFETIMEBOUND { return data_->response.body; }
    /// The body as JSON; null if it is not JSON by its Content-Type, or longer than 64 KiB.
    [[nodiscard]] boost::json::value const& raw_json() const noexcept GLOBUS_LIFETIMEBOUND { return data_->json; }

    /// What the service requires of the user, in any form: what each error that the document lists requires, and the
    /// document as a whole. It is empty if a login cannot help. See to_gare.
    [[nodiscard]] std::vector<Gare> const& requirements() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->requirements;
    }
    /// The consents or login that are required, if the document itself has `authorization_parameters`.
    [[nodiscard]] std::optional<AuthorizationParameters> const& authorization_parameters() const noexcept
        GLOBUS_LIFETIMEBOUND;
    /// The scopes that the user has to consent to; empty if no consents are required.
    [[nodiscard]] std::vector<std::string> const& required_scopes() const noexcept GLOBUS_LIFETIMEBOUND {
        return data_->required_scopes;
    }
    /// True if a login that asks for required_scopes() can help.
    [[nodiscard]] bool consent_required() const noexcept { return !data_->required_scopes.empty(); }

protected:
    /// What a document says.
    struct Reading {
        std::string code = {};                   ///< as ApiError::code
        std::string request_id = {};             ///< empty: that of the header is used
        std::vector<std::string> messages = {};  ///< as ApiError::messages
        std::vector<SubError> errors = {};       ///< as ApiError::errors
    };
    /// A function that reads a document that is in none of the common forms. It returns false if it cannot, either.
    using OwnForm = bool (*)(boost::json::object const& document, Reading& reading);
    /// A function that completes what was read, in any form.
    using Completion = void (*)(Reading& reading);

    /// For the error class of a service that has a form of its own; either function may be null.
    ApiError(http::Request const& request, http::Response response, OwnForm own_form, Completion complete)
        : ApiError(request, read(std::move(response), own_form, complete)) {}

    /// A SubError whose message is the first of the named members that is a text.
    static SubError sub_error(boost::json::object const& object, std::initializer_list<std::string_view> message);
    /// The code that all errors with a code share; empty if they differ.
    static std::string common_code(std::vector<SubError> const& errors);

    /// A member of the document; null if there is none.
    [[nodiscard]] boost::json::value const& document_member(std::string_view name) const noexcept;
    /// A member of the document that is a text; empty if there is none.
    [[nodiscard]] std::string_view document_text(std::string_view name) const noexcept;

private:
    struct Data {
        http::Response response;
        boost::json::value json;
        Reading reading;
        std::string message;
        std::vector<Gare> requirements;
        std::vector<std::string> required_scopes;
        std::optional<AuthorizationParameters> parameters;
    };

    ApiError(http::Request const& request, std::shared_ptr<Data const> data)
        : Error(describe(request, *data)), data_(std::move(data)) {}

    static std::string describe(http::Request const& request, Data const& data);
    static std::shared_ptr<Data const> read(http::Response response, OwnForm own_form, Completion complete);
    static void read_common_forms(boost::json::object const& document, bool json_api, OwnForm own_form,
                                  Reading& reading);
    static void read_requirements(boost::json::object const& document, Data& data);

    std::shared_ptr<Data const> data_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_API_ERROR_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

/// The method and path template of an operation. `{name}` stands for a member, as one encoded segment.
struct Route {
    http::Method method;    ///< also decides what may be repeated, unless the operation says so
    std::string_view path;  ///< relative to the base URL, with a leading slash
};
constexpr Route get(std::string_view path) { return {http::Method::get, path}; }
constexpr Route post(std::string_view path) { return {http::Method::post, path}; }
constexpr Route put(std::string_view path) { return {http::Method::put, path}; }
constexpr Route patch(std::string_view path) { return {http::Method::patch, path}; }
constexpr Route delete_(std::string_view path) { return {http::Method::delete_, path}; }

/**
 * One call of a service, as a value: an aggregate whose members are the parameters.
 *
 *     struct OperationLs {
 *         using service = TransferService;
 *         using result = FileList;
 *         static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/ls");
 *         Required<std::string> endpoint_id;
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(OperationLs, endpoint_id, path);
 *     };
 *
 * A member that the route names fills it; one called `body` or `data` is the document that is sent; every other is a
 * query parameter, unless the struct's `wire` says otherwise; an empty list is left out. `retry` gives the retry class
 * where the method alone does not (GET reads, PUT and DELETE are idempotent, POST and PATCH are not). A `void check()
 * const` throws UsageError for members that do not go together. `static constexpr bool anonymous = true` sends no
 * credential.
 * `static bool already_done(ApiError const&)` says which error of a second attempt means that the first, whose answer
 * was lost, has done it; for DELETE that is 404.
 *
 * An error that names this concept means that a struct passed to `send` lacks `service`, `result`, `route` or its
 * GLOBUS_MEMBERS line.
 */
template <class O>
concept Operation = Described<O> && requires {
    typename O::service;
    typename O::result;
    { O::route.path } -> std::convertible_to<std::string_view>;
};

/// What may be repeated when an operation's answer is lost: its `retry`, or what follows from its method.
template <Operation O>
constexpr RetryClass retry_class_of() {
    if constexpr (requires { O::retry; }) {
        return O::retry;
    } else {
        switch (O::route.method) {
            case http::Method::get:
            case http::Method::head:
                return RetryClass::read;
            case http::Method::put:
            case http::Method::delete_:
                return RetryClass::idempotent;
            default:
                return RetryClass::non_idempotent;
        }
    }
}

/// Says whether the error of an attempt means that an earlier attempt of the same call has done it.
using AlreadyDone = bool (*)(ApiError const&);

/**
 * A member that the client's service fills, such as the client id of a native app. It is left out where the service
 * has none.
 */
struct FromService {
    friend constexpr bool operator==(FromService, FromService) = default;
};

namespace detail {

/// True if `{name}` is in the path template.
constexpr bool route_names(std::string_view path, std::string_view name) {
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
        if (path.substr(open + 1, path.find('}', open) - open - 1) == name) return true;
    return false;
}

template <class S>
constexpr bool service_fills(std::string_view name) {
    if constexpr (requires { S::route_members; })
        for (std::string_view const member : S::route_members)
            if (member == name) return true;
    return false;
}

/// Every `{name}` of the route is a member of the operation or of its service.
template <class O>
consteval bool route_is_filled() {
    std::string_view const path = O::route.path;
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
        std::string_view const name = path.substr(open + 1, path.find('}', open) - open - 1);
        if (!O::members::has(name) && !service_fills<typename O::service>(name)) return false;
    }
    return true;
}

/// Every entry of `wire` is about a member.
template <class O>
consteval bool wires_are_members() {
    if constexpr (requires { O::wire; })
        for (Wire const& wire : O::wire)
            if (!wire.member.empty() && !O::members::has(wire.member)) return false;
    return true;
}

/// True if a service says that what was to be deleted does not exist; a page from some proxy in between does not count.
bool is_gone(ApiError const& error);

/// Which error means that an earlier attempt has done it; null: none.
template <class O>
constexpr AlreadyDone already_done_of() {
    if constexpr (requires(ApiError const& error) { O::already_done(error); })
        return &O::already_done;
    else
        return O::route.method == http::Method::delete_ ? &is_gone : nullptr;
}

/// Encodes a path segment, and refuses one that would change the path (RFC 3986, section 3.3).
std::string encode_segment(std::string_view name, std::string_view value);

class RequestBuilder;

/// How a member of an operation goes into the request.
struct MemberWriter {
    enum class Kind : unsigned char {
        ordinary,
        from_service,  ///< the text is the service's
        addition,      ///< it comes after all others, which it may replace
    };
    Wire wire;
    void (*put)(RequestBuilder& builder, Wire const& wire, void const* member);
    Kind kind = Kind::ordinary;
};

/// A builder that collects what an operation's members say, and makes a request from it.
class RequestBuilder {
public:
    /// @param base_url  must live as long as this
    RequestBuilder(std::string_view base_url, Route route);
    RequestBuilder(RequestBuilder const&) = delete;
    RequestBuilder& operator=(RequestBuilder const&) = delete;
    ~RequestBuilder();

    /// Puts the members of an operation where they belong. @param at  where each is; null: it is left out
    void members(MemberWriter const* writers, void const* const* at, std::size_t count);
    /// Makes the objects that are in the body even if no member goes into them.
    void objects(Wires wires);

    /// Fills `{name}`, or drops its segment if there is no value.
    void path(std::string_view name, std::string const* value);

    /// Fills a part of the route with a number.
    void path_number(std::string_view name, std::int64_t value);
    void path_number(std::string_view name, std::uint64_t value);

    void text(Wire const& wire, std::string_view value);
    void number(Wire const& wire, std::int64_t value);
    void number(Wire const& wire, std::uint64_t value);
    void flag(Wire const& wire, bool value);
    /// Adds a list. In a query it is left out if it is empty: "?ids=" asks for the item whose id is the empty text.
    void list(Wire const& wire, std::vector<std::string> const& values);

    /// Adds the caller's own parameters, which replace others of their name.
    void parameters(Place place, QueryParams const& parameters);

    /// Sets the whole body; members that come later override its own.
    void document(std::string text);
    /// Sets one member of the body, at a path of levels separated by slashes; a level that is a number is a list index.
    void json(std::string_view path, std::string const& text);
    /// Says that the body is a JSON object, even if no member goes into it.
    void object();
    /// Adds the caller's own members to the object at `path` (empty: the body itself).
    void fields(std::string_view path, AdditionalFields const& fields);

    [[nodiscard]] http::Request take();

private:
    enum class Body : unsigned char { none, document, object };

    /// The parameters of the query or of the form.
    Form& parameters_of(Wire const& wire) noexcept;
    /// The place in the body that `path` leads to, made if it does not exist yet (empty: the body itself).
    boost::json::value* at(std::string_view path);

    std::string_view base_url_;
    Route route_;
    std::string path_;
    Form query_;
    Form form_;
    std::string body_;
    boost::json::value object_;
    Body kind_ = Body::none;
    bool is_form_ = false;
};

/// A type that defines its spelling in a query: `std::vector<std::string> query_texts() const`. No text means no
/// parameter.
template <class T>
concept SpeltInQuery = requires(T const& value) {
    { value.query_texts() } -> std::convertible_to<std::vector<std::string>>;
};

template <std::integral N>
constexpr auto widened(N number) {
    return static_cast<std::conditional_t<std::is_signed_v<N>, std::int64_t, std::uint64_t>>(number);
}

/// Puts one value where `wire` says, in the query or the form. An Optional that is absent or null is not sent there.
/// This function and those that follow know only where the value is, so that a table can refer to them.
template <class V>
void put_parameter(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value()) put_parameter<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (is_required<V>) {
        put_parameter<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (std::same_as<V, bool>) {
        builder.flag(wire, value);
    } else if constexpr (std::integral<V>) {
        builder.number(wire, widened(value));
    } else if constexpr (is_duration<V>) {
        builder.number(wire, value.count());
    } else if constexpr (std::same_as<V, Timestamp>) {
        builder.text(wire, value.text());
    } else if constexpr (SpeltInQuery<V>) {
        builder.list(wire, value.query_texts());
    } else if constexpr (std::same_as<V, Secret>) {
        builder.text(wire, value.reveal());
    } else if constexpr (std::convertible_to<V const&, std::vector<std::string> const&>) {
        builder.list(wire, value);
    } else if constexpr (is_constant<V>) {
        builder.text(wire, V::value);
    } else {
        static_assert(std::convertible_to<V const&, std::string>,
                      "globus: a member of this type cannot be a query parameter; give it a place in `wire`.");
        builder.text(wire, static_cast<std::string const&>(value));
    }
}

/// Fills the part of the route that has the member's name.
template <class V>
void put_path(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value())
            put_path<typename V::value_type>(builder, wire, &*value);
        else
            builder.path(wire.member, nullptr);
    } else if constexpr (is_required<V>) {
        put_path<typename V::value_type>(builder, wire, &*value);
    } else if constexpr (std::integral<V>) {
        builder.path_number(wire.member, widened(value));
    } else {
        builder.path(wire.member, &static_cast<std::string const&>(value));
    }
}

/// Makes it the whole body.
template <class V>
void put_document(RequestBuilder& builder, Wire const&, void const* at) {
    V const& value = *static_cast<V const*>(at);
    if constexpr (is_optional<V>) {
        if (value.has_value()) builder.document(to_json(*value));
    } else {
        builder.document(to_json(value));
    }
}

/// Makes it a member of the body.
template <class V>
void put_json(RequestBuilder& builder, Wire const& wire, void const* at) {
    V const& value = *static_cast<V const*>(at);
    builder.object();
    if constexpr (is_optional<V>)
        if (value.is_absent()) return;
    builder.json(wire.name, to_json(value));
}

/// Adds the parameters of a QueryParams, and the members of an AdditionalFields.
void put_query_params(RequestBuilder& builder, Wire const& wire, void const* at);
void put_fields(RequestBuilder& builder, Wire const& wire, void const* at);

/// The writer of one member of an operation, by its type and its entry in `wire`.
template <class O, std::size_t I, class V>
constexpr MemberWriter writer_of_member() {
    constexpr std::string_view key = O::members::keys[I];
    constexpr Wire wire = wire_of<O>(key);
    constexpr bool whole_body = wire.place == Place::json && wire.name.empty();
    constexpr bool named_body = wire.place == Place::automatic && (key == "body" || key == "data");
    if constexpr (std::same_as<V, FromService>) {
        MemberWriter writer = writer_of_member<O, I, std::string>();
        writer.kind = MemberWriter::Kind::from_service;
        return writer;
    } else if constexpr (wire.place == Place::automatic && route_names(O::route.path, key)) {
        return {wire, &put_path<V>};
    } else if constexpr (std::same_as<V, QueryParams>) {
        return {wire, &put_query_params, MemberWriter::Kind::addition};
    } else if constexpr (std::same_as<V, AdditionalFields>) {
        return {wire, &put_fields, MemberWriter::Kind::addition};
    } else if constexpr (whole_body || named_body) {
        return {wire, &put_document<V>};
    } else if constexpr (wire.place == Place::json) {
        return {wire, &put_json<V>};
    } else {
        return {wire, &put_parameter<V>};
    }
}

template <class O, class... Vs, std::size_t... I>
constexpr std::array<MemberWriter, sizeof...(Vs)> writers_of(MemberTypes<Vs...>, std::index_sequence<I...>) {
    return {writer_of_member<O, I, Vs>()...};
}
/// The writers of the members of an operation.
template <class O>
struct WritersOf {
    static constexpr auto value =
        writers_of<O>(typename O::members::template types_of<>(), std::make_index_sequence<O::members::size>());
};

template <class O>
consteval std::size_t count_from_service() {
    std::size_t count = 0;
    for (MemberWriter const& writer : WritersOf<O>::value) count += writer.kind == MemberWriter::Kind::from_service;
    return count;
}

/// Like to_request, for checked members. AdditionalFields and QueryParams come last, whatever their place.
template <class O>
http::Request build_request(O const& operation, [[maybe_unused]] typename O::service const& service,
                            std::string_view base_url) {
    RequestBuilder builder(base_url, O::route);
    if constexpr (requires { O::service::route_members; })
        for (std::string_view const name : O::service::route_members)
            if (route_names(O::route.path, name) && !O::members::has(name)) {
                std::string const value(service.route_value(name));
                builder.path(name, &value);
            }
    constexpr Wires wires = wires_of<O>();
    builder.objects(wires);
    constexpr MemberWriter const* writers = WritersOf<O>::value.data();
    void const* at[O::members::size + 1] = {};
    operation.with_members(AddressesOfMembers{at});
    if constexpr (constexpr std::size_t count = count_from_service<O>(); count != 0) {
        std::array<std::string, count> texts;
        std::string* text = texts.data();
        for (std::size_t i = 0; i != O::members::size; ++i)
            if (writers[i].kind == MemberWriter::Kind::from_service) {
                *text = service.route_value(O::members::keys[i]);
                at[i] = text->empty() ? nullptr : text;
                ++text;
            }
        builder.members(writers, at, O::members::size);
    } else {
        builder.members(writers, at, O::members::size);
    }
    return builder.take();
}

/**
 * The request of an operation, without what the client adds.
 *
 * First `check()` refuses invalid members, and `normalized()` gives the members that are sent, if some follow from
 * others.
 */
template <Operation O>
http::Request to_request(O const& operation, typename O::service const& service, std::string_view base_url) {
    static_assert(route_is_filled<O>(),
                  "globus: the route of this operation names something that is not among its members.");
    static_assert(wires_are_members<O>(),
                  "globus: `wire` of this operation names something that is not among its members.");
    if constexpr (requires { operation.check(); }) operation.check();
    if constexpr (requires { operation.normalized(); })
        return build_request(operation.normalized(), service, base_url);
    else
        return build_request(operation, service, base_url);
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_OPERATION_HPP

#include <concepts>
#include <type_traits>
#include <utility>

// Only declarations: what these functions do, and Boost.Asio with it, comes with <globus/asio.hpp>.

namespace globus {

namespace detail {

struct AsyncAccess;
/// In place of a completion token: the default one, boost::asio::deferred.
struct DefaultToken {};
/// A request that a client makes of its argument.
template <class O>
struct AsyncOperation {
    O operation;
};
template <class D, class Raw>
struct AsyncRaw {
    Raw raw;
};

template <class Token>
concept NoOptions = !std::convertible_to<Token, CallOptions>;

/// What begins a call: <globus/asio.hpp> defines it.
template <class Client>
struct AsyncStart;
template <class Client>
struct AsyncWalk;
template <class Client>
concept AsyncIncluded = requires { sizeof(AsyncStart<Client>); };

}  // namespace detail

/**
 * The functions of a Client that do not block; they need `#include <globus/asio.hpp>` and an AsioTransport.
 *
 *     Client<TransferService, AccessTokenPolicy, AsioTransport> const transfer{token, {.transport = AsioTransport{io}}};
 *
 *     transfer.async_send(OperationLs{.endpoint_id = id}, [](std::exception_ptr error, Response<FileList> files) {
 *         if (!error) std::printf("%zu files\n", files.size());
 *     });
 *     Response<FileList> const files = co_await transfer.async_send(ls, use_awaitable);       // in a coroutine
 *
 * Each is its blocking namesake in everything but the waiting: the same retries, renewals, deadlines, redirects, errors
 * and log. The token says how the caller gets the result: a callback, use_future, use_awaitable, detached, or deferred,
 * which is the default. A token with an executor, an allocator or a cancellation slot has them honoured: the handler is
 * called on its executor, or on that of the transport, and never within the function that begins the call. Terminal
 * cancellation ends the call as CallOptions::stop does.
 *
 * The client may be destroyed while a call is on its way, by the call's handler, too: the call then ends with
 * NetworkError (cancelled), and nobody waits for it. The callbacks of a call (sink, on_head and the log hook) are
 * called on the transport's executor.
 *
 * A policy whose token is fresh gives it at once. One that has to renew it, and any policy of a program's own that does
 * not say `static constexpr bool never_blocks = true`, is asked on a thread of the library; calls of one client that
 * need the same renewal share it.
 *
 * @tparam C  the client
 * @tparam S  its service
 *
 * With g++ 12, what is sent from a coroutine needs a name: in a co_await, it destroys twice what a braced list makes.
 *
 * @par Errors
 * A handler gets them as std::exception_ptr beside a Response whose http_status() is 0; use_awaitable and use_future throw
 * them. That includes those of the arguments. A function itself throws only std::bad_alloc, and UsageError for a client that
 * was moved from and in a child process.
 */
template <class C, class S>
class AsyncFunctions {
public:
    /// Sends an operation. @param token  for `void(std::exception_ptr, Response<O::result>)`
    template <Operation O, class Token = detail::DefaultToken>
    auto async_send(O operation, CallOptions options, Token&& token = Token()) const {
        return begin<false>(detail::AsyncOperation<O>{std::move(operation)}, std::move(options),
                            std::forward<Token>(token));
    }
    /// The same, with the options of the client.
    template <Operation O, detail::NoOptions Token = detail::DefaultToken>
    auto async_send(O operation, Token&& token = Token()) const {
        return async_send(std::move(operation), CallOptions(), std::forward<Token>(token));
    }

    /// Sends an operation. @param token  for `void(Result<Response<O::result>>)`
    template <Operation O, class Token = detail::DefaultToken>
    auto async_try_send(O operation, CallOptions options, Token&& token = Token()) const {
        return begin<true>(detail::AsyncOperation<O>{std::move(operation)}, std::move(options),
                           std::forward<Token>(token));
    }
    /// The same, with the options of the client.
    template <Operation O, detail::NoOptions Token = detail::DefaultToken>
    auto async_try_send(O operation, Token&& token = Token()) const {
        return async_try_send(std::move(operation), CallOptions(), std::forward<Token>(token));
    }

    /**
     * Sends a request that this library has no operation for, as Client::request does.
     *
     *     client.async_request(Client::RawRequest{.path = "v0.10/something/new"}, {}, token);
     *
     * @tparam D     the type of the answer: Json, a described document, or Bytes
     * @param raw    a Client::RawRequest
     * @param token  for `void(std::exception_ptr, Response<D>)`
     */
    template <class D = Json, class Raw, class Token = detail::DefaultToken>
    auto async_request(Raw raw, CallOptions options = {}, Token&& token = Token()) const {
        static_assert(std::same_as<Raw, typename C::RawRequest>, "globus: the request is a Client::RawRequest");
        return begin<false>(detail::AsyncRaw<D, Raw>{std::move(raw)}, std::move(options), std::forward<Token>(token));
    }

    /// The pages of an operation, and their items, one after the other: see AsyncPaginated.
    template <Operation O>
    auto async_paginate(O operation, CallOptions options = {}) const {
        static_assert(detail::AsyncIncluded<C>,
                      "globus: the functions that do not block need #include <globus/asio.hpp>.");
        if constexpr (detail::AsyncIncluded<C>)
            return detail::AsyncWalk<C>::begin(static_cast<C const&>(*this), std::move(operation), std::move(options));
    }

private:
    template <bool tries, class What, class Token>
    auto begin(What what, CallOptions options, Token&& token) const {
        static_assert(detail::AsyncIncluded<C>,
                      "globus: the functions that do not block need #include <globus/asio.hpp>.");
        if constexpr (detail::AsyncIncluded<C>)
            return detail::AsyncStart<C>::template begin<tries>(static_cast<C const&>(*this), std::move(what),
                                                                std::move(options), std::forward<Token>(token));
    }
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_ASYNC_FUNCTIONS_HPP
#ifndef GLOBUS_CLIENT_ASYNC_SEND_HPP
#define GLOBUS_CLIENT_ASYNC_SEND_HPP

#ifndef GLOBUS_CLIENT_ASYNC_CALL_HPP
#define GLOBUS_CLIENT_ASYNC_CALL_HPP

#ifndef GLOBUS_CLIENT_EXCHANGE_HPP
#define GLOBUS_CLIENT_EXCHANGE_HPP

#ifndef GLOBUS_CLIENT_CALL_GATE_HPP
#define GLOBUS_CLIENT_CALL_GATE_HPP

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

/**
 * The gate of a client, which knows its running calls: when the client is destroyed the gate asks them to stop, and
 * waits until they have. A call may be one request, or a function of several, with those requests as calls within it.
 *
 * @par Thread safety
 * Calls begin and end on any thread. A call that begins after the destructor has begun is too late, and is refused if
 * it has a Pass.
 */
class CallGate {
    struct State;

public:
    /// A pass for calls that cannot be sure that the client still exists.
    class Pass {
    public:
        /// @throws UsageError  for the gate of a client that was moved from
        explicit Pass(CallGate const& gate);

        /// @throws UsageError  if this was moved from
        void check() const;

    private:
        friend class CallGate;
        [[nodiscard]] std::shared_ptr<State> const& state() const;
        std::shared_ptr<State> state_;  // null if it was moved from
    };

    /// Whether the client waits for a call when it is destroyed, or only asks it to stop: an asynchronous one uses a
    /// copy of the client, and ends later.
    enum class Wait : bool { no, yes };

    CallGate();
    // A copy has calls of its own; a client that was moved from has none.
    CallGate(CallGate const& other);
    CallGate(CallGate&& other);
    CallGate& operator=(CallGate const& other);
    CallGate& operator=(CallGate&& other);
    ~CallGate();

    /// One call, from its construction to its destruction.
    class Call {
    public:
        /// @param mine  what the caller cancels it with
        /// @throws UsageError    in a child process
        /// @throws NetworkError  cancelled, if the client was destroyed
        Call(Pass const& pass, std::stop_token mine, Wait wait = Wait::yes);
        Call(CallGate const& gate, std::stop_token mine, Wait wait = Wait::yes);
        Call(Call const&) = delete;
        Call& operator=(Call const&) = delete;
        ~Call();

        /// Asks to stop when the caller does, and when the client is destroyed.
        [[nodiscard]] std::stop_token const& stop() const noexcept { return token_; }

        /**
         * Runs one of the user's callbacks. It may destroy the client, which then does not wait for this call.
         *
         * @throws NetworkError  cancelled, if the client was destroyed: nothing of it may be used then
         */
        template <class F>
        void run_callback(F const& callback) const {
            {
                Aside const aside(*state_);
                callback();
            }
            check();
        }

    private:
        struct Ask {
            std::stop_source either;
            void operator()() noexcept { either.request_stop(); }
        };
        /// An object that lives while a call of this thread runs a callback.
        class Aside {
        public:
            explicit Aside(State& state);
            Aside(Aside const&) = delete;
            Aside& operator=(Aside const&) = delete;
            ~Aside();

        private:
            State& state_;
        };

        void leave() noexcept;
        /// @throws NetworkError  cancelled, if the client was destroyed
        void check() const;
        [[noreturn]] static void refuse();

        std::shared_ptr<State> state_;
        Wait wait_;
        std::stop_token token_;
        std::optional<std::stop_source> either_;
        std::optional<std::stop_callback<Ask>> mine_, closing_;
    };

    /// What asynchronous calls share until the client is assigned to: the result of `make`, which is called once.
    [[nodiscard]] std::shared_ptr<void const> shared(std::function<std::shared_ptr<void const>()> const& make) const;

private:
    void forget_shared();

    std::shared_ptr<State> state_;
    bool moved_from_ = false;
};

/// A call of several requests: it has one deadline for all of them, and the client lives until it ends.
class JointCall {
public:
    /// @param options  with the deadline of the whole call
    JointCall(CallGate const& gate, CallOptions options);
    /// The options for each of its requests.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// Runs a callback as CallGate::Call does.
    template <class F>
    void run_callback(F const& callback) const {
        call_.run_callback(callback);
    }

private:
    CallGate::Call call_;
    CallOptions options_;
};

/**
 * The client of a range, which may be destroyed between two requests.
 *
 * @tparam Client  whose ranges these are
 */
template <class Client>
class ClientOfRange {
public:
    /// @throws UsageError  if the client was moved from
    explicit ClientOfRange(Client const& client) : client_(&client), pass_(client.gate()) {}

    /// @throws UsageError  if this was moved from
    void check() const { pass_.check(); }

    /// What `request` returns for the client and the options.
    /// @throws NetworkError  cancelled, if the client was destroyed
    template <class F>
    auto call(CallOptions options, F const& request) const {
        CallGate::Call const call(pass_, std::move(options.stop));
        options.stop = call.stop();
        return request(*client_, options);
    }

private:
    Client const* client_;
    CallGate::Pass pass_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_CALL_GATE_HPP
#ifndef GLOBUS_CLIENT_RESPONSE_HPP
#define GLOBUS_CLIENT_RESPONSE_HPP

#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#ifndef GLOBUS_CORE_JSON_SLOTS_HPP
#define GLOBUS_CORE_JSON_SLOTS_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Where the values of a JSON document go: into slots, each an object and the table of what can be done with an object
// of its type. The tables are made from the described members, so that one reader serves all types.

namespace globus::detail {

/**
 * The memory that a document may take while it is read, in bytes. A text of megabytes can describe a document of a
 * hundred times its size ("[{},{},..."), so lists, maps and long texts are counted as they come.
 */
class DocumentRoom {
public:
    explicit DocumentRoom(std::size_t most) noexcept : most_(most) { text_bytes(0); }

    /// Says how much of the text is there: a short text must not make a large document.
    void text_bytes(std::size_t bytes) noexcept;
    /// Says what part of the text is read, from 0 to 1; 0 if it is not known how long it will be.
    void part_read(double part) noexcept { part_read_ = part; }

    /// Takes a number of bytes. @throws DecodeError  if fewer are left
    void take(std::size_t bytes);
    /// Takes room for a text, unless it is so short that its object holds it.
    void take_text(std::size_t size);
    /// Takes room for a buffer of `capacity` that has to hold `needed` elements of `size` bytes, and says how many it
    /// should hold: all that the rest of the text will probably have, if it holds many already. The old buffer still
    /// counts: memory that is freed between other blocks is seldom given back to the system.
    [[nodiscard]] std::size_t grow(std::size_t capacity, std::size_t needed, std::size_t size);

private:
    [[noreturn]] static void refuse();

    std::size_t most_;       ///< whatever the text is
    std::size_t limit_ = 0;  ///< for the text that is there
    std::size_t taken_ = 0;
    double part_read_ = 0;
};

struct SlotType;

/// An object that the next JSON value goes to; `type` null: the value is skipped.
struct Slot {
    void* object = nullptr;
    SlotType const* type = nullptr;
};

/// One member of a described type: its name on the wire, its type, and where it lies in the object.
struct SlotMember {
    std::string_view name = {};
    SlotType const* type = nullptr;
    std::size_t offset = 0;
};

/// The members of a described type, found by a hash of their names.
struct SlotMembers {
    SlotMember const* members;
    std::uint8_t const* buckets;  ///< index of a member + 1; 0: empty
    std::size_t mask;             ///< number of buckets - 1

    static constexpr std::size_t hash(std::string_view name) noexcept {
        if (name.empty()) return 0;
        auto const at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i])); };
        return name.size() * 31 + at(0) * 7 + at(name.size() / 2) * 131 + at(name.size() - 1) * 17 +
               at(name.size() * 3 / 4) * 53;
    }
    [[nodiscard]] SlotMember const* find(std::string_view name) const noexcept;
};

/// What can be read into an object of one type. A null entry: that kind of value does not fit.
struct SlotType {
    char const* expected;                    ///< in words, for messages
    void (*null)(void*) = nullptr;           ///< JSON null
    bool (*boolean)(void*, bool) = nullptr;  ///< each returns false if the value does not fit
    bool (*integer)(void*, std::int64_t) = nullptr;
    bool (*natural)(void*, std::uint64_t) = nullptr;
    bool (*real)(void*, double) = nullptr;
    bool (*string)(void*, std::string_view) = nullptr;
    void (*object)(void*) = nullptr;                                 ///< '{' begins
    void (*array)(void*) = nullptr;                                  ///< '[' begins
    SlotMembers const& (*members)() = nullptr;                       ///< of a described type
    SlotType const* value = nullptr;                                 ///< of an element of a list or an entry of a map
    Slot (*make)(void*, std::string_view, DocumentRoom&) = nullptr;  ///< an element, or the entry of that name
    void (*drop)(void*, std::string_view) = nullptr;                 ///< the last element, or the entry of that name
    Slot (*inner)(void*) = nullptr;  ///< Optional and Required: the slot of the value inside
    void (*reset)(void*) = nullptr;  ///< for Optional: it makes it absent again
    bool dom = false;                ///< a Json, which takes anything
};

template <class T>
struct SlotTypeOf;

template <class T>
Slot slot_of(T& object) {
    return {&object, &SlotTypeOf<T>::value};
}

template <class T>
T& as(void* object) {
    return *static_cast<T*>(object);
}

/// True if a floating-point type has the number itself, not only one close to it.
template <class T, class N>
bool is_exact(N number) {
    if constexpr (std::numeric_limits<T>::digits >= std::numeric_limits<N>::digits) return true;
    constexpr N limit = N{1} << std::min(std::numeric_limits<T>::digits, std::numeric_limits<N>::digits - 1);
    if (number <= limit && (std::unsigned_integral<N> || number >= N{0} - limit)) return true;
    while (number % 2 == 0) number /= 2;  // removes the zeros at the end of its binary digits
    return number < limit && (std::unsigned_integral<N> || number > N{0} - limit);
}

/// Stores an integer; false if the type has no such number.
template <class T, class N>
bool store_whole(void* object, N number) {
    if constexpr (std::integral<T>) {
        if (!std::in_range<T>(number)) return false;
    } else {
        if (!is_exact<T>(number)) return false;
    }
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_integer(void* object, std::int64_t number) {
    return store_whole<T>(object, number);
}
template <class T>
bool store_natural(void* object, std::uint64_t number) {
    return store_whole<T>(object, number);
}
template <class T>
bool store_real(void* object, double number) {
    if constexpr (std::integral<T>) {
        constexpr double limit = 1125899906842624.0;  // 2^50: what Boost.JSON reads is
                                                      // inexact in the last bits
        if (!(number > -limit && number < limit) || number != static_cast<double>(static_cast<std::int64_t>(number)))
            return false;
        return store_integer<T>(object, static_cast<std::int64_t>(number));
    } else {
        if (!(number >= -std::numeric_limits<T>::max() && number <= std::numeric_limits<T>::max())) return false;
        as<T>(object) = static_cast<T>(number);
        return true;
    }
}

template <class V>
inline constexpr bool is_readable_member = !std::same_as<V, AdditionalFields> && !requires { V::value.data(); };

/// The readers of the members of a described type; null for one that is not read.
template <class V>
constexpr SlotType const* slot_type_of_member() {
    if constexpr (is_readable_member<V>)
        return &SlotTypeOf<V>::value;
    else
        return nullptr;
}
template <class... Vs>
constexpr std::array<SlotType const*, sizeof...(Vs)> slot_types_of(MemberTypes<Vs...>) {
    return {slot_type_of_member<Vs>()...};
}
template <class T>
struct SlotTypesOfMembers {
    static constexpr auto value = slot_types_of(typename T::members::template types_of<>());
};

/// Room for the table of a type with that many members.
template <std::size_t Size>
struct MemberTable {
    static constexpr std::size_t bucket_count() {
        std::size_t count = 4;
        while (count < 3 * Size) count *= 2;
        return count;
    }
    SlotMember members[Size + 1] = {};
    std::uint8_t buckets[bucket_count()] = {};
};

/// Fills the table of a described type.
/// @param keys, types, at  the names of its members, their readers, and their places in `object`; `at` ends with null
SlotMembers make_members(std::string_view const* keys, Wires wires, SlotType const* const* types, void const* const* at,
                         void const* object, SlotMember* members, std::uint8_t* buckets, std::size_t bucket_count);

/// The table of a described type, made when the first object of it is read.
template <class T>
SlotMembers const& members_of() {
    using Members = typename T::members;
    static_assert(Members::size < 255);
    using Table = MemberTable<Members::size>;
    static constinit Table table = {};
    static SlotMembers const made = [] {
        constexpr std::string_view const* keys = Members::keys.data();
        constexpr SlotType const* const* types = SlotTypesOfMembers<T>::value.data();
        constexpr Wires wires = wires_of<T>();
        constexpr std::size_t buckets = Table::bucket_count();
        T const object{};
        void const* at[Members::size + 1] = {};
        object.with_members(AddressesOfMembers{at});
        return make_members(keys, wires, types, at, &object, table.members, table.buckets, buckets);
    }();
    return made;
}

/// Adds an element.
template <class T>
Slot next_element(void* object, std::string_view, DocumentRoom& room) {
    T& list = as<T>(object);
    constexpr std::size_t size = sizeof(typename T::value_type);
    if constexpr (requires { list.reserve(list.capacity()); }) {
        if (list.size() == list.capacity()) list.reserve(room.grow(list.capacity(), list.size() + 1, size));
    } else {
        room.take(size + 64);
    }
    return slot_of(list.emplace_back());
}

/// Adds an entry.
template <class T>
Slot next_entry(void* object, std::string_view key, DocumentRoom& room) {
    room.take(sizeof(typename T::value_type) + 64);
    room.take_text(key.size());
    return slot_of(as<T>(object)[std::string(key)]);
}

/// Optional numbers are stored directly.
template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

template <class T>
inline constexpr bool is_optional_number = false;
template <Number T>
inline constexpr bool is_optional_number<Optional<T>> = true;

/// Stores into an Optional by `store(void*, value)`, which says whether the value fits.
template <class T, class V, class F>
bool store_optional(void* object, V value, F store) {
    auto& optional = as<Optional<T>>(object);
    if (store(&optional.emplace(), value)) return true;
    optional.reset();
    return false;
}

// Most values are optional texts, numbers and flags: the functions that store them are compiled once.
bool store_text(void* object, std::string_view text);
bool store_word(void* object, std::string_view text);
bool store_optional_text(void* object, std::string_view text);
void store_no_text(void* object);
void reset_text(void* object);
bool store_optional_integer(void* object, std::int64_t number);
bool store_optional_natural(void* object, std::uint64_t number);
bool store_optional_real(void* object, double number);
void store_no_integer(void* object);
void reset_integer(void* object);
bool store_optional_flag(void* object, bool flag);
void store_no_flag(void* object);
void reset_flag(void* object);

/// Stores a number of units.
template <class T, class N>
bool store_duration(void* object, N number) {
    std::int64_t count = 0;
    bool fits = false;
    if constexpr (std::floating_point<N>)
        fits = store_real<std::int64_t>(&count, number);
    else
        fits = store_whole<std::int64_t>(&count, number);
    if (fits) as<T>(object) = count;
    return fits;
}

/// The readers of an Optional or a Required.
template <class T>
constexpr SlotType make_wrapper_slot_type() {
    if constexpr (std::same_as<T, Optional<std::string>>) {
        return {.expected = "a text", .null = &store_no_text, .string = &store_optional_text, .reset = &reset_text};
    } else if constexpr (std::same_as<T, Optional<std::int64_t>>) {
        return {.expected = "an integer in range",
                .null = &store_no_integer,
                .integer = &store_optional_integer,
                .natural = &store_optional_natural,
                .real = &store_optional_real,
                .reset = &reset_integer};
    } else if constexpr (std::same_as<T, Optional<bool>>) {
        return {
            .expected = "true or false", .null = &store_no_flag, .boolean = &store_optional_flag, .reset = &reset_flag};
    } else if constexpr (is_optional_number<T>) {
        using V = typename T::value_type;
        SlotType type{.expected = SlotTypeOf<V>::value.expected};
        type.null = [](void* o) { as<T>(o).set_null(); };
        type.reset = [](void* o) { as<T>(o).reset(); };
        type.integer = [](void* o, std::int64_t n) { return store_optional<V>(o, n, &store_integer<V>); };
        type.natural = [](void* o, std::uint64_t n) { return store_optional<V>(o, n, &store_natural<V>); };
        type.real = [](void* o, double n) { return store_optional<V>(o, n, &store_real<V>); };
        return type;
    } else if constexpr (is_optional<T>) {
        return {.expected = "",
                .null = [](void* o) { as<T>(o).set_null(); },
                .inner = [](void* o) { return slot_of(as<T>(o).emplace()); },
                .reset = [](void* o) { as<T>(o).reset(); }};
    } else {
        static_assert(is_required<T>);
        return {.expected = "", .inner = [](void* o) { return slot_of(*as<T>(o)); }};
    }
}

/// The readers of a list, a map, or a described document.
template <class T>
constexpr SlotType make_compound_slot_type() {
    if constexpr (requires(T& t) {
                      t[std::string()];
                      t.begin()->second;
                  }) {
        return {.expected = "an object",
                .null = [](void* o) { as<T>(o).clear(); },
                .object = [](void* o) { as<T>(o).clear(); },
                .value = &SlotTypeOf<typename T::mapped_type>::value,
                .make = &next_entry<T>,
                .drop = [](void* o, std::string_view key) { as<T>(o).erase(std::string(key)); }};
    } else if constexpr (requires(T& t) { t.emplace_back(); }) {
        SlotType type{.expected = "a list",
                      .null = [](void* o) { as<T>(o).clear(); },
                      .array = [](void* o) { as<T>(o).clear(); },
                      .value = &SlotTypeOf<typename T::value_type>::value,
                      .make = &next_element<T>,
                      .drop = [](void* o, std::string_view) { as<T>(o).pop_back(); }};
        if constexpr (std::same_as<T, StringList>)
            type.string = [](void* o, std::string_view text) { return as<T>(o).assign(1, std::string(text)), true; };
        return type;
    } else {
        static_assert(Described<T>,
                      "globus: this type cannot be read from JSON. "
                      "Describe it with GLOBUS_MEMBERS.");
        SlotType type{.expected = "an object", .object = [](void*) {}, .members = &members_of<T>};
        if constexpr (requires(T& t) { t.read_text(std::string_view()); })
            type.string = [](void* o, std::string_view text) { return as<T>(o).read_text(text), true; };
        return type;
    }
}

template <class T>
constexpr SlotType make_slot_type() {
    if constexpr (std::same_as<T, bool>) {
        return {.expected = "true or false", .boolean = [](void* o, bool b) { return as<bool>(o) = b, true; }};
    } else if constexpr (std::integral<T>) {
        return {.expected = "an integer in range",
                .integer = &store_integer<T>,
                .natural = &store_natural<T>,
                .real = &store_real<T>};
    } else if constexpr (std::floating_point<T>) {
        return {
            .expected = "a number", .integer = &store_integer<T>, .natural = &store_natural<T>, .real = &store_real<T>};
    } else if constexpr (std::same_as<T, std::string>) {
        return {.expected = "a text", .string = &store_text};
    } else if constexpr (std::same_as<T, TextOrNumber>) {
        return {.expected = "a text or a number",
                .integer = [](void* o, std::int64_t n) { return as<T>(o).assign(std::to_string(n)), true; },
                .natural = [](void* o, std::uint64_t n) { return as<T>(o).assign(std::to_string(n)), true; },
                .string = [](void* o, std::string_view text) { return as<T>(o).assign(text), true; }};
    } else if constexpr (std::same_as<T, Timestamp>) {
        return {.expected = "a time as a text",
                .string = [](void* o, std::string_view text) { return as<Timestamp>(o) = text, true; }};
    } else if constexpr (is_duration<T>) {
        return {.expected = "an integer in range",
                .integer = &store_duration<T, std::int64_t>,
                .natural = &store_duration<T, std::uint64_t>,
                .real = &store_duration<T, double>};
    } else if constexpr (std::derived_from<T, Word>) {
        static_assert(std::is_standard_layout_v<T>);  // its address is that of its Word
        return {.expected = "a text", .string = &store_word};
    } else if constexpr (std::same_as<T, Secret>) {
        return {.expected = "a text",
                .string = [](void* o, std::string_view text) { return as<Secret>(o) = Secret(text), true; }};
    } else if constexpr (std::same_as<T, Json>) {
        return {.expected = "anything", .dom = true};
    } else if constexpr (is_optional<T> || is_required<T>) {
        return make_wrapper_slot_type<T>();
    } else {
        return make_compound_slot_type<T>();
    }
}

template <class T>
struct SlotTypeOf {
    static constexpr SlotType value = make_slot_type<T>();
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_JSON_SLOTS_HPP

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls one handler, which keeps a stack of
// slots. The parser itself is instantiated once, whatever is read.

namespace globus::detail {

/// A list at the top of a document: its member's name, which is a constant, and how many elements it came with,
/// including those that did not fit.
struct TopList {
    std::string_view name;
    std::size_t size;
};

/// A member at the top of a document that is a text, an integer or a flag, but should be something else.
struct OddMember {
    std::string_view name;  ///< a constant
    std::string text;       ///< the text, or how the number or flag is written
};

/**
 * A reader of a document, whole or in pieces as they come, into `root`.
 *
 * Texts that are not Unicode are mended, as parse_json does it.
 */
class JsonDocumentReader {
public:
    /// The default limit of the memory that a document may take: three times the usual limit of an answer.
    static constexpr std::size_t usual_memory = 3 * (std::size_t{64} << 20);

    /// @param memory  bytes that the result may take; more is a DecodeError
    explicit JsonDocumentReader(Slot root, std::size_t memory = usual_memory);
    JsonDocumentReader(JsonDocumentReader const&) = delete;
    JsonDocumentReader& operator=(JsonDocumentReader const&) = delete;
    ~JsonDocumentReader();

    /// Says how long the document will be, in bytes, so that its lists need not grow step by step. It is only a hint.
    void expect(std::size_t total) noexcept { total_ = total; }
    /// Takes a piece. @throws DecodeError  if it is not JSON
    void write(std::string_view piece) { write(piece, true); }
    /// Takes the last piece, or the whole text. @throws DecodeError  if it is not JSON, or not all of it
    void finish(std::string_view piece = {});

    /// What was odd, and where; empty if nothing was.
    [[nodiscard]] std::string const& mismatch() const noexcept;
    /// True if a value was of another kind than described.
    [[nodiscard]] bool misfit() const noexcept;
    /// True if the document itself was.
    [[nodiscard]] bool root_misfit() const noexcept;
    /// The lists at the top of the document.
    [[nodiscard]] std::vector<TopList> const& lists() const noexcept;
    /// The members at the top that are not of the kind described, as texts.
    [[nodiscard]] std::vector<OddMember> const& odd_members() const noexcept;

private:
    struct Parser;

    void write(std::string_view piece, bool more);
    /// Passes a piece to the parser, with each text mended; an incomplete character at its end waits for more.
    void mend(std::string_view text, bool more);
    void parse(std::string_view text, bool more);

    std::unique_ptr<Parser> const parser_;
    std::string cut_;        ///< the beginning of a character whose end has not come
    std::size_t read_ = 0;   ///< bytes that the parser has
    std::size_t total_ = 0;  ///< that it will have, if somebody said so
    std::size_t whole_ = 0;  ///< the same, if all of it is there
};

}  // namespace globus::detail

namespace globus {

/**
 * Reads a described type, or a list or map of such, from JSON text.
 *
 * Missing members stay absent, unknown ones are ignored, null is an empty list or map, nesting is limited to 128
 * levels. What is not Unicode in a text reads as U+FFFD.
 * @throws DecodeError  for text that is not JSON, and for a member of another type than described
 */
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
    T value{};
    detail::JsonDocumentReader reader(detail::slot_of(value), std::numeric_limits<std::size_t>::max());
    reader.finish(text);
    if (reader.misfit()) throw DecodeError(reader.mismatch(), std::string(text));
    return value;
}

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_READ_HPP

#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

template <class S, class A, class T, class R>
class Client;
template <class T>
class Response;

namespace detail {

class AnswerStream;
class ClientExchange;

/// The bytes that the document of an answer may take, given the limit of its text.
constexpr std::size_t memory_of(std::size_t max_bytes) noexcept {
    return max_bytes < std::numeric_limits<std::size_t>::max() / 4 ? 3 * max_bytes
                                                                   : std::numeric_limits<std::size_t>::max() / 2;
}

/// What the call knows about its answer, besides what came.
struct AnswerFacts {
    bool replayed = false;  ///< it is an error saying that an earlier attempt of the call has done it
    bool wrote = false;     ///< the call changes something
    bool partial = false;   ///< the call asked for some members only; known if the document names essential ones
    std::size_t max_bytes = std::size_t{64} << 20;  ///< its document may take three times as much
};

class AnyResponse;

/// How one type of Response takes an answer, for code that does not know the type.
struct AnswerForm {
    /// Makes a new document and says where to read it. Null: it is not read as it comes.
    Slot (*fresh)(AnyResponse& self) = nullptr;
    /// Makes the document of the whole answer, if `fresh` is null. Null, too: the answer is not interpreted.
    void (*make)(AnyResponse& self) = nullptr;
    bool has_shape = true;       ///< the answer is a described document
    bool as_stored = false;      ///< the body is a file, which is not decompressed
    bool has_essential = false;  ///< the document names members that nothing can be done without
};

/// What every Response has, whatever its document. It is one class, so that it is compiled once.
class AnyResponse {
public:
    AnyResponse(AnyResponse const&);
    AnyResponse(AnyResponse&&) noexcept;
    AnyResponse& operator=(AnyResponse const&);
    AnyResponse& operator=(AnyResponse&&) noexcept;

    /// The status: 2xx; a 3xx only if no document is expected; that of an error if the answer is replayed().
    [[nodiscard]] int http_status() const noexcept { return raw_.status; }
    /// All header fields of the answer.
    [[nodiscard]] http::Headers const& headers() const noexcept GLOBUS_LIFETIMEBOUND { return raw_.headers; }
    /// The body as received.
    [[nodiscard]] std::string const& text() const noexcept GLOBUS_LIFETIMEBOUND { return raw_.body; }
    /// What to quote to Globus support; empty if the answer has no X-Request-ID header.
    [[nodiscard]] std::string_view request_id() const noexcept GLOBUS_LIFETIMEBOUND {
        return raw_.headers.get("X-Request-ID");
    }

    /// True if the service only said that an earlier attempt of this call, whose answer was lost, had done it already:
    /// the directory exists, or what was to be deleted is gone. Then the status is that of an error, and the document
    /// has what the error says.
    [[nodiscard]] bool replayed() const noexcept { return facts_.replayed; }

    /**
     * What was odd about the document, in one line: the first value of another kind than described, or the first text
     * that is not Unicode, and its place. It is empty if all was as described.
     *
     * Odd values leave the rest readable: an optional member of another kind is absent, any other member keeps its
     * default, an element of a list or an entry of a map is left out, and what is not a character in a text reads as
     * U+FFFD. In place of a list, a map or a document, null means that there is none, which is not odd. A type that
     * checks its document itself, and the kinds of a Json, have no mismatch.
     */
    [[nodiscard]] std::string const& mismatch() const noexcept GLOBUS_LIFETIMEBOUND { return mismatch_; }

    /// True if the typed document came with the list `name` at its top. A list that is missing, or null, reads as an
    /// empty one.
    [[nodiscard]] bool has_list(std::string_view name) const noexcept { return find_list(name) != nullptr; }
    /// How many elements the list `name` at the top of the typed document came with, including those left out.
    [[nodiscard]] std::size_t list_size(std::string_view name) const noexcept;
    /// A member at the top of the typed document that is not of the kind described, as a text: `5` where a text should
    /// be, or the text `5` where a number should be; nullptr if there is none.
    [[nodiscard]] std::string const* odd_member(std::string_view name) const noexcept GLOBUS_LIFETIMEBOUND;

    /// The body as JSON; null if it is empty. What is not a character in a text is U+FFFD.
    /// @throws DecodeError  if it is not JSON, or would take more than three times the client's `max_response_bytes`
    [[nodiscard]] Json const& json() const GLOBUS_LIFETIMEBOUND;

protected:
    /// A response without an answer yet.
    AnyResponse();
    ~AnyResponse();

    /// Takes an answer, which replaces what is here, and makes the document. @throws DecodeError  if it is not JSON
    void receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form);
    /// The same, for an answer whose body went into `stream`.
    void receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form, AnswerStream& stream);
    [[nodiscard]] bool is_json() const;
    /// Reads the body into `slot`. An error takes the body along.
    void read(Slot slot);
    /// Refuses a document that as a whole is not the one described. After a call that changed something, it is an empty
    /// document instead: an error would not undo the change, and the answer has at most an id or a status.
    void check_fit() const;
    /// Refuses a document without a member that it cannot be used without, unless a part of it was asked for, or the
    /// answer says only that an earlier attempt has done it.
    void lacks(std::string_view member) const;

    http::Response raw_;

private:
    friend class ClientExchange;
    struct Dom;

    void take(JsonDocumentReader const& reader);
    static DecodeError with_body(DecodeError const& error, std::string body);
    [[nodiscard]] Json read_dom() const;
    /// Three times the limit of an answer, less the text, plus some for the parser.
    [[nodiscard]] std::size_t memory_beside_text() const noexcept;
    [[nodiscard]] TopList const* find_list(std::string_view name) const noexcept;

    AnswerFacts facts_;
    std::string mismatch_;
    bool root_misfit_ = false;
    std::vector<TopList> lists_;
    std::vector<OddMember> odd_members_;
    std::shared_ptr<Dom> dom_;
};

/// A document that names its own list: by a static member `items`, which points to it.
template <class T>
concept NamesItems = requires { requires std::is_pointer_v<decltype(&T::items)>; };
/// A document that is a list, or that names its own one.
template <class T>
concept Listing = NamesItems<T> || requires(T const& list) { list.front(); };
/// A document that names what nothing can be done without: by a static member `essential`, a tuple of pointers.
template <class T>
concept NamesEssential = requires { requires std::is_pointer_v<decltype(&T::essential)>; };

/// The list of a document that has one.
template <class T>
    requires Listing<std::remove_const_t<T>>
constexpr auto& list_of(T& document) noexcept {
    if constexpr (NamesItems<std::remove_const_t<T>>)
        return document.*T::items;
    else
        return document;
}
template <class T>
using ListOf = std::remove_cvref_t<decltype(list_of(std::declval<T const&>()))>;

/// The document of a response, even if it lacks what nothing can be done without: for functions that look again.
/// @throws DecodeError  if it as a whole is not as described
template <class T>
T taken_as_is(Response<T>&& response) {
    response.check_fit();
    return std::move(response.value_);
}

/// @throws UsageError  if a list of `size` elements has none at `index`
void check_index(std::size_t index, std::size_t size);

/// Refuses an answer 200 without a body, which is never a described document.
void require_document(http::Response const& raw);

/// A reader that makes a document from an answer that comes in pieces, without keeping its text.
class AnswerStream {
public:
    explicit AnswerStream(Slot slot);
    AnswerStream(AnswerStream const&) = delete;
    AnswerStream& operator=(AnswerStream const&) = delete;
    ~AnswerStream();

    /// Takes a piece of the body. `finish` reports what is wrong with it.
    void write(std::string_view piece) noexcept;
    /// Says how many bytes the document may take.
    void limit_memory(std::size_t bytes) noexcept { memory_ = bytes; }
    /// Takes the Content-Length that was announced.
    void expect(std::string_view content_length) noexcept;
    /// The reader that has read the whole body; null if nothing came. @throws DecodeError  if the body was not JSON
    [[nodiscard]] JsonDocumentReader const* finish();

private:
    Slot slot_;
    std::unique_ptr<JsonDocumentReader> reader_;
    std::exception_ptr failure_;
    std::size_t expected_ = 0;
    std::size_t memory_ = JsonDocumentReader::usual_memory;
};

}  // namespace detail

/**
 * What a service answered: the typed document, and everything else as it came.
 *
 *     auto task = client.get_task({.task_id = id});
 *     if (task->status == TaskStatus::succeeded) ...       // the typed document, by -> and *
 *     task.json().at("nice_status")                        // what the type does not have
 *     task.http_status(), task.headers(), task.text()
 *
 * If the document is a list, or has one of its own, the response is a range of that:
 *
 *     for (File const& file : client.operation_ls({.endpoint_id = id})) ...
 *
 * The typed document is read without a DOM; the DOM is made when `json()` is first called.
 *
 * @tparam T  the described document; Json if the service's document has no fixed shape, Bytes if there is none
 *
 * @par Errors
 * `*`, `->` and the functions of the range throw DecodeError if the document as a whole is not as described, unless the
 * call changed something, and if it lacks a member that nothing can be done without, such as the id of a task. A value
 * in it that is not as described is left out, and `mismatch()` names the first. `text()` and `json()` give everything in
 * any case.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share the DOM.
 */
template <class T>
class Response : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0: what stands beside the error of an asynchronous call.
    Response() = default;
    /// Reads `raw`'s body. @throws DecodeError  if it is not JSON
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// The document. @throws DecodeError  if it as a whole is not as described, and the call only read; if it lacks a
    ///                                    member that nothing can be done without
    [[nodiscard]] T const& operator*() const& GLOBUS_LIFETIMEBOUND {
        check();
        return value_;
    }
    /// The document, moved out of a response that is going away.
    [[nodiscard]] T operator*() && {
        check();
        return std::move(value_);
    }
    [[nodiscard]] T const* operator->() const GLOBUS_LIFETIMEBOUND { return &**this; }

    /// The elements of the document's own list. In a loop over a temporary response, they live as long as the loop.
    [[nodiscard]] auto begin() const GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return list().begin();
    }
    [[nodiscard]] auto end() const GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return list().end();
    }
    /// How many elements the list has.
    [[nodiscard]] std::size_t size() const
        requires detail::Listing<T>
    {
        return list().size();
    }
    /// True if the list has no elements.
    [[nodiscard]] bool empty() const
        requires detail::Listing<T>
    {
        return list().empty();
    }
    /// An element of the list, from 0. @throws UsageError  if there is none
    [[nodiscard]] auto const& operator[](std::size_t index) const& GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        detail::check_index(index, size());
        return list()[index];
    }
    /// The same, moved out of a response that is going away.
    [[nodiscard]] auto operator[](std::size_t index) &&
            requires detail::Listing<T>
    {
        detail::check_index(index, size());
        return std::move(detail::list_of(value_)[index]);
    }
    /// The first element of the list. @throws UsageError  if there is none
    [[nodiscard]] auto const& front() const& GLOBUS_LIFETIMEBOUND
        requires detail::Listing<T>
    {
        return (*this)[0];
    }
    /// The same, moved out of a response that is going away.
    [[nodiscard]] auto front() &&
            requires detail::Listing<T>
    {
        return std::move(*this)[0];
    }

private:
    template <class U>
    friend U detail::taken_as_is(Response<U>&& response);
    template <class, class, class, class>
    friend class Client;

    void check() const {
        check_fit();
        if constexpr (detail::NamesEssential<T>)
            std::apply([&](auto... members) { (check_present(members), ...); }, T::essential);
    }
    template <class M>
    void check_present(M T::*member) const {
        if ((value_.*member).empty()) [[unlikely]]
            lacks(detail::name_of(value_, &(value_.*member)));
    }
    [[nodiscard]] auto const& list() const { return detail::list_of(**this); }

    static detail::Slot fresh(detail::AnyResponse& self) {
        T& value = static_cast<Response&>(self).value_;
        if constexpr (std::is_nothrow_default_constructible_v<T>) {  // which is less to compile than an assignment
            value.~T();
            ::new (static_cast<void*>(&value)) T();
        } else {
            value = T();
        }
        return detail::slot_of(value);
    }
    static void make(detail::AnyResponse& self) {
        Response& response = static_cast<Response&>(self);
        if constexpr (requires { T::from_answer(response.raw_); })
            response.value_ = T::from_answer(response.raw_);
        else
            response.value_ = T::from_answer(response.raw_.body);
    }
    static constexpr detail::AnswerForm answer_form() {
        if constexpr (requires(std::string body) { T::from_answer(body); })
            return {.make = &make};
        else
            return {.fresh = &fresh, .has_essential = detail::NamesEssential<T>};
    }
    static constexpr detail::AnswerForm form = answer_form();

    T value_{};
};

/// An answer without a shape of its own: `*` and `->` give its JSON, which is made when it is asked for.
template <>
class Response<Json> : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0.
    Response() = default;
    /// Checks `raw`'s body, if it says that it is JSON. @throws DecodeError  if it is not
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// As json().
    [[nodiscard]] Json const& operator*() const GLOBUS_LIFETIMEBOUND { return json(); }
    [[nodiscard]] Json const* operator->() const GLOBUS_LIFETIMEBOUND { return &json(); }

private:
    template <class, class, class, class>
    friend class Client;

    static void make(detail::AnyResponse& self);
    static constexpr detail::AnswerForm form{.make = &make, .has_shape = false};
};

/// Not a document, such as a file: as an operation's result it says that the answer is taken as it came, whatever its
/// media type.
struct Bytes {};

/// An answer that is not interpreted: `text()`, `*` and `->` give its bytes. `json()` still reads them on request.
template <>
class Response<Bytes> : public detail::AnyResponse {
public:
    /// The response to nothing, whose http_status() is 0.
    Response() = default;
    /// Takes any body.
    explicit Response(http::Response raw, detail::AnswerFacts const& facts = {}) { receive(raw, facts, form); }

    /// The body is not unpacked, whatever its Content-Encoding is.
    static constexpr bool as_stored = true;

    /// As text().
    [[nodiscard]] std::string const& operator*() const& GLOBUS_LIFETIMEBOUND { return text(); }
    /// The bytes, moved out of a response that is going away.
    [[nodiscard]] std::string operator*() && { return std::move(raw_.body); }
    [[nodiscard]] std::string const* operator->() const GLOBUS_LIFETIMEBOUND { return &text(); }

private:
    template <class, class, class, class>
    friend class Client;

    static constexpr detail::AnswerForm form{.has_shape = false, .as_stored = true};
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_RESPONSE_HPP
#ifndef GLOBUS_HTTP_CALL_HPP
#define GLOBUS_HTTP_CALL_HPP

#include <chrono>
#include <concepts>
#include <optional>

namespace globus::detail {

/// A retry policy without its type. It refers to the policy, which must live as long.
class RetryPolicyRef {
public:
    template <class R>
        requires(!std::same_as<R, RetryPolicyRef>)
    RetryPolicyRef(R const& policy) noexcept
        : policy_(&policy),
          before_retry_([](void const* self, Attempt const& attempt) {
              return static_cast<R const*>(self)->before_retry(attempt);
          }),
          succeeded_([](void const* self, Attempt const& attempt) noexcept {
              static_cast<R const*>(self)->succeeded(attempt);
          }) {}

    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const;
    void succeeded(Attempt const& attempt) const noexcept { succeeded_(policy_, attempt); }

private:
    void const* policy_;
    std::optional<std::chrono::duration<double>> (*before_retry_)(void const*, Attempt const&);
    void (*succeeded_)(void const*, Attempt const&) noexcept;
};

/// What is known about a call before it begins.
struct CallTerms {
    RetryClass retry_class = RetryClass::read;  ///< of the operation
    std::optional<RetryClass> retry_as = {};    ///< the caller's choice instead
    bool authorized = false;                    ///< a credential goes with it, which can be renewed after a 401
    bool sent_once = false;                     ///< its body is a stream, which cannot be read again
    int read_below = 300;                       ///< an answer is read from 200 to below this; any other is refused
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< of all attempts, and the waits between
};

/// What the error document of an answer says about trying again.
struct Refusal {
    bool settled = false;       ///< nothing was done, and asking again would get the same answer; see Attempt
    bool already_done = false;  ///< the state is what an attempt would have left: something exists, or is gone
};

/// What a call does next.
struct Step {
    enum class Kind : unsigned char {
        authorize,  ///< put the current credential into the request; then `authorized`
        send,       ///< send the request; then `answered` or `failed`
        read,       ///< make the result from the answer; then `finished` or `unread`
        renew,      ///< renew the credential, which was refused; then `renewed`
        refuse,     ///< make an error from the answer; then `refused`
        wait,       ///< wait until `until`; then `waited`
        replayed,  ///< make the result from this error, which says that an earlier attempt has done it; then `finished`
        finish,    ///< the result is the caller's
        fail,      ///< the error of this attempt is the caller's
        cancel,    ///< the caller cancelled the call between two attempts, and is told so
    };
    Kind kind = Kind::send;
    http::Clock::time_point until = {};                                 ///< of `wait`
    std::optional<std::chrono::duration<double>> next_attempt_in = {};  ///< with the first step after an attempt

    /// True if this ends an attempt.
    [[nodiscard]] bool ends_attempt() const noexcept;
};

/**
 * All decisions about one call: what is read, when the credential is renewed, whether and when another attempt is made,
 * and what an earlier one may have done.
 *
 * It sends nothing, waits for nothing and reads no clock: it is told what happened, and answers with the next step. The
 * driver that carries out the steps may block or not.
 *
 *     authorize -> send -> read   -> finish
 *                              |     the document is cut off -> wait or fail
 *                       -> renew  -> authorize, as the same attempt
 *                              |     no other credential -> refuse
 *                       -> refuse -> replayed, wait or fail
 *                       -> no answer -> wait or fail
 *     wait -> authorize, as the next attempt
 *
 * @par Thread safety
 * It is for one call, and one thread at a time.
 */
class CallMachine {
public:
    /// @param retry  must live as long as this
    CallMachine(CallTerms const& terms, RetryPolicyRef retry) noexcept;

    /// The first step.
    [[nodiscard]] Step begin() const noexcept;
    /// Reports that the credential is in the request.
    [[nodiscard]] Step authorized() const noexcept { return {.kind = Step::Kind::send}; }

    /// Reports an answer.
    [[nodiscard]] Step answered(http::Response const& answer) noexcept;
    /// Reports that no answer came.
    [[nodiscard]] Step failed(NetworkError const& error, http::Clock::time_point now);
    /// Reports the end of a renewal. @param other  there is another credential
    [[nodiscard]] Step renewed(bool other) const noexcept;
    /// Reports that an error was made from the answer.
    [[nodiscard]] Step refused(http::Response const& answer, Refusal const& refusal, http::Clock::time_point now);
    /// Reports that the document of the answer cannot be read. @param cut_off  it ends too early, so that asking again
    /// may help
    [[nodiscard]] Step unread(http::Response const& answer, bool cut_off, http::Clock::time_point now);
    /// Reports that the result was made from the answer.
    [[nodiscard]] Step finished(http::Response const& answer) noexcept;
    /// Reports the end of the wait. @param in_full  false: the caller cancelled the call
    [[nodiscard]] Step waited(bool in_full) noexcept;

    /// Reports that the caller has a part of the answer, which cannot be taken back: this attempt is the last.
    void handed_over() noexcept { once_ = true; }

    /// The number of the current or last attempt; the first is 1.
    [[nodiscard]] int attempt() const noexcept { return attempt_.number; }
    /// True if the request may have been carried out, should the call end now.
    [[nodiscard]] bool outcome_unknown() const noexcept { return unknown_ && !reads_; }
    /// How far the attempts so far have got, as far as it matters for repeating the call.
    [[nodiscard]] NetworkError::Sent sent() const noexcept;
    /// True if no kept connection may be used, over which the transport could repeat the request unseen.
    [[nodiscard]] bool needs_fresh_connection() const noexcept;

private:
    /// The step after a failed attempt. @param status  of its answer; 0: none came
    Step again_or_fail(int status, http::Clock::time_point now);

    CallTerms terms_;
    RetryPolicyRef retry_;
    Attempt attempt_ = {};  ///< the current one, as far as it is known
    bool reads_ = false;
    bool once_ = false;     ///< no attempt follows the current one
    bool renewed_ = false;  ///< a 401 was met
    bool unknown_ = false;  ///< an attempt may have done what was asked for
    bool replayed_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_CALL_HPP
#ifndef GLOBUS_HTTP_DRIVE_HPP
#define GLOBUS_HTTP_DRIVE_HPP

#ifndef GLOBUS_HTTP_LOG_HPP
#define GLOBUS_HTTP_LOG_HPP

#include <chrono>
#include <functional>
#include <string_view>

namespace globus {

/**
 * What a log hook is told about one attempt of a call, or of the token request that a call needed.
 *
 * A hook has no way to reach a header, a body, a query or a credential: what is not here cannot leak. Each text is one
 * clean line, whatever a service or proxy sent (see one_line).
 */
struct LogEvent {
    std::string_view method;                 ///< "GET"
    std::string_view url;                    ///< without its query
    int attempt = 1;                         ///< the first is 1
    int status = 0;                          ///< 0: no answer came
    std::string_view request_id = {};        ///< of the answer's X-Request-ID header
    std::string_view error = {};             ///< why no answer came
    std::chrono::microseconds elapsed{};     ///< of this attempt
    std::chrono::milliseconds retry_in{-1};  ///< the wait before the next attempt; negative: there is none
    std::string_view service = {};           ///< "transfer"; "auth" for a token request
    std::string_view operation = {};         ///< its struct, "OperationLs"; "token"; empty for a request by its path
};

/// A function that is called after each attempt, on the thread of the call. What it throws is ignored.
using LogHook = std::function<void(LogEvent const&)>;

namespace detail {

/// What a call is named in the log.
struct LogNames {
    std::string_view service = {};
    std::string_view operation = {};
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_HTTP_LOG_HPP

#include <exception>
#include <string>
#include <string_view>

namespace globus::detail {

/// The two parts of a call that its driver does not know: how the request is sent, and what its errors are.
class Exchange {
public:
    /// The outcome of an answer that is an error: what it says about trying again, and the error that the caller gets
    /// if it ends the call. Null: the caller takes the answer as it is.
    struct Refused {
        Refusal refusal = {};
        std::exception_ptr error = {};
    };

    /// @param sent, hook, named  must live as long as this
    explicit Exchange(http::Request& sent, LogHook const* hook = nullptr, LogNames named = {})
        : request(sent), log(hook), names(named) {}
    Exchange(Exchange const&) = delete;
    Exchange& operator=(Exchange const&) = delete;

    /// Puts the credential into the request. What it throws ends the call.
    virtual void authorize() {}
    /// Renews the credential that was refused. @return whether there is another one now
    virtual bool renew() { return false; }
    /// Makes one attempt. @throws NetworkError  if no answer comes
    virtual http::Response send() = 0;
    /// Makes an error from an answer.
    virtual Refused refuse(http::Response const& answer) = 0;
    /// Rethrows the error in flight, which ends the call and leaves open whether the request was carried out.
    [[noreturn]] virtual void throw_unknown() { throw; }

    http::Request& request;
    LogHook const* log;        ///< called after each attempt; null: there is none
    LogNames const names;      ///< of the call, for the log
    bool handed_over = false;  ///< the caller has a part of the answer, which cannot be taken back

protected:
    ~Exchange() = default;
};

/// The log of a call's attempts: it tells a log hook about each that has ended.
class AttemptLog {
public:
    explicit AttemptLog(Exchange const& exchange) noexcept
        : hook_(exchange.log != nullptr && *exchange.log ? exchange.log : nullptr), exchange_(exchange) {}

    void begin(int number) noexcept;
    /// @param status, request_id  of the answer; 0 and empty if none came, because of `error`
    void end(int status, std::string_view request_id, NetworkError const* error, Step const& next) const noexcept;

private:
    LogHook const* hook_;
    Exchange const& exchange_;
    int number_ = 1;
    http::Clock::time_point started_ = {};
};

/**
 * What every driver of a call does alike: it keeps the state of the machine, its log, the answer and the error, and
 * leaves to the driver what takes time: to authorize, to send, to renew and to wait.
 *
 * @par Thread safety
 * It is for one call, and one thread at a time.
 */
class CallRun {
public:
    /// @param exchange  must live as long as this, and so must the retry policy
    CallRun(Exchange& exchange, CallTerms const& terms, RetryPolicyRef retry);
    CallRun(CallRun const&) = delete;
    CallRun& operator=(CallRun const&) = delete;

    /// Goes on to a step that takes time, or to an answer.
    /// @throws what ends the call instead: NetworkError, the error of an answer
    Step const& next();

    /// Reports that the credential is in the request.
    void authorized() noexcept { step_ = machine_.authorized(); }
    /// Reports that the request is about to be sent.
    void sending() noexcept { log_.begin(machine_.attempt()); }
    /// Reports an answer.
    void answered(http::Response answer);
    /// Reports that no answer came; to be called while the error is in flight.
    void failed(NetworkError const& error);
    /// Reports the end of a renewal. @param other  there is another credential
    void renewed(bool other) { go_on(machine_.renewed(other)); }
    /// Reports the end of a wait. @param in_full  false: the caller cancelled the call
    void waited(bool in_full) noexcept { step_ = machine_.waited(in_full); }

    /// Moves the answer out; only its status stays here.
    http::Response hand_out();
    /// Reports that a result was made from the answer.
    void finished() { go_on(machine_.finished(answer_)); }
    /// Reports that the answer cannot be read; to be called while the error is in flight. It returns if there is
    /// another attempt.
    void unread(DecodeError const& error);

    /// True if the answer is an error that says that an earlier attempt has done it.
    [[nodiscard]] bool replayed() const noexcept { return step_.kind == Step::Kind::replayed; }
    /// Rethrows the error in flight, which ends the call.
    [[noreturn]] void rethrow();

protected:
    ~CallRun() = default;

    Exchange& exchange_;

private:
    void refuse();
    void go_on(Step const& next, NetworkError const* error = nullptr);
    /// Describes the answer, for the error if it cannot be used.
    [[nodiscard]] std::string describe_answer() const;

    AttemptLog log_;
    CallMachine machine_;
    Step step_;
    http::Response answer_;     ///< of the current attempt
    std::string request_id_;    ///< of the answer
    std::exception_ptr error_;  ///< that ends the call if there is no other attempt
};

/**
 * The blocking driver: it carries out the steps of a call on the thread of its caller, up to an answer from which a
 * result can be made.
 *
 *     while (true) {
 *         http::Response raw = call.answer();
 *         try {
 *             Document document(std::move(raw));
 *             call.finished();
 *             return document;
 *         } catch (DecodeError const& error) {
 *             call.unread(error);
 *         }
 *     }
 *
 * @par Thread safety
 * It belongs to one thread, which waits in it.
 */
class BlockingCall : public CallRun {
public:
    using CallRun::CallRun;

    /// The next answer, from which a result is to be made.
    /// @throws what ends the call instead: NetworkError, the error of an answer, what the credential throws
    http::Response answer();

private:
    http::Response next_answer();
    void send();
};

}  // namespace globus::detail

namespace globus::http {

/**
 * Sends a request that may be repeated, outside any Client: for a public document, or a redirect to be inspected.
 *
 * @return the last answer, whatever its status
 * @throws NetworkError  if no answer came, or the stop_token asked between two attempts
 */
template <class T>
Response send_repeatable(T const& transport, Request const& request, DefaultRetry const& retry = {}) {
    struct Asking final : globus::detail::Exchange {
        Asking(T const& over, Request& asked) : Exchange(asked), transport(over) {}
        Response send() override { return transport.send(this->request); }
        Refused refuse(Response const&) override { return {}; }
        T const& transport;
    };
    Request sent = request;
    Asking asking(transport, sent);
    return globus::detail::BlockingCall(asking, {.read_below = 400, .deadline = request.deadline}, retry).answer();
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_DRIVE_HPP
#ifndef GLOBUS_OAUTH_AUTHORIZER_HPP
#define GLOBUS_OAUTH_AUTHORIZER_HPP

#include <concepts>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace globus {

/// What goes into the Authorization header of one request, and which of a policy's credentials it is.
struct Authorization {
    Secret header = {};            ///< empty: no header
    std::uint64_t generation = 0;  ///< it grows with every renewal
};

/// What a policy needs to know about the call that it authorizes.
struct AuthContext {
    std::string_view auth_url;                                          ///< base URL of Globus Auth, for token requests
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< of the whole call
    std::stop_token stop = {};                                          ///< to cancel it
    /// The resource server that gets the credential: "transfer.api.globus.org". A token for another one must not be
    /// given. Empty: it is not known.
    std::string_view resource_server = {};
    LogHook const* log = nullptr;  ///< the client's hook, which is told about a policy's requests, too; null: none
};

namespace detail {

/// Refuses to give a token for `resource_server` to a client of another one. It passes if either is not known.
/// @throws UsageError
void check_audience(std::string_view resource_server, AuthContext const& context);

}  // namespace detail

// A policy names the kind of its credential by its member type `credential`: one of these, or the BasicCredential of
// client_kinds.hpp.

/// No credential.
struct NoCredential {};
/// An access token (RFC 6750).
struct BearerCredential {};
/// A credential whose kind is known when the program runs: see AnyPolicy.
struct AnyCredential {};

/// `P` gives the value of the Authorization header, and fetches it over `T` if it must.
template <class P, class T>
concept GivesAuthorization = requires(P const& policy, T const& transport, AuthContext const& context) {
    { policy.authorize(transport, context) } -> std::same_as<Authorization>;
};

/// `P` says after a 401 whether one more attempt makes sense; it may renew its credential for that.
template <class P, class T>
concept AnswersUnauthorized =
    requires(P const& policy, Authorization const& refused, T const& transport, AuthContext const& context) {
        { policy.unauthorized(refused, transport, context) } -> std::same_as<bool>;
    };

/// `P` names the kind of its credential.
template <class P>
concept NamesCredential = requires { typename P::credential; };

/**
 * How a Client proves who is asking.
 *
 * A Client calls `authorize` before each attempt, and `unauthorized` after the first 401 of a call; it sends the
 * request once more if that returns true. A policy is a cheap handle: copies share one token and one renewal. Its
 * functions are const and may be called from many threads.
 *
 * For calls that do not block, a policy may do more. One that never waits says `static constexpr bool never_blocks =
 * true`. One that waits only to renew its credential has `std::optional<Authorization> authorize_at_once(context)`: the
 * credential that `authorize` would give, or nothing if that would wait. Any other policy is asked on a thread of the
 * library.
 *
 * Models: NullPolicy, BasicPolicy, AccessTokenPolicy, RefreshPolicy, ClientCredentialsPolicy, TokenSourcePolicy,
 * AppPolicy, and AnyPolicy.
 *
 * An error that names this concept means that the second argument of `Client` is not such a policy; the line after it
 * names the member that is missing.
 */
template <class P, class T>
concept Authorizer =
    std::copy_constructible<P> && NamesCredential<P> && GivesAuthorization<P, T> && AnswersUnauthorized<P, T>;

}  // namespace globus

#endif  // GLOBUS_OAUTH_AUTHORIZER_HPP

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The part of a Client's call that does not depend on its types: it is compiled once for all operations and services.

namespace globus {

/// Names and versions of programs and libraries, each a list of pairs: `{{{"product", "portal"}, {"version", "1.2"}}}`.
class ClientInfo : public std::vector<std::vector<std::pair<std::string, std::string>>> {
public:
    using std::vector<std::vector<std::pair<std::string, std::string>>>::vector;
    ClientInfo() noexcept;
    /// The pairs in this order.
    ClientInfo(std::initializer_list<value_type> items);
    ClientInfo(std::vector<value_type> items);
    ClientInfo(ClientInfo const&);
    ClientInfo(ClientInfo&&) noexcept;
    ClientInfo& operator=(ClientInfo const&);
    ClientInfo& operator=(ClientInfo&&) noexcept;
    ~ClientInfo();
};

namespace detail {

/// Adds parameters to the query of a URL.
void add_query(std::string& url, QueryParams const& query);

/// A path of several segments: each is encoded, and none may be a dot segment.
std::string encode_path(std::string_view path);

/// What a client says about itself in each request.
struct ClientHeaders {
    /// @throws UsageError  for what cannot be in a header
    ClientHeaders(std::string const& app_name, ClientInfo const& more);
    ClientHeaders(ClientHeaders const&);
    ClientHeaders(ClientHeaders&&) noexcept;
    ClientHeaders& operator=(ClientHeaders const&);
    ClientHeaders& operator=(ClientHeaders&&) noexcept;
    ~ClientHeaders();

    std::string user_agent;
    std::string client_info;  ///< "product=x,version=1"
};

/// What a client provides for each of its calls.
struct ClientFacts {
    CallGate::Pass gate;
    CallGate::Wait gate_waits;  ///< whether the client waits for the call when it is destroyed
    std::string const& base_url;
    std::string const& auth_url;
    std::string_view resource_server;  ///< the resource server that the credential is for
    ClientHeaders const& headers;
    std::optional<std::chrono::duration<double>> timeout;
    std::size_t max_response_bytes;
    std::size_t max_service_bytes;  ///< the service's own limit
    bool as_stored;                 ///< the service's answers are files, which are not unpacked
    LogHook const& log;
    std::string_view service = {};  ///< its name
};

/// What defines one call, besides its request.
struct CallPlan {
    RetryClass retry_class = RetryClass::read;  ///< of the operation
    bool authorized = true;                     ///< false: without the client's credential
    AlreadyDone already_done = nullptr;         ///< which error of a second attempt is a success
    std::string_view operation = {};            ///< its name; empty for a request by its path
};

/// Rethrows the error in flight; an error that every service can have is marked as leaving the outcome open.
[[noreturn]] void rethrow_unknown();

/// How a service handles an error status.
template <class S>
struct ServiceErrors {
    /// Makes the service's error from an answer.
    static Exchange::Refused refuse(http::Request const& request, http::Response const& answer,
                                    AlreadyDone already_done) {
        typename S::error error(request, answer);
        Refusal refusal{.already_done = already_done != nullptr && already_done(error)};
        if constexpr (requires { S::endpoint_trouble(error); })
            refusal.settled = answer.status >= 500 && S::endpoint_trouble(error);
        return {refusal, std::make_exception_ptr(std::move(error))};
    }
    /// Rethrows the error in flight, which leaves open whether the request was carried out.
    [[noreturn]] static void throw_unknown() {
        rethrow_if_changed<typename S::error>([](auto error) {
            error.set_outcome_unknown();
            return error;
        });
        rethrow_unknown();
    }
};

/// One call of a Client, except for what only the client's type knows.
class ClientExchange : public Exchange {
public:
    /// @param sent, result, form, options  must live as long as this
    /// @throws UsageError    for what cannot be sent
    /// @throws NetworkError  cancelled, if the client was destroyed
    ClientExchange(http::Request& sent, AnyResponse& result, AnswerForm const& form, CallPlan const& plan,
                   CallOptions const& options, ClientFacts const& facts);

    /// Makes the call; its answer goes into the result.
    void run(RetryPolicyRef const& retry);

    void authorize() final;
    bool renew() final;
    /// Sends the request, and follows a redirect of a read to the same origin; any other redirect is an error.
    http::Response send() final;
    Refused refuse(http::Response const& answer) final;

    // The parts of these, for a driver that does not block.

    [[nodiscard]] CallTerms terms() const;
    /// What the authorizer is told.
    [[nodiscard]] AuthContext const& context() const noexcept { return context_; }
    /// The credential of the current attempt.
    [[nodiscard]] Authorization const& credential_used() const noexcept { return authorization_; }
    /// Puts a credential into the request.
    void use(Authorization credential);
    /// Begins an attempt. @return the request to be sent, which stays where it is until the next one
    [[nodiscard]] http::Request const& first_request();
    /// The request that follows a redirect; null if this is the answer. @throws NetworkError  redirect
    [[nodiscard]] http::Request const* next_request(http::Response const& answer);
    /// Makes the result from an answer. @throws DecodeError  if there is no document where one must be
    void take(http::Response& answer, bool replayed);

protected:
    ~ClientExchange();

    /// Asks the client's authorizer for the credential.
    virtual Authorization credential(AuthContext const& context) = 0;
    /// Tells the client's authorizer that it was refused. @return whether there is another one now
    virtual bool renew_credential(Authorization const& refused, AuthContext const& context) = 0;
    /// Sends a request by the client's transport.
    virtual http::Response travel(http::Request const& one) = 0;
    /// Makes the service's error of an answer.
    virtual Refused error_of(http::Response const& answer, AlreadyDone already_done) = 0;

private:
    /// True if the answer is read as it comes.
    [[nodiscard]] bool is_streamed() const noexcept;

    /// Adds what every request of the client has.
    void complete(ClientFacts const& facts);
    void read_as_it_comes();

    CallGate::Call const running_;  // the first member: the call ends when all others are gone
    AnyResponse& result_;
    AnswerForm const& form_;
    CallPlan const plan_;
    CallOptions const& options_;
    std::size_t const max_bytes_;
    AuthContext context_;
    Authorization authorization_;          ///< of the current attempt
    bool own_origin_ = false;              ///< the client's credential goes with it
    std::optional<AnswerStream> stream_;   ///< of the current attempt
    std::size_t room_ = 0;                 ///< bytes that it may still take
    std::unique_ptr<http::Request> next_;  ///< of the last redirect
    int redirects_ = 0;                    ///< of the current attempt
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_EXCHANGE_HPP
#ifndef GLOBUS_HTTP_ASYNC_ENGINE_HPP
#define GLOBUS_HTTP_ASYNC_ENGINE_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

// What asynchronous calls run on: a strand of an executor, threads for what may block, and whatever sends requests.

// The definitions of all that needs Boost.Asio are in the file that includes <globus/asio_src.hpp>.
#if defined(GLOBUS_BODIES) || defined(GLOBUS_ASIO_SOURCE)
#define GLOBUS_ASIO_BODIES
#endif

namespace globus::detail {

namespace asio = boost::asio;

/// The one that gets the answer to a request, on the strand of the engine.
class AsyncReceiver {
public:
    virtual void received(http::Response answer) = 0;
    virtual void failed(std::exception_ptr error) = 0;

protected:
    ~AsyncReceiver() = default;
};

/// Threads for functions that may block. They are made when they are needed, and end with this object.
class HelperThreads {
public:
    HelperThreads();
    HelperThreads(HelperThreads const&) = delete;
    HelperThreads& operator=(HelperThreads const&) = delete;
    /// Drops what has not begun, and waits for what has, unless that destroys this object.
    ~HelperThreads();

    /// Runs a function, which must not throw, on one of the threads.
    void run(std::function<void()> function);

private:
    struct Queue;
    static constexpr std::size_t most = 8;

    std::shared_ptr<Queue> queue_;
    std::vector<std::thread> threads_;
};

/// An execution context with one thread, which ends when nothing is left to do.
class OwnContext {
public:
    OwnContext();
    OwnContext(OwnContext const&) = delete;
    OwnContext& operator=(OwnContext const&) = delete;
    /// Waits for the thread, unless it is this one.
    ~OwnContext();
    [[nodiscard]] asio::any_io_executor executor() const;

private:
    struct Context;
    std::shared_ptr<Context> context_;
    std::thread thread_;
};

/**
 * What sends requests on behalf of asynchronous calls. Everything of it runs on one strand, so that no call needs a
 * lock.
 *
 * It ends with the execution context of its executor: then it drops all requests, and their receivers with them.
 *
 * @par Thread safety
 * `post` and `run_aside` may be called from any thread, the rest on the strand.
 */
class AsyncEngine : public std::enable_shared_from_this<AsyncEngine> {
public:
    using Strand = asio::strand<asio::any_io_executor>;

    AsyncEngine(AsyncEngine const&) = delete;
    AsyncEngine& operator=(AsyncEngine const&) = delete;
    virtual ~AsyncEngine();

    [[nodiscard]] asio::any_io_executor const& executor() const noexcept { return executor_; }
    /// Calls a function on the strand, but not before this returns. If the execution context has ended, the function is
    /// destroyed instead.
    template <class F>
    void post(F function) {
        std::lock_guard const lock(mutex_);
        if (strand_) asio::post(*strand_, std::move(function));
    }
    /// True once the execution context has ended: then nothing may touch its executor.
    [[nodiscard]] bool has_ended();
    /// Calls a function that may block on a thread of its own.
    void run_aside(std::function<void()> function);
    [[nodiscard]] Strand const& strand() const { return *strand_; }

    /// Sends a request.
    /// @param request  must live as long as the receiver
    virtual void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) = 0;

    /// Called when the execution context ends.
    void end() noexcept;

protected:
    /// Runs on an executor, or on a thread of its own.
    explicit AsyncEngine(std::optional<asio::any_io_executor> executor);
    [[nodiscard]] bool has_own_thread() const noexcept { return own_ != nullptr; }
    /// Has `end` called in time.
    void end_with_context();
    /// Drops all requests, and whatever belongs to the execution context.
    virtual void drop() noexcept = 0;

private:
    std::unique_ptr<OwnContext> own_;  // the first member: all others end before it
    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::optional<Strand> strand_;
    std::optional<HelperThreads> helpers_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ASYNC_ENGINE_HPP
#ifndef GLOBUS_HTTP_ASYNC_PAUSE_HPP
#define GLOBUS_HTTP_ASYNC_PAUSE_HPP

#include <cstdint>
#include <memory>
#include <stop_token>

namespace globus::detail {

/// Something that pauses on the strand of an engine, without a thread. The pause keeps it.
class AsyncPause : public std::enable_shared_from_this<AsyncPause> {
public:
    AsyncPause(AsyncPause const&) = delete;
    AsyncPause& operator=(AsyncPause const&) = delete;

protected:
    explicit AsyncPause(std::shared_ptr<AsyncEngine> engine);
    virtual ~AsyncPause();

    [[nodiscard]] std::shared_ptr<AsyncEngine> const& engine() const noexcept { return engine_; }
    /// Begins a pause, which ends at a time or when `stop` asks; then `pause_ended` is called.
    void pause(http::Clock::time_point until, std::stop_token const& stop);
    /// Ends a pause before; `pause_ended` is not called.
    void end_pause() noexcept;
    /// Called on the strand. @param in_full  false: `stop` asked
    virtual void pause_ended(bool in_full) = 0;

private:
    struct Pause;
    struct Wake;
    void ended(std::uint64_t number, bool in_full);

    std::shared_ptr<AsyncEngine> const engine_;
    std::unique_ptr<Pause> pause_;
    std::uint64_t number_ = 0;  ///< of the pause
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ASYNC_PAUSE_HPP

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace globus::detail {

class AsyncCall;

/// A question to a policy that may block: what is the credential, or, if one was refused, is there another one?
class CredentialJob {
public:
    explicit CredentialJob(AuthContext const& call, std::optional<Authorization> refused_one)
        : context(call), refused(std::move(refused_one)) {}
    CredentialJob(CredentialJob const&) = delete;
    CredentialJob& operator=(CredentialJob const&) = delete;
    virtual ~CredentialJob() = default;
    /// Asks, and notes the answer.
    void run() noexcept;

    AuthContext const context;
    std::optional<Authorization> const refused;
    Authorization given = {};  ///< the credential, if none was refused
    bool renewed = false;      ///< there is another one
    std::exception_ptr error = {};

protected:
    virtual void ask() = 0;
};

/// The calls of one client that wait for the same renewal. It is for the strand of their engine.
class CredentialDesk {
public:
    /// True if the caller is to ask; otherwise it is told by `credential_landed` when the one that asks has an answer.
    bool ask_or_wait(std::shared_ptr<AsyncCall> const& call);
    /// Reports that the answer is there.
    void landed(CredentialJob const& job);

private:
    bool busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting_;
};

/**
 * The asynchronous driver: it begins each step of a call on the strand of an engine, and goes on when that has ended.
 *
 * Whatever it waits for keeps it: the engine its request, a timer its pause. If the execution context ends meanwhile,
 * it is destroyed, and its handler with it.
 */
class AsyncCall : public AsyncReceiver, public AsyncPause {
public:
    /// Begins the first step, after this function.
    void begin();
    void received(http::Response answer) override;
    void failed(std::exception_ptr error) override;
    /// Tells a call that waited for the desk how that ended.
    void credential_landed(CredentialJob const& job);

protected:
    explicit AsyncCall(std::shared_ptr<AsyncEngine> engine);
    ~AsyncCall() override;

    /// Sets what is driven. Both must live as long as this.
    void drive(ClientExchange& exchange, RetryPolicyRef const& retry);

    /// The credential, if the policy gives it without blocking.
    virtual std::optional<Authorization> credential_at_once() = 0;
    /// Whether there is another credential than the one that was refused, if the policy says so without blocking.
    virtual std::optional<bool> renewed_at_once() = 0;
    /// A question for a thread that may block.
    virtual std::shared_ptr<CredentialJob> job(AuthContext const& context, std::optional<Authorization> refused) = 0;
    /// Where calls wait for a renewal by one of them; null if each asks for itself.
    virtual std::shared_ptr<CredentialDesk> desk() = 0;
    /// Called once: the result is there, or the error.
    virtual void ended(std::exception_ptr error) = 0;

private:
    struct Run final : CallRun {
        using CallRun::CallRun;
    };

    /// Calls `step`, and goes on; what is thrown ends the call.
    template <class F>
    void go_on(F const& step);
    /// Makes steps until one takes time, or the call ends.
    void make_steps();
    /// Makes the result of the answer.
    void read();
    void send(http::Request const& request);
    void ask(bool renews);
    void asked(CredentialJob const& job);
    /// Ends the call with the exception in flight.
    void end_by_error();
    void end(std::exception_ptr error);

    void pause_ended(bool in_full) override;
    [[nodiscard]] std::shared_ptr<AsyncCall> self() { return std::static_pointer_cast<AsyncCall>(shared_from_this()); }

    ClientExchange* exchange_ = nullptr;
    std::optional<Run> run_;
    std::shared_ptr<CredentialJob> job_;  ///< that this call asked, and waits for
    bool ended_ = false;
    bool waits_for_credential_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_ASYNC_CALL_HPP
#ifndef GLOBUS_CLIENT_CLIENT_HPP
#define GLOBUS_CLIENT_CLIENT_HPP

#ifndef GLOBUS_CLIENT_CHECK_CLIENT_HPP
#define GLOBUS_CLIENT_CHECK_CLIENT_HPP

#ifndef GLOBUS_CLIENT_ENVIRONMENT_HPP
#define GLOBUS_CLIENT_ENVIRONMENT_HPP

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace globus {

/**
 * One of the places where Globus runs, and the base URLs of its services there.
 *
 *     Environment::current().service_url("transfer")    // https://transfer.api.globus.org/
 *
 * These variables are read, as in Globus' own SDKs:
 *
 *     GLOBUS_SDK_ENVIRONMENT            production (if unset), preview, sandbox, integration, test, staging
 *     GLOBUS_SDK_SERVICE_URL_TRANSFER   base URL of one service: AUTH TRANSFER SEARCH GROUPS TIMER FLOWS COMPUTE APP
 *     GLOBUS_SDK_HTTP_TIMEOUT           seconds without a byte before a request fails; 60 if unset, -1 for none, a year at most
 *
 * @par Thread safety
 * Any function may be called from any thread, as long as no thread calls setenv.
 */
class Environment {
public:
    /// @throws UsageError  for an unknown name; the message lists the known ones
    explicit Environment(std::string name);

    /// The environment that GLOBUS_SDK_ENVIRONMENT names, or production.
    [[nodiscard]] static Environment current();

    /// The name, one of six: "production", "preview", ...
    [[nodiscard]] std::string const& name() const noexcept { return name_; }

    /// The base URL of a service, as GLOBUS_SDK_SERVICE_URL_* overrides it.
    [[nodiscard]] std::string service_url(std::string_view service) const;

    /// The seconds of GLOBUS_SDK_HTTP_TIMEOUT, at most a year; 60 if it is unset or empty, nothing for -1.
    /// @throws UsageError  for anything else that is not a positive number
    [[nodiscard]] static std::optional<std::chrono::duration<double>> http_timeout();

private:
    static constexpr std::array<std::string_view, 6> names{"production",  "preview", "sandbox",
                                                           "integration", "test",    "staging"};

    [[nodiscard]] std::string default_url(std::string_view service) const;

    std::string name_;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_ENVIRONMENT_HPP
#ifndef GLOBUS_CLIENT_SERVICE_HPP
#define GLOBUS_CLIENT_SERVICE_HPP

#include <concepts>
#include <string_view>

namespace globus {

/// `S` has a name, an error type and the operations that a Client mixes in.
template <class S>
concept NamesItself = requires { std::string_view(S::name); };
template <class S>
concept NamesItsError = std::derived_from<typename S::error, ApiError>;

/**
 * A Globus service: what a Client talks to. It has a `name` (the one in GLOBUS_SDK_SERVICE_URL_*), an `error` type
 * and a member template `Operations<Client>` of named functions.
 *
 * An error that names this concept means that the first argument of `Client` is not such a type.
 */
template <class S>
concept Service = std::copy_constructible<S> && NamesItself<S> && NamesItsError<S>;

namespace detail {

/// A service that is cut down to some of its operations, see ReadOnly and Only.
template <class S>
concept Subset = requires { typename S::whole_service; };

template <class S>
struct WholeServiceOf {
    using type = S;
};
template <Subset S>
struct WholeServiceOf<S> {
    using type = typename S::whole_service;
};
/// The service that S is cut down from; S itself if it is whole.
template <class S>
using WholeService = typename WholeServiceOf<S>::type;

/// The resource server that takes a service's tokens; empty if the service does not say. The text lives as long as the
/// service.
template <class S>
std::string_view resource_server_of(S const& service) {
    if constexpr (requires { service.resource_server(); })
        return service.resource_server();
    else if constexpr (requires { service.resource_server; })
        return service.resource_server;
    else
        return {};
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_SERVICE_HPP
#ifndef GLOBUS_HTTP_TRANSPORT_HPP
#define GLOBUS_HTTP_TRANSPORT_HPP

#include <concepts>

namespace globus {

/**
 * What carries requests.
 *
 * `send` returns any complete answer, whatever its status, and throws NetworkError when none came. It observes the
 * request's deadline and stop_token, does not follow redirects, does not repeat anything, and may be called from many
 * threads at once. A transport is a cheap handle: copies share connections.
 *
 * Models: CurlTransport, MockTransport, AnyTransport.
 *
 * An error that names this concept means that the third argument of `Client` has no
 * `http::Response send(http::Request const&)` that can be called on a const object.
 */
template <class T>
concept Transport = std::copy_constructible<T> && requires(T const& transport, http::Request const& request) {
    { transport.send(request) } -> std::same_as<http::Response>;
};

namespace detail {

/// Names a type of transport to functions that are chosen by it.
template <class T>
struct TransportType {};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_HTTP_TRANSPORT_HPP
#ifndef GLOBUS_OAUTH_CLIENT_KINDS_HPP
#define GLOBUS_OAUTH_CLIENT_KINDS_HPP

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Refuses an empty text.
void check_given(std::string_view what, std::string_view text);

bool has_control(std::string_view text);

/// Refuses a text that cannot be in a credential: an empty one, or one with a control character.
void check_credential(std::string_view what, std::string_view text);

/// True for what tokens are made of: printable ASCII (RFC 6749, appendix A) without blanks, since a header carries one
/// word (RFC 6750, section 2.1); a copied text may have some.
bool is_token_text(std::string_view text);
/// Refuses a text that cannot be a token.
void check_token(std::string_view what, std::string_view text);

void check_client_id(std::string_view id);

}  // namespace detail

/// What HTTP Basic carries: the id and secret of a confidential client, or a user name and password (RFC 7617).
class BasicCredential {
public:
    /// @throws UsageError  for an empty part, a control character, or a colon in the name
    BasicCredential(std::string username, Secret password);
    /// A null pointer, as std::getenv gives for a variable that is not set, is an empty name.
    BasicCredential(char const* username, Secret password)
        : BasicCredential(std::string(username != nullptr ? username : ""), std::move(password)) {}

    /// The user name, or the id of a client.
    [[nodiscard]] std::string const& username() const noexcept { return username_; }
    /// The password, or the secret of a client.
    [[nodiscard]] Secret const& password() const noexcept { return password_; }

    /// The value of the Authorization header.
    /// @throws UsageError  if this object was moved from
    [[nodiscard]] Secret header() const;

private:
    std::string username_;
    Secret password_;
};

/**
 * An OAuth2 client that can keep a secret: it authenticates to Globus Auth by HTTP Basic.
 *
 *     Confidential app{"b1e2...", std::getenv("CLIENT_SECRET")};
 *
 * One object works for any number of RefreshPolicies and ClientCredentialsPolicies.
 * https://docs.globus.org/api/auth/developer-guide/#register-app
 */
class Confidential {
public:
    /// @throws UsageError  for an empty id or secret
    Confidential(std::string client_id, Secret client_secret)
        : credential_(std::move(client_id), std::move(client_secret)) {}
    Confidential(char const* client_id, Secret client_secret) : credential_(client_id, std::move(client_secret)) {}
    explicit Confidential(BasicCredential credential) : credential_(std::move(credential)) {}

    /// The id, which is not a secret.
    [[nodiscard]] std::string const& client_id() const noexcept { return credential_.username(); }
    /// The id and the secret, as HTTP Basic carries them.
    [[nodiscard]] BasicCredential const& credential() const noexcept { return credential_; }

private:
    BasicCredential credential_;
};

/**
 * An OAuth2 client that cannot keep a secret, such as a program that users install: it only names itself.
 * https://docs.globus.org/api/auth/developer-guide/#native-app
 */
class Native {
public:
    /// @throws UsageError  for an empty id
    explicit Native(std::string client_id) : client_id_(std::move(client_id)) { detail::check_client_id(client_id_); }
    explicit Native(char const* client_id) : Native(std::string(client_id != nullptr ? client_id : "")) {}

    /// The id: such a client has nothing else.
    [[nodiscard]] std::string const& client_id() const noexcept { return client_id_; }

private:
    std::string client_id_;
};

/// `K` is one of the two kinds of OAuth2 client: Confidential or Native.
template <class K>
concept ClientKind = std::same_as<K, Confidential> || std::same_as<K, Native>;

}  // namespace globus

#endif  // GLOBUS_OAUTH_CLIENT_KINDS_HPP

#include <concepts>
#include <string_view>
#include <type_traits>

namespace globus {

/// `S` takes the id and secret of a confidential client.
template <class S>
concept NeedsBasicCredential = Service<S> && std::same_as<typename S::credential, BasicCredential>;
/// `S` takes no credential.
template <class S>
concept NeedsNoCredential = Service<S> && std::same_as<typename S::credential, NoCredential>;

/// `P` sends the id and secret of a confidential client.
template <class P>
concept PresentsBasicCredential = NamesCredential<P> && std::is_same_v<typename P::credential, BasicCredential>;
/// `P` sends nothing.
template <class P>
concept PresentsNoCredential = NamesCredential<P> && std::is_same_v<typename P::credential, NoCredential>;
/// What `P` sends is known when the program runs, and is checked then.
template <class P>
concept PresentsAnyCredential = NamesCredential<P> && std::is_same_v<typename P::credential, AnyCredential>;

namespace detail {

template <class S>
inline constexpr bool is_auth_service = false;  // specialised by services/auth/service.hpp, for a sentence of its own

template <class S, class A>
concept FittingCredential =
    PresentsAnyCredential<A> ||
    ((!NeedsBasicCredential<S> || PresentsBasicCredential<A>)&&(!NeedsNoCredential<S> || PresentsNoCredential<A>)&&(
        NeedsBasicCredential<S> || !PresentsBasicCredential<A>));

}  // namespace detail

/// True if `Client<S, A, T, R>` is valid; check this instead of instantiating it.
template <class S, class A, class T, class R = DefaultRetry>
concept ClientConfiguration =
    Service<S> && Transport<T> && Authorizer<A, T> && RetryPolicy<R> && detail::FittingCredential<S, A>;

namespace detail {

/// Says in one sentence why `Client<S, A, T, R>` is not valid; only the first reason.
template <class S, class A, class T, class R>
consteval bool check_client() {
    if constexpr (!Service<S>)
        static_assert(
            Service<S>,
            "globus::Client<S, A, T>: S is not a service. Pass one of globus::*Service, or give yours a `name` "
            "and an `error` type.");
    else if constexpr (!Transport<T>)
        static_assert(Transport<T>,
                      "globus::Client<S, A, T>: T is not a transport. It needs "
                      "`http::Response send(http::Request const&) const`.");
    else if constexpr (!RetryPolicy<R>)
        static_assert(
            RetryPolicy<R>,
            "globus::Client<S, A, T, R>: R is not a retry policy. It needs `before_retry(Attempt const&) const` "
            "and `succeeded(Attempt const&) const noexcept`, as DefaultRetry has.");
    else if constexpr (!Authorizer<A, T>)
        static_assert(Authorizer<A, T>,
                      "globus::Client<S, A, T>: A is not an authorizer for T. It needs a type `credential`, "
                      "`Authorization authorize(T const&, AuthContext const&) const` and "
                      "`bool unauthorized(Authorization const&, T const&, AuthContext const&) const`.");
    else if constexpr (PresentsAnyCredential<A>)
        return true;  // the constructor of the client checks it
    else if constexpr (NeedsBasicCredential<S> && !PresentsBasicCredential<A>)
        static_assert(PresentsBasicCredential<A>,
                      "globus::Client<S, A, T>: S is reached with the client id and secret of a confidential app (HTTP "
                      "Basic), but A presents something else. Use BasicPolicy.");
    else if constexpr (NeedsNoCredential<S> && !PresentsNoCredential<A>)
        static_assert(PresentsNoCredential<A>,
                      "globus::Client<S, A, T>: S is the login client of a native app, which only names itself, but A "
                      "presents a credential. Use NullPolicy.");
    else if constexpr (PresentsBasicCredential<A> && !NeedsBasicCredential<S> && is_auth_service<WholeService<S>>)
        static_assert(
            !PresentsBasicCredential<A>,
            "globus::Client<S, A, T>: an AuthService client acts for a user by a token, but BasicPolicy presents "
            "an app's id and secret. Use ConfidentialAppAuthService with BasicPolicy.");
    else if constexpr (PresentsBasicCredential<A> && !NeedsBasicCredential<S>)
        static_assert(!PresentsBasicCredential<A>,
                      "globus::Client<S, A, T>: this service takes a token, but BasicPolicy presents an app's id and "
                      "secret. Use ClientCredentialsPolicy, or RefreshPolicy<Confidential>.");
    return true;
}

template <class S, class A, class T, class R>
struct ClientRequirements {
    static_assert(check_client<S, A, T, R>());
};

struct NoOperations {};
template <class S, class C>
struct OperationsOf {
    using type = NoOperations;
};
template <Service S, class C>
    requires requires { typename S::template Operations<C>; }
struct OperationsOf<S, C> {
    using type = typename S::template Operations<C>;
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_CHECK_CLIENT_HPP
#ifndef GLOBUS_CLIENT_PAGING_HPP
#define GLOBUS_CLIENT_PAGING_HPP

#ifndef GLOBUS_HTTP_URL_HPP
#define GLOBUS_HTTP_URL_HPP

#ifndef GLOBUS_CORE_ENCODING_HPP
#define GLOBUS_CORE_ENCODING_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

namespace detail {

/// A letter, digit, '-', '.', '_' or '~' (RFC 3986, section 2.3).
constexpr bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_escaped(std::string& out, char c);

std::string base64(std::string_view bytes, char const* alphabet, bool padded);

}  // namespace detail

/// `text` percent-encoded as one path segment or query value: all but unreserved characters (RFC 3986, section 2.1).
std::string percent_encode(std::string_view text);

/// Appends `text` as application/x-www-form-urlencoded writes it: a space is '+' (WHATWG URL, section 5).
void append_form_encoded(std::string& out, std::string_view text);

/// The text that `text` stands for; std::nullopt where a '%' is not followed by two hexadecimal digits.
/// @param plus_is_space  true in a query or form, false in a path
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The name-value pairs of a query string, in order. A pair that is badly escaped is kept unchanged.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

/// Base64 with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// Base64 for URLs, without padding (RFC 4648, section 5).
std::string base64url_encode(std::string_view bytes);

/// The bytes of unpadded base64url text; std::nullopt for any other character, a wrong length or stray bits at the end.
std::optional<std::string> base64url_decode(std::string_view text);

/// Lower-case hexadecimal.
std::string hex_encode(std::string_view bytes);

/// True if `text` is a UUID: 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
constexpr bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i != text.size(); ++i) {
        bool const hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : detail::hex_digit(text[i]) < 0) return false;
    }
    return true;
}

}  // namespace globus

#endif  // GLOBUS_CORE_ENCODING_HPP

#include <optional>
#include <string>
#include <string_view>

namespace globus::http {

/// A URI reference in its parts (RFC 3986, section 4.1), which are views into the text that was split: any text is one.
struct Reference {
    std::optional<std::string_view> scheme = {};     ///< without its ":"
    std::optional<std::string_view> authority = {};  ///< without its "//"; an empty one differs from none
    std::string_view path = {};                      ///< empty if there is none
    std::optional<std::string_view> query = {};      ///< without its "?"
    std::optional<std::string_view> fragment = {};   ///< without its "#"
};

/// Splits a URI reference; nothing is checked or decoded.
constexpr Reference split_reference(std::string_view text) {
    Reference parts;
    if (auto const hash = text.find('#'); hash != std::string_view::npos) {
        parts.fragment = text.substr(hash + 1);
        text = text.substr(0, hash);
    }
    if (auto const mark = text.find('?'); mark != std::string_view::npos) {
        parts.query = text.substr(mark + 1);
        text = text.substr(0, mark);
    }
    auto const is_scheme = [](std::string_view word) {
        auto const letter = [](char c) { return detail::lower(c) >= 'a' && detail::lower(c) <= 'z'; };
        if (word.empty() || !letter(word.front())) return false;
        for (char const c : word)
            if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
        return true;
    };
    if (auto const colon = text.find(':'); colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        auto const slash = text.find('/', 2);
        parts.authority = text.substr(2, slash == std::string_view::npos ? slash : slash - 2);
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
    }
    parts.path = text;
    return parts;
}

/// The parts of an absolute http or https URL; views into the text that was parsed (RFC 3986, section 3).
struct Url {
    std::string_view scheme = {};    ///< "https" or "http"
    std::string_view userinfo = {};  ///< the part before the "@"
    std::string_view host = {};      ///< with the brackets of an IPv6 address
    std::string_view port = {};      ///< empty: the scheme's own
    std::string_view path = {};      ///< from its slash on; empty if there is none
    std::string_view query = {};     ///< without its "?"
    std::string_view fragment = {};  ///< without its "#"
    bool has_userinfo = false;       ///< distinguishes an empty one from none
    bool has_query = false;          ///< distinguishes an empty one from none
    bool has_fragment = false;       ///< distinguishes an empty one from none
};

namespace detail {

/// True for characters that no URL contains unescaped.
constexpr bool has_blank_or_control(std::string_view text) {
    for (char const c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return true;
    return false;
}

}  // namespace detail

/// Splits an absolute URL; throws UsageError when it is not http or https, has no host or an impossible port.
Url parse_url(std::string_view text);

namespace detail {

/// True for a host name of letters, digits, '-', '_' and single dots within, and for an IPv6 address in brackets. Names
/// in other scripts are written in their ASCII form ("xn--...").
constexpr bool is_plain_host(std::string_view host) {
    if (host.starts_with('[')) {
        if (!host.ends_with(']') || host.find(':') == std::string_view::npos) return false;
        for (char const c : host.substr(1, host.size() - 2))
            if (globus::detail::hex_digit(c) < 0 && c != ':' && c != '.') return false;
        return true;
    }
    char before = '.';
    for (char const c : host) {
        if (!globus::detail::is_unreserved(c) || c == '~' || (c == '.' && before == '.')) return false;
        before = c;
    }
    return before != '.';
}

}  // namespace detail

/// The path without its segments "." and "..", which are resolved (RFC 3986, section 5.2.4).
std::string remove_dot_segments(std::string_view path);

/**
 * Resolves a reference: the Location of an answer, or a link in it (RFC 3986, section 5.2).
 *
 * What is percent-encoded stays as it is; the scheme becomes lower case. Whether the target may be requested is for the
 * caller to judge: a reference can lead anywhere.
 *
 * @param base  an absolute URL; the one of the request that was answered
 */
std::string resolve_url(std::string_view base, std::string_view reference);

/// True for 127.0.0.1 and [::1]. A name is not enough: a resolver can be told anything.
constexpr bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]"; }

/// True when both have the same scheme, host and port, where a missing port is the scheme's own.
bool same_origin(Url const& a, Url const& b);

/// True when `url` has the host and scheme of `base`, whatever the port, and no user name in it. It is false for what
/// is not a URL.
bool is_on_host_of(std::string_view url, std::string_view base);

/**
 * Checks the base URL of a service and gives it one slash at its end.
 *
 * Credentials go over http only to 127.0.0.1 and [::1], and naming such a URL, in code or in an environment variable,
 * is the opt-in: nothing else enables it, and no other host can be opted in.
 *
 * @throws UsageError  unless it is https, or http to a literal loopback address, without user, query and fragment; for
 *                     a host that is not a plain ASCII name or IPv6 address, or has a dot at its end or a zone; and for
 *                     '.' and '..' in the path
 */
std::string check_base_url(std::string text);

/**
 * The URL of an address as people write and paste it (RFC 3987, section 3.1): after the host, characters that no URL
 * contains (blanks, non-ASCII letters, brackets, a '%' that begins no escape) are percent-encoded byte by byte. All
 * else stays, including `%20` and the fragment. Blanks around the address are dropped.
 *
 * @throws UsageError  for a control character. The host is not checked.
 */
std::string encode_iri(std::string_view text);

/// Checks that `name` is a valid header name, and `value` a valid value (RFC 9110, section 5); else it throws
/// UsageError. The message names the header and never the value.
void check_header(std::string_view name, std::string_view value);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_URL_HPP

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace globus {

/// How the pages of an operation follow one another.
enum class PagingStyle : unsigned char {
    marker,           ///< `has_next_page`, and `marker` for the next request; a page without the former is the last
    nullable_marker,  ///< a marker until it is null
    last_key,         ///< `has_next_page`, and `last_key` for the next request
    has_next_page,    ///< limit and offset, until `has_next_page` is false
    total,            ///< limit and offset, until `total` is reached
    next_token,       ///< `next_token` until it is null
    next_link,        ///< JSON:API: the query of `links.next`
};
/// The name of its enumerator.
constexpr char const* to_string(PagingStyle style) noexcept {
    switch (style) {
        case PagingStyle::marker:
            return "marker";
        case PagingStyle::nullable_marker:
            return "nullable_marker";
        case PagingStyle::last_key:
            return "last_key";
        case PagingStyle::has_next_page:
            return "has_next_page";
        case PagingStyle::total:
            return "total";
        case PagingStyle::next_token:
            return "next_token";
        case PagingStyle::next_link:
            return "next_link";
    }
    return "unknown";
}

/**
 * An operation's paging: its member `static constexpr Paging paging`.
 *
 * `items` names the member of a page that lists its items (a described page names it by `T::items`, too), `marker` the one that holds the mark of the next page.
 */
struct Paging {
    PagingStyle style;             ///< how the next page is asked for
    std::string_view items;        ///< the list in a page
    std::string_view marker = {};  ///< the mark in a page, if its style has one
    std::int64_t page_size = 0;    ///< for limit and offset: the limit that is sent, if the caller sets none
    std::int64_t max_results = 0;  ///< the service does not go beyond this offset; 0: no such limit
};

/// `O` is an operation whose answers come in pages.
template <class O>
concept HasPages = requires { O::paging.style; };

namespace detail {

/// What a text says about a page: a mark, a number or a flag; nothing if it is not a `V`.
template <class V>
std::optional<V> said_by_text(std::string_view text) {
    if constexpr (std::same_as<V, bool>) {
        if (text == "true" || text == "True" || text == "1") return true;
        if (text == "false" || text == "False" || text == "0") return false;
    } else if constexpr (std::same_as<V, std::int64_t>) {
        std::int64_t number = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) return number;
    } else {
        if (text != "true" && text != "false") return std::string(text);
    }
    return std::nullopt;
}

/// A JSON value as `V`: a page may say by a flag, a number or a text that another one follows. Nothing if it is
/// something else, or null.
template <class V>
std::optional<V> json_member(Json const* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
        if constexpr (std::same_as<V, std::string>) return std::string(value->get_string());
        return said_by_text<V>(value->get_string());
    }
    if (value->is_bool() || value->is_int64() || value->is_uint64())
        return said_by_text<V>(boost::json::serialize(*value));
    if constexpr (std::same_as<V, std::int64_t>)
        if (std::int64_t number = 0; value->is_double() && store_real<std::int64_t>(&number, value->get_double()))
            return number;
    return std::nullopt;
}

/// The member of a page as `V`; nothing if it is absent or null.
template <class V, class Page>
std::optional<V> page_member(Response<Page> const& response, std::string_view name) {
    auto const& page = *response;
    std::optional<V> found;
    if constexpr (std::same_as<Page, Json>) {
        found = json_member<V>(page.is_object() ? page.as_object().if_contains(name) : nullptr);
    } else {
        Page::members::for_each(page, [&]<class M, class U>(M, U const& value) {
            if (wire_of<Page>(M::key).name != name) return;
            if constexpr (is_optional<U>) {
                if constexpr (std::same_as<typename U::value_type, V>) {
                    if (value.has_value()) found = *value;
                } else if constexpr (std::same_as<typename U::value_type, Json>) {
                    found = json_member<V>(value.has_value() ? &*value : nullptr);
                }
            } else if constexpr (std::same_as<U, V>) {
                found = value;
            }
        });
        if (std::string const* odd = response.odd_member(name); odd != nullptr) found = said_by_text<V>(*odd);
    }
    return found;
}

/// True if a page has its list of items, even an empty one.
template <class O>
bool has_items(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>) {
        Json const& page = *response;
        auto const* value = page.is_object() ? page.as_object().if_contains(O::paging.items) : nullptr;
        return value != nullptr && value->is_array();
    } else {
        return response.has_list(O::paging.items);
    }
}

/// The list of items of a page that has it.
template <class O>
auto const& page_items(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>)
        return response->as_object().at(O::paging.items).as_array();
    else
        return list_of(*response);
}

/// The number of items that a page came with, including those of another kind.
template <class O>
std::size_t items_sent(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>)
        return page_items<O>(response).size();
    else
        return response.list_size(O::paging.items);
}

template <class O>
struct ItemOf {
    using type = boost::json::value;
};
template <class O>
    requires Listing<typename O::result>
struct ItemOf<O> {
    using type = typename ListOf<typename O::result>::value_type;
};

[[noreturn]] void refuse_page(std::string_view operation, std::size_t number, std::string const& what,
                              std::string const& body);

/// Sets the member `name` of an operation if it has one, or its query parameter.
template <class O, class V>
void set_parameter(O& operation, std::string_view name, V const& value) {
    bool set = false;
    O::members::for_each(operation, [&]<class M, class U>(M, U& member) {
        if (M::key != name) return;
        if constexpr (is_optional<U>) {
            if constexpr (std::same_as<typename U::value_type, V>) {
                member = value;
                set = true;
            }
        }
    });
    if (set) return;
    O::members::for_each(operation, [&]<class M, class U>(M, U& member) {
        if constexpr (std::same_as<U, QueryParams>) {
            std::erase_if(member, [&](auto const& pair) { return pair.first == name; });
            member.emplace_back(std::string(name), QueryValue(value));
        }
    });
}

/// The member `name` of an operation, if it is set.
template <class V, class O>
std::optional<V> parameter(O const& operation, std::string_view name) {
    std::optional<V> found;
    O::members::for_each(operation, [&]<class M, class U>(M, U const& member) {
        if constexpr (std::same_as<U, Optional<V>>)
            if (M::key == name && member.has_value()) found = *member;
    });
    return found;
}

/// The parameters of a query in their order, those of one name together.
QueryParams params_of(std::string_view query);

}  // namespace detail

/**
 * All pages of an operation, as a range of their items.
 *
 *     auto tasks = client.paginate(TaskList{.filter = "status:ACTIVE"});
 *     for (Task const& task : tasks) ...
 *
 *     for (Response<TaskListPage> const& page : client.paginate(TaskList{}).pages()) ...
 *
 * This is an input range: one walk, page by page, each page a call of its own with the client's retries. A call that
 * fails throws out of the loop and leaves the walk where it was: begin() on the same object goes on with the page that
 * failed, so that no item is lost or comes twice.
 *
 * The service says whether a page follows, but each page must advance the walk: a page with a mark that came before,
 * and the thousandth in a row without items, are errors. Marks, links and offsets never change where requests go.
 *
 * With limit and offset, an operation's own `limit` is the size of a page, not of the whole, and the walk begins at its
 * `offset`. It ends where the service does: search goes as far as offset 10,000, a list of tasks or endpoints as far as
 * 1,000, and the limit of the last page is cut to fit.
 *
 * The loop over items does not keep the text of typed pages; the one over pages does.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next page with NetworkError (cancelled)
 * @tparam O  the operation
 *
 * @par Errors
 * Those of Client::send, and DecodeError for a page from which the walk cannot go on although it may not be the last:
 * without its list, without what its style needs (`has_next_page`, `total`), with more to come but no mark or no items,
 * or with a mark that came before. UsageError, before anything is sent, for a negative offset and for a limit below 1,
 * and for a range that was moved from.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C, class O>
class Paginated {
    static_assert(
        requires { O::paging; }, "globus: this operation is not paginated; call it by its name or by `send`.");

public:
    using page_type = Response<typename O::result>;      ///< what `pages()` goes over
    using item_type = typename detail::ItemOf<O>::type;  ///< what the range goes over

    /// It sends nothing: begin() asks for the first page.
    /// @throws UsageError  for a negative offset, and a limit below 1
    Paginated(C const& client, O operation, CallOptions options)
        : client_(client), operation_(std::move(operation)), options_(std::move(options)) {
        keep_text_ = options_.keep_text;
        if constexpr (O::paging.style != PagingStyle::next_link) options_.keep_text = false;  // a link is read from it
        begin_walk();
    }

    /// An iterator over pages. Each is asked for when the iterator comes to it, and released when it moves on.
    class PageIterator {
    public:
        using value_type = page_type;
        using difference_type = std::ptrdiff_t;

        /// Begins where the walk is, and asks for that page if it is not there yet.
        explicit PageIterator(Paginated& walk) : walk_(&walk) { walk.ensure_page(); }
        [[nodiscard]] page_type const& operator*() const { return walk_->page(); }
        [[nodiscard]] page_type const* operator->() const { return &walk_->page(); }
        PageIterator& operator++() {
            walk_->next_page();
            walk_->ensure_page();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->page_; }

    private:
        Paginated* walk_;
    };

    /// An iterator over items, which skips empty pages. An item is released when the iterator leaves its page.
    class ItemIterator {
    public:
        using value_type = item_type;
        using difference_type = std::ptrdiff_t;

        /// Begins where the walk is, and asks for its page if it is not there yet.
        explicit ItemIterator(Paginated& walk) : walk_(&walk) { walk.ensure_item(); }
        [[nodiscard]] item_type const& operator*() const { return detail::page_items<O>(walk_->page())[walk_->item_]; }
        [[nodiscard]] item_type const* operator->() const { return &**this; }
        ItemIterator& operator++() {
            ++walk_->item_;
            walk_->ensure_item();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->page_; }

    private:
        Paginated* walk_;
    };

    /// The pages of a walk.
    class Pages {
    public:
        /// The pages of a walk, from where it is.
        explicit Pages(Paginated walk) : walk_(std::move(walk)) {}
        [[nodiscard]] PageIterator begin() { return PageIterator(walk_); }
        [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    private:
        Paginated walk_;
    };

    /// The next item, the first at first; null after the last. It is valid until the next call. After an error the walk
    /// stays where it was: the next call tries again.
    [[nodiscard]] Result<item_type const*> try_next() {
        return Result<item_type const*>::from([&]() -> item_type const* {
            if (std::exchange(item_taken_, false)) ++item_;
            ensure_item();
            item_taken_ = page_.has_value();
            return item_taken_ ? &detail::page_items<O>(*page_)[item_] : nullptr;
        });
    }

    [[nodiscard]] ItemIterator begin() { return ItemIterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// The same walk, page by page.
    [[nodiscard]] Pages pages() const {
        Paginated walk = *this;
        walk.options_.keep_text = keep_text_;
        return Pages(std::move(walk));
    }

private:
    template <class, class>
    friend class AsyncPaginated;

    static constexpr bool by_offset =
        O::paging.style == PagingStyle::has_next_page || O::paging.style == PagingStyle::total;

    /// The parameter that takes the mark of a page.
    static constexpr std::string_view mark_parameter = O::paging.style == PagingStyle::last_key     ? "last_key"
                                                       : O::paging.style == PagingStyle::next_token ? "next_token"
                                                                                                    : "marker";
    /// How many pages without items may follow one another.
    static constexpr int most_empty_pages = 1000;
    /// The length limit of a mark: a request has no room for more.
    static constexpr std::size_t longest_mark = std::size_t{64} << 10;

    void begin_walk() {
        if constexpr (by_offset) {
            if constexpr (requires { operation_.normalized(); }) operation_ = operation_.normalized();
            offset_ = detail::parameter<std::int64_t>(operation_, "offset").value_or(0);
            auto const limit = detail::parameter<std::int64_t>(operation_, "limit");
            if (offset_ < 0) throw UsageError("a walk over pages cannot begin at a negative offset");
            if (limit && *limit < 1)
                throw UsageError("the limit of a walk is the size of a page: it must be at least 1");
            limit_ = limit.value_or(O::paging.page_size);
            set_limit();
        } else if constexpr (O::paging.style != PagingStyle::next_link) {
            if (auto const mark = detail::parameter<std::string>(operation_, mark_parameter))
                marks_.insert(hash(*mark));
        }
    }
    void set_limit() {
        std::int64_t limit = limit_;
        if (O::paging.max_results != 0) limit = std::min(limit, O::paging.max_results - offset_);
        if (limit > 0) detail::set_parameter(operation_, "limit", limit);
    }

    [[nodiscard]] page_type const& page() const {
        client_.check();
        if (!page_) throw UsageError("the walk is at its end, or an error ended it: there is nothing to read here");
        return *page_;
    }
    void ensure_page() {
        client_.check();
        if (page_ || ended_) return;
        take(client_.call(options_, [this](C const& client, CallOptions const& options) {
            return client.send(operation_, options);
        }));
    }
    /// Takes the page that was asked for. It changes nothing if it throws.
    void take(page_type page) {
        plan_next(page);
        page_.emplace(std::move(page));
        item_ = 0;
        ++number_;
    }
    void ensure_item() {
        ensure_page();
        while (page_ && item_ >= detail::page_items<O>(*page_).size()) {
            next_page();
            ensure_page();
        }
    }
    void next_page() { page_.reset(); }

    /// Reads from a page what the next request must be, or that there is none. It changes nothing if it throws.
    void plan_next(page_type const& response) {
        constexpr Paging paging = O::paging;
        if (!detail::has_items<O>(response)) refuse(response, "has no list '" + std::string(paging.items) + '\'');
        if constexpr (by_offset) {
            auto const items = static_cast<std::int64_t>(detail::items_sent<O>(response));
            std::int64_t const next = offset_ + std::min(items, std::numeric_limits<std::int64_t>::max() - offset_);
            bool more = false;
            if constexpr (paging.style == PagingStyle::total) {
                auto const total = detail::page_member<std::int64_t>(response, "total");
                if (!total) refuse(response, "has no 'total'");
                more = next < *total;
            } else {
                more = *says_more(response);
            }
            if (!more || (paging.max_results != 0 && next >= paging.max_results)) {
                ended_ = true;
                return;
            }
            if (next <= offset_) refuse(response, "has no items, but says that there are more");
            offset_ = next;
            detail::set_parameter(operation_, "offset", offset_);
            set_limit();
        } else if constexpr (paging.style == PagingStyle::next_link) {
            plan_by_link(response);
        } else {
            auto const mark = detail::page_member<std::string>(response, paging.marker).value_or("");
            if constexpr (paging.style == PagingStyle::marker || paging.style == PagingStyle::last_key) {
                ended_ = !says_more(response).value_or(false);
                if (!ended_ && mark.empty())
                    refuse(response, "says that a page follows, but has no '" + std::string(paging.marker) + '\'');
            } else {
                ended_ = mark.empty();
            }
            if (ended_) return;
            remember(response, mark);
            detail::set_parameter(operation_, mark_parameter, mark);
        }
    }
    /// What `has_next_page` says; nothing only if a style works without it.
    [[nodiscard]] std::optional<bool> says_more(page_type const& response) const {
        auto const more = detail::page_member<bool>(response, "has_next_page");
        if (!more && O::paging.style != PagingStyle::marker) refuse(response, "has no 'has_next_page'");
        return more;
    }
    [[nodiscard]] static std::size_t hash(std::string_view mark) { return std::hash<std::string_view>{}(mark); }
    /// Notes the mark of the next page, which must advance the walk.
    void remember(page_type const& response, std::string_view mark) {
        if (mark.size() > longest_mark) refuse(response, "has a mark of more than 64 KiB for the next");
        if (marks_.contains(hash(mark))) refuse(response, "leads back to a page before, by a mark that came already");
        if (detail::items_sent<O>(response) != 0) {
            empty_pages_ = 0;
        } else if (++empty_pages_ == most_empty_pages) {
            empty_pages_ = 0;  // whoever begins again gets the same patience
            refuse(response, "is the last of 1,000 in a row without items, and says that there are more");
        }
        marks_.insert(hash(mark));
    }
    [[noreturn]] void refuse(page_type const& response, std::string const& what) const {
        detail::refuse_page(O::struct_name, number_ + 1, what, response.text());
    }
    void plan_by_link(page_type const& response) {
        Json const& document = response.json();
        auto const* links = document.is_object() ? document.as_object().if_contains("links") : nullptr;
        auto const* next = links != nullptr && links->is_object() ? links->as_object().if_contains("next") : nullptr;
        if (next != nullptr && !next->is_null() && !next->is_string())
            refuse(response, "has a link to the next page that is not a text");
        if (next == nullptr || next->is_null() || next->as_string().empty()) {
            ended_ = true;
            return;
        }
        std::string_view const link = next->as_string();
        remember(response, link);
        if constexpr (requires { operation_.query_params; })
            operation_.query_params = detail::params_of(http::split_reference(link).query.value_or(std::string_view{}));
    }

    detail::ClientOfRange<C> client_;
    O operation_;
    CallOptions options_;
    bool keep_text_ = true;
    std::optional<page_type> page_;
    std::size_t item_ = 0;
    bool item_taken_ = false;                ///< by try_next
    std::size_t number_ = 0;                 ///< of the last page that was read, from 1
    std::int64_t offset_ = 0;                ///< of the next page
    std::int64_t limit_ = 0;                 ///< items of a page
    std::unordered_set<std::size_t> marks_;  ///< hashes of those that came
    int empty_pages_ = 0;                    ///< in a row
    bool ended_ = false;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_PAGING_HPP
#ifndef GLOBUS_CLIENT_SUBSET_HPP
#define GLOBUS_CLIENT_SUBSET_HPP

#include <boost/hana/fwd/bool.hpp>
#include <boost/hana/fwd/filter.hpp>

#include <concepts>

namespace globus {

/// `O` is an operation of the service `S`, be that whole or cut down.
template <class O, class S>
concept OperationOf = Operation<O> && std::same_as<typename O::service, detail::WholeService<S>>;

/// A client of `S` may send `O`: it is an operation of the service, and not among those that ReadOnly or Only left out.
template <class S, class O>
concept Permits = OperationOf<O, S> && (!detail::Subset<S> || requires { requires S::template permits<O>; });

/**
 * A service cut down to what reads: a client of it cannot change, delete, submit or create anything.
 *
 *     Client<ReadOnly<TransferService>, AccessTokenPolicy> transfer{token};
 *     auto const listing = transfer.operation_ls({.endpoint_id = id});
 *     transfer.submit_delete(data);                                     // does not compile
 *
 * A client of it has the same functions, and those that are left out do not compile, with a sentence that says so; so
 * does a function of several requests if one of these is left out. What reads is what has `RetryClass::read`: each GET
 * that does not say otherwise, and a POST that only searches or looks up. Of the functions that take a path, `get`
 * remains, and `request` with GET or HEAD.
 *
 * It is the service in all else: scopes, address, errors and data, as in `ReadOnly{SpecificFlowService{flow_id}}`.
 * This binds the program, not the token, which is good for whatever its scopes allow.
 */
template <Service S>
struct ReadOnly : S {
    /// The service that it is cut down from.
    using whole_service = detail::WholeService<S>;
    /// True for each operation that may be sent.
    template <class O>
    static constexpr bool permits = Permits<S, O> && requires { requires retry_class_of<O>() == RetryClass::read; };

    /// The types of the operations that remain, as a hana::tuple of hana::types, for files that include
    /// <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return boost::hana::filter(S::template operations<Asked>(), [](auto type) {
            return boost::hana::bool_<permits<typename decltype(type)::type>>();
        });
    }
};
/// The service follows from its value.
template <class S>
ReadOnly(S) -> ReadOnly<S>;

/**
 * A service cut down to the operations that are listed.
 *
 *     using Mirror = Only<TransferService, OperationLs, GetSubmissionId, SubmitTransfer, GetTask, TaskEventList>;
 *     Client<Mirror, AccessTokenPolicy> transfer{token};
 *     transfer.submit_transfer(data);
 *     transfer.delete_endpoint({.endpoint_id = id});                    // does not compile
 *
 * It is like ReadOnly, by a list instead of a rule. The functions that take a path do not compile, since no list names
 * them.
 */
template <Service S, Operation... Operations_>
struct Only : S {
    static_assert((Permits<S, Operations_> && ...),
                  "globus::Only<S, Operations...>: something in the list is not an operation of S. List operations of "
                  "this service, and of a service that is cut down already those that it has left.");

    /// The service that it is cut down from.
    using whole_service = detail::WholeService<S>;
    /// True for each operation that may be sent.
    template <class O>
    static constexpr bool permits = (std::same_as<O, Operations_> || ...);
    static constexpr bool only_operations = true;  ///< nothing else may be sent

    /// The types of the operations that remain, as a hana::tuple of hana::types, for files that include
    /// <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<Asked, Operations_...>();
    }
};

namespace detail {

/// A client of S can do no more than one of Other: they are the same, or S is cut down from it.
template <class S, class Other>
concept SameOrCutDown = std::same_as<S, Other> || (Subset<S> && std::derived_from<S, Other>);

/// Says in one sentence that a client of S may not send O.
template <class S, class O>
consteval bool check_permitted() {
    static_assert(Permits<S, O>,
                  "globus: this client's service is cut down by ReadOnly<S> or Only<S, Operations...>, and this "
                  "operation is not among those that are left. Use a client of the whole service, or list the "
                  "operation in Only<S, Operations...>.");
    return true;
}

/// Says in one sentence that a client of S may not send a request that is no operation.
template <class S, bool Reads>
consteval bool check_raw() {
    if constexpr (Subset<S>)
        static_assert(
            Reads && !requires { S::only_operations; },
            "globus: this client's service is cut down by ReadOnly<S> or Only<S, Operations...>, so it has "
            "no functions that take a path, but for `get` of ReadOnly. Send an operation, or use a client of "
            "the whole service.");
    return true;
}

/// The same, of what only the request itself tells.
/// @throws UsageError  for a request that may change something, of a client that only reads
template <class S>
void check_raw(http::Method method) {
    static_assert(check_raw<S, true>());
    if constexpr (Subset<S>)
        if (method != http::Method::get && method != http::Method::head)
            throw UsageError("a client of ReadOnly<S> sends only GET and HEAD, and operations that read");
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CLIENT_SUBSET_HPP

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
        http::Response travel(http::Request const& one) override {
            http::Response answer = client_.transport().send(one);
            if constexpr (requires { client_.service_.read_login(answer); }) client_.service_.read_login(answer);
            return answer;
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

#endif  // GLOBUS_CLIENT_CLIENT_HPP
#ifndef GLOBUS_HTTP_ASIO_TRANSPORT_HPP
#define GLOBUS_HTTP_ASIO_TRANSPORT_HPP

#ifndef GLOBUS_CORE_HANDLE_HPP
#define GLOBUS_CORE_HANDLE_HPP

#ifndef GLOBUS_CORE_PLATFORM_PROCESS_HPP
#define GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <atomic>
#include <string>

namespace globus::detail {

/// The process that made an object. A child that is forked has a copy of the object, but none of the other threads:
/// their locks are never released and their waits never end; and its connections are those of the parent process.
///
/// A process is identified by its number and by the forks since: in a pid namespace of its own a child can have the
/// number of its parent (pid_namespaces(7)), and calls that make processes without fork(), such as clone(2), are not
/// counted.
class Maker {
public:
    /// Refers to this process.
    Maker() noexcept;
    [[nodiscard]] bool is_this_process() const noexcept;
    /// @throws UsageError  in a child process
    void check() const;

private:
    int process_;
    std::atomic<unsigned> const* forks_;  ///< the maker's, where each shared object has its own
    unsigned before_;
};

/// Has functions called around every fork(), before it, and after it in the parent and in the child; see
/// pthread_atfork(3). Its result only serves to initialise a variable.
int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)());

/// The name of this machine; empty if the system does not say.
std::string host_name();

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_PROCESS_HPP

#include <memory>
#include <utility>

namespace globus::detail {

/// What a handle holds: a pointer that its copies share. It is null only in a handle that was moved from, and using
/// such a handle is a UsageError.
template <class State>
class Shared {
public:
    explicit Shared(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] State* operator->() const {
        if (state_ == nullptr) throw UsageError("this object was moved from: use the one that it was moved to");
        return state_.get();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    std::shared_ptr<State> state_;
};

/// Makes what belongs to this process and its threads. A child process never destroys its copy: that could wait for
/// threads that are not there.
template <class State, class... Args>
[[nodiscard]] std::shared_ptr<State> make_process_bound(Args&&... args) {
    auto const destroy = [made = Maker()](State* state) {
        if (made.is_this_process()) delete state;
    };
    return {new State(std::forward<Args>(args)...), destroy};
}

/// A Shared whose state has locks or connections, and so belongs to the process that made it: using it in a child
/// process is a UsageError.
template <class State>
class ProcessBound {
public:
    template <class... Args>
    explicit ProcessBound(std::in_place_t, Args&&... args)
        : state_(make_process_bound<State>(std::forward<Args>(args)...)) {}

    [[nodiscard]] State* operator->() const {
        made_.check();
        return state_.operator->();
    }
    [[nodiscard]] State& operator*() const { return *operator->(); }

private:
    Shared<State> state_;
    Maker made_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_HANDLE_HPP
#ifndef GLOBUS_HTTP_ASYNC_COMPLETION_HPP
#define GLOBUS_HTTP_ASYNC_COMPLETION_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace globus::detail {

/// The stop_token of an asynchronous call, which stops by its caller's stop_token and by a cancellation slot.
class AsyncStop {
public:
    /// Adds a slot to `stop`, if it is connected: terminal cancellation is then a stop request.
    /// @param stop  the caller's; it becomes the one to use
    template <class Slot>
    void connect(Slot slot, std::stop_token& stop) {
        if (!slot.is_connected()) return;
        source_.emplace();
        if (stop.stop_possible()) relay_.emplace(std::move(stop), Ask{*source_});
        stop = source_->get_token();
        slot.assign([source = *source_](asio::cancellation_type_t kind) mutable {
            if ((kind & asio::cancellation_type::terminal) != asio::cancellation_type::none) source.request_stop();
        });
    }

private:
    struct Ask {
        std::stop_source source;
        void operator()() noexcept { source.request_stop(); }
    };
    std::optional<std::stop_source> source_;
    std::optional<std::stop_callback<Ask>> relay_;
};

/// A handler that waits for its call to end. Until then there is work for its executor.
template <class Handler>
class AsyncCompletion {
public:
    AsyncCompletion(Handler handler, asio::any_io_executor const& otherwise)
        : executor_(asio::prefer(asio::get_associated_executor(handler, otherwise),
                                 asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)) {}

    [[nodiscard]] auto slot() const noexcept { return asio::get_associated_cancellation_slot(handler_); }
    [[nodiscard]] auto allocator() const noexcept { return asio::get_associated_allocator(handler_); }

    /// Posts a function, which calls `take` and then the handler.
    template <class F>
    void post(F function) {
        if (auto connected = slot(); connected.is_connected()) connected.clear();
        asio::post(*executor_, asio::bind_allocator(allocator(), std::move(function)));
    }
    /// The handler, which is no longer waited for.
    [[nodiscard]] Handler take() {
        executor_.reset();
        return std::move(handler_);
    }

    /// Posts the handler, with its arguments, which are moved a few times.
    template <class... Args>
    void complete(Args... args) {
        auto self = std::make_unique<AsyncCompletion>(std::move(*this));
        auto& from = *self;
        from.post([self = std::move(self), ... args = std::move(args)]() mutable {
            Handler handler = self->take();
            self.reset();
            std::move(handler)(std::move(args)...);
        });
    }

private:
    using Executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
    using Working = std::decay_t<decltype(asio::prefer(std::declval<Executor const&>(),
                                                       asio::execution::outstanding_work.tracked))>;

    std::optional<Working> executor_;  ///< it has work until the handler is taken
    Handler handler_;
};

/// One call of AsioTransport::async_send.
template <class Handler>
class AsyncRequest final : public AsyncReceiver {
public:
    AsyncRequest(AsyncEngine const& engine, Handler handler, http::Request request)
        : completion_(std::move(handler), engine.executor()), request_(std::move(request)) {
        stop_.connect(completion_.slot(), request_.stop);
    }

    static void begin(std::shared_ptr<AsyncEngine> const& engine, Handler handler, http::Request request) {
        if (engine->has_ended()) return;
        auto const memory = asio::get_associated_allocator(handler);
        auto self = std::allocate_shared<AsyncRequest>(memory, *engine, std::move(handler), std::move(request));
        engine->post([engine, self = std::move(self)]() mutable {
            http::Request const& one = self->request_;
            engine->start(std::move(self), one);
        });
    }

    void received(http::Response answer) override { completion_.complete(std::exception_ptr(), std::move(answer)); }
    void failed(std::exception_ptr error) override { completion_.complete(std::move(error), http::Response()); }

private:
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
    http::Request request_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ASYNC_COMPLETION_HPP
#ifndef GLOBUS_HTTP_CURL_TRANSPORT_HPP
#define GLOBUS_HTTP_CURL_TRANSPORT_HPP

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace globus {

namespace detail {
class CurlExchange;
}  // namespace detail

/// How a CurlTransport connects. The defaults are the safe ones; certificates are always verified.
struct CurlOptions {
    /**
     * The options with the authorities that the environment names, as the curl tool reads it: the file of
     * CURL_CA_BUNDLE, or else the file of SSL_CERT_FILE and the directories of SSL_CERT_DIR. No other CurlOptions read
     * these variables, and none makes a certificate pass unverified.
     *
     *     Client transfer{TransferService{}, policy, {.transport = CurlTransport{CurlOptions::from_environment()}}};
     *
     * @throws UsageError  if what a variable names cannot be read; of the directories, one has to be there
     *
     * https://curl.se/docs/manpage.html, section "ENVIRONMENT"
     */
    [[nodiscard]] static CurlOptions from_environment();

    std::chrono::milliseconds connect_timeout{10'000};  ///< name lookup, connection and TLS handshake together
    std::chrono::seconds idle_timeout{60};  ///< this long without a byte in either direction ends the call; 0: never
    std::string ca_file = {};               ///< PEM file of the authorities to trust instead of the system's
    std::string ca_path = {};               ///< directories of such, separated by ':', hashed by `openssl rehash`
    /// URL of the proxy to go through, as in "http://user:password@proxy.example.org:3128" (also https, socks4,
    /// socks4a, socks5 and socks5h); "": none. Unset: the environment's variables decide (https_proxy, ALL_PROXY,
    /// NO_PROXY), as for the curl tool. Loopback addresses are reached without a proxy, unless the one named here is on
    /// loopback, too.
    std::optional<Secret> proxy = {};
    /// Hosts that are reached without the proxy: names, which include their subdomains, and addresses, separated by
    /// commas; "*": all. Unset: NO_PROXY of the environment, or none if `proxy` is set.
    std::optional<std::string> no_proxy = {};
    std::size_t max_header_bytes = std::size_t{256} << 10;  ///< of one answer, in total
    int max_informational = 16;                             ///< 1xx answers before the real one
    std::size_t max_idle_handles = 64;                      ///< kept for reuse, each with its connections
};

/**
 * A transport over libcurl.
 *
 *     CurlTransport transport;                                    // the system's certificates, sensible limits
 *     CurlTransport internal{{.ca_file = "/etc/lab/ca.pem"}};     // an authority of your own
 *
 * It keeps easy handles in a pool, so that connections and TLS sessions are reused; a request that must not be sent
 * twice gets a connection of its own (http::Request::fresh_connection). It verifies TLS (1.2 or newer) and host names,
 * follows no redirect, keeps no cookie and reads no .netrc. It asks for compressed answers in all codings that libcurl
 * knows and decompresses what comes, asked for or not, unless http::Request::decode says otherwise; all limits are for
 * the decompressed data.
 *
 * Two settings of the environment reach libcurl and OpenSSL: the proxy's variables, unless CurlOptions::proxy is set,
 * and SSLKEYLOGFILE. Whoever can set the latter gets the keys of the TLS sessions in a file, which is for debugging:
 * unset it where the environment is not yours.
 *
 * If the system has a hashed directory of certificates, that is used: reading it takes a tenth of the time that reading
 * the bundle takes.
 *
 * @par Errors
 * `send` throws NetworkError, never anything else but std::bad_alloc, what a sink or source threw, and UsageError for a
 * URL or header that cannot be sent. A deadline, a stop request and the limits apply in every state, including name
 * resolution.
 * @par Thread safety
 * `send` may be called from any thread. Copies share the pool. No signal handler is installed; SIGPIPE is kept from the
 * calling thread while TLS writes. Programs that this one starts inherit no connection; only the two sockets with which
 * a thread of libcurl looks up a name reach a program that is started at that moment.
 *
 * https://curl.se/libcurl/c/threadsafe.html
 */
class CurlTransport {
public:
    CurlTransport();
    /// @throws UsageError  for a ca_file or ca_path that is missing or cannot be read, and for a proxy that is not a
    ///                     proxy's URL or that this libcurl cannot use; the message has nothing of that URL
    explicit CurlTransport(CurlOptions options);

    [[nodiscard]] http::Response send(http::Request const& request) const;

private:
    struct Handle;
    struct Pool;
    struct Lease;
    struct Wake;

    /// Runs the transfer until it ends, the deadline passes or a stop is asked for. @return a CURLcode
    static int drive(Handle& handle, detail::CurlExchange& exchange, http::Request const& request);

    detail::ProcessBound<Pool> pool_;
};

namespace detail {

/// The directories of a list that is separated by ':'.
std::vector<std::string> directories_of(std::string_view list);

/// The transport of a client that was given none.
CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout);

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_HTTP_CURL_TRANSPORT_HPP
#ifndef GLOBUS_HTTP_MOCK_TRANSPORT_HPP
#define GLOBUS_HTTP_MOCK_TRANSPORT_HPP

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// A reference to an element of a temporary does not dangle here; this tells g++ 14 so.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::no_dangling)
#define GLOBUS_DETAIL_NO_DANGLING [[gnu::no_dangling]]
#endif
#endif
#ifndef GLOBUS_DETAIL_NO_DANGLING
#define GLOBUS_DETAIL_NO_DANGLING
#endif

namespace globus {

/**
 * A transport for tests: it records every request, and answers from a script.
 *
 *     MockTransport mock;
 *     mock.answer<OperationLs>({.DATA = {{.name = "a.txt", .type = FileType::file}}});
 *     mock.reply(404, R"({"code": "ClientError.NotFound", "message": "..."})");
 *     Client<TransferService, AccessTokenPolicy, MockTransport> client{"token", {.transport = mock}};
 *
 *     auto listing = client.operation_ls({.endpoint_id = id});
 *
 *     assert(mock.requests().at(0).url.ends_with("/ls"));
 *     assert(mock.requests().at(0).headers.get("authorization") == "Bearer token");
 *
 * Answers are given in the order in which they were scripted. When the script is used up, the handler of `otherwise`
 * answers; without one the request fails with a UsageError that names it, so that a test cannot pass by accident. A
 * request that comes after its deadline or its stop request is not sent: it fails with a NetworkError, as with any
 * other transport, and is neither recorded nor answered from the script.
 *
 * A recorded request is as a server would see it: its headers have Authorization, and what a source gave is its body.
 * A handler gets it without that header, as every transport does.
 *
 * @par Thread safety
 * Any function may be called from any thread. Copies share script and record.
 */
class MockTransport {
public:
    /**
     * The requests of a MockTransport at one moment: a vector of copies.
     *
     * An element of a temporary, as in `mock.requests().back()`, is the recorded request itself, and stays where it is
     * until `clear()` or the end of the transport's last copy: a reference to it does not dangle.
     */
    class GLOBUS_DETAIL_NO_DANGLING Requests : public std::vector<http::Request> {
        using Base = std::vector<http::Request>;
        using Request = http::Request;

    public:
        /// The requests of a record whose elements stay where they are.
        explicit Requests(std::vector<Request const*> record);

        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request& at(std::size_t index) & { return Base::at(index); }
        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request const& at(std::size_t index) const& { return Base::at(index); }
        /// The request at an index. @throws std::out_of_range  if there is none
        [[nodiscard]] Request const& at(std::size_t index) && { return *recorded_.at(index); }
        /// The request at an index.
        [[nodiscard]] Request& operator[](std::size_t index) & { return Base::operator[](index); }
        /// The request at an index.
        [[nodiscard]] Request const& operator[](std::size_t index) const& { return Base::operator[](index); }
        /// The request at an index.
        [[nodiscard]] Request const& operator[](std::size_t index) && { return *recorded_.at(index); }
        /// The first request.
        [[nodiscard]] Request& front() & { return Base::front(); }
        /// The first request.
        [[nodiscard]] Request const& front() const& { return Base::front(); }
        /// The first request.
        [[nodiscard]] Request const& front() && { return *recorded_.at(0); }
        /// The last request.
        [[nodiscard]] Request& back() & { return Base::back(); }
        /// The last request.
        [[nodiscard]] Request const& back() const& { return Base::back(); }
        /// The last request.
        [[nodiscard]] Request const& back() && { return *recorded_.at(recorded_.size() - 1); }
        [[nodiscard]] iterator begin() & { return Base::begin(); }
        [[nodiscard]] const_iterator begin() const& { return Base::begin(); }
        // clang-format off
        void begin() && = delete;  // the iterator would point into what is gone: give the requests a name
        // clang-format on

    private:
        std::vector<Request const*> recorded_;
    };

    MockTransport();

    /// A function that makes the answer to a request, or throws. It runs on the thread of the call, without a lock.
    using Handler = std::function<http::Response(http::Request const&)>;

    /// Scripts an answer with a JSON body.
    MockTransport& reply(int status, std::string body = {}, http::Headers headers = {});
    /// Scripts an answer as it is.
    MockTransport& reply(http::Response response);
    /// Scripts a function that makes the answer, or throws.
    MockTransport& reply(Handler handler);
    /**
     * Scripts the answer of an operation, by its document.
     *
     *     mock.answer<GetTask>({.task_id = id, .status = TaskStatus::succeeded});
     *
     * The next request must be one of this operation, by its method and path; else it fails with UsageError. The
     * document of another operation does not compile.
     *
     * @tparam O  the operation; one whose answer has tokens is scripted by `reply`
     */
    template <class O>
    MockTransport& answer(typename O::result const& document, int status = 200) {
        constexpr bool is_read_by_itself = requires { O::result::from_answer(std::string_view()); };
        static_assert(!is_read_by_itself,
                      "globus::MockTransport: the answer of this operation cannot be written from its document. Script "
                      "its text by `reply`.");
        return answer(O::route.method, O::route.path, {.status = status, .body = to_json(document)});
    }
    template <class O, class Other>
        requires(!std::convertible_to<Other const&, typename O::result>)
    // clang-format off
    void answer(Other const&, int = 200) = delete;  // this is not what the operation answers: pass its `result`, such as a FileList for OperationLs
    // clang-format on
    /// Scripts a failure.
    MockTransport& fail(NetworkError error);
    /// Sets the handler that answers when the script is used up.
    MockTransport& otherwise(Handler handler);

    /// Sets the size of the pieces that a sink is given, in bytes; at first a sink gets each body as one piece.
    /// @throws UsageError  for 0
    MockTransport& piece_size(std::size_t bytes);

    /// The requests so far, in the order of their arrival.
    [[nodiscard]] Requests requests() const;
    /// The number of requests(), without copying them.
    [[nodiscard]] std::size_t request_count() const;
    /// The number of scripted answers that have not been used yet.
    [[nodiscard]] std::size_t left() const;
    /// Forgets script and record.
    void clear();

    [[nodiscard]] http::Response send(http::Request const& request) const;

private:
    struct State;

    /// Scripts an answer to a request of that method and path template.
    MockTransport& answer(http::Method method, std::string_view path, http::Response response);

    detail::ProcessBound<State> state_;
};

}  // namespace globus

#undef GLOBUS_DETAIL_NO_DANGLING

#endif  // GLOBUS_HTTP_MOCK_TRANSPORT_HPP

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
    /// Others wait for their turn, in the order in which they came.
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

#endif  // GLOBUS_HTTP_ASIO_TRANSPORT_HPP

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <concepts>
#include <exception>
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

/// What the asynchronous calls of a client share: they outlive it.
template <class C>
struct AsyncCore {
    explicit AsyncCore(C const& original) : client(original), engine(client.transport().engine()) {}
    C const client;
    std::shared_ptr<AsyncEngine> const engine;
    CredentialDesk desk = {};
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
            std::shared_ptr<AsyncCore<C>> core;
        };
        return std::make_shared<Asking>(core_, context, std::move(refused));
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

#include <boost/asio/bind_executor.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

// What takes several calls that do not block.

namespace globus {

/**
 * The pages of an operation, one after the other, without blocking: the asynchronous namesake of Paginated.
 *
 *     auto tasks = client.async_paginate(TaskList{.filter = "status:ACTIVE"});
 *     while (std::optional<Task> const task = co_await tasks.async_next(use_awaitable)) ...
 *
 * One function of it may be on its way at a time. After an error the walk stays where it was: the next call asks for the
 * same page again, so that no item is lost or comes twice. It is a handle: copies share the walk, and it may be
 * destroyed while a page is on its way.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next page with NetworkError (cancelled)
 * @tparam O  the operation
 *
 * @par Errors
 * Those of Paginated, as std::exception_ptr.
 * @par Thread safety
 * Distinct walks: safe. Shared walks: unsafe.
 */
template <class C, class O>
class AsyncPaginated {
    using Walk = Paginated<C, O>;

public:
    /// As of Paginated.
    using page_type = typename Walk::page_type;
    /// As of Paginated.
    using item_type = typename Walk::item_type;

    /// It sends nothing. @throws UsageError  as Paginated does
    AsyncPaginated(C const& client, O operation, CallOptions options)
        : state_(std::make_shared<State>(client, std::move(operation), std::move(options))) {}

    /// Asks for the next page. @param token  for `void(std::exception_ptr, std::optional<page_type>)`; there is none
    ///                                       after the last
    template <class Token = detail::DefaultToken>
    auto async_next_page(Token&& token = Token()) {
        return detail::initiate<void(std::exception_ptr, std::optional<page_type>)>(
            [state = state_]<class Handler>(Handler&& handler) {
                state->ask(std::forward<Handler>(handler), [](State& here) {
                    std::optional<page_type> page = std::move(here.walk.page_);
                    here.walk.page_.reset();
                    return page;
                });
            },
            std::forward<Token>(token));
    }
    /// Gives the next item, and asks for its page if that is not there. @param token  for `void(std::exception_ptr,
    ///                                       std::optional<item_type>)`; there is none after the last
    template <class Token = detail::DefaultToken>
    auto async_next(Token&& token = Token()) {
        return detail::initiate<void(std::exception_ptr, std::optional<item_type>)>(
            [state = state_]<class Handler>(Handler&& handler) {
                state->ask(std::forward<Handler>(handler), [](State& here) { return here.next_item(); });
            },
            std::forward<Token>(token));
    }

private:
    struct State : std::enable_shared_from_this<State> {
        State(C const& c, O operation, CallOptions options)
            : client(c), walk(client.client(), std::move(operation), std::move(options)) {}

        /// The next item of the page that is there; nothing if it has no more.
        std::optional<item_type> next_item() {
            if (!walk.page_) return std::nullopt;
            auto const& items = detail::page_items<O>(*walk.page_);
            if (walk.item_ < items.size()) return items[walk.item_++];
            walk.page_.reset();
            return std::nullopt;
        }

        /// Gives what `take` finds, and asks for pages until it finds something, or there are no more.
        template <class Handler, class Take>
        void ask(Handler&& handler, Take take) {
            if (client.engine()->has_ended()) return;
            using Asking = Ask<std::decay_t<Handler>, Take>;
            auto const memory = detail::asio::get_associated_allocator(handler);
            auto const asking = std::allocate_shared<Asking>(memory, this->shared_from_this(),
                                                             std::forward<Handler>(handler), std::move(take));
            client.engine()->post([asking] { asking->go_on(); });
        }

        detail::AsyncClient<C> client;
        Walk walk;
    };

    template <class Handler, class Take>
    struct Ask : std::enable_shared_from_this<Ask<Handler, Take>> {
        using Found = std::invoke_result_t<Take&, State&>;

        Ask(std::shared_ptr<State> s, Handler handler, Take t)
            : state(std::move(s)),
              completion(std::move(handler), state->client.engine()->executor()),
              take(std::move(t)),
              options(state->walk.options_) {
            if (std::same_as<Found, std::optional<page_type>>) options.keep_text = state->walk.keep_text_;
            stop.connect(completion.slot(), options.stop);
        }
        void go_on() {
            Found found;
            try {
                found = take(*state);
            } catch (...) {
                return completion.complete(std::current_exception(), Found());
            }
            if (found || state->walk.ended_) return completion.complete(std::exception_ptr(), std::move(found));
            state->client.send(state->walk.operation_, options,
                               detail::asio::bind_executor(
                                   state->client.engine()->strand(),
                                   [self = this->shared_from_this()](std::exception_ptr error, page_type page) {
                                       self->came(std::move(error), std::move(page));
                                   }));
        }
        void came(std::exception_ptr error, page_type page) {
            if (!error) try {
                    state->walk.take(std::move(page));
                } catch (...) {
                    error = std::current_exception();
                }
            if (error) return completion.complete(std::move(error), Found());
            go_on();
        }

        std::shared_ptr<State> state;
        detail::AsyncCompletion<Handler> completion;
        Take take;
        CallOptions options;
        detail::AsyncStop stop;
    };

    std::shared_ptr<State> state_;
};

/**
 * Sends many operations, some of them at the same time, and reports how each ended.
 *
 *     std::vector<OperationLs> const directories = ...;
 *     async_gather(client, directories, 50, {}, [](std::vector<Result<Response<FileList>>> listings) { ... });
 *
 * The results are in the order of the operations, and each is a value or an error: that one fails does not end the
 * others. Cancellation ends those that are on their way and those that have not begun.
 *
 * @param at_once  how many may be on their way; 0 counts as 1
 * @param options  for each of them
 * @param token    for `void(std::vector<Result<Response<O::result>>>)`
 *
 * @throws UsageError  for a client that was moved from
 */
template <class C, Operation O, class Token = detail::DefaultToken>
auto async_gather(C const& client, std::vector<O> operations, std::size_t at_once, CallOptions options = {},
                  Token&& token = Token());

namespace detail {

template <class C, class O, class Handler>
class Gathering : public std::enable_shared_from_this<Gathering<C, O, Handler>> {
    using Answer = Response<typename O::result>;

public:
    Gathering(AsyncClient<C> client, Handler handler, std::vector<O> operations, std::size_t at_once,
              CallOptions options)
        : client_(std::move(client)),
          completion_(std::move(handler), client_.engine()->executor()),
          operations_(std::move(operations)),
          results_(operations_.size()),
          at_once_(at_once == 0 ? 1 : at_once),
          options_(std::move(options)) {
        stop_.connect(completion_.slot(), options_.stop);
    }

    void go_on() {
        while (running_ < at_once_ && begun_ < operations_.size()) {
            std::size_t const index = begun_++;
            ++running_;
            client_.template start<true>(
                AsyncOperation<O>{std::move(operations_[index])}, options_,
                asio::bind_executor(client_.engine()->strand(),
                                    [self = this->shared_from_this(), index](Result<Answer> result) {
                                        self->results_[index].emplace(std::move(result));
                                        --self->running_;
                                        self->go_on();
                                    }));
        }
        if (running_ != 0) return;
        std::vector<Result<Answer>> all;
        all.reserve(results_.size());
        for (auto& result : results_) all.push_back(*std::move(result));
        completion_.complete(std::move(all));
    }

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
    std::vector<O> operations_;
    std::vector<std::optional<Result<Answer>>> results_;
    std::size_t const at_once_;
    CallOptions options_;
    std::size_t begun_ = 0;
    std::size_t running_ = 0;
};

template <class C>
struct AsyncWalk {
    template <class O>
    static AsyncPaginated<C, O> begin(C const& client, O operation, CallOptions options) {
        static_assert(HasPages<O>, "globus: this operation is not paginated: call it by async_send.");
        static_assert(check_permitted<typename C::service_type, O>());
        return AsyncPaginated<C, O>(client, std::move(operation), std::move(options));
    }
};

}  // namespace detail

template <class C, Operation O, class Token>
auto async_gather(C const& client, std::vector<O> operations, std::size_t at_once, CallOptions options, Token&& token) {
    return detail::initiate<void(std::vector<Result<Response<typename O::result>>>)>(
        [begins = detail::AsyncClient<C>(client), at_once]<class Handler>(Handler&& handler, std::vector<O> all,
                                                                          CallOptions how) {
            if (begins.engine()->has_ended()) return;
            auto const memory = detail::asio::get_associated_allocator(handler);
            auto const gathering = std::allocate_shared<detail::Gathering<C, O, std::decay_t<Handler>>>(
                memory, begins, std::forward<Handler>(handler), std::move(all), at_once, std::move(how));
            begins.engine()->post([gathering] { gathering->go_on(); });
        },
        std::forward<Token>(token), std::move(operations), std::move(options));
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_ASYNC_COMPOSED_HPP

#endif  // GLOBUS_ASIO_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_ASYNC_HPP
#define GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#ifndef GLOBUS_CLIENT_POLLING_HPP
#define GLOBUS_CLIENT_POLLING_HPP

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>

// Waiting for something that the service does: looking at it again and again.
//
// Every wait has the same schedule. It looks at once, then after half a second, then after half as much again each time,
// until the pauses are as long as its `polling_interval`; one of less than half a second is the first pause, too. Looks
// keep to their plan however long each takes, and each may come up to a tenth of its pause earlier, so that many waits
// that began together spread. The last look is at the end of the time-out, unless that is less than half a pause after
// the one before.

namespace globus::detail {

/// How long a function waits for the service, and how often it looks.
struct Polling {
    using Seconds = std::chrono::duration<double>;
    Seconds timeout = std::chrono::hours(1);                  ///< of the whole wait; 10 ms or more
    Seconds polling_interval = std::chrono::seconds(30);      ///< the longest pause; 10 ms or more
    Seconds first_interval = std::chrono::milliseconds(500);  ///< the first pause, if that is less
    double jitter = 0.1;                                      ///< the part of a pause by which a look may come earlier
    std::function<bool(Seconds)> sleep = {};                  ///< waits in place of the library; false to cancel
};

/// True for an error of one look that the next look may not meet: a lost connection, a 503, an answer that is cut off.
[[nodiscard]] bool may_pass(Error const& error);

/// When the looks of a wait are: it reads no clock.
class PollingPlan {
public:
    using Seconds = Polling::Seconds;

    /// @param name  of the function that waits, for messages
    /// @throws UsageError  for times below 10 ms, a jitter that is not in [0, 1), and numbers that are none
    PollingPlan(std::string_view name, Polling const& polling);

    /// Between which times after the start of the wait the next look is.
    struct Look {
        Seconds earliest, latest;
    };
    /// The next look; nothing if the time is up. @param elapsed  since the start of the wait
    [[nodiscard]] std::optional<Look> next(Seconds elapsed);

    /// Of the whole wait, at most a year.
    [[nodiscard]] Seconds timeout() const noexcept { return timeout_; }

private:
    Seconds timeout_, longest_, pause_;
    Seconds planned_{0};
    double jitter_;
};

/// The looks of one wait.
class Looks {
public:
    using Seconds = Polling::Seconds;

    /// @param name  of the function that waits, for messages
    /// @param options  its deadline ends the wait, too
    /// @throws UsageError  as PollingPlan does
    Looks(std::string_view name, CallGate::Pass const& gate, Polling polling, CallOptions options,
          CallGate::Wait gate_waits = CallGate::Wait::yes);
    Looks(std::string_view name, CallGate const& gate, Polling polling, CallOptions options)
        : Looks(name, CallGate::Pass(gate), std::move(polling), std::move(options)) {}

    /// For each request of the wait.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    /// Since the wait began; with `sleep`, the sum of its waits.
    [[nodiscard]] Seconds elapsed() const { return sleep_ ? slept_ : Seconds(http::Clock::now() - start_); }
    /// Runs one of the user's callbacks, which may destroy the client.
    template <class F>
    void run_callback(F const& callback) const {
        call_.run_callback(callback);
    }

    /**
     * Looks until the wait is over. It returns false if the time ran out before.
     *
     * @param look  reads what is waited for
     * @param over  called after each look that succeeded: says whether the wait is over
     * @throws NetworkError  cancelled; the last look's error, if none succeeded
     */
    template <class Look, class Over>
    bool until(Look const& look, Over const& over) {
        while (true) {
            bool seen = true;
            try {
                look();
            } catch (Error const& error) {
                failed(error);
                seen = false;
            }
            if (seen) {
                looked();
                if (over()) return true;
            }
            if (!wait()) return false;
        }
    }

    // The parts of `until`, for a driver that does not block.

    /// Reports a look that succeeded.
    void looked() noexcept;
    /// Reports a look that failed, while the error is in flight; rethrows it if it will not pass.
    void failed(Error const& error);
    /// When the next look is; nothing if that would be too late. @throws the last look's error, if none succeeded
    [[nodiscard]] std::optional<http::Clock::time_point> next_look();
    /// Ends a wait that was cancelled.
    [[noreturn]] void end_cancelled() const;

private:
    /// The next look after the start; nothing if that would be too late.
    std::optional<Seconds> next();
    /// Waits for the next look. False if that would be too late.
    bool wait();
    /// False if it was cancelled.
    bool sleep_until(Seconds until);

    std::string_view name_;
    CallGate::Call const call_;  // lasts from the first look to the last
    CallOptions options_;
    std::function<bool(Seconds)> sleep_;
    PollingPlan plan_;
    http::Clock::time_point start_ = http::Clock::now();
    Seconds slept_{0};
    std::exception_ptr failure_;  ///< of the last look, if none succeeded
    bool seen_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_POLLING_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#ifndef GLOBUS_CORE_CRYPTO_HPP
#define GLOBUS_CORE_CRYPTO_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/// The 32 bytes of the SHA-256 digest of `bytes` (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// `count` bytes from OpenSSL's cryptographic generator; throws Error if it has no entropy.
std::string random_bytes(std::size_t count);

namespace detail {

/// A random UUID (RFC 9562, section 5.4).
std::string random_uuid();

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_CORE_CRYPTO_HPP
#ifndef GLOBUS_OAUTH_ERRORS_HPP
#define GLOBUS_OAUTH_ERRORS_HPP

#include <string_view>
#include <utility>

namespace globus {

/**
 * Globus Auth answered with an error status. https://docs.globus.org/api/auth/reference/#errors
 *
 *     catch (globus::AuthApiError const& error) {
 *         if (error.oauth_error() == "invalid_grant") log_in_again();
 *     }
 */
class GLOBUS_VISIBLE AuthApiError : public ApiError {
public:
    /// Like ApiError, but if the document's errors have a single `id` among them, request_id() is that.
    AuthApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, take_error_id) {}

    /// OAuth2's code for the error, such as "invalid_grant"; empty if there is none (RFC 6749, section 5.2).
    [[nodiscard]] std::string_view oauth_error() const noexcept { return document_text("error"); }
    /// OAuth2's description of the error for developers; empty if there is none (RFC 6749, section 5.2).
    [[nodiscard]] std::string_view oauth_error_description() const noexcept;

private:
    /// Takes the `id` of an error as the request_id, which Auth does not give: it is what to quote if there is only
    /// one.
    static void take_error_id(Reading& reading);
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_ERRORS_HPP
#ifndef GLOBUS_OAUTH_SCOPES_HPP
#define GLOBUS_OAUTH_SCOPES_HPP

#ifndef GLOBUS_OAUTH_SCOPE_HPP
#define GLOBUS_OAUTH_SCOPE_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace globus {

/// A scope text that cannot be read; `what()` says where it goes wrong.
class GLOBUS_VISIBLE ScopeError : public UsageError {
public:
    using UsageError::UsageError;
};

/**
 * A scope: what a token may be used for, and which scopes it needs in turn.
 *
 *     Scope transfer{TransferScopes::all};
 *     transfer = transfer.with_dependency(Scope{GcsCollectionScopes{id}.data_access()}.with_optional());
 *     transfer.text()   // urn:...:all[*https://auth.globus.org/scopes/<id>/data_access]
 *
 * In text a `*` before a scope marks it optional (requested when needed), and `[...]` after it lists the scopes that it
 * depends on. Scopes convert to text, so that they can be used wherever operations and policies take texts.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * RFC 6749, section 3.3; https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
 */
class Scope {
public:
    /// A scope by its own text, without marks and dependencies.
    /// @throws ScopeError  for a character that no scope may have, and for `[`, `]`, `*` and blanks: see parse
    explicit Scope(std::string scope_string);
    explicit Scope(std::string_view scope_string) : Scope(std::string(scope_string)) {}
    explicit Scope(char const* scope_string, detail::CodeLine where = detail::CodeLine::here())
        : Scope(detail::text_at(scope_string, where)) {}

    /**
     * Reads scopes from their text. Scopes of the same name are merged: the result has all their dependencies, and a
     * required dependency absorbs the same one marked optional. The result is sorted by text.
     *
     * @throws ScopeError  for unbalanced brackets, misplaced marks, cycles, more than 64 levels, more than 10,000
     *                     scopes in all, or more than 512 KiB: in `text`, and in the result, where each scope has all
     *                     of its dependencies
     */
    [[nodiscard]] static std::vector<Scope> parse(std::string_view text);
    /// Like parse, for exactly one scope.
    [[nodiscard]] static Scope parse_one(std::string_view text);
    /// The texts of scopes, separated by blanks.
    [[nodiscard]] static std::string join(std::vector<Scope> const& scopes);
    /// All scopes of both, as parsed from one text with both.
    [[nodiscard]] static std::vector<Scope> merge(std::vector<Scope> const& a, std::vector<Scope> const& b);

    /// Its own text, without mark and dependencies.
    [[nodiscard]] std::string const& scope_string() const noexcept { return scope_string_; }
    /// True if it has the mark `*`.
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    /// What it needs in turn: sorted by text if it was parsed, else in the order of with_dependency.
    [[nodiscard]] std::vector<Scope> const& dependencies() const noexcept { return dependencies_; }

    /// The same scope with one more dependency.
    [[nodiscard]] Scope with_dependency(Scope dependency) const;
    /// The same scope, marked optional or not.
    [[nodiscard]] Scope with_optional(bool optional = true) const;

    /// True if this scope includes `other`: it is the same scope, required if `other` is, with all its dependencies.
    [[nodiscard]] bool contains(Scope const& other) const;

    /// The whole scope, as Globus Auth writes it: `*own[first second]`.
    [[nodiscard]] std::string text() const;
    /// The same as text().
    operator std::string() const { return text(); }

    friend bool operator==(Scope const& a, Scope const& b) {
        return a.optional_ == b.optional_ && a.scope_string_ == b.scope_string_ && a.dependencies_ == b.dependencies_;
    }

private:
    static constexpr std::size_t deepest = 64;
    static constexpr std::size_t most = 10000;
    static constexpr std::size_t longest = std::size_t{512} << 10;

    class Graph;

    /// RFC 6749, section 3.3: printable ASCII without blank, '"' and '\'.
    static void check(std::string_view text);
    void append_to(std::string& out) const;

    std::string scope_string_;
    bool optional_ = false;
    std::vector<Scope> dependencies_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_SCOPE_HPP

#include <string>
#include <string_view>
#include <utility>

// The scopes of the Globus services, each with the resource server whose tokens carry it.
// https://docs.globus.org/api/auth/reference/#globus_scopes

namespace globus {

/// The scopes of Globus Auth.
struct AuthScopes {
    static constexpr std::string_view resource_server = "auth.globus.org";
    static constexpr std::string_view email = "email";  ///< the email address, in userinfo and the id_token
    /// Projects, and the policies, clients, credentials and scopes in them.
    static constexpr std::string_view manage_projects = "urn:globus:auth:scope:auth.globus.org:manage_projects";
    static constexpr std::string_view openid = "openid";    ///< with it a login gives an id_token
    static constexpr std::string_view profile = "profile";  ///< name, organization, ..., in userinfo and the id_token
    static constexpr std::string_view view_authentications =
        "urn:globus:auth:scope:auth.globus.org:view_authentications";
    static constexpr std::string_view view_clients = "urn:globus:auth:scope:auth.globus.org:view_clients";
    static constexpr std::string_view view_clients_and_scopes =
        "urn:globus:auth:scope:auth.globus.org:view_clients_and_scopes";
    static constexpr std::string_view view_consents = "urn:globus:auth:scope:auth.globus.org:view_consents";
    static constexpr std::string_view view_identities = "urn:globus:auth:scope:auth.globus.org:view_identities";
    /// The other identities that the user has linked to the one of the login.
    static constexpr std::string_view view_identity_set = "urn:globus:auth:scope:auth.globus.org:view_identity_set";
};

/// The scopes of Globus Compute.
struct ComputeScopes {
    static constexpr std::string_view resource_server = "funcx_service";
    static constexpr std::string_view all = "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all";
};

/// The scopes of Globus Flows.
struct FlowsScopes {
    static constexpr std::string_view resource_server = "flows.globus.org";
    static constexpr std::string_view all = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all";
    /// Creating, changing and deleting flows.
    static constexpr std::string_view manage_flows =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/manage_flows";
    static constexpr std::string_view run = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run";
    /// Cancelling, resuming and changing runs.
    static constexpr std::string_view run_manage =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_manage";
    /// Listing and reading runs.
    static constexpr std::string_view run_status =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_status";
    /// Listing and reading flows.
    static constexpr std::string_view view_flows =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/view_flows";
};

/// The scopes of Globus Groups.
struct GroupsScopes {
    static constexpr std::string_view resource_server = "groups.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:groups.api.globus.org:all";
    static constexpr std::string_view view_my_groups_and_memberships =
        "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships";
};

/// The scopes of Nexus, the predecessor of Groups.
struct NexusScopes {
    static constexpr std::string_view resource_server = "nexus.api.globus.org";
    static constexpr std::string_view groups = "urn:globus:auth:scope:nexus.api.globus.org:groups";
};

/// The scopes of Globus Search.
struct SearchScopes {
    static constexpr std::string_view resource_server = "search.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:search.api.globus.org:all";
    static constexpr std::string_view globus_connect_server =
        "urn:globus:auth:scope:search.api.globus.org:globus_connect_server";
    static constexpr std::string_view ingest = "urn:globus:auth:scope:search.api.globus.org:ingest";
    static constexpr std::string_view search = "urn:globus:auth:scope:search.api.globus.org:search";
};

/// The scopes of Globus Timers.
struct TimersScopes {
    static constexpr std::string_view resource_server = "524230d7-ea86-4a52-8312-86065a9e0417";
    static constexpr std::string_view timer =
        "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer";
};

/// The scopes of Globus Transfer.
struct TransferScopes {
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    static constexpr std::string_view all = "urn:globus:auth:scope:transfer.api.globus.org:all";
    /// Setting up Globus Connect Personal.
    static constexpr std::string_view gcp_install = "urn:globus:auth:scope:transfer.api.globus.org:gcp_install";
};

/// The scopes of the manager of one Globus Connect Server endpoint.
class GcsEndpointScopes {
public:
    /// The id is not checked.
    explicit GcsEndpointScopes(std::string endpoint_id) : id_(std::move(endpoint_id)) {}

    /// The id of the endpoint.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// The scope that the operations of GcsService need.
    [[nodiscard]] std::string manage_collections() const;

private:
    std::string id_;
};

/// The scopes of one collection.
class GcsCollectionScopes {
public:
    /// The id is not checked.
    explicit GcsCollectionScopes(std::string collection_id) : id_(std::move(collection_id)) {}

    /// The id of the collection.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// The scope that Transfer needs for a mapped collection.
    [[nodiscard]] std::string data_access() const { return "https://auth.globus.org/scopes/" + id_ + "/data_access"; }
    /// Reading and writing files by HTTPS.
    [[nodiscard]] std::string https() const { return "https://auth.globus.org/scopes/" + id_ + "/https"; }

private:
    std::string id_;
};

/// The scopes of one flow.
class SpecificFlowScopes {
public:
    /// The id is not checked.
    explicit SpecificFlowScopes(std::string flow_id) : id_(std::move(flow_id)) {}

    /// The id of the flow.
    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// Running the flow.
    [[nodiscard]] std::string user() const;

private:
    std::string id_;
};

/// The scope of Transfer with the optional consents that mapped collections require.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope transfer_scope_with_data_access(StringList const& collection_ids);

/// The scope of one flow that moves files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope flow_scope_with_data_access(SpecificFlowScopes const& flow, StringList const& collection_ids);

/// The scope of Timers for timers that move files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope timers_scope_with_data_access(StringList const& collection_ids);

/// The scope of Timers for timers that run flows.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] Scope timers_scope_with_flows(StringList const& flow_ids);

}  // namespace globus

#endif  // GLOBUS_OAUTH_SCOPES_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
#define GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#define GLOBUS_SERVICES_TRANSFER_ERRORS_HPP

#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// Globus Transfer answered with an error status. https://docs.globus.org/api/transfer/overview/#errors
class GLOBUS_VISIBLE TransferApiError : public ApiError {
public:
    using ApiError::ApiError;
};

/**
 * The second base of every error of submit_transfer, submit_delete and create_tunnel:
 *
 *     catch (NetworkError const& error) {
 *         store(submission_id(error));
 *     }
 */
class GLOBUS_VISIBLE SubmissionError {
public:
    /// @param id  of the submission
    explicit SubmissionError(std::string id) : id_(std::move(id)) {}

    /// The submission id that was sent. Submitting with it again makes no second task.
    [[nodiscard]] std::string const& submission_id() const noexcept { return id_; }

protected:
    ~SubmissionError() = default;

private:
    std::string id_;
};

/// The submission id of the submit_transfer, submit_delete or create_tunnel that an error ended; empty for other calls.
[[nodiscard]] std::string submission_id(Error const& error);

namespace detail {

/// An error that ended a submission.
template <class E>
class GLOBUS_VISIBLE SubmissionEndedBy final : public E, public SubmissionError {
public:
    SubmissionEndedBy(E const& error, std::string id) : E(error), SubmissionError(std::move(id)) {}
};

/// True if a code of Transfer says that an endpoint failed, not Transfer itself, so that asking again would not help.
constexpr bool is_endpoint_code(std::string_view code) {
    std::string_view const first = code.substr(0, code.find('.'));
    return first == "ExternalError" || first == "EndpointError";
}
bool is_endpoint_error(ApiError const& error);

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_FILES_HPP
#define GLOBUS_SERVICES_TRANSFER_FILES_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP
#define GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_WORDS_HPP
#define GLOBUS_SERVICES_TRANSFER_WORDS_HPP

#include <string_view>

// The words of Globus Transfer that come from a set. The service may add others.

namespace globus::transfer {

/// The words of a FileType.
struct FileTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, file, dir, invalid_symlink, chr, blk, pipe, other };
    static constexpr std::string_view words[] = {"", "file", "dir", "invalid_symlink", "chr", "blk", "pipe", "other"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// What an entry of a directory is.
/// https://docs.globus.org/api/transfer/file_operations/#file_document
using FileType = OpenEnum<FileTypeWords>;

/// The words of a FilterMethod.
struct FilterMethodWords {
    /// The constants.
    enum Known : unsigned char { unknown, exclude, include };
    static constexpr std::string_view words[] = {"", "exclude", "include"};
};
/// What a filter rule does with the names that it matches.
/// https://docs.globus.org/api/transfer/task_submit/#filter_rules
using FilterMethod = OpenEnum<FilterMethodWords>;

/// The words of a TaskType.
struct TaskTypeWords {
    /// The constants.
    enum Known : unsigned char { unknown, transfer, delete_ };
    static constexpr std::string_view words[] = {"", "TRANSFER", "DELETE"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// What a task does.
/// https://docs.globus.org/api/transfer/task/#task_document
using TaskType = OpenEnum<TaskTypeWords>;

/// The words of a TaskStatus.
struct TaskStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, active, inactive, succeeded, failed };
    static constexpr std::string_view words[] = {"", "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"};
    /// The word of a constant.
    friend constexpr std::string_view word_of(Known known) noexcept { return words[known]; }
};
/// How far a task is. An inactive one waits for its user, and may go on.
/// https://docs.globus.org/api/transfer/task/#task_document
using TaskStatus = OpenEnum<TaskStatusWords>;

/// The words of a LocalUserStatus.
struct LocalUserStatusWords {
    /// The constants.
    enum Known : unsigned char { unknown, ok, no_permission, not_scanned, endpoint_error, no_endpoint };
    static constexpr std::string_view words[] = {"",           "OK", "NO_PERMISSION", "NOT_SCANNED", "ENDPOINT_ERROR",
                                                 "NO_ENDPOINT"};
};
/// Whether the local account of a task is known, for the managers of its endpoints.
/// https://docs.globus.org/api/transfer/advanced_collection_management/
using LocalUserStatus = OpenEnum<LocalUserStatusWords>;

/// The words of a CanceledBy.
struct CanceledByWords {
    /// The constants.
    enum Known : unsigned char { unknown, source, destination, both };
    static constexpr std::string_view words[] = {"", "SOURCE", "DESTINATION", "BOTH"};
};
/// Whose manager cancelled a task.
/// https://docs.globus.org/api/transfer/task/#task_document
using CanceledBy = OpenEnum<CanceledByWords>;

/// The words of a SymlinkHandling.
struct SymlinkHandlingWords {
    /// The constants.
    enum Known : unsigned char { unknown, ignore, keep, copy };
    static constexpr std::string_view words[] = {"", "ignore", "keep", "copy"};
};
/// What happens to the links in the directories of a transfer.
/// https://docs.globus.org/api/transfer/task_submit/#transfer_specific_fields
using SymlinkHandling = OpenEnum<SymlinkHandlingWords>;

/// The words of a EndpointUse.
struct EndpointUseWords {
    /// The constants.
    enum Known : unsigned char { unknown, source, destination };
    static constexpr std::string_view words[] = {"", "source", "destination"};
};
/// On which side of a transfer an endpoint is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/
using EndpointUse = OpenEnum<EndpointUseWords>;

/// The words of a NetworkUse.
struct NetworkUseWords {
    /// The constants.
    enum Known : unsigned char { unknown, normal, minimal, aggressive, custom };
    static constexpr std::string_view words[] = {"", "normal", "minimal", "aggressive", "custom"};
};
/// How many files and connections an endpoint uses at a time.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/
using NetworkUse = OpenEnum<NetworkUseWords>;

/// The words of a RolePrincipal.
struct RolePrincipalWords {
    /// The constants.
    enum Known : unsigned char { unknown, identity, group };
    static constexpr std::string_view words[] = {"", "identity", "group"};
};
/// Who has a role on an endpoint.
/// https://docs.globus.org/api/transfer/endpoint_roles/
using RolePrincipal = OpenEnum<RolePrincipalWords>;

/// The words of a AccessPrincipal.
struct AccessPrincipalWords {
    /// The constants.
    enum Known : unsigned char { unknown, identity, group, all_authenticated_users, anonymous };
    static constexpr std::string_view words[] = {"", "identity", "group", "all_authenticated_users", "anonymous"};
};
/// Whom an access rule is for.
/// https://docs.globus.org/api/transfer/acl/
using AccessPrincipal = OpenEnum<AccessPrincipalWords>;

/// The words of a Permissions.
struct PermissionsWords {
    /// The constants.
    enum Known : unsigned char { unknown, r, rw };
    static constexpr std::string_view words[] = {"", "r", "rw"};
};
/// What an access rule allows.
/// https://docs.globus.org/api/transfer/acl/
using Permissions = OpenEnum<PermissionsWords>;

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_WORDS_HPP

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

// What Globus Transfer answers. Members have the service's names; the pages named say what they mean.

namespace globus::transfer {

/// A file, directory or link. https://docs.globus.org/api/transfer/file_operations/#file_document
struct File {
    std::string name = {};  ///< without the directory
    FileType type = {};
    Optional<std::int64_t> size = {};        ///< bytes
    Optional<std::string> permissions = {};  ///< octal, as in "0644"
    Optional<Timestamp> last_modified = {};
    Optional<std::string> user = {};         ///< owner, as the host names the account
    Optional<std::string> group = {};        ///< as the host names it
    Optional<std::string> link_target = {};  ///< of a symbolic link; null for all else, as are the members below
    Optional<std::string> link_user = {};    ///< owner of the link itself
    Optional<std::string> link_group = {};   ///< group of the link itself
    Optional<std::int64_t> link_size = {};   ///< of the link itself, in bytes
    Optional<Timestamp> link_last_modified = {};
    static constexpr std::tuple essential{&File::name, &File::type};
    GLOBUS_MEMBERS(File, name, type, size, permissions, last_modified, user, group, link_target, link_user, link_group,
                   link_size, link_last_modified);
};

/// A directory's entries. https://docs.globus.org/api/transfer/file_operations/#dir_listing_response
struct FileList {
    std::vector<File> DATA = {};               ///< at most as many as were asked for; see `total`
    Optional<std::string> path = {};           ///< as it was asked for
    Optional<std::string> absolute_path = {};  ///< without "~"; null if the collection does not tell it
    Optional<std::string> endpoint = {};       ///< id of the collection
    Optional<std::int64_t> length = {};        ///< entries of this answer
    Optional<std::int64_t> total = {};         ///< entries of the directory that pass the filter
    static constexpr auto items = &FileList::DATA;
    GLOBUS_MEMBERS(FileList, DATA, path, absolute_path, endpoint, length, total);
};

/// A GridFTP server of an endpoint. https://docs.globus.org/api/transfer/endpoints_and_collections/#server_document
struct EndpointServer {
    Optional<Json> id = {};                                ///< a number, or a UUID as text
    Optional<std::string> hostname = {};                   ///< or an IP address
    Optional<std::int64_t> port = {};                      ///< of the control channel
    Optional<std::string> scheme = {};                     ///< as in "gsiftp"
    Optional<std::string> uri = {};                        ///< scheme, host name and port in one
    Optional<std::string> subject = {};                    ///< of the server's certificate; null for the default
    Optional<bool> is_connected = {};                      ///< of Globus Connect Personal; null for others
    Optional<bool> is_paused = {};                         ///< of Globus Connect Personal; null for others
    Optional<std::int64_t> incoming_data_port_start = {};  ///< first port that data comes in on; null if unknown
    Optional<std::int64_t> incoming_data_port_end = {};    ///< last port that data comes in on; null if unknown
    Optional<std::int64_t> outgoing_data_port_start = {};  ///< first port that data goes out from; null if unknown
    Optional<std::int64_t> outgoing_data_port_end = {};    ///< last port that data goes out from; null if unknown
    GLOBUS_MEMBERS(EndpointServer, id, hostname, port, scheme, uri, subject, is_connected, is_paused,
                   incoming_data_port_start, incoming_data_port_end, outgoing_data_port_start, outgoing_data_port_end);
};

/// An endpoint or collection.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#endpoint_or_collection_document
struct Endpoint {
    std::string id = {};  ///< a UUID
    Optional<std::string> display_name = {};
    Optional<std::string> entity_type = {};   ///< as in "GCSv5_mapped_collection"
    Optional<std::string> owner_id = {};      ///< of an identity
    Optional<std::string> owner_string = {};  ///< the owner's user name, or what the endpoint shows in its place
    Optional<std::string> description = {};
    Optional<std::string> organization = {};       ///< that runs it
    Optional<std::string> department = {};         ///< of the organization
    Optional<std::string> contact_email = {};      ///< for questions about it
    Optional<std::string> contact_info = {};       ///< phone, address and the like
    Optional<std::string> info_link = {};          ///< URL of a page about it
    Optional<Json> keywords = {};                  ///< a text or a list
    Optional<std::string> default_directory = {};  ///< where a listing that names no path begins; "/~/" if null
    Optional<std::string> host_endpoint_id = {};   ///< of a guest collection: the collection or endpoint that it is on
    Optional<std::string> host_path = {};  ///< of a guest collection: the directory on the host that is its root
    Optional<std::string> mapped_collection_id = {};  ///< of a guest collection on Globus Connect Server 5
    Optional<std::string> subscription_id = {};       ///< that it is managed under; null for none
    Optional<std::string> tlsftp_server = {};         ///< URL, as in "tlsftp://host:443"
    Optional<std::string> https_server = {};          ///< URL below which files can be read by HTTPS; null for none
    Optional<std::string> gcs_version = {};           ///< of Globus Connect Server, as in "5.4.61"
    Optional<std::string> gcs_manager_url = {};       ///< of the API that a GcsService uses
    Optional<std::string> user_message = {};          ///< shown to those who use it
    Optional<std::string> user_message_link = {};     ///< URL that goes with user_message
    Optional<NetworkUse> network_use = {};
    Optional<std::int64_t> max_concurrency = {};        ///< files at a time, at most
    Optional<std::int64_t> preferred_concurrency = {};  ///< files at a time
    Optional<std::int64_t> max_parallelism = {};        ///< connections per file, at most
    Optional<std::int64_t> preferred_parallelism = {};  ///< connections per file
    Optional<bool> acl_available = {};                  ///< it can have access rules
    Optional<bool> acl_editable = {};                   ///< the user may change its access rules
    Optional<bool> disable_verify = {};                 ///< checksums cannot be asked for
    Optional<bool> force_verify = {};                   ///< checksums are always compared
    Optional<bool> force_encryption = {};               ///< data is always sent over TLS
    Optional<bool> gcp_connected = {};      ///< of Globus Connect Personal: the machine is online; null for others
    Optional<bool> gcp_paused = {};         ///< of Globus Connect Personal: its user has paused it; null for others
    Optional<bool> high_assurance = {};     ///< it requires fresh logins and keeps records for audits
    Optional<bool> in_use = {};             ///< active tasks use it
    Optional<bool> is_globus_connect = {};  ///< it runs on Globus Connect Personal
    Optional<bool> mfa_required = {};       ///< it requires multi-factor authentication
    Optional<bool> non_functional = {};     ///< files cannot be reached through it, only through its collections
    Optional<bool> is_public = {};          ///< `public` on the wire
    Optional<bool> shareable = {};          ///< guest collections can be made on it
    Optional<bool> subscription_admin_verified = {};        ///< verified by a manager of its subscription
    Optional<bool> disable_anonymous_writes = {};           ///< access rules cannot let everybody write
    Optional<std::string> non_functional_endpoint_id = {};  ///< of the host that no longer works
    Optional<std::string> non_functional_endpoint_display_name = {};
    std::vector<EndpointServer> DATA = {};  ///< its servers
    // what older endpoints have
    Optional<std::string> username = {};  ///< of the owner
    /// The key that sets up Globus Connect Personal; it comes only with the answer that made the endpoint.
    Optional<Secret> globus_connect_setup_key = {};
    Optional<bool> french_english_bilingual = {};  ///< its texts are in both languages
    Optional<bool> activated = {};                 ///< it has a credential of the user
    Optional<WholeSeconds> expires_in = {};        ///< -1 for never
    Optional<Timestamp> expire_time = {};
    Optional<std::string> myproxy_server = {};  ///< host name
    Optional<std::string> myproxy_dn = {};      ///< of the MyProxy server's certificate
    Optional<std::string> oauth_server = {};    ///< host name
    Optional<std::string> s3_url = {};          ///< of the store behind it
    Optional<bool> s3_owner_activated = {};     ///< the owner's key opens the store for all
    static constexpr auto wire = wires(rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, id, display_name, entity_type, owner_id, owner_string, description, organization,
                   department, contact_email, contact_info, info_link, keywords, default_directory, host_endpoint_id,
                   host_path, mapped_collection_id, subscription_id, tlsftp_server, https_server, gcs_version,
                   gcs_manager_url, user_message, user_message_link, network_use, max_concurrency,
                   preferred_concurrency, max_parallelism, preferred_parallelism, acl_available, acl_editable,
                   disable_verify, force_verify, force_encryption, gcp_connected, gcp_paused, high_assurance, in_use,
                   is_globus_connect, mfa_required, non_functional, is_public, shareable, subscription_admin_verified,
                   disable_anonymous_writes, non_functional_endpoint_id, non_functional_endpoint_display_name, DATA,
                   username, globus_connect_setup_key, french_english_bilingual, activated, expires_in, expire_time,
                   myproxy_server, myproxy_dn, oauth_server, s3_url, s3_owner_activated);
};

/// A page of endpoints. https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointList {
    std::vector<Endpoint> DATA = {};
    Optional<bool> has_next_page = {};   ///< there are more
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<std::int64_t> limit = {};   ///< that was asked for
    Optional<std::int64_t> total = {};   ///< of all pages; not in every list
    static constexpr auto items = &EndpointList::DATA;
    GLOBUS_MEMBERS(EndpointList, DATA, has_next_page, offset, limit, total);
};

/// The outcome of an operation that answers with a sentence.
/// https://docs.globus.org/api/transfer/overview/#result_document
struct OperationResult {
    Optional<std::string> code = {};  ///< as in "DirectoryCreated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    GLOBUS_MEMBERS(OperationResult, code, message, resource, request_id);
};

/// A key that makes a submission safe to repeat. https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct SubmissionId {
    std::string value = {};  ///< a UUID
    static constexpr std::tuple essential{&SubmissionId::value};
    GLOBUS_MEMBERS(SubmissionId, value);
};

/// The outcome of a submission. https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmissionResult {
    std::string task_id = {};
    Optional<std::string> submission_id = {};  ///< as it was sent
    Optional<std::string> code = {};           ///< "Accepted", or "Duplicate" for a submission id that was used before
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    Optional<Json> task_link = {};          ///< where the task can be read, in `href`
    static constexpr std::tuple essential{&SubmissionResult::task_id};
    GLOBUS_MEMBERS(SubmissionResult, task_id, submission_id, code, message, resource, request_id, task_link);
};

/// A transfer or delete task. https://docs.globus.org/api/transfer/task/#task_document
struct Task {
    std::string task_id = {};
    TaskType type = {};
    TaskStatus status = {};
    Optional<std::string> label = {};         ///< that it was submitted with; null for none
    Optional<std::string> username = {};      ///< the older name of its owner; use owner_id
    Optional<std::string> owner_id = {};      ///< of the identity that submitted it
    Optional<std::string> owner_string = {};  ///< the owner's user name
    Optional<Timestamp> request_time = {};
    Optional<Timestamp> completion_time = {};
    Optional<Timestamp> deadline = {};
    Optional<std::string> source_endpoint_id = {};            ///< null if the collection is gone
    Optional<std::string> source_endpoint_display_name = {};  ///< null if the collection is gone
    Optional<std::string> destination_endpoint_id = {};       ///< null for a deletion, and if the collection is gone
    Optional<std::string> destination_endpoint_display_name = {};  ///< null if the collection is gone
    Optional<std::string> source_base_path = {};        ///< the directory that all source paths have in common
    Optional<std::string> destination_base_path = {};   ///< the directory that all destination paths have in common
    Optional<std::string> source_local_user = {};       ///< account on the source's host
    Optional<std::string> destination_local_user = {};  ///< account on the destination's host
    Optional<LocalUserStatus> source_local_user_status = {};       ///< for endpoint managers
    Optional<LocalUserStatus> destination_local_user_status = {};  ///< the same of the destination
    Optional<std::string> source_host_endpoint_id = {};            ///< of the collection that a guest collection is on
    Optional<std::string> destination_host_endpoint_id = {};       ///< the same of the destination
    Optional<std::string> source_host_endpoint_display_name = {};
    Optional<std::string> destination_host_endpoint_display_name = {};
    Optional<std::string> source_host_path = {};                  ///< on the host: the root of the guest collection
    Optional<std::string> destination_host_path = {};             ///< the same of the destination
    Optional<std::string> source_mapped_collection_id = {};       ///< that the guest collection is on
    Optional<std::string> destination_mapped_collection_id = {};  ///< the same of the destination
    Optional<std::string> source_mapped_collection_display_name = {};
    Optional<std::string> destination_mapped_collection_display_name = {};
    /// Older form of source_endpoint_id; the next three are older forms, too.
    Optional<std::string> source_endpoint = {};
    Optional<std::string> destination_endpoint = {};           ///< of the destination
    Optional<std::string> source_host_endpoint = {};           ///< of the source's host
    Optional<std::string> destination_host_endpoint = {};      ///< of the destination's host
    Optional<bool> history_deleted = {};                       ///< the paths of the task are no longer kept
    Optional<std::string> nice_status = {};                    ///< why it does not advance, as in "PERMISSION_DENIED"
    Optional<std::string> nice_status_details = {};            ///< the same in the words of the server that failed
    Optional<std::string> nice_status_short_description = {};  ///< the same for people
    /// When the task will fail because of it: a number of seconds, -1 for never, or an ISO 8601 time as a text.
    Optional<Json> nice_status_expires_in = {};
    Optional<bool> is_ok = {};                               ///< no error blocks it; null once it has ended
    Optional<bool> is_paused = {};                           ///< held by a pause rule or an administrator
    Optional<CanceledBy> canceled_by_admin = {};             ///< null if no manager cancelled it
    Optional<std::string> canceled_by_admin_message = {};    ///< that manager's message
    Optional<std::string> command = {};                      ///< what it came from, as in "API 0.10"
    Optional<std::int64_t> bytes_checksummed = {};           ///< bytes read to compare checksums before the transfer
    Optional<std::int64_t> bytes_transferred = {};           ///< bytes, repeated attempts included
    Optional<std::int64_t> effective_bytes_per_second = {};  ///< mean rate so far, pauses and errors included
    Optional<std::int64_t> directories = {};                 ///< of the task, found so far
    Optional<std::int64_t> files = {};                       ///< of the task, found so far
    Optional<std::int64_t> files_skipped = {};               ///< left as they were because of sync_level
    Optional<std::int64_t> files_transferred = {};           ///< that have arrived
    Optional<std::int64_t> symlinks = {};                    ///< of the task, found so far
    Optional<std::int64_t> faults = {};                      ///< errors so far, including those that passed
    Optional<std::int64_t> subtasks_total = {};      ///< steps: one for each file, directory and deletion, found so far
    Optional<std::int64_t> subtasks_pending = {};    ///< steps not begun, or under way
    Optional<std::int64_t> subtasks_retrying = {};   ///< steps that failed and are tried again
    Optional<std::int64_t> subtasks_succeeded = {};  ///< steps
    Optional<std::int64_t> subtasks_expired = {};    ///< steps not done at the deadline
    Optional<std::int64_t> subtasks_canceled = {};   ///< steps
    Optional<std::int64_t> subtasks_failed = {};     ///< steps
    Optional<std::int64_t> subtasks_skipped_errors = {};  ///< steps left out because of skip_source_errors
    Optional<Json> sync_level = {};                       ///< 0 to 3, as in SyncLevel; null for none
    Optional<bool> delete_destination_extra = {};         ///< this and those below are as they were submitted
    Optional<bool> encrypt_data = {};                     ///< as it was submitted
    Optional<bool> fail_on_quota_errors = {};             ///< as it was submitted
    Optional<bool> preserve_timestamp = {};               ///< as it was submitted
    Optional<bool> skip_source_errors = {};               ///< as it was submitted
    Optional<bool> verify_checksum = {};                  ///< as it was submitted
    Optional<SymlinkHandling> recursive_symlinks = {};    ///< as it was submitted
    Optional<Json> fatal_error = {};                      ///< code and description of what ended a failed task
    Optional<Json> filter_rules = {};                     ///< a list of FilterRule; null for none
    GLOBUS_MEMBERS(Task, task_id, type, status, label, username, owner_id, owner_string, request_time, completion_time,
                   deadline, source_endpoint_id, source_endpoint_display_name, destination_endpoint_id,
                   destination_endpoint_display_name, source_base_path, destination_base_path, source_local_user,
                   destination_local_user, source_local_user_status, destination_local_user_status,
                   source_host_endpoint_id, destination_host_endpoint_id, source_host_endpoint_display_name,
                   destination_host_endpoint_display_name, source_host_path, destination_host_path,
                   source_mapped_collection_id, destination_mapped_collection_id, source_mapped_collection_display_name,
                   destination_mapped_collection_display_name, source_endpoint, destination_endpoint,
                   source_host_endpoint, destination_host_endpoint, history_deleted, nice_status, nice_status_details,
                   nice_status_short_description, nice_status_expires_in, is_ok, is_paused, canceled_by_admin,
                   canceled_by_admin_message, command, bytes_checksummed, bytes_transferred, effective_bytes_per_second,
                   directories, files, files_skipped, files_transferred, symlinks, faults, subtasks_total,
                   subtasks_pending, subtasks_retrying, subtasks_succeeded, subtasks_expired, subtasks_canceled,
                   subtasks_failed, subtasks_skipped_errors, sync_level, delete_destination_extra, encrypt_data,
                   fail_on_quota_errors, preserve_timestamp, skip_source_errors, verify_checksum, recursive_symlinks,
                   fatal_error, filter_rules);
};

/// A page of tasks. `last_key` and `has_next_page` are those of the endpoint manager's list.
/// https://docs.globus.org/api/transfer/task/#task_list_document
struct TaskPage {
    std::vector<Task> DATA = {};
    Optional<std::int64_t> length = {};   ///< tasks of this page
    Optional<std::int64_t> limit = {};    ///< that was asked for
    Optional<std::int64_t> offset = {};   ///< of the first, from 0
    Optional<std::int64_t> total = {};    ///< of all pages
    Optional<bool> has_next_page = {};    ///< there are more
    Optional<std::string> last_key = {};  ///< for the next page
    static constexpr auto items = &TaskPage::DATA;
    GLOBUS_MEMBERS(TaskPage, DATA, length, limit, offset, total, has_next_page, last_key);
};

/// Something that happened to a task. https://docs.globus.org/api/transfer/task/#event_document
struct TaskEvent {
    Optional<std::string> code = {};  ///< as in "STARTED", "FILE_NOT_FOUND"
    Optional<std::string> description = {};
    Optional<std::string> details = {};  ///< a text or JSON as text, of a form that depends on the code
    Optional<bool> is_error = {};        ///< false for progress and the like
    Optional<Timestamp> time = {};
    GLOBUS_MEMBERS(TaskEvent, code, description, details, is_error, time);
};

/// A page of events. https://docs.globus.org/api/transfer/task/#event_list_document
struct TaskEventPage {
    std::vector<TaskEvent> DATA = {};    ///< the latest first
    Optional<std::int64_t> length = {};  ///< events of this page
    Optional<std::int64_t> limit = {};   ///< that was asked for
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<std::int64_t> total = {};   ///< of all pages
    static constexpr auto items = &TaskEventPage::DATA;
    GLOBUS_MEMBERS(TaskEventPage, DATA, length, limit, offset, total);
};

// Endpoints

/// What creating or changing an endpoint answers. https://docs.globus.org/api/transfer/gcp_management/
struct EndpointResult {
    Optional<std::string> id = {};    ///< of an endpoint that was made
    Optional<std::string> code = {};  ///< as in "Created", "Updated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    GLOBUS_MEMBERS(EndpointResult, id, code, message, resource, request_id);
};

/// A page of the guest collections of a host.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct SharedEndpointPage {
    std::vector<Endpoint> shared_endpoints = {};
    Optional<std::string> next_token = {};  ///< for the next page; null on the last
    static constexpr auto items = &SharedEndpointPage::shared_endpoints;
    GLOBUS_MEMBERS(SharedEndpointPage, shared_endpoints, next_token);
};

/// The servers of an endpoint.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_server_list
struct EndpointServerPage {
    std::vector<EndpointServer> DATA = {};
    Optional<std::string> endpoint = {};  ///< its id
    static constexpr auto items = &EndpointServerPage::DATA;
    GLOBUS_MEMBERS(EndpointServerPage, DATA, endpoint);
};

// Who may do what

/**
 * A role on a collection; also what add_endpoint_role sends.
 *
 *     EndpointRole{.principal_type = "identity", .principal = identity_id, .role = "access_manager"}
 *
 * https://docs.globus.org/api/transfer/roles/#role_document
 */
struct EndpointRole {
    Constant<"role"> DATA_TYPE = {};
    Optional<std::string> id = {};  ///< a UUID; null for the owner's role
    Optional<RolePrincipal> principal_type = {};
    Optional<std::string> principal = {};  ///< its id
    Optional<std::string> role = {};       ///< "administrator", "access_manager", "activity_manager", ...
    GLOBUS_MEMBERS(EndpointRole, DATA_TYPE, id, principal_type, principal, role);
};

/// The roles on a collection. https://docs.globus.org/api/transfer/roles/#role_list
struct EndpointRolePage {
    std::vector<EndpointRole> DATA = {};
    Optional<std::string> endpoint = {};  ///< id of the collection
    static constexpr auto items = &EndpointRolePage::DATA;
    GLOBUS_MEMBERS(EndpointRolePage, DATA, endpoint);
};

/**
 * Who may read or write below a path of a guest collection; also what add_endpoint_acl_rule sends.
 *
 *     AccessRule{.principal_type = "group", .principal = group_id, .path = "/shared/", .permissions = "r"}
 *
 * https://docs.globus.org/api/transfer/acl/#access_document
 */
struct AccessRule {
    Constant<"access"> DATA_TYPE = {};
    Optional<std::string> id = {};  ///< a UUID; null for a rule that comes from a role
    Optional<AccessPrincipal> principal_type = {};
    Optional<std::string> principal = {};  ///< its id; empty for the last two
    Optional<std::string> path = {};       ///< it begins and ends with a slash
    Optional<Permissions> permissions = {};
    Optional<std::string> role_id = {};    ///< of the role that this rule comes from
    Optional<std::string> role_type = {};  ///< of that role, as in "administrator"
    Optional<Timestamp> create_time = {};
    Optional<Timestamp> expiration_date = {};
    Optional<std::string> notify_email = {};    ///< whom to tell about a new rule
    Optional<std::string> notify_message = {};  ///< that goes into the e-mail
    GLOBUS_MEMBERS(AccessRule, DATA_TYPE, id, principal_type, principal, path, permissions, role_id, role_type,
                   create_time, expiration_date, notify_email, notify_message);
};

/// The access rules of a guest collection. https://docs.globus.org/api/transfer/acl/#access_list_document
struct AccessRulePage {
    std::vector<AccessRule> DATA = {};
    Optional<std::string> endpoint = {};  ///< id of the collection
    Optional<std::int64_t> length = {};   ///< how many there are
    static constexpr auto items = &AccessRulePage::DATA;
    GLOBUS_MEMBERS(AccessRulePage, DATA, endpoint, length);
};

/// What adding an access rule answers. https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AccessRuleResult {
    Optional<std::string> access_id = {};  ///< of the rule, for the operations that take a rule_id
    Optional<std::string> code = {};       ///< as in "Created"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};    ///< the path of the request
    Optional<std::string> request_id = {};  ///< for questions to Globus support
    GLOBUS_MEMBERS(AccessRuleResult, access_id, code, message, resource, request_id);
};

// Bookmarks

/**
 * A name for a path of a collection; also what create_bookmark sends.
 *
 *     Bookmark{.name = "results", .endpoint_id = collection_id, .path = "/~/results/"}
 *
 * https://docs.globus.org/api/transfer/collection_bookmarks/#bookmark_document
 */
struct Bookmark {
    Constant<"bookmark"> DATA_TYPE = {};
    Optional<std::string> id = {};    ///< a UUID; left out when it is to be made
    Optional<std::string> name = {};  ///< one that the user has not used yet
    Optional<std::string> endpoint_id = {};
    Optional<std::string> path = {};  ///< it ends with a slash
    Optional<bool> pinned = {};       ///< it is shown first
    GLOBUS_MEMBERS(Bookmark, DATA_TYPE, id, name, endpoint_id, path, pinned);
};

/// The bookmarks of the user. https://docs.globus.org/api/transfer/collection_bookmarks/#get_list_of_bookmarks
struct BookmarkPage {
    std::vector<Bookmark> DATA = {};
    static constexpr auto items = &BookmarkPage::DATA;
    GLOBUS_MEMBERS(BookmarkPage, DATA);
};

// Pauses

/**
 * A rule by which the manager of a collection pauses tasks.
 *
 * https://docs.globus.org/api/transfer/advanced_collection_management/#pause_rule_document
 */
struct PauseRule {
    Constant<"pause_rule"> DATA_TYPE = {};
    Optional<std::string> id = {};       ///< a UUID; left out when it is to be made
    Optional<std::string> message = {};  ///< for the owners of the tasks
    Optional<Timestamp> start_time = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> endpoint_display_name = {};
    Optional<std::string> identity_id = {};  ///< whose tasks; everybody's if null
    /// It was made by the manager of a guest collection's host, not of the collection.
    Optional<bool> created_by_host_manager = {};
    Optional<std::string> modified_by = {};     ///< user name; only managers get it
    Optional<std::string> modified_by_id = {};  ///< of that user's identity
    Optional<Timestamp> modified_time = {};
    Optional<bool> editable = {};                         ///< the user may change and delete it
    Optional<bool> pause_ls = {};                         ///< true: directories cannot be listed
    Optional<bool> pause_mkdir = {};                      ///< true: no directory can be made
    Optional<bool> pause_rename = {};                     ///< true: nothing can be renamed
    Optional<bool> pause_symlink = {};                    ///< true: no link can be made
    Optional<bool> pause_task_delete = {};                ///< true: deletions are paused
    Optional<bool> pause_task_transfer_read = {};         ///< true: transfers from the collection are paused
    Optional<bool> pause_task_transfer_read_share = {};   ///< true: transfers from guest collections on it are paused
    Optional<bool> pause_task_transfer_write = {};        ///< true: transfers to the collection are paused
    Optional<bool> pause_task_transfer_write_share = {};  ///< true: transfers to guest collections on it are paused
    GLOBUS_MEMBERS(PauseRule, DATA_TYPE, id, message, start_time, endpoint_id, endpoint_display_name, identity_id,
                   created_by_host_manager, modified_by, modified_by_id, modified_time, editable, pause_ls, pause_mkdir,
                   pause_rename, pause_symlink, pause_task_delete, pause_task_transfer_read,
                   pause_task_transfer_read_share, pause_task_transfer_write, pause_task_transfer_write_share);
};

/// The pause rules of a collection, or of all that the user manages.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rules
struct PauseRulePage {
    std::vector<PauseRule> DATA = {};
    Optional<std::int64_t> length = {};  ///< how many there are
    static constexpr auto items = &PauseRulePage::DATA;
    GLOBUS_MEMBERS(PauseRulePage, DATA, length);
};

/// Why a task is paused, or will be. https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct PauseInfo {
    std::vector<PauseRule> pause_rules = {};  ///< that pause the task
    /// From the administrator who paused the task; null for none, as are those below.
    Optional<std::string> source_pause_message = {};
    Optional<std::string> destination_pause_message = {};        ///< the same of the destination
    Optional<std::string> source_pause_message_share = {};       ///< the same of the source's host
    Optional<std::string> destination_pause_message_share = {};  ///< the same of the destination's host
    static constexpr auto items = &PauseInfo::pause_rules;
    GLOBUS_MEMBERS(PauseInfo, pause_rules, source_pause_message, destination_pause_message, source_pause_message_share,
                   destination_pause_message_share);
};

/// What cancelling other users' tasks answers, and how far that is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct AdminCancel {
    Optional<TextOrNumber> id = {};              ///< for endpoint_manager_cancel_status
    Optional<bool> done = {};                    ///< all tasks have been told; any that could not be are unchanged
    Optional<std::string> message = {};          ///< for the owners of the tasks
    std::vector<std::string> task_id_list = {};  ///< that were to be cancelled
    GLOBUS_MEMBERS(AdminCancel, id, done, message, task_id_list);
};

// What happened to single files

/// A file that a task has transferred. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransfer {
    Optional<std::string> source_path = {};       ///< absolute, on the source
    Optional<std::string> destination_path = {};  ///< absolute, on the destination
    GLOBUS_MEMBERS(SuccessfulTransfer, source_path, destination_path);
};

/// A page of transferred files. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransferPage {
    std::vector<SuccessfulTransfer> DATA = {};
    Optional<Json> marker = {};       ///< of this page
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    static constexpr auto items = &SuccessfulTransferPage::DATA;
    GLOBUS_MEMBERS(SuccessfulTransferPage, DATA, marker, next_marker);
};

/// A path that a task left out, because skip_source_errors was set.
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedError {
    Optional<std::string> source_path = {};       ///< absolute, on the source
    Optional<std::string> destination_path = {};  ///< null where there is none
    Optional<std::string> error_code = {};        ///< "FILE_NOT_FOUND" or "PERMISSION_DENIED"
    Optional<std::string> error_details = {};     ///< in the words of the server that failed
    Optional<Timestamp> error_time = {};
    Optional<bool> is_directory = {};                 ///< false for a file or link
    Optional<bool> is_symlink = {};                   ///< it is a link, whatever that leads to
    Optional<bool> is_delete_destination_extra = {};  ///< it was to be deleted because of delete_destination_extra
    Optional<std::string> external_checksum = {};     ///< as it was submitted; null for none
    Optional<std::string> checksum_algorithm = {};    ///< of external_checksum
    GLOBUS_MEMBERS(SkippedError, source_path, destination_path, error_code, error_details, error_time, is_directory,
                   is_symlink, is_delete_destination_extra, external_checksum, checksum_algorithm);
};

/// A page of skipped paths. https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedErrorPage {
    std::vector<SkippedError> DATA = {};
    Optional<Json> marker = {};       ///< of this page
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    static constexpr auto items = &SkippedErrorPage::DATA;
    GLOBUS_MEMBERS(SkippedErrorPage, DATA, marker, next_marker);
};

// Tunnels and other JSON:API documents, whose resource is in `data`

/// The name of another resource. https://jsonapi.org/format/#document-resource-identifier-objects
struct ResourceId {
    Optional<std::string> type = {};  ///< as in "StreamAccessPoint"
    Optional<std::string> id = {};    ///< a UUID
    GLOBUS_MEMBERS(ResourceId, type, id);
};

/// A relationship to another resource. https://jsonapi.org/format/#document-resource-object-relationships
struct Relationship {
    Optional<ResourceId> data = {};  ///< null for none
    GLOBUS_MEMBERS(Relationship, data);
};

/// What a tunnel is, and its state. https://docs.globus.org/api/transfer/
struct TunnelAttributes {
    Optional<std::string> label = {};   ///< for people
    Optional<std::string> state = {};   ///< as in "AWAITING_LISTENER", "STOPPING"
    Optional<std::string> status = {};  ///< the state in a sentence
    Optional<Timestamp> created_time = {};
    Optional<std::string> submission_id = {};         ///< that it was made with
    Optional<WholeMinutes> lifetime_mins = {};        ///< how long it may live
    Optional<bool> restartable = {};                  ///< the service may start it again after a failure
    Optional<std::string> initiator_ip_address = {};  ///< of the end that connects; null until it is known
    Optional<std::int64_t> initiator_port = {};       ///< of the end that connects; null until it is known
    Optional<std::string> listener_ip_address = {};   ///< where the listening program waits; null until it is known
    Optional<std::int64_t> listener_port = {};        ///< where the listening program waits; null until it is known
    GLOBUS_MEMBERS(TunnelAttributes, label, state, status, created_time, submission_id, lifetime_mins, restartable,
                   initiator_ip_address, initiator_port, listener_ip_address, listener_port);
};

/// The two ends of a tunnel, and whose it is. https://docs.globus.org/api/transfer/
struct TunnelRelationships {
    Optional<Relationship> initiator = {};  ///< the StreamAccessPoint that connects
    Optional<Relationship> listener = {};   ///< the StreamAccessPoint that waits for it
    Optional<Relationship> owner = {};      ///< an identity
    GLOBUS_MEMBERS(TunnelRelationships, initiator, listener, owner);
};

/// A tunnel: a connection between two stream access points. https://docs.globus.org/api/transfer/
struct Tunnel {
    Optional<std::string> type = {};  ///< "Tunnel"
    std::string id = {};              ///< a UUID
    TunnelAttributes attributes = {};
    TunnelRelationships relationships = {};
    GLOBUS_MEMBERS(Tunnel, type, id, attributes, relationships);
};

/// The JSON:API document of a tunnel. https://docs.globus.org/api/transfer/
struct TunnelDocument {
    Optional<Tunnel> data = {};
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(TunnelDocument, data, meta);
};

/// A page of tunnels; `links` leads to the next. https://docs.globus.org/api/transfer/
struct TunnelPage {
    std::vector<Tunnel> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &TunnelPage::data;
    GLOBUS_MEMBERS(TunnelPage, data, links, meta);
};

/// Something that happened to a tunnel. https://docs.globus.org/api/transfer/
struct TunnelEvent {
    Optional<std::string> type = {};  ///< as in "TunnelEvent"
    Optional<Json> id = {};           ///< a number
    TaskEvent attributes = {};
    GLOBUS_MEMBERS(TunnelEvent, type, id, attributes);
};

/// A page of what happened to a tunnel; `links` leads to the next. https://docs.globus.org/api/transfer/
struct TunnelEventPage {
    std::vector<TunnelEvent> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &TunnelEventPage::data;
    GLOBUS_MEMBERS(TunnelEventPage, data, links, meta);
};

/// What a stream access point is. https://docs.globus.org/api/transfer/
struct StreamAccessPointAttributes {
    Optional<std::string> display_name = {};
    Optional<std::string> advertised_owner = {};  ///< the owner that it shows
    Optional<std::string> description = {};
    Optional<std::string> organization = {};   ///< that runs it
    Optional<std::string> department = {};     ///< of the organization
    Optional<std::string> contact_email = {};  ///< for questions about it
    Optional<std::string> contact_info = {};   ///< phone, address and the like
    Optional<std::string> info_link = {};      ///< URL of a page about it
    Optional<Json> keywords = {};              ///< a text or a list
    Optional<std::string> tlsftp_server = {};  ///< URL, as in "tlsftp://host:443"
    GLOBUS_MEMBERS(StreamAccessPointAttributes, display_name, advertised_owner, description, organization, department,
                   contact_email, contact_info, info_link, keywords, tlsftp_server);
};

/// What a stream access point belongs to. https://docs.globus.org/api/transfer/
struct StreamAccessPointRelationships {
    Optional<Relationship> host_endpoint = {};  ///< that it is on
    GLOBUS_MEMBERS(StreamAccessPointRelationships, host_endpoint);
};

/// An end that a tunnel can have. https://docs.globus.org/api/transfer/
struct StreamAccessPoint {
    Optional<std::string> type = {};  ///< "StreamAccessPoint"
    std::string id = {};              ///< a UUID
    StreamAccessPointAttributes attributes = {};
    StreamAccessPointRelationships relationships = {};
    GLOBUS_MEMBERS(StreamAccessPoint, type, id, attributes, relationships);
};

/// The JSON:API document of a stream access point. https://docs.globus.org/api/transfer/
struct StreamAccessPointDocument {
    Optional<StreamAccessPoint> data = {};
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(StreamAccessPointDocument, data, meta);
};

/// A page of stream access points; `links` leads to the next. https://docs.globus.org/api/transfer/
struct StreamAccessPointPage {
    std::vector<StreamAccessPoint> data = {};
    Optional<Json> links = {};  ///< URLs, of the next page among them; null for none
    Optional<Json> meta = {};   ///< further facts, such as the id of the request
    static constexpr auto items = &StreamAccessPointPage::data;
    GLOBUS_MEMBERS(StreamAccessPointPage, data, links, meta);
};

/// The outcome of a JSON:API operation that leaves no resource, such as a deletion.
/// https://jsonapi.org/format/#document-top-level
struct ApiResult {
    Optional<Json> data = {};  ///< null
    Optional<Json> meta = {};  ///< further facts, such as the id of the request
    GLOBUS_MEMBERS(ApiResult, data, meta);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ANSWERS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP
#define GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The documents that a Transfer program makes.

namespace globus::detail {

/// A member that belongs to a JSON:API resource's relationships, as the id of a resource of `type`.
struct ResourceLink {
    std::string_view member;
    std::string_view name;
    std::string_view type;
};

/**
 * Writes an object as the JSON:API document of a resource: `T::resource_type`, the members that `T::resource_links`
 * lists as relationships, and all others as attributes.
 */
template <class T>
void write_resource(std::string& out, T const& object) {
    auto const link_of = [](std::string_view member) -> ResourceLink const* {
        for (ResourceLink const& link : T::resource_links)
            if (link.member == member) return &link;
        return nullptr;
    };
    out += R"({"data":{"type":)";
    write_string(out, T::resource_type);
    if (!T::resource_links.empty()) {
        bool first = true;
        out += R"(,"relationships":{)";
        T::members::for_each(object, [&]<class M, class V>(M, V const& value) {
            if constexpr (std::same_as<V, Required<std::string>>) {
                ResourceLink const* const link = link_of(M::key);
                if (link == nullptr) return;
                write_separator(out, first);
                write_string(out, link->name);
                out += R"(:{"data":{"type":)";
                write_string(out, link->type);
                out += R"(,"id":)";
                write_string(out, *value);
                out += "}}";
            }
        });
        out += '}';
    }
    bool first = true;
    out += R"(,"attributes":{)";
    T::members::for_each(object, [&]<class M, class V>(M, V const& value) {
        if constexpr (std::same_as<V, AdditionalFields>) {
            for (auto const& [key, item] : value) write_member(out, first, key, item);
        } else {
            if constexpr (is_optional<V>)
                if (value.is_absent()) return;
            if (link_of(M::key) == nullptr && !object.additional_fields.contains(M::key))
                write_member(out, first, M::key, value);
        }
    });
    out += "}}}";
}

/// @throws UsageError  for an empty id
void check_id(std::string_view member, std::string_view id);

}  // namespace globus::detail

namespace globus::transfer {

/**
 * When a file that already exists is copied again.
 *
 *     .sync_level = SyncLevel::checksum
 *
 * https://docs.globus.org/api/transfer/task_submit/#transfer_specific_fields
 */
class SyncLevel {
public:
    /// A file is copied if it is missing; or its size differs; or it is older; or its checksum differs.
    enum Level : unsigned char { exists, size, mtime, checksum };

    /// The level by its enumerator.
    SyncLevel(Level level = exists) : number_(level) {}
    /// The level by its number, 0 to 3; submit_transfer refuses others.
    SyncLevel(std::int64_t number) : number_(number) {}
    /// The level by its number, 0 to 3; submit_transfer refuses others.
    SyncLevel(int number) : number_(number) {}
    /// @throws UsageError  for a name other than exists, size, mtime and checksum
    SyncLevel(std::string_view name);
    /// @throws UsageError  for a name other than exists, size, mtime and checksum
    SyncLevel(char const* name, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : SyncLevel(std::string_view(globus::detail::text_at(name, where))) {}

    /// The number that is sent, 0 to 3.
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    void write_json(std::string& out) const { globus::detail::write_json(out, number_); }
    friend bool operator==(SyncLevel, SyncLevel) = default;

private:
    std::int64_t number_;
};

/// One file or directory of a transfer. https://docs.globus.org/api/transfer/task_submit/#transfer_item_fields
struct TransferItem {
    Constant<"transfer_item"> DATA_TYPE = {};
    Required<std::string> source_path;              ///< with / between its parts; "~" is the account's home
    Required<std::string> destination_path;         ///< the full path of what is made, not the directory above it
    Optional<bool> recursive = {};                  ///< true: a directory with all that is in it
    Optional<std::string> external_checksum = {};   ///< that the file is expected to have
    Optional<std::string> checksum_algorithm = {};  ///< of external_checksum, as in "SHA256"
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferItem, DATA_TYPE, source_path, destination_path, recursive, external_checksum,
                   checksum_algorithm, additional_fields);
};

/// Which names a recursive transfer includes. https://docs.globus.org/api/transfer/task_submit/#filter_rules
struct FilterRule {
    Constant<"filter_rule"> DATA_TYPE = {};
    Required<std::string> name;                   ///< with * and ?
    FilterMethod method = FilterMethod::exclude;  ///< or FilterMethod::include
    Optional<FileType> type = {};                 ///< files or directories; both if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(FilterRule, DATA_TYPE, name, method, type, additional_fields);

    /// @throws UsageError  for an unknown method or type
    void check() const;
};

/**
 * A transfer to be submitted.
 *
 *     TransferData data{.source_endpoint = here, .destination_endpoint = there, .label = "nightly"};
 *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
 *     auto accepted = transfer.submit_transfer(data);
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 * https://docs.globus.org/api/transfer/task_submit/#transfer_and_delete_documents
 */
struct TransferData {
    Constant<"transfer"> DATA_TYPE = {};
    Required<std::string> source_endpoint;       ///< id of the collection that is read
    Required<std::string> destination_endpoint;  ///< id of the collection that is written
    Optional<std::string> label = {};  ///< for people: at most 128 characters, in one line, no blank at either end
    Optional<std::string> submission_id = {};  ///< submit_transfer fetches one if there is none
    Optional<SyncLevel> sync_level = {};       ///< which existing files are copied again; all if left out
    /// Whether checksums are compared after each file, which is sent again if they differ; default false.
    Optional<bool> verify_checksum = {};
    Optional<bool> preserve_timestamp = {};  ///< whether files get the source's modification times; default false
    Optional<bool> encrypt_data = {};        ///< whether the data is sent over TLS; default false
    Optional<Timestamp> deadline = {};       ///< the task fails after this time
    /// Whether to go on past paths that are not found or not readable; default false.
    Optional<bool> skip_source_errors = {};
    /// Whether the task ends when the destination is full, instead of trying again; default false.
    Optional<bool> fail_on_quota_errors = {};
    /// Whether to delete what a recursive item's source does not have; default false.
    Optional<bool> delete_destination_extra = {};
    Optional<bool> notify_on_succeeded = {};  ///< whether the user gets an e-mail; default true
    Optional<bool> notify_on_failed = {};     ///< whether the user gets an e-mail; default true
    /// Whether the user gets an e-mail, as when a login has expired; default true.
    Optional<bool> notify_on_inactive = {};
    /// Account on the source's host, where the user has several; mapped collections only.
    Optional<std::string> source_local_user = {};
    Optional<std::string> destination_local_user = {};    ///< the same of the destination
    std::vector<TransferItem> DATA = {};                  ///< what is transferred: at least one item
    Optional<std::vector<FilterRule>> filter_rules = {};  ///< which names recursive items include; all if left out
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferData, DATA_TYPE, source_endpoint, destination_endpoint, label, submission_id, sync_level,
                   verify_checksum, preserve_timestamp, encrypt_data, deadline, skip_source_errors,
                   fail_on_quota_errors, delete_destination_extra, notify_on_succeeded, notify_on_failed,
                   notify_on_inactive, source_local_user, destination_local_user, DATA, filter_rules,
                   additional_fields);

    /// Adds a file or directory.
    TransferData& add_item(TransferItem item);
    /// Adds a rule on names; the first rule that matches a name decides.
    TransferData& add_filter_rule(FilterRule rule);

    /// Refuses what Transfer would refuse; submit_transfer calls it before it sends anything. It does not look at what
    /// additional_fields replace.
    /// @throws UsageError  for an empty endpoint id, a label that is too long, has a line break or begins or ends with
    ///                     a blank, an unknown sync_level or filter rule, a deadline that there is not, as on the 30th
    ///                     of February, and a transfer without items
    void check() const;
};

/// One path of a deletion. https://docs.globus.org/api/transfer/task_submit/#delete_item_fields
struct DeleteItem {
    Constant<"delete_item"> DATA_TYPE = {};
    Required<std::string> path;  ///< of a file, or of a directory where `recursive` is set
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DeleteItem, DATA_TYPE, path, additional_fields);
};

/**
 * A deletion to be submitted.
 *
 *     DeleteData data{.endpoint = there, .recursive = true};
 *     data.add_item({.path = "/archive/run1/"});
 *     auto accepted = transfer.submit_delete(data);
 *
 * https://docs.globus.org/api/transfer/task_submit/#delete_specific_fields
 */
struct DeleteData {
    Constant<"delete"> DATA_TYPE = {};
    Required<std::string> endpoint;    ///< id of the collection
    Optional<std::string> label = {};  ///< for people: at most 128 characters, in one line, no blank at either end
    Optional<std::string> submission_id = {};  ///< submit_delete fetches one if there is none
    Optional<bool> recursive = {};       ///< whether directories are deleted with all that is in them; default false
    Optional<bool> ignore_missing = {};  ///< whether a missing path is accepted; default false
    /// Whether *, ? and [] in the last part of a path are wildcards, unless after a backslash; default false.
    Optional<bool> interpret_globs = {};
    Optional<Timestamp> deadline = {};        ///< the task fails after this time
    Optional<bool> notify_on_succeeded = {};  ///< whether the user gets an e-mail; default true
    Optional<bool> notify_on_failed = {};     ///< whether the user gets an e-mail; default true
    /// Whether the user gets an e-mail, as when a login has expired; default true.
    Optional<bool> notify_on_inactive = {};
    /// Account on the collection's host, where the user has several; mapped collections only.
    Optional<std::string> local_user = {};
    std::vector<DeleteItem> DATA = {};  ///< what is deleted: at least one path
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DeleteData, DATA_TYPE, endpoint, label, submission_id, recursive, ignore_missing, interpret_globs,
                   deadline, notify_on_succeeded, notify_on_failed, notify_on_inactive, local_user, DATA,
                   additional_fields);

    /// Adds a path.
    DeleteData& add_item(DeleteItem item);

    /// Refuses what Transfer would refuse, as TransferData::check does.
    /// @throws UsageError  for an empty endpoint id, a label that Transfer does not take, a deadline that there is not, and
    ///                     a deletion without items
    void check() const;
};

/**
 * Splits a transfer into several of at most `max_items` items each, in order; everything else is the same in each.
 *
 *     for (TransferData& part : split_transfer_data(std::move(data), 1000)) client.submit_transfer(part);
 *
 * The parts have no submission id, since an id stands for one task. The client's member function of this name gives
 * each part its own.
 *
 * @throws UsageError  if `max_items` is 0
 */
std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items);

/**
 * A tunnel to be made between two stream access points.
 *
 *     auto tunnel = client.create_tunnel({.initiator_stream_access_point = here,
 *                                         .listener_stream_access_point = there,
 *                                         .label = "instrument"});
 *
 * It is written as a JSON:API document: the access points are relationships, all else is attributes.
 * https://docs.globus.org/api/transfer/
 */
struct CreateTunnelData {
    Required<std::string> initiator_stream_access_point;  ///< id of the end that connects
    Required<std::string> listener_stream_access_point;   ///< id of the end that waits for it
    Optional<std::string> label = {};                     ///< for people
    Optional<std::string> submission_id = {};             ///< create_tunnel makes one if there is none
    /// How long it may live: it is stopped then; the service's default if left out.
    Optional<WholeMinutes> lifetime_mins = {};
    Optional<bool> restartable = {};          ///< the service may start it again after a failure
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 2> resource_links{
        {{"listener_stream_access_point", "listener", "StreamAccessPoint"},
         {"initiator_stream_access_point", "initiator", "StreamAccessPoint"}}};
    GLOBUS_MEMBERS(CreateTunnelData, initiator_stream_access_point, listener_stream_access_point, label, submission_id,
                   lifetime_mins, restartable, additional_fields);

    /// @throws UsageError  for an empty access point
    void check() const;
    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/// The values that a name may have in a TransferFilter: one or several texts or words of TaskStatus, TaskType, FileType.
/// https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
class FilterValues {
public:
    /// One text.
    FilterValues(char const* one) : texts_(one) {}
    /// One text.
    FilterValues(std::string one) : texts_(std::move(one)) {}
    /// Any number of texts.
    FilterValues(StringList several) : texts_(std::move(several)) {}
    /// A word, as in `TaskStatus::active`.
    template <class Known>
        requires requires(Known known) {
            { word_of(known) } -> std::convertible_to<std::string_view>;
        }
    FilterValues(Known one) : texts_(word_of(one)) {}
    /// Several texts or words.
    FilterValues(std::initializer_list<FilterValues> several);

    /// The values as they are sent.
    [[nodiscard]] StringList const& texts() const noexcept { return texts_; }

private:
    StringList texts_;
};

/**
 * A filter for a listing: a text in Globus' filter language, or names with their values.
 *
 *     .filter = "type:dir/name:~run*"
 *     .filter = {{"type", {FileType::file, FileType::dir}}, {"name", "~*.h5"}}        // type:file,dir/name:~*.h5
 *
 * https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
 */
class TransferFilter {
public:
    using value_type = std::pair<std::string, FilterValues>;

    TransferFilter() = default;
    /// A text in the filter language, as it is sent.
    TransferFilter(char const* text, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : text_(globus::detail::text_at(text, where)) {}
    /// A text in the filter language, as it is sent.
    TransferFilter(std::string text) : text_(std::move(text)) {}
    /// Names with their values; all conditions must hold.
    TransferFilter(std::initializer_list<value_type> terms);

    /// Adds a condition; all must hold.
    TransferFilter& add(std::string const& name, FilterValues const& values);

    /// The filter in the filter language, as it is sent.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    /// The same, or nothing where there is no condition.
    [[nodiscard]] std::vector<std::string> query_texts() const;
    friend bool operator==(TransferFilter const&, TransferFilter const&) = default;

private:
    std::string text_;
};

/// One filter or several, any of which an entry may pass:
/// `.filter = {"type:dir", "name:~*.h5"}`, `.filter = TransferFilter{{"type", FileType::dir}}`.
/// https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
class TransferFilters : public std::vector<TransferFilter> {
public:
    TransferFilters() = default;
    /// One filter.
    TransferFilters(char const* text, globus::detail::CodeLine where = globus::detail::CodeLine::here())
        : std::vector<TransferFilter>{TransferFilter(text, where)} {}
    /// One filter.
    TransferFilters(std::string text) : std::vector<TransferFilter>{TransferFilter(std::move(text))} {}
    /// One filter.
    TransferFilters(TransferFilter one) : std::vector<TransferFilter>{std::move(one)} {}
    /// Several filters, any of which an entry may pass.
    TransferFilters(std::initializer_list<TransferFilter> several) : std::vector<TransferFilter>(several) {}

    [[nodiscard]] std::vector<std::string> query_texts() const;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_PAYLOADS_HPP

#include <cstdint>
#include <string>

// Files and directories: https://docs.globus.org/api/transfer/file_operations/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists a directory of a collection. GET /operation/endpoint/{endpoint_id}/ls
/// https://docs.globus.org/api/transfer/file_operations/#list_directory_contents
struct OperationLs {
    using service = TransferService;
    using result = FileList;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/ls");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};        ///< the collection's default directory if left out
    Optional<bool> show_hidden = {};        ///< whether to show names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};      ///< as in "name ASC" or {"type", "size DESC"}
    Optional<std::int64_t> limit = {};      ///< at most this many entries
    Optional<std::int64_t> offset = {};     ///< how many entries to skip
    Optional<TransferFilters> filter = {};  ///< on name, type, size, last_modified, ...; all entries if left out
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("show_hidden", Spelling::number), in_query("filter", Spelling::repeat));
    GLOBUS_MEMBERS(OperationLs, endpoint_id, path, show_hidden, orderby, limit, offset, filter, local_user,
                   query_params);
};

/// Reads what is known about one file or directory. GET /operation/endpoint/{endpoint_id}/stat
/// https://docs.globus.org/api/transfer/file_operations/#stat
struct OperationStat {
    using service = TransferService;
    using result = File;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/stat");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};        ///< of a file or directory
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    GLOBUS_MEMBERS(OperationStat, endpoint_id, path, local_user, query_params);
};

/// Makes a directory. POST /operation/endpoint/{endpoint_id}/mkdir
/// A directory that exists is a TransferApiError with code "ExternalError.MkdirFailed.Exists"; but if an earlier
/// attempt of the same call may have made it, it is a Response that is `replayed()`.
/// https://docs.globus.org/api/transfer/file_operations/#make_directory
struct OperationMkdir {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/mkdir");
    static constexpr RetryClass retry = RetryClass::idempotent;
    static bool already_done(ApiError const& error) { return error.code() == "ExternalError.MkdirFailed.Exists"; }
    Required<std::string> endpoint_id;
    Required<std::string> path;             ///< of the new directory; the one above it has to exist
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    Constant<"mkdir"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationMkdir, endpoint_id, path, local_user, query_params, DATA_TYPE);
};

/// Renames or moves a file or directory within a collection. POST /operation/endpoint/{endpoint_id}/rename
/// If the old path is gone, and an earlier attempt of the same call may have moved it, the Response is `replayed()`.
/// https://docs.globus.org/api/transfer/file_operations/#rename
struct OperationRename {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/rename");
    static constexpr RetryClass retry = RetryClass::idempotent;
    static bool already_done(ApiError const& error);
    Required<std::string> endpoint_id;
    Required<std::string> oldpath;          ///< of what exists now
    Required<std::string> newpath;          ///< its full new path, not the directory above it
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    QueryParams query_params = {};
    Constant<"rename"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("oldpath", "old_path"),
                                       in_json("newpath", "new_path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationRename, endpoint_id, oldpath, newpath, local_user, query_params, DATA_TYPE);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_FILES_HPP

#include <string>
#include <string_view>
#include <vector>

namespace globus::transfer {

/// The directory that ensure_directory makes if it is missing.
struct EnsureDirectory {
    Required<std::string> endpoint_id;
    Required<std::string> path;             ///< of the directory, with / between its parts
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
};

}  // namespace globus::transfer

namespace globus::detail {

/// True for the error for a directory whose parent is missing.
bool parent_is_missing(TransferApiError const& error);

/// The directory above, with a slash at its end; it is empty if there is none that could be made.
std::string parent_directory(std::string_view path);

/// Makes `directory.path` and the missing directories above it. It returns true if it made the directory.
template <class Client>
bool ensure_directory(Client const& client, transfer::EnsureDirectory const& directory, CallOptions const& options) {
    std::vector<std::string> missing{*directory.path};  // each one is the parent of the one before
    bool made = false;
    bool climbing = true;  // until a directory is there: what is missing below it is not cured by climbing
    while (!missing.empty()) {
        try {
            (void)client.operation_mkdir(
                {.endpoint_id = *directory.endpoint_id, .path = missing.back(), .local_user = directory.local_user},
                options);
            climbing = false;
            made = true;
        } catch (TransferApiError const& error) {
            climbing = climbing && parent_is_missing(error) && !parent_directory(missing.back()).empty();
            if (!climbing && !transfer::OperationMkdir::already_done(error)) throw;
            made = false;
        }
        if (climbing)
            missing.push_back(parent_directory(missing.back()));
        else
            missing.pop_back();
    }
    return made;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP

// The operations of Globus Transfer. https://docs.globus.org/api/transfer/

#ifndef GLOBUS_SERVICES_TRANSFER_ACCESS_HPP
#define GLOBUS_SERVICES_TRANSFER_ACCESS_HPP

#include <string>

// Who may do what: roles and access rules. https://docs.globus.org/api/transfer/acl/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the roles on a collection. GET /endpoint/{endpoint_id}/role_list
/// https://docs.globus.org/api/transfer/roles/#role_list
struct EndpointRoleList {
    using service = TransferService;
    using result = EndpointRolePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/role_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointRoleList, endpoint_id, query_params);
};

/// Assigns a role on a collection. POST /endpoint/{endpoint_id}/role
/// https://docs.globus.org/api/transfer/roles/#create_role
struct AddEndpointRole {
    using service = TransferService;
    using result = EndpointRole;
    static constexpr auto route = post("/v0.10/endpoint/{endpoint_id}/role");
    Required<std::string> endpoint_id;
    Required<DocumentOf<EndpointRole>> role_data;  ///< the role
    static constexpr auto wire = wires(in_json("role_data", ""));
    GLOBUS_MEMBERS(AddEndpointRole, endpoint_id, role_data);
};

/// Reads one role on a collection. GET /endpoint/{endpoint_id}/role/{role_id}
/// https://docs.globus.org/api/transfer/roles/#get_role_by_id
struct GetEndpointRole {
    using service = TransferService;
    using result = EndpointRole;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/role/{role_id}");
    Required<std::string> endpoint_id;
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointRole, endpoint_id, role_id, query_params);
};

/// Removes a role. DELETE /endpoint/{endpoint_id}/role/{role_id}
/// https://docs.globus.org/api/transfer/roles/#delete_role_by_id
struct DeleteEndpointRole {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}/role/{role_id}");
    Required<std::string> endpoint_id;
    Required<std::string> role_id;
    GLOBUS_MEMBERS(DeleteEndpointRole, endpoint_id, role_id);
};

/// Lists the access rules of a guest collection. GET /endpoint/{endpoint_id}/access_list
/// https://docs.globus.org/api/transfer/acl/#rest_access_get_list
struct EndpointAclList {
    using service = TransferService;
    using result = AccessRulePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/access_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointAclList, endpoint_id, query_params);
};

/// Reads one access rule. GET /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#get_access_rule_by_id
struct GetEndpointAclRule {
    using service = TransferService;
    using result = AccessRule;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointAclRule, endpoint_id, rule_id, query_params);
};

/// Lets somebody read, or write, below a path of a guest collection. POST /endpoint/{endpoint_id}/access
/// https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AddEndpointAclRule {
    using service = TransferService;
    using result = AccessRuleResult;
    static constexpr auto route = post("/v0.10/endpoint/{endpoint_id}/access");
    Required<std::string> endpoint_id;
    Required<DocumentOf<AccessRule>> rule_data;  ///< the rule
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(AddEndpointAclRule, endpoint_id, rule_data);
};

/// Changes the permissions of an access rule; nothing else in it can change.
/// PUT /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#update_access_rule
struct UpdateEndpointAclRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    Required<DocumentOf<AccessRule>> rule_data;  ///< what is to change
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(UpdateEndpointAclRule, endpoint_id, rule_id, rule_data);
};

/// Deletes an access rule. DELETE /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#delete_access_rule
struct DeleteEndpointAclRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    GLOBUS_MEMBERS(DeleteEndpointAclRule, endpoint_id, rule_id);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ACCESS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP
#define GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP

#include <string>

// Bookmarks: https://docs.globus.org/api/transfer/collection_bookmarks/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the user's bookmarks. GET /bookmark_list
/// https://docs.globus.org/api/transfer/collection_bookmarks/#get_list_of_bookmarks
struct BookmarkList {
    using service = TransferService;
    using result = BookmarkPage;
    static constexpr auto route = get("/v0.10/bookmark_list");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(BookmarkList, query_params);
};

/// Makes a bookmark. POST /bookmark
/// https://docs.globus.org/api/transfer/collection_bookmarks/#create_bookmark
struct CreateBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = post("/v0.10/bookmark");
    Required<DocumentOf<Bookmark>> bookmark_data;  ///< with name, endpoint_id and path
    static constexpr auto wire = wires(in_json("bookmark_data", ""));
    GLOBUS_MEMBERS(CreateBookmark, bookmark_data);
};

/// Reads a bookmark. GET /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#get_bookmark_by_id
struct GetBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = get("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetBookmark, bookmark_id, query_params);
};

/// Renames a bookmark, or pins it. PUT /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#update_bookmark
struct UpdateBookmark {
    using service = TransferService;
    using result = Bookmark;
    static constexpr auto route = put("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    Required<DocumentOf<Bookmark>> bookmark_data;  ///< as in Bookmark{.name = "new name"}
    static constexpr auto wire = wires(in_json("bookmark_data", ""));
    GLOBUS_MEMBERS(UpdateBookmark, bookmark_id, bookmark_data);
};

/// Deletes a bookmark. DELETE /bookmark/{bookmark_id}
/// https://docs.globus.org/api/transfer/collection_bookmarks/#delete_bookmark_by_id
struct DeleteBookmark {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/bookmark/{bookmark_id}");
    Required<std::string> bookmark_id;
    GLOBUS_MEMBERS(DeleteBookmark, bookmark_id);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_BOOKMARKS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP
#define GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP

#include <cstdint>
#include <string>
#include <vector>

// What the managers and monitors of collections can see and do, with other users' tasks too. They need an
// activity_manager or activity_monitor role. https://docs.globus.org/api/transfer/advanced_collection_management/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Lists the collections that the user manages or monitors. GET /endpoint_manager/monitored_endpoints
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_monitored_endpoints_and_collections
struct EndpointManagerMonitoredEndpoints {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_manager/monitored_endpoints");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerMonitoredEndpoints, query_params);
};

/// Lists the guest collections of a host. GET /endpoint_manager/endpoint/{endpoint_id}/hosted_endpoint_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_hosted_collection_list
struct EndpointManagerHostedEndpointList {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}/hosted_endpoint_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerHostedEndpointList, endpoint_id, query_params);
};

/// Reads a collection as its manager. GET /endpoint_manager/endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#mc_get_endpoint_or_collection
struct EndpointManagerGetEndpoint {
    using service = TransferService;
    using result = Endpoint;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetEndpoint, endpoint_id, query_params);
};

/// Lists the access rules of a guest collection as the manager of its host.
/// GET /endpoint_manager/endpoint/{endpoint_id}/access_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_guest_collection_access_list_as_admin
struct EndpointManagerAclList {
    using service = TransferService;
    using result = AccessRulePage;
    static constexpr auto route = get("/v0.10/endpoint_manager/endpoint/{endpoint_id}/access_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerAclList, endpoint_id, query_params);
};

/// Lists the tasks on the collections that the user manages or monitors. Paginated. GET /endpoint_manager/task_list
/// @throws UsageError  for a filter_endpoint_use without a filter_endpoint
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_tasks
struct EndpointManagerTaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task_list");
    static constexpr Paging paging{PagingStyle::last_key, "DATA", "last_key"};
    Optional<StringList> filter_status = {};           ///< "ACTIVE", {"SUCCEEDED", "FAILED"}, ...
    Optional<StringList> filter_task_id = {};          ///< at most 50
    Optional<std::string> filter_owner_id = {};        ///< tasks of this identity only
    Optional<std::string> filter_endpoint = {};        ///< tasks of this collection only, by its id
    Optional<EndpointUse> filter_endpoint_use = {};    ///< of filter_endpoint
    Optional<bool> filter_is_paused = {};              ///< true: only paused tasks; false: only the others
    Optional<StringList> filter_completion_time = {};  ///< {from, to}, both ISO 8601
    Optional<std::int64_t> filter_min_faults = {};     ///< only tasks with at least this many
    Optional<std::string> filter_local_user = {};      ///< account on the host; it needs filter_endpoint
    Optional<std::string> last_key = {};               ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskList, filter_status, filter_task_id, filter_owner_id, filter_endpoint,
                   filter_endpoint_use, filter_is_paused, filter_completion_time, filter_min_faults, filter_local_user,
                   last_key, query_params);

    void check() const;
};

/// Reads a task as the manager of one of its collections. GET /endpoint_manager/task/{task_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task
struct EndpointManagerGetTask {
    using service = TransferService;
    using result = Task;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetTask, task_id, query_params);
};

/// Lists what happened to a task, the latest first. Paginated. GET /endpoint_manager/task/{task_id}/event_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task_events
struct EndpointManagerTaskEventList {
    using service = TransferService;
    using result = TaskEventPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/event_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};    ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};   ///< of the first, from 0
    Optional<bool> filter_is_error = {};  ///< true: only errors; false: only the others
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_is_error", Spelling::number));
    GLOBUS_MEMBERS(EndpointManagerTaskEventList, task_id, limit, offset, filter_is_error, query_params);
};

/// Says why a task is paused, or will be. GET /endpoint_manager/task/{task_id}/pause_info
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_task_pause_info_as_admin
struct EndpointManagerTaskPauseInfo {
    using service = TransferService;
    using result = PauseInfo;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/pause_info");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskPauseInfo, task_id, query_params);
};

/// Lists the files that a task has transferred, once it has ended. Paginated.
/// GET /endpoint_manager/task/{task_id}/successful_transfers
/// https://docs.globus.org/api/transfer/advanced_collection_management/
struct EndpointManagerTaskSuccessfulTransfers {
    using service = TransferService;
    using result = SuccessfulTransferPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/successful_transfers");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskSuccessfulTransfers, task_id, marker, query_params);
};

/// Lists the paths that a task has left out because of skip_source_errors, once it has ended. Paginated.
/// GET /endpoint_manager/task/{task_id}/skipped_errors
/// https://docs.globus.org/api/transfer/advanced_collection_management/
struct EndpointManagerTaskSkippedErrors {
    using service = TransferService;
    using result = SkippedErrorPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task/{task_id}/skipped_errors");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskSkippedErrors, task_id, marker, query_params);
};

/// Cancels other users' tasks. This takes time: endpoint_manager_cancel_status says how far it is. The answer promises
/// nothing about a single task: see get_task or endpoint_manager_get_task.
/// POST /endpoint_manager/admin_cancel
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct EndpointManagerCancelTasks {
    using service = TransferService;
    using result = AdminCancel;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    Required<std::string> message;                ///< for the owners of the tasks
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"), in_json("message"));
    GLOBUS_MEMBERS(EndpointManagerCancelTasks, task_ids, message, query_params);
};

/// Says whether endpoint_manager_cancel_tasks is done. GET /endpoint_manager/admin_cancel/{admin_cancel_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_cancel_status_by_id
struct EndpointManagerCancelStatus {
    using service = TransferService;
    using result = AdminCancel;
    static constexpr auto route = get("/v0.10/endpoint_manager/admin_cancel/{admin_cancel_id}");
    Required<std::string> admin_cancel_id;  ///< the answer's id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerCancelStatus, admin_cancel_id, query_params);
};

/// Pauses other users' tasks, until endpoint_manager_resume_tasks. The answer's `code` is for all of them: one that has
/// ended stays as it is. POST /endpoint_manager/admin_pause
/// https://docs.globus.org/api/transfer/advanced_collection_management/#pause_tasks_as_admin
struct EndpointManagerPauseTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_pause");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    Required<std::string> message;                ///< for the owners of the tasks
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"), in_json("message"));
    GLOBUS_MEMBERS(EndpointManagerPauseTasks, task_ids, message, query_params);
};

/// Resumes other users' paused tasks. POST /endpoint_manager/admin_resume
/// https://docs.globus.org/api/transfer/advanced_collection_management/#resume_tasks_as_admin
struct EndpointManagerResumeTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_resume");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;  ///< of one collection or of several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"));
    GLOBUS_MEMBERS(EndpointManagerResumeTasks, task_ids, query_params);
};

/// Lists the pause rules of the collections that the user manages. GET /endpoint_manager/pause_rule_list
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rules
struct EndpointManagerPauseRuleList {
    using service = TransferService;
    using result = PauseRulePage;
    static constexpr auto route = get("/v0.10/endpoint_manager/pause_rule_list");
    Optional<std::string> filter_endpoint = {};  ///< rules of this collection only, by its id
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerPauseRuleList, filter_endpoint, query_params);
};

/// Makes a pause rule. POST /endpoint_manager/pause_rule
/// https://docs.globus.org/api/transfer/advanced_collection_management/#create_pause_rule
struct EndpointManagerCreatePauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = post("/v0.10/endpoint_manager/pause_rule");
    Optional<DocumentOf<PauseRule>> data = {};  ///< with endpoint_id, message, pause_ls, ...
    GLOBUS_MEMBERS(EndpointManagerCreatePauseRule, data);
};

/// Reads a pause rule. GET /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_pause_rule
struct EndpointManagerGetPauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = get("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerGetPauseRule, pause_rule_id, query_params);
};

/// Changes a pause rule: its message, and what it pauses. PUT /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#update_pause_rule
struct EndpointManagerUpdatePauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = put("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    Optional<DocumentOf<PauseRule>> data = {};  ///< what is to change
    GLOBUS_MEMBERS(EndpointManagerUpdatePauseRule, pause_rule_id, data);
};

/// Deletes a pause rule; the tasks that it held go on. DELETE /endpoint_manager/pause_rule/{pause_rule_id}
/// https://docs.globus.org/api/transfer/advanced_collection_management/#delete_pause_rule
struct EndpointManagerDeletePauseRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint_manager/pause_rule/{pause_rule_id}");
    Required<std::string> pause_rule_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerDeletePauseRule, pause_rule_id, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ENDPOINT_MANAGER_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP
#define GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP

#include <cstdint>
#include <string>

// Endpoints and collections: https://docs.globus.org/api/transfer/endpoints_and_collections/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Reads an endpoint or collection. GET /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_by_id
struct GetEndpoint {
    using service = TransferService;
    using result = Endpoint;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id, query_params);
};

/// Changes an endpoint or collection; members that `data` does not name stay as they are. PUT /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/gcp_management/#update_collection_by_id
struct UpdateEndpoint {
    using service = TransferService;
    using result = EndpointResult;
    static constexpr auto route = put("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    Required<Document> data;  ///< as in Json{{"DATA_TYPE", "endpoint"}, {"display_name", "lab"}}
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_id, data, query_params);
};

/// Deletes an endpoint or collection. DELETE /endpoint/{endpoint_id}
/// https://docs.globus.org/api/transfer/gcp_management/#delete_collection_by_id
struct DeleteEndpoint {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = delete_("/v0.10/endpoint/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(DeleteEndpoint, endpoint_id);
};

/// Searches endpoints and collections; at least one filter must be given. Paginated. GET /endpoint_search
/// https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointSearch {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint_search");
    static constexpr Paging paging{PagingStyle::has_next_page, "DATA", {}, 100, 1000};
    Optional<std::string> filter_fulltext = {};       ///< words to find
    Optional<std::string> filter_scope = {};          ///< "all", "my-endpoints", "recently-used", ...
    Optional<std::string> filter_owner_id = {};       ///< those of this identity only
    Optional<std::string> filter_host_endpoint = {};  ///< guest collections on this host only, by its id
    /// True: only endpoints that cannot be used directly; false: only the others.
    Optional<bool> filter_non_functional = {};
    Optional<std::string> filter_entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::int64_t> limit = {};              ///< of a page, 1 to 100
    Optional<std::int64_t> offset = {};             ///< of the first, from 0; offset + limit is at most 1000
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_non_functional", Spelling::number));
    GLOBUS_MEMBERS(EndpointSearch, filter_fulltext, filter_scope, filter_owner_id, filter_host_endpoint,
                   filter_non_functional, filter_entity_type, limit, offset, query_params);
};

/// Puts a collection of Globus Connect Personal under a subscription, or removes it from one.
/// PUT /endpoint/{collection_id}/subscription
/// @throws UsageError  if subscription_id is left out
/// https://docs.globus.org/api/transfer/gcp_management/#associate_collection_subscription
struct SetSubscriptionId {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription");
    Required<std::string> collection_id;
    Optional<std::string> subscription_id = {};  ///< its id, "DEFAULT" for the one that the user has, or null for none
    static constexpr auto wire = wires(in_json("subscription_id"));
    GLOBUS_MEMBERS(SetSubscriptionId, collection_id, subscription_id);

    void check() const;
};

/// Says that a collection of Globus Connect Personal is verified by the manager of its subscription, or not.
/// PUT /endpoint/{collection_id}/subscription_admin_verified
/// https://docs.globus.org/api/transfer/gcp_management/#set_subscription_admin_verified
struct SetSubscriptionAdminVerified {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription_admin_verified");
    Required<std::string> collection_id;
    Required<bool> subscription_admin_verified;  ///< false takes it back
    static constexpr auto wire = wires(in_json("subscription_admin_verified"));
    GLOBUS_MEMBERS(SetSubscriptionAdminVerified, collection_id, subscription_admin_verified);
};

/// Lists the pause rules of a collection that apply to the user.
/// GET /endpoint/{endpoint_id}/my_effective_pause_rule_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_collection_pause_rules
struct MyEffectivePauseRuleList {
    using service = TransferService;
    using result = PauseRulePage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/my_effective_pause_rule_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(MyEffectivePauseRuleList, endpoint_id, query_params);
};

/// Lists the guest collections of a host that the user owns. GET /endpoint/{endpoint_id}/my_shared_endpoint_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_my_guest_collection_list
struct MySharedEndpointList {
    using service = TransferService;
    using result = EndpointList;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/my_shared_endpoint_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(MySharedEndpointList, endpoint_id, query_params);
};

/// Lists the guest collections of a host. Paginated. GET /endpoint/{endpoint_id}/shared_endpoint_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct GetSharedEndpointList {
    using service = TransferService;
    using result = SharedEndpointPage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/shared_endpoint_list");
    static constexpr Paging paging{PagingStyle::next_token, "shared_endpoints", "next_token"};
    Required<std::string> endpoint_id;
    Optional<std::int64_t> max_results = {};  ///< at most this many per page
    Optional<std::string> next_token = {};    ///< the previous page's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSharedEndpointList, endpoint_id, max_results, next_token, query_params);
};

/// Makes a guest collection. POST /shared_endpoint
/// For a host on Globus Connect Server 5, use its own API.
/// https://docs.globus.org/api/transfer/gcp_management/#create_guest_collection
struct CreateSharedEndpoint {
    using service = TransferService;
    using result = EndpointResult;
    static constexpr auto route = post("/v0.10/shared_endpoint");
    Required<Document> data;  ///< host_endpoint, host_path, display_name, ...
    GLOBUS_MEMBERS(CreateSharedEndpoint, data);
};

/// Lists the servers of an endpoint. GET /endpoint/{endpoint_id}/server_list
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_endpoint_or_collection_server_list
struct EndpointServerList {
    using service = TransferService;
    using result = EndpointServerPage;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/server_list");
    Required<std::string> endpoint_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointServerList, endpoint_id, query_params);
};

/// Reads one server of an endpoint. GET /endpoint/{endpoint_id}/server/{server_id}
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_server_by_id
struct GetEndpointServer {
    using service = TransferService;
    using result = EndpointServer;
    static constexpr auto route = get("/v0.10/endpoint/{endpoint_id}/server/{server_id}");
    Required<std::string> endpoint_id;
    Required<std::string> server_id;  ///< a number is given as its digits
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpointServer, endpoint_id, server_id, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_ENDPOINTS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_TASKS_HPP
#define GLOBUS_SERVICES_TRANSFER_TASKS_HPP

#include <cstdint>
#include <string>

// Submissions, and the tasks that result from them: https://docs.globus.org/api/transfer/task/

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/// Gets a submission id: a key that makes a submission safe to repeat. GET /submission_id
/// https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct GetSubmissionId {
    using service = TransferService;
    using result = SubmissionId;
    static constexpr auto route = get("/v0.10/submission_id");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSubmissionId, query_params);
};

/// Submits a transfer whose document has its submission id. POST /transfer
/// The member function submit_transfer fetches the id where there is none.
/// @throws UsageError  for what TransferData::check refuses
/// https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmitTransfer {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/transfer");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<TransferData>> data;  ///< the transfer
    GLOBUS_MEMBERS(SubmitTransfer, data);

    void check() const { data->check(); }
};

/// Submits a deletion whose document has its submission id. POST /delete
/// The member function submit_delete fetches the id where there is none.
/// @throws UsageError  for what DeleteData::check refuses
/// https://docs.globus.org/api/transfer/task_submit/#submit_delete_task
struct SubmitDelete {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/delete");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<DeleteData>> data;  ///< the deletion
    GLOBUS_MEMBERS(SubmitDelete, data);

    void check() const { data->check(); }
};

/// Lists the tasks of the user. Paginated. GET /task_list
/// https://docs.globus.org/api/transfer/task/#get_task_list
struct TaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/task_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Optional<std::int64_t> limit = {};   ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    Optional<StringList> orderby = {};   ///< as in "request_time DESC"
    /// A filter on status, type, label, request_time, ..., as in "status:ACTIVE/type:TRANSFER".
    Optional<TransferFilter> filter = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskList, limit, offset, orderby, filter, query_params);
};

/// Lists what happened to a task, the latest first. Paginated. GET /task/{task_id}/event_list
/// https://docs.globus.org/api/transfer/task/#get_event_list
struct TaskEventList {
    using service = TransferService;
    using result = TaskEventPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/event_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};   ///< of a page, 1 to 1000
    Optional<std::int64_t> offset = {};  ///< of the first, from 0
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskEventList, task_id, limit, offset, query_params);
};

/// Reads a task. GET /task/{task_id}
/// https://docs.globus.org/api/transfer/task/#get_task_by_id
struct GetTask {
    using service = TransferService;
    using result = Task;
    static constexpr auto route = get("/v0.10/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTask, task_id, query_params);
};

/// Changes the label or the deadline of a task that has not ended. PUT /task/{task_id}
/// https://docs.globus.org/api/transfer/task/#update_task_by_id
struct UpdateTask {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/task/{task_id}");
    Required<std::string> task_id;
    Required<Document> data;  ///< with label, deadline (ISO 8601) or both
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateTask, task_id, data, query_params);
};

/// Cancels a task. POST /task/{task_id}/cancel
/// The answer's `code` says what happened, with status 200 in each case: "Canceled"; "CancelAccepted", where it will be
/// cancelled soon; "TaskComplete", where it had ended before and stays as it is.
/// https://docs.globus.org/api/transfer/task/#cancel_task_by_id
struct CancelTask {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/task/{task_id}/cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> task_id;
    GLOBUS_MEMBERS(CancelTask, task_id);
};

/// Says why a task is paused, or will be. GET /task/{task_id}/pause_info
/// https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct TaskPauseInfo {
    using service = TransferService;
    using result = PauseInfo;
    static constexpr auto route = get("/v0.10/task/{task_id}/pause_info");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskPauseInfo, task_id, query_params);
};

/// Lists the files that a task has transferred, once it has ended. Paginated.
/// GET /task/{task_id}/successful_transfers
/// Directories, and files that were left as they are, are not listed.
/// https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct TaskSuccessfulTransfers {
    using service = TransferService;
    using result = SuccessfulTransferPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/successful_transfers");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskSuccessfulTransfers, task_id, marker, query_params);
};

/// Lists the paths that a task has left out because of skip_source_errors, once it has ended. Paginated.
/// GET /task/{task_id}/skipped_errors
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct TaskSkippedErrors {
    using service = TransferService;
    using result = SkippedErrorPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/skipped_errors");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the previous page's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskSkippedErrors, task_id, marker, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_TASKS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP
#define GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP

#include <string>

// Tunnels: connections between stream access points. Their documents are JSON:API (https://jsonapi.org).

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/**
 * Makes a tunnel between two stream access points. POST /v2/tunnels
 *
 * A document without a submission id is given one when it is sent: a random UUID, fixed for all attempts of this call,
 * so that a repeated request makes no second tunnel. The client's member function keeps it in the caller's object, and
 * in the errors.
 *
 * @throws UsageError  if `data` has no member `data`
 * https://docs.globus.org/api/transfer/
 */
struct CreateTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = post("/v2/tunnels");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<DocumentOf<CreateTunnelData>> data;  ///< the tunnel
    GLOBUS_MEMBERS(CreateTunnel, data);

    void check() const { data->check(); }
    [[nodiscard]] CreateTunnel normalized() const;

    /// Gives the document of a tunnel a submission id if it has none. It returns the id; empty if that is null.
    static std::string set_submission_id(Json& document);
};

/// Changes a tunnel, or stops it. PATCH /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct UpdateTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = patch("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    Required<Document> update_doc;  ///< a JSON:API document, as transfer_v2::TunnelUpdateDocument makes it
    static constexpr auto wire = wires(in_json("update_doc", ""));
    GLOBUS_MEMBERS(UpdateTunnel, tunnel_id, update_doc);
};

/// Reads a tunnel. GET /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct GetTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnel, tunnel_id, query_params);
};

/// Deletes a tunnel. DELETE /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct DeleteTunnel {
    using service = TransferService;
    using result = ApiResult;
    static constexpr auto route = delete_("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    GLOBUS_MEMBERS(DeleteTunnel, tunnel_id);
};

/// Lists the user's tunnels. GET /v2/tunnels
/// https://docs.globus.org/api/transfer/
struct ListTunnels {
    using service = TransferService;
    using result = TunnelPage;
    static constexpr auto route = get("/v2/tunnels");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListTunnels, query_params);
};

/// Lists what happened to a tunnel. GET /v2/tunnels/{tunnel_id}/events
/// https://docs.globus.org/api/transfer/
struct GetTunnelEvents {
    using service = TransferService;
    using result = TunnelEventPage;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}/events");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnelEvents, tunnel_id, query_params);
};

/// Reads a stream access point: an end that a tunnel can have. GET /v2/stream_access_points/{stream_ap_id}
/// @throws UsageError  for a document that is not one of a tunnel, and for what CreateTunnelData::check refuses
/// https://docs.globus.org/api/transfer/
struct GetStreamAccessPoint {
    using service = TransferService;
    using result = StreamAccessPointDocument;
    static constexpr auto route = get("/v2/stream_access_points/{stream_ap_id}");
    Required<std::string> stream_ap_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStreamAccessPoint, stream_ap_id, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP

#endif  // GLOBUS_SERVICES_TRANSFER_OPERATIONS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#define GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP

#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Listing a directory with everything below it.

namespace globus::transfer {

/// What recursive_ls lists.
struct RecursiveLs {
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};  ///< where to begin; the collection's default directory if left out
    /// 0: only the entries of `path` itself. If it is left out, more than 1,000 nested directories are taken for a
    /// cycle, which is a DecodeError.
    std::optional<std::size_t> max_depth = {};
    Optional<bool> show_hidden = {};        ///< whether to show names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};      ///< within each directory
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where the user maps to several
    /// Called with a directory that cannot be listed: true leaves out the rest of it, false throws the error. It may
    /// destroy the client; what it throws leaves the walk where it is.
    std::function<bool(std::string const& path, ApiError const&)> on_error = {};
};

/// An entry below the path at which recursive_ls began: a File as its directory lists it, and where it is.
struct FileEntry : File {
    std::string path = {};  ///< relative to the beginning of the listing, as in "run1/data.h5"
    std::size_t depth = 0;  ///< 0: an entry of the path itself
};

/**
 * All entries below a path, directory by directory, the nearest to the beginning first: an input range.
 *
 *     for (FileEntry const& entry : client.recursive_ls({.endpoint_id = id, .path = "/~/", .max_depth = 3}))
 *         std::puts(entry.path.c_str());
 *
 * Each directory is one operation_ls, made when the loop comes to it; one with more entries than the service lists at
 * once, 100,000, takes several. A call that fails throws out of the loop; begin() on the same object goes on with the
 * listing that failed.
 *
 * The `type` of a symbolic link says what it leads to, and its `link_target` that it is a link. A link to a directory
 * is listed but not entered, so that the walk ends even where links make a cycle.
 *
 * A path is made of the names that the service gives. A name with a slash or a NUL in it is not an entry but a
 * DecodeError, whose body() is the name, and begin() goes on after it; entries without a name, "." and ".." are
 * skipped. So a program that makes files of these paths stays below the directory that they are relative to.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next listing with NetworkError (cancelled)
 *
 * @par Errors
 * Those of operation_ls, and DecodeError for a listing that says that more follows but does not give it, for a name as
 * above, and for endless directories.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class RecursiveListing {
public:
    /// It sends nothing before the first begin().
    RecursiveListing(C const& client, RecursiveLs what, CallOptions options)
        : client_(client), what_(std::move(what)), options_(std::move(options)) {
        directories_.push_back({"", 0});
    }

    /// An iterator stands at one entry; the listings that it needs are made as it advances.
    class Iterator {
    public:
        using value_type = FileEntry;
        using difference_type = std::ptrdiff_t;

        /// @throws  the errors of the listing, as operator++ does
        explicit Iterator(RecursiveListing& walk) : walk_(&walk) { walk.ensure_entry(); }
        [[nodiscard]] FileEntry const& operator*() const { return walk_->entry_; }
        [[nodiscard]] FileEntry const* operator->() const { return &walk_->entry_; }
        Iterator& operator++() {
            walk_->has_entry_ = false;
            walk_->ensure_entry();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->has_entry_; }

    private:
        RecursiveListing* walk_;
    };

    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    struct Directory {
        std::string path;  ///< relative to the beginning, with a slash at its end; empty: the beginning itself
        std::size_t depth;
    };

    static constexpr std::size_t deepest = 1000;         ///< the depth limit of a walk without max_depth
    static constexpr std::size_t most_at_once = 100000;  ///< the most entries that the service lists for one request

    void ensure_entry() {
        while (!has_entry_) {
            if (next_ != files_.size())
                take(files_[next_++]);
            else if (more_)
                list();
            else if (directories_.size() > 1 || !begun_)
                enter();
            else
                return;
        }
    }

    /// Makes a file of the current directory the entry, if it is one.
    void take(File& file) {
        std::string const& name = file.name;
        if (name.empty() || name == "." || name == "..") return;
        if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
            throw DecodeError(
                "recursive_ls: a listing has a name with a slash or a NUL in it, which would lead out of "
                "its directory; begin() on the same listing goes on behind it",
                name);
        Directory const& here = directories_.front();
        std::string path = here.path + name;
        entry_ = {std::move(file), std::move(path), here.depth};
        has_entry_ = true;
        if (entry_.type != "dir" || entry_.link_target.has_value()) return;
        if (here.depth >= what_.max_depth.value_or(deepest)) {
            if (what_.max_depth) return;
            throw DecodeError(
                "recursive_ls: more than 1,000 directories are within one another, as in a circle that has "
                "no end: give max_depth, or begin() on the same listing to go on without what is below");
        }
        directories_.push_back({entry_.path + '/', here.depth + 1});
    }

    /// Goes to the next directory, which has not been listed yet.
    void enter() {
        if (std::exchange(begun_, true)) directories_.pop_front();
        offset_ = 0;
        beginnings_.clear();
        more_ = true;
    }

    /// Lists the entries of the current directory from offset_ on.
    void list() {
        std::string const path = absolute(directories_.front().path);
        OperationLs ls{.endpoint_id = *what_.endpoint_id,
                       .show_hidden = what_.show_hidden,
                       .orderby = what_.orderby,
                       .local_user = what_.local_user};
        if (!path.empty()) ls.path = path;
        if (offset_ != 0) ls.offset = static_cast<std::int64_t>(offset_);
        files_.clear();
        next_ = 0;
        try {
            keep(client_.call(options_, [&](C const& client, CallOptions const& options) {
                return *client.operation_ls(std::move(ls), options);
            }));
        } catch (ApiError const& error) {
            if (!what_.on_error || !what_.on_error(path, error)) throw;
            more_ = false;
        }
    }

    /// Notes a listing, and whether another of the same directory follows.
    void keep(FileList listing) {
        if (!base_) {
            if (what_.path.has_value())
                base_ = *what_.path;
            else
                base_ = listing.absolute_path ? *listing.absolute_path : listing.path.value_or("/~/");
            if (!base_->ends_with('/')) *base_ += '/';
        }
        std::size_t const count = listing.DATA.size();
        bool const follows =
            listing.total ? *listing.total > static_cast<std::int64_t>(offset_ + count) : count >= most_at_once;
        if (follows && count == 0) incomplete("says that it has more entries, but does not list them");
        if (count != 0 && !beginnings_.insert(listing.DATA.front().name).second)
            incomplete("has two parts that begin with the same entry");
        files_ = std::move(listing.DATA);
        offset_ += count;
        more_ = follows;
    }
    [[noreturn]] static void incomplete(std::string const& why) {
        throw DecodeError("recursive_ls: a directory " + why +
                          ": the listing is not complete; begin() on the same listing asks for that part again");
    }
    [[nodiscard]] std::string absolute(std::string const& path) const {
        return base_ ? *base_ + path : what_.path.value_or("");
    }

    detail::ClientOfRange<C> client_;
    RecursiveLs what_;
    CallOptions options_;
    std::optional<std::string> base_;    ///< of the first directory, with a slash at its end
    std::deque<Directory> directories_;  ///< the current one, and those to be listed
    bool begun_ = false;                 ///< false: the first directory is not the current one yet
    bool more_ = false;                  ///< the current directory is to be listed from offset_ on
    std::size_t offset_ = 0;             ///< entries of the current directory that were listed
    std::set<std::string> beginnings_;   ///< the first names of its listings
    std::vector<File> files_;            ///< of the last listing
    std::size_t next_ = 0;               ///< of files_
    FileEntry entry_;
    bool has_entry_ = false;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP
#define GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP

#include <optional>
#include <string>

// A submission that outlives the program.

namespace globus::transfer {

/**
 * A small file that makes a submission outlive its program: `submit_or_resume` keeps in it the submission id, before
 * anything is sent, and then the task's id. However often the program is ended and started again, there is one task.
 *
 *     SubmissionFile const file{"nightly.submission"};
 *     std::string const task_id = client.submit_or_resume(data, file);   // or the task of an earlier start
 *     if (client.task_wait({.task_id = task_id, .timeout = 8h}).ended()) file.remove();
 *
 * The file belongs to one transfer until it is removed, which is up to the program: after a look at how the task ended,
 * as above. A file that is there for another transfer is refused. The same are two submissions whose documents, as they
 * are sent, differ in nothing but submission_id, label and deadline (which may have the day's date in them); of the
 * document the file has the SHA-256 digest only.
 *
 * The file is for its owner alone (mode 0600), and is replaced as a whole: it is never half written. Several programs
 * may be started with the same file at once; all of them get the same task.
 *
 * @par Thread safety
 * Distinct objects: safe, also of one file. Shared objects: safe.
 */
class SubmissionFile {
public:
    /// What the file holds.
    struct Record {
        std::string submission_id = {};
        std::string digest = {};   ///< of the document
        std::string task_id = {};  ///< empty until the service has answered
    };

    /// @throws UsageError  for a path that is empty, names a directory or has a NUL in it
    explicit SubmissionFile(std::string path);

    /// Where the file is, as the constructor was told.
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

    /// What the file holds; nothing if there is no such file.
    /// @throws Error  if it cannot be read, is a symbolic link, or was not written by a SubmissionFile
    [[nodiscard]] std::optional<Record> read() const;

    /// Makes the file with a record that has no task yet. It returns what the file holds then: the record of another
    /// program if that was faster.
    /// @throws Error  if it cannot be written
    Record begin(Record const& record) const;

    /// Replaces what the file holds.
    /// @throws Error  if it cannot be written
    void write(Record const& record) const;

    /// Removes the file, so that the next submission is a new one. It may be gone already.
    /// @throws Error  if it cannot be removed
    void remove() const;

private:
    /// Writes a new file beside it, and returns its path.
    [[nodiscard]] std::string write_beside(Record const& record) const;

    std::string path_;
};

}  // namespace globus::transfer

namespace globus::detail {

/// @throws UsageError  if the file is there for another submission than that of `digest` and, if not empty, `id`
void check_same_submission(transfer::SubmissionFile const& file, transfer::SubmissionFile::Record const& record,
                           std::string const& digest, std::string const& id);

/// The digest of the document of a text.
std::string submission_digest(std::string const& json);

/// What two submissions that are the same have in common, as a digest.
template <class Data>
std::string digest_of(Data data) {
    data.submission_id = {};
    data.label = {};
    data.deadline = {};
    return submission_digest(to_json(data));
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

// Submitting a transfer that is too large for one task.

namespace globus::transfer {

/**
 * The submissions of a transfer's parts, one after the other: an input range.
 *
 *     for (auto const& accepted : client.submit_all(std::move(data), 10000)) remember(*accepted->task_id);
 *
 * A part is submitted when the loop comes to it, exactly once, as by submit_transfer. A call that fails throws out of
 * the loop; begin() on the same object goes on with the part that failed, under the same submission id.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next part with NetworkError (cancelled)
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class Submissions {
public:
    /// It sends nothing before the first begin(). `options` apply to each part.
    Submissions(C const& client, std::vector<TransferData> parts, CallOptions options)
        : client_(client), parts_(std::move(parts)), options_(std::move(options)) {}

    /// An iterator stands at the answer to one part; advancing it submits the next part.
    class Iterator {
    public:
        using value_type = Response<SubmissionResult>;
        using difference_type = std::ptrdiff_t;

        /// @throws  what submit_transfer throws, as operator++ does
        explicit Iterator(Submissions& walk) : walk_(&walk) { walk.submit(); }
        [[nodiscard]] value_type const& operator*() const { return *walk_->accepted_; }
        [[nodiscard]] value_type const* operator->() const { return &*walk_->accepted_; }
        Iterator& operator++() {
            walk_->accepted_.reset();
            ++walk_->next_;
            walk_->submit();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->accepted_; }

    private:
        Submissions* walk_;
    };

    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// All parts; those that were submitted, or whose submission failed, have their submission ids.
    [[nodiscard]] std::vector<TransferData> const& parts() const noexcept { return parts_; }

private:
    /// Submits the next part, unless its answer is there already.
    void submit() {
        if (accepted_ || next_ == parts_.size()) return;
        accepted_ = client_.call(options_, [this](C const& client, CallOptions const& options) {
            return client.submit_transfer(parts_[next_], options);
        });
    }

    detail::ClientOfRange<C> client_;
    std::vector<TransferData> parts_;
    CallOptions options_;
    std::size_t next_ = 0;
    std::optional<Response<SubmissionResult>> accepted_;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
#define GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Waiting for the end of a task.

namespace globus::transfer {

/**
 * True for a fault that no further attempt will cure: the file is missing, or may not be read or written. The service
 * keeps trying until the task's deadline all the same, which is a day or more.
 */
[[nodiscard]] bool cannot_heal(TaskEvent const& fault);

/// How far a task is, after each look at it.
struct TaskProgress {
    Task const& task;                       ///< as it was just read
    std::chrono::duration<double> elapsed;  ///< since the wait began
    std::int64_t bytes;                     ///< transferred so far
    std::int64_t bytes_per_second;          ///< since the previous look; at the first look the service's mean
    std::int64_t files;                     ///< transferred so far
    std::int64_t files_total;               ///< found so far
    std::int64_t faults;                    ///< errors so far, including those that passed
    std::string nice_status;  ///< why it does not advance, as in "PERMISSION_DENIED"; "OK" or empty if it does
};

/// What task_wait does about a fault that cannot heal.
enum class OnFault : unsigned char {
    keep_waiting,  ///< nothing: somebody may put the file there
    fail_fast,     ///< it stops waiting; the task stays as it is
    cancel,        ///< it cancels the task, and waits for the end
};
/// The name of its enumerator.
constexpr char const* to_string(OnFault what) noexcept {
    switch (what) {
        case OnFault::keep_waiting:
            return "keep_waiting";
        case OnFault::fail_fast:
            return "fail_fast";
        case OnFault::cancel:
            return "cancel";
    }
    return "unknown";
}

/**
 * What task_wait waits for, and how.
 *
 *     auto verdict = client.task_wait({.task_id = id,
 *                                      .timeout = 1h,
 *                                      .on_fault = OnFault::fail_fast,
 *                                      .on_progress = [](TaskProgress const& now) { show(now.bytes, now.files); }});
 */
struct TaskWait {
    Required<std::string> task_id;
    std::chrono::duration<double> timeout{10};           ///< how long to wait in all; at least 10 ms
    std::chrono::duration<double> polling_interval{10};  ///< the longest pause between two looks; at least 10 ms
    /// Before the second look; then each pause is half as long again as the one before, up to `polling_interval`. At
    /// least 10 ms.
    std::chrono::duration<double> first_interval{0.5};
    OnFault on_fault = OnFault::keep_waiting;                   ///< what to do about errors that cannot heal
    std::function<void(TaskProgress const&)> on_progress = {};  ///< called after each look; it may destroy the client
    double jitter = 0.1;  ///< a look may come earlier by up to this part of the interval, so that many waits spread
    /// Waits in place of the library, for tests: it is told how long, and returns false to cancel. Time is then the sum
    /// of its waits.
    std::function<bool(std::chrono::duration<double>)> sleep = {};
};

/**
 * How a wait ended. The task itself may go on: `ended()` says so, and `succeeded()` whether it did what it should.
 *
 *     if (!verdict.succeeded()) explain(verdict.kind, verdict.task);
 *     for (TaskEvent const& fault : verdict.faults) report(fault.code, fault.details);
 */
struct TaskVerdict {
    /// How it ended.
    enum class Kind : unsigned char {
        succeeded,  ///< the task did what it should
        failed,     ///< it ended without success; `task.fatal_error` says why
        cancelled,  ///< somebody cancelled it, or OnFault::cancel did
        inactive,   ///< it waits for its owner's credentials
        faulting,   ///< it goes on with faults that cannot heal: by OnFault::fail_fast, or when time ran out
        paused,     ///< time ran out, and a pause rule or an administrator holds it
        timed_out,  ///< time ran out, and the task goes on, or has a status that this library does not know
    };

    Kind kind = Kind::timed_out;         ///< how it ended
    Task task = {};                      ///< as it was last seen
    std::vector<TaskEvent> faults = {};  ///< its faults, the latest first, at most 100

    /// True if the task has ended, with success or not. A task that is paused, or waits for credentials, has not.
    [[nodiscard]] bool ended() const;
    /// True if the task has ended and did what it should.
    [[nodiscard]] bool succeeded() const { return kind == Kind::succeeded; }
};

/// The name of a kind, as in its enumerator.
constexpr char const* to_string(TaskVerdict::Kind kind) noexcept {
    switch (kind) {
        case TaskVerdict::Kind::succeeded:
            return "succeeded";
        case TaskVerdict::Kind::failed:
            return "failed";
        case TaskVerdict::Kind::cancelled:
            return "cancelled";
        case TaskVerdict::Kind::inactive:
            return "inactive";
        case TaskVerdict::Kind::faulting:
            return "faulting";
        case TaskVerdict::Kind::paused:
            return "paused";
        case TaskVerdict::Kind::timed_out:
            return "timed_out";
    }
    return "unknown";
}
/// Writes the name of a kind.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, TaskVerdict::Kind kind) {
    return out << to_string(kind);
}

/**
 * task_wait was cancelled: by its stop_token, by its `sleep`, or because the client was destroyed. The task goes on,
 * and what the wait saw of it is here.
 *
 *     catch (TaskWaitCancelled const& stopped) {
 *         remember(stopped.seen().task.bytes_transferred);
 *     }
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share what was seen.
 */
class GLOBUS_VISIBLE TaskWaitCancelled : public NetworkError {
public:
    /// @param seen  the verdict if time had run out then
    TaskWaitCancelled(NetworkError const& how, TaskVerdict seen)
        : NetworkError(how), seen_(std::make_shared<TaskVerdict const>(std::move(seen))) {}

    /// The task and its faults as they were last seen; a task without an id if no look had succeeded.
    [[nodiscard]] TaskVerdict const& seen() const noexcept { return *seen_; }

private:
    std::shared_ptr<TaskVerdict const> seen_;
};

}  // namespace globus::transfer

namespace globus::detail {

/// What task_wait knows about its task, and does about it. It sends nothing: it is told what the task is, and says what
/// comes next.
class TaskWatch {
    using Seconds = std::chrono::duration<double>;

public:
    /// @param may_cancel  the client may cancel tasks
    /// @throws UsageError  for OnFault::cancel, if it may not
    TaskWatch(transfer::TaskWait wait, bool may_cancel);

    [[nodiscard]] Polling polling() const;
    [[nodiscard]] transfer::GetTask task() const { return {.task_id = wait_.task_id}; }
    [[nodiscard]] transfer::TaskEventList fault_list() const;
    [[nodiscard]] transfer::CancelTask cancellation() const { return {.task_id = wait_.task_id}; }

    /// Takes a task as it was just read.
    void saw(transfer::Task task) { verdict_.task = std::move(task); }
    /// True if the number of its faults has grown, so that their list is to be read.
    [[nodiscard]] bool has_new_faults() const { return verdict_.task.faults.value_or(0) > faults_read_; }
    /// Takes the list of its faults.
    void saw(transfer::TaskEventPage const& faults);
    /// Tells the caller's `on_progress`. @param run  calls a function, as CallGate::Call::run_callback does
    template <class Run>
    void report(Seconds elapsed, Run const& run) {
        transfer::TaskProgress const now = progress(elapsed);
        if (wait_.on_progress) run([&] { wait_.on_progress(now); });
    }

    enum class Next : unsigned char {
        look,    ///< look again
        cancel,  ///< cancel the task, and look again
        end,     ///< the verdict is final
    };
    [[nodiscard]] Next next();
    /// Reports that the task was cancelled.
    void cancelled() noexcept { cancelled_ = true; }

    /// The verdict.
    [[nodiscard]] transfer::TaskVerdict verdict() && { return std::move(verdict_); }
    /// The verdict when the time is up.
    [[nodiscard]] transfer::TaskVerdict verdict_by_now() &&;
    /// The verdict although the wait was cancelled, by the error in flight: if the task has ended.
    /// @throws TaskWaitCancelled  if it has not
    [[nodiscard]] transfer::TaskVerdict verdict_despite(NetworkError const& error) &&;

private:
    [[nodiscard]] transfer::TaskProgress progress(Seconds elapsed);
    [[nodiscard]] bool has_incurable_fault() const;
    [[nodiscard]] bool was_cancelled() const;
    /// Says whether the task will do no more on its own, and with which verdict.
    bool ended();

    transfer::TaskWait wait_;
    transfer::TaskVerdict verdict_;
    std::int64_t faults_read_ = 0;
    std::int64_t last_bytes_ = 0;
    std::optional<Seconds> last_look_;
    bool cancelled_ = false;
};

/// One call of task_wait.
template <class Client>
class TaskWaiting {
    static constexpr bool may_cancel = Permits<typename Client::service_type, transfer::CancelTask>;

public:
    TaskWaiting(Client const& client, transfer::TaskWait wait, CallOptions options)
        : client_(client),
          watch_(std::move(wait), may_cancel),
          looks_("task_wait", client.gate(), watch_.polling(), std::move(options)) {}

    transfer::TaskVerdict run() {
        try {
            bool const in_time =
                looks_.until([&] { watch_.saw(taken_as_is(client_.get_task(watch_.task(), looks_.options()))); },
                             [&] { return is_over(); });
            return in_time ? std::move(watch_).verdict() : std::move(watch_).verdict_by_now();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            return std::move(watch_).verdict_despite(error);
        }
    }

private:
    /// Asks for more about the task that was just seen; true if the wait is over.
    bool is_over() {
        if (watch_.has_new_faults())
            unless_it_may_pass([&] { watch_.saw(*client_.task_event_list(watch_.fault_list(), looks_.options())); });
        watch_.report(looks_.elapsed(), [&](auto const& callback) { looks_.run_callback(callback); });
        TaskWatch::Next const next = watch_.next();
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel)
                unless_it_may_pass([&] {
                    (void)client_.cancel_task(watch_.cancellation(), looks_.options());
                    watch_.cancelled();
                });
        return next == TaskWatch::Next::end;
    }
    /// Lets an error that may pass go: the next look tries again.
    template <class F>
    static void unless_it_may_pass(F const& request) {
        try {
            request();
        } catch (Error const& error) {
            if (!may_pass(error)) throw;
        }
    }

    Client const& client_;
    TaskWatch watch_;
    Looks looks_;
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

// Transfer is the most used service, so its operations and documents are visible in namespace globus itself. Those of
// other services are in namespaces of their own, as in globus::search::GetTask.
using namespace transfer;

namespace detail {

/// `Data` is what a submission takes: the typed document, or a Json of the same form.
template <class Data, class Typed>
concept Submittable = std::same_as<std::remove_cvref_t<Data>, Typed> || std::convertible_to<Data, Json>;

}  // namespace detail

/**
 * Globus Transfer: files, transfers between collections, and the tasks that do them.
 *
 *     Client<TransferService, AccessTokenPolicy> transfer{token};
 *
 * https://docs.globus.org/api/transfer/
 *
 * What its operations have in common: `query_params` takes parameters that an operation has no member for; ids are
 * UUIDs as text; the paths in the operations' comments are relative to the API's version, such as /v0.10.
 *
 * @par Errors
 * Every operation throws UsageError before anything is sent, for members that do not go together and for an empty id in
 * its path; NetworkError when no answer came; TransferApiError for an error status; DecodeError for an answer that is
 * not what it should be; and what the client's authorizer throws. An operation with more to say has a `throws` of its
 * own.
 * @par Thread safety
 * As for Client: any operation may be called from any thread, even at the same time. Operations, payloads and documents
 * are values. Distinct objects: safe. Shared objects: reading is safe.
 */
struct TransferService {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using scopes = TransferScopes;  ///< what a token of this service may allow
    /// The scopes that a client of an app asks for.
    static constexpr std::array default_scopes{scopes::all};
    using error = TransferApiError;
    using credential = BearerCredential;

    /// True for a 502 that an endpoint behind the service caused; asking again at once is of no use.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error) { return detail::is_endpoint_error(error); }

    /// The types of all operations, as a hana::tuple of hana::types, for files that include <boost/hana.hpp>.
    template <class Asked = void>
    static constexpr auto operations() {
        return detail::hana_types<
            Asked, GetEndpoint, UpdateEndpoint, DeleteEndpoint, EndpointSearch, SetSubscriptionId,
            SetSubscriptionAdminVerified, MyEffectivePauseRuleList, MySharedEndpointList, GetSharedEndpointList,
            CreateSharedEndpoint, EndpointServerList, GetEndpointServer, OperationLs, OperationStat, OperationMkdir,
            OperationRename, GetSubmissionId, SubmitTransfer, SubmitDelete, TaskList, TaskEventList, GetTask,
            UpdateTask, CancelTask, TaskPauseInfo, TaskSuccessfulTransfers, TaskSkippedErrors, EndpointRoleList,
            AddEndpointRole, GetEndpointRole, DeleteEndpointRole, EndpointAclList, GetEndpointAclRule,
            AddEndpointAclRule, UpdateEndpointAclRule, DeleteEndpointAclRule, BookmarkList, CreateBookmark, GetBookmark,
            UpdateBookmark, DeleteBookmark, EndpointManagerMonitoredEndpoints, EndpointManagerHostedEndpointList,
            EndpointManagerGetEndpoint, EndpointManagerAclList, EndpointManagerTaskList, EndpointManagerGetTask,
            EndpointManagerTaskEventList, EndpointManagerTaskPauseInfo, EndpointManagerTaskSuccessfulTransfers,
            EndpointManagerTaskSkippedErrors, EndpointManagerCancelTasks, EndpointManagerCancelStatus,
            EndpointManagerPauseTasks, EndpointManagerResumeTasks, EndpointManagerPauseRuleList,
            EndpointManagerCreatePauseRule, EndpointManagerGetPauseRule, EndpointManagerUpdatePauseRule,
            EndpointManagerDeletePauseRule, CreateTunnel, UpdateTunnel, GetTunnel, DeleteTunnel, ListTunnels,
            GetTunnelEvents, GetStreamAccessPoint>();
    }

    template <class Client>
    struct Operations;
};

/// The operations of Transfer as member functions of its Client.
template <class Client>
struct TransferService::Operations {
    // Endpoints and collections

    /// @copydoc transfer::GetEndpoint
    Response<Endpoint> get_endpoint(GetEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateEndpoint
    Response<EndpointResult> update_endpoint(UpdateEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpoint
    Response<OperationResult> delete_endpoint(DeleteEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointSearch
    Response<EndpointList> endpoint_search(EndpointSearch op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::SetSubscriptionId
    Response<OperationResult> set_subscription_id(SetSubscriptionId op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::SetSubscriptionAdminVerified
    Response<OperationResult> set_subscription_admin_verified(SetSubscriptionAdminVerified op,
                                                              CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::MyEffectivePauseRuleList
    Response<PauseRulePage> my_effective_pause_rule_list(MyEffectivePauseRuleList op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::MySharedEndpointList
    Response<EndpointList> my_shared_endpoint_list(MySharedEndpointList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetSharedEndpointList
    Response<SharedEndpointPage> get_shared_endpoint_list(GetSharedEndpointList op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CreateSharedEndpoint
    Response<EndpointResult> create_shared_endpoint(CreateSharedEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointServerList
    Response<EndpointServerPage> endpoint_server_list(EndpointServerList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointServer
    Response<EndpointServer> get_endpoint_server(GetEndpointServer op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Files and directories

    /// @copydoc transfer::OperationLs
    Response<FileList> operation_ls(OperationLs op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationStat
    Response<File> operation_stat(OperationStat op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationMkdir
    Response<OperationResult> operation_mkdir(OperationMkdir op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::OperationRename
    Response<OperationResult> operation_rename(OperationRename op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Makes a directory and those above it that are missing; it succeeds if the directory already exists.
     *
     *     client.ensure_directory({.endpoint_id = id, .path = "/~/archive/2024/run1/"});
     *
     * Anything that exists under a directory's name is taken to be a directory.
     *
     * @return true if it made the directory, false if it was there
     * @throws TransferApiError  if a directory cannot be made, and what Client::send throws
     */
    bool ensure_directory(EnsureDirectory directory, CallOptions const& options = {}) const {
        auto const call = self().begin_call(options);
        return detail::ensure_directory(self(), directory, call.options());
    }

    /// All entries below a path, as a range; see RecursiveListing.
    RecursiveListing<Client> recursive_ls(RecursiveLs what, CallOptions options = {}) const& {
        return RecursiveListing<Client>(self(), std::move(what), std::move(options));
    }
    // clang-format off
    void recursive_ls(RecursiveLs what, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on

    // Submissions and tasks

    /// @copydoc transfer::GetSubmissionId
    Response<SubmissionId> get_submission_id(GetSubmissionId op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskList
    Response<TaskPage> task_list(TaskList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskEventList
    Response<TaskEventPage> task_event_list(TaskEventList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTask
    Response<Task> get_task(GetTask op, CallOptions const& options = {}) const { return self().send(op, options); }
    /// @copydoc transfer::UpdateTask
    Response<OperationResult> update_task(UpdateTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CancelTask
    Response<OperationResult> cancel_task(CancelTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskPauseInfo
    Response<PauseInfo> task_pause_info(TaskPauseInfo op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskSuccessfulTransfers
    Response<SuccessfulTransferPage> task_successful_transfers(TaskSuccessfulTransfers op,
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::TaskSkippedErrors
    Response<SkippedErrorPage> task_skipped_errors(TaskSkippedErrors op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * Submits a transfer exactly once, however often it has to be sent.
     *
     *     TransferData data{.source_endpoint = here, .destination_endpoint = there};
     *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
     *     auto accepted = client.submit_transfer(data);
     *
     * The submission id is fetched first if `data` has none, and is fixed from then on: when an answer is lost, the
     * same document is sent again, and the service answers "Duplicate" with the task that it already has. The id is in
     * `data` afterwards, and in every error (`submission_id(error)`): store it, so that a later run of the program
     * cannot submit twice. To submit the same transfer again on purpose, reset it.
     *
     * @param data  a TransferData, or a Json of the same form
     * @throws UsageError  for what TransferData::check refuses; nothing is sent then
     */
    template <class Data = TransferData>
        requires detail::Submittable<Data, TransferData>
    Response<SubmissionResult> submit_transfer(Data&& data, CallOptions const& options = {}) const {
        return submit<SubmitTransfer, TransferData>(std::forward<Data>(data), options);
    }
    /// Submits a deletion, exactly once; see submit_transfer.
    /// @param data  a DeleteData, or a Json of the same form
    template <class Data = DeleteData>
        requires detail::Submittable<Data, DeleteData>
    Response<SubmissionResult> submit_delete(Data&& data, CallOptions const& options = {}) const {
        return submit<SubmitDelete, DeleteData>(std::forward<Data>(data), options);
    }

    /**
     * Submits a transfer, or finds the task of the same transfer that an earlier start of the program has submitted with
     * the same file; see transfer::SubmissionFile.
     *
     *     SubmissionFile const file{"nightly.submission"};
     *     std::string const task_id = client.submit_or_resume(data, file);
     *     if (client.task_wait({.task_id = task_id, .timeout = 8h}).ended()) file.remove();
     *
     * If the service refuses a transfer that no earlier start has sent, the file is removed again. After any other error
     * it stays, and the next call goes on.
     *
     * @return the task's id
     * @throws UsageError  for what TransferData::check refuses, and if the file belongs to another transfer; nothing is
     *                     sent then
     * @throws Error       if the file cannot be read, or not be written before the transfer is sent; and what
     *                     submit_transfer throws
     */
    std::string submit_or_resume(TransferData data, SubmissionFile const& file, CallOptions const& options = {}) const {
        return resume<SubmitTransfer>(std::move(data), file, options);
    }
    /// The same for a deletion.
    std::string submit_or_resume(DeleteData data, SubmissionFile const& file, CallOptions const& options = {}) const {
        return resume<SubmitDelete>(std::move(data), file, options);
    }

    /**
     * Submits a transfer in parts of at most `max_items` items, one after the other, as a loop over the answers reaches
     * them; see transfer::Submissions.
     *
     * @throws UsageError  for what TransferData::check refuses, and if `max_items` is 0; nothing is sent then
     */
    transfer::Submissions<Client> submit_all(TransferData data, std::size_t max_items,
                                             CallOptions options = {}) const& {
        data.check();
        return {self(), transfer::split_transfer_data(std::move(data), max_items), std::move(options)};
    }
    // clang-format off
    void submit_all(TransferData data, std::size_t max_items, CallOptions options = {}) const&& = delete;  // the range needs the client: give it a name that lives as long
    // clang-format on
    /// Like the function split_transfer_data, but with a submission id fetched for each part. Store the parts:
    /// submitting any of them again makes no second task.
    std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items,
                                                  CallOptions const& options = {}) const {
        std::vector<TransferData> parts = transfer::split_transfer_data(std::move(data), max_items);
        auto const call = self().begin_call(options);
        for (TransferData& part : parts) part.submission_id = new_submission_id(call.options());
        return parts;
    }

    /**
     * Waits until a task has ended, or time runs out.
     *
     *     auto verdict = client.task_wait({.task_id = id, .timeout = 1h, .on_fault = OnFault::fail_fast});
     *     if (!verdict.succeeded()) explain(verdict.task, verdict.faults);
     *
     * It looks at the task at once, after half a second (`first_interval`), and then after half as much again each time,
     * up to every `polling_interval`. When the number of faults has grown, it reads what they are. A look may fail for
     * a passing reason (a lost connection, a 503); the next one makes up for it.
     *
     * With an unknown status the wait goes on. The callbacks may destroy the client, which cancels the wait, and what
     * they throw ends it.
     *
     * @param options  for each request; `deadline` ends the wait, too, and `stop` cancels it within 100 ms
     * @return how the wait ended
     * @throws UsageError        for a time-out or an interval under 10 ms, and for OnFault::cancel if the service of
     *                           this client is cut down, see ReadOnly, and CancelTask is left out
     * @throws TaskWaitCancelled  if `stop` or `sleep` asked, or the client was destroyed; it has what was seen so far
     * @throws NetworkError      the last look's error, if none succeeded
     * @throws TransferApiError  if the task does not exist or may not be read
     */
    TaskVerdict task_wait(TaskWait wait, CallOptions const& options = {}) const {
        return detail::TaskWaiting<Client>(self(), std::move(wait), options).run();
    }

    /**
     * Tells the app of this client that it needs the data_access scope of mapped collections, so that a login asks for
     * it before a service does. It returns the client.
     *
     *     app.client<TransferService>().add_app_data_access_scope(collection_id);
     *
     * @throws UsageError  for an id that is not a UUID
     */
    Client const& add_app_data_access_scope(StringList const& collection_ids) const {
        return self().add_app_scope(transfer_scope_with_data_access(collection_ids));
    }

    // Roles and access rules

    /// @copydoc transfer::EndpointRoleList
    Response<EndpointRolePage> endpoint_role_list(EndpointRoleList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::AddEndpointRole
    Response<EndpointRole> add_endpoint_role(AddEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointRole
    Response<EndpointRole> get_endpoint_role(GetEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpointRole
    Response<OperationResult> delete_endpoint_role(DeleteEndpointRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointAclList
    Response<AccessRulePage> endpoint_acl_list(EndpointAclList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetEndpointAclRule
    Response<AccessRule> get_endpoint_acl_rule(GetEndpointAclRule op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::AddEndpointAclRule
    Response<AccessRuleResult> add_endpoint_acl_rule(AddEndpointAclRule op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateEndpointAclRule
    Response<OperationResult> update_endpoint_acl_rule(UpdateEndpointAclRule op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteEndpointAclRule
    Response<OperationResult> delete_endpoint_acl_rule(DeleteEndpointAclRule op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Bookmarks

    /// @copydoc transfer::BookmarkList
    Response<BookmarkPage> bookmark_list(BookmarkList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::CreateBookmark
    Response<Bookmark> create_bookmark(CreateBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetBookmark
    Response<Bookmark> get_bookmark(GetBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::UpdateBookmark
    Response<Bookmark> update_bookmark(UpdateBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteBookmark
    Response<OperationResult> delete_bookmark(DeleteBookmark op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // For managers and monitors of collections

    /// @copydoc transfer::EndpointManagerMonitoredEndpoints
    Response<EndpointList> endpoint_manager_monitored_endpoints(EndpointManagerMonitoredEndpoints op = {},
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerHostedEndpointList
    Response<EndpointList> endpoint_manager_hosted_endpoint_list(EndpointManagerHostedEndpointList op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetEndpoint
    Response<Endpoint> endpoint_manager_get_endpoint(EndpointManagerGetEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerAclList
    Response<AccessRulePage> endpoint_manager_acl_list(EndpointManagerAclList op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskList
    Response<TaskPage> endpoint_manager_task_list(EndpointManagerTaskList op = {},
                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetTask
    Response<Task> endpoint_manager_get_task(EndpointManagerGetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskEventList
    Response<TaskEventPage> endpoint_manager_task_event_list(EndpointManagerTaskEventList op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskPauseInfo
    Response<PauseInfo> endpoint_manager_task_pause_info(EndpointManagerTaskPauseInfo op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskSuccessfulTransfers
    Response<SuccessfulTransferPage> endpoint_manager_task_successful_transfers(
        EndpointManagerTaskSuccessfulTransfers op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerTaskSkippedErrors
    Response<SkippedErrorPage> endpoint_manager_task_skipped_errors(EndpointManagerTaskSkippedErrors op,
                                                                    CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCancelTasks
    Response<AdminCancel> endpoint_manager_cancel_tasks(EndpointManagerCancelTasks op,
                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCancelStatus
    Response<AdminCancel> endpoint_manager_cancel_status(EndpointManagerCancelStatus op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerPauseTasks
    Response<OperationResult> endpoint_manager_pause_tasks(EndpointManagerPauseTasks op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerResumeTasks
    Response<OperationResult> endpoint_manager_resume_tasks(EndpointManagerResumeTasks op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerPauseRuleList
    Response<PauseRulePage> endpoint_manager_pause_rule_list(EndpointManagerPauseRuleList op = {},
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerCreatePauseRule
    Response<PauseRule> endpoint_manager_create_pause_rule(EndpointManagerCreatePauseRule op = {},
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerGetPauseRule
    Response<PauseRule> endpoint_manager_get_pause_rule(EndpointManagerGetPauseRule op,
                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerUpdatePauseRule
    Response<PauseRule> endpoint_manager_update_pause_rule(EndpointManagerUpdatePauseRule op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::EndpointManagerDeletePauseRule
    Response<OperationResult> endpoint_manager_delete_pause_rule(EndpointManagerDeletePauseRule op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    // Tunnels

    /**
     * Makes a tunnel between two stream access points, exactly once, however often it has to be sent.
     *
     * A submission id is made if `data` has none; it is in `data` afterwards, and in every error.
     *
     * @param data  a CreateTunnelData, or a Json of the same form
     * @throws UsageError  for a Json without a member `data`
     */
    template <class Data = CreateTunnelData>
        requires detail::Submittable<Data, CreateTunnelData>
    Response<TunnelDocument> create_tunnel(Data&& data, CallOptions const& options = {}) const {
        return submit<CreateTunnel, CreateTunnelData>(std::forward<Data>(data), options);
    }
    /// @copydoc transfer::UpdateTunnel
    Response<TunnelDocument> update_tunnel(UpdateTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTunnel
    Response<TunnelDocument> get_tunnel(GetTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::DeleteTunnel
    Response<ApiResult> delete_tunnel(DeleteTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::ListTunnels
    Response<TunnelPage> list_tunnels(ListTunnels op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetTunnelEvents
    Response<TunnelEventPage> get_tunnel_events(GetTunnelEvents op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer::GetStreamAccessPoint
    Response<StreamAccessPointDocument> get_stream_access_point(GetStreamAccessPoint op,
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }

    /// @throws DecodeError  if the service answers without one
    [[nodiscard]] std::string new_submission_id(CallOptions const& options) const {
        auto answer = get_submission_id({}, options);
        if (answer->value.empty()) throw DecodeError("Transfer gave no submission id", answer.text());
        return (*std::move(answer)).value;
    }

    /// Sets the submission id of `data`, in the caller's object unless that is const, and sends it.
    template <class Submit, class Typed, class Data>
    Response<typename Submit::result> submit(Data&& data, CallOptions const& options) const {
        using Held = std::conditional_t<std::same_as<std::remove_cvref_t<Data>, Typed>, Typed, Json>;
        if constexpr (!std::same_as<std::remove_reference_t<Data>, Held>) {
            return submit<Submit, Typed>(Held(data), options);
        } else {
            if constexpr (!std::same_as<Held, Json>) data.check();  // before an id is fetched
            auto const call = self().begin_call(options);
            std::optional<std::string> const id = submission_id<Submit>(data, call.options());
            if (id && id->empty()) throw UsageError("the submission id is empty: leave it out, and a new one is used");
            CallOptions submitting = call.options();
            if (!id && !submitting.retry_as) submitting.retry_as = RetryClass::non_idempotent;
            try {
                return self().send(Submit{.data = DocumentOf<Typed>(std::forward<Data>(data))}, submitting);
            } catch (Error const&) {
                if (!id) throw;
                detail::rethrow_changed<TransferApiError, AuthApiError, NetworkError, DecodeError>(
                    [&](auto const& error) { return detail::SubmissionEndedBy(error, *id); });
            }
        }
    }

    template <class Submit, class Data>
    std::string resume(Data data, SubmissionFile const& file, CallOptions const& options) const {
        data.check();
        if (data.additional_fields.contains("submission_id"))
            throw UsageError("submit_or_resume: the submission id is to be a member, no additional field");
        std::string const digest = detail::digest_of(data);
        std::string const own_id = data.submission_id.value_or("");
        auto const call = self().begin_call(options);
        auto record = file.read();
        bool begun = false;
        if (!record) {
            SubmissionFile::Record const fresh{own_id.empty() ? new_submission_id(call.options()) : own_id, digest};
            record = file.begin(fresh);
            begun = record->submission_id == fresh.submission_id;
        }
        detail::check_same_submission(file, *record, digest, own_id);
        if (!record->task_id.empty()) return record->task_id;
        data.submission_id = record->submission_id;
        try {
            record->task_id = submit<Submit, Data>(data, call.options())->task_id;
        } catch (Error const& error) {
            if (begun && !error.outcome_unknown()) file.remove();
            throw;
        }
        try {
            file.write(*record);
        } catch (Error const&) {  // its submission id is enough: the next call asks the service for the task
        }
        return record->task_id;
    }

    /// The submission id that `data` has or is given now; nothing if it is null.
    template <class Submit, class Data>
    std::optional<std::string> submission_id(Data& data, CallOptions const& options) const {
        auto const text = [](Json const& id) {
            return id.is_string() ? std::optional<std::string>(id.as_string()) : std::nullopt;
        };
        constexpr bool makes_it = std::same_as<Submit, CreateTunnel>;  // others ask the service for it
        if constexpr (std::same_as<Data, Json>) {
            if constexpr (makes_it) {
                std::string id = CreateTunnel::set_submission_id(data);
                return id.empty() ? std::nullopt : std::optional<std::string>(std::move(id));
            } else {
                if (!data.is_object()) throw UsageError("a submission must be a JSON object");
                if (!data.as_object().contains("submission_id"))
                    data.as_object()["submission_id"] = new_submission_id(options);
                return text(data.as_object()["submission_id"]);
            }
        } else {
            if (Json const* const id = data.additional_fields.if_contains("submission_id")) return text(*id);
            if (data.submission_id.is_absent())
                data.submission_id = makes_it ? detail::random_uuid() : new_submission_id(options);
            return data.submission_id ? std::optional<std::string>(*data.submission_id) : std::nullopt;
        }
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#include <boost/asio/bind_executor.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// Functions of Transfer that take several requests, without blocking. They are free functions, of clients with an
// AsioTransport:
//
//     async_submit_transfer(client, data, [](std::exception_ptr error, Response<SubmissionResult> accepted) { ... });
//     TaskVerdict const verdict = co_await async_task_wait(client, wait, use_awaitable);
//
// Each is its blocking namesake of a Client in everything but the waiting. Terminal cancellation ends it as
// CallOptions::stop does.

namespace globus {
namespace detail {

/// A call of several requests that does not block: one at a time, each begun when the one before has ended.
template <class C, class Value, class Handler>
class AsyncSteps : public AsyncPause {
protected:
    AsyncSteps(AsyncClient<C> client, Handler handler, CallOptions& options)
        : AsyncPause(client.engine()),
          client_(std::move(client)),
          completion_(std::move(handler), client_.engine()->executor()) {
        stop_.connect(completion_.slot(), options.stop);
    }

    [[nodiscard]] C const& client() const noexcept { return client_.client(); }
    [[nodiscard]] CallGate::Pass const& gate() const noexcept { return client_.gate(); }
    /// Sends an operation; `then` gets how it ended, on the strand. What that throws ends the call.
    template <class O, class Then>
    void send(O operation, CallOptions const& options, Then then) {
        client_.template start<true>(
            AsyncOperation<O>{std::move(operation)}, options,
            asio::bind_executor(client_.engine()->strand(),
                                [self = shared_from_this(), this, then](Result<Response<typename O::result>> result) {
                                    guard([&] { then(std::move(result)); });
                                }));
    }
    /// Calls `f`; what it throws ends the call.
    template <class F>
    void guard(F const& f) {
        try {
            f();
        } catch (...) {
            completion_.complete(std::current_exception(), Value());
        }
    }
    void finish(Value value) { completion_.complete(std::exception_ptr(), std::move(value)); }
    void pause_ended(bool) override {}

private:
    AsyncClient<C> client_;
    AsyncCompletion<Handler> completion_;
    AsyncStop stop_;
};

/// One call of async_submit_transfer or async_submit_delete.
template <class C, class Submit, class Data, class Handler>
class AsyncSubmission final : public AsyncSteps<C, Response<typename Submit::result>, Handler> {
public:
    using Value = Response<typename Submit::result>;

    AsyncSubmission(AsyncClient<C> client, Handler handler, Data data, CallOptions options)
        : AsyncSteps<C, Value, Handler>(std::move(client), std::move(handler), options),
          data_(std::move(data)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            data_.check();
            options_.deadline = deadline_of(options_, this->client().options().timeout);
            if (data_.additional_fields.contains("submission_id"))
                throw UsageError("the submission id is to be a member, no additional field");
            if (data_.submission_id.has_value()) return submit();
            this->send(transfer::GetSubmissionId{}, options_, [this](auto answer) {
                if ((*answer)->value.empty()) throw DecodeError("Transfer gave no submission id", answer->text());
                data_.submission_id = (*answer)->value;
                submit();
            });
        });
    }

private:
    void submit() {
        std::string const id = *data_.submission_id;
        if (id.empty()) throw UsageError("the submission id is empty: leave it out, and a new one is used");
        this->send(Submit{.data = DocumentOf<Data>(data_)}, options_, [this, id](auto answer) {
            try {
                this->finish(std::move(answer).value());
            } catch (Error const&) {
                rethrow_changed<TransferApiError, AuthApiError, NetworkError, DecodeError>(
                    [&](auto const& error) { return SubmissionEndedBy(error, id); });
            }
        });
    }

    Data data_;
    CallOptions options_;
};

/// One call of async_task_wait.
template <class C, class Handler>
class AsyncTaskWaiting final : public AsyncSteps<C, transfer::TaskVerdict, Handler> {
    static constexpr bool may_cancel = Permits<typename C::service_type, transfer::CancelTask>;

public:
    AsyncTaskWaiting(AsyncClient<C> client, Handler handler, transfer::TaskWait wait, CallOptions options)
        : AsyncSteps<C, transfer::TaskVerdict, Handler>(std::move(client), std::move(handler), options),
          given_(std::move(wait)),
          options_(std::move(options)) {}

    void begin() {
        this->guard([this] {
            if (given_.sleep) throw UsageError("async_task_wait: it has no use for TaskWait::sleep");
            watch_.emplace(std::move(given_), may_cancel);
            looks_.emplace("task_wait", this->gate(), watch_->polling(), std::move(options_), CallGate::Wait::no);
            look();
        });
    }

private:
    void look() {
        this->send(watch_->task(), looks_->options(), [this](auto answer) {
            unless_cancelled([&] {
                try {
                    watch_->saw(taken_as_is(std::move(answer).value()));
                } catch (Error const& error) {
                    looks_->failed(error);
                    return wait();
                }
                looks_->looked();
                if (!watch_->has_new_faults()) return seen();
                this->send(watch_->fault_list(), looks_->options(), [this](auto faults) {
                    unless_cancelled([&] {
                        if (faults)
                            watch_->saw(**faults);
                        else if (!may_pass(faults.error()))
                            (void)faults.value();  // which throws the error
                        seen();
                    });
                });
            });
        });
    }
    /// Everything that is asked for is there.
    void seen() {
        watch_->report(looks_->elapsed(), [&](auto const& callback) { looks_->run_callback(callback); });
        TaskWatch::Next const next = watch_->next();
        if (next == TaskWatch::Next::end) return this->finish(std::move(*watch_).verdict());
        if constexpr (may_cancel)
            if (next == TaskWatch::Next::cancel) {
                this->send(watch_->cancellation(), looks_->options(), [this](auto answer) {
                    unless_cancelled([&] {
                        if (answer)
                            watch_->cancelled();
                        else if (!may_pass(answer.error()))
                            (void)answer.value();
                        wait();
                    });
                });
                return;
            }
        wait();
    }
    void wait() {
        if (auto const at = looks_->next_look())
            this->pause(*at, looks_->options().stop);
        else
            this->finish(std::move(*watch_).verdict_by_now());
    }
    void pause_ended(bool in_full) override {
        this->guard([&] {
            unless_cancelled([&] {
                if (!in_full) looks_->end_cancelled();
                look();
            });
        });
    }
    /// Calls `f`; if that ends because it was cancelled, the verdict is what was seen so far.
    template <class F>
    void unless_cancelled(F const& f) {
        try {
            f();
        } catch (NetworkError const& error) {
            if (error.kind() != NetworkError::Kind::cancelled) throw;
            this->finish(std::move(*watch_).verdict_despite(error));
        }
    }

    transfer::TaskWait given_;
    CallOptions options_;
    std::optional<TaskWatch> watch_;
    std::optional<Looks> looks_;
};

/// Initiates a call of several requests.
template <template <class...> class Steps, class Value, class C, class What, class Token, class... Kinds>
auto initiate_steps(C const& client, What what, CallOptions options, Token&& token) {
    return initiate<void(std::exception_ptr, Value)>(
        [begins = AsyncClient<C>(client)]<class Handler>(Handler&& handler, What one, CallOptions how) {
            using Call = Steps<C, Kinds..., std::decay_t<Handler>>;
            if (begins.engine()->has_ended()) return;
            auto const memory = asio::get_associated_allocator(handler);
            auto const call = std::allocate_shared<Call>(memory, begins, std::forward<Handler>(handler), std::move(one),
                                                         std::move(how));
            begins.engine()->post([call] { call->begin(); });
        },
        std::forward<Token>(token), std::move(what), std::move(options));
}

template <class C, class Data, class Handler>
using AsyncTransferSubmission = AsyncSubmission<C, transfer::SubmitTransfer, Data, Handler>;
template <class C, class Data, class Handler>
using AsyncDeleteSubmission = AsyncSubmission<C, transfer::SubmitDelete, Data, Handler>;

}  // namespace detail

/**
 * Submits a transfer, exactly once, without blocking: see `submit_transfer` of a Client.
 *
 * The submission id is in every error (`submission_id(error)`). A program that is to outlive a crash sets
 * `data.submission_id` itself, and stores it before.
 *
 * @param token  for `void(std::exception_ptr, Response<SubmissionResult>)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTransferSubmission, Response<SubmissionResult>, C, TransferData, Token,
                                  TransferData>(client, std::move(data), std::move(options),
                                                std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_transfer(C const& client, TransferData data, Token&& token = Token()) {
    return async_submit_transfer(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/// Submits a deletion, exactly once, without blocking; see async_submit_transfer.
template <class C, class Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncDeleteSubmission, Response<SubmissionResult>, C, DeleteData, Token,
                                  DeleteData>(client, std::move(data), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_submit_delete(C const& client, DeleteData data, Token&& token = Token()) {
    return async_submit_delete(client, std::move(data), CallOptions(), std::forward<Token>(token));
}

/**
 * Waits until a task has ended, or time runs out, without blocking: see `task_wait` of a Client.
 *
 * `on_progress` is called on the transport's executor, and may destroy the client. `sleep` is a UsageError.
 *
 * @param token  for `void(std::exception_ptr, TaskVerdict)`
 */
template <class C, class Token = detail::DefaultToken>
auto async_task_wait(C const& client, TaskWait wait, CallOptions options, Token&& token = Token()) {
    return detail::initiate_steps<detail::AsyncTaskWaiting, TaskVerdict, C, TaskWait, Token>(
        client, std::move(wait), std::move(options), std::forward<Token>(token));
}
/// The same, with the options of the client.
template <class C, detail::NoOptions Token = detail::DefaultToken>
auto async_task_wait(C const& client, TaskWait wait, Token&& token = Token()) {
    return async_task_wait(client, std::move(wait), CallOptions(), std::forward<Token>(token));
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ASYNC_HPP

#ifdef GLOBUS_ASIO_BODIES
#ifndef GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP

#ifndef GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#define GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <signal.h>

namespace globus::detail {

/// A guard that keeps SIGPIPE from the calling thread, since OpenSSL writes without MSG_NOSIGNAL.
class SigpipeGuard {
public:
    explicit SigpipeGuard(bool needed);
    SigpipeGuard(SigpipeGuard const&) = delete;
    SigpipeGuard& operator=(SigpipeGuard const&) = delete;
    ~SigpipeGuard();

private:
    bool needed_;
    bool was_pending_ = false;
    sigset_t pipe_{};
    sigset_t before_{};
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace globus::detail {

struct HelperThreads::Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> functions;
    std::size_t idle = 0;  ///< threads that wait
    bool closed = false;

    void work();
};

GLOBUS_DECL void HelperThreads::Queue::work() {
    std::unique_lock lock(mutex);
    while (true) {
        ++idle;
        changed.wait(lock, [this] { return closed || !functions.empty(); });
        --idle;
        if (closed) return;
        std::function<void()> function = std::move(functions.front());
        functions.pop_front();
        lock.unlock();
        function();
        function = nullptr;  // what it holds may destroy these threads
        lock.lock();
    }
}

GLOBUS_DECL HelperThreads::HelperThreads() : queue_(std::make_shared<Queue>()) {}

GLOBUS_DECL HelperThreads::~HelperThreads() {
    std::deque<std::function<void()>> dropped;
    {
        std::lock_guard const lock(queue_->mutex);
        queue_->closed = true;
        dropped.swap(queue_->functions);
    }
    queue_->changed.notify_all();
    dropped.clear();
    for (std::thread& thread : threads_)
        if (thread.get_id() == std::this_thread::get_id())
            thread.detach();
        else
            thread.join();
}

GLOBUS_DECL void HelperThreads::run(std::function<void()> function) {
    std::lock_guard const lock(queue_->mutex);
    queue_->functions.push_back(std::move(function));
    if (queue_->idle < queue_->functions.size() && threads_.size() < most)
        threads_.emplace_back([queue = queue_] { queue->work(); });
    queue_->changed.notify_one();
}

/// Tells the engines of an execution context that it ends.
class EnginesOfContext final : public asio::execution_context::service {
public:
    using key_type = EnginesOfContext;
    static inline asio::execution_context::id id;

    explicit EnginesOfContext(asio::execution_context& context) : service(context) {}

    void add(std::weak_ptr<AsyncEngine> engine) {
        std::lock_guard const lock(mutex_);
        std::erase_if(engines_, [](auto const& one) { return one.expired(); });
        engines_.push_back(std::move(engine));
    }

private:
    void shutdown() noexcept override {
        std::vector<std::weak_ptr<AsyncEngine>> engines;
        {
            std::lock_guard const lock(mutex_);
            engines.swap(engines_);
        }
        for (auto const& one : engines)
            if (auto const engine = one.lock()) engine->end();
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<AsyncEngine>> engines_;
};

GLOBUS_DECL AsyncEngine::AsyncEngine(std::optional<asio::any_io_executor> executor)
    : own_(executor ? nullptr : std::make_unique<OwnContext>()),
      executor_(executor ? *std::move(executor) : own_->executor()),
      strand_(executor_) {}

GLOBUS_DECL AsyncEngine::~AsyncEngine() = default;

GLOBUS_DECL void AsyncEngine::end_with_context() {
    auto& context = asio::query(executor_, asio::execution::context);
    asio::use_service<EnginesOfContext>(context).add(weak_from_this());
}

GLOBUS_DECL void AsyncEngine::run_aside(std::function<void()> function) {
    std::lock_guard const lock(mutex_);
    if (!strand_) return;
    if (!helpers_) helpers_.emplace();
    helpers_->run(std::move(function));
}

GLOBUS_DECL bool AsyncEngine::has_ended() {
    std::lock_guard const lock(mutex_);
    return !strand_;
}

GLOBUS_DECL void AsyncEngine::end() noexcept {
    std::optional<Strand> strand;
    {
        std::lock_guard const lock(mutex_);
        strand.swap(strand_);
    }
    drop();
}

struct OwnContext::Context {
    asio::io_context io{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{std::in_place, io.get_executor()};
};

GLOBUS_DECL OwnContext::OwnContext() : context_(std::make_shared<Context>()) {
    thread_ = std::thread([context = context_] {
        SigpipeGuard const guard(true);
        context->io.run();
    });
}

GLOBUS_DECL OwnContext::~OwnContext() {
    context_->work.reset();
    if (thread_.get_id() == std::this_thread::get_id())
        thread_.detach();
    else
        thread_.join();
}

GLOBUS_DECL asio::any_io_executor OwnContext::executor() const { return context_->io.get_executor(); }

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ASYNC_ENGINE_IPP
#ifndef GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP
#define GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace globus::detail {

struct AsyncPause::Wake {
    std::weak_ptr<AsyncPause> of;
    std::weak_ptr<AsyncEngine> engine;
    std::uint64_t number;

    void operator()() const noexcept {
        try {
            if (auto const on = engine.lock())
                on->post([of = of, number = number] {
                    if (auto const here = of.lock()) here->ended(number, false);
                });
        } catch (...) {  // there is no memory; the pause ends by its time
        }
    }
};

struct AsyncPause::Pause {
    explicit Pause(AsyncEngine::Strand const& strand) : timer(strand) {}
    asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, AsyncEngine::Strand> timer;
    std::optional<std::stop_callback<Wake>> stop;
};

GLOBUS_DECL AsyncPause::AsyncPause(std::shared_ptr<AsyncEngine> engine) : engine_(std::move(engine)) {}
GLOBUS_DECL AsyncPause::~AsyncPause() = default;

GLOBUS_DECL void AsyncPause::pause(http::Clock::time_point until, std::stop_token const& stop) {
    std::uint64_t const number = ++number_;
    pause_ = std::make_unique<Pause>(engine_->strand());
    pause_->timer.expires_at(std::min(until, http::Clock::now() + std::chrono::hours(24 * 366)));
    pause_->timer.async_wait([self = shared_from_this(), number](boost::system::error_code const& error) {
        if (!error) self->ended(number, true);
    });
    if (stop.stop_possible()) pause_->stop.emplace(stop, Wake{weak_from_this(), engine_, number});
}

GLOBUS_DECL void AsyncPause::end_pause() noexcept {
    ++number_;
    pause_ = nullptr;
}

GLOBUS_DECL void AsyncPause::ended(std::uint64_t number, bool in_full) {
    if (number != number_ || pause_ == nullptr) return;
    pause_ = nullptr;
    pause_ended(in_full);
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ASYNC_PAUSE_IPP
#ifndef GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
#define GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP

#ifndef GLOBUS_HTTP_WAITING_HPP
#define GLOBUS_HTTP_WAITING_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus::detail {

/// Which thread, if any, does something that others wait for.
class Doer {
public:
    [[nodiscard]] bool busy() const noexcept { return thread() != std::thread::id(); }
    [[nodiscard]] bool is_this_thread() const noexcept { return thread() == std::this_thread::get_id(); }
    [[nodiscard]] std::thread::id thread() const noexcept { return thread_.load(); }
    /// Called by the thread that begins, which does not wait for anything.
    void begin() noexcept { thread_.store(std::this_thread::get_id()); }
    void end() noexcept { thread_.store(std::thread::id()); }

private:
    std::atomic<std::thread::id> thread_{std::thread::id()};
};

/**
 * An object that marks this thread as waiting for a Doer, from construction to destruction. A wait that could never end
 * is refused: the doer is this thread, or waits, directly or through others, for something that this thread does.
 *
 * Who waits for whom is known for all threads of the process, so that a cycle over any objects is found. In a forked
 * child nobody waits.
 */
class WaitFor {
public:
    /// @param what  what is waited for, for the message
    /// @throws UsageError  if the wait would never end
    WaitFor(Doer const& doer, std::string const& what);
    WaitFor(WaitFor const&) = delete;
    WaitFor& operator=(WaitFor const&) = delete;
    ~WaitFor();
};

/// Waits until `ready`, which is checked under `lock`; false if the time came first, or the stop_token asked.
template <class Ready>
bool wait_until(std::condition_variable_any& changed, std::unique_lock<std::mutex>& lock, http::Clock::time_point until,
                std::stop_token const& stop, Ready const& ready) {
    // The clock of the wait may count from another moment, and the last time that there is may have passed by it.
    return until == http::Clock::time_point::max() ? changed.wait(lock, stop, ready)
                                                   : changed.wait_until(lock, stop, until, ready);
}

/**
 * How long a call waits for what another thread does, and how its error reads if it has to end before.
 *
 *     Wait const call{"the lock of the door", context.deadline, context.stop};
 *     if (!call.until([&] { return open; }, opener, changed, lock)) call.end();
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
struct Wait {
    std::string for_what;  ///< as in "the access token"
    http::Clock::time_point deadline = http::Clock::time_point::max();
    std::stop_token stop = {};

    /**
     * Waits until `ready`, which is checked under `lock`.
     *
     * @param doer     what makes it ready
     * @param changed  is notified when it may be ready
     * @return false if the call has to end before
     * @throws UsageError  if the wait would never end, see WaitFor
     */
    template <class Ready>
    [[nodiscard]] bool until(Ready const& ready, Doer const& doer, std::condition_variable_any& changed,
                             std::unique_lock<std::mutex>& lock) const {
        if (ready()) return true;
        WaitFor const waiting(doer, for_what);
        return wait_until(changed, lock, deadline, stop, ready);
    }
    /// True if the call has to end now.
    [[nodiscard]] bool is_over() const { return stop.stop_requested() || http::Clock::now() >= deadline; }
    /// Ends a call whose wait has ended. @throws NetworkError  cancelled, or timeout
    [[noreturn]] void end() const;
};

/**
 * One thread asks for something, while the others wait and get what it got. It belongs beside the mutex of what the
 * answers fill, and all of its functions are called with that mutex locked.
 *
 *     std::unique_lock lock(mutex);
 *     while (!value)
 *         if (std::optional<int> answer = asking.ask_or_wait(lock, {"the value", deadline, stop}, ask)) value = answer;
 *
 * If `ask` throws, the next thread asks again. To share a failure, a thread that waited looks at the Landing, which
 * also says whether it was a failure at all: the thread that asked may just have had less time.
 *
 * A wait that could never end is a UsageError: `ask` needs what it is to give, directly or through what others wait
 * for. In a child process that `ask` forked, its answer is a UsageError, too, and the mutex, which is the parent's, is
 * left alone.
 */
class SingleFlight {
public:
    /// What a thread that waited is told.
    struct Landing {
        std::exception_ptr error;  ///< what `ask` threw; null: there is an answer
        bool again = false;  ///< it gave up because its own call had to end, and the call that waited has more time
    };

    [[nodiscard]] bool busy() const noexcept { return flight_ != nullptr; }
    [[nodiscard]] bool is_this_thread() const noexcept { return busy() && flight_->asking.is_this_thread(); }

    /// The answer of `ask`, which is called without the lock. Others see all that is done with it before the lock is
    /// released as one step. Nobody else asks at that time.
    /// @param call  the call on whose behalf it asks
    /// @throws what `ask` throws; the lock is held then, too
    template <class Ask>
    [[nodiscard]] auto ask(std::unique_lock<std::mutex>& lock, Wait const& call, Ask const& ask) {
        return fly(lock, [&] {
            try {
                return ask();
            } catch (...) {
                flight_->error = std::current_exception();
                flight_->gave_up = flight_->gave_up || call.is_over();
                if (!call.stop.stop_requested()) flight_->deadline = call.deadline;
                throw;
            }
        });
    }
    /// Waits for the thread that is asking.
    /// @throws NetworkError  if the call has to end before
    [[nodiscard]] Landing wait(std::unique_lock<std::mutex>& lock, Wait const& call);
    /// The answer if this thread asked; nothing if it waited for one that did, with an answer or without. Only this
    /// thread gets what `ask` throws.
    template <class Ask>
    [[nodiscard]] std::optional<std::invoke_result_t<Ask const&>> ask_or_wait(std::unique_lock<std::mutex>& lock,
                                                                              Wait const& call, Ask const& ask) {
        if (!busy()) return fly(lock, ask);
        (void)wait(lock, call);
        return std::nullopt;
    }
    /// Called in `ask` when it is about to throw for lack of time, although its call is not over yet.
    void out_of_time() const noexcept { flight_->gave_up = true; }

private:
    struct Flight {
        Doer asking;
        std::exception_ptr error;
        bool gave_up = false;                   ///< it ended because the call of the thread that asked had to
        http::Clock::time_point deadline = {};  ///< of that call; in the past if it was cancelled
    };
    /// Releases the lock for the thread that asks, and takes it again.
    class Asking {
    public:
        Asking(SingleFlight& all, std::unique_lock<std::mutex>& lock);
        Asking(Asking const&) = delete;
        Asking& operator=(Asking const&) = delete;
        ~Asking();
        void check() const { made_.check(); }

    private:
        SingleFlight& all_;
        std::unique_lock<std::mutex>& lock_;
        Maker const made_;
    };

    template <class Ask>
    [[nodiscard]] auto fly(std::unique_lock<std::mutex>& lock, Ask const& ask) {
        Asking const asking(*this, lock);
        auto answer = ask();
        asking.check();
        return answer;
    }

    /// How much later a call's deadline must be than that of the call that gave up, for it to ask itself.
    static constexpr std::chrono::milliseconds more_time{250};

    std::condition_variable_any landed_;
    std::shared_ptr<Flight> flight_;
};

/**
 * A turn that one thread has at a time, in the order in which they come.
 *
 *     auto const turn = std::make_shared<Turn>("the door is open already: go through");
 *     TurnLock const mine(turn, {"the door", deadline});
 *     if (!mine) ...  // others went through it all the time
 *
 * @par Thread safety
 * Any function may be called from any thread, `end` by the one that has the turn.
 */
class Turn {
public:
    /// @param own  what a thread that has the turn and wants it again is told
    explicit Turn(char const* own) : own_(own) {}

    /// Waits for the turn of this thread. It returns false if the call has to end before; then there is no turn to end.
    /// @throws UsageError  if this thread has it already, or the wait would never end
    [[nodiscard]] bool begin(Wait const& call);
    void end();
    /// True for the thread that has the turn.
    [[nodiscard]] bool is_mine() const noexcept { return first_.is_this_thread(); }

private:
    char const* const own_;
    std::mutex mutex_;
    std::condition_variable_any moved_;
    std::vector<std::thread::id> queue_;  ///< the threads that wait; the first one has the turn
    Doer first_;
};

/// A turn, from its beginning to the end of this object; false if the call had to end before the turn came.
class TurnLock {
public:
    TurnLock(std::shared_ptr<Turn> turn, Wait const& call) : turn_(std::move(turn)), ours_(turn_->begin(call)) {}
    TurnLock(TurnLock const&) = delete;
    TurnLock& operator=(TurnLock const&) = delete;
    ~TurnLock();
    [[nodiscard]] explicit operator bool() const noexcept { return ours_; }

private:
    Maker const made_;
    std::shared_ptr<Turn> const turn_;
    bool const ours_;
};

}  // namespace globus::detail

namespace globus::http {

/// Waits until `until`, or less if the stop_token asks; it says whether the full time was waited.
bool wait_until(Clock::time_point until, std::stop_token const& stop);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_WAITING_HPP

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void CredentialJob::run() noexcept {
    try {
        ask();
    } catch (...) {
        error = std::current_exception();
    }
}

GLOBUS_DECL bool CredentialDesk::ask_or_wait(std::shared_ptr<AsyncCall> const& call) {
    if (!std::exchange(busy_, true)) return true;
    waiting_.push_back(call);
    return false;
}

GLOBUS_DECL void CredentialDesk::landed(CredentialJob const& job) {
    busy_ = false;
    std::vector<std::weak_ptr<AsyncCall>> waiting;
    waiting.swap(waiting_);
    for (auto const& one : waiting)
        if (auto const call = one.lock()) call->credential_landed(job);
}

GLOBUS_DECL AsyncCall::AsyncCall(std::shared_ptr<AsyncEngine> engine) : AsyncPause(std::move(engine)) {}
GLOBUS_DECL AsyncCall::~AsyncCall() = default;

GLOBUS_DECL void AsyncCall::drive(ClientExchange& exchange, RetryPolicyRef const& retry) {
    exchange_ = &exchange;
    run_.emplace(exchange, exchange.terms(), retry);
}

GLOBUS_DECL void AsyncCall::begin() {
    engine()->post([self = self()] { self->make_steps(); });
}

template <class F>
void AsyncCall::go_on(F const& step) {
    if (ended_) return;
    try {
        step();
    } catch (...) {
        return end_by_error();
    }
    make_steps();
}

GLOBUS_DECL void AsyncCall::make_steps() {
    try {
        while (!ended_) {
            Step const step = run_->next();
            switch (step.kind) {
                case Step::Kind::authorize:
                    if (auto credential = credential_at_once()) {
                        exchange_->use(*std::move(credential));
                        run_->authorized();
                        break;
                    }
                    return ask(false);
                case Step::Kind::renew:
                    if (auto const renewed = renewed_at_once()) {
                        run_->renewed(*renewed);
                        break;
                    }
                    return ask(true);
                case Step::Kind::send:
                    run_->sending();
                    return send(exchange_->first_request());
                case Step::Kind::wait:
                    return pause(step.until, exchange_->request.stop);
                default:
                    read();
            }
        }
    } catch (...) {
        end_by_error();
    }
}

GLOBUS_DECL void AsyncCall::read() {
    http::Response answer = run_->hand_out();
    try {
        exchange_->take(answer, run_->replayed());
    } catch (DecodeError const& error) {
        return run_->unread(error);
    }
    run_->finished();
    end(nullptr);
}

GLOBUS_DECL void AsyncCall::send(http::Request const& request) { engine()->start(self(), request); }

GLOBUS_DECL void AsyncCall::received(http::Response answer) {
    http::Request const* next = nullptr;
    go_on([&] {
        try {
            next = exchange_->next_request(answer);
        } catch (NetworkError const& error) {
            return run_->failed(error);
        }
        if (next == nullptr) run_->answered(std::move(answer));
    });
}

GLOBUS_DECL void AsyncCall::failed(std::exception_ptr error) {
    go_on([&] {
        try {
            std::rethrow_exception(std::move(error));
        } catch (NetworkError const& network) {
            run_->failed(network);
        }
    });
}

GLOBUS_DECL void AsyncCall::ask(bool renews) {
    waits_for_credential_ = true;
    pause(exchange_->context().deadline, exchange_->context().stop);
    std::shared_ptr<CredentialDesk> const shared = desk();
    if (shared && !shared->ask_or_wait(self())) return;
    job_ = job(exchange_->context(), renews ? std::optional(exchange_->credential_used()) : std::nullopt);
    engine()->run_aside([job = job_, call = std::weak_ptr<AsyncCall>(self()), shared, engine = engine()] {
        job->run();
        engine->post([job, call, shared] {
            if (auto const here = call.lock(); here && here->job_ == job) here->asked(*job);
            if (shared) shared->landed(*job);
        });
    });
}

GLOBUS_DECL void AsyncCall::asked(CredentialJob const& job) {
    end_pause();
    waits_for_credential_ = false;
    go_on([&] {
        if (job.error) std::rethrow_exception(job.error);
        if (job.refused) return run_->renewed(job.renewed);
        exchange_->use(job.given);
        run_->authorized();
    });
}

GLOBUS_DECL void AsyncCall::credential_landed(CredentialJob const& job) {
    if (ended_ || !waits_for_credential_ || job_) return;
    end_pause();
    waits_for_credential_ = false;
    // One that only ran out of its own time, or was cancelled, is no answer for others.
    bool const gave_up = Wait{{}, job.context.deadline, job.context.stop}.is_over();
    go_on([&] {
        if (job.error && !gave_up) std::rethrow_exception(job.error);
    });
}

GLOBUS_DECL void AsyncCall::end_by_error() {
    if (ended_) return;
    try {
        try {
            throw;
        } catch (Error const&) {
            run_->rethrow();
        }
    } catch (...) {
        end(std::current_exception());
    }
}

GLOBUS_DECL void AsyncCall::end(std::exception_ptr error) {
    ended_ = true;
    end_pause();
    ended(std::move(error));
}

GLOBUS_DECL void AsyncCall::pause_ended(bool in_full) {
    go_on([&] {
        if (!waits_for_credential_) return run_->waited(in_full);
        job_ = nullptr;
        Wait{"the credential", exchange_->context().deadline, exchange_->context().stop}.end();
    });
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_ASYNC_CALL_IPP
#ifndef GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_ASIO_TRANSPORT_IPP

#ifndef GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP
#define GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP

#ifndef GLOBUS_CORE_PLATFORM_SOCKET_HPP
#define GLOBUS_CORE_PLATFORM_SOCKET_HPP

#ifndef GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP
#define GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <utility>

namespace globus::detail {

/// A file descriptor that is closed at its end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// The number, which the caller closes.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace globus::detail {

// Descriptors that do not survive an exec, from their first moment on if the system supports that, since another
// thread may start a program at any time. Those that listen do not block, either. A function that fails says why in
// errno.

/// Makes a socket, as socket(2) does.
Descriptor new_socket(int family, int type, int protocol);
/// Accepts a connection, as accept(2) does.
Descriptor accept_from(Descriptor const& listener);

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Makes a pair; both ends are empty, and errno says why, if that fails.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept;

    Descriptor reader = Descriptor();
    Descriptor writer = Descriptor();
};

/// Listens on 127.0.0.1.
struct LoopbackListener {
    /// Listens at a port of the system's choice; the socket is empty, and errno says why, if that fails.
    [[nodiscard]] static LoopbackListener make();

    Descriptor socket = Descriptor();
    std::uint16_t port = 0;
};

/// A descriptor to wait for.
struct Polled {
    int number = -1;        ///< less than 0: none
    bool to_write = false;  ///< whether to wait until it can be written to, or else read from
    bool ready = false;     ///< it is ready; set by `poll`
};
/// Waits until one of them is ready or has failed, or time runs out.
void poll(std::vector<Polled>& all, std::chrono::milliseconds longest);

/// Receives as recv(2) does: it returns how many bytes came, 0 at the end, or -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// Sends as send(2) does, without a signal if the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
void end_writing(Descriptor const& socket);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP
#ifndef GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
#define GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace globus::detail {

/**
 * What wakes a handle of a library from its wait, a pair of sockets or a pipe. Many versions of libcurl leave it to
 * child processes, and none tells its numbers (https://github.com/curl/curl/issues/13618). So a random number of bytes
 * is sent through, and the ends are those that hold exactly that many, among all that were not there before the handle:
 * other threads open, write and close files meanwhile, which must not be changed.
 *
 * Linux is asked by plain system calls: a number whose file another thread may be closing is not a data race.
 */
class WakeUpFiles {
public:
    /// It must be made before the handle.
    WakeUpFiles();
    /// @param wake  sends one byte through, as curl_multi_wakeup does
    template <class Wake>
    void keep_from_children(Wake const& wake) {
        std::size_t const end = std::max(first_ + others_.size(), first_free() + around);
        others_.resize(end - first_);
        struct Candidate {
            std::size_t file;
            int of_one;  ///< how much waits after one byte: a socket counts the memory that it takes
        };
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i != others_.size(); ++i)
            if (!others_[i] && is_inherited(first_ + i) && waiting(first_ + i) == 0)
                candidates.push_back({first_ + i, 0});
        wake();
        for (Candidate& one : candidates) one.of_one = waiting(one.file);
        int sent = 1;
        std::random_device random;
        for (int turn = 0; turn != 2; ++turn) {
            for (auto more = random() % 16 + 1; more != 0; --more, ++sent) wake();
            std::erase_if(candidates, [&](Candidate const& one) {
                return one.of_one == 0 || waiting(one.file) != sent * one.of_one;
            });
        }
        for (Candidate const& one : candidates) keep(one.file);
    }

private:
    static constexpr std::size_t around = 64;  ///< how many numbers other threads may take or close meanwhile

    static std::size_t first_free();
    /// True for a local socket or a pipe that child processes inherit.
    static bool is_inherited(std::size_t file);
    /// How much waits to be read, here or, as only Linux tells, at the other end.
    static int waiting(std::size_t file);
    /// Child processes do not inherit it from now on.
    static void keep(std::size_t file);

    std::size_t first_ = 0;
    std::vector<bool> others_;  ///< from that number on: what child processes inherit and was there before
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
// Before the guard: header-only, what this header includes ends with the bodies that need what is declared here.

#ifndef GLOBUS_HTTP_CURL_EXCHANGE_HPP
#define GLOBUS_HTTP_CURL_EXCHANGE_HPP

#ifndef GLOBUS_HTTP_PROXY_HPP
#define GLOBUS_HTTP_PROXY_HPP

namespace globus::http {

/// What the URL of a proxy says, except its credentials.
struct Proxy {
    bool over_tls = false;  ///< https: the connection to the proxy is encrypted, too
    bool loopback = false;  ///< it is on this machine
};

/**
 * Reads the URL of a proxy: [http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT].
 *
 * @throws UsageError  for anything else. Its message has nothing of the text, which may contain a password.
 */
Proxy parse_proxy(Secret const& text);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_PROXY_HPP

#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x074400
#error "globus needs libcurl 7.68 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

// One exchange over libcurl, whoever drives it: how a request is set, and how its answer is read. For the bodies of
// transports only.

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus::detail {

/// The options of a transport, and what follows from them.
struct CurlSettings {
    /// @throws UsageError  for options that cannot be used
    explicit CurlSettings(CurlOptions o);

    static void check_readable(std::string const& option, std::string const& path, bool directory);

    /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
    static std::string hashed_directory();

    /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
    [[nodiscard]] char const* proxy_for(std::string_view host) const;

    /// True if OpenSSL may write to the socket of a request, which it does without MSG_NOSIGNAL.
    [[nodiscard]] bool uses_tls(http::Request const& request) const;

    /// The codings that libcurl can unpack, as a request names them.
    static std::string known_codings();

    CurlOptions const options;
    std::string const codings = known_codings();
    http::Proxy proxy;  ///< of the options
    std::string default_ca_path;
};

/// An easy handle, and what is set in it.
struct CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    CurlHandle();
    CurlHandle(CurlHandle const&) = delete;
    CurlHandle& operator=(CurlHandle const&) = delete;
    ~CurlHandle();

    CURL* const easy;
    curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
    http::Headers headers;              ///< that it was made of
    Secret authorization;               ///< likewise
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    bool prepared = false;
    bool usable = true;      ///< false: its options are half set, it must not be used again
    bool plain_get = false;  ///< the last request was a GET without a body
    bool fresh_connection = false;
    bool decode = false;
    bool bulk = false;  ///< it has large buffers
};

/**
 * One request and its answer. Whoever drives it prepares the handle, runs it, and asks for the result:
 *
 *     CurlExchange::check(request);
 *     exchange.prepare();
 *     ...                        // the easy handle is run to its end, or removed after `stop`
 *     return exchange.result(code);
 */
class CurlExchange {
public:
    /// Why a driver, or the exchange itself, ended the transfer.
    enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers, codings };

    /// All of them must live as long as this.
    CurlExchange(CurlSettings const& settings, CurlHandle& handle, http::Request const& request)
        : settings_(settings), handle_(handle), easy_(handle.easy), request_(request) {}
    CurlExchange(CurlExchange const&) = delete;
    CurlExchange& operator=(CurlExchange const&) = delete;

    /// @throws NetworkError  if a request was cancelled or its deadline has passed, before anything of it was sent
    static void check(http::Request const& request);
    /// Sets the easy handle for the request. @throws NetworkError, UsageError  for what cannot be sent
    void prepare();
    /// Has libcurl ask, whenever something comes, whether `is_padded`; a driver that asks itself need not.
    void watch_padding();

    /// True if the deadline of the request applies now.
    [[nodiscard]] bool is_timed() const noexcept {
        return request_.deadline != http::Clock::time_point::max() && !(request_.flows && flowing_);
    }
    /// True if far more bytes come than are unpacked from them: such a body could go on without end.
    [[nodiscard]] bool is_padded() const;

    /// Says why the driver ends the transfer before libcurl does.
    void stop(Stopped why) noexcept { stopped_ = why; }
    /// The answer, once libcurl has ended with `code` or the driver has stopped; before the easy handle is used again.
    /// @throws NetworkError, what a callback of the request threw
    http::Response result(CURLcode code);

private:
    /// Where in the head of an answer the next line is.
    enum class Part : unsigned char { status_line, fields, body };

    template <class V>
    void set(CURLoption option, V value) {
        if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
    }

    /// Sets what is the same for every request of the transport; it is called once for each handle.
    void prepare_once();

    /// Sets whose certificates are trusted: those of the service, and those of a proxy that is reached by https.
    void prepare_trust();

    void prepare_body();

    void prepare_headers();

    [[nodiscard]] std::string about(std::string_view what) const;

    [[noreturn]] void fail(CURLcode code) const;

    /// Throws if a proxy did not let the request through. The codes of libcurl do not tell: a CONNECT that is refused
    /// is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
    void fail_at_proxy() const;

    static NetworkError::Kind kind_of(CURLcode code);

    /// What libcurl says about this failure, or else about its code. It quotes the URL of a proxy that it cannot use,
    /// with a password if there is one: such a quotation is left out, as are words that may have a URL in them.
    [[nodiscard]] std::string words(CURLcode code) const;

    // What libcurl calls. No exception may pass through it: they are kept, and thrown by result().

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    static int on_request(void* self, char*, char*, int, int) noexcept {
        static_cast<CurlExchange*>(self)->sent_ = NetworkError::Sent::yes;
        return CURL_PREREQFUNC_OK;
    }
#endif
    static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
    static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept;

    std::size_t take_body(std::string_view piece) noexcept;

    /// Heeds the length that an answer says it has. It is a claim: it ends the transfer if it is too large, and gets
    /// memory in advance up to what most answers need.
    void make_room();

    std::size_t take_header(std::string_view line) noexcept;
    void read_status_line(std::string_view line);
    void read_field(std::string_view line);
    /// Called when the fields are complete: it forgets those of a 1xx, and of an answer that is unpacked those that
    /// describe the packed one.
    void end_head();

    CurlSettings const& settings_;
    CurlHandle& handle_;
    CURL* const easy_;
    http::Request const& request_;
    http::Response response_;
    std::size_t header_bytes_ = 0;
    int informational_ = 0;
    Part part_ = Part::status_line;
    std::uint64_t unpacked_ = 0;  ///< bytes of the body that came out so far
    bool decode_ = false;         ///< the answer is unpacked
    bool packed_ = false;         ///< it came with a coding
    bool body_began_ = false;
    bool flowing_ = false;  ///< the body of a success came, or a source has given something
    Stopped stopped_ = Stopped::no;
    NetworkError::Sent sent_ = NetworkError::Sent::no;
    std::exception_ptr thrown_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_CURL_EXCHANGE_HPP

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// libcurl's multi handle on an executor (https://curl.se/libcurl/c/curl_multi_socket_action.html):
//
// - libcurl says which sockets it waits for and when it wants to be called, in callbacks, which only take notes here;
// - whatever happens, a request, a socket or a time, is one turn on the strand, which ends with all that follows of it:
//   other requests are started, those that ended are handed over, and the waits are set anew;
// - a socket stays registered with Asio for as long as it is open, since it is libcurl's for many requests. A wait for
//   one that libcurl no longer waits for is left alone, and its end ignored, until no request is on its way any more.

namespace globus::detail {

/// What sends requests by libcurl.
class MultiEngine final : public AsyncEngine {
public:
    MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options);
    ~MultiEngine() override { close(); }
    static std::shared_ptr<AsyncEngine> make(std::optional<asio::any_io_executor> executor, AsioOptions options);

    void start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) override;

private:
    using Timer = asio::basic_waitable_timer<http::Clock, asio::wait_traits<http::Clock>, Strand>;
    using Stream = asio::posix::basic_stream_descriptor<Strand>;
    using Time = http::Clock::time_point;
    using Stopped = CurlExchange::Stopped;
    struct Host;
    struct Transfer;

    struct Stop {
        std::weak_ptr<AsyncEngine> engine;
        std::weak_ptr<Transfer> transfer;
        void operator()() const noexcept;
    };

    /// A request, from its start to its end.
    struct Transfer {
        Transfer(std::shared_ptr<AsyncReceiver> r, http::Request const& what) : receiver(std::move(r)), request(what) {}

        std::shared_ptr<AsyncReceiver> receiver;
        http::Request const& request;
        Host* host = nullptr;
        std::unique_ptr<CurlHandle> handle;                         ///< null while it waits for its turn
        std::optional<CurlExchange> exchange;                       ///< likewise
        std::list<std::shared_ptr<Transfer>>::iterator place = {};  ///< in `waiting` of the host, or in running_
        std::optional<std::multimap<Time, Transfer*>::iterator> deadline = {};
        std::optional<std::stop_callback<Stop>> stop = {};
        http::Response answer = {};
        std::exception_ptr error = {};
    };
    using Transfers = std::list<std::shared_ptr<Transfer>>;

    /// The requests to one host.
    struct Host {
        std::size_t running = 0;
        Transfers waiting;
        bool in_line = false;  ///< it is in hosts_in_line_
    };

    /// A socket of libcurl.
    struct Socket {
        Socket(Strand const& strand, curl_socket_t number, bool is_ours) : stream(strand, number), ours(is_ours) {}
        ~Socket() { leave(); }
        /// Ends the registration; closing it is not our part.
        void leave() noexcept;

        Stream stream;
        bool const ours;  ///< opened by open_socket, and so closed by close_socket
        bool open = true;
        int wanted = 0;  ///< CURL_POLL_IN and CURL_POLL_OUT
        bool waits_to_read = false;
        bool waits_to_write = false;
    };

    /// Runs `act`, and all that follows of it.
    template <class F>
    void turn(F const& act);
    void settle();
    void begin_waiting();
    void begin(std::shared_ptr<Transfer> transfer);
    void collect_ended();
    void run_due();
    /// Ends a transfer. @param code  what libcurl says, if the driver has not stopped it
    void finish(Transfer& transfer, CURLcode code);
    /// Ends a transfer that waits for its turn.
    void give_up(Transfer& transfer);
    void forget(Transfer& transfer);
    void hand_over();
    void stop(Transfer& transfer, Stopped why);

    void set_waits();
    void set_timer();
    void watch(std::shared_ptr<Socket> const& socket);
    void wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind);
    void ready(std::shared_ptr<Socket> const& socket, int events, bool failed);

    void drop() noexcept override { close(); }
    void close() noexcept;
    [[nodiscard]] std::shared_ptr<MultiEngine> self() {
        return std::static_pointer_cast<MultiEngine>(shared_from_this());
    }

    // What libcurl calls.
    static int on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept;
    static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept;
    static int close_socket(void* self, curl_socket_t number) noexcept;

    AsioOptions const options_;
    CurlSettings const settings_;
    CURLM* multi_;
    std::optional<Timer> timer_;
    Time timer_set_ = Time::max();  ///< when the timer ends; max: it is not set
    Time curl_due_ = Time::max();   ///< when libcurl wants to be called
    std::unordered_map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
    std::unordered_map<std::string, Host> hosts_;
    std::list<Host*> hosts_in_line_;  ///< that have requests waiting, and room for one
    std::multimap<Time, Transfer*> deadlines_;
    Transfers running_;
    Transfers ended_;  ///< to be handed over
    std::vector<std::unique_ptr<CurlHandle>> idle_;
    std::size_t waiting_ = 0;
    bool in_turn_ = false;
    bool uses_tls_ = false;
};

GLOBUS_DECL MultiEngine::MultiEngine(std::optional<asio::any_io_executor> executor, AsioOptions options)
    : AsyncEngine(std::move(executor)), options_(std::move(options)), settings_(options_.curl), timer_(strand()) {
    WakeUpFiles files;
    multi_ = curl_multi_init();
    if (multi_ == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
    files.keep_from_children([this] { curl_multi_wakeup(multi_); });
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &MultiEngine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &MultiEngine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(std::min(options_.max_requests, std::size_t{10'000})));
}

GLOBUS_DECL std::shared_ptr<AsyncEngine> MultiEngine::make(std::optional<asio::any_io_executor> executor,
                                                           AsioOptions options) {
    auto engine = make_process_bound<MultiEngine>(std::move(executor), std::move(options));
    engine->end_with_context();
    return engine;
}

GLOBUS_DECL void MultiEngine::start(std::shared_ptr<AsyncReceiver> receiver, http::Request const& request) {
    auto const transfer = std::make_shared<Transfer>(std::move(receiver), request);
    uses_tls_ = uses_tls_ || settings_.uses_tls(request);
    turn([&] {
        try {
            CurlExchange::check(request);
            auto const scheme = request.url.find("://");
            auto const path = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
            transfer->host = &hosts_[request.url.substr(0, path)];
            if (request.deadline != Time::max())
                transfer->deadline = deadlines_.emplace(request.deadline, transfer.get());
            if (request.stop.stop_possible()) transfer->stop.emplace(request.stop, Stop{weak_from_this(), transfer});
        } catch (...) {
            forget(*transfer);
            transfer->error = std::current_exception();
            ended_.push_back(transfer);
            return;
        }
        Host& host = *transfer->host;
        transfer->place = host.waiting.insert(host.waiting.end(), transfer);
        ++waiting_;
        if (!std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
    });
}

GLOBUS_DECL void MultiEngine::Stop::operator()() const noexcept {
    auto const multi = std::static_pointer_cast<MultiEngine>(engine.lock());
    if (!multi) return;
    try {
        multi->post([multi = multi.get(), engine = engine, transfer = transfer] {
            auto const here = engine.lock();
            auto const one = transfer.lock();
            if (here && one) multi->turn([&] { multi->stop(*one, Stopped::cancelled); });
        });
    } catch (...) {  // there is no memory; the call ends by its deadline
    }
}

template <class F>
void MultiEngine::turn(F const& act) {
    if (multi_ == nullptr) return;
    if (in_turn_) return act();
    {
        struct Mark {
            bool& set;
            ~Mark() { set = false; }
        };
        in_turn_ = true;
        Mark const mark{in_turn_};
        SigpipeGuard const guard(uses_tls_ && !has_own_thread());
        act();
        settle();
    }
    if (multi_ != nullptr) set_waits();
}

GLOBUS_DECL void MultiEngine::settle() {
    do {
        begin_waiting();
        run_due();
        collect_ended();
        hand_over();
    } while (multi_ != nullptr && (!ended_.empty() || !hosts_in_line_.empty()) &&
             (!ended_.empty() || running_.size() < options_.max_requests));
}

GLOBUS_DECL void MultiEngine::begin_waiting() {
    while (running_.size() < options_.max_requests && !hosts_in_line_.empty()) {
        Host& host = *hosts_in_line_.front();
        hosts_in_line_.pop_front();
        host.in_line = false;
        if (host.waiting.empty() || host.running >= options_.max_requests_per_host) continue;
        std::shared_ptr<Transfer> const transfer = host.waiting.front();
        running_.splice(running_.end(), host.waiting, host.waiting.begin());
        --waiting_;
        ++host.running;
        if (!host.waiting.empty() && host.running < options_.max_requests_per_host) {
            host.in_line = true;
            hosts_in_line_.push_back(&host);
        }
        begin(transfer);
    }
}

GLOBUS_DECL void MultiEngine::begin(std::shared_ptr<Transfer> transfer) {
    try {
        if (!idle_.empty()) {
            transfer->handle = std::move(idle_.back());
            idle_.pop_back();
        } else {
            transfer->handle = std::make_unique<CurlHandle>();
            CURL* const easy = transfer->handle->easy;
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
            curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &MultiEngine::close_socket);
        }
        transfer->exchange.emplace(settings_, *transfer->handle, transfer->request);
        transfer->exchange->prepare();
        transfer->exchange->watch_padding();
        CURL* const easy = transfer->handle->easy;
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &MultiEngine::open_socket);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
        // A second request waits for the first one's connection, which may turn out to be one for all (HTTP/2).
        bool const may_share = settings_.uses_tls(transfer->request) && !transfer->request.fresh_connection;
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl did not take the request");
    } catch (...) {
        transfer->error = std::current_exception();
        finish(*transfer, CURLE_OK);
    }
}

GLOBUS_DECL void MultiEngine::run_due() {
    constexpr int most = 100;  // calls in one turn, so that others have theirs
    Time now = http::Clock::now();
    for (int calls = 0; curl_due_ <= now && calls != most; ++calls) {
        curl_due_ = Time::max();
        int running = 0;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        Transfer& transfer = *deadlines_.begin()->second;
        deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
        if (!transfer.exchange || transfer.exchange->is_timed()) stop(transfer, Stopped::deadline);
    }
}

GLOBUS_DECL void MultiEngine::stop(Transfer& transfer, Stopped why) {
    if (!transfer.host) return;  // it has ended
    if (!transfer.exchange) return give_up(transfer);
    transfer.exchange->stop(why);
    finish(transfer, CURLE_OK);
}

GLOBUS_DECL void MultiEngine::collect_ended() {
    int left = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode const code = message->data.result;
        char* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(*reinterpret_cast<Transfer*>(transfer), code);
    }
}

GLOBUS_DECL void MultiEngine::forget(Transfer& transfer) {
    if (transfer.deadline) deadlines_.erase(*std::exchange(transfer.deadline, std::nullopt));
    transfer.stop.reset();
    transfer.host = nullptr;
}

GLOBUS_DECL void MultiEngine::give_up(Transfer& transfer) {
    ended_.splice(ended_.end(), transfer.host->waiting, transfer.place);
    --waiting_;
    forget(transfer);
    try {
        CurlExchange::check(transfer.request);
    } catch (...) {
        transfer.error = std::current_exception();
    }
}

GLOBUS_DECL void MultiEngine::finish(Transfer& transfer, CURLcode code) {
    Host& host = *transfer.host;
    if (transfer.handle) curl_multi_remove_handle(multi_, transfer.handle->easy);
    try {
        if (!transfer.error) transfer.answer = transfer.exchange->result(code);
    } catch (...) {
        transfer.error = std::current_exception();
    }
    transfer.exchange.reset();
    if (transfer.handle && transfer.handle->usable) idle_.push_back(std::move(transfer.handle));
    transfer.handle.reset();
    ended_.splice(ended_.end(), running_, transfer.place);
    forget(transfer);
    --host.running;
    if (!host.waiting.empty() && !std::exchange(host.in_line, true)) hosts_in_line_.push_back(&host);
}

GLOBUS_DECL void MultiEngine::hand_over() {
    while (!ended_.empty()) {
        std::shared_ptr<Transfer> const transfer = std::move(ended_.front());
        ended_.pop_front();
        std::shared_ptr<AsyncReceiver> const receiver = std::move(transfer->receiver);
        if (transfer->error)
            receiver->failed(std::move(transfer->error));
        else
            receiver->received(std::move(transfer->answer));
    }
}

GLOBUS_DECL void MultiEngine::set_waits() {
    if (running_.empty() && waiting_ == 0) {
        if (std::exchange(timer_set_, Time::max()) != Time::max()) timer_->cancel();
        for (auto const& [number, socket] : sockets_)
            if (socket->waits_to_read || socket->waits_to_write) socket->stream.cancel();
        if (idle_.size() > settings_.options.max_idle_handles) idle_.resize(settings_.options.max_idle_handles);
        hosts_in_line_.clear();
        if (hosts_.size() > 100) hosts_.clear();
        return;
    }
    set_timer();
}

GLOBUS_DECL void MultiEngine::set_timer() {
    // It is always set while a request is on its way: what it waits with keeps this object. One that ends too early
    // sets itself again, which costs less than to set it each time.
    Time due = std::min(curl_due_, http::Clock::now() + std::chrono::hours(1));
    if (!deadlines_.empty()) due = std::min(due, deadlines_.begin()->first);
    if (timer_set_ <= due) return;
    timer_set_ = due;
    timer_->expires_at(due);
    timer_->async_wait([self = self()](boost::system::error_code const& error) {
        if (error) return;
        self->timer_set_ = Time::max();
        self->turn([] {});
    });
}

GLOBUS_DECL void MultiEngine::watch(std::shared_ptr<Socket> const& socket) {
    if (!socket->open) return;
    if ((socket->wanted & CURL_POLL_IN) != 0 && !std::exchange(socket->waits_to_read, true))
        wait(socket, Stream::wait_read);
    if ((socket->wanted & CURL_POLL_OUT) != 0 && !std::exchange(socket->waits_to_write, true))
        wait(socket, Stream::wait_write);
}

GLOBUS_DECL void MultiEngine::wait(std::shared_ptr<Socket> const& socket, Stream::wait_type kind) {
    bool const reads = kind == Stream::wait_read;
    socket->stream.async_wait(kind, [self = self(), socket, reads](boost::system::error_code const& error) {
        (reads ? socket->waits_to_read : socket->waits_to_write) = false;
        bool const wanted = (socket->wanted & (reads ? CURL_POLL_IN : CURL_POLL_OUT)) != 0;
        if (!socket->open || !wanted) return;
        if (error == asio::error::operation_aborted) return self->watch(socket);
        self->ready(socket, reads ? CURL_CSELECT_IN : CURL_CSELECT_OUT, static_cast<bool>(error));
    });
}

GLOBUS_DECL void MultiEngine::ready(std::shared_ptr<Socket> const& socket, int events, bool failed) {
    turn([&] {
        int running = 0;
        curl_multi_socket_action(multi_, socket->stream.native_handle(), failed ? CURL_CSELECT_ERR : events, &running);
    });
    watch(socket);
}

GLOBUS_DECL void MultiEngine::close() noexcept {
    if (multi_ == nullptr) return;
    CURLM* const multi = multi_;
    for (auto const& transfer : running_) {
        curl_multi_remove_handle(multi, transfer->handle->easy);
        transfer->exchange.reset();
    }
    Transfers dropped;
    dropped.splice(dropped.end(), running_);
    dropped.splice(dropped.end(), ended_);
    for (auto& [name, host] : hosts_) dropped.splice(dropped.end(), host.waiting);
    for (auto const& transfer : dropped) forget(*transfer);
    hosts_in_line_.clear();
    hosts_.clear();
    idle_.clear();
    curl_multi_cleanup(multi);
    multi_ = nullptr;
    sockets_.clear();
    timer_.reset();
    dropped.clear();  // the last thing: what a receiver holds may hold this
}

GLOBUS_DECL void MultiEngine::Socket::leave() noexcept {
    if (!std::exchange(open, false)) return;
    try {
        stream.release();
    } catch (...) {  // it is closed all the same
    }
}

GLOBUS_DECL int MultiEngine::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    try {
        auto found = engine.sockets_.find(number);
        if (what == CURL_POLL_REMOVE) {
            if (found == engine.sockets_.end()) return 0;
            Socket& socket = *found->second;
            socket.wanted = 0;
            if (socket.ours) return 0;
            socket.leave();
            engine.sockets_.erase(found);
            return 0;
        }
        if (found == engine.sockets_.end())
            found = engine.sockets_.emplace(number, std::make_shared<Socket>(engine.strand(), number, false)).first;
        found->second->wanted = what;
        engine.watch(found->second);
        return 0;
    } catch (...) {
        return -1;
    }
}

GLOBUS_DECL int MultiEngine::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    engine.curl_due_ = milliseconds < 0 ? Time::max() : http::Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

GLOBUS_DECL curl_socket_t MultiEngine::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    Descriptor opened = new_socket(address->family, address->socktype, address->protocol);
    if (!opened) return CURL_SOCKET_BAD;
    try {
        engine.sockets_[opened.get()] = std::make_shared<Socket>(engine.strand(), opened.get(), true);
    } catch (...) {
        return CURL_SOCKET_BAD;
    }
    return opened.release();
}

GLOBUS_DECL int MultiEngine::close_socket(void* self, curl_socket_t number) noexcept {
    auto& engine = *static_cast<MultiEngine*>(self);
    Descriptor const closed(number);
    auto const found = engine.sockets_.find(number);
    if (found == engine.sockets_.end()) return 0;
    found->second->leave();
    engine.sockets_.erase(found);
    return 0;
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_MULTI_ENGINE_IPP

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
        post([mock = mock_, receiver = std::move(receiver), &request] {
            http::Response answer;
            try {
                answer = mock.send(request);
            } catch (...) {
                return receiver->failed(std::current_exception());
            }
            receiver->received(std::move(answer));
        });
    }

private:
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
#endif  // GLOBUS_ASIO_BODIES

#ifdef GLOBUS_BODIES
#ifndef GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP
#define GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL QueryValue::QueryValue(std::string text) { texts_.push_back(std::move(text)); }
GLOBUS_DECL QueryValue::QueryValue(std::string_view text) : QueryValue(std::string(text)) {}
GLOBUS_DECL QueryValue::QueryValue(char const* text) : QueryValue(std::string(text)) {}
GLOBUS_DECL QueryValue::QueryValue(std::vector<std::string> texts) : texts_(std::move(texts)) {}
GLOBUS_DECL QueryValue::QueryValue(Removed) noexcept {}
GLOBUS_DECL QueryValue::QueryValue(QueryValue const&) = default;
GLOBUS_DECL QueryValue::QueryValue(QueryValue&&) noexcept = default;
GLOBUS_DECL QueryValue& QueryValue::operator=(QueryValue const&) = default;
GLOBUS_DECL QueryValue& QueryValue::operator=(QueryValue&&) noexcept = default;
GLOBUS_DECL QueryValue::~QueryValue() = default;

GLOBUS_DECL QueryParams::QueryParams() noexcept = default;
GLOBUS_DECL QueryParams::QueryParams(std::initializer_list<std::pair<std::string, QueryValue>> parameters)
    : vector(parameters) {}
GLOBUS_DECL QueryParams::QueryParams(QueryParams const&) = default;
GLOBUS_DECL QueryParams::QueryParams(QueryParams&&) noexcept = default;
GLOBUS_DECL QueryParams& QueryParams::operator=(QueryParams const&) = default;
GLOBUS_DECL QueryParams& QueryParams::operator=(QueryParams&&) noexcept = default;
GLOBUS_DECL QueryParams::~QueryParams() = default;

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_QUERY_PARAMS_IPP
#ifndef GLOBUS_CORE_IMPL_SECRET_IPP
#define GLOBUS_CORE_IMPL_SECRET_IPP

#include <string>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // this never allocates, and makes the bytes behind the end part of the text
    volatile char* bytes = text.data();
    for (std::size_t i = 0; i != text.size(); ++i) bytes[i] = 0;
    text.clear();
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Secret& Secret::operator=(Secret const& other) {
    if (this != &other) {
        std::string copy = other.text_;
        detail::wipe(text_);
        text_ = std::move(copy);
    }
    return *this;
}

GLOBUS_DECL Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        detail::wipe(text_);
        text_ = std::move(other.text_);
        detail::wipe(other.text_);
    }
    return *this;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_SECRET_IPP
#ifndef GLOBUS_HTTP_IMPL_CLOCK_IPP
#define GLOBUS_HTTP_IMPL_CLOCK_IPP

#include <algorithm>
#include <chrono>

namespace globus::http {

GLOBUS_DECL Clock::time_point later(std::chrono::duration<double> wait, Clock::time_point from) {
    constexpr std::chrono::duration<double> century = std::chrono::hours(24 * 36525);
    if (!(wait.count() > 0)) return from;
    auto const step = std::chrono::ceil<Clock::duration>(std::min(wait, century));
    return from > Clock::time_point::max() - step ? Clock::time_point::max() : from + step;
}

GLOBUS_DECL std::chrono::duration<double> time_left(Clock::time_point deadline, Clock::time_point now) {
    using Seconds = std::chrono::duration<double>;
    return Seconds(deadline.time_since_epoch()) - Seconds(now.time_since_epoch());
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_CLOCK_IPP
#ifndef GLOBUS_HTTP_IMPL_MESSAGE_IPP
#define GLOBUS_HTTP_IMPL_MESSAGE_IPP

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::http {

GLOBUS_DECL Headers::Headers() noexcept = default;
GLOBUS_DECL Headers::Headers(std::initializer_list<Field> fields) : fields_(fields) {}
GLOBUS_DECL Headers::Headers(Headers const&) = default;
GLOBUS_DECL Headers::Headers(Headers&&) noexcept = default;
GLOBUS_DECL Headers& Headers::operator=(Headers const&) = default;
GLOBUS_DECL Headers& Headers::operator=(Headers&&) noexcept = default;
GLOBUS_DECL Headers::~Headers() = default;

GLOBUS_DECL void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

GLOBUS_DECL void Headers::set(std::string name, std::string value) {
    erase(name);
    add(std::move(name), std::move(value));
}

GLOBUS_DECL void Headers::erase(std::string_view name) {
    std::erase_if(fields_, [&](Field const& f) { return detail::equal_ignoring_case(f.first, name); });
}

GLOBUS_DECL std::string const* Headers::find(std::string_view name) const noexcept {
    for (Field const& field : fields_)
        if (detail::equal_ignoring_case(field.first, name)) return &field.second;
    return nullptr;
}

GLOBUS_DECL std::string_view Headers::get(std::string_view name) const noexcept {
    std::string const* value = find(name);
    return value != nullptr ? std::string_view(*value) : std::string_view{};
}

GLOBUS_DECL std::string describe(Request const& request) {
    std::string_view url = request.url;
    url = url.substr(0, url.find_first_of("?#"));
    auto const host = url.find("://");
    auto const at = host == std::string_view::npos ? host : url.substr(0, url.find('/', host + 3)).rfind('@');
    std::string text = to_string(request.method);
    text += ' ';
    if (at == std::string_view::npos) return text.append(url);
    return text.append(url.substr(0, host + 3)).append(url.substr(at + 1));
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_MESSAGE_IPP
#ifndef GLOBUS_CORE_IMPL_ONE_LINE_IPP
#define GLOBUS_CORE_IMPL_ONE_LINE_IPP

#ifndef GLOBUS_CORE_UTF8_HPP
#define GLOBUS_CORE_UTF8_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

/// The number of bytes of the UTF-8 sequence that begins `text`, or 0 if it is not well-formed (RFC 3629).
std::size_t utf8_sequence(std::string_view text) noexcept;

/// The code point that begins `text`, which is taken from it; where `text` is not UTF-8, one byte is taken and the
/// result is nothing.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept;

/// Appends a code point that is not a surrogate, as UTF-8.
void append_code_point(std::string& out, char32_t point);

/// True for blanks, the plain ' ' among them, and for what ends a line or paragraph.
constexpr bool is_blank(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// True for ' ' and for everything that shows as itself: no controls, no other blanks, nothing that is invisible, turns
/// the direction of a text or has only a private meaning.
constexpr bool is_printable(char32_t c) {
    bool const steers = c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
                        (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
                        (c >= 0xFFF0 && c <= 0xFFFB);
    bool const private_use = (c >= 0xD800 && c <= 0xF8FF) || c >= 0xE0000;
    return c == 0x20 || !(c < 0x20 || (c >= 0x7F && c <= 0x9F) || is_blank(c) || steers || private_use);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_UTF8_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// A character that must not reach a terminal, by its number: `\x1B`, `\u202E`, `\U000E0041`.
GLOBUS_DECL void append_as_number(std::string& line, char32_t c) {
    constexpr char digits[] = "0123456789ABCDEF";
    int const wide = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    line += wide == 2 ? "\\x" : wide == 4 ? "\\u" : "\\U";
    for (int shift = 4 * (wide - 1); shift >= 0; shift -= 4)
        line += digits[static_cast<std::uint32_t>(c) >> static_cast<unsigned>(shift) & 15U];
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string one_line(std::string_view text, std::size_t most) {
    std::string line;
    line.reserve(std::min(text.size(), most));
    std::size_t cut = 0;  // where "..." can follow
    bool blank = false;   // there was a blank, which is written before the next character
    while (!text.empty()) {
        char32_t const c = detail::take_code_point(text).value_or(U'\uFFFD');
        if (c != U' ' && detail::is_blank(c)) {
            blank = true;
            continue;
        }
        if (line.size() + 3 <= most) cut = line.size();
        if (std::exchange(blank, false) && !line.empty() && line.back() != ' ' && c != U' ') line += ' ';
        if (detail::is_printable(c))
            detail::append_code_point(line, c);
        else
            detail::append_as_number(line, c);
        if (line.size() > most) return line.replace(cut, line.npos, "...");
    }
    return line;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ONE_LINE_IPP
#ifndef GLOBUS_CORE_IMPL_ERROR_IPP
#define GLOBUS_CORE_IMPL_ERROR_IPP

#include <string>

namespace globus {

GLOBUS_DECL DecodeError DecodeError::in(std::string const& answer) const {
    DecodeError same(answer + ": " + what(), {}, damage_);
    same.body_ = body_;
    return same;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ERROR_IPP
#ifndef GLOBUS_HTTP_IMPL_RETRY_IPP
#define GLOBUS_HTTP_IMPL_RETRY_IPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>

namespace globus {

GLOBUS_DECL bool RetryBudget::take(int cost) noexcept {
    int have = tokens_.load(std::memory_order_relaxed);
    do {
        if (have < cost) return false;
    } while (!tokens_.compare_exchange_weak(have, have - cost, std::memory_order_relaxed));
    return true;
}

GLOBUS_DECL void RetryBudget::give(int amount) noexcept {
    int have = tokens_.load(std::memory_order_relaxed);
    do {
        if (have == capacity) return;
    } while (!tokens_.compare_exchange_weak(have, std::min(capacity, have + amount), std::memory_order_relaxed));
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL std::shared_ptr<RetryBudget> make_budget() { return std::make_shared<RetryBudget>(); }

GLOBUS_DECL double random_unit() {
    std::random_device device;
    return std::uniform_real_distribution<double>{0.0, 1.0}(device);
}

GLOBUS_DECL bool may_be_processed(Attempt const& attempt) {
    if (attempt.error != nullptr) return attempt.error->sent() == NetworkError::Sent::yes;
    int const status = attempt.response->status;
    return status != 503 && !promises_nothing_done(status);
}

GLOBUS_DECL bool may_retry(Attempt const& attempt) {
    if (attempt.retry_class == RetryClass::never) return false;
    bool const was_sent = attempt.error == nullptr || attempt.error->sent() == NetworkError::Sent::yes;
    if (attempt.retry_class == RetryClass::grant && (attempt.undecodable || (attempt.in_doubt && was_sent)))
        return false;
    bool const repeatable = attempt.retry_class != RetryClass::non_idempotent;
    if (attempt.error != nullptr) {
        using Kind = NetworkError::Kind;
        switch (attempt.error->kind()) {
            case Kind::resolve:
            case Kind::connect:
            case Kind::timeout:
            case Kind::interrupted:
            case Kind::protocol:
                return repeatable || attempt.error->sent() == NetworkError::Sent::no;
            case Kind::cancelled:
            case Kind::tls:
            case Kind::proxy:
            case Kind::too_large:
            case Kind::redirect:
            case Kind::local:
                return false;
        }
        return false;
    }
    if (attempt.undecodable) return repeatable;
    switch (attempt.response->status) {
        case 429:
            return true;
        case 408:
        case 500:
        case 502:
        case 503:
        case 504:
            return repeatable && !attempt.settled;
        default:
            return false;
    }
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<std::chrono::duration<double>> DefaultRetry::before_retry(Attempt const& attempt) const {
    if (attempt.number >= max_attempts || !detail::may_retry(attempt)) return std::nullopt;
    bool const throttle = attempt.response != nullptr && attempt.response->status == 429;
    double const limit = std::min(cap.count(), (throttle ? throttled : base).count() * std::exp2(attempt.number - 1));
    std::chrono::duration<double> wait(limit > 0 ? limit * detail::random_unit() : 0);  // 0 for NaN, too
    if (attempt.response != nullptr)
        if (auto const asked = retry_after(attempt.response->headers); asked && *asked > wait) wait = *asked;
    if (!(wait < attempt.time_left) || !budget->take(throttle ? throttled_cost : cost)) return std::nullopt;
    return wait;
}

GLOBUS_DECL void DefaultRetry::succeeded(Attempt const& attempt) const noexcept {
    budget->give(attempt.number == 1 ? 1 : attempt.previous_status == 429 ? throttled_cost : cost);
}

GLOBUS_DECL std::optional<std::chrono::duration<double>> NoRetry::before_retry(Attempt const&) const {
    return std::nullopt;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_RETRY_IPP
#ifndef GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP
#define GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP

#include <algorithm>
#include <chrono>
#include <optional>

namespace globus::detail {

GLOBUS_DECL bool is_timed(CallOptions const& options, std::optional<std::chrono::duration<double>> const& timeout) {
    return timeout || options.timeout || options.deadline;
}

GLOBUS_DECL http::Clock::time_point deadline_of(CallOptions const& options,
                                                std::optional<std::chrono::duration<double>> const& timeout) {
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    auto const wait = options.timeout.value_or(timeout.value_or(std::chrono::seconds(120)));
    if (!(wait.count() >= 0)) throw UsageError("the timeout of a call is negative or not a number");
    auto const now = http::Clock::now();
    auto const end = http::later(std::min(wait, longest), now);
    return options.deadline ? std::clamp(*options.deadline, now, end) : end;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CALL_OPTIONS_IPP
#ifndef GLOBUS_CORE_IMPL_FORM_IPP
#define GLOBUS_CORE_IMPL_FORM_IPP

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL void append_pair(std::string& out, std::string_view name, std::string_view value) {
    append_form_encoded(out, name);
    out += '=';
    append_form_encoded(out, value);
}

GLOBUS_DECL void add_to_form(std::string& body, std::string_view name, std::string_view value) {
    if (!body.empty()) body += '&';
    append_pair(body, name, value);
}

GLOBUS_DECL void add_to_query(std::string& url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    append_pair(url, name, value);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_FORM_IPP
#ifndef GLOBUS_CORE_IMPL_TEXT_AT_IPP
#define GLOBUS_CORE_IMPL_TEXT_AT_IPP

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string text_at(char const* text, CodeLine where) {
    if (text != nullptr) return text;
    std::string_view file = where.file;
    file.remove_prefix(file.find_last_of('/') + 1);  // 0 if there is none
    throw UsageError("a null pointer was given where a text belongs, in line " + std::to_string(where.line) + " of " +
                     std::string(file) + ": is an environment variable not set?");
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_TEXT_AT_IPP
#ifndef GLOBUS_CORE_IMPL_OPEN_ENUM_IPP
#define GLOBUS_CORE_IMPL_OPEN_ENUM_IPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::size_t place_of_word(std::string_view word, std::span<std::string_view const> words) noexcept {
    auto const found = std::find(words.begin(), words.end(), word);
    return found != words.end() ? static_cast<std::size_t>(found - words.begin()) : 0;
}

GLOBUS_DECL void require_known_word(std::string_view word, std::span<std::string_view const> words) {
    if (word.empty() || place_of_word(word, words) != 0) return;
    std::string known;
    for (std::string_view const one : words.subspan(1)) {
        if (!known.empty()) known += ", ";
        known += one;
    }
    throw UsageError('\'' + one_line(word) + "' is none of the words that are known here (" + known +
                     "): if the service has it, write word(\"...\")");
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_OPEN_ENUM_IPP
#ifndef GLOBUS_CORE_IMPL_TIMESTAMP_IPP
#define GLOBUS_CORE_IMPL_TIMESTAMP_IPP

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::string time_text(Microseconds time) {
    using namespace std::chrono;
    auto const day = floor<days>(time);
    if (time < sys_days(year(1) / 1 / 1) || time >= sys_days(year(9999) / 12 / 31) + days(1))
        throw UsageError("a time outside of the years 1 to 9999 cannot be written");
    year_month_day const date(day);
    hh_mm_ss const clock(time - day);
    std::string text = "0000-00-00T00:00:00";
    auto const put = [&](std::size_t end, long long number) {
        for (; number != 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(4, int(date.year()));
    put(7, unsigned(date.month()));
    put(10, unsigned(date.day()));
    put(13, clock.hours().count());
    put(16, clock.minutes().count());
    put(19, clock.seconds().count());
    if (auto const fraction = clock.subseconds().count(); fraction != 0) {
        text += ".000000";
        put(text.size(), fraction);
    }
    return text + "+00:00";
}

GLOBUS_DECL void check_time(std::string_view member, Timestamp const& time) {
    if (read_time(time.text()).kind == TimeText::Kind::impossible)
        throw UsageError(std::string(member) + " is \"" + time.text() + "\": there is no such time");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<Timestamp::Time> Timestamp::time() const noexcept {
    auto const read = detail::read_time(text_);
    return read.kind == detail::TimeText::Kind::time ? std::optional(read.time) : std::nullopt;
}

GLOBUS_DECL Timestamp::Time Timestamp::sys_time() const {
    if (auto const read = time()) return *read;
    throw DecodeError("\"" + text_ + "\" is no time");
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Timestamp const& other) const noexcept {
    if (auto const theirs = other.time()) return compare(*theirs);
    if (time()) return std::weak_ordering::less;
    return text_ <=> other.text_;
}

GLOBUS_DECL std::weak_ordering Timestamp::compare(Time other) const noexcept {
    auto const own = time();
    return own ? own->time_since_epoch().count() <=> other.time_since_epoch().count() : std::weak_ordering::greater;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_TIMESTAMP_IPP
#ifndef GLOBUS_CORE_IMPL_JSON_WRITE_IPP
#define GLOBUS_CORE_IMPL_JSON_WRITE_IPP

#ifndef GLOBUS_CORE_JSON_TEXT_HPP
#define GLOBUS_CORE_JSON_TEXT_HPP

#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// JSON text that others wrote. Real services send text that is not quite Unicode, such as a file name cut in the middle
// of a character, and one such text must not make the rest of the document unreadable. It is mended before a parser
// sees it: what is not a character becomes U+FFFD, and nothing else changes.

namespace globus::detail {

/// How deep lists and objects may be nested, in what is sent and in what is read.
inline constexpr std::size_t max_json_depth = 128;

/// A place in JSON text that is not a character: bytes that are not UTF-8, or the escape of half a surrogate pair.
struct OddText {
    std::size_t at;      ///< where it begins; the size of the text if there is none
    std::size_t length;  ///< its bytes
    bool cut;            ///< the text ends in the middle of it: with what follows it may be a character
};

/// The first place in `text` at or after `from` that is not a character. `from` must not be inside one.
OddText find_odd_text(std::string_view text, std::size_t from = 0) noexcept;

/// Appends `text` to `out`, mended. It returns how many bytes were taken: a character cut at the end is not, if there
/// is `more` to come.
std::size_t append_mended(std::string& out, std::string_view text, bool more = false);

/// The parser's options for every text.
boost::json::parse_options json_options() noexcept;

/// The document of a JSON text, in which nothing is mended. @param error  as for parse_json
boost::json::value parse_exact_json(std::string_view text, boost::system::error_code& error);

/**
 * The document of a JSON text that a service wrote. What is not a character in it reads as U+FFFD; everything else must
 * be right. It is for texts of bounded size: a document takes many times the memory of its text.
 *
 * @param error  set if the text is not JSON, or nested deeper than 128 levels; the value is null then
 */
boost::json::value parse_json(std::string_view text, boost::system::error_code& error);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_JSON_TEXT_HPP

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <string>
#include <string_view>

namespace globus::detail {

/// True for the ASCII characters that stand for themselves in a JSON string.
inline constexpr std::array<bool, 256> is_plain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c != 0x80; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

GLOBUS_DECL void refuse_text() { throw UsageError("a text that is to be sent as JSON is not UTF-8: convert it first"); }

GLOBUS_DECL void refuse_number() {
    throw UsageError("NaN and infinity cannot be sent: JSON has no such numbers; leave the member out or send null");
}

GLOBUS_DECL void check_utf8(std::string_view text) {
    for (std::size_t i = 0; i != text.size();) {
        std::size_t const length = static_cast<unsigned char>(text[i]) < 0x80U ? 1 : utf8_sequence(text.substr(i));
        if (length == 0) refuse_text();
        i += length;
    }
}

GLOBUS_DECL void refuse_depth() {
    throw UsageError("this JSON document is nested deeper than 128 levels: send a flatter one");
}

GLOBUS_DECL void check_json(boost::json::array const& list, std::size_t level) {
    if (level == max_json_depth) refuse_depth();
    for (Json const& item : list) check_json(item, level + 1);
}

GLOBUS_DECL void check_json(boost::json::object const& object, std::size_t level) {
    if (level == max_json_depth) refuse_depth();
    for (auto const& [key, member] : object) {
        check_utf8(key);
        check_json(member, level + 1);
    }
}

GLOBUS_DECL void check_json(Json const& value, std::size_t level) {
    if (auto const* object = value.if_object())
        check_json(*object, level);
    else if (auto const* list = value.if_array())
        check_json(*list, level);
    else if (auto const* text = value.if_string())
        check_utf8(*text);
    else if (auto const* number = value.if_double(); number != nullptr && !(*number - *number == 0))
        refuse_number();
}

GLOBUS_DECL void write_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;  // where the run of characters begins that need no escape
    std::size_t i = 0;
    while (i != text.size()) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (is_plain[c]) {
            ++i;
            continue;
        }
        if (c >= 0x80U) {
            std::size_t const length = utf8_sequence(text.substr(i));
            if (length == 0) refuse_text();
            i += length;
            continue;
        }
        out.append(text, plain, i - plain);
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += digits[c >> 4];
                out += digits[c & 15];
        }
        plain = ++i;
    }
    out.append(text, plain, i - plain);
    out += '"';
}

GLOBUS_DECL void write_separator(std::string& out, bool& first) {
    if (!first) out += ',';
    first = false;
}

GLOBUS_DECL void check_document(Json const& value) {
    if (!value.is_object())
        throw UsageError(
            "a document to be sent is a JSON object: this Json is a list, a text, a number, a flag or null");
}

GLOBUS_DECL Json json_of(std::string_view text) {
    boost::system::error_code error;
    Json value = parse_exact_json(text, error);
    if (error == boost::json::error::too_deep) refuse_depth();
    if (error) throw UsageError("a document that is to be sent is not JSON: " + error.message());
    return value;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL void Document::write_json(std::string& out) const {
    if (held_)
        held_->write(out);
    else
        out += "{}";
}

GLOBUS_DECL void Document::check() const {
    if (held_) held_->check();
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_JSON_WRITE_IPP
#ifndef GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP
#define GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// The seconds that one Retry-After header asks for; nothing if it is negative or malformed.
constexpr std::optional<std::int64_t> parse_retry_after(std::string_view text, std::int64_t now) {
    constexpr std::int64_t longest = std::int64_t{10} * 366 * 86400;
    now = std::clamp(now, std::int64_t{-62167219200}, std::int64_t{253402300799});  // the years 0 to 9999
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t seconds = 0;
        for (char const c : text) seconds = std::min(longest, seconds * 10 + (c - '0'));
        return seconds;
    }
    auto const date = parse_http_date(text, now);
    if (!date) return std::nullopt;
    return std::clamp<std::int64_t>(*date - now, 0, longest);
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<std::chrono::seconds> retry_after(http::Headers const& headers, std::int64_t now) {
    std::optional<std::chrono::seconds> longest;
    for (auto const& [name, value] : headers) {
        if (!http::detail::equal_ignoring_case(name, "Retry-After")) continue;
        if (auto const asked = detail::parse_retry_after(value, now))
            longest = std::max(longest, std::optional(std::chrono::seconds(*asked)));
    }
    return longest;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_RETRY_AFTER_IPP
#ifndef GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP
#define GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP

#ifndef GLOBUS_CORE_JSON_MEMBERS_HPP
#define GLOBUS_CORE_JSON_MEMBERS_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Members of documents that somebody else wrote: one of another kind counts as missing.

namespace globus::detail {

/// A member that is a text; nothing if it is missing or of another kind.
std::optional<std::string_view> text_member(boost::json::object const& object, std::string_view name);

/// A member that is an object; nullptr if it is missing or of another kind.
boost::json::object const* object_member(boost::json::object const& object, std::string_view name);

/// The texts of a list of texts, or of one text if that may stand alone; nothing for anything else.
std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text = false);

/// The texts in a list, without its other elements; nothing for what is not a list, or a list of other things only.
std::optional<std::vector<std::string>> texts_in(boost::json::value const* value);

/// A list that has objects in it, or is empty; nullptr for anything else.
boost::json::array const* object_list(boost::json::value const* value);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_JSON_MEMBERS_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// Calls `f` with the name and the value of each parameter: the one list of them, for the reader and the writers.
template <class P, class F>
void for_each_parameter(P& parameters, F const& f) {
    f("session_message", parameters.session_message);
    f("session_required_identities", parameters.session_required_identities);
    f("session_required_policies", parameters.session_required_policies);
    f("session_required_single_domain", parameters.session_required_single_domain);
    f("session_required_mfa", parameters.session_required_mfa);
    f("required_scopes", parameters.required_scopes);
    f("prompt", parameters.prompt);
}

/// The texts of a list, separated by commas and without those that are empty.
GLOBUS_DECL std::string join_commas(std::vector<std::string> const& texts) {
    std::string joined;
    for (std::string const& text : texts)
        if (!text.empty()) joined.append(joined.empty() ? "" : ",").append(text);
    return joined;
}

/// The texts of a text split at commas.
GLOBUS_DECL std::vector<std::string> split_commas(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        auto const comma = text.find(',', begin);
        parts.emplace_back(text.substr(begin, comma - begin));
        if (comma == std::string_view::npos) return parts;
        begin = comma + 1;
    }
}

/// The value of a parameter as it stands in the query of a URL; empty if it asks for nothing.
GLOBUS_DECL std::string query_value(std::optional<std::string> const& text) { return text ? one_line(*text) : ""; }
GLOBUS_DECL std::string query_value(std::optional<bool> const& flag) { return !flag ? "" : *flag ? "True" : "False"; }

GLOBUS_DECL std::string query_value(std::optional<std::vector<std::string>> const& list) {
    return list ? join_commas(*list) : "";
}

GLOBUS_DECL bool asks_for_anything(AuthorizationParameters const& parameters) {
    bool asks = false;
    for_each_parameter(parameters, [&](char const*, auto const& value) { asks = asks || !query_value(value).empty(); });
    return asks;
}

/// Those of a service's texts that are scopes; none if all together are too large for a request.
GLOBUS_DECL std::vector<std::string> readable_scopes(std::vector<std::string> texts) {
    auto const is_readable = [](std::string const& text) {
        try {
            return !Scope::parse(text).empty();
        } catch (ScopeError const&) {
            return false;
        }
    };
    std::erase_if(texts, [&](std::string const& text) { return !is_readable(text); });
    std::string all;
    for (std::string const& text : texts) all += text + ' ';
    if (texts.size() > 1 && !is_readable(all)) texts.clear();
    return texts;
}

/// These read one parameter. A value of another kind leaves it absent, and the answer is false; null means absent.
GLOBUS_DECL bool read_parameter(std::string_view, boost::json::value const& value, std::optional<std::string>& place) {
    if (value.is_string()) place = std::string(value.get_string());
    return value.is_string() || value.is_null();
}

GLOBUS_DECL bool read_parameter(std::string_view, boost::json::value const& value, std::optional<bool>& place) {
    if (value.is_bool()) place = value.get_bool();
    return value.is_bool() || value.is_null();
}

GLOBUS_DECL bool read_parameter(std::string_view name, boost::json::value const& value,
                                std::optional<std::vector<std::string>>& place) {
    bool const or_commas = name == "session_required_policies" || name == "session_required_single_domain";
    place = value.is_string() && or_commas ? split_commas(value.get_string()) : texts_in(&value);
    if (place && name == "required_scopes") place = readable_scopes(*std::move(place));
    return place || value.is_null();
}

GLOBUS_DECL AuthorizationParameters read_parameters(boost::json::object const& object, boost::json::object& other) {
    AuthorizationParameters parameters;
    for (auto const& member : object) {
        bool read = false;
        for_each_parameter(parameters, [&](std::string_view name, auto& place) {
            if (name == member.key()) read = read_parameter(name, member.value(), place);
        });
        if (!read) other.insert(member);
    }
    return parameters;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL boost::json::object Gare::to_json(bool with_extra) const {
    boost::json::object parameters;
    if (with_extra) parameters = extra_parameters;
    detail::for_each_parameter(authorization_parameters, [&](char const* name, auto const& value) {
        if (!value) return;
        if constexpr (requires { value->front().size(); })
            parameters[name] = boost::json::array(value->begin(), value->end());
        else
            parameters[name] = *value;
    });
    boost::json::object document{{"code", code}, {"authorization_parameters", std::move(parameters)}};
    if (with_extra) document.insert(extra.begin(), extra.end());
    return document;
}

}  // namespace globus

namespace globus::detail {

/// Reads ConsentRequired as Transfer (`required_scopes`) and action providers (`required_scope`) wrote it before there
/// was one form for all. Adds what it has read to `names`.
GLOBUS_DECL void read_consent(boost::json::object const& document, Gare& gare, std::vector<std::string_view>& names) {
    AuthorizationParameters& asked = gare.authorization_parameters;
    auto const* const list = document.if_contains("required_scopes");
    auto const one = text_member(document, "required_scope");
    if (auto texts = one ? text_list(list) : texts_in(list)) {
        asked.required_scopes = readable_scopes(*std::move(texts));
        names.push_back("required_scopes");
    } else if (one) {
        asked.required_scopes = readable_scopes({std::string(*one)});
        names.push_back("required_scope");
    }
    if (!asked.required_scopes || document.contains("authorization_parameters")) return;
    if (auto const text = text_member(document, names.back() == "required_scope" ? "description" : "message"))
        asked.session_message = *text;
}

/// Reads dependent_consent_required, as Globus Auth writes it.
GLOBUS_DECL void read_dependent_consent(boost::json::object const& document, Gare& gare,
                                        std::vector<std::string_view>& names) {
    auto const* const errors = object_list(document.if_contains("errors"));
    if (text_member(document, "error") != "dependent_consent_required" || errors == nullptr) return;
    for (boost::json::value const& error : *errors) {
        auto const* const object = error.if_object();
        auto const* const scopes = object != nullptr ? object->if_contains("unapproved_scopes") : nullptr;
        auto texts = texts_in(scopes);
        if (!texts) continue;
        auto& all = gare.authorization_parameters.required_scopes;
        if (!all) all.emplace();
        for (std::string& scope : readable_scopes(*std::move(texts))) all->push_back(std::move(scope));
    }
    if (!gare.authorization_parameters.required_scopes) return;
    gare.code = "ConsentRequired";
    names.insert(names.end(), {"error", "errors"});
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::optional<Gare> to_gare(Json const& document) {
    boost::json::object const* const object = document.if_object();
    if (object == nullptr) return std::nullopt;
    Gare gare;
    gare.code = detail::text_member(*object, "code").value_or("");
    std::vector<std::string_view> names{"code", "authorization_parameters"};  // members that do not go into `extra`
    auto const* const parameters = detail::object_member(*object, "authorization_parameters");
    if (parameters != nullptr)
        gare.authorization_parameters = detail::read_parameters(*parameters, gare.extra_parameters);
    auto const& scopes = gare.authorization_parameters.required_scopes;
    if (gare.code == "ConsentRequired" && (!scopes || scopes->empty())) detail::read_consent(*object, gare, names);
    if (parameters == nullptr && !scopes) detail::read_dependent_consent(*object, gare, names);
    if (parameters == nullptr && !scopes) return std::nullopt;
    if (gare.code.empty()) gare.code = "AuthorizationRequired";
    for (auto const& member : *object)
        if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
            gare.extra.insert(member);
    return gare;
}

GLOBUS_DECL std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters) {
    std::vector<std::pair<std::string, std::string>> query;
    detail::for_each_parameter(parameters, [&](std::string_view name, auto const& value) {
        if (name == "required_scopes") return;  // the scopes of the flow include them
        if (std::string text = detail::query_value(value); !text.empty()) query.emplace_back(name, std::move(text));
    });
    return query;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_AUTHORIZATION_REQUIREMENTS_IPP
#ifndef GLOBUS_OAUTH_IMPL_API_ERROR_IPP
#define GLOBUS_OAUTH_IMPL_API_ERROR_IPP

#ifndef GLOBUS_HTTP_ERROR_WORDS_HPP
#define GLOBUS_HTTP_ERROR_WORDS_HPP

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

// What an error answer says to people if its form is not known: the texts of gateways, of frameworks, and of forms that
// a service may use in the future.

namespace globus::detail {

/// The media type of a Content-Type header, lower-case and without parameters (RFC 9110, section 8.3).
std::string media_type(std::string_view content_type);

bool is_json_media_type(std::string_view type);

/// The place of the invalid value, as FastAPI gives it: `["body", 0, "start"]` is "body.0.start".
std::string place_of(boost::json::value const& loc);

/// What an answer says about an error.
struct Sentence {
    std::string text;
    std::string about;  ///< the invalid value, such as "body.start"; empty if not given
};

/// The credentials of a request, which must not get into a message even if a service repeats them.
std::vector<Secret> credentials_of(http::Request const& request);

/// `text` as one line, with "***" for each of the credentials.
std::string one_line_without(std::vector<Secret> const& credentials, std::string_view text);

/// What an answer says to people in any form, beyond what `said` already has; empty if nothing.
std::vector<Sentence> further_words(http::Response const& response, boost::json::value const& json,
                                    std::string_view said);

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_ERROR_WORDS_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL std::optional<AuthorizationParameters> const& ApiError::authorization_parameters() const noexcept {
    return data_->parameters;
}

GLOBUS_DECL SubError ApiError::sub_error(boost::json::object const& object,
                                         std::initializer_list<std::string_view> message) {
    SubError sub;
    sub.raw = object;
    if (auto const code = detail::text_member(object, "code")) sub.code = *code;
    for (std::string_view const name : message)
        if (auto const text = detail::text_member(object, name)) {
            sub.message = *text;
            sub.has_message = true;
            break;
        }
    return sub;
}

GLOBUS_DECL std::string ApiError::common_code(std::vector<SubError> const& errors) {
    std::string code;
    for (SubError const& sub : errors) {
        if (sub.code.empty()) continue;
        if (!code.empty() && code != sub.code) return {};
        code = sub.code;
    }
    return code;
}

GLOBUS_DECL boost::json::value const& ApiError::document_member(std::string_view name) const noexcept {
    static boost::json::value const nothing;
    auto const* document = data_->json.if_object();
    auto const* value = document != nullptr ? document->if_contains(name) : nullptr;
    return value != nullptr ? *value : nothing;
}

GLOBUS_DECL std::string_view ApiError::document_text(std::string_view name) const noexcept {
    boost::json::value const& value = document_member(name);
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

GLOBUS_DECL std::string ApiError::describe(http::Request const& request, Data const& data) {
    std::vector<Secret> const credentials = detail::credentials_of(request);
    auto const clean = [&](std::string_view text) { return detail::one_line_without(credentials, text); };
    std::string_view code = data.reading.code;
    if (auto const* document = data.json.if_object(); document != nullptr && code.empty()) {
        // The code is the `error` of OAuth2 (RFC 6749, section 5.2), or stands in the object where others put it.
        code = detail::text_member(*document, "error").value_or("");
        if (auto const* error = detail::object_member(*document, "error"))
            code = detail::text_member(*error, "code").value_or("");
    }
    std::string words = clean(data.message);
    for (detail::Sentence const& more : detail::further_words(data.response, data.json, data.message)) {
        if (words.size() > 1000) break;  // the rest would be cut off anyway
        if (more.text == code) continue;
        if (!words.empty()) words += "; ";
        words += clean(more.text);
        if (!more.about.empty()) words += ": " + clean(more.about);
    }
    if (words.empty()) words = clean(data.response.reason);

    std::string what = one_line(http::describe(request)) + " was answered " + std::to_string(data.response.status);
    if (!code.empty()) what += ' ' + one_line(clean(code), 200);
    if (!words.empty()) what += ": " + one_line(words);
    if (!data.reading.request_id.empty()) what += " (request id " + one_line(data.reading.request_id, 200) + ')';
    return what;
}

GLOBUS_DECL std::shared_ptr<ApiError::Data const> ApiError::read(http::Response response, OwnForm own_form,
                                                                 Completion complete) {
    auto data = std::make_shared<Data>();
    constexpr std::size_t kept = std::size_t{64} << 10;  // enough for any message; an error page can be anything
    std::string const type = detail::media_type(response.headers.get("Content-Type"));
    if (detail::is_json_media_type(type) && response.body.size() <= kept) {
        boost::system::error_code error;
        data->json = detail::parse_json(response.body, error);
    }
    if (response.body.size() > kept) response.body.resize(kept);
    data->response = std::move(response);

    Reading& reading = data->reading;
    if (auto const* document = data->json.if_object(); document != nullptr) {
        read_common_forms(*document, type == "application/vnd.api+json", own_form, reading);
        if (complete != nullptr) complete(reading);
        read_requirements(*document, *data);
    }
    if (reading.request_id.empty()) reading.request_id = data->response.headers.get("X-Request-ID");
    for (std::string const& one : reading.messages) {
        if (&one != reading.messages.data()) data->message += "; ";
        data->message += one;
    }
    return data;
}

GLOBUS_DECL void ApiError::read_common_forms(boost::json::object const& document, bool json_api, OwnForm own_form,
                                             Reading& reading) {
    auto const with_message = [](boost::json::object const& object) {
        return sub_error(object, {"message", "detail", "title"});
    };
    auto const add_messages = [&](std::vector<SubError> const& errors) {
        for (SubError const& sub : errors)
            if (sub.has_message) reading.messages.push_back(sub.message);
    };
    boost::json::array const* const list = detail::object_list(document.if_contains("errors"));

    if (json_api && list != nullptr && !list->empty()) {
        for (boost::json::value const& item : *list)
            if (item.is_object()) reading.errors.push_back(sub_error(item.get_object(), {"detail", "title"}));
        reading.code = common_code(reading.errors);
        add_messages(reading.errors);
        return;
    }

    auto const code = detail::text_member(document, "code");
    auto const message = detail::text_member(document, "message");
    auto const request_id = detail::text_member(document, "request_id");
    bool const common = !json_api && code && message && (request_id || !document.contains("request_id"));
    if (!common && own_form != nullptr && own_form(document, reading)) return;

    if (list != nullptr)
        for (boost::json::value const& item : *list) {
            if (item.is_object()) reading.errors.push_back(with_message(item.get_object()));
        }
    else
        reading.errors.push_back(with_message(document));
    if (common) {
        reading.code = *code;
        reading.messages.emplace_back(*message);
        reading.request_id = request_id.value_or("");
    } else {
        reading.code = code ? std::string(*code) : common_code(reading.errors);
        if (!json_api && document.contains("code") && document.contains("message"))
            reading.request_id = request_id.value_or("");  // it is the common document, with an odd value in it
        std::vector<SubError> itself;
        if (reading.errors.empty()) itself.push_back(with_message(document));
        add_messages(reading.errors.empty() ? itself : reading.errors);
    }
}

GLOBUS_DECL void ApiError::read_requirements(boost::json::object const& document, Data& data) {
    boost::json::object other;
    if (auto const* parameters = detail::object_member(document, "authorization_parameters"))
        data.parameters = detail::read_parameters(*parameters, other);
    auto const add = [&](std::optional<Gare> gare) {
        if (gare) data.requirements.push_back(*std::move(gare));
    };
    if (auto const* errors = detail::object_list(document.if_contains("errors")))
        for (Json const& error : *errors) add(to_gare(error));
    for (char const* name : {"error", "detail"})  // those of Flows, and of common web frameworks
        if (auto const* part = document.if_contains(name)) add(to_gare(*part));
    auto whole = to_gare(data.json);
    auto const take_scopes = [&](Gare const& gare) {
        if (data.required_scopes.empty())
            data.required_scopes = gare.authorization_parameters.required_scopes.value_or(std::vector<std::string>{});
    };
    if (whole) take_scopes(*whole);
    std::for_each(data.requirements.begin(), data.requirements.end(), take_scopes);
    add(std::move(whole));
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_API_ERROR_IPP
#ifndef GLOBUS_CLIENT_IMPL_OPERATION_IPP
#define GLOBUS_CLIENT_IMPL_OPERATION_IPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL bool is_gone(ApiError const& error) { return error.http_status() == 404 && error.raw_json().is_object(); }

GLOBUS_DECL std::string encode_segment(std::string_view name, std::string_view value) {
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos || value == "." || value == ".." ||
        value.find('\0') != std::string_view::npos)
        throw UsageError(std::string(name) + " cannot be part of a path: it is " +
                         (value.empty() ? "empty" : "blank, '.', '..' or has a NUL in it") + "; give the id itself");
    return percent_encode(value);
}

GLOBUS_DECL RequestBuilder::RequestBuilder(std::string_view base_url, Route route)
    : base_url_(base_url), route_(route), path_(route.path) {}
GLOBUS_DECL RequestBuilder::~RequestBuilder() = default;

GLOBUS_DECL void RequestBuilder::members(MemberWriter const* writers, void const* const* at, std::size_t count) {
    query_.reserve(count);
    for (bool const last : {false, true})
        for (std::size_t i = 0; i != count; ++i) {
            MemberWriter const& writer = writers[i];
            if (at[i] == nullptr || last != (writer.kind == MemberWriter::Kind::addition)) continue;
            if (!last && writer.wire.place == Place::form) is_form_ = true;  // even if the member is absent
            writer.put(*this, writer.wire, at[i]);
        }
}

GLOBUS_DECL void RequestBuilder::objects(Wires wires) {
    for (std::size_t i = 0; i != wires.count; ++i) {
        if (!wires.first[i].member.empty()) continue;
        Json* const place = at(wires.first[i].name);
        if (!place->is_object()) place->emplace_object();
    }
}

GLOBUS_DECL void RequestBuilder::path(std::string_view name, std::string const* value) {
    std::string const slot = '{' + std::string(name) + '}';
    auto const at = path_.find(slot);
    if (value != nullptr)
        path_.replace(at, slot.size(), encode_segment(name, *value));
    else if (at != 0 && path_[at - 1] == '/')
        path_.erase(at - 1, slot.size() + 1);
    else
        path_.erase(at, slot.size());
}

GLOBUS_DECL void RequestBuilder::path_number(std::string_view name, std::int64_t value) {
    std::string const text = std::to_string(value);
    path(name, &text);
}
GLOBUS_DECL void RequestBuilder::path_number(std::string_view name, std::uint64_t value) {
    std::string const text = std::to_string(value);
    path(name, &text);
}

GLOBUS_DECL void RequestBuilder::text(Wire const& wire, std::string_view value) {
    parameters_of(wire).emplace_back(wire.name, value);
}
GLOBUS_DECL void RequestBuilder::number(Wire const& wire, std::int64_t value) {
    parameters_of(wire).emplace_back(wire.name, std::to_string(value));
}
GLOBUS_DECL void RequestBuilder::number(Wire const& wire, std::uint64_t value) {
    parameters_of(wire).emplace_back(wire.name, std::to_string(value));
}

GLOBUS_DECL Form& RequestBuilder::parameters_of(Wire const& wire) noexcept {
    return wire.place == Place::form ? form_ : query_;
}

GLOBUS_DECL void RequestBuilder::flag(Wire const& wire, bool value) {
    switch (wire.spelling) {
        case Spelling::number:
            return text(wire, value ? "1" : "0");
        case Spelling::lower:
            return text(wire, value ? "true" : "false");
        default:
            return text(wire, value ? "True" : "False");
    }
}

GLOBUS_DECL void RequestBuilder::list(Wire const& wire, std::vector<std::string> const& values) {
    if (values.empty() && wire.place != Place::form) return;
    if (wire.spelling == Spelling::repeat) {
        for (std::string const& value : values) text(wire, value);
        return;
    }
    std::string joined;
    for (std::string const& value : values) {
        if (&value != values.data()) joined += wire.spelling == Spelling::space ? ' ' : ',';
        joined += value;
    }
    parameters_of(wire).emplace_back(wire.name, std::move(joined));
}

GLOBUS_DECL void RequestBuilder::parameters(Place place, QueryParams const& parameters) {
    Form& pairs = place == Place::form ? form_ : query_;
    for (auto const& parameter : parameters) {
        std::string const& name = parameter.first;
        auto const same = [&](auto const& pair) { return pair.first == name; };
        auto at = std::find_if(pairs.begin(), pairs.end(), same);
        auto const offset = at - pairs.begin();
        std::erase_if(pairs, same);
        at = offset <= static_cast<std::ptrdiff_t>(pairs.size()) ? pairs.begin() + offset : pairs.end();
        for (std::string const& text : parameter.second.texts()) at = pairs.insert(at, {name, text}) + 1;
    }
}

GLOBUS_DECL void RequestBuilder::document(std::string text) {
    body_ = std::move(text);
    kind_ = Body::document;
}

GLOBUS_DECL void RequestBuilder::json(std::string_view path, std::string const& text) { *at(path) = json_of(text); }

GLOBUS_DECL void RequestBuilder::object() {
    if (kind_ == Body::none) kind_ = Body::object;
    if (!object_.is_object()) object_.emplace_object();
}

GLOBUS_DECL void RequestBuilder::fields(std::string_view path, AdditionalFields const& fields) {
    if (fields.empty()) return;
    boost::json::value* const parent = at(path);
    if (!parent->is_object()) parent->emplace_object();
    for (auto const& [name, value] : fields) parent->get_object()[name] = value;
}

GLOBUS_DECL http::Request RequestBuilder::take() {
    http::Request request;
    request.method = route_.method;
    request.url.reserve(base_url_.size() + path_.size() + 16);
    request.url = base_url_;
    request.url.append(std::string_view(path_).substr(path_.starts_with('/') ? 1 : 0));
    for (auto const& [name, value] : query_) add_to_query(request.url, name, value);
    if (is_form_ || !form_.empty()) {
        request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        for (auto& [name, value] : form_) {
            add_to_form(request.body, name, value);
            wipe(value);
        }
        request.has_body = true;
    } else if (kind_ != Body::none) {
        request.headers.add("Content-Type", "application/json");
        request.body = kind_ == Body::object ? to_json(object_) : std::move(body_);
        request.has_body = true;
    }
    return request;
}

GLOBUS_DECL boost::json::value* RequestBuilder::at(std::string_view path) {
    if (kind_ == Body::document) {
        object_ = json_of(body_);
        if (!object_.is_object())
            throw UsageError("this document has to be a JSON object: other members of the operation go into it");
    }
    kind_ = Body::object;
    boost::json::value* place = &object_;
    if (!place->is_object()) place->emplace_object();
    while (!path.empty()) {
        auto const slash = path.find('/');
        std::string_view const level = path.substr(0, slash);
        if (level.find_first_not_of("0123456789") == std::string_view::npos) {
            if (!place->is_array()) place->emplace_array();
            auto& array = place->get_array();
            std::size_t index = 0;
            for (char const c : level) index = index * 10 + static_cast<std::size_t>(c - '0');
            if (array.size() <= index) array.resize(index + 1);
            place = &array[index];
        } else {
            if (!place->is_object()) place->emplace_object();
            place = &place->get_object()[level];
        }
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return place;
}

GLOBUS_DECL void put_query_params(RequestBuilder& builder, Wire const& wire, void const* at) {
    builder.parameters(wire.place, *static_cast<QueryParams const*>(at));
}

GLOBUS_DECL void put_fields(RequestBuilder& builder, Wire const& wire, void const* at) {
    builder.fields(wire.name == wire.member ? std::string_view{} : wire.name,
                   *static_cast<AdditionalFields const*>(at));
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_OPERATION_IPP
#ifndef GLOBUS_CLIENT_IMPL_CALL_GATE_IPP
#define GLOBUS_CLIENT_IMPL_CALL_GATE_IPP

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace globus::detail {

struct CallGate::State {
    Maker made;
    std::stop_source closing;
    std::atomic<bool> closed = false;
    std::atomic<int> running = 0;
    std::mutex mutex;
    std::shared_ptr<void const> shared;         ///< by asynchronous calls
    std::vector<std::thread::id> calling_back;  ///< one entry for each call that runs a callback of the user

    int calling_back_here();
};

GLOBUS_DECL int CallGate::State::calling_back_here() {
    std::lock_guard const lock(mutex);
    return static_cast<int>(std::count(calling_back.begin(), calling_back.end(), std::this_thread::get_id()));
}

GLOBUS_DECL CallGate::Pass::Pass(CallGate const& gate) : state_(gate.moved_from_ ? nullptr : gate.state_) { check(); }

GLOBUS_DECL void CallGate::Pass::check() const {
    if (!state_) throw UsageError("this object was moved from: use the one that it was moved to");
}

GLOBUS_DECL std::shared_ptr<CallGate::State> const& CallGate::Pass::state() const {
    check();
    return state_;
}

GLOBUS_DECL CallGate::CallGate() : state_(make_process_bound<State>()) {}
GLOBUS_DECL CallGate::CallGate(CallGate const& other) : CallGate() { moved_from_ = other.moved_from_; }
GLOBUS_DECL CallGate::CallGate(CallGate&& other) : CallGate() { moved_from_ = std::exchange(other.moved_from_, true); }

GLOBUS_DECL CallGate& CallGate::operator=(CallGate const& other) {
    moved_from_ = other.moved_from_;
    forget_shared();
    return *this;
}

GLOBUS_DECL CallGate& CallGate::operator=(CallGate&& other) {
    moved_from_ = std::exchange(other.moved_from_, true);
    forget_shared();
    return *this;
}

GLOBUS_DECL void CallGate::forget_shared() {
    std::shared_ptr<void const> old;
    std::lock_guard const lock(state_->mutex);
    old.swap(state_->shared);
}

GLOBUS_DECL CallGate::~CallGate() {
    if (!state_->made.is_this_process()) return;  // threads that were in a call are not in the child process
    state_->closed = true;
    state_->closing.request_stop();
    // A callback that destroys the client runs within a call, which ends after the callback.
    int const own = state_->calling_back_here();
    for (int running = state_->running; running > own; running = state_->running) state_->running.wait(running);
}

GLOBUS_DECL std::shared_ptr<void const> CallGate::shared(
    std::function<std::shared_ptr<void const>()> const& make) const {
    State& state = *Pass(*this).state();
    state.made.check();
    std::lock_guard const lock(state.mutex);
    if (state.shared == nullptr) state.shared = make();
    return state.shared;
}

GLOBUS_DECL CallGate::Call::Call(Pass const& pass, std::stop_token mine, Wait wait)
    : state_(pass.state()), wait_(wait), token_(state_->closing.get_token()) {
    state_->made.check();
    if (mine.stop_possible()) {
        either_.emplace();
        mine_.emplace(std::move(mine), Ask{*either_});
        closing_.emplace(token_, Ask{*either_});
        token_ = either_->get_token();
    }
    if (wait_ == Wait::yes) ++state_->running;
    if (!state_->closed) return;
    leave();
    refuse();
}

GLOBUS_DECL CallGate::Call::Call(CallGate const& gate, std::stop_token mine, Wait wait)
    : Call(Pass(gate), std::move(mine), wait) {}
GLOBUS_DECL CallGate::Call::~Call() { leave(); }

GLOBUS_DECL void CallGate::Call::check() const {
    if (state_->closed) refuse();
}

GLOBUS_DECL CallGate::Call::Aside::Aside(State& state) : state_(state) {
    std::lock_guard const lock(state_.mutex);
    state_.calling_back.push_back(std::this_thread::get_id());
}

GLOBUS_DECL CallGate::Call::Aside::~Aside() {
    std::lock_guard const lock(state_.mutex);
    auto& threads = state_.calling_back;
    threads.erase(std::find(threads.begin(), threads.end(), std::this_thread::get_id()));
}

GLOBUS_DECL void CallGate::Call::leave() noexcept {
    if (wait_ == Wait::no) return;
    --state_->running;
    if (state_->closed) state_->running.notify_all();
}

GLOBUS_DECL void CallGate::Call::refuse() {
    throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the client was destroyed");
}

GLOBUS_DECL JointCall::JointCall(CallGate const& gate, CallOptions options)
    : call_(gate, options.stop), options_(std::move(options)) {
    options_.stop = call_.stop();
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CALL_GATE_IPP
#ifndef GLOBUS_CORE_IMPL_JSON_SLOTS_IPP
#define GLOBUS_CORE_IMPL_JSON_SLOTS_IPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL void DocumentRoom::text_bytes(std::size_t bytes) noexcept {
    constexpr std::size_t free = std::size_t{16} << 20, times = 32;
    limit_ = std::min(most_, bytes < (most_ - std::min(free, most_)) / times ? free + times * bytes : most_);
}

GLOBUS_DECL void DocumentRoom::take(std::size_t bytes) {
    if (bytes > limit_ - taken_) refuse();
    taken_ += bytes;
}

GLOBUS_DECL void DocumentRoom::take_text(std::size_t size) {
    if (size > 14) take(size + 40);
}

GLOBUS_DECL std::size_t DocumentRoom::grow(std::size_t capacity, std::size_t needed, std::size_t size) {
    std::size_t const most = (limit_ - taken_) / size;
    if (needed > most) refuse();
    double const now = static_cast<double>(capacity);
    double const wanted =
        capacity < 64 || part_read_ <= 0 ? 2 * now : std::max(now * 1.25, now * (1.02 / part_read_)) + 16;
    std::size_t const half = most / 2;  // the other half is for what the elements hold
    std::size_t const chosen =
        std::max(needed, wanted < static_cast<double>(half) ? static_cast<std::size_t>(wanted) : half);
    taken_ += chosen * size;
    return chosen;
}

GLOBUS_DECL void DocumentRoom::refuse() {
    throw DecodeError(
        "the answer describes more than the memory that it may take: ask for less at once, or raise "
        "max_response_bytes, of which it may take three times as much");
}

GLOBUS_DECL SlotMembers make_members(std::string_view const* keys, Wires wires, SlotType const* const* types,
                                     void const* const* at, void const* object, SlotMember* members,
                                     std::uint8_t* buckets, std::size_t bucket_count) {
    std::size_t const mask = bucket_count - 1;
    std::uint8_t size = 0;
    for (std::size_t i = 0; at[i] != nullptr; ++i) {
        if (types[i] == nullptr) continue;
        std::string_view const name = wire_of(wires, keys[i]).name;
        members[size++] = {
            name, types[i],
            static_cast<std::size_t>(static_cast<char const*>(at[i]) - static_cast<char const*>(object))};
        std::size_t b = SlotMembers::hash(name) & mask;
        while (buckets[b] != 0) b = (b + 1) & mask;
        buckets[b] = size;
    }
    return {members, buckets, mask};
}

GLOBUS_DECL SlotMember const* SlotMembers::find(std::string_view name) const noexcept {
    for (std::size_t b = hash(name) & mask; buckets[b] != 0; b = (b + 1) & mask)
        if (SlotMember const& member = members[buckets[b] - 1]; member.name == name) return &member;
    return nullptr;
}

GLOBUS_DECL bool store_text(void* object, std::string_view text) {
    as<std::string>(object).assign(text);
    return true;
}
GLOBUS_DECL bool store_word(void* object, std::string_view text) {
    as<Word>(object).text_.assign(text);
    return true;
}
GLOBUS_DECL bool store_optional_text(void* object, std::string_view text) {
    as<Optional<std::string>>(object).emplace().assign(text);
    return true;
}
GLOBUS_DECL void store_no_text(void* object) { as<Optional<std::string>>(object).set_null(); }
GLOBUS_DECL void reset_text(void* object) { as<Optional<std::string>>(object).reset(); }

GLOBUS_DECL bool store_optional_integer(void* object, std::int64_t number) {
    as<Optional<std::int64_t>>(object).emplace() = number;
    return true;
}
GLOBUS_DECL bool store_optional_natural(void* object, std::uint64_t number) {
    return store_optional<std::int64_t>(object, number, &store_natural<std::int64_t>);
}
GLOBUS_DECL bool store_optional_real(void* object, double number) {
    return store_optional<std::int64_t>(object, number, &store_real<std::int64_t>);
}
GLOBUS_DECL void store_no_integer(void* object) { as<Optional<std::int64_t>>(object).set_null(); }
GLOBUS_DECL void reset_integer(void* object) { as<Optional<std::int64_t>>(object).reset(); }

GLOBUS_DECL bool store_optional_flag(void* object, bool flag) {
    as<Optional<bool>>(object).emplace() = flag;
    return true;
}
GLOBUS_DECL void store_no_flag(void* object) { as<Optional<bool>>(object).set_null(); }
GLOBUS_DECL void reset_flag(void* object) { as<Optional<bool>>(object).reset(); }

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_SLOTS_IPP
#ifndef GLOBUS_CORE_IMPL_JSON_READ_IPP
#define GLOBUS_CORE_IMPL_JSON_READ_IPP

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

/// Counts what Boost.JSON takes for a DOM, and makes it.
class DomBuilder {
public:
    explicit DomBuilder(DocumentRoom& room) noexcept : room_(&room) {}

    /// True from the first value to the last.
    [[nodiscard]] bool building() const noexcept { return depth_ != 0; }
    /// Begins a list or an object; the outermost one becomes `target`.
    void enter(Json* target = nullptr);
    void leave_object(std::size_t n);
    void leave_array(std::size_t n);
    void key(std::string_view text);
    void string(std::string_view text);
    void integer(std::int64_t number) { push(), values_.push_int64(number); }
    void natural(std::uint64_t number) { push(), values_.push_uint64(number); }
    void real(double number) { push(), values_.push_double(number); }
    void boolean(bool value) { push(), values_.push_bool(value); }
    void null() { push(), values_.push_null(); }

private:
    /// Notes that a value is on the stack, where it waits for the end of its list or object.
    void push();
    void leave(std::size_t n);

    DocumentRoom* room_;
    boost::json::value_stack values_;
    Json* target_ = nullptr;
    std::size_t depth_ = 0;
    std::size_t waiting_ = 0;  ///< values on the stack
    std::size_t held_ = 0;     ///< values that the stack has room for
};

/**
 * The handler of Boost.JSON's parser. A value that does not fit never ends the reading: an Optional and a member stay
 * as they were, and a list or a map gets no element. A sentence about the first such value is kept.
 */
class JsonReader {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    JsonReader(Slot root, std::size_t memory) : next_(root), room_(memory) {}
    JsonReader(JsonReader const&) = delete;
    JsonReader& operator=(JsonReader const&) = delete;

    /// What was odd, and where; empty if nothing was.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }
    /// True if a value was of another kind than described.
    [[nodiscard]] bool misfit() const noexcept { return misfit_; }
    /// True if the document itself was of another kind.
    [[nodiscard]] bool root_misfit() const noexcept { return root_misfit_; }
    [[nodiscard]] std::vector<TopList> const& lists() const noexcept { return lists_; }
    [[nodiscard]] std::vector<OddMember> const& odd_members() const noexcept { return odd_members_; }

    /// The memory that the document may take.
    [[nodiscard]] DocumentRoom& room() noexcept { return room_; }
    /// Says that the text that is read now is not Unicode, and was mended.
    void mended() noexcept { mended_ = true; }

    using ErrorCode = boost::system::error_code;

    bool on_document_begin(ErrorCode&) { return true; }
    bool on_document_end(ErrorCode&) { return true; }

    bool on_object_begin(ErrorCode&);
    bool on_object_end(std::size_t n, ErrorCode&);
    bool on_array_begin(ErrorCode&);
    bool on_array_end(std::size_t n, ErrorCode&);
    bool on_key_part(std::string_view part, std::size_t, ErrorCode&);
    bool on_key(std::string_view last, std::size_t, ErrorCode&);
    bool on_string_part(std::string_view part, std::size_t, ErrorCode&);
    bool on_string(std::string_view last, std::size_t, ErrorCode&);
    bool on_number_part(std::string_view part, ErrorCode&);
    bool on_int64(std::int64_t number, std::string_view, ErrorCode&);
    bool on_uint64(std::uint64_t number, std::string_view, ErrorCode&);
    bool on_double(double number, std::string_view text, ErrorCode&);
    bool on_bool(bool value, ErrorCode&);
    /// Of a list or map null is an empty one, and a member that is a document has none then.
    bool on_null(ErrorCode&);
    bool on_comment_part(std::string_view, ErrorCode&) { return true; }
    bool on_comment(std::string_view, ErrorCode&) { return true; }

private:
    /// An object or a list that has begun, as the member `key` or inside of it.
    struct Frame {
        Slot slot;  ///< if it is empty, the value is skipped
        std::string_view key;
        std::size_t count;  ///< elements that have begun
    };

    static bool has_fraction(std::string_view number) noexcept;

    /// The slot of the value that begins now, which is of the kind that `Takes` is for. It has no object if the list or
    /// map has no place for such a value.
    template <auto Takes>
    Slot take() {
        if (stack_.empty() || stack_.back().slot.type == nullptr || stack_.back().slot.type->make == nullptr)
            return std::exchange(next_, Slot{});
        Frame& parent = stack_.back();
        ++parent.count;
        SlotType const& type = *parent.slot.type->value;
        bool const fits = type.*Takes != nullptr || type.inner != nullptr || type.reset != nullptr || type.dom;
        if (!fits) return {nullptr, &type};
        return parent.slot.type->make(parent.slot.object, entry_key_, room_);
    }
    /// The same, but the slot inside of Optional and Required.
    template <auto Takes>
    Slot enter() {
        Slot slot = take<Takes>();
        if (slot.object == nullptr) return optional_ = Slot{}, slot;
        optional_ = slot.type->reset != nullptr ? slot : Slot{};
        while (slot.type->inner != nullptr) {
            slot = slot.type->inner(slot.object);
            if (slot.type->reset != nullptr) optional_ = slot;
        }
        return slot;
    }
    /// True if the value that comes now is kept.
    [[nodiscard]] bool is_read() const noexcept;
    bool begins_dom(Slot slot);

    /// Begins an object or a list.
    void push(Slot slot);
    /// Ends an object or a list: what comes next is beside it.
    void pop();
    static bool is_map(Slot slot) noexcept;
    [[nodiscard]] bool in_map() const noexcept { return !stack_.empty() && is_map(stack_.back().slot); }
    /// True if the value that is read is a member of the document itself.
    [[nodiscard]] bool at_top() const noexcept;
    TopList& top_list();

    /// Notes a value that does not fit. @param text  the value itself, if it is short
    void refuse(Slot slot, char const* found, std::string_view text = {});
    void tell(std::string what);
    void tell_mended(Slot slot);
    [[nodiscard]] std::string where() const;
    /// Where the value that is read now stands, unless its name says so: ", at DATA[3].name".
    [[nodiscard]] std::string path() const;

    /// Adds a part of a text that comes in several.
    void append(std::string_view part);
    std::string_view whole(std::string_view last);

    Slot next_;
    DocumentRoom room_;
    DomBuilder dom_{room_};
    std::vector<Frame> stack_;
    std::string part_;                   ///< of a text that comes in several
    std::string_view key_;               ///< of the member that is read; a constant
    std::string entry_key_;              ///< of the entry of a map that is read
    std::vector<std::string> map_keys_;  ///< of the entries that the lists and objects of the stack are
    std::vector<TopList> lists_;
    std::vector<OddMember> odd_members_;
    std::string mismatch_;
    bool misfit_ = false, root_misfit_ = false;
    bool mended_ = false;    ///< the text that is read
    bool fraction_ = false;  ///< the number that is read has one, or an exponent
    Slot optional_;          ///< that the present value is inside of
};

GLOBUS_DECL void DomBuilder::enter(Json* target) {
    if (depth_++ != 0) return;
    target_ = target;
    values_.reset(target->storage());
}

GLOBUS_DECL void DomBuilder::leave_object(std::size_t n) {
    if (n != 0) room_->take(n * (sizeof(boost::json::key_value_pair) + 8) + 48);
    values_.push_object(n);
    leave(2 * n);
}

GLOBUS_DECL void DomBuilder::leave_array(std::size_t n) {
    if (n != 0) room_->take(n * sizeof(Json) + 32);
    values_.push_array(n);
    leave(n);
}

GLOBUS_DECL void DomBuilder::key(std::string_view text) {
    push();
    room_->take(text.size() + 40);
    values_.push_key(text);
}

GLOBUS_DECL void DomBuilder::string(std::string_view text) {
    push();
    room_->take_text(text.size());
    values_.push_string(text);
}

GLOBUS_DECL void DomBuilder::push() {
    if (++waiting_ <= held_) return;
    held_ = std::max(2 * held_, std::size_t{16});
    room_->take(held_ * sizeof(Json));
}

GLOBUS_DECL void DomBuilder::leave(std::size_t n) {
    waiting_ -= n;
    push();
    if (--depth_ != 0) return;
    *target_ = values_.release();
    waiting_ = 0;
}

GLOBUS_DECL bool JsonReader::on_object_begin(ErrorCode&) {
    if (dom_.building()) return dom_.enter(), true;
    Slot slot = enter<&SlotType::object>();
    if (begins_dom(slot)) return true;
    if (slot.type != nullptr && slot.type->object != nullptr)
        slot.type->object(slot.object);
    else
        refuse(std::exchange(slot, Slot{}), "an object");
    push(slot);
    return true;
}

GLOBUS_DECL bool JsonReader::on_object_end(std::size_t n, ErrorCode&) {
    if (dom_.building())
        dom_.leave_object(n);
    else
        pop();
    return true;
}

GLOBUS_DECL bool JsonReader::on_array_begin(ErrorCode&) {
    if (dom_.building()) return dom_.enter(), true;
    Slot slot = enter<&SlotType::array>();
    if (begins_dom(slot)) return true;
    if (slot.type != nullptr && slot.type->array != nullptr) {
        slot.type->array(slot.object);
        if (at_top()) top_list().size = 0;
    } else {
        refuse(std::exchange(slot, Slot{}), "a list");
    }
    push(slot);
    return true;
}

GLOBUS_DECL bool JsonReader::on_array_end(std::size_t n, ErrorCode&) {
    if (dom_.building()) return dom_.leave_array(n), true;
    bool const fits = stack_.back().slot.type != nullptr;
    pop();
    if (fits && at_top()) top_list().size = n;
    return true;
}

GLOBUS_DECL bool JsonReader::on_key_part(std::string_view part, std::size_t, ErrorCode&) {
    if (dom_.building() || stack_.back().slot.type != nullptr) append(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_key(std::string_view last, std::size_t, ErrorCode&) {
    if (std::exchange(mended_, false)) tell("the answer has a member whose name is not Unicode");
    if (dom_.building()) return dom_.key(whole(last)), part_.clear(), true;
    Slot const parent = stack_.back().slot;
    next_ = Slot{};
    if (parent.type == nullptr) return true;
    std::string_view const key = whole(last);
    if (parent.type->members != nullptr) {
        if (SlotMember const* member = parent.type->members().find(key); member != nullptr) {
            next_ = {static_cast<char*>(parent.object) + member->offset, member->type};
            key_ = member->name;
        }
    } else if (parent.type->make != nullptr) {
        entry_key_ = key;
    }
    part_.clear();
    return true;
}

GLOBUS_DECL bool JsonReader::on_string_part(std::string_view part, std::size_t, ErrorCode&) {
    if (dom_.building() || is_read()) append(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_string(std::string_view last, std::size_t, ErrorCode&) {
    std::string_view const text = part_.empty() ? last : whole(last);
    if (dom_.building()) {
        if (std::exchange(mended_, false)) tell(where() + " is not Unicode" + path());
        dom_.string(text);
    } else {
        Slot const slot = enter<&SlotType::string>();
        if (std::exchange(mended_, false)) tell_mended(slot);
        if (slot.type != nullptr) {
            room_.take_text(text.size());
            if (slot.type->dom)
                as<Json>(slot.object) = text;
            else if (slot.type->string == nullptr || !slot.type->string(slot.object, text))
                refuse(slot, "a text", text);
        }
    }
    part_.clear();
    return true;
}

GLOBUS_DECL bool JsonReader::on_number_part(std::string_view part, ErrorCode&) {
    fraction_ = fraction_ || has_fraction(part);
    return true;
}

GLOBUS_DECL bool JsonReader::on_int64(std::int64_t number, std::string_view, ErrorCode&) {
    if (dom_.building()) return dom_.integer(number), true;
    Slot const slot = enter<&SlotType::integer>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->integer == nullptr || !slot.type->integer(slot.object, number)))
        refuse(slot, "an integer", std::to_string(number));
    return true;
}

GLOBUS_DECL bool JsonReader::on_uint64(std::uint64_t number, std::string_view, ErrorCode&) {
    if (dom_.building()) return dom_.natural(number), true;
    Slot const slot = enter<&SlotType::natural>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->natural == nullptr || !slot.type->natural(slot.object, number)))
        refuse(slot, "an integer", std::to_string(number));
    return true;
}

GLOBUS_DECL bool JsonReader::on_double(double number, std::string_view text, ErrorCode&) {
    // An integer of more than 64 bits comes here, too. It is refused, since not all of it is left.
    bool const whole = !std::exchange(fraction_, false) && !has_fraction(text);
    if (dom_.building()) return dom_.real(number), true;
    Slot const slot = enter<&SlotType::real>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = number;
    else if (slot.type != nullptr && (slot.type->real == nullptr || whole || !slot.type->real(slot.object, number)))
        refuse(slot, whole ? "an integer" : "a number");
    return true;
}

GLOBUS_DECL bool JsonReader::on_bool(bool value, ErrorCode&) {
    if (dom_.building()) return dom_.boolean(value), true;
    Slot const slot = enter<&SlotType::boolean>();
    if (slot.type != nullptr && slot.type->dom)
        as<Json>(slot.object) = value;
    else if (slot.type != nullptr && (slot.type->boolean == nullptr || !slot.type->boolean(slot.object, value)))
        refuse(slot, "true or false", value ? "true" : "false");
    return true;
}

GLOBUS_DECL bool JsonReader::on_null(ErrorCode&) {
    if (dom_.building()) return dom_.null(), true;
    Slot slot = take<&SlotType::null>();
    optional_ = Slot{};
    while (slot.type != nullptr && slot.type->null == nullptr && slot.type->inner != nullptr)
        slot = slot.type->inner(slot.object);  // it is a Required
    if (slot.type == nullptr) return true;
    if (slot.type->null != nullptr)
        slot.type->null(slot.object);
    else if (slot.type->dom)
        as<Json>(slot.object) = nullptr;
    else if (slot.type->members == nullptr || stack_.empty() || stack_.back().slot.type->members == nullptr)
        refuse(slot, "null");
    return true;
}

GLOBUS_DECL bool JsonReader::has_fraction(std::string_view number) noexcept {
    return number.find_first_of(".eE") != std::string_view::npos;
}

GLOBUS_DECL bool JsonReader::is_read() const noexcept {
    return next_.type != nullptr ||
           (!stack_.empty() && stack_.back().slot.type != nullptr && stack_.back().slot.type->make != nullptr);
}

GLOBUS_DECL bool JsonReader::begins_dom(Slot slot) {
    if (slot.type == nullptr || !slot.type->dom) return false;
    return dom_.enter(&as<Json>(slot.object)), true;
}

GLOBUS_DECL void JsonReader::push(Slot slot) {
    if (in_map()) map_keys_.push_back(entry_key_);
    stack_.push_back({slot, key_, 0});
}

GLOBUS_DECL void JsonReader::pop() {
    key_ = stack_.back().key;
    stack_.pop_back();
    if (in_map()) map_keys_.pop_back();
}

GLOBUS_DECL bool JsonReader::is_map(Slot slot) noexcept {
    return slot.type != nullptr && slot.type->make != nullptr && slot.type->object != nullptr;
}

GLOBUS_DECL bool JsonReader::at_top() const noexcept {
    return stack_.size() == 1 && stack_[0].slot.type != nullptr && stack_[0].slot.type->members != nullptr;
}

GLOBUS_DECL TopList& JsonReader::top_list() {
    for (TopList& list : lists_)
        if (list.name == key_) return list;
    return lists_.emplace_back(TopList{key_, 0});
}

GLOBUS_DECL void JsonReader::refuse(Slot slot, char const* found, std::string_view text) {
    if (slot.type == nullptr) return;
    misfit_ = true;
    root_misfit_ = root_misfit_ || stack_.empty();
    if (mismatch_.empty()) tell(where() + " should be " + slot.type->expected + " but is " + found + path());
    if (optional_.type != nullptr)
        optional_.type->reset(optional_.object);
    else if (in_map() || (slot.object != nullptr && !stack_.empty() && stack_.back().slot.type->drop != nullptr))
        stack_.back().slot.type->drop(stack_.back().slot.object, entry_key_);
    constexpr std::size_t longest = 4096;
    if (!at_top() || text.empty() || text.size() > longest || slot.type == &SlotTypeOf<Secret>::value) return;
    std::erase_if(odd_members_, [&](OddMember const& odd) { return odd.name == key_; });
    odd_members_.push_back({key_, std::string(text)});
}

GLOBUS_DECL void JsonReader::tell(std::string what) {
    if (mismatch_.empty()) mismatch_ = std::move(what);
}

GLOBUS_DECL void JsonReader::tell_mended(Slot slot) {
    tell(slot.type != nullptr ? where() + " is not Unicode" + path() : "the answer has a text that is not Unicode");
}

GLOBUS_DECL std::string JsonReader::where() const {
    return key_.empty() ? "the answer" : "the answer's member '" + std::string(key_) + '\'';
}

GLOBUS_DECL std::string JsonReader::path() const {
    std::string path;
    std::size_t maps = 0;
    for (std::size_t i = 0; i != stack_.size() && path.size() < 1000; ++i) {
        Frame const& frame = stack_[i];
        if (frame.slot.type == nullptr) break;
        bool const last = i + 1 == stack_.size();
        if (frame.slot.type->array != nullptr) {
            path.append(1, '[').append(std::to_string(frame.count - 1)).append(1, ']');
            continue;
        }
        if (!path.empty()) path += '.';
        if (!is_map(frame.slot))
            path += last ? key_ : stack_[i + 1].key;
        else
            path += last ? entry_key_ : map_keys_[maps++];
    }
    return path.empty() || path == key_ ? "" : ", at " + one_line(path, 200);
}

GLOBUS_DECL void JsonReader::append(std::string_view part) {
    std::size_t const size = part_.size() + part.size();
    if (size > part_.capacity()) part_.reserve(room_.grow(part_.capacity(), size, 1));
    part_ += part;
}

GLOBUS_DECL std::string_view JsonReader::whole(std::string_view last) {
    if (part_.empty()) return last;
    append(last);
    return part_;
}

struct JsonDocumentReader::Parser {
    Parser(Slot root, std::size_t memory) : parser(options(), root, memory) {}

    static boost::json::parse_options options() {
        boost::json::parse_options options = json_options();
        options.allow_invalid_utf8 = true;  // the parser need not look: the text has been mended
        return options;
    }

    boost::json::basic_parser<JsonReader> parser;
};

GLOBUS_DECL JsonDocumentReader::JsonDocumentReader(Slot root, std::size_t memory)
    : parser_(std::make_unique<Parser>(root, memory)) {}

GLOBUS_DECL JsonDocumentReader::~JsonDocumentReader() = default;

GLOBUS_DECL std::string const& JsonDocumentReader::mismatch() const noexcept {
    return parser_->parser.handler().mismatch();
}

GLOBUS_DECL bool JsonDocumentReader::misfit() const noexcept { return parser_->parser.handler().misfit(); }

GLOBUS_DECL bool JsonDocumentReader::root_misfit() const noexcept { return parser_->parser.handler().root_misfit(); }

GLOBUS_DECL std::vector<TopList> const& JsonDocumentReader::lists() const noexcept {
    return parser_->parser.handler().lists();
}

GLOBUS_DECL std::vector<OddMember> const& JsonDocumentReader::odd_members() const noexcept {
    return parser_->parser.handler().odd_members();
}

GLOBUS_DECL void JsonDocumentReader::finish(std::string_view piece) {
    constexpr std::size_t step = std::size_t{64} << 10;
    if (read_ == 0) total_ = whole_ = piece.size();
    for (; piece.size() > step; piece.remove_prefix(step)) write(piece.substr(0, step), true);
    write(piece, false);
}

GLOBUS_DECL void JsonDocumentReader::write(std::string_view piece, bool more) {
    if (cut_.empty()) return mend(piece, more);
    std::string const joined = std::exchange(cut_, {}).append(piece);
    mend(joined, more);
}

GLOBUS_DECL void JsonDocumentReader::mend(std::string_view text, bool more) {
    OddText const odd = find_odd_text(text);
    if (odd.length == 0) return parse(text, more);
    parse(text.substr(0, odd.at), true);
    text.remove_prefix(odd.at);
    if (!odd.cut) parser_->parser.handler().mended();
    std::string mended;
    cut_ = text.substr(append_mended(mended, text, more));
    parse(mended, more);
}

GLOBUS_DECL void JsonDocumentReader::parse(std::string_view text, bool more) {
    boost::system::error_code error;
    parser_->parser.handler().room().text_bytes(std::max(whole_, read_ + text.size()));
    std::size_t const used = parser_->parser.write_some(more, text.data(), text.size(), error);
    if (error)
        throw DecodeError(
            "the answer is not valid JSON: " + error.message() + " at byte " + std::to_string(read_ + used), {},
            error == boost::json::error::incomplete ? DecodeError::Damage::cut_off : DecodeError::Damage::none);
    read_ += used;
    if (total_ != 0)
        parser_->parser.handler().room().part_read(static_cast<double>(read_) / static_cast<double>(total_));
    if (used != text.size())
        throw DecodeError("the answer has text after its JSON document, at byte " + std::to_string(read_));
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_READ_IPP
#ifndef GLOBUS_CLIENT_IMPL_RESPONSE_IPP
#define GLOBUS_CLIENT_IMPL_RESPONSE_IPP

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

struct AnyResponse::Dom {
    std::once_flag made;
    Json value = {};  ///< in memory of its own: copies would share an arena without a lock, and outlive it
};

GLOBUS_DECL AnyResponse::AnyResponse() : dom_(std::make_shared<Dom>()) {}
GLOBUS_DECL AnyResponse::AnyResponse(AnyResponse const&) = default;
GLOBUS_DECL AnyResponse::AnyResponse(AnyResponse&&) noexcept = default;
GLOBUS_DECL AnyResponse& AnyResponse::operator=(AnyResponse const&) = default;
GLOBUS_DECL AnyResponse& AnyResponse::operator=(AnyResponse&&) noexcept = default;
GLOBUS_DECL AnyResponse::~AnyResponse() = default;

GLOBUS_DECL void AnyResponse::receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form) {
    raw_ = std::move(raw);
    facts_ = facts;
    if (form.fresh != nullptr) {
        Slot const document = form.fresh(*this);
        if (!raw_.body.empty()) read(document);
    } else if (form.make != nullptr) {
        form.make(*this);
    }
}

GLOBUS_DECL void AnyResponse::receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form,
                                      AnswerStream& stream) {
    JsonDocumentReader const* const reader = stream.finish();
    if (reader == nullptr) {
        require_document(raw);
        return receive(raw, facts, form);
    }
    raw_ = std::move(raw);
    facts_ = facts;
    take(*reader);
}

GLOBUS_DECL std::size_t AnyResponse::list_size(std::string_view name) const noexcept {
    TopList const* list = find_list(name);
    return list != nullptr ? list->size : 0;
}

GLOBUS_DECL std::string const* AnyResponse::odd_member(std::string_view name) const noexcept {
    for (OddMember const& odd : odd_members_)
        if (odd.name == name) return &odd.text;
    return nullptr;
}

GLOBUS_DECL Json const& AnyResponse::json() const {
    std::call_once(dom_->made, [&] {
        if (!raw_.body.empty()) dom_->value = read_dom();
    });
    return dom_->value;
}

GLOBUS_DECL bool AnyResponse::is_json() const {
    std::string_view const type = raw_.headers.get("Content-Type");
    return type.empty() || type.find("json") != std::string_view::npos;
}

GLOBUS_DECL void AnyResponse::read(Slot slot) {
    JsonDocumentReader reader(slot, memory_beside_text());
    try {
        reader.finish(raw_.body);
    } catch (DecodeError const& error) {
        throw with_body(error, std::move(raw_.body));
    }
    take(reader);
}

GLOBUS_DECL void AnyResponse::take(JsonDocumentReader const& reader) {
    mismatch_ = reader.mismatch();
    root_misfit_ = reader.root_misfit();
    lists_ = reader.lists();
    odd_members_ = reader.odd_members();
}

GLOBUS_DECL void AnyResponse::check_fit() const {
    if (root_misfit_ && !facts_.wrote && !facts_.replayed) throw DecodeError(mismatch_, raw_.body);
}

GLOBUS_DECL void AnyResponse::lacks(std::string_view member) const {
    if (root_misfit_ || facts_.partial || facts_.replayed) return;
    if (boost::json::object const* const all = json().if_object())  // an empty text is there
        if (Json const* const there = all->if_contains(member); there != nullptr && there->is_string()) return;
    throw DecodeError("the answer has no '" + std::string(member) + '\'', raw_.body);
}

GLOBUS_DECL void check_index(std::size_t index, std::size_t size) {
    if (index >= size)
        throw UsageError("the answer's list has " + std::to_string(size) + " elements: there is none at " +
                         std::to_string(index));
}

GLOBUS_DECL DecodeError AnyResponse::with_body(DecodeError const& error, std::string body) {
    return DecodeError(error.what(), std::move(body),
                       error.cut_off() ? DecodeError::Damage::cut_off : DecodeError::Damage::none);
}

GLOBUS_DECL Json AnyResponse::read_dom() const {
    try {
        Json value;
        JsonDocumentReader(slot_of(value), memory_beside_text()).finish(raw_.body);
        return value;
    } catch (DecodeError const& error) {
        throw with_body(error, raw_.body);
    }
}

GLOBUS_DECL std::size_t AnyResponse::memory_beside_text() const noexcept {
    constexpr std::size_t parser = std::size_t{64} << 10;
    std::size_t const all = memory_of(facts_.max_bytes);
    return all - std::min(raw_.body.size(), all) + parser;
}

GLOBUS_DECL TopList const* AnyResponse::find_list(std::string_view name) const noexcept {
    for (TopList const& list : lists_)
        if (list.name == name) return &list;
    return nullptr;
}

GLOBUS_DECL void require_document(http::Response const& raw) {
    if (raw.status == 200 && raw.body.empty())
        throw DecodeError("the answer has no document", {}, DecodeError::Damage::cut_off);
}

GLOBUS_DECL AnswerStream::AnswerStream(Slot slot) : slot_(slot) {}
GLOBUS_DECL AnswerStream::~AnswerStream() = default;

GLOBUS_DECL void AnswerStream::write(std::string_view piece) noexcept {
    try {
        if (!reader_) {
            reader_ = std::make_unique<JsonDocumentReader>(slot_, memory_);
            reader_->expect(expected_);
        }
        if (!failure_) reader_->write(piece);
    } catch (...) {
        failure_ = std::current_exception();
    }
}

GLOBUS_DECL void AnswerStream::expect(std::string_view content_length) noexcept {
    std::from_chars(content_length.data(), content_length.data() + content_length.size(), expected_);
}

GLOBUS_DECL JsonDocumentReader const* AnswerStream::finish() {
    if (failure_) std::rethrow_exception(failure_);
    if (!reader_) return nullptr;
    reader_->finish();
    return reader_.get();
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL void Response<Json>::make(detail::AnyResponse& self) {
    Response& response = static_cast<Response&>(self);
    if (!response.raw_.body.empty() && response.is_json()) response.read({});
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_RESPONSE_IPP
#ifndef GLOBUS_HTTP_IMPL_CALL_IPP
#define GLOBUS_HTTP_IMPL_CALL_IPP

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::optional<std::chrono::duration<double>> RetryPolicyRef::before_retry(Attempt const& attempt) const {
    return before_retry_(policy_, attempt);
}

GLOBUS_DECL bool Step::ends_attempt() const noexcept {
    return next_attempt_in || kind == Kind::finish || kind == Kind::fail;
}

GLOBUS_DECL CallMachine::CallMachine(CallTerms const& terms, RetryPolicyRef retry) noexcept
    : terms_(terms), retry_(retry) {
    RetryClass const asked = terms.retry_as.value_or(terms.retry_class);
    // `never` says how often the request is sent, not what the operation does
    reads_ = (asked == RetryClass::never ? terms.retry_class : asked) == RetryClass::read;
    once_ = terms.sent_once || asked == RetryClass::never;
    attempt_.retry_class = asked;
}

GLOBUS_DECL Step CallMachine::begin() const noexcept {
    return {.kind = terms_.authorized ? Step::Kind::authorize : Step::Kind::send};
}

GLOBUS_DECL Step CallMachine::answered(http::Response const& answer) noexcept {
    if (answer.status == 401 && terms_.authorized && !std::exchange(renewed_, true)) return {.kind = Step::Kind::renew};
    bool const read = answer.status >= 200 && answer.status < terms_.read_below;
    return {.kind = read ? Step::Kind::read : Step::Kind::refuse};
}

GLOBUS_DECL Step CallMachine::failed(NetworkError const& error, http::Clock::time_point now) {
    unknown_ = unknown_ || error.sent() == NetworkError::Sent::yes;
    attempt_.error = &error;
    return again_or_fail(0, now);
}

GLOBUS_DECL Step CallMachine::renewed(bool other) const noexcept {
    if (!other || once_) return {.kind = Step::Kind::refuse};
    // The attempt has not failed: its token had expired.
    return {.kind = Step::Kind::authorize, .next_attempt_in = std::chrono::duration<double>(0)};
}

GLOBUS_DECL Step CallMachine::refused(http::Response const& answer, Refusal const& refusal,
                                      http::Clock::time_point now) {
    if (unknown_ && refusal.already_done) {
        replayed_ = true;
        return {.kind = Step::Kind::replayed};
    }
    unknown_ = unknown_ || !(promises_nothing_done(answer.status) || refusal.settled);
    attempt_.response = &answer;
    attempt_.settled = refusal.settled;
    return again_or_fail(answer.status, now);
}

GLOBUS_DECL Step CallMachine::unread(http::Response const& answer, bool cut_off, http::Clock::time_point now) {
    unknown_ = true;
    if (!cut_off || replayed_) return {.kind = Step::Kind::fail};
    attempt_.response = &answer;
    attempt_.undecodable = true;
    return again_or_fail(answer.status, now);
}

GLOBUS_DECL Step CallMachine::finished(http::Response const& answer) noexcept {
    attempt_.response = &answer;
    if (!replayed_) retry_.succeeded(attempt_);
    attempt_.response = nullptr;
    return {.kind = Step::Kind::finish};
}

GLOBUS_DECL Step CallMachine::waited(bool in_full) noexcept {
    if (!in_full) return {.kind = Step::Kind::cancel};
    ++attempt_.number;
    return begin();
}

GLOBUS_DECL NetworkError::Sent CallMachine::sent() const noexcept {
    return unknown_ ? NetworkError::Sent::yes : NetworkError::Sent::no;
}

GLOBUS_DECL bool CallMachine::needs_fresh_connection() const noexcept {
    return attempt_.retry_class == RetryClass::non_idempotent || attempt_.retry_class == RetryClass::grant ||
           attempt_.retry_class == RetryClass::never;
}

GLOBUS_DECL Step CallMachine::again_or_fail(int status, http::Clock::time_point now) {
    constexpr std::chrono::milliseconds least(10);  // an attempt with less time than this can only run out of it
    Attempt attempt = std::exchange(attempt_, {.number = attempt_.number, .retry_class = attempt_.retry_class});
    attempt_.in_doubt = attempt.in_doubt || may_be_processed(attempt);
    if (once_) return {.kind = Step::Kind::fail};
    attempt.time_left = http::time_left(terms_.deadline, now) - least;
    auto const wait = retry_.before_retry(attempt);
    if (!wait || !(*wait < attempt.time_left)) return {.kind = Step::Kind::fail};
    attempt_.previous_status = status;
    std::chrono::duration<double> const pause = std::max(*wait, std::chrono::duration<double>(0));
    return {.kind = Step::Kind::wait, .until = http::later(pause, now), .next_attempt_in = pause};
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CALL_IPP
#ifndef GLOBUS_HTTP_IMPL_DRIVE_IPP
#define GLOBUS_HTTP_IMPL_DRIVE_IPP

#ifndef GLOBUS_HTTP_WAITING_HPP
#define GLOBUS_HTTP_WAITING_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus::detail {

/// Which thread, if any, does something that others wait for.
class Doer {
public:
    [[nodiscard]] bool busy() const noexcept { return thread() != std::thread::id(); }
    [[nodiscard]] bool is_this_thread() const noexcept { return thread() == std::this_thread::get_id(); }
    [[nodiscard]] std::thread::id thread() const noexcept { return thread_.load(); }
    /// Called by the thread that begins, which does not wait for anything.
    void begin() noexcept { thread_.store(std::this_thread::get_id()); }
    void end() noexcept { thread_.store(std::thread::id()); }

private:
    std::atomic<std::thread::id> thread_{std::thread::id()};
};

/**
 * An object that marks this thread as waiting for a Doer, from construction to destruction. A wait that could never end
 * is refused: the doer is this thread, or waits, directly or through others, for something that this thread does.
 *
 * Who waits for whom is known for all threads of the process, so that a cycle over any objects is found. In a forked
 * child nobody waits.
 */
class WaitFor {
public:
    /// @param what  what is waited for, for the message
    /// @throws UsageError  if the wait would never end
    WaitFor(Doer const& doer, std::string const& what);
    WaitFor(WaitFor const&) = delete;
    WaitFor& operator=(WaitFor const&) = delete;
    ~WaitFor();
};

/// Waits until `ready`, which is checked under `lock`; false if the time came first, or the stop_token asked.
template <class Ready>
bool wait_until(std::condition_variable_any& changed, std::unique_lock<std::mutex>& lock, http::Clock::time_point until,
                std::stop_token const& stop, Ready const& ready) {
    // The clock of the wait may count from another moment, and the last time that there is may have passed by it.
    return until == http::Clock::time_point::max() ? changed.wait(lock, stop, ready)
                                                   : changed.wait_until(lock, stop, until, ready);
}

/**
 * How long a call waits for what another thread does, and how its error reads if it has to end before.
 *
 *     Wait const call{"the lock of the door", context.deadline, context.stop};
 *     if (!call.until([&] { return open; }, opener, changed, lock)) call.end();
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
struct Wait {
    std::string for_what;  ///< as in "the access token"
    http::Clock::time_point deadline = http::Clock::time_point::max();
    std::stop_token stop = {};

    /**
     * Waits until `ready`, which is checked under `lock`.
     *
     * @param doer     what makes it ready
     * @param changed  is notified when it may be ready
     * @return false if the call has to end before
     * @throws UsageError  if the wait would never end, see WaitFor
     */
    template <class Ready>
    [[nodiscard]] bool until(Ready const& ready, Doer const& doer, std::condition_variable_any& changed,
                             std::unique_lock<std::mutex>& lock) const {
        if (ready()) return true;
        WaitFor const waiting(doer, for_what);
        return wait_until(changed, lock, deadline, stop, ready);
    }
    /// True if the call has to end now.
    [[nodiscard]] bool is_over() const { return stop.stop_requested() || http::Clock::now() >= deadline; }
    /// Ends a call whose wait has ended. @throws NetworkError  cancelled, or timeout
    [[noreturn]] void end() const;
};

/**
 * One thread asks for something, while the others wait and get what it got. It belongs beside the mutex of what the
 * answers fill, and all of its functions are called with that mutex locked.
 *
 *     std::unique_lock lock(mutex);
 *     while (!value)
 *         if (std::optional<int> answer = asking.ask_or_wait(lock, {"the value", deadline, stop}, ask)) value = answer;
 *
 * If `ask` throws, the next thread asks again. To share a failure, a thread that waited looks at the Landing, which
 * also says whether it was a failure at all: the thread that asked may just have had less time.
 *
 * A wait that could never end is a UsageError: `ask` needs what it is to give, directly or through what others wait
 * for. In a child process that `ask` forked, its answer is a UsageError, too, and the mutex, which is the parent's, is
 * left alone.
 */
class SingleFlight {
public:
    /// What a thread that waited is told.
    struct Landing {
        std::exception_ptr error;  ///< what `ask` threw; null: there is an answer
        bool again = false;  ///< it gave up because its own call had to end, and the call that waited has more time
    };

    [[nodiscard]] bool busy() const noexcept { return flight_ != nullptr; }
    [[nodiscard]] bool is_this_thread() const noexcept { return busy() && flight_->asking.is_this_thread(); }

    /// The answer of `ask`, which is called without the lock. Others see all that is done with it before the lock is
    /// released as one step. Nobody else asks at that time.
    /// @param call  the call on whose behalf it asks
    /// @throws what `ask` throws; the lock is held then, too
    template <class Ask>
    [[nodiscard]] auto ask(std::unique_lock<std::mutex>& lock, Wait const& call, Ask const& ask) {
        return fly(lock, [&] {
            try {
                return ask();
            } catch (...) {
                flight_->error = std::current_exception();
                flight_->gave_up = flight_->gave_up || call.is_over();
                if (!call.stop.stop_requested()) flight_->deadline = call.deadline;
                throw;
            }
        });
    }
    /// Waits for the thread that is asking.
    /// @throws NetworkError  if the call has to end before
    [[nodiscard]] Landing wait(std::unique_lock<std::mutex>& lock, Wait const& call);
    /// The answer if this thread asked; nothing if it waited for one that did, with an answer or without. Only this
    /// thread gets what `ask` throws.
    template <class Ask>
    [[nodiscard]] std::optional<std::invoke_result_t<Ask const&>> ask_or_wait(std::unique_lock<std::mutex>& lock,
                                                                              Wait const& call, Ask const& ask) {
        if (!busy()) return fly(lock, ask);
        (void)wait(lock, call);
        return std::nullopt;
    }
    /// Called in `ask` when it is about to throw for lack of time, although its call is not over yet.
    void out_of_time() const noexcept { flight_->gave_up = true; }

private:
    struct Flight {
        Doer asking;
        std::exception_ptr error;
        bool gave_up = false;                   ///< it ended because the call of the thread that asked had to
        http::Clock::time_point deadline = {};  ///< of that call; in the past if it was cancelled
    };
    /// Releases the lock for the thread that asks, and takes it again.
    class Asking {
    public:
        Asking(SingleFlight& all, std::unique_lock<std::mutex>& lock);
        Asking(Asking const&) = delete;
        Asking& operator=(Asking const&) = delete;
        ~Asking();
        void check() const { made_.check(); }

    private:
        SingleFlight& all_;
        std::unique_lock<std::mutex>& lock_;
        Maker const made_;
    };

    template <class Ask>
    [[nodiscard]] auto fly(std::unique_lock<std::mutex>& lock, Ask const& ask) {
        Asking const asking(*this, lock);
        auto answer = ask();
        asking.check();
        return answer;
    }

    /// How much later a call's deadline must be than that of the call that gave up, for it to ask itself.
    static constexpr std::chrono::milliseconds more_time{250};

    std::condition_variable_any landed_;
    std::shared_ptr<Flight> flight_;
};

/**
 * A turn that one thread has at a time, in the order in which they come.
 *
 *     auto const turn = std::make_shared<Turn>("the door is open already: go through");
 *     TurnLock const mine(turn, {"the door", deadline});
 *     if (!mine) ...  // others went through it all the time
 *
 * @par Thread safety
 * Any function may be called from any thread, `end` by the one that has the turn.
 */
class Turn {
public:
    /// @param own  what a thread that has the turn and wants it again is told
    explicit Turn(char const* own) : own_(own) {}

    /// Waits for the turn of this thread. It returns false if the call has to end before; then there is no turn to end.
    /// @throws UsageError  if this thread has it already, or the wait would never end
    [[nodiscard]] bool begin(Wait const& call);
    void end();
    /// True for the thread that has the turn.
    [[nodiscard]] bool is_mine() const noexcept { return first_.is_this_thread(); }

private:
    char const* const own_;
    std::mutex mutex_;
    std::condition_variable_any moved_;
    std::vector<std::thread::id> queue_;  ///< the threads that wait; the first one has the turn
    Doer first_;
};

/// A turn, from its beginning to the end of this object; false if the call had to end before the turn came.
class TurnLock {
public:
    TurnLock(std::shared_ptr<Turn> turn, Wait const& call) : turn_(std::move(turn)), ours_(turn_->begin(call)) {}
    TurnLock(TurnLock const&) = delete;
    TurnLock& operator=(TurnLock const&) = delete;
    ~TurnLock();
    [[nodiscard]] explicit operator bool() const noexcept { return ours_; }

private:
    Maker const made_;
    std::shared_ptr<Turn> const turn_;
    bool const ours_;
};

}  // namespace globus::detail

namespace globus::http {

/// Waits until `until`, or less if the stop_token asks; it says whether the full time was waited.
bool wait_until(Clock::time_point until, std::stop_token const& stop);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_WAITING_HPP

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void AttemptLog::begin(int number) noexcept {
    if (hook_ == nullptr) return;
    number_ = number;
    started_ = http::Clock::now();
}

GLOBUS_DECL void AttemptLog::end(int status, std::string_view request_id, NetworkError const* error,
                                 Step const& next) const noexcept {
    if (hook_ == nullptr) return;
    try {
        std::string_view const whole = exchange_.request.url;
        std::string const url = one_line(whole.substr(0, whole.find_first_of("?#")));
        std::string const id = one_line(request_id, 200);
        LogEvent event{.method = to_string(exchange_.request.method), .url = url};
        event.attempt = number_;
        event.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(http::Clock::now() - started_);
        event.status = status;
        event.request_id = id;
        event.service = exchange_.names.service;
        event.operation = exchange_.names.operation;
        if (error != nullptr) event.error = error->what();
        if (next.next_attempt_in)
            event.retry_in = std::chrono::duration_cast<std::chrono::milliseconds>(*next.next_attempt_in);
        (*hook_)(event);
    } catch (...) {  // a log hook must not break a call
    }
}

GLOBUS_DECL CallRun::CallRun(Exchange& exchange, CallTerms const& terms, RetryPolicyRef retry)
    : exchange_(exchange), log_(exchange), machine_(terms, retry), step_(machine_.begin()) {
    if (machine_.needs_fresh_connection()) exchange.request.fresh_connection = true;
}

GLOBUS_DECL Step const& CallRun::next() {
    while (true) {
        switch (step_.kind) {
            case Step::Kind::authorize:
            case Step::Kind::send:
            case Step::Kind::renew:
            case Step::Kind::wait:
            case Step::Kind::read:
            case Step::Kind::replayed:
                return step_;
            case Step::Kind::refuse:
                refuse();
                break;
            case Step::Kind::cancel:
                throw NetworkError(NetworkError::Kind::cancelled, machine_.sent(),
                                   "the call was cancelled between two attempts");
            case Step::Kind::fail:
            case Step::Kind::finish:
                if (error_ == nullptr) return step_;
                std::rethrow_exception(error_);
        }
    }
}

GLOBUS_DECL void CallRun::unread(DecodeError const& error) {
    go_on(machine_.unread(answer_, error.cut_off(), http::Clock::now()));
    if (step_.kind != Step::Kind::fail) return;
    try {
        throw error.in(describe_answer());
    } catch (Error const&) {
        rethrow();
    }
}

GLOBUS_DECL void CallRun::rethrow() {
    if (machine_.outcome_unknown()) exchange_.throw_unknown();
    throw;
}

GLOBUS_DECL void CallRun::answered(http::Response answer) {
    answer_ = std::move(answer);
    if (exchange_.handed_over) machine_.handed_over();
    request_id_ = answer_.headers.get("X-Request-ID");
    step_ = machine_.answered(answer_);
}

GLOBUS_DECL void CallRun::failed(NetworkError const& error) {
    error_ = std::current_exception();
    if (exchange_.handed_over) machine_.handed_over();
    go_on(machine_.failed(error, http::Clock::now()), &error);
}

GLOBUS_DECL void CallRun::refuse() {
    Exchange::Refused refused = exchange_.refuse(answer_);
    error_ = std::move(refused.error);
    go_on(machine_.refused(answer_, refused.refusal, http::Clock::now()));
}

GLOBUS_DECL void CallRun::go_on(Step const& next, NetworkError const* error) {
    step_ = next;
    if (!next.ends_attempt()) return;
    if (error != nullptr)
        log_.end(0, {}, error, next);
    else
        log_.end(answer_.status, request_id_, nullptr, next);
}

GLOBUS_DECL http::Response CallRun::hand_out() {
    http::Response whole = std::move(answer_);
    answer_ = {.status = whole.status};
    return whole;
}

GLOBUS_DECL std::string CallRun::describe_answer() const {
    std::string text = http::describe(exchange_.request) + " was answered " + std::to_string(answer_.status);
    if (!request_id_.empty()) text.append(" (request id ").append(request_id_) += ')';
    return text;
}

GLOBUS_DECL http::Response BlockingCall::answer() {
    try {
        return next_answer();
    } catch (Error const&) {
        rethrow();
    }
}

GLOBUS_DECL http::Response BlockingCall::next_answer() {
    while (true) {
        Step const& step = next();
        switch (step.kind) {
            case Step::Kind::authorize:
                exchange_.authorize();
                authorized();
                break;
            case Step::Kind::send:
                send();
                break;
            case Step::Kind::renew:
                renewed(exchange_.renew());
                break;
            case Step::Kind::wait:
                waited(http::wait_until(step.until, exchange_.request.stop));
                break;
            default:
                return hand_out();
        }
    }
}

GLOBUS_DECL void BlockingCall::send() {
    sending();
    http::Response answer;
    try {
        answer = exchange_.send();
    } catch (NetworkError const& error) {
        return failed(error);
    }
    answered(std::move(answer));
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_DRIVE_IPP
#ifndef GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP
#define GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP

#include <string_view>

namespace globus::detail {

GLOBUS_DECL void check_audience(std::string_view resource_server, AuthContext const& context) {
    if (resource_server.empty() || context.resource_server.empty() ||
        http::detail::equal_ignoring_case(resource_server, context.resource_server))
        return;
    throw UsageError("the token of this policy is for " + one_line(resource_server) + ", and is not sent to " +
                     one_line(context.resource_server) + ": give each client a policy with a token of its own");
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_IMPL_AUTHORIZER_IPP
#ifndef GLOBUS_CLIENT_IMPL_EXCHANGE_IPP
#define GLOBUS_CLIENT_IMPL_EXCHANGE_IPP

#ifndef GLOBUS_CLIENT_REDIRECTS_HPP
#define GLOBUS_CLIENT_REDIRECTS_HPP

#include <string>

namespace globus::detail {

/// True for an answer that says where else to ask (RFC 9110, section 15.4).
bool is_redirect(http::Response const& answer);

[[noreturn]] void refuse_redirect(http::Request const& request, char const* why);

/**
 * The target of the redirect that answers a request, as the URL of the next request.
 *
 * A redirect is followed only for reads, and only to the origin that it comes from: a credential never goes elsewhere.
 *
 * @param own_origin  whether the request went to the client's own origin; otherwise no redirect is followed
 * @throws NetworkError  redirect, for what must not be followed
 */
std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin);

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_REDIRECTS_HPP
#ifndef GLOBUS_VERSION_HPP
#define GLOBUS_VERSION_HPP

#define GLOBUS_VERSION_MAJOR 0
#define GLOBUS_VERSION_MINOR 1
#define GLOBUS_VERSION_PATCH 0
#define GLOBUS_VERSION_STRING "0.1.0"

#endif  // GLOBUS_VERSION_HPP

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL ClientInfo::ClientInfo() noexcept = default;
GLOBUS_DECL ClientInfo::ClientInfo(std::initializer_list<value_type> items) : vector(items) {}
GLOBUS_DECL ClientInfo::ClientInfo(std::vector<value_type> items) : vector(std::move(items)) {}
GLOBUS_DECL ClientInfo::ClientInfo(ClientInfo const&) = default;
GLOBUS_DECL ClientInfo::ClientInfo(ClientInfo&&) noexcept = default;
GLOBUS_DECL ClientInfo& ClientInfo::operator=(ClientInfo const&) = default;
GLOBUS_DECL ClientInfo& ClientInfo::operator=(ClientInfo&&) noexcept = default;
GLOBUS_DECL ClientInfo::~ClientInfo() = default;

}  // namespace globus

namespace globus::detail {

/// Names and versions as X-Globus-Client-Info takes them.
GLOBUS_DECL std::string client_info_header(ClientInfo const& more) {
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

GLOBUS_DECL ClientHeaders::ClientHeaders(std::string const& app_name, ClientInfo const& more)
    : user_agent("globus-sdk-cpp-" GLOBUS_VERSION_STRING) {
    if (!app_name.empty()) user_agent += '/' + app_name;
    http::check_header("User-Agent", user_agent);
    client_info = client_info_header(more);
}
GLOBUS_DECL ClientHeaders::ClientHeaders(ClientHeaders const&) = default;
GLOBUS_DECL ClientHeaders::ClientHeaders(ClientHeaders&&) noexcept = default;
GLOBUS_DECL ClientHeaders& ClientHeaders::operator=(ClientHeaders const&) = default;
GLOBUS_DECL ClientHeaders& ClientHeaders::operator=(ClientHeaders&&) noexcept = default;
GLOBUS_DECL ClientHeaders::~ClientHeaders() = default;

GLOBUS_DECL void add_query(std::string& url, QueryParams const& query) {
    for (auto const& [name, value] : query)
        for (std::string const& text : value.texts()) add_to_query(url, name, text);
}

GLOBUS_DECL std::string encode_path(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    std::string encoded;
    for (std::string_view rest = path;;) {
        auto const slash = rest.find('/');
        std::string_view const segment = rest.substr(0, slash);
        if (!segment.empty()) encoded += encode_segment("the path's segment", segment);
        if (slash == std::string_view::npos) return encoded;
        encoded += '/';
        rest.remove_prefix(slash + 1);
    }
}

/// True if a URL is on the origin of a client, which gets the client's credential.
/// @throws UsageError  for http to another machine
GLOBUS_DECL bool is_own_origin(std::string_view base_url, std::string const& url) {
    if (url.starts_with(base_url)) return true;
    http::Url const target = http::parse_url(url);
    if (target.scheme == "http" && !http::is_loopback(target.host))
        throw UsageError("the URL is http; use https (http is allowed to 127.0.0.1 and [::1] only)");
    return http::same_origin(target, http::parse_url(base_url));
}

/// The Content-Length of an answer; empty if it says nothing about this body (RFC 9112, section 6.3), or is no number.
GLOBUS_DECL std::string_view believed_length(http::Response const& head, std::size_t limit) {
    std::string_view const length = head.headers.get("Content-Length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return size <= limit && head.headers.find("Transfer-Encoding") == nullptr ? length : std::string_view();
}

GLOBUS_DECL void rethrow_unknown() {
    rethrow_changed<AuthApiError, NetworkError, DecodeError>([](auto error) {
        error.set_outcome_unknown();
        return error;
    });
}

GLOBUS_DECL ClientExchange::ClientExchange(http::Request& sent, AnyResponse& result, AnswerForm const& form,
                                           CallPlan const& plan, CallOptions const& options, ClientFacts const& facts)
    : Exchange(sent, &facts.log, {facts.service, plan.operation}),
      running_(facts.gate, options.stop, facts.gate_waits),
      result_(result),
      form_(form),
      plan_(plan),
      options_(options),
      max_bytes_(facts.max_response_bytes) {
    complete(facts);
    request.stop = running_.stop();
    context_ = {.auth_url = facts.auth_url,
                .deadline = request.deadline,
                .stop = running_.stop(),
                .resource_server = facts.resource_server,
                .log = &facts.log};
    own_origin_ = is_own_origin(facts.base_url, request.url) && plan.authorized;
    request.sink = nullptr;
    if (options.on_head || is_streamed())
        request.on_head = [this](http::Response const& head) {
            if (options_.on_head && head.status / 100 == 2) options_.on_head(head);
            if (stream_) stream_->expect(believed_length(head, request.max_response_bytes));
        };
    if (options.sink)
        request.sink = [this](std::string_view piece) {
            handed_over = true;
            return options_.sink(piece);
        };
    else if (is_streamed())
        read_as_it_comes();
}

GLOBUS_DECL ClientExchange::~ClientExchange() = default;

GLOBUS_DECL void ClientExchange::run(RetryPolicyRef const& retry) {
    BlockingCall call(*this, terms(), retry);
    while (true) {
        http::Response answer = call.answer();
        try {
            take(answer, call.replayed());
            return call.finished();
        } catch (DecodeError const& error) {
            call.unread(error);
        }
    }
}

GLOBUS_DECL bool ClientExchange::is_streamed() const noexcept {
    return form_.fresh != nullptr && !options_.keep_text && !options_.sink;
}

GLOBUS_DECL CallTerms ClientExchange::terms() const {
    return {.retry_class = plan_.retry_class,
            .retry_as = options_.retry_as,
            .authorized = own_origin_,
            .sent_once = request.source != nullptr,
            // A document comes with a 2xx. A caller who takes the answer as it comes takes a 3xx, too.
            .read_below = form_.has_shape ? 300 : 400,
            .deadline = request.deadline};
}

GLOBUS_DECL void ClientExchange::take(http::Response& answer, bool replayed) {
    AnswerFacts const facts{.replayed = replayed,
                            .wrote = options_.retry_as.value_or(plan_.retry_class) != RetryClass::read,
                            .partial = form_.has_essential && (request.url.find("?fields=") != std::string::npos ||
                                                               request.url.find("&fields=") != std::string::npos),
                            .max_bytes = max_bytes_};
    if (is_streamed()) return result_.receive(answer, facts, form_, *stream_);
    if (form_.has_shape && !options_.sink) require_document(answer);
    result_.receive(answer, facts, form_);
}

GLOBUS_DECL void ClientExchange::use(Authorization credential) {
    authorization_ = std::move(credential);
    request.authorization = authorization_.header;
}

GLOBUS_DECL void ClientExchange::authorize() { use(credential(context_)); }

GLOBUS_DECL bool ClientExchange::renew() { return renew_credential(authorization_, context_); }

GLOBUS_DECL Exchange::Refused ClientExchange::refuse(http::Response const& answer) {
    return error_of(answer, plan_.already_done);
}

GLOBUS_DECL http::Request const& ClientExchange::first_request() {
    redirects_ = 0;
    next_ = nullptr;
    if (is_streamed()) {
        stream_.emplace(form_.fresh(result_));
        stream_->limit_memory(memory_of(max_bytes_));
        room_ = request.max_response_bytes;
    }
    return request;
}

GLOBUS_DECL http::Request const* ClientExchange::next_request(http::Response const& answer) {
    if (!is_redirect(answer)) return nullptr;
    if (redirects_++ == 5) refuse_redirect(request, "for the sixth time");
    if (next_ == nullptr) next_ = std::make_unique<http::Request>(request);
    next_->url = redirect_target(*next_, answer, own_origin_);
    return next_.get();
}

GLOBUS_DECL http::Response ClientExchange::send() {
    http::Response answer = travel(first_request());
    while (http::Request const* const next = next_request(answer)) answer = travel(*next);
    return answer;
}

GLOBUS_DECL void ClientExchange::complete(ClientFacts const& facts) {
    request.deadline = deadline_of(options_, facts.timeout);
    request.max_response_bytes = std::min(facts.max_response_bytes, facts.max_service_bytes);
    bool const as_stored = facts.as_stored || form_.as_stored;
    request.decode = request.decode && !as_stored;
    request.flows = (as_stored || options_.sink || request.source) && !is_timed(options_, facts.timeout);
    if (!options_.query.empty()) add_query(request.url, options_.query);
    for (auto const& [name, value] : options_.headers) {
        http::check_header(name, value);
        if (http::detail::equal_ignoring_case(name, "Authorization"))
            throw UsageError("a call cannot replace the Authorization header: make a client with another authorizer");
        request.headers.set(name, value);
    }
    auto const add = [&](char const* name, std::string_view value) {
        if (request.headers.find(name) == nullptr) request.headers.add(name, std::string(value));
    };
    add("Accept", "application/json");
    add("User-Agent", facts.headers.user_agent);
    add("X-Globus-Client-Info", facts.headers.client_info);
}

GLOBUS_DECL void ClientExchange::read_as_it_comes() {
    request.sink = [this](std::string_view piece) {
        if (piece.size() > room_)
            throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                               http::describe(request) + ": the answer is larger than " +
                                   std::to_string(request.max_response_bytes) + " bytes");
        room_ -= piece.size();
        stream_->write(piece);
        return true;
    };
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_EXCHANGE_IPP
#ifndef GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP
#define GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL Environment::Environment(std::string name) : name_(std::move(name)) {
    for (std::string_view known : names)
        if (name_ == known) return;
    std::string list;
    for (std::string_view known : names) list.append(list.empty() ? "" : ", ").append(known);
    throw UsageError("there is no Globus environment '" + name_ + "'; there are " + list);
}

GLOBUS_DECL Environment Environment::current() {
    char const* name = std::getenv("GLOBUS_SDK_ENVIRONMENT");
    return Environment(name != nullptr ? name : "production");
}

GLOBUS_DECL std::string Environment::service_url(std::string_view service) const {
    std::string variable = "GLOBUS_SDK_SERVICE_URL_";
    for (char const c : service) variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (char const* url = std::getenv(variable.c_str()); url != nullptr && *url != '\0') {
        try {
            return http::check_base_url(url);
        } catch (UsageError const& error) {
            throw UsageError(variable + ": " + error.what());
        }
    }
    return default_url(service);
}

GLOBUS_DECL std::optional<std::chrono::duration<double>> Environment::http_timeout() {
    char const* text = std::getenv("GLOBUS_SDK_HTTP_TIMEOUT");
    if (text == nullptr || *text == '\0') return std::chrono::duration<double>(60);
    boost::system::error_code error;  // std::from_chars of libc++ knows no double
    auto const number = detail::parse_exact_json(text, error);
    double const seconds = number.is_number() ? number.to_number<double>() : 0;
    if (!std::isfinite(seconds) || (seconds <= 0 && seconds != -1))
        throw UsageError("GLOBUS_SDK_HTTP_TIMEOUT is not a positive number of seconds, nor -1 for none");
    if (seconds == -1) return std::nullopt;
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    return std::min(std::chrono::duration<double>(seconds), longest);
}

GLOBUS_DECL std::string Environment::default_url(std::string_view service) const {
    bool const production = name_ == "production";
    std::string const domain = production           ? "globus.org"
                               : name_ == "preview" ? "preview.globus.org"
                                                    : name_ + ".globuscs.info";
    if (service == "auth" || service == "app") return "https://" + std::string(service) + '.' + domain + '/';
    if (service == "actions" || service == "flows" || service == "timer")
        return "https://" + (production ? "" : name_ + '.') + std::string(service) + ".automate.globus.org/";
    if (service == "nexus" && production) return "https://nexus.api.globusonline.org/";
    return "https://" + std::string(service) + ".api." + domain + '/';
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_ENVIRONMENT_IPP
#ifndef GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP
#define GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP

#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void check_given(std::string_view what, std::string_view text) {
    if (text.empty())
        throw UsageError(std::string(what) + " is empty: see whether the variable or file that it comes from is set");
}

GLOBUS_DECL bool has_control(std::string_view text) {
    for (char const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
    return false;
}

GLOBUS_DECL void check_credential(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (has_control(text)) throw UsageError(std::string(what) + " has a newline or another control character in it");
}

GLOBUS_DECL bool is_token_text(std::string_view text) {
    for (char const c : text)
        if (c < '!' || c > '~') return false;
    return true;
}

GLOBUS_DECL void check_token(std::string_view what, std::string_view text) {
    check_given(what, text);
    if (!is_token_text(text))
        throw UsageError(std::string(what) + " has a blank, a newline or another character that no token has");
}

GLOBUS_DECL void check_client_id(std::string_view id) {
    check_credential("the client id", id);
    if (id.find(':') != std::string_view::npos)
        throw UsageError("the client id has a colon in it, which HTTP Basic cannot carry");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL BasicCredential::BasicCredential(std::string username, Secret password)
    : username_(std::move(username)), password_(std::move(password)) {
    detail::check_client_id(username_);
    detail::check_credential("the client secret", password_.reveal());
}

GLOBUS_DECL Secret BasicCredential::header() const {
    if (password_.empty()) throw UsageError("this credential was moved from: use the one that it was moved to");
    std::string pair = username_ + ':' + password_.reveal();
    Secret value("Basic " + base64_encode(pair));
    detail::wipe(pair);
    return value;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_CLIENT_KINDS_IPP
#ifndef GLOBUS_CORE_IMPL_ENCODING_IPP
#define GLOBUS_CORE_IMPL_ENCODING_IPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

inline constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

GLOBUS_DECL std::string base64(std::string_view bytes, char const* alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto const byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0U;
        };
        std::uint32_t const triple = byte(0) << 16 | byte(1) << 8 | byte(2);
        std::size_t const digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
        for (std::size_t d = 0; d != 4; ++d) {
            if (d < digits)
                out += alphabet[(triple >> (18 - 6 * d)) & 63U];
            else if (padded)
                out += '=';
        }
    }
    return out;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else
            detail::append_escaped(out, c);
    }
    return out;
}

GLOBUS_DECL void append_form_encoded(std::string& out, std::string_view text) {
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else if (c == ' ')
            out += '+';
        else
            detail::append_escaped(out, c);
    }
}

GLOBUS_DECL std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            int const high = detail::hex_digit(text[i + 1]);
            int const low = detail::hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    return out;
}

GLOBUS_DECL std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        std::string_view const pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        std::string_view const name = pair.substr(0, equals);
        std::string_view const value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        pairs.emplace_back(percent_decode(name, true).value_or(std::string(name)),
                           percent_decode(value, true).value_or(std::string(value)));
    }
    return pairs;
}

GLOBUS_DECL std::string base64_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64_alphabet, true);
}

GLOBUS_DECL std::string base64url_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64url_alphabet, false);
}

GLOBUS_DECL std::optional<std::string> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (char const c : text) {
        std::string_view const alphabet(detail::base64url_alphabet, 64);
        auto const digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 255U);
        }
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

GLOBUS_DECL std::string hex_encode(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (char const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ENCODING_IPP
#ifndef GLOBUS_HTTP_IMPL_URL_IPP
#define GLOBUS_HTTP_IMPL_URL_IPP

#include <algorithm>
#include <string>
#include <string_view>

namespace globus::http {

GLOBUS_DECL Url parse_url(std::string_view text) {
    auto const refuse = [](char const* why) { throw UsageError(std::string("this is not a usable URL: ") + why); };
    if (detail::has_blank_or_control(text)) refuse("it has a blank or control character");
    Url url;
    Reference const parts = split_reference(text);
    if (!parts.scheme || !parts.authority) refuse("write it with its scheme, as in https://example.org/");
    url.scheme = *parts.scheme;
    if (url.scheme != "https" && url.scheme != "http") refuse("its scheme is neither https nor http");
    url.path = parts.path;
    url.has_query = parts.query.has_value();
    url.query = parts.query.value_or(std::string_view{});
    url.has_fragment = parts.fragment.has_value();
    url.fragment = parts.fragment.value_or(std::string_view{});
    std::string_view authority = *parts.authority;
    if (auto const at = authority.rfind('@'); at != std::string_view::npos) {
        url.has_userinfo = true;
        url.userinfo = authority.substr(0, at);
        authority = authority.substr(at + 1);
    }
    auto const bracket = authority.rfind(']');
    auto const port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.host = authority.substr(0, port);
    if (port != std::string_view::npos) {
        url.port = authority.substr(port + 1);
        unsigned number = 0;
        for (char const c : url.port) {
            if (c < '0' || c > '9' || url.port.size() > 5) refuse("its port is not a number");
            number = number * 10 + static_cast<unsigned>(c - '0');
        }
        if (number == 0 || number > 65535) refuse("its port is not in 1 to 65535");
    }
    if (url.host.empty()) refuse("it has no host");
    return url;
}

}  // namespace globus::http

namespace globus::http::detail {

/// True for a path of the characters of RFC 3986, section 3.3, without dot segments, and without dots, slashes and
/// control characters that are percent-encoded.
constexpr bool is_plain_path(std::string_view path) {
    constexpr std::string_view others = "!$&'()*+,;=:@";
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the slash
        std::string_view const segment = rest.substr(0, rest.find('/'));
        if (segment == "." || segment == "..") return false;
        rest.remove_prefix(segment.size());
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        char const c = path[i];
        if (c == '%') {
            if (i + 2 >= path.size()) return false;
            int const high = globus::detail::hex_digit(path[i + 1]);
            int const low = globus::detail::hex_digit(path[i + 2]);
            if (high < 0 || low < 0) return false;
            int const byte = high * 16 + low;
            if (byte < 0x20 || byte == '.' || byte == '/' || byte == '\\' || byte == 0x7F) return false;
            i += 2;
        } else if (c != '/' && !globus::detail::is_unreserved(c) && others.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

}  // namespace globus::http::detail

namespace globus::http {

GLOBUS_DECL std::string remove_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        if (path.starts_with("../") || path.starts_with("./")) {
            path.remove_prefix(path.find('/') + 1);
        } else if (path == "." || path == "..") {
            break;
        } else if (path.starts_with("/./") || path == "/.") {
            path.remove_prefix(2);
            if (path.empty()) path = "/";
        } else if (path.starts_with("/../") || path == "/..") {
            path.remove_prefix(3);
            if (path.empty()) path = "/";
            auto const slash = out.rfind('/');
            out.erase(slash == std::string::npos ? 0 : slash);
        } else {
            auto const next = path.find('/', 1);
            out += path.substr(0, next);
            path.remove_prefix(next == std::string_view::npos ? path.size() : next);
        }
    }
    return out;
}

GLOBUS_DECL std::string resolve_url(std::string_view base, std::string_view reference) {
    Reference const from = split_reference(base);
    Reference to = split_reference(reference);
    std::string path;
    if (to.scheme || to.authority) {
        path = remove_dot_segments(to.path);
        if (!to.scheme) to.scheme = from.scheme;
    } else {
        if (to.path.empty()) {
            path = from.path;
            if (!to.query) to.query = from.query;
        } else if (to.path.starts_with('/')) {
            path = remove_dot_segments(to.path);
        } else {  // it stands beside the last segment of the base
            auto const slash = from.path.rfind('/');
            path = slash == std::string_view::npos ? "/" : std::string(from.path.substr(0, slash + 1));
            path = remove_dot_segments(path.append(to.path));
        }
        to.scheme = from.scheme;
        to.authority = from.authority;
    }
    std::string url;
    if (to.scheme) {
        for (char const c : *to.scheme) url += detail::lower(c);
        url += ':';
    }
    if (to.authority) url.append("//").append(*to.authority);
    url += path;
    if (to.query) url.append("?").append(*to.query);
    if (to.fragment) url.append("#").append(*to.fragment);
    return url;
}

GLOBUS_DECL bool same_origin(Url const& a, Url const& b) {
    auto const port = [](Url const& url) -> std::string_view {
        return !url.port.empty() ? url.port : url.scheme == "https" ? "443" : "80";
    };
    return a.scheme == b.scheme && detail::equal_ignoring_case(a.host, b.host) && port(a) == port(b);
}

GLOBUS_DECL bool is_on_host_of(std::string_view url, std::string_view base) {
    try {
        Url const a = parse_url(url), b = parse_url(base);
        return !a.has_userinfo && a.scheme == b.scheme && detail::equal_ignoring_case(a.host, b.host);
    } catch (UsageError const&) {
        return false;
    }
}

GLOBUS_DECL std::string check_base_url(std::string text) {
    Url const url = parse_url(text);
    if (url.scheme == "http" && !is_loopback(url.host))
        throw UsageError(
            "the base URL is http, so that credentials would travel in clear text: use https "
            "(http is allowed to 127.0.0.1 and [::1] only)");
    if (url.has_userinfo) throw UsageError("the base URL has a user name in it: pass credentials by the authorizer");
    if (url.has_query || url.has_fragment) throw UsageError("the base URL has a query or fragment: leave that out");
    if (!detail::is_plain_host(url.host))
        throw UsageError(
            "the base URL's host has a character that no host name has, or a dot at its end: write it as in "
            "https://example.org/ (a name in another script by its form in ASCII, xn--...)");
    if (!detail::is_plain_path(url.path))
        throw UsageError("the base URL's path has '.' or '..' in it, or a character that a path cannot have");
    if (!text.ends_with('/')) text += '/';
    return text;
}

GLOBUS_DECL std::string encode_iri(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    for (std::size_t i = 0; i != text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        bool const c1 = byte == 0xC2 && i + 1 != text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (byte < 0x20 || byte == 0x7F || c1) throw UsageError("the address has a control character in it");
    }
    auto const scheme = text.find("://");
    std::size_t const host = scheme == std::string_view::npos ? 0 : scheme + 3;
    std::size_t const rest = std::min(text.find_first_of("/?#", host), text.size());
    std::string url(text.substr(0, rest));
    constexpr std::string_view others = "/?#!$&'()*+,;=:@";
    for (std::size_t i = rest; i != text.size(); ++i) {
        char const c = text[i];
        bool const escape = c == '%' && i + 2 < text.size() && globus::detail::hex_digit(text[i + 1]) >= 0 &&
                            globus::detail::hex_digit(text[i + 2]) >= 0;
        if (escape || globus::detail::is_unreserved(c) || others.find(c) != std::string_view::npos)
            url += c;
        else
            globus::detail::append_escaped(url, c);
    }
    return url;
}

GLOBUS_DECL void check_header(std::string_view name, std::string_view value) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    bool good = !name.empty();
    for (char const c : name) {
        bool const alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        good = good && (alnum || others.find(c) != std::string_view::npos);
    }
    if (!good) throw UsageError("a header's name is empty or has a character that is not allowed in it");
    for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7F)
            throw UsageError("the value for the header " + std::string(name) +
                             " has a newline or another control character in it");
    }
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_URL_IPP
#ifndef GLOBUS_CLIENT_IMPL_PAGING_IPP
#define GLOBUS_CLIENT_IMPL_PAGING_IPP

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void refuse_page(std::string_view operation, std::size_t number, std::string const& what,
                             std::string const& body) {
    throw DecodeError("page " + std::to_string(number) + " of " + std::string(operation) + ' ' + what +
                          ": the list may not be complete; begin() on the same walk asks for this page again",
                      body);
}

GLOBUS_DECL QueryParams params_of(std::string_view query) {
    std::vector<std::pair<std::string, std::vector<std::string>>> params;
    std::map<std::string, std::size_t> places;
    for (auto& [name, value] : parse_query(query)) {
        auto const [place, is_new] = places.try_emplace(name, params.size());
        if (is_new) params.emplace_back(name, std::vector<std::string>{});
        params[place->second].second.push_back(std::move(value));
    }
    QueryParams result;
    for (auto& [name, values] : params) result.emplace_back(std::move(name), QueryValue(std::move(values)));
    return result;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_PAGING_IPP
#ifndef GLOBUS_CLIENT_IMPL_CLIENT_IPP
#define GLOBUS_CLIENT_IMPL_CLIENT_IPP

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL std::chrono::seconds idle_timeout() {
    using std::chrono::seconds;
    auto const timeout = Environment::http_timeout();
    return timeout ? std::max(seconds(1), std::chrono::ceil<seconds>(*timeout)) : seconds(0);
}

GLOBUS_DECL void find_base_urls(std::string const& environment, std::string_view service, std::string own_url,
                                std::string& base_url, std::string& auth_url) {
    Environment const place = environment.empty() ? Environment::current() : Environment(environment);
    if (base_url.empty()) base_url = own_url.empty() ? place.service_url(service) : std::move(own_url);
    base_url = http::check_base_url(base_url);
    if (auth_url.empty()) auth_url = service == "auth" ? base_url : place.service_url("auth");
    auth_url = http::check_base_url(auth_url);
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CLIENT_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace globus::detail {

struct Forks {
    static inline std::atomic<unsigned> count = 0;
    static inline int const counting =
        ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
};

GLOBUS_DECL Maker::Maker() noexcept
    : process_(::getpid()), forks_(&Forks::count), before_(forks_->load(std::memory_order_relaxed)) {}

GLOBUS_DECL bool Maker::is_this_process() const noexcept {
    return forks_->load(std::memory_order_relaxed) == before_ && ::getpid() == process_;
}

GLOBUS_DECL void Maker::check() const {
    if (!is_this_process())
        throw UsageError(
            "this object was made before fork(), and its locks and connections are those of the parent process: "
            "make a new one in the child process");
}

GLOBUS_DECL int around_forks(void (*before)(), void (*in_parent)(), void (*in_child)()) {
    return ::pthread_atfork(before, in_parent, in_child);
}

GLOBUS_DECL std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_PROCESS_IPP
#ifndef GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP
#define GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP

#ifndef GLOBUS_CORE_PLATFORM_FILES_HPP
#define GLOBUS_CORE_PLATFORM_FILES_HPP

#ifndef GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP
#define GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <utility>

namespace globus::detail {

/// A file descriptor that is closed at its end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// The number, which the caller closes.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_DESCRIPTOR_HPP

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

// Files that last, are private, and belong to one process at a time. A function that fails says why in errno.

namespace globus::detail {

/// True for the error of a system call on a file system that does not support it.
bool is_unsupported(int code);

/// What a file is, whose it is, and who may use it.
struct FileFacts {
    enum class Kind : unsigned char { regular, directory, link, other };
    Kind kind = Kind::other;
    unsigned mode = 0;  ///< its permissions
    bool own = false;   ///< it belongs to this user
    bool of_root = false;
    bool has_other_names = false;  ///< hard links
    std::int64_t size = 0;         ///< bytes
    std::int64_t modified = 0;     ///< seconds since 1970

    /// True if users other than the owner may read or write it.
    [[nodiscard]] bool is_open_to_others() const noexcept { return (mode & 0077U) != 0; }
    /// True for a directory in which users other than the owner may replace files. With the sticky bit, as on /tmp,
    /// they may not.
    [[nodiscard]] bool lets_others_replace() const noexcept { return (mode & 0022U) != 0 && (mode & S_ISVTX) == 0; }
};

std::optional<FileFacts> facts_of(Descriptor const& file);
/// The facts of what is at a path, following links.
std::optional<FileFacts> facts_at(std::string const& path);
/// The facts of what has a name, which may be a link. Nothing is opened.
std::optional<FileFacts> facts_of_name(std::string const& path);

/// What a file is opened for.
enum class Opening : int {
    to_read = O_RDONLY,
    to_lock = O_RDWR | O_CREAT,             ///< made if it does not exist
    to_make = O_WRONLY | O_CREAT | O_EXCL,  ///< it must not exist yet
};
/// What happens if there is a link in place of a file.
enum class Links : int {
    refused = O_NOFOLLOW,  ///< ELOOP
    followed = 0,
};

/// Opens a file; one that is made is for its owner alone. Child programs do not inherit it, and a pipe is not waited
/// for.
Descriptor open_file(std::string const& path, Opening opening, Links links = Links::refused);

/// Reads up to the end or `size` bytes. It returns how many there are, or -1.
std::ptrdiff_t read_file(Descriptor const& file, char* buffer, std::size_t size);
/// Writes a text; false if not all of it can be written.
bool write_file(Descriptor const& file, std::string_view text);

/// Makes a file accessible to its owner only.
inline bool make_private(Descriptor const& file) { return ::fchmod(file.get(), 0600) == 0; }
/// The same, without opening it.
bool make_private(std::string const& path);
/// Makes an empty file without opening it; macOS, which lets only root do that, opens it for a moment.
bool make_unopened(std::string const& path);

/// Flushes a file to the disk.
bool sync_file(Descriptor const& file);
/// Flushes the names in a directory to the disk.
bool sync_directory(std::string const& path);

/// Takes the lock of an open file, if nobody has it. It holds among processes, and the system releases it when one
/// dies.
inline bool try_lock(Descriptor const& file) { return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0; }
/// Releases the lock, whoever else has the same file open.
inline void unlock(Descriptor const& file) { ::flock(file.get(), LOCK_UN); }

/// Renames a file in one step, replacing what had the new name.
bool rename_file(std::string const& from, std::string const& to);
/// Gives a file a second name; false if something has it (EEXIST).
inline bool link_file(std::string const& from, std::string const& to) { return ::link(from.c_str(), to.c_str()) == 0; }
/// Removes a file; true also if it does not exist.
inline bool remove_file(std::string const& path) { return ::unlink(path.c_str()) == 0 || errno == ENOENT; }

inline bool make_directory(std::string const& path) { return ::mkdir(path.c_str(), 0700) == 0; }
/// Makes a directory accessible to its owner only.
inline bool make_directory_private(std::string const& path) { return ::chmod(path.c_str(), 0700) == 0; }

/// The directory that a path names, as it was given.
std::string directory_of(std::string const& path);
/// The directory without links in its path; nothing if it does not exist.
std::optional<std::string> real_directory(std::string const& directory);

/// True on a file system that says that every file has several names. A new file has one.
bool miscounts_links(std::string const& directory);

/// Why a file, or a directory, cannot be read; null if it can be.
char const* why_unreadable(std::string const& path, bool directory);

/// Whether a directory, which may not be there, has a name that is wanted.
template <class IsWanted>
bool directory_has(char const* path, IsWanted const& is_wanted) {
    DIR* const directory = ::opendir(path);
    if (directory == nullptr) return false;
    bool found = false;
    while (dirent const* const entry = found ? nullptr : ::readdir(directory))
        found = is_wanted(std::string_view(entry->d_name));
    ::closedir(directory);
    return found;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_FILES_HPP

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::vector<std::string> directories_of(std::string_view list) {
    std::vector<std::string> all;
    for (std::string_view rest = list; !rest.empty();) {
        auto const colon = rest.find(':');
        if (colon != 0) all.emplace_back(rest.substr(0, colon));
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
    return all;
}

/// A variable of the environment; empty if it is unset.
GLOBUS_DECL std::string variable_or_empty(char const* name) {
    char const* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

[[noreturn]] GLOBUS_DECL void refuse_variable(std::string const& name, std::string const& value, char const* why) {
    throw UsageError(name + " of the environment names " + value + ", which cannot be read: " + why);
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL CurlOptions CurlOptions::from_environment() {
    CurlOptions options;
    char const* const own = "CURL_CA_BUNDLE";
    options.ca_file = detail::variable_or_empty(own);
    bool const is_own = !options.ca_file.empty();
    if (!is_own) options.ca_file = detail::variable_or_empty("SSL_CERT_FILE");
    if (!options.ca_file.empty())
        if (char const* const why = detail::why_unreadable(options.ca_file, false))
            detail::refuse_variable(is_own ? own : "SSL_CERT_FILE", options.ca_file, why);
    if (is_own) return options;
    std::string const list = detail::variable_or_empty("SSL_CERT_DIR");
    char const* why = nullptr;
    for (std::string const& directory : detail::directories_of(list)) {
        char const* const wrong = detail::why_unreadable(directory, true);
        if (wrong != nullptr)
            why = wrong;
        else
            options.ca_path.append(options.ca_path.empty() ? "" : ":").append(directory);
    }
    if (options.ca_path.empty() && why != nullptr) detail::refuse_variable("SSL_CERT_DIR", list, why);
    return options;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_CURL_OPTIONS_IPP
#ifndef GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP

#ifndef GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#define GLOBUS_CORE_PLATFORM_SIGPIPE_HPP

#include <signal.h>

namespace globus::detail {

/// A guard that keeps SIGPIPE from the calling thread, since OpenSSL writes without MSG_NOSIGNAL.
class SigpipeGuard {
public:
    explicit SigpipeGuard(bool needed);
    SigpipeGuard(SigpipeGuard const&) = delete;
    SigpipeGuard& operator=(SigpipeGuard const&) = delete;
    ~SigpipeGuard();

private:
    bool needed_;
    bool was_pending_ = false;
    sigset_t pipe_{};
    sigset_t before_{};
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SIGPIPE_HPP
#ifndef GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
#define GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace globus::detail {

/**
 * What wakes a handle of a library from its wait, a pair of sockets or a pipe. Many versions of libcurl leave it to
 * child processes, and none tells its numbers (https://github.com/curl/curl/issues/13618). So a random number of bytes
 * is sent through, and the ends are those that hold exactly that many, among all that were not there before the handle:
 * other threads open, write and close files meanwhile, which must not be changed.
 *
 * Linux is asked by plain system calls: a number whose file another thread may be closing is not a data race.
 */
class WakeUpFiles {
public:
    /// It must be made before the handle.
    WakeUpFiles();
    /// @param wake  sends one byte through, as curl_multi_wakeup does
    template <class Wake>
    void keep_from_children(Wake const& wake) {
        std::size_t const end = std::max(first_ + others_.size(), first_free() + around);
        others_.resize(end - first_);
        struct Candidate {
            std::size_t file;
            int of_one;  ///< how much waits after one byte: a socket counts the memory that it takes
        };
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i != others_.size(); ++i)
            if (!others_[i] && is_inherited(first_ + i) && waiting(first_ + i) == 0)
                candidates.push_back({first_ + i, 0});
        wake();
        for (Candidate& one : candidates) one.of_one = waiting(one.file);
        int sent = 1;
        std::random_device random;
        for (int turn = 0; turn != 2; ++turn) {
            for (auto more = random() % 16 + 1; more != 0; --more, ++sent) wake();
            std::erase_if(candidates, [&](Candidate const& one) {
                return one.of_one == 0 || waiting(one.file) != sent * one.of_one;
            });
        }
        for (Candidate const& one : candidates) keep(one.file);
    }

private:
    static constexpr std::size_t around = 64;  ///< how many numbers other threads may take or close meanwhile

    static std::size_t first_free();
    /// True for a local socket or a pipe that child processes inherit.
    static bool is_inherited(std::size_t file);
    /// How much waits to be read, here or, as only Linux tells, at the other end.
    static int waiting(std::size_t file);
    /// Child processes do not inherit it from now on.
    static void keep(std::size_t file);

    std::size_t first_ = 0;
    std::vector<bool> others_;  ///< from that number on: what child processes inherit and was there before
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_WAKE_UP_FILES_HPP
// Before the guard: header-only, what this header includes ends with the bodies that need what is declared here.

#ifndef GLOBUS_HTTP_CURL_EXCHANGE_HPP
#define GLOBUS_HTTP_CURL_EXCHANGE_HPP

#ifndef GLOBUS_HTTP_PROXY_HPP
#define GLOBUS_HTTP_PROXY_HPP

namespace globus::http {

/// What the URL of a proxy says, except its credentials.
struct Proxy {
    bool over_tls = false;  ///< https: the connection to the proxy is encrypted, too
    bool loopback = false;  ///< it is on this machine
};

/**
 * Reads the URL of a proxy: [http|https|socks4|socks4a|socks5|socks5h://][USER:PASSWORD@]HOST[:PORT].
 *
 * @throws UsageError  for anything else. Its message has nothing of the text, which may contain a password.
 */
Proxy parse_proxy(Secret const& text);

}  // namespace globus::http

#endif  // GLOBUS_HTTP_PROXY_HPP

#include <curl/curl.h>
#if LIBCURL_VERSION_NUM < 0x074400
#error "globus needs libcurl 7.68 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

// One exchange over libcurl, whoever drives it: how a request is set, and how its answer is read. For the bodies of
// transports only.

// Asks libcurl to tell when it is about to write the request itself, which versions before 7.80 cannot.
#if LIBCURL_VERSION_NUM >= 0x075000 && !defined(GLOBUS_DETAIL_NO_CURL_PREREQ)
#define GLOBUS_DETAIL_CURL_PREREQ
#endif

namespace globus::detail {

/// The options of a transport, and what follows from them.
struct CurlSettings {
    /// @throws UsageError  for options that cannot be used
    explicit CurlSettings(CurlOptions o);

    static void check_readable(std::string const& option, std::string const& path, bool directory);

    /// The hashed directory of certificates that libcurl was built with, if it has one; 7.70 and newer tell.
    static std::string hashed_directory();

    /// What CURLOPT_PROXY is for a host: null leaves it to the environment, "" is none.
    [[nodiscard]] char const* proxy_for(std::string_view host) const;

    /// True if OpenSSL may write to the socket of a request, which it does without MSG_NOSIGNAL.
    [[nodiscard]] bool uses_tls(http::Request const& request) const;

    /// The codings that libcurl can unpack, as a request names them.
    static std::string known_codings();

    CurlOptions const options;
    std::string const codings = known_codings();
    http::Proxy proxy;  ///< of the options
    std::string default_ca_path;
};

/// An easy handle, and what is set in it.
struct CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    CurlHandle();
    CurlHandle(CurlHandle const&) = delete;
    CurlHandle& operator=(CurlHandle const&) = delete;
    ~CurlHandle();

    CURL* const easy;
    curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
    http::Headers headers;              ///< that it was made of
    Secret authorization;               ///< likewise
    char words[CURL_ERROR_SIZE] = {};   ///< libcurl's own, about what went wrong
    std::string origin;                 ///< of the last request, whose proxy setting still holds
    bool prepared = false;
    bool usable = true;      ///< false: its options are half set, it must not be used again
    bool plain_get = false;  ///< the last request was a GET without a body
    bool fresh_connection = false;
    bool decode = false;
    bool bulk = false;  ///< it has large buffers
};

/**
 * One request and its answer. Whoever drives it prepares the handle, runs it, and asks for the result:
 *
 *     CurlExchange::check(request);
 *     exchange.prepare();
 *     ...                        // the easy handle is run to its end, or removed after `stop`
 *     return exchange.result(code);
 */
class CurlExchange {
public:
    /// Why a driver, or the exchange itself, ended the transfer.
    enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers, codings };

    /// All of them must live as long as this.
    CurlExchange(CurlSettings const& settings, CurlHandle& handle, http::Request const& request)
        : settings_(settings), handle_(handle), easy_(handle.easy), request_(request) {}
    CurlExchange(CurlExchange const&) = delete;
    CurlExchange& operator=(CurlExchange const&) = delete;

    /// @throws NetworkError  if a request was cancelled or its deadline has passed, before anything of it was sent
    static void check(http::Request const& request);
    /// Sets the easy handle for the request. @throws NetworkError, UsageError  for what cannot be sent
    void prepare();
    /// Has libcurl ask, whenever something comes, whether `is_padded`; a driver that asks itself need not.
    void watch_padding();

    /// True if the deadline of the request applies now.
    [[nodiscard]] bool is_timed() const noexcept {
        return request_.deadline != http::Clock::time_point::max() && !(request_.flows && flowing_);
    }
    /// True if far more bytes come than are unpacked from them: such a body could go on without end.
    [[nodiscard]] bool is_padded() const;

    /// Says why the driver ends the transfer before libcurl does.
    void stop(Stopped why) noexcept { stopped_ = why; }
    /// The answer, once libcurl has ended with `code` or the driver has stopped; before the easy handle is used again.
    /// @throws NetworkError, what a callback of the request threw
    http::Response result(CURLcode code);

private:
    /// Where in the head of an answer the next line is.
    enum class Part : unsigned char { status_line, fields, body };

    template <class V>
    void set(CURLoption option, V value) {
        if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
            throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
    }

    /// Sets what is the same for every request of the transport; it is called once for each handle.
    void prepare_once();

    /// Sets whose certificates are trusted: those of the service, and those of a proxy that is reached by https.
    void prepare_trust();

    void prepare_body();

    void prepare_headers();

    [[nodiscard]] std::string about(std::string_view what) const;

    [[noreturn]] void fail(CURLcode code) const;

    /// Throws if a proxy did not let the request through. The codes of libcurl do not tell: a CONNECT that is refused
    /// is CURLE_RECV_ERROR in some versions and CURLE_COULDNT_CONNECT in others.
    void fail_at_proxy() const;

    static NetworkError::Kind kind_of(CURLcode code);

    /// What libcurl says about this failure, or else about its code. It quotes the URL of a proxy that it cannot use,
    /// with a password if there is one: such a quotation is left out, as are words that may have a URL in them.
    [[nodiscard]] std::string words(CURLcode code) const;

    // What libcurl calls. No exception may pass through it: they are kept, and thrown by result().

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    static int on_request(void* self, char*, char*, int, int) noexcept {
        static_cast<CurlExchange*>(self)->sent_ = NetworkError::Sent::yes;
        return CURL_PREREQFUNC_OK;
    }
#endif
    static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
    static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept;

    std::size_t take_body(std::string_view piece) noexcept;

    /// Heeds the length that an answer says it has. It is a claim: it ends the transfer if it is too large, and gets
    /// memory in advance up to what most answers need.
    void make_room();

    std::size_t take_header(std::string_view line) noexcept;
    void read_status_line(std::string_view line);
    void read_field(std::string_view line);
    /// Called when the fields are complete: it forgets those of a 1xx, and of an answer that is unpacked those that
    /// describe the packed one.
    void end_head();

    CurlSettings const& settings_;
    CurlHandle& handle_;
    CURL* const easy_;
    http::Request const& request_;
    http::Response response_;
    std::size_t header_bytes_ = 0;
    int informational_ = 0;
    Part part_ = Part::status_line;
    std::uint64_t unpacked_ = 0;  ///< bytes of the body that came out so far
    bool decode_ = false;         ///< the answer is unpacked
    bool packed_ = false;         ///< it came with a coding
    bool body_began_ = false;
    bool flowing_ = false;  ///< the body of a success came, or a source has given something
    Stopped stopped_ = Stopped::no;
    NetworkError::Sent sent_ = NetworkError::Sent::no;
    std::exception_ptr thrown_;
};

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_CURL_EXCHANGE_HPP

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace globus {

/// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
struct CurlTransport::Handle : detail::CurlHandle {
    /// @throws NetworkError  local, if libcurl gives none
    Handle();
    ~Handle();

    CURLM* multi;
    std::thread::id thread;  ///< that used it last
};

struct CurlTransport::Pool {
    explicit Pool(CurlOptions options) : settings(std::move(options)) {}

    detail::CurlSettings const settings;
    std::mutex mutex;
    std::vector<std::unique_ptr<Handle>> idle;
};

/// A handle of the pool for the time of one exchange.
struct CurlTransport::Lease {
    explicit Lease(Pool& p);
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease();
    Pool& pool;
    std::unique_ptr<Handle> handle;
};

struct CurlTransport::Wake {
    CURLM* multi;
    void operator()() const noexcept { curl_multi_wakeup(multi); }
};

GLOBUS_DECL CurlTransport::CurlTransport() : CurlTransport(CurlOptions{}) {}

GLOBUS_DECL CurlTransport::CurlTransport(CurlOptions options) : pool_(std::in_place, std::move(options)) {}

GLOBUS_DECL http::Response CurlTransport::send(http::Request const& request) const {
    Pool& pool = *pool_;
    Lease lease(pool);
    detail::CurlExchange::check(request);
    detail::CurlExchange exchange(pool.settings, *lease.handle, request);
    exchange.prepare();
    detail::SigpipeGuard const guard(pool.settings.uses_tls(request));
    return exchange.result(static_cast<CURLcode>(drive(*lease.handle, exchange, request)));
}

GLOBUS_DECL CurlTransport::Handle::Handle() : multi(curl_multi_init()) {
    if (multi == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
}

GLOBUS_DECL CurlTransport::Handle::~Handle() { curl_multi_cleanup(multi); }

GLOBUS_DECL CurlTransport::Lease::Lease(Pool& p) : pool(p) {
    {
        std::lock_guard const lock(pool.mutex);
        if (!pool.idle.empty()) {
            // The handle that this thread used last is preferred, since the memory of its connection is near.
            auto const self = std::this_thread::get_id();
            auto found = std::find_if(pool.idle.rbegin(), pool.idle.rend(),
                                      [&](auto const& idle) { return idle->thread == self; });
            if (found == pool.idle.rend()) found = pool.idle.rbegin();
            handle = std::move(*found);
            *found = std::move(pool.idle.back());
            pool.idle.pop_back();
        }
    }
    if (handle) return;
    detail::WakeUpFiles files;
    handle = std::make_unique<Handle>();
    files.keep_from_children([&] { curl_multi_wakeup(handle->multi); });
}

GLOBUS_DECL CurlTransport::Lease::~Lease() {
    handle->thread = std::this_thread::get_id();
    std::lock_guard const lock(pool.mutex);
    if (!handle->usable || pool.idle.size() >= pool.settings.options.max_idle_handles) return;
    try {
        pool.idle.push_back(std::move(handle));
    } catch (...) {  // there is no memory for the list, so the handle is destroyed
        handle.reset();
    }
}

GLOBUS_DECL int CurlTransport::drive(Handle& handle, detail::CurlExchange& exchange, http::Request const& request) {
    using Stopped = detail::CurlExchange::Stopped;
    CURLM* const multi = handle.multi;
    if (curl_multi_add_handle(multi, handle.easy) != CURLM_OK) return CURLE_FAILED_INIT;
    std::optional<std::stop_callback<Wake>> wake;
    if (request.stop.stop_possible()) wake.emplace(request.stop, Wake{multi});
    CURLcode code = CURLE_OK;
    int running = 1;
    while (true) {
        if (curl_multi_perform(multi, &running) != CURLM_OK) {
            code = CURLE_FAILED_INIT;
            break;
        }
        if (running == 0) {
            int left = 0;
            while (CURLMsg const* message = curl_multi_info_read(multi, &left))
                if (message->msg == CURLMSG_DONE) code = message->data.result;
            break;
        }
        if (request.stop.stop_requested()) {
            exchange.stop(Stopped::cancelled);
            break;
        }
        int wait = 1000;
        if (exchange.is_padded()) {
            exchange.stop(Stopped::too_large);
            break;
        }
        if (exchange.is_timed()) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(request.deadline - http::Clock::now());
            if (left.count() <= 0) {
                exchange.stop(Stopped::deadline);
                break;
            }
            wait = static_cast<int>(std::min<std::chrono::milliseconds::rep>(wait, left.count()));
        }
        if (curl_multi_poll(multi, nullptr, 0, wait, nullptr) != CURLM_OK) {
            code = CURLE_FAILED_INIT;
            break;
        }
    }
    wake.reset();
    curl_multi_remove_handle(multi, handle.easy);
    return code;
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL CurlTransport default_transport(TransportType<CurlTransport>, std::chrono::seconds idle_timeout) {
    CurlOptions options;
    options.idle_timeout = idle_timeout;
    return CurlTransport(std::move(options));
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CURL_TRANSPORT_IPP
#ifndef GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
#define GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

struct MockTransport::State {
    std::mutex mutex;
    std::deque<Handler> script;
    std::deque<http::Request> requests;
    Handler otherwise;
    std::size_t piece_size = std::numeric_limits<std::size_t>::max();
};

namespace detail {

/// True if the path of a URL ends in what a path template stands for. A `{name}` is one segment, or none.
GLOBUS_DECL bool path_fits(std::string_view path, std::string_view pattern) {
    std::size_t const at = path.rfind('/'), pattern_at = pattern.rfind('/');
    if (pattern_at == std::string_view::npos) return path.ends_with(pattern);
    std::string_view const left = pattern.substr(0, pattern_at);
    bool const is_name = pattern.substr(pattern_at + 1).starts_with('{');
    if (is_name && path_fits(path, left)) return true;
    if (at == std::string_view::npos || (!is_name && path.substr(at) != pattern.substr(pattern_at))) return false;
    return path_fits(path.substr(0, at), left);
}

/// Reads the source of a request to its end. @throws UsageError  if it does not give as many bytes as it said
GLOBUS_DECL std::string read_source(http::Request const& request) {
    std::string body;
    char buffer[16384];
    while (std::size_t const given = request.source(buffer, sizeof buffer)) {
        if (given > sizeof buffer) throw UsageError("the source of a request gave more bytes than it was asked for");
        body.append(buffer, given);
    }
    if (request.source_size && *request.source_size != body.size())
        throw UsageError("the source of a request gave " + std::to_string(body.size()) + " bytes, and not " +
                         std::to_string(*request.source_size));
    return body;
}

/// Gives the body of an answer to the sink of its request, in pieces.
GLOBUS_DECL void feed_sink(http::Request const& request, std::string_view body, std::size_t piece_size) {
    for (; !body.empty(); body.remove_prefix(std::min(piece_size, body.size()))) {
        if (request.stop.stop_requested())
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the call was cancelled");
        if (!request.sink(body.substr(0, piece_size)))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes, "the sink ended the transfer");
    }
}

}  // namespace detail

GLOBUS_DECL MockTransport::Requests::Requests(std::vector<Request const*> record) : recorded_(std::move(record)) {
    reserve(recorded_.size());
    for (Request const* const request : recorded_) push_back(*request);
}

GLOBUS_DECL MockTransport::MockTransport() : state_(std::in_place) {}

GLOBUS_DECL MockTransport& MockTransport::reply(int status, std::string body, http::Headers headers) {
    if (headers.find("Content-Type") == nullptr && !body.empty()) headers.add("Content-Type", "application/json");
    return reply(
        http::Response{.status = status, .reason = {}, .headers = std::move(headers), .body = std::move(body)});
}

GLOBUS_DECL MockTransport& MockTransport::reply(http::Response response) {
    return reply([response = std::move(response)](http::Request const&) { return response; });
}

GLOBUS_DECL MockTransport& MockTransport::reply(Handler handler) {
    std::lock_guard const lock(state_->mutex);
    state_->script.push_back(std::move(handler));
    return *this;
}

GLOBUS_DECL MockTransport& MockTransport::answer(http::Method method, std::string_view path, http::Response response) {
    response.headers.add("Content-Type", "application/json");
    return reply([method, path = std::string(path), response = std::move(response)](http::Request const& request) {
        std::string_view const url = std::string_view(request.url).substr(0, request.url.find('?'));
        if (request.method != method || !detail::path_fits(url, path))
            throw UsageError("MockTransport was to answer " + std::string(to_string(method)) + ' ' + path +
                             " next, but the request is " + http::describe(request));
        return response;
    });
}

GLOBUS_DECL MockTransport& MockTransport::piece_size(std::size_t bytes) {
    if (bytes == 0) throw UsageError("MockTransport: the pieces for a sink need at least one byte");
    std::lock_guard const lock(state_->mutex);
    state_->piece_size = bytes;
    return *this;
}

GLOBUS_DECL MockTransport& MockTransport::fail(NetworkError error) {
    return reply([error = std::move(error)](http::Request const&) -> http::Response { throw error; });
}

GLOBUS_DECL MockTransport& MockTransport::otherwise(Handler handler) {
    std::lock_guard const lock(state_->mutex);
    state_->otherwise = std::move(handler);
    return *this;
}

GLOBUS_DECL MockTransport::Requests MockTransport::requests() const {
    std::lock_guard const lock(state_->mutex);
    std::vector<http::Request const*> record;
    for (http::Request const& request : state_->requests) record.push_back(&request);
    return Requests(std::move(record));
}

GLOBUS_DECL std::size_t MockTransport::request_count() const {
    std::lock_guard const lock(state_->mutex);
    return state_->requests.size();
}

GLOBUS_DECL std::size_t MockTransport::left() const {
    std::lock_guard const lock(state_->mutex);
    return state_->script.size();
}

GLOBUS_DECL void MockTransport::clear() {
    std::lock_guard const lock(state_->mutex);
    state_->script.clear();
    state_->requests.clear();
}

GLOBUS_DECL http::Response MockTransport::send(http::Request const& request) const {
    if (request.stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
    if (http::Clock::now() >= request.deadline)
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no, "the deadline of the call passed");
    http::Request received = request;
    if (received.source) {
        received.body = detail::read_source(request);
        received.has_body = true;
        received.source = nullptr;
    }
    Handler handler;
    std::size_t piece_size;
    {
        std::lock_guard const lock(state_->mutex);
        piece_size = state_->piece_size;
        state_->requests.push_back(received);
        if (!received.authorization.empty())
            state_->requests.back().headers.set("Authorization", received.authorization.reveal());
        if (!state_->script.empty()) {
            handler = std::move(state_->script.front());
            state_->script.pop_front();
        } else {
            handler = state_->otherwise;
        }
    }
    if (!handler)
        throw UsageError("MockTransport has no answer left for " + std::string(to_string(request.method)) + ' ' +
                         request.url);
    http::Response response = handler(received);
    if (!request.sink && response.body.size() > request.max_response_bytes)
        throw NetworkError(NetworkError::Kind::too_large, NetworkError::Sent::yes,
                           http::describe(request) + ": the answer is larger than " +
                               std::to_string(request.max_response_bytes) + " bytes");
    if (request.on_head && !response.body.empty()) request.on_head(response);
    if (request.sink && response.status >= 200 && response.status < 300) {
        detail::feed_sink(request, response.body, piece_size);
        response.body.clear();
    }
    return response;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_IMPL_MOCK_TRANSPORT_IPP
#ifndef GLOBUS_CLIENT_IMPL_POLLING_IPP
#define GLOBUS_CLIENT_IMPL_POLLING_IPP

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL bool may_pass(Error const& error) {
    if (auto const* network = dynamic_cast<NetworkError const*>(&error)) {
        using Kind = NetworkError::Kind;
        Kind const kind = network->kind();
        return kind == Kind::timeout || kind == Kind::resolve || kind == Kind::connect || kind == Kind::interrupted ||
               kind == Kind::protocol;
    }
    if (auto const* api = dynamic_cast<ApiError const*>(&error)) {
        int const status = api->http_status();
        return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
    }
    return dynamic_cast<DecodeError const*>(&error) != nullptr;
}

GLOBUS_DECL PollingPlan::PollingPlan(std::string_view name, Polling const& polling)
    : timeout_(std::min<Seconds>(polling.timeout, std::chrono::hours(24 * 365))),
      longest_(polling.polling_interval),
      pause_(std::min(polling.first_interval, polling.polling_interval)),
      jitter_(polling.jitter) {
    auto const check = [&](bool right, char const* what) {
        if (!right) throw UsageError(std::string(name) + ": the " + what);
    };
    // The conditions are written so that NaN is refused, too.
    constexpr Seconds least{0.01};
    check(timeout_ >= least, "timeout must be at least 10 ms");
    check(longest_ >= least, "polling_interval must be at least 10 ms");
    check(pause_ >= least, "first_interval must be at least 10 ms");
    check(jitter_ >= 0 && jitter_ < 1, "jitter must be at least 0 and less than 1");
    longest_ = std::min(longest_, timeout_);
    pause_ = std::min(pause_, longest_);
}

GLOBUS_DECL std::optional<PollingPlan::Look> PollingPlan::next(Seconds elapsed) {
    Seconds const left = timeout_ - planned_;
    // A look that took long does not shift the plan, and those that it made impossible are left out.
    do planned_ += pause_;
    while (planned_ <= elapsed);
    if (planned_ > timeout_) {
        if (left < pause_ / 2 || elapsed >= timeout_) return std::nullopt;
        planned_ = timeout_;
    }
    bool const last = planned_ + pause_ > timeout_;  // it comes in time, but no earlier
    Look const look{last ? planned_ : planned_ - pause_ * jitter_, planned_};
    pause_ = std::min(pause_ * 1.5, longest_);
    return look;
}

GLOBUS_DECL Looks::Looks(std::string_view name, CallGate::Pass const& gate, Polling polling, CallOptions options,
                         CallGate::Wait gate_waits)
    : name_(name),
      call_(gate, options.stop, gate_waits),
      options_(std::move(options)),
      sleep_(std::move(polling.sleep)),
      plan_(name, polling) {
    // A look that is under way when the time is over gets a few seconds more.
    options_.deadline = std::min(options_.deadline.value_or(http::Clock::time_point::max()),
                                 http::later(plan_.timeout() + Seconds(10), start_));
    options_.stop = call_.stop();
}

GLOBUS_DECL void Looks::looked() noexcept {
    seen_ = true;
    failure_ = nullptr;
}

GLOBUS_DECL void Looks::failed(Error const& error) {
    if (!may_pass(error)) throw;
    if (!seen_) failure_ = std::current_exception();
}

GLOBUS_DECL std::optional<Looks::Seconds> Looks::next() {
    auto const look = plan_.next(elapsed());
    if (look && http::later(look->latest, start_) < *options_.deadline)
        return look->latest - (look->latest - look->earliest) * random_unit();
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
}

GLOBUS_DECL std::optional<http::Clock::time_point> Looks::next_look() {
    auto const at = next();
    return at ? std::optional(http::later(*at, start_)) : std::nullopt;
}

GLOBUS_DECL void Looks::end_cancelled() const {
    throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, std::string(name_) + " was cancelled");
}

GLOBUS_DECL bool Looks::wait() {
    auto const at = next();
    if (!at) return false;
    if (!sleep_until(*at)) end_cancelled();
    return true;
}

GLOBUS_DECL bool Looks::sleep_until(Seconds until) {
    if (!sleep_) return http::wait_until(http::later(until, start_), options_.stop);
    Seconds const length = std::max(Seconds(0), until - slept_);
    slept_ += length;
    bool waited = true;
    call_.run_callback([&] { waited = sleep_(length); });
    return waited && !options_.stop.stop_requested();
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_POLLING_IPP
#ifndef GLOBUS_CORE_IMPL_CRYPTO_IPP
#define GLOBUS_CORE_IMPL_CRYPTO_IPP

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "globus needs OpenSSL 3.0 or newer: name the directory of its headers with -I, and that of its library with -L"
#include GLOBUS_DETAIL_STOP
#endif
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <climits>
#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

GLOBUS_DECL std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

GLOBUS_DECL std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (count > INT_MAX || RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw Error("the system's random generator failed");
    return bytes;
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL std::string random_uuid() {
    constexpr char digits[] = "0123456789abcdef";
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        auto const byte = static_cast<unsigned char>(bytes[i]);
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_CRYPTO_IPP
#ifndef GLOBUS_OAUTH_IMPL_ERRORS_IPP
#define GLOBUS_OAUTH_IMPL_ERRORS_IPP

#include <string_view>

namespace globus {

GLOBUS_DECL std::string_view AuthApiError::oauth_error_description() const noexcept {
    return document_text("error_description");
}

GLOBUS_DECL void AuthApiError::take_error_id(Reading& reading) {
    boost::json::value const* only = nullptr;
    for (SubError const& sub : reading.errors) {
        auto const* id = sub.raw.if_contains("id");
        if (id == nullptr || id->is_null()) continue;
        if (only != nullptr && *only != *id) return;
        only = id;
    }
    if (only != nullptr && only->is_string()) reading.request_id = only->get_string();
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_ERRORS_IPP
#ifndef GLOBUS_OAUTH_IMPL_SCOPE_IPP
#define GLOBUS_OAUTH_IMPL_SCOPE_IPP

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// What a text says about scopes, by their names: which ones stand at the top, and what each depends on.
class Scope::Graph {
public:
    explicit Graph(std::string_view text);

    [[nodiscard]] std::vector<Scope> trees();

private:
    struct Needs {
        bool needed = false;
        bool optional = false;
    };

    void add(std::string_view parent, std::string_view name, bool optional);
    Scope tree(std::string_view name, bool optional, std::size_t depth);
    static void sort(std::vector<Scope>& scopes);

    std::map<std::string_view, std::map<std::string_view, Needs>> edges_;
    std::vector<std::size_t> members_;  ///< of each open bracket
    std::vector<std::string_view> path_;
    std::size_t read_ = 0;
    std::size_t made_ = 0;
    std::size_t written_ = 0;
    bool closed_ = false;
};

GLOBUS_DECL std::vector<Scope> Scope::parse(std::string_view text) { return Graph(text).trees(); }

GLOBUS_DECL Scope::Scope(std::string scope_string) : scope_string_(std::move(scope_string)) { check(scope_string_); }

GLOBUS_DECL Scope Scope::parse_one(std::string_view text) {
    std::vector<Scope> scopes = parse(text);
    if (scopes.size() != 1)
        throw ScopeError("the text has " + std::to_string(scopes.size()) + " scopes where one is wanted");
    return std::move(scopes.front());
}

GLOBUS_DECL std::string Scope::join(std::vector<Scope> const& scopes) {
    std::string out;
    for (Scope const& scope : scopes) {
        if (!out.empty()) out += ' ';
        scope.append_to(out);
    }
    return out;
}

GLOBUS_DECL std::vector<Scope> Scope::merge(std::vector<Scope> const& a, std::vector<Scope> const& b) {
    return parse(join(a) + ' ' + join(b));
}

GLOBUS_DECL Scope Scope::with_dependency(Scope dependency) const {
    Scope copy = *this;
    copy.dependencies_.push_back(std::move(dependency));
    return copy;
}

GLOBUS_DECL Scope Scope::with_optional(bool optional) const {
    Scope copy = *this;
    copy.optional_ = optional;
    return copy;
}

GLOBUS_DECL bool Scope::contains(Scope const& other) const {
    if (scope_string_ != other.scope_string_ || (optional_ && !other.optional_)) return false;
    return std::all_of(other.dependencies_.begin(), other.dependencies_.end(), [&](Scope const& wanted) {
        return std::any_of(dependencies_.begin(), dependencies_.end(),
                           [&](Scope const& own) { return own.contains(wanted); });
    });
}

GLOBUS_DECL std::string Scope::text() const {
    std::string out;
    append_to(out);
    return out;
}

GLOBUS_DECL void Scope::check(std::string_view text) {
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '[' || c == ']' || c == '*')
            throw ScopeError(
                "a scope has a character that it may not have; for several scopes, marks and "
                "dependencies use Scope::parse");
    }
}

GLOBUS_DECL void Scope::append_to(std::string& out) const {
    if (optional_) out += '*';
    out += scope_string_;
    if (dependencies_.empty()) return;
    char separator = '[';
    for (Scope const& dependency : dependencies_) {
        out += std::exchange(separator, ' ');
        dependency.append_to(out);
    }
    out += ']';
}

GLOBUS_DECL Scope::Graph::Graph(std::string_view text) {
    if (text.size() > longest) throw ScopeError("the text of the scopes is too long");
    std::vector<std::string_view> open;  // the scopes whose brackets are open
    std::string_view last;               // the scope that a '[' would belong to
    bool marked = false;
    for (std::size_t i = 0; i != text.size();) {
        char const c = text[i];
        if (c == ' ') {
            if (marked) throw ScopeError("a scope must follow the mark '*' at once");
            if (i + 1 != text.size() && text[i + 1] == '[') throw ScopeError("a '[' has a blank before it");
            last = {};
            ++i;
        } else if (c == '*') {
            if (marked) throw ScopeError("a scope must follow the mark '*' at once");
            if (closed_) throw ScopeError("a ']' is followed by something else than a blank or ']'");
            marked = true;
            last = {};
            ++i;
        } else if (c == '[') {
            if (marked || last.empty() || closed_) throw ScopeError("a '[' has no scope before it");
            if (open.size() == deepest) throw ScopeError("the scopes are nested too deeply");
            open.push_back(last);
            members_.push_back(0);
            last = {};
            ++i;
        } else if (c == ']') {
            if (marked) throw ScopeError("a scope must follow the mark '*' at once");
            if (open.empty()) throw ScopeError("a ']' has no '[' before it");
            if (members_.back() == 0) throw ScopeError("there are empty brackets");
            open.pop_back();
            members_.pop_back();
            last = {};
            ++i;
        } else {
            if (closed_) throw ScopeError("a ']' is followed by something else than a blank or ']'");
            std::size_t const end = std::min(text.find_first_of(" []*", i), text.size());
            last = text.substr(i, end - i);
            check(last);
            if (++read_ > most) throw ScopeError("the text has too many scopes");
            add(open.empty() ? std::string_view{} : open.back(), last, marked);
            if (!members_.empty()) ++members_.back();
            marked = false;
            i = end;
        }
        closed_ = c == ']';
    }
    if (marked) throw ScopeError("the text ends in a mark '*'");
    if (!open.empty()) throw ScopeError("a '[' has no ']' behind it");
}

GLOBUS_DECL std::vector<Scope> Scope::Graph::trees() {
    std::vector<Scope> top;
    for (auto const& [name, needs] : edges_[{}]) {
        // At the top a scope stays beside the same scope marked optional.
        if (needs.needed) top.push_back(tree(name, false, 0));
        if (needs.optional) top.push_back(tree(name, true, 0));
    }
    sort(top);
    return top;
}

GLOBUS_DECL void Scope::Graph::add(std::string_view parent, std::string_view name, bool optional) {
    Needs& needs = edges_[parent][name];
    (optional ? needs.optional : needs.needed) = true;
}

GLOBUS_DECL Scope Scope::Graph::tree(std::string_view name, bool optional, std::size_t depth) {
    if (depth > deepest || ++made_ > most) throw ScopeError("the scopes depend on one another too deeply or too often");
    auto const below = edges_.find(name);
    written_ += name.size() + 1 + (optional ? 1 : 0) + (below != edges_.end() ? 1 : 0);  // with blank, mark, bracket
    if (written_ > longest + 1) throw ScopeError("the text of the scopes with all that they depend on is too long");
    for (std::string_view const above : path_)
        if (above == name) throw ScopeError("the scope " + std::string(name) + " depends on itself");
    Scope scope(name);
    scope.optional_ = optional;
    path_.push_back(name);
    if (below != edges_.end())
        for (auto const& [child, needs] : below->second)
            scope.dependencies_.push_back(tree(child, !needs.needed, depth + 1));
    path_.pop_back();
    sort(scope.dependencies_);
    return scope;
}

GLOBUS_DECL void Scope::Graph::sort(std::vector<Scope>& scopes) {
    std::vector<std::pair<std::string, Scope*>> order;  // each text is made once
    for (Scope& scope : scopes) order.emplace_back(scope.text(), &scope);
    std::sort(order.begin(), order.end());
    std::vector<Scope> sorted;
    for (auto const& [text, scope] : order) sorted.push_back(std::move(*scope));
    scopes = std::move(sorted);
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_SCOPE_IPP
#ifndef GLOBUS_OAUTH_IMPL_SCOPES_IPP
#define GLOBUS_OAUTH_IMPL_SCOPES_IPP

#include <algorithm>
#include <cstddef>
#include <string>

namespace globus {

GLOBUS_DECL std::string GcsEndpointScopes::manage_collections() const {
    return "urn:globus:auth:scope:" + id_ + ":manage_collections";
}

GLOBUS_DECL std::string SpecificFlowScopes::user() const {
    std::string name = id_;
    std::replace(name.begin(), name.end(), '-', '_');
    return "https://auth.globus.org/scopes/" + id_ + "/flow_" + name + "_user";
}

}  // namespace globus

namespace globus::detail {

/// @throws UsageError  for a text that is no UUID: it would be a scope that nobody has
GLOBUS_DECL void check_uuids(char const* name, StringList const& ids) {
    for (std::size_t i = 0; i != ids.size(); ++i)
        if (!is_uuid(ids[i]))
            throw UsageError(std::string(name) + '[' + std::to_string(i) + "] is not a UUID: give the ids themselves");
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL Scope transfer_scope_with_data_access(StringList const& collection_ids) {
    detail::check_uuids("collection_ids", collection_ids);
    Scope scope(TransferScopes::all);
    for (std::string const& id : collection_ids)
        scope = scope.with_dependency(Scope(GcsCollectionScopes(id).data_access()).with_optional());
    return scope;
}

GLOBUS_DECL Scope flow_scope_with_data_access(SpecificFlowScopes const& flow, StringList const& collection_ids) {
    return Scope(flow.user()).with_dependency(transfer_scope_with_data_access(collection_ids).with_optional());
}

GLOBUS_DECL Scope timers_scope_with_data_access(StringList const& collection_ids) {
    return Scope(TimersScopes::timer).with_dependency(transfer_scope_with_data_access(collection_ids));
}

GLOBUS_DECL Scope timers_scope_with_flows(StringList const& flow_ids) {
    detail::check_uuids("flow_ids", flow_ids);
    Scope scope(TimersScopes::timer);
    for (std::string const& id : flow_ids) scope = scope.with_dependency(Scope(SpecificFlowScopes(id).user()));
    return scope;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_SCOPES_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP

#include <string>

namespace globus {

GLOBUS_DECL std::string submission_id(Error const& error) {
    auto const* submission = dynamic_cast<SubmissionError const*>(&error);
    return submission != nullptr ? submission->submission_id() : std::string();
}

}  // namespace globus

namespace globus::detail {

GLOBUS_DECL bool is_endpoint_error(ApiError const& error) { return is_endpoint_code(error.code()); }

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ERRORS_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void check_id(std::string_view member, std::string_view id) {
    if (id.empty())
        throw UsageError(std::string(member) + " is empty: give the id of a collection, endpoint or access point");
}

/// @throws UsageError  for a label that Transfer does not take
GLOBUS_DECL void check_label(Optional<std::string> const& label) {
    constexpr std::size_t longest = 128;  // characters
    if (!label.has_value() || label->empty()) return;
    std::size_t characters = 0;
    for (char const c : *label) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (characters > longest)
        throw UsageError("the label has " + std::to_string(characters) + " characters: shorten it to 128");
    if (label->find_first_of("\r\n") != std::string::npos)
        throw UsageError("the label has a line break: write it in one line");
    constexpr std::string_view blank = " \t\v\f";
    if (blank.find(label->front()) != blank.npos || blank.find(label->back()) != blank.npos)
        throw UsageError("the label begins or ends with a blank: take it away");
}

}  // namespace globus::detail

namespace globus::transfer {

GLOBUS_DECL SyncLevel::SyncLevel(std::string_view name) {
    constexpr std::array<std::string_view, 4> names{"exists", "size", "mtime", "checksum"};
    for (std::size_t i = 0; i != names.size(); ++i)
        if (names[i] == name) {
            number_ = static_cast<std::int64_t>(i);
            return;
        }
    throw UsageError("the sync_level is none of exists, size, mtime and checksum");
}

GLOBUS_DECL void FilterRule::check() const {
    if (method == FilterMethod::unknown && !additional_fields.contains("method"))
        throw UsageError("the method of a filter rule is \"include\" or \"exclude\", not \"" + method.text() + '"');
    if (type && *type != "file" && *type != "dir" && !additional_fields.contains("type"))
        throw UsageError("the type of a filter rule is \"file\" or \"dir\", not \"" + type->text() + '"');
}

GLOBUS_DECL TransferData& TransferData::add_item(TransferItem item) {
    DATA.push_back(std::move(item));
    return *this;
}

GLOBUS_DECL TransferData& TransferData::add_filter_rule(FilterRule rule) {
    if (!filter_rules) filter_rules.emplace();
    filter_rules->push_back(std::move(rule));
    return *this;
}

GLOBUS_DECL void TransferData::check() const {
    auto const own = [this](std::string_view member) { return !additional_fields.contains(member); };
    if (own("source_endpoint")) globus::detail::check_id("source_endpoint", *source_endpoint);
    if (own("destination_endpoint")) globus::detail::check_id("destination_endpoint", *destination_endpoint);
    if (own("label")) globus::detail::check_label(label);
    if (sync_level && own("sync_level") && (sync_level->number() < 0 || sync_level->number() > 3))
        throw UsageError("the sync_level is " + std::to_string(sync_level->number()) +
                         ": use 0 to 3, or a name of SyncLevel");
    if (deadline && own("deadline")) globus::detail::check_time("deadline", *deadline);
    if (filter_rules && own("filter_rules"))
        for (FilterRule const& rule : *filter_rules) rule.check();
    if (DATA.empty() && own("DATA")) throw UsageError("the transfer has no items: add_item() adds one");
}

GLOBUS_DECL DeleteData& DeleteData::add_item(DeleteItem item) {
    DATA.push_back(std::move(item));
    return *this;
}

GLOBUS_DECL void DeleteData::check() const {
    auto const own = [this](std::string_view member) { return !additional_fields.contains(member); };
    if (own("endpoint")) globus::detail::check_id("endpoint", *endpoint);
    if (own("label")) globus::detail::check_label(label);
    if (deadline && own("deadline")) globus::detail::check_time("deadline", *deadline);
    if (DATA.empty() && own("DATA")) throw UsageError("the deletion has no items: add_item() adds one");
}

GLOBUS_DECL std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items) {
    if (max_items == 0) throw UsageError("split_transfer_data: max_items must be at least 1");
    std::vector<TransferItem> items = std::exchange(data.DATA, {});
    data.submission_id.reset();
    data.additional_fields.erase("submission_id");
    std::vector<TransferData> parts;
    for (std::size_t begin = 0; begin < items.size() || parts.empty(); begin += max_items) {
        std::size_t const end = begin + std::min(max_items, items.size() - begin);
        TransferData& part = parts.emplace_back(data);
        part.DATA.reserve(end - begin);
        for (std::size_t i = begin; i != end; ++i) part.DATA.push_back(std::move(items[i]));
    }
    return parts;
}

GLOBUS_DECL void CreateTunnelData::check() const {
    globus::detail::check_id("initiator_stream_access_point", *initiator_stream_access_point);
    globus::detail::check_id("listener_stream_access_point", *listener_stream_access_point);
}

GLOBUS_DECL FilterValues::FilterValues(std::initializer_list<FilterValues> several) {
    for (FilterValues const& values : several) texts_.insert(texts_.end(), values.texts_.begin(), values.texts_.end());
}

GLOBUS_DECL TransferFilter::TransferFilter(std::initializer_list<value_type> terms) {
    for (auto const& [name, values] : terms) add(name, values);
}

GLOBUS_DECL TransferFilter& TransferFilter::add(std::string const& name, FilterValues const& values) {
    if (!text_.empty()) text_ += '/';
    text_ += name + ':';
    StringList const& texts = values.texts();
    for (std::string const& text : texts) (text_ += &text == texts.data() ? "" : ",") += text;
    return *this;
}

GLOBUS_DECL std::vector<std::string> TransferFilter::query_texts() const {
    return text_.empty() ? std::vector<std::string>{} : std::vector<std::string>{text_};
}

GLOBUS_DECL std::vector<std::string> TransferFilters::query_texts() const {
    std::vector<std::string> texts;
    for (TransferFilter const& filter : *this)
        if (!filter.text().empty()) texts.push_back(filter.text());
    return texts;
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP

namespace globus::transfer {

GLOBUS_DECL bool OperationRename::already_done(ApiError const& error) {
    return error.code() == "ClientError.NotFound" || error.code() == "ExternalError.RenameFailed.NotFound";
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_FILES_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP

#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL bool parent_is_missing(TransferApiError const& error) {
    std::string_view const code = error.code();
    if (code == "ClientError.NotFound" || code == "ExternalError.MkdirFailed.NotFound") return true;
    return code.starts_with("ExternalError.MkdirFailed") &&
           error.message().find("No such file or directory") != std::string::npos;
}

GLOBUS_DECL std::string parent_directory(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    auto const slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    std::string_view parent = path.substr(0, slash);
    while (parent.ends_with('/')) parent.remove_suffix(1);
    std::string_view const name = parent.substr(parent.rfind('/') + 1);
    if (name.empty() || name.starts_with('~')) return {};  // "/", "/~" and "~user" are not made
    return std::string(parent) + '/';
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENSURE_DIRECTORY_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP

namespace globus::transfer {

GLOBUS_DECL void EndpointManagerTaskList::check() const {
    if (filter_endpoint_use.has_value() && !filter_endpoint.has_value())
        throw UsageError("endpoint_manager_task_list: filter_endpoint_use needs a filter_endpoint");
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINT_MANAGER_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP

namespace globus::transfer {

GLOBUS_DECL void SetSubscriptionId::check() const {
    if (subscription_id.is_absent())
        throw UsageError("set_subscription_id: give a subscription_id, \"DEFAULT\", or null to have none");
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_ENDPOINTS_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP

#include <string>
#include <utility>

namespace globus::transfer {

GLOBUS_DECL CreateTunnel CreateTunnel::normalized() const {
    Json json = globus::detail::json_of(data->text());
    set_submission_id(json);
    return CreateTunnel{.data = std::move(json)};
}

GLOBUS_DECL std::string CreateTunnel::set_submission_id(Json& document) {
    Json* const resource = document.is_object() ? document.as_object().if_contains("data") : nullptr;
    if (resource == nullptr || !resource->is_object())
        throw UsageError("create_tunnel: the document has no member `data`; use CreateTunnelData");
    Json& attributes = resource->as_object()["attributes"];
    if (attributes.is_null()) attributes.emplace_object();
    if (!attributes.is_object()) throw UsageError("create_tunnel: the attributes are not an object");
    Json* const found = attributes.as_object().if_contains("submission_id");
    if (found != nullptr) return found->is_string() ? std::string(found->as_string()) : std::string();
    std::string id = globus::detail::random_uuid();
    attributes.as_object()["submission_id"] = id;
    return id;
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_TUNNELS_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

[[noreturn]] GLOBUS_DECL void fail_submission_file(std::string const& path, char const* what) {
    throw Error("the submission file " + path + " cannot be " + what + ": " + std::strerror(errno));
}

GLOBUS_DECL std::string submission_digest(std::string const& json) { return hex_encode(sha256(json)); }

GLOBUS_DECL void check_same_submission(transfer::SubmissionFile const& file,
                                       transfer::SubmissionFile::Record const& record, std::string const& digest,
                                       std::string const& id) {
    if (record.digest == digest && (id.empty() || id == record.submission_id)) return;
    throw UsageError("the submission file " + file.path() + " belongs to another submission, " +
                     (record.task_id.empty() ? "which the service may have accepted: submit that once more"
                                             : "task " + record.task_id + ": wait for that") +
                     " and remove the file, or use another file");
}

}  // namespace globus::detail

namespace globus::transfer {

GLOBUS_DECL SubmissionFile::SubmissionFile(std::string path) : path_(std::move(path)) {
    if (path_.empty() || path_.find('\0') != std::string::npos || path_.back() == '/')
        throw UsageError("the path of a submission file is empty, names a directory, or has a NUL in it");
}

GLOBUS_DECL std::optional<SubmissionFile::Record> SubmissionFile::read() const {
    using namespace globus::detail;
    Descriptor const file = open_file(path_, Opening::to_read);
    if (!file) {
        if (errno == ENOENT) return std::nullopt;
        if (errno == ELOOP)
            throw Error("the submission file " + path_ + " is a symbolic link; put the file itself there");
        fail_submission_file(path_, "read");
    }
    std::array<char, 4096> buffer;
    auto const size = read_file(file, buffer.data(), buffer.size());
    if (size < 0) fail_submission_file(path_, "read");
    boost::system::error_code odd;
    Json const document = parse_exact_json({buffer.data(), static_cast<std::size_t>(size)}, odd);
    auto const text = [&](char const* name) {
        Json const* const value = document.is_object() ? document.get_object().if_contains(name) : nullptr;
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    Record record{text("submission_id"), text("digest"), text("task_id")};
    if (record.submission_id.empty() || record.digest.empty())
        throw Error("the submission file " + path_ +
                    " was not written by this library, or is damaged; look at your tasks, and then remove the file");
    return record;
}

GLOBUS_DECL std::string SubmissionFile::write_beside(Record const& record) const {
    using namespace globus::detail;
    boost::json::object document{{"submission_id", record.submission_id}, {"digest", record.digest}};
    if (!record.task_id.empty()) document["task_id"] = record.task_id;
    std::string fresh = path_ + ".new-" + hex_encode(random_bytes(6));
    Descriptor const file = open_file(fresh, Opening::to_make);
    if (!file) fail_submission_file(path_, "written");
    bool const written = write_file(file, boost::json::serialize(document) + '\n');
    if (written && (sync_file(file) || is_unsupported(errno))) return fresh;
    int const reason = errno;
    remove_file(fresh);
    errno = reason;
    fail_submission_file(path_, "written");
}

GLOBUS_DECL SubmissionFile::Record SubmissionFile::begin(Record const& record) const {
    using namespace globus::detail;
    std::string const fresh = write_beside(record);
    bool made = link_file(fresh, path_);
    int const reason = errno;
    if (!made && reason != EEXIST) made = rename_file(fresh, path_);  // a file system without links
    remove_file(fresh);
    if (made) {
        sync_directory(directory_of(path_));
        return record;
    }
    errno = reason;
    if (errno != EEXIST) fail_submission_file(path_, "written");
    if (auto other = read()) return *std::move(other);
    return begin(record);  // and that other has removed it
}

GLOBUS_DECL void SubmissionFile::write(Record const& record) const {
    using namespace globus::detail;
    std::string const fresh = write_beside(record);
    if (!rename_file(fresh, path_)) {
        int const reason = errno;
        remove_file(fresh);
        errno = reason;
        fail_submission_file(path_, "written");
    }
    sync_directory(directory_of(path_));
}

GLOBUS_DECL void SubmissionFile::remove() const {
    using namespace globus::detail;
    if (!remove_file(path_)) fail_submission_file(path_, "removed");
    sync_directory(directory_of(path_));
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

namespace globus::transfer {

GLOBUS_DECL bool cannot_heal(TaskEvent const& fault) {
    if (!fault.is_error.value_or(true)) return false;
    std::string_view const code = fault.code ? std::string_view(*fault.code) : std::string_view{};
    for (std::string_view const known : {"FILE_NOT_FOUND", "NO_SUCH_FILE", "NOT_FOUND", "PERMISSION_DENIED",
                                         "ACCESS_DENIED", "INVALID_PATH", "NOT_A_DIRECTORY", "IS_A_DIRECTORY"})
        if (code == known) return true;
    std::string_view const details = fault.details ? std::string_view(*fault.details) : std::string_view{};
    for (std::string_view const words :
         {"No such file or directory", "Permission denied", "Not a directory", "Is a directory"})
        if (details.find(words) != std::string_view::npos) return true;
    return false;
}

GLOBUS_DECL bool TaskVerdict::ended() const {
    return task.status == TaskStatus::succeeded || task.status == TaskStatus::failed;
}

}  // namespace globus::transfer

namespace globus::detail {

/// Rounds towards zero, and clamps to the type's range: the service may send any number.
GLOBUS_DECL std::int64_t rounded(double value) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (value >= static_cast<double>(Limits::max())) return Limits::max();
    if (value <= static_cast<double>(Limits::min())) return Limits::min();
    return static_cast<std::int64_t>(value);
}

GLOBUS_DECL TaskWatch::TaskWatch(transfer::TaskWait wait, bool may_cancel) : wait_(std::move(wait)) {
    if (!may_cancel && wait_.on_fault == transfer::OnFault::cancel)
        throw UsageError("task_wait: OnFault::cancel needs a client that may cancel tasks, and this one may not");
}

GLOBUS_DECL Polling TaskWatch::polling() const {
    return {.timeout = wait_.timeout,
            .polling_interval = wait_.polling_interval,
            .first_interval = wait_.first_interval,
            .jitter = wait_.jitter,
            .sleep = wait_.sleep};
}

GLOBUS_DECL transfer::TaskEventList TaskWatch::fault_list() const {
    return {.task_id = wait_.task_id, .limit = 100, .query_params = {{"filter", "is_error:1"}}};
}

GLOBUS_DECL void TaskWatch::saw(transfer::TaskEventPage const& faults) {
    verdict_.faults.clear();
    for (transfer::TaskEvent const& event : faults.DATA)
        if (event.is_error.value_or(false)) verdict_.faults.push_back(event);
    faults_read_ = verdict_.task.faults.value_or(0);
}

GLOBUS_DECL transfer::TaskProgress TaskWatch::progress(Seconds elapsed) {
    transfer::Task const& task = verdict_.task;
    std::int64_t const bytes = task.bytes_transferred.value_or(0);
    std::int64_t rate = task.effective_bytes_per_second.value_or(0);
    if (last_look_ && elapsed > *last_look_)
        rate =
            rounded((static_cast<double>(bytes) - static_cast<double>(last_bytes_)) / (elapsed - *last_look_).count());
    last_look_ = elapsed;
    last_bytes_ = bytes;
    return {.task = task,
            .elapsed = elapsed,
            .bytes = bytes,
            .bytes_per_second = rate,
            .files = task.files_transferred.value_or(0),
            .files_total = task.files.value_or(0),
            .faults = task.faults.value_or(0),
            .nice_status = task.nice_status.value_or("")};
}

GLOBUS_DECL bool TaskWatch::has_incurable_fault() const {
    return std::any_of(verdict_.faults.begin(), verdict_.faults.end(), transfer::cannot_heal);
}

GLOBUS_DECL bool TaskWatch::was_cancelled() const {
    transfer::Task const& task = verdict_.task;
    if (cancelled_ || (task.canceled_by_admin && !task.canceled_by_admin->empty())) return true;
    if (task.subtasks_canceled.value_or(0) > 0) return true;
    if (!task.fatal_error || !task.fatal_error->is_object()) return false;
    Json const* const code = task.fatal_error->as_object().if_contains("code");
    return code != nullptr && code->is_string() && code->as_string() == "CANCELED";
}

GLOBUS_DECL bool TaskWatch::ended() {
    using Kind = transfer::TaskVerdict::Kind;
    transfer::Task const& task = verdict_.task;
    bool const inactive = task.status == transfer::TaskStatus::inactive;
    if (!inactive && !verdict_.ended()) return false;
    verdict_.kind = inactive                                         ? Kind::inactive
                    : task.status == transfer::TaskStatus::succeeded ? Kind::succeeded
                    : was_cancelled()                                ? Kind::cancelled
                                                                     : Kind::failed;
    return true;
}

GLOBUS_DECL TaskWatch::Next TaskWatch::next() {
    using transfer::OnFault;
    if (ended()) return Next::end;
    if (wait_.on_fault == OnFault::keep_waiting || cancelled_ || !has_incurable_fault()) return Next::look;
    if (wait_.on_fault == OnFault::cancel) return Next::cancel;
    verdict_.kind = transfer::TaskVerdict::Kind::faulting;
    return Next::end;
}

GLOBUS_DECL transfer::TaskVerdict TaskWatch::verdict_by_now() && {
    using Kind = transfer::TaskVerdict::Kind;
    verdict_.kind = cancelled_                                ? Kind::cancelled
                    : verdict_.task.is_paused.value_or(false) ? Kind::paused
                    : has_incurable_fault()                   ? Kind::faulting
                                                              : Kind::timed_out;
    return std::move(verdict_);
}

GLOBUS_DECL transfer::TaskVerdict TaskWatch::verdict_despite(NetworkError const& error) && {
    if (ended()) return std::move(verdict_);  // a callback of the last look destroyed the client
    throw transfer::TaskWaitCancelled(error, std::move(*this).verdict_by_now());
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_TASK_WAIT_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP

#include <signal.h>

namespace globus::detail {

/// Takes a pending SIGPIPE, which is blocked; false if there is none.
GLOBUS_DECL bool take_sigpipe(sigset_t const& pipe) {
#ifdef __APPLE__
    sigset_t pending;
    sigpending(&pending);
    int taken = 0;
    return sigismember(&pending, SIGPIPE) == 1 && sigwait(&pipe, &taken) == 0;
#else
    timespec const now{};
    return sigtimedwait(&pipe, nullptr, &now) == SIGPIPE;
#endif
}

GLOBUS_DECL SigpipeGuard::SigpipeGuard(bool needed) : needed_(needed) {
    if (!needed_) return;
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
}

GLOBUS_DECL SigpipeGuard::~SigpipeGuard() {
    if (!needed_) return;
    if (!was_pending_)
        while (take_sigpipe(pipe_)) {
        }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SIGPIPE_IPP
#ifndef GLOBUS_HTTP_IMPL_WAITING_IPP
#define GLOBUS_HTTP_IMPL_WAITING_IPP

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace globus::detail {

/// Who waits for whom, of all threads. In a forked child nobody waits.
struct Waiting {
    std::mutex mutex;
    std::map<std::thread::id, Doer const*> all;

    /// It is never destroyed: calls may wait while the program ends, and before main begins.
    static Waiting& shared() {
        static Waiting& one = *new Waiting;
        return one;
    }
    static void lock() { shared().mutex.lock(); }
    static void unlock() { shared().mutex.unlock(); }
    static void begin_anew() {
        shared().all.clear();
        unlock();
    }
    static inline int const forks = around_forks(&lock, &unlock, &begin_anew);
};

GLOBUS_DECL WaitFor::WaitFor(Doer const& doer, std::string const& what) {
    Waiting& waiting = Waiting::shared();
    std::lock_guard const lock(waiting.mutex);
    auto const self = std::this_thread::get_id();
    Doer const* next = &doer;
    for (std::size_t steps = 0; steps <= waiting.all.size(); ++steps) {
        auto const thread = next->thread();
        if (thread == self)
            throw UsageError(what + " is wanted by the function that is to give it, itself or through " +
                             "what another thread waits for: it would be waited for without end");
        auto const further = waiting.all.find(thread);
        if (further == waiting.all.end()) break;
        next = further->second;
    }
    waiting.all[self] = &doer;
}

GLOBUS_DECL WaitFor::~WaitFor() {
    Waiting& waiting = Waiting::shared();
    std::lock_guard const lock(waiting.mutex);
    waiting.all.erase(std::this_thread::get_id());
}

GLOBUS_DECL void Wait::end() const {
    if (stop.stop_requested())
        throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                           "the call was cancelled while it waited for " + for_what);
    throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                       "the deadline passed while the call waited for " + for_what);
}

GLOBUS_DECL SingleFlight::Landing SingleFlight::wait(std::unique_lock<std::mutex>& lock, Wait const& call) {
    std::shared_ptr<Flight> const flight = flight_;
    if (!call.until([&flight] { return !flight->asking.busy(); }, flight->asking, landed_, lock)) call.end();
    return {flight->error, flight->gave_up && call.deadline > http::later(more_time, flight->deadline)};
}

GLOBUS_DECL SingleFlight::Asking::Asking(SingleFlight& all, std::unique_lock<std::mutex>& lock)
    : all_(all), lock_(lock) {
    all_.flight_ = std::make_shared<Flight>();
    all_.flight_->asking.begin();
    lock_.unlock();
}

GLOBUS_DECL SingleFlight::Asking::~Asking() {
    if (!made_.is_this_process()) return;
    lock_.lock();
    all_.flight_->asking.end();
    all_.flight_ = nullptr;
    all_.landed_.notify_all();
}

GLOBUS_DECL bool Turn::begin(Wait const& call) {
    if (is_mine()) throw UsageError(own_);
    std::unique_lock lock(mutex_);
    auto const self = std::this_thread::get_id();
    queue_.push_back(self);
    try {
        if (call.until([&] { return queue_.front() == self; }, first_, moved_, lock)) {
            first_.begin();
            return true;
        }
    } catch (...) {
        std::erase(queue_, self);
        throw;
    }
    std::erase(queue_, self);
    return false;
}

GLOBUS_DECL void Turn::end() {
    std::lock_guard const lock(mutex_);
    first_.end();
    queue_.erase(queue_.begin());
    moved_.notify_all();
}

GLOBUS_DECL TurnLock::~TurnLock() {
    if (ours_ && made_.is_this_process()) turn_->end();  // a child process that was made meanwhile has no turn
}

}  // namespace globus::detail

namespace globus::http {

GLOBUS_DECL bool wait_until(Clock::time_point until, std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any nothing_comes;
    std::unique_lock lock(mutex);
    globus::detail::wait_until(nothing_comes, lock, until, stop, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_WAITING_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP

#include <unistd.h>

#include <utility>

namespace globus::detail {

GLOBUS_DECL Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

GLOBUS_DECL Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_DESCRIPTOR_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP

#ifndef GLOBUS_CORE_PLATFORM_SOCKET_HPP
#define GLOBUS_CORE_PLATFORM_SOCKET_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace globus::detail {

// Descriptors that do not survive an exec, from their first moment on if the system supports that, since another
// thread may start a program at any time. Those that listen do not block, either. A function that fails says why in
// errno.

/// Makes a socket, as socket(2) does.
Descriptor new_socket(int family, int type, int protocol);
/// Accepts a connection, as accept(2) does.
Descriptor accept_from(Descriptor const& listener);

/// What wakes a thread that polls `reader`.
struct WakeUp {
    /// Makes a pair; both ends are empty, and errno says why, if that fails.
    [[nodiscard]] static WakeUp make();
    void wake() const noexcept;

    Descriptor reader = Descriptor();
    Descriptor writer = Descriptor();
};

/// Listens on 127.0.0.1.
struct LoopbackListener {
    /// Listens at a port of the system's choice; the socket is empty, and errno says why, if that fails.
    [[nodiscard]] static LoopbackListener make();

    Descriptor socket = Descriptor();
    std::uint16_t port = 0;
};

/// A descriptor to wait for.
struct Polled {
    int number = -1;        ///< less than 0: none
    bool to_write = false;  ///< whether to wait until it can be written to, or else read from
    bool ready = false;     ///< it is ready; set by `poll`
};
/// Waits until one of them is ready or has failed, or time runs out.
void poll(std::vector<Polled>& all, std::chrono::milliseconds longest);

/// Receives as recv(2) does: it returns how many bytes came, 0 at the end, or -1 and errno.
std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size);
/// Sends as send(2) does, without a signal if the other end is closed.
std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes);
/// Tells the other end that nothing more comes.
void end_writing(Descriptor const& socket);

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_SOCKET_HPP

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

#ifdef MSG_NOSIGNAL
inline constexpr int without_sigpipe = MSG_NOSIGNAL;
#else
inline constexpr int without_sigpipe = 0;  // the sockets have SO_NOSIGPIPE instead
#endif

#ifdef SOCK_CLOEXEC
GLOBUS_DECL Descriptor new_socket(int family, int type, int protocol) {
    return Descriptor(::socket(family, type | SOCK_CLOEXEC, protocol));
}
GLOBUS_DECL Descriptor accept_from(Descriptor const& listener) {
    return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}
GLOBUS_DECL bool make_pipe(int (&ends)[2]) { return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0; }
#else
GLOBUS_DECL Descriptor new_socket(int family, int type, int protocol) {
    Descriptor made(::socket(family, type, protocol));
    if (!made) return made;
    ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    int const on = 1;
    ::setsockopt(made.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return made;
}
GLOBUS_DECL int configured(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    ::fcntl(number, F_SETFL, O_NONBLOCK);
    return number;
}
GLOBUS_DECL Descriptor accept_from(Descriptor const& listener) {
    int const number = ::accept(listener.get(), nullptr, nullptr);  // it has the listener's SO_NOSIGPIPE
    return Descriptor(number < 0 ? number : configured(number));
}
GLOBUS_DECL bool make_pipe(int (&ends)[2]) {
    if (::pipe(ends) != 0) return false;
    for (int const end : ends) configured(end);
    return true;
}
#endif

GLOBUS_DECL WakeUp WakeUp::make() {
    int ends[2];
    if (!make_pipe(ends)) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

GLOBUS_DECL void WakeUp::wake() const noexcept { [[maybe_unused]] auto const written = ::write(writer.get(), "", 1); }

GLOBUS_DECL LoopbackListener LoopbackListener::make() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    Descriptor made = new_socket(AF_INET, SOCK_STREAM, 0);
    if (!made || ::fcntl(made.get(), F_SETFL, O_NONBLOCK) != 0 || ::bind(made.get(), generic, size) != 0 ||
        ::listen(made.get(), SOMAXCONN) != 0 || ::getsockname(made.get(), generic, &size) != 0)
        return {};
    return {std::move(made), ntohs(address.sin_port)};
}

GLOBUS_DECL void poll(std::vector<Polled>& all, std::chrono::milliseconds longest) {
    std::vector<pollfd> waiting;
    for (Polled const& one : all)
        waiting.push_back({one.number, static_cast<short>(one.to_write ? POLLOUT : POLLIN), 0});
    ::poll(waiting.data(), static_cast<nfds_t>(waiting.size()), static_cast<int>(longest.count()));
    for (std::size_t i = 0; i != all.size(); ++i) all[i].ready = (waiting[i].revents & waiting[i].events) != 0;
}

GLOBUS_DECL std::ptrdiff_t receive(Descriptor const& socket, char* buffer, std::size_t size) {
    return ::recv(socket.get(), buffer, size, 0);
}

GLOBUS_DECL std::ptrdiff_t send_some(Descriptor const& socket, std::string_view bytes) {
    return ::send(socket.get(), bytes.data(), bytes.size(), without_sigpipe);
}

GLOBUS_DECL void end_writing(Descriptor const& socket) { ::shutdown(socket.get(), SHUT_WR); }

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_SOCKET_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/syscall.h>
#else
#include <sys/stat.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace globus::detail {

#ifdef __linux__
GLOBUS_DECL bool WakeUpFiles::is_inherited(std::size_t file) {
    if (syscall(SYS_fcntl, file, F_GETFD) != 0) return false;
    int domain = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(static_cast<int>(file), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0) return domain == AF_UNIX;
    return syscall(SYS_fcntl, file, F_GETPIPE_SZ) > 0;
}

GLOBUS_DECL int WakeUpFiles::waiting(std::size_t file) {
    int to_read = 0, to_write = 0;
    syscall(SYS_ioctl, file, FIONREAD, &to_read);
    syscall(SYS_ioctl, file, TIOCOUTQ, &to_write);
    return std::max(to_read, to_write);
}

GLOBUS_DECL void WakeUpFiles::keep(std::size_t file) { syscall(SYS_fcntl, file, F_SETFD, FD_CLOEXEC); }
#else
GLOBUS_DECL bool WakeUpFiles::is_inherited(std::size_t file) {
    int const number = static_cast<int>(file);
    if (::fcntl(number, F_GETFD) != 0) return false;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(number, reinterpret_cast<sockaddr*>(&address), &size) == 0) return address.ss_family == AF_UNIX;
    struct stat status {};
    return ::fstat(number, &status) == 0 && S_ISFIFO(status.st_mode);
}

GLOBUS_DECL int WakeUpFiles::waiting(std::size_t file) {
    int to_read = 0;
    ::ioctl(static_cast<int>(file), FIONREAD, &to_read);
    return to_read;
}

GLOBUS_DECL void WakeUpFiles::keep(std::size_t file) { ::fcntl(static_cast<int>(file), F_SETFD, FD_CLOEXEC); }
#endif

GLOBUS_DECL WakeUpFiles::WakeUpFiles() {
    // All numbers below the first free one are taken. A few of them are looked at, too: another thread may close one.
    std::size_t const free = first_free();
    first_ = free - std::min<std::size_t>(free, around);
    others_.resize(free + around - first_);
    for (std::size_t i = 0; i != others_.size(); ++i) others_[i] = is_inherited(first_ + i);
}

GLOBUS_DECL std::size_t WakeUpFiles::first_free() {
    int const file = open("/", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    close(file);
    return static_cast<std::size_t>(file);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_WAKE_UP_FILES_IPP
#ifndef GLOBUS_HTTP_IMPL_PROXY_IPP
#define GLOBUS_HTTP_IMPL_PROXY_IPP

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace globus::http {

GLOBUS_DECL Proxy parse_proxy(Secret const& text) {
    auto const refuse = [](std::string const& why) {
        throw UsageError(
            "the URL of the proxy cannot be used: " + why +
            "; write it as in http://proxy.example.org:3128, and what is special in a user name and password "
            "before the host percent-encoded");
    };
    std::string_view rest = text.reveal();
    std::string_view scheme = "http";
    if (auto const colon = rest.find("://"); colon != std::string_view::npos) {
        scheme = rest.substr(0, colon);
        rest.remove_prefix(colon + 3);
    }
    constexpr std::array<std::string_view, 6> known{"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    if (std::find(known.begin(), known.end(), scheme) == known.end())
        refuse("its scheme is none of http, https, socks4, socks4a, socks5 and socks5h");
    Secret const as_http("http://" + std::string(rest));
    Url url;
    try {
        url = parse_url(as_http.reveal());
    } catch (UsageError const& error) {
        refuse(error.what());
    }
    if (!detail::is_plain_host(url.host)) refuse("its host is no name and no address");
    if ((!url.path.empty() && url.path != "/") || url.has_query || url.has_fragment)
        refuse("something follows its host and port");
    for (std::size_t i = 0; i != url.userinfo.size(); ++i) {
        if (url.userinfo[i] != '%') continue;
        int const high = i + 2 < url.userinfo.size() ? globus::detail::hex_digit(url.userinfo[i + 1]) : -1;
        int const low = i + 2 < url.userinfo.size() ? globus::detail::hex_digit(url.userinfo[i + 2]) : -1;
        int const byte = high * 16 + low;
        if (high < 0 || low < 0) refuse("a '%' in its user or password begins no escape");
        if (byte < 0x20 || byte == 0x7F) refuse("its user or password has a control character");
    }
    return {.over_tls = scheme == "https", .loopback = is_loopback(url.host) || url.host == "localhost"};
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_PROXY_IPP
#ifndef GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP
#define GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL CurlSettings::CurlSettings(CurlOptions o) : options(std::move(o)) {
    static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl cannot be initialised");
    if (options.ca_file.empty() && options.ca_path.empty()) default_ca_path = hashed_directory();
    check_readable("ca_file", options.ca_file, false);
    check_readable("ca_path", options.ca_path, true);
    if (options.proxy && !options.proxy->empty()) {
        proxy = http::parse_proxy(*options.proxy);
        curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
        if (proxy.over_tls && (info == nullptr || (info->features & CURL_VERSION_HTTPS_PROXY) == 0))
            throw UsageError("the proxy is to be reached by https, which this libcurl cannot do");
    }
}

GLOBUS_DECL void CurlSettings::check_readable(std::string const& option, std::string const& path, bool directory) {
    if (path.empty()) return;
    for (std::string const& one : directory ? directories_of(path) : std::vector{path})
        if (char const* const why = why_unreadable(one, directory))
            throw UsageError("CurlOptions::" + option + " names " + one + ", which cannot be read: " + why);
}

GLOBUS_DECL std::string CurlSettings::hashed_directory() {
#if LIBCURL_VERSION_NUM >= 0x074600
    curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
    if (info == nullptr || info->age < CURLVERSION_SEVENTH || info->capath == nullptr) return {};
    bool const hashed =
        directory_has(info->capath, [](std::string_view name) { return name.size() == 10 && name.ends_with(".0"); });
    return hashed ? std::string(info->capath) : std::string();
#else
    return {};
#endif
}

GLOBUS_DECL char const* CurlSettings::proxy_for(std::string_view host) const {
    if (http::is_loopback(host) && !(options.proxy && proxy.loopback)) return "";
    return options.proxy ? options.proxy->reveal().c_str() : nullptr;
}

GLOBUS_DECL std::string CurlSettings::known_codings() {
    curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
    std::string names;
    auto const add = [&](int feature, char const* name) {
        if (info == nullptr || (info->features & feature) == 0) return;
        if (!names.empty()) names += ", ";
        names += name;
    };
    add(CURL_VERSION_LIBZ, "gzip, deflate");
    add(CURL_VERSION_BROTLI, "br");
#ifdef CURL_VERSION_ZSTD
    add(CURL_VERSION_ZSTD, "zstd");
#endif
    return names;
}

GLOBUS_DECL CurlHandle::CurlHandle() : easy(curl_easy_init()) {
    if (easy == nullptr)
        throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
}

GLOBUS_DECL CurlHandle::~CurlHandle() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(header_list);
}

GLOBUS_DECL void CurlExchange::check(http::Request const& request) {
    using Kind = NetworkError::Kind;
    if (request.stop.stop_requested())
        throw NetworkError(Kind::cancelled, NetworkError::Sent::no, http::describe(request) + ": cancelled");
    if (http::Clock::now() >= request.deadline)
        throw NetworkError(Kind::timeout, NetworkError::Sent::no,
                           http::describe(request) + ": the deadline has passed");
}

GLOBUS_DECL bool CurlSettings::uses_tls(http::Request const& request) const {
    return request.url.starts_with("https:") || proxy.over_tls;
}

GLOBUS_DECL http::Response CurlExchange::result(CURLcode code) {
#ifndef GLOBUS_DETAIL_CURL_PREREQ
    curl_off_t before = 0;  // it is set when the request has been written; CURLINFO_REQUEST_SIZE counts a CONNECT, too
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &before);
    if (before > 0) sent_ = NetworkError::Sent::yes;
#endif
    if (thrown_) std::rethrow_exception(thrown_);
    if (code != CURLE_OK || stopped_ != Stopped::no) fail(code);
    return std::move(response_);
}

GLOBUS_DECL void CurlExchange::watch_padding() {
    set(CURLOPT_NOPROGRESS, decode_ ? 0L : 1L);
    if (!decode_) return;
    set(CURLOPT_XFERINFOFUNCTION, &CurlExchange::on_progress);
    set(CURLOPT_XFERINFODATA, this);
}

GLOBUS_DECL int CurlExchange::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    if (!exchange.is_padded()) return 0;
    exchange.stopped_ = Stopped::too_large;
    return 1;
}

GLOBUS_DECL void CurlExchange::prepare_once() {
    CurlOptions const& options = settings_.options;
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NOPROGRESS, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    if (options.idle_timeout.count() > 0) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.idle_timeout.count()));
    }
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    set(CURLOPT_QUICK_EXIT, 1L);  // without it a silent name server holds a call beyond its deadline
#endif
    prepare_trust();
    // What the program says holds, whatever the environment says.
    if (options.proxy || options.no_proxy) set(CURLOPT_NOPROXY, options.no_proxy.value_or("").c_str());
    set(CURLOPT_ERRORBUFFER, handle_.words);
    set(CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
    set(CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
    set(CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::open_socket);
    set(CURLOPT_SEEKFUNCTION, &CurlExchange::refuse_seek);
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    set(CURLOPT_PREREQFUNCTION, &CurlExchange::on_request);
#endif
    handle_.prepared = true;
}

GLOBUS_DECL void CurlExchange::prepare_trust() {
    CurlOptions const& options = settings_.options;
    bool const own = !options.ca_file.empty() || !options.ca_path.empty();
    std::string const& path = own ? options.ca_path : settings_.default_ca_path;
    if (!own && path.empty()) return;
    char const* const file = options.ca_file.empty() ? nullptr : options.ca_file.c_str();
    char const* const directory = path.empty() ? nullptr : path.c_str();
    set(CURLOPT_CAINFO, file);
    set(CURLOPT_CAPATH, directory);
    if (!settings_.proxy.over_tls) return;
    set(CURLOPT_PROXY_CAINFO, file);
    set(CURLOPT_PROXY_CAPATH, directory);
    set(CURLOPT_PROXY_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
}

GLOBUS_DECL void CurlExchange::prepare() {
    handle_.usable = false;
    if (!handle_.prepared) prepare_once();
    handle_.words[0] = '\0';
    set(CURLOPT_WRITEDATA, this);
#ifdef GLOBUS_DETAIL_CURL_PREREQ
    set(CURLOPT_PREREQDATA, this);
#endif
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_URL, request_.url.c_str());
    if (request_.fresh_connection != handle_.fresh_connection) {
        set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
        handle_.fresh_connection = request_.fresh_connection;
    }
    if (request_.bulk != handle_.bulk) {
        set(CURLOPT_BUFFERSIZE, request_.bulk ? 512L << 10 : long{CURL_MAX_WRITE_SIZE});
        handle_.bulk = request_.bulk;
    }
    if (handle_.origin.empty() || !request_.url.starts_with(handle_.origin) ||
        http::detail::has_blank_or_control(request_.url)) {
        http::Url const url = http::parse_url(request_.url);
        set(CURLOPT_PROXY, settings_.proxy_for(url.host));
        auto const path = request_.url.find('/', url.scheme.size() + 3);
        handle_.origin = path == std::string::npos ? std::string() : request_.url.substr(0, path + 1);
    }
    // The answer to HEAD is about the file as it is, and a part of a packed body cannot be unpacked.
    decode_ = request_.decode && request_.method != http::Method::head && request_.headers.find("Range") == nullptr;
    prepare_body();
    prepare_headers();
    handle_.usable = true;
}

GLOBUS_DECL void CurlExchange::prepare_body() {
    using http::Method;
    Method const method = request_.method;
    bool const plain_get = method == Method::get && !request_.has_body && !request_.source;
    if (plain_get && handle_.plain_get) return;
    handle_.plain_get = plain_get;
    set(CURLOPT_CUSTOMREQUEST, static_cast<char const*>(nullptr));
    set(CURLOPT_NOBODY, 0L);
    if (request_.source) {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, &CurlExchange::on_read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_INFILESIZE_LARGE,
            request_.source_size ? static_cast<curl_off_t>(*request_.source_size) : curl_off_t{-1});
        if (method != Method::put) set(CURLOPT_CUSTOMREQUEST, to_string(method));
        return;
    }
    set(CURLOPT_UPLOAD, 0L);
    set(CURLOPT_HTTPGET, 1L);
    bool const writes = method == Method::post || method == Method::put || method == Method::patch;
    if (request_.has_body || writes) {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDS, request_.body.data());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        if (method != Method::post) set(CURLOPT_CUSTOMREQUEST, to_string(method));
    } else if (method == Method::head) {
        set(CURLOPT_NOBODY, 1L);
    } else if (method != Method::get) {
        set(CURLOPT_CUSTOMREQUEST, to_string(method));
    }
}

GLOBUS_DECL void CurlExchange::prepare_headers() {
    http::Headers const& headers = request_.headers;
    if (handle_.header_list != nullptr && decode_ == handle_.decode &&
        request_.authorization == handle_.authorization &&
        std::equal(headers.begin(), headers.end(), handle_.headers.begin(), handle_.headers.end()))
        return;
    for (auto const& [name, value] : headers) http::check_header(name, value);
    http::check_header("Authorization", request_.authorization.reveal());
    auto const free_all = [](curl_slist* list) { curl_slist_free_all(list); };
    std::unique_ptr<curl_slist, decltype(free_all)> list(nullptr, free_all);
    std::string line;
    auto const add = [&](std::string_view name, std::string_view separator, std::string_view value) {
        line.assign(name).append(separator).append(value);
        curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    };
    auto const field = [&](std::string_view name, std::string_view value) {
        add(name, value.empty() ? ";" : ": ", value);
    };
    for (auto const& [name, value] : headers) field(name, value);
    if (headers.find("Content-Type") == nullptr) add("Content-Type", ":", "");  // libcurl would add one
    if (headers.find("Expect") == nullptr) add("Expect", ":", "");
    // libcurl would say itself what it can unpack, but it would compose the field anew for each request.
    set(CURLOPT_ACCEPT_ENCODING, decode_ ? "" : static_cast<char const*>(nullptr));
    if (decode_ && headers.find("Accept-Encoding") == nullptr && !settings_.codings.empty())
        add("Accept-Encoding", ": ", settings_.codings);
    if (!request_.authorization.empty()) {
        line.reserve(request_.authorization.reveal().size() + 32);  // so that no copy of the credential stays elsewhere
        field("Authorization", request_.authorization.reveal());
    }
    wipe(line);
    set(CURLOPT_HTTPHEADER, list.get());
    curl_slist_free_all(std::exchange(handle_.header_list, list.release()));
    handle_.decode = decode_;
    handle_.headers = headers;
    handle_.authorization = request_.authorization;
}

GLOBUS_DECL bool CurlExchange::is_padded() const {
    if (!packed_) return false;
    curl_off_t came = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &came);
    auto const size = static_cast<std::uint64_t>(std::max<curl_off_t>(came, 0));
    return size > unpacked_ && size - unpacked_ > request_.max_response_bytes;
}

GLOBUS_DECL std::string CurlExchange::about(std::string_view what) const {
    return http::describe(request_) + ": " + std::string(what);
}

GLOBUS_DECL void CurlExchange::fail(CURLcode code) const {
    using Kind = NetworkError::Kind;
    auto const end = [this](Kind kind, std::string const& what) { throw NetworkError(kind, sent_, about(what)); };
    switch (stopped_) {
        case Stopped::cancelled:
            end(Kind::cancelled, "the call was cancelled");
            break;
        case Stopped::deadline:
            end(Kind::timeout, "the deadline of the call passed");
            break;
        case Stopped::too_large:
            end(Kind::too_large, "the answer is larger than " + std::to_string(request_.max_response_bytes) + " bytes");
            break;
        case Stopped::sink:
            end(Kind::cancelled, "the sink ended the transfer");
            break;
        case Stopped::headers:
            end(Kind::too_large, "the answer has too many headers");
            break;
        case Stopped::codings:
            end(Kind::protocol, "the answer is packed too many times");
            break;
        case Stopped::no:
            break;
    }
    if (sent_ == NetworkError::Sent::no) fail_at_proxy();
    std::string what = words(code);
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        what +=
            "; check the host in the URL, or name the certificate of the server's authority in "
            "CurlOptions::ca_file or ca_path";
    if (code == CURLE_SSL_CACERT_BADFILE)
        what += "; name a readable certificate bundle in CurlOptions::ca_file or ca_path";
    throw NetworkError(kind_of(code), sent_, about(what));
}

GLOBUS_DECL void CurlExchange::fail_at_proxy() const {
    using Kind = NetworkError::Kind;
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status != 0 && status / 100 != 2) {
        bool const passes = status == 408 || status == 429 || status >= 500;
        throw NetworkError(passes ? Kind::connect : Kind::proxy, sent_,
                           about("the proxy answered " + std::to_string(status) + " to CONNECT" +
                                 (status == 407 ? ": give its user and password in CurlOptions::proxy" : "")));
    }
#if LIBCURL_VERSION_NUM >= 0x074900
    long reply = CURLPX_OK;
    curl_easy_getinfo(easy_, CURLINFO_PROXY_ERROR, &reply);
    switch (reply) {
        case CURLPX_OK:
            return;
        case CURLPX_IDENTD:
        case CURLPX_IDENTD_DIFFER:
        case CURLPX_NO_AUTH:
        case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
        case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
        case CURLPX_REPLY_NOT_ALLOWED:
        case CURLPX_USER_REJECTED:
            throw NetworkError(Kind::proxy, sent_, about("the proxy refused: " + words(CURLE_PROXY)));
        default:
            throw NetworkError(Kind::connect, sent_, about("the proxy failed: " + words(CURLE_PROXY)));
    }
#endif
}

GLOBUS_DECL NetworkError::Kind CurlExchange::kind_of(CURLcode code) {
    using Kind = NetworkError::Kind;
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return Kind::timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Kind::resolve;
        case CURLE_COULDNT_CONNECT:
            return Kind::connect;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return Kind::tls;
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return Kind::protocol;
        case CURLE_OUT_OF_MEMORY:
        case CURLE_FAILED_INIT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_URL_MALFORMAT:
            return Kind::local;
        default:
            return Kind::interrupted;
    }
}

GLOBUS_DECL std::string CurlExchange::words(CURLcode code) const {
    std::string_view own = handle_.words;
    if (auto const proxy = own.find("roxy"); proxy != std::string_view::npos)
        own = own.substr(0, own.find('\'', proxy));
    if (own.find_first_of("@?") != std::string_view::npos) own = {};
    std::string text(own.empty() ? std::string_view(curl_easy_strerror(code)) : own);
    long error = 0;
    if (code == CURLE_COULDNT_CONNECT && curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error) == CURLE_OK)
        if (error != 0) text += " (" + std::generic_category().message(static_cast<int>(error)) + ')';
    return text;
}

GLOBUS_DECL std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_body(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<CurlExchange*>(self)->take_header(std::string_view(data, size * count));
}

GLOBUS_DECL std::size_t CurlExchange::on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
    auto& exchange = *static_cast<CurlExchange*>(self);
    try {
        std::size_t const given = exchange.request_.source(buffer, size * count);
        if (given != 0) exchange.flowing_ = true;
        return given;
    } catch (...) {
        exchange.thrown_ = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

GLOBUS_DECL curl_socket_t CurlExchange::open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
    return new_socket(address->family, address->socktype, address->protocol).release();
}

GLOBUS_DECL std::size_t CurlExchange::take_body(std::string_view piece) noexcept {
    try {
        if (!std::exchange(body_began_, true) && request_.on_head) request_.on_head(response_);
        unpacked_ += piece.size();
        bool const success = response_.status >= 200 && response_.status < 300;
        if (success) flowing_ = true;
        if (request_.sink && success) {
            if (request_.sink(piece)) return piece.size();
            stopped_ = Stopped::sink;
            return 0;
        }
        std::string& body = response_.body;
        if (body.empty()) make_room();
        if (stopped_ != Stopped::no) return 0;
        if (piece.size() > request_.max_response_bytes - body.size()) {
            stopped_ = Stopped::too_large;
            return 0;
        }
        body.append(piece);
        return piece.size();
    } catch (...) {
        thrown_ = std::current_exception();
        return 0;
    }
}

GLOBUS_DECL void CurlExchange::make_room() {
    constexpr std::size_t most = std::size_t{4} << 20;
    curl_off_t length = -1;
    if (!packed_) curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length <= 0) return;
    if (static_cast<std::uint64_t>(length) > request_.max_response_bytes)
        stopped_ = Stopped::too_large;
    else
        response_.body.reserve(std::min(static_cast<std::size_t>(length), most));
}

GLOBUS_DECL std::size_t CurlExchange::take_header(std::string_view line) noexcept {
    try {
        std::size_t const size = line.size();
        header_bytes_ += size;
        if (header_bytes_ > settings_.options.max_header_bytes) stopped_ = Stopped::headers;
        while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
        // What comes after the body are trailers, which are not headers (RFC 9110, section 6.5).
        if (part_ == Part::status_line && line.starts_with("HTTP/"))
            read_status_line(line);
        else if (part_ == Part::fields && line.empty())
            end_head();
        else if (part_ == Part::fields)
            read_field(line);
        return stopped_ == Stopped::no ? size : 0;
    } catch (...) {
        thrown_ = std::current_exception();
        return 0;
    }
}

GLOBUS_DECL void CurlExchange::read_status_line(std::string_view line) {
    part_ = Part::fields;
    if (++informational_ > settings_.options.max_informational + 1) stopped_ = Stopped::headers;
    response_.headers.clear();
    response_.reason.clear();
    response_.status = 0;
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos) return;
    for (char const c : line.substr(blank + 1, 3))
        if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
    if (line.size() > blank + 5) response_.reason = line.substr(blank + 5);
}

GLOBUS_DECL void CurlExchange::read_field(std::string_view line) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
}

GLOBUS_DECL void CurlExchange::end_head() {
    constexpr std::ptrdiff_t most = 4;  // codings, each of which unpacks what comes from the one before
    part_ = response_.status >= 200 ? Part::body : Part::status_line;
    if (part_ != Part::body || !decode_) return;
    std::ptrdiff_t codings = 0;
    for (auto const& [name, value] : response_.headers)
        if (http::detail::equal_ignoring_case(name, "Content-Encoding"))
            codings += 1 + std::count(value.begin(), value.end(), ',');
    if (codings == 0) return;
    if (codings > most) stopped_ = Stopped::codings;
    packed_ = true;
    response_.headers.erase("Content-Encoding");
    response_.headers.erase("Content-Length");
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_CURL_EXCHANGE_IPP
#ifndef GLOBUS_CORE_IMPL_UTF8_IPP
#define GLOBUS_CORE_IMPL_UTF8_IPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL std::size_t utf8_sequence(std::string_view text) noexcept {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0U) == 0x80U; };
    unsigned const first = at(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        if (!continues(1) || !continues(2)) return 0;
        bool const overlong = first == 0xE0U && at(1) < 0xA0U;
        bool const surrogate = first == 0xEDU && at(1) > 0x9FU;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        bool const overlong = first == 0xF0U && at(1) < 0x90U;
        bool const too_large = first == 0xF4U && at(1) > 0x8FU;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

GLOBUS_DECL std::optional<char32_t> take_code_point(std::string_view& text) noexcept {
    std::size_t const length = utf8_sequence(text);
    if (length == 0) {
        text.remove_prefix(1);
        return std::nullopt;
    }
    auto const byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    char32_t point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t i = 1; i != length; ++i) point = point << 6U | (byte(i) & 0x3FU);
    text.remove_prefix(length);
    return point;
}

GLOBUS_DECL void append_code_point(std::string& out, char32_t point) {
    auto const put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0U | point >> 6U);
    } else {
        if (point < 0x10000) {
            put(0xE0U | point >> 12U);
        } else {
            put(0xF0U | point >> 18U);
            put(0x80U | (point >> 12U & 0x3FU));
        }
        put(0x80U | (point >> 6U & 0x3FU));
    }
    put(0x80U | (point & 0x3FU));
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_UTF8_IPP
#ifndef GLOBUS_CORE_IMPL_JSON_TEXT_IPP
#define GLOBUS_CORE_IMPL_JSON_TEXT_IPP

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace globus::detail {

/// The number of bytes at the front of `text`, which is not a well-formed sequence, that one U+FFFD stands for: as many
/// as could begin a sequence, at least one (Unicode, section 3.9, "substitution of maximal subparts").
GLOBUS_DECL std::size_t utf8_broken(std::string_view text) noexcept {
    auto const first = static_cast<unsigned char>(text[0]);
    if (first < 0xC2U || first > 0xF4U || text.size() == 1) return 1;
    auto const second = static_cast<unsigned char>(text[1]);
    unsigned const low = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
    unsigned const high = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
    if (second < low || second > high) return 1;
    bool const third = text.size() > 2 && (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80U;
    return first >= 0xF0U && third ? 3 : 2;
}

/// The UTF-16 unit of the escape `\uXXXX` that begins `text`, or -1 if none does.
GLOBUS_DECL int escaped_unit(std::string_view text) noexcept {
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
    int unit = 0;
    for (char const c : text.substr(2, 4)) {
        int const digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/// The number of bytes from a backslash to the end of what it begins; `odd` says that this is half a surrogate pair,
/// `cut` that the text ends before one can tell.
GLOBUS_DECL std::size_t escape_length(std::string_view text, bool& odd, bool& cut) noexcept {
    odd = cut = false;
    if (text.size() < 2) return cut = true, text.size();
    if (text[1] != 'u') return 2;
    if (text.size() < 6) return cut = true, text.size();
    int const unit = escaped_unit(text);
    if (unit < 0xD800 || unit > 0xDFFF) return unit < 0 ? 2 : 6;
    if (unit >= 0xDC00) return odd = true, 6;
    std::string_view const next = text.substr(6, 6);
    int const low = escaped_unit(next);
    if (low >= 0xDC00 && low <= 0xDFFF) return 12;
    constexpr std::string_view begins = "\\u";
    cut = next.size() < 6 && next.substr(0, 2) == begins.substr(0, next.size());
    return odd = !cut, 6;
}

/// Skips blocks without a backslash or a byte above 127, as most of all text is. It reads eight bytes at a time.
GLOBUS_DECL char const* skip_plain(char const* at, char const* end) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
    constexpr std::ptrdiff_t block = 4 * sizeof(std::uint64_t);
    for (; end - at >= block; at += block) {
        std::uint64_t words[4];
        std::memcpy(words, at, sizeof words);
        std::uint64_t found = 0;
        for (std::uint64_t const word : words) found |= word | ((word ^ (ones * '\\')) - ones);
        if ((found & tops) != 0) break;
    }
    return at;
}

GLOBUS_DECL OddText find_odd_text(std::string_view text, std::size_t from) noexcept {
    std::size_t i = from;
    for (std::size_t checked = i; i < text.size();) {
        if (i >= checked) {
            i = static_cast<std::size_t>(skip_plain(text.data() + i, text.data() + text.size()) - text.data());
            checked = i + 32;  // each byte of a block that is not plain is looked at
            if (i == text.size()) break;
        }
        auto const c = static_cast<unsigned char>(text[i]);
        if (c == '\\') {
            bool odd, cut;
            std::size_t const length = escape_length(text.substr(i), odd, cut);
            if (odd || cut) return {i, length, cut};
            i += length;
        } else if (c < 0x80U) {
            ++i;
        } else {
            std::string_view const rest = text.substr(i);
            std::size_t const length = utf8_sequence(rest);
            if (length == 0) {
                std::size_t const broken = utf8_broken(rest);
                return {i, broken, broken == rest.size() && c >= 0xC2U && c <= 0xF4U};
            }
            i += length;
        }
    }
    return {text.size(), 0, false};
}

/// U+FFFD, which stands for what is not a character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

GLOBUS_DECL std::size_t append_mended(std::string& out, std::string_view text, bool more) {
    for (std::size_t i = 0; i != text.size();) {
        OddText const odd = find_odd_text(text, i);
        out.append(text, i, odd.at - i);
        if (odd.cut && more) return odd.at;
        // An escape that is cut off ends the document: the parser reports that.
        if (odd.cut && text[odd.at] == '\\') return out.append(text, odd.at), text.size();
        if (odd.length != 0) out.append(replacement_character);
        i = odd.at + odd.length;
    }
    return text.size();
}

GLOBUS_DECL boost::json::parse_options json_options() noexcept {
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    return options;
}

GLOBUS_DECL boost::json::value parse_exact_json(std::string_view text, boost::system::error_code& error) {
    return boost::json::parse(text, error, {}, json_options());
}

GLOBUS_DECL boost::json::value parse_json(std::string_view text, boost::system::error_code& error) {
    if (find_odd_text(text).at == text.size()) return parse_exact_json(text, error);
    std::string mended;
    append_mended(mended, text);
    return parse_exact_json(mended, error);
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_TEXT_IPP
#ifndef GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP
#define GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::optional<std::string_view> text_member(boost::json::object const& object, std::string_view name) {
    boost::json::value const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string());
}

GLOBUS_DECL boost::json::object const* object_member(boost::json::object const& object, std::string_view name) {
    boost::json::value const* value = object.if_contains(name);
    return value != nullptr ? value->if_object() : nullptr;
}

GLOBUS_DECL std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text) {
    if (value == nullptr) return std::nullopt;
    if (or_one_text && value->is_string()) return std::vector{std::string(value->get_string())};
    if (!value->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (boost::json::value const& item : value->get_array()) {
        if (!item.is_string()) return std::nullopt;
        texts.emplace_back(item.get_string());
    }
    return texts;
}

GLOBUS_DECL std::optional<std::vector<std::string>> texts_in(boost::json::value const* value) {
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (boost::json::value const& item : value->get_array())
        if (item.is_string()) texts.emplace_back(item.get_string());
    if (texts.empty() && !value->get_array().empty()) return std::nullopt;
    return texts;
}

GLOBUS_DECL boost::json::array const* object_list(boost::json::value const* value) {
    if (value == nullptr || !value->is_array()) return nullptr;
    boost::json::array const& list = value->get_array();
    auto const is_object = [](boost::json::value const& item) { return item.is_object(); };
    return list.empty() || std::any_of(list.begin(), list.end(), is_object) ? &list : nullptr;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_MEMBERS_IPP
#ifndef GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP
#define GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::string media_type(std::string_view content_type) {
    std::string type(content_type.substr(0, content_type.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
    while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.erase(0, 1);
    for (char& c : type) c = http::detail::lower(c);
    return type;
}

GLOBUS_DECL bool is_json_media_type(std::string_view type) {
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

/// True for the names under which a service may repeat a secret that it was sent, or give one.
GLOBUS_DECL bool may_be_secret(std::string_view name) {
    constexpr std::array<std::string_view, 14> words = {
        "token",     "secret",   "password", "passwd", "credential", "authorization", "cookie",
        "assertion", "verifier", "state",    "nonce",  "key",        "input",         "jwt"};
    std::string lower(name);
    for (char& c : lower) c = http::detail::lower(c);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

GLOBUS_DECL std::string place_of(boost::json::value const& loc) {
    if (loc.is_string()) return std::string(loc.get_string());
    std::string path;
    if (auto const* levels = loc.if_array())
        for (boost::json::value const& level : *levels) {
            if (path.size() > 200 || !(level.is_string() || level.is_number())) break;
            if (!path.empty()) path += '.';
            path += level.is_string() ? std::string(level.get_string()) : boost::json::serialize(level);
        }
    return path;
}

/**
 * Collects the sentences of a JSON document.
 *
 * It takes the object's own sentence, such as `message` or `detail`; else the sentences of the members that hold errors
 * (`errors`, `error`, `detail`); and where there are none of these, all its texts, each with the names that lead to it.
 * Among these texts it leaves out those that are not sentences, and those that may be a secret that a service repeats.
 */
class SentenceCollector {
public:
    [[nodiscard]] static std::vector<Sentence> all_of(boost::json::value const& document) {
        SentenceCollector collector;
        collector.collect(document, {}, 0, false);
        return std::move(collector.sentences_);
    }

private:
    static constexpr std::size_t most = 50;     ///< sentences: nobody reads more
    static constexpr std::size_t deepest = 10;  ///< levels: what is deeper is not a message
    static constexpr std::array<std::string_view, 8> own = {
        "message", "detail", "msg", "error_description", "description", "error_message", "reason", "title"};
    static constexpr std::array<std::string_view, 5> holders = {"errors", "error", "detail", "details", "message"};

    /// @param worded  whether the value is inside a member that holds errors
    void collect(boost::json::value const& value, std::string const& about, std::size_t depth, bool worded) {
        if (depth > deepest || sentences_.size() >= most) return;
        if (value.is_string()) {
            if (!value.get_string().empty()) sentences_.push_back({std::string(value.get_string()), about});
        } else if (auto const* list = value.if_array()) {
            for (boost::json::value const& item : *list) collect(item, about, depth + 1, worded);
        } else if (auto const* object = value.if_object()) {
            collect_object(*object, about, depth, worded);
        }
    }

    void collect_object(boost::json::object const& object, std::string const& about, std::size_t depth, bool worded) {
        std::size_t const before = sentences_.size();
        auto const done = [&] { return sentences_.size() != before; };
        for (std::string_view const name : own) {
            if (auto const text = text_member(object, name); text && !done())
                collect(*object.if_contains(name), object.contains("loc") ? place_of(object.at("loc")) : about, depth,
                        true);
        }
        for (std::string_view const name : holders)
            if (auto const* value = object.if_contains(name); value != nullptr && !value->is_string() && !done())
                collect(*value, about, depth + 1, true);
        if (auto const error = text_member(object, "error"); error && !done())
            collect(*object.if_contains("error"), about, depth, true);
        if (done()) return;
        for (auto const& member : object) {
            std::string_view const name = member.key();
            bool const seen = std::find(holders.begin(), holders.end(), name) != holders.end();
            if (seen || is_no_sentence(name) || (!worded && may_be_secret(name))) continue;
            std::string const path = about.empty() ? std::string(name) : about + '.' + std::string(name);
            collect(member.value(), path.substr(0, 200), depth + 1, worded);
        }
    }

    /// True for the names of members that are for programs, not for people.
    static bool is_no_sentence(std::string_view name) {
        return name == "code" || name == "request_id" || name == "id" || name == "type" || name == "loc" ||
               name == "url" || name == "DATA_TYPE" || name.starts_with('@');
    }
    std::vector<Sentence> sentences_;
};

/// `text` with the five entities of XML and the blank of HTML as characters.
GLOBUS_DECL std::string without_entities(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {{"&lt;", '<'},    {"&gt;", '>'},   {"&quot;", '"'},
                                                              {"&apos;", '\''}, {"&#39;", '\''}, {"&nbsp;", ' '},
                                                              {"&amp;", '&'}};
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto const* const found =
            text[i] != '&' ? std::end(entities)
                           : std::find_if(std::begin(entities), std::end(entities),
                                          [&](auto const& entity) { return text.substr(i).starts_with(entity.first); });
        bool const is_entity = found != std::end(entities);
        out += is_entity ? found->second : text[i];
        i += is_entity ? found->first.size() : 1;
    }
    return out;
}

/// What a page of HTML or a document of XML is about: its title, first heading or message.
GLOBUS_DECL std::string page_title(std::string_view page) {
    std::string lower(page);
    for (char& c : lower) c = http::detail::lower(c);
    for (std::string_view const element : {"<title", "<h1", "<message"}) {
        auto const start = lower.find(element);
        if (start == lower.npos) continue;
        auto const begin = lower.find('>', start);
        if (begin == lower.npos) continue;
        std::string text = without_entities(page.substr(begin + 1, lower.find('<', begin) - begin - 1));
        if (!one_line(text).empty()) return text;
    }
    return {};
}

GLOBUS_DECL std::vector<Secret> credentials_of(http::Request const& request) {
    std::vector<Secret> credentials;
    auto const add = [&](std::string_view text) {
        if (text.size() >= 8) credentials.emplace_back(text);  // a shorter text would be found where it is not meant
    };
    std::string_view const header = request.authorization.reveal();
    auto const blank = header.find(' ');
    std::string_view const scheme = header.substr(0, blank == header.npos ? 0 : blank);
    std::string credential(header.substr(blank == header.npos ? 0 : blank + 1));
    add(credential);
    if (http::detail::equal_ignoring_case(scheme, "Basic")) {
        for (char& c : credential) c = c == '+' ? '-' : c == '/' ? '_' : c;
        std::string_view const encoded = std::string_view(credential).substr(0, credential.find('='));
        if (auto pair = base64url_decode(encoded)) {
            add(std::string_view(*pair).substr(std::min(pair->find(':'), pair->size() - 1) + 1));
            wipe(*pair);
        }
    }
    wipe(credential);
    if (media_type(request.headers.get("Content-Type")) == "application/x-www-form-urlencoded")
        for (auto& [name, value] : parse_query(request.body)) {
            if (name == "code" || (may_be_secret(name) && name != "token_type_hint")) add(value);
            wipe(value);
        }
    return credentials;
}

GLOBUS_DECL std::string one_line_without(std::vector<Secret> const& credentials, std::string_view text) {
    std::string clean(text);
    for (Secret const& credential : credentials)
        for (auto at = clean.find(credential.reveal()); at != clean.npos; at = clean.find(credential.reveal(), at + 3))
            clean.replace(at, credential.reveal().size(), "***");
    return one_line(clean);
}

GLOBUS_DECL std::vector<Sentence> further_words(http::Response const& response, boost::json::value const& json,
                                                std::string_view said) {
    std::vector<Sentence> words;
    std::string_view body = response.body;
    body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
    std::string const type = media_type(response.headers.get("Content-Type"));
    bool const is_text = type.empty() || type.starts_with("text/") || type.ends_with("xml") || is_json_media_type(type);
    if (!json.is_null()) {
        words = SentenceCollector::all_of(json);
    } else if (body.starts_with('{') || body.starts_with('[') || body.starts_with('"')) {
        boost::system::error_code error;  // It may be JSON of another media type. A part of a document says nothing.
        words = SentenceCollector::all_of(parse_json(body, error));
    } else if (is_text && body != "null") {
        words.push_back({body.starts_with('<') ? page_title(body) : std::string(body), {}});
    }
    std::erase_if(words, [&](Sentence const& one) { return said.find(one.text) != said.npos; });
    return words;
}

}  // namespace globus::detail

#endif  // GLOBUS_HTTP_IMPL_ERROR_WORDS_IPP
#ifndef GLOBUS_CLIENT_IMPL_REDIRECTS_IPP
#define GLOBUS_CLIENT_IMPL_REDIRECTS_IPP

#include <algorithm>
#include <string>

namespace globus::detail {

GLOBUS_DECL bool is_redirect(http::Response const& answer) {
    int const status = answer.status;
    return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           answer.headers.find("Location") != nullptr;
}

GLOBUS_DECL void refuse_redirect(http::Request const& request, char const* why) {
    throw NetworkError(NetworkError::Kind::redirect, NetworkError::Sent::yes,
                       http::describe(request) + " was answered with a redirect " + why);
}

GLOBUS_DECL std::string redirect_target(http::Request const& request, http::Response const& answer, bool own_origin) {
    if (request.method != http::Method::get && request.method != http::Method::head)
        refuse_redirect(request, "that is not followed, because it is not a GET");
    std::string target = http::resolve_url(request.url, answer.headers.get("Location"));
    target.erase(std::min(target.find('#'), target.size()));  // a fragment is never sent
    bool same = false;
    try {
        http::Url const to = http::parse_url(target);
        same = http::same_origin(http::parse_url(request.url), to) && !to.has_userinfo;
    } catch (UsageError const&) {  // it is not an http URL
    }
    if (!same || !own_origin) refuse_redirect(request, "to another place, which is not followed");
    if (target == request.url) refuse_redirect(request, "to itself");
    return target;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_REDIRECTS_IPP
#ifndef GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP
#define GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL bool is_unsupported(int code) {
    return code == ENOSYS || code == ENOTSUP || code == EOPNOTSUPP || code == EINVAL;
}

GLOBUS_DECL FileFacts facts_from(struct stat const& status) {
    using Kind = FileFacts::Kind;
    return {.kind = S_ISREG(status.st_mode)   ? Kind::regular
                    : S_ISDIR(status.st_mode) ? Kind::directory
                    : S_ISLNK(status.st_mode) ? Kind::link
                                              : Kind::other,
            .mode = static_cast<unsigned>(status.st_mode) & 07777U,
            .own = status.st_uid == ::geteuid(),
            .of_root = status.st_uid == 0,
            .has_other_names = status.st_nlink > 1,
            .size = status.st_size,
            .modified = status.st_mtime};
}

GLOBUS_DECL std::optional<FileFacts> facts_of(Descriptor const& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL std::optional<FileFacts> facts_at(std::string const& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL std::optional<FileFacts> facts_of_name(std::string const& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional(facts_from(status)) : std::nullopt;
}

GLOBUS_DECL Descriptor open_file(std::string const& path, Opening opening, Links links) {
    int const flags = static_cast<int>(opening) | static_cast<int>(links) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int descriptor = -1;
    do descriptor = ::open(path.c_str(), flags, 0600);
    while (descriptor < 0 && errno == EINTR);
    return Descriptor(descriptor);
}

GLOBUS_DECL std::ptrdiff_t read_file(Descriptor const& file, char* buffer, std::size_t size) {
    std::size_t there = 0;
    while (there != size) {
        auto const count = ::read(file.get(), buffer + there, size - there);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        there += static_cast<std::size_t>(count);
    }
    return static_cast<std::ptrdiff_t>(there);
}

GLOBUS_DECL bool write_file(Descriptor const& file, std::string_view text) {
    while (!text.empty()) {
        auto const count = ::write(file.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

GLOBUS_DECL bool make_private(std::string const& path) {
    return ::fchmodat(AT_FDCWD, path.c_str(), 0600, AT_SYMLINK_NOFOLLOW) == 0;
}

GLOBUS_DECL bool make_unopened(std::string const& path) {
#ifdef __APPLE__
    return static_cast<bool>(open_file(path, Opening::to_make));
#else
    return ::mknod(path.c_str(), S_IFREG | 0600, 0) == 0;
#endif
}

GLOBUS_DECL bool sync_file(Descriptor const& file) {
#ifdef F_FULLFSYNC
    if (::fcntl(file.get(), F_FULLFSYNC) == 0) return true;  // fsync of macOS leaves the text in the disk's own memory
#endif
    return ::fsync(file.get()) == 0;
}

GLOBUS_DECL bool sync_directory(std::string const& path) {
    Descriptor const directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory && sync_file(directory);
}

GLOBUS_DECL bool rename_file(std::string const& from, std::string const& to) {
    return ::rename(from.c_str(), to.c_str()) == 0;
}

GLOBUS_DECL std::string directory_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

GLOBUS_DECL std::optional<std::string> real_directory(std::string const& directory) {
    std::unique_ptr<char, void (*)(void*)> const found(::realpath(directory.c_str(), nullptr), &std::free);
    return found == nullptr ? std::nullopt : std::optional<std::string>(found.get());
}

GLOBUS_DECL bool miscounts_links(std::string const& directory) {
    std::string name = directory + "/.links-XXXXXX";
    Descriptor const fresh(::mkostemp(name.data(), O_CLOEXEC));
    if (!fresh) return false;
    auto const facts = facts_of(fresh);
    ::unlink(name.c_str());
    return facts && facts->has_other_names;
}

GLOBUS_DECL char const* why_unreadable(std::string const& path, bool directory) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) return std::strerror(errno);
    if (S_ISDIR(status.st_mode) != directory) return directory ? "it is no directory" : "it is a directory";
    return nullptr;
}

}  // namespace globus::detail

#endif  // GLOBUS_CORE_PLATFORM_IMPL_FILES_IPP
#endif  // GLOBUS_BODIES
