// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/transfer/service.hpp>
#include <globus/services/transfer_v2/service.hpp>

namespace conformance {

using namespace globus::transfer;

template <>
struct Fill<TransferFilter> {
    static void from(TransferFilter& out, Json const& value) {
        if (!value.is_object() || !type_of(value).empty()) {
            out = TransferFilter(text(value));
            if (out.text().empty()) comparing().of_case.empty_list = true;
            return;
        }
        for (auto const& [name, item] : value.get_object()) {
            globus::StringList values;
            fill(values, item);
            out.add(std::string(name), values);
        }
        if (out.text().empty()) comparing().of_case.empty_list = true;
    }
};

template <>
struct Fill<TransferFilters> {
    static void from(TransferFilters& out, Json const& value) {
        std::vector<TransferFilter> filters;
        fill(filters, value);
        out.assign(filters.begin(), filters.end());
        if (out.empty()) comparing().of_case.empty_list = true;
    }
};

template <>
struct Fill<SyncLevel> {
    static void from(SyncLevel& out, Json const& value) {
        Json const level = plain(value);
        out = level.is_int64() ? SyncLevel(level.get_int64()) : SyncLevel(text(value));
    }
};

template <>
inline FilterRule make<FilterRule>() {
    return {.name = ""};  // a member before the required one has an initialiser of its own
}

template <>
struct Helpers<TransferData> {
    static void call(TransferData& data, std::string_view name, Json const& kwargs) {
        if (name == "add_item")
            data.add_item(built<TransferItem>(kwargs));
        else if (name == "add_filter_rule")
            data.add_filter_rule(built<FilterRule>(kwargs));
        else
            throw Misfit("TransferData has no helper " + std::string(name));
    }
};

template <>
struct Helpers<DeleteData> {
    static void call(DeleteData& data, std::string_view name, Json const& kwargs) {
        if (name != "add_item") throw Misfit("DeleteData has no helper " + std::string(name));
        data.add_item(built<DeleteItem>(kwargs));
    }
};

namespace {

/// submit_transfer and submit_delete: they fetch a submission id where there is none.
template <class Data, class Submit>
Answer submit(Call const& call, Submit const& method) {
    auto const client = make_client<globus::TransferService>(call);
    Json const& data = member(call.kwargs, "data");
    if (!is_payload(data)) return describe(method(client, plain(data)));
    Data document = make<Data>();
    fill(document, data);
    return describe(method(client, document));
}

auto const submit_transfer = [](auto const& client, auto&& data) { return client.submit_transfer(data); };
auto const submit_delete = [](auto const& client, auto&& data) { return client.submit_delete(data); };

Answer task_wait(Call const& call) {
    globus::TaskWait wait{.task_id = text_member(call.kwargs, "task_id"), .jitter = 0};
    if (Json const* seconds = find(call.kwargs, "timeout")) fill(wait.timeout, *seconds);
    if (Json const* seconds = find(call.kwargs, "polling_interval")) fill(wait.polling_interval, *seconds);
    wait.first_interval = wait.polling_interval;  // the reference's looks are at equal distances
    Answer answer;
    auto const verdict = make_client<globus::TransferService>(call).task_wait(wait);
    // the reference answers true for every task that does not run any more, one that waits for credentials among them
    answer.result = verdict.ended() || verdict.kind == globus::TaskVerdict::Kind::inactive;
    return answer;
}

/// Steps on one object, which keeps what a step put into it.
template <class Data, class Submit>
void submissions(Json const& scenario, Submit const& method) {
    Data document = make<Data>();
    fill(document, member(member(scenario, "objects"), "data"));
    for (Json const& step : member(scenario, "steps").as_array()) {
        Call call;
        call.client = member(scenario, "client");
        script(call.mock, find(step, "responses"), nullptr);
        expect_none(check_call(step, call.mock,
                               [&] { return describe(method(make_client<globus::TransferService>(call), document)); }));
    }
}

}  // namespace

void add_transfer() {
    add_service<globus::TransferService>("TransferClient");
    runners()["TransferClient.submit_transfer"] = {
        [](Call const& call) { return submit<TransferData>(call, submit_transfer); }};
    runners()["TransferClient.submit_delete"] = {
        [](Call const& call) { return submit<DeleteData>(call, submit_delete); }};
    runners()["TransferClient.task_wait"] = {task_wait};
    scenarios()["transfer.scenario.submit_transfer"] = [](Json const& scenario) {
        submissions<TransferData>(scenario, submit_transfer);
    };
    scenarios()["transfer.scenario.submit_delete"] = [](Json const& scenario) {
        submissions<DeleteData>(scenario, submit_delete);
    };
    add_builder<TransferData>();
    add_builder<DeleteData>();
    add_builder<CreateTunnelData>();
    add_service<globus::TransferServiceV2>("TransferClientV2");
    add_builder<globus::TunnelCreateDocument>();
    add_builder<globus::TunnelUpdateDocument>();
    add_builder<globus::BookmarkCreateDocument>();
    add_builder<globus::BookmarkUpdateDocument>();
}

}  // namespace conformance
