// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_TOKEN_ERRORS_HPP
#define GLOBUS_TESTS_SUPPORT_TOKEN_ERRORS_HPP

#include <globus/app/token_storage.hpp>

#include "support/catch.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

using Kind = globus::TokenStorageError::Kind;

/// Tokens of one resource server that are told apart by the access token.
inline globus::TokenDataByResourceServer tokens(std::string access_token) {
    return {{"a",
             {.resource_server = "a", .scope = "s", .access_token = std::move(access_token), .expires_at_seconds = 9}}};
}

/// What kind of TokenStorageError `f` throws; nothing if none.
inline std::optional<Kind> refusal(std::function<void()> const& f) {
    try {
        f();
    } catch (globus::TokenStorageError const& error) {
        CHECK(std::string(error.what()).find(error.path().substr(0, 200)) != std::string::npos);
        return error.kind();
    }
    return std::nullopt;
}

#endif  // GLOBUS_TESTS_SUPPORT_TOKEN_ERRORS_HPP
