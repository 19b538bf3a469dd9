// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_IMPL_TASKS_IPP
#define GLOBUS_FACADE_IMPL_TASKS_IPP

#include <globus/facade.h>
#include <globus/core/error.hpp>
#include <globus/facade/impl/client.ipp>
#include <globus/facade/impl/errors.ipp>
#include <globus/http/errors.hpp>
#include <globus/services/transfer.hpp>

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

namespace globus::facade::detail {

inline transfer::TransferData transfer_of(globus_sdk_transfer const& given) {
    transfer::TransferData made{.source_endpoint = text_of(given.source_collection),
                                .destination_endpoint = text_of(given.destination_collection)};
    if (given.label != nullptr) made.label = given.label;
    if (given.submission_id != nullptr) made.submission_id = given.submission_id;
    if (given.sync_level < 0 || given.sync_level > 4)
        throw UsageError("globus_sdk_transfer: sync_level is none of 0 to 4");
    if (given.sync_level != 0) made.sync_level = transfer::SyncLevel(given.sync_level - 1);
    if (given.verify_checksum != 0) made.verify_checksum = true;
    if (given.preserve_timestamp != 0) made.preserve_timestamp = true;
    if (given.encrypt_data != 0) made.encrypt_data = true;
    if (given.count != 0) require(given.items, "globus_sdk_transfer: items");
    for (std::size_t i = 0; i != given.count; ++i) {
        transfer::TransferItem item{.source_path = text_of(given.items[i].source),
                                    .destination_path = text_of(given.items[i].destination)};
        if (given.items[i].recursive != 0) item.recursive = true;
        made.add_item(std::move(item));
    }
    return made;
}

inline globus_sdk_ending ending_of(transfer::TaskVerdict::Kind kind) {
    using Kind = transfer::TaskVerdict::Kind;
    switch (kind) {
        case Kind::succeeded:
            return GLOBUS_SDK_SUCCEEDED;
        case Kind::failed:
            return GLOBUS_SDK_FAILED;
        case Kind::cancelled:
            return GLOBUS_SDK_CANCELLED;
        case Kind::inactive:
            return GLOBUS_SDK_INACTIVE;
        case Kind::faulting:
            return GLOBUS_SDK_FAULTING;
        case Kind::paused:
            return GLOBUS_SDK_PAUSED;
        case Kind::timed_out:
            break;
    }
    return GLOBUS_SDK_TIMED_OUT;
}

/// Waits for a task. @throws Returned  what the caller's callback returned, if not 0
inline globus_sdk_ending wait_for(globus_sdk_client const& client, std::string task_id, double seconds,
                                  globus_sdk_on_progress on_progress, void* user) {
    transfer::TaskWait wait{.task_id = std::move(task_id), .timeout = std::chrono::duration<double>(seconds)};
    std::stop_source stop;
    int end = 0;
    if (on_progress != nullptr)
        wait.on_progress = [&](transfer::TaskProgress const& now) {
            globus_sdk_progress const shown{
                sizeof(globus_sdk_progress), now.bytes, now.files, now.files_total, now.faults,
                now.nice_status.c_str()};
            end = on_progress(user, &shown);
            if (end != 0) stop.request_stop();
        };
    try {
        auto const verdict = client.transfer.task_wait(std::move(wait), {.stop = stop.get_token()});
        if (end == 0) return ending_of(verdict.kind);
    } catch (transfer::TaskWaitCancelled const&) {
        if (end == 0) throw;
    }
    throw Returned{end};
}

}  // namespace globus::facade::detail

extern "C" {

GLOBUS_SDK_API int globus_sdk_submit(globus_sdk_client const* client, globus_sdk_transfer const* transfer,
                                     char task_id[GLOBUS_SDK_ID_SIZE], globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        require(task_id, "task_id");
        task_id[0] = '\0';
        auto data = transfer_of(read_structure(transfer, "globus_sdk_transfer"));
        auto const accepted = client->transfer.submit_transfer(data);
        if (accepted->task_id.size() >= GLOBUS_SDK_ID_SIZE) throw globus::DecodeError("the id of the task is too long");
        accepted->task_id.copy(task_id, GLOBUS_SDK_ID_SIZE);
        task_id[accepted->task_id.size()] = '\0';
    });
}

GLOBUS_SDK_API int globus_sdk_wait(globus_sdk_client const* client, char const* task_id, double seconds,
                                   globus_sdk_on_progress on_progress, void* user, globus_sdk_ending* ending,
                                   globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        globus_sdk_ending const how = wait_for(*client, text_of(task_id), seconds, on_progress, user);
        if (ending != nullptr) *ending = how;
    });
}

GLOBUS_SDK_API int globus_sdk_cancel(globus_sdk_client const* client, char const* task_id, globus_sdk_error** error) {
    using namespace globus::facade::detail;
    return guarded(error, [&] {
        require(client, "client");
        (void)client->transfer.cancel_task({.task_id = text_of(task_id)});
    });
}

}  // extern "C"

#endif  // GLOBUS_FACADE_IMPL_TASKS_IPP
