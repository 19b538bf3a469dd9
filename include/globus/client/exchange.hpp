// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_EXCHANGE_HPP
#define GLOBUS_CLIENT_EXCHANGE_HPP

#include <globus/client/call_options.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/query_params.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/log.hpp>
#include <globus/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

// What a call of a Client is besides its types: compiled once, whatever the operations and services.

namespace globus::detail {

/// Adds parameters to the query of a URL.
void add_query(std::string& url, QueryParams const& query);

/// A path of several segments: each is encoded, and none may be a dot segment.
std::string encode_path(std::string_view path);

/// What a client has for each of its calls.
struct ClientFacts {
    std::string const& base_url;
    std::string const& user_agent;
    std::string const& client_info;
    std::optional<std::chrono::duration<double>> timeout;
    std::size_t max_response_bytes;
    LogHook const& log;
};

/// What one call is, besides its request.
struct CallPlan {
    RetryClass retry_class = RetryClass::read;  ///< of the operation
    bool authorized = true;                     ///< false: without the client's credential
    AlreadyDone already_done = nullptr;         ///< which error of a second attempt is a success
    bool as_stored = false;                     ///< the body is a file, which is not unpacked
    bool has_document = true;                   ///< the answer is a described document
    std::size_t max_response_bytes = std::numeric_limits<std::size_t>::max();  ///< besides the client's own limit
    /// Begins a new document in `stream`, which reads an answer as it comes; null for one that is read at its end.
    AnswerStream& (*restart)(void* stream) = nullptr;
    void* stream = nullptr;
};

/// One call of a Client, but for what only the client's type knows.
class ClientExchange : public Exchange {
public:
    /// @param sent, options  have to live as long as this
    /// @throws UsageError  for what cannot be sent
    ClientExchange(http::Request& sent, CallPlan const& plan, CallOptions const& options, std::stop_token const& stop,
                   ClientFacts const& facts);

    [[nodiscard]] CallTerms terms() const;
    /// True if the answer is read as it comes, by the plan's `stream`.
    [[nodiscard]] bool is_streamed() const noexcept { return plan_.restart != nullptr; }

    /// What is known of an answer. @param replayed  it says that an earlier attempt has done it
    [[nodiscard]] AnswerFacts facts(bool replayed) const noexcept;
    /// @throws DecodeError  if there is no document where one must be
    void check(http::Response const& answer) const;

    /// Sends, and follows a redirect of a read to the same origin; any other redirect is an error.
    http::Response send() final;

protected:
    ~ClientExchange() = default;

    /// Has a request sent by the client's transport.
    virtual http::Response travel(http::Request const& one) = 0;

    /// True if the error of a second attempt says that an earlier one has done it.
    [[nodiscard]] bool already_done(ApiError const& error) const;

private:
    /// Adds what every request of the client has.
    void complete(ClientFacts const& facts);
    void read_as_it_comes();

    CallPlan const plan_;
    CallOptions const& options_;
    std::size_t const max_bytes_;
    bool own_origin_ = false;         ///< the client's credential goes with it
    AnswerStream* stream_ = nullptr;  ///< of the present attempt
    std::size_t room_ = 0;            ///< bytes that it may still take
};

/// What reads an answer of one type as it comes; nothing where that cannot be.
template <class Result>
struct Streaming {
    static constexpr bool possible = false;
    Result finish(http::Response raw, AnswerFacts const& facts) { return Result(std::move(raw), facts); }
};
template <class Result>
    requires Result::streams
struct Streaming<Result> {
    static constexpr bool possible = true;
    static AnswerStream& restart(void* self) { return static_cast<Streaming*>(self)->reading.emplace().answer(); }
    Result finish(http::Response raw, AnswerFacts const& facts) { return reading->finish(std::move(raw), facts); }
    std::optional<typename Result::Stream> reading;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/client/impl/exchange.ipp>
#endif

#endif  // GLOBUS_CLIENT_EXCHANGE_HPP
