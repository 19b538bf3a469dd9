// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_OAUTH_IMPL_TOKEN_SOURCE_POLICY_IPP
#define GLOBUS_OAUTH_IMPL_TOKEN_SOURCE_POLICY_IPP

#include <globus/core/config.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/waiting.hpp>
#include <globus/oauth/authorizer.hpp>
#include <globus/oauth/client_kinds.hpp>
#include <globus/oauth/token_source_policy.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace globus::detail {

/// The text of a token file. @throws UsageError  if it cannot be read, is no file, or is longer than any token
GLOBUS_DECL Secret read_token_file(std::string const& path) {
    auto const refuse = [&](std::string const& why) {
        throw UsageError("the token file " + one_line(path) + ' ' + why);
    };
    constexpr std::size_t longest = 16384;
    Descriptor const file = open_file(path, Opening::to_read, Links::followed);
    if (!file) refuse(std::string("cannot be read: ") + std::strerror(errno));
    auto const facts = facts_of(file);
    if (!facts || facts->kind != FileFacts::Kind::regular) refuse("is no regular file");
    std::string text(longest + 1, '\0');
    auto const count = read_file(file, text.data(), text.size());
    if (count < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
    text.resize(static_cast<std::size_t>(count));
    bool const cut = text.size() > longest;
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.pop_back();
    Secret token(std::move(text));
    if (cut) refuse("has more than 16,384 characters, which no token has");
    return token;
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL TokenSourcePolicy::TokenSourcePolicy(std::function<Secret()> source, std::string resource_server)
    : state_(std::in_place, std::move(source), std::move(resource_server)) {
    if (!state_->source) throw UsageError("TokenSourcePolicy: the function that is to give the token is empty");
}

GLOBUS_DECL TokenSourcePolicy TokenSourcePolicy::file(std::string path, std::string resource_server) {
    return TokenSourcePolicy([path = std::move(path)] { return detail::read_token_file(path); },
                             std::move(resource_server));
}

GLOBUS_DECL void TokenSourcePolicy::ask(State& state, std::unique_lock<std::mutex>& lock, AuthContext const& context) {
    detail::Wait const call{"the token of the token source", context.deadline, context.stop};
    auto const checked = [&state] {
        Secret token = state.source();
        detail::check_token("the access token of the token source", token.reveal());
        return token;
    };
    for (std::uint64_t const before = state.answers; state.answers == before;)
        if (std::optional<Secret> token = state.asking.ask_or_wait(lock, call, checked)) {
            if (!(*token == state.token)) ++state.generation;
            state.token = std::move(*token);
            ++state.answers;
        }
}

}  // namespace globus

#endif  // GLOBUS_OAUTH_IMPL_TOKEN_SOURCE_POLICY_IPP
