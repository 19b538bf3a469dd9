// SPDX-License-Identifier: Apache-2.0
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/validating_token_storage.hpp>

#include "support/catch.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace globus;

namespace {

using Kind = TokenValidationError::Kind;

TokenDataByResourceServer tokens_of(std::string const& identity) {
    return {{"transfer",
             {.resource_server = "transfer",
              .identity_id = identity,
              .scope = "all",
              .access_token = "token of " + identity,
              .expires_at_seconds = 2000000000}}};
}

/// Ada has consented to what `all` depends on, nobody else has; who was asked for is counted.
struct Consents {
    std::vector<std::string> asked = {};

    TokenValidator validator() {
        return has_scopes(
            [] {
                return ScopeRequirements{{"transfer", Scope::parse("all[data_access]")}};
            },
            [this](std::string const& identity, CallOptions const&) {
                asked.push_back(identity);
                std::vector<auth::Consent> consents(1);
                consents[0].id = 1;
                consents[0].scope_name = "all";
                consents[0].status = "approved";
                consents[0].dependency_path = {1};
                if (identity == "ada") {
                    consents.push_back(consents[0]);
                    consents[1].id = 2;
                    consents[1].scope_name = "data_access";
                    consents[1].dependency_path = {1, 2};
                }
                return ConsentForest(consents);
            });
    }
};

template <class F>
Kind kind_of(F&& f) {
    try {
        (void)f();
    } catch (TokenValidationError const& error) {
        return error.kind();
    }
    throw std::runtime_error("no TokenValidationError");
}

}  // namespace

TEST_CASE("The consents of one user are not those of the next") {
    Consents consents;
    ValidatingTokenStorage const storage(MemoryTokenStorage{}, {consents.validator(), unchanging_identity()});
    storage.store_token_data_by_resource_server(tokens_of("ada"));
    for (int i = 0; i != 3; ++i) CHECK(storage.get_token_data("transfer").access_token == Secret("token of ada"));
    CHECK(consents.asked == std::vector<std::string>{"ada"});
    storage.clear();
    storage.store_token_data_by_resource_server(tokens_of("bob"));
    CHECK(kind_of([&] { return storage.get_token_data("transfer"); }) == Kind::unmet_scopes);
    CHECK(consents.asked == std::vector<std::string>{"ada", "bob"});
}

TEST_CASE("Tokens that another program stored are checked like one's own") {
    Consents consents;
    MemoryTokenStorage const shared;
    ValidatingTokenStorage const storage(shared, {consents.validator(), unchanging_identity()});
    CHECK(kind_of([&] { return storage.get_token_data("transfer"); }) == Kind::missing_token);
    shared.store_token_data_by_resource_server(tokens_of("bob"));
    CHECK(kind_of([&] { return storage.get_token_data("transfer"); }) == Kind::unmet_scopes);
    CHECK(kind_of([&] { return storage.get_token_data_by_resource_server(); }) == Kind::unmet_scopes);
    CHECK(kind_of([&] {
              storage.store_token_data_by_resource_server(tokens_of("ada"));
              return 0;
          }) == Kind::identity_mismatch);
    CHECK(shared.get_token_data("transfer")->identity_id == "bob");
}
