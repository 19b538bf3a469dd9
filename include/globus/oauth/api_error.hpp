// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_API_ERROR_HPP
#define GLOBUS_OAUTH_API_ERROR_HPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry_after.hpp>
#include <globus/oauth/authorization_requirements.hpp>

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

#ifdef GLOBUS_BODIES
#include <globus/oauth/impl/api_error.ipp>
#endif

#endif  // GLOBUS_OAUTH_API_ERROR_HPP
