// SPDX-License-Identifier: Apache-2.0
// A program for users to install: it asks for a login once, and finds its tokens when it is run again.
//
//   export GLOBUS_NATIVE_CLIENT_ID=...   # a native app of https://app.globus.org/settings/developers
//   native-login                         # prints a URL, reads the code that the user brings back from it
//   native-login logout                  # revokes the tokens and forgets them
#include <globus/app.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <cstdio>
#include <exception>
#include <string_view>

int main(int argc, char** argv) try {
    using namespace globus;

    UserApp const app{Native{setting("GLOBUS_NATIVE_CLIENT_ID")},
                      {.app_name = "globus-cpp native login", .request_refresh_tokens = true}};
    // Each client adds what its service needs to what the login asks for.
    auto const auth = app.client<AuthService>();
    auto const transfer = app.client<TransferService>();

    if (argc > 1 && std::string_view(argv[1]) == "logout") {
        app.logout();
        std::puts("Logged out");
        return 0;
    }

    app.login();  // asks only if the stored tokens would not do
    std::printf("I am %s\n", auth.userinfo()->preferred_username.value_or("somebody").c_str());
    for (Endpoint const& collection : transfer.paginate(EndpointSearch{.filter_scope = "my-endpoints"}))
        std::printf("  %s  %s\n", collection.id.c_str(), collection.display_name.value_or("").c_str());
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
