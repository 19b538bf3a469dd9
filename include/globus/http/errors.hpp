// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_ERRORS_HPP
#define GLOBUS_HTTP_ERRORS_HPP

#include <globus/core/error.hpp>
#include <globus/http/message.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

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
    std::string code = {};  ///< empty where the service gives none
    std::string message = {};
    boost::json::object raw = {};
};

/**
 * The service answered with an error status.
 *
 * Reads every form in which Globus services say what is wrong: the common `code`/`message`/`request_id` document,
 * JSON:API and other lists of `errors`, OAuth2's `error`, and no document at all.
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 */
class ApiError : public Error {
public:
    /// @param request  the request that was answered; its method and URL (without the query) go into `what()`
    ApiError(http::Request const& request, http::Response response);

    [[nodiscard]] int http_status() const noexcept { return data_->response.status; }
    [[nodiscard]] std::string const& http_reason() const noexcept { return data_->response.reason; }
    [[nodiscard]] http::Headers const& headers() const noexcept { return data_->response.headers; }
    /// The service's word for this error, such as "EndpointNotFound" or "ConsentRequired"; empty if it gives none.
    [[nodiscard]] std::string const& code() const noexcept { return data_->code; }
    /// `messages()` joined by "; "; empty if there are none.
    [[nodiscard]] std::string const& message() const noexcept { return data_->message; }
    [[nodiscard]] std::vector<std::string> const& messages() const noexcept { return data_->messages; }
    /// What to quote to Globus support; empty if the service gives none.
    [[nodiscard]] std::string const& request_id() const noexcept { return data_->request_id; }
    [[nodiscard]] std::vector<SubError> const& errors() const noexcept { return data_->errors; }
    /// The body as received.
    [[nodiscard]] std::string const& body() const noexcept { return data_->response.body; }
    /// The body as JSON; null if it is not JSON by its Content-Type.
    [[nodiscard]] boost::json::value const& raw_json() const noexcept { return data_->json; }

    /// What has to be consented to or logged in for; empty if the answer asks for neither.
    [[nodiscard]] std::optional<AuthorizationParameters> const& authorization_parameters() const noexcept {
        return data_->parameters;
    }
    /// The scopes that a ConsentRequired error names; empty for other errors.
    [[nodiscard]] std::vector<std::string> const& required_scopes() const noexcept { return data_->required_scopes; }
    [[nodiscard]] bool consent_required() const noexcept { return !data_->required_scopes.empty(); }

    /// The submission id of a submit_transfer or submit_delete that this ended; empty for other calls.
    [[nodiscard]] std::string const& submission_id() const noexcept { return submission_id_; }
    void set_submission_id(std::string id) { submission_id_ = std::move(id); }

private:
    struct Data {
        http::Response response;
        boost::json::value json;
        std::string code, message, request_id;
        std::vector<std::string> messages, required_scopes;
        std::vector<SubError> errors;
        std::optional<AuthorizationParameters> parameters;
    };

    ApiError(http::Request const& request, std::shared_ptr<Data const> data);

    static std::shared_ptr<Data const> read(http::Response response);

    std::shared_ptr<Data const> data_;
    std::string submission_id_;
};

namespace detail {

/// The media type of a Content-Type header, lower-case and without parameters.
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

inline std::string const* text_member(boost::json::object const& object, std::string_view name, std::string& buffer) {
    boost::json::value const* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return nullptr;
    buffer.assign(value->as_string().data(), value->as_string().size());
    return &buffer;
}

/// The texts of a list of texts, or of one text; nullopt for anything else.
inline std::optional<std::vector<std::string>> text_list(boost::json::value const* value, bool or_one_text) {
    if (value == nullptr) return std::nullopt;
    if (or_one_text && value->is_string()) return std::vector{std::string(value->as_string())};
    if (!value->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (boost::json::value const& item : value->as_array()) {
        if (!item.is_string()) return std::nullopt;
        texts.emplace_back(item.as_string());
    }
    return texts;
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

}  // namespace detail

inline ApiError::ApiError(http::Request const& request, http::Response response)
    : ApiError(request, read(std::move(response))) {}

inline ApiError::ApiError(http::Request const& request, std::shared_ptr<Data const> data)
    : Error([&] {
          std::string what = std::string(http::to_string(request.method)) + ' ' +
                             request.url.substr(0, request.url.find_first_of("?#")) + " was answered " +
                             std::to_string(data->response.status);
          if (!data->code.empty()) what += ' ' + data->code;
          if (!data->message.empty())
              what += ": " + data->message;
          else if (!data->response.reason.empty())
              what += ": " + data->response.reason;
          if (!data->request_id.empty()) what += " (request id " + data->request_id + ')';
          return what;
      }()),
      data_(std::move(data)) {}

inline std::shared_ptr<ApiError::Data const> ApiError::read(http::Response response) {
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

    boost::json::object const* document = data->json.if_object();
    if (document == nullptr) return data;
    std::string text;
    auto const member = [&](boost::json::object const& object, std::string_view name) {
        return detail::text_member(object, name, text);
    };

    // JSON:API: a list of errors, each with code and detail or title
    boost::json::array const* list = nullptr;
    if (auto const* errors = document->if_contains("errors"); errors != nullptr) list = errors->if_array();
    bool all_objects = list != nullptr && !list->empty();
    if (all_objects)
        for (boost::json::value const& item : *list) all_objects = all_objects && item.is_object();
    bool const json_api = all_objects && type == "application/vnd.api+json";

    auto const* code = document->if_contains("code");
    auto const* message = document->if_contains("message");
    auto const* request_id = document->if_contains("request_id");
    bool const common = !json_api && code != nullptr && code->is_string() && message != nullptr &&
                        message->is_string() && (request_id == nullptr || request_id->is_string());

    auto const read_sub_error = [&](boost::json::object const& object) {
        SubError sub;
        sub.raw = object;
        if (member(object, "code")) sub.code = text;
        for (char const* name : {"message", "detail", "title"}) {
            if (!member(object, name) || text.empty()) continue;
            sub.message = text;
            break;
        }
        return sub;
    };

    if (json_api) {
        for (boost::json::value const& item : *list) data->errors.push_back(read_sub_error(item.as_object()));
        bool same = true;
        for (SubError const& sub : data->errors) same = same && sub.code == data->errors.front().code;
        if (same) data->code = data->errors.front().code;
    } else if (common) {
        data->errors.push_back(read_sub_error(*document));
        data->code = code->as_string();
    } else {
        if (all_objects)
            for (boost::json::value const& item : *list) data->errors.push_back(read_sub_error(item.as_object()));
        if (code != nullptr && code->is_string()) data->code = code->as_string();
    }
    if (member(*document, "request_id")) data->request_id = text;
    for (SubError const& sub : data->errors)
        if (!sub.message.empty()) data->messages.push_back(sub.message);
    if (data->messages.empty())
        for (char const* name : {"message", "detail", "title"})
            if (member(*document, name) && !text.empty()) {
                data->messages.push_back(text);
                break;
            }
    for (std::string const& one : data->messages) data->message += (data->message.empty() ? "" : "; ") + one;
    return data;
}

}  // namespace globus

#endif  // GLOBUS_HTTP_ERRORS_HPP
