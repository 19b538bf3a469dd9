// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include <globus/app/client_app.hpp>
#include <globus/app/local_server_login_flow.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/user_app.hpp>
#include <globus/http/url.hpp>
#include <globus/oauth/pkce.hpp>
#include <globus/services/transfer.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Scenarios of apps, step by step. A call that needs a login throws here, where the reference logs in inside of it: so
// each recorded call is made by the app's `run`, which does so around it.

namespace conformance {
namespace {

using globus::Confidential;
using globus::MemoryTokenStorage;
using globus::MockTransport;
using globus::Native;
using globus::Scope;
using Kind = globus::TokenValidationError::Kind;

/// Scopes as a sorted text: the reference sends them in the order of a set.
std::string sorted_scopes(std::string_view text) {
    auto scopes = Scope::parse(text);
    return Scope::join(scopes);
}

/// A form or query in which scopes are sorted.
std::string with_sorted_scopes(std::string_view form) {
    std::string out;
    for (auto& [name, value] : globus::parse_query(form)) {
        if (!out.empty()) out += '&';
        out += name + '=';
        globus::append_form_encoded(out, name == "scope" ? sorted_scopes(value) : value);
    }
    return out;
}
Json pairs_with_sorted_scopes(Json pairs) {
    for (Json& pair : pairs.as_array())
        if (pair.at(0) == "scope") pair.as_array()[1] = sorted_scopes(text(pair.at(1)));
    return pairs;
}

/// The code that the recorded user types in: the one that was exchanged.
std::optional<std::string> recorded_code(Json const& scenario) {
    for (Json const& step : member(scenario, "steps").as_array())
        if (Json const* requests = find(step, "requests"))
            for (Json const& request : requests->as_array())
                if (Json const* form = find(member(request, "body"), "form"))
                    for (Json const& pair : form->as_array())
                        if (pair.at(0) == "code") return text(pair.at(1));
    return std::nullopt;
}

/// The value of a parameter of the first URL that a scenario showed; empty if it has none.
std::string shown_parameter(Json const& scenario, std::string_view name) {
    for (Json const& step : member(scenario, "steps").as_array())
        if (Json const* url = find(step, "authorize_url"))
            for (Json const& pair : member(*url, "query").as_array())
                if (pair.at(0) == Json(name)) return text(pair.at(1));
    return {};
}

/// The name that the recorded apps have.
std::string recorded_app_name(Json const& section) {
    for (Json const& scenario : member(section, "scenarios").as_array()) {
        std::string const grant = shown_parameter(scenario, "prefill_named_grant");  // "NAME on HOST"
        if (auto const on = grant.rfind(" on "); on != std::string::npos) return grant.substr(0, on);
    }
    return "an app";
}

/// What one scenario is run with.
struct Stage {
    Stage(Json const& of_section, Json const& of_scenario)
        : section(of_section),
          scenario(of_scenario),
          id(string_member(of_scenario, "id")),
          app_name(recorded_app_name(of_section)) {
        script(mock, find(scenario, "responses"), nullptr);
    }
    [[nodiscard]] bool is(std::string_view pattern) const { return matches(pattern, id); }

    /// Where the requests since `seen` differ from those of a step. What is random stands for what was recorded.
    [[nodiscard]] std::string difference_in(Json const& step, std::size_t seen) const {
        auto sent = mock.requests();
        sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(seen));
        Json recorded = find(step, "requests") != nullptr ? member(step, "requests") : Json(Array());
        for (std::size_t i = 0; i != std::min(sent.size(), recorded.as_array().size()); ++i) {
            std::string verifier;
            for (auto const& [name, value] : globus::parse_query(sent[i].body))
                if (name == "code_verifier") verifier = value;
            if (!sent[i].body.empty()) sent[i].body = with_sorted_scopes(sent[i].body);
            Json& body = recorded.as_array()[i].as_object()["body"];
            if (!body.is_object()) continue;
            Json& form = body.as_object()["form"];
            form = pairs_with_sorted_scopes(form);
            for (Json& pair : form.as_array())
                if (pair.at(0) == "code_verifier") {
                    pair.as_array()[1] = verifier;
                    bool proves = false;
                    for (std::string const& url : urls)
                        proves = proves ||
                                 url.find("code_challenge=" + globus::Pkce(globus::Secret(verifier)).challenge()) !=
                                     std::string::npos;
                    if (!proves) return "the code_verifier is not the one of a URL that was shown";
                }
        }
        return difference_of_requests(recorded, sent);
    }
    /// Where the first URL that a step showed differs.
    [[nodiscard]] std::string difference_in_url(Json const& step, std::size_t seen) const {
        Json const* recorded = find(step, "authorize_url");
        if (recorded == nullptr) return urls.size() == seen ? "" : "the user is asked, who was not";
        if (urls.size() == seen) return "the user is not asked";
        std::string const& url = urls[seen];
        auto const mark = url.find('?');
        Array wanted;
        Json const query = pairs_with_sorted_scopes(member(*recorded, "query"));
        for (Json const& pair : query.as_array()) {
            std::string const name = text(pair.at(0));
            if (name != "state" && name != "code_challenge" && name != "prefill_named_grant") wanted.push_back(pair);
        }
        Pairs got;
        for (auto& [name, value] : globus::parse_query(std::string_view(url).substr(mark + 1))) {
            if (name == "scope") value = sorted_scopes(value);
            if (name == "prefill_named_grant" && !value.starts_with(app_name + " on "))
                return "the grant is called " + value;
            if (name == "state" && value.size() < 20) return "the state is not random";
            if (name != "state" && name != "code_challenge" && name != "prefill_named_grant")
                got.emplace_back(name, value);
        }
        if (url.substr(0, mark) != string_member(*recorded, "origin") + string_member(*recorded, "path"))
            return "the URL is " + url;
        return difference_of_pairs(wanted, std::move(got), "authorize_url");
    }

    Json const& section;
    Json const& scenario;
    std::string id;
    std::string app_name;
    MockTransport mock = {};
    std::vector<std::string> urls = {};
    std::int64_t later = 0;  ///< seconds since the recording's time
};

/// The recorded class of an error of tokens.
std::string class_of_kind(Kind kind) {
    switch (kind) {
        case Kind::missing_token:
        case Kind::missing_refresh_token:
            return "MissingTokenError";
        case Kind::expired:
            return "ExpiredTokenError";
        case Kind::unmet_scopes:
            return "UnmetScopeRequirementsError";
        case Kind::missing_identity:
            return "MissingIdentityError";
        case Kind::identity_mismatch:
            return "IdentityMismatchError";
    }
    return {};
}

Json stored_tokens(MemoryTokenStorage const& storage) {
    Object all;
    for (auto const& [server, data] : storage.get_token_data_by_resource_server()) all[server] = data.to_json();
    return all;
}

/// `client.get(path)` as the scenario's app does it: with its redrive of GAREs, its logins, or neither.
template <class App, class C>
Json get(Stage const& stage, App const& app, C const& client, std::string const& path) {
    auto const call = [&] { return Object{{"http_status", client.get(path).http_status()}}; };
    if (stage.is("*no_handler")) return call();
    bool const redrive = stage.is("*gare_*") && !stage.is("*gare_off") && !stage.is("*redrive_off");
    if (redrive) return app.run(call);
    try {
        return call();
    } catch (globus::TokenValidationError const&) {
        app.login({.force = true});
    }
    return call();
}

template <class App>
void run_steps(Stage& stage, App const& app, MemoryTokenStorage const& storage) {
    bool const has_client = !stage.is("*no_scopes");
    std::optional<decltype(app.template client<globus::TransferService>())> client;
    if (has_client) client.emplace(app.template client<globus::TransferService>());
    for (Json const& step : member(stage.scenario, "steps").as_array()) {
        std::string words = string_member(step, "do");
        std::size_t const seen = stage.mock.requests().size(), shown = stage.urls.size();
        if (auto const later = words.find(" s later: "); later != std::string::npos) {
            stage.later = std::stoll(words);
            words = words.substr(later + 10);
        }
        std::exception_ptr thrown;
        std::string kind;
        Json got;
        try {
            if (words.starts_with("client.get('")) {
                got = get(stage, app, *client, words.substr(12, words.find('\'', 12) - 12));
            } else if (words == "login_required()") {
                got = app.login_required();
            } else if (words == "logout()") {
                app.logout();
            } else if (words == "login(auth_params=...)") {
                // what was asked for stands in the recorded URL
                globus::AuthorizationParameters parameters;
                auto const split = [](std::string const& list) {
                    std::vector<std::string> items;
                    for (std::size_t at = 0; at <= list.size();) {
                        auto const end = std::min(list.find(',', at), list.size());
                        items.push_back(list.substr(at, end - at));
                        at = end + 1;
                    }
                    return items;
                };
                for (Json const& pair : member(member(step, "authorize_url"), "query").as_array()) {
                    std::string const name = text(pair.at(0)), value = text(pair.at(1));
                    if (name == "session_required_identities") parameters.session_required_identities = split(value);
                    if (name == "session_required_single_domain")
                        parameters.session_required_single_domain = split(value);
                    if (name == "session_required_policies") parameters.session_required_policies = split(value);
                    if (name == "session_required_mfa") parameters.session_required_mfa = value == "True";
                    if (name == "session_message") parameters.session_message = value;
                    if (name == "prompt") parameters.prompt = value;
                    if (name == "scope") parameters.required_scopes = {value};
                }
                app.login({.parameters = parameters});
            } else if (words.starts_with("login(")) {
                app.login({.force = words.find("force=True") != std::string::npos});
            } else if (words.starts_with("client.add_app_scope('")) {
                client->add_app_scope(Scope(words.substr(22, words.find('\'', 22) - 22)));
            } else if (words.starts_with("get_authorizer('")) {
                (void)app.authorization_for(words.substr(16, words.find('\'', 16) - 16), stage.mock,
                                            globus::AuthContext{"https://auth.globus.org/"});
            } else if (words == "stored") {
                got = stored_tokens(storage);
            } else if (words == "stored access tokens") {
                Object tokens;
                for (auto const& [server, data] : storage.get_token_data_by_resource_server())
                    tokens[server] = data.access_token.reveal();
                got = tokens;
            } else {
                throw Missing("step " + words);
            }
        } catch (Missing const&) {
            throw;
        } catch (globus::TokenValidationError const& error) {
            thrown = std::current_exception();
            kind = class_of_kind(error.kind());
        } catch (...) {
            thrown = std::current_exception();
        }
        auto const fail = [&](std::string const& why) {
            if (!why.empty()) throw Failed(words + ": " + why);
        };
        Json const* error = find(step, "error");
        if (thrown || error != nullptr) {
            fail(difference_of_error(member(step, "error"), thrown));
            if (!kind.empty() && kind != string_member(*error, "class")) fail(kind + " is thrown");
        } else {
            Json wanted = member(step, "result");
            if (wanted.is_object()) wanted.as_object().erase("class");
            fail(difference(wanted, got, "result"));
        }
        fail(stage.difference_in_url(step, shown));
        fail(stage.difference_in(step, seen));
    }
}

std::function<std::int64_t()> clock_of(Stage const& stage) {
    return [&stage] { return globus::detail::unix_now() + stage.later; };
}

template <globus::ClientKind K>
std::string run_user(Stage& stage, K client) {
    std::optional<std::string> const code = stage.is("*.eof")               ? std::nullopt
                                            : recorded_code(stage.scenario) ? recorded_code(stage.scenario)
                                                                            : std::optional<std::string>("a-code");
    globus::CommandLineLoginFlow const flow(
        {.show = [&](std::string const& url) { stage.urls.push_back(url); }, .read_code = [&] { return code; }});
    MemoryTokenStorage const storage;
    globus::UserApp<K, globus::CommandLineLoginFlow, MemoryTokenStorage, MockTransport> const app{
        client,
        {.app_name = stage.app_name,
         .login_flow = flow,
         .token_storage = storage,
         .request_refresh_tokens = stage.is("*refresh_tokens*") || stage.is("*.logout"),
         .login_redirect_uri =
             std::same_as<K, Confidential> ? shown_parameter(stage.scenario, "redirect_uri") : std::string(),
         .transport = stage.mock,
         .now = clock_of(stage)}};
    run_steps(stage, app, storage);
    return {};
}

std::string run_client(Stage& stage, Confidential client) {
    MemoryTokenStorage const storage;
    globus::ClientApp<MemoryTokenStorage, MockTransport> const app{
        std::move(client),
        {.app_name = stage.app_name, .token_storage = storage, .transport = stage.mock, .now = clock_of(stage)}};
    run_steps(stage, app, storage);
    return {};
}

Json texts_by_server(globus::ScopeRequirements const& requirements, bool sorted = false) {
    Object all;
    for (auto const& [server, scopes] : requirements) {
        std::vector<std::string> texts;
        for (Scope const& scope : scopes) texts.push_back(scope.text());
        if (sorted) std::sort(texts.begin(), texts.end());
        all[server] = Array(texts.begin(), texts.end());
    }
    return all;
}

/// {'x': 'a[b] *c', 'y': [Scope('d'), 'e']}: the texts in quotes, by those that a colon follows.
std::map<std::string, std::vector<std::string>> quoted_requirements(std::string const& words) {
    std::map<std::string, std::vector<std::string>> all;
    std::string server;
    for (auto at = words.find('\''); at != std::string::npos;) {
        auto const end = std::min(words.find('\'', at + 1), words.size() - 1);
        std::string const one = words.substr(at + 1, end - at - 1);
        if (words.compare(end + 1, 1, ":") == 0)
            server = one;
        else
            all[server].push_back(one);
        at = words.find('\'', end + 1);
    }
    return all;
}

using PlainApp = globus::UserApp<Native, globus::NoLoginFlow, MemoryTokenStorage, MockTransport>;

std::string run_construct(Stage& stage) {
    PlainApp const app{Native{string_member(stage.section, "client_id")}, {.app_name = stage.app_name}};
    std::map<std::string, std::vector<std::string>> added;
    std::optional<globus::Client<globus::TransferService, globus::AppPolicy<PlainApp>, MockTransport>> client;
    for (Json const& step : member(stage.scenario, "steps").as_array()) {
        std::string const words = string_member(step, "do");
        Json got;
        if (words.starts_with("TransferClient(app, app_scopes=[gcp_install]")) {
            auto const other = app.client(globus::TransferService{}, {Scope(globus::TransferScopes::gcp_install)});
        } else if (words.find("TransferClient(app)") != std::string::npos) {
            client.emplace(app.client<globus::TransferService>());
        } else if (words.starts_with("add_scope_requirements(")) {
            added = quoted_requirements(words);
            for (auto const& [server, texts] : added)
                for (std::string const& one : texts) app.add_scope_requirements(server, Scope::parse(one));
        } else if (words.starts_with("scope_requirements of ")) {
            globus::ScopeRequirements some;
            for (auto const& [server, scopes] : app.scope_requirements())
                if (added.contains(server)) some.emplace(server, scopes);
            got = texts_by_server(some, true);
        } else if (words.starts_with("scope_requirements")) {
            got = texts_by_server(app.scope_requirements());
        } else if (words == "client.app_name") {
            got = client->authorizer().app().app_name();
        } else if (words == "client.environment") {
            got = client->options().environment;
        } else if (words.starts_with("required scopes of a login")) {
            Array scopes;
            for (Scope const& scope : app.required_scopes()) scopes.emplace_back(scope.text());
            got = scopes;
        }
        if (auto why = difference(member(step, "result"), got, words); !why.empty()) return why;
    }
    return {};
}

/// The mistakes that can be made here; the others do not compile (tests/reject) or have no way to be written.
std::string run_construct_errors(Stage& stage) {
    std::string const id = string_member(stage.section, "client_id");
    Confidential const confidential{id, string_member(stage.section, "client_secret")};
    using WebApp = globus::UserApp<Confidential, globus::NoLoginFlow, MemoryTokenStorage, MockTransport>;
    for (Json const& step : member(stage.scenario, "steps").as_array()) {
        std::string const words = string_member(step, "do");
        std::function<void()> call;
        if (words == "UserApp without client_id or login_client") call = [] { Native{""}; };
        if (words == "ClientApp without secret") call = [&] { Confidential(id, ""); };
        if (words == "UserApp with secret, no login_redirect_uri")
            call = [&] { WebApp{confidential, {.app_name = "an app"}}; };
        if (words == "UserApp with secret and login_redirect_uri")
            call = [&] {
                WebApp{confidential, {.app_name = "an app", .login_redirect_uri = "https://app.example/back"}};
            };
        if (words == "local-server with redirect_uri")
            call = [&] {
                globus::UserApp<Native, globus::LocalServerLoginFlow, MemoryTokenStorage, MockTransport> const app{
                    Native{id}, {.app_name = "an app", .login_redirect_uri = "https://app.example/back"}};
                app.login({.force = true});
            };
        if (words == "environment mismatch")
            call = [&] {
                PlainApp const app{Native{id}, {.app_name = "an app"}};
                (void)app.client(globus::TransferService{},
                                 globus::ClientOptions<MockTransport>{.environment = "preview"});
            };
        if (!call) continue;
        std::exception_ptr thrown;
        try {
            call();
        } catch (...) {
            thrown = std::current_exception();
        }
        if (thrown || find(step, "error") != nullptr)
            if (auto why = difference_of_error(member(step, "error"), thrown); !why.empty()) return words + ": " + why;
    }
    return {};
}

std::string check(Json const& section, Json const& scenario) {
    Stage stage(section, scenario);
    std::string const client_id = string_member(section, "client_id");
    Confidential const confidential{client_id, string_member(section, "client_secret")};
    if (stage.id == "app.construct") return run_construct(stage);
    if (stage.id == "app.construct_errors") return run_construct_errors(stage);
    if (stage.is("app.client.*")) return run_client(stage, confidential);
    if (stage.is("*.confidential")) return run_user(stage, confidential);
    return run_user(stage, Native{client_id});
}

}  // namespace

void run_app(Report& report, Json const& section) {
    for (Json const& scenario : member(section, "scenarios").as_array())
        report.check(string_member(scenario, "id"), [&]() -> std::string {
            try {
                return check(section, scenario);
            } catch (Failed const& failure) {
                return failure.what();
            }
        });
    report.check("app.scope_merging", [&]() -> std::string {
        for (Json const& recorded : member(section, "scope_merging").as_array()) {
            PlainApp const app{Native{string_member(section, "client_id")}, {.app_name = "an app"}};
            for (auto const& [server, scopes] : member(recorded, "scope_requirements").as_object())
                for (Json const& scope : scopes.as_array())
                    app.add_scope_requirements(server, Scope::parse(text(scope)));
            globus::AuthorizationParameters parameters;
            if (Json const& more = member(recorded, "auth_params.required_scopes"); more.is_array()) {
                parameters.required_scopes.emplace();
                for (Json const& scope : more.as_array()) parameters.required_scopes->push_back(text(scope));
            }
            Array got;
            for (Scope const& scope : app.required_scopes(parameters)) got.emplace_back(scope.text());
            if (auto words = difference(member(recorded, "canonical"), got, "canonical"); !words.empty()) return words;
        }
        return {};
    });
}

}  // namespace conformance
