// SPDX-License-Identifier: Apache-2.0
// A job for cron: it acts for itself, not for a user, and mirrors a directory every night.
//
//   export GLOBUS_CLIENT_ID=... GLOBUS_CLIENT_SECRET=...   # a confidential app; collections are shared with
//                                                          # <client id>@clients.auth.globus.org
//   export GLOBUS_SOURCE=... GLOBUS_DESTINATION=...        # ids of two collections
//   service-account
#include <globus/app.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <chrono>
#include <cstdio>
#include <exception>

int main() try {
    using namespace globus;
    using namespace std::chrono_literals;

    ClientApp const app{Confidential{setting("GLOBUS_CLIENT_ID"), setting("GLOBUS_CLIENT_SECRET")},
                        {.app_name = "globus-cpp service account"}};
    auto const transfer = app.client<TransferService>();  // the first call gets a token; all jobs share it

    TransferData data{.source_endpoint = setting("GLOBUS_SOURCE"),
                      .destination_endpoint = setting("GLOBUS_DESTINATION"),
                      .label = "nightly mirror",
                      .sync_level = SyncLevel::checksum};
    data.add_item({.source_path = "/data/", .destination_path = "/mirror/", .recursive = true});
    std::string const task_id = transfer.submit_transfer(data)->task_id;

    auto const verdict = transfer.task_wait({.task_id = task_id, .timeout = 1h, .polling_interval = 1s});
    if (!verdict.succeeded()) throw Error("task " + task_id + " did not succeed");
    std::printf("Mirrored by task %s\n", task_id.c_str());
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
