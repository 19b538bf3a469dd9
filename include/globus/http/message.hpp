// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_MESSAGE_HPP
#define GLOBUS_HTTP_MESSAGE_HPP

#include <globus/core/config.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/clock.hpp>

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

#ifdef GLOBUS_BODIES
#include <globus/http/impl/message.ipp>
#endif

#endif  // GLOBUS_HTTP_MESSAGE_HPP
