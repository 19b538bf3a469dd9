// SPDX-License-Identifier: Apache-2.0
// Globus Transfer: copy what is new, delete what is old, and see what runs.
#include <globus/services/transfer.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;

template <class Client>
void archive(Client const& transfer, std::string const& here, std::string const& there) {
    TransferData data{.source_endpoint = here,
                      .destination_endpoint = there,
                      .label = "archive",
                      .sync_level = SyncLevel::checksum,
                      .verify_checksum = true};
    data.add_item({.source_path = "/runs/new/", .destination_path = "/archive/", .recursive = true})
        .add_filter_rule({.name = "*.tmp", .type = FileType::file});
    std::printf("copied by %s\n", transfer.submit_transfer(data)->task_id.c_str());

    DeleteData old{.endpoint = here, .recursive = true};
    old.add_item({.path = "/runs/old/"});
    std::printf("deleted by %s\n", transfer.submit_delete(old)->task_id.c_str());
}

template <class Client>
void list_active(Client const& transfer) {
    for (Task const& task :
         transfer.paginate(TaskList{.filter = {{"status", {TaskStatus::active, TaskStatus::inactive}}}}))
        std::printf("%s  %s\n", task.task_id.c_str(), task.nice_status->c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(200, R"({"value": "id-1"})")
        .reply(202, R"({"task_id": "t1", "submission_id": "id-1", "code": "Accepted"})")
        .reply(200, R"({"value": "id-2"})")
        .reply(202, R"({"task_id": "t2", "submission_id": "id-2", "code": "Accepted"})")
        .reply(200, R"({"DATA": [{"task_id": "t1", "nice_status": "OK"}, {"task_id": "t2", "nice_status": "Queued"}],
                        "offset": 0, "limit": 1000, "total": 2})");
    Client<TransferService, AccessTokenPolicy, MockTransport> const transfer{"token", {.transport = mock}};

    archive(transfer, "here", "there");
    list_active(transfer);

    std::string const base = "https://transfer.api.globus.org/v0.10/";
    expect(mock, 0, "GET", base + "submission_id");
    expect(mock, 1, "POST", base + "transfer",
           R"({"DATA_TYPE":"transfer","source_endpoint":"here","destination_endpoint":"there","label":"archive",)"
           R"("submission_id":"id-1","sync_level":3,"verify_checksum":true,)"
           R"("DATA":[{"DATA_TYPE":"transfer_item","source_path":"/runs/new/","destination_path":"/archive/",)"
           R"("recursive":true}],)"
           R"("filter_rules":[{"DATA_TYPE":"filter_rule","name":"*.tmp","method":"exclude","type":"file"}]})");
    expect(mock, 3, "POST", base + "delete",
           R"({"DATA_TYPE":"delete","endpoint":"here","submission_id":"id-2","recursive":true,)"
           R"("DATA":[{"DATA_TYPE":"delete_item","path":"/runs/old/"}]})");
    expect(mock, 4, "GET", base + "task_list?limit=1000&filter=status%3AACTIVE%2CINACTIVE");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
