// SPDX-License-Identifier: Apache-2.0
// A mapped collection wants a consent of its own, and says so only when it is used. The program asks its user for just
// that, and goes on where it was.
//
//   export GLOBUS_NATIVE_CLIENT_ID=...   # a native app of https://app.globus.org/settings/developers
//   export GLOBUS_MAPPED_COLLECTION=...  # the id of a mapped collection
//   consent-required                     # opens a browser
#include <globus/app.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <cstdio>
#include <exception>
#include <string>

int main() try {
    using namespace globus;

    // Where no browser can be opened, it prints the URL.
    UserApp<Native, LocalServerLoginFlow> const app{
        Native{setting("GLOBUS_NATIVE_CLIENT_ID")},
        {.app_name = "globus-cpp consent required",
         .login_flow = LocalServerLoginFlow{{.without_browser = WithoutBrowser::print}},
         .request_refresh_tokens = true}};
    auto const transfer = app.client<TransferService>();
    std::string const collection = setting("GLOBUS_MAPPED_COLLECTION");

    auto const list = [&] {
        auto const listing = transfer.operation_ls({.endpoint_id = collection});
        for (File const& file : listing) std::printf("  %s\n", file.name.c_str());
    };
    app.login();
    try {
        list();
    } catch (TransferApiError const& error) {
        auto const gare = to_gare(error);  // what the service says that the user has to do, if that would help
        if (!gare) throw;
        AuthorizationParameters const& needed = gare->authorization_parameters;
        std::string const why = gare->code + ": " + needed.session_message.value_or("log in again, please");
        std::printf("%s\n", one_line(why).c_str());  // the words of a service are not to steer a terminal
        app.login({.parameters = needed});
        list();
    }
    // All of this in one call: app.run(list);
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
