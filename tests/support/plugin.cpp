// SPDX-License-Identifier: Apache-2.0
// A plug-in with a client of its own, as g_plugin.cpp loads and unloads it.
#include <globus/http/curl_transport.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/transfer.hpp>

#include <optional>

namespace {

using Transfer = globus::Client<globus::TransferService, globus::AccessTokenPolicy>;

/// Lives as long as the plug-in is loaded.
std::optional<Transfer> client;

}  // namespace

/// Refuses, as calls that cannot be right do.
extern "C" [[gnu::visibility("default")]] void refuse() { throw globus::UsageError("not like this"); }

/// Reads the tasks at a base URL; the status of the answer, or -1.
extern "C" [[gnu::visibility("default")]] int read_tasks(char const* url) {
    try {
        if (!client) client.emplace("token", Transfer::Options{.base_url = url, .auth_url = url});
        return client->task_list().http_status();
    } catch (...) {
        return -1;
    }
}
