// SPDX-License-Identifier: Apache-2.0
// Who am I, and what is in this directory, the newest first?
//
//   export GLOBUS_NATIVE_CLIENT_ID=...   # a native app of https://app.globus.org/settings/developers
//   export GLOBUS_SOURCE=...             # the id of a collection
//   listing [directory]                  # asks for a login once
#include <globus/app.hpp>
#include <globus/services/auth.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <iomanip>
#include <iostream>
#include <vector>

int main(int argc, char** argv) try {
    using namespace globus;

    UserApp const app{Native{setting("GLOBUS_NATIVE_CLIENT_ID")}, {.app_name = "globus-cpp listing"}};
    auto const auth = app.client<AuthService>();
    auto const transfer = app.client<TransferService>();
    app.login();

    auto const me = auth.userinfo();
    std::cout << "I am " << me->name << " <" << me->preferred_username << ">\n";

    auto const listing =
        transfer.operation_ls({.endpoint_id = setting("GLOBUS_SOURCE"), .path = argc > 1 ? argv[1] : "/"});
    std::vector<File> files(listing.begin(), listing.end());
    std::ranges::sort(files, std::greater<>{}, &File::last_modified);
    for (File const& file : files)
        std::cout << file.last_modified << std::setw(14) << file.size << "  " << file.name << '\n';
    return 0;
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
