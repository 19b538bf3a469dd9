// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_SERVICE_HPP
#define GLOBUS_TESTS_CONFORMANCE_SERVICE_HPP

// Registers every operation that a service lists, to be called as its client's method of that name.

#include "registry.hpp"
#include "values.hpp"

#include <globus/client/client.hpp>
#include <globus/core/json_write.hpp>
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/oauth/token.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace conformance {

/// The token that a client was recorded with, or none.
class RecordedToken {
public:
    using credential = globus::BearerCredential;

    explicit RecordedToken(Json const& kwargs) {
        Json const& authorizer = member(kwargs, "authorizer");
        if (authorizer.is_object())
            policy_.emplace(globus::AccessTokenPolicy(string_member(authorizer, "access_token")));
    }
    template <class T>
    [[nodiscard]] globus::Authorization authorize(T const& transport, globus::AuthContext const& context) const {
        return policy_ ? policy_->authorize(transport, context) : globus::Authorization{};
    }
    template <class T>
    [[nodiscard]] bool unauthorized(globus::Authorization const&, T const&, globus::AuthContext const&) const {
        return false;
    }

private:
    std::optional<globus::AccessTokenPolicy> policy_;
};

template <class S>
auto policy_of(Json const& kwargs) {
    if constexpr (globus::NeedsBasicCredential<S>)
        return globus::BasicPolicy(text_member(kwargs, "client_id"), text_member(kwargs, "client_secret"));
    else if constexpr (globus::NeedsNoCredential<S>)
        return globus::NullPolicy();
    else
        return RecordedToken(kwargs);
}

/// Makes the service object of a client's arguments; a service with state has its own, in its file.
template <class S>
struct ServiceOf {
    static S make(Json const&) { return S{}; }
};

template <class S, class Policy>
auto make_client(Call const& call, Policy policy) {
    Json const& kwargs = member(call.client, "kwargs");
    typename globus::Client<S, Policy, globus::MockTransport>::Options options;
    options.transport = call.mock;
    options.base_url = string_member(kwargs, "base_url");
    options.environment = string_member(kwargs, "environment");
    options.app_name = string_member(kwargs, "app_name");
    return globus::Client<S, Policy, globus::MockTransport>(ServiceOf<S>::make(kwargs), std::move(policy),
                                                            std::move(options));
}
template <class S>
auto make_client(Call const& call) {
    return make_client<S>(call, policy_of<S>(member(call.client, "kwargs")));
}

inline Json json_of_token(globus::Token const& token) {
    Object json;
    json["scope"] = token.scope;
    json["access_token"] = token.access_token.reveal();
    json["refresh_token"] = token.refresh_token.empty() ? Json() : Json(token.refresh_token.reveal());
    json["token_type"] = token.token_type;
    json["expires_at_seconds"] = token.expires_at_seconds ? Json(*token.expires_at_seconds) : Json();
    json["resource_server"] = token.resource_server;
    return json;
}

/// Token answers in the recording's words.
inline void describe_tokens(globus::TokenResponse const& tokens, Object& result) {
    Object by_server, by_scope;
    for (auto const& [server, token] : tokens.by_resource_server()) {
        by_server[server] = json_of_token(token);
        for (std::string_view rest = token.scope; !rest.empty();) {
            std::string_view const one = rest.substr(0, rest.find(' '));
            if (!one.empty()) by_scope[one] = tokens.by_scope(one).resource_server;
            rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
        }
    }
    result["by_resource_server"] = std::move(by_server);
    result["by_scopes"] = std::move(by_scope);
}

template <class T>
Answer describe(globus::Response<T> const& response) {
    Answer answer;
    Object result;
    result["http_status"] = response.http_status();
    answer.mismatch = response.mismatch();
    if constexpr (std::derived_from<T, globus::TokenResponse>) {
        describe_tokens(*response, result);
    } else if constexpr (std::same_as<T, Json>) {
        answer.document = *response;
        if (answer.document.is_array()) answer.lists[""] = answer.document.get_array().size();
        if (answer.document.is_object())
            for (auto const& [name, value] : answer.document.get_object())
                if (value.is_array()) answer.lists[std::string(name)] = value.get_array().size();
    } else if constexpr (globus::Described<T>) {
        if constexpr (requires { response->position(); }) {
            auto const at = response->position();
            result["data_pointer"] = at ? "/data/" + std::to_string(*at) : std::string();
        }
        if (!response.text().empty()) answer.document = parse(globus::to_json(*response));
        T::members::for_each(*response, [&]<class M, class V>(M, V const& value) {
            std::string const name(globus::detail::wire_of<T>(M::key).name);
            if constexpr (globus::detail::is_optional<V>) {
                if constexpr (requires { value->size(); })
                    if (value.has_value()) answer.lists[name] = value->size();
            } else if constexpr (requires { value.size(); }) {
                answer.lists[name] = value.size();
            }
        });
    } else if constexpr (requires { (*response).size(); }) {
        answer.lists[""] = (*response).size();
    }
    answer.result = std::move(result);
    return answer;
}

template <class O>
O operation_of(Call const& call) {
    O operation = make<O>();
    fill_members(operation, call.kwargs, call.params);
    return operation;
}

template <class O>
Json json_of_item(O const& item) {
    if constexpr (std::same_as<O, Json>)
        return item;
    else
        return parse(globus::to_json(item));
}

/// A member of the items of `O` that any text can be put into: by it they are told apart.
template <class O>
std::string item_text() {
    using Client = decltype(make_client<typename O::service>(std::declval<Call const&>()));
    using Walk = decltype(std::declval<Client const&>().paginate(std::declval<O>()));
    using Item = std::remove_cvref_t<decltype(*std::declval<Walk&>().begin())>;
    std::string found = "recorded_as";
    if constexpr (globus::Described<Item>) {
        bool first = true;
        auto item = make<Item>();
        Item::members::for_each(item, [&]<class M, class V>(M, V const&) {
            if constexpr (std::same_as<V, globus::Optional<std::string>> || std::same_as<V, std::string>)
                if (std::exchange(first, false)) found = globus::detail::wire_of<Item>(M::key).name;
        });
    }
    return found;
}

template <class O>
void walk_pages(Call const& call, bool by_pages, Walked& walked) {
    auto const client = make_client<typename O::service>(call);
    auto walk = client.paginate(operation_of<O>(call));
    if (by_pages) {
        auto pages = walk.pages();
        for (auto page = pages.begin(); page != pages.end(); ++page) ++walked.pages;
    } else {
        for (auto item = walk.begin(); item != walk.end(); ++item) walked.items.push_back(json_of_item(*item));
    }
}

/// Registers operations of `S`, a hana::tuple of their types, as methods of a client class of the recording.
template <class S, class Operations>
void add_operations(std::string const& client_class, Operations const& operations) {
    boost::hana::for_each(operations, [&](auto type) {
        using O = typename decltype(type)::type;
        Runner runner{[](Call const& call) {
            auto const operation = operation_of<O>(call);
            return describe(make_client<S>(call).send(operation));
        }};
        if constexpr (requires { O::paging; }) {
            runner.walk = walk_pages<O>;
            runner.item_text = item_text<O>();
        }
        runners()[client_class + '.' + snake_case(O::struct_name)] = std::move(runner);
    });
}
template <class S>
void add_service(std::string const& client_class) {
    add_operations<S>(client_class, S::operations());
}

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_SERVICE_HPP
