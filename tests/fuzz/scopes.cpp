// SPDX-License-Identifier: Apache-2.0
// Scope strings and their grammar.
#include <globus/oauth/scope.hpp>

#include "fuzz.hpp"

void fuzz(std::string_view input) {
    using globus::Scope;
    (void)no_error([&] {
        auto const scopes = Scope::parse(input);
        std::string const text = Scope::join(scopes);
        always(Scope::parse(text) == scopes, "scopes that were read and written read the same");
        always(Scope::merge(scopes, scopes) == scopes, "scopes merged with themselves stay");
        for (Scope const& scope : scopes) always(scope.contains(scope), "a scope contains itself");
    });
}
