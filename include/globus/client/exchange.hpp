// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_EXCHANGE_HPP
#define GLOBUS_CLIENT_EXCHANGE_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/query_params.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/call.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>
#include <globus/oauth/authorizer.hpp>

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

    GLOBUS_DECL void authorize() final;
    GLOBUS_DECL bool renew() final;
    /// Sends the request, and follows a redirect of a read to the same origin; any other redirect is an error.
    GLOBUS_DECL http::Response send() final;
    GLOBUS_DECL Refused refuse(http::Response const& answer) final;

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
    [[nodiscard]] http::Request const* next_request(http::Response& answer);
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
    /// Makes an error of a redirect by which the service means one, such as that to a login.
    virtual void read_redirect(http::Response& answer) = 0;
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

#ifdef GLOBUS_BODIES
#include <globus/client/impl/exchange.ipp>
#endif

#endif  // GLOBUS_CLIENT_EXCHANGE_HPP
