// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ERRORS_HPP
#define GLOBUS_HTTP_ERRORS_HPP

#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
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
class GLOBUS_VISIBLE NetworkError : public Error {
public:
    /// What went wrong.
    enum class Kind : unsigned char {
        timeout,      ///< a limit or the deadline of the call passed
        cancelled,    ///< the stop_token asked, or the client was destroyed
        resolve,      ///< the host name is not known
        connect,      ///< nobody listens, or no route, be it from here or from a proxy
        proxy,        ///< the proxy refuses to connect to the service, or asks for other credentials
        tls,          ///< the certificate or the handshake was refused
        interrupted,  ///< the connection broke after it was made
        too_large,    ///< the answer is larger than the limit
        redirect,     ///< a redirect that must not be followed
        protocol,     ///< not HTTP, or packed in a way that cannot be undone
        local,        ///< this process: memory, file descriptors, libcurl itself
    };
    /// How far the request got.
    enum class Sent : unsigned char {
        no,   ///< no byte of the request left, whatever was said to a proxy before; doing it again is safe
        yes,  ///< some or all of it may have been read by the service
    };

    /// For transports, also those of one's own. @param what  goes into messages and logs: nothing secret
    NetworkError(Kind kind, Sent sent, std::string const& what) : Error(what), kind_(kind), sent_(sent) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// Only Sent::no is certain: what may have arrived counts as Sent::yes.
    [[nodiscard]] Sent sent() const noexcept { return sent_; }

private:
    Kind kind_;
    Sent sent_;
};

/// What a service asks for before it will serve: consents, a fresh login, another identity. It does not ask for what is
/// absent.
/// https://docs.globus.org/api/auth/sessions/
struct AuthorizationParameters {
    std::optional<std::string> session_message = {};                              ///< for the user: why it is asked
    std::optional<std::vector<std::string>> session_required_identities = {};     ///< ids or names to log in with
    std::optional<std::vector<std::string>> session_required_single_domain = {};  ///< domains; one of them is enough
    std::optional<std::vector<std::string>> session_required_policies = {};       ///< ids of what the login has to meet
    std::optional<bool> session_required_mfa = {};                                ///< whether a second factor is needed
    std::optional<std::vector<std::string>> required_scopes = {};                 ///< that the user has to consent to
    std::optional<std::string> prompt = {};  ///< "login": a fresh login, even if there is a session
};

/// One of the errors that an answer lists.
struct SubError {
    std::string code = {};         ///< empty where the service gives none
    std::string message = {};      ///< empty where the service gives none
    boost::json::object raw = {};  ///< the error as it came
    bool has_message = false;      ///< tells an empty message from none
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
class GLOBUS_VISIBLE ApiError : public Error {
public:
    /// @param request  the request that was answered; its method and URL (without the query) go into `what()`
    ApiError(http::Request const& request, http::Response response)
        : ApiError(request, std::move(response), nullptr, nullptr) {}

    /// 400 or more, or a 3xx in place of a document.
    [[nodiscard]] int http_status() const noexcept { return data_->response.status; }
    /// The reason phrase, such as "Not Found"; empty over HTTP/2, which has none.
    [[nodiscard]] std::string const& http_reason() const noexcept { return data_->response.reason; }
    /// All header fields of the answer.
    [[nodiscard]] http::Headers const& headers() const noexcept { return data_->response.headers; }
    /// How long the service asks to wait before the next request; nothing if it does not say. As globus::retry_after.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return globus::retry_after(headers()); }
    /// The service's word for this error, such as "EndpointNotFound" or "ConsentRequired"; empty if it gives none.
    /// Of several errors: the word that all have in common.
    [[nodiscard]] std::string const& code() const noexcept { return data_->reading.code; }
    /// `messages()` joined by "; "; empty if there are none.
    [[nodiscard]] std::string const& message() const noexcept { return data_->message; }
    /// What the service says to people, one text for each error that has one.
    [[nodiscard]] std::vector<std::string> const& messages() const noexcept { return data_->reading.messages; }
    /// What to quote to Globus support, from the document or else its X-Request-ID header; empty if there is none.
    [[nodiscard]] std::string const& request_id() const noexcept { return data_->reading.request_id; }
    /// The errors that the document lists, or the document itself as the only one.
    [[nodiscard]] std::vector<SubError> const& errors() const noexcept { return data_->reading.errors; }
    /// The body as received, up to 64 KiB.
    [[nodiscard]] std::string const& body() const noexcept { return data_->response.body; }
    /// The body as JSON; null if it is not JSON by its Content-Type, or longer than 64 KiB.
    [[nodiscard]] boost::json::value const& raw_json() const noexcept { return data_->json; }

    /// What has to be consented to or logged in for, if the answer has `authorization_parameters`.
    [[nodiscard]] std::optional<AuthorizationParameters> const& authorization_parameters() const noexcept {
        return data_->parameters;
    }
    /// The scopes that a ConsentRequired error names; empty for other errors.
    [[nodiscard]] std::vector<std::string> const& required_scopes() const noexcept { return data_->required_scopes; }
    /// True if a login that asks for required_scopes() can help.
    [[nodiscard]] bool consent_required() const noexcept { return !data_->required_scopes.empty(); }

protected:
    /// What a document says.
    struct Reading {
        std::string code = {};                   ///< as ApiError::code
        std::string request_id = {};             ///< empty: that of the header is taken
        std::vector<std::string> messages = {};  ///< as ApiError::messages
        std::vector<SubError> errors = {};       ///< as ApiError::errors
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
    std::string what = http::describe(request) + " was answered " + std::to_string(data.response.status);
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
    if (detail::is_json_media_type(type) && response.body.size() <= kept) {
        boost::json::parse_options options;
        options.max_depth = 128;
        boost::system::error_code error;
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
