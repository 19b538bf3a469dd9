// SPDX-License-Identifier: Apache-2.0
// Error documents of all services, and what they ask of the user.
#include <globus/app/gare.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/services/flows/errors.hpp>
#include <globus/services/gcs/errors.hpp>
#include <globus/services/search/errors.hpp>
#include <globus/services/timers/errors.hpp>
#include <globus/services/transfer/errors.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "fuzz.hpp"

namespace {

template <class E>
void read(std::string_view input) {
    globus::http::Request request;
    request.url = "https://example.org/x";
    E const error(request,
                  {.status = 403, .headers = {{"Content-Type", "application/json"}}, .body = std::string(input)});
    (void)error.code();
    (void)error.message();
    (void)error.messages();
    (void)error.errors();
    (void)error.request_id();
    (void)error.raw_json();
    (void)error.requirements();
    always(globus::one_line(error.what(), 4096) == error.what(), "what an error says is one clean line");
    for (std::string const& scope : error.required_scopes())
        always(!globus::Scope::parse(scope).empty(), "a scope that is asked for can be asked for");
    (void)error.authorization_parameters();
    if (auto const gare = globus::to_gare(error)) {
        auto const again = globus::to_gare(boost::json::value(gare->to_json()));
        always(again.has_value(), "what asks something of the user still does in today's form");
        always(boost::json::serialize(again->to_json()) == boost::json::serialize(gare->to_json()),
               "it asks for the same");
        (void)globus::session_query(gare->authorization_parameters);
    }
}

}  // namespace

void fuzz(std::string_view input) {
    read<globus::ApiError>(input);
    read<globus::AuthApiError>(input);
    read<globus::TransferApiError>(input);
    read<globus::FlowsApiError>(input);
    read<globus::SearchApiError>(input);
    read<globus::TimersApiError>(input);
    read<globus::GcsApiError>(input);
}
