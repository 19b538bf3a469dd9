// SPDX-License-Identifier: Apache-2.0
// What DataFed's server does with a transfer of a user, against a local Globus.
#include "globus_api.hpp"

#include <facade/local_globus.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>

static_assert(__cplusplus < 202002L, "DataFed is C++17");

namespace {

/// Looks at a task until it is over, as the server's worker does.
GlobusAPI::XfrStatus follow(GlobusAPI& api, std::string const& task, std::string const& token, std::string& message) {
    GlobusAPI::XfrStatus status = GlobusAPI::XS_INIT;
    while (!api.checkTransferStatus(task, token, status, message) && status != GlobusAPI::XS_SUCCEEDED)
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return status;
}

}  // namespace

int main() try {
    std::unique_ptr<local_globus, void (*)(local_globus*)> const local(local_globus_start(), &local_globus_stop);
    for (char const* const service : {"TRANSFER", "AUTH"})
        ::setenv(("GLOBUS_SDK_SERVICE_URL_" + std::string(service)).c_str(), local_globus_url(local.get()), 1);
    std::string const source = local_globus_source(local.get()), destination = local_globus_destination(local.get());
    std::string const id = local_globus_client_id(local.get());
    GlobusAPI api(id, local_globus_client_secret(local.get()));

    std::string token, message;
    std::uint32_t expires_in = 0;
    api.refreshAccessToken(local_globus_refresh_token(local.get()), token, expires_in);
    std::printf("a token for %s\n", expires_in > 60 ? "a while" : "a moment");
    GlobusAPI::EndpointInfo info;
    api.getEndpointInfo(source, token, info);
    std::printf("the endpoint is %s\n", info.activated ? "activated" : "not activated");

    std::string const task = api.transfer(source, destination, {{"/home/share/godata/", "/~/godata/"}}, true, token);
    std::printf("the transfer %s\n",
                follow(api, task, token, message) == GlobusAPI::XS_SUCCEEDED ? "succeeded" : message.c_str());

    std::string const hopeless = api.transfer(source, destination, {{"/none.txt", "/~/none.txt"}}, false, token);
    std::printf("a transfer of nothing %s\n",
                follow(api, hopeless, token, message) == GlobusAPI::XS_FAILED ? "failed" : "succeeded");
    std::printf("%s\n", message.substr(0, message.find(':')).c_str());
    api.cancelTask(hopeless, token);
    try {
        api.cancelTask("none", token);
    } catch (std::exception const& error) {
        std::printf("%s\n", error.what());
    }
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
