// SPDX-License-Identifier: Apache-2.0
// globus 0.1.0, made by single_include/generate.py: edit include/, not this file.
#ifndef GLOBUS_GLOBUS_HPP
#define GLOBUS_GLOBUS_HPP

// The C++ SDK for Globus: every service, every authorizer policy, CurlTransport and MockTransport.
//
//     #include <globus/globus.hpp>
//
//     globus::Client<globus::TransferService, globus::AccessTokenPolicy> transfer{token};
//     auto const listing = transfer.operation_ls({.endpoint_id = id, .path = "/~/"});
//     for (auto const& file : listing->DATA) ...
//
// One service alone costs less to compile: <globus/services/transfer.hpp>.

#ifndef GLOBUS_APP_HPP
#define GLOBUS_APP_HPP

// What a program writes around its clients: UserApp and ClientApp, token storage, login flows and re-authorisation.
// SqliteTokenStorage has a header of its own, which needs libsqlite3: globus/app/sqlite_token_storage.hpp.

#ifndef GLOBUS_APP_APP_POLICY_HPP
#define GLOBUS_APP_APP_POLICY_HPP

#ifndef GLOBUS_OAUTH_AUTHORIZER_HPP
#define GLOBUS_OAUTH_AUTHORIZER_HPP

#ifndef GLOBUS_CORE_SECRET_HPP
#define GLOBUS_CORE_SECRET_HPP

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Overwrites `text` with zeros in a way that the optimiser may not drop.
inline void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // within capacity: never allocates; reaches the bytes behind the end, too
    volatile char* bytes = text.data();
    for (std::size_t i = 0; i != text.size(); ++i) bytes[i] = 0;
    text.clear();
}

}  // namespace detail

/**
 * A token, client secret, password or code verifier.
 *
 * No stream or formatter takes it, it converts to nothing by itself, and its memory is wiped when it is destroyed or
 * replaced. `reveal()` is the one way to read it, and easy to search for in a review.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class Secret {
public:
    Secret() = default;
    Secret(std::string text) : text_(std::move(text)) { detail::wipe(text); }
    Secret(char const* text) : text_(text) {}
    Secret(std::string_view text) : text_(text) {}

    Secret(Secret const&) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { detail::wipe(other.text_); }
    Secret& operator=(Secret const& other) {
        if (this != &other) {
            std::string copy = other.text_;
            detail::wipe(text_);
            text_ = std::move(copy);
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            detail::wipe(text_);
            text_ = std::move(other.text_);
            detail::wipe(other.text_);
        }
        return *this;
    }
    ~Secret() { detail::wipe(text_); }

    [[nodiscard]] std::string const& reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Compares every byte whatever comes first, so that the time taken tells nothing but the length.
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
#ifndef GLOBUS_HTTP_MESSAGE_HPP
#define GLOBUS_HTTP_MESSAGE_HPP

#ifndef GLOBUS_CORE_ERROR_HPP
#define GLOBUS_CORE_ERROR_HPP

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

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
 * `what()` is one sentence for a person and never holds a token, a client secret or a password.
 */
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The call cannot be right: an empty id, a newline in a header, an unknown environment. Thrown before any I/O.
class UsageError : public Error {
public:
    using Error::Error;
};

/**
 * What came back is not the document that was expected: not JSON, cut off, or a member of another type.
 *
 * `body()` is the text as received, so that nothing is lost.
 */
class DecodeError : public Error {
public:
    /// Whether the text is no JSON at all, or not all of one document, as when an answer is cut off.
    enum class Damage : bool { none, malformed };

    explicit DecodeError(std::string const& what, std::string body = {}, Damage damage = Damage::none)
        : Error(what), body_(std::move(body)), damage_(damage) {}

    [[nodiscard]] std::string const& body() const noexcept { return body_; }
    /// True if asking again may help; false if the service means what it says.
    [[nodiscard]] bool malformed() const noexcept { return damage_ == Damage::malformed; }

private:
    std::string body_;
    Damage damage_;
};

/**
 * A value, or the error that took its place: what the `try_` functions return to programs that do not throw.
 *
 *     auto listing = client.try_send(OperationLs{.endpoint_id = id});
 *     if (!listing) return complain(listing.error().what());
 *     use(**listing);
 *
 * @tparam T  the type of the value
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
template <class T>
class Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    /// Calls `f` and keeps what it returns, or the globus::Error that it throws; other exceptions pass through.
    template <class F>
    [[nodiscard]] static Result from(F&& f) {
        try {
            return Result(std::forward<F>(f)());
        } catch (Error const& error) {
            return Result(Failure{std::current_exception(), &error});
        }
    }

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the error itself, with its own type, when there is none.
    [[nodiscard]] T const& value() const& {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_).thrown);
        return std::get<0>(std::move(state_));
    }
    [[nodiscard]] T const& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T const* operator->() const { return &value(); }

    /// The error; call it only when there is no value. `dynamic_cast` tells which one it is.
    [[nodiscard]] Error const& error() const {
        if (has_value()) throw UsageError("Result::error() was called on a result that holds a value");
        return *std::get<1>(state_).error;
    }

private:
    struct Failure {
        std::exception_ptr thrown;  ///< keeps the object that `error` points to
        Error const* error;
    };

    explicit Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    std::variant<T, Failure> state_;
};

}  // namespace globus

#endif  // GLOBUS_CORE_ERROR_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::http {

using Clock = std::chrono::steady_clock;  ///< of deadlines: it never jumps

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
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    /// Adds a field, also when there is one of that name.
    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// Replaces all fields of that name by one.
    void set(std::string name, std::string value) {
        std::erase_if(fields_, [&](Field const& f) { return detail::equal_ignoring_case(f.first, name); });
        add(std::move(name), std::move(value));
    }
    /// The value of the first field of that name, or nullptr.
    [[nodiscard]] std::string const* find(std::string_view name) const noexcept {
        for (Field const& field : fields_)
            if (detail::equal_ignoring_case(field.first, name)) return &field.second;
        return nullptr;
    }
    /// The value of the first field of that name, or an empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept {
        std::string const* value = find(name);
        return value != nullptr ? std::string_view(*value) : std::string_view{};
    }
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
    int status = 0;
    std::string reason = {};  ///< the reason phrase; HTTP/2 has none
    Headers headers = {};
    std::string body = {};
};

/**
 * What a Transport sends.
 *
 * The credential stands apart from the headers, in a Secret, so that whoever prints or logs a request cannot print it.
 */
struct Request {
    Method method = Method::get;
    std::string url = {};  ///< absolute, already encoded
    Headers headers = {};
    Secret authorization = {};  ///< the value of the Authorization header; empty: none
    std::string body = {};
    bool has_body = false;                              ///< an empty body that is sent differs from none
    Source source = {};                                 ///< streams the body in place of `body`
    std::optional<std::uint64_t> source_size = {};      ///< bytes that `source` will give, if known
    Sink sink = {};                                     ///< takes the body of a 2xx answer in place of Response::body
    std::function<void(Response const&)> on_head = {};  ///< called with status and headers before the first of the body
    Clock::time_point deadline = Clock::time_point::max();  ///< of the whole exchange
    std::stop_token stop = {};                              ///< cancels it, from any thread
    bool fresh_connection = false;  ///< never on a kept connection, so that nothing can replay it unseen
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer body is a NetworkError (too_large)
};

}  // namespace globus::http

#endif  // GLOBUS_HTTP_MESSAGE_HPP
#ifndef GLOBUS_HTTP_TRANSPORT_HPP
#define GLOBUS_HTTP_TRANSPORT_HPP

#ifndef GLOBUS_HTTP_ERRORS_HPP
#define GLOBUS_HTTP_ERRORS_HPP

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * No complete answer came.
 *
 * `kind()` says what went wrong, `sent()` how far the request got: an operation that must not be done twice may be
 * repeated after `Sent::no`, and has an unknown outcome after `Sent::yes`.
 */
class NetworkError : public Error {
public:
    enum class Kind : unsigned char {
        timeout,      ///< a limit or the deadline of the call passed
        cancelled,    ///< the stop_token asked, or the client was destroyed
        resolve,      ///< the host name is not known
        connect,      ///< nobody listens, or no route
        tls,          ///< the certificate or the handshake was refused
        interrupted,  ///< the connection broke after it was made
        too_large,    ///< the answer is larger than the limit
        redirect,     ///< a redirect that must not be followed
        protocol,     ///< not HTTP
        local,        ///< this process: memory, file descriptors, libcurl itself
    };
    enum class Sent : unsigned char {
        no,   ///< no byte of the request left; doing it again is safe
        yes,  ///< some or all of it may have been read by the service
    };

    NetworkError(Kind kind, Sent sent, std::string const& what) : Error(what), kind_(kind), sent_(sent) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] Sent sent() const noexcept { return sent_; }

    /// The submission id of a submit_transfer or submit_delete that this ended; empty for other calls.
    [[nodiscard]] std::string const& submission_id() const noexcept { return submission_id_; }
    void set_submission_id(std::string id) { submission_id_ = std::move(id); }

private:
    Kind kind_;
    Sent sent_;
    std::string submission_id_;
};

/// What a service asks for before it will serve: consents, a fresh login, another identity.
/// https://docs.globus.org/api/auth/sessions/
struct AuthorizationParameters {
    std::optional<std::string> session_message = {};
    std::optional<std::vector<std::string>> session_required_identities = {};
    std::optional<std::vector<std::string>> session_required_single_domain = {};
    std::optional<std::vector<std::string>> session_required_policies = {};
    std::optional<bool> session_required_mfa = {};
    std::optional<std::vector<std::string>> required_scopes = {};
    std::optional<std::string> prompt = {};
};

/// One of the errors that an answer lists.
struct SubError {
    std::string code = {};     ///< empty where the service gives none
    std::string message = {};  ///< empty where the service gives none
    boost::json::object raw = {};
    bool has_message = false;  ///< tells an empty message from none
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
 * Reads every form in which Globus services say what is wrong: the common `code`/`message`/`request_id` document, the
 * `errors` of JSON:API (https://jsonapi.org/format/#error-objects), lists of `errors` of other kinds, forms that one
 * service alone has, and no document at all. What an answer does not say is empty, and `raw_json()` has the rest.
 *
 * Each service has a class of its own, such as TransferApiError.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share what was read.
 */
class ApiError : public Error {
public:
    /// @param request  the request that was answered; its method and URL (without the query) go into `what()`
    ApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, nullptr) {}

    [[nodiscard]] int http_status() const noexcept { return data_->response.status; }
    [[nodiscard]] std::string const& http_reason() const noexcept { return data_->response.reason; }
    [[nodiscard]] http::Headers const& headers() const noexcept { return data_->response.headers; }
    /// The service's word for this error, such as "EndpointNotFound" or "ConsentRequired"; empty if it gives none.
    /// Of several errors: the word that all have in common.
    [[nodiscard]] std::string const& code() const noexcept { return data_->reading.code; }
    /// `messages()` joined by "; "; empty if there are none.
    [[nodiscard]] std::string const& message() const noexcept { return data_->message; }
    [[nodiscard]] std::vector<std::string> const& messages() const noexcept { return data_->reading.messages; }
    /// What to quote to Globus support, from the document or else its X-Request-ID header; empty if there is none.
    [[nodiscard]] std::string const& request_id() const noexcept { return data_->reading.request_id; }
    /// The errors that the document lists, or the document itself as the only one.
    [[nodiscard]] std::vector<SubError> const& errors() const noexcept { return data_->reading.errors; }
    /// The body as received, up to 64 KiB.
    [[nodiscard]] std::string const& body() const noexcept { return data_->response.body; }
    /// The body as JSON; null if it is not JSON by its Content-Type.
    [[nodiscard]] boost::json::value const& raw_json() const noexcept { return data_->json; }

    /// What has to be consented to or logged in for, if the answer has `authorization_parameters`.
    [[nodiscard]] std::optional<AuthorizationParameters> const& authorization_parameters() const noexcept {
        return data_->parameters;
    }
    /// The scopes that a ConsentRequired error names; empty for other errors.
    [[nodiscard]] std::vector<std::string> const& required_scopes() const noexcept { return data_->required_scopes; }
    [[nodiscard]] bool consent_required() const noexcept { return !data_->required_scopes.empty(); }

    /// The submission id of a submit_transfer or submit_delete that this ended; empty for other calls.
    [[nodiscard]] std::string const& submission_id() const noexcept { return submission_id_; }
    void set_submission_id(std::string id) { submission_id_ = std::move(id); }

protected:
    /// What a document says.
    struct Reading {
        std::string code = {};
        std::string request_id = {};
        std::vector<std::string> messages = {};
        std::vector<SubError> errors = {};
    };
    /// Reads a document that is in none of the forms that all services have. Returns false if it cannot, either.
    using OwnForm = bool (*)(boost::json::object const& document, Reading& reading);
    /// Completes what was read, in whatever form.
    using Completion = void (*)(Reading& reading);

    /// For the error class of a service that has a form of its own; either function may be null.
    ApiError(http::Request const& request, http::Response response, OwnForm own_form, Completion complete)
        : ApiError(request, read(std::move(response), own_form, complete)) {}

    /// A SubError of which the first of the members named that is a text is the message.
    static SubError sub_error(boost::json::object const& object, std::initializer_list<std::string_view> message);
    /// The code that all errors have that have one; empty if they differ.
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
    std::string submission_id_;
};

namespace detail {

/// The media type of a Content-Type header, lower-case and without parameters (RFC 9110, section 8.3).
inline std::string media_type(std::string_view content_type) {
    std::string type(content_type.substr(0, content_type.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
    while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.erase(0, 1);
    for (char& c : type) c = http::detail::lower(c);
    return type;
}

inline bool is_json_media_type(std::string_view type) {
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

/// A member that is a text; nothing if it is missing or something else.
inline std::optional<std::string_view> text_member(boost::json::object const& object, std::string_view name) {
    boost::json::value const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string());
}

/// The texts of a list of texts, or of one text if that may stand alone; nothing for anything else.
inline std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text = false) {
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

/// A list of objects, perhaps empty; nullptr for anything else.
inline boost::json::array const* object_list(boost::json::value const* value) {
    if (value == nullptr || !value->is_array()) return nullptr;
    for (boost::json::value const& item : value->get_array())
        if (!item.is_object()) return nullptr;
    return &value->get_array();
}

/// The texts of a text split at commas.
inline std::vector<std::string> split_commas(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        auto const comma = text.find(',', begin);
        parts.emplace_back(text.substr(begin, comma - begin));
        if (comma == std::string_view::npos) return parts;
        begin = comma + 1;
    }
}

/// Reads the `authorization_parameters` of an error. A member of another type than expected is left out.
inline AuthorizationParameters read_authorization_parameters(boost::json::object const& object) {
    AuthorizationParameters parameters;
    auto const text = [&](char const* name) -> std::optional<std::string> {
        auto const found = text_member(object, name);
        return found ? std::optional<std::string>(*found) : std::nullopt;
    };
    parameters.session_message = text("session_message");
    parameters.session_required_identities = text_list(object.if_contains("session_required_identities"));
    parameters.session_required_single_domain = text_list(object.if_contains("session_required_single_domain"));
    parameters.session_required_policies = text_list(object.if_contains("session_required_policies"));
    if (auto const joined = text("session_required_policies"))
        parameters.session_required_policies = split_commas(*joined);
    if (auto const* mfa = object.if_contains("session_required_mfa"); mfa != nullptr && mfa->is_bool())
        parameters.session_required_mfa = mfa->get_bool();
    parameters.required_scopes = text_list(object.if_contains("required_scopes"));
    parameters.prompt = text("prompt");
    return parameters;
}

}  // namespace detail

inline SubError ApiError::sub_error(boost::json::object const& object,
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

inline std::string ApiError::common_code(std::vector<SubError> const& errors) {
    std::string code;
    for (SubError const& sub : errors) {
        if (sub.code.empty()) continue;
        if (!code.empty() && code != sub.code) return {};
        code = sub.code;
    }
    return code;
}

inline boost::json::value const& ApiError::document_member(std::string_view name) const noexcept {
    static boost::json::value const nothing;
    auto const* document = data_->json.if_object();
    auto const* value = document != nullptr ? document->if_contains(name) : nullptr;
    return value != nullptr ? *value : nothing;
}

inline std::string_view ApiError::document_text(std::string_view name) const noexcept {
    boost::json::value const& value = document_member(name);
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

inline std::string ApiError::describe(http::Request const& request, Data const& data) {
    std::string what = std::string(http::to_string(request.method)) + ' ' +
                       request.url.substr(0, request.url.find_first_of("?#")) + " was answered " +
                       std::to_string(data.response.status);
    std::string_view code = data.reading.code;
    std::string_view message = data.message;
    if (auto const* document = data.json.if_object(); document != nullptr) {
        // OAuth2 (RFC 6749, section 5.2) and Globus Compute have words of their own
        if (code.empty()) code = detail::text_member(*document, "error").value_or("");
        if (message.empty()) message = detail::text_member(*document, "error_description").value_or("");
        if (message.empty()) message = detail::text_member(*document, "reason").value_or("");
    }
    if (message.empty()) message = data.response.reason;
    if (!code.empty()) what.append(" ").append(code);
    if (!message.empty()) what.append(": ").append(message);
    if (!data.reading.request_id.empty()) what += " (request id " + data.reading.request_id + ')';
    return what;
}

inline std::shared_ptr<ApiError::Data const> ApiError::read(http::Response response, OwnForm own_form,
                                                            Completion complete) {
    auto data = std::make_shared<Data>();
    constexpr std::size_t kept = std::size_t{64} << 10;  // enough for any message; an error page can be anything
    std::string const type = detail::media_type(response.headers.get("Content-Type"));
    if (detail::is_json_media_type(type)) {
        boost::json::parse_options options;
        options.max_depth = 128;
        boost::json::error_code error;
        boost::json::value json = boost::json::parse(response.body, error, {}, options);
        if (!error) data->json = std::move(json);
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

inline void ApiError::read_common_forms(boost::json::object const& document, bool json_api, OwnForm own_form,
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
            reading.errors.push_back(sub_error(item.get_object(), {"detail", "title"}));
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
        for (boost::json::value const& item : *list) reading.errors.push_back(with_message(item.get_object()));
    else
        reading.errors.push_back(with_message(document));
    if (common) {
        reading.code = *code;
        reading.messages.emplace_back(*message);
        reading.request_id = request_id.value_or("");
    } else {
        reading.code = code ? std::string(*code) : common_code(reading.errors);
        std::vector<SubError> itself;
        if (reading.errors.empty()) itself.push_back(with_message(document));
        add_messages(reading.errors.empty() ? itself : reading.errors);
    }
}

inline void ApiError::read_requirements(boost::json::object const& document, Data& data) {
    if (auto const* parameters = document.if_contains("authorization_parameters");
        parameters != nullptr && parameters->is_object())
        data.parameters = detail::read_authorization_parameters(parameters->get_object());
    if (detail::text_member(document, "code") == "ConsentRequired") {
        if (auto scopes = detail::text_list(document.if_contains("required_scopes")))
            data.required_scopes = std::move(*scopes);
        else if (auto const scope = detail::text_member(document, "required_scope"))
            data.required_scopes.emplace_back(*scope);
    }
}

}  // namespace globus

#endif  // GLOBUS_HTTP_ERRORS_HPP

#include <concepts>

namespace globus {

/**
 * What carries requests.
 *
 * `send` returns any complete answer, whatever its status, and throws NetworkError when none came. It keeps the
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

}  // namespace globus

#endif  // GLOBUS_HTTP_TRANSPORT_HPP

#include <concepts>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// What goes into the Authorization header of one request, and which of a policy's credentials it is.
struct Authorization {
    Secret header = {};            ///< empty: no header
    std::uint64_t generation = 0;  ///< grows with every renewal
};

/// What a policy needs to know of the call that it authorizes.
struct AuthContext {
    std::string_view auth_url;                                          ///< base URL of Globus Auth, for token requests
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< of the whole call
    std::stop_token stop = {};                                          ///< cancels it
};

// What kind of credential a policy presents is its member type `credential`: one of these, or the BasicCredential of
// client_kinds.hpp.

/// No credential.
struct NoCredential {};
/// An access token. RFC 6750
struct BearerCredential {};

/// `P` gives what goes into the Authorization header, fetching it over `T` when it has to.
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

/// `P` names the kind of credential it presents.
template <class P>
concept NamesCredential = requires { typename P::credential; };

/**
 * How a Client proves who is asking.
 *
 * A Client calls `authorize` before each attempt, and `unauthorized` after the first 401 of a call; it sends the
 * request once more if that answers true. A policy is a cheap handle: copies share one token and one renewal. Its
 * functions are const and may be called from many threads.
 *
 * Models: NullPolicy, BasicPolicy, AccessTokenPolicy, RefreshPolicy, ClientCredentialsPolicy, TokenSourcePolicy.
 *
 * An error that names this concept means that the second argument of `Client` is not such a policy; the line after it
 * names the member that is missing.
 */
template <class P, class T>
concept Authorizer =
    std::copy_constructible<P> && NamesCredential<P> && GivesAuthorization<P, T> && AnswersUnauthorized<P, T>;

}  // namespace globus

#endif  // GLOBUS_OAUTH_AUTHORIZER_HPP
#ifndef GLOBUS_OAUTH_SCOPE_HPP
#define GLOBUS_OAUTH_SCOPE_HPP

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// A scope text that cannot be read; `what()` says where it goes wrong.
class ScopeError : public UsageError {
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
 * In text a `*` before a scope marks it optional (asked for when needed), and `[...]` behind it lists the scopes that it
 * depends on. Scopes convert to text, so that they go wherever operations and policies take texts.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * RFC 6749, section 3.3; https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
 */
class Scope {
public:
    /// A scope by its own text, without marks and dependencies.
    /// @throws ScopeError  for a character that no scope may have, and for one of `[`, `]`, `*` and blank: see parse
    explicit Scope(std::string scope_string) : scope_string_(std::move(scope_string)) { check(scope_string_); }
    explicit Scope(std::string_view scope_string) : Scope(std::string(scope_string)) {}
    explicit Scope(char const* scope_string) : Scope(std::string(scope_string)) {}

    /**
     * Reads scopes from their text. Scopes of one name are one: each has all dependencies that any of them has, and a
     * dependency that is needed swallows the same one marked optional. The result is sorted by text.
     *
     * @throws ScopeError  for unbalanced brackets, misplaced marks, cycles, more than 64 levels, more than 10,000
     *                     scopes in all, or more than 512 KiB
     */
    [[nodiscard]] static std::vector<Scope> parse(std::string_view text);
    /// As parse, of exactly one scope.
    [[nodiscard]] static Scope parse_one(std::string_view text) {
        std::vector<Scope> scopes = parse(text);
        if (scopes.size() != 1)
            throw ScopeError("the text has " + std::to_string(scopes.size()) + " scopes where one is wanted");
        return std::move(scopes.front());
    }
    /// The texts of scopes, separated by blanks.
    [[nodiscard]] static std::string join(std::vector<Scope> const& scopes) {
        std::string out;
        for (Scope const& scope : scopes) {
            if (!out.empty()) out += ' ';
            scope.append_to(out);
        }
        return out;
    }
    /// All scopes of both, as one text with both would be read.
    [[nodiscard]] static std::vector<Scope> merge(std::vector<Scope> const& a, std::vector<Scope> const& b) {
        return parse(join(a) + ' ' + join(b));
    }

    [[nodiscard]] std::string const& scope_string() const noexcept { return scope_string_; }
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    [[nodiscard]] std::vector<Scope> const& dependencies() const noexcept { return dependencies_; }

    /// The same scope with one more dependency.
    [[nodiscard]] Scope with_dependency(Scope dependency) const {
        Scope copy = *this;
        copy.dependencies_.push_back(std::move(dependency));
        return copy;
    }
    /// The same scope, marked optional or not.
    [[nodiscard]] Scope with_optional(bool optional = true) const {
        Scope copy = *this;
        copy.optional_ = optional;
        return copy;
    }

    /// True if who has this scope has `other` too: the same, needed where `other` is needed, with all its dependencies.
    [[nodiscard]] bool contains(Scope const& other) const {
        if (scope_string_ != other.scope_string_ || (optional_ && !other.optional_)) return false;
        return std::all_of(other.dependencies_.begin(), other.dependencies_.end(), [&](Scope const& wanted) {
            return std::any_of(dependencies_.begin(), dependencies_.end(),
                               [&](Scope const& own) { return own.contains(wanted); });
        });
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        append_to(out);
        return out;
    }
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
    static void check(std::string_view text) {
        for (char const c : text) {
            auto const byte = static_cast<unsigned char>(c);
            if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '[' || c == ']' || c == '*')
                throw ScopeError(
                    "a scope has a character that it may not have; for several scopes, marks and "
                    "dependencies use Scope::parse");
        }
    }
    void append_to(std::string& out) const {
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

    std::string scope_string_;
    bool optional_ = false;
    std::vector<Scope> dependencies_;
};

/// What a text says, by the names of scopes: which ones stand at the top, and what each depends on.
class Scope::Graph {
public:
    explicit Graph(std::string_view text) {
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

    [[nodiscard]] std::vector<Scope> trees() {
        std::vector<Scope> top;
        for (auto const& [name, needs] : edges_[{}]) {
            // at the top a scope and the same one marked optional both stay
            if (needs.needed) top.push_back(tree(name, false, 0));
            if (needs.optional) top.push_back(tree(name, true, 0));
        }
        sort(top);
        return top;
    }

private:
    struct Needs {
        bool needed = false;
        bool optional = false;
    };

    void add(std::string_view parent, std::string_view name, bool optional) {
        Needs& needs = edges_[parent][name];
        (optional ? needs.optional : needs.needed) = true;
    }
    Scope tree(std::string_view name, bool optional, std::size_t depth) {
        if (depth > deepest || ++made_ > most)
            throw ScopeError("the scopes depend on one another too deeply or too often");
        for (std::string_view const above : path_)
            if (above == name) throw ScopeError("the scope " + std::string(name) + " depends on itself");
        Scope scope(name);
        scope.optional_ = optional;
        path_.push_back(name);
        if (auto const found = edges_.find(name); found != edges_.end())
            for (auto const& [child, needs] : found->second)
                scope.dependencies_.push_back(tree(child, !needs.needed, depth + 1));
        path_.pop_back();
        sort(scope.dependencies_);
        return scope;
    }
    static void sort(std::vector<Scope>& scopes) {
        std::vector<std::pair<std::string, Scope*>> order;  // each text is made once
        for (Scope& scope : scopes) order.emplace_back(scope.text(), &scope);
        std::sort(order.begin(), order.end());
        std::vector<Scope> sorted;
        for (auto const& [text, scope] : order) sorted.push_back(std::move(*scope));
        scopes = std::move(sorted);
    }

    std::map<std::string_view, std::map<std::string_view, Needs>> edges_;
    std::vector<std::size_t> members_;  ///< of each open bracket
    std::vector<std::string_view> path_;
    std::size_t read_ = 0;
    std::size_t made_ = 0;
    bool closed_ = false;
};

inline std::vector<Scope> Scope::parse(std::string_view text) { return Graph(text).trees(); }

}  // namespace globus

#endif  // GLOBUS_OAUTH_SCOPE_HPP
#ifndef GLOBUS_OAUTH_SCOPES_HPP
#define GLOBUS_OAUTH_SCOPES_HPP

#ifndef GLOBUS_CORE_ENCODING_HPP
#define GLOBUS_CORE_ENCODING_HPP

#include <cstdint>
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

inline void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

inline constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline std::string base64(std::string_view bytes, char const* alphabet, bool padded) {
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

}  // namespace detail

/// `text` percent-encoded as one path segment or query value: all but unreserved characters (RFC 3986, section 2.1).
inline std::string percent_encode(std::string_view text) {
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

/// Appends `text` as application/x-www-form-urlencoded writes it: a space is '+' (WHATWG URL, section 5).
inline void append_form_encoded(std::string& out, std::string_view text) {
    for (char const c : text) {
        if (detail::is_unreserved(c))
            out += c;
        else if (c == ' ')
            out += '+';
        else
            detail::append_escaped(out, c);
    }
}

/// The text that `text` stands for; std::nullopt where a '%' is not followed by two hexadecimal digits.
/// @param plus_is_space  true in a query or form, false in a path
inline std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false) {
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

/// The name-value pairs of a query string, in order. A pair that is badly escaped is kept as it stands.
inline std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
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

/// Base64 with padding (RFC 4648, section 4).
inline std::string base64_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64_alphabet, true);
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
inline std::string base64url_encode(std::string_view bytes) {
    return detail::base64(bytes, detail::base64url_alphabet, false);
}

/// The bytes of unpadded base64url text; std::nullopt for any other character, a wrong length or stray bits at the end.
inline std::optional<std::string> base64url_decode(std::string_view text) {
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

/// Lower-case hexadecimal.
inline std::string hex_encode(std::string_view bytes) {
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
#ifndef GLOBUS_CORE_VALUES_HPP
#define GLOBUS_CORE_VALUES_HPP

#ifndef GLOBUS_CORE_MEMBERS_HPP
#define GLOBUS_CORE_MEMBERS_HPP

#include <boost/hana/accessors.hpp>
#include <boost/hana/core/when.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace globus {

/// Where a member of an operation goes in the request. `automatic`: into the route if it is named there, else the query.
enum class Place : unsigned char { automatic, query, json, form };

/// How a member is spelt in a query or form.
enum class Spelling : unsigned char {
    automatic,  ///< True or False; the items of a list joined by commas
    number,     ///< a bool as 1 or 0
    lower,      ///< a bool as true or false
    repeat,     ///< a list as one parameter an item
    space,      ///< the items of a list joined by spaces
};

/**
 * One member whose wire form is not the ordinary one: another name, another place or another spelling.
 *
 * Made by rename(), in_query(), in_json() and in_form(), listed in a struct's `wire`.
 */
struct Wire {
    std::string_view member = {};
    std::string_view name = {};  ///< on the wire; for Place::json a slash separates levels, as in "project/admin_ids"
    Place place = Place::automatic;
    Spelling spelling = Spelling::automatic;
};

/// The member is called `name` on the wire.
constexpr Wire rename(std::string_view member, std::string_view name) { return {member, name}; }
/// The member is a query parameter, spelt as `spelling` says.
constexpr Wire in_query(std::string_view member, Spelling spelling) { return {member, member, Place::query, spelling}; }
constexpr Wire in_query(std::string_view member, std::string_view name, Spelling spelling = Spelling::automatic) {
    return {member, name, Place::query, spelling};
}
/// The member stands in the JSON body under its own name, or at `path` (levels separated by slashes).
constexpr Wire in_json(std::string_view member) { return {member, member, Place::json}; }
constexpr Wire in_json(std::string_view member, std::string_view path) { return {member, path, Place::json}; }
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

/// One member of a described type: the name is a constant, so that code for it is chosen when it is compiled.
template <class T, std::size_t I>
struct Member {
    static constexpr std::string_view key = T::members::keys[I];

    /// Reads it from an object; what Hana calls an accessor.
    template <class O>
    constexpr decltype(auto) operator()(O&& object) const {
        auto& member = T::with_members(object, [](auto&... all) -> auto& { return std::get<I>(std::tie(all...)); });
        if constexpr (std::is_lvalue_reference_v<O>)
            return (member);
        else
            return std::move(member);
    }
};

/// The names in "first, second, third".
template <std::size_t N>
constexpr std::array<std::string_view, N> split_names(std::string_view text) {
    std::array<std::string_view, N> names;
    for (std::string_view& name : names) {
        name = text.substr(0, text.find(','));
        text.remove_prefix(name.size() < text.size() ? name.size() + 2 : name.size());
    }
    return names;
}
constexpr std::size_t count_names(std::string_view text) {
    std::size_t count = text.empty() ? 0 : 1;
    for (char const c : text) count += c == ',';
    return count;
}

/// The members of a described type, in the order of their declaration. Nothing of it is made before it is used.
template <class T>
struct Members {
    static constexpr std::size_t size = count_names(T::member_names);
    static constexpr std::array<std::string_view, size> keys = split_names<size>(T::member_names);

    /// Calls `f(Member<T, I>{}, member)` for each.
    template <class O, class F>
    static constexpr void for_each(O& object, F&& f) {
        T::with_members(object, [&f](auto&... all) { each(std::make_index_sequence<size>{}, f, all...); });
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

template <class T>
constexpr Wire wire_of(std::string_view member) {
    if constexpr (requires { T::wire; })
        for (Wire const& wire : T::wire)
            if (wire.member == member) return wire;
    return {member, member};
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

/// Makes every described type a model of Hana's Struct; nothing of it is instantiated before it is asked for.
template <typename T>
struct accessors_impl<T, when<globus::Described<T>>> {
    template <class U = T>
    static constexpr auto apply() {
        return U::members::hana_accessors();
    }
};

}  // namespace boost::hana

// One macro a length: the recursion of a single macro costs the preprocessor a hundred rescans a member.
// clang-format off
#define GLOBUS_DETAIL_LIST1(o, m) o.m
#define GLOBUS_DETAIL_LIST2(o, m, ...) o.m, GLOBUS_DETAIL_LIST1(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST3(o, m, ...) o.m, GLOBUS_DETAIL_LIST2(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST4(o, m, ...) o.m, GLOBUS_DETAIL_LIST3(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST5(o, m, ...) o.m, GLOBUS_DETAIL_LIST4(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST6(o, m, ...) o.m, GLOBUS_DETAIL_LIST5(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST7(o, m, ...) o.m, GLOBUS_DETAIL_LIST6(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST8(o, m, ...) o.m, GLOBUS_DETAIL_LIST7(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST9(o, m, ...) o.m, GLOBUS_DETAIL_LIST8(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST10(o, m, ...) o.m, GLOBUS_DETAIL_LIST9(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST11(o, m, ...) o.m, GLOBUS_DETAIL_LIST10(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST12(o, m, ...) o.m, GLOBUS_DETAIL_LIST11(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST13(o, m, ...) o.m, GLOBUS_DETAIL_LIST12(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST14(o, m, ...) o.m, GLOBUS_DETAIL_LIST13(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST15(o, m, ...) o.m, GLOBUS_DETAIL_LIST14(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST16(o, m, ...) o.m, GLOBUS_DETAIL_LIST15(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST17(o, m, ...) o.m, GLOBUS_DETAIL_LIST16(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST18(o, m, ...) o.m, GLOBUS_DETAIL_LIST17(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST19(o, m, ...) o.m, GLOBUS_DETAIL_LIST18(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST20(o, m, ...) o.m, GLOBUS_DETAIL_LIST19(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST21(o, m, ...) o.m, GLOBUS_DETAIL_LIST20(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST22(o, m, ...) o.m, GLOBUS_DETAIL_LIST21(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST23(o, m, ...) o.m, GLOBUS_DETAIL_LIST22(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST24(o, m, ...) o.m, GLOBUS_DETAIL_LIST23(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST25(o, m, ...) o.m, GLOBUS_DETAIL_LIST24(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST26(o, m, ...) o.m, GLOBUS_DETAIL_LIST25(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST27(o, m, ...) o.m, GLOBUS_DETAIL_LIST26(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST28(o, m, ...) o.m, GLOBUS_DETAIL_LIST27(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST29(o, m, ...) o.m, GLOBUS_DETAIL_LIST28(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST30(o, m, ...) o.m, GLOBUS_DETAIL_LIST29(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST31(o, m, ...) o.m, GLOBUS_DETAIL_LIST30(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST32(o, m, ...) o.m, GLOBUS_DETAIL_LIST31(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST33(o, m, ...) o.m, GLOBUS_DETAIL_LIST32(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST34(o, m, ...) o.m, GLOBUS_DETAIL_LIST33(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST35(o, m, ...) o.m, GLOBUS_DETAIL_LIST34(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST36(o, m, ...) o.m, GLOBUS_DETAIL_LIST35(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST37(o, m, ...) o.m, GLOBUS_DETAIL_LIST36(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST38(o, m, ...) o.m, GLOBUS_DETAIL_LIST37(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST39(o, m, ...) o.m, GLOBUS_DETAIL_LIST38(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST40(o, m, ...) o.m, GLOBUS_DETAIL_LIST39(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST41(o, m, ...) o.m, GLOBUS_DETAIL_LIST40(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST42(o, m, ...) o.m, GLOBUS_DETAIL_LIST41(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST43(o, m, ...) o.m, GLOBUS_DETAIL_LIST42(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST44(o, m, ...) o.m, GLOBUS_DETAIL_LIST43(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST45(o, m, ...) o.m, GLOBUS_DETAIL_LIST44(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST46(o, m, ...) o.m, GLOBUS_DETAIL_LIST45(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST47(o, m, ...) o.m, GLOBUS_DETAIL_LIST46(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST48(o, m, ...) o.m, GLOBUS_DETAIL_LIST47(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST49(o, m, ...) o.m, GLOBUS_DETAIL_LIST48(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST50(o, m, ...) o.m, GLOBUS_DETAIL_LIST49(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST51(o, m, ...) o.m, GLOBUS_DETAIL_LIST50(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST52(o, m, ...) o.m, GLOBUS_DETAIL_LIST51(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST53(o, m, ...) o.m, GLOBUS_DETAIL_LIST52(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST54(o, m, ...) o.m, GLOBUS_DETAIL_LIST53(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST55(o, m, ...) o.m, GLOBUS_DETAIL_LIST54(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST56(o, m, ...) o.m, GLOBUS_DETAIL_LIST55(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST57(o, m, ...) o.m, GLOBUS_DETAIL_LIST56(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST58(o, m, ...) o.m, GLOBUS_DETAIL_LIST57(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST59(o, m, ...) o.m, GLOBUS_DETAIL_LIST58(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST60(o, m, ...) o.m, GLOBUS_DETAIL_LIST59(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST61(o, m, ...) o.m, GLOBUS_DETAIL_LIST60(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST62(o, m, ...) o.m, GLOBUS_DETAIL_LIST61(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST63(o, m, ...) o.m, GLOBUS_DETAIL_LIST62(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST64(o, m, ...) o.m, GLOBUS_DETAIL_LIST63(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST65(o, m, ...) o.m, GLOBUS_DETAIL_LIST64(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST66(o, m, ...) o.m, GLOBUS_DETAIL_LIST65(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST67(o, m, ...) o.m, GLOBUS_DETAIL_LIST66(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST68(o, m, ...) o.m, GLOBUS_DETAIL_LIST67(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST69(o, m, ...) o.m, GLOBUS_DETAIL_LIST68(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST70(o, m, ...) o.m, GLOBUS_DETAIL_LIST69(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST71(o, m, ...) o.m, GLOBUS_DETAIL_LIST70(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST72(o, m, ...) o.m, GLOBUS_DETAIL_LIST71(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST73(o, m, ...) o.m, GLOBUS_DETAIL_LIST72(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST74(o, m, ...) o.m, GLOBUS_DETAIL_LIST73(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST75(o, m, ...) o.m, GLOBUS_DETAIL_LIST74(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST76(o, m, ...) o.m, GLOBUS_DETAIL_LIST75(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST77(o, m, ...) o.m, GLOBUS_DETAIL_LIST76(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST78(o, m, ...) o.m, GLOBUS_DETAIL_LIST77(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST79(o, m, ...) o.m, GLOBUS_DETAIL_LIST78(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST80(o, m, ...) o.m, GLOBUS_DETAIL_LIST79(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST81(o, m, ...) o.m, GLOBUS_DETAIL_LIST80(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST82(o, m, ...) o.m, GLOBUS_DETAIL_LIST81(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST83(o, m, ...) o.m, GLOBUS_DETAIL_LIST82(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST84(o, m, ...) o.m, GLOBUS_DETAIL_LIST83(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST85(o, m, ...) o.m, GLOBUS_DETAIL_LIST84(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST86(o, m, ...) o.m, GLOBUS_DETAIL_LIST85(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST87(o, m, ...) o.m, GLOBUS_DETAIL_LIST86(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST88(o, m, ...) o.m, GLOBUS_DETAIL_LIST87(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST89(o, m, ...) o.m, GLOBUS_DETAIL_LIST88(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST90(o, m, ...) o.m, GLOBUS_DETAIL_LIST89(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST91(o, m, ...) o.m, GLOBUS_DETAIL_LIST90(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST92(o, m, ...) o.m, GLOBUS_DETAIL_LIST91(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST93(o, m, ...) o.m, GLOBUS_DETAIL_LIST92(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST94(o, m, ...) o.m, GLOBUS_DETAIL_LIST93(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST95(o, m, ...) o.m, GLOBUS_DETAIL_LIST94(o, __VA_ARGS__)
#define GLOBUS_DETAIL_LIST96(o, m, ...) o.m, GLOBUS_DETAIL_LIST95(o, __VA_ARGS__)
#define GLOBUS_DETAIL_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40, _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53, _54, _55, _56, _57, _58, _59, _60, _61, _62, _63, _64, _65, _66, _67, _68, _69, _70, _71, _72, _73, _74, _75, _76, _77, _78, _79, _80, _81, _82, _83, _84, _85, _86, _87, _88, _89, _90, _91, _92, _93, _94, _95, _96, NAME, ...) NAME
#define GLOBUS_DETAIL_LIST(o, ...) GLOBUS_DETAIL_PICK(__VA_ARGS__, GLOBUS_DETAIL_LIST96, GLOBUS_DETAIL_LIST95, GLOBUS_DETAIL_LIST94, GLOBUS_DETAIL_LIST93, GLOBUS_DETAIL_LIST92, GLOBUS_DETAIL_LIST91, GLOBUS_DETAIL_LIST90, GLOBUS_DETAIL_LIST89, GLOBUS_DETAIL_LIST88, GLOBUS_DETAIL_LIST87, GLOBUS_DETAIL_LIST86, GLOBUS_DETAIL_LIST85, GLOBUS_DETAIL_LIST84, GLOBUS_DETAIL_LIST83, GLOBUS_DETAIL_LIST82, GLOBUS_DETAIL_LIST81, GLOBUS_DETAIL_LIST80, GLOBUS_DETAIL_LIST79, GLOBUS_DETAIL_LIST78, GLOBUS_DETAIL_LIST77, GLOBUS_DETAIL_LIST76, GLOBUS_DETAIL_LIST75, GLOBUS_DETAIL_LIST74, GLOBUS_DETAIL_LIST73, GLOBUS_DETAIL_LIST72, GLOBUS_DETAIL_LIST71, GLOBUS_DETAIL_LIST70, GLOBUS_DETAIL_LIST69, GLOBUS_DETAIL_LIST68, GLOBUS_DETAIL_LIST67, GLOBUS_DETAIL_LIST66, GLOBUS_DETAIL_LIST65, GLOBUS_DETAIL_LIST64, GLOBUS_DETAIL_LIST63, GLOBUS_DETAIL_LIST62, GLOBUS_DETAIL_LIST61, GLOBUS_DETAIL_LIST60, GLOBUS_DETAIL_LIST59, GLOBUS_DETAIL_LIST58, GLOBUS_DETAIL_LIST57, GLOBUS_DETAIL_LIST56, GLOBUS_DETAIL_LIST55, GLOBUS_DETAIL_LIST54, GLOBUS_DETAIL_LIST53, GLOBUS_DETAIL_LIST52, GLOBUS_DETAIL_LIST51, GLOBUS_DETAIL_LIST50, GLOBUS_DETAIL_LIST49, GLOBUS_DETAIL_LIST48, GLOBUS_DETAIL_LIST47, GLOBUS_DETAIL_LIST46, GLOBUS_DETAIL_LIST45, GLOBUS_DETAIL_LIST44, GLOBUS_DETAIL_LIST43, GLOBUS_DETAIL_LIST42, GLOBUS_DETAIL_LIST41, GLOBUS_DETAIL_LIST40, GLOBUS_DETAIL_LIST39, GLOBUS_DETAIL_LIST38, GLOBUS_DETAIL_LIST37, GLOBUS_DETAIL_LIST36, GLOBUS_DETAIL_LIST35, GLOBUS_DETAIL_LIST34, GLOBUS_DETAIL_LIST33, GLOBUS_DETAIL_LIST32, GLOBUS_DETAIL_LIST31, GLOBUS_DETAIL_LIST30, GLOBUS_DETAIL_LIST29, GLOBUS_DETAIL_LIST28, GLOBUS_DETAIL_LIST27, GLOBUS_DETAIL_LIST26, GLOBUS_DETAIL_LIST25, GLOBUS_DETAIL_LIST24, GLOBUS_DETAIL_LIST23, GLOBUS_DETAIL_LIST22, GLOBUS_DETAIL_LIST21, GLOBUS_DETAIL_LIST20, GLOBUS_DETAIL_LIST19, GLOBUS_DETAIL_LIST18, GLOBUS_DETAIL_LIST17, GLOBUS_DETAIL_LIST16, GLOBUS_DETAIL_LIST15, GLOBUS_DETAIL_LIST14, GLOBUS_DETAIL_LIST13, GLOBUS_DETAIL_LIST12, GLOBUS_DETAIL_LIST11, GLOBUS_DETAIL_LIST10, GLOBUS_DETAIL_LIST9, GLOBUS_DETAIL_LIST8, GLOBUS_DETAIL_LIST7, GLOBUS_DETAIL_LIST6, GLOBUS_DETAIL_LIST5, GLOBUS_DETAIL_LIST4, GLOBUS_DETAIL_LIST3, GLOBUS_DETAIL_LIST2, GLOBUS_DETAIL_LIST1, 0)(o, __VA_ARGS__)
// clang-format on

/**
 * The last line of an operation or document: its own name, then its members in the order of their declaration (at most
 * 96). The struct stays an aggregate, and becomes a model of boost::hana's Struct. It must not be local to a function.
 *
 *     struct Bookmark {
 *         Optional<std::string> name = {};
 *         Optional<std::string> path = {};
 *         GLOBUS_MEMBERS(Bookmark, name, path);
 *     };
 */
#define GLOBUS_MEMBERS(O, ...)                                                                  \
    static constexpr char const* struct_name = #O;                                              \
    static constexpr char const* member_names = #__VA_ARGS__;                                   \
    template <class Object, class F>                                                            \
    static constexpr decltype(auto) with_members([[maybe_unused]] Object& object, F const& f) { \
        return f(__VA_OPT__(GLOBUS_DETAIL_LIST(object, __VA_ARGS__)));                          \
    }                                                                                           \
    using members = ::globus::detail::Members<O>

#endif  // GLOBUS_CORE_MEMBERS_HPP

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

/// Members that a service may add tomorrow: merged into the document that holds them, over members of the same name.
using AdditionalFields = boost::json::object;

/**
 * One text or several, where the service takes either: `.orderby = "name ASC"` and `.orderby = {"name ASC", "size"}`.
 */
class StringList : public std::vector<std::string> {
public:
    StringList() = default;
    StringList(char const* one) : std::vector<std::string>{std::string(one)} {}
    StringList(std::string one) : std::vector<std::string>{std::move(one)} {}
    StringList(std::string_view one) : std::vector<std::string>{std::string(one)} {}
    StringList(std::initializer_list<std::string> several) : std::vector<std::string>(several) {}
    StringList(std::vector<std::string> several) : std::vector<std::string>(std::move(several)) {}
};

/**
 * A member whose value is always `Text`, such as a document's DATA_TYPE. It takes no room and cannot be changed.
 *
 *     Constant<"transfer_item"> DATA_TYPE = {};
 */
template <detail::Name Text>
struct Constant {
    static constexpr std::string_view value{Text.text, sizeof Text.text - 1};
    friend constexpr bool operator==(Constant, Constant) = default;
};

}  // namespace globus

#endif  // GLOBUS_CORE_VALUES_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

// The scopes of the Globus services, each with the resource server whose tokens carry it.
// https://docs.globus.org/api/auth/reference/#globus_scopes

namespace globus {

/// The scopes of Globus Auth.
struct AuthScopes {
    static constexpr std::string_view resource_server = "auth.globus.org";
    static constexpr std::string_view email = "email";
    static constexpr std::string_view manage_projects = "urn:globus:auth:scope:auth.globus.org:manage_projects";
    static constexpr std::string_view openid = "openid";
    static constexpr std::string_view profile = "profile";
    static constexpr std::string_view view_authentications =
        "urn:globus:auth:scope:auth.globus.org:view_authentications";
    static constexpr std::string_view view_clients = "urn:globus:auth:scope:auth.globus.org:view_clients";
    static constexpr std::string_view view_clients_and_scopes =
        "urn:globus:auth:scope:auth.globus.org:view_clients_and_scopes";
    static constexpr std::string_view view_consents = "urn:globus:auth:scope:auth.globus.org:view_consents";
    static constexpr std::string_view view_identities = "urn:globus:auth:scope:auth.globus.org:view_identities";
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
    static constexpr std::string_view manage_flows =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/manage_flows";
    static constexpr std::string_view run = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run";
    static constexpr std::string_view run_manage =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_manage";
    static constexpr std::string_view run_status =
        "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/run_status";
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
    static constexpr std::string_view gcp_install = "urn:globus:auth:scope:transfer.api.globus.org:gcp_install";
};

/// The scopes of the manager of one Globus Connect Server endpoint.
class GcsEndpointScopes {
public:
    explicit GcsEndpointScopes(std::string endpoint_id) : id_(std::move(endpoint_id)) {}

    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    [[nodiscard]] std::string manage_collections() const {
        return "urn:globus:auth:scope:" + id_ + ":manage_collections";
    }

private:
    std::string id_;
};

/// The scopes of one collection.
class GcsCollectionScopes {
public:
    explicit GcsCollectionScopes(std::string collection_id) : id_(std::move(collection_id)) {}

    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// What Transfer needs for a mapped collection.
    [[nodiscard]] std::string data_access() const { return "https://auth.globus.org/scopes/" + id_ + "/data_access"; }
    /// Reading and writing files by HTTPS.
    [[nodiscard]] std::string https() const { return "https://auth.globus.org/scopes/" + id_ + "/https"; }

private:
    std::string id_;
};

/// The scopes of one flow.
class SpecificFlowScopes {
public:
    explicit SpecificFlowScopes(std::string flow_id) : id_(std::move(flow_id)) {}

    [[nodiscard]] std::string const& resource_server() const noexcept { return id_; }
    /// Running the flow.
    [[nodiscard]] std::string user() const {
        std::string name = id_;
        std::replace(name.begin(), name.end(), '-', '_');
        return "https://auth.globus.org/scopes/" + id_ + "/flow_" + name + "_user";
    }

private:
    std::string id_;
};

namespace detail {

/// @throws UsageError  for a text that is no UUID: it would be a scope that nobody has
inline void check_uuids(char const* name, StringList const& ids) {
    for (std::size_t i = 0; i != ids.size(); ++i)
        if (!is_uuid(ids[i]))
            throw UsageError(std::string(name) + '[' + std::to_string(i) + "] is not a UUID: give the ids themselves");
}

}  // namespace detail

/// The scope of Transfer with the optional consents that mapped collections ask for.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] inline Scope transfer_scope_with_data_access(StringList const& collection_ids) {
    detail::check_uuids("collection_ids", collection_ids);
    Scope scope(TransferScopes::all);
    for (std::string const& id : collection_ids)
        scope = scope.with_dependency(Scope(GcsCollectionScopes(id).data_access()).with_optional());
    return scope;
}

/// The scope of one flow that moves files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] inline Scope flow_scope_with_data_access(SpecificFlowScopes const& flow,
                                                       StringList const& collection_ids) {
    return Scope(flow.user()).with_dependency(transfer_scope_with_data_access(collection_ids).with_optional());
}

/// The scope of Timers for timers that move files of mapped collections.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] inline Scope timers_scope_with_data_access(StringList const& collection_ids) {
    return Scope(TimersScopes::timer).with_dependency(transfer_scope_with_data_access(collection_ids));
}

/// The scope of Timers for timers that run flows.
/// @throws UsageError  for an id that is not a UUID
[[nodiscard]] inline Scope timers_scope_with_flows(StringList const& flow_ids) {
    detail::check_uuids("flow_ids", flow_ids);
    Scope scope(TimersScopes::timer);
    for (std::string const& id : flow_ids) scope = scope.with_dependency(Scope(SpecificFlowScopes(id).user()));
    return scope;
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_SCOPES_HPP

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// An app gives authorizations for resource servers. Models: UserApp, ClientApp.
template <class A, class T>
concept AuthorizingApp =
    std::copy_constructible<A> && requires(A const& app, std::string_view server, T const& transport,
                                           AuthContext const& context, Authorization const& refused) {
        { app.authorize(server, transport, context) } -> std::same_as<Authorization>;
        { app.unauthorized(server, refused, transport, context) } -> std::same_as<bool>;
    };

/**
 * The scopes that a client of a service needs for what it is usually used for: all of Transfer, for example, or the
 * searches of Search.
 *
 * @return  nothing for a resource server that is no service of Globus'
 */
[[nodiscard]] inline std::vector<Scope> default_scopes(std::string_view resource_server) {
    std::vector<Scope> scopes;
    auto const add = [&](std::string_view scope) { scopes.emplace_back(scope); };
    if (resource_server == AuthScopes::resource_server) {
        add(AuthScopes::openid);
        add(AuthScopes::profile);
        add(AuthScopes::email);
    } else if (resource_server == ComputeScopes::resource_server) {
        add(ComputeScopes::all);
    } else if (resource_server == FlowsScopes::resource_server) {
        add(FlowsScopes::all);
    } else if (resource_server == GroupsScopes::resource_server) {
        add(GroupsScopes::view_my_groups_and_memberships);
    } else if (resource_server == SearchScopes::resource_server) {
        add(SearchScopes::search);
    } else if (resource_server == TimersScopes::resource_server) {
        add(TimersScopes::timer);
    } else if (resource_server == TransferScopes::resource_server) {
        add(TransferScopes::all);
    }
    return scopes;
}

/**
 * Authorizes the clients of one service by an app: its tokens, its renewals, its logins.
 *
 *     UserApp<Native> app{{.app_name = "backup", .client = Native{client_id}}};
 *     Client<TransferService, AppPolicy<UserApp<Native>>> transfer{AppPolicy{app, TransferService{}}};
 *     auto same = app.client<TransferService>();
 *
 * Making one tells the app that it needs the service's scopes.
 *
 * @par Errors
 * LoginRequiredError when only a login can help; what a renewal throws.
 * @par Thread safety
 * Any function may be called from any thread.
 */
template <class App>
class AppPolicy {
public:
    using credential = BearerCredential;

    /// For a resource server and scopes of one's own choice: a collection, or a Globus Connect Server endpoint.
    AppPolicy(App app, std::string resource_server, std::vector<Scope> scopes)
        : app_(std::move(app)), resource_server_(std::move(resource_server)) {
        app_.add_scope_requirements(resource_server_, std::move(scopes));
    }
    /// For a service, with the scopes that it usually needs.
    template <class Service>
        requires(!std::convertible_to<Service, std::string>)
    AppPolicy(App app, Service const& service) : AppPolicy(std::move(app), server_of(service), scopes_of(service)) {}
    template <class Service>
        requires(!std::convertible_to<Service, std::string>)
    AppPolicy(App app, Service const& service, std::vector<Scope> scopes)
        : AppPolicy(std::move(app), server_of(service), std::move(scopes)) {}

    template <class T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        return app_.authorize(resource_server_, transport, context);
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        return app_.unauthorized(resource_server_, refused, transport, context);
    }

    /// Tells the app that this service needs one more scope. The next call asks for a login if it is not there.
    void add_app_scope(Scope scope) const { app_.add_scope_requirements(resource_server_, {std::move(scope)}); }
    [[nodiscard]] App const& app() const noexcept { return app_; }
    [[nodiscard]] std::string const& resource_server() const noexcept { return resource_server_; }

private:
    template <class Service>
    static std::string server_of(Service const& service) {
        static_assert(
            requires { service.resource_server; } || requires { service.resource_server(); },
            "globus::AppPolicy: this service has no resource server of its own. Give the policy the resource server "
            "and its scopes: AppPolicy(app, endpoint_id, "
            "{Scope(GcsEndpointScopes(endpoint_id).manage_collections())}).");
        if constexpr (requires { service.resource_server(); })
            return std::string(service.resource_server());
        else if constexpr (requires { service.resource_server; })
            return std::string(service.resource_server);
        else
            return {};
    }
    template <class Service>
    static std::vector<Scope> scopes_of(Service const& service) {
        if constexpr (requires { service.user_scope(); })
            return {Scope(service.user_scope())};
        else
            return default_scopes(server_of(service));
    }

    App app_;
    std::string resource_server_;
};

}  // namespace globus

#endif  // GLOBUS_APP_APP_POLICY_HPP
#ifndef GLOBUS_APP_CLIENT_APP_HPP
#define GLOBUS_APP_CLIENT_APP_HPP

#ifndef GLOBUS_APP_GLOBUS_APP_HPP
#define GLOBUS_APP_GLOBUS_APP_HPP

#ifndef GLOBUS_APP_CONSENTS_HPP
#define GLOBUS_APP_CONSENTS_HPP

#ifndef GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP
#define GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP

#ifndef GLOBUS_CORE_OPTIONAL_HPP
#define GLOBUS_CORE_OPTIONAL_HPP

#include <boost/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

namespace globus {

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

    template <class U = T>
        requires(std::convertible_to<U &&, T> && !std::same_as<std::remove_cvref_t<U>, Required> &&
                 (!std::same_as<T, bool> || std::same_as<std::remove_cvref_t<U>, bool>))
    constexpr Required(U&& value) : value_(std::forward<U>(value)) {}

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

    [[nodiscard]] constexpr T const& operator*() const& noexcept { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }

    friend constexpr bool operator==(Required const& a, Required const& b) { return a.value_ == b.value_; }

private:
    T value_;
};

/// JSON null, where it means something else than leaving a member out.
struct Null {
    friend constexpr bool operator==(Null, Null) = default;
};
inline constexpr Null null{};

/**
 * A member that may be left out, be JSON null, or hold a value.
 *
 * It differs from std::optional in two ways: it tells *absent* (nothing is sent) from *null* (`null` is sent; some
 * services clear a field by it), and an `Optional<bool>` takes a `bool` only, where std::optional<bool> would read the
 * text "false" as true.
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

    constexpr Optional() noexcept(std::is_nothrow_default_constructible_v<T>) : value_() {}
    constexpr Optional(Null) : value_(), state_(State::nothing) {}

    template <class U = T>
        requires(std::convertible_to<U &&, T> && !std::same_as<std::remove_cvref_t<U>, Optional> &&
                 !std::same_as<std::remove_cvref_t<U>, Null> &&
                 (!std::same_as<T, bool> || std::same_as<std::remove_cvref_t<U>, bool>))
    constexpr Optional(U&& value) : value_(std::forward<U>(value)), state_(State::something) {}

    template <class U>
        requires(std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool> &&
                 !std::same_as<std::remove_cvref_t<U>, Optional> && !std::same_as<std::remove_cvref_t<U>, Null>)
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

    [[nodiscard]] constexpr bool has_value() const noexcept { return state_ == State::something; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
    [[nodiscard]] constexpr bool is_null() const noexcept { return state_ == State::nothing; }
    [[nodiscard]] constexpr bool is_absent() const noexcept { return state_ == State::missing; }

    /// The value; throws UsageError when there is none.
    [[nodiscard]] constexpr T const& value() const& {
        if (!has_value()) throw UsageError("an Optional that holds no value was read");
        return value_;
    }
    /// The value, or `other` when there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& other) const {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
    }
    /// The value; call it only when there is one.
    [[nodiscard]] constexpr T const& operator*() const& noexcept { return value_; }
    [[nodiscard]] constexpr T& operator*() & noexcept { return value_; }
    [[nodiscard]] constexpr T const* operator->() const noexcept { return &value_; }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }

    /// Makes it hold a fresh value and returns that.
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

#endif  // GLOBUS_CORE_OPTIONAL_HPP

#include <cstdint>
#include <string>
#include <vector>

// What Globus Auth answers. Members bear the service's names; the pages named say what they mean.

namespace globus::auth {

/// An identity: one account at one identity provider. https://docs.globus.org/api/auth/reference/#identity_resource
struct Identity {
    Optional<std::string> id = {};
    Optional<std::string> username = {};  ///< as in "ada@example.org"
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_type = {};  ///< "login" or "service"
    Optional<std::string> status = {};         ///< "unused", "used", "private" or "closed"
    GLOBUS_MEMBERS(Identity, id, username, name, email, organization, identity_provider, identity_type, status);
};

/// An institution or other place where people have accounts.
/// https://docs.globus.org/api/auth/reference/#identity_providers_resources
struct IdentityProvider {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> short_name = {};
    std::vector<std::string> alternative_names = {};
    std::vector<std::string> domains = {};
    GLOBUS_MEMBERS(IdentityProvider, id, name, short_name, alternative_names, domains);
};

/// What was asked to be included with identities.
struct IncludedWithIdentities {
    std::vector<IdentityProvider> identity_providers = {};
    GLOBUS_MEMBERS(IncludedWithIdentities, identity_providers);
};

/// Identities that were looked up. Those that do not exist are left out.
struct IdentityList {
    std::vector<Identity> identities = {};
    Optional<IncludedWithIdentities> included = {};  ///< with the query parameter include=identity_provider
    GLOBUS_MEMBERS(IdentityList, identities, included);
};

/// Identity providers that were looked up.
struct IdentityProviderList {
    std::vector<IdentityProvider> identity_providers = {};
    GLOBUS_MEMBERS(IdentityProviderList, identity_providers);
};

/// Where OpenID Connect programs find what they need. https://openid.net/specs/openid-connect-discovery-1_0.html
struct OpenidConfiguration {
    Optional<std::string> issuer = {};
    Optional<std::string> authorization_endpoint = {};
    Optional<std::string> userinfo_endpoint = {};
    Optional<std::string> token_endpoint = {};
    Optional<std::string> revocation_endpoint = {};
    Optional<std::string> jwks_uri = {};
    std::vector<std::string> response_types_supported = {};
    std::vector<std::string> id_token_signing_alg_values_supported = {};
    std::vector<std::string> scopes_supported = {};
    std::vector<std::string> token_endpoint_auth_methods_supported = {};
    std::vector<std::string> claims_supported = {};
    std::vector<std::string> subject_types_supported = {};
    GLOBUS_MEMBERS(OpenidConfiguration, issuer, authorization_endpoint, userinfo_endpoint, token_endpoint,
                   revocation_endpoint, jwks_uri, response_types_supported, id_token_signing_alg_values_supported,
                   scopes_supported, token_endpoint_auth_methods_supported, claims_supported, subject_types_supported);
};

/// One of the identities that a person has linked.
struct LinkedIdentity {
    Optional<std::string> sub = {};
    Optional<std::string> username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    GLOBUS_MEMBERS(LinkedIdentity, sub, username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication);
};

/// Who a token stands for; which members there are depends on its scopes (openid, profile, email).
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct UserProfile {
    Optional<std::string> sub = {};
    Optional<std::string> preferred_username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> organization = {};
    Optional<std::string> identity_provider = {};
    Optional<std::string> identity_provider_display_name = {};
    Optional<std::int64_t> last_authentication = {};  ///< seconds since 1970
    std::vector<LinkedIdentity> identity_set = {};
    GLOBUS_MEMBERS(UserProfile, sub, preferred_username, name, email, organization, identity_provider,
                   identity_provider_display_name, last_authentication, identity_set);
};

/// What Globus Auth knows of a token.
/// https://docs.globus.org/api/auth/reference/#token_introspection_post_v2_oauth2_token_introspect
struct TokenIntrospection {
    Optional<bool> active = {};  ///< false: revoked, expired or never issued; there are no other members then
    Optional<std::string> scope = {};
    Optional<std::string> sub = {};
    Optional<std::string> username = {};
    Optional<std::string> name = {};
    Optional<std::string> email = {};
    Optional<std::string> client_id = {};
    std::vector<std::string> aud = {};
    Optional<std::string> iss = {};
    Optional<std::int64_t> exp = {};  ///< seconds since 1970, as are iat and nbf
    Optional<std::int64_t> iat = {};
    Optional<std::int64_t> nbf = {};
    Optional<std::string> token_type = {};
    Optional<std::string> dependent_tokens_cache_id = {};
    Optional<std::vector<std::string>> identity_set = {};  ///< with include "identity_set"
    Optional<Json> identity_set_detail = {};               ///< with include "identity_set_detail"
    Optional<Json> session_info = {};                      ///< with include "session_info"
    Optional<Json> policy_evaluations = {};
    GLOBUS_MEMBERS(TokenIntrospection, active, scope, sub, username, name, email, client_id, aud, iss, exp, iat, nbf,
                   token_type, dependent_tokens_cache_id, identity_set, identity_set_detail, session_info,
                   policy_evaluations);
};

/// The outcome of a revocation: `active` is false. https://docs.globus.org/api/auth/reference/#token-revoke
struct RevokedToken {
    Optional<bool> active = {};
    GLOBUS_MEMBERS(RevokedToken, active);
};

/// A group that administers a project.
struct AdminGroup {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    GLOBUS_MEMBERS(AdminGroup, id, name);
};

/// Who administers a project.
struct ProjectAdmins {
    std::vector<Identity> identities = {};
    std::vector<AdminGroup> groups = {};
    GLOBUS_MEMBERS(ProjectAdmins, identities, groups);
};

/// A project: what owns clients and policies. https://docs.globus.org/api/auth/reference/#project_resource
struct Project {
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> project_name = {};
    Optional<std::string> contact_email = {};
    Optional<std::vector<std::string>> admin_ids = {};
    Optional<std::vector<std::string>> admin_group_ids = {};
    Optional<ProjectAdmins> admins = {};
    GLOBUS_MEMBERS(Project, id, display_name, project_name, contact_email, admin_ids, admin_group_ids, admins);
};

/// A project, as the answer to one call wraps it.
struct ProjectDocument {
    Optional<Project> project = {};
    GLOBUS_MEMBERS(ProjectDocument, project);
};

/// The projects that the caller may administer.
struct ProjectList {
    std::vector<Project> projects = {};
    GLOBUS_MEMBERS(ProjectList, projects);
};

/// An authentication policy: who may use what it is put on, and how fresh the login must be.
/// https://docs.globus.org/api/auth/reference/#policy_resource
struct Policy {
    Optional<std::string> id = {};
    Optional<std::string> project_id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<bool> high_assurance = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};  ///< seconds
    Optional<bool> required_mfa = {};
    Optional<std::vector<std::string>> domain_constraints_include = {};
    Optional<std::vector<std::string>> domain_constraints_exclude = {};
    GLOBUS_MEMBERS(Policy, id, project_id, display_name, description, high_assurance, authentication_assurance_timeout,
                   required_mfa, domain_constraints_include, domain_constraints_exclude);
};

/// An authentication policy, as the answer to one call wraps it.
struct PolicyDocument {
    Optional<Policy> policy = {};
    GLOBUS_MEMBERS(PolicyDocument, policy);
};

/// The authentication policies of the projects that the caller may administer.
struct PolicyList {
    std::vector<Policy> policies = {};
    GLOBUS_MEMBERS(PolicyList, policies);
};

/// Pages that the login shows for a client.
struct ClientLinks {
    Optional<std::string> terms_and_conditions = {};
    Optional<std::string> privacy_policy = {};
    GLOBUS_MEMBERS(ClientLinks, terms_and_conditions, privacy_policy);
};

/// A registered app or service. https://docs.globus.org/api/auth/reference/#client_resource
struct RegisteredClient {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> project = {};
    Optional<std::string> client_type = {};  ///< as in "confidential_client"
    Optional<bool> public_client = {};
    Optional<std::string> visibility = {};  ///< "public" or "private"
    Optional<std::string> parent_client = {};
    Optional<std::string> required_idp = {};
    Optional<std::string> preselect_idp = {};
    std::vector<std::string> redirect_uris = {};
    std::vector<std::string> scopes = {};  ///< ids
    std::vector<std::string> grant_types = {};
    std::vector<std::string> fqdns = {};
    Optional<ClientLinks> links = {};
    Optional<bool> prompt_for_named_grant = {};
    Optional<bool> userinfo_from_effective_identity = {};
    GLOBUS_MEMBERS(RegisteredClient, id, name, project, client_type, public_client, visibility, parent_client,
                   required_idp, preselect_idp, redirect_uris, scopes, grant_types, fqdns, links,
                   prompt_for_named_grant, userinfo_from_effective_identity);
};

/// A client's credential. https://docs.globus.org/api/auth/reference/#client_credential_resource
struct ClientCredential {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> client = {};
    Optional<std::string> created = {};  ///< ISO 8601
    Optional<std::string> secret = {};   ///< only in the answer to its creation; never to be had again
    GLOBUS_MEMBERS(ClientCredential, id, name, client, created, secret);
};

/// What comes with a client that was made from a template.
struct IncludedWithClient {
    Optional<ClientCredential> client_credential = {};
    GLOBUS_MEMBERS(IncludedWithClient, client_credential);
};

/// A client, as the answer to one call wraps it.
struct ClientDocument {
    Optional<RegisteredClient> client = {};
    Optional<IncludedWithClient> included = {};
    GLOBUS_MEMBERS(ClientDocument, client, included);
};

/// The clients of the projects that the caller may administer.
struct ClientList {
    std::vector<RegisteredClient> clients = {};
    GLOBUS_MEMBERS(ClientList, clients);
};

/// A credential, as the answer to one call wraps it.
struct ClientCredentialDocument {
    Optional<ClientCredential> credential = {};
    GLOBUS_MEMBERS(ClientCredentialDocument, credential);
};

/// The credentials of a client.
struct ClientCredentialList {
    std::vector<ClientCredential> credentials = {};
    GLOBUS_MEMBERS(ClientCredentialList, credentials);
};

/// A scope that another scope brings along.
struct DependentScope {
    Optional<std::string> scope = {};  ///< its id
    Optional<bool> optional = {};
    Optional<bool> requires_refresh_token = {};
    GLOBUS_MEMBERS(DependentScope, scope, optional, requires_refresh_token);
};

/// A registered scope. https://docs.globus.org/api/auth/reference/#scope_resource
struct RegisteredScope {
    Optional<std::string> id = {};
    Optional<std::string> scope_string = {};
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> client = {};
    Optional<bool> advertised = {};
    Optional<bool> allows_refresh_token = {};
    std::vector<std::string> required_domains = {};
    std::vector<DependentScope> dependent_scopes = {};
    GLOBUS_MEMBERS(RegisteredScope, id, scope_string, name, description, client, advertised, allows_refresh_token,
                   required_domains, dependent_scopes);
};

/// A scope, as the answer to one call wraps it.
struct ScopeDocument {
    Optional<RegisteredScope> scope = {};
    GLOBUS_MEMBERS(ScopeDocument, scope);
};

/// The scopes that were asked for, or that the caller may administer.
struct ScopeList {
    std::vector<RegisteredScope> scopes = {};
    GLOBUS_MEMBERS(ScopeList, scopes);
};

/// A person's consent to a scope. https://docs.globus.org/api/auth/reference/#consents
struct Consent {
    Optional<std::int64_t> id = {};
    Optional<std::string> client = {};
    Optional<std::string> scope = {};  ///< the scope's id
    Optional<std::string> scope_name = {};
    Optional<std::string> effective_identity = {};
    std::vector<std::int64_t> dependency_path = {};  ///< ids of consents, from the root to this one
    Optional<std::string> status = {};               ///< as in "approved"
    Optional<std::string> created = {};              ///< ISO 8601
    Optional<std::string> updated = {};              ///< ISO 8601
    Optional<std::string> last_used = {};            ///< ISO 8601
    Optional<bool> allows_refresh = {};
    Optional<bool> auto_approved = {};
    Optional<bool> atomically_revocable = {};
    GLOBUS_MEMBERS(Consent, id, client, scope, scope_name, effective_identity, dependency_path, status, created,
                   updated, last_used, allows_refresh, auto_approved, atomically_revocable);
};

/// What a person has consented to.
struct ConsentList {
    std::vector<Consent> consents = {};
    GLOBUS_MEMBERS(ConsentList, consents);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_DOCUMENTS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/// One consent of a user: a scope, and by whom it was asked for.
struct ConsentNode {
    std::int64_t id = 0;
    std::string scope_name = {};
    std::vector<std::int64_t> children = {};  ///< consents that depend on this one
};

/**
 * What a user has consented to for an app: scopes, those that they need, and so on.
 *
 *     ConsentForest const consents(auth.get_consents({.identity_id = user})->consents);
 *     if (!consents.meets_scope_requirements(Scope::parse("urn:...:all[*https://.../data_access]"))) ...
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/api/auth/reference/#consents
 */
class ConsentForest {
public:
    ConsentForest() = default;

    /**
     * @throws DecodeError  for a consent without id, scope name, status or path, and for one whose parent is not there:
     *                      the answer was for a part of them only
     */
    explicit ConsentForest(std::vector<auth::Consent> const& consents) {
        for (auth::Consent const& consent : consents) {
            if (!consent.id || !consent.scope_name || !consent.status || consent.dependency_path.empty())
                throw DecodeError("a consent has no id, scope_name, status or dependency_path");
            nodes_[*consent.id] = {*consent.id, *consent.scope_name, {}};
        }
        for (auth::Consent const& consent : consents) {
            auto const& path = consent.dependency_path;
            if (path.back() != *consent.id) throw DecodeError("the path of a consent does not end in its id");
            if (path.size() == 1) {
                roots_.push_back(*consent.id);
                continue;
            }
            auto const parent = nodes_.find(path[path.size() - 2]);
            if (parent == nodes_.end())
                throw DecodeError("a consent depends on consent " + std::to_string(path[path.size() - 2]) +
                                  ", which is not there");
            parent->second.children.push_back(*consent.id);
        }
    }

    /// The consents that nothing led to.
    [[nodiscard]] std::vector<std::int64_t> const& roots() const noexcept { return roots_; }
    [[nodiscard]] std::map<std::int64_t, ConsentNode> const& nodes() const noexcept { return nodes_; }

    /// True if the user consented to all of `scopes` and to what they depend on. Optional dependencies count like others.
    [[nodiscard]] bool meets_scope_requirements(std::vector<Scope> const& scopes) const {
        std::vector<std::pair<Scope const*, std::vector<std::int64_t> const*>> open;
        for (Scope const& scope : scopes) open.emplace_back(&scope, &roots_);
        while (!open.empty()) {
            auto const [scope, among] = open.back();
            open.pop_back();
            auto const found = std::find_if(among->begin(), among->end(), [this, wanted = scope](std::int64_t id) {
                return nodes_.at(id).scope_name == wanted->scope_string();
            });
            if (found == among->end()) return false;
            for (Scope const& dependency : scope->dependencies())
                open.emplace_back(&dependency, &nodes_.at(*found).children);
        }
        return true;
    }

private:
    std::map<std::int64_t, ConsentNode> nodes_;
    std::vector<std::int64_t> roots_;
};

}  // namespace globus

#endif  // GLOBUS_APP_CONSENTS_HPP
#ifndef GLOBUS_APP_GARE_HPP
#define GLOBUS_APP_GARE_HPP

#ifndef GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP
#define GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP

#ifndef GLOBUS_HTTP_URL_HPP
#define GLOBUS_HTTP_URL_HPP

#include <string>
#include <string_view>

namespace globus::http {

/// The parts of an absolute http or https URL; views into the text that was parsed (RFC 3986, section 3).
struct Url {
    std::string_view scheme = {};
    std::string_view userinfo = {};
    std::string_view host = {};  ///< with the brackets of an IPv6 address
    std::string_view port = {};  ///< empty: the scheme's own
    std::string_view path = {};
    std::string_view query = {};
    std::string_view fragment = {};
    bool has_userinfo = false;
    bool has_query = false;
    bool has_fragment = false;
};

/// Splits an absolute URL; throws UsageError when it is not http or https, has no host or an impossible port.
inline Url parse_url(std::string_view text) {
    auto const refuse = [](char const* why) { throw UsageError(std::string("this is not a usable URL: ") + why); };
    for (char const c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) refuse("it has a blank or control character");
    Url url;
    auto const colon = text.find("://");
    if (colon == std::string_view::npos) refuse("write it with its scheme, as in https://example.org/");
    url.scheme = text.substr(0, colon);
    if (url.scheme != "https" && url.scheme != "http") refuse("its scheme is neither https nor http");
    std::string_view rest = text.substr(colon + 3);
    if (auto const hash = rest.find('#'); hash != std::string_view::npos) {
        url.has_fragment = true;
        url.fragment = rest.substr(hash + 1);
        rest = rest.substr(0, hash);
    }
    if (auto const mark = rest.find('?'); mark != std::string_view::npos) {
        url.has_query = true;
        url.query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    auto const slash = rest.find('/');
    std::string_view authority = rest.substr(0, slash);
    if (slash != std::string_view::npos) url.path = rest.substr(slash);
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

/// True for 127.0.0.1 and [::1]. A name is not enough: a resolver can be told anything.
constexpr bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]"; }

/// True when both have the same scheme, host and port, the port of the scheme counting as written.
inline bool same_origin(Url const& a, Url const& b) {
    auto const port = [](Url const& url) -> std::string_view {
        return !url.port.empty() ? url.port : url.scheme == "https" ? "443" : "80";
    };
    return a.scheme == b.scheme && detail::equal_ignoring_case(a.host, b.host) && port(a) == port(b);
}

/**
 * Checks the base URL of a service and gives it one slash at its end.
 *
 * @throws UsageError  unless it is https, or http to a literal loopback address, without user, query and fragment
 */
inline std::string check_base_url(std::string text) {
    Url const url = parse_url(text);
    if (url.scheme == "http" && !is_loopback(url.host))
        throw UsageError(
            "the base URL is http, so that credentials would travel in clear text: use https "
            "(http is allowed to 127.0.0.1 and [::1] only)");
    if (url.has_userinfo) throw UsageError("the base URL has a user name in it: pass credentials by the authorizer");
    if (url.has_query || url.has_fragment) throw UsageError("the base URL has a query or fragment: leave that out");
    if (!text.ends_with('/')) text += '/';
    return text;
}

/// `name` if it may be a header's name, `value` if it may be its value (RFC 9110, section 5); UsageError otherwise.
/// The message names the header and never the value.
inline void check_header(std::string_view name, std::string_view value) {
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

#endif  // GLOBUS_HTTP_URL_HPP
#ifndef GLOBUS_OAUTH_CLIENT_KINDS_HPP
#define GLOBUS_OAUTH_CLIENT_KINDS_HPP

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

namespace detail {

/// Text that may stand in a credential: not empty, no control character.
inline void check_credential(std::string_view what, std::string_view text) {
    if (text.empty()) throw UsageError(std::string(what) + " is empty");
    for (char const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            throw UsageError(std::string(what) + " has a newline or another control character in it");
}

inline void check_client_id(std::string_view id) {
    check_credential("the client id", id);
    if (id.find(':') != std::string_view::npos)
        throw UsageError("the client id has a colon in it, which HTTP Basic cannot carry");
}

}  // namespace detail

/// What HTTP Basic carries: the id and secret of a confidential client, or a user name and password (RFC 7617).
class BasicCredential {
public:
    /// @throws UsageError  for an empty part, a control character, or a colon in the name
    BasicCredential(std::string username, Secret password)
        : username_(std::move(username)), password_(std::move(password)) {
        detail::check_client_id(username_);
        detail::check_credential("the client secret", password_.reveal());
    }
    [[nodiscard]] std::string const& username() const noexcept { return username_; }
    [[nodiscard]] Secret const& password() const noexcept { return password_; }

    /// The value of the Authorization header.
    [[nodiscard]] Secret header() const {
        std::string pair = username_ + ':' + password_.reveal();
        Secret value("Basic " + base64_encode(pair));
        detail::wipe(pair);
        return value;
    }

private:
    std::string username_;
    Secret password_;
};

/**
 * An OAuth2 client that can keep a secret: it proves itself to Globus Auth by HTTP Basic.
 *
 *     Confidential app{"b1e2...", std::getenv("CLIENT_SECRET")};
 *
 * One object serves any number of RefreshPolicies and ClientCredentialsPolicies.
 * https://docs.globus.org/api/auth/developer-guide/#register-app
 */
class Confidential {
public:
    /// @throws UsageError  for an empty id or secret
    Confidential(std::string client_id, Secret client_secret)
        : credential_(std::move(client_id), std::move(client_secret)) {}
    explicit Confidential(BasicCredential credential) : credential_(std::move(credential)) {}

    [[nodiscard]] std::string const& client_id() const noexcept { return credential_.username(); }
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

    [[nodiscard]] std::string const& client_id() const noexcept { return client_id_; }

private:
    std::string client_id_;
};

/// `K` is one of the two kinds of OAuth2 client: Confidential or Native.
template <class K>
concept ClientKind = std::same_as<K, Confidential> || std::same_as<K, Native>;

}  // namespace globus

#endif  // GLOBUS_OAUTH_CLIENT_KINDS_HPP
#ifndef GLOBUS_OAUTH_PKCE_HPP
#define GLOBUS_OAUTH_PKCE_HPP

#ifndef GLOBUS_CORE_CRYPTO_HPP
#define GLOBUS_CORE_CRYPTO_HPP

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <climits>
#include <cstddef>
#include <string>
#include <string_view>

namespace globus {

/// The 32 bytes of the SHA-256 digest of `bytes` (FIPS 180-4).
inline std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

/// `count` bytes from OpenSSL's cryptographic generator; throws Error if it has no entropy.
inline std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (count > INT_MAX || RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw Error("the system's random generator failed");
    return bytes;
}

}  // namespace globus

#endif  // GLOBUS_CORE_CRYPTO_HPP

#include <string>

namespace globus {

/**
 * The proof that who redeems an authorization code is who asked for it: a secret verifier and its public challenge
 * (RFC 7636, method S256; `plain` is not offered).
 */
class Pkce {
public:
    /// A new verifier of 256 random bits.
    Pkce() : Pkce(Secret(base64url_encode(random_bytes(32)))) {}

    /// A verifier of the caller's.
    /// @throws UsageError  unless it has 43 to 128 characters of A-Z a-z 0-9 - . _ ~
    explicit Pkce(Secret verifier) : verifier_(std::move(verifier)) {
        std::string const& text = verifier_.reveal();
        bool good = text.size() >= 43 && text.size() <= 128;
        for (char const c : text) good = good && detail::is_unreserved(c);
        if (!good) throw UsageError("a PKCE verifier has 43 to 128 characters of A-Z a-z 0-9 - . _ ~");
    }

    [[nodiscard]] Secret const& verifier() const noexcept { return verifier_; }
    [[nodiscard]] std::string challenge() const { return base64url_encode(sha256(verifier_.reveal())); }

private:
    Secret verifier_;
};

/// A `state` of 128 random bits, for the redirect of a login (RFC 6749, section 10.12).
inline std::string random_state() { return base64url_encode(random_bytes(16)); }

}  // namespace globus

#endif  // GLOBUS_OAUTH_PKCE_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Scopes as one text, separated by spaces. @throws UsageError  if there is none
inline std::string join_scopes(std::vector<std::string> const& scopes) {
    std::string joined;
    for (std::string const& scope : scopes) {
        if (!joined.empty()) joined += ' ';
        joined += scope;
    }
    if (joined.find_first_not_of(' ') == std::string::npos) throw UsageError("at least one scope has to be asked for");
    return joined;
}

/**
 * One login of a user: the authorization code grant of OAuth2 (RFC 6749, section 4.1).
 *
 * It holds what the authorize URL and the exchange of the code must agree on, and what proves that both belong to it: a
 * random `state` and, for a native app, a PKCE verifier (RFC 7636). One object is for one login; it does not change.
 *
 *     AuthorizationCodeFlow flow({.client_id = id, .auth_url = "https://auth.globus.org/", .scope = "openid",
 *                                 .redirect_uri = "https://example.org/callback"});
 *     open_browser(flow.authorize_url());
 *
 * Most programs get it from `oauth2_start_flow` of a login client.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class AuthorizationCodeFlow {
public:
    /// What a flow is made of.
    struct Settings {
        std::string client_id = {};
        std::string auth_url = {};  ///< base URL of Globus Auth
        std::string scope = {};     ///< separated by spaces
        std::string redirect_uri = {};
        std::string state = random_state();
        bool refresh_tokens = false;
        std::optional<Pkce> pkce = {};  ///< a native app's
        std::optional<std::string> prefill_named_grant = {};
    };

    /// @throws UsageError  for an unusable client id or auth_url, and if there is no scope or redirect_uri
    explicit AuthorizationCodeFlow(Settings settings) : settings_(std::move(settings)) {
        detail::check_client_id(settings_.client_id);
        settings_.auth_url = http::check_base_url(std::move(settings_.auth_url));
        settings_.scope = join_scopes({settings_.scope});
        if (settings_.redirect_uri.empty()) throw UsageError("a login needs a redirect_uri");
    }

    [[nodiscard]] std::string const& client_id() const noexcept { return settings_.client_id; }
    /// The scopes asked for, separated by spaces.
    [[nodiscard]] std::string const& scope() const noexcept { return settings_.scope; }
    [[nodiscard]] std::string const& redirect_uri() const noexcept { return settings_.redirect_uri; }
    [[nodiscard]] std::string const& state() const noexcept { return settings_.state; }
    [[nodiscard]] bool refresh_tokens() const noexcept { return settings_.refresh_tokens; }
    /// Empty for a confidential app.
    [[nodiscard]] std::optional<Pkce> const& pkce() const noexcept { return settings_.pkce; }

    /**
     * The URL that the user's browser is sent to.
     *
     * @param more  parameters besides the flow's own; one of the same name takes its place
     */
    [[nodiscard]] std::string authorize_url(std::vector<std::pair<std::string, std::string>> const& more = {}) const {
        std::vector<std::pair<std::string, std::string>> query{{"client_id", settings_.client_id},
                                                               {"redirect_uri", settings_.redirect_uri},
                                                               {"scope", settings_.scope},
                                                               {"state", settings_.state},
                                                               {"response_type", "code"}};
        if (settings_.pkce) {
            query.emplace_back("code_challenge", settings_.pkce->challenge());
            query.emplace_back("code_challenge_method", "S256");
        }
        query.emplace_back("access_type", settings_.refresh_tokens ? "offline" : "online");
        if (settings_.prefill_named_grant) query.emplace_back("prefill_named_grant", *settings_.prefill_named_grant);
        for (auto const& [name, value] : more) {
            bool replaced = false;
            for (auto& [known, old] : query)
                if (known == name) {
                    old = value;
                    replaced = true;
                }
            if (!replaced) query.emplace_back(name, value);
        }
        std::string url = settings_.auth_url + "v2/oauth2/authorize";
        char separator = '?';
        for (auto const& [name, value] : query) {
            url += std::exchange(separator, '&');
            append_form_encoded(url, name);
            url += '=';
            append_form_encoded(url, value);
        }
        return url;
    }

    /// Compares the `state` that came back with the one sent, in a time that tells nothing of it.
    /// @throws UsageError  if they differ: the answer does not belong to this login
    void check_state(std::string_view returned) const {
        if (!(Secret(returned) == Secret(std::string_view(settings_.state))))
            throw UsageError("the state that came back is not the one of this login: the answer may be forged");
    }

private:
    Settings settings_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_AUTHORIZATION_FLOW_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * A Globus Auth Requirements Error: a service says what the user has to do before it will serve.
 *
 *     try {
 *         client.operation_ls({.endpoint_id = id});
 *     } catch (ApiError const& error) {
 *         if (auto const gare = to_gare(error)) app.login(gare->authorization_parameters);
 *     }
 *
 * Services say it in several ways, old and new; `to_gare` reads them all into this one.
 * https://docs.globus.org/api/flows/reference/globus-auth-requirements-errors/ (the form of today)
 */
struct Gare {
    std::string code = {};  ///< "ConsentRequired", "AuthorizationRequired" or the service's own
    AuthorizationParameters authorization_parameters = {};
    boost::json::object extra_parameters =
        {};                          ///< members of authorization_parameters that this library has no name for
    boost::json::object extra = {};  ///< other members of the document

    /// The document in today's form; with what else stood in it, if that is wanted.
    [[nodiscard]] boost::json::object to_json(bool with_extra = false) const {
        boost::json::object parameters;
        AuthorizationParameters const& p = authorization_parameters;
        auto const text = [&](char const* name, std::optional<std::string> const& value) {
            if (value) parameters[name] = *value;
        };
        auto const list = [&](char const* name, std::optional<std::vector<std::string>> const& value) {
            if (!value) return;
            boost::json::array items;
            for (std::string const& item : *value) items.emplace_back(item);
            parameters[name] = std::move(items);
        };
        text("session_message", p.session_message);
        list("session_required_identities", p.session_required_identities);
        list("session_required_policies", p.session_required_policies);
        list("session_required_single_domain", p.session_required_single_domain);
        if (p.session_required_mfa) parameters["session_required_mfa"] = *p.session_required_mfa;
        list("required_scopes", p.required_scopes);
        text("prompt", p.prompt);
        boost::json::object document{{"code", code}};
        if (with_extra)
            for (auto const& member : extra_parameters) parameters[member.key()] = member.value();
        document["authorization_parameters"] = std::move(parameters);
        if (with_extra)
            for (auto const& member : extra) document[member.key()] = member.value();
        return document;
    }
};

namespace detail {

/// Reads the members of a document one by one; what is left over is `extra`. A member that does not fit spoils all.
class GareReader {
public:
    explicit GareReader(boost::json::object const& object) : extra(object) {}

    [[nodiscard]] std::optional<std::string> text(char const* name) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (value->is_string()) return std::string(value->get_string());
        good = false;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<bool> boolean(char const* name) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (value->is_bool()) return value->get_bool();
        good = false;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::vector<std::string>> list(char const* name, bool or_commas = false) {
        auto const value = take(name);
        if (!value) return std::nullopt;
        if (or_commas && value->is_string()) return split_commas(value->get_string());
        auto texts = text_list(&*value, false);
        if (!texts) good = false;
        return texts;
    }
    /// Null counts as absent.
    [[nodiscard]] std::optional<boost::json::value> take(char const* name) {
        auto const* found = extra.if_contains(name);
        if (found == nullptr) return std::nullopt;
        boost::json::value value = *found;
        extra.erase(name);
        if (value.is_null()) return std::nullopt;
        return value;
    }

    boost::json::object extra;
    bool good = true;
};

/// The form of today, and, if `lenient`, the one before: no code, lists as text with commas, no scopes.
inline std::optional<Gare> read_parameters_gare(boost::json::object const& document, bool lenient) {
    GareReader outer(document);
    Gare gare;
    auto const code = outer.text("code");
    auto const parameters = outer.take("authorization_parameters");
    if (!outer.good || (!code && !lenient) || !parameters || !parameters->is_object()) return std::nullopt;
    gare.code = code.value_or("");
    if (lenient && gare.code.empty()) gare.code = "AuthorizationRequired";
    GareReader inner(parameters->get_object());
    AuthorizationParameters& p = gare.authorization_parameters;
    p.session_message = inner.text("session_message");
    p.session_required_identities = inner.list("session_required_identities");
    p.session_required_policies = inner.list("session_required_policies", lenient);
    p.session_required_single_domain = inner.list("session_required_single_domain", lenient);
    p.session_required_mfa = inner.boolean("session_required_mfa");
    if (!lenient) p.required_scopes = inner.list("required_scopes");
    p.prompt = inner.text("prompt");
    if (lenient && p.prompt && p.prompt != "login") return std::nullopt;
    if (!inner.good) return std::nullopt;
    gare.extra_parameters = std::move(inner.extra);
    gare.extra = std::move(outer.extra);
    return gare;
}

/// ConsentRequired as Transfer (`required_scopes`) and action providers (`required_scope`) write it.
inline std::optional<Gare> read_consent_gare(boost::json::object const& document, bool of_action_provider) {
    GareReader reader(document);
    Gare gare;
    gare.code = reader.text("code").value_or("");
    if (gare.code != "ConsentRequired") return std::nullopt;
    AuthorizationParameters& p = gare.authorization_parameters;
    if (of_action_provider) {
        auto const scope = reader.text("required_scope");
        if (!scope) return std::nullopt;
        p.required_scopes = std::vector{*scope};
        if (auto const more = reader.take("authorization_parameters"); more && more->is_object())
            gare.extra_parameters = more->get_object();
    } else {
        p.required_scopes = reader.list("required_scopes");
    }
    gare.extra = reader.extra;
    p.session_message = reader.text(of_action_provider ? "description" : "message");
    if (!reader.good || !p.required_scopes) return std::nullopt;
    return gare;
}

/// dependent_consent_required, as Globus Auth writes it.
inline std::optional<Gare> read_dependent_gare(boost::json::object const& document) {
    GareReader reader(document);
    auto const errors = reader.take("errors");
    if (reader.text("error") != "dependent_consent_required" || !errors || !errors->is_array() ||
        errors->get_array().empty() || !errors->get_array().front().is_object())
        return std::nullopt;
    GareReader first(errors->get_array().front().get_object());
    Gare gare;
    gare.code = "ConsentRequired";
    gare.authorization_parameters.required_scopes =
        first.list("unapproved_scopes").value_or(std::vector<std::string>{});
    if (!first.good) return std::nullopt;
    return gare;
}

}  // namespace detail

/// What a document asks for; nothing if it asks for nothing, or is not of a form that is known.
inline std::optional<Gare> to_gare(Json const& document) {
    boost::json::object const* const object = document.if_object();
    if (object == nullptr) return std::nullopt;
    if (auto gare = detail::read_parameters_gare(*object, false)) return gare;
    if (auto gare = detail::read_parameters_gare(*object, true)) return gare;
    if (auto gare = detail::read_consent_gare(*object, false)) return gare;
    if (auto gare = detail::read_consent_gare(*object, true)) return gare;
    return detail::read_dependent_gare(*object);
}
inline std::optional<Gare> to_gare(SubError const& error) { return to_gare(Json(error.raw)); }

/// All that an answer asks for: each of the errors that it lists, and the document as a whole.
inline std::vector<Gare> to_gares(ApiError const& error) {
    std::vector<Gare> gares;
    boost::json::object const* const root = error.raw_json().if_object();
    if (root == nullptr) return gares;
    auto const add = [&](std::optional<Gare> gare) {
        if (gare) gares.push_back(std::move(*gare));
    };
    if (root->contains("errors"))
        for (SubError const& sub : error.errors()) add(to_gare(sub));
    if (auto const* inner = root->if_contains("error"); inner != nullptr && inner->is_object()) add(to_gare(*inner));
    add(to_gare(error.raw_json()));
    return gares;
}
/// What an answer asks for: the document as a whole, or the first of the errors in it that asks for something.
inline std::optional<Gare> to_gare(ApiError const& error) {
    if (auto gare = to_gare(error.raw_json())) return gare;
    auto gares = to_gares(error);
    if (gares.empty()) return std::nullopt;
    return std::move(gares.front());
}

/// True if the document or error asks for a consent or a login.
template <class E>
    requires requires(E const& error) { to_gare(error); }
bool is_gare(E const& error) {
    return to_gare(error).has_value();
}

/// All that several documents or errors ask for.
template <class E>
std::vector<Gare> to_gares(std::vector<E> const& errors) {
    std::vector<Gare> gares;
    for (E const& error : errors) {
        if constexpr (std::derived_from<E, ApiError>) {
            for (Gare& gare : to_gares(error)) gares.push_back(std::move(gare));
        } else if (auto gare = to_gare(error)) {
            gares.push_back(std::move(*gare));
        }
    }
    return gares;
}
template <class E>
bool has_gares(std::vector<E> const& errors) {
    for (E const& error : errors)
        if (is_gare(error)) return true;
    return false;
}

/**
 * What the authorize URL says of a login besides scopes, as query parameters.
 *
 *     std::string const url = flow.authorize_url(session_query(gare.authorization_parameters));
 *
 * https://docs.globus.org/api/auth/sessions/
 */
inline std::vector<std::pair<std::string, std::string>> session_query(AuthorizationParameters const& parameters) {
    std::vector<std::pair<std::string, std::string>> query;
    auto const list = [&](char const* name, std::optional<std::vector<std::string>> const& items) {
        if (!items) return;
        std::string joined;
        for (std::string const& item : *items) joined += (joined.empty() ? "" : ",") + item;
        query.emplace_back(name, joined);
    };
    list("session_required_identities", parameters.session_required_identities);
    list("session_required_single_domain", parameters.session_required_single_domain);
    list("session_required_policies", parameters.session_required_policies);
    if (parameters.session_required_mfa)
        query.emplace_back("session_required_mfa", *parameters.session_required_mfa ? "True" : "False");
    if (parameters.session_message) query.emplace_back("session_message", *parameters.session_message);
    if (parameters.prompt) query.emplace_back("prompt", *parameters.prompt);
    return query;
}

}  // namespace globus

#endif  // GLOBUS_APP_GARE_HPP
#ifndef GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
#define GLOBUS_APP_JSON_TOKEN_STORAGE_HPP

#ifndef GLOBUS_APP_TOKEN_FILE_HPP
#define GLOBUS_APP_TOKEN_FILE_HPP

#ifndef GLOBUS_APP_TOKEN_STORAGE_HPP
#define GLOBUS_APP_TOKEN_STORAGE_HPP

#ifndef GLOBUS_OAUTH_TOKEN_HPP
#define GLOBUS_OAUTH_TOKEN_HPP

#ifndef GLOBUS_HTTP_RETRY_HPP
#define GLOBUS_HTTP_RETRY_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * What may happen when an operation's request is sent a second time. Every operation carries one.
 *
 * | class          | for                                                   | repeated after                            |
 * |----------------|-------------------------------------------------------|-------------------------------------------|
 * | read           | GET, and POST that only looks things up               | any passing failure                       |
 * | keyed          | a write with a key made by the caller: submit_transfer| any passing failure, with the same bytes  |
 * | idempotent     | PUT, DELETE, cancel                                   | any passing failure                       |
 * | non_idempotent | POST that creates, PATCH                              | only what was surely not processed        |
 *
 * Passing failures are the statuses 408, 429, 500, 502, 503, 504, a lost connection, a time-out of one attempt, and an
 * answer that is cut off. Surely not processed are a name, connect or TLS failure before the request was written, and
 * 429. A non-idempotent request goes over a fresh connection, because libcurl repeats a request by itself when a kept
 * connection turns out to be dead.
 */
enum class RetryClass : unsigned char { read, keyed, idempotent, non_idempotent };

/// How one attempt ended, for a retry policy.
struct Attempt {
    int number = 1;  ///< the first is 1
    RetryClass retry_class = RetryClass::read;
    http::Response const* response = nullptr;  ///< the answer, if there is one
    NetworkError const* error = nullptr;       ///< why there is none
    bool undecodable = false;                  ///< the answer is a 2xx whose document is cut off
    bool endpoint_trouble = false;             ///< the service says that an endpoint behind it failed; not passing
};

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

inline std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace detail

/**
 * How long an answer's Retry-After asks to wait: seconds, or until a date in any form of RFC 9110, section 5.6.7.
 *
 * @param now  seconds since 1970, for a date
 * @return nothing for a header that is missing, negative or malformed; at most 10 years
 */
inline std::optional<std::chrono::seconds> retry_after(http::Response const& response,
                                                       std::int64_t now = detail::unix_now()) {
    constexpr std::int64_t longest = std::int64_t{10} * 366 * 86400;
    std::string_view text = response.headers.get("Retry-After");
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t seconds = 0;
        for (char const c : text) seconds = std::min(longest, seconds * 10 + (c - '0'));
        return std::chrono::seconds(seconds);
    }
    auto const date = detail::parse_http_date(text, now);
    if (!date) return std::nullopt;
    return std::chrono::seconds(std::clamp<std::int64_t>(*date - now, 0, longest));
}

/**
 * Tokens that retries cost and successes earn, so that a service in trouble is not answered with a storm.
 *
 * It starts full with 500; a retry takes 10, a throttled one 5; each success gives 1 back, and a success after a retry
 * what that retry took. An empty budget means no retry.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class RetryBudget {
public:
    static constexpr int capacity = 500;

    [[nodiscard]] bool take(int cost) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have < cost) return false;
        } while (!tokens_.compare_exchange_weak(have, have - cost, std::memory_order_relaxed));
        return true;
    }
    void give(int amount) noexcept {
        int have = tokens_.load(std::memory_order_relaxed);
        do {
            if (have == capacity) return;
        } while (!tokens_.compare_exchange_weak(have, std::min(capacity, have + amount), std::memory_order_relaxed));
    }
    [[nodiscard]] int left() const noexcept { return tokens_.load(std::memory_order_relaxed); }

private:
    std::atomic<int> tokens_{capacity};
};

namespace detail {

inline double random_unit() {
    thread_local std::minstd_rand engine{std::random_device{}()};
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

/// True if a second attempt can do no harm and may do good.
inline bool may_retry(Attempt const& attempt) {
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
            return repeatable && !attempt.endpoint_trouble;
        default:
            return false;
    }
}

}  // namespace detail

/**
 * The retry policy of a Client unless another is named: at most `max_attempts`, full jitter, Retry-After honoured and
 * never shortened, and a budget that all calls of the client share.
 *
 * Any copyable type with the member functions `before_retry` and `succeeded` can take its place.
 *
 * @par Thread safety
 * Its const functions may be called from any thread. Copies share the budget.
 */
struct DefaultRetry {
    int max_attempts = 4;
    std::chrono::duration<double> base{0.5};       ///< the first wait is at most this; it doubles each time
    std::chrono::duration<double> throttled{1.0};  ///< the same after a 429
    std::chrono::duration<double> cap{20.0};       ///< no wait of our own is longer

    /// How long to wait before the next attempt; nothing: do not make one.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        if (attempt.number >= max_attempts || !detail::may_retry(attempt)) return std::nullopt;
        bool const throttle = attempt.response != nullptr && attempt.response->status == 429;
        if (!budget->take(throttle ? 5 : 10)) return std::nullopt;
        double const limit =
            std::min(cap.count(), (throttle ? throttled : base).count() * std::exp2(attempt.number - 1));
        std::chrono::duration<double> wait(limit * detail::random_unit());
        if (attempt.response != nullptr)
            if (auto const asked = retry_after(*attempt.response); asked && *asked > wait) wait = *asked;
        return wait;
    }
    /// A call succeeded after `attempts` attempts.
    void succeeded(int attempts) const noexcept { budget->give(attempts > 1 ? 10 : 1); }

    std::shared_ptr<RetryBudget> budget = std::make_shared<RetryBudget>();
};

/// The retry policy that never repeats anything. (A 401 still renews the token once: that is the authorizer's.)
struct NoRetry {
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const&) const {
        return std::nullopt;
    }
    void succeeded(int) const noexcept {}
};

/// `R` decides about retries: see DefaultRetry for what the two functions mean.
template <class R>
concept RetryPolicy = std::copy_constructible<R> && requires(R const& retry, Attempt const& attempt) {
    { retry.before_retry(attempt) } -> std::same_as<std::optional<std::chrono::duration<double>>>;
    { retry.succeeded(1) } noexcept;
};

namespace http {

/// Waits until `until`, or less if the stop_token asks; says whether the time was waited out.
inline bool wait_until(Clock::time_point until, std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
}

/**
 * Sends a request that may be repeated, outside of any Client: a public document, a redirect that is to be looked at.
 *
 * @return the last answer, whatever its status
 * @throws NetworkError  if no answer came, or the stop_token asked between two attempts
 */
template <class T>
Response send_repeatable(T const& transport, Request const& request, DefaultRetry const& retry = {}) {
    for (int number = 1;; ++number) {
        Attempt attempt{.number = number, .retry_class = RetryClass::read};
        auto const wait = [&]() -> std::optional<Clock::time_point> {
            auto const asked = retry.before_retry(attempt);
            if (!asked || *asked >= request.deadline - Clock::now()) return std::nullopt;
            return Clock::now() + std::chrono::duration_cast<Clock::duration>(*asked);
        };
        std::optional<Clock::time_point> until;
        try {
            Response response = transport.send(request);
            if (response.status < 400) return response;
            attempt.response = &response;
            until = wait();
            if (!until) return response;
        } catch (NetworkError const& failure) {
            attempt.error = &failure;
            until = wait();
            if (!until) throw;
        }
        if (!wait_until(*until, request.stop))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                               "the call was cancelled between two attempts");
    }
}

}  // namespace http
}  // namespace globus

#endif  // GLOBUS_HTTP_RETRY_HPP

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// The tokens for one resource server, as Globus Auth gives them.
/// https://docs.globus.org/api/auth/reference/#token_response
struct Token {
    std::string resource_server = {};
    std::string scope = {};  ///< the scopes granted, separated by spaces
    Secret access_token = {};
    Secret refresh_token = {};  ///< empty: none
    std::string token_type = "Bearer";
    std::optional<std::int64_t> expires_at = {};  ///< seconds since 1970; nothing: the answer did not say
    std::int64_t lifetime = 0;                    ///< seconds, as the answer said; 0: it did not
};

/**
 * The answer of the token endpoint: one Token a resource server, and an id_token when `openid` was asked for.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class TokenResponse {
public:
    TokenResponse() = default;
    TokenResponse(std::map<std::string, Token> tokens, Secret id_token, std::string state)
        : tokens_(std::move(tokens)), id_token_(std::move(id_token)), state_(std::move(state)) {}

    /// Reads the answer of the token endpoint, received now.
    /// @throws DecodeError  if it breaks RFC 6749, section 5.1; the message holds nothing of the answer
    [[nodiscard]] static TokenResponse from_answer(std::string_view body);

    [[nodiscard]] std::map<std::string, Token> const& by_resource_server() const noexcept { return tokens_; }

    /// The token for a resource server; throws UsageError that lists the servers there are.
    [[nodiscard]] Token const& by_resource_server(std::string_view resource_server) const {
        auto const found = tokens_.find(std::string(resource_server));
        if (found != tokens_.end()) return found->second;
        std::string have;
        for (auto const& [name, token] : tokens_) have += (have.empty() ? "" : ", ") + name;
        throw UsageError("there is no token for the resource server '" + std::string(resource_server) +
                         "'; there are tokens for: " + have);
    }
    /// The token that carries `scope`; throws UsageError if none does. Optional scopes (`*`) and dependencies do not count.
    [[nodiscard]] Token const& by_scope(std::string_view scope) const {
        for (auto const& [name, token] : tokens_)
            for (std::string_view rest = token.scope; !rest.empty();) {
                std::string_view const one = rest.substr(0, rest.find(' '));
                if (one == scope) return token;
                rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
            }
        throw UsageError("there is no token for the scope '" + std::string(scope) + "'");
    }
    /// The signed id_token; empty unless the scope `openid` was granted.
    [[nodiscard]] Secret const& id_token() const noexcept { return id_token_; }
    [[nodiscard]] std::string const& state() const noexcept { return state_; }

private:
    std::map<std::string, Token> tokens_;
    Secret id_token_;
    std::string state_;
};

namespace detail {

[[noreturn]] inline void refuse_token(char const* why) {
    throw DecodeError(std::string("the token answer of Globus Auth cannot be used: ") + why);
}

/// A member that is a text of printable ASCII (RFC 6749, appendix A); null counts as absent.
inline std::optional<std::string> token_text(boost::json::object const& object, char const* name, char lowest) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_string()) refuse_token((std::string(name) + " is not a text").c_str());
    std::string text(value->get_string());
    for (char const c : text)
        if (c < lowest || c > '~') refuse_token((std::string(name) + " has a character that it may not have").c_str());
    return text;
}

/// Reads one token object (RFC 6749, section 5.1). Nothing of the answer goes into a message: it holds secrets.
inline Token read_token(boost::json::object const& object, std::int64_t now) {
    auto const text = [&](char const* name, char lowest = '!') { return token_text(object, name, lowest); };
    Token token;
    token.access_token = text("access_token").value_or("");
    if (token.access_token.empty()) refuse_token("access_token is missing or empty");
    auto const type = text("token_type");
    if (!type || !http::detail::equal_ignoring_case(*type, "bearer")) refuse_token("token_type is not Bearer");
    token.token_type = *type;
    auto const server = text("resource_server");
    if (!server || server->empty()) refuse_token("resource_server is missing");
    token.resource_server = *server;
    token.scope = text("scope", ' ').value_or("");
    token.refresh_token = text("refresh_token").value_or("");

    if (auto const* expires = object.if_contains("expires_in"); expires != nullptr && !expires->is_null()) {
        constexpr double longest = 10.0 * 366 * 86400;
        double const seconds = expires->is_int64()    ? static_cast<double>(expires->get_int64())
                               : expires->is_uint64() ? static_cast<double>(expires->get_uint64())
                               : expires->is_double() ? expires->get_double()
                                                      : -1.0;
        if (!(seconds >= 0 && seconds <= longest) || seconds != std::floor(seconds))
            refuse_token("expires_in is not a whole number of seconds up to 10 years");
        token.lifetime = static_cast<std::int64_t>(seconds);
        constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
        token.expires_at = now > last - token.lifetime ? last : now + token.lifetime;
    }
    return token;
}

/// Reads the answer of a grant: an object with `other_tokens`, or for dependent tokens a list of objects.
inline TokenResponse read_token_response(std::string_view body, std::int64_t now, bool is_list = false) {
    boost::json::parse_options options;
    options.max_depth = 128;
    boost::json::error_code error;
    boost::json::value const document = boost::json::parse(body, error, {}, options);
    if (error)
        throw DecodeError("the token answer of Globus Auth cannot be used: it is not JSON", {},
                          DecodeError::Damage::malformed);

    std::map<std::string, Token> tokens;
    auto const add = [&](boost::json::value const& value) {
        if (!value.is_object()) refuse_token("a token is not an object");
        Token token = read_token(value.as_object(), now);
        std::string const server = token.resource_server;
        if (!tokens.emplace(server, std::move(token)).second) refuse_token("it has two tokens for one resource server");
    };
    if (is_list) {
        if (!document.is_array()) refuse_token("it is not a list");
        for (boost::json::value const& value : document.as_array()) add(value);
        return TokenResponse(std::move(tokens), {}, {});
    }
    if (!document.is_object()) refuse_token("it is not an object");
    boost::json::object const& object = document.as_object();
    add(document);
    if (auto const* others = object.if_contains("other_tokens"); others != nullptr) {
        if (!others->is_array()) refuse_token("other_tokens is not a list");
        for (boost::json::value const& value : others->as_array()) add(value);
    }
    return TokenResponse(std::move(tokens), token_text(object, "id_token", '!').value_or(""),
                         token_text(object, "state", ' ').value_or(""));
}

}  // namespace detail

inline TokenResponse TokenResponse::from_answer(std::string_view body) {
    return detail::read_token_response(body, detail::unix_now());
}

/// The answer to a grant for dependent tokens: a list, one Token a resource server.
/// https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
class DependentTokenResponse : public TokenResponse {
public:
    DependentTokenResponse() = default;
    explicit DependentTokenResponse(TokenResponse tokens) : TokenResponse(std::move(tokens)) {}

    [[nodiscard]] static DependentTokenResponse from_answer(std::string_view body) {
        return DependentTokenResponse(detail::read_token_response(body, detail::unix_now(), true));
    }
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_TOKEN_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * Stored tokens cannot be read or written; what is stored is as it was.
 *
 * `what()` names the file and says what to do, and holds nothing of its content.
 */
class TokenStorageError : public Error {
public:
    enum class Kind : unsigned char {
        corrupt,   ///< the content is not what a storage writes
        too_new,   ///< a newer version of the format, which this one must not touch
        insecure,  ///< a symbolic or hard link, no regular file, another owner, or too many may read it
        locked,    ///< somebody else held the lock all the time that was to be waited
        io         ///< the system refused: disk full, no permission, ...
    };

    TokenStorageError(Kind kind, std::string path, std::string const& what)
        : Error("the token storage " + path + ' ' + what), kind_(kind), path_(std::move(path)) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    Kind kind_;
    std::string path_;
};

/// The tokens for one resource server as a storage keeps them, with the identity that they act for.
struct TokenData {
    std::string resource_server = {};
    std::string identity_id = {};  ///< of the user who logged in; empty: not known
    std::string scope = {};        ///< the scopes granted, separated by blanks
    Secret access_token = {};
    Secret refresh_token = {};            ///< empty: none
    std::int64_t expires_at_seconds = 0;  ///< since 1970
    std::string token_type = {};          ///< "Bearer"; empty: not said
    AdditionalFields extra = {};          ///< what a newer version has put beside them

    /// What to store of a token; one whose answer did not say when it expires counts as expired.
    [[nodiscard]] static TokenData from(Token const& token, std::string identity_id = {}) {
        return {.resource_server = token.resource_server,
                .identity_id = std::move(identity_id),
                .scope = token.scope,
                .access_token = token.access_token,
                .refresh_token = token.refresh_token,
                .expires_at_seconds = token.expires_at.value_or(0),
                .token_type = token.token_type};
    }
    /// The token for a policy. How long it lived at first is not stored, so it is renewed 60 s before it expires.
    [[nodiscard]] Token token() const {
        return {.resource_server = resource_server,
                .scope = scope,
                .access_token = access_token,
                .refresh_token = refresh_token,
                .token_type = token_type.empty() ? "Bearer" : token_type,
                .expires_at = expires_at_seconds};
    }

    /// Reads it from its JSON object; unknown members go to `extra`.
    /// @throws DecodeError  that names the member which is missing or of another type
    [[nodiscard]] static TokenData from_json(boost::json::object const& object);
    /// Its JSON object: secrets included, so it goes into a storage and nowhere else.
    [[nodiscard]] boost::json::object to_json() const;

    friend bool operator==(TokenData const&, TokenData const&) = default;
};

/// By resource server: "transfer.api.globus.org", or a collection's id.
using TokenDataByResourceServer = std::map<std::string, TokenData>;

/**
 * Where an app keeps its tokens: all of one namespace can be read, and changed under a lock.
 *
 *     storage.update([](TokenDataByResourceServer& tokens) { return tokens.erase("search.api.globus.org") != 0; });
 *
 * `update(f)` holds the storage's lock, over all threads and processes that share it, while `f` runs on what is stored
 * now; if `f` returns true the result is stored for good before the lock is given up. If it throws, nothing is stored.
 *
 * Models: MemoryTokenStorage, JsonTokenStorage, SqliteTokenStorage, ValidatingTokenStorage. A storage is a cheap
 * handle: copies share what is stored. An error that names this concept means that a type lacks one of the two.
 */
template <class S>
concept TokenStorage = std::copy_constructible<S> &&
                       requires(S const& storage, std::function<bool(TokenDataByResourceServer&)> const& change) {
                           { storage.get_token_data_by_resource_server() } -> std::same_as<TokenDataByResourceServer>;
                           storage.update(change);
                       };

/// The functions of a token storage that follow from its two basic ones, by the reference's names.
template <class Storage>
class TokenStorageFunctions {
public:
    /// The tokens for a resource server, if there are any.
    [[nodiscard]] std::optional<TokenData> get_token_data(std::string_view resource_server) const {
        TokenDataByResourceServer tokens = self().get_token_data_by_resource_server();
        auto const found = tokens.find(std::string(resource_server));
        if (found == tokens.end()) return std::nullopt;
        return std::move(found->second);
    }
    /// Stores tokens, each in the place of what was stored for its resource server; the others stay.
    void store_token_data_by_resource_server(TokenDataByResourceServer const& tokens) const {
        if (tokens.empty()) return;
        self().update([&](TokenDataByResourceServer& stored) {
            for (auto const& [server, data] : tokens) stored.insert_or_assign(server, data);
            return true;
        });
    }
    /**
     * Stores all tokens of an answer.
     *
     * @param identity_id  who logged in: the `sub` of the answer's verified id_token (IdTokenVerifier)
     */
    void store_token_response(TokenResponse const& answer, std::string const& identity_id = {}) const {
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer.by_resource_server())
            tokens.emplace(server, TokenData::from(token, identity_id));
        self().store_token_data_by_resource_server(tokens);
    }
    /// Forgets the tokens for a resource server; false if there were none. It does not revoke them.
    bool remove_token_data(std::string_view resource_server) const {
        bool found = false;
        self().update([&](TokenDataByResourceServer& stored) {
            found = stored.erase(std::string(resource_server)) != 0;
            return found;
        });
        return found;
    }

private:
    [[nodiscard]] Storage const& self() const { return static_cast<Storage const&>(*this); }
};

inline TokenData TokenData::from_json(boost::json::object const& object) {
    auto const refuse = [](std::string_view name, char const* kind) {
        throw DecodeError("a stored token has no " + std::string(name) + " that is " + kind);
    };
    auto const text = [&](std::string_view name, bool needed) -> std::string {
        auto const* value = object.if_contains(name);
        if (!needed && (value == nullptr || value->is_null())) return {};
        if (value == nullptr || !value->is_string()) refuse(name, "a text");
        return std::string(value->as_string());
    };
    TokenData data;
    data.resource_server = text("resource_server", true);
    data.identity_id = text("identity_id", false);
    data.scope = text("scope", true);
    data.access_token = text("access_token", true);
    data.refresh_token = text("refresh_token", false);
    auto const* expires = object.if_contains("expires_at_seconds");
    if (expires == nullptr || !expires->is_int64()) refuse("expires_at_seconds", "a whole number");
    data.expires_at_seconds = expires->get_int64();
    data.token_type = text("token_type", false);
    for (auto const& [name, value] : object)
        if (name != "resource_server" && name != "identity_id" && name != "scope" && name != "access_token" &&
            name != "refresh_token" && name != "expires_at_seconds" && name != "token_type")
            data.extra[name] = value;
    return data;
}

inline boost::json::object TokenData::to_json() const {
    boost::json::object object;
    object["resource_server"] = resource_server;
    if (!identity_id.empty()) object["identity_id"] = identity_id;
    object["scope"] = scope;
    object["access_token"] = access_token.reveal();
    if (!refresh_token.empty()) object["refresh_token"] = refresh_token.reveal();
    object["expires_at_seconds"] = expires_at_seconds;
    if (!token_type.empty()) object["token_type"] = token_type;
    for (auto const& [name, value] : extra) object[name] = value;
    return object;
}

}  // namespace globus

#endif  // GLOBUS_APP_TOKEN_STORAGE_HPP
#ifndef GLOBUS_CORE_JSON_WRITE_HPP
#define GLOBUS_CORE_JSON_WRITE_HPP

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {
namespace detail {

/// The number of bytes of the UTF-8 sequence that begins `text`, or 0 if it is not well-formed (RFC 3629).
inline std::size_t utf8_sequence(std::string_view text) noexcept {
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

/// True for the ASCII characters that stand for themselves in a JSON string.
inline constexpr std::array<bool, 256> is_plain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c != 0x80; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

/// Writes `text` as a JSON string (RFC 8259, section 7); throws UsageError if it is not UTF-8.
inline void write_string(std::string& out, std::string_view text) {
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
            if (length == 0) throw UsageError("a text that is to be sent as JSON is not UTF-8");
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

template <class T>
void write_json(std::string& out, T const& value);

inline void write_separator(std::string& out, bool& first) {
    if (!first) out += ',';
    first = false;
}

template <class T>
void write_member(std::string& out, bool& first, std::string_view key, T const& value) {
    write_separator(out, first);
    write_string(out, key);
    out += ':';
    write_json(out, value);
}

/// Writes the members of a described object; absent ones are not written, AdditionalFields are merged over the others.
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
        if (!(value - value == 0)) throw UsageError("NaN and infinity cannot be sent: JSON has no such numbers");
        char digits[32];
        auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out.append(digits, end);
    } else if constexpr (is_constant<T>) {
        write_string(out, T::value);
    } else if constexpr (WritesJson<T>) {
        value.write_json(out);
    } else if constexpr (std::convertible_to<T const&, std::string_view>) {
        write_string(out, value);
    } else if constexpr (std::same_as<T, Null>) {
        out += "null";
    } else if constexpr (std::same_as<T, Json> || std::same_as<T, boost::json::object> ||
                         std::same_as<T, boost::json::array>) {
        out += boost::json::serialize(value);
    } else if constexpr (is_vector<T>) {
        bool first = true;
        out += '[';
        for (auto const& item : value) {
            std::size_t const before = out.size();
            bool const measure = first;
            write_separator(out, first);
            write_json(out, item);
            // the others will be about as long as the first: growing a text of megabytes copies it
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

}  // namespace detail

/**
 * The JSON text of a described object or of a list, map, number or text of such.
 *
 * Absent members are not written, null ones as `null`.
 * @throws UsageError  for text that is not UTF-8, and for NaN and infinity
 */
template <class T>
[[nodiscard]] std::string to_json(T const& value) {
    std::string out;
    detail::write_json(out, value);
    return out;
}

/**
 * A document to be sent: any described object, or a Json. What an operation takes where the reference takes a helper
 * object or a dictionary. Copies share the object, which is written when the request is made.
 */
class Document {
public:
    /// An empty object.
    Document() = default;
    template <class T>
        requires Described<std::remove_cvref_t<T>> || std::convertible_to<T&&, Json>
    Document(T&& object) {
        using Held = std::conditional_t<Described<std::remove_cvref_t<T>>, std::remove_cvref_t<T>, Json>;
        held_ = std::make_shared<Model<Held> const>(Held(std::forward<T>(object)));
    }

    void write_json(std::string& out) const {
        if (held_)
            held_->write(out);
        else
            out += "{}";
    }
    [[nodiscard]] std::string text() const { return to_json(*this); }
    friend bool operator==(Document const& a, Document const& b) { return a.text() == b.text(); }

private:
    struct Concept {
        virtual ~Concept() = default;
        virtual void write(std::string& out) const = 0;
    };
    template <class T>
    struct Model final : Concept {
        explicit Model(T o) : object(std::move(o)) {}
        void write(std::string& out) const override { detail::write_json(out, object); }
        T object;
    };

    std::shared_ptr<Concept const> held_;
};

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_WRITE_HPP

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

// Files that hold tokens: where they are, who may read them, and how they are replaced.

namespace globus {

/// What the storages that keep a file can be told.
struct TokenFileOptions {
    std::string namespace_name = "DEFAULT";  ///< tokens of other namespaces in the same file are apart
    bool strict = false;                     ///< refuse to read a file that others than its owner may read
    std::chrono::milliseconds lock_timeout = std::chrono::seconds(10);  ///< to wait for other processes
    /// Told, in a sentence, that a file was readable by others; the next `update` closes it.
    std::function<void(std::string const&)> on_warning = {};
};

/**
 * The directory name that the reference makes of an app's name: lower case, with `<>:"/\|?*` as `+`, dots and blanks as
 * `-`, and without what cannot be printed.
 *
 * @throws UsageError  if nothing is left, for a name that Windows reserves (con, prn, aux, nul, com1, lpt1, ...), and
 *                     for text that is not UTF-8
 */
[[nodiscard]] std::string app_name_slug(std::string_view app_name);

/**
 * Where the reference keeps an app's tokens: `~/.globus/app/<client_id>/<slug>/tokens.json`, with the environment's name
 * and a `-` before `tokens` unless it is production.
 *
 * @param suffix  ".json" or ".db"
 * @throws UsageError  as app_name_slug, for a client id that is no file name, and if HOME is not set
 */
[[nodiscard]] std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                             std::string_view environment = "production",
                                             std::string_view suffix = ".json");

namespace detail {

[[noreturn]] inline void refuse_token_file(TokenStorageError::Kind kind, std::string const& path,
                                           std::string const& why) {
    throw TokenStorageError(kind, path, why);
}
[[noreturn]] inline void fail_token_file(std::string const& path, char const* doing) {
    int const code = errno;
    if (code == ELOOP)
        refuse_token_file(TokenStorageError::Kind::insecure, path, "is a symbolic link; put the file itself there");
    refuse_token_file(TokenStorageError::Kind::io, path,
                      std::string("cannot be ") + doing + ": " + std::strerror(code));
}

/// A file descriptor that is closed at the end and in child programs.
class TokenFile {
public:
    static constexpr std::size_t largest = std::size_t{16} << 20;

    explicit TokenFile(int descriptor) noexcept : descriptor_(descriptor) {}
    TokenFile(TokenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    TokenFile& operator=(TokenFile&&) = delete;
    ~TokenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }

    /// Opens a file without following a link in its place; empty if there is none.
    [[nodiscard]] static TokenFile open(std::string const& path, int flags, mode_t mode = 0600) {
        int descriptor = -1;
        do descriptor = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode);
        while (descriptor < 0 && errno == EINTR);
        if (descriptor < 0 && errno != ENOENT) fail_token_file(path, "opened");
        return TokenFile(descriptor);
    }
    /// Refuses what is no file of ours alone. @return  its permissions and size
    struct stat check(std::string const& path) const {
        struct stat facts {};
        if (::fstat(descriptor_, &facts) != 0) fail_token_file(path, "looked at");
        using Kind = TokenStorageError::Kind;
        if (!S_ISREG(facts.st_mode)) refuse_token_file(Kind::insecure, path, "is not a regular file");
        if (facts.st_uid != ::geteuid()) refuse_token_file(Kind::insecure, path, "belongs to another user");
        if (facts.st_nlink > 1)
            refuse_token_file(Kind::insecure, path,
                              "has another name somewhere (a hard link); copy it and remove both");
        return facts;
    }
    [[nodiscard]] std::string read(std::string const& path) const {
        std::string text;
        char buffer[16384];
        while (true) {
            ssize_t const count = ::read(descriptor_, buffer, sizeof buffer);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail_token_file(path, "read");
            if (count == 0) return text;
            text.append(buffer, static_cast<std::size_t>(count));
            if (text.size() > largest)
                refuse_token_file(TokenStorageError::Kind::corrupt, path, "is larger than any token file");
        }
    }
    void write(std::string const& path, std::string_view text) const {
        while (!text.empty()) {
            ssize_t const count = ::write(descriptor_, text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail_token_file(path, "written");
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        if (::fsync(descriptor_) != 0) fail_token_file(path, "written to the disk");
    }

private:
    int descriptor_;
};

inline std::string directory_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes the directory of a token file, and those above it, for the owner alone.
inline void make_token_directory(std::string const& path) {
    std::string const directory = directory_of(path);
    for (std::size_t end = 0; end != std::string::npos;) {
        end = directory.find('/', end + 1);
        std::string const part = directory.substr(0, end);
        if (::mkdir(part.c_str(), 0700) == 0) {
            if (::chmod(part.c_str(), 0700) != 0) fail_token_file(part, "made");
        } else if (errno != EEXIST && errno != EISDIR && errno != EROFS && errno != EACCES) {
            fail_token_file(part, "made");
        }
    }
}

/// The lock of a token file: on a file beside it that is never removed. The system gives it back if the process dies.
class TokenFileLock {
public:
    TokenFileLock(std::string const& path, std::chrono::milliseconds timeout)
        : file_(TokenFile::open(path + ".lock", O_RDWR | O_CREAT)) {
        file_.check(path + ".lock");
        ::fchmod(file_.get(), 0600);
        auto const deadline = http::Clock::now() + timeout;
        while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR) fail_token_file(path + ".lock", "locked");
            auto const now = http::Clock::now();
            if (now >= deadline)
                refuse_token_file(TokenStorageError::Kind::locked, path,
                                  "was locked by another process all the time; end that process, or wait longer");
            // random, so that nobody always comes too late
            auto const pause = std::chrono::microseconds(500 + static_cast<int>(random_unit() * 4500));
            http::wait_until(std::min<http::Clock::time_point>(now + pause, deadline), std::stop_token{});
        }
    }

private:
    TokenFile file_;
};

/// Puts `text` in the place of a file, all of it or nothing, for good. The caller holds the lock.
inline void replace_token_file(std::string const& path, std::string_view text) {
    std::string const fresh = path + ".tmp";
    if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) fail_token_file(fresh, "removed");  // of a process that died
    struct Remove {
        char const* name;
        ~Remove() {
            if (name != nullptr) ::unlink(name);
        }
    } remove{fresh.c_str()};
    {
        TokenFile const file = TokenFile::open(fresh, O_WRONLY | O_CREAT | O_EXCL);
        if (!file) fail_token_file(fresh, "made");
        if (::fchmod(file.get(), 0600) != 0) fail_token_file(fresh, "made private");
        file.write(fresh, text);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) fail_token_file(path, "replaced");
    remove.name = nullptr;
    TokenFile const directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) fail_token_file(path, "made durable");
}

/// Says that others may read a file, or refuses it.
inline void check_token_file_mode(std::string const& path, mode_t mode, TokenFileOptions const& options) {
    if ((mode & 0077) == 0) return;
    char digits[8];
    std::snprintf(digits, sizeof digits, "%03o", static_cast<unsigned>(mode & 0777));
    std::string const words = "can be read or written by others (mode " + std::string(digits) +
                              "); run: chmod 600, and log in again if they may have read it";
    if (options.strict) refuse_token_file(TokenStorageError::Kind::insecure, path, words);
    try {
        if (options.on_warning) options.on_warning("the token storage " + path + ' ' + words);
    } catch (...) {  // an observer must not break a call
    }
}

/// A path that may be given to the system.
inline std::string check_token_path(std::string path) {
    if (path.empty() || path.find('\0') != std::string::npos || path.back() == '/')
        throw UsageError("the path of a token storage is empty, names a directory, or has a NUL in it");
    return path;
}

/// One code point of UTF-8 text, taken from its front.
inline char32_t take_code_point(std::string_view& text) {
    std::size_t const length = utf8_sequence(text);
    if (length == 0) throw UsageError("the app's name is not UTF-8");
    auto const byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    char32_t point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t i = 1; i != length; ++i) point = point << 6U | (byte(i) & 0x3FU);
    text.remove_prefix(length);
    return point;
}
inline void append_code_point(std::string& out, char32_t point) {
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
/// Controls, blanks other than ' ', formatting and private characters.
inline bool is_printable(char32_t c) {
    return !(c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) ||
             (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 ||
             (c >= 0xD800 && c <= 0xF8FF) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000);
}
/// The small letter of a Latin, Greek or Cyrillic one; others are as they are.
inline char32_t to_lower(char32_t c) {
    if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    bool const even_first = (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177);
    bool const odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if ((even_first && c % 2 == 0) || (odd_first && c % 2 == 1)) return c + 1;
    return c;
}

}  // namespace detail

inline std::string app_name_slug(std::string_view app_name) {
    std::string slug;
    while (!app_name.empty()) {
        char32_t const c = detail::take_code_point(app_name);
        if (c < 0x80 && std::string_view("<>:\"/\\|?*").find(static_cast<char>(c)) != std::string_view::npos)
            slug += '+';
        else if (c == U'.' || c == U' ')
            slug += '-';
        else if (detail::is_printable(c))
            detail::append_code_point(slug, detail::to_lower(c));
    }
    if (slug.empty()) throw UsageError("the app's name has nothing in it that can be in a file name; choose another");
    bool const numbered =
        slug.size() == 4 && (slug.starts_with("com") || slug.starts_with("lpt")) && slug[3] >= '0' && slug[3] <= '9';
    if (numbered || slug == "con" || slug == "prn" || slug == "aux" || slug == "nul")
        throw UsageError("the app's name makes the reserved file name '" + slug + "'; choose another");
    if (slug.size() > 255) throw UsageError("the app's name is longer than a file name can be; choose another");
    return slug;
}

inline std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                      std::string_view environment, std::string_view suffix) {
    for (auto const& [what, text] : {std::pair{"client id", client_id}, std::pair{"environment's name", environment}})
        if (text.empty() || text == "." || text == ".." ||
            text.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
            throw UsageError(std::string("the ") + what + " cannot be part of a file's path");
    char const* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        throw UsageError("HOME is not set, so there is no place for tokens; give the storage a path");
    std::string path =
        std::string(home) + "/.globus/app/" + std::string(client_id) + '/' + app_name_slug(app_name) + '/';
    if (environment != "production") path += std::string(environment) + '-';
    return path + "tokens" + std::string(suffix);
}

}  // namespace globus

#endif  // GLOBUS_APP_TOKEN_FILE_HPP
#ifndef GLOBUS_VERSION_HPP
#define GLOBUS_VERSION_HPP

#define GLOBUS_VERSION_MAJOR 0
#define GLOBUS_VERSION_MINOR 1
#define GLOBUS_VERSION_PATCH 0
#define GLOBUS_VERSION_STRING "0.1.0"

#endif  // GLOBUS_VERSION_HPP

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * Keeps tokens in a JSON file, in the format of the Python SDK: programs in both languages can share one file.
 *
 *     JsonTokenStorage storage{default_token_path(client_id, "nightly backup")};
 *     storage.store_token_response(tokens);
 *
 * The file is made when something is stored, readable by its owner only, and its directory too. It is replaced as a
 * whole: after a crash it is the old file or the new one. `<path>.lock` beside it is the lock between processes; it
 * stays. Format version 2.0 is written, 1.0 is read and becomes 2.0 when it is written; what a newer version has put
 * beside the tokens stays.
 *
 * @par Errors
 * TokenStorageError, see its kinds. A damaged file is never taken for an empty one, and is not overwritten.
 * @par Thread safety
 * Any function may be called from any thread and process. Copies share the file.
 */
class JsonTokenStorage : public TokenStorageFunctions<JsonTokenStorage> {
public:
    /// Makes the directory of `path`, if it is not there.
    /// @throws UsageError  for an empty path; TokenStorageError (io) if the directory cannot be made
    explicit JsonTokenStorage(std::string path, TokenFileOptions options = {})
        : state_(std::make_shared<State const>(State{detail::check_token_path(std::move(path)), std::move(options)})) {
        detail::make_token_directory(state_->path);
    }

    [[nodiscard]] std::string const& path() const noexcept { return state_->path; }

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const { return tokens_of(load()); }

    /// See TokenStorage. @throws TokenStorageError, and what `change` throws
    template <class F>
    void update(F const& change) const {
        detail::TokenFileLock const lock(path(), state_->options.lock_timeout);
        boost::json::object document = load();
        TokenDataByResourceServer tokens = tokens_of(document);
        if (change(tokens)) store(std::move(document), tokens);
    }

private:
    using Kind = TokenStorageError::Kind;
    struct State {
        std::string path;
        TokenFileOptions options;
    };

    /// The document in format 2.0; a file that is not there is an empty one.
    [[nodiscard]] boost::json::object load() const {
        detail::TokenFile const file = detail::TokenFile::open(path(), O_RDONLY);
        if (!file) return {{"data", boost::json::object()}};
        detail::check_token_file_mode(path(), file.check(path()).st_mode, state_->options);
        std::string text = file.read(path());
        boost::json::parse_options options;
        options.max_depth = 128;
        boost::json::error_code error;
        boost::json::value document = boost::json::parse(text, error, {}, options);
        detail::wipe(text);
        if (error || !document.is_object()) corrupt("does not hold a JSON object");
        boost::json::object& object = document.as_object();
        auto const* version = object.if_contains("format_version");
        if (version == nullptr || !version->is_string()) corrupt("does not say the version of its format");
        std::string_view const number = version->get_string();
        if (number == "1.0") {
            auto const* old = object.if_contains("by_rs");
            if (old == nullptr || !old->is_object()) corrupt("has no object 'by_rs', as format 1.0 must");
            object["data"] = boost::json::object{{"DEFAULT", *old}};
            object.erase("by_rs");
        } else if (number != "2.0") {
            int major = 0;
            auto const read = std::from_chars(number.data(), number.data() + number.size(), major);
            if (read.ec == std::errc() && major >= 2)
                detail::refuse_token_file(Kind::too_new, path(),
                                          "has a newer format than 2.0; use a newer version of this library");
            corrupt("has an unknown version of the format");
        }
        auto const* data = object.if_contains("data");
        if (data == nullptr || !data->is_object()) corrupt("has no object 'data', as format 2.0 must");
        return std::move(object);
    }
    [[nodiscard]] TokenDataByResourceServer tokens_of(boost::json::object const& document) const {
        TokenDataByResourceServer tokens;
        auto const* mine = document.at("data").get_object().if_contains(state_->options.namespace_name);
        if (mine == nullptr) return tokens;
        if (!mine->is_object()) corrupt("has a namespace that is no object");
        for (auto const& [server, value] : mine->get_object()) {
            if (!value.is_object()) corrupt("has a token that is no object");
            try {
                tokens.emplace(server, TokenData::from_json(value.get_object()));
            } catch (DecodeError const& error) {
                corrupt(std::string("is damaged: ") + error.what());
            }
        }
        return tokens;
    }
    void store(boost::json::object document, TokenDataByResourceServer const& tokens) const {
        boost::json::object mine;
        for (auto const& [server, data] : tokens) mine[server] = data.to_json();
        document["data"].get_object()[state_->options.namespace_name] = std::move(mine);
        document["format_version"] = "2.0";
        document["globus-sdk.version"] = "globus-cpp-" GLOBUS_VERSION_STRING;  // the Python SDK wants a text here
        std::string text = boost::json::serialize(document);
        detail::replace_token_file(path(), text);
        detail::wipe(text);
    }
    [[noreturn]] void corrupt(std::string const& why) const {
        detail::refuse_token_file(Kind::corrupt, path(), why + "; move it away and log in again");
    }

    std::shared_ptr<State const> state_;
};

static_assert(TokenStorage<JsonTokenStorage>);

}  // namespace globus

#endif  // GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
#ifndef GLOBUS_APP_LOGIN_FLOW_HPP
#define GLOBUS_APP_LOGIN_FLOW_HPP

#ifndef GLOBUS_CLIENT_CLIENT_HPP
#define GLOBUS_CLIENT_CLIENT_HPP

#ifndef GLOBUS_CLIENT_CALL_OPTIONS_HPP
#define GLOBUS_CLIENT_CALL_OPTIONS_HPP

#ifndef GLOBUS_CLIENT_QUERY_PARAMS_HPP
#define GLOBUS_CLIENT_QUERY_PARAMS_HPP

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Takes a named parameter out of a request, as the value of a QueryParams entry.
struct Removed {};
inline constexpr Removed removed{};

/// The value of one query or form parameter: texts to be sent, one parameter each.
class QueryValue {
public:
    QueryValue(std::string text) : texts_{std::move(text)} {}
    QueryValue(std::string_view text) : texts_{std::string(text)} {}
    QueryValue(char const* text) : texts_{std::string(text)} {}
    QueryValue(std::vector<std::string> texts) : texts_(std::move(texts)) {}
    template <std::same_as<bool> B>
    QueryValue(B flag) : texts_{flag ? "True" : "False"} {}
    template <std::integral I>
        requires(!std::same_as<I, bool>)
    QueryValue(I number) : texts_{std::to_string(number)} {}
    QueryValue(Removed) {}

    [[nodiscard]] std::vector<std::string> const& texts() const noexcept { return texts_; }
    friend bool operator==(QueryValue const&, QueryValue const&) = default;

private:
    std::vector<std::string> texts_;
};

/**
 * Parameters that an operation has no member for, in order. An entry of a name that the operation sends as well takes
 * that one's place.
 *
 *     client.get_task({.task_id = id, .query_params = {{"fields", "status,label"}}});
 */
class QueryParams : public std::vector<std::pair<std::string, QueryValue>> {
public:
    using std::vector<std::pair<std::string, QueryValue>>::vector;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_QUERY_PARAMS_HPP

#include <chrono>
#include <optional>
#include <stop_token>

namespace globus {

/**
 * What one call may differ in. Every operation takes it as its second argument.
 *
 *     client.operation_ls({.endpoint_id = id}, {.timeout = 5s, .stop = source.get_token()});
 */
struct CallOptions {
    /// For the whole call: token renewal, all attempts, the waits between them and the body. Unset: the client's.
    std::optional<std::chrono::duration<double>> timeout = {};
    /// The same as a point in time; the earlier of the two holds.
    std::optional<http::Clock::time_point> deadline = {};
    std::stop_token stop = {};                ///< cancels the call from another thread; it ends within 100 ms
    http::Headers headers = {};               ///< added to the request; they replace the client's own of the same name
    QueryParams query = {};                   ///< added to the request's query
    std::optional<RetryClass> retry_as = {};  ///< in place of the operation's own, if you know better
    /// False: a typed answer is read as it comes and its text is not kept, which for a listing of 30 MB saves 30 MB.
    /// `text()` is then empty, and `json()` null.
    bool keep_text = true;
    http::Sink sink = {};  ///< takes the body of a success in pieces, as it comes
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_CALL_OPTIONS_HPP
#ifndef GLOBUS_CLIENT_CHECK_CLIENT_HPP
#define GLOBUS_CLIENT_CHECK_CLIENT_HPP

#ifndef GLOBUS_CLIENT_ENVIRONMENT_HPP
#define GLOBUS_CLIENT_ENVIRONMENT_HPP

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * One of the places where Globus runs, and the base URLs of its services there.
 *
 *     Environment::current().service_url("transfer")    // https://transfer.api.globus.org/
 *
 * Read from the environment, as in Globus' own SDKs:
 *
 *     GLOBUS_SDK_ENVIRONMENT            production (if unset), preview, sandbox, integration, test, staging
 *     GLOBUS_SDK_SERVICE_URL_TRANSFER   base URL of one service: AUTH TRANSFER SEARCH GROUPS TIMER FLOWS COMPUTE APP
 *     GLOBUS_SDK_HTTP_TIMEOUT           seconds without a byte before a request fails; 60 if unset, -1 for none
 *
 * Thread safety: any function may be called from any thread, while nobody calls setenv.
 */
class Environment {
public:
    /// @throws UsageError  for a name that Globus does not have; it lists the names
    explicit Environment(std::string name) : name_(std::move(name)) {
        for (std::string_view known : names)
            if (name_ == known) return;
        std::string list;
        for (std::string_view known : names) list.append(list.empty() ? "" : ", ").append(known);
        throw UsageError("there is no Globus environment '" + name_ + "'; there are " + list);
    }

    /// The environment that GLOBUS_SDK_ENVIRONMENT names, or production.
    [[nodiscard]] static Environment current() {
        char const* name = std::getenv("GLOBUS_SDK_ENVIRONMENT");
        return Environment(name != nullptr ? name : "production");
    }

    [[nodiscard]] std::string const& name() const noexcept { return name_; }

    /// The base URL of a service, as GLOBUS_SDK_SERVICE_URL_* overrides it.
    [[nodiscard]] std::string service_url(std::string_view service) const {
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

    /// The seconds of GLOBUS_SDK_HTTP_TIMEOUT; 60 if unset or empty, nothing for -1.
    /// @throws UsageError  for anything else that is not a positive number
    [[nodiscard]] static std::optional<std::chrono::duration<double>> http_timeout() {
        char const* text = std::getenv("GLOBUS_SDK_HTTP_TIMEOUT");
        if (text == nullptr || *text == '\0') return std::chrono::duration<double>(60);
        std::string_view const digits = text;
        double seconds = 0;
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(seconds) ||
            (seconds <= 0 && seconds != -1))
            throw UsageError("GLOBUS_SDK_HTTP_TIMEOUT is not a positive number of seconds, nor -1 for none");
        if (seconds == -1) return std::nullopt;
        return std::chrono::duration<double>(seconds);
    }

private:
    static constexpr std::array<std::string_view, 6> names{"production",  "preview", "sandbox",
                                                           "integration", "test",    "staging"};

    [[nodiscard]] std::string default_url(std::string_view service) const {
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

    std::string name_;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_ENVIRONMENT_HPP

#include <concepts>
#include <string_view>
#include <type_traits>

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

/// `S` is reached with the id and secret of a confidential client.
template <class S>
concept NeedsBasicCredential = Service<S> && std::same_as<typename S::credential, BasicCredential>;
/// `S` is reached without any credential.
template <class S>
concept NeedsNoCredential = Service<S> && std::same_as<typename S::credential, NoCredential>;

/// `P` sends the id and secret of a confidential client.
template <class P>
concept PresentsBasicCredential = NamesCredential<P> && std::is_same_v<typename P::credential, BasicCredential>;
/// `P` sends nothing.
template <class P>
concept PresentsNoCredential = NamesCredential<P> && std::is_same_v<typename P::credential, NoCredential>;

namespace detail {

template <class S>
inline constexpr bool is_auth_service = false;  // specialised by services/auth/service.hpp, for a sentence of its own

template <class S, class A>
concept FittingCredential = (!NeedsBasicCredential<S> || PresentsBasicCredential<A>)&&(
    !NeedsNoCredential<S> || PresentsNoCredential<A>)&&(NeedsBasicCredential<S> || !PresentsBasicCredential<A>);

}  // namespace detail

/// True when `Client<S, A, T, R>` can be; ask this instead of instantiating it.
template <class S, class A, class T, class R = DefaultRetry>
concept ClientConfiguration =
    Service<S> && Transport<T> && Authorizer<A, T> && RetryPolicy<R> && detail::FittingCredential<S, A>;

namespace detail {

/// Says in one sentence why `Client<S, A, T, R>` cannot be; the first reason only.
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
            "and `succeeded(int) const noexcept`, as DefaultRetry has.");
    else if constexpr (!Authorizer<A, T>)
        static_assert(Authorizer<A, T>,
                      "globus::Client<S, A, T>: A is not an authorizer for T. It needs a type `credential`, "
                      "`Authorization authorize(T const&, AuthContext const&) const` and "
                      "`bool unauthorized(Authorization const&, T const&, AuthContext const&) const`.");
    else if constexpr (NeedsBasicCredential<S> && !PresentsBasicCredential<A>)
        static_assert(PresentsBasicCredential<A>,
                      "globus::Client<S, A, T>: S is reached with the client id and secret of a confidential app (HTTP "
                      "Basic), but A presents something else. Use BasicPolicy.");
    else if constexpr (NeedsNoCredential<S> && !PresentsNoCredential<A>)
        static_assert(PresentsNoCredential<A>,
                      "globus::Client<S, A, T>: S is the login client of a native app, which only names itself, but A "
                      "presents a credential. Use NullPolicy.");
    else if constexpr (PresentsBasicCredential<A> && !NeedsBasicCredential<S> && is_auth_service<S>)
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
#ifndef GLOBUS_CLIENT_OPERATION_HPP
#define GLOBUS_CLIENT_OPERATION_HPP

#include <boost/json/parse.hpp>

#include <algorithm>
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
    http::Method method;
    std::string_view path;
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
 * query parameter, unless the struct's `wire` says otherwise. `retry` gives the retry class where the method alone does
 * not (GET reads, PUT and DELETE are idempotent, POST and PATCH are not). A `void check() const` throws UsageError for
 * members that do not go together. `static constexpr bool anonymous = true` sends no credential.
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

/**
 * A member that the client's service fills, such as the client id of a native app. It is left out where the service
 * has none.
 */
struct FromService {
    friend constexpr bool operator==(FromService, FromService) = default;
};

namespace detail {

/// True if `{name}` stands in the path template.
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
            if (!O::members::has(wire.member)) return false;
    return true;
}

template <class O>
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

/// Refuses a path segment that would make another path of it (RFC 3986, section 3.3).
inline std::string encode_segment(std::string_view name, std::string_view value) {
    if (value.empty() || value == "." || value == ".." || value.find('\0') != std::string_view::npos)
        throw UsageError(std::string(name) + " cannot be part of a path: it is " +
                         (value.empty() ? "empty" : "'.', '..' or has a NUL in it") + "; give the id itself");
    return percent_encode(value);
}

/// Collects what an operation's members say, and makes the request of it.
class RequestBuilder {
public:
    RequestBuilder(std::string_view base_url, Route route) : base_url_(base_url), route_(route), path_(route.path) {}

    /// Fills `{name}`, or drops its segment where there is no value.
    void path(std::string_view name, std::string const* value) {
        std::string const slot = '{' + std::string(name) + '}';
        auto const at = path_.find(slot);
        if (value != nullptr)
            path_.replace(at, slot.size(), encode_segment(name, *value));
        else if (at != 0 && path_[at - 1] == '/')
            path_.erase(at - 1, slot.size() + 1);
        else
            path_.erase(at, slot.size());
    }

    void text(Wire const& wire, std::string value) {
        (wire.place == Place::form ? form_ : query_).emplace_back(std::string(wire.name), std::move(value));
    }
    void flag(Wire const& wire, bool value) {
        switch (wire.spelling) {
            case Spelling::number:
                return text(wire, value ? "1" : "0");
            case Spelling::lower:
                return text(wire, value ? "true" : "false");
            default:
                return text(wire, value ? "True" : "False");
        }
    }
    void list(Wire const& wire, std::vector<std::string> const& values) {
        if (wire.spelling == Spelling::repeat) {
            for (std::string const& value : values) text(wire, value);
            return;
        }
        std::string joined;
        for (std::string const& value : values) {
            if (&value != values.data()) joined += wire.spelling == Spelling::space ? ' ' : ',';
            joined += value;
        }
        text(wire, std::move(joined));
    }

    /// Parameters of the caller's own: they take the place of others of their name.
    void parameters(Place place, QueryParams const& parameters) {
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

    /// The whole body; members that come after it are merged over its own.
    void document(std::string text) {
        body_ = std::move(text);
        kind_ = Body::document;
    }
    /// One member of the body, at a path of levels separated by slashes; a level that is a number is a list's.
    void json(std::string_view path, std::string const& text) { *at(path) = parse(text); }
    /// Says that the body is a JSON object, even if no member goes into it.
    void object() {
        if (kind_ == Body::none) kind_ = Body::object;
        if (!object_.is_object()) object_.emplace_object();
    }
    /// Members of the caller's own, merged into the object at `path` (empty: the body itself).
    void fields(std::string_view path, AdditionalFields const& fields) {
        if (fields.empty()) return;
        boost::json::value* const parent = at(path);
        if (!parent->is_object()) parent->emplace_object();
        for (auto const& [name, value] : fields) parent->get_object()[name] = value;
    }
    /// Says that the body is a form, even if no member goes into it.
    void form() { is_form_ = true; }

    [[nodiscard]] http::Request take() {
        http::Request request;
        request.method = route_.method;
        request.url.reserve(base_url_.size() + path_.size() + 16);
        request.url = base_url_;
        request.url.append(std::string_view(path_).substr(path_.starts_with('/') ? 1 : 0));
        if (!query_.empty()) append_pairs(request.url += '?', query_);
        if (is_form_ || !form_.empty()) {
            request.headers.add("Content-Type", "application/x-www-form-urlencoded");
            append_pairs(request.body, form_);
            for (auto& [name, value] : form_) wipe(value);
            request.has_body = true;
        } else if (kind_ != Body::none) {
            request.headers.add("Content-Type", "application/json");
            request.body = kind_ == Body::object ? boost::json::serialize(object_) : std::move(body_);
            request.has_body = true;
        }
        return request;
    }

private:
    using Form = std::vector<std::pair<std::string, std::string>>;
    enum class Body : unsigned char { none, document, object };

    static boost::json::value parse(std::string const& text) {
        boost::json::parse_options options;
        options.max_depth = 128;
        return boost::json::parse(text, {}, options);
    }
    /// The place in the body that `path` leads to, made if it is not there yet (empty: the body itself).
    boost::json::value* at(std::string_view path) {
        if (kind_ == Body::document) {
            object_ = parse(body_);
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

    static void append_pairs(std::string& out, Form const& pairs) {
        bool first = true;
        for (auto const& [name, value] : pairs) {
            if (!std::exchange(first, false)) out += '&';
            append_form_encoded(out, name);
            out += '=';
            append_form_encoded(out, value);
        }
    }

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

/// A type that says how it is spelt in a query: `std::vector<std::string> query_texts() const`.
template <class T>
concept SpeltInQuery = requires(T const& value) {
    { value.query_texts() } -> std::convertible_to<std::vector<std::string>>;
};

/// Puts one value where `wire` says, in the query or the form.
template <class V>
void put_parameter(RequestBuilder& builder, Wire const& wire, V const& value) {
    if constexpr (is_optional<V>) {
        if (value.has_value())
            put_parameter(builder, wire, *value);
        else if (value.is_null())
            builder.text(wire, "None");
    } else if constexpr (is_required<V>) {
        put_parameter(builder, wire, *value);
    } else if constexpr (std::same_as<V, bool>) {
        builder.flag(wire, value);
    } else if constexpr (std::integral<V>) {
        builder.text(wire, std::to_string(value));
    } else if constexpr (SpeltInQuery<V>) {
        builder.list(wire, value.query_texts());
    } else if constexpr (std::same_as<V, Secret>) {
        builder.text(wire, value.reveal());
    } else if constexpr (std::convertible_to<V const&, std::vector<std::string> const&>) {
        builder.list(wire, value);
    } else if constexpr (is_constant<V>) {
        builder.text(wire, std::string(V::value));
    } else {
        static_assert(std::convertible_to<V const&, std::string>,
                      "globus: a member of this type cannot be a query parameter; give it a place in `wire`.");
        builder.text(wire, value);
    }
}

template <class V>
void put_path(RequestBuilder& builder, std::string_view name, V const& value) {
    if constexpr (is_optional<V>) {
        if (value.has_value())
            put_path(builder, name, *value);
        else
            builder.path(name, nullptr);
    } else if constexpr (is_required<V>) {
        put_path(builder, name, *value);
    } else if constexpr (std::integral<V>) {
        std::string const text = std::to_string(value);
        builder.path(name, &text);
    } else {
        builder.path(name, &static_cast<std::string const&>(value));
    }
}

/// Puts one member of an operation where it belongs.
template <class O, class M, class V>
void put_member(RequestBuilder& builder, V const& value) {
    constexpr Wire wire = wire_of<O>(M::key);
    constexpr bool whole_body = wire.place == Place::json && wire.name.empty();
    constexpr bool named_body = wire.place == Place::automatic && (M::key == "body" || M::key == "data");
    if constexpr (wire.place == Place::automatic && route_names(O::route.path, M::key)) {
        put_path(builder, M::key, value);
    } else if constexpr (std::same_as<V, QueryParams>) {
        builder.parameters(wire.place, value);
    } else if constexpr (std::same_as<V, AdditionalFields>) {
        builder.fields(wire.name == M::key ? std::string_view{} : wire.name, value);
    } else if constexpr (whole_body || named_body) {
        if constexpr (is_optional<V>) {
            if (value.has_value()) builder.document(to_json(*value));
        } else {
            builder.document(to_json(value));
        }
    } else if constexpr (wire.place == Place::json) {
        builder.object();
        if constexpr (is_optional<V>)
            if (value.is_absent()) return;
        builder.json(wire.name, to_json(value));
    } else {
        if constexpr (wire.place == Place::form) builder.form();
        put_parameter(builder, wire, value);
    }
}

template <class O, class M, class S>
void put_from_service(RequestBuilder& builder, S const& service) {
    if (std::string const text(service.route_value(M::key)); !text.empty()) put_member<O, M>(builder, text);
}

/// As to_request, of members that are checked. AdditionalFields and QueryParams come last, whatever their place.
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
    O::members::for_each(operation, [&]<class M, class V>(M, V const& value) {
        if constexpr (std::same_as<V, FromService>) {
            put_from_service<O, M>(builder, service);
        } else if constexpr (!std::same_as<V, QueryParams> && !std::same_as<V, AdditionalFields>) {
            put_member<O, M>(builder, value);
        }
    });
    O::members::for_each(operation, [&]<class M, class V>(M, V const& value) {
        if constexpr (std::same_as<V, QueryParams> || std::same_as<V, AdditionalFields>)
            put_member<O, M>(builder, value);
    });
    return builder.take();
}

/**
 * The request of an operation, without what the client adds.
 *
 * Before that `check()` refuses what cannot be, and `normalized()` gives the members that are sent, where they follow
 * from one another.
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
#ifndef GLOBUS_CLIENT_PAGING_HPP
#define GLOBUS_CLIENT_PAGING_HPP

#ifndef GLOBUS_CLIENT_RESPONSE_HPP
#define GLOBUS_CLIENT_RESPONSE_HPP

#ifndef GLOBUS_CORE_JSON_READ_HPP
#define GLOBUS_CORE_JSON_READ_HPP

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// How a document becomes a typed value without a DOM: Boost.JSON's parser calls
// one handler, the JsonReader. It keeps a stack of slots, each an object and
// the table of what can be done with an object of its type. The tables are made
// from the described members, so the parser itself is instantiated once,
// whatever is read.

namespace globus::detail {

struct SlotType;

/// An object that the next JSON value goes to; `type` null: the value is
/// skipped.
struct Slot {
    void* object = nullptr;
    SlotType const* type = nullptr;
};

/// One member of a described type: its name on the wire, its type, and where it
/// lies in the object.
struct SlotMember {
    std::string_view name;
    SlotType const* type;
    std::size_t offset;
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
    [[nodiscard]] SlotMember const* find(std::string_view name) const noexcept {
        for (std::size_t b = hash(name) & mask; buckets[b] != 0; b = (b + 1) & mask)
            if (SlotMember const& member = members[buckets[b] - 1]; member.name == name) return &member;
        return nullptr;
    }
};

/// What can be read into an object of one type. A null entry: that kind of
/// value does not fit.
struct SlotType {
    char const* expected;                    ///< in words, for messages
    void (*null)(void*) = nullptr;           ///< JSON null
    bool (*boolean)(void*, bool) = nullptr;  ///< each returns false if the value does not fit
    bool (*integer)(void*, std::int64_t) = nullptr;
    bool (*natural)(void*, std::uint64_t) = nullptr;
    bool (*real)(void*, double) = nullptr;
    bool (*string)(void*, std::string_view) = nullptr;
    void (*object)(void*) = nullptr;                    ///< '{' begins
    void (*array)(void*) = nullptr;                     ///< '[' begins
    SlotMembers const& (*members)() = nullptr;          ///< of a described type
    Slot (*member)(void*, std::string_view) = nullptr;  ///< of a map
    Slot (*element)(void*, double) = nullptr;           ///< of a list; the part of the text that is read, 0 if unknown
    Slot (*inner)(void*) = nullptr;                     ///< Optional and Required: the slot of the value inside
    void (*reset)(void*) = nullptr;                     ///< Optional: makes it absent again
    bool dom = false;                                   ///< a Json: takes anything
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

template <class T>
bool store_integer(void* object, std::int64_t number) {
    if constexpr (std::integral<T>)
        if (!std::in_range<T>(number)) return false;
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_natural(void* object, std::uint64_t number) {
    if constexpr (std::integral<T>)
        if (!std::in_range<T>(number)) return false;
    as<T>(object) = static_cast<T>(number);
    return true;
}
template <class T>
bool store_real(void* object, double number) {
    if constexpr (std::integral<T>) {
        constexpr double limit = 9007199254740992.0;  // 2^53: above it a double no
                                                      // longer holds every integer
        if (!(number >= -limit && number <= limit) || number != static_cast<double>(static_cast<std::int64_t>(number)))
            return false;
        return store_integer<T>(object, static_cast<std::int64_t>(number));
    } else {
        if (!(number - number == 0)) return false;
        as<T>(object) = static_cast<T>(number);
        return true;
    }
}

template <class V>
inline constexpr bool is_readable_member = !std::same_as<V, AdditionalFields> && !requires { V::value.data(); };

/// The table of a described type, made when the first object of it is read.
template <class T>
struct MemberTable {
    static constexpr std::size_t bucket_count() {
        std::size_t count = 4;
        while (count < 3 * T::members::size) count *= 2;
        return count;
    }

    MemberTable() {
        T object{};
        T::members::for_each(object, [&]<class M, class V>(M, V& member) {
            if constexpr (is_readable_member<V>) {
                std::size_t const offset = static_cast<std::size_t>(reinterpret_cast<char const*>(&member) -
                                                                    reinterpret_cast<char const*>(&object));
                add({wire_of<T>(M::key).name, &SlotTypeOf<V>::value, offset});
            }
        });
    }
    void add(SlotMember member) {
        members[size++] = member;
        std::size_t b = SlotMembers::hash(member.name) & table.mask;
        while (buckets[b] != 0) b = (b + 1) & table.mask;
        buckets[b] = static_cast<std::uint8_t>(size);
    }

    SlotMember members[T::members::size + 1] = {};
    std::uint8_t buckets[bucket_count()] = {};
    std::size_t size = 0;
    SlotMembers table{members, buckets, bucket_count() - 1};
};

template <class T>
SlotMembers const& members_of() {
    static_assert(T::members::size < 255);
    static MemberTable<T> const made;
    return made.table;
}

/// Adds an element. A list that grows long is given room for as many as the
/// rest of the text will have.
template <class T>
Slot next_element(void* object, double part_read) {
    T& list = as<T>(object);
    if constexpr (requires { list.reserve(1); })
        if (list.size() == list.capacity() && list.size() >= 64 && part_read > 0)
            list.reserve(list.size() + 16 +
                         static_cast<std::size_t>(static_cast<double>(list.size()) * (1.02 / part_read - 1.0)));
    return slot_of(list.emplace_back());
}

/// Optional texts, numbers and flags are the most of all values: they are
/// stored without a detour.
template <class T>
concept Scalar = std::integral<T> || std::floating_point<T> || std::same_as<T, std::string>;

template <class T>
inline constexpr bool is_optional_scalar = false;
template <Scalar T>
inline constexpr bool is_optional_scalar<Optional<T>> = true;

/// Stores into an Optional by `store(void*, value)`, which says whether the
/// value fits.
template <class T, class V, class F>
bool store_optional(void* object, V value, F store) {
    auto& optional = as<Optional<T>>(object);
    if (store(&optional.emplace(), value)) return true;
    optional.reset();
    return false;
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
        return {.expected = "a text",
                .string = [](void* o, std::string_view text) { return as<std::string>(o).assign(text), true; }};
    } else if constexpr (std::same_as<T, Json>) {
        return {.expected = "anything", .dom = true};
    } else if constexpr (is_optional_scalar<T>) {
        using V = typename T::value_type;
        SlotType type{.expected = SlotTypeOf<V>::value.expected};
        type.null = [](void* o) { as<T>(o).set_null(); };
        type.reset = [](void* o) { as<T>(o).reset(); };
        if constexpr (std::same_as<V, bool>) {
            type.boolean = [](void* o, bool b) { return as<T>(o).emplace() = b, true; };
        } else if constexpr (std::same_as<V, std::string>) {
            type.string = [](void* o, std::string_view text) { return as<T>(o).emplace().assign(text), true; };
        } else {
            type.integer = [](void* o, std::int64_t n) { return store_optional<V>(o, n, &store_integer<V>); };
            type.natural = [](void* o, std::uint64_t n) { return store_optional<V>(o, n, &store_natural<V>); };
            type.real = [](void* o, double n) { return store_optional<V>(o, n, &store_real<V>); };
        }
        return type;
    } else if constexpr (is_optional<T>) {
        return {.expected = "",
                .null = [](void* o) { as<T>(o).set_null(); },
                .inner = [](void* o) { return slot_of(as<T>(o).emplace()); },
                .reset = [](void* o) { as<T>(o).reset(); }};
    } else if constexpr (is_required<T>) {
        return {.expected = "", .inner = [](void* o) { return slot_of(*as<T>(o)); }};
    } else if constexpr (requires(T& t) {
                             t[std::string()];
                             t.begin()->second;
                         }) {
        return {.expected = "an object",
                .object = [](void* o) { as<T>(o).clear(); },
                .member = [](void* o, std::string_view key) { return slot_of(as<T>(o)[std::string(key)]); }};
    } else if constexpr (requires(T& t) { t.emplace_back(); }) {
        return {.expected = "a list", .array = [](void* o) { as<T>(o).clear(); }, .element = &next_element<T>};
    } else {
        static_assert(Described<T>,
                      "globus: this type cannot be read from JSON. "
                      "Describe it with GLOBUS_MEMBERS.");
        return {.expected = "an object", .object = [](void*) {}, .members = &members_of<T>};
    }
}

template <class T>
struct SlotTypeOf {
    static constexpr SlotType value = make_slot_type<T>();
};

/// The handler of Boost.JSON's parser. It keeps the first mismatch as a
/// sentence and reads on.
class JsonReader {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    explicit JsonReader(Slot root) : next_(root) {}

    /// What did not fit, and where; empty if all did.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }
    /// True if something did not fit that is not an Optional.
    [[nodiscard]] bool misfit() const noexcept { return misfit_; }

    /// Tells what part of the text is read, so that lists can be given room.
    void part_read(double part) noexcept { part_read_ = part; }

    using ErrorCode = boost::json::error_code;

    bool on_document_begin(ErrorCode&) { return true; }
    bool on_document_end(ErrorCode&) { return true; }

    bool on_object_begin(ErrorCode&) {
        if (dom_depth_ != 0) return ++dom_depth_, begin_dom_object();
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom) return dom_ = slot, dom_depth_ = 1, begin_dom_object();
        if (slot.type != nullptr && slot.type->object != nullptr)
            slot.type->object(slot.object);
        else
            refuse(slot, "an object");
        stack_.push_back(fitting(slot, slot.type != nullptr && slot.type->object != nullptr));
        return true;
    }
    bool on_object_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_object(n), leave_dom();
        stack_.pop_back();
        return true;
    }
    bool on_array_begin(ErrorCode&) {
        if (dom_depth_ != 0) return ++dom_depth_, begin_dom_object();
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom) return dom_ = slot, dom_depth_ = 1, begin_dom_object();
        if (slot.type != nullptr && slot.type->array != nullptr)
            slot.type->array(slot.object);
        else
            refuse(slot, "a list");
        stack_.push_back(fitting(slot, slot.type != nullptr && slot.type->array != nullptr));
        return true;
    }
    bool on_array_end(std::size_t n, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_array(n), leave_dom();
        stack_.pop_back();
        return true;
    }
    bool on_key_part(std::string_view part, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0)
            values_.push_chars(part);
        else
            part_.append(part);
        return true;
    }
    bool on_key(std::string_view last, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_key(last), true;
        std::string_view const key = whole(last);
        Slot const parent = stack_.back();
        next_ = Slot{};
        if (parent.type != nullptr && parent.type->members != nullptr) {
            if (SlotMember const* member = parent.type->members().find(key); member != nullptr) {
                next_ = {static_cast<char*>(parent.object) + member->offset, member->type};
                key_ = member->name;
            }
        } else if (parent.type != nullptr && parent.type->member != nullptr) {
            next_ = parent.type->member(parent.object, key);
        }
        part_.clear();
        return true;
    }
    bool on_string_part(std::string_view part, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0)
            values_.push_chars(part);
        else
            part_.append(part);
        return true;
    }
    bool on_string(std::string_view last, std::size_t, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_string(last), true;
        Slot const slot = enter();
        std::string_view const text = whole(last);
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = text;
        else if (slot.type != nullptr && (slot.type->string == nullptr || !slot.type->string(slot.object, text)))
            refuse(slot, "a text");
        part_.clear();
        return true;
    }
    bool on_number_part(std::string_view, ErrorCode&) { return true; }
    bool on_int64(std::int64_t number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_int64(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->integer == nullptr || !slot.type->integer(slot.object, number)))
            refuse(slot, "an integer");
        return true;
    }
    bool on_uint64(std::uint64_t number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_uint64(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->natural == nullptr || !slot.type->natural(slot.object, number)))
            refuse(slot, "an integer");
        return true;
    }
    bool on_double(double number, std::string_view, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_double(number), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = number;
        else if (slot.type != nullptr && (slot.type->real == nullptr || !slot.type->real(slot.object, number)))
            refuse(slot, "a number");
        return true;
    }
    bool on_bool(bool value, ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_bool(value), true;
        Slot const slot = enter();
        if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = value;
        else if (slot.type != nullptr && (slot.type->boolean == nullptr || !slot.type->boolean(slot.object, value)))
            refuse(slot, "true or false");
        return true;
    }
    bool on_null(ErrorCode&) {
        if (dom_depth_ != 0) return values_.push_null(), true;
        Slot const slot = take();
        optional_ = Slot{};
        if (slot.type != nullptr && slot.type->null != nullptr)
            slot.type->null(slot.object);
        else if (slot.type != nullptr && slot.type->dom)
            as<Json>(slot.object) = nullptr;
        else
            refuse(slot, "null");
        return true;
    }
    bool on_comment_part(std::string_view, ErrorCode&) { return true; }
    bool on_comment(std::string_view, ErrorCode&) { return true; }

private:
    /// The slot of the value that begins now.
    Slot take() {
        if (!stack_.empty()) {
            Slot const parent = stack_.back();
            if (parent.type != nullptr && parent.type->element != nullptr)
                return parent.type->element(parent.object, part_read_);
        }
        return std::exchange(next_, Slot{});
    }
    /// The same, gone inside Optional and Required.
    Slot enter() {
        Slot slot = take();
        if (slot.type == nullptr) return slot;
        optional_ = slot.type->reset != nullptr ? slot : Slot{};
        while (slot.type->inner != nullptr) {
            slot = slot.type->inner(slot.object);
            if (slot.type->reset != nullptr) optional_ = slot;
        }
        return slot;
    }
    static Slot fitting(Slot slot, bool fits) { return fits ? slot : Slot{}; }

    /// A value that does not fit: an Optional stays absent, anything else makes
    /// the whole unusable.
    void refuse(Slot slot, char const* found) {
        if (slot.type == nullptr) return;
        if (optional_.type != nullptr)
            optional_.type->reset(optional_.object);
        else
            misfit_ = true;
        if (!mismatch_.empty()) return;
        mismatch_ = "the answer";
        if (!key_.empty()) (mismatch_ += "'s member '").append(key_) += '\'';
        while (slot.type->inner != nullptr) slot = slot.type->inner(slot.object);
        mismatch_.append(" should be ").append(slot.type->expected).append(" but is ").append(found);
    }
    std::string_view whole(std::string_view last) {
        return part_.empty() ? last : std::string_view(part_.append(last));
    }

    bool begin_dom_object() {
        if (dom_depth_ == 1) values_.reset(dom_storage());
        return true;
    }
    boost::json::storage_ptr dom_storage() const { return as<Json>(dom_.object).storage(); }
    bool leave_dom() {
        if (--dom_depth_ == 0) as<Json>(dom_.object) = values_.release();
        return true;
    }

    Slot next_;
    double part_read_ = 0;
    std::vector<Slot> stack_;
    std::string part_;
    std::string_view key_;  ///< of the member read last; a constant
    std::string mismatch_;
    bool misfit_ = false;
    Slot optional_;  ///< that the present value is inside of
    boost::json::value_stack values_;
    Slot dom_;
    std::size_t dom_depth_ = 0;
};

/// Reads a document, whole or in pieces as they come.
class JsonDocumentReader {
public:
    explicit JsonDocumentReader(Slot root) : parser_(options(), root) {}

    /// Says how long the document will be, in bytes, so that its lists need not
    /// grow step by step.
    void expect(std::size_t total) noexcept { total_ = total; }
    /// Takes a piece. @throws DecodeError  if it is not JSON
    void write(std::string_view piece) { write(piece, true); }
    /// Takes the last piece, or all. @throws DecodeError  if it is not JSON, or
    /// not all of it
    void finish(std::string_view piece = {}) {
        constexpr std::size_t step = std::size_t{64} << 10;
        if (total_ == 0) total_ = piece.size();
        for (; piece.size() > step; piece.remove_prefix(step)) write(piece.substr(0, step), true);
        write(piece, false);
    }

    /// What did not fit, and where; empty if all did.
    [[nodiscard]] std::string const& mismatch() const noexcept { return parser_.handler().mismatch(); }
    /// True if something did not fit that is not an Optional.
    [[nodiscard]] bool misfit() const noexcept { return parser_.handler().misfit(); }

private:
    static boost::json::parse_options options() {
        boost::json::parse_options options;
        options.max_depth = 128;
        return options;
    }
    void write(std::string_view piece, bool more) {
        boost::json::error_code error;
        std::size_t const used = parser_.write_some(more, piece.data(), piece.size(), error);
        auto const damaged = [](std::string const& what) {
            return DecodeError("the answer " + what, {}, DecodeError::Damage::malformed);
        };
        if (error) throw damaged("is not valid JSON: " + error.message() + " at byte " + std::to_string(read_ + used));
        read_ += used;
        if (total_ != 0) parser_.handler().part_read(static_cast<double>(read_) / static_cast<double>(total_));
        if (used != piece.size()) throw damaged("has text after its JSON document, at byte " + std::to_string(read_));
    }

    boost::json::basic_parser<JsonReader> parser_;
    std::size_t read_ = 0;
    std::size_t total_ = 0;
};

}  // namespace globus::detail

namespace globus {

/**
 * Reads a described type, or a list or map of such, from JSON text.
 *
 * Missing members stay absent, unknown ones are ignored, nesting is limited to
 * 128 levels.
 * @throws DecodeError  for text that is not JSON, and for a member of another
 * type than described
 */
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
    T value{};
    detail::JsonDocumentReader reader(detail::slot_of(value));
    reader.finish(text);
    if (!reader.mismatch().empty()) throw DecodeError(reader.mismatch(), std::string(text));
    return value;
}

}  // namespace globus

#endif  // GLOBUS_CORE_JSON_READ_HPP

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus {

namespace detail {

/// What every Response has, whatever its document: in one class, so that it is compiled once.
class AnyResponse {
public:
    [[nodiscard]] int status() const noexcept { return raw_.status; }
    [[nodiscard]] http::Headers const& headers() const noexcept { return raw_.headers; }
    /// The body as received.
    [[nodiscard]] std::string const& text() const noexcept { return raw_.body; }
    /// What to quote to Globus support; empty if the answer has no X-Request-ID header.
    [[nodiscard]] std::string_view request_id() const noexcept { return raw_.headers.get("X-Request-ID"); }

    /// The first member that has another type than described, as a sentence; empty if all fit. Such a member is absent.
    [[nodiscard]] std::string const& mismatch() const noexcept { return mismatch_; }

    /// The body as JSON; null if it is empty. @throws DecodeError  if it is not JSON
    [[nodiscard]] Json const& json() const {
        std::call_once(dom_->made, [&] {
            if (raw_.body.empty()) return;
            boost::json::parse_options options;
            options.max_depth = 128;
            boost::json::error_code error;
            dom_->value = boost::json::parse(raw_.body, error, &dom_->memory, options);
            if (error) throw DecodeError("the answer is not valid JSON: " + error.message(), raw_.body);
        });
        return dom_->value;
    }

protected:
    explicit AnyResponse(http::Response raw) : raw_(std::move(raw)) {}

    [[nodiscard]] bool is_json() const {
        std::string_view const type = raw_.headers.get("Content-Type");
        return type.empty() || type.find("json") != std::string_view::npos;
    }
    /// Reads the body into `slot`.
    void read(Slot slot) {
        JsonDocumentReader reader(slot);
        try {
            reader.finish(raw_.body);
        } catch (DecodeError const& error) {
            throw DecodeError(error.what(), raw_.body, DecodeError::Damage::malformed);
        }
        take(reader);
    }
    void take(JsonDocumentReader const& reader) {
        mismatch_ = reader.mismatch();
        misfit_ = reader.misfit();
    }
    void check_fit() const {
        if (misfit_) throw DecodeError(mismatch_, raw_.body);
    }

    http::Response raw_;

private:
    struct Dom {
        std::once_flag made;
        boost::json::monotonic_resource memory;
        Json value = Json(boost::json::storage_ptr(&memory));
    };

    std::string mismatch_;
    bool misfit_ = false;
    std::shared_ptr<Dom> dom_ = std::make_shared<Dom>();
};

/// Makes a document of an answer that comes in pieces, without keeping its text.
class AnswerStream {
public:
    explicit AnswerStream(Slot slot) : slot_(slot) {}

    /// Takes a piece of the body. What is wrong with it is told by `finish`.
    void write(std::string_view piece) noexcept {
        try {
            if (!reader_) {
                reader_.emplace(slot_);
                reader_->expect(expected_);
            }
            if (!failure_) reader_->write(piece);
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    /// Takes the Content-Length that was announced.
    void expect(std::string_view content_length) noexcept {
        std::from_chars(content_length.data(), content_length.data() + content_length.size(), expected_);
    }
    /// What has read the whole body; null if nothing came. @throws DecodeError  if the body was not JSON
    [[nodiscard]] JsonDocumentReader const* finish() {
        if (failure_) std::rethrow_exception(failure_);
        if (!reader_) return nullptr;
        reader_->finish();
        return &*reader_;
    }

private:
    Slot slot_;
    std::optional<JsonDocumentReader> reader_;
    std::exception_ptr failure_;
    std::size_t expected_ = 0;
};

}  // namespace detail

/**
 * What a service answered: the typed document, and everything else as it came.
 *
 *     auto task = client.get_task({.task_id = id});
 *     if (task->status == "SUCCEEDED") ...                 // the typed document, by -> and *
 *     task.json().at("nice_status")                        // what the type does not have
 *     task.status(), task.headers(), task.text()
 *
 * The typed document is read without a DOM; the DOM is made when `json()` is first called.
 *
 * @tparam T  the described document, or Json where the service's document has no fixed shape
 *
 * @par Errors
 * `*` and `->` throw DecodeError if the document as a whole, or a list in it, is something else than described. An
 * optional member of another type than described is absent, and `mismatch()` names the first. `text()` and `json()` give
 * all of it in any case.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe. Copies share the DOM.
 */
template <class T>
class Response : public detail::AnyResponse {
public:
    /// Reads `raw`'s body. @throws DecodeError  if it is not JSON
    explicit Response(http::Response raw) : AnyResponse(std::move(raw)) {
        if constexpr (requires { T::from_answer(raw_.body); })
            value_ = T::from_answer(raw_.body);
        else if (!raw_.body.empty())
            read(detail::slot_of(value_));
    }

    /// Makes a response of an answer that comes in pieces, without keeping its text.
    class Stream {
    public:
        bool write(std::string_view piece) noexcept {
            answer_.write(piece);
            return true;
        }
        void expect(std::string_view content_length) noexcept { answer_.expect(content_length); }
        /// The response; `raw` is what came but the body. @throws DecodeError  if the body was not JSON
        [[nodiscard]] Response finish(http::Response raw) {
            detail::JsonDocumentReader const* const reader = answer_.finish();
            if (reader == nullptr) return Response(std::move(raw));
            Response response{http::Response{}};
            response.raw_ = std::move(raw);
            response.take(*reader);
            response.value_ = std::move(value_);
            return response;
        }

    private:
        T value_{};
        detail::AnswerStream answer_{detail::slot_of(value_)};
    };
    /// True if this type of answer can be read as it comes.
    static constexpr bool streams = !requires(std::string body) { T::from_answer(body); };

    [[nodiscard]] T const& operator*() const& {
        check_fit();
        return value_;
    }
    /// The document, moved out of a response that is going away.
    [[nodiscard]] T operator*() && {
        check_fit();
        return std::move(value_);
    }
    [[nodiscard]] T const* operator->() const { return &**this; }

private:
    T value_{};
};

/// An answer without a shape of its own: `*` and `->` give its JSON, which is made when it is asked for.
template <>
class Response<Json> : public detail::AnyResponse {
public:
    /// Checks `raw`'s body, if it says that it is JSON. @throws DecodeError  if it is not
    explicit Response(http::Response raw) : AnyResponse(std::move(raw)) {
        if (!raw_.body.empty() && is_json()) read({});
    }

    static constexpr bool streams = false;

    [[nodiscard]] Json const& operator*() const { return json(); }
    [[nodiscard]] Json const* operator->() const { return &json(); }
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_RESPONSE_HPP

#include <boost/json/value.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

/// How the pages of an operation follow one another.
enum class PagingStyle : unsigned char {
    marker,           ///< `has_next_page`, and `marker` for the next request
    nullable_marker,  ///< a marker until it is null
    last_key,         ///< `has_next_page`, and `last_key` for the next request
    has_next_page,    ///< limit and offset, until `has_next_page` is false
    total,            ///< limit and offset, until `total` is reached
    next_token,       ///< `next_token` until it is null
    next_link,        ///< JSON:API: the query of `links.next`
};

/**
 * An operation's paging: its member `static constexpr Paging paging`.
 *
 * `items` names the member of a page that lists its items, `marker` the one that holds the mark of the next page.
 */
struct Paging {
    PagingStyle style;
    std::string_view items;
    std::string_view marker = {};
    std::int64_t page_size = 0;    ///< for limit and offset: what is asked for, if the caller does not say
    std::int64_t max_results = 0;  ///< the service gives no more than these in all; 0: no such limit
    std::string_view count = {};   ///< the member that says how many items a page has; empty: they are counted
};

/// `O` is an operation whose answers come in pages.
template <class O>
concept HasPages = requires { O::paging.style; };

namespace detail {

/// What a page says about the next one.
struct NextPage {
    bool more = false;
    std::string mark = {};
    std::int64_t items = 0;
    std::int64_t total = 0;
};

/// A JSON value as `V`: a mark may be a text or a number. Nothing if it is neither, or null.
template <class V>
std::optional<V> json_member(Json const* value) {
    std::optional<V> found;
    if (value == nullptr) return found;
    if constexpr (std::same_as<V, bool>) {
        if (value->is_bool()) found = value->as_bool();
    } else if constexpr (std::same_as<V, std::int64_t>) {
        if (value->is_int64()) found = value->as_int64();
    } else {
        if (value->is_string()) found = std::string(value->as_string());
        if (value->is_int64()) found = std::to_string(value->as_int64());
    }
    return found;
}

/// The member of a described page, or of its JSON, as `V`; nothing if it is absent or null.
template <class V, class Page>
std::optional<V> page_member(Page const& page, std::string_view name) {
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
    }
    return found;
}

/// The list of items of a page.
template <class O>
auto const& page_items(Response<typename O::result> const& response) {
    using Page = typename O::result;
    if constexpr (std::same_as<Page, Json>) {
        static boost::json::array const none;
        Json const& page = *response;
        auto const* value = page.is_object() ? page.as_object().if_contains(O::paging.items) : nullptr;
        return value != nullptr && value->is_array() ? value->as_array() : none;
    } else {
        return (*response).*O::items;
    }
}

template <class O>
struct ItemOf {
    using type = boost::json::value;
};
template <class O>
    requires requires { O::items; }
struct ItemOf<O> {
    using type = typename std::remove_cvref_t<decltype(std::declval<typename O::result>().*O::items)>::value_type;
};

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

template <class O>
std::optional<std::int64_t> integer_parameter(O const& operation, std::string_view name) {
    std::optional<std::int64_t> found;
    O::members::for_each(operation, [&]<class M, class U>(M, U const& member) {
        if constexpr (std::same_as<U, Optional<std::int64_t>>)
            if (M::key == name && member.has_value()) found = *member;
    });
    return found;
}

}  // namespace detail

/**
 * All pages of an operation, as a range of their items.
 *
 *     auto tasks = client.paginate(TaskList{.filter = "status:ACTIVE"});
 *     for (Task const& task : tasks) ...
 *
 *     for (Response<TaskListPage> const& page : client.paginate(TaskList{}).pages()) ...
 *
 * An input range: one walk, page by page, each page a call of its own with the client's retries. A call that fails
 * throws out of the loop and leaves the walk where it was: begin() on the same object goes on with the page that
 * failed, so that no item is lost or comes twice.
 *
 * The loop over items does not keep the text of typed pages; the one over pages does.
 *
 * A service that answers with the same mark twice is not asked a third time.
 *
 * @tparam C  the client; it must outlive this
 * @tparam O  the operation
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C, class O>
class Paginated {
    static_assert(
        requires { O::paging; }, "globus: this operation is not paginated; call it by its name or by `send`.");

public:
    using page_type = Response<typename O::result>;
    using item_type = typename detail::ItemOf<O>::type;

    Paginated(C const& client, O operation, CallOptions options)
        : client_(&client), operation_(std::move(operation)), options_(std::move(options)) {
        keep_text_ = options_.keep_text;
        if constexpr (O::paging.style != PagingStyle::next_link) options_.keep_text = false;  // a link is read from it
        begin_walk();
    }

    class PageIterator {
    public:
        using value_type = page_type;
        using difference_type = std::ptrdiff_t;

        explicit PageIterator(Paginated& walk) : walk_(&walk) { walk.ensure_page(); }
        [[nodiscard]] page_type const& operator*() const { return *walk_->page_; }
        [[nodiscard]] page_type const* operator->() const { return &*walk_->page_; }
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

    class ItemIterator {
    public:
        using value_type = item_type;
        using difference_type = std::ptrdiff_t;

        explicit ItemIterator(Paginated& walk) : walk_(&walk) { walk.ensure_item(); }
        [[nodiscard]] item_type const& operator*() const { return detail::page_items<O>(*walk_->page_)[walk_->item_]; }
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
        explicit Pages(Paginated walk) : walk_(std::move(walk)) {}
        [[nodiscard]] PageIterator begin() { return PageIterator(walk_); }
        [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    private:
        Paginated walk_;
    };

    [[nodiscard]] ItemIterator begin() { return ItemIterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// The same walk, page by page.
    [[nodiscard]] Pages pages() const {
        Paginated walk = *this;
        walk.options_.keep_text = keep_text_;
        return Pages(std::move(walk));
    }

private:
    static constexpr bool by_offset =
        O::paging.style == PagingStyle::has_next_page || O::paging.style == PagingStyle::total;

    void begin_walk() {
        if constexpr (by_offset) {
            if constexpr (requires { operation_.first_offset(); })
                offset_ = operation_.first_offset();
            else
                offset_ = detail::integer_parameter(operation_, "offset").value_or(0);
            set_limit();
        }
    }
    void set_limit() {
        std::int64_t limit = O::paging.page_size;
        if (O::paging.max_results != 0) limit = std::min(limit, O::paging.max_results - offset_);
        if (limit > 0) detail::set_parameter(operation_, "limit", limit);
    }

    void ensure_page() {
        if (!page_ && !ended_) {
            page_.emplace(client_->send(operation_, options_));
            item_ = 0;
            plan_next();
        }
    }
    void ensure_item() {
        ensure_page();
        while (page_ && item_ >= detail::page_items<O>(*page_).size()) {
            next_page();
            ensure_page();
        }
    }
    void next_page() { page_.reset(); }

    /// Reads from the page what the next request must be, or that there is none.
    void plan_next() {
        auto const& page = **page_;
        constexpr Paging paging = O::paging;
        if constexpr (by_offset) {
            std::int64_t const items = static_cast<std::int64_t>(detail::page_items<O>(*page_).size());
            std::int64_t const step =
                paging.count.empty() ? items : detail::page_member<std::int64_t>(page, paging.count).value_or(items);
            offset_ += step;
            bool more = false;
            if constexpr (paging.style == PagingStyle::total)
                more = offset_ < detail::page_member<std::int64_t>(page, "total").value_or(0);
            else
                more = detail::page_member<bool>(page, "has_next_page").value_or(false);
            if (!more || step <= 0 || (paging.max_results != 0 && offset_ >= paging.max_results)) {
                ended_ = true;
                return;
            }
            detail::set_parameter(operation_, "offset", offset_);
            set_limit();
        } else if constexpr (paging.style == PagingStyle::next_link) {
            plan_by_link();
        } else {
            bool more = true;
            if constexpr (paging.style == PagingStyle::marker || paging.style == PagingStyle::last_key)
                more = detail::page_member<bool>(page, "has_next_page").value_or(false);
            auto const mark = detail::page_member<std::string>(page, paging.marker);
            if (!more || !mark || mark->empty() || *mark == mark_) {
                ended_ = true;
                return;
            }
            mark_ = *mark;
            constexpr std::string_view parameter = paging.style == PagingStyle::last_key     ? "last_key"
                                                   : paging.style == PagingStyle::next_token ? "next_token"
                                                                                             : "marker";
            detail::set_parameter(operation_, parameter, mark_);
        }
    }
    void plan_by_link() {
        Json const& document = page_->json();
        auto const* links = document.is_object() ? document.as_object().if_contains("links") : nullptr;
        auto const* next = links != nullptr && links->is_object() ? links->as_object().if_contains("next") : nullptr;
        if (next == nullptr || !next->is_string() || next->as_string().empty()) {
            ended_ = true;
            return;
        }
        std::string const link(next->as_string());
        if (link == mark_) {
            ended_ = true;
            return;
        }
        mark_ = link;
        auto const question = link.find('?');
        std::string_view const query = question == std::string::npos
                                           ? std::string_view{}
                                           : std::string_view(link).substr(question + 1, link.find('#') - question - 1);
        if constexpr (requires { operation_.query_params; }) {
            operation_.query_params = {};
            for (auto& [name, value] : parse_query(query)) {
                auto const same = std::find_if(operation_.query_params.begin(), operation_.query_params.end(),
                                               [&, &wanted = name](auto const& pair) { return pair.first == wanted; });
                if (same == operation_.query_params.end()) {
                    operation_.query_params.emplace_back(name, QueryValue(value));
                } else {
                    auto texts = same->second.texts();
                    texts.push_back(value);
                    same->second = QueryValue(std::move(texts));
                }
            }
        }
    }

    C const* client_;
    O operation_;
    CallOptions options_;
    bool keep_text_ = true;
    std::optional<page_type> page_;
    std::size_t item_ = 0;
    std::int64_t offset_ = 0;
    std::string mark_;
    bool ended_ = false;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_PAGING_HPP
#ifndef GLOBUS_HTTP_LOG_HPP
#define GLOBUS_HTTP_LOG_HPP

#include <chrono>
#include <functional>
#include <string_view>

namespace globus {

/**
 * What a log hook is told of one attempt of a call.
 *
 * It has no way to reach a header, a body, a query or a credential: what is not here cannot be leaked.
 */
struct LogEvent {
    std::string_view method;                 ///< "GET"
    std::string_view url;                    ///< without its query
    int attempt = 1;                         ///< the first is 1
    int status = 0;                          ///< 0: no answer came
    std::string_view request_id = {};        ///< as the answer's X-Request-ID header gives it
    std::string_view error = {};             ///< why no answer came
    std::chrono::microseconds elapsed{};     ///< of this attempt
    std::chrono::milliseconds retry_in{-1};  ///< the wait before the next attempt; negative: there is none
};

/// Called after each attempt, on the thread of the call. What it throws is ignored.
using LogHook = std::function<void(LogEvent const&)>;

}  // namespace globus

#endif  // GLOBUS_HTTP_LOG_HPP

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

class CurlTransport;
struct CurlOptions;

namespace detail {

/// A transport of the type's own making; CurlTransport takes its idle time-out from the environment.
template <class T>
T default_transport() {
    if constexpr (std::same_as<T, CurlTransport>) {
        // dependent, so that this header does not need libcurl's
        std::conditional_t<std::same_as<T, CurlTransport>, CurlOptions, T> options;
        auto const timeout = Environment::http_timeout();
        options.idle_timeout = std::chrono::seconds(
            timeout ? std::max<std::chrono::seconds::rep>(1, std::chrono::ceil<std::chrono::seconds>(*timeout).count())
                    : 0);
        return T(std::move(options));
    } else {
        return T();
    }
}

/// A program's or library's name and version as X-Globus-Client-Info takes it: "product=x,version=1".
inline std::string client_info_header(std::vector<std::vector<std::pair<std::string, std::string>>> const& more) {
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

}  // namespace detail

/**
 * What a client may be told at its construction.
 *
 *     Client<TransferService, AccessTokenPolicy> client{token, {.app_name = "nightly-backup", .timeout = 30s}};
 */
template <class T, class R = DefaultRetry>
struct ClientOptions {
    T transport = detail::default_transport<T>();
    R retry = R();
    std::string base_url = {};     ///< of the service; else GLOBUS_SDK_SERVICE_URL_*, else the environment's
    std::string environment = {};  ///< "production", "preview", ...; else GLOBUS_SDK_ENVIRONMENT
    std::string auth_url = {};     ///< base URL of Globus Auth, for renewing tokens; found like base_url
    std::string app_name = {};     ///< added to the User-Agent
    std::vector<std::vector<std::pair<std::string, std::string>>> client_info = {};  ///< added to X-Globus-Client-Info
    std::chrono::duration<double> timeout{120};              ///< of a call as a whole; CallOptions can differ
    std::size_t max_response_bytes = std::size_t{64} << 20;  ///< a longer answer is a NetworkError (too_large)
    LogHook log = {};                                        ///< called after each attempt
};

/**
 * A client of one Globus service: the service, how it is authorised and how its bytes travel are its type.
 *
 *     using Transfer = Client<TransferService, RefreshPolicy<Confidential>>;
 *
 *     Transfer transfer{RefreshPolicy{app, "refresh token"}};
 *     auto const listing = transfer.operation_ls({.endpoint_id = id, .path = "/~/"});
 *     for (File const& file : listing->DATA) ...
 *
 * Each operation of the service is a member function with the name that the Python SDK uses, which takes its struct:
 * `operation_ls({...})`. `send(OperationLs{...})` is the same for any operation, `try_send` returns the error in place
 * of throwing it, and `paginate(TaskList{})` is a range over all pages.
 *
 * @tparam S  the service: TransferService, AuthService, ...
 * @tparam A  the authorizer policy: AccessTokenPolicy, RefreshPolicy<Confidential>, ...
 * @tparam T  the transport: CurlTransport, MockTransport, AnyTransport
 * @tparam R  when a failed request is made again: DefaultRetry, NoRetry
 *
 * A combination that cannot work does not compile, and the message says what to use in its place.
 *
 * @par Errors
 * UsageError before anything is sent, NetworkError when no answer came, the service's ApiError for an error status,
 * DecodeError for an answer that is not what it should be; and what the authorizer throws.
 * @par Thread safety
 * A client does not change after its construction: any const member function may be called from any thread.
 * Copies share connections, tokens and the retry budget.
 */
template <class S, class A, class T = CurlTransport, class R = DefaultRetry>
class Client : detail::ClientRequirements<S, A, T, R>, public detail::OperationsOf<S, Client<S, A, T, R>>::type {
public:
    using service_type = S;
    using authorizer_type = A;
    using transport_type = T;
    using Options = ClientOptions<T, R>;

    /// @throws UsageError  for an unusable base URL or environment, and for a name that cannot be in a header
    explicit Client(A authorizer, Options options = Options{})
        requires std::default_initializable<S>
        : Client(S{}, std::move(authorizer), std::move(options)) {}

    /// For the services that have something of their own: an address, a flow id, a client id.
    Client(S service, A authorizer, Options options = Options{})
        : service_(std::move(service)), authorizer_(std::move(authorizer)), options_(std::move(options)) {
        std::optional<Environment> environment;
        auto const where = [&]() -> Environment const& {
            if (!environment)
                environment = options_.environment.empty() ? Environment::current() : Environment(options_.environment);
            return *environment;
        };
        if constexpr (requires { service_.base_url(); }) {
            if (options_.base_url.empty()) options_.base_url = service_.base_url();
        }
        if (options_.base_url.empty()) options_.base_url = where().service_url(S::name);
        options_.base_url = http::check_base_url(options_.base_url);
        options_.auth_url = http::check_base_url(!options_.auth_url.empty()            ? options_.auth_url
                                                 : S::name == std::string_view("auth") ? options_.base_url
                                                                                       : where().service_url("auth"));
        user_agent_ = "globus-sdk-cpp-" GLOBUS_VERSION_STRING;
        if (!options_.app_name.empty()) user_agent_ += '/' + options_.app_name;
        http::check_header("User-Agent", user_agent_);
        client_info_ = detail::client_info_header(options_.client_info);
    }

    /**
     * Sends an operation and reads its answer.
     *
     * @throws UsageError, NetworkError, S::error, DecodeError and what the authorizer throws
     */
    template <Operation O>
        requires std::same_as<typename O::service, S>
    Response<typename O::result> send(O const& operation, CallOptions const& options = {}) const {
        http::Request request = detail::to_request(operation, service_, options_.base_url);
        constexpr bool anonymous = requires { O::anonymous; };
        return exchange<Response<typename O::result>>(std::move(request), detail::retry_class_of<O>(), options,
                                                      !anonymous);
    }
    template <Operation O>
        requires(!std::same_as<typename O::service, S>)
    // clang-format off
    void send(O const&, CallOptions const& = {}) const = delete;  // this operation belongs to another service: use a Client of that service
    // clang-format on

    /// As `send`, but a globus::Error is returned, not thrown.
    template <Operation O>
        requires std::same_as<typename O::service, S>
    Result<Response<typename O::result>> try_send(O const& operation, CallOptions const& options = {}) const {
        return Result<Response<typename O::result>>::from([&] { return send(operation, options); });
    }

    /**
     * A range over the items of all pages of an operation; `.pages()` is one over the pages.
     *
     *     for (Task const& task : client.paginate(TaskList{})) ...
     *
     * Each page is one call, made when the loop comes to it. See Paginated.
     */
    template <Operation O>
        requires(std::same_as<typename O::service, S> && HasPages<O>)
    Paginated<Client, O> paginate(O operation, CallOptions options = {}) const {
        return Paginated<Client, O>(*this, std::move(operation), std::move(options));
    }
    template <Operation O>
        requires(!HasPages<O>)
    // clang-format off
    void paginate(O const&, CallOptions const& = {}) const = delete;  // this operation is not paginated: call it by its name or by `send`
    // clang-format on

    /// A request that this library has no operation for.
    struct RawRequest {
        http::Method method = http::Method::get;
        std::string path = {};  ///< below the base URL; it is encoded, slashes stay; or a whole URL, used as it is
        QueryParams query = {};
        std::optional<std::string> body = {};
        std::string content_type = "application/json";
        std::optional<RetryClass> retry = {};
    };

    /**
     * Sends a request that this library has no operation for. A whole URL gets the client's credential only if it is on
     * the client's own origin.
     */
    Response<Json> request(RawRequest raw, CallOptions const& options = {}) const {
        http::Request request;
        request.method = raw.method;
        bool const absolute = raw.path.starts_with("https://") || raw.path.starts_with("http://");
        request.url = absolute ? raw.path : options_.base_url + encode_path(raw.path);
        if (!raw.query.empty()) add_query(request.url, raw.query);
        if (raw.body) {
            request.body = std::move(*raw.body);
            request.has_body = true;
            if (!raw.content_type.empty()) request.headers.add("Content-Type", std::move(raw.content_type));
        }
        bool const reads = raw.method == http::Method::get || raw.method == http::Method::head;
        bool const repeatable = raw.method == http::Method::put || raw.method == http::Method::delete_;
        RetryClass const natural = reads        ? RetryClass::read
                                   : repeatable ? RetryClass::idempotent
                                                : RetryClass::non_idempotent;
        return exchange<Response<Json>>(std::move(request), raw.retry.value_or(natural), options);
    }
    /// GET `path`, with a query.
    Response<Json> get(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        return request({.method = http::Method::get, .path = std::move(path), .query = std::move(query)}, options);
    }
    /// POST a JSON document, or nothing, to `path`.
    Response<Json> post(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::post, std::move(path), body, options);
    }
    Response<Json> put(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::put, std::move(path), body, options);
    }
    Response<Json> patch(std::string path, std::optional<Json> body = {}, CallOptions const& options = {}) const {
        return write(http::Method::patch, std::move(path), body, options);
    }
    /// DELETE `path`.
    Response<Json> delete_(std::string path, QueryParams query = {}, CallOptions const& options = {}) const {
        return request({.method = http::Method::delete_, .path = std::move(path), .query = std::move(query)}, options);
    }

    [[nodiscard]] S const& service() const noexcept { return service_; }
    [[nodiscard]] A const& authorizer() const noexcept { return authorizer_; }
    [[nodiscard]] T const& transport() const noexcept { return options_.transport; }
    [[nodiscard]] Options const& options() const noexcept { return options_; }
    /// The base URL of the service, with a slash at its end.
    [[nodiscard]] std::string const& base_url() const noexcept { return options_.base_url; }

    /**
     * Sends a request as it stands, with the client's credential, retries and log: the floor that `send` stands on.
     *
     * @tparam Result  what is made of the answer, by a constructor from http::Response that may throw DecodeError
     * @param authorized  false: without the client's credential
     */
    template <class Result>
    Result exchange(http::Request request, RetryClass retry_class, CallOptions const& options = {},
                    bool authorized = true) const {
        complete(request, options);
        auto stream = streaming<Result>();
        bool const streams = !options.keep_text && !options.sink && stream.possible;
        retry_class = options.retry_as.value_or(retry_class);
        request.fresh_connection = retry_class == RetryClass::non_idempotent;
        bool const own_origin = is_own_origin(request.url) && authorized;
        AuthContext const context{options_.auth_url, request.deadline, request.stop};

        bool renewed = false;
        for (int number = 1;; ++number) {
            Authorization authorization;
            if (own_origin) {
                authorization = authorizer_.authorize(options_.transport, context);
                request.authorization = authorization.header;
            }
            Attempt attempt{.number = number, .retry_class = retry_class};
            auto const started = http::Clock::now();
            http::Response response;
            std::optional<std::chrono::duration<double>> wait;
            try {
                if (streams) stream.restart(request);
                response = follow(request, own_origin);
                attempt.response = &response;
                if (response.status == 401 && own_origin && !renewed) {
                    renewed = true;
                    if (authorizer_.unauthorized(authorization, options_.transport, context)) {
                        log(request, attempt, started, std::chrono::duration<double>(0));
                        --number;  // an expired token is no failed attempt
                        continue;
                    }
                }
                if (response.status >= 200 && response.status < 400) {
                    try {
                        log(request, attempt, started, std::nullopt);
                        Result result = streams ? stream.finish(std::move(response)) : Result(std::move(response));
                        options_.retry.succeeded(number);
                        return result;
                    } catch (DecodeError const& error) {
                        if (!error.malformed()) throw;
                        attempt.undecodable = true;
                        attempt.response = nullptr;
                        wait = before_retry(attempt, request);
                        if (!wait) throw;
                    }
                } else {
                    if constexpr (requires(ApiError const& error) { S::endpoint_trouble(error); })
                        if (response.status >= 500)
                            attempt.endpoint_trouble = S::endpoint_trouble(ApiError(request, response));
                    wait = before_retry(attempt, request);
                    log(request, attempt, started, wait);
                    if (!wait) throw typename S::error(request, std::move(response));
                }
            } catch (NetworkError const& error) {
                attempt.error = &error;
                attempt.response = nullptr;
                wait = before_retry(attempt, request);
                log(request, attempt, started, wait);
                if (!wait) throw;
            }
            auto const until = http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(*wait);
            if (!http::wait_until(until, request.stop))
                throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                                   "the call was cancelled between two attempts");
        }
    }

private:
    /// Reads an answer as it comes, for the results that can.
    template <class Result>
    struct Streaming {
        static constexpr bool possible = false;
        void restart(http::Request&) {}
        Result finish(http::Response response) { return Result(std::move(response)); }
    };
    template <class Result>
        requires Result::streams
    struct Streaming<Result> {
        static constexpr bool possible = true;
        void restart(http::Request& request) {
            reading.emplace();
            request.sink = [this](std::string_view piece) { return reading->write(piece); };
            request.on_head = [this](http::Response const& head) {
                reading->expect(head.headers.get("Content-Length"));
            };
        }
        Result finish(http::Response response) { return reading->finish(std::move(response)); }
        std::optional<typename Result::Stream> reading;
    };
    template <class Result>
    static Streaming<Result> streaming() {
        return {};
    }

    /// Adds what every request of this client has.
    void complete(http::Request& request, CallOptions const& options) const {
        auto const now = http::Clock::now();
        auto const after = [&](std::chrono::duration<double> timeout) {
            constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
            return now + std::chrono::duration_cast<http::Clock::duration>(std::min(timeout, longest));
        };
        request.deadline = after(options.timeout.value_or(options_.timeout));
        if (options.deadline) request.deadline = std::min(request.deadline, *options.deadline);
        request.stop = options.stop;
        request.max_response_bytes = options_.max_response_bytes;
        request.sink = options.sink;
        if (!options.query.empty()) add_query(request.url, options.query);
        auto const add = [&](char const* name, std::string const& value) {
            if (request.headers.find(name) == nullptr) request.headers.add(name, value);
        };
        for (auto const& [name, value] : options.headers) {
            http::check_header(name, value);
            if (http::detail::equal_ignoring_case(name, "Authorization"))
                throw UsageError(
                    "a call cannot replace the Authorization header: make a client with another authorizer");
            request.headers.set(name, value);
        }
        static std::string const json = "application/json";
        add("Accept", json);
        add("User-Agent", user_agent_);
        add("X-Globus-Client-Info", client_info_);
    }

    static void add_query(std::string& url, QueryParams const& query) {
        char separator = url.find('?') == std::string::npos ? '?' : '&';
        for (auto const& [name, value] : query)
            for (std::string const& text : value.texts()) {
                url += std::exchange(separator, '&');
                append_form_encoded(url, name);
                url += '=';
                append_form_encoded(url, text);
            }
    }
    /// A path of several segments: each is encoded, and none may be a dot segment.
    static std::string encode_path(std::string_view path) {
        while (path.starts_with('/')) path.remove_prefix(1);
        std::string encoded;
        for (std::string_view rest = path;;) {
            auto const slash = rest.find('/');
            std::string_view const segment = rest.substr(0, slash);
            if (!segment.empty()) encoded += detail::encode_segment("the path's segment", segment);
            if (slash == std::string_view::npos) return encoded;
            encoded += '/';
            rest.remove_prefix(slash + 1);
        }
    }
    [[nodiscard]] bool is_own_origin(std::string const& url) const {
        if (url.starts_with(options_.base_url)) return true;
        http::Url const target = http::parse_url(url);
        if (target.scheme == "http" && !http::is_loopback(target.host))
            throw UsageError("the URL is http; use https (http is allowed to 127.0.0.1 and [::1] only)");
        return http::same_origin(target, http::parse_url(options_.base_url));
    }
    Response<Json> write(http::Method method, std::string path, std::optional<Json> const& body,
                         CallOptions const& options) const {
        RawRequest raw{.method = method, .path = std::move(path)};
        if (body) raw.body = boost::json::serialize(*body);
        return request(std::move(raw), options);
    }

    /// Sends, and follows a redirect of a read to the same origin; any other redirect is an error.
    http::Response follow(http::Request const& request, bool own_origin) const {
        http::Response response = options_.transport.send(request);
        auto const redirects = [](int status) {
            return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        };
        if (!redirects(response.status) || response.headers.find("Location") == nullptr) return response;
        auto const refuse = [&](char const* why) {
            throw NetworkError(NetworkError::Kind::redirect, NetworkError::Sent::yes,
                               std::string(to_string(request.method)) + ' ' +
                                   request.url.substr(0, request.url.find_first_of("?#")) +
                                   " was answered with a redirect " + why);
        };
        http::Request next = request;
        for (int hops = 0; redirects(response.status) && response.headers.find("Location") != nullptr; ++hops) {
            if (hops == 5) refuse("for the sixth time");
            if (request.method != http::Method::get && request.method != http::Method::head)
                refuse("that is not followed, because it is not a GET");
            std::string location = *response.headers.find("Location");
            http::Url const from = http::parse_url(next.url);
            if (location.starts_with('/') && !location.starts_with("//"))
                location = std::string(from.scheme) + "://" +
                           next.url.substr(from.scheme.size() + 3,
                                           next.url.find('/', from.scheme.size() + 3) - from.scheme.size() - 3) +
                           location;
            bool same = false;
            try {
                http::Url const to = http::parse_url(location);
                same = http::same_origin(from, to) && !to.has_userinfo;
            } catch (UsageError const&) {  // not an absolute http URL
            }
            if (!same || !own_origin) refuse("to another place, which is not followed");
            if (location == next.url) refuse("to itself");
            next.url = std::move(location);
            response = options_.transport.send(next);
        }
        return response;
    }

    /// The wait before another attempt; nothing if there must be none, or no time is left for it.
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt,
                                                                            http::Request const& request) const {
        if (request.source) return std::nullopt;  // a stream cannot be read again
        auto const wait = options_.retry.before_retry(attempt);
        if (!wait) return std::nullopt;
        if (request.deadline - http::Clock::now() <= *wait) return std::nullopt;
        return wait;
    }

    void log(http::Request const& request, Attempt const& attempt, http::Clock::time_point started,
             std::optional<std::chrono::duration<double>> wait) const noexcept {
        if (!options_.log) return;
        try {
            LogEvent event{.method = to_string(request.method),
                           .url = std::string_view(request.url).substr(0, request.url.find_first_of("?#"))};
            event.attempt = attempt.number;
            event.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(http::Clock::now() - started);
            if (attempt.response != nullptr) {
                event.status = attempt.response->status;
                event.request_id = attempt.response->headers.get("X-Request-ID");
            }
            if (attempt.error != nullptr) event.error = attempt.error->what();
            if (wait) event.retry_in = std::chrono::duration_cast<std::chrono::milliseconds>(*wait);
            options_.log(event);
        } catch (...) {  // a log hook must not break a call
        }
    }

    [[no_unique_address]] S service_;
    A authorizer_;
    Options options_;
    std::string user_agent_;
    std::string client_info_;
};

}  // namespace globus

#endif  // GLOBUS_CLIENT_CLIENT_HPP
#ifndef GLOBUS_OAUTH_STATIC_POLICIES_HPP
#define GLOBUS_OAUTH_STATIC_POLICIES_HPP

#include <string>
#include <utility>

namespace globus {

/// Sends no credential: for the few operations that need none, and for a native app's login client.
/// Thread safety: any function may be called from any thread.
class NullPolicy {
public:
    using credential = NoCredential;

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        return {};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }
};

/**
 * Sends the id and secret of a confidential client by HTTP Basic (RFC 7617).
 *
 *     Client<ConfidentialAppAuthService, BasicPolicy> auth{BasicPolicy{"client id", "client secret"}};
 *
 * Thread safety: any function may be called from any thread.
 */
class BasicPolicy {
public:
    using credential = BasicCredential;
    using client_kind = Confidential;

    /// @throws UsageError  for an empty id or secret, a control character, or a colon in the id
    BasicPolicy(std::string client_id, Secret client_secret)
        : BasicPolicy(Confidential(std::move(client_id), std::move(client_secret))) {}
    explicit BasicPolicy(Confidential client) : client_(std::move(client)) {}

    [[nodiscard]] std::string const& client_id() const noexcept { return client_.client_id(); }
    [[nodiscard]] Confidential const& client() const noexcept { return client_; }

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        return {client_.credential().header(), 0};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }

private:
    Confidential client_;
};

/**
 * Sends an access token that was made elsewhere, until it expires. It cannot renew it: see RefreshPolicy.
 *
 *     Client<TransferService, AccessTokenPolicy> transfer{"Agx..."};
 *
 * Thread safety: any function may be called from any thread.
 */
class AccessTokenPolicy {
public:
    using credential = BearerCredential;

    /// @throws UsageError  for an empty token or one with a control character
    AccessTokenPolicy(Secret access_token) : header_("Bearer " + access_token.reveal()) {
        detail::check_credential("the access token", access_token.reveal());
    }
    AccessTokenPolicy(std::string access_token) : AccessTokenPolicy(Secret(std::move(access_token))) {}
    AccessTokenPolicy(char const* access_token) : AccessTokenPolicy(Secret(access_token)) {}

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        return {header_, 0};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const&, T const&, AuthContext const&) const {
        return false;
    }

private:
    Secret header_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_STATIC_POLICIES_HPP
#ifndef GLOBUS_SERVICES_AUTH_SERVICE_HPP
#define GLOBUS_SERVICES_AUTH_SERVICE_HPP

#ifndef GLOBUS_OAUTH_ERRORS_HPP
#define GLOBUS_OAUTH_ERRORS_HPP

#include <optional>
#include <string>
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
class AuthApiError : public ApiError {
public:
    AuthApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, take_error_id) {}

    /// OAuth2's own word for what is wrong, such as "invalid_grant"; empty if there is none (RFC 6749, section 5.2).
    [[nodiscard]] std::string_view oauth_error() const noexcept { return document_text("error"); }
    [[nodiscard]] std::string_view oauth_error_description() const noexcept {
        return document_text("error_description");
    }

private:
    /// Auth gives no request_id, but each error an `id`: if there is one only, that is what to quote.
    static void take_error_id(Reading& reading) {
        boost::json::value const* only = nullptr;
        for (SubError const& sub : reading.errors) {
            auto const* id = sub.raw.if_contains("id");
            if (id == nullptr || id->is_null()) continue;
            if (only != nullptr && *only != *id) return;
            only = id;
        }
        if (only != nullptr && only->is_string()) reading.request_id = only->get_string();
    }
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_ERRORS_HPP
#ifndef GLOBUS_SERVICES_AUTH_LOGIN_HPP
#define GLOBUS_SERVICES_AUTH_LOGIN_HPP

#ifndef GLOBUS_SERVICES_AUTH_OPERATIONS_HPP
#define GLOBUS_SERVICES_AUTH_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_AUTH_DATA_HPP
#define GLOBUS_SERVICES_AUTH_DATA_HPP

#include <string>

// The documents that an Auth program makes.

namespace globus::auth {

/**
 * A scope that another scope is to bring along, for create_scope and update_scope.
 *
 *     auth.create_scope({.client_id = id, .name = "Run", .description = "Run analyses", .scope_suffix = "run",
 *                        .dependent_scopes = {{.scope = transfer_scope_id, .optional = true,
 *                                              .requires_refresh_token = false}}});
 *
 * https://docs.globus.org/api/auth/reference/#create_scope
 */
struct DependentScopeSpec {
    Required<std::string> scope;            ///< the scope's id, not its text
    Required<bool> optional;                ///< the user may decline it
    Required<bool> requires_refresh_token;  ///< the service needs a refresh token for it
    GLOBUS_MEMBERS(DependentScopeSpec, scope, optional, requires_refresh_token);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_DATA_HPP

#include <cstdint>
#include <string>
#include <vector>

// The operations of Globus Auth that act for the user whose token the client has. https://docs.globus.org/api/auth/
//
// What all have in common: `query_params` takes parameters that the operation has no member for; every operation throws
// what Client::send throws; ids are UUIDs as text. Those of projects, policies, clients, credentials and scopes need a
// token with the scope urn:globus:auth:scope:auth.globus.org:manage_projects.

namespace globus {
struct AuthService;
}

namespace globus::auth {

/// Reads where the endpoints of OpenID Connect are. GET /.well-known/openid-configuration
/// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
/// @tparam S  the service of the client: each of the three has this operation
template <class S>
struct GetOpenidConfiguration {
    using service = S;
    using result = OpenidConfiguration;
    static constexpr auto route = get("/.well-known/openid-configuration");
    GLOBUS_MEMBERS(GetOpenidConfiguration);
};

/// Tells who the token stands for. GET /v2/oauth2/userinfo
/// https://docs.globus.org/api/auth/reference/#get_or_post_v2_oauth2_userinfo_resource
struct Userinfo {
    using service = AuthService;
    using result = UserProfile;
    static constexpr auto route = get("/v2/oauth2/userinfo");
    GLOBUS_MEMBERS(Userinfo);
};

/// Looks identities up by user name or by id. GET /v2/api/identities
/// https://docs.globus.org/api/auth/reference/#v2_api_identities_resources
struct GetIdentities {
    using service = AuthService;
    using result = IdentityList;
    static constexpr auto route = get("/v2/api/identities");
    Optional<StringList> usernames = {};
    Optional<StringList> ids = {};
    /// Makes an identity for a user name that nobody has used yet. Goes with usernames only; false if left out.
    Optional<bool> provision = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("provision", Spelling::lower));
    GLOBUS_MEMBERS(GetIdentities, usernames, ids, provision, query_params);

    [[nodiscard]] GetIdentities normalized() const {
        GetIdentities sent = *this;
        if (usernames)
            sent.provision = provision.value_or(false);
        else
            sent.provision.reset();
        return sent;
    }
};

/// Looks identity providers up by domain or by id. GET /v2/api/identity_providers
/// @throws UsageError  if both domains and ids are given
/// https://docs.globus.org/api/auth/reference/#get_identity_providers
struct GetIdentityProviders {
    using service = AuthService;
    using result = IdentityProviderList;
    static constexpr auto route = get("/v2/api/identity_providers");
    Optional<StringList> domains = {};
    Optional<StringList> ids = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIdentityProviders, domains, ids, query_params);

    void check() const {
        if (domains && ids) throw UsageError("get_identity_providers takes domains or ids, not both");
    }
};

/// Lists what an identity has consented to for the client. GET /v2/api/identities/{identity_id}/consents
/// https://docs.globus.org/api/auth/reference/#consents
struct GetConsents {
    using service = AuthService;
    using result = ConsentList;
    static constexpr auto route = get("/v2/api/identities/{identity_id}/consents");
    Required<std::string> identity_id;
    Optional<bool> all = false;  ///< true: those given to other clients, too
    GLOBUS_MEMBERS(GetConsents, identity_id, all);
};

/// An object in a body that is there even if nothing stands in it.
struct Nested {
    GLOBUS_MEMBERS(Nested);
};

// Projects

/// Reads a project. GET /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#get_projects
struct GetProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = get("/v2/api/projects/{project_id}");
    Required<std::string> project_id;
    GLOBUS_MEMBERS(GetProject, project_id);
};

/// Lists the projects that the user administers. GET /v2/api/projects
/// https://docs.globus.org/api/auth/reference/#get_projects
struct GetProjects {
    using service = AuthService;
    using result = ProjectList;
    static constexpr auto route = get("/v2/api/projects");
    GLOBUS_MEMBERS(GetProjects);
};

/// Makes a project. POST /v2/api/projects
/// https://docs.globus.org/api/auth/reference/#create_project
struct CreateProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = post("/v2/api/projects");
    Required<std::string> display_name;
    Required<std::string> contact_email;
    Optional<StringList> admin_ids = {};        ///< identities; the user's own if both are left out
    Optional<StringList> admin_group_ids = {};  ///< groups
    static constexpr auto wire =
        wires(in_json("display_name", "project/display_name"), in_json("contact_email", "project/contact_email"),
              in_json("admin_ids", "project/admin_ids"), in_json("admin_group_ids", "project/admin_group_ids"));
    GLOBUS_MEMBERS(CreateProject, display_name, contact_email, admin_ids, admin_group_ids);
};

/// Changes a project; what is left out stays. PUT /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#update_project
struct UpdateProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = put("/v2/api/projects/{project_id}");
    Nested document = {};
    Required<std::string> project_id;
    Optional<std::string> display_name = {};
    Optional<std::string> contact_email = {};
    Optional<StringList> admin_ids = {};
    Optional<StringList> admin_group_ids = {};
    static constexpr auto wire =
        wires(in_json("document", "project"), in_json("display_name", "project/display_name"),
              in_json("contact_email", "project/contact_email"), in_json("admin_ids", "project/admin_ids"),
              in_json("admin_group_ids", "project/admin_group_ids"));
    GLOBUS_MEMBERS(UpdateProject, document, project_id, display_name, contact_email, admin_ids, admin_group_ids);
};

/// Deletes a project that has no clients and policies any more. DELETE /v2/api/projects/{project_id}
/// https://docs.globus.org/api/auth/reference/#delete_project
struct DeleteProject {
    using service = AuthService;
    using result = ProjectDocument;
    static constexpr auto route = delete_("/v2/api/projects/{project_id}");
    Required<std::string> project_id;
    GLOBUS_MEMBERS(DeleteProject, project_id);
};

// Policies

/// Reads an authentication policy. GET /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#get_policies
struct GetPolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = get("/v2/api/policies/{policy_id}");
    Required<std::string> policy_id;
    GLOBUS_MEMBERS(GetPolicy, policy_id);
};

/// Lists the policies of the user's projects. GET /v2/api/policies
/// https://docs.globus.org/api/auth/reference/#get_policies
struct GetPolicies {
    using service = AuthService;
    using result = PolicyList;
    static constexpr auto route = get("/v2/api/policies");
    GLOBUS_MEMBERS(GetPolicies);
};

/// Makes an authentication policy. POST /v2/api/policies
/// https://docs.globus.org/api/auth/reference/#create_policy
struct CreatePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = post("/v2/api/policies");
    Required<std::string> project_id;
    Required<std::string> display_name;
    Required<std::string> description;
    Optional<bool> high_assurance = {};                                  ///< cannot be changed later
    Optional<std::int64_t> authentication_assurance_timeout = {};        ///< seconds that a login counts as fresh
    Optional<bool> required_mfa = {};                                    ///< two factors; for high assurance only
    Optional<std::vector<std::string>> domain_constraints_include = {};  ///< only these domains; null: any
    Optional<std::vector<std::string>> domain_constraints_exclude = {};  ///< none of these; null: none
    static constexpr auto wire =
        wires(in_json("project_id", "policy/project_id"), in_json("display_name", "policy/display_name"),
              in_json("description", "policy/description"), in_json("high_assurance", "policy/high_assurance"),
              in_json("authentication_assurance_timeout", "policy/authentication_assurance_timeout"),
              in_json("required_mfa", "policy/required_mfa"),
              in_json("domain_constraints_include", "policy/domain_constraints_include"),
              in_json("domain_constraints_exclude", "policy/domain_constraints_exclude"));
    GLOBUS_MEMBERS(CreatePolicy, project_id, display_name, description, high_assurance,
                   authentication_assurance_timeout, required_mfa, domain_constraints_include,
                   domain_constraints_exclude);
};

/// Changes an authentication policy; what is left out stays. PUT /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#update_policy
struct UpdatePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = put("/v2/api/policies/{policy_id}");
    Nested document = {};
    Required<std::string> policy_id;
    Optional<std::string> project_id = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};  ///< seconds
    Optional<bool> required_mfa = {};
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> domain_constraints_include = {};
    Optional<std::vector<std::string>> domain_constraints_exclude = {};
    static constexpr auto wire =
        wires(in_json("document", "policy"), in_json("project_id", "policy/project_id"),
              in_json("authentication_assurance_timeout", "policy/authentication_assurance_timeout"),
              in_json("required_mfa", "policy/required_mfa"), in_json("display_name", "policy/display_name"),
              in_json("description", "policy/description"),
              in_json("domain_constraints_include", "policy/domain_constraints_include"),
              in_json("domain_constraints_exclude", "policy/domain_constraints_exclude"));
    GLOBUS_MEMBERS(UpdatePolicy, document, policy_id, project_id, authentication_assurance_timeout, required_mfa,
                   display_name, description, domain_constraints_include, domain_constraints_exclude);
};

/// Deletes an authentication policy. DELETE /v2/api/policies/{policy_id}
/// https://docs.globus.org/api/auth/reference/#delete_policy
struct DeletePolicy {
    using service = AuthService;
    using result = PolicyDocument;
    static constexpr auto route = delete_("/v2/api/policies/{policy_id}");
    Required<std::string> policy_id;
    GLOBUS_MEMBERS(DeletePolicy, policy_id);
};

// Clients

/// Reads a client, by its id or by a domain name that it has proven to own. GET /v2/api/clients/{client_id} or ?fqdn=
/// @throws UsageError  unless exactly one of client_id and fqdn is given
/// https://docs.globus.org/api/auth/reference/#get_clients
struct GetClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = get("/v2/api/clients/{client_id}");
    Optional<std::string> client_id = {};
    Optional<std::string> fqdn = {};
    GLOBUS_MEMBERS(GetClient, client_id, fqdn);

    void check() const {
        if (client_id.has_value() == fqdn.has_value())
            throw UsageError("get_client takes exactly one of client_id and fqdn");
    }
};

/// Lists the clients of the user's projects. GET /v2/api/clients
/// https://docs.globus.org/api/auth/reference/#get_clients
struct GetClients {
    using service = AuthService;
    using result = ClientList;
    static constexpr auto route = get("/v2/api/clients");
    GLOBUS_MEMBERS(GetClients);
};

/// What create_client and create_child_client have in common: which members go together.
template <class Create>
void check_new_client(Create const& create) {
    if (create.public_client.has_value() == create.client_type.has_value())
        throw UsageError("a new client takes exactly one of public_client and client_type");
    if (create.terms_and_conditions.value_or("").empty() != create.privacy_policy.value_or("").empty())
        throw UsageError("a new client takes terms_and_conditions and privacy_policy together or neither");
}
/// Links that are empty are not sent.
template <class Create>
Create without_empty_links(Create create) {
    if (create.terms_and_conditions.value_or("").empty()) {
        create.terms_and_conditions.reset();
        create.privacy_policy.reset();
    }
    return create;
}

/// Registers a client. POST /v2/api/clients
/// @throws UsageError  unless exactly one of public_client and client_type is given, and both links or neither
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> name;
    Required<std::string> project;           ///< the project's id
    Optional<bool> public_client = {};       ///< true: it cannot keep a secret
    Optional<std::string> client_type = {};  ///< as in "confidential_client" or "public_installed_client"
    Optional<std::string> visibility = {};   ///< "public" or "private"
    Optional<std::vector<std::string>> redirect_uris = {};
    Optional<std::string> terms_and_conditions = {};  ///< URL
    Optional<std::string> privacy_policy = {};        ///< URL
    Optional<std::string> required_idp = {};          ///< users need an identity of this provider
    Optional<std::string> preselect_idp = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("name", "client/name"), in_json("project", "client/project"),
              in_json("public_client", "client/public_client"), in_json("client_type", "client/client_type"),
              in_json("visibility", "client/visibility"), in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(CreateClient, name, project, public_client, client_type, visibility, redirect_uris,
                   terms_and_conditions, privacy_policy, required_idp, preselect_idp, additional_fields);

    void check() const { check_new_client(*this); }
    [[nodiscard]] CreateClient normalized() const { return without_empty_links(*this); }
};

/// Changes a client; what is left out stays, what is null is cleared. PUT /v2/api/clients/{client_id}
/// @throws UsageError  if one of the two links is a URL, and the other null or left out
/// https://docs.globus.org/api/auth/reference/#update_client
struct UpdateClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = put("/v2/api/clients/{client_id}");
    Nested document = {};
    Required<std::string> client_id;
    Optional<std::string> name = {};
    Optional<std::string> visibility = {};  ///< "public" or "private"
    Optional<std::vector<std::string>> redirect_uris = {};
    Optional<std::string> terms_and_conditions = {};  ///< URL, or null
    Optional<std::string> privacy_policy = {};        ///< URL, or null
    Optional<std::string> required_idp = {};
    Optional<std::string> preselect_idp = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("document", "client"), in_json("name", "client/name"), in_json("visibility", "client/visibility"),
              in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(UpdateClient, document, client_id, name, visibility, redirect_uris, terms_and_conditions,
                   privacy_policy, required_idp, preselect_idp, additional_fields);

    void check() const {
        if (terms_and_conditions.has_value() != privacy_policy.has_value() ||
            terms_and_conditions.is_null() != privacy_policy.is_null())
            throw UsageError("update_client takes terms_and_conditions and privacy_policy together or neither");
    }
};

/// Deletes a client. DELETE /v2/api/clients/{client_id}
/// https://docs.globus.org/api/auth/reference/#delete_client
struct DeleteClient {
    using service = AuthService;
    using result = ClientDocument;
    static constexpr auto route = delete_("/v2/api/clients/{client_id}");
    Required<std::string> client_id;
    GLOBUS_MEMBERS(DeleteClient, client_id);
};

/// Lists the credentials of a client, without their secrets. GET /v2/api/clients/{client_id}/credentials
/// https://docs.globus.org/api/auth/reference/#get_client_credentials
struct GetClientCredentials {
    using service = AuthService;
    using result = ClientCredentialList;
    static constexpr auto route = get("/v2/api/clients/{client_id}/credentials");
    Required<std::string> client_id;
    GLOBUS_MEMBERS(GetClientCredentials, client_id);
};

/// Makes a secret for a client; this answer is the only one that holds it. POST /v2/api/clients/{client_id}/credentials
/// https://docs.globus.org/api/auth/reference/#create_client_credential
struct CreateClientCredential {
    using service = AuthService;
    using result = ClientCredentialDocument;
    static constexpr auto route = post("/v2/api/clients/{client_id}/credentials");
    Required<std::string> client_id;
    Required<std::string> name;
    static constexpr auto wire = wires(in_json("name", "credential/name"));
    GLOBUS_MEMBERS(CreateClientCredential, client_id, name);
};

/// Takes a secret back. DELETE /v2/api/clients/{client_id}/credentials/{credential_id}
/// https://docs.globus.org/api/auth/reference/#delete_client_credentials
struct DeleteClientCredential {
    using service = AuthService;
    using result = ClientCredentialDocument;
    static constexpr auto route = delete_("/v2/api/clients/{client_id}/credentials/{credential_id}");
    Required<std::string> client_id;
    Required<std::string> credential_id;
    GLOBUS_MEMBERS(DeleteClientCredential, client_id, credential_id);
};

// Scopes

/// Reads a scope. GET /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#get_scopes
struct GetScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = get("/v2/api/scopes/{scope_id}");
    Required<std::string> scope_id;
    GLOBUS_MEMBERS(GetScope, scope_id);
};

/// Looks scopes up by their text or by id, or lists those of the user's projects. GET /v2/api/scopes
/// @throws UsageError  if both scope_strings and ids are given
/// https://docs.globus.org/api/auth/reference/#get_scopes
struct GetScopes {
    using service = AuthService;
    using result = ScopeList;
    static constexpr auto route = get("/v2/api/scopes");
    Optional<StringList> scope_strings = {};
    Optional<StringList> ids = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetScopes, scope_strings, ids, query_params);

    void check() const {
        if (scope_strings && ids) throw UsageError("get_scopes takes scope_strings or ids, not both");
    }
};

/// Registers a scope of a client. POST /v2/api/clients/{client_id}/scopes
/// https://docs.globus.org/api/auth/reference/#create_scope
struct CreateScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = post("/v2/api/clients/{client_id}/scopes");
    Required<std::string> client_id;
    Required<std::string> name;
    Required<std::string> description;
    Required<std::string> scope_suffix;  ///< lower-case letters, digits and underscores
    Optional<std::vector<std::string>> required_domains = {};
    Optional<std::vector<DependentScopeSpec>> dependent_scopes = {};
    Optional<bool> advertised = {};            ///< found by those who look scopes up
    Optional<bool> allows_refresh_token = {};  ///< access may outlive the login
    static constexpr auto wire =
        wires(in_json("name", "scope/name"), in_json("description", "scope/description"),
              in_json("scope_suffix", "scope/scope_suffix"), in_json("required_domains", "scope/required_domains"),
              in_json("dependent_scopes", "scope/dependent_scopes"), in_json("advertised", "scope/advertised"),
              in_json("allows_refresh_token", "scope/allows_refresh_token"));
    GLOBUS_MEMBERS(CreateScope, client_id, name, description, scope_suffix, required_domains, dependent_scopes,
                   advertised, allows_refresh_token);
};

/// Changes a scope; what is left out stays. PUT /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#update_scope
struct UpdateScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = put("/v2/api/scopes/{scope_id}");
    Nested document = {};
    Required<std::string> scope_id;
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> scope_suffix = {};
    Optional<std::vector<std::string>> required_domains = {};
    Optional<std::vector<DependentScopeSpec>> dependent_scopes = {};
    Optional<bool> advertised = {};
    Optional<bool> allows_refresh_token = {};
    static constexpr auto wire =
        wires(in_json("document", "scope"), in_json("name", "scope/name"), in_json("description", "scope/description"),
              in_json("scope_suffix", "scope/scope_suffix"), in_json("required_domains", "scope/required_domains"),
              in_json("dependent_scopes", "scope/dependent_scopes"), in_json("advertised", "scope/advertised"),
              in_json("allows_refresh_token", "scope/allows_refresh_token"));
    GLOBUS_MEMBERS(UpdateScope, document, scope_id, name, description, scope_suffix, required_domains, dependent_scopes,
                   advertised, allows_refresh_token);
};

/// Deletes a scope. DELETE /v2/api/scopes/{scope_id}
/// https://docs.globus.org/api/auth/reference/#delete_scope
struct DeleteScope {
    using service = AuthService;
    using result = ScopeDocument;
    static constexpr auto route = delete_("/v2/api/scopes/{scope_id}");
    Required<std::string> scope_id;
    GLOBUS_MEMBERS(DeleteScope, scope_id);
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_OPERATIONS_HPP

#include <string>
#include <utility>
#include <vector>

// What the login clients of Globus Auth do: OAuth2 (RFC 6749) as an app, not as a user.
//
// The operations are templates over the service, since a native and a confidential app have most of them in common: a
// native app names itself in the form (`client_id`), a confidential one proves itself by HTTP Basic. `body_params`
// takes form fields that the operation has no member for, over those of its own.

namespace globus {
struct ConfidentialAppAuthService;
class NativeAppAuthService;
}  // namespace globus

namespace globus::auth {

/// How a native app starts a login; see NativeAppAuthService.
struct NativeStartFlow {
    Required<StringList> requested_scopes;
    Optional<std::string> redirect_uri = {};  ///< Globus Auth's own page, which shows the code, if left out or empty
    Optional<std::string> state = {};         ///< random if left out
    Optional<Secret> verifier = {};           ///< of PKCE; random if left out
    Optional<bool> refresh_tokens = false;    ///< asks for refresh tokens, too
    Optional<std::string> prefill_named_grant = {};  ///< a label for the consent, which the user can change
    GLOBUS_MEMBERS(NativeStartFlow, requested_scopes, redirect_uri, state, verifier, refresh_tokens,
                   prefill_named_grant);
};

/// How a confidential app starts a login; see ConfidentialAppAuthService.
struct ConfidentialStartFlow {
    Required<std::string> redirect_uri;
    Required<StringList> requested_scopes;
    Optional<std::string> state = {};       ///< random if left out
    Optional<bool> refresh_tokens = false;  ///< asks for refresh tokens, too
    GLOBUS_MEMBERS(ConfidentialStartFlow, redirect_uri, requested_scopes, state, refresh_tokens);
};

/// What a login may ask of the user besides scopes. https://docs.globus.org/api/auth/sessions/
struct AuthorizeUrlParams {
    Optional<StringList> session_required_identities = {};
    Optional<StringList> session_required_single_domain = {};
    Optional<StringList> session_required_policies = {};
    Optional<bool> session_required_mfa = {};
    Optional<std::string> session_message = {};  ///< shown to the user
    Optional<std::string> prompt = {};           ///< "login": the user has to log in again
    QueryParams query_params = {};               ///< over all others of the same name
    GLOBUS_MEMBERS(AuthorizeUrlParams, session_required_identities, session_required_single_domain,
                   session_required_policies, session_required_mfa, session_message, prompt, query_params);
};

/// Exchanges the code that a login ended with for tokens. POST /v2/oauth2/token
/// Never sent twice by itself: a code works once.
/// https://docs.globus.org/api/auth/developer-guide/#obtaining-authorization
template <class S>
struct Oauth2ExchangeCodeForTokens {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    FromService client_id = {};
    Constant<"authorization_code"> grant_type = {};
    Required<Secret> auth_code;
    Optional<Secret> code_verifier = {};
    Required<std::string> redirect_uri;
    static constexpr auto wire = wires(in_form("client_id"), in_form("grant_type"), in_form("auth_code", "code"),
                                       in_form("code_verifier"), in_form("redirect_uri"));
    GLOBUS_MEMBERS(Oauth2ExchangeCodeForTokens, client_id, grant_type, auth_code, code_verifier, redirect_uri);
};

/// Exchanges a refresh token for an access token. POST /v2/oauth2/token
/// A program rarely needs it: RefreshPolicy does it when it is time.
/// https://docs.globus.org/api/auth/reference/#refresh_token_grant_post_v2oauth2token
template <class S>
struct Oauth2RefreshToken {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<Secret> refresh_token;
    Constant<"refresh_token"> grant_type = {};
    FromService client_id = {};
    QueryParams body_params = {};
    static constexpr auto wire =
        wires(in_form("refresh_token"), in_form("grant_type"), in_form("client_id"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2RefreshToken, refresh_token, grant_type, client_id, body_params);
};

/// Makes an access or refresh token worthless (RFC 7009). POST /v2/oauth2/token/revoke
/// https://docs.globus.org/api/auth/reference/#token_revocation_post_v2oauth2tokenrevoke
template <class S>
struct Oauth2RevokeToken {
    using service = S;
    using result = RevokedToken;
    static constexpr auto route = post("/v2/oauth2/token/revoke");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<Secret> token;
    FromService client_id = {};
    QueryParams body_params = {};
    static constexpr auto wire = wires(in_form("token"), in_form("client_id"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2RevokeToken, token, client_id, body_params);
};

/// Sends any form to the token endpoint. POST /v2/oauth2/token
/// https://www.rfc-editor.org/rfc/rfc6749#section-3.2
/// @throws UsageError  if there is nothing to send
template <class S>
struct Oauth2Token {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    QueryParams form_data = {};  ///< as in {{"grant_type", "..."}, ...}; nothing is added to it
    QueryParams body_params = {};
    static constexpr auto wire = wires(in_form("form_data"), in_form("body_params"));
    GLOBUS_MEMBERS(Oauth2Token, form_data, body_params);

    void check() const {
        if (form_data.empty() && body_params.empty()) throw UsageError("oauth2_token has no form to send");
    }
};

/// Gets tokens with which a confidential app acts as itself. POST /v2/oauth2/token
/// A program rarely needs it: ClientCredentialsPolicy does it when it is time.
/// https://docs.globus.org/api/auth/reference/#client_credentials_grant_post_v2oauth2token
template <class S>
struct Oauth2ClientCredentialsTokens {
    using service = S;
    using result = TokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Constant<"client_credentials"> grant_type = {};
    Required<StringList> requested_scopes;
    static constexpr auto wire = wires(in_form("grant_type"), in_form("requested_scopes", "scope", Spelling::space));
    GLOBUS_MEMBERS(Oauth2ClientCredentialsTokens, grant_type, requested_scopes);

    void check() const { (void)join_scopes(*requested_scopes); }
};

/// Gets tokens with which a resource server calls other services for the user who called it. POST /v2/oauth2/token
/// https://docs.globus.org/api/auth/reference/#dependent_token_grant_post_v2oauth2token
template <class S>
struct Oauth2GetDependentTokens {
    using service = S;
    using result = DependentTokenResponse;
    static constexpr auto route = post("/v2/oauth2/token");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Constant<"urn:globus:auth:grant_type:dependent_token"> grant_type = {};
    Required<Secret> token;                  ///< that the resource server was called with
    Optional<bool> refresh_tokens = {};      ///< asks for refresh tokens, too
    Optional<StringList> scope = {};         ///< some of the dependent scopes; all if left out
    QueryParams additional_params = {};      ///< form fields, over those of its own
    Optional<std::string> access_type = {};  ///< follows from refresh_tokens
    static constexpr auto wire =
        wires(in_form("grant_type"), in_form("token"), in_form("refresh_tokens"), in_form("access_type"),
              in_form("scope", "scope", Spelling::space), in_form("additional_params"));
    GLOBUS_MEMBERS(Oauth2GetDependentTokens, grant_type, token, refresh_tokens, access_type, scope, additional_params);

    [[nodiscard]] Oauth2GetDependentTokens normalized() const {
        Oauth2GetDependentTokens sent = *this;
        if (refresh_tokens.value_or(false)) sent.access_type = "offline";
        sent.refresh_tokens.reset();
        return sent;
    }
};

/// Tells what Globus Auth knows of a token. POST /v2/oauth2/token/introspect
/// https://docs.globus.org/api/auth/reference/#token_introspection_post_v2_oauth2_token_introspect
template <class S>
struct Oauth2TokenIntrospect {
    using service = S;
    using result = TokenIntrospection;
    static constexpr auto route = post("/v2/oauth2/token/introspect");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Secret> token;
    Optional<std::string> include = {};  ///< "session_info", "identity_set", "identity_set_detail"; several by commas
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_form("token"), in_form("include"));
    GLOBUS_MEMBERS(Oauth2TokenIntrospect, token, include, query_params);
};

/// Registers an instance of a native app, a confidential client with a secret of its own. POST /v2/api/clients
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateNativeAppInstance {
    using service = NativeAppAuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> template_id;  ///< the native app's client id
    Required<std::string> name;
    static constexpr auto wire = wires(in_json("template_id", "client/template_id"), in_json("name", "client/name"));
    GLOBUS_MEMBERS(CreateNativeAppInstance, template_id, name);
};

/// Registers a client that belongs to this one. POST /v2/api/clients
/// @throws UsageError  unless exactly one of public_client and client_type is given, and both links or neither
/// https://docs.globus.org/api/auth/reference/#create_client
struct CreateChildClient {
    using service = ConfidentialAppAuthService;
    using result = ClientDocument;
    static constexpr auto route = post("/v2/api/clients");
    Required<std::string> name;
    Optional<bool> public_client = {};       ///< true: it cannot keep a secret
    Optional<std::string> client_type = {};  ///< as in "confidential_client" or "public_installed_client"
    Optional<std::string> visibility = {};   ///< "public" or "private"
    Optional<std::vector<std::string>> redirect_uris = {};
    Optional<std::string> terms_and_conditions = {};  ///< URL
    Optional<std::string> privacy_policy = {};        ///< URL
    Optional<std::string> required_idp = {};          ///< users need an identity of this provider
    Optional<std::string> preselect_idp = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("name", "client/name"), in_json("public_client", "client/public_client"),
              in_json("client_type", "client/client_type"), in_json("visibility", "client/visibility"),
              in_json("redirect_uris", "client/redirect_uris"),
              in_json("terms_and_conditions", "client/links/terms_and_conditions"),
              in_json("privacy_policy", "client/links/privacy_policy"), in_json("required_idp", "client/required_idp"),
              in_json("preselect_idp", "client/preselect_idp"), in_json("additional_fields", "client"));
    GLOBUS_MEMBERS(CreateChildClient, name, public_client, client_type, visibility, redirect_uris, terms_and_conditions,
                   privacy_policy, required_idp, preselect_idp, additional_fields);

    void check() const { check_new_client(*this); }
    [[nodiscard]] CreateChildClient normalized() const { return without_empty_links(*this); }
};

}  // namespace globus::auth

#endif  // GLOBUS_SERVICES_AUTH_LOGIN_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

using auth::DependentScopeSpec;

namespace auth {

/// What all three kinds of Auth client have: OpenID Connect's own documents.
template <class Client, class S>
struct OpenidOperations {
    /// Reads where the endpoints of OpenID Connect are; see auth::GetOpenidConfiguration.
    Response<OpenidConfiguration> get_openid_configuration(GetOpenidConfiguration<S> op = {},
                                                           CallOptions const& options = {}) const {
        return openid().send(op, options);
    }

    /// The public keys that id_tokens are signed with (RFC 7517), as they stand at the configuration's `jwks_uri`.
    /// A key set at another origin is read without a credential.
    /// @throws UsageError  if the configuration has no jwks_uri, or one that is neither https nor on this machine
    Response<Json> get_jwk(OpenidConfiguration const& openid_configuration, CallOptions const& options = {}) const {
        if (openid_configuration.jwks_uri.value_or("").empty())
            throw UsageError("get_jwk: the OpenID configuration has no jwks_uri");
        return openid().get(*openid_configuration.jwks_uri, {}, options);
    }
    /// The same, of the configuration that Globus Auth gives: two calls.
    Response<Json> get_jwk(CallOptions const& options = {}) const {
        return get_jwk(*get_openid_configuration({}, options), options);
    }

private:
    [[nodiscard]] Client const& openid() const { return static_cast<Client const&>(*this); }
};

/// What both login clients have.
template <class Client, class S>
struct LoginOperations : OpenidOperations<Client, S> {
    /// The URL that the user's browser is sent to, of a flow that oauth2_start_flow began. Sends nothing.
    [[nodiscard]] std::string oauth2_get_authorize_url(AuthorizationCodeFlow const& flow,
                                                       AuthorizeUrlParams const& params = {}) const {
        std::vector<std::pair<std::string, std::string>> more;
        auto const add = [&](char const* name, std::string value) { more.emplace_back(name, std::move(value)); };
        auto const add_list = [&](char const* name, Optional<StringList> const& list) {
            if (!list) return;
            std::string joined;
            for (std::string const& item : *list) joined += (&item == list->data() ? "" : ",") + item;
            add(name, std::move(joined));
        };
        add_list("session_required_identities", params.session_required_identities);
        add_list("session_required_single_domain", params.session_required_single_domain);
        add_list("session_required_policies", params.session_required_policies);
        if (params.session_required_mfa) add("session_required_mfa", *params.session_required_mfa ? "True" : "False");
        if (params.session_message) add("session_message", *params.session_message);
        if (params.prompt) add("prompt", *params.prompt);
        for (auto const& [name, value] : params.query_params)
            for (std::string const& text : value.texts()) more.emplace_back(name, text);
        return flow.authorize_url(more);
    }

    /**
     * Exchanges the code that a login ended with for tokens. A code works once, so the request is not sent again after
     * it may have arrived.
     *
     * @param code   what the browser brought to the redirect_uri, or the user read off Globus' page
     */
    Response<TokenResponse> oauth2_exchange_code_for_tokens(AuthorizationCodeFlow const& flow, Secret code,
                                                            CallOptions const& options = {}) const {
        Oauth2ExchangeCodeForTokens<S> op{.auth_code = std::move(code), .redirect_uri = flow.redirect_uri()};
        if (flow.pkce()) op.code_verifier = flow.pkce()->verifier();
        return login().send(op, options);
    }
    /// The same for a code that came by a redirect, which brings the `state`, too.
    /// @param returned_state  what came with the code
    /// @throws UsageError  if it is not the state of this login; nothing is sent then
    Response<TokenResponse> oauth2_exchange_code_for_tokens(AuthorizationCodeFlow const& flow, Secret code,
                                                            std::string_view returned_state,
                                                            CallOptions const& options = {}) const {
        flow.check_state(returned_state);
        return oauth2_exchange_code_for_tokens(flow, std::move(code), options);
    }

    /// Renews tokens by a refresh token; see auth::Oauth2RefreshToken.
    Response<TokenResponse> oauth2_refresh_token(Oauth2RefreshToken<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }
    /// Makes an access or refresh token worthless; see auth::Oauth2RevokeToken.
    Response<RevokedToken> oauth2_revoke_token(Oauth2RevokeToken<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }
    /// Sends any form to the token endpoint; see auth::Oauth2Token.
    Response<TokenResponse> oauth2_token(Oauth2Token<S> op, CallOptions const& options = {}) const {
        return login().send(op, options);
    }

protected:
    [[nodiscard]] Client const& login() const { return static_cast<Client const&>(*this); }
};

}  // namespace auth

/**
 * Globus Auth, as a user: identities, and the projects, clients, policies and scopes that the user administers.
 *
 *     Client<AuthService, AccessTokenPolicy> client{token};
 *     auto found = client.get_identities({.usernames = "ada@example.org"});
 *
 * Logins are for NativeAppAuthService and ConfidentialAppAuthService. https://docs.globus.org/api/auth/
 */
struct AuthService {
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using error = AuthApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<
            auth::GetOpenidConfiguration<AuthService>, auth::Userinfo, auth::GetIdentities, auth::GetIdentityProviders,
            auth::GetConsents, auth::GetProject, auth::GetProjects, auth::CreateProject, auth::UpdateProject,
            auth::DeleteProject, auth::GetPolicy, auth::GetPolicies, auth::CreatePolicy, auth::UpdatePolicy,
            auth::DeletePolicy, auth::GetClient, auth::GetClients, auth::CreateClient, auth::UpdateClient,
            auth::DeleteClient, auth::GetClientCredentials, auth::CreateClientCredential, auth::DeleteClientCredential,
            auth::GetScope, auth::GetScopes, auth::CreateScope, auth::UpdateScope, auth::DeleteScope>;
    }

    template <class Client>
    struct Operations;
};

/**
 * Globus Auth, as an app that users install and that cannot keep a secret: it only names itself.
 *
 *     Client<NativeAppAuthService, NullPolicy> client{NativeAppAuthService{"client id"}, NullPolicy{}};
 *
 *     auto const flow = client.oauth2_start_flow({.requested_scopes = "openid email"});
 *     std::cout << "Log in at " << client.oauth2_get_authorize_url(flow) << "\nand paste the code: ";
 *     std::getline(std::cin, code);
 *     auto const tokens = client.oauth2_exchange_code_for_tokens(flow, code);
 *
 * https://docs.globus.org/api/auth/developer-guide/#native-app
 */
class NativeAppAuthService {
public:
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using error = AuthApiError;
    using credential = NoCredential;

    /// @throws UsageError  for an empty client id
    explicit NativeAppAuthService(std::string client_id) : app_(std::move(client_id)) {}
    explicit NativeAppAuthService(Native app) : app_(std::move(app)) {}

    [[nodiscard]] std::string const& client_id() const noexcept { return app_.client_id(); }
    /// What the service gives to operations: its client id.
    [[nodiscard]] std::string_view route_value(std::string_view) const noexcept { return app_.client_id(); }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<
            auth::GetOpenidConfiguration<NativeAppAuthService>, auth::Oauth2ExchangeCodeForTokens<NativeAppAuthService>,
            auth::Oauth2RefreshToken<NativeAppAuthService>, auth::Oauth2RevokeToken<NativeAppAuthService>,
            auth::Oauth2Token<NativeAppAuthService>, auth::CreateNativeAppInstance>;
    }

    template <class Client>
    struct Operations;

private:
    Native app_;
};

/**
 * Globus Auth, as an app that keeps a secret: a web server or another service.
 *
 *     Client<ConfidentialAppAuthService, BasicPolicy> client{BasicPolicy{"client id", "client secret"}};
 *
 *     auto const flow = client.oauth2_start_flow({.redirect_uri = callback, .requested_scopes = "openid email"});
 *     redirect(client.oauth2_get_authorize_url(flow));
 *     ...                                                   // later, when the browser comes to `callback`
 *     auto const tokens = client.oauth2_exchange_code_for_tokens(flow, query["code"], query["state"]);
 *
 * https://docs.globus.org/api/auth/developer-guide/#developing-apps
 */
struct ConfidentialAppAuthService {
    static constexpr std::string_view name = "auth";
    static constexpr std::string_view resource_server = "auth.globus.org";
    using error = AuthApiError;
    using credential = BasicCredential;

    /// A confidential app does not name itself in forms: HTTP Basic does.
    [[nodiscard]] static std::string_view route_value(std::string_view) noexcept { return {}; }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<auth::GetOpenidConfiguration<ConfidentialAppAuthService>,
                                    auth::Oauth2ExchangeCodeForTokens<ConfidentialAppAuthService>,
                                    auth::Oauth2RefreshToken<ConfidentialAppAuthService>,
                                    auth::Oauth2RevokeToken<ConfidentialAppAuthService>,
                                    auth::Oauth2Token<ConfidentialAppAuthService>,
                                    auth::Oauth2ClientCredentialsTokens<ConfidentialAppAuthService>,
                                    auth::Oauth2GetDependentTokens<ConfidentialAppAuthService>,
                                    auth::Oauth2TokenIntrospect<ConfidentialAppAuthService>, auth::CreateChildClient>;
    }

    template <class Client>
    struct Operations;
};

namespace detail {
template <>
inline constexpr bool is_auth_service<AuthService> = true;
}  // namespace detail

/// The operations of Auth as member functions of its Client.
template <class Client>
struct AuthService::Operations : auth::OpenidOperations<Client, AuthService> {
    /// @copydoc auth::Userinfo
    Response<auth::UserProfile> userinfo(auth::Userinfo op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetIdentities
    Response<auth::IdentityList> get_identities(auth::GetIdentities op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetIdentityProviders
    Response<auth::IdentityProviderList> get_identity_providers(auth::GetIdentityProviders op = {},
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetConsents
    Response<auth::ConsentList> get_consents(auth::GetConsents op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetProject
    Response<auth::ProjectDocument> get_project(auth::GetProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetProjects
    Response<auth::ProjectList> get_projects(auth::GetProjects op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateProject
    Response<auth::ProjectDocument> create_project(auth::CreateProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateProject
    Response<auth::ProjectDocument> update_project(auth::UpdateProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteProject
    Response<auth::ProjectDocument> delete_project(auth::DeleteProject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetPolicy
    Response<auth::PolicyDocument> get_policy(auth::GetPolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetPolicies
    Response<auth::PolicyList> get_policies(auth::GetPolicies op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreatePolicy
    Response<auth::PolicyDocument> create_policy(auth::CreatePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdatePolicy
    Response<auth::PolicyDocument> update_policy(auth::UpdatePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeletePolicy
    Response<auth::PolicyDocument> delete_policy(auth::DeletePolicy op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClient
    Response<auth::ClientDocument> get_client(auth::GetClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClients
    Response<auth::ClientList> get_clients(auth::GetClients op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateClient
    Response<auth::ClientDocument> create_client(auth::CreateClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateClient
    Response<auth::ClientDocument> update_client(auth::UpdateClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteClient
    Response<auth::ClientDocument> delete_client(auth::DeleteClient op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetClientCredentials
    Response<auth::ClientCredentialList> get_client_credentials(auth::GetClientCredentials op,
                                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateClientCredential
    Response<auth::ClientCredentialDocument> create_client_credential(auth::CreateClientCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteClientCredential
    Response<auth::ClientCredentialDocument> delete_client_credential(auth::DeleteClientCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetScope
    Response<auth::ScopeDocument> get_scope(auth::GetScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::GetScopes
    Response<auth::ScopeList> get_scopes(auth::GetScopes op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::CreateScope
    Response<auth::ScopeDocument> create_scope(auth::CreateScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::UpdateScope
    Response<auth::ScopeDocument> update_scope(auth::UpdateScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc auth::DeleteScope
    Response<auth::ScopeDocument> delete_scope(auth::DeleteScope op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    // clang-format off
    void oauth2_start_flow(auth::NativeStartFlow, CallOptions const& = {}) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_start_flow(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_get_authorize_url(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_exchange_code_for_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_refresh_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_revoke_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_token(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_client_credentials_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_get_dependent_tokens(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    void oauth2_token_introspect(...) const = delete; // an AuthClient has no OAuth2 flows: use Client<NativeAppAuthService, NullPolicy> or Client<ConfidentialAppAuthService, BasicPolicy>
    // clang-format on

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/// The operations of a native app's login client as member functions.
template <class Client>
struct NativeAppAuthService::Operations : auth::LoginOperations<Client, NativeAppAuthService> {
    /// Begins a login; see AuthorizationCodeFlow. Sends nothing.
    /// @throws UsageError  if no scope is asked for, and for an unusable verifier
    [[nodiscard]] AuthorizationCodeFlow oauth2_start_flow(auth::NativeStartFlow const& start) const {
        AuthorizationCodeFlow::Settings settings{.client_id = this->login().service().client_id(),
                                                 .auth_url = this->login().base_url(),
                                                 .scope = join_scopes(*start.requested_scopes),
                                                 .redirect_uri = start.redirect_uri.value_or("")};
        if (settings.redirect_uri.empty()) settings.redirect_uri = this->login().base_url() + "v2/web/auth-code";
        if (start.state) settings.state = *start.state;
        settings.refresh_tokens = start.refresh_tokens.value_or(false);
        settings.pkce = start.verifier ? Pkce(*start.verifier) : Pkce();
        if (start.prefill_named_grant) settings.prefill_named_grant = *start.prefill_named_grant;
        return AuthorizationCodeFlow(std::move(settings));
    }

    /// @copydoc auth::CreateNativeAppInstance
    Response<auth::ClientDocument> create_native_app_instance(auth::CreateNativeAppInstance op,
                                                              CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
};

/// The operations of a confidential app's login client as member functions.
template <class Client>
struct ConfidentialAppAuthService::Operations : auth::LoginOperations<Client, ConfidentialAppAuthService> {
    /// Begins a login; see AuthorizationCodeFlow. Sends nothing.
    /// @throws UsageError  if no scope is asked for, or redirect_uri is empty
    [[nodiscard]] AuthorizationCodeFlow oauth2_start_flow(auth::ConfidentialStartFlow const& start) const {
        AuthorizationCodeFlow::Settings settings{.client_id = this->login().authorizer().client_id(),
                                                 .auth_url = this->login().base_url(),
                                                 .scope = join_scopes(*start.requested_scopes),
                                                 .redirect_uri = *start.redirect_uri};
        if (start.state) settings.state = *start.state;
        settings.refresh_tokens = start.refresh_tokens.value_or(false);
        return AuthorizationCodeFlow(std::move(settings));
    }

    /// @copydoc auth::Oauth2ClientCredentialsTokens
    Response<TokenResponse> oauth2_client_credentials_tokens(
        auth::Oauth2ClientCredentialsTokens<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::Oauth2GetDependentTokens
    Response<DependentTokenResponse> oauth2_get_dependent_tokens(
        auth::Oauth2GetDependentTokens<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::Oauth2TokenIntrospect
    Response<auth::TokenIntrospection> oauth2_token_introspect(
        auth::Oauth2TokenIntrospect<ConfidentialAppAuthService> op, CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
    /// @copydoc auth::CreateChildClient
    Response<auth::ClientDocument> create_child_client(auth::CreateChildClient op,
                                                       CallOptions const& options = {}) const {
        return this->login().send(op, options);
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_AUTH_SERVICE_HPP

#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// A login came to no code: the user said no, nobody came, or there is no way to ask.
class LoginError : public Error {
public:
    enum class Kind : unsigned char {
        refused,      ///< Globus Auth or the user refused; `what()` has its reason
        unavailable,  ///< no browser can be opened from here
        no_code,      ///< the input ended where a code was to come
        timeout,      ///< nobody came in time
        cancelled,    ///< the stop_token asked
    };

    LoginError(Kind kind, std::string const& what) : Error(what), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// What a login client is of: the confidential kind proves itself by HTTP Basic, the native one names itself.
template <class K, class T>
using LoginClient = std::conditional_t<std::same_as<K, Native>, Client<NativeAppAuthService, NullPolicy, T>,
                                       Client<ConfidentialAppAuthService, BasicPolicy, T>>;

/**
 * One login of a user that is under way: where to send the browser, and what to do with the code that comes back.
 *
 *     Login login = app.start_login();
 *     redirect(login.url());                             // the page of a web application, for example
 *     ...
 *     app.finish_login(login, query["code"], query["state"]);
 *
 * Each `start` makes a new `state` of 128 random bits and a new PKCE verifier; both are checked when the code comes, and
 * a code is exchanged once. A Login is a handle: copies are of the same login.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 *
 * RFC 6749, section 4.1; RFC 7636; RFC 9700
 */
class Login {
public:
    /**
     * @param client      that asks for the tokens
     * @param parameters  what is asked: `required_scopes` are all scopes of the login
     * @param settings    whether refresh tokens are wanted, the name of the session, and a redirect URI of one's own
     */
    template <class C>
    Login(C client, AuthorizationParameters parameters, AuthorizationCodeFlow::Settings settings)
        : state_(std::make_shared<State>()) {
        settings.auth_url = client.base_url();
        if constexpr (requires { client.service().client_id(); })
            settings.client_id = client.service().client_id();
        else
            settings.client_id = client.authorizer().client_id();
        settings.scope = join_scopes(parameters.required_scopes.value_or(std::vector<std::string>{}));
        state_->parameters = std::move(parameters);
        state_->settings = std::move(settings);
        state_->exchange = [client = std::move(client)](AuthorizationCodeFlow const& flow, Secret code,
                                                        std::stop_token stop) {
            return *client.oauth2_exchange_code_for_tokens(flow, std::move(code), CallOptions{.stop = std::move(stop)});
        };
    }

    /// What is asked of the user.
    [[nodiscard]] AuthorizationParameters const& parameters() const noexcept { return state_->parameters; }
    /// The redirect URI of the application's own; empty if the login flow brings one.
    [[nodiscard]] std::string const& redirect_uri() const noexcept { return state_->settings.redirect_uri; }

    /// Begins: the URL to send the user to, from where the code comes to `redirect_uri`. What began before is void.
    std::string start(std::string redirect_uri) {
        AuthorizationCodeFlow::Settings settings = state_->settings;
        settings.redirect_uri = std::move(redirect_uri);
        settings.state = random_state();
        settings.pkce = Pkce();
        AuthorizationCodeFlow flow(std::move(settings));
        std::lock_guard const lock(state_->mutex);
        state_->url = flow.authorize_url(session_query(state_->parameters));
        state_->flow.emplace(std::move(flow));
        return state_->url;
    }
    /// The same with the application's redirect URI, or else the page of Globus Auth that shows the code.
    std::string start() {
        return start(redirect_uri().empty() ? state_->settings.auth_url + "v2/web/auth-code" : redirect_uri());
    }
    /// The URL of the last `start`; begins if nothing has begun.
    [[nodiscard]] std::string url() {
        {
            std::lock_guard const lock(state_->mutex);
            if (state_->flow) return state_->url;
        }
        return start();
    }

    /// True if `returned` is the `state` that was sent, in a time that tells nothing of it.
    [[nodiscard]] bool is_state(std::string_view returned) const {
        std::lock_guard const lock(state_->mutex);
        return state_->flow && Secret(returned) == Secret(std::string_view(state_->flow->state()));
    }

    /**
     * Exchanges a code that the user read off Globus' page.
     *
     * @throws UsageError    if no login has begun, or its code was exchanged already
     * @throws AuthApiError  if Globus Auth refuses the code
     * @throws NetworkError  if no answer came. The request is not repeated once it may have arrived, since a code works
     *                       once: begin a new login.
     */
    TokenResponse finish(Secret code, std::stop_token stop = {}) {
        std::optional<AuthorizationCodeFlow> flow;
        {
            std::lock_guard const lock(state_->mutex);
            flow.swap(state_->flow);
        }
        if (!flow) throw UsageError("no login has begun, or its code was used already: begin a new login");
        try {
            return state_->exchange(*flow, std::move(code), std::move(stop));
        } catch (NetworkError const& error) {
            if (error.sent() == NetworkError::Sent::no) throw;
            throw NetworkError(error.kind(), error.sent(),
                               std::string("the code of a login was sent, but no answer came (") + error.what() +
                                   "): a code works once, so begin a new login");
        }
    }
    /// Exchanges a code that came by a redirect, which brings the `state`, too.
    /// @throws UsageError  also if that is not the state that was sent: the answer may be forged; the login goes on
    TokenResponse finish(Secret code, std::string_view returned_state, std::stop_token stop = {}) {
        if (!is_state(returned_state))
            throw UsageError("the state that came back is not the one of this login: the answer may be forged");
        return finish(std::move(code), std::move(stop));
    }

private:
    struct State {
        AuthorizationParameters parameters;
        AuthorizationCodeFlow::Settings settings;
        std::function<TokenResponse(AuthorizationCodeFlow const&, Secret, std::stop_token)> exchange;
        std::mutex mutex;
        std::optional<AuthorizationCodeFlow> flow;
        std::string url;
    };
    std::shared_ptr<State> state_;
};

/**
 * How a program asks its user to log in: it begins the Login, brings the user to its URL, and finishes it with the code.
 *
 *     struct OwnFlow {
 *         TokenResponse run_login_flow(Login login, std::stop_token stop) const {
 *             show_to_user(login.start());
 *             return login.finish(ask_for_code(), stop);
 *         }
 *     };
 *
 * Models: CommandLineLoginFlow, LocalServerLoginFlow.
 */
template <class F>
concept LoginFlow = std::copy_constructible<F> && requires(F const& flow, Login login, std::stop_token stop) {
    { flow.run_login_flow(login, stop) } -> std::same_as<TokenResponse>;
};

/// `F` brings the code to an address that only apps without a secret may use.
template <class F>
concept NeedsNativeApp = requires { requires F::native_apps_only; };

}  // namespace globus

#endif  // GLOBUS_APP_LOGIN_FLOW_HPP
#ifndef GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP
#define GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// Stored tokens, or tokens to be stored, are not what the app needs: a login helps.
class TokenValidationError : public Error {
public:
    enum class Kind : unsigned char {
        missing_token,          ///< there is none for the resource server
        missing_refresh_token,  ///< the login did not ask for one
        expired,
        unmet_scopes,       ///< it lacks a scope, or the user has not consented to a dependency
        missing_identity,   ///< the login did not ask for the scope openid, so nobody knows who it was
        identity_mismatch,  ///< somebody else logged in
    };

    TokenValidationError(Kind kind, std::string const& what) : Error(what), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// The scopes that an app needs, by resource server.
using ScopeRequirements = std::map<std::string, std::vector<Scope>>;

/// A rule for tokens: throws TokenValidationError. Either function may be empty.
struct TokenValidator {
    /// Before tokens are stored; `identity_id` is of those that are stored already, empty if nobody knows.
    std::function<void(TokenDataByResourceServer const&, std::string const& identity_id)> before_store = {};
    /// After tokens were read, for a call: what is asked of a service ends when that call has to.
    std::function<void(TokenDataByResourceServer const&, std::string const& identity_id, CallOptions const& call)>
        after_retrieve = {};
};

/// Tokens that are read must have a refresh token.
[[nodiscard]] inline TokenValidator has_refresh_tokens() {
    return {.after_retrieve = [](TokenDataByResourceServer const& tokens, std::string const&, CallOptions const&) {
        for (auto const& [server, data] : tokens)
            if (data.refresh_token.empty())
                throw TokenValidationError(TokenValidationError::Kind::missing_refresh_token,
                                           "there is no refresh token for " + server);
    }};
}

/// Tokens that are read must live. @param now  seconds since 1970; empty: the system's clock
[[nodiscard]] inline TokenValidator not_expired(std::function<std::int64_t()> now = {}) {
    if (!now) now = &detail::unix_now;
    return {.after_retrieve = [now = std::move(now)](TokenDataByResourceServer const& tokens, std::string const&,
                                                     CallOptions const&) {
        for (auto const& [server, data] : tokens)
            if (data.expires_at_seconds < now())
                throw TokenValidationError(TokenValidationError::Kind::expired,
                                           "the token for " + server + " has expired");
    }};
}

/// Tokens that are stored must say whose they are, and it must always be the same user.
[[nodiscard]] inline TokenValidator unchanging_identity() {
    return {.before_store = [](TokenDataByResourceServer const& tokens, std::string const& identity_id) {
        for (auto const& [server, data] : tokens) {
            if (data.identity_id.empty())
                throw TokenValidationError(TokenValidationError::Kind::missing_identity,
                                           "the login did not say who logged in: ask for the scope openid, too");
            if (!identity_id.empty() && identity_id != data.identity_id)
                throw TokenValidationError(TokenValidationError::Kind::identity_mismatch,
                                           "somebody else has logged in than before: log out first to change the user");
        }
    }};
}

/**
 * Tokens must have the scopes that are needed, when they are stored and when they are read; what is read must have the
 * user's consent to dependencies, too.
 *
 * @param requirements  asked at each check; resource servers that it does not list are not checked
 * @param consents      gives the consents of an identity, in the time of a call. It is asked when dependencies are
 *                      needed, and again when what it gave last does not meet them; empty, or an unknown identity:
 *                      dependencies are not checked.
 */
[[nodiscard]] inline TokenValidator has_scopes(
    std::function<ScopeRequirements()> requirements,
    std::function<ConsentForest(std::string const&, CallOptions const&)> consents = {}) {
    using Kind = TokenValidationError::Kind;
    auto const check = [requirements](TokenDataByResourceServer const& tokens) {
        std::vector<Scope> with_dependencies;
        auto const all = requirements();
        for (auto const& [server, data] : tokens) {
            auto const needed = all.find(server);
            if (needed == all.end()) continue;
            std::string const have = ' ' + data.scope + ' ';
            for (Scope const& scope : needed->second) {
                if (have.find(' ' + scope.scope_string() + ' ') == std::string::npos)
                    throw TokenValidationError(Kind::unmet_scopes,
                                               "the token for " + server + " lacks the scope " + scope.scope_string());
                if (!scope.dependencies().empty()) with_dependencies.push_back(scope);
            }
        }
        return with_dependencies;
    };
    struct Cache {
        std::mutex mutex;
        std::string identity_id;
        ConsentForest forest;
    };
    return {
        .before_store = [check](TokenDataByResourceServer const& tokens, std::string const&) { (void)check(tokens); },
        .after_retrieve =
            [check, consents = std::move(consents), cache = std::make_shared<Cache>()](
                TokenDataByResourceServer const& tokens, std::string const& identity_id, CallOptions const& call) {
                auto const needed = check(tokens);
                if (needed.empty() || identity_id.empty() || !consents) return;
                {
                    std::lock_guard const lock(cache->mutex);
                    if (cache->identity_id == identity_id && cache->forest.meets_scope_requirements(needed)) return;
                }
                ConsentForest forest = consents(identity_id, call);
                bool const met = forest.meets_scope_requirements(needed);
                std::lock_guard const lock(cache->mutex);
                cache->identity_id = identity_id;
                cache->forest = std::move(forest);
                if (!met)
                    throw TokenValidationError(Kind::unmet_scopes, "the user has not consented to what the scope " +
                                                                       needed.front().text() + " depends on");
            }};
}

/**
 * A storage that gives and takes only tokens that pass its validators, in their order.
 *
 *     ValidatingTokenStorage storage{JsonTokenStorage{path}, {not_expired(), unchanging_identity()}};
 *     storage.get_token_data("transfer.api.globus.org");   // throws TokenValidationError: nobody has logged in
 *
 * It remembers whose tokens are stored.
 *
 * @par Errors
 * TokenValidationError, what a validator throws otherwise, and what the storage inside throws.
 * @par Thread safety
 * Any function may be called from any thread. Copies share everything.
 */
template <TokenStorage S>
class ValidatingTokenStorage {
public:
    /// @throws UsageError  if the stored tokens are of several users
    ValidatingTokenStorage(S storage, std::vector<TokenValidator> validators)
        : state_(std::make_shared<State>(std::move(storage), std::move(validators))) {
        state_->identity_id = identity_of(state_->storage.get_token_data_by_resource_server());
    }

    /// The storage inside, which does not validate.
    [[nodiscard]] S const& storage() const noexcept { return state_->storage; }
    /// Whose tokens they are; empty if nobody knows.
    [[nodiscard]] std::string identity_id() const {
        std::lock_guard const lock(state_->mutex);
        return state_->identity_id;
    }

    /// The tokens for a resource server. @throws TokenValidationError  also if there are none
    /// @param call  that needs them; asking for consents ends when it has to
    [[nodiscard]] TokenData get_token_data(std::string_view resource_server, CallOptions const& call = {}) const {
        TokenDataByResourceServer tokens = state_->storage.get_token_data_by_resource_server();
        auto const found = tokens.find(std::string(resource_server));
        if (found == tokens.end())
            throw TokenValidationError(TokenValidationError::Kind::missing_token,
                                       "there is no token for " + std::string(resource_server));
        TokenDataByResourceServer const one{{found->first, found->second}};
        validate_read(one, call);
        return std::move(found->second);
    }
    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server(CallOptions const& call = {}) const {
        TokenDataByResourceServer tokens = state_->storage.get_token_data_by_resource_server();
        validate_read(tokens, call);
        return tokens;
    }

    /// Stores tokens, if all of them are valid.
    /// @throws UsageError  also if they are of several users
    void store_token_data_by_resource_server(TokenDataByResourceServer const& tokens) const {
        if (tokens.empty()) return;
        std::string const identity = identity_of(tokens);
        state_->storage.update([&](TokenDataByResourceServer& stored) {
            std::string const known = known_identity(stored);
            for (TokenValidator const& validator : state_->validators)
                if (validator.before_store) validator.before_store(tokens, known);
            for (auto const& [server, data] : tokens) stored.insert_or_assign(server, data);
            return true;
        });
        std::lock_guard const lock(state_->mutex);
        if (!identity.empty()) state_->identity_id = identity;
    }
    bool remove_token_data(std::string_view resource_server) const {
        bool found = false;
        state_->storage.update([&](TokenDataByResourceServer& stored) {
            found = stored.erase(std::string(resource_server)) != 0;
            return found;
        });
        return found;
    }
    /// Forgets all tokens, and whose they were.
    void clear() const {
        state_->storage.update([](TokenDataByResourceServer& stored) {
            stored.clear();
            return true;
        });
        std::lock_guard const lock(state_->mutex);
        state_->identity_id.clear();
    }

private:
    struct State {
        State(S s, std::vector<TokenValidator> v) : storage(std::move(s)), validators(std::move(v)) {}
        S const storage;
        std::vector<TokenValidator> const validators;
        std::mutex mutex;
        std::string identity_id;
    };

    static std::string identity_of(TokenDataByResourceServer const& tokens) {
        std::string identity;
        for (auto const& [server, data] : tokens) {
            if (data.identity_id.empty()) continue;
            if (!identity.empty() && identity != data.identity_id)
                throw UsageError("the tokens are of several users; keep those of each in a namespace of its own");
            identity = data.identity_id;
        }
        return identity;
    }
    /// Whose stored tokens are. Another program may have logged somebody in since this one looked; only tokens that do
    /// not say so themselves are taken for those of the identity that was known.
    [[nodiscard]] std::string known_identity(TokenDataByResourceServer const& stored) const {
        std::string identity = identity_of(stored);
        return identity.empty() ? identity_id() : identity;
    }
    void validate_read(TokenDataByResourceServer const& tokens, CallOptions const& call) const {
        std::string const known = known_identity(tokens);
        for (TokenValidator const& validator : state_->validators)
            if (validator.after_retrieve) validator.after_retrieve(tokens, known, call);
    }

    std::shared_ptr<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_APP_VALIDATING_TOKEN_STORAGE_HPP

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What UserApp and ClientApp have in common.

namespace globus {

/// What a login of an app may be told.
struct AppLoginOptions {
    bool force = false;                       ///< also if the stored tokens would do
    AuthorizationParameters parameters = {};  ///< what the login has to bring, as a Gare says it
    std::stop_token stop = {};                ///< cancels it, and waiting for another thread's login
};

namespace detail {

/// True if any of the parameters is there.
[[nodiscard]] inline bool asks_for_anything(AuthorizationParameters const& p) {
    return p.session_message || p.session_required_identities || p.session_required_single_domain ||
           p.session_required_policies || p.session_required_mfa || p.required_scopes || p.prompt;
}

/// Where tokens of a file storage are if nobody says; other storages are made without a word.
template <class S>
S default_token_storage(std::string const& client_id, std::string const& app_name, std::string const& environment) {
    if constexpr (std::default_initializable<S>) {
        return S();
    } else {
        static_assert(
            std::constructible_from<S, std::string>,
            "globus: this token storage cannot be made from a path. Give the app's configuration a `storage`.");
        constexpr bool is_json = std::same_as<S, JsonTokenStorage>;
        return S(default_token_path(client_id, app_name, environment, is_json ? ".json" : ".db"));
    }
}

/// The base URL of Globus Auth that an app uses, and the environment's name.
struct AppPlace {
    AppPlace(std::string environment_name, std::string url) {
        Environment const environment =
            environment_name.empty() ? Environment::current() : Environment(std::move(environment_name));
        environment_ = environment.name();
        auth_url = http::check_base_url(url.empty() ? environment.service_url("auth") : std::move(url));
    }
    std::string environment_;
    std::string auth_url;
};

/// The scopes that an app needs so far; clients add to them.
class SharedRequirements {
public:
    [[nodiscard]] ScopeRequirements get() const {
        std::lock_guard const lock(mutex_);
        return requirements_;
    }
    /// Says whether the app needs more now than before.
    bool add(std::string const& server, std::vector<Scope> const& scopes) {
        std::lock_guard const lock(mutex_);
        auto const known = requirements_.try_emplace(server).first;
        std::vector<Scope> merged = Scope::merge(known->second, scopes);
        if (merged == known->second) return false;
        known->second = std::move(merged);
        return true;
    }

private:
    mutable std::mutex mutex_;
    ScopeRequirements requirements_{{std::string(AuthScopes::resource_server), {Scope(AuthScopes::openid)}}};
};

/// One login at a time: the others wait for their turn, unless they are cancelled.
class LoginTurn {
public:
    /// A turn, from its construction to its destruction. @throws LoginError  if it is cancelled before it comes
    class Lock {
    public:
        Lock(LoginTurn& turn, std::stop_token const& stop) : turn_(turn) {
            std::unique_lock lock(turn_.mutex_);
            if (!turn_.ended_.wait(lock, stop, [this] { return !turn_.taken_; }))
                throw LoginError(LoginError::Kind::cancelled, "the login was cancelled");
            turn_.taken_ = true;
        }
        Lock(Lock const&) = delete;
        Lock& operator=(Lock const&) = delete;
        ~Lock() {
            {
                std::lock_guard const lock(turn_.mutex_);
                turn_.taken_ = false;
            }
            turn_.ended_.notify_all();
        }

    private:
        LoginTurn& turn_;
    };

private:
    std::mutex mutex_;
    std::condition_variable_any ended_;
    bool taken_ = false;
};

/**
 * The state and functions of an app of either kind.
 *
 * @tparam App     the kind: it has `login_client()`, `make_policy(server)`, `login_after(logins, options)`
 * @tparam Policy  what it keeps for a resource server
 */
template <class App, class Policy, class S, class T>
class AppBase {
public:
    [[nodiscard]] std::string const& app_name() const noexcept { return common_->app_name; }
    /// "production", unless the configuration or GLOBUS_SDK_ENVIRONMENT says otherwise.
    [[nodiscard]] std::string const& environment() const noexcept { return common_->place.environment_; }
    [[nodiscard]] T const& transport() const noexcept { return common_->transport; }
    /// Where the tokens are, as they are.
    [[nodiscard]] S const& token_storage() const noexcept { return common_->tokens.storage(); }

    /// The scopes that the app needs so far, by resource server. `openid` of Globus Auth is always among them.
    [[nodiscard]] ScopeRequirements scope_requirements() const { return common_->requirements->get(); }
    /// Adds scopes that the app needs. Tokens that lack them count as missing from now on.
    void add_scope_requirements(std::string const& resource_server, std::vector<Scope> const& scopes) const {
        if (resource_server.empty()) throw UsageError("the resource server of a scope is empty");
        if (common_->requirements->add(resource_server, scopes)) forget_policy(resource_server);
    }
    /// All scopes that a login asks for: those needed, and those that `parameters` name.
    [[nodiscard]] std::vector<Scope> required_scopes(AuthorizationParameters const& parameters = {}) const {
        std::string text;
        for (auto const& [server, scopes] : scope_requirements()) text += Scope::join(scopes) + ' ';
        if (parameters.required_scopes)
            for (std::string const& scope : *parameters.required_scopes) text += scope + ' ';
        return Scope::parse(text);
    }

    /**
     * A client of a service that is authorized by this app.
     *
     *     auto transfer = app.client<TransferService>();
     *     auto flow = app.client(SpecificFlowService{flow_id});
     *
     * @throws UsageError  if the options name another environment than the app's
     */
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service = Service{},
                                                            std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<App> policy(self(), service);
        return client_with(std::move(service), std::move(policy), std::move(options));
    }
    /// The same with scopes of one's own choice.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service, std::vector<Scope> scopes,
                                                            std::optional<ClientOptions<T>> options = {}) const {
        AppPolicy<App> policy(self(), service, std::move(scopes));
        return client_with(std::move(service), std::move(policy), std::move(options));
    }
    /// The same for a service without a resource server of its own, such as a Globus Connect Server.
    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client(Service service, AppPolicy<App> policy,
                                                            std::optional<ClientOptions<T>> options = {}) const {
        return client_with(std::move(service), std::move(policy), std::move(options));
    }

    /// True if a resource server has no valid token stored: `login` would ask.
    /// @throws what the storage throws, and what asking for consents throws
    [[nodiscard]] bool login_required(CallOptions const& call = {}) const {
        for (auto const& [server, scopes] : scope_requirements()) {
            try {
                (void)common_->tokens.get_token_data(server, call);
            } catch (TokenValidationError const&) {
                return true;
            }
        }
        return false;
    }

    /**
     * Revokes all stored tokens and forgets them.
     *
     * @throws AuthApiError, NetworkError  if one could not be revoked; it and those after it are still stored
     */
    void logout(CallOptions const& options = {}) const {
        auto const client = self().login_client();
        for (auto const& [server, data] : token_storage().get_token_data_by_resource_server()) {
            (void)client.oauth2_revoke_token({.token = data.access_token}, options);
            if (!data.refresh_token.empty()) (void)client.oauth2_revoke_token({.token = data.refresh_token}, options);
            common_->tokens.remove_token_data(server);
        }
        common_->tokens.clear();
        forget_policies();
    }

    /**
     * Runs `f`, and where only a login helps, logs in and runs it once more: after LoginRequiredError, after a 401 or 403
     * that says what the user has to do (to_gare), and after a 401 to a token that cannot be renewed. The login runs here
     * and not inside of a request, so no deadline ends it and no other call waits for it.
     *
     *     auto files = app.run([&] { return transfer.operation_ls({.endpoint_id = id}); });
     *
     * When several threads come to the same end, one logs in for all.
     *
     * @throws what `f` and `login` throw
     */
    template <class F>
    auto run(F&& f, std::stop_token stop = {}) const -> decltype(f()) {
        bool logged_in = false;  // for tokens that were missing or refused
        bool asked = false;      // for what a service asked of the user
        for (;;) {
            std::uint64_t const logins = login_count();
            std::optional<Gare> gare;
            try {
                return f();
            } catch (TokenValidationError const& error) {
                if (logged_in || error.kind() == TokenValidationError::Kind::identity_mismatch) throw;
            } catch (ApiError const& error) {
                if (error.http_status() == 401 || error.http_status() == 403) gare = to_gare(error);
                if (gare ? asked : logged_in || !refuses_token(error)) throw;
            }
            AuthorizationParameters parameters;
            if (gare) parameters = gare->authorization_parameters;
            // What another thread's login has brought may do; it is not this one's only try.
            if (!self().login_after(logins, {.force = true, .parameters = std::move(parameters), .stop = stop}))
                continue;
            logged_in = true;
            asked = asked || gare;
        }
    }

protected:
    struct Common {
        Common(std::string name, AppPlace where, T t, std::shared_ptr<SharedRequirements> needs,
               ValidatingTokenStorage<S> storage)
            : app_name(std::move(name)),
              place(std::move(where)),
              transport(std::move(t)),
              requirements(std::move(needs)),
              tokens(std::move(storage)) {}
        std::string const app_name;
        AppPlace const place;
        T const transport;
        std::shared_ptr<SharedRequirements> const requirements;
        ValidatingTokenStorage<S> const tokens;

        LoginTurn logging_in;
        std::mutex mutex;  ///< of what follows
        std::map<std::string, Policy> policies;
        std::uint64_t forgotten = 0;  ///< grows when policies are forgotten
        std::uint64_t logins = 0;
        bool making = false;               ///< a policy is being made; one at a time
        std::condition_variable_any made;  ///< it is not any more
    };

    /// The policy for a resource server: the one in use, or a new one from what is stored.
    [[nodiscard]] Policy policy_of(std::string_view server, AuthContext const& context) const {
        std::string const name(server);
        std::unique_lock lock(common_->mutex);
        for (;;) {
            auto const found = common_->policies.find(name);
            if (found != common_->policies.end()) return found->second;
            if (!common_->making) break;
            wait_for_policy(lock, context);
        }
        if (!scope_requirements().contains(name))
            throw UsageError("the app has no scope requirements for the resource server '" + name + "'");
        std::uint64_t const before = common_->forgotten;
        Making const making(*common_);
        lock.unlock();
        Policy policy = self().make_policy(name, {.deadline = context.deadline, .stop = context.stop});
        // what was forgotten meanwhile may be what this one is made of
        std::lock_guard const again(common_->mutex);
        if (common_->forgotten == before) common_->policies.insert_or_assign(name, policy);
        return policy;
    }
    void forget_policy(std::string_view server) const {
        std::lock_guard const lock(common_->mutex);
        common_->policies.erase(std::string(server));
        ++common_->forgotten;
    }
    void forget_policies() const {
        std::lock_guard const lock(common_->mutex);
        common_->policies.clear();
        ++common_->forgotten;
        ++common_->logins;
    }
    [[nodiscard]] std::uint64_t login_count() const {
        std::lock_guard const lock(common_->mutex);
        return common_->logins;
    }
    [[nodiscard]] AuthContext context_of(AuthContext const& call) const {
        return {common_->place.auth_url, call.deadline, call.stop};
    }

    std::shared_ptr<Common> common_;

private:
    /// Says that a policy is being made. The lock is held at its beginning, and free at its end.
    class Making {
    public:
        explicit Making(Common& common) : common_(common) { common_.making = true; }
        Making(Making const&) = delete;
        Making& operator=(Making const&) = delete;
        ~Making() {
            {
                std::lock_guard const lock(common_.mutex);
                common_.making = false;
            }
            common_.made.notify_all();
        }

    private:
        Common& common_;
    };
    /// Waits until no policy is being made, as long as the call may last.
    void wait_for_policy(std::unique_lock<std::mutex>& lock, AuthContext const& context) const {
        auto const made = [this] { return !common_->making; };
        bool const ended = context.deadline == http::Clock::time_point::max()
                               ? common_->made.wait(lock, context.stop, made)
                               : common_->made.wait_until(lock, context.stop, context.deadline, made);
        if (ended) return;
        if (context.stop.stop_requested())
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                           "the deadline passed while the tokens of the app were being looked at");
    }
    /// True for a service's 401; that of the token endpoint is about the client.
    static bool refuses_token(ApiError const& error) {
        auto const* const from_auth = dynamic_cast<AuthApiError const*>(&error);
        return error.http_status() == 401 && (from_auth == nullptr || from_auth->oauth_error().empty());
    }
    [[nodiscard]] App const& self() const { return static_cast<App const&>(*this); }

    template <class Service>
    [[nodiscard]] Client<Service, AppPolicy<App>, T> client_with(Service service, AppPolicy<App> policy,
                                                                 std::optional<ClientOptions<T>> options) const {
        if (!options) options.emplace(ClientOptions<T>{.transport = transport()});
        if (options->environment.empty()) options->environment = environment();
        if (options->environment != environment())
            throw UsageError("the client is for the environment " + options->environment + ", but its app is for " +
                             environment());
        if (options->auth_url.empty()) options->auth_url = common_->place.auth_url;
        return {std::move(service), std::move(policy), std::move(*options)};
    }
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_APP_GLOBUS_APP_HPP
#ifndef GLOBUS_APP_STORED_REFRESH_POLICY_HPP
#define GLOBUS_APP_STORED_REFRESH_POLICY_HPP

#ifndef GLOBUS_OAUTH_REFRESH_POLICY_HPP
#define GLOBUS_OAUTH_REFRESH_POLICY_HPP

#ifndef GLOBUS_OAUTH_RENEWAL_HPP
#define GLOBUS_OAUTH_RENEWAL_HPP

#include <time.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus {

/// What a policy that renews its token can be told.
struct RenewalOptions {
    /// Called with the new token after each renewal, once, outside all locks, on the thread that renewed. It may use the
    /// same policy. What it throws goes to `on_error`; the call that renewed goes on.
    std::function<void(Token const&)> on_refresh = {};
    /// Called with what `on_refresh` threw. What it throws itself is dropped.
    std::function<void(std::exception_ptr)> on_error = {};
    /// Wraps each renewal, for storage that processes share: it may lock, answer with a newer token that somebody else
    /// stored, or call `renew` with the stored one and store the result before it returns.
    std::function<Token(Token const& held, std::function<Token(Token const&)> const& renew)> through = {};
    /// Seconds since 1970; for tests. Without it the system's clock, checked against one that no clock change moves.
    std::function<std::int64_t()> now = {};
};

namespace detail {

/// The token of an answer for one resource server.
inline Token only_token(TokenResponse const& answer) {
    auto const& tokens = answer.by_resource_server();
    if (tokens.size() != 1)
        throw DecodeError("a renewal was answered with tokens for " + std::to_string(tokens.size()) +
                          " resource servers; make one policy for each, with a refresh token of its own");
    return tokens.begin()->second;
}

/**
 * A token that is renewed when it must be, by one thread at a time.
 *
 * The token is *fresh* until its last tenth (60 s to 900 s), then *ageing*: one caller renews it, the others go on with
 * it. In its last 60 s (a fifth of a life under 300 s) it is *due*, and callers wait for the renewal; but a renewal that
 * fails harms nobody before the token has really expired.
 */
class Renewal {
public:
    Renewal(Token token, RenewalOptions options) : token_(std::move(token)), options_(std::move(options)) {
        if (!token_.access_token.empty()) check_header_text(token_.access_token);
        header_ = Secret("Bearer " + token_.access_token.reveal());
        received_ = uptime();
        if (token_.expires_at) received_remaining_ = *token_.expires_at - wall();
    }

    /// What reads the time, for the answers of the token endpoint.
    [[nodiscard]] std::function<std::int64_t()> now() const {
        return options_.now ? options_.now : std::function<std::int64_t()>(&unix_now);
    }

    [[nodiscard]] Token token() const {
        std::lock_guard const lock(mutex_);
        return token_;
    }

    /// The present token, or a new one from `grant(old)`.
    template <class Grant>
    Authorization authorize(AuthContext const& context, Grant&& grant) {
        std::unique_lock lock(mutex_);
        while (true) {
            std::int64_t const left = remaining();
            Age const age = age_of(left);
            if (age == Age::fresh) return present();
            if (refusal_ != nullptr) {
                if (left > 0) return present();
                std::rethrow_exception(refusal_);
            }
            if (flight_ != nullptr) {
                if (age == Age::ageing) return present();
                std::shared_ptr<Flight> const flight = flight_;
                wait_for(*flight, lock, context);
                if (flight->error == nullptr) return present();
                if (flight->personal) continue;
                if (remaining() > 0) return present();
                std::rethrow_exception(flight->error);
            }
            if (left > 0 && uptime() < not_before_) return present();
            renew(lock, context, grant);
            if (last_error_ == nullptr) return present();
            if (remaining() > 0) return present();
            std::rethrow_exception(std::exchange(last_error_, nullptr));
        }
    }

    /// After a 401 for `refused`: true when there is another token now.
    template <class Grant>
    bool renew_after(Authorization const& refused, AuthContext const& context, Grant&& grant) {
        {
            std::lock_guard const lock(mutex_);
            if (refused.generation != generation_) return true;
            revoked_ = true;
        }
        return authorize(context, std::forward<Grant>(grant)).generation != refused.generation;
    }

private:
    enum class Age : unsigned char { fresh, ageing, due };

    /// One renewal under way.
    struct Flight {
        bool done = false;
        bool personal = false;  ///< it ended because its own caller gave up; the others must not
        std::exception_ptr error;
    };

    static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

    static void check_header_text(Secret const& token) {
        for (char const c : token.reveal())
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                throw UsageError("the access token has a newline or another control character in it");
    }
    /// Seconds that pass whatever is done to the system's clock, sleep included.
    static std::int64_t uptime() {
        timespec time{};
#ifdef CLOCK_BOOTTIME
        clock_gettime(CLOCK_BOOTTIME, &time);
#else
        clock_gettime(CLOCK_MONOTONIC, &time);
#endif
        return time.tv_sec;
    }
    [[nodiscard]] std::int64_t wall() const { return options_.now ? options_.now() : unix_now(); }

    /// Seconds that the token lives; `forever` if nobody said.
    [[nodiscard]] std::int64_t remaining() const {
        if (token_.access_token.empty() || revoked_) return 0;
        if (!token_.expires_at) return forever;
        std::int64_t left = *token_.expires_at - wall();
        if (!options_.now) left = std::min(left, received_remaining_ - (uptime() - received_));
        return std::max<std::int64_t>(left, 0);
    }
    [[nodiscard]] Age age_of(std::int64_t left) const {
        if (left == forever) return Age::fresh;
        std::int64_t const life = token_.lifetime;
        std::int64_t const due = life > 0 && life < 300 ? life / 5 : 60;
        std::int64_t const ageing = life > 0 && life < 300 ? due : std::clamp<std::int64_t>(life / 10, 60, 900);
        if (left > ageing) return Age::fresh;
        return left > due ? Age::ageing : Age::due;
    }
    [[nodiscard]] Authorization present() const { return {header_, generation_}; }

    void wait_for(Flight const& flight, std::unique_lock<std::mutex>& lock, AuthContext const& context) {
        auto const done = [&] { return flight.done; };
        bool const ended = context.deadline == http::Clock::time_point::max()
                               ? landed_.wait(lock, context.stop, done)
                               : landed_.wait_until(lock, context.stop, context.deadline, done);
        if (ended) return;
        if (context.stop.stop_requested())
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
        throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                           "the deadline passed while the access token was being renewed");
    }

    /// Renews; afterwards `last_error_` says why it did not work. The lock is free meanwhile.
    template <class Grant>
    void renew(std::unique_lock<std::mutex>& lock, AuthContext const& context, Grant& grant) {
        auto const flight = std::make_shared<Flight>();
        flight_ = flight;
        Token const held = token_;
        lock.unlock();

        Token fresh;
        std::exception_ptr error;
        bool refused = false;
        try {
            std::function<Token(Token const&)> const renew_one = [&](Token const& old) {
                Token answer = grant(old);
                if (answer.refresh_token.empty()) answer.refresh_token = old.refresh_token;
                if (!old.resource_server.empty() && answer.resource_server != old.resource_server)
                    throw DecodeError("the token for " + old.resource_server + " was renewed into one for " +
                                      answer.resource_server);
                return answer;
            };
            fresh = options_.through ? options_.through(held, renew_one) : renew_one(held);
            check_header_text(fresh.access_token);
        } catch (AuthApiError const& refusal) {
            error = std::current_exception();
            refused = refusal.http_status() >= 400 && refusal.http_status() < 500 && refusal.http_status() != 408 &&
                      refusal.http_status() != 429;
        } catch (NetworkError const& failure) {
            error = std::current_exception();
            flight->personal =
                failure.kind() == NetworkError::Kind::cancelled ||
                (failure.kind() == NetworkError::Kind::timeout && http::Clock::now() >= context.deadline);
        } catch (...) {
            error = std::current_exception();
        }

        lock.lock();
        last_error_ = error;
        if (error == nullptr) {
            token_ = fresh;
            header_ = Secret("Bearer " + token_.access_token.reveal());
            ++generation_;
            revoked_ = false;
            received_ = uptime();
            received_remaining_ = token_.expires_at ? *token_.expires_at - wall() : 0;
        } else {
            if (refused) refusal_ = error;
            not_before_ = uptime() + 30 + static_cast<std::int64_t>(random_unit() * 10);
        }
        flight->error = error;
        flight->done = true;
        flight_ = nullptr;
        landed_.notify_all();
        if (error != nullptr || !options_.on_refresh) return;

        lock.unlock();
        try {
            options_.on_refresh(fresh);
        } catch (...) {
            try {
                if (options_.on_error) options_.on_error(std::current_exception());
            } catch (...) {  // an observer that throws has nobody left to tell
            }
        }
        lock.lock();
        last_error_ = nullptr;
    }

    mutable std::mutex mutex_;
    std::condition_variable_any landed_;
    Token token_;
    RenewalOptions const options_;
    Secret header_;
    std::uint64_t generation_ = 0;
    bool revoked_ = false;                 ///< the service answered 401 to it
    std::int64_t received_ = 0;            ///< uptime() when the token came
    std::int64_t received_remaining_ = 0;  ///< seconds that it had then
    std::int64_t not_before_ = 0;          ///< uptime() before which a failed renewal ahead of time is not tried again
    std::shared_ptr<Flight> flight_;
    std::exception_ptr refusal_;  ///< Globus Auth refused the grant: asking again is of no use
    std::exception_ptr last_error_;
};

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_OAUTH_RENEWAL_HPP
#ifndef GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP
#define GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

using Form = std::vector<std::pair<std::string, std::string>>;

inline std::string encode_form(Form const& form) {
    std::string body;
    for (auto const& [name, value] : form) {
        if (!body.empty()) body += '&';
        append_form_encoded(body, name);
        body += '=';
        append_form_encoded(body, value);
    }
    return body;
}

/// The token request of `client`, which proves itself as its kind does (RFC 6749, section 2.3).
template <ClientKind K>
http::Request token_request(K const& client, Form form, AuthContext const& context) {
    http::Request request;
    request.method = http::Method::post;
    request.url = std::string(context.auth_url) + "v2/oauth2/token";
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    if constexpr (std::same_as<K, Confidential>)
        request.authorization = client.credential().header();
    else
        form.emplace_back("client_id", client.client_id());
    request.body = encode_form(form);
    request.has_body = true;
    request.deadline = context.deadline;
    request.stop = context.stop;
    request.max_response_bytes = std::size_t{1} << 20;
    for (auto& [name, value] : form) wipe(value);
    return request;
}

/**
 * Sends a grant that may be repeated and reads its answer. AuthApiError for a refusal, which is never repeated.
 *
 * A request whose answer was lost is repeated once only: Globus Auth may have replaced the refresh token by then.
 */
template <ClientKind K, Transport T>
TokenResponse request_token(K const& client, Form form, T const& transport, AuthContext const& context,
                            std::function<std::int64_t()> const& now = &unix_now) {
    http::Request request = token_request(client, std::move(form), context);
    DefaultRetry retry;
    retry.max_attempts = 3;
    int lost = 0;
    for (int number = 1;; ++number) {
        Attempt attempt{.number = number, .retry_class = RetryClass::idempotent};
        http::Response response;
        std::optional<std::chrono::duration<double>> wait;
        try {
            response = transport.send(request);
            if (response.status >= 200 && response.status < 300) {
                TokenResponse tokens = read_token_response(response.body, now());
                wipe(request.body);
                wipe(response.body);
                return tokens;
            }
            attempt.response = &response;
            wait = retry.before_retry(attempt);
            if (!wait || http::Clock::now() + *wait >= request.deadline)
                throw AuthApiError(request, std::move(response));
        } catch (NetworkError const& error) {
            attempt.error = &error;
            if (error.sent() == NetworkError::Sent::yes && ++lost > 1) throw;
            wait = retry.before_retry(attempt);
            if (!wait || http::Clock::now() + *wait >= request.deadline) throw;
        }
        auto const until = http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(*wait);
        if (!http::wait_until(until, request.stop))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                               "the token request was cancelled");
    }
}

}  // namespace globus::detail

#endif  // GLOBUS_OAUTH_TOKEN_ENDPOINT_HPP

#include <memory>
#include <string>
#include <utility>

namespace globus {

/**
 * Sends an access token, and renews it with a refresh token: shortly before it expires, and once after a 401.
 *
 *     Confidential app{"client id", "client secret"};
 *     Client<TransferService, RefreshPolicy<Confidential>> transfer{RefreshPolicy{app, "refresh token"}};
 *
 * However many threads ask, one renewal is under way at a time and all get its result. While the token still lives
 * nobody waits: one caller renews ahead, the others go on with the present token. A refresh token that the answer
 * replaces is taken over; where the answer has none the old one stays. An answer for more than one resource server is
 * refused: make one RefreshPolicy for each.
 *
 * @tparam K  who asks for tokens: Confidential, which proves itself by HTTP Basic, or Native, which gives its id
 *
 * @par Errors
 * AuthApiError if Globus Auth refuses the refresh token (`oauth_error()` "invalid_grant": log in again), NetworkError if
 * it cannot be reached, DecodeError for an answer that cannot be used. Each is thrown by the call that needed the token,
 * once the present token has really expired. After a refusal no more requests are made.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the token and its renewal.
 *
 * https://docs.globus.org/api/auth/reference/#refresh_token_grant
 */
template <class K>
class RefreshPolicy {
    static_assert(
        ClientKind<K>,
        "globus::RefreshPolicy<K>: K is not a kind of OAuth2 client. Use RefreshPolicy<Confidential> for an app "
        "with a client secret, or RefreshPolicy<Native> for one with a client id only.");

public:
    using credential = BearerCredential;
    using client_kind = K;

    /// Starts with a refresh token alone: the first call asks for an access token.
    /// @throws UsageError  for an empty refresh token or one with a control character
    RefreshPolicy(K client, Secret refresh_token, RenewalOptions options = {})
        : RefreshPolicy(std::move(client), Token{.refresh_token = std::move(refresh_token)}, std::move(options)) {}

    /// Starts with what an earlier login gave.
    /// @throws UsageError  if the token has no refresh token
    RefreshPolicy(K client, Token token, RenewalOptions options = {})
        : state_(std::make_shared<State>(std::move(client), std::move(token), std::move(options))) {}

    template <Transport T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        return state_->renewal.authorize(context, grant(transport, context));
    }
    template <Transport T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        return state_->renewal.renew_after(refused, context, grant(transport, context));
    }

    /// The tokens as they are now.
    [[nodiscard]] Token token() const { return state_->renewal.token(); }
    [[nodiscard]] K const& client() const noexcept { return state_->client; }

private:
    struct State {
        State(K c, Token token, RenewalOptions options)
            : client(std::move(c)), renewal(std::move(token), std::move(options)) {
            detail::check_credential("the refresh token", renewal.token().refresh_token.reveal());
        }
        K const client;
        detail::Renewal renewal;
    };

    template <class T>
    auto grant(T const& transport, AuthContext const& context) const {
        return [this, &transport, &context](Token const& old) {
            TokenResponse const answer = detail::request_token(
                state_->client, {{"refresh_token", old.refresh_token.reveal()}, {"grant_type", "refresh_token"}},
                transport, context, state_->renewal.now());
            return detail::only_token(answer);
        };
    }

    std::shared_ptr<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_REFRESH_POLICY_HPP

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace globus {

/**
 * Makes a policy renew its token through a storage, once for all threads and processes that share it.
 *
 *     RefreshPolicy policy{app, token, renewed_through(storage)};
 *
 * A renewal takes the storage's lock and looks at what is stored: a newer token that another process has put there is
 * taken over; else the stored refresh token is used, and the answer is stored before anybody uses it. If Globus Auth
 * refuses a refresh token which a program without our lock has replaced meanwhile, the new one is tried.
 *
 * A new token that cannot be stored (a full disk) is used all the same, and `on_error` is told: it may hold the only
 * refresh token that still works.
 *
 * @param resource_server  whose token it is; empty: the one of the token that is held
 * @param options          the other options of the policy
 */
template <TokenStorage S>
[[nodiscard]] RenewalOptions renewed_through(S storage, std::string resource_server = {}, RenewalOptions options = {}) {
    auto const now = options.now ? options.now : std::function<std::int64_t()>(&detail::unix_now);
    auto const tell = [on_error = options.on_error]() noexcept {
        try {
            if (on_error) on_error(std::current_exception());
        } catch (...) {  // an observer that throws has nobody left to tell
        }
    };
    options.through = [=](Token const& held, std::function<Token(Token const&)> const& renew) {
        std::string const server = resource_server.empty() ? held.resource_server : resource_server;
        std::optional<Token> fresh;
        try {
            storage.update([&](TokenDataByResourceServer& tokens) {
                auto const found = tokens.find(server);
                TokenData const stored = found == tokens.end() ? TokenData::from(held) : found->second;
                if (!(stored.access_token == held.access_token) && stored.expires_at_seconds > now() + 60) {
                    fresh = stored.token();
                    if (fresh->refresh_token.empty()) fresh->refresh_token = held.refresh_token;
                    return false;
                }
                Token old = stored.refresh_token.empty() ? held : stored.token();
                if (old.resource_server.empty()) old.resource_server = server;
                try {
                    fresh = renew(old);
                } catch (AuthApiError const& refusal) {
                    auto const again = storage.get_token_data_by_resource_server();
                    auto const other = again.find(server);
                    if (refusal.oauth_error() != "invalid_grant" || other == again.end() ||
                        other->second.refresh_token.empty() || other->second.refresh_token == old.refresh_token)
                        throw;
                    fresh = renew(other->second.token());
                }
                TokenData data = TokenData::from(*fresh, stored.identity_id);
                data.extra = stored.extra;
                tokens.insert_or_assign(server, std::move(data));
                return true;
            });
        } catch (TokenStorageError const&) {
            if (!fresh) throw;
            tell();
        }
        return *fresh;
    };
    return options;
}

/**
 * A RefreshPolicy that starts with what is stored and renews it there: see renewed_through.
 *
 *     auto policy = stored_refresh_policy(Native{client_id}, storage, TransferService::resource_server);
 *     Client<TransferService, RefreshPolicy<Native>> transfer{policy};
 *
 * @throws UsageError         if no refresh token is stored for the resource server: log in first
 * @throws TokenStorageError  if the storage cannot be read
 */
template <ClientKind K, TokenStorage S>
[[nodiscard]] RefreshPolicy<K> stored_refresh_policy(K client, S storage, std::string_view resource_server,
                                                     RenewalOptions options = {}) {
    TokenDataByResourceServer const tokens = storage.get_token_data_by_resource_server();
    auto const found = tokens.find(std::string(resource_server));
    if (found == tokens.end() || found->second.refresh_token.empty())
        throw UsageError("no refresh token is stored for " + std::string(resource_server) + ": log in first");
    return RefreshPolicy<K>(std::move(client), found->second.token(),
                            renewed_through(std::move(storage), std::string(resource_server), std::move(options)));
}

}  // namespace globus

#endif  // GLOBUS_APP_STORED_REFRESH_POLICY_HPP
#ifndef GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP
#define GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP

#include <memory>
#include <string>
#include <utility>

namespace globus {

/**
 * Acts as the app itself, not for a user: gets access tokens by the app's own id and secret, and new ones in time.
 *
 *     Client<TransferService, ClientCredentialsPolicy> transfer{
 *         ClientCredentialsPolicy{{"client id", "client secret"}, "urn:globus:auth:scope:transfer.api.globus.org:all"}};
 *
 * The scopes must be of one resource server. Renewal, errors and thread safety are those of RefreshPolicy.
 * https://docs.globus.org/api/auth/reference/#client_credentials_grant
 */
class ClientCredentialsPolicy {
public:
    using credential = BearerCredential;
    using client_kind = Confidential;

    /// @throws UsageError  if no scope is given
    ClientCredentialsPolicy(Confidential client, StringList scopes, RenewalOptions options = {})
        : ClientCredentialsPolicy(std::move(client), std::move(scopes), Token{}, std::move(options)) {}

    /// Starts with a token that an earlier run was given.
    ClientCredentialsPolicy(Confidential client, StringList scopes, Token token, RenewalOptions options = {})
        : state_(std::make_shared<State>(std::move(client), std::move(scopes), std::move(token), std::move(options))) {}

    template <Transport T>
    [[nodiscard]] Authorization authorize(T const& transport, AuthContext const& context) const {
        return state_->renewal.authorize(context, grant(transport, context));
    }
    template <Transport T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const& transport,
                                    AuthContext const& context) const {
        return state_->renewal.renew_after(refused, context, grant(transport, context));
    }

    [[nodiscard]] Token token() const { return state_->renewal.token(); }
    [[nodiscard]] Confidential const& client() const noexcept { return state_->client; }

private:
    struct State {
        State(Confidential c, StringList list, Token token, RenewalOptions options)
            : client(std::move(c)), renewal(std::move(token), std::move(options)) {
            for (std::string const& scope : list) scopes += (scopes.empty() ? "" : " ") + scope;
            detail::check_credential("the list of scopes", scopes);
        }
        Confidential const client;
        std::string scopes;
        detail::Renewal renewal;
    };

    template <class T>
    auto grant(T const& transport, AuthContext const& context) const {
        return [this, &transport, &context](Token const&) {
            TokenResponse const answer =
                detail::request_token(state_->client, {{"grant_type", "client_credentials"}, {"scope", state_->scopes}},
                                      transport, context, state_->renewal.now());
            return detail::only_token(answer);
        };
    }

    std::shared_ptr<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_CLIENT_CREDENTIALS_POLICY_HPP

namespace globus {

/// What a ClientApp is made of.
template <class S, class T>
struct ClientAppConfig {
    std::string app_name = {};      ///< part of the path of the tokens
    Required<Confidential> client;  ///< Confidential{client_id, client_secret}
    std::optional<S> storage = {};  ///< else at the place where the reference keeps them, see default_token_path
    std::string environment = {};   ///< else GLOBUS_SDK_ENVIRONMENT, else production
    std::string auth_url = {};      ///< base URL of Globus Auth; else the environment's
    T transport = detail::default_transport<T>();
    std::function<std::int64_t()> now = {};  ///< seconds since 1970; for tests
};

namespace detail {

template <class S, class T>
consteval bool check_client_app() {
    if constexpr (LoginFlow<S> || LoginFlow<T>)
        static_assert(
            !LoginFlow<S> && !LoginFlow<T>,
            "globus::ClientApp<S, T>: a ClientApp acts for itself and never asks a user, so it takes no login "
            "flow. Use UserApp to act for a user.");
    else if constexpr (!TokenStorage<S>)
        static_assert(TokenStorage<S>,
                      "globus::ClientApp<S, T>: S is not a token storage. Use JsonTokenStorage, SqliteTokenStorage or "
                      "MemoryTokenStorage.");
    else if constexpr (!Transport<T>)
        static_assert(Transport<T>,
                      "globus::ClientApp<S, T>: T is not a transport. It needs "
                      "`http::Response send(http::Request const&) const`.");
    return true;
}
template <class S, class T>
struct ClientAppRequirements {
    static_assert(check_client_app<S, T>());
};

}  // namespace detail

/**
 * A program that acts for itself, as a service account: it gets tokens by its id and secret, keeps and renews them.
 *
 *     ClientApp<> app{{.app_name = "ingest", .client = Confidential{client_id, client_secret}}};
 *     auto search = app.client<SearchService>();
 *     search.ingest({.index_id = id, .data = document});
 *
 * No login is ever needed: a token is asked for when a call needs one, once for all threads and processes that share
 * the storage.
 *
 * @tparam S  where tokens are kept: JsonTokenStorage, SqliteTokenStorage, MemoryTokenStorage
 * @tparam T  CurlTransport, MockTransport, AnyTransport
 *
 * @par Errors
 * TokenStorageError, and those of requests to Globus Auth. LoginError (cancelled) while another thread's login is waited
 * for.
 * @par Thread safety
 * Any function may be called from any thread. Copies are of the same app.
 *
 * https://docs.globus.org/api/auth/reference/#client_credentials_grant
 */
template <class S = JsonTokenStorage, class T = CurlTransport>
class ClientApp : detail::ClientAppRequirements<S, T>,
                  public detail::AppBase<ClientApp<S, T>, ClientCredentialsPolicy, S, T> {
    using Policy = ClientCredentialsPolicy;
    using Base = detail::AppBase<ClientApp, Policy, S, T>;
    friend Base;

public:
    using Config = ClientAppConfig<S, T>;

    /// @throws UsageError  for an unusable app name
    explicit ClientApp(Config config) {
        detail::AppPlace place(config.environment, config.auth_url);
        S storage = config.storage ? *config.storage
                                   : detail::default_token_storage<S>(config.client->client_id(), config.app_name,
                                                                      place.environment_);
        auto const requirements = std::make_shared<detail::SharedRequirements>();
        std::vector<TokenValidator> validators{has_scopes([requirements] { return requirements->get(); })};
        this->common_ = std::make_shared<typename Base::Common>(
            config.app_name, std::move(place), config.transport, requirements,
            ValidatingTokenStorage<S>(std::move(storage), std::move(validators)));
        config_ = std::make_shared<Config const>(std::move(config));
    }

    /// Gets tokens for all that the app needs with one request, if some are missing or `options` say so.
    void login(AppLoginOptions options = {}) const {
        detail::LoginTurn::Lock const turn(this->common_->logging_in, options.stop);
        if (!options.force && !detail::asks_for_anything(options.parameters) &&
            !this->login_required({.stop = options.stop}))
            return;
        log_in(options);
    }

    /// For AppPolicy.
    template <Transport U>
    [[nodiscard]] Authorization authorize(std::string_view server, U const& transport,
                                          AuthContext const& context) const {
        return this->policy_of(server, context).authorize(transport, this->context_of(context));
    }
    template <Transport U>
    [[nodiscard]] bool unauthorized(std::string_view server, Authorization const& refused, U const& transport,
                                    AuthContext const& context) const {
        return this->policy_of(server, context).unauthorized(refused, transport, this->context_of(context));
    }

private:
    [[nodiscard]] LoginClient<Confidential, T> login_client() const {
        ClientOptions<T> options{.transport = config_->transport};
        options.base_url = this->common_->place.auth_url;
        return LoginClient<Confidential, T>(BasicPolicy{*config_->client}, std::move(options));
    }
    /// Begins with the stored token; one that lacks a scope is forgotten, so that it is not taken over.
    [[nodiscard]] Policy make_policy(std::string const& server, CallOptions const& call) const {
        Token token;
        try {
            token = this->common_->tokens.get_token_data(server, call).token();
        } catch (TokenValidationError const& error) {
            if (error.kind() == TokenValidationError::Kind::unmet_scopes)
                this->common_->tokens.remove_token_data(server);
        }
        token.resource_server = server;
        StringList scopes;
        for (Scope const& scope : Scope::parse(Scope::join(this->scope_requirements().at(server))))
            scopes.push_back(scope.text());
        return Policy(*config_->client, std::move(scopes), std::move(token),
                      renewed_through(this->token_storage(), server, RenewalOptions{.now = config_->now}));
    }
    /// Logs in, unless that has been done since the app had `logins` logins; says whether it did.
    bool login_after(std::uint64_t logins, AppLoginOptions const& options) const {
        detail::LoginTurn::Lock const turn(this->common_->logging_in, options.stop);
        if (this->login_count() != logins) return false;
        log_in(options);
        return true;
    }
    void log_in(AppLoginOptions const& options) const {
        StringList scopes;
        for (Scope const& scope : this->required_scopes(options.parameters)) scopes.push_back(scope.text());
        auto const answer =
            login_client().oauth2_client_credentials_tokens({.requested_scopes = scopes}, {.stop = options.stop});
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer->by_resource_server()) tokens.emplace(server, TokenData::from(token));
        this->common_->tokens.store_token_data_by_resource_server(tokens);
        this->forget_policies();
    }

    std::shared_ptr<Config const> config_;
};

}  // namespace globus

#endif  // GLOBUS_APP_CLIENT_APP_HPP
#ifndef GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
#define GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP

#include <cstdio>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/// How a CommandLineLoginFlow talks to its user.
struct CommandLineOptions {
    std::FILE* out = stdout;
    std::FILE* in = stdin;
    std::function<void(std::string const& url)> show = {};  ///< in place of printing to `out`
    /// In place of reading a line of `in`; nothing: there will be no code.
    std::function<std::optional<std::string>()> read_code = {};
};

/**
 * Prints a URL, and reads the code that the user brings back from it. It works everywhere, also over SSH.
 *
 *     UserApp<Native, CommandLineLoginFlow> app{{.app_name = "backup", .client = Native{id}}};
 *
 * Where the application has a redirect URI of its own, the user may paste the whole address that the browser ended at:
 * the `state` in it is checked then.
 *
 * @par Errors
 * LoginError (no_code) when the input ends; and those of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread; two at a time would both ask.
 */
class CommandLineLoginFlow {
public:
    explicit CommandLineLoginFlow(CommandLineOptions options = {}) : options_(std::move(options)) {}

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const {
        std::string const url = login.start();
        if (options_.show) {
            options_.show(url);
        } else {
            std::string const rule(37, '-');
            std::fprintf(options_.out, "\nPlease authenticate with Globus here:\n%s\n%s\n%s\n\n", rule.c_str(),
                         url.c_str(), rule.c_str());
            if (!options_.read_code) std::fputs("Enter the resulting Authorization Code here: ", options_.out);
            std::fflush(options_.out);
        }
        std::optional<std::string> line = options_.read_code ? options_.read_code() : read_line();
        if (!line)
            throw LoginError(LoginError::Kind::no_code,
                             "the input ended where an authorization code was to come; is this an interactive "
                             "terminal?");
        std::string_view code = *line;
        auto const is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
        while (!code.empty() && is_blank(code.back())) code.remove_suffix(1);
        while (!code.empty() && is_blank(code.front())) code.remove_prefix(1);
        if (code.empty()) throw LoginError(LoginError::Kind::no_code, "no authorization code was entered");

        std::optional<std::string> pasted_code;
        std::optional<std::string> pasted_state;
        if (auto const mark = code.find('?'); code.starts_with("http") && mark != std::string_view::npos)
            for (auto& [name, value] : parse_query(code.substr(mark + 1))) {
                if (name == "code") pasted_code = std::move(value);
                if (name == "state") pasted_state = std::move(value);
            }
        Secret const secret = pasted_code ? Secret(std::move(*pasted_code)) : Secret(code);
        detail::wipe(*line);
        if (pasted_code || pasted_state) return login.finish(secret, pasted_state.value_or(""), std::move(stop));
        return login.finish(secret, std::move(stop));
    }

private:
    [[nodiscard]] std::optional<std::string> read_line() const {
        std::string line;
        for (int c = std::fgetc(options_.in); c != '\n'; c = std::fgetc(options_.in)) {
            if (c == EOF) {
                if (line.empty()) return std::nullopt;
                break;
            }
            if (line.size() == 4096) break;  // no code is that long
            line += static_cast<char>(c);
        }
        return line;
    }

    CommandLineOptions options_;
};

}  // namespace globus

#endif  // GLOBUS_APP_COMMAND_LINE_LOGIN_FLOW_HPP
#ifndef GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
#define GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ;

namespace globus {

/// What a LocalServerLoginFlow does where no browser can be opened.
enum class WithoutBrowser : unsigned char {
    fail,   ///< LoginError (unavailable), before anything else
    print,  ///< print the URL and wait, for a browser that reaches this machine (`ssh -L`, or a desktop of another user)
};

/// How a LocalServerLoginFlow works.
struct LocalServerOptions {
    std::chrono::duration<double> timeout{600};  ///< how long to wait for the user
    WithoutBrowser without_browser = WithoutBrowser::fail;
    /// Opens the URL and says whether that worked, in place of the system's own way.
    std::function<bool(std::string const& url)> open_browser = {};
    std::function<void(std::string const& url)> show = {};  ///< in place of printing the URL to standard output
    std::string success_page = "<!doctype html><title>Globus</title><p>You are logged in. You may close this window.";
    std::string failure_page = "<!doctype html><title>Globus</title><p>The login failed. You may close this window.";
};

namespace detail {

/// A file descriptor that is closed at its end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const noexcept { return number_; }

    /// Neither blocks nor survives an exec.
    void configure() const noexcept {
        ::fcntl(number_, F_SETFD, FD_CLOEXEC);
        ::fcntl(number_, F_SETFL, ::fcntl(number_, F_GETFL) | O_NONBLOCK);
    }

private:
    int number_;
};

/**
 * The listener of a login: takes one redirect from the browser, and is not disturbed by whatever else connects.
 *
 * It listens on 127.0.0.1 at a port of the system's choice, from its construction to its destruction. Only `GET /` with
 * the right `state`, addressed to this very host and port, ends the waiting; nothing of a request is ever repeated in
 * an answer.
 */
class RedirectListener {
public:
    using Clock = http::Clock;

    /// What the redirect brought.
    struct Redirect {
        Secret code = {};
        std::string error = {};  ///< empty: there is a code
    };

    RedirectListener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (socket_.get() < 0 || ::bind(socket_.get(), generic, size) != 0 || ::listen(socket_.get(), SOMAXCONN) != 0 ||
            ::getsockname(socket_.get(), generic, &size) != 0)
            throw LoginError(LoginError::Kind::unavailable,
                             std::string("the login cannot listen on 127.0.0.1: ") + std::strerror(errno));
        socket_.configure();
        host_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        int ends[2];
        if (::pipe(ends) != 0)
            throw LoginError(LoginError::Kind::unavailable,
                             std::string("the login cannot make a pipe: ") + std::strerror(errno));
        wake_read_ = Descriptor(ends[0]);
        wake_write_ = Descriptor(ends[1]);
        wake_read_.configure();
        wake_write_.configure();
    }

    [[nodiscard]] std::string url() const { return "http://" + host_; }

    /**
     * Waits for the redirect.
     *
     * @param is_state  says whether a `state` is the right one
     * @throws LoginError  timeout or cancelled
     */
    template <class IsState>
    Redirect wait(IsState const& is_state, LocalServerOptions const& options, Clock::time_point deadline,
                  std::stop_token const& stop) {
        std::stop_callback const wake(
            stop, [this] { [[maybe_unused]] auto const written = ::write(wake_write_.get(), "", 1); });
        std::optional<Redirect> redirect;
        while (true) {
            if (stop.stop_requested()) throw LoginError(LoginError::Kind::cancelled, "the login was cancelled");
            auto const now = Clock::now();
            if (redirect && (shown_ || now >= deadline)) return std::move(*redirect);
            if (now >= deadline)
                throw LoginError(LoginError::Kind::timeout, "nobody finished the login in the browser in time");
            poll_once(deadline);
            connections_.remove_if(
                [&](Connection& connection) { return !serve(connection, is_state, options, redirect); });
            // The browser is to arrive at the clean address, but the login does not depend on it.
            if (redirect && !lingering_) {
                lingering_ = true;
                deadline = std::min(deadline, Clock::now() + std::chrono::milliseconds(500));
            }
        }
    }

    /// The parts of a request that count here.
    struct RequestLine {
        std::string_view method, path, query, host;
    };

    /// Takes the code or error of a query with the right state; false if it is none.
    template <class IsState>
    static bool take(std::string_view query, IsState const& is_state, std::optional<Redirect>& redirect) {
        std::optional<std::string> code, state, error, description;
        for (auto& [name, value] : parse_query(query)) {
            std::optional<std::string>* const place = name == "code"                ? &code
                                                      : name == "state"             ? &state
                                                      : name == "error"             ? &error
                                                      : name == "error_description" ? &description
                                                                                    : nullptr;
            if (place == nullptr) continue;
            if (*place) return false;  // twice
            *place = std::move(value);
        }
        if (!state || !is_state(*state)) return false;
        if (error) {
            std::string why = (error->empty() ? "without a reason" : *error) + (description ? ": " + *description : "");
            for (char& c : why)
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
            why.resize(std::min<std::size_t>(why.size(), 500));
            redirect.emplace(Redirect{.error = std::move(why)});
            return true;
        }
        if (!code || code->empty()) return false;
        redirect.emplace(Redirect{.code = Secret(std::move(*code))});
        return true;
    }

    /// The request line and host of a request, without its last empty line; nothing for what is no such request.
    static RequestLine read_head(std::string_view head) {
        RequestLine request;
        std::string_view const line = head.substr(0, head.find("\r\n"));
        auto const first = line.find(' ');
        auto const second = first == std::string_view::npos ? first : line.find(' ', first + 1);
        if (second == std::string_view::npos || !line.substr(second + 1).starts_with("HTTP/1.")) return {};
        std::string_view const target = line.substr(first + 1, second - first - 1);
        request.method = line.substr(0, first);
        request.path = target.substr(0, target.find('?'));
        if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
        for (std::string_view rest = head.substr(line.size()); rest.starts_with("\r\n");) {
            rest.remove_prefix(2);
            std::string_view const field = rest.substr(0, rest.find("\r\n"));
            rest.remove_prefix(field.size());
            auto const colon = field.find(':');
            if (!http::detail::equal_ignoring_case(field.substr(0, colon), "Host") || colon == std::string_view::npos)
                continue;
            if (!request.host.empty()) return {};  // twice
            request.host = field.substr(colon + 1);
            while (request.host.starts_with(' ')) request.host.remove_prefix(1);
            while (request.host.ends_with(' ')) request.host.remove_suffix(1);
        }
        return request;
    }

private:
    struct Connection {
        Descriptor socket;
        Clock::time_point until;
        std::string input = {};
        std::string output = {};
        bool answered = false;
        bool last = false;  ///< shows the page at the clean address
    };

    static constexpr std::size_t most_connections = 256;
    static constexpr std::size_t longest_request = std::size_t{16} << 10;

    void poll_once(Clock::time_point deadline) {
        std::vector<pollfd> waiting{{socket_.get(), POLLIN, 0}, {wake_read_.get(), POLLIN, 0}};
        for (Connection const& connection : connections_)
            waiting.push_back(
                {connection.socket.get(), static_cast<short>(connection.output.empty() ? POLLIN : POLLOUT), 0});
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        ::poll(waiting.data(), static_cast<nfds_t>(waiting.size()), static_cast<int>(std::clamp<long>(left, 0, 500)));
        if ((waiting[0].revents & POLLIN) == 0) return;
        while (true) {
            Descriptor taken(::accept(socket_.get(), nullptr, nullptr));
            if (taken.get() < 0) return;
            taken.configure();
            if (connections_.size() == most_connections) connections_.pop_front();  // the oldest has had its chance
            connections_.push_back({std::move(taken), Clock::now() + std::chrono::seconds(10)});
        }
    }

    /// Reads, answers, or waits for the other side to close; false: the connection is done.
    template <class IsState>
    bool serve(Connection& connection, IsState const& is_state, LocalServerOptions const& options,
               std::optional<Redirect>& redirect) {
        if (Clock::now() >= connection.until) return false;
        char buffer[4096];
        while (connection.output.empty()) {
            auto const size = ::recv(connection.socket.get(), buffer, sizeof buffer, 0);
            if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
            if (size == 0) return false;
            if (connection.answered) continue;  // what is left of a request that was refused
            connection.input.append(buffer, static_cast<std::size_t>(size));
            auto const end = connection.input.find("\r\n\r\n");
            if (end != std::string::npos)
                answer(connection, std::string_view(connection.input).substr(0, end), is_state, options, redirect);
            else if (connection.input.size() > longest_request)
                connection.output = page("431 Request Header Fields Too Large", {});
        }
        auto const sent =
            ::send(connection.socket.get(), connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        connection.output.erase(0, static_cast<std::size_t>(sent));
        if (!connection.output.empty()) return true;
        // Closing at once would reset a connection that is still being written to, and the answer with it.
        connection.answered = true;
        wipe(connection.input);
        ::shutdown(connection.socket.get(), SHUT_WR);
        connection.until = std::min(connection.until, Clock::now() + std::chrono::seconds(1));
        if (connection.last) shown_ = true;
        return true;
    }

    template <class IsState>
    void answer(Connection& connection, std::string_view head, IsState const& is_state,
                LocalServerOptions const& options, std::optional<Redirect>& redirect) {
        RequestLine const request = read_head(head);
        if (request.method.empty() || request.host != host_) {
            connection.output = page("400 Bad Request", {});
        } else if (request.method != "GET") {
            connection.output = page("405 Method Not Allowed", {}, "Allow: GET\r\n");
        } else if (request.path == "/done" && redirect && request.query.empty()) {
            connection.output = page("200 OK", redirect->error.empty() ? options.success_page : options.failure_page);
            connection.last = true;
        } else if (request.path != "/") {
            connection.output = page("404 Not Found", {});
        } else if (redirect || !take(request.query, is_state, redirect)) {
            connection.output = page("400 Bad Request", {});
        } else {
            connection.output = page("303 See Other", {}, "Location: /done\r\n");
        }
    }

    static std::string page(std::string_view status, std::string_view body, std::string_view more = {}) {
        std::string answer = "HTTP/1.1 ";
        answer.append(status).append(
            "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
            "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n");
        answer.append(more).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
        return answer.append(body);
    }

    Descriptor socket_;
    Descriptor wake_read_;
    Descriptor wake_write_;
    std::string host_;
    std::list<Connection> connections_;
    bool lingering_ = false;
    bool shown_ = false;
};

/// True if a person at a browser is elsewhere: this is a session over SSH.
inline bool is_remote_session() {
    char const* variable = std::getenv("SSH_TTY");
    if (variable == nullptr) variable = std::getenv("SSH_CONNECTION");
    return variable != nullptr && *variable != '\0';
}

/// Gives a URL to the desktop's browser, without a shell; says whether there is one that took it.
inline bool open_system_browser(std::string const& url) {
#ifdef __APPLE__
    char const* const opener = "open";
#else
    char const* const opener = "xdg-open";
    auto const set = [](char const* name) {
        char const* value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    if (!set("DISPLAY") && !set("WAYLAND_DISPLAY")) return false;
#endif
    std::string program = opener;
    std::string argument = url;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    posix_spawn_file_actions_t actions;
    if (::posix_spawn_file_actions_init(&actions) != 0) return false;
    // A browser for the terminal must not take this program's, nor the chatter of others its output.
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    ::pid_t child = 0;
    int const failed = ::posix_spawnp(&child, opener, &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return false;
    // Openers hand over and end; one that is still there after two seconds is the browser itself.
    for (int i = 0; i != 40; ++i) {
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        ::poll(nullptr, 0, 50);
    }
    return true;
}

}  // namespace detail

/**
 * Opens the user's browser, and takes the code from the redirect to a listener on 127.0.0.1 (RFC 8252).
 *
 *     UserApp<Native, LocalServerLoginFlow> app{{.app_name = "viewer", .client = Native{id}}};
 *
 * The listener is open for this login only. Whatever else connects to it - other programs, other pages in the browser -
 * is answered without a word of what it sent, and does not end the login: the `state` of 128 random bits must be right.
 * Only apps without a secret may have such a redirect.
 *
 * @par Errors
 * LoginError: refused, timeout, cancelled; unavailable over SSH and where no browser can be opened, unless
 * `without_browser` says otherwise. And those of Login::finish.
 * @par Thread safety
 * `run_login_flow` may be called from any thread.
 */
class LocalServerLoginFlow {
public:
    static constexpr bool native_apps_only = true;

    explicit LocalServerLoginFlow(LocalServerOptions options = {}) : options_(std::move(options)) {}

    TokenResponse run_login_flow(Login login, std::stop_token stop = {}) const {
        if (!login.redirect_uri().empty())
            throw UsageError("LocalServerLoginFlow listens at an address of its own: leave login_redirect_uri out");
        if (detail::is_remote_session() && options_.without_browser == WithoutBrowser::fail)
            throw LoginError(LoginError::Kind::unavailable,
                             "a browser cannot be opened in a session over SSH; use CommandLineLoginFlow");
        detail::RedirectListener listener;
        std::string const url = login.start(listener.url());
        auto const longest = std::chrono::duration<double>(std::chrono::hours(24));
        auto const deadline =
            http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(std::min(options_.timeout, longest));
        open(url);
        auto redirect =
            listener.wait([&](std::string_view state) { return login.is_state(state); }, options_, deadline, stop);
        if (!redirect.error.empty())
            throw LoginError(LoginError::Kind::refused, "the login was refused: " + redirect.error);
        return login.finish(std::move(redirect.code), std::move(stop));
    }

private:
    void open(std::string const& url) const {
        bool const opened = !detail::is_remote_session() &&
                            (options_.open_browser ? options_.open_browser(url) : detail::open_system_browser(url));
        if (opened) return;
        if (options_.without_browser == WithoutBrowser::fail)
            throw LoginError(LoginError::Kind::unavailable,
                             "no browser could be opened here; use CommandLineLoginFlow");
        if (options_.show) return options_.show(url);
        std::printf("\nPlease authenticate with Globus here:\n%s\n\n", url.c_str());
        std::fflush(stdout);
    }

    LocalServerOptions options_;
};

}  // namespace globus

#endif  // GLOBUS_APP_LOCAL_SERVER_LOGIN_FLOW_HPP
#ifndef GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP
#define GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace globus {

/**
 * Keeps tokens in memory only: for tests, and for programs that log in whenever they start.
 *
 * Copies share what is stored, each under its own namespace: see in_namespace.
 *
 * @par Thread safety
 * Any function may be called from any thread. Reading never waits for what an `update` does.
 */
class MemoryTokenStorage : public TokenStorageFunctions<MemoryTokenStorage> {
public:
    MemoryTokenStorage() = default;

    /// The same storage for tokens of another name, apart from these.
    [[nodiscard]] MemoryTokenStorage in_namespace(std::string name) const {
        MemoryTokenStorage other = *this;
        other.namespace_ = std::move(name);
        return other;
    }

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const {
        std::lock_guard const lock(state_->reading);
        auto const found = state_->tokens.find(namespace_);
        return found == state_->tokens.end() ? TokenDataByResourceServer{} : found->second;
    }
    /// See TokenStorage. @throws what `change` throws
    template <class F>
    void update(F const& change) const {
        std::lock_guard const lock(state_->changing);
        TokenDataByResourceServer tokens = get_token_data_by_resource_server();
        if (!change(tokens)) return;
        std::lock_guard const write(state_->reading);
        state_->tokens[namespace_] = std::move(tokens);
    }

private:
    struct State {
        std::mutex changing;  ///< held while a change is worked out
        std::mutex reading;   ///< held while `tokens` is looked at
        std::map<std::string, TokenDataByResourceServer> tokens;
    };

    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::string namespace_ = "DEFAULT";
};

static_assert(TokenStorage<MemoryTokenStorage>);

}  // namespace globus

#endif  // GLOBUS_APP_MEMORY_TOKEN_STORAGE_HPP
#ifndef GLOBUS_APP_USER_APP_HPP
#define GLOBUS_APP_USER_APP_HPP

#ifndef GLOBUS_OAUTH_ID_TOKEN_HPP
#define GLOBUS_OAUTH_ID_TOKEN_HPP

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// An id_token was refused. The message is the same whatever was wrong with it, so that nobody learns from trying.
class IdTokenError : public Error {
public:
    IdTokenError() : Error("the id_token cannot be trusted") {}
};

/// What a verified id_token says about who logged in.
/// https://docs.globus.org/api/auth/reference/#oidc_userinfo_endpoint
struct IdTokenClaims {
    std::string sub = {};  ///< the identity's id: what tokens are stored under, and the only name that never changes
    std::string iss = {};
    std::vector<std::string> aud = {};
    double exp = 0;  ///< seconds since 1970
    double iat = 0;
    std::optional<std::string> preferred_username = {};
    std::optional<std::string> name = {};
    std::optional<std::string> email = {};
    std::optional<std::string> organization = {};
    std::optional<std::string> identity_provider = {};
    std::optional<std::string> identity_provider_display_name = {};
    boost::json::object raw = {};  ///< all claims, `identity_set` among them
};

/// How an id_token is to be verified.
struct IdTokenOptions {
    std::string nonce = {};               ///< that the login sent; empty: it sent none
    Secret access_token = {};             ///< the token must carry its hash (`at_hash`); empty: not checked
    std::chrono::seconds leeway{60};      ///< by how much the clocks may differ
    std::function<std::int64_t()> now{};  ///< seconds since 1970; empty: the system's clock
    http::Clock::time_point deadline = http::Clock::time_point::max();  ///< for fetching keys
    std::stop_token stop = {};                                          ///< cancels fetching keys
};

/// A public RSA key that id_tokens are signed with.
class IdTokenKey {
public:
    /**
     * Reads a key of a JWKS (RFC 7517); nothing if id_tokens cannot be signed with it: not RSA, for encryption, not
     * of 2048 to 8192 bits, an even modulus, or an exponent that is even, 1 or beyond 64 bits.
     */
    [[nodiscard]] static std::optional<IdTokenKey> read(boost::json::object const& jwk);

    [[nodiscard]] std::string const& kid() const noexcept { return kid_; }

    /// True if `signature` is that of `text` by this key, and the key may be used with `alg`: RS512 or RS256.
    [[nodiscard]] bool verify(std::string_view alg, std::string_view text, std::string_view signature) const;

    /// The key as other programs take it: a SubjectPublicKeyInfo in PEM (RFC 7468, section 13).
    [[nodiscard]] std::string pem() const;

private:
    IdTokenKey() = default;
    std::string kid_;
    std::string alg_;  ///< the one algorithm that the key is for; empty: either
    std::shared_ptr<EVP_PKEY const> key_;
};

/**
 * The keys of one issuer, given once: for tests, and for programs that get them by a way of their own.
 *
 *     StaticJwks keys{"https://auth.globus.org", jwks_document};
 *
 * Thread safety: distinct objects: safe. Shared objects: reading is safe.
 */
class StaticJwks {
public:
    /// @throws DecodeError  unless `jwks` is an object with a list `keys` of at most 100
    StaticJwks(std::string issuer, Json const& jwks) : issuer_(std::move(issuer)) {
        auto const* object = jwks.if_object();
        auto const* keys = object != nullptr ? object->if_contains("keys") : nullptr;
        if (keys == nullptr || !keys->is_array()) throw DecodeError("a JWKS document has no list of keys");
        if (keys->get_array().size() > 100) throw DecodeError("a JWKS document has more than 100 keys");
        for (boost::json::value const& item : keys->get_array()) {
            if (!item.is_object()) continue;
            std::optional<IdTokenKey> key = IdTokenKey::read(item.get_object());
            if (!key) continue;
            std::string kid = key->kid();
            auto const [place, added] = keys_.emplace(std::move(kid), std::move(key));
            if (!added) place->second.reset();  // two keys of one name: neither can be meant
        }
    }

    [[nodiscard]] std::string issuer(IdTokenOptions const&) const { return issuer_; }
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const&) const {
        auto const found = keys_.find(kid);
        return found != keys_.end() ? found->second : std::nullopt;
    }

private:
    std::string issuer_;
    std::map<std::string, std::optional<IdTokenKey>, std::less<>> keys_;
};

/// `S` knows the issuer of id_tokens and its keys by their names. Models: StaticJwks, JwksCache.
template <class S>
concept JwksSource = requires(S const& source, std::string_view kid, IdTokenOptions const& options) {
    { source.issuer(options) } -> std::same_as<std::string>;
    { source.key(kid, options) } -> std::same_as<std::optional<IdTokenKey>>;
};

/**
 * The keys of Globus Auth, fetched when the first id_token is verified and kept.
 *
 *     JwksCache keys{CurlTransport{}, Environment::current().service_url("auth")};
 *     IdTokenClaims const claims = decode_id_token(tokens, client_id, keys);
 *
 * Asks `.well-known/openid-configuration`, and there learns where the keys are. Both are public: no credential is sent.
 * The configuration has to name the same issuer as it was asked of, and keys on the issuer's host. Keys are fetched
 * again after a day, and when a token names one that is not there, at most once in 60 seconds: a change of keys at
 * Globus Auth goes unnoticed, and a forged token costs one request at most.
 *
 * @par Errors
 * AuthApiError, NetworkError and DecodeError, when keys cannot be had.
 * @par Thread safety
 * Any function may be called from any thread. Copies share the keys; one thread fetches while the others wait.
 *
 * https://docs.globus.org/api/auth/developer-guide/#openid-connect, OpenID Connect Discovery 1.0
 */
template <Transport T>
class JwksCache {
public:
    /// @param auth_url  base URL of Globus Auth
    /// @param now       reads the time for the 60 seconds and the day; empty: http::Clock
    /// @throws UsageError  for a base URL that is not one
    JwksCache(T transport, std::string auth_url, std::function<http::Clock::time_point()> now = {})
        : state_(std::make_shared<State>(std::move(transport), http::check_base_url(std::move(auth_url)),
                                         now ? std::move(now) : &http::Clock::now)) {}

    /// The issuer, as its own configuration writes it.
    [[nodiscard]] std::string issuer(IdTokenOptions const& options) const {
        std::lock_guard const lock(state_->mutex);
        load(options);
        return state_->issuer;
    }
    /// The key of that name; nothing if the issuer has none.
    [[nodiscard]] std::optional<IdTokenKey> key(std::string_view kid, IdTokenOptions const& options) const {
        std::lock_guard const lock(state_->mutex);
        load(options);
        std::optional<IdTokenKey> found = state_->keys->key(kid, options);
        auto const now = state_->now();
        if (found || (state_->looked_again && now - *state_->looked_again < std::chrono::seconds(60))) return found;
        state_->looked_again = now;  // before the request: one that fails counts, too
        fetch_keys(options);
        return state_->keys->key(kid, options);
    }

private:
    struct State {
        State(T t, std::string url, std::function<http::Clock::time_point()> clock)
            : transport(std::move(t)), auth_url(std::move(url)), now(std::move(clock)) {}
        T const transport;
        std::string const auth_url;
        std::function<http::Clock::time_point()> const now;
        std::mutex mutex;
        std::string issuer;
        std::string jwks_uri;
        std::optional<StaticJwks> keys;
        http::Clock::time_point fetched{};
        std::optional<http::Clock::time_point> looked_again;  ///< for a key that was not there
    };

    void load(IdTokenOptions const& options) const {
        if (state_->issuer.empty()) fetch_configuration(options);
        if (!state_->keys || state_->now() - state_->fetched > std::chrono::hours(24)) fetch_keys(options);
    }

    void fetch_configuration(IdTokenOptions const& options) const {
        Json const document = get(state_->auth_url + ".well-known/openid-configuration", options);
        auto const text = [&](char const* name) {
            auto const* value = document.is_object() ? document.get_object().if_contains(name) : nullptr;
            if (value == nullptr || !value->is_string())
                throw DecodeError(std::string("the OpenID configuration of Globus Auth has no ") + name);
            return std::string(value->get_string());
        };
        std::string issuer = text("issuer");
        std::string jwks_uri = text("jwks_uri");
        std::string slashed = issuer;
        if (!slashed.ends_with('/')) slashed += '/';
        if (slashed != state_->auth_url)
            throw DecodeError("the OpenID configuration of " + state_->auth_url + " names another issuer");
        bool good = false;
        try {
            http::Url const keys = http::parse_url(jwks_uri);
            http::Url const own = http::parse_url(slashed);
            good = !keys.has_userinfo && (keys.scheme == "https" || http::is_loopback(keys.host)) &&
                   http::detail::equal_ignoring_case(keys.host, own.host) && keys.scheme == own.scheme;
        } catch (UsageError const&) {  // not a URL
        }
        if (!good)
            throw DecodeError("the OpenID configuration of " + state_->auth_url + " has its keys on another host");
        state_->issuer = std::move(issuer);
        state_->jwks_uri = std::move(jwks_uri);
    }
    void fetch_keys(IdTokenOptions const& options) const {
        state_->keys.emplace(state_->issuer, get(state_->jwks_uri, options));
        state_->fetched = state_->now();
    }

    /// GET of a public document.
    [[nodiscard]] Json get(std::string const& url, IdTokenOptions const& options) const {
        http::Request request;
        request.url = url;
        request.headers = {{"Accept", "application/json"}};
        request.deadline = std::min(options.deadline, http::Clock::now() + std::chrono::seconds(60));
        request.stop = options.stop;
        request.max_response_bytes = std::size_t{1} << 20;
        http::Response response = http::send_repeatable(state_->transport, request);
        if (response.status != 200) throw AuthApiError(request, std::move(response));
        boost::json::error_code error;
        Json document = boost::json::parse(response.body, error);
        if (error) throw DecodeError("the answer to GET " + url + " is not JSON");
        return document;
    }

    std::shared_ptr<State> state_;
};

/**
 * Verifies an id_token and says who logged in.
 *
 *     IdTokenClaims const claims = decode_id_token(tokens.id_token(), client_id, keys, {.nonce = nonce});
 *
 * It must be signed by the issuer's key of the name that it gives (RS512 or RS256, nothing else), be of that issuer,
 * for this client and for now, and carry the nonce that was sent. A key or an address inside the token is never used.
 *
 * @param id_token   as TokenResponse::id_token() gives it
 * @param client_id  of the application that asked for it
 * @param keys       a JwksCache, usually
 *
 * @par Errors
 * IdTokenError for a token that cannot be trusted, whatever the reason; and what `keys` throws.
 * @par Thread safety
 * May be called from any thread.
 *
 * OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725
 */
template <JwksSource S>
IdTokenClaims decode_id_token(Secret const& id_token, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {});

/// The same for an answer of the token endpoint.
/// @throws IdTokenError  also if it has no id_token: the scope `openid` was not asked for
template <JwksSource S>
IdTokenClaims decode_id_token(TokenResponse const& tokens, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options = {}) {
    return decode_id_token(tokens.id_token(), client_id, keys, options);
}

namespace detail {

/// The digest that an algorithm signs; nullptr for all that are not allowed.
inline EVP_MD const* id_token_digest(std::string_view alg) {
    return alg == "RS512" ? EVP_sha512() : alg == "RS256" ? EVP_sha256() : nullptr;
}

/// The members of all objects in a document.
inline std::size_t count_members(boost::json::value const& value) {
    std::size_t count = 0;
    if (auto const* object = value.if_object()) {
        count += object->size();
        for (auto const& member : *object) count += count_members(member.value());
    } else if (auto const* array = value.if_array()) {
        for (auto const& item : *array) count += count_members(item);
    }
    return count;
}

/// The object that `segment` is in base64url. A name that stands twice in one object is refused, since two readers
/// could take two values (RFC 7519, section 4).
inline std::optional<boost::json::object> read_jwt_object(std::string_view segment) {
    std::optional<std::string> const text = base64url_decode(segment);
    if (!text) return std::nullopt;
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(*text, error);
    if (error || !value.is_object()) return std::nullopt;
    std::size_t colons = 0;
    bool quoted = false;
    for (std::size_t i = 0; i != text->size(); ++i) {
        char const c = (*text)[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ':')
            ++colons;
    }
    if (colons != count_members(value)) return std::nullopt;
    return std::move(value.get_object());
}

/// A member that is a text and not empty.
inline std::optional<std::string> jwt_text(boost::json::object const& object, std::string_view name) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
    return std::string(value->get_string());
}

/// A NumericDate (RFC 7519, section 2) that can be one.
inline std::optional<double> jwt_time(boost::json::object const& object, std::string_view name) {
    auto const* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    double const seconds = value->to_number<double>();
    if (!(seconds >= 0 && seconds <= 253402300799.0)) return std::nullopt;  // up to the year 9999
    return seconds;
}

/// The checks of everything but key, issuer and signature.
inline bool id_token_header_is_good(boost::json::object const& header) {
    for (char const* name : {"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"})
        if (header.contains(name)) return false;
    auto const* type = header.if_contains("typ");
    return type == nullptr || (type->is_string() && http::detail::equal_ignoring_case(type->get_string(), "JWT"));
}

/// Reads the claims; nothing if one of them is wrong.
inline std::optional<IdTokenClaims> check_id_token_claims(boost::json::object object, std::string_view client_id,
                                                          std::string_view alg, IdTokenOptions const& options) {
    IdTokenClaims claims;
    auto const sub = jwt_text(object, "sub");
    auto const iss = jwt_text(object, "iss");
    auto const exp = jwt_time(object, "exp");
    auto const iat = jwt_time(object, "iat");
    if (!sub || sub->size() > 255 || !iss || !exp || !iat) return std::nullopt;

    auto const now = static_cast<double>(options.now ? options.now() : unix_now());
    auto const leeway = static_cast<double>(options.leeway.count());
    if (*exp <= now - leeway || *iat > now + leeway) return std::nullopt;
    if (object.contains("nbf")) {
        auto const nbf = jwt_time(object, "nbf");
        if (!nbf || *nbf > now + leeway) return std::nullopt;
    }

    auto const* aud = object.if_contains("aud");
    auto const audience = text_list(aud, true);
    if (!audience || client_id.empty()) return std::nullopt;
    if (std::find(audience->begin(), audience->end(), client_id) == audience->end()) return std::nullopt;
    if (audience->size() > 1 || object.contains("azp"))
        if (jwt_text(object, "azp") != client_id) return std::nullopt;

    if (!options.nonce.empty()) {
        auto const nonce = jwt_text(object, "nonce");
        if (!nonce || !(Secret(*nonce) == Secret(options.nonce))) return std::nullopt;
    }
    if (!options.access_token.empty()) {  // OpenID Connect Core 1.0, section 3.1.3.6
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        std::string const& token = options.access_token.reveal();
        if (EVP_Digest(token.data(), token.size(), digest, &size, id_token_digest(alg), nullptr) != 1)
            return std::nullopt;
        std::string const half(reinterpret_cast<char const*>(digest), size / 2);
        if (jwt_text(object, "at_hash") != base64url_encode(half)) return std::nullopt;
    }

    claims.sub = *sub;
    claims.iss = *iss;
    claims.aud = *audience;
    claims.exp = *exp;
    claims.iat = *iat;
    claims.preferred_username = jwt_text(object, "preferred_username");
    claims.name = jwt_text(object, "name");
    claims.email = jwt_text(object, "email");
    claims.organization = jwt_text(object, "organization");
    claims.identity_provider = jwt_text(object, "identity_provider");
    claims.identity_provider_display_name = jwt_text(object, "identity_provider_display_name");
    claims.raw = std::move(object);
    return claims;
}

}  // namespace detail

inline std::optional<IdTokenKey> IdTokenKey::read(boost::json::object const& jwk) {
    auto const absent_or = [&](char const* name, std::string_view wanted) {
        auto const* value = jwk.if_contains(name);
        return value == nullptr || (value->is_string() && value->get_string() == wanted);
    };
    auto const kid = detail::jwt_text(jwk, "kid");
    auto const alg = detail::jwt_text(jwk, "alg");
    if (!kid || detail::jwt_text(jwk, "kty") != "RSA" || !absent_or("use", "sig")) return std::nullopt;
    if (jwk.contains("alg") && (!alg || detail::id_token_digest(*alg) == nullptr)) return std::nullopt;
    if (auto const* uses = jwk.if_contains("key_ops")) {
        auto const list = detail::text_list(uses, false);
        if (!list || std::find(list->begin(), list->end(), "verify") == list->end()) return std::nullopt;
    }

    using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
    auto const number = [&](char const* name) {
        std::optional<std::string> bytes;
        if (auto const text = detail::jwt_text(jwk, name); text && text->size() <= 2048)
            bytes = base64url_decode(*text);
        if (!bytes) return Number(nullptr, &BN_free);
        return Number(
            BN_bin2bn(reinterpret_cast<unsigned char const*>(bytes->data()), static_cast<int>(bytes->size()), nullptr),
            &BN_free);
    };
    Number const n = number("n");
    Number const e = number("e");
    if (!n || !e || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > 8192 || !BN_is_odd(n.get()) ||
        !BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > 64)
        return std::nullopt;

    std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> const build(OSSL_PARAM_BLD_new(),
                                                                                &OSSL_PARAM_BLD_free);
    if (!build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        throw Error("OpenSSL could not make a key");
    std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> const parameters(OSSL_PARAM_BLD_to_param(build.get()),
                                                                             &OSSL_PARAM_free);
    std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> const context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), &EVP_PKEY_CTX_free);
    EVP_PKEY* made = nullptr;
    bool const good = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
    std::shared_ptr<EVP_PKEY> owned(made, &EVP_PKEY_free);
    if (!good) {
        ERR_clear_error();
        return std::nullopt;
    }
    IdTokenKey key;
    key.kid_ = *kid;
    key.alg_ = alg.value_or("");
    key.key_ = std::move(owned);
    return key;
}

inline bool IdTokenKey::verify(std::string_view alg, std::string_view text, std::string_view signature) const {
    EVP_MD const* const digest = detail::id_token_digest(alg);
    if (digest == nullptr || (!alg_.empty() && alg != alg_)) return false;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    auto const bytes = [](std::string_view view) { return reinterpret_cast<unsigned char const*>(view.data()); };
    auto* const key = const_cast<EVP_PKEY*>(key_.get());  // OpenSSL 3 counts references, and changes nothing
    bool const good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

inline std::string IdTokenKey::pem() const {
    std::unique_ptr<BIO, decltype(&BIO_free)> const memory(BIO_new(BIO_s_mem()), &BIO_free);
    char* bytes = nullptr;
    if (!memory || PEM_write_bio_PUBKEY(memory.get(), const_cast<EVP_PKEY*>(key_.get())) != 1)
        throw Error("OpenSSL could not write a key");
    auto const size = BIO_get_mem_data(memory.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

template <JwksSource S>
IdTokenClaims decode_id_token(Secret const& id_token, std::string_view client_id, S const& keys,
                              IdTokenOptions const& options) {
    constexpr std::size_t longest = std::size_t{64} << 10;
    std::string_view const token = id_token.reveal();
    if (token.size() > longest) throw IdTokenError();
    auto const first = token.find('.');
    auto const second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) throw IdTokenError();

    auto const header = detail::read_jwt_object(token.substr(0, first));
    auto payload = detail::read_jwt_object(token.substr(first + 1, second - first - 1));
    auto const signature = base64url_decode(token.substr(second + 1));
    if (!header || !payload || !signature || !detail::id_token_header_is_good(*header)) throw IdTokenError();
    auto const alg = detail::jwt_text(*header, "alg");
    auto const kid = detail::jwt_text(*header, "kid");
    if (!alg || detail::id_token_digest(*alg) == nullptr || !kid) throw IdTokenError();

    // What the token itself says comes first: only one that could be good is worth a request for keys.
    auto claims = detail::check_id_token_claims(std::move(*payload), client_id, *alg, options);
    if (!claims || claims->iss != keys.issuer(options)) throw IdTokenError();
    std::optional<IdTokenKey> const key = keys.key(*kid, options);
    if (!key || !key->verify(*alg, token.substr(0, second), *signature)) throw IdTokenError();
    return std::move(*claims);
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_ID_TOKEN_HPP

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * Only a login of the user helps: there are no tokens, they have expired, or a scope or a consent is missing.
 *
 *     } catch (LoginRequiredError const& error) {
 *         Login login = error.login();
 *         redirect(login.url());                      // and later: app.finish_login(login, code, state)
 *     }
 */
class LoginRequiredError : public TokenValidationError {
public:
    LoginRequiredError(TokenValidationError const& why, Login login)
        : TokenValidationError(why.kind(), std::string(why.what()) + ": the user has to log in"),
          login_(std::move(login)) {}

    /// What to send the user to; nothing has begun before its url() is asked for.
    [[nodiscard]] Login login() const { return login_; }

private:
    Login login_;
};

/**
 * The login flow that says "not now": `login` throws LoginRequiredError with the URL, and the program sends the user
 * there when it likes and calls finish_login. For web applications, and for programs that run unattended.
 */
struct NoLoginFlow {
    [[noreturn]] TokenResponse run_login_flow(Login login, std::stop_token) const {
        throw LoginRequiredError(
            TokenValidationError(TokenValidationError::Kind::missing_token, "this program does not log in by itself"),
            std::move(login));
    }
};

/// What a UserApp is made of.
template <class K, class F, class S, class T>
struct UserAppConfig {
    std::string app_name = {};  ///< part of the path of the tokens, and of what the user is asked to consent to
    Required<K> client;         ///< Native{client_id} or Confidential{client_id, client_secret}
    F login_flow = F();
    std::optional<S> storage = {};        ///< else at the place where the reference keeps them, see default_token_path
    bool request_refresh_tokens = false;  ///< keeps the user logged in
    std::string login_redirect_uri = {};  ///< of the application's own; a Confidential client needs one
    std::string environment = {};         ///< else GLOBUS_SDK_ENVIRONMENT, else production
    std::string auth_url = {};            ///< base URL of Globus Auth; else the environment's
    T transport = detail::default_transport<T>();
    std::function<std::int64_t()> now = {};  ///< seconds since 1970; for tests
};

namespace detail {

template <class K, class F, class S, class T>
consteval bool check_user_app() {
    if constexpr (!ClientKind<K>)
        static_assert(ClientKind<K>,
                      "globus::UserApp<K, F, S, T>: K is not a kind of OAuth2 client. Use Native for an app that users "
                      "install, or Confidential for one with a client secret.");
    else if constexpr (!LoginFlow<F>)
        static_assert(LoginFlow<F>,
                      "globus::UserApp<K, F, S, T>: F is not a login flow. Use CommandLineLoginFlow, "
                      "LocalServerLoginFlow or NoLoginFlow, or give yours "
                      "`TokenResponse run_login_flow(Login, std::stop_token) const`.");
    else if constexpr (NeedsNativeApp<F> && !std::same_as<K, Native>)
        static_assert(std::same_as<K, Native>,
                      "globus::UserApp<K, F, S, T>: only an app without a secret may be redirected to a local server. "
                      "Use Native, or CommandLineLoginFlow with the Confidential client.");
    else if constexpr (!TokenStorage<S>)
        static_assert(TokenStorage<S>,
                      "globus::UserApp<K, F, S, T>: S is not a token storage. Use JsonTokenStorage, SqliteTokenStorage "
                      "or MemoryTokenStorage.");
    else if constexpr (!Transport<T>)
        static_assert(Transport<T>,
                      "globus::UserApp<K, F, S, T>: T is not a transport. It needs "
                      "`http::Response send(http::Request const&) const`.");
    return true;
}
template <class K, class F, class S, class T>
struct UserAppRequirements {
    static_assert(check_user_app<K, F, S, T>());
};

/// What a UserApp keeps for one resource server: a token that is renewed, or one that is not.
template <class K>
struct UserPolicy {
    std::optional<RefreshPolicy<K>> renewing = {};
    Authorization authorization = {};
    std::int64_t expires_at = 0;
};

/// Refresh tokens that Globus Auth has refused. They count as missing, so that nobody asks for nothing again.
class RefusedTokens {
public:
    void add(std::string_view server, Secret token) {
        std::lock_guard const lock(mutex_);
        tokens_.insert_or_assign(std::string(server), std::move(token));
    }
    [[nodiscard]] bool contains(std::string const& server, Secret const& token) const {
        std::lock_guard const lock(mutex_);
        auto const found = tokens_.find(server);
        return found != tokens_.end() && found->second == token;
    }
    static TokenValidationError error(std::string_view server) {
        return {TokenValidationError::Kind::missing_refresh_token,
                "Globus Auth refuses the refresh token for " + std::string(server)};
    }
    static TokenValidator validator(std::shared_ptr<RefusedTokens const> refused) {
        return {.after_retrieve = [refused = std::move(refused)](TokenDataByResourceServer const& tokens,
                                                                 std::string const&, CallOptions const&) {
            for (auto const& [server, data] : tokens)
                if (refused->contains(server, data.refresh_token)) throw error(server);
        }};
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Secret> tokens_;  ///< the last one for each resource server
};

/// "backup on my-host": how the consent is labelled.
inline std::string grant_label(std::string const& app_name) {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0) return app_name;
    std::string host = name;
    if (host.ends_with(".local")) host.resize(host.size() - 6);
    return app_name + " on " + host;
}

}  // namespace detail

/**
 * A program that acts for its user: it asks once for a login, keeps the tokens, renews them, and asks again only where
 * it must.
 *
 *     UserApp<Native> app{{.app_name = "nightly backup", .client = Native{client_id}, .request_refresh_tokens = true}};
 *     auto transfer = app.client<TransferService>();
 *     app.login();                                                    // asks only if it has to
 *     auto files = transfer.operation_ls({.endpoint_id = id});
 *
 * Each client that is made adds the scopes of its service to what the login asks for. Calls never prompt by themselves:
 * where a login is needed they throw LoginRequiredError, and `app.run([&] { ... })` logs in and calls again.
 *
 * Tokens are stored with the identity that they act for; another user's login is refused until `logout`. The tokens of
 * a login that is refused are revoked, as far as Globus Auth can be reached within ten seconds.
 *
 * @tparam K  Native, or Confidential with a `login_redirect_uri`
 * @tparam F  how to ask the user: CommandLineLoginFlow, LocalServerLoginFlow, NoLoginFlow, or one's own
 * @tparam S  where tokens are kept: JsonTokenStorage, SqliteTokenStorage, MemoryTokenStorage
 * @tparam T  CurlTransport, MockTransport, AnyTransport
 *
 * @par Errors
 * LoginRequiredError and TokenValidationError, LoginError of the flow, IdTokenError, TokenStorageError, and those of
 * requests to Globus Auth.
 * @par Thread safety
 * Any function may be called from any thread; one login runs at a time. Copies are of the same app.
 */
template <class K, class F = CommandLineLoginFlow, class S = JsonTokenStorage, class T = CurlTransport>
class UserApp : detail::UserAppRequirements<K, F, S, T>,
                public detail::AppBase<UserApp<K, F, S, T>, detail::UserPolicy<K>, S, T> {
    using Policy = detail::UserPolicy<K>;
    using Base = detail::AppBase<UserApp, Policy, S, T>;
    friend Base;

public:
    using Config = UserAppConfig<K, F, S, T>;

    /// @throws UsageError  for a Confidential client without login_redirect_uri, and for an unusable app name
    explicit UserApp(Config config) {
        if (std::same_as<K, Confidential> && config.login_redirect_uri.empty())
            throw UsageError("a Confidential client needs a login_redirect_uri: the one that is registered for it");
        detail::AppPlace place(config.environment, config.auth_url);
        S storage = config.storage ? *config.storage
                                   : detail::default_token_storage<S>(config.client->client_id(), config.app_name,
                                                                      place.environment_);
        auto const requirements = std::make_shared<detail::SharedRequirements>();
        std::vector<TokenValidator> validators;
        validators.push_back(config.request_refresh_tokens ? has_refresh_tokens() : not_expired(config.now));
        validators.push_back(detail::RefusedTokens::validator(refused_));
        validators.push_back(
            has_scopes([requirements] { return requirements->get(); },
                       [client = *config.client, storage, transport = config.transport, url = place.auth_url,
                        now = config.now](std::string const& id, CallOptions const& call) {
                           return consents(client, storage, transport, url, now, id, call);
                       }));
        validators.push_back(unchanging_identity());
        this->common_ = std::make_shared<typename Base::Common>(
            config.app_name, place, config.transport, requirements,
            ValidatingTokenStorage<S>(std::move(storage), std::move(validators)));
        state_ = std::make_shared<State const>(std::move(config), place.auth_url);
    }

    /// Asks the user to log in, if tokens are missing or `options` say so, and stores what comes.
    void login(AppLoginOptions options = {}) const {
        detail::LoginTurn::Lock const turn(this->common_->logging_in, options.stop);
        if (!options.force && !detail::asks_for_anything(options.parameters) &&
            !this->login_required({.stop = options.stop}))
            return;
        log_in(options);
    }

    /// A login that the program leads by itself: send the user to its url(), then call finish_login.
    [[nodiscard]] Login start_login(AuthorizationParameters parameters = {}) const {
        std::vector<std::string> scopes;
        for (Scope const& scope : this->required_scopes(parameters)) scopes.push_back(scope.text());
        parameters.required_scopes = std::move(scopes);
        AuthorizationCodeFlow::Settings settings;
        settings.redirect_uri = state_->config.login_redirect_uri;
        settings.refresh_tokens = state_->config.request_refresh_tokens;
        if (std::same_as<K, Native>) settings.prefill_named_grant = detail::grant_label(this->app_name());
        return Login(login_client(), std::move(parameters), std::move(settings));
    }
    /// Ends a login with the code and the state that the redirect brought, and stores the tokens.
    /// @throws UsageError  if the state is not that login's
    void finish_login(Login login, Secret code, std::string_view returned_state, std::stop_token stop = {}) const {
        detail::LoginTurn::Lock const turn(this->common_->logging_in, stop);
        store(login.finish(std::move(code), returned_state, stop), stop);
    }

    /// For AppPolicy.
    template <Transport U>
    [[nodiscard]] Authorization authorize(std::string_view server, U const& transport,
                                          AuthContext const& context) const {
        return or_login_required(server, [&](Policy& policy) {
            for (bool again = false;; again = true) {
                policy = this->policy_of(server, context);
                if (policy.renewing) return policy.renewing->authorize(transport, this->context_of(context));
                if (policy.expires_at >= now()) return policy.authorization;
                this->forget_policy(server);
                if (again)
                    throw TokenValidationError(TokenValidationError::Kind::expired,
                                               "the token for " + std::string(server) + " has expired");
            }
        });
    }
    template <Transport U>
    [[nodiscard]] bool unauthorized(std::string_view server, Authorization const& refused, U const& transport,
                                    AuthContext const& context) const {
        return or_login_required(server, [&](Policy& policy) {
            policy = this->policy_of(server, context);
            if (policy.renewing) return policy.renewing->unauthorized(refused, transport, this->context_of(context));
            this->forget_policy(server);  // another program may have logged in and stored a new token
            return !(this->policy_of(server, context).authorization.header == refused.header);
        });
    }

private:
    struct State {
        State(Config c, std::string const& auth_url) : config(std::move(c)), keys(config.transport, auth_url) {}
        Config const config;
        JwksCache<T> const keys;
    };

    /// Runs `f(policy)`, which says by `policy` what it used; what only a login can mend is a LoginRequiredError.
    template <class Function>
    auto or_login_required(std::string_view server, Function const& f) const {
        Policy used;
        try {
            return f(used);
        } catch (TokenValidationError const& error) {
            throw LoginRequiredError(error, start_login());
        } catch (AuthApiError const& error) {
            if (error.oauth_error() != "invalid_grant") throw;
            if (used.renewing) refused_->add(server, used.renewing->token().refresh_token);
            this->forget_policy(server);  // another program may log in and store a new token
            throw LoginRequiredError(detail::RefusedTokens::error(server), start_login());
        }
    }

    [[nodiscard]] std::int64_t now() const { return state_->config.now ? state_->config.now() : detail::unix_now(); }

    [[nodiscard]] LoginClient<K, T> login_client() const {
        ClientOptions<T> options{.transport = state_->config.transport};
        options.base_url = this->common_->place.auth_url;
        K const& client = *state_->config.client;
        if constexpr (std::same_as<K, Native>)
            return {NativeAppAuthService{client.client_id()}, NullPolicy{}, std::move(options)};
        else
            return LoginClient<K, T>(BasicPolicy{client}, std::move(options));
    }
    /// A user's consents, asked for with the token of Globus Auth, which is renewed where that can be done.
    static ConsentForest consents(K const& client, S const& storage, T const& transport, std::string const& auth_url,
                                  std::function<std::int64_t()> const& now, std::string const& identity_id,
                                  CallOptions const& call) {
        using Kind = TokenValidationError::Kind;
        auto const token = storage.get_token_data(AuthScopes::resource_server);
        if (!token)
            throw TokenValidationError(Kind::missing_token,
                                       "there is no token of Globus Auth to ask for consents with");
        ClientOptions<T> options{.transport = transport};
        options.base_url = auth_url;
        auto const ask = [&](auto policy) {
            Client<AuthService, decltype(policy), T> const auth{std::move(policy), std::move(options)};
            return ConsentForest(auth.get_consents({.identity_id = identity_id}, call)->consents);
        };
        try {
            if (token->refresh_token.empty()) return ask(AccessTokenPolicy(token->access_token));
            return ask(stored_refresh_policy(client, storage, AuthScopes::resource_server, {.now = now}));
        } catch (AuthApiError const& error) {
            if (error.http_status() != 401 && error.oauth_error() != "invalid_grant") throw;
            throw TokenValidationError(Kind::expired, "Globus Auth refuses the token to ask for consents with");
        }
    }

    [[nodiscard]] Policy make_policy(std::string const& server, CallOptions const& call) const {
        TokenData const data = this->common_->tokens.get_token_data(server, call);
        if (state_->config.request_refresh_tokens)
            return {.renewing = stored_refresh_policy(*state_->config.client, this->token_storage(), server,
                                                      RenewalOptions{.now = state_->config.now})};
        return {.authorization = {Secret("Bearer " + data.access_token.reveal())},
                .expires_at = data.expires_at_seconds};
    }

    /// Logs in, unless somebody has since the app had `logins` logins; says whether it did.
    bool login_after(std::uint64_t logins, AppLoginOptions const& options) const {
        detail::LoginTurn::Lock const turn(this->common_->logging_in, options.stop);
        if (this->login_count() != logins) return false;
        log_in(options);
        return true;
    }
    void log_in(AppLoginOptions const& options) const {
        store(state_->config.login_flow.run_login_flow(start_login(options.parameters), options.stop), options.stop);
    }
    void store(TokenResponse const& answer, std::stop_token const& stop) const {
        try {
            check_and_store(answer, stop);
        } catch (TokenValidationError const&) {
            revoke(answer, stop);
            throw;
        } catch (IdTokenError const&) {
            revoke(answer, stop);
            throw;
        }
    }
    /// Takes back tokens that nobody will use. Why the login was refused is what counts: errors do not.
    void revoke(TokenResponse const& answer, std::stop_token const& stop) const {
        auto const client = login_client();
        auto const deadline = http::Clock::now() + std::chrono::seconds(10);
        for (auto const& [server, token] : answer.by_resource_server()) {
            for (Secret const& secret : {token.refresh_token, token.access_token}) {
                try {
                    if (!secret.empty() && !is_stored(secret))
                        (void)client.oauth2_revoke_token({.token = secret}, {.deadline = deadline, .stop = stop});
                } catch (Error const&) {
                }
            }
        }
    }
    [[nodiscard]] bool is_stored(Secret const& secret) const {
        for (auto const& [server, data] : this->token_storage().get_token_data_by_resource_server())
            if (data.access_token == secret || data.refresh_token == secret) return true;
        return false;
    }
    void check_and_store(TokenResponse const& answer, std::stop_token const& stop) const {
        std::string identity;
        if (!answer.id_token().empty())
            identity = decode_id_token(answer, state_->config.client->client_id(), state_->keys,
                                       {.now = state_->config.now, .stop = stop})
                           .sub;
        TokenDataByResourceServer tokens;
        for (auto const& [server, token] : answer.by_resource_server())
            tokens.emplace(server, TokenData::from(token, identity));
        this->common_->tokens.store_token_data_by_resource_server(tokens);
        this->forget_policies();
    }

    std::shared_ptr<detail::RefusedTokens> refused_ = std::make_shared<detail::RefusedTokens>();
    std::shared_ptr<State const> state_;
};

}  // namespace globus

#endif  // GLOBUS_APP_USER_APP_HPP

#endif  // GLOBUS_APP_HPP
#ifndef GLOBUS_CORE_JSON_HPP
#define GLOBUS_CORE_JSON_HPP

// Described types as JSON text, both ways: to_json(value) and from_json<T>(text).

#endif  // GLOBUS_CORE_JSON_HPP
#ifndef GLOBUS_HTTP_ANY_TRANSPORT_HPP
#define GLOBUS_HTTP_ANY_TRANSPORT_HPP

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

    std::shared_ptr<Concept const> inside_;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_ANY_TRANSPORT_HPP
#ifndef GLOBUS_HTTP_CURL_TRANSPORT_HPP
#define GLOBUS_HTTP_CURL_TRANSPORT_HPP

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace globus {

/// How a CurlTransport connects. The defaults are the safe ones; certificates are always verified.
struct CurlOptions {
    std::chrono::milliseconds connect_timeout{10'000};  ///< name, connection and TLS handshake together
    std::chrono::seconds idle_timeout{60};  ///< no byte in either direction for so long ends the call; 0: never
    std::string ca_file = {};               ///< PEM file of the authorities to trust in place of the system's
    std::string ca_path = {};               ///< directory of such, hashed by `openssl rehash`
    std::size_t max_header_bytes = std::size_t{256} << 10;  ///< of one answer, in sum
    int max_informational = 16;                             ///< 1xx answers before the real one
    std::size_t max_idle_handles = 64;                      ///< kept for reuse, each with its connections
};

/**
 * A transport over libcurl.
 *
 *     CurlTransport transport;                                    // the system's certificates, sensible limits
 *     CurlTransport internal{{.ca_file = "/etc/lab/ca.pem"}};     // an authority of your own
 *
 * It keeps easy handles in a pool, so that connections and TLS sessions are used again; a request that must not be sent
 * twice gets a connection of its own (http::Request::fresh_connection). It verifies TLS (1.2 or newer) and host names,
 * follows no redirect, keeps no cookie, reads no .netrc, and never sends to a proxy what goes to a loopback address.
 *
 * Where the system has a hashed directory of certificates, that is used: reading it takes a tenth of the time that
 * reading the bundle takes.
 *
 * @par Errors
 * `send` throws NetworkError, never anything else but std::bad_alloc and what a sink or source threw. A deadline, a
 * stop request and the limits hold in every state, name resolution included.
 * @par Thread safety
 * `send` may be called from any thread. Copies share the pool. No signal handler is installed; SIGPIPE is kept from
 * the calling thread while TLS writes.
 *
 * https://curl.se/libcurl/c/threadsafe.html
 */
class CurlTransport {
public:
    CurlTransport() : CurlTransport(CurlOptions{}) {}
    explicit CurlTransport(CurlOptions options) : pool_(std::make_shared<Pool>(std::move(options))) {}

    [[nodiscard]] http::Response send(http::Request const& request) const {
        Lease lease(*pool_);
        return Exchange(*pool_, *lease.handle, request).run();
    }

private:
    /// An easy handle and the multi handle that drives it: the multi owns the connections, and can be woken.
    struct Handle {
        Handle() : easy(curl_easy_init()), multi(curl_multi_init()) {}
        Handle(Handle const&) = delete;
        Handle& operator=(Handle const&) = delete;
        ~Handle() {
            curl_easy_cleanup(easy);
            curl_multi_cleanup(multi);
            curl_slist_free_all(header_list);
            detail::wipe(header_key);
        }

        CURL* easy;
        CURLM* multi;
        curl_slist* header_list = nullptr;  ///< of the last request; kept while the headers stay the same
        std::string header_key;
        std::string origin;      ///< of the last request, whose proxy setting still holds
        std::thread::id thread;  ///< that used it last
        bool prepared = false;
        bool usable = true;      ///< false: its options are half set, it must not be used again
        bool plain_get = false;  ///< the last request was a GET without a body
        bool fresh_connection = false;
    };

    struct Pool {
        explicit Pool(CurlOptions o) : options(std::move(o)) {
            static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
            if (ready != CURLE_OK)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl cannot be initialised");
            if (options.ca_file.empty() && options.ca_path.empty()) default_ca_path = hashed_directory();
        }

        static std::string hashed_directory() {
            curl_version_info_data const* info = curl_version_info(CURLVERSION_NOW);
            if (info == nullptr || info->age < CURLVERSION_SEVENTH || info->capath == nullptr) return {};
            DIR* const directory = opendir(info->capath);
            if (directory == nullptr) return {};
            bool hashed = false;
            while (dirent const* entry = readdir(directory)) {
                std::string_view const name = entry->d_name;
                if (name.size() == 10 && name.ends_with(".0")) {
                    hashed = true;
                    break;
                }
            }
            closedir(directory);
            return hashed ? std::string(info->capath) : std::string();
        }

        CurlOptions const options;
        std::string default_ca_path;
        std::mutex mutex;
        std::vector<std::unique_ptr<Handle>> idle;
    };

    /// A handle of the pool for the time of one exchange.
    struct Lease {
        explicit Lease(Pool& p) : pool(p) {
            {
                std::lock_guard const lock(pool.mutex);
                if (!pool.idle.empty()) {
                    // the one that this thread used last: its connection's memory is near
                    auto const self = std::this_thread::get_id();
                    auto found = std::find_if(pool.idle.rbegin(), pool.idle.rend(),
                                              [&](auto const& idle) { return idle->thread == self; });
                    if (found == pool.idle.rend()) found = pool.idle.rbegin();
                    handle = std::move(*found);
                    *found = std::move(pool.idle.back());
                    pool.idle.pop_back();
                }
            }
            if (!handle) handle = std::make_unique<Handle>();
            if (handle->easy == nullptr || handle->multi == nullptr)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, "libcurl gave no handle");
        }
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;
        ~Lease() {
            handle->thread = std::this_thread::get_id();
            std::lock_guard const lock(pool.mutex);
            if (!handle->usable || pool.idle.size() >= pool.options.max_idle_handles) return;
            try {
                pool.idle.push_back(std::move(handle));
            } catch (...) {  // no memory for the list: the handle goes
                handle.reset();
            }
        }
        Pool& pool;
        std::unique_ptr<Handle> handle;
    };

    /// Keeps SIGPIPE from the calling thread; OpenSSL writes without MSG_NOSIGNAL.
    class SigpipeGuard {
    public:
        explicit SigpipeGuard(bool needed) : needed_(needed) {
            if (!needed_) return;
            sigset_t pending;
            sigemptyset(&pipe_);
            sigaddset(&pipe_, SIGPIPE);
            sigpending(&pending);
            was_pending_ = sigismember(&pending, SIGPIPE) == 1;
            pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
        }
        SigpipeGuard(SigpipeGuard const&) = delete;
        SigpipeGuard& operator=(SigpipeGuard const&) = delete;
        ~SigpipeGuard() {
            if (!needed_) return;
            timespec const now{};
            if (!was_pending_)
                while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
                }
            pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        }

    private:
        bool needed_;
        bool was_pending_ = false;
        sigset_t pipe_{};
        sigset_t before_{};
    };

    /// One request and its answer.
    class Exchange {
    public:
        Exchange(Pool& pool, Handle& handle, http::Request const& request)
            : pool_(pool), handle_(handle), easy_(handle.easy), request_(request) {}

        http::Response run() {
            using Kind = NetworkError::Kind;
            if (request_.stop.stop_requested())
                throw NetworkError(Kind::cancelled, NetworkError::Sent::no, about("cancelled"));
            if (http::Clock::now() >= request_.deadline)
                throw NetworkError(Kind::timeout, NetworkError::Sent::no, about("the deadline has passed"));
            prepare();
            SigpipeGuard const guard(request_.url.starts_with("https:"));
            CURLcode const code = drive();
            if (thrown_) std::rethrow_exception(thrown_);
            if (code != CURLE_OK || stopped_ != Stopped::no) fail(code);
            return std::move(response_);
        }

    private:
        enum class Stopped : unsigned char { no, cancelled, deadline, too_large, sink, headers };

        template <class V>
        void set(CURLoption option, V value) {
            if (CURLcode const code = curl_easy_setopt(easy_, option, value); code != CURLE_OK)
                throw NetworkError(NetworkError::Kind::local, NetworkError::Sent::no, about(curl_easy_strerror(code)));
        }

        /// What is the same for every request of the pool; once a handle.
        void prepare_once() {
            CurlOptions const& options = pool_.options;
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
            if (!options.ca_file.empty() || !options.ca_path.empty()) {
                set(CURLOPT_CAINFO, options.ca_file.empty() ? nullptr : options.ca_file.c_str());
                set(CURLOPT_CAPATH, options.ca_path.empty() ? nullptr : options.ca_path.c_str());
            } else if (!pool_.default_ca_path.empty()) {
                set(CURLOPT_CAINFO, static_cast<char const*>(nullptr));
                set(CURLOPT_CAPATH, pool_.default_ca_path.c_str());
            }
            set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
            set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
            set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
            set(CURLOPT_SEEKFUNCTION, &Exchange::refuse_seek);
            handle_.prepared = true;
        }

        void prepare() {
            handle_.usable = false;
            if (!handle_.prepared) prepare_once();
            set(CURLOPT_WRITEDATA, this);
            set(CURLOPT_HEADERDATA, this);
            set(CURLOPT_URL, request_.url.c_str());
            if (request_.fresh_connection != handle_.fresh_connection) {
                set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
                handle_.fresh_connection = request_.fresh_connection;
            }
            if (handle_.origin.empty() || !request_.url.starts_with(handle_.origin)) {
                http::Url const url = http::parse_url(request_.url);
                set(CURLOPT_PROXY, http::is_loopback(url.host) ? "" : static_cast<char const*>(nullptr));
                auto const path = request_.url.find('/', url.scheme.size() + 3);
                handle_.origin = path == std::string::npos ? std::string() : request_.url.substr(0, path + 1);
            }
            prepare_body();
            prepare_headers();
            handle_.usable = true;
        }

        void prepare_body() {
            using http::Method;
            Method const method = request_.method;
            bool const plain_get = method == Method::get && !request_.has_body && !request_.source;
            if (plain_get && handle_.plain_get) return;
            handle_.plain_get = plain_get;
            set(CURLOPT_CUSTOMREQUEST, static_cast<char const*>(nullptr));
            set(CURLOPT_NOBODY, 0L);
            if (request_.source) {
                set(CURLOPT_UPLOAD, 1L);
                set(CURLOPT_READFUNCTION, &Exchange::on_read);
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

        void prepare_headers() {
            std::string key;
            key.reserve(handle_.header_key.size());
            auto const line = [&](std::string_view name, std::string_view value) {
                key.append(name).append(value.empty() ? ";" : ": ").append(value) += '\n';
            };
            for (auto const& [name, value] : request_.headers) line(name, value);
            if (!request_.authorization.empty()) line("Authorization", request_.authorization.reveal());
            if (request_.headers.find("Content-Type") == nullptr) key += "Content-Type:\n";  // libcurl would add one
            key += "Expect:\n";
            if (key != handle_.header_key) {
                for (auto const& [name, value] : request_.headers) http::check_header(name, value);
                http::check_header("Authorization", request_.authorization.reveal());
                curl_slist* list = nullptr;
                for (std::size_t begin = 0; begin != key.size();) {
                    auto const end = key.find('\n', begin);
                    key[end] = '\0';
                    curl_slist* const longer = curl_slist_append(list, key.data() + begin);
                    key[end] = '\n';
                    if (longer == nullptr) {
                        curl_slist_free_all(list);
                        throw std::bad_alloc();
                    }
                    list = longer;
                    begin = end + 1;
                }
                set(CURLOPT_HTTPHEADER, list);
                curl_slist_free_all(std::exchange(handle_.header_list, list));
                std::swap(handle_.header_key, key);
            }
            detail::wipe(key);
        }

        /// Runs the transfer until it ends, the deadline passes or a stop is asked for.
        CURLcode drive() {
            CURLM* const multi = handle_.multi;
            if (curl_multi_add_handle(multi, easy_) != CURLM_OK) return CURLE_FAILED_INIT;
            std::optional<std::stop_callback<Wake>> wake;
            if (request_.stop.stop_possible()) wake.emplace(request_.stop, Wake{multi});
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
                if (request_.stop.stop_requested()) {
                    stopped_ = Stopped::cancelled;
                    break;
                }
                int wait = 1000;
                if (request_.deadline != http::Clock::time_point::max()) {
                    auto const left =
                        std::chrono::ceil<std::chrono::milliseconds>(request_.deadline - http::Clock::now());
                    if (left.count() <= 0) {
                        stopped_ = Stopped::deadline;
                        break;
                    }
                    wait = static_cast<int>(std::min<std::chrono::milliseconds::rep>(wait, left.count()));
                }
                curl_multi_poll(multi, nullptr, 0, wait, nullptr);
            }
            wake.reset();
            long sent = 0;
            curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
            sent_ = sent > 0 ? NetworkError::Sent::yes : NetworkError::Sent::no;
            curl_multi_remove_handle(multi, easy_);
            return code;
        }

        struct Wake {
            CURLM* multi;
            void operator()() const noexcept { curl_multi_wakeup(multi); }
        };

        [[nodiscard]] std::string about(std::string_view what) const {
            return std::string(to_string(request_.method)) + ' ' +
                   request_.url.substr(0, request_.url.find_first_of("?#")) + ": " + std::string(what);
        }

        [[noreturn]] void fail(CURLcode code) const {
            using Kind = NetworkError::Kind;
            switch (stopped_) {
                case Stopped::cancelled:
                    throw NetworkError(Kind::cancelled, sent_, about("the call was cancelled"));
                case Stopped::deadline:
                    throw NetworkError(Kind::timeout, sent_, about("the deadline of the call passed"));
                case Stopped::too_large:
                    throw NetworkError(
                        Kind::too_large, sent_,
                        about("the answer is larger than " + std::to_string(request_.max_response_bytes) + " bytes"));
                case Stopped::sink:
                    throw NetworkError(Kind::cancelled, sent_, about("the sink ended the transfer"));
                case Stopped::headers:
                    throw NetworkError(Kind::protocol, sent_, about("the answer has too many headers"));
                case Stopped::no:
                    break;
            }
            Kind kind = Kind::interrupted;
            switch (code) {
                case CURLE_OPERATION_TIMEDOUT:
                    kind = Kind::timeout;
                    break;
                case CURLE_COULDNT_RESOLVE_HOST:
                case CURLE_COULDNT_RESOLVE_PROXY:
                    kind = Kind::resolve;
                    break;
                case CURLE_COULDNT_CONNECT:
                    kind = Kind::connect;
                    break;
                case CURLE_SSL_CONNECT_ERROR:
                case CURLE_PEER_FAILED_VERIFICATION:
                case CURLE_SSL_CERTPROBLEM:
                case CURLE_SSL_CIPHER:
                case CURLE_SSL_CACERT_BADFILE:
                case CURLE_SSL_ISSUER_ERROR:
                case CURLE_SSL_INVALIDCERTSTATUS:
                    kind = Kind::tls;
                    break;
                case CURLE_UNSUPPORTED_PROTOCOL:
                case CURLE_WEIRD_SERVER_REPLY:
                case CURLE_BAD_CONTENT_ENCODING:
                case CURLE_HTTP2:
                case CURLE_HTTP2_STREAM:
                    kind = Kind::protocol;
                    break;
                case CURLE_OUT_OF_MEMORY:
                case CURLE_FAILED_INIT:
                case CURLE_BAD_FUNCTION_ARGUMENT:
                case CURLE_URL_MALFORMAT:
                    kind = Kind::local;
                    break;
                default:
                    break;
            }
            std::string what = curl_easy_strerror(code);
            if (code == CURLE_SSL_CACERT_BADFILE)
                what += "; name a readable certificate bundle in CurlOptions::ca_file or ca_path";
            throw NetworkError(kind, sent_, about(what));
        }

        // What libcurl calls. No exception may pass through it: they are kept, and thrown by run().

        static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
            return static_cast<Exchange*>(self)->take_body(std::string_view(data, size * count));
        }
        static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
            return static_cast<Exchange*>(self)->take_header(std::string_view(data, size * count));
        }
        static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
            auto& exchange = *static_cast<Exchange*>(self);
            try {
                return exchange.request_.source(buffer, size * count);
            } catch (...) {
                exchange.thrown_ = std::current_exception();
                return CURL_READFUNC_ABORT;
            }
        }
        static int refuse_seek(void*, curl_off_t, int) noexcept { return CURL_SEEKFUNC_FAIL; }
        static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
            return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        }

        std::size_t take_body(std::string_view piece) noexcept {
            try {
                if (!std::exchange(body_began_, true) && request_.on_head) request_.on_head(response_);
                if (request_.sink && response_.status >= 200 && response_.status < 300) {
                    if (request_.sink(piece)) return piece.size();
                    stopped_ = Stopped::sink;
                    return 0;
                }
                if (piece.size() > request_.max_response_bytes - response_.body.size()) {
                    stopped_ = Stopped::too_large;
                    return 0;
                }
                if (response_.body.empty()) {
                    curl_off_t length = -1;
                    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
                    if (length > 0) {
                        if (static_cast<std::uint64_t>(length) > request_.max_response_bytes) {
                            stopped_ = Stopped::too_large;
                            return 0;
                        }
                        response_.body.reserve(static_cast<std::size_t>(length));
                    }
                }
                response_.body.append(piece);
                return piece.size();
            } catch (...) {
                thrown_ = std::current_exception();
                return 0;
            }
        }

        std::size_t take_header(std::string_view line) noexcept {
            try {
                std::size_t const size = line.size();
                header_bytes_ += size;
                if (header_bytes_ > pool_.options.max_header_bytes) {
                    stopped_ = Stopped::headers;
                    return 0;
                }
                while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
                if (line.starts_with("HTTP/")) {
                    if (++informational_ > pool_.options.max_informational + 1) {
                        stopped_ = Stopped::headers;
                        return 0;
                    }
                    response_.headers.clear();
                    response_.status = 0;
                    auto const blank = line.find(' ');
                    if (blank != std::string_view::npos) {
                        for (char const c : line.substr(blank + 1, 3))
                            if (c >= '0' && c <= '9') response_.status = response_.status * 10 + (c - '0');
                        if (line.size() > blank + 5) response_.reason = line.substr(blank + 5);
                    }
                } else if (auto const colon = line.find(':'); colon != std::string_view::npos && colon != 0) {
                    std::string_view value = line.substr(colon + 1);
                    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
                    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
                    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
                }
                return size;
            } catch (...) {
                thrown_ = std::current_exception();
                return 0;
            }
        }

        Pool& pool_;
        Handle& handle_;
        CURL* easy_;
        http::Request const& request_;
        http::Response response_;
        std::size_t header_bytes_ = 0;
        int informational_ = 0;
        bool body_began_ = false;
        Stopped stopped_ = Stopped::no;
        NetworkError::Sent sent_ = NetworkError::Sent::no;
        std::exception_ptr thrown_;
    };

    std::shared_ptr<Pool> pool_;
};

}  // namespace globus

#endif  // GLOBUS_HTTP_CURL_TRANSPORT_HPP
#ifndef GLOBUS_HTTP_MOCK_TRANSPORT_HPP
#define GLOBUS_HTTP_MOCK_TRANSPORT_HPP

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/**
 * A transport for tests: it records every request, and answers from a script.
 *
 *     MockTransport mock;
 *     mock.reply(200, R"({"DATA": [{"name": "a.txt", "type": "file"}]})");
 *     Client<TransferService, AccessTokenPolicy, MockTransport> client{"token", {.transport = mock}};
 *
 *     auto listing = client.operation_ls({.endpoint_id = id});
 *
 *     assert(mock.requests().at(0).url.ends_with("/ls"));
 *
 * Answers are given in the order they were scripted. When the script is used up, the handler of `otherwise` answers;
 * without one the request fails with a UsageError that names it, so that a test cannot pass by accident.
 *
 * @par Thread safety
 * Any function may be called from any thread. Copies share script and record.
 */
class MockTransport {
public:
    using Handler = std::function<http::Response(http::Request const&)>;

    /// Scripts an answer with a JSON body.
    MockTransport& reply(int status, std::string body = {}, http::Headers headers = {}) {
        if (headers.find("Content-Type") == nullptr && !body.empty()) headers.add("Content-Type", "application/json");
        return reply(
            http::Response{.status = status, .reason = {}, .headers = std::move(headers), .body = std::move(body)});
    }
    /// Scripts an answer as it is.
    MockTransport& reply(http::Response response) {
        return reply([response = std::move(response)](http::Request const&) { return response; });
    }
    /// Scripts a function that makes the answer, or throws.
    MockTransport& reply(Handler handler) {
        std::lock_guard const lock(state_->mutex);
        state_->script.push_back(std::move(handler));
        return *this;
    }
    /// Scripts a failure.
    MockTransport& fail(NetworkError error) {
        return reply([error = std::move(error)](http::Request const&) -> http::Response { throw error; });
    }
    /// What answers when the script is used up.
    MockTransport& otherwise(Handler handler) {
        std::lock_guard const lock(state_->mutex);
        state_->otherwise = std::move(handler);
        return *this;
    }

    /// The requests so far, in the order of their arrival.
    [[nodiscard]] std::vector<http::Request> requests() const {
        std::lock_guard const lock(state_->mutex);
        return state_->requests;
    }
    [[nodiscard]] std::size_t request_count() const {
        std::lock_guard const lock(state_->mutex);
        return state_->requests.size();
    }
    /// The number of scripted answers that nothing has asked for yet.
    [[nodiscard]] std::size_t left() const {
        std::lock_guard const lock(state_->mutex);
        return state_->script.size();
    }
    /// Forgets script and record.
    void clear() {
        std::lock_guard const lock(state_->mutex);
        state_->script.clear();
        state_->requests.clear();
    }

    [[nodiscard]] http::Response send(http::Request const& request) const {
        Handler handler;
        {
            std::lock_guard const lock(state_->mutex);
            state_->requests.push_back(request);
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
        if (request.stop.stop_requested())
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "the call was cancelled");
        http::Response response = handler(request);
        if (request.on_head && !response.body.empty()) request.on_head(response);
        if (request.sink && response.status >= 200 && response.status < 300) {
            if (!request.sink(response.body))
                throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::yes,
                                   "the sink ended the transfer");
            response.body.clear();
        }
        return response;
    }

private:
    struct State {
        std::mutex mutex;
        std::deque<Handler> script;
        std::vector<http::Request> requests;
        Handler otherwise;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace globus

#endif  // GLOBUS_HTTP_MOCK_TRANSPORT_HPP
#ifndef GLOBUS_HTTP_RATE_LIMITER_HPP
#define GLOBUS_HTTP_RATE_LIMITER_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace globus {

/**
 * Keeps a program within a service's limit on requests: never more than `burst` of them in any `burst / per_second`
 * seconds.
 *
 * The defaults are for Globus Transfer, which allows a user 20 requests a second, counted over 10 seconds: 150 requests
 * in any 10 seconds leave room for the user's other programs.
 *
 * @par Thread safety
 * Any function may be called from any thread. Copies share the count: give one limiter to all clients of a user.
 */
class RateLimiter {
public:
    /// @throws UsageError  for a rate that is not positive, and a burst of 0
    explicit RateLimiter(double per_second = 15, std::size_t burst = 150) {
        if (!(per_second > 0) || burst == 0)
            throw UsageError("RateLimiter: the rate must be positive and the burst at least 1");
        constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
        std::chrono::duration<double> const window(static_cast<double>(burst) / per_second);
        state_ = std::make_shared<State>();
        state_->window = std::chrono::ceil<http::Clock::duration>(std::min(window, longest));
        state_->turns.assign(burst, http::Clock::time_point::min());
    }

    /**
     * Waits until the next request may be sent.
     *
     * @throws NetworkError  timeout, at once, if that would be after the deadline; cancelled if `stop` asks
     */
    void acquire(http::Clock::time_point deadline = http::Clock::time_point::max(),
                 std::stop_token const& stop = {}) const {
        http::Clock::time_point turn;
        {
            std::lock_guard const lock(state_->mutex);
            http::Clock::time_point& oldest = state_->turns[state_->next];
            turn = http::Clock::now();
            if (oldest != http::Clock::time_point::min()) turn = std::max(turn, oldest + state_->window);
            if (turn > deadline)
                throw NetworkError(NetworkError::Kind::timeout, NetworkError::Sent::no,
                                   "the rate limiter has no turn for this request before its deadline");
            oldest = turn;
            state_->next = (state_->next + 1) % state_->turns.size();
        }
        if (!http::wait_until(turn, stop))
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no,
                               "the call was cancelled while it waited for the rate limiter");
    }

private:
    struct State {
        std::mutex mutex;
        std::vector<http::Clock::time_point> turns;  ///< of the last `burst` requests, a ring
        std::size_t next = 0;                        ///< the oldest of them
        http::Clock::duration window{};
    };

    std::shared_ptr<State> state_;
};

/**
 * A transport that waits for its turn at a RateLimiter before each request, those for tokens included.
 *
 *     using Transfer = Client<TransferService, AccessTokenPolicy, RateLimited<CurlTransport>>;
 *     Transfer transfer{token};
 *
 *     RateLimiter limiter{10, 100};  // one for two clients
 *     Transfer first{token, {.transport = {CurlTransport{}, limiter}}};
 *     Transfer second{token, {.transport = {CurlTransport{}, limiter}}};
 *
 * A request whose turn would come after its deadline fails at once with NetworkError (timeout, not sent).
 *
 * @tparam T  the transport inside
 *
 * @par Thread safety
 * That of the transport inside. Copies share transport and limiter.
 */
template <Transport T>
class RateLimited {
public:
    RateLimited()
        requires std::default_initializable<T>
    = default;
    RateLimited(T transport, RateLimiter limiter = RateLimiter())
        : transport_(std::move(transport)), limiter_(std::move(limiter)) {}

    [[nodiscard]] http::Response send(http::Request const& request) const {
        limiter_.acquire(request.deadline, request.stop);
        return transport_.send(request);
    }

    [[nodiscard]] T const& inner() const noexcept { return transport_; }
    [[nodiscard]] RateLimiter const& limiter() const noexcept { return limiter_; }

private:
    T transport_;
    RateLimiter limiter_{};
};

}  // namespace globus

#endif  // GLOBUS_HTTP_RATE_LIMITER_HPP
#ifndef GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
#define GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace globus {

/**
 * Sends an access token that something else renews: a function asks for it, or a file holds it.
 *
 *     TokenSourcePolicy sidecar = TokenSourcePolicy::file("/run/secrets/globus-token");
 *     TokenSourcePolicy vault{[&] { return vault_client.read("globus/token"); }};
 *
 * The source is asked once and its token kept until the service answers 401; then it is asked again, and the call is
 * repeated if the token is another one.
 *
 * @par Errors
 * What the function throws passes through. UsageError for a file that cannot be read and for an empty token.
 * @par Thread safety
 * Any function may be called from any thread; the source is called by one thread at a time. Copies share the token.
 */
class TokenSourcePolicy {
public:
    using credential = BearerCredential;

    explicit TokenSourcePolicy(std::function<Secret()> source) : state_(std::make_shared<State>(std::move(source))) {}

    /// The token is the text of the file at `path`, without blanks and newlines at its end.
    [[nodiscard]] static TokenSourcePolicy file(std::string path) {
        return TokenSourcePolicy([path = std::move(path)] {
            std::unique_ptr<std::FILE, int (*)(std::FILE*)> const stream(std::fopen(path.c_str(), "rbe"), &std::fclose);
            if (!stream) throw UsageError("the token file " + path + " cannot be read: " + std::strerror(errno));
            char buffer[16384];
            std::size_t const size = std::fread(buffer, 1, sizeof buffer, stream.get());
            std::string text(buffer, size);
            while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.pop_back();
            return Secret(std::move(text));
        });
    }

    template <class T>
    [[nodiscard]] Authorization authorize(T const&, AuthContext const&) const {
        std::lock_guard const lock(state_->mutex);
        if (state_->token.empty()) ask();
        return {Secret("Bearer " + state_->token.reveal()), state_->generation};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(Authorization const& refused, T const&, AuthContext const&) const {
        std::lock_guard const lock(state_->mutex);
        if (refused.generation != state_->generation) return true;  // another thread has asked since
        Secret const old = state_->token;
        ask();
        return !(old == state_->token);
    }

private:
    struct State {
        explicit State(std::function<Secret()> s) : source(std::move(s)) {}
        std::mutex mutex;
        std::function<Secret()> source;
        Secret token;
        std::uint64_t generation = 0;
    };

    void ask() const {
        Secret token = state_->source();
        detail::check_credential("the access token of the token source", token.reveal());
        if (!(token == state_->token)) ++state_->generation;
        state_->token = std::move(token);
    }

    std::shared_ptr<State> state_;
};

}  // namespace globus

#endif  // GLOBUS_OAUTH_TOKEN_SOURCE_POLICY_HPP
#ifndef GLOBUS_SERVICES_AUTH_HPP
#define GLOBUS_SERVICES_AUTH_HPP

// All that a user of Globus Auth needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP
#define GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/**
 * Identities by id or user name, looked up in batches when they are first asked for.
 *
 *     IdentityMap people(client, owner_ids);                       // a client of AuthService
 *     for (std::string const& id : owner_ids) print(people[id].username.value_or(id));
 *
 * The second line makes one request for each hundred ids, not one for each. What was found is kept, under its id and
 * its user name as the service spells them; who does not exist is asked for again each time.
 *
 * @tparam C  a Client of AuthService; the map keeps a copy
 *
 * @par Errors
 * What `get_identities` throws. The identities of a batch that failed are tried again with the next.
 * @par Thread safety
 * Distinct objects: safe, unless they share a cache. Shared objects: not safe, since looking up changes the map.
 */
template <class C>
class IdentityMap {
public:
    /// What was found, by id and by user name.
    using Cache = std::map<std::string, auth::Identity, std::less<>>;

    static constexpr std::size_t default_batch_size = 100;  ///< what Globus Auth answers at once

    /**
     * @param identity_ids   ids and user names that will be asked for
     * @param id_batch_size  how many go into one request; 0 means the default
     * @param cache          of another map, to share what was found
     */
    explicit IdentityMap(C client, std::vector<std::string> const& identity_ids = {}, std::size_t id_batch_size = 0,
                         std::shared_ptr<Cache> cache = nullptr)
        : client_(std::move(client)),
          batch_size_(id_batch_size != 0 ? id_batch_size : default_batch_size),
          cache_(cache ? std::move(cache) : std::make_shared<Cache>()) {
        for (std::string const& id : identity_ids) pending(id).insert(id);
    }

    /// Notes an id or user name to be looked up with the next batch. False if it is known or noted already.
    bool add(std::string identity_id) {
        if (cache_->contains(identity_id)) return false;
        auto& names = pending(identity_id);
        return names.insert(std::move(identity_id)).second;
    }

    /// The identity of that id or user name, looked up if it has to be; nullptr if there is none.
    /// It is good until it is erased.
    [[nodiscard]] auth::Identity const* get(std::string_view key, CallOptions const& options = {}) {
        if (auto const found = cache_->find(key); found != cache_->end()) return &found->second;
        look_up(key, options);
        auto const found = cache_->find(key);
        return found != cache_->end() ? &found->second : nullptr;
    }

    /// As `get`. @throws UsageError  if there is no such identity
    [[nodiscard]] auth::Identity const& operator[](std::string_view key) {
        if (auth::Identity const* identity = get(key)) return *identity;
        throw UsageError("there is no identity '" + std::string(key) + "'");
    }

    /// Forgets what was found under one id or user name, so that it will be looked up again. False if it is not known.
    bool erase(std::string_view key) {
        auto const found = cache_->find(key);
        if (found == cache_->end()) return false;
        cache_->erase(found);
        return true;
    }

    [[nodiscard]] std::shared_ptr<Cache> const& cache() const noexcept { return cache_; }

private:
    using Names = std::set<std::string, std::less<>>;

    /// True for a UUID in any of its spellings; all else is a user name.
    static bool is_id(std::string_view text) {
        if (text.starts_with("urn:uuid:")) text.remove_prefix(9);
        int digits = 0;
        for (char const c : text) {
            if (globus::detail::hex_digit(c) >= 0)
                ++digits;
            else if (c != '-' && c != '{' && c != '}')
                return false;
        }
        return digits == 32;
    }
    Names& pending(std::string_view key) { return is_id(key) ? pending_ids_ : pending_usernames_; }

    /// Looks up `key` and, with it, as many noted ones of its kind as fit.
    void look_up(std::string_view key, CallOptions const& options) {
        Names& names = pending(key);
        StringList batch(key);
        for (auto name = names.begin(); name != names.end() && batch.size() < batch_size_;) {
            if (*name == key || cache_->contains(*name)) {
                name = names.erase(name);
            } else {
                batch.push_back(*name);
                ++name;
            }
        }
        auth::GetIdentities op;
        (is_id(key) ? op.ids : op.usernames) = batch;
        auth::IdentityList const found = *client_.send(op, options);
        for (std::string const& name : batch) names.erase(name);
        for (auth::Identity const& identity : found.identities) {
            if (identity.id) (*cache_)[*identity.id] = identity;
            if (identity.username) (*cache_)[*identity.username] = identity;
        }
    }

    C client_;
    std::size_t batch_size_;
    std::shared_ptr<Cache> cache_;
    Names pending_ids_;
    Names pending_usernames_;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_AUTH_IDENTITY_MAP_HPP

#endif  // GLOBUS_SERVICES_AUTH_HPP
#ifndef GLOBUS_SERVICES_COMPUTE_HPP
#define GLOBUS_SERVICES_COMPUTE_HPP

// All that a user of Globus Compute needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_COMPUTE_SERVICE_HPP
#define GLOBUS_SERVICES_COMPUTE_SERVICE_HPP

#ifndef GLOBUS_SERVICES_COMPUTE_ERRORS_HPP
#define GLOBUS_SERVICES_COMPUTE_ERRORS_HPP

namespace globus {

/// Globus Compute answered with an error status.
class ComputeApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_COMPUTE_ERRORS_HPP
#ifndef GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP
#define GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_COMPUTE_DOCUMENTS_HPP
#define GLOBUS_SERVICES_COMPUTE_DOCUMENTS_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What Globus Compute answers. https://compute.api.globus.org/redoc

namespace globus::compute_v2 {

/// An endpoint that runs functions.
struct Endpoint {
    Optional<std::string> uuid = {};
    Optional<std::string> name = {};
    Optional<std::string> display_name = {};
    Optional<std::string> owner = {};
    Optional<std::string> description = {};
    Optional<bool> multi_user = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<Json> endpoint_config = {};
    Optional<std::string> user_config_template = {};
    Optional<Json> user_config_schema = {};
    Optional<std::string> hostname = {};
    Optional<std::string> local_user = {};
    Optional<std::string> ip_address = {};
    Optional<std::string> endpoint_version = {};
    Optional<std::string> sdk_version = {};
    Optional<std::string> subscription_uuid = {};
    Optional<Json> metadata = {};
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, uuid, name, display_name, owner, description, multi_user, is_public, endpoint_config,
                   user_config_template, user_config_schema, hostname, local_user, ip_address, endpoint_version,
                   sdk_version, subscription_uuid, metadata);
};

/// Whether an endpoint serves, and how busy it is.
struct EndpointStatus {
    Optional<std::string> status = {};  ///< "online" or "offline"
    Optional<Json> details = {};
    GLOBUS_MEMBERS(EndpointStatus, status, details);
};

/// What a registered endpoint needs to know to serve. The connection URLs hold a password.
struct EndpointRegistration {
    Optional<std::string> endpoint_id = {};
    Optional<Json> task_queue_info = {};
    Optional<Json> result_queue_info = {};
    Optional<Json> heartbeat_queue_info = {};
    Optional<Json> warnings = {};
    GLOBUS_MEMBERS(EndpointRegistration, endpoint_id, task_queue_info, result_queue_info, heartbeat_queue_info,
                   warnings);
};

/// An endpoint that registers for nobody else for a while.
struct EndpointLock {
    Optional<std::string> endpoint_id = {};
    Optional<std::string> lock_expiration_timestamp = {};  ///< ISO 8601
    GLOBUS_MEMBERS(EndpointLock, endpoint_id, lock_expiration_timestamp);
};

/// Where results can be waited for. The connection URL holds a password.
struct ResultQueue {
    Optional<std::string> queue_prefix = {};
    Optional<std::string> connection_url = {};
    GLOBUS_MEMBERS(ResultQueue, queue_prefix, connection_url);
};

/// A function that was registered.
struct FunctionRegistration {
    Optional<std::string> function_uuid = {};
    GLOBUS_MEMBERS(FunctionRegistration, function_uuid);
};

/// A registered function.
struct Function {
    Optional<std::string> function_uuid = {};
    Optional<std::string> function_name = {};
    Optional<std::string> function_code = {};
    Optional<std::string> description = {};
    Optional<Json> metadata = {};
    GLOBUS_MEMBERS(Function, function_uuid, function_name, function_code, description, metadata);
};

/// What was deleted, as a number.
struct Deletion {
    Optional<std::int64_t> result = {};
    GLOBUS_MEMBERS(Deletion, result);
};

/// One call of a function.
struct Task {
    Optional<std::string> task_id = {};
    Optional<std::string> status = {};        ///< "success", "failed", "pending", ...
    Optional<std::string> result = {};        ///< serialised, as the function's language does it
    Optional<std::string> exception = {};     ///< the same, of a task that failed
    Optional<std::string> completion_t = {};  ///< seconds since 1970, as a text
    Optional<Json> details = {};
    GLOBUS_MEMBERS(Task, task_id, status, result, exception, completion_t, details);
};

/// Several tasks by their ids.
struct TaskBatch {
    Optional<std::string> response = {};
    std::map<std::string, Task> results = {};
    GLOBUS_MEMBERS(TaskBatch, response, results);
};

/// A task of a group.
struct GroupedTask {
    Optional<std::string> id = {};
    Optional<std::string> created_at = {};  ///< ISO 8601
    GLOBUS_MEMBERS(GroupedTask, id, created_at);
};

/// Tasks that were submitted together.
struct TaskGroup {
    Optional<std::string> taskgroup_id = {};
    Optional<bool> create_websockets_queue = {};
    std::vector<GroupedTask> tasks = {};
    GLOBUS_MEMBERS(TaskGroup, taskgroup_id, create_websockets_queue, tasks);
};

/// What became of one task of a submission.
struct SubmittedTask {
    Optional<std::string> status = {};
    Optional<std::string> task_uuid = {};
    Optional<std::int64_t> http_status_code = {};
    Optional<std::string> reason = {};
    GLOBUS_MEMBERS(SubmittedTask, status, task_uuid, http_status_code, reason);
};

/// The outcome of a submission.
struct Submission {
    Optional<std::string> response = {};
    Optional<std::string> task_group_id = {};
    std::vector<SubmittedTask> results = {};
    GLOBUS_MEMBERS(Submission, response, task_group_id, results);
};

}  // namespace globus::compute_v2

namespace globus::compute_v3 {

using compute_v2::EndpointLock;
using compute_v2::EndpointRegistration;
using compute_v2::FunctionRegistration;

/// The functions that an endpoint runs.
struct Allowlist {
    Optional<std::string> endpoint_id = {};
    Optional<bool> restricted = {};
    std::vector<std::string> functions = {};
    GLOBUS_MEMBERS(Allowlist, endpoint_id, restricted, functions);
};

/// The outcome of a submission: the ids of the tasks, by function.
struct Submission {
    Optional<std::string> request_id = {};
    Optional<std::string> task_group_id = {};
    Optional<std::string> endpoint_id = {};
    std::map<std::string, std::vector<std::string>> tasks = {};
    GLOBUS_MEMBERS(Submission, request_id, task_group_id, endpoint_id, tasks);
};

}  // namespace globus::compute_v3

#endif  // GLOBUS_SERVICES_COMPUTE_DOCUMENTS_HPP

#include <string>
#include <vector>

// The operations of Globus Compute, in both versions of its API. https://compute.api.globus.org/redoc

namespace globus {
struct ComputeServiceV2;
struct ComputeServiceV3;
}  // namespace globus

namespace globus::compute_v2 {

/// Reads the version of the service. GET /v2/version
/// The answer is a text, or an object when `service` is "all".
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_version_v2_version_get
struct GetVersion {
    using service = ComputeServiceV2;
    using result = Json;
    static constexpr auto route = get("/v2/version");
    Optional<std::string> service_name = {};  ///< "all" for the versions of every part
    static constexpr auto wire = wires(in_query("service_name", "service"));
    GLOBUS_MEMBERS(GetVersion, service_name);
};

/// Gets a queue to wait for results at. GET /v2/get_amqp_result_connection_url
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_user_specific_result_amqp_url_v2_get_amqp_result_connection_url_get
struct GetResultAmqpUrl {
    using service = ComputeServiceV2;
    using result = ResultQueue;
    static constexpr auto route = get("/v2/get_amqp_result_connection_url");
    GLOBUS_MEMBERS(GetResultAmqpUrl);
};

/// Registers an endpoint. POST /v2/endpoints
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v2_endpoints_post
struct RegisterEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v2/endpoints");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Reads an endpoint. GET /v2/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_v2_endpoints__endpoint_uuid__get
struct GetEndpoint {
    using service = ComputeServiceV2;
    using result = Endpoint;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpoint, endpoint_id);
};

/// Reads whether an endpoint serves. GET /v2/endpoints/{endpoint_id}/status
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_status_v2_endpoints__endpoint_uuid__status_get
struct GetEndpointStatus {
    using service = ComputeServiceV2;
    using result = EndpointStatus;
    static constexpr auto route = get("/v2/endpoints/{endpoint_id}/status");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointStatus, endpoint_id);
};

/// Lists the caller's endpoints. GET /v2/endpoints
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoints_v2_endpoints_get
struct GetEndpoints {
    using service = ComputeServiceV2;
    using result = std::vector<Endpoint>;
    static constexpr auto route = get("/v2/endpoints");
    Optional<std::string> role = {};  ///< "owner" or "any"
    GLOBUS_MEMBERS(GetEndpoints, role);
};

/// Deletes an endpoint. DELETE /v2/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/delete_endpoint_v2_endpoints__endpoint_uuid__delete
struct DeleteEndpoint {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(DeleteEndpoint, endpoint_id);
};

/// Keeps others from registering an endpoint for a while. POST /v2/endpoints/{endpoint_id}/lock
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v2_endpoints__endpoint_uuid__lock_post
struct LockEndpoint {
    using service = ComputeServiceV2;
    using result = EndpointLock;
    static constexpr auto route = post("/v2/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Registers a function. POST /v2/functions
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/register_function_v2_functions_post
struct RegisterFunction {
    using service = ComputeServiceV2;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v2/functions");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Reads a function. GET /v2/functions/{function_id}
/// https://compute.api.globus.org/redoc#tag/Functions/operation/get_function_v2_functions__function_uuid__get
struct GetFunction {
    using service = ComputeServiceV2;
    using result = Function;
    static constexpr auto route = get("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(GetFunction, function_id);
};

/// Deletes a function. DELETE /v2/functions/{function_id}
/// https://compute.api.globus.org/redoc#tag/Functions/operation/delete_function_v2_functions__function_uuid__delete
struct DeleteFunction {
    using service = ComputeServiceV2;
    using result = Deletion;
    static constexpr auto route = delete_("/v2/functions/{function_id}");
    Required<std::string> function_id;
    GLOBUS_MEMBERS(DeleteFunction, function_id);
};

/// Reads a task and its result. GET /v2/tasks/{task_id}
/// https://compute.api.globus.org/redoc#tag/Tasks/operation/get_task_status_and_result_v2_tasks__task_uuid__get
struct GetTask {
    using service = ComputeServiceV2;
    using result = Task;
    static constexpr auto route = get("/v2/tasks/{task_id}");
    Required<std::string> task_id;
    GLOBUS_MEMBERS(GetTask, task_id);
};

/// Reads several tasks. POST /v2/batch_status
/// https://compute.api.globus.org/redoc#tag/Root/operation/get_batch_status_v2_batch_status_post
struct GetTaskBatch {
    using service = ComputeServiceV2;
    using result = TaskBatch;
    static constexpr auto route = post("/v2/batch_status");
    static constexpr RetryClass retry = RetryClass::read;
    Required<StringList> task_ids;
    static constexpr auto wire = wires(in_json("task_ids"));
    GLOBUS_MEMBERS(GetTaskBatch, task_ids);
};

/// Lists the tasks of a group. GET /v2/taskgroup/{task_group_id}
/// https://compute.api.globus.org/redoc#tag/TaskGroup/operation/get_task_group_tasks_v2_taskgroup__task_group_uuid__get
struct GetTaskGroup {
    using service = ComputeServiceV2;
    using result = TaskGroup;
    static constexpr auto route = get("/v2/taskgroup/{task_group_id}");
    Required<std::string> task_group_id;
    GLOBUS_MEMBERS(GetTaskGroup, task_group_id);
};

/// Submits calls of functions. POST /v2/submit
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Root/operation/submit_batch_v2_submit_post
struct Submit {
    using service = ComputeServiceV2;
    using result = Submission;
    static constexpr auto route = post("/v2/submit");
    Required<Json> data;
    GLOBUS_MEMBERS(Submit, data);
};

}  // namespace globus::compute_v2

namespace globus::compute_v3 {

/// Registers an endpoint. POST /v3/endpoints
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/register_endpoint_v3_endpoints_post
struct RegisterEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = post("/v3/endpoints");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterEndpoint, data);
};

/// Changes an endpoint. PUT /v3/endpoints/{endpoint_id}
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/update_endpoint_v3_endpoints__endpoint_uuid__put
struct UpdateEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointRegistration;
    static constexpr auto route = put("/v3/endpoints/{endpoint_id}");
    Required<std::string> endpoint_id;
    Required<Json> data;
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_id, data);
};

/// Keeps others from registering an endpoint for a while. POST /v3/endpoints/{endpoint_id}/lock
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/lock_endpoint_v3_endpoints__endpoint_uuid__lock_post
struct LockEndpoint {
    using service = ComputeServiceV3;
    using result = EndpointLock;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/lock");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(LockEndpoint, endpoint_id);
};

/// Lists the functions that an endpoint runs. GET /v3/endpoints/{endpoint_id}/allowed_functions
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/get_endpoint_allowlist_v3_endpoints__endpoint_uuid__allowed_functions_get
struct GetEndpointAllowlist {
    using service = ComputeServiceV3;
    using result = Allowlist;
    static constexpr auto route = get("/v3/endpoints/{endpoint_id}/allowed_functions");
    Required<std::string> endpoint_id;
    GLOBUS_MEMBERS(GetEndpointAllowlist, endpoint_id);
};

/// Registers a function. POST /v3/functions
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Functions/operation/register_function_v3_functions_post
struct RegisterFunction {
    using service = ComputeServiceV3;
    using result = FunctionRegistration;
    static constexpr auto route = post("/v3/functions");
    Required<Json> data;
    GLOBUS_MEMBERS(RegisterFunction, data);
};

/// Submits calls of functions to an endpoint. POST /v3/endpoints/{endpoint_id}/submit
/// It is sent once, because the service would do it twice.
/// https://compute.api.globus.org/redoc#tag/Endpoints/operation/submit_batch_v3_endpoints__endpoint_uuid__submit_post
struct Submit {
    using service = ComputeServiceV3;
    using result = Submission;
    static constexpr auto route = post("/v3/endpoints/{endpoint_id}/submit");
    Required<std::string> endpoint_id;
    Required<Json> data;
    GLOBUS_MEMBERS(Submit, endpoint_id, data);
};

}  // namespace globus::compute_v3

#endif  // GLOBUS_SERVICES_COMPUTE_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string_view>
#include <vector>

namespace globus {

/**
 * Globus Compute, version 2 of its API: functions that run on remote endpoints.
 *
 *     Client<ComputeServiceV2, AccessTokenPolicy> compute{token};
 *
 * https://compute.api.globus.org/redoc
 */
struct ComputeServiceV2 {
    static constexpr std::string_view name = "compute";
    static constexpr std::string_view resource_server = "funcx_service";
    using error = ComputeApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<compute_v2::GetVersion, compute_v2::GetResultAmqpUrl, compute_v2::RegisterEndpoint,
                                    compute_v2::GetEndpoint, compute_v2::GetEndpointStatus, compute_v2::GetEndpoints,
                                    compute_v2::DeleteEndpoint, compute_v2::LockEndpoint, compute_v2::RegisterFunction,
                                    compute_v2::GetFunction, compute_v2::DeleteFunction, compute_v2::GetTask,
                                    compute_v2::GetTaskBatch, compute_v2::GetTaskGroup, compute_v2::Submit>;
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct ComputeServiceV2::Operations {
    /// @copydoc compute_v2::GetVersion
    Response<Json> get_version(compute_v2::GetVersion op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetResultAmqpUrl
    Response<compute_v2::ResultQueue> get_result_amqp_url(compute_v2::GetResultAmqpUrl op = {},
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::RegisterEndpoint
    Response<compute_v2::EndpointRegistration> register_endpoint(compute_v2::RegisterEndpoint op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpoint
    Response<compute_v2::Endpoint> get_endpoint(compute_v2::GetEndpoint op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpointStatus
    Response<compute_v2::EndpointStatus> get_endpoint_status(compute_v2::GetEndpointStatus op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetEndpoints
    Response<std::vector<compute_v2::Endpoint>> get_endpoints(compute_v2::GetEndpoints op = {},
                                                              CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::DeleteEndpoint
    Response<compute_v2::Deletion> delete_endpoint(compute_v2::DeleteEndpoint op,
                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::LockEndpoint
    Response<compute_v2::EndpointLock> lock_endpoint(compute_v2::LockEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::RegisterFunction
    Response<compute_v2::FunctionRegistration> register_function(compute_v2::RegisterFunction op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetFunction
    Response<compute_v2::Function> get_function(compute_v2::GetFunction op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::DeleteFunction
    Response<compute_v2::Deletion> delete_function(compute_v2::DeleteFunction op,
                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTask
    Response<compute_v2::Task> get_task(compute_v2::GetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTaskBatch
    Response<compute_v2::TaskBatch> get_task_batch(compute_v2::GetTaskBatch op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::GetTaskGroup
    Response<compute_v2::TaskGroup> get_task_group(compute_v2::GetTaskGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v2::Submit
    Response<compute_v2::Submission> submit(compute_v2::Submit op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * Globus Compute, version 3 of its API.
 *
 *     Client<ComputeServiceV3, AccessTokenPolicy> compute{token};
 *
 * https://compute.api.globus.org/redoc
 */
struct ComputeServiceV3 {
    static constexpr std::string_view name = "compute";
    static constexpr std::string_view resource_server = "funcx_service";
    using error = ComputeApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<compute_v3::RegisterEndpoint, compute_v3::UpdateEndpoint, compute_v3::LockEndpoint,
                                    compute_v3::GetEndpointAllowlist, compute_v3::RegisterFunction, compute_v3::Submit>;
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct ComputeServiceV3::Operations {
    /// @copydoc compute_v3::RegisterEndpoint
    Response<compute_v3::EndpointRegistration> register_endpoint(compute_v3::RegisterEndpoint op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::UpdateEndpoint
    Response<compute_v3::EndpointRegistration> update_endpoint(compute_v3::UpdateEndpoint op,
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::LockEndpoint
    Response<compute_v3::EndpointLock> lock_endpoint(compute_v3::LockEndpoint op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::GetEndpointAllowlist
    Response<compute_v3::Allowlist> get_endpoint_allowlist(compute_v3::GetEndpointAllowlist op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::RegisterFunction
    Response<compute_v3::FunctionRegistration> register_function(compute_v3::RegisterFunction op,
                                                                 CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc compute_v3::Submit
    Response<compute_v3::Submission> submit(compute_v3::Submit op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_COMPUTE_SERVICE_HPP

#endif  // GLOBUS_SERVICES_COMPUTE_HPP
#ifndef GLOBUS_SERVICES_FLOWS_HPP
#define GLOBUS_SERVICES_FLOWS_HPP

// All that a user of Globus Flows needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_FLOWS_SERVICE_HPP
#define GLOBUS_SERVICES_FLOWS_SERVICE_HPP

#ifndef GLOBUS_SERVICES_FLOWS_ERRORS_HPP
#define GLOBUS_SERVICES_FLOWS_ERRORS_HPP

#include <utility>

namespace globus {

/**
 * Globus Flows answered with an error status. https://docs.globus.org/api/flows/
 *
 * Flows puts what is wrong into one object: `{"error": {"code": ..., "detail": ...}}`, where `detail` is a text or a
 * list of what does not fit.
 */
class FlowsApiError : public ApiError {
public:
    FlowsApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading) {
        auto const* error = document.if_contains("error");
        if (error == nullptr || !error->is_object()) return false;
        reading.errors = {sub_error(error->get_object(), {"detail", "title"})};
        reading.code = reading.errors.front().code;
        if (auto const* details = globus::detail::object_list(error->get_object().if_contains("detail"))) {
            for (boost::json::value const& detail : *details)
                if (auto const text = globus::detail::text_member(detail.get_object(), "msg"))
                    reading.messages.emplace_back(*text);
        } else if (reading.errors.front().has_message) {
            reading.messages.push_back(reading.errors.front().message);
        }
        return true;
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_ERRORS_HPP
#ifndef GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP
#define GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_FLOWS_DATA_HPP
#define GLOBUS_SERVICES_FLOWS_DATA_HPP

#include <boost/json/parse.hpp>

// The documents that a Flows program makes.

namespace globus::flows {

/**
 * When the service sends an e-mail about a run to its owner, managers and monitors.
 *
 *     flow.run_flow({.body = input, .activity_notification_policy = RunActivityNotificationPolicy{{"FAILED"}}});
 */
struct RunActivityNotificationPolicy {
    Optional<StringList> status = {};  ///< "INACTIVE", "SUCCEEDED", "FAILED"; the service's default is "INACTIVE"
    GLOBUS_MEMBERS(RunActivityNotificationPolicy, status);

    operator Json() const { return boost::json::parse(to_json(*this)); }
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_DATA_HPP
#ifndef GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What Globus Flows answers. Members bear the service's names; https://flows.globus.org/redoc says what they mean.
// Times are ISO 8601, people and groups are URNs.

namespace globus::flows {

/// A flow: a definition that can be run, and who may see, start and change it.
struct Flow {
    Optional<std::string> id = {};
    Optional<std::string> title = {};
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> keywords = {};
    Optional<Json> definition = {};    ///< states and what leads from one to the next
    Optional<Json> input_schema = {};  ///< the JSON Schema that a run's body has to meet
    Optional<std::string> globus_auth_scope = {};
    Optional<std::string> globus_auth_username = {};
    Optional<std::string> principal_urn = {};  ///< the flow itself, as an identity
    Optional<std::string> flow_owner = {};
    Optional<std::vector<std::string>> flow_viewers = {};   ///< or "public"
    Optional<std::vector<std::string>> flow_starters = {};  ///< or "all_authenticated_users"
    Optional<std::vector<std::string>> flow_administrators = {};
    Optional<std::vector<std::string>> run_managers = {};
    Optional<std::vector<std::string>> run_monitors = {};
    Optional<std::string> user_role = {};  ///< the caller's, as in "flow_starter"
    Optional<std::string> created_by = {};
    Optional<std::string> created_at = {};
    Optional<std::string> updated_at = {};
    Optional<std::string> deleted_at = {};
    Optional<bool> deleted = {};  ///< `DELETED` on the wire: the flow is no more
    Optional<std::string> subscription_id = {};
    Optional<std::string> authentication_policy_id = {};
    Optional<std::string> flow_url = {};
    Optional<std::string> action_url = {};
    Optional<std::string> api_version = {};
    Optional<std::vector<std::string>> types = {};
    Optional<bool> synchronous = {};
    Optional<bool> log_supported = {};
    static constexpr auto wire = wires(rename("deleted", "DELETED"));
    GLOBUS_MEMBERS(Flow, id, title, subtitle, description, keywords, definition, input_schema, globus_auth_scope,
                   globus_auth_username, principal_urn, flow_owner, flow_viewers, flow_starters, flow_administrators,
                   run_managers, run_monitors, user_role, created_by, created_at, updated_at, deleted_at, deleted,
                   subscription_id, authentication_policy_id, flow_url, action_url, api_version, types, synchronous,
                   log_supported);
};

/// A page of flows.
struct FlowPage {
    std::vector<Flow> flows = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(FlowPage, flows, limit, has_next_page, marker);
};

/// A definition that is valid: the scopes that it needs, by whose they are.
struct FlowValidation {
    Optional<std::map<std::string, std::vector<std::string>>> scopes = {};
    GLOBUS_MEMBERS(FlowValidation, scopes);
};

/// What happens in a run now, or how it ended.
struct RunDetails {
    Optional<std::string> code = {};  ///< as in "FlowSucceeded", "ActionUnableToRun"
    Optional<std::string> description = {};
    Optional<std::string> time = {};
    Optional<Json> details = {};
    Optional<Json> input = {};
    Optional<Json> output = {};  ///< what the states have left, by name
    GLOBUS_MEMBERS(RunDetails, code, description, time, details, input, output);
};

/// The flow of a run, as it was when the run began; comes only if it was asked for.
struct FlowDescription {
    Optional<std::string> title = {};
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<std::vector<std::string>> keywords = {};
    GLOBUS_MEMBERS(FlowDescription, title, subtitle, description, keywords);
};

/// A run of a flow.
struct Run {
    Optional<std::string> run_id = {};
    Optional<std::string> flow_id = {};
    Optional<std::string> flow_title = {};
    Optional<std::string> flow_last_updated = {};
    Optional<FlowDescription> flow_description = {};
    Optional<std::string> status = {};  ///< "ACTIVE", "INACTIVE" (it waits to be resumed), "SUCCEEDED" or "FAILED"
    Optional<std::string> display_status = {};
    Optional<RunDetails> details = {};
    Optional<std::string> label = {};
    Optional<std::vector<std::string>> tags = {};
    Optional<std::string> start_time = {};
    Optional<std::string> completion_time = {};
    Optional<std::string> created_by = {};
    Optional<std::string> run_owner = {};
    Optional<std::vector<std::string>> run_managers = {};
    Optional<std::vector<std::string>> run_monitors = {};
    Optional<std::string> user_role = {};  ///< the caller's, as in "run_owner"
    GLOBUS_MEMBERS(Run, run_id, flow_id, flow_title, flow_last_updated, flow_description, status, display_status,
                   details, label, tags, start_time, completion_time, created_by, run_owner, run_managers, run_monitors,
                   user_role);
};

/// A page of runs.
struct RunPage {
    std::vector<Run> runs = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RunPage, runs, limit, has_next_page, marker);
};

/// Something that happened in a run.
struct RunLogEntry {
    Optional<std::string> time = {};
    Optional<std::string> code = {};  ///< as in "FlowStarted", "ActionCompleted"
    Optional<std::string> description = {};
    Optional<Json> details = {};
    GLOBUS_MEMBERS(RunLogEntry, time, code, description, details);
};

/// A page of what happened in a run.
struct RunLogPage {
    std::vector<RunLogEntry> entries = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RunLogPage, entries, limit, has_next_page, marker);
};

/// The definition that a run follows, as the flow's was when the run began.
struct RunDefinition {
    Optional<std::string> flow_id = {};
    Optional<Json> definition = {};
    Optional<Json> input_schema = {};
    GLOBUS_MEMBERS(RunDefinition, flow_id, definition, input_schema);
};

/// A body that a flow would accept.
struct RunValidation {
    Optional<std::string> message = {};
    GLOBUS_MEMBERS(RunValidation, message);
};

/// Who may do what with a registered API.
struct RegisteredApiRoles {
    Optional<std::vector<std::string>> owners = {};
    Optional<std::vector<std::string>> administrators = {};
    Optional<std::vector<std::string>> viewers = {};
    GLOBUS_MEMBERS(RegisteredApiRoles, owners, administrators, viewers);
};

/// A web API that flows can call. Lists have the id, name, description and times only.
struct RegisteredApi {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> status = {};  ///< as in "ACTIVE"
    Optional<RegisteredApiRoles> roles = {};
    Optional<Json> target = {};              ///< the OpenAPI operation that is called
    Optional<Json> data_templates = {};      ///< how a state's data becomes a request, and an answer the state's data
    Optional<Json> state_input_schema = {};  ///< the JSON Schema of a state's data
    Optional<std::string> subscription_id = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> updated_timestamp = {};
    Optional<std::string> scheduled_deletion_timestamp = {};
    GLOBUS_MEMBERS(RegisteredApi, id, name, description, status, roles, target, data_templates, state_input_schema,
                   subscription_id, created_timestamp, edited_timestamp, updated_timestamp,
                   scheduled_deletion_timestamp);
};

/// A page of registered APIs.
struct RegisteredApiPage {
    std::vector<RegisteredApi> registered_apis = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(RegisteredApiPage, registered_apis, limit, has_next_page, marker);
};

/// The flow that a web input belongs to.
struct WebInputFlow {
    Optional<std::string> id = {};
    Optional<std::string> title = {};
    GLOBUS_MEMBERS(WebInputFlow, id, title);
};

/// The run that waits for a web input.
struct WebInputRun {
    Optional<std::string> id = {};
    Optional<std::string> label = {};
    GLOBUS_MEMBERS(WebInputRun, id, label);
};

/// Who may see and who may answer a web input.
struct WebInputRoles {
    Optional<std::vector<std::string>> viewer_urns = {};
    Optional<std::vector<std::string>> respondent_urns = {};
    GLOBUS_MEMBERS(WebInputRoles, viewer_urns, respondent_urns);
};

/// One of the answers that a web input offers.
struct WebInputOption {
    Optional<std::string> option_id = {};  ///< the value to respond with
    Optional<std::string> label = {};
    Optional<std::string> description = {};
    GLOBUS_MEMBERS(WebInputOption, option_id, label, description);
};

/// A question of a run that waits for somebody's answer.
struct WebInput {
    Optional<std::string> id = {};
    Optional<std::string> status = {};                   ///< "open" or "closed"
    Optional<std::vector<std::string>> user_roles = {};  ///< the caller's: "viewer", "respondent"
    Optional<std::string> input_type = {};               ///< as in "selection"
    Optional<Json> input_schema = {};                    ///< the JSON Schema that an answer has to meet
    Optional<Json> context = {};                         ///< title and text of the question
    Optional<std::vector<WebInputOption>> options = {};
    Optional<WebInputRoles> roles = {};
    Optional<std::string> creator_urn = {};
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> closed_timestamp = {};
    GLOBUS_MEMBERS(WebInput, id, status, user_roles, input_type, input_schema, context, options, roles, creator_urn,
                   flow, run, created_timestamp, edited_timestamp, closed_timestamp);
};

/// A web input as it stands in a list.
struct WebInputSummary {
    Optional<std::string> id = {};
    Optional<std::string> status = {};  ///< "open" or "closed"
    Optional<std::vector<std::string>> user_roles = {};
    Optional<std::string> input_type = {};
    Optional<std::string> title = {};
    Optional<WebInputFlow> flow = {};
    Optional<WebInputRun> run = {};
    Optional<std::string> created_timestamp = {};
    Optional<std::string> edited_timestamp = {};
    Optional<std::string> closed_timestamp = {};
    GLOBUS_MEMBERS(WebInputSummary, id, status, user_roles, input_type, title, flow, run, created_timestamp,
                   edited_timestamp, closed_timestamp);
};

/// A page of web inputs.
struct WebInputPage {
    std::vector<WebInputSummary> web_input_summaries = {};
    Optional<std::string> marker = {};  ///< null on the last page
    GLOBUS_MEMBERS(WebInputPage, web_input_summaries, marker);
};

/// An answer to a web input was taken.
struct WebInputResponse {
    Optional<std::string> status = {};
    GLOBUS_MEMBERS(WebInputResponse, status);
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_DOCUMENTS_HPP

#include <cstdint>
#include <string>

// The operations of Globus Flows. https://docs.globus.org/api/flows/
//
// What all have in common: `query_params` takes parameters that the operation has no member for, and
// `additional_fields` members of the document; every operation throws what Client::send throws, with FlowsApiError for
// an error status; ids are UUIDs as text, people and groups are URNs ("urn:globus:auth:identity:...").

namespace globus {
struct FlowsService;
struct SpecificFlowService;
}  // namespace globus

namespace globus::flows {

// Flows

/// Creates a flow. POST /flows
/// It is not repeated after a lost answer, for there would be two flows.
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows/post
struct CreateFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = post("/flows");
    Required<std::string> title;
    Required<Json> definition;    ///< states and what leads from one to the next
    Required<Json> input_schema;  ///< the JSON Schema that a run's body has to meet
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<StringList> flow_viewers = {};   ///< or "public"
    Optional<StringList> flow_starters = {};  ///< or "all_authenticated_users"
    Optional<StringList> flow_administrators = {};
    Optional<StringList> run_managers = {};
    Optional<StringList> run_monitors = {};
    Optional<StringList> keywords = {};
    Optional<std::string> subscription_id = {};
    Optional<std::string> authentication_policy_id = {};  ///< of a high assurance policy; needs a subscription
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(
        in_json("title"), in_json("definition"), in_json("input_schema"), in_json("subtitle"), in_json("description"),
        in_json("flow_viewers"), in_json("flow_starters"), in_json("flow_administrators"), in_json("run_managers"),
        in_json("run_monitors"), in_json("keywords"), in_json("subscription_id"), in_json("authentication_policy_id"));
    GLOBUS_MEMBERS(CreateFlow, title, definition, input_schema, subtitle, description, flow_viewers, flow_starters,
                   flow_administrators, run_managers, run_monitors, keywords, subscription_id, authentication_policy_id,
                   additional_fields);
};

/// Reads a flow. GET /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/get
struct GetFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = get("/flows/{flow_id}");
    Required<std::string> flow_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetFlow, flow_id, query_params);
};

/// Lists the flows that the caller may see. Paginated. GET /flows
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows/get
struct ListFlows {
    using service = FlowsService;
    using result = FlowPage;
    static constexpr auto route = get("/flows");
    static constexpr Paging paging{PagingStyle::marker, "flows", "marker"};
    static constexpr auto items = &FlowPage::flows;
    Optional<StringList> filter_roles = {};      ///< "flow_owner", "flow_starter", ...: only flows with one of these
    Optional<std::string> filter_fulltext = {};  ///< words of the title, subtitle, description, keywords or owner
    Optional<StringList> orderby = {};           ///< as in "title ASC"
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("orderby", Spelling::repeat));
    GLOBUS_MEMBERS(ListFlows, filter_roles, filter_fulltext, orderby, marker, query_params);
};

/// Changes what is given of a flow; the rest stays. PUT /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/put
struct UpdateFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = put("/flows/{flow_id}");
    Required<std::string> flow_id;
    Optional<std::string> title = {};
    Optional<Json> definition = {};
    Optional<Json> input_schema = {};
    Optional<std::string> subtitle = {};
    Optional<std::string> description = {};
    Optional<std::string> flow_owner = {};  ///< an administrator who takes the flow over
    Optional<StringList> flow_viewers = {};
    Optional<StringList> flow_starters = {};
    Optional<StringList> flow_administrators = {};
    Optional<StringList> run_managers = {};
    Optional<StringList> run_monitors = {};
    Optional<StringList> keywords = {};
    Optional<std::string> subscription_id = {};  ///< or "DEFAULT"
    Optional<std::string> authentication_policy_id = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("title"), in_json("definition"), in_json("input_schema"), in_json("subtitle"),
              in_json("description"), in_json("flow_owner"), in_json("flow_viewers"), in_json("flow_starters"),
              in_json("flow_administrators"), in_json("run_managers"), in_json("run_monitors"), in_json("keywords"),
              in_json("subscription_id"), in_json("authentication_policy_id"));
    GLOBUS_MEMBERS(UpdateFlow, flow_id, title, definition, input_schema, subtitle, description, flow_owner,
                   flow_viewers, flow_starters, flow_administrators, run_managers, run_monitors, keywords,
                   subscription_id, authentication_policy_id, additional_fields);
};

/// Deletes a flow; answers with what it was. Its runs stay. DELETE /flows/{flow_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1{flow_id}/delete
struct DeleteFlow {
    using service = FlowsService;
    using result = Flow;
    static constexpr auto route = delete_("/flows/{flow_id}");
    Required<std::string> flow_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteFlow, flow_id, query_params);
};

/// Checks a definition, and tells the scopes that it needs; nothing is made. POST /flows/validate
/// https://flows.globus.org/redoc#tag/Flows/paths/~1flows~1validate/post
struct ValidateFlow {
    using service = FlowsService;
    using result = FlowValidation;
    static constexpr auto route = post("/flows/validate");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Json> definition;
    Optional<Json> input_schema = {};
    static constexpr auto wire = wires(in_json("definition"), in_json("input_schema"));
    GLOBUS_MEMBERS(ValidateFlow, definition, input_schema);
};

// Runs

/// Lists the runs that the caller may see. Paginated. GET /runs
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs/get
struct ListRuns {
    using service = FlowsService;
    using result = RunPage;
    static constexpr auto route = get("/runs");
    static constexpr Paging paging{PagingStyle::marker, "runs", "marker"};
    static constexpr auto items = &RunPage::runs;
    Optional<StringList> filter_flow_id = {};  ///< only runs of these flows
    Optional<StringList> filter_roles = {};    ///< "run_owner", "run_monitor", ...: only runs with one of these
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListRuns, filter_flow_id, filter_roles, marker, query_params);
};

/// Lists what happened in a run. Paginated. GET /runs/{run_id}/log
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{action_id}~1log/get
struct GetRunLogs {
    using service = FlowsService;
    using result = RunLogPage;
    static constexpr auto route = get("/runs/{run_id}/log");
    static constexpr Paging paging{PagingStyle::marker, "entries", "marker"};
    static constexpr auto items = &RunLogPage::entries;
    Required<std::string> run_id;
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> reverse_order = {};  ///< the latest first
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRunLogs, run_id, limit, reverse_order, marker, query_params);
};

/// Reads a run. GET /runs/{run_id}
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}/get
struct GetRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = get("/runs/{run_id}");
    Required<std::string> run_id;
    Optional<bool> include_flow_description = {};  ///< the flow's title, subtitle, description and keywords as well
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRun, run_id, include_flow_description, query_params);
};

/// Reads the definition and input schema that a run began with. GET /runs/{run_id}/definition
/// https://flows.globus.org/redoc#tag/Flows/paths/~1runs~1{run_id}~1definition/get
struct GetRunDefinition {
    using service = FlowsService;
    using result = RunDefinition;
    static constexpr auto route = get("/runs/{run_id}/definition");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(GetRunDefinition, run_id);
};

/// Cancels a run; one that has ended stays as it is. POST /runs/{run_id}/cancel
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}~1cancel/post
struct CancelRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> run_id;
    GLOBUS_MEMBERS(CancelRun, run_id);
};

/// Changes what is given of a run's label, tags, monitors and managers. PUT /runs/{run_id}
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}/put
struct UpdateRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = put("/runs/{run_id}");
    Required<std::string> run_id;
    Optional<std::string> label = {};
    Optional<StringList> tags = {};
    Optional<StringList> run_monitors = {};
    Optional<StringList> run_managers = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("label"), in_json("tags"), in_json("run_monitors"), in_json("run_managers"));
    GLOBUS_MEMBERS(UpdateRun, run_id, label, tags, run_monitors, run_managers, additional_fields);
};

/// Deletes a run that has ended, and its log. POST /runs/{run_id}/release
/// https://flows.globus.org/redoc#tag/Runs/paths/~1runs~1{run_id}~1release/post
struct DeleteRun {
    using service = FlowsService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/release");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(DeleteRun, run_id);
};

// Registered APIs

/// Reads a registered API. GET /registered_apis/{registered_api_id}
/// https://flows.globus.org/redoc#tag/Registered-APIs
struct GetRegisteredApi {
    using service = FlowsService;
    using result = RegisteredApi;
    static constexpr auto route = get("/registered_apis/{registered_api_id}");
    Required<std::string> registered_api_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRegisteredApi, registered_api_id, query_params);
};

/// Lists the registered APIs that the caller may see. Paginated. GET /registered_apis
/// https://flows.globus.org/redoc#tag/Registered-APIs
struct ListRegisteredApis {
    using service = FlowsService;
    using result = RegisteredApiPage;
    static constexpr auto route = get("/registered_apis");
    static constexpr Paging paging{PagingStyle::marker, "registered_apis", "marker"};
    static constexpr auto items = &RegisteredApiPage::registered_apis;
    Optional<StringList> filter_roles = {};  ///< "owner", "administrator", "viewer"
    Optional<StringList> orderby = {};       ///< as in "name ASC"
    Optional<std::int64_t> per_page = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("orderby", Spelling::repeat));
    GLOBUS_MEMBERS(ListRegisteredApis, filter_roles, orderby, per_page, marker, query_params);
};

// Web inputs

/// Lists the questions of runs that the caller may see or answer. Paginated. GET /web_inputs
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs/get
struct ListWebInputs {
    using service = FlowsService;
    using result = WebInputPage;
    static constexpr auto route = get("/web_inputs");
    static constexpr Paging paging{PagingStyle::nullable_marker, "web_input_summaries", "marker"};
    static constexpr auto items = &WebInputPage::web_input_summaries;
    Optional<StringList> filter_roles = {};   ///< "viewer", "respondent"
    Optional<StringList> filter_states = {};  ///< "open", "closed"
    Optional<StringList> filter_flow_ids = {};
    Optional<StringList> filter_run_ids = {};
    Optional<StringList> orderby = {};  ///< as in "created_timestamp DESC"
    Optional<std::int64_t> per_page = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListWebInputs, filter_roles, filter_states, filter_flow_ids, filter_run_ids, orderby, per_page,
                   marker, query_params);
};

/// Reads a question of a run. GET /web_inputs/{web_input_id}
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}/get
struct GetWebInput {
    using service = FlowsService;
    using result = WebInput;
    static constexpr auto route = get("/web_inputs/{web_input_id}");
    Required<std::string> web_input_id;
    GLOBUS_MEMBERS(GetWebInput, web_input_id);
};

/// Answers a question of a run, which goes on with it. POST /web_inputs/{web_input_id}/respond
/// It is not repeated after a lost answer, for the first one has closed the question.
/// https://flows.globus.org/redoc#tag/Web-Inputs/paths/~1web_inputs~1{web_input_id}~1respond/post
struct RespondToWebInput {
    using service = FlowsService;
    using result = WebInputResponse;
    static constexpr auto route = post("/web_inputs/{web_input_id}/respond");
    Required<std::string> web_input_id;
    Required<Json> value;  ///< of the shape that the web input's schema asks for, such as an option's id
    static constexpr auto wire = wires(in_json("value", "response/value"));
    GLOBUS_MEMBERS(RespondToWebInput, web_input_id, value);
};

// One flow

/// Starts a run of the flow. POST /flows/{flow_id}/run
/// It is not repeated after a lost answer, for there might be two runs: `list_runs` tells whether there is one.
/// https://flows.globus.org/redoc#tag/~1flows~1{flow_id}~1run/post
struct RunFlow {
    using service = SpecificFlowService;
    using result = Run;
    static constexpr auto route = post("/flows/{flow_id}/run");
    Required<Json> body;  ///< the run's input, of the shape that the flow's input_schema asks for
    Optional<std::string> label = {};
    Optional<StringList> tags = {};
    Optional<Json> activity_notification_policy = {};  ///< a RunActivityNotificationPolicy
    Optional<StringList> run_monitors = {};
    Optional<StringList> run_managers = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire =
        wires(in_json("body"), in_json("label"), in_json("tags"), in_json("activity_notification_policy"),
              in_json("run_monitors"), in_json("run_managers"));
    GLOBUS_MEMBERS(RunFlow, body, label, tags, activity_notification_policy, run_monitors, run_managers,
                   additional_fields);
};

/// Lets a run go on that is inactive, as after a consent was given. POST /runs/{run_id}/resume
/// https://flows.globus.org/redoc#tag/Runs/paths/~1flows~1{flow_id}~1runs~1{run_id}~1resume/post
struct ResumeRun {
    using service = SpecificFlowService;
    using result = Run;
    static constexpr auto route = post("/runs/{run_id}/resume");
    Required<std::string> run_id;
    GLOBUS_MEMBERS(ResumeRun, run_id);
};

/// Checks what run_flow would be given; nothing is started. POST /flows/{flow_id}/validate_run
/// https://flows.globus.org/redoc#tag/Runs
struct ValidateRun {
    using service = SpecificFlowService;
    using result = RunValidation;
    static constexpr auto route = post("/flows/{flow_id}/validate_run");
    static constexpr RetryClass retry = RetryClass::read;
    Required<Json> body;
    Optional<std::string> label = {};
    Optional<StringList> tags = {};
    Optional<StringList> run_monitors = {};
    Optional<StringList> run_managers = {};
    Optional<Json> activity_notification_policy = {};  ///< a RunActivityNotificationPolicy
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(in_json("body"), in_json("label"), in_json("tags"), in_json("run_monitors"),
                                       in_json("run_managers"), in_json("activity_notification_policy"));
    GLOBUS_MEMBERS(ValidateRun, body, label, tags, run_monitors, run_managers, activity_notification_policy,
                   additional_fields);
};

}  // namespace globus::flows

#endif  // GLOBUS_SERVICES_FLOWS_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace globus {

using flows::RunActivityNotificationPolicy;

/**
 * Globus Flows: flows, their runs, and what runs ask of people. A flow is started by a SpecificFlowService.
 *
 *     Client<FlowsService, AccessTokenPolicy> client{token};
 *     for (flows::Run const& run : client.paginate(flows::ListRuns{})) ...
 *
 * https://docs.globus.org/api/flows/
 */
struct FlowsService {
    static constexpr std::string_view name = "flows";
    static constexpr std::string_view resource_server = "flows.globus.org";
    using error = FlowsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<flows::CreateFlow, flows::GetFlow, flows::ListFlows, flows::UpdateFlow,
                                    flows::DeleteFlow, flows::ValidateFlow, flows::ListRuns, flows::GetRunLogs,
                                    flows::GetRun, flows::GetRunDefinition, flows::CancelRun, flows::UpdateRun,
                                    flows::DeleteRun, flows::GetRegisteredApi, flows::ListRegisteredApis,
                                    flows::ListWebInputs, flows::GetWebInput, flows::RespondToWebInput>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of Flows as member functions of its Client.
template <class Client>
struct FlowsService::Operations {
    /// @copydoc flows::CreateFlow
    Response<flows::Flow> create_flow(flows::CreateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetFlow
    Response<flows::Flow> get_flow(flows::GetFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListFlows
    Response<flows::FlowPage> list_flows(flows::ListFlows op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::UpdateFlow
    Response<flows::Flow> update_flow(flows::UpdateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::DeleteFlow
    Response<flows::Flow> delete_flow(flows::DeleteFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ValidateFlow
    Response<flows::FlowValidation> validate_flow(flows::ValidateFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListRuns
    Response<flows::RunPage> list_runs(flows::ListRuns op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRunLogs
    Response<flows::RunLogPage> get_run_logs(flows::GetRunLogs op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRun
    Response<flows::Run> get_run(flows::GetRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRunDefinition
    Response<flows::RunDefinition> get_run_definition(flows::GetRunDefinition op,
                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::CancelRun
    Response<flows::Run> cancel_run(flows::CancelRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::UpdateRun
    Response<flows::Run> update_run(flows::UpdateRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::DeleteRun
    Response<flows::Run> delete_run(flows::DeleteRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetRegisteredApi
    Response<flows::RegisteredApi> get_registered_api(flows::GetRegisteredApi op,
                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListRegisteredApis
    Response<flows::RegisteredApiPage> list_registered_apis(flows::ListRegisteredApis op = {},
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ListWebInputs
    Response<flows::WebInputPage> list_web_inputs(flows::ListWebInputs op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::GetWebInput
    Response<flows::WebInput> get_web_input(flows::GetWebInput op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::RespondToWebInput
    Response<flows::WebInputResponse> respond_to_web_input(flows::RespondToWebInput op,
                                                           CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * One flow of Globus Flows: to run it takes a token for that flow, not for the service.
 *
 *     Client<SpecificFlowService, AccessTokenPolicy> flow{SpecificFlowService{flow_id}, token};
 *     auto run = flow.run_flow({.body = {{"source", "/~/a"}, {"target", "/~/b"}}, .label = "nightly"});
 *
 * The token is one of the resource server `flow_id`, with the scope `user_scope()`.
 * https://docs.globus.org/api/flows/
 */
struct SpecificFlowService {
    static constexpr std::string_view name = "flows";
    using error = FlowsApiError;
    using credential = BearerCredential;
    static constexpr std::array<std::string_view, 1> route_members{"flow_id"};

    Required<std::string> flow_id;

    [[nodiscard]] std::string const& resource_server() const noexcept { return *flow_id; }
    /// The scope that lets one start, resume and validate runs of the flow.
    [[nodiscard]] std::string user_scope() const {
        std::string word = *flow_id;
        std::replace(word.begin(), word.end(), '-', '_');
        return "https://auth.globus.org/scopes/" + *flow_id + "/flow_" + word + "_user";
    }
    [[nodiscard]] std::string route_value(std::string_view) const { return *flow_id; }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<flows::RunFlow, flows::ResumeRun, flows::ValidateRun>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of one flow as member functions of its Client.
template <class Client>
struct SpecificFlowService::Operations {
    /// @copydoc flows::RunFlow
    Response<flows::Run> run_flow(flows::RunFlow op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ResumeRun
    Response<flows::Run> resume_run(flows::ResumeRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc flows::ValidateRun
    Response<flows::RunValidation> validate_run(flows::ValidateRun op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_FLOWS_SERVICE_HPP

#endif  // GLOBUS_SERVICES_FLOWS_HPP
#ifndef GLOBUS_SERVICES_GCS_HPP
#define GLOBUS_SERVICES_GCS_HPP

// All that a user of Globus Connect Server needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP
#define GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

/// A kind of storage that Globus Connect Server can be connected to.
struct GlobusConnectServerConnector {
    std::string name;
    std::string connector_id;

    friend bool operator==(GlobusConnectServerConnector const&, GlobusConnectServerConnector const&) = default;
};

/**
 * The connectors of Globus Connect Server by name and by id.
 *
 *     ConnectorTable const connectors;
 *     connectors.lookup("google-drive")->connector_id
 *     connectors.lookup(*gateway.connector_id)->name
 *
 * Thread safety: distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-server/v5/reference/connector/
 */
class ConnectorTable {
public:
    [[nodiscard]] std::vector<GlobusConnectServerConnector> const& all_connectors() const noexcept {
        return connectors_;
    }

    /// The connector of that id or name; nullptr if there is none. Capitals do not matter in a name, nor which of blank,
    /// `-` and `_` its words are separated by.
    [[nodiscard]] GlobusConnectServerConnector const* lookup(std::string_view name_or_id) const {
        std::string const wanted = normalized(name_or_id);
        auto const found = std::find_if(connectors_.begin(), connectors_.end(), [&](auto const& connector) {
            return wanted == normalized(connector.connector_id) || wanted == normalized(connector.name);
        });
        return found != connectors_.end() ? &*found : nullptr;
    }

    /// The same table with one more connector.
    [[nodiscard]] ConnectorTable extend(GlobusConnectServerConnector connector) const {
        ConnectorTable longer = *this;
        longer.connectors_.push_back(std::move(connector));
        return longer;
    }

private:
    static std::string normalized(std::string_view text) {
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        std::string words;
        for (char const c : text) {
            bool const separates = c == ' ' || c == '-' || c == '_';
            if (separates && words.ends_with('-')) continue;
            words += separates ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        return words;
    }
    static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    std::vector<GlobusConnectServerConnector> connectors_{
        {"ActiveScale", "7251f6c8-93c9-11eb-95ba-12704e0d6a4d"},
        {"Azure Blob", "9436da0c-a444-11eb-af93-12704e0d6a4d"},
        {"BlackPearl", "7e3f3f5e-350c-4717-891a-2f451c24b0d4"},
        {"Box", "7c100eae-40fe-11e9-95a3-9cb6d0d9fd63"},
        {"Ceph", "1b6374b0-f6a4-4cf7-a26f-f262d9c6ca72"},
        {"Dropbox", "49b00fd6-63f1-48ae-b27f-d8af4589f876"},
        {"Google Cloud Storage", "56366b96-ac98-11e9-abac-9cb6d0d9fd63"},
        {"Google Drive", "976cf0cf-78c3-4aab-82d2-7c16adbcc281"},
        {"HPSS", "fb656a17-0f69-4e59-95ff-d0a62ca7bdf5"},
        {"iRODS", "e47b6920-ff57-11ea-8aaa-000c297ab3c2"},
        {"OneDrive", "28ef55da-1f97-11eb-bdfd-12704e0d6a4d"},
        {"POSIX", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
        {"POSIX Staging", "052be037-7dda-4d20-b163-3077314dc3e6"},
        {"S3", "7643e831-5f6c-4b47-a07f-8ee90f401d23"},
    };
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP
#ifndef GLOBUS_SERVICES_GCS_SERVICE_HPP
#define GLOBUS_SERVICES_GCS_SERVICE_HPP

#ifndef GLOBUS_CORE_ONCE_HPP
#define GLOBUS_CORE_ONCE_HPP

#include <memory>
#include <mutex>
#include <optional>

namespace globus::detail {

/**
 * A value that is asked for when it is first wanted, and kept. Copies share it.
 *
 * @par Thread safety
 * `get` may be called from any thread; one asks while the others wait. If `make` throws, the next call asks again.
 */
template <class T>
class Once {
public:
    template <class F>
    T const& get(F const& make) const {
        std::lock_guard const lock(state_->mutex);
        if (!state_->value) state_->value.emplace(make());
        return *state_->value;
    }

private:
    struct State {
        std::mutex mutex;
        std::optional<T> value;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace globus::detail

#endif  // GLOBUS_CORE_ONCE_HPP
#ifndef GLOBUS_SERVICES_GCS_ERRORS_HPP
#define GLOBUS_SERVICES_GCS_ERRORS_HPP

#include <string_view>

namespace globus {

/// The manager of a Globus Connect Server endpoint answered with an error status.
/// https://docs.globus.org/globus-connect-server/v5/api/
class GcsApiError : public ApiError {
public:
    using ApiError::ApiError;

    /// What the endpoint adds to the message: a text or an object; null if nothing.
    [[nodiscard]] boost::json::value const& detail() const noexcept { return document_member("detail"); }
    /// The DATA_TYPE of `detail()`, such as "reason#1.0.0"; empty if it has none.
    [[nodiscard]] std::string_view detail_data_type() const noexcept {
        auto const* object = detail().if_object();
        auto const* type = object != nullptr ? object->if_contains("DATA_TYPE") : nullptr;
        return type != nullptr && type->is_string() ? std::string_view(type->get_string()) : std::string_view();
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_ERRORS_HPP
#ifndef GLOBUS_SERVICES_GCS_OPERATIONS_HPP
#define GLOBUS_SERVICES_GCS_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_GCS_DATA_HPP
#define GLOBUS_SERVICES_GCS_DATA_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

// The documents that a manager of Globus Connect Server makes. A document's DATA_TYPE names the version of its schema:
// where it is left out it is the first one that has all the members that are set.

namespace globus::detail {

/// The minor version of a schema that brought a member.
struct MemberVersion {
    std::string_view member;
    int minor;
};

inline constexpr std::array<MemberVersion, 15> collection_versions{{{"associated_flow_policy", 15},
                                                                    {"activity_notification_policy", 14},
                                                                    {"auto_delete_timeout", 13},
                                                                    {"skip_auto_delete", 13},
                                                                    {"restrict_transfers_to_high_assurance", 12},
                                                                    {"acl_expiration_mins", 10},
                                                                    {"delete_protected", 8},
                                                                    {"guest_auth_policy_id", 6},
                                                                    {"disable_anonymous_writes", 5},
                                                                    {"force_verify", 4},
                                                                    {"sharing_users_allow", 2},
                                                                    {"sharing_users_deny", 2},
                                                                    {"enable_https", 1},
                                                                    {"user_message", 1},
                                                                    {"user_message_link", 1}}};
inline constexpr std::array<MemberVersion, 1> endpoint_versions{{{"gridftp_control_channel_port", 1}}};
inline constexpr std::array<MemberVersion, 1> storage_gateway_versions{{{"require_mfa", 1}}};

/// Writes a document with the DATA_TYPE "base#1.N.0" that its members need, unless it has one.
template <class T, std::size_t N>
void write_versioned(std::string& out, T const& document, Optional<std::string> const& data_type, std::string_view base,
                     std::array<MemberVersion, N> const& versions) {
    if (!data_type.is_absent()) return write_object(out, document);
    int minor = 0;
    T::members::for_each(document, [&]<class M, class V>(M, V const& value) {
        if constexpr (is_optional<V>) {
            if (value.is_absent()) return;
            for (MemberVersion const& version : versions)
                if (version.member == M::key && version.minor > minor) minor = version.minor;
        } else if constexpr (std::same_as<V, AdditionalFields>) {
            for (MemberVersion const& version : versions)
                if (value.contains(version.member) && version.minor > minor) minor = version.minor;
        }
    });
    if constexpr (requires { document.user_message; }) {
        constexpr std::size_t short_message = 64;  // characters; a longer one came with 1.7.0
        if (document.user_message.has_value()) {
            std::size_t characters = 0;
            for (char const c : *document.user_message) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            if (characters > short_message && minor < 7) minor = 7;
        }
    }
    T typed = document;
    if constexpr (requires { typed.data_type; })
        typed.data_type = std::string(base) + "#1." + std::to_string(minor) + ".0";
    else
        typed.DATA_TYPE = std::string(base) + "#1." + std::to_string(minor) + ".0";
    write_object(out, typed);
}

}  // namespace globus::detail

namespace globus::gcs {

/// What a mapped collection on POSIX allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXCollectionPolicies {
    std::string DATA_TYPE = "posix_collection_policies#1.0.0";
    Optional<StringList> sharing_groups_allow = {};
    Optional<StringList> sharing_groups_deny = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXCollectionPolicies, DATA_TYPE, sharing_groups_allow, sharing_groups_deny, additional_fields);
};

/// What a mapped collection on POSIXStaging allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStagingCollectionPolicies {
    std::string DATA_TYPE = "posix_staging_collection_policies#1.0.0";
    Optional<StringList> sharing_groups_allow = {};
    Optional<StringList> sharing_groups_deny = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStagingCollectionPolicies, DATA_TYPE, sharing_groups_allow, sharing_groups_deny,
                   additional_fields);
};

/// What a mapped collection on GoogleCloudStorage allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleCloudStorageCollectionPolicies {
    std::string DATA_TYPE = "google_cloud_storage_collection_policies#1.0.0";
    Optional<std::string> project = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleCloudStorageCollectionPolicies, DATA_TYPE, project, additional_fields);
};

/// What a storage gateway on POSIX allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStoragePolicies {
    std::string DATA_TYPE = "posix_storage_policies#1.0.0";
    Optional<StringList> groups_allow = {};
    Optional<StringList> groups_deny = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStoragePolicies, DATA_TYPE, groups_allow, groups_deny, additional_fields);
};

/// What a storage gateway on POSIXStaging allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct POSIXStagingStoragePolicies {
    std::string DATA_TYPE = "posix_staging_storage_policies#1.0.0";
    Optional<StringList> groups_allow = {};
    Optional<StringList> groups_deny = {};
    Optional<std::string> stage_app = {};
    Optional<Json> environment = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(POSIXStagingStoragePolicies, DATA_TYPE, groups_allow, groups_deny, stage_app, environment,
                   additional_fields);
};

/// What a storage gateway on BlackPearl allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct BlackPearlStoragePolicies {
    std::string DATA_TYPE = "blackpearl_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};
    Optional<std::string> bp_access_id_file = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(BlackPearlStoragePolicies, DATA_TYPE, s3_endpoint, bp_access_id_file, additional_fields);
};

/// What a storage gateway on Box allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct BoxStoragePolicies {
    std::string DATA_TYPE = "box_storage_policies#1.0.0";
    Optional<std::string> enterpriseID = {};
    Optional<Json> boxAppSettings = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(BoxStoragePolicies, DATA_TYPE, enterpriseID, boxAppSettings, additional_fields);
};

/// What a storage gateway on Ceph allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct CephStoragePolicies {
    std::string DATA_TYPE = "ceph_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};
    Optional<StringList> s3_buckets = {};
    Optional<std::string> ceph_admin_key_id = {};
    Optional<std::string> ceph_admin_secret_key = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(CephStoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, ceph_admin_key_id, ceph_admin_secret_key,
                   additional_fields);
};

/// What a storage gateway on GoogleDrive allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleDriveStoragePolicies {
    std::string DATA_TYPE = "google_drive_storage_policies#1.0.0";
    Optional<std::string> client_id = {};
    Optional<std::string> secret = {};
    Optional<std::int64_t> user_api_rate_quota = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleDriveStoragePolicies, DATA_TYPE, client_id, secret, user_api_rate_quota, additional_fields);
};

/// What a storage gateway on GoogleCloud allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct GoogleCloudStoragePolicies {
    std::string DATA_TYPE = "google_cloud_storage_policies#1.0.0";
    Optional<std::string> client_id = {};
    Optional<std::string> secret = {};
    Optional<Json> service_account_key = {};
    Optional<StringList> buckets = {};
    Optional<StringList> projects = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GoogleCloudStoragePolicies, DATA_TYPE, client_id, secret, service_account_key, buckets, projects,
                   additional_fields);
};

/// What a storage gateway on OneDrive allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct OneDriveStoragePolicies {
    std::string DATA_TYPE = "onedrive_storage_policies#1.0.0";
    Optional<std::string> client_id = {};
    Optional<std::string> secret = {};
    Optional<std::string> tenant = {};
    Optional<std::int64_t> user_api_rate_limit = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(OneDriveStoragePolicies, DATA_TYPE, client_id, secret, tenant, user_api_rate_limit,
                   additional_fields);
};

/// What a storage gateway on AzureBlob allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct AzureBlobStoragePolicies {
    std::string DATA_TYPE = "azure_blob_storage_policies#1.0.0";
    Optional<std::string> client_id = {};
    Optional<std::string> secret = {};
    Optional<std::string> tenant = {};
    Optional<std::string> account = {};
    Optional<std::string> auth_type = {};
    Optional<bool> adls = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(AzureBlobStoragePolicies, DATA_TYPE, client_id, secret, tenant, account, auth_type, adls,
                   additional_fields);
};

/// What a storage gateway on S3 allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct S3StoragePolicies {
    std::string DATA_TYPE = "s3_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};
    Optional<StringList> s3_buckets = {};
    Optional<bool> s3_user_credential_required = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(S3StoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, s3_user_credential_required,
                   additional_fields);
};

/// What a storage gateway on ActiveScale allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct ActiveScaleStoragePolicies {
    std::string DATA_TYPE = "s3_storage_policies#1.0.0";
    Optional<std::string> s3_endpoint = {};
    Optional<StringList> s3_buckets = {};
    Optional<bool> s3_user_credential_required = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(ActiveScaleStoragePolicies, DATA_TYPE, s3_endpoint, s3_buckets, s3_user_credential_required,
                   additional_fields);
};

/// What a storage gateway on Irods allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct IrodsStoragePolicies {
    std::string DATA_TYPE = "irods_storage_policies#1.0.0";
    Optional<std::string> irods_environment_file = {};
    Optional<std::string> irods_authentication_file = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(IrodsStoragePolicies, DATA_TYPE, irods_environment_file, irods_authentication_file,
                   additional_fields);
};

/// What a storage gateway on HPSS allows.
/// https://docs.globus.org/globus-connect-server/v5/api/
struct HPSSStoragePolicies {
    std::string DATA_TYPE = "hpss_storage_policies#1.0.0";
    Optional<std::string> authentication_mech = {};
    Optional<std::string> authenticator = {};
    Optional<bool> uda_checksum_support = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(HPSSStoragePolicies, DATA_TYPE, authentication_mech, authenticator, uda_checksum_support,
                   additional_fields);
};

/// A mapped collection to be made or changed: files of a storage gateway, as the gateway's accounts see them.
/// https://docs.globus.org/globus-connect-server/v5/api/schemas/Collection_1_15_0_schema/
struct MappedCollectionDocument {
    Optional<std::string> data_type = {};  ///< deduced from the members that are set, if left out
    Constant<"mapped"> collection_type = {};
    Optional<std::string> collection_base_path = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> default_directory = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> restrict_transfers_to_high_assurance = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<StringList> keywords = {};
    Optional<bool> disable_verify = {};
    Optional<bool> enable_https = {};
    Optional<bool> force_encryption = {};
    Optional<bool> force_verify = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<std::int64_t> acl_expiration_mins = {};
    Optional<std::string> domain_name = {};
    Optional<std::string> guest_auth_policy_id = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<StringList> sharing_users_allow = {};
    Optional<StringList> sharing_users_deny = {};
    Optional<Json> sharing_restrict_paths = {};
    Optional<bool> delete_protected = {};
    Optional<bool> allow_guest_collections = {};
    Optional<bool> disable_anonymous_writes = {};
    Optional<std::int64_t> auto_delete_timeout = {};
    Optional<Json> associated_flow_policy = {};
    Optional<Document> policies = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(MappedCollectionDocument, data_type, collection_type, collection_base_path, contact_email,
                   contact_info, default_directory, department, description, display_name, identity_id, info_link,
                   organization, restrict_transfers_to_high_assurance, user_message, user_message_link, keywords,
                   disable_verify, enable_https, force_encryption, force_verify, is_public, acl_expiration_mins,
                   domain_name, guest_auth_policy_id, storage_gateway_id, sharing_users_allow, sharing_users_deny,
                   sharing_restrict_paths, delete_protected, allow_guest_collections, disable_anonymous_writes,
                   auto_delete_timeout, associated_flow_policy, policies, additional_fields);

    void write_json(std::string& out) const {
        globus::detail::write_versioned(out, *this, data_type, "collection", globus::detail::collection_versions);
    }
};

/// A guest collection to be made or changed: a directory of a mapped collection that its owner shares.
/// https://docs.globus.org/globus-connect-server/v5/api/schemas/Collection_1_15_0_schema/
struct GuestCollectionDocument {
    Optional<std::string> data_type = {};  ///< deduced from the members that are set, if left out
    Constant<"guest"> collection_type = {};
    Optional<std::string> collection_base_path = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> default_directory = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> restrict_transfers_to_high_assurance = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<StringList> keywords = {};
    Optional<bool> disable_verify = {};
    Optional<bool> enable_https = {};
    Optional<bool> force_encryption = {};
    Optional<bool> force_verify = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<std::int64_t> acl_expiration_mins = {};
    Optional<Json> associated_flow_policy = {};
    Optional<std::string> mapped_collection_id = {};
    Optional<std::string> user_credential_id = {};
    Optional<bool> skip_auto_delete = {};
    Optional<std::map<std::string, StringList>> activity_notification_policy = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(GuestCollectionDocument, data_type, collection_type, collection_base_path, contact_email,
                   contact_info, default_directory, department, description, display_name, identity_id, info_link,
                   organization, restrict_transfers_to_high_assurance, user_message, user_message_link, keywords,
                   disable_verify, enable_https, force_encryption, force_verify, is_public, acl_expiration_mins,
                   associated_flow_policy, mapped_collection_id, user_credential_id, skip_auto_delete,
                   activity_notification_policy, additional_fields);

    void write_json(std::string& out) const {
        globus::detail::write_versioned(out, *this, data_type, "collection", globus::detail::collection_versions);
    }
};

/// The settings of an endpoint.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
struct EndpointDocument {
    Optional<std::string> data_type = {};  ///< deduced from the members that are set, if left out
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> display_name = {};
    Optional<std::string> info_link = {};
    Optional<std::string> network_use = {};
    Optional<std::string> organization = {};
    Optional<std::string> subscription_id = {};
    Optional<StringList> keywords = {};
    Optional<bool> allow_udt = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};
    Optional<std::int64_t> preferred_concurrency = {};
    Optional<std::int64_t> preferred_parallelism = {};
    Optional<std::int64_t> gridftp_control_channel_port = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(globus::rename("data_type", "DATA_TYPE"), globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(EndpointDocument, data_type, contact_email, contact_info, department, description, display_name,
                   info_link, network_use, organization, subscription_id, keywords, allow_udt, is_public,
                   max_concurrency, max_parallelism, preferred_concurrency, preferred_parallelism,
                   gridftp_control_channel_port, additional_fields);

    void write_json(std::string& out) const {
        globus::detail::write_versioned(out, *this, data_type, "endpoint", globus::detail::endpoint_versions);
    }
};

/// A role on an endpoint or collection.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
struct GCSRoleDocument {
    std::string DATA_TYPE = "role#1.0.0";
    Optional<std::string> collection = {};
    Optional<std::string> principal = {};
    Optional<std::string> role = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GCSRoleDocument, DATA_TYPE, collection, principal, role, additional_fields);
};

/// A storage gateway: how a storage system is reached, and by whom.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/
struct StorageGatewayDocument {
    Optional<std::string> DATA_TYPE = {};  ///< deduced from the members that are set, if left out
    Optional<std::string> display_name = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> root = {};
    Optional<Json> identity_mappings = {};
    Optional<Document> policies = {};
    Optional<StringList> allowed_domains = {};
    Optional<bool> high_assurance = {};
    Optional<bool> require_mfa = {};
    Optional<std::int64_t> authentication_timeout_mins = {};
    Optional<StringList> users_allow = {};
    Optional<StringList> users_deny = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(StorageGatewayDocument, DATA_TYPE, display_name, connector_id, root, identity_mappings, policies,
                   allowed_domains, high_assurance, require_mfa, authentication_timeout_mins, users_allow, users_deny,
                   additional_fields);

    void write_json(std::string& out) const {
        globus::detail::write_versioned(out, *this, DATA_TYPE, "storage_gateway",
                                        globus::detail::storage_gateway_versions);
    }
};

/// A user's account on a storage gateway.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/
struct UserCredentialDocument {
    std::string DATA_TYPE = "user_credential#1.0.0";
    Optional<std::string> identity_id = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> username = {};
    Optional<std::string> display_name = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<Json> policies = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(UserCredentialDocument, DATA_TYPE, identity_id, connector_id, username, display_name,
                   storage_gateway_id, policies, additional_fields);
};

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_DATA_HPP
#ifndef GLOBUS_SERVICES_GCS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_GCS_DOCUMENTS_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the manager of Globus Connect Server answers.

namespace globus::gcs {

/// A collection. https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/
struct Collection {
    static constexpr std::string_view kind = "collection";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> collection_type = {};
    Optional<std::string> display_name = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> mapped_collection_id = {};
    Optional<std::string> user_credential_id = {};
    Optional<std::string> collection_base_path = {};
    Optional<std::string> root_path = {};
    Optional<std::string> domain_name = {};
    Optional<std::string> manager_url = {};
    Optional<std::string> https_url = {};
    Optional<std::string> tlsftp_url = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> default_directory = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<StringList> keywords = {};
    Optional<bool> is_public = {};
    Optional<bool> high_assurance = {};
    Optional<bool> require_high_assurance = {};
    Optional<bool> disable_verify = {};
    Optional<bool> enable_https = {};
    Optional<bool> force_encryption = {};
    Optional<bool> force_verify = {};
    Optional<bool> delete_protected = {};
    Optional<bool> allow_guest_collections = {};
    Optional<bool> disable_anonymous_writes = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};
    Optional<std::int64_t> authentication_timeout_mins = {};
    Optional<std::int64_t> acl_expiration_mins = {};
    Optional<std::int64_t> auto_delete_timeout = {};
    Optional<Json> policies = {};
    Optional<Json> sharing_restrict_paths = {};
    Optional<StringList> sharing_users_allow = {};
    Optional<StringList> sharing_users_deny = {};
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Collection, DATA_TYPE, id, collection_type, display_name, identity_id, storage_gateway_id,
                   connector_id, mapped_collection_id, user_credential_id, collection_base_path, root_path, domain_name,
                   manager_url, https_url, tlsftp_url, contact_email, contact_info, default_directory, department,
                   description, info_link, organization, user_message, user_message_link, keywords, is_public,
                   high_assurance, require_high_assurance, disable_verify, enable_https, force_encryption, force_verify,
                   delete_protected, allow_guest_collections, disable_anonymous_writes,
                   authentication_assurance_timeout, authentication_timeout_mins, acl_expiration_mins,
                   auto_delete_timeout, policies, sharing_restrict_paths, sharing_users_allow, sharing_users_deny);
};

/// What anybody may know of an endpoint. https://docs.globus.org/globus-connect-server/v5/api/openapi_Info/
struct Info {
    static constexpr std::string_view kind = "info";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> api_version = {};
    Optional<std::string> client_id = {};
    Optional<std::string> domain_name = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> manager_version = {};
    GLOBUS_MEMBERS(Info, DATA_TYPE, api_version, client_id, domain_name, endpoint_id, manager_version);
};

/// An endpoint. https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/
struct Endpoint {
    static constexpr std::string_view kind = "endpoint";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> department = {};
    Optional<std::string> description = {};
    Optional<std::string> info_link = {};
    Optional<std::string> organization = {};
    Optional<std::string> network_use = {};
    Optional<std::string> subscription_id = {};
    Optional<std::string> gcs_manager_url = {};
    Optional<StringList> keywords = {};
    Optional<bool> allow_udt = {};
    Optional<bool> is_public = {};
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};
    Optional<std::int64_t> preferred_concurrency = {};
    Optional<std::int64_t> preferred_parallelism = {};
    Optional<std::int64_t> gridftp_control_channel_port = {};
    static constexpr auto wire = wires(globus::rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, DATA_TYPE, id, display_name, contact_email, contact_info, department, description,
                   info_link, organization, network_use, subscription_id, gcs_manager_url, keywords, allow_udt,
                   is_public, max_concurrency, max_parallelism, preferred_concurrency, preferred_parallelism,
                   gridftp_control_channel_port);
};

/// A storage gateway. https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/
struct StorageGateway {
    static constexpr std::string_view kind = "storage_gateway";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> root = {};
    Optional<std::string> mapping = {};
    Optional<StringList> allowed_domains = {};
    Optional<StringList> users_allow = {};
    Optional<StringList> users_deny = {};
    Optional<bool> high_assurance = {};
    Optional<bool> require_high_assurance = {};
    Optional<bool> require_mfa = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};
    Optional<std::int64_t> authentication_timeout_mins = {};
    Optional<Json> identity_mappings = {};
    Optional<Json> policies = {};
    Optional<Json> restrict_paths = {};
    GLOBUS_MEMBERS(StorageGateway, DATA_TYPE, id, display_name, connector_id, root, mapping, allowed_domains,
                   users_allow, users_deny, high_assurance, require_high_assurance, require_mfa,
                   authentication_assurance_timeout, authentication_timeout_mins, identity_mappings, policies,
                   restrict_paths);
};

/// A role on an endpoint or collection. https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/
struct Role {
    static constexpr std::string_view kind = "role";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> collection = {};
    Optional<std::string> principal = {};
    Optional<std::string> role = {};
    GLOBUS_MEMBERS(Role, DATA_TYPE, id, collection, principal, role);
};

/// A user's account on a storage gateway. https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/
struct UserCredential {
    static constexpr std::string_view kind = "user_credential";  ///< how its DATA_TYPE begins
    Optional<std::string> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> connector_id = {};
    Optional<std::string> username = {};
    Optional<std::string> display_name = {};
    Optional<std::string> storage_gateway_id = {};
    Optional<bool> invalid = {};
    Optional<bool> provisioned = {};
    Optional<Json> policies = {};
    GLOBUS_MEMBERS(UserCredential, DATA_TYPE, id, identity_id, connector_id, username, display_name, storage_gateway_id,
                   invalid, provisioned, policies);
};

/**
 * The envelope of every answer: how it went, and the documents that were asked for.
 *
 *     auto answer = client.get_collection({.collection_id = id});
 *     answer->one().display_name
 *
 * https://docs.globus.org/globus-connect-server/v5/api/
 */
template <class T>
struct Answer {
    Optional<std::string> code = {};  ///< "success", or what went wrong
    Optional<Json> detail = {};
    Optional<std::string> message = {};
    Optional<std::int64_t> http_response_code = {};
    std::vector<T> data = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    GLOBUS_MEMBERS(Answer, code, detail, message, http_response_code, data, has_next_page, marker);

    /// Where in `data` the first document of the kind that was asked for stands; nothing if there is none.
    [[nodiscard]] std::optional<std::size_t> position() const
        requires requires(T const& document) { document.DATA_TYPE; }
    {
        for (std::size_t i = 0; i != data.size(); ++i) {
            std::string_view const type = data[i].DATA_TYPE ? std::string_view(*data[i].DATA_TYPE) : std::string_view{};
            if (type.starts_with(T::kind) && type.substr(T::kind.size()).starts_with('#')) return i;
        }
        return std::nullopt;
    }
    /// That document; throws UsageError if there is none.
    [[nodiscard]] T const& one() const
        requires requires(T const& document) { document.DATA_TYPE; }
    {
        auto const at = position();
        if (!at)
            throw UsageError("this answer of Globus Connect Server has no " + std::string(T::kind) + " in its data");
        return data[*at];
    }
};

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_DOCUMENTS_HPP

#include <cstdint>
#include <string>

// The operations of the manager of Globus Connect Server. https://docs.globus.org/globus-connect-server/v5/api/

namespace globus {
struct GcsService;
}

namespace globus::gcs {

/// Reads what anybody may know of an endpoint: its id, its domain, its connectors. GET /info
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Info/#getInfo
struct GetGcsInfo {
    using service = GcsService;
    using result = Answer<Info>;
    static constexpr auto route = get("/info");
    static constexpr bool anonymous = true;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGcsInfo, query_params);
};

/// Reads the settings of the endpoint. GET /endpoint
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/#getEndpoint
struct GetEndpoint {
    using service = GcsService;
    using result = Answer<Endpoint>;
    static constexpr auto route = get("/endpoint");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEndpoint, query_params);
};

/// Changes the settings of the endpoint. PATCH /endpoint
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Endpoint/#patchEndpoint
struct UpdateEndpoint {
    using service = GcsService;
    using result = Answer<Endpoint>;
    static constexpr auto route = patch("/endpoint");
    Required<Document> endpoint_data;   ///< EndpointDocument or a Json
    Optional<StringList> include = {};  ///< "endpoint" to get the endpoint in the answer
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("endpoint_data", ""));
    GLOBUS_MEMBERS(UpdateEndpoint, endpoint_data, include, query_params);
};

/// Lists the collections of the endpoint. Paginated. GET /collections
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#ListCollections
struct GetCollectionList {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = get("/collections");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    static constexpr auto items = &Answer<Collection>::data;
    Optional<std::string> mapped_collection_id = {};
    Optional<StringList> filter = {};   ///< as in "mapped_collections"
    Optional<StringList> include = {};  ///< "private_policies"
    Optional<std::int64_t> page_size = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetCollectionList, mapped_collection_id, filter, include, page_size, marker, query_params);
};

/// Reads a collection. GET /collections/{collection_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#getCollection
struct GetCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = get("/collections/{collection_id}");
    Required<std::string> collection_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetCollection, collection_id, query_params);
};

/// Makes a collection. POST /collections
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#createCollection
struct CreateCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = post("/collections");
    Required<Document> collection_data;  ///< MappedCollectionDocument, GuestCollectionDocument or a Json
    static constexpr auto wire = wires(in_json("collection_data", ""));
    GLOBUS_MEMBERS(CreateCollection, collection_data);
};

/// Changes a collection. PATCH /collections/{collection_id}
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#patchCollection
struct UpdateCollection {
    using service = GcsService;
    using result = Answer<Collection>;
    static constexpr auto route = patch("/collections/{collection_id}");
    Required<std::string> collection_id;
    Required<Document> collection_data;  ///< MappedCollectionDocument, GuestCollectionDocument or a Json
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("collection_data", ""));
    GLOBUS_MEMBERS(UpdateCollection, collection_id, collection_data, query_params);
};

/// Deletes a collection. DELETE /collections/{collection_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Collections/#deleteCollection
struct DeleteCollection {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/collections/{collection_id}");
    Required<std::string> collection_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteCollection, collection_id, query_params);
};

/// Lists the storage gateways of the endpoint. Paginated. GET /storage_gateways
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#getStorageGateways
struct GetStorageGatewayList {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = get("/storage_gateways");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    static constexpr auto items = &Answer<StorageGateway>::data;
    Optional<StringList> include = {};  ///< "private_policies"
    Optional<std::int64_t> page_size = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStorageGatewayList, include, page_size, marker, query_params);
};

/// Makes a storage gateway. POST /storage_gateways
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#postStorageGateway
struct CreateStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = post("/storage_gateways");
    Required<Document> data;  ///< StorageGatewayDocument or a Json
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateStorageGateway, data, query_params);
};

/// Reads a storage gateway. GET /storage_gateways/{storage_gateway_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#getStorageGateway
struct GetStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = get("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    Optional<StringList> include = {};  ///< "private_policies"
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStorageGateway, storage_gateway_id, include, query_params);
};

/// Changes a storage gateway. PATCH /storage_gateways/{storage_gateway_id}
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#patchStorageGateway
struct UpdateStorageGateway {
    using service = GcsService;
    using result = Answer<StorageGateway>;
    static constexpr auto route = patch("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    Required<Document> data;  ///< StorageGatewayDocument or a Json
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateStorageGateway, storage_gateway_id, data, query_params);
};

/// Deletes a storage gateway. DELETE /storage_gateways/{storage_gateway_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Storage_Gateways/#deleteStorageGateway
struct DeleteStorageGateway {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/storage_gateways/{storage_gateway_id}");
    Required<std::string> storage_gateway_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteStorageGateway, storage_gateway_id, query_params);
};

/// Lists roles, of the endpoint or of one collection. Paginated. GET /roles
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#listRoles
struct GetRoleList {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = get("/roles");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    static constexpr auto items = &Answer<Role>::data;
    Optional<std::string> collection_id = {};
    Optional<std::string> include = {};  ///< "all_roles"
    Optional<std::int64_t> page_size = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRoleList, collection_id, include, page_size, marker, query_params);
};

/// Gives a role. POST /roles
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#postRole
struct CreateRole {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = post("/roles");
    Required<Document> data;  ///< GCSRoleDocument or a Json
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateRole, data, query_params);
};

/// Reads a role. GET /roles/{role_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#getRole
struct GetRole {
    using service = GcsService;
    using result = Answer<Role>;
    static constexpr auto route = get("/roles/{role_id}");
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRole, role_id, query_params);
};

/// Takes a role away. DELETE /roles/{role_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_Roles/#deleteRole
struct DeleteRole {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/roles/{role_id}");
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteRole, role_id, query_params);
};

/// Lists the caller's credentials. Paginated. GET /user_credentials
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#getUserCredentials
struct GetUserCredentialList {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = get("/user_credentials");
    static constexpr Paging paging{PagingStyle::marker, "data", "marker"};
    static constexpr auto items = &Answer<UserCredential>::data;
    Optional<std::string> storage_gateway = {};  ///< its id
    Optional<std::int64_t> page_size = {};
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetUserCredentialList, storage_gateway, page_size, marker, query_params);
};

/// Makes a credential. POST /user_credentials
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#postUserCredential
struct CreateUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = post("/user_credentials");
    Required<Document> data;  ///< UserCredentialDocument or a Json
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateUserCredential, data, query_params);
};

/// Reads a credential. GET /user_credentials/{user_credential_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#getUserCredential
struct GetUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = get("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetUserCredential, user_credential_id, query_params);
};

/// Changes a credential. PATCH /user_credentials/{user_credential_id}
/// It is sent once, because the service would do it twice.
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#patchUserCredential
struct UpdateUserCredential {
    using service = GcsService;
    using result = Answer<UserCredential>;
    static constexpr auto route = patch("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    Required<Document> data;  ///< UserCredentialDocument or a Json
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateUserCredential, user_credential_id, data, query_params);
};

/// Deletes a credential. DELETE /user_credentials/{user_credential_id}
/// https://docs.globus.org/globus-connect-server/v5/api/openapi_User_Credentials/#deleteUserCredential
struct DeleteUserCredential {
    using service = GcsService;
    using result = Answer<Json>;
    static constexpr auto route = delete_("/user_credentials/{user_credential_id}");
    Required<std::string> user_credential_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteUserCredential, user_credential_id, query_params);
};

}  // namespace globus::gcs

#endif  // GLOBUS_SERVICES_GCS_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace globus {

using gcs::ActiveScaleStoragePolicies;
using gcs::AzureBlobStoragePolicies;
using gcs::BlackPearlStoragePolicies;
using gcs::BoxStoragePolicies;
using gcs::CephStoragePolicies;
using gcs::EndpointDocument;
using gcs::GCSRoleDocument;
using gcs::GoogleCloudStorageCollectionPolicies;
using gcs::GoogleCloudStoragePolicies;
using gcs::GoogleDriveStoragePolicies;
using gcs::GuestCollectionDocument;
using gcs::HPSSStoragePolicies;
using gcs::IrodsStoragePolicies;
using gcs::MappedCollectionDocument;
using gcs::OneDriveStoragePolicies;
using gcs::POSIXCollectionPolicies;
using gcs::POSIXStagingCollectionPolicies;
using gcs::POSIXStagingStoragePolicies;
using gcs::POSIXStoragePolicies;
using gcs::S3StoragePolicies;
using gcs::StorageGatewayDocument;
using gcs::UserCredentialDocument;

/**
 * The manager of one Globus Connect Server endpoint.
 *
 *     Client<GcsService, AccessTokenPolicy> manager{GcsService{"abc.xyz.data.globus.org"}, token};
 *     for (gcs::Collection const& collection : manager.paginate(gcs::GetCollectionList{})) ...
 *
 * The token must be for the endpoint's own resource server, which is its id.
 * https://docs.globus.org/globus-connect-server/v5/api/
 */
struct GcsService {
    static constexpr std::string_view name = "gcs";
    using error = GcsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<
            gcs::GetGcsInfo, gcs::GetEndpoint, gcs::UpdateEndpoint, gcs::GetCollectionList, gcs::GetCollection,
            gcs::CreateCollection, gcs::UpdateCollection, gcs::DeleteCollection, gcs::GetStorageGatewayList,
            gcs::CreateStorageGateway, gcs::GetStorageGateway, gcs::UpdateStorageGateway, gcs::DeleteStorageGateway,
            gcs::GetRoleList, gcs::CreateRole, gcs::GetRole, gcs::DeleteRole, gcs::GetUserCredentialList,
            gcs::CreateUserCredential, gcs::GetUserCredential, gcs::UpdateUserCredential, gcs::DeleteUserCredential>;
    }

    template <class Client>
    struct Operations;

    std::string gcs_address;                   ///< a host name, or an https URL with or without /api
    detail::Once<std::string> client_id = {};  ///< what endpoint_client_id() learnt

    /// @throws UsageError  for an empty address
    [[nodiscard]] std::string base_url() const {
        if (gcs_address.empty())
            throw UsageError("the address of the Globus Connect Server is empty: give its host name");
        std::string url = gcs_address.find("://") == std::string::npos ? "https://" + gcs_address : gcs_address;
        while (url.ends_with('/')) url.pop_back();
        return url.ends_with("/api") ? url + '/' : url + "/api/";
    }
};

/// The operations as member functions of a Client.
template <class Client>
struct GcsService::Operations {
    /// @copydoc gcs::GetGcsInfo
    Response<gcs::Answer<gcs::Info>> get_gcs_info(gcs::GetGcsInfo op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetEndpoint
    Response<gcs::Answer<gcs::Endpoint>> get_endpoint(gcs::GetEndpoint op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateEndpoint
    Response<gcs::Answer<gcs::Endpoint>> update_endpoint(gcs::UpdateEndpoint op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetCollectionList
    Response<gcs::Answer<gcs::Collection>> get_collection_list(gcs::GetCollectionList op = {},
                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetCollection
    Response<gcs::Answer<gcs::Collection>> get_collection(gcs::GetCollection op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateCollection
    Response<gcs::Answer<gcs::Collection>> create_collection(gcs::CreateCollection op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateCollection
    Response<gcs::Answer<gcs::Collection>> update_collection(gcs::UpdateCollection op,
                                                             CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteCollection
    Response<gcs::Answer<Json>> delete_collection(gcs::DeleteCollection op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetStorageGatewayList
    Response<gcs::Answer<gcs::StorageGateway>> get_storage_gateway_list(gcs::GetStorageGatewayList op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> create_storage_gateway(gcs::CreateStorageGateway op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> get_storage_gateway(gcs::GetStorageGateway op,
                                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateStorageGateway
    Response<gcs::Answer<gcs::StorageGateway>> update_storage_gateway(gcs::UpdateStorageGateway op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteStorageGateway
    Response<gcs::Answer<Json>> delete_storage_gateway(gcs::DeleteStorageGateway op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetRoleList
    Response<gcs::Answer<gcs::Role>> get_role_list(gcs::GetRoleList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateRole
    Response<gcs::Answer<gcs::Role>> create_role(gcs::CreateRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetRole
    Response<gcs::Answer<gcs::Role>> get_role(gcs::GetRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteRole
    Response<gcs::Answer<Json>> delete_role(gcs::DeleteRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetUserCredentialList
    Response<gcs::Answer<gcs::UserCredential>> get_user_credential_list(gcs::GetUserCredentialList op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::CreateUserCredential
    Response<gcs::Answer<gcs::UserCredential>> create_user_credential(gcs::CreateUserCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::GetUserCredential
    Response<gcs::Answer<gcs::UserCredential>> get_user_credential(gcs::GetUserCredential op,
                                                                   CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::UpdateUserCredential
    Response<gcs::Answer<gcs::UserCredential>> update_user_credential(gcs::UpdateUserCredential op,
                                                                      CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc gcs::DeleteUserCredential
    Response<gcs::Answer<Json>> delete_user_credential(gcs::DeleteUserCredential op,
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

    /**
     * The id of the endpoint, which is also the resource server of its tokens. Asks for it once, without a credential.
     *
     * @throws DecodeError  if the endpoint does not tell it
     */
    [[nodiscard]] std::string endpoint_client_id(CallOptions const& options = {}) const {
        return self().service().client_id.get([&] {
            auto const info = get_gcs_info({}, options);
            for (gcs::Info const& document : info->data)
                if (document.client_id.has_value()) return *document.client_id;
            throw DecodeError("the information on this endpoint has no client_id", info.text());
        });
    }
    /// The scopes of an endpoint's manager. Sends nothing.
    [[nodiscard]] static GcsEndpointScopes get_gcs_endpoint_scopes(std::string endpoint_id) {
        return GcsEndpointScopes(std::move(endpoint_id));
    }
    /// The scopes of a collection. Sends nothing.
    [[nodiscard]] static GcsCollectionScopes get_gcs_collection_scopes(std::string collection_id) {
        return GcsCollectionScopes(std::move(collection_id));
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

/**
 * The files of one collection, over HTTPS.
 *
 *     Client<GcsCollectionService, AccessTokenPolicy> files{GcsCollectionService{id, "m-abc.xyz.data.globus.org"}, token};
 *     files.read_file("/data/readme.txt").text()
 *
 * The token must be for the collection's own resource server, which is its id, with the scope `https`.
 * https://docs.globus.org/globus-connect-server/v5/https-access-collections/
 */
struct GcsCollectionService {
    static constexpr std::string_view name = "gcs";
    using error = ApiError;  // the files come from a plain HTTPS server
    using credential = BearerCredential;

    std::string collection_id;
    std::string collection_address;  ///< a host name or an https URL

    /// @throws UsageError  for an empty address
    [[nodiscard]] std::string base_url() const {
        if (collection_address.empty()) throw UsageError("the address of the collection is empty: give its host name");
        return collection_address.find("://") == std::string::npos ? "https://" + collection_address
                                                                   : collection_address;
    }

    template <class Client>
    struct Operations {
        /// Reads a file. With CallOptions::sink it goes to the sink piece by piece, whatever its size. GET {path}
        /// @param path  from the top of the collection
        Response<Json> read_file(std::string path, CallOptions const& options = {}) const {
            return static_cast<Client const&>(*this).get(std::move(path), {}, options);
        }
    };
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_SERVICE_HPP

#endif  // GLOBUS_SERVICES_GCS_HPP
#ifndef GLOBUS_SERVICES_GCS_DOWNLOADER_HPP
#define GLOBUS_SERVICES_GCS_DOWNLOADER_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

/**
 * Reads files of collections by their addresses alone.
 *
 *     GCSDownloader downloader{transfer, [&](std::string const& collection_id, StringList const& scopes) {
 *         return RefreshPolicy{app, tokens_for(collection_id, scopes)};
 *     }};
 *     std::string const text = downloader.read_file("https://m-abc.xyz.data.globus.org/home/file.txt");
 *
 * The first file of a collection costs two more requests: one without a credential, whose answer is a redirect to a
 * login and so names the collection, and one to Transfer, which knows the scopes that the collection asks for.
 *
 * @tparam Transfer  a Client<TransferService, ...>; its transport and time-outs serve for the files, too
 * @tparam Access    gives the policy for a collection, by its id and the scopes that are needed
 *
 * @par Errors
 * UsageError for an address that is not one, or that no collection answers for; ApiError, TransferApiError and NetworkError as
 * from the clients; and what `access` throws.
 * @par Thread safety
 * Any function may be called from any thread.
 *
 * https://docs.globus.org/globus-connect-server/v5/https-access-collections/
 */
template <class Transfer, class Access>
    requires std::invocable<Access const&, std::string const&, StringList const&>
class GCSDownloader {
public:
    using policy_type = std::invoke_result_t<Access const&, std::string const&, StringList const&>;
    using transport_type = typename Transfer::transport_type;
    using client_type = Client<GcsCollectionService, policy_type, transport_type>;

    GCSDownloader(Transfer transfer, Access access) : transfer_(std::move(transfer)), access_(std::move(access)) {}

    /// The bytes of a file. With CallOptions::sink they go to the sink piece by piece, and the result is empty.
    /// @param file_uri  https://HOST/PATH, percent-encoded
    [[nodiscard]] std::string read_file(std::string const& file_uri, CallOptions const& options = {}) const {
        return client(file_uri, options).get(file_uri, {}, options).text();
    }

    /// The client of the collection that a file is in.
    [[nodiscard]] client_type client(std::string const& file_uri, CallOptions const& options = {}) const {
        http::Url const url = http::parse_url(file_uri);
        std::string const address(file_uri, 0,
                                  static_cast<std::size_t>(url.host.data() - file_uri.data()) + url.host.size() +
                                      (url.port.empty() ? 0 : url.port.size() + 1));
        (void)http::check_base_url(address);
        std::lock_guard const lock(state_->mutex);
        auto found = state_->clients.find(address);
        if (found == state_->clients.end()) {
            std::string const id = collection_id(file_uri, options);
            GcsCollectionScopes const scopes(id);
            StringList needed{scopes.https()};
            if (uses_data_access(id, options)) needed.push_back(scopes.data_access());
            typename client_type::Options settings;
            settings.transport = transfer_.transport();
            settings.auth_url = transfer_.options().auth_url;
            settings.timeout = transfer_.options().timeout;
            settings.max_response_bytes = transfer_.options().max_response_bytes;
            found = state_->clients
                        .emplace(address, client_type(GcsCollectionService{id, address}, access_(id, needed), settings))
                        .first;
        }
        return found->second;
    }

private:
    /// Whose login a request without a credential is sent to.
    [[nodiscard]] std::string collection_id(std::string const& file_uri, CallOptions const& options) const {
        http::Request request;
        request.url = file_uri;
        request.headers = {{"Accept", "application/json"}};
        auto const timeout = std::min(options.timeout.value_or(transfer_.options().timeout), longest);
        request.deadline = http::Clock::now() + std::chrono::duration_cast<http::Clock::duration>(timeout);
        if (options.deadline) request.deadline = std::min(request.deadline, *options.deadline);
        request.stop = options.stop;
        request.max_response_bytes = transfer_.options().max_response_bytes;
        http::Response response = http::send_repeatable(transfer_.transport(), request);
        if (response.status >= 400) throw ApiError(request, std::move(response));

        std::string_view const location = response.headers.get("Location");
        std::vector<std::string> ids;
        if (auto const mark = location.find('?'); mark != std::string_view::npos)
            for (auto const& [name, value] : parse_query(location.substr(mark + 1, location.find('#') - mark - 1)))
                if (name == "client_id") ids.push_back(value);
        if (ids.size() != 1 || ids.front().empty())
            throw UsageError(
                "which collection this file is in cannot be found out, since its address does not lead to the login of "
                "one: use Client<GcsCollectionService, ...> with the collection's id");
        return ids.front();
    }
    /// Whether a token for the collection needs data_access besides https.
    [[nodiscard]] bool uses_data_access(std::string const& id, CallOptions const& options) const {
        CallOptions mine = options;
        mine.sink = nullptr;
        auto const endpoint = transfer_.get_endpoint({.endpoint_id = id}, mine);
        return endpoint->entity_type.value_or("") == "GCSv5_mapped_collection" &&
               !endpoint->high_assurance.value_or(false);
    }

    struct State {
        std::mutex mutex;
        std::map<std::string, client_type, std::less<>> clients;  ///< by the addresses of their collections
    };
    static constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);

    Transfer transfer_;
    Access access_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_DOWNLOADER_HPP
#ifndef GLOBUS_SERVICES_GROUPS_HPP
#define GLOBUS_SERVICES_GROUPS_HPP

// All that a user of Globus Groups needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP
#define GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP

#ifndef GLOBUS_SERVICES_GROUPS_SERVICE_HPP
#define GLOBUS_SERVICES_GROUPS_SERVICE_HPP

#ifndef GLOBUS_SERVICES_GROUPS_ERRORS_HPP
#define GLOBUS_SERVICES_GROUPS_ERRORS_HPP

namespace globus {

/// Globus Groups answered with an error status.
class GroupsApiError : public ApiError {
public:
    using ApiError::ApiError;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_ERRORS_HPP
#ifndef GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP
#define GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_GROUPS_DATA_HPP
#define GLOBUS_SERVICES_GROUPS_DATA_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// The documents that a Groups program makes. Words such as roles are texts, so that one that the service adds tomorrow
// can be written today; those of today have names here.

namespace globus::groups {

/// What a member may do in a group: `.role = GroupRole::manager`.
struct GroupRole {
    static constexpr char const* member = "member";
    static constexpr char const* manager = "manager";
    static constexpr char const* admin = "admin";
};

/// Who sees that a group exists.
struct GroupVisibility {
    static constexpr char const* authenticated = "authenticated";  ///< all who have logged in
    static constexpr char const* private_ = "private";             ///< its members
};

/// Who sees who is in a group.
struct GroupMemberVisibility {
    static constexpr char const* members = "members";
    static constexpr char const* managers = "managers";
};

/// What one who wants to join has to tell of himself.
struct GroupRequiredSignupFields {
    static constexpr char const* institution = "institution";
    static constexpr char const* current_project_name = "current_project_name";
    static constexpr char const* address = "address";
    static constexpr char const* city = "city";
    static constexpr char const* state = "state";
    static constexpr char const* country = "country";
    static constexpr char const* address1 = "address1";
    static constexpr char const* address2 = "address2";
    static constexpr char const* zip = "zip";
    static constexpr char const* phone = "phone";
    static constexpr char const* department = "department";
    static constexpr char const* field_of_science = "field_of_science";
};

/**
 * The policies to be set for a group, all of them at once.
 *
 *     client.set_group_policies({.group_id = id,
 *                                .data = GroupPolicies{.is_high_assurance = false,
 *                                                      .group_visibility = GroupVisibility::private_,
 *                                                      .group_members_visibility = GroupMemberVisibility::managers,
 *                                                      .join_requests = true,
 *                                                      .signup_fields = {GroupRequiredSignupFields::institution}}});
 */
struct GroupPolicies {
    Required<bool> is_high_assurance;
    Required<std::string> group_visibility;          ///< one of GroupVisibility
    Required<std::string> group_members_visibility;  ///< one of GroupMemberVisibility
    Required<bool> join_requests;                    ///< whether one who is not invited may ask to join
    Required<StringList> signup_fields;              ///< some of GroupRequiredSignupFields; {} for none
    /// Seconds since the last login after which a high assurance group asks for another one; null for the default.
    Optional<std::int64_t> authentication_assurance_timeout = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(GroupPolicies, is_high_assurance, group_visibility, group_members_visibility, join_requests,
                   signup_fields, authentication_assurance_timeout, additional_fields);
};

/// One identity of a batch of actions, and its role where the action gives one.
struct MembershipAction {
    Required<std::string> identity_id;
    Optional<std::string> role = {};
    GLOBUS_MEMBERS(MembershipAction, identity_id, role);
};

/**
 * Actions on the memberships of a group that are sent together.
 *
 *     BatchMembershipActions actions;
 *     actions.add_members({alice, bob}).change_roles(GroupRole::admin, carol).remove_members(dave);
 *     client.batch_membership_action({.group_id = id, .actions = actions});
 *
 * Each function takes one identity id or several, and adds to what an earlier call of it has left.
 *
 * Thread safety: distinct objects: safe; shared objects: reading is safe.
 */
struct BatchMembershipActions {
    using Actions = Optional<std::vector<MembershipAction>>;

    Actions accepted = {};
    Actions added = {};
    Actions approved = {};
    Actions changed_roles = {};
    Actions declined = {};
    Actions invited = {};
    Actions joined = {};
    Actions left = {};
    Actions rejected = {};
    Actions removed = {};
    Actions requested = {};
    static constexpr auto wire =
        wires(rename("accepted", "accept"), rename("added", "add"), rename("approved", "approve"),
              rename("changed_roles", "change_role"), rename("declined", "decline"), rename("invited", "invite"),
              rename("joined", "join"), rename("left", "leave"), rename("rejected", "reject"),
              rename("removed", "remove"), rename("requested", "request_join"));
    GLOBUS_MEMBERS(BatchMembershipActions, accepted, added, approved, changed_roles, declined, invited, joined, left,
                   rejected, removed, requested);

    /// Accepts invitations, for identities of the caller's own.
    BatchMembershipActions& accept_invites(StringList identity_ids) { return put(accepted, std::move(identity_ids)); }
    /// Makes identities members without asking them.
    BatchMembershipActions& add_members(StringList identity_ids, std::string role = GroupRole::member) {
        return put(added, std::move(identity_ids), std::move(role));
    }
    /// Grants what identities have asked for by request_join.
    BatchMembershipActions& approve_pending(StringList identity_ids) { return put(approved, std::move(identity_ids)); }
    /// Gives members another role.
    BatchMembershipActions& change_roles(std::string role, StringList identity_ids) {
        return put(changed_roles, std::move(identity_ids), std::move(role));
    }
    /// Declines invitations, for identities of the caller's own.
    BatchMembershipActions& decline_invites(StringList identity_ids) { return put(declined, std::move(identity_ids)); }
    /// Invites identities; the service sends each an e-mail.
    BatchMembershipActions& invite_members(StringList identity_ids, std::string role = GroupRole::member) {
        return put(invited, std::move(identity_ids), std::move(role));
    }
    /// Joins, where the group's policies let anybody in, with identities of the caller's own.
    BatchMembershipActions& join(StringList identity_ids) { return put(joined, std::move(identity_ids)); }
    /// Leaves, with identities of the caller's own.
    BatchMembershipActions& leave(StringList identity_ids) { return put(left, std::move(identity_ids)); }
    /// Refuses what identities have asked for by request_join.
    BatchMembershipActions& reject_join_requests(StringList identity_ids) {
        return put(rejected, std::move(identity_ids));
    }
    /// Takes members out of the group.
    BatchMembershipActions& remove_members(StringList identity_ids) { return put(removed, std::move(identity_ids)); }
    /// Asks to join, with identities of the caller's own.
    BatchMembershipActions& request_join(StringList identity_ids) { return put(requested, std::move(identity_ids)); }

private:
    BatchMembershipActions& put(Actions& actions, StringList identity_ids, Optional<std::string> role = {}) {
        if (!actions) actions.emplace();
        for (std::string& id : identity_ids) actions->push_back({.identity_id = std::move(id), .role = role});
        return *this;
    }
};

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_DATA_HPP
#ifndef GLOBUS_SERVICES_GROUPS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_GROUPS_DOCUMENTS_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What Globus Groups answers. Members bear the service's names, as in https://groups.api.globus.org/redoc

namespace globus::groups {

/// What one identity is to a group.
struct Membership {
    Optional<std::string> group_id = {};
    Optional<std::string> identity_id = {};
    Optional<std::string> username = {};
    Optional<std::string> role = {};    ///< one of GroupRole
    Optional<std::string> status = {};  ///< "active", "invited", "pending", "rejected", "removed", "left" or "declined"
    Optional<Json> membership_fields = {};
    GLOBUS_MEMBERS(Membership, group_id, identity_id, username, role, status, membership_fields);
};

/// Who sees a group and how one gets into it.
struct Policies {
    Optional<bool> is_high_assurance = {};
    Optional<std::int64_t> authentication_assurance_timeout = {};  ///< seconds
    Optional<std::string> group_visibility = {};                   ///< one of GroupVisibility
    Optional<std::string> group_members_visibility = {};           ///< one of GroupMemberVisibility
    Optional<bool> join_requests = {};
    Optional<std::vector<std::string>> signup_fields = {};  ///< some of GroupRequiredSignupFields
    GLOBUS_MEMBERS(Policies, is_high_assurance, authentication_assurance_timeout, group_visibility,
                   group_members_visibility, join_requests, signup_fields);
};

/// What a subscription allows for one kind of storage.
struct ConnectorTerms {
    Optional<bool> is_ha = {};   ///< high assurance
    Optional<bool> is_baa = {};  ///< covered by a business associate agreement
    GLOBUS_MEMBERS(ConnectorTerms, is_ha, is_baa);
};

/// What a subscription allows.
struct SubscriptionInfo {
    Optional<std::string> name = {};
    Optional<std::string> subscription_id = {};
    Optional<bool> is_high_assurance = {};
    Optional<bool> is_baa = {};
    Optional<std::map<std::string, ConnectorTerms>> connectors = {};  ///< by the connector's id
    GLOBUS_MEMBERS(SubscriptionInfo, name, subscription_id, is_high_assurance, is_baa, connectors);
};

/// A group. What comes only if it was asked for by `include` is so marked.
struct Group {
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> description = {};
    Optional<std::string> parent_id = {};
    Optional<std::string> group_type = {};  ///< "regular" or "plus"
    Optional<bool> enforce_session = {};
    Optional<std::int64_t> session_limit = {};  ///< seconds
    Optional<Json> session_timeouts = {};       ///< seconds, by the identity provider's id
    Optional<std::vector<Membership>> my_memberships = {};
    Optional<std::vector<Membership>> memberships = {};  ///< by include
    Optional<Policies> policies = {};
    Optional<std::vector<std::string>> child_ids = {};                               ///< by include
    Optional<std::map<std::string, std::vector<std::string>>> allowed_actions = {};  ///< by include
    Optional<std::string> subscription_id = {};
    Optional<SubscriptionInfo> subscription_info = {};
    Optional<std::string> subscription_admin_verified_id = {};
    GLOBUS_MEMBERS(Group, id, name, description, parent_id, group_type, enforce_session, session_limit,
                   session_timeouts, my_memberships, memberships, policies, child_ids, allowed_actions, subscription_id,
                   subscription_info, subscription_admin_verified_id);
};

/// The group that provides a subscription.
struct SubscriptionGroup {
    Optional<std::string> group_id = {};
    Optional<std::string> subscription_id = {};
    Optional<SubscriptionInfo> subscription_info = {};
    GLOBUS_MEMBERS(SubscriptionGroup, group_id, subscription_id, subscription_info);
};

/// The subscription that a group is verified to belong to.
struct SubscriptionVerification {
    Optional<std::string> group_id = {};
    Optional<std::string> subscription_admin_verified_id = {};  ///< null: to none
    GLOBUS_MEMBERS(SubscriptionVerification, group_id, subscription_admin_verified_id);
};

/// The memberships that a batch of actions made or changed, by action. `errors` has those that could not be.
struct MembershipActionResult {
    std::vector<Membership> accept = {};
    std::vector<Membership> add = {};
    std::vector<Membership> approve = {};
    std::vector<Membership> change_role = {};
    std::vector<Membership> decline = {};
    std::vector<Membership> invite = {};
    std::vector<Membership> join = {};
    std::vector<Membership> leave = {};
    std::vector<Membership> reject = {};
    std::vector<Membership> remove = {};
    std::vector<Membership> request_join = {};
    Optional<Json> errors = {};  ///< lists of code, detail and identity_id, by action
    GLOBUS_MEMBERS(MembershipActionResult, accept, add, approve, change_role, decline, invite, join, leave, reject,
                   remove, request_join, errors);
};

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_DOCUMENTS_HPP

#include <string>
#include <vector>

// The operations of Globus Groups. https://groups.api.globus.org/redoc
//
// What all have in common: `query_params` takes parameters that the operation has no member for; every operation throws
// what Client::send throws, with GroupsApiError for an error status; ids are UUIDs as text.

namespace globus {
struct GroupsService;
}

namespace globus::groups {

// Groups

/// Lists the groups that the caller's identities are in, with those memberships. GET /v2/groups/my_groups
/// `statuses` chooses the memberships: "active", "invited", "pending", "rejected", "removed", "left", "declined".
/// https://groups.api.globus.org/redoc#operation/get_my_groups_and_memberships_v2_groups_my_groups_get
struct GetMyGroups {
    using service = GroupsService;
    using result = std::vector<Group>;
    static constexpr auto route = get("/v2/groups/my_groups");
    Optional<StringList> statuses = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetMyGroups, statuses, query_params);
};

/// Reads a group. GET /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/get_group_v2_groups__group_id__get
struct GetGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = get("/v2/groups/{group_id}");
    Required<std::string> group_id;
    /// "memberships", "my_memberships", "policies", "allowed_actions", "child_ids": what is to come as well.
    Optional<StringList> include = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGroup, group_id, include, query_params);
};

/// Finds the group that provides a subscription. GET /v2/subscription_info/{subscription_id}
/// https://groups.api.globus.org/redoc#operation/get_group_by_subscription_id_v2_subscription_info__subscription_id__get
struct GetGroupBySubscriptionId {
    using service = GroupsService;
    using result = SubscriptionGroup;
    static constexpr auto route = get("/v2/subscription_info/{subscription_id}");
    Required<std::string> subscription_id;
    GLOBUS_MEMBERS(GetGroupBySubscriptionId, subscription_id);
};

/// Deletes a group; answers with what it was. DELETE /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/delete_group_v2_groups__group_id__delete
struct DeleteGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = delete_("/v2/groups/{group_id}");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteGroup, group_id, query_params);
};

/// Creates a group of `name`, `description` and the like. POST /v2/groups
/// It is not repeated after a lost answer, for there would be two groups.
/// https://groups.api.globus.org/redoc#operation/create_group_v2_groups_post
struct CreateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = post("/v2/groups");
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateGroup, data, query_params);
};

/// Changes a group's name, description and the like. PUT /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/update_group_v2_groups__group_id__put
struct UpdateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = put("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(UpdateGroup, group_id, data, query_params);
};

/// Verifies that a group belongs to a subscription, or with null that it belongs to none. The caller must administer
/// the subscription. PUT /v2/groups/{group_id}/subscription_admin_verified
/// https://groups.api.globus.org/redoc#operation/update_subscription_admin_verified_id_v2_groups__group_id__
struct SetSubscriptionAdminVerified {
    using service = GroupsService;
    using result = SubscriptionVerification;
    static constexpr auto route = put("/v2/groups/{group_id}/subscription_admin_verified");
    Required<std::string> group_id;
    Required<Optional<std::string>> subscription_id;  ///< or null
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("subscription_id", "subscription_admin_verified_id"));
    GLOBUS_MEMBERS(SetSubscriptionAdminVerified, group_id, subscription_id, query_params);
};

// Policies

/// Reads the policies of a group. GET /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/get_policies_v2_groups__group_id__policies_get
struct GetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = get("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetGroupPolicies, group_id, query_params);
};

/// Sets the policies of a group, by a GroupPolicies. PUT /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
struct SetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = put("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetGroupPolicies, group_id, data, query_params);
};

// Preferences and membership fields of the caller's identities

/// Reads the preferences of the caller's identities: whether they may be added to groups. GET /v2/preferences
/// https://groups.api.globus.org/redoc#operation/get_identity_set_preferences_v2_preferences_get
struct GetIdentityPreferences {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = get("/v2/preferences");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIdentityPreferences, query_params);
};

/// Sets the preferences of the caller's identities: whether they may be added to groups. PUT /v2/preferences
/// https://groups.api.globus.org/redoc#operation/put_identity_set_preferences_v2_preferences_put
struct SetIdentityPreferences {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = put("/v2/preferences");
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetIdentityPreferences, data, query_params);
};

/// Reads what the caller's identities have told a group of themselves. GET /v2/groups/{group_id}/membership_fields
/// https://groups.api.globus.org/redoc#operation/get_membership_fields_v2_groups__group_id__membership_fields_get
struct GetMembershipFields {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = get("/v2/groups/{group_id}/membership_fields");
    Required<std::string> group_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetMembershipFields, group_id, query_params);
};

/// Sets what the caller's identities tell a group of themselves. PUT /v2/groups/{group_id}/membership_fields
/// https://groups.api.globus.org/redoc#operation/put_membership_fields_v2_groups__group_id__membership_fields_put
struct SetMembershipFields {
    using service = GroupsService;
    using result = Json;
    static constexpr auto route = put("/v2/groups/{group_id}/membership_fields");
    Required<std::string> group_id;
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(SetMembershipFields, group_id, data, query_params);
};

// Memberships

/// Does what a BatchMembershipActions says to the memberships of a group. POST /v2/groups/{group_id}
/// The answer tells what was done and, in `errors`, what was not: the status is 200 all the same.
/// It is not repeated after a lost answer, for invitations are sent as e-mails.
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct BatchMembershipAction {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<Document> actions;
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("actions", ""));
    GLOBUS_MEMBERS(BatchMembershipAction, group_id, actions, query_params);
};

}  // namespace globus::groups

#endif  // GLOBUS_SERVICES_GROUPS_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string_view>
#include <vector>

namespace globus {

using groups::BatchMembershipActions;
using groups::GroupMemberVisibility;
using groups::GroupPolicies;
using groups::GroupRequiredSignupFields;
using groups::GroupRole;
using groups::GroupVisibility;

/**
 * Globus Groups: groups of people, their members and policies.
 *
 *     Client<GroupsService, AccessTokenPolicy> client{token};
 *     for (groups::Group const& group : *client.get_my_groups()) ...
 *
 * GroupsManager has a function for each thing that one does to a member. https://groups.api.globus.org/redoc
 */
struct GroupsService {
    static constexpr std::string_view name = "groups";
    static constexpr std::string_view resource_server = "groups.api.globus.org";
    using error = GroupsApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<
            groups::GetMyGroups, groups::GetGroup, groups::GetGroupBySubscriptionId, groups::DeleteGroup,
            groups::CreateGroup, groups::UpdateGroup, groups::GetGroupPolicies, groups::SetGroupPolicies,
            groups::GetIdentityPreferences, groups::SetIdentityPreferences, groups::GetMembershipFields,
            groups::SetMembershipFields, groups::BatchMembershipAction, groups::SetSubscriptionAdminVerified>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of Groups as member functions of its Client.
template <class Client>
struct GroupsService::Operations {
    /// @copydoc groups::GetMyGroups
    Response<std::vector<groups::Group>> get_my_groups(groups::GetMyGroups op = {},
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroup
    Response<groups::Group> get_group(groups::GetGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroupBySubscriptionId
    Response<groups::SubscriptionGroup> get_group_by_subscription_id(groups::GetGroupBySubscriptionId op,
                                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::DeleteGroup
    Response<groups::Group> delete_group(groups::DeleteGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::CreateGroup
    Response<groups::Group> create_group(groups::CreateGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::UpdateGroup
    Response<groups::Group> update_group(groups::UpdateGroup op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetGroupPolicies
    Response<groups::Policies> get_group_policies(groups::GetGroupPolicies op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetGroupPolicies
    Response<groups::Policies> set_group_policies(groups::SetGroupPolicies op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetIdentityPreferences
    Response<Json> get_identity_preferences(groups::GetIdentityPreferences op = {},
                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetIdentityPreferences
    Response<Json> set_identity_preferences(groups::SetIdentityPreferences op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::GetMembershipFields
    Response<Json> get_membership_fields(groups::GetMembershipFields op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetMembershipFields
    Response<Json> set_membership_fields(groups::SetMembershipFields op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::BatchMembershipAction
    Response<groups::MembershipActionResult> batch_membership_action(groups::BatchMembershipAction op,
                                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc groups::SetSubscriptionAdminVerified
    Response<groups::SubscriptionVerification> set_subscription_admin_verified(groups::SetSubscriptionAdminVerified op,
                                                                               CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_SERVICE_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <cstdint>
#include <string>
#include <utility>

// What one mostly does to a group, one thing a call. GroupsManager has a function for each.

namespace globus::groups::manager {

/// Creates a group, below another if `parent_id` is given. POST /v2/groups
/// https://groups.api.globus.org/redoc#operation/create_group_v2_groups_post
struct CreateGroup {
    using service = GroupsService;
    using result = Group;
    static constexpr auto route = post("/v2/groups");
    Required<std::string> name;
    Required<std::string> description;
    Optional<std::string> parent_id = null;
    static constexpr auto wire = wires(in_json("name"), in_json("description"), in_json("parent_id"));
    GLOBUS_MEMBERS(CreateGroup, name, description, parent_id);
};

/// Sets the policies of a group, all of them at once; see GroupPolicies. PUT /v2/groups/{group_id}/policies
/// https://groups.api.globus.org/redoc#operation/update_policies_v2_groups__group_id__policies_put
struct SetGroupPolicies {
    using service = GroupsService;
    using result = Policies;
    static constexpr auto route = put("/v2/groups/{group_id}/policies");
    Required<std::string> group_id;
    Required<bool> is_high_assurance;
    Required<std::string> group_visibility;          ///< one of GroupVisibility
    Required<std::string> group_members_visibility;  ///< one of GroupMemberVisibility
    Required<bool> join_requests;
    Required<StringList> signup_fields;                              ///< some of GroupRequiredSignupFields
    Optional<std::int64_t> authentication_assurance_timeout = null;  ///< seconds; null for the service's default
    static constexpr auto wire =
        wires(in_json("is_high_assurance"), in_json("group_visibility"), in_json("group_members_visibility"),
              in_json("join_requests"), in_json("signup_fields"), in_json("authentication_assurance_timeout"));
    GLOBUS_MEMBERS(SetGroupPolicies, group_id, is_high_assurance, group_visibility, group_members_visibility,
                   join_requests, signup_fields, authentication_assurance_timeout);
};

/// Accepts the invitation of one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct AcceptInvite {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "accept/0/identity_id"));
    GLOBUS_MEMBERS(AcceptInvite, group_id, identity_id);
};

/// Makes an identity a member without asking it. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct AddMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    std::string role = GroupRole::member;  ///< one of GroupRole
    static constexpr auto wire = wires(in_json("identity_id", "add/0/identity_id"), in_json("role", "add/0/role"));
    GLOBUS_MEMBERS(AddMember, group_id, identity_id, role);
};

/// Grants what an identity has asked for by RequestJoin. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct ApprovePending {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "approve/0/identity_id"));
    GLOBUS_MEMBERS(ApprovePending, group_id, identity_id);
};

/// Gives a member another role. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct ChangeRole {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    Required<std::string> role;  ///< one of GroupRole
    static constexpr auto wire =
        wires(in_json("identity_id", "change_role/0/identity_id"), in_json("role", "change_role/0/role"));
    GLOBUS_MEMBERS(ChangeRole, group_id, identity_id, role);
};

/// Declines the invitation of one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct DeclineInvite {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "decline/0/identity_id"));
    GLOBUS_MEMBERS(DeclineInvite, group_id, identity_id);
};

/// Invites an identity; the service sends it an e-mail. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct InviteMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    std::string role = GroupRole::member;  ///< one of GroupRole
    static constexpr auto wire =
        wires(in_json("identity_id", "invite/0/identity_id"), in_json("role", "invite/0/role"));
    GLOBUS_MEMBERS(InviteMember, group_id, identity_id, role);
};

/// Joins a group that lets anybody in, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct Join {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "join/0/identity_id"));
    GLOBUS_MEMBERS(Join, group_id, identity_id);
};

/// Leaves, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct Leave {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "leave/0/identity_id"));
    GLOBUS_MEMBERS(Leave, group_id, identity_id);
};

/// Refuses what an identity has asked for by RequestJoin. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RejectJoinRequest {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "reject/0/identity_id"));
    GLOBUS_MEMBERS(RejectJoinRequest, group_id, identity_id);
};

/// Takes a member out of the group. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RemoveMember {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "remove/0/identity_id"));
    GLOBUS_MEMBERS(RemoveMember, group_id, identity_id);
};

/// Asks to join, with one of the caller's own identities. POST /v2/groups/{group_id}
/// https://groups.api.globus.org/redoc#operation/group_membership_post_actions_v2_groups__group_id__post
struct RequestJoin {
    using service = GroupsService;
    using result = MembershipActionResult;
    static constexpr auto route = post("/v2/groups/{group_id}");
    Required<std::string> group_id;
    Required<std::string> identity_id;
    static constexpr auto wire = wires(in_json("identity_id", "request_join/0/identity_id"));
    GLOBUS_MEMBERS(RequestJoin, group_id, identity_id);
};

/// The types of all of these, as a hana::tuple of hana::types; made only when somebody asks.
template <class = void>
constexpr auto operations() {
    return boost::hana::tuple_t<CreateGroup, SetGroupPolicies, AcceptInvite, AddMember, ApprovePending, ChangeRole,
                                DeclineInvite, InviteMember, Join, Leave, RejectJoinRequest, RemoveMember, RequestJoin>;
}

}  // namespace globus::groups::manager

namespace globus {

/**
 * A Groups client with one function for each thing that one does to a group and its members.
 *
 *     GroupsManager manager{client};
 *     auto group = manager.create_group({.name = "beamline 7", .description = "those who measure"});
 *     manager.invite_member({.group_id = *group->id, .identity_id = alice, .role = GroupRole::manager});
 *
 * Each is one request of the client's, with its retries and errors. None but set_group_policies is repeated after a
 * lost answer. What concerns several members at once is a BatchMembershipActions.
 *
 * @tparam C  a Client<GroupsService, ...>; this keeps a copy, which shares the client's connections and tokens
 *
 * @par Thread safety
 * As the client: any function may be called from any thread.
 */
template <class C>
class GroupsManager {
public:
    explicit GroupsManager(C client) : client_(std::move(client)) {}

    /// @copydoc groups::manager::CreateGroup
    Response<groups::Group> create_group(groups::manager::CreateGroup op, CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::SetGroupPolicies
    Response<groups::Policies> set_group_policies(groups::manager::SetGroupPolicies op,
                                                  CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::AcceptInvite
    Response<groups::MembershipActionResult> accept_invite(groups::manager::AcceptInvite op,
                                                           CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::AddMember
    Response<groups::MembershipActionResult> add_member(groups::manager::AddMember op,
                                                        CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::ApprovePending
    Response<groups::MembershipActionResult> approve_pending(groups::manager::ApprovePending op,
                                                             CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::ChangeRole
    Response<groups::MembershipActionResult> change_role(groups::manager::ChangeRole op,
                                                         CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::DeclineInvite
    Response<groups::MembershipActionResult> decline_invite(groups::manager::DeclineInvite op,
                                                            CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::InviteMember
    Response<groups::MembershipActionResult> invite_member(groups::manager::InviteMember op,
                                                           CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::Join
    Response<groups::MembershipActionResult> join(groups::manager::Join op, CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::Leave
    Response<groups::MembershipActionResult> leave(groups::manager::Leave op, CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::RejectJoinRequest
    Response<groups::MembershipActionResult> reject_join_request(groups::manager::RejectJoinRequest op,
                                                                 CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::RemoveMember
    Response<groups::MembershipActionResult> remove_member(groups::manager::RemoveMember op,
                                                           CallOptions const& options = {}) const {
        return client_.send(op, options);
    }
    /// @copydoc groups::manager::RequestJoin
    Response<groups::MembershipActionResult> request_join(groups::manager::RequestJoin op,
                                                          CallOptions const& options = {}) const {
        return client_.send(op, options);
    }

    [[nodiscard]] C const& client() const noexcept { return client_; }

private:
    C client_;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_GROUPS_GROUPS_MANAGER_HPP

#endif  // GLOBUS_SERVICES_GROUPS_HPP
#ifndef GLOBUS_SERVICES_SEARCH_HPP
#define GLOBUS_SERVICES_SEARCH_HPP

// All that a user of Globus Search needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_SEARCH_SERVICE_HPP
#define GLOBUS_SERVICES_SEARCH_SERVICE_HPP

#ifndef GLOBUS_SERVICES_SEARCH_ERRORS_HPP
#define GLOBUS_SERVICES_SEARCH_ERRORS_HPP

namespace globus {

/// Globus Search answered with an error status. https://docs.globus.org/api/search/errors/
class SearchApiError : public ApiError {
public:
    using ApiError::ApiError;

    /// What the service adds to the message, such as which part of a query is wrong; null if nothing.
    [[nodiscard]] boost::json::value const& error_data() const noexcept { return document_member("error_data"); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_ERRORS_HPP
#ifndef GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP
#define GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_SEARCH_DATA_HPP
#define GLOBUS_SERVICES_SEARCH_DATA_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// The documents that a Search program makes.

namespace globus::search {

/**
 * A query with filters, facets, boosts and an order.
 *
 *     SearchQueryV1 query{.q = "perovskite", .limit = 10};
 *     query.add_filter({{"type", "match_any"}, {"field_name", "year"}, {"values", {2023, 2024}}})
 *         .add_facet({{"name", "By author"}, {"type", "terms"}, {"field_name", "author"}, {"size", 5}})
 *         .add_sort({{"field_name", "date"}, {"order", "desc"}});
 *     auto found = client.post_search({.index_id = id, .data = query});
 *
 * Filters, facets, boosts and sorts are the service's documents, as they stand.
 *
 * Thread safety: distinct objects: safe; shared objects: reading is safe.
 * https://docs.globus.org/api/search/reference/post_query/
 */
struct SearchQueryV1 {
    Constant<"query#1.0.0"> version = {};  ///< `@version` on the wire
    Optional<std::string> q = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<bool> advanced = {};  ///< q is in the advanced syntax
    Optional<std::vector<Json>> filters = {};
    Optional<std::vector<Json>> facets = {};
    Optional<std::vector<Json>> post_facet_filters = {};  ///< filters that do not change what facets count
    Optional<std::vector<Json>> boosts = {};
    Optional<std::vector<Json>> sort = {};
    AdditionalFields additional_fields = {};
    static constexpr auto wire = wires(rename("version", "@version"));
    GLOBUS_MEMBERS(SearchQueryV1, version, q, limit, offset, advanced, filters, facets, post_facet_filters, boosts,
                   sort, additional_fields);

    /// Adds a condition that a subject must meet. https://docs.globus.org/api/search/reference/post_query/#gfilter
    SearchQueryV1& add_filter(Json filter) { return add(filters, std::move(filter)); }
    /// Adds a condition that what facets count need not meet.
    SearchQueryV1& add_post_facet_filter(Json filter) { return add(post_facet_filters, std::move(filter)); }
    /// Adds counts, sums or averages over a field. https://docs.globus.org/api/search/reference/post_query/#gfacet
    SearchQueryV1& add_facet(Json facet) { return add(facets, std::move(facet)); }
    /// Makes matches in a field count for more. https://docs.globus.org/api/search/reference/post_query/#gboost
    SearchQueryV1& add_boost(Json boost) { return add(boosts, std::move(boost)); }
    /// Adds a field to sort by, after those before it. https://docs.globus.org/api/search/reference/post_query/#gsort
    SearchQueryV1& add_sort(Json by) { return add(sort, std::move(by)); }

private:
    SearchQueryV1& add(Optional<std::vector<Json>>& list, Json document) {
        if (!list) list.emplace();
        list->push_back(std::move(document));
        return *this;
    }
};

/**
 * A query for all that matches, however much it is; the order is the service's.
 *
 *     for (search::GMetaResult const& subject :
 *          client.paginate(search::Scroll{.index_id = id, .data = SearchScrollQuery{.q = "*"}})) ...
 *
 * https://docs.globus.org/api/search/reference/scroll_query/
 */
struct SearchScrollQuery {
    Optional<std::string> q = {};
    Optional<std::int64_t> limit = {};  ///< of a page
    Optional<bool> advanced = {};       ///< q is in the advanced syntax
    Optional<std::string> marker = {};  ///< of the page before
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(SearchScrollQuery, q, limit, advanced, marker, additional_fields);
};

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_DATA_HPP
#ifndef GLOBUS_SERVICES_SEARCH_DOCUMENTS_HPP
#define GLOBUS_SERVICES_SEARCH_DOCUMENTS_HPP

#include <cstdint>
#include <string>
#include <vector>

// What Globus Search answers. Members bear the service's names; the pages named say what they mean.

namespace globus::search {

/// An index. https://docs.globus.org/api/search/reference/index_show/
struct Index {
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    Optional<std::string> status = {};         ///< "open" or "delete_pending"
    Optional<std::string> creation_date = {};  ///< UTC, as in "2021-04-05 15:05:18"
    Optional<bool> is_trial = {};              ///< a trial index is deleted by the service after some time
    Optional<std::string> subscription_id = {};
    Optional<std::int64_t> max_size_in_mb = {};
    Optional<std::int64_t> size_in_mb = {};
    Optional<std::int64_t> num_subjects = {};
    Optional<std::int64_t> num_entries = {};
    Optional<std::vector<std::string>> permissions = {};  ///< the caller's roles; in a list of indexes
    GLOBUS_MEMBERS(Index, id, display_name, description, status, creation_date, is_trial, subscription_id,
                   max_size_in_mb, size_in_mb, num_subjects, num_entries, permissions);
};

/// The indexes that the caller has a role on. https://docs.globus.org/api/search/reference/index_list/
struct Indexes {
    std::vector<Index> index_list = {};
    GLOBUS_MEMBERS(Indexes, index_list);
};

/// What was asked for an index will be done. https://docs.globus.org/api/search/reference/index_delete/
struct IndexAcknowledgement {
    Optional<std::string> index_id = {};
    Optional<bool> acknowledged = {};
    GLOBUS_MEMBERS(IndexAcknowledgement, index_id, acknowledged);
};

/// What an index holds on a subject, or a part of it. https://docs.globus.org/api/search/reference/get_subject/
struct GMetaEntry {
    Optional<Json> content = {};
    Optional<std::string> entry_id = {};                             ///< null for a subject's only entry
    Optional<std::vector<std::string>> matched_principal_sets = {};  ///< why the caller may see it
    GLOBUS_MEMBERS(GMetaEntry, content, entry_id, matched_principal_sets);
};

/// A subject with those of its entries that the caller may see.
/// https://docs.globus.org/api/search/reference/get_subject/
struct GMetaResult {
    Optional<std::string> subject = {};
    Optional<std::vector<GMetaEntry>> entries = {};
    GLOBUS_MEMBERS(GMetaResult, subject, entries);
};

/// A page of subjects that a query has found. `marker` is that of a scroll.
/// https://docs.globus.org/api/search/reference/post_query/
struct GSearchResult {
    std::vector<GMetaResult> gmeta = {};
    Optional<std::int64_t> count = {};   ///< subjects of this page
    Optional<std::int64_t> total = {};   ///< subjects that match
    Optional<std::int64_t> offset = {};  ///< of this page
    Optional<bool> has_next_page = {};
    Optional<std::string> marker = {};
    Optional<Json> facet_results = {};
    GLOBUS_MEMBERS(GSearchResult, gmeta, count, total, offset, has_next_page, marker, facet_results);
};

/// Something that the service does after its answer. https://docs.globus.org/api/search/reference/get_task/
struct Task {
    Optional<std::string> task_id = {};
    Optional<std::string> index_id = {};
    Optional<std::string> state = {};  ///< "PENDING", "PROGRESS", "SUCCESS" or "FAILED"
    Optional<std::string> state_description = {};
    Optional<std::string> task_type = {};        ///< as in "INGEST"
    Optional<std::string> creation_date = {};    ///< UTC
    Optional<std::string> completion_date = {};  ///< UTC
    Optional<std::string> message = {};
    Optional<Json> additional_details = {};
    GLOBUS_MEMBERS(Task, task_id, index_id, state, state_description, task_type, creation_date, completion_date,
                   message, additional_details);
};

/// The latest tasks of an index. https://docs.globus.org/api/search/reference/task_list/
struct Tasks {
    std::vector<Task> tasks = {};
    GLOBUS_MEMBERS(Tasks, tasks);
};

/// What was asked for is done by a task: `get_task` tells how far it is.
/// https://docs.globus.org/api/search/reference/ingest/
struct TaskAcknowledgement {
    Optional<std::string> task_id = {};
    Optional<bool> acknowledged = {};
    Optional<bool> success = {};
    Optional<std::int64_t> num_documents_ingested = {};
    GLOBUS_MEMBERS(TaskAcknowledgement, task_id, acknowledged, success, num_documents_ingested);
};

/// What an identity or group may do with an index. https://docs.globus.org/api/search/reference/role_create/
struct Role {
    Optional<std::string> id = {};
    Optional<std::string> index_id = {};
    Optional<std::string> role_name = {};       ///< "owner", "admin" or "writer"
    Optional<std::string> principal = {};       ///< a URN
    Optional<std::string> principal_type = {};  ///< "identity" or "group"
    Optional<std::string> creation_date = {};   ///< UTC
    GLOBUS_MEMBERS(Role, id, index_id, role_name, principal, principal_type, creation_date);
};

/// The roles on an index. https://docs.globus.org/api/search/reference/role_list/
struct Roles {
    std::vector<Role> role_list = {};
    GLOBUS_MEMBERS(Roles, role_list);
};

/// A role that is no more. https://docs.globus.org/api/search/reference/role_delete/
struct DeletedRole {
    Optional<Role> deleted = {};
    Optional<bool> success = {};
    GLOBUS_MEMBERS(DeletedRole, deleted, success);
};

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_DOCUMENTS_HPP

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>

// The operations of Globus Search. https://docs.globus.org/api/search/
//
// What all have in common: `query_params` takes parameters that the operation has no member for; every operation throws
// what Client::send throws, with SearchApiError for an error status; ids of indexes and tasks are UUIDs as text. A
// subject is named by a text of the ingester's own, mostly a URL.

namespace globus {
struct SearchService;
}

namespace globus::search {

// Indexes

/// Creates an index; it is a trial index until a subscription is set for it. POST /v1/index
/// It is not repeated after a lost answer, for there would be two indexes.
/// https://docs.globus.org/api/search/reference/index_create/
struct CreateIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = post("/v1/index");
    Required<std::string> display_name;
    Required<std::string> description;
    static constexpr auto wire = wires(in_json("display_name"), in_json("description"));
    GLOBUS_MEMBERS(CreateIndex, display_name, description);
};

/// Changes the name or description of an index. PATCH /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_update/
struct UpdateIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = patch("/v1/index/{index_id}");
    Required<std::string> index_id;
    Optional<std::string> display_name = {};
    Optional<std::string> description = {};
    static constexpr auto wire = wires(in_json("display_name"), in_json("description"));
    GLOBUS_MEMBERS(UpdateIndex, index_id, display_name, description);
};

/// Marks an index for deletion; until that is done it can be reopened. DELETE /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_delete/
struct DeleteIndex {
    using service = SearchService;
    using result = IndexAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}");
    Required<std::string> index_id;
    GLOBUS_MEMBERS(DeleteIndex, index_id);
};

/// Takes back the deletion of an index that is marked for it. POST /v1/index/{index_id}/reopen
/// https://docs.globus.org/api/search/reference/index_reopen/
struct ReopenIndex {
    using service = SearchService;
    using result = IndexAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/reopen");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    GLOBUS_MEMBERS(ReopenIndex, index_id);
};

/// Reads what an index is. GET /v1/index/{index_id}
/// https://docs.globus.org/api/search/reference/index_show/
struct GetIndex {
    using service = SearchService;
    using result = Index;
    static constexpr auto route = get("/v1/index/{index_id}");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetIndex, index_id, query_params);
};

/// Lists the indexes that the caller has a role on. GET /v1/index_list
/// https://docs.globus.org/api/search/reference/index_list/
struct IndexList {
    using service = SearchService;
    using result = Indexes;
    static constexpr auto route = get("/v1/index_list");
    Optional<StringList> filter_roles = {};  ///< "owner", "admin", "writer": only indexes with one of these
    QueryParams query_params = {};
    GLOBUS_MEMBERS(IndexList, filter_roles, query_params);
};

// Queries

/// Searches an index. Paginated, as far as subject 10,000; `scroll` goes on. GET /v1/index/{index_id}/search
/// https://docs.globus.org/api/search/reference/get_query/
struct Search {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = get("/v1/index/{index_id}/search");
    static constexpr Paging paging{PagingStyle::has_next_page, "gmeta", {}, 100, 10000, "count"};
    static constexpr auto items = &GSearchResult::gmeta;
    Required<std::string> index_id;
    Required<std::string> q;  ///< https://docs.globus.org/api/search/query#query_syntax
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> limit = {};
    Optional<bool> advanced = {};  ///< q is in the advanced syntax
    QueryParams query_params = {};
    GLOBUS_MEMBERS(Search, index_id, q, offset, limit, advanced, query_params);
};

/// Searches an index by a SearchQueryV1. Paginated, as far as subject 10,000. POST /v1/index/{index_id}/search
/// `offset` and `limit` take the place of those in `data`. It reads only, and is repeated as reads are.
/// https://docs.globus.org/api/search/reference/post_query/
struct PostSearch {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = post("/v1/index/{index_id}/search");
    static constexpr RetryClass retry = RetryClass::read;
    static constexpr Paging paging{PagingStyle::has_next_page, "gmeta", {}, 100, 10000, "count"};
    static constexpr auto items = &GSearchResult::gmeta;
    Required<std::string> index_id;
    Required<Document> data;
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> limit = {};
    static constexpr auto wire = wires(in_json("offset"), in_json("limit"));
    GLOBUS_MEMBERS(PostSearch, index_id, data, offset, limit);

    /// Where a walk over the pages begins: at `offset`, or at that of `data`.
    [[nodiscard]] std::int64_t first_offset() const {
        if (offset) return *offset;
        boost::json::parse_options options;
        options.max_depth = 128;
        Json const document = boost::json::parse(data->text(), {}, options);
        auto const* given = document.is_object() ? document.get_object().if_contains("offset") : nullptr;
        return given != nullptr && given->is_int64() ? given->get_int64() : 0;
    }
};

/// Reads all that matches a SearchScrollQuery, page by page. Paginated. POST /v1/index/{index_id}/scroll
/// `marker` takes the place of that in `data`.
/// https://docs.globus.org/api/search/reference/scroll_query/
struct Scroll {
    using service = SearchService;
    using result = GSearchResult;
    static constexpr auto route = post("/v1/index/{index_id}/scroll");
    static constexpr RetryClass retry = RetryClass::read;
    static constexpr Paging paging{PagingStyle::marker, "gmeta", "marker"};
    static constexpr auto items = &GSearchResult::gmeta;
    Required<std::string> index_id;
    Required<Document> data;
    Optional<std::string> marker = {};
    static constexpr auto wire = wires(in_json("marker"));
    GLOBUS_MEMBERS(Scroll, index_id, data, marker);
};

// Data

/// Puts subjects into an index, by a task. POST /v1/index/{index_id}/ingest
/// It is not repeated after a lost answer, for it would undo a later ingest of the same subjects. Where there is none,
/// CallOptions::retry_as says so. https://docs.globus.org/api/search/reference/ingest/
struct Ingest {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/ingest");
    Required<std::string> index_id;
    Required<Document> data;  ///< a GIngest document
    GLOBUS_MEMBERS(Ingest, index_id, data);
};

/// Deletes the subjects that match a query, by a task. POST /v1/index/{index_id}/delete_by_query
/// https://docs.globus.org/api/search/reference/delete_by_query/
struct DeleteByQuery {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/delete_by_query");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    Required<Document> data;
    GLOBUS_MEMBERS(DeleteByQuery, index_id, data);
};

/// Deletes subjects, by a task. POST /v1/index/{index_id}/batch_delete_by_subject
/// https://docs.globus.org/api/search/reference/batch_delete_by_subject/
struct BatchDeleteBySubject {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = post("/v1/index/{index_id}/batch_delete_by_subject");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> index_id;
    Required<StringList> subjects;
    AdditionalFields additional_params = {};
    static constexpr auto wire = wires(in_json("subjects"));
    GLOBUS_MEMBERS(BatchDeleteBySubject, index_id, subjects, additional_params);
};

// Subjects and entries

/// Reads a subject with its entries. GET /v1/index/{index_id}/subject
/// https://docs.globus.org/api/search/reference/get_subject/
struct GetSubject {
    using service = SearchService;
    using result = GMetaResult;
    static constexpr auto route = get("/v1/index/{index_id}/subject");
    Required<std::string> index_id;
    Required<std::string> subject;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSubject, index_id, subject, query_params);
};

/// Deletes a subject with its entries, by a task. DELETE /v1/index/{index_id}/subject
/// https://docs.globus.org/api/search/reference/delete_subject/
struct DeleteSubject {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}/subject");
    Required<std::string> index_id;
    Required<std::string> subject;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteSubject, index_id, subject, query_params);
};

/// Reads one entry of a subject; without `entry_id` the one that has none. GET /v1/index/{index_id}/entry
/// https://docs.globus.org/api/search/reference/get_entry/
struct GetEntry {
    using service = SearchService;
    using result = GMetaResult;
    static constexpr auto route = get("/v1/index/{index_id}/entry");
    Required<std::string> index_id;
    Required<std::string> subject;
    Optional<std::string> entry_id = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetEntry, index_id, subject, entry_id, query_params);
};

/// Deletes one entry of a subject, by a task; without `entry_id` the one that has none.
/// DELETE /v1/index/{index_id}/entry
/// https://docs.globus.org/api/search/reference/delete_entry/
struct DeleteEntry {
    using service = SearchService;
    using result = TaskAcknowledgement;
    static constexpr auto route = delete_("/v1/index/{index_id}/entry");
    Required<std::string> index_id;
    Required<std::string> subject;
    Optional<std::string> entry_id = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteEntry, index_id, subject, entry_id, query_params);
};

// Tasks

/// Reads how far a task is. GET /v1/task/{task_id}
/// https://docs.globus.org/api/search/reference/get_task/
struct GetTask {
    using service = SearchService;
    using result = Task;
    static constexpr auto route = get("/v1/task/{task_id}");
    Required<std::string> task_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTask, task_id, query_params);
};

/// Lists the latest 1,000 tasks of an index. GET /v1/task_list/{index_id}
/// https://docs.globus.org/api/search/reference/task_list/
struct GetTaskList {
    using service = SearchService;
    using result = Tasks;
    static constexpr auto route = get("/v1/task_list/{index_id}");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTaskList, index_id, query_params);
};

// Roles

/// Gives an identity or group a role on an index, by `role_name` and `principal`. POST /v1/index/{index_id}/role
/// https://docs.globus.org/api/search/reference/role_create/
struct CreateRole {
    using service = SearchService;
    using result = Role;
    static constexpr auto route = post("/v1/index/{index_id}/role");
    Required<std::string> index_id;
    Required<Document> data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(CreateRole, index_id, data, query_params);
};

/// Lists the roles on an index. GET /v1/index/{index_id}/role_list
/// https://docs.globus.org/api/search/reference/role_list/
struct GetRoleList {
    using service = SearchService;
    using result = Roles;
    static constexpr auto route = get("/v1/index/{index_id}/role_list");
    Required<std::string> index_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetRoleList, index_id, query_params);
};

/// Takes a role away. DELETE /v1/index/{index_id}/role/{role_id}
/// https://docs.globus.org/api/search/reference/role_delete/
struct DeleteRole {
    using service = SearchService;
    using result = DeletedRole;
    static constexpr auto route = delete_("/v1/index/{index_id}/role/{role_id}");
    Required<std::string> index_id;
    Required<std::string> role_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(DeleteRole, index_id, role_id, query_params);
};

}  // namespace globus::search

#endif  // GLOBUS_SERVICES_SEARCH_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string_view>

namespace globus {

using search::SearchQueryV1;
using search::SearchScrollQuery;

/**
 * Globus Search: indexes of metadata, and queries over them.
 *
 *     Client<SearchService, AccessTokenPolicy> client{token};
 *     for (search::GMetaResult const& subject : client.paginate(search::Search{.index_id = id, .q = "perovskite"})) ...
 *
 * https://docs.globus.org/api/search/
 */
struct SearchService {
    static constexpr std::string_view name = "search";
    static constexpr std::string_view resource_server = "search.api.globus.org";
    using error = SearchApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<search::CreateIndex, search::UpdateIndex, search::DeleteIndex, search::ReopenIndex,
                                    search::GetIndex, search::IndexList, search::Search, search::PostSearch,
                                    search::Scroll, search::Ingest, search::DeleteByQuery, search::BatchDeleteBySubject,
                                    search::GetSubject, search::DeleteSubject, search::GetEntry, search::DeleteEntry,
                                    search::GetTask, search::GetTaskList, search::CreateRole, search::GetRoleList,
                                    search::DeleteRole>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of Search as member functions of its Client.
template <class Client>
struct SearchService::Operations {
    /// @copydoc search::CreateIndex
    Response<search::Index> create_index(search::CreateIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::UpdateIndex
    Response<search::Index> update_index(search::UpdateIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteIndex
    Response<search::IndexAcknowledgement> delete_index(search::DeleteIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::ReopenIndex
    Response<search::IndexAcknowledgement> reopen_index(search::ReopenIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetIndex
    Response<search::Index> get_index(search::GetIndex op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::IndexList
    Response<search::Indexes> index_list(search::IndexList op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Search
    Response<search::GSearchResult> search(search::Search op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::PostSearch
    Response<search::GSearchResult> post_search(search::PostSearch op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Scroll
    Response<search::GSearchResult> scroll(search::Scroll op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::Ingest
    Response<search::TaskAcknowledgement> ingest(search::Ingest op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteByQuery
    Response<search::TaskAcknowledgement> delete_by_query(search::DeleteByQuery op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::BatchDeleteBySubject
    Response<search::TaskAcknowledgement> batch_delete_by_subject(search::BatchDeleteBySubject op,
                                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetSubject
    Response<search::GMetaResult> get_subject(search::GetSubject op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteSubject
    Response<search::TaskAcknowledgement> delete_subject(search::DeleteSubject op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetEntry
    Response<search::GMetaResult> get_entry(search::GetEntry op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteEntry
    Response<search::TaskAcknowledgement> delete_entry(search::DeleteEntry op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetTask
    Response<search::Task> get_task(search::GetTask op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetTaskList
    Response<search::Tasks> get_task_list(search::GetTaskList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::CreateRole
    Response<search::Role> create_role(search::CreateRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::GetRoleList
    Response<search::Roles> get_role_list(search::GetRoleList op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc search::DeleteRole
    Response<search::DeletedRole> delete_role(search::DeleteRole op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_SEARCH_SERVICE_HPP

#endif  // GLOBUS_SERVICES_SEARCH_HPP
#ifndef GLOBUS_SERVICES_TIMERS_HPP
#define GLOBUS_SERVICES_TIMERS_HPP

// All that a user of Globus Timers needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_TIMERS_SERVICE_HPP
#define GLOBUS_SERVICES_TIMERS_SERVICE_HPP

#ifndef GLOBUS_SERVICES_TIMERS_ERRORS_HPP
#define GLOBUS_SERVICES_TIMERS_ERRORS_HPP

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace globus {

/**
 * Globus Timers answered with an error status. https://docs.globus.org/api/timers/
 *
 * Timers puts what is wrong into one object, `{"error": {"code": ..., "detail": ...}}`, or lists the members of a
 * request that do not fit, as `{"detail": [{"loc": ["body", "start"], "msg": "field required"}]}`. Such a message reads
 * "field required: body.start".
 */
class TimersApiError : public ApiError {
public:
    TimersApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), read_error, nullptr) {}

private:
    static bool read_error(boost::json::object const& document, Reading& reading) {
        auto const* error = document.if_contains("error");
        if (error != nullptr && error->is_object()) {
            reading.errors = {sub_error(error->get_object(), {"detail", "title"})};
            reading.code = reading.errors.front().code;
            if (reading.errors.front().has_message) reading.messages.push_back(reading.errors.front().message);
            return true;
        }
        auto const* details = globus::detail::object_list(document.if_contains("detail"));
        if (details == nullptr) return false;
        for (boost::json::value const& item : *details) {
            SubError sub = sub_error(item.get_object(), {"msg"});
            auto const where = globus::detail::text_list(item.get_object().if_contains("loc"));
            if (sub.has_message && where) reading.messages.push_back(sub.message + ": " + joined(*where));
            reading.errors.push_back(std::move(sub));
        }
        reading.code = common_code(reading.errors);
        return true;
    }
    static std::string joined(std::vector<std::string> const& levels) {
        std::string path;
        for (std::string const& level : levels) {
            if (&level != levels.data()) path += '.';
            path += level;
        }
        return path;
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_ERRORS_HPP
#ifndef GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP
#define GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_TIMERS_DATA_HPP
#define GLOBUS_SERVICES_TIMERS_DATA_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_DATA_HPP
#define GLOBUS_SERVICES_TRANSFER_DATA_HPP

#include <algorithm>
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

/// A random UUID (RFC 9562, section 5.4).
inline std::string random_uuid() {
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

/// A member that stands among a JSON:API resource's relationships, as the id of a resource of `type`.
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

}  // namespace globus::detail

namespace globus::transfer {

/**
 * When a file that is there already is copied again.
 *
 *     .sync_level = SyncLevel::checksum
 *
 * https://docs.globus.org/api/transfer/task_submit/#transfer_specific_fields
 */
class SyncLevel {
public:
    enum Level : unsigned char { exists, size, mtime, checksum };

    SyncLevel(Level level = exists) : number_(level) {}
    SyncLevel(std::int64_t number) : number_(number) {}
    SyncLevel(int number) : number_(number) {}
    /// @throws UsageError  for a name other than exists, size, mtime and checksum
    SyncLevel(std::string_view name) {
        constexpr std::array<std::string_view, 4> names{"exists", "size", "mtime", "checksum"};
        for (std::size_t i = 0; i != names.size(); ++i)
            if (names[i] == name) {
                number_ = static_cast<std::int64_t>(i);
                return;
            }
        throw UsageError("the sync_level is none of exists, size, mtime and checksum");
    }
    SyncLevel(char const* name) : SyncLevel(std::string_view(name)) {}

    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    void write_json(std::string& out) const { globus::detail::write_json(out, number_); }
    friend bool operator==(SyncLevel, SyncLevel) = default;

private:
    std::int64_t number_;
};

/// One file or directory of a transfer. https://docs.globus.org/api/transfer/task_submit/#transfer_item_fields
struct TransferItem {
    Constant<"transfer_item"> DATA_TYPE = {};
    Required<std::string> source_path;
    Required<std::string> destination_path;
    Optional<bool> recursive = {};                  ///< a directory with all that is in it
    Optional<std::string> external_checksum = {};   ///< that the file is expected to have
    Optional<std::string> checksum_algorithm = {};  ///< of external_checksum, as in "SHA256"
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferItem, DATA_TYPE, source_path, destination_path, recursive, external_checksum,
                   checksum_algorithm, additional_fields);
};

/// Which names of a recursive transfer are taken. https://docs.globus.org/api/transfer/task_submit/#filter_rules
struct FilterRule {
    Constant<"filter_rule"> DATA_TYPE = {};
    Required<std::string> name;       ///< with * and ?
    std::string method = "exclude";   ///< or "include"
    Optional<std::string> type = {};  ///< "file" or "dir"; both if left out
    GLOBUS_MEMBERS(FilterRule, DATA_TYPE, name, method, type);
};

/**
 * A transfer to be submitted.
 *
 *     TransferData data{.source_endpoint = here, .destination_endpoint = there, .label = "nightly"};
 *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
 *     auto accepted = transfer.submit_transfer(data);
 *
 * Thread safety: distinct objects: safe; shared objects: reading is safe.
 * https://docs.globus.org/api/transfer/task_submit/#transfer_and_delete_documents
 */
struct TransferData {
    Constant<"transfer"> DATA_TYPE = {};
    Required<std::string> source_endpoint;
    Required<std::string> destination_endpoint;
    Optional<std::string> label = {};
    Optional<std::string> submission_id = {};  ///< submit_transfer fetches one if there is none
    Optional<SyncLevel> sync_level = {};
    Optional<bool> verify_checksum = {};
    Optional<bool> preserve_timestamp = {};
    Optional<bool> encrypt_data = {};
    Optional<std::string> deadline = {};  ///< ISO 8601: after it the task fails
    Optional<bool> skip_source_errors = {};
    Optional<bool> fail_on_quota_errors = {};
    Optional<bool> delete_destination_extra = {};
    Optional<bool> notify_on_succeeded = {};
    Optional<bool> notify_on_failed = {};
    Optional<bool> notify_on_inactive = {};
    Optional<std::string> source_local_user = {};
    Optional<std::string> destination_local_user = {};
    std::vector<TransferItem> DATA = {};
    Optional<std::vector<FilterRule>> filter_rules = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(TransferData, DATA_TYPE, source_endpoint, destination_endpoint, label, submission_id, sync_level,
                   verify_checksum, preserve_timestamp, encrypt_data, deadline, skip_source_errors,
                   fail_on_quota_errors, delete_destination_extra, notify_on_succeeded, notify_on_failed,
                   notify_on_inactive, source_local_user, destination_local_user, DATA, filter_rules,
                   additional_fields);

    /// Adds a file or directory.
    TransferData& add_item(TransferItem item) {
        DATA.push_back(std::move(item));
        return *this;
    }
    /// Adds a rule on names; the first rule that fits a name decides.
    TransferData& add_filter_rule(FilterRule rule) {
        if (!filter_rules) filter_rules.emplace();
        filter_rules->push_back(std::move(rule));
        return *this;
    }
};

/// One path of a deletion. https://docs.globus.org/api/transfer/task_submit/#delete_item_fields
struct DeleteItem {
    Constant<"delete_item"> DATA_TYPE = {};
    Required<std::string> path;
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
    Required<std::string> endpoint;
    Optional<std::string> label = {};
    Optional<std::string> submission_id = {};  ///< submit_delete fetches one if there is none
    Optional<bool> recursive = {};
    Optional<bool> ignore_missing = {};
    Optional<bool> interpret_globs = {};
    Optional<std::string> deadline = {};  ///< ISO 8601
    Optional<bool> notify_on_succeeded = {};
    Optional<bool> notify_on_failed = {};
    Optional<bool> notify_on_inactive = {};
    Optional<std::string> local_user = {};
    std::vector<DeleteItem> DATA = {};
    AdditionalFields additional_fields = {};
    GLOBUS_MEMBERS(DeleteData, DATA_TYPE, endpoint, label, submission_id, recursive, ignore_missing, interpret_globs,
                   deadline, notify_on_succeeded, notify_on_failed, notify_on_inactive, local_user, DATA,
                   additional_fields);

    /// Adds a path.
    DeleteData& add_item(DeleteItem item) {
        DATA.push_back(std::move(item));
        return *this;
    }
};

/**
 * Splits a transfer into several of at most `max_items` items each, in order; all else is the same in each.
 *
 *     for (TransferData& part : split_transfer_data(std::move(data), 1000)) client.submit_transfer(part);
 *
 * The parts have no submission id, since an id stands for one task. The client's member function of this name gives
 * each one of its own.
 *
 * @throws UsageError  if `max_items` is 0
 */
inline std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items) {
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

/**
 * A tunnel to be made between two stream access points.
 *
 *     auto tunnel = client.create_tunnel({.initiator_stream_access_point = here,
 *                                         .listener_stream_access_point = there,
 *                                         .label = "instrument"});
 *
 * Written as a JSON:API document: the access points are relationships, all else attributes.
 */
struct CreateTunnelData {
    Required<std::string> initiator_stream_access_point;  ///< id of the end that connects
    Required<std::string> listener_stream_access_point;   ///< id of the end that waits for it
    Optional<std::string> label = {};
    Optional<std::string> submission_id = {};  ///< create_tunnel makes one if there is none
    Optional<std::int64_t> lifetime_mins = {};
    Optional<bool> restartable = {};
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 2> resource_links{
        {{"listener_stream_access_point", "listener", "StreamAccessPoint"},
         {"initiator_stream_access_point", "initiator", "StreamAccessPoint"}}};
    GLOBUS_MEMBERS(CreateTunnelData, initiator_stream_access_point, listener_stream_access_point, label, submission_id,
                   lifetime_mins, restartable, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/**
 * A filter of a listing: the text of Globus' filter language, or names with their values.
 *
 *     .filter = "type:dir/name:~run*"
 *     .filter = {{"type", {"file", "dir"}}, {"name", "~*.h5"}}        // type:file,dir/name:~*.h5
 *
 * https://docs.globus.org/api/transfer/file_operations/#dir_listing_filtering
 */
class TransferFilter {
public:
    using value_type = std::pair<std::string, StringList>;

    TransferFilter() = default;
    TransferFilter(char const* text) : text_(text) {}
    TransferFilter(std::string text) : text_(std::move(text)) {}
    TransferFilter(std::initializer_list<value_type> terms) {
        for (auto const& [name, values] : terms) add(name, values);
    }

    /// Adds a condition; all must hold.
    TransferFilter& add(std::string const& name, StringList const& values) {
        if (!text_.empty()) text_ += '/';
        text_ += name + ':';
        for (std::string const& value : values) (text_ += &value == values.data() ? "" : ",") += value;
        return *this;
    }

    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] std::vector<std::string> query_texts() const { return {text_}; }
    friend bool operator==(TransferFilter const&, TransferFilter const&) = default;

private:
    std::string text_;
};

/// One filter or several, where a listing may have to pass any of them: `.filter = {"type:dir", "name:~*.h5"}`,
/// `.filter = TransferFilter{{"type", "dir"}}`.
class TransferFilters : public std::vector<TransferFilter> {
public:
    TransferFilters() = default;
    TransferFilters(char const* text) : std::vector<TransferFilter>{TransferFilter(text)} {}
    TransferFilters(std::string text) : std::vector<TransferFilter>{TransferFilter(std::move(text))} {}
    TransferFilters(TransferFilter one) : std::vector<TransferFilter>{std::move(one)} {}
    TransferFilters(std::initializer_list<TransferFilter> several) : std::vector<TransferFilter>(several) {}

    [[nodiscard]] std::vector<std::string> query_texts() const {
        std::vector<std::string> texts;
        for (TransferFilter const& filter : *this) texts.push_back(filter.text());
        return texts;
    }
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_DATA_HPP

#include <boost/json/parse.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

// The documents that a Timers program makes. Times are ISO 8601 texts with an offset, as in "2026-01-02T03:04:05+00:00".

namespace globus::timers {

/// A timer that runs once: at `datetime`, or at once if that is left out.
struct OnceTimerSchedule {
    Constant<"once"> type = {};
    Optional<std::string> datetime = {};  ///< ISO 8601
    GLOBUS_MEMBERS(OnceTimerSchedule, type, datetime);
};

/// A timer that runs again and again.
struct RecurringTimerSchedule {
    Constant<"recurring"> type = {};
    Required<std::int64_t> interval_seconds;
    Optional<std::string> start = {};  ///< ISO 8601; at once if left out
    Optional<Json> end =
        {};  ///< {"condition": "iterations", "iterations": 5} or {"condition": "time", "datetime": ...}
    GLOBUS_MEMBERS(RecurringTimerSchedule, type, interval_seconds, start, end);
};

/**
 * A timer that starts transfers.
 *
 *     client.create_timer({.timer = TransferTimer{.name = "nightly",
 *                                                 .schedule = RecurringTimerSchedule{.interval_seconds = 86400},
 *                                                 .body = data}});
 *
 * Each run gets a submission id of its own: one in `body` is left out, and so is skip_activation_check.
 * https://docs.globus.org/api/timers/
 */
struct TransferTimer {
    Constant<"transfer"> timer_type = {};
    Optional<std::string> name = {};
    Required<Document> schedule;  ///< OnceTimerSchedule, RecurringTimerSchedule or a Json
    Required<Document> body;      ///< TransferData or a Json
    GLOBUS_MEMBERS(TransferTimer, timer_type, name, schedule, body);

    void write_json(std::string& out) const {
        Json transfer = boost::json::parse(body->text());
        if (transfer.is_object())
            for (char const* name_of_run : {"submission_id", "skip_activation_check"})
                transfer.as_object().erase(name_of_run);
        TransferTimer each = *this;
        each.body = Document(std::move(transfer));
        globus::detail::write_object(out, each);
    }
};

/// A timer that starts runs of a flow. https://docs.globus.org/api/timers/
struct FlowTimer {
    Constant<"flow"> timer_type = {};
    Required<std::string> flow_id;
    Optional<std::string> name = {};
    Required<Document> schedule;  ///< OnceTimerSchedule, RecurringTimerSchedule or a Json
    Required<Json> body;          ///< what the run is started with: `body`, `label`, `tags`, ...
    GLOBUS_MEMBERS(FlowTimer, timer_type, flow_id, name, schedule, body);
};

/// A timer in the older form, which calls an action provider. New programs use TransferTimer.
struct TimerJob {
    Required<std::string> callback_url;
    Required<Json> callback_body;
    Required<std::string> start;                ///< ISO 8601
    Required<Optional<std::int64_t>> interval;  ///< seconds; null runs once
    Optional<std::string> name = {};
    Optional<std::string> stop_after = {};  ///< ISO 8601
    Optional<std::int64_t> stop_after_n = {};
    Optional<std::string> scope = {};
    GLOBUS_MEMBERS(TimerJob, callback_url, callback_body, start, interval, name, stop_after, stop_after_n, scope);
};

/// What create_timer takes: a TransferTimer, a FlowTimer or a Json.
class TimerDocument {
public:
    TimerDocument(TransferTimer timer) : document_(std::move(timer)) {}
    TimerDocument(FlowTimer timer) : document_(std::move(timer)) {}
    TimerDocument(Json timer) : document_(std::move(timer)) {}
    TimerDocument(TimerJob) = delete;  // create_timer takes a TransferTimer or FlowTimer; a TimerJob goes to create_job

    void write_json(std::string& out) const { document_.write_json(out); }

private:
    Document document_;
};

/// What create_job takes: a TimerJob or a Json.
class JobDocument {
public:
    JobDocument(TimerJob job) : document_(std::move(job)) {}
    JobDocument(Json job) : document_(std::move(job)) {}
    JobDocument(TransferTimer) = delete;  // create_job takes a TimerJob; a TransferTimer goes to create_timer

    void write_json(std::string& out) const { document_.write_json(out); }

private:
    Document document_;
};

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_DATA_HPP
#ifndef GLOBUS_SERVICES_TIMERS_DOCUMENTS_HPP
#define GLOBUS_SERVICES_TIMERS_DOCUMENTS_HPP

#include <cstdint>
#include <string>
#include <vector>

// What Globus Timers answers.

namespace globus::timers {

/// A timer: what it starts, and when. https://docs.globus.org/api/timers/
struct Timer {
    Optional<std::string> job_id = {};
    Optional<std::string> job_type = {};  ///< "transfer" or "flow"
    Optional<std::string> name = {};
    Optional<std::string> status = {};  ///< "new", "loaded", "inactive", "ended", ...
    Optional<std::string> scope = {};
    Optional<std::string> callback_url = {};
    Optional<std::string> start = {};      ///< ISO 8601
    Optional<std::int64_t> interval = {};  ///< seconds; null runs once
    Optional<Json> schedule = {};
    Optional<std::string> stop_after = {};  ///< ISO 8601
    Optional<std::int64_t> n_runs = {};
    Optional<std::int64_t> n_errors = {};
    Optional<std::string> last_ran_at = {};   ///< ISO 8601
    Optional<std::string> next_run = {};      ///< ISO 8601
    Optional<std::string> submitted_at = {};  ///< ISO 8601
    Optional<Json> inactive_reason = {};
    Optional<Json> results = {};
    GLOBUS_MEMBERS(Timer, job_id, job_type, name, status, scope, callback_url, start, interval, schedule, stop_after,
                   n_runs, n_errors, last_ran_at, next_run, submitted_at, inactive_reason, results);
};

/// The timers of the caller.
struct TimerList {
    std::vector<Timer> jobs = {};
    GLOBUS_MEMBERS(TimerList, jobs);
};

/// A timer that was made.
struct NewTimer {
    Optional<Timer> timer = {};
    GLOBUS_MEMBERS(NewTimer, timer);
};

/// The outcome of a pause or resumption.
struct TimerMessage {
    Optional<std::string> message = {};
    GLOBUS_MEMBERS(TimerMessage, message);
};

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_DOCUMENTS_HPP

#include <string>

// The operations of Globus Timers. https://docs.globus.org/api/timers/

namespace globus {
struct TimersService;
}

namespace globus::timers {

/// Lists the caller's timers. GET /jobs/
/// https://docs.globus.org/api/timers/
struct ListJobs {
    using service = TimersService;
    using result = TimerList;
    static constexpr auto route = get("/jobs/");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListJobs, query_params);
};

/// Reads a timer. GET /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct GetJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = get("/jobs/{job_id}");
    Required<std::string> job_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetJob, job_id, query_params);
};

/// Makes a timer that starts transfers or runs of a flow. POST /v2/timer
/// It is sent once: when the answer is lost, list_jobs tells whether it was made.
/// https://docs.globus.org/api/timers/
struct CreateTimer {
    using service = TimersService;
    using result = NewTimer;
    static constexpr auto route = post("/v2/timer");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    Required<TimerDocument> timer;
    static constexpr auto wire = wires(in_json("timer"));
    GLOBUS_MEMBERS(CreateTimer, timer);
};

/// Makes a timer in the older form. POST /jobs/
/// It is sent once: when the answer is lost, list_jobs tells whether it was made.
/// https://docs.globus.org/api/timers/
struct CreateJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = post("/jobs/");
    static constexpr RetryClass retry = RetryClass::non_idempotent;
    Required<JobDocument> data;
    GLOBUS_MEMBERS(CreateJob, data);
};

/// Changes a timer. PATCH /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct UpdateJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = patch("/jobs/{job_id}");
    Required<std::string> job_id;
    Required<Json> data;
    GLOBUS_MEMBERS(UpdateJob, job_id, data);
};

/// Deletes a timer. DELETE /jobs/{job_id}
/// https://docs.globus.org/api/timers/
struct DeleteJob {
    using service = TimersService;
    using result = Timer;
    static constexpr auto route = delete_("/jobs/{job_id}");
    Required<std::string> job_id;
    GLOBUS_MEMBERS(DeleteJob, job_id);
};

/// Makes a timer inactive until it is resumed. POST /jobs/{job_id}/pause
/// https://docs.globus.org/api/timers/
struct PauseJob {
    using service = TimersService;
    using result = TimerMessage;
    static constexpr auto route = post("/jobs/{job_id}/pause");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> job_id;
    GLOBUS_MEMBERS(PauseJob, job_id);
};

/// Makes an inactive timer active again. POST /jobs/{job_id}/resume
/// https://docs.globus.org/api/timers/
struct ResumeJob {
    using service = TimersService;
    using result = TimerMessage;
    static constexpr auto route = post("/jobs/{job_id}/resume");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> job_id;
    Optional<bool> update_credentials = {};  ///< take the caller's credentials from now on
    static constexpr auto wire = wires(in_json("update_credentials"));
    GLOBUS_MEMBERS(ResumeJob, job_id, update_credentials);
};

}  // namespace globus::timers

#endif  // GLOBUS_SERVICES_TIMERS_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <string_view>

namespace globus {

using timers::FlowTimer;
using timers::OnceTimerSchedule;
using timers::RecurringTimerSchedule;
using timers::TimerJob;
using timers::TransferTimer;

/**
 * Globus Timers: transfers and runs of flows that start by the clock.
 *
 *     Client<TimersService, AccessTokenPolicy> timers{token};
 *
 * https://docs.globus.org/api/timers/
 */
struct TimersService {
    static constexpr std::string_view name = "timer";
    static constexpr std::string_view resource_server = "524230d7-ea86-4a52-8312-86065a9e0417";
    using error = TimersApiError;
    using credential = BearerCredential;

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<timers::ListJobs, timers::GetJob, timers::CreateTimer, timers::CreateJob,
                                    timers::UpdateJob, timers::DeleteJob, timers::PauseJob, timers::ResumeJob>;
    }

    template <class Client>
    struct Operations;
};

/// The operations as member functions of a Client.
template <class Client>
struct TimersService::Operations {
    /// @copydoc timers::ListJobs
    Response<timers::TimerList> list_jobs(timers::ListJobs op = {}, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::GetJob
    Response<timers::Timer> get_job(timers::GetJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::CreateTimer
    Response<timers::NewTimer> create_timer(timers::CreateTimer op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::CreateJob
    Response<timers::Timer> create_job(timers::CreateJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::UpdateJob
    Response<timers::Timer> update_job(timers::UpdateJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::DeleteJob
    Response<timers::Timer> delete_job(timers::DeleteJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::PauseJob
    Response<timers::TimerMessage> pause_job(timers::PauseJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc timers::ResumeJob
    Response<timers::TimerMessage> resume_job(timers::ResumeJob op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TIMERS_SERVICE_HPP

#endif  // GLOBUS_SERVICES_TIMERS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_HPP
#define GLOBUS_SERVICES_TRANSFER_HPP

// All that a user of Globus Transfer needs: the service, every policy that gives it a token, and the transports.

#ifndef GLOBUS_SERVICES_TRANSFER_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP
#define GLOBUS_SERVICES_TRANSFER_ENSURE_DIRECTORY_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#define GLOBUS_SERVICES_TRANSFER_ERRORS_HPP

#include <string_view>

namespace globus {

/// Globus Transfer answered with an error status. https://docs.globus.org/api/transfer/overview/#errors
class TransferApiError : public ApiError {
public:
    using ApiError::ApiError;
};

namespace detail {

/// True if a code of Transfer says that an endpoint failed, and not Transfer itself: asking again would not help.
constexpr bool is_endpoint_code(std::string_view code) {
    std::string_view const first = code.substr(0, code.find('.'));
    return first == "ExternalError" || first == "EndpointError";
}

}  // namespace detail
}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_ERRORS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_FILES_HPP
#define GLOBUS_SERVICES_TRANSFER_FILES_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP
#define GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP

#include <cstdint>
#include <string>
#include <vector>

// What Globus Transfer answers. Members bear the service's names; the pages named say what they mean.

namespace globus::transfer {

/// A file, directory or link. https://docs.globus.org/api/transfer/file_operations/#file_document
struct File {
    Optional<std::string> name = {};
    Optional<std::string> type = {};           ///< "file", "dir", "invalid_symlink", "chr", "blk", "pipe" or "other"
    Optional<std::int64_t> size = {};          ///< bytes
    Optional<std::string> permissions = {};    ///< octal, as in "0644"
    Optional<std::string> last_modified = {};  ///< ISO 8601
    Optional<std::string> user = {};
    Optional<std::string> group = {};
    Optional<std::string> link_target = {};
    Optional<std::string> link_user = {};
    Optional<std::string> link_group = {};
    Optional<std::int64_t> link_size = {};
    Optional<std::string> link_last_modified = {};
    GLOBUS_MEMBERS(File, name, type, size, permissions, last_modified, user, group, link_target, link_user, link_group,
                   link_size, link_last_modified);
};

/// A directory's entries. https://docs.globus.org/api/transfer/file_operations/#dir_listing_response
struct FileList {
    std::vector<File> DATA = {};
    Optional<std::string> path = {};  ///< as it was asked for
    Optional<std::string> absolute_path = {};
    Optional<std::string> endpoint = {};
    Optional<std::int64_t> length = {};  ///< entries of this answer
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(FileList, DATA, path, absolute_path, endpoint, length, total);
};

/// An endpoint or collection. https://docs.globus.org/api/transfer/endpoints_and_collections/#endpoint_or_collection_document
struct Endpoint {
    Optional<std::string> id = {};
    Optional<std::string> display_name = {};
    Optional<std::string> entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::string> owner_id = {};
    Optional<std::string> owner_string = {};
    Optional<std::string> description = {};
    Optional<std::string> organization = {};
    Optional<std::string> department = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> info_link = {};
    Optional<Json> keywords = {};  ///< a text or a list
    Optional<std::string> default_directory = {};
    Optional<std::string> host_endpoint_id = {};
    Optional<std::string> host_path = {};
    Optional<std::string> mapped_collection_id = {};
    Optional<std::string> subscription_id = {};
    Optional<std::string> tlsftp_server = {};
    Optional<std::string> https_server = {};
    Optional<std::string> gcs_version = {};
    Optional<std::string> gcs_manager_url = {};
    Optional<std::string> user_message = {};
    Optional<std::string> user_message_link = {};
    Optional<std::string> network_use = {};
    Optional<std::int64_t> max_concurrency = {};
    Optional<std::int64_t> preferred_concurrency = {};
    Optional<std::int64_t> max_parallelism = {};
    Optional<std::int64_t> preferred_parallelism = {};
    Optional<bool> acl_available = {};
    Optional<bool> acl_editable = {};
    Optional<bool> disable_verify = {};
    Optional<bool> force_verify = {};
    Optional<bool> force_encryption = {};
    Optional<bool> gcp_connected = {};
    Optional<bool> gcp_paused = {};
    Optional<bool> high_assurance = {};
    Optional<bool> in_use = {};
    Optional<bool> is_globus_connect = {};
    Optional<bool> mfa_required = {};
    Optional<bool> non_functional = {};
    Optional<bool> is_public = {};  ///< `public` on the wire
    Optional<bool> shareable = {};
    Optional<bool> subscription_admin_verified = {};
    static constexpr auto wire = wires(rename("is_public", "public"));
    GLOBUS_MEMBERS(Endpoint, id, display_name, entity_type, owner_id, owner_string, description, organization,
                   department, contact_email, contact_info, info_link, keywords, default_directory, host_endpoint_id,
                   host_path, mapped_collection_id, subscription_id, tlsftp_server, https_server, gcs_version,
                   gcs_manager_url, user_message, user_message_link, network_use, max_concurrency,
                   preferred_concurrency, max_parallelism, preferred_parallelism, acl_available, acl_editable,
                   disable_verify, force_verify, force_encryption, gcp_connected, gcp_paused, high_assurance, in_use,
                   is_globus_connect, mfa_required, non_functional, is_public, shareable, subscription_admin_verified);
};

/// A page of endpoints. https://docs.globus.org/api/transfer/endpoint_and_collection_search/
struct EndpointList {
    std::vector<Endpoint> DATA = {};
    Optional<bool> has_next_page = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(EndpointList, DATA, has_next_page, offset, limit, total);
};

/// The outcome of an operation that answers with a sentence. https://docs.globus.org/api/transfer/overview/#result_document
struct OperationResult {
    Optional<std::string> code = {};  ///< as in "DirectoryCreated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(OperationResult, code, message, resource, request_id);
};

/// A key that makes a submission safe to repeat. https://docs.globus.org/api/transfer/task_submit/#get_submission_id
struct SubmissionId {
    Optional<std::string> value = {};
    GLOBUS_MEMBERS(SubmissionId, value);
};

/// The outcome of a submission. https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmissionResult {
    Optional<std::string> task_id = {};
    Optional<std::string> submission_id = {};
    Optional<std::string> code = {};  ///< "Accepted", or "Duplicate" for a submission id that was used before
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(SubmissionResult, task_id, submission_id, code, message, resource, request_id);
};

/// A transfer or delete task. https://docs.globus.org/api/transfer/task/#task_document
struct Task {
    Optional<std::string> task_id = {};
    Optional<std::string> type = {};    ///< "TRANSFER" or "DELETE"
    Optional<std::string> status = {};  ///< "ACTIVE", "INACTIVE", "SUCCEEDED" or "FAILED"
    Optional<std::string> label = {};
    Optional<std::string> username = {};
    Optional<std::string> owner_id = {};
    Optional<std::string> owner_string = {};
    Optional<std::string> request_time = {};     ///< ISO 8601
    Optional<std::string> completion_time = {};  ///< ISO 8601
    Optional<std::string> deadline = {};         ///< ISO 8601
    Optional<std::string> source_endpoint_id = {};
    Optional<std::string> source_endpoint_display_name = {};
    Optional<std::string> destination_endpoint_id = {};
    Optional<std::string> destination_endpoint_display_name = {};
    Optional<std::string> source_base_path = {};
    Optional<std::string> destination_base_path = {};
    Optional<std::string> source_local_user = {};
    Optional<std::string> destination_local_user = {};
    Optional<std::string> source_host_endpoint_id = {};  ///< of the collection that a guest collection is on
    Optional<std::string> destination_host_endpoint_id = {};
    Optional<std::string> source_mapped_collection_id = {};
    Optional<std::string> destination_mapped_collection_id = {};
    Optional<bool> history_deleted = {};
    Optional<std::string> nice_status = {};  ///< why it does not advance, as in "PERMISSION_DENIED"
    Optional<std::string> nice_status_details = {};
    Optional<std::string> nice_status_short_description = {};
    Optional<std::int64_t> nice_status_expires_in = {};
    Optional<bool> is_ok = {};
    Optional<bool> is_paused = {};
    Optional<std::string> canceled_by_admin = {};
    Optional<std::string> canceled_by_admin_message = {};
    Optional<std::string> command = {};
    Optional<std::int64_t> bytes_checksummed = {};
    Optional<std::int64_t> bytes_transferred = {};
    Optional<std::int64_t> effective_bytes_per_second = {};
    Optional<std::int64_t> directories = {};
    Optional<std::int64_t> files = {};
    Optional<std::int64_t> files_skipped = {};
    Optional<std::int64_t> files_transferred = {};
    Optional<std::int64_t> symlinks = {};
    Optional<std::int64_t> faults = {};
    Optional<std::int64_t> subtasks_total = {};
    Optional<std::int64_t> subtasks_pending = {};
    Optional<std::int64_t> subtasks_retrying = {};
    Optional<std::int64_t> subtasks_succeeded = {};
    Optional<std::int64_t> subtasks_expired = {};
    Optional<std::int64_t> subtasks_canceled = {};
    Optional<std::int64_t> subtasks_failed = {};
    Optional<std::int64_t> subtasks_skipped_errors = {};
    Optional<Json> sync_level = {};
    Optional<bool> delete_destination_extra = {};
    Optional<bool> encrypt_data = {};
    Optional<bool> fail_on_quota_errors = {};
    Optional<bool> preserve_timestamp = {};
    Optional<bool> skip_source_errors = {};
    Optional<bool> verify_checksum = {};
    Optional<std::string> recursive_symlinks = {};
    Optional<Json> fatal_error = {};  ///< code and description of what ended a failed task
    Optional<Json> filter_rules = {};
    GLOBUS_MEMBERS(Task, task_id, type, status, label, username, owner_id, owner_string, request_time, completion_time,
                   deadline, source_endpoint_id, source_endpoint_display_name, destination_endpoint_id,
                   destination_endpoint_display_name, source_base_path, destination_base_path, source_local_user,
                   destination_local_user, source_host_endpoint_id, destination_host_endpoint_id,
                   source_mapped_collection_id, destination_mapped_collection_id, history_deleted, nice_status,
                   nice_status_details, nice_status_short_description, nice_status_expires_in, is_ok, is_paused,
                   canceled_by_admin, canceled_by_admin_message, command, bytes_checksummed, bytes_transferred,
                   effective_bytes_per_second, directories, files, files_skipped, files_transferred, symlinks, faults,
                   subtasks_total, subtasks_pending, subtasks_retrying, subtasks_succeeded, subtasks_expired,
                   subtasks_canceled, subtasks_failed, subtasks_skipped_errors, sync_level, delete_destination_extra,
                   encrypt_data, fail_on_quota_errors, preserve_timestamp, skip_source_errors, verify_checksum,
                   recursive_symlinks, fatal_error, filter_rules);
};

/// A page of tasks. `last_key` and `has_next_page` are those of the endpoint manager's list.
/// https://docs.globus.org/api/transfer/task/#task_list_document
struct TaskPage {
    std::vector<Task> DATA = {};
    Optional<std::int64_t> length = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> total = {};
    Optional<bool> has_next_page = {};
    Optional<std::string> last_key = {};
    GLOBUS_MEMBERS(TaskPage, DATA, length, limit, offset, total, has_next_page, last_key);
};

/// Something that happened to a task. https://docs.globus.org/api/transfer/task/#event_document
struct TaskEvent {
    Optional<std::string> code = {};  ///< as in "STARTED", "FILE_NOT_FOUND"
    Optional<std::string> description = {};
    Optional<std::string> details = {};
    Optional<bool> is_error = {};
    Optional<std::string> time = {};  ///< ISO 8601
    GLOBUS_MEMBERS(TaskEvent, code, description, details, is_error, time);
};

/// A page of events. https://docs.globus.org/api/transfer/task/#event_list_document
struct TaskEventPage {
    std::vector<TaskEvent> DATA = {};
    Optional<std::int64_t> length = {};
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<std::int64_t> total = {};
    GLOBUS_MEMBERS(TaskEventPage, DATA, length, limit, offset, total);
};

// Endpoints

/// What creating or changing an endpoint answers. https://docs.globus.org/api/transfer/gcp_management/
struct EndpointResult {
    Optional<std::string> id = {};    ///< of an endpoint that was made
    Optional<std::string> code = {};  ///< as in "Created", "Updated"
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
    GLOBUS_MEMBERS(EndpointResult, id, code, message, resource, request_id);
};

/// A page of the guest collections of a host.
/// https://docs.globus.org/api/transfer/endpoints_and_collections/#get_guest_collection_list
struct SharedEndpointPage {
    std::vector<Endpoint> shared_endpoints = {};
    Optional<std::string> next_token = {};
    GLOBUS_MEMBERS(SharedEndpointPage, shared_endpoints, next_token);
};

/// A GridFTP server of an endpoint. https://docs.globus.org/api/transfer/endpoints_and_collections/#server_document
struct EndpointServer {
    Optional<Json> id = {};  ///< a number, or a UUID as text
    Optional<std::string> hostname = {};
    Optional<std::int64_t> port = {};
    Optional<std::string> scheme = {};  ///< as in "gsiftp"
    Optional<std::string> uri = {};
    Optional<std::string> subject = {};
    Optional<bool> is_connected = {};
    Optional<bool> is_paused = {};
    Optional<std::int64_t> incoming_data_port_start = {};
    Optional<std::int64_t> incoming_data_port_end = {};
    Optional<std::int64_t> outgoing_data_port_start = {};
    Optional<std::int64_t> outgoing_data_port_end = {};
    GLOBUS_MEMBERS(EndpointServer, id, hostname, port, scheme, uri, subject, is_connected, is_paused,
                   incoming_data_port_start, incoming_data_port_end, outgoing_data_port_start, outgoing_data_port_end);
};

/// The servers of an endpoint.
struct EndpointServerPage {
    std::vector<EndpointServer> DATA = {};
    Optional<std::string> endpoint = {};
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
    Optional<std::string> id = {};
    Optional<std::string> principal_type = {};  ///< "identity" or "group"
    Optional<std::string> principal = {};       ///< its id
    Optional<std::string> role = {};            ///< "administrator", "access_manager", "activity_manager", ...
    GLOBUS_MEMBERS(EndpointRole, DATA_TYPE, id, principal_type, principal, role);
};

/// The roles on a collection.
struct EndpointRolePage {
    std::vector<EndpointRole> DATA = {};
    Optional<std::string> endpoint = {};
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
    Optional<std::string> id = {};
    Optional<std::string> principal_type = {};  ///< "identity", "group", "all_authenticated_users" or "anonymous"
    Optional<std::string> principal = {};       ///< its id; empty for the last two
    Optional<std::string> path = {};            ///< begins and ends with a slash
    Optional<std::string> permissions = {};     ///< "r" or "rw"
    Optional<std::string> role_id = {};         ///< of the role that this rule comes from
    Optional<std::string> role_type = {};
    Optional<std::string> create_time = {};      ///< ISO 8601
    Optional<std::string> expiration_date = {};  ///< ISO 8601
    Optional<std::string> notify_email = {};     ///< whom to tell of a new rule
    Optional<std::string> notify_message = {};
    GLOBUS_MEMBERS(AccessRule, DATA_TYPE, id, principal_type, principal, path, permissions, role_id, role_type,
                   create_time, expiration_date, notify_email, notify_message);
};

/// The access rules of a guest collection. https://docs.globus.org/api/transfer/acl/#access_list_document
struct AccessRulePage {
    std::vector<AccessRule> DATA = {};
    Optional<std::string> endpoint = {};
    Optional<std::int64_t> length = {};
    GLOBUS_MEMBERS(AccessRulePage, DATA, endpoint, length);
};

/// What adding an access rule answers. https://docs.globus.org/api/transfer/acl/#rest_access_create
struct AccessRuleResult {
    Optional<std::string> access_id = {};  ///< of the rule, for the operations that take a rule_id
    Optional<std::string> code = {};
    Optional<std::string> message = {};
    Optional<std::string> resource = {};
    Optional<std::string> request_id = {};
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
    Optional<std::string> id = {};
    Optional<std::string> name = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> path = {};  ///< ends with a slash
    Optional<bool> pinned = {};
    GLOBUS_MEMBERS(Bookmark, DATA_TYPE, id, name, endpoint_id, path, pinned);
};

/// The bookmarks of the user.
struct BookmarkPage {
    std::vector<Bookmark> DATA = {};
    GLOBUS_MEMBERS(BookmarkPage, DATA);
};

// Pauses

/**
 * A rule by which the manager of a collection holds tasks.
 *
 * https://docs.globus.org/api/transfer/advanced_collection_management/#pause_rule_document
 */
struct PauseRule {
    Constant<"pause_rule"> DATA_TYPE = {};
    Optional<std::string> id = {};
    Optional<std::string> message = {};  ///< for the owners of the tasks
    Optional<std::string> start_time = {};
    Optional<std::string> endpoint_id = {};
    Optional<std::string> endpoint_display_name = {};
    Optional<std::string> identity_id = {};  ///< whose tasks; everybody's if null
    Optional<std::string> created_by_host_manager = {};
    Optional<std::string> modified_by = {};
    Optional<std::string> modified_time = {};
    Optional<bool> editable = {};
    Optional<bool> pause_ls = {};
    Optional<bool> pause_mkdir = {};
    Optional<bool> pause_rename = {};
    Optional<bool> pause_symlink = {};
    Optional<bool> pause_task_delete = {};
    Optional<bool> pause_task_transfer_read = {};
    Optional<bool> pause_task_transfer_read_share = {};
    Optional<bool> pause_task_transfer_write = {};
    Optional<bool> pause_task_transfer_write_share = {};
    GLOBUS_MEMBERS(PauseRule, DATA_TYPE, id, message, start_time, endpoint_id, endpoint_display_name, identity_id,
                   created_by_host_manager, modified_by, modified_time, editable, pause_ls, pause_mkdir, pause_rename,
                   pause_symlink, pause_task_delete, pause_task_transfer_read, pause_task_transfer_read_share,
                   pause_task_transfer_write, pause_task_transfer_write_share);
};

/// The pause rules of a collection, or of all that the user manages.
struct PauseRulePage {
    std::vector<PauseRule> DATA = {};
    Optional<std::int64_t> length = {};
    GLOBUS_MEMBERS(PauseRulePage, DATA, length);
};

/// Why a task is paused, or will be. https://docs.globus.org/api/transfer/task/#get_task_pause_info
struct PauseInfo {
    std::vector<PauseRule> pause_rules = {};
    Optional<std::string> source_pause_message = {};
    Optional<std::string> destination_pause_message = {};
    Optional<std::string> source_pause_message_share = {};
    Optional<std::string> destination_pause_message_share = {};
    GLOBUS_MEMBERS(PauseInfo, pause_rules, source_pause_message, destination_pause_message, source_pause_message_share,
                   destination_pause_message_share);
};

/// What cancelling the tasks of others answers, and how far it is.
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct AdminCancel {
    Optional<std::string> id = {};  ///< for endpoint_manager_cancel_status
    Optional<bool> done = {};
    GLOBUS_MEMBERS(AdminCancel, id, done);
};

// What became of single files

/// A file that a task has transferred. https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct SuccessfulTransfer {
    Optional<std::string> source_path = {};
    Optional<std::string> destination_path = {};
    GLOBUS_MEMBERS(SuccessfulTransfer, source_path, destination_path);
};

/// A page of transferred files.
struct SuccessfulTransferPage {
    std::vector<SuccessfulTransfer> DATA = {};
    Optional<Json> marker = {};
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    GLOBUS_MEMBERS(SuccessfulTransferPage, DATA, marker, next_marker);
};

/// A path that a task left out, because skip_source_errors was set.
/// https://docs.globus.org/api/transfer/task/#get_task_skipped_errors
struct SkippedError {
    Optional<std::string> source_path = {};
    Optional<std::string> destination_path = {};
    Optional<std::string> error_code = {};  ///< "FILE_NOT_FOUND" or "PERMISSION_DENIED"
    Optional<std::string> error_details = {};
    Optional<std::string> error_time = {};  ///< ISO 8601
    Optional<bool> is_directory = {};
    Optional<bool> is_symlink = {};
    Optional<bool> is_delete_destination_extra = {};
    Optional<std::string> external_checksum = {};
    Optional<std::string> checksum_algorithm = {};
    GLOBUS_MEMBERS(SkippedError, source_path, destination_path, error_code, error_details, error_time, is_directory,
                   is_symlink, is_delete_destination_extra, external_checksum, checksum_algorithm);
};

/// A page of skipped paths.
struct SkippedErrorPage {
    std::vector<SkippedError> DATA = {};
    Optional<Json> marker = {};
    Optional<Json> next_marker = {};  ///< a number or a text; null on the last page
    GLOBUS_MEMBERS(SkippedErrorPage, DATA, marker, next_marker);
};

// Tunnels and other JSON:API documents, whose resource stands in `data`

/// Names another resource.
struct ResourceId {
    Optional<std::string> type = {};  ///< as in "StreamAccessPoint"
    Optional<std::string> id = {};
    GLOBUS_MEMBERS(ResourceId, type, id);
};

/// A relationship to another resource.
struct Relationship {
    Optional<ResourceId> data = {};
    GLOBUS_MEMBERS(Relationship, data);
};

/// What a tunnel is and how it does.
struct TunnelAttributes {
    Optional<std::string> label = {};
    Optional<std::string> state = {};   ///< as in "AWAITING_LISTENER", "STOPPING"
    Optional<std::string> status = {};  ///< the state in a sentence
    Optional<std::string> created_time = {};
    Optional<std::string> submission_id = {};
    Optional<std::int64_t> lifetime_mins = {};
    Optional<bool> restartable = {};
    Optional<std::string> initiator_ip_address = {};
    Optional<std::int64_t> initiator_port = {};
    Optional<std::string> listener_ip_address = {};
    Optional<std::int64_t> listener_port = {};
    GLOBUS_MEMBERS(TunnelAttributes, label, state, status, created_time, submission_id, lifetime_mins, restartable,
                   initiator_ip_address, initiator_port, listener_ip_address, listener_port);
};

/// The two ends of a tunnel, and whose it is.
struct TunnelRelationships {
    Optional<Relationship> initiator = {};
    Optional<Relationship> listener = {};
    Optional<Relationship> owner = {};
    GLOBUS_MEMBERS(TunnelRelationships, initiator, listener, owner);
};

/// A tunnel: a connection between two stream access points.
struct Tunnel {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    TunnelAttributes attributes = {};
    TunnelRelationships relationships = {};
    GLOBUS_MEMBERS(Tunnel, type, id, attributes, relationships);
};

/// The JSON:API document of a tunnel.
struct TunnelDocument {
    Optional<Tunnel> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelDocument, data, meta);
};

/// A page of tunnels; `links` leads to the next.
struct TunnelPage {
    std::vector<Tunnel> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelPage, data, links, meta);
};

/// Something that happened to a tunnel.
struct TunnelEvent {
    Optional<std::string> type = {};
    Optional<Json> id = {};  ///< a number
    TaskEvent attributes = {};
    GLOBUS_MEMBERS(TunnelEvent, type, id, attributes);
};

/// A page of what happened to a tunnel; `links` leads to the next.
struct TunnelEventPage {
    std::vector<TunnelEvent> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(TunnelEventPage, data, links, meta);
};

/// What a stream access point is.
struct StreamAccessPointAttributes {
    Optional<std::string> display_name = {};
    Optional<std::string> advertised_owner = {};
    Optional<std::string> description = {};
    Optional<std::string> organization = {};
    Optional<std::string> department = {};
    Optional<std::string> contact_email = {};
    Optional<std::string> contact_info = {};
    Optional<std::string> info_link = {};
    Optional<Json> keywords = {};
    Optional<std::string> tlsftp_server = {};
    GLOBUS_MEMBERS(StreamAccessPointAttributes, display_name, advertised_owner, description, organization, department,
                   contact_email, contact_info, info_link, keywords, tlsftp_server);
};

/// What a stream access point belongs to.
struct StreamAccessPointRelationships {
    Optional<Relationship> host_endpoint = {};
    GLOBUS_MEMBERS(StreamAccessPointRelationships, host_endpoint);
};

/// An end that a tunnel can have.
struct StreamAccessPoint {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    StreamAccessPointAttributes attributes = {};
    StreamAccessPointRelationships relationships = {};
    GLOBUS_MEMBERS(StreamAccessPoint, type, id, attributes, relationships);
};

/// The JSON:API document of a stream access point.
struct StreamAccessPointDocument {
    Optional<StreamAccessPoint> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(StreamAccessPointDocument, data, meta);
};

/// A page of stream access points; `links` leads to the next.
struct StreamAccessPointPage {
    std::vector<StreamAccessPoint> data = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(StreamAccessPointPage, data, links, meta);
};

/// The outcome of a JSON:API operation that leaves no resource, such as a deletion.
struct ApiResult {
    Optional<Json> data = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(ApiResult, data, meta);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_DOCUMENTS_HPP

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
    Optional<std::string> path = {};     ///< the collection's default directory if left out
    Optional<bool> show_hidden = {};     ///< names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};   ///< as in "name ASC" or {"type", "size DESC"}
    Optional<std::int64_t> limit = {};   ///< at most so many entries
    Optional<std::int64_t> offset = {};  ///< skip so many
    Optional<TransferFilters> filter = {};
    Optional<std::string> local_user = {};  ///< the account on the collection's host, where it maps to several
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("show_hidden", Spelling::number), in_query("filter", Spelling::repeat));
    GLOBUS_MEMBERS(OperationLs, endpoint_id, path, show_hidden, orderby, limit, offset, filter, local_user,
                   query_params);
};

/// Reads what is known of one file or directory. GET /operation/endpoint/{endpoint_id}/stat
/// https://docs.globus.org/api/transfer/file_operations/#stat
struct OperationStat {
    using service = TransferService;
    using result = File;
    static constexpr auto route = get("/v0.10/operation/endpoint/{endpoint_id}/stat");
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};
    Optional<std::string> local_user = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(OperationStat, endpoint_id, path, local_user, query_params);
};

/// Makes a directory. POST /operation/endpoint/{endpoint_id}/mkdir
/// A directory that exists is a TransferApiError with code "ExternalError.MkdirFailed.Exists".
/// https://docs.globus.org/api/transfer/file_operations/#make_directory
struct OperationMkdir {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/mkdir");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    Required<std::string> path;
    Optional<std::string> local_user = {};
    QueryParams query_params = {};
    Constant<"mkdir"> DATA_TYPE = {};
    static constexpr auto wire = wires(in_json("DATA_TYPE"), in_json("path"), in_json("local_user"));
    GLOBUS_MEMBERS(OperationMkdir, endpoint_id, path, local_user, query_params, DATA_TYPE);
};

/// Renames or moves a file or directory within a collection. POST /operation/endpoint/{endpoint_id}/rename
/// https://docs.globus.org/api/transfer/file_operations/#rename
struct OperationRename {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/operation/endpoint/{endpoint_id}/rename");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::string> endpoint_id;
    Required<std::string> oldpath;
    Required<std::string> newpath;
    Optional<std::string> local_user = {};
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

/// The directory that ensure_directory makes, if it is not there.
struct EnsureDirectory {
    Required<std::string> endpoint_id;
    Required<std::string> path;
    Optional<std::string> local_user = {};
};

}  // namespace globus::transfer

namespace globus::detail {

/// True for the error of a directory that is there already.
inline bool directory_exists(TransferApiError const& error) {
    return error.code() == "ExternalError.MkdirFailed.Exists";
}

/// True for the error of a directory whose parent is not there.
inline bool parent_is_missing(TransferApiError const& error) {
    std::string_view const code = error.code();
    if (code == "ClientError.NotFound" || code == "ExternalError.MkdirFailed.NotFound") return true;
    return code.starts_with("ExternalError.MkdirFailed") &&
           error.message().find("No such file or directory") != std::string::npos;
}

/// The directory above, with a slash at its end; empty if there is none that could be made.
inline std::string parent_directory(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    auto const slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    std::string_view parent = path.substr(0, slash);
    while (parent.ends_with('/')) parent.remove_suffix(1);
    std::string_view const name = parent.substr(parent.rfind('/') + 1);
    if (name.empty() || name.starts_with('~')) return {};  // "/", "/~" and "~user" are not made
    return std::string(parent) + '/';
}

/// Makes `directory.path` and, from the lowest that is there, the directories above it. True if it made it.
template <class Client>
bool ensure_directory(Client const& client, transfer::EnsureDirectory const& directory, CallOptions const& options) {
    std::vector<std::string> missing{*directory.path};  // each the parent of the one before
    bool made = false;
    while (!missing.empty()) {
        bool climb = false;
        try {
            (void)client.operation_mkdir(
                {.endpoint_id = *directory.endpoint_id, .path = missing.back(), .local_user = directory.local_user},
                options);
            made = true;
        } catch (TransferApiError const& error) {
            climb = !made && parent_is_missing(error) && !parent_directory(missing.back()).empty();
            if (!climb && !directory_exists(error)) throw;
            made = false;
        }
        if (climb)
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
//
// What all have in common: `query_params` takes parameters that the operation has no member for; every operation throws
// what Client::send throws; ids are UUIDs as text; the paths in their comments are below the API's version, as /v0.10.

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

/// Gives somebody a role on a collection. POST /endpoint/{endpoint_id}/role
/// https://docs.globus.org/api/transfer/roles/#create_role
struct AddEndpointRole {
    using service = TransferService;
    using result = EndpointRole;
    static constexpr auto route = post("/v0.10/endpoint/{endpoint_id}/role");
    Required<std::string> endpoint_id;
    Required<Document> role_data;  ///< an EndpointRole
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

/// Takes a role away. DELETE /endpoint/{endpoint_id}/role/{role_id}
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
    Required<Document> rule_data;  ///< an AccessRule
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(AddEndpointAclRule, endpoint_id, rule_data);
};

/// Changes the permissions of an access rule; nothing else of it can change.
/// PUT /endpoint/{endpoint_id}/access/{rule_id}
/// https://docs.globus.org/api/transfer/acl/#update_access_rule
struct UpdateEndpointAclRule {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{endpoint_id}/access/{rule_id}");
    Required<std::string> endpoint_id;
    Required<std::string> rule_id;
    Required<Document> rule_data;  ///< an AccessRule
    static constexpr auto wire = wires(in_json("rule_data", ""));
    GLOBUS_MEMBERS(UpdateEndpointAclRule, endpoint_id, rule_id, rule_data);
};

/// Takes an access rule away. DELETE /endpoint/{endpoint_id}/access/{rule_id}
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
    Required<Document> bookmark_data;  ///< a Bookmark with name, endpoint_id and path
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
    Required<Document> bookmark_data;  ///< as in Bookmark{.name = "new name"}
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

// What the managers and monitors of collections can see and do, of the tasks of others too. An activity_manager or
// activity_monitor role is needed. https://docs.globus.org/api/transfer/advanced_collection_management/

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
/// https://docs.globus.org/api/transfer/advanced_collection_management/#get_tasks
struct EndpointManagerTaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/endpoint_manager/task_list");
    static constexpr Paging paging{PagingStyle::last_key, "DATA", "last_key"};
    static constexpr auto items = &TaskPage::DATA;
    Optional<StringList> filter_status = {};   ///< "ACTIVE", {"SUCCEEDED", "FAILED"}, ...
    Optional<StringList> filter_task_id = {};  ///< at most 50
    Optional<std::string> filter_owner_id = {};
    Optional<std::string> filter_endpoint = {};
    Optional<std::string> filter_endpoint_use = {};  ///< "source" or "destination"; of filter_endpoint
    Optional<bool> filter_is_paused = {};
    Optional<StringList> filter_completion_time = {};  ///< {from, to}, both ISO 8601
    Optional<std::int64_t> filter_min_faults = {};     ///< tasks with at least so many
    Optional<std::string> filter_local_user = {};      ///< account on the host; needs filter_endpoint
    Optional<std::string> last_key = {};               ///< the page before's
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskList, filter_status, filter_task_id, filter_owner_id, filter_endpoint,
                   filter_endpoint_use, filter_is_paused, filter_completion_time, filter_min_faults, filter_local_user,
                   last_key, query_params);

    void check() const {
        if (filter_endpoint_use.has_value() && !filter_endpoint.has_value())
            throw UsageError("endpoint_manager_task_list: filter_endpoint_use needs a filter_endpoint");
    }
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
    static constexpr auto items = &TaskEventPage::DATA;
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<bool> filter_is_error = {};  ///< only errors, or only the others
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
    static constexpr auto items = &SuccessfulTransferPage::DATA;
    Required<std::string> task_id;
    Optional<std::string> marker = {};
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
    static constexpr auto items = &SkippedErrorPage::DATA;
    Required<std::string> task_id;
    Optional<std::string> marker = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerTaskSkippedErrors, task_id, marker, query_params);
};

/// Cancels tasks of others. This takes its time: endpoint_manager_cancel_status says how far it is.
/// POST /endpoint_manager/admin_cancel
/// https://docs.globus.org/api/transfer/advanced_collection_management/#admin_cancel
struct EndpointManagerCancelTasks {
    using service = TransferService;
    using result = AdminCancel;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_cancel");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;
    Required<std::string> message;  ///< for the owners of the tasks
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

/// Pauses tasks of others, until endpoint_manager_resume_tasks. POST /endpoint_manager/admin_pause
/// https://docs.globus.org/api/transfer/advanced_collection_management/#pause_tasks_as_admin
struct EndpointManagerPauseTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_pause");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;
    Required<std::string> message;  ///< for the owners of the tasks
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_json("task_ids", "task_id_list"), in_json("message"));
    GLOBUS_MEMBERS(EndpointManagerPauseTasks, task_ids, message, query_params);
};

/// Lets paused tasks of others go on. POST /endpoint_manager/admin_resume
/// https://docs.globus.org/api/transfer/advanced_collection_management/#resume_tasks_as_admin
struct EndpointManagerResumeTasks {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = post("/v0.10/endpoint_manager/admin_resume");
    static constexpr RetryClass retry = RetryClass::idempotent;
    Required<std::vector<std::string>> task_ids;
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
    Optional<std::string> filter_endpoint = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(EndpointManagerPauseRuleList, filter_endpoint, query_params);
};

/// Makes a pause rule. POST /endpoint_manager/pause_rule
/// https://docs.globus.org/api/transfer/advanced_collection_management/#create_pause_rule
struct EndpointManagerCreatePauseRule {
    using service = TransferService;
    using result = PauseRule;
    static constexpr auto route = post("/v0.10/endpoint_manager/pause_rule");
    Optional<Json> data = {};  ///< with endpoint_id, message, pause_ls, ... (see PauseRule)
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
    Optional<Json> data = {};
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

/// Changes an endpoint or collection; members that `data` does not name stay. PUT /endpoint/{endpoint_id}
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
    static constexpr auto items = &EndpointList::DATA;
    Optional<std::string> filter_fulltext = {};  ///< words to find
    Optional<std::string> filter_scope = {};     ///< "all", "my-endpoints", "recently-used", ...
    Optional<std::string> filter_owner_id = {};
    Optional<std::string> filter_host_endpoint = {};
    Optional<bool> filter_non_functional = {};
    Optional<std::string> filter_entity_type = {};  ///< as in "GCSv5_mapped_collection"
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    QueryParams query_params = {};
    static constexpr auto wire = wires(in_query("filter_non_functional", Spelling::number));
    GLOBUS_MEMBERS(EndpointSearch, filter_fulltext, filter_scope, filter_owner_id, filter_host_endpoint,
                   filter_non_functional, filter_entity_type, limit, offset, query_params);
};

/// Puts a collection of Globus Connect Personal under a subscription, or takes it out.
/// PUT /endpoint/{collection_id}/subscription
/// https://docs.globus.org/api/transfer/gcp_management/#associate_collection_subscription
struct SetSubscriptionId {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription");
    Required<std::string> collection_id;
    Optional<std::string> subscription_id = {};  ///< its id, "DEFAULT" for the one that the user has, or null for none
    static constexpr auto wire = wires(in_json("subscription_id"));
    GLOBUS_MEMBERS(SetSubscriptionId, collection_id, subscription_id);

    void check() const {
        if (subscription_id.is_absent())
            throw UsageError("set_subscription_id: give a subscription_id, \"DEFAULT\", or null to have none");
    }
};

/// Says that a collection of Globus Connect Personal is verified by the manager of its subscription, or not.
/// PUT /endpoint/{collection_id}/subscription_admin_verified
/// https://docs.globus.org/api/transfer/gcp_management/#set_subscription_admin_verified
struct SetSubscriptionAdminVerified {
    using service = TransferService;
    using result = OperationResult;
    static constexpr auto route = put("/v0.10/endpoint/{collection_id}/subscription_admin_verified");
    Required<std::string> collection_id;
    Required<bool> subscription_admin_verified;
    static constexpr auto wire = wires(in_json("subscription_admin_verified"));
    GLOBUS_MEMBERS(SetSubscriptionAdminVerified, collection_id, subscription_admin_verified);
};

/// Lists the pause rules of a collection that hold for the user.
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
    static constexpr auto items = &SharedEndpointPage::shared_endpoints;
    Required<std::string> endpoint_id;
    Optional<std::int64_t> max_results = {};  ///< at most so many a page
    Optional<std::string> next_token = {};
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetSharedEndpointList, endpoint_id, max_results, next_token, query_params);
};

/// Makes a guest collection. POST /shared_endpoint
/// For a host of Globus Connect Server 5 use its own API.
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

// Submissions, and the tasks that come of them: https://docs.globus.org/api/transfer/task/

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
/// https://docs.globus.org/api/transfer/task_submit/#submit_transfer_task
struct SubmitTransfer {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/transfer");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<Document> data;
    GLOBUS_MEMBERS(SubmitTransfer, data);
};

/// Submits a deletion whose document has its submission id. POST /delete
/// The member function submit_delete fetches the id where there is none.
/// https://docs.globus.org/api/transfer/task_submit/#submit_delete_task
struct SubmitDelete {
    using service = TransferService;
    using result = SubmissionResult;
    static constexpr auto route = post("/v0.10/delete");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<Document> data;
    GLOBUS_MEMBERS(SubmitDelete, data);
};

/// Lists the tasks of the user. Paginated. GET /task_list
/// https://docs.globus.org/api/transfer/task/#get_task_list
struct TaskList {
    using service = TransferService;
    using result = TaskPage;
    static constexpr auto route = get("/v0.10/task_list");
    static constexpr Paging paging{PagingStyle::total, "DATA", {}, 1000, 1000};
    static constexpr auto items = &TaskPage::DATA;
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
    Optional<StringList> orderby = {};
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
    static constexpr auto items = &TaskEventPage::DATA;
    Required<std::string> task_id;
    Optional<std::int64_t> limit = {};
    Optional<std::int64_t> offset = {};
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

/// Cancels a task; one that has ended already stays as it is. POST /task/{task_id}/cancel
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
/// Of directories and of files that were left as they are nothing is said.
/// https://docs.globus.org/api/transfer/task/#get_task_successful_transfers
struct TaskSuccessfulTransfers {
    using service = TransferService;
    using result = SuccessfulTransferPage;
    static constexpr auto route = get("/v0.10/task/{task_id}/successful_transfers");
    static constexpr Paging paging{PagingStyle::nullable_marker, "DATA", "next_marker"};
    static constexpr auto items = &SuccessfulTransferPage::DATA;
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the page before's next_marker
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
    static constexpr auto items = &SkippedErrorPage::DATA;
    Required<std::string> task_id;
    Optional<std::string> marker = {};  ///< the page before's next_marker
    QueryParams query_params = {};
    GLOBUS_MEMBERS(TaskSkippedErrors, task_id, marker, query_params);
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_TASKS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP
#define GLOBUS_SERVICES_TRANSFER_TUNNELS_HPP

#include <boost/json/parse.hpp>

#include <string>
#include <utility>

// Tunnels: connections between stream access points. Their documents are JSON:API (https://jsonapi.org).

namespace globus {
struct TransferService;
}

namespace globus::transfer {

/**
 * Makes a tunnel between two stream access points. POST /v2/tunnels
 *
 * A document without a submission id is given one when it is sent: a random UUID, fixed for all attempts of this call,
 * so that a repeated request makes no second tunnel. The member function of the client keeps it in the caller's object,
 * and in the errors.
 *
 * @throws UsageError  if `data` has no member `data`
 * https://docs.globus.org/api/transfer/
 */
struct CreateTunnel {
    using service = TransferService;
    using result = TunnelDocument;
    static constexpr auto route = post("/v2/tunnels");
    static constexpr RetryClass retry = RetryClass::keyed;
    Required<Document> data;  ///< a CreateTunnelData
    GLOBUS_MEMBERS(CreateTunnel, data);

    [[nodiscard]] CreateTunnel normalized() const {
        boost::json::parse_options options;
        options.max_depth = 128;
        Json json = boost::json::parse(data->text(), {}, options);
        set_submission_id(json);
        return CreateTunnel{.data = Document(std::move(json))};
    }

    /// Gives the document of a tunnel a submission id if it has none. Returns the one it has; empty if that is null.
    static std::string set_submission_id(Json& document) {
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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Listing a directory with all that is below it.

namespace globus::transfer {

/// What recursive_ls lists.
struct RecursiveLs {
    Required<std::string> endpoint_id;
    Optional<std::string> path = {};            ///< where to begin; the collection's default directory if left out
    std::optional<std::size_t> max_depth = {};  ///< 0: only the entries of `path` itself; no limit if left out
    Optional<bool> show_hidden = {};            ///< names that begin with a dot; shown if left out
    Optional<StringList> orderby = {};          ///< within each directory
    Optional<std::string> local_user = {};
    /// Called with a directory that cannot be listed: true leaves it out, false throws the error.
    std::function<bool(std::string const& path, ApiError const&)> on_error = {};
};

/// An entry below the path that recursive_ls began with.
struct FileEntry {
    std::string path = {};  ///< from the beginning of the listing, as in "run1/data.h5"
    std::size_t depth = 0;  ///< 0: an entry of the path itself
    File file = {};
};

/**
 * All entries below a path, directory by directory, those next to the beginning first: an input range.
 *
 *     for (FileEntry const& entry : client.recursive_ls({.endpoint_id = id, .path = "/~/", .max_depth = 3}))
 *         std::puts(entry.path.c_str());
 *
 * Each directory is one operation_ls, made when the loop comes to it. A link to a directory is listed, but not entered,
 * so that the walk ends even where links make a circle. A call that fails throws out of the loop; begin() on the same
 * object goes on with the directory that failed.
 *
 * @tparam C  the client; it must outlive this
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class RecursiveListing {
public:
    RecursiveListing(C const& client, RecursiveLs what, CallOptions options)
        : client_(&client), what_(std::move(what)), options_(std::move(options)) {
        directories_.push_back({"", 0});
    }

    class Iterator {
    public:
        using value_type = FileEntry;
        using difference_type = std::ptrdiff_t;

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
        std::string path;  ///< from the beginning, with a slash at its end; empty: the beginning itself
        std::size_t depth;
    };

    void ensure_entry() {
        while (!has_entry_) {
            if (next_ == files_.size()) {
                if (directories_.empty()) return;
                list();
                continue;
            }
            File& file = files_[next_++];
            std::string const name = file.name.value_or("");
            if (name.empty() || name == "." || name == "..") continue;
            entry_ = {.path = here_.path + name, .depth = here_.depth, .file = std::move(file)};
            has_entry_ = true;
            bool const is_link = entry_.file.link_target.has_value();
            if (entry_.file.type == "dir" && !is_link && (!what_.max_depth || here_.depth < *what_.max_depth))
                directories_.push_back({entry_.path + '/', here_.depth + 1});
        }
    }

    /// Lists the next directory.
    void list() {
        Directory const& next = directories_.front();
        std::string const path = absolute(next.path);
        OperationLs ls{.endpoint_id = *what_.endpoint_id,
                       .show_hidden = what_.show_hidden,
                       .orderby = what_.orderby,
                       .local_user = what_.local_user};
        if (!path.empty()) ls.path = path;
        try {
            auto listing = client_->operation_ls(std::move(ls), options_);
            if (!base_) {
                if (what_.path.has_value())
                    base_ = *what_.path;
                else
                    base_ = listing->absolute_path ? *listing->absolute_path : listing->path.value_or("/~/");
                if (!base_->ends_with('/')) *base_ += '/';
            }
            files_ = std::move(*std::move(listing)).DATA;
        } catch (ApiError const& error) {
            if (!what_.on_error || !what_.on_error(path, error)) throw;
            files_.clear();
        }
        next_ = 0;
        here_ = std::move(directories_.front());
        directories_.pop_front();
    }
    [[nodiscard]] std::string absolute(std::string const& path) const {
        return base_ ? *base_ + path : what_.path.value_or("");
    }

    C const* client_;
    RecursiveLs what_;
    CallOptions options_;
    std::optional<std::string> base_;    ///< of the first directory, with a slash at its end
    std::deque<Directory> directories_;  ///< to be listed
    Directory here_{};                   ///< that files_ are of
    std::vector<File> files_;
    std::size_t next_ = 0;
    FileEntry entry_;
    bool has_entry_ = false;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_RECURSIVE_LS_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP
#define GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Waiting for the end of a task.

namespace globus::transfer {

/**
 * True for a fault that no further attempt will cure: the file is not there, or may not be read or written. The service
 * tries again until the task's deadline all the same, which is a day or more.
 */
[[nodiscard]] inline bool cannot_heal(TaskEvent const& fault) {
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

/// How far a task is, after each look at it.
struct TaskProgress {
    Task const& task;
    std::chrono::duration<double> elapsed;  ///< since the wait began
    std::int64_t bytes;                     ///< transferred so far
    std::int64_t bytes_per_second;          ///< since the look before; at the first look the service's mean
    std::int64_t files;                     ///< transferred so far
    std::int64_t files_total;               ///< found so far
    std::int64_t faults;
    std::string nice_status;  ///< why it does not advance, as in "PERMISSION_DENIED"; "OK" or empty if it does
};

/// What task_wait does about a fault that cannot heal.
enum class OnFault : unsigned char {
    keep_waiting,  ///< nothing: somebody may put the file there
    fail_fast,     ///< it stops waiting; the task stays as it is
    cancel,        ///< it cancels the task, and waits for the end
};

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
    std::chrono::duration<double> timeout{10};           ///< how long to wait in all; at least 1 s
    std::chrono::duration<double> polling_interval{10};  ///< between two looks; at least 1 s
    OnFault on_fault = OnFault::keep_waiting;
    std::function<void(TaskProgress const&)> on_progress = {};  ///< called after each look
    double jitter = 0.1;  ///< a look may come earlier by up to this part of the interval, so that many waits spread
    /// Waits in place of the library, for tests: is told how long, returns false to cancel. Time is then the sum of it.
    std::function<bool(std::chrono::duration<double>)> sleep = {};
};

/**
 * How a wait ended. As a bool it says whether the task has ended too, with success or not.
 *
 *     if (verdict.kind == TaskVerdict::Kind::succeeded) ...
 *     for (TaskEvent const& fault : verdict.faults) report(fault.code, fault.details);
 */
struct TaskVerdict {
    enum class Kind : unsigned char {
        succeeded,  ///< the task did what it should
        failed,     ///< it ended without; `task.fatal_error` says why
        cancelled,  ///< somebody cancelled it, or OnFault::cancel did
        inactive,   ///< it waits for its owner's credentials
        faulting,   ///< it goes on with faults that cannot heal: by OnFault::fail_fast, or time is over
        paused,     ///< time is over, and a pause rule or an administrator holds it
        timed_out,  ///< time is over, and the task goes on
    };

    Kind kind = Kind::timed_out;
    Task task = {};                      ///< as it was last seen
    std::vector<TaskEvent> faults = {};  ///< its faults, the latest first, at most 100

    [[nodiscard]] explicit operator bool() const { return task.status.has_value() && *task.status != "ACTIVE"; }
};

}  // namespace globus::transfer

namespace globus::detail {

/// One call of task_wait.
template <class Client>
class TaskWaiting {
    using Seconds = std::chrono::duration<double>;
    using Task = transfer::Task;
    using TaskEvent = transfer::TaskEvent;
    using Kind = transfer::TaskVerdict::Kind;
    using OnFault = transfer::OnFault;

public:
    TaskWaiting(Client const& client, transfer::TaskWait wait, CallOptions options)
        : client_(client), wait_(std::move(wait)), options_(std::move(options)) {
        // written so that NaN is refused too
        if (!(wait_.timeout >= Seconds(1))) throw UsageError("task_wait: the timeout must be at least 1 second");
        if (!(wait_.polling_interval >= Seconds(1)))
            throw UsageError("task_wait: the polling_interval must be at least 1 second");
        if (!(wait_.jitter >= 0 && wait_.jitter < 1))
            throw UsageError("task_wait: the jitter must be at least 0 and less than 1");
        wait_.timeout = std::min<Seconds>(wait_.timeout, std::chrono::hours(24 * 365));
        if (options_.deadline) wait_.timeout = std::min<Seconds>(wait_.timeout, *options_.deadline - start_);
        wait_.polling_interval = std::min(wait_.polling_interval, std::max(wait_.timeout, Seconds(1)));
        // a look that is under way when the time is over has a few seconds more
        auto const end = start_ + std::chrono::duration_cast<http::Clock::duration>(wait_.timeout + Seconds(10));
        options_.deadline = std::min(options_.deadline.value_or(end), end);
    }

    transfer::TaskVerdict run() {
        Seconds planned{0};
        while (true) {
            if (look() && over()) break;
            // looks keep to their plan, however long each takes, and jitter does not add up
            do planned += wait_.polling_interval;
            while (planned <= elapsed());
            if (planned > wait_.timeout) {
                time_is_over();
                break;
            }
            bool const last = planned + wait_.polling_interval > wait_.timeout;
            sleep_until(last ? planned : planned - wait_.polling_interval * wait_.jitter * random_unit());
        }
        return std::move(verdict_);
    }

private:
    [[nodiscard]] Seconds elapsed() const { return wait_.sleep ? slept_ : Seconds(http::Clock::now() - start_); }

    void sleep_until(Seconds until) {
        bool waited = true;
        if (wait_.sleep) {
            Seconds const length = std::max(Seconds(0), until - slept_);
            slept_ += length;
            waited = wait_.sleep(length) && !options_.stop.stop_requested();
        } else {
            waited = http::wait_until(start_ + std::chrono::duration_cast<http::Clock::duration>(until), options_.stop);
        }
        if (!waited)
            throw NetworkError(NetworkError::Kind::cancelled, NetworkError::Sent::no, "task_wait was cancelled");
    }

    /// Reads the task; false if that failed in a way that may pass.
    bool look() {
        try {
            verdict_.task = *client_.get_task({.task_id = *wait_.task_id}, options_);
        } catch (Error const& error) {
            if (!passes(error)) throw;
            last_error_ = std::current_exception();
            return false;
        }
        last_error_ = nullptr;
        read_faults();
        report();
        return true;
    }

    /// True for an error that the next look may not meet.
    static bool passes(Error const& error) {
        if (auto const* network = dynamic_cast<NetworkError const*>(&error)) {
            using NetworkKind = NetworkError::Kind;
            switch (network->kind()) {
                case NetworkKind::timeout:
                case NetworkKind::resolve:
                case NetworkKind::connect:
                case NetworkKind::interrupted:
                case NetworkKind::protocol:
                    return true;
                default:
                    return false;
            }
        }
        if (auto const* api = dynamic_cast<ApiError const*>(&error)) switch (api->http_status()) {
                case 408:
                case 429:
                case 500:
                case 502:
                case 503:
                case 504:
                    return true;
                default:
                    return false;
            }
        return dynamic_cast<DecodeError const*>(&error) != nullptr;
    }

    /// Reads the events of a task whose number of faults has grown.
    void read_faults() {
        std::int64_t const faults = verdict_.task.faults.value_or(0);
        if (faults <= faults_read_) return;
        try {
            auto const page = client_.task_event_list(
                {.task_id = *wait_.task_id, .limit = 100, .query_params = {{"filter", "is_error:1"}}}, options_);
            verdict_.faults.clear();
            for (TaskEvent const& event : page->DATA)
                if (event.is_error.value_or(false)) verdict_.faults.push_back(event);
            faults_read_ = faults;
        } catch (Error const& error) {
            if (!passes(error)) throw;  // else the next look tries again
        }
    }

    void report() {
        Task const& task = verdict_.task;
        std::int64_t const bytes = task.bytes_transferred.value_or(0);
        Seconds const now = elapsed();
        std::int64_t rate = task.effective_bytes_per_second.value_or(0);
        if (seen_before_ && now > last_look_)
            rate = static_cast<std::int64_t>(static_cast<double>(bytes - last_bytes_) / (now - last_look_).count());
        seen_before_ = true;
        last_look_ = now;
        last_bytes_ = bytes;
        if (!wait_.on_progress) return;
        wait_.on_progress(transfer::TaskProgress{.task = task,
                                                 .elapsed = now,
                                                 .bytes = bytes,
                                                 .bytes_per_second = rate,
                                                 .files = task.files_transferred.value_or(0),
                                                 .files_total = task.files.value_or(0),
                                                 .faults = task.faults.value_or(0),
                                                 .nice_status = task.nice_status.value_or("")});
    }

    [[nodiscard]] bool has_incurable_fault() const {
        return std::any_of(verdict_.faults.begin(), verdict_.faults.end(), transfer::cannot_heal);
    }

    [[nodiscard]] bool was_cancelled() const {
        Task const& task = verdict_.task;
        if (cancelled_ || (task.canceled_by_admin && !task.canceled_by_admin->empty())) return true;
        if (task.subtasks_canceled.value_or(0) > 0) return true;
        if (!task.fatal_error || !task.fatal_error->is_object()) return false;
        Json const* const code = task.fatal_error->as_object().if_contains("code");
        return code != nullptr && code->is_string() && code->as_string() == "CANCELED";
    }

    /// Says whether the wait ends with what was last seen, and with which verdict.
    bool over() {
        Task const& task = verdict_.task;
        if (verdict_) {
            verdict_.kind = *task.status == "SUCCEEDED"  ? Kind::succeeded
                            : *task.status == "INACTIVE" ? Kind::inactive
                            : was_cancelled()            ? Kind::cancelled
                                                         : Kind::failed;
            return true;
        }
        if (wait_.on_fault == OnFault::keep_waiting || cancelled_ || !has_incurable_fault()) return false;
        if (wait_.on_fault == OnFault::fail_fast) {
            verdict_.kind = Kind::faulting;
            return true;
        }
        try {
            (void)client_.cancel_task({.task_id = *wait_.task_id}, options_);
            cancelled_ = true;
        } catch (Error const& error) {
            if (!passes(error)) throw;  // else the next look tries again
        }
        return false;
    }

    void time_is_over() {
        if (!seen_before_ && last_error_) std::rethrow_exception(last_error_);
        verdict_.kind = cancelled_                                ? Kind::cancelled
                        : verdict_.task.is_paused.value_or(false) ? Kind::paused
                        : has_incurable_fault()                   ? Kind::faulting
                                                                  : Kind::timed_out;
    }

    Client const& client_;
    transfer::TaskWait wait_;
    CallOptions options_;
    http::Clock::time_point start_ = http::Clock::now();
    Seconds slept_{0};
    transfer::TaskVerdict verdict_;
    std::exception_ptr last_error_;
    std::int64_t faults_read_ = 0;
    std::int64_t last_bytes_ = 0;
    Seconds last_look_{0};
    bool seen_before_ = false;
    bool cancelled_ = false;
};

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_TRANSFER_TASK_WAIT_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace globus {

// Transfer is the main road: its operations and documents are visible in namespace globus itself. Those of the other
// services are in namespaces of their own, as in globus::search::GetTask.
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
 */
struct TransferService {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using error = TransferApiError;
    using credential = BearerCredential;

    /// A 502 that an endpoint behind the service caused; to ask again at once is of no use.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error) { return detail::is_endpoint_code(error.code()); }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<
            GetEndpoint, UpdateEndpoint, DeleteEndpoint, EndpointSearch, SetSubscriptionId,
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
            GetTunnelEvents, GetStreamAccessPoint>;
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
     * Makes a directory and those above it that are missing; one that is there already is a success.
     *
     *     client.ensure_directory({.endpoint_id = id, .path = "/~/archive/2024/run1/"});
     *
     * What is there under the name of a directory is taken to be one.
     *
     * @return true if it made the directory, false if it was there
     * @throws TransferApiError  if a directory cannot be made, and what Client::send throws
     */
    bool ensure_directory(EnsureDirectory directory, CallOptions const& options = {}) const {
        return detail::ensure_directory(self(), directory, options);
    }

    /// All entries below a path, as a range; see RecursiveListing. The client must outlive it.
    RecursiveListing<Client> recursive_ls(RecursiveLs what, CallOptions options = {}) const {
        return RecursiveListing<Client>(self(), std::move(what), std::move(options));
    }

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
     * Submits a transfer, exactly once however often it has to be sent.
     *
     *     TransferData data{.source_endpoint = here, .destination_endpoint = there};
     *     data.add_item({.source_path = "/~/run1/", .destination_path = "/archive/run1/", .recursive = true});
     *     auto accepted = client.submit_transfer(data);
     *
     * The submission id is fetched first if `data` has none, and is fixed from then on: when an answer is lost, the
     * same document is sent again, and the service answers "Duplicate" with the task that it has already. The id stands in
     * `data` afterwards, and in every error (`submission_id()`): store it, and a later run of the program cannot submit
     * twice. To submit the same transfer once more on purpose, reset it.
     *
     * @param data  a TransferData, or a Json of the same form
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

    /// As the function split_transfer_data, with a submission id fetched for each part: store the parts, and submitting
    /// any of them again makes no second task.
    std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items,
                                                  CallOptions const& options = {}) const {
        std::vector<TransferData> parts = transfer::split_transfer_data(std::move(data), max_items);
        for (TransferData& part : parts) part.submission_id = get_submission_id({}, options)->value.value();
        return parts;
    }

    /**
     * Waits until a task has ended, or the time is over.
     *
     *     auto verdict = client.task_wait({.task_id = id, .timeout = 1h, .on_fault = OnFault::fail_fast});
     *     if (verdict.kind != TaskVerdict::Kind::succeeded) explain(verdict.task, verdict.faults);
     *
     * It looks at the task at once and then each polling_interval. When the number of faults has grown, it reads what
     * they are. A look that fails for a passing reason (a lost connection, a 503) is made up for by the next one.
     *
     * @param options  of each request; `deadline` ends the wait too, and `stop` cancels it within 100 ms
     * @return how the wait ended; as a bool, whether the task has ended
     * @throws UsageError        for a time-out or an interval under 1 s
     * @throws NetworkError      cancelled, if `stop` asked; or the last look's error, if none succeeded
     * @throws TransferApiError  if the task does not exist or may not be read
     */
    TaskVerdict task_wait(TaskWait wait, CallOptions const& options = {}) const {
        return detail::TaskWaiting<Client>(self(), std::move(wait), options).run();
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
     * Makes a tunnel between two stream access points, once however often it has to be sent.
     *
     * A submission id is made if `data` has none; it stands in `data` afterwards, and in every error.
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

    /// Gives `data` its submission id, in the caller's object unless that is const, and sends it.
    template <class Submit, class Typed, class Data>
    Response<typename Submit::result> submit(Data&& data, CallOptions options) const {
        using Held = std::conditional_t<std::same_as<std::remove_cvref_t<Data>, Typed>, Typed, Json>;
        if constexpr (!std::same_as<std::remove_reference_t<Data>, Held>) {
            return submit<Submit, Typed>(Held(data), options);
        } else {
            std::string id = submission_id<Submit>(data, options);
            if (id.empty() && !options.retry_as) options.retry_as = RetryClass::non_idempotent;  // it is null
            try {
                return self().send(Submit{.data = Document(std::forward<Data>(data))}, options);
            } catch (ApiError& error) {
                error.set_submission_id(std::move(id));
                throw;
            } catch (NetworkError& error) {
                error.set_submission_id(std::move(id));
                throw;
            }
        }
    }

    /// The submission id that `data` has, or now gets; empty if it is null.
    template <class Submit, class Data>
    std::string submission_id(Data& data, CallOptions const& options) const {
        if constexpr (std::same_as<Submit, CreateTunnel>) {
            if constexpr (std::same_as<Data, Json>) {
                return CreateTunnel::set_submission_id(data);
            } else if (!data.additional_fields.contains("submission_id")) {
                if (data.submission_id.is_absent()) data.submission_id = detail::random_uuid();
                return data.submission_id.value_or("");
            }
        } else if constexpr (std::same_as<Data, Json>) {
            if (!data.is_object()) throw UsageError("a submission must be a JSON object");
            if (!data.as_object().contains("submission_id"))
                data.as_object()["submission_id"] = get_submission_id({}, options)->value.value();
            Json const& id = data.as_object()["submission_id"];
            return id.is_string() ? std::string(id.as_string()) : std::string();
        } else if (!data.additional_fields.contains("submission_id")) {
            if (data.submission_id.is_absent()) data.submission_id = get_submission_id({}, options)->value.value();
            return data.submission_id.value_or("");
        }
        if constexpr (!std::same_as<Data, Json>) {
            Json const& id = data.additional_fields["submission_id"];
            return id.is_string() ? std::string(id.as_string()) : std::string();
        }
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_SERVICE_HPP

#endif  // GLOBUS_SERVICES_TRANSFER_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
#define GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the installations of Globus Connect on this machine say of themselves, in their files. Anybody who may write
// those files may write anything: nothing here proves who owns an endpoint.

namespace globus {

namespace detail {

/// The text of a file; nothing if there is none.
/// @throws Error  if it is there and cannot be read, or is larger than a MiB
inline std::optional<std::string> read_small_file(std::string const& path) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rbe"), &std::fclose);
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        throw Error("cannot open " + path + ": " + std::strerror(errno));
    }
    constexpr std::size_t most = std::size_t{1} << 20;
    std::string text(most + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) throw Error("cannot read " + path + ": " + std::strerror(errno));
    if (text.size() > most) throw Error(path + " is larger than a MiB: it is no file of Globus Connect");
    return text;
}

constexpr bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The words of a line as a shell would split it; nothing if a quote is not closed.
inline std::optional<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    bool open = false;  // a word has begun
    char quote = '\0';
    for (std::size_t i = 0; i != line.size(); ++i) {
        char const c = line[i];
        if (quote == '\0' && is_white(c)) {
            open = false;
            continue;
        }
        if (!std::exchange(open, true)) words.emplace_back();
        bool const escapes = c == '\\' && quote != '\'';
        if (escapes && i + 1 == line.size()) return std::nullopt;
        if (escapes && (quote == '\0' || line[i + 1] == '"' || line[i + 1] == '\\'))
            words.back() += line[++i];
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (quote != '\0' && c == quote)
            quote = '\0';
        else
            words.back() += c;
    }
    if (quote != '\0') return std::nullopt;
    return words;
}

/// The UUID that 26 base32 characters of any case are (RFC 4648, section 6); nothing if they are not.
inline std::optional<std::string> uuid_of_base32(std::string_view text) {
    if (text.size() != 26) return std::nullopt;
    std::string bytes;
    unsigned bits = 0;
    unsigned have = 0;
    for (char const c : text) {
        unsigned value = 0;
        if (c >= 'a' && c <= 'z')
            value = static_cast<unsigned>(c - 'a');
        else if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A');
        else if (c >= '2' && c <= '7')
            value = static_cast<unsigned>(c - '2') + 26;
        else
            return std::nullopt;
        bits = (bits << 5U | value) & 0xFFFU;
        have += 5;
        if (have >= 8) {
            have -= 8;
            bytes += static_cast<char>(bits >> have & 0xFFU);
        }
    }
    std::string uuid = hex_encode(bytes);
    for (std::size_t const at : {8U, 13U, 18U, 23U}) uuid.insert(at, 1, '-');
    return uuid;
}

}  // namespace detail

/// Who owns an installation of Globus Connect Personal, by the id of an identity or by its user name.
struct GlobusConnectPersonalOwnerInfo {
    std::optional<std::string> id = {};
    std::optional<std::string> username = {};
};

/**
 * The installation of Globus Connect Personal of this user on this machine.
 *
 *     LocalGlobusConnectPersonal const here;
 *     if (auto const id = here.endpoint_id()) transfer.operation_ls({.endpoint_id = *id, .path = "/~/"});
 *
 * Its files are read at every call, so that an installation made meanwhile is seen.
 *
 * @par Errors
 * What is not installed is nothing, not an error. globus::Error for a file that is there and cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-personal/
 */
class LocalGlobusConnectPersonal {
public:
    /// @param config_dir  where it keeps its files; `~/.globusonline` if left out
    /// @throws UsageError  if that is left out and HOME is not set
    explicit LocalGlobusConnectPersonal(std::string config_dir = {}) : config_dir_(std::move(config_dir)) {
        if (!config_dir_.empty()) return;
        char const* const home = std::getenv("HOME");
        if (home == nullptr || *home == '\0')
            throw UsageError("HOME is not set: give LocalGlobusConnectPersonal the directory of its configuration");
        config_dir_ = std::string(home) + "/.globusonline";
    }

    [[nodiscard]] std::string const& config_dir() const noexcept { return config_dir_; }

    /// The id of the endpoint, as the installation writes it down.
    [[nodiscard]] std::optional<std::string> endpoint_id() const {
        std::optional<std::string> text = detail::read_small_file(config_dir_ + "/lta/client-id.txt");
        if (!text) return std::nullopt;
        std::string_view id = *text;
        while (!id.empty() && detail::is_white(id.front())) id.remove_prefix(1);
        while (!id.empty() && detail::is_white(id.back())) id.remove_suffix(1);
        return std::string(id);
    }

    /// Who owns the endpoint, as the installation writes it down; nothing if it says that in no form that is known.
    [[nodiscard]] std::optional<GlobusConnectPersonalOwnerInfo> get_owner_info() const {
        static constexpr std::string_view start = "\"/C=US/O=Globus Consortium/OU=Globus Connect User/CN=";
        std::optional<std::string> const text = detail::read_small_file(config_dir_ + "/lta/gridmap");
        if (!text) return std::nullopt;
        for (std::string_view rest = *text; !rest.empty();) {
            std::size_t const end = std::min(rest.find_first_of("\r\n"), rest.size());
            std::string_view const line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (!line.starts_with(start)) continue;
            auto const words = detail::split_words(line);
            if (!words || words->size() != 2) return std::nullopt;
            std::string const name = words->front().substr(start.size() - 1);  // less the quote
            if (name.starts_with("u_"))
                if (auto id = detail::uuid_of_base32(std::string_view(name).substr(2)))
                    return GlobusConnectPersonalOwnerInfo{.id = std::move(id)};
            return GlobusConnectPersonalOwnerInfo{.username = name + "@globusid.org"};
        }
        return std::nullopt;
    }

    /// The identity of who owns the endpoint, as Globus Auth knows it; nothing if it does not, or tells nobody.
    /// @param auth  a Client<AuthService, ...>
    /// @throws  what `auth.get_identities` throws
    template <class Auth>
    [[nodiscard]] std::optional<auth::Identity> get_owner_info(Auth const& auth) const {
        auto const owner = get_owner_info();
        if (!owner) return std::nullopt;
        auto const answer =
            owner->id ? auth.get_identities({.ids = *owner->id}) : auth.get_identities({.usernames = *owner->username});
        if (answer->identities.empty()) return std::nullopt;
        return answer->identities.front();
    }

private:
    std::string config_dir_;
};

/**
 * The installation of Globus Connect Server on this machine.
 *
 *     if (auto const address = LocalGlobusConnectServer().domain_name())
 *         Client<GcsService, AccessTokenPolicy> manager{GcsService{*address}, token};
 *
 * Its file is read at every call.
 *
 * @par Errors
 * What is not installed, or says nothing that can be understood, is nothing. globus::Error for a file that is there and
 * cannot be read.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-server/v5/
 */
class LocalGlobusConnectServer {
public:
    explicit LocalGlobusConnectServer(std::string info_path = "/var/lib/globus-connect-server/info.json")
        : info_path_(std::move(info_path)) {}

    /// All that the installation says of itself.
    [[nodiscard]] std::optional<boost::json::object> info() const {
        std::optional<std::string> const text = detail::read_small_file(info_path_);
        if (!text) return std::nullopt;
        boost::json::error_code error;
        Json document = boost::json::parse(*text, error);
        if (error || !document.is_object()) return std::nullopt;
        return std::move(document.get_object());
    }
    /// The id of the endpoint.
    [[nodiscard]] std::optional<std::string> endpoint_id() const { return text("endpoint_id"); }
    /// The host name of the endpoint's manager.
    [[nodiscard]] std::optional<std::string> domain_name() const { return text("domain_name"); }

private:
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        auto const document = info();
        auto const* const value = document ? document->if_contains(name) : nullptr;
        if (value == nullptr || !value->is_string()) return std::nullopt;
        return std::string(value->get_string());
    }

    std::string info_path_;
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_LOCAL_ENDPOINT_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_V2_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_HPP

// All that a user of version 2 of Globus Transfer needs: the service, every policy that gives it a token, and the
// transports.

#ifndef GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP

#ifndef GLOBUS_SERVICES_TRANSFER_V2_DATA_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_DATA_HPP

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// The documents that a program makes for version 2 of Globus Transfer. All are written as JSON:API documents: members
// that name another resource are its relationships, all else its attributes.

namespace globus::transfer_v2 {

/**
 * A tunnel to be made between two stream access points.
 *
 *     TunnelCreateDocument document{.initiator_stream_access_point = here, .listener_stream_access_point = there};
 *     auto tunnel = client.create_tunnel({.data = document});
 *
 * Each object has a submission id of its own from the start, so that sending it twice makes one tunnel.
 */
struct TunnelCreateDocument {
    Required<std::string> initiator_stream_access_point;  ///< id of the end that connects
    Required<std::string> listener_stream_access_point;   ///< id of the end that waits for it
    Optional<std::string> label = {};
    Optional<std::int64_t> listener_port = {};
    Optional<std::string> listener_ip_address = {};
    Optional<std::string> submission_id = globus::detail::random_uuid();
    Optional<std::int64_t> lifetime_mins = {};
    Optional<bool> restartable = {};
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 2> resource_links{
        {{"listener_stream_access_point", "listener", "StreamAccessPoint"},
         {"initiator_stream_access_point", "initiator", "StreamAccessPoint"}}};
    GLOBUS_MEMBERS(TunnelCreateDocument, initiator_stream_access_point, listener_stream_access_point, label,
                   listener_port, listener_ip_address, submission_id, lifetime_mins, restartable, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/**
 * What is to be changed of a tunnel.
 *
 *     client.update_tunnel({.tunnel_id = id, .update_doc = TunnelUpdateDocument{.state = "STOPPING"}});
 */
struct TunnelUpdateDocument {
    Optional<std::string> label = {};
    Optional<std::int64_t> listener_port = {};
    Optional<std::string> listener_ip_address = {};
    Optional<std::string> state = {};         ///< "STOPPING" stops it
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Tunnel";
    static constexpr std::array<globus::detail::ResourceLink, 0> resource_links{};
    GLOBUS_MEMBERS(TunnelUpdateDocument, label, listener_port, listener_ip_address, state, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/**
 * A bookmark to be made.
 *
 *     BookmarkCreateDocument document{.collection = id, .name = "results", .path = "/~/run1/"};
 *     auto bookmark = client.create_bookmark({.data = document});
 */
struct BookmarkCreateDocument {
    Required<std::string> collection;  ///< its id
    Required<std::string> name;
    Required<std::string> path;
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Bookmark";
    static constexpr std::array<globus::detail::ResourceLink, 1> resource_links{
        {{"collection", "collection", "Collection"}}};
    GLOBUS_MEMBERS(BookmarkCreateDocument, collection, name, path, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

/// The new name and path of a bookmark.
struct BookmarkUpdateDocument {
    Required<std::string> name;
    Required<std::string> path;
    AdditionalFields additional_fields = {};  ///< further attributes
    static constexpr std::string_view resource_type = "Bookmark";
    static constexpr std::array<globus::detail::ResourceLink, 0> resource_links{};
    GLOBUS_MEMBERS(BookmarkUpdateDocument, name, path, additional_fields);

    void write_json(std::string& out) const { globus::detail::write_resource(out, *this); }
};

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_DATA_HPP
#ifndef GLOBUS_SERVICES_TRANSFER_V2_DOCUMENTS_HPP
#define GLOBUS_SERVICES_TRANSFER_V2_DOCUMENTS_HPP

#include <string>
#include <vector>

// What version 2 of Globus Transfer answers. Its documents on tunnels and stream access points are those of namespace
// globus::transfer, whose service has the same.

namespace globus::transfer_v2 {

/// What a bookmark says.
struct BookmarkAttributes {
    Optional<std::string> name = {};
    Optional<std::string> path = {};
    GLOBUS_MEMBERS(BookmarkAttributes, name, path);
};

/// The collection that a bookmark is in.
struct BookmarkRelationships {
    Optional<transfer::Relationship> collection = {};
    GLOBUS_MEMBERS(BookmarkRelationships, collection);
};

/// A name for a path of a collection.
struct Bookmark {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    BookmarkAttributes attributes = {};
    BookmarkRelationships relationships = {};
    GLOBUS_MEMBERS(Bookmark, type, id, attributes, relationships);
};

/// What an answer tells of a collection that it was asked to include.
struct IncludedCollectionAttributes {
    Optional<std::string> display_name = {};
    Optional<bool> high_assurance = {};
    GLOBUS_MEMBERS(IncludedCollectionAttributes, display_name, high_assurance);
};

/// A collection that an answer was asked to include.
struct IncludedCollection {
    Optional<std::string> type = {};
    Optional<std::string> id = {};
    IncludedCollectionAttributes attributes = {};
    GLOBUS_MEMBERS(IncludedCollection, type, id, attributes);
};

/// The JSON:API document of a bookmark.
struct BookmarkDocument {
    Optional<Bookmark> data = {};
    std::vector<IncludedCollection> included = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(BookmarkDocument, data, included, meta);
};

/// A page of bookmarks; `links` leads to the next.
struct BookmarkPage {
    std::vector<Bookmark> data = {};
    std::vector<IncludedCollection> included = {};
    Optional<Json> links = {};
    Optional<Json> meta = {};
    GLOBUS_MEMBERS(BookmarkPage, data, included, links, meta);
};

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_DOCUMENTS_HPP

#include <string>

// The operations of version 2 of Globus Transfer. Their documents are JSON:API (https://jsonapi.org): a resource stands
// in `data`, its members in `attributes`. This version is still experimental.

namespace globus {
struct TransferServiceV2;
}

namespace globus::transfer_v2 {

/// Makes a tunnel between two stream access points. POST /v2/tunnels
/// The document has to have its own submission id, as a TunnelCreateDocument has. With one, the member function of the
/// client repeats the request where that helps; `send` does not.
/// https://docs.globus.org/api/transfer/
struct CreateTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = post("/v2/tunnels");
    Required<Document> data;  ///< a TunnelCreateDocument
    GLOBUS_MEMBERS(CreateTunnel, data);
};

/// Changes a tunnel, or stops it. PATCH /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct UpdateTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = patch("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    Required<Document> update_doc;  ///< a TunnelUpdateDocument
    static constexpr auto wire = wires(in_json("update_doc", ""));
    GLOBUS_MEMBERS(UpdateTunnel, tunnel_id, update_doc);
};

/// Reads a tunnel. GET /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct GetTunnel {
    using service = TransferServiceV2;
    using result = transfer::TunnelDocument;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnel, tunnel_id, query_params);
};

/// Deletes a tunnel. DELETE /v2/tunnels/{tunnel_id}
/// https://docs.globus.org/api/transfer/
struct DeleteTunnel {
    using service = TransferServiceV2;
    using result = transfer::ApiResult;
    static constexpr auto route = delete_("/v2/tunnels/{tunnel_id}");
    Required<std::string> tunnel_id;
    GLOBUS_MEMBERS(DeleteTunnel, tunnel_id);
};

/// Lists the user's tunnels. GET /v2/tunnels
/// https://docs.globus.org/api/transfer/
struct ListTunnels {
    using service = TransferServiceV2;
    using result = transfer::TunnelPage;
    static constexpr auto route = get("/v2/tunnels");
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListTunnels, query_params);
};

/// Lists what happened to a tunnel. GET /v2/tunnels/{tunnel_id}/events
/// https://docs.globus.org/api/transfer/
struct GetTunnelEvents {
    using service = TransferServiceV2;
    using result = transfer::TunnelEventPage;
    static constexpr auto route = get("/v2/tunnels/{tunnel_id}/events");
    Required<std::string> tunnel_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetTunnelEvents, tunnel_id, query_params);
};

/// Reads a stream access point: an end that a tunnel can have. GET /v2/stream_access_points/{stream_ap_id}
/// https://docs.globus.org/api/transfer/
struct GetStreamAccessPoint {
    using service = TransferServiceV2;
    using result = transfer::StreamAccessPointDocument;
    static constexpr auto route = get("/v2/stream_access_points/{stream_ap_id}");
    Required<std::string> stream_ap_id;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(GetStreamAccessPoint, stream_ap_id, query_params);
};

/// Lists the stream access points that the user can see. Paginated. GET /v2/stream_access_points
/// https://docs.globus.org/api/transfer/
struct ListStreamAccessPoints {
    using service = TransferServiceV2;
    using result = transfer::StreamAccessPointPage;
    static constexpr auto route = get("/v2/stream_access_points");
    static constexpr Paging paging{PagingStyle::next_link, "data"};
    static constexpr auto items = &transfer::StreamAccessPointPage::data;
    QueryParams query_params = {};
    GLOBUS_MEMBERS(ListStreamAccessPoints, query_params);
};

/// Makes a bookmark. POST /v2/bookmarks
/// https://docs.globus.org/api/transfer/
struct CreateBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = post("/v2/bookmarks");
    Required<Document> data;  ///< a BookmarkCreateDocument
    GLOBUS_MEMBERS(CreateBookmark, data);
};

/// Changes the name and the path of a bookmark. PATCH /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct UpdateBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = patch("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    Required<Document> update_document;  ///< a BookmarkUpdateDocument
    static constexpr auto wire = wires(in_json("update_document", ""));
    GLOBUS_MEMBERS(UpdateBookmark, bookmark_id, update_document);
};

/// Reads a bookmark. GET /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct GetBookmark {
    using service = TransferServiceV2;
    using result = BookmarkDocument;
    static constexpr auto route = get("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    QueryParams query_params = {};  ///< {{"include", "collection"}} reads the collection as well
    GLOBUS_MEMBERS(GetBookmark, bookmark_id, query_params);
};

/// Deletes a bookmark. DELETE /v2/bookmarks/{bookmark_id}
/// https://docs.globus.org/api/transfer/
struct DeleteBookmark {
    using service = TransferServiceV2;
    using result = transfer::ApiResult;
    static constexpr auto route = delete_("/v2/bookmarks/{bookmark_id}");
    Required<std::string> bookmark_id;
    GLOBUS_MEMBERS(DeleteBookmark, bookmark_id);
};

/// Lists the user's bookmarks. GET /v2/bookmarks
/// https://docs.globus.org/api/transfer/
struct ListBookmarks {
    using service = TransferServiceV2;
    using result = BookmarkPage;
    static constexpr auto route = get("/v2/bookmarks");
    QueryParams query_params = {};  ///< {{"include", "collection"}} reads the collections as well
    GLOBUS_MEMBERS(ListBookmarks, query_params);
};

}  // namespace globus::transfer_v2

#endif  // GLOBUS_SERVICES_TRANSFER_V2_OPERATIONS_HPP

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace globus {

using transfer_v2::BookmarkCreateDocument;
using transfer_v2::BookmarkUpdateDocument;
using transfer_v2::TunnelCreateDocument;
using transfer_v2::TunnelUpdateDocument;

/**
 * Version 2 of Globus Transfer: tunnels, stream access points and bookmarks, as JSON:API documents. It is experimental,
 * and does not do what version 1 does: see TransferService for files and tasks.
 *
 *     Client<TransferServiceV2, AccessTokenPolicy> transfer{token};
 *
 *     for (auto const& point : transfer.paginate(transfer_v2::ListStreamAccessPoints{}))
 *         use(*point.attributes.display_name);
 *
 * Its operations are in namespace globus::transfer_v2.
 */
struct TransferServiceV2 {
    static constexpr std::string_view name = "transfer";
    static constexpr std::string_view resource_server = "transfer.api.globus.org";
    using error = TransferApiError;
    using credential = BearerCredential;

    /// True for a failure of an endpoint, which another attempt would meet again.
    [[nodiscard]] static bool endpoint_trouble(ApiError const& error) {
        for (SubError const& one : error.errors())
            if (detail::is_endpoint_code(one.code)) return true;
        return false;
    }

    /// The types of all operations, as a hana::tuple of hana::types; made only when somebody asks.
    template <class = void>
    static constexpr auto operations() {
        return boost::hana::tuple_t<transfer_v2::CreateTunnel, transfer_v2::UpdateTunnel, transfer_v2::GetTunnel,
                                    transfer_v2::DeleteTunnel, transfer_v2::ListTunnels, transfer_v2::GetTunnelEvents,
                                    transfer_v2::GetStreamAccessPoint, transfer_v2::ListStreamAccessPoints,
                                    transfer_v2::CreateBookmark, transfer_v2::UpdateBookmark, transfer_v2::GetBookmark,
                                    transfer_v2::DeleteBookmark, transfer_v2::ListBookmarks>;
    }

    template <class Client>
    struct Operations;
};

/// The operations of version 2 of Transfer as member functions of its Client.
template <class Client>
struct TransferServiceV2::Operations {
    /// @copydoc transfer_v2::CreateTunnel
    Response<transfer::TunnelDocument> create_tunnel(transfer_v2::CreateTunnel op, CallOptions options = {}) const {
        if (!options.retry_as && has_submission_id(*op.data)) options.retry_as = RetryClass::keyed;
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::UpdateTunnel
    Response<transfer::TunnelDocument> update_tunnel(transfer_v2::UpdateTunnel op,
                                                     CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetTunnel
    Response<transfer::TunnelDocument> get_tunnel(transfer_v2::GetTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::DeleteTunnel
    Response<transfer::ApiResult> delete_tunnel(transfer_v2::DeleteTunnel op, CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListTunnels
    Response<transfer::TunnelPage> list_tunnels(transfer_v2::ListTunnels op = {},
                                                CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetTunnelEvents
    Response<transfer::TunnelEventPage> get_tunnel_events(transfer_v2::GetTunnelEvents op,
                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetStreamAccessPoint
    Response<transfer::StreamAccessPointDocument> get_stream_access_point(transfer_v2::GetStreamAccessPoint op,
                                                                          CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListStreamAccessPoints
    Response<transfer::StreamAccessPointPage> list_stream_access_points(transfer_v2::ListStreamAccessPoints op = {},
                                                                        CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::CreateBookmark
    Response<transfer_v2::BookmarkDocument> create_bookmark(transfer_v2::CreateBookmark op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::UpdateBookmark
    Response<transfer_v2::BookmarkDocument> update_bookmark(transfer_v2::UpdateBookmark op,
                                                            CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::GetBookmark
    Response<transfer_v2::BookmarkDocument> get_bookmark(transfer_v2::GetBookmark op,
                                                         CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::DeleteBookmark
    Response<transfer::ApiResult> delete_bookmark(transfer_v2::DeleteBookmark op,
                                                  CallOptions const& options = {}) const {
        return self().send(op, options);
    }
    /// @copydoc transfer_v2::ListBookmarks
    Response<transfer_v2::BookmarkPage> list_bookmarks(transfer_v2::ListBookmarks op = {},
                                                       CallOptions const& options = {}) const {
        return self().send(op, options);
    }

private:
    [[nodiscard]] Client const& self() const { return static_cast<Client const&>(*this); }

    static bool has_submission_id(Document const& document) {
        boost::json::parse_options options;
        options.max_depth = 128;
        boost::json::error_code error;
        Json const json = boost::json::parse(document.text(), error, {}, options);
        Json const* const id = json.find_pointer("/data/attributes/submission_id", error);
        return id != nullptr && id->is_string() && !id->as_string().empty();
    }
};

}  // namespace globus

#endif  // GLOBUS_SERVICES_TRANSFER_V2_SERVICE_HPP

#endif  // GLOBUS_SERVICES_TRANSFER_V2_HPP

#endif  // GLOBUS_GLOBUS_HPP
