// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_API_ERROR_HPP
#define GLOBUS_OAUTH_API_ERROR_HPP

#include <globus/core/error.hpp>
#include <globus/core/json_members.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/one_line.hpp>
#include <globus/http/error_words.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>
#include <globus/oauth/authorization_requirements.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
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
 * service alone has, and no document at all. What an answer does not say is empty, and `raw_json()` has the rest. Words
 * that are in no such form (a gateway's, a framework's list of what does not fit, a page's title) are in `what()` alone.
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

    /// What the service asks of the user before it will serve, in whatever form: what each of the errors that the
    /// document lists asks for, and the document as a whole. Empty if a login cannot help. See to_gare.
    [[nodiscard]] std::vector<Gare> const& requirements() const noexcept { return data_->requirements; }
    /// What has to be consented to or logged in for, if the document itself has `authorization_parameters`.
    [[nodiscard]] std::optional<AuthorizationParameters> const& authorization_parameters() const noexcept {
        return data_->parameters;
    }
    /// The scopes that the user has to consent to; empty if consents are not what is asked for.
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
    std::vector<Secret> const credentials = detail::credentials_of(request);
    auto const clean = [&](std::string_view text) { return detail::one_line_without(credentials, text); };
    std::string_view code = data.reading.code;
    if (auto const* document = data.json.if_object(); document != nullptr && code.empty()) {
        // OAuth2's own word (RFC 6749, section 5.2), or that of the object in which some put what is wrong
        code = detail::text_member(*document, "error").value_or("");
        if (auto const* error = detail::object_member(*document, "error"))
            code = detail::text_member(*error, "code").value_or("");
    }
    std::string words = clean(data.message);
    for (detail::Sentence const& more : detail::further_words(data.response, data.json, data.message)) {
        if (words.size() > 1000) break;  // the rest would be cut off
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

inline std::shared_ptr<ApiError::Data const> ApiError::read(http::Response response, OwnForm own_form,
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
            reading.request_id = request_id.value_or("");  // the common document, with an odd value in it
        std::vector<SubError> itself;
        if (reading.errors.empty()) itself.push_back(with_message(document));
        add_messages(reading.errors.empty() ? itself : reading.errors);
    }
}

inline void ApiError::read_requirements(boost::json::object const& document, Data& data) {
    boost::json::object other;
    if (auto const* parameters = detail::object_member(document, "authorization_parameters"))
        data.parameters = detail::read_parameters(*parameters, other);
    auto const add = [&](std::optional<Gare> gare) {
        if (gare) data.requirements.push_back(*std::move(gare));
    };
    if (auto const* errors = detail::object_list(document.if_contains("errors")))
        for (Json const& error : *errors) add(to_gare(error));
    for (char const* name : {"error", "detail"})  // Flows; the frameworks of others
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

#endif  // GLOBUS_OAUTH_API_ERROR_HPP
