// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"
#include "plain_client.hpp"

#include <globus/core/encoding.hpp>
#include <globus/oauth/client_credentials_policy.hpp>
#include <globus/oauth/refresh_policy.hpp>
#include <globus/services/search/service.hpp>
#include <globus/services/transfer/service.hpp>
#include <globus/services/transfer_v2/service.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Scripted answers in, requests and waits out. The recording was made without jitter: a wait of ours is at most the
// recorded one (twice that after a 429), and at least what Retry-After asks for.

namespace conformance {
namespace {

using globus::MockTransport;

/// The credentials that were recorded, one after the other: after each 401 the next.
class RecordedCredentials {
public:
    using credential = globus::BearerCredential;

    RecordedCredentials(Json const& authorizations, bool renews) : state_(std::make_shared<State>()), renews_(renews) {
        for (Json const& one : authorizations.as_array()) {
            std::string const header = one.is_string() ? text(one) : "";
            if (state_->headers.empty() || state_->headers.back() != header) state_->headers.push_back(header);
        }
        if (renews) state_->headers.push_back("Bearer after the last one");
    }
    template <class T>
    [[nodiscard]] globus::Authorization authorize(T const&, globus::AuthContext const&) const {
        return {globus::Secret(state_->headers.at(state_->present)), state_->present};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(globus::Authorization const&, T const&, globus::AuthContext const&) const {
        if (renews_) ++state_->present;
        return renews_;
    }

private:
    struct State {
        std::vector<std::string> headers;
        std::size_t present = 0;
    };
    std::shared_ptr<State> state_;
    bool renews_;
};

MockTransport::Handler handler_of(Json const& recorded) {
    if (std::string const cause = string_member(recorded, "exception"); !cause.empty()) {
        globus::NetworkError const error = network_error_of(cause);
        return [error](globus::http::Request const&) -> globus::http::Response { throw error; };
    }
    return [response = response_of(recorded)](globus::http::Request const&) { return response; };
}

globus::DefaultRetry policy_of_config(Json const& config, Json const& facts) {
    globus::DefaultRetry retry;
    retry.cap = std::chrono::duration<double>(member(facts, "max_sleep").to_number<double>());
    if (!config.is_object()) return retry;
    for (auto const& [name, value] : config.get_object()) {
        if (name == "max_retries")
            retry.max_attempts = value.to_number<int>() + 1;
        else if (name == "max_sleep")
            retry.cap = std::chrono::duration<double>(value.to_number<double>());
        else
            throw Misfit(std::string(name) + " is a retry policy of one's own");
    }
    return retry;
}

std::string difference_of_waits(Json const& recorded) {
    auto const& responses = member(recorded, "responses").as_array();
    auto const& sleeps = member(recorded, "sleeps").as_array();
    if (waits().size() != sleeps.size())
        return std::to_string(waits().size()) + " waits, recorded are " + std::to_string(sleeps.size());
    for (std::size_t i = 0; i != sleeps.size(); ++i) {
        Json const& before = responses[std::min(i, responses.size() - 1)];
        std::optional<std::chrono::seconds> asked;
        bool throttled = false;
        if (find(before, "status") != nullptr) {
            asked = globus::retry_after(response_of(before).headers);
            throttled = response_of(before).status == 429;
        }
        double const wait = sleeps[i].to_number<double>();
        double const most = std::max(wait * (throttled ? 2 : 1), asked ? static_cast<double>(asked->count()) : 0);
        if (waits()[i] > most || (asked && asked->count() > 0 && waits()[i] < wait))
            return "wait " + std::to_string(i) + " is " + std::to_string(waits()[i]) + " s, recorded are " +
                   std::to_string(wait) + " s";
    }
    return {};
}

template <class S>
std::string check_sequence(Json const& recorded, Json const& facts) {
    MockTransport mock;
    for (Json const& response : member(recorded, "responses").as_array()) mock.reply(handler_of(response));
    if (member(recorded, "last_response_repeats") == Json(true))
        mock.otherwise(handler_of(member(recorded, "responses").as_array().back()));
    using Method = globus::http::Method;
    Method method = Method::get;
    for (Method const one : {Method::post, Method::put, Method::patch, Method::delete_})
        if (string_member(recorded, "verb") == globus::http::to_string(one)) method = one;

    std::exception_ptr thrown;
    int status = 0;
    try {
        using Client = globus::Client<S, RecordedCredentials, MockTransport>;
        typename Client::Options options;
        options.transport = mock;
        options.retry = policy_of_config(member(recorded, "retry_config"), facts);
        Client const client(RecordedCredentials(member(recorded, "authorizations"),
                                                string_member(recorded, "authorizer") == "renewing"),
                            std::move(options));
        status = client.request({.method = method, .path = "x"}).http_status();
    } catch (Misfit const& misfit) {
        return misfit.what();
    } catch (...) {
        thrown = std::current_exception();
    }
    auto const requests = mock.requests();
    if (auto const wanted = member(recorded, "request_count").to_number<std::size_t>(); requests.size() != wanted)
        return std::to_string(requests.size()) + " requests, recorded are " + std::to_string(wanted);
    Json const& outcome = member(recorded, "outcome");
    if (thrown || find(outcome, "error") != nullptr) {
        if (auto words = difference_of_error(member(outcome, "error"), thrown); !words.empty()) return words;
    } else if (status != member(outcome, "http_status").as_int64()) {
        return "the status differs";
    }
    Array authorizations;
    for (globus::http::Request const& request : requests)
        authorizations.push_back(request.authorization.empty() ? Json() : Json(request.authorization.reveal()));
    if (auto words = difference(member(recorded, "authorizations"), authorizations, "authorizations"); !words.empty())
        return words;
    return difference_of_waits(recorded);
}

std::string check_sequence_of(Json const& recorded, Json const& facts) {
    std::string const client = string_member(recorded, "client");
    if (client == "TransferClient") return check_sequence<globus::TransferService>(recorded, facts);
    if (client == "TransferClientV2") return check_sequence<globus::TransferServiceV2>(recorded, facts);
    if (client == "SearchClient") return check_sequence<globus::SearchService>(recorded, facts);
    throw Missing(client);
}

/// What a form of the recorded requests says.
std::string form_value(Json const& recorded, std::string_view name) {
    for (Json const& request : member(recorded, "requests").as_array())
        for (Json const& pair : member(member(request, "body"), "form").as_array())
            if (pair.at(0) == Json(name)) return text(pair.at(1));
    return {};
}

/// The confidential client that made the recorded requests; nothing if a native one did.
std::optional<globus::Confidential> confidential_of(Json const& recorded) {
    for (Json const& request : member(recorded, "requests").as_array()) {
        std::string const header = string_member(member(request, "headers"), "Authorization");
        if (!header.starts_with("Basic ")) continue;
        std::string const pair = base64_decode(header.substr(6));
        auto const colon = pair.find(':');
        return globus::Confidential(pair.substr(0, colon), globus::Secret(pair.substr(colon + 1)));
    }
    return std::nullopt;
}

/// A policy that renews its token, step by step.
template <class MakePolicy>
std::string check_renewal(Json const& recorded, MakePolicy const& make_policy) {
    MockTransport mock;
    script(mock, find(recorded, "responses"), nullptr);
    std::int64_t clock = globus::detail::unix_now();
    std::int64_t refreshed = 0;
    globus::RenewalOptions options;
    options.now = [&clock] { return clock; };
    options.on_refresh = [&refreshed](globus::Token const&) { ++refreshed; };

    globus::Token token;
    auto const& steps = member(recorded, "steps").as_array();
    std::size_t in_steps = 0;
    for (Json const& step : steps) in_steps += member(step, "requests").to_number<std::size_t>();
    // The reference fetches a token when it is made without one; here the first call does.
    bool const fetches = steps.empty() || member(recorded, "requests").as_array().size() != in_steps;
    if (Json const& initial = member(recorded, "initial"); !fetches && initial.is_object()) {
        token.access_token = globus::Secret(string_member(initial, "access_token"));
        token.expires_at_seconds = member(initial, "expires_at").to_number<std::int64_t>();
    }
    std::string const auth_url = globus::Environment::current().service_url("auth");
    globus::AuthContext const context{auth_url};
    std::exception_ptr thrown;
    auto const policy = make_policy(std::move(token), std::move(options));
    globus::Authorization last;
    if (fetches) {
        try {
            last = policy.authorize(mock, context);
        } catch (...) {
            thrown = std::current_exception();
        }
        if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);
    }
    for (Json const& step : steps) {
        clock = member(step, "clock").to_number<std::int64_t>();
        std::size_t const before = mock.request_count();
        Json result;
        thrown = nullptr;
        try {
            if (string_member(step, "call") == "get_authorization_header") {
                last = policy.authorize(mock, context);
                result = last.header.reveal();
            } else {
                result = policy.unauthorized(last, mock, context);
            }
        } catch (...) {
            thrown = std::current_exception();
        }
        if (thrown || find(step, "error") != nullptr) {
            if (auto words = difference_of_error(member(step, "error"), thrown); !words.empty()) return words;
        } else if (auto words = difference(member(step, "result"), result, "result"); !words.empty()) {
            return words;
        }
        globus::Token const now = policy.token();
        Object got;
        got["requests"] = mock.request_count() - before;
        got["access_token"] = now.access_token.reveal();
        got["expires_at"] = now.expires_at_seconds ? Json(*now.expires_at_seconds) : Json();
        got["refresh_token"] = now.refresh_token.empty() ? Json() : Json(now.refresh_token.reveal());
        for (auto const& [name, value] : got)
            if (Json const* wanted = find(step, name))
                if (auto words = difference(*wanted, value, std::string(name)); !words.empty()) return words;
    }
    if (auto words = difference_of_requests(member(recorded, "requests"), mock.requests()); !words.empty())
        return words;
    return {};
}

std::string check_authorizer(Json const& recorded) {
    auto const confidential = confidential_of(recorded);
    if (form_value(recorded, "grant_type") == "client_credentials")
        return check_renewal(recorded, [&](globus::Token token, globus::RenewalOptions options) {
            std::string const scopes = form_value(recorded, "scope");
            return globus::ClientCredentialsPolicy(confidential.value(), scopes, std::move(token), std::move(options));
        });
    if (form_value(recorded, "grant_type").empty())
        return "a token without its end is used until it is refused, and an end without a token cannot be written";
    auto const refresh = [&](auto const& client) {
        return [&](globus::Token token, globus::RenewalOptions options) {
            token.refresh_token = globus::Secret(form_value(recorded, "refresh_token"));
            return globus::RefreshPolicy(client, std::move(token), std::move(options));
        };
    };
    if (confidential) return check_renewal(recorded, refresh(*confidential));
    globus::Native const native(form_value(recorded, "client_id"));
    return check_renewal(recorded, refresh(native));
}

/// A header that never changes, made from what it says.
std::string check_static(Json const& header) {
    std::string const wanted = header.is_string() ? text(header) : "";
    MockTransport const unused;
    globus::AuthContext const context;
    std::string got;
    if (wanted.starts_with("Basic ")) {
        std::string const pair = base64_decode(wanted.substr(6));
        auto const colon = pair.find(':');
        globus::BasicPolicy const policy(pair.substr(0, colon), globus::Secret(pair.substr(colon + 1)));
        got = policy.authorize(unused, context).header.reveal();
    } else if (wanted.starts_with("Bearer ")) {
        got = globus::AccessTokenPolicy(wanted.substr(7)).authorize(unused, context).header.reveal();
    } else {
        got = globus::NullPolicy().authorize(unused, context).header.reveal();
    }
    return got == wanted ? "" : got + ", recorded is " + wanted;
}

}  // namespace

void run_retry(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "sequences").as_array())
        report.check(string_member(recorded, "id"),
                     [&] { return check_sequence_of(recorded, member(section, "facts")); });
    for (Json const& recorded : member(section, "authorizers").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_authorizer(recorded); });
    for (auto const& [name, header] : member(section, "static_authorizers").as_object()) {
        Json const& recorded = header;
        report.check("authorizers.static." + std::string(name), [&] { return check_static(recorded); });
    }
}

}  // namespace conformance
