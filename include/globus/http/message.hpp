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

/// Requests, answers and URLs, below all that the services know.
namespace globus::http {

/// The request methods that Globus services know (RFC 9110, section 9).
enum class Method : unsigned char { get, head, post, put, patch, delete_ };

/// The method as it stands in a request line.
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
    /// In this order; a name may come more than once.
    Headers(std::initializer_list<Field> fields);
    Headers(Headers const&);
    Headers(Headers&&) noexcept;
    Headers& operator=(Headers const&);
    Headers& operator=(Headers&&) noexcept;
    ~Headers();

    /// Adds a field, also when there is one of that name.
    void add(std::string name, std::string value);
    /// Replaces all fields of that name by one.
    void set(std::string name, std::string value);
    /// Takes all fields of that name out.
    void erase(std::string_view name);
    /// The value of the first field of that name, or nullptr.
    [[nodiscard]] std::string const* find(std::string_view name) const noexcept;
    /// The value of the first field of that name, or an empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
    /// The number of fields; a name that comes twice counts twice.
    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept { return fields_.end(); }
    void clear() noexcept { fields_.clear(); }

private:
    std::vector<Field> fields_;
};

/// Takes a piece of a streamed response body; false ends the transfer with NetworkError (cancelled).
using Sink = std::function<bool(std::string_view)>;
/// Fills at most `size` bytes of a streamed request body and says how many; 0 is the end.
using Source = std::function<std::size_t(char* buffer, std::size_t size)>;

/// What came back: any complete answer, whatever its status.
struct Response {
    int status = 0;           ///< three digits; 0: there is no answer yet
    std::string reason = {};  ///< the reason phrase; HTTP/2 has none
    /// Without those of a 1xx before the answer, and without trailers. Of a body that the transport has unpacked nothing
    /// is left that was said of the packed one: neither Content-Encoding nor Content-Length.
    Headers headers = {};
    std::string body = {};  ///< empty if a Sink took it
};

/**
 * What a Transport sends.
 *
 * The credential stands apart from the headers, in a Secret, so that whoever prints or logs a request cannot print it.
 */
struct Request {
    Method method = Method::get;                        ///< in the request line
    std::string url = {};                               ///< absolute, already encoded
    Headers headers = {};                               ///< without Authorization
    Secret authorization = {};                          ///< the value of the Authorization header; empty: none
    std::string body = {};                              ///< sent if `has_body` says so
    bool has_body = false;                              ///< an empty body that is sent differs from none
    Source source = {};                                 ///< streams the body in place of `body`
    std::optional<std::uint64_t> source_size = {};      ///< bytes that `source` will give, if known
    Sink sink = {};                                     ///< takes the body of a 2xx answer in place of Response::body
    std::function<void(Response const&)> on_head = {};  ///< called with status and headers before the first of the body
    Clock::time_point deadline = Clock::time_point::max();  ///< of the whole exchange
    /// True: the deadline is of the way to the body only. Once bytes of a 2xx come or `source` gives some, the exchange lasts
    /// as long as they flow, and the transport's idle time-out alone ends one that stalls.
    bool flows = false;
    /// Ask for a packed answer, and unpack what comes, be it asked for or not, by its Content-Encoding (RFC 9110, section
    /// 8.4); an Accept-Encoding in `headers` takes the place of the transport's own. False: the body as it comes, for
    /// files that are to stay as they are stored. HEAD, and requests with a Range, are never unpacked.
    bool decode = true;
    std::stop_token stop = {};      ///< cancels it, from any thread
    bool fresh_connection = false;  ///< never on a kept connection, so that nothing can replay it unseen
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer body is a NetworkError (too_large)
};

/// The method and the URL without its query and user, for messages: nothing in it is secret.
std::string describe(Request const& request);

}  // namespace globus::http

#ifdef GLOBUS_BODIES
#include <globus/http/impl/message.ipp>
#endif

#endif  // GLOBUS_HTTP_MESSAGE_HPP
