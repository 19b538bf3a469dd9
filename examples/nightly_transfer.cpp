// SPDX-License-Identifier: Apache-2.0
// A long transfer, seen live. Ctrl-C ends the program and not the transfer; started again, it goes on looking at the
// same task, and so it does after a crash at any moment: it never transfers twice.
//
//   export GLOBUS_CLIENT_ID=... GLOBUS_CLIENT_SECRET=...   # a confidential app
//   export GLOBUS_SOURCE=... GLOBUS_DESTINATION=...        # ids of two collections that it may use
//   nightly-transfer
#include <globus/app.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <signal.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>

using namespace globus;
using namespace std::chrono_literals;

namespace {

/// What Ctrl-C stops. To be called before there are other threads: it is one thread that waits for the signal.
std::stop_token stopped_by_ctrl_c() {
    static sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
    std::stop_source stop;
    std::thread([stop]() mutable {
        int signal = 0;
        sigwait(&interrupt, &signal);
        stop.request_stop();
    }).detach();
    return stop.get_token();
}

void show(TaskProgress const& now) {
    std::cout << '\r' << now.files << " of " << now.files_total << " files, " << now.bytes / 1'000'000 << " MB, "
              << now.bytes_per_second / 1'000'000 << " MB/s " << now.nice_status << "   " << std::flush;
}

}  // namespace

int main() try {
    std::stop_token const stop = stopped_by_ctrl_c();
    ClientApp const app{Confidential{setting("GLOBUS_CLIENT_ID"), setting("GLOBUS_CLIENT_SECRET")},
                        {.app_name = "globus-cpp nightly transfer"}};
    auto const transfer = app.client<TransferService>();

    TransferData data{.source_endpoint = setting("GLOBUS_SOURCE"),
                      .destination_endpoint = setting("GLOBUS_DESTINATION"),
                      .label = "nightly",
                      .sync_level = SyncLevel::checksum};
    data.add_item({.source_path = "/data/", .destination_path = "/mirror/", .recursive = true});

    SubmissionFile const file{setting("HOME") + "/nightly.submission"};
    std::string const task_id = transfer.submit_or_resume(data, file);  // or the task of an earlier start
    std::cout << "Task " << task_id << std::endl;

    auto const verdict = transfer.task_wait({.task_id = task_id, .timeout = 24h, .on_progress = show}, {.stop = stop});
    std::cout << '\n' << verdict.kind << '\n';
    for (TaskEvent const& fault : verdict.faults) std::cout << fault.time << "  " << fault.description << '\n';
    if (verdict.ended()) file.remove();
    return verdict.succeeded() ? 0 : 1;
} catch (TaskWaitCancelled const&) {
    std::cout << "\nThe transfer goes on. Start the program again to see it.\n";
    return 0;
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
