// SPDX-License-Identifier: Apache-2.0
#include "refusals.hpp"
#include "service.hpp"

#include <globus/http/url.hpp>
#include <globus/oauth/authorization_flow.hpp>
#include <globus/oauth/id_token.hpp>
#include <globus/services/auth/identity_map.hpp>
#include <globus/services/auth/payloads.hpp>
#include <globus/services/auth/service.hpp>

#include <functional>
#include <map>
#include <optional>

namespace conformance {

using globus::AuthorizationCodeFlow;
using globus::ConfidentialAppAuthService;
using globus::NativeAppAuthService;

template <>
struct ServiceOf<NativeAppAuthService> {
    static NativeAppAuthService make(Json const& kwargs) {
        return NativeAppAuthService(text_member(kwargs, "client_id"));
    }
};

namespace {

template <class S>
Answer get_jwk(Call const& call) {
    auto const client = make_client<S>(call);
    Json const* given = find(call.kwargs, "openid_configuration");
    Json const* as_pem = find(call.kwargs, "as_pem");
    bool const pem = as_pem != nullptr && *as_pem == Json(true);
    if (given == nullptr && pem) return {.result = Object{{"pem", client.get_jwk(globus::as_pem)}}};
    if (given == nullptr) return {.result = client.get_jwk().json()};
    auto const configuration = *globus::Response<globus::auth::OpenidConfiguration>(
        globus::http::Response{.status = 200, .body = written(plain(*given))});
    if (pem) return {.result = Object{{"pem", client.get_jwk(configuration, globus::as_pem)}}};
    return {.result = client.get_jwk(configuration).json()};
}

/// A tree in which texts that the library makes up stand in place of recorded ones.
Json with_texts(Json const& value, std::map<std::string, std::string> const& texts) {
    if (value.is_string()) {
        auto const found = texts.find(std::string(value.get_string()));
        return found == texts.end() ? value : Json(found->second);
    }
    if (value.is_array()) {
        Array list;
        for (Json const& item : value.get_array()) list.push_back(with_texts(item, texts));
        return list;
    }
    if (value.is_object()) {
        Object object;
        for (auto const& [name, item] : value.get_object()) object.emplace(name, with_texts(item, texts));
        return object;
    }
    return value;
}

bool given(Json const& kwargs, std::string_view name) {
    Json const* value = find(kwargs, name);
    return value != nullptr && type_of(*value) != "missing";
}

/// The query of the URL for the browser. The reference prints a null and a list among the caller's own parameters as Python
/// does: here a null is not sent, and a list is one parameter an item, as in every other request.
Json query_of_url(Json const& recorded, Json const& own) {
    Array query;
    for (Json const& pair : recorded.as_array()) {
        Json const* value = find(own, text(pair.at(0)));
        bool const list = value != nullptr && (value->is_array() || !type_of(*value).empty());
        if (value == nullptr || !(list || value->is_null())) {
            query.push_back(pair);
            continue;
        }
        on_purpose("url parameters");
        if (!list) continue;
        Json const items = plain(*value);
        for (Json const& item : items.as_array())
            if (!item.is_null()) query.push_back(Array{pair.at(0), text(item)});
    }
    return query;
}

/// A login, step by step: start a flow, get the URL for the browser, exchange the code that it brings.
template <class S, class StartFlow>
void login(Json const& scenario) {
    std::optional<AuthorizationCodeFlow> flow;
    std::map<std::string, std::string> made_up;
    for (Json const& recorded : member(scenario, "steps").as_array()) {
        Json const step = with_texts(recorded, made_up);
        std::string const method = string_member(step, "call");
        Call call;
        call.client = member(scenario, "client");
        call.kwargs = member(step, "kwargs");
        script(call.mock, find(step, "responses"), nullptr);
        auto const client = make_client<S>(call);
        Json const& result = member(step, "result");

        if (method == "oauth2_start_flow") {
            flow.reset();
            std::exception_ptr thrown;
            try {
                flow = client.oauth2_start_flow(built<StartFlow>(call.kwargs));
            } catch (...) {
                thrown = std::current_exception();
            }
            if (thrown && find(step, "error") == nullptr && refused_on_purpose(step, thrown)) return;
            if (thrown || find(step, "error") != nullptr) {
                expect_none(difference_of_error(member(step, "error"), thrown));
                continue;
            }
            // What the caller leaves out is random, where the reference has a constant or bytes 0, 1, 2, ...
            if (!given(call.kwargs, "state")) made_up[string_member(result, "state")] = flow->state();
            if (flow->pkce() && !given(call.kwargs, "verifier")) {
                made_up[string_member(result, "verifier")] = flow->pkce()->verifier().reveal();
                made_up[string_member(result, "challenge")] = flow->pkce()->challenge();
            }
            Json const expected = with_texts(result, made_up);
            auto const expect = [&](char const* name, Json const& got) {
                if (Json const* value = find(expected, name)) expect_none(difference(*value, got, name));
            };
            expect("requested_scopes", Json(flow->scope()));
            expect("redirect_uri", Json(flow->redirect_uri()));
            expect("state", Json(flow->state()));
            expect("refresh_tokens", Json(flow->refresh_tokens()));
            expect("client_id", Json(flow->client_id()));
            if (flow->pkce()) {
                expect("verifier", Json(flow->pkce()->verifier().reveal()));
                expect("challenge", Json(flow->pkce()->challenge()));
            }
        } else if (!flow && find(step, "error") != nullptr && method != "oauth2_refresh_token") {
            continue;  // without a flow there is nothing to call: it is an argument
        } else if (method == "oauth2_get_authorize_url") {
            std::string const url =
                client.oauth2_get_authorize_url(*flow, built<globus::auth::AuthorizeUrlParams>(call.kwargs));
            globus::http::Request request;
            request.url = url;
            Object expected = result.as_object();
            expected["verb"] = "GET";
            expected["body"] = nullptr;
            expected["query"] = query_of_url(member(result, "query"), member(call.kwargs, "query_params"));
            expected.erase("headers");
            expect_none(difference(expected, request));
        } else if (method == "oauth2_exchange_code_for_tokens") {
            expect_none(check_call(step, call.mock, [&] {
                return describe(client.oauth2_exchange_code_for_tokens(
                    *flow, globus::Secret(text_member(call.kwargs, "auth_code"))));
            }));
        } else {
            std::string const name = string_member(call.client, "class") + '.' + method;
            if (!runners().contains(name)) throw Missing(name);
            expect_none(check_call(step, call.mock, [&] { return runners().at(name).run(call); }));
        }
    }
}

/// What is read from an answer of the token endpoint.
void token_response(Json const& scenario) {
    auto const tokens = globus::TokenResponse::from_answer(written(member(scenario, "token_response")));
    Object result;
    describe_tokens(tokens, result);
    expect_none(difference(member(scenario, "by_resource_server"), result["by_resource_server"], "by_resource_server"));
    for (Json const& lookup : member(scenario, "lookups").as_array()) {
        std::string const scope = string_member(lookup, "key");
        std::string got = "none";
        try {
            got = tokens.by_scope(scope).access_token.reveal();
        } catch (globus::UsageError const&) {  // no token carries it
        }
        if (got != string_member(lookup, "access_token", "none"))
            throw Failed("by_scope(" + scope + ") is " + got + ", recorded is " +
                         string_member(lookup, "access_token", "none"));
    }
}

/// Look-ups in an IdentityMap, step by step.
void identity_map(Json const& scenario) {
    Call call;
    call.client = member(scenario, "client");
    Json const& made = member(member(member(scenario, "objects"), "map"), "kwargs");
    std::vector<std::string> ids;
    for (Json const& id : member(made, "identity_ids").as_array()) ids.push_back(text(id));
    Json const* batch = find(made, "id_batch_size");
    globus::IdentityMap map(make_client<globus::AuthService>(call), ids,
                            batch != nullptr ? batch->to_number<std::size_t>() : 0);

    for (Json const& step : member(scenario, "steps").as_array()) {
        std::string const method = string_member(step, "call");
        Json const& kwargs = member(step, "kwargs");
        std::string const key = text_member(kwargs, method == "add" ? "identity_id" : "key");
        bool const not_found = string_member(member(step, "error"), "class") == "KeyError";
        call.mock.clear();
        script(call.mock, find(step, "responses"), nullptr);
        if (method == "[]del") {
            if (map.erase(key) == not_found) throw Failed("erase(" + key + ") differs");
            continue;
        }
        Json recorded = step;
        if (not_found) {
            recorded.as_object().erase("error");
            recorded.as_object()["result"] = nullptr;
        }
        expect_none(check_call(recorded, call.mock, [&]() -> Answer {
            if (method == "add") return {.result = map.add(key)};
            globus::auth::Identity const* identity = map.get(key);
            if (identity != nullptr) return {.result = parse(globus::to_json(*identity))};
            Json const* otherwise = find(kwargs, "default");
            return {.result = otherwise != nullptr ? *otherwise : Json()};
        }));
    }
}

/// What a login client says of itself.
void login_client(Json const& scenario) {
    for (Json const& step : member(scenario, "steps").as_array()) {
        std::string const name = string_member(step, "call");
        if (name == ".resource_server")
            expect_none(difference(member(step, "result"), Json(NativeAppAuthService::resource_server), name));
        else if (name != ".default_scope_requirements")  // a login client has none: it does not compile
            throw Failed("unknown: " + name);
    }
}

}  // namespace

void add_auth() {
    add_service<globus::AuthService>("AuthClient");
    add_service<NativeAppAuthService>("AuthLoginClient");  // the reference's base class of login clients
    add_service<NativeAppAuthService>("NativeAppAuthClient");
    add_service<ConfidentialAppAuthService>("ConfidentialAppAuthClient");
    runners()["AuthClient.get_jwk"] = {get_jwk<globus::AuthService>};
    runners()["AuthLoginClient.get_jwk"] = {get_jwk<NativeAppAuthService>};
    runners()["NativeAppAuthClient.get_jwk"] = {get_jwk<NativeAppAuthService>};
    runners()["ConfidentialAppAuthClient.get_jwk"] = {get_jwk<ConfidentialAppAuthService>};
    scenarios()["auth.scenario.native."] = login<NativeAppAuthService, globus::auth::NativeStartFlow>;
    scenarios()["auth.scenario.confidential."] = login<ConfidentialAppAuthService, globus::auth::ConfidentialStartFlow>;
    scenarios()["auth.scenario.token_response."] = token_response;
    scenarios()["auth.scenario.identity_map."] = identity_map;
    scenarios()["auth.scenario.login_client."] = login_client;
    for (char const* client : {"AuthLoginClient", "NativeAppAuthClient", "ConfidentialAppAuthClient"})
        runners()[client + std::string(".oauth2_get_authorize_url")] = {
            [](Call const&) -> Answer { throw Misfit("oauth2_get_authorize_url takes the flow that was started"); }};
    add_builder<globus::auth::DependentScopeSpec>();
}

}  // namespace conformance
